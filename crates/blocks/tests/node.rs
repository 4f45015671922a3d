//! What only the real node can get wrong: its disk, its process, its network.
//!
//! Where a test needs what a machine may not have (root to mount, strace), it prints `not run: why`.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt};
use rust_ipfs::builder::DefaultIpfsBuilder;
use rust_ipfs::repo::Repo;
use rust_ipfs::unixfs::ll::file::adder::{Chunker, FileAdderBuilder};
use rust_ipfs::unixfs::{AddOpt, UnixfsCat, UnixfsStatus};
use support::{MIB, Pattern, add, block_file, config, eventually, fetch, join, leaf, options, read};
use valise_blocks::{Address, Blocks, BlocksError, Cid, ConnectionLimits, FetchOptions, IpfsNode, PeerId};

async fn open(directory: &Path, seed: u8) -> Arc<dyn Blocks> {
    Arc::new(IpfsNode::open(config(directory, seed)).await.unwrap())
}

// --- the same files as rust-ipfs makes and reads ---

async fn add_with_rust_ipfs(node: &rust_ipfs::Ipfs, input: Pattern) -> Cid {
    let stream = tokio_util::io::ReaderStream::with_capacity(input, MIB as usize).boxed();
    let mut adding = node.add_unixfs(AddOpt::Stream(stream)).chunk(Chunker::Size(MIB as usize)).raw_leaves(true);
    while let Some(status) = adding.next().await {
        match status {
            UnixfsStatus::CompletedStatus { path, .. } => return *path.root().cid().unwrap(),
            UnixfsStatus::FailedStatus { error, .. } => panic!("{error}"),
            UnixfsStatus::ProgressStatus { .. } => {}
        }
    }
    panic!("rust-ipfs did not finish");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cids_and_blocks_are_those_of_rust_ipfs() {
    let theirs = DefaultIpfsBuilder::new().start().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let ours = open(directory.path(), 1).await;
    // one leaf, a few, one more than an inner node holds, two full inner nodes, and one more
    let mut roots = Vec::new();
    // rust-ipfs's add fails on an empty stream and on exactly one block; the part below it does not
    for size in [0, MIB] {
        let mut adder = FileAdderBuilder::default().with_chunker(Chunker::Size(MIB as usize)).build();
        let bytes = Pattern::new(size, size).bytes();
        let pushed: Vec<_> = adder.push(&bytes).0.collect();
        let (cid, _) = pushed.into_iter().chain(adder.finish()).last().unwrap();
        assert_eq!(add(&ours, size, size).await.cid, cid, "{size}");
        roots.push((cid, size));
    }
    for size in [1, MIB + 1, 3 * MIB + 17, 174 * MIB, 175 * MIB, 348 * MIB, 348 * MIB + 1] {
        let added = add(&ours, size, size).await;
        if size <= 175 * MIB || size == 348 * MIB + 1 {
            assert_eq!(added.cid, add_with_rust_ipfs(&theirs, Pattern::new(size, size)).await, "{size}");
            theirs.gc().await.unwrap();
        }
        roots.push((added.cid, size));
    }
    theirs.exit_daemon().await;
    ours.stop().await;
    let repo = Repo::new_fs(directory.path());
    // rust-ipfs lets go of its own lock a little later
    eventually(|| async { repo.init().await.is_ok() }).await;
    for (root, size) in roots.into_iter().filter(|(_, size)| *size <= 175 * MIB) {
        let bytes = UnixfsCat::with_repo(&repo, root)
            .local()
            .try_fold(Vec::new(), |mut all, piece| async move {
                all.extend_from_slice(&piece);
                Ok(all)
            })
            .await
            .unwrap();
        assert!(bytes == Pattern::new(size, size).bytes(), "{size}");
    }
}

#[tokio::test]
async fn a_peer_id_follows_from_the_public_key() {
    let directory = tempfile::tempdir().unwrap();
    let node = open(directory.path(), 9).await;
    let keypair = rust_ipfs::Keypair::ed25519_from_bytes([9u8; 32]).unwrap();
    let public = keypair.public().try_into_ed25519().unwrap().to_bytes();
    assert_eq!(node.peer(), PeerId::from_public_key(&public));
    // and no secret went to the disk
    let secret = [9u8; 32];
    for entry in walk_files(directory.path()) {
        let bytes = std::fs::read(entry).unwrap();
        assert!(!bytes.windows(32).any(|window| window == secret));
    }
}

fn walk_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(walk_files(&path)) } else { files.push(path) }
    }
    files
}

// --- opening, closing, dying ---

/// A child is this very test binary, told by the environment what to do.
fn run_child(task: &str, directory: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child", "--nocapture", "--test-threads=1"]);
    command.env("VALISE_BLOCKS_CHILD", task).env("VALISE_BLOCKS_DIRECTORY", directory);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

fn lines(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let marked = |line: std::io::Result<String>| Some(line.ok()?.strip_prefix("child: ")?.to_owned());
    BufReader::new(child.stdout.take().unwrap()).lines().filter_map(marked)
}

/// Not a test by itself: what children do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(task) = std::env::var("VALISE_BLOCKS_CHILD") else { return };
    let directory = PathBuf::from(std::env::var("VALISE_BLOCKS_DIRECTORY").unwrap());
    let say = |line: String| {
        // a line of its own, after whatever the test harness has begun
        println!("\nchild: {line}");
        std::io::stdout().flush().unwrap();
    };
    let node = match IpfsNode::open(config(&directory, 1)).await {
        Ok(node) => Arc::new(node) as Arc<dyn Blocks>,
        Err(error) => return say(format!("{error:?}")),
    };
    match task.as_str() {
        "hold" => {
            say("open".into());
            let _ = std::io::stdin().read_line(&mut String::new());
        }
        "add one" => match node.add(&mut Pattern::new(1, 10)).await {
            Ok(added) => say(format!("added {}", added.cid)),
            Err(error) => say(format!("{error:?} pins {}", node.pins().await.unwrap().len())),
        },
        "add for ever" => {
            let adds = (0u64..).map(|seed| {
                let node = node.clone();
                let size = [10, 5 * MIB + 3, 4096, MIB][seed as usize % 4];
                async move { (seed, add(&node, seed, size).await) }
            });
            let mut adds = futures::stream::iter(adds).buffer_unordered(8);
            while let Some((seed, added)) = adds.next().await {
                say(format!("{seed} {} {}", added.size, added.cid));
            }
        }
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_has_what_it_promised() {
    let directory = tempfile::tempdir().unwrap();
    for promised in [1, 2, 7, 30] {
        let mut running = run_child("add for ever", directory.path()).spawn().unwrap();
        let mut said = lines(&mut running);
        let promises: Vec<String> = said.by_ref().take(promised).collect();
        running.kill().unwrap();
        running.wait().unwrap();
        let node = open(directory.path(), 1).await;
        for promise in promises {
            let (seed, rest) = promise.split_once(' ').unwrap();
            let (size, cid) = rest.split_once(' ').unwrap();
            let (cid, size) = (cid.parse().unwrap(), size.parse().unwrap());
            assert!(node.is_pinned(cid).await.unwrap());
            assert!(read(&node, cid).await.unwrap() == Pattern::new(seed.parse().unwrap(), size).bytes());
        }
        // no pin without its blocks, no block that is not sound, nothing half written
        for root in node.pins().await.unwrap() {
            assert!(node.complete(root).await.unwrap().is_some());
        }
        for file in walk_files(&directory.path().join("blockstore")) {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let bytes = std::fs::read(&file).unwrap();
            assert_eq!(leaf(&bytes).hash(), name.parse::<Cid>().unwrap().hash());
        }
        assert!(walk_files(&directory.path().join("temporary")).is_empty());
        node.collect().await.unwrap();
        node.stop().await;
    }
}

#[tokio::test]
async fn one_process_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let mut holder = run_child("hold", directory.path()).spawn().unwrap();
    let mut said = lines(&mut holder);
    assert_eq!(said.next().unwrap(), "open");
    let second = IpfsNode::open(config(directory.path(), 1)).await;
    assert!(matches!(second, Err(BlocksError::RepositoryInUse)));
    drop(holder.stdin.take());
    holder.wait().unwrap();
    let node = open(directory.path(), 1).await;
    assert!(matches!(IpfsNode::open(config(directory.path(), 1)).await, Err(BlocksError::RepositoryInUse)));
    // a stopped node has let go, though it still exists
    node.stop().await;
    let again = open(directory.path(), 1).await;
    add(&again, 1, 10).await;
}

#[tokio::test]
async fn what_a_killed_process_left_is_swept() {
    let directory = tempfile::tempdir().unwrap();
    let node = open(directory.path(), 1).await;
    let added = add(&node, 1, 10).await;
    node.stop().await;
    let left = [
        directory.path().join("temporary/17"),
        block_file(directory.path(), added.cid).with_extension("data.4711.0.tmp"),
    ];
    for file in &left {
        std::fs::write(file, "half").unwrap();
    }
    let node = open(directory.path(), 1).await;
    assert!(left.iter().all(|file| !file.exists()));
    assert!(node.complete(added.cid).await.unwrap().is_some());
}

#[tokio::test]
async fn an_unreadable_pin_stops_a_collection() {
    let directory = tempfile::tempdir().unwrap();
    let node = open(directory.path(), 1).await;
    let added = add(&node, 1, 3 * MIB).await;
    let pin = directory.path().join("pins").join(format!("{}.pin", added.cid));
    let sound = std::fs::read(&pin).unwrap();
    std::fs::write(&pin, &sound[..20]).unwrap();
    assert!(matches!(node.collect().await, Err(BlocksError::Damaged { cid }) if cid == added.cid));
    // pinning again mends it
    node.pin(added.cid).await.unwrap();
    assert_eq!(node.collect().await.unwrap(), 0);
    assert!(node.complete(added.cid).await.unwrap().is_some());
}

#[tokio::test]
async fn an_empty_block_file_is_damage_and_is_healed() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (alice, bob) = (open(one.path(), 1).await, open(two.path(), 2).await);
    join(&bob, &alice).await;
    let added = add(&alice, 1, 2 * MIB).await;
    let file = block_file(two.path(), added.cid);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, "").unwrap();
    assert!(matches!(read(&bob, added.cid).await, Err(BlocksError::Damaged { cid }) if cid == added.cid));
    fetch(&bob, added.cid, &[&alice]).await.unwrap();
    assert!(bob.complete(added.cid).await.unwrap().is_some());
}

// --- disks ---

/// A file system of its own size, until dropped.
struct Mount(tempfile::TempDir);

impl Mount {
    fn new(mib: u32) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let size = format!("size={mib}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(directory.path()).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(directory)),
            Ok(output) => {
                println!("not run: no small disk: {}", String::from_utf8_lossy(&output.stderr).trim());
                None
            }
            Err(error) => {
                println!("not run: no small disk: {error}");
                None
            }
        }
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["--lazy"]).arg(self.0.path()).status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_and_survived() {
    let Some(small) = Mount::new(12) else { return };
    let large = tempfile::tempdir().unwrap();
    let (alice, bob) = (open(large.path(), 1).await, open(small.0.path(), 2).await);
    join(&bob, &alice).await;

    let result = bob.add(&mut Pattern::new(1, 30 * MIB)).await;
    assert!(matches!(result, Err(BlocksError::DiskFull)), "{result:?}");
    assert!(bob.pins().await.unwrap().is_empty());
    assert_eq!(bob.health().await.unwrap().blocks, 0);
    // nothing of it is left, so there is room again
    let kept = add(&bob, 2, 3 * MIB).await;

    let wanted = add(&alice, 3, 30 * MIB).await;
    let started = Instant::now();
    let result = fetch(&bob, wanted.cid, &[&alice]).await;
    assert!(matches!(result, Err(BlocksError::DiskFull)), "{result:?}");
    // seen before a block is asked for, not by waiting for one that cannot be stored
    assert!(started.elapsed() < options(&[]).block_timeout);
    assert!(read(&bob, kept.cid).await.is_ok());
    bob.collect().await.unwrap();
    let small = add(&alice, 4, 2 * MIB).await;
    fetch(&bob, small.cid, &[&alice]).await.unwrap();
    bob.stop().await;
}

/// Runs a child under strace and answers its lines, and the log; `None` where strace cannot be used.
fn traced(task: &str, directory: &Path, arguments: &[&str]) -> Option<(Vec<String>, String)> {
    let log = tempfile::NamedTempFile::new().unwrap();
    let plain = run_child(task, directory);
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-s", "200", "-o"]).arg(log.path()).args(arguments);
    command.arg(plain.get_program()).args(plain.get_args());
    command.envs(plain.get_envs().filter_map(|(key, value)| Some((key, value?))));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut running = match command.spawn() {
        Ok(running) => running,
        Err(error) => {
            println!("not run: no strace: {error}");
            return None;
        }
    };
    let said: Vec<String> = lines(&mut running).collect();
    running.wait().unwrap();
    let log = std::fs::read_to_string(log.path()).unwrap();
    if said.is_empty() {
        println!("not run: strace may not trace here");
        return None;
    }
    Some((said, log))
}

#[test]
fn a_disk_without_hard_links_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let inject = ["-e", "trace=linkat,link", "-e", "inject=linkat,link:error=EPERM"];
    let Some((said, _)) = traced("add one", directory.path(), &inject) else { return };
    assert_eq!(said, ["UnsupportedDisk"]);
}

#[test]
fn a_disk_that_fails_pins_nothing() {
    let directory = tempfile::tempdir().unwrap();
    for (name, expected) in [("EIO", "Io("), ("ENOSPC", "DiskFull")] {
        let inject = format!("inject=rename:error={name}");
        let Some((said, _)) = traced("add one", directory.path(), &["-e", "trace=rename", "-e", &inject]) else {
            return;
        };
        assert!(said[0].starts_with(expected) && said[0].ends_with("pins 0"), "{said:?}");
        assert!(walk_files(&directory.path().join("temporary")).is_empty());
    }
}

/// What a power cut could leave is shown by the order in which things reach the disk.
#[test]
fn bytes_reach_the_disk_before_names_and_names_before_the_answer() {
    let directory = tempfile::tempdir().unwrap();
    let calls = ["-e", "trace=rename,renameat,renameat2,link,linkat,fsync,fdatasync,syncfs,write"];
    let Some((_, log)) = traced("add one", directory.path(), &calls) else { return };
    let find = |from: usize, wanted: &[&str]| {
        let line = log.lines().skip(from).position(|line| wanted.iter().all(|part| line.contains(part)));
        from + line.unwrap_or_else(|| panic!("no {wanted:?} after line {from} in\n{log}"))
    };
    let block = find(0, &["rename", ".data"]);
    let pin = find(0, &["link", ".pin"]);
    let answer = find(0, &["write(", "child: added"]);
    let temporary = |line: &&str| line.contains("fsync(") && line.contains("/temporary/");
    // the block's bytes, or everything at once
    let synced = log.lines().take(block).filter(temporary).count();
    assert!(synced == 1 || log.lines().take(block).any(|line| line.contains("syncfs(")), "{log}");
    assert!(block < pin && pin < answer);
    // those of the block and of the pin, and two more because the repository is new
    let names = log.lines().take(answer).skip(pin).filter(|line| line.contains("fsync(")).count();
    assert!(names == 4 || log.lines().take(answer).skip(pin).any(|line| line.contains("syncfs(")), "{log}");
}

// --- the network ---

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_swarm_key_is_named_as_a_possible_cause() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let with_key = |directory: &Path, seed, key: Option<u8>| {
        let mut config = config(directory, seed);
        config.swarm_key = key.map(|key| [key; 32].into());
        IpfsNode::open(config)
    };
    for (near, far) in [(Some(1), Some(2)), (None, Some(2)), (Some(1), None)] {
        let alice: Arc<dyn Blocks> = Arc::new(with_key(one.path(), 1, far).await.unwrap());
        let bob: Arc<dyn Blocks> = Arc::new(with_key(two.path(), 2, near).await.unwrap());
        alice.allow(vec![bob.peer()]).await.unwrap();
        bob.allow(vec![alice.peer()]).await.unwrap();
        let addresses = alice.health().await.unwrap().listening;
        let error = bob.connect(&alice.peer(), &addresses).await.unwrap_err();
        assert!(matches!(&error, BlocksError::Unreachable { peer, .. } if *peer == alice.peer()), "{error:?}");
        assert!(error.to_string().contains("different network key"));
        alice.stop().await;
        bob.stop().await;
    }
    // and with the same key they find each other
    let alice: Arc<dyn Blocks> = Arc::new(with_key(one.path(), 1, Some(3)).await.unwrap());
    let bob: Arc<dyn Blocks> = Arc::new(with_key(two.path(), 2, Some(3)).await.unwrap());
    join(&bob, &alice).await;
    let added = add(&alice, 1, 2 * MIB).await;
    fetch(&bob, added.cid, &[&alice]).await.unwrap();
}

/// Who comes when there are as many as may be is turned away, gets nothing, and comes in when somebody has gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_are_connected_and_no_more() {
    let directories: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let limits = ConnectionLimits { total: 2, ..ConnectionLimits::default() };
    let limited = IpfsNode::open(valise_blocks::NodeConfig { limits, ..config(directories[0].path(), 1) });
    let alice: Arc<dyn Blocks> = Arc::new(limited.await.unwrap());
    let mut others = Vec::new();
    for (directory, seed) in directories[1..].iter().zip(2..) {
        others.push(open(directory.path(), seed).await);
    }
    alice.allow(others.iter().map(|other| other.peer()).collect()).await.unwrap();
    let addresses = alice.health().await.unwrap().listening;
    for other in &others {
        other.allow(vec![alice.peer()]).await.unwrap();
        // The third may be told at once, or find itself cut off.
        let _ = other.connect(&alice.peer(), &addresses).await;
    }
    let third = &others[2];
    eventually(|| async { third.health().await.unwrap().connected.is_empty() }).await;
    assert_eq!(alice.health().await.unwrap().connected.len(), 2);
    let added = add(&alice, 1, 10).await;
    assert!(fetch(third, added.cid, &[&alice]).await.is_err());
    fetch(&others[1], added.cid, &[&alice]).await.unwrap();

    others[0].stop().await;
    eventually(|| async { alice.health().await.unwrap().connected.len() == 1 }).await;
    third.connect(&alice.peer(), &addresses).await.unwrap();
    fetch(third, added.cid, &[&alice]).await.unwrap();
}

#[tokio::test]
async fn names_are_looked_up_and_only_tcp_is_dialled() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (alice, bob) = (open(one.path(), 1).await, open(two.path(), 2).await);
    alice.allow(vec![bob.peer()]).await.unwrap();
    bob.allow(vec![alice.peer()]).await.unwrap();
    let listening = alice.health().await.unwrap().listening;
    let port = listening[0].0.rsplit('/').next().unwrap().to_owned();
    let dial = |address: String| {
        let (bob, alice) = (bob.clone(), alice.peer());
        async move { bob.connect(&alice, &[Address(address)]).await }
    };
    // names under .invalid never exist (RFC 2606)
    let unreachable = |result| matches!(result, Err(BlocksError::Unreachable { .. }));
    assert!(unreachable(dial(format!("/dns4/nobody.invalid/tcp/{port}")).await));
    assert!(unreachable(dial(format!("/ip4/127.0.0.1/udp/{port}/quic-v1")).await));
    assert!(unreachable(dial("nonsense".into()).await));
    // somebody else answers there
    let stranger = PeerId::from_public_key(&[7; 32]);
    bob.allow(vec![alice.peer(), stranger.clone()]).await.unwrap();
    let wrong = bob.connect(&stranger, &listening).await;
    assert!(matches!(wrong, Err(BlocksError::Unreachable { .. })), "{wrong:?}");
    dial(format!("/dns4/localhost/tcp/{port}")).await.unwrap();
}

#[tokio::test]
async fn a_port_that_is_taken_is_said() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = config(one.path(), 1);
    config.listen = vec![Address(format!("/ip4/127.0.0.1/tcp/{}", taken.local_addr().unwrap().port()))];
    let result = IpfsNode::open(config).await;
    assert!(matches!(result, Err(BlocksError::CannotListen { .. })), "{:?}", result.err());
    let mut config = support::config(two.path(), 1);
    config.listen = vec![Address("/ip4/0.0.0.0/udp/0/quic-v1".into())];
    assert!(matches!(IpfsNode::open(config).await, Err(BlocksError::Invalid { .. })));
}

/// A node whose store gives out bytes that do not match: what it sends is never kept, and whoever else
/// has the block is asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lying_peer_does_not_stop_a_fetch() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (alice, bob) = (open(one.path(), 1).await, open(two.path(), 2).await);
    let added = add(&alice, 1, 12 * MIB).await;
    let bytes = Pattern::new(1, 12 * MIB).bytes();

    let mallory = DefaultIpfsBuilder::new()
        .with_identify(Default::default())
        .with_bitswap()
        .enable_tcp()
        .add_listening_addr("/ip4/127.0.0.1/tcp/0".parse().unwrap())
        .start()
        .await
        .unwrap();
    for leaf_bytes in bytes.chunks(MIB as usize) {
        let lie = rust_ipfs::Block::new_unchecked(leaf(leaf_bytes), vec![9u8; 1000]);
        mallory.put_block(&lie).await.unwrap();
    }
    let liar = PeerId(mallory.keypair().public().to_peer_id().to_string());
    bob.allow(vec![liar.clone(), alice.peer()]).await.unwrap();
    alice.allow(vec![bob.peer()]).await.unwrap();
    eventually(|| async { !mallory.listening_addresses().await.unwrap().is_empty() }).await;
    let address = Address(mallory.listening_addresses().await.unwrap()[0].to_string());
    bob.connect(&liar, &[address]).await.unwrap();

    // from the liar alone it cannot be had, and nothing of it is kept
    let only = FetchOptions { from: vec![liar.clone()], block_timeout: Duration::from_secs(2), ..options(&[]) };
    let first = leaf(&bytes[..MIB as usize]);
    let result = bob.fetch(first, only, &|_| {}).await;
    assert!(matches!(result, Err(BlocksError::TimedOut { .. })), "{result:?}");
    assert_eq!(bob.health().await.unwrap().blocks, 0);

    bob.connect(&alice.peer(), &alice.health().await.unwrap().listening).await.unwrap();
    let both = FetchOptions { from: vec![liar, alice.peer()], window: 2, ..options(&[]) };
    let started = Instant::now();
    bob.fetch(added.cid, both, &|_| {}).await.unwrap();
    // the liar costs one wait, not one for every two blocks
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert!(read(&bob, added.cid).await.unwrap() == bytes);
    mallory.exit_daemon().await;
}
