//! Journeys of `alice()` and `bob()`: real processes, a real catalog, real nodes, real SQLCipher.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use valise_tests::args;
use valise_tests::cli::{Person, alice, bob};
use valise_tests::home::Home;
use valise_tests::process::{Process, program};

const LONG: Duration = Duration::from_secs(300);

/// A running catalog with everything it keeps.
struct Catalog {
    process: Process,
    home: Home,
    url: String,
}

impl Catalog {
    async fn start() -> Self {
        let home = Home::new("catalog");
        let (process, url) = Self::run(&home, "127.0.0.1:0").await;
        Self { process, home, url }
    }

    async fn run(home: &Home, listen: &str) -> (Process, String) {
        let mut command = program("valise-catalog", home);
        command.args(["serve", "--listen", listen, "--node-listen", "/ip4/127.0.0.1/tcp/0", "--data"]);
        command.arg(home.path().join("data")).env("RUST_LOG", "trace,rustls=off");
        let process = Process::spawn(&mut command).not_worth_telling();
        let url = process.line("its address", |line| line.strip_prefix("listening on ").map(str::to_owned)).await;
        (process, url)
    }
}

/// Alice's workspace with a folder, and Bob in it as an editor.
async fn two_people() -> (Catalog, Person, Person) {
    let catalog = Catalog::start().await;
    let (alice, bob) = (alice(), bob());
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
    alice.valise(args!["folder", "create", "Contracts"]).await;
    join(&alice, &bob, "editor").await;
    (catalog, alice, bob)
}

async fn join(host: &Person, guest: &Person, role: &str) {
    let invitation = host.valise(args!["invite", "Contracts", "--role", role]).await;
    let link = invitation["link"].as_str().unwrap().to_owned();
    let mut open = host.start(args!["sync", "--watch"]).not_worth_telling();
    guest.valise(args!["join", &link, "--name", guest.name]).await;
    open.stop().await;
}

/// Bytes that no two calls with different seeds share.
fn content(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

fn write(root: &Path, name: &str, bytes: &[u8]) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn assert_same(original: &Path, copy: &Path) {
    let mut names: Vec<_> = fs::read_dir(original).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    let mut arrived: Vec<_> = fs::read_dir(copy).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    arrived.sort();
    assert_eq!(names, arrived, "in {}", copy.display());
    for name in names {
        let (original, copy) = (original.join(&name), copy.join(&name));
        if original.is_dir() {
            assert_same(&original, &copy);
        } else {
            assert!(fs::read(&original).unwrap() == fs::read(&copy).unwrap(), "{} differs", copy.display());
        }
    }
}

/// How many files below `root` contain the needle.
fn holds(root: &Path, needle: &[u8]) -> usize {
    let mut found = 0;
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found += holds(&path, needle);
        } else if let Ok(bytes) = fs::read(&path) {
            found += usize::from(bytes.windows(needle.len()).any(|window| window == needle));
        }
    }
    found
}

/// Sizes with a reason: nothing, one byte, around age's chunk, around one block of the node, many blocks; names in
/// many scripts; a tree. What Bob gets is byte for byte what Alice gave. Then every store is searched.
#[tokio::test]
async fn what_one_adds_the_other_gets_and_nobody_else_can_read() {
    let (catalog, alice, bob) = two_people().await;
    let given = alice.home.path().join("Brightwater papers");
    for (seed, len) in [(1, 0), (2, 1), (3, 65_535), (4, 65_536), (5, 65_537)] {
        write(&given, &format!("chunk {len}.bin"), &content(seed, len));
    }
    for (seed, len) in [(6, (1 << 20) - 1), (7, 1 << 20), (8, (1 << 20) + 1), (9, 5_000_017)] {
        write(&given, &format!("block {len}.bin"), &content(seed, len));
    }
    let secret = b"the price of the company is a very secret number".repeat(100);
    write(&given, "Łódź/東京/Übergabe.txt", &secret);
    write(&given, "Łódź/عقد.txt", b"short");
    alice.valise_within(LONG, args!["add", &given, "--to", "Contracts", "--timeout", "200"]).await;

    let out = bob.home.path().join("received");
    fs::create_dir(&out).unwrap();
    bob.valise_within(LONG, args!["get", "Contracts/Brightwater papers", "-o", &out]).await;
    assert_same(&given, &out.join("Brightwater papers"));

    // The same once more, with every log turned up to its finest, on all three sides.
    let noted = alice.home.write("Übergabe, noted.txt", &secret);
    let mut logs = alice.run_logged(args!["add", &noted, "--to", "Contracts"]).await;
    logs += &bob.run_logged(args!["get", "Contracts/Übergabe, noted.txt", "-o", out.join("noted.txt")]).await;
    let exported = alice.home.path().join("noted.age");
    logs += &alice.run_logged(args!["export", "Contracts/Übergabe, noted.txt", "-o", &exported]).await;
    let key = fs::read_to_string(alice.home.path().join("noted.age.key")).unwrap().trim().to_owned();
    assert!(logs.contains("TRACE"), "no log at trace level");
    for needle in ["Contracts", "Brightwater", "Übergabe", "東京", "a very secret number", &key, &alice.password] {
        assert!(!logs.contains(needle), "a log of a person at trace level holds {needle:?}");
    }

    let log: String = catalog.process.output().iter().map(|line| format!("{}\n", line.text)).collect();
    for needle in ["Contracts", "Brightwater", "Übergabe", "東京", "a very secret number", &key, &alice.password] {
        let bytes = needle.as_bytes();
        assert_eq!(holds(&catalog.home.path().join("data"), bytes), 0, "the catalog holds {needle:?}");
        assert_eq!(holds(&bob.home.valise(), bytes), 0, "Bob's locked home holds {needle:?}");
        assert_eq!(holds(&alice.home.valise(), bytes), 0, "Alice's locked home holds {needle:?}");
        assert!(!log.contains(needle), "the catalog's log at trace level holds {needle:?}");
    }
}

/// A thousand small files are a few records, and a large file passes through in pieces; the bytes are the same.
#[tokio::test]
async fn a_thousand_small_files_and_a_large_one() {
    let (_catalog, alice, bob) = two_people().await;
    let given = alice.home.path().join("Leave forms");
    for number in 0..1_000_u64 {
        write(&given, &format!("{}/form {number:04}.pdf", number % 20), &content(number, 1_500 + number as usize * 3));
    }
    let added = alice.valise_within(LONG, args!["add", &given, "--to", "Contracts", "--timeout", "200"]).await;
    assert_eq!(added["files"], 1_000, "{added}");
    let out = bob.home.path().join("received");
    fs::create_dir(&out).unwrap();
    bob.valise_within(LONG, args!["get", "Contracts/Leave forms", "-o", &out]).await;
    assert_same(&given, &out.join("Leave forms"));

    let film = alice.home.write("Site visit.mov", content(7, 300 << 20));
    alice.valise_within(LONG, args!["add", &film, "--to", "Contracts", "--timeout", "200"]).await;
    let copy = out.join("Site visit.mov");
    bob.valise_within(LONG, args!["get", "Contracts/Site visit.mov", "-o", &copy]).await;
    assert!(fs::read(&film).unwrap() == fs::read(&copy).unwrap(), "the film differs");
}

/// Changes travel both ways, conflicts are named, the trash gives back, and an export opens with the stock `age`.
#[tokio::test]
async fn a_folder_is_worked_in_by_two() {
    let (_catalog, alice, bob) = two_people().await;
    let file = alice.home.write("agreement.txt", "first");
    alice.valise(args!["add", &file, "--to", "Contracts"]).await;
    bob.valise(args!["mv", "Contracts/agreement.txt", "Contracts/signed.txt"]).await;
    let listing = alice.valise(args!["ls", "Contracts"]).await;
    assert_eq!(names(&listing), ["signed.txt"]);

    alice.valise(args!["rm", "Contracts/signed.txt"]).await;
    assert!(names(&bob.valise(args!["ls", "Contracts"]).await).is_empty());
    bob.valise(args!["restore", "Contracts/signed.txt"]).await;
    let second = bob.home.write("signed.txt", "second");
    bob.valise(args!["add", &second, "--to", "Contracts"]).await;
    let out = alice.home.path().join("out.txt");
    alice.valise(args!["get", "Contracts/signed.txt", "-o", &out]).await;
    assert_eq!(fs::read_to_string(&out).unwrap(), "second");
    let exported = alice.home.path().join("signed.txt.age");
    alice.valise(args!["export", "Contracts/signed.txt", "-o", &exported]).await;
    assert!(fs::read(&exported).unwrap().starts_with(b"age-encryption.org/v1\n-> scrypt "));
    assert_eq!(fs::read_to_string(alice.home.path().join("signed.txt.age.key")).unwrap().trim().len(), 43);
}

/// A viewer reads and cannot write; a removed member gets nothing that comes after; a spent link lets nobody in;
/// a wrong password opens nothing.
#[tokio::test]
async fn roles_removal_and_refusals() {
    let (catalog, alice, bob) = two_people().await;
    let viewer = Person::new("Vera");
    join(&alice, &viewer, "viewer").await;
    let file = alice.home.write("before.txt", "before");
    alice.valise(args!["add", &file, "--to", "Contracts"]).await;
    let refused = viewer.refused(args!["add", viewer.home.write("x.txt", "x"), "--to", "Contracts"]).await;
    assert_eq!(refused.answer["error"]["code"], "notAllowed");

    alice.valise(args!["folder", "remove", "Contracts", "Bob"]).await;
    let later = alice.home.write("after.txt", "after");
    alice.valise(args!["add", &later, "--to", "Contracts"]).await;
    assert_eq!(names(&viewer.valise(args!["ls", "Contracts"]).await), ["after.txt", "before.txt"]);
    let seen = bob.refused(args!["get", "Contracts/after.txt", "-o", bob.home.path().join("after.txt")]).await;
    assert_eq!(seen.answer["error"]["code"], "notFound");
    assert!(!bob.home.path().join("after.txt").exists());

    let mut stranger = Person::new("Mallory");
    let invitation = alice.valise(args!["invite", "Contracts"]).await;
    let damaged = invitation["link"].as_str().unwrap().replace("valise://join/", "valise://join/A");
    let refused = stranger.refused(args!["join", &damaged, "--name", "Mallory"]).await;
    assert_eq!(refused.answer["error"]["code"], "badInvitation");
    let refused = stranger.refused(args!["init", "--name", "M", "--workspace", "W", "--catalog", &catalog.url]).await;
    assert_eq!(refused.answer["error"]["code"], "notAllowed");
    stranger.home = alice.home;
    let refused = stranger.refused(args!["ls"]).await;
    assert_eq!(refused.answer["error"]["code"], "wrongPassword");
}

fn names(listing: &Value) -> Vec<&str> {
    listing.as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect()
}

/// Work goes on while the catalog is away, and is sent once it is back: nothing doubled, nothing lost.
#[tokio::test]
async fn without_the_catalog_work_goes_on() {
    let (mut catalog, alice, bob) = two_people().await;
    let address = catalog.url.trim_start_matches("https://").to_owned();
    catalog.process.kill().await;
    let file = alice.home.write("offline.txt", "made while alone");
    alice.valise(args!["add", &file, "--to", "Contracts", "--no-wait"]).await;
    let listing = alice.valise(args!["ls", "Contracts"]).await;
    assert_eq!((names(&listing), &listing[0]["place"]["type"]), (vec!["offline.txt"], &Value::from("waiting")));

    (catalog.process, _) = Catalog::run(&catalog.home, &address).await;
    alice.valise(args!["sync"]).await;
    alice.valise(args!["sync"]).await;
    assert_eq!(names(&bob.valise(args!["ls", "Contracts"]).await), ["offline.txt"]);
}
