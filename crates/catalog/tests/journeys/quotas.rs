//! How much may be kept: what is over it is refused by name; what makes room, and what keeps people safe, never is.

use valise_catalog::admin::{Admin, Quota, Whose};
use valise_protocol::api::ApiCode;
use valise_protocol::cbor;
use valise_protocol::folder::{self, Content, Pin, Role};
use valise_protocol::ids::Cid;
use valise_protocol::record::Record;

use crate::support::chains::content;
use crate::support::people::{bytes_of, fresh};
use crate::support::world::{chain_path, push};
use crate::support::{Client, Log, Person, World};

/// Announced and never there: what counts is what everybody was told.
fn pin(size: u64) -> Pin {
    let cid = serde_bytes::ByteBuf::from([&[1, 0x55, 0x12, 0x20][..], &bytes_of(fresh())].concat());
    let cid: Cid = cbor::decode(&cbor::encode(&cid).unwrap()).unwrap();
    Pin { cid, size, blocks: 1 }
}

async fn announce(client: &Client, by: &Person, log: &mut Log, pin: Pin) -> Result<(), ApiCode> {
    let record = content(log, by, vec![pin]);
    push(client, log, record).await.map(|_| ())
}

fn drops(log: &Log, by: &Person, pin: &Pin) -> Record {
    log.sign(by, folder::kind::CONTENT, &Content { pins: vec![], drops: vec![pin.cid] })
}

fn pinned(bytes: u64) -> Option<Quota> {
    Some(Quota { pinned: Some(bytes), records: None })
}

#[tokio::test]
async fn an_account_over_its_quota_adds_nothing_but_makes_room() {
    let mut world = World::new().await;
    let bob = world.person("Bob").await;
    let mut log = world.folder().await;
    world.add(&mut log, &bob, Role::Editor).await;
    let (alice, admin) = (world.client(&world.alice), Admin::open(world.data()).unwrap());
    let first = pin(1000);
    announce(&alice, &world.alice, &mut log, first.clone()).await.unwrap();
    admin.set_quota(&Whose::Account(world.alice.account), pinned(2000)).unwrap();

    let refused = announce(&alice, &world.alice, &mut log, pin(1000)).await;
    assert_eq!(refused, Err(ApiCode::OverQuota));
    assert_eq!(admin.workspace().unwrap().pinned_bytes, 1128, "nothing of it was kept");
    // It is hers alone; she may do everything else, and make room.
    announce(&world.client(&bob), &bob, &mut log, pin(5000)).await.unwrap();
    let removal = log.sign(&world.alice, folder::kind::MEMBER_REMOVED, &folder::MemberRemoved { account: bob.account });
    push(&alice, &mut log, removal).await.unwrap();
    let drops = drops(&log, &world.alice, &first);
    // The key has to change before content; a drop is refused for that, not for the quota.
    let code = push(&alice, &mut log, drops).await.map(|_| ()).err();
    assert_ne!(code, Some(ApiCode::OverQuota));
}

#[tokio::test]
async fn what_is_dropped_makes_room_again() {
    let world = World::new().await;
    let mut log = world.folder().await;
    let (alice, admin) = (world.client(&world.alice), Admin::open(world.data()).unwrap());
    admin.set_quota(&Whose::Each, pinned(1500)).unwrap();
    let first = pin(1000);
    announce(&alice, &world.alice, &mut log, first.clone()).await.unwrap();
    assert_eq!(announce(&alice, &world.alice, &mut log, pin(1000)).await, Err(ApiCode::OverQuota));
    let record = drops(&log, &world.alice, &first);
    push(&alice, &mut log, record).await.unwrap();
    announce(&alice, &world.alice, &mut log, pin(1000)).await.unwrap();
    // A limit of one's own takes the place of the one for each; without it that one counts again.
    admin.set_quota(&Whose::Account(world.alice.account), Some(Quota::default())).unwrap();
    announce(&alice, &world.alice, &mut log, pin(u64::MAX)).await.unwrap();
    admin.set_quota(&Whose::Account(world.alice.account), None).unwrap();
    assert_eq!(announce(&alice, &world.alice, &mut log, pin(1)).await, Err(ApiCode::OverQuota));
}

#[tokio::test]
async fn all_together_have_one_too_and_records_count() {
    let mut world = World::new().await;
    let bob = world.person("Bob").await;
    let mut log = world.folder().await;
    world.add(&mut log, &bob, Role::Editor).await;
    let admin = Admin::open(world.data()).unwrap();
    announce(&world.client(&world.alice), &world.alice, &mut log, pin(1000)).await.unwrap();
    admin.set_quota(&Whose::Workspace, pinned(1500)).unwrap();
    assert_eq!(announce(&world.client(&bob), &bob, &mut log, pin(1000)).await, Err(ApiCode::OverQuota));
    let most = admin.workspace().unwrap().record_bytes;
    admin.set_quota(&Whose::Workspace, Some(Quota { pinned: None, records: Some(most) })).unwrap();
    assert_eq!(announce(&world.client(&bob), &bob, &mut log, pin(1)).await, Err(ApiCode::OverQuota));
    admin.set_quota(&Whose::Workspace, None).unwrap();
    announce(&world.client(&bob), &bob, &mut log, pin(1)).await.unwrap();
}

/// A database from before anybody counted comes to the same numbers.
#[tokio::test]
async fn what_was_there_before_is_counted() {
    let mut world = World::new().await;
    let bob = world.person("Bob").await;
    let mut log = world.folder().await;
    world.add(&mut log, &bob, Role::Editor).await;
    announce(&world.client(&bob), &bob, &mut log, pin(1000)).await.unwrap();
    let counted = |world: &World| {
        let rows = Admin::open(world.data()).unwrap().accounts().unwrap();
        rows.iter().map(|row| (row.account, row.room.records, row.room.record_bytes, row.room.pinned_bytes)).collect()
    };
    let before: Vec<_> = counted(&world);
    assert_eq!(before.len(), 2);
    assert!(before.iter().any(|row| row.0 == bob.account && row.3 == 1128));
    world.stop().await;
    let old = "DROP TABLE usage; DROP TABLE quotas; DROP INDEX pins_by_author; DROP TABLE unpins;
        CREATE TABLE unpins (cid TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID; PRAGMA user_version = 11;";
    rusqlite::Connection::open(world.data().join("catalog.sqlite")).unwrap().execute_batch(old).unwrap();
    assert!(Admin::open(world.data()).is_err(), "of another version");
    world.start(2).await.unwrap();
    assert_eq!(counted(&world), before);
    world.client(&bob).get::<valise_protocol::api::Page>(&chain_path(&log)).await.unwrap();
}
