//! Whose safety numbers this person has compared.
//!
//! A safety number is the fingerprint of an account: of the hash of its chain's first record, from which everything
//! that the account signs hangs. Who has heard it from the person knows that the account under their name is theirs.
//!
//! The mark is of this computer alone: it lies in the sealed index, no chain tells of it, and so neither the catalog
//! nor a colleague learns who trusts whom, nor can set it. It is bound to the account, to the number that was
//! compared, and to how often the account had been recovered: whoever recovers an account has its kits or officers'
//! help, and need not be the person.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use valise_protocol::account::Account;
use valise_protocol::ids::AccountId;

use crate::api::{Event, Person};
use crate::error::EngineError;
use crate::index::marks::{self, Mark};
use crate::shared::Shared;
use crate::vault::Vault;
use crate::views::fingerprint;

/// What was compared with somebody: the number, and how often their account had been recovered, as far as known then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mine(String, u32);

/// What counts of all that was compared here.
pub struct Compared(BTreeMap<AccountId, bool>);

impl Compared {
    /// Compared, and nothing has happened since that asks for it again.
    pub fn is_verified(&self, account: &AccountId) -> bool {
        self.0.get(account) == Some(&true)
    }

    /// Compared, and what was compared counts no more.
    pub fn is_outdated(&self, account: &AccountId) -> bool {
        self.0.get(account) == Some(&false)
    }
}

impl Vault {
    /// What was compared on this computer.
    pub fn compared(&self) -> Result<Compared, EngineError> {
        let counts = |account: &AccountId, mine: &Mine| *mine == self.to_compare(account);
        Ok(Compared(self.compared_marks()?.iter().map(|(account, mine)| (*account, counts(account, mine))).collect()))
    }

    fn compared_marks(&self) -> Result<Vec<(AccountId, Mine)>, EngineError> {
        Ok(marks::find(self.index.read(), Mark::Compared)?.unwrap_or_default())
    }

    /// What there is to compare with somebody now. Chains are anchored in several places, each as far as it was needed
    /// there: the longest says how often an account was recovered.
    fn to_compare(&self, account: &AccountId) -> Mine {
        let workspace = self.workspace.iter().map(|workspace| workspace.roster());
        let folders = self.folders.values().map(|state| state.chain().roster());
        let anchored = workspace.chain(folders).filter_map(|roster| roster.account(account));
        let recoveries = anchored.chain(self.others.get(account)).map(Account::recoveries).max().unwrap_or(0);
        Mine(fingerprint(account.as_bytes()), recoveries)
    }

    /// Marks that a number was compared, or takes the mark back.
    fn set_compared(&mut self, account: AccountId, number: Option<&str>) -> Result<(), EngineError> {
        if account == self.me.account {
            return Err(EngineError::BadInput("This is you: compare safety numbers with somebody else."));
        }
        let mut all = self.compared_marks()?;
        all.retain(|(known, _)| *known != account);
        if let Some(number) = number {
            self.workspace()?.person(&account).ok_or(EngineError::NotFound("the person"))?;
            let mine = self.to_compare(&account);
            if plain(number) != plain(&mine.0) {
                return Err(EngineError::BadInput("This is not the safety number of this person: nothing was marked."));
            }
            all.push((account, mine));
        }
        self.index.write(|db| marks::set(db, Mark::Compared, &all))
    }
}

/// Marks somebody as compared (`number`: theirs, as it was shown), or takes it back.
pub fn set(shared: &Arc<Shared>, account: AccountId, number: Option<&str>) -> Result<Vec<Person>, EngineError> {
    let (people, folders) = shared.vault(|vault| {
        vault.set_compared(account, number)?;
        let with = vault.folders.values().filter(|state| state.chain().members().contains_key(&account));
        Ok((vault.people_rows()?, with.map(|state| state.id()).collect::<Vec<_>>()))
    })?;
    shared.tell(Event::PeopleChanged);
    folders.into_iter().for_each(|folder| shared.tell_folder(folder));
    Ok(people)
}

/// A number as people write it down: spaces and capitals say nothing.
fn plain(number: &str) -> String {
    number.chars().filter(|one| !one.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests;
