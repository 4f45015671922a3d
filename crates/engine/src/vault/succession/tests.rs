//! A folder that changes hands, rightly and otherwise: one engine without a catalog, whose person is an officer and an
//! editor of Dora's folder; Bao, who is in it and writes whatever he likes; Carol, who is to take over.

use tempfile::TempDir;

use valise_crypto::open_folder_key;
use valise_protocol::chain::Head;
use valise_protocol::folder::{
    Left, MemberAdded, MemberRemoved, MemberSeal, Purpose, Role, RoleChanged, Succeeded, Successor, kind,
};
use valise_protocol::ids::{AccountId, EntryId, FolderId, RecordHash};
use valise_protocol::place::SealPlace;
use valise_protocol::record::{ChainId, Record};
use valise_protocol::tree::Change;
use valise_protocol::workspace::{self, Closed};

use super::super::Vault;
use crate::api::{Password, Request};
use crate::colleague::Colleague;
use crate::error::EngineError;
use crate::{Config, Costs, Engine, words};

struct People {
    dora: Colleague,
    bao: Colleague,
    carol: Colleague,
}

struct World {
    engine: Engine,
    _home: TempDir,
    folder: FolderId,
    people: People,
}

impl World {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut config = Config::new(home.path().join("valise"));
        config.costs = Costs { memory_kib: 64 << 10, passes: 3, lanes: 4 };
        let engine = Engine::start(config).unwrap();
        let (name, workspace) = ("Olga".to_owned(), "Acme".to_owned());
        let password = Password("violet ladder marble seven".to_owned());
        engine.handle(Request::Create { name, password, workspace, catalog: None }).await.unwrap();
        let (folder, people) = engine.shared().vault(Self::made).unwrap();
        Self { engine, _home: home, folder, people }
    }

    fn made(vault: &mut Vault) -> Result<(FolderId, People), EngineError> {
        let workspace = vault.me.workspace;
        let [dora, bao, carol] = [(); 3].map(|()| Colleague::new(workspace).unwrap());
        for (person, name) in [(&dora, "Dora"), (&bao, "Bao"), (&carol, "Carol")] {
            person.is_admitted(vault, name)?;
        }
        let folder = vault.create_folder("Contracts", Purpose::SHARED)?;
        dora.is_added(vault, folder, Role::Owner)?;
        bao.is_added(vault, folder, Role::Viewer)?;
        let changed = RoleChanged { account: vault.me.account, role: Role::Editor };
        let record = vault.write_folder(folder, 1, kind::ROLE_CHANGED, &changed)?;
        vault.take_folder_record(folder, &record)?;
        let people = People { dora, bao, carol };
        let agreed = Successor { account: Some(people.carol.id()) };
        take(vault, folder, &people.dora, (kind::SUCCESSOR, &agreed), &[]);
        Ok((folder, people))
    }

    fn vault<T>(&self, work: impl FnOnce(&mut Vault, &People, FolderId) -> T) -> T {
        self.engine.shared().vault(|vault| Ok(work(vault, &self.people, self.folder))).unwrap()
    }
}

/// A record of somebody's, taken in: it counts.
fn take<T: serde::Serialize>(
    vault: &mut Vault,
    folder: FolderId,
    by: &Colleague,
    (kind, open): (valise_protocol::record::Kind, &T),
    seen: &[(ChainId, Head)],
) {
    let record = by.write(vault, folder, (kind, open), None, seen).unwrap();
    assert_eq!(vault.take_folder_record(folder, &record).unwrap(), []);
}

fn close(vault: &mut Vault, account: AccountId) {
    let record = vault.write_workspace(workspace::kind::CLOSED, &Closed { account }).unwrap();
    vault.take_own_workspace_record(&record).unwrap();
}

fn head(vault: &Vault) -> (ChainId, Head) {
    (ChainId::Workspace(vault.me.workspace), vault.workspace().unwrap().head())
}

/// Bao hands the folder over, having seen what he says.
fn bao_hands_over(vault: &mut Vault, people: &People, folder: FolderId, seen: &[(ChainId, Head)]) {
    let (slices, seal) = vault.welcome(folder, &people.carol.whole()).unwrap();
    // It names its author, who is Olga: to Carol it opens nothing.
    let succeeded = Succeeded { account: people.carol.id(), slices, seal: Some(seal) };
    take(vault, folder, &people.bao, (kind::SUCCEEDED, &succeeded), seen);
}

#[tokio::test]
async fn it_is_handed_over_once_its_owner_is_gone() {
    let world = World::new().await;
    world.vault(|vault, people, folder| {
        let carol = people.carol.id();
        let row = vault.folder_row(vault.folder(&folder).unwrap());
        assert_eq!((row.successor.as_deref(), row.ownerless), (Some("Carol"), false));
        assert_eq!(vault.to_hand_over(vault.folder(&folder).unwrap()), None);
        assert!(vault.compose_succeeded(folder, carol, Some(&people.carol.whole())).unwrap().is_none());

        close(vault, people.dora.id());
        assert!(vault.folder_row(vault.folder(&folder).unwrap()).ownerless);
        assert_eq!(vault.to_hand_over(vault.folder(&folder).unwrap()), Some(carol));
        let record = vault.compose_succeeded(folder, carol, Some(&people.carol.whole())).unwrap().unwrap();
        assert_eq!(vault.take_folder_record(folder, &record).unwrap(), []);
        let state = vault.folder(&folder).unwrap();
        assert_eq!((state.role(&carol), vault.to_hand_over(state)), (Some(Role::Owner), None));
        assert!(carol_opens(vault, people, folder, &record));

        let [passing] = &vault.passings_to_look_at(state).unwrap()[..] else { panic!("one") };
        assert!(vault.is_rightful(passing).unwrap() && !vault.is_usurped(state).unwrap());
        let told = words::passing(vault, state, passing, true).happened;
        assert_eq!(told, "Carol took over the folder “Contracts” from Dora, whose account was closed.");
        let seq = passing.seq;
        vault.looked_at_passings(folder, seq).unwrap();
        vault.reload_folder(folder).unwrap();
        let state = vault.folder(&folder).unwrap();
        assert_eq!(state.passings().len(), 1, "folded again from what is kept");
        assert_eq!(vault.passings_to_look_at(state).unwrap(), []);
    });
}

fn carol_opens(vault: &Vault, people: &People, folder: FolderId, record: &Record) -> bool {
    let MemberSeal { account, version, seal } = record.open::<Succeeded>().unwrap().seal.unwrap();
    let chain = vault.folder(&folder).unwrap().chain();
    let place = SealPlace::FolderKey {
        workspace: vault.me.workspace,
        folder,
        epoch: chain.epoch(),
        recipient: account,
        version,
        public: people.carol.pair.public(),
        author: vault.me.account,
        device: vault.me.device,
    };
    let commitment = chain.epoch_info(chain.epoch()).unwrap().commitment;
    open_folder_key(&people.carol.pair, &place, &seal, &commitment).is_ok()
}

/// Only what its author has seen of the workspace counts: the same verdict at once and years later, for everybody.
#[tokio::test]
async fn who_takes_over_too_early_stays_a_usurper() {
    let world = World::new().await;
    world.vault(|vault, people, folder| {
        let (chain, early) = head(vault);
        let later = Head { seq: early.seq + 1, hash: early.hash };
        let another = Head { seq: early.seq, hash: RecordHash::new([7; 32]) };
        let elsewhere = ChainId::Account(people.bao.id());
        let lies =
            [vec![], vec![(chain, early)], vec![(chain, later)], vec![(chain, another)], vec![(elsewhere, early)]];
        for seen in lies {
            bao_hands_over(vault, people, folder, &seen);
            let state = vault.folder(&folder).unwrap();
            let passing = state.passings().last().unwrap().clone();
            assert!(!vault.is_rightful(&passing).unwrap(), "{seen:?}");
            assert!(vault.is_usurped(state).unwrap() && vault.folder_row(state).stopped);
            let told = words::passing(vault, state, &passing, false).happened;
            assert_eq!(told, "Carol was made an owner of the folder “Contracts”, though Dora had not been closed.");
            // Nothing for her to read is sent, until Dora, or whoever owns it, decides.
            vault.change(folder, vec![renamed()], &[], &[], &[]).unwrap();
            assert!(vault.next_to_send(folder).unwrap().is_none());
            let removed = MemberRemoved { account: people.carol.id() };
            take(vault, folder, &people.dora, (kind::MEMBER_REMOVED, &removed), &[]);
            assert!(!vault.is_usurped(vault.folder(&folder).unwrap()).unwrap());
            let rekey = vault.compose_rekey(folder).unwrap();
            vault.take_folder_record(folder, &rekey).unwrap();
            assert!(vault.next_to_send(folder).unwrap().is_some());
            let agreed = Successor { account: Some(people.carol.id()) };
            take(vault, folder, &people.dora, (kind::SUCCESSOR, &agreed), &[]);
        }
        bao_hands_over(vault, people, folder, &[(chain, early)]);
        close(vault, people.dora.id());
        assert!(vault.is_usurped(vault.folder(&folder).unwrap()).unwrap(), "closed later is closed too late");
    });
}

/// An owner of before may let it be; nobody else, and least of all who came in.
#[tokio::test]
async fn an_owner_of_before_may_let_it_be() {
    let world = World::new().await;
    world.vault(|vault, people, folder| {
        bao_hands_over(vault, people, folder, &[]);
        let keeps = |vault: &mut Vault, by: &Colleague| {
            let changed = RoleChanged { account: people.carol.id(), role: Role::Owner };
            take(vault, folder, by, (kind::ROLE_CHANGED, &changed), &[]);
            vault.is_usurped(vault.folder(&folder).unwrap()).unwrap()
        };
        assert!(keeps(vault, &people.carol));
        assert!(!keeps(vault, &people.dora));
    });
}

/// Nothing of what she or those whom she brought can do makes honest computers send again.
fn stays_usurped(vault: &mut Vault, folder: FolderId) {
    vault.change(folder, vec![renamed()], &[], &[], &[]).unwrap();
    if vault.folder(&folder).unwrap().chain().key_change_waiting() {
        let rekey = vault.compose_rekey(folder).unwrap();
        vault.take_folder_record(folder, &rekey).unwrap();
    }
    let state = vault.folder(&folder).unwrap();
    assert!(vault.is_usurped(state).unwrap() && vault.folder_row(state).stopped);
    assert!(vault.next_to_send(folder).unwrap().is_none());
}

fn carol_makes_bao_an_owner(vault: &mut Vault, people: &People, folder: FolderId) {
    bao_hands_over(vault, people, folder, &[]);
    let changed = RoleChanged { account: people.bao.id(), role: Role::Owner };
    take(vault, folder, &people.carol, (kind::ROLE_CHANGED, &changed), &[]);
}

#[tokio::test]
async fn a_usurper_who_leaves_again_stays_one() {
    let world = World::new().await;
    world.vault(|vault, people, folder| {
        carol_makes_bao_an_owner(vault, people, folder);
        take(vault, folder, &people.carol, (kind::LEFT, &Left {}), &[]);
        stays_usurped(vault, folder);

        // Dora can decide about her all the same: adds and removes her. Bao adding her is nothing.
        let account = people.carol.id();
        let add = |vault: &mut Vault, by: &Colleague| {
            let (slices, seal) = vault.welcome(folder, &people.carol.whole()).unwrap();
            let added = MemberAdded { account, role: Role::Viewer, slices, seal, redemption: None };
            take(vault, folder, by, (kind::MEMBER_ADDED, &added), &[]);
        };
        add(vault, &people.bao);
        take(vault, folder, &people.bao, (kind::MEMBER_REMOVED, &MemberRemoved { account }), &[]);
        stays_usurped(vault, folder);
        add(vault, &people.dora);
        stays_usurped(vault, folder);
        take(vault, folder, &people.dora, (kind::MEMBER_REMOVED, &MemberRemoved { account }), &[]);
        assert!(!vault.is_usurped(vault.folder(&folder).unwrap()).unwrap());
    });
}

#[tokio::test]
async fn a_usurper_whom_an_accomplice_removes_stays_one() {
    let world = World::new().await;
    world.vault(|vault, people, folder| {
        carol_makes_bao_an_owner(vault, people, folder);
        let removed = MemberRemoved { account: people.carol.id() };
        take(vault, folder, &people.bao, (kind::MEMBER_REMOVED, &removed), &[]);
        stays_usurped(vault, folder);
        vault.reload_folder(folder).unwrap();
        stays_usurped(vault, folder);
    });
}

/// Where she put the owner of before out nobody is left who could decide: it stays stopped.
#[tokio::test]
async fn a_usurper_who_steps_down_stays_one() {
    let world = World::new().await;
    world.vault(|vault, people, folder| {
        carol_makes_bao_an_owner(vault, people, folder);
        let changed = RoleChanged { account: people.carol.id(), role: Role::Viewer };
        take(vault, folder, &people.carol, (kind::ROLE_CHANGED, &changed), &[]);
        stays_usurped(vault, folder);
        take(vault, folder, &people.bao, (kind::ROLE_CHANGED, &changed), &[]);
        let removed = MemberRemoved { account: people.dora.id() };
        take(vault, folder, &people.bao, (kind::MEMBER_REMOVED, &removed), &[]);
        stays_usurped(vault, folder);
    });
}

/// An owner's computer removes whose account is closed by itself. About a usurper a person decides.
#[tokio::test]
async fn closing_a_usurper_decides_nothing() {
    let world = World::new().await;
    world.vault(|vault, people, folder| {
        let changed = RoleChanged { account: vault.me.account, role: Role::Owner };
        take(vault, folder, &people.dora, (kind::ROLE_CHANGED, &changed), &[]);
        bao_hands_over(vault, people, folder, &[]);
        close(vault, people.carol.id());
        assert_eq!(vault.closed_member(vault.folder(&folder).unwrap()), None);
        stays_usurped(vault, folder);
        let removed = MemberRemoved { account: people.carol.id() };
        let record = vault.write_folder(folder, 1, kind::MEMBER_REMOVED, &removed).unwrap();
        vault.take_folder_record(folder, &record).unwrap();
        assert!(!vault.is_usurped(vault.folder(&folder).unwrap()).unwrap());
    });
}

/// By the same head of the workspace as the owners: closed later is another matter.
#[tokio::test]
async fn it_does_not_pass_to_a_closed_account() {
    for (carol_first, rightful) in [(true, false), (false, true)] {
        let world = World::new().await;
        world.vault(|vault, people, folder| {
            let (dora, carol) = (people.dora.id(), people.carol.id());
            if carol_first {
                close(vault, carol);
            }
            close(vault, dora);
            let seen = head(vault);
            if !carol_first {
                close(vault, carol);
            }
            bao_hands_over(vault, people, folder, &[seen]);
            let state = vault.folder(&folder).unwrap();
            let [passing] = state.passings() else { panic!("one") };
            assert_eq!(vault.is_rightful(passing).unwrap(), rightful);
            assert_eq!(vault.is_usurped(state).unwrap(), !rightful);
            if !rightful {
                let told = words::passing(vault, state, passing, false).happened;
                assert_eq!(told, "Carol was made an owner of the folder “Contracts”, though that account was closed.");
            }
        });
    }
}

#[tokio::test]
async fn who_is_gone_or_was_never_named_takes_over_nothing() {
    let world = World::new().await;
    world.vault(|vault, people, folder| {
        let second = vault.create_folder("Offers", Purpose::SHARED).unwrap();
        assert_eq!(vault.folder(&second).unwrap().chain().successor(), None, "officers have named nobody");
        close(vault, people.carol.id());
        close(vault, people.dora.id());
        let state = vault.folder(&folder).unwrap();
        let row = vault.folder_row(state);
        assert_eq!((row.successor, row.ownerless, vault.to_hand_over(state)), (None, true, None));
        // Nor is it anybody's of one's own to be asked about.
        let succession = vault.succession().unwrap();
        let names: Vec<_> = succession.folders.iter().map(|it| (&*it.name, it.decided, it.alone)).collect();
        assert_eq!((names, succession.named, succession.may_name), (vec![("Offers", false, true)], None, true));
    });
}

/// Agreeing is the owner's to do, for each folder.
#[tokio::test]
async fn a_new_folder_is_undecided_whomever_officers_have_named() {
    let world = World::new().await;
    world.vault(|vault, people, _| {
        let named = workspace::Successor { account: Some(people.carol.id()) };
        let record = vault.write_workspace(workspace::kind::SUCCESSOR, &named).unwrap();
        vault.take_own_workspace_record(&record).unwrap();
        for purpose in [Purpose::SHARED, Purpose::PERSONAL] {
            let folder = vault.create_folder("New", purpose).unwrap();
            assert_eq!(vault.folder(&folder).unwrap().chain().successor(), None);
        }
        let asked = |vault: &Vault| vault.succession().unwrap().folders;
        let [new] = &asked(vault)[..] else { panic!("one of one's own") };
        assert!(!new.decided && new.successor.is_none());
        // One's own decision shows who is gone.
        let (folder, agreed) = (new.folder, Successor { account: Some(people.carol.id()) });
        let record = vault.write_folder(folder, 1, kind::SUCCESSOR, &agreed).unwrap();
        vault.take_folder_record(folder, &record).unwrap();
        close(vault, people.carol.id());
        let shown = asked(vault);
        let gone = shown.iter().filter_map(|it| it.successor.as_ref()).map(|it| (&*it.name, it.gone, it.me));
        assert_eq!(gone.collect::<Vec<_>>(), [("Carol", true, false)]);
    });
}

fn renamed() -> Change {
    Change::Move { id: EntryId::TOP, parent: EntryId::TOP, name: "Contracts".to_owned() }
}
