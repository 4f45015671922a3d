//! The contract of [`Keeper`], held to all keepers by the same words.
//!
//! The PKCS#11 token is a real SoftHSM. Vault and Google are stand-ins of our own (`support/vault.rs`,
//! `support/google.rs`), and the same suite runs against real ones where the environment names them (`support/real.rs`).
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use support::{PLACE, World, logs, secret, with_ciphertext};
use valise_custody::{BadWrapped, Credentials, CustodyError, MAX_PLACE, Provider, Wrapped, keeper};

macro_rules! contract {
    ($($test:ident)*) => {
        mod pkcs11 {
            $(#[test]
            fn $test() {
                super::support::softhsm::run(concat!(module_path!(), "::", stringify!($test)), || async {
                    super::$test(super::support::softhsm::world().await).await;
                });
            })*
        }
        mod transit_stand_in {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(super::support::vault::world().await).await;
            })*
        }
        mod google_stand_in {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(super::support::google::world().await).await;
            })*
        }
        mod real_transit {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                if let Some(world) = super::support::real::vault() {
                    super::$test(world).await;
                }
            })*
        }
        mod real_google {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                if let Some(world) = super::support::real::google() {
                    super::$test(world).await;
                }
            })*
        }
    };
}

contract! {
    what_is_wrapped_opens
    the_same_secret_is_wrapped_differently_each_time
    it_opens_after_having_been_bytes
    another_place_is_refused
    a_place_has_a_limit
    every_flipped_bit_is_refused
    every_shorter_and_longer_ciphertext_is_refused
    another_key_is_refused
    another_keepers_wrap_is_refused
    without_credentials_nothing_is_asked
    what_is_rewrapped_opens
    a_key_is_described
    side_by_side
    no_secret_is_printed_or_logged
}

async fn what_is_wrapped_opens(world: World) {
    let (keeper, secret) = (world.keeper(), secret());
    for place in [PLACE, b"", &[0xff; MAX_PLACE]] {
        let wrapped = keeper.wrap(&secret, place).await.unwrap();
        assert_eq!(wrapped.provider(), keeper.provider());
        let opened = keeper.unwrap(&wrapped, place).await.unwrap();
        assert_eq!(opened.expose_secret(), secret.expose_secret());
    }
}

async fn the_same_secret_is_wrapped_differently_each_time(world: World) {
    let (keeper, secret) = (world.keeper(), secret());
    let once = keeper.wrap(&secret, PLACE).await.unwrap();
    let again = keeper.wrap(&secret, PLACE).await.unwrap();
    assert_ne!(once.ciphertext(), again.ciphertext());
}

async fn it_opens_after_having_been_bytes(world: World) {
    let secret = secret();
    let bytes = world.keeper().wrap(&secret, PLACE).await.unwrap().to_bytes();
    let read = Wrapped::from_bytes(&bytes).unwrap();
    assert_eq!(read.to_bytes(), bytes);
    // Another keeper object: nothing hangs on the one that wrapped.
    let opened = world.keeper().unwrap(&read, PLACE).await.unwrap();
    assert_eq!(opened.expose_secret(), secret.expose_secret());
}

async fn another_place_is_refused(world: World) {
    let keeper = world.keeper();
    let wrapped = keeper.wrap(&secret(), PLACE).await.unwrap();
    let longer = [PLACE, b"0"].concat();
    for place in [b"" as &[u8], &PLACE[1..], &PLACE[..PLACE.len() - 1], &longer] {
        assert_eq!(refusal(keeper.unwrap(&wrapped, place).await), CustodyError::DoesNotOpen);
    }
}

async fn a_place_has_a_limit(world: World) {
    let keeper = world.keeper();
    let place = [0; MAX_PLACE + 1];
    assert_eq!(keeper.wrap(&secret(), &place).await.unwrap_err(), CustodyError::PlaceTooLong);
    let wrapped = keeper.wrap(&secret(), PLACE).await.unwrap();
    assert_eq!(refusal(keeper.unwrap(&wrapped, &place).await), CustodyError::PlaceTooLong);
}

async fn every_flipped_bit_is_refused(world: World) {
    let keeper = world.keeper();
    let wrapped = keeper.wrap(&secret(), PLACE).await.unwrap();
    for bit in 0..wrapped.ciphertext().len() * 8 {
        let mut bytes = wrapped.ciphertext().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let refused = refusal(keeper.unwrap(&with_ciphertext(&wrapped, &bytes), PLACE).await);
        assert_eq!(refused, CustodyError::DoesNotOpen, "bit {bit}");
    }
}

async fn every_shorter_and_longer_ciphertext_is_refused(world: World) {
    let keeper = world.keeper();
    let wrapped = keeper.wrap(&secret(), PLACE).await.unwrap();
    let longer = [wrapped.ciphertext(), b"A"].concat();
    let shorter = (0..wrapped.ciphertext().len()).map(|len| &wrapped.ciphertext()[..len]);
    for bytes in shorter.chain([&longer[..]]) {
        let refused = refusal(keeper.unwrap(&with_ciphertext(&wrapped, bytes), PLACE).await);
        assert_eq!(refused, CustodyError::DoesNotOpen, "{} bytes", bytes.len());
    }
}

async fn another_key_is_refused(world: World) {
    let wrapped = world.keeper().wrap(&secret(), PLACE).await.unwrap();
    let refused = refusal(world.other_key().unwrap(&wrapped, PLACE).await);
    // A token finds that its other key does not have the id in the wrap.
    assert!(matches!(refused, CustodyError::DoesNotOpen | CustodyError::NoSuchKey(_)), "{refused:?}");
}

async fn another_keepers_wrap_is_refused(world: World) {
    let keeper = world.keeper();
    let mut bytes = keeper.wrap(&secret(), PLACE).await.unwrap().to_bytes();
    let of = |bytes: &[u8]| Wrapped::from_bytes(bytes).unwrap();
    for (byte, provider) in [(1, Provider::Pkcs11), (2, Provider::Transit), (3, Provider::GoogleKms)] {
        bytes[2] = byte;
        if provider != keeper.provider() {
            let refused = refusal(keeper.unwrap(&of(&bytes), PLACE).await);
            assert_eq!(refused, CustodyError::OtherProvider(provider));
        }
    }
    bytes[2] = 4;
    assert_eq!(Wrapped::from_bytes(&bytes), Err(BadWrapped::UpdateNeeded));
}

async fn without_credentials_nothing_is_asked(world: World) {
    let refused = match keeper(&world.first, Credentials::None) {
        Err(error) => error,
        Ok(keeper) => keeper.wrap(&secret(), PLACE).await.unwrap_err(),
    };
    assert!(matches!(refused, CustodyError::NoCredentials(_)), "{refused:?}");
}

async fn what_is_rewrapped_opens(world: World) {
    let (keeper, secret) = (world.keeper(), secret());
    let wrapped = keeper.wrap(&secret, PLACE).await.unwrap();
    let again = keeper.rewrap(&wrapped, PLACE).await.unwrap();
    assert_ne!(again.ciphertext(), wrapped.ciphertext());
    let opened = keeper.unwrap(&again, PLACE).await.unwrap();
    assert_eq!(opened.expose_secret(), secret.expose_secret());
    let refused = keeper.rewrap(&wrapped, b"elsewhere").await.unwrap_err();
    assert_eq!(refused, CustodyError::DoesNotOpen);
}

async fn a_key_is_described(world: World) {
    let keeper = world.keeper();
    let wrapped = keeper.wrap(&secret(), PLACE).await.unwrap();
    let description = keeper.describe().await.unwrap();
    assert_eq!(description.provider, keeper.provider());
    assert_eq!(description.key, wrapped.key());
    assert_eq!(description.newest, wrapped.version());
    assert!(!description.keeper.is_empty());
}

async fn side_by_side(world: World) {
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let keeper = world.keeper();
        running.spawn(async move {
            let secret = secret();
            let wrapped = keeper.wrap(&secret, PLACE).await.unwrap();
            let opened = keeper.unwrap(&wrapped, PLACE).await.unwrap();
            assert_eq!(opened.expose_secret(), secret.expose_secret());
        });
    }
    running.join_all().await;
}

async fn no_secret_is_printed_or_logged(world: World) {
    logs::start();
    let (keeper, secret) = (world.keeper(), secret());
    let wrapped = keeper.wrap(&secret, PLACE).await.unwrap();
    let mut said = format!("{wrapped:?} {:?} {:?} {}", keeper.describe().await, world.first, world.first);
    drop(keeper.unwrap(&wrapped, PLACE).await.unwrap());
    for refused in [keeper.unwrap(&wrapped, b"").await, world.other_key().unwrap(&wrapped, PLACE).await] {
        let refused = refusal(refused);
        said.push_str(&format!("{refused} {refused:?}"));
    }
    said.push_str(&logs::text());
    for hidden in forms(secret.expose_secret()).iter().chain(&world.secrets) {
        assert!(!said.contains(hidden.as_str()), "a secret was printed or logged");
    }
}

/// Ways in which 32 bytes are printed.
fn forms(bytes: &[u8]) -> Vec<String> {
    use base64::Engine as _;
    let numbers = |bytes: &[u8]| bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    vec![
        hex::encode(bytes),
        hex::encode_upper(bytes),
        base64::prelude::BASE64_STANDARD_NO_PAD.encode(bytes),
        base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(bytes),
        numbers(bytes),
        bytes.escape_ascii().to_string(),
    ]
}

fn refusal<T>(result: Result<T, CustodyError>) -> CustodyError {
    match result {
        Ok(_) => panic!("it opened"),
        Err(error) => error,
    }
}
