//! Who belongs to a folder: members, devices, keys and invitations, and those who try without.

use valise_protocol::chain::{Broken, Slice, Void};
use valise_protocol::folder::{
    Accepted, Anchor, InvitationRevoked, Invited, Left, MemberRemoved, Op, Purpose, Role, RoleChanged, kind,
};
use valise_protocol::ids::{AccountId, WorkspaceId};
use valise_protocol::invitation::{MAX_INVITATIONS, redeem};
use valise_protocol::record::Envelope;

use crate::folder_rules::{broken, content, void};
use crate::support::{
    FolderChain, Person, WORKSPACE, alice, assert_applied, assert_void, bob, carol, invitation, nobody,
};

fn dave() -> Person {
    Person::new(4, WORKSPACE)
}

fn open_invitation(chain: &mut FolderChain, owner: &Person, byte: u8, role: Role) {
    let (id, secret) = invitation(byte);
    let invited = Invited { id, key: secret.signing_key().verify_key(), role, expires: 0 };
    assert_applied(&chain.append(owner, kind::INVITED, &invited));
}

#[test]
fn members_come_and_go() {
    let (alice, bob) = (alice(), bob());
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Viewer)]);
    let member = &chain.state.members()[&bob.id()];
    assert_eq!((member.role, member.since, member.by_link), (Role::Viewer, 2, false));
    assert_applied(&chain.append(&alice, kind::ROLE_CHANGED, &RoleChanged { account: bob.id(), role: Role::Editor }));
    assert_applied(&chain.append(&bob, kind::CONTENT, &content()));
    assert_applied(&chain.append(&bob, kind::LEFT, &Left {}));
    assert!(chain.state.key_change_waiting());
    assert_eq!(chain.state.members().len(), 1);
}

/// Once, by their own hand; without a word by whoever writes content. It changes nothing else.
#[test]
fn a_member_takes_the_folder_up() {
    let (alice, bob, carol) = (alice(), bob(), carol());
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Viewer), (&carol, Role::Editor)]);
    let accepted = |chain: &FolderChain, who: &Person| chain.state.members()[&who.id()].accepted;
    assert_eq!((accepted(&chain, &alice), accepted(&chain, &bob)), (Some(0), None));
    void(&mut chain, &alice, kind::ACCEPTED, &Accepted {}, Void::Subject);
    assert_applied(&chain.append(&bob, kind::ACCEPTED, &Accepted {}));
    assert_eq!(accepted(&chain, &bob), Some(chain.state.head().seq));
    void(&mut chain, &bob, kind::ACCEPTED, &Accepted {}, Void::Subject);
    assert_applied(&chain.append(&carol, kind::CONTENT, &content()));
    assert_eq!(accepted(&chain, &carol), Some(chain.state.head().seq));
    assert!(!chain.state.key_change_waiting());
    // Who was gone and is back is asked again.
    assert_applied(&chain.append(&bob, kind::LEFT, &Left {}));
    chain.rekey(&alice);
    let added = chain.addition(&bob, Role::Editor);
    assert_applied(&chain.append(&alice, kind::MEMBER_ADDED, &added));
    assert_eq!(accepted(&chain, &bob), None);
}

#[test]
fn who_cannot_be_added() {
    let (alice, bob) = (alice(), bob());
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Viewer)]);
    let again = chain.addition(&bob, Role::Owner);
    void(&mut chain, &alice, kind::MEMBER_ADDED, &again, Void::Subject);
    let keyless = Person::without_keys(6, WORKSPACE);
    let added = chain.addition(&keyless, Role::Viewer);
    void(&mut chain, &alice, kind::MEMBER_ADDED, &added, Void::Anchor);
    let good = chain.addition(&carol(), Role::Viewer);
    let mut not_embedded = good.clone();
    not_embedded.slices.clear();
    void(&mut chain, &alice, kind::MEMBER_ADDED, &not_embedded, Void::Anchor);
    let mut old_key = good.clone();
    old_key.seal.version = 0;
    void(&mut chain, &alice, kind::MEMBER_ADDED, &old_key, Void::Seals);
    let mut to_another = good.clone();
    to_another.seal.account = bob.id();
    void(&mut chain, &alice, kind::MEMBER_ADDED, &to_another, Void::Seals);
    let mut ghost = good.clone();
    ghost.slices.push(dave().slice());
    void(&mut chain, &alice, kind::MEMBER_ADDED, &ghost, Void::Subject);
    let mut personal = FolderChain::of(alice.device.sign(FolderChain::genesis(&alice, Purpose::PERSONAL)));
    personal.rekey(&alice);
    let added = personal.addition(&bob, Role::Viewer);
    void(&mut personal, &alice, kind::MEMBER_ADDED, &added, Void::Subject);
    let (id, secret) = invitation(1);
    let invited = Invited { id, key: secret.signing_key().verify_key(), role: Role::Viewer, expires: 0 };
    void(&mut personal, &alice, kind::INVITED, &invited, Void::Invitation);
    assert_applied(&chain.append(&alice, kind::MEMBER_ADDED, &good));
}

#[test]
fn slices_that_do_not_hold() {
    let (mut alice, bob) = (alice(), bob());
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Viewer)]);
    alice.rotate();
    let good = chain.news(&alice).remove(0);
    let elsewhere = Person::new(8, WorkspaceId::new([8; 32]));
    let mut cut = carol().slice();
    cut.records[1].pop();
    let mut mixed = carol().slice();
    mixed.account = dave().id();
    let mut gap = carol().slice();
    gap.records.remove(0);
    let nothing = Slice { account: carol().id(), records: vec![] };
    for spoiled in [elsewhere.slice(), cut, mixed, gap, nothing, alice.slice()] {
        let slices = vec![good.clone(), spoiled];
        void(&mut chain, &alice, kind::ANCHOR, &Anchor { slices }, Void::Anchor);
    }
    let unasked = Anchor { slices: vec![good.clone(), carol().slice()] };
    void(&mut chain, &alice, kind::ANCHOR, &unasked, Void::Subject);
    let mut rekey = chain.next_rekey();
    rekey.slices = vec![carol().slice()];
    void(&mut chain, &alice, kind::REKEY, &rekey, Void::Subject);
    assert!(chain.state.roster().account(&carol().id()).is_none(), "nobody comes in by a void record");
    assert_eq!(chain.state.roster().next_to_embed(&alice.id()), 2);
    assert_applied(&chain.append(&bob, kind::ANCHOR, &Anchor { slices: vec![good] }));
    assert_eq!(chain.state.roster().next_to_embed(&alice.id()), 3);
    assert!(chain.state.key_change_waiting());
}

#[test]
fn a_slice_may_come_in_two_parts() {
    let mut alice = alice();
    let mut chain = FolderChain::new(&alice);
    alice.rotate();
    alice.rotate();
    let mut first = alice.slice_from(2);
    let second = alice.slice_from(3);
    first.records.truncate(1);
    assert_applied(&chain.append(&alice, kind::ANCHOR, &Anchor { slices: vec![first, second] }));
    assert_eq!(chain.state.member_key(&alice.id()).unwrap().version, 3);
}

/// A slice that brings no member's key change demands none, whoever else is named beside it.
#[test]
fn a_key_change_of_one_is_not_one_of_another() {
    let (mut alice, mut carol) = (alice(), carol());
    let mut chain = FolderChain::with(&alice, &[(&carol, Role::Viewer)]);
    assert_applied(&chain.append(&carol, kind::LEFT, &Left {}));
    chain.rekey(&alice);
    carol.rotate();
    alice.add_device(20);
    let mut added = chain.addition(&carol, Role::Viewer);
    added.slices.extend(chain.news(&alice));
    assert_applied(&chain.append(&alice, kind::MEMBER_ADDED, &added));
    assert!(!chain.state.key_change_waiting());
}

/// G7: content after a removal, a leaving, a revocation or a new account key waits for the rekey.
#[test]
fn what_demands_a_rekey() {
    let (mut alice, mut bob) = (alice(), bob());
    let second = bob.add_device(20);
    let chain = FolderChain::with(&alice, &[(&bob, Role::Editor), (&carol(), Role::Editor)]);
    let check = |mut chain: FolderChain, writer: &Person, newcomer: &Person| {
        assert!(chain.state.key_change_waiting());
        void(&mut chain, writer, kind::CONTENT, &content(), Void::KeyChangeFirst);
        let added = chain.addition(newcomer, Role::Viewer);
        void(&mut chain, &alice.clone(), kind::MEMBER_ADDED, &added, Void::KeyChangeFirst);
        chain.rekey(writer);
        assert_applied(&chain.append(writer, kind::CONTENT, &content()));
    };
    let mut removed = chain.clone();
    assert_applied(&removed.append(&alice, kind::MEMBER_REMOVED, &MemberRemoved { account: carol().id() }));
    check(removed, &bob, &dave());
    let mut left = chain.clone();
    assert_applied(&left.append(&carol(), kind::LEFT, &Left {}));
    check(left, &bob, &dave());
    let mut rotated = bob.clone();
    rotated.rotate();
    let mut new_key = chain.clone();
    let news = Anchor { slices: new_key.news(&rotated) };
    assert_applied(&new_key.append(&carol(), kind::ANCHOR, &news));
    check(new_key, &carol(), &dave());
    let first = bob.device.clone();
    bob.revoke(&first, second.id);
    let mut revoked = chain.clone();
    let news = Anchor { slices: revoked.news(&bob) };
    assert_applied(&revoked.append(&carol(), kind::ANCHOR, &news));
    check(revoked, &carol(), &dave());
    // A new device or recovery set alone demands nothing.
    alice.add_device(21);
    let mut added = chain;
    let news = Anchor { slices: added.news(&alice) };
    assert_applied(&added.append(&carol(), kind::ANCHOR, &news));
    assert!(!added.state.key_change_waiting());
}

/// I4: a revoked device with an old view of the world; one verdict for all, from this chain alone.
#[test]
fn a_revoked_device() {
    let (alice, mut bob) = (alice(), bob());
    let second = bob.add_device(20);
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Editor)]);
    let first = bob.device.clone();
    bob.revoke(&first, second.id);
    // Until the revocation is embedded it has no effect here.
    assert_applied(&chain.append_by(&bob, &second, kind::CONTENT, &content()));
    let news = Anchor { slices: chain.news(&bob) };
    let by_itself = second.sign(chain.draft(&bob, &second, kind::ANCHOR, &news));
    let mut other = chain.clone();
    assert_void(&other.apply(by_itself).unwrap(), Void::Device);
    assert_eq!(other.state.roster().next_to_embed(&bob.id()), 3, "its own revocation did not count");
    assert_applied(&chain.append(&alice, kind::ANCHOR, &news));
    for kind in [kind::CONTENT, kind::LEFT, kind::ANCHOR] {
        assert_void(&chain.append_by(&bob, &second, kind, &content()), Void::Device);
    }
    assert!(chain.state.members().contains_key(&bob.id()));
    chain.rekey(&bob);
}

/// I3: somebody is always in charge.
#[test]
fn the_last_owner_stays() {
    let (alice, bob) = (alice(), bob());
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Editor)]);
    let demoted = RoleChanged { account: alice.id(), role: Role::Viewer };
    void(&mut chain, &alice, kind::ROLE_CHANGED, &demoted, Void::LastOne);
    void(&mut chain, &alice, kind::MEMBER_REMOVED, &MemberRemoved { account: alice.id() }, Void::LastOne);
    void(&mut chain, &alice, kind::LEFT, &Left {}, Void::LastOne);
    assert_applied(&chain.append(&alice, kind::ROLE_CHANGED, &RoleChanged { account: bob.id(), role: Role::Owner }));
    assert_applied(&chain.append(&alice, kind::ROLE_CHANGED, &demoted));
    void(&mut chain, &alice, kind::MEMBER_REMOVED, &MemberRemoved { account: bob.id() }, Void::Role);
    void(&mut chain, &bob, kind::LEFT, &Left {}, Void::LastOne);
    void(&mut chain, &bob, kind::MEMBER_REMOVED, &MemberRemoved { account: nobody() }, Void::Subject);
    void(&mut chain, &bob, kind::ROLE_CHANGED, &RoleChanged { account: nobody(), role: Role::Owner }, Void::Subject);
}

/// Former members are known to the chain by name and may do nothing at all, not even bring their own account up
/// to date.
#[test]
fn a_former_member() {
    let (alice, mut bob) = (alice(), bob());
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Owner)]);
    assert_applied(&chain.append(&alice, kind::MEMBER_REMOVED, &MemberRemoved { account: bob.id() }));
    chain.rekey(&alice);
    void(&mut chain, &bob, kind::CONTENT, &content(), Void::NotMember);
    void(&mut chain, &bob, kind::LEFT, &Left {}, Void::NotMember);
    let rekey = chain.next_rekey();
    void(&mut chain, &bob, kind::REKEY, &rekey, Void::NotMember);
    let added = chain.addition(&carol(), Role::Viewer);
    void(&mut chain, &bob, kind::MEMBER_ADDED, &added, Void::NotMember);
    let own = bob.clone();
    bob.rotate();
    let news = Anchor { slices: chain.news(&bob) };
    void(&mut chain, &own, kind::ANCHOR, &news, Void::NotMember);
    void(&mut chain, &alice, kind::ANCHOR, &news, Void::Subject);
    assert_eq!(chain.state.roster().next_to_embed(&bob.id()), 2);
    // With a device nobody knows here it is not even a member's fault.
    let new = bob.add_device(20);
    let news = Anchor { slices: chain.news(&bob) };
    let record = new.sign(chain.draft(&bob, &new, kind::ANCHOR, &news));
    broken(&mut chain, &record, Broken::Signature);
    // Coming back, the newest key is the one that counts.
    let mut old = chain.addition(&bob, Role::Viewer);
    old.slices.clear();
    void(&mut chain, &alice, kind::MEMBER_ADDED, &old, Void::Seals);
    let added = chain.addition(&bob, Role::Viewer);
    assert_applied(&chain.append(&alice, kind::MEMBER_ADDED, &added));
    assert!(!chain.state.key_change_waiting());
}

/// G2: an old "add" is bound to its predecessor and its epoch.
#[test]
fn an_old_addition_again() {
    let (alice, bob) = (alice(), bob());
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Editor)]);
    let old = chain.records[2].clone();
    assert_applied(&chain.append(&alice, kind::MEMBER_REMOVED, &MemberRemoved { account: bob.id() }));
    broken(&mut chain, &old, Broken::Link);
    // By somebody who may not write it, in their own record.
    chain.rekey(&alice);
    let mut added = old.open::<valise_protocol::folder::MemberAdded>().unwrap();
    void(&mut chain, &alice, kind::MEMBER_ADDED, &added, Void::Anchor);
    added.slices.clear();
    void(&mut chain, &bob, kind::MEMBER_ADDED, &added, Void::NotMember);
}

/// The same signing key in two accounts: each answers for itself.
#[test]
fn one_device_in_two_accounts() {
    let (alice, bob) = (alice(), bob());
    let mut other = carol();
    let twin = other.add_device(2);
    assert_eq!(twin.id, bob.device.id);
    let mut chain = FolderChain::with(&alice, &[(&bob, Role::Editor), (&other, Role::Viewer)]);
    assert_applied(&chain.append(&bob, kind::CONTENT, &content()));
    void(&mut chain, &Person { device: twin.clone(), ..other.clone() }, kind::CONTENT, &content(), Void::Role);
    let good = chain.draft(&bob, &bob.device, kind::CONTENT, &content());
    let swapped = bob.device.sign(Envelope { author: other.id(), ..good.clone() });
    assert_void(&chain.clone().apply(swapped).unwrap(), Void::Role);
    let unknown = bob.device.sign(Envelope { author: AccountId::ZERO, ..good });
    broken(&mut chain, &unknown, Broken::Signature);
}

#[test]
fn an_invitation_is_redeemed_once() {
    let (alice, bob) = (alice(), bob());
    let mut chain = FolderChain::new(&alice);
    open_invitation(&mut chain, &alice, 1, Role::Editor);
    let (id, secret) = invitation(1);
    let mut added = chain.addition(&bob, Role::Editor);
    added.redemption = Some(redeem(WORKSPACE, id, bob.id(), &secret));
    assert!(matches!(chain.append(&alice, kind::MEMBER_ADDED, &added).applied(), Some(Op::MemberAdded(_))));
    assert!(chain.state.members()[&bob.id()].by_link);
    assert!(chain.state.invitations().is_empty());
    // L4: a second time, by the same or by another, and the same invitation opened again.
    let mut second = chain.addition(&carol(), Role::Editor);
    second.redemption = Some(redeem(WORKSPACE, id, carol().id(), &secret));
    void(&mut chain, &alice, kind::MEMBER_ADDED, &second, Void::Invitation);
    let again = Invited { id, key: secret.signing_key().verify_key(), role: Role::Owner, expires: 0 };
    void(&mut chain, &alice, kind::INVITED, &again, Void::Invitation);
}

#[test]
fn redemptions_that_do_not_hold() {
    let (alice, bob) = (alice(), bob());
    let mut chain = FolderChain::new(&alice);
    open_invitation(&mut chain, &alice, 1, Role::Editor);
    open_invitation(&mut chain, &alice, 2, Role::Editor);
    let (id, secret) = invitation(1);
    let (other_id, other_secret) = invitation(2);
    let wrong = [
        redeem(WORKSPACE, id, bob.id(), &other_secret),
        redeem(WORKSPACE, id, carol().id(), &secret),
        redeem(WorkspaceId::ZERO, id, bob.id(), &secret),
        redeem(WORKSPACE, invitation(3).0, bob.id(), &secret),
        valise_protocol::invitation::Redemption { invitation: other_id, ..redeem(WORKSPACE, id, bob.id(), &secret) },
    ];
    for redemption in wrong {
        let mut added = chain.addition(&bob, Role::Editor);
        added.redemption = Some(redemption);
        void(&mut chain, &alice, kind::MEMBER_ADDED, &added, Void::Invitation);
    }
    let mut other_role = chain.addition(&bob, Role::Owner);
    other_role.redemption = Some(redeem(WORKSPACE, id, bob.id(), &secret));
    void(&mut chain, &alice, kind::MEMBER_ADDED, &other_role, Void::Invitation);
    assert_applied(&chain.append(&alice, kind::INVITATION_REVOKED, &InvitationRevoked { id }));
    void(&mut chain, &alice, kind::INVITATION_REVOKED, &InvitationRevoked { id }, Void::Invitation);
    let mut revoked = chain.addition(&bob, Role::Editor);
    revoked.redemption = Some(redeem(WORKSPACE, id, bob.id(), &secret));
    void(&mut chain, &alice, kind::MEMBER_ADDED, &revoked, Void::Invitation);
    let again = Invited { id, key: secret.signing_key().verify_key(), role: Role::Editor, expires: 0 };
    void(&mut chain, &alice, kind::INVITED, &again, Void::Invitation);
}

#[test]
fn a_limit_of_open_invitations() {
    let alice = alice();
    let mut chain = FolderChain::new(&alice);
    let key = invitation(1).1.signing_key().verify_key();
    for number in 0..=MAX_INVITATIONS {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&number.to_be_bytes());
        let invited = Invited { id: id.as_slice().try_into().unwrap(), key, role: Role::Viewer, expires: 0 };
        match number < MAX_INVITATIONS {
            true => assert_applied(&chain.append(&alice, kind::INVITED, &invited)),
            false => void(&mut chain, &alice, kind::INVITED, &invited, Void::Limit),
        }
    }
}
