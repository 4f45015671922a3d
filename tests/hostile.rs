//! Names that want something: of files, directories, folders, people and devices, through the command line to a colleague's
//! disk. They are kept as they are, shown as what they are, and nothing of them is done.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use valise_protocol::names;
use valise_tests::catalog::Catalog;
use valise_tests::cli::{Person, alice, bob};
use valise_tests::{args, hostile};

/// Of people and folders, which every command reads: some of each kind.
fn some() -> impl Iterator<Item = String> {
    hostile::names().into_iter().step_by(25)
}

/// What stands below a directory, links as links.
fn below(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).expect("a directory").map(|entry| entry.expect("an entry"));
    entries
        .flat_map(|entry| match entry.file_type().expect("a type").is_dir() {
            true => below(&entry.path()),
            false => vec![entry.path()],
        })
        .collect()
}

/// Of a person's home, nothing is there that a name wanted.
fn nothing_was_done(person: &Person) {
    let made =
        below(person.home.path()).into_iter().filter(|path| path.file_name().is_some_and(|name| name == "pwned"));
    assert_eq!(made.collect::<Vec<_>>(), Vec::<PathBuf>::new());
}

/// What a terminal is given, for people, has nothing in it that steers one.
async fn says_nothing_that_steers(person: &Person, command: &[&str]) {
    let output = person.plain(command).output().await.expect("the program");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {text}");
    let steering: Vec<&str> = text.lines().filter(|line| hostile::steers(line)).collect();
    assert_eq!(steering, Vec::<&str>::new(), "{command:?}");
}

#[tokio::test]
async fn five_hundred_names_do_nothing() {
    let catalog = Catalog::start().await;
    let (alice, bob) = (alice(), bob());
    alice
        .valise(args!["init", "--name", "<b>Alice\u{202e}</b>", "--workspace", "Acme", "--catalog", &catalog.url])
        .await;
    alice.valise(args!["folder", "create", "Contracts"]).await;
    let invitation = alice.valise(args!["invite", "Contracts"]).await;
    let mut open = alice.start(args!["sync", "--watch"]).not_worth_telling();
    let name = "=HYPERLINK(\"x\")\u{200b}$(touch pwned)";
    bob.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", name]).await;
    open.stop().await;

    // Each file says which name it has; those that fold alike get a suffix, and what cannot be a name is left out, and said so.
    let mut given = BTreeMap::new();
    let all = alice.home.path().join("documents/all");
    fs::create_dir_all(&all).unwrap();
    let mut refused = Vec::new();
    for (number, name) in hostile::of_files().into_iter().enumerate() {
        let directory = if names::normalize(&name).is_some() { &all } else { &alice.home.path().join("documents") };
        let path = directory.join(&name);
        fs::write(&path, number.to_string()).unwrap();
        match names::normalize(&name) {
            Some(_) => drop(given.insert(number.to_string(), name)),
            None => refused.push(path),
        }
    }
    assert!(given.len() >= 500 && refused.len() > 5, "{} names, {} none", given.len(), refused.len());
    alice.valise(args!["add", &all, "--to", "Contracts"]).await;
    for path in refused.iter().step_by(3) {
        let added = alice.valise(args!["add", path, "--to", "Contracts"]).await;
        let (files, left_out) = (&added["files"], added["leftOut"].as_array().map(Vec::len));
        assert_eq!((files, left_out), (&0.into(), Some(1)), "{path:?}: {added}");
    }

    // In the colleague's hands: every file, in its place, under its name or that with a suffix.
    let out = bob.home.path().join("out");
    bob.valise(args!["get", "Contracts/all", "-o", &out]).await;
    let files = below(&out);
    assert_eq!(files.len(), given.len());
    for path in files {
        assert_eq!(path.parent(), Some(out.as_path()));
        let wanted = names::normalize(&given[&fs::read_to_string(&path).unwrap()]).unwrap();
        let got = path.file_name().unwrap().to_str().unwrap();
        let stem = wanted.split('.').next().unwrap_or_default();
        let suffixed = got.contains(" (") && got.starts_with(&stem[..stem.len().min(8)].to_owned());
        assert!(got == wanted || suffixed || wanted.len() > 240, "{wanted:?} came as {got:?}");
    }
    for command in [
        &["ls", "Contracts/all"][..],
        &["search", "a"],
        &["recent"],
        &["folder", "members", "Contracts"],
        &["activity", "Contracts"],
        &["people"],
        &["info", "Contracts/all/<!--"],
    ] {
        says_nothing_that_steers(&bob, command).await;
    }
    nothing_was_done(&alice);
    nothing_was_done(&bob);
}

#[tokio::test]
async fn folders_and_devices_may_be_called_anything_and_do_nothing() {
    let alice = alice();
    let catalog = Catalog::start().await;
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
    let agent = alice.start(args!["agent"]).not_worth_telling();
    agent.line("how it stands", |line| serde_json::from_str::<serde_json::Value>(line).ok()).await;
    let id = alice.valise(args!["device", "list"]).await[0]["id"].as_str().unwrap().to_owned();
    for name in some() {
        // A name may begin with what looks like an option.
        let made = alice.run_any(args!["folder", "create", "--", &name]).await;
        let usable = names::normalize(name.trim()).is_some();
        assert_eq!(made.status == Some(0), usable, "{name:?}: {}", made.text);
        let named = alice.run_any(args!["device", "rename", &id, "--", &name]).await;
        assert!(!named.text.contains("panicked"), "{name:?}: {}", named.text);
        says_nothing_that_steers(&alice, &["ls"]).await;
        says_nothing_that_steers(&alice, &["device", "list"]).await;
    }
    nothing_was_done(&alice);
}
