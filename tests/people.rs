//! What officers do with people: a second officer, an account that is closed. Real programs, a real catalog.

use std::fs;

use serde_json::{Value, json};
use valise_tests::{
    args,
    catalog::Catalog,
    cli::{Person, alice, bob},
};

const TEXT: &str = "an agreement between Brightwater and Acme";

async fn joins(host: &Person, who: &Person, folder: &str) {
    let invitation = host.valise(args!["invite", folder]).await;
    let link = invitation["link"].as_str().unwrap().to_owned();
    let mut open = host.start(args!["sync", "--watch"]).not_worth_telling();
    who.valise(args!["join", &link, "--name", who.name]).await;
    open.kill().await;
}

async fn add(person: &Person, name: &str, folder: &str) {
    let file = person.home.write(name, format!("{TEXT}, {name}"));
    person.valise(args!["add", file, "--to", folder]).await;
}

async fn code(person: &Person, args: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>) -> Value {
    person.refused(args).await.answer["error"]["code"].clone()
}

async fn names(person: &Person, folder: &str) -> Vec<Value> {
    let list = person.valise(args!["ls", folder]).await;
    list.as_array().unwrap().iter().map(|entry| entry["name"].clone()).collect()
}

#[tokio::test]
async fn officers_name_others_and_close_accounts() {
    let catalog = Catalog::start().await;
    let (alice, bob, carol) = (alice(), bob(), Person::new("Carol"));
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
    alice.valise(args!["folder", "create", "Contracts"]).await;
    joins(&alice, &bob, "Contracts").await;
    add(&alice, "a.txt", "Contracts").await;

    // Bob is none yet; the only officer stays one.
    assert_eq!(code(&bob, args!["people", "officer", "Bob"]).await, "notAllowed");
    assert_eq!(code(&bob, args!["people", "close", "Alice", "--yes"]).await, "notAllowed");
    assert_eq!(code(&alice, args!["people", "officer", "Alice", "--not"]).await, "notAllowed");
    assert_eq!(code(&alice, args!["people", "close", "Alice", "--yes"]).await, "notAllowed");
    let people = alice.valise(args!["people", "officer", "Bob"]).await;
    assert!(people.as_array().unwrap().iter().all(|person| person["officer"] == true), "{people}");

    // A second officer lets people in, also into folders of their own.
    bob.valise(args!["folder", "create", "Offers"]).await;
    joins(&bob, &carol, "Offers").await;
    let account = carol.valise(args!["status"]).await["account"]["id"].clone();
    alice.valise(args!["sync"]).await;
    alice.valise(args!["folder", "add", "Contracts", account.as_str().unwrap()]).await;
    add(&bob, "offer.txt", "Offers").await;
    carol.valise(args!["folder", "accept", "Contracts"]).await;
    assert_eq!(names(&carol, "Contracts").await, ["a.txt"]);
    assert_eq!(names(&carol, "Offers").await, ["offer.txt"]);
    carol.valise(args!["folder", "create", "Hers alone"]).await;

    // Carol leaves. Alice closes her account: refused at once, out of Alice's folder at once, out of Bob's when his
    // computer hears of it, and nothing new is hers to read.
    let people = alice.valise(args!["people", "close", "Carol", "--yes"]).await;
    assert_eq!(people.as_array().unwrap().len(), 2, "{people}");
    assert_eq!(code(&carol, args!["sync"]).await, "removed");
    bob.valise(args!["sync"]).await;
    for (person, folder) in [(&alice, "Contracts"), (&bob, "Offers")] {
        let members = person.valise(args!["folder", "members", folder]).await;
        assert!(members.as_array().unwrap().iter().all(|member| member["name"] != "Carol"), "{members}");
        let keys = person.valise(args!["key", "status", folder]).await;
        assert_eq!((&keys["current"], &keys["changeWaiting"]), (&json!(2), &json!(false)), "{keys}");
    }
    add(&bob, "new.txt", "Contracts").await;
    let out = alice.home.path().join("out");
    alice.valise(args!["get", "Contracts/new.txt", "-o", &out]).await;
    assert_eq!(fs::read_to_string(out).unwrap(), format!("{TEXT}, new.txt"));
    assert_eq!(code(&alice, args!["people", "close", "Carol", "--yes"]).await, "notFound");

    // The first officer goes, too: the second one sees to it.
    bob.valise(args!["people", "officer", "Alice", "--not"]).await;
    assert_eq!(code(&alice, args!["people", "close", "Bob", "--yes"]).await, "notAllowed");
    for person in [&alice, &bob] {
        assert_eq!(person.valise(args!["security"]).await, json!([]), "{}", person.name);
    }
}

/// An officer sees what is open, whoever made it, has the link again, and takes it back in both chains.
#[tokio::test]
async fn officers_see_and_withdraw_invitations() {
    let catalog = Catalog::start().await;
    let (alice, bob) = (alice(), bob());
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
    alice.valise(args!["folder", "create", "Contracts"]).await;
    assert_eq!(alice.valise(args!["invitations"]).await, json!([]));
    joins(&alice, &bob, "Contracts").await;
    assert_eq!(alice.valise(args!["invitations"]).await, json!([]), "used ones are open no more");
    assert_eq!(code(&bob, args!["invitations"]).await, "notAllowed");
    assert_eq!(code(&alice, args!["invitations", "link", "ffff"]).await, "notFound");

    // Bob becomes an officer and invites to a folder of his own: Alice sees that he did, and has its link, too.
    alice.valise(args!["people", "officer", "Bob"]).await;
    bob.valise(args!["folder", "create", "Offers"]).await;
    let his = bob.valise(args!["invite", "Offers", "--role", "viewer", "--days", "3"]).await;
    let hers = alice.valise(args!["invite", "Contracts", "--days", "9"]).await;
    alice.valise(args!["sync"]).await;
    let open = alice.valise(args!["invitations"]).await;
    let [first, second] = open.as_array().unwrap().as_slice() else { panic!("{open}") };
    assert_eq!((&first["id"], &first["by"], &first["byMe"]), (&his["id"], &json!("Bob"), &json!(false)));
    assert_eq!((&first["folder"], &first["role"], &first["hasLink"]), (&Value::Null, &Value::Null, &json!(true)));
    assert_eq!(
        (&second["id"], &second["byMe"], &second["folderName"]),
        (&hers["id"], &json!(true), &json!("Contracts"))
    );
    assert_eq!((&second["role"], &second["expired"]), (&json!("editor"), &json!(false)));
    let (his, hers) = (his["id"].as_str().unwrap(), hers["id"].as_str().unwrap());
    let again = alice.valise(args!["invitations", "link", &hers[..10]]).await;
    let said = alice.valise(args!["invitation", again.as_str().unwrap()]).await;
    assert_eq!((&said["folder"], &said["inviter"]), (&json!("Contracts"), &json!("Alice")));
    let other = alice.valise(args!["invitations", "link", his]).await;
    let said = alice.valise(args!["invitation", other.as_str().unwrap()]).await;
    assert_eq!((&said["folder"], &said["inviter"]), (&Value::Null, &json!("Bob")));

    // The link that was shown again lets somebody in.
    let carol = Person::new("Carol");
    let mut open = bob.start(args!["sync", "--watch"]).not_worth_telling();
    carol.valise(args!["join", other.as_str().unwrap(), "--name", "Carol"]).await;
    open.kill().await;
    alice.valise(args!["sync"]).await;

    // What is taken back lets nobody in, is gone from the folder, too, and is not there to be taken back twice.
    assert_eq!(code(&alice, args!["invitations", "withdraw", hers]).await, "badInput", "nobody is there to be asked");
    let left = alice.valise(args!["invitations", "withdraw", hers, "--yes"]).await;
    assert_eq!(left, json!([]));
    assert_eq!(code(&alice, args!["invitations", "withdraw", hers, "--yes"]).await, "notFound");
    let happened = alice.valise(args!["activity", "Contracts"]).await;
    assert_eq!(happened[0]["what"], "invitationWithdrawn", "{happened}");
    let dora = Person::new("Dora");
    let late = args!["join", again.as_str().unwrap(), "--name", "Dora", "--no-wait"];
    assert_eq!(code(&dora, late).await, "badInvitation");

    // Another officer takes back what is not to a folder of theirs, which is enough.
    let last = bob.valise(args!["invite", "Offers"]).await;
    alice.valise(args!["sync"]).await;
    alice.valise(args!["invitations", "withdraw", last["id"].as_str().unwrap(), "--yes"]).await;
    bob.valise(args!["sync"]).await;
    assert_eq!(bob.valise(args!["invitations"]).await, json!([]));
    let eve = Person::new("Eve");
    let late = args!["join", last["link"].as_str().unwrap(), "--name", "Eve", "--no-wait"];
    assert_eq!(code(&eve, late).await, "badInvitation");
    for person in [&alice, &bob] {
        assert_eq!(person.valise(args!["security"]).await, json!([]), "{}", person.name);
    }
}

/// Each has the other's number read out; what is marked stays on that computer, and another number marks nobody.
#[tokio::test]
async fn safety_numbers_are_compared_once() {
    let catalog = Catalog::start().await;
    let (alice, bob) = (alice(), bob());
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
    alice.valise(args!["folder", "create", "Contracts"]).await;
    joins(&alice, &bob, "Contracts").await;
    let row = |people: &Value, name: &str| {
        people.as_array().unwrap().iter().find(|row| row["name"] == name).cloned().unwrap()
    };
    let people = alice.valise(args!["people"]).await;
    assert_eq!(
        (&row(&people, "Bob")["verified"], &row(&people, "Bob")["compareAgain"]),
        (&json!(false), &json!(false))
    );
    let members = alice.valise(args!["folder", "members", "Contracts"]).await;
    assert_eq!(
        (&row(&members, "Bob")["joinedByLink"], &row(&members, "Bob")["verified"]),
        (&json!(true), &json!(false))
    );

    // What Bob reads out of his own window is what Alice is shown for him, and the other way round.
    let number = bob.valise(args!["fingerprints"]).await["account"].as_str().unwrap().to_owned();
    assert_eq!(row(&people, "Bob")["fingerprint"], number.as_str());
    let hers = row(&people, "Alice")["fingerprint"].as_str().unwrap().to_owned();
    assert_eq!(row(&bob.valise(args!["people"]).await, "Alice")["fingerprint"], hers.as_str());

    assert_eq!(code(&alice, args!["people", "verify", "Bob"]).await, "badInput", "nobody is there to be asked");
    for other in [&hers, &number[..34]] {
        let wrong = args!["people", "verify", "Bob", "--number", other, "--yes"];
        assert_eq!(code(&alice, wrong).await, "badInput");
    }
    let oneself = args!["people", "verify", "Alice", "--number", &hers, "--yes"];
    assert_eq!(code(&alice, oneself).await, "badInput");
    let people = alice.valise(args!["people", "verify", "Bob", "--number", &number, "--yes"]).await;
    assert_eq!(row(&people, "Bob")["verified"], true);
    let members = alice.valise(args!["folder", "members", "Contracts"]).await;
    assert_eq!(
        (&row(&members, "Bob")["joinedByLink"], &row(&members, "Bob")["verified"]),
        (&json!(true), &json!(true))
    );
    bob.valise(args!["sync"]).await;
    assert_eq!(row(&bob.valise(args!["people"]).await, "Alice")["verified"], false, "that is for Bob to find out");

    // Bob loses his computer. Whoever recovers the account has his number, and need not be Bob.
    let kits = bob.valise(args!["recovery", "kit", "--print"]).await;
    let code_of = |kit: usize| kits["kits"][kit]["code"].as_str().unwrap();
    let new = Person::new("Newcomer");
    let recover = args!["recover", "--catalog", &catalog.url, "--code", code_of(0), "--code", code_of(1)];
    new.valise(recover).await;
    new.valise(args!["sync"]).await;
    alice.valise(args!["sync"]).await;
    let people = alice.valise(args!["people"]).await;
    assert_eq!((&row(&people, "Bob")["verified"], &row(&people, "Bob")["compareAgain"]), (&json!(false), &json!(true)));
    assert_eq!(row(&people, "Bob")["fingerprint"], number.as_str());
    alice.valise(args!["people", "verify", "Bob", "--number", number.replace(' ', ""), "--yes"]).await;
    let people = alice.valise(args!["people", "verify", "Bob", "--undo"]).await;
    assert_eq!(
        (&row(&people, "Bob")["verified"], &row(&people, "Bob")["compareAgain"]),
        (&json!(false), &json!(false))
    );
}

#[tokio::test]
async fn who_leaves_a_folder_reads_nothing_new_and_can_be_added_again() {
    let catalog = Catalog::start().await;
    let (alice, bob) = (alice(), bob());
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
    alice.valise(args!["folder", "create", "Contracts"]).await;
    joins(&alice, &bob, "Contracts").await;
    add(&alice, "a.txt", "Contracts").await;
    bob.valise(args!["sync"]).await;

    // The only owner stays; one's own files are nobody else's.
    assert_eq!(code(&alice, args!["folder", "leave", "Contracts"]).await, "notAllowed");
    assert_eq!(code(&bob, args!["folder", "leave", "My files"]).await, "notAllowed");
    let left = bob.valise(args!["folder", "leave", "Contracts"]).await;
    assert!(left.as_array().unwrap().iter().all(|folder| folder["name"] != "Contracts"), "{left}");
    assert_eq!(code(&bob, args!["ls", "Contracts"]).await, "notFound");

    // The key changes before anything new comes.
    add(&alice, "b.txt", "Contracts").await;
    let keys = alice.valise(args!["key", "status", "Contracts"]).await;
    assert_eq!((&keys["current"], &keys["changeWaiting"]), (&json!(2), &json!(false)), "{keys}");
    bob.valise(args!["sync"]).await;
    assert_eq!(code(&bob, args!["ls", "Contracts"]).await, "notFound");

    alice.valise(args!["folder", "add", "Contracts", "Bob"]).await;
    bob.valise(args!["folder", "accept", "Contracts"]).await;
    assert_eq!(names(&bob, "Contracts").await, ["a.txt", "b.txt"]);
    add(&bob, "c.txt", "Contracts").await;
    alice.valise(args!["sync"]).await;
    assert_eq!(names(&alice, "Contracts").await, ["a.txt", "b.txt", "c.txt"]);
    for person in [&alice, &bob] {
        assert_eq!(person.valise(args!["security"]).await, json!([]), "{}", person.name);
    }
}
