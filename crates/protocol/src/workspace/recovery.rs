//! The recovery authority, and recoveries by it: approved by its holders, released by them, refused by the subject.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Authority, Holder, Kept, MAX_DELAY_HOURS, MAX_EARLIER, MAX_HOLDERS, MAX_KEPT, MAX_PLACE, MAX_REASON,
    RecoveryApproved, RecoveryReleased, RecoveryVetoed,
};
use crate::account::Account;
use crate::chain::{Roster, Void};
use crate::ids::{AccountId, RecoverySetId};
use crate::keys::{DeviceKeys, Seal};

/// A recovery that was approved and not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Which set.
    pub set: RecoverySetId,
    /// The device that asks.
    pub device: DeviceKeys,
    /// What the person said.
    pub reason: String,
    /// The officers who approved it, and before when each does not release anything.
    pub by: BTreeMap<AccountId, u64>,
    /// What holders opened, sealed to the device.
    pub released: BTreeMap<u8, Seal>,
}

/// The last approval of each person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Approvals(BTreeMap<AccountId, Approval>);

impl Approvals {
    pub fn all(&self) -> &BTreeMap<AccountId, Approval> {
        &self.0
    }

    /// Another officer's word for the same is added; another device or set takes the place of what was there.
    pub fn approve(&mut self, author: AccountId, approved: &RecoveryApproved) -> Result<(), Void> {
        if approved.reason.len() > MAX_REASON || approved.reason.chars().any(char::is_control) {
            return Err(Void::Limit);
        }
        let new = Approval {
            set: approved.set,
            device: approved.device.clone(),
            reason: approved.reason.clone(),
            by: BTreeMap::new(),
            released: BTreeMap::new(),
        };
        let approval = self.0.entry(approved.account).or_insert_with(|| new.clone());
        if approval.set != approved.set || approval.device != approved.device {
            *approval = new;
        }
        approval.by.insert(author, approved.not_before);
        Ok(())
    }

    /// Only who approved releases, and an officer's half only that officer.
    pub fn release(
        &mut self,
        author: &AccountId,
        authority: Option<&Authority>,
        released: &RecoveryReleased,
    ) -> Result<(), Void> {
        let holder = authority.and_then(|authority| authority.holders.get(usize::from(released.holder)));
        let own = |holder: &&Holder| holder.officer.as_ref().is_none_or(|officer| officer.account == *author);
        holder.filter(own).ok_or(Void::Role)?;
        let same = |approval: &&mut Approval| {
            approval.set == released.set && approval.device.id() == released.device && approval.by.contains_key(author)
        };
        let approval = self.0.get_mut(&released.account).filter(same).ok_or(Void::Subject)?;
        approval.released.insert(released.holder, released.share.clone());
        Ok(())
    }

    /// The person whose recovery was approved, or an officer, says no.
    pub fn veto(&mut self, vetoed: &RecoveryVetoed) -> Result<(), Void> {
        let same = |approval: &Approval| approval.set == vetoed.set && approval.device.id() == vetoed.device;
        if !self.0.get(&vetoed.account).is_some_and(same) {
            return Err(Void::Subject);
        }
        self.0.remove(&vetoed.account);
        Ok(())
    }

    pub fn forget(&mut self, account: &AccountId) {
        self.0.remove(account);
    }

    /// Under another authority nothing of the one before counts.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Who is no officer any more has approved nothing.
    pub fn keep_of(&mut self, officers: &BTreeSet<AccountId>) {
        for approval in self.0.values_mut() {
            approval.by.retain(|account, _| officers.contains(account));
        }
        self.0.retain(|_, approval| !approval.by.is_empty());
    }
}

/// Wraps that others have taken the place of, by holder, the newest first. Nobody here can tell whether a wrap opens: who
/// writes one that does not must not take away what does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Earlier(BTreeMap<u8, Vec<Kept>>);

impl Earlier {
    pub fn of(&self, holder: u8) -> &[Kept] {
        self.0.get(&holder).map(Vec::as_slice).unwrap_or_default()
    }

    /// The first of all stays, however many come after it: who chose the holders has opened that one.
    pub fn replaced(&mut self, old: &Authority, new: &Authority) {
        for ((holder, old), new) in (0_u8..).zip(&old.holders).zip(&new.holders) {
            let Some(old) = old.kept.as_ref().filter(|old| Some(*old) != new.kept.as_ref()) else { continue };
            let earlier = self.0.entry(holder).or_default();
            if earlier.iter().any(|known| known.wrapped == old.wrapped) {
                continue;
            }
            earlier.insert(0, old.clone());
            if earlier.len() > MAX_EARLIER {
                earlier.remove(MAX_EARLIER - 1);
            }
        }
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// Whether what was sealed to the one is open to the other: the same keys of the same people, and of those that are kept
/// elsewhere perhaps another wrap.
pub(super) fn are_same(old: &Authority, new: &Authority) -> bool {
    let same = |(old, new): (&Holder, &Holder)| {
        (&old.public, &old.officer, old.kept.is_some()) == (&new.public, &new.officer, new.kept.is_some())
    };
    old.holders.len() == new.holders.len() && old.holders.iter().zip(&new.holders).all(same)
}

/// What holds of every authority, whoever its holders are.
pub(super) fn check_limits(authority: &Authority) -> Result<(), Void> {
    if authority.holders.len() > MAX_HOLDERS || authority.delay_hours > MAX_DELAY_HOURS {
        return Err(Void::Limit);
    }
    let mut kept = authority.holders.iter().filter_map(|holder| holder.kept.as_ref());
    let fits = |kept: &Kept| {
        kept.place.len() <= MAX_PLACE && kept.wrapped.len() <= MAX_KEPT && !kept.place.chars().any(char::is_control)
    };
    if kept.all(fits) { Ok(()) } else { Err(Void::Limit) }
}

/// Whether an authority's holders are what they claim to be: officers with the account keys that this chain knows, or
/// keys that are kept elsewhere.
pub(super) fn check_holders(
    authority: &Authority,
    officers: &BTreeSet<AccountId>,
    roster: &Roster,
) -> Result<(), Void> {
    let holders = &authority.holders;
    check_limits(authority)?;
    // Two halves for one holder would be no two.
    if let [one, two] = holders.as_slice()
        && one.public == two.public
    {
        return Err(Void::Subject);
    }
    holders.iter().try_for_each(|holder| match (&holder.officer, &holder.kept) {
        (Some(officer), None) => {
            let key = roster.account(&officer.account).and_then(Account::key);
            let known = key.is_some_and(|key| key.version == officer.version && key.public == holder.public);
            if known && officers.contains(&officer.account) { Ok(()) } else { Err(Void::Subject) }
        }
        (None, Some(_)) => Ok(()),
        _ => Err(Void::Malformed),
    })
}
