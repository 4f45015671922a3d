//! Reading a file, or a range of it, from blocks that are here.
//!
//! In memory at once: [`AHEAD`] leaves, and the links of one path from the root. The length of the stream
//! is what the root says: each node below must agree with the size its parent gave it.

use std::future::Future;
use std::ops::Range;

use bytes::Bytes;
use cid::Cid;
use futures::stream::{self, Stream};
use futures::{StreamExt, TryStreamExt};

use super::{Key, inner};
use crate::error::BlocksError;

/// Leaves loaded before they are asked for: one being read from disk, one being hashed, one in hand.
const AHEAD: usize = 3;

/// Deepest DAG accepted. Four levels of 174 links hold 900 TiB.
const DEPTH: usize = 16;

/// Most bytes answered for one range: it is held in memory.
const MAX_RANGE: u64 = 64 << 20;

/// Where blocks are loaded from: verified, or [`BlocksError::Missing`] or [`BlocksError::Damaged`].
pub(crate) trait Source: Clone + Send + Sync + 'static {
    fn load(&self, cid: Cid) -> impl Future<Output = Result<Bytes, BlocksError>> + Send;
}

/// The bytes of `range`, clamped to the file, in pieces.
pub(crate) fn stream<S: Source>(
    source: S,
    root: Cid,
    range: Range<u64>,
) -> impl Stream<Item = Result<Bytes, BlocksError>> + Send + 'static {
    let start = Span { cid: root, at: 0, size: None, depth: 0 };
    let state = (source.clone(), vec![start], range.clone());
    let pieces = stream::try_unfold(state, |(source, mut stack, range)| async move {
        let piece = next(&source, &mut stack, &range).await?;
        Ok::<_, BlocksError>(piece.map(|piece| (piece, (source, stack, range))))
    });
    pieces
        .map_ok(move |piece| finish(source.clone(), piece, range.clone()))
        .try_buffered(AHEAD)
        .try_filter(|bytes| futures::future::ready(!bytes.is_empty()))
}

/// The bytes of `range` at once, at most [`MAX_RANGE`].
pub(crate) async fn range<S: Source>(source: S, root: Cid, range: Range<u64>) -> Result<Vec<u8>, BlocksError> {
    let mut out = Vec::new();
    let mut pieces = stream(source, root, range).boxed();
    while let Some(piece) = pieces.try_next().await? {
        if (out.len() + piece.len()) as u64 > MAX_RANGE {
            return Err(BlocksError::TooLarge { limit: MAX_RANGE, unit: "bytes" });
        }
        out.extend_from_slice(&piece);
    }
    Ok(out)
}

/// A subtree, where it starts in the file, and the bytes its parent says it covers.
struct Span {
    cid: Cid,
    at: u64,
    size: Option<u64>,
    depth: usize,
}

/// Content in order: a leaf still to be loaded, or bytes that stood in an inner node.
enum Piece {
    Leaf(Span),
    Inline { at: u64, bytes: Bytes },
}

async fn next<S: Source>(source: &S, stack: &mut Vec<Span>, range: &Range<u64>) -> Result<Option<Piece>, BlocksError> {
    while let Some(span) = stack.pop() {
        if !Key::of(&span.cid)?.inner {
            return Ok(Some(Piece::Leaf(span)));
        }
        let refuse = |why| Err(BlocksError::Unsupported { cid: span.cid, why });
        let block = source.load(span.cid).await?;
        let node = inner::parse(&span.cid, &block)?;
        if span.size.is_some_and(|size| size != node.size) {
            return refuse("a node of another size than its parent says");
        }
        if span.depth == DEPTH {
            return refuse("too deep");
        }
        let mut at = span.at + node.data.len() as u64;
        let mut children = Vec::new();
        for link in node.links {
            if at < range.end && at + link.size > range.start {
                children.push(Span { cid: link.cid, at, size: Some(link.size), depth: span.depth + 1 });
            }
            at += link.size;
        }
        stack.extend(children.into_iter().rev());
        if !node.data.is_empty() {
            return Ok(Some(Piece::Inline { at: span.at, bytes: block.slice(node.data) }));
        }
    }
    Ok(None)
}

async fn finish<S: Source>(source: S, piece: Piece, range: Range<u64>) -> Result<Bytes, BlocksError> {
    let (at, bytes) = match piece {
        Piece::Inline { at, bytes } => (at, bytes),
        Piece::Leaf(span) => {
            let bytes = source.load(span.cid).await?;
            if span.size.is_some_and(|size| size != bytes.len() as u64) {
                return Err(BlocksError::Unsupported {
                    cid: span.cid,
                    why: "a leaf of another size than its parent says",
                });
            }
            (span.at, bytes)
        }
    };
    let clamp = |place: u64| place.saturating_sub(at).min(bytes.len() as u64) as usize;
    let (from, to) = (clamp(range.start), clamp(range.end));
    Ok(if from < to { bytes.slice(from..to) } else { Bytes::new() })
}
