//! Sharing: invitations, letting people in, members and roles.
//!
//! Every change of a chain goes the same way: compose on what is verified, send, take in what the catalog
//! acknowledged; if something else came first, read that and compose again.

use std::sync::Arc;

use serde::Serialize;

use valise_crypto::{make_bytes, make_invitation_secret, seal_invitation_secret};
use valise_protocol::account::Account;
use valise_protocol::api::{Append, Base64, JoinRequest};
use valise_protocol::cbor;
use valise_protocol::chain::Slice;
use valise_protocol::folder::{self, Left, MemberAdded, MemberRemoved, RoleChanged, Welcome};
use valise_protocol::ids::{AccountId, Epoch, FolderId, InvitationId};
use valise_protocol::invitation::{Link, Redemption, Secret, check_redemption};
use valise_protocol::place::SealPlace;
use valise_protocol::record::{ChainId, FORMAT_VERSION, Kind, Record};
use valise_protocol::workspace::{self, Admitted, Closed, OfficerSeal, OfficersChanged};

use crate::api::{AfterHandOver, Invitation, InvitationPreview, Role};
use crate::catalog::CatalogError;
use crate::error::EngineError;
use crate::keys;
use crate::shared::{CatalogLink, Session, Shared};
use crate::succession;
use crate::sync;
use crate::vault::Vault;
use crate::vault::write::fold_account;
use crate::views::{chain_role, fingerprint};
use valise_protocol::api::ApiCode;

/// Give up when others were faster so many times.
const TRIES: usize = 8;
const DAY: u64 = 86_400_000;

/// What a link says, read without doing anything.
pub fn preview(link: &str) -> Result<InvitationPreview, EngineError> {
    let link = Link::parse(link)?;
    Ok(InvitationPreview {
        workspace: link.workspace_name.clone(),
        inviter: link.inviter.clone(),
        folder: link.folder_name.clone(),
        catalog: link.addresses.first().cloned().unwrap_or_default(),
        fingerprint: fingerprint(link.workspace.as_bytes()),
        expires: link.expires,
    })
}

/// Makes an invitation: first to the workspace, then to the folder; both carry the same key.
pub async fn invite(shared: &Arc<Shared>, folder: FolderId, role: Role, days: u32) -> Result<Invitation, EngineError> {
    let session = shared.session()?;
    let (id, secret) = (InvitationId::new(make_bytes()?), make_invitation_secret()?);
    let expires = shared.clock.now() + u64::from(days.clamp(1, 365)) * DAY;
    let key = secret.signing_key().verify_key();
    append_workspace(shared, &session, |vault| {
        if !vault.is_officer() {
            return Err(EngineError::NotAllowed("Only an officer of the workspace can invite somebody new."));
        }
        let secrets = officer_seals(vault, &secret)?;
        let invited = workspace::Invited { id, key, expires, secrets };
        Ok(Some(vault.write_workspace(workspace::kind::INVITED, &invited)?))
    })
    .await?;
    append_folder(shared, &session, folder, |vault| {
        let invited = folder::Invited { id, key, role: chain_role(role), expires };
        write_as_owner(vault, folder, folder::kind::INVITED, &invited).map(Some)
    })
    .await?;
    shared.vault(|vault| {
        let inviter = vault.name_of(&vault.me.account);
        let text = link_text(vault, (id, secret), Some(folder), expires, inviter)?;
        Ok(Invitation { id, link: text, expires })
    })
}

/// An invitation as whoever is invited gets it.
pub fn link_text(
    vault: &Vault,
    (invitation, secret): (InvitationId, Secret),
    folder: Option<FolderId>,
    expires: u64,
    inviter: String,
) -> Result<String, EngineError> {
    let workspace = vault.workspace()?;
    let catalog = workspace.catalog().ok_or(EngineError::Offline(None))?;
    let folder_name = folder.map(|folder| vault.folder(&folder)).transpose()?.and_then(|state| state.tree().name());
    Ok(Link {
        version: FORMAT_VERSION,
        workspace: workspace.id(),
        catalog: catalog.key,
        addresses: catalog.addresses.clone(),
        invitation,
        secret,
        folder,
        expires,
        workspace_name: workspace.name().to_owned(),
        inviter,
        folder_name: folder_name.map(str::to_owned),
    }
    .to_text())
}

/// Any officer's unlocked device can show the link again or complete it.
pub fn officer_seals(vault: &Vault, secret: &Secret) -> Result<Vec<OfficerSeal>, EngineError> {
    let workspace = vault.workspace()?;
    let seal = |account: &AccountId| {
        let key = workspace.roster().account(account).and_then(Account::key);
        let key = key.ok_or(EngineError::NotVerified("an officer's key"))?;
        let place = SealPlace::InvitationSecret {
            workspace: workspace.id(),
            recipient: *account,
            version: key.version,
            public: &key.public,
            author: vault.me.account,
            device: vault.me.device,
        };
        let seal = seal_invitation_secret(&place, secret)?;
        Ok(OfficerSeal { account: *account, version: key.version, seal })
    };
    workspace.officers().iter().map(seal).collect()
}

/// Lets in who has proven to have a link: into the workspace as an officer, into folders as their owner.
pub async fn admit_all(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<bool, EngineError> {
    let joins = session.link()?.client.joins().await?;
    let mut admitted = false;
    for join in joins.joins {
        match admit(shared, session, &join).await {
            Ok(changed) => admitted |= changed,
            Err(error @ (EngineError::Offline(_) | EngineError::Distrusted(_))) => return Err(error),
            Err(error) => tracing::warn!(%error, "a newcomer was not let in"),
        }
    }
    Ok(admitted)
}

async fn admit(shared: &Arc<Shared>, session: &Arc<Session>, join: &JoinRequest) -> Result<bool, EngineError> {
    let redemption = join.redemption.parse()?;
    let slice = newcomer(shared, join)?;
    let account = slice.account;
    let now = shared.clock.now();
    let into_workspace = append_workspace(shared, session, |vault| {
        if !vault.is_officer() || vault.workspace()?.people().contains_key(&account) {
            return Ok(None);
        }
        let invited = vault.workspace()?.invitations().get(&redemption.invitation);
        let invited = invited.ok_or(EngineError::BadInvitation("The invitation is spent or withdrawn."))?;
        check_redemption(vault.me.workspace, &invited.key, account, &redemption)?;
        if invited.expires < now {
            return Err(EngineError::BadInvitation("The invitation has expired."));
        }
        let admitted = Admitted {
            account,
            name: join.name.clone(),
            slices: vec![slice.clone()],
            redemption: Some(redemption.clone()),
        };
        vault.write_workspace(workspace::kind::ADMITTED, &admitted).map(Some)
    })
    .await?;
    let folders = shared.vault(|vault| Ok(invited_folders(vault, &redemption)))?;
    let mut changed = into_workspace;
    for folder in folders {
        changed |= append_folder(shared, session, folder, |vault| {
            add_member(vault, folder, account, None, &slice, Some(&redemption), now)
        })
        .await?;
    }
    Ok(changed)
}

/// The newcomer's account chain, verified wholly before anything of it is used.
fn newcomer(shared: &Shared, join: &JoinRequest) -> Result<Slice, EngineError> {
    let records: Vec<_> = join.account.iter().map(|bytes| serde_bytes::ByteBuf::from(bytes.0.clone())).collect();
    let state = fold_account(&records)?;
    let workspace = shared.vault(|vault| Ok(vault.me.workspace))?;
    if state.workspace() != workspace || state.key().is_none() || !workspace::is_name(&join.name) {
        return Err(EngineError::NotVerified("a newcomer's account"));
    }
    Ok(Slice { account: state.id(), records })
}

fn invited_folders(vault: &Vault, redemption: &Redemption) -> Vec<FolderId> {
    let owned = vault.folders.values().filter(|state| state.role(&vault.me.account) == Some(folder::Role::Owner));
    let open = owned.filter(|state| state.chain().invitations().contains_key(&redemption.invitation));
    open.map(|state| state.id()).collect()
}

/// The record that adds a member, with the folder key sealed to their newest verified account key.
/// `role` none: the invitation's.
fn add_member(
    vault: &Vault,
    folder: FolderId,
    account: AccountId,
    role: Option<folder::Role>,
    whole: &Slice,
    redemption: Option<&Redemption>,
    now: u64,
) -> Result<Option<Record>, EngineError> {
    let state = vault.folder(&folder)?;
    let chain = state.chain();
    if chain.members().contains_key(&account) {
        return Ok(None);
    }
    let invited = redemption.map(|redemption| chain.invitations().get(&redemption.invitation));
    let role = match invited {
        Some(Some(invited)) if invited.expires < now => {
            return Err(EngineError::BadInvitation("The invitation has expired."));
        }
        Some(Some(invited)) => invited.role,
        Some(None) => return Err(EngineError::BadInvitation("The invitation is spent or withdrawn.")),
        None => role.unwrap_or(folder::Role::Viewer),
    };
    if chain.key_change_waiting() {
        return Err(EngineError::KeyChangeWaiting);
    }
    let (slices, seal) = vault.welcome(folder, whole)?;
    let added = MemberAdded { account, role, slices, seal, redemption: redemption.cloned() };
    must_own(vault, folder)?;
    // What it is called, for who does not read the folder before they have taken it up.
    let name = state.tree().name().unwrap_or_default().to_owned();
    let welcome = cbor::encode(&Welcome { name })?;
    vault.write_sealed_folder(folder, folder::kind::MEMBER_ADDED, &added, welcome).map(Some)
}

/// Adds a person of the workspace.
pub async fn add(shared: &Arc<Shared>, folder: FolderId, account: AccountId, role: Role) -> Result<(), EngineError> {
    let session = shared.session()?;
    shared.vault(|vault| vault.workspace()?.person(&account).map(|_| ()).ok_or(EngineError::NotFound("the person")))?;
    let whole = sync::account_slice(shared, &session, account).await?;
    let now = shared.clock.now();
    append_folder(shared, &session, folder, |vault| {
        add_member(vault, folder, account, Some(chain_role(role)), &whole, None, now)
    })
    .await?;
    Ok(())
}

/// Changes a role.
pub async fn set_role(
    shared: &Arc<Shared>,
    folder: FolderId,
    account: AccountId,
    role: Role,
) -> Result<(), EngineError> {
    let session = shared.session()?;
    append_folder(shared, &session, folder, |vault| {
        let steps_down = account == vault.me.account && role != Role::Owner;
        // An owner who was only added may yet decline, and then nobody could leave.
        if steps_down && !has_other_owner(vault, vault.folder(&folder)?.chain()) {
            return Err(EngineError::OnlyOwner);
        }
        let changed = RoleChanged { account, role: chain_role(role) };
        write_as_owner(vault, folder, folder::kind::ROLE_CHANGED, &changed).map(Some)
    })
    .await?;
    Ok(())
}

/// Removes a member and changes the folder's key at once; should that not come through, the next writer's
/// device does it first.
pub async fn remove(shared: &Arc<Shared>, folder: FolderId, account: AccountId) -> Result<(), EngineError> {
    let session = shared.session()?;
    append_folder(shared, &session, folder, |vault| {
        write_as_owner(vault, folder, folder::kind::MEMBER_REMOVED, &MemberRemoved { account }).map(Some)
    })
    .await?;
    keys::rekey(shared, &session, folder).await
}

const UNSENT: EngineError =
    EngineError::NotNow("Something that you changed in this folder has not been sent yet: connect first.");

/// Leaves a folder. What was read stays known; the catalog hands out nothing more of it.
pub async fn leave(shared: &Arc<Shared>, folder: FolderId) -> Result<(), EngineError> {
    let session = shared.session()?;
    let link = session.link()?;
    sync::publish_folder(shared, &session, folder).await?;
    for _ in 0..TRIES {
        let (first, record) =
            shared.vault(|vault| Ok((introduction(vault, folder)?, compose_leaving(vault, folder)?)))?;
        match send(&link, &ChainId::Folder(folder), first.as_ref().unwrap_or(&record)).await {
            Ok(()) if first.is_none() => {
                // It cannot be read from the catalog any more.
                shared.vault(|vault| {
                    vault.take_folder_record(folder, &record)?;
                    vault.rebuild_view(folder)
                })?;
                shared.tell_folder(folder);
                return Ok(());
            }
            Ok(()) | Err(CatalogError::Said(ApiCode::Conflict)) => sync::pull_folder(shared, &session, folder).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(EngineError::TimedOut)
}

/// Whoever leaves changes no key any more: a device that the folder does not know is told first.
fn introduction(vault: &Vault, folder: FolderId) -> Result<Option<Record>, EngineError> {
    let known = vault.is_known_in(vault.folder(&folder)?);
    (!known).then(|| vault.compose_anchor(folder)).transpose()
}

fn compose_leaving(vault: &Vault, folder: FolderId) -> Result<Record, EngineError> {
    let state = vault.folder(&folder)?;
    let chain = state.chain();
    let role = state.role(&vault.me.account).ok_or(EngineError::NotFound("the folder"))?;
    if chain.purpose() == folder::Purpose::PERSONAL {
        return Err(EngineError::NotNow("These are your own files: nobody else has them."));
    }
    if role == folder::Role::Owner && !has_other_owner(vault, chain) {
        return Err(EngineError::OnlyOwner);
    }
    if state.waiting_changes() > 0 {
        return Err(UNSENT);
    }
    vault.write_folder(folder, chain.epoch(), folder::kind::LEFT, &Left {})
}

/// Whether somebody else owns a folder who has taken it up: who has not may yet decline it.
fn has_other_owner(vault: &Vault, chain: &folder::Folder) -> bool {
    let owns = |member: &folder::Member| member.role == folder::Role::Owner && member.accepted.is_some();
    let is_there = |account: &AccountId| vault.workspace().is_ok_and(|workspace| workspace.person(account).is_some());
    let other = |account: &AccountId| *account != vault.me.account && is_there(account);
    chain.members().iter().any(|(account, member)| other(account) && owns(member))
}

/// Who has the folder when somebody was made its owner.
pub async fn hand_over(
    shared: &Arc<Shared>,
    folder: FolderId,
    account: AccountId,
    then: AfterHandOver,
) -> Result<(), EngineError> {
    let session = shared.session()?;
    shared.vault(|vault| may_hand_over(vault, folder, &account, then))?;
    append_folder(shared, &session, folder, |vault| {
        let member = vault.folder(&folder)?.chain().members().get(&account);
        if member.is_some_and(|member| member.role == folder::Role::Owner) {
            return Ok(None);
        }
        let changed = RoleChanged { account, role: folder::Role::Owner };
        write_as_owner(vault, folder, folder::kind::ROLE_CHANGED, &changed).map(Some)
    })
    .await?;
    match then {
        AfterHandOver::Stay => Ok(()),
        AfterHandOver::StepDown => {
            let me = shared.vault(|vault| Ok(vault.me.account))?;
            set_role(shared, folder, me, Role::Editor).await
        }
        AfterHandOver::Leave => leave(shared, folder).await,
    }
}

fn may_hand_over(vault: &Vault, folder: FolderId, account: &AccountId, then: AfterHandOver) -> Result<(), EngineError> {
    must_own(vault, folder)?;
    let state = vault.folder(&folder)?;
    let chain = state.chain();
    // Before the first of two records, so that a refusal has changed nothing.
    if then == AfterHandOver::Leave && state.waiting_changes() > 0 {
        return Err(UNSENT);
    }
    if chain.purpose() == folder::Purpose::PERSONAL {
        return Err(EngineError::NotNow("These are your own files: nobody else has them."));
    }
    if *account == vault.me.account {
        return Err(EngineError::NotNow("The folder is yours: choose somebody else."));
    }
    vault.workspace()?.person(account).ok_or(EngineError::NotFound("the person"))?;
    match chain.members().get(account) {
        None => Err(EngineError::NotNow(
            "They are not in the folder: add them, and hand it over when they have accepted it.",
        )),
        Some(member) if member.accepted.is_none() => {
            Err(EngineError::NotNow("They have not accepted the folder yet: ask them to, and hand it over then."))
        }
        Some(_) => Ok(()),
    }
}

/// Somebody becomes an officer, or is none any more.
pub async fn set_officer(shared: &Arc<Shared>, account: AccountId, officer: bool) -> Result<(), EngineError> {
    let session = shared.session()?;
    append_workspace(shared, &session, |vault| {
        must_be_officer(vault)?;
        let workspace = vault.workspace()?;
        workspace.person(&account).ok_or(EngineError::NotFound("the person"))?;
        let mut officers = workspace.officers().clone();
        let changed = if officer { officers.insert(account) } else { officers.remove(&account) };
        if !changed {
            return Ok(None);
        }
        if officers.is_empty() {
            return Err(EngineError::NotNow("A workspace needs an officer: name another one first."));
        }
        let changed = OfficersChanged { officers: officers.into_iter().collect() };
        vault.write_workspace(workspace::kind::OFFICERS_CHANGED, &changed).map(Some)
    })
    .await?;
    Ok(())
}

/// Somebody is of the workspace no longer. Folders of which one is an owner, or that one hands over, are seen to at once,
/// those of others by their members' computers.
pub async fn close_account(shared: &Arc<Shared>, account: AccountId) -> Result<(), EngineError> {
    let session = shared.session()?;
    append_workspace(shared, &session, |vault| {
        must_be_officer(vault)?;
        if account == vault.me.account {
            return Err(EngineError::NotNow("Nobody closes their own account: ask another officer."));
        }
        let people = vault.workspace()?.people();
        match people.get(&account) {
            None => Err(EngineError::NotFound("the person")),
            Some(person) if person.closed => Ok(None),
            Some(_) => vault.write_workspace(workspace::kind::CLOSED, &Closed { account }).map(Some),
        }
    })
    .await?;
    tracing::info!("an account was closed");
    let orphans = shared.vault(|vault| {
        let without_owner = vault.folders.values().filter(|state| vault.to_hand_over(state).is_some());
        Ok(without_owner.map(|state| state.id()).collect::<Vec<_>>())
    })?;
    for folder in orphans {
        succession::hand_over(shared, &session, folder).await?;
    }
    let owned = shared.vault(|vault| {
        let with_closed = vault.folders.values().filter(|state| vault.closed_member(state).is_some());
        Ok(with_closed.map(|state| state.id()).collect::<Vec<_>>())
    })?;
    for folder in owned {
        keys::rekey(shared, &session, folder).await?;
    }
    session.wake.notify_one();
    Ok(())
}

/// Removes from a folder whoever is of the workspace no longer, as its owner.
pub async fn remove_closed(shared: &Arc<Shared>, session: &Arc<Session>, folder: FolderId) -> Result<(), EngineError> {
    let next = |vault: &Vault| match vault.closed_member(vault.folder(&folder)?) {
        None => Ok(None),
        Some(account) => {
            write_as_owner(vault, folder, folder::kind::MEMBER_REMOVED, &MemberRemoved { account }).map(Some)
        }
    };
    while append_folder(shared, session, folder, next).await? {}
    Ok(())
}

/// For what only officers do.
pub fn must_be_officer(vault: &Vault) -> Result<(), EngineError> {
    let refused = EngineError::NotNow("Only an officer of the workspace can do this.");
    if vault.is_officer() { Ok(()) } else { Err(refused) }
}

/// A record in a folder that only its owners write.
pub fn write_as_owner<T: Serialize>(
    vault: &Vault,
    folder: FolderId,
    kind: Kind,
    open: &T,
) -> Result<Record, EngineError> {
    must_own(vault, folder)?;
    let epoch: Epoch = vault.folder(&folder)?.chain().epoch();
    vault.write_folder(folder, epoch, kind, open)
}

fn must_own(vault: &Vault, folder: FolderId) -> Result<(), EngineError> {
    let owns = vault.folder(&folder)?.role(&vault.me.account) == Some(folder::Role::Owner);
    owns.then_some(()).ok_or(EngineError::NotAllowed("Only an owner of the folder can do this."))
}

/// Appends what `compose` gives to the workspace chain; `None` means that there is nothing to do.
pub async fn append_workspace(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    compose: impl Fn(&Vault) -> Result<Option<Record>, EngineError>,
) -> Result<bool, EngineError> {
    let link = session.link()?;
    for _ in 0..TRIES {
        let Some(record) = shared.vault(|vault| compose(vault))? else { return Ok(false) };
        let first = shared.vault(|vault| vault.officer_introduction())?;
        let chain = record.chain().ok_or(EngineError::Internal("a record without a chain"))?;
        match send(&link, &chain, first.as_ref().unwrap_or(&record)).await {
            Ok(()) => {
                sync::pull_workspace(shared, session).await?;
                if first.is_none() {
                    return Ok(true);
                }
            }
            Err(CatalogError::Said(ApiCode::Conflict)) => sync::pull_workspace(shared, session).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(EngineError::TimedOut)
}

/// Appends what `compose` gives to a folder's chain; `None` means that there is nothing to do.
pub async fn append_folder(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    folder: FolderId,
    compose: impl Fn(&Vault) -> Result<Option<Record>, EngineError>,
) -> Result<bool, EngineError> {
    let link = session.link()?;
    sync::publish_folder(shared, session, folder).await?;
    for _ in 0..TRIES {
        let Some(record) = shared.vault(|vault| compose(vault))? else { return Ok(false) };
        let first = shared.vault(|vault| vault.introduction(folder))?;
        match send(&link, &ChainId::Folder(folder), first.as_ref().unwrap_or(&record)).await {
            Ok(()) => {
                sync::pull_folder(shared, session, folder).await?;
                if first.is_none() {
                    return Ok(true);
                }
            }
            Err(CatalogError::Said(ApiCode::Conflict)) => sync::pull_folder(shared, session, folder).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(EngineError::TimedOut)
}

async fn send(link: &CatalogLink, chain: &ChainId, record: &Record) -> Result<(), CatalogError> {
    let append = Append { records: vec![Base64(record.bytes().to_vec())], ..Append::default() };
    let receipt = link.client.append(chain, &append).await?;
    let sound = receipt.verify(&link.key).is_ok()
        && receipt.chain == *chain
        && receipt.seq == record.envelope().seq
        && receipt.hash == record.hash();
    sound.then_some(()).ok_or(CatalogError::Nonsense)
}
