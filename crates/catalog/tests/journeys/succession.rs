//! A folder whose owners are gone is handed over, and no other.

use valise_protocol::api::{ApiCode, Page};
use valise_protocol::chain::Head;
use valise_protocol::folder::{self, MemberRemoved, Role, RoleChanged, Succeeded, Successor};
use valise_protocol::ids::RecordHash;
use valise_protocol::receipt::Receipt;
use valise_protocol::record::{ChainKind, Record, Seen};
use valise_protocol::workspace::{self, Closed};

use crate::support::chains::{append, member_added, rekey};
use crate::support::people::seal;
use crate::support::world::{chain_path, push};
use crate::support::{Client, Log, Person, World};

/// The record that hands a folder over, by somebody who has seen this head of the workspace.
pub fn handing(world: &World, log: &Log, by: &Person, to: &Person, seen: Option<Head>) -> Record {
    let seal = folder::MemberSeal { account: to.account, version: 1, seal: seal() };
    let open = Succeeded { account: to.account, slices: vec![to.log.slice()], seal: Some(seal) };
    let mut envelope = log.sign(by, folder::kind::SUCCEEDED, &open).envelope().clone();
    let chain = RecordHash::new(*world.workspace().as_bytes());
    envelope.seen.extend(seen.map(|it| Seen { kind: ChainKind::WORKSPACE, chain, seq: it.seq, head: it.hash }));
    Record::sign(envelope, &by.device.signing()).unwrap()
}

async fn refused(client: &Client, log: &Log, record: &Record) {
    let answer = client.post::<Receipt>(&chain_path(log), &append(&[record])).await;
    assert_eq!(answer.unwrap_err(), ApiCode::Refused);
}

pub async fn close(world: &mut World, person: &Person) {
    world.officer_says(workspace::kind::CLOSED, &Closed { account: person.account }).await;
}

/// A folder of Bob's with Dave, who reads; Carol is to take over.
pub async fn agreed(world: &World, [bob, carol, dave]: [&Person; 3]) -> Log {
    let mut log = world.folder_of(bob).await;
    let client = world.client(bob);
    let added = member_added(&log, bob, dave, Role::Viewer, None);
    push(&client, &mut log, added).await.unwrap();
    let agreed = log.sign(bob, folder::kind::SUCCESSOR, &Successor { account: Some(carol.account) });
    push(&client, &mut log, agreed).await.unwrap();
    log
}

#[tokio::test]
async fn nobody_takes_over_while_an_owner_is_there() {
    let mut world = World::new().await;
    let (bob, carol, dave) = (world.person("Bob").await, world.person("Carol").await, world.person("Dave").await);
    let mut log = agreed(&world, [&bob, &carol, &dave]).await;
    let (at_carols, at_daves) = (world.client(&carol), world.client(&dave));
    let before = world.log.head();
    for seen in [None, Some(before)] {
        refused(&at_daves, &log, &handing(&world, &log, &dave, &carol, seen)).await;
    }

    close(&mut world, &bob).await;
    let closed = world.log.head();
    // Who has not seen it could not be checked by those who come later.
    let invented = Head { seq: closed.seq + 1, hash: closed.hash };
    let another = Head { seq: closed.seq, hash: before.hash };
    for seen in [None, Some(before), Some(invented), Some(another)] {
        refused(&at_daves, &log, &handing(&world, &log, &dave, &carol, seen)).await;
    }
    assert_eq!(at_carols.get::<Page>(&chain_path(&log)).await.unwrap_err(), ApiCode::NotFound);
    let handed = handing(&world, &log, &dave, &carol, Some(closed));
    push(&at_daves, &mut log, handed).await.unwrap();
    assert_eq!(at_carols.get::<Page>(&chain_path(&log)).await.unwrap().receipt.head(), log.head());
    let removed = log.sign(&carol, folder::kind::MEMBER_REMOVED, &MemberRemoved { account: bob.account });
    push(&at_carols, &mut log, removed).await.unwrap();
    let changed = rekey(&log, &carol, &[&carol, &dave]);
    push(&at_carols, &mut log, changed).await.unwrap();
}

#[tokio::test]
async fn one_of_two_owners_is_enough_to_go_on() {
    let mut world = World::new().await;
    let (bob, carol, dave) = (world.person("Bob").await, world.person("Carol").await, world.person("Dave").await);
    let mut log = agreed(&world, [&bob, &carol, &dave]).await;
    let second = log.sign(&bob, folder::kind::ROLE_CHANGED, &RoleChanged { account: dave.account, role: Role::Owner });
    push(&world.client(&bob), &mut log, second).await.unwrap();
    close(&mut world, &bob).await;
    let handed = handing(&world, &log, &dave, &carol, Some(world.log.head()));
    refused(&world.client(&dave), &log, &handed).await;
}

#[tokio::test]
async fn who_is_gone_too_takes_over_nothing() {
    let mut world = World::new().await;
    let (bob, carol, dave) = (world.person("Bob").await, world.person("Carol").await, world.person("Dave").await);
    let log = agreed(&world, [&bob, &carol, &dave]).await;
    close(&mut world, &bob).await;
    close(&mut world, &carol).await;
    let handed = handing(&world, &log, &dave, &carol, Some(world.log.head()));
    refused(&world.client(&dave), &log, &handed).await;
}
