//! One engine without a catalog: what its officer sees of invitations that stand in the workspace chain.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use valise_crypto::{make_bytes, make_invitation_secret};
use valise_protocol::ids::InvitationId;
use valise_protocol::workspace::{self, Invited};

use crate::api::{ErrorCode, OpenInvitation, Password, Reply, Request};
use crate::clock::SetClock;
use crate::share::officer_seals;
use crate::vault::Vault;
use crate::{Config, Costs, Engine};

const BEGIN: u64 = 1_800_000_000_000;
const DAY: u64 = 86_400_000;

/// An invitation in the chain, whose secret is sealed to the officers of now, or to nobody.
fn invite(engine: &Engine, days: u64, sealed: bool) -> InvitationId {
    let (id, secret) = (InvitationId::new(make_bytes().unwrap()), make_invitation_secret().unwrap());
    let write = |vault: &mut Vault| {
        let secrets = if sealed { officer_seals(vault, &secret)? } else { Vec::new() };
        let invited = Invited { id, key: secret.signing_key().verify_key(), expires: BEGIN + days * DAY, secrets };
        let record = vault.write_workspace(workspace::kind::INVITED, &invited)?;
        vault.take_own_workspace_record(&record)
    };
    engine.shared().vault(write).unwrap();
    id
}

async fn list(engine: &Engine) -> Vec<OpenInvitation> {
    let Reply::Invitations(all) = engine.handle(Request::Invitations).await.unwrap() else { panic!("no invitations") };
    all
}

#[tokio::test]
async fn an_invitation_is_open_until_it_ends_and_its_link_is_for_whom_it_was_sealed_to() {
    let home = tempfile::tempdir().unwrap();
    let clock = Arc::new(SetClock(AtomicU64::new(BEGIN)));
    let mut config = Config::new(home.path().join("valise"));
    (config.costs, config.clock) = (Costs::FLOOR, clock.clone());
    let engine = Engine::start(config).unwrap();
    let password = Password("violet ladder marble seven".to_owned());
    let (name, workspace) = ("Ada".to_owned(), "Acme".to_owned());
    engine.handle(Request::Create { name, password, workspace, catalog: None }).await.unwrap();
    assert_eq!(list(&engine).await, []);

    let (long, short, unsealed) = (invite(&engine, 9, true), invite(&engine, 1, true), invite(&engine, 5, false));
    let rows = list(&engine).await;
    let shown: Vec<_> = rows.iter().map(|row| (row.id, row.expired, row.has_link)).collect();
    assert_eq!(shown, [(short, false, true), (unsealed, false, false), (long, false, true)], "the next to end first");
    assert!(rows.iter().all(|row| row.by_me && row.by == "Ada" && row.folder.is_none()));
    let link = |id| {
        let engine = &engine;
        async move { engine.handle(Request::InvitationLink { id }).await.map_err(|error| error.code).err() }
    };
    assert_eq!(link(unsealed).await, Some(ErrorCode::NotAllowed), "nobody sealed it to her");
    assert_eq!(link(long).await, Some(ErrorCode::Offline), "it opens, and there is no catalog to name in it");

    clock.0.store(BEGIN + 2 * DAY, Ordering::Relaxed);
    let rows = list(&engine).await;
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [unsealed, long, short], "what ended comes last");
    assert_eq!((rows[2].expired, rows[2].has_link), (true, false));
    assert_eq!(link(short).await, Some(ErrorCode::BadInvitation));
    assert_eq!(link(InvitationId::new([9; InvitationId::LEN])).await, Some(ErrorCode::NotFound));
    engine.stop().await;
}
