//! Tables `wraps` and `wrap_folders`: DEKs wrapped under folder keys, the mirror of the catalog's.
//!
//! A wrap has a place, which never changes: its folder's number and its own within it, as one integer, the key of the
//! row. So all wraps of a folder lie side by side in one order, and moving them under a newer key writes over pages one
//! after the other. By a DEK's id, which is random, every row would be taken out of its page and put in again.

use rusqlite::{Connection, OptionalExtension, Row, params};

use valise_protocol::ids::{DekId, Epoch, FolderId};
use valise_protocol::keys::WrappedKey;

use super::{from_sql, id, to_sql};
use crate::error::EngineError;

pub(super) const MIGRATION: &str = "
CREATE TABLE wraps (
    folder BLOB NOT NULL,
    dek    BLOB NOT NULL,
    epoch  INTEGER NOT NULL,
    bytes  BLOB NOT NULL,
    PRIMARY KEY (folder, dek)
) STRICT, WITHOUT ROWID;";

/// By place, no longer by id. 40: [`COUNT_BITS`].
pub(super) const PLACES: &str = "
ALTER TABLE wraps RENAME TO wraps_by_id;
CREATE TABLE wrap_folders (
    number INTEGER PRIMARY KEY,
    folder BLOB NOT NULL UNIQUE
) STRICT;
CREATE TABLE wraps (
    place INTEGER PRIMARY KEY,
    dek   BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
INSERT INTO wrap_folders (folder) SELECT DISTINCT folder FROM wraps_by_id ORDER BY folder;
INSERT INTO wraps (place, dek, epoch, bytes)
    SELECT (number << 40) + row_number() OVER (PARTITION BY number ORDER BY dek), dek, epoch, bytes
    FROM wraps_by_id JOIN wrap_folders USING (folder);
CREATE INDEX wraps_by_dek ON wraps (dek);
DROP TABLE wraps_by_id;";

/// The lower bits of a place count within the folder, the upper ones are the folder's number.
const COUNT_BITS: u32 = 40;

/// Where a wrap lies in the index. It stays there when it is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(i64);

/// A wrap and where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub place: Place,
    pub dek: DekId,
    pub epoch: Epoch,
    pub key: WrappedKey,
}

/// The places of one folder: before the first, and the last there can be.
#[derive(Clone, Copy)]
struct Range(i64, i64);

impl Range {
    /// None: nothing of that folder was ever kept.
    fn find(db: &Connection, folder: &FolderId) -> Result<Option<Self>, EngineError> {
        let number: Option<i64> = db
            .prepare_cached("SELECT number FROM wrap_folders WHERE folder = ?")?
            .query_row([folder.as_bytes()], |row| row.get(0))
            .optional()?;
        Ok(number.map(Self::of))
    }

    fn find_or_make(db: &Connection, folder: &FolderId) -> Result<Self, EngineError> {
        if let Some(found) = Self::find(db, folder)? {
            return Ok(found);
        }
        db.prepare_cached("INSERT INTO wrap_folders (folder) VALUES (?)")?.execute([folder.as_bytes()])?;
        Ok(Self::of(db.last_insert_rowid()))
    }

    fn of(number: i64) -> Self {
        Self(number << COUNT_BITS, ((number + 1) << COUNT_BITS) - 1)
    }

    /// A place after all that are there.
    fn next(self, db: &Connection) -> Result<i64, EngineError> {
        let last: Option<i64> = db
            .prepare_cached("SELECT max(place) FROM wraps WHERE place > ? AND place <= ?")?
            .query_row([self.0, self.1], |row| row.get(0))?;
        Ok(last.unwrap_or(self.0) + 1)
    }
}

/// Keeps a wrap, unless one of the same or a later epoch is there.
pub fn put(db: &Connection, folder: &FolderId, dek: &DekId, epoch: Epoch, key: &WrappedKey) -> Result<(), EngineError> {
    let range = Range::find_or_make(db, folder)?;
    match find_in(db, range, dek)? {
        Some(known) => replace(db, [(known.place, epoch, key)]),
        None => {
            db.prepare_cached("INSERT INTO wraps (place, dek, epoch, bytes) VALUES (?, ?, ?, ?)")?.execute(params![
                range.next(db)?,
                dek.as_bytes(),
                to_sql(epoch),
                key.as_bytes()
            ])?;
            Ok(())
        }
    }
}

/// Puts wraps of a later epoch in the place of those that are there.
pub fn replace<'a>(
    db: &Connection,
    wraps: impl IntoIterator<Item = (Place, Epoch, &'a WrappedKey)>,
) -> Result<(), EngineError> {
    let mut statement = db.prepare_cached("UPDATE wraps SET epoch = ?2, bytes = ?3 WHERE place = ?1 AND epoch < ?2")?;
    for (Place(place), epoch, key) in wraps {
        statement.execute(params![place, to_sql(epoch), key.as_bytes()])?;
    }
    Ok(())
}

/// A wrapped DEK and its epoch.
pub fn find(db: &Connection, folder: &FolderId, dek: &DekId) -> Result<Option<(Epoch, WrappedKey)>, EngineError> {
    let Some(range) = Range::find(db, folder)? else { return Ok(None) };
    Ok(find_in(db, range, dek)?.map(|wrap| (wrap.epoch, wrap.key)))
}

fn find_in(db: &Connection, Range(before, last): Range, dek: &DekId) -> Result<Option<Placed>, EngineError> {
    let mut statement =
        db.prepare_cached("SELECT place, dek, epoch, bytes FROM wraps WHERE dek = ? AND place > ? AND place <= ?")?;
    let mut rows = statement.query(params![dek.as_bytes(), before, last])?;
    rows.next()?.map(read).transpose()
}

/// So many wraps of a folder after one, by place, of epochs before another.
pub fn older(
    db: &Connection,
    folder: &FolderId,
    after: Option<Place>,
    below: Epoch,
    most: usize,
) -> Result<Vec<Placed>, EngineError> {
    let Some(Range(before, last)) = Range::find(db, folder)? else { return Ok(Vec::new()) };
    let mut statement = db.prepare_cached(
        "SELECT place, dek, epoch, bytes FROM wraps WHERE place > ? AND place <= ? AND epoch < ? ORDER BY place LIMIT ?",
    )?;
    // A place of another folder is none here.
    let after = after.map_or(before, |Place(place)| place.clamp(before, last));
    let mut rows = statement.query(params![after, last, to_sql(below), to_sql(most as u64)])?;
    let mut wraps = Vec::new();
    while let Some(row) = rows.next()? {
        wraps.push(read(row)?);
    }
    Ok(wraps)
}

/// How many of a folder's wraps are of which epoch, newest first.
pub fn count_by_epoch(db: &Connection, folder: &FolderId) -> Result<Vec<(Epoch, u64)>, EngineError> {
    let Some(Range(before, last)) = Range::find(db, folder)? else { return Ok(Vec::new()) };
    let mut statement = db.prepare_cached(
        "SELECT epoch, count(*) FROM wraps WHERE place > ? AND place <= ? GROUP BY epoch ORDER BY epoch DESC",
    )?;
    let rows = statement.query_map([before, last], |row| Ok((from_sql(row.get(0)?), from_sql(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> Result<Placed, EngineError> {
    let dek = id(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?;
    let bytes = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
    let key = WrappedKey::new(bytes.to_vec()).ok_or(EngineError::IndexDamaged)?;
    Ok(Placed { place: Place(row.get(0)?), dek, epoch: from_sql(row.get(2)?), key })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Index, MIGRATIONS};
    use valise_crypto::IndexKey;

    fn folder(byte: u8) -> FolderId {
        FolderId::new([byte; FolderId::LEN])
    }

    fn dek(byte: u8) -> DekId {
        DekId::new([byte; DekId::LEN])
    }

    fn key(byte: u8) -> WrappedKey {
        WrappedKey::new(vec![byte; 60]).unwrap()
    }

    fn index() -> (tempfile::TempDir, Index) {
        let home = tempfile::tempdir().unwrap();
        let index = Index::open(&home.path().join("index.db"), &IndexKey::make().unwrap()).unwrap();
        (home, index)
    }

    #[test]
    fn an_earlier_wrap_never_takes_the_place_of_a_later_one() {
        let (_home, index) = index();
        let db = index.read();
        for (epoch, byte, stands) in [(2, 20, (2, 20)), (1, 10, (2, 20)), (2, 21, (2, 20)), (3, 30, (3, 30))] {
            put(db, &folder(1), &dek(1), epoch, &key(byte)).unwrap();
            assert_eq!(find(db, &folder(1), &dek(1)).unwrap(), Some((stands.0, key(stands.1))));
        }
        assert_eq!(count_by_epoch(db, &folder(1)).unwrap(), [(3, 1)]);
    }

    #[test]
    fn folders_do_not_see_each_others_wraps_of_the_same_key() {
        let (_home, index) = index();
        let db = index.read();
        put(db, &folder(1), &dek(1), 1, &key(11)).unwrap();
        put(db, &folder(2), &dek(1), 4, &key(21)).unwrap();
        put(db, &folder(1), &dek(2), 2, &key(12)).unwrap();
        assert_eq!(find(db, &folder(1), &dek(1)).unwrap(), Some((1, key(11))));
        assert_eq!(find(db, &folder(2), &dek(1)).unwrap(), Some((4, key(21))));
        assert_eq!(find(db, &folder(2), &dek(2)).unwrap(), None);
        assert_eq!(find(db, &folder(3), &dek(1)).unwrap(), None);
        assert_eq!(count_by_epoch(db, &folder(1)).unwrap(), [(2, 1), (1, 1)]);
        assert_eq!(count_by_epoch(db, &folder(3)).unwrap(), []);
        let last_of_second = older(db, &folder(2), None, 9, 9).unwrap().pop().unwrap().place;
        assert_eq!(older(db, &folder(1), Some(last_of_second), 9, 9).unwrap(), [], "nothing after a later folder's");
    }

    #[test]
    fn batches_go_through_all_of_them_once_also_those_that_come_meanwhile() {
        let (_home, mut index) = index();
        for byte in (1..=7).rev() {
            put(index.read(), &folder(1), &dek(byte), 1, &key(byte)).unwrap();
        }
        put(index.read(), &folder(1), &dek(8), 2, &key(8)).unwrap();
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let some = older(index.read(), &folder(1), after, 2, 3).unwrap();
            let Some(last) = some.last() else { break };
            after = Some(last.place);
            index.write(|db| replace(db, some.iter().map(|it| (it.place, 2, &it.key)))).unwrap();
            if seen.is_empty() {
                put(index.read(), &folder(1), &dek(0), 1, &key(0)).unwrap();
            }
            seen.extend(some.into_iter().map(|it| it.dek));
        }
        seen.sort();
        assert_eq!(seen, (0..=7).map(dek).collect::<Vec<_>>());
        assert_eq!(count_by_epoch(index.read(), &folder(1)).unwrap(), [(2, 9)]);
    }

    #[test]
    fn an_index_by_id_is_taken_over() {
        let db = Connection::open_in_memory().unwrap();
        let places = MIGRATIONS.iter().position(|migration| *migration == PLACES).unwrap();
        MIGRATIONS[..places].iter().for_each(|migration| db.execute_batch(migration).unwrap());
        for (of, byte) in [(2, 5), (1, 9), (1, 3), (2, 3)] {
            db.execute(
                "INSERT INTO wraps (folder, dek, epoch, bytes) VALUES (?, ?, ?, ?)",
                params![folder(of).as_bytes(), dek(byte).as_bytes(), i64::from(byte), key(of).as_bytes()],
            )
            .unwrap();
        }
        db.execute_batch(PLACES).unwrap();
        for (of, byte) in [(2, 5), (1, 9), (1, 3), (2, 3)] {
            assert_eq!(find(&db, &folder(of), &dek(byte)).unwrap(), Some((u64::from(byte), key(of))));
        }
        put(&db, &folder(1), &dek(4), 4, &key(1)).unwrap();
        assert_eq!(count_by_epoch(&db, &folder(1)).unwrap(), [(9, 1), (4, 1), (3, 1)]);
        assert_eq!(count_by_epoch(&db, &folder(2)).unwrap(), [(5, 1), (3, 1)]);
    }
}
