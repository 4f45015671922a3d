//! SSH signatures: byte for byte those of `ssh-keygen`, and nothing else is taken for one.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use valise_protocol::ids::{AccountId, ContentDigest, DeviceId, WorkspaceId};
use valise_protocol::keys::{DocumentKey, WrappedKey};
use valise_protocol::place::WrapPlace;

use super::{array, text, vectors};
use crate::*;

/// What an armored signature holds.
fn dearmored(armored: &str) -> Vec<u8> {
    let lines: String = armored.lines().filter(|line| !line.starts_with("-----")).collect();
    BASE64_STANDARD.decode(lines).unwrap()
}

fn what(namespace: &str) -> Signs {
    if namespace == "file" { Signs::File } else { Signs::Statement }
}

#[test]
fn signatures_are_those_of_ssh_keygen() {
    let vectors = vectors("sshsig");
    let secret = DocumentSecret::from_seed(&array(&vectors, "seed"));
    assert_eq!(openssh_key(&secret.key()), text(&vectors, "public"));
    assert_eq!(openssh_fingerprint(&secret.key()), text(&vectors, "fingerprint"));
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 2);
    for case in cases {
        let digest = ContentHash::of(text(case, "message").as_bytes());
        let signature = secret.sign(what(text(case, "namespace")), &digest).unwrap();
        assert_eq!(armored(&signature).unwrap(), text(case, "signature"));
    }
    assert_eq!(namespaces(), "file,statement@valise.app");
}

#[test]
fn a_file_in_pieces_is_the_same_file() {
    let mut hash = ContentHash::new();
    [&b"The quick "[..], b"", b"brown fox\n"].into_iter().for_each(|piece| hash.update(piece));
    assert_eq!(hash.finish(), ContentHash::of(b"The quick brown fox\n"));
}

#[test]
fn only_this_key_this_purpose_these_bytes() {
    let vectors = vectors("sshsig");
    let secret = DocumentSecret::from_seed(&array(&vectors, "seed"));
    let (key, other) = (secret.key(), DocumentSecret::make().unwrap().key());
    let digest = ContentHash::of(b"agreement");
    let signature = secret.sign(Signs::File, &digest).unwrap();
    assert_eq!(verify_document(&key, Signs::File, &digest, &signature), Ok(()));
    let refused = |key: &DocumentKey, what, digest: &ContentDigest, signature: &[u8]| {
        assert_eq!(verify_document(key, what, digest, signature), Err(BadDocumentSignature));
    };
    refused(&other, Signs::File, &digest, &signature);
    refused(&key, Signs::Statement, &digest, &signature);
    refused(&key, Signs::File, &ContentHash::of(b"agreemenT"), &signature);
    refused(&key, Signs::File, &digest, b"");
    refused(&key, Signs::File, &digest, &[&signature[..], &[0]].concat());
    refused(&key, Signs::File, &digest, &[&signature[..], &vec![0; 2000]].concat());
    for bit in 0..signature.len() * 8 {
        let mut flipped = signature.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        refused(&key, Signs::File, &digest, &flipped);
    }
    // What OpenSSH itself would take, but this format never writes.
    let case = &vectors["sha256"];
    let sha256 = dearmored(text(case, "signature"));
    assert!(armored(&sha256).is_ok());
    refused(&key, Signs::File, &ContentHash::of(text(case, "message").as_bytes()), &sha256);
}

/// A key elsewhere: it gets the bytes and gives 64 back. One that shows another key than it signs with gives nothing.
#[test]
fn a_key_elsewhere_signs_as_well() {
    struct Token {
        shows: DocumentKey,
        inside: DocumentSecret,
    }
    impl DocumentSigner for Token {
        fn key(&self) -> DocumentKey {
            self.shows
        }
        fn sign_bytes(&self, bytes: &[u8]) -> Result<[u8; 64], SignerFailed> {
            self.inside.sign_bytes(bytes)
        }
    }
    let digest = ContentHash::of(b"agreement");
    let honest = |inside: DocumentSecret| Token { shows: inside.key(), inside };
    let token = honest(DocumentSecret::make().unwrap());
    let signature = token.sign(Signs::Statement, &digest).unwrap();
    assert_eq!(verify_document(&token.key(), Signs::Statement, &digest, &signature), Ok(()));
    let liar = Token { shows: token.shows, inside: DocumentSecret::make().unwrap() };
    assert_eq!(liar.sign(Signs::File, &digest), Err(SignerFailed));
}

#[test]
fn a_secret_stays_with_its_device() {
    let (device, other) = (DeviceSecrets::make().unwrap(), DeviceSecrets::make().unwrap());
    let secret = DocumentSecret::make().unwrap();
    let place = |account, key| WrapPlace::DocumentKey {
        workspace: WorkspaceId::new([1; 32]),
        account: AccountId::new([account; 32]),
        device: DeviceId::new([3; 32]),
        key,
    };
    let here = place(2, secret.key());
    let wrapped = secret.wrap(&device, &here).unwrap();
    assert_eq!(DocumentSecret::unwrap(&device, &here, &wrapped).unwrap().key(), secret.key());
    assert!(DocumentSecret::unwrap(&other, &here, &wrapped).is_err());
    assert!(DocumentSecret::unwrap(&device, &place(4, secret.key()), &wrapped).is_err());
    let second = DocumentSecret::make().unwrap();
    assert!(DocumentSecret::unwrap(&device, &place(2, second.key()), &wrapped).is_err());
    assert_eq!(secret.wrap(&device, &place(2, second.key())), Err(MakeError::WrongPlace));
    assert!(secret.wrap(&device, &WrapPlace::IndexKey { workspace: WorkspaceId::new([1; 32]) }).is_err());
    for bit in 0..60 * 8 {
        let mut flipped = wrapped.as_bytes().to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(DocumentSecret::unwrap(&device, &here, &WrappedKey::new(flipped).unwrap()).is_err());
    }
    assert_eq!(format!("{secret:?}"), "DocumentSecret(..)");
}
