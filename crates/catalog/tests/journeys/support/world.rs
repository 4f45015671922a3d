//! A server with a founded workspace, on nodes in memory.

use std::sync::Arc;

use tempfile::TempDir;
use valise_blocks::memory::{MemoryNode, Network};
use valise_blocks::{Blocks as _, PeerId};
use valise_catalog::{Config, Server, StartError};
use valise_protocol::api::{ApiCode, Base64, JoinRequest, NewWorkspace, Receipts, RedemptionText};
use valise_protocol::folder::Role;
use valise_protocol::ids::{FolderId, WorkspaceId};
use valise_protocol::invitation::{Secret, redeem};
use valise_protocol::receipt::Receipt;
use valise_protocol::record::{ChainId, Record};
use valise_protocol::workspace::{self, Invited};

use super::chains::{self, Log, append, found, workspace_id};
use super::client::{Client, post_open};
use super::people::{Device, Person};

/// Seed of the catalog's node.
const PINNING: u64 = 1;

pub struct World {
    server: Option<Server>,
    data: TempDir,
    pub network: Network,
    pub node: Arc<MemoryNode>,
    /// The workspace chain as all have it.
    pub log: Log,
    pub alice: Person,
}

pub fn config(data: &TempDir) -> Config {
    let grace = std::time::Duration::ZERO;
    Config { grace, ..Config::new(data.path(), "127.0.0.1:0".parse().unwrap()) }
}

impl World {
    /// A catalog with a workspace founded by Alice.
    pub async fn new() -> Self {
        let world = Self::empty().await;
        let url = world.url();
        post_open::<Receipts>(&url, "/v1/workspaces", &world.founding()).await.unwrap();
        world
    }

    /// As [`World::new`], and what is dropped is kept for long.
    pub async fn that_keeps_what_is_dropped() -> Self {
        let world = Self::empty_with(|config| config.grace = std::time::Duration::from_secs(3600)).await;
        post_open::<Receipts>(&world.url(), "/v1/workspaces", &world.founding()).await.unwrap();
        world
    }

    /// A catalog with nothing in it; Alice has a workspace ready.
    pub async fn empty() -> Self {
        Self::empty_with(|_| ()).await
    }

    pub async fn empty_with(change: impl FnOnce(&mut Config)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let network = Network::new();
        let node = network.node(PINNING, &[]);
        let mut config = config(&data);
        change(&mut config);
        let server = Server::start_on(config, node.clone()).await.unwrap();
        let (log, alice) = found("Example works", "Alice", Device::new());
        Self { server: Some(server), data, network, node, log, alice }
    }

    pub fn founding(&self) -> NewWorkspace {
        founding(&self.log, &self.alice)
    }

    pub fn url(&self) -> String {
        self.server().url()
    }

    pub fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    pub fn config(&self) -> Config {
        config(&self.data)
    }

    /// Stops the catalog.
    pub async fn stop(&mut self) {
        self.server.take().unwrap().stop().await;
    }

    /// Starts it again, on another node: a stopped one does not come back.
    pub async fn start(&mut self, node: u64) -> Result<(), StartError> {
        self.node = self.network.node(node, &[]);
        self.server = Some(Server::start_on(self.config(), self.node.clone()).await?);
        Ok(())
    }

    pub fn data(&self) -> &std::path::Path {
        self.data.path()
    }

    pub fn workspace(&self) -> WorkspaceId {
        workspace_id(&self.log)
    }

    pub fn client(&self, person: &Person) -> Client {
        Client::new(&self.url(), person)
    }

    /// Appends to the workspace chain, as Alice.
    pub async fn officer_says(&mut self, kind: valise_protocol::record::Kind, open: &impl serde::Serialize) -> Receipt {
        let record = self.log.sign(&self.alice, kind, open);
        let receipt = push(&self.client(&self.alice), &mut self.log, record).await.unwrap();
        assert_eq!(receipt.verify(&self.server().identity()), Ok(()));
        receipt
    }

    pub async fn invite(&mut self) -> (Invited, Secret) {
        let (invited, secret) = chains::invitation();
        self.officer_says(workspace::kind::INVITED, &invited).await;
        (invited, secret)
    }

    /// Somebody with an account and an invitation, who has not joined yet.
    pub fn newcomer(&self, name: &str, invited: &Invited, secret: &Secret) -> Person {
        let mut person = Person::new(self.workspace(), name, Device::new());
        person.redemption = Some(redeem(self.workspace(), invited.id, person.account, secret));
        person
    }

    pub async fn post_join(&self, person: &Person) -> Result<Receipts, ApiCode> {
        post_open(&self.url(), "/v1/joins", &join_request(person)).await
    }

    /// Somebody who was invited, joined and was admitted.
    pub async fn person(&mut self, name: &str) -> Person {
        self.person_with(name, Device::new()).await
    }

    pub async fn person_with(&mut self, name: &str, device: Device) -> Person {
        let (invited, secret) = self.invite().await;
        let mut person = Person::new(self.workspace(), name, device);
        person.redemption = Some(redeem(self.workspace(), invited.id, person.account, &secret));
        self.post_join(&person).await.unwrap();
        self.officer_says(workspace::kind::ADMITTED, &chains::admitted(&person)).await;
        person
    }

    /// A folder of Alice's.
    pub async fn folder(&self) -> Log {
        self.folder_of(&self.alice).await
    }

    pub async fn folder_of(&self, owner: &Person) -> Log {
        let log = chains::folder(self.workspace(), owner);
        let records: Vec<&Record> = log.records.iter().collect();
        let receipt: Receipt = self.client(owner).post("/v1/folders", &append(&records)).await.unwrap();
        assert_eq!(receipt.verify(&self.server().identity()), Ok(()));
        assert_eq!(receipt.head(), log.head());
        log
    }

    /// Alice adds somebody to her folder.
    pub async fn add(&self, log: &mut Log, whom: &Person, role: Role) {
        let record = chains::member_added(log, &self.alice, whom, role, None);
        push(&self.client(&self.alice), log, record).await.unwrap();
    }

    /// A device's node, connected to the catalog's.
    pub async fn node_of(&self, person: &Person) -> Arc<MemoryNode> {
        let node = self.network.node(person.device.node, &[]);
        assert_eq!(node.peer(), PeerId::from_public_key(person.device.keys.peer.as_bytes()));
        self.dial(&node).await;
        node
    }

    pub async fn dial(&self, node: &Arc<MemoryNode>) {
        node.allow(vec![self.node.peer()]).await.unwrap();
        let addresses = self.node.health().await.unwrap().listening;
        node.connect(&self.node.peer(), &addresses).await.unwrap();
    }
}

pub fn founding(log: &Log, founder: &Person) -> NewWorkspace {
    NewWorkspace { workspace: log.sent_from(0), account: founder.log.sent_from(0), ring: Base64(founder.ring.clone()) }
}

pub fn join_request(person: &Person) -> JoinRequest {
    JoinRequest {
        name: person.name.clone(),
        account: person.log.sent_from(0),
        ring: Base64(person.ring.clone()),
        redemption: RedemptionText::new(person.redemption.as_ref().unwrap()),
    }
}

pub fn chain_path(log: &Log) -> String {
    format!("/v1/chains/{}", log.id())
}

pub fn folder_id(log: &Log) -> FolderId {
    match log.id() {
        ChainId::Folder(id) => id,
        _ => panic!("not a folder chain"),
    }
}

/// Appends a record, and keeps it if the catalog took it.
pub async fn push(client: &Client, log: &mut Log, record: Record) -> Result<Receipt, ApiCode> {
    let receipt: Receipt = client.post(&chain_path(log), &append(&[&record])).await?;
    log.push(record);
    assert_eq!(receipt.head(), log.head());
    Ok(receipt)
}
