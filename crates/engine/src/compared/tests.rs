//! One engine without a catalog, and a colleague whose account is recovered.

use tempfile::TempDir;

use valise_crypto::{DeviceSecrets, SealingPair};
use valise_protocol::account::{self, Recovered, RecoverySet, sign_consent};
use valise_protocol::folder::Role;
use valise_protocol::ids::{Commitment, RecoverySetId};
use valise_protocol::keys::{Encapsulation, Seal, SealedKey};
use valise_protocol::record::ChainId;
use valise_protocol::workspace::{self, Anchor};

use crate::api::{AccountId, ErrorCode, FolderId, Member, Password, Person, Reply, Request};
use crate::colleague::Colleague;
use crate::compose::{Author, Slot};
use crate::vault::Vault;
use crate::{Config, Costs, Engine};

fn password() -> Password {
    Password("violet ladder marble seven".to_owned())
}

fn start(home: &TempDir) -> Engine {
    let mut config = Config::new(home.path().join("valise"));
    config.costs = Costs::FLOOR;
    Engine::start(config).unwrap()
}

async fn ask(engine: &Engine, request: Request) -> Reply {
    engine.handle(request).await.unwrap()
}

async fn set(engine: &Engine, account: AccountId, number: Option<&str>) -> Result<(), ErrorCode> {
    let number = number.map(str::to_owned);
    engine.handle(Request::SetVerified { account, number }).await.map(drop).map_err(|error| error.code)
}

async fn person(engine: &Engine, account: AccountId) -> Person {
    let Reply::People(people) = ask(engine, Request::People).await else { panic!("no people") };
    people.into_iter().find(|person| person.account == account).unwrap()
}

async fn member(engine: &Engine, folder: FolderId, account: AccountId) -> Member {
    let Reply::Members(members) = ask(engine, Request::Members { folder }).await else { panic!("no members") };
    members.into_iter().find(|member| member.account == account).unwrap()
}

/// Lets a device into the account by a recovery key, as who has two kits does.
fn recover(colleague: &mut Colleague) {
    let (recovery, sealing) = (DeviceSecrets::make().unwrap().signing_key(), SealingPair::make().unwrap());
    let (enc, key) = (Encapsulation::new(vec![1; 1120]), SealedKey::new(vec![1; 48]));
    let set = RecoverySet {
        id: RecoverySetId::new([7; RecoverySetId::LEN]),
        commitment: Commitment::new([3; 32]),
        signing: recovery.verify_key(),
        sealing: sealing.public().clone(),
        master_seal: Seal { enc: enc.unwrap(), key: key.unwrap() },
        escrow: None,
    };
    colleague.grow(account::kind::RECOVERY_SET, &set).unwrap();
    let secrets = DeviceSecrets::make().unwrap();
    let (device, id) = (secrets.public(), colleague.id());
    let consent = sign_consent(id, &device, &secrets.signing_key());
    let slot = Slot::after(&ChainId::Account(id), colleague.chain.head(), 0);
    let author = Author { account: id, device: device.id(), key: &recovery };
    let recovered = Recovered { set: set.id, device, consent };
    let record = slot.write(&author, account::kind::RECOVERED, &recovered).unwrap();
    colleague.chain.apply(&record).unwrap().applied().unwrap();
    colleague.records.push(record);
    colleague.secrets = secrets;
}

#[tokio::test]
async fn what_was_compared_counts_until_the_account_is_recovered() {
    let home = tempfile::tempdir().unwrap();
    let engine = start(&home);
    let (name, workspace) = ("Ada".to_owned(), "Acme".to_owned());
    ask(&engine, Request::Create { name, password: password(), workspace, catalog: None }).await;
    let Reply::Folder(folder) = ask(&engine, Request::CreateFolder { name: "Papers".into() }).await else {
        panic!("no folder")
    };
    let workspace = engine.shared().vault(|vault| Ok(vault.me.workspace)).unwrap();
    let (mut bao, other) = (Colleague::new(workspace).unwrap(), Colleague::new(workspace).unwrap());
    let come = |vault: &mut Vault| {
        bao.is_admitted(vault, "Bao")?;
        other.is_admitted(vault, "Bao")?;
        bao.is_added(vault, folder.id, Role::Editor)?;
        Ok(vault.me.account)
    };
    let me = engine.shared().vault(come).unwrap();

    // Nobody is at first; nobody by the number of somebody else, by the beginning of it, or as oneself.
    let row = person(&engine, bao.id()).await;
    assert!(!row.verified && !row.compare_again);
    let namesake = person(&engine, other.id()).await.fingerprint;
    for wrong in [namesake.as_str(), &row.fingerprint[..34], ""] {
        assert_eq!(set(&engine, bao.id(), Some(wrong)).await, Err(ErrorCode::BadInput));
    }
    let own = person(&engine, me).await.fingerprint;
    assert_eq!(set(&engine, me, Some(&own)).await, Err(ErrorCode::BadInput));
    assert_eq!(set(&engine, AccountId::new([9; 32]), Some(&own)).await, Err(ErrorCode::NotFound));

    // As it was read out, capitals and all; nobody else by it. It is there after a lock.
    set(&engine, bao.id(), Some(&row.fingerprint.to_uppercase().replace(' ', ""))).await.unwrap();
    engine.stop().await;
    drop(engine);
    let engine = start(&home);
    ask(&engine, Request::Unlock { password: password() }).await;
    assert!(person(&engine, bao.id()).await.verified);
    assert!(!person(&engine, other.id()).await.verified);
    assert!(member(&engine, folder.id, bao.id()).await.verified);

    // Somebody recovers the account: the same number, and yet it is to be compared again.
    let known = bao.records.len();
    recover(&mut bao);
    let anchor = |vault: &mut Vault| {
        let mut slice = bao.whole();
        slice.records.drain(..known);
        let record = vault.write_workspace(workspace::kind::ANCHOR, &Anchor { slices: vec![slice] })?;
        vault.take_own_workspace_record(&record)
    };
    engine.shared().vault(anchor).unwrap();
    let again = person(&engine, bao.id()).await;
    assert!(!again.verified && again.compare_again);
    assert_eq!(again.fingerprint, row.fingerprint);
    assert!(member(&engine, folder.id, bao.id()).await.compare_again);

    set(&engine, bao.id(), Some(&again.fingerprint)).await.unwrap();
    assert!(person(&engine, bao.id()).await.verified);
    set(&engine, bao.id(), None).await.unwrap();
    let row = person(&engine, bao.id()).await;
    assert!(!row.verified && !row.compare_again);
    engine.stop().await;
}
