//! The form of a record.

use serde_bytes::ByteBuf;
use valise_protocol::cbor;
use valise_protocol::chain::Head;
use valise_protocol::hash::{Label, digest};
use valise_protocol::ids::RecordHash;
use valise_protocol::record::{
    BadRecord, ChainId, ChainKind, Envelope, FORMAT_VERSION, Kind, MAX_RECORD, MAX_SEEN, Record, Seen,
};

use crate::support::{alice, signing_key};

fn good() -> Envelope {
    alice().records[1].envelope().clone()
}

#[track_caller]
fn refused(change: impl Fn(&mut Envelope), reason: BadRecord) {
    let mut envelope = good();
    change(&mut envelope);
    assert_eq!(Record::sign(envelope, &signing_key(1)), Err(reason));
}

#[test]
fn a_record_is_its_bytes() {
    let record = alice().records.remove(1);
    let again = Record::decode(record.bytes()).unwrap();
    assert_eq!(again, record);
    assert_eq!(*record.hash().as_bytes(), digest(Label::Record, &[record.bytes()]));
    assert_eq!(record.chain(), Some(ChainId::Account(alice().id())));
    assert_eq!(alice().records[0].chain(), Some(ChainId::Account(alice().id())));
    assert_eq!(Head::of(&record), Head { seq: 1, hash: record.hash() });
}

/// C1: any bit of a record.
#[test]
fn every_bit_counts() {
    let record = alice().records.remove(0);
    let key = signing_key(1).verify_key();
    for bit in 0..record.bytes().len() * 8 {
        let mut bytes = record.bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let accepted = Record::decode(&bytes).is_ok_and(|record| record.verify(&key).is_ok());
        assert!(!accepted, "bit {bit}");
    }
}

#[test]
fn cut_and_lengthened() {
    let record = alice().records.remove(0);
    for length in 0..record.bytes().len() {
        assert_eq!(Record::decode(&record.bytes()[..length]).map(|_| ()), Err(BadRecord::Malformed));
    }
    let longer = [record.bytes(), &[0]].concat();
    assert_eq!(Record::decode(&longer).map(|_| ()), Err(BadRecord::Malformed));
}

#[test]
fn the_first_and_only_the_first_stands_alone() {
    refused(|envelope| envelope.seq = 0, BadRecord::Malformed);
    refused(|envelope| envelope.chain = RecordHash::ZERO, BadRecord::Malformed);
    refused(|envelope| envelope.prev = RecordHash::ZERO, BadRecord::Malformed);
    refused(|envelope| envelope.kind = Kind::GENESIS, BadRecord::Malformed);
    refused(|envelope| envelope.chain_kind = ChainKind(0), BadRecord::Malformed);
    refused(|envelope| envelope.chain_kind = ChainKind(4), BadRecord::Malformed);
}

#[test]
fn nothing_is_sealed_before_there_is_a_key() {
    refused(|envelope| envelope.sealed = ByteBuf::from([1]), BadRecord::Malformed);
    let mut envelope = good();
    (envelope.epoch, envelope.sealed) = (1, ByteBuf::from([1]));
    assert!(Record::sign(envelope, &signing_key(1)).is_ok());
}

#[test]
fn heads_in_order_and_few() {
    let seen = |number: u64| {
        let mut chain = [0; 32];
        chain[..8].copy_from_slice(&number.to_be_bytes());
        Seen { kind: ChainKind::ACCOUNT, chain: RecordHash::new(chain), seq: 1, head: RecordHash::ZERO }
    };
    let mut envelope = good();
    envelope.seen = (0..MAX_SEEN as u64).map(seen).collect();
    assert!(Record::sign(envelope, &signing_key(1)).is_ok());
    refused(|envelope| envelope.seen = (0..=MAX_SEEN as u64).map(seen).collect(), BadRecord::Malformed);
    refused(|envelope| envelope.seen = vec![seen(2), seen(1)], BadRecord::Malformed);
    refused(|envelope| envelope.seen = vec![seen(2), seen(2)], BadRecord::Malformed);
    refused(|envelope| envelope.seen = vec![Seen { kind: ChainKind::FOLDER, ..seen(1) }], BadRecord::Malformed);
}

#[test]
fn versions() {
    refused(|envelope| envelope.version = 0, BadRecord::Malformed);
    refused(|envelope| envelope.version = FORMAT_VERSION + 1, BadRecord::UpdateNeeded);
    // Whatever else a later version puts into the envelope or beside the signature.
    let envelope = cbor::encode(&(2, "something", [1, 2, 3])).unwrap();
    for length in [envelope.len(), 30, 300, 70_000] {
        let mut envelope = envelope.clone();
        envelope.resize(length, 0);
        let envelope = ByteBuf::from(envelope);
        for bytes in [cbor::encode(&(&envelope, 1, 2, 3)), cbor::encode(&(&envelope,))] {
            assert_eq!(Record::decode(&bytes.unwrap()).map(|_| ()), Err(BadRecord::UpdateNeeded));
        }
    }
    let unversioned = cbor::encode(&(ByteBuf::from(cbor::encode(&("2", 1)).unwrap()), 1)).unwrap();
    assert_eq!(Record::decode(&unversioned).map(|_| ()), Err(BadRecord::Malformed));
}

#[test]
fn a_mebibyte_and_no_more() {
    let sized = |length: usize| {
        let mut envelope = good();
        envelope.open = ByteBuf::from(vec![0; length]);
        Record::sign(envelope, &signing_key(1))
    };
    let overhead = sized(MAX_RECORD / 2).unwrap().bytes().len() - MAX_RECORD / 2;
    assert_eq!(sized(MAX_RECORD - overhead).unwrap().bytes().len(), MAX_RECORD);
    assert_eq!(sized(MAX_RECORD - overhead + 1), Err(BadRecord::Malformed));
}

#[test]
fn names_of_chains() {
    let chain = alice().records[0].chain().unwrap();
    assert_eq!(chain.to_string().parse(), Ok(chain));
    let id = "11".repeat(32);
    for bad in ["", "account", "account-", &format!("Account-{id}"), &format!("account-{id}0"), &format!("device-{id}")]
    {
        assert!(bad.parse::<ChainId>().is_err(), "{bad}");
    }
    let json = serde_json::to_string(&alice().records[0].chain()).unwrap();
    assert_eq!(json, format!(r#"{{"kind":"account","id":"{}"}}"#, alice().id()));
}
