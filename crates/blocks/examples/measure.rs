//! Measures adding, reading and transfer, with and without a swarm key: `measure [MiB] [rounds]`.
//!
//! Runs are interleaved, because the speed of a machine drifts: compare the columns of one table, and CPU
//! seconds (of both nodes together) rather than wall time.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt};
use tokio::io::AsyncWriteExt;
use tokio_util::sync::CancellationToken;
use valise_blocks::{Address, Blocks, Cid, FetchOptions, IpfsNode, NodeConfig};

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>().unwrap());
    let (mib, rounds) = (arguments.next().unwrap_or(256), arguments.next().unwrap_or(3));
    let input = tempfile::tempdir().unwrap();
    let file = input.path().join("input");
    make(&file, mib).await;
    println!("{mib} MiB, {rounds} rounds; MB/s wall, CPU seconds of both nodes\n");
    println!("| what | MB/s | CPU s | CPU s a GB |\n| --- | --- | --- | --- |");
    for _ in 0..rounds {
        for key in [None, Some([7; 32])] {
            one(&file, mib << 20, key).await;
        }
    }
    small(10_000, 1).await;
    small(10_000, 32).await;
}

/// Blocks that differ in their first bytes: no two are equal.
async fn make(path: &Path, mib: u64) {
    let mut file = tokio::fs::File::create(path).await.unwrap();
    let mut block = vec![7; 1 << 20];
    for number in 0..mib {
        block[..8].copy_from_slice(&number.to_le_bytes());
        file.write_all(&block).await.unwrap();
    }
    // what is still to be written would be charged to the first row
    file.sync_all().await.unwrap();
}

async fn one(file: &Path, bytes: u64, key: Option<[u8; 32]>) {
    let (near, far) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (alice, bob) = (open(near.path(), 1, key).await, open(far.path(), 2, key).await);
    let name = if key.is_some() { "with swarm key" } else { "without" };
    let mut root = Cid::default();
    if key.is_none() {
        row("add", bytes, async {
            let mut input = tokio::fs::File::open(file).await.unwrap();
            root = alice.add(&mut input).await.unwrap().cid;
        })
        .await;
        row("read", bytes, async {
            alice.read(root).try_for_each(|_| async { Ok(()) }).await.unwrap();
        })
        .await;
    } else {
        root = alice.add(&mut tokio::fs::File::open(file).await.unwrap()).await.unwrap().cid;
    }
    alice.allow(vec![bob.peer()]).await.unwrap();
    bob.allow(vec![alice.peer()]).await.unwrap();
    bob.connect(&alice.peer(), &alice.health().await.unwrap().listening).await.unwrap();
    let options = FetchOptions {
        from: vec![alice.peer()],
        window: 16,
        block_timeout: Duration::from_secs(60),
        max_bytes: 0,
        max_blocks: 0,
        cancel: CancellationToken::new(),
    };
    row(&format!("transfer {name}"), bytes, async {
        bob.fetch(root, options, &|_| {}).await.unwrap();
    })
    .await;
    row(&format!("pin {name}"), bytes, async { bob.pin(root).await.unwrap() }).await;
    alice.stop().await;
    bob.stop().await;
}

async fn small(count: u64, at_once: usize) {
    let directory = tempfile::tempdir().unwrap();
    let node = open(directory.path(), 1, None).await;
    let (started, cpu) = (Instant::now(), cpu());
    let adds = (0..count).map(|number| {
        let (node, mut bytes) = (node.clone(), vec![0; 4096]);
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        async move { node.add(&mut bytes.as_slice()).await.unwrap() }
    });
    futures::stream::iter(adds).buffer_unordered(at_once).for_each(|_| async {}).await;
    let seconds = started.elapsed().as_secs_f64();
    let cpu = self::cpu() - cpu;
    println!("| {count} adds of 4 KiB, {at_once} at once | {:.0} a second | {cpu:.1} | |", count as f64 / seconds);
    node.stop().await;
}

async fn open(directory: &Path, seed: u8, key: Option<[u8; 32]>) -> Arc<dyn Blocks> {
    let mut config = NodeConfig::new(directory, [seed; 32].into());
    config.listen = vec![Address("/ip4/127.0.0.1/tcp/0".into())];
    config.swarm_key = key.map(Into::into);
    Arc::new(IpfsNode::open(config).await.unwrap())
}

async fn row(what: &str, bytes: u64, work: impl Future<Output = ()>) {
    let (started, cpu) = (Instant::now(), cpu());
    work.await;
    let (seconds, cpu) = (started.elapsed().as_secs_f64(), self::cpu() - cpu);
    let (mega, giga) = (bytes as f64 / 1e6, bytes as f64 / 1e9);
    println!("| {what} | {:.0} | {cpu:.2} | {:.2} |", mega / seconds, cpu / giga);
}

/// CPU seconds of this process so far, user and system (Linux).
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}
