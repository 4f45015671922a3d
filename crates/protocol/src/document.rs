//! Signatures on documents: what a member signs of a version of a file, and the words of it.
//!
//! A [`Body`] is sealed in a folder's `signed` record. It holds a [`Statement`] and two SSH signatures (SSHSIG) by the
//! signer's key for documents: one of the file's exact bytes, in the namespace `file`, as `ssh-keygen -Y sign` makes
//! it; one of the statement's text, in [`STATEMENT_NAMESPACE`]. The text says everything that the statement says and
//! follows from it alone, so that whoever has it needs nothing of ours to check who said what, of which bytes.
//!
//! Nothing here verifies a signature: that is done in the crypto crate. To add a field, add a line to the text, too.

use serde_bytes::ByteBuf;
use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use crate::cbor::{self, BadEncoding};
use crate::ids::{AccountId, Cid, ContentDigest, DekId, EntryId, FolderId, KeyVersion, WorkspaceId};
use crate::moment;

/// SSHSIG namespace of a file's bytes: the one that `ssh-keygen -Y` is mostly used with.
pub const FILE_NAMESPACE: &str = "file";
/// SSHSIG namespace of a statement's text.
pub const STATEMENT_NAMESPACE: &str = "statement@valise.app";
/// Longest words of a signer, in bytes.
pub const MAX_WORDS: usize = 1_000;
/// Most lines of them: they fit a printed page.
pub const MAX_LINES: usize = 16;
/// Longest name in a statement, in bytes.
pub const MAX_NAME: usize = 255;
/// Longest SSH signature, in bytes: a key on a token may have longer ones than Ed25519.
pub const MAX_SIGNATURE: usize = 1_024;
/// Longest sealed part of a `signed` record: what no body needs is not kept for anybody.
pub const MAX_SEALED: usize = 8_192;

/// What somebody says of a version of a file by signing it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Statement {
    /// The file.
    pub entry: EntryId,
    /// The version's key. A member could announce other bytes under the same key; hence also
    pub dek: DekId,
    /// the encrypted file,
    pub cid: Cid,
    /// the bytes of plaintext,
    pub size: u64,
    /// and their SHA-512.
    pub digest: ContentDigest,
    /// Milliseconds since 1970 by the signer's clock, whole seconds.
    pub at: u64,
    /// Version of the signer's key for documents.
    pub key: KeyVersion,
    /// As the signer saw them when signing.
    pub names: Names,
    /// The signer's own words; empty for none.
    pub words: String,
}

/// Names as the signer saw them. They may have changed since; ids have not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Names {
    /// Of the signer.
    pub signer: String,
    /// Of the workspace.
    pub workspace: String,
    /// Of the folder.
    pub folder: String,
    /// Of the file.
    pub file: String,
    /// The version's number, counted from 1.
    pub version: u32,
}

/// What the record says besides: whose signature it is, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedBy {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The folder.
    pub folder: FolderId,
    /// The signer.
    pub account: AccountId,
}

/// The sealed body of a `signed` record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Body {
    /// What was said.
    pub statement: Statement,
    /// SSHSIG of the file's bytes.
    pub of_file: ByteBuf,
    /// SSHSIG of [`Statement::text`].
    pub of_statement: ByteBuf,
}

impl Body {
    /// Encodes it.
    ///
    /// # Errors
    /// When no reader would take it: a name or words that are none, a limit.
    pub fn encode(&self) -> Result<Vec<u8>, BadEncoding> {
        self.check()?;
        cbor::encode(self)
    }

    /// Decodes it and checks every name and limit.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadEncoding> {
        let body: Self = cbor::decode(bytes)?;
        body.check()?;
        Ok(body)
    }

    fn check(&self) -> Result<(), BadEncoding> {
        let names = &self.statement.names;
        let sound = [&names.signer, &names.workspace, &names.folder, &names.file].into_iter().all(|name| is_name(name))
            && names.version > 0
            && self.statement.at.is_multiple_of(1_000)
            && is_words(&self.statement.words)
            && [&self.of_file, &self.of_statement].into_iter().all(|signature| signature.len() <= MAX_SIGNATURE);
        sound.then_some(()).ok_or(BadEncoding)
    }
}

impl Statement {
    /// The text that is signed: one line a field, the signer's words last and indented, so that nothing in a name or in
    /// the words looks like a field. Frozen in `tests/vectors/protocol-statement.json`.
    pub fn text(&self, by: SignedBy) -> String {
        let Names { signer, workspace, folder, file, version } = &self.names;
        let mut text = String::from("Valise statement 1\n");
        let fields = [
            ("Signer", plain(signer)),
            ("Account", by.account.to_string()),
            ("Signing key", self.key.to_string()),
            ("Time", format!("{} (by the signer's clock)", moment::second(self.at))),
            ("Workspace", plain(workspace)),
            ("Workspace id", by.workspace.to_string()),
            ("Folder", plain(folder)),
            ("Folder id", by.folder.to_string()),
            ("File", plain(file)),
            ("File id", self.entry.to_string()),
            ("Version", version.to_string()),
            ("Version id", self.dek.to_string()),
            ("Content id", self.cid.to_string()),
            ("Bytes", self.size.to_string()),
            ("SHA-512", self.digest.to_string()),
        ];
        for (name, value) in fields {
            text.push_str(&format!("{name}: {value}\n"));
        }
        text.push_str(if self.words.is_empty() { "Statement: none\n" } else { "Statement:\n" });
        for line in self.words.split('\n').filter(|_| !self.words.is_empty()) {
            text.push_str(&format!("  {}\n", plain(line)));
        }
        text
    }
}

/// Whether a text can be a signer's words: none, or lines without control characters and without white space around.
pub fn is_words(text: &str) -> bool {
    text.len() <= MAX_WORDS
        && text.split('\n').count() <= MAX_LINES
        && text.trim() == text
        && !text.chars().any(|c| c.is_control() && c != '\n')
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_NAME && !text.chars().any(char::is_control)
}

/// Without anything that steers a terminal, turns the direction of writing or hides: a text that is signed is to be read
/// as it is.
fn plain(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars().map(|c| if steers(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}
