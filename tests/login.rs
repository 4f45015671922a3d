//! Opening by itself at log-in: the real program and a real GNOME keyring in all its moods.

use std::process::Stdio;

use serde_json::Value;
use valise_tests::{
    PATIENCE, args,
    catalog::Catalog,
    cli::{Person, alice},
    keyring::Keyring,
    process::Process,
    until,
};

/// A command without a password, as one that is typed after log-in; what it answers, and its exit code.
async fn without_password(person: &Person, args: &[&str]) -> (Option<i32>, Value) {
    let mut command = person.command(args);
    command.env_remove("VALISE_PASSWORD").stdin(Stdio::null());
    let output = command.output().await.expect("the program");
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
}

async fn opens_by_itself(person: &Person) -> bool {
    without_password(person, &["ls"]).await.0 == Some(0)
}

/// The keyring is given its secret beside whatever a program does that stays.
async fn unlock_once(person: &Person) {
    let mut agent = person.start(args!["agent"]).not_worth_telling();
    let slots = person.home.valise().join("slots.cbor");
    let before = std::fs::metadata(&slots).expect("slots").len();
    until("a slot for the keyring", PATIENCE, || async {
        (std::fs::metadata(&slots).expect("slots").len() > before).then_some(())
    })
    .await;
    agent.stop().await;
}

#[tokio::test]
async fn the_keyring_opens_until_it_is_locked() {
    if let Some(why) = Keyring::why_not() {
        println!("not run: opening at log-in with a keyring ({why})");
        return;
    }
    let catalog = Catalog::start().await;
    let mut alice = alice();
    let keyring = Keyring::unlocked(&alice.home).await;
    alice.bus = Some(keyring.bus());
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
    assert!(!opens_by_itself(&alice).await, "off at first");
    let without = without_password(&alice, &["password", "at-login"]).await;
    assert_ne!(without.0, Some(0), "nobody turns it on without the password");
    assert_eq!(alice.valise(args!["password", "at-login"]).await["atLogin"], true);
    assert_eq!(alice.valise(args!["status"]).await["atLogin"], true);
    assert!(opens_by_itself(&alice).await && opens_by_itself(&alice).await, "also after a command has ended");

    // A keyring that is locked, or gone, leaves it to the password, and is no dead end.
    keyring.stop().await;
    assert!(!opens_by_itself(&alice).await, "nothing answers on that bus any more");
    alice.valise(args!["ls"]).await;
    let locked = Keyring::locked(&alice.home).await;
    alice.bus = Some(locked.bus());
    assert!(!opens_by_itself(&alice).await, "nobody is there to answer what a locked keyring asks");
    alice.valise(args!["ls"]).await;
    locked.stop().await;

    // As after the next log-in.
    let keyring = Keyring::unlocked(&alice.home).await;
    alice.bus = Some(keyring.bus());
    assert!(opens_by_itself(&alice).await);

    // Locking ends it, whoever opened it.
    let mut command = alice.command(["agent"]);
    command.env_remove("VALISE_PASSWORD").stdin(Stdio::null());
    let mut agent = Process::spawn(&mut command).not_worth_telling();
    agent.line("how it stands", |line| line.contains("\"open\"").then_some(())).await;
    assert_eq!(without_password(&alice, &["lock"]).await.0, Some(0));
    agent.stop().await;
    assert!(!opens_by_itself(&alice).await);

    // The password begins it again; who does not want it any more ends it at once.
    unlock_once(&alice).await;
    assert!(opens_by_itself(&alice).await);
    assert_eq!(without_password(&alice, &["password", "at-login", "--off"]).await.0, Some(0));
    assert!(!opens_by_itself(&alice).await);
    keyring.stop().await;

    // A wiped keyring has forgotten.
    let keyring = Keyring::unlocked(&alice.home).await;
    alice.bus = Some(keyring.bus());
    alice.valise(args!["password", "at-login"]).await;
    assert!(opens_by_itself(&alice).await);
    keyring.stop().await;
    Keyring::wipe(&alice.home);
    let keyring = Keyring::unlocked(&alice.home).await;
    alice.bus = Some(keyring.bus());
    assert!(!opens_by_itself(&alice).await);
    alice.valise(args!["ls"]).await;
    keyring.stop().await;
}
