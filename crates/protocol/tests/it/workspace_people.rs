//! Who belongs to a workspace: admissions, closings, invitations, recoveries.

use valise_protocol::chain::{Broken, Void};
use valise_protocol::ids::RecoverySetId;
use valise_protocol::invitation::{MAX_INVITATIONS, redeem};
use valise_protocol::workspace::{
    Anchor, Authority, Closed, Holder, InvitationRevoked, Invited, MAX_REASON, OfficerKey, OfficersChanged,
    RecoveryApproved, RecoveryReleased, RecoveryVetoed, kind,
};

use crate::support::{Dev, Person, WorkspaceChain, assert_applied, assert_void, invitation, nobody, seal};
use crate::workspace::{broken, officers, void};

fn invited(byte: u8) -> Invited {
    let (id, secret) = invitation(byte);
    Invited { id, key: secret.signing_key().verify_key(), expires: 0, secrets: vec![] }
}

#[test]
fn people_come_and_go() {
    let mut chain = WorkspaceChain::new();
    let bob = chain.admit(2, "Bob");
    let alice = chain.founder.clone();
    assert_eq!(chain.state.person(&bob.id()).unwrap().name, "Bob");
    assert_applied(&chain.append(&alice, kind::CLOSED, &Closed { account: bob.id() }));
    assert!(chain.state.person(&bob.id()).is_none());
    assert!(chain.state.people()[&bob.id()].closed);
    void(&mut chain, &alice, kind::CLOSED, &Closed { account: bob.id() }, Void::Subject);
    void(&mut chain, &alice, kind::CLOSED, &Closed { account: nobody() }, Void::Subject);
    void(&mut chain, &alice, kind::CLOSED, &Closed { account: alice.id() }, Void::LastOne);
    let again = chain.admission(&bob, "Bob");
    void(&mut chain, &alice, kind::ADMITTED, &again, Void::Subject);
    let officer = OfficersChanged { officers: vec![bob.id()] };
    void(&mut chain, &alice, kind::OFFICERS_CHANGED, &officer, Void::Subject);
}

#[test]
fn a_closed_officer_is_none() {
    let mut chain = WorkspaceChain::new();
    let bob = chain.admit(2, "Bob");
    let alice = chain.founder.clone();
    let mut officers = vec![alice.id(), bob.id()];
    officers.sort_unstable();
    assert_applied(&chain.append(&alice, kind::OFFICERS_CHANGED, &OfficersChanged { officers }));
    assert_applied(&chain.append(&bob, kind::CLOSED, &Closed { account: alice.id() }));
    assert_eq!(chain.state.officers().iter().collect::<Vec<_>>(), [&bob.id()]);
    void(&mut chain, &alice, kind::CLOSED, &Closed { account: bob.id() }, Void::Role);
}

#[test]
fn who_cannot_be_admitted() {
    let mut chain = WorkspaceChain::new();
    let alice = chain.founder.clone();
    let bob = Person::new(2, chain.state.id());
    let good = chain.admission(&bob, "Bob");
    for name in ["", "  ", "a\u{7}b", &"é".repeat(101)] {
        let mut unnamed = good.clone();
        unnamed.name = name.to_owned();
        void(&mut chain, &alice, kind::ADMITTED, &unnamed, Void::Limit);
    }
    let keyless = chain.admission(&Person::without_keys(2, chain.state.id()), "Bob");
    void(&mut chain, &alice, kind::ADMITTED, &keyless, Void::Anchor);
    let elsewhere = chain.admission(&crate::support::bob(), "Bob");
    void(&mut chain, &alice, kind::ADMITTED, &elsewhere, Void::Anchor);
    let mut ghost = good.clone();
    ghost.slices.push(Person::new(3, chain.state.id()).slice());
    void(&mut chain, &alice, kind::ADMITTED, &ghost, Void::Subject);
    let mut other = good.clone();
    other.account = Person::new(3, chain.state.id()).id();
    void(&mut chain, &alice, kind::ADMITTED, &other, Void::Subject);
    assert!(chain.state.roster().account(&bob.id()).is_none());
    assert_applied(&chain.append(&alice, kind::ADMITTED, &good));
}

#[test]
fn anchors_are_of_people() {
    let mut chain = WorkspaceChain::new();
    let mut bob = chain.admit(2, "Bob");
    let mut alice = chain.founder.clone();
    bob.rotate();
    let news = Anchor { slices: chain.news(&bob) };
    void(&mut chain, &bob, kind::ANCHOR, &news, Void::Role);
    assert_applied(&chain.append(&alice, kind::ANCHOR, &news));
    assert_eq!(chain.state.roster().account(&bob.id()).unwrap().key().unwrap().version, 2);
    let stranger = Anchor { slices: vec![Person::new(3, chain.state.id()).slice()] };
    void(&mut chain, &alice, kind::ANCHOR, &stranger, Void::Subject);
    // An officer's new device brings itself along; a revoked one is out from the record that says so.
    let old = alice.clone();
    alice.device = alice.add_device(20);
    let news = Anchor { slices: chain.news(&alice) };
    assert_applied(&chain.append(&alice, kind::ANCHOR, &news));
    let second = alice.device.clone();
    alice.revoke(&second, old.device.id);
    let news = Anchor { slices: chain.news(&alice) };
    assert_applied(&chain.append(&alice, kind::ANCHOR, &news));
    assert_void(&chain.append(&old, kind::INVITED, &invited(1)), Void::Device);
}

#[test]
fn invitations() {
    let mut chain = WorkspaceChain::new();
    let alice = chain.founder.clone();
    let bob = Person::new(2, chain.state.id());
    let carol = Person::new(3, chain.state.id());
    let (id, secret) = invitation(1);
    let workspace = chain.state.id();
    let mut by_link = chain.admission(&bob, "Bob");
    by_link.redemption = Some(redeem(workspace, id, bob.id(), &secret));
    void(&mut chain, &alice, kind::ADMITTED, &by_link, Void::Invitation);
    assert_applied(&chain.append(&alice, kind::INVITED, &invited(1)));
    assert_eq!(chain.state.inviter(&id).map(|(account, _)| account), Some(alice.id()));
    void(&mut chain, &alice, kind::INVITED, &invited(1), Void::Invitation);
    let mut forged = by_link.clone();
    forged.redemption = Some(redeem(workspace, id, carol.id(), &secret));
    void(&mut chain, &alice, kind::ADMITTED, &forged, Void::Invitation);
    assert_applied(&chain.append(&alice, kind::ADMITTED, &by_link));
    assert!(chain.state.people()[&bob.id()].by_link);
    assert!(chain.state.invitations().is_empty() && chain.state.inviter(&id).is_none());
    // L4: redeemed already.
    let mut second = chain.admission(&carol, "Carol");
    second.redemption = Some(redeem(workspace, id, carol.id(), &secret));
    void(&mut chain, &alice, kind::ADMITTED, &second, Void::Invitation);
    void(&mut chain, &alice, kind::INVITED, &invited(1), Void::Invitation);
    // Revoked.
    assert_applied(&chain.append(&alice, kind::INVITED, &invited(2)));
    let (id, secret) = invitation(2);
    assert_applied(&chain.append(&alice, kind::INVITATION_REVOKED, &InvitationRevoked { id }));
    second.redemption = Some(redeem(workspace, id, carol.id(), &secret));
    void(&mut chain, &alice, kind::ADMITTED, &second, Void::Invitation);
    void(&mut chain, &alice, kind::INVITATION_REVOKED, &InvitationRevoked { id }, Void::Invitation);
    void(&mut chain, &alice, kind::INVITED, &invited(2), Void::Invitation);
}

#[test]
fn a_limit_of_open_invitations() {
    let mut chain = WorkspaceChain::new();
    let alice = chain.founder.clone();
    let mut next = invited(1);
    for number in 0..=MAX_INVITATIONS {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&number.to_be_bytes());
        next.id = id.as_slice().try_into().unwrap();
        match number < MAX_INVITATIONS {
            true => assert_applied(&chain.append(&alice, kind::INVITED, &next)),
            false => void(&mut chain, &alice, kind::INVITED, &next, Void::Limit),
        }
    }
}

fn approval(person: &Person, set: u8) -> RecoveryApproved {
    RecoveryApproved {
        account: person.id(),
        set: RecoverySetId::new([set; 16]),
        device: Dev::new(40).keys,
        not_before: 0,
        reason: String::new(),
    }
}

/// Only the person concerned says no, and only to what was approved.
#[test]
fn vetoes() {
    let mut chain = WorkspaceChain::new();
    let bob = chain.admit(2, "Bob");
    let carol = chain.admit(3, "Carol");
    let alice = chain.founder.clone();
    let subject = bob.id();
    let device = Dev::new(40).id;
    let veto = |set| RecoveryVetoed { account: subject, set: RecoverySetId::new([set; 16]), device, slices: vec![] };
    void(&mut chain, &bob, kind::RECOVERY_VETOED, &veto(1), Void::Subject);
    assert_applied(&chain.append(&alice, kind::RECOVERY_APPROVED, &approval(&bob, 1)));
    void(&mut chain, &carol, kind::RECOVERY_VETOED, &veto(1), Void::Role);
    void(&mut chain, &bob, kind::RECOVERY_VETOED, &veto(2), Void::Subject);
    assert_eq!(chain.state.approvals().len(), 1);
    // An officer thinks better of it.
    assert_applied(&chain.append(&alice, kind::RECOVERY_VETOED, &veto(1)));
    assert!(chain.state.approvals().is_empty());
    void(&mut chain, &alice, kind::RECOVERY_APPROVED, &approval(&alice, 1), Void::Subject);
    assert_applied(&chain.append(&alice, kind::RECOVERY_APPROVED, &approval(&bob, 1)));
    assert_applied(&chain.append(&bob, kind::RECOVERY_VETOED, &veto(1)));
    void(&mut chain, &bob, kind::RECOVERY_VETOED, &veto(1), Void::Subject);
    assert_applied(&chain.append(&alice, kind::RECOVERY_APPROVED, &approval(&bob, 2)));
    assert_applied(&chain.append(&alice, kind::CLOSED, &Closed { account: bob.id() }));
    assert!(chain.state.approvals().is_empty());
    void(&mut chain, &bob, kind::RECOVERY_VETOED, &veto(2), Void::NotMember);
    void(&mut chain, &alice, kind::RECOVERY_APPROVED, &approval(&bob, 3), Void::Subject);
    let long = RecoveryApproved { reason: "x".repeat(MAX_REASON + 1), ..approval(&carol, 1) };
    void(&mut chain, &alice, kind::RECOVERY_APPROVED, &long, Void::Limit);
}

/// Only who approved it releases, only what was approved and not refused since, and each officer their own half.
#[test]
fn releases() {
    let mut chain = WorkspaceChain::new();
    let (mut bob, mut carol, dave) = (chain.admit(2, "Bob"), chain.admit(3, "Carol"), chain.admit(4, "Dave"));
    let alice = chain.founder.clone();
    bob.rotate();
    assert_applied(&chain.append(&alice, kind::OFFICERS_CHANGED, &officers(&[&alice, &bob, &dave])));
    let holder = |person: &Person| {
        let key = person.state.key().unwrap();
        let officer = OfficerKey { account: person.id(), version: key.version };
        Holder { public: key.public.clone(), officer: Some(officer), kept: None }
    };
    let holders = vec![holder(&alice), holder(&bob)];
    let two = Authority { version: 1, holders, delay_hours: 0, slices: chain.news(&bob) };
    let (set, device) = (RecoverySetId::new([1; 16]), Dev::new(40).id);
    let subject = carol.id();
    let release = |holder| RecoveryReleased { account: subject, set, device, holder, share: seal(holder) };
    let veto = RecoveryVetoed { account: subject, set, device, slices: vec![] };

    assert_applied(&chain.append(&alice, kind::RECOVERY_APPROVED, &approval(&carol, 1)));
    void(&mut chain, &alice, kind::RECOVERY_RELEASED, &release(0), Void::Role);
    assert_applied(&chain.append(&alice, kind::AUTHORITY, &two));
    assert!(chain.state.approvals().is_empty(), "of the authority before");
    void(&mut chain, &alice, kind::RECOVERY_RELEASED, &release(0), Void::Subject);
    assert_applied(&chain.append(&alice, kind::RECOVERY_APPROVED, &approval(&carol, 1)));
    void(&mut chain, &bob, kind::RECOVERY_RELEASED, &release(1), Void::Subject);
    void(&mut chain, &alice, kind::RECOVERY_RELEASED, &release(1), Void::Role);
    void(&mut chain, &alice, kind::RECOVERY_RELEASED, &release(2), Void::Role);
    void(&mut chain, &carol, kind::RECOVERY_RELEASED, &release(0), Void::Role);
    let other = RecoveryReleased { device: Dev::new(41).id, ..release(0) };
    void(&mut chain, &alice, kind::RECOVERY_RELEASED, &other, Void::Subject);
    assert_applied(&chain.append(&alice, kind::RECOVERY_RELEASED, &release(0)));
    assert_applied(&chain.append(&bob, kind::RECOVERY_APPROVED, &approval(&carol, 1)));
    // Another delay for the same holders changes nothing else.
    let longer = Authority { delay_hours: 48, slices: vec![], ..two.clone() };
    assert_applied(&chain.append(&alice, kind::AUTHORITY, &longer));
    void(&mut chain, &alice, kind::AUTHORITY, &Authority { holders: vec![holder(&alice)], ..longer }, Void::Version);
    let approved = &chain.state.approvals()[&carol.id()];
    assert_eq!((approved.by.len(), approved.released.len()), (2, 1));

    // With what this chain does not know of her yet, and nothing of anybody else's.
    bob.rotate();
    let of_bob = RecoveryVetoed { slices: chain.news(&bob), ..veto.clone() };
    void(&mut chain, &carol, kind::RECOVERY_VETOED, &of_bob, Void::Subject);
    carol.rotate();
    let veto = RecoveryVetoed { slices: chain.news(&carol), ..veto };
    assert_applied(&chain.append(&carol, kind::RECOVERY_VETOED, &veto));
    void(&mut chain, &bob, kind::RECOVERY_RELEASED, &release(1), Void::Subject);
    assert_applied(&chain.append(&bob, kind::RECOVERY_APPROVED, &approval(&carol, 1)));
    assert_applied(&chain.append(&alice, kind::OFFICERS_CHANGED, &officers(&[&alice, &dave])));
    assert!(chain.state.approvals().is_empty(), "of an officer who is none any more");
    void(&mut chain, &bob, kind::RECOVERY_RELEASED, &release(1), Void::Role);
}

/// A record of a stranger who embeds an own account is nobody's.
#[test]
fn strangers() {
    let mut chain = WorkspaceChain::new();
    let mallory = Person::new(66, chain.state.id());
    let admitted = chain.admission(&mallory, "Mallory");
    let record = mallory.device.sign(chain.draft(&mallory, &mallory.device, kind::ADMITTED, &admitted));
    broken(&mut chain, &record, Broken::Signature);
    let bob = chain.admit(2, "Bob");
    let admitted = chain.admission(&mallory, "Mallory");
    assert_void(&chain.append(&bob, kind::ADMITTED, &admitted), Void::Role);
    assert!(chain.state.roster().account(&mallory.id()).is_none());
}
