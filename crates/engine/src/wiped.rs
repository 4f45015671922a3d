//! What is left in this process's memory after locking: no password, and no key.
//!
//! Keys are asked for in disguise while the vault is open; then all memory that can be written is read and compared
//! under the same disguise, so that the search does not find itself.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use valise_crypto::{DISGUISE, Disguised, Password as Passphrase};
use zeroize::Zeroize;

use crate::api::{Password, Reply, Request};
use crate::vault::Vault;
use crate::vault::unlock;
use crate::{Config, Costs, Engine};

const CHUNK: usize = 1 << 20;

/// What is looked for, and what it is called.
struct Needle {
    name: String,
    disguised: Vec<u8>,
}

impl Needle {
    fn key(name: &str, disguised: Disguised) -> Self {
        Self { name: name.to_owned(), disguised: disguised.to_vec() }
    }

    fn text(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), disguised: text.bytes().map(|byte| byte ^ DISGUISE).collect() }
    }

    /// As SQLCipher is told it.
    fn hexadecimal(name: &str, disguised: &Disguised) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digits = |byte: &u8| {
            let byte = byte ^ DISGUISE;
            [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)] ^ DISGUISE)
        };
        Self { name: name.to_owned(), disguised: disguised.iter().flat_map(digits).collect() }
    }
}

/// Places in memory that can be written, and hold a needle.
fn places(needles: &[Needle]) -> Vec<String> {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let memory = File::open("/proc/self/mem").unwrap();
    let longest = needles.iter().map(|needle| needle.disguised.len()).max().unwrap_or(1);
    let mut buffer = vec![0; CHUNK + longest];
    let own = buffer.as_ptr() as u64..buffer.as_ptr() as u64 + buffer.len() as u64;
    let mut found = Vec::new();
    for line in maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|rights| rights.starts_with("rw"))) {
        let (begin, end) = line.split(' ').next().and_then(|range| range.split_once('-')).unwrap();
        let (begin, end) = (u64::from_str_radix(begin, 16).unwrap(), u64::from_str_radix(end, 16).unwrap());
        for at in (begin..end).step_by(CHUNK) {
            let room = buffer.len().min((end - at) as usize);
            let Ok(read) = memory.read_at(&mut buffer[..room], at) else { break };
            for byte in &mut buffer[..read] {
                *byte ^= DISGUISE;
            }
            for needle in needles {
                let length = needle.disguised.len();
                let hits = buffer[..read].windows(length).enumerate().filter(|(_, window)| *window == needle.disguised);
                let starts = hits.map(|(offset, _)| at + offset as u64).filter(|start| *start < at + CHUNK as u64);
                found.extend(starts.filter(|start| !own.contains(start)).map(|start| {
                    format!("{} at {start:#x}, {}", needle.name, line.rsplit("  ").next().unwrap_or_default())
                }));
            }
            buffer.as_mut_slice().zeroize();
        }
    }
    found
}

fn keys(vault: &Vault) -> Vec<Needle> {
    let [signing, sealing] = vault.me.secrets.disguised();
    let mut needles = vec![
        Needle::key("master key", vault.master.1.disguised()),
        Needle::key("what signs", signing),
        Needle::key("what opens seals", sealing),
    ];
    needles.extend(vault.me.pairs.values().map(|pair| Needle::key("account key", pair.disguised())));
    for state in vault.folders.values() {
        needles.extend(state.disguised_keys().into_iter().map(|key| Needle::key("folder key", key)));
        let folder = state.chain().id();
        let versions = state.tree().entries().flat_map(|entry| &entry.versions);
        let deks = versions.map(|content| vault.dek(&folder, &content.dek).unwrap());
        needles.extend(deks.map(|dek| Needle::key("file key", dek.disguised())));
    }
    needles
}

#[tokio::test]
async fn nothing_that_opens_is_left_in_memory_after_locking() {
    let home = tempfile::tempdir().unwrap();
    let mut config = Config::new(home.path().join("valise"));
    config.costs = Costs { memory_kib: 64 << 10, passes: 3, lanes: 4 };
    // Not a literal: that would be in the program's own text.
    let text = || Password(format!("violet {} ladder {}", std::process::id(), home.path().display()));
    let (name, workspace) = ("Ada".to_owned(), "Acme".to_owned());
    let engine = Engine::start(config).unwrap();
    let create = Request::Create { name, password: text(), workspace, catalog: None };
    engine.handle(create).await.unwrap();
    engine.handle(Request::Lock).await.unwrap();
    engine.handle(Request::Unlock { password: text() }).await.unwrap();
    let Reply::Folders(folders) = engine.handle(Request::Folders).await.unwrap() else { panic!("folders") };
    let file = home.path().join("plan.txt");
    fs::write(&file, "first").unwrap();
    let folder = folders[0].id;
    engine.handle(Request::Add { folder, parent: None, paths: vec![file] }).await.unwrap();
    let mut needles = loop {
        let needles = engine.shared().vault(|vault| Ok(keys(vault))).unwrap();
        if needles.iter().any(|needle| needle.name == "file key") {
            break needles;
        }
        tokio::task::yield_now().await;
    };
    let passphrase = Passphrase::new(&text().0).unwrap();
    let [device, index] = unlock::disguised_keys(&engine.shared().home, &passphrase).unwrap();
    drop(passphrase);
    needles.extend([
        Needle::key("device key", device),
        Needle::key("index key", index),
        Needle::hexadecimal("index key", &index),
        Needle::text("password", &text().0),
    ]);
    // The search finds what is there, or what it does not find would mean nothing.
    let open = places(&needles).concat();
    for known in ["master key", "account key", "folder key", "what signs", "what opens seals"] {
        assert!(open.contains(known), "{known} is not found while the vault is open");
    }
    engine.handle(Request::Lock).await.unwrap();
    let left = places(&needles);
    assert!(left.is_empty(), "after locking:\n{}", left.join("\n"));
}
