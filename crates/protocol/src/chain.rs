//! What all chains share: heads, links, verdicts, the devices that count.
//!
//! **Broken** is the server's fault: a bad link, form or signature. The reader stops there and alarms.
//! **Void** is a member's fault: the record links and verifies but breaks a rule, judged on its open part
//! alone. It keeps its place, changes nothing, is skipped alike by all and recorded.
//! **Unknown** is nobody's fault: a later format. The reader stops and asks for an update.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use crate::account::Account;
use crate::ids::{AccountId, DeviceId, RecordHash, Seq, WorkspaceId};
use crate::record::{BadRecord, Record};

/// The last verified record of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its place.
    pub seq: Seq,
    /// Its hash.
    pub hash: RecordHash,
}

impl Head {
    /// The head which this record makes.
    pub fn of(record: &Record) -> Self {
        Self { seq: record.envelope().seq, hash: record.hash() }
    }
}

/// A record that no honest server would hand out: the reader stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Not a record, or not of this chain.
    #[error("a record is malformed")]
    Malformed,
    /// Does not follow the record before.
    #[error("a record does not follow the one before it")]
    Link,
    /// The signature does not stand, or the device that signed was never part of the chain.
    #[error("a record's signature does not stand")]
    Signature,
    /// A later format.
    #[error("a newer version of Valise is needed")]
    UpdateNeeded,
}

impl From<BadRecord> for Broken {
    fn from(bad: BadRecord) -> Self {
        match bad {
            BadRecord::Malformed => Self::Malformed,
            BadRecord::UpdateNeeded => Self::UpdateNeeded,
        }
    }
}

/// Why a record changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
pub enum Void {
    /// The open part is not what its kind says.
    #[error("its content is malformed")]
    Malformed,
    /// The device was revoked, or its counter does not follow.
    #[error("its device does not count here")]
    Device,
    /// The author is not a member, person or officer here.
    #[error("its author is not a member")]
    NotMember,
    /// The role does not allow it.
    #[error("its author's role does not allow it")]
    Role,
    /// Another epoch than the one in force.
    #[error("it belongs to another key epoch")]
    Epoch,
    /// Content before the key change that must come first.
    #[error("a key change must come first")]
    KeyChangeFirst,
    /// Embedded account records do not hold or do not follow.
    #[error("account records in it do not hold")]
    Anchor,
    /// The account is there already, or is not.
    #[error("it names the wrong person")]
    Subject,
    /// There must always be an owner, an officer, a device.
    #[error("it would leave nobody in charge")]
    LastOne,
    /// The seals are not one for each member at the newest key.
    #[error("its sealed keys do not match the members")]
    Seals,
    /// The invitation is unknown, spent or revoked, or the proof does not stand.
    #[error("its invitation cannot be used")]
    Invitation,
    /// A version or generation that does not follow.
    #[error("its version does not follow")]
    Version,
    /// More than a limit allows.
    #[error("it exceeds a limit")]
    Limit,
}

/// What a verified record came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<Op> {
    /// It counts.
    Applied(Op),
    /// It keeps its place and changes nothing.
    Void(Void),
}

impl<Op> Verdict<Op> {
    /// The operation, if it counts.
    pub fn applied(self) -> Option<Op> {
        match self {
            Self::Applied(op) => Some(op),
            Self::Void(_) => None,
        }
    }
}

/// Checks that a record follows a head (or begins the chain).
pub fn check_link(chain: RecordHash, head: Head, record: &Record) -> Result<(), Broken> {
    let envelope = record.envelope();
    let follows =
        envelope.chain == chain && head.seq.checked_add(1) == Some(envelope.seq) && envelope.prev == head.hash;
    follows.then_some(()).ok_or(Broken::Link)
}

/// A piece of an account chain, embedded in a record of another chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Slice {
    /// The account.
    pub account: AccountId,
    /// Its records since the last anchor here (from the genesis if there was none), whole.
    pub records: Vec<ByteBuf>,
}

/// Account chains as far as they are anchored in one chain: which devices and keys count at this place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    accounts: BTreeMap<AccountId, Account>,
    counters: BTreeMap<DeviceId, u64>,
}

impl Roster {
    /// An account as far as it is anchored.
    pub fn account(&self, id: &AccountId) -> Option<&Account> {
        self.accounts.get(id)
    }

    /// Which records of an account are anchored: the next one to embed.
    pub fn next_to_embed(&self, id: &AccountId) -> Seq {
        self.accounts.get(id).map_or(0, |account| account.head().seq + 1)
    }

    /// The device's last counter in this chain.
    pub fn counter(&self, device: &DeviceId) -> u64 {
        self.counters.get(device).copied().unwrap_or(0)
    }

    /// Takes slices in, all or none.
    pub(crate) fn embed(&mut self, workspace: WorkspaceId, slices: &[Slice]) -> Result<Embedded, Stop> {
        let mut changed = BTreeMap::new();
        for slice in slices {
            let before = changed.remove(&slice.account).or_else(|| self.accounts.get(&slice.account).cloned());
            changed.insert(slice.account, extend(workspace, slice, before)?);
        }
        let mut embedded = Embedded::default();
        for (id, after) in changed {
            let before = self.accounts.get(&id);
            if before.is_some_and(|before| after.demands_rekey_after(before)) {
                embedded.key_changes.insert(id);
            }
            embedded.before.push((id, self.accounts.insert(id, after)));
        }
        Ok(embedded)
    }

    /// Undoes [`Roster::embed`]. Taking the old accounts back costs nothing; copying the roster in advance
    /// would cost as much as everybody in it.
    pub(crate) fn take_back(&mut self, embedded: Embedded) {
        for (id, before) in embedded.before {
            match before {
                Some(before) => self.accounts.insert(id, before),
                None => self.accounts.remove(&id),
            };
        }
    }

    /// The author's device checks the signature, then must count: valid in what is anchored, next counter.
    pub(crate) fn check_author(&self, record: &Record) -> Result<(), Stop> {
        let envelope = record.envelope();
        let account = self.accounts.get(&envelope.author).ok_or(Broken::Signature)?;
        let device = account.device(&envelope.device).ok_or(Broken::Signature)?;
        record.verify(&device.keys.signing).map_err(|_| Broken::Signature)?;
        let counts = self.follows(record) && device.is_valid();
        counts.then_some(()).ok_or(Stop::Void(Void::Device))
    }

    fn follows(&self, record: &Record) -> bool {
        let envelope = record.envelope();
        self.counter(&envelope.device).checked_add(1) == Some(envelope.counter)
    }

    /// Notes a verified record's counter, if it follows.
    pub(crate) fn count(&mut self, record: &Record) {
        if self.follows(record) {
            self.counters.insert(record.envelope().device, record.envelope().counter);
        }
    }

    /// Judges a void record's author, by what was anchored before it. It leaves nothing but its counter.
    pub(crate) fn count_void(&mut self, record: &Record, void: Void) -> Stop {
        match self.check_author(record) {
            Err(Stop::Broken(broken)) => Stop::Broken(broken),
            checked => {
                self.count(record);
                checked.err().unwrap_or(Stop::Void(void))
            }
        }
    }
}

/// What embedding slices brought, and what to take back should the record turn out void.
#[derive(Debug, Default)]
pub(crate) struct Embedded {
    /// Accounts with a device revoked or an account key changed.
    pub(crate) key_changes: BTreeSet<AccountId>,
    before: Vec<(AccountId, Option<Account>)>,
}

/// Why a record is not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    Void(Void),
    Broken(Broken),
}

impl From<Void> for Stop {
    fn from(void: Void) -> Self {
        Self::Void(void)
    }
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

impl Stop {
    /// Inside a slice, what is broken makes the record that embeds it void. What is of a later format does
    /// not: a later version may find it good, so this one must stop instead of judging otherwise.
    fn in_slice(broken: Broken) -> Self {
        match broken {
            Broken::UpdateNeeded => Self::Broken(broken),
            _ => Self::Void(Void::Anchor),
        }
    }
}

impl<Op> Verdict<Op> {
    pub(crate) fn of(judged: Result<Op, Stop>) -> Result<Self, Broken> {
        match judged {
            Ok(op) => Ok(Self::Applied(op)),
            Err(Stop::Void(void)) => Ok(Self::Void(void)),
            Err(Stop::Broken(broken)) => Err(broken),
        }
    }
}

fn extend(workspace: WorkspaceId, slice: &Slice, account: Option<Account>) -> Result<Account, Stop> {
    let record = |bytes: &ByteBuf| Record::decode(bytes).map_err(|bad| Stop::in_slice(bad.into()));
    let mut records = slice.records.iter();
    let mut account = match account {
        Some(account) => account,
        None => Account::begin(&record(records.next().ok_or(Void::Anchor)?)?).map_err(Stop::in_slice)?,
    };
    if account.id() != slice.account || account.workspace() != workspace {
        return Err(Void::Anchor.into());
    }
    for bytes in records {
        account.apply(&record(bytes)?).map_err(Stop::in_slice)?;
    }
    Ok(account)
}
