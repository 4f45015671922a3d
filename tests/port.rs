//! A workspace leaves one server as a file and goes on at another: real programs, real catalogs, real nodes.

use std::{fs, path::Path};

use valise_tests::{
    PATIENCE, args,
    catalog::Catalog,
    cli::{Person, alice, bob},
    home::Home,
    process::{Process, program},
    until,
};

const WORDS: &str = "what is written in the plan for the takeover";

/// Somebody's Valise stays open.
async fn stays(person: &Person) -> Process {
    let open = person.start(args!["sync", "--watch"]).not_worth_telling();
    open.line("how it stands", |line| line.contains("\"stage\"").then_some(())).await;
    open
}

fn bytes_below(path: &Path) -> u64 {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.path() {
            path if path.is_dir() => bytes_below(&path),
            path => fs::metadata(path).map_or(0, |data| data.len()),
        })
        .sum()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Alice and Bob with a folder and a file of several blocks, and an open invitation for Carol.
async fn world() -> (Catalog, Person, Person, String) {
    let (catalog, alice, bob) = (Catalog::start().await, alice(), bob());
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
    alice.valise(args!["folder", "create", "Contracts"]).await;
    let invitation = alice.valise(args!["invite", "Contracts"]).await;
    let mut open = stays(&alice).await;
    bob.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", "Bob"]).await;
    open.stop().await;
    let file = alice.home.write("takeover.txt", WORDS.repeat(60_000));
    alice.valise(args!["add", &file, "--to", "Contracts"]).await;
    let open = alice.valise(args!["invite", "Contracts"]).await;
    (catalog, alice, bob, open["link"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_workspace_moves_by_its_export_and_nobody_has_to_do_anything() {
    let (mut catalog, alice, bob, link) = world().await;
    let home = Home::new("operator");
    let export = home.path().join("acme.export");
    // While it runs. Its keys go another way.
    let said = catalog.operator(args!["export", "--json", "--to", &export]).await;
    assert_eq!((said["keys"].clone(), said["folders"].as_u64() >= Some(1)), (false.into(), true), "{said}");
    let bytes = fs::read(&export).unwrap();
    for secret in [WORDS, "takeover", "Contracts", alice.password.as_str(), bob.password.as_str()] {
        assert!(!holds(&bytes, secret.as_bytes()), "{secret}");
    }
    let keys = home.path().join("keys");
    fs::create_dir(&keys).unwrap();
    for name in ["identity.key", "pinning.key"] {
        let seed = fs::read(catalog.data().join(name)).unwrap();
        assert!(!holds(&bytes, &seed), "{name}");
        fs::write(keys.join(name), seed).unwrap();
    }
    catalog.process.stop().await;

    let address = catalog.url.trim_start_matches("https://").to_owned();
    drop(catalog);
    let server = Catalog::imported(&export, args!["--keys", &keys], &address).await;
    // Both go on. What nobody holds any more, the pinning node fetches again from who has it.
    let mut open = stays(&alice).await;
    let blocks = server.data().join("blocks");
    until("the blocks are there again", PATIENCE, || async {
        (bytes_below(&blocks) > WORDS.len() as u64 * 60_000).then_some(())
    })
    .await;
    let carol = Person::new("carol");
    carol.valise(args!["join", &link, "--name", "Carol"]).await;
    open.stop().await;
    let got = |person: &Person| person.home.path().join("got.txt");
    for person in [&bob, &carol] {
        person.valise(args!["get", "Contracts/takeover.txt", "-o", got(person)]).await;
        assert_eq!(fs::read_to_string(got(person)).unwrap(), WORDS.repeat(60_000));
    }
    let file = bob.home.write("answer.txt", "on the new server");
    bob.valise(args!["add", &file, "--to", "Contracts"]).await;
    alice.valise(args!["get", "Contracts/answer.txt", "-o", got(&alice)]).await;
    assert_eq!(fs::read_to_string(got(&alice)).unwrap(), "on the new server");
    for person in [&alice, &bob, &carol] {
        let told = person.valise(args!["security"]).await;
        assert!(told.as_array().unwrap().iter().all(|event| event["alarm"] == false), "{told}");
    }
    let accounts = server.operator(args!["account", "list", "--json"]).await;
    assert_eq!(accounts.as_array().unwrap().len(), 3);
}

/// Another identity is another catalog, whatever it keeps: nobody goes there, and who finds it in the catalog's place is
/// alarmed. What is refused is refused in words, and leaves nothing.
#[tokio::test]
async fn an_export_without_keys_makes_no_catalog_that_anybody_follows() {
    let (mut catalog, alice, ..) = world().await;
    let home = Home::new("operator");
    let (export, data) = (home.path().join("acme.export"), home.path().join("imported"));
    catalog.operator(args!["export", "--to", &export]).await;
    let refused = async |from: &Path, more: &[&std::ffi::OsStr]| {
        let mut command = program("valise-catalog", &home);
        command.args(["import", "--from"]).arg(from).arg("--data").arg(&data).args(more);
        let output = command.output().await.unwrap();
        assert!(!output.status.success() && output.stdout.is_empty() && !data.exists());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&export, &[]).await.contains("the export holds no keys"));
    let bytes = fs::read(&export).unwrap();
    let cut = home.write("cut.export", &bytes[..bytes.len() / 2]);
    let keys = catalog.data();
    assert!(refused(&cut, &["--keys".as_ref(), keys.as_os_str()]).await.contains("breaks off before its end"));

    catalog.process.stop().await;
    let address = catalog.url.trim_start_matches("https://").to_owned();
    drop(catalog);
    let other = Catalog::imported(&export, args!["--new-identity"], &address).await;
    assert_eq!(alice.refused(args!["sync"]).await.answer["error"]["code"], "distrusted");
    let told = alice.valise(args!["security"]).await;
    assert!(told.as_array().unwrap().iter().any(|event| event["alarm"] == true), "{told}");
    // It can be looked at.
    let accounts = other.operator(args!["account", "list", "--json"]).await;
    assert_eq!(accounts.as_array().unwrap().len(), 2);
}
