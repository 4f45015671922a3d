//! Appending: compare-and-swap on the head, receipts, and nothing broken or void.

use valise_protocol::api::{ApiCode, Append, Base64, Page, Placed};
use valise_protocol::folder::{self, RoleChanged};
use valise_protocol::receipt::Receipt;
use valise_protocol::record::Record;
use valise_protocol::workspace::{self, Closed, Policy};

use crate::support::chains::{append, append_with, content, wrap};
use crate::support::world::{chain_path, folder_id, push};
use crate::support::{Client, Log, World};

async fn post(client: &Client, log: &Log, records: &[&Record]) -> Result<Receipt, ApiCode> {
    client.post(&chain_path(log), &append(records)).await
}

#[tokio::test]
async fn records_are_placed_and_receipts_say_where() {
    let world = World::new().await;
    let alice = world.client(&world.alice);
    let mut log = world.folder().await;
    let record = content(&log, &world.alice, vec![]);
    let receipt = push(&alice, &mut log, record).await.unwrap();
    assert_eq!(receipt.verify(&world.server().identity()), Ok(()));

    let path = chain_path(&log);
    let page: Page = alice.get(&path).await.unwrap();
    assert_eq!((page.records, &page.receipt), (log.sent_from(0), &receipt));
    let page: Page = alice.get(&format!("{path}?after=1")).await.unwrap();
    assert_eq!((page.records, &page.receipt), (log.sent_from(2), &receipt));
    let page: Page = alice.get(&format!("{path}?after=99")).await.unwrap();
    assert_eq!((page.records, &page.receipt), (vec![], &receipt));
    assert_eq!(alice.get::<Page>(&format!("{path}?after=x")).await.unwrap_err(), ApiCode::BadRequest);

    let placed: Placed = alice.get(&format!("{path}/records/1")).await.unwrap();
    assert_eq!((placed.receipt.seq, placed.receipt.hash), (1, log.records[1].hash()));
    assert_eq!(placed.receipt.verify(&world.server().identity()), Ok(()));
    assert_eq!(alice.get::<Placed>(&format!("{path}/records/3")).await.unwrap_err(), ApiCode::NotFound);
}

/// A lost answer never doubles a record: the same is answered the same, also when the chain went on.
#[tokio::test]
async fn the_same_again_gets_the_same_receipt() {
    let world = World::new().await;
    let alice = world.client(&world.alice);
    let mut log = world.folder().await;
    let before = log.clone();
    let first = content(&log, &world.alice, vec![]);
    let receipt = push(&alice, &mut log, first.clone()).await.unwrap();
    assert_eq!(post(&alice, &log, &[&first]).await.unwrap(), receipt);

    let second = content(&log, &world.alice, vec![]);
    let newest = post(&alice, &log, &[&first, &second]).await.unwrap();
    log.push(second);
    assert_eq!(newest.head(), log.head());
    assert_eq!(post(&alice, &log, &[&first]).await.unwrap(), receipt);
    let page: Page = alice.get(&chain_path(&before)).await.unwrap();
    assert_eq!(page.records, log.sent_from(0));

    let all: Vec<&Record> = log.records.iter().collect();
    assert_eq!(alice.post::<Receipt>("/v1/folders", &append(&all)).await.unwrap(), newest);
}

#[tokio::test]
async fn where_something_else_stands_is_a_conflict() {
    let world = World::new().await;
    let alice = world.client(&world.alice);
    let mut log = world.folder().await;
    let before = log.clone();
    let record = content(&log, &world.alice, vec![]);
    push(&alice, &mut log, record).await.unwrap();

    let late = before.sign(&world.alice, folder::kind::INVITED, &folder_invitation());
    assert_eq!(post(&alice, &log, &[&late]).await.unwrap_err(), ApiCode::Conflict);
    let mut ahead = log.clone();
    ahead.push(content(&log, &world.alice, vec![]));
    let ahead = content(&ahead, &world.alice, vec![]);
    assert_eq!(post(&alice, &log, &[&ahead]).await.unwrap_err(), ApiCode::Conflict);
    let page: Page = alice.get(&chain_path(&log)).await.unwrap();
    assert_eq!(page.records, log.sent_from(0));
}

fn folder_invitation() -> folder::Invited {
    let (invited, _) = crate::support::chains::invitation();
    folder::Invited { id: invited.id, key: invited.key, role: folder::Role::Editor, expires: u64::MAX }
}

#[tokio::test]
async fn of_two_at_once_one_wins() {
    let world = World::new().await;
    let alice = world.client(&world.alice);
    let log = world.folder().await;
    let records: Vec<_> = (0..8).map(|_| log.sign(&world.alice, folder::kind::INVITED, &folder_invitation())).collect();
    let answers =
        futures::future::join_all(records.iter().map(async |record| post(&alice, &log, &[record]).await)).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    assert!(lost.into_iter().all(|answer| answer.unwrap_err() == ApiCode::Conflict));
}

#[tokio::test]
async fn what_is_void_or_broken_is_refused_and_leaves_nothing() {
    let mut world = World::new().await;
    let bob = world.person("Bob").await;
    let (alice, client) = (world.client(&world.alice), world.client(&bob));
    let log = world.folder().await;

    let nobody = RoleChanged { account: bob.account, role: folder::Role::Viewer };
    let void = log.sign(&world.alice, folder::kind::ROLE_CHANGED, &nobody);
    assert_eq!(post(&alice, &log, &[&void]).await.unwrap_err(), ApiCode::Refused);
    let no_officer = world.log.sign(&bob, workspace::kind::CLOSED, &Closed { account: world.alice.account });
    assert_eq!(post(&client, &world.log, &[&no_officer]).await.unwrap_err(), ApiCode::Refused);
    let unknown = log.sign(&world.alice, valise_protocol::record::Kind(99), &folder::Left {});
    assert_eq!(post(&alice, &log, &[&unknown]).await.unwrap_err(), ApiCode::Refused);

    let good = content(&log, &world.alice, vec![]);
    let mut forged = good.bytes().to_vec();
    *forged.last_mut().unwrap() ^= 1;
    let forged = Append { records: vec![Base64(forged)], ..Append::default() };
    assert_eq!(alice.post::<Receipt>(&chain_path(&log), &forged).await.unwrap_err(), ApiCode::Refused);
    let garbage = Append { records: vec![Base64(vec![0xff; 100])], ..Append::default() };
    assert_eq!(alice.post::<Receipt>(&chain_path(&log), &garbage).await.unwrap_err(), ApiCode::Refused);

    // All of one append or nothing: the good record before a bad one is not taken, nor are its wraps.
    let mut longer = log.clone();
    longer.push(good.clone());
    let void = longer.sign(&world.alice, folder::kind::ROLE_CHANGED, &nobody);
    let sent = append_with(&[&good, &void], vec![wrap(1, 1)]);
    assert_eq!(alice.post::<Receipt>(&chain_path(&log), &sent).await.unwrap_err(), ApiCode::Refused);
    let page: Page = alice.get(&chain_path(&log)).await.unwrap();
    assert_eq!(page.records, log.sent_from(0));
    let wraps: valise_protocol::api::Wraps =
        alice.get(&format!("/v1/folders/{}/wraps", folder_id(&log))).await.unwrap();
    assert_eq!(wraps.wraps, []);
    post(&alice, &log, &[&good]).await.unwrap();
}

#[tokio::test]
async fn who_sends_a_record_has_made_it() {
    let mut world = World::new().await;
    let bob = world.person("Bob").await;
    let client = world.client(&bob);
    let mut log = world.folder().await;
    world.add(&mut log, &bob, folder::Role::Editor).await;
    let by_alice = content(&log, &world.alice, vec![]);
    assert_eq!(post(&client, &log, &[&by_alice]).await.unwrap_err(), ApiCode::Refused);

    // Bob reads Alice's account chain; he does not write it.
    let keys = world.alice.next_keys(2, b"ring");
    let keys = world.alice.log.sign(&world.alice, valise_protocol::account::kind::KEYS, &keys);
    client.get::<Page>(&chain_path(&world.alice.log)).await.unwrap();
    assert_eq!(post(&client, &world.alice.log, &[&keys]).await.unwrap_err(), ApiCode::Refused);
    // Nor does a record go into another chain than its own.
    let policy = world.log.sign(&world.alice, workspace::kind::POLICY, &Policy::default());
    let alice = world.client(&world.alice);
    assert_eq!(post(&alice, &log, &[&policy]).await.unwrap_err(), ApiCode::Refused);
}

#[tokio::test]
async fn rings_follow_the_account_chain() {
    let mut world = World::new().await;
    let alice = world.client(&world.alice);
    assert_eq!(alice.get::<Base64>("/v1/ring").await.unwrap().0, world.alice.ring);
    let next = b"the next sealed ring".to_vec();
    alice.put::<()>("/v1/ring", &Base64(next.clone())).await.unwrap();
    assert_eq!(alice.get::<Base64>("/v1/ring").await.unwrap().0, world.alice.ring);
    let keys = world.alice.next_keys(2, &next);
    let record = world.alice.log.sign(&world.alice, valise_protocol::account::kind::KEYS, &keys);
    push(&alice, &mut world.alice.log, record).await.unwrap();
    assert_eq!(alice.get::<Base64>("/v1/ring").await.unwrap().0, next);

    // In the other order: nobody gets a ring that the chain does not name.
    let third = b"the third".to_vec();
    let record =
        world.alice.log.sign(&world.alice, valise_protocol::account::kind::KEYS, &world.alice.next_keys(3, &third));
    push(&alice, &mut world.alice.log, record).await.unwrap();
    assert_eq!(alice.get::<Base64>("/v1/ring").await.unwrap_err(), ApiCode::NotFound);
    alice.put::<()>("/v1/ring", &Base64(third.clone())).await.unwrap();
    assert_eq!(alice.get::<Base64>("/v1/ring").await.unwrap().0, third);

    // With the record itself, in one: what another device put meanwhile takes nothing away.
    let (fourth, lost) = (b"the fourth".to_vec(), b"of the slower device".to_vec());
    let record =
        world.alice.log.sign(&world.alice, valise_protocol::account::kind::KEYS, &world.alice.next_keys(4, &fourth));
    alice.put::<()>("/v1/ring", &Base64(lost.clone())).await.unwrap();
    let with = |ring: &[u8]| Append { ring: Some(Base64(ring.to_vec())), ..append(&[&record]) };
    let path = chain_path(&world.alice.log);
    assert_eq!(alice.post::<Receipt>(&path, &with(&lost)).await.unwrap_err(), ApiCode::Refused);
    assert_eq!(alice.get::<Base64>("/v1/ring").await.unwrap().0, third);
    alice.post::<Receipt>(&path, &with(&fourth)).await.unwrap();
    assert_eq!(alice.get::<Base64>("/v1/ring").await.unwrap().0, fourth);
    // The slower one: something else stands there, and nothing of it is kept.
    let other =
        world.alice.log.sign(&world.alice, valise_protocol::account::kind::KEYS, &world.alice.next_keys(4, &lost));
    let sent = Append { ring: Some(Base64(lost.clone())), ..append(&[&other]) };
    assert_eq!(alice.post::<Receipt>(&path, &sent).await.unwrap_err(), ApiCode::Conflict);
    assert_eq!(alice.get::<Base64>("/v1/ring").await.unwrap().0, fourth);
}
