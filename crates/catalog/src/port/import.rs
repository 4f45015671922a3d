//! Making a catalog from an export, of which nothing is believed.

use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use valise_protocol::api::Wrap;
use valise_protocol::ids::{AccountId, FolderId, RecordHash};
use valise_protocol::record::{ChainId, Record};
use valise_protocol::sign::SigningKey;

use super::item::{End, Header, Item, Lists};
use super::stream::Reader;
use super::{BadExport, Ported};
use crate::backup;
use crate::chain::Chain;
use crate::data::{self, Seeds, StartError};
use crate::db::cursors::{self, List};
use crate::db::joins::{self, Join};
use crate::db::{self, asked, unpins, wraps};
use crate::error::{ApiError, Fault, Refusal, rule};
use crate::limits::{MAX_ASKED, MAX_PENDING_JOINS};
use crate::state::{State, newcomers};
use crate::write::{newcomer_stands, replay, replay_asked, replay_ring};

/// With which keys the new catalog is to be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Those in the export: it is the same catalog.
    Exported,
    /// Those in a data directory or a backup of the catalog that wrote the export: it is the same catalog.
    From(PathBuf),
    /// New ones: it is another catalog, to which nobody's Valise goes by itself.
    New,
}

/// Makes a data directory, which must not be there or empty, from an export. On an error there is nothing.
pub fn import(from: &Path, directory: &Path, keys: &Keys) -> Result<Ported, StartError> {
    let file = File::open(from).map_err(StartError::Export)?;
    let draft = backup::begin(directory)?;
    let done = fill(BufReader::new(file), &draft, keys).and_then(|ported| {
        backup::finish(&draft, directory)?;
        Ok(ported)
    });
    if done.is_err() {
        // What went wrong is told; what is left of it the next run removes as well.
        let _ = fs::remove_dir_all(&draft);
    }
    done
}

fn fill(file: impl Read, draft: &Path, keys: &Keys) -> Result<Ported, StartError> {
    let path = data::database(draft);
    // It is there before SQLite writes into it, so it is nobody else's at any time.
    data::private_file(&path, fs::OpenOptions::new().create_new(true).write(true)).map_err(StartError::Directory)?;
    let db = db::open(&path)?;
    db.execute_batch("BEGIN IMMEDIATE")?;
    let mut reader = Reader::new(file);
    let header = header(&mut reader)?;
    let known = match keys {
        Keys::Exported => None,
        Keys::From(directory) => Some(of_header(&header, data::seeds(directory)?)?),
        Keys::New => Some(data::make_seeds()?),
    };
    let mut import = Import::new(&db, header);
    let seeds = import.all(&mut reader, known)?;
    data::write_seeds(draft, &seeds)?;
    let ported = import.ported(&seeds);
    drop(import);
    // Nothing is held here yet, so there is nothing to let go of.
    unpins::forget(&db)?;
    db.execute_batch("COMMIT")?;
    db.close().map_err(|(_, error)| error)?;
    backup::sync(&path)?;
    Ok(ported)
}

/// What does not begin as an export does is none, however it fails to.
fn header(reader: &mut Reader<impl Read>) -> Result<Header, StartError> {
    match reader.next() {
        Ok(Some(bytes)) => Ok(Header::decode(&bytes)?),
        Ok(None) | Err(StartError::Import(_)) => Err(BadExport::NotOne.into()),
        Err(error) => Err(error),
    }
}

fn of_header(header: &Header, seeds: Seeds) -> Result<Seeds, StartError> {
    let keys = seeds.each_ref().map(|seed| SigningKey::from_seed(seed).verify_key());
    match keys == [header.identity, header.pinning] {
        true => Ok(seeds),
        false => Err(BadExport::OtherKeys.into()),
    }
}

/// A fault of this computer is not one of the export.
fn refused(item: u64, error: ApiError) -> StartError {
    match error {
        ApiError::Internal(Fault::Database(error)) => StartError::Database(error),
        error => BadExport::Refused { item, reason: Box::new(error) }.into(),
    }
}

struct Import<'a> {
    db: &'a Connection,
    header: Header,
    state: State,
    /// The chain whose records are coming.
    growing: Option<Chain>,
    /// The last item, as items are ordered; and the last chain, as chains are.
    last: Vec<u8>,
    last_chain: Option<(u8, RecordHash)>,
    /// The folder whose wraps are coming, and the number that they do not go beyond.
    list: Option<(FolderId, u64)>,
    records: u64,
    asked: usize,
    waiting: usize,
}

impl<'a> Import<'a> {
    fn new(db: &'a Connection, header: Header) -> Self {
        Self {
            db,
            header,
            state: State::default(),
            growing: None,
            last: Vec::new(),
            last_chain: None,
            list: None,
            records: 0,
            asked: 0,
            waiting: 0,
        }
    }

    /// Everything after the header, up to the end and nothing after it. Answers the keys: `known`, or those in it.
    fn all(&mut self, reader: &mut Reader<impl Read>, known: Option<Seeds>) -> Result<Seeds, StartError> {
        let mut keys = known;
        while let Some(bytes) = reader.next()? {
            let at = reader.before.items;
            let item = Item::decode(&bytes).map_err(|_| BadExport::Form(at))?;
            if !self.is_in_order(&item) {
                return Err(BadExport::Form(at).into());
            }
            match item {
                Item::Keys(found) if keys.is_none() => keys = Some(of_header(&self.header, found)?),
                Item::Keys(_) => {}
                _ if keys.is_none() => return Err(BadExport::NoKeys.into()),
                Item::End(end) => {
                    self.end(reader, &end)?;
                    return keys.ok_or(BadExport::NoKeys.into());
                }
                item => self.take(item).map_err(|error| refused(at, error))?,
            }
        }
        Err(BadExport::Incomplete.into())
    }

    fn take(&mut self, item: Item) -> Result<(), ApiError> {
        match item {
            Item::Record(bytes) => self.record(&bytes),
            Item::Ring(account, bytes) => self.ring(account, &bytes),
            Item::Newcomer(join) => self.newcomer(&join),
            Item::Asked(row) => self.asked(row),
            Item::Lists(lists) => self.lists(lists),
            Item::Wrap(folder, change, wrap) => self.wrap(folder, change, &wrap),
            Item::Keys(_) | Item::End(_) => Ok(()),
        }
    }

    /// Kinds in their order, and what has an id by its id: there is one way to write an export. How records follow each other,
    /// and whether somebody who waits is there twice, is judged with them.
    fn is_in_order(&mut self, item: &Item) -> bool {
        let (place, repeats): (Vec<u8>, bool) = match item {
            Item::Ring(account, _) => (account.as_bytes().to_vec(), false),
            Item::Asked(row) => (row.at.to_be_bytes().to_vec(), true),
            Item::Record(_) | Item::Newcomer(_) => (Vec::new(), true),
            Item::Lists(lists) => (lists.folder.as_bytes().to_vec(), false),
            Item::Wrap(folder, change, _) => ([&folder.as_bytes()[..], &change.to_be_bytes()].concat(), false),
            Item::Keys(_) | Item::End(_) => (Vec::new(), false),
        };
        let place = [&[item.kind()], &place[..]].concat();
        let follows = if repeats { place >= self.last } else { place > self.last };
        self.last = place;
        follows
    }

    fn record(&mut self, bytes: &[u8]) -> Result<(), ApiError> {
        let record = Record::decode(bytes).map_err(Refusal::Record)?;
        let chain = record.chain().ok_or_else(|| rule("a chain of no known kind"))?;
        if self.growing.as_ref().map(Chain::id) != Some(chain) {
            self.grown();
            let place = Some(chain_place(chain));
            if place <= self.last_chain {
                return Err(rule("a chain that is not at its place"));
            }
            self.last_chain = place;
        }
        let growing = self.growing.take();
        self.growing = Some(replay(self.db, &self.state, self.header.workspace, growing, &record)?);
        self.records += 1;
        Ok(())
    }

    /// No more records of this chain.
    fn grown(&mut self) {
        self.growing.take().into_iter().for_each(|chain| self.state.put(chain));
    }

    fn ring(&mut self, account: AccountId, bytes: &[u8]) -> Result<(), ApiError> {
        self.grown();
        let account = self.state.account(&account).ok_or_else(|| rule("a ring of nobody"))?;
        replay_ring(self.db, account, bytes)
    }

    fn newcomer(&mut self, join: &Join) -> Result<(), ApiError> {
        self.grown();
        self.waiting += 1;
        if self.waiting > MAX_PENDING_JOINS {
            return Err(ApiError::TooLarge("newcomers"));
        }
        if !newcomer_stands(&self.state, join) || joins::find(self.db, join.redemption.invitation)?.is_some() {
            return Err(rule("a newcomer without an open invitation"));
        }
        Ok(joins::insert(self.db, join)?)
    }

    fn asked(&mut self, row: asked::Row) -> Result<(), ApiError> {
        self.asked += 1;
        if self.asked > MAX_ASKED {
            return Err(ApiError::TooLarge("requests for recoveries"));
        }
        replay_asked(self.db, row)
    }

    fn lists(&mut self, lists: Lists) -> Result<(), ApiError> {
        self.grown();
        self.state.folder(&lists.folder).ok_or_else(|| rule("lists of no folder"))?;
        for (list, last) in [(List::Wraps, lists.wraps), (List::Held, lists.held)] {
            if i64::try_from(last).is_err() {
                return Err(ApiError::TooLarge("number"));
            }
            if last > 0 {
                cursors::go_on_from(self.db, lists.folder, list, last)?;
            }
        }
        Ok(())
    }

    fn wrap(&mut self, id: FolderId, change: u64, wrap: &Wrap) -> Result<(), ApiError> {
        self.grown();
        let folder = self.state.folder(&id).ok_or_else(|| rule("a wrap of no folder"))?;
        if wrap.key().is_none() || wrap.epoch == 0 || wrap.epoch > folder.epoch() {
            return Err(rule("a wrap of another epoch or length"));
        }
        let last = match self.list.filter(|(folder, _)| *folder == id) {
            Some((_, last)) => last,
            None => cursors::last(self.db, id, List::Wraps)?,
        };
        self.list = Some((id, last));
        if change == 0 || change > last || wraps::is_there(self.db, id, wrap.dek)? {
            return Err(rule("a wrap that is not in its folder's list, or twice"));
        }
        Ok(wraps::put_as(self.db, id, change, wrap)?)
    }

    /// Nothing follows, nothing is missing, and the workspace's own catalog says so.
    fn end(&mut self, reader: &mut Reader<impl Read>, end: &End) -> Result<(), StartError> {
        self.grown();
        let before = reader.before;
        if reader.next()?.is_some() {
            return Err(BadExport::Form(reader.before.items).into());
        }
        let workspace = self.state.workspace().ok_or(BadExport::Altered)?;
        let is_named = workspace.catalog().is_none_or(|catalog| catalog.key == self.header.identity);
        if (end.items, end.digest) != (before.items, before.digest) || !end.stands(&self.header) || !is_named {
            return Err(BadExport::Altered.into());
        }
        self.state.set_newcomers(newcomers(self.db)?);
        let mut strangers = self.state.accounts().filter(|account| {
            !self.state.is_or_was_person(&account.id()) && self.state.standing(&account.id()).is_none()
        });
        match strangers.next() {
            None => Ok(()),
            Some(_) => Err(refused(before.items, rule("an account of nobody"))),
        }
    }

    fn ported(&self, [identity, _]: &Seeds) -> Ported {
        Ported {
            workspace: self.header.workspace,
            identity: SigningKey::from_seed(identity).verify_key(),
            records: self.records,
            accounts: self.state.accounts().count() as u64,
            folders: self.state.folders().count() as u64,
        }
    }
}

/// Accounts first, then the workspace, then folders: each is judged by those before it.
fn chain_place(chain: ChainId) -> (u8, RecordHash) {
    let kind = match chain {
        ChainId::Account(_) => 0,
        ChainId::Workspace(_) => 1,
        ChainId::Folder(_) => 2,
    };
    (kind, chain.genesis())
}
