//! Files in their own programs: what is saved there becomes a version which the others see, and nothing of it is lost.
//! The editors are shell scripts that save as real ones do.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;
use valise_tests::catalog::Catalog;
use valise_tests::cli::{Person, alice, bob};
use valise_tests::{PATIENCE, args, until};

const PLAN: &str = "Contracts/plan.txt";

/// Alice's folder with a plan in it, and Bob, who has a role there.
struct World {
    _catalog: Catalog,
    alice: Person,
    bob: Person,
}

impl World {
    async fn new(role: &str) -> Self {
        let catalog = Catalog::start().await;
        let (alice, bob) = (alice(), bob());
        alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
        alice.valise(args!["folder", "create", "Contracts"]).await;
        let file = alice.home.write("plan.txt", "first");
        alice.valise(args!["add", file, "--to", "Contracts"]).await;
        let invitation = alice.valise(args!["invite", "Contracts", "--role", role]).await;
        let mut open = alice.start(args!["sync", "--watch"]).not_worth_telling();
        bob.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", "Bob"]).await;
        open.stop().await;
        Self { _catalog: catalog, alice, bob }
    }

    /// What Alice has under a path, byte for byte.
    async fn alice_gets(&self, path: &str, more: &[&str]) -> String {
        let to = self.alice.home.path().join("got.txt");
        let _ = fs::remove_file(&to);
        let mut arguments = args!["get", path, "-o", &to].to_vec();
        arguments.extend(more.iter().map(Into::into));
        self.alice.valise(arguments).await;
        fs::read_to_string(to).unwrap()
    }

    async fn versions(&self, person: &Person) -> Vec<Value> {
        person.valise(args!["versions", PLAN]).await.as_array().unwrap().clone()
    }
}

/// An editor: a script that gets the file as `$1` and this directory's flags as `$FLAGS`.
fn editor(person: &Person, name: &str, does: &str) -> PathBuf {
    let flags = person.home.path().join("flags");
    fs::create_dir_all(&flags).unwrap();
    let script = format!("#!/bin/sh\nset -e\nFLAGS='{}'\n{does}\n", flags.display());
    let path = person.home.write(name, script);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn edit(with: &Path) -> [std::ffi::OsString; 4] {
    args!["edit", PLAN, "--with", with]
}

async fn flag(person: &Person, name: &str) {
    let path = person.home.path().join("flags").join(name);
    until(name, PATIENCE, || async { path.exists().then_some(()) }).await;
}

fn names(listing: &Value) -> Vec<&str> {
    listing.as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect()
}

/// Files below a directory, whatever their names.
fn files(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn nothing_stays_opened(person: &Person) {
    assert_eq!(files(&person.home.path().join("opened")), Vec::<PathBuf>::new());
}

/// While Bob has a file open, Alice sees it; when he closes it, no more. The catalog passes it on and cannot read it.
#[tokio::test]
async fn others_see_who_has_it_open() {
    let world = World::new("editor").await;
    let mut agent = world.alice.start(args!["agent"]).not_worth_telling();
    agent.line("how it stands", |line| serde_json::from_str::<Value>(line).ok()).await;
    let editing = async || world.alice.valise(args!["info", PLAN]).await["entry"]["editing"].clone();
    assert_eq!(editing().await, serde_json::json!([]));
    let waits =
        editor(&world.bob, "editor.sh", ": > \"$FLAGS/open\"; until [ -e \"$FLAGS/close\" ]; do sleep 0.1; done");
    let mut with_bob = world.bob.start(edit(&waits)).not_worth_telling();
    flag(&world.bob, "open").await;
    until("Alice sees it", PATIENCE, || async { (editing().await == serde_json::json!(["Bob"])).then_some(()) }).await;
    fs::write(world.bob.home.path().join("flags/close"), "").unwrap();
    assert!(with_bob.exit_within(PATIENCE).await.success());
    until("Alice sees no more", PATIENCE, || async { (editing().await == serde_json::json!([])).then_some(()) }).await;
    agent.stop().await;
}

/// Programs save in different ways: in place, by a file that takes the name, with locks, backups and swap files
/// beside it, some of which they leave behind.
#[tokio::test]
async fn what_a_program_saves_becomes_a_version_and_nothing_else_does() {
    let world = World::new("editor").await;
    let ways = [
        ("in place", "printf 'in place' > \"$1\""),
        ("renamed", "printf renamed > \"$1.tmp\"; mv \"$1.tmp\" \"$1\""),
        (
            "with a lock",
            "d=${1%/*}; : > \"$d/.~lock.plan.txt#\"; printf 'with a lock' > \"$d/lu71.tmp\"; mv \"$d/lu71.tmp\" \"$1\"; \
             : > \"$d/.plan.txt.swp\"",
        ),
        ("with a backup", "mv \"$1\" \"$1~\"; printf 'with a backup' > \"$1\""),
    ];
    for (number, (content, does)) in ways.into_iter().enumerate() {
        let editor = editor(&world.bob, "editor.sh", does);
        let became = world.bob.valise(edit(&editor)).await;
        assert_eq!(
            (&became["entry"]["name"], &became["entry"]["versions"]),
            (&"plan.txt".into(), &(number + 2).into())
        );
        assert_eq!(world.alice_gets(PLAN, &[]).await, content);
        nothing_stays_opened(&world.bob);
    }
    assert_eq!(names(&world.alice.valise(args!["ls", "Contracts"]).await), ["plan.txt"]);
    let by: Vec<Value> = world.versions(&world.alice).await.iter().map(|version| version["by"].clone()).collect();
    assert_eq!(by, ["Alice", "Bob", "Bob", "Bob", "Bob"]);

    // Looked at, written again with the same bytes, or touched: no version.
    for does in ["cat \"$1\" > /dev/null", "printf 'with a backup' > \"$1\"", "touch \"$1\""] {
        let editor = editor(&world.bob, "editor.sh", does);
        assert_eq!(world.bob.valise(edit(&editor)).await, Value::Null, "{does}");
    }
    assert_eq!(world.versions(&world.alice).await.len(), 5);
}

/// The first version is seen by others while the program is still open.
#[tokio::test]
async fn each_save_is_a_version_while_the_program_is_open() {
    let world = World::new("editor").await;
    let editor = editor(
        &world.bob,
        "editor.sh",
        "printf second > \"$1\"; until [ -e \"$FLAGS/on\" ]; do sleep 0.05; done; printf third > \"$1\"",
    );
    let mut editing = world.bob.start(edit(&editor));
    until("Alice has the second version", PATIENCE, || async {
        (world.versions(&world.alice).await.len() == 2).then_some(())
    })
    .await;
    assert_eq!(world.alice_gets(PLAN, &[]).await, "second");
    fs::write(world.bob.home.path().join("flags/on"), "").unwrap();
    assert!(editing.exit().await.success(), "{:?}", editing.output());
    assert_eq!(world.alice_gets(PLAN, &[]).await, "third");
    assert_eq!(world.versions(&world.alice).await.len(), 3);
}

#[tokio::test]
async fn whoever_was_slower_gets_a_named_copy() {
    let world = World::new("editor").await;
    let wait = "touch \"$FLAGS/open\"; until [ -e \"$FLAGS/on\" ]; do sleep 0.05; done; printf Bob > \"$1\"";
    let mut editing = world.bob.start(edit(&editor(&world.bob, "editor.sh", wait)));
    flag(&world.bob, "open").await;
    let faster = editor(&world.alice, "editor.sh", "printf Alice > \"$1\"");
    world.alice.valise(edit(&faster)).await;
    fs::write(world.bob.home.path().join("flags/on"), "").unwrap();
    assert!(editing.exit().await.success(), "{:?}", editing.output());

    let listing = world.alice.valise(args!["ls", "Contracts"]).await;
    let found = names(&listing);
    assert_eq!(found.len(), 2, "{found:?}");
    let copy = found.iter().find(|name| name.contains("conflicting copy")).expect("a named copy");
    assert_eq!(world.alice_gets(PLAN, &[]).await, "Alice");
    assert_eq!(world.alice_gets(&format!("Contracts/{copy}"), &[]).await, "Bob");
    assert_eq!(names(&world.bob.valise(args!["ls", "Contracts"]).await), found);
}

#[tokio::test]
async fn who_may_only_read_gets_a_file_that_changes_nothing() {
    let world = World::new("viewer").await;
    let does = "stat -c %a \"$1\" > \"$FLAGS/mode\"; stat -c %a \"${1%/*}\" > \"$FLAGS/place\"; \
                chmod u+w \"${1%/*}\" \"$1\"; printf forged > \"$1\"";
    let editor = editor(&world.bob, "editor.sh", does);
    assert_eq!(world.bob.valise(edit(&editor)).await, Value::Null);
    let mode = |name: &str| fs::read_to_string(world.bob.home.path().join("flags").join(name)).unwrap();
    assert_eq!((mode("mode").trim(), mode("place").trim()), ("400", "500"));
    nothing_stays_opened(&world.bob);
    assert_eq!(world.versions(&world.alice).await.len(), 1);
    let refused = world.bob.refused(args!["restore-version", PLAN, "1"]).await;
    assert_ne!(refused.answer["error"]["code"], "internal");
}

/// `kill -9` while a program is writing: what it had saved is a version after the next unlock, and is gone from its
/// place. What nobody changed is only gone.
#[tokio::test]
async fn a_killed_valise_loses_no_change_and_leaves_nothing_behind() {
    let world = World::new("editor").await;
    let opened = world.bob.home.path().join("opened");
    for (does, versions, content) in [
        ("exec 3>\"$1\"; printf second >&3; touch \"$FLAGS/saved\"; sleep 600", 2, "second"),
        ("exec 3<\"$1\"; touch \"$FLAGS/saved\"; sleep 600", 2, "second"),
        ("exec 3>>\"$1\"; printf ' and third' >&3; touch \"$FLAGS/saved\"; sleep 600", 3, "second and third"),
    ] {
        let mut editing = world.bob.start(edit(&editor(&world.bob, "editor.sh", does)));
        flag(&world.bob, "saved").await;
        editing.kill().await;
        fs::remove_file(world.bob.home.path().join("flags/saved")).unwrap();
        assert_eq!(files(&opened).len(), 1);
        world.bob.valise(args!["sync"]).await;
        nothing_stays_opened(&world.bob);
        world.bob.valise(args!["sync"]).await;
        assert_eq!(world.versions(&world.alice).await.len(), versions, "{does}");
        assert_eq!(world.alice_gets(PLAN, &[]).await, content);
    }
    assert_eq!(names(&world.alice.valise(args!["ls", "Contracts"]).await), ["plan.txt"]);
}

#[tokio::test]
async fn versions_are_listed_fetched_and_restored() {
    let world = World::new("editor").await;
    world.bob.valise(edit(&editor(&world.bob, "editor.sh", "printf second > \"$1\""))).await;
    let numbers: Vec<Value> =
        world.versions(&world.alice).await.iter().map(|version| version["number"].clone()).collect();
    assert_eq!(numbers, [1, 2]);
    assert_eq!(world.alice_gets(PLAN, &["--version", "1"]).await, "first");
    let refused = world.alice.refused(args!["get", PLAN, "--version", "7"]).await;
    assert_eq!(refused.answer["error"]["code"], "notFound");

    let restored = world.bob.valise(args!["restore-version", PLAN, "1"]).await;
    let cids: Vec<&Value> = restored.as_array().unwrap().iter().map(|version| &version["cid"]).collect();
    assert_eq!(cids.len(), 3);
    assert_eq!((cids[0], cids[0] == cids[1]), (cids[2], false));
    assert_eq!(world.alice_gets(PLAN, &[]).await, "first");

    // A restored version is one to go on from.
    world.alice.valise(edit(&editor(&world.alice, "editor.sh", "printf ' and more' >> \"$1\""))).await;
    assert_eq!(world.versions(&world.bob).await.len(), 4);
    assert_eq!(world.alice_gets(PLAN, &[]).await, "first and more");
    assert!(world.bob.valise(args!["security"]).await.as_array().unwrap().is_empty());
}

#[tokio::test]
async fn the_trash_is_emptied_and_what_others_need_stays() {
    let world = World::new("editor").await;
    let other = world.alice.home.write("other.txt", "other");
    world.alice.valise(args!["add", other, "--to", "Contracts"]).await;
    world.bob.valise(edit(&editor(&world.bob, "editor.sh", "printf second > \"$1\""))).await;
    world.alice.valise(args!["restore-version", PLAN, "1"]).await;
    world.alice.valise(args!["rm", "Contracts/other.txt"]).await;
    let refused = world.alice.refused(args!["trash", "empty"]).await;
    assert_eq!(refused.answer["error"]["code"], "badInput");
    world.alice.valise(args!["trash", "empty", "--yes"]).await;
    assert!(world.alice.valise(args!["ls", "--trash"]).await.as_array().unwrap().is_empty());
    assert!(world.bob.valise(args!["ls", "--trash"]).await.as_array().unwrap().is_empty());
    assert_eq!(names(&world.bob.valise(args!["ls", "Contracts"]).await), ["plan.txt"]);
    assert_eq!(world.alice_gets(PLAN, &[]).await, "first");
}
