//! Groups: lists of people in the workspace chain, so that a folder is shared with all of them at once.
//!
//! A group gives nobody anything: who shares a folder with one adds each of its people, as they are in it at that moment.
//! So nobody but a folder's owners decides who opens it, whatever officers do to a group later.

use std::sync::Arc;

use valise_crypto::make_bytes;
use valise_protocol::ids::{AccountId, FolderId, GroupId};
use valise_protocol::workspace::{self, MAX_GROUPS, is_name};

use crate::api::{Group, Role};
use crate::error::EngineError;
use crate::share::{self, append_workspace, must_be_officer};
use crate::shared::Shared;
use crate::vault::Vault;

impl Vault {
    /// All groups, by name, without people whose accounts are closed.
    pub fn groups(&self) -> Result<Vec<Group>, EngineError> {
        let workspace = self.workspace()?;
        let is_here = |account: &&AccountId| workspace.person(account).is_some();
        let row = |group: &workspace::Group| Group {
            id: group.id,
            name: group.name.clone(),
            members: group.accounts.iter().filter(is_here).copied().collect(),
        };
        let mut rows: Vec<Group> = workspace.groups().values().map(row).collect();
        rows.sort_by_key(|group| (group.name.to_lowercase(), group.id));
        Ok(rows)
    }
}

/// Makes a group, or gives one another name and other people. Officers do that.
pub async fn set(
    shared: &Arc<Shared>,
    id: Option<GroupId>,
    name: &str,
    mut accounts: Vec<AccountId>,
) -> Result<Vec<Group>, EngineError> {
    let name = name.trim();
    if !is_name(name) {
        return Err(EngineError::BadInput("A group needs a name of one line."));
    }
    accounts.sort();
    accounts.dedup();
    let session = shared.session()?;
    let new = GroupId::new(make_bytes()?);
    append_workspace(shared, &session, |vault| {
        must_be_officer(vault)?;
        let workspace = vault.workspace()?;
        let known = id.map(|id| workspace.groups().get(&id).ok_or(EngineError::NotFound("the group"))).transpose()?;
        if accounts.iter().any(|account| workspace.person(account).is_none()) {
            return Err(EngineError::NotFound("the person"));
        }
        let lower = name.to_lowercase();
        if workspace.groups().values().any(|other| Some(other.id) != id && other.name.to_lowercase() == lower) {
            return Err(EngineError::BadInput("There is a group of this name already."));
        }
        if known.is_none() && workspace.groups().len() >= MAX_GROUPS {
            return Err(EngineError::BadInput("There are as many groups as a workspace can have."));
        }
        if known.is_some_and(|known| known.name == name && known.accounts == accounts) {
            return Ok(None);
        }
        let group = workspace::Group { id: id.unwrap_or(new), name: name.to_owned(), accounts: accounts.clone() };
        vault.write_workspace(workspace::kind::GROUP, &group).map(Some)
    })
    .await?;
    shared.vault(|vault| vault.groups())
}

/// A group is no more. Its people stay in every folder.
pub async fn remove(shared: &Arc<Shared>, id: GroupId) -> Result<Vec<Group>, EngineError> {
    let session = shared.session()?;
    append_workspace(shared, &session, |vault| {
        must_be_officer(vault)?;
        if !vault.workspace()?.groups().contains_key(&id) {
            return Ok(None);
        }
        let group = workspace::Group { id, name: String::new(), accounts: Vec::new() };
        vault.write_workspace(workspace::kind::GROUP, &group).map(Some)
    })
    .await?;
    shared.vault(|vault| vault.groups())
}

/// Adds everybody of a group who is not in the folder yet, and is `named` where that is said; answers how many that were.
/// Cut short, the same once more adds the rest.
pub async fn add(
    shared: &Arc<Shared>,
    folder: FolderId,
    id: GroupId,
    role: Role,
    named: Option<&[AccountId]>,
) -> Result<u32, EngineError> {
    let newcomers = shared.vault(|vault| {
        let group =
            vault.groups()?.into_iter().find(|group| group.id == id).ok_or(EngineError::NotFound("the group"))?;
        let members = vault.folder(&folder)?.chain().members();
        let meant = |account: &AccountId| named.is_none_or(|named| named.contains(account));
        let newcomer = |account: &AccountId| !members.contains_key(account) && meant(account);
        Ok(group.members.into_iter().filter(newcomer).collect::<Vec<_>>())
    })?;
    for account in &newcomers {
        share::add(shared, folder, *account, role).await?;
    }
    Ok(u32::try_from(newcomers.len()).unwrap_or(u32::MAX))
}
