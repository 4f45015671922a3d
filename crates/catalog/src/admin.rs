//! What an operator can do without anybody's secrets: see who has what here, and say how much it may be.
//!
//! Beside a running catalog or without one. What is set counts from the next request on.

use std::path::Path;

use rusqlite::Connection;
use valise_protocol::ids::AccountId;

use crate::data::{self, StartError};
use crate::db;
use crate::db::quotas;
pub use crate::db::quotas::{Quota, Whose};
use crate::db::usage::{self, Usage};
use crate::state::State;

/// A catalog's database, as its operator sees it.
pub struct Admin {
    db: Connection,
}

/// What somebody has here, and may have.
#[derive(Clone, Copy, Debug, Default)]
pub struct Room {
    /// Records.
    pub records: u64,
    /// Bytes of records.
    pub record_bytes: u64,
    /// Bytes announced to the pinning node.
    pub pinned_bytes: u64,
    /// What counts for it.
    pub quota: Quota,
}

/// An account.
#[derive(Clone, Debug)]
pub struct AccountRow {
    /// Its id.
    pub account: AccountId,
    /// The name in the workspace's chain; none for somebody who waits to be let in.
    pub name: Option<String>,
    /// Whether it is an officer.
    pub officer: bool,
    /// Whether it was closed.
    pub closed: bool,
    /// What it has here.
    pub room: Room,
}

impl Admin {
    /// Opens the database in a data directory.
    pub fn open(directory: &Path) -> Result<Self, StartError> {
        Ok(Self { db: db::open_beside(&data::database(directory))? })
    }

    /// Each account that has something here, by id.
    pub fn accounts(&self) -> Result<Vec<AccountRow>, StartError> {
        let state = State::load(&self.db)?;
        let mut rows = Vec::new();
        for (account, usage) in usage::each(&self.db)? {
            // The workspace's genesis has no author.
            let Some(chain) = state.account(&account) else { continue };
            let workspace = state.workspace();
            let person = workspace.and_then(|workspace| workspace.people().get(&account));
            rows.push(AccountRow {
                account: chain.id(),
                name: person.map(|person| person.name.clone()),
                officer: workspace.is_some_and(|workspace| workspace.officers().contains(&account)),
                closed: person.is_some_and(|person| person.closed),
                room: room(usage, quotas::of(&self.db, account)?),
            });
        }
        Ok(rows)
    }

    /// All accounts together.
    pub fn workspace(&self) -> Result<Room, StartError> {
        let quota = quotas::find(&self.db, &Whose::Workspace)?.unwrap_or_default();
        Ok(room(usage::of_all(&self.db)?, quota))
    }

    /// The quota that is set for this very one, if any.
    pub fn quota(&self, whose: &Whose) -> Result<Option<Quota>, StartError> {
        Ok(quotas::find(&self.db, whose)?)
    }

    /// Sets a quota; `None` takes it away.
    pub fn set_quota(&self, whose: &Whose, quota: Option<Quota>) -> Result<(), StartError> {
        match quota {
            Some(quota) => quotas::put(&self.db, whose, quota)?,
            None => quotas::delete(&self.db, whose)?,
        }
        Ok(())
    }
}

fn room(usage: Usage, quota: Quota) -> Room {
    Room { records: usage.records, record_bytes: usage.record_bytes, pinned_bytes: usage.pinned, quota }
}
