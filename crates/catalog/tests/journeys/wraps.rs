//! Wraps: beside the chain, replaced only by those of a later epoch that is in force.

use valise_protocol::api::{ApiCode, Base64, Rewrap, Wrap, Wraps};
use valise_protocol::folder;
use valise_protocol::receipt::Receipt;

use crate::support::chains::{append_with, content, rekey, wrap};
use crate::support::world::{chain_path, folder_id, push};
use crate::support::{Client, Log, World};

async fn post(client: &Client, log: &Log, wraps: &[Wrap]) -> Result<(), ApiCode> {
    let path = format!("/v1/folders/{}/wraps", folder_id(log));
    client.post(&path, &Rewrap { wraps: wraps.to_vec() }).await
}

async fn after(client: &Client, log: &Log, cursor: u64) -> Wraps {
    client.get(&format!("/v1/folders/{}/wraps?after={cursor}", folder_id(log))).await.unwrap()
}

#[tokio::test]
async fn wraps_come_with_their_record_and_follow_the_epoch() {
    let world = World::new().await;
    let alice = world.client(&world.alice);
    let mut log = world.folder().await;
    let (first, second) = (wrap(1, 1), wrap(1, 2));
    let record = content(&log, &world.alice, vec![]);
    let sent = append_with(&[&record], vec![first.clone(), second.clone()]);
    alice.post::<Receipt>(&chain_path(&log), &sent).await.unwrap();
    alice.post::<Receipt>(&chain_path(&log), &sent).await.unwrap();
    log.push(record);
    let page = after(&alice, &log, 0).await;
    assert_eq!((page.wraps, page.cursor), (vec![first.clone(), second.clone()], 2));
    assert_eq!(after(&alice, &log, 1).await.wraps, std::slice::from_ref(&second));

    let later = |wrap: &Wrap, epoch, fill| Wrap { epoch, bytes: Base64(vec![fill; 60]), dek: wrap.dek };
    // Not before the epoch is in force; not of the same epoch again.
    assert_eq!(post(&alice, &log, &[later(&first, 2, 9)]).await, Err(ApiCode::Conflict));
    post(&alice, &log, &[later(&first, 1, 9)]).await.unwrap();
    assert_eq!(after(&alice, &log, 2).await.wraps, []);

    let record = rekey(&log, &world.alice, &[&world.alice]);
    push(&alice, &mut log, record).await.unwrap();
    assert_eq!(post(&alice, &log, &[later(&first, 1, 9)]).await, Err(ApiCode::Conflict));
    post(&alice, &log, &[later(&first, 2, 3)]).await.unwrap();
    // Who comes second with the same epoch is told yes, and changes nothing.
    post(&alice, &log, &[later(&first, 2, 4), later(&second, 2, 4)]).await.unwrap();
    let page = after(&alice, &log, 2).await;
    assert_eq!((page.wraps, page.cursor), (vec![later(&first, 2, 3), later(&second, 2, 4)], 4));
    assert_eq!(after(&alice, &log, 0).await.wraps.len(), 2);
    assert_eq!((after(&alice, &log, 4).await.cursor, after(&alice, &log, 900).await.cursor), (4, 900));
}

/// Nothing under a retired key is handed out; what is moved later, is.
#[tokio::test]
async fn wraps_below_the_minimum_are_handed_to_nobody() {
    let world = World::new().await;
    let alice = world.client(&world.alice);
    let mut log = world.folder().await;
    let (moved, left) = (wrap(1, 1), wrap(1, 2));
    let record = content(&log, &world.alice, vec![]);
    let sent = append_with(&[&record], vec![moved.clone(), left.clone()]);
    alice.post::<Receipt>(&chain_path(&log), &sent).await.unwrap();
    log.push(record);
    let record = rekey(&log, &world.alice, &[&world.alice]);
    push(&alice, &mut log, record).await.unwrap();
    let newer = |wrap: &Wrap| Wrap { epoch: 2, bytes: Base64(vec![7; 60]), dek: wrap.dek };
    post(&alice, &log, &[newer(&moved)]).await.unwrap();
    assert_eq!(after(&alice, &log, 0).await.wraps, [left.clone(), newer(&moved)]);

    let policy = folder::KeyPolicy { minimum: 2, rotate_days: 0 };
    let record = log.sign_as(world.alice.account, &world.alice.device, folder::kind::KEY_POLICY, 2, &policy);
    push(&alice, &mut log, record).await.unwrap();
    assert_eq!(after(&alice, &log, 0).await.wraps, [newer(&moved)]);
    post(&alice, &log, &[newer(&left)]).await.unwrap();
    assert_eq!(after(&alice, &log, 0).await.wraps, [newer(&moved), newer(&left)]);
}

#[tokio::test]
async fn wraps_of_another_epoch_or_length_are_refused_with_their_record() {
    let world = World::new().await;
    let alice = world.client(&world.alice);
    let log = world.folder().await;
    let record = content(&log, &world.alice, vec![]);
    let short = Wrap { bytes: Base64(vec![1; 59]), ..wrap(1, 1) };
    for bad in [wrap(2, 1), wrap(0, 1), short.clone()] {
        let sent = append_with(&[&record], vec![wrap(1, 1), bad]);
        assert_eq!(alice.post::<Receipt>(&chain_path(&log), &sent).await.unwrap_err(), ApiCode::Refused);
    }
    assert_eq!(post(&alice, &log, &[short]).await, Err(ApiCode::Refused));
    assert_eq!(after(&alice, &log, 0).await.wraps, []);
    let beside = append_with(
        &[&world.log.sign(
            &world.alice,
            valise_protocol::workspace::kind::POLICY,
            &valise_protocol::workspace::Policy::default(),
        )],
        vec![wrap(1, 1)],
    );
    assert_eq!(alice.post::<Receipt>(&chain_path(&world.log), &beside).await.unwrap_err(), ApiCode::Refused);
}
