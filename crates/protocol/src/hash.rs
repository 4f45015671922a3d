//! Domain-separated SHA-256: the one hash of the protocol.

use sha2::{Digest, Sha256};

/// What a digest is of. The label is part of what is hashed, so a digest of one kind of thing can never
/// stand for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// A whole encoded record.
    Record,
    /// A device's three public keys.
    Device,
    /// A data encryption key.
    Dek,
    /// Commitment to a folder key.
    FolderKey,
    /// Commitment to a master key.
    MasterKey,
    /// Commitment to a recovery key.
    RecoveryKey,
    /// A sealed account ring.
    Ring,
    /// A conflict copy's entry id.
    ConflictCopy,
    /// The suffix of a name of which too many are taken.
    TakenName,
    /// A public key a seal was made to.
    PublicKey,
    /// The body of a signed HTTP request.
    RequestBody,
    /// Checksum of an invitation link.
    Link,
    /// What the owner of a slot must match before a key is accepted.
    Slot,
    /// What a share of a recovery key must match.
    RecoveryShare,
    /// Two groups of a printed share, asked back.
    KitGroups,
    /// Check of a pairing code.
    PairingCode,
    /// The id of a recovery set.
    RecoverySet,
    /// The public key of a TLS certificate.
    TlsKey,
    /// What stands in an export so far.
    Export,
}

impl Label {
    /// The bytes that are hashed first, without the separating zero.
    pub fn text(self) -> &'static str {
        match self {
            Label::Record => "valise v1 record",
            Label::Device => "valise v1 device",
            Label::Dek => "valise v1 dek id",
            Label::FolderKey => "valise v1 folder key commitment",
            Label::MasterKey => "valise v1 master key commitment",
            Label::RecoveryKey => "valise v1 recovery key commitment",
            Label::Ring => "valise v1 account ring",
            Label::ConflictCopy => "valise v1 conflict copy",
            Label::TakenName => "valise v1 taken name",
            Label::PublicKey => "valise v1 public key",
            Label::RequestBody => "valise v1 request body",
            Label::Link => "valise v1 link checksum",
            Label::Slot => "valise v1 slot commitment",
            Label::RecoveryShare => "valise v1 recovery share",
            Label::KitGroups => "valise v1 kit groups",
            Label::PairingCode => "valise v1 pairing code",
            Label::RecoverySet => "valise v1 set id of recovery",
            Label::TlsKey => "valise v1 tls key",
            Label::Export => "valise v1 export",
        }
    }
}

/// SHA-256 over label, a zero byte, and for each part its length (8 bytes, big endian) and its bytes.
pub fn digest(label: Label, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(label.text().as_bytes());
    hash.update([0]);
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cannot_run_together() {
        assert_ne!(digest(Label::Record, &[b"ab", b"c"]), digest(Label::Record, &[b"a", b"bc"]));
        assert_ne!(digest(Label::Record, &[b"a"]), digest(Label::Device, &[b"a"]));
    }
}
