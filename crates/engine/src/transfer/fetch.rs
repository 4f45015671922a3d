//! Files on their way in: blocks fetched and verified, decrypted to a file that has its name only when it is
//! complete and authenticated.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use valise_blocks::{BlocksError, FetchOptions, PeerId};
use valise_crypto::{ContentHash, Dek, decrypt, encrypted_len};
use valise_protocol::ids::{ContentDigest, DekId, EntryId, FolderId};
use valise_protocol::tree::Content;

use super::content::NodeReader;
use super::local::{Attributes, Pending};
use super::save::version_of;
use crate::error::EngineError;
use crate::shared::{Session, Shared};

/// Blocks in flight: enough for a network with 50 ms of latency.
pub const WINDOW: usize = 16;
/// Without a block for so long, another peer is asked.
pub const BLOCK_TIMEOUT: Duration = Duration::from_secs(20);

/// Brings a version's bytes here, complete and pinned. `progress` hears the bytes that are here.
pub async fn ensure_here(
    shared: &Shared,
    session: &Session,
    content: &Content,
    cancel: &CancellationToken,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<(), EngineError> {
    let (cid, now) = (content.cid, shared.clock.now());
    let is_here = shared.vault(|vault| {
        let is_here = vault.here.contains(&cid);
        if is_here { vault.use_content(content, now).map(|()| true) } else { Ok(false) }
    })?;
    if is_here {
        return Ok(());
    }
    fetch(session, content, cancel, progress).await?;
    session.blocks.pin(cid.inner()).await?;
    shared.vault(|vault| {
        vault.here.insert(cid);
        vault.use_content(content, now)
    })
}

async fn fetch(
    session: &Session,
    content: &Content,
    cancel: &CancellationToken,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<(), EngineError> {
    until_dialled(session).await;
    let from: Vec<PeerId> = session.link().ok().and_then(|link| link.pinning).into_iter().collect();
    let encrypted = encrypted_len(content.size);
    let options = FetchOptions {
        from,
        window: WINDOW,
        block_timeout: BLOCK_TIMEOUT,
        // What the author announced, with room for the inner nodes of the DAG.
        max_bytes: encrypted + encrypted / 64 + (1 << 20),
        max_blocks: encrypted / (1 << 18) + 64,
        cancel: cancel.clone(),
    };
    let fetched = session.blocks.fetch(content.cid.inner(), options, &|done| progress(done.bytes)).await;
    match fetched {
        Ok(_) => Ok(()),
        Err(BlocksError::TooLarge { .. }) => Err(EngineError::NotVerified("the file")),
        Err(error) => Err(error.into()),
    }
}

/// A fetch right after unlocking waits until the pinning node answered or did not.
async fn until_dialled(session: &Session) {
    let waiting = async {
        while session.dialling.load(std::sync::atomic::Ordering::Acquire) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let _ = tokio::time::timeout(BLOCK_TIMEOUT, waiting).await;
}

/// Fetches if need be and reads a version through: its digest.
pub async fn digest(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    folder: FolderId,
    content: &Content,
    cancel: &CancellationToken,
) -> Result<ContentDigest, EngineError> {
    let (size, stop) = (content.size, cancel.clone());
    let read = move |dek: &Dek, reader| {
        let mut hash = ContentHash::new();
        decrypt_pieces(dek, reader, size, &stop, |piece| {
            hash.update(piece);
            Ok(())
        })?;
        Ok(hash.finish())
    };
    let digest = decrypted(shared, session, folder, content, (cancel, &|_| {}), read).await?;
    shared.vault(|vault| vault.keep_digest(&content.cid, &digest))?;
    Ok(digest)
}

/// Fetches if need be and decrypts a version into memory, with its name; an error if it has more than so many bytes.
pub async fn read(
    shared: &Arc<Shared>,
    folder: FolderId,
    (entry, version): (EntryId, Option<DekId>),
    limit: u64,
) -> Result<(String, Zeroizing<Vec<u8>>), EngineError> {
    let session = shared.session()?;
    let (name, content) = shared.vault(|vault| version_of(vault.folder(&folder)?.tree(), entry, version))?;
    if content.size > limit {
        return Err(EngineError::TooLargeToShow);
    }
    let (size, stop) = (content.size, session.cancel.clone());
    let read = move |dek: &Dek, reader| {
        // Of its final size from the start: growing would leave copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(size as usize));
        decrypt_pieces(dek, reader, size, &stop, |piece| {
            if bytes.len() + piece.len() > size as usize {
                return Err(EngineError::NotVerified("the file"));
            }
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(bytes)
    };
    let bytes = decrypted(shared, &session, folder, &content, (&session.cancel, &|_| {}), read).await?;
    shared.tell_folder(folder);
    Ok((name, bytes))
}

/// Fetches if need be and decrypts a version to a file.
pub async fn write_to(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    folder: FolderId,
    content: &Content,
    (target, attributes): (&Path, Attributes),
    cancel: &CancellationToken,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<(), EngineError> {
    // What is signed is compared as it is read.
    let hashed = shared.vault(|vault| Ok(vault.lacks_digest(&folder, content)))?;
    let (target, size, stop) = (target.to_owned(), content.size, cancel.clone());
    let write = move |dek: &Dek, reader| decrypt_file(dek, reader, &target, size, attributes, (&stop, hashed));
    let digest = decrypted(shared, session, folder, content, (cancel, progress), write).await?;
    digest.map_or(Ok(()), |digest| shared.vault(|vault| vault.keep_digest(&content.cid, &digest)))
}

/// Does something with a version's bytes; once more, if what is on this disk is damaged.
async fn decrypted<T: Send + 'static>(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    folder: FolderId,
    content: &Content,
    (cancel, progress): (&CancellationToken, &(dyn Fn(u64) + Send + Sync)),
    work: impl Fn(&Dek, NodeReader) -> Result<T, EngineError> + Send + Sync + 'static,
) -> Result<T, EngineError> {
    ensure_here(shared, session, content, cancel, progress).await?;
    let dek = dek(shared, session, folder, content).await?;
    let work = Arc::new(work);
    let run = || {
        let reader = NodeReader::begin(session.blocks.as_ref(), content.cid.inner(), cancel.clone());
        let (dek, work) = (dek.clone(), work.clone());
        tokio::task::spawn_blocking(move || work(&dek, reader))
    };
    const ENDED: EngineError = EngineError::Internal("a thread ended");
    match run().await.map_err(|_| ENDED)? {
        Err(EngineError::NotVerified(_) | EngineError::NotAvailable) => {
            // Damage on this disk: fetching again replaces what is damaged.
            shared.vault(|vault| {
                vault.here.remove(&content.cid);
                Ok(())
            })?;
            ensure_here(shared, session, content, cancel, progress).await?;
            run().await.map_err(|_| ENDED)?
        }
        result => result,
    }
}

/// The version's key; if its wrap is not here yet, the catalog is asked.
pub async fn dek(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    folder: FolderId,
    content: &Content,
) -> Result<Arc<Dek>, EngineError> {
    match shared.vault(|vault| vault.dek(&folder, &content.dek)) {
        Err(EngineError::NotFound(_)) => {
            crate::sync::pull_wraps(shared, session, folder).await?;
            match shared.vault(|vault| vault.dek(&folder, &content.dek)) {
                // The file is there; what the catalog gave for its key does not open, or is nothing.
                Err(EngineError::NotFound(_)) => Err(EngineError::NotVerified("the file's key")),
                dek => dek.map(Arc::new),
            }
        }
        dek => dek.map(Arc::new),
    }
}

fn decrypt_file(
    dek: &Dek,
    reader: NodeReader,
    target: &Path,
    size: u64,
    attributes: Attributes,
    (cancel, hashed): (&CancellationToken, bool),
) -> Result<Option<ContentDigest>, EngineError> {
    let mut pending = Pending::begin(target)?;
    let mut hash = hashed.then(ContentHash::new);
    decrypt_pieces(dek, reader, size, cancel, |piece| {
        if let Some(hash) = &mut hash {
            hash.update(piece);
        }
        pending.write(piece)
    })?;
    pending.finish(attributes)?;
    Ok(hash.map(ContentHash::finish))
}

/// Hands on what was authenticated, piece by piece; all of it only if this is no error.
fn decrypt_pieces(
    dek: &Dek,
    reader: NodeReader,
    size: u64,
    cancel: &CancellationToken,
    mut take: impl FnMut(&[u8]) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let mut plain = decrypt(dek, reader)?;
    // Most files are small, and wiping has its price. One byte more, so that the end comes with the last of them.
    let mut buffer = Zeroizing::new(vec![0; size.saturating_add(1).min(256 << 10) as usize]);
    let mut written = 0;
    loop {
        if cancel.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        let read = plain.read(&mut buffer).map_err(|_| EngineError::NotVerified("the file"))?;
        if read == 0 {
            break;
        }
        take(&buffer[..read])?;
        written += read as u64;
    }
    if written == size { Ok(()) } else { Err(EngineError::NotVerified("the file")) }
}
