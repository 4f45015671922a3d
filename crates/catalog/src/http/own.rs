//! Routes for whoever signs as a device that counts. What they may is decided by the operation.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::{Path, State};
use valise_protocol::api::{
    Answered, Append, AskedOf, Base64, Devices, FolderOffer, Folders, HeldPage, Joins, NewPairing, Page, Placed,
    Rewrap, Wraps,
};
use valise_protocol::ids::Seq;
use valise_protocol::receipt::Receipt;

use super::signed::Signed;
use super::{Answer, id};
use crate::catalog::Catalog;
use crate::{read, write};

type Shared = State<Arc<Catalog>>;

pub(super) async fn page(State(catalog): Shared, Path(chain): Path<String>, signed: Signed) -> Answer<Page> {
    let (chain, after) = (id(&chain)?, signed.after()?);
    catalog.blocking(move |catalog| read::page(catalog, signed.asker(), chain, after)).await.map(Json)
}

pub(super) async fn append(State(catalog): Shared, Path(chain): Path<String>, signed: Signed) -> Answer<Receipt> {
    let chain = id(&chain)?;
    let append = catalog.write(move |catalog, db, state, effects| {
        let sent: Append = signed.parse()?;
        write::append(catalog, db, state, effects, (signed.asker(), chain, sent))
    });
    append.await.map(Json)
}

pub(super) async fn placed(
    State(catalog): Shared,
    Path((chain, seq)): Path<(String, String)>,
    signed: Signed,
) -> Answer<Placed> {
    let (chain, seq): (_, Seq) = (id(&chain)?, id(&seq)?);
    catalog.blocking(move |catalog| read::placed(catalog, signed.asker(), chain, seq)).await.map(Json)
}

pub(super) async fn folders(State(catalog): Shared, signed: Signed) -> Answer<Folders> {
    catalog.blocking(move |catalog| read::folders(catalog, signed.asker())).await.map(Json)
}

pub(super) async fn begin_folder(State(catalog): Shared, signed: Signed) -> Answer<Receipt> {
    let begin = catalog.write(move |catalog, db, state, effects| {
        let sent = signed.parse()?;
        write::begin_folder(catalog, db, state, effects, (signed.asker(), sent))
    });
    begin.await.map(Json)
}

/// What is told of a folder before it is taken up.
pub(super) async fn offer(State(catalog): Shared, Path(folder): Path<String>, signed: Signed) -> Answer<FolderOffer> {
    let folder = id(&folder)?;
    catalog.blocking(move |catalog| read::offer(catalog, signed.asker(), folder)).await.map(Json)
}

pub(super) async fn wraps(State(catalog): Shared, Path(folder): Path<String>, signed: Signed) -> Answer<Wraps> {
    let (folder, after) = (id(&folder)?, signed.after()?.unwrap_or(0));
    catalog.blocking(move |catalog| read::wraps(catalog, signed.asker(), folder, after)).await.map(Json)
}

pub(super) async fn rewrap(State(catalog): Shared, Path(folder): Path<String>, signed: Signed) -> Answer<()> {
    let folder = id(&folder)?;
    let rewrap = catalog.write(move |_, db, state, effects| {
        let sent: Rewrap = signed.parse()?;
        write::rewrap(db, state, effects, (signed.asker(), folder, sent))
    });
    rewrap.await.map(Json)
}

pub(super) async fn held(State(catalog): Shared, Path(folder): Path<String>, signed: Signed) -> Answer<HeldPage> {
    let (folder, after) = (id(&folder)?, signed.after()?.unwrap_or(0));
    catalog.blocking(move |catalog| read::held(catalog, signed.asker(), folder, after)).await.map(Json)
}

pub(super) async fn signal(State(catalog): Shared, Path(folder): Path<String>, signed: Signed) -> Answer<()> {
    let (folder, sent) = (id(&folder)?, signed.parse()?);
    catalog.relay(signed.asker(), folder, sent).map(Json)
}

pub(super) async fn joins(State(catalog): Shared, signed: Signed) -> Answer<Joins> {
    catalog.blocking(move |catalog| read::joins(catalog, signed.asker())).await.map(Json)
}

pub(super) async fn ring(State(catalog): Shared, signed: Signed) -> Answer<Base64> {
    catalog.blocking(move |catalog| read::ring(catalog, signed.asker())).await.map(Json)
}

pub(super) async fn put_ring(State(catalog): Shared, signed: Signed) -> Answer<()> {
    let put = catalog.write(move |_, db, state, _| {
        let sent: Base64 = signed.parse()?;
        write::put_ring(db, state, (signed.asker(), sent))
    });
    put.await.map(Json)
}

pub(super) async fn begin_pairing(State(catalog): Shared, signed: Signed) -> Answer<()> {
    let new: NewPairing = signed.parse()?;
    catalog.store.state().as_person(&signed.asker())?;
    catalog.pairings.begin(signed.asker().account, new, Instant::now()).map(Json)
}

pub(super) async fn pairing_answer(
    State(catalog): Shared,
    Path(pairing): Path<String>,
    signed: Signed,
) -> Answer<Answered> {
    catalog.pairings.answered(&id(&pairing)?, &signed.asker().account, Instant::now()).map(Json)
}

pub(super) async fn end_pairing(State(catalog): Shared, Path(pairing): Path<String>, signed: Signed) -> Answer<()> {
    catalog.pairings.end(&id(&pairing)?, &signed.asker().account);
    Ok(Json(()))
}

pub(super) async fn asked_of(State(catalog): Shared, signed: Signed) -> Answer<AskedOf> {
    catalog.blocking(move |catalog| read::asked_of(catalog, signed.asker())).await.map(Json)
}

pub(super) async fn refuse(State(catalog): Shared, Path(device): Path<String>, signed: Signed) -> Answer<()> {
    let device = id(&device)?;
    let refuse =
        catalog.write(move |_, db, state, effects| write::refuse(db, state, effects, (signed.asker(), device)));
    refuse.await.map(Json)
}

pub(super) async fn devices(State(catalog): Shared, signed: Signed) -> Answer<Devices> {
    catalog.blocking(move |catalog| read::devices(catalog, signed.asker())).await.map(Json)
}
