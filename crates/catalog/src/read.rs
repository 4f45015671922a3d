//! What may be read, and by whom. What one may not see is not there.

use valise_protocol::api::{
    AskedAt, AskedOf, AskedState, AskedText, Base64, DeviceSeen, Devices, FolderHead, FolderOffer, Folders, HeldPage,
    JoinRequest, Joins, MAX_BYTES, MAX_PAGE, Page, Placed, RedemptionText, Wraps,
};
use valise_protocol::cbor;
use valise_protocol::chain::Head;
use valise_protocol::ids::{DeviceId, FolderId, Seq};
use valise_protocol::record::{ChainId, Record};

use crate::catalog::Catalog;
use crate::db::{asked, held, joins, records, rings, seen, wraps};
use crate::error::ApiError;
use crate::limits::{MAX_JOIN_RECORDS, MAX_ROWS};
use crate::state::{Asker, State};

/// Records of a chain after a place.
pub(crate) fn page(catalog: &Catalog, asker: Asker, chain: ChainId, after: Option<Seq>) -> Result<Page, ApiError> {
    catalog.store.read(|db, state| {
        let head = state.readable(&asker, chain)?;
        let records = records::page(db, chain, after, MAX_PAGE, MAX_BYTES)?;
        Ok(Page { records: records.into_iter().map(Base64).collect(), receipt: catalog.receipt(chain, head) })
    })
}

/// Which record stands at a place.
pub(crate) fn placed(catalog: &Catalog, asker: Asker, chain: ChainId, seq: Seq) -> Result<Placed, ApiError> {
    catalog.store.read(|db, state| {
        state.readable(&asker, chain)?;
        let hash = records::hash(db, chain, seq)?.ok_or(ApiError::NotFound)?;
        Ok(Placed { receipt: catalog.receipt(chain, Head { seq, hash }) })
    })
}

/// Folders of which the asker is a member.
pub(crate) fn folders(catalog: &Catalog, asker: Asker) -> Result<Folders, ApiError> {
    let state = catalog.store.state();
    state.as_person(&asker)?;
    let own = state.folders().filter(|folder| folder.members().contains_key(&asker.account));
    let mut folders: Vec<_> = own.map(|folder| FolderHead { folder: folder.id(), head: folder.head() }).collect();
    folders.sort_by_key(|head| head.folder);
    Ok(Folders { folders })
}

/// What somebody who was added to a folder is told of it before they take it up.
pub(crate) fn offer(catalog: &Catalog, asker: Asker, folder: FolderId) -> Result<FolderOffer, ApiError> {
    catalog.store.read(|db, state| {
        let known = state.as_member(&asker, &folder)?;
        let member = known.members().get(&asker.account).ok_or(ApiError::NotFound)?;
        let taken_up = member.accepted.filter(|seq| *seq != member.since);
        let mut records = Vec::with_capacity(2);
        for seq in std::iter::once(member.since).chain(taken_up) {
            let one = records::page(db, ChainId::Folder(folder), seq.checked_sub(1), 1, MAX_BYTES)?;
            records.extend(one.into_iter().map(Base64));
        }
        let began = records.first().and_then(|bytes| Record::decode(&bytes.0).ok());
        let epoch = began.map_or(0, |record| record.envelope().epoch);
        Ok(FolderOffer { records, commitment: known.epoch_info(epoch).map(|info| info.commitment) })
    })
}

/// When devices of the asker's account were here.
pub(crate) fn devices(catalog: &Catalog, asker: Asker) -> Result<Devices, ApiError> {
    let here = catalog.hub.devices(&asker.account);
    let known = catalog.store.read(|db, _| Ok(seen::of(db, asker.account)?))?;
    let seen = known.into_iter().map(|(device, at)| DeviceSeen { device, seen: Some(at) });
    let seen = seen.filter(|it| !here.contains(&it.device));
    Ok(Devices { devices: here.iter().map(|device| DeviceSeen { device: *device, seen: None }).chain(seen).collect() })
}

/// Wraps of a folder after a cursor.
pub(crate) fn wraps(catalog: &Catalog, asker: Asker, folder: FolderId, after: u64) -> Result<Wraps, ApiError> {
    catalog.store.read(|db, state| {
        let minimum = state.as_member(&asker, &folder)?.policy().minimum;
        let (wraps, cursor) = split(wraps::page(db, folder, (after, minimum), MAX_ROWS)?, after);
        Ok(Wraps { wraps, cursor })
    })
}

/// What the pinning node holds of a folder, after a cursor.
pub(crate) fn held(catalog: &Catalog, asker: Asker, folder: FolderId, after: u64) -> Result<HeldPage, ApiError> {
    catalog.store.read(|db, state| {
        state.as_member(&asker, &folder)?;
        let (held, cursor) = split(held::page(db, folder, after, MAX_ROWS)?, after);
        Ok(HeldPage { held, cursor })
    })
}

/// A full page ends at its last row; one that is not full has seen all there is.
fn split<T>(rows: Vec<(u64, T)>, after: u64) -> (Vec<T>, u64) {
    let cursor = rows.last().map_or(after, |(change, _)| *change);
    (rows.into_iter().map(|(_, row)| row).collect(), cursor)
}

/// The asker's sealed ring, as its chain names it.
pub(crate) fn ring(catalog: &Catalog, asker: Asker) -> Result<Base64, ApiError> {
    catalog.store.read(|db, state| {
        let account = state.account(&asker.account).ok_or(ApiError::NotFound)?;
        let ring = rings::find(db, asker.account, account.ring().1)?;
        ring.map(Base64).ok_or(ApiError::NotFound)
    })
}

/// Requests for recoveries that concern the asker, as long as the set that they ask for is in force.
pub(crate) fn asked_of(catalog: &Catalog, asker: Asker) -> Result<AskedOf, ApiError> {
    catalog.store.read(|db, state| {
        state.as_person(&asker)?;
        let rows = asked::all(db)?
            .into_iter()
            .filter(|(account, row)| !row.refused && state.hears_of_recovery(account).contains(&asker.account));
        let asked = rows.map(|(_, row)| AskedAt { at: row.at, asked: AskedText(Base64(row.bytes)) });
        let in_force = |it: &AskedAt| {
            let asked = it.asked.parse().ok();
            asked.is_some_and(|asked| state.recovery_set(&asked.account).is_some_and(|set| set.id == asked.set))
        };
        Ok(AskedOf { asked: asked.filter(in_force).collect() })
    })
}

/// How a device's request stands. Its id is known to itself, and to those who are told of it.
pub(crate) fn asked_state(catalog: &Catalog, device: DeviceId) -> Result<AskedState, ApiError> {
    catalog.store.read(|db, state| {
        let (account, row) = asked::find(db, device)?.ok_or(ApiError::NotFound)?;
        let asked = AskedText(Base64(row.bytes)).parse().map_err(|_| ApiError::NotFound)?;
        let set = state.recovery_set(&account).filter(|set| set.id == asked.set).ok_or(ApiError::NotFound)?;
        let needed = set.escrow.as_ref().map_or(1, |escrow| escrow.seals.len());
        let approval = state.workspace().and_then(|workspace| workspace.approvals().get(&account));
        let approval = approval.filter(|approval| approval.set == asked.set && approval.device == asked.device);
        let released = approval.filter(|approval| approval.released.len() == needed);
        let seals = released.into_iter().flat_map(|approval| approval.released.values());
        let seals = seals.map(|seal| cbor::encode(seal).map(Base64)).collect::<Result<_, _>>();
        let by = approval.map(|approval| &approval.by);
        Ok(AskedState {
            refused: row.refused && approval.is_none(),
            needed: u32::try_from(needed).unwrap_or(u32::MAX),
            approved: by.map_or(0, |by| u32::try_from(by.len()).unwrap_or(u32::MAX)),
            not_before: by.filter(|by| by.len() >= needed).and_then(|by| by.values().max().copied()),
            released: seals.map_err(|_| ApiError::NotFound)?,
        })
    })
}

/// Newcomers whom the asker may let in, as many as fit an answer, oldest first.
pub(crate) fn joins(catalog: &Catalog, asker: Asker) -> Result<Joins, ApiError> {
    catalog.store.read(|db, state| {
        state.as_person(&asker)?;
        let (mut waiting, mut bytes) = (Vec::new(), 0);
        for join in joins::all(db)?.into_iter().filter(|join| concerns(state, &asker, join)) {
            let request = request(db, state, join)?;
            bytes += request.ring.0.len() + request.account.iter().map(|record| record.0.len()).sum::<usize>();
            if bytes > MAX_BYTES {
                break;
            }
            waiting.push(request);
        }
        Ok(Joins { joins: waiting })
    })
}

/// Officers let into the workspace, owners into their folders; who is in the workspace may still wait for those.
fn concerns(state: &State, asker: &Asker, join: &joins::Join) -> bool {
    let officer = state.workspace().is_some_and(|workspace| workspace.officers().contains(&asker.account));
    (officer && !join.admitted) || state.owns_invitation(&asker.account, &join.redemption.invitation)
}

fn request(db: &rusqlite::Connection, state: &State, join: joins::Join) -> Result<JoinRequest, ApiError> {
    let chain = ChainId::Account(join.account);
    let account = records::page(db, chain, None, MAX_JOIN_RECORDS, MAX_BYTES)?;
    let ring = match state.account(&join.account) {
        Some(account) => rings::find(db, join.account, account.ring().1)?.unwrap_or_default(),
        None => Vec::new(),
    };
    Ok(JoinRequest {
        name: join.name,
        account: account.into_iter().map(Base64).collect(),
        ring: Base64(ring),
        redemption: RedemptionText::new(&join.redemption),
    })
}
