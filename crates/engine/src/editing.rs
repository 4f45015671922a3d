//! Who has which file open for changing, as members of a folder tell each other while they do.
//!
//! A hint for people, so that two do not work on one document without knowing: nothing depends on it. What both save is
//! kept in any case. It is sealed to the folder and signed by its device ([`valise_protocol::signal`]), is not kept by the
//! catalog, and is forgotten here when it is not said again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use valise_crypto::{open_signal, seal_signal};
use valise_protocol::folder::Role;
use valise_protocol::ids::{AccountId, DeviceId, EntryId, FolderId};
use valise_protocol::place::WrapPlace;
use valise_protocol::signal::{MAX_EDITING, SealedSignal, Signal};

use crate::error::EngineError;
use crate::shared::{Session, Shared, lock};
use crate::vault::Vault;

/// It is looked so often whether there is something to say.
const LOOK: Duration = Duration::from_secs(2);
/// It is said again so often, while it is so.
const AGAIN: Duration = Duration::from_secs(30);
/// How long the end of a session waits for the catalog to take the last word.
const GOODBYE: Duration = Duration::from_millis(500);
/// What was not said again in this time is so no more: two may have been lost.
const BELIEVED: Duration = Duration::from_secs(90);
/// How far another computer's clock may be from this one's, in milliseconds: what is older may have been held back.
const APART: u64 = 15 * 60 * 1000;

/// What others have open, by folder and device.
#[derive(Default)]
pub struct Editing {
    heard: HashMap<(FolderId, DeviceId), Heard>,
}

struct Heard {
    account: AccountId,
    entries: BTreeSet<EntryId>,
    /// By the sender's clock.
    sent: u64,
    /// By ours, which only goes forward.
    at: Instant,
}

/// What was told of a folder last, and when.
pub type Told = BTreeMap<FolderId, (BTreeSet<EntryId>, Instant)>;

impl Editing {
    /// Who has a file open for changing, on another computer.
    pub fn of(&self, folder: &FolderId, entry: &EntryId) -> BTreeSet<AccountId> {
        let heard = self.heard.iter().filter(|((of, _), _)| of == folder);
        heard.filter(|(_, heard)| heard.entries.contains(entry)).map(|(_, heard)| heard.account).collect()
    }

    /// Whether nobody has anything open.
    pub fn is_empty(&self) -> bool {
        self.heard.is_empty()
    }

    /// Takes in what a device says; whether that is something new.
    fn hear(&mut self, folder: FolderId, signal: Signal, now: Instant) -> bool {
        let key = (folder, signal.device);
        let before = self.heard.get(&key);
        if before.is_some_and(|before| signal.sent <= before.sent) {
            return false;
        }
        let entries: BTreeSet<EntryId> = signal.editing.into_iter().collect();
        let changed = before.map_or(!entries.is_empty(), |before| before.entries != entries);
        self.heard.insert(key, Heard { account: signal.account, entries, sent: signal.sent, at: now });
        changed
    }

    /// Forgets what was not said again; answers of which folders. Who said that nothing is open is remembered as long, so
    /// that an older word of theirs is not believed.
    fn forget(&mut self, now: Instant) -> BTreeSet<FolderId> {
        let mut changed = BTreeSet::new();
        self.heard.retain(|(folder, _), heard| {
            let stays = now.saturating_duration_since(heard.at) < BELIEVED;
            if !stays && !heard.entries.is_empty() {
                changed.insert(*folder);
            }
            stays
        });
        changed
    }
}

impl Vault {
    /// A signal to the members of a folder; none if it cannot be one now, or nobody else would read it.
    fn write_signal(
        &self,
        folder: FolderId,
        entries: &BTreeSet<EntryId>,
        sent: u64,
    ) -> Result<Option<Vec<u8>>, EngineError> {
        let state = self.folder(&folder)?;
        let chain = state.chain();
        // Who was removed has the key that is still in force.
        let Some(key) = state.current_key().filter(|_| !chain.key_change_waiting() && !state.stopped) else {
            return Ok(None);
        };
        let (workspace, epoch) = (self.me.workspace, chain.epoch());
        let by = (self.me.account, self.me.device, &self.me.signing);
        let editing = entries.iter().take(MAX_EDITING).copied().collect();
        let signal = Signal::sign((workspace, folder), by, sent, editing).encode()?;
        let sealed = seal_signal(key, &WrapPlace::Signal { workspace, folder, epoch }, &signal)?;
        Ok(Some(SealedSignal { epoch, sealed }.encode()?))
    }

    /// What another device tells the members of a folder, if it may and does.
    fn read_signal(&self, folder: FolderId, bytes: &[u8], now: u64) -> Option<Signal> {
        let state = self.folder(&folder).ok().filter(|state| self.is_taken_up(state) && !state.stopped)?;
        let (workspace, chain) = (self.me.workspace, state.chain());
        let SealedSignal { epoch, sealed } = SealedSignal::decode(bytes).ok()?;
        let key = state.current_key().filter(|_| epoch == chain.epoch())?;
        let place = WrapPlace::Signal { workspace, folder, epoch };
        let signal = Signal::decode(&open_signal(key, &place, &sealed).ok()?).ok()?;
        let writes = matches!(state.role(&signal.account), Some(Role::Owner | Role::Editor));
        let account = chain.roster().account(&signal.account).filter(|_| writes && !self.me.is_here(&signal.device))?;
        let device = account.device(&signal.device).filter(|device| device.is_valid())?;
        signal.verify(workspace, folder, &device.keys.signing).ok()?;
        (now.abs_diff(signal.sent) <= APART).then_some(signal)
    }
}

/// Hears what the catalog passes on.
pub fn hear(shared: &Shared, folder: FolderId, bytes: &[u8]) {
    let now = shared.clock.now();
    let heard = shared.vault(|vault| {
        let Some(signal) = vault.read_signal(folder, bytes, now) else { return Ok(false) };
        Ok(vault.editing.hear(folder, signal, Instant::now()))
    });
    if heard.unwrap_or(false) {
        shared.tell_folder(folder);
    }
}

/// Runs until the session ends: a task of its own, since the network may take its time, and saved files wait for nothing.
pub async fn run(shared: Arc<Shared>, session: Arc<Session>) {
    let cancel = session.cancel.clone();
    let telling = async {
        loop {
            tokio::time::sleep(LOOK).await;
            forget(&shared);
            say(&shared, &session, &session.opened.in_hand()).await;
        }
    };
    cancel.run_until_cancelled(telling).await;
    // What was open is put away before the session ends; locking waits no longer than this for others to know.
    let _ = tokio::time::timeout(GOODBYE, say(&shared, &session, &BTreeMap::new())).await;
}

/// Tells the members of each folder what is open here for changing, when that changed or is to be said again.
async fn say(shared: &Shared, session: &Session, open: &BTreeMap<FolderId, BTreeSet<EntryId>>) {
    let Ok(link) = session.link() else { return };
    let due = due(&lock(&session.told), open, Instant::now());
    for (folder, entries) in due {
        let sent = shared.clock.now();
        let signal = shared.vault(|vault| vault.write_signal(folder, &entries, sent));
        // Said again later if it is not heard: nobody waits for it.
        let said = match signal {
            Ok(Some(signal)) => link.client.signal(&folder, signal).await.is_ok(),
            Ok(None) | Err(_) => true,
        };
        if said {
            let mut told = lock(&session.told);
            if entries.is_empty() {
                told.remove(&folder);
            } else {
                told.insert(folder, (entries, Instant::now()));
            }
        }
    }
}

fn forget(shared: &Shared) {
    let gone = shared.vault(|vault| Ok(vault.editing.forget(Instant::now())));
    gone.unwrap_or_default().into_iter().for_each(|folder| shared.tell_folder(folder));
}

/// Of which folders something is to be said, and what.
fn due(told: &Told, open: &BTreeMap<FolderId, BTreeSet<EntryId>>, now: Instant) -> Vec<(FolderId, BTreeSet<EntryId>)> {
    let closed = told.keys().filter(|folder| !open.contains_key(*folder)).map(|folder| (*folder, BTreeSet::new()));
    let news = open.iter().filter(|(folder, entries)| {
        told.get(*folder).is_none_or(|(said, at)| said != *entries || now.saturating_duration_since(*at) >= AGAIN)
    });
    closed.chain(news.map(|(folder, entries)| (*folder, entries.clone()))).collect()
}

#[cfg(test)]
mod tests;
