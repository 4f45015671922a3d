//! What becomes of a folder when the account of its only owner is closed. Real programs, a real catalog.

use std::fs;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use valise_protocol::chain::Head;
use valise_protocol::folder;
use valise_protocol::invitation::Link;
use valise_protocol::receipt::Receipt;
use valise_protocol::record::Record;
use valise_tests::args;
use valise_tests::catalog::Catalog;
use valise_tests::cli::Person;
use valise_tests::liar::Liar;

const TEXT: &str = "an agreement between Brightwater and Acme";

/// Olga, an officer; Ada, who owns a folder; Bao, who reads it; Carol, who is to take over.
struct World {
    catalog: Catalog,
    olga: Person,
    ada: Person,
    bao: Person,
    carol: Person,
    /// What Ada takes for the catalog.
    adas: Liar,
    /// And Bao.
    baos: Liar,
}

impl World {
    async fn new() -> Self {
        let (catalog, [olga, ada, bao, carol]) =
            (Catalog::start().await, ["Olga", "Ada", "Bao", "Carol"].map(Person::new));
        let (adas, baos) = (Liar::before(&catalog.url).await, Liar::before(&catalog.url).await);
        let world = Self { catalog, olga, ada, bao, carol, adas, baos };
        let url = &world.catalog.url;
        world.olga.valise(args!["init", "--name", "Olga", "--workspace", "Acme", "--catalog", url]).await;
        world.olga.valise(args!["folder", "create", "Office"]).await;
        for (person, url) in [(&world.ada, &world.adas.url), (&world.bao, &world.baos.url), (&world.carol, url)] {
            world.joins(person, url).await;
        }
        for person in [&world.ada, &world.bao] {
            person.valise(args!["sync"]).await;
        }
        world
    }

    async fn joins(&self, person: &Person, url: &str) {
        let invitation = self.olga.valise(args!["invite", "Office", "--role", "viewer"]).await;
        let mut open = self.olga.start(args!["sync", "--watch"]).not_worth_telling();
        let mut link = Link::parse(invitation["link"].as_str().unwrap()).unwrap();
        link.addresses = vec![url.to_owned()];
        person.valise(args!["join", link.to_text(), "--name", person.name]).await;
        open.stop().await;
    }

    /// A folder of Ada's with one file, which Bao may read.
    async fn ada_shares(&self, name: &str) {
        self.ada.valise(args!["folder", "create", name]).await;
        self.add(&self.ada, name, "a.txt").await;
        self.ada.valise(args!["folder", "add", name, "Bao", "--role", "viewer"]).await;
        self.bao.valise(args!["folder", "accept", name]).await;
    }

    async fn add(&self, person: &Person, folder: &str, file: &str) {
        let paper = person.home.write(file, format!("{TEXT}, {file}"));
        person.valise(args!["add", paper, "--to", folder]).await;
    }

    /// The record by which Bao's computer handed a folder over.
    fn handed_over(&self) -> Record {
        let brought = self.baos.answered().into_iter().filter(|asked| asked.is("POST", "/v1/chains/folder-"));
        let records = brought.flat_map(|asked| asked.json()["records"].as_array().unwrap().clone());
        let decoded = records.map(|it| BASE64_URL_SAFE_NO_PAD.decode(it.as_str().unwrap()).unwrap());
        let mut records = decoded.map(|bytes| Record::decode(&bytes).unwrap());
        records.find(|record| record.envelope().kind == folder::kind::SUCCEEDED).expect("a folder that was handed over")
    }

    async fn reads(&self, person: &Person, folder: &str, file: &str) {
        let to = person.home.path().join("got");
        let _ = fs::remove_file(&to);
        person.valise(args!["get", format!("{folder}/{file}"), "-o", &to]).await;
        assert_eq!(fs::read_to_string(&to).unwrap(), format!("{TEXT}, {file}"), "{} reads {file}", person.name);
    }
}

async fn code(person: &Person, args: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>) -> Value {
    person.refused(args).await.answer["error"]["code"].clone()
}

/// A folder as this person's list shows it; null if it does not.
async fn folder_of(person: &Person, name: &str) -> Value {
    let folders = person.valise(args!["folder", "list"]).await;
    folders.as_array().unwrap().iter().find(|folder| folder["name"] == name).cloned().unwrap_or_default()
}

async fn members(person: &Person, folder: &str) -> Vec<(String, String)> {
    let members = person.valise(args!["folder", "members", folder]).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut members: Vec<_> =
        members.as_array().unwrap().iter().map(|member| (text(&member["name"]), text(&member["role"]))).collect();
    members.sort();
    members
}

fn named(members: &[(&str, &str)]) -> Vec<(String, String)> {
    members.iter().map(|(name, role)| ((*name).to_owned(), (*role).to_owned())).collect()
}

async fn events(person: &Person) -> Vec<(bool, String)> {
    let events = person.valise(args!["security"]).await;
    let event = |it: &Value| (it["alarm"].as_bool().unwrap(), it["words"]["happened"].as_str().unwrap().to_owned());
    events.as_array().unwrap().iter().map(event).collect()
}

/// Which of one's folders pass to whom: `?` while nothing is decided.
fn decided(succession: &Value) -> Vec<(String, String)> {
    let folders = succession["folders"].as_array().unwrap().iter();
    let to = |it: &Value| match (&it["successor"]["name"], it["decided"].as_bool().unwrap()) {
        (Value::String(name), _) => name.clone(),
        (_, true) => "nobody".to_owned(),
        (_, false) => "?".to_owned(),
    };
    folders.map(|it| (it["name"].as_str().unwrap().to_owned(), to(it))).collect()
}

#[tokio::test]
async fn a_folder_passes_to_whom_its_owner_agreed_to() {
    let world = World::new().await;
    let World { olga, ada, bao, carol, .. } = &world;
    world.ada_shares("Contracts").await;
    world.ada_shares("Drafts").await;
    world.ada_shares("Private").await;

    // Officers name, owners agree: nobody else does either.
    assert_eq!(code(ada, args!["successor", "agree"]).await, "notAllowed");
    assert_eq!(code(ada, args!["successor", "set", "Carol"]).await, "notAllowed");
    let named_now = olga.valise(args!["successor", "set", "Carol"]).await;
    assert_eq!((&named_now["named"]["name"], &named_now["mayName"]), (&json!("Carol"), &json!(true)));
    assert_eq!(carol.valise(args!["successor"]).await["named"]["me"], true);
    let open = ada.valise(args!["successor"]).await;
    assert_eq!(decided(&open), named(&[("Contracts", "?"), ("Drafts", "?"), ("Private", "?")]));
    assert_eq!(code(bao, args!["folder", "successor", "Contracts", "Carol"]).await, "notAllowed");
    assert_eq!(code(ada, args!["folder", "successor", "Contracts", "Ada"]).await, "badInput");
    assert_eq!(code(ada, args!["folder", "successor", "My files", "Carol"]).await, "notAllowed");
    ada.valise(args!["folder", "successor", "Private", "--nobody"]).await;
    let agreed = ada.valise(args!["successor", "agree", "Contracts"]).await;
    assert_eq!(decided(&agreed), named(&[("Contracts", "Carol"), ("Drafts", "?"), ("Private", "nobody")]));
    // A new folder is asked about as well.
    let alone = ada.valise(args!["folder", "create", "Hers alone"]).await;
    assert_eq!((&alone["successor"], &alone["ownerless"]), (&Value::Null, &json!(false)));
    let asked = ada.valise(args!["successor"]).await["folders"][2].clone();
    assert_eq!(
        (&asked["name"], &asked["alone"], &asked["decided"]),
        (&json!("Hers alone"), &json!(true), &json!(false))
    );
    bao.valise(args!["sync"]).await;
    assert_eq!(folder_of(bao, "Contracts").await["successor"], "Carol");
    carol.valise(args!["sync"]).await;
    assert_eq!(folder_of(carol, "Contracts").await, Value::Null, "it gives nobody a key");

    // Ada's account is closed. Bao, who may only read, hands over; Carol's computer does the rest by itself.
    olga.valise(args!["people", "close", "Ada", "--yes"]).await;
    bao.valise(args!["sync"]).await;
    let both = named(&[("Ada", "owner"), ("Bao", "viewer"), ("Carol", "owner")]);
    assert_eq!(members(bao, "Contracts").await, both);
    assert_eq!(folder_of(bao, "Contracts").await["ownerless"], false);
    carol.valise(args!["sync"]).await;
    assert_eq!(members(carol, "Contracts").await, named(&[("Bao", "viewer"), ("Carol", "owner")]));
    let keys = carol.valise(args!["key", "status", "Contracts"]).await;
    assert_eq!((&keys["current"], &keys["changeWaiting"]), (&json!(2), &json!(false)), "{keys}");
    world.reads(carol, "Contracts", "a.txt").await;
    world.add(carol, "Contracts", "b.txt").await;
    bao.valise(args!["sync"]).await;
    world.reads(bao, "Contracts", "b.txt").await;
    world.reads(bao, "Contracts", "a.txt").await;
    // She decides anew, and is asked: she is whom officers have named.
    assert_eq!(decided(&carol.valise(args!["successor"]).await), named(&[("Contracts", "?")]));

    // All of them are told, and none is alarmed.
    let told = "took over the folder “Contracts” from Ada, whose account was closed.";
    assert_eq!(events(bao).await, [(false, format!("Carol {told}"))]);
    assert_eq!(events(carol).await, [(false, format!("You {told}"))]);
    assert_eq!(events(olga).await, []);

    // Where Ada did not agree, nobody manages it; Bao reads on.
    for name in ["Drafts", "Private"] {
        let folder = folder_of(bao, name).await;
        assert_eq!((&folder["ownerless"], &folder["successor"]), (&json!(true), &Value::Null), "{folder}");
        assert_eq!(members(bao, name).await, named(&[("Ada", "owner"), ("Bao", "viewer")]));
        assert_eq!(folder_of(carol, name).await, Value::Null);
        world.reads(bao, name, "a.txt").await;
    }
}

#[tokio::test]
async fn who_is_a_member_takes_over_without_anybody_s_help() {
    let world = World::new().await;
    let World { olga, ada, bao, carol, .. } = &world;
    world.ada_shares("Contracts").await;
    olga.valise(args!["successor", "set", "Bao"]).await;
    ada.valise(args!["successor", "agree"]).await;
    olga.valise(args!["people", "close", "Ada", "--yes"]).await;
    bao.valise(args!["sync"]).await;
    assert_eq!(members(bao, "Contracts").await, named(&[("Bao", "owner")]), "in one round");
    let keys = bao.valise(args!["key", "status", "Contracts"]).await;
    assert_eq!((&keys["current"], &keys["changeWaiting"]), (&json!(2), &json!(false)), "{keys}");
    world.add(bao, "Contracts", "b.txt").await;
    bao.valise(args!["folder", "add", "Contracts", "Carol"]).await;
    carol.valise(args!["folder", "accept", "Contracts"]).await;
    world.reads(carol, "Contracts", "a.txt").await;
    // The successor's own account ends being named; whom a folder passes to is gone.
    bao.valise(args!["folder", "successor", "Contracts", "Olga"]).await;
    olga.valise(args!["people", "close", "Bao", "--yes"]).await;
    assert_eq!(olga.valise(args!["successor"]).await["named"], Value::Null);
}

/// A catalog that shows Ada another workspace than Bao: there she is gone, here she is not. What Bao did in good faith
/// is an alarm here, and Ada's computer sends nothing to that folder until somebody who may decides.
#[tokio::test]
async fn an_owner_who_is_there_is_alarmed_when_somebody_takes_over() {
    let mut world = World::new().await;
    world.ada_shares("Contracts").await;
    world.olga.valise(args!["successor", "set", "Carol"]).await;
    world.ada.valise(args!["successor", "agree"]).await;
    world.bao.valise(args!["sync"]).await;
    let fork = world.catalog.fork().await;
    world.adas.aim(&fork.url);
    world.olga.valise(args!["people", "close", "Ada", "--yes"]).await;
    world.bao.valise(args!["sync"]).await;
    let handed = world.handed_over();
    world.ada.valise(args!["sync"]).await;
    assert_eq!(events(&world.ada).await, []);

    // The administrator signs whatever it takes.
    let (chain, head, record) = (handed.chain().unwrap(), Head::of(&handed), base64(&handed));
    let receipt = serde_json::to_value(Receipt::sign(chain, head, &fork.key())).unwrap();
    let (path, folder) = (format!("/v1/chains/{chain}?"), folder_of(&world.ada, "Contracts").await["id"].clone());
    world.adas.change(move |asked, answer| {
        if asked.is("GET", "/v1/folders") && asked.path.trim_end_matches('?') == "/v1/folders" {
            let folders = answer["folders"].as_array_mut().unwrap();
            let shown = folders.iter_mut().filter(|it| it["folder"] == folder);
            shown.for_each(|it| it["head"] = serde_json::to_value(head).unwrap());
        } else if asked.is("GET", &path) {
            let is_new = !asked.path.ends_with(&format!("after={}", head.seq));
            answer["records"] = if is_new { json!([record]) } else { json!([]) };
            answer["receipt"] = receipt.clone();
        }
    });
    assert_eq!(code(&world.ada, args!["sync"]).await, "distrusted");
    let happened = "Carol was made an owner of the folder “Contracts”, though Ada had not been closed.";
    assert_eq!(events(&world.ada).await, [(true, happened.to_owned())]);
    assert_eq!(folder_of(&world.ada, "Contracts").await["stopped"], true);
    let before = world.adas.heard().len();
    let paper = world.ada.home.write("secret.txt", TEXT);
    world.ada.run_any(args!["add", paper, "--to", "Contracts", "--no-wait"]).await;
    world.ada.run_any(args!["sync", "--no-wait"]).await;
    let chain = format!("/v1/chains/{chain}");
    let sent = world.adas.heard().split_off(before).into_iter().filter(|asked| asked.is("POST", &chain)).count();
    assert_eq!(sent, 0, "nothing for Carol to read");
}

fn base64(record: &Record) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(record.bytes())
}
