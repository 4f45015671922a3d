//! What folders announce is fetched, kept and said to be held.

use std::sync::Arc;
use std::time::Duration;

use valise_blocks::{Added, Address, Blocks, IpfsNode, NodeConfig, PeerId};
use valise_catalog::Server;
use valise_protocol::api::{ApiCode, HeldPage, Identity, Notice, Receipts};
use valise_protocol::folder::{self, Content, Pin, Role};
use valise_protocol::ids::Cid;
use valise_protocol::record::Record;
use valise_protocol::workspace::{self, Closed};
use zeroize::Zeroizing;

use crate::support::chains::{self, append, content, found, workspace_id};
use crate::support::client::post_open;
use crate::support::people::fresh;
use crate::support::world::{folder_id, founding, push};
use crate::support::{Client, Device, Log, Person, World};

async fn add(node: &dyn Blocks, bytes: usize) -> Added {
    let data: Vec<u8> = (0..bytes).map(|at| (at / 1000) as u8).chain(fresh().to_be_bytes()).collect();
    node.add(&mut data.as_slice()).await.unwrap()
}

fn pin(added: &Added) -> Pin {
    Pin { cid: Cid::new(added.cid).unwrap(), size: added.size, blocks: added.blocks }
}

async fn announce(world: &World, by: &Person, log: &mut Log, pins: Vec<Pin>) {
    let record = content(log, by, pins);
    push(&world.client(by), log, record).await.unwrap();
}

async fn drop_it(world: &World, log: &mut Log, added: &Added) {
    let open = Content { pins: vec![], drops: vec![Cid::new(added.cid).unwrap()] };
    let record = log.sign(&world.alice, folder::kind::CONTENT, &open);
    push(&world.client(&world.alice), log, record).await.unwrap();
}

async fn held(client: &Client, log: &Log, after: u64) -> HeldPage {
    client.get(&format!("/v1/folders/{}/held?after={after}", folder_id(log))).await.unwrap()
}

async fn until_held(client: &Client, log: &Log, added: &Added) -> HeldPage {
    let mut events = client.events().await.unwrap();
    loop {
        let page = held(client, log, 0).await;
        if page.held.iter().any(|held| held.cid.inner() == added.cid) {
            return page;
        }
        events.until_is(Notice::Held { folder: folder_id(log) }).await;
    }
}

/// For what nobody announces.
async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.unwrap_or_else(|_| panic!("{what}"));
}

#[tokio::test]
async fn what_a_member_announces_is_held() {
    let world = World::new().await;
    let alice = world.client(&world.alice);
    let node = world.node_of(&world.alice).await;
    let mut log = world.folder().await;
    let (small, large) = (add(&*node, 10).await, add(&*node, 3 << 20).await);
    announce(&world, &world.alice, &mut log, vec![pin(&small), pin(&large)]).await;
    until_held(&alice, &log, &small).await;
    let page = until_held(&alice, &log, &large).await;
    let identity: Identity = alice.get("/v1/identity").await.unwrap();
    assert_eq!(page.held.len(), 2);
    assert!(page.held.iter().all(|held| held.verify(&identity.pinning).is_ok()));
    let bytes = world.node.complete(large.cid).await.unwrap().unwrap().bytes;
    assert!(page.held.iter().any(|held| held.bytes == bytes));
    assert!(world.node.is_pinned(small.cid).await.unwrap() && world.node.is_pinned(large.cid).await.unwrap());
    assert_eq!(held(&alice, &log, page.cursor).await.held, []);
}

#[tokio::test]
async fn what_waits_is_fetched_when_its_author_comes_also_after_a_restart() {
    let mut world = World::new().await;
    let node = world.network.node(world.alice.device.node, &[]);
    let mut log = world.folder().await;
    let (first, second) = (add(&*node, 10).await, add(&*node, 20).await);
    announce(&world, &world.alice, &mut log, vec![pin(&first)]).await;
    world.dial(&node).await;
    until_held(&world.client(&world.alice), &log, &first).await;

    world.network.set_offline(&node.peer(), true);
    announce(&world, &world.alice, &mut log, vec![pin(&second)]).await;
    assert_eq!(held(&world.client(&world.alice), &log, 0).await.held.len(), 1);
    world.stop().await;
    world.start(2).await.unwrap();
    world.network.set_offline(&node.peer(), false);
    world.dial(&node).await;
    until_held(&world.client(&world.alice), &log, &second).await;
}

#[tokio::test]
async fn another_member_may_have_it() {
    let mut world = World::new().await;
    let bob = world.person("Bob").await;
    let mut log = world.folder().await;
    world.add(&mut log, &bob, Role::Viewer).await;
    let node = world.node_of(&bob).await;
    let added = add(&*node, 2 << 20).await;
    announce(&world, &world.alice, &mut log, vec![pin(&added)]).await;
    until_held(&world.client(&bob), &log, &added).await;
}

#[tokio::test]
async fn more_than_was_announced_is_not_fetched_until_it_is_put_right() {
    let world = World::new().await;
    let node = world.node_of(&world.alice).await;
    let alice = world.client(&world.alice);
    let mut log = world.folder().await;
    let (large, mark) = (add(&*node, 3 << 20).await, add(&*node, 10).await);
    let false_ones =
        [Pin { blocks: 2, ..pin(&large) }, Pin { size: 1000, ..pin(&large) }, Pin { blocks: 0, ..pin(&large) }];
    for pin in false_ones {
        announce(&world, &world.alice, &mut log, vec![pin]).await;
    }
    announce(&world, &world.alice, &mut log, vec![pin(&mark)]).await;
    until_held(&alice, &log, &mark).await;
    assert!(!world.node.is_pinned(large.cid).await.unwrap());
    announce(&world, &world.alice, &mut log, vec![pin(&large)]).await;
    until_held(&alice, &log, &large).await;
}

/// Before a copy counts each of its blocks is read from the disk once more: what has rotted there is not said to be held, though
/// it was, until somebody comes who has it.
#[tokio::test]
async fn what_does_not_read_back_is_not_held() {
    let mut world = World::new().await;
    let bob = world.person("Bob").await;
    let (node, bobs) = (world.node_of(&world.alice).await, world.network.node(bob.device.node, &[]));
    let alice = world.client(&world.alice);
    let (mut one, mut other) = (world.folder().await, world.folder().await);
    world.add(&mut other, &bob, Role::Viewer).await;
    let mut both = Vec::new();
    for bytes in [&[1; 5000][..], &[2; 5000]] {
        bobs.add(&mut &bytes[..]).await.unwrap();
        both.push(node.add(&mut &bytes[..]).await.unwrap());
    }
    announce(&world, &world.alice, &mut one, both.iter().map(pin).collect()).await;
    for added in &both {
        until_held(&alice, &one, added).await;
    }
    world.network.damage(&world.node.peer(), both[0].cid);
    world.network.lose(&world.node.peer(), both[1].cid);
    both.iter().for_each(|added| world.network.withhold(&node.peer(), added.cid));

    announce(&world, &world.alice, &mut other, both.iter().map(pin).collect()).await;
    for many in 1..=2 {
        let mark = add(&*node, 10).await;
        announce(&world, &world.alice, &mut other, vec![pin(&mark)]).await;
        assert_eq!(until_held(&alice, &other, &mark).await.held.len(), many, "the marks alone");
    }
    world.dial(&bobs).await;
    for added in &both {
        until_held(&alice, &other, added).await;
        assert!(world.node.complete(added.cid).await.unwrap().is_some());
    }
}

/// Who announces little and serves much: the fetch ends at what was announced, nobody is told that it is held, and what came
/// of it does not stay on the disk, where no quota would count it. What others announce goes on.
#[tokio::test]
async fn what_is_served_beyond_the_announcement_is_cut_off_and_does_not_stay() {
    let mut world = World::new().await;
    let bob = world.person("Bob").await;
    let node = world.node_of(&bob).await;
    let client = world.client(&bob);
    let stored = async || world.node.health().await.unwrap().bytes;
    // Alice is away: what she announced waits, and so nothing is collected yet.
    let away = world.network.node(world.alice.device.node, &[]);
    let (mut others, fine) = (world.folder().await, add(&*away, 3 << 20).await);
    announce(&world, &world.alice, &mut others, vec![pin(&fine)]).await;

    let large = add(&*node, 40 << 20).await;
    let [first, second] = [world.folder_of(&bob).await, world.folder_of(&bob).await];
    let false_ones = [Pin { blocks: 3, ..pin(&large) }, Pin { size: 1000, ..pin(&large) }];
    for (mut log, false_one) in [first, second].into_iter().zip(false_ones) {
        announce(&world, &bob, &mut log, vec![false_one]).await;
        let (before, mark) = (stored().await, add(&*node, 10).await);
        announce(&world, &bob, &mut log, vec![pin(&mark)]).await;
        assert_eq!(until_held(&client, &log, &mark).await.held.len(), 1);
        eventually("something came", async || stored().await > before).await;
    }
    // A window of blocks was on its way at the most.
    assert!(stored().await < 24 << 20, "{}", stored().await);
    assert_eq!(world.node.complete(large.cid).await.unwrap(), None);

    world.dial(&away).await;
    until_held(&world.client(&world.alice), &others, &fine).await;
    eventually("what nobody announced is gone", async || stored().await < 4 << 20).await;
    assert!(!world.node.is_pinned(large.cid).await.unwrap());
}

/// What is here for one folder is held for another one only if that one was told all of it.
#[tokio::test]
async fn what_is_here_is_not_held_for_who_announced_less() {
    let world = World::new().await;
    let node = world.node_of(&world.alice).await;
    let alice = world.client(&world.alice);
    let (mut one, mut other) = (world.folder().await, world.folder().await);
    let added = add(&*node, 5 << 20).await;
    announce(&world, &world.alice, &mut one, vec![pin(&added)]).await;
    until_held(&alice, &one, &added).await;
    for false_one in [Pin { blocks: 2, ..pin(&added) }, Pin { size: 1000, ..pin(&added) }] {
        announce(&world, &world.alice, &mut other, vec![false_one]).await;
        // Two that come after it are held after it was looked at.
        for many in 1..=2 {
            let mark = add(&*node, 10).await;
            announce(&world, &world.alice, &mut other, vec![pin(&mark)]).await;
            let page = until_held(&alice, &other, &mark).await;
            assert!(page.held.iter().all(|held| held.cid.inner() != added.cid), "{many}");
        }
    }
    announce(&world, &world.alice, &mut other, vec![pin(&added)]).await;
    until_held(&alice, &other, &added).await;
}

#[tokio::test]
async fn what_the_last_folder_drops_is_let_go() {
    let world = World::new().await;
    let node = world.node_of(&world.alice).await;
    let alice = world.client(&world.alice);
    let (mut one, mut other) = (world.folder().await, world.folder().await);
    let added = add(&*node, 2 << 20).await;
    announce(&world, &world.alice, &mut one, vec![pin(&added)]).await;
    announce(&world, &world.alice, &mut other, vec![pin(&added)]).await;
    until_held(&alice, &one, &added).await;
    until_held(&alice, &other, &added).await;

    drop_it(&world, &mut one, &added).await;
    assert_eq!(held(&alice, &one, 0).await.held, []);
    // A pin that comes after is held after: by then the drop was looked at.
    let mark = add(&*node, 10).await;
    announce(&world, &world.alice, &mut one, vec![pin(&mark)]).await;
    until_held(&alice, &one, &mark).await;
    assert!(world.node.is_pinned(added.cid).await.unwrap());

    drop_it(&world, &mut other, &added).await;
    eventually("unpinned", async || !world.node.is_pinned(added.cid).await.unwrap()).await;
    eventually("collected", async || world.node.complete(added.cid).await.unwrap().is_none()).await;
    assert!(world.node.is_pinned(mark.cid).await.unwrap());
}

/// It is held for nobody, but there: a folder that wants it again, or a database from before, needs no author for it.
#[tokio::test]
async fn what_is_dropped_is_kept_for_a_while() {
    let world = World::that_keeps_what_is_dropped().await;
    let node = world.node_of(&world.alice).await;
    let alice = world.client(&world.alice);
    let mut log = world.folder().await;
    let added = add(&*node, 2 << 20).await;
    announce(&world, &world.alice, &mut log, vec![pin(&added)]).await;
    until_held(&alice, &log, &added).await;
    drop_it(&world, &mut log, &added).await;
    assert_eq!(held(&alice, &log, 0).await.held, []);
    // A pin that comes after is held after: by then the drop was looked at.
    let mark = add(&*node, 10).await;
    announce(&world, &world.alice, &mut log, vec![pin(&mark)]).await;
    until_held(&alice, &log, &mark).await;
    assert!(world.node.is_pinned(added.cid).await.unwrap());
    // Its author is gone; it is held again.
    world.network.set_offline(&node.peer(), true);
    announce(&world, &world.alice, &mut log, vec![pin(&added)]).await;
    until_held(&alice, &log, &added).await;
}

#[tokio::test]
async fn only_devices_of_people_may_connect() {
    let mut world = World::new().await;
    let bob = world.person("Bob").await;
    let (invited, secret) = world.invite().await;
    let waiting = world.newcomer("Waiting", &invited, &secret);
    world.post_join(&waiting).await.unwrap();
    let dial = async |node: u64| {
        let node = world.network.node(node, &[]);
        node.allow(vec![world.node.peer()]).await.unwrap();
        let addresses = world.node.health().await.unwrap().listening;
        (node.connect(&world.node.peer(), &addresses).await.is_ok(), node)
    };
    assert!(!dial(fresh()).await.0);
    assert!(!dial(waiting.device.node).await.0);
    let (connected, node) = dial(bob.device.node).await;
    assert!(connected);

    world.officer_says(workspace::kind::CLOSED, &Closed { account: bob.account }).await;
    assert_eq!(node.health().await.unwrap().connected, [] as [PeerId; 0]);
}

#[tokio::test]
async fn real_nodes_do_the_same() {
    let data = tempfile::tempdir().unwrap();
    let mut config = crate::support::world::config(&data);
    config.node_listen = vec!["/ip4/127.0.0.1/tcp/0".to_owned()];
    let server = Server::start(config).await.unwrap();
    let seed = [42; 32];
    let (workspace, alice) = found("Example works", "Alice", Device::with_peer_seed(seed));
    post_open::<Receipts>(&server.url(), "/v1/workspaces", &founding(&workspace, &alice)).await.unwrap();
    let client = Client::new(&server.url(), &alice);
    let identity: Identity = client.get("/v1/identity").await.unwrap();

    let own = tempfile::tempdir().unwrap();
    let node = IpfsNode::open(NodeConfig::new(own.path(), Zeroizing::new(seed))).await.unwrap();
    let node: Arc<dyn Blocks> = Arc::new(node);
    assert_eq!(node.peer(), PeerId::from_public_key(alice.device.keys.peer.as_bytes()));
    let pinner = PeerId::from_public_key(identity.pinning.as_bytes());
    node.allow(vec![pinner.clone()]).await.unwrap();
    let addresses: Vec<_> = identity.addresses.into_iter().map(Address).collect();
    node.connect(&pinner, &addresses).await.unwrap();

    let mut log = chains::folder(workspace_id(&workspace), &alice);
    let records: Vec<&Record> = log.records.iter().collect();
    client.post::<valise_protocol::receipt::Receipt>("/v1/folders", &append(&records)).await.unwrap();
    let added = add(&*node, 5 << 20).await;
    let record = content(&log, &alice, vec![pin(&added)]);
    push(&client, &mut log, record).await.unwrap();
    let page = until_held(&client, &log, &added).await;
    assert_eq!(page.held[0].verify(&identity.pinning), Ok(()));

    let stranger = tempfile::tempdir().unwrap();
    let stranger = IpfsNode::open(NodeConfig::new(stranger.path(), Zeroizing::new([43; 32]))).await.unwrap();
    stranger.allow(vec![pinner.clone()]).await.unwrap();
    let refused = stranger.connect(&pinner, &addresses).await;
    let served = stranger.fetch(added.cid, quick(vec![pinner]), &|_| ()).await;
    assert!(refused.is_err() || served.is_err());
    stranger.stop().await;
    node.stop().await;
    server.stop().await;
}

fn quick(from: Vec<PeerId>) -> valise_blocks::FetchOptions {
    valise_blocks::FetchOptions {
        from,
        window: 1,
        block_timeout: Duration::from_secs(2),
        max_bytes: 0,
        max_blocks: 0,
        cancel: Default::default(),
    }
}

/// What is held is told to members only.
#[tokio::test]
async fn who_is_no_member_learns_nothing_of_it() {
    let mut world = World::new().await;
    let bob = world.person("Bob").await;
    let node = world.node_of(&world.alice).await;
    let mut log = world.folder().await;
    let mut at_bobs = world.client(&bob).events().await.unwrap();
    let added = add(&*node, 10).await;
    announce(&world, &world.alice, &mut log, vec![pin(&added)]).await;
    until_held(&world.client(&world.alice), &log, &added).await;
    world.officer_says(workspace::kind::POLICY, &workspace::Policy::default()).await;
    let next = at_bobs.until(|notice| !matches!(notice, Notice::Online { .. })).await;
    assert_eq!(next, Notice::Chain { chain: world.log.id(), seq: world.log.head().seq });
    let path = format!("/v1/folders/{}/held", folder_id(&log));
    assert_eq!(world.client(&bob).get::<HeldPage>(&path).await.unwrap_err(), ApiCode::NotFound);
}
