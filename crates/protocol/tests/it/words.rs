//! What is said beside the chains: links, receipts, "held", request proofs, the catalog's word of itself.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use valise_protocol::api::{ApiCode, ApiFailure, Base64, Identity, Notice, RedemptionText, Wrap};
use valise_protocol::auth::{Proof, Signed};
use valise_protocol::cbor;
use valise_protocol::chain::Head;
use valise_protocol::hash::{Label, digest};
use valise_protocol::ids::{AccountId, FolderId, RecordHash, WorkspaceId};
use valise_protocol::invitation::{BadLink, Link, MAX_LINK, SCHEME, redeem};
use valise_protocol::receipt::{Held, Receipt};
use valise_protocol::record::{ChainId, FORMAT_VERSION};

use crate::support::{WORKSPACE, alice, bob, cid, commitment, dek, invitation, signing_key, wrapped};

pub fn link() -> Link {
    let (id, secret) = invitation(1);
    Link {
        version: FORMAT_VERSION,
        workspace: WORKSPACE,
        catalog: signing_key(50).verify_key(),
        addresses: vec!["https://catalog.example".into()],
        invitation: id,
        secret,
        folder: Some(FolderId::new([3; 32])),
        expires: 1_700_000_000_000,
        workspace_name: "Acme".into(),
        inviter: "Alice".into(),
        folder_name: Some("Contracts".into()),
    }
}

fn text_of(body: &[u8]) -> String {
    let checksum = &digest(Label::Link, &[body])[..4];
    format!("{SCHEME}{}", BASE64.encode([checksum, body].concat()))
}

#[test]
fn a_link_as_mail_programs_break_it() {
    let text = link().to_text();
    assert_eq!(Link::parse(&text), Ok(link()));
    let broken = text.chars().enumerate().flat_map(|(at, c)| if at % 70 == 69 { vec!['\r', '\n', c] } else { vec![c] });
    assert_eq!(Link::parse(&format!("  {}\n", broken.collect::<String>())), Ok(link()));
    assert!(!format!("{:?}", link()).contains("1, 1, 1"), "the secret is not printed");
}

#[test]
fn links_that_are_none() {
    let text = link().to_text();
    assert_eq!(Link::parse("https://valise.example"), Err(BadLink::NotALink));
    assert_eq!(Link::parse(&"x".repeat(MAX_LINK + 1)), Err(BadLink::NotALink));
    assert_eq!(Link::parse(SCHEME), Err(BadLink::Damaged));
    assert_eq!(Link::parse(&text[..text.len() - 1]), Err(BadLink::Damaged));
    assert_eq!(Link::parse(&format!("{text}=")), Err(BadLink::Damaged));
    let body = cbor::encode(&link()).unwrap();
    for bit in 0..body.len() * 8 {
        let mut flipped = body.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let checksum = &digest(Label::Link, &[&body])[..4];
        let text = format!("{SCHEME}{}", BASE64.encode([checksum, &flipped].concat()));
        assert_eq!(Link::parse(&text), Err(BadLink::Damaged));
    }
    assert_eq!(Link::parse(&text_of(&[&body[..], &[0]].concat())), Err(BadLink::Damaged));
}

/// B2: no older format, however well it is made.
#[test]
fn versions_of_links() {
    let of = |version| text_of(&cbor::encode(&Link { version, ..link() }).unwrap());
    assert_eq!(Link::parse(&of(0)), Err(BadLink::Damaged));
    assert_eq!(Link::parse(&of(1)), Ok(link()));
    assert_eq!(Link::parse(&of(2)), Err(BadLink::UpdateNeeded));
    assert_eq!(Link::parse(&text_of(&cbor::encode(&(2, "else")).unwrap())), Err(BadLink::UpdateNeeded));
}

#[test]
fn receipts() {
    let key = signing_key(50);
    let head = |byte| Head { seq: 7, hash: RecordHash::new([byte; 32]) };
    let chain = ChainId::Folder(FolderId::new([3; 32]));
    let receipt = Receipt::sign(chain, head(1), &key);
    assert_eq!(receipt.verify(&key.verify_key()), Ok(()));
    assert!(receipt.verify(&signing_key(51).verify_key()).is_err());
    for other in [
        Receipt { seq: 8, ..receipt.clone() },
        Receipt { hash: RecordHash::new([2; 32]), ..receipt.clone() },
        Receipt { chain: ChainId::Account(AccountId::new([3; 32])), ..receipt.clone() },
    ] {
        assert!(other.verify(&key.verify_key()).is_err());
    }
    assert!(receipt.contradicts(&Receipt::sign(chain, head(2), &key)));
    assert!(!receipt.contradicts(&receipt));
    let elsewhere = ChainId::Account(AccountId::new([3; 32]));
    assert!(!receipt.contradicts(&Receipt::sign(elsewhere, head(2), &key)));
    let json = serde_json::to_string(&receipt).unwrap();
    assert_eq!(serde_json::from_str::<Receipt>(&json).unwrap(), receipt);
}

#[test]
fn held() {
    let key = signing_key(51);
    let held = Held::sign(cid(1), 100, &key);
    assert_eq!(held.verify(&key.verify_key()), Ok(()));
    assert!(Held { bytes: 101, ..held.clone() }.verify(&key.verify_key()).is_err());
    assert!(Held { cid: cid(2), ..held }.verify(&key.verify_key()).is_err());
}

/// L1, L2: every part of a request is in its proof.
#[test]
fn proofs() {
    let alice = alice();
    let request = Signed { method: "POST", path: "/v1/folders?after=3", body: b"{}" };
    let proof = Proof::sign(alice.id(), alice.device.id, commitment(1), 4, request, &alice.device.key());
    let key = alice.device.keys.signing;
    assert_eq!(proof.verify(request, &key), Ok(()));
    for other in [
        Signed { method: "PUT", ..request },
        Signed { path: "/v1/folders?after=4", ..request },
        Signed { body: b"", ..request },
    ] {
        assert!(proof.verify(other, &key).is_err());
    }
    for other in [
        Proof { account: bob().id(), ..proof.clone() },
        Proof { device: bob().device.id, ..proof.clone() },
        Proof { nonce: commitment(2), ..proof.clone() },
        Proof { counter: 5, ..proof.clone() },
    ] {
        assert!(other.verify(request, &key).is_err());
    }
    let bytes = cbor::encode(&proof).unwrap();
    assert_eq!(cbor::decode::<Proof>(&bytes), Ok(proof));
}

#[test]
fn identities() {
    let key = signing_key(50);
    let identity = Identity::sign(&key, Some(WORKSPACE), signing_key(51).verify_key(), vec!["/ip4/10.0.0.1".into()]);
    assert_eq!(identity.verify(), Ok(()));
    for other in [
        Identity { key: signing_key(52).verify_key(), ..identity.clone() },
        Identity { api: 2, ..identity.clone() },
        Identity { workspace: None, ..identity.clone() },
        Identity { pinning: signing_key(52).verify_key(), ..identity.clone() },
        Identity { addresses: vec![], ..identity.clone() },
    ] {
        assert!(other.verify().is_err());
    }
}

#[test]
fn a_redemption_is_for_one_account() {
    let (id, secret) = invitation(1);
    let redemption = redeem(WORKSPACE, id, bob().id(), &secret);
    let key = secret.signing_key().verify_key();
    let check = |workspace, account| {
        valise_protocol::invitation::check_redemption(workspace, &key, account, &redemption).is_ok()
    };
    assert!(check(WORKSPACE, bob().id()));
    assert!(!check(WORKSPACE, alice().id()));
    assert!(!check(WorkspaceId::ZERO, bob().id()));
    assert_eq!(RedemptionText::new(&redemption).parse(), Ok(redemption.clone()));
    assert!(RedemptionText(Base64(vec![0x80])).parse().is_err());
}

#[test]
fn shapes_in_json() {
    let json = |value: &dyn erased::Json| value.text();
    assert_eq!(json(&Base64(vec![0xff, 0xfe])), r#""__4""#);
    assert_eq!(json(&ApiCode::TooLarge), r#""tooLarge""#);
    let failure = ApiFailure { code: ApiCode::NotFound, message: "no".into() };
    assert_eq!(json(&failure), r#"{"code":"notFound","message":"no"}"#);
    let folder = FolderId::new([3; 32]);
    let hex = "03".repeat(32);
    let notice = Notice::Chain { chain: ChainId::Folder(folder), seq: 4 };
    assert_eq!(json(&notice), format!(r#"{{"type":"chain","chain":{{"kind":"folder","id":"{hex}"}},"seq":4}}"#));
    assert_eq!(json(&Notice::Join), r#"{"type":"join"}"#);
    assert!(serde_json::from_str::<Base64>(r#""__5""#).is_err(), "bits left over");
    assert!(serde_json::from_str::<Base64>(r#""__4=""#).is_err());
    assert!(serde_json::from_str::<FolderId>(&format!("\"{}\"", "0A".repeat(32))).is_err(), "one spelling");
    let wrap = Wrap::new(dek(1), 2, &wrapped(5));
    assert_eq!(wrap.key(), Some(wrapped(5)));
    assert_eq!(Wrap { bytes: Base64(vec![0; 59]), ..wrap }.key(), None);
}

mod erased {
    //! Anything as JSON.
    pub trait Json {
        fn text(&self) -> String;
    }

    impl<T: serde::Serialize> Json for T {
        fn text(&self) -> String {
            serde_json::to_string(self).unwrap()
        }
    }
}
