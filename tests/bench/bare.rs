//! The bare node: the very blocks that Valise made, added to an IPFS node of the same kind with neither encryption nor
//! index. It is the floor under what adding can cost, and runs in a process of its own to be measured like the others.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use tokio::{sync::Semaphore, task::JoinSet};
use valise_blocks::{Blocks, IpfsNode, NodeConfig};

use crate::measure::{self, Cost, Peak};

/// The argument by which this program is asked to be a bare node.
pub const MODE: &str = "--bare-node";
/// As many adds side by side as the engine has.
const AT_ONCE: usize = 16;

/// Adds each of a home's blocks as a file, to a repository in an empty directory.
pub async fn measured(home: &Path, place: &Path) -> Result<Cost, String> {
    run(&home.join("blocks/blockstore"), place).await
}

/// Adds nothing: what a node costs by itself.
pub async fn start_alone(place: &Path) -> Result<Cost, String> {
    let nothing = place.join("nothing");
    fs::create_dir(&nothing).expect("an empty directory");
    run(&nothing, place).await
}

async fn run(blocks: &Path, place: &Path) -> Result<Cost, String> {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.arg(MODE).arg(place.join("repository")).arg(blocks);
    measure::settle();
    measure::run(&mut command, Peak::FromStart).await
}

/// What the process does.
pub async fn add_all(repository: &Path, blocks: &Path) {
    let node = Arc::new(IpfsNode::open(NodeConfig::new(repository, [7; 32].into())).await.expect("a node"));
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut adding = JoinSet::new();
    for path in files(blocks) {
        let turn = turns.clone().acquire_owned().await.expect("it is never closed");
        let node = node.clone();
        adding.spawn(async move {
            let bytes = fs::read(path).expect("a block");
            node.add(&mut bytes.as_slice()).await.expect("it is added");
            drop(turn);
        });
    }
    while let Some(added) = adding.join_next().await {
        added.expect("it is added");
    }
    node.stop().await;
}

/// The blocks of a block store: `<two letters>/<cid>.data`.
fn files(blocks: &Path) -> Vec<PathBuf> {
    let below = |dir: &Path| fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry").path());
    let shards = below(blocks).filter(|path| path.is_dir());
    shards.flat_map(|shard| below(&shard).collect::<Vec<_>>()).filter(|path| path.extension().is_some()).collect()
}
