//! Signed requests: nothing is taken twice, for another, or from a device that does not count (L1, L3).

use reqwest::Method;
use valise_protocol::account::{self, DeviceAdded, DeviceRevoked, sign_consent};
use valise_protocol::api::{ApiCode, Folders};
use valise_protocol::ids::AccountId;
use valise_protocol::workspace::{self, Closed};

use crate::support::client::answer;
use crate::support::people::seal;
use crate::support::world::push;
use crate::support::{Client, Device, Log, World};

const PATH: &str = "/v1/folders";

async fn code(response: reqwest::Response) -> Result<(), ApiCode> {
    answer::<serde_json::Value>(response).await.map(drop)
}

#[tokio::test]
async fn a_request_is_taken_once() {
    let world = World::new().await;
    let alice = world.client(&world.alice);
    let nonce = alice.session().await;
    let proof = alice.proof(nonce, 1, &Method::GET, PATH, b"");
    assert_eq!(code(alice.send(Method::GET, PATH, &proof, vec![]).await).await, Ok(()));
    assert_eq!(code(alice.send(Method::GET, PATH, &proof, vec![]).await).await, Err(ApiCode::Unauthorized));
}

#[tokio::test]
async fn counters_may_come_out_of_order_within_a_window() {
    let world = World::new().await;
    let alice = world.client(&world.alice);
    let nonce = alice.session().await;
    let ask = async |counter| {
        let proof = alice.proof(nonce, counter, &Method::GET, PATH, b"");
        code(alice.send(Method::GET, PATH, &proof, vec![]).await).await
    };
    for counter in [3, 1, 2, 2000, 977, 1500] {
        assert_eq!(ask(counter).await, Ok(()), "{counter}");
    }
    for counter in [3, 2000, 976, 1500] {
        assert_eq!(ask(counter).await, Err(ApiCode::Unauthorized), "{counter}");
    }
}

#[tokio::test]
async fn a_proof_is_for_one_method_path_body_session_and_device() {
    let mut world = World::new().await;
    let bob = world.person("Bob").await;
    let (alice, bob) = (world.client(&world.alice), world.client(&bob));
    let nonce = alice.session().await;
    let proof = alice.proof(nonce, 1, &Method::GET, PATH, b"");
    for (method, path, body) in
        [(Method::GET, "/v1/joins", ""), (Method::GET, "/v1/folders?after=1", ""), (Method::POST, PATH, "")]
    {
        let answer = code(alice.send(method, path, &proof, body.into()).await).await;
        assert_eq!(answer, Err(ApiCode::Unauthorized), "{path}");
    }
    assert_eq!(code(alice.send(Method::GET, PATH, &proof, b"body".to_vec()).await).await, Err(ApiCode::Unauthorized));
    let unknown = valise_protocol::ids::Commitment::new([8; 32]);
    let elsewhere = alice.proof(unknown, 1, &Method::GET, PATH, b"");
    assert_eq!(code(alice.send(Method::GET, PATH, &elsewhere, vec![]).await).await, Err(ApiCode::Unauthorized));
    assert_eq!(code(alice.send(Method::GET, PATH, &proof, vec![]).await).await, Ok(()));
    let anothers = bob.proof(nonce, 2, &Method::GET, PATH, b"");
    assert_eq!(code(bob.send(Method::GET, PATH, &anothers, vec![]).await).await, Err(ApiCode::Unauthorized));
}

/// L3: a stranger who asks for an account cannot tell whether it exists.
#[tokio::test]
async fn known_and_unknown_accounts_answer_alike() {
    let world = World::new().await;
    let thief = Device::new();
    let mut answers = Vec::new();
    for account in [world.alice.account, AccountId::new([9; 32])] {
        let client = Client::with_device(&world.url(), account, &thief);
        for path in [PATH, "/v1/ring", "/v1/events"] {
            let response = client.signed(Method::GET, path, vec![]).await;
            let (status, headers) = (response.status(), response.headers().len());
            answers.push((status, headers, response.text().await.unwrap()));
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(answers[0].0, 401);
}

#[tokio::test]
async fn a_revoked_device_is_nobody() {
    let mut world = World::new().await;
    let laptop = Device::new();
    let first = world.client(&world.alice);
    let second = Client::with_device(&world.url(), world.alice.account, &laptop);
    assert_eq!(second.get::<Folders>(PATH).await.unwrap_err(), ApiCode::Unauthorized);

    let consent = sign_consent(world.alice.account, &laptop.keys, &laptop.signing());
    let added = DeviceAdded { device: laptop.keys.clone(), consent, master_seal: seal() };
    own_chain(&mut world, &first, account::kind::DEVICE_ADDED, &added).await;
    let third = Client::with_device(&world.url(), world.alice.account, &laptop);
    third.get::<Folders>(PATH).await.unwrap();

    let revoked = DeviceRevoked { device: laptop.id() };
    own_chain(&mut world, &first, account::kind::DEVICE_REVOKED, &revoked).await;
    assert_eq!(third.get::<Folders>(PATH).await.unwrap_err(), ApiCode::Unauthorized);
    first.get::<Folders>(PATH).await.unwrap();
}

async fn own_chain(
    world: &mut World,
    client: &Client,
    kind: valise_protocol::record::Kind,
    open: &impl serde::Serialize,
) {
    let log: Log = world.alice.log.clone();
    let record = log.sign(&world.alice, kind, open);
    push(client, &mut world.alice.log, record).await.unwrap();
}

#[tokio::test]
async fn a_closed_person_is_nobody() {
    let mut world = World::new().await;
    let bob = world.person("Bob").await;
    let client = world.client(&bob);
    client.get::<Folders>(PATH).await.unwrap();
    world.officer_says(workspace::kind::CLOSED, &Closed { account: bob.account }).await;
    assert_eq!(client.get::<Folders>(PATH).await.unwrap_err(), ApiCode::Unauthorized);
    assert_eq!(client.events().await.err(), Some(ApiCode::Unauthorized));
}

#[tokio::test]
async fn a_restart_ends_sessions() {
    let mut world = World::new().await;
    let alice = world.client(&world.alice);
    let nonce = alice.session().await;
    world.stop().await;
    world.start(2).await.unwrap();
    let alice = world.client(&world.alice);
    let proof = alice.proof(nonce, 1, &Method::GET, PATH, b"");
    assert_eq!(code(alice.send(Method::GET, PATH, &proof, vec![]).await).await, Err(ApiCode::Unauthorized));
    alice.get::<Folders>(PATH).await.unwrap();
}
