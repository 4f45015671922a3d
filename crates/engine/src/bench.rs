//! For `make bench`: work that is too quick, or goes on too deep inside, to be measured through a whole program.

use std::path::Path;

use valise_crypto::Costs;
use valise_protocol::ids::FolderId;

use crate::home::Home;
use crate::sync::ensure_personal;
use crate::vault::Vault;
use crate::vault::first_run::{self, Person};

/// A folder with many file keys, all of them under the key before the newest.
pub struct ManyKeys {
    vault: Vault,
    folder: FolderId,
}

impl ManyKeys {
    /// Makes them, in a home of their own.
    ///
    /// # Errors
    /// In words.
    pub fn make(home: &Path, count: usize) -> Result<Self, String> {
        Self::try_make(home, count).map_err(|error| error.to_string())
    }

    fn try_make(home: &Path, count: usize) -> Result<Self, crate::error::EngineError> {
        let home = Home::take(home)?;
        let person = Person { name: "Ada", password: "violet ladder marble seven", costs: Costs::FLOOR };
        let public = first_run::create(&home, &person, "Acme")?;
        let mut vault = Vault::unlock(&home, &public, person.password, person.costs)?;
        ensure_personal(&mut vault)?;
        let folder = vault.folders.keys().next().copied().ok_or(crate::error::EngineError::NotFound("a folder"))?;
        for begin in (0..count).step_by(10_000) {
            let some = (begin..count.min(begin + 10_000)).map(|_| Ok(vault.make_dek(&folder)?.1));
            let some = some.collect::<Result<Vec<_>, crate::error::EngineError>>()?;
            vault.keep_wraps(&folder, &some)?;
        }
        let rekey = vault.compose_rekey(folder)?;
        vault.take_folder_record(folder, &rekey)?;
        Ok(Self { vault, folder })
    }

    /// Moves all of them under the newest key, batch by batch as in a round; tells how many are done. Answers how many
    /// there were.
    ///
    /// # Errors
    /// In words.
    pub fn rewrap(&mut self, mut tell: impl FnMut(u64)) -> Result<u64, String> {
        let (mut done, mut after) = (0, None);
        loop {
            let moved = self.vault.move_wraps(&self.folder, after, u64::MAX).map_err(|error| error.to_string())?;
            self.vault.keep_wraps(&self.folder, &moved.wraps).map_err(|error| error.to_string())?;
            done += moved.wraps.len() as u64;
            tell(done);
            match moved.last {
                Some(last) => after = Some(last),
                None => return Ok(done),
            }
        }
    }
}
