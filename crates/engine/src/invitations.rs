//! Open invitations, for officers: which there are, their links once more, and taking one back.
//!
//! An invitation stands in two chains: the workspace's, where officers write, and the folder's, where its owners do.
//! Who is invited gets into the workspace first, so withdrawn there it lets nobody in; in the folder it is withdrawn
//! where the officer owns it, and otherwise stays there and leads nowhere.

use std::sync::Arc;

use valise_crypto::open_invitation_secret;
use valise_protocol::folder;
use valise_protocol::ids::{FolderId, InvitationId};
use valise_protocol::invitation::Secret;
use valise_protocol::place::SealPlace;
use valise_protocol::workspace::{self, Invited};

use crate::api::{OpenInvitation, Role};
use crate::error::EngineError;
use crate::share::{self, append_folder, append_workspace, must_be_officer, write_as_owner};
use crate::shared::Shared;
use crate::vault::Vault;
use crate::vault::folder::FolderState;
use crate::views::role;

/// Those that can be used first, the next to end before others.
pub fn list(shared: &Arc<Shared>) -> Result<Vec<OpenInvitation>, EngineError> {
    let now = shared.clock.now();
    shared.vault(|vault| {
        must_be_officer(vault)?;
        let open = vault.workspace()?.invitations();
        let mut rows: Vec<OpenInvitation> = open.values().map(|invited| vault.invitation_row(invited, now)).collect();
        rows.sort_by_key(|row| (row.expired, row.expires, row.id));
        Ok(rows)
    })
}

/// The link of one, as it was made.
pub fn link(shared: &Arc<Shared>, id: InvitationId) -> Result<String, EngineError> {
    let now = shared.clock.now();
    shared.vault(|vault| {
        must_be_officer(vault)?;
        let workspace = vault.workspace()?;
        let invited = workspace.invitations().get(&id).ok_or(EngineError::NotFound("the invitation"))?;
        if invited.expires < now {
            return Err(EngineError::BadInvitation("The invitation has expired."));
        }
        let secret = vault
            .invitation_secret(invited)
            .ok_or(EngineError::NotNow("This invitation was made before you could see its link: make another one."))?;
        let by = workspace.inviter(&id).map(|(account, _)| vault.name_of(&account)).unwrap_or_default();
        let folder = vault.invited_to(&id).map(|(state, _)| state.id());
        share::link_text(vault, (id, secret), folder, invited.expires, by)
    })
}

/// Takes one back. Cut short, the same once more does the rest.
pub async fn withdraw(shared: &Arc<Shared>, id: InvitationId) -> Result<Vec<OpenInvitation>, EngineError> {
    let session = shared.session()?;
    let mut done = append_workspace(shared, &session, |vault| {
        must_be_officer(vault)?;
        if !vault.workspace()?.invitations().contains_key(&id) {
            return Ok(None);
        }
        let revoked = workspace::InvitationRevoked { id };
        vault.write_workspace(workspace::kind::INVITATION_REVOKED, &revoked).map(Some)
    })
    .await?;
    if let Some(folder) = shared.vault(|vault| Ok(owned(vault, &id)))? {
        done |= append_folder(shared, &session, folder, |vault| {
            if owned(vault, &id) != Some(folder) {
                return Ok(None);
            }
            let revoked = folder::InvitationRevoked { id };
            write_as_owner(vault, folder, folder::kind::INVITATION_REVOKED, &revoked).map(Some)
        })
        .await?;
    }
    if done { list(shared) } else { Err(EngineError::NotFound("the invitation")) }
}

/// The folder that it leads to, where this person owns it.
fn owned(vault: &Vault, id: &InvitationId) -> Option<FolderId> {
    let (state, _) = vault.invited_to(id)?;
    (state.role(&vault.me.account) == Some(folder::Role::Owner)).then(|| state.id())
}

impl Vault {
    fn invitation_row(&self, invited: &Invited, now: u64) -> OpenInvitation {
        let by = self.workspace.as_ref().and_then(|workspace| workspace.inviter(&invited.id));
        let by = by.map(|(account, _)| account);
        let (folder, as_what) = self.invited_to(&invited.id).unzip();
        let expired = invited.expires < now;
        OpenInvitation {
            id: invited.id,
            by: by.map(|account| self.name_of(&account)).unwrap_or_default(),
            by_me: by == Some(self.me.account),
            folder: folder.map(FolderState::id),
            folder_name: folder.and_then(|state| state.tree().name()).map(str::to_owned),
            role: as_what,
            expires: invited.expires,
            expired,
            has_link: !expired && self.invitation_secret(invited).is_some(),
        }
    }

    /// The folder that an invitation leads to, and as what, if this person is in it.
    fn invited_to(&self, id: &InvitationId) -> Option<(&FolderState, Role)> {
        let mut states = self.folders.values().filter(|state| self.is_taken_up(state));
        states.find_map(|state| Some((state, role(state.chain().invitations().get(id)?.role))))
    }

    /// Opens what was sealed to this officer when it was made.
    fn invitation_secret(&self, invited: &Invited) -> Option<Secret> {
        let (author, device) = self.workspace.as_ref()?.inviter(&invited.id)?;
        let seal = invited.secrets.iter().find(|seal| seal.account == self.me.account)?;
        let pair = self.me.pairs.get(&seal.version)?;
        let place = SealPlace::InvitationSecret {
            workspace: self.me.workspace,
            recipient: self.me.account,
            version: seal.version,
            public: pair.public(),
            author,
            device,
        };
        open_invitation_secret(pair, &place, &seal.seal, &invited.key).ok()
    }
}

#[cfg(test)]
mod tests;
