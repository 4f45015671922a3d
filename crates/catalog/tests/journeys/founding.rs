//! The first workspace wins, and is still there after a restart.

use valise_catalog::{Server, StartError};
use valise_protocol::api::{ApiCode, Base64, Identity, Page, Receipts};
use valise_protocol::ids::WorkspaceId;
use valise_protocol::workspace::{self, Policy};

use crate::support::chains::found;
use crate::support::client::{answer, http, post_open};
use crate::support::world::{chain_path, founding};
use crate::support::{Client, Device, Person, World};

async fn identity(url: &str) -> Identity {
    let identity: Identity = http().get(format!("{url}/v1/identity")).send().await.unwrap().json().await.unwrap();
    assert_eq!(identity.verify(), Ok(()));
    identity
}

#[tokio::test]
async fn a_workspace_is_founded_once() {
    let world = World::empty().await;
    let url = world.url();
    assert_eq!(identity(&url).await.workspace, None);

    let first: Receipts = post_open(&url, "/v1/workspaces", &world.founding()).await.unwrap();
    let heads: Vec<_> = first.receipts.iter().map(|receipt| (receipt.chain, receipt.head())).collect();
    assert_eq!(heads, [(world.log.id(), world.log.head()), (world.alice.log.id(), world.alice.log.head())]);
    let key = world.server().identity();
    assert!(first.receipts.iter().all(|receipt| receipt.verify(&key).is_ok()));

    let again: Receipts = post_open(&url, "/v1/workspaces", &world.founding()).await.unwrap();
    assert_eq!(again.receipts, first.receipts);

    let (other, mallory) = found("Other works", "Mallory", Device::new());
    let taken = post_open::<Receipts>(&url, "/v1/workspaces", &founding(&other, &mallory)).await;
    assert_eq!(taken.unwrap_err(), ApiCode::Taken);

    let identity = identity(&url).await;
    assert_eq!((identity.key, identity.workspace), (key, Some(world.workspace())));
    assert!(!identity.addresses.is_empty());
    let page: Page = world.client(&world.alice).get(&chain_path(&world.log)).await.unwrap();
    assert_eq!(page.records, world.log.sent_from(0));
}

#[tokio::test]
async fn what_does_not_verify_wholly_is_refused() {
    let world = World::empty().await;
    let good = world.founding();
    let stranger = Person::new(WorkspaceId::new([9; 32]), "Stranger", Device::new());
    let colleague = Person::new(world.workspace(), "Colleague", Device::new());
    let mut void = world.log.clone();
    let second = void.sign(&world.alice, workspace::kind::ADMITTED, &crate::support::chains::admitted(&world.alice));
    void.push(second);
    let mut altered = good.clone();
    *altered.workspace[1].0.last_mut().unwrap() ^= 1;
    let bad = [
        altered,
        founding(&void, &world.alice),
        founding(&world.log, &stranger),
        founding(&world.log, &colleague),
        valise_protocol::api::NewWorkspace { workspace: world.log.sent_from(0)[..1].to_vec(), ..good.clone() },
        valise_protocol::api::NewWorkspace { account: world.alice.log.sent_from(0)[..1].to_vec(), ..good.clone() },
        valise_protocol::api::NewWorkspace { ring: Base64(b"another ring".to_vec()), ..good.clone() },
        valise_protocol::api::NewWorkspace { workspace: world.alice.log.sent_from(0), ..good.clone() },
    ];
    for (index, bad) in bad.iter().enumerate() {
        let refused = post_open::<Receipts>(&world.url(), "/v1/workspaces", bad).await;
        assert_eq!(refused.unwrap_err(), ApiCode::Refused, "{index}");
    }
    assert_eq!(identity(&world.url()).await.workspace, None);
    post_open::<Receipts>(&world.url(), "/v1/workspaces", &good).await.unwrap();
}

#[tokio::test]
async fn a_restart_keeps_keys_and_chains() {
    let mut world = World::new().await;
    let receipt = world.officer_says(workspace::kind::POLICY, &Policy::default()).await;
    let before = identity(&world.url()).await;
    world.stop().await;
    world.start(2).await.unwrap();
    let after = identity(&world.url()).await;
    assert_eq!((after.key, after.pinning, after.workspace), (before.key, before.pinning, before.workspace));
    let page: Page = world.client(&world.alice).get(&chain_path(&world.log)).await.unwrap();
    assert_eq!((page.records, page.receipt), (world.log.sent_from(0), receipt));
}

#[tokio::test]
async fn a_data_directory_has_one_process_and_both_its_keys() {
    let mut world = World::new().await;
    let second = Server::start_on(world.config(), world.network.node(2, &[])).await;
    assert!(matches!(second.err(), Some(StartError::InUse)));

    world.stop().await;
    std::fs::remove_file(world.data().join("identity.key")).unwrap();
    assert!(matches!(world.start(3).await, Err(StartError::Key("identity.key"))));
    std::fs::write(world.data().join("identity.key"), [1; 31]).unwrap();
    assert!(matches!(world.start(4).await, Err(StartError::Key("identity.key"))));
}

#[cfg(unix)]
#[tokio::test]
async fn keys_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new().await;
    let mode = |name: &str| std::fs::metadata(world.data().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(""), mode("identity.key"), mode("pinning.key")), (0o700, 0o600, 0o600));
}

#[tokio::test]
async fn anybody_may_see_that_it_is_well_and_nothing_else() {
    let world = World::new().await;
    let url = world.url();
    assert_eq!(http().get(format!("{url}/healthz")).send().await.unwrap().text().await.unwrap(), "ok\n");
    let stranger = Person::new(world.workspace(), "Stranger", Device::new());
    let stranger = Client::new(&url, &stranger);
    for path in [&chain_path(&world.log), "/v1/folders", "/v1/joins", "/v1/ring", "/v1/events"] {
        let unsigned = answer::<()>(http().get(format!("{url}{path}")).send().await.unwrap()).await;
        assert_eq!(unsigned.unwrap_err(), ApiCode::Unauthorized);
        assert_eq!(stranger.get::<()>(path).await.unwrap_err(), ApiCode::Unauthorized);
    }
    let nowhere = answer::<()>(http().get(format!("{url}/v1/else")).send().await.unwrap()).await;
    assert_eq!(nowhere.unwrap_err(), ApiCode::NotFound);
}
