//! What the keyring may open, and what it may not any more.

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use crate::api::{ErrorCode, Password, Reply, Request, Stage};
use crate::home::SLOTS;
use crate::keyring::{Keyring, KeyringError, MemoryKeyring};
use crate::vault::recovery::slots;
use crate::{Config, Costs, Engine};
use valise_crypto::SlotKind;

struct World {
    home: TempDir,
    keyring: Arc<MemoryKeyring>,
}

fn password() -> Password {
    Password("violet ladder marble seven".to_owned())
}

impl World {
    /// An account that opens at log-in; ended without being locked.
    async fn new() -> Self {
        let world = Self { home: tempfile::tempdir().unwrap(), keyring: Arc::default() };
        let engine = world.start();
        let (name, workspace) = ("Ada".to_owned(), "Acme".to_owned());
        ask(&engine, Request::Create { name, password: password(), workspace, catalog: None }).await;
        assert!(!has_slot(&engine), "off at first");
        let wrong = engine.handle(Request::SetUnlockAtLogin { password: Some(Password("another".to_owned())) }).await;
        assert_eq!(wrong.unwrap_err().code, ErrorCode::WrongPassword);
        assert!(!has_slot(&engine) && world.keyring.texts().is_empty(), "nobody turns it on without the password");
        choose(&engine, true).await;
        assert!(has_slot(&engine));
        end(engine).await;
        world
    }

    fn start(&self) -> Engine {
        let mut config = Config::new(self.home.path().join("valise"));
        (config.costs, config.keyring) = (Costs::FLOOR, self.keyring.clone());
        Engine::start(config).unwrap()
    }

    fn secret(&self) -> Option<(String, String)> {
        let texts = self.keyring.texts();
        texts.into_iter().find(|(name, _)| name.starts_with("log-in "))
    }
}

async fn ask(engine: &Engine, request: Request) -> Reply {
    engine.handle(request).await.unwrap()
}

/// Ends the program: the home is free for the next.
async fn end(engine: Engine) {
    engine.stop().await;
}

async fn choose(engine: &Engine, on: bool) {
    let password = on.then(password);
    match ask(engine, Request::SetUnlockAtLogin { password }).await {
        Reply::Status(status) => assert_eq!(status.at_login, on),
        other => panic!("{other:?}"),
    }
}

async fn opens_by_itself(engine: &Engine) -> bool {
    match ask(engine, Request::UnlockAtLogin).await {
        Reply::Status(status) => status.stage == Stage::Open,
        other => panic!("{other:?}"),
    }
}

fn has_slot(engine: &Engine) -> bool {
    slots(&engine.shared().home).unwrap().has(SlotKind::LOGIN)
}

/// It is made beside whatever else happens after an unlocking.
async fn slot_made(engine: &Engine) {
    let made = async {
        while !has_slot(engine) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), made).await.unwrap();
}

#[tokio::test]
async fn it_opens_after_the_program_ended_and_not_after_it_was_locked() {
    let world = World::new().await;
    for _ in 0..2 {
        let engine = world.start();
        assert!(opens_by_itself(&engine).await);
        end(engine).await;
    }
    let before = (world.secret().unwrap(), std::fs::read(world.home.path().join("valise").join(SLOTS)).unwrap());
    let engine = world.start();
    assert!(opens_by_itself(&engine).await);
    ask(&engine, Request::Lock).await;
    assert!(!has_slot(&engine) && world.secret().is_none());
    assert!(!opens_by_itself(&engine).await);
    // The secret comes back from somewhere: it opens nothing any more.
    world.keyring.store(&before.0.0, &before.0.1).unwrap();
    assert!(!opens_by_itself(&engine).await);
    // The password makes another one.
    ask(&engine, Request::Unlock { password: password() }).await;
    slot_made(&engine).await;
    assert_ne!(world.secret(), Some(before.0));
    end(engine).await;
    assert!(opens_by_itself(&world.start()).await);
}

/// The keyring's secret and the slot cannot change at once: a program that ended in between kept a slot that nothing in
/// the keyring opened.
#[tokio::test]
async fn what_opens_is_not_replaced() {
    let world = World::new().await;
    let before = world.secret();
    let engine = world.start();
    ask(&engine, Request::Unlock { password: password() }).await;
    choose(&engine, true).await;
    assert_eq!(world.secret(), before);
    end(engine).await;
    assert!(opens_by_itself(&world.start()).await);
}

#[tokio::test]
async fn it_is_over_as_soon_as_it_is_not_wanted_any_more() {
    let world = World::new().await;
    let engine = world.start();
    assert!(opens_by_itself(&engine).await);
    choose(&engine, false).await;
    assert!(!has_slot(&engine) && world.secret().is_none());
    end(engine).await;
    let engine = world.start();
    ask(&engine, Request::Unlock { password: password() }).await;
    end(engine).await;
    assert!(!opens_by_itself(&world.start()).await && world.secret().is_none(), "and it is not made again");
}

#[tokio::test]
async fn a_keyring_in_trouble_leaves_it_to_the_password() {
    let world = World::new().await;
    for trouble in [KeyringError::Absent, KeyringError::Locked, KeyringError::NoAnswer, KeyringError::Failed] {
        let engine = world.start();
        world.keyring.set_trouble(Some(trouble));
        assert!(!opens_by_itself(&engine).await, "{trouble}");
        world.keyring.set_trouble(None);
        assert!(opens_by_itself(&engine).await, "when it is well again");
        // Locking does not need the keyring.
        end(engine).await;
    }
    let engine = world.start();
    assert!(opens_by_itself(&engine).await);
    world.keyring.set_trouble(Some(KeyringError::Locked));
    ask(&engine, Request::Lock).await;
    world.keyring.set_trouble(None);
    assert!(world.secret().is_some(), "it could not be taken out");
    assert!(!opens_by_itself(&engine).await, "and opens nothing");
}

#[tokio::test]
async fn what_lies_in_a_wiped_or_foreign_keyring_opens_nothing() {
    let world = World::new().await;
    let engine = world.start();
    let (name, _) = world.secret().unwrap();
    for text in ["", "no secret", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        world.keyring.store(&name, text).unwrap();
        assert!(!opens_by_itself(&engine).await);
    }
    world.keyring.wipe();
    assert!(!opens_by_itself(&engine).await);
    ask(&engine, Request::Unlock { password: password() }).await;
    end(engine).await;
}

#[tokio::test]
async fn keys_that_begin_anew_leave_nothing_for_the_secret_before() {
    let world = World::new().await;
    let before = world.secret().unwrap();
    let engine = world.start();
    ask(&engine, Request::Unlock { password: password() }).await;
    let new = Password("tulip hammer quartz eleven".to_owned());
    ask(&engine, Request::RenewKeys { password: password(), new }).await;
    slot_made(&engine).await;
    end(engine).await;
    let after = world.secret().unwrap();
    assert_ne!(before.1, after.1);
    world.keyring.store(&before.0, &before.1).unwrap();
    assert!(!opens_by_itself(&world.start()).await);
}

/// Review: a token that is asked for instead of the password leaves nothing for the keyring, and neither does a slot that
/// somehow stays beside it.
#[tokio::test]
async fn a_token_alone_is_asked_for_each_time() {
    let world = World::new().await;
    let engine = world.start();
    let mut kept = slots(&engine.shared().home).unwrap();
    kept.remove_kind(SlotKind::PASSWORD);
    engine.shared().home.write(SLOTS, &kept.to_bytes().unwrap()).unwrap();
    assert!(kept.has(SlotKind::LOGIN) && !opens_by_itself(&engine).await);
}

/// A keyring that takes nothing: it is said, and nothing was changed.
#[tokio::test]
async fn a_keyring_that_takes_nothing_is_said() {
    let world = World::new().await;
    let engine = world.start();
    assert!(opens_by_itself(&engine).await);
    choose(&engine, false).await;
    world.keyring.set_trouble(Some(KeyringError::Locked));
    let said = engine.handle(Request::SetUnlockAtLogin { password: Some(password()) }).await.unwrap_err();
    assert_eq!(said.code, ErrorCode::NotAllowed);
    world.keyring.set_trouble(None);
    ask(&engine, Request::Lock).await;
    ask(&engine, Request::Unlock { password: password() }).await;
    end(engine).await;
    assert!(!opens_by_itself(&world.start()).await && world.secret().is_none());
}
