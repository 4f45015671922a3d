//! Bytes and addresses, without any keeper: frozen vectors, hostile input, round trips.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::path::PathBuf;

use proptest::prelude::*;
use support::head;
use valise_custody::{
    AddressError, BadWrapped, CustodyError, GoogleKmsConfig, KeeperConfig, MAX_WRAPPED, Pkcs11Config, Provider,
    TransitConfig, Wrapped,
};

/// `[provider, key, version, ciphertext]` behind a version byte.
fn encoding(version: u8, provider: u8, key: usize, name: usize, ciphertext: usize) -> Vec<u8> {
    let mut bytes = vec![version, 0x84];
    head(&mut bytes, 0, provider.into());
    head(&mut bytes, 3, key);
    bytes.resize(bytes.len() + key, b'k');
    head(&mut bytes, 3, name);
    bytes.resize(bytes.len() + name, b'1');
    head(&mut bytes, 2, ciphertext);
    bytes.resize(bytes.len() + ciphertext, 0);
    bytes
}

#[test]
fn limits() {
    for (key, name, ciphertext) in [(0, 0, 0), (1, 1, 60), (512, 128, 1024)] {
        let bytes = encoding(1, 1, key, name, ciphertext);
        let read = Wrapped::from_bytes(&bytes).unwrap();
        assert_eq!(read.to_bytes(), bytes);
        assert_eq!(read.provider(), Provider::Pkcs11);
    }
    for (key, name, ciphertext) in [(513, 1, 1), (1, 129, 1), (1, 1, 1025), (1, 1, 4000)] {
        assert_eq!(Wrapped::from_bytes(&encoding(1, 1, key, name, ciphertext)), Err(BadWrapped::TooLong));
    }
    assert_eq!(Wrapped::from_bytes(&vec![1; MAX_WRAPPED + 1]), Err(BadWrapped::TooLong));
}

#[test]
fn what_is_newer_says_so_and_what_is_rubbish_too() {
    assert_eq!(Wrapped::from_bytes(&encoding(2, 1, 1, 1, 1)), Err(BadWrapped::UpdateNeeded));
    assert_eq!(Wrapped::from_bytes(&encoding(1, 4, 1, 1, 1)), Err(BadWrapped::UpdateNeeded));
    assert_eq!(Wrapped::from_bytes(&encoding(0, 1, 1, 1, 1)), Err(BadWrapped::Encoding));
    assert_eq!(Wrapped::from_bytes(&[]), Err(BadWrapped::Encoding));
    let fine = encoding(1, 1, 1, 1, 1);
    for len in 0..fine.len() {
        assert_eq!(Wrapped::from_bytes(&fine[..len]), Err(BadWrapped::Encoding), "{len} bytes");
    }
    assert_eq!(Wrapped::from_bytes(&[&fine[..], &[0]].concat()), Err(BadWrapped::Encoding));
    // The same number, longer.
    assert_eq!(Wrapped::from_bytes(&hex::decode("01841801616b61314100").unwrap()), Err(BadWrapped::Encoding));
}

#[test]
fn addresses() {
    let pkcs11 = Pkcs11Config {
        module: PathBuf::from("/usr/lib/softhsm/libsofthsm2.so"),
        token: Some("org".to_owned()),
        key: Some("valise".to_owned()),
        ..Pkcs11Config::default()
    };
    let transit = TransitConfig {
        address: "https://vault.example:8200".to_owned(),
        mount: "transit".to_owned(),
        key: "valise".to_owned(),
        namespace: None,
        ca_file: None,
    };
    let google = GoogleKmsConfig { key: "projects/p/locations/l/keyRings/r/cryptoKeys/k".to_owned(), endpoint: None };
    let wide = Pkcs11Config { token: Some("a token; ü".to_owned()), id: Some(vec![0, 0xff]), ..pkcs11.clone() };
    let deep = TransitConfig { mount: "a/b".to_owned(), namespace: Some("team".to_owned()), ..transit.clone() };
    for (text, config) in [
        ("pkcs11:token=org;object=valise?module-path=/usr/lib/softhsm/libsofthsm2.so", KeeperConfig::Pkcs11(pkcs11)),
        (
            "pkcs11:token=a%20token%3B%20%C3%BC;object=valise;id=%00%FF?module-path=/usr/lib/softhsm/libsofthsm2.so",
            KeeperConfig::Pkcs11(wide),
        ),
        ("vault:https://vault.example:8200/transit/valise", KeeperConfig::Transit(transit)),
        ("vault:https://vault.example:8200/a/b/valise?namespace=team", KeeperConfig::Transit(deep)),
        ("gcpkms:projects/p/locations/l/keyRings/r/cryptoKeys/k", KeeperConfig::GoogleKms(google)),
    ] {
        assert_eq!(text.parse::<KeeperConfig>().unwrap(), config);
        assert_eq!(config.to_string(), text);
        let json = serde_json::to_string(&config).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<KeeperConfig>(&json).unwrap(), config);
    }
}

#[test]
fn what_is_no_address() {
    let is = |text: &str, expected: CustodyError| assert_eq!(text.parse::<KeeperConfig>(), Err(expected), "{text}");
    let wrong = |text: &str, error: AddressError| is(text, error.into());
    for text in ["", "vault", "https://vault.example", "awskms:k"] {
        wrong(text, AddressError::Kind);
    }
    wrong("pkcs11:token=org;object=k", AddressError::Missing("module-path"));
    wrong("pkcs11:object=k?module-path=/m.so", AddressError::Missing("token"));
    wrong("pkcs11:token=org?module-path=/m.so", AddressError::Missing("object"));
    wrong("pkcs11:token=org;object=k?module-path=m.so", AddressError::Part("module-path"));
    wrong("pkcs11:token=%f;object=k?module-path=/m.so", AddressError::Part("token"));
    wrong("pkcs11:token=%FF;object=k?module-path=/m.so", AddressError::Part("token"));
    wrong("pkcs11:token=a%0Ab;object=k?module-path=/m.so", AddressError::Part("token"));
    wrong("pkcs11:token=;object=k?module-path=/m.so", AddressError::Part("token"));
    wrong("pkcs11:token=a;token=b;object=k?module-path=/m.so", AddressError::Unknown);
    wrong("pkcs11:token=a;type=private;object=k?module-path=/m.so", AddressError::Unknown);
    wrong("pkcs11:token=a;object=k?module-path=/m.so&pin-value=1234", AddressError::Secret);
    wrong("pkcs11:token=a;object=k?module-path=/m.so&pin-source=/p", AddressError::Secret);
    is("vault:http://vault.example/transit/k", CustodyError::NotTls("http://vault.example".to_owned()));
    is("vault:http://127.0.0.1.example/transit/k", CustodyError::NotTls("http://127.0.0.1.example".to_owned()));
    wrong("vault:transit/k", AddressError::Missing("server"));
    wrong("vault:ftp://vault.example/transit/k", AddressError::Part("server"));
    wrong("vault:https://token@vault.example/transit/k", AddressError::Part("server"));
    wrong("vault:https://vault.example/k", AddressError::Missing("key"));
    wrong("vault:https://vault.example/../k", AddressError::Part("mount"));
    wrong("vault:https://vault.example//k", AddressError::Part("mount"));
    wrong("vault:https://vault.example/transit/k%2f", AddressError::Part("key"));
    wrong("vault:https://vault.example/transit/", AddressError::Part("key"));
    wrong("vault:https://vault.example/transit/k?ca-file=a.pem", AddressError::Part("ca-file"));
    wrong("vault:https://vault.example/transit/k?token=x", AddressError::Unknown);
    wrong("gcpkms:projects/p/cryptoKeys/k", AddressError::Part("key"));
    wrong("gcpkms:projects/../locations/l/keyRings/r/cryptoKeys/k", AddressError::Part("key"));
    wrong("gcpkms:projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1", AddressError::Part("key"));
    let elsewhere = "gcpkms:projects/p/locations/l/keyRings/r/cryptoKeys/k?endpoint=http://kms.example";
    is(elsewhere, CustodyError::NotTls("http://kms.example".to_owned()));
}

#[test]
fn loopback_needs_no_tls() {
    for server in ["http://127.0.0.1:8200", "http://localhost:8200", "http://[::1]:8200", "http://127.9.9.9"] {
        format!("vault:{server}/transit/k").parse::<KeeperConfig>().unwrap();
    }
}

#[test]
fn what_vaults_own_program_knows_is_filled_in() {
    let environment = |name: &str| match name {
        "VAULT_ADDR" => Some("https://from.environment/".to_owned()),
        "VAULT_NAMESPACE" => Some("team".to_owned()),
        "VAULT_CACERT" => Some("/etc/ca.pem".to_owned()),
        _ => None,
    };
    let filled = KeeperConfig::from_text("vault:transit/k", environment).unwrap();
    assert_eq!(filled.to_string(), "vault:https://from.environment/transit/k?namespace=team&ca-file=/etc/ca.pem");
    let named = KeeperConfig::from_text("vault:https://named.example/transit/k?namespace=mine", environment).unwrap();
    assert_eq!(named.to_string(), "vault:https://named.example/transit/k?namespace=mine&ca-file=/etc/ca.pem");
}

proptest! {
    #[test]
    fn hostile_bytes_are_refused_or_canonical(bytes in prop::collection::vec(any::<u8>(), 0..200), prefix in any::<bool>()) {
        let bytes = if prefix { [&[1, 0x84, 1][..], &bytes].concat() } else { bytes };
        if let Ok(read) = Wrapped::from_bytes(&bytes) {
            prop_assert_eq!(read.to_bytes(), bytes);
        }
    }

    #[test]
    fn hostile_addresses_are_refused_or_written_back(text in "(pkcs11|vault|gcpkms):[ -~]{0,80}") {
        if let Ok(config) = text.parse::<KeeperConfig>() {
            prop_assert_eq!(config.to_string().parse::<KeeperConfig>().unwrap(), config);
        }
    }

    #[test]
    fn any_label_and_id_has_an_address(token in "[^\\p{C}]{1,8}", key in "[^\\p{C}]{1,20}", id in prop::collection::vec(any::<u8>(), 1..32)) {
        let config = KeeperConfig::Pkcs11(Pkcs11Config {
            module: PathBuf::from("/lib/a module.so"), token: Some(token), serial: None, key: Some(key), id: Some(id),
        });
        prop_assert_eq!(config.to_string().parse::<KeeperConfig>().unwrap(), config);
    }
}
