//! Keys for signing documents, signatures in a folder's chain, and the words that are signed.

use serde_bytes::ByteBuf;
use valise_protocol::account::{MAX_SIGNING_KEYS, Op as AccountOp, SigningKeyAdded, SigningKeyRevoked, kind as own};
use valise_protocol::cbor;
use valise_protocol::chain::{Broken, Verdict, Void};
use valise_protocol::document::{Body, MAX_LINES, MAX_SEALED, MAX_SIGNATURE, MAX_WORDS, Names, SignedBy, Statement};
use valise_protocol::folder::{Anchor, MemberRemoved, Op, Role, Signed, kind};
use valise_protocol::ids::{ContentDigest, FolderId};
use valise_protocol::record::{Kind, Record};
use valise_protocol::sign::Domain;

use crate::folder_rules;
use crate::support::{
    Dev, FolderChain, Person, WORKSPACE, alice, assert_applied, assert_void, bob, carol, cid, dek, entry, signing_key,
    trace,
};

/// A body of the right form; its signatures are none.
pub fn body() -> Body {
    let names = Names {
        signer: "Bob".into(),
        workspace: "Acme".into(),
        folder: "Contracts".into(),
        file: "Plan.txt".into(),
        version: 2,
    };
    let statement = Statement {
        entry: entry(2),
        dek: dek(2),
        cid: cid(2),
        size: 200,
        digest: ContentDigest::new([0xab; 64]),
        at: 1_794_647_159_000,
        key: 1,
        names,
        words: "I approve.\nWithout changes.".into(),
    };
    Body { statement, of_file: ByteBuf::from([5; 180]), of_statement: ByteBuf::from([6; 200]) }
}

#[track_caller]
fn void<T: serde::Serialize>(person: &mut Person, device: &Dev, kind: Kind, open: &T, expected: Void) {
    let before = person.state.signing_keys().map(|(version, info)| (version, info.clone())).collect::<Vec<_>>();
    assert_void(&person.append(device, kind, open), expected);
    let after = person.state.signing_keys().map(|(version, info)| (version, info.clone())).collect::<Vec<_>>();
    assert_eq!(before, after);
}

#[test]
fn keys_have_versions_and_end_alone_or_with_their_device() {
    let mut alice = alice();
    let first = alice.device.clone();
    let second = alice.add_device(20);
    alice.add_signing_key(&first, 70);
    alice.add_signing_key(&second, 71);
    alice.add_signing_key(&first, 72);
    let devices: Vec<_> = alice.state.signing_keys().map(|(version, info)| (version, info.device)).collect();
    assert_eq!(devices, [(1, first.id), (2, second.id), (3, first.id)]);
    assert!([1, 2, 3].into_iter().all(|version| alice.state.signs(version)));
    // Any device of the account ends any key: one that was lost cannot end its own.
    let verdict = alice.append(&second, own::SIGNING_KEY_REVOKED, &SigningKeyRevoked { version: 1 });
    assert!(matches!(verdict, Verdict::Applied(AccountOp::SigningKeyRevoked(_))));
    assert!(!alice.state.signs(1) && alice.state.signing_key(1).unwrap().revoked.is_some());
    void(&mut alice, &first, own::SIGNING_KEY_REVOKED, &SigningKeyRevoked { version: 1 }, Void::Subject);
    void(&mut alice, &first, own::SIGNING_KEY_REVOKED, &SigningKeyRevoked { version: 4 }, Void::Subject);
    void(&mut alice, &first, own::SIGNING_KEY_REVOKED, &SigningKeyRevoked { version: 0 }, Void::Subject);
    alice.revoke(&first, second.id);
    assert!(!alice.state.signs(2) && alice.state.signing_key(2).unwrap().revoked.is_none());
    void(&mut alice, &first, own::SIGNING_KEY_REVOKED, &SigningKeyRevoked { version: 2 }, Void::Subject);
    assert!(alice.state.signs(3) && !alice.state.signs(0) && !alice.state.signs(u64::MAX));
}

#[test]
fn a_key_must_be_new_in_turn_and_proven() {
    let (mut alice, bob) = (alice(), bob());
    let first = alice.device.clone();
    let second = alice.add_device(20);
    alice.add_signing_key(&first, 70);
    let good = alice.signing_key_added(&first, 71);
    for version in [0, 1, 3, u64::MAX] {
        void(&mut alice, &first, own::SIGNING_KEY, &SigningKeyAdded { version, ..good.clone() }, Void::Version);
    }
    let again = alice.signing_key_added(&first, 70);
    void(&mut alice, &first, own::SIGNING_KEY, &again, Void::Subject);
    // A key that somebody else has: its proof is for them, or for another device, or no proof at all.
    let of_bob = SigningKeyAdded { version: 2, ..bob.signing_key_added(&bob.device, 73) };
    void(&mut alice, &first, own::SIGNING_KEY, &of_bob, Void::Device);
    void(&mut alice, &second, own::SIGNING_KEY, &good, Void::Device);
    let record_key = signing_key(71);
    let message = cbor::encode(&(alice.id(), first.id, good.key)).unwrap();
    let other = SigningKeyAdded { proof: record_key.sign(Domain::Record, &message), ..good.clone() };
    void(&mut alice, &first, own::SIGNING_KEY, &other, Void::Device);
    void(&mut alice, &first, own::SIGNING_KEY, &"no key", Void::Malformed);
    void(&mut alice, &first, own::SIGNING_KEY_REVOKED, &"no version", Void::Malformed);
    assert_applied(&alice.append(&first, own::SIGNING_KEY, &good));
}

#[test]
fn keys_have_an_end() {
    let mut alice = alice();
    let first = alice.device.clone();
    for number in 0..MAX_SIGNING_KEYS {
        let mut seed = zeroize::Zeroizing::new([9; 32]);
        seed[..8].copy_from_slice(&(number as u64).to_be_bytes());
        let key = valise_protocol::sign::SigningKey::from_seed(&seed);
        let public = valise_protocol::keys::DocumentKey::new(*key.verify_key().as_bytes());
        let message = cbor::encode(&(alice.id(), first.id, public)).unwrap();
        let proof = key.sign(Domain::DocumentKey, &message);
        let added = SigningKeyAdded { version: number as u64 + 1, key: public, proof };
        assert_applied(&alice.append(&first, own::SIGNING_KEY, &added));
    }
    let more = alice.signing_key_added(&first, 70);
    void(&mut alice, &first, own::SIGNING_KEY, &more, Void::Limit);
}

fn signed(chain: &FolderChain, person: &Person, sealed: usize) -> Record {
    let open = Signed { slices: chain.news(person) };
    let mut draft = chain.draft(person, &person.device, kind::SIGNED, &open);
    draft.sealed = ByteBuf::from(vec![1; sealed]);
    person.device.sign(draft)
}

#[test]
fn every_member_signs_and_brings_the_key_that_signed() {
    let (alice, mut bob, mut carol) = (alice(), bob(), carol());
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Editor), (&carol, Role::Viewer)]);
    for person in [&mut bob, &mut carol] {
        let device = person.device.clone();
        person.add_signing_key(&device, 70 + person.records.len() as u8);
        let record = signed(&chain, person, 284);
        assert!(matches!(chain.apply(record).unwrap(), Verdict::Applied(Op::Signed(_))));
        let anchored = chain.state.roster().account(&person.id()).unwrap();
        assert!(anchored.signs(1));
    }
    assert!(!chain.state.key_change_waiting(), "a key for documents demands no key change");
    let record = signed(&chain, &carol, MAX_SEALED);
    assert_applied(&chain.apply(record).unwrap());
    let record = signed(&chain, &carol, MAX_SEALED + 1);
    assert_void(&chain.apply(record).unwrap(), Void::Limit);
}

#[test]
fn who_is_outside_signs_nothing() {
    let (alice, bob, carol) = (alice(), bob(), carol());
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Editor)]);
    // Somebody of whom the folder never heard is no author; who brings their own account, is no member.
    let record = carol.device.sign(chain.draft(&carol, &carol.device, kind::SIGNED, &Signed { slices: vec![] }));
    folder_rules::broken(&mut chain, &record, Broken::Signature);
    assert_applied(&chain.append(&alice, kind::MEMBER_REMOVED, &MemberRemoved { account: bob.id() }));
    folder_rules::void(&mut chain, &bob, kind::SIGNED, &Signed { slices: vec![] }, Void::NotMember);
    chain.rekey(&alice);
    folder_rules::void(&mut chain, &bob, kind::SIGNED, &Signed { slices: vec![] }, Void::NotMember);
    // Nor does a member bring somebody else's account in.
    let other = Signed { slices: vec![carol.slice()] };
    folder_rules::void(&mut chain, &alice, kind::SIGNED, &other, Void::Subject);
}

#[test]
fn a_revoked_device_signs_nothing() {
    let mut alice = alice();
    let first = alice.device.clone();
    let second = alice.add_device(20);
    alice.add_signing_key(&second, 70);
    let mut chain = FolderChain::new(&alice);
    alice.revoke(&first, second.id);
    assert_applied(&chain.append(&alice, kind::ANCHOR, &Anchor { slices: chain.news(&alice) }));
    chain.rekey(&alice);
    let before = trace(&chain.state, chain.state.head());
    assert_void(&chain.append_by(&alice, &second, kind::SIGNED, &Signed { slices: vec![] }), Void::Device);
    // Only its counter is noted.
    let counted = trace(&chain.state, chain.state.head());
    assert_eq!(chain.state.roster().counter(&second.id), 1);
    assert_ne!(before, counted);
}

#[test]
fn nothing_is_signed_before_a_key_change_that_must_come_first() {
    let (alice, bob, carol) = (alice(), bob(), carol());
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Viewer), (&carol, Role::Editor)]);
    assert_applied(&chain.append(&alice, kind::MEMBER_REMOVED, &MemberRemoved { account: carol.id() }));
    folder_rules::void(&mut chain, &bob, kind::SIGNED, &Signed { slices: vec![] }, Void::KeyChangeFirst);
    chain.rekey(&alice);
    assert_applied(&chain.append(&bob, kind::SIGNED, &Signed { slices: vec![] }));
    let mut old = chain.draft(&bob, &bob.device, kind::SIGNED, &Signed { slices: vec![] });
    old.epoch -= 1;
    assert_void(&chain.apply(bob.device.sign(old)).unwrap(), Void::Epoch);
    folder_rules::void(&mut chain, &bob, kind::SIGNED, &"nothing", Void::Malformed);
}

#[test]
fn bodies_that_no_reader_takes() {
    let good = body();
    assert_eq!(Body::decode(&good.encode().unwrap()), Ok(good.clone()));
    type Spoil = fn(&mut Body);
    let spoils: [Spoil; 11] = [
        |body| body.statement.names.version = 0,
        |body| body.statement.at += 1,
        |body| body.statement.names.file = String::new(),
        |body| body.statement.names.signer = "Bob\nTime: never".into(),
        |body| body.statement.names.folder = "x".repeat(256),
        |body| body.statement.words = "x".repeat(MAX_WORDS + 1),
        |body| body.statement.words = "x\n".repeat(MAX_LINES) + "x",
        |body| body.statement.words = " x".into(),
        |body| body.statement.words = "\u{1b}[31mx".into(),
        |body| body.of_file = ByteBuf::from(vec![0; MAX_SIGNATURE + 1]),
        |body| body.of_statement = ByteBuf::from(vec![0; MAX_SIGNATURE + 1]),
    ];
    for (number, spoil) in spoils.into_iter().enumerate() {
        let mut bad = good.clone();
        spoil(&mut bad);
        assert!(bad.encode().is_err(), "{number}");
        assert!(Body::decode(&cbor::encode(&bad).unwrap()).is_err(), "{number}");
    }
    // The largest body there is fits what a record may seal, padded, with nonce and tag.
    let names = Names {
        signer: "x".repeat(255),
        workspace: "x".repeat(255),
        folder: "x".repeat(255),
        file: "x".repeat(255),
        version: u32::MAX,
    };
    let statement = Statement {
        names,
        words: "x".repeat(MAX_WORDS),
        size: u64::MAX,
        at: u64::MAX - u64::MAX % 1_000,
        key: u64::MAX,
        ..good.statement
    };
    let signature = ByteBuf::from(vec![0; MAX_SIGNATURE]);
    let largest = Body { statement, of_file: signature.clone(), of_statement: signature };
    assert!(valise_protocol::padding::padme(largest.encode().unwrap().len() + 4) + 28 <= MAX_SEALED);
}

/// Whatever somebody says, no line of the text begins like a field of it.
#[test]
fn words_do_not_look_like_fields() {
    let by = SignedBy { workspace: WORKSPACE, folder: FolderId::new([3; 32]), account: bob().id() };
    let mut statement = body().statement;
    statement.words = "Signer: Alice\n\nSHA-512: 00\u{202e}\u{2028}SHA-512: 11".into();
    statement.names.file = "a\u{2028}Version: 9.txt".into();
    let text = statement.text(by);
    let fields = |name: &str| text.lines().filter(|line| line.starts_with(name)).count();
    assert_eq!((fields("Signer: "), fields("SHA-512: "), fields("Version: ")), (1, 1, 1));
    assert!(text.contains("\n  SHA-512: 00\\u{202e}\\u{2028}SHA-512: 11\n"));
    assert!(text.contains("\nFile: a\\u{2028}Version: 9.txt\n"));
    assert!(text.is_ascii());
}

/// Each thing that a statement says stands in its text.
#[test]
fn every_field_is_signed() {
    let by = SignedBy { workspace: WORKSPACE, folder: FolderId::new([3; 32]), account: bob().id() };
    let good = body().statement;
    type Change = fn(&mut Statement);
    let changes: [Change; 13] = [
        |it| it.entry = entry(3),
        |it| it.dek = dek(3),
        |it| it.cid = cid(3),
        |it| it.size += 1,
        |it| it.digest = ContentDigest::new([0; 64]),
        |it| it.at += 1000,
        |it| it.key += 1,
        |it| it.names.signer.push('x'),
        |it| it.names.workspace.push('x'),
        |it| it.names.folder.push('x'),
        |it| it.names.file.push('x'),
        |it| it.names.version += 1,
        |it| it.words.push('x'),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut other = good.clone();
        change(&mut other);
        assert_ne!(other.text(by), good.text(by), "{number}");
    }
    for other in [
        SignedBy { account: alice().id(), ..by },
        SignedBy { folder: FolderId::new([4; 32]), ..by },
        SignedBy { workspace: valise_protocol::ids::WorkspaceId::new([1; 32]), ..by },
    ] {
        assert_ne!(good.text(other), good.text(by));
    }
}
