//! Commands of a home that another Valise has: they ask it over the socket there, need no password of their own while it
//! is open, and go on by themselves when it is gone. Real programs, real nodes, a real catalog.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::process::Command;
use valise_tests::{
    PATIENCE, args,
    catalog::Catalog,
    cli::{Outcome, Person, alice, bob},
    process::Process,
    until,
};

const FILES: usize = 16;
const SIZE: usize = 8 << 20;

/// A workspace on one computer: nobody else is needed for most of this.
async fn alone() -> Person {
    let alice = alice();
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme"]).await;
    alice.valise(args!["folder", "create", "Contracts"]).await;
    alice
}

/// An agent that hears commands.
async fn agent(person: &Person, options: &[&str]) -> Process {
    let process = person.start([&["agent"], options].concat()).not_worth_telling();
    process.line("how it stands", |line| serde_json::from_str::<Value>(line).ok()).await;
    process
}

/// Without a password: it is asked of nobody.
fn quiet(person: &Person, args: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>) -> Command {
    let mut command = person.command(args);
    command.env_remove("VALISE_PASSWORD");
    command
}

async fn ran(person: &Person, args: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>) -> Outcome {
    let output = quiet(person, args).stdin(std::process::Stdio::null()).output().await.expect("the program");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let answer = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    Outcome { status: output.status.code(), answer, text }
}

async fn asked(person: &Person, args: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>) -> Value {
    let outcome = ran(person, args).await;
    assert_eq!(outcome.status, Some(0), "{}", outcome.text);
    outcome.answer
}

fn socket(person: &Person) -> PathBuf {
    person.home.valise().join("socket")
}

#[tokio::test]
async fn commands_work_through_an_agent_without_a_password() {
    let alice = alone().await;
    let file = alice.home.write("a.txt", "an agreement");
    let refused = ran(&alice, args!["ls"]).await;
    assert_ne!(refused.status, Some(0), "alone, a command needs the password");

    let mut agent = agent(&alice, &[]).await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert!(fs::symlink_metadata(socket(&alice)).unwrap().file_type().is_socket());
    assert_eq!((mode(&socket(&alice)), mode(&alice.home.valise())), (0o600, 0o700));

    // Paths are those of who asks, wherever the agent was started.
    let below = file.parent().unwrap();
    let mut adding = quiet(&alice, args!["add", "a.txt", "--to", "Contracts"]);
    assert!(adding.current_dir(below).status().await.unwrap().success());
    assert_eq!(asked(&alice, args!["ls", "Contracts"]).await[0]["name"], "a.txt");
    let mut getting = quiet(&alice, args!["get", "Contracts/a.txt", "-o", "b.txt"]);
    assert!(getting.current_dir(below).status().await.unwrap().success());
    assert_eq!(fs::read_to_string(below.join("b.txt")).unwrap(), "an agreement");
    let (one, two) =
        tokio::join!(asked(&alice, args!["mkdir", "Contracts/one"]), asked(&alice, args!["mkdir", "Contracts/two"]));
    assert_eq!((&one["name"], &two["name"]), (&json!("one"), &json!("two")));

    // What the password is asked for once more, it is asked for here too.
    let refused = ran(&alice, args!["recovery", "kit", "--print"]).await;
    assert_ne!(refused.status, Some(0), "{}", refused.text);
    assert_eq!(alice.valise(args!["recovery", "kit", "--print"]).await["kits"].as_array().map(Vec::len), Some(2));

    // What would take the home from under it is refused, and so is a second one.
    assert_eq!(alice.refused(args!["forget", "--yes"]).await.status, Some(5));
    assert_eq!(alice.refused(args!["agent"]).await.status, Some(5));
    assert_eq!(alice.refused(args!["init", "--name", "A", "--workspace", "B"]).await.status, Some(4));

    assert!(agent.stop().await.success());
    assert!(!socket(&alice).exists());
    assert_eq!(alice.valise(args!["ls", "Contracts"]).await.as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn an_agent_that_was_killed_leaves_the_home_to_commands() {
    let alice = alone().await;
    let mut first = agent(&alice, &[]).await;
    first.kill().await;
    assert!(socket(&alice).exists(), "a killed one cannot remove it");
    alice.valise(args!["mkdir", "Contracts/by itself"]).await;
    // What it left is replaced.
    let mut second = agent(&alice, &[]).await;
    assert_eq!(asked(&alice, args!["ls", "Contracts"]).await[0]["name"], "by itself");
    second.signal(Signal::INT);
    assert!(second.exit().await.success());
}

#[tokio::test]
async fn a_locked_one_says_what_to_do() {
    let alice = alone().await;
    let mut agent = agent(&alice, &["--locked"]).await;
    let refused = alice.refused(args!["ls"]).await;
    assert_eq!(refused.status, Some(3));
    assert!(refused.text.contains("valise unlock"), "{}", refused.text);
    assert_eq!(asked(&alice, args!["status"]).await["stage"]["type"], "locked");
    let mut wrong = alice.command(args!["unlock"]);
    assert_eq!(wrong.env("VALISE_PASSWORD", "not this one").status().await.unwrap().code(), Some(3));
    alice.valise(args!["unlock"]).await;
    assert_eq!(asked(&alice, args!["ls"]).await.as_array().map(Vec::len), Some(2));
    assert_eq!(asked(&alice, args!["lock"]).await["stage"]["type"], "locked");
    assert_eq!(alice.refused(args!["ls"]).await.status, Some(3));
    agent.stop().await;
    // Nobody is there who could stay open.
    assert_eq!(alice.refused(args!["unlock"]).await.status, Some(4));
    assert_eq!(asked(&alice, args!["lock"]).await["stage"]["type"], "locked");
}

/// A command that only watches does not keep it open.
#[tokio::test]
async fn it_locks_when_no_command_is_given() {
    let alice = alone().await;
    let _agent = agent(&alice, &["--idle-lock", "1"]).await;
    let watching = Process::spawn(&mut quiet(&alice, args!["sync", "--watch"])).not_worth_telling();
    watching.line("how it stands", |line| line.contains("\"open\"").then_some(())).await;
    let locked = |line: &str| line.contains("\"locked\"").then_some(());
    watching.line_within(Duration::from_secs(90), "that it is locked", locked).await;
    assert_eq!(ran(&alice, args!["ls"]).await.status, Some(3));
}

#[tokio::test]
async fn another_version_is_refused_in_words() {
    let alice = alone().await;
    // Somebody has the home, and speaks as a later version will.
    let lock = fs::File::open(alice.home.valise().join("lock")).unwrap();
    lock.try_lock().unwrap();
    // One that a killed one left; and what listens there now.
    let _ = fs::remove_file(socket(&alice));
    let listener = UnixListener::bind(socket(&alice)).unwrap();
    let later = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let greeting = json!({"valise": "9.9.9", "protocol": 2, "news": []}).to_string();
        stream.write_u32(u32::try_from(greeting.len()).unwrap()).await.unwrap();
        stream.write_all(greeting.as_bytes()).await.unwrap();
    });
    let refused = alice.refused(args!["ls"]).await;
    assert_eq!(refused.status, Some(5));
    assert!(refused.text.contains("Another version of Valise") && refused.text.contains("9.9.9"), "{}", refused.text);
    later.await.unwrap();
}

#[tokio::test]
async fn garbage_on_the_socket_does_no_harm() {
    let alice = alone().await;
    let mut agent = agent(&alice, &[]).await;
    for said in [vec![0xff; 4096], vec![0; 4096], b"GET / HTTP/1.1\r\n\r\n".to_vec(), Vec::new()] {
        let mut stream = UnixStream::connect(socket(&alice)).await.unwrap();
        let _ = stream.write_all(&said).await;
        let _ = stream.shutdown().await;
        let mut rest = Vec::new();
        let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("it lets go");
    }
    assert_eq!(asked(&alice, args!["ls"]).await.as_array().map(Vec::len), Some(2));
    assert!(agent.stop().await.success());
}

struct World {
    _catalog: Catalog,
    alice: Person,
    bob: Person,
}

impl World {
    async fn new() -> Self {
        let catalog = Catalog::start().await;
        let (alice, bob) = (alice(), bob());
        alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
        alice.valise(args!["folder", "create", "Contracts"]).await;
        let invitation = alice.valise(args!["invite", "Contracts"]).await;
        let mut open = alice.start(args!["agent"]).not_worth_telling();
        bob.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", "Bob"]).await;
        open.stop().await;
        Self { _catalog: catalog, alice, bob }
    }
}

fn tree(person: &Person) -> PathBuf {
    let write = |number: usize| {
        let bytes: Vec<u8> = (0..SIZE).map(|at| (at.wrapping_mul(number + 7) >> 3) as u8).collect();
        person.home.write(&format!("tree/{number}.bin"), bytes)
    };
    let first = write(0);
    (1..FILES).for_each(|number| drop(write(number)));
    first.parent().unwrap().to_owned()
}

fn files(root: &Path) -> usize {
    let Ok(entries) = fs::read_dir(root) else { return 0 };
    entries.flatten().map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
}

/// What is interrupted is given up; what is killed rests, as it does without an agent.
#[tokio::test]
async fn a_command_that_is_interrupted_takes_its_transfer_along() {
    let world = World::new().await;
    let tree = tree(&world.alice);
    let mut at_alice = agent(&world.alice, &[]).await;
    let blocks = world.alice.home.valise().join("blocks");
    let before = files(&blocks);
    // So much that nobody has it added before the interruption; it takes no room on this disk.
    let endless = world.alice.home.write("endless.bin", b"");
    fs::OpenOptions::new().write(true).open(&endless).unwrap().set_len(4 << 30).unwrap();
    let mut adding = Process::spawn(&mut quiet(&world.alice, args!["add", &endless, "--to", "Contracts"]));
    until("blocks on the disk", PATIENCE, || async { (files(&blocks) > before + 4).then_some(()) }).await;
    adding.signal(Signal::INT);
    assert_eq!(adding.exit().await.code(), Some(1));
    assert_eq!(asked(&world.alice, args!["transfers"]).await, json!([]));

    let mut adding = Process::spawn(&mut quiet(&world.alice, args!["add", &tree, "--to", "Contracts"]));
    running(&world.alice).await;
    adding.kill().await;
    let number = at_rest(&world.alice).await;
    let done = asked(&world.alice, args!["transfers", "resume", &number]).await;
    assert_eq!(done["state"]["type"], "done", "{done}");
    asked(&world.alice, args!["sync"]).await;

    let _at_bob = agent(&world.bob, &[]).await;
    let to = world.bob.home.path().join("out");
    let mut getting = Process::spawn(&mut quiet(&world.bob, args!["get", "Contracts/tree", "-o", &to]));
    until("a file that is whole", PATIENCE, || async { (files(&to) > 0).then_some(()) }).await;
    getting.signal(Signal::INT);
    assert_eq!(getting.exit().await.code(), Some(1));
    assert_eq!(asked(&world.bob, args!["transfers"]).await, json!([]));

    let to = world.bob.home.path().join("again");
    let mut getting = Process::spawn(&mut quiet(&world.bob, args!["get", "Contracts/tree", "-o", &to]));
    running(&world.bob).await;
    getting.kill().await;
    let number = at_rest(&world.bob).await;
    asked(&world.bob, args!["transfers", "resume", &number]).await;
    assert_eq!(files(&to), FILES);
    at_alice.stop().await;
}

async fn running(person: &Person) {
    until("a transfer", PATIENCE, || async {
        let all = asked(person, args!["transfers"]).await;
        (all[0]["state"]["type"] == "running" && all[0]["bytesDone"] != 0).then_some(())
    })
    .await;
}

async fn at_rest(person: &Person) -> String {
    until("a transfer at rest", PATIENCE, || async {
        let all = asked(person, args!["transfers"]).await;
        (all[0]["state"]["type"] == "paused").then(|| all[0]["id"].to_string())
    })
    .await
}

/// On a terminal there is progress, in a pipe there is none; also when somebody else does the work.
#[tokio::test]
async fn progress_is_shown_on_a_terminal_alone() {
    let alice = alone().await;
    let tree = tree(&alice);
    let _agent = agent(&alice, &[]).await;
    let program = valise_tests::process::built("valise");
    let home = alice.home.valise();
    let add =
        |tree: &Path| format!("{} --home {} add {} --to Contracts", program.display(), home.display(), tree.display());
    if Command::new("script").arg("--version").output().await.is_err() {
        println!("not run: progress on a terminal (this system has no `script`)");
        return;
    }
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--command", &add(&tree), "/dev/null"]).stdin(std::process::Stdio::null());
    let output = command.envs(alice.home.environment()).output().await.unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && shown.contains("\r\u{1b}[K") && shown.contains("MB"), "{shown}");

    let mut command = Command::new("sh");
    let output = command.args(["-c", &add(&tree)]).envs(alice.home.environment()).output().await.unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(!String::from_utf8_lossy(&output.stdout).contains('\r'));
}
