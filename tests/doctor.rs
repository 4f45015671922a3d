//! `valise doctor`: it finds what is wrong, and names nobody and nothing. Real programs, a real catalog.

use serde_json::Value;
use valise_tests::{
    args,
    catalog::Catalog,
    cli::{Outcome, Person, alice, bob},
    process::Process,
};

struct World {
    catalog: Catalog,
    alice: Person,
    /// Everything in it that has a name.
    names: Vec<String>,
}

impl World {
    async fn new() -> Self {
        let catalog = Catalog::start().await;
        let (alice, bob) = (alice(), bob());
        let init =
            args!["init", "--name", "Alice Quillfeather", "--workspace", "Zanzibar Legal", "--catalog", &catalog.url];
        alice.valise(init).await;
        alice.valise(args!["folder", "create", "Ostrich contracts"]).await;
        let invitation = alice.valise(args!["invite", "Ostrich contracts"]).await;
        let mut open = alice.start(args!["sync", "--watch"]).not_worth_telling();
        bob.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", "Bob Thistlewood"]).await;
        open.stop().await;
        let file = alice.home.write("giraffe.txt", "an agreement");
        alice.valise(args!["add", file, "--to", "Ostrich contracts"]).await;
        alice.valise(args!["mkdir", "Ostrich contracts/annexes"]).await;
        let mut names: Vec<String> = [
            "quillfeather",
            "alice",
            "zanzibar",
            "ostrich",
            "giraffe",
            "thistlewood",
            "bob",
            "annexes",
            "umbrellas",
            "agreement",
            "127.0.0.1",
            "https",
            "/tmp",
            "/home",
        ]
        .map(str::to_owned)
        .into();
        names.push(catalog.url.trim_start_matches("https://").to_owned());
        names.push(alice.home.path().to_string_lossy().into_owned());
        for command in
            [vec!["ls"], vec!["ls", "Ostrich contracts"], vec!["people"], vec!["device", "list"], vec!["fingerprints"]]
        {
            texts(&alice.valise(command).await, &mut names);
        }
        Self { catalog, alice, names }
    }

    fn names_nothing(&self, outcome: &Outcome) {
        let said = outcome.text.to_lowercase();
        for name in &self.names {
            assert!(!said.contains(&name.to_lowercase()), "it says {name}:\n{}", outcome.text);
        }
    }
}

/// Names, ids and fingerprints in an answer; short words are states.
fn texts(answer: &Value, into: &mut Vec<String>) {
    match answer {
        Value::String(text) if text.len() > 9 && !text.contains("/plain") => into.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|one| texts(one, into)),
        Value::Object(all) => all.values().for_each(|one| texts(one, into)),
        _ => {}
    }
}

async fn doctor(person: &Person, password: Option<&str>, json: bool) -> Outcome {
    let mut command = if json { person.command(["doctor"]) } else { plain(person) };
    command.env_remove("VALISE_PASSWORD");
    command.envs(password.map(|password| ("VALISE_PASSWORD", password)));
    let mut process = Process::spawn(&mut command);
    let status = process.exit().await.code();
    let text: String = process.output().iter().map(|line| format!("{}\n", line.text)).collect();
    // A damaged database makes its library write to the other stream.
    let answer = process.output().into_iter().find(|line| line.on_stdout);
    let answer = answer.and_then(|line| serde_json::from_str(&line.text).ok()).unwrap_or(Value::Null);
    Outcome { status, answer, text }
}

fn plain(person: &Person) -> tokio::process::Command {
    let mut command = valise_tests::process::program("valise", &person.home);
    command.arg("--home").arg(person.home.valise()).arg("doctor").env("VALISE_COSTS", "floor");
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    command
}

fn state<'a>(outcome: &'a Outcome, check: &str) -> Vec<&'a str> {
    let all = outcome.answer["findings"].as_array().unwrap_or_else(|| panic!("{}", outcome.text));
    all.iter().filter(|one| one["check"] == check).map(|one| one["state"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn it_finds_what_is_wrong_and_names_nothing() {
    let mut world = World::new().await;
    let password = world.alice.password.clone();

    let open = doctor(&world.alice, Some(&password), true).await;
    world.names_nothing(&open);
    assert_eq!((open.status, &open.answer["open"]), (Some(0), &Value::Bool(true)), "{}", open.text);
    for check in ["versions", "home", "catalog", "clock", "index", "content", "security", "holder"] {
        assert_eq!(state(&open, check), ["ok"], "{check}: {}", open.text);
    }
    assert_eq!(state(&open, "keyring"), ["note"], "there is no bus: {}", open.text);
    world.names_nothing(&doctor(&world.alice, Some(&password), false).await);

    let locked = doctor(&world.alice, None, true).await;
    world.names_nothing(&locked);
    assert_eq!((locked.status, &locked.answer["open"]), (Some(0), &Value::Bool(false)), "{}", locked.text);
    assert_eq!(state(&locked, "catalog"), ["ok"]);
    assert_eq!(state(&locked, "index"), ["note"]);

    let wrong = doctor(&world.alice, Some("not this one at all"), true).await;
    world.names_nothing(&wrong);
    assert_eq!((wrong.status, state(&wrong, "lock")), (Some(9), vec!["problem"]), "{}", wrong.text);

    // The same through who has the home.
    let mut agent = world.alice.start(["agent"]).not_worth_telling();
    agent.line("how it stands", |line| line.contains("open").then_some(())).await;
    let asked = doctor(&world.alice, None, true).await;
    world.names_nothing(&asked);
    assert_eq!((asked.status, &asked.answer["open"]), (Some(0), &Value::Bool(true)), "{}", asked.text);
    agent.stop().await;

    world.catalog.process.kill().await;
    let alone = doctor(&world.alice, Some(&password), true).await;
    world.names_nothing(&alone);
    assert_eq!((alone.status, state(&alone, "catalog")[0]), (Some(9), "problem"), "{}", alone.text);
    let said = doctor(&world.alice, Some(&password), false).await;
    assert!(said.text.contains("PROBLEM  The catalog cannot be reached."), "{}", said.text);
}

/// Somebody else has the home and answers nothing: what can be seen is said.
#[tokio::test]
async fn it_works_where_the_home_cannot_be_had() {
    let alice = alice();
    let empty = doctor(&alice, None, true).await;
    assert_eq!(empty.status, Some(0), "{}", empty.text);
    let lock = std::fs::File::open(alice.home.valise().join("lock")).unwrap();
    lock.try_lock().unwrap();
    let held = doctor(&alice, None, true).await;
    assert_eq!((held.status, state(&held, "holder")), (Some(9), vec!["problem"]), "{}", held.text);
    assert_eq!(state(&held, "versions"), ["ok"]);
}

/// A page of the database that was changed from outside.
#[tokio::test]
async fn it_finds_a_damaged_index() {
    let alice = alice();
    alice.valise(args!["init", "--name", "A", "--workspace", "B"]).await;
    let index = alice.home.valise().join("index.db");
    let mut bytes = std::fs::read(&index).unwrap();
    let last = bytes.len() - 2000;
    bytes[last] ^= 1;
    std::fs::write(&index, bytes).unwrap();
    let found = doctor(&alice, Some(&alice.password), true).await;
    let noticed = [state(&found, "index"), state(&found, "lock")].concat();
    assert!(found.status == Some(9) && noticed.contains(&"problem"), "{}", found.text);
}
