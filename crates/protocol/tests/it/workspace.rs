//! The rules of the workspace chain: its beginning, links and signatures, officers' settings.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_bytes::ByteBuf;
use valise_protocol::cbor;
use valise_protocol::chain::{Broken, Void};
use valise_protocol::ids::{AccountId, GroupId, RecordHash, RecoverySetId};
use valise_protocol::record::{ChainKind, Envelope, Kind, Record};
use valise_protocol::workspace::{
    Anchor, Authority, Catalog, Genesis, Group, Holder, Kept, MAX_ADDRESS, MAX_ADDRESSES, MAX_GROUPS, MAX_KEPT,
    OfficerKey, OfficersChanged, PinningNode, Policy, RecoveryApproved, SwarmKey, Workspace, kind,
};

use crate::scenario::workspace_records;
use crate::support::{
    Dev, Person, WorkspaceChain, assert_applied, assert_void, badly_signed, bob, commitment, nobody, sealing,
    signing_key, trace,
};

/// The record is void for this reason, and leaves what a malformed record of that device would leave.
#[track_caller]
pub fn void<T: Serialize>(chain: &mut WorkspaceChain, author: &Person, kind: Kind, open: &T, expected: Void) {
    let mut other = chain.clone();
    assert_void(&other.append(author, kind::SWARM_KEY, &"nothing"), Void::Malformed);
    assert_void(&chain.append(author, kind, open), expected);
    assert_eq!(trace(&chain.state, chain.state.head()), trace(&other.state, other.state.head()));
}

#[track_caller]
pub fn broken(chain: &mut WorkspaceChain, record: &Record, expected: Broken) {
    let before = chain.state.clone();
    assert_eq!(chain.state.apply(record), Err(expected));
    assert_eq!(chain.state, before);
}

fn catalog() -> Catalog {
    let key = signing_key(50).verify_key();
    let node = PinningNode { key: signing_key(51).verify_key(), addresses: vec!["/ip4/10.0.0.1/tcp/4001".into()] };
    Catalog { key, addresses: vec!["https://catalog.example".into()], pinning: vec![node] }
}

#[test]
fn the_same_state_from_the_start() {
    let mut chain = WorkspaceChain::new();
    let bob = chain.admit(2, "Bob");
    let founder = chain.founder.clone();
    assert_applied(&chain.append(&founder, kind::CATALOG, &catalog()));
    assert_void(&chain.append(&bob, kind::CATALOG, &catalog()), Void::Role);
    let mut again = Workspace::begin(&chain.records[0]).unwrap();
    for record in &chain.records[1..] {
        again.apply(&Record::decode(record.bytes()).unwrap()).unwrap();
    }
    assert_eq!(again, chain.state);
    assert_eq!(again.name(), "Acme");
    assert_eq!(again.catalog(), Some(&catalog()));
}

#[test]
fn a_genesis_must_be_whole() {
    let good = WorkspaceChain::genesis(1);
    let refused = |change: &dyn Fn(&mut Envelope), reason| {
        let mut envelope = good.clone();
        change(&mut envelope);
        let record = Record::sign(envelope, &signing_key(1)).unwrap();
        assert_eq!(Workspace::begin(&record).map(|_| ()), Err(reason));
    };
    refused(&|envelope| envelope.chain_kind = ChainKind::FOLDER, Broken::Malformed);
    refused(&|envelope| envelope.counter = 1, Broken::Malformed);
    refused(&|envelope| envelope.epoch = 1, Broken::Malformed);
    refused(&|envelope| envelope.author = nobody(), Broken::Malformed);
    refused(&|envelope| envelope.device = bob().device.id, Broken::Malformed);
    refused(&|envelope| envelope.open = ByteBuf::from([0x80]), Broken::Malformed);
    let founder = signing_key(1).verify_key();
    for name in [String::new(), " ".to_owned(), "a\nb".to_owned(), "x".repeat(201)] {
        let open = cbor::encode(&Genesis { name, nonce: commitment(1), founder }).unwrap();
        refused(&|envelope| envelope.open = ByteBuf::from(open.clone()), Broken::Malformed);
    }
    let forged = Record::sign(good, &signing_key(2)).unwrap();
    assert_eq!(Workspace::begin(&forged).map(|_| ()), Err(Broken::Signature));
}

/// Only the device that signed the genesis founds, and only itself.
#[test]
fn the_second_record_admits_the_founder() {
    let mut chain = WorkspaceChain::unfounded(1);
    let (alice, bob) = (chain.founder.clone(), Person::new(2, chain.state.id()));
    let usurper = bob.device.sign(chain.draft(&bob, &bob.device, kind::ADMITTED, &chain.admission(&bob, "Bob")));
    broken(&mut chain, &usurper, Broken::Signature);
    let early = alice.device.sign(chain.draft(&alice, &alice.device, kind::CATALOG, &catalog()));
    broken(&mut chain, &early, Broken::Signature);
    let mut both = chain.admission(&bob, "Bob");
    both.slices.extend(chain.news(&alice));
    let other = alice.device.sign(chain.draft(&alice, &alice.device, kind::ADMITTED, &both));
    broken(&mut chain, &other, Broken::Signature);
    let admitted = chain.admission(&alice, "Alice");
    assert_applied(&chain.append(&alice, kind::ADMITTED, &admitted));
    assert!(chain.state.officers().contains(&alice.id()));
    assert!(chain.state.person(&alice.id()).is_some());
}

#[test]
fn links_places_and_signatures() {
    let mut chain = WorkspaceChain::new();
    let alice = chain.founder.clone();
    let good = chain.draft(&alice, &alice.device, kind::CATALOG, &catalog());
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
    for spoiled in [Envelope { chain_kind: ChainKind::FOLDER, ..good.clone() }, Envelope { epoch: 1, ..good.clone() }] {
        let record = alice.device.sign(spoiled);
        broken(&mut chain, &record, Broken::Malformed);
    }
    let bad = badly_signed(&alice.device.sign(good.clone()));
    broken(&mut chain, &bad, Broken::Signature);
    let stranger = bob().device.sign(Envelope { author: bob().id(), device: bob().device.id, ..good.clone() });
    broken(&mut chain, &stranger, Broken::Signature);
    let unknown = alice.device.sign(Envelope { kind: Kind(99), ..good.clone() });
    broken(&mut chain, &unknown, Broken::UpdateNeeded);
    let counter = alice.device.sign(Envelope { counter: good.counter + 1, ..good });
    assert_void(&chain.apply(counter).unwrap(), Void::Device);
}

/// Every operation by somebody who is no officer, and by somebody whose account is closed.
#[test]
fn officers_alone() {
    let mut chain = WorkspaceChain::new();
    let bob = chain.admit(2, "Bob");
    let alice = chain.founder.clone();
    let with_slices = [kind::ADMITTED, kind::ANCHOR];
    for kind in (1..=12).map(Kind).filter(|kind| !with_slices.contains(kind)) {
        let mut envelope = chain.draft(&bob, &bob.device, kind, &());
        envelope.open = example(kind);
        assert_void(&chain.apply(bob.device.sign(envelope)).unwrap(), Void::Role);
    }
    assert_applied(&chain.append(&alice, kind::OFFICERS_CHANGED, &officers(&[&alice, &bob])));
    assert_applied(&chain.append(&bob, kind::SWARM_KEY, &SwarmKey { generation: 1 }));
    assert_applied(&chain.append(&alice, kind::OFFICERS_CHANGED, &officers(&[&alice])));
    void(&mut chain, &bob, kind::SWARM_KEY, &SwarmKey { generation: 2 }, Void::Role);
}

/// An open part of a kind that decodes.
fn example(kind: Kind) -> ByteBuf {
    let record = workspace_records().into_iter().find(|record| record.envelope().kind == kind);
    record.unwrap().envelope().open.clone()
}

pub fn officers(people: &[&Person]) -> OfficersChanged {
    let mut officers: Vec<AccountId> = people.iter().map(|person| person.id()).collect();
    officers.sort_unstable();
    OfficersChanged { officers }
}

#[test]
fn there_is_always_an_officer_and_known_ones() {
    let mut chain = WorkspaceChain::new();
    let bob = chain.admit(2, "Bob");
    let alice = chain.founder.clone();
    void(&mut chain, &alice, kind::OFFICERS_CHANGED, &OfficersChanged { officers: vec![] }, Void::LastOne);
    let stranger = OfficersChanged { officers: vec![nobody()] };
    void(&mut chain, &alice, kind::OFFICERS_CHANGED, &stranger, Void::Subject);
    let mut unsorted = officers(&[&alice, &bob]);
    unsorted.officers.reverse();
    void(&mut chain, &alice, kind::OFFICERS_CHANGED, &unsorted, Void::Subject);
    let doubled = OfficersChanged { officers: vec![alice.id(), alice.id()] };
    void(&mut chain, &alice, kind::OFFICERS_CHANGED, &doubled, Void::Subject);
}

#[test]
fn generations_and_versions() {
    let mut chain = WorkspaceChain::new();
    let alice = chain.founder.clone();
    void(&mut chain, &alice, kind::SWARM_KEY, &SwarmKey { generation: 2 }, Void::Version);
    assert_applied(&chain.append(&alice, kind::SWARM_KEY, &SwarmKey { generation: 1 }));
    void(&mut chain, &alice, kind::SWARM_KEY, &SwarmKey { generation: 1 }, Void::Version);
    assert_eq!(chain.state.swarm_generation(), 1);
    let authority = |version| Authority { version, holders: vec![kept(1)], delay_hours: 24, slices: vec![] };
    void(&mut chain, &alice, kind::AUTHORITY, &authority(2), Void::Version);
    assert_applied(&chain.append(&alice, kind::AUTHORITY, &authority(1)));
    void(&mut chain, &alice, kind::AUTHORITY, &Authority { holders: vec![kept(2)], ..authority(1) }, Void::Version);
    assert_eq!(chain.state.authority(), Some(&authority(1)));
}

fn kept(byte: u8) -> Holder {
    let kept = Kept { place: "a token".into(), wrapped: ByteBuf::from([byte; 60]) };
    Holder { public: sealing(byte), officer: None, kept: Some(kept) }
}

fn officer(person: &Person) -> Holder {
    let key = person.state.key().unwrap();
    let officer = OfficerKey { account: person.id(), version: key.version };
    Holder { public: key.public.clone(), officer: Some(officer), kept: None }
}

/// An officer holds with the account key that this chain knows, or not at all.
#[test]
fn holders_of_the_authority() {
    let mut chain = WorkspaceChain::new();
    let mut bob = chain.admit(2, "Bob");
    let alice = chain.founder.clone();
    let authority = |holders: Vec<Holder>| Authority { version: 1, holders, delay_hours: 24, slices: vec![] };
    let mut refused = |holders, why| void(&mut chain, &alice, kind::AUTHORITY, &authority(holders), why);
    refused(vec![officer(&bob)], Void::Subject);
    refused(vec![Holder { public: sealing(1), ..officer(&alice) }], Void::Subject);
    refused(vec![officer(&alice), officer(&alice)], Void::Subject);
    refused(vec![Holder { officer: None, ..officer(&alice) }], Void::Malformed);
    refused(vec![Holder { kept: kept(1).kept, ..officer(&alice) }], Void::Malformed);
    refused(vec![kept(1), kept(2), kept(3)], Void::Limit);
    let mut large = kept(1);
    large.kept.as_mut().unwrap().wrapped = ByteBuf::from(vec![0; MAX_KEPT + 1]);
    refused(vec![large], Void::Limit);

    assert_applied(&chain.append(&alice, kind::OFFICERS_CHANGED, &officers(&[&alice, &bob])));
    bob.rotate();
    void(&mut chain, &alice, kind::AUTHORITY, &authority(vec![officer(&bob)]), Void::Subject);
    let anchored = Authority { slices: chain.news(&bob), ..authority(vec![officer(&alice), officer(&bob)]) };
    assert_applied(&chain.append(&alice, kind::AUTHORITY, &anchored));
    let none = Authority { version: 2, ..authority(vec![]) };
    assert_applied(&chain.append(&alice, kind::AUTHORITY, &none));
}

/// A key that is kept elsewhere was rotated there: the same holders under the same version, with another wrap, and nothing
/// that was sealed to them or approved is lost. Another key or another officer is no such thing.
#[test]
fn what_is_kept_elsewhere_is_wrapped_anew() {
    let mut chain = WorkspaceChain::new();
    let (mut bob, carol) = (chain.admit(2, "Bob"), chain.admit(3, "Carol"));
    let alice = chain.founder.clone();
    assert_applied(&chain.append(&alice, kind::OFFICERS_CHANGED, &officers(&[&alice, &bob])));
    let first = Authority { version: 1, holders: vec![officer(&bob), kept(1)], delay_hours: 24, slices: vec![] };
    assert_applied(&chain.append(&alice, kind::AUTHORITY, &first));
    let approved = RecoveryApproved {
        account: carol.id(),
        set: RecoverySetId::new([1; 16]),
        device: Dev::new(40).keys,
        not_before: 7,
        reason: String::new(),
    };
    assert_applied(&chain.append(&alice, kind::RECOVERY_APPROVED, &approved));
    // The officer has another account key by now: what was sealed to the one before still counts.
    bob.rotate();
    let slices = chain.news(&bob);
    assert_applied(&chain.append(&alice, kind::ANCHOR, &Anchor { slices }));

    let anew = Kept { place: "a token".into(), wrapped: ByteBuf::from([9; 61]) };
    let holder = Holder { kept: Some(anew), ..kept(1) };
    let second = Authority { holders: vec![officer_of(&first), holder.clone()], ..first.clone() };
    void(&mut chain, &carol, kind::AUTHORITY, &second, Void::Role);
    let swapped = Authority { holders: vec![holder.clone(), officer_of(&first)], ..first.clone() };
    let other_key = Holder { public: sealing(2), ..holder.clone() };
    let other_officer = Holder { officer: officer(&alice).officer, ..officer_of(&first) };
    for holders in [
        swapped.holders,
        vec![officer_of(&first), other_key],
        vec![other_officer, holder.clone()],
        vec![officer_of(&first)],
        vec![officer_of(&first), Holder { kept: None, ..holder.clone() }],
    ] {
        void(&mut chain, &alice, kind::AUTHORITY, &Authority { holders, ..first.clone() }, Void::Version);
    }
    let large = Kept { place: "a token".into(), wrapped: ByteBuf::from(vec![0; MAX_KEPT + 1]) };
    let large =
        Authority { holders: vec![officer_of(&first), Holder { kept: Some(large), ..kept(1) }], ..first.clone() };
    void(&mut chain, &alice, kind::AUTHORITY, &large, Void::Limit);
    assert_eq!(chain.state.authority(), Some(&first));

    assert_applied(&chain.append(&alice, kind::AUTHORITY, &second));
    assert_eq!(chain.state.authority(), Some(&second));
    assert_eq!(chain.state.approvals().len(), 1, "what was approved stands");
}

/// An officer who writes rubbish in the place of a wrap, as often as they like, takes nothing away: nobody here can tell.
#[test]
fn earlier_wraps_are_remembered() {
    let mut chain = WorkspaceChain::new();
    let bob = chain.admit(2, "Bob");
    let alice = chain.founder.clone();
    assert_applied(&chain.append(&alice, kind::OFFICERS_CHANGED, &officers(&[&alice, &bob])));
    let with = |byte: u8, version| {
        let wrapped = Kept { place: "a token".into(), wrapped: ByteBuf::from([byte; 60]) };
        let holder = Holder { kept: Some(wrapped), ..kept(1) };
        Authority { version, holders: vec![officer(&bob), holder], delay_hours: 24, slices: vec![] }
    };
    let earlier =
        |chain: &WorkspaceChain| chain.state.earlier_wraps(1).iter().map(|kept| kept.wrapped[0]).collect::<Vec<_>>();
    assert_applied(&chain.append(&alice, kind::AUTHORITY, &with(100, 1)));
    assert_eq!(earlier(&chain), [0; 0]);
    // Another delay replaces no wrap, and the same one is remembered once.
    let later = Authority { delay_hours: 48, ..with(100, 1) };
    assert_applied(&chain.append(&alice, kind::AUTHORITY, &later));
    for byte in [1, 100, 2] {
        assert_applied(&chain.append(&bob, kind::AUTHORITY, &with(byte, 1)));
    }
    assert_eq!(earlier(&chain), [1, 100]);
    for byte in 3..40 {
        assert_applied(&chain.append(&bob, kind::AUTHORITY, &with(byte, 1)));
    }
    assert_eq!(earlier(&chain), [38, 37, 36, 35, 34, 33, 32, 100], "the newest ones, and the first of all");
    assert_eq!(chain.state.earlier_wraps(0), []);
    // Another authority: its secret is another one, too.
    let other = Holder { public: sealing(2), ..with(50, 2).holders[1].clone() };
    let next = Authority { holders: vec![other], ..with(50, 2) };
    assert_applied(&chain.append(&alice, kind::AUTHORITY, &next));
    assert_eq!(earlier(&chain), [0; 0]);
}

fn officer_of(authority: &Authority) -> Holder {
    authority.holders[0].clone()
}

/// Who may help whom: never oneself, and never a workspace's only officer.
#[test]
fn an_authority_helps_others() {
    let chain = WorkspaceChain::new();
    let (alice, bob) = (chain.founder.clone(), Person::new(2, chain.state.id()));
    let of = |holders: Vec<Holder>| Authority { version: 1, holders, delay_hours: 24, slices: vec![] };
    let ids = |people: &[&Person]| people.iter().map(|person| person.id()).collect();
    let (one, both) = (ids(&[&alice]), ids(&[&alice, &bob]));
    let carol = Person::new(3, chain.state.id()).id();
    for (holders, subject, officers, helps) in [
        (vec![officer(&alice)], carol, &one, true),
        (vec![officer(&alice)], alice.id(), &both, false),
        (vec![officer(&alice), officer(&bob)], bob.id(), &both, false),
        (vec![officer(&alice), officer(&bob)], carol, &both, true),
        (vec![kept(1)], alice.id(), &one, false),
        (vec![kept(1)], alice.id(), &both, true),
        (vec![], carol, &both, false),
    ] {
        assert_eq!(of(holders).can_help(&subject, officers), helps);
    }
}

#[test]
fn addresses_have_limits() {
    let mut chain = WorkspaceChain::new();
    let alice = chain.founder.clone();
    let mut many = catalog();
    many.addresses = vec![String::new(); MAX_ADDRESSES + 1];
    void(&mut chain, &alice, kind::CATALOG, &many, Void::Limit);
    let mut long = catalog();
    long.pinning[0].addresses = vec!["x".repeat(MAX_ADDRESS + 1)];
    void(&mut chain, &alice, kind::CATALOG, &long, Void::Limit);
    let mut nodes = catalog();
    nodes.pinning = vec![catalog().pinning.remove(0); MAX_ADDRESSES + 1];
    void(&mut chain, &alice, kind::CATALOG, &nodes, Void::Limit);
}

#[test]
fn groups() {
    let mut chain = WorkspaceChain::new();
    let bob = chain.admit(2, "Bob");
    let alice = chain.founder.clone();
    let group = |number: usize, name: &str, accounts: &[AccountId]| {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&number.to_be_bytes());
        Group { id: GroupId::new(id), name: name.to_owned(), accounts: accounts.to_vec() }
    };
    let all = officers(&[&alice, &bob]).officers;
    assert_applied(&chain.append(&alice, kind::GROUP, &group(0, "All", &all)));
    void(&mut chain, &alice, kind::GROUP, &group(1, "\t", &[]), Void::Limit);
    void(&mut chain, &alice, kind::GROUP, &group(1, "", &[]), Void::Subject);
    void(&mut chain, &alice, kind::GROUP, &group(1, "Ghosts", &[nobody()]), Void::Subject);
    void(&mut chain, &alice, kind::GROUP, &group(1, "Twins", &[bob.id(), bob.id()]), Void::Subject);
    assert_applied(&chain.append(&alice, kind::GROUP, &group(0, "", &[])));
    assert!(chain.state.groups().is_empty());
    for number in 0..MAX_GROUPS {
        assert_applied(&chain.append(&alice, kind::GROUP, &group(number, "One of many", &[])));
    }
    void(&mut chain, &alice, kind::GROUP, &group(MAX_GROUPS, "One too many", &[]), Void::Limit);
    assert_applied(&chain.append(&alice, kind::GROUP, &group(0, "Renamed", &all)));
}

#[test]
fn policy_keeps_what_it_does_not_know() {
    let mut chain = WorkspaceChain::new();
    let alice = chain.founder.clone();
    let settings = BTreeMap::from([("lock-after-minutes".to_owned(), 10), ("of-a-later-version".to_owned(), 1)]);
    assert_applied(&chain.append(&alice, kind::POLICY, &Policy { settings: settings.clone() }));
    assert_eq!(chain.state.policy().settings, settings);
    void(&mut chain, &alice, kind::ANCHOR, &Anchor { slices: vec![bob().slice()] }, Void::Anchor);
}
