//! Who may read and write a folder: members now, by their roles (G1, I1, I2).

use valise_protocol::account;
use valise_protocol::api::{ApiCode, FolderHead, Folders, HeldPage, Page, Placed, Rewrap, Wraps};
use valise_protocol::chain::Slice;
use valise_protocol::folder::{self, Left, MemberRemoved, Role, RoleChanged};
use valise_protocol::ids::{AccountId, FolderId, WorkspaceId};
use valise_protocol::receipt::Receipt;
use valise_protocol::record::Record;

use crate::support::chains::{self, append, append_with, content, rekey, wrap};
use crate::support::world::{chain_path, folder_id, push};
use crate::support::{Client, Log, World};

/// Everything there is to ask about a folder: all of it, or nothing of it, is there.
async fn sees(client: &Client, log: &Log) -> bool {
    let (chain, folder) = (chain_path(log), folder_id(log));
    let answers = [
        client.get::<Page>(&chain).await.map(drop),
        client.get::<Placed>(&format!("{chain}/records/0")).await.map(drop),
        client.get::<Wraps>(&format!("/v1/folders/{folder}/wraps")).await.map(drop),
        client.get::<HeldPage>(&format!("/v1/folders/{folder}/held?after=0")).await.map(drop),
    ];
    let listed: Folders = client.get("/v1/folders").await.unwrap();
    let listed = listed.folders.contains(&FolderHead { folder, head: log.head() });
    match listed {
        true => assert_eq!(answers, [Ok(()); 4]),
        false => assert_eq!(answers, [Err(ApiCode::NotFound); 4]),
    }
    listed
}

async fn write(client: &Client, log: &Log, record: &Record) -> ApiCode {
    client.post::<Receipt>(&chain_path(log), &append(&[record])).await.unwrap_err()
}

#[tokio::test]
async fn only_members_see_a_folder_and_only_while_they_are() {
    let mut world = World::new().await;
    let (bob, carol) = (world.person("Bob").await, world.person("Carol").await);
    let mut log = world.folder().await;
    let (at_bobs, at_carols) = (world.client(&bob), world.client(&carol));
    assert!(sees(&world.client(&world.alice), &log).await);
    assert!(!sees(&at_bobs, &log).await);
    assert_eq!(write(&at_bobs, &log, &content(&log, &bob, vec![])).await, ApiCode::NotFound);
    let rewrap = Rewrap { wraps: vec![wrap(1, 1)] };
    let answer = at_bobs.post::<()>(&format!("/v1/folders/{}/wraps", folder_id(&log)), &rewrap).await;
    assert_eq!(answer.unwrap_err(), ApiCode::NotFound);

    world.add(&mut log, &bob, Role::Viewer).await;
    world.add(&mut log, &carol, Role::Editor).await;
    assert!(sees(&at_bobs, &log).await && sees(&at_carols, &log).await);

    let removed = log.sign(&world.alice, folder::kind::MEMBER_REMOVED, &MemberRemoved { account: bob.account });
    push(&world.client(&world.alice), &mut log, removed).await.unwrap();
    assert!(!sees(&at_bobs, &log).await);
    assert_eq!(write(&at_bobs, &log, &content(&log, &bob, vec![])).await, ApiCode::NotFound);

    let left = log.sign(&carol, folder::kind::LEFT, &Left {});
    let receipt = push(&at_carols, &mut log, left.clone()).await.unwrap();
    assert!(!sees(&at_carols, &log).await);
    // Her answer was lost: she may still ask for the receipt, and for nothing else.
    assert_eq!(at_carols.post::<Receipt>(&chain_path(&log), &append(&[&left])).await.unwrap(), receipt);
    assert_eq!(write(&at_carols, &log, &content(&log, &carol, vec![])).await, ApiCode::NotFound);
}

/// I1: the server takes no write of a viewer, whatever it is.
#[tokio::test]
async fn a_viewer_writes_nothing() {
    let mut world = World::new().await;
    let bob = world.person("Bob").await;
    let mut log = world.folder().await;
    world.add(&mut log, &bob, Role::Viewer).await;
    let client = world.client(&bob);
    let everything = [
        content(&log, &bob, vec![]),
        rekey(&log, &bob, &[&world.alice, &bob]),
        log.sign(&bob, folder::kind::MEMBER_REMOVED, &MemberRemoved { account: world.alice.account }),
        log.sign(&bob, folder::kind::ROLE_CHANGED, &RoleChanged { account: bob.account, role: Role::Owner }),
    ];
    for record in &everything {
        assert_eq!(write(&client, &log, record).await, ApiCode::Refused);
    }
    let path = format!("/v1/folders/{}/wraps", folder_id(&log));
    let rewrap = Rewrap { wraps: vec![wrap(1, 1)] };
    assert_eq!(client.post::<()>(&path, &rewrap).await.unwrap_err(), ApiCode::Refused);
    let anchor = log.sign(&bob, folder::kind::ANCHOR, &folder::Anchor { slices: vec![] });
    let with_wraps = append_with(&[&anchor], vec![wrap(1, 1)]);
    assert_eq!(client.post::<Receipt>(&chain_path(&log), &with_wraps).await.unwrap_err(), ApiCode::Refused);
    assert_eq!(client.get::<Wraps>(&path).await.unwrap().wraps, []);
    push(&client, &mut log, anchor).await.unwrap();
}

/// I2: an editor changes content and keys, not members.
#[tokio::test]
async fn an_editor_writes_content_only() {
    let mut world = World::new().await;
    let (bob, carol) = (world.person("Bob").await, world.person("Carol").await);
    let mut log = world.folder().await;
    world.add(&mut log, &bob, Role::Editor).await;
    let client = world.client(&bob);
    let added = chains::member_added(&log, &bob, &carol, Role::Viewer, None);
    assert_eq!(write(&client, &log, &added).await, ApiCode::Refused);
    let record = content(&log, &bob, vec![]);
    push(&client, &mut log, record).await.unwrap();
    let record = rekey(&log, &bob, &[&world.alice, &bob]);
    push(&client, &mut log, record).await.unwrap();
    assert_eq!(
        write(&client, &log, &log.sign_as(bob.account, &bob.device, folder::kind::CONTENT, 1, &none())).await,
        ApiCode::Refused
    );
}

fn none() -> folder::Content {
    folder::Content { pins: vec![], drops: vec![] }
}

/// A history of an account that does not stand in its chain is embedded nowhere: a device that was revoked could have
/// written it as if before.
#[tokio::test]
async fn only_what_stands_in_an_account_chain_is_embedded() {
    let mut world = World::new().await;
    let mut bob = world.person("Bob").await;
    let mut log = world.folder().await;
    world.add(&mut log, &bob, Role::Editor).await;
    let client = world.client(&bob);
    let keys = |ring: &[u8]| bob.log.sign(&bob, account::kind::KEYS, &bob.next_keys(2, ring));
    let (forged, stands) = (keys(b"forged"), keys(b"stands"));
    let anchor = |record: &Record| {
        let slice = Slice { account: bob.account, records: vec![record.bytes().to_vec().into()] };
        log.sign(&bob, folder::kind::ANCHOR, &folder::Anchor { slices: vec![slice] })
    };
    let (with_forged, with_stands) = (anchor(&forged), anchor(&stands));
    assert_eq!(write(&client, &log, &with_stands).await, ApiCode::Refused);
    push(&client, &mut bob.log, stands).await.unwrap();
    assert_eq!(write(&client, &log, &with_forged).await, ApiCode::Refused);
    push(&client, &mut log, with_stands).await.unwrap();
}

/// G7: what a removal demands comes first.
#[tokio::test]
async fn content_waits_for_the_key_change() {
    let mut world = World::new().await;
    let bob = world.person("Bob").await;
    let alice = world.client(&world.alice);
    let mut log = world.folder().await;
    world.add(&mut log, &bob, Role::Editor).await;
    let record = log.sign(&world.alice, folder::kind::MEMBER_REMOVED, &MemberRemoved { account: bob.account });
    push(&alice, &mut log, record).await.unwrap();
    assert_eq!(write(&alice, &log, &content(&log, &world.alice, vec![])).await, ApiCode::Refused);
    let record = rekey(&log, &world.alice, &[&world.alice]);
    push(&alice, &mut log, record).await.unwrap();
    let record = content(&log, &world.alice, vec![]);
    push(&alice, &mut log, record).await.unwrap();
}

#[tokio::test]
async fn a_folder_is_begun_by_its_owner_in_this_workspace() {
    let mut world = World::new().await;
    let bob = world.person("Bob").await;
    let client = world.client(&bob);
    let own = world.folder_of(&bob).await;
    assert!(sees(&client, &own).await);

    let of_alice = chains::folder(world.workspace(), &world.alice);
    let records: Vec<&Record> = of_alice.records.iter().collect();
    let answer = client.post::<Receipt>("/v1/folders", &append(&records)).await;
    assert_eq!(answer.unwrap_err(), ApiCode::Refused);
    let elsewhere = chains::folder(WorkspaceId::new([7; 32]), &bob);
    let records: Vec<&Record> = elsewhere.records.iter().collect();
    let answer = client.post::<Receipt>("/v1/folders", &append(&records)).await;
    assert_eq!(answer.unwrap_err(), ApiCode::Refused);
    let answer = client.post::<Receipt>("/v1/folders", &append(&[&bob.log.records[0]])).await;
    assert_eq!(answer.unwrap_err(), ApiCode::Refused);
    let answer = client.post::<Receipt>(&chain_path(&of_alice), &append(&[&of_alice.records[0]])).await;
    assert_eq!(answer.unwrap_err(), ApiCode::NotFound);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::new().await;
    let alice = world.client(&world.alice);
    let (folder, account) = (FolderId::new([5; 32]), AccountId::new([5; 32]));
    for path in [
        format!("/v1/chains/folder-{folder}"),
        format!("/v1/chains/account-{account}"),
        format!("/v1/chains/workspace-{folder}"),
        "/v1/chains/something".to_owned(),
        format!("/v1/chains/{}/records/x", world.log.id()),
        format!("/v1/folders/{folder}/wraps"),
        format!("/v1/folders/{folder}/held"),
    ] {
        assert_eq!(alice.get::<serde_json::Value>(&path).await.unwrap_err(), ApiCode::NotFound, "{path}");
    }
}
