//! A workspace moves from a person's own computer to a server, and a server to another address: everybody follows by
//! themselves, and nothing is lost. Real programs, a real catalog, real nodes.

use std::fs;

use valise_tests::{
    args,
    catalog::{Catalog, free_address},
    cli::{Person, alice, bob},
    process::Process,
};

/// Somebody's Valise stays open, and hosts what it hosts.
async fn stays(person: &Person) -> Process {
    let open = person.start(args!["sync", "--watch"]).not_worth_telling();
    open.line("how it stands", |line| line.contains("\"stage\"").then_some(())).await;
    open
}

async fn network(person: &Person) -> serde_json::Value {
    person.valise(args!["network"]).await
}

#[tokio::test]
async fn a_workspace_moves_from_a_computer_to_a_server() {
    let (alice, bob) = (alice(), bob());
    let file = |person: &Person, name: &str| person.home.write(name, format!("what {name} says").repeat(40_000));

    // It begins on Alice's computer: who comes in needs her Valise to be open.
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--host", "127.0.0.1:0"]).await;
    alice.valise(args!["folder", "create", "Contracts"]).await;
    let invitation = alice.valise(args!["invite", "Contracts"]).await;
    let mut open = stays(&alice).await;
    bob.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", "Bob"]).await;
    let first = file(&bob, "first.txt");
    bob.valise(args!["add", &first, "--to", "Contracts"]).await;
    open.stop().await;
    let old = network(&alice).await["catalog"].as_str().unwrap().to_owned();
    assert_eq!(network(&alice).await["hosts"], true);

    // Nobody but an officer says where the catalog answers, and nobody but its host moves it.
    let address = free_address();
    let url = format!("https://{address}");
    let mut open = stays(&alice).await;
    assert_eq!(bob.refused(args!["network", "address", &url]).await.answer["error"]["code"], "notAllowed");
    let nowhere = bob.home.path().join("copy");
    assert_eq!(bob.refused(args!["network", "move-out", &nowhere, "--yes"]).await.answer["error"]["code"], "notFound");
    assert!(!nowhere.exists());

    // Bob hears of the new address while the old one still answers, and stays there until the new one does.
    open.stop().await;
    let named = alice.valise(args!["network", "address", &url]).await;
    assert_eq!(named["addresses"], serde_json::json!([url, old]));
    let mut open = stays(&alice).await;
    bob.valise(args!["sync"]).await;
    assert_eq!(network(&bob).await["addresses"], serde_json::json!([url, old]));
    assert_eq!(network(&bob).await["catalog"], *old);
    open.stop().await;

    // A directory with something in it is nobody's to overwrite, and then it goes on as before.
    let full = alice.home.path().join("full");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("a file"), "of somebody").unwrap();
    assert_eq!(alice.refused(args!["network", "move-out", &full, "--yes"]).await.answer["error"]["code"], "io");
    assert_eq!(network(&alice).await["hosts"], true);

    let copy = alice.home.path().join("copy");
    let moved = alice.valise(args!["network", "move-out", &copy, "--yes"]).await;
    let left = moved["left"].as_str().unwrap();
    // Alice's computer is no server any more, whatever is opened there. What is at hand can be used, changes wait.
    alice.valise(args!["ls", "Contracts"]).await;
    bob.valise(args!["get", "Contracts/first.txt", "-o", bob.home.path().join("mine.txt")]).await;
    let second = file(&bob, "second.txt");
    bob.valise(args!["add", &second, "--to", "Contracts", "--no-wait"]).await;
    assert_eq!(bob.valise(args!["status"]).await["connection"], "unreachable");

    // The server: everybody is there by themselves, with everything, and the old one can go.
    let server = Catalog::restored(&copy, &address).await;
    assert_eq!(server.url, url);
    fs::remove_dir_all(left).unwrap();
    fs::remove_dir_all(&copy).unwrap();
    for person in [&alice, &bob] {
        person.valise(args!["sync"]).await;
        let now = network(person).await;
        assert_eq!((now["catalog"].as_str(), now["connection"].as_str()), (Some(&*url), Some("inStep")));
        assert_eq!(now["hosts"], false);
        assert_eq!(person.valise(args!["security"]).await, serde_json::json!([]), "nobody was alarmed");
    }
    for (name, original) in [("first.txt", &first), ("second.txt", &second)] {
        let to = alice.home.path().join(name);
        alice.valise(args!["get", format!("Contracts/{name}"), "-o", &to]).await;
        assert_eq!(fs::read(to).unwrap(), fs::read(original).unwrap());
    }

    // And a newcomer finds it there, without Alice.
    let invitation = alice.valise(args!["invite", "Contracts"]).await;
    let carol = Person::new("carol");
    let mut open = stays(&alice).await;
    carol.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", "Carol"]).await;
    open.stop().await;
    carol.valise(args!["get", "Contracts/second.txt", "-o", carol.home.path().join("got.txt")]).await;
}

/// Whoever answers at an address that was named is not believed for that.
#[tokio::test]
async fn somebody_else_at_a_named_address_is_nobody() {
    let (catalog, other) = (Catalog::start().await, Catalog::start().await);
    let alice = alice();
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
    let named = alice.valise(args!["network", "address", &other.url, "https://localhost:1"]).await;
    assert_eq!(named["addresses"], serde_json::json!([other.url, "https://localhost:1", catalog.url]));
    alice.valise(args!["folder", "create", "Contracts"]).await;
    let now = network(&alice).await;
    assert_eq!((now["catalog"].as_str(), now["connection"].as_str()), (Some(&*catalog.url), Some("inStep")));
    for wrong in ["", "ftp://somewhere", "https://", "http://127.0.0.1:1"] {
        assert_eq!(
            alice.refused(args!["network", "address", wrong]).await.answer["error"]["code"],
            "badInput",
            "{wrong}"
        );
    }
}

/// A server that has the catalog's keys and not the workspace is not where everybody goes.
#[tokio::test]
async fn a_server_with_the_keys_and_nothing_else_is_not_where_to_go() {
    let catalog = Catalog::start().await;
    let alice = alice();
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
    let empty = Catalog::with_keys_of(&catalog).await;
    alice.valise(args!["network", "address", &empty.url]).await;
    alice.valise(args!["folder", "create", "Contracts"]).await;
    let now = network(&alice).await;
    assert_eq!((now["catalog"].as_str(), now["connection"].as_str()), (Some(&*catalog.url), Some("inStep")));
    assert_eq!(now["addresses"], serde_json::json!([empty.url, catalog.url]));
}

/// Which catalog it is says the workspace, signed, and no file that lies in the open: who could write to a locked home,
/// and stands on the line, is found out.
#[tokio::test]
async fn a_catalog_that_somebody_wrote_into_the_home_is_an_alarm() {
    let (catalog, other) = (Catalog::start().await, Catalog::start().await);
    let alice = alice();
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
    let file = alice.home.valise().join("account.json");
    let mut open: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    open["catalog"] = serde_json::json!({ "url": other.url, "key": other.key().verify_key() });
    fs::write(&file, serde_json::to_vec(&open).unwrap()).unwrap();
    assert_eq!(alice.refused(args!["sync"]).await.answer["error"]["code"], "distrusted");
    let events = alice.valise(args!["security"]).await;
    assert!(events.as_array().unwrap().iter().any(|event| event["alarm"] == true), "{events}");
}
