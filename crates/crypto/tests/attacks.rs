//! Attacks on wraps, seals, bodies, rings and device secrets: groups A, B and C of the attack table.
//! Slots are attacked where they are made (`src/slot.rs`), content in `content.rs`.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::HashSet;

use common::*;
use valise_crypto::*;
use valise_protocol::ids::{Commitment, DekId, FolderId, WorkspaceId};
use valise_protocol::keys::{Encapsulation, Seal, SealedKey, SealingPublic, WrappedKey};
use valise_protocol::place::{SealPlace, WrapPlace};

fn wrapped(bytes: Vec<u8>) -> WrappedKey {
    WrappedKey::new(bytes).unwrap()
}

#[test]
fn c1_c2_every_flipped_bit_of_a_wrap_is_refused() {
    let (key, previous, dek) = (FolderKey::make().unwrap(), FolderKey::make().unwrap(), Dek::make().unwrap());
    let wrapper = wrapper(&key, 2);
    let of_dek = wrapper.wrap_dek(&dek).unwrap();
    assert_eq!(of_dek.as_bytes().len(), 60);
    assert!(wrapper.unwrap_dek(dek.id(), &of_dek).unwrap() == dek);
    for flipped in flips(of_dek.as_bytes()) {
        assert!(wrapper.unwrap_dek(dek.id(), &wrapped(flipped)).is_err());
    }
    for id in flips(dek.id().as_bytes()) {
        assert!(wrapper.unwrap_dek(DekId::try_from(&id[..]).unwrap(), &of_dek).is_err());
    }
    let of_previous = wrapper.wrap_previous(&previous).unwrap();
    assert!(wrapper.unwrap_previous(&of_previous, &previous.commitment()).unwrap() == previous);
    for flipped in flips(of_previous.as_bytes()) {
        assert!(wrapper.unwrap_previous(&wrapped(flipped), &previous.commitment()).is_err());
    }
    let (device, index) = (DeviceKey::make().unwrap(), IndexKey::make().unwrap());
    let of_index = wrap_index_key(&device, WORKSPACE, &index).unwrap();
    assert!(unwrap_index_key(&device, WORKSPACE, &of_index).unwrap() == index);
    for flipped in flips(of_index.as_bytes()) {
        assert_eq!(unwrap_index_key(&device, WORKSPACE, &wrapped(flipped)), Err(DoesNotOpen));
    }
}

#[test]
fn c1_c2_every_flipped_bit_of_a_body_is_refused() {
    let key = FolderKey::make().unwrap();
    let sealed = seal_body(&key, &body_place(1), &OpenedBody::new(plain(100))).unwrap();
    assert_eq!(sealed.as_bytes().len(), 256 + 28);
    assert_eq!(open_body(&key, &body_place(1), &sealed).unwrap().as_bytes(), plain(100));
    for flipped in flips(sealed.as_bytes()) {
        assert!(open_body(&key, &body_place(1), &SealedBody::from_bytes(flipped)).is_err());
    }
}

#[test]
fn c1_c2_every_flipped_bit_of_device_secrets_is_refused() {
    let (key, secrets) = (DeviceKey::make().unwrap(), DeviceSecrets::make().unwrap());
    let sealed = secrets.seal(&key, WORKSPACE).unwrap();
    assert_eq!(sealed.as_bytes().len(), 125);
    assert_eq!(sealed.open(&key, WORKSPACE).unwrap().public(), secrets.public());
    for flipped in flips(sealed.as_bytes()) {
        assert!(SealedDeviceSecrets::from_bytes(flipped).open(&key, WORKSPACE).is_err());
    }
    assert!(sealed.open(&key, WorkspaceId::new([9; 32])).is_err());
    assert!(sealed.open(&DeviceKey::make().unwrap(), WORKSPACE).is_err());
}

#[test]
fn c1_c2_every_flipped_bit_of_a_ring_is_refused() {
    let (master, mut ring) = (MasterKey::make().unwrap(), Ring::new());
    ring.add(1, AccountSecret::make().unwrap()).unwrap();
    ring.add(2, AccountSecret::make().unwrap()).unwrap();
    let sealed = ring.seal(&master, &ring_place(1)).unwrap();
    assert_eq!(sealed.open(&master, &ring_place(1), &sealed.hash()).unwrap(), ring);
    for flipped in flips(sealed.as_bytes()) {
        let flipped = SealedRing::from_bytes(flipped);
        assert_eq!(flipped.open(&master, &ring_place(1), &sealed.hash()), Err(RingError::NotCurrent));
        // Even if the chain held its hash.
        let refused = flipped.open(&master, &ring_place(1), &flipped.hash()).unwrap_err();
        assert!(matches!(refused, RingError::DoesNotOpen | RingError::UpdateNeeded));
    }
}

fn folder_seal_place(public: &SealingPublic) -> SealPlace<'_> {
    SealPlace::FolderKey {
        workspace: WORKSPACE,
        folder: FOLDER,
        epoch: 1,
        recipient: BOB,
        version: 1,
        public,
        author: ALICE,
        device: LAPTOP,
    }
}

fn master_seal_place(public: &SealingPublic) -> SealPlace<'_> {
    SealPlace::MasterToDevice {
        workspace: WORKSPACE,
        account: ALICE,
        version: 1,
        recipient: PHONE,
        public,
        device: LAPTOP,
    }
}

fn invitation_seal_place(public: &SealingPublic) -> SealPlace<'_> {
    SealPlace::InvitationSecret {
        workspace: WORKSPACE,
        recipient: BOB,
        version: 1,
        public,
        author: ALICE,
        device: LAPTOP,
    }
}

/// All bits of the sealed key, and each `step`-th of the encapsulation: opening costs a millisecond, and the
/// three kinds of seal differ in their places only, so one of them is tried whole.
fn seal_flips(seal: &Seal, step: usize) -> impl Iterator<Item = Seal> + '_ {
    let of_enc = flips(seal.enc.as_bytes())
        .step_by(step)
        .map(|enc| Seal { enc: Encapsulation::new(enc).unwrap(), key: seal.key.clone() });
    let of_key =
        flips(seal.key.as_bytes()).map(|key| Seal { enc: seal.enc.clone(), key: SealedKey::new(key).unwrap() });
    of_enc.chain(of_key)
}

#[test]
fn c1_c2_every_flipped_bit_of_a_folder_key_seal_is_refused() {
    let (pair, key) = (SealingPair::make().unwrap(), FolderKey::make().unwrap());
    let place = folder_seal_place(pair.public());
    let seal = seal_folder_key(&place, &key).unwrap();
    assert!(open_folder_key(&pair, &place, &seal, &key.commitment()).unwrap() == key);
    for flipped in seal_flips(&seal, 1) {
        assert_eq!(open_folder_key(&pair, &place, &flipped, &key.commitment()), Err(OpenError::DoesNotOpen));
    }
}

#[test]
fn c1_c2_every_flipped_bit_of_a_master_key_seal_is_refused() {
    let (secrets, key) = (DeviceSecrets::make().unwrap(), MasterKey::make().unwrap());
    let public = secrets.public().sealing;
    let place = master_seal_place(&public);
    let seal = seal_master_key(&place, &key).unwrap();
    assert!(secrets.open_master_key(&place, &seal, &key.commitment()).unwrap() == key);
    for flipped in seal_flips(&seal, 13) {
        assert_eq!(secrets.open_master_key(&place, &flipped, &key.commitment()), Err(OpenError::DoesNotOpen));
    }
}

#[test]
fn c1_c2_every_flipped_bit_of_an_invitation_seal_is_refused() {
    let (pair, secret) = (SealingPair::make().unwrap(), make_invitation_secret().unwrap());
    let (place, key) = (invitation_seal_place(pair.public()), secret.signing_key().verify_key());
    let seal = seal_invitation_secret(&place, &secret).unwrap();
    assert_eq!(open_invitation_secret(&pair, &place, &seal, &key), Ok(secret));
    for flipped in seal_flips(&seal, 13) {
        assert_eq!(open_invitation_secret(&pair, &place, &flipped, &key), Err(OpenError::DoesNotOpen));
    }
}

/// The catalog pairs a public key with another secret: nothing is even tried.
#[test]
fn a3_the_public_key_is_recomputed_from_the_secret() {
    let (mine, other, key) = (SealingPair::make().unwrap(), SealingPair::make().unwrap(), FolderKey::make().unwrap());
    let place = folder_seal_place(other.public());
    let seal = seal_folder_key(&place, &key).unwrap();
    assert_eq!(open_folder_key(&mine, &place, &seal, &key.commitment()), Err(OpenError::NotMyKey));
    let honest = folder_seal_place(mine.public());
    assert_eq!(open_folder_key(&mine, &honest, &seal, &key.commitment()), Err(OpenError::DoesNotOpen));
    let secret = AccountSecret::make().unwrap();
    let (one, two) = (SealingPair::of_account(&secret).unwrap(), SealingPair::of_account(&secret).unwrap());
    assert_eq!(one.public(), two.public());
}

/// Two wraps of one owner, and one wrap in another place.
#[test]
fn a4_a_wrap_opens_in_its_own_place_only() {
    let (key, one, two) = (FolderKey::make().unwrap(), Dek::make().unwrap(), Dek::make().unwrap());
    let wrapper_at = |place| FolderKeyWrapper::new(&key, place).unwrap();
    let here = folder_place(1);
    let (of_one, of_two) = (wrapper_at(here).wrap_dek(&one).unwrap(), wrapper_at(here).wrap_dek(&two).unwrap());
    assert!(wrapper_at(here).unwrap_dek(one.id(), &of_two).is_err());
    assert!(wrapper_at(here).unwrap_dek(two.id(), &of_one).is_err());
    for place in [
        FolderPlace { workspace: WorkspaceId::new([9; 32]), ..here },
        FolderPlace { folder: FolderId::new([9; 32]), ..here },
        FolderPlace { epoch: 2, ..here },
    ] {
        assert!(wrapper_at(place).unwrap_dek(one.id(), &of_one).is_err());
    }
    let previous = FolderKey::make().unwrap();
    let of_previous = wrapper_at(here).wrap_previous(&previous).unwrap();
    assert!(wrapper_at(here).unwrap_dek(one.id(), &of_previous).is_err());
    assert!(wrapper_at(here).unwrap_previous(&of_one, &previous.commitment()).is_err());
    assert!(wrapper_at(folder_place(2)).unwrap_previous(&of_previous, &previous.commitment()).is_err());
}

#[test]
fn a4_e_a_body_opens_in_its_own_place_only() {
    let key = FolderKey::make().unwrap();
    let sealed = seal_body(&key, &body_place(5), &OpenedBody::new(plain(10))).unwrap();
    let WrapPlace::Body { workspace, folder, epoch, seq, prev, author, device, kind } = body_place(5) else { panic!() };
    let here = WrapPlace::Body { workspace, folder, epoch, seq, prev, author, device, kind };
    assert!(open_body(&key, &here, &sealed).is_ok());
    let zero = valise_protocol::ids::RecordHash::ZERO;
    for elsewhere in [
        WrapPlace::Body { workspace: WorkspaceId::ZERO, folder, epoch, seq, prev, author, device, kind },
        WrapPlace::Body { workspace, folder: FolderId::ZERO, epoch, seq, prev, author, device, kind },
        WrapPlace::Body { workspace, folder, epoch: 2, seq, prev, author, device, kind },
        WrapPlace::Body { workspace, folder, epoch, seq: 6, prev, author, device, kind },
        WrapPlace::Body { workspace, folder, epoch, seq, prev: zero, author, device, kind },
        WrapPlace::Body { workspace, folder, epoch, seq, prev, author: BOB, device, kind },
        WrapPlace::Body { workspace, folder, epoch, seq, prev, author, device: PHONE, kind },
        WrapPlace::Body { workspace, folder, epoch, seq, prev, author, device, kind: valise_protocol::record::Kind(6) },
        ring_place(1),
    ] {
        assert!(open_body(&key, &elsewhere, &sealed).is_err());
    }
    assert!(open_body(&FolderKey::make().unwrap(), &here, &sealed).is_err());
    assert_eq!(seal_body(&key, &ring_place(1), &OpenedBody::new(vec![])), Err(MakeError::WrongPlace));
}

/// Lifted into another record, to another recipient, epoch, folder, purpose.
#[test]
fn b5_a_seal_opens_in_its_own_place_only() {
    let (pair, key) = (SealingPair::make().unwrap(), FolderKey::make().unwrap());
    let public = pair.public();
    let SealPlace::FolderKey { workspace, folder, epoch, recipient, version, author, device, .. } =
        folder_seal_place(public)
    else {
        panic!()
    };
    let seal = seal_folder_key(&folder_seal_place(public), &key).unwrap();
    for elsewhere in [
        SealPlace::FolderKey {
            workspace: WorkspaceId::ZERO,
            folder,
            epoch,
            recipient,
            version,
            public,
            author,
            device,
        },
        SealPlace::FolderKey { workspace, folder: FolderId::ZERO, epoch, recipient, version, public, author, device },
        SealPlace::FolderKey { workspace, folder, epoch: 2, recipient, version, public, author, device },
        SealPlace::FolderKey { workspace, folder, epoch, recipient: ALICE, version, public, author, device },
        SealPlace::FolderKey { workspace, folder, epoch, recipient, version: 2, public, author, device },
        SealPlace::FolderKey { workspace, folder, epoch, recipient, version, public, author: BOB, device },
        SealPlace::FolderKey { workspace, folder, epoch, recipient, version, public, author, device: PHONE },
        master_seal_place(public),
        invitation_seal_place(public),
    ] {
        assert_eq!(open_folder_key(&pair, &elsewhere, &seal, &key.commitment()), Err(OpenError::DoesNotOpen));
    }
    assert_eq!(seal_folder_key(&master_seal_place(public), &key), Err(MakeError::WrongPlace));
    assert_eq!(seal_master_key(&folder_seal_place(public), &MasterKey::make().unwrap()), Err(MakeError::WrongPlace));
}

/// Attacks A7 and G6: a member seals or wraps another key than the one committed to.
#[test]
fn a7_a_key_that_does_not_match_its_commitment_is_refused() {
    let (pair, promised, sealed) =
        (SealingPair::make().unwrap(), FolderKey::make().unwrap(), FolderKey::make().unwrap());
    let place = folder_seal_place(pair.public());
    let seal = seal_folder_key(&place, &sealed).unwrap();
    assert_eq!(open_folder_key(&pair, &place, &seal, &promised.commitment()), Err(OpenError::DoesNotOpen));
    let wrapper = wrapper(&promised, 2);
    let previous = wrapper.wrap_previous(&sealed).unwrap();
    assert_eq!(wrapper.unwrap_previous(&previous, &promised.commitment()), Err(DoesNotOpen));
    let (master, other) = (MasterKey::make().unwrap(), MasterKey::make().unwrap());
    let place = master_seal_place(pair.public());
    let seal = seal_master_key(&place, &other).unwrap();
    assert_eq!(open_master_key(&pair, &place, &seal, &master.commitment()), Err(OpenError::DoesNotOpen));
    let (secret, other) = (make_invitation_secret().unwrap(), make_invitation_secret().unwrap());
    let place = invitation_seal_place(pair.public());
    let seal = seal_invitation_secret(&place, &other).unwrap();
    let key = secret.signing_key().verify_key();
    assert_eq!(open_invitation_secret(&pair, &place, &seal, &key), Err(OpenError::DoesNotOpen));
}

/// An older ring, or the ring of another account or master key.
#[test]
fn a9_only_the_current_ring_opens() {
    let (master, mut ring) = (MasterKey::make().unwrap(), Ring::new());
    ring.add(1, AccountSecret::make().unwrap()).unwrap();
    let old = ring.seal(&master, &ring_place(1)).unwrap();
    ring.add(2, AccountSecret::make().unwrap()).unwrap();
    let new = ring.seal(&master, &ring_place(2)).unwrap();
    assert_eq!(old.open(&master, &ring_place(2), &new.hash()), Err(RingError::NotCurrent));
    assert_eq!(old.open(&master, &ring_place(2), &old.hash()), Err(RingError::DoesNotOpen));
    assert_eq!(new.open(&MasterKey::make().unwrap(), &ring_place(2), &new.hash()), Err(RingError::DoesNotOpen));
    assert_eq!(new.open(&master, &body_place(1), &new.hash()), Err(RingError::DoesNotOpen));
    let others = WrapPlace::Ring { workspace: WORKSPACE, account: BOB, master: 1, generation: 2 };
    assert_eq!(new.open(&master, &others, &new.hash()), Err(RingError::DoesNotOpen));
    assert_eq!(new.open(&master, &ring_place(2), &Commitment::ZERO), Err(RingError::NotCurrent));
}

#[test]
fn b2_other_versions_are_refused() {
    let (key, secrets) = (DeviceKey::make().unwrap(), DeviceSecrets::make().unwrap());
    let mut bytes = secrets.seal(&key, WORKSPACE).unwrap().as_bytes().to_vec();
    let mut open_as = |version| {
        bytes[0] = version;
        SealedDeviceSecrets::from_bytes(bytes.clone()).open(&key, WORKSPACE).err()
    };
    assert_eq!(open_as(0), Some(OpenError::DoesNotOpen));
    assert_eq!(open_as(1), None);
    assert_eq!(open_as(2), Some(OpenError::UpdateNeeded));
    let master = MasterKey::make().unwrap();
    let mut bytes = Ring::new().seal(&master, &ring_place(1)).unwrap().as_bytes().to_vec();
    let mut open_as = |version| {
        bytes[0] = version;
        let ring = SealedRing::from_bytes(bytes.clone());
        ring.open(&master, &ring_place(1), &ring.hash()).err()
    };
    assert_eq!(open_as(0), Some(RingError::DoesNotOpen));
    assert_eq!(open_as(1), None);
    assert_eq!(open_as(2), Some(RingError::UpdateNeeded));
}

/// A public key whose ML-KEM half is not reduced (FIPS 203, section 7.2).
#[test]
fn rubbish_public_keys_are_refused() {
    let rubbish = SealingPublic::new(vec![0xff; 1216]).unwrap();
    let made = seal_folder_key(&folder_seal_place(&rubbish), &FolderKey::make().unwrap());
    assert_eq!(made, Err(MakeError::BadPublicKey));
}

#[test]
fn o1_sizes_are_limited() {
    let key = FolderKey::make().unwrap();
    let seal =
        |len| seal_body(&key, &body_place(1), &OpenedBody::new(vec![0; len])).map(|sealed| sealed.into_bytes().len());
    assert!(seal(1_000_000).unwrap() <= 1 << 20);
    assert_eq!(seal(1 << 20), Err(MakeError::TooLarge));
    assert_eq!(seal(2 << 20), Err(MakeError::TooLarge));
    let huge = SealedBody::from_bytes(vec![0; (1 << 20) + 1]);
    assert!(open_body(&key, &body_place(1), &huge).is_err());
    let huge = SealedRing::from_bytes(vec![1; 1 << 20]);
    let opened = huge.open(&MasterKey::make().unwrap(), &ring_place(1), &huge.hash());
    assert_eq!(opened, Err(RingError::NotCurrent));
    let mut ring = Ring::new();
    for version in 1..=MAX_RING_KEYS as u64 {
        ring.add(version, AccountSecret::make().unwrap()).unwrap();
    }
    assert_eq!(ring.add(1 << 40, AccountSecret::make().unwrap()), Err(RingError::Full));
    let master = MasterKey::make().unwrap();
    let sealed = ring.seal(&master, &ring_place(1)).unwrap();
    assert_eq!(sealed.open(&master, &ring_place(1), &sealed.hash()).unwrap(), ring);
}

#[test]
fn ring_versions_only_grow() {
    let mut ring = Ring::new();
    let mut add = |version| ring.add(version, AccountSecret::make().unwrap());
    assert_eq!(add(0), Err(RingError::OutOfOrder));
    assert_eq!(add(3), Ok(()));
    assert_eq!(add(3), Err(RingError::OutOfOrder));
    assert_eq!(add(2), Err(RingError::OutOfOrder));
    assert_eq!(ring.newest().unwrap().0, 3);
    assert!(ring.key(1).is_none());
}

#[test]
fn rewrapping_moves_a_dek_to_the_next_epoch() {
    let (old, new, dek) = (FolderKey::make().unwrap(), FolderKey::make().unwrap(), Dek::make().unwrap());
    let (from, to) = (wrapper(&old, 1), wrapper(&new, 2));
    let moved = from.rewrap_dek(&to, dek.id(), &from.wrap_dek(&dek).unwrap()).unwrap();
    assert!(to.unwrap_dek(dek.id(), &moved).unwrap() == dek);
    assert!(from.unwrap_dek(dek.id(), &moved).is_err());
    let rubbish = wrapped(vec![0; 60]);
    assert_eq!(from.rewrap_dek(&to, dek.id(), &rubbish), Err(RewrapError::DoesNotOpen(DoesNotOpen)));
}

#[test]
fn many_moved_at_once_have_a_nonce_each_and_open_in_their_place_alone() {
    let (from, to) = (wrapper(&FolderKey::make().unwrap(), 1), wrapper(&FolderKey::make().unwrap(), 2));
    let mut rewrapper = Rewrapper::new(&to);
    let mut nonces = HashSet::new();
    // More than are drawn at a time, twice.
    for _ in 0..600 {
        let dek = Dek::make().unwrap();
        let moved = rewrapper.rewrap_dek(&from, dek.id(), &from.wrap_dek(&dek).unwrap()).unwrap();
        assert!(nonces.insert(moved.as_bytes()[..12].to_vec()), "a nonce twice");
        assert!(to.opens_dek(dek.id(), &moved) && !from.opens_dek(dek.id(), &moved));
        assert!(!to.opens_dek(Dek::make().unwrap().id(), &moved));
        assert!(to.unwrap_dek(dek.id(), &moved).unwrap() == dek);
    }
}
