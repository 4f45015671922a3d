//! Known answers from the standards, through the code that this crate uses.

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};

use super::{array, bytes, number, randomness, text, vectors};
use crate::aead::Aead;
use crate::key::Secret32;
use crate::seal::{SealingPair, hpke_open, hpke_seal};

#[test]
fn xwing_is_that_of_the_draft() {
    let vectors = vectors("published");
    let cases = vectors["xwing"]["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 3);
    for case in cases {
        let pair = SealingPair::from_secret(Secret32::copy_of(&array(case, "seed"))).unwrap();
        assert_eq!(pair.public().as_bytes(), bytes(case, "pk"));
        let (enc, _) = hpke_seal(randomness(&bytes(case, "eseed")), pair.public(), b"", b"", b"").unwrap();
        assert_eq!(enc.as_bytes(), bytes(case, "ct"));
    }
}

/// The shared secret, and with it the whole encapsulation and public key, goes into the ciphertext.
#[test]
fn hpke_is_that_of_the_draft() {
    let vectors = vectors("published");
    let case = &vectors["hpke"];
    let pair = SealingPair::from_secret(Secret32::copy_of(&array(case, "secret"))).unwrap();
    let public = hex::encode(pair.public().as_bytes());
    assert!(public.starts_with(text(case, "public_begin")) && public.ends_with(text(case, "public_end")));
    let (info, associated_data, plain) = (bytes(case, "info"), bytes(case, "associated_data"), bytes(case, "plain"));
    let drawn = randomness(&bytes(case, "randomness"));
    let (enc, sealed) = hpke_seal(drawn, pair.public(), &info, &associated_data, &plain).unwrap();
    let encapsulation = hex::encode(enc.as_bytes());
    assert!(encapsulation.starts_with(text(case, "enc_begin")) && encapsulation.ends_with(text(case, "enc_end")));
    assert_eq!(sealed, bytes(case, "sealed"));
    let mut opened = sealed;
    hpke_open(&pair, &enc, &info, &associated_data, &mut opened).unwrap();
    assert_eq!(opened[..plain.len()], plain);
}

#[test]
fn gcm_siv_is_that_of_the_rfc() {
    let vectors = vectors("published");
    let cases = vectors["gcm_siv"]["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 7);
    for case in cases {
        let aead = Aead::new(&Secret32::copy_of(&array(case, "key"))).unwrap();
        let (nonce, associated_data) = (array(case, "nonce"), bytes(case, "associated_data"));
        let sealed = aead.seal_with_nonce(nonce, &associated_data, &bytes(case, "plain")).unwrap();
        assert_eq!(sealed, [&nonce[..], &bytes(case, "sealed")].concat());
        assert_eq!(*aead.open(&associated_data, &sealed).unwrap(), bytes(case, "plain"));
    }
}

#[test]
fn argon2id_is_that_of_the_rfc() {
    let vectors = vectors("published");
    let case = &vectors["argon2id"];
    let cost = |name| u32::try_from(number(case, name)).unwrap();
    let params = ParamsBuilder::new()
        .m_cost(cost("memory_kib"))
        .t_cost(cost("passes"))
        .p_cost(cost("lanes"))
        .data(AssociatedData::new(&bytes(case, "associated_data")).unwrap())
        .build()
        .unwrap();
    let secret = bytes(case, "secret");
    let argon2 = Argon2::new_with_secret(&secret, Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut tag = [0; 32];
    argon2.hash_password_into(&bytes(case, "password"), &bytes(case, "salt"), &mut tag).unwrap();
    assert_eq!(tag, array(case, "tag"));
}
