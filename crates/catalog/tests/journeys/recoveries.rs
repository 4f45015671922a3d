//! Requests for recoveries: anybody can make one, few at a time; officers and the person hear of it, and nobody else.

use reqwest::Method;
use valise_catalog::limits::MAX_ACCOUNT_ASKED;
use valise_protocol::account::{self, EscrowedShare, RecoverySet};
use valise_protocol::api::{ApiCode, AskedOf, AskedState, AskedText, Base64, Notice};
use valise_protocol::asking::Asked;
use valise_protocol::ids::{AccountId, Commitment, RecoverySetId};
use valise_protocol::workspace::{
    Authority, Holder, Kept, MAX_REASON, RecoveryApproved, RecoveryReleased, RecoveryVetoed, kind,
};

use crate::support::chains::append;
use crate::support::client::{answer, http, post_open};
use crate::support::people::{bytes_of, fresh, seal, sealing_public};
use crate::support::world::{chain_path, push};
use crate::support::{Device, Person, World};

pub const PATH: &str = "/v1/recovery-requests";

fn set(person: &Person, escrowed: bool) -> RecoverySet {
    let escrow = escrowed.then(|| EscrowedShare { authority: 1, seals: vec![seal()] });
    RecoverySet {
        id: RecoverySetId::new([7; 16]),
        commitment: Commitment::new(bytes_of(fresh())),
        signing: person.device.keys.signing,
        sealing: sealing_public(fresh()),
        master_seal: seal(),
        escrow,
    }
}

pub async fn makes_set(world: &World, person: &mut Person, escrowed: bool) -> RecoverySet {
    let set = set(person, escrowed);
    let record = person.log.sign(person, account::kind::RECOVERY_SET, &set);
    world.client(person).post::<serde_json::Value>(&chain_path(&person.log), &append(&[&record])).await.unwrap();
    person.log.push(record);
    set
}

pub fn ask(account: AccountId, set: &RecoverySet, device: &Device, reason: &str) -> AskedText {
    AskedText::new(&Asked::sign(account, set.id, device.keys.clone(), reason.to_owned(), &device.signing()))
}

async fn state(world: &World, device: &Device) -> Result<AskedState, ApiCode> {
    answer(http().get(format!("{}{PATH}/{}", world.url(), device.id())).send().await.unwrap()).await
}

#[tokio::test]
async fn who_asks_is_heard_by_officers_and_the_person_and_told_what_came_of_it() {
    let mut world = World::new().await;
    let (mut bob, carol) = (world.person("Bob").await, world.person("Carol").await);
    let set = makes_set(&world, &mut bob, true).await;
    let kept = Kept { place: "a token".into(), wrapped: serde_bytes::ByteBuf::from([1; 60]) };
    let holder = Holder { public: sealing_public(fresh()), officer: None, kept: Some(kept) };
    let authority = Authority { version: 1, holders: vec![holder], delay_hours: 1, slices: vec![] };
    world.officer_says(kind::AUTHORITY, &authority).await;
    let mut hears = world.client(&bob).events().await.unwrap();
    let device = Device::new();
    let text = ask(bob.account, &set, &device, "My laptop was stolen.");
    post_open::<()>(&world.url(), PATH, &text).await.unwrap();
    post_open::<()>(&world.url(), PATH, &text).await.unwrap();
    hears.until(|notice| *notice == Notice::Recovery).await;
    for (person, sees) in [(&world.alice, 1), (&bob, 1), (&carol, 0)] {
        let asked: AskedOf = world.client(person).get(PATH).await.unwrap();
        assert_eq!(asked.asked.len(), sees);
        assert!(asked.asked.iter().all(|it| it.asked == text));
    }
    let waiting = state(&world, &device).await.unwrap();
    assert_eq!((waiting.needed, waiting.approved, waiting.refused, waiting.released.len()), (1, 0, false, 0));
    assert_eq!(state(&world, &Device::new()).await, Err(ApiCode::NotFound));

    // Approved and released, by the chain alone.
    let approved = RecoveryApproved {
        account: bob.account,
        set: set.id,
        device: device.keys.clone(),
        not_before: 5,
        reason: String::new(),
    };
    world.officer_says(kind::RECOVERY_APPROVED, &approved).await;
    let approved = state(&world, &device).await.unwrap();
    assert_eq!((approved.approved, approved.not_before, approved.released.len()), (1, Some(5), 0));
    let released =
        RecoveryReleased { account: bob.account, set: set.id, device: device.id(), holder: 0, share: seal() };
    world.officer_says(kind::RECOVERY_RELEASED, &released).await;
    assert_eq!(state(&world, &device).await.unwrap().released.len(), 1);

    // The person says no in the chain; a bystander cannot say it to the catalog.
    let path = format!("{PATH}/{}", device.id());
    let refuse = |person: &Person| {
        let (client, path) = (world.client(person), path.clone());
        async move { answer::<()>(client.signed(Method::DELETE, &path, Vec::new()).await).await }
    };
    assert_eq!(refuse(&carol).await, Err(ApiCode::NotFound));
    let vetoed = RecoveryVetoed { account: bob.account, set: set.id, device: device.id(), slices: vec![] };
    let record = world.log.sign(&bob, kind::RECOVERY_VETOED, &vetoed);
    push(&world.client(&bob), &mut world.log, record).await.unwrap();
    let refused = state(&world, &device).await.unwrap();
    assert_eq!((refused.refused, refused.approved, refused.released.len()), (true, 0, 0));
    let asked: AskedOf = world.client(&world.alice).get(PATH).await.unwrap();
    assert!(asked.asked.is_empty());

    // An officer says no to another one before anybody approved it.
    let second = Device::new();
    post_open::<()>(&world.url(), PATH, &ask(bob.account, &set, &second, "")).await.unwrap();
    let path = format!("{PATH}/{}", second.id());
    let deleted = world.client(&world.alice).signed(Method::DELETE, &path, Vec::new()).await;
    answer::<()>(deleted).await.unwrap();
    assert!(state(&world, &second).await.unwrap().refused);
}

#[tokio::test]
async fn what_is_asked_is_signed_short_and_for_a_set_in_force() {
    let mut world = World::new().await;
    let (mut bob, mut carol) = (world.person("Bob").await, world.person("Carol").await);
    let set = makes_set(&world, &mut bob, true).await;
    let without = makes_set(&world, &mut carol, false).await;
    let url = world.url();
    let nobody = ask(bob.account, &set, &Device::new(), "");
    assert_eq!(post_open::<()>(&url, PATH, &nobody).await, Err(ApiCode::Refused), "nobody could open it");
    let kept = Kept { place: "a token".into(), wrapped: serde_bytes::ByteBuf::from([1; 60]) };
    let holder = Holder { public: sealing_public(fresh()), officer: None, kept: Some(kept) };
    let authority = Authority { version: 1, holders: vec![holder], delay_hours: 1, slices: vec![] };
    world.officer_says(kind::AUTHORITY, &authority).await;
    let ask = |account, set: &RecoverySet, device: &Device, reason: &str| ask(account, set, device, reason);
    let device = Device::new();
    let refused = |text: AskedText| {
        let url = url.clone();
        async move { post_open::<()>(&url, PATH, &text).await.unwrap_err() }
    };
    assert_eq!(refused(ask(carol.account, &without, &device, "")).await, ApiCode::Refused, "nothing in escrow");
    assert_eq!(refused(ask(carol.account, &set, &device, "")).await, ApiCode::Refused, "another account's set");
    assert_eq!(refused(ask(AccountId::ZERO, &set, &device, "")).await, ApiCode::Refused);
    assert_eq!(refused(ask(bob.account, &set, &device, &"x".repeat(MAX_REASON + 1))).await, ApiCode::TooLarge);
    assert_eq!(refused(ask(bob.account, &set, &device, "two\nlines")).await, ApiCode::TooLarge);
    assert_eq!(refused(AskedText(Base64(vec![1; 40]))).await, ApiCode::BadRequest);
    let mut asked = ask(bob.account, &set, &device, "").parse().unwrap();
    asked.reason = "something else".into();
    assert_eq!(refused(AskedText::new(&asked)).await, ApiCode::BadRequest, "not what was signed");
    assert_eq!(refused(AskedText(Base64(vec![1; 20_000]))).await, ApiCode::TooLarge);

    // Few at a time for one account; a new set ends what was asked for the one before.
    let devices: Vec<Device> = (0..=MAX_ACCOUNT_ASKED).map(|_| Device::new()).collect();
    for (number, device) in devices.iter().enumerate() {
        let answer = post_open::<()>(&url, PATH, &ask(bob.account, &set, device, "")).await;
        assert_eq!(answer.is_ok(), number < MAX_ACCOUNT_ASKED);
    }
    let other = ask(bob.account, &set, &devices[0], "other words");
    assert_eq!(refused(other).await, ApiCode::Conflict);
    let next = RecoverySet { id: RecoverySetId::new([8; 16]), ..set };
    let record = bob.log.sign(&bob, account::kind::RECOVERY_SET, &next);
    world.client(&bob).post::<serde_json::Value>(&chain_path(&bob.log), &append(&[&record])).await.unwrap();
    assert_eq!(state(&world, &devices[0]).await, Err(ApiCode::NotFound));
    let asked: AskedOf = world.client(&bob).get(PATH).await.unwrap();
    assert!(asked.asked.is_empty());
}
