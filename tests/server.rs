//! What an operator does with a catalog: real programs.

use serde_json::Value;
use valise_tests::{
    args,
    catalog::Catalog,
    cli::{alice, bob},
};

/// What there is no room for waits and is told in words; everything else goes on; with room, it goes.
#[tokio::test]
async fn over_quota_is_told_and_nothing_is_lost() {
    let (catalog, alice) = (Catalog::start().await, alice());
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
    alice.valise(args!["folder", "create", "Contracts"]).await;
    let set = catalog.operator(args!["quota", "set", "--each", "--pinned", "1kB", "--json"]).await;
    assert_eq!(set["each"]["pinnedBytes"], 1000);

    let file = alice.home.write("large.txt", "x".repeat(100_000));
    alice.valise(args!["add", &file, "--to", "Contracts", "--no-wait"]).await;
    let refused = alice.refused(args!["sync", "--no-wait"]).await;
    assert_eq!(refused.answer["error"]["code"], "overQuota", "{}", refused.text);
    assert!(refused.answer["error"]["happened"].as_str().unwrap().contains("no room left"));
    let told = alice.valise(args!["security"]).await;
    assert!(told.as_array().unwrap().iter().any(|event| event["words"]["code"] == "overQuota"), "{told}");
    assert_eq!(alice.valise(args!["ls", "Contracts"]).await[0]["place"]["type"], "waiting");
    // Nobody waits for what cannot come.
    let second = alice.home.write("second.txt", "y".repeat(100_000));
    let refused = alice.refused(args!["add", &second, "--to", "Contracts"]).await;
    assert_eq!(refused.answer["error"]["code"], "overQuota", "{}", refused.text);
    // Folders, people and keys are not content.
    alice.valise(args!["folder", "create", "Offers"]).await;

    catalog.operator(args!["quota", "clear", "--each", "--json"]).await;
    alice.valise(args!["sync"]).await;
    let accounts = catalog.operator(args!["account", "list", "--json"]).await;
    assert_eq!(
        (accounts[0]["name"].clone(), accounts[0]["officer"].clone()),
        (Value::from("Alice"), Value::from(true))
    );
    assert!(accounts[0]["pinnedBytes"].as_u64().unwrap() > 100_000);
}

/// Another server with the same keys and history: nobody has to do anything, and what it held is still there.
#[tokio::test]
async fn a_catalog_moves_by_its_backup() {
    let (catalog, alice, bob) = (Catalog::start().await, alice(), bob());
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
    alice.valise(args!["folder", "create", "Contracts"]).await;
    let invitation = alice.valise(args!["invite", "Contracts"]).await;
    let mut open = alice.start(args!["sync", "--watch"]).not_worth_telling();
    bob.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", "Bob"]).await;
    open.stop().await;
    let file = alice.home.write("held.txt", "on the old server");
    alice.valise(args!["add", &file, "--to", "Contracts"]).await;

    let _catalog = catalog.moved().await;
    bob.valise(args!["get", "Contracts/held.txt", "-o", bob.home.path().join("got")]).await;
    let got = bob.home.path().join("got");
    let got = if got.is_dir() { got.join("held.txt") } else { got };
    assert_eq!(std::fs::read_to_string(got).unwrap(), "on the old server");
    let file = alice.home.write("new.txt", "on the new server");
    alice.valise(args!["add", &file, "--to", "Contracts"]).await;
    for person in [&alice, &bob] {
        let told = person.valise(args!["security"]).await;
        assert!(told.as_array().unwrap().iter().all(|event| event["alarm"] == false), "{told}");
    }
}
