//! Signatures on documents, as front ends show them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{AccountId, DekId, DeviceId, EntryId, FolderId};

/// Who signed a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Signatures {
    /// Its folder.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub folder: FolderId,
    /// The file.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub entry: EntryId,
    /// Its name.
    pub name: String,
    /// Number of its newest version.
    pub newest: u32,
    /// Newest first.
    pub signatures: Vec<DocumentSignature>,
}

/// What a signature comes to, judged here and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// A member signed these very bytes, with a key that counted.
    Good,
    /// All of it but the bytes: they were not read on this computer yet.
    NotChecked,
    /// Made after the key, or the computer that has it, was revoked.
    KeyRevoked,
    /// Of other bytes than the version has.
    OtherBytes,
    /// By somebody who was not a member of the folder.
    NotMember,
    /// Not by the key that it says, or it says something false of itself.
    Invalid,
}

/// A signature on a version of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DocumentSignature {
    /// Who.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub signer: AccountId,
    /// Display name.
    pub name: String,
    /// Oneself.
    pub me: bool,
    /// Still a member of the folder.
    pub member: bool,
    /// When, by the signer's clock.
    pub at: u64,
    /// The signer's own words; empty for none.
    pub statement: String,
    /// What the file was called.
    pub file: String,
    /// Numbers of the versions that are what was signed: several, if it was restored.
    pub versions: Vec<u32>,
    /// Id of the version's key.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub dek_id: DekId,
    /// It is on the newest version.
    pub current: bool,
    /// What it comes to.
    pub verdict: Verdict,
    /// SHA-512 of what was signed, in hexadecimal.
    pub sha512: String,
    /// Version of the signer's key.
    pub key: u64,
    /// Its fingerprint, as `ssh-keygen -l` shows it; none if the signer has no such key.
    pub fingerprint: Option<String>,
    /// The key does not count any more; what it signed before does.
    pub key_ended_since: bool,
    /// The computer that signed.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub device: DeviceId,
    /// Hash of the record that carries it.
    pub record: String,
}

/// A key of one's own that signs documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct SigningKey {
    /// Its version.
    pub version: u64,
    /// The computer it belongs to.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub device: DeviceId,
    /// What that is called, if it has a name.
    pub computer: Option<String>,
    /// It belongs to this one.
    pub this: bool,
    /// This computer signs with it.
    pub here: bool,
    /// Neither it nor its computer is revoked.
    pub in_force: bool,
    /// It is on a token: its address, as this computer knows it.
    pub token: Option<String>,
    /// Its fingerprint, as `ssh-keygen -l` shows it.
    pub fingerprint: String,
    /// Its public half, as OpenSSH writes it.
    pub public: String,
}

/// A file with its good signatures, for checking without Valise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ExportedSigned {
    /// The file.
    pub file: PathBuf,
    /// The signers' public keys, for `ssh-keygen -Y verify -f`.
    pub allowed_signers: PathBuf,
    /// Each signature.
    pub signatures: Vec<ExportedSignature>,
    /// So many on this version are not good, and were not exported.
    pub left_out: u32,
}

/// What was written for one signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ExportedSignature {
    /// Who signed.
    pub name: String,
    /// What the signer is called in the list of public keys: `ssh-keygen -Y verify -I`.
    pub principal: String,
    /// The signature of the file.
    pub signature: PathBuf,
    /// The statement.
    pub statement: PathBuf,
    /// The signature of the statement.
    pub statement_signature: PathBuf,
    /// The same as one page.
    pub certificate: PathBuf,
}
