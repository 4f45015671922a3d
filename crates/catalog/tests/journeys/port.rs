//! An export of everything that a catalog keeps of its workspace, and what is refused of one that somebody changed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_bytes::ByteBuf;
use serde_json::{Value, json};
use tempfile::TempDir;
use valise_blocks::Blocks as _;
use valise_blocks::memory::MemoryNode;
use valise_catalog::admin::Admin;
use valise_catalog::port::{BadExport, Keys, export, import};
use valise_catalog::{Server, StartError};
use valise_protocol::account;
use valise_protocol::api::{AskedOf, Base64, HeldPage, Joins, Notice, Page, Rewrap, Wrap, Wraps};
use valise_protocol::cbor;
use valise_protocol::chain::{Head, Slice};
use valise_protocol::folder::{self, Content, Pin, Role};
use valise_protocol::hash::{Label, digest};
use valise_protocol::ids::{AccountId, Cid, Commitment, FolderId, WorkspaceId};
use valise_protocol::invitation::{Redemption, Secret, redeem};
use valise_protocol::receipt::Receipt;
use valise_protocol::record::{ChainId, Record};
use valise_protocol::sign::{Domain, SigningKey};
use valise_protocol::workspace::{self, Authority, Catalog, Holder, InvitationRevoked, Kept};
use zeroize::Zeroizing;

use crate::backup::is_private;
use crate::recoveries::{self, makes_set};
use crate::succession::{agreed, close, handing};
use crate::support::chains::{self, admitted, append_with, content, member_added, rekey, workspace_id, wrap};
use crate::support::client::post_open;
use crate::support::people::{fresh, sealing_public};
use crate::support::world::{chain_path, folder_id, push};
use crate::support::{Client, Device, Log, Person, World};

/// A catalog with something of every kind.
struct Full {
    world: World,
    dave: Person,
    /// A folder of Alice's: files, wraps of two epochs, Dave as a viewer.
    log: Log,
    node: Arc<MemoryNode>,
    place: TempDir,
}

async fn small() -> Full {
    let mut world = World::new().await;
    let identity = world.server().identity();
    let catalog = Catalog { key: identity, addresses: vec!["https://catalog.example".into()], pinning: vec![] };
    world.officer_says(workspace::kind::CATALOG, &catalog).await;
    let dave = world.person("Dave").await;
    let node = world.node_of(&world.alice).await;
    let log = files(&world, &dave, &node).await;
    let dave = asks(&mut world, dave).await;
    // Erin waits to be let in.
    let (invited, secret) = world.invite().await;
    world.post_join(&world.newcomer("Erin", &invited, &secret)).await.unwrap();
    Full { world, dave, log, node, place: tempfile::tempdir().unwrap() }
}

/// With a folder that was handed over, and Frank, who waits for the owner of another one.
async fn full() -> Full {
    let mut full = small().await;
    let world = &mut full.world;
    let (mut bob, carol) = (world.person("Bob").await, world.person("Carol").await);
    let mut handed = agreed(world, [&bob, &carol, &full.dave]).await;
    makes_set(world, &mut bob, false).await;
    close(world, &bob).await;
    let record = handing(world, &handed, &full.dave, &carol, Some(world.log.head()));
    push(&world.client(&full.dave), &mut handed, record).await.unwrap();
    waits_for_folder(world, &mut full.log, "Frank").await;
    full
}

async fn files(world: &World, dave: &Person, node: &Arc<MemoryNode>) -> Log {
    let alice = world.client(&world.alice);
    let mut log = world.folder().await;
    world.add(&mut log, dave, Role::Viewer).await;
    let pin = async |fill: u8| {
        let added = node.add(&mut &[fill; 5000][..]).await.unwrap();
        Pin { cid: Cid::new(added.cid).unwrap(), size: added.size, blocks: added.blocks }
    };
    let (stays, goes) = (pin(1).await, pin(2).await);
    let (first, second) = (wrap(1, 1), wrap(1, 2));
    let record = content(&log, &world.alice, vec![stays, goes.clone()]);
    let sent = append_with(&[&record], vec![first.clone(), second]);
    alice.post::<Receipt>(&chain_path(&log), &sent).await.unwrap();
    log.push(record);
    let record = log.sign(&world.alice, folder::kind::CONTENT, &Content { pins: vec![], drops: vec![goes.cid] });
    push(&alice, &mut log, record).await.unwrap();
    let record = rekey(&log, &world.alice, &[&world.alice, dave]);
    push(&alice, &mut log, record).await.unwrap();
    let moved = Wrap { epoch: 2, bytes: Base64(vec![3; 60]), ..first };
    let path = format!("/v1/folders/{}/wraps", folder_id(&log));
    alice.post::<()>(&path, &Rewrap { wraps: vec![moved] }).await.unwrap();
    log
}

async fn asks(world: &mut World, mut person: Person) -> Person {
    let set = makes_set(world, &mut person, true).await;
    let kept = Kept { place: "a token".into(), wrapped: ByteBuf::from([1; 60]) };
    let holder = Holder { public: sealing_public(fresh()), officer: None, kept: Some(kept) };
    let authority = Authority { version: 1, holders: vec![holder], delay_hours: 1, slices: vec![] };
    world.officer_says(workspace::kind::AUTHORITY, &authority).await;
    let text = recoveries::ask(person.account, &set, &Device::new(), "My laptop was stolen.");
    post_open::<()>(&world.url(), recoveries::PATH, &text).await.unwrap();
    person
}

/// Somebody in the workspace already, by an invitation that is to a folder as well.
async fn waits_for_folder(world: &mut World, log: &mut Log, name: &str) {
    let (invited, secret) = world.invite().await;
    let to_folder = folder::Invited { id: invited.id, key: invited.key, role: Role::Editor, expires: invited.expires };
    let record = log.sign(&world.alice, folder::kind::INVITED, &to_folder);
    push(&world.client(&world.alice), log, record).await.unwrap();
    let person = world.newcomer(name, &invited, &secret);
    world.post_join(&person).await.unwrap();
    world.officer_says(workspace::kind::ADMITTED, &admitted(&person)).await;
}

impl Full {
    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// The export with its keys.
    fn bytes(&self) -> Vec<u8> {
        let to = self.path(&format!("export-{}", fresh()));
        export(self.world.data(), &to, true).unwrap();
        fs::read(to).unwrap()
    }

    /// The import of these bytes, and that nothing is left of it if it was refused.
    fn import(&self, bytes: &[u8]) -> Result<PathBuf, StartError> {
        let (from, to) = (self.path("changed"), self.path(&format!("data-{}", fresh())));
        fs::write(&from, bytes).unwrap();
        let before = fs::read_dir(self.place.path()).unwrap().count();
        let done = import(&from, &to, &Keys::Exported);
        let after = fs::read_dir(self.place.path()).unwrap().count();
        assert_eq!(after - before, usize::from(done.is_ok()), "nothing half done is left");
        done.map(|_| to)
    }

    fn key(&self) -> SigningKey {
        key(&self.world.data().join("identity.key"))
    }

    /// As a catalog that lies would write it: everything but the end, and its signature under it.
    fn signed(&self, items: &[Vec<u8>]) -> Vec<u8> {
        written(&signed(items, self.world.workspace(), &self.key()))
    }
}

fn key(path: &Path) -> SigningKey {
    SigningKey::from_seed(&Zeroizing::new(fs::read(path).unwrap().try_into().unwrap()))
}

/// By the words of docs/format.md, not by the catalog's own code.
fn items(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut items, mut rest) = (Vec::new(), bytes);
    while let Some((&head, after)) = rest.split_first() {
        let more = match head {
            0x40..=0x57 => 0,
            0x58..=0x5a => 1 << (head - 0x58),
            _ => panic!("no byte string"),
        };
        let (length, after) = after.split_at(more);
        let length = match more {
            0 => usize::from(head & 0x1f),
            _ => length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)),
        };
        let (item, after) = after.split_at(length);
        items.push(item.to_vec());
        rest = after;
    }
    items
}

fn written(items: &[Vec<u8>]) -> Vec<u8> {
    items.iter().flat_map(|item| cbor::encode(serde_bytes::Bytes::new(item)).unwrap()).collect()
}

fn signed(items: &[Vec<u8>], workspace: WorkspaceId, key: &SigningKey) -> Vec<Vec<u8>> {
    let sum = items.iter().fold([0; 32], |sum, item| digest(Label::Export, &[&sum, item]));
    let (many, sum) = (items.len() as u64, Commitment::new(sum));
    let signature = key.sign(Domain::Export, &cbor::encode(&(workspace, many, sum)).unwrap());
    [items, &[cbor::encode(&(8_u8, many, sum, signature)).unwrap()]].concat()
}

fn record(item: &[u8]) -> Option<Record> {
    let (kind, bytes): (u8, ByteBuf) = cbor::decode(item).ok()?;
    (kind == 2).then(|| Record::decode(&bytes).unwrap())
}

fn record_item(record: &Record) -> Vec<u8> {
    cbor::encode(&(2_u8, serde_bytes::Bytes::new(record.bytes()))).unwrap()
}

fn place(record: &Record) -> (u8, [u8; 32]) {
    let chain = record.chain().unwrap();
    let kind = match chain {
        ChainId::Account(_) => 0,
        ChainId::Workspace(_) => 1,
        ChainId::Folder(_) => 2,
    };
    (kind, *chain.genesis().as_bytes())
}

/// A chain more, where it belongs.
fn with_chain(items: &[Vec<u8>], log: &Log) -> Vec<Vec<u8>> {
    let at = items.iter().skip(2).position(|item| record(item).is_none_or(|it| place(&it) > place(&log.records[0])));
    let (before, after) = items.split_at(at.unwrap() + 2);
    [before, &log.records.iter().map(record_item).collect::<Vec<_>>(), after].concat()
}

fn of_kind(items: &[Vec<u8>], kind: u8) -> Vec<usize> {
    (1..items.len()).filter(|at| items[*at][1] == kind).collect()
}

/// With one item replaced.
fn with(items: &[Vec<u8>], at: usize, item: &impl serde::Serialize) -> Vec<Vec<u8>> {
    let mut items = items.to_vec();
    items[at] = cbor::encode(item).unwrap();
    items
}

fn without(items: &[Vec<u8>], at: usize) -> Vec<Vec<u8>> {
    [&items[..at], &items[at + 1..]].concat()
}

fn doubled(items: &[Vec<u8>], at: usize) -> Vec<Vec<u8>> {
    [&items[..=at], &items[at..]].concat()
}

#[tokio::test]
async fn what_was_exported_is_a_catalog_again() {
    let mut full = full().await;
    let to = full.path("export");
    let said = export(full.world.data(), &to, true).unwrap();
    assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    let bytes = fs::read(&to).unwrap();
    let found = items(&bytes);
    let many = |kind| of_kind(&found, kind).len();
    assert_eq!([1, 3, 4, 5, 6, 7, 8].map(many), [1, 6, 2, 1, 2, 2, 1], "one of each kind at least");
    assert_eq!((said.records as usize, said.accounts, said.folders), (many(2), 6, 2));
    let rooms = |data: &Path| format!("{:?}", Admin::open(data).unwrap().accounts().unwrap());
    let (rooms_before, identity) = (rooms(full.world.data()), full.world.server().identity());
    let alice = full.world.client(&full.world.alice);
    let wraps_path = format!("/v1/folders/{}/wraps?after=1", folder_id(&full.log));
    let seen = async |client: &Client| {
        let wraps: Wraps = client.get(&wraps_path).await.unwrap();
        let (joins, asked): (Joins, AskedOf) =
            (client.get("/v1/joins").await.unwrap(), client.get(recoveries::PATH).await.unwrap());
        json!([wraps, joins, asked, client.get::<Base64>("/v1/ring").await.unwrap()])
    };
    let before = seen(&alice).await;
    assert_eq!(before[0]["cursor"], 3);
    full.world.stop().await;

    let data = full.path("data");
    let made = import(&to, &data, &Keys::Exported).unwrap();
    assert_eq!((made.identity, made.workspace), (identity, full.world.workspace()));
    is_private(&data);
    let again = full.path("again");
    export(&data, &again, true).unwrap();
    assert!(fs::read(&again).unwrap() == bytes, "what is kept is the same to the byte");
    assert_eq!(rooms(&data), rooms_before);

    let node = full.world.network.node(99, &[]);
    let config = valise_catalog::Config { data, ..full.world.config() };
    let server = Server::start_on(config, node.clone()).await.unwrap();
    assert_eq!(server.identity(), identity);
    let alice = Client::new(&server.url(), &full.world.alice);
    for log in [&full.log, &full.world.log, &full.dave.log] {
        let page: Page = alice.get(&chain_path(log)).await.unwrap();
        assert_eq!((page.records, page.receipt.head()), (log.sent_from(0), log.head()));
    }
    assert_eq!(seen(&alice).await, before);
    // It holds nothing, says so, and fetches what it has to hold from who has it.
    let path = format!("/v1/folders/{}/held", folder_id(&full.log));
    assert_eq!(alice.get::<HeldPage>(&path).await.unwrap().held, []);
    let mut events = alice.events().await.unwrap();
    full.node.allow(vec![node.peer()]).await.unwrap();
    full.node.connect(&node.peer(), &node.health().await.unwrap().listening).await.unwrap();
    events.until(|notice| matches!(notice, Notice::Held { .. })).await;
    assert_eq!(alice.get::<HeldPage>(&path).await.unwrap().held.len(), 1, "what was dropped is not wanted");
    push(&alice, &mut full.log.clone(), content(&full.log, &full.world.alice, vec![])).await.unwrap();
    server.stop().await;
}

/// What is written is what one moment was: no record without those before it, whatever is written meanwhile.
#[tokio::test]
async fn an_export_is_of_one_moment() {
    let world = World::new().await;
    let place = tempfile::tempdir().unwrap();
    let mut log = world.folder().await;
    let client = world.client(&world.alice);
    for round in 0..5 {
        let to = place.path().join(format!("export-{round}"));
        let (data, file) = (world.data().to_owned(), to.clone());
        let exporting = tokio::task::spawn_blocking(move || export(&data, &file, true));
        for _ in 0..5 {
            let record = content(&log, &world.alice, vec![]);
            push(&client, &mut log, record).await.unwrap();
        }
        exporting.await.unwrap().unwrap();
        import(&to, &place.path().join(format!("data-{round}")), &Keys::Exported).unwrap();
    }
}

#[tokio::test]
async fn without_its_keys_nobody_stands_in_for_the_catalog() {
    let full = full().await;
    let (to, data) = (full.path("export"), full.path("data"));
    export(full.world.data(), &to, false).unwrap();
    let bytes = fs::read(&to).unwrap();
    for name in ["identity.key", "pinning.key"] {
        let seed = fs::read(full.world.data().join(name)).unwrap();
        assert!(!bytes.windows(32).any(|part| part == seed), "{name}");
    }
    let refused = |keys: &Keys| match import(&to, &data, keys) {
        Err(StartError::Import(error)) => error,
        other => panic!("{other:?}"),
    };
    assert!(matches!(refused(&Keys::Exported), BadExport::NoKeys));
    let other = World::new().await;
    assert!(matches!(refused(&Keys::From(other.data().to_owned())), BadExport::OtherKeys));
    assert!(import(&to, &data, &Keys::From(full.path("nowhere"))).is_err());
    assert!(!data.exists());

    let same = import(&to, &data, &Keys::From(full.world.data().to_owned())).unwrap();
    assert_eq!(same.identity, full.world.server().identity());
    let another = full.path("another");
    let new = import(&to, &another, &Keys::New).unwrap();
    assert_ne!(new.identity, same.identity);
    assert_eq!(new.identity, key(&another.join("identity.key")).verify_key());
    assert_eq!(new.records, same.records);
    is_private(&another);
    // The other catalog's own export is not the workspace's.
    let lies = full.path("lies");
    export(&another, &lies, true).unwrap();
    assert!(matches!(full.import(&fs::read(lies).unwrap()), Err(StartError::Import(BadExport::Altered))));
}

#[tokio::test]
async fn nothing_is_written_over_and_a_run_that_was_cut_short_is_forgotten() {
    let full = full().await;
    let (to, data) = (full.path("export"), full.path("data"));
    fs::write(full.path("export.part"), "half of one").unwrap();
    export(full.world.data(), &to, true).unwrap();
    assert!(matches!(export(full.world.data(), &to, true), Err(StartError::Export(_))));
    assert!(export(&full.path("nowhere"), &full.path("other"), true).is_err());

    fs::create_dir(full.path("data.part")).unwrap();
    fs::write(full.path("data.part/catalog.sqlite"), "half of one").unwrap();
    import(&to, &data, &Keys::Exported).unwrap();
    for taken in [&data, &full.world.data().to_owned()] {
        assert!(matches!(import(&to, taken, &Keys::Exported), Err(StartError::Directory(_))));
    }
    let mut names: Vec<_> = fs::read_dir(full.place.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["data", "export"]);

    let empty = World::empty().await;
    assert!(matches!(export(empty.data(), &full.path("other"), true), Err(StartError::Nothing)));
}

/// By somebody who has the file, but not the catalog's key.
#[tokio::test]
async fn what_was_changed_on_its_way_is_refused() {
    let full = small().await;
    let bytes = full.bytes();
    let found = items(&bytes);
    full.import(&bytes).unwrap();
    let refused = |bytes: &[u8], what: &str| match full.import(bytes) {
        Err(StartError::Import(error)) => error,
        other => panic!("{what}: {other:?}"),
    };
    for at in 0..found.len() {
        refused(&written(&without(&found, at)), &format!("without {at}"));
        refused(&written(&doubled(&found, at)), &format!("twice {at}"));
        let cut = refused(&written(&found[..at]), &format!("cut before {at}"));
        assert!(matches!(cut, BadExport::Incomplete | BadExport::NotOne), "{cut}");
        let mut other = found.clone();
        if at + 1 < found.len() {
            other.swap(at, at + 1);
            refused(&written(&other), &format!("{at} after the next"));
        }
        for byte in [1, found[at].len() - 1] {
            let mut other = found.clone();
            other[at][byte] ^= 1;
            refused(&written(&other), &format!("byte {byte} of {at}"));
        }
    }
    for cut in (0..bytes.len()).step_by(bytes.len() / 20) {
        let error = refused(&bytes[..cut], "cut");
        assert!(matches!(error, BadExport::Incomplete | BadExport::NotOne), "{error}");
    }
    refused(&[&bytes[..], &[0x40]].concat(), "an item after the end");
    refused(&[&bytes[..], b"x"].concat(), "a byte after the end");
    let other = World::new().await;
    let by_another =
        signed(&found[..found.len() - 1], full.world.workspace(), &key(&other.data().join("identity.key")));
    assert!(matches!(refused(&written(&by_another), "another signature"), BadExport::Altered));
}

#[tokio::test]
async fn what_is_no_export_is_told_in_words() {
    let full = small().await;
    let header = items(&full.bytes()).remove(0);
    let error = |bytes: &[u8]| full.import(bytes).unwrap_err().to_string();
    for bytes in [&b""[..], b"{}", b"SQLite format 3\0 and more", &[0x5a, 255, 255, 255, 255], &written(&[vec![7; 90]])]
    {
        assert_eq!(error(bytes), "this is no export of a catalog");
    }
    let mut newer = header.clone();
    newer[15] = 2;
    assert_eq!(error(&written(&[newer])), "the export was written by a newer version of the catalog");
    assert_eq!(
        error(&written(std::slice::from_ref(&header))),
        "the export breaks off before its end; bring it here once more"
    );
    let huge = [written(&[header]), vec![0x5a, 0x7f, 255, 255, 255]].concat();
    assert_eq!(error(&huge), "something in the export is larger than it may be (item 1)");
}

/// By a catalog that lies, with its own key: nothing counts for being signed.
#[tokio::test]
async fn nothing_is_taken_that_no_catalog_would_have_taken() {
    let full = full().await;
    let mut found = items(&full.bytes());
    found.pop();
    let expect = |items: &[Vec<u8>], what: &str| match full.import(&full.signed(items)) {
        Err(StartError::Import(BadExport::Refused { .. })) => {}
        other => panic!("{what}: {other:?}"),
    };
    full.import(&full.signed(&found)).unwrap();

    // Chains: a gap, an end that others know, a record that counts for nothing, strangers, another workspace.
    let records = of_kind(&found, 2);
    let last_of = |log: &Log| {
        let head = log.head().hash;
        *records.iter().find(|at| record(&found[**at]).unwrap().hash() == head).unwrap()
    };
    let alice = &full.world.alice;
    expect(&without(&found, last_of(&alice.log)), "keys that others embed are gone");
    expect(&without(&found, last_of(&alice.log) - 1), "a genesis is gone");
    expect(&without(&found, last_of(&full.log) - 1), "a record in the middle is gone");
    let void = record_item(&content(&full.log, &full.dave, vec![]));
    expect(&[&found[..=last_of(&full.log)], &[void], &found[last_of(&full.log) + 1..]].concat(), "by a viewer");
    let stranger = Person::new(full.world.workspace(), "Mallory", Device::new());
    expect(&with_chain(&found, &stranger.log), "an account of nobody");
    let (other, founder) = chains::found("Other works", "Olga", Device::new());
    expect(&with_chain(&found, &founder.log), "an account of another workspace");
    expect(&with_chain(&found, &other), "another workspace");
    expect(&with_chain(&found, &chains::folder(workspace_id(&other), alice)), "a folder of another workspace");
    expect(&with_chain(&found, &chains::folder(full.world.workspace(), &stranger)), "a folder of a stranger's");
    let without_workspace: Vec<Vec<u8>> = found
        .iter()
        .enumerate()
        .filter(|(at, item)| *at < 2 || !matches!(record(item).map(|it| it.chain()), Some(Some(ChainId::Workspace(_)))))
        .map(|(_, item)| item.clone())
        .collect();
    assert!(full.import(&full.signed(&without_workspace)).is_err());

    // Another history of Dave's account, which his own device signed: it would count in a folder, and is not his chain.
    let anchored = |by: &Record| {
        let slice = Slice { account: full.dave.account, records: vec![ByteBuf::from(by.bytes())] };
        let record = full.log.sign(&full.dave, folder::kind::ANCHOR, &folder::Anchor { slices: vec![slice] });
        [&found[..=last_of(&full.log)], &[record_item(&record)], &found[last_of(&full.log) + 1..]].concat()
    };
    full.import(&full.signed(&anchored(&full.dave.log.records[2]))).unwrap();
    let mut other = full.dave.log.clone();
    other.records.truncate(2);
    let other = other.sign(&full.dave, account::kind::KEYS, &full.dave.next_keys(2, b"another"));
    expect(&anchored(&other), "another history");

    // A folder that was handed over while its owner was there.
    let mut log = chains::folder(full.world.workspace(), alice);
    let agreed = log.sign(alice, folder::kind::SUCCESSOR, &folder::Successor { account: Some(full.dave.account) });
    log.push(agreed);
    let seen = Head { seq: full.world.log.head().seq, hash: full.world.log.head().hash };
    let taken = handing(&full.world, &log, alice, &full.dave, Some(seen));
    log.push(taken);
    expect(&with_chain(&found, &log), "taken from an owner who is there");

    beside_the_chains(&full, &found, expect);
}

fn beside_the_chains(full: &Full, found: &[Vec<u8>], expect: impl Fn(&[Vec<u8>], &str)) {
    let at = |kind| of_kind(found, kind)[0];
    let (_, account, ring): (u8, AccountId, ByteBuf) = cbor::decode(&found[at(3)]).unwrap();
    expect(&with(found, at(3), &(3_u8, account, ByteBuf::from(b"another".to_vec()))), "another ring");
    expect(&with(found, at(3), &(3_u8, AccountId::ZERO, ring)), "a ring of nobody");

    type Newcomer = (u8, AccountId, String, Redemption, bool);
    let waiting = of_kind(found, 4);
    let (kind, account, name, redemption, admitted): Newcomer = cbor::decode(&found[waiting[0]]).unwrap();
    let false_one = redeem(full.world.workspace(), redemption.invitation, account, &Secret::new([9; 32]));
    expect(&with(found, waiting[0], &(kind, account, &name, false_one, admitted)), "a false redemption");
    expect(&with(found, waiting[0], &(kind, full.dave.account, &name, &redemption, admitted)), "somebody else's");
    expect(&with(found, waiting[0], &(kind, account, "a\nb", &redemption, admitted)), "a name that is none");
    expect(&with(found, waiting[0], &(kind, account, &name, &redemption, true)), "let in by nobody");
    expect(&doubled(found, waiting[0]), "waiting twice");

    let (kind, at_ms, refused, mut asked): (u8, u64, bool, ByteBuf) = cbor::decode(&found[at(5)]).unwrap();
    expect(&doubled(found, at(5)), "asked twice");
    let last = asked.len() - 1;
    asked[last] ^= 1;
    expect(&with(found, at(5), &(kind, at_ms, refused, asked)), "asked by nobody");

    let (kind, folder, wraps, held): (u8, FolderId, u64, u64) = cbor::decode(&found[of_kind(found, 6)[1]]).unwrap();
    expect(&with(found, of_kind(found, 6)[1], &(kind, FolderId::new([255; 32]), wraps, held)), "lists of no folder");
    expect(&with(found, of_kind(found, 6)[1], &(kind, folder, wraps, u64::MAX)), "a number that is none");

    type Wrapped = (u8, FolderId, u64, valise_protocol::ids::DekId, u64, ByteBuf);
    let wrap = of_kind(found, 7)[1];
    let (kind, folder, change, dek, epoch, bytes): Wrapped = cbor::decode(&found[wrap]).unwrap();
    let (_, _, _, first, ..): Wrapped = cbor::decode(&found[of_kind(found, 7)[0]]).unwrap();
    let short = ByteBuf::from(vec![1; 59]);
    expect(&with(found, wrap, &(kind, FolderId::new([255; 32]), change, dek, epoch, &bytes)), "a wrap of no folder");
    expect(&with(found, wrap, &(kind, folder, change + 1, dek, epoch, &bytes)), "a wrap after the last");
    expect(&with(found, wrap, &(kind, folder, change, dek, 3_u64, &bytes)), "a wrap of a later epoch");
    expect(&with(found, wrap, &(kind, folder, change, dek, 0_u64, &bytes)), "a wrap of no epoch");
    expect(&with(found, wrap, &(kind, folder, change, dek, epoch, short)), "a short wrap");
    expect(&with(found, wrap, &(kind, folder, change, first, epoch, &bytes)), "two wraps of one key");
}

/// What a member does must not keep the workspace where it is: somebody who was never let in may stand in a folder.
#[tokio::test]
async fn a_workspace_moves_whatever_a_member_wrote() {
    let mut world = World::new().await;
    let mut log = world.folder().await;
    let (invited, secret) = world.invite().await;
    let mallory = world.newcomer("Mallory", &invited, &secret);
    world.post_join(&mallory).await.unwrap();
    let record = member_added(&log, &world.alice, &mallory, Role::Viewer, None);
    push(&world.client(&world.alice), &mut log, record).await.unwrap();
    world.officer_says(workspace::kind::INVITATION_REVOKED, &InvitationRevoked { id: invited.id }).await;
    let place = tempfile::tempdir().unwrap();
    let (to, data) = (place.path().join("export"), place.path().join("data"));
    assert_eq!(export(world.data(), &to, true).unwrap().accounts, 1);
    import(&to, &data, &Keys::Exported).unwrap();
}

const VECTOR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/catalog-export.json");

/// Bytes that must never change. `UPDATE_VECTORS=1` writes them anew, for a new format version.
#[tokio::test]
async fn a_frozen_export_is_read_and_written_as_it_was() {
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        let items: Vec<String> = items(&small().await.bytes()).iter().map(hex::encode).collect();
        fs::write(VECTOR, serde_json::to_string_pretty(&json!({ "items": items })).unwrap() + "\n").unwrap();
    }
    let vector: Value = serde_json::from_slice(&fs::read(VECTOR).unwrap()).unwrap();
    let frozen: Vec<Vec<u8>> =
        vector["items"].as_array().unwrap().iter().map(|it| hex::decode(it.as_str().unwrap()).unwrap()).collect();
    let bytes = written(&frozen);
    assert_eq!(items(&bytes), frozen);
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name);
    fs::write(path("frozen"), &bytes).unwrap();
    import(&path("frozen"), &path("data"), &Keys::Exported).unwrap();
    export(&path("data"), &path("again"), true).unwrap();
    assert!(fs::read(path("again")).unwrap() == bytes);
}
