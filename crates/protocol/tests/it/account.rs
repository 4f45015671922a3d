//! The rules of the account chain.

use serde::Serialize;
use serde_bytes::ByteBuf;
use valise_protocol::account::{
    Account, DeviceNamed, DeviceRevoked, MAX_DEVICES, Op, Recovered, SealedName, kind, sign_consent,
};
use valise_protocol::cbor;
use valise_protocol::chain::{Broken, Void};
use valise_protocol::ids::{DeviceId, RecordHash, RecoverySetId};
use valise_protocol::keys::SealingPublic;
use valise_protocol::record::{BadRecord, ChainKind, Envelope, FORMAT_VERSION, Kind, Record};

use crate::support::{
    Dev, Person, WORKSPACE, alice, assert_applied, assert_void, badly_signed, bob, commitment, seal, signing_key, trace,
};

/// The record is void for this reason, and leaves what a malformed record of that device would leave.
#[track_caller]
fn void<T: Serialize>(person: &mut Person, device: &Dev, kind: Kind, open: &T, expected: Void) {
    let mut other = person.clone();
    assert_void(&other.append(device, kind::KEYS, &"no keys"), Void::Malformed);
    assert_void(&person.append(device, kind, open), expected);
    assert_eq!(trace(&person.state, person.state.head()), trace(&other.state, other.state.head()));
}

#[track_caller]
fn broken(person: &mut Person, record: &Record, expected: Broken) {
    let before = person.state.clone();
    assert_eq!(person.state.apply(record), Err(expected));
    assert_eq!(person.state, before);
}

fn recovered(person: &Person, set: RecoverySetId, device: &Dev) -> Recovered {
    let consent = sign_consent(person.id(), &device.keys, &device.key());
    Recovered { set, device: device.keys.clone(), consent }
}

/// A recovery record as an honest client writes it, unsigned.
fn recovery(person: &Person, set: u8, device: &Dev) -> Envelope {
    person.draft(device, kind::RECOVERED, &recovered(person, RecoverySetId::new([set; 16]), device))
}

fn with_recovery_set(seed: u8) -> Person {
    let mut person = alice();
    let device = person.device.clone();
    assert_applied(&person.append(&device, kind::RECOVERY_SET, &Person::recovery_set(seed)));
    person
}

#[test]
fn a_life() {
    let mut alice = alice();
    let first = alice.device.clone();
    let second = alice.add_device(20);
    assert_eq!(alice.state.devices().count(), 2);
    assert_applied(&alice.append(&first, kind::RECOVERY_SET, &Person::recovery_set(30)));
    alice.rotate();
    assert_eq!((alice.state.key().unwrap().version, alice.state.master().0, alice.state.ring().0), (2, 2, 2));
    alice.revoke(&second, first.id);
    assert!(!alice.state.device(&first.id).unwrap().is_valid());
    assert_eq!(alice.state.counter(&second.id), 1);
    assert_eq!(alice.state.recoveries(), 0, "a device that another lets in is no recovery");
    let third = Dev::new(21);
    let record = Record::sign(recovery(&alice, 30, &third), &signing_key(30)).unwrap();
    assert_applied(&alice.apply(record).unwrap());
    assert_eq!((alice.state.recovery(), alice.state.recoveries()), (None, 1));
    assert!(alice.state.device(&third.id).unwrap().is_valid());
    assert_eq!(alice.state.counter(&third.id), 1);
    alice.device = third;
    alice.rotate();
}

#[test]
fn a_name_is_of_a_device_that_counts_and_under_a_key_that_is_there() {
    let mut alice = alice();
    let first = alice.device.clone();
    let second = alice.add_device(20);
    let named = |device: &Dev, version, len| DeviceNamed {
        device: device.id,
        name: SealedName { version, sealed: vec![7; len] },
    };
    let name = |person: &Person, device: &Dev| person.state.device(&device.id).unwrap().name.clone();
    assert_applied(&alice.append(&first, kind::DEVICE_NAMED, &named(&second, 1, 512)));
    assert_eq!(name(&alice, &second), Some(named(&second, 1, 512).name));
    assert_eq!(name(&alice, &first), None);
    // Any device of the account names any.
    assert_applied(&alice.append(&second, kind::DEVICE_NAMED, &named(&first, 1, 1)));
    void(&mut alice, &first, kind::DEVICE_NAMED, &named(&first, 2, 1), Void::Version);
    void(&mut alice, &first, kind::DEVICE_NAMED, &named(&first, 0, 1), Void::Version);
    void(&mut alice, &first, kind::DEVICE_NAMED, &named(&first, 1, 513), Void::Limit);
    void(&mut alice, &first, kind::DEVICE_NAMED, &named(&Dev::new(21), 1, 1), Void::Subject);
    alice.revoke(&first, second.id);
    void(&mut alice, &first, kind::DEVICE_NAMED, &named(&second, 1, 1), Void::Subject);
}

#[test]
fn the_same_state_from_the_start() {
    let mut alice = alice();
    alice.add_device(20);
    alice.rotate();
    let mut again = Account::begin(&alice.records[0]).unwrap();
    for record in &alice.records[1..] {
        again.apply(&Record::decode(record.bytes()).unwrap()).unwrap();
    }
    assert_eq!(again, alice.state);
}

#[test]
fn a_genesis_must_be_whole() {
    let alice = alice();
    let good = alice.records[0].envelope();
    let refused = |change: fn(&mut Envelope), reason| {
        let mut envelope = good.clone();
        change(&mut envelope);
        assert_eq!(Account::begin(&alice.device.sign(envelope)).map(|_| ()), Err(reason));
    };
    refused(|envelope| envelope.chain_kind = ChainKind::FOLDER, Broken::Malformed);
    refused(|envelope| envelope.counter = 2, Broken::Malformed);
    refused(|envelope| envelope.epoch = 1, Broken::Malformed);
    refused(|envelope| envelope.author = bob().id(), Broken::Malformed);
    refused(|envelope| envelope.device = bob().device.id, Broken::Malformed);
    refused(|envelope| envelope.open = ByteBuf::from([0xf6]), Broken::Malformed);
    let forged = Record::sign(good.clone(), &bob().device.key()).unwrap();
    assert_eq!(Account::begin(&forged).map(|_| ()), Err(Broken::Signature));
    assert_eq!(Account::begin(&alice.records[1]).map(|_| ()), Err(Broken::Malformed));
}

#[test]
fn links_that_do_not_hold() {
    let mut alice = alice();
    let good = alice.draft(&alice.device, kind::KEYS, &alice.next_keys());
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
        broken(&mut alice, &record, Broken::Link);
    }
    let replayed = alice.records[1].clone();
    broken(&mut alice, &replayed, Broken::Link);
    let genesis = alice.records[0].clone();
    broken(&mut alice, &genesis, Broken::Link);
}

#[test]
fn a_record_of_another_chain_is_broken() {
    let mut alice = alice();
    let mut bob = bob();
    bob.rotate();
    let of_bob = bob.records[2].clone();
    broken(&mut alice, &of_bob, Broken::Link);
    let good = alice.draft(&alice.device, kind::KEYS, &alice.next_keys());
    let changes: [fn(&mut Envelope); 3] = [
        |envelope| envelope.chain_kind = ChainKind::FOLDER,
        |envelope| envelope.author = crate::support::nobody(),
        |envelope| envelope.epoch = 1,
    ];
    for change in changes {
        let mut envelope = good.clone();
        change(&mut envelope);
        let record = alice.device.sign(envelope);
        broken(&mut alice, &record, Broken::Malformed);
    }
}

#[test]
fn signatures_that_do_not_stand() {
    let mut alice = alice();
    let envelope = alice.draft(&alice.device, kind::KEYS, &alice.next_keys());
    let bad = badly_signed(&alice.device.sign(envelope.clone()));
    broken(&mut alice, &bad, Broken::Signature);
    let by_bob = Record::sign(envelope.clone(), &bob().device.key()).unwrap();
    broken(&mut alice, &by_bob, Broken::Signature);
    let stranger = Dev::new(77);
    let by_stranger = stranger.sign(Envelope { device: stranger.id, ..envelope });
    broken(&mut alice, &by_stranger, Broken::Signature);
}

#[test]
fn what_is_unknown_needs_an_update() {
    let mut alice = alice();
    let later = alice.device.sign(alice.draft(&alice.device, Kind(99), &()));
    broken(&mut alice, &later, Broken::UpdateNeeded);
    let mut envelope = alice.draft(&alice.device, kind::KEYS, &());
    envelope.version = FORMAT_VERSION + 1;
    assert_eq!(Record::sign(envelope, &alice.device.key()), Err(BadRecord::UpdateNeeded));
}

#[test]
fn keys_follow_their_versions() {
    let mut alice = alice();
    let device = alice.device.clone();
    let good = alice.next_keys();
    let mut skipped = good.clone();
    skipped.account_version += 1;
    void(&mut alice, &device, kind::KEYS, &skipped, Void::Version);
    let mut same_version = good.clone();
    same_version.account_version = 1;
    void(&mut alice, &device, kind::KEYS, &same_version, Void::Version);
    let mut master = good.clone();
    master.master_version = 3;
    void(&mut alice, &device, kind::KEYS, &master, Void::Version);
    let mut same_master = good.clone();
    same_master.master_version = 1;
    void(&mut alice, &device, kind::KEYS, &same_master, Void::Version);
    let mut ring = good.clone();
    ring.ring_generation = 1;
    void(&mut alice, &device, kind::KEYS, &ring, Void::Version);
    // Master key alone: the account key stays as it is.
    let mut rewrapped = good;
    rewrapped.account_version = 1;
    rewrapped.account_public = alice.state.key().unwrap().public.clone();
    assert_applied(&alice.append(&device, kind::KEYS, &rewrapped));
    assert_eq!(alice.state.master().0, 2);
}

#[test]
fn the_first_keys_are_version_one() {
    let mut person = Person::without_keys(1, WORKSPACE);
    let device = person.device.clone();
    let mut zero = person.next_keys();
    zero.master_version = 0;
    zero.master_commitment = valise_protocol::ids::Commitment::ZERO;
    void(&mut person, &device, kind::KEYS, &zero, Void::Version);
    void(&mut person, &device, kind::RECOVERY_SET, &Person::recovery_set(1), Void::Version);
}

#[test]
fn master_keys_go_to_valid_devices_only() {
    let mut alice = alice();
    let first = alice.device.clone();
    let second = alice.add_device(20);
    let both = alice.next_keys();
    let mut one = both.clone();
    one.master_seals.pop();
    void(&mut alice, &first, kind::KEYS, &one, Void::Seals);
    let mut swapped = both.clone();
    swapped.master_seals.reverse();
    void(&mut alice, &first, kind::KEYS, &swapped, Void::Seals);
    let mut doubled = both.clone();
    doubled.master_seals.push(both.master_seals[1].clone());
    void(&mut alice, &first, kind::KEYS, &doubled, Void::Seals);
    let mut unasked = both.clone();
    unasked.recovery_seal = Some(seal(1));
    void(&mut alice, &first, kind::KEYS, &unasked, Void::Seals);
    alice.revoke(&first, second.id);
    void(&mut alice, &first, kind::KEYS, &both, Void::Seals);
    assert_applied(&alice.append(&first, kind::RECOVERY_SET, &Person::recovery_set(30)));
    let mut forgotten = alice.next_keys();
    forgotten.recovery_seal = None;
    void(&mut alice, &first, kind::KEYS, &forgotten, Void::Seals);
}

#[test]
fn a_device_consents_to_one_account() {
    let mut alice = alice();
    let device = alice.device.clone();
    let new = Dev::new(20);
    let mut stolen = alice.addition(&new);
    stolen.consent = sign_consent(bob().id(), &new.keys, &new.key());
    void(&mut alice, &device, kind::DEVICE_ADDED, &stolen, Void::Device);
    let mut mixed = alice.addition(&new);
    mixed.device.sealing = SealingPublic::new(vec![0; 1216]).unwrap();
    void(&mut alice, &device, kind::DEVICE_ADDED, &mixed, Void::Device);
    let again = alice.addition(&device);
    void(&mut alice, &device, kind::DEVICE_ADDED, &again, Void::Subject);
}

#[test]
fn a_revoked_device_stays_revoked() {
    let mut alice = alice();
    let first = alice.device.clone();
    let second = alice.add_device(20);
    alice.revoke(&first, second.id);
    let keys = alice.next_keys();
    let record = second.sign(alice.draft(&second, kind::KEYS, &keys));
    let before = trace(&alice.state.key(), alice.state.head());
    assert_void(&alice.apply(record).unwrap(), Void::Device);
    assert_eq!(trace(&alice.state.key(), alice.state.head()), before);
    assert_eq!(alice.state.counter(&second.id), 1);
    let again = alice.addition(&second);
    void(&mut alice, &first, kind::DEVICE_ADDED, &again, Void::Subject);
    void(&mut alice, &first, kind::DEVICE_REVOKED, &DeviceRevoked { device: second.id }, Void::Subject);
    void(&mut alice, &first, kind::DEVICE_REVOKED, &DeviceRevoked { device: DeviceId::ZERO }, Void::Subject);
    void(&mut alice, &first, kind::DEVICE_REVOKED, &DeviceRevoked { device: first.id }, Void::LastOne);
}

#[test]
fn counters_follow() {
    let mut alice = alice();
    for counter in [0, 2, 4, u64::MAX] {
        let mut envelope = alice.draft(&alice.device, kind::KEYS, &alice.next_keys());
        envelope.counter = counter;
        let before = trace(&alice.state, alice.state.head());
        assert_void(&alice.apply(alice.device.sign(envelope)).unwrap(), Void::Device);
        assert_eq!(trace(&alice.state, alice.state.head()), before, "a counter that does not follow is not kept");
    }
    alice.rotate();
}

#[test]
fn a_limit_of_devices() {
    let mut alice = alice();
    let device = alice.device.clone();
    let many = (2..=u8::MAX).filter(|seed| *seed != 0x81);
    for seed in many {
        alice.add_device(seed);
    }
    while alice.state.devices().count() < MAX_DEVICES {
        // The same signing key with another peer key is another device.
        let mut other = Dev::new(2);
        other.keys.peer = signing_key(u8::try_from(alice.state.devices().count() - 250).unwrap()).verify_key();
        other.id = other.keys.id();
        assert_applied(&alice.append(&device, kind::DEVICE_ADDED, &alice.addition(&other)));
    }
    let mut last = Dev::new(3);
    last.keys.peer = signing_key(99).verify_key();
    let added = alice.addition(&last);
    void(&mut alice, &device, kind::DEVICE_ADDED, &added, Void::Limit);
}

#[test]
fn only_the_recovery_key_recovers() {
    let mut alice = with_recovery_set(30);
    let new = Dev::new(21);
    let good = recovery(&alice, 30, &new);
    // The catalog and an officer together have no recovery key (A8); nor has the new device itself.
    for key in [signing_key(31), new.key(), alice.device.key()] {
        let record = Record::sign(good.clone(), &key).unwrap();
        broken(&mut alice, &record, Broken::Signature);
    }
    let record = Record::sign(good, &signing_key(30)).unwrap();
    assert!(matches!(alice.apply(record.clone()).unwrap().applied(), Some(Op::Recovered(_))));
    broken(&mut alice, &record, Broken::Link);
    // The set is spent.
    let second = Dev::new(22);
    let replayed = Record::sign(recovery(&alice, 30, &second), &signing_key(30)).unwrap();
    broken(&mut alice, &replayed, Broken::Signature);
}

#[test]
fn a_set_from_before_a_refresh_recovers_nothing() {
    let mut alice = with_recovery_set(30);
    let device = alice.device.clone();
    void(&mut alice, &device, kind::RECOVERY_SET, &Person::recovery_set(30), Void::Version);
    assert_applied(&alice.append(&device, kind::RECOVERY_SET, &Person::recovery_set(31)));
    let old = Record::sign(recovery(&alice, 30, &Dev::new(21)), &signing_key(30)).unwrap();
    broken(&mut alice, &old, Broken::Signature);
}

#[test]
fn recoveries_that_are_void() {
    let alice = with_recovery_set(30);
    let new = Dev::new(21);
    let refused = |mut envelope: Envelope, change: &dyn Fn(&mut Envelope), reason: Void| {
        let mut alice = alice.clone();
        change(&mut envelope);
        let before = trace(&alice.state, alice.state.head());
        assert_void(&alice.apply(Record::sign(envelope, &signing_key(30)).unwrap()).unwrap(), reason);
        assert_eq!(trace(&alice.state, alice.state.head()), before);
    };
    let good = recovery(&alice, 30, &new);
    refused(good.clone(), &|envelope| envelope.open = ByteBuf::from([0x80]), Void::Malformed);
    refused(good.clone(), &|envelope| envelope.counter = 2, Void::Malformed);
    refused(good.clone(), &|envelope| envelope.device = alice.device.id, Void::Malformed);
    refused(recovery(&alice, 31, &new), &|_| {}, Void::Malformed);
    let mut unwilling = recovered(&alice, RecoverySetId::new([30; 16]), &new);
    unwilling.consent = sign_consent(bob().id(), &new.keys, &new.key());
    let open = ByteBuf::from(cbor::encode(&unwilling).unwrap());
    refused(good, &|envelope| envelope.open = open.clone(), Void::Device);
    refused(recovery(&alice, 30, &alice.device), &|envelope| envelope.counter = 1, Void::Subject);
}

#[test]
fn open_parts_of_another_kind_are_void() {
    let mut alice = alice();
    let device = alice.device.clone();
    let keys = alice.next_keys();
    void(&mut alice, &device, kind::DEVICE_ADDED, &keys, Void::Malformed);
    void(&mut alice, &device, kind::DEVICE_REVOKED, &commitment(1), Void::Malformed);
    void(&mut alice, &device, kind::RECOVERY_SET, &(), Void::Malformed);
}
