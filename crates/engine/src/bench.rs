//! For `make bench`: work that is too quick, or goes on too deep inside, to be measured through a whole program.

use std::path::Path;

use valise_crypto::{Costs, DeviceSecrets};
use valise_protocol::account::sign_consent;
use valise_protocol::folder::{Purpose, Role};
use valise_protocol::ids::{DeviceId, FolderId};

use crate::colleague::Colleague;
use crate::error::EngineError;
use crate::home::{Home, Public};
use crate::index::wraps;
use crate::sync::ensure_personal;
use crate::vault::Vault;
use crate::vault::devices::Joining;
use crate::vault::first_run::{self, Person};
use crate::vault::recovery::{self, OpenedSlots};

const PERSON: Person<'_> = Person { name: "Ada", password: "violet ladder marble seven", costs: Costs::FLOOR };

fn begin(home: &Home) -> Result<(Public, Vault), EngineError> {
    let public = first_run::create(home, &PERSON, "Acme")?;
    let (vault, _) = Vault::unlock(home, &public, PERSON.password, PERSON.costs)?;
    Ok((public, vault))
}

fn add_file_keys(vault: &mut Vault, folder: FolderId, count: usize) -> Result<(), EngineError> {
    for begin in (0..count).step_by(10_000) {
        let some = (begin..count.min(begin + 10_000)).map(|_| Ok(vault.make_dek(&folder)?.1));
        let some = some.collect::<Result<Vec<_>, EngineError>>()?;
        vault
            .index
            .write(|db| some.iter().try_for_each(|wrap| wraps::put(db, &folder, &wrap.dek, wrap.epoch, &wrap.key)))?;
    }
    Ok(())
}

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

    fn try_make(home: &Path, count: usize) -> Result<Self, EngineError> {
        let (_, mut vault) = begin(&Home::take(home)?)?;
        ensure_personal(&mut vault)?;
        let folder = vault.folders.keys().next().copied().ok_or(EngineError::NotFound("a folder"))?;
        add_file_keys(&mut vault, folder, count)?;
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
            self.vault.keep_moved(&moved).map_err(|error| error.to_string())?;
            done += moved.wraps.len() as u64;
            tell(done);
            match moved.last {
                Some(last) => after = Some(last),
                None => return Ok(done),
            }
        }
    }
}

/// Folders with many members, and a second computer of their owner.
pub struct ManyMembers {
    vault: Vault,
    folders: Vec<FolderId>,
    opened: OpenedSlots,
    second: DeviceId,
}

impl ManyMembers {
    /// Makes so many folders with so many members each, in a home of their own, and so many file keys in each.
    ///
    /// # Errors
    /// In words.
    pub fn make(home: &Path, folders: usize, members: usize, files: usize) -> Result<Self, String> {
        Self::try_make(home, folders, members, files).map_err(|error| error.to_string())
    }

    fn try_make(home: &Path, folders: usize, members: usize, files: usize) -> Result<Self, EngineError> {
        let home = Home::take(home)?;
        let (public, mut vault) = begin(&home)?;
        let opened = recovery::open_slots(&home, &public, PERSON.password)?;
        let secrets = DeviceSecrets::make()?;
        let (device, account) = (secrets.public(), vault.me.account);
        let consent = sign_consent(account, &device, &secrets.signing_key());
        let joining = Joining { device, consent, name: "second".to_owned() };
        let draft = vault.compose_joining(&joining, "first")?;
        vault.keep_draft(draft)?;
        let people = (1..members).map(|_| Colleague::new(vault.me.workspace)).collect::<Result<Vec<_>, _>>()?;
        let mut made = Vec::with_capacity(folders);
        for number in 0..folders {
            let folder = vault.create_folder(&format!("folder {number}"), Purpose::SHARED)?;
            people.iter().try_for_each(|person| person.is_added(&mut vault, folder, Role::Editor))?;
            add_file_keys(&mut vault, folder, files)?;
            made.push(folder);
        }
        Ok(Self { vault, folders: made, opened, second: joining.device.id() })
    }

    /// Composes a key change of the first folder: a new key, sealed to every member. Nothing is kept.
    ///
    /// # Errors
    /// In words.
    pub fn rekey(&self) -> Result<(), String> {
        let folder = self.folders.first().ok_or("no folder")?;
        self.vault.compose_rekey(*folder).map(drop).map_err(|error| error.to_string())
    }

    /// Removes the second computer: master key, account key and recovery set begin anew, and every folder's key. Composes
    /// all records of it, and says how many.
    ///
    /// # Errors
    /// In words.
    pub fn revoke(&mut self) -> Result<usize, String> {
        self.try_revoke().map_err(|error| error.to_string())
    }

    fn try_revoke(&mut self) -> Result<usize, EngineError> {
        let before = self.vault.account.head().seq;
        let (draft, _set) = self.vault.compose_ordered_set(&self.opened, Some(self.second), 0)?;
        self.vault.keep_draft(draft)?;
        for folder in &self.folders {
            self.vault.compose_rekey(*folder)?;
        }
        Ok(usize::try_from(self.vault.account.head().seq - before).unwrap_or(0) + self.folders.len())
    }
}
