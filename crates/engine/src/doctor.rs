//! Looks at what can be wrong, and says what to do.
//!
//! Invariant: nothing it says holds a name, an address, an id, a key, or a path: counts, versions and fixed words alone. It
//! is made to be given away (`tests/doctor.rs`). Errors are told by their fixed words, never by their details.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use valise_crypto::keys_are_locked;
use valise_protocol::record::FORMAT_VERSION;

use crate::api::{ApiError, Check, Connection, Diagnosis, Finding, FindingState, TransferState};
use crate::catalog::Catalog;
use crate::engine::blocking;
use crate::error::EngineError;
use crate::home::{INDEX_KEY, PUBLIC, SECRETS, SLOTS};
use crate::index::{health, security};
use crate::keyring::{self, Keyring, KeyringError};
use crate::opened::place::{free_space, is_in_memory};
use crate::process;
use crate::shared::{Shared, State};
use crate::vault::Vault;

/// A keyring that asks a person for something is not waited for.
const KEYRING_WAIT: Duration = Duration::from_secs(5);
/// A catalog that does not answer is not waited for as long as work is.
const CATALOG_WAIT: Duration = Duration::from_secs(15);
/// Less room than this is soon none.
const LITTLE_ROOM: u64 = 1 << 30;
/// With less than this, nothing can be added.
const NO_ROOM: u64 = 64 << 20;
/// Clocks differ by that much without anybody's fault, in seconds.
const SAME_TIME: u64 = 60;
/// Invitations end at wrong times, in seconds.
const OTHER_TIME: u64 = 600;

/// What is found, in order.
#[derive(Default)]
struct Found(Vec<Finding>);

impl Found {
    fn ok(&mut self, check: Check, says: impl Into<String>) {
        self.0.push(Finding { check, state: FindingState::Ok, says: says.into(), todo: None });
    }

    fn note(&mut self, check: Check, says: impl Into<String>, todo: &str) {
        self.put(check, FindingState::Note, says, todo);
    }

    fn problem(&mut self, check: Check, says: impl Into<String>, todo: &str) {
        self.put(check, FindingState::Problem, says, todo);
    }

    fn put(&mut self, check: Check, state: FindingState, says: impl Into<String>, todo: &str) {
        let todo = (!todo.is_empty()).then(|| todo.to_owned());
        self.0.push(Finding { check, state, says: says.into(), todo });
    }

    /// In the error's own words.
    fn trouble(&mut self, check: Check, error: EngineError) {
        let error = ApiError::from(error);
        self.problem(check, error.happened, error.todo.as_deref().unwrap_or_default());
    }
}

/// What can be seen of this program without a home.
pub fn of_program() -> Vec<Finding> {
    let mut found = Found::default();
    program(&mut found);
    found.0
}

/// Looks at everything that can be seen now, locked or not.
pub async fn diagnose(shared: &Arc<Shared>, keyring: &Arc<dyn Keyring>) -> Result<Diagnosis, EngineError> {
    let mut found = Found::default();
    program(&mut found);
    home(&mut found, shared.home.root());
    memory(&mut found);
    opened(&mut found);
    keys(&mut found, keyring).await;
    catalog(&mut found, shared).await;
    let open = matches!(*shared.state(), State::Open(_));
    if open {
        inside(&mut found, shared).await?;
    } else {
        found.note(Check::Index, "Index, content and what waits are not seen while Valise is locked.", "");
    }
    Ok(Diagnosis { open, findings: found.0 })
}

fn program(found: &mut Found) {
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let valise = env!("CARGO_PKG_VERSION");
    match health::versions() {
        Ok((sqlite, cipher)) => found.ok(
            Check::Versions,
            format!("Valise {valise} on {system}, SQLite {sqlite}, SQLCipher {cipher}, records {FORMAT_VERSION}"),
        ),
        Err(error) => found.trouble(Check::Versions, error),
    }
}

fn home(found: &mut Found, root: &Path) {
    const ADVICE: &str = "Take the rights of others away: chmod -R go= on the home.";
    match readable_by_others(root) {
        Ok(0) => found.ok(Check::Home, "Only you can read the home."),
        Ok(_) => found.problem(Check::Home, "Others on this computer can read files of the home.", ADVICE),
        Err(error) => found.trouble(Check::Home, error.into()),
    }
    let room = |free: u64| format!("{} MiB are free on the home's disk.", free >> 20);
    match free_space(root) {
        Some(free) if free < NO_ROOM => found.problem(Check::Disk, room(free), "Make room."),
        Some(free) if free < LITTLE_ROOM => found.note(Check::Disk, room(free), "Make room soon."),
        Some(free) => found.ok(Check::Disk, room(free)),
        None => found.note(Check::Disk, "How much room the disk has is not known.", ""),
    }
}

/// How many of the things that matter others may read.
fn readable_by_others(root: &Path) -> std::io::Result<usize> {
    use std::os::unix::fs::PermissionsExt as _;
    let is_open = |path: &Path| match std::fs::metadata(path) {
        Ok(found) => Ok(found.permissions().mode() & 0o077 != 0),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    };
    // Behind a closed door nobody reads anything.
    if !is_open(root)? {
        return Ok(0);
    }
    let mut open = 1;
    for name in [SLOTS, SECRETS, INDEX_KEY, PUBLIC] {
        open += usize::from(is_open(&root.join(name))?);
    }
    Ok(open)
}

fn memory(found: &mut Found) {
    if process::keeps_memory_to_itself() {
        found.ok(Check::Memory, "The system writes no image of this program's memory.");
    } else {
        found.note(
            Check::Memory,
            "The system may write an image of this program's memory to the disk when it crashes.",
            "Encrypt the disk.",
        );
    }
    if process::may_lock_memory() && keys_are_locked() {
        found.ok(Check::Memory, "Keys stay out of the swap.");
    } else {
        found.note(
            Check::Memory,
            "The system lets too little memory be locked: keys may reach the swap.",
            "Raise the limit (ulimit -l), or encrypt the swap.",
        );
    }
}

fn opened(found: &mut Found) {
    if is_in_memory() {
        found.ok(Check::Opened, "Opened files lie in memory.");
    } else {
        found.note(Check::Opened, "Opened files lie on the disk while they are open.", "Encrypt the disk.");
    }
}

async fn keys(found: &mut Found, keyring: &Arc<dyn Keyring>) {
    const WITHOUT: &str = "Without it, recovery needs both kits.";
    // There is nothing of this name: whether it answers is asked.
    let asked = keyring::within(KEYRING_WAIT, keyring, |keyring| keyring.read("valise-doctor").map(drop)).await;
    match asked {
        Ok(()) => found.ok(Check::Keyring, "The system's keyring answers."),
        Err(KeyringError::Absent) => found.note(Check::Keyring, "No keyring (Secret Service) answers here.", WITHOUT),
        Err(KeyringError::Locked) => found.note(Check::Keyring, "The system's keyring is locked.", WITHOUT),
        Err(KeyringError::NoAnswer) => found.note(Check::Keyring, "The system's keyring does not answer.", WITHOUT),
        Err(KeyringError::Failed) => found.note(Check::Keyring, "The system's keyring gave an error.", WITHOUT),
    }
}

async fn catalog(found: &mut Found, shared: &Arc<Shared>) {
    let known = match &*shared.state() {
        State::New => return found.note(Check::Catalog, "There is no account in this home yet.", ""),
        State::Locked(public) => public.catalog.clone(),
        State::Open(open) => open.public.catalog.clone(),
    };
    let Some(known) = known else {
        return found.note(
            Check::Catalog,
            "This workspace has no catalog: everything is on this computer alone.",
            "Attach one when you want to share: `valise attach`.",
        );
    };
    let asking = async {
        let catalog = Catalog::new(&known.url, known.key, None)?;
        catalog.identity().await?;
        catalog.date().await.map_err(EngineError::from)
    };
    match tokio::time::timeout(CATALOG_WAIT, asking).await {
        Ok(Ok(date)) => {
            found.ok(Check::Catalog, "The catalog answers, over TLS and with the key it should have.");
            clock(found, date.map(|date| date.abs_diff(shared.clock.now() / 1000)));
        }
        Ok(Err(error)) => found.trouble(Check::Catalog, error),
        Err(_) => found.trouble(Check::Catalog, EngineError::Offline(None)),
    }
    if let Ok(session) = shared.session() {
        match session.connection() {
            Connection::InStep | Connection::Syncing | Connection::Connecting | Connection::None => {}
            Connection::Unreachable => {
                found.note(Check::Catalog, "Valise is not connected with it now.", "It tries again by itself.");
            }
            Connection::Distrusted | Connection::Removed => found.problem(
                Check::Catalog,
                "Valise works with it no more, because of something it noticed.",
                "See `valise security`.",
            ),
        }
    }
}

fn clock(found: &mut Found, differ: Option<u64>) {
    const ADVICE: &str = "Set the clock: by it invitations end, and times are shown.";
    match differ {
        Some(seconds) if seconds <= SAME_TIME => {
            found.ok(Check::Clock, "This computer's clock and the catalog's agree.");
        }
        Some(seconds) => {
            let says = format!("This computer's clock and the catalog's differ by {seconds} seconds.");
            let state = if seconds > OTHER_TIME { FindingState::Problem } else { FindingState::Note };
            found.put(Check::Clock, state, says, ADVICE);
        }
        None => found.note(Check::Clock, "The catalog does not tell its time.", ""),
    }
}

async fn inside(found: &mut Found, shared: &Arc<Shared>) -> Result<(), EngineError> {
    let looking = shared.clone();
    // The index is read whole, by the one connection there is: others wait so long.
    let index = blocking(move || {
        looking.open(|open| {
            let db = open.vault.index.read();
            Ok((health::migrations(db)?, health::faults(db)?))
        })
    });
    match index.await {
        Ok(((done, of), 0)) => found.ok(Check::Index, format!("The index is sound, at version {done} of {of}.")),
        Ok((_, faults)) => found.problem(
            Check::Index,
            format!("The index is damaged in {faults} places or more."),
            "Keep a copy of the home, then set this computer up again from another one.",
        ),
        Err(error) => found.trouble(Check::Index, error),
    }
    content(found, shared).await;
    outbox(found, shared)?;
    let (alarms, stopped) = shared.open(|open| {
        let alarms = security::newest(open.vault.index.read(), 200)?.iter().filter(|event| event.alarm).count();
        Ok((alarms, open.vault.folders.values().filter(|folder| folder.stopped).count()))
    })?;
    match (alarms, stopped) {
        (0, 0) => found.ok(Check::Security, "No alarms."),
        (alarms, 0) => {
            found.note(Check::Security, format!("Alarms that were raised: {alarms}."), "See `valise security`.")
        }
        (alarms, stopped) => found.problem(
            Check::Security,
            format!("Alarms that were raised: {alarms}. Folders that are not followed any more: {stopped}."),
            "See `valise security`; update Valise if it says so.",
        ),
    }
    Ok(())
}

async fn content(found: &mut Found, shared: &Arc<Shared>) {
    let health = match shared.session() {
        Ok(session) => session.blocks.health().await.map_err(EngineError::from),
        Err(error) => Err(error),
    };
    let counted = shared.open(|open| Ok(Counted::of(&open.vault)));
    match (health, counted) {
        (Ok(health), Ok(counted)) => {
            let Counted { here, confirmed, lost, to_fetch } = counted;
            found.ok(
                Check::Content,
                format!(
                    "{} blocks, {} MiB; versions of files here: {here}, confirmed elsewhere: {confirmed}.",
                    health.blocks,
                    health.bytes >> 20
                ),
            );
            if lost > 0 {
                found.problem(
                    Check::Content,
                    format!("Versions that were made here, are confirmed nowhere else, and are gone: {lost}."),
                    "Restore the home from a copy, if you have one.",
                );
            }
            if to_fetch > 0 {
                found.note(
                    Check::Content,
                    format!("Versions that are to stay here and are not here yet: {to_fetch}."),
                    "They are fetched by themselves when somebody who has them can be reached.",
                );
            }
        }
        (Err(error), _) | (_, Err(error)) => found.trouble(Check::Content, error),
    }
}

/// Versions of files, counted.
#[derive(Default)]
struct Counted {
    here: usize,
    confirmed: usize,
    /// Made here, confirmed nowhere, and not here.
    lost: usize,
    /// To stay here, and not here.
    to_fetch: usize,
}

impl Counted {
    fn of(vault: &Vault) -> Self {
        let mut counted = Self { here: vault.here.len(), confirmed: vault.held.len(), ..Self::default() };
        for state in vault.folders.values().filter(|state| state.role(&vault.me.account).is_some()) {
            let tree = state.tree();
            for entry in tree.entries() {
                let gone = |cid| !vault.here.contains(cid);
                let alone = entry.versions.iter().filter(|version| vault.me.is_here(&version.stamp.device));
                let alone = alone.filter(|version| !vault.held.contains(&version.cid));
                counted.lost += alone.filter(|version| gone(&version.cid)).count();
                let kept = vault.is_kept(tree, entry.id) && !tree.is_trashed(entry.id);
                counted.to_fetch += usize::from(kept && entry.newest().is_some_and(|version| gone(&version.cid)));
            }
        }
        counted
    }
}

fn outbox(found: &mut Found, shared: &Arc<Shared>) -> Result<(), EngineError> {
    let status = shared.status();
    let (waiting, unheld) = (status.waiting, status.unheld);
    let at_rest = shared.session()?.transfers.list();
    let at_rest = at_rest.iter().filter(|it| !matches!(it.state, TransferState::Running | TransferState::Done)).count();
    let counts =
        format!("Changes that wait: {waiting}; files not confirmed yet: {unheld}; transfers at rest: {at_rest}.");
    if waiting == 0 && unheld == 0 && at_rest == 0 {
        found.ok(Check::Outbox, "Everything was sent and is confirmed.");
    } else {
        found.note(Check::Outbox, counts, "Let Valise run while the catalog can be reached: `valise sync`.");
    }
    Ok(())
}
