//! Newcomers: what they may before they are let in, and what others may not do in their place (L4).

use valise_protocol::api::{ApiCode, Base64, Folders, Joins, Notice, Page, Receipts, RedemptionText};
use valise_protocol::folder::{self, Role};
use valise_protocol::ids::WorkspaceId;
use valise_protocol::invitation::{Secret, redeem};
use valise_protocol::receipt::Receipt;
use valise_protocol::record::Record;
use valise_protocol::workspace::{self, InvitationRevoked, Invited};

use crate::support::chains::{admitted, append, member_added};
use crate::support::client::post_open;
use crate::support::world::{chain_path, join_request, push};
use crate::support::{Device, Person, World};

async fn waiting(world: &World, who: &Person) -> Vec<String> {
    let joins: Joins = world.client(who).get("/v1/joins").await.unwrap();
    joins.joins.into_iter().map(|join| join.name).collect()
}

#[tokio::test]
async fn a_newcomer_waits_and_is_let_in() {
    let mut world = World::new().await;
    let (invited, secret) = world.invite().await;
    let bob = world.newcomer("Bob", &invited, &secret);
    let client = world.client(&bob);
    assert_eq!(client.get::<Page>(&chain_path(&bob.log)).await.unwrap_err(), ApiCode::Unauthorized);

    let receipts = world.post_join(&bob).await.unwrap().receipts;
    assert_eq!(receipts[0].head(), bob.log.head());
    assert_eq!(receipts[0].verify(&world.server().identity()), Ok(()));
    assert_eq!(world.post_join(&bob).await.unwrap().receipts, receipts);
    let joins: Joins = world.client(&world.alice).get("/v1/joins").await.unwrap();
    assert_eq!(joins.joins, [join_request(&bob)]);

    world.officer_says(workspace::kind::ADMITTED, &admitted(&bob)).await;
    assert_eq!(waiting(&world, &world.alice).await, [""; 0]);
    assert_eq!(client.get::<Page>(&chain_path(&world.log)).await.unwrap().records, world.log.sent_from(0));
    let mut bob = bob;
    let record = bob.log.sign(&bob, valise_protocol::account::kind::KEYS, &bob.next_keys(2, b"ring"));
    push(&client, &mut bob.log, record).await.unwrap();
}

#[tokio::test]
async fn a_newcomer_has_an_own_chain_a_ring_and_events_only() {
    let mut world = World::new().await;
    let log = world.folder().await;
    let (invited, secret) = world.invite().await;
    let mut bob = world.newcomer("Bob", &invited, &secret);
    world.post_join(&bob).await.unwrap();
    let client = world.client(&bob);

    client.get::<Page>(&chain_path(&bob.log)).await.unwrap();
    assert_eq!(client.get::<Base64>("/v1/ring").await.unwrap().0, bob.ring);
    client.events().await.unwrap();
    let record = bob.log.sign(&bob, valise_protocol::account::kind::KEYS, &bob.next_keys(2, b"ring"));
    push(&client, &mut bob.log, record).await.unwrap();

    for path in [&chain_path(&world.log), &chain_path(&world.alice.log), &chain_path(&log), "/v1/folders", "/v1/joins"]
    {
        assert_eq!(client.get::<serde_json::Value>(path).await.unwrap_err(), ApiCode::NotFound, "{path}");
    }
    let own = crate::support::chains::folder(world.workspace(), &bob);
    let records: Vec<&Record> = own.records.iter().collect();
    assert_eq!(client.post::<Receipt>("/v1/folders", &append(&records)).await.unwrap_err(), ApiCode::NotFound);
    // Nor does anybody but officers see who is waiting.
    let carol = world.person("Carol").await;
    assert_eq!(waiting(&world, &carol).await, [""; 0]);
    let answer = world.client(&carol).get::<Page>(&chain_path(&bob.log)).await;
    assert_eq!(answer.unwrap_err(), ApiCode::NotFound);
    // What officers see is the chain as it is now.
    let joins: Joins = world.client(&world.alice).get("/v1/joins").await.unwrap();
    assert_eq!(joins.joins[0].account, bob.log.sent_from(0));
}

/// L4: by somebody else, twice, after the revocation, without the link.
#[tokio::test]
async fn an_invitation_is_redeemed_once_by_one() {
    let mut world = World::new().await;
    let (invited, secret) = world.invite().await;
    let (bob, mallory) = (world.newcomer("Bob", &invited, &secret), world.newcomer("Mallory", &invited, &secret));
    world.post_join(&bob).await.unwrap();
    assert_eq!(world.post_join(&mallory).await.unwrap_err(), ApiCode::Refused);
    assert_eq!(alarms(&world), 1);
    assert_eq!(waiting(&world, &world.alice).await, ["Bob"]);
    let answer = world.client(&mallory).get::<Page>(&chain_path(&mallory.log)).await;
    assert_eq!(answer.unwrap_err(), ApiCode::Unauthorized);

    world.officer_says(workspace::kind::ADMITTED, &admitted(&bob)).await;
    assert_eq!(world.post_join(&mallory).await.unwrap_err(), ApiCode::Refused);
    let again = world.log.sign(&world.alice, workspace::kind::ADMITTED, &admitted(&mallory));
    let again = world.client(&world.alice).post::<Receipt>(&chain_path(&world.log), &append(&[&again])).await;
    assert_eq!(again.unwrap_err(), ApiCode::Refused);

    let (revoked, secret) = world.invite().await;
    let early = world.newcomer("Early", &revoked, &secret);
    world.post_join(&early).await.unwrap();
    world.officer_says(workspace::kind::INVITATION_REVOKED, &InvitationRevoked { id: revoked.id }).await;
    assert_eq!(waiting(&world, &world.alice).await, [""; 0]);
    let answer = world.client(&early).get::<Page>(&chain_path(&early.log)).await;
    assert_eq!(answer.unwrap_err(), ApiCode::Unauthorized);
    let late = world.newcomer("Late", &revoked, &secret);
    assert_eq!(world.post_join(&late).await.unwrap_err(), ApiCode::Refused);
    assert_eq!(world.post_join(&early).await.unwrap_err(), ApiCode::Refused);

    // Who was forgotten may come again, by another link.
    let (invited, secret) = world.invite().await;
    let mut early = early;
    early.redemption = Some(redeem(world.workspace(), invited.id, early.account, &secret));
    world.post_join(&early).await.unwrap();
}

/// Redemptions by somebody else that are remembered.
fn alarms(world: &World) -> i64 {
    let db = rusqlite::Connection::open(world.data().join("catalog.sqlite")).unwrap();
    db.query_row("SELECT count(*) FROM alarms", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn without_the_link_there_is_no_way_in() {
    let mut world = World::new().await;
    let (invited, secret) = world.invite().await;
    let bob = world.newcomer("Bob", &invited, &secret);
    let good = join_request(&bob);
    let proof = |workspace, invitation, account, secret: &Secret| {
        RedemptionText::new(&redeem(workspace, invitation, account, secret))
    };
    let unknown = Invited { id: valise_protocol::ids::InvitationId::new([1; 16]), ..invited.clone() };
    let stranger = Person::new(WorkspaceId::new([3; 32]), "Stranger", Device::new());
    let mut bad = [good.clone(), good.clone(), good.clone(), good.clone(), good.clone(), good.clone()];
    bad[0].redemption = proof(world.workspace(), invited.id, bob.account, &Secret::new([6; 32]));
    bad[1].redemption = proof(world.workspace(), unknown.id, bob.account, &secret);
    bad[2].redemption = proof(world.workspace(), invited.id, world.alice.account, &secret);
    bad[3].account = stranger.log.sent_from(0);
    bad[3].redemption = proof(world.workspace(), invited.id, stranger.account, &secret);
    bad[4].account.truncate(1);
    bad[5].ring = Base64(b"another".to_vec());
    for (index, bad) in bad.iter().enumerate() {
        let answer = post_open::<Receipts>(&world.url(), "/v1/joins", bad).await;
        assert_eq!(answer.unwrap_err(), ApiCode::Refused, "{index}");
    }
    let mut nameless = good.clone();
    nameless.name = "\n".into();
    assert_eq!(post_open::<Receipts>(&world.url(), "/v1/joins", &nameless).await.unwrap_err(), ApiCode::BadRequest);
    assert_eq!(waiting(&world, &world.alice).await, [""; 0]);
    post_open::<Receipts>(&world.url(), "/v1/joins", &good).await.unwrap();
}

/// An invitation to the workspace and to a folder: the folder's owner completes it after the officer.
#[tokio::test]
async fn a_folders_owner_sees_the_newcomer_until_the_folder_has_them() {
    let mut world = World::new().await;
    let owner = world.person("Olga").await;
    let mut log = world.folder_of(&owner).await;
    let client = world.client(&owner);
    let (invited, secret) = world.invite().await;
    let to_folder = folder::Invited { id: invited.id, key: invited.key, role: Role::Editor, expires: invited.expires };
    let record = log.sign(&owner, folder::kind::INVITED, &to_folder);
    push(&client, &mut log, record).await.unwrap();
    let mut events = client.events().await.unwrap();

    let bob = world.newcomer("Bob", &invited, &secret);
    world.post_join(&bob).await.unwrap();
    events.until_is(Notice::Join).await;
    assert_eq!(
        (waiting(&world, &world.alice).await, waiting(&world, &owner).await),
        (vec!["Bob".into()], vec!["Bob".to_owned()])
    );

    world.officer_says(workspace::kind::ADMITTED, &admitted(&bob)).await;
    assert_eq!((waiting(&world, &world.alice).await, waiting(&world, &owner).await), (vec![], vec!["Bob".to_owned()]));
    world.client(&bob).get::<Folders>("/v1/folders").await.unwrap();

    let record = member_added(&log, &owner, &bob, Role::Editor, bob.redemption.clone());
    push(&client, &mut log, record).await.unwrap();
    assert_eq!(waiting(&world, &owner).await, [""; 0]);
    let folders: Folders = world.client(&bob).get("/v1/folders").await.unwrap();
    assert_eq!(folders.folders.len(), 1);
}

#[tokio::test]
async fn newcomers_outlast_a_restart() {
    let mut world = World::new().await;
    let (invited, secret) = world.invite().await;
    let bob = world.newcomer("Bob", &invited, &secret);
    world.post_join(&bob).await.unwrap();
    world.stop().await;
    world.start(2).await.unwrap();
    assert_eq!(waiting(&world, &world.alice).await, ["Bob"]);
    world.client(&bob).get::<Page>(&chain_path(&bob.log)).await.unwrap();
    world.post_join(&bob).await.unwrap();
}
