//! Recovery with a colleague's help, by what is known here: who can help, who asks, and what was promised.

use std::collections::BTreeMap;

use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use valise_crypto::{SealingPair, release_share};
use valise_protocol::account::{Account, EscrowedShare};
use valise_protocol::asking::Asked;
use valise_protocol::chain::Slice;
use valise_protocol::ids::{AccountId, DeviceId, KeyVersion, RecoverySetId};
use valise_protocol::keys::{DeviceKeys, Seal};
use valise_protocol::place::SealPlace;
use valise_protocol::record::Record;
use valise_protocol::workspace::{
    self, Approval, Authority, Holder, Kept, OfficerKey, RecoveryApproved, RecoveryReleased, RecoveryVetoed, Workspace,
};

use super::Vault;
use super::recovery::{can_help, escrow_place};
use crate::api::{self, AuthorityHolder, RecoveryRequest};
use crate::error::EngineError;
use crate::index::marks::{self, Mark};
use crate::views::fingerprint;

/// What this officer will release, once the delay has passed and nobody has said no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Promise {
    account: AccountId,
    set: RecoverySetId,
    device: DeviceId,
    holder: u8,
    share: Seal,
    not_before: u64,
    /// Of which version of the authority: under another one it counts no more.
    authority: KeyVersion,
    /// The approval was seen in the chain: if it is there no more, somebody has said no.
    announced: bool,
}

/// A holder whose secret half is kept elsewhere.
#[derive(Clone, Debug)]
pub struct KeptHolder {
    /// Its number.
    pub index: u8,
    /// As it stands in the chain.
    pub holder: Holder,
    /// Its secret half as it was wrapped, the newest first.
    pub wraps: Vec<Kept>,
}

/// A request as it is known here.
#[derive(Clone, Debug)]
pub struct Known {
    account: AccountId,
    set: RecoverySetId,
    device: DeviceKeys,
    reason: String,
    at: Option<u64>,
}

impl Vault {
    /// Requests that concern this person: what the catalog told, and what officers have approved, which stands in the
    /// chain whatever the catalog tells.
    pub fn requests(&self) -> Vec<Known> {
        let Some(workspace) = &self.workspace else { return Vec::new() };
        let concerns = |account: &AccountId| *account == self.me.account || self.is_officer();
        let mut known: BTreeMap<(AccountId, DeviceId), Known> = BTreeMap::new();
        for (at, asked) in self.asked.iter().filter(|(_, asked)| concerns(&asked.account)) {
            let Asked { account, set, device, reason, .. } = asked.clone();
            if workspace.person(&account).is_some() {
                known.insert((account, device.id()), Known { account, set, device, reason, at: Some(*at) });
            }
        }
        for (account, approval) in workspace.approvals().iter().filter(|(account, _)| concerns(account)) {
            let Approval { set, device, reason, .. } = approval.clone();
            // Of a set that is used up nothing is to be done any more.
            if self.newest(account).is_some_and(|newest| newest.recovery().is_some_and(|it| it.id == set)) {
                let new = Known { account: *account, set, device, reason, at: None };
                known.entry((*account, new.device.id())).or_insert(new);
            }
        }
        known.into_values().collect()
    }

    /// An account by the newest that is known of it here.
    fn newest(&self, account: &AccountId) -> Option<&Account> {
        if *account == self.me.account {
            return Some(&self.account);
        }
        let anchored = self.workspace.as_ref().and_then(|workspace| workspace.roster().account(account));
        self.others.get(account).into_iter().chain(anchored).max_by_key(|account| account.head().seq)
    }

    fn approval(&self, request: &Known) -> Option<&Approval> {
        let approval = self.workspace.as_ref()?.approvals().get(&request.account)?;
        (approval.set == request.set && approval.device == request.device).then_some(approval)
    }

    /// As it is shown.
    pub fn authority_view(&self) -> Result<api::Authority, EngineError> {
        let workspace = self.workspace()?;
        let authority = workspace.authority().filter(|authority| !authority.holders.is_empty());
        let holders = authority.map(|it| it.holders.as_slice()).unwrap_or_default();
        let rows = holders.iter().map(|holder| self.holder_view(workspace, holder));
        Ok(api::Authority {
            version: authority.map(|authority| authority.version),
            delay_hours: authority.map_or(0, |authority| authority.delay_hours),
            holders: rows.collect(),
            may_change: self.is_officer(),
            to_come: self.to_come(workspace),
            requests: self.requests().iter().map(|request| self.request_view(authority, request)).collect(),
        })
    }

    fn holder_view(&self, workspace: &Workspace, holder: &Holder) -> AuthorityHolder {
        let account = holder.officer.map(|officer| officer.account);
        let kept = holder.kept.as_ref().map(|kept| kept.place.clone()).unwrap_or_default();
        AuthorityHolder {
            account,
            name: account.map_or(kept, |account| self.name_of(&account)),
            mine: account == Some(self.me.account),
            gone: account.is_some_and(|account| !workspace.officers().contains(&account)),
            // An officer is known by the fingerprint which is shown beside the name everywhere else; the chain says whose
            // key it is.
            fingerprint: account
                .map_or_else(|| fingerprint(&holder.public.digest()), |account| fingerprint(account.as_bytes())),
        }
    }

    /// Who could be helped and has no share in escrow under this authority; for officers.
    fn to_come(&self, workspace: &Workspace) -> Vec<String> {
        let Some(authority) = workspace.authority().filter(|_| self.is_officer()) else { return Vec::new() };
        let people = workspace.people().iter().filter(|(_, person)| !person.closed);
        let to_come = people.filter(|(account, _)| {
            let share = self.newest(account).and_then(Account::recovery).and_then(|set| set.escrow.as_ref());
            can_help(workspace, authority, account) && share.is_none_or(|share| share.authority != authority.version)
        });
        let mut names: Vec<String> = to_come.map(|(_, person)| person.name.clone()).collect();
        names.sort();
        names
    }

    fn request_view(&self, authority: Option<&Authority>, request: &Known) -> RecoveryRequest {
        let approval = self.approval(request);
        let by = approval.map(|approval| &approval.by);
        let needed = authority.map_or(0, |authority| authority.holders.len());
        let mine = request.account == self.me.account;
        let holders = authority.map(|it| it.holders.as_slice()).unwrap_or_default();
        let (own, elsewhere) = (
            holders.iter().any(|holder| holder.officer.is_some_and(|officer| officer.account == self.me.account)),
            holders.iter().any(|holder| holder.kept.is_some()),
        );
        let released = approval.is_some_and(|approval| needed > 0 && approval.released.len() == needed);
        let not_yet = by.is_none_or(|by| !by.contains_key(&self.me.account));
        RecoveryRequest {
            device: request.device.id(),
            fingerprint: fingerprint(request.device.id().as_bytes()),
            account: request.account,
            name: self.name_of(&request.account),
            mine,
            reason: request.reason.clone(),
            at: request.at,
            approved_by: by.into_iter().flatten().map(|(account, _)| self.name_of(account)).collect(),
            not_before: by.and_then(|by| by.values().max().copied()),
            released,
            // Once more where the promise is on a computer that is gone.
            may_approve: !mine
                && self.is_officer()
                && (own || elsewhere)
                && (not_yet || (!released && !self.has_promised(request))),
            needs_secret: elsewhere && !own,
        }
    }

    /// A request by the device that asks.
    pub fn request(&self, device: &DeviceId) -> Result<Known, EngineError> {
        let mut found = self.requests().into_iter().filter(|request| request.device.id() == *device);
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one),
            (None, _) => Err(EngineError::NotFound("the request")),
            // What was read out on the telephone would stand for two accounts.
            _ => Err(EngineError::Distrusted("one computer asks for several accounts")),
        }
    }

    /// Whose recovery it is about.
    pub fn subject(&self, device: &DeviceId) -> Result<AccountId, EngineError> {
        Ok(self.request(device)?.account)
    }

    /// An officer becomes a holder with the newest account key, which is brought along if the chain lacks it.
    pub fn officer_holder(&self, whole: &Slice) -> Result<(Holder, Option<Slice>), EngineError> {
        let workspace = self.workspace()?;
        let account = whole.account;
        if !workspace.officers().contains(&account) {
            return Err(EngineError::NotNow("Only an officer of the workspace can hold the share of others."));
        }
        let known = if account == self.me.account { Some(&self.account) } else { self.others.get(&account) };
        let key = known.and_then(Account::key).ok_or(EngineError::NotVerified("an officer's key"))?;
        let from = usize::try_from(workspace.roster().next_to_embed(&account)).unwrap_or(usize::MAX);
        let fresh = Slice { account, records: whole.records.iter().skip(from).cloned().collect() };
        let officer = OfficerKey { account, version: key.version };
        let holder = Holder { public: key.public.clone(), officer: Some(officer), kept: None };
        Ok((holder, Some(fresh).filter(|slice| !slice.records.is_empty())))
    }

    /// What this person opens of an escrowed share, sealed to the device that asks: with the account key, and with
    /// whatever else was unwrapped. The subject's chain must have been read.
    pub fn promise(
        &self,
        request: &Known,
        unwrapped: Option<&(u8, SealingPair)>,
        now: u64,
    ) -> Result<Vec<Promise>, EngineError> {
        const NONE: EngineError = EngineError::NotNow(
            "This request counts no more: the person's kit, or who can help, is another one since.",
        );
        let (workspace, account) = (self.workspace()?, request.account);
        let authority = workspace.authority().ok_or(NONE)?;
        let set = self.newest(&account).and_then(Account::recovery).filter(|set| set.id == request.set).ok_or(NONE)?;
        let escrow: &EscrowedShare = set.escrow.as_ref().ok_or(NONE)?;
        if escrow.authority != authority.version || escrow.seals.len() != authority.holders.len() {
            return Err(NONE);
        }
        let to = SealPlace::ReleasedShare {
            workspace: workspace.id(),
            account,
            set: set.id,
            device: request.device.id(),
            public: &request.device.sealing,
        };
        let not_before = now.saturating_add(u64::from(authority.delay_hours) * 3_600_000);
        let mut promises = Vec::new();
        for ((index, holder), seal) in (0_u8..).zip(&authority.holders).zip(&escrow.seals) {
            let own = holder.officer.filter(|officer| officer.account == self.me.account);
            let pair = match own {
                Some(officer) => self.me.pairs.get(&officer.version),
                None => unwrapped.filter(|(unwrapped, _)| *unwrapped == index).map(|(_, pair)| pair),
            };
            let Some(pair) = pair else { continue };
            let from = escrow_place((workspace.id(), account), set.id, authority.version, holder);
            let share = release_share(pair, (&from, seal), &to);
            let share = share.map_err(|_| EngineError::NotVerified("the share in escrow"))?;
            promises.push(Promise {
                account,
                set: set.id,
                device: request.device.id(),
                holder: index,
                share,
                not_before,
                authority: authority.version,
                announced: false,
            });
        }
        if promises.is_empty() {
            return Err(EngineError::NotNow("Others have to help here: you do not hold the key for this."));
        }
        Ok(promises)
    }

    /// The holder whose secret half is kept elsewhere.
    pub fn keeper_wanted(&self) -> Option<KeptHolder> {
        let workspace = self.workspace.as_ref()?;
        let mut numbered = (0_u8..).zip(&workspace.authority()?.holders);
        let (index, holder) = numbered.find(|(_, holder)| holder.kept.is_some())?;
        let wraps = holder.kept.iter().chain(workspace.earlier_wraps(index)).cloned().collect();
        Some(KeptHolder { index, holder: holder.clone(), wraps })
    }

    /// Whether this person is a holder with the account key.
    pub fn holds(&self) -> bool {
        let authority = self.workspace.as_ref().and_then(Workspace::authority);
        let own = |holder: &Holder| holder.officer.is_some_and(|officer| officer.account == self.me.account);
        authority.is_some_and(|authority| authority.holders.iter().any(own))
    }

    /// Where the key that is kept elsewhere is, as it was said at this computer.
    pub fn keeper(&self) -> Result<Option<String>, EngineError> {
        marks::find(self.index.read(), Mark::KeeperAddress)
    }

    /// Remembers it.
    pub fn remember_keeper(&mut self, address: &str) -> Result<(), EngineError> {
        self.index.write(|db| marks::set(db, Mark::KeeperAddress, address))
    }

    /// Remembers what was promised.
    pub fn keep_promises(&mut self, new: Vec<Promise>) -> Result<(), EngineError> {
        let mut all = self.promises()?;
        all.retain(|old| !new.iter().any(|new| (old.account, old.holder) == (new.account, new.holder)));
        all.extend(new);
        self.index.write(|db| marks::set(db, Mark::Promises, &all))
    }

    /// This officer has thought better of it: what was approved here is not released from here any more.
    pub fn break_promises(&mut self, device: &DeviceId) -> Result<(), EngineError> {
        let mut all = self.promises()?;
        all.retain(|promise| promise.device != *device);
        self.index.write(|db| marks::set(db, Mark::Promises, &all))
    }

    /// Whether this computer will release something for a request.
    fn has_promised(&self, request: &Known) -> bool {
        let device = request.device.id();
        self.promises().is_ok_and(|all| all.iter().any(|it| it.account == request.account && it.device == device))
    }

    /// How many requests wait for this person's word, or are about their own account.
    pub fn open_requests(&self) -> usize {
        let authority = self.workspace.as_ref().and_then(Workspace::authority);
        let requests = self.requests();
        let rows = requests.iter().map(|request| self.request_view(authority, request));
        rows.filter(|row| !row.released && (row.mine || row.may_approve)).count()
    }

    fn promises(&self) -> Result<Vec<Promise>, EngineError> {
        Ok(marks::find(self.index.read(), Mark::Promises)?.unwrap_or_default())
    }

    /// Forgets promises that were kept, or refused. One whose approval is only on its way stays.
    pub fn settle_promises(&mut self) -> Result<(), EngineError> {
        let all = self.promises()?;
        let open = all.iter().filter(|promise| self.is_open(promise) || !promise.announced);
        let settled: Vec<Promise> = open
            .map(|promise| Promise { announced: promise.announced || self.is_open(promise), ..promise.clone() })
            .collect();
        if settled == all { Ok(()) } else { self.index.write(|db| marks::set(db, Mark::Promises, &settled)) }
    }

    /// Approved by this officer under the authority in force, not refused since, and not in the chain yet.
    fn is_open(&self, promise: &Promise) -> bool {
        let Some(workspace) = &self.workspace else { return false };
        let current = workspace.authority().is_some_and(|authority| authority.version == promise.authority);
        current
            && workspace.approvals().get(&promise.account).is_some_and(|approval| {
                let same = approval.set == promise.set && approval.device.id() == promise.device;
                same && approval.by.contains_key(&self.me.account) && !approval.released.contains_key(&promise.holder)
            })
    }

    /// Its time has come, by what was promised here and by what this officer's word in the chain says.
    fn is_time(&self, promise: &Promise, now: u64) -> bool {
        let approvals = self.workspace.as_ref().map(Workspace::approvals);
        let approval = approvals.and_then(|approvals| approvals.get(&promise.account));
        let said = approval.and_then(|approval| approval.by.get(&self.me.account));
        promise.not_before <= now && said.is_some_and(|said| *said <= now) && self.is_open(promise)
    }

    /// Whose chains are to be read before anything is released: nothing is for a set that was replaced.
    pub fn promised_to(&self, now: u64) -> Result<Vec<AccountId>, EngineError> {
        let due = self.promises()?.into_iter().filter(|promise| self.is_time(promise, now));
        Ok(due.map(|promise| promise.account).collect())
    }

    /// The next record that keeps a promise whose time has come.
    pub fn compose_release(&self, now: u64) -> Result<Option<Record>, EngineError> {
        let set = |account: &AccountId| self.newest(account).and_then(Account::recovery).map(|set| set.id);
        let due = |it: &Promise| self.is_time(it, now) && set(&it.account) == Some(it.set);
        let Some(due) = self.promises()?.into_iter().find(due) else { return Ok(None) };
        let Promise { account, set, device, holder, share, .. } = due;
        let released = RecoveryReleased { account, set, device, holder, share };
        self.write_workspace(workspace::kind::RECOVERY_RELEASED, &released).map(Some)
    }

    /// This officer's word for a request.
    pub fn compose_approval(&self, request: &Known, promises: &[Promise]) -> Result<Option<Record>, EngineError> {
        let own = self.approval(request).is_some_and(|approval| approval.by.contains_key(&self.me.account));
        if own {
            return Ok(None);
        }
        let version = self.workspace()?.authority().map(|authority| authority.version);
        if promises.iter().any(|promise| Some(promise.authority) != version) {
            return Err(EngineError::NotNow("Who can help was changed just now: look, and try again."));
        }
        let approved = RecoveryApproved {
            account: request.account,
            set: request.set,
            device: request.device.clone(),
            not_before: promises.iter().map(|promise| promise.not_before).max().unwrap_or_default(),
            reason: request.reason.clone(),
        };
        self.write_workspace(workspace::kind::RECOVERY_APPROVED, &approved).map(Some)
    }

    /// A no by the person themselves or by an officer, if there is an approval to say it to.
    pub fn compose_veto(&self, device: &DeviceId) -> Result<Option<Record>, EngineError> {
        let workspace = self.workspace()?;
        let may = |account: &AccountId| *account == self.me.account || self.is_officer();
        let mut approvals = workspace.approvals().iter();
        let found = approvals.find(|(account, approval)| approval.device.id() == *device && may(account));
        let Some((account, approval)) = found else { return Ok(None) };
        let next = workspace.roster().next_to_embed(&self.me.account);
        let own = Some(self.own_slice(next)?).filter(|slice| !slice.records.is_empty());
        let vetoed =
            RecoveryVetoed { account: *account, set: approval.set, device: *device, slices: own.into_iter().collect() };
        self.write_workspace(workspace::kind::RECOVERY_VETOED, &vetoed).map(Some)
    }

    /// The approval of a recovery of this very account, of whichever set, as long as no device came of it: somebody may
    /// be posing as this person. Told once for each device that asks.
    pub fn claim(&mut self) -> Result<Option<RecoveryRequest>, EngineError> {
        let workspace = self.workspace()?;
        let Some(approval) = workspace.approvals().get(&self.me.account) else { return Ok(None) };
        let told: Option<DeviceId> = marks::find(self.index.read(), Mark::ClaimTold)?;
        let device = approval.device.id();
        if told == Some(device) || self.account.device(&device).is_some() {
            return Ok(None);
        }
        let Approval { set, device: keys, reason, .. } = approval.clone();
        let known = Known { account: self.me.account, set, device: keys, reason, at: None };
        let claim = self.request_view(workspace.authority(), &known);
        self.index.write(|db| marks::set(db, Mark::ClaimTold, &device))?;
        Ok(Some(claim))
    }
}
