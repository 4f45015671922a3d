//! The contract of [`Blocks`], held to both implementations by the same words.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use support::{KIB, MIB, Memory, PROTOCOL, Pattern, Real, World, add, eventually, fetch, join, leaf, options, read};
use tokio::io::AsyncReadExt;
use valise_blocks::{BlocksError, Cid, PeerId, Progress, Responder};

macro_rules! contract {
    ($($test:ident)*) => {
        mod memory {
            $(#[tokio::test]
            async fn $test() {
                super::$test(&mut super::Memory::default()).await;
            })*
        }
        mod real {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(&mut super::Real::default()).await;
            })*
        }
    };
}

contract! {
    what_is_added_reads_back
    many_blocks_have_an_inner_level
    equal_blocks_are_stored_once
    ranges_are_exact_at_their_edges
    an_add_that_fails_leaves_nothing
    adds_side_by_side
    missing_and_damaged_blocks_are_named
    only_cids_of_the_kinds_in_use
    a_fetch_brings_everything_and_pins_nothing
    a_fetch_takes_from_whoever_has_it
    a_fetch_heals_a_damaged_block
    who_gives_knows_how_much
    a_fetch_without_peers_fails_at_once
    a_fetch_stops_at_its_limits
    a_fetch_can_be_cancelled
    dags_made_to_harm
    only_what_is_complete_can_be_pinned
    what_is_pinned_outlives_a_collection
    nobody_is_allowed_before_being_named
    whoever_is_no_longer_allowed_is_cut_off
    questions_and_answers
    questions_have_limits
    a_stopped_node_says_so
}

/// 0; 1; an age chunk and a block, each less and more by one; several blocks and a bit.
const SIZES: [u64; 11] =
    [0, 1, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB, 3 * MIB + 17];

async fn what_is_added_reads_back(world: &mut dyn World) {
    let node = world.node(1).await;
    for size in SIZES {
        let added = add(&node, size, size).await;
        assert_eq!(added.size, size);
        let leaves = size.div_ceil(MIB).max(1);
        assert_eq!(added.blocks, if leaves == 1 { 1 } else { leaves + 1 }, "{size}");
        assert_eq!(added.cid.codec(), if leaves == 1 { 0x55 } else { 0x70 });
        assert!(read(&node, added.cid).await.unwrap() == Pattern::new(size, size).bytes(), "{size}");
        assert!(node.is_pinned(added.cid).await.unwrap());
        let complete = node.complete(added.cid).await.unwrap().unwrap();
        assert_eq!(complete.blocks, added.blocks);
        assert!(complete.bytes >= size);
    }
    assert_eq!(node.pins().await.unwrap().len(), SIZES.len());
}

/// 174 links fill one inner node: one leaf more needs a level more.
async fn many_blocks_have_an_inner_level(world: &mut dyn World) {
    let (alice, bob) = (world.node(1).await, world.node(2).await);
    let size = 174 * MIB + 1;
    let added = add(&alice, 1, size).await;
    assert_eq!(added.blocks, 175 + 3);
    let last = alice.range(added.cid, size - 1..size + 9).await.unwrap();
    assert_eq!(last, Pattern::new(1, size).bytes()[size as usize - 1..]);
    join(&bob, &alice).await;
    let fetched = fetch(&bob, added.cid, &[&alice]).await.unwrap();
    assert_eq!(fetched, alice.complete(added.cid).await.unwrap().unwrap());
    let mut length = 0;
    let mut pieces = bob.read(added.cid);
    while let Some(piece) = pieces.try_next().await.unwrap() {
        length += piece.len() as u64;
    }
    assert_eq!(length, size);
}

async fn equal_blocks_are_stored_once(world: &mut dyn World) {
    let node = world.node(1).await;
    let added = node.add(&mut tokio::io::repeat(0).take(5 * MIB)).await.unwrap();
    assert_eq!((added.size, added.blocks), (5 * MIB, 2));
    assert_eq!(read(&node, added.cid).await.unwrap(), vec![0; 5 * MIB as usize]);
    assert_eq!(node.health().await.unwrap().blocks, 2);
    assert_eq!(node.complete(added.cid).await.unwrap().unwrap().blocks, 2);
}

async fn ranges_are_exact_at_their_edges(world: &mut dyn World) {
    let node = world.node(1).await;
    for size in [0, 5, 3 * MIB + 17] {
        let (bytes, root) = (Pattern::new(1, size).bytes(), add(&node, 1, size).await.cid);
        let edges = [0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB + 16, 3 * MIB + 17, 9 * MIB, u64::MAX];
        for from in edges {
            for to in edges {
                let want = bytes.get(from.min(size) as usize..to.min(size) as usize).unwrap_or_default();
                assert!(node.range(root, from..to).await.unwrap() == want, "{size}: {from}..{to}");
            }
        }
    }
}

async fn an_add_that_fails_leaves_nothing(world: &mut dyn World) {
    let node = world.node(1).await;
    let broken = futures::stream::iter([Ok(Bytes::from(vec![1; 2_500_000])), Err(std::io::Error::other("gone"))]);
    let mut input = tokio_util::io::StreamReader::new(broken);
    assert!(matches!(node.add(&mut input).await, Err(BlocksError::Io(_))));
    assert!(node.pins().await.unwrap().is_empty());
    node.collect().await.unwrap();
    assert_eq!(node.health().await.unwrap().blocks, 0);
}

/// Adds of several sizes at once, with collections between them: none may take what another brings.
async fn adds_side_by_side(world: &mut dyn World) {
    let node = world.node(1).await;
    let adds = (0..48u64).map(|seed| {
        let node = node.clone();
        let size = [10, 4 * KIB, MIB + 1][seed as usize % 3];
        async move {
            if seed % 8 == 7 {
                node.collect().await.unwrap();
            }
            (seed, add(&node, seed, size).await)
        }
    });
    let added: Vec<_> = futures::stream::iter(adds).buffer_unordered(16).collect().await;
    node.collect().await.unwrap();
    for (seed, added) in added {
        assert!(read(&node, added.cid).await.unwrap() == Pattern::new(seed, added.size).bytes());
    }
}

async fn missing_and_damaged_blocks_are_named(world: &mut dyn World) {
    let node = world.node(1).await;
    let absent = leaf(b"never added");
    assert!(matches!(read(&node, absent).await, Err(BlocksError::Missing { cid }) if cid == absent));
    assert!(matches!(node.range(absent, 0..1).await, Err(BlocksError::Missing { cid }) if cid == absent));
    assert_eq!(node.complete(absent).await.unwrap(), None);

    let added = add(&node, 1, 3 * MIB).await;
    let second = leaf(&Pattern::new(1, 3 * MIB).bytes()[MIB as usize..2 * MIB as usize]);
    world.damage(&node, second);
    assert!(matches!(read(&node, added.cid).await, Err(BlocksError::Damaged { cid }) if cid == second));
    assert_eq!(node.complete(added.cid).await.unwrap(), None);
    // what does not touch it can still be read
    assert_eq!(node.range(added.cid, 0..MIB).await.unwrap().len(), MIB as usize);
    world.lose(&node, second);
    assert!(matches!(read(&node, added.cid).await, Err(BlocksError::Missing { cid }) if cid == second));
    // adding again puts it back
    add(&node, 1, 3 * MIB).await;
    assert_eq!(node.complete(added.cid).await.unwrap().unwrap().blocks, 4);
}

async fn only_cids_of_the_kinds_in_use(world: &mut dyn World) {
    let node = world.node(1).await;
    let hash = *leaf(b"x").hash();
    let identity = cid::multihash::Multihash::wrap(0, b"inline").unwrap();
    // version 0, whose pins the layer below forgets; dag-cbor; a hash that hashes nothing
    for cid in [Cid::new_v0(hash).unwrap(), Cid::new_v1(0x71, hash), Cid::new_v1(0x55, identity)] {
        let refused = |result: Result<(), BlocksError>| {
            assert!(matches!(result, Err(BlocksError::Unsupported { cid: named, .. }) if named == cid));
        };
        refused(read(&node, cid).await.map(drop));
        refused(node.range(cid, 0..1).await.map(drop));
        refused(node.complete(cid).await.map(drop));
        refused(node.pin(cid).await);
        refused(node.unpin(cid).await);
        refused(fetch(&node, cid, &[]).await.map(drop));
    }
}

async fn a_fetch_brings_everything_and_pins_nothing(world: &mut dyn World) {
    let (alice, bob) = (world.node(1).await, world.node(2).await);
    join(&bob, &alice).await;
    for size in [0, 1, MIB, 3 * MIB + 17] {
        let added = add(&alice, 1, size).await;
        let steps = Mutex::new(vec![Progress::default()]);
        let done = bob.fetch(added.cid, options(&[&alice]), &|step| steps.lock().unwrap().push(step)).await.unwrap();
        let steps = steps.into_inner().unwrap();
        assert!(steps.windows(2).all(|two| two[0].blocks + 1 == two[1].blocks && two[0].bytes <= two[1].bytes));
        assert_eq!(*steps.last().unwrap(), done);
        assert_eq!(Some(done), bob.complete(added.cid).await.unwrap());
        assert_eq!(done.blocks, added.blocks);
        assert!(!bob.is_pinned(added.cid).await.unwrap());
        assert!(read(&bob, added.cid).await.unwrap() == Pattern::new(1, size).bytes());
        // again: everything is here, nobody is asked
        assert_eq!(fetch(&bob, added.cid, &[]).await.unwrap(), done);
    }
}

async fn a_fetch_takes_from_whoever_has_it(world: &mut dyn World) {
    let (alice, bob, carol) = (world.node(1).await, world.node(2).await, world.node(3).await);
    let added = add(&alice, 1, 3 * MIB).await;
    add(&bob, 1, 3 * MIB).await;
    let bytes = Pattern::new(1, 3 * MIB).bytes();
    world.lose(&alice, leaf(&bytes[..MIB as usize]));
    world.damage(&bob, leaf(&bytes[2 * MIB as usize..]));
    carol.allow(vec![alice.peer(), bob.peer()]).await.unwrap();
    for node in [&alice, &bob] {
        node.allow(vec![carol.peer()]).await.unwrap();
        carol.connect(&node.peer(), &node.health().await.unwrap().listening).await.unwrap();
    }
    fetch(&carol, added.cid, &[&alice, &bob]).await.unwrap();
    assert!(read(&carol, added.cid).await.unwrap() == bytes);
}

async fn a_fetch_heals_a_damaged_block(world: &mut dyn World) {
    let (alice, bob) = (world.node(1).await, world.node(2).await);
    join(&bob, &alice).await;
    let added = add(&alice, 1, 2 * MIB).await;
    fetch(&bob, added.cid, &[&alice]).await.unwrap();
    world.damage(&bob, leaf(&Pattern::new(1, 2 * MIB).bytes()[..MIB as usize]));
    world.damage(&bob, added.cid);
    assert_eq!(bob.complete(added.cid).await.unwrap(), None);
    fetch(&bob, added.cid, &[&alice]).await.unwrap();
    assert_eq!(bob.complete(added.cid).await.unwrap().unwrap().blocks, 3);
}

async fn who_gives_knows_how_much(world: &mut dyn World) {
    let (alice, bob, carol) = (world.node(1).await, world.node(2).await, world.node(3).await);
    let (added, other) = (add(&alice, 1, 3 * MIB + 17).await, add(&alice, 2, 5).await);
    join(&bob, &alice).await;
    let fetched = fetch(&bob, added.cid, &[&alice]).await.unwrap();
    assert!(alice.given(&added.cid, &bob.peer()) >= fetched.bytes);
    assert_eq!(alice.given(&other.cid, &bob.peer()), 0, "another DAG");
    assert_eq!(alice.given(&added.cid, &carol.peer()), 0, "another peer");
    assert_eq!(bob.given(&added.cid, &alice.peer()), 0, "who received it");
}

async fn a_fetch_without_peers_fails_at_once(world: &mut dyn World) {
    let (alice, bob) = (world.node(1).await, world.node(2).await);
    let absent = leaf(b"never added");
    let started = std::time::Instant::now();
    assert!(matches!(fetch(&bob, absent, &[]).await, Err(BlocksError::NoPeer { cid }) if cid == absent));
    assert!(matches!(fetch(&bob, absent, &[&alice]).await, Err(BlocksError::NoPeer { .. })));
    // far below any time-out
    assert!(started.elapsed() < std::time::Duration::from_secs(5));
}

async fn a_fetch_stops_at_its_limits(world: &mut dyn World) {
    let (alice, bob) = (world.node(1).await, world.node(2).await);
    join(&bob, &alice).await;
    let added = add(&alice, 1, 5 * MIB).await;
    let few_blocks = valise_blocks::FetchOptions { max_blocks: 5, ..options(&[&alice]) };
    let result = bob.fetch(added.cid, few_blocks, &|_| {}).await;
    assert!(matches!(result, Err(BlocksError::TooLarge { limit: 5, unit: "blocks" })));
    let few_bytes = valise_blocks::FetchOptions { max_bytes: 5 * MIB, ..options(&[&alice]) };
    let result = bob.fetch(added.cid, few_bytes, &|_| {}).await;
    assert!(matches!(result, Err(BlocksError::TooLarge { unit: "bytes", .. })));
    let exact = bob.fetch(added.cid, options(&[&alice]), &|_| {}).await.unwrap();
    let again = world.node(3).await;
    join(&again, &alice).await;
    let enough = valise_blocks::FetchOptions { max_bytes: exact.bytes, max_blocks: exact.blocks, ..options(&[&alice]) };
    again.fetch(added.cid, enough, &|_| {}).await.unwrap();
}

async fn a_fetch_can_be_cancelled(world: &mut dyn World) {
    let (alice, bob) = (world.node(1).await, world.node(2).await);
    join(&bob, &alice).await;
    let added = add(&alice, 1, 6 * MIB).await;
    let options = valise_blocks::FetchOptions { window: 1, ..options(&[&alice]) };
    let cancel = options.cancel.clone();
    let count = AtomicUsize::new(0);
    let stop_at_third = |_| {
        if count.fetch_add(1, Ordering::SeqCst) == 2 {
            cancel.cancel();
        }
    };
    assert!(matches!(bob.fetch(added.cid, options, &stop_at_third).await, Err(BlocksError::Cancelled)));
    // what arrived stays
    assert!(bob.health().await.unwrap().blocks >= 3);
    assert_eq!(bob.complete(added.cid).await.unwrap(), None);
    fetch(&bob, added.cid, &[&alice]).await.unwrap();
}

/// Nodes that link the next one twice: `levels` blocks stand for 2^levels bytes.
fn doubling(levels: u32) -> Vec<(Cid, Vec<u8>)> {
    let mut blocks = vec![(leaf(b"x"), b"x".to_vec())];
    for level in 0..levels {
        let below = blocks.last().unwrap().0;
        let bytes = support::node_of(&[(below, 1 << level), (below, 1 << level)]);
        blocks.push((support::inner(&bytes), bytes));
    }
    blocks
}

async fn dags_made_to_harm(world: &mut dyn World) {
    let (mallory, bob) = (world.node(1).await, world.node(2).await);
    join(&bob, &mallory).await;
    let plant = |blocks: Vec<(Cid, Vec<u8>)>| {
        let root = blocks.last().unwrap().0;
        for (cid, bytes) in blocks {
            world.plant(&mallory, cid, bytes);
        }
        root
    };
    let unsupported =
        |result: Result<(), BlocksError>| assert!(matches!(result, Err(BlocksError::Unsupported { .. })), "{result:?}");

    // each block is visited once, however often it is linked
    let small = plant(doubling(10));
    assert_eq!(fetch(&bob, small, &[&mallory]).await.unwrap().blocks, 11);
    assert_eq!(read(&bob, small).await.unwrap(), vec![b'x'; 1024]);
    let deep = plant(doubling(50));
    assert_eq!(fetch(&bob, deep, &[&mallory]).await.unwrap().blocks, 51);
    unsupported(read(&bob, deep).await.map(drop));
    unsupported(bob.range(deep, 0..1).await.map(drop));

    // a leaf, and a node, of other sizes than their parents say
    let wrong = support::node_of(&[(leaf(b"x"), 5)]);
    let root = plant(vec![(support::inner(&wrong), wrong.clone())]);
    fetch(&bob, root, &[&mallory]).await.unwrap();
    unsupported(read(&bob, root).await.map(drop));
    let above = support::node_of(&[(small, 7)]);
    let root = plant(vec![(support::inner(&above), above.clone())]);
    fetch(&bob, root, &[&mallory]).await.unwrap();
    unsupported(bob.range(root, 0..7).await.map(drop));

    // more links than any honest node has; bytes that are no node at all
    let wide = support::node_of(&vec![(leaf(b"x"), 1); 9000]);
    let root = plant(vec![(support::inner(&wide), wide.clone())]);
    unsupported(fetch(&bob, root, &[&mallory]).await.map(drop));
    let noise = Pattern::new(1, 100).bytes();
    let root = plant(vec![(support::inner(&noise), noise.clone())]);
    unsupported(fetch(&bob, root, &[&mallory]).await.map(drop));
    unsupported(bob.pin(root).await);
}

async fn only_what_is_complete_can_be_pinned(world: &mut dyn World) {
    let node = world.node(1).await;
    let added = add(&node, 1, 3 * MIB).await;
    node.unpin(added.cid).await.unwrap();
    let first = leaf(&Pattern::new(1, MIB).bytes());
    world.lose(&node, first);
    assert!(matches!(node.pin(added.cid).await, Err(BlocksError::NotComplete { root }) if root == added.cid));
    assert!(!node.is_pinned(added.cid).await.unwrap());
    add(&node, 1, MIB).await;
    node.pin(added.cid).await.unwrap();
    node.pin(added.cid).await.unwrap();
    assert!(node.is_pinned(added.cid).await.unwrap());
    // a block of a pinned file is kept, but is no pinned root
    node.unpin(first).await.unwrap();
    assert!(!node.is_pinned(first).await.unwrap());
    assert_eq!(node.pins().await.unwrap(), [added.cid]);
}

async fn what_is_pinned_outlives_a_collection(world: &mut dyn World) {
    let node = world.node(1).await;
    // the second begins with the same block as the first
    let (first, second) = (add(&node, 1, 2 * MIB).await, add(&node, 1, MIB + 5).await);
    assert_eq!(node.collect().await.unwrap(), 0);
    node.unpin(first.cid).await.unwrap();
    node.unpin(first.cid).await.unwrap();
    // unpinned stays until collected
    assert!(node.complete(first.cid).await.unwrap().is_some());
    // its second leaf and its root go; the shared leaf stays
    assert_eq!(node.collect().await.unwrap(), 2);
    assert_eq!(node.complete(first.cid).await.unwrap(), None);
    assert_eq!(node.complete(second.cid).await.unwrap().unwrap().blocks, 3);
    node.unpin(second.cid).await.unwrap();
    assert_eq!(node.collect().await.unwrap(), 3);
    let health = node.health().await.unwrap();
    assert_eq!((health.blocks, health.bytes), (0, 0));
}

async fn nobody_is_allowed_before_being_named(world: &mut dyn World) {
    let (alice, bob) = (world.node(1).await, world.node(2).await);
    let addresses = alice.health().await.unwrap().listening;
    let added = add(&alice, 1, 10).await;
    let refused = |result| matches!(result, Err(BlocksError::NotAllowed { peer }) if peer == alice.peer());
    assert!(refused(bob.connect(&alice.peer(), &addresses).await));
    bob.allow(vec![alice.peer()]).await.unwrap();
    // bob may dial now, but alice does not let him in, and serves him nothing
    assert!(refused(bob.connect(&alice.peer(), &addresses).await));
    assert!(fetch(&bob, added.cid, &[&alice]).await.is_err());
    assert!(alice.health().await.unwrap().connected.is_empty());
    assert_eq!(bob.complete(added.cid).await.unwrap(), None);
    alice.allow(vec![bob.peer()]).await.unwrap();
    bob.connect(&alice.peer(), &addresses).await.unwrap();
    bob.connect(&alice.peer(), &[]).await.unwrap();
    fetch(&bob, added.cid, &[&alice]).await.unwrap();
    assert_eq!(bob.health().await.unwrap().connected, [alice.peer()]);
    assert!(matches!(bob.connect(&alice.peer(), &addresses).await, Ok(())));
}

async fn whoever_is_no_longer_allowed_is_cut_off(world: &mut dyn World) {
    let (alice, bob, carol) = (world.node(1).await, world.node(2).await, world.node(3).await);
    alice.allow(vec![bob.peer(), carol.peer()]).await.unwrap();
    let addresses = alice.health().await.unwrap().listening;
    for node in [&bob, &carol] {
        node.allow(vec![alice.peer()]).await.unwrap();
        node.connect(&alice.peer(), &addresses).await.unwrap();
    }
    eventually(|| async { alice.health().await.unwrap().connected.len() == 2 }).await;
    alice.allow(vec![carol.peer()]).await.unwrap();
    assert_eq!(alice.health().await.unwrap().connected, [carol.peer()]);
    eventually(|| async { bob.health().await.unwrap().connected.is_empty() }).await;
    let added = add(&alice, 1, 10).await;
    assert!(fetch(&bob, added.cid, &[&alice]).await.is_err());
    assert!(bob.connect(&alice.peer(), &addresses).await.is_err());
    fetch(&carol, added.cid, &[&alice]).await.unwrap();
}

/// Answers with the asker's id and what was asked; nothing to "silence".
struct Echo;

#[async_trait]
impl Responder for Echo {
    async fn respond(&self, from: PeerId, request: Bytes) -> Option<Bytes> {
        match &request[..] {
            b"silence" => None,
            b"who" => Some(from.0.into()),
            b"much" => Some(vec![0; MIB as usize + 1].into()),
            _ => Some(request),
        }
    }
}

async fn questions_and_answers(world: &mut dyn World) {
    let (alice, bob) = (world.node(1).await, world.node(2).await);
    join(&bob, &alice).await;
    let ask = |request: Bytes| {
        let (bob, alice) = (bob.clone(), alice.peer());
        async move { bob.ask(&alice, PROTOCOL, request).await }
    };
    // nobody answers yet
    assert!(matches!(ask("hello".into()).await, Err(BlocksError::NoAnswer { .. })));
    alice.answer(PROTOCOL, Arc::new(Echo)).unwrap();
    assert_eq!(ask("who".into()).await.unwrap(), bob.peer().0);
    for size in [0, 1, MIB as usize] {
        let request = Bytes::from(vec![7; size]);
        assert_eq!(ask(request.clone()).await.unwrap(), request, "{size}");
    }
    assert!(matches!(ask("silence".into()).await, Err(BlocksError::NoAnswer { peer }) if peer == alice.peer()));
    let many = (0..100u32).map(|n| ask(n.to_be_bytes().to_vec().into()));
    for (n, answer) in futures::future::join_all(many).await.into_iter().enumerate() {
        assert_eq!(answer.unwrap()[..], (n as u32).to_be_bytes());
    }
    // the same connection carries questions the other way
    bob.answer(PROTOCOL, Arc::new(Echo)).unwrap();
    assert_eq!(alice.ask(&bob.peer(), PROTOCOL, "who".into()).await.unwrap(), alice.peer().0);
}

async fn questions_have_limits(world: &mut dyn World) {
    let (alice, bob, carol) = (world.node(1).await, world.node(2).await, world.node(3).await);
    join(&bob, &alice).await;
    alice.answer(PROTOCOL, Arc::new(Echo)).unwrap();
    let too_much = Bytes::from(vec![0; MIB as usize + 1]);
    let result = bob.ask(&alice.peer(), PROTOCOL, too_much).await;
    assert!(matches!(result, Err(BlocksError::TooLarge { .. })));
    let result = bob.ask(&alice.peer(), PROTOCOL, "much".into()).await;
    assert!(matches!(result, Err(BlocksError::NoAnswer { .. })));
    let result = bob.ask(&alice.peer(), "/valise/other/1", "x".into()).await;
    assert!(matches!(result, Err(BlocksError::UnknownProtocol { .. })));
    assert!(matches!(alice.answer("/valise/other/1", Arc::new(Echo)), Err(BlocksError::UnknownProtocol { .. })));
    let result = bob.ask(&carol.peer(), PROTOCOL, "x".into()).await;
    assert!(matches!(result, Err(BlocksError::NotAllowed { .. })));
    bob.allow(vec![alice.peer(), carol.peer()]).await.unwrap();
    let result = bob.ask(&carol.peer(), PROTOCOL, "x".into()).await;
    assert!(matches!(result, Err(BlocksError::Unreachable { .. })));
}

async fn a_stopped_node_says_so(world: &mut dyn World) {
    let (alice, bob) = (world.node(1).await, world.node(2).await);
    join(&bob, &alice).await;
    let added = add(&alice, 1, 10).await;
    alice.stop().await;
    alice.stop().await;
    let closed = |result: Result<(), BlocksError>| assert!(matches!(result, Err(BlocksError::Closed)), "{result:?}");
    closed(alice.add(&mut Pattern::new(2, 10)).await.map(drop));
    closed(read(&alice, added.cid).await.map(drop));
    closed(alice.range(added.cid, 0..1).await.map(drop));
    closed(fetch(&alice, added.cid, &[]).await.map(drop));
    closed(alice.complete(added.cid).await.map(drop));
    closed(alice.pin(added.cid).await);
    closed(alice.unpin(added.cid).await);
    closed(alice.pins().await.map(drop));
    closed(alice.collect().await.map(drop));
    closed(alice.health().await.map(drop));
    closed(alice.allow(vec![]).await);
    closed(alice.connect(&bob.peer(), &[]).await);
    closed(alice.ask(&bob.peer(), PROTOCOL, "x".into()).await.map(drop));
    eventually(|| async { bob.health().await.unwrap().connected.is_empty() }).await;
}
