//! The engine: answers requests, and holds what lives while the vault is open.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use zeroize::Zeroizing;

use valise_blocks::{Address, Blocks, IpfsNode, NodeConfig};
use valise_crypto::{Costs, keys_are_locked, wiping_stack};
use valise_protocol::invitation::Link;
use valise_protocol::workspace;

use crate::api::{ApiError, Connection, DekId, EntryId, Event, FolderId, InHand, Reply, Request};
use crate::asking::Asking;
use crate::catalog::Catalog;
use crate::clock::{Clock, SystemClock};
use crate::error::EngineError;
use crate::home::{ASKED, CatalogAddress, Home, Public};
use crate::index::security;
use crate::keyring::{Keyring, SystemKeyring};
use crate::opened::{self, Opened};
use crate::shared::{Open, Session, Shared, State, lock};
use crate::transfer::life::Begun;
use crate::transfer::{Stop, Transfers, add, fetch, life, save};
use crate::vault::Vault;
use crate::vault::first_run::{self, Person};
use crate::vault::recovery::NewSet;
use crate::{
    activity, address, asking, authority, compared, custody, devices, doctor, edit, editing, groups, invitations, keys,
    kit, links, login, news, offers, recovery, share, signatures, storage, succession, sync, token, trash, versions,
};

/// How an engine is set up.
pub struct Config {
    /// The home directory.
    pub home: PathBuf,
    /// What a guess of a new password costs.
    pub costs: Costs,
    /// Addresses the node listens on; none: it only dials.
    pub listen: Vec<String>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Keeps one share of a recovery key.
    pub keyring: Arc<dyn Keyring>,
    /// Transfers that were cut short, or lack the network, go on by themselves: for a program that stays.
    pub transfers_go_on: bool,
}

impl Config {
    /// The defaults for a home.
    pub fn new(home: impl Into<PathBuf>) -> Self {
        let (clock, keyring) = (Arc::new(SystemClock), Arc::new(SystemKeyring));
        Self { home: home.into(), costs: costs(), listen: Vec::new(), clock, keyring, transfers_go_on: false }
    }
}

/// The default. Tests open homes many hundred times, each for a second of CPU: a program that is built for development
/// takes the floor when it is told to, and a released one does not listen.
fn costs() -> Costs {
    let floor = cfg!(debug_assertions) && std::env::var_os("VALISE_COSTS").is_some_and(|costs| costs == "floor");
    if floor { Costs::FLOOR } else { Costs::DEFAULT }
}

/// One home's engine. Dropping it does not lock: call [`Engine::stop`].
pub struct Engine {
    shared: Arc<Shared>,
    costs: Costs,
    listen: Vec<String>,
    keyring: Arc<dyn Keyring>,
    transfers_go_on: bool,
    /// One change of state at a time.
    turning: Arc<tokio::sync::Mutex<()>>,
}

impl Engine {
    /// Takes the home.
    pub fn start(config: Config) -> Result<Self, ApiError> {
        let shared = Home::take(&config.home).and_then(|home| Shared::new(home, config.clock))?;
        Ok(Self {
            shared: Arc::new(shared),
            costs: config.costs,
            listen: config.listen,
            keyring: config.keyring,
            transfers_go_on: config.transfers_go_on,
            turning: Arc::default(),
        })
    }

    /// Hears events from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.shared.subscribe()
    }

    /// What is behind it.
    #[cfg(any(test, feature = "bench"))]
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Answers a request.
    pub async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        self.answer(request).await.map_err(|error| {
            tracing::debug!(%error, "a request failed");
            ApiError::from(error)
        })
    }

    /// The plaintext of a file (`version` as in [`Request::Open`]) of at most so many bytes, with its name: for showing it
    /// in the window. No request, because a reply is text and may be logged; these bytes are wiped when they are dropped.
    pub async fn read(
        &self,
        folder: FolderId,
        entry: EntryId,
        version: Option<DekId>,
        limit: u64,
    ) -> Result<(String, Zeroizing<Vec<u8>>), ApiError> {
        news::opened(&self.shared, folder, entry);
        fetch::read(&self.shared, folder, (entry, version), limit).await.map_err(ApiError::from)
    }

    /// The home directory.
    pub(crate) fn home(&self) -> &Path {
        self.shared.home.root()
    }

    /// Nobody waits any more for what was begun. What cannot be stopped goes on.
    pub(crate) fn let_go(&self, begun: &Begun, why: Stop) {
        let stopped = self.shared.session().and_then(|session| life::let_go(&self.shared, &session, begun, why));
        if let Err(error) = stopped {
            tracing::debug!(%error, "nobody waits for it any more");
        }
    }

    /// Locks and lets go of everything.
    pub async fn stop(&self) {
        let _turn = self.turning.lock().await;
        if let Err(error) = self.close().await {
            tracing::warn!(%error, "locking");
        }
    }

    async fn answer(&self, request: Request) -> Result<Reply, EngineError> {
        let shared = &self.shared;
        match request {
            Request::Status => Ok(Reply::Status(shared.status())),
            Request::Create { name, password, workspace, catalog } => {
                self.create(name, password, workspace, catalog).await
            }
            Request::Attach { catalog } => self.attach(&catalog).await,
            Request::InspectInvitation { link } => share::preview(&link).map(Reply::Preview),
            Request::Join { link, name, password } => self.join(&link, name, password).await,
            Request::Unlock { password } => self.unlock(password).await,
            Request::UnlockAtLogin => self.unlock_at_login().await,
            Request::SetUnlockAtLogin { password } => self.set_unlock_at_login(password).await,
            Request::UnlockWithToken { pin } => self.unlock_with_token(pin).await,
            Request::AddToken { password, place, pin, instead } => {
                let _turn = self.turning.lock().await;
                token::add(shared, password, &place, pin, instead).await?;
                keys::account_keys(shared).map(Reply::AccountKeys)
            }
            Request::RemoveToken { password, new } => {
                let _turn = self.turning.lock().await;
                token::remove(shared, self.costs, password, new).await?;
                keys::account_keys(shared).map(Reply::AccountKeys)
            }
            Request::RewrapAuthority { place, secret } => {
                authority::rewrap(shared, place, secret).await.map(|()| Reply::Done)
            }
            Request::MakeKits { password } => {
                let _turn = self.turning.lock().await;
                recovery::make(shared, &self.keyring, password).await.map(Reply::Kits)
            }
            Request::WriteKit { code, to } => kit::write(shared, &code, &to).map(Reply::Path),
            Request::ConfirmKit { kit, groups } => recovery::confirm(shared, kit, &groups).map(|()| Reply::Done),
            Request::CheckKit { code } => recovery::check(shared, &code).map(Reply::Kit),
            Request::Recovery => recovery::status(shared, &self.keyring).await.map(Reply::Recovery),
            Request::Recover { codes, password } => self.recover(&codes, password).await,
            Request::Rehearse { codes } => {
                let _turn = self.turning.lock().await;
                recovery::rehearse(shared, &self.keyring, &codes).await.map(Reply::Rehearsed)
            }
            Request::Authority => authority::show(shared).await.map(|it| Reply::Authority(Box::new(it))),
            Request::SetAuthority { holders, delay_hours } => {
                authority::set(shared, holders, delay_hours).await.map(|()| Reply::Done)
            }
            Request::ApproveRecovery { device, place, secret } => {
                authority::approve(shared, device, place, secret).await.map(|()| Reply::Done)
            }
            Request::MakeKeeperKey { place, secret } => custody::make_key(&place, secret).await.map(|()| Reply::Done),
            Request::RefuseRecovery { device } => authority::refuse(shared, device).await.map(|()| Reply::Done),
            Request::AskRecovery { code, catalog, name, alone, reason, password } => {
                let _turn = self.turning.lock().await;
                let asking = Asking { code, catalog, name, alone, reason };
                asking::ask(shared, &self.keyring, asking, (password, self.costs)).await.map(|()| Reply::Done)
            }
            Request::AskedRecovery => asking::status(shared).await.map(Reply::Asked),
            Request::FinishRecovery { password } => self.finish_recovery(password).await,
            Request::ForgetAsked => asking::forget(shared).map(|()| Reply::Done),
            Request::ChangePassword { password, new } => {
                let _turn = self.turning.lock().await;
                keys::change_password(shared, self.costs, password, new).await.map(|()| Reply::Done)
            }
            Request::RenewKeys { password, new } => self.renew_keys(password, new).await,
            Request::AccountKeys => keys::account_keys(shared).map(Reply::AccountKeys),
            Request::RotateAccountKey => keys::rotate_account_key(shared).await.map(Reply::AccountKeys),
            Request::FolderKeys { folder } => keys::folder_keys(shared, folder).map(Reply::FolderKeys),
            Request::RotateFolderKey { folder } => keys::rotate_folder_key(shared, folder).await.map(Reply::FolderKeys),
            Request::Rewrap { folder } => keys::rewrap(shared, folder).await.map(Reply::FolderKeys),
            Request::RetireKeys { folder } => keys::retire(shared, folder).await.map(Reply::FolderKeys),
            Request::SetRotation { folder, days } => {
                keys::set_rotation(shared, folder, days).await.map(Reply::FolderKeys)
            }
            Request::Devices => devices::list(shared).await.map(Reply::Devices),
            Request::Pair { password, name } => {
                let _turn = self.turning.lock().await;
                devices::begin_pairing(shared, password, name.as_deref()).await.map(Reply::Pairing)
            }
            Request::EndPairing => {
                devices::end_pairing(&*shared.session()?);
                Ok(Reply::Done)
            }
            Request::JoinAccount { code, catalog, name, password } => {
                self.join_account(&code, catalog.as_deref(), name.as_deref(), password).await
            }
            Request::RecoverAccount { codes, catalog, name, password, alone } => {
                self.recover_account(&codes, &catalog, (name.as_deref(), alone), password).await
            }
            Request::NameDevice { device, name } => devices::name(shared, device, &name).await.map(|()| Reply::Done),
            Request::RemoveDevice { device, password } => {
                let _turn = self.turning.lock().await;
                let made = devices::remove(shared, device, password).await?;
                recovery::hand_out(shared, &self.keyring, made).await.map(Reply::Kits)
            }
            Request::Reach { device } => devices::reach(shared, device).map(Reply::Reach),
            Request::Forget => self.forget().await,
            Request::InHand => {
                let session = shared.session()?;
                Ok(Reply::InHand(InHand { transfers: session.transfers.running(), opened: session.opened.count() }))
            }
            Request::Lock => self.lock_vault().await.map(|()| Reply::Done),
            Request::Settings => shared.home.settings().map(Reply::Settings),
            Request::SetSettings { settings } => {
                shared.home.set_settings(&settings)?;
                storage::make_room(shared).await.map(|_| Reply::Done)
            }
            Request::Storage => storage::show(shared).await.map(Reply::Storage),
            Request::Network => storage::network(shared).await.map(Reply::Network),
            Request::SetCatalogAddresses { addresses } => address::set(shared, &addresses).await.map(Reply::Network),
            Request::Keep { folder, entries, keep } => {
                storage::keep(shared, folder, &entries, keep).map(|()| Reply::Done)
            }
            Request::Look { folder } => news::look(shared, folder).map(|()| Reply::Done),
            Request::Folders => shared.vault(|vault| Ok(Reply::Folders(vault.folder_rows()))),
            Request::CreateFolder { name } => edit::create_folder(shared, &name),
            Request::RenameFolder { folder, name } => edit::rename_folder(shared, folder, &name),
            Request::Members { folder } => shared.vault(|vault| vault.member_rows(&folder)).map(Reply::Members),
            Request::Invite { folder, role, days } => {
                share::invite(shared, folder, role, days).await.map(Reply::Invitation)
            }
            Request::Invitations => invitations::list(shared).map(Reply::Invitations),
            Request::InvitationLink { id } => invitations::link(shared, id).map(Reply::Link),
            Request::WithdrawInvitation { id } => invitations::withdraw(shared, id).await.map(Reply::Invitations),
            Request::AddMember { folder, account, role } => {
                share::add(shared, folder, account, role).await.map(|()| Reply::Done)
            }
            Request::SetRole { folder, account, role } => {
                share::set_role(shared, folder, account, role).await.map(|()| Reply::Done)
            }
            Request::RemoveMember { folder, account } => {
                share::remove(shared, folder, account).await.map(|()| Reply::Done)
            }
            Request::HandOver { folder, account, then } => {
                share::hand_over(shared, folder, account, then).await.map(|()| Reply::Done)
            }
            Request::FolderInvitations => shared.vault(|vault| Ok(Reply::FolderInvitations(offers::list(vault)))),
            Request::AcceptFolder { folder } => offers::accept(shared, folder).await.map(|()| Reply::Done),
            Request::DeclineFolder { folder } => offers::decline(shared, folder).await.map(|()| Reply::Done),
            Request::Leave { folder } => share::leave(shared, folder).await.map(|()| Reply::Done),
            Request::SetOfficer { account, officer } => {
                share::set_officer(shared, account, officer).await.map(|()| Reply::Done)
            }
            Request::CloseAccount { account } => share::close_account(shared, account).await.map(|()| Reply::Done),
            Request::Succession => succession::show(shared).map(Reply::Succession),
            Request::NameSuccessor { account } => succession::name(shared, account).await.map(Reply::Succession),
            Request::SetFolderSuccessor { folder, account } => {
                succession::set(shared, folder, account).await.map(Reply::Succession)
            }
            Request::Groups => shared.vault(|vault| vault.groups()).map(Reply::Groups),
            Request::SetGroup { group, name, members } => {
                groups::set(shared, group, &name, members).await.map(Reply::Groups)
            }
            Request::RemoveGroup { group } => groups::remove(shared, group).await.map(Reply::Groups),
            Request::AddGroup { folder, group, role, named } => {
                groups::add(shared, folder, group, role, named.as_deref()).await.map(Reply::Added)
            }
            Request::People => shared.vault(|vault| vault.people_rows()).map(Reply::People),
            Request::SetVerified { account, number } => {
                compared::set(shared, account, number.as_deref()).map(Reply::People)
            }
            Request::List { folder, parent } => {
                shared.vault(|vault| vault.listing(&folder, parent.unwrap_or(EntryId::TOP))).map(Reply::Listing)
            }
            Request::Search { folder, text } => shared.vault(|vault| vault.search(folder, &text)).map(Reply::Hits),
            Request::Recent { limit } => shared.vault(|vault| vault.recent(limit)).map(Reply::Hits),
            Request::Trash { folder } => shared.vault(|vault| vault.trash(folder)).map(Reply::Hits),
            Request::MakeDirectory { folder, parent, name } => edit::make_directory(shared, folder, parent, &name),
            Request::Rename { folder, entry, name } => edit::rename(shared, folder, entry, &name),
            Request::Move { folder, entries, parent } => edit::move_entries(shared, folder, &entries, parent),
            Request::Remove { folder, entries } => edit::remove(shared, folder, &entries),
            Request::Restore { folder, entries } => edit::restore(shared, folder, &entries),
            Request::Purge { folder, entries } => edit::purge(shared, folder, &entries),
            Request::SetTrashPolicy { folder, days } => trash::set_policy(shared, folder, days).await,
            Request::EmptyTrash { folder } => edit::empty_trash(shared, folder),
            Request::Outbox => shared.vault(|vault| vault.outbox()).map(Reply::Outbox),
            Request::Undo => edit::undo(shared).map(Reply::Undone),
            Request::Add { folder, parent, paths } => add::begin(shared, folder, parent, paths).map(Reply::Transfer),
            Request::Transfers => Ok(Reply::Transfers(shared.session()?.transfers.list())),
            Request::CancelTransfer { transfer } => {
                life::cancel(shared, &shared.session()?, transfer).map(|()| Reply::Done)
            }
            Request::PauseTransfer { transfer } => {
                life::pause(shared, &shared.session()?, transfer).map(|()| Reply::Done)
            }
            Request::ResumeTransfer { transfer } => {
                life::resume(shared, &shared.session()?, transfer).map(|()| Reply::Done)
            }
            Request::Open { folder, entry, version } => {
                news::opened(shared, folder, entry);
                opened::open(shared, folder, entry, version).await.map(Reply::Path)
            }
            Request::Close { folder, entry } => opened::close(shared, folder, entry).await.map(Reply::Hits),
            Request::Save { folder, entry, version, to } => {
                save::save(shared, folder, entry, version, to).await.map(Reply::Path)
            }
            Request::RestoreVersion { folder, entry, version } => versions::restore(shared, folder, entry, version),
            Request::Export { folder, entry, to } => save::export(shared, folder, entry, to).await.map(Reply::Exported),
            Request::Details { folder, entry } => {
                shared.vault(|vault| vault.details(&folder, entry)).map(|details| Reply::Details(Box::new(details)))
            }
            Request::Link { folder, entry } => shared.vault(|vault| links::make(vault, folder, entry)).map(Reply::Link),
            Request::FollowLink { link } => shared.vault(|vault| links::follow(vault, &link)).map(Reply::Linked),
            Request::Activity { folder, filter, before, limit } => {
                activity::page(shared, folder, filter, before, limit).await.map(Reply::Activity)
            }
            Request::ExportActivity { folder, filter, format, to } => {
                activity::export(shared, folder, filter, format, to).await.map(Reply::Path)
            }
            Request::Recoverability { folder, entry } => {
                shared.vault(|vault| vault.recoverability(folder, entry)).map(|it| Reply::Recoverability(Box::new(it)))
            }
            Request::Sign { folder, entry, version, statement, key, pin } => {
                let with = key.map(|key| (key, pin));
                signatures::sign(shared, folder, (entry, version), &statement, with).await.map(Reply::Signatures)
            }
            Request::Signatures { folder, entry, check } => {
                signatures::list(shared, folder, entry, check).await.map(Reply::Signatures)
            }
            Request::ExportSigned { folder, entry, version, to } => {
                signatures::export(shared, folder, (entry, version), &to).await.map(Reply::ExportedSigned)
            }
            Request::SigningKeys => signatures::keys(shared).map(Reply::SigningKeys),
            Request::RotateSigningKey => signatures::rotate(shared).await.map(Reply::SigningKeys),
            Request::AddTokenSigningKey { place, pin } => {
                signatures::add_token(shared, &place, pin).await.map(Reply::SigningKeys)
            }
            Request::RevokeSigningKey { version } => signatures::revoke(shared, version).await.map(Reply::SigningKeys),
            Request::Sync => {
                let session = shared.session()?;
                // Locking does not wait for whom the catalog keeps waiting.
                let round = session.cancel.run_until_cancelled(sync::round(shared, &session)).await;
                round.unwrap_or(Err(EngineError::Locked))?;
                Ok(Reply::Status(shared.status()))
            }
            Request::AwaitHeld { seconds } => self.await_held(Duration::from_secs(seconds.into())).await,
            Request::SecurityEvents => {
                shared.open(|open| security::newest(open.vault.index.read(), 200)).map(Reply::Security)
            }
            Request::Fingerprints => shared.open(|open| Ok(Reply::Fingerprints(open.vault.fingerprints()))),
            Request::Diagnose => doctor::diagnose(shared, &self.keyring).await.map(Reply::Diagnosis),
        }
    }

    async fn create(
        &self,
        name: String,
        password: crate::api::Password,
        workspace: String,
        catalog: Option<String>,
    ) -> Result<Reply, EngineError> {
        let turn = self.turning.lock().await;
        self.must_be_new()?;
        if let Some(url) = &catalog {
            // Before anything is made: is there a catalog at all, and is it free?
            let identity = address::reach(url).await?.0;
            if identity.workspace.is_some() {
                return Err(EngineError::NotAllowed("This catalog serves another workspace already."));
            }
        }
        let (shared, costs) = (self.shared.clone(), self.costs);
        let secret = password.clone();
        blocking(move || {
            let person = Person { name: &name, password: &secret.0, costs };
            first_run::create(&shared.home, &person, &workspace)
        })
        .await?;
        self.unlock_now(&password).await?;
        self.shared.vault(sync::ensure_personal)?;
        if let Some(url) = catalog {
            self.attach_now(&url).await?;
        }
        drop(turn);
        self.shared.tell(Event::FoldersChanged);
        Ok(Reply::Status(self.shared.status()))
    }

    async fn join(&self, link: &str, name: String, password: crate::api::Password) -> Result<Reply, EngineError> {
        let _turn = self.turning.lock().await;
        self.must_be_new()?;
        let link = Link::parse(link)?;
        if link.expires < self.shared.clock.now() {
            return Err(EngineError::BadInvitation("The invitation has expired."));
        }
        let link = self.reachable(link).await?;
        let (shared, costs) = (self.shared.clone(), self.costs);
        let secret = password.clone();
        blocking(move || {
            let person = Person { name: &name, password: &secret.0, costs };
            first_run::join(&shared.home, &person, &link)
        })
        .await?;
        self.unlock_now(&password).await?;
        Ok(Reply::Status(self.shared.status()))
    }

    /// First run on another computer of the same person.
    async fn join_account(
        &self,
        code: &crate::api::Code,
        catalog: Option<&str>,
        name: Option<&str>,
        password: crate::api::Password,
    ) -> Result<Reply, EngineError> {
        let _turn = self.turning.lock().await;
        self.must_be_new()?;
        let target = devices::Target::parse(code, catalog)?;
        devices::join_account(&self.shared, &target, name, &password, self.costs).await?;
        self.unlock_now(&password).await?;
        self.shared.tell(Event::FoldersChanged);
        Ok(Reply::Status(self.shared.status()))
    }

    /// First run for who has lost every computer.
    async fn recover_account(
        &self,
        codes: &[crate::api::Code],
        catalog: &str,
        choice: (Option<&str>, bool),
        password: crate::api::Password,
    ) -> Result<Reply, EngineError> {
        let _turn = self.turning.lock().await;
        self.must_be_new()?;
        let made = devices::recover_account(&self.shared, codes, catalog, choice, (&password, self.costs)).await?;
        self.arrive(made, &password).await
    }

    /// Opens what officers released, and recovers with it.
    async fn finish_recovery(&self, password: crate::api::Password) -> Result<Reply, EngineError> {
        let _turn = self.turning.lock().await;
        let is_new = matches!(*self.shared.state(), State::New);
        let made = asking::finish(&self.shared, &self.keyring, (password.clone(), self.costs)).await?;
        let kits = match is_new {
            true => self.arrive(made, &password).await?,
            false => {
                self.unlock_now(&password).await?;
                recovery::hand_out(&self.shared, &self.keyring, made).await.map(Reply::Kits)?
            }
        };
        asking::forget(&self.shared)?;
        Ok(kits)
    }

    /// A new device by recovery: the catalog hears of it first, or it is none.
    async fn arrive(&self, made: NewSet, password: &crate::api::Password) -> Result<Reply, EngineError> {
        self.unlock_now(password).await?;
        let joined = match sync::round(&self.shared, &self.shared.session()?).await {
            Err(error @ EngineError::RecoveredTooLate) => Err(error),
            // Whatever else it was, it goes on by itself.
            _ => Ok(()),
        };
        if let Err(error) = joined {
            let _ = self.close().await;
            self.shared.home.erase()?;
            *self.shared.state() = State::New;
            self.shared.tell_status();
            return Err(error);
        }
        self.shared.tell(Event::FoldersChanged);
        recovery::hand_out(&self.shared, &self.keyring, made).await.map(Reply::Kits)
    }

    /// Removes the account from this computer, locked or not.
    async fn forget(&self) -> Result<Reply, EngineError> {
        let _turn = self.turning.lock().await;
        let closed = self.close().await;
        let public = match &*self.shared.state() {
            State::Locked(public) => public.clone(),
            State::New => return Err(EngineError::NotSetUp),
            State::Open(_) => return Err(closed.err().unwrap_or(EngineError::Internal("it does not close"))),
        };
        devices::forget(&self.shared, &self.keyring, public).await?;
        *self.shared.state() = State::New;
        self.shared.tell_status();
        Ok(Reply::Status(self.shared.status()))
    }

    /// The link with the address first where the catalog with the right key answers.
    async fn reachable(&self, mut link: Link) -> Result<Link, EngineError> {
        let mut last = EngineError::BadInvitation("The invitation names no catalog.");
        for (index, url) in link.addresses.clone().iter().enumerate() {
            let identity = match Catalog::new(url, link.catalog, None) {
                Ok(catalog) => catalog.identity().await,
                Err(error) => Err(error),
            };
            match identity {
                Ok(_) => {
                    link.addresses.swap(0, index);
                    return Ok(link);
                }
                Err(error) => last = error.into(),
            }
        }
        Err(last)
    }

    fn must_be_new(&self) -> Result<(), EngineError> {
        match *self.shared.state() {
            State::New => Ok(()),
            _ => Err(EngineError::AlreadySetUp),
        }
    }

    async fn unlock(&self, password: crate::api::Password) -> Result<Reply, EngineError> {
        let _turn = self.turning.lock().await;
        if let State::Open(_) = &*self.shared.state() {
            return Ok(Reply::Status(self.shared.status()));
        }
        self.unlock_now(&password).await?;
        Ok(Reply::Status(self.shared.status()))
    }

    /// Opens the home if the system's keyring does; if not, it stays locked and that is no error.
    async fn unlock_at_login(&self) -> Result<Reply, EngineError> {
        if !matches!(&*self.shared.state(), State::Locked(_)) {
            return Ok(Reply::Status(self.shared.status()));
        }
        // A keyring that asks a person holds nobody up who types the password.
        let public = recovery::public(&self.shared)?;
        let secret = login::ask(&self.shared, &self.keyring, &public).await?;
        let _turn = self.turning.lock().await;
        if !matches!(&*self.shared.state(), State::Locked(_)) {
            return Ok(Reply::Status(self.shared.status()));
        }
        let public = self.public_now()?;
        if let Some(secret) = secret
            && let Some(opened) = login::open(&self.shared, &public, &secret)?
        {
            let (shared, known) = (self.shared.clone(), public.clone());
            let vault = blocking(move || Vault::unlock_opened(&shared.home, &known, &opened)).await?;
            self.begin(public, vault).await?;
        }
        Ok(Reply::Status(self.shared.status()))
    }

    async fn unlock_with_token(&self, pin: crate::api::Password) -> Result<Reply, EngineError> {
        let _turn = self.turning.lock().await;
        if let State::Open(_) = &*self.shared.state() {
            return Ok(Reply::Status(self.shared.status()));
        }
        let public = self.public_now()?;
        let vault = token::unlock(&self.shared, &public, &pin).await?;
        self.begin(public, vault).await?;
        Ok(Reply::Status(self.shared.status()))
    }

    /// Opens a locked home without its password, and hands out a new set.
    async fn recover(&self, codes: &[crate::api::Code], password: crate::api::Password) -> Result<Reply, EngineError> {
        let _turn = self.turning.lock().await;
        match *self.shared.state() {
            State::Locked(_) => {}
            State::New => return Err(EngineError::NotSetUp),
            State::Open(_) => return Err(EngineError::BadInput("Valise is open: nothing needs to be recovered.")),
        }
        let shares = recovery::gather(&self.shared, &self.keyring, codes).await?;
        let made = recovery::recover(&self.shared, shares, password.clone(), self.costs).await?;
        self.unlock_now(&password).await?;
        recovery::hand_out(&self.shared, &self.keyring, made).await.map(Reply::Kits)
    }

    /// Begins everything anew that the password opens, and hands out a new set. The vault is closed meanwhile.
    async fn renew_keys(
        &self,
        password: crate::api::Password,
        new: crate::api::Password,
    ) -> Result<Reply, EngineError> {
        let _turn = self.turning.lock().await;
        // A newcomer's account is not to grow before it is let in.
        self.shared.vault(|_| Ok(()))?;
        let opened = recovery::prepare(&self.shared, password.clone(), &new).await?;
        if let Err(error) = self.close().await {
            self.unlock_now(&password).await?;
            return Err(error);
        }
        match recovery::renew(&self.shared, opened, new.clone(), self.costs).await {
            Ok(made) => {
                self.unlock_now(&new).await?;
                recovery::hand_out(&self.shared, &self.keyring, made).await.map(Reply::Kits)
            }
            Err(error) => {
                // Nothing has changed, and it is as open as it was; or all of it has, and only the end of it failed.
                if self.unlock_now(&password).await.is_err() {
                    self.unlock_now(&new).await?;
                }
                Err(error)
            }
        }
    }

    /// What is known of the home while it is locked; what was cut short is finished first.
    fn public_now(&self) -> Result<Public, EngineError> {
        self.shared.home.finish_replacing()?;
        self.shared.home.public()?.ok_or(EngineError::NotSetUp)
    }

    /// With the password; or, where there is none, with the PIN of the token.
    async fn unlock_now(&self, password: &crate::api::Password) -> Result<(), EngineError> {
        let public = self.public_now()?;
        if token::is_alone(&self.shared.home)? {
            let vault = token::unlock(&self.shared, &public, password).await?;
            return self.begin(public, vault).await;
        }
        let (shared, secret, costs) = (self.shared.clone(), password.clone(), self.costs);
        let (public, vault, opened) = blocking(move || {
            let (vault, opened) = Vault::unlock(&shared.home, &public, &secret.0, costs)?;
            Ok((public, vault, opened))
        })
        .await?;
        self.begin(public.clone(), vault).await?;
        let (shared, session) = (self.shared.clone(), self.shared.session()?);
        let (keyring, turning) = (self.keyring.clone(), self.turning.clone());
        session.tasks.spawn(login::keep(shared, session.clone(), keyring, turning, public, opened));
        Ok(())
    }

    /// Begins to work in an open vault.
    async fn begin(&self, public: Public, mut vault: Vault) -> Result<(), EngineError> {
        if !keys_are_locked() {
            tracing::warn!("the system lets no more memory be locked: keys may reach the swap");
        }
        let blocks = self.start_node(vault.me.peer_seed.clone()).await?;
        sweep(&mut vault, blocks.as_ref()).await?;
        let session = Arc::new(self.new_session(&public, &vault, blocks)?);
        opened::recover(&mut vault, &session.opened)?;
        *self.shared.state() = State::Open(Box::new(Open { public, vault, session: session.clone() }));
        session.tasks.spawn(sync::run(self.shared.clone(), session.clone()));
        session.tasks.spawn(opened::watch(self.shared.clone(), session.clone()));
        session.tasks.spawn(editing::run(self.shared.clone(), session.clone()));
        session.tasks.spawn(storage::tend(self.shared.clone(), session.clone()));
        life::find(&self.shared, &session)?;
        // Whoever opens it needs no help any more.
        self.shared.home.remove(ASKED)?;
        self.shared.tell_status();
        tracing::info!("unlocked");
        Ok(())
    }

    async fn start_node(&self, seed: Zeroizing<[u8; 32]>) -> Result<Arc<dyn Blocks>, EngineError> {
        let mut config = NodeConfig::new(self.shared.home.blocks(), seed);
        config.listen = self.listen.iter().cloned().map(Address).collect();
        Ok(Arc::new(IpfsNode::open(config).await?))
    }

    fn new_session(&self, public: &Public, vault: &Vault, blocks: Arc<dyn Blocks>) -> Result<Session, EngineError> {
        let catalog = public.catalog.as_ref().map(|known| address::link(known, vault)).transpose()?;
        let connection = if catalog.is_some() { Connection::Connecting } else { Connection::None };
        Ok(Session {
            blocks,
            catalog: Mutex::new(catalog),
            better_tried: Mutex::default(),
            catalog_moved: Notify::new(),
            transfers: Transfers::new(self.transfers_go_on),
            opened: Opened::new(self.shared.home.root()),
            told: Mutex::default(),
            undo: Mutex::default(),
            pairing: Mutex::new(None),
            wake: Notify::new(),
            held: Mutex::default(),
            more_held: Notify::new(),
            round: tokio::sync::Mutex::new(()),
            order: tokio::sync::Mutex::new(()),
            dialling: std::sync::atomic::AtomicBool::new(false),
            over_quota: std::sync::atomic::AtomicBool::new(false),
            connection: Mutex::new(connection),
            cancel: CancellationToken::new(),
            tasks: TaskTracker::new(),
        })
    }

    /// Changed files become versions and running transfers end first; then keys are wiped and opened files removed.
    /// Afterwards it is locked, also when the answer says that a change could not be kept.
    async fn lock_vault(&self) -> Result<(), EngineError> {
        let (left, closed) = {
            let _turn = self.turning.lock().await;
            (login::forget(&self.shared), self.close().await)
        };
        self.take_login_back(left).await;
        closed
    }

    /// The system's keyring opens this home from now on, or no more.
    async fn set_unlock_at_login(&self, password: Option<crate::api::Password>) -> Result<Reply, EngineError> {
        let Some(password) = password else {
            let left = {
                let _turn = self.turning.lock().await;
                self.shared.vault(login::set_off)?;
                login::forget(&self.shared)
            };
            self.take_login_back(left).await;
            self.shared.tell_status();
            return Ok(Reply::Status(self.shared.status()));
        };
        if token::is_alone(&self.shared.home)? {
            return Err(EngineError::NotAllowed("The token opens this computer's Valise, and is asked for each time."));
        }
        let opened = recovery::open_slots(&self.shared, password).await?;
        let public = recovery::public(&self.shared)?;
        self.shared.vault(login::set_on)?;
        let (shared, session) = (self.shared.clone(), self.shared.session()?);
        login::keep(shared, session, self.keyring.clone(), self.turning.clone(), public, opened).await;
        if !login::is_kept(&self.shared) {
            self.shared.vault(login::set_off)?;
            return Err(EngineError::NotNow("The system's keyring takes nothing now: unlock it, then try again."));
        }
        Ok(Reply::Status(self.shared.status()))
    }

    async fn take_login_back(&self, left: bool) {
        if left && let Ok(public) = recovery::public(&self.shared) {
            login::take_back(&self.keyring, &public).await;
        }
    }

    async fn close(&self) -> Result<(), EngineError> {
        let session = match &*self.shared.state() {
            State::Open(open) => open.session.clone(),
            _ => return Ok(()),
        };
        opened::finish(&self.shared, &session).await;
        session.cancel.cancel();
        session.tasks.close();
        session.tasks.wait().await;
        let round = session.round.lock().await;
        session.blocks.stop().await;
        {
            let mut state = self.shared.state();
            let State::Open(open) = &mut *state else { return Ok(()) };
            if let Err(error) = open.vault.write_all_held() {
                tracing::debug!(%error, "the catalog says it again");
            }
            let connected = open.vault.catalog_record().is_some();
            let unheld = u32::try_from(open.vault.unheld()).unwrap_or(u32::MAX);
            self.shared
                .set_left(if connected { open.vault.waiting_changes() } else { 0 }, if connected { unheld } else { 0 });
            *state = State::Locked(open.public.clone());
        }
        let changed = session.opened.clear();
        drop(round);
        self.shared.tell_status();
        if changed > 0 { Err(EngineError::NotKept) } else { Ok(()) }
    }

    async fn attach(&self, url: &str) -> Result<Reply, EngineError> {
        let _turn = self.turning.lock().await;
        self.attach_now(url).await?;
        Ok(Reply::Status(self.shared.status()))
    }

    /// Names the catalog in the workspace chain, then brings everything there.
    async fn attach_now(&self, url: &str) -> Result<(), EngineError> {
        let session = self.shared.session()?;
        if lock(&session.catalog).is_some() {
            return Err(EngineError::NotAllowed("This workspace has a catalog already."));
        }
        let (identity, url) = address::reach(url).await?;
        let address = CatalogAddress { url: url.clone(), key: identity.key };
        self.shared.open(|open| {
            let pinning = workspace::PinningNode { key: identity.pinning, addresses: identity.addresses.clone() };
            let catalog =
                workspace::Catalog { key: identity.key, addresses: vec![url.clone()], pinning: vec![pinning] };
            if open.vault.catalog_record() != Some(&catalog) {
                let record = open.vault.compose_catalog(&catalog)?;
                open.vault.take_own_workspace_record(&record)?;
            }
            open.public.catalog = Some(address.clone());
            open.vault.hosts_catalog = self.shared.home.hosts_catalog();
            self.shared.home.set_public(&open.public)?;
            *lock(&session.catalog) = Some(address::link(&address, &open.vault)?);
            Ok(())
        })?;
        *lock(&session.connection) = Connection::Connecting;
        sync::round(&self.shared, &session).await
    }

    /// Waits until nothing waits and everything is held.
    async fn await_held(&self, limit: Duration) -> Result<Reply, EngineError> {
        let mut events = self.shared.subscribe();
        let session = self.shared.session()?;
        let done = || {
            let status = self.shared.status();
            status.waiting == 0 && status.unheld == 0
        };
        let waiting = async {
            loop {
                if session.transfers.running() == 0 {
                    // What there is no room for is not held by waiting.
                    if session.over_quota.load(Ordering::Acquire) {
                        return Err(EngineError::OverQuota);
                    }
                    if done() {
                        return Ok(());
                    }
                }
                // An event may be missed by a slow listener: looking again is cheap.
                let _ = tokio::time::timeout(Duration::from_secs(2), events.recv()).await;
            }
        };
        session.over_quota.store(false, Ordering::Release);
        session.wake.notify_one();
        tokio::time::timeout(limit, waiting).await.map_err(|_| EngineError::TimedOut)??;
        Ok(Reply::Status(self.shared.status()))
    }
}

/// What is pinned and named by a tree is here; what a killed transfer left behind is let go.
async fn sweep(vault: &mut Vault, blocks: &dyn Blocks) -> Result<(), EngineError> {
    let trees = vault.folders.values().map(|state| state.tree());
    let named: std::collections::HashSet<_> =
        trees.flat_map(|tree| tree.entries()).flat_map(|entry| &entry.versions).map(|content| content.cid).collect();
    for pin in blocks.pins().await? {
        match valise_protocol::ids::Cid::new(pin).ok().filter(|cid| named.contains(cid)) {
            Some(cid) => {
                vault.here.insert(cid);
            }
            None => blocks.unpin(pin).await?,
        }
    }
    Ok(())
}

/// Heavy work, off the runtime's threads.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    tokio::task::spawn_blocking(|| wiping_stack(work)).await.map_err(|_| EngineError::Internal("a thread ended"))?
}
