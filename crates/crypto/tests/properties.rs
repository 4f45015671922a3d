//! Every codec on everything: what goes in comes out, and arbitrary bytes are refused without a panic.
#![allow(clippy::unwrap_used)]

mod common;

use std::io::{Cursor, Read, Seek, SeekFrom, Write};

use common::*;
use proptest::collection::vec;
use proptest::prelude::*;
use valise_crypto::*;
use valise_protocol::ids::DekId;
use valise_protocol::keys::WrappedKey;
use valise_protocol::padding::padme;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bodies(body in vec(any::<u8>(), 0..5000), seq in any::<u64>()) {
        let key = FolderKey::make().unwrap();
        let sealed = seal_body(&key, &body_place(seq), &OpenedBody::new(body.clone())).unwrap();
        prop_assert_eq!(sealed.as_bytes().len(), padme(body.len() + 4) + 28);
        let stored = SealedBody::from_bytes(sealed.into_bytes());
        let opened = open_body(&key, &body_place(seq), &stored).unwrap();
        prop_assert_eq!(opened.as_bytes(), &body[..]);
        prop_assert!(open_body(&key, &body_place(seq ^ 1), &stored).is_err());
    }

    #[test]
    fn wraps(epoch in any::<u64>()) {
        let (key, dek, previous) = (FolderKey::make().unwrap(), Dek::make().unwrap(), FolderKey::make().unwrap());
        let wrapper = wrapper(&key, epoch);
        let wrapped = wrapper.wrap_dek(&dek).unwrap();
        prop_assert!(wrapper.unwrap_dek(dek.id(), &wrapped).unwrap() == dek);
        let wrapped = wrapper.wrap_previous(&previous).unwrap();
        prop_assert!(wrapper.unwrap_previous(&wrapped, &previous.commitment()).unwrap() == previous);
    }

    #[test]
    fn rings(steps in vec(1_u64..1000, 0..20), generation in any::<u64>()) {
        let (master, mut ring, mut version) = (MasterKey::make().unwrap(), Ring::new(), 0);
        for step in steps {
            version += step;
            ring.add(version, AccountSecret::make().unwrap()).unwrap();
        }
        let sealed = SealedRing::from_bytes(ring.seal(&master, &ring_place(generation)).unwrap().as_bytes().to_vec());
        prop_assert_eq!(sealed.open(&master, &ring_place(generation), &sealed.hash()).unwrap(), ring);
    }

    #[test]
    fn device_secrets(_ in Just(())) {
        let (key, secrets) = (DeviceKey::make().unwrap(), DeviceSecrets::make().unwrap());
        let bytes = secrets.seal(&key, WORKSPACE).unwrap().as_bytes().to_vec();
        let opened = SealedDeviceSecrets::from_bytes(bytes).open(&key, WORKSPACE).unwrap();
        prop_assert_eq!(opened.public(), secrets.public());
        prop_assert_eq!(opened.public().id(), secrets.public().id());
    }

    /// However the content is written and read.
    #[test]
    fn content(lengths in vec(0_usize..100_000, 0..6), read_len in 1_usize..100_000) {
        let whole = plain(lengths.iter().sum());
        let dek = Dek::make().unwrap();
        let key = wrapper(&FolderKey::make().unwrap(), 1);
        let wrapped = key.wrap_dek(&dek).unwrap();
        let id = dek.id();
        let mut encryptor = Encryptor::begin(dek, Vec::new()).unwrap();
        let mut rest = &whole[..];
        for len in lengths {
            let (now, later) = rest.split_at(len);
            encryptor.write_all(now).unwrap();
            rest = later;
        }
        let encrypted = encryptor.finish().unwrap();
        prop_assert_eq!(encrypted.len() as u64, encrypted_len(whole.len() as u64));
        let mut content = decrypt(&key.unwrap_dek(id, &wrapped).unwrap(), &encrypted[..]).unwrap();
        let (mut opened, mut buffer) = (Vec::new(), vec![0; read_len]);
        loop {
            match content.read(&mut buffer).unwrap() {
                0 => break,
                read => opened.extend_from_slice(&buffer[..read]),
            }
        }
        prop_assert!(opened == whole);
    }

    /// A reader that seeks is a cursor over the content.
    #[test]
    fn seeking(len in 0_usize..300_000, moves in vec((0_u8..3, any::<i32>(), 0_usize..80_000), 1..12)) {
        let whole = plain(len);
        let dek = Dek::make().unwrap();
        let key = wrapper(&FolderKey::make().unwrap(), 1);
        let (id, wrapped) = (dek.id(), key.wrap_dek(&dek).unwrap());
        let (_, encrypted) = encrypt(dek, &mut &whole[..], Vec::new()).unwrap();
        let mut content = decrypt(&key.unwrap_dek(id, &wrapped).unwrap(), Cursor::new(encrypted)).unwrap();
        let mut model = Cursor::new(&whole);
        for (from, offset, read_len) in moves {
            let offset = i64::from(offset) % (len as i64 + 2);
            let to = match from {
                0 => SeekFrom::Start(offset.unsigned_abs()),
                1 => SeekFrom::Current(offset),
                _ => SeekFrom::End(-offset.abs()),
            };
            let before = model.position();
            match model.seek(to) {
                Ok(position) if position <= len as u64 => prop_assert_eq!(content.seek(to).unwrap(), position),
                _ => {
                    prop_assert!(content.seek(to).is_err());
                    model.set_position(before);
                }
            }
            let (mut mine, mut models) = (Vec::new(), Vec::new());
            content.by_ref().take(read_len as u64).read_to_end(&mut mine).unwrap();
            model.by_ref().take(read_len as u64).read_to_end(&mut models).unwrap();
            prop_assert!(mine == models);
        }
    }

    #[test]
    fn lengths(len in any::<u64>()) {
        let (len, other) = (len >> 4, len >> 40);
        prop_assert_eq!(plain_len(encrypted_len(len)), Some(len));
        if let Some(plain) = plain_len(other) {
            prop_assert_eq!(encrypted_len(plain), other);
        }
    }

    #[test]
    fn passwords(text in "\\PC{1,40}") {
        prop_assert!(Password::new(&text).is_ok());
    }

    /// Attack O1: no panic and no answer.
    #[test]
    fn rubbish(bytes in vec(any::<u8>(), 0..2000), wrap in any::<[u8; 32]>()) {
        let (folder, device, master) = (FolderKey::make().unwrap(), DeviceKey::make().unwrap(), MasterKey::make().unwrap());
        prop_assert!(open_body(&folder, &body_place(1), &SealedBody::from_bytes(bytes.clone())).is_err());
        prop_assert!(SealedDeviceSecrets::from_bytes(bytes.clone()).open(&device, WORKSPACE).is_err());
        let ring = SealedRing::from_bytes(bytes.clone());
        prop_assert!(ring.open(&master, &ring_place(1), &ring.hash()).is_err());
        prop_assert!(decrypt(&Dek::make().unwrap(), &bytes[..]).is_err());
        prop_assert!(SlotFile::from_bytes(&bytes).is_err());
        let wrapped = WrappedKey::new([&wrap[..], &wrap[..28]].concat()).unwrap();
        prop_assert!(wrapper(&folder, 1).unwrap_dek(DekId::ZERO, &wrapped).is_err());
    }

    /// Near misses: a slot file with some bytes changed is refused or is what it says.
    #[test]
    fn slot_files(changes in vec((0_usize..40, any::<u8>()), 0..4)) {
        let mut bytes = vec![0x82, 1, 0x82, 0x83, 7, 0, 0x44, 1, 2, 3, 4, 0x83, 8, 0x18, 100, 0x40];
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        if let Ok(file) = SlotFile::from_bytes(&bytes) {
            prop_assert_eq!(file.to_bytes().unwrap(), bytes);
        }
    }
}
