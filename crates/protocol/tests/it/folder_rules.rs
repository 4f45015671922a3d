//! The rules of the folder chain: links, signatures, roles, epochs, and what a void record leaves.

use serde::Serialize;
use serde_bytes::ByteBuf;
use valise_protocol::cbor;
use valise_protocol::chain::{Broken, Verdict, Void};
use valise_protocol::folder::{
    Anchor, Content, Folder, InvitationRevoked, Invited, KeyPolicy, Left, MAX_MEMBERS, MAX_ROTATE_DAYS, MemberRemoved,
    Op, Pin, Purpose, Role, RoleChanged, kind,
};
use valise_protocol::ids::{AccountId, Commitment, RecordHash};
use valise_protocol::record::{ChainKind, Envelope, Kind, MAX_CHANGES, Record, Seen};

use crate::support::{
    Dev, FolderChain, Person, alice, assert_applied, assert_void, badly_signed, bob, carol, cid, invitation, trace,
    wrapped,
};

/// The record is void for this reason, and leaves what a malformed record of that device would leave.
#[track_caller]
pub fn void<T: Serialize>(chain: &mut FolderChain, author: &Person, kind: Kind, open: &T, expected: Void) {
    let mut other = chain.clone();
    assert_void(&other.append(author, kind::ROLE_CHANGED, &"nothing"), Void::Malformed);
    assert_void(&chain.append(author, kind, open), expected);
    assert_eq!(trace(&chain.state, chain.state.head()), trace(&other.state, other.state.head()));
}

#[track_caller]
pub fn broken(chain: &mut FolderChain, record: &Record, expected: Broken) {
    let before = chain.state.clone();
    assert_eq!(chain.state.apply(record), Err(expected));
    assert_eq!(chain.state, before);
}

pub fn content() -> Content {
    Content { pins: vec![Pin { cid: cid(1), size: 10, blocks: 1 }], drops: vec![] }
}

fn invited(byte: u8, role: Role) -> Invited {
    let (id, secret) = invitation(byte);
    Invited { id, key: secret.signing_key().verify_key(), role, expires: 0 }
}

#[test]
fn the_same_state_from_the_start() {
    let (alice, bob) = (alice(), bob());
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Editor)]);
    assert_applied(&chain.append(&bob, kind::CONTENT, &content()));
    assert_void(&chain.append(&bob, kind::INVITED, &invited(1, Role::Viewer)), Void::Role);
    let mut again = Folder::begin(&chain.records[0]).unwrap();
    for record in &chain.records[1..] {
        again.apply(&Record::decode(record.bytes()).unwrap()).unwrap();
    }
    assert_eq!(again, chain.state);
}

#[test]
fn a_genesis_must_be_whole() {
    let alice = alice();
    let good = FolderChain::genesis(&alice, Purpose::SHARED);
    let refused = |change: &dyn Fn(&mut Envelope), reason| {
        let mut envelope = good.clone();
        change(&mut envelope);
        assert_eq!(Folder::begin(&alice.device.sign(envelope)).map(|_| ()), Err(reason));
    };
    refused(&|envelope| envelope.chain_kind = ChainKind::WORKSPACE, Broken::Malformed);
    refused(&|envelope| envelope.epoch = 1, Broken::Malformed);
    refused(&|envelope| envelope.counter = 2, Broken::Malformed);
    refused(&|envelope| envelope.author = bob().id(), Broken::Malformed);
    refused(&|envelope| envelope.device = bob().device.id, Broken::Signature);
    refused(&|envelope| envelope.open = ByteBuf::from([0x80]), Broken::Malformed);
    let of_bob = FolderChain::genesis(&bob(), Purpose::SHARED).open;
    refused(&|envelope| envelope.open = of_bob.clone(), Broken::Malformed);
    let unknown = FolderChain::genesis(&alice, Purpose(3)).open;
    refused(&|envelope| envelope.open = unknown.clone(), Broken::UpdateNeeded);
    assert_eq!(Folder::begin(&alice.records[0]).map(|_| ()), Err(Broken::Malformed));
    let forged = Record::sign(good.clone(), &bob().device.key()).unwrap();
    assert_eq!(Folder::begin(&forged).map(|_| ()), Err(Broken::Signature));
}

#[test]
fn links_and_places() {
    let alice = alice();
    let mut chain = FolderChain::new(&alice);
    let good = chain.draft(&alice, &alice.device, kind::CONTENT, &content());
    let changes: [fn(&mut Envelope); 4] = [
        |envelope| envelope.seq += 1,
        |envelope| envelope.seq -= 1,
        |envelope| envelope.prev = RecordHash::new([1; 32]),
        |envelope| envelope.chain = RecordHash::new([1; 32]),
    ];
    for change in changes {
        let mut envelope = good.clone();
        change(&mut envelope);
        let record = alice.device.sign(envelope);
        broken(&mut chain, &record, Broken::Link);
    }
    let moved = alice.device.sign(Envelope { chain_kind: ChainKind::ACCOUNT, ..good.clone() });
    broken(&mut chain, &moved, Broken::Malformed);
    // E2, H2: the same words in a folder of the same people.
    let mut other = FolderChain::of(alice.device.sign(FolderChain::genesis(&alice, Purpose::PERSONAL)));
    other.rekey(&alice);
    let record = alice.device.sign(good);
    broken(&mut other, &record, Broken::Link);
    assert_applied(&chain.apply(record.clone()).unwrap());
    broken(&mut chain, &record, Broken::Link);
}

#[test]
fn signatures_that_do_not_stand() {
    let (alice, bob) = (alice(), bob());
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Editor)]);
    let good = chain.draft(&alice, &alice.device, kind::CONTENT, &content());
    let bad = badly_signed(&alice.device.sign(good.clone()));
    broken(&mut chain, &bad, Broken::Signature);
    let as_alice = Record::sign(good.clone(), &bob.device.key()).unwrap();
    broken(&mut chain, &as_alice, Broken::Signature);
    let device_of_bob = bob.device.sign(Envelope { device: bob.device.id, ..good.clone() });
    broken(&mut chain, &device_of_bob, Broken::Signature);
    // H1: whoever is not of the chain is invisible.
    let carol = carol();
    let stranger = carol.device.sign(chain.draft(&carol, &carol.device, kind::CONTENT, &content()));
    broken(&mut chain, &stranger, Broken::Signature);
    // A stranger who brings the account chain along is none the less one.
    let with_chain = chain.draft(&carol, &carol.device, kind::ANCHOR, &Anchor { slices: vec![carol.slice()] });
    let with_chain = carol.device.sign(with_chain);
    broken(&mut chain, &with_chain, Broken::Signature);
}

#[test]
fn what_is_unknown_needs_an_update() {
    let mut alice = alice();
    let mut chain = FolderChain::new(&alice);
    let later = alice.device.sign(chain.draft(&alice, &alice.device, Kind(99), &()));
    broken(&mut chain, &later, Broken::UpdateNeeded);
    // So it is with an account record of a later version inside: others may find the whole record good.
    let device = alice.device.clone();
    alice.records.push(device.sign(alice.draft(&device, Kind(99), &())));
    let slice = alice.slice_from(2);
    let anchor = device.sign(chain.draft(&alice, &device, kind::ANCHOR, &Anchor { slices: vec![slice.clone()] }));
    broken(&mut chain, &anchor, Broken::UpdateNeeded);
    let mut version = slice;
    let at = version.records[0].windows(2).position(|pair| pair == [0x8d, 1]).unwrap();
    version.records[0][at + 1] = 2;
    let anchor = device.sign(chain.draft(&alice, &device, kind::ANCHOR, &Anchor { slices: vec![version] }));
    broken(&mut chain, &anchor, Broken::UpdateNeeded);
}

/// Every operation by every role, in a folder where nothing else stands in its way.
#[test]
fn roles() {
    let people = [alice(), bob(), carol()];
    let [owner, editor, viewer] = &people;
    let chain = FolderChain::with(owner, &[(editor, Role::Editor), (viewer, Role::Viewer)]);
    let second_owner = Person::new(4, crate::support::WORKSPACE);
    let mut chain = {
        let mut chain = chain;
        let added = chain.addition(&second_owner, Role::Owner);
        assert_applied(&chain.append(owner, kind::MEMBER_ADDED, &added));
        chain
    };
    assert_applied(&chain.append(owner, kind::INVITED, &invited(1, Role::Viewer)));
    let newcomer = Person::new(5, crate::support::WORKSPACE);
    let added = chain.addition(&newcomer, Role::Viewer);
    let removed = MemberRemoved { account: second_owner.id() };
    let changed = RoleChanged { account: second_owner.id(), role: Role::Viewer };
    let revoked = InvitationRevoked { id: invitation(1).0 };
    let rekey = chain.next_rekey();
    for (person, role) in people.iter().zip([Role::Owner, Role::Editor, Role::Viewer]) {
        let check = |kind, open: Vec<u8>, allowed: bool| {
            let mut chain = chain.clone();
            let mut envelope = chain.draft(person, &person.device, kind, &());
            envelope.open = ByteBuf::from(open);
            let verdict = chain.apply(person.device.sign(envelope)).unwrap();
            if allowed { assert_applied(&verdict) } else { assert_void(&verdict, Void::Role) }
        };
        let owns = role == Role::Owner;
        let writes = role != Role::Viewer;
        check(kind::ANCHOR, cbor::encode(&Anchor { slices: vec![] }).unwrap(), true);
        check(kind::LEFT, cbor::encode(&Left {}).unwrap(), true);
        check(kind::CONTENT, cbor::encode(&content()).unwrap(), writes);
        check(kind::REKEY, cbor::encode(&rekey).unwrap(), writes);
        check(kind::MEMBER_ADDED, cbor::encode(&added).unwrap(), owns);
        check(kind::MEMBER_REMOVED, cbor::encode(&removed).unwrap(), owns);
        check(kind::ROLE_CHANGED, cbor::encode(&changed).unwrap(), owns);
        check(kind::INVITED, cbor::encode(&invited(2, Role::Viewer)).unwrap(), owns);
        check(kind::INVITATION_REVOKED, cbor::encode(&revoked).unwrap(), owns);
        check(kind::KEY_POLICY, cbor::encode(&KeyPolicy { minimum: 1, rotate_days: 90 }).unwrap(), owns);
    }
}

#[test]
fn a_minimum_only_rises_and_only_to_what_is_there() {
    let alice = alice();
    let mut chain = FolderChain::new(&alice);
    assert_eq!(chain.state.policy(), &KeyPolicy::default());
    let policy = |minimum, rotate_days| KeyPolicy { minimum, rotate_days };
    void(&mut chain, &alice, kind::KEY_POLICY, &policy(2, 0), Void::Version);
    void(&mut chain, &alice, kind::KEY_POLICY, &policy(1, MAX_ROTATE_DAYS + 1), Void::Limit);
    assert_applied(&chain.append(&alice, kind::KEY_POLICY, &policy(0, MAX_ROTATE_DAYS)));
    chain.rekey(&alice);
    assert_applied(&chain.append(&alice, kind::KEY_POLICY, &policy(2, 30)));
    void(&mut chain, &alice, kind::KEY_POLICY, &policy(1, 30), Void::Version);
    assert_applied(&chain.append(&alice, kind::KEY_POLICY, &policy(2, 0)));
    assert_eq!(chain.state.policy(), &policy(2, 0));
}

#[test]
fn epochs() {
    let alice = alice();
    let mut chain = FolderChain::of(alice.device.sign(FolderChain::genesis(&alice, Purpose::SHARED)));
    void(&mut chain, &alice, kind::CONTENT, &content(), Void::KeyChangeFirst);
    let added = chain.addition(&bob(), Role::Editor);
    void(&mut chain, &alice, kind::MEMBER_ADDED, &added, Void::KeyChangeFirst);
    let mut previous = chain.next_rekey();
    previous.previous = Some(wrapped(1));
    void(&mut chain, &alice, kind::REKEY, &previous, Void::Version);
    chain.rekey(&alice);
    assert_eq!((chain.state.epoch(), chain.state.epoch_info(1).unwrap().author), (1, alice.id()));
    for epoch in [0, 2] {
        let mut envelope = chain.draft(&alice, &alice.device, kind::CONTENT, &content());
        envelope.epoch = epoch;
        assert_void(&chain.apply(alice.device.sign(envelope)).unwrap(), Void::Epoch);
        let mut envelope = chain.draft(&alice, &alice.device, kind::REKEY, &chain.next_rekey());
        envelope.epoch = epoch + 1;
        assert_void(&chain.apply(alice.device.sign(envelope)).unwrap(), Void::Epoch);
    }
    let mut without = chain.next_rekey();
    without.previous = None;
    void(&mut chain, &alice, kind::REKEY, &without, Void::Version);
    chain.rekey(&alice);
    assert_eq!(chain.state.epoch(), 2);
}

#[test]
fn a_rekey_seals_to_exactly_the_members() {
    let (alice, mut bob) = (alice(), bob());
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Editor)]);
    let good = chain.next_rekey();
    let spoiled: [fn(&mut valise_protocol::folder::Rekey); 6] = [
        |rekey| rekey.seals.truncate(1),
        |rekey| rekey.seals.reverse(),
        |rekey| rekey.seals[1] = rekey.seals[0].clone(),
        |rekey| rekey.seals.push(rekey.seals[0].clone()),
        |rekey| rekey.seals[0].version = 2,
        |rekey| rekey.seals[1].account = crate::support::nobody(),
    ];
    for spoil in spoiled {
        let mut rekey = good.clone();
        spoil(&mut rekey);
        void(&mut chain, &alice, kind::REKEY, &rekey, Void::Seals);
    }
    // A key that is anchored by the same record is the newest.
    bob.rotate();
    let mut rekey = good;
    rekey.slices = chain.news(&bob);
    void(&mut chain, &alice, kind::REKEY, &rekey, Void::Seals);
    assert!(!chain.state.key_change_waiting(), "a void record anchors nothing");
    rekey.seals.iter_mut().filter(|seal| seal.account == bob.id()).for_each(|seal| seal.version = 2);
    assert_applied(&chain.append(&alice, kind::REKEY, &rekey));
    assert!(!chain.state.key_change_waiting());
    assert_eq!(chain.state.member_key(&bob.id()).unwrap().version, 2);
}

#[test]
fn limits() {
    let alice = alice();
    let mut chain = FolderChain::new(&alice);
    let pin = Pin { cid: cid(1), size: 1, blocks: 1 };
    let full = Content { pins: vec![pin.clone(); MAX_CHANGES], drops: vec![cid(2); MAX_CHANGES] };
    assert_applied(&chain.append(&alice, kind::CONTENT, &full));
    let pins = Content { pins: vec![pin; MAX_CHANGES + 1], drops: vec![] };
    void(&mut chain, &alice, kind::CONTENT, &pins, Void::Limit);
    let drops = Content { pins: vec![], drops: vec![cid(2); MAX_CHANGES + 1] };
    void(&mut chain, &alice, kind::CONTENT, &drops, Void::Limit);
}

#[test]
fn as_many_members_as_one_rekey_can_seal_to() {
    let alice = alice();
    let mut chain = FolderChain::new(&alice);
    let seed = |number: usize| u8::try_from(number % 100 + 2).unwrap();
    for number in 1..=MAX_MEMBERS {
        let mut member = Person::without_keys(seed(number), crate::support::WORKSPACE);
        let mut genesis = member.records[0].envelope().clone();
        let nonce = Commitment::new([u8::try_from(number / 100).unwrap(); 32]);
        let mut open: valise_protocol::account::Genesis = member.records[0].open().unwrap();
        (open.nonce, genesis.open) = (nonce, ByteBuf::new());
        genesis.open = ByteBuf::from(cbor::encode(&open).unwrap());
        member.records = vec![member.device.sign(genesis)];
        member.state = valise_protocol::account::Account::begin(&member.records[0]).unwrap();
        member.rotate();
        let added = chain.addition(&member, Role::Viewer);
        match number < MAX_MEMBERS {
            true => assert_applied(&chain.append(&alice, kind::MEMBER_ADDED, &added)),
            false => void(&mut chain, &alice, kind::MEMBER_ADDED, &added, Void::Limit),
        }
    }
    chain.rekey(&alice);
    assert_eq!(chain.state.members().len(), MAX_MEMBERS);
}

#[test]
fn open_parts_of_another_kind_are_void() {
    let alice = alice();
    let mut chain = FolderChain::new(&alice);
    let account: AccountId = alice.id();
    for kind in 1..=9 {
        let open = if kind == 3 { cbor::encode(&Left {}) } else { cbor::encode(&MemberRemoved { account }) };
        let mut envelope = chain.draft(&alice, &alice.device, Kind(kind), &());
        envelope.open = ByteBuf::from(open.unwrap());
        assert_void(&chain.apply(alice.device.sign(envelope)).unwrap(), Void::Malformed);
    }
    let role = cbor::encode(&(alice.id(), 4)).unwrap();
    let mut envelope = chain.draft(&alice, &alice.device, kind::ROLE_CHANGED, &());
    envelope.open = ByteBuf::from(role);
    assert_void(&chain.apply(alice.device.sign(envelope)).unwrap(), Void::Malformed);
}

#[test]
fn counters_follow() {
    let (mut alice, bob) = (alice(), bob());
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Editor)]);
    for counter in [0, 1, 3, u64::MAX] {
        let mut envelope = chain.draft(&alice, &alice.device, kind::CONTENT, &content());
        envelope.counter = if counter == 3 { envelope.counter + 1 } else { counter };
        let before = trace(&chain.state, chain.state.head());
        assert_void(&chain.apply(alice.device.sign(envelope)).unwrap(), Void::Device);
        assert_eq!(trace(&chain.state, chain.state.head()), before);
    }
    // A new device counts from the record that embeds it.
    let second = alice.add_device(20);
    let anchor = Anchor { slices: chain.news(&alice) };
    assert_applied(&chain.append_by(&alice, &second, kind::ANCHOR, &anchor));
    assert_eq!(chain.state.roster().counter(&second.id), 1);
    let verdict = chain.append_by(&alice, &second, kind::CONTENT, &content());
    assert!(matches!(verdict, Verdict::Applied(Op::Content(_))));
    assert_eq!(chain.state.roster().counter(&Dev::new(99).id), 0);
}

#[test]
fn heads_of_folders_are_never_told() {
    let alice = alice();
    let chain = FolderChain::new(&alice);
    let mut envelope = chain.draft(&alice, &alice.device, kind::CONTENT, &content());
    let seen = |kind| Seen { kind, chain: RecordHash::new([1; 32]), seq: 1, head: RecordHash::new([2; 32]) };
    envelope.seen = vec![seen(ChainKind::WORKSPACE), seen(ChainKind::ACCOUNT)];
    assert!(Record::sign(envelope.clone(), &alice.device.key()).is_ok());
    envelope.seen.push(seen(ChainKind::FOLDER));
    assert!(Record::sign(envelope.clone(), &alice.device.key()).is_err());
    envelope.seen = vec![seen(ChainKind::ACCOUNT), seen(ChainKind::ACCOUNT)];
    assert!(Record::sign(envelope, &alice.device.key()).is_err());
}
