//! Commands: one for each request that the page may make. Each asks the engine once and maps the reply.
//!
//! Whatever shares or writes outside the vault goes through a native dialog: see `files`.

use tauri::{AppHandle, State, WebviewWindow};
use valise_engine::api::{AccountId, DekId, DeviceId, EntryId, FolderId, InvitationId};
use valise_engine::api::{
    AccountKeys, ActivityFilter, ActivityPage, ActivityPlace, AfterHandOver, ApiError, AskedRecovery, Authority,
    Details, Device, Entry, ErrorCode, Fingerprints, Folder, FolderInvitation, FolderKeys, Group, GroupId, Hit,
    HolderChoice, InvitationPreview, KitCheck, KitName, Kits, Linked, Listing, Member, Network, OpenInvitation, Outbox,
    Pairing, Person, Reach, Recoverability, Recovery, Rehearsed, Reply, Request, Role, SecurityEvent, Settings,
    Signatures, SigningKey, Status, Storage, Succession, Transfer,
};

use crate::preview::Preview;
use crate::state::{App, fault};
use crate::typed::Typed;
use crate::{autostart, background, page, preview};

/// The reply of one variant, or an error that says the engine answered something else.
macro_rules! reply {
    ($reply:expr, $variant:ident) => {
        match $reply {
            Reply::$variant(value) => Ok(value),
            _ => Err(fault(ErrorCode::Internal, "Valise made a mistake.")),
        }
    };
}
pub(crate) use reply;

/// First run. Without a catalog's address, this computer hosts one.
#[tauri::command]
pub async fn create(
    app: State<'_, App>,
    name: String,
    password: Typed,
    workspace: String,
    catalog: Option<String>,
) -> Result<(), ApiError> {
    let password = app.password(&password)?;
    let catalog = match catalog {
        Some(catalog) => catalog,
        None => app.host().await?,
    };
    app.ask(Request::Create { name, password, workspace, catalog: Some(catalog) }).await.map(|_| ())
}

/// The invitation this program was opened with, once.
#[tauri::command]
pub fn take_invitation(app: State<'_, App>) -> Option<String> {
    app.take_invitation()
}

/// Where we stand.
#[tauri::command]
pub async fn status(app: State<'_, App>) -> Result<Status, ApiError> {
    reply!(app.ask(Request::Status).await?, Status)
}

/// Moves a workspace to a catalog.
#[tauri::command]
pub async fn attach(app: State<'_, App>, catalog: String) -> Result<(), ApiError> {
    app.ask(Request::Attach { catalog }).await.map(|_| ())
}

/// What a link says.
#[tauri::command]
pub async fn inspect_invitation(app: State<'_, App>, link: String) -> Result<InvitationPreview, ApiError> {
    reply!(app.ask(Request::InspectInvitation { link }).await?, Preview)
}

/// First run with an invitation.
#[tauri::command]
pub async fn join(app: State<'_, App>, link: String, name: String, password: Typed) -> Result<(), ApiError> {
    let password = app.password(&password)?;
    app.ask(Request::Join { link, name, password }).await.map(|_| ())
}

/// Computers of this account.
#[tauri::command]
pub async fn devices(app: State<'_, App>) -> Result<Vec<Device>, ApiError> {
    reply!(app.ask(Request::Devices).await?, Devices)
}

/// Waits for another computer of the same person, and answers its code.
#[tauri::command]
pub async fn pair(app: State<'_, App>, password: Typed, name: Option<String>) -> Result<Pairing, ApiError> {
    let password = app.password(&password)?;
    reply!(app.ask(Request::Pair { password, name }).await?, Pairing)
}

/// Waits no longer.
#[tauri::command]
pub async fn end_pairing(app: State<'_, App>) -> Result<(), ApiError> {
    app.ask(Request::EndPairing).await.map(|_| ())
}

/// First run on another computer of the same person.
#[tauri::command]
pub async fn join_account(
    app: State<'_, App>,
    code: Typed,
    catalog: Option<String>,
    name: Option<String>,
    password: Typed,
) -> Result<(), ApiError> {
    let code = app.code(&code)?;
    let password = app.password(&password)?;
    app.ask(Request::JoinAccount { code, catalog, name, password }).await.map(|_| ())
}

/// First run for who has lost every computer; answers with new kits.
#[tauri::command]
pub async fn recover_account(
    app: State<'_, App>,
    codes: Vec<Typed>,
    catalog: String,
    name: Option<String>,
    password: Typed,
    alone: bool,
) -> Result<Kits, ApiError> {
    let codes = app.codes(&codes)?;
    let password = app.password(&password)?;
    reply!(app.ask(Request::RecoverAccount { codes, catalog, name, password, alone }).await?, Kits)
}

/// Calls a computer something else.
#[tauri::command]
pub async fn name_device(app: State<'_, App>, device: DeviceId, name: String) -> Result<(), ApiError> {
    app.ask(Request::NameDevice { device, name }).await.map(|_| ())
}

/// Removes a computer; answers with new kits.
#[tauri::command]
pub async fn remove_device(app: State<'_, App>, device: DeviceId, password: Typed) -> Result<Kits, ApiError> {
    let password = app.password(&password)?;
    reply!(app.ask(Request::RemoveDevice { device, password }).await?, Kits)
}

/// What a computer can open, or could.
#[tauri::command]
pub async fn reach(app: State<'_, App>, device: DeviceId) -> Result<Reach, ApiError> {
    reply!(app.ask(Request::Reach { device }).await?, Reach)
}

/// Removes the account from this computer, unless its workspace lives here.
#[tauri::command]
pub async fn forget(app: State<'_, App>) -> Result<(), ApiError> {
    if app.is_host().await {
        return Err(fault(
            ErrorCode::NotAllowed,
            "This computer hosts the workspace: without it, nobody could share anything.",
        ));
    }
    app.ask(Request::Forget).await.map(|_| ())
}

/// Makes somebody an owner, and steps down or leaves.
#[tauri::command]
pub async fn hand_over(
    app: State<'_, App>,
    folder: FolderId,
    account: AccountId,
    after: AfterHandOver,
) -> Result<(), ApiError> {
    app.ask(Request::HandOver { folder, account, then: after }).await.map(|_| ())
}

/// Folders that others share, and that wait.
#[tauri::command]
pub async fn folder_invitations(app: State<'_, App>) -> Result<Vec<FolderInvitation>, ApiError> {
    reply!(app.ask(Request::FolderInvitations).await?, FolderInvitations)
}

/// Takes one up.
#[tauri::command]
pub async fn accept_folder(app: State<'_, App>, folder: FolderId) -> Result<(), ApiError> {
    app.ask(Request::AcceptFolder { folder }).await.map(|_| ())
}

/// Declines one.
#[tauri::command]
pub async fn decline_folder(app: State<'_, App>, folder: FolderId) -> Result<(), ApiError> {
    app.ask(Request::DeclineFolder { folder }).await.map(|_| ())
}

/// Leaves a folder.
#[tauri::command]
pub async fn leave(app: State<'_, App>, folder: FolderId) -> Result<(), ApiError> {
    app.ask(Request::Leave { folder }).await.map(|_| ())
}

/// Somebody becomes an officer, or is none any more.
#[tauri::command]
pub async fn set_officer(app: State<'_, App>, account: AccountId, officer: bool) -> Result<(), ApiError> {
    app.ask(Request::SetOfficer { account, officer }).await.map(|_| ())
}

/// Somebody is of the workspace no longer.
#[tauri::command]
pub async fn close_account(app: State<'_, App>, account: AccountId) -> Result<(), ApiError> {
    app.ask(Request::CloseAccount { account }).await.map(|_| ())
}

/// Opens the vault.
#[tauri::command]
pub async fn unlock(app: State<'_, App>, password: Typed) -> Result<(), ApiError> {
    let password = app.password(&password)?;
    // Whatever the screen did before: who unlocks is here.
    app.attention.here();
    app.ask(Request::Unlock { password }).await.map(|_| ())
}

/// Makes new recovery kits; they are told once.
#[tauri::command]
pub async fn make_kits(app: State<'_, App>, password: Typed) -> Result<Kits, ApiError> {
    let password = app.password(&password)?;
    reply!(app.ask(Request::MakeKits { password }).await?, Kits)
}

/// Two groups of a kit, from paper.
#[tauri::command]
pub async fn confirm_kit(app: State<'_, App>, kit: KitName, groups: Vec<Typed>) -> Result<(), ApiError> {
    let groups = app.codes(&groups)?;
    app.ask(Request::ConfirmKit { kit, groups }).await.map(|_| ())
}

/// Whether a kit is still good.
#[tauri::command]
pub async fn check_kit(app: State<'_, App>, code: Typed) -> Result<KitCheck, ApiError> {
    let code = app.code(&code)?;
    reply!(app.ask(Request::CheckKit { code }).await?, Kit)
}

/// How the ways out of a forgotten password stand.
#[tauri::command]
pub async fn recovery(app: State<'_, App>) -> Result<Recovery, ApiError> {
    reply!(app.ask(Request::Recovery).await?, Recovery)
}

/// Goes through a recovery in a copy.
#[tauri::command]
pub async fn rehearse(app: State<'_, App>, codes: Vec<Typed>) -> Result<Rehearsed, ApiError> {
    let codes = app.codes(&codes)?;
    reply!(app.ask(Request::Rehearse { codes }).await?, Rehearsed)
}

/// Who can help with a recovery, and who asks for one.
#[tauri::command]
pub async fn authority(app: State<'_, App>) -> Result<Authority, ApiError> {
    reply!(app.ask(Request::Authority).await?, Authority).map(|authority| *authority)
}

/// Chooses who is to help.
#[tauri::command]
pub async fn set_authority(app: State<'_, App>, holders: Vec<HolderChoice>, delay_hours: u32) -> Result<(), ApiError> {
    let holders = app.holders(holders)?;
    app.ask(Request::SetAuthority { holders, delay_hours }).await.map(|_| ())
}

/// Approves a request for a recovery.
#[tauri::command]
pub async fn approve_recovery(
    app: State<'_, App>,
    device: DeviceId,
    place: Option<String>,
    secret: Option<Typed>,
) -> Result<(), ApiError> {
    let secret = app.password_if_any(secret)?;
    app.ask(Request::ApproveRecovery { device, place, secret }).await.map(|_| ())
}

/// Makes the key that an address names.
#[tauri::command]
pub async fn make_keeper_key(app: State<'_, App>, place: String, secret: Option<Typed>) -> Result<(), ApiError> {
    let secret = app.password_if_any(secret)?;
    app.ask(Request::MakeKeeperKey { place, secret }).await.map(|_| ())
}

/// Moves what a key kept elsewhere has wrapped under that key's newest version.
#[tauri::command]
pub async fn rewrap_authority(
    app: State<'_, App>,
    place: Option<String>,
    secret: Option<Typed>,
) -> Result<(), ApiError> {
    let secret = app.password_if_any(secret)?;
    app.ask(Request::RewrapAuthority { place, secret }).await.map(|_| ())
}

/// Opens the vault with a token.
#[tauri::command]
pub async fn unlock_with_token(app: State<'_, App>, pin: Typed) -> Result<(), ApiError> {
    let pin = app.password(&pin)?;
    app.attention.here();
    app.ask(Request::UnlockWithToken { pin }).await.map(|_| ())
}

/// A token opens it from now on.
#[tauri::command]
pub async fn add_token(
    app: State<'_, App>,
    password: Typed,
    place: String,
    pin: Typed,
    instead: bool,
) -> Result<AccountKeys, ApiError> {
    let password = app.password(&password)?;
    let pin = app.password(&pin)?;
    reply!(app.ask(Request::AddToken { password, place, pin, instead }).await?, AccountKeys)
}

/// The token opens nothing any more.
#[tauri::command]
pub async fn remove_token(app: State<'_, App>, password: Typed, new: Option<Typed>) -> Result<AccountKeys, ApiError> {
    let new = app.password_if_any(new)?;
    let password = app.password(&password)?;
    reply!(app.ask(Request::RemoveToken { password, new }).await?, AccountKeys)
}

/// The system's keyring opens Valise at log-in, with the password; or no more.
#[tauri::command]
pub async fn set_unlock_at_login(app: State<'_, App>, password: Option<Typed>) -> Result<(), ApiError> {
    let password = app.password_if_any(password)?;
    app.ask(Request::SetUnlockAtLogin { password }).await.map(|_| ())
}

/// Who takes over folders.
#[tauri::command]
pub async fn succession(app: State<'_, App>) -> Result<Succession, ApiError> {
    reply!(app.ask(Request::Succession).await?, Succession)
}

/// Names who does.
#[tauri::command]
pub async fn name_successor(app: State<'_, App>, account: Option<AccountId>) -> Result<Succession, ApiError> {
    reply!(app.ask(Request::NameSuccessor { account }).await?, Succession)
}

/// Decides it for one folder.
#[tauri::command]
pub async fn set_folder_successor(
    app: State<'_, App>,
    folder: FolderId,
    account: Option<AccountId>,
) -> Result<Succession, ApiError> {
    reply!(app.ask(Request::SetFolderSuccessor { folder, account }).await?, Succession)
}

/// A link to a file for colleagues.
#[tauri::command]
pub async fn link(app: State<'_, App>, folder: FolderId, entry: Option<EntryId>) -> Result<String, ApiError> {
    reply!(app.ask(Request::Link { folder, entry }).await?, Link)
}

/// Where one leads.
#[tauri::command]
pub async fn follow_link(app: State<'_, App>, link: String) -> Result<Linked, ApiError> {
    reply!(app.ask(Request::FollowLink { link }).await?, Linked)
}

/// What happened in a folder.
#[tauri::command]
pub async fn activity(
    app: State<'_, App>,
    folder: FolderId,
    filter: ActivityFilter,
    before: Option<ActivityPlace>,
    limit: u32,
) -> Result<ActivityPage, ApiError> {
    reply!(app.ask(Request::Activity { folder, filter, before, limit }).await?, Activity)
}

/// How much would have to be lost at once.
#[tauri::command]
pub async fn recoverability(
    app: State<'_, App>,
    folder: FolderId,
    entry: Option<EntryId>,
) -> Result<Recoverability, ApiError> {
    reply!(app.ask(Request::Recoverability { folder, entry }).await?, Recoverability).map(|it| *it)
}

/// Says no to it.
#[tauri::command]
pub async fn refuse_recovery(app: State<'_, App>, device: DeviceId) -> Result<(), ApiError> {
    app.ask(Request::RefuseRecovery { device }).await.map(|_| ())
}

/// Asks officers for the share in escrow.
#[tauri::command]
pub async fn ask_recovery(
    app: State<'_, App>,
    code: Option<Typed>,
    catalog: Option<String>,
    name: Option<String>,
    alone: bool,
    reason: String,
    password: Typed,
) -> Result<(), ApiError> {
    let code = code.map(|code| app.code(&code)).transpose()?;
    let password = app.password(&password)?;
    app.ask(Request::AskRecovery { code, catalog, name, alone, reason, password }).await.map(|_| ())
}

/// How this home's request stands.
#[tauri::command]
pub async fn asked_recovery(app: State<'_, App>) -> Result<Option<AskedRecovery>, ApiError> {
    reply!(app.ask(Request::AskedRecovery).await?, Asked)
}

/// Goes through with it; answers with a new kit.
#[tauri::command]
pub async fn finish_recovery(app: State<'_, App>, password: Typed) -> Result<Kits, ApiError> {
    let password = app.password(&password)?;
    app.attention.here();
    reply!(app.ask(Request::FinishRecovery { password }).await?, Kits)
}

/// Asks no more.
#[tauri::command]
pub async fn forget_asked(app: State<'_, App>) -> Result<(), ApiError> {
    app.ask(Request::ForgetAsked).await.map(|_| ())
}

/// Signs a version of a file; answers with all signatures on it.
#[tauri::command]
pub async fn sign(
    app: State<'_, App>,
    folder: FolderId,
    entry: EntryId,
    version: Option<DekId>,
    statement: String,
    key: Option<u64>,
    pin: Option<Typed>,
) -> Result<Signatures, ApiError> {
    let pin = app.password_if_any(pin)?;
    reply!(app.ask(Request::Sign { folder, entry, version, statement, key, pin }).await?, Signatures)
}

/// Signatures on all versions of a file; `check`: reads what was not compared yet.
#[tauri::command]
pub async fn signatures(
    app: State<'_, App>,
    folder: FolderId,
    entry: EntryId,
    check: bool,
) -> Result<Signatures, ApiError> {
    reply!(app.ask(Request::Signatures { folder, entry, check }).await?, Signatures)
}

/// Own keys for signing documents.
#[tauri::command]
pub async fn signing_keys(app: State<'_, App>) -> Result<Vec<SigningKey>, ApiError> {
    reply!(app.ask(Request::SigningKeys).await?, SigningKeys)
}

/// A new one for this computer.
#[tauri::command]
pub async fn rotate_signing_key(app: State<'_, App>) -> Result<Vec<SigningKey>, ApiError> {
    reply!(app.ask(Request::RotateSigningKey).await?, SigningKeys)
}

/// Signs with a key on a token, too.
#[tauri::command]
pub async fn add_token_signing_key(
    app: State<'_, App>,
    place: String,
    pin: Typed,
) -> Result<Vec<SigningKey>, ApiError> {
    let pin = app.password(&pin)?;
    reply!(app.ask(Request::AddTokenSigningKey { place, pin }).await?, SigningKeys)
}

/// Ends one.
#[tauri::command]
pub async fn revoke_signing_key(app: State<'_, App>, version: u64) -> Result<Vec<SigningKey>, ApiError> {
    reply!(app.ask(Request::RevokeSigningKey { version }).await?, SigningKeys)
}

/// Opens without the password.
#[tauri::command]
pub async fn recover(app: State<'_, App>, codes: Vec<Typed>, password: Typed) -> Result<Kits, ApiError> {
    let codes = app.codes(&codes)?;
    let password = app.password(&password)?;
    app.attention.here();
    reply!(app.ask(Request::Recover { codes, password }).await?, Kits)
}

/// Another password.
#[tauri::command]
pub async fn change_password(app: State<'_, App>, password: Typed, new: Typed) -> Result<(), ApiError> {
    let password = app.password(&password)?;
    let new = app.password(&new)?;
    app.ask(Request::ChangePassword { password, new }).await.map(|_| ())
}

/// Another password, and everything behind it anew; the kits are told once.
#[tauri::command]
pub async fn renew_keys(app: State<'_, App>, password: Typed, new: Typed) -> Result<Kits, ApiError> {
    let password = app.password(&password)?;
    let new = app.password(&new)?;
    reply!(app.ask(Request::RenewKeys { password, new }).await?, Kits)
}

/// Own keys.
#[tauri::command]
pub async fn account_keys(app: State<'_, App>) -> Result<AccountKeys, ApiError> {
    reply!(app.ask(Request::AccountKeys).await?, AccountKeys)
}

/// A new account key.
#[tauri::command]
pub async fn rotate_account_key(app: State<'_, App>) -> Result<AccountKeys, ApiError> {
    reply!(app.ask(Request::RotateAccountKey).await?, AccountKeys)
}

/// Keys of a folder.
#[tauri::command]
pub async fn folder_keys(app: State<'_, App>, folder: FolderId) -> Result<FolderKeys, ApiError> {
    reply!(app.ask(Request::FolderKeys { folder }).await?, FolderKeys)
}

/// A new key for a folder.
#[tauri::command]
pub async fn rotate_folder_key(app: State<'_, App>, folder: FolderId) -> Result<FolderKeys, ApiError> {
    reply!(app.ask(Request::RotateFolderKey { folder }).await?, FolderKeys)
}

/// Moves file keys under the newest folder key.
#[tauri::command]
pub async fn rewrap(app: State<'_, App>, folder: FolderId) -> Result<FolderKeys, ApiError> {
    reply!(app.ask(Request::Rewrap { folder }).await?, FolderKeys)
}

/// Nothing under older keys any more.
#[tauri::command]
pub async fn retire_keys(app: State<'_, App>, folder: FolderId) -> Result<FolderKeys, ApiError> {
    reply!(app.ask(Request::RetireKeys { folder }).await?, FolderKeys)
}

/// How often a folder's key changes by itself.
#[tauri::command]
pub async fn set_rotation(app: State<'_, App>, folder: FolderId, days: u32) -> Result<FolderKeys, ApiError> {
    reply!(app.ask(Request::SetRotation { folder, days }).await?, FolderKeys)
}

/// Closes it.
#[tauri::command]
pub async fn lock(handle: AppHandle) -> Result<(), ApiError> {
    page::lock(&handle).await
}

/// Somebody is here.
#[tauri::command]
pub fn here(app: State<'_, App>) {
    app.attention.here();
}

/// What was chosen for this computer.
#[tauri::command]
pub async fn settings(app: State<'_, App>) -> Result<Settings, ApiError> {
    let settings = reply!(app.ask(Request::Settings).await?, Settings)?;
    Ok(Settings { start_at_login: autostart::is_on(), ..settings })
}

/// Chooses.
#[tauri::command]
pub async fn set_settings(app: State<'_, App>, settings: Settings) -> Result<(), ApiError> {
    if settings.start_at_login != autostart::is_on() {
        autostart::set(settings.start_at_login).map_err(|error| ApiError {
            details: Some(error.kind().to_string()),
            ..fault(ErrorCode::Io, "Starting at log-in could not be changed on this computer.")
        })?;
    }
    app.background.choose(&settings);
    app.ask(Request::SetSettings { settings }).await.map(|_| ())
}

/// What lies on this computer.
#[tauri::command]
pub async fn storage(app: State<'_, App>) -> Result<Storage, ApiError> {
    reply!(app.ask(Request::Storage).await?, Storage)
}

/// How this computer is reached.
#[tauri::command]
pub async fn network(app: State<'_, App>) -> Result<Network, ApiError> {
    reply!(app.ask(Request::Network).await?, Network)
}

/// Where the catalog answers.
#[tauri::command]
pub async fn set_catalog_addresses(app: State<'_, App>, addresses: Vec<String>) -> Result<Network, ApiError> {
    reply!(app.ask(Request::SetCatalogAddresses { addresses }).await?, Network)
}

/// Always on this computer, or not.
#[tauri::command]
pub async fn keep(app: State<'_, App>, folder: FolderId, entries: Vec<EntryId>, keep: bool) -> Result<(), ApiError> {
    app.ask(Request::Keep { folder, entries, keep }).await.map(|_| ())
}

/// The page shows a folder, or none: who looks at the window looks at it.
#[tauri::command]
pub async fn shows(handle: AppHandle, folder: Option<FolderId>) -> Result<(), ApiError> {
    background::page_shows(&handle, folder).await
}

/// The page speaks this language, and so does what is said outside it.
#[tauri::command]
pub fn speak(app: State<'_, App>, language: String) {
    app.spoken.speak(&language);
}

/// A file (one of its versions, or the newest) to be shown in the window.
#[tauri::command]
pub async fn preview(
    app: State<'_, App>,
    folder: FolderId,
    entry: EntryId,
    version: Option<DekId>,
) -> Result<Preview, ApiError> {
    let (_, bytes) = app.engine().read(folder, entry, version, preview::LIMIT).await?;
    app.previews.of(bytes)
}

/// The sidebar.
#[tauri::command]
pub async fn folders(app: State<'_, App>) -> Result<Vec<Folder>, ApiError> {
    reply!(app.ask(Request::Folders).await?, Folders)
}

/// A new shared folder.
#[tauri::command]
pub async fn create_folder(app: State<'_, App>, name: String) -> Result<Folder, ApiError> {
    reply!(app.ask(Request::CreateFolder { name }).await?, Folder)
}

/// Another name for a folder.
#[tauri::command]
pub async fn rename_folder(app: State<'_, App>, folder: FolderId, name: String) -> Result<(), ApiError> {
    app.ask(Request::RenameFolder { folder, name }).await.map(|_| ())
}

/// Who is in a folder.
#[tauri::command]
pub async fn members(app: State<'_, App>, folder: FolderId) -> Result<Vec<Member>, ApiError> {
    reply!(app.ask(Request::Members { folder }).await?, Members)
}

/// Another role.
#[tauri::command]
pub async fn set_role(app: State<'_, App>, folder: FolderId, account: AccountId, role: Role) -> Result<(), ApiError> {
    app.ask(Request::SetRole { folder, account, role }).await.map(|_| ())
}

/// Removes a member.
#[tauri::command]
pub async fn remove_member(app: State<'_, App>, folder: FolderId, account: AccountId) -> Result<(), ApiError> {
    app.ask(Request::RemoveMember { folder, account }).await.map(|_| ())
}

/// People of the workspace.
#[tauri::command]
pub async fn people(app: State<'_, App>) -> Result<Vec<Person>, ApiError> {
    reply!(app.ask(Request::People).await?, People)
}

/// Safety numbers are the same (`number`: theirs, as it was shown), or count as compared no more.
#[tauri::command]
pub async fn set_verified(
    app: State<'_, App>,
    account: AccountId,
    number: Option<String>,
) -> Result<Vec<Person>, ApiError> {
    reply!(app.ask(Request::SetVerified { account, number }).await?, People)
}

/// Invitations that nobody has used yet.
#[tauri::command]
pub async fn invitations(app: State<'_, App>) -> Result<Vec<OpenInvitation>, ApiError> {
    reply!(app.ask(Request::Invitations).await?, Invitations)
}

/// Takes an invitation back.
#[tauri::command]
pub async fn withdraw_invitation(app: State<'_, App>, id: InvitationId) -> Result<Vec<OpenInvitation>, ApiError> {
    reply!(app.ask(Request::WithdrawInvitation { id }).await?, Invitations)
}

/// Groups of people.
#[tauri::command]
pub async fn groups(app: State<'_, App>) -> Result<Vec<Group>, ApiError> {
    reply!(app.ask(Request::Groups).await?, Groups)
}

/// Makes a group, or changes one.
#[tauri::command]
pub async fn set_group(
    app: State<'_, App>,
    group: Option<GroupId>,
    name: String,
    members: Vec<AccountId>,
) -> Result<Vec<Group>, ApiError> {
    reply!(app.ask(Request::SetGroup { group, name, members }).await?, Groups)
}

/// A group is no more.
#[tauri::command]
pub async fn remove_group(app: State<'_, App>, group: GroupId) -> Result<Vec<Group>, ApiError> {
    reply!(app.ask(Request::RemoveGroup { group }).await?, Groups)
}

/// A directory.
#[tauri::command]
pub async fn list(app: State<'_, App>, folder: FolderId, parent: Option<EntryId>) -> Result<Listing, ApiError> {
    reply!(app.ask(Request::List { folder, parent }).await?, Listing)
}

/// Entries by name.
#[tauri::command]
pub async fn search(app: State<'_, App>, folder: Option<FolderId>, text: String) -> Result<Vec<Hit>, ApiError> {
    reply!(app.ask(Request::Search { folder, text }).await?, Hits)
}

/// Files changed last.
#[tauri::command]
pub async fn recent(app: State<'_, App>, limit: u32) -> Result<Vec<Hit>, ApiError> {
    reply!(app.ask(Request::Recent { limit }).await?, Hits)
}

/// What lies in the trash.
#[tauri::command]
pub async fn trash(app: State<'_, App>, folder: Option<FolderId>) -> Result<Vec<Hit>, ApiError> {
    reply!(app.ask(Request::Trash { folder }).await?, Hits)
}

/// A new directory.
#[tauri::command]
pub async fn make_directory(
    app: State<'_, App>,
    folder: FolderId,
    parent: Option<EntryId>,
    name: String,
) -> Result<Entry, ApiError> {
    reply!(app.ask(Request::MakeDirectory { folder, parent, name }).await?, Entry)
}

/// Another name.
#[tauri::command]
pub async fn rename(app: State<'_, App>, folder: FolderId, entry: EntryId, name: String) -> Result<(), ApiError> {
    app.ask(Request::Rename { folder, entry, name }).await.map(|_| ())
}

/// Another place.
#[tauri::command]
pub async fn move_entries(
    app: State<'_, App>,
    folder: FolderId,
    entries: Vec<EntryId>,
    parent: Option<EntryId>,
) -> Result<(), ApiError> {
    app.ask(Request::Move { folder, entries, parent }).await.map(|_| ())
}

/// Into the trash.
#[tauri::command]
pub async fn remove(app: State<'_, App>, folder: FolderId, entries: Vec<EntryId>) -> Result<(), ApiError> {
    app.ask(Request::Remove { folder, entries }).await.map(|_| ())
}

/// Back from the trash.
#[tauri::command]
pub async fn restore(app: State<'_, App>, folder: FolderId, entries: Vec<EntryId>) -> Result<(), ApiError> {
    app.ask(Request::Restore { folder, entries }).await.map(|_| ())
}

/// Out of the trash for good.
#[tauri::command]
pub async fn purge(app: State<'_, App>, folder: FolderId, entries: Vec<EntryId>) -> Result<(), ApiError> {
    app.ask(Request::Purge { folder, entries }).await.map(|_| ())
}

/// Everything in the trash out of it for good.
#[tauri::command]
pub async fn empty_trash(app: State<'_, App>) -> Result<(), ApiError> {
    app.ask(Request::EmptyTrash { folder: None }).await.map(|_| ())
}

/// How long things stay in a folder's trash.
#[tauri::command]
pub async fn set_trash_policy(app: State<'_, App>, folder: FolderId, days: u32) -> Result<Folder, ApiError> {
    reply!(app.ask(Request::SetTrashPolicy { folder, days }).await?, Folder)
}

/// Makes an older version the newest.
#[tauri::command]
pub async fn restore_version(
    app: State<'_, App>,
    folder: FolderId,
    entry: EntryId,
    version: DekId,
) -> Result<(), ApiError> {
    app.ask(Request::RestoreVersion { folder, entry, version }).await.map(|_| ())
}

/// What waits for the catalog, and what is on its way to the pinning node.
#[tauri::command]
pub async fn outbox(app: State<'_, App>) -> Result<Outbox, ApiError> {
    reply!(app.ask(Request::Outbox).await?, Outbox)
}

/// Shows everything larger or smaller: so many of a hundred.
#[tauri::command]
pub fn zoom(window: WebviewWindow, percent: u32) -> Result<(), ApiError> {
    let scale = f64::from(percent.clamp(50, 300)) / 100.0;
    window.set_zoom(scale).map_err(|_| fault(ErrorCode::Internal, "The window could not be made larger or smaller."))
}

/// Takes back the last change.
#[tauri::command]
pub async fn undo(app: State<'_, App>) -> Result<Option<String>, ApiError> {
    reply!(app.ask(Request::Undo).await?, Undone)
}

/// Everything about one entry.
#[tauri::command]
pub async fn details(app: State<'_, App>, folder: FolderId, entry: EntryId) -> Result<Box<Details>, ApiError> {
    reply!(app.ask(Request::Details { folder, entry }).await?, Details)
}

/// Transfers.
#[tauri::command]
pub async fn transfers(app: State<'_, App>) -> Result<Vec<Transfer>, ApiError> {
    reply!(app.ask(Request::Transfers).await?, Transfers)
}

/// Stops a transfer.
#[tauri::command]
pub async fn cancel_transfer(app: State<'_, App>, transfer: u64) -> Result<(), ApiError> {
    app.ask(Request::CancelTransfer { transfer }).await.map(|_| ())
}

/// Stops a transfer for now.
#[tauri::command]
pub async fn pause_transfer(app: State<'_, App>, transfer: u64) -> Result<(), ApiError> {
    app.ask(Request::PauseTransfer { transfer }).await.map(|_| ())
}

/// Goes on with a transfer.
#[tauri::command]
pub async fn resume_transfer(app: State<'_, App>, transfer: u64) -> Result<(), ApiError> {
    app.ask(Request::ResumeTransfer { transfer }).await.map(|_| ())
}

/// Sends and reads now.
#[tauri::command]
pub async fn sync(app: State<'_, App>) -> Result<(), ApiError> {
    app.ask(Request::Sync).await.map(|_| ())
}

/// What somebody should look at.
#[tauri::command]
pub async fn security_events(app: State<'_, App>) -> Result<Vec<SecurityEvent>, ApiError> {
    reply!(app.ask(Request::SecurityEvents).await?, Security)
}

/// For comparing by eye or voice.
#[tauri::command]
pub async fn fingerprints(app: State<'_, App>) -> Result<Fingerprints, ApiError> {
    reply!(app.ask(Request::Fingerprints).await?, Fingerprints)
}
