//! People, devices and chains for tests: real signatures, sealing keys and seals of the right length only.

mod chains;
mod person;

pub use chains::{FolderChain, WorkspaceChain};
pub use person::{Dev, Person, signing_key};
use valise_protocol::chain::{Head, Verdict, Void};
use valise_protocol::ids::{AccountId, Cid, Commitment, DekId, EntryId, InvitationId, RecordHash, WorkspaceId};
use valise_protocol::invitation::Secret;
use valise_protocol::keys::{Encapsulation, Seal, SealedKey, SealingPublic, WrappedKey};
use valise_protocol::record::{Envelope, Record};

/// The workspace of tests that need none of its records.
pub const WORKSPACE: WorkspaceId = WorkspaceId::new([9; 32]);

pub fn alice() -> Person {
    Person::new(1, WORKSPACE)
}

pub fn bob() -> Person {
    Person::new(2, WORKSPACE)
}

pub fn carol() -> Person {
    Person::new(3, WORKSPACE)
}

pub fn sealing(byte: u8) -> SealingPublic {
    SealingPublic::new(vec![byte; 1216]).unwrap()
}

pub fn seal(byte: u8) -> Seal {
    Seal { enc: Encapsulation::new(vec![byte; 1120]).unwrap(), key: SealedKey::new(vec![byte; 48]).unwrap() }
}

pub fn wrapped(byte: u8) -> WrappedKey {
    WrappedKey::new(vec![byte; 60]).unwrap()
}

pub fn commitment(byte: u8) -> Commitment {
    Commitment::new([byte; 32])
}

pub fn entry(number: u64) -> EntryId {
    let mut id = [0xee; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    EntryId::new(id)
}

pub fn dek(number: u64) -> DekId {
    let mut id = [0xdd; 24];
    id[16..].copy_from_slice(&number.to_be_bytes());
    DekId::new(id)
}

/// A raw leaf whose digest is no hash of anything.
pub fn cid(number: u64) -> Cid {
    let mut bytes = vec![1, 0x55, 0x12, 32];
    bytes.extend([0xcc; 24]);
    bytes.extend(number.to_be_bytes());
    Cid::new(bytes.as_slice().try_into().unwrap()).unwrap()
}

pub fn invitation(byte: u8) -> (InvitationId, Secret) {
    (InvitationId::new([byte; 16]), Secret::new([byte; 32]))
}

/// An id that is nobody's.
pub fn nobody() -> AccountId {
    AccountId::new([0xff; 32])
}

/// A state as text without its head: what must be the same before and after a record that changed nothing.
pub fn trace<T: std::fmt::Debug>(state: &T, head: Head) -> String {
    format!("{state:?}").replace(&format!("{head:?}"), "HEAD")
}

#[track_caller]
pub fn assert_void<Op: std::fmt::Debug>(verdict: &Verdict<Op>, expected: Void) {
    assert!(matches!(verdict, Verdict::Void(void) if *void == expected), "{verdict:?}, not {expected:?}");
}

#[track_caller]
pub fn assert_applied<Op: std::fmt::Debug>(verdict: &Verdict<Op>) {
    assert!(matches!(verdict, Verdict::Applied(_)), "{verdict:?}");
}

/// The record that follows another in its chain.
pub fn following(envelope: &mut Envelope, chain: RecordHash, head: Head) {
    envelope.chain = chain;
    envelope.seq = head.seq + 1;
    envelope.prev = head.hash;
}

/// The same record with one bit of its signature turned.
pub fn badly_signed(record: &Record) -> Record {
    let mut bytes = record.bytes().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    Record::decode(&bytes).unwrap()
}
