//! The canonical encoding: one value, one encoding, and nothing else is taken.

use std::collections::BTreeMap;
use std::fmt::Debug;

use ipld_core::ipld::Ipld;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use valise_protocol::auth::Proof;
use valise_protocol::cbor::{self, BadEncoding};
use valise_protocol::invitation::{Link, Redemption};
use valise_protocol::record::{Envelope, MAX_CHANGES, Record};
use valise_protocol::tree::change::{MAX_NESTING, decode_body, encode_body};
use valise_protocol::tree::{Change, EntryKind, More, NewContent};
use valise_protocol::{account, document, folder, workspace};

use crate::scenario::{account_records, folder_records, workspace_records};
use crate::support::{cid, dek, entry};

fn plain() -> impl Strategy<Value = Ipld> {
    let leaf = prop_oneof![
        Just(Ipld::Null),
        any::<bool>().prop_map(Ipld::Bool),
        any::<i64>().prop_map(|number| Ipld::Integer(number.into())),
        any::<u64>().prop_map(|number| Ipld::Integer(number.into())),
        ".{0,8}".prop_map(Ipld::String),
        prop::collection::vec(any::<u8>(), 0..8).prop_map(Ipld::Bytes),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Ipld::List),
            prop::collection::btree_map(".{0,4}", inner, 0..4).prop_map(Ipld::Map),
        ]
    })
}

fn more() -> impl Strategy<Value = More> {
    let key = prop_oneof![64_u64..300, 64_u64..].prop_map(|number| number.to_string());
    prop::collection::btree_map(key, plain(), 0..4).prop_map(|map| More::new(map).unwrap())
}

fn change() -> impl Strategy<Value = Change> {
    let id = || (0_u64..20).prop_map(entry);
    let name = "[a-zäß .]{1,20}x".prop_map(|name| valise_protocol::names::normalize(&name).unwrap());
    let kind = prop_oneof![Just(EntryKind::File), Just(EntryKind::Directory)];
    prop_oneof![
        (id(), id(), kind, name.clone(), more()).prop_map(|(id, parent, kind, name, more)| Change::Create {
            id,
            parent,
            kind,
            name,
            more
        }),
        (id(), any::<Option<u64>>(), any::<u64>(), any::<i64>(), any::<bool>(), "[a-z/]{0,20}", any::<u64>(), more())
            .prop_map(|(id, base, size, mtime, executable, media_type, number, more)| {
                let base = base.map(dek);
                let (cid, dek) = (cid(number), dek(number));
                Change::Content(NewContent { id, base, size, mtime, executable, media_type, cid, dek, more })
            }),
        (id(), id(), name).prop_map(|(id, parent, name)| Change::Move { id, parent, name }),
        id().prop_map(Change::Trash),
        id().prop_map(Change::Restore),
        id().prop_map(Change::Purge),
        (id(), any::<u64>()).prop_map(|(id, trashed)| Change::Expire { id, trashed }),
    ]
}

/// Whatever bytes are taken are the one encoding of what they mean.
fn honest<T: Serialize + DeserializeOwned>(bytes: &[u8]) {
    if let Ok(value) = cbor::decode::<T>(bytes) {
        assert_eq!(cbor::encode(&value).unwrap(), bytes);
    }
}

fn honest_as_anything(bytes: &[u8]) {
    honest::<Envelope>(bytes);
    honest::<Proof>(bytes);
    honest::<Link>(bytes);
    honest::<Redemption>(bytes);
    honest::<Vec<Change>>(bytes);
    honest::<account::Genesis>(bytes);
    honest::<account::Keys>(bytes);
    honest::<account::RecoverySet>(bytes);
    honest::<account::Recovered>(bytes);
    honest::<folder::Genesis>(bytes);
    honest::<folder::MemberAdded>(bytes);
    honest::<folder::Rekey>(bytes);
    honest::<folder::Content>(bytes);
    honest::<folder::Left>(bytes);
    honest::<folder::Signed>(bytes);
    honest::<folder::TrashPolicy>(bytes);
    honest::<account::SigningKeyAdded>(bytes);
    honest::<document::Body>(bytes);
    honest::<workspace::Catalog>(bytes);
    honest::<workspace::Policy>(bytes);
    if let Ok(record) = Record::decode(bytes) {
        assert_eq!(record.bytes(), bytes);
        assert_eq!(cbor::encode(record.envelope()).map(|envelope| envelope.len()), Ok(bytes.len() - wire(bytes)));
    }
}

/// Bytes of a record around its envelope.
fn wire(bytes: &[u8]) -> usize {
    let (envelope, _): (serde_bytes::ByteBuf, (u8, serde_bytes::ByteBuf)) = cbor::decode(bytes).unwrap();
    bytes.len() - envelope.len()
}

proptest! {
    #[test]
    fn bodies_come_back(changes in prop::collection::vec(change(), 0..20)) {
        let body = encode_body(&changes).unwrap();
        prop_assert_eq!(decode_body(&body), Ok(changes));
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        honest_as_anything(&bytes);
    }

    #[test]
    fn bodies_with_a_byte_changed(changes in prop::collection::vec(change(), 1..6), at in any::<prop::sample::Index>(), byte: u8) {
        let mut body = encode_body(&changes).unwrap();
        let at = at.index(body.len());
        body[at] = byte;
        honest::<Vec<Change>>(&body);
    }

    #[test]
    fn records_with_a_byte_changed(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte: u8) {
        let records = account_records();
        let mut bytes = which.get(&records).bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        honest_as_anything(&bytes);
    }
}

fn comes_back<T: Serialize + DeserializeOwned + Debug>(record: &Record) {
    let open: T = record.open().unwrap();
    assert_eq!(cbor::encode(&open).unwrap(), record.envelope().open[..], "{open:?}");
}

#[test]
fn every_open_part_comes_back() {
    for record in account_records() {
        match record.envelope().kind.0 {
            0 => comes_back::<account::Genesis>(&record),
            1 => comes_back::<account::Keys>(&record),
            2 => comes_back::<account::DeviceAdded>(&record),
            3 => comes_back::<account::DeviceRevoked>(&record),
            4 => comes_back::<account::RecoverySet>(&record),
            5 => comes_back::<account::Recovered>(&record),
            7 => comes_back::<account::SigningKeyAdded>(&record),
            _ => comes_back::<account::SigningKeyRevoked>(&record),
        }
    }
    for record in folder_records() {
        match record.envelope().kind.0 {
            0 => comes_back::<folder::Genesis>(&record),
            1 => comes_back::<folder::Anchor>(&record),
            2 => comes_back::<folder::MemberAdded>(&record),
            3 => comes_back::<folder::MemberRemoved>(&record),
            4 => comes_back::<folder::RoleChanged>(&record),
            5 => comes_back::<folder::Left>(&record),
            6 => comes_back::<folder::Rekey>(&record),
            7 => comes_back::<folder::Content>(&record),
            8 => comes_back::<folder::Invited>(&record),
            9 => comes_back::<folder::InvitationRevoked>(&record),
            10 => comes_back::<folder::KeyPolicy>(&record),
            11 => comes_back::<folder::Signed>(&record),
            12 => comes_back::<folder::Successor>(&record),
            13 => comes_back::<folder::Succeeded>(&record),
            14 => comes_back::<folder::Accepted>(&record),
            _ => comes_back::<folder::TrashPolicy>(&record),
        }
    }
    for record in workspace_records() {
        assert!(!record.envelope().open.is_empty());
    }
}

fn refused<T: Serialize + DeserializeOwned + Debug + PartialEq>(hex: &str) {
    assert_eq!(cbor::decode::<T>(&hex::decode(hex).unwrap()), Err(BadEncoding), "{hex}");
}

#[test]
fn one_encoding_only() {
    assert_eq!(cbor::decode::<Vec<u64>>(&hex::decode("820118ff").unwrap()), Ok(vec![1, 255]));
    for (bad, _why) in [
        ("820118ff00", "a byte more"),
        ("82011817", "a long number"),
        ("8201190001", "a longer one"),
        ("9801", "a long length"),
        ("9b00000000000000020118ff", "a longer one"),
        ("9f0118ffff", "an indefinite length"),
        ("82f90000fb3ff0000000000000", "floats"),
        ("82c20101", "tags"),
        ("8301", "cut short"),
        ("9bffffffffffffffff01", "longer than memory"),
        ("", "nothing"),
        ("8120", "negative"),
    ] {
        refused::<Vec<u64>>(bad);
    }
    let map = cbor::decode::<BTreeMap<String, u64>>;
    assert!(map(&hex::decode("a2616201626161 02".replace(' ', "")).unwrap()).is_ok());
    for bad in ["a2616201616102", "a2616101616102", "a26261610161 6202", "a1781801", "bf616101ff", "a10102", "a161ff01"]
    {
        assert_eq!(map(&hex::decode(bad.replace(' ', "")).unwrap()), Err(BadEncoding), "{bad}");
    }
    refused::<serde_bytes::ByteBuf>("5f4101ff");
    refused::<serde_bytes::ByteBuf>("580101");
    refused::<serde_bytes::ByteBuf>("8101");
    refused::<valise_protocol::ids::EntryId>("8100");
    refused::<valise_protocol::ids::EntryId>("4100");
    refused::<Option<u64>>("f7");
    refused::<bool>("01");
}

/// A change with this as the `more` of a new entry.
fn create_with(more: &[u8]) -> Vec<u8> {
    let change = Change::Create {
        id: entry(1),
        parent: entry(0),
        kind: EntryKind::File,
        name: "a".into(),
        more: More::default(),
    };
    let mut body = encode_body(&[change]).unwrap();
    assert_eq!(body.pop(), Some(0xa0));
    body.extend_from_slice(more);
    body
}

#[test]
fn keys_of_later_versions() {
    for good in ["a0", "a162363401", "a26236340162363502", "a2623634016331303002", "a1623634a0", "a162363420"] {
        assert!(decode_body(&create_with(&hex::decode(good).unwrap())).is_ok(), "{good}");
    }
    for (bad, _why) in [
        ("a162363301", "below 64"),
        ("a1613101", "below 64"),
        ("a16330363401", "a leading zero"),
        ("a1632b363401", "a sign"),
        ("a1617801", "no number"),
        ("a16001", "no key"),
        ("a26236350162363402", "unsorted"),
        ("a2633130300162363402", "unsorted by length"),
        ("a26236340162363402", "doubled"),
        ("a1623634fb3ff8000000000000", "a float"),
        ("a1623634f93c00", "a short float"),
        ("a1623634fb7ff8000000000000", "not a number"),
        ("a1623634f7", "undefined"),
        ("a1623634c101", "a tag"),
        ("a1623634d82a450001550000", "a link"),
        ("a26236340174313834343637343430373337303935353136313602", "more than 64 bits"),
        ("f6", "none"),
        ("80", "a list"),
    ] {
        let bytes = hex::decode(bad.replace(' ', "")).unwrap();
        assert_eq!(decode_body(&create_with(&bytes)), Err(BadEncoding), "{bad}");
    }
}

/// Nesting to any depth is refused without running out of stack.
#[test]
fn deep_nesting() {
    let nested = |levels: usize, open: &[u8], end: &[u8]| {
        [&hex::decode("a1623634").unwrap()[..], &open.repeat(levels), end].concat()
    };
    assert!(decode_body(&create_with(&nested(MAX_NESTING, &[0x81], &[0x01]))).is_ok());
    for levels in [MAX_NESTING + 1, 127, 128, 255, 256, 257, 100_000, 1_000_000] {
        assert!(decode_body(&create_with(&nested(levels, &[0x81], &[0x01]))).is_err(), "{levels}");
        assert!(decode_body(&create_with(&nested(levels, &[0xa1, 0x60], &[0x01]))).is_err(), "{levels}");
        assert!(decode_body(&[&[0x81].repeat(levels)[..], &[0x01]].concat()).is_err());
        assert!(decode_body(&[&[0x81, 0x82, 0x04][..], &[0x81].repeat(levels), &[0x01]].concat()).is_err());
        assert!(decode_body(&[&[0xd8, 0x2a].repeat(levels)[..], &[0x01]].concat()).is_err());
        // Behind the last element of a change, where the decoder only skips.
        let mut longer = encode_body(&[Change::Trash(entry(1))]).unwrap();
        longer[1] = 0x83;
        longer.extend([0x81].repeat(levels));
        assert!(decode_body(&longer).is_err());
    }
}

#[test]
fn changes_that_no_reader_takes() {
    let moved = |name: &str| Change::Move { id: entry(1), parent: entry(0), name: name.into() };
    for bad in ["", ".", "..", "a/b", "a\\b", "a\u{0}", "e\u{301}", &"x".repeat(256)] {
        assert_eq!(encode_body(&[moved(bad)]), Err(BadEncoding));
        assert_eq!(decode_body(&cbor::encode(&vec![moved(bad)]).unwrap()), Err(BadEncoding), "{bad:?}");
    }
    let trash = vec![Change::Trash(entry(1)); MAX_CHANGES + 1];
    assert_eq!(encode_body(&trash), Err(BadEncoding));
    assert_eq!(decode_body(&cbor::encode(&trash).unwrap()), Err(BadEncoding));
    assert!(decode_body(&cbor::encode(&trash[1..]).unwrap()).is_ok());
    for bad in ["8180", "818100", "81820750000000000000000000000000000000ee", "8101", "a0", "f6", "8182044100"] {
        assert_eq!(decode_body(&hex::decode(bad).unwrap()), Err(BadEncoding), "{bad}");
    }
    assert_eq!(decode_body(&[0x80]), Ok(vec![]));
}

#[test]
fn what_may_not_stand_in_more() {
    let of = |key: &str, value| More::new(BTreeMap::from([(key.to_owned(), value)]));
    assert!(of("64", Ipld::Null).is_ok());
    assert!(of("63", Ipld::Null).is_err());
    assert!(of("64", Ipld::Float(1.5)).is_err());
    assert!(of("64", Ipld::List(vec![Ipld::Map(BTreeMap::from([("a".into(), Ipld::Float(0.0))]))])).is_err());
    assert!(of("64", Ipld::Link(cid(1).inner())).is_err());
    assert!(of("64", Ipld::Integer(i128::MAX)).is_err());
    assert_eq!(More::new(BTreeMap::new()), Ok(More::default()));
}
