//! Adding: one pass over the bytes. Read into block-size buffers; hash and write each on a blocking
//! thread while the next is read; sync in groups.
//!
//! rust-ipfs's own add syncs every block by itself under one lock. Here nothing has its name until the
//! whole file is on the disk: an add that fails or is dropped leaves nothing behind.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::BufMut;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::task::{JoinHandle, spawn_blocking};

use super::commit::{Committer, Job, UnderWay};
use super::files::{Files, Staged};
use super::pins::Pin;
use crate::dag::build::{Builder, Made, Subtree};
use crate::dag::walk::Found;
use crate::dag::{self, BLOCK, Key};
use crate::error::BlocksError;
use crate::store::Added;

/// Blocks being hashed and written while the next is read. With the one being read, this bounds memory.
const AHEAD: usize = 4;

/// After so many blocks their sync begins, so that the last one has little left to do.
const FLUSH: usize = 64;

/// What a blocking thread made of one buffer.
struct Written {
    leaf: Subtree,
    /// `None`: this block came before in the same file.
    staged: Option<Staged>,
    buffer: Vec<u8>,
}

/// One add under way.
pub(super) struct Adding {
    files: Arc<Files>,
    committer: Committer,
    builder: Builder,
    found: Found,
    size: u64,
    staged: Vec<Staged>,
    /// How many of `staged` are synced, or are being synced by `flushing`.
    flushed: usize,
    flushing: Option<JoinHandle<Result<(), BlocksError>>>,
    _under_way: UnderWay,
}

impl Adding {
    pub(super) fn new(files: Arc<Files>, committer: Committer) -> Self {
        Self {
            _under_way: committer.begins(),
            files,
            committer,
            builder: Builder::default(),
            found: Found::default(),
            size: 0,
            staged: Vec::new(),
            flushed: 0,
            flushing: None,
        }
    }

    /// Takes all of `input`, and answers when it is durable and pinned.
    pub(super) async fn run(mut self, input: &mut (dyn AsyncRead + Send + Unpin)) -> Result<Added, BlocksError> {
        let mut writing: VecDeque<JoinHandle<_>> = VecDeque::with_capacity(AHEAD);
        let mut buffer = Vec::new();
        let mut read = 0;
        loop {
            fill(input, &mut buffer).await?;
            let (length, first) = (buffer.len(), read == 0);
            if length > 0 || first {
                read += 1;
                writing.push_back(self.write(std::mem::take(&mut buffer)));
            }
            if length < BLOCK {
                break;
            }
            if writing.len() == AHEAD
                && let Some(oldest) = writing.pop_front()
            {
                buffer = self.written(oldest).await?;
            }
        }
        for task in writing {
            self.written(task).await?;
        }
        self.finish().await
    }

    fn write(&self, buffer: Vec<u8>) -> JoinHandle<Result<Written, BlocksError>> {
        let (files, found) = (self.files.clone(), self.found.clone());
        spawn_blocking(move || {
            let key = Key { inner: false, digest: dag::digest(&buffer) };
            let size = buffer.len() as u64;
            let staged = if found.insert(key) { Some(stage(&files, key, &buffer)?) } else { None };
            Ok(Written { leaf: Subtree { key, size, stored: size }, staged, buffer })
        })
    }

    /// Takes in one leaf, in the order of the file, and gives its buffer back.
    async fn written(&mut self, task: JoinHandle<Result<Written, BlocksError>>) -> Result<Vec<u8>, BlocksError> {
        let written = task.await.map_err(panicked)??;
        self.size += written.leaf.size;
        self.staged.extend(written.staged);
        let made = self.builder.push(written.leaf);
        self.write_inner(made).await?;
        if self.staged.len() - self.flushed >= FLUSH {
            self.flush().await?;
        }
        let mut buffer = written.buffer;
        buffer.clear();
        Ok(buffer)
    }

    async fn write_inner(&mut self, made: Vec<Made>) -> Result<(), BlocksError> {
        let new: Vec<_> = made.into_iter().filter(|node| self.found.insert(node.key)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let files = self.files.clone();
        let task = spawn_blocking(move || {
            new.iter().map(|node| stage(&files, node.key, &node.block)).collect::<Result<Vec<_>, _>>()
        });
        self.staged.extend(task.await.map_err(panicked)??);
        Ok(())
    }

    /// Begins to sync what was written since; one flush at a time.
    async fn flush(&mut self) -> Result<(), BlocksError> {
        self.flushed().await?;
        let job = Job { unsynced: self.unsynced(), blocks: Vec::new(), pin: None };
        let committer = self.committer.clone();
        self.flushing = Some(tokio::spawn(async move { committer.commit(job).await }));
        Ok(())
    }

    async fn flushed(&mut self) -> Result<(), BlocksError> {
        match self.flushing.take() {
            Some(task) => task.await.map_err(panicked)?,
            None => Ok(()),
        }
    }

    fn unsynced(&mut self) -> Vec<std::path::PathBuf> {
        let paths = self.staged[self.flushed..].iter().map(|staged| staged.temporary.clone()).collect();
        self.flushed = self.staged.len();
        paths
    }

    async fn finish(mut self) -> Result<Added, BlocksError> {
        let (rest, root) = std::mem::take(&mut self.builder).finish().ok_or(BlocksError::Closed)?;
        self.write_inner(rest).await?;
        self.flushed().await?;
        let cid = root.key.cid().ok_or(BlocksError::Closed)?;
        let pin = Pin::make(&self.files, cid, &self.found).await?;
        let mut unsynced = self.unsynced();
        unsynced.extend(pin.unsynced());
        let blocks = std::mem::take(&mut self.staged);
        self.committer.commit(Job { unsynced, blocks, pin: Some(pin) }).await?;
        Ok(Added { cid, size: self.size, blocks: self.found.len() })
    }
}

fn stage(files: &Files, key: Key, block: &[u8]) -> Result<Staged, BlocksError> {
    let cid = key.cid().ok_or(BlocksError::Closed)?;
    Ok(files.stage(files.block(&cid), block)?)
}

/// Reads until the buffer holds a whole block or the input ends.
async fn fill(input: &mut (dyn AsyncRead + Send + Unpin), buffer: &mut Vec<u8>) -> Result<(), BlocksError> {
    while buffer.len() < BLOCK {
        let room = BLOCK - buffer.len();
        if buffer.capacity() - buffer.len() < room.min(SMALL) {
            // most files are small: the first step is one that they fit in
            buffer.reserve_exact(if buffer.is_empty() { SMALL } else { room });
        }
        if input.read_buf(&mut buffer.limit(room)).await? == 0 {
            break;
        }
    }
    Ok(())
}

/// First size of a buffer.
const SMALL: usize = 64 << 10;

fn panicked(error: tokio::task::JoinError) -> BlocksError {
    BlocksError::Node(format!("a task of an add ended early: {error}"))
}
