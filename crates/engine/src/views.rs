//! What a person sees: rows, folders, members, details, made from what is verified.

use valise_protocol::folder::{self, Purpose};
use valise_protocol::ids::{DekId, EntryId, FolderId};
use valise_protocol::tree::{self, EntryKind as TreeKind, Tree};

use crate::api::{
    Crumb, Details, Entry, EntryKind, Fingerprints, Folder, Hit, Listing, Member, Person, Place, Role, Version,
};
use crate::error::EngineError;
use crate::vault::Vault;
use crate::vault::folder::FolderState;

impl Vault {
    /// The sidebar: own files first, then by name.
    pub fn folder_rows(&self) -> Vec<Folder> {
        let mut rows: Vec<Folder> =
            self.folders.values().filter(|state| self.is_taken_up(state)).map(|state| self.folder_row(state)).collect();
        rows.sort_by_key(|folder| (!folder.personal, folder.name.to_lowercase(), folder.id));
        rows
    }

    /// One folder.
    pub fn folder_row(&self, state: &FolderState) -> Folder {
        let chain = state.chain();
        let personal = chain.purpose() == Purpose::PERSONAL;
        let files = state.tree().entries().filter(|entry| is_living_file(state.tree(), entry)).count();
        Folder {
            id: chain.id(),
            name: state.tree().name().unwrap_or_default().to_owned(),
            role: state.role(&self.me.account).map_or(Role::Viewer, role),
            personal,
            people: count(chain.members().len()),
            files: count(files),
            unread: state.unread(),
            key_change_waiting: chain.key_change_waiting(),
            keep_days: chain.trash_policy().keep_days,
            successor: self.successor_of(state).map(|account| self.name_of(&account)),
            ownerless: self.is_ownerless(state),
            single_way: self.has_single_way(state),
            stopped: state.stopped || self.is_usurped(state).unwrap_or(true),
        }
    }

    /// Members of a folder, oneself first.
    pub fn member_rows(&self, id: &FolderId) -> Result<Vec<Member>, EngineError> {
        let state = self.folder(id)?;
        let compared = self.compared()?;
        let mut rows: Vec<Member> = state
            .chain()
            .members()
            .iter()
            .map(|(account, member)| Member {
                account: *account,
                name: self.name_of(account),
                role: role(member.role),
                me: *account == self.me.account,
                joined_by_link: member.by_link,
                verified: compared.is_verified(account),
                compare_again: compared.is_outdated(account),
                accepted: member.accepted.is_some(),
                online: self.online.contains(account),
            })
            .collect();
        rows.sort_by_key(|member| (!member.me, member.name.to_lowercase()));
        Ok(rows)
    }

    /// People of the workspace, oneself first.
    pub fn people_rows(&self) -> Result<Vec<Person>, EngineError> {
        let workspace = self.workspace()?;
        let compared = self.compared()?;
        let people = workspace.people().iter().filter(|(_, person)| !person.closed);
        let mut rows: Vec<Person> = people
            .map(|(account, person)| Person {
                account: *account,
                name: person.name.clone(),
                officer: workspace.officers().contains(account),
                me: *account == self.me.account,
                online: self.online.contains(account),
                fingerprint: fingerprint(account.as_bytes()),
                verified: compared.is_verified(account),
                compare_again: compared.is_outdated(account),
            })
            .collect();
        rows.sort_by_key(|person| (!person.me, person.name.to_lowercase()));
        Ok(rows)
    }

    /// A directory.
    pub fn listing(&self, id: &FolderId, parent: EntryId) -> Result<Listing, EngineError> {
        let state = self.folder(id)?;
        let tree = state.tree();
        let path = match tree.entry(&parent) {
            None if parent == EntryId::TOP => Vec::new(),
            Some(entry) if entry.kind == TreeKind::Directory => {
                let mut path = crumbs(tree, parent);
                path.push(Crumb { id: parent, name: entry.name.clone() });
                path
            }
            _ => return Err(EngineError::NotFound("the directory")),
        };
        let living = tree.children(parent).filter(|entry| entry.trashed.is_none() && is_complete(entry));
        Ok(Listing { folder: *id, path, entries: living.map(|entry| self.row(state, entry)).collect() })
    }

    /// A row.
    pub fn row(&self, state: &FolderState, entry: &tree::Entry) -> Entry {
        let newest = entry.newest();
        let totals = match newest {
            Some(content) => Totals::of(content, self.place(state, content)),
            None => self.totals(state, entry.id),
        };
        let author = newest.map_or(entry.created.author, |content| content.stamp.author);
        Entry {
            id: entry.id,
            kind: kind(entry.kind),
            name: entry.name.clone(),
            size: totals.bytes,
            files: totals.files,
            changed: totals.changed,
            by: self.name_of(&author),
            by_me: author == self.me.account,
            media_type: newest.map(|content| content.media_type.clone()).unwrap_or_default(),
            versions: count(entry.versions.len()),
            signatures: count(self.count_signatures(state, entry)),
            place: totals.place,
            kept: self.is_kept(state.tree(), entry.id),
            fresh: if newest.is_some() { self.is_fresh(state, entry) } else { totals.fresh },
            editing: self.editing_of(state, entry.id),
        }
    }

    fn editing_of(&self, state: &FolderState, entry: EntryId) -> Vec<String> {
        if self.editing.is_empty() {
            return Vec::new();
        }
        self.editing.of(&state.id(), &entry).iter().map(|account| self.name_of(account)).collect()
    }

    /// What is below a directory, without the trash.
    fn totals(&self, state: &FolderState, id: EntryId) -> Totals {
        let tree = state.tree();
        let mut totals = Totals::default();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            for child in tree.children(id).filter(|child| child.trashed.is_none()) {
                match (child.kind, child.newest()) {
                    (TreeKind::Directory, _) => open.push(child.id),
                    (TreeKind::File, Some(content)) => {
                        totals.add(Totals::of(content, self.place(state, content)));
                        totals.fresh |= self.is_fresh(state, child);
                    }
                    (TreeKind::File, None) => {}
                }
            }
        }
        totals
    }

    /// Where a version's bytes are.
    fn place(&self, state: &FolderState, content: &tree::Content) -> Place {
        let here = self.here.contains(&content.cid);
        let own = self.me.is_here(&content.stamp.device);
        if here && self.catalog_record().is_none() {
            Place::HereAlone
        } else if state.is_waiting(&content.cid) {
            Place::Waiting
        } else if !here {
            Place::OnDemand
        } else if own && !self.held.contains(&content.cid) {
            Place::Sending { percent: self.uploads.percent(&content.cid) }
        } else if own && self.hosts_catalog {
            // Its pinning node is this computer once more.
            Place::HereAlone
        } else {
            Place::Here
        }
    }

    /// Entries whose name contains a text (case folded), in one folder or in all.
    pub fn search(&self, folder: Option<FolderId>, text: &str) -> Result<Vec<Hit>, EngineError> {
        let wanted = valise_protocol::names::fold(text.trim());
        self.hits(folder, |tree, entry| {
            !tree.is_trashed(entry.id)
                && is_complete(entry)
                && valise_protocol::names::fold(&entry.name).contains(&wanted)
        })
    }

    /// What lies in the trash itself, not what is inside it.
    pub fn trash(&self, folder: Option<FolderId>) -> Result<Vec<Hit>, EngineError> {
        self.hits(folder, |_, entry| entry.trashed.is_some())
    }

    /// Files changed last.
    pub fn recent(&self, limit: u32) -> Result<Vec<Hit>, EngineError> {
        let mut hits = self.hits(None, is_living_file)?;
        hits.sort_by_key(|hit| std::cmp::Reverse(hit.entry.changed));
        hits.truncate(limit as usize);
        Ok(hits)
    }

    fn hits(
        &self,
        folder: Option<FolderId>,
        wanted: impl Fn(&Tree, &tree::Entry) -> bool,
    ) -> Result<Vec<Hit>, EngineError> {
        if let Some(id) = &folder {
            self.folder(id)?;
        }
        let states = self.folders.values().filter(|state| folder.is_none_or(|id| id == state.id()));
        let states = states.filter(|state| self.is_taken_up(state));
        Ok(states
            .flat_map(|state| {
                let tree = state.tree();
                let found = tree.entries().filter(|entry| wanted(tree, entry));
                found.map(|entry| Hit {
                    folder: state.id(),
                    folder_name: tree.name().unwrap_or_default().to_owned(),
                    path: crumbs(tree, entry.id),
                    entry: self.row(state, entry),
                })
            })
            .collect())
    }

    /// The entry that has a version.
    pub fn hit_of_version(&self, folder: &FolderId, version: &DekId) -> Option<Hit> {
        let has = |entry: &tree::Entry| entry.versions.iter().any(|content| content.dek == *version);
        self.hits(Some(*folder), |_, entry| has(entry)).ok()?.into_iter().next()
    }

    /// Everything about an entry.
    pub fn details(&self, id: &FolderId, entry: EntryId) -> Result<Details, EngineError> {
        let state = self.folder(id)?;
        let found = state.tree().entry(&entry).ok_or(EngineError::NotFound("the entry"))?;
        let mut versions = Vec::with_capacity(found.versions.len());
        for (index, content) in found.versions.iter().enumerate().rev() {
            versions.push(self.version(id, count(index + 1), content)?);
        }
        Ok(Details {
            entry: self.row(state, found),
            path: crumbs(state.tree(), entry),
            versions,
            members: self.member_rows(id)?,
            held: found.newest().is_some_and(|content| self.held.contains(&content.cid)),
        })
    }

    fn version(&self, id: &FolderId, number: u32, content: &tree::Content) -> Result<Version, EngineError> {
        Ok(Version {
            number,
            size: content.size,
            changed: u64::try_from(content.mtime).unwrap_or(0),
            by: self.name_of(&content.stamp.author),
            cid: content.cid.to_string(),
            dek_id: content.dek,
            epoch: self.dek_epoch(id, &content.dek)?.unwrap_or(content.stamp.epoch),
            device: content.stamp.device,
            record: content.stamp.record.to_string(),
            here: self.here.contains(&content.cid),
        })
    }

    /// Folders with files whose bytes no pinning node has confirmed, as far as known here.
    pub fn unconfirmed(&self) -> Vec<FolderId> {
        let open = self.folders.values().filter(|state| state.unheld().any(|(cid, _)| !self.held.contains(cid)));
        open.map(|state| state.id()).collect()
    }

    /// How many files of this device no pinning node has confirmed.
    pub fn unheld(&self) -> usize {
        let of = |state: &FolderState| {
            let announced = state.unheld().filter(|(_, mine)| *mine).map(|(cid, _)| cid);
            announced.chain(state.waiting()).filter(|cid| !self.held.contains(cid)).count()
        };
        self.folders.values().map(of).sum()
    }

    /// For comparing by eye or voice.
    pub fn fingerprints(&self) -> Fingerprints {
        let catalog = self.workspace.as_ref().and_then(|workspace| workspace.catalog());
        Fingerprints {
            workspace: fingerprint(self.me.workspace.as_bytes()),
            account: fingerprint(self.me.account.as_bytes()),
            device: fingerprint(self.me.device.as_bytes()),
            catalog: catalog.map(|catalog| fingerprint(catalog.key.as_bytes())),
        }
    }
}

/// Directories above an entry, from the top down.
pub fn crumbs(tree: &Tree, id: EntryId) -> Vec<Crumb> {
    let above = tree.ancestors(id);
    let crumb = |id: &EntryId| Some(Crumb { id: *id, name: tree.entry(id)?.name.clone() });
    above.iter().rev().filter_map(crumb).collect()
}

/// What a row says of a file, or of all files below a directory.
struct Totals {
    bytes: u64,
    files: u32,
    changed: u64,
    place: Place,
    fresh: bool,
}

impl Default for Totals {
    fn default() -> Self {
        Self { bytes: 0, files: 0, changed: 0, place: Place::Here, fresh: false }
    }
}

impl Totals {
    fn of(content: &tree::Content, place: Place) -> Self {
        Self { bytes: content.size, files: 1, changed: u64::try_from(content.mtime).unwrap_or(0), place, fresh: false }
    }

    /// The place of many is that of the one which is farthest from "here and safe".
    fn add(&mut self, other: Self) {
        let distance = |place: &Place| match place {
            Place::Here => 0,
            Place::HereAlone => 1,
            Place::OnDemand => 2,
            Place::Fetching { .. } => 3,
            Place::Sending { .. } => 4,
            Place::Waiting => 5,
            Place::Problem { .. } => 6,
        };
        self.bytes += other.bytes;
        self.files += other.files;
        self.changed = self.changed.max(other.changed);
        if distance(&other.place) > distance(&self.place) {
            self.place = other.place;
        }
    }
}

pub fn is_living_file(tree: &Tree, entry: &tree::Entry) -> bool {
    entry.kind == TreeKind::File && is_complete(entry) && !tree.is_trashed(entry.id)
}

/// A file before its first content is not shown.
fn is_complete(entry: &tree::Entry) -> bool {
    entry.kind == TreeKind::Directory || !entry.versions.is_empty()
}

fn kind(kind: TreeKind) -> EntryKind {
    match kind {
        TreeKind::File => EntryKind::File,
        TreeKind::Directory => EntryKind::Directory,
    }
}

/// The chain's role in the API's words.
pub fn role(role: folder::Role) -> Role {
    match role {
        folder::Role::Owner => Role::Owner,
        folder::Role::Editor => Role::Editor,
        folder::Role::Viewer => Role::Viewer,
    }
}

/// The API's role in the chain's words.
pub fn chain_role(role: Role) -> folder::Role {
    match role {
        Role::Owner => folder::Role::Owner,
        Role::Editor => folder::Role::Editor,
        Role::Viewer => folder::Role::Viewer,
    }
}

/// 32 bytes as eight groups of four hexadecimal digits: the first 128 bits, enough to compare by voice.
pub fn fingerprint(bytes: &[u8; 32]) -> String {
    let groups: Vec<String> = bytes[..16].chunks(2).map(|pair| format!("{:02x}{:02x}", pair[0], pair[1])).collect();
    groups.join(" ")
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
