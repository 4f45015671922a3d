//! Items as a stream: a CBOR sequence (RFC 8742) of byte strings, and a digest that goes along.

use std::io::{self, Read, Write};

use valise_protocol::hash::{Label, digest};
use valise_protocol::ids::Commitment;
use zeroize::Zeroizing;

use super::BadExport;
use super::item::MAX_ITEM;
use crate::data::StartError;

/// How far it went: the items so far, and the digest over them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) items: u64,
    pub(super) digest: Commitment,
}

impl Sum {
    fn new() -> Self {
        Self { items: 0, digest: Commitment::new([0; 32]) }
    }

    fn add(&mut self, item: &[u8]) {
        self.items += 1;
        self.digest = Commitment::new(digest(Label::Export, &[self.digest.as_bytes(), item]));
    }
}

/// Writes items.
pub(super) struct Writer<W> {
    to: W,
    pub(super) sum: Sum,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(to: W) -> Self {
        Self { to, sum: Sum::new() }
    }

    pub(super) fn put(&mut self, item: &[u8]) -> Result<(), StartError> {
        self.sum.add(item);
        self.to.write_all(&head(item.len())).and_then(|()| self.to.write_all(item)).map_err(StartError::Export)
    }

    pub(super) fn into_inner(self) -> W {
        self.to
    }
}

/// The head of a byte string: its length, as short as it can be.
fn head(length: usize) -> Vec<u8> {
    let [.., a, b, c, d] = (length as u64).to_be_bytes();
    match length {
        ..24 => vec![0x40 | d],
        24..0x100 => vec![0x58, d],
        0x100..0x1_0000 => vec![0x59, c, d],
        _ => vec![0x5a, a, b, c, d],
    }
}

/// Reads items.
pub(super) struct Reader<R> {
    from: R,
    /// With the last item that was read, and without it.
    pub(super) sum: Sum,
    pub(super) before: Sum,
}

impl<R: Read> Reader<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, sum: Sum::new(), before: Sum::new() }
    }

    /// The next item; none at the end of the file. At most one is in memory.
    pub(super) fn next(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, StartError> {
        let Some(length) = self.length()? else { return Ok(None) };
        let mut item = Zeroizing::new(vec![0; length]);
        self.fill(&mut item)?;
        self.before = self.sum;
        self.sum.add(&item);
        Ok(Some(item))
    }

    fn length(&mut self) -> Result<Option<usize>, StartError> {
        let mut first = [0];
        match self.from.read_exact(&mut first) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read.map_err(StartError::Export)?,
        }
        let at = self.sum.items;
        let more = match first[0] {
            short @ 0x40..=0x57 => return Ok(Some(usize::from(short & 0x1f))),
            0x58 => 1,
            0x59 => 2,
            0x5a => 4,
            0x5b => return Err(BadExport::TooLarge(at).into()),
            _ => return Err(BadExport::Form(at).into()),
        };
        let mut bytes = [0; 4];
        self.fill(&mut bytes[4 - more..])?;
        let length = u32::from_be_bytes(bytes) as usize;
        if length > MAX_ITEM {
            return Err(BadExport::TooLarge(at).into());
        }
        match head(length) == [&first[..], &bytes[4 - more..]].concat() {
            true => Ok(Some(length)),
            false => Err(BadExport::Form(at).into()),
        }
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), StartError> {
        self.from.read_exact(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => BadExport::Incomplete.into(),
            _ => StartError::Export(error),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn written(items: &[Vec<u8>]) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new());
        items.iter().for_each(|item| writer.put(item).unwrap());
        writer.into_inner()
    }

    #[test]
    fn items_of_every_length_come_back() {
        let items: Vec<Vec<u8>> = [0, 1, 23, 24, 255, 256, 65_535, 65_536, MAX_ITEM].map(|many| vec![7; many]).to_vec();
        let bytes = written(&items);
        let mut reader = Reader::new(bytes.as_slice());
        for item in &items {
            assert_eq!(reader.next().unwrap().as_deref(), Some(item));
        }
        assert!(reader.next().unwrap().is_none());
        assert_eq!((reader.sum.items, reader.before.items), (items.len() as u64, items.len() as u64 - 1));
    }

    /// No length is believed further than the limit, none has two spellings, and nothing else is a length.
    #[test]
    fn heads_that_are_none() {
        let read = |bytes: &[u8]| Reader::new(bytes).next().unwrap_err();
        let over = (MAX_ITEM as u32 + 1).to_be_bytes();
        let large: [&[u8]; 3] = [&[0x5a, 255, 255, 255, 255], &[0x5b], &[&[0x5a], &over[..]].concat()];
        for bytes in large {
            assert!(matches!(read(bytes), StartError::Import(BadExport::TooLarge(0))), "{bytes:02x?}");
        }
        for bytes in [&[0x58, 1, 0][..], &[0x59, 0, 24], &[0x5a, 0, 0, 1, 0], &[0x5f, 0x41, 0, 0xff], &[0x61, 0], &[0]]
        {
            assert!(matches!(read(bytes), StartError::Import(BadExport::Form(0))), "{bytes:02x?}");
        }
        for bytes in [&[0x42, 0][..], &[0x58], &[0x5a, 0, 1]] {
            assert!(matches!(read(bytes), StartError::Import(BadExport::Incomplete)), "{bytes:02x?}");
        }
    }
}
