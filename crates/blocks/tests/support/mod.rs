//! What the suites share: worlds of nodes, bytes to add, and small steps.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs)]

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::TryStreamExt;
use tempfile::TempDir;
use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::sync::CancellationToken;
use valise_blocks::memory::Network;
use valise_blocks::{Added, Address, Blocks, BlocksError, Cid, FetchOptions, IpfsNode, NodeConfig, PeerId, Progress};

pub const KIB: u64 = 1 << 10;
pub const MIB: u64 = 1 << 20;
pub const PROTOCOL: &str = "/valise/test/1";

/// Nodes of one implementation, with faults of the local disk.
#[async_trait::async_trait]
pub trait World: Send {
    async fn node(&mut self, seed: u8) -> Arc<dyn Blocks>;
    fn damage(&self, node: &Arc<dyn Blocks>, cid: Cid);
    fn lose(&self, node: &Arc<dyn Blocks>, cid: Cid);
    fn plant(&self, node: &Arc<dyn Blocks>, cid: Cid, bytes: Vec<u8>);
}

#[derive(Default)]
pub struct Memory(pub Network);

#[async_trait::async_trait]
impl World for Memory {
    async fn node(&mut self, seed: u8) -> Arc<dyn Blocks> {
        self.0.node(seed.into(), &[PROTOCOL])
    }

    fn damage(&self, node: &Arc<dyn Blocks>, cid: Cid) {
        self.0.damage(&node.peer(), cid);
    }

    fn lose(&self, node: &Arc<dyn Blocks>, cid: Cid) {
        self.0.lose(&node.peer(), cid);
    }

    fn plant(&self, node: &Arc<dyn Blocks>, cid: Cid, bytes: Vec<u8>) {
        self.0.plant(&node.peer(), cid, bytes);
    }
}

#[derive(Default)]
pub struct Real {
    nodes: Vec<(PeerId, TempDir)>,
}

impl Real {
    fn file(&self, node: &Arc<dyn Blocks>, cid: Cid) -> PathBuf {
        let (_, directory) = self.nodes.iter().find(|(peer, _)| *peer == node.peer()).unwrap();
        block_file(directory.path(), cid)
    }
}

#[async_trait::async_trait]
impl World for Real {
    async fn node(&mut self, seed: u8) -> Arc<dyn Blocks> {
        let directory = tempfile::tempdir().unwrap();
        let node = IpfsNode::open(config(directory.path(), seed)).await.unwrap();
        self.nodes.push((node.peer(), directory));
        Arc::new(node)
    }

    fn damage(&self, node: &Arc<dyn Blocks>, cid: Cid) {
        let mut bytes = std::fs::read(self.file(node, cid)).unwrap();
        bytes[0] ^= 1;
        std::fs::write(self.file(node, cid), bytes).unwrap();
    }

    fn lose(&self, node: &Arc<dyn Blocks>, cid: Cid) {
        std::fs::remove_file(self.file(node, cid)).unwrap();
    }

    fn plant(&self, node: &Arc<dyn Blocks>, cid: Cid, bytes: Vec<u8>) {
        let file = self.file(node, cid);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
}

pub fn config(directory: impl Into<PathBuf>, seed: u8) -> NodeConfig {
    let mut config = NodeConfig::new(directory, [seed; 32].into());
    config.listen = vec![Address("/ip4/127.0.0.1/tcp/0".into())];
    config.protocols = vec![PROTOCOL.into()];
    config
}

/// Where rust-ipfs keeps a block.
pub fn block_file(directory: &std::path::Path, cid: Cid) -> PathBuf {
    let key = cid.to_string();
    directory.join("blockstore").join(&key[key.len() - 3..key.len() - 1]).join(format!("{key}.data"))
}

/// Lets two nodes know each other, and connects the first with the second.
pub async fn join(from: &Arc<dyn Blocks>, to: &Arc<dyn Blocks>) {
    from.allow(vec![to.peer()]).await.unwrap();
    to.allow(vec![from.peer()]).await.unwrap();
    from.connect(&to.peer(), &to.health().await.unwrap().listening).await.unwrap();
}

/// Bytes that differ at every place and by seed, without keeping them: word `n` is a mix of `n` and the seed.
#[derive(Clone)]
pub struct Pattern {
    seed: u64,
    at: u64,
    length: u64,
}

impl Pattern {
    pub fn new(seed: u64, length: u64) -> Self {
        Self { seed, at: 0, length }
    }

    pub fn bytes(self) -> Vec<u8> {
        let mut out = vec![0; self.length as usize];
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut [u8]) {
        let skip = (self.at % 8) as usize;
        let mut word = self.at / 8;
        let mut next = || {
            let mixed = (word ^ self.seed << 40).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            word += 1;
            (mixed ^ mixed >> 29).to_le_bytes()
        };
        let head = (8 - skip).min(out.len());
        out[..head].copy_from_slice(&next()[skip..skip + head]);
        for chunk in out[head..].chunks_mut(8) {
            chunk.copy_from_slice(&next()[..chunk.len()]);
        }
    }
}

impl AsyncRead for Pattern {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        let count = buffer.remaining().min((self.length - self.at) as usize);
        if count > 0 {
            self.write(buffer.initialize_unfilled_to(count));
            buffer.advance(count);
            self.at += count as u64;
        }
        Poll::Ready(Ok(()))
    }
}

pub async fn add(node: &Arc<dyn Blocks>, seed: u64, length: u64) -> Added {
    node.add(&mut Pattern::new(seed, length)).await.unwrap()
}

pub async fn read(node: &Arc<dyn Blocks>, root: Cid) -> Result<Vec<u8>, BlocksError> {
    node.read(root)
        .try_fold(Vec::new(), |mut all, piece| async move {
            all.extend_from_slice(&piece);
            Ok(all)
        })
        .await
}

pub fn options(from: &[&Arc<dyn Blocks>]) -> FetchOptions {
    FetchOptions {
        from: from.iter().map(|node| node.peer()).collect(),
        window: 8,
        block_timeout: Duration::from_secs(20),
        max_bytes: 0,
        max_blocks: 0,
        cancel: CancellationToken::new(),
    }
}

pub async fn fetch(node: &Arc<dyn Blocks>, root: Cid, from: &[&Arc<dyn Blocks>]) -> Result<Progress, BlocksError> {
    node.fetch(root, options(from), &|_| {}).await
}

/// CID of a raw leaf.
pub fn leaf(bytes: &[u8]) -> Cid {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(bytes);
    Cid::new_v1(0x55, cid::multihash::Multihash::wrap(0x12, &digest).unwrap())
}

/// CID of an inner node.
pub fn inner(bytes: &[u8]) -> Cid {
    Cid::new_v1(0x70, *leaf(bytes).hash())
}

/// An inner node as it is encoded, whether or not it makes sense.
pub fn node_of(links: &[(Cid, u64)]) -> Vec<u8> {
    fn number(out: &mut Vec<u8>, mut value: u64) {
        while value >= 0x80 {
            out.push(value as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
    }
    fn field(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
        out.push(tag);
        number(out, bytes.len() as u64);
        out.extend_from_slice(bytes);
    }
    let (mut out, mut data) = (Vec::new(), vec![0x08, 0x02, 0x18]);
    number(&mut data, links.iter().map(|(_, size)| size).sum());
    for (cid, size) in links {
        let mut link = Vec::new();
        field(&mut link, 0x0a, &cid.to_bytes());
        field(&mut out, 0x12, &link);
        data.push(0x20);
        number(&mut data, *size);
    }
    field(&mut out, 0x0a, &data);
    out
}

/// Looks again and again until it is so: for what another node does on its own time.
pub async fn eventually<F: Future<Output = bool>>(mut so: impl FnMut() -> F) {
    let looking = async {
        while !so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), looking).await.expect("it never came to be so");
}
