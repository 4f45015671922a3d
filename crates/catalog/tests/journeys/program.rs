//! The program: what it prints, how it ends, and what outlasts its being killed.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use valise_protocol::api::{Identity, Page, Placed, Receipts};
use valise_protocol::receipt::Receipt;
use valise_protocol::record::Record;

use crate::support::chains::{append, content, folder, found, workspace_id};
use crate::support::client::post_open;
use crate::support::world::{chain_path, founding};
use crate::support::{Client, Device, Log, Person};

struct Program {
    child: Child,
    url: String,
    identity: String,
}

impl Program {
    fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_valise-catalog"))
            .args(["serve", "--listen", "127.0.0.1:0", "--node-listen", "/ip4/127.0.0.1/tcp/0", "--data"])
            .arg(data)
            .env("RUST_LOG", "trace")
            .stdout(Stdio::piped())
            .stderr(std::fs::File::options().create(true).append(true).open(data.join("log")).unwrap())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut line = |begin: &str| lines.next().unwrap().unwrap().strip_prefix(begin).unwrap().to_owned();
        let (url, identity) = (line("listening on "), line("identity "));
        Self { child, url, identity }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn terminate(mut self) -> bool {
        let sent = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap().success()
    }
}

/// Appends until the catalog is gone. What it got a receipt for is pushed; answers the record that was under way.
async fn append_until_killed(client: &Client, alice: &Person, log: &mut Log, acknowledged: impl Fn(usize)) -> Record {
    loop {
        let record = content(log, alice, vec![]);
        let Some(receipt) = client.try_post::<Receipt>(&chain_path(log), &append(&[&record])).await else {
            return record;
        };
        log.push(record);
        assert_eq!(receipt.head(), log.head());
        acknowledged(log.records.len());
    }
}

#[tokio::test]
async fn what_was_acknowledged_outlasts_a_kill() {
    let data = tempfile::tempdir().unwrap();
    let mut program = Program::start(data.path());
    let (workspace, alice) = found("Example works", "Alice", Device::new());
    post_open::<Receipts>(&program.url, "/v1/workspaces", &founding(&workspace, &alice)).await.unwrap();
    let mut log = folder(workspace_id(&workspace), &alice);
    let records: Vec<&Record> = log.records.iter().collect();
    Client::new(&program.url, &alice).post::<Receipt>("/v1/folders", &append(&records)).await.unwrap();

    for _ in 0..4 {
        let client = Client::new(&program.url, &alice);
        let enough = log.records.len() + 25;
        let (killer, mut kill) = tokio::sync::mpsc::unbounded_channel();
        let killed = tokio::task::spawn_blocking(move || {
            kill.blocking_recv();
            program.kill();
        });
        let under_way = append_until_killed(&client, &alice, &mut log, |many| {
            if many == enough {
                killer.send(()).unwrap();
            }
        })
        .await;
        killed.await.unwrap();
        assert!(log.records.len() >= enough);

        program = Program::start(data.path());
        let client = Client::new(&program.url, &alice);
        let identity: Identity = client.get("/v1/identity").await.unwrap();
        for record in &log.records {
            let path = format!("{}/records/{}", chain_path(&log), record.envelope().seq);
            let placed: Placed = client.get(&path).await.unwrap();
            assert_eq!(placed.receipt.hash, record.hash());
            assert_eq!(placed.receipt.verify(&identity.key), Ok(()));
        }
        // What was under way may stand or not; sent again, it stands once.
        client.post::<Receipt>(&chain_path(&log), &append(&[&under_way])).await.unwrap();
        log.push(under_way);
        let page: Page = client.get(&format!("{}?after={}", chain_path(&log), log.head().seq - 1)).await.unwrap();
        assert_eq!((page.records.len(), page.receipt.head()), (1, log.head()));
    }
    assert!(program.terminate());
}

#[tokio::test]
async fn it_ends_when_asked_and_logs_no_names_or_keys() {
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(data.path());
    let (workspace, alice) = found("Conspicuous works", "Rosalind", Device::new());
    post_open::<Receipts>(&program.url, "/v1/workspaces", &founding(&workspace, &alice)).await.unwrap();
    let client = Client::new(&program.url, &alice);
    let identity: Identity = client.get("/v1/identity").await.unwrap();
    assert_eq!(program.identity, identity.key.to_string());
    let mut events = client.events().await.unwrap();
    events.next().await;
    assert!(program.terminate());
    assert_eq!(events.next().await, None);

    let mut log = Vec::new();
    std::fs::File::open(data.path().join("log")).unwrap().read_to_end(&mut log).unwrap();
    assert!(!log.is_empty());
    let seeds = ["identity.key", "pinning.key"].map(|name| std::fs::read(data.path().join(name)).unwrap());
    let seeds = seeds.iter().flat_map(|seed| [seed.clone(), hex::encode(seed).into_bytes()]);
    for secret in [b"Conspicuous".to_vec(), b"Rosalind".to_vec()].into_iter().chain(seeds) {
        assert!(!log.windows(secret.len()).any(|part| part == secret));
    }
}
