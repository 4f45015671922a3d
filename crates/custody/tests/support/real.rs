//! Real servers, where the environment names them; otherwise a line says that the suite was not run.
//!
//! - Vault or OpenBao: `VALISE_TEST_VAULT_ADDR` (`https://...`, or `http` to this computer), `VALISE_TEST_VAULT_TOKEN`, and
//!   two `aes256-gcm96` keys `valise-test` and `valise-test-2` in `VALISE_TEST_VAULT_MOUNT` (`transit`).
//! - Google: `VALISE_TEST_GCP_KEY` and `VALISE_TEST_GCP_KEY_2`, resource names of two keys for `ENCRYPT_DECRYPT`, and
//!   `VALISE_TEST_GCP_TOKEN` (from `gcloud auth print-access-token`) or else Application Default Credentials.

use std::env::var;

use valise_custody::{Credentials, GoogleKmsConfig, KeeperConfig, SecretText, TransitConfig};

use super::World;

pub fn vault() -> Option<World> {
    let Ok(address) = var("VALISE_TEST_VAULT_ADDR") else {
        println!("not run: the suite against a real Vault (set VALISE_TEST_VAULT_ADDR)");
        return None;
    };
    let token = var("VALISE_TEST_VAULT_TOKEN").expect("VALISE_TEST_VAULT_TOKEN");
    let mount = var("VALISE_TEST_VAULT_MOUNT").unwrap_or_else(|_| "transit".to_owned());
    let [first, second] = ["valise-test", "valise-test-2"].map(|key| {
        let (address, mount, key) = (address.clone(), mount.clone(), key.to_owned());
        KeeperConfig::Transit(TransitConfig { address, mount, key, namespace: None, ca_file: None })
    });
    let secrets = vec![token.clone()];
    let credentials = Box::new(move || Credentials::Token(SecretText::new(token.clone())));
    Some(World { first, second, credentials, secrets, guards: Vec::new() })
}

pub fn google() -> Option<World> {
    let Ok(first) = var("VALISE_TEST_GCP_KEY") else {
        println!("not run: the suite against the real Google Cloud KMS (set VALISE_TEST_GCP_KEY)");
        return None;
    };
    let second = var("VALISE_TEST_GCP_KEY_2").expect("VALISE_TEST_GCP_KEY_2");
    let [first, second] = [first, second].map(|key| KeeperConfig::GoogleKms(GoogleKmsConfig { key, endpoint: None }));
    let token = var("VALISE_TEST_GCP_TOKEN").ok();
    let secrets = token.clone().into_iter().collect();
    let credentials = Box::new(move || match &token {
        Some(token) => Credentials::Token(SecretText::new(token.clone())),
        None => Credentials::GoogleDefault,
    });
    Some(World { first, second, credentials, secrets, guards: Vec::new() })
}
