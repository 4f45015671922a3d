//! One vault, and colleagues whose keys are at hand.

use tempfile::TempDir;

use valise_protocol::folder::{MemberRemoved, Purpose, kind};

use super::*;
use crate::api::{Password, Request};
use crate::colleague::Colleague;
use crate::{Config, Costs, Engine};

const NOW: u64 = 1_800_000_000_000;
const PLAN: EntryId = EntryId::new([1; 16]);

struct World {
    engine: Engine,
    folder: FolderId,
    bao: Colleague,
    carol: Colleague,
    _home: TempDir,
}

/// What a test may have different from an honest signal.
struct Said {
    folder: FolderId,
    epoch: u64,
    sent: u64,
}

impl World {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut config = Config::new(home.path().join("valise"));
        config.costs = Costs { memory_kib: 64 << 10, passes: 3, lanes: 4 };
        let engine = Engine::start(config).unwrap();
        let (name, workspace) = ("Ada".to_owned(), "Acme".to_owned());
        let password = Password("violet ladder marble seven".to_owned());
        engine.handle(Request::Create { name, password, workspace, catalog: None }).await.unwrap();
        let made = engine.shared().vault(|vault| {
            let [bao, carol] = [(); 2].map(|()| Colleague::new(vault.me.workspace).unwrap());
            bao.is_admitted(vault, "Bao")?;
            carol.is_admitted(vault, "Carol")?;
            let folder = vault.create_folder("Contracts", Purpose::SHARED)?;
            bao.is_added(vault, folder, Role::Editor)?;
            carol.is_added(vault, folder, Role::Viewer)?;
            Ok((folder, bao, carol))
        });
        let (folder, bao, carol) = made.unwrap();
        Self { engine, folder, bao, carol, _home: home }
    }

    fn vault<T>(&self, work: impl FnOnce(&mut Vault) -> T) -> T {
        self.engine.shared().vault(|vault| Ok(work(vault))).unwrap()
    }

    fn honest(&self) -> Said {
        Said { folder: self.folder, epoch: 1, sent: NOW }
    }

    /// What somebody says, signed with somebody's key.
    fn says(&self, who: &Colleague, key: &Colleague, said: &Said) -> Vec<u8> {
        self.vault(|vault| {
            let workspace = vault.me.workspace;
            let signing = key.secrets.signing_key();
            let by = (who.id(), who.secrets.public().id(), &signing);
            let signal = Signal::sign((workspace, said.folder), by, said.sent, vec![PLAN]).encode().unwrap();
            let place = WrapPlace::Signal { workspace, folder: said.folder, epoch: said.epoch };
            let key = vault.folder(&self.folder).unwrap().current_key().unwrap();
            let sealed = seal_signal(key, &place, &signal).unwrap();
            SealedSignal { epoch: said.epoch, sealed }.encode().unwrap()
        })
    }

    fn is_heard(&self, bytes: &[u8]) -> bool {
        self.vault(|vault| vault.read_signal(self.folder, bytes, NOW).is_some())
    }
}

#[tokio::test]
async fn who_may_change_the_folder_is_heard_and_nobody_else() {
    let world = World::new().await;
    let (bao, carol, honest) = (&world.bao, &world.carol, world.honest());
    assert!(world.is_heard(&world.says(bao, bao, &honest)));
    assert!(!world.is_heard(&world.says(carol, carol, &honest)), "a viewer changes nothing");
    assert!(!world.is_heard(&world.says(bao, carol, &honest)), "in another's name");
    let stranger = world.vault(|vault| Colleague::new(vault.me.workspace).unwrap());
    assert!(!world.is_heard(&world.says(&stranger, &stranger, &honest)));
    let elsewhere = Said { folder: FolderId::new([9; 32]), ..world.honest() };
    assert!(!world.is_heard(&world.says(bao, bao, &elsewhere)), "said in another folder");
    assert!(!world.is_heard(&world.says(bao, bao, &Said { epoch: 2, ..world.honest() })), "under no key in force");
    for bytes in [&b""[..], &[0; 64], &[0xff; 5000]] {
        assert!(!world.is_heard(bytes));
    }
    let removed = MemberRemoved { account: bao.id() };
    world.vault(|vault| {
        let record = vault.write_folder(world.folder, 1, kind::MEMBER_REMOVED, &removed).unwrap();
        vault.take_folder_record(world.folder, &record).unwrap();
    });
    assert!(!world.is_heard(&world.says(bao, bao, &honest)), "removed");
    let none = world.vault(|vault| vault.write_signal(world.folder, &BTreeSet::from([PLAN]), NOW).unwrap());
    assert_eq!(none, None, "nothing is said under a key that somebody has who is gone");
    world.engine.stop().await;
}

#[tokio::test]
async fn what_was_held_back_or_comes_twice_says_nothing() {
    let world = World::new().await;
    let bao = &world.bao;
    for (sent, heard) in [(NOW - APART, true), (NOW - APART - 1, false), (NOW + APART, true), (NOW + APART + 1, false)]
    {
        assert_eq!(world.is_heard(&world.says(bao, bao, &Said { sent, ..world.honest() })), heard, "{sent}");
    }
    let first = world.says(bao, bao, &world.honest());
    let now = Instant::now();
    let hear = |bytes: &[u8]| {
        world.vault(|vault| {
            let signal = vault.read_signal(world.folder, bytes, NOW).unwrap();
            vault.editing.hear(world.folder, signal, now)
        })
    };
    assert!(hear(&first));
    assert!(!hear(&first), "the same again");
    let who = |vault: &mut Vault| vault.editing.of(&world.folder, &PLAN);
    assert_eq!(world.vault(who), BTreeSet::from([bao.id()]));
    assert_eq!(world.vault(|vault| vault.editing.forget(now + BELIEVED / 2)), BTreeSet::new());
    assert_eq!(world.vault(|vault| vault.editing.forget(now + BELIEVED)), BTreeSet::from([world.folder]));
    assert_eq!(world.vault(who), BTreeSet::new());
    world.engine.stop().await;
}

#[test]
fn it_is_said_when_it_changes_and_again_while_it_is_so() {
    let (folder, now) = (FolderId::new([1; 32]), Instant::now());
    let open = BTreeMap::from([(folder, BTreeSet::from([PLAN]))]);
    let none = BTreeMap::new();
    assert_eq!(due(&Told::new(), &none, now), []);
    assert_eq!(due(&Told::new(), &open, now), [(folder, BTreeSet::from([PLAN]))]);
    let told = Told::from([(folder, (BTreeSet::from([PLAN]), now))]);
    assert_eq!(due(&told, &open, now + AGAIN / 2), []);
    assert_eq!(due(&told, &open, now + AGAIN), [(folder, BTreeSet::from([PLAN]))]);
    assert_eq!(due(&told, &none, now), [(folder, BTreeSet::new())], "closed");
}
