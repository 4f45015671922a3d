//! Places and keys that tests share.
#![allow(dead_code, clippy::unwrap_used)]

use valise_crypto::{FolderKey, FolderKeyWrapper, FolderPlace};
use valise_protocol::ids::{AccountId, DeviceId, FolderId, RecordHash, WorkspaceId};
use valise_protocol::place::WrapPlace;
use valise_protocol::record::Kind;

pub const WORKSPACE: WorkspaceId = WorkspaceId::new([1; 32]);
pub const FOLDER: FolderId = FolderId::new([2; 32]);
pub const ALICE: AccountId = AccountId::new([3; 32]);
pub const BOB: AccountId = AccountId::new([4; 32]);
pub const LAPTOP: DeviceId = DeviceId::new([5; 32]);
pub const PHONE: DeviceId = DeviceId::new([6; 32]);
pub const PREV: RecordHash = RecordHash::new([7; 32]);

pub fn folder_place(epoch: u64) -> FolderPlace {
    FolderPlace { workspace: WORKSPACE, folder: FOLDER, epoch }
}

pub fn wrapper(key: &FolderKey, epoch: u64) -> FolderKeyWrapper {
    FolderKeyWrapper::new(key, folder_place(epoch)).unwrap()
}

pub fn body_place(seq: u64) -> WrapPlace {
    WrapPlace::Body {
        workspace: WORKSPACE,
        folder: FOLDER,
        epoch: 1,
        seq,
        prev: PREV,
        author: ALICE,
        device: LAPTOP,
        kind: Kind(7),
    }
}

pub fn ring_place(generation: u64) -> WrapPlace {
    WrapPlace::Ring { workspace: WORKSPACE, account: ALICE, master: 1, generation }
}

/// Each copy of the bytes with one bit flipped.
pub fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}

/// Bytes that differ from chunk to chunk.
pub fn plain(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 251) as u8 ^ (at >> 16) as u8).collect()
}
