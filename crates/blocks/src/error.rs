//! What can go wrong, told apart by what the caller can do about it.

use std::io;

use cid::Cid;

use crate::store::{Address, PeerId};

/// Why a call on a node failed. Each variant says what would have to change for it to succeed.
#[derive(Debug, thiserror::Error)]
pub enum BlocksError {
    /// A block is not on this computer. Fetch it.
    #[error("block {cid} is not on this computer")]
    Missing {
        /// The block.
        cid: Cid,
    },
    /// A block is here, but its bytes do not match its CID. Fetch it again: that replaces it.
    #[error("block {cid} is damaged")]
    Damaged {
        /// The block.
        cid: Cid,
    },
    /// The DAG under this root is not completely here. Fetch it first.
    #[error("{root} is not completely on this computer")]
    NotComplete {
        /// Root of the DAG.
        root: Cid,
    },
    /// The CID or the block's content is of a kind which Valise does not use (CIDv0, an unknown codec or hash,
    /// a malformed inner node). Trying again will not help.
    #[error("{cid} is not a block that can be handled: {why}")]
    Unsupported {
        /// The block.
        cid: Cid,
        /// What is wrong with it.
        why: &'static str,
    },
    /// No connected peer could be asked. Connect to one which has the file.
    #[error("no connected computer can be asked for {cid}")]
    NoPeer {
        /// The block wanted.
        cid: Cid,
    },
    /// A peer could not be reached at any of its addresses. Try later, or other addresses.
    #[error("{peer} cannot be reached ({why}); a different network key on the other side would look the same")]
    Unreachable {
        /// The peer.
        peer: PeerId,
        /// What the last attempt said.
        why: String,
    },
    /// Nobody gave this block in time. Try again, or ask other peers.
    #[error("block {cid} did not arrive in time")]
    TimedOut {
        /// The block.
        cid: Cid,
    },
    /// The DAG, request or answer is larger than allowed. It was cut short.
    #[error("larger than the limit of {limit} {unit}")]
    TooLarge {
        /// The limit that was passed.
        limit: u64,
        /// What is counted: `bytes` or `blocks`.
        unit: &'static str,
    },
    /// No room on the disk. Free some, or collect.
    #[error("the disk is full")]
    DiskFull,
    /// Another process has this repository open.
    #[error("another program is using this block store")]
    RepositoryInUse,
    /// The file system cannot hold a repository: it has no hard links (FAT, exFAT).
    #[error("this disk cannot hold the block store: it has no hard links (FAT and exFAT do not)")]
    UnsupportedDisk,
    /// An address to listen on cannot be had, such as a port that is taken.
    #[error("cannot listen on {address}: {why}")]
    CannotListen {
        /// The address.
        address: Address,
        /// What the system said.
        why: String,
    },
    /// This peer is not on the allow-list, or we are not on its.
    #[error("{peer} is not allowed")]
    NotAllowed {
        /// The peer.
        peer: PeerId,
    },
    /// The peer gave no answer on this protocol, or closed without one.
    #[error("{peer} gave no answer")]
    NoAnswer {
        /// The peer.
        peer: PeerId,
    },
    /// A protocol that was not declared when the node was made.
    #[error("protocol {protocol} was not declared")]
    UnknownProtocol {
        /// Its name.
        protocol: String,
    },
    /// A peer id, address, protocol or key that does not parse.
    #[error("{what} is not valid: {text}")]
    Invalid {
        /// What was expected.
        what: &'static str,
        /// What was given.
        text: String,
    },
    /// The caller cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The node has been stopped.
    #[error("the node is stopped")]
    Closed,
    /// The disk, or the stream that was to be added, failed.
    #[error("input or output failed")]
    Io(#[source] io::Error),
    /// The embedded node failed in a way that has no better name.
    #[error("the node failed: {0}")]
    Node(String),
}

impl From<io::Error> for BlocksError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io(error),
        }
    }
}

impl BlocksError {
    /// A missing or damaged block, seen from whoever needs the whole DAG.
    pub(crate) fn not_complete(self, root: Cid) -> Self {
        match self {
            Self::Missing { .. } | Self::Damaged { .. } => Self::NotComplete { root },
            other => other,
        }
    }
}
