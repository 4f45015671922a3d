//! A copy made while the catalog runs, and a catalog made from it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use valise_blocks::Blocks as _;
use valise_catalog::{Server, StartError, backup};
use valise_protocol::api::{HeldPage, Identity, Page};
use valise_protocol::folder::Pin;
use valise_protocol::ids::Cid;

use crate::support::chains::content;
use crate::support::client::{answer, http};
use crate::support::world::{chain_path, folder_id, push};
use crate::support::{Client, World};

/// Every file is its owner's alone, every directory too.
pub fn is_private(path: &Path) {
    let mode = fs::metadata(path).unwrap().permissions().mode() & 0o777;
    if path.is_dir() {
        assert_eq!(mode, 0o700, "{}", path.display());
        fs::read_dir(path).unwrap().for_each(|entry| is_private(&entry.unwrap().path()));
    } else {
        assert_eq!(mode, 0o600, "{}", path.display());
    }
}

#[tokio::test]
async fn a_backup_of_a_running_catalog_is_one_again() {
    let mut world = World::new().await;
    let node = world.node_of(&world.alice).await;
    let mut log = world.folder().await;
    let added = node.add(&mut &[7_u8; 5000][..]).await.unwrap();
    let pin = Pin { cid: Cid::new(added.cid).unwrap(), size: added.size, blocks: added.blocks };
    let record = content(&log, &world.alice, vec![pin]);
    push(&world.client(&world.alice), &mut log, record).await.unwrap();
    let place = tempfile::tempdir().unwrap();
    let (copy, data) = (place.path().join("copy"), place.path().join("data"));
    backup::backup(world.data(), &copy, false).unwrap();
    is_private(&copy);
    let names = |path: &Path| {
        let mut names: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&copy), ["catalog.sqlite", "identity.key", "pinning.key"]);
    assert_eq!(names(place.path()), ["copy"], "nothing is left beside it");

    // What comes after is not in it.
    let (head, identity) = (log.head(), world.server().identity());
    let record = content(&log, &world.alice, vec![]);
    push(&world.client(&world.alice), &mut log, record).await.unwrap();
    world.stop().await;

    backup::restore(&copy, &data).unwrap();
    is_private(&data);
    let again = world.network.node(99, &[]);
    let config = valise_catalog::Config { data: data.clone(), ..world.config() };
    let server = Server::start_on(config, again.clone()).await.unwrap();
    assert_eq!(server.identity(), identity);
    let alice = Client::new(&server.url(), &world.alice);
    let page: Page = alice.get(&chain_path(&log)).await.unwrap();
    assert_eq!(page.receipt.head(), head);
    // It holds nothing, says so, and fetches what it has to hold from who has it.
    let path = format!("/v1/folders/{}/held", folder_id(&log));
    assert_eq!(alice.get::<HeldPage>(&path).await.unwrap().held, []);
    let mut events = alice.events().await.unwrap();
    node.allow(vec![again.peer()]).await.unwrap();
    node.connect(&again.peer(), &again.health().await.unwrap().listening).await.unwrap();
    events.until(|notice| matches!(notice, valise_protocol::api::Notice::Held { .. })).await;
    assert_eq!(alice.get::<HeldPage>(&path).await.unwrap().held.len(), 1);
    let said: Identity =
        answer(http().get(format!("{}/v1/identity", server.url())).send().await.unwrap()).await.unwrap();
    assert_eq!(said.workspace, Some(world.workspace()));
    server.stop().await;
}

#[tokio::test]
async fn nothing_is_written_over_and_nothing_damaged_is_restored() {
    let world = World::new().await;
    let place = tempfile::tempdir().unwrap();
    let copy = place.path().join("copy");
    backup::backup(world.data(), &copy, false).unwrap();
    for taken in [&copy, &world.data().to_owned()] {
        assert!(matches!(backup::backup(world.data(), taken, false), Err(StartError::Directory(_))));
        assert!(matches!(backup::restore(&copy, taken), Err(StartError::Directory(_))));
    }
    assert!(backup::backup(&place.path().join("nowhere"), &place.path().join("other"), false).is_err());
    let data = place.path().join("data");
    fs::write(copy.join("catalog.sqlite"), "no database").unwrap();
    assert!(backup::restore(&copy, &data).is_err());
    assert!(!data.exists());
    fs::remove_file(copy.join("identity.key")).unwrap();
    assert!(backup::restore(&copy, &data).is_err());
}
