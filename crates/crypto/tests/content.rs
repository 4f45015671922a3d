//! Content: exact lengths, attacks B4 and D1 to D6, seeking, and the stock `age` program.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::process::Command;

use common::{flips, plain};
use valise_crypto::*;
use valise_protocol::ids::DekId;
use valise_protocol::keys::WrappedKey;

const CHUNK: usize = 64 << 10;
const SEALED_CHUNK: usize = CHUNK + 16;
/// Header and payload nonce.
const FRONT: usize = HEADER_LEN + 16;

/// A DEK that can be had again: encrypting consumes one.
struct Wrapped(FolderKeyWrapper, DekId, WrappedKey);

impl Wrapped {
    fn make() -> Self {
        let wrapper = common::wrapper(&FolderKey::make().unwrap(), 1);
        let dek = Dek::make().unwrap();
        let wrapped = wrapper.wrap_dek(&dek).unwrap();
        Self(wrapper, dek.id(), wrapped)
    }

    fn dek(&self) -> Dek {
        self.0.unwrap_dek(self.1, &self.2).unwrap()
    }

    fn encrypt(&self, plain: &[u8]) -> Vec<u8> {
        let (len, encrypted) = encrypt(self.dek(), &mut &plain[..], Vec::new()).unwrap();
        assert_eq!(len, plain.len() as u64);
        encrypted
    }

    /// What a reader releases, and whether it came to the end.
    fn decrypt(&self, encrypted: &[u8]) -> (Vec<u8>, Result<(), ContentError>) {
        let mut released = Vec::new();
        let ended = decrypt(&self.dek(), encrypted).and_then(|mut content| {
            content.read_to_end(&mut released).map(drop).map_err(|error| {
                assert_eq!(error.kind(), io::ErrorKind::InvalidData);
                assert!(content.read(&mut [0; 10]).is_err() && content.read(&mut [0; 10]).is_err());
                ContentError::Refused
            })
        });
        (released, ended)
    }

    /// Refused, and everything that was released is whole chunks of the right content in the right order.
    fn assert_refused(&self, encrypted: &[u8], plain: &[u8]) {
        let (released, ended) = self.decrypt(encrypted);
        assert!(matches!(ended, Err(ContentError::Refused)));
        assert!(plain.starts_with(&released), "something else was released");
        assert!(released.len() % CHUNK == 0 || released.len() == plain.len(), "part of a chunk was released");
    }
}

#[test]
fn lengths_are_exact() {
    for len in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, (1 << 20) - 1, 1 << 20, (1 << 20) + 1] {
        let (wrapped, plain) = (Wrapped::make(), plain(len));
        let encrypted = wrapped.encrypt(&plain);
        assert_eq!(encrypted.len() as u64, encrypted_len(len as u64));
        assert_eq!(plain_len(encrypted.len() as u64), Some(len as u64));
        let (released, ended) = wrapped.decrypt(&encrypted);
        assert!(ended.is_ok() && released == plain);
    }
    assert_eq!(encrypted_len(0), 181);
    assert_eq!(encrypted_len(u64::MAX), u64::MAX);
    assert_eq!(plain_len(180), None);
    assert_eq!(plain_len(181 + 65536 + 1), None);
    assert_eq!(plain_len(u64::MAX).map(encrypted_len), Some(u64::MAX));
}

/// Attack M2: nothing shows that two files are the same.
#[test]
fn m2_the_same_content_is_encrypted_otherwise_each_time() {
    let (one, two) = (Wrapped::make().encrypt(&plain(100)), Wrapped::make().encrypt(&plain(100)));
    assert!(one[22..] != two[22..]);
    assert!(Wrapped::make().decrypt(&one).1.is_err());
}

fn chunks(encrypted: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let (front, payload) = encrypted.split_at(FRONT);
    (front.to_vec(), payload.chunks(SEALED_CHUNK).map(<[u8]>::to_vec).collect())
}

#[test]
fn d1_reordered_chunks_are_refused() {
    let (wrapped, plain) = (Wrapped::make(), plain(4 * CHUNK + 5));
    let (front, mut chunks) = chunks(&wrapped.encrypt(&plain));
    chunks.swap(1, 2);
    wrapped.assert_refused(&[front, chunks.concat()].concat(), &plain);
}

#[test]
fn d2_truncation_is_refused_at_every_boundary() {
    for len in [3 * CHUNK, 3 * CHUNK + 5] {
        let (wrapped, plain) = (Wrapped::make(), plain(len));
        let encrypted = wrapped.encrypt(&plain);
        for chunks in 0..plain.len().div_ceil(CHUNK) {
            for near in [0, 1, 16, 17] {
                wrapped.assert_refused(&encrypted[..FRONT + chunks * SEALED_CHUNK + near], &plain);
            }
        }
        for end in [0, 1, HEADER_LEN - 1, HEADER_LEN, FRONT - 1, FRONT, encrypted.len() - 1] {
            wrapped.assert_refused(&encrypted[..end], &plain);
        }
    }
}

#[test]
fn d3_duplicated_chunks_are_refused() {
    let (wrapped, plain) = (Wrapped::make(), plain(3 * CHUNK + 5));
    let (front, chunks) = chunks(&wrapped.encrypt(&plain));
    for double in 0..chunks.len() {
        let mut chunks = chunks.clone();
        chunks.insert(double, chunks[double].clone());
        wrapped.assert_refused(&[front.clone(), chunks.concat()].concat(), &plain);
    }
}

#[test]
fn d4_what_is_appended_is_refused() {
    for len in [0, 5, CHUNK, 2 * CHUNK, 2 * CHUNK + 5] {
        let (wrapped, plain) = (Wrapped::make(), plain(len));
        let encrypted = wrapped.encrypt(&plain);
        for tail in [1, 16, 17, SEALED_CHUNK, 2 * SEALED_CHUNK] {
            wrapped.assert_refused(&[&encrypted[..], &vec![0; tail]].concat(), &plain);
        }
        wrapped.assert_refused(&[&encrypted[..], &encrypted[FRONT..]].concat(), &plain);
    }
}

/// Two files under one DEK do not happen; should they, their chunks still do not mix.
#[test]
fn d5_d6_chunks_of_other_versions_and_files_are_refused() {
    let (wrapped, plain) = (Wrapped::make(), plain(2 * CHUNK + 5));
    let (front, mine) = chunks(&wrapped.encrypt(&plain));
    for other in [wrapped.encrypt(&plain), Wrapped::make().encrypt(&plain)] {
        let (other_front, other) = chunks(&other);
        for at in 0..mine.len() {
            let mut mixed = mine.clone();
            mixed[at].clone_from(&other[at]);
            wrapped.assert_refused(&[front.clone(), mixed.concat()].concat(), &plain);
        }
        wrapped.assert_refused(&[&other_front[..HEADER_LEN], &front[HEADER_LEN..], &mine.concat()].concat(), &plain);
    }
}

#[test]
fn c1_c2_every_flipped_bit_is_refused() {
    let (wrapped, plain_bytes) = (Wrapped::make(), plain(100));
    let encrypted = wrapped.encrypt(&plain_bytes);
    for flipped in flips(&encrypted) {
        let (released, ended) = wrapped.decrypt(&flipped);
        assert!(released.is_empty() && matches!(ended, Err(ContentError::Refused)));
    }
    // Above 4 KiB: a thousand bits, spread by a step that is prime.
    let (wrapped, plain) = (Wrapped::make(), plain(3 * CHUNK + 5));
    let mut encrypted = wrapped.encrypt(&plain);
    let bits = encrypted.len() * 8;
    for bit in (0..1000).map(|count| (count * 1_572_869 + 7) % bits) {
        encrypted[bit / 8] ^= 1 << (bit % 8);
        wrapped.assert_refused(&encrypted, &plain);
        encrypted[bit / 8] ^= 1 << (bit % 8);
    }
}

/// Headers that age's parser knows, in the words of the C2SP test vectors, and others.
#[test]
fn b4_only_one_shape_of_header_is_looked_at() {
    let (wrapped, plain) = (Wrapped::make(), plain(10));
    let good = wrapped.encrypt(&plain);
    let text = String::from_utf8(good[..HEADER_LEN].to_vec()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let [version, stanza, body, mac] = lines[..] else { panic!("not four lines") };
    let salt = stanza.split(' ').nth(2).unwrap();
    let header = |lines: &[&str]| lines.join("\n") + "\n";
    let work_factor = |factor: &str| header(&[version, &format!("-> scrypt {salt} {factor}"), body, mac]);
    let with_salt = |salt: &str| header(&[version, &format!("-> scrypt {salt} 1"), body, mac]);
    let x25519 = "-> X25519 TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc";
    let x25519_body = "EmECAEcKN+n/Vs9SbWiV+Hu0r+E8R77DdWYyd83nw7U";
    let scrypt_10 = "-> scrypt rF0/NwblUHHTpgQgRpe5CQ 10";
    let scrypt_10_body = "gUjEymFKMVXQEKdMMHL24oYexjE3TIC0O0zGSqJ2aUY";
    let long = "-> grease ".to_owned() + &"x".repeat(2000);
    let refused = [
        work_factor("0"),
        work_factor("2"),
        work_factor("10"),
        work_factor("15"),
        work_factor("23"),
        work_factor("01"),
        work_factor("+1"),
        work_factor("-1"),
        work_factor("1aaaa"),
        work_factor("aaaa1"),
        work_factor("0x1"),
        work_factor("1 1"),
        work_factor("18446744073709551616"),
        header(&[version, &format!("-> scrypt {salt}"), body, mac]),
        header(&[version, "-> scrypt 1", body, mac]),
        header(&[version, &format!("-> Scrypt {salt} 1"), body, mac]),
        header(&[version, &format!("-> scrypt {salt} 1"), &format!("{body}A"), mac]),
        with_salt(&salt[..16]),
        with_salt(&format!("{salt}AA")),
        with_salt(&format!("{salt}==")),
        with_salt(&format!("{}-", &salt[..21])),
        header(&[version, x25519, x25519_body, mac]),
        header(&[version, scrypt_10, scrypt_10_body, mac]),
        header(&[version, stanza, body, x25519, x25519_body, mac]),
        header(&[version, x25519, x25519_body, stanza, body, mac]),
        header(&[version, stanza, body, stanza, body, mac]),
        header(&[version, stanza, body, "-> plugin-name arg", "", mac]),
        header(&[version, &long, "", stanza, body, mac]),
        header(&["age-encryption.org/v2", stanza, body, mac]),
        header(&["age-encryption.org/v0", stanza, body, mac]),
        text.replace('\n', "\r\n"),
        text.replace(" 1\n", "  1\n"),
        text.replace("--- ", "---"),
        "-----BEGIN AGE ENCRYPTED FILE-----\n".to_owned() + &text,
    ];
    for header in refused {
        let encrypted = [header.as_bytes(), &good[HEADER_LEN..]].concat();
        let (released, ended) = wrapped.decrypt(&encrypted);
        assert!(released.is_empty() && matches!(ended, Err(ContentError::Refused)), "{header}");
    }
    assert!(wrapped.decrypt(&good).1.is_ok());
}

/// The last character of a base64 field has bits that say nothing: another spelling of the same bytes.
#[test]
fn b4_other_spellings_of_the_same_header_are_refused() {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let wrapped = Wrapped::make();
    let good = wrapped.encrypt(b"content");
    // Salt (16 bytes in 22 characters), body and MAC (32 bytes in 43).
    for last in [32 + 21, 57 + 42, HEADER_LEN - 2] {
        for character in ALPHABET.iter().filter(|character| **character != good[last]) {
            let mut spelled = good.clone();
            spelled[last] = *character;
            assert!(matches!(wrapped.decrypt(&spelled).1, Err(ContentError::Refused)));
        }
    }
}

/// Attack O1: of an endless header no more is read than a header has.
#[test]
fn o1_an_endless_header_is_not_read() {
    struct Endless(usize);
    impl Read for Endless {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            out.fill(b'x');
            self.0 += out.len();
            assert!(self.0 <= 1024);
            Ok(out.len())
        }
    }
    let dek = Dek::make().unwrap();
    assert!(matches!(decrypt(&dek, Endless(0)), Err(ContentError::Refused)));
}

/// A source or output that fails is not an attack; and what failed once stays failed.
#[test]
fn errors_of_the_disk_are_told_apart() {
    struct Failing<'a>(&'a [u8], usize);
    impl Read for Failing<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            if self.1 == 0 {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
            let room = out.len().min(self.1).min(1000);
            let read = self.0.read(&mut out[..room])?;
            self.1 -= read;
            Ok(read)
        }
    }
    let wrapped = Wrapped::make();
    let encrypted = wrapped.encrypt(&plain(3 * CHUNK));
    for after in [0, 100, HEADER_LEN, HEADER_LEN + 3] {
        let failed = decrypt(&wrapped.dek(), Failing(&encrypted, after));
        assert!(matches!(failed, Err(ContentError::Io(error)) if error.kind() == io::ErrorKind::PermissionDenied));
    }
    let mut content = decrypt(&wrapped.dek(), Failing(&encrypted, 100_000)).unwrap();
    let mut released = Vec::new();
    assert_eq!(content.read_to_end(&mut released).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    assert_eq!(released, plain(CHUNK));
    assert!(content.read(&mut [0]).is_err());

    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let written = bytes.len().min(self.0);
            self.0 -= written;
            if written == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(written) }
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    assert!(matches!(encrypt(wrapped.dek(), &mut &plain(CHUNK)[..], Full(100)), Err(ContentError::Io(_))));
    let mut encryptor = Encryptor::begin(wrapped.dek(), Full(1000)).unwrap();
    assert_eq!(encryptor.write(&plain(3 * CHUNK)).unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert!(encryptor.write(&[1]).is_err());
    assert!(matches!(encryptor.finish(), Err(ContentError::Io(_))));
}

#[test]
fn what_was_not_finished_never_opens() {
    for len in [0, 5, CHUNK, CHUNK + 5] {
        let (wrapped, plain) = (Wrapped::make(), plain(len));
        let mut output = Vec::new();
        let mut encryptor = Encryptor::begin(wrapped.dek(), &mut output).unwrap();
        encryptor.write_all(&plain).unwrap();
        encryptor.flush().unwrap();
        drop(encryptor);
        wrapped.assert_refused(&output, &plain);
    }
}

#[test]
fn seeking_reads_what_stands_there() {
    for len in [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 100] {
        let (wrapped, plain) = (Wrapped::make(), plain(len));
        let encrypted = wrapped.encrypt(&plain);
        let mut content = decrypt(&wrapped.dek(), Cursor::new(&encrypted)).unwrap();
        assert_eq!(content.seek(SeekFrom::End(0)).unwrap(), len as u64);
        assert_eq!(content.read(&mut [0; 10]).unwrap(), 0);
        for at in [0, len.min(1), len / 2, len.saturating_sub(1), CHUNK.min(len), (CHUNK - 1).min(len), len] {
            assert_eq!(content.seek(SeekFrom::Start(at as u64)).unwrap(), at as u64);
            let mut rest = Vec::new();
            content.read_to_end(&mut rest).unwrap();
            assert_eq!(rest, plain[at..]);
        }
        for beyond in
            [SeekFrom::Start(len as u64 + 1), SeekFrom::End(1), SeekFrom::Current(i64::MAX), SeekFrom::End(i64::MIN)]
        {
            assert_eq!(content.seek(beyond).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        }
        // Refused, not broken.
        assert_eq!(content.seek(SeekFrom::Start(0)).unwrap(), 0);
        assert_eq!(content.read(&mut [0; 1]).unwrap(), len.min(1));
    }
}

/// Attack D8, and D2 and D4 against a reader that seeks.
#[test]
fn d8_seeking_meets_the_same_checks() {
    let (wrapped, plain) = (Wrapped::make(), plain(4 * CHUNK));
    let encrypted = wrapped.encrypt(&plain);
    let seek_and_read = |encrypted: &[u8], at: u64| {
        let mut content = decrypt(&wrapped.dek(), Cursor::new(encrypted)).unwrap();
        content.seek(SeekFrom::Start(at)).and_then(|_| content.read_exact(&mut [0; 10]))
    };
    assert!(seek_and_read(&encrypted, 2 * CHUNK as u64 + 7).is_ok());
    let (front, mut chunks) = chunks(&encrypted);
    chunks.swap(1, 2);
    let swapped = [front, chunks.concat()].concat();
    assert!(seek_and_read(&swapped, 2 * CHUNK as u64 + 7).is_err());
    assert!(seek_and_read(&encrypted[..FRONT + 3 * SEALED_CHUNK], 7).is_err());
    assert!(seek_and_read(&encrypted[..FRONT], 0).is_err());
    assert!(seek_and_read(&[&encrypted[..], &[0; 16]].concat(), 7).is_err());
}

/// age's own passphrase types read what is written here, and the other way about.
#[test]
fn the_age_library_agrees() {
    use age::secrecy::SecretString;
    let (wrapped, plain) = (Wrapped::make(), plain(CHUNK + 1));
    let passphrase = || SecretString::from(wrapped.dek().export_text().to_string());
    let mut identity = age::scrypt::Identity::new(passphrase());
    identity.set_max_work_factor(1);
    let opened = age::decrypt(&identity, &wrapped.encrypt(&plain)).unwrap();
    assert_eq!(opened, plain);
    let mut recipient = age::scrypt::Recipient::new(passphrase());
    recipient.set_work_factor(1);
    let encrypted = age::encrypt(&recipient, &plain).unwrap();
    assert_eq!(wrapped.decrypt(&encrypted).0, plain);
    recipient.set_work_factor(2);
    let encrypted = age::encrypt(&recipient, &plain).unwrap();
    assert!(matches!(wrapped.decrypt(&encrypted).1, Err(ContentError::Refused)));
}

/// Promise 7: what is exported with its key opens with the stock `age` program, which asks a terminal for the
/// passphrase; `script` gives it one.
#[test]
#[allow(clippy::print_stderr)]
fn stock_age_opens_an_exported_file() {
    for (program, package) in [("age", "age"), ("script", "util-linux")] {
        if Command::new(program).arg("--version").output().is_err() {
            eprintln!("not run: {package} is not installed");
            return;
        }
    }
    let directory = tempfile::tempdir().unwrap();
    // Not 0: `age` makes no file for no content.
    for len in [1, CHUNK, 200_000] {
        let (wrapped, plain) = (Wrapped::make(), plain(len));
        let (input, output) = (directory.path().join("file.age"), directory.path().join(format!("out-{len}")));
        std::fs::write(&input, wrapped.encrypt(&plain)).unwrap();
        let mut terminal = Command::new("script")
            .args(["-qec", &format!("age -d -o '{}' '{}'", output.display(), input.display()), "/dev/null"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let mut typed = terminal.stdin.take().unwrap();
        typed.write_all(format!("{}\n", &*wrapped.dek().export_text()).as_bytes()).unwrap();
        assert!(terminal.wait().unwrap().success());
        drop(typed);
        assert!(std::fs::read(&output).unwrap() == plain);
    }
}
