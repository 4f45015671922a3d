//! One engine without a catalog: what time does to keys, and what a guess of the password costs.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tempfile::TempDir;

use valise_crypto::{FolderKey, FolderKeyWrapper, FolderPlace};
use valise_protocol::folder::{self, KeyPolicy, Rekey};
use valise_protocol::ids::FolderId;

use crate::api::{ErrorCode, Password, Reply, Request};
use crate::clock::SetClock;
use crate::error::EngineError;
use crate::vault::Vault;
use crate::vault::folder::Finding;
use crate::{Config, Costs, Engine};

const BEGIN: u64 = 1_800_000_000_000;
const DAY: u64 = 86_400_000;

fn password() -> Password {
    Password("violet ladder marble seven".to_owned())
}

fn config(home: &TempDir, costs: (u32, u32)) -> Config {
    let mut config = Config::new(home.path().join("valise"));
    config.costs = Costs { memory_kib: costs.0 << 10, passes: costs.1, lanes: 4 };
    config
}

async fn begin(config: Config) -> Engine {
    let engine = Engine::start(config).unwrap();
    let (name, workspace) = ("Ada".to_owned(), "Acme".to_owned());
    ask(&engine, Request::Create { name, password: password(), workspace, catalog: None }).await;
    engine
}

async fn ask(engine: &Engine, request: Request) -> Reply {
    engine.handle(request).await.unwrap()
}

async fn own_folder(engine: &Engine) -> FolderId {
    match ask(engine, Request::Folders).await {
        Reply::Folders(folders) => folders[0].id,
        other => panic!("{other:?}"),
    }
}

/// When a guess should cost more than it did, the next unlocking sees to it; never less.
#[tokio::test]
async fn what_a_guess_costs_rises_at_the_next_unlocking() {
    let home = tempfile::tempdir().unwrap();
    begin(config(&home, (64, 3))).await.stop().await;
    for (costs, stands) in [((64, 3), (64, 3)), ((96, 3), (96, 3)), ((64, 4), (96, 4)), ((64, 3), (96, 4))] {
        let engine = Engine::start(config(&home, costs)).unwrap();
        ask(&engine, Request::Unlock { password: password() }).await;
        let Reply::AccountKeys(keys) = ask(&engine, Request::AccountKeys).await else { panic!("no keys") };
        assert_eq!((keys.memory_mib, keys.passes), stands);
        engine.stop().await;
    }
}

/// The owner decides after how many days; the age of a key counts from when this device first saw it.
#[tokio::test]
async fn a_key_is_due_when_its_time_has_come() {
    let home = tempfile::tempdir().unwrap();
    let clock = Arc::new(SetClock(AtomicU64::new(BEGIN)));
    let mut config = config(&home, (64, 3));
    config.clock = clock.clone();
    let engine = begin(config).await;
    let folder = own_folder(&engine).await;
    let due = |now: u64| {
        let vault = |vault: &mut Vault| vault.wants_rekey(vault.folder(&folder)?, now);
        engine.shared().vault(vault).unwrap()
    };
    let Reply::FolderKeys(keys) = ask(&engine, Request::FolderKeys { folder }).await else { panic!("no keys") };
    assert_eq!((keys.current, keys.minimum, keys.rotate_days, keys.since), (1, 0, 0, Some(BEGIN)));
    assert!(!due(BEGIN + 5_000 * DAY), "nobody wanted it");
    let decide = |days| {
        let decided = |vault: &mut Vault| {
            let record = vault.compose_policy(folder, &KeyPolicy { minimum: 0, rotate_days: days })?;
            vault.take_folder_record(folder, &record)
        };
        assert_eq!(engine.shared().vault(decided).unwrap(), []);
    };
    decide(30);
    assert!(!due(BEGIN + 30 * DAY - 1));
    assert!(due(BEGIN + 30 * DAY));
    let changed = |vault: &mut Vault| {
        let record = vault.compose_rekey(folder)?;
        vault.take_folder_record(folder, &record)?;
        vault.note_epochs(BEGIN + 30 * DAY)
    };
    engine.shared().vault(changed).unwrap();
    assert!(!due(BEGIN + 59 * DAY) && due(BEGIN + 60 * DAY));
    decide(0);
    assert!(!due(BEGIN + 5_000 * DAY));
    engine.stop().await;
}

/// A false seal keeps one from what is written under that key, until the next honest key opens the one before it.
#[tokio::test]
async fn the_next_honest_key_fills_the_gap_that_a_false_seal_left() {
    let home = tempfile::tempdir().unwrap();
    let engine = begin(config(&home, (64, 3))).await;
    let folder = own_folder(&engine).await;
    let changed = |vault: &mut Vault| {
        let (second, third) = (FolderKey::make()?, FolderKey::make()?);
        let rekey = |vault: &Vault, epoch, key: &FolderKey, before: &FolderKey, sealed: &FolderKey| {
            let place = FolderPlace { workspace: vault.me.workspace, folder, epoch };
            let to = vault.account.key().ok_or(EngineError::IndexDamaged)?;
            let rekey = Rekey {
                commitment: key.commitment(),
                previous: Some(FolderKeyWrapper::new(key, place)?.wrap_previous(before)?),
                seals: vec![vault.seal_to_member(folder, epoch, sealed, vault.me.account, to)?],
                slices: vec![],
            };
            vault.write_folder(folder, epoch, folder::kind::REKEY, &rekey)
        };
        let first = vault.folder(&folder)?.current_key().ok_or(EngineError::IndexDamaged)?;
        let false_one = rekey(vault, 2, &second, first, &third)?;
        assert_eq!(vault.take_folder_record(folder, &false_one)?, [Finding::BadSeal(vault.me.account)]);
        assert!(vault.folder(&folder)?.wrapper(2).is_none());
        let honest = rekey(vault, 3, &third, &second, &third)?;
        assert_eq!(vault.take_folder_record(folder, &honest)?, []);
        let state = vault.folder(&folder)?;
        assert!((1..=3).all(|epoch| state.wrapper(epoch).is_some()));
        Ok(())
    };
    engine.shared().vault(changed).unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn what_locking_would_take_out_of_hands_is_told() {
    let home = tempfile::tempdir().unwrap();
    let engine = begin(config(&home, (64, 3))).await;
    let folder = own_folder(&engine).await;
    let in_hand = async || match ask(&engine, Request::InHand).await {
        Reply::InHand(in_hand) => (in_hand.transfers, in_hand.opened),
        other => panic!("{other:?}"),
    };
    assert_eq!(in_hand().await, (0, 0));
    let file = home.path().join("plan.txt");
    std::fs::write(&file, "a plan").unwrap();
    let mut events = engine.events();
    ask(&engine, Request::Add { folder, parent: None, paths: vec![file] }).await;
    let entry = loop {
        let Reply::Listing(listing) = ask(&engine, Request::List { folder, parent: None }).await else {
            panic!("no list")
        };
        match listing.entries.first() {
            Some(entry) if in_hand().await.0 == 0 => break entry.id,
            _ => drop(events.recv().await),
        }
    };
    ask(&engine, Request::Open { folder, entry, version: None }).await;
    assert_eq!(in_hand().await, (0, 1));
    ask(&engine, Request::Lock).await;
    assert_eq!(engine.handle(Request::InHand).await.unwrap_err().code, ErrorCode::Locked);
    engine.stop().await;
}

#[tokio::test]
async fn what_needs_the_catalog_says_so_and_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let engine = begin(config(&home, (64, 3))).await;
    let folder = own_folder(&engine).await;
    let requests = [
        Request::RotateAccountKey,
        Request::RotateFolderKey { folder },
        Request::Rewrap { folder },
        Request::RetireKeys { folder },
        Request::SetRotation { folder, days: 30 },
    ];
    for request in requests {
        assert_eq!(engine.handle(request).await.unwrap_err().code, ErrorCode::Offline);
    }
    let days = folder::MAX_ROTATE_DAYS + 1;
    let too_long = engine.handle(Request::SetRotation { folder, days }).await;
    assert_eq!(too_long.unwrap_err().code, ErrorCode::BadInput);
    let Reply::AccountKeys(keys) = ask(&engine, Request::AccountKeys).await else { panic!("no keys") };
    assert_eq!((keys.account_version, keys.master_version), (1, 1));
    engine.stop().await;
}

/// Wrong passwords, empty new ones: refused before anything is closed. Afterwards, locked or not, the new one opens.
#[tokio::test]
async fn a_password_changes_only_for_who_knows_it() {
    let home = tempfile::tempdir().unwrap();
    let engine = begin(config(&home, (64, 3))).await;
    let new = || Password("nine green umbrellas".to_owned());
    let (wrong, empty) = (Password("no".to_owned()), Password(String::new()));
    for (password, new) in [(wrong, new()), (password(), empty)] {
        for renew in [false, true] {
            let (password, new) = (password.clone(), new.clone());
            let request = match renew {
                false => Request::ChangePassword { password, new },
                true => Request::RenewKeys { password, new },
            };
            engine.handle(request).await.unwrap_err();
            ask(&engine, Request::Folders).await;
        }
    }
    ask(&engine, Request::ChangePassword { password: password(), new: new() }).await;
    let Reply::Kits(kits) = ask(&engine, Request::RenewKeys { password: new(), new: password() }).await else {
        panic!("no kits")
    };
    assert_eq!(kits.kits.len(), 2);
    ask(&engine, Request::Lock).await;
    let old = engine.handle(Request::Unlock { password: new() }).await;
    assert_eq!(old.unwrap_err().code, ErrorCode::WrongPassword);
    ask(&engine, Request::Unlock { password: password() }).await;
    engine.stop().await;
}
