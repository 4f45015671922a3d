//! A forgotten password: the real program, a real catalog, a real GNOME keyring in all its moods.

use std::fs;
use std::path::Path;

use serde_json::Value;
use valise_tests::args;
use valise_tests::cli::{Person, alice, bob};
use valise_tests::home::Home;
use valise_tests::keyring::Keyring;
use valise_tests::process::{Process, program};

/// A running catalog.
struct Catalog {
    _process: Process,
    _home: Home,
    url: String,
}

impl Catalog {
    async fn start() -> Self {
        let home = Home::new("catalog");
        let mut command = program("valise-catalog", &home);
        command.args(["serve", "--listen", "127.0.0.1:0", "--node-listen", "/ip4/127.0.0.1/tcp/0", "--data"]);
        let process = Process::spawn(command.arg(home.path().join("data"))).not_worth_telling();
        let url = process.line("its address", |line| line.strip_prefix("listening on ").map(str::to_owned)).await;
        Self { _process: process, _home: home, url }
    }
}

/// A real keyring, or a line that says why there is none.
fn cannot_run(test: &str) -> bool {
    let why = Keyring::why_not();
    if let Some(why) = &why {
        println!("not run: {test} ({why})");
    }
    why.is_some()
}

async fn begin(person: &Person, catalog: &Catalog) {
    person.valise(args!["init", "--name", person.name, "--workspace", "Acme", "--catalog", &catalog.url]).await;
    person.valise(args!["folder", "create", "Contracts"]).await;
}

fn code(kits: &Value, kit: usize) -> String {
    kits["kits"][kit]["code"].as_str().expect("a code").to_owned()
}

/// The groups of a kit that are asked back.
fn asked(kits: &Value, kit: usize) -> [String; 2] {
    let code = code(kits, kit);
    let groups: Vec<&str> = code.split(' ').collect();
    let number = |at: usize| kits["kits"][kit]["asked"][at].as_u64().expect("a number") as usize;
    [groups[number(0) - 1].to_owned(), groups[number(1) - 1].to_owned()]
}

async fn refused(person: &Person, args: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>) -> Value {
    person.refused(args).await.answer["error"].clone()
}

/// How many files below a directory hold the needle.
fn holds(root: &Path, needle: &[u8]) -> usize {
    let mut found = 0;
    for entry in fs::read_dir(root).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found += holds(&path, needle);
        } else if let Ok(bytes) = fs::read(&path) {
            found += usize::from(bytes.windows(needle.len()).any(|window| window == needle));
        }
    }
    found
}

/// The 32 bytes of a share, from its printed form, by hand.
fn share_value(code: &str) -> Vec<u8> {
    const CHARACTERS: &str = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
    let text = code.replace(' ', "");
    let mut bits: Vec<u8> = Vec::new();
    for character in text[4..text.len() - 6].chars() {
        let value = CHARACTERS.find(character).expect("a character of codes");
        bits.extend((0..5).rev().map(|bit| (value >> bit & 1) as u8));
    }
    let bytes: Vec<u8> = bits.chunks_exact(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit)).collect();
    bytes[6..38].to_vec()
}

/// The recovery key from kit A (x = 2) and kit B (x = 3): in GF(256) it is 3 a + 2 b.
fn recovery_key(kits: &Value) -> Vec<u8> {
    let twice = |byte: u8| byte << 1 ^ if byte & 0x80 == 0 { 0 } else { 0x1b };
    let (a, b) = (share_value(&code(kits, 0)), share_value(&code(kits, 1)));
    a.iter().zip(&b).map(|(a, b)| twice(*a) ^ a ^ twice(*b)).collect()
}

/// The whole life of a set: made, proven, checked, used with the keyring, worthless afterwards; and what was shared
/// goes on, under new keys.
#[tokio::test]
async fn a_password_is_forgotten_and_a_kit_and_the_keyring_bring_everything_back() {
    if cannot_run("recovery with a keyring") {
        return;
    }
    let catalog = Catalog::start().await;
    let (mut alice, bob) = (alice(), bob());
    let keyring = Keyring::unlocked(&alice.home).await;
    alice.bus = Some(keyring.bus());
    begin(&alice, &catalog).await;
    let invitation = alice.valise(args!["invite", "Contracts"]).await;
    let link = invitation["link"].as_str().unwrap().to_owned();
    let mut open = alice.start(args!["sync", "--watch"]).not_worth_telling();
    bob.valise(args!["join", &link, "--name", "Bob"]).await;
    open.stop().await;
    let paper = alice.home.write("offer.txt", "the price is seven");
    alice.valise(args!["add", &paper, "--to", "Contracts"]).await;

    // Before there is a kit, a forgotten password is final, and that is said.
    let status = alice.valise(args!["recovery", "status"]).await;
    assert_eq!((&status["set"], &status["kits"]), (&Value::Null, &Value::Array(Vec::new())));
    assert_eq!(alice.valise(args!["status"]).await["waysOut"], "none");
    assert_eq!(refused(&alice, args!["recover", "--code", "VAL1"]).await["code"], "noRecovery");

    let kits = alice.valise(args!["recovery", "kit", "--print"]).await;
    assert_eq!(kits["keyring"], "kept");
    assert_eq!(alice.valise(args!["status"]).await["waysOut"], "unproven");
    let [one, two] = asked(&kits, 0);
    assert_eq!(refused(&alice, args!["recovery", "confirm", "a", &two, "QQQQ"]).await["code"], "badKit");
    alice.valise(args!["recovery", "confirm", "a", &one, &two]).await;
    assert_eq!(alice.valise(args!["status"]).await["waysOut"], "one");
    let [one, two] = asked(&kits, 1);
    let status = alice.valise(args!["recovery", "confirm", "b", &one.to_lowercase(), &two]).await;
    assert!(status["kits"][0]["kept"].is_u64() && status["kits"][1]["kept"].is_u64(), "{status}");
    assert_eq!(status["keyring"], "kept");
    assert_eq!(alice.valise(args!["status"]).await["waysOut"], "both");

    // Nothing of it lies in the home but what the keyring itself keeps, sealed by it.
    alice.password = "what was it".to_owned();
    let (codes, key) = ([code(&kits, 0), code(&kits, 1)], recovery_key(&kits));
    for needle in codes.iter().flat_map(|code| [code.as_bytes().to_vec(), code.replace(' ', "").into_bytes()]) {
        assert_eq!(holds(alice.home.path(), &needle), 0, "a code");
    }
    for needle in [&share_value(&codes[0]), &share_value(&codes[1]), &key] {
        assert_eq!(holds(alice.home.path(), needle), 0, "a share or the recovery key");
    }

    // A check needs no password and uses nothing up.
    for code in &codes {
        alice.valise(args!["recovery", "check", code]).await;
    }
    let typo = codes[0].replacen(&codes[0][20..24], if codes[0][20..24].starts_with('Q') { "PPPP" } else { "QQQQ" }, 1);
    let error = refused(&alice, args!["recovery", "check", &typo]).await;
    assert_eq!(error["code"], "badKit");
    assert_eq!(refused(&alice, args!["ls"]).await["code"], "wrongPassword");

    // Forgotten. One kit, and the keyring by itself.
    alice.password = "nine other umbrellas".to_owned();
    let mut process =
        Process::spawn(alice.command(args!["recover", "--code", &codes[0]]).env("RUST_LOG", "valise=info"));
    assert!(process.exit().await.success());
    let lines = process.output();
    let new_kits = lines.iter().filter(|line| line.on_stdout).find_map(|line| serde_json::from_str(&line.text).ok());
    let new_kits: Value = new_kits.expect("new kits");
    assert_eq!(new_kits["keyring"], "kept");
    let rekeyed = lines.iter().filter(|line| line.text.contains("the key of a folder was changed")).count();
    assert_eq!(rekeyed, 2, "My files and Contracts begin new keys");
    alice.valise(args!["get", "Contracts/offer.txt", "--output", "back.txt"]).await;
    assert_eq!(fs::read_to_string(alice.home.path().join("back.txt")).unwrap(), "the price is seven");
    assert_eq!(alice.valise(args!["status"]).await["waysOut"], "unproven");

    // The old password and the old kits are worth nothing, alone or together.
    let password = std::mem::replace(&mut alice.password, "Alice keeps nine green umbrellas".to_owned());
    assert_eq!(refused(&alice, args!["ls"]).await["code"], "wrongPassword");
    alice.password = password;
    let error = refused(&alice, args!["recovery", "check", &codes[1]]).await;
    assert_eq!(error["code"], "badKit");
    assert!(error["happened"].as_str().unwrap().contains("kit B"), "{error}");
    let error = refused(&alice, args!["recover", "--code", &codes[0], "--code", &codes[1]]).await;
    assert_eq!(error["code"], "badKit");

    // What is shared goes on, both ways.
    let paper = alice.home.write("later.txt", "the price is eight");
    alice.valise(args!["add", &paper, "--to", "Contracts"]).await;
    bob.valise(args!["get", "Contracts/later.txt", "--output", "later.txt"]).await;
    bob.valise(args!["get", "Contracts/offer.txt", "--output", "offer.txt"]).await;
    let answer = bob.home.write("answer.txt", "too much");
    bob.valise(args!["add", &answer, "--to", "Contracts"]).await;
    alice.valise(args!["get", "Contracts/answer.txt", "--output", "answer.txt"]).await;
    assert_eq!(alice.valise(args!["security"]).await, Value::Array(Vec::new()));

    // And once more, without a network: nothing of this needs one.
    drop(catalog);
    alice.password = "a third one".to_owned();
    alice.valise(args!["recover", "--code", &code(&new_kits, 1)]).await;
    alice.valise(args!["get", "Contracts/offer.txt", "--output", "again.txt"]).await;
    keyring.stop().await;
}

/// No keyring at all: everything else works, and both kits together open.
#[tokio::test]
async fn without_a_keyring_two_kits_open() {
    let catalog = Catalog::start().await;
    let (mut alice, bob) = (alice(), bob());
    begin(&alice, &catalog).await;
    let pages = alice.home.path().join("kit.pdf");
    let written = alice.valise(args!["recovery", "kit", "--output", &pages]).await;
    assert_eq!(written["keyring"], "absent");
    for page in ["kit-a.pdf", "kit-b.pdf"] {
        let page = fs::read(alice.home.path().join(page)).expect("a page");
        assert!(page.starts_with(b"%PDF-") && page.len() > 4_000);
    }
    let kits = alice.valise(args!["recovery", "kit", "--print"]).await;
    let (a, b) = (code(&kits, 0), code(&kits, 1));

    // A kit of somebody else's, one twice, and one alone: each is said for what it is, and nothing changes.
    let other = Catalog::start().await;
    begin(&bob, &other).await;
    let foreign = code(&bob.valise(args!["recovery", "kit", "--print"]).await, 0);
    alice.password = "a new one".to_owned();
    let error = refused(&alice, args!["recover", "--code", &a, "--code", &foreign]).await;
    assert_eq!(error["code"], "badKit");
    assert!(error["happened"].as_str().unwrap().contains("not of the set"), "{error}");
    assert_eq!(refused(&alice, args!["recover", "--code", &a, "--code", &a]).await["code"], "badKit");
    let error = refused(&alice, args!["recover", "--code", &b]).await;
    assert_eq!(error["code"], "otherKitNeeded");
    assert!(error["safe"].as_str().unwrap().contains("no keyring that answers"), "{error}");

    alice.valise(args!["recover", "--code", &b, "--code", &a]).await;
    alice.valise(args!["ls"]).await;
    assert_eq!(alice.valise(args!["recovery", "status"]).await["keyring"], "absent");
}

/// Locked, then lost: clear words each time, and the kits open.
#[tokio::test]
async fn a_locked_and_a_wiped_keyring_are_no_dead_end() {
    if cannot_run("recovery with a locked and a wiped keyring") {
        return;
    }
    let catalog = Catalog::start().await;
    let mut alice = alice();
    let keyring = Keyring::unlocked(&alice.home).await;
    alice.bus = Some(keyring.bus());
    begin(&alice, &catalog).await;
    let kits = alice.valise(args!["recovery", "kit", "--print"]).await;
    assert_eq!(kits["keyring"], "kept");
    keyring.stop().await;

    let keyring = Keyring::locked(&alice.home).await;
    alice.bus = Some(keyring.bus());
    assert_eq!(alice.valise(args!["recovery", "status"]).await["keyring"], "locked");
    alice.password = "a new one".to_owned();
    let error = refused(&alice, args!["recover", "--code", &code(&kits, 0)]).await;
    assert_eq!(error["code"], "otherKitNeeded");
    assert!(error["safe"].as_str().unwrap().contains("is locked"), "{error}");
    // A locked keyring cannot take the new share either: the person is told.
    let kits = alice.valise(args!["recover", "--code", &code(&kits, 0), "--code", &code(&kits, 1)]).await;
    assert_eq!(kits["keyring"], "locked");
    keyring.stop().await;

    // It comes back with the share of the old set.
    let keyring = Keyring::unlocked(&alice.home).await;
    alice.bus = Some(keyring.bus());
    assert_eq!(alice.valise(args!["recovery", "status"]).await["keyring"], "other");
    let kits = alice.valise(args!["recovery", "kit", "--print"]).await;
    assert_eq!(kits["keyring"], "kept");
    keyring.stop().await;

    Keyring::wipe(&alice.home);
    let keyring = Keyring::unlocked(&alice.home).await;
    alice.bus = Some(keyring.bus());
    assert_eq!(alice.valise(args!["recovery", "status"]).await["keyring"], "empty");
    alice.password = "yet another one".to_owned();
    let error = refused(&alice, args!["recover", "--code", &code(&kits, 1)]).await;
    assert_eq!(error["code"], "otherKitNeeded");
    assert!(error["safe"].as_str().unwrap().contains("set up anew"), "{error}");
    let kits = alice.valise(args!["recover", "--code", &code(&kits, 1), "--code", &code(&kits, 0)]).await;
    assert_eq!(kits["keyring"], "kept");
    keyring.stop().await;
}
