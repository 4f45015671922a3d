//! Can this ever be lost? The ways to a key and the computers that hold the bytes, as they come and go. Real programs, a
//! real catalog, which is on this very computer.

use serde_json::Value;
use valise_tests::{
    args,
    catalog::Catalog,
    cli::{Person, alice, bob},
};

async fn risk(person: &Person, path: &str) -> Value {
    person.valise(args!["risk", path]).await
}

/// What kind each of a list is of, in its order.
fn kinds(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|each| each["kind"].as_str().unwrap()).collect()
}

/// Types two groups of every kit back.
async fn prove(person: &Person, made: &Value) {
    for kit in made["kits"].as_array().unwrap() {
        let groups: Vec<&str> = kit["code"].as_str().unwrap().split(' ').collect();
        let asked = |at: usize| groups[usize::try_from(kit["asked"][at].as_u64().unwrap()).unwrap() - 1];
        person.valise(args!["recovery", "confirm", kit["kit"].as_str().unwrap(), asked(0), asked(1)]).await;
    }
}

#[tokio::test]
async fn what_can_be_lost_is_counted() {
    let catalog = Catalog::start().await;
    let (alice, bob) = (alice(), bob());
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
    alice.valise(args!["folder", "create", "Contracts"]).await;
    let file = alice.home.write("a.txt", "an agreement");
    alice.valise(args!["add", file, "--to", "Contracts"]).await;

    // The pinning node has the bytes, on the same computer.
    let alone = risk(&alice, "Contracts").await;
    assert_eq!(kinds(&alone["ways"]), ["thisComputer"]);
    assert_eq!(kinds(&alone["copies"]), ["thisComputer", "pinningNodeHere"]);
    assert_eq!((&alone["files"], &alone["thinFiles"]), (&1.into(), &1.into()));
    assert_eq!((&alone["thin"][0]["path"], &alone["thin"][0]["copies"]), (&"a.txt".into(), &1.into()));

    // Kits open the account elsewhere, but not without the catalog, and that is here.
    let made = alice.valise(args!["recovery", "kit", "--print"]).await;
    assert_eq!(risk(&alice, "Contracts").await["kitsNeedCatalog"], false, "nobody knows whether they are kept");
    prove(&alice, &made).await;
    let proven = risk(&alice, "Contracts").await;
    assert_eq!((kinds(&proven["ways"]), &proven["kitsNeedCatalog"]), (vec!["thisComputer"], &true.into()));

    // A colleague's computer opens it, and no longer when they are gone.
    let invitation = alice.valise(args!["invite", "Contracts"]).await;
    let mut open = alice.start(args!["sync", "--watch"]).not_worth_telling();
    bob.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", "Bob"]).await;
    open.kill().await;
    let shared = risk(&alice, "Contracts/a.txt").await;
    assert_eq!(kinds(&shared["ways"]), ["thisComputer", "colleagueComputer"]);
    assert_eq!(shared["ways"][1]["name"], "Bob");
    // Alice's computer made it; the pinning node may be on that one.
    assert_eq!(kinds(&risk(&bob, "Contracts").await["ways"]), ["thisComputer", "colleagueComputer"]);
    assert_eq!(risk(&bob, "Contracts").await["thinFiles"], 1);
    alice.valise(args!["folder", "remove", "Contracts", "Bob"]).await;
    assert_eq!(kinds(&risk(&alice, "Contracts").await["ways"]), ["thisComputer"]);
}
