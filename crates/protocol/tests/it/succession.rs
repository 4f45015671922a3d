//! Who takes over when an owner's account is closed: named by officers, agreed to by owners, handed over by any member.

use valise_protocol::chain::{Broken, Void};
use valise_protocol::folder::{self, Left, MemberRemoved, Op, Purpose, Role, RoleChanged, Succeeded, Successor, kind};
use valise_protocol::ids::AccountId;
use valise_protocol::workspace::{self, Closed};

use crate::folder_rules::{broken, content, void};
use crate::support::{FolderChain, Person, WORKSPACE, WorkspaceChain, alice, assert_applied, bob, carol, nobody, seal};
use crate::workspace::void as void_in_workspace;

fn named(account: impl Into<Option<AccountId>>) -> Successor {
    Successor { account: account.into() }
}

fn handing(chain: &FolderChain, to: &Person) -> Succeeded {
    let added = chain.addition(to, Role::Owner);
    let seal = (!chain.state.members().contains_key(&to.id())).then_some(added.seal);
    Succeeded { account: to.id(), slices: added.slices, seal }
}

/// Alice owns it, Bob reads, Carol is to take over.
fn agreed() -> (FolderChain, Person, Person, Person) {
    let (alice, bob, carol) = (alice(), bob(), carol());
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Viewer)]);
    assert_eq!(chain.state.successor(), None);
    assert_applied(&chain.append(&alice, kind::SUCCESSOR, &named(carol.id())));
    assert_eq!(chain.state.successor(), Some(Some(carol.id())));
    (chain, alice, bob, carol)
}

#[test]
fn a_viewer_hands_over_to_somebody_outside() {
    let (mut chain, alice, bob, carol) = agreed();
    let handed = handing(&chain, &carol);
    let applied = chain.append(&bob, kind::SUCCEEDED, &handed).applied();
    assert!(matches!(applied, Some(Op::Succeeded(_))));
    let member = &chain.state.members()[&carol.id()];
    assert_eq!((member.role, member.since, member.by_link), (Role::Owner, chain.state.head().seq, false));
    assert_eq!(chain.state.members()[&alice.id()].role, Role::Owner, "it removes nobody");
    assert_eq!(chain.state.successor(), None, "the new owner decides anew");
    assert!(!chain.state.key_change_waiting());
    let again = Succeeded { account: carol.id(), slices: vec![], seal: None };
    void(&mut chain, &bob, kind::SUCCEEDED, &again, Void::Subject);
    assert_applied(&chain.append(&carol, kind::MEMBER_REMOVED, &MemberRemoved { account: alice.id() }));
    chain.rekey(&carol);
    assert_eq!(chain.state.owners().collect::<Vec<_>>(), [&carol.id()]);
    assert_applied(&chain.append(&carol, kind::CONTENT, &content()));
}

#[test]
fn a_member_is_promoted_without_a_seal_also_by_themselves() {
    let (mut chain, alice, _, mut carol) = agreed();
    let added = chain.addition(&carol, Role::Viewer);
    assert_applied(&chain.append(&alice, kind::MEMBER_ADDED, &added));
    let sealed = Succeeded { account: carol.id(), slices: vec![], seal: Some(added.seal) };
    void(&mut chain, &carol, kind::SUCCEEDED, &sealed, Void::Seals);
    let old = carol.clone();
    carol.rotate();
    let handed = handing(&chain, &carol);
    assert_eq!((handed.seal.is_none(), handed.slices.len()), (true, 1));
    assert_applied(&chain.append(&old, kind::SUCCEEDED, &handed));
    assert_eq!(chain.state.members()[&carol.id()].role, Role::Owner);
    assert!(chain.state.key_change_waiting(), "a member's new account key demands one as anywhere");
}

/// Where only viewers are left, nobody could make the key change that waits.
#[test]
fn a_waiting_key_change_is_no_hindrance() {
    let (mut chain, alice, bob, carol) = agreed();
    let dave = Person::new(4, WORKSPACE);
    let added = chain.addition(&dave, Role::Editor);
    assert_applied(&chain.append(&alice, kind::MEMBER_ADDED, &added));
    assert_applied(&chain.append(&dave, kind::LEFT, &Left {}));
    assert!(chain.state.key_change_waiting());
    let handed = handing(&chain, &carol);
    assert_applied(&chain.append(&bob, kind::SUCCEEDED, &handed));
    assert!(chain.state.key_change_waiting());
    chain.rekey(&carol);
}

#[test]
fn only_whom_an_owner_decided_on_takes_over() {
    let (alice, bob, carol) = (alice(), bob(), carol());
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Editor)]);
    let handed = handing(&chain, &carol);
    void(&mut chain, &bob, kind::SUCCEEDED, &handed, Void::Subject);
    for author in [&bob, &carol] {
        let reason = if author.id() == bob.id() { Void::Role } else { Void::NotMember };
        match reason {
            Void::Role => void(&mut chain, author, kind::SUCCESSOR, &named(carol.id()), reason),
            _ => broken(
                &mut chain.clone(),
                &author.device.sign(chain.draft(author, &author.device, kind::SUCCESSOR, &named(carol.id()))),
                Broken::Signature,
            ),
        }
    }
    void(&mut chain, &alice, kind::SUCCESSOR, &named(alice.id()), Void::Subject);
    assert_applied(&chain.append(&alice, kind::SUCCESSOR, &named(None)));
    assert_eq!(chain.state.successor(), Some(None));
    void(&mut chain, &bob, kind::SUCCEEDED, &handed, Void::Subject);
    assert_applied(&chain.append(&alice, kind::SUCCESSOR, &named(bob.id())));
    void(&mut chain, &bob, kind::SUCCEEDED, &handed, Void::Subject);
    assert_applied(&chain.append(&alice, kind::SUCCESSOR, &named(nobody())));
    let to_nobody = Succeeded { account: nobody(), slices: vec![], seal: None };
    void(&mut chain, &bob, kind::SUCCEEDED, &to_nobody, Void::Seals);
    // Who is an owner already takes over nothing.
    assert_applied(&chain.append(&alice, kind::SUCCESSOR, &named(bob.id())));
    assert_applied(&chain.append(&alice, kind::ROLE_CHANGED, &RoleChanged { account: bob.id(), role: Role::Owner }));
    let to_owner = Succeeded { account: bob.id(), slices: vec![], seal: None };
    void(&mut chain, &bob, kind::SUCCEEDED, &to_owner, Void::Subject);
}

#[test]
fn what_is_handed_over_must_hold() {
    let (mut chain, alice, bob, carol) = agreed();
    let good = handing(&chain, &carol);
    let spoil = |how: fn(&mut Succeeded)| {
        let mut spoiled = good.clone();
        how(&mut spoiled);
        spoiled
    };
    let mut other = spoil(|_| {});
    other.seal.as_mut().unwrap().account = bob.id();
    let mut stranger = spoil(|_| {});
    stranger.slices.push(Person::new(4, WORKSPACE).slice());
    let mut keyless = spoil(|_| {});
    keyless.slices[0].records.truncate(1);
    let cases = [
        (spoil(|it| it.seal = None), Void::Seals),
        (spoil(|it| it.seal.as_mut().unwrap().version = 2), Void::Seals),
        (spoil(|it| it.slices.clear()), Void::Anchor),
        (spoil(|it| it.slices[0].records.swap(0, 1)), Void::Anchor),
        (keyless, Void::Anchor),
        (other, Void::Seals),
        (stranger, Void::Subject),
    ];
    for (spoiled, reason) in cases {
        void(&mut chain, &bob, kind::SUCCEEDED, &spoiled, reason);
        assert!(chain.state.roster().account(&carol.id()).is_none());
    }
    // In another epoch it was sealed to another key.
    let old = bob.device.sign(chain.draft(&bob, &bob.device, kind::SUCCEEDED, &good));
    chain.rekey(&alice);
    broken(&mut chain, &old, Broken::Link);
    let mut draft = chain.draft(&bob, &bob.device, kind::SUCCEEDED, &good);
    draft.epoch -= 1;
    let late = bob.device.sign(draft);
    crate::support::assert_void(&chain.clone().apply(late).unwrap(), Void::Epoch);
    // Who is no member hands over nothing, the successor neither.
    assert_applied(&chain.append(&alice, kind::MEMBER_REMOVED, &MemberRemoved { account: bob.id() }));
    void(&mut chain, &bob, kind::SUCCEEDED, &good, Void::NotMember);
    let own = carol.device.sign(chain.draft(&carol, &carol.device, kind::SUCCEEDED, &good));
    broken(&mut chain, &own, Broken::Signature);
}

/// What owners did since counts: who was put out is no successor any more.
#[test]
fn a_successor_who_was_removed_or_left_is_none() {
    let (mut chain, alice, bob, _) = agreed();
    assert_applied(&chain.append(&alice, kind::SUCCESSOR, &named(bob.id())));
    let mut left = chain.clone();
    assert_applied(&chain.append(&alice, kind::MEMBER_REMOVED, &MemberRemoved { account: bob.id() }));
    assert_eq!(chain.state.successor(), None);
    assert_applied(&left.append(&bob, kind::LEFT, &Left {}));
    assert_eq!(left.state.successor(), None);
}

/// Whoever owns it now is asked, not held to what somebody else wanted.
#[test]
fn a_former_owner_s_word_ends_with_their_ownership() {
    let (alice, bob, carol) = (alice(), bob(), carol());
    for word in [named(carol.id()), named(None)] {
        let mut decided = FolderChain::with(&alice, &[(&bob, Role::Owner)]);
        assert_applied(&decided.append(&alice, kind::SUCCESSOR, &word));
        let role = |person: &Person, role| RoleChanged { account: person.id(), role };

        // What becomes of somebody else, or leaves her an owner, changes nothing.
        assert_applied(&decided.append(&bob, kind::ROLE_CHANGED, &role(&alice, Role::Owner)));
        let mut other = decided.clone();
        assert_applied(&other.append(&alice, kind::ROLE_CHANGED, &role(&bob, Role::Viewer)));
        assert_applied(&other.append(&alice, kind::MEMBER_REMOVED, &MemberRemoved { account: bob.id() }));
        assert_eq!(other.state.successor(), Some(word.account));

        let (mut removed, mut left, mut demoted, mut anew) =
            (decided.clone(), decided.clone(), decided.clone(), decided.clone());
        assert_applied(&removed.append(&bob, kind::MEMBER_REMOVED, &MemberRemoved { account: alice.id() }));
        assert_applied(&left.append(&alice, kind::LEFT, &Left {}));
        assert_applied(&demoted.append(&bob, kind::ROLE_CHANGED, &role(&alice, Role::Editor)));
        for chain in [&removed, &left, &demoted] {
            assert_eq!(chain.state.successor(), None);
        }
        let handed = handing(&demoted, &carol);
        void(&mut demoted, &alice, kind::SUCCEEDED, &handed, Void::Subject);
        assert_applied(&demoted.append(&bob, kind::ROLE_CHANGED, &role(&alice, Role::Owner)));
        assert_eq!(demoted.state.successor(), None, "nor does it come back with it");

        // The word of the last who spoke counts, as long as they own it.
        assert_applied(&anew.append(&bob, kind::SUCCESSOR, &named(carol.id())));
        assert_applied(&anew.append(&alice, kind::LEFT, &Left {}));
        assert_eq!(anew.state.successor(), Some(Some(carol.id())));
    }
}

#[test]
fn one_s_own_files_are_nobody_else_s() {
    let (alice, carol) = (alice(), carol());
    let mut chain = FolderChain::of(alice.device.sign(FolderChain::genesis(&alice, Purpose::PERSONAL)));
    for account in [Some(carol.id()), None] {
        void(&mut chain, &alice, kind::SUCCESSOR, &named(account), Void::Subject);
    }
}

#[test]
fn not_before_there_is_a_key() {
    let (alice, carol) = (alice(), carol());
    let mut chain = FolderChain::of(alice.device.sign(FolderChain::genesis(&alice, Purpose::SHARED)));
    assert_applied(&chain.append(&alice, kind::SUCCESSOR, &named(carol.id())));
    let mut handed = handing(&chain, &carol);
    handed.seal.as_mut().unwrap().seal = seal(1);
    void(&mut chain, &alice, kind::SUCCEEDED, &handed, Void::KeyChangeFirst);
}

#[test]
fn a_full_folder_takes_its_successor_from_outside_and_nobody_else() {
    let (mut chain, alice, bob, carol) = agreed();
    for number in 0..folder::MAX_MEMBERS - 2 {
        let mut person = Person::new(9, WORKSPACE);
        let mut genesis = person.records[0].envelope().clone();
        let mut open: valise_protocol::account::Genesis = person.records[0].open().unwrap();
        let mut nonce = [0; 32];
        nonce[..8].copy_from_slice(&(number as u64).to_be_bytes());
        open.nonce = valise_protocol::ids::Commitment::new(nonce);
        genesis.open = valise_protocol::cbor::encode(&open).unwrap().into();
        let genesis = person.device.sign(genesis);
        person.state = valise_protocol::account::Account::begin(&genesis).unwrap();
        person.records = vec![genesis];
        person.rotate();
        let added = chain.addition(&person, Role::Viewer);
        assert_applied(&chain.append(&alice, kind::MEMBER_ADDED, &added));
    }
    let added = chain.addition(&carol, Role::Viewer);
    void(&mut chain, &alice, kind::MEMBER_ADDED, &added, Void::Limit);
    let handed = handing(&chain, &carol);
    assert_applied(&chain.append(&bob, kind::SUCCEEDED, &handed));
    assert_eq!(chain.state.members().len(), folder::MAX_MEMBERS + 1);
    chain.rekey(&carol);
    assert_applied(&chain.append(&carol, kind::MEMBER_REMOVED, &MemberRemoved { account: alice.id() }));
    chain.rekey(&carol);
}

#[test]
fn officers_name_a_successor() {
    let mut chain = WorkspaceChain::new();
    let (bob, carol) = (chain.admit(2, "Bob"), chain.admit(3, "Carol"));
    let officer = chain.founder.clone();
    let named = |account: Option<AccountId>| workspace::Successor { account };
    assert_eq!(chain.state.successor(), None);
    void_in_workspace(&mut chain, &bob, workspace::kind::SUCCESSOR, &named(Some(carol.id())), Void::Role);
    void_in_workspace(&mut chain, &officer, workspace::kind::SUCCESSOR, &named(Some(nobody())), Void::Subject);
    assert_applied(&chain.append(&officer, workspace::kind::SUCCESSOR, &named(Some(bob.id()))));
    assert_eq!(chain.state.successor(), Some(bob.id()));
    assert_applied(&chain.append(&officer, workspace::kind::SUCCESSOR, &named(Some(carol.id()))));
    // Another's closing changes nothing, their own ends it.
    assert_applied(&chain.append(&officer, workspace::kind::CLOSED, &Closed { account: bob.id() }));
    let closed = chain.state.head().seq;
    assert_eq!(chain.state.successor(), Some(carol.id()));
    void_in_workspace(&mut chain, &officer, workspace::kind::SUCCESSOR, &named(Some(bob.id())), Void::Subject);
    assert_applied(&chain.append(&officer, workspace::kind::CLOSED, &Closed { account: carol.id() }));
    assert_eq!(chain.state.successor(), None);
    assert_applied(&chain.append(&officer, workspace::kind::SUCCESSOR, &named(Some(officer.id()))));
    assert_applied(&chain.append(&officer, workspace::kind::SUCCESSOR, &named(None)));
    assert_eq!(chain.state.successor(), None);
    // When somebody was closed is known for ever.
    let (bob, carol, officer) = (bob.id(), carol.id(), officer.id());
    assert!(chain.state.were_closed([&bob], closed) && !chain.state.were_closed([&bob], closed - 1));
    assert!(!chain.state.were_closed([&bob, &carol], closed) && chain.state.were_closed([&bob, &carol], u64::MAX));
    assert!(!chain.state.were_closed([&bob, &officer], u64::MAX) && !chain.state.were_closed([&nobody()], u64::MAX));
}
