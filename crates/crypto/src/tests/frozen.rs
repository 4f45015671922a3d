//! Frozen vectors of this crate's formats. All but the seals were made by `tests/independent.py` from the
//! documents alone; whoever has to change one has broken everything that is stored.

use std::io::Read;

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use hkdf::Hkdf;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use valise_protocol::ids::{
    AccountId, Commitment, DekId, DeviceId, FolderId, KeyVersion, RecordHash, RecoverySetId, WorkspaceId,
};
use valise_protocol::keys::{Encapsulation, Seal, SealedKey, WrappedKey};
use valise_protocol::place::{SealPlace, WrapPlace};
use valise_protocol::record::Kind;
use valise_protocol::sign::VerifyKey;

use super::{array, bytes, number, path, randomness, text, vectors};
use crate::key::{DeviceKey, Secret32};
use crate::random::Drawn;
use crate::seal::{SealingPair, open_key, seal_key_with};
use crate::shares::split_with;
use crate::*;

fn wrapped(vector: &Value, name: &str) -> WrappedKey {
    WrappedKey::new(bytes(vector, name)).unwrap()
}

fn commitment(vector: &Value, name: &str) -> Commitment {
    Commitment::new(array(vector, name))
}

#[test]
fn wraps() {
    let vector = vectors("wraps");
    let workspace = WorkspaceId::new(array(&vector, "workspace"));
    let folder = FolderId::new(array(&vector, "folder"));
    let key = FolderKey::copy_of(&array(&vector, "folder_key"));
    assert_eq!(key.commitment(), commitment(&vector, "folder_key_commitment"));
    let place = FolderPlace { workspace, folder, epoch: number(&vector, "epoch") };
    let wrapper = FolderKeyWrapper::new(&key, place).unwrap();
    let id = DekId::new(array(&vector, "dek_id"));
    let dek = wrapper.unwrap_dek(id, &wrapped(&vector, "dek_wrapped")).unwrap();
    assert!(dek == Dek::copy_of(&array(&vector, "dek")));
    assert_eq!(&**dek.export_text(), text(&vector, "dek_text"));
    let expected = commitment(&vector, "previous_commitment");
    let previous = wrapper.unwrap_previous(&wrapped(&vector, "previous_wrapped"), &expected).unwrap();
    assert!(previous == FolderKey::copy_of(&array(&vector, "previous")));
    let device = DeviceKey::copy_of(&array(&vector, "device_key"));
    let index = unwrap_index_key(&device, workspace, &wrapped(&vector, "index_wrapped")).unwrap();
    assert!(index == IndexKey::copy_of(&array(&vector, "index_key")));
}

#[test]
fn body() {
    let vector = vectors("body");
    let place = WrapPlace::Body {
        workspace: WorkspaceId::new(array(&vector, "workspace")),
        folder: FolderId::new(array(&vector, "folder")),
        epoch: number(&vector, "epoch"),
        seq: number(&vector, "seq"),
        prev: RecordHash::new(array(&vector, "prev")),
        author: AccountId::new(array(&vector, "author")),
        device: DeviceId::new(array(&vector, "device")),
        kind: Kind(u16::try_from(number(&vector, "kind")).unwrap()),
    };
    assert_eq!(place.associated_data(), bytes(&vector, "associated_data"));
    let key = FolderKey::copy_of(&array(&vector, "folder_key"));
    let body = open_body(&key, &place, &SealedBody::from_bytes(bytes(&vector, "sealed"))).unwrap();
    assert_eq!(body.as_bytes(), bytes(&vector, "body"));
}

#[test]
fn signal() {
    let vector = vectors("signal");
    let (workspace, folder) = (WorkspaceId::new(array(&vector, "workspace")), FolderId::new(array(&vector, "folder")));
    let place = WrapPlace::Signal { workspace, folder, epoch: number(&vector, "epoch") };
    assert_eq!(place.associated_data(), bytes(&vector, "associated_data"));
    let key = FolderKey::copy_of(&array(&vector, "folder_key"));
    assert_eq!(open_signal(&key, &place, &bytes(&vector, "sealed")).unwrap(), bytes(&vector, "signal"));
}

#[test]
fn slot() {
    let vector = vectors("slot");
    let file = SlotFile::from_bytes(&bytes(&vector, "file")).unwrap();
    let password = Password::new(text(&vector, "password")).unwrap();
    let key = file.open_with_password(WorkspaceId::new(array(&vector, "workspace")), &password).unwrap();
    assert!(key == DeviceKey::copy_of(&array(&vector, "device_key")));
    assert_eq!(file.to_bytes().unwrap(), bytes(&vector, "file"));
}

#[test]
fn token() {
    let vector = vectors("token");
    let file = SlotFile::from_bytes(&bytes(&vector, "file")).unwrap();
    let (address, secret) = (text(&vector, "address").to_owned(), bytes(&vector, "wrapped_secret"));
    assert_eq!(file.token(), Ok(TokenWay { index: 2, address, secret }));
    let secret = SlotSecret::from_keeper(&array(&vector, "secret"));
    let key = file.open_with_token(WorkspaceId::new(array(&vector, "workspace")), &secret).unwrap();
    assert!(key == DeviceKey::copy_of(&array(&vector, "device_key")));
    assert_eq!(file.to_bytes().unwrap(), bytes(&vector, "file"));
}

#[test]
fn login() {
    let vector = vectors("login");
    let file = SlotFile::from_bytes(&bytes(&vector, "file")).unwrap();
    let secret = LoginSecret::from_keyring_text(text(&vector, "keyring_text")).unwrap();
    assert!(secret == LoginSecret::copy_of(&array(&vector, "secret")));
    assert_eq!(secret.to_keyring_text().as_str(), text(&vector, "keyring_text"));
    let key = file.open_with_login(WorkspaceId::new(array(&vector, "workspace")), &secret).unwrap();
    assert!(key == DeviceKey::copy_of(&array(&vector, "device_key")));
    assert_eq!(file.to_bytes().unwrap(), bytes(&vector, "file"));
}

#[test]
fn recovery() {
    let vector = vectors("recovery");
    let set = ShareSet { id: RecoverySetId::new(array(&vector, "set")), commitment: commitment(&vector, "commitment") };
    let key = RecoveryKey::copy_of(&array(&vector, "recovery_key"));
    assert_eq!(key.commitment(), set.commitment);
    assert_eq!(key.signing_key().verify_key(), VerifyKey::new(array(&vector, "signing_public")));
    let sealing = SealingPair::of_recovery(&key).unwrap();
    assert_eq!(*sealing.secret().expose_secret(), array(&vector, "sealing_secret"));
    // The library draws four bytes for each coefficient and uses the first.
    let mut drawn = zeroize::Zeroizing::new([0; 128]);
    bytes(&vector, "coefficients").iter().enumerate().for_each(|(at, byte)| drawn[4 * at] = *byte);
    let (made, shares) = split_with(&key, set.id, Drawn::new(drawn)).unwrap();
    assert_eq!(made, set);
    let codes: Vec<&str> = vector["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
    for (share, code) in shares.iter().zip(&codes) {
        assert_eq!(share.to_code().as_str(), *code);
        assert_eq!(Share::from_code(code).unwrap().check(&set), Ok(()));
    }
    assert_eq!(shares[0].to_keyring_text().as_str(), text(&vector, "keyring_text"));
    let groups: Vec<&str> = vector["groups"].as_array().unwrap().iter().map(|group| group.as_str().unwrap()).collect();
    assert_eq!(groups_digest(&set.id, ShareIndex::Kit, &groups), commitment(&vector, "groups_digest"));
    let [one, two] = [codes[0], codes[2]].map(|code| Share::from_code(code).unwrap());
    let slots = SlotFile::from_bytes(&bytes(&vector, "slots")).unwrap();
    assert_eq!(slots.recovery_set().unwrap(), set);
    let combined = combine(&slots.recovery_set().unwrap(), &one, &two).unwrap();
    let workspace = WorkspaceId::new(array(&vector, "workspace"));
    let device_key = slots.open_with_recovery(workspace, &combined).unwrap();
    assert!(device_key == DeviceKey::copy_of(&array(&vector, "device_key")));
}

#[test]
fn ring() {
    let vector = vectors("ring");
    let place = WrapPlace::Ring {
        workspace: WorkspaceId::new(array(&vector, "workspace")),
        account: AccountId::new(array(&vector, "account")),
        master: number(&vector, "master_version"),
        generation: number(&vector, "generation"),
    };
    let master = MasterKey::copy_of(&array(&vector, "master_key"));
    assert_eq!(master.commitment(), commitment(&vector, "master_commitment"));
    let sealed = SealedRing::from_bytes(bytes(&vector, "sealed"));
    let ring = sealed.open(&master, &place, &commitment(&vector, "hash")).unwrap();
    let versions: Vec<KeyVersion> = ring.iter().map(|(version, _)| version).collect();
    assert_eq!(json!(versions), vector["versions"]);
    let secrets: Vec<String> = ring.iter().map(|(_, secret)| hex::encode(secret.expose_secret())).collect();
    assert_eq!(json!(secrets), vector["secrets"]);
}

#[test]
fn pairing() {
    let vector = vectors("pairing");
    let code = PairingCode::from_text(text(&vector, "code")).unwrap();
    assert_eq!(code.to_text().as_str(), text(&vector, "code"));
    assert_eq!(*code.id().as_bytes(), array(&vector, "id"));
    for (message, name) in [(PairingMessage::Offer, "offer"), (PairingMessage::Answer, "answer")] {
        assert_eq!(**code.open(message, &bytes(&vector, name)).unwrap(), bytes(&vector, "plain"));
    }
    let place = WrapPlace::DeviceName {
        workspace: WorkspaceId::new(array(&vector, "workspace")),
        account: AccountId::new(array(&vector, "account")),
        version: number(&vector, "version"),
        device: DeviceId::new(array(&vector, "device")),
    };
    let pair = SealingPair::from_secret(Secret32::copy_of(&array(&vector, "account_secret"))).unwrap();
    assert_eq!(open_device_name(&pair, &place, &bytes(&vector, "name_sealed")).unwrap(), text(&vector, "name"));
}

#[test]
fn device() {
    let vector = vectors("device");
    let sealed = SealedDeviceSecrets::from_bytes(bytes(&vector, "sealed"));
    let key = DeviceKey::copy_of(&array(&vector, "device_key"));
    let secrets = sealed.open(&key, WorkspaceId::new(array(&vector, "workspace"))).unwrap();
    let public = secrets.public();
    assert_eq!(public.signing, VerifyKey::new(array(&vector, "signing_public")));
    assert_eq!(public.peer, VerifyKey::new(array(&vector, "peer_public")));
    assert_eq!(*secrets.peer_seed(), array(&vector, "peer_seed"));
    assert_eq!(public.sealing.as_bytes(), bytes(&vectors("published")["xwing"]["cases"][0], "pk"));
}

#[test]
fn content() {
    let vector = vectors("content");
    let cases = vector["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 7);
    for case in cases {
        let plain: Vec<u8> = (0..number(case, "plain_len")).map(|at| (at % 251) as u8).collect();
        let header = bytes(case, if case["header"].is_null() { "encrypted" } else { "header" });
        let encrypted = [&header[..HEADER_LEN], &age_payload(&vector, &plain)].concat();
        assert_eq!(encrypted.len() as u64, encrypted_len(plain.len() as u64));
        assert_eq!(Sha256::digest(&encrypted)[..], array::<32>(case, "encrypted_sha256"));
        let dek = Dek::copy_of(&array(&vector, "dek"));
        let mut opened = Vec::new();
        decrypt(&dek, &encrypted[..]).unwrap().read_to_end(&mut opened).unwrap();
        assert_eq!(opened, plain);
    }
}

/// The payload as the age specification has it, by another cipher library than age's own: the random parts of
/// a file are fixed here, and the large cases are known by their digest alone.
fn age_payload(vector: &Value, plain: &[u8]) -> Vec<u8> {
    let nonce = bytes(vector, "nonce");
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(Some(&nonce), &bytes(vector, "file_key")).expand(b"payload", &mut key).unwrap();
    let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &key).unwrap());
    let mut chunks: Vec<Vec<u8>> = plain.chunks(64 << 10).map(<[u8]>::to_vec).collect();
    if chunks.is_empty() {
        chunks.push(Vec::new());
    }
    let last = chunks.len() - 1;
    for (count, chunk) in chunks.iter_mut().enumerate() {
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&(count as u64).to_be_bytes());
        nonce[11] = u8::from(count == last);
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), chunk).unwrap();
    }
    [nonce, chunks.concat()].concat()
}

fn seal_places(public: &valise_protocol::keys::SealingPublic) -> [(&'static str, SealPlace<'_>); 6] {
    let workspace = WorkspaceId::new([1; 32]);
    let (account, author) = (AccountId::new([3; 32]), AccountId::new([4; 32]));
    let (device, recipient) = (DeviceId::new([5; 32]), DeviceId::new([6; 32]));
    let set = RecoverySetId::new([7; 16]);
    let (folder, version) = (FolderId::new([2; 32]), 9);
    [
        (
            "folder key",
            SealPlace::FolderKey { workspace, folder, epoch: 7, recipient: account, version, public, author, device },
        ),
        ("master key to device", SealPlace::MasterToDevice { workspace, account, version, recipient, public, device }),
        ("master key to recovery", SealPlace::MasterToRecovery { workspace, account, version, set, public, device }),
        (
            "invitation secret",
            SealPlace::InvitationSecret { workspace, recipient: account, version, public, author, device },
        ),
        ("escrow share", SealPlace::EscrowShare { workspace, account, set, authority: version, public }),
        ("released share", SealPlace::ReleasedShare { workspace, account, set, device, public }),
    ]
}

/// Made by this very test where the file was missing; HPKE itself is checked by published vectors.
#[test]
fn seals() {
    let secret: [u8; 32] = std::array::from_fn(|at| at as u8 + 40);
    let (drawn, key): ([u8; 64], [u8; 32]) = (std::array::from_fn(|at| at as u8 + 90), [0x5a; 32]);
    let pair = SealingPair::from_secret(Secret32::copy_of(&secret)).unwrap();
    let mut made = json!({"secret": hex::encode(secret), "randomness": hex::encode(drawn), "key": hex::encode(key)});
    for (name, place) in seal_places(pair.public()) {
        let seal = seal_key_with(randomness(&drawn), &place, &key).unwrap();
        assert_eq!(*open_key(&pair, &place, &seal).unwrap(), key);
        made[name] = json!({
            "associated_data": hex::encode(place.associated_data()),
            "enc_sha256": hex::encode(Sha256::digest(seal.enc.as_bytes())),
            "sealed": hex::encode(seal.key.as_bytes()),
        });
        // All use one randomness, so that the file holds the encapsulation once.
        made["enc"] = json!(hex::encode(seal.enc.as_bytes()));
    }
    if !std::fs::exists(path("seal")).unwrap() {
        std::fs::write(path("seal"), serde_json::to_string_pretty(&made).unwrap() + "\n").unwrap();
        panic!("frozen now: read the file and keep it");
    }
    let frozen = vectors("seal");
    assert_eq!(made, frozen);
    for (name, place) in seal_places(pair.public()) {
        let enc = Encapsulation::new(bytes(&frozen, "enc")).unwrap();
        let seal = Seal { enc, key: SealedKey::new(bytes(&frozen[name], "sealed")).unwrap() };
        assert_eq!(*open_key(&pair, &place, &seal).unwrap(), key);
    }
}
