//! Sync: rounds with the catalog, decided by [`plan`], carried out here.

mod account;
pub mod plan;
mod task;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use valise_blocks::{Address, PeerId};
use valise_protocol::api::{ApiCode, Append, Base64, Identity, MAX_WRAPS, NewWorkspace, Rewrap, Wrap};
use valise_protocol::chain::Slice;
use valise_protocol::folder::Purpose;
use valise_protocol::ids::{AccountId, FolderId};
use valise_protocol::receipt::Receipt;
use valise_protocol::record::{ChainId, Record};
use valise_protocol::workspace::Workspace;

use crate::api::{ApiError, Connection, Event};
use crate::catalog::CatalogError;
use crate::error::EngineError;
use crate::index::in_flight;
use crate::index::marks::{self, Mark};
use crate::index::records;
use crate::share;
use crate::shared::{CatalogLink, Session, Shared, lock};
use crate::vault::fetch_keys::NewWrap;
use crate::vault::intake::{WENT_BACK, confirms};
use crate::{address, authority, keys, offers, succession, trash};
use plan::{Listed, Outcome, Plan, Step};

pub use account::{grow, pull, renew_due, whole};
pub use task::run;

/// Records in one request when a whole chain is brought.
const PUBLISH_AT_ONCE: usize = 64;

/// Pages of wraps or "held" words in one step: more than there are, and an end to pages without end.
const PAGES_AT_ONCE: usize = 256;
/// A page of fewer is the last for now. Less than any catalog's page.
const A_FEW: usize = 64;
const NO_RECEIPT: &str = "it did not confirm what it was given";

/// One round, from connecting to the last change sent. Only one runs at a time.
pub async fn round(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    let _one = session.round.lock().await;
    let result = match shared.open(|open| Ok(open.vault.workspace.is_some()))? {
        true => member_round(shared, session).await,
        false => newcomer_round(shared, session).await,
    };
    let connection = match &result {
        Ok(()) if lock(&session.catalog).is_none() => Connection::None,
        // What there is no room for waits; nothing else does.
        Ok(()) | Err(EngineError::OverQuota) => Connection::InStep,
        Err(EngineError::Removed) => Connection::Removed,
        Err(EngineError::Distrusted(_) | EngineError::OtherCatalog | EngineError::UpdateNeeded) => {
            Connection::Distrusted
        }
        Err(_) => Connection::Unreachable,
    };
    session.over_quota.store(matches!(result, Err(EngineError::OverQuota)), Ordering::Release);
    set_connection(shared, session, connection);
    result
}

fn set_connection(shared: &Shared, session: &Session, connection: Connection) {
    *lock(&session.connection) = connection;
    shared.tell_status();
}

async fn member_round(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    trash::keep_up(shared)?;
    if lock(&session.catalog).is_none() {
        return Ok(());
    }
    let (_, identity) = address::find(shared, session).await?;
    let publish =
        shared.vault(|vault| Ok(marks::find::<bool>(vault.index.read(), Mark::UnpublishedWorkspace)?.is_some()))?;
    if !publish {
        account::introduce(shared, session).await?;
        // A pinning node refuses devices of a workspace it does not know yet.
        connect(shared, session, &identity).await?;
    }
    let mut plan = Plan::round(publish);
    let mut worst = Ok(());
    while let Some(step) = plan.next() {
        let outcome = match carry_out(shared, session, step).await {
            Ok(outcome) => outcome,
            Err(EngineError::KeyChangeWaiting) => Outcome::KeyChangeFirst,
            Err(error) => fault(shared, step, error, &mut worst),
        };
        if step == Step::PublishWorkspace && outcome == Outcome::Done {
            connect(shared, session, &identity).await?;
        }
        plan.done(step, outcome);
    }
    let stopped = shared.vault(|vault| {
        let mut states = vault.folders.values();
        states.try_fold(false, |stopped, state| {
            let member = state.role(&vault.me.account).is_some();
            Ok(stopped || state.stopped || (member && vault.is_usurped(state)?))
        })
    })?;
    if stopped && worst.is_ok() {
        // Left alone in this round, after an alarm in an earlier one: that is not being in step.
        worst = Err(EngineError::Distrusted("a folder was stopped after an alarm"));
    }
    worst
}

/// The catalog's word about itself. Another one in its place is an alarm; noise may be the network's.
async fn identity(shared: &Shared, link: &CatalogLink) -> Result<Identity, EngineError> {
    match link.client.identity().await {
        Err(CatalogError::OtherCatalog) => Err(distrusted(shared, CatalogError::OtherCatalog.into())),
        identity => Ok(identity?),
    }
}

/// Raises an alarm for an error, which stays the error.
fn distrusted(shared: &Shared, error: EngineError) -> EngineError {
    if matches!(error, EngineError::Distrusted(_) | EngineError::OtherCatalog) {
        shared.alarm(true, ApiError::from(again(&error)));
    }
    error
}

/// A fault in one folder stops that folder and raises an alarm; anything else ends the round.
fn fault(shared: &Shared, step: Step, error: EngineError, worst: &mut Result<(), EngineError>) -> Outcome {
    let outcome = match &error {
        EngineError::Offline(_) | EngineError::Locked | EngineError::Cancelled | EngineError::Removed => {
            Outcome::Unreachable
        }
        _ => Outcome::Stopped,
    };
    tracing::debug!(%error, "a step failed");
    // Who stands on the line is an alarm, and no fault of the folder's: it goes on once the catalog itself answers.
    if matches!(error, EngineError::OverQuota) {
        shared.alarm(false, ApiError::from(EngineError::OverQuota));
    }
    if matches!(error, EngineError::OtherCatalog) {
        *worst = Err(distrusted(shared, error));
        return Outcome::Unreachable;
    }
    if matches!(error, EngineError::Distrusted(_)) {
        shared.alarm(true, ApiError::from(again(&error)));
        // A catalog that went back takes nothing which does not follow what it has; it may yet be brought further.
        let went_back = matches!(error, EngineError::Distrusted(WENT_BACK));
        if let Step::PullFolder(folder) | Step::HandOver(folder) | Step::Send(folder) | Step::Rekey(folder) = step
            && !went_back
        {
            let _ = shared.vault(|vault| {
                vault.folder_mut(&folder)?.stopped = true;
                Ok(())
            });
            shared.tell_folder(folder);
        }
    }
    *worst = Err(error);
    outcome
}

fn again(error: &EngineError) -> EngineError {
    match error {
        EngineError::Distrusted(what) => EngineError::Distrusted(what),
        EngineError::OtherCatalog => EngineError::OtherCatalog,
        _ => EngineError::Internal("a fault"),
    }
}

async fn carry_out(shared: &Arc<Shared>, session: &Arc<Session>, step: Step) -> Result<Outcome, EngineError> {
    match step {
        Step::PublishWorkspace => publish_workspace(shared, session).await.map(|()| Outcome::Done),
        Step::PullWorkspace => pull_workspace(shared, session).await.map(|()| Outcome::Done),
        Step::SendAccount => account::send(shared, session).await.map(|()| Outcome::Done),
        Step::Admit => share::admit_all(shared, session).await.map(|_| Outcome::Done),
        Step::Recoveries => authority::keep_up(shared, session).await.map(|()| Outcome::Done),
        Step::ListFolders => list_folders(shared, session).await,
        Step::PublishFolder(folder) => publish_folder(shared, session, folder).await.map(|()| Outcome::Done),
        Step::PullFolder(folder) => {
            pull_folder(shared, session, folder).await?;
            what_follows(shared, folder)
        }
        Step::HandOver(folder) => {
            succession::hand_over(shared, session, folder).await?;
            what_follows(shared, folder)
        }
        Step::Rekey(folder) => keys::rekey(shared, session, folder).await.map(|()| Outcome::Done),
        Step::Rewrap(folder) => keys::rewrap_some(shared, session, folder).await,
        Step::Send(folder) => send(shared, session, folder).await,
        Step::PullHeld(folder) => pull_held(shared, session, folder).await.map(|()| Outcome::Done),
    }
}

/// A folder that was just read may be without an owner, or one's own by now: then it is seen to in the same round.
fn what_follows(shared: &Shared, folder: FolderId) -> Result<Outcome, EngineError> {
    shared.vault(|vault| {
        let state = vault.folder(&folder)?;
        let mut listed = Listed::default();
        if !vault.is_taken_up(state) {
            return Ok(Outcome::Listed(listed));
        }
        listed.ownerless.extend(vault.to_hand_over(state).map(|_| folder));
        listed.outdated.extend(vault.closed_member(state).map(|_| folder));
        Ok(Outcome::Listed(listed))
    })
}

/// Lets colleagues' nodes in, and dials the pinning node without waiting for it: records go to and fro
/// meanwhile, bytes follow when it answers.
async fn connect(shared: &Arc<Shared>, session: &Arc<Session>, identity: &Identity) -> Result<(), EngineError> {
    let named = |open: &mut crate::shared::Open| {
        let mut nodes = open.vault.catalog_record().into_iter().flat_map(|catalog| &catalog.pinning);
        Ok(nodes.any(|node| node.key == identity.pinning))
    };
    if !shared.open(named)? {
        return Err(distrusted(shared, EngineError::Distrusted("it names another pinning node than the workspace")));
    }
    let pinning = PeerId::from_public_key(identity.pinning.as_bytes());
    let mut allowed = shared.open(|open| Ok(colleagues(&open.vault)))?;
    allowed.insert(pinning.clone());
    session.blocks.allow(allowed.into_iter().collect()).await?;
    if let Some(link) = lock(&session.catalog).as_mut() {
        link.pinning = Some(pinning.clone());
    }
    let addresses: Vec<Address> = identity.addresses.iter().cloned().map(Address).collect();
    if session.dialling.swap(true, Ordering::AcqRel) {
        return Ok(());
    }
    let dialler = session.clone();
    session.tasks.spawn(async move {
        let dial = dialler.blocks.connect(&pinning, &addresses);
        if let Some(Err(error)) = dialler.cancel.run_until_cancelled(dial).await {
            tracing::debug!(%error, "the pinning node cannot be reached");
        }
        dialler.dialling.store(false, Ordering::Release);
    });
    Ok(())
}

/// Peers of valid devices of people whose accounts are not closed, by the newest that any chain here says of them.
fn colleagues(vault: &crate::vault::Vault) -> HashSet<PeerId> {
    let Some(workspace) = &vault.workspace else { return HashSet::new() };
    let folders = vault.folders.values().map(|state| state.chain().roster());
    let rosters: Vec<_> = std::iter::once(workspace.roster()).chain(folders).collect();
    let newest = |account: &AccountId| {
        let known = rosters.iter().filter_map(|roster| roster.account(account));
        known.chain(vault.others.get(account)).max_by_key(|account| account.head().seq)
    };
    let accounts = workspace.people().keys().filter(|account| workspace.person(account).is_some());
    let others = accounts.filter(|account| **account != vault.me.account).filter_map(newest);
    let devices = others.chain([&vault.account]).flat_map(|account| account.devices());
    let valid = devices.filter(|(_, device)| device.is_valid());
    valid.map(|(_, device)| PeerId::from_public_key(device.keys.peer.as_bytes())).collect()
}

/// Not let in yet: ask (again), and see whether somebody opened the door.
async fn newcomer_round(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    let link = session.link()?;
    identity(shared, &link).await?;
    let request: Option<String> = shared.open(|open| marks::find(open.vault.index.read(), Mark::JoinRequest))?;
    if let Some(request) = request {
        let request = serde_json::from_str(&request).map_err(|_| EngineError::IndexDamaged)?;
        match link.client.join(&request).await {
            Ok(receipts) => shared.open(|open| {
                let (account, head) = (ChainId::Account(open.vault.me.account), open.vault.account.head());
                let kept = |receipt: &Receipt| {
                    receipt.chain == account && receipt.head() == head && receipt.verify(&link.key).is_ok()
                };
                if !receipts.receipts.iter().any(kept) {
                    return Err(EngineError::Distrusted(NO_RECEIPT));
                }
                open.vault.index.write(|db| marks::remove(db, Mark::JoinRequest))
            })?,
            Err(CatalogError::Said(ApiCode::Refused | ApiCode::NotFound)) => {
                return Err(EngineError::BadInvitation("The invitation is spent, withdrawn or expired."));
            }
            Err(error) => return Err(error.into()),
        }
    }
    match pull_workspace(shared, session).await {
        Err(EngineError::NotFound(_)) => return Ok(()),
        result => result.map_err(|error| distrusted(shared, error))?,
    }
    let own = shared.open(|open| {
        let account = open.vault.me.account;
        Ok(open.vault.workspace.as_ref().is_some_and(|workspace| workspace.person(&account).is_some()))
    })?;
    if !own {
        return Err(distrusted(shared, EngineError::Distrusted("it showed a workspace which does not know us")));
    }
    let renamed = shared.open(|open| {
        let people = open.vault.workspace.as_ref().map(Workspace::people);
        Ok(people.and_then(|people| people.get(&open.vault.me.account)).is_some_and(|me| me.name != open.public.name))
    })?;
    if renamed {
        // The name is what the catalog told whoever let us in: colleagues read it beside what we do.
        let _ = distrusted(shared, EngineError::Distrusted("it had us let in under another name"));
    }
    let_in(shared)?;
    member_round(shared, session).await
}

/// The first thing a new member needs: a folder of one's own.
fn let_in(shared: &Arc<Shared>) -> Result<(), EngineError> {
    shared.open(|open| {
        open.public.waiting = None;
        if let Some(workspace) = &open.vault.workspace {
            open.public.workspace_name = workspace.name().to_owned();
        }
        shared.home.set_public(&open.public)
    })?;
    shared.vault(ensure_personal)?;
    shared.tell(Event::FoldersChanged);
    shared.tell(Event::PeopleChanged);
    Ok(())
}

/// Makes the person's own folder unless it is there.
pub fn ensure_personal(vault: &mut crate::vault::Vault) -> Result<(), EngineError> {
    let exists = vault.folders.values().any(|state| state.chain().purpose() == Purpose::PERSONAL);
    if !exists {
        vault.create_folder("My files", Purpose::PERSONAL)?;
    }
    Ok(())
}

async fn publish_workspace(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    let link = session.link()?;
    let new = shared.vault(|vault| {
        let base64 = |chain| -> Result<Vec<Base64>, EngineError> {
            Ok(records::from(vault.index.read(), &chain, 0)?.into_iter().map(Base64).collect())
        };
        let ring: serde_bytes::ByteBuf =
            marks::find(vault.index.read(), Mark::Ring)?.ok_or(EngineError::IndexDamaged)?;
        Ok(NewWorkspace {
            workspace: base64(ChainId::Workspace(vault.me.workspace))?,
            account: base64(ChainId::Account(vault.me.account))?,
            ring: Base64(ring.into_vec()),
        })
    })?;
    match link.client.create_workspace(&new).await {
        Ok(receipts) => {
            for sent in [&new.workspace, &new.account] {
                let last = last_record(sent)?;
                let kept = receipts.receipts.iter().any(|receipt| confirms(receipt, &last, &link.key));
                kept.then_some(()).ok_or(EngineError::Distrusted(NO_RECEIPT))?;
            }
        }
        Err(CatalogError::Said(ApiCode::Taken)) => {
            return Err(EngineError::NotAllowed("This catalog serves another workspace already."));
        }
        Err(error) => return Err(error.into()),
    }
    shared.vault(|vault| vault.index.write(|db| marks::remove(db, Mark::UnpublishedWorkspace)))
}

fn last_record(sent: &[Base64]) -> Result<Record, EngineError> {
    let last = sent.last().ok_or(EngineError::Internal("nothing to bring"))?;
    Record::decode(&last.0).map_err(|_| EngineError::IndexDamaged)
}

/// Brings once more what this device signed and a catalog lost, be it restored from a backup or lying. Nothing is
/// taken back here: it is the catalog that must come to where we are. Answers whether it came further; what others
/// signed is theirs to bring.
async fn bring_again(shared: &Shared, link: &CatalogLink, chain: &ChainId, from: u64) -> Result<bool, EngineError> {
    shared.alarm(true, ApiError::from(EngineError::Distrusted(WENT_BACK)));
    let own = shared.open(|open| open.vault.own_from(chain, from, PUBLISH_AT_ONCE))?;
    let Some(last) = own.last() else { return Ok(false) };
    let records = own.iter().map(|record| Base64(record.bytes().to_vec())).collect();
    match link.client.append(chain, &Append { records, ..Append::default() }).await {
        Ok(receipt) => Ok(confirms(&receipt, last, &link.key)),
        Err(CatalogError::Said(code)) => {
            tracing::debug!(?code, "the catalog does not take back what it lost");
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Brings all wraps of a folder, after the catalog lost some.
async fn bring_wraps(shared: &Shared, link: &CatalogLink, folder: FolderId) -> Result<(), EngineError> {
    let wraps = shared.vault(|vault| match marks::find::<bool>(vault.index.read(), Mark::WrapsToBring(folder))? {
        Some(_) => vault.all_wraps(&folder),
        None => Ok(Vec::new()),
    })?;
    for wraps in wraps.chunks(MAX_WRAPS) {
        let rewrap = Rewrap { wraps: wraps.iter().map(to_wrap).collect() };
        match link.client.rewrap(&folder, &rewrap).await {
            // A viewer's are not taken; after a key change they are brought in the next round.
            Ok(()) | Err(CatalogError::Said(ApiCode::Refused | ApiCode::NotFound)) => {}
            Err(CatalogError::Said(ApiCode::Conflict)) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    shared.vault(|vault| vault.index.write(|db| marks::remove(db, Mark::WrapsToBring(folder))))
}

/// Reads the workspace chain to its head.
pub async fn pull_workspace(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    let _order = session.order.lock().await;
    read_workspace(shared, &session.link()?).await
}

/// The same, for who reads chains already.
pub async fn read_workspace(shared: &Arc<Shared>, link: &CatalogLink) -> Result<(), EngineError> {
    let mut brought_from = None;
    loop {
        let (chain, after) = shared.open(|open| {
            let head = open.vault.workspace.as_ref().map(|workspace| workspace.head().seq);
            Ok((ChainId::Workspace(open.vault.me.workspace), head))
        })?;
        let page = link.client.records(&chain, after).await?;
        let lost = shared.open(|open| open.vault.lost_from(&page, &chain, &link.key))?;
        if let Some(from) = lost.filter(|from| brought_from.is_none_or(|before| before < *from)) {
            brought_from = Some(from);
            if bring_again(shared, link, &chain, from).await? {
                continue;
            }
        }
        let taken = shared.open(|open| open.vault.take_workspace(&page, &link.key))?;
        shared.findings(&taken.findings);
        if taken.records > 0 {
            shared.tell(Event::PeopleChanged);
            // A folder may be without an owner now.
            shared.tell(Event::FoldersChanged);
        }
        if !taken.more {
            return Ok(());
        }
    }
}

async fn list_folders(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<Outcome, EngineError> {
    let folders = session.link()?.client.folders().await?.folders;
    let mut listed = Listed::default();
    let now = shared.clock.now();
    // Of what was not taken up nothing is fetched.
    let unknown = shared.vault(|vault| {
        let taken_up = |id: &FolderId| vault.folders.get(id).is_some_and(|state| vault.is_taken_up(state));
        Ok(folders.iter().map(|known| known.folder).filter(|id| !taken_up(id)).collect::<Vec<_>>())
    })?;
    let taken_up = offers::look(shared, session, &unknown).await?;
    shared.vault(|vault| {
        vault.note_epochs(now)?;
        let waits = |id: &FolderId| unknown.contains(id) && !taken_up.contains(id);
        for known in folders.iter().filter(|known| !waits(&known.folder)) {
            let stopped = vault.folders.get(&known.folder).is_some_and(|state| state.stopped);
            let same = vault.folders.get(&known.folder).is_some_and(|state| state.chain().head() == known.head);
            let looks = match vault.folders.get(&known.folder) {
                Some(state) => !vault.passings_to_look_at(state)?.is_empty(),
                None => false,
            };
            if (!same || looks) && !stopped {
                listed.behind.push(known.folder);
            }
        }
        for (id, state) in vault.folders.iter().filter(|(id, _)| !waits(id)) {
            if marks::find::<bool>(vault.index.read(), Mark::Unpublished(*id))?.is_some() {
                listed.unpublished.push(*id);
            }
            if state.waiting_changes() > 0 && !state.stopped {
                listed.waiting.push(*id);
            }
            if !state.stopped && vault.to_hand_over(state).is_some() {
                listed.ownerless.push(*id);
            }
            if !state.stopped && vault.wants_rekey(state, now)? {
                listed.outdated.push(*id);
            }
            if !state.stopped && vault.is_to_rewrap(state)? {
                listed.to_rewrap.push(*id);
            }
        }
        listed.unheld = vault.unconfirmed();
        Ok(())
    })?;
    Ok(Outcome::Listed(listed))
}

/// Brings a folder that was made here; nothing to do for others.
pub async fn publish_folder(shared: &Arc<Shared>, session: &Arc<Session>, folder: FolderId) -> Result<(), EngineError> {
    let link = session.link()?;
    let new = shared.vault(|vault| {
        if marks::find::<bool>(vault.index.read(), Mark::Unpublished(folder))?.is_none() {
            return Ok(None);
        }
        let mut all = records::from(vault.index.read(), &ChainId::Folder(folder), 0)?;
        all.truncate(PUBLISH_AT_ONCE);
        Ok(Some(Append { records: all.into_iter().map(Base64).collect(), ..Append::default() }))
    })?;
    let Some(new) = new else { return Ok(()) };
    let last = last_record(&new.records)?;
    let receipt = link.client.create_folder(&new).await?;
    if !confirms(&receipt, &last, &link.key) {
        return Err(EngineError::Distrusted(NO_RECEIPT));
    }
    shared.vault(|vault| vault.index.write(|db| marks::remove(db, Mark::Unpublished(folder))))
}

/// Reads a folder's chain to its head, then its wraps.
pub async fn pull_folder(shared: &Arc<Shared>, session: &Arc<Session>, folder: FolderId) -> Result<(), EngineError> {
    let _order = session.order.lock().await;
    let link = session.link()?;
    let mut brought = 0;
    let mut brought_from = None;
    loop {
        let after = shared.vault(|vault| Ok(vault.folders.get(&folder).map(|state| state.chain().head().seq)))?;
        let page = link.client.records(&ChainId::Folder(folder), after).await?;
        let lost = shared.vault(|vault| vault.lost_from(&page, &ChainId::Folder(folder), &link.key))?;
        if let Some(from) = lost.filter(|from| brought_from.is_none_or(|before| before < *from)) {
            brought_from = Some(from);
            shared.vault(|vault| vault.begin_again_beside(folder))?;
            if bring_again(shared, &link, &ChainId::Folder(folder), from).await? {
                continue;
            }
        }
        let taken = shared.vault(|vault| vault.take_folder(folder, &page, &link.key));
        let taken = taken.inspect_err(|_| shared.tell_folder(folder))?;
        shared.findings(&taken.findings);
        if shared.vault(|vault| Ok(vault.folder(&folder)?.lacks_key()))? {
            // Another device of ours has a new key, and a colleague was quick to use it.
            pull(shared, &link).await?;
            if shared.vault(|vault| Ok(vault.folder(&folder)?.lacks_key()))? {
                return Err(EngineError::Distrusted("it withholds records of your account"));
            }
        }
        brought += taken.records;
        if !taken.more {
            break;
        }
    }
    succession::look(shared, &link, folder).await?;
    shared.vault(|vault| vault.check_floor(folder))?;
    bring_wraps(shared, &link, folder).await?;
    if brought > 0 {
        read_wraps(shared, session, folder).await?;
        retire(shared, folder).await?;
        shared.tell_folder(folder);
    }
    Ok(())
}

/// Moves what is here away from keys that were retired, some at a time: everything else goes on meanwhile.
async fn retire(shared: &Arc<Shared>, folder: FolderId) -> Result<(), EngineError> {
    let mut after = None;
    loop {
        let worker = shared.clone();
        let some = crate::engine::blocking(move || worker.vault(|vault| vault.retire(folder, after)));
        match some.await? {
            Some(last) => after = Some(last),
            None => return Ok(()),
        }
    }
}

/// Reads wraps that are new or were replaced.
pub async fn pull_wraps(shared: &Arc<Shared>, session: &Arc<Session>, folder: FolderId) -> Result<(), EngineError> {
    let _order = session.order.lock().await;
    // One is missing that must be there: the place to go on from may be false.
    shared.vault(|vault| vault.index.write(|db| marks::remove(db, Mark::WrapsCursor(folder))))?;
    read_wraps(shared, session, folder).await
}

async fn read_wraps(shared: &Arc<Shared>, session: &Arc<Session>, folder: FolderId) -> Result<(), EngineError> {
    let link = session.link()?;
    for _ in 0..PAGES_AT_ONCE {
        let after =
            shared.vault(|vault| Ok(marks::find(vault.index.read(), Mark::WrapsCursor(folder))?.unwrap_or(0)))?;
        let page = link.client.wraps(&folder, after).await?;
        if page.wraps.is_empty() || page.cursor <= after {
            return Ok(());
        }
        let taken = shared.vault(|vault| vault.take_wraps(folder, &page))?;
        if taken.refused > 0 {
            // A member may have brought it as well as the catalog: no alarm.
            shared.alarm(false, ApiError::from(EngineError::NotVerified("a file's key")));
        }
        if taken.later {
            return Ok(());
        }
    }
    Ok(())
}

/// Reads what the pinning node holds.
async fn pull_held(shared: &Arc<Shared>, session: &Arc<Session>, folder: FolderId) -> Result<(), EngineError> {
    let _order = session.order.lock().await;
    let link = session.link()?;
    for _ in 0..PAGES_AT_ONCE {
        let after = shared.vault(|vault| {
            let from_start = !std::mem::replace(&mut vault.folder_mut(&folder)?.held_read, true);
            if from_start { Ok(0) } else { vault.held_up_to(&folder) }
        })?;
        let page = link.client.held(&folder, after).await?;
        if page.held.is_empty() || page.cursor <= after {
            return Ok(());
        }
        shared.vault(|vault| vault.take_held(folder, &page))?;
        shared.tell_folder(folder);
        // The pinning node is at it: what it says next is told, and read together.
        if page.held.len() < A_FEW {
            return Ok(());
        }
    }
    Ok(())
}

/// Sends one record of a folder. The same bytes go again after a lost answer, so nothing is doubled.
async fn send(shared: &Arc<Shared>, session: &Arc<Session>, folder: FolderId) -> Result<Outcome, EngineError> {
    let _order = session.order.lock().await;
    let link = session.link()?;
    let Some(outgoing) = shared.vault(|vault| vault.next_to_send(folder))? else { return Ok(Outcome::Done) };
    let append = Append {
        records: vec![Base64(outgoing.record.bytes().to_vec())],
        wraps: outgoing.wraps.iter().map(to_wrap).collect(),
        ..Append::default()
    };
    match link.client.append(&ChainId::Folder(folder), &append).await {
        Ok(receipt) => {
            acknowledge(shared, &link, folder, &outgoing.record, &receipt)?;
            Ok(Outcome::More)
        }
        Err(CatalogError::Said(ApiCode::Conflict)) => Ok(Outcome::Conflict),
        Err(error @ CatalogError::Said(ApiCode::OverQuota)) => {
            // Put together anew the next time, so that what makes room goes with it.
            shared.vault(|vault| vault.index.write(|db| in_flight::remove(db, &folder)))?;
            Err(error.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// A change counts as sent only with its receipt.
fn acknowledge(
    shared: &Arc<Shared>,
    link: &CatalogLink,
    folder: FolderId,
    record: &Record,
    receipt: &Receipt,
) -> Result<(), EngineError> {
    let sound = receipt.verify(&link.key).is_ok()
        && receipt.chain == ChainId::Folder(folder)
        && receipt.seq == record.envelope().seq
        && receipt.hash == record.hash();
    if !sound {
        return Err(EngineError::Distrusted("a receipt for something else"));
    }
    let findings = shared.vault(|vault| {
        let findings = vault.take_folder_record(folder, record)?;
        vault.rebuild_view(folder)?;
        Ok(findings)
    })?;
    shared.findings(&findings);
    shared.tell_folder(folder);
    shared.tell_status();
    Ok(())
}

/// As it travels.
pub fn to_wrap(wrap: &NewWrap) -> Wrap {
    Wrap::new(wrap.dek, wrap.epoch, &wrap.key)
}

/// An account's whole chain, read and verified, to be embedded.
pub async fn account_slice(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    account: AccountId,
) -> Result<Slice, EngineError> {
    let _order = session.order.lock().await;
    let link = session.link()?;
    loop {
        let after = shared.vault(|vault| Ok(vault.others.get(&account).map(|state| state.head().seq)))?;
        let page = link.client.records(&ChainId::Account(account), after).await?;
        let taken = shared.vault(|vault| vault.take_account(account, &page, &link.key))?;
        if !taken.more {
            return shared.vault(|vault| vault.slice_of(account, 0));
        }
    }
}
