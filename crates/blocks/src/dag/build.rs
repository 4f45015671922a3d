//! Building: leaves go in, inner nodes and the root come out.
//!
//! The same balanced layout as go-ipfs and rust-ipfs: a level that grows past 174 links is folded into
//! one link of the level above; at the end the lowest level is folded again and again until one link is
//! left. Changing anything here changes every CID: `cids_do_not_change` guards it.

use super::Key;

/// Links of an inner node.
const FANOUT: usize = 174;

/// A finished subtree, as its parent will link it.
#[derive(Clone, Copy)]
pub(crate) struct Subtree {
    pub(crate) key: Key,
    /// Bytes of content below.
    pub(crate) size: u64,
    /// Bytes of blocks below, itself included (dag-pb calls it Tsize).
    pub(crate) stored: u64,
}

/// An inner node which has to be stored.
pub(crate) struct Made {
    pub(crate) key: Key,
    pub(crate) block: Vec<u8>,
}

/// Collects leaves, lowest level first.
#[derive(Default)]
pub(crate) struct Builder {
    levels: Vec<Vec<Subtree>>,
}

impl Builder {
    /// The next leaf. Answers the inner nodes which are full now.
    pub(crate) fn push(&mut self, leaf: Subtree) -> Vec<Made> {
        let mut made = Vec::new();
        self.place(0, leaf);
        let mut level = 0;
        while self.levels[level].len() > FANOUT {
            let (node, link) = self.fold(level, FANOUT);
            made.push(node);
            self.place(level + 1, link);
            level += 1;
        }
        made
    }

    /// No more leaves. Answers the remaining inner nodes and the root; `None` when there was no leaf.
    pub(crate) fn finish(mut self) -> Option<(Vec<Made>, Subtree)> {
        let mut made = Vec::new();
        loop {
            let lowest = self.levels.iter().position(|level| !level.is_empty())?;
            let left: usize = self.levels.iter().map(Vec::len).sum();
            if left == 1 {
                return Some((made, self.levels[lowest][0]));
            }
            let count = self.levels[lowest].len().min(FANOUT);
            let (node, link) = self.fold(lowest, count);
            made.push(node);
            self.place(lowest + 1, link);
        }
    }

    fn place(&mut self, level: usize, link: Subtree) {
        if level == self.levels.len() {
            self.levels.push(Vec::new());
        }
        self.levels[level].push(link);
    }

    fn fold(&mut self, level: usize, count: usize) -> (Made, Subtree) {
        let links: Vec<_> = self.levels[level].drain(..count).collect();
        let size = links.iter().map(|link| link.size).sum();
        let block = encode(&links, size);
        let key = Key { inner: true, digest: super::digest(&block) };
        let stored = links.iter().map(|link| link.stored).sum::<u64>() + block.len() as u64;
        (Made { key, block }, Subtree { key, size, stored })
    }
}

/// A dag-pb node of UnixFS type File: links (field 2) first, then the UnixFS data (field 1).
fn encode(links: &[Subtree], size: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity(links.len() * 56 + 16);
    for link in links {
        let mut body = vec![0x0a, 36, 0x01, if link.key.inner { 0x70 } else { 0x55 }, 0x12, 32];
        body.extend_from_slice(&link.key.digest);
        body.extend_from_slice(&[0x12, 0, 0x18]);
        varint(&mut body, link.stored);
        out.push(0x12);
        varint(&mut out, body.len() as u64);
        out.extend_from_slice(&body);
    }
    let mut data = vec![0x08, 0x02, 0x18];
    varint(&mut data, size);
    for link in links {
        data.push(0x20);
        varint(&mut data, link.size);
    }
    out.push(0x0a);
    varint(&mut out, data.len() as u64);
    out.extend_from_slice(&data);
    out
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::dag::{BLOCK, digest, inner};

    fn root_of(bytes: u64) -> (Subtree, Vec<Made>) {
        let mut builder = Builder::default();
        let mut made = Vec::new();
        let mut left = bytes;
        loop {
            let size = left.min(BLOCK as u64);
            let leaf = vec![7u8; size as usize];
            let key = Key { inner: false, digest: digest(&leaf) };
            made.extend(builder.push(Subtree { key, size, stored: size }));
            left -= size;
            if left == 0 {
                break;
            }
        }
        let (rest, root) = builder.finish().unwrap();
        made.extend(rest);
        (root, made)
    }

    // Of bytes that are all 7. Made by another program from the specification alone, and `tests/node.rs`
    // finds rust-ipfs of the same mind.
    #[test]
    fn cids_do_not_change() {
        let cid = |bytes| root_of(bytes).0.key.cid().unwrap().to_string();
        let block = BLOCK as u64;
        assert_eq!(cid(0), "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
        assert_eq!(cid(1), "bafkreigkgwdvr5wspzwpiutssn4xpj2i7wedshnwphhnu7ohx4pqaxxipe");
        assert_eq!(cid(block), "bafkreicrwexlqodtfn4gwtkfyzqks5g56odavyeqqt6ssp5g4xpumwa2nq");
        assert_eq!(cid(block + 1), "bafybeigjlpad4kropgqbvvtp4leb45zzlmlgtwcnswuiq4au36xg6a4ibq");
        assert_eq!(cid(400 * block + 5), "bafybeibpw2fmi4y2lsrh2f25inreofjyqdtpnldvxeigplpieatvxl7ks4");
    }

    #[test]
    fn what_is_built_parses_and_adds_up() {
        let bytes = 400 * BLOCK as u64 + 5;
        let (root, made) = root_of(bytes);
        assert_eq!(root.size, bytes);
        for node in &made {
            let cid = node.key.cid().unwrap();
            let parsed = inner::parse(&cid, &node.block).unwrap();
            assert_eq!(parsed.size, parsed.links.iter().map(|link| link.size).sum::<u64>());
        }
        // 174 + 174 + 53 leaves, then one root
        assert_eq!(made.len(), 4);
    }
}
