//! Reading an inner node: dag-pb around UnixFS, written by whoever.
//!
//! Strict, because a node may be made to harm: sizes must add up, every link must cover at least one byte
//! (so that walking always yields something), and there is a most of links.

use std::ops::Range;

use cid::Cid;

use super::Key;
use crate::error::BlocksError;

/// Most links accepted in one node. Valise makes 174; the widest profile in use elsewhere makes 1,024.
const MAX_LINKS: usize = 8192;

/// A child and the bytes of content it covers.
pub(crate) struct Link {
    pub(crate) cid: Cid,
    pub(crate) size: u64,
}

/// A parsed inner node.
pub(crate) struct Inner {
    /// Where in the block content stands that comes before the children's (files made elsewhere).
    pub(crate) data: Range<usize>,
    /// Bytes of content in and below this node.
    pub(crate) size: u64,
    pub(crate) links: Vec<Link>,
}

/// Parses a node of a file. Anything else is [`BlocksError::Unsupported`].
pub(crate) fn parse(cid: &Cid, block: &[u8]) -> Result<Inner, BlocksError> {
    let refuse = |why| BlocksError::Unsupported { cid: *cid, why };
    let (targets, data) = fields(block).ok_or_else(|| refuse("a malformed dag-pb node"))?;
    let file = file(block, data).ok_or_else(|| refuse("not a node of a UnixFS file"))?;
    if targets.len() != file.sizes.len() || targets.len() > MAX_LINKS {
        return Err(refuse("a wrong number of links"));
    }
    for target in &targets {
        Key::of(target)?;
    }
    let total = file.sizes.iter().try_fold(file.data.len() as u64, |sum, size| match size {
        0 => None,
        size => sum.checked_add(*size),
    });
    match total {
        Some(total) if file.size.is_none_or(|size| size == total) => {
            let links = targets.into_iter().zip(file.sizes).map(|(cid, size)| Link { cid, size }).collect();
            Ok(Inner { data: file.data, size: total, links })
        }
        _ => Err(refuse("sizes that do not add up")),
    }
}

/// Targets of the links, and where the UnixFS message stands.
fn fields(block: &[u8]) -> Option<(Vec<Cid>, Range<usize>)> {
    let (mut links, mut data) = (Vec::new(), None);
    let mut reader = Reader { bytes: block, at: 0, end: block.len() };
    while let Some(field) = reader.field()? {
        match field {
            (2, Value::Bytes(range)) if links.len() <= MAX_LINKS => links.push(target(block, range)?),
            (1, Value::Bytes(range)) if data.is_none() => data = Some(range),
            _ => return None,
        }
    }
    Some((links, data?))
}

fn target(block: &[u8], range: Range<usize>) -> Option<Cid> {
    let mut reader = Reader { bytes: block, at: range.start, end: range.end };
    let mut cid = None;
    while let Some(field) = reader.field()? {
        if let (1, Value::Bytes(hash)) = field {
            cid = Some(Cid::try_from(block.get(hash)?).ok()?);
        }
    }
    cid
}

struct File {
    data: Range<usize>,
    size: Option<u64>,
    sizes: Vec<u64>,
}

fn file(block: &[u8], range: Range<usize>) -> Option<File> {
    let mut file = File { data: 0..0, size: None, sizes: Vec::new() };
    let mut reader = Reader { bytes: block, at: range.start, end: range.end };
    let mut kind = None;
    while let Some(field) = reader.field()? {
        match field {
            (1, Value::Number(number)) => kind = Some(number),
            (2, Value::Bytes(range)) => file.data = range,
            (3, Value::Number(number)) => file.size = Some(number),
            (4, Value::Number(number)) => file.sizes.push(number),
            // mode, mtime and what may come: of no meaning to the content
            _ => {}
        }
    }
    // 0 = Raw, 2 = File
    matches!(kind, Some(0 | 2)).then_some(file)
}

enum Value {
    Number(u64),
    Bytes(Range<usize>),
}

/// Protobuf, as far as dag-pb and UnixFS use it.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

impl Reader<'_> {
    /// The next field; `Some(None)` at the end, `None` when malformed.
    #[allow(clippy::option_option)]
    fn field(&mut self) -> Option<Option<(u64, Value)>> {
        if self.at == self.end {
            return Some(None);
        }
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Value::Number(self.varint()?),
            1 => Value::Bytes(self.skip(8)?),
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Value::Bytes(self.skip(length)?)
            }
            5 => Value::Bytes(self.skip(4)?),
            _ => return None,
        };
        Some(Some((tag >> 3, value)))
    }

    fn skip(&mut self, length: usize) -> Option<Range<usize>> {
        let start = self.at;
        self.at = start.checked_add(length).filter(|end| *end <= self.end)?;
        Some(start..self.at)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let byte = *self.bytes.get(self.at).filter(|_| self.at < self.end)?;
            self.at += 1;
            if shift == 63 && byte > 1 {
                return None;
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dag::{RAW, digest};

    fn some_cid() -> Cid {
        Key { inner: true, digest: digest(b"x") }.cid().unwrap()
    }

    /// A node with links to `targets`, each said to cover `sizes`, and a total.
    fn node(target: Cid, sizes: &[u64], total: u8) -> Vec<u8> {
        let mut out = Vec::new();
        for _ in sizes {
            let hash = target.to_bytes();
            out.extend([0x12, hash.len() as u8 + 2, 0x0a, hash.len() as u8]);
            out.extend(hash);
        }
        let mut data = vec![0x08, 0x02, 0x18, total];
        for size in sizes {
            data.extend([0x20, *size as u8]);
        }
        out.extend([0x0a, data.len() as u8]);
        out.extend(data);
        out
    }

    #[test]
    fn sizes_must_add_up() {
        assert_eq!(parse(&some_cid(), &node(some_cid(), &[3, 4], 7)).unwrap().size, 7);
        assert!(parse(&some_cid(), &node(some_cid(), &[3, 4], 8)).is_err());
        // a link that covers nothing would let a walk run without end and without yield
        assert!(parse(&some_cid(), &node(some_cid(), &[0, 7], 7)).is_err());
    }

    #[test]
    fn links_must_be_of_the_kinds_in_use() {
        let identity = Cid::new_v1(RAW, cid::multihash::Multihash::wrap(0, b"abc").unwrap());
        assert!(parse(&some_cid(), &node(identity, &[3], 3)).is_err());
        let old = Cid::new_v0(*some_cid().hash()).unwrap();
        assert!(parse(&some_cid(), &node(old, &[3], 3)).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&some_cid(), &bytes);
        }

        #[test]
        fn never_panics_on_a_bent_node(at in 0usize..90, byte in any::<u8>()) {
            let mut bytes = node(some_cid(), &[3, 4], 7);
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = parse(&some_cid(), &bytes);
        }
    }
}
