//! What the network in memory adds to the contract: faults that a test can switch on.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use support::{MIB, PROTOCOL, Pattern, add, fetch, join, leaf, options, read};
use valise_blocks::memory::Network;
use valise_blocks::{Blocks, BlocksError};

fn three(network: &Network) -> [Arc<dyn Blocks>; 3] {
    [1, 2, 3].map(|seed| network.node(seed, &[PROTOCOL]) as Arc<dyn Blocks>)
}

/// Carol is connected with both; both have the same file.
async fn two_holders() -> (Network, [Arc<dyn Blocks>; 3], valise_blocks::Cid) {
    let network = Network::new();
    let [alice, bob, carol] = three(&network);
    carol.allow(vec![alice.peer(), bob.peer()]).await.unwrap();
    let mut root = None;
    for node in [&alice, &bob] {
        node.allow(vec![carol.peer()]).await.unwrap();
        carol.connect(&node.peer(), &node.health().await.unwrap().listening).await.unwrap();
        root = Some(add(node, 1, 3 * MIB).await.cid);
    }
    (network, [alice, bob, carol], root.unwrap())
}

fn second_leaf() -> valise_blocks::Cid {
    leaf(&Pattern::new(1, 3 * MIB).bytes()[MIB as usize..2 * MIB as usize])
}

#[tokio::test]
async fn withheld_and_false_blocks_come_from_someone_else() {
    let (network, [alice, bob, carol], root) = two_holders().await;
    network.withhold(&alice.peer(), root);
    network.falsify(&alice.peer(), second_leaf());
    fetch(&carol, root, &[&alice, &bob]).await.unwrap();
    assert!(read(&carol, root).await.unwrap() == Pattern::new(1, 3 * MIB).bytes());
    // from the liar alone it cannot be had, and its false bytes are not kept
    let dave: Arc<dyn Blocks> = network.node(4, &[]);
    join(&dave, &alice).await;
    assert!(matches!(fetch(&dave, second_leaf(), &[&alice]).await, Err(BlocksError::TimedOut { .. })));
    assert_eq!(dave.health().await.unwrap().blocks, 0);
}

#[tokio::test]
async fn a_stalled_peer_holds_a_fetch_until_released() {
    let (network, [alice, _, carol], root) = two_holders().await;
    network.stall(&alice.peer());
    let fetching = tokio::spawn({
        let (carol, alice) = (carol.clone(), alice.clone());
        async move { fetch(&carol, root, &[&alice]).await }
    });
    network.reached_stall(&alice.peer()).await;
    assert!(!fetching.is_finished());
    network.release(&alice.peer());
    fetching.await.unwrap().unwrap();
}

#[tokio::test]
async fn after_the_time_out_another_peer_is_asked() {
    let (network, [alice, bob, carol], root) = two_holders().await;
    network.stall(&alice.peer());
    let patience = Duration::from_millis(50);
    let hasty = valise_blocks::FetchOptions { block_timeout: patience, ..options(&[&alice, &bob]) };
    carol.fetch(root, hasty.clone(), &|_| {}).await.unwrap();
    // from her alone it is a time-out
    carol.unpin(root).await.unwrap();
    carol.collect().await.unwrap();
    let only_her = valise_blocks::FetchOptions { from: vec![alice.peer()], ..hasty };
    assert!(matches!(carol.fetch(root, only_her, &|_| {}).await, Err(BlocksError::TimedOut { cid }) if cid == root));
}

#[tokio::test]
async fn a_collection_spares_what_a_fetch_has_brought_so_far() {
    let (network, [alice, _, carol], root) = two_holders().await;
    network.stall(&alice.peer());
    let (brought, mut steps) = tokio::sync::mpsc::unbounded_channel();
    let fetching = tokio::spawn({
        let (network, carol, alice) = (network.clone(), carol.clone(), alice.clone());
        async move {
            let stop_after_each = |step: valise_blocks::Progress| {
                network.stall(&alice.peer());
                brought.send(step.blocks).unwrap();
            };
            let one_by_one = valise_blocks::FetchOptions { window: 1, ..options(&[&alice]) };
            carol.fetch(root, one_by_one, &stop_after_each).await
        }
    });
    for expected in 1..=4 {
        network.reached_stall(&alice.peer()).await;
        assert_eq!(carol.collect().await.unwrap(), 0);
        network.release(&alice.peer());
        assert_eq!(steps.recv().await.unwrap(), expected);
    }
    fetching.await.unwrap().unwrap();
    assert!(carol.complete(root).await.unwrap().is_some());
    // nobody holds it any longer, and nothing pins it
    assert_eq!(carol.collect().await.unwrap(), 4);
}

#[tokio::test]
async fn a_full_disk_stops_adds_and_fetches() {
    let (network, [alice, _, carol], root) = two_holders().await;
    network.set_room(&carol.peer(), Some(2 * MIB));
    assert!(matches!(fetch(&carol, root, &[&alice]).await, Err(BlocksError::DiskFull)));
    assert!(matches!(carol.add(&mut Pattern::new(9, 3 * MIB)).await, Err(BlocksError::DiskFull)));
    assert!(carol.pins().await.unwrap().is_empty());
    network.set_room(&carol.peer(), None);
    fetch(&carol, root, &[&alice]).await.unwrap();
}

#[tokio::test]
async fn offline_is_offline_for_everybody() {
    let (network, [alice, bob, carol], root) = two_holders().await;
    network.set_offline(&alice.peer(), true);
    assert_eq!(carol.health().await.unwrap().connected, [bob.peer()]);
    assert!(matches!(fetch(&carol, root, &[&alice]).await, Err(BlocksError::NoPeer { .. })));
    let addresses = alice.health().await.unwrap().listening;
    assert!(matches!(carol.connect(&alice.peer(), &addresses).await, Err(BlocksError::Unreachable { .. })));
    // what is on its own disk it still has
    assert!(read(&alice, root).await.is_ok());
    network.set_offline(&alice.peer(), false);
    carol.connect(&alice.peer(), &addresses).await.unwrap();
    fetch(&carol, root, &[&alice]).await.unwrap();
}
