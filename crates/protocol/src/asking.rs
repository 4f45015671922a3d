//! Asking for a recovery: what a device says that was just made and is of no account yet.
//!
//! It proves nothing about who sits there: that is for the officers to find out, who compare the device's fingerprint
//! with what the person tells them. The signature only keeps the words together.

use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use crate::cbor;
use crate::ids::{AccountId, RecoverySetId};
use crate::keys::DeviceKeys;
use crate::sign::{BadSignature, Domain, Signature, SigningKey};

/// A device asks for the escrowed share of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Asked {
    /// Whose share.
    pub account: AccountId,
    /// The set in force.
    pub set: RecoverySetId,
    /// What the share is to be sealed to.
    pub device: DeviceKeys,
    /// What the person says; may be empty.
    pub reason: String,
    /// By the device.
    pub signature: Signature,
}

impl Asked {
    /// Asks.
    pub fn sign(
        account: AccountId,
        set: RecoverySetId,
        device: DeviceKeys,
        reason: String,
        signing: &SigningKey,
    ) -> Self {
        let signature = signing.sign(Domain::RecoveryAsked, &bytes(account, set, &device, &reason));
        Self { account, set, device, reason, signature }
    }

    /// Whether the device said this.
    ///
    /// # Errors
    /// [`BadSignature`].
    pub fn verify(&self) -> Result<(), BadSignature> {
        let bytes = bytes(self.account, self.set, &self.device, &self.reason);
        self.device.signing.verify(Domain::RecoveryAsked, &bytes, &self.signature)
    }
}

fn bytes(account: AccountId, set: RecoverySetId, device: &DeviceKeys, reason: &str) -> Vec<u8> {
    cbor::encode(&(account, set, device, reason)).unwrap_or_default()
}
