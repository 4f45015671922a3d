//! The engine's whole surface: one enum of requests, one of replies, one of events, all serde.
//!
//! Every front end speaks it: the window through typed commands, `valise` directly, and a second process
//! over the socket in the home. Shapes here are for people's eyes (names, sizes, states in words); the
//! records and keys behind them stay inside. Ids travel as text. Times are milliseconds since 1970, UTC,
//! and sizes are bytes.
//!
//! To change it: add the variant here, answer it in `engine.rs`, regenerate the interface's types with
//! `make bindings`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

mod activity;
mod authority;
mod computer;
mod doctor;
mod groups;
mod invitations;
mod recoverability;
mod signatures;
mod succession;
mod token;

pub use activity::*;
pub use authority::*;
pub use computer::*;
pub use doctor::*;
pub use groups::*;
pub use invitations::*;
pub use recoverability::*;
pub use signatures::*;
pub use succession::*;
pub use token::*;

/// Ids travel in requests and replies: a front end needs no other crate for them.
pub use valise_protocol::ids::{AccountId, DekId, DeviceId, EntryId, FolderId, InvitationId};

/// A password on its way in: wiped when dropped, never printed.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(transparent)]
pub struct Password(pub String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

/// A recovery kit's code, or groups of one, in or out: wiped when dropped, never printed by accident.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(transparent)]
pub struct Code(pub String);

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code(..)")
    }
}

/// What a front end can ask.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[allow(missing_docs, reason = "fields are named for what they are")]
pub enum Request {
    /// Where we stand: no account yet, locked, waiting to be let in, or open.
    Status,
    /// First run: makes account, device and workspace. `catalog`: address of a catalog, or none for a
    /// workspace that lives on this computer until [`Request::Attach`].
    Create { name: String, password: Password, workspace: String, catalog: Option<String> },
    /// Moves a workspace that has no catalog yet to one.
    Attach { catalog: String },
    /// What an invitation link says, before anything is done with it.
    InspectInvitation { link: String },
    /// First run with an invitation.
    Join { link: String, name: String, password: Password },
    /// Opens the vault.
    Unlock { password: Password },
    /// Opens the vault if the system's keyring does that ([`Request::SetUnlockAtLogin`]); else it stays locked, which is no
    /// error.
    UnlockAtLogin,
    /// With the password: the system's keyring opens this home for whoever is logged in, from now until it is locked, and
    /// again from each unlocking with the password on. Without: it does so no more.
    SetUnlockAtLogin { password: Option<Password> },
    /// Opens the vault with the token of this home and its PIN.
    UnlockWithToken { pin: Password },
    /// A token and its PIN open this computer's Valise from now on, too; `instead`: and the password no longer does.
    /// `password` is what opens it now: the password, or in a home without one the PIN of its token.
    AddToken { password: Password, place: String, pin: Password, instead: bool },
    /// The token opens nothing here any more. In a home without a password `password` is the PIN, and `new` is needed.
    RemoveToken { password: Password, new: Option<Password> },
    /// Makes a new recovery set in place of the one before, and answers with its kits: they are told once.
    MakeKits { password: Password },
    /// Writes a kit as a page to be printed. The code comes from [`Request::MakeKits`].
    WriteKit { code: Code, to: PathBuf },
    /// Two groups of a kit, read from paper: the kit counts as kept.
    ConfirmKit { kit: KitName, groups: Vec<Code> },
    /// Whether a kit is still good. Locked or not; changes nothing.
    CheckKit { code: Code },
    /// How the ways out of a forgotten password stand. Locked or not; the keyring is looked into.
    Recovery,
    /// Opens a locked home without its password: with the codes of two kits, or with one and the keyring. Answers
    /// with new kits; the old ones are used up.
    Recover { codes: Vec<Code>, password: Password },
    /// Goes through a whole recovery with these codes (or one code and the keyring) in a copy of the home, which is
    /// removed again. Nothing is used up.
    Rehearse { codes: Vec<Code> },
    /// Who can help with a recovery, and who asks for one.
    Authority,
    /// Officers: who is to help from now on, at most two, who are both needed then; nobody: there is no help any more.
    SetAuthority { holders: Vec<HolderChoice>, delay_hours: u32 },
    /// Officers: approves a request. Where a key that is kept elsewhere is needed: `place` says where, unless this computer
    /// has used it before, and `secret` is a token's PIN or a service's token.
    ApproveRecovery { device: DeviceId, place: Option<String>, secret: Option<Password> },
    /// Makes the key that an address names, on a token or with a service: to be used in [`Request::SetAuthority`].
    MakeKeeperKey { place: String, secret: Option<Password> },
    /// Officers: moves what a key kept elsewhere has wrapped under the newest version of that key.
    RewrapAuthority { place: Option<String>, secret: Option<Password> },
    /// Says no to a request: officers, and the person whose account it is.
    RefuseRecovery { device: DeviceId },
    /// Asks the workspace's officers for the share in escrow. With the code of a kit, or without one where the keyring
    /// has its share. `catalog`, `name`, `alone` as in [`Request::RecoverAccount`], where there is no account yet.
    /// `password` is the new one; [`Request::FinishRecovery`] asks for it.
    AskRecovery {
        code: Option<Code>,
        catalog: Option<String>,
        name: Option<String>,
        alone: bool,
        reason: String,
        password: Password,
    },
    /// How this home's request stands.
    AskedRecovery,
    /// Opens what officers released, and goes through with the recovery. Answers with a new kit.
    FinishRecovery { password: Password },
    /// Asks no more.
    ForgetAsked,
    /// Another password for this computer. The other ways in stay.
    ChangePassword { password: Password, new: Password },
    /// Somebody may know the password: a new one, and everything that it opened begins anew: device key, index key,
    /// master key, account key, recovery set. Answers with new kits; the old ones open nothing any more.
    RenewKeys { password: Password, new: Password },
    /// Own keys: versions, what a guess of the password costs, folders that do not know the newest key.
    AccountKeys,
    /// A new account key; every folder's key changes after it.
    RotateAccountKey,
    /// How the keys of a folder stand.
    FolderKeys { folder: FolderId },
    /// A new key for a folder. Content stays as it is; file keys move under it in the background.
    RotateFolderKey { folder: FolderId },
    /// Moves a folder's file keys under its newest key, those that are not there yet. Answers when all have moved.
    Rewrap { folder: FolderId },
    /// Nothing is kept or accepted under older keys of a folder any more.
    RetireKeys { folder: FolderId },
    /// A folder's key changes by itself after so many days; 0: only when something demands it.
    SetRotation { folder: FolderId, days: u32 },
    /// Computers of this account.
    Devices,
    /// Waits for another computer of the same person: answers the code that is typed there, which counts for ten
    /// minutes and once. [`Event::Paired`] says how it ended. `name`: what this one is called, if it has no name
    /// yet; else by its name in the network.
    Pair { password: Password, name: Option<String> },
    /// Waits no longer.
    EndPairing,
    /// First run on another computer of the same person: the code (or link) that [`Request::Pair`] gave there, and the
    /// catalog's address if the code comes without. `name`: what this computer is called; else by its name in
    /// the network.
    JoinAccount { code: Code, catalog: Option<String>, name: Option<String>, password: Password },
    /// First run for who has lost every computer, and has two kits: the account on this one, with everything anew.
    /// `alone`: its other computers count no more. Answers with new kits; the old ones are used up.
    RecoverAccount { codes: Vec<Code>, catalog: String, name: Option<String>, password: Password, alone: bool },
    /// A computer is called something else.
    NameDevice { device: DeviceId, name: String },
    /// A computer counts no more: the catalog refuses it, and master key, account key, folder keys and recovery set
    /// begin anew. Answers with new kits; the old ones open nothing any more.
    RemoveDevice { device: DeviceId, password: Password },
    /// What a computer can open, or could when it was removed, and what it no longer can.
    Reach { device: DeviceId },
    /// Removes the account from this computer: keys, index, blocks, opened files. What was not sent is lost.
    Forget,
    /// What locking would take out of hands now.
    InHand,
    /// Closes it: keys wiped, index closed, opened files removed.
    Lock,
    /// What was chosen for this computer. Locked or not.
    Settings,
    /// Chooses.
    SetSettings { settings: Settings },
    /// What lies on this computer, and how much of it could be fetched again.
    Storage,
    /// How this computer is reached, and whom it reaches.
    Network,
    /// Entries (directories with everything in them) are fetched and always stay on this computer, or need not any more.
    Keep { folder: FolderId, entries: Vec<EntryId>, keep: bool },
    /// A person looks at this folder: what is new in it is no news any more.
    Look { folder: FolderId },
    /// All folders of this account.
    Folders,
    /// A new shared folder with one member.
    CreateFolder { name: String },
    /// Gives a folder another name.
    RenameFolder { folder: FolderId, name: String },
    /// Who is in a folder.
    Members { folder: FolderId },
    /// Makes an invitation link to a folder for somebody who is not in the workspace yet.
    Invite { folder: FolderId, role: Role, days: u32 },
    /// Officers: invitations that nobody has used yet, expired ones too.
    Invitations,
    /// Officers: the link of one of them once more.
    InvitationLink { id: InvitationId },
    /// Officers: takes one back. Whoever has its link is not let in any more.
    WithdrawInvitation { id: InvitationId },
    /// Adds a person of the workspace to a folder.
    AddMember { folder: FolderId, account: AccountId, role: Role },
    /// Changes a member's role.
    SetRole { folder: FolderId, account: AccountId, role: Role },
    /// Removes a member and changes the folder's key.
    RemoveMember { folder: FolderId, account: AccountId },
    /// Makes somebody an owner of a folder, and steps down or leaves if that is wanted.
    HandOver { folder: FolderId, account: AccountId, then: AfterHandOver },
    /// Folders that others share with this account, and that wait for a word.
    FolderInvitations,
    /// Takes such a folder up: it is read from now on, on all of one's computers.
    AcceptFolder { folder: FolderId },
    /// Declines it: one leaves it without having read anything.
    DeclineFolder { folder: FolderId },
    /// Leaves a folder: its key changes with whoever writes next, and nothing new in it is one's own to read.
    Leave { folder: FolderId },
    /// People of the workspace.
    People,
    /// Safety numbers were compared with somebody, and are the same: `number` is theirs as it was shown, so that no other one
    /// is marked. None: they count as compared no more. Of this computer alone. Answers with the people.
    SetVerified { account: AccountId, number: Option<String> },
    /// Officers: where the catalog answers, in the order in which computers try it. Which catalog it is does not change.
    SetCatalogAddresses { addresses: Vec<String> },
    /// Groups of people.
    Groups,
    /// Officers: makes a group (`group` none), or gives one another name and other people.
    SetGroup { group: Option<GroupId>, name: String, members: Vec<AccountId> },
    /// Officers: a group is no more. Its people stay in every folder.
    RemoveGroup { group: GroupId },
    /// Adds everybody of a group who is not in the folder yet, as they are in it now; `named`: of these alone, whom a
    /// person was shown before the group may have changed.
    AddGroup { folder: FolderId, group: GroupId, role: Role, named: Option<Vec<AccountId>> },
    /// Somebody may let people in and close accounts, or may no longer. Only officers decide this.
    SetOfficer { account: AccountId, officer: bool },
    /// Somebody is of the workspace no longer: the catalog and every colleague refuse them at once, owners' computers
    /// remove them from their folders, and those folders' keys change.
    CloseAccount { account: AccountId },
    /// Who takes over the folders of somebody whose account is closed.
    Succession,
    /// Officers: names who takes over, or nobody.
    NameSuccessor { account: Option<AccountId> },
    /// Owners: who takes over this folder, or nobody, whatever the workspace says.
    SetFolderSuccessor { folder: FolderId, account: Option<AccountId> },
    /// A directory's entries (`parent` none: the folder's top).
    List { folder: FolderId, parent: Option<EntryId> },
    /// Entries whose name contains the text, in one folder or in all.
    Search { folder: Option<FolderId>, text: String },
    /// Files changed last, in all folders, newest first.
    Recent { limit: u32 },
    /// What lies in the trash, in one folder or in all.
    Trash { folder: Option<FolderId> },
    /// A new directory inside a folder.
    MakeDirectory { folder: FolderId, parent: Option<EntryId>, name: String },
    /// Another name in the same place.
    Rename { folder: FolderId, entry: EntryId, name: String },
    /// Another place in the same folder.
    Move { folder: FolderId, entries: Vec<EntryId>, parent: Option<EntryId> },
    /// Into the trash.
    Remove { folder: FolderId, entries: Vec<EntryId> },
    /// Back from the trash.
    Restore { folder: FolderId, entries: Vec<EntryId> },
    /// Out of the trash for good.
    Purge { folder: FolderId, entries: Vec<EntryId> },
    /// How many days things stay in a folder's trash before they are gone for good; 0: until somebody empties it.
    SetTrashPolicy { folder: FolderId, days: u32 },
    /// Purges all that lies in the trash, of one folder or of all that this account may change.
    EmptyTrash { folder: Option<FolderId> },
    /// What waits for the catalog, and what is on its way to the pinning node.
    Outbox,
    /// Takes back the last rename, move, removal, restore or restored version made here.
    Undo,
    /// Encrypts and shares files and directory trees. Answers with the transfer at once.
    Add { folder: FolderId, parent: Option<EntryId>, paths: Vec<PathBuf> },
    /// Transfers under way or just ended.
    Transfers,
    /// Stops a transfer for good; what is complete stays.
    CancelTransfer { transfer: u64 },
    /// Stops a transfer for now: it goes on when it is asked to, also after a restart.
    PauseTransfer { transfer: u64 },
    /// Goes on with a transfer that was paused, waits, or failed.
    ResumeTransfer { transfer: u64 },
    /// Fetches and decrypts a file (`version`: the id of a version's key; none: the newest) into the private
    /// directory; answers its path. What is saved there becomes a version by itself, if the newest was opened by who
    /// may change the folder; else the file is read-only.
    Open { folder: FolderId, entry: EntryId, version: Option<DekId> },
    /// Takes what was saved in an opened file and removes it; answers what it became, nothing if it did not change.
    Close { folder: FolderId, entry: EntryId },
    /// Fetches and decrypts a file (`version` as in `Open`) or a whole directory to a place of the person's choice.
    Save { folder: FolderId, entry: EntryId, version: Option<DekId>, to: PathBuf },
    /// Makes an older version the newest.
    RestoreVersion { folder: FolderId, entry: EntryId, version: DekId },
    /// Writes the age file and its key, for a life without Valise.
    Export { folder: FolderId, entry: EntryId, to: PathBuf },
    /// Everything about one entry.
    Details { folder: FolderId, entry: EntryId },
    /// A link to a file or directory for colleagues (none: to the folder): ids only, it opens nothing.
    Link { folder: FolderId, entry: Option<EntryId> },
    /// Where such a link leads.
    FollowLink { link: String },
    /// What happened in a folder, the newest first; `before`: from the place on that the last page gave.
    Activity { folder: FolderId, filter: ActivityFilter, before: Option<ActivityPlace>, limit: u32 },
    /// Writes what happened in a folder to a file, the oldest first.
    ExportActivity { folder: FolderId, filter: ActivityFilter, format: ActivityFormat, to: PathBuf },
    /// How much would have to be lost at once for a file, a directory's files or a folder's to be gone.
    Recoverability { folder: FolderId, entry: Option<EntryId> },
    /// Signs a version of a file (`version` as in `Open`), with words of one's own or none. `key`: a version of one's own
    /// signing keys, none: this computer's; `pin` where that key is on a token.
    Sign {
        folder: FolderId,
        entry: EntryId,
        version: Option<DekId>,
        statement: String,
        key: Option<u64>,
        pin: Option<Password>,
    },
    /// Who signed a file. `check`: signed versions that were not read here are, and fetched where that can be.
    Signatures { folder: FolderId, entry: EntryId, check: bool },
    /// Writes a version of a file, its good signatures, and what else checks them without Valise, into a directory.
    ExportSigned { folder: FolderId, entry: EntryId, version: Option<DekId>, to: PathBuf },
    /// Own keys that sign documents.
    SigningKeys,
    /// Another key for this computer; the one before signs no more.
    RotateSigningKey,
    /// Signs with a key on a token from now on, too. The key is made there if there is none.
    AddTokenSigningKey { place: String, pin: Password },
    /// A key of one's own signs no more. What it signed before stays signed.
    RevokeSigningKey { version: u64 },
    /// Pulls and sends until nothing more is to be done, or says what stands in the way.
    Sync,
    /// Waits until the pinning node holds everything this device has sent, for at most so many seconds.
    AwaitHeld { seconds: u32 },
    /// Events that somebody should look at: broken records, void changes, refused keys.
    SecurityEvents,
    /// Fingerprints of the workspace, this account and this device.
    Fingerprints,
    /// What can be wrong, told without a name. Locked or not; locked, less can be seen.
    Diagnose,
}

impl Request {
    /// Paths in it, which mean nothing without the directory of who asks.
    pub fn paths(&mut self) -> Vec<&mut PathBuf> {
        match self {
            Self::Add { paths, .. } => paths.iter_mut().collect(),
            Self::Save { to, .. }
            | Self::Export { to, .. }
            | Self::ExportActivity { to, .. }
            | Self::ExportSigned { to, .. }
            | Self::WriteKit { to, .. } => vec![to],
            _ => Vec::new(),
        }
    }
}

/// What comes back, one variant a kind of answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "camelCase")]
pub enum Reply {
    /// Nothing to say: it is done.
    Done,
    /// See [`Request::Status`].
    Status(Status),
    /// See [`Request::InspectInvitation`].
    Preview(InvitationPreview),
    /// See [`Request::MakeKits`], [`Request::Recover`], [`Request::RecoverAccount`], [`Request::RenewKeys`] and
    /// [`Request::RemoveDevice`].
    Kits(Kits),
    /// See [`Request::AccountKeys`] and [`Request::RotateAccountKey`].
    AccountKeys(AccountKeys),
    /// See [`Request::FolderKeys`], and what changes them.
    FolderKeys(FolderKeys),
    /// See [`Request::CheckKit`].
    Kit(KitCheck),
    /// See [`Request::Recovery`].
    Recovery(Recovery),
    /// See [`Request::Authority`].
    Authority(Box<Authority>),
    /// See [`Request::AskedRecovery`].
    Asked(Option<AskedRecovery>),
    /// See [`Request::Rehearse`].
    Rehearsed(Rehearsed),
    /// See [`Request::Devices`].
    Devices(Vec<Device>),
    /// See [`Request::Pair`].
    Pairing(Pairing),
    /// See [`Request::Reach`].
    Reach(Reach),
    /// See [`Request::InHand`].
    InHand(InHand),
    /// See [`Request::Settings`].
    Settings(Settings),
    /// See [`Request::Storage`].
    Storage(Storage),
    /// See [`Request::Network`].
    Network(Network),
    /// See [`Request::Folders`].
    Folders(Vec<Folder>),
    /// The folder that was made.
    Folder(Folder),
    /// See [`Request::Members`].
    Members(Vec<Member>),
    /// See [`Request::FolderInvitations`].
    FolderInvitations(Vec<FolderInvitation>),
    /// See [`Request::Invite`].
    Invitation(Invitation),
    /// See [`Request::Invitations`] and [`Request::WithdrawInvitation`].
    Invitations(Vec<OpenInvitation>),
    /// See [`Request::People`] and [`Request::SetVerified`].
    People(Vec<Person>),
    /// See [`Request::Groups`], [`Request::SetGroup`] and [`Request::RemoveGroup`].
    Groups(Vec<Group>),
    /// See [`Request::Outbox`].
    Outbox(Outbox),
    /// How many were added. See [`Request::AddGroup`].
    Added(u32),
    /// See [`Request::List`].
    Listing(Listing),
    /// Entries of several places: search, recent, trash.
    Hits(Vec<Hit>),
    /// The entry that was made.
    Entry(Entry),
    /// The transfer that was begun.
    Transfer(Transfer),
    /// See [`Request::Transfers`].
    Transfers(Vec<Transfer>),
    /// The file that was written.
    Path(PathBuf),
    /// See [`Request::Export`].
    Exported(Exported),
    /// See [`Request::Details`].
    Details(Box<Details>),
    /// See [`Request::Link`] and [`Request::InvitationLink`].
    Link(String),
    /// See [`Request::FollowLink`].
    Linked(Linked),
    /// See [`Request::Activity`].
    Activity(ActivityPage),
    /// See [`Request::Succession`], and what changes it.
    Succession(Succession),
    /// See [`Request::Recoverability`].
    Recoverability(Box<Recoverability>),
    /// See [`Request::Sign`] and [`Request::Signatures`].
    Signatures(Signatures),
    /// See [`Request::ExportSigned`].
    ExportedSigned(ExportedSigned),
    /// See [`Request::SigningKeys`], and what changes them.
    SigningKeys(Vec<SigningKey>),
    /// See [`Request::SecurityEvents`].
    Security(Vec<SecurityEvent>),
    /// See [`Request::Fingerprints`].
    Fingerprints(Fingerprints),
    /// See [`Request::Diagnose`].
    Diagnosis(Diagnosis),
    /// What was undone, in words; none when there was nothing.
    Undone(Option<String>),
}

/// What the engine tells by itself. A front end reads again what it shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[allow(missing_docs, reason = "fields are named for what they are")]
pub enum Event {
    /// Stage, connection, counts of the status line.
    Status { status: Status },
    /// The list of folders, a name or an unread mark.
    FoldersChanged,
    /// Entries or members of a folder.
    FolderChanged {
        #[cfg_attr(feature = "specta", specta(type = String))]
        folder: FolderId,
    },
    /// People of the workspace.
    PeopleChanged,
    /// A transfer began, moved or ended.
    Transfer { transfer: Transfer },
    /// File keys of a folder move under its newest key: so many of so many.
    Rewrapped {
        #[cfg_attr(feature = "specta", specta(type = String))]
        folder: FolderId,
        done: u64,
        of: u64,
    },
    /// Requests for recoveries, or who can help with them.
    RecoveryChanged,
    /// Computers of this account, or their names.
    DevicesChanged,
    /// The other computer joined: what it is called; or why not.
    Paired { name: Option<String>, trouble: Option<ApiError> },
    /// Somebody should look at this.
    Security { event: SecurityEvent },
}

/// Where we stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// What can be done now.
    pub stage: Stage,
    /// Own name and workspace, once there is an account.
    pub account: Option<Account>,
    /// How the catalog answers.
    pub connection: Connection,
    /// Colleagues who are connected to the catalog now.
    pub online: u32,
    /// Changes made here that have no receipt yet; locked: as far as this program knows, which locked it.
    pub waiting: u32,
    /// Files whose bytes no pinning node has confirmed yet; locked: likewise.
    pub unheld: u32,
    /// How far those are that are on their way.
    pub sending: Sending,
    /// Whether there is a way back in without the password; none while locked or not let in.
    pub ways_out: Option<WaysOut>,
    /// What this computer is called in the network: a name to begin with.
    pub computer: String,
    /// A password opens this computer's Valise.
    pub password: bool,
    /// A token does: its address, without a PIN.
    pub token: Option<String>,
    /// The system's keyring opens it for whoever is logged in, as long as it is not locked. See
    /// [`Request::SetUnlockAtLogin`].
    pub at_login: bool,
    /// This home has asked officers for a recovery and waits.
    pub asked: bool,
    /// Requests for recoveries that wait for this person's word, or concern this person's own account.
    pub requests: u32,
}

/// Bytes on their way to the pinning node, from when something began to go until nothing does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Sending {
    /// Files that are not confirmed yet.
    pub files: u32,
    /// Bytes of all of them, and of those that were confirmed meanwhile.
    pub bytes: u64,
    /// How many of these the pinning node was given.
    pub sent: u64,
    /// Bytes a second, lately.
    pub rate: u64,
}

/// What has not left this computer. See [`Request::Outbox`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Outbox {
    /// Changes that wait for the catalog, a line for each entry.
    pub changes: Vec<WaitingChange>,
    /// So many more.
    pub more_changes: u32,
    /// Files that are announced and that no pinning node has confirmed, those that are nearly there first.
    pub files: Vec<SendingFile>,
    /// So many more.
    pub more_files: u32,
    /// All of them together.
    pub sending: Sending,
}

/// Something that waits for the catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct WaitingChange {
    /// In which folder.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub folder: FolderId,
    /// Its name.
    pub folder_name: String,
    /// To which entry.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub entry: EntryId,
    /// Its name.
    pub name: String,
    /// What.
    pub kind: WaitingKind,
}

/// What was done to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum WaitingKind {
    /// It is new.
    Added,
    /// It has another version.
    Changed,
    /// It has another name or place.
    Moved,
    /// It is in the trash.
    Trashed,
    /// It came back from there.
    Restored,
    /// It is gone for good.
    Removed,
}

/// A file on its way to the pinning node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct SendingFile {
    /// In which folder.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub folder: FolderId,
    /// Its name.
    pub folder_name: String,
    /// Which.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub entry: EntryId,
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// How much of it is there.
    pub percent: u8,
}

/// What has been proven of the ways back in without the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum WaysOut {
    /// No kit was ever made, or what was made is used up.
    None,
    /// Kits were made; none is proven to be kept.
    Unproven,
    /// One kit is proven to be kept.
    One,
    /// Both are; or one, and the workspace's officers have a share.
    Both,
    /// Who can help has changed: the kit in hand is to be replaced.
    Outdated,
}

/// One of the two kits of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "they have no other names")]
pub enum KitName {
    A,
    B,
}

/// A new set, as it is told once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Kits {
    /// What tells its kits from older ones: stands on the paper.
    pub set: String,
    /// Kit A and kit B.
    pub kits: Vec<Kit>,
    /// Whether the keyring took its share.
    pub keyring: KeyringState,
}

/// A kit, as it is told once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Kit {
    /// Which.
    pub kit: KitName,
    /// 21 groups of four characters, with spaces between.
    pub code: Code,
    /// The two groups that are asked back, counted from 1.
    pub asked: Vec<u32>,
}

/// A kit that is still good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct KitCheck {
    /// Which it is.
    pub kit: KitName,
    /// Its set.
    pub set: String,
    /// When it was proven to be kept; not known while locked.
    pub kept: Option<u64>,
}

/// How the ways out of a forgotten password stand. Any two of keyring, kit A and kit B open this computer's Valise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Recovery {
    /// The set in force; none if there is no way.
    pub set: Option<String>,
    /// When it was made; not known while locked.
    pub made: Option<u64>,
    /// The share in the keyring of this computer.
    pub keyring: KeyringState,
    /// The kits; while locked it is not known what was proven of them.
    pub kits: Vec<KitStatus>,
    /// The share that lies with the workspace.
    pub escrow: Escrow,
}

/// How a kit stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct KitStatus {
    /// Which.
    pub kit: KitName,
    /// When it was proven to be kept.
    pub kept: Option<u64>,
    /// The two groups that are asked back, counted from 1.
    pub asked: Vec<u32>,
}

/// How the keyring of this computer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum KeyringState {
    /// It has the share.
    Kept,
    /// It has none: never given, or the keyring was set up anew.
    Empty,
    /// It has one of an older set.
    Other,
    /// It is locked.
    Locked,
    /// This computer has no keyring that answers.
    Absent,
    /// It was asked and did not answer in time.
    NoAnswer,
    /// It answered with an error.
    Failed,
}

/// A computer of this account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// Its id.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub id: DeviceId,
    /// What it is called; none if it was given no name.
    pub name: Option<String>,
    /// It is the one that is asked.
    pub here: bool,
    /// It counts: it was not removed.
    pub valid: bool,
    /// It is connected now, by the catalog's word.
    pub online: bool,
    /// When it was connected last, by the catalog's word and clock; none if that is not known.
    pub seen: Option<u64>,
    /// Fingerprint of its keys, in groups.
    pub fingerprint: String,
}

/// A code that another computer joins by.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Pairing {
    /// Seven groups of four characters.
    pub code: Code,
    /// The same with the catalog's address: `valise://pair/...`
    pub link: Code,
    /// The catalog's address.
    pub catalog: String,
    /// When it ends.
    pub expires: u64,
}

/// What a computer can open, or could.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Reach {
    /// The computer.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub device: DeviceId,
    /// It counts: it was not removed.
    pub valid: bool,
    /// By folder: own files first, then by name.
    pub folders: Vec<FolderReach>,
}

/// What of a folder a computer can open, or could.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct FolderReach {
    /// The folder.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub folder: FolderId,
    /// Its name.
    pub name: String,
    /// Versions of files whose keys it could open: assume that it did.
    pub open: u64,
    /// Versions that came later, under keys it never had.
    pub closed: u64,
    /// What comes now is closed to it.
    pub key_changed: bool,
    /// Files of which it could open a version.
    pub files: Vec<FileReach>,
}

/// A file that a computer could open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct FileReach {
    /// Path inside the folder.
    pub path: String,
    /// Versions it could open.
    pub open: u32,
    /// Versions that came later.
    pub closed: u32,
}

/// What is under way or in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InHand {
    /// Transfers that are running.
    pub transfers: u32,
    /// Opened files which a program may still hold.
    pub opened: u32,
}

/// One's own keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct AccountKeys {
    /// Version of the account key: folder keys are sealed to it.
    pub account_version: u64,
    /// Version of the master key: it opens the account keys.
    pub master_version: u64,
    /// Folders whose key has not changed since the newest account key.
    pub folders_behind: u32,
    /// What one guess of the password costs: MiB of memory.
    pub memory_mib: u32,
    /// And passes over it.
    pub passes: u32,
    /// What opens this computer's Valise, recovery apart.
    pub ways_in: Vec<WayIn>,
}

/// The keys of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct FolderKeys {
    /// The folder.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub folder: FolderId,
    /// Version of its key: the epoch in force.
    pub current: u64,
    /// File keys under an earlier version are neither kept nor accepted.
    pub minimum: u64,
    /// When this computer first saw the current version.
    pub since: Option<u64>,
    /// Who made it.
    pub by: String,
    /// A change of the key must come before the next content.
    pub change_waiting: bool,
    /// It changes by itself after so many days; 0: only when something demands it.
    pub rotate_days: u32,
    /// How many file keys are under which version, newest first.
    pub files: Vec<FilesUnder>,
    /// How many are not under the current version.
    pub older: u64,
    /// One may change the key and move file keys.
    pub may_rotate: bool,
    /// One may retire old versions and decide how often the key changes.
    pub may_decide: bool,
}

/// File keys under one version of a folder's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct FilesUnder {
    /// The version.
    pub version: u64,
    /// File keys: one for each version of a file.
    pub keys: u64,
}

/// What can be done now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[allow(missing_docs, reason = "fields are named for what they are")]
pub enum Stage {
    /// No account in this home.
    New,
    /// A password is needed.
    Locked,
    /// Joined by link; an owner's or officer's unlocked computer has to let us in.
    Waiting { inviter: String, folder: Option<String> },
    /// Everything can be done.
    Open,
}

/// Who and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Own display name.
    pub name: String,
    /// The workspace's name.
    pub workspace: String,
    /// Own account.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub id: AccountId,
    /// May admit people.
    pub officer: bool,
    /// The catalog's address; none while the workspace lives on this computer alone.
    pub catalog: Option<String>,
}

/// How the catalog answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum Connection {
    /// This workspace has no catalog yet.
    None,
    /// Being tried.
    Connecting,
    /// Up to date.
    InStep,
    /// Changes are going to and fro.
    Syncing,
    /// The catalog cannot be reached.
    Unreachable,
    /// The catalog was caught out: nothing is sent or believed until a person decides.
    Distrusted,
    /// This computer was removed from the account.
    Removed,
}

/// What a link says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct InvitationPreview {
    /// Name of the workspace, as the inviter wrote it.
    pub workspace: String,
    /// Who invites.
    pub inviter: String,
    /// The folder's name.
    pub folder: Option<String>,
    /// The catalog's address.
    pub catalog: String,
    /// Fingerprint of the workspace.
    pub fingerprint: String,
    /// When it ends.
    pub expires: u64,
}

/// An invitation that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    /// Its id.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub id: InvitationId,
    /// `valise://join/...`
    pub link: String,
    /// When it ends.
    pub expires: u64,
}

/// A member's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Everything.
    Owner,
    /// Content.
    Editor,
    /// Reading.
    Viewer,
}

/// A folder in the sidebar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Folder {
    /// Its id.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub id: FolderId,
    /// Its name.
    pub name: String,
    /// Own role in it.
    pub role: Role,
    /// The person's own files: not shared, first in the list.
    pub personal: bool,
    /// Members, oneself included.
    pub people: u32,
    /// Files, not in the trash.
    pub files: u32,
    /// Files by others, new since this folder was last shown here.
    pub unread: u32,
    /// A key change must come before the next content.
    pub key_change_waiting: bool,
    /// Days after which what is in its trash goes for good by itself; 0: it stays until somebody empties it.
    pub keep_days: u32,
    /// Who takes it over when its only owner's account is closed; none: nobody.
    pub successor: Option<String>,
    /// The accounts of all its owners are closed: nobody manages it.
    pub ownerless: bool,
    /// A single way leads to its key: one loss, and nobody opens it any more.
    pub single_way: bool,
    /// Stopped after an alarm: shown, but nothing is sent or taken.
    pub stopped: bool,
}

/// What becomes of who hands a folder over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum AfterHandOver {
    /// An owner still.
    Stay,
    /// An editor.
    StepDown,
    /// Of the folder no longer.
    Leave,
}

/// Somebody in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Account.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub account: AccountId,
    /// Display name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Oneself.
    pub me: bool,
    /// Came by a link.
    pub joined_by_link: bool,
    /// Safety numbers were compared on this computer, and nothing has happened since that asks for it again.
    pub verified: bool,
    /// They were compared, and the account was recovered on another computer since.
    pub compare_again: bool,
    /// Has taken the folder up; not while they were only added.
    pub accepted: bool,
    /// Connected to the catalog now.
    pub online: bool,
}

/// A folder that somebody shares, and that waits for a word: nothing else of it is known here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct FolderInvitation {
    /// The folder.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub folder: FolderId,
    /// Its name, as whoever shares it sealed it; none if they did not.
    pub name: Option<String>,
    /// Who shares it: display name.
    pub by: String,
    /// And account.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub account: AccountId,
    /// As what one is to be in it.
    pub role: Role,
}

/// Somebody in the workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Account.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub account: AccountId,
    /// Display name.
    pub name: String,
    /// May admit people.
    pub officer: bool,
    /// Oneself.
    pub me: bool,
    /// Connected to the catalog now.
    pub online: bool,
    /// Fingerprint of the account, in groups: its safety number.
    pub fingerprint: String,
    /// Safety numbers were compared on this computer, and nothing has happened since that asks for it again.
    pub verified: bool,
    /// They were compared, and the account was recovered on another computer since.
    pub compare_again: bool,
}

/// A directory's content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Listing {
    /// The folder.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub folder: FolderId,
    /// From the folder's top down to this directory; empty at the top.
    pub path: Vec<Crumb>,
    /// Directories and files, unsorted.
    pub entries: Vec<Entry>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Crumb {
    /// The directory.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub id: EntryId,
    /// Its name.
    pub name: String,
}

/// File or directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum EntryKind {
    /// Has content.
    File,
    /// Has entries.
    Directory,
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its id.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub id: EntryId,
    /// File or directory.
    pub kind: EntryKind,
    /// Name.
    pub name: String,
    /// Bytes of a file; of a directory, of all files in it.
    pub size: u64,
    /// Files inside, of a directory.
    pub files: u32,
    /// When it last changed, by its author's clock.
    pub changed: u64,
    /// Who changed it.
    pub by: String,
    /// It was oneself.
    pub by_me: bool,
    /// Media type, by name.
    pub media_type: String,
    /// Number of versions.
    pub versions: u32,
    /// Signatures on the newest version that are not known to be bad.
    pub signatures: u32,
    /// Where its bytes are.
    pub place: Place,
    /// It always stays on this computer: it was chosen to, or a directory above it was.
    pub kept: bool,
    /// Somebody else brought it, or something in it, since one last looked.
    pub fresh: bool,
    /// Who has it open for changing on another computer, as they say themselves.
    pub editing: Vec<String>,
}

/// Where a file's bytes are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[allow(missing_docs, reason = "fields are named for what they are")]
pub enum Place {
    /// On this computer, and confirmed elsewhere (or it came from elsewhere).
    Here,
    /// On this computer and nowhere else that is known: there is no server, or it runs on this computer as well.
    HereAlone,
    /// Fetched when opened.
    OnDemand,
    /// On this computer only, until the pinning node confirms it.
    Sending { percent: u8 },
    /// Being fetched.
    Fetching { percent: u8 },
    /// On this computer only; the catalog does not know of it yet.
    Waiting,
    /// Cannot be had or could not be verified.
    Problem { words: String },
}

/// An entry with its folder and path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Hit {
    /// Its folder.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub folder: FolderId,
    /// The folder's name.
    pub folder_name: String,
    /// Directory path inside the folder, without the entry's own name.
    pub path: Vec<Crumb>,
    /// The entry.
    pub entry: Entry,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Linked {
    /// The folder.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub folder: FolderId,
    /// The folder's name.
    pub folder_name: String,
    /// Directory path inside the folder.
    pub path: Vec<Crumb>,
    /// The file or directory; none: the folder itself.
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub entry: Option<EntryId>,
    /// Its name.
    pub name: Option<String>,
    /// It lies in the trash.
    pub trashed: bool,
}

/// What a transfer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum TransferKind {
    /// Encrypting, storing and announcing.
    Add,
    /// Fetching and decrypting.
    Fetch,
    /// An opened file that was saved becomes a version.
    Version,
}

/// How a transfer stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[allow(missing_docs, reason = "fields are named for what they are")]
pub enum TransferState {
    /// Bytes are moving.
    Running,
    /// Stopped for now by a person, or found after a restart by a program that does not go on by itself.
    Paused,
    /// Nobody who has the bytes can be reached; it goes on by itself.
    Waiting,
    /// All is done.
    Done,
    /// Stopped by a person.
    Cancelled,
    /// Could not go on.
    Failed { error: ApiError },
}

/// A transfer for the panel above the status line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Transfer {
    /// Its id in this home.
    pub id: u64,
    /// What it does.
    pub kind: TransferKind,
    /// Where to or from.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub folder: FolderId,
    /// Name of the first file.
    pub name: String,
    /// Files done.
    pub files_done: u32,
    /// Files in all, as far as counted.
    pub files: u32,
    /// Bytes done.
    pub bytes_done: u64,
    /// Bytes in all, as far as counted.
    pub bytes: u64,
    /// Bytes a second, lately.
    pub rate: u64,
    /// How it stands.
    pub state: TransferState,
    /// It is kept until it is done or given up: it can be paused, and goes on after a crash.
    pub kept: bool,
    /// Files left out, with the reason in words.
    pub left_out: Vec<String>,
}

/// Everything about one entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// The row.
    pub entry: Entry,
    /// Directory path inside the folder.
    pub path: Vec<Crumb>,
    /// Newest first.
    pub versions: Vec<Version>,
    /// Who can open it.
    pub members: Vec<Member>,
    /// A pinning node has confirmed the newest version.
    pub held: bool,
}

/// One version of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// From 1, the oldest.
    pub number: u32,
    /// Bytes.
    pub size: u64,
    /// By its author's clock.
    pub changed: u64,
    /// Author.
    pub by: String,
    /// IPFS content id of the encrypted file.
    pub cid: String,
    /// Id of its key.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub dek_id: DekId,
    /// Epoch of the folder key that wraps it.
    pub epoch: u64,
    /// Device that signed it.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub device: DeviceId,
    /// Hash of the record that carries it.
    pub record: String,
    /// Bytes are on this computer.
    pub here: bool,
}

/// What an export wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Exported {
    /// The encrypted file, to be opened by `age -d`.
    pub file: PathBuf,
    /// The file with its key (the passphrase).
    pub key: PathBuf,
}

/// Something that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct SecurityEvent {
    /// When it was noticed.
    pub at: u64,
    /// An alarm stops things; otherwise it is a note.
    pub alarm: bool,
    /// What happened, what is safe, what to do.
    pub words: ApiError,
}

/// For comparing by eye or voice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Fingerprints {
    /// The workspace.
    pub workspace: String,
    /// This account.
    pub account: String,
    /// This device.
    pub device: String,
    /// The catalog's identity key.
    pub catalog: Option<String>,
}

/// What a front end may switch on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum ErrorCode {
    /// Something that was typed or chosen does not do.
    BadInput,
    /// The password does not open this device.
    WrongPassword,
    /// A recovery code is mistyped, or its kit is not one that opens this computer.
    BadKit,
    /// The code is right, and the keyring does not give the other share: the other kit is needed.
    OtherKitNeeded,
    /// No kit was made for this computer.
    NoRecovery,
    /// There is an account in this home already.
    AlreadySetUp,
    /// There is no account in this home.
    NotSetUp,
    /// Unlock first.
    Locked,
    /// Not let in yet.
    Waiting,
    /// This computer is not of the account any more.
    Removed,
    /// A computer could not join the account.
    NotPaired,
    /// Another process uses this home.
    InUse,
    /// No such folder, entry, person or transfer.
    NotFound,
    /// The name is taken or cannot be used.
    BadName,
    /// Role or office does not allow it.
    NotAllowed,
    /// The invitation cannot be used.
    BadInvitation,
    /// The catalog cannot be reached.
    Offline,
    /// No computer that holds the bytes can be reached.
    NotAvailable,
    /// Something could not be verified: it was not opened.
    NotVerified,
    /// The catalog or a colleague's device broke a rule.
    Distrusted,
    /// Valise is too old for what it sees.
    UpdateNeeded,
    /// No room on the disk.
    DiskFull,
    /// No room left at the catalog for what this account adds.
    OverQuota,
    /// No room where opened files lie; saving elsewhere works.
    TooLarge,
    /// A change of an opened file could not become a version; it stays where it is.
    NotKept,
    /// The disk or the system refused.
    Io,
    /// Stopped by the person.
    Cancelled,
    /// It took longer than asked for.
    TimedOut,
    /// A fault of Valise itself.
    Internal,
}

/// A trouble in words for a person, and a code for the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
#[error("{happened}")]
pub struct ApiError {
    /// To switch on.
    pub code: ErrorCode,
    /// What happened.
    pub happened: String,
    /// What is safe.
    pub safe: Option<String>,
    /// What to do.
    pub todo: Option<String>,
    /// For support; no keys, no names.
    pub details: Option<String>,
}
