//! Notices: to whom something concerns, and to nobody else.

use valise_catalog::limits;
use valise_protocol::api::{ApiCode, Base64, Notice};
use valise_protocol::folder::{self, MemberRemoved, Role};
use valise_protocol::record::ChainId;
use valise_protocol::signal::MAX_SIGNAL;
use valise_protocol::workspace::{self, Closed, Policy};

use crate::support::chains::{admitted, content};
use crate::support::world::push;
use crate::support::{Log, World};

fn grown(log: &Log) -> Notice {
    Notice::Chain { chain: log.id(), seq: log.head().seq }
}

fn online(people: &[&crate::support::Person]) -> Notice {
    let mut accounts: Vec<_> = people.iter().map(|person| person.account).collect();
    accounts.sort_unstable();
    Notice::Online { accounts }
}

#[tokio::test]
async fn members_hear_of_their_folder_and_others_do_not() {
    let mut world = World::new().await;
    let (bob, carol) = (world.person("Bob").await, world.person("Carol").await);
    let mut log = world.folder().await;
    world.add(&mut log, &bob, Role::Editor).await;
    let alice = world.client(&world.alice);
    let mut at_bobs = world.client(&bob).events().await.unwrap();
    let mut at_carols = world.client(&carol).events().await.unwrap();

    let record = content(&log, &world.alice, vec![]);
    push(&alice, &mut log, record).await.unwrap();
    at_bobs.until_is(grown(&log)).await;
    // Bob is told that he was removed; of what comes then he hears nothing.
    let record = log.sign(&world.alice, folder::kind::MEMBER_REMOVED, &MemberRemoved { account: bob.account });
    push(&alice, &mut log, record).await.unwrap();
    at_bobs.until_is(grown(&log)).await;
    let record = crate::support::chains::rekey(&log, &world.alice, &[&world.alice]);
    push(&alice, &mut log, record).await.unwrap();

    world.officer_says(workspace::kind::POLICY, &Policy::default()).await;
    let of_folder = |notice: &Notice| matches!(notice, Notice::Chain { chain, .. } if *chain == log.id());
    for events in [&mut at_bobs, &mut at_carols] {
        let next = events.until(|notice| matches!(notice, Notice::Chain { .. })).await;
        assert!(!of_folder(&next));
        assert_eq!(next, grown(&world.log));
    }
}

#[tokio::test]
async fn what_a_member_mentions_reaches_the_members_and_is_not_kept() {
    let mut world = World::new().await;
    let (bob, carol) = (world.person("Bob").await, world.person("Carol").await);
    let mut log = world.folder().await;
    world.add(&mut log, &bob, Role::Viewer).await;
    let (alice, bobs) = (world.client(&world.alice), world.client(&bob));
    // Bob has been added, and hears nothing before he takes the folder up.
    let mut at_bobs = bobs.events().await.unwrap();
    let path = format!("/v1/folders/{}/signals", log.id().genesis());
    let signal = Base64(vec![7; 300]);
    alice.post::<()>(&path, &signal).await.unwrap();
    let record = log.sign(&bob, folder::kind::ACCEPTED, &folder::Accepted {});
    push(&bobs, &mut log, record).await.unwrap();
    at_bobs.until_is(grown(&log)).await;
    let ChainId::Folder(id) = log.id() else { panic!("a folder's chain") };
    let mentioned = Notice::Signal { folder: id, signal: signal.clone() };
    alice.post::<()>(&path, &signal).await.unwrap();
    assert_eq!(at_bobs.next().await, Some(mentioned));

    let mut at_carols = world.client(&carol).events().await.unwrap();
    assert_eq!(world.client(&carol).post::<()>(&path, &signal).await, Err(ApiCode::NotFound));
    alice.post::<()>(&path, &signal).await.unwrap();
    assert_eq!(alice.post::<()>(&path, &Base64(vec![7; MAX_SIGNAL + 1])).await, Err(ApiCode::TooLarge));
    world.officer_says(workspace::kind::POLICY, &Policy::default()).await;
    at_carols.until_is(grown(&world.log)).await;
    let again = world.client(&bob).events().await.unwrap().next().await;
    assert!(matches!(again, Some(Notice::Online { .. })), "{again:?}");
    // Each reaches all members: nobody says very many.
    let mut answers = Vec::new();
    for _ in 0..limits::SIGNAL_RATE.burst + 20 {
        answers.push(alice.post::<()>(&path, &signal).await);
    }
    assert!(answers.contains(&Err(ApiCode::Busy)));
}

#[tokio::test]
async fn people_hear_who_is_online() {
    let mut world = World::new().await;
    let bob = world.person("Bob").await;
    let mut at_alices = world.client(&world.alice).events().await.unwrap();
    assert_eq!(at_alices.next().await, Some(online(&[&world.alice])));
    let mut at_bobs = world.client(&bob).events().await.unwrap();
    assert_eq!(at_bobs.next().await, Some(online(&[&world.alice, &bob])));
    at_alices.until_is(online(&[&world.alice, &bob])).await;
    drop(at_bobs);
    at_alices.until_is(online(&[&world.alice])).await;
}

#[tokio::test]
async fn a_newcomer_hears_of_being_let_in_and_then_connects_as_a_person() {
    let mut world = World::new().await;
    let mut at_alices = world.client(&world.alice).events().await.unwrap();
    let (invited, secret) = world.invite().await;
    let bob = world.newcomer("Bob", &invited, &secret);
    world.post_join(&bob).await.unwrap();
    at_alices.until_is(Notice::Join).await;
    let mut at_bobs = world.client(&bob).events().await.unwrap();

    world.officer_says(workspace::kind::ADMITTED, &admitted(&bob)).await;
    // Nothing of who is online came before this.
    assert_eq!(at_bobs.next().await, Some(grown(&world.log)));
    assert_eq!(at_bobs.next().await, None);
    let mut at_bobs = world.client(&bob).events().await.unwrap();
    assert_eq!(at_bobs.next().await, Some(online(&[&world.alice, &bob])));
}

#[tokio::test]
async fn who_is_closed_is_cut_off() {
    let mut world = World::new().await;
    let bob = world.person("Bob").await;
    let mut at_bobs = world.client(&bob).events().await.unwrap();
    at_bobs.next().await;
    let record = world.log.sign(&world.alice, workspace::kind::CLOSED, &Closed { account: bob.account });
    push(&world.client(&world.alice), &mut world.log, record).await.unwrap();
    while at_bobs.next().await.is_some() {}
    assert_eq!(world.client(&bob).events().await.err(), Some(ApiCode::Unauthorized));
}

#[tokio::test]
async fn streams_end_when_the_catalog_stops() {
    let mut world = World::new().await;
    let mut events = world.client(&world.alice).events().await.unwrap();
    events.next().await;
    world.stop().await;
    assert_eq!(events.next().await, None);
}
