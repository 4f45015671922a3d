//! What only Cloud KMS has, against a STAND-IN of ours (`support/google.rs`): sums, protection level, error answers,
//! credentials.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use support::google::{Damage, TOKEN, error_body, key_file, start, token};
use support::{PLACE, logs, secret};
use valise_custody::{
    Credentials, CustodyError, GoogleKmsConfig, GoogleKmsKeeper, Keeper, KeeperConfig, Protection, SecretText,
    create_key,
};

fn open(config: &GoogleKmsConfig) -> GoogleKmsKeeper {
    GoogleKmsKeeper::new(config, token()).unwrap()
}

#[tokio::test]
async fn version_and_protection_are_told() {
    let (_google, config) = start().await;
    let keeper = open(&config);
    let seen = keeper.describe().await.unwrap();
    assert_eq!((seen.newest.as_str(), seen.protection), ("3", Protection::Hsm));
    assert_eq!(keeper.wrap(&secret(), PLACE).await.unwrap().version(), "3");
    let refused = create_key(&KeeperConfig::GoogleKms(config), token()).await.unwrap_err();
    assert!(matches!(refused, CustodyError::NotOffered(_)));
}

#[tokio::test]
async fn a_damaged_answer_is_asked_for_again_and_never_used() {
    let (google, config) = start().await;
    let (keeper, secret) = (open(&config), secret());
    let wrapped = keeper.wrap(&secret, PLACE).await.unwrap();
    for damage in [Damage::Sum, Damage::NoSum, Damage::NotVerified, Damage::AadNotVerified] {
        *google.damage.lock().unwrap() = damage;
        for damaged in [2, 3] {
            let before = *google.asked.lock().unwrap();
            *google.damaged.lock().unwrap() = damaged;
            let made = keeper.wrap(&secret, PLACE).await;
            assert_eq!(made.err(), (damaged == 3).then_some(CustodyError::Integrity));
            assert_eq!(*google.asked.lock().unwrap() - before, 3);
        }
    }
    for damage in [Damage::Sum, Damage::NoSum] {
        *google.damage.lock().unwrap() = damage;
        *google.damaged.lock().unwrap() = 3;
        assert_eq!(keeper.unwrap(&wrapped, PLACE).await.err(), Some(CustodyError::Integrity));
        *google.damaged.lock().unwrap() = 2;
        assert_eq!(keeper.unwrap(&wrapped, PLACE).await.unwrap().expose_secret(), secret.expose_secret());
    }
    // Under another key than the one that was asked for.
    (*google.damage.lock().unwrap(), *google.damaged.lock().unwrap()) = (Damage::OtherKey, 1);
    assert_eq!(keeper.wrap(&secret, PLACE).await.unwrap_err(), CustodyError::NotUnderstood);
}

#[tokio::test]
async fn answers_of_a_google_in_trouble() {
    let (google, config) = start().await;
    let keeper = open(&config);
    let wrapped = keeper.wrap(&secret(), PLACE).await.unwrap();
    let unavailable = || CustodyError::Unavailable(config.endpoint.clone().unwrap());
    for (code, status, message, expected) in [
        (
            403,
            "PERMISSION_DENIED",
            "Permission 'cloudkms.cryptoKeyVersions.useToDecrypt' denied on resource",
            CustodyError::NotAllowed,
        ),
        (401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", CustodyError::BadCredentials),
        (404, "NOT_FOUND", "CryptoKey not found.", CustodyError::NoSuchKey(config.key.clone())),
        (
            400,
            "FAILED_PRECONDITION",
            "cryptoKeyVersions/1 is not enabled, current state is: DESTROYED.",
            CustodyError::VersionRetired,
        ),
        (400, "INVALID_ARGUMENT", "Decryption failed: the ciphertext is invalid.", CustodyError::DoesNotOpen),
        (
            400,
            "INVALID_ARGUMENT",
            "The checksum in field ciphertext_crc32c did not match the data in field ciphertext.",
            CustodyError::Integrity,
        ),
        (429, "RESOURCE_EXHAUSTED", "Quota exceeded", unavailable()),
        (503, "UNAVAILABLE", "The service is currently unavailable.", unavailable()),
    ] {
        *google.next.lock().unwrap() = Some((code, error_body(code, status, message)));
        assert_eq!(keeper.unwrap(&wrapped, PLACE).await.err(), Some(expected), "{status}");
    }
    for (code, body) in
        [(200, ""), (200, "<html>"), (200, "{}"), (200, r#"{"plaintext":"AAAA"}"#), (418, "?"), (302, "")]
    {
        *google.next.lock().unwrap() = Some((code, body.to_owned()));
        assert_eq!(keeper.unwrap(&wrapped, PLACE).await.err(), Some(CustodyError::NotUnderstood), "{code} {body}");
    }
}

#[tokio::test]
async fn tokens_that_are_none() {
    let (_google, config) = start().await;
    let wrong = Credentials::Token(SecretText::new("ya29.wrong".to_owned()));
    let refused = GoogleKmsKeeper::new(&config, wrong).unwrap().wrap(&secret(), PLACE).await.unwrap_err();
    assert_eq!(refused, CustodyError::BadCredentials);
    for none in [Credentials::None, Credentials::Pin(SecretText::new("1234".to_owned()))] {
        assert!(matches!(GoogleKmsKeeper::new(&config, none).err(), Some(CustodyError::NoCredentials(_))));
    }
}

/// A service account's key file, against the stand-in's token service: one token for several calls, for KMS alone.
#[tokio::test]
async fn a_service_account_fetches_its_token() {
    logs::start();
    let (google, config) = start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = key_file(config.endpoint.as_deref().unwrap(), folder.path());
    let keeper = GoogleKmsKeeper::new(&config, Credentials::GoogleKeyFile(file.clone())).unwrap();
    let wrapped = keeper.wrap(&secret(), PLACE).await.unwrap();
    keeper.unwrap(&wrapped, PLACE).await.unwrap();
    assert_eq!(google.assertions.lock().unwrap().len(), 1);

    let said = logs::text();
    let key = std::fs::read_to_string(&file).unwrap();
    let private = key.split("PRIVATE KEY-----\\n").nth(1).unwrap().split("\\n").next().unwrap();
    assert_eq!(private.len(), 64, "a line of the key");
    let assertion = google.assertions.lock().unwrap()[0].clone();
    for hidden in [TOKEN, private, &assertion] {
        assert!(!said.contains(hidden), "a credential was logged");
    }

    for text in ["", "{}", r#"{"type":"service_account"}"#] {
        std::fs::write(&file, text).unwrap();
        let keeper = GoogleKmsKeeper::new(&config, Credentials::GoogleKeyFile(file.clone())).unwrap();
        let refused = keeper.wrap(&secret(), PLACE).await.unwrap_err();
        assert!(matches!(refused, CustodyError::NoCredentials(_)), "{refused:?}");
    }
}
