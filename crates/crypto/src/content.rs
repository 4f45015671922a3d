//! Encryption of file content: the age format, version 1 (C2SP age specification). The only file that names
//! `age`.
//!
//! One `scrypt` stanza with work factor 1, whose passphrase is the DEK's 43-character text: the DEK has 256
//! bits, so stretching would add nothing, and the stock `age` program opens an exported file. Symmetric
//! only; content keys have 128 bits (age's file key). Content is cut into chunks of 64 KiB, each verified
//! before a byte of it is released, in order, the last one marked.
//!
//! The header of a file that this module makes is always [`HEADER_LEN`] bytes of one shape. Nothing else is
//! handed to the parser: no other stanza, no second one, no other work factor, no plugin, no legacy spelling.

use std::collections::HashSet;
use std::io::{self, Read, Seek, SeekFrom, Write};

use age_core::format::{FileKey, Stanza};
use age_core::primitives::{aead_decrypt, aead_encrypt};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use secrecy::ExposeSecret;
use zeroize::{Zeroize, Zeroizing};

use crate::error::ContentError;
use crate::key::Dek;
use crate::random;

/// Bytes of the header, up to and with the line of its MAC.
pub const HEADER_LEN: usize = 149;
const PAYLOAD_NONCE_LEN: u64 = 16;
const CHUNK: u64 = 64 << 10;
const TAG_LEN: u64 = 16;
const SALT_LEN: usize = 16;
const FILE_KEY_LEN: usize = 16;

/// The header, `*` standing for a character of base64.
const HEADER_SHAPE: &[u8; HEADER_LEN] = b"age-encryption.org/v1\n\
    -> scrypt ********************** 1\n\
    *******************************************\n\
    --- *******************************************\n";

/// Exact length of the encrypted file: header, nonce, the content, 16 bytes for each chunk of 64 KiB; an
/// empty file is one empty chunk.
#[must_use]
pub const fn encrypted_len(plain_len: u64) -> u64 {
    let chunks = if plain_len == 0 { 1 } else { plain_len.div_ceil(CHUNK) };
    (HEADER_LEN as u64 + PAYLOAD_NONCE_LEN).saturating_add(plain_len).saturating_add(chunks.saturating_mul(TAG_LEN))
}

/// Length of the content of an encrypted file; `None` for a length that no file of ours has.
#[must_use]
pub const fn plain_len(encrypted_len: u64) -> Option<u64> {
    let Some(payload) = encrypted_len.checked_sub(HEADER_LEN as u64 + PAYLOAD_NONCE_LEN) else { return None };
    let chunks = payload.div_ceil(CHUNK + TAG_LEN);
    let Some(plain) = payload.checked_sub(chunks * TAG_LEN) else { return None };
    if self::encrypted_len(plain) == encrypted_len { Some(plain) } else { None }
}

/// Encrypts what is written to it. Memory is bounded: one chunk of 64 KiB, plain and encrypted.
///
/// [`Self::finish`] writes the last chunk; what was not finished never opens.
#[must_use = "content that is not finished never opens"]
pub struct Encryptor<W: Write> {
    content: age::stream::StreamWriter<W>,
    failed: bool,
}

impl<W: Write> Encryptor<W> {
    /// Writes the header. The DEK is consumed: wrap it before, it encrypts nothing else.
    ///
    /// # Errors
    /// [`ContentError::Io`] from the output, [`ContentError::Randomness`].
    pub fn begin(dek: Dek, output: W) -> Result<Self, ContentError> {
        let recipient = DekRecipient { dek, salt: random::make_bytes()? };
        let recipients = std::iter::once(&recipient as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(recipients).map_err(|_| ContentError::Refused)?;
        Ok(Self { content: encryptor.wrap_output(output)?, failed: false })
    }

    /// Encrypts the last chunk and gives the output back, not flushed.
    ///
    /// # Errors
    /// [`ContentError::Io`] from the output, now or at an earlier write: what was written never opens.
    pub fn finish(self) -> Result<W, ContentError> {
        if self.failed {
            return Err(ContentError::Io(io::ErrorKind::BrokenPipe.into()));
        }
        Ok(self.content.finish()?)
    }
}

impl<W: Write> Write for Encryptor<W> {
    /// After an error every further write fails: part of a chunk may have gone out.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.failed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let written = self.content.write(bytes);
        self.failed = written.is_err();
        written
    }

    /// Flushes the output; an unfinished chunk stays here.
    fn flush(&mut self) -> io::Result<()> {
        self.content.flush()
    }
}

/// Encrypts a whole source; gives the length of its content and the output.
///
/// # Errors
/// As [`Encryptor`].
pub fn encrypt<W: Write>(dek: Dek, source: &mut impl Read, output: W) -> Result<(u64, W), ContentError> {
    let mut encryptor = Encryptor::begin(dek, output)?;
    let mut buffer = Zeroizing::new(vec![0; CHUNK as usize]);
    let mut plain_len = 0;
    loop {
        let read = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        encryptor.write_all(&buffer[..read])?;
        plain_len += read as u64;
    }
    Ok((plain_len, encryptor.finish()?))
}

/// Opens encrypted content: checks the header, then gives a reader of the content.
///
/// # Errors
/// [`ContentError::Refused`]: not content of this DEK, or not as this version writes it.
/// [`ContentError::Io`] from the source.
pub fn decrypt<R: Read>(dek: &Dek, mut source: R) -> Result<Decrypted<R>, ContentError> {
    let mut header = [0; HEADER_LEN];
    source.read_exact(&mut header).map_err(source_error)?;
    if !has_our_shape(&header) {
        return Err(ContentError::Refused);
    }
    let source = Source { header, given: 0, rest: source };
    let decryptor = age::Decryptor::new(source).map_err(header_error)?;
    let identity = DekIdentity { dek };
    let content = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(header_error)?;
    Ok(Decrypted { content, end: None, position: 0, failed: false })
}

/// Content that is being decrypted. Reads give only verified bytes; the end comes only after the chunk that
/// is marked as the last. A reader that fails once fails for ever: throw away what came from it.
///
/// Errors are `io::Error`s: [`io::ErrorKind::InvalidData`] holding a [`ContentError::Refused`] for content
/// that is not what was encrypted, the source's own error else.
pub struct Decrypted<R> {
    content: age::stream::StreamReader<Source<R>>,
    end: Option<u64>,
    position: u64,
    failed: bool,
}

impl<R> Decrypted<R> {
    fn check<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            self.failed = true;
            reader_error(error)
        })
    }

    fn check_sound(&self) -> io::Result<()> {
        if self.failed { Err(refused()) } else { Ok(()) }
    }
}

impl<R: Read> Read for Decrypted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.check_sound()?;
        // The stream reads ahead also for an empty buffer, and takes its end for the end of content.
        if out.is_empty() {
            return Ok(0);
        }
        let read = self.content.read(out);
        let read = self.check(read)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl<R: Read + Seek> Seek for Decrypted<R> {
    /// Only within the content, whose length is verified first: from the last chunk, which must be marked as
    /// such. Positions beyond the end are refused with [`io::ErrorKind::InvalidInput`].
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.check_sound()?;
        let end = self.find_end()?;
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
            SeekFrom::End(offset) => end.checked_add_signed(offset),
        };
        let target = target.filter(|target| *target <= end).ok_or(io::ErrorKind::InvalidInput)?;
        let sought = self.content.seek(SeekFrom::Start(target));
        self.position = self.check(sought)?;
        Ok(self.position)
    }
}

impl<R: Read + Seek> Decrypted<R> {
    /// Verifies the length of the content and keeps the position.
    fn find_end(&mut self) -> io::Result<u64> {
        if let Some(end) = self.end {
            return Ok(end);
        }
        let sought = self.content.seek(SeekFrom::End(0)).and_then(|end| {
            self.content.seek(SeekFrom::Start(self.position))?;
            Ok(end)
        });
        let end = self.check(sought)?;
        self.end = Some(end);
        Ok(end)
    }
}

/// The source behind the header that was read from it. Its errors are marked, to be told from the stream's.
struct Source<R> {
    header: [u8; HEADER_LEN],
    given: usize,
    rest: R,
}

#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct SourceFailed(io::Error);

impl<R: Read> Read for Source<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let header = &self.header[self.given..];
        if header.is_empty() {
            return self.rest.read(out).map_err(mark);
        }
        let given = header.len().min(out.len());
        out[..given].copy_from_slice(&header[..given]);
        self.given += given;
        Ok(given)
    }
}

/// The stream seeks only after the header, relative to where it began.
impl<R: Seek> Seek for Source<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.rest.seek(to).map_err(mark)
    }
}

fn mark(error: io::Error) -> io::Error {
    match error.kind() {
        // `read_exact` and friends try again; they know the kind only.
        io::ErrorKind::Interrupted => error,
        kind => io::Error::new(kind, SourceFailed(error)),
    }
}

fn unmark(error: io::Error) -> Result<io::Error, io::Error> {
    match error.downcast::<SourceFailed>() {
        Ok(SourceFailed(error)) => Ok(error),
        Err(error) => Err(error),
    }
}

fn refused() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, ContentError::Refused)
}

fn reader_error(error: io::Error) -> io::Error {
    unmark(error).unwrap_or_else(|_| refused())
}

/// A source that ends within the header is not a failing source.
fn source_error(error: io::Error) -> ContentError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => ContentError::Refused,
        _ => ContentError::Io(error),
    }
}

fn header_error(error: age::DecryptError) -> ContentError {
    match error {
        age::DecryptError::Io(error) => unmark(error).map_or(ContentError::Refused, ContentError::Io),
        _ => ContentError::Refused,
    }
}

impl From<ContentError> for io::Error {
    fn from(error: ContentError) -> Self {
        match error {
            ContentError::Io(error) => error,
            ContentError::Refused => refused(),
            ContentError::Randomness(error) => Self::other(error),
        }
    }
}

fn has_our_shape(header: &[u8; HEADER_LEN]) -> bool {
    header.iter().zip(HEADER_SHAPE).all(|(byte, shape)| match shape {
        b'*' => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'),
        literal => byte == literal,
    })
}

/// The DEK as age's recipient: one `scrypt` stanza, work factor 1. age's own recipient would measure the
/// machine's speed first.
struct DekRecipient {
    dek: Dek,
    salt: [u8; SALT_LEN],
}

impl age::Recipient for DekRecipient {
    fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), age::EncryptError> {
        let body = aead_encrypt(&*derive_stanza_key(&self.dek, &self.salt)?, file_key.expose_secret());
        let args = vec![BASE64_STANDARD_NO_PAD.encode(self.salt), "1".to_owned()];
        // A label that no other recipient has: age refuses to mix this one with others.
        let label = format!("valise-{}", self.dek.id());
        Ok((vec![Stanza { tag: "scrypt".to_owned(), args, body }], [label].into()))
    }
}

/// The DEK as age's identity.
struct DekIdentity<'a> {
    dek: &'a Dek,
}

impl age::Identity for DekIdentity<'_> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, age::DecryptError>> {
        Some(self.open_stanza(stanza))
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, age::DecryptError>> {
        match stanzas {
            [stanza] => self.unwrap_stanza(stanza),
            _ => Some(Err(age::DecryptError::InvalidHeader)),
        }
    }
}

impl DekIdentity<'_> {
    fn open_stanza(&self, stanza: &Stanza) -> Result<FileKey, age::DecryptError> {
        let ("scrypt", [salt, factor]) = (stanza.tag.as_str(), stanza.args.as_slice()) else {
            return Err(age::DecryptError::InvalidHeader);
        };
        let salt = BASE64_STANDARD_NO_PAD.decode(salt).ok().and_then(|salt| <[u8; SALT_LEN]>::try_from(salt).ok());
        let Some(salt) = salt.filter(|_| factor == "1") else { return Err(age::DecryptError::InvalidHeader) };
        let key = derive_stanza_key(self.dek, &salt).map_err(age::DecryptError::Io)?;
        let opened = aead_decrypt(&key, FILE_KEY_LEN, &stanza.body).map(Zeroizing::new);
        let opened = opened.map_err(|_| age::DecryptError::DecryptionFailed)?;
        FileKey::try_init_with_mut(|file_key| {
            file_key.copy_from_slice(opened.get(..FILE_KEY_LEN).ok_or(age::DecryptError::InvalidHeader)?);
            Ok(())
        })
    }
}

/// scrypt (RFC 7914) as the age specification has it: N = 2, r = 8, p = 1, a label before the salt.
fn derive_stanza_key(dek: &Dek, salt: &[u8; SALT_LEN]) -> io::Result<Zeroizing<[u8; 32]>> {
    const LABEL: &[u8; 28] = b"age-encryption.org/v1/scrypt";
    let mut labelled = [0; LABEL.len() + SALT_LEN];
    labelled[..LABEL.len()].copy_from_slice(LABEL);
    labelled[LABEL.len()..].copy_from_slice(salt);
    let params = scrypt::Params::new(1, 8, 1).map_err(io::Error::other)?;
    let mut key = Zeroizing::new([0; 32]);
    scrypt::scrypt(dek.export_text().as_bytes(), &labelled, &params, &mut *key).map_err(io::Error::other)?;
    labelled.zeroize();
    Ok(key)
}
