//! What the catalog's identity says of the key its TLS certificate is for.
//!
//! A certificate is worth what stands in its extension [`EXTENSION`]: the identity, and that identity's signature over
//! the certificate's key. Names, dates and issuers in it mean nothing. That the server has the key itself is shown by
//! the handshake. The statement has no end of its own: whoever could take the TLS key out of the catalog's memory could
//! take the identity's as well.

use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use crate::cbor;
use crate::hash::{Label, digest};
use crate::ids::Commitment;
use crate::sign::{BadSignature, Domain, Signature, SigningKey, VerifyKey};

/// Object identifier of the extension: 2.25 and a number that was drawn at random.
pub const EXTENSION: [u64; 3] = [2, 25, 1_793_559_706_615_102_707];

/// The extension's content, in canonical CBOR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
struct Certified {
    identity: VerifyKey,
    signature: Signature,
}

/// Certifies a TLS key: `public` is the certificate's SubjectPublicKeyInfo in DER. Gives the extension's content.
pub fn certify(identity: &SigningKey, public: &[u8]) -> Vec<u8> {
    let signature = identity.sign(Domain::TlsKey, &statement(public));
    cbor::encode(&Certified { identity: identity.verify_key(), signature }).unwrap_or_default()
}

/// Which identity has certified this TLS key.
pub fn certified_by(extension: &[u8], public: &[u8]) -> Result<VerifyKey, BadSignature> {
    let certified: Certified = cbor::decode(extension).map_err(|_| BadSignature)?;
    certified.identity.verify(Domain::TlsKey, &statement(public), &certified.signature)?;
    Ok(certified.identity)
}

fn statement(public: &[u8]) -> Vec<u8> {
    cbor::encode(&(Commitment::new(digest(Label::TlsKey, &[public])),)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn identity(byte: u8) -> SigningKey {
        SigningKey::from_seed(&Zeroizing::new([byte; 32]))
    }

    #[test]
    fn a_statement_is_of_one_key_by_one_identity() {
        let extension = certify(&identity(1), b"a key");
        assert_eq!(certified_by(&extension, b"a key"), Ok(identity(1).verify_key()));
        assert_eq!(certified_by(&extension, b"another key"), Err(BadSignature));
        // Another identity cannot stand where this one has signed.
        let Certified { signature, .. } = cbor::decode(&extension).unwrap();
        let claimed = cbor::encode(&Certified { identity: identity(2).verify_key(), signature }).unwrap();
        assert_eq!(certified_by(&claimed, b"a key"), Err(BadSignature));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let extension = certify(&identity(1), b"a key");
        for bit in 0..extension.len() * 8 {
            let mut changed = extension.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(certified_by(&changed, b"a key"), Err(BadSignature));
        }
        assert_eq!(certified_by(&[], b"a key"), Err(BadSignature));
        assert_eq!(certified_by(&[extension, vec![0]].concat(), b"a key"), Err(BadSignature));
    }
}
