//! Attacks on signatures: one engine without a catalog, and Bob, who is of its folder and writes whatever he likes.

use serde_bytes::ByteBuf;
use tempfile::TempDir;

use valise_crypto::{ContentHash, DocumentSecret, DocumentSigner as _, Signs};
use valise_protocol::account::{self, SigningKeyAdded, SigningKeyRevoked};
use valise_protocol::document::{Body, Names, SignedBy, Statement};
use valise_protocol::folder::{self, Anchor, MemberRemoved, Pin, Purpose, Role, Signed};
use valise_protocol::ids::{Cid, ContentDigest, DekId, EntryId, FolderId, KeyVersion};
use valise_protocol::tree::{Change, EntryKind, More, NewContent};

use crate::api::{Password, Request, Verdict};
use crate::colleague::Colleague;
use crate::vault::Vault;
use crate::vault::folder::Finding;
use crate::{Config, Costs, Engine};

/// Bob's next key for documents.
fn key_of(bob: &mut Colleague) -> DocumentSecret {
    let secret = DocumentSecret::make().unwrap();
    let proof = secret.prove(bob.chain.id(), bob.secrets.public().id()).unwrap();
    let version = bob.chain.signing_keys().count() as u64 + 1;
    let added = SigningKeyAdded { version, key: secret.key(), proof };
    bob.grow(account::kind::SIGNING_KEY, &added).unwrap();
    secret
}

fn cid(number: u8) -> Cid {
    let mut bytes = vec![1, 0x55, 0x12, 32];
    bytes.extend([number; 32]);
    Cid::new(bytes.as_slice().try_into().unwrap()).unwrap()
}

const PLAN: EntryId = EntryId::new([1; 16]);
const OTHER: EntryId = EntryId::new([2; 16]);
const BYTES: &[u8] = b"first";

/// An engine with a folder of two files, which Bob is a viewer of.
struct World {
    engine: Engine,
    _home: TempDir,
    folder: FolderId,
    bob: Colleague,
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
        let made = |vault: &mut Vault| {
            let bob = Colleague::new(vault.me.workspace)?;
            bob.is_admitted(vault, "Bob")?;
            let folder = vault.create_folder("Contracts", Purpose::SHARED)?;
            send(vault, folder);
            bob.is_added(vault, folder, Role::Viewer)?;
            for (entry, name, number) in [(PLAN, "plan.txt", 1), (OTHER, "other.txt", 2)] {
                let create = Change::Create {
                    id: entry,
                    parent: EntryId::TOP,
                    kind: EntryKind::File,
                    name: name.into(),
                    more: More::default(),
                };
                let pin = Pin { cid: cid(number), size: 1, blocks: 1 };
                vault.change(folder, vec![create, content(entry, number, None)], &[pin], &[], &[])?;
            }
            send(vault, folder);
            Ok((bob, folder))
        };
        let (bob, folder) = engine.shared().vault(made).unwrap();
        Self { engine, _home: home, folder, bob }
    }

    fn vault<T>(&mut self, work: impl FnOnce(&mut Vault, &mut Colleague, FolderId) -> T) -> T {
        let (bob, folder) = (&mut self.bob, self.folder);
        self.engine.shared().vault(|vault| Ok(work(vault, bob, folder))).unwrap()
    }
}

fn content(id: EntryId, number: u8, base: Option<DekId>) -> Change {
    Change::Content(NewContent {
        id,
        base,
        size: BYTES.len() as u64,
        mtime: 0,
        executable: false,
        media_type: String::new(),
        cid: cid(number),
        dek: DekId::new([number; 24]),
        more: More::default(),
    })
}

/// What waits, as the catalog would order it.
fn send(vault: &mut Vault, folder: FolderId) {
    let changes: Vec<_> = crate::index::outbox::of_folder(vault.index.read(), &folder).unwrap();
    let pins: Vec<Pin> = changes.iter().flat_map(|row| row.pins.clone()).collect();
    let all: Vec<Change> = changes.iter().flat_map(|row| row.changes.clone()).collect();
    let body = valise_protocol::tree::change::encode_body(&all).unwrap();
    let open = folder::Content { pins, drops: vec![] };
    let record = vault.write_sealed_folder(folder, folder::kind::CONTENT, &open, body).unwrap();
    assert_eq!(vault.take_folder_record(folder, &record).unwrap(), []);
    let rows: Vec<_> = changes.iter().map(|row| row.id).collect();
    vault.index.write(|db| crate::index::outbox::remove(db, &rows)).unwrap();
    vault.rebuild_view(folder).unwrap();
}

fn statement(entry: EntryId, number: u8, key: KeyVersion) -> Statement {
    let file = if entry == PLAN { "plan.txt" } else { "other.txt" };
    Statement {
        entry,
        dek: DekId::new([number; 24]),
        cid: cid(number),
        size: BYTES.len() as u64,
        digest: ContentHash::of(BYTES),
        at: 1_794_647_159_000,
        key,
        names: Names {
            signer: "Bob".into(),
            workspace: "Acme".into(),
            folder: "Contracts".into(),
            file: file.into(),
            version: 1,
        },
        words: "I approve.".into(),
    }
}

/// What an honest client makes of a statement.
fn body(vault: &Vault, bob: &Colleague, folder: FolderId, key: &DocumentSecret, statement: Statement) -> Body {
    let by = SignedBy { workspace: vault.me.workspace, folder, account: bob.chain.id() };
    let text = ContentHash::of(statement.text(by).as_bytes());
    let of_file = key.sign(Signs::File, &statement.digest).unwrap().into();
    Body { of_file, of_statement: key.sign(Signs::Statement, &text).unwrap().into(), statement }
}

/// Bob's record with this body, taken in.
fn take(vault: &mut Vault, bob: &Colleague, folder: FolderId, body: &Body) -> Vec<Finding> {
    let open = Signed { slices: bob.slice(vault, folder).unwrap() };
    let record = bob.write(vault, folder, (folder::kind::SIGNED, &open), body.encode().ok(), &[]).unwrap();
    vault.take_folder_record(folder, &record).unwrap()
}

/// Verdicts of a file's signatures, oldest first.
fn verdicts(vault: &Vault, folder: FolderId, entry: EntryId) -> Vec<Verdict> {
    let rows = vault.signature_rows(&folder, entry).unwrap().signatures;
    rows.iter().rev().map(|row| row.verdict).collect()
}

fn count(vault: &Vault, folder: FolderId, entry: EntryId) -> u32 {
    let state = vault.folder(&folder).unwrap();
    vault.row(state, state.tree().entry(&entry).unwrap()).signatures
}

#[tokio::test]
async fn a_viewers_signature_is_good_once_the_bytes_were_read() {
    let mut world = World::new().await;
    world.vault(|vault, bob, folder| {
        let key = key_of(bob);
        let made = body(vault, bob, folder, &key, statement(PLAN, 1, 1));
        assert_eq!(take(vault, bob, folder, &made), []);
        assert_eq!((verdicts(vault, folder, PLAN), count(vault, folder, PLAN)), (vec![Verdict::NotChecked], 1));
        vault.keep_digest(&cid(1), &ContentHash::of(BYTES)).unwrap();
        assert_eq!((verdicts(vault, folder, PLAN), count(vault, folder, PLAN)), (vec![Verdict::Good], 1));
        assert_eq!(count(vault, folder, OTHER), 0);
        // Everything is folded anew from the records, and comes to the same.
        vault.reload_folder(folder).unwrap();
        assert_eq!(verdicts(vault, folder, PLAN), [Verdict::Good]);
        // A later version: it stays on the earlier one, and marks the newest no more.
        let newer = content(PLAN, 3, Some(DekId::new([1; 24])));
        vault.change(folder, vec![newer], &[Pin { cid: cid(3), size: 1, blocks: 1 }], &[], &[]).unwrap();
        send(vault, folder);
        let rows = vault.signature_rows(&folder, PLAN).unwrap();
        assert_eq!((rows.newest, &rows.signatures[0].versions[..], rows.signatures[0].current), (2, &[1][..], false));
        assert_eq!((verdicts(vault, folder, PLAN), count(vault, folder, PLAN)), (vec![Verdict::Good], 0));
        // Purged, nothing is left of it.
        vault.change(folder, vec![Change::Trash(PLAN), Change::Purge(PLAN)], &[], &[], &[]).unwrap();
        send(vault, folder);
        assert!(vault.folder(&folder).unwrap().signatures().of(&PLAN).is_empty());
    });
    world.engine.stop().await;
}

#[tokio::test]
async fn a_signature_of_other_bytes_is_shown_as_that() {
    let mut world = World::new().await;
    world.vault(|vault, bob, folder| {
        let key = key_of(bob);
        let lie = Statement { digest: ContentHash::of(b"other"), ..statement(PLAN, 1, 1) };
        assert_eq!(take(vault, bob, folder, &body(vault, bob, folder, &key, lie)), []);
        assert_eq!(verdicts(vault, folder, PLAN), [Verdict::NotChecked]);
        vault.keep_digest(&cid(1), &ContentHash::of(BYTES)).unwrap();
        assert_eq!((verdicts(vault, folder, PLAN), count(vault, folder, PLAN)), (vec![Verdict::OtherBytes], 0));
    });
    world.engine.stop().await;
}

/// What was signed of one file, version or folder says nothing of another, and a statement is signed to the letter.
#[tokio::test]
async fn a_lifted_or_altered_signature_is_none() {
    let mut world = World::new().await;
    world.vault(|vault, bob, folder| {
        let key = key_of(bob);
        let good = body(vault, bob, folder, &key, statement(PLAN, 1, 1));
        type Spoil = fn(&mut Body);
        // The statement is not what the folder has: no signature at all, and a finding.
        let false_ones: [Spoil; 9] = [
            |it| it.statement.entry = OTHER,
            |it| it.statement.entry = EntryId::new([9; 16]),
            |it| it.statement.dek = DekId::new([2; 24]),
            |it| it.statement.cid = cid(2),
            |it| it.statement.size += 1,
            |it| it.statement.names.version = 2,
            |it| it.statement.names.file = "other.txt".into(),
            |it| it.statement.names.folder = "Other".into(),
            |it| {
                // All of the other file's, but signed as this one's.
                it.statement = Statement { names: it.statement.names.clone(), ..statement(OTHER, 2, 1) };
            },
        ];
        for spoil in false_ones {
            let mut lifted = good.clone();
            spoil(&mut lifted);
            let author = bob.chain.id();
            assert_eq!(take(vault, bob, folder, &lifted), [Finding::BadBody(author)]);
        }
        assert!(verdicts(vault, folder, PLAN).is_empty() && verdicts(vault, folder, OTHER).is_empty());
        // It is, but the signatures are of something else.
        let stranger = DocumentSecret::make().unwrap();
        let elsewhere = body(vault, bob, FolderId::new([9; 32]), &key, statement(PLAN, 1, 1));
        let altered: [&dyn Fn(&mut Body); 8] = [
            &|it| it.statement.words = "I do not approve.".into(),
            &|it| it.statement.at += 1_000,
            &|it| it.statement.digest = ContentDigest::new([1; 64]),
            &|it| it.statement.key = 2,
            &|it| it.of_file = it.of_statement.clone(),
            &|it| it.of_statement = ByteBuf::new(),
            &|it| it.of_statement = elsewhere.of_statement.clone(),
            &|it| it.of_file = stranger.sign(Signs::File, &it.statement.digest).unwrap().into(),
        ];
        for alter in altered {
            let mut made = good.clone();
            alter(&mut made);
            assert_eq!(take(vault, bob, folder, &made), []);
            assert_eq!(verdicts(vault, folder, PLAN).last(), Some(&Verdict::Invalid));
        }
        // Signed to the letter, under another name than the workspace knows.
        let as_ada = Statement {
            names: Names { signer: "Ada".into(), ..good.statement.names.clone() },
            ..good.statement.clone()
        };
        assert_eq!(take(vault, bob, folder, &body(vault, bob, folder, &key, as_ada)), []);
        assert_eq!(verdicts(vault, folder, PLAN).last(), Some(&Verdict::Invalid));
        assert_eq!(count(vault, folder, PLAN), 0);
        assert_eq!(take(vault, bob, folder, &good), []);
        assert_eq!(verdicts(vault, folder, PLAN).last(), Some(&Verdict::NotChecked));
    });
    world.engine.stop().await;
}

/// Ada's own signature in a record of Bob's: the key of that number is Bob's, or nobody's.
#[tokio::test]
async fn another_accounts_key_signs_for_nobody_else() {
    let mut world = World::new().await;
    world.vault(|vault, bob, folder| {
        let adas = DocumentSecret::make().unwrap();
        let made = body(vault, bob, folder, &adas, statement(PLAN, 1, 1));
        assert_eq!(take(vault, bob, folder, &made), []);
        key_of(bob);
        assert_eq!(take(vault, bob, folder, &made), []);
        assert_eq!(verdicts(vault, folder, PLAN), [Verdict::Invalid, Verdict::Invalid]);
    });
    world.engine.stop().await;
}

#[tokio::test]
async fn a_key_signs_until_the_folder_hears_that_it_is_revoked() {
    let mut world = World::new().await;
    world.vault(|vault, bob, folder| {
        let key = key_of(bob);
        vault.keep_digest(&cid(1), &ContentHash::of(BYTES)).unwrap();
        let made = body(vault, bob, folder, &key, statement(PLAN, 1, 1));
        assert_eq!(take(vault, bob, folder, &made), []);
        bob.grow(account::kind::SIGNING_KEY_REVOKED, &SigningKeyRevoked { version: 1 }).unwrap();
        let anchor = Anchor { slices: bob.slice(vault, folder).unwrap() };
        let record = bob.write(vault, folder, (folder::kind::ANCHOR, &anchor), None, &[]).unwrap();
        assert_eq!(vault.take_folder_record(folder, &record).unwrap(), []);
        assert_eq!(take(vault, bob, folder, &made), []);
        assert_eq!(verdicts(vault, folder, PLAN), [Verdict::Good, Verdict::KeyRevoked]);
        let rows = vault.signature_rows(&folder, PLAN).unwrap().signatures;
        assert!(rows.iter().all(|row| row.key_ended_since), "what was good stays good, and says that the key is not");
        assert_eq!(count(vault, folder, PLAN), 1);
    });
    world.engine.stop().await;
}

/// A catalog that takes what it must refuse: the record is void and told, and the signature is shown as an outsider's.
#[tokio::test]
async fn a_removed_member_signs_as_somebody_outside() {
    let mut world = World::new().await;
    world.vault(|vault, bob, folder| {
        let key = key_of(bob);
        vault.keep_digest(&cid(1), &ContentHash::of(BYTES)).unwrap();
        let made = body(vault, bob, folder, &key, statement(PLAN, 1, 1));
        assert_eq!(take(vault, bob, folder, &made), []);
        let account = bob.chain.id();
        let epoch = vault.folder(&folder).unwrap().chain().epoch();
        let removed =
            vault.write_folder(folder, epoch, folder::kind::MEMBER_REMOVED, &MemberRemoved { account }).unwrap();
        assert_eq!(vault.take_folder_record(folder, &removed).unwrap(), []);
        let found = take(vault, bob, folder, &made);
        assert_eq!(found, [Finding::Void(account, valise_protocol::chain::Void::NotMember)]);
        assert_eq!(verdicts(vault, folder, PLAN), [Verdict::Good, Verdict::NotMember]);
        assert_eq!(count(vault, folder, PLAN), 1);
        // A forgery from outside is from outside, too; and nothing waits for a key that never comes.
        let forged = Body { of_file: ByteBuf::new(), ..made };
        take(vault, bob, folder, &forged);
        assert_eq!(verdicts(vault, folder, PLAN).last(), Some(&Verdict::NotMember));
        let rekey = vault.compose_rekey(folder).unwrap();
        assert_eq!(vault.take_folder_record(folder, &rekey).unwrap(), []);
        let newer = content(PLAN, 3, Some(DekId::new([1; 24])));
        vault.change(folder, vec![newer], &[Pin { cid: cid(3), size: 1, blocks: 1 }], &[], &[]).unwrap();
        send(vault, folder);
        assert_eq!(vault.signature_rows(&folder, PLAN).unwrap().newest, 2);
    });
    world.engine.stop().await;
}

/// This device's own key: kept before anything knows of it, the same after each interruption, gone with its device.
#[tokio::test]
async fn a_key_that_was_begun_is_the_one_that_is_gone_on_with() {
    let mut world = World::new().await;
    world.vault(|vault, _, _| {
        assert!(vault.document_secret().unwrap().is_none());
        let begun = vault.next_document_secret().unwrap().key();
        let next = vault.next_document_secret().unwrap();
        assert_eq!(next.key(), begun);
        let draft = vault.compose_signing_key(&next).unwrap();
        assert_eq!(draft.records().len(), 1);
        vault.keep_draft(draft).unwrap();
        // The answer was lost: what is in the chain is not written twice.
        assert!(vault.document_secret().unwrap().is_none());
        assert!(vault.compose_signing_key(&next).unwrap().records().is_empty());
        vault.use_next_document_secret().unwrap();
        assert_eq!(vault.document_secret().unwrap().map(|(version, secret)| (version, secret.key())), Some((1, begun)));
        // Another one takes its place, in one go.
        let second = vault.next_document_secret().unwrap();
        assert_ne!(second.key(), begun);
        let draft = vault.compose_signing_key(&second).unwrap();
        assert_eq!(draft.records().len(), 2);
        vault.keep_draft(draft).unwrap();
        assert!(vault.document_secret().unwrap().is_none(), "the one before counts no more");
        vault.use_next_document_secret().unwrap();
        let rows = vault.signing_key_rows().unwrap();
        assert_eq!(rows.iter().map(|row| (row.in_force, row.here)).collect::<Vec<_>>(), [(false, false), (true, true)]);
        let draft = vault.compose_key_revocation(2).unwrap();
        vault.keep_draft(draft).unwrap();
        assert!(vault.compose_key_revocation(2).unwrap().records().is_empty());
        assert!(vault.compose_key_revocation(3).is_err());
        assert!(vault.document_secret().unwrap().is_none());
    });
    world.engine.stop().await;
}
