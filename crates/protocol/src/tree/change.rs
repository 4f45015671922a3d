//! Changes as they are sealed in content records.
//!
//! A body is a canonical array of changes; a change is an array whose first element says which. The last
//! element of a change holds what later versions may add: a map whose keys are decimal numbers from 64 up,
//! which this version keeps and does not touch.

use std::collections::BTreeMap;
use std::fmt;

use ipld_core::ipld::Ipld;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::ser::SerializeTuple as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use super::entry::EntryKind;
use crate::cbor::{self, BadEncoding};
use crate::ids::{Cid, DekId, EntryId, Seq};
use crate::names;
use crate::record::MAX_CHANGES;

/// Deepest nesting of a value in [`More`].
pub const MAX_NESTING: usize = 16;

/// Keys from 64 up, kept for later versions: null, booleans, integers, text, bytes, lists and maps. No floats
/// and no links, which have more than one reading.
///
/// Held encoded (empty for none), so that it takes no more memory than it took on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct More(Box<[u8]>);

impl More {
    /// From its map, as a later version would write it.
    pub fn new(map: BTreeMap<String, Ipld>) -> Result<Self, BadEncoding> {
        let later = |key: &String| key.parse::<u64>().is_ok_and(|number| number >= 64 && number.to_string() == *key);
        if !map.keys().all(later) || !map.values().all(|value| is_plain(value, MAX_NESTING)) {
            return Err(BadEncoding);
        }
        if map.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self(cbor::encode(&map)?.into()))
    }

    fn map(&self) -> Result<BTreeMap<String, Ipld>, BadEncoding> {
        if self.0.is_empty() { Ok(BTreeMap::new()) } else { cbor::decode(&self.0) }
    }
}

fn is_plain(value: &Ipld, levels: usize) -> bool {
    match value {
        Ipld::Null | Ipld::Bool(_) | Ipld::Integer(_) | Ipld::String(_) | Ipld::Bytes(_) => true,
        Ipld::Float(_) | Ipld::Link(_) => false,
        Ipld::List(list) => levels > 0 && list.iter().all(|value| is_plain(value, levels - 1)),
        Ipld::Map(map) => levels > 0 && map.values().all(|value| is_plain(value, levels - 1)),
    }
}

impl Serialize for More {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.map().map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for More {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(BTreeMap::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A new version of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct NewContent {
    /// The file.
    pub id: EntryId,
    /// The version this one was made from; none for the first.
    pub base: Option<DekId>,
    /// Bytes of plaintext.
    pub size: u64,
    /// Milliseconds since 1970 by the author's clock; for display only.
    pub mtime: i64,
    /// The executable bit.
    pub executable: bool,
    /// Media type, a hint.
    pub media_type: String,
    /// The encrypted file.
    pub cid: Cid,
    /// Its key, and the version's identity.
    pub dek: DekId,
    /// See [`More`].
    pub more: More,
}

/// One change of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new file (without content yet) or directory.
    Create {
        /// Random.
        id: EntryId,
        /// Its directory.
        parent: EntryId,
        /// File or directory.
        kind: EntryKind,
        /// Its name.
        name: String,
        /// See [`More`].
        more: More,
    },
    /// A new version of a file.
    Content(NewContent),
    /// Another place, another name or both. Moving the folder's top names the folder.
    Move {
        /// What.
        id: EntryId,
        /// Where to.
        parent: EntryId,
        /// Under which name.
        name: String,
    },
    /// Into the trash.
    Trash(EntryId),
    /// Back from the trash.
    Restore(EntryId),
    /// Out of the trash for good, with all that is in it.
    Purge(EntryId),
    /// As [`Change::Purge`], because the time is over for which the folder's owner wants things kept there.
    Expire {
        /// What.
        id: EntryId,
        /// Place of the record that put it into the trash: what came back and went again has its time anew.
        trashed: Seq,
    },
}

impl Change {
    /// What it changes.
    pub fn subject(&self) -> EntryId {
        match self {
            Self::Create { id, .. }
            | Self::Move { id, .. }
            | Self::Trash(id)
            | Self::Restore(id)
            | Self::Purge(id)
            | Self::Expire { id, .. } => *id,
            Self::Content(content) => content.id,
        }
    }
}

const CREATE: u8 = 1;
const CONTENT: u8 = 2;
const MOVE: u8 = 3;
const TRASH: u8 = 4;
const RESTORE: u8 = 5;
const PURGE: u8 = 6;
const EXPIRE: u8 = 7;

/// Encodes the body of a content record.
///
/// # Errors
/// When no reader would take it: too many changes, or a name that is none.
pub fn encode_body(changes: &[Change]) -> Result<Vec<u8>, BadEncoding> {
    check(changes)?;
    cbor::encode(changes)
}

/// Decodes the body of a content record and checks every name and limit.
pub fn decode_body(bytes: &[u8]) -> Result<Vec<Change>, BadEncoding> {
    let changes: Vec<Change> = cbor::decode(bytes)?;
    check(&changes)?;
    Ok(changes)
}

fn check(changes: &[Change]) -> Result<(), BadEncoding> {
    let sound = changes.len() <= MAX_CHANGES && changes.iter().all(is_sound);
    sound.then_some(()).ok_or(BadEncoding)
}

fn is_sound(change: &Change) -> bool {
    match change {
        Change::Create { name, .. } | Change::Move { name, .. } => names::normalize(name).as_ref() == Some(name),
        Change::Content(content) => content.media_type.len() <= names::MAX_LEN,
        _ => true,
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Create { id, parent, kind, name, more } => {
                (CREATE, id, parent, kind, name, more).serialize(serializer)
            }
            Self::Content(content) => (CONTENT, content).serialize(serializer),
            Self::Move { id, parent, name } => (MOVE, id, parent, name).serialize(serializer),
            Self::Trash(id) => (TRASH, id).serialize(serializer),
            Self::Restore(id) => (RESTORE, id).serialize(serializer),
            Self::Purge(id) => {
                let mut tuple = serializer.serialize_tuple(2)?;
                tuple.serialize_element(&PURGE)?;
                tuple.serialize_element(id)?;
                tuple.end()
            }
            Self::Expire { id, trashed } => (EXPIRE, id, trashed).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ChangeVisitor)
    }
}

struct ChangeVisitor;

impl<'de> Visitor<'de> for ChangeVisitor {
    type Value = Change;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a change")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Change, A::Error> {
        fn next<'de, A: SeqAccess<'de>, T: Deserialize<'de>>(seq: &mut A) -> Result<T, A::Error> {
            seq.next_element()?.ok_or_else(|| A::Error::custom("a change is cut short"))
        }
        let change = match next(&mut seq)? {
            CREATE => Change::Create {
                id: next(&mut seq)?,
                parent: next(&mut seq)?,
                kind: next(&mut seq)?,
                name: next(&mut seq)?,
                more: next(&mut seq)?,
            },
            CONTENT => Change::Content(next(&mut seq)?),
            MOVE => Change::Move { id: next(&mut seq)?, parent: next(&mut seq)?, name: next(&mut seq)? },
            TRASH => Change::Trash(next(&mut seq)?),
            RESTORE => Change::Restore(next(&mut seq)?),
            PURGE => Change::Purge(next(&mut seq)?),
            EXPIRE => Change::Expire { id: next(&mut seq)?, trashed: next(&mut seq)? },
            _ => return Err(A::Error::custom("an unknown change")),
        };
        match seq.next_element::<serde::de::IgnoredAny>()? {
            None => Ok(change),
            Some(_) => Err(A::Error::custom("a change is too long")),
        }
    }
}
