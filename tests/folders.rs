//! A folder that is shared with somebody of the workspace: nothing of it is fetched until they accept. Handing over, links.
//! Real programs, a real catalog, and somebody between who sees what is asked.

use std::fs;

use serde_json::{Value, json};
use valise_protocol::invitation::Link;
use valise_tests::args;
use valise_tests::catalog::Catalog;
use valise_tests::cli::{Person, alice, bob};
use valise_tests::liar::Liar;

const TEXT: &str = "an agreement between Brightwater and Acme";

/// Alice, an officer, and Bob, who joined the folder Office by a link and asks the catalog through a liar.
struct World {
    alice: Person,
    bob: Person,
    bobs: Liar,
    _catalog: Catalog,
}

impl World {
    async fn new() -> Self {
        let (catalog, alice, bob) = (Catalog::start().await, alice(), bob());
        let bobs = Liar::before(&catalog.url).await;
        alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
        alice.valise(args!["folder", "create", "Office"]).await;
        let invitation = alice.valise(args!["invite", "Office"]).await;
        let mut link = Link::parse(invitation["link"].as_str().unwrap()).unwrap();
        link.addresses = vec![bobs.url.clone()];
        let mut open = alice.start(args!["sync", "--watch"]).not_worth_telling();
        bob.valise(args!["join", link.to_text(), "--name", bob.name]).await;
        open.kill().await;
        Self { alice, bob, bobs, _catalog: catalog }
    }

    /// A folder of Alice's with a file, that she shares with Bob.
    async fn shares(&self, name: &str, role: &str) -> String {
        let made = self.alice.valise(args!["folder", "create", name]).await;
        add(&self.alice, "a.txt", name).await;
        self.alice.valise(args!["folder", "add", name, "Bob", "--role", role]).await;
        made["id"].as_str().unwrap().to_owned()
    }

    /// What Bob's computer read of a folder: its chain, its file keys, what is held.
    fn fetched(&self, folder: &str) -> Vec<String> {
        let asked = self.bobs.heard().into_iter().filter(|asked| asked.method == "GET");
        let of = asked.filter(|asked| asked.path.contains(folder) && !asked.path.ends_with("/offer"));
        of.map(|asked| asked.path).collect()
    }
}

async fn add(person: &Person, name: &str, folder: &str) {
    let file = person.home.write(name, format!("{TEXT}, {name}"));
    person.valise(args!["add", file, "--to", folder]).await;
}

async fn code(person: &Person, args: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>) -> Value {
    person.refused(args).await.answer["error"]["code"].clone()
}

async fn folders(person: &Person) -> Vec<Value> {
    let list = person.valise(args!["folder", "list"]).await;
    let names = list.as_array().unwrap().iter().map(|folder| folder["name"].clone());
    names.filter(|name| *name != "My files").collect()
}

async fn whats(person: &Person, folder: &str, more: &[&str]) -> Vec<Value> {
    let mut asked = vec!["activity", folder];
    asked.extend(more);
    let told = person.valise(asked).await;
    let mut whats: Vec<Value> = told.as_array().unwrap().iter().map(|it| it["what"].clone()).collect();
    whats.reverse();
    whats
}

#[tokio::test]
async fn nothing_of_a_folder_is_fetched_before_it_is_accepted() {
    let world = World::new().await;
    let World { alice, bob, .. } = &world;
    // To open the link was Bob's word for the folder it was to.
    assert_eq!(folders(bob).await, ["Office"]);
    let id = world.shares("Contracts", "editor").await;

    bob.valise(args!["sync"]).await;
    let waiting = bob.valise(args!["folder", "invitations"]).await;
    assert_eq!(waiting.as_array().unwrap().len(), 1, "{waiting}");
    let first = &waiting[0];
    assert_eq!(
        (&first["name"], &first["by"], &first["role"]),
        (&json!("Contracts"), &json!("Alice"), &json!("editor"))
    );
    assert_eq!(folders(bob).await, ["Office"]);
    assert_eq!(code(bob, args!["ls", "Contracts"]).await, "notFound");
    let link = alice.valise(args!["link", "Contracts/a.txt"]).await;
    assert_eq!(code(bob, args!["open-link", link.as_str().unwrap()]).await, "notAllowed");
    assert_eq!(world.fetched(&id), Vec::<String>::new());
    let members = alice.valise(args!["folder", "members", "Contracts"]).await;
    assert_eq!((&members[1]["name"], &members[1]["accepted"]), (&json!("Bob"), &json!(false)));
    // Who has not accepted takes nothing over.
    assert_eq!(code(alice, args!["folder", "hand-over", "Contracts", "Bob", "--leave"]).await, "notAllowed");

    bob.valise(args!["folder", "accept", "Contracts"]).await;
    assert_eq!(folders(bob).await, ["Contracts", "Office"]);
    assert_eq!(bob.valise(args!["folder", "invitations"]).await, json!([]));
    let out = bob.home.path().join("out");
    bob.valise(args!["get", "Contracts/a.txt", "-o", &out]).await;
    assert_eq!(fs::read_to_string(out).unwrap(), format!("{TEXT}, a.txt"));
    let linked = bob.valise(args!["open-link", link.as_str().unwrap()]).await;
    assert_eq!((&linked["folderName"], &linked["name"]), (&json!("Contracts"), &json!("a.txt")));
    alice.valise(args!["sync"]).await;
    let members = alice.valise(args!["folder", "members", "Contracts"]).await;
    assert_eq!(members[1]["accepted"], true);

    // Handed over and left, in one step; before that the last owner stays.
    assert_eq!(code(alice, args!["folder", "leave", "Contracts"]).await, "notAllowed");
    alice.valise(args!["folder", "hand-over", "Contracts", "Bob", "--leave"]).await;
    assert_eq!(folders(alice).await, ["Office"]);
    bob.valise(args!["sync"]).await;
    let told = whats(bob, "Contracts", &["--kind", "shared"]).await;
    assert_eq!(told, ["memberAdded", "memberAccepted", "roleChanged", "memberLeft"]);
    assert_eq!(whats(bob, "Contracts", &["--person", "Alice", "--file", "a.txt"]).await, ["fileAdded"]);
    // The key is another one before anything new comes.
    add(bob, "b.txt", "Contracts").await;
    assert_eq!(whats(bob, "Contracts", &["--kind", "keys"]).await, ["keyChanged"]);
    assert_eq!(code(alice, args!["open-link", link.as_str().unwrap()]).await, "notAllowed");
    for person in [alice, bob] {
        assert_eq!(person.valise(args!["security"]).await, json!([]), "{}", person.name);
    }
}

#[tokio::test]
async fn who_declines_is_gone_and_can_be_asked_again() {
    let world = World::new().await;
    let World { alice, bob, .. } = &world;
    world.shares("Contracts", "viewer").await;
    bob.valise(args!["folder", "decline", "Contracts"]).await;
    assert_eq!(folders(bob).await, ["Office"]);
    bob.valise(args!["sync"]).await;
    assert_eq!(bob.valise(args!["folder", "invitations"]).await, json!([]));
    alice.valise(args!["sync"]).await;
    assert_eq!(whats(alice, "Contracts", &["--kind", "shared"]).await, ["memberAdded", "memberLeft"]);
    add(&world.alice, "b.txt", "Contracts").await;
    let keys = alice.valise(args!["key", "status", "Contracts"]).await;
    assert_eq!((&keys["current"], &keys["changeWaiting"]), (&json!(2), &json!(false)), "{keys}");

    alice.valise(args!["folder", "add", "Contracts", "Bob"]).await;
    bob.valise(args!["folder", "accept", "Contracts"]).await;
    let list = bob.valise(args!["ls", "Contracts"]).await;
    assert_eq!(list.as_array().unwrap().len(), 2, "{list}");
    for person in [alice, bob] {
        assert_eq!(person.valise(args!["security"]).await, json!([]), "{}", person.name);
    }
}

/// Bob's password may be known, so everything of his begins anew while two folders wait. They are told of it, their keys
/// change, and he can still answer.
#[tokio::test]
async fn what_was_lost_does_not_stay_good_in_a_folder_that_waits() {
    let mut world = World::new().await;
    world.shares("Contracts", "editor").await;
    world.shares("Plans", "viewer").await;
    world.bob.valise(args!["sync"]).await;
    let new = world.bob.home.write("new password", "three slow trains and a bridge");
    world.bob.valise(args!["password", "renew", "--new-password-file", &new]).await;
    world.bob.password = "three slow trains and a bridge".to_owned();
    let World { alice, bob, .. } = &world;
    bob.valise(args!["sync"]).await;
    assert_eq!(folders(bob).await, ["Office"]);
    for folder in ["Contracts", "Plans"] {
        alice.valise(args!["sync"]).await;
        let keys = alice.valise(args!["key", "status", folder]).await;
        assert_eq!((&keys["current"], &keys["changeWaiting"]), (&json!(2), &json!(false)), "{folder}: {keys}");
    }
    bob.valise(args!["folder", "accept", "Contracts"]).await;
    let out = bob.home.path().join("out");
    bob.valise(args!["get", "Contracts/a.txt", "-o", &out]).await;
    assert_eq!(fs::read_to_string(out).unwrap(), format!("{TEXT}, a.txt"));
    bob.valise(args!["folder", "decline", "Plans"]).await;
    assert_eq!(bob.valise(args!["folder", "invitations"]).await, json!([]));
    let members = alice.valise(args!["folder", "members", "Plans"]).await;
    assert_eq!(members.as_array().unwrap().len(), 1, "{members}");
    for person in [alice, bob] {
        assert_eq!(person.valise(args!["security"]).await, json!([]), "{}", person.name);
    }
}

/// A catalog that says Bob has accepted what he was only added to: it has no record of his to show for it.
#[tokio::test]
async fn a_catalog_cannot_accept_for_somebody() {
    let world = World::new().await;
    let World { alice, bob, bobs, .. } = &world;
    let id = world.shares("Contracts", "editor").await;
    // It shows Alice's own record as his word, or his from another folder, or leaves out by which he came.
    bobs.change(|asked, answer| {
        if asked.path.ends_with("/offer")
            && let Some(records) = answer["records"].as_array_mut()
            && let Some(first) = records.first().cloned()
        {
            records.push(first);
        }
    });
    bob.valise(args!["sync"]).await;
    assert_eq!(world.fetched(&id), Vec::<String>::new());
    assert_eq!(folders(bob).await, ["Office"]);
    bobs.change(|asked, answer| {
        if asked.path.ends_with("/offer") {
            answer["records"] = json!([]);
        }
    });
    bob.valise(args!["sync"]).await;
    assert_eq!(bob.valise(args!["folder", "invitations"]).await, json!([]));
    assert_eq!(world.fetched(&id), Vec::<String>::new());
    // A name nobody sealed is not shown.
    bobs.change(|asked, answer| {
        if asked.path.ends_with("/offer") {
            answer["commitment"] = json!("5555555555555555555555555555555555555555555555555555555555555555");
        }
    });
    bob.valise(args!["sync"]).await;
    assert_eq!(bob.valise(args!["folder", "invitations"]).await[0]["name"], Value::Null);
    bobs.honest();
    bob.valise(args!["folder", "accept", id.as_str()]).await;
    assert_eq!(folders(bob).await, ["Contracts", "Office"]);
    assert_eq!(alice.valise(args!["security"]).await, json!([]));
}
