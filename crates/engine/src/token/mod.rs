//! A PKCS#11 token and its PIN as a way into this computer's Valise: beside the password, or instead of it; and keys on a
//! token that sign documents (`sign.rs`).
//!
//! The token wraps a random secret for its place (workspace, device, slot) and gives it back for the PIN; the secret opens
//! the slot, which knows whether it is the right one (`valise-crypto`, `slot.rs`).
//!
//! Invariants:
//! - Where there is a password, what is typed as one never reaches the token: it would use up tries of the PIN.
//! - The password's slot goes only where a way back is proven, and after the token's was written, read back from the disk and opened.
//! - The address is one that a person gave at this computer; the slots keep it.

mod sign;

use std::sync::Arc;

use valise_crypto::{Costs, DeviceKey, SlotError, SlotFile, SlotKind, SlotSecret};
use valise_custody::{Credentials, CustodyError, KeeperConfig, Secret, SecretText, Wrapped, create_key, keeper};
use valise_protocol::place::WrapPlace;

use crate::api::{Password, WayIn, WayInKind};
use crate::custody;
use crate::error::EngineError;
use crate::home::{Home, Public, SLOTS};
use crate::recovery::{open_slots, public};
use crate::shared::{Shared, is_way_out_proven};
use crate::vault::Vault;
use crate::vault::recovery::{OpenedSlots, slots};

pub use sign::{find_or_make, find_signer};

/// Longest address that is kept, in bytes: labels and paths of any length that somebody uses fit.
const MAX_ADDRESS: usize = 1024;

/// What opens a home, recovery apart. Of a home that has no slots, a password is to come.
pub fn ways_in(home: &Home) -> Vec<WayIn> {
    let password = WayIn { kind: WayInKind::Password, place: None };
    let Ok(slots) = slots(home) else { return vec![password] };
    let token = slots.token().ok().map(|way| WayIn { kind: WayInKind::Token, place: Some(way.address) });
    slots.has(SlotKind::PASSWORD).then_some(password).into_iter().chain(token).collect()
}

/// Whether what a person is asked for is the PIN of a token: there is no password.
pub fn is_alone(home: &Home) -> Result<bool, EngineError> {
    let slots = slots(home)?;
    Ok(slots.has(SlotKind::TOKEN) && !slots.has(SlotKind::PASSWORD))
}

/// Opens the vault with the token.
pub async fn unlock(shared: &Arc<Shared>, public: &Public, pin: &Password) -> Result<Vault, EngineError> {
    let opened = open_with_pin(shared, public, pin).await?;
    let (worker, public) = (shared.clone(), public.clone());
    crate::engine::blocking(move || Vault::unlock_opened(&worker.home, &public, &opened)).await
}

/// Opens the slots with the token.
pub async fn open_with_pin(shared: &Shared, public: &Public, pin: &Password) -> Result<OpenedSlots, EngineError> {
    let slots = slots(&shared.home)?;
    let device_key = ask(public, &slots, pin).await?;
    Ok(OpenedSlots::new(slots, device_key))
}

/// Asks the token of the slots, once.
async fn ask(public: &Public, slots: &SlotFile, pin: &Password) -> Result<DeviceKey, EngineError> {
    const DAMAGED: EngineError = EngineError::HomeDamaged(SLOTS);
    let way = slots.token().map_err(|error| match error {
        SlotError::NoSuchSlot => EngineError::NoToken,
        error => error.into(),
    })?;
    let config: KeeperConfig = way.address.parse().map_err(|_| DAMAGED)?;
    let wrapped = Wrapped::from_bytes(&way.secret).map_err(|_| DAMAGED)?;
    let opened = keeper(&config, credentials(pin))?.unwrap(&wrapped, &place(public, way.index)).await;
    let opened = opened.map_err(|error| match error {
        CustodyError::NoSuchKey(_) | CustodyError::WrongKind | CustodyError::DoesNotOpen => EngineError::OtherToken,
        error => error.into(),
    })?;
    Ok(slots.open_with_token(public.workspace, &SlotSecret::from_keeper(opened.expose_secret()))?)
}

/// A token opens this home from now on, in the place of one that did; `instead`: and the password no longer does.
pub async fn add(
    shared: &Arc<Shared>,
    password: Password,
    address: &str,
    pin: Password,
    instead: bool,
) -> Result<(), EngineError> {
    let is_proven = shared.vault(|vault| Ok(is_way_out_proven(vault)))?;
    if instead && !is_proven {
        return Err(EngineError::NoKitKept);
    }
    let config = custody::config(address)?;
    if !matches!(config, KeeperConfig::Pkcs11(_)) {
        return Err(EngineError::BadInput(
            "Only a token on this computer can open Valise: its address begins with pkcs11:.",
        ));
    }
    let address = config.to_string();
    if address.len() > MAX_ADDRESS {
        return Err(EngineError::BadInput("The address is too long."));
    }
    let (mut slots, device_key) = open_slots(shared, password).await?.into_parts();
    let public = public(shared)?;
    slots.remove_kind(SlotKind::TOKEN);
    let secret = SlotSecret::make()?;
    let wrapped = wrap(&config, &pin, &secret, &place(&public, slots.index_to_come()?)).await?;
    slots.add_token(public.workspace, &device_key, &secret, (&address, &wrapped.to_bytes()))?;
    // What does not open must not take the place of what does.
    prove(&public, &slots, &pin, &device_key).await?;
    shared.home.write(SLOTS, &slots.to_bytes()?)?;
    if instead {
        let mut written = crate::vault::recovery::slots(&shared.home)?;
        prove(&public, &written, &pin, &device_key).await?;
        written.remove_kind(SlotKind::PASSWORD);
        // The token is asked for each time from now on.
        written.remove_kind(SlotKind::LOGIN);
        shared.home.write(SLOTS, &written.to_bytes()?)?;
    }
    tracing::info!(instead, "a token opens this home");
    shared.tell_status();
    Ok(())
}

/// Wraps under the token's key, which is made if there is none.
async fn wrap(
    config: &KeeperConfig,
    pin: &Password,
    secret: &SlotSecret,
    place: &[u8],
) -> Result<Wrapped, EngineError> {
    let (keeper, secret) = (keeper(config, credentials(pin))?, Secret::copy_of(secret.expose_to_keeper()));
    match keeper.wrap(&secret, place).await {
        Err(CustodyError::NoSuchKey(_)) => {
            create_key(config, credentials(pin)).await?;
            Ok(keeper.wrap(&secret, place).await?)
        }
        wrapped => Ok(wrapped?),
    }
}

/// Whether the token opens these slots, and to the right key.
async fn prove(public: &Public, slots: &SlotFile, pin: &Password, expected: &DeviceKey) -> Result<(), EngineError> {
    if ask(public, slots, pin).await? == *expected { Ok(()) } else { Err(EngineError::OtherToken) }
}

/// The token opens nothing here any more; a new password does, where there was none.
pub async fn remove(
    shared: &Arc<Shared>,
    costs: Costs,
    password: Password,
    new: Option<Password>,
) -> Result<(), EngineError> {
    shared.vault(|_| Ok(()))?;
    let kept = slots(&shared.home)?;
    if !kept.has(SlotKind::TOKEN) {
        return Err(EngineError::NoToken);
    }
    let new = match (kept.has(SlotKind::PASSWORD), new) {
        (true, None) => None,
        (false, Some(new)) => Some(valise_crypto::Password::new(&new.0)?),
        (true, Some(_)) => {
            return Err(EngineError::BadInput("There is a password already, and it stays: change it by itself."));
        }
        (false, None) => {
            return Err(EngineError::BadInput("Without the token a password is needed: choose a new one."));
        }
    };
    let (mut slots, device_key) = open_slots(shared, password).await?.into_parts();
    let (worker, workspace) = (shared.clone(), public(shared)?.workspace);
    crate::engine::blocking(move || {
        slots.remove_kind(SlotKind::TOKEN);
        if let Some(new) = new {
            slots.add_password(workspace, &device_key, &new, costs)?;
        }
        worker.home.write(SLOTS, &slots.to_bytes()?)
    })
    .await?;
    tracing::info!("the token opens this home no more");
    shared.tell_status();
    Ok(())
}

/// A token with a PIN pad of its own is shown none.
fn credentials(pin: &Password) -> Credentials {
    if pin.0.is_empty() { Credentials::None } else { Credentials::Pin(SecretText::new(pin.0.clone())) }
}

fn place(public: &Public, index: u32) -> Vec<u8> {
    WrapPlace::SlotSecret { workspace: public.workspace, device: public.device, index }.associated_data()
}
