//! Content between a file and the node: encrypted on a blocking thread, in bounded memory.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use tokio::sync::mpsc;
use tokio_util::io::StreamReader;
use tokio_util::sync::CancellationToken;

use valise_blocks::{Added, Blocks};
use valise_crypto::{Dek, encrypt};

use crate::error::EngineError;

/// One block: what travels between the threads.
const PIECE: usize = 1 << 20;
/// Pieces on their way: the memory of one transfer.
const IN_FLIGHT: usize = 3;

/// A file that was encrypted into the node.
#[derive(Debug)]
pub struct Stored {
    /// The DAG.
    pub added: Added,
    /// Bytes of plaintext that were read.
    pub size: u64,
    /// Milliseconds since 1970.
    pub mtime: i64,
    /// The executable bit.
    pub executable: bool,
}

/// Encrypts a file into the node. `progress` hears the bytes read since it was last called.
pub async fn store(
    blocks: &dyn Blocks,
    path: PathBuf,
    dek: Dek,
    cancel: CancellationToken,
    progress: impl Fn(u64) + Send + 'static,
) -> Result<Stored, EngineError> {
    let (pieces, received) = mpsc::channel::<io::Result<Bytes>>(IN_FLIGHT);
    let encrypting = tokio::task::spawn_blocking(move || {
        let result = encrypt_file(&path, dek, &pieces, &cancel, progress);
        if let Err(error) = &result {
            // The reader must not take an early end for the whole.
            let kind =
                if matches!(error, EngineError::Cancelled) { io::ErrorKind::Interrupted } else { io::ErrorKind::Other };
            let _ = pieces.blocking_send(Err(kind.into()));
        }
        result
    });
    let stream = tokio_stream(received);
    let mut reader = StreamReader::new(stream);
    let added = blocks.add(&mut reader).await;
    drop(reader);
    let (size, mtime, executable) = encrypting.await.map_err(|_| EngineError::Internal("a thread ended"))??;
    Ok(Stored { added: added?, size, mtime, executable })
}

fn tokio_stream(
    mut received: mpsc::Receiver<io::Result<Bytes>>,
) -> impl futures::Stream<Item = io::Result<Bytes>> + Unpin {
    futures::stream::poll_fn(move |context| received.poll_recv(context))
}

fn encrypt_file(
    path: &Path,
    dek: Dek,
    pieces: &mpsc::Sender<io::Result<Bytes>>,
    cancel: &CancellationToken,
    progress: impl Fn(u64),
) -> Result<(u64, i64, bool), EngineError> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let mut source = Source { file, cancel, progress };
    let sink = Pieces { piece: BytesMut::new(), pieces };
    let outcome = encrypt(dek, &mut source, sink);
    if cancel.is_cancelled() {
        return Err(EngineError::Cancelled);
    }
    let (size, mut sink) = outcome?;
    sink.flush_piece()?;
    Ok((size, mtime(&metadata), is_executable(&metadata)))
}

/// The file, telling how far it was read.
struct Source<'a, P> {
    file: File,
    cancel: &'a CancellationToken,
    progress: P,
}

impl<P: Fn(u64)> Read for Source<'_, P> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cancel.is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        let read = self.file.read(buffer)?;
        (self.progress)(read as u64);
        Ok(read)
    }
}

/// Gathers what is written into pieces of one block.
struct Pieces<'a> {
    piece: BytesMut,
    pieces: &'a mpsc::Sender<io::Result<Bytes>>,
}

impl Pieces<'_> {
    fn flush_piece(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = self.piece.split().freeze();
        self.pieces.blocking_send(Ok(piece)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Pieces<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.piece.capacity() == 0 {
            self.piece.reserve(if bytes.len() < PIECE / 8 { PIECE / 8 } else { PIECE });
        }
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        if self.piece.len() == PIECE {
            self.flush_piece()?;
            self.piece = BytesMut::with_capacity(PIECE);
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A DAG in the node as something that can be read on a blocking thread.
pub struct NodeReader {
    pieces: mpsc::Receiver<Result<Bytes, EngineError>>,
    piece: Bytes,
    failed: Option<EngineError>,
}

impl NodeReader {
    /// Begins reading; the runtime's handle must be current.
    pub fn begin(blocks: &dyn Blocks, root: cid::Cid, cancel: CancellationToken) -> Self {
        let mut stream = blocks.read(root);
        let (sender, pieces) = mpsc::channel(IN_FLIGHT);
        tokio::spawn(async move {
            loop {
                let next = tokio::select! {
                    () = cancel.cancelled() => Some(Err(EngineError::Cancelled)),
                    next = stream.next() => next.map(|piece| piece.map_err(EngineError::from)),
                };
                let Some(piece) = next else { return };
                let last = piece.is_err();
                if sender.send(piece).await.is_err() || last {
                    return;
                }
            }
        });
        Self { pieces, piece: Bytes::new(), failed: None }
    }

    /// Why reading ended, if the node was the reason.
    pub fn take_failure(&mut self) -> Option<EngineError> {
        self.failed.take()
    }
}

impl Read for NodeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.pieces.blocking_recv() {
                None => return Ok(0),
                Some(Ok(piece)) => self.piece = piece,
                Some(Err(error)) => {
                    self.failed = Some(error);
                    return Err(io::Error::other("the node could not go on"));
                }
            }
        }
        let taken = self.piece.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&self.piece.split_to(taken));
        Ok(taken)
    }
}

/// When a file was changed, in milliseconds since 1970.
pub fn mtime(metadata: &std::fs::Metadata) -> i64 {
    let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or(0)
}

#[cfg(unix)]
fn is_executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    false
}
