//! What is too much is refused by name, and the next request is answered (O1).

use valise_catalog::limits::{
    MAX_ACCOUNT_STREAMS, MAX_BODY, MAX_JOIN_RECORDS, MAX_PENDING_JOINS, MAX_RING, MAX_ROWS, OPEN_WRITE_RATE,
};
use valise_protocol::api::{ApiCode, Append, Base64, JoinRequest, MAX_PAGE, MAX_WRAPS, Page, Receipts, Rewrap, Wraps};
use valise_protocol::folder::{self, Content};
use valise_protocol::receipt::Receipt;
use valise_protocol::record::Record;
use valise_protocol::workspace;

use crate::support::chains::{self, append, append_with, content, wrap};
use crate::support::client::{answer, http, post_open};
use crate::support::world::{chain_path, folder_id, join_request};
use crate::support::{Log, World};

fn records(many: usize, bytes: usize) -> Append {
    Append { records: vec![Base64(vec![0x81; bytes]); many], ..Append::default() }
}

#[tokio::test]
async fn requests_have_a_size() {
    let world = World::new().await;
    let alice = world.client(&world.alice);
    let log = world.folder().await;
    let path = chain_path(&log);
    for (sent, code) in [
        (records(MAX_PAGE + 1, 1), ApiCode::TooLarge),
        (records(9, 1 << 20), ApiCode::TooLarge),
        (records(1, (1 << 20) + 1), ApiCode::Refused),
        (records(1, 1 << 20), ApiCode::Refused),
        (records(0, 0), ApiCode::BadRequest),
        (append_with(&[&content(&log, &world.alice, vec![])], vec![wrap(1, 1); MAX_WRAPS + 1]), ApiCode::TooLarge),
    ] {
        assert_eq!(alice.post::<Receipt>(&path, &sent).await.unwrap_err(), code);
    }
    let rewrap = Rewrap { wraps: vec![wrap(1, 1); MAX_WRAPS + 1] };
    let answer = alice.post::<()>(&format!("/v1/folders/{}/wraps", folder_id(&log)), &rewrap).await;
    assert_eq!(answer.unwrap_err(), ApiCode::TooLarge);
    let ring = Base64(vec![0; MAX_RING + 1]);
    assert_eq!(alice.put::<()>("/v1/ring", &ring).await.unwrap_err(), ApiCode::TooLarge);
    alice.get::<Page>(&path).await.unwrap();
}

#[tokio::test]
async fn a_body_over_the_limit_is_not_read() {
    let world = World::new().await;
    let http = http();
    let open = http.post(format!("{}/v1/joins", world.url())).body(vec![b' '; MAX_BODY + 1]);
    // Whoever sends on regardless may find the connection closed instead.
    if let Ok(response) = open.send().await {
        assert_eq!(answer::<()>(response).await.unwrap_err(), ApiCode::TooLarge);
    }
    let endless = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 1 << 16]));
    let open = http.post(format!("{}/v1/joins", world.url())).body(reqwest::Body::wrap_stream(endless));
    if let Ok(response) = open.send().await {
        assert_eq!(answer::<()>(response).await.unwrap_err(), ApiCode::TooLarge);
    }
    assert_eq!(http.get(format!("{}/healthz", world.url())).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn depth_is_no_way_to_exhaust_it() {
    let world = World::new().await;
    let alice = world.client(&world.alice);
    let deep = "[".repeat(1 << 18).into_bytes();
    let response = alice.signed(reqwest::Method::POST, &chain_path(&world.log), deep.clone()).await;
    assert_eq!(answer::<()>(response).await.unwrap_err(), ApiCode::BadRequest);
    let http = http();
    let response = http.post(format!("{}/v1/joins", world.url())).body(deep).send().await.unwrap();
    assert_eq!(answer::<()>(response).await.unwrap_err(), ApiCode::BadRequest);
}

#[tokio::test]
async fn pages_have_so_many_records_and_bytes() {
    let world = World::new().await;
    let alice = world.client(&world.alice);
    let mut log = world.folder().await;
    for _ in 0..2 {
        let from = log.records.len();
        (0..150).for_each(|_| log.push(content(&log, &world.alice, vec![])));
        post(&alice, &log, from).await;
    }
    let path = chain_path(&log);
    let page: Page = alice.get(&path).await.unwrap();
    assert_eq!((page.records.len(), page.receipt.head()), (MAX_PAGE, log.head()));
    let page: Page = alice.get(&format!("{path}?after={}", MAX_PAGE - 1)).await.unwrap();
    assert_eq!(page.records, log.sent_from(MAX_PAGE));

    let from = log.records.len();
    for _ in 0..10 {
        let (by, none) = (&world.alice, Content { pins: vec![], drops: vec![] });
        let record = log.sign_sealed(by.account, &by.device, folder::kind::CONTENT, 1, &none, vec![0; 1_000_000]);
        log.push(record);
        post(&alice, &log, log.records.len() - 1).await;
    }
    let page: Page = alice.get(&format!("{path}?after={}", from - 1)).await.unwrap();
    assert_eq!(page.records, log.sent_from(from)[..8]);
}

async fn post(client: &crate::support::Client, log: &Log, from: usize) {
    let records: Vec<&Record> = log.records[from..].iter().collect();
    client.post::<Receipt>(&chain_path(log), &append(&records)).await.unwrap();
}

#[tokio::test]
async fn wraps_come_in_pages() {
    let world = World::new().await;
    let alice = world.client(&world.alice);
    let log = world.folder().await;
    let path = format!("/v1/folders/{}/wraps", folder_id(&log));
    let sent: Vec<_> = (0..MAX_ROWS + 10).map(|_| wrap(1, 1)).collect();
    alice.post::<()>(&path, &Rewrap { wraps: sent.clone() }).await.unwrap();
    let first: Wraps = alice.get(&path).await.unwrap();
    let second: Wraps = alice.get(&format!("{path}?after={}", first.cursor)).await.unwrap();
    assert_eq!((first.wraps.len(), second.wraps.len()), (MAX_ROWS, 10));
    assert_eq!([first.wraps, second.wraps].concat(), sent);
}

#[tokio::test]
async fn newcomers_have_a_size_and_a_number() {
    let mut world = World::new().await;
    let (invited, secret) = world.invite().await;
    let bob = world.newcomer("Bob", &invited, &secret);
    let good = join_request(&bob);
    let long = vec![good.account[0].clone(); MAX_JOIN_RECORDS + 1];
    for (bad, code) in [
        (JoinRequest { account: long, ..good.clone() }, ApiCode::TooLarge),
        (JoinRequest { ring: Base64(vec![0; MAX_RING + 1]), ..good.clone() }, ApiCode::TooLarge),
        (JoinRequest { name: "x".repeat(201), ..good.clone() }, ApiCode::BadRequest),
    ] {
        assert_eq!(post_open::<Receipts>(&world.url(), "/v1/joins", &bad).await.unwrap_err(), code);
    }

    let alice = world.client(&world.alice);
    let mut invitations = vec![(invited, secret)];
    for many in [250, 250] {
        let from = world.log.records.len();
        for _ in 0..many {
            let (invited, secret) = chains::invitation();
            let record = world.log.sign(&world.alice, workspace::kind::INVITED, &invited);
            world.log.push(record);
            invitations.push((invited, secret));
        }
        post(&alice, &world.log, from).await;
    }
    assert_eq!(invitations.len(), MAX_PENDING_JOINS + 1);
    for (number, (invited, secret)) in invitations.iter().enumerate() {
        let answer = world.post_join(&world.newcomer("Somebody", invited, secret)).await;
        assert_eq!(answer.err(), (number >= MAX_PENDING_JOINS).then_some(ApiCode::Busy), "{number}");
    }
}

#[tokio::test]
async fn an_account_has_so_many_streams_and_the_oldest_goes() {
    let world = World::new().await;
    let alice = world.client(&world.alice);
    let mut streams = Vec::new();
    for _ in 0..=MAX_ACCOUNT_STREAMS {
        let mut stream = alice.events().await.unwrap();
        stream.next().await.unwrap();
        streams.push(stream);
    }
    assert_eq!(streams[0].next().await, None);
    let record = world.log.sign(&world.alice, workspace::kind::POLICY, &workspace::Policy::default());
    alice.post::<Receipt>(&chain_path(&world.log), &append(&[&record])).await.unwrap();
    for stream in &mut streams[1..] {
        stream.until(|notice| matches!(notice, valise_protocol::api::Notice::Chain { .. })).await;
    }
}

#[tokio::test]
async fn who_floods_what_is_open_is_told_when_to_come_again_and_others_go_on() {
    let world = World::new().await;
    let (http, url) = (http(), format!("{}/v1/recovery-requests", world.url()));
    let mut later = None;
    for _ in 0..4 * OPEN_WRITE_RATE.burst {
        let response = http.post(&url).body("no request").send().await.unwrap();
        if response.status() == 429 {
            later = Some(response);
            break;
        }
        assert_eq!(response.status(), 400);
    }
    let later = later.expect("an end to it");
    let after: u64 = later.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=2).contains(&after), "{after}");
    assert_eq!(answer::<()>(later).await.unwrap_err(), ApiCode::Busy);
    // Who proves that they are somebody is not held up, nor is what only reads.
    world.client(&world.alice).get::<Page>(&chain_path(&world.log)).await.unwrap();
}
