//! What lies on this computer: what always stays, and what makes room.
//!
//! Invariant: nothing is ever dropped that has no second copy which the pinning node has confirmed, signed. What was added
//! here is not dropped either, nor what somebody chose to keep, nor anything on a computer that hosts the catalog, where
//! the second copy would be on the same disk.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use valise_crypto::encrypted_len;
use valise_protocol::ids::{Cid, EntryId, FolderId};
use valise_protocol::tree::{self, Content, Tree};

use crate::api::{Connection, Event, Network, Storage, TransferKind};
use crate::engine::blocking;
use crate::error::EngineError;
use crate::index::{kept, used};
use crate::opened::place::free_space;
use crate::shared::{Session, Shared, lock};
use crate::transfer::fetch::ensure_here;
use crate::vault::Vault;
use crate::vault::folder::FolderState;

/// What is used again within this time is not written down again: for the order of weeks an hour is enough.
const SAME_USE: u64 = 3_600_000;
/// Many events in a row are one reason to look.
const CALM: Duration = Duration::from_secs(1);
/// What could not be fetched is tried again after this.
const RETRY: Duration = Duration::from_secs(60);

/// What lies here, as a person sees it.
pub async fn show(shared: &Arc<Shared>) -> Result<Storage, EngineError> {
    let session = shared.session()?;
    let bytes = session.blocks.health().await?.bytes;
    let (fetched, hosts) = shared.vault(|vault| Ok((sum(&droppable(vault)), vault.hosts_catalog)))?;
    let home = shared.home.root().to_owned();
    let free = blocking(move || Ok(free_space(&home))).await?;
    Ok(Storage { bytes, fetched, free, hosts })
}

/// How this computer is reached, and whom it reaches.
pub async fn network(shared: &Arc<Shared>) -> Result<Network, EngineError> {
    let session = shared.session()?;
    let health = session.blocks.health().await?;
    let (catalog, addresses, hosts) = shared.open(|open| {
        let addresses = open.vault.catalog_record().map(|catalog| catalog.addresses.clone());
        let catalog = open.public.catalog.as_ref().map(|it| it.url.clone());
        Ok((catalog, addresses.unwrap_or_default(), open.vault.hosts_catalog))
    })?;
    Ok(Network {
        catalog,
        addresses,
        connection: *lock(&session.connection),
        hosts,
        peers: u32::try_from(health.connected.len()).unwrap_or(u32::MAX),
        listening: health.listening.iter().map(ToString::to_string).collect(),
        peer: health.peer.to_string(),
    })
}

/// Entries stay on this computer from now on, or need not.
pub fn keep(shared: &Shared, folder: FolderId, entries: &[EntryId], keep: bool) -> Result<(), EngineError> {
    shared.vault(|vault| {
        let tree = vault.folder(&folder)?.tree();
        if entries.iter().any(|entry| tree.entry(entry).is_none()) {
            return Err(EngineError::NotFound("the entry"));
        }
        let write = if keep { kept::put } else { kept::remove };
        vault.index.write(|db| entries.iter().try_for_each(|entry| write(db, entry)))?;
        for entry in entries {
            if keep {
                vault.kept.insert(*entry)
            } else {
                vault.kept.remove(entry)
            };
        }
        Ok(())
    })?;
    shared.tell_folder(folder);
    Ok(())
}

/// Fetches what is to stay, and makes room, whenever something has changed.
pub async fn tend(shared: Arc<Shared>, session: Arc<Session>) {
    let mut events = shared.subscribe();
    let tending = async {
        loop {
            let looked = look_after(&shared, &session).await;
            if let Err(error) = &looked {
                tracing::debug!(%error, "what lies here is looked after again later");
            }
            if !something(&mut events).await {
                return;
            }
            tokio::time::sleep(if looked.is_ok() { CALM } else { RETRY }).await;
            events = events.resubscribe();
        }
    };
    tokio::select! {
        () = session.cancel.cancelled() => {}
        () = tending => {}
    }
}

/// Waits for news that may concern it; false when there will be none.
async fn something(events: &mut Receiver<Event>) -> bool {
    loop {
        match events.recv().await {
            Ok(Event::FolderChanged { .. } | Event::Status { .. }) | Err(RecvError::Lagged(_)) => return true,
            Ok(_) => {}
            Err(RecvError::Closed) => return false,
        }
    }
}

async fn look_after(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    let reached = matches!(*lock(&session.connection), Connection::InStep | Connection::Syncing);
    for (folder, name, content) in shared.vault(|vault| Ok(missing(vault)))? {
        if reached {
            fetch(shared, session, folder, &name, &content).await?;
        }
    }
    make_room(shared).await.map(drop)
}

/// What is to stay and is not here yet: newest versions alone.
fn missing(vault: &Vault) -> Vec<(FolderId, String, Content)> {
    if vault.kept.is_empty() {
        return Vec::new();
    }
    let mut missing = Vec::new();
    for state in vault.folders.values().filter(|state| state.role(&vault.me.account).is_some()) {
        let tree = state.tree();
        for entry in tree.entries().filter(|entry| vault.is_kept(tree, entry.id) && !tree.is_trashed(entry.id)) {
            let absent = entry.newest().filter(|content| !vault.here.contains(&content.cid));
            missing.extend(absent.map(|content| (state.id(), entry.name.clone(), content.clone())));
        }
    }
    missing
}

/// A transfer like any other, so that it is seen.
async fn fetch(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    folder: FolderId,
    name: &str,
    content: &Content,
) -> Result<(), EngineError> {
    let (transfer, cancel) = session.transfers.begin(TransferKind::Fetch, folder, name, &session.cancel);
    session.transfers.update(transfer.id, |transfer| (transfer.files, transfer.bytes) = (1, content.size));
    let tell = |fetched: u64| {
        let shown = session.transfers.update(transfer.id, |transfer| transfer.bytes_done = fetched.min(content.size));
        if let Some(transfer) = shown {
            shared.tell(Event::Transfer { transfer });
        }
    };
    let fetched = ensure_here(shared, session, content, &cancel, &tell).await;
    // What fails is tried again by itself: no trouble for a person.
    let ended = fetched.as_ref().copied().map_err(|_| EngineError::Cancelled);
    if let Some(transfer) = session.transfers.end(transfer.id, ended) {
        shared.tell(Event::Transfer { transfer });
    }
    if fetched.is_ok() {
        shared.tell_folder(folder);
    }
    fetched
}

/// Drops what was not used for longest until the rest of what was fetched is within the budget; answers how many bytes.
/// Nothing while files are on their way: that would take them from under a reader.
pub async fn make_room(shared: &Arc<Shared>) -> Result<u64, EngineError> {
    let budget = u64::from(shared.home.settings()?.cache_mib) << 20;
    let Ok(session) = shared.session() else { return Ok(0) };
    if budget == 0 || session.transfers.running() > 0 {
        return Ok(0);
    }
    // Decided and forgotten at once; who needs it meanwhile fetches it again. Who is not let in yet has nothing.
    let surplus = match shared.vault(|vault| vault.forget_beyond(budget)) {
        Err(EngineError::Waiting | EngineError::Locked) => return Ok(0),
        surplus => surplus?,
    };
    for content in &surplus {
        session.blocks.unpin(content.cid.inner()).await?;
    }
    if !surplus.is_empty() {
        session.blocks.collect().await?;
        shared
            .vault(|vault| Ok(vault.folders.keys().copied().collect::<Vec<_>>()))?
            .into_iter()
            .for_each(|folder| shared.tell(Event::FolderChanged { folder }));
    }
    Ok(sum(&surplus))
}

/// A DAG that could be fetched again.
struct Droppable {
    cid: Cid,
    bytes: u64,
    used: u64,
}

fn sum(candidates: &[Droppable]) -> u64 {
    candidates.iter().map(|candidate| candidate.bytes).sum()
}

fn droppable(vault: &Vault) -> Vec<Droppable> {
    if vault.hosts_catalog {
        return Vec::new();
    }
    // One DAG may be in several places, and every one of them has a say.
    let mut found: HashMap<Cid, Option<u64>> = HashMap::new();
    for state in vault.folders.values() {
        let tree = state.tree();
        for entry in tree.entries() {
            for content in entry.versions.iter().filter(|content| vault.here.contains(&content.cid)) {
                let bytes = vault.may_drop(state, entry, content).then(|| encrypted_len(content.size));
                let known = found.entry(content.cid).or_insert(bytes);
                *known = known.and(bytes);
            }
        }
    }
    let used = |cid: &Cid| vault.used.get(cid).copied().unwrap_or(0);
    let found = found.into_iter().filter_map(|(cid, bytes)| Some((cid, bytes?)));
    found.map(|(cid, bytes)| Droppable { cid, bytes, used: used(&cid) }).collect()
}

impl Vault {
    /// See the invariant above.
    fn may_drop(&self, state: &FolderState, entry: &tree::Entry, content: &Content) -> bool {
        let confirmed = self.held.contains(&content.cid) && !state.is_waiting(&content.cid);
        let fetched = !self.me.is_here(&content.stamp.device);
        confirmed && fetched && !state.stopped && !self.is_kept(state.tree(), entry.id)
    }

    /// Whether an entry always stays here: itself, or a directory above it, was chosen to.
    pub fn is_kept(&self, tree: &Tree, entry: EntryId) -> bool {
        let chosen = |id: &EntryId| self.kept.contains(id);
        !self.kept.is_empty() && (chosen(&entry) || tree.ancestors(entry).iter().any(chosen))
    }

    /// Remembers that content which was fetched is used.
    pub fn use_content(&mut self, content: &Content, now: u64) -> Result<(), EngineError> {
        let known = self.used.get(&content.cid).is_some_and(|at| now.saturating_sub(*at) < SAME_USE);
        if known || self.me.is_here(&content.stamp.device) {
            return Ok(());
        }
        self.used.insert(content.cid, now);
        self.index.write(|db| used::put(db, &content.cid, now))
    }

    /// What was not used for longest does not count as being here any more, until the rest is within the budget.
    fn forget_beyond(&mut self, budget: u64) -> Result<Vec<Droppable>, EngineError> {
        let mut left = droppable(self);
        left.sort_by_key(|candidate| std::cmp::Reverse(candidate.used));
        let (mut surplus, mut bytes) = (Vec::new(), sum(&left));
        while bytes > budget
            && let Some(oldest) = left.pop()
        {
            bytes -= oldest.bytes;
            surplus.push(oldest);
        }
        self.index.write(|db| surplus.iter().try_for_each(|content| used::remove(db, &content.cid)))?;
        for content in &surplus {
            self.here.remove(&content.cid);
            self.used.remove(&content.cid);
        }
        Ok(surplus)
    }
}
