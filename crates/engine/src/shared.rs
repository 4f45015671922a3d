//! What the tasks of an engine share: the home, the state behind its lock, the events, and, while unlocked,
//! a session with node, catalog and transfers.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use valise_blocks::{Blocks, PeerId};
use valise_protocol::ids::FolderId;
use valise_protocol::sign::VerifyKey;

use crate::api::{
    Account, ApiError, Connection, Escrow, Event, SecurityEvent, Sending, Stage, Status, WayInKind, WaysOut,
};
use crate::catalog::Catalog;
use crate::clock::Clock;
use crate::error::EngineError;
use crate::home::{ASKED, Home, Public};
use crate::index::security;
use crate::opened::Opened;
use crate::transfer::Transfers;
use crate::vault::Vault;
use crate::vault::folder::Finding;
use crate::vault::recovery::Remembered;
use crate::{login, token};

/// The same event within so many milliseconds is one.
const SAME_AGAIN: u64 = 3_600_000;

/// See the module's words.
pub struct Shared {
    /// The home, held by this process.
    pub home: Home,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Changes and files that had not left when this program locked last: the lock screen says so.
    left: Mutex<(u32, u32)>,
    events: broadcast::Sender<Event>,
}

/// Where the home stands.
#[allow(clippy::large_enum_variant, reason = "there is one of it")]
pub enum State {
    /// No account.
    New,
    /// An account, sealed.
    Locked(Public),
    /// An account, open.
    Open(Box<Open>),
}

/// An open account.
pub struct Open {
    /// What may be known while locked.
    pub public: Public,
    /// Keys, chains, index.
    pub vault: Vault,
    /// Tasks and connections.
    pub session: Arc<Session>,
}

/// What lives as long as the vault is open.
pub struct Session {
    /// The node.
    pub blocks: Arc<dyn Blocks>,
    /// The catalog, once there is one.
    pub catalog: Mutex<Option<CatalogLink>>,
    /// When it was last looked for at a better address than the one in use.
    pub better_tried: Mutex<Option<std::time::Instant>>,
    /// It was found at another address: what hears it there begins anew.
    pub catalog_moved: Notify,
    /// Files on their way.
    pub transfers: Transfers,
    /// Files that were opened.
    pub opened: Opened,
    /// What the members of folders were told is open here for changing.
    pub told: Mutex<crate::editing::Told>,
    /// What takes back the last change made here.
    pub undo: Mutex<Vec<crate::edit::Undo>>,
    /// Ends the wait for another computer, if there is one.
    pub pairing: Mutex<Option<CancellationToken>>,
    /// Something is to be sent or read.
    pub wake: Notify,
    /// Folders of which the pinning node holds more.
    pub held: Mutex<BTreeSet<FolderId>>,
    /// There is something in `held`.
    pub more_held: Notify,
    /// One round at a time.
    pub round: tokio::sync::Mutex<()>,
    /// Chains are read and grown by one task at a time: a page that was asked for before another task's
    /// answer came would look like a server going back.
    pub order: tokio::sync::Mutex<()>,
    /// The pinning node is being dialled.
    pub dialling: AtomicBool,
    /// The last round left something for which the catalog has no room.
    pub over_quota: AtomicBool,
    /// How the catalog answers.
    pub connection: Mutex<Connection>,
    /// Ends everything.
    pub cancel: CancellationToken,
    /// Everything that must end before the vault closes.
    pub tasks: TaskTracker,
}

/// A catalog with the key it must prove.
#[derive(Clone)]
pub struct CatalogLink {
    /// The client.
    pub client: Arc<Catalog>,
    /// Its identity key.
    pub key: VerifyKey,
    /// Its pinning node, once it was reached.
    pub pinning: Option<PeerId>,
}

impl Session {
    /// The catalog, or an error that says there is none.
    pub fn link(&self) -> Result<CatalogLink, EngineError> {
        lock(&self.catalog).clone().ok_or(EngineError::Offline(None))
    }

    /// How the catalog answers.
    pub fn connection(&self) -> Connection {
        *lock(&self.connection)
    }
}

impl Shared {
    /// For a home that is held.
    pub fn new(home: Home, clock: Arc<dyn Clock>) -> Result<Self, EngineError> {
        let state = match home.public()? {
            None => State::New,
            Some(public) => State::Locked(public),
        };
        Ok(Self { home, clock, state: Mutex::new(state), left: Mutex::default(), events: broadcast::channel(1024).0 })
    }

    /// Hears events from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Tells an event. Nobody listening is no fault.
    pub fn tell(&self, event: Event) {
        let _ = self.events.send(event);
    }

    /// The state, locked. Never held across an await.
    pub fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Works on the open vault.
    pub fn open<T>(&self, work: impl FnOnce(&mut Open) -> Result<T, EngineError>) -> Result<T, EngineError> {
        match &mut *self.state() {
            State::Open(open) => work(open),
            State::Locked(_) => Err(EngineError::Locked),
            State::New => Err(EngineError::NotSetUp),
        }
    }

    /// Works on the open vault of a member who was let in.
    pub fn vault<T>(&self, work: impl FnOnce(&mut Vault) -> Result<T, EngineError>) -> Result<T, EngineError> {
        self.open(|open| match open.vault.workspace {
            Some(_) => work(&mut open.vault),
            None => Err(EngineError::Waiting),
        })
    }

    /// The session of the open vault.
    pub fn session(&self) -> Result<Arc<Session>, EngineError> {
        self.open(|open| Ok(open.session.clone()))
    }

    /// Where we stand.
    pub fn status(&self) -> Status {
        let ways_in = token::ways_in(&self.home);
        let token = ways_in.iter().find_map(|way| way.place.clone());
        let password = ways_in.iter().any(|way| way.kind == WayInKind::Password);
        Status { password, token, at_login: login::is_kept(self), ..self.stage_status() }
    }

    fn stage_status(&self) -> Status {
        match &*self.state() {
            State::New => Status { asked: self.asked(), ..status(Stage::New, None, Connection::None) },
            State::Locked(public) => {
                let (waiting, unheld) = *lock(&self.left);
                let locked = status(Stage::Locked, Some(account(public, false)), Connection::None);
                Status { asked: self.asked(), waiting, unheld, ..locked }
            }
            State::Open(open) => open_status(open),
        }
    }

    /// So many changes and files stay here while it is locked.
    pub fn set_left(&self, waiting: u32, unheld: u32) {
        *lock(&self.left) = (waiting, unheld);
    }

    /// Whether this home waits for officers to help with a recovery.
    fn asked(&self) -> bool {
        matches!(self.home.read(ASKED), Ok(Some(_)))
    }

    /// Tells where we stand.
    pub fn tell_status(&self) {
        self.tell(Event::Status { status: self.status() });
    }

    /// Tells that a folder is to be read again.
    pub fn tell_folder(&self, folder: FolderId) {
        self.tell(Event::FolderChanged { folder });
        self.tell(Event::FoldersChanged);
    }

    /// Keeps and tells what somebody should look at.
    ///
    /// What goes on and on is told once an hour: rounds go on too, and must not bury other events.
    pub fn alarm(&self, alarm: bool, words: ApiError) {
        let event = SecurityEvent { at: self.clock.now(), alarm, words };
        let again = |before: &SecurityEvent| {
            before.alarm == alarm && before.words == event.words && event.at.saturating_sub(before.at) < SAME_AGAIN
        };
        let kept = self.open(|open| {
            let known = security::newest(open.vault.index.read(), 32)?.iter().any(again);
            if !known {
                open.vault.index.write(|db| security::add(db, &event))?;
            }
            Ok(known)
        });
        match kept {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "a security event could not be kept"),
        }
        self.tell(Event::Security { event });
    }

    /// Keeps and tells findings in a folder.
    pub fn findings(&self, findings: &[Finding]) {
        for finding in findings {
            self.alarm(false, crate::words::finding(self, finding));
        }
    }
}

fn open_status(open: &Open) -> Status {
    let vault = &open.vault;
    let stage = match (&vault.workspace, &open.public.waiting) {
        (Some(_), _) => Stage::Open,
        (None, Some(waiting)) => Stage::Waiting { inviter: waiting.inviter.clone(), folder: waiting.folder.clone() },
        (None, None) => Stage::Waiting { inviter: String::new(), folder: None },
    };
    let online = vault.online.iter().filter(|account| **account != vault.me.account).count();
    Status {
        ways_out: vault.workspace.is_some().then(|| ways_out(vault)),
        online: u32::try_from(online).unwrap_or(u32::MAX),
        waiting: vault.waiting_changes(),
        unheld: u32::try_from(vault.unheld()).unwrap_or(u32::MAX),
        sending: vault.uploads.shown(),
        requests: u32::try_from(vault.open_requests()).unwrap_or(u32::MAX),
        ..status(stage, Some(account(&open.public, vault.is_officer())), open.session.connection())
    }
}

fn ways_out(vault: &Vault) -> WaysOut {
    let due = vault.is_renewal_due().unwrap_or(false);
    if !due && own_set(vault, due).is_some() && vault.escrow() == Escrow::Outdated {
        return WaysOut::Outdated;
    }
    proven_ways(vault)
}

/// Whether there is a way back without what opens this home: a kit that is proven to be kept, or another computer.
pub fn is_way_out_proven(vault: &Vault) -> bool {
    match own_set(vault, vault.is_renewal_due().unwrap_or(false)) {
        Some(set) => set.3.iter().any(|kit| kit.3.is_some()),
        None => proven_ways(vault) == WaysOut::Both,
    }
}

/// What is proven, whether or not new kits should be made.
fn proven_ways(vault: &Vault) -> WaysOut {
    let own = own_set(vault, vault.is_renewal_due().unwrap_or(false));
    if own.is_none() && vault.account.valid_devices() > 1 && vault.account.recovery().is_some() {
        // Another computer of this person has the kits, and is itself a way back.
        return WaysOut::Both;
    }
    // In escrow is as good as a kit that is kept; the keyring is one more until the kit is proven.
    let escrowed = usize::from(vault.escrow() == Escrow::Held && vault.is_account_sent().unwrap_or(false));
    let proven = |set: &Remembered| {
        let kept = set.3.iter().filter(|kit| kit.3.is_some()).count();
        if kept > 0 || set.2 { kept + escrowed } else { kept }
    };
    match own.map(proven) {
        None => WaysOut::None,
        Some(0) => WaysOut::Unproven,
        Some(1) => WaysOut::One,
        Some(_) => WaysOut::Both,
    }
}

/// The set that was made on this computer, if it still counts.
fn own_set(vault: &Vault, due: bool) -> Option<&Remembered> {
    let in_force = vault.account.recovery().map(|set| set.id);
    vault.recovery.as_ref().filter(|set| due || in_force == Some(set.0))
}

fn status(stage: Stage, account: Option<Account>, connection: Connection) -> Status {
    Status {
        stage,
        account,
        connection,
        online: 0,
        waiting: 0,
        unheld: 0,
        sending: Sending::default(),
        ways_out: None,
        computer: crate::devices::computer_name(),
        password: true,
        token: None,
        at_login: false,
        asked: false,
        requests: 0,
    }
}

fn account(public: &Public, officer: bool) -> Account {
    Account {
        name: public.name.clone(),
        workspace: public.workspace_name.clone(),
        id: public.account,
        officer,
        catalog: public.catalog.as_ref().map(|catalog| catalog.url.clone()),
    }
}

/// A lock whose holder panicked still guards sound data: every change under it is whole.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
