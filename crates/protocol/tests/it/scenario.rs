//! One chain of each kind with every kind of record in it, and a folder's changes: what the vectors freeze.

use std::collections::BTreeMap;

use ipld_core::ipld::Ipld;
use serde_bytes::ByteBuf;
use valise_protocol::account::{self, Recovered, sign_consent};
use valise_protocol::folder::{self, Content, MemberRemoved, Pin, Role, RoleChanged};
use valise_protocol::ids::{EntryId, GroupId, RecordHash, RecoverySetId};
use valise_protocol::invitation::redeem;
use valise_protocol::padding::pad;
use valise_protocol::record::{ChainKind, Record, Seen};
use valise_protocol::tree::change::encode_body;
use valise_protocol::tree::{Change, EntryKind, More, NewContent};
use valise_protocol::workspace::{self, kind};

use crate::support::{
    Dev, FolderChain, Person, WORKSPACE, WorkspaceChain, alice, assert_applied, bob, carol, cid, dek, entry,
    invitation, seal, sealing, signing_key,
};

pub fn account_records() -> Vec<Record> {
    let mut alice = alice();
    let first = alice.device.clone();
    let second = alice.add_device(20);
    let mut set = Person::recovery_set(30);
    set.escrow = Some(account::EscrowedShare { authority: 1, seals: vec![seal(4), seal(5)] });
    assert_applied(&alice.append(&first, account::kind::RECOVERY_SET, &set));
    alice.rotate();
    alice.revoke(&second, first.id);
    let third = Dev::new(21);
    let consent = sign_consent(alice.id(), &third.keys, &third.key());
    let recovered = Recovered { set: set.id, device: third.keys.clone(), consent };
    let draft = alice.draft(&third, account::kind::RECOVERED, &recovered);
    assert_applied(&alice.apply(Record::sign(draft, &signing_key(30)).unwrap()).unwrap());
    alice.device = third.clone();
    alice.rotate();
    alice.add_signing_key(&third, 70);
    alice.add_signing_key(&third, 71);
    let revoked = account::SigningKeyRevoked { version: 1 };
    assert_applied(&alice.append(&third, account::kind::SIGNING_KEY_REVOKED, &revoked));
    alice.records
}

pub fn workspace_records() -> Vec<Record> {
    let mut chain = WorkspaceChain::new();
    let alice = chain.founder.clone();
    let (id, secret) = invitation(1);
    let seal_to = workspace::OfficerSeal { account: alice.id(), version: 1, seal: seal(1) };
    let invited = workspace::Invited {
        id,
        key: secret.signing_key().verify_key(),
        expires: 1_700_000_000_000,
        secrets: vec![seal_to],
    };
    assert_applied(&chain.append(&alice, kind::INVITED, &invited));
    let mut bob = Person::new(2, chain.state.id());
    let mut admitted = chain.admission(&bob, "Bob");
    admitted.redemption = Some(redeem(chain.state.id(), id, bob.id(), &secret));
    assert_applied(&chain.append(&alice, kind::ADMITTED, &admitted));
    let mut officers = vec![alice.id(), bob.id()];
    officers.sort_unstable();
    let group = workspace::Group { id: GroupId::new([1; 16]), name: "Both".into(), accounts: officers.clone() };
    assert_applied(&chain.append(&alice, kind::OFFICERS_CHANGED, &workspace::OfficersChanged { officers }));
    let node = workspace::PinningNode { key: signing_key(51).verify_key(), addresses: vec!["/ip4/10.0.0.1".into()] };
    let catalog = workspace::Catalog {
        key: signing_key(50).verify_key(),
        addresses: vec!["https://catalog.example".into()],
        pinning: vec![node],
    };
    assert_applied(&chain.append(&bob, kind::CATALOG, &catalog));
    assert_applied(&chain.append(&alice, kind::SWARM_KEY, &workspace::SwarmKey { generation: 1 }));
    let officer = workspace::OfficerKey { account: bob.id(), version: 1 };
    let place = "pkcs11:token=org;object=valise".to_owned();
    let kept = workspace::Kept { place, wrapped: ByteBuf::from([5; 60]) };
    let holders = vec![
        workspace::Holder { public: bob.state.key().unwrap().public.clone(), officer: Some(officer), kept: None },
        workspace::Holder { public: sealing(61), officer: None, kept: Some(kept) },
    ];
    let authority = workspace::Authority { version: 1, holders, delay_hours: 24, slices: vec![] };
    assert_applied(&chain.append(&alice, kind::AUTHORITY, &authority));
    assert_applied(&chain.append(&alice, kind::GROUP, &group));
    let settings = BTreeMap::from([("lock-after-minutes".to_owned(), 10)]);
    assert_applied(&chain.append(&alice, kind::POLICY, &workspace::Policy { settings }));
    let second = workspace::Invited { id: invitation(2).0, secrets: vec![], ..invited };
    assert_applied(&chain.append(&alice, kind::INVITED, &second));
    let revoked = workspace::InvitationRevoked { id: second.id };
    assert_applied(&chain.append(&alice, kind::INVITATION_REVOKED, &revoked));
    bob.rotate();
    let anchor = workspace::Anchor { slices: chain.news(&bob) };
    assert_applied(&chain.append(&alice, kind::ANCHOR, &anchor));
    let (set, device) = (RecoverySetId::new([30; 16]), Dev::new(40));
    let approved = workspace::RecoveryApproved {
        account: bob.id(),
        set,
        device: device.keys.clone(),
        not_before: 1_700_000_000_000,
        reason: "My laptop was stolen.".into(),
    };
    assert_applied(&chain.append(&alice, kind::RECOVERY_APPROVED, &approved));
    let released = workspace::RecoveryReleased { account: bob.id(), set, device: device.id, holder: 1, share: seal(1) };
    assert_applied(&chain.append(&alice, kind::RECOVERY_RELEASED, &released));
    let vetoed = workspace::RecoveryVetoed { account: bob.id(), set, device: device.id, slices: vec![] };
    assert_applied(&chain.append(&bob, kind::RECOVERY_VETOED, &vetoed));
    assert_applied(&chain.append(&alice, kind::CLOSED, &workspace::Closed { account: bob.id() }));
    for account in [Some(alice.id()), None] {
        assert_applied(&chain.append(&alice, kind::SUCCESSOR, &workspace::Successor { account }));
    }
    chain.records
}

pub fn folder_records() -> Vec<Record> {
    let (mut alice, mut bob, carol) = (alice(), bob(), carol());
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Editor)]);
    let content = Content { pins: vec![Pin { cid: cid(1), size: 1000, blocks: 1 }], drops: vec![cid(2)] };
    let mut draft = chain.draft(&bob, &bob.device, folder::kind::CONTENT, &content);
    // Not sealed, only of a sealed body's form: nothing here opens anything.
    draft.sealed = ByteBuf::from(pad(&encode_body(&changes()).unwrap()).unwrap());
    let head = RecordHash::new([8; 32]);
    draft.seen = vec![Seen { kind: ChainKind::WORKSPACE, chain: RecordHash::new([9; 32]), seq: 5, head }];
    assert_applied(&chain.apply(bob.device.sign(draft)).unwrap());
    let (id, secret) = invitation(1);
    let invited = |id| folder::Invited {
        id,
        key: secret.signing_key().verify_key(),
        role: Role::Viewer,
        expires: 1_700_000_000_000,
    };
    assert_applied(&chain.append(&alice, folder::kind::INVITED, &invited(id)));
    let mut added = chain.addition(&carol, Role::Viewer);
    added.redemption = Some(redeem(WORKSPACE, id, carol.id(), &secret));
    assert_applied(&chain.append(&alice, folder::kind::MEMBER_ADDED, &added));
    let second = invitation(2).0;
    assert_applied(&chain.append(&alice, folder::kind::INVITED, &invited(second)));
    let revoked = folder::InvitationRevoked { id: second };
    assert_applied(&chain.append(&alice, folder::kind::INVITATION_REVOKED, &revoked));
    let changed = RoleChanged { account: bob.id(), role: Role::Owner };
    assert_applied(&chain.append(&alice, folder::kind::ROLE_CHANGED, &changed));
    assert_applied(&chain.append(&bob, folder::kind::MEMBER_REMOVED, &MemberRemoved { account: carol.id() }));
    alice.rotate();
    let anchor = folder::Anchor { slices: chain.news(&alice) };
    assert_applied(&chain.append(&bob, folder::kind::ANCHOR, &anchor));
    chain.rekey(&bob);
    assert_applied(&chain.append(&alice, folder::kind::LEFT, &folder::Left {}));
    // Void, and of the chain none the less: content before the key change.
    let record = bob.device.sign(chain.draft(&bob, &bob.device, folder::kind::CONTENT, &content));
    assert!(chain.apply(record).unwrap().applied().is_none());
    chain.rekey(&bob);
    let policy = folder::KeyPolicy { minimum: 3, rotate_days: 90 };
    assert_applied(&chain.append(&bob, folder::kind::KEY_POLICY, &policy));
    let device = bob.device.clone();
    bob.add_signing_key(&device, 72);
    let signed = folder::Signed { slices: chain.news(&bob) };
    let mut draft = chain.draft(&bob, &device, folder::kind::SIGNED, &signed);
    draft.sealed = ByteBuf::from(pad(&crate::documents::body().encode().unwrap()).unwrap());
    assert_applied(&chain.apply(device.sign(draft)).unwrap());
    let dave = Person::new(4, WORKSPACE);
    for account in [None, Some(dave.id())] {
        assert_applied(&chain.append(&bob, folder::kind::SUCCESSOR, &folder::Successor { account }));
    }
    let added = chain.addition(&dave, Role::Owner);
    let succeeded = folder::Succeeded { account: dave.id(), slices: added.slices, seal: Some(added.seal) };
    assert_applied(&chain.append(&bob, folder::kind::SUCCEEDED, &succeeded));
    let added = chain.addition(&alice, Role::Viewer);
    assert_applied(&chain.append(&bob, folder::kind::MEMBER_ADDED, &added));
    assert_applied(&chain.append(&alice, folder::kind::ACCEPTED, &folder::Accepted {}));
    assert_applied(&chain.append(&bob, folder::kind::TRASH_POLICY, &folder::TrashPolicy { keep_days: 30 }));
    chain.records
}

/// Every kind of change, and every conflict once.
pub fn changes() -> Vec<Change> {
    let create = |id, parent, kind, name: &str| Change::Create {
        id: entry(id),
        parent,
        kind,
        name: name.to_owned(),
        more: More::default(),
    };
    let content = |id, base: Option<u64>, number| {
        Change::Content(NewContent {
            id: entry(id),
            base: base.map(dek),
            size: 100 * number,
            mtime: -1,
            executable: number == 1,
            media_type: "text/plain".to_owned(),
            cid: cid(number),
            dek: dek(number),
            more: More::new(BTreeMap::from([("64".to_owned(), Ipld::List(vec![Ipld::Null, Ipld::Integer(-5)]))]))
                .unwrap(),
        })
    };
    let moved = |id, parent, name: &str| Change::Move { id, parent, name: name.to_owned() };
    vec![
        moved(EntryId::TOP, EntryId::TOP, "Contracts"),
        create(1, EntryId::TOP, EntryKind::Directory, "2024"),
        create(2, entry(1), EntryKind::File, "Plan.txt"),
        content(2, None, 1),
        content(2, Some(1), 2),
        content(2, Some(1), 3),
        create(3, entry(1), EntryKind::File, "PLAN.TXT"),
        create(4, entry(1), EntryKind::Directory, "Inner"),
        moved(entry(1), entry(4), "2024"),
        Change::Trash(entry(1)),
        content(3, None, 4),
        Change::Trash(entry(2)),
        create(5, entry(1), EntryKind::File, "plan.txt"),
        Change::Restore(entry(2)),
        Change::Trash(entry(4)),
        Change::Purge(entry(4)),
        create(6, entry(4), EntryKind::File, "Straße"),
        create(7, EntryId::TOP, EntryKind::File, "STRASSE"),
        Change::Trash(entry(7)),
        Change::Expire { id: entry(7), trashed: 19 },
    ]
}
