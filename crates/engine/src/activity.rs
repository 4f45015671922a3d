//! What happened in a folder: its verified records told again, in their order.
//!
//! Nothing of it is kept. Who asks has the records of the index folded once more, some at a time, into a tree of its own,
//! so that each change is told with the names of its place; only what was asked for is held. A record that was void when it
//! was taken in changed nothing then and is not told now; a sealed body that does not say what its record pins neither.
//!
//! To change it: a new kind of record is a line in [`Telling::record`], its word one in `api/activity.rs`.

mod export;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use valise_protocol::folder::{self, Content, InvitationRevoked, Invited, KeyPolicy, MemberAdded, TrashPolicy, kind};
use valise_protocol::folder::{MemberRemoved, RoleChanged, Succeeded, Successor};
use valise_protocol::ids::{AccountId, Cid, EntryId, FolderId, Seq};
use valise_protocol::record::{ChainId, Envelope, Kind, Record};
use valise_protocol::tree::change::decode_body;
use valise_protocol::tree::{Change, Effect, EntryKind, Stamp, Tree};

use crate::api::{Activity, ActivityFilter, ActivityPage, ActivityPlace, ActivityWhat};
use crate::engine::blocking;
use crate::error::EngineError;
use crate::index::records;
use crate::shared::Shared;
use crate::vault::Vault;
use crate::vault::folder::FolderState;
use crate::views::role;

pub use export::{export, headline, line};

/// Most that one page tells.
const MAX_PAGE: u32 = 1_000;
/// Records that are told before others have their turn at the vault.
const AT_ONCE: usize = 4;

/// The newest first, from a place on (none: from the end).
pub async fn page(
    shared: &Arc<Shared>,
    folder: FolderId,
    filter: ActivityFilter,
    before: Option<ActivityPlace>,
    limit: u32,
) -> Result<ActivityPage, EngineError> {
    let limit = limit.clamp(1, MAX_PAGE) as usize;
    let worker = shared.clone();
    blocking(move || {
        let mut last = VecDeque::with_capacity(limit + 1);
        tell(&worker, folder, &filter, before, |activity| {
            if last.len() > limit {
                last.pop_front();
            }
            last.push_back(activity);
            Ok(())
        })?;
        let more = last.len() > limit;
        if more {
            last.pop_front();
        }
        let before = last.front().filter(|_| more).map(|oldest: &Activity| oldest.at);
        Ok(ActivityPage { activities: last.into_iter().rev().collect(), before })
    })
    .await
}

/// Tells each thing that was asked for, in the chain's order, up to a place.
fn tell(
    shared: &Shared,
    folder: FolderId,
    filter: &ActivityFilter,
    before: Option<ActivityPlace>,
    mut each: impl FnMut(Activity) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let mut telling = Telling::default();
    let mut next = 0;
    loop {
        let mut told = Vec::new();
        let read = shared.vault(|vault| {
            let state = vault.folder(&folder)?;
            state.role(&vault.me.account).ok_or(EngineError::NotFound("the folder"))?;
            let some = records::some(vault.index.read(), &ChainId::Folder(folder), next, AT_ONCE)?;
            for bytes in &some {
                let record = Record::decode(bytes).map_err(|_| EngineError::IndexDamaged)?;
                telling.record(vault, state, &record, filter, &mut told)?;
            }
            Ok(some.len())
        })?;
        for activity in told {
            if before.is_some_and(|before| activity.at >= before) {
                return Ok(());
            }
            each(activity)?;
        }
        next += read as u64;
        if read < AT_ONCE || before.is_some_and(|before| next > before.record) {
            return Ok(());
        }
    }
}

/// A folder as far as it was told.
#[derive(Default)]
struct Telling {
    tree: Tree,
}

/// What happened, without who and where.
struct Happening {
    what: ActivityWhat,
    entry: Option<EntryId>,
    path: Option<String>,
    before: Option<String>,
    person: Option<AccountId>,
    role: Option<folder::Role>,
    number: Option<u64>,
}

impl Happening {
    fn of(what: ActivityWhat) -> Self {
        Self { what, entry: None, path: None, before: None, person: None, role: None, number: None }
    }

    fn person(mut self, account: AccountId) -> Self {
        self.person = Some(account);
        self
    }

    fn role(mut self, role: folder::Role) -> Self {
        self.role = Some(role);
        self
    }

    fn number(mut self, number: u64) -> Self {
        self.number = Some(number);
        self
    }
}

impl Telling {
    /// One record of the chain, as it was judged when it was taken in.
    fn record(
        &mut self,
        vault: &Vault,
        state: &FolderState,
        record: &Record,
        filter: &ActivityFilter,
        told: &mut Vec<Activity>,
    ) -> Result<(), EngineError> {
        let envelope = record.envelope();
        if state.is_void(envelope.seq) {
            return Ok(());
        }
        let wanted = filter.person.is_none_or(|person| person == envelope.author);
        let mut change = 0;
        let mut say = |happening: Happening, concerns: bool| {
            let at = ActivityPlace { record: envelope.seq, change };
            change += 1;
            let kind = happening.what.kind();
            if wanted && concerns && filter.kind.is_none_or(|it| it == kind) {
                told.push(activity(vault, record, at, happening));
            }
        };
        match envelope.kind {
            kind::CONTENT => self.content(state, record, filter.entry, say)?,
            kind::SIGNED => {
                for made in state.signatures().of_record(envelope.seq).filter(|made| made.stood()) {
                    let names = &made.body.statement.names;
                    let entry = made.body.statement.entry;
                    let mut signed = Happening::of(ActivityWhat::Signed).number(names.version.into());
                    (signed.entry, signed.path) = (Some(entry), self.path(entry));
                    say(signed, self.concerns(filter.entry, entry));
                }
            }
            _ => {
                if let Some(happening) = without_body(record)? {
                    say(happening, filter.entry.is_none());
                }
            }
        }
        Ok(())
    }

    /// Changes of the tree. As when they were taken in: what the open part does not say is refused whole.
    fn content(
        &mut self,
        state: &FolderState,
        record: &Record,
        of: Option<EntryId>,
        mut say: impl FnMut(Happening, bool),
    ) -> Result<(), EngineError> {
        let content: Content = open(record)?;
        let Some(changes) = state.open_again(record).and_then(|body| decode_body(body.as_bytes()).ok()) else {
            return Ok(());
        };
        let brought: BTreeSet<Cid> = changes.iter().filter_map(folder_brings).collect();
        if brought != content.pins.iter().map(|pin| pin.cid).collect() {
            return Ok(());
        }
        let stamp = stamp(record);
        for change in &changes {
            let subject = change.subject();
            let (before, was) = (self.path(subject), self.parent(subject));
            let concerned = self.concerns(of, subject);
            let first = self.name();
            let Ok(effect) = self.tree.apply(stamp, change) else { continue };
            let Some(mut happening) = self.happening(&effect, was) else { continue };
            if matches!(change, Change::Expire { .. }) {
                happening.what = ActivityWhat::Expired;
            }
            if happening.what == ActivityWhat::FolderNamed {
                happening.before = first;
            } else {
                let named = matches!(happening.what, ActivityWhat::Renamed | ActivityWhat::Moved);
                let now = happening.entry.and_then(|entry| self.path(entry));
                // A move to where it was, under the name it had, is nothing that happened.
                if named && now == before {
                    continue;
                }
                happening.path = now.or_else(|| before.clone());
                happening.before = before.filter(|_| named);
            }
            let concerns = concerned || happening.entry.is_some_and(|entry| self.concerns(of, entry));
            say(happening, concerns);
        }
        Ok(())
    }

    /// What an effect is called; none for a file that has no content yet.
    fn happening(&self, effect: &Effect, was: Option<EntryId>) -> Option<Happening> {
        let (what, entry) = match effect {
            Effect::Created(id) if self.tree.entry(id)?.kind == EntryKind::File => return None,
            Effect::Created(id) => (ActivityWhat::DirectoryAdded, *id),
            Effect::Version(id) => return self.version(*id),
            Effect::ConflictCopy(_, copy) => (ActivityWhat::ConflictCopy, *copy),
            Effect::Moved(EntryId::TOP) => {
                let named = Happening::of(ActivityWhat::FolderNamed);
                return Some(Happening { path: self.name(), ..named });
            }
            Effect::Moved(id) if self.parent(*id) == was => (ActivityWhat::Renamed, *id),
            Effect::Moved(id) => (ActivityWhat::Moved, *id),
            Effect::Trashed(id) => (ActivityWhat::Trashed, *id),
            Effect::Restored(id) => (ActivityWhat::Restored, *id),
            Effect::Purged(id, _) => (ActivityWhat::Purged, *id),
        };
        Some(Happening { entry: Some(entry), ..Happening::of(what) })
    }

    fn version(&self, id: EntryId) -> Option<Happening> {
        let versions = &self.tree.entry(&id)?.versions;
        let (newest, earlier) = versions.split_last()?;
        let what = match earlier {
            [] => ActivityWhat::FileAdded,
            earlier if earlier.iter().any(|it| it.dek == newest.dek) => ActivityWhat::VersionRestored,
            _ => ActivityWhat::NewVersion,
        };
        let number = (!earlier.is_empty()).then_some(versions.len() as u64);
        Some(Happening { entry: Some(id), number, ..Happening::of(what) })
    }

    fn name(&self) -> Option<String> {
        self.tree.name().map(str::to_owned)
    }

    fn parent(&self, id: EntryId) -> Option<EntryId> {
        self.tree.entry(&id).map(|entry| entry.parent)
    }

    fn path(&self, id: EntryId) -> Option<String> {
        let entry = self.tree.entry(&id)?;
        let above = self.tree.ancestors(id);
        let names = above.iter().rev().filter_map(|id| self.tree.entry(id)).chain([entry]);
        Some(shortened(names.map(|entry| entry.name.as_str()).collect::<Vec<_>>().join("/")))
    }

    /// Whether it is what was asked for, or lies in it.
    fn concerns(&self, of: Option<EntryId>, entry: EntryId) -> bool {
        of.is_none_or(|of| of == entry || self.tree.ancestors(entry).contains(&of))
    }
}

/// Longest path that is told, in bytes.
const LONGEST_PATH: usize = 1_024;

/// A path may be long, and a record may name it thousands of times: what is told has its beginning and its end.
fn shortened(path: String) -> String {
    if path.len() <= LONGEST_PATH {
        return path;
    }
    let half = LONGEST_PATH / 2;
    let (first, last) = (path.floor_char_boundary(half), path.ceil_char_boundary(path.len() - half));
    format!("{}…{}", &path[..first], &path[last..])
}

/// Records that say all they say openly.
fn without_body(record: &Record) -> Result<Option<Happening>, EngineError> {
    let envelope = record.envelope();
    Ok(Some(match envelope.kind {
        Kind::GENESIS => Happening::of(ActivityWhat::FolderMade),
        kind::MEMBER_ADDED => {
            let added: MemberAdded = open(record)?;
            let by_link = added.redemption.is_some();
            let what = if by_link { ActivityWhat::MemberJoined } else { ActivityWhat::MemberAdded };
            Happening::of(what).person(added.account).role(added.role)
        }
        kind::MEMBER_REMOVED => {
            Happening::of(ActivityWhat::MemberRemoved).person(open::<MemberRemoved>(record)?.account)
        }
        kind::ROLE_CHANGED => {
            let changed: RoleChanged = open(record)?;
            Happening::of(ActivityWhat::RoleChanged).person(changed.account).role(changed.role)
        }
        kind::ACCEPTED => Happening::of(ActivityWhat::MemberAccepted),
        kind::LEFT => Happening::of(ActivityWhat::MemberLeft),
        // The first key comes with the folder.
        kind::REKEY if envelope.epoch == 1 => return Ok(None),
        kind::REKEY => Happening::of(ActivityWhat::KeyChanged).number(envelope.epoch),
        kind::KEY_POLICY => Happening::of(ActivityWhat::KeyPolicy).number(open::<KeyPolicy>(record)?.minimum),
        kind::TRASH_POLICY => {
            Happening::of(ActivityWhat::TrashPolicy).number(open::<TrashPolicy>(record)?.keep_days.into())
        }
        kind::INVITED => Happening::of(ActivityWhat::Invited).role(open::<Invited>(record)?.role),
        kind::INVITATION_REVOKED => {
            open::<InvitationRevoked>(record)?;
            Happening::of(ActivityWhat::InvitationWithdrawn)
        }
        kind::SUCCESSOR => {
            let successor: Successor = open(record)?;
            Happening { person: successor.account, ..Happening::of(ActivityWhat::SuccessorNamed) }
        }
        kind::SUCCEEDED => Happening::of(ActivityWhat::Succeeded).person(open::<Succeeded>(record)?.account),
        _ => return Ok(None),
    }))
}

fn activity(vault: &Vault, record: &Record, at: ActivityPlace, it: Happening) -> Activity {
    let envelope: &Envelope = record.envelope();
    Activity {
        at,
        what: it.what,
        kind: it.what.kind(),
        by: vault.name_of(&envelope.author),
        account: envelope.author,
        by_me: envelope.author == vault.me.account,
        device: envelope.device,
        entry: it.entry,
        path: it.path,
        before: it.before,
        person: it.person.as_ref().map(|account| vault.name_of(account)),
        person_account: it.person,
        role: it.role.map(role),
        number: it.number,
        record: record.hash().to_string(),
    }
}

fn open<T: serde::Serialize + serde::de::DeserializeOwned>(record: &Record) -> Result<T, EngineError> {
    record.open().map_err(|_| EngineError::IndexDamaged)
}

fn stamp(record: &Record) -> Stamp {
    let envelope = record.envelope();
    let (author, device, epoch) = (envelope.author, envelope.device, envelope.epoch);
    Stamp { seq: envelope.seq as Seq, record: record.hash(), author, device, epoch }
}

fn folder_brings(change: &Change) -> Option<Cid> {
    match change {
        Change::Content(content) => Some(content.cid),
        _ => None,
    }
}
