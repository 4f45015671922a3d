//! Frozen vectors: bytes that must never change. `UPDATE_VECTORS=1` writes them anew, for a new format version.

use std::path::PathBuf;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use valise_protocol::account::Account;
use valise_protocol::api::Identity;
use valise_protocol::auth::{Proof, Signed};
use valise_protocol::cbor;
use valise_protocol::chain::{Broken, Head, Verdict};
use valise_protocol::document::SignedBy;
use valise_protocol::folder::Folder;
use valise_protocol::hash::{Label, digest};
use valise_protocol::ids::{DekId, DeviceId, FolderId, PairingId, RecordHash, RecoverySetId};
use valise_protocol::invitation::redeem;
use valise_protocol::keys::DocumentKey;
use valise_protocol::names::{fold, normalize};
use valise_protocol::padding::{pad, padme};
use valise_protocol::place::{DekPlaces, SealPlace, WrapPlace};
use valise_protocol::receipt::{Held, Receipt};
use valise_protocol::record::{ChainId, Kind, Record};
use valise_protocol::sign::Domain;
use valise_protocol::tree::change::encode_body;
use valise_protocol::tree::{EntryKind, Tree};
use valise_protocol::workspace::Workspace;

use crate::scenario::{account_records, changes, folder_records, workspace_records};
use crate::support::{WORKSPACE, alice, bob, cid, commitment, dek, invitation, sealing, signing_key};
use crate::tree::stamp;

const LABELS: [Label; 19] = [
    Label::Record,
    Label::Device,
    Label::Dek,
    Label::FolderKey,
    Label::MasterKey,
    Label::RecoveryKey,
    Label::Ring,
    Label::ConflictCopy,
    Label::TakenName,
    Label::PublicKey,
    Label::RequestBody,
    Label::Link,
    Label::Slot,
    Label::RecoveryShare,
    Label::KitGroups,
    Label::PairingCode,
    Label::RecoverySet,
    Label::TlsKey,
    Label::Export,
];

const DOMAINS: [Domain; 12] = [
    Domain::Record,
    Domain::DeviceConsent,
    Domain::Redeem,
    Domain::Receipt,
    Domain::Held,
    Domain::Request,
    Domain::Identity,
    Domain::RecoveryAsked,
    Domain::DocumentKey,
    Domain::TlsKey,
    Domain::Signal,
    Domain::Export,
];

/// No label is the beginning of another, and the document names them all.
#[test]
fn labels() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/format.md");
    let document = std::fs::read_to_string(path).unwrap();
    let texts: Vec<&str> = LABELS.map(Label::text).into_iter().chain(DOMAINS.map(Domain::text)).collect();
    for (at, text) in texts.iter().enumerate() {
        assert!(document.contains(&format!("`{text}`")), "{text}");
        assert!(texts.iter().enumerate().all(|(other, longer)| other == at || !longer.starts_with(text)), "{text}");
    }
}

fn frozen(name: &str, value: &Value) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/vectors/protocol-{name}.json"));
    let text = format!("{}\n", serde_json::to_string_pretty(value).unwrap());
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{} is not what the code makes: the format has changed", path.display());
}

/// Each record, and what its chain makes of it.
fn records<Op>(records: &[Record], mut apply: impl FnMut(&Record) -> Result<Verdict<Op>, Broken>) -> Value {
    let rows = records.iter().enumerate().map(|(seq, record)| {
        let verdict = match (seq > 0).then(|| apply(record).unwrap()) {
            None | Some(Verdict::Applied(_)) => json!("applied"),
            Some(Verdict::Void(void)) => json!({ "void": void }),
        };
        json!({
            "kind": record.envelope().kind,
            "record": hex::encode(record.bytes()),
            "hash": record.hash(),
            "verdict": verdict,
        })
    });
    Value::Array(rows.collect())
}

#[test]
fn account_chain() {
    let chain = account_records();
    let mut state = Account::begin(&chain[0]).unwrap();
    let rows = records(&chain, |record| state.apply(record));
    let devices: Vec<Value> =
        state.devices().map(|(id, device)| json!({ "device": id, "valid": device.is_valid() })).collect();
    let (master, ring) = (state.master(), state.ring());
    let value = json!({
        "records": rows,
        "state": {
            "account": state.id(),
            "devices": devices,
            "key": state.key().unwrap().version,
            "master": [master.0, master.1],
            "ring": [ring.0, ring.1],
            "recovery": state.recovery().is_some(),
        },
    });
    frozen("account", &value);
}

#[test]
fn folder_chain() {
    let chain = folder_records();
    let mut state = Folder::begin(&chain[0]).unwrap();
    let rows = records(&chain, |record| state.apply(record));
    let members: Vec<Value> =
        state.members().iter().map(|(id, member)| json!({ "account": id, "role": u8::from(member.role) })).collect();
    let value = json!({
        "records": rows,
        "state": {
            "folder": state.id(),
            "members": members,
            "epoch": state.epoch(),
            "keyChangeWaiting": state.key_change_waiting(),
        },
    });
    frozen("folder", &value);
}

#[test]
fn workspace_chain() {
    let chain = workspace_records();
    let mut state = Workspace::begin(&chain[0]).unwrap();
    let rows = records(&chain, |record| state.apply(record));
    let people: Vec<Value> = state
        .people()
        .iter()
        .map(|(id, person)| {
            json!({ "account": id, "name": person.name, "closed": person.closed, "byLink": person.by_link })
        })
        .collect();
    let value = json!({
        "records": rows,
        "state": { "workspace": state.id(), "people": people, "officers": state.officers() },
    });
    frozen("workspace", &value);
}

#[test]
fn hashes_and_signatures() {
    let digests: Vec<Value> = LABELS
        .iter()
        .map(|label| json!({ "label": label.text(), "digest": hex::encode(digest(*label, &[b"one", b"", b"three"])) }))
        .collect();
    let key = signing_key(1);
    let signatures: Vec<Value> = DOMAINS
        .iter()
        .map(|domain| {
            let signature = cbor::encode(&key.sign(*domain, b"message")).unwrap();
            json!({ "domain": domain.text(), "signature": hex::encode(signature) })
        })
        .collect();
    let device = alice().device;
    let value = json!({
        "digests of one, nothing, three": digests,
        "public key of seed 01..01": key.verify_key(),
        "signatures over message": signatures,
        "device": { "keys": hex::encode(cbor::encode(&device.keys).unwrap()), "id": device.id },
    });
    frozen("hashes", &value);
}

#[test]
fn words() {
    let (alice, key) = (alice(), signing_key(50));
    let chain = ChainId::Folder(FolderId::new([3; 32]));
    let request = Signed { method: "POST", path: "/v1/folders?after=3", body: b"{}" };
    let proof = Proof::sign(alice.id(), alice.device.id, commitment(1), 4, request, &alice.device.key());
    let (id, secret) = invitation(1);
    let redemption = redeem(WORKSPACE, id, bob().id(), &secret);
    let value = json!({
        "link": crate::words::link().to_text(),
        "receipt": Receipt::sign(chain, Head { seq: 7, hash: RecordHash::new([1; 32]) }, &key),
        "held": Held::sign(cid(1), 100, &signing_key(51)),
        "proof": hex::encode(cbor::encode(&proof).unwrap()),
        "redemption": hex::encode(cbor::encode(&redemption).unwrap()),
        "identity": Identity::sign(&key, Some(WORKSPACE), signing_key(51).verify_key(), vec!["/ip4/10.0.0.1".into()]),
    });
    frozen("words", &value);
}

/// A body, and the text that its second signature is of.
#[test]
fn statement() {
    let by = SignedBy { workspace: WORKSPACE, folder: FolderId::new([3; 32]), account: bob().id() };
    let (body, mut silent) = (crate::documents::body(), crate::documents::body().statement);
    silent.words.clear();
    let value = json!({
        "body": hex::encode(body.encode().unwrap()),
        "text": body.statement.text(by),
        "text without words": silent.text(by),
    });
    frozen("statement", &value);
}

#[test]
fn the_data_of_many_deks_is_that_of_each() {
    let (workspace, folder) = (WORKSPACE, FolderId::new([3; 32]));
    for epoch in [1, 23, 24, 255, 256, 1 << 40] {
        let places = DekPlaces::new(workspace, folder, epoch);
        for dek in [dek(1), DekId::new([0; DekId::LEN]), DekId::new([255; DekId::LEN])] {
            let one = WrapPlace::Dek { workspace, folder, epoch, dek };
            assert_eq!(places.associated_data(&dek), one.associated_data());
        }
    }
}

#[test]
fn places() {
    let (workspace, folder, account) = (WORKSPACE, FolderId::new([3; 32]), alice().id());
    let (device, set, public) = (DeviceId::new([4; 32]), RecoverySetId::new([5; 16]), &sealing(6));
    let (prev, kind) = (RecordHash::new([7; 32]), Kind(7));
    let wraps = [
        ("dek", WrapPlace::Dek { workspace, folder, epoch: 2, dek: dek(1) }),
        ("previous folder key", WrapPlace::PreviousFolderKey { workspace, folder, epoch: 2 }),
        ("body", WrapPlace::Body { workspace, folder, epoch: 2, seq: 9, prev, author: account, device, kind }),
        ("ring", WrapPlace::Ring { workspace, account, master: 2, generation: 3 }),
        ("slot", WrapPlace::Slot { workspace, slot: 1, index: 0 }),
        ("device secrets", WrapPlace::DeviceSecrets { workspace }),
        ("index key", WrapPlace::IndexKey { workspace }),
        ("device name", WrapPlace::DeviceName { workspace, account, version: 2, device }),
        ("pairing offer", WrapPlace::PairingOffer { pairing: PairingId::new([8; 32]) }),
        ("pairing answer", WrapPlace::PairingAnswer { pairing: PairingId::new([8; 32]) }),
        ("document key", WrapPlace::DocumentKey { workspace, account, device, key: DocumentKey::new([9; 32]) }),
        ("slot secret", WrapPlace::SlotSecret { workspace, device, index: 2 }),
        ("signal", WrapPlace::Signal { workspace, folder, epoch: 2 }),
    ];
    let (recipient, version, author, authority) = (bob().id(), 2, account, 1);
    let seals = [
        SealPlace::FolderKey { workspace, folder, epoch: 2, recipient, version, public, author, device },
        SealPlace::MasterToDevice { workspace, account, version, recipient: bob().device.id, public, device },
        SealPlace::MasterToRecovery { workspace, account, version, set, public, device },
        SealPlace::InvitationSecret { workspace, recipient, version, public, author, device },
        SealPlace::EscrowShare { workspace, account, set, authority, public },
        SealPlace::ReleasedShare { workspace, account, set, device, public },
    ];
    let wraps: Vec<Value> = wraps
        .iter()
        .map(|(name, place)| json!({ "wrap": name, "associatedData": hex::encode(place.associated_data()) }))
        .collect();
    let seals: Vec<Value> = seals
        .iter()
        .map(|place| {
            let info = String::from_utf8(place.info().to_vec()).unwrap();
            json!({ "info": info, "associatedData": hex::encode(place.associated_data()) })
        })
        .collect();
    let mut all: Vec<&Value> = wraps.iter().chain(&seals).map(|place| &place["associatedData"]).collect();
    let count = all.len();
    all.sort_by_key(|data| data.as_str());
    all.dedup();
    assert_eq!(all.len(), count, "no two places are alike");
    frozen("places", &json!({ "wraps": wraps, "seals": seals }));
}

#[test]
fn padding() {
    let lengths =
        [0, 1, 256, 257, 511, 512, 513, 1000, 1025, 4096, 65_535, 65_536, 65_537, 100_000, 1_048_576, 9_999_999];
    let sizes: Vec<Value> = lengths.iter().map(|length| json!([length, padme(*length)])).collect();
    let body = pad(b"body").unwrap();
    frozen("padding", &json!({ "sizes": sizes, "padded body": hex::encode(body) }));
}

/// Unicode grows: a library whose tables changed for characters that are in use would fold old trees to other
/// names than before.
#[test]
fn folding_of_names() {
    let (mut folds, mut normals) = (Sha256::new(), Sha256::new());
    for character in '\0'..'\u{30000}' {
        let text = character.encode_utf8(&mut [0; 4]).to_owned();
        for (hash, text) in [(&mut folds, fold(&text)), (&mut normals, normalize(&text).unwrap_or_default())] {
            hash.update(text.as_bytes());
            hash.update([0]);
        }
    }
    let sha256 = |hash: Sha256| hex::encode(hash.finalize());
    let unicode =
        json!({ "normalisation": unicode_normalization::UNICODE_VERSION, "folding": caseless::UNICODE_VERSION });
    let value = json!({
        "unicode": unicode,
        "sha256 of each character below U+30000 folded, each with a zero": sha256(folds),
        "the same normalised, nothing for what is no name": sha256(normals),
    });
    frozen("names", &value);
}

#[test]
fn tree_of_a_folder() {
    let changes = changes();
    let mut tree = Tree::new();
    let effects: Vec<Value> = changes
        .iter()
        .zip(1..)
        .map(|(change, seq)| match tree.apply(stamp(seq), change) {
            Ok(effect) => json!(format!("{effect:?}")),
            Err(unchanged) => json!({ "unchanged": format!("{unchanged:?}") }),
        })
        .collect();
    let mut entries: Vec<_> = tree.entries().collect();
    entries.sort_by_key(|entry| entry.id);
    let entries: Vec<Value> = entries
        .iter()
        .map(|entry| {
            json!({
                "id": entry.id,
                "parent": entry.parent,
                "directory": entry.kind == EntryKind::Directory,
                "name": entry.name,
                "versions": entry.versions.iter().map(|version| version.dek).collect::<Vec<_>>(),
                "trashed": entry.trashed.is_some(),
                "copyOf": entry.copy_of,
            })
        })
        .collect();
    let value = json!({
        "body": hex::encode(encode_body(&changes).unwrap()),
        "effects": effects,
        "name": tree.name(),
        "entries": entries,
    });
    frozen("tree", &value);
}
