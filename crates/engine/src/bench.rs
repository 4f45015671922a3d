//! For `make bench`: work that is too quick, or goes on too deep inside, to be measured through a whole program.

use std::ops::Range;
use std::path::Path;

use tokio_util::sync::CancellationToken;

use valise_blocks::{Address, PeerId};
use valise_crypto::{Costs, DeviceSecrets, make_bytes};
use valise_protocol::account::sign_consent;
use valise_protocol::folder::{Pin, Purpose, Role};
use valise_protocol::ids::{Cid, DeviceId, EntryId, FolderId};
use valise_protocol::tree::change::{Change, More, NewContent};
use valise_protocol::tree::{Content, EntryKind};

use crate::colleague::Colleague;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::home::{Home, Public};
use crate::index::wraps;
use crate::sync::ensure_personal;
use crate::transfer::fetch;
pub use crate::transfer::fetch::{BLOCK_TIMEOUT, WINDOW};
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

/// Files whose records are made at once.
const FILES_AT_ONCE: usize = 1_000;
const NAMES: &[&str] = &["agreement", "Übergabe", "請求書", "договор", "procès-verbal", "minutes of the board"];

/// A home, to be opened with this password, in which a shared folder has so many files: their records and keys as after a
/// join, and none of their bytes. There is no catalog.
///
/// # Errors
/// In words.
pub fn make_many_files(home: &Path, password: &str, folder: &str, count: usize) -> Result<(), String> {
    try_make_many_files(home, password, folder, count).map_err(|error| error.to_string())
}

fn try_make_many_files(home: &Path, password: &str, folder: &str, count: usize) -> Result<(), EngineError> {
    let home = Home::take(home)?;
    let person = Person { name: "Ada", password, costs: Costs::DEFAULT };
    let public = first_run::create(&home, &person, "Acme")?;
    let (mut vault, _) = Vault::unlock(&home, &public, password, person.costs)?;
    ensure_personal(&mut vault)?;
    let folder = vault.create_folder(folder, Purpose::SHARED)?;
    (0..count)
        .step_by(FILES_AT_ONCE)
        .try_for_each(|begin| add_files(&mut vault, folder, begin..count.min(begin + FILES_AT_ONCE)))
}

/// As if they were added, and a catalog had taken what is to be told of them.
fn add_files(vault: &mut Vault, folder: FolderId, numbers: Range<usize>) -> Result<(), EngineError> {
    let (mut changes, mut pins, mut wraps) = (Vec::new(), Vec::new(), Vec::new());
    for number in numbers {
        let (id, kind, cid) = (EntryId::new(make_bytes()?), EntryKind::File, some_cid()?);
        let (_, wrap) = vault.make_dek(&folder)?;
        let name = format!("{} {number:06}.pdf", NAMES[number % NAMES.len()]);
        changes.push(Change::Create { id, parent: EntryId::TOP, kind, name, more: More::default() });
        changes.push(Change::Content(NewContent {
            id,
            base: None,
            size: 20_000 + number as u64,
            // A minute between two of them, from 2026 on.
            mtime: 1_767_225_600_000 + number as i64 * 60_000,
            executable: false,
            media_type: "application/pdf".to_owned(),
            cid,
            dek: wrap.dek,
            more: More::default(),
        }));
        pins.push(Pin { cid, size: 20_500 + number as u64, blocks: 1 });
        wraps.push(wrap);
    }
    vault.change(folder, changes, &pins, &[], &wraps)?;
    while let Some(outgoing) = vault.next_to_send(folder)? {
        vault.take_folder_record(folder, &outgoing.record)?;
    }
    Ok(())
}

/// A leaf that nobody has.
fn some_cid() -> Result<Cid, EngineError> {
    const RAW: u64 = 0x55;
    const SHA2_256: u64 = 0x12;
    let digest = cid::multihash::Multihash::wrap(SHA2_256, &make_bytes::<32>()?);
    let digest = digest.map_err(|_| EngineError::Internal("a digest"))?;
    Cid::new(cid::Cid::new_v1(RAW, digest)).map_err(|_| EngineError::Internal("a content id"))
}

/// Two open engines whose catalog is away, with nobody between them: the one that has the bytes stands where the pinning
/// node stands in everyday life.
pub struct Direct<'a>(&'a Engine);

impl<'a> Direct<'a> {
    /// One side.
    pub fn of(engine: &'a Engine) -> Self {
        Self(engine)
    }

    /// Its node's id.
    ///
    /// # Errors
    /// In words.
    pub fn peer(&self) -> Result<String, String> {
        let session = self.0.shared().session().map_err(|error| error.to_string())?;
        Ok(session.blocks.peer().0)
    }

    /// Lets the other's node in; answers where this one is.
    ///
    /// # Errors
    /// In words.
    pub async fn let_in(&self, peer: &str) -> Result<Vec<String>, String> {
        let asked = async {
            let session = self.0.shared().session()?;
            session.blocks.allow(vec![PeerId(peer.to_owned())]).await?;
            Ok::<_, EngineError>(session.blocks.health().await?.listening)
        };
        let listening = asked.await.map_err(|error| error.to_string())?;
        Ok(listening.into_iter().map(|address| address.0).collect())
    }

    /// Connects with the other's node.
    ///
    /// # Errors
    /// In words.
    pub async fn connect(&self, peer: &str, address: &str) -> Result<(), String> {
        self.let_in(peer).await?;
        let session = self.0.shared().session().map_err(|error| error.to_string())?;
        let connected = session.blocks.connect(&PeerId(peer.to_owned()), &[Address(address.to_owned())]).await;
        connected.map_err(|error| error.to_string())
    }

    /// Brings the newest version of a file here as every command that needs it does, complete and pinned.
    ///
    /// # Errors
    /// In words.
    pub async fn fetch(&self, folder: FolderId, entry: EntryId) -> Result<(), String> {
        let fetched = async {
            let (shared, session) = (self.0.shared(), self.0.shared().session()?);
            let newest = |vault: &mut Vault| {
                let found = vault.folder(&folder)?.tree().entry(&entry).and_then(|entry| entry.newest()).cloned();
                found.ok_or(EngineError::NotFound("the file"))
            };
            let content: Content = shared.vault(newest)?;
            fetch::ensure_here(shared, &session, &content, &CancellationToken::new(), &|_| {}).await
        };
        fetched.await.map_err(|error| error.to_string())
    }
}
