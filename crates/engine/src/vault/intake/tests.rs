//! What pinning nodes say, in one engine without a catalog.

use valise_protocol::folder::{self, Pin, Purpose};
use valise_protocol::ids::EntryId;
use valise_protocol::receipt::Held;
use valise_protocol::sign::SigningKey;
use valise_protocol::tree::{Change, EntryKind, More, NewContent};

use super::*;
use crate::api::{Password, Reply, Request};
use crate::{Config, Costs, Engine};

fn cid(number: u8) -> Cid {
    let mut bytes = vec![1, 0x55, 0x12, 32];
    bytes.extend([number; 32]);
    Cid::new(bytes.as_slice().try_into().unwrap()).unwrap()
}

fn file(number: u8) -> [Change; 2] {
    let id = EntryId::new([number; 16]);
    let name = format!("{number}.txt");
    let create = Change::Create { id, parent: EntryId::TOP, kind: EntryKind::File, name, more: More::default() };
    let content = NewContent {
        id,
        base: None,
        size: 1,
        mtime: 0,
        executable: false,
        media_type: String::new(),
        cid: cid(number),
        dek: valise_protocol::ids::DekId::new([number; 24]),
        more: More::default(),
    };
    [create, Change::Content(content)]
}

/// A folder with files that are announced.
fn folder_of(vault: &mut Vault, files: std::ops::RangeInclusive<u8>) -> Result<FolderId, EngineError> {
    let folder = vault.create_folder("Contracts", Purpose::SHARED)?;
    let changes: Vec<Change> = files.clone().flat_map(file).collect();
    let pins = files.map(|number| Pin { cid: cid(number), size: 1, blocks: 1 }).collect();
    let body = valise_protocol::tree::change::encode_body(&changes).unwrap();
    let open = folder::Content { pins, drops: vec![] };
    let record = vault.write_sealed_folder(folder, folder::kind::CONTENT, &open, body)?;
    assert_eq!(vault.take_folder_record(folder, &record)?, []);
    Ok(folder)
}

fn in_index(vault: &Vault) -> usize {
    held::all(vault.index.read()).unwrap().len()
}

#[tokio::test]
async fn words_of_a_pinning_node_count_at_once_and_are_written_together() {
    let home = tempfile::tempdir().unwrap();
    let mut config = Config::new(home.path().join("valise"));
    config.costs = Costs::FLOOR;
    let engine = Engine::start(config).unwrap();
    let (name, workspace) = ("Ada".to_owned(), "Acme".to_owned());
    let password = Password("violet ladder marble seven".to_owned());
    engine.handle(Request::Create { name, password, workspace, catalog: None }).await.unwrap();
    let [node, catalog] = [1, 2].map(|seed| SigningKey::from_seed(&zeroize::Zeroizing::new([seed; 32])));
    let page = |files: std::ops::RangeInclusive<u8>, key: &SigningKey| HeldPage {
        cursor: u64::from(*files.end()),
        held: files.map(|number| Held::sign(cid(number), 1, key)).collect(),
    };
    let seen = engine.shared().vault(|vault| {
        let pinning = vec![workspace::PinningNode { key: node.verify_key(), addresses: Vec::new() }];
        let record = vault.compose_catalog(&workspace::Catalog {
            key: catalog.verify_key(),
            addresses: vec!["https://catalog.example".to_owned()],
            pinning,
        })?;
        vault.take_own_workspace_record(&record)?;
        let folder = folder_of(vault, 1..=3)?;

        assert!(vault.take_held(folder, &page(1..=3, &catalog)).is_err(), "signed by another");
        assert_eq!((vault.held_up_to(&folder)?, vault.held.len()), (0, 0));
        vault.take_held(folder, &page(1..=2, &node))?;
        assert_eq!((vault.held_up_to(&folder)?, vault.held.len(), in_index(vault)), (2, 2, 0), "one is missing yet");
        // What a killed program forgets is read again.
        assert_eq!(marks::find::<u64>(vault.index.read(), Mark::HeldCursor(folder))?, None);
        vault.take_held(folder, &page(3..=3, &node))?;
        assert_eq!((vault.held_up_to(&folder)?, in_index(vault)), (3, 3));

        let other = folder_of(vault, 4..=6)?;
        vault.take_held(other, &page(4..=4, &node))?;
        vault.begin_again_beside(other)?;
        assert_eq!(vault.held_up_to(&other)?, 0, "it is read from the start");
        vault.take_held(other, &page(4..=5, &node))?;
        Ok(in_index(vault))
    });
    assert_eq!(seen.unwrap(), 3);
    // Whoever locks has it written.
    engine.handle(Request::Lock).await.unwrap();
    let Reply::Status(status) = engine.handle(Request::Status).await.unwrap() else { panic!("a status") };
    assert_eq!(status.unheld, 1, "the lock screen says what is on this computer only");
    let password = Password("violet ladder marble seven".to_owned());
    engine.handle(Request::Unlock { password }).await.unwrap();
    assert_eq!(engine.shared().vault(|vault| Ok(vault.held.len())).unwrap(), 5);
}
