//! A peer that lies over Bitswap: what it sends is never kept, and it cannot hold up a fetch for long.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "support/liar.rs"]
mod liar_peer;
mod support;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use liar_peer::Liar;
use rust_ipfs::builder::IpfsBuilder;
use support::{MIB, Pattern, add, config, eventually, leaf, options, read};
use valise_blocks::{Address, Blocks, BlocksError, FetchOptions, IpfsNode, PeerId};

async fn open(directory: &Path, seed: u8) -> Arc<dyn Blocks> {
    Arc::new(IpfsNode::open(config(directory, seed)).await.unwrap())
}

/// The liar, its peer id and its address.
async fn liar() -> (Liar, rust_ipfs::Ipfs, PeerId, Address) {
    let liar = Liar::default();
    let behaviour = liar.clone();
    let node = IpfsBuilder::<Liar>::new()
        .with_custom_behaviour(move |_| Ok(behaviour))
        .with_identify(Default::default())
        .enable_tcp()
        .add_listening_addr("/ip4/127.0.0.1/tcp/0".parse().unwrap())
        .start()
        .await
        .unwrap();
    eventually(|| async { !node.listening_addresses().await.unwrap().is_empty() }).await;
    let address = Address(node.listening_addresses().await.unwrap()[0].to_string());
    let peer = PeerId(node.keypair().public().to_peer_id().to_string());
    (liar, node, peer, address)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_liar_alone_gives_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let bob = open(directory.path(), 2).await;
    let (liar, node, peer, address) = liar().await;
    bob.allow(vec![peer.clone()]).await.unwrap();
    bob.connect(&peer, &[address]).await.unwrap();
    let wanted = leaf(b"wanted");
    let only = FetchOptions { from: vec![peer], block_timeout: Duration::from_secs(2), ..options(&[]) };
    let result = bob.fetch(wanted, only, &|_| {}).await;
    assert!(matches!(result, Err(BlocksError::TimedOut { cid }) if cid == wanted), "{result:?}");
    assert!(liar.0.load(Ordering::SeqCst) > 0);
    assert_eq!(bob.health().await.unwrap().blocks, 0);
    node.exit_daemon().await;
}

/// The liar is asked first, because it is there first. It costs one wait; with Bitswap alone it would cost
/// five seconds for every two of twelve blocks. Alice, who comes later, is asked as soon as she is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_liar_costs_one_wait() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (alice, bob) = (open(one.path(), 1).await, open(two.path(), 2).await);
    let added = add(&alice, 1, 12 * MIB).await;
    let (liar, node, peer, address) = liar().await;
    bob.allow(vec![peer.clone(), alice.peer()]).await.unwrap();
    alice.allow(vec![bob.peer()]).await.unwrap();
    bob.connect(&peer, &[address]).await.unwrap();
    let started = Instant::now();
    let fetching = tokio::spawn({
        let (bob, from) = (bob.clone(), vec![peer, alice.peer()]);
        async move { bob.fetch(added.cid, FetchOptions { from, window: 2, ..options(&[]) }, &|_| {}).await }
    });
    eventually(|| async { liar.0.load(Ordering::SeqCst) > 0 }).await;
    bob.connect(&alice.peer(), &alice.health().await.unwrap().listening).await.unwrap();
    fetching.await.unwrap().unwrap();
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert!(read(&bob, added.cid).await.unwrap() == Pattern::new(1, 12 * MIB).bytes());
    node.exit_daemon().await;
}
