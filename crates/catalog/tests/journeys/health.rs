//! What the operator's own programs ask.

use crate::support::World;
use crate::support::client::{http, post_open};

async fn health(world: &World) -> (u16, String) {
    let response = http().get(format!("{}/healthz", world.url())).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn a_node_that_is_gone_is_told() {
    use valise_blocks::Blocks as _;
    let world = World::new().await;
    world.node.stop().await;
    assert_eq!(health(&world).await, (503, "the pinning node does not answer\n".to_owned()));
}

#[tokio::test]
async fn a_database_that_takes_nothing_is_told() {
    let world = World::new().await;
    let other = rusqlite::Connection::open(world.data().join("catalog.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(health(&world).await, (503, "the database cannot be written\n".to_owned()));
}

/// Numbers of the whole, on an address of its own, with nobody's name or id in them.
#[tokio::test]
async fn metrics_are_numbers_and_name_nobody() {
    let world = World::empty_with(|config| config.metrics_listen = Some("127.0.0.1:0".parse().unwrap())).await;
    post_open::<valise_protocol::api::Receipts>(&world.url(), "/v1/workspaces", &world.founding()).await.unwrap();
    let log = world.folder().await;
    world.client(&world.alice).get::<valise_protocol::api::Page>(&format!("/v1/chains/{}", log.id())).await.unwrap();
    let url = format!("http://{}/metrics", world.server().metrics_address().unwrap());
    let text = http().get(&url).send().await.unwrap().text().await.unwrap();
    for line in [
        "valise_up{part=\"database\"} 1",
        "valise_up{part=\"node\"} 1",
        "valise_people 1",
        "valise_folders 1",
        "valise_pins_waiting 0",
        "valise_requests_total{route=\"/v1/chains/{chain}\",method=\"GET\",status=\"200\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}:\n{text}");
    }
    let ids = [world.workspace().to_string(), world.alice.account.to_string(), world.alice.device.id().to_string()];
    for secret in ids.iter().map(String::as_str).chain(["Alice", "Example"]) {
        assert!(!text.contains(secret), "{secret}");
    }
    // Nobody else gets them.
    let response = http().get(format!("{}/metrics", world.url())).send().await.unwrap();
    assert_eq!(response.status(), 404);
}
