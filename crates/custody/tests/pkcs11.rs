//! What only tokens have, on a real SoftHSM 2: PINs, keys that stay, signatures.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::path::PathBuf;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeInfo, AttributeType};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use support::softhsm::{PIN, init_token, key, module, pin, run};
use support::{PLACE, secret, with_version};
use valise_custody::{
    Credentials, CustodyError, Keeper, KeeperConfig, PinTries, Pkcs11Config, Pkcs11Keeper, SecretText, TokenSigner,
    create_key, keeper,
};

macro_rules! on_a_token {
    ($($(#[$doc:meta])* async fn $test:ident() $body:block)*) => {
        $($(#[$doc])*
        #[test]
        fn $test() {
            run(concat!(module_path!(), "::", stringify!($test)), || async $body);
        })*
    };
}

on_a_token! {
    async fn a_wrong_pin_is_refused_and_counted() {
        make("valise").await;
        let wrong = || Credentials::Pin(SecretText::new("not the pin".to_owned()));
        let ask = |credentials| async { open(&key("valise"), credentials).wrap(&secret(), PLACE).await };
        assert_eq!(ask(wrong()).await.unwrap_err(), CustodyError::WrongPin(PinTries::Fewer));
        // Too short for the token to be tried.
        let short = Credentials::Pin(SecretText::new("1".to_owned()));
        assert!(matches!(ask(short).await, Err(CustodyError::WrongPin(_))));
        ask(pin()).await.unwrap();
        // The right one ends the counting.
        assert!(!token_flags().user_pin_count_low());
        assert_eq!(ask(wrong()).await.unwrap_err(), CustodyError::WrongPin(PinTries::Fewer));
        assert!(token_flags().user_pin_count_low());
    }

    /// A login is the process's: what another part of it did must not let a wrong PIN pass.
    async fn a_wrong_pin_is_refused_even_where_somebody_is_logged_in() {
        make("valise").await;
        let session = session();
        let wrong = Credentials::Pin(SecretText::new("not the pin".to_owned()));
        let refused = open(&key("valise"), wrong).wrap(&secret(), PLACE).await.unwrap_err();
        assert!(matches!(refused, CustodyError::WrongPin(_)), "{refused:?}");
        drop(session);
    }

    async fn modules_tokens_and_keys_that_are_not_there() {
        let gone = Pkcs11Config { module: PathBuf::from("/nowhere/lib.so"), ..key("valise") };
        assert_eq!(refusal(&gone).await, CustodyError::NoSuchModule(gone.module.clone()));
        let no_module = Pkcs11Config { module: PathBuf::from("/etc/passwd"), ..key("valise") };
        assert!(matches!(refusal(&no_module).await, CustodyError::NoSuchModule(_)));
        // The right one, where others could put another in its place.
        let folder = tempfile::tempdir().unwrap();
        let copy = Pkcs11Config { module: folder.path().join("lib.so"), ..key("valise") };
        std::fs::copy(module(), &copy.module).unwrap();
        assert!(matches!(refusal(&copy).await, CustodyError::UnsafeModule(_)));
        let no_token = Pkcs11Config { token: Some("nobody's".to_owned()), ..key("valise") };
        assert_eq!(refusal(&no_token).await, CustodyError::NoSuchToken("nobody's".to_owned()));
        let other_serial = Pkcs11Config { serial: Some("0".to_owned()), ..key("valise") };
        assert_eq!(refusal(&other_serial).await, CustodyError::NoSuchToken("org, 0".to_owned()));
        assert_eq!(refusal(&key("valise")).await, CustodyError::NoSuchKey("valise".to_owned()));
    }

    async fn a_key_is_made_once() {
        let made = make("valise").await;
        let again = create_key(&KeeperConfig::Pkcs11(key("valise")), pin()).await.unwrap_err();
        assert_eq!(again, CustodyError::KeyExists("valise".to_owned()));
        assert_eq!(made.could_leave, Some(false));
        assert!(made.keeper.starts_with("org (SoftHSM project SoftHSM v2"), "{}", made.keeper);
    }

    async fn the_key_cannot_be_taken_out() {
        make("valise").await;
        let session = session();
        let found = session.find_objects(&[Attribute::Label(b"valise".to_vec())]).unwrap();
        let [key] = found[..] else { panic!("{found:?}") };
        let info = session.get_attribute_info(key, &[AttributeType::Value]).unwrap();
        assert!(matches!(info[..], [AttributeInfo::Sensitive]), "{info:?}");
        assert!(session.get_attributes(key, &[AttributeType::Value]).unwrap().is_empty());
        // Nor loosened first, nor wrapped by another key.
        assert!(session.update_attributes(key, &[Attribute::Sensitive(false)]).is_err());
        assert!(session.update_attributes(key, &[Attribute::Extractable(true)]).is_err());
        let wrapper = [Attribute::Wrap(true), Attribute::ValueLen(32.into()), Attribute::Token(false)];
        let wrapper = session.generate_key(&Mechanism::AesKeyGen, &wrapper).unwrap();
        assert!(session.wrap_key(&Mechanism::AesKeyWrap, wrapper, key).is_err());
    }

    async fn nothing_is_wrapped_under_a_key_that_could_leave_or_asks_for_no_pin() {
        let fine = [Attribute::Sensitive(true), Attribute::Extractable(false), Attribute::Private(true)];
        for (label, worse) in [
            ("extractable", Attribute::Extractable(true)),
            ("plain", Attribute::Sensitive(false)),
            ("public", Attribute::Private(false)),
        ] {
            let mut template = fine.to_vec();
            template.retain(|attribute| attribute.attribute_type() != worse.attribute_type());
            template.extend([
                worse,
                Attribute::Token(true),
                Attribute::Encrypt(true),
                Attribute::Decrypt(true),
                Attribute::ValueLen(32.into()),
                Attribute::Label(label.as_bytes().to_vec()),
            ]);
            session().generate_key(&Mechanism::AesKeyGen, &template).unwrap();
            let refused = refusal(&key(label)).await;
            assert!(matches!(refused, CustodyError::KeyNotProtected(_)), "{label}: {refused:?}");
        }
    }

    async fn a_key_of_another_size_is_not_used() {
        let template = [
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Private(true),
            Attribute::Token(true),
            Attribute::Encrypt(true),
            Attribute::ValueLen(16.into()),
            Attribute::Label(b"short".to_vec()),
        ];
        session().generate_key(&Mechanism::AesKeyGen, &template).unwrap();
        assert_eq!(refusal(&key("short")).await, CustodyError::WrongKind);
    }

    /// A new key under the old label: what the old one wrapped opens still, and is rewrapped under the new one.
    async fn a_newer_key_of_the_same_label_takes_over() {
        make("valise").await;
        let (old, secret) = (open(&key("valise"), pin()), secret());
        let wrapped = old.wrap(&secret, PLACE).await.unwrap();
        let config = Pkcs11Config { id: Some(vec![2, 0, 2]), ..key("valise") };
        create_key(&KeeperConfig::Pkcs11(config.clone()), pin()).await.unwrap();
        assert_eq!(refusal(&key("valise")).await, CustodyError::Ambiguous("valise".to_owned()));

        let new = open(&config, pin());
        let again = new.rewrap(&wrapped, PLACE).await.unwrap();
        assert_eq!(again.version(), "020002");
        assert_ne!(again.version(), wrapped.version());
        for wrapped in [&wrapped, &again] {
            assert_eq!(new.unwrap(wrapped, PLACE).await.unwrap().expose_secret(), secret.expose_secret());
        }
        // The version is a name, and a false one opens nothing.
        for version in ["020002", "", "zz"] {
            let opened = new.unwrap(&with_version(&wrapped, version), PLACE).await;
            assert!(matches!(opened, Err(CustodyError::DoesNotOpen | CustodyError::Ambiguous(_))), "{version}");
        }
    }

    async fn a_signature_is_verified_by_others() {
        use ed25519_dalek::{Signature, VerifyingKey};
        let signer = TokenSigner::new(&key("ssh"), pin()).unwrap();
        assert_eq!(signer.public_key().await.unwrap_err(), CustodyError::NoSuchKey("ssh".to_owned()));
        let public = signer.create_key().await.unwrap();
        assert_eq!(signer.create_key().await.unwrap_err(), CustodyError::KeyExists("ssh".to_owned()));
        assert_eq!(signer.public_key().await.unwrap(), public);
        let verifying = VerifyingKey::from_bytes(&public).unwrap();
        for message in [&b""[..], b"a message", &[0x5a; 70_000]] {
            let signature = Signature::from_bytes(&signer.sign(message).await.unwrap());
            verifying.verify_strict(message, &signature).unwrap();
            assert!(verifying.verify_strict(b"another", &signature).is_err());
        }
        // The private half stays.
        let session = session();
        for key in session.find_objects(&[Attribute::Label(b"ssh".to_vec()), Attribute::Private(true)]).unwrap() {
            assert!(session.get_attributes(key, &[AttributeType::Value]).unwrap().is_empty());
        }
    }

    async fn a_signing_key_that_could_leave_is_not_taken() {
        use cryptoki::object::ObjectClass;
        let fine = [Attribute::Sensitive(true), Attribute::Extractable(false), Attribute::Private(true)];
        for (label, worse) in [
            ("fine", None),
            ("extractable", Some(Attribute::Extractable(true))),
            ("plain", Some(Attribute::Sensitive(false))),
            ("public", Some(Attribute::Private(false))),
        ] {
            let name = Attribute::Label(label.as_bytes().to_vec());
            let curve = Attribute::EcParams(b"\x13\x0cedwards25519".to_vec());
            let public = [Attribute::Token(true), Attribute::Verify(true), curve, name.clone()];
            let mut private = fine.to_vec();
            private.retain(|it| worse.as_ref().is_none_or(|worse| it.attribute_type() != worse.attribute_type()));
            private.extend([Attribute::Token(true), Attribute::Sign(true), name]);
            private.extend(worse.clone());
            session().generate_key_pair(&Mechanism::EccEdwardsKeyPairGen, &public, &private).unwrap();
            let signer = TokenSigner::new(&key(label), pin()).unwrap();
            let (taken, known) = (signer.protected_key().await, signer.public_key().await.unwrap());
            match worse {
                None => assert_eq!(taken.unwrap(), known),
                Some(_) => assert!(matches!(taken, Err(CustodyError::KeyNotProtected(_))), "{label}: {taken:?}"),
            }
            // A public half alone is no key for signing.
            let session = session();
            let halves = session.find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY)]).unwrap();
            halves.into_iter().for_each(|half| session.destroy_object(half).unwrap());
            drop(session);
            assert!(matches!(signer.protected_key().await, Err(CustodyError::NoSuchKey(_))), "{label}");
        }
    }

    /// By the words of the documentation: made by the token's own tools, used by us.
    async fn a_key_that_pkcs11_tool_made_is_used() {
        let made = std::process::Command::new("pkcs11-tool")
            .arg("--module")
            .arg(module())
            .args(["--token-label", "org", "--login", "--pin", PIN, "--keygen", "--key-type", "AES:32"])
            .args(["--label", "valise", "--id", "01", "--sensitive", "--private"])
            .output()
            .expect("pkcs11-tool: scripts/setup.sh test installs it");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let (keeper, secret) = (open(&key("valise"), pin()), secret());
        let wrapped = keeper.wrap(&secret, PLACE).await.unwrap();
        assert_eq!((wrapped.key(), wrapped.version()), ("valise", "01"));
        assert_eq!(keeper.unwrap(&wrapped, PLACE).await.unwrap().expose_secret(), secret.expose_secret());
    }

    async fn a_token_is_chosen_by_its_number_where_two_have_the_same_name() {
        // Before the module is loaded: SoftHSM looks for tokens once.
        init_token(&PathBuf::from(std::env::var_os("SOFTHSM2_CONF").unwrap()), "org");
        assert_eq!(refusal(&key("valise")).await, CustodyError::Ambiguous("org".to_owned()));
        let serial = token_flags().serial_number().to_owned();
        let config = Pkcs11Config { token: None, serial: Some(serial), ..key("valise") };
        create_key(&KeeperConfig::Pkcs11(config.clone()), pin()).await.unwrap();
        open(&config, pin()).wrap(&secret(), PLACE).await.unwrap();
    }
}

async fn make(label: &str) -> valise_custody::Description {
    create_key(&KeeperConfig::Pkcs11(key(label)), pin()).await.unwrap()
}

fn open(config: &Pkcs11Config, credentials: Credentials) -> Box<dyn Keeper> {
    keeper(&KeeperConfig::Pkcs11(config.clone()), credentials).unwrap()
}

async fn refusal(config: &Pkcs11Config) -> CustodyError {
    Pkcs11Keeper::new(config, pin()).unwrap().wrap(&secret(), PLACE).await.unwrap_err()
}

/// Past the keeper, as any other program with the PIN.
fn session() -> Session {
    let pkcs11 = loaded();
    let slot = pkcs11.get_slots_with_initialized_token().unwrap()[0];
    let session = pkcs11.open_rw_session(slot).unwrap();
    session.login(UserType::User, Some(&AuthPin::from(PIN.to_owned()))).unwrap();
    session
}

fn token_flags() -> cryptoki::slot::TokenInfo {
    let pkcs11 = loaded();
    pkcs11.get_token_info(pkcs11.get_slots_with_initialized_token().unwrap()[0]).unwrap()
}

fn loaded() -> Pkcs11 {
    let pkcs11 = Pkcs11::new(module()).unwrap();
    let _ = pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
    pkcs11
}
