//! Opening by itself at log-in: the system's keyring gives whoever is logged in a secret that opens this home.
//!
//! Off at first, and nobody turns it on without the password. From then on unlocking with the password makes a new secret
//! where none opens this home: into the keyring, and the slot it opens beside the password's. Locking takes both away; ending the program does
//! not. So a computer that was locked, by a person, the clock, the screen or before it slept, asks for the password,
//! whatever was in the keyring before.
//!
//! Invariants:
//! - Locking never waits for the keyring: without its slot a secret opens nothing.
//! - What opens this home is not replaced: keyring and slot change one after the other, and a command may end in between.
//! - Where a token is asked for instead of a password, it is asked for each time.

use std::sync::Arc;
use std::time::Duration;

use valise_crypto::{LoginSecret, SlotError, SlotKind};
use zeroize::Zeroizing;

use crate::error::EngineError;
use crate::home::{Public, SLOTS};
use crate::index::marks::{self, Mark};
use crate::keyring::{Keyring, KeyringError, within};
use crate::shared::{Session, Shared};
use crate::vault::Vault;
use crate::vault::recovery::{OpenedSlots, slots};

/// A person may have to answer the keyring's own question.
const PERSON: Duration = Duration::from_secs(60);
/// For what nobody waits to answer.
const GLANCE: Duration = Duration::from_secs(5);

/// Under which name a home's secret lies in the keyring: that of its first device, whichever took its place.
fn entry(public: &Public) -> String {
    format!("log-in {}", public.earlier.first().unwrap_or(&public.device))
}

/// It is wanted.
pub fn set_on(vault: &mut Vault) -> Result<(), EngineError> {
    vault.index.write(|db| marks::set(db, Mark::UnlockAtLogin, &true))
}

/// It is wanted no more.
pub fn set_off(vault: &mut Vault) -> Result<(), EngineError> {
    vault.index.write(|db| marks::remove(db, Mark::UnlockAtLogin))
}

fn is_wanted(vault: &mut Vault) -> Result<bool, EngineError> {
    Ok(marks::find::<bool>(vault.index.read(), Mark::UnlockAtLogin)?.unwrap_or(false))
}

/// Whether the keyring opens this home as it stands.
pub fn is_kept(shared: &Shared) -> bool {
    slots(&shared.home).is_ok_and(|slots| slots.has(SlotKind::LOGIN) && slots.has(SlotKind::PASSWORD))
}

/// After the password was given: the keyring opens this home next time, if that is wanted.
///
/// `turning`: what else writes slots holds it meanwhile. Locking ends this.
pub async fn keep(
    shared: Arc<Shared>,
    session: Arc<Session>,
    keyring: Arc<dyn Keyring>,
    turning: Arc<tokio::sync::Mutex<()>>,
    public: Public,
    opened: OpenedSlots,
) {
    let keeping = async {
        if !shared.open(|open| is_wanted(&mut open.vault))? {
            return Ok(());
        }
        if let Some(kept) = ask(&shared, &keyring, &public).await?
            && open(&shared, &public, &kept)?.is_some()
        {
            return Ok(());
        }
        let secret = LoginSecret::make().map_err(SlotError::from)?;
        let (name, text) = (entry(&public), secret.to_keyring_text());
        if let Err(error) = within(PERSON, &keyring, move |keyring| keyring.store(&name, &text)).await {
            tracing::warn!(%error, "the keyring does not take what would open Valise at log-in");
            return Ok(());
        }
        let _turn = turning.lock().await;
        // A person may have thought otherwise while the keyring was waited for.
        let mut slots = slots(&shared.home)?;
        if !shared.open(|open| is_wanted(&mut open.vault))? || !slots.has(SlotKind::PASSWORD) {
            return Ok(());
        }
        slots.remove_kind(SlotKind::LOGIN);
        slots.add_login(public.workspace, opened.device_key(), &secret)?;
        shared.home.write(SLOTS, &slots.to_bytes()?)?;
        shared.tell_status();
        Ok(())
    };
    let kept: Result<(), EngineError> = tokio::select! {
        biased;
        () = session.cancel.cancelled() => return,
        kept = keeping => kept,
    };
    if let Err(error) = kept {
        tracing::warn!(%error, "Valise will not open at log-in");
    }
}

/// What the keyring has for this home; none if it is not to open it, or gives nothing.
pub async fn ask(
    shared: &Shared,
    keyring: &Arc<dyn Keyring>,
    public: &Public,
) -> Result<Option<LoginSecret>, EngineError> {
    if !is_kept(shared) {
        return Ok(None);
    }
    let name = entry(public);
    let text: Result<Option<Zeroizing<String>>, KeyringError> =
        within(PERSON, keyring, move |keyring| keyring.read(&name)).await;
    Ok(text
        .unwrap_or_else(|error| {
            tracing::warn!(%error, "the keyring gives nothing: the password is asked for");
            None
        })
        .and_then(|text| LoginSecret::from_keyring_text(&text)))
}

/// What it opens; none if it does not open this home: an old secret, somebody else's, a token that is asked for alone.
pub fn open(shared: &Shared, public: &Public, secret: &LoginSecret) -> Result<Option<OpenedSlots>, EngineError> {
    if !is_kept(shared) {
        return Ok(None);
    }
    let slots = slots(&shared.home)?;
    Ok(match slots.open_with_login(public.workspace, secret) {
        Ok(device_key) => Some(OpenedSlots::new(slots, device_key)),
        Err(error) => {
            tracing::warn!(%error, "what the keyring has does not open Valise: the password is asked for");
            None
        }
    })
}

/// The keyring opens this home no more. Answers whether anything is left to be taken out of the keyring.
pub fn forget(shared: &Shared) -> bool {
    let forget = || {
        let mut slots = slots(&shared.home)?;
        if !slots.has(SlotKind::LOGIN) {
            return Ok(false);
        }
        slots.remove_kind(SlotKind::LOGIN);
        shared.home.write(SLOTS, &slots.to_bytes()?)?;
        Ok(true)
    };
    forget().unwrap_or_else(|error: EngineError| {
        tracing::warn!(%error, "the log-in slot stays; its secret is taken out of the keyring");
        true
    })
}

/// Takes the secret out of the keyring, as far as the keyring lets it: alone it opens nothing.
pub async fn take_back(keyring: &Arc<dyn Keyring>, public: &Public) {
    let name = entry(public);
    if let Err(error) = within(GLANCE, keyring, move |keyring| keyring.remove(&name)).await {
        tracing::warn!(%error, "a secret stays in the keyring; alone it opens nothing");
    }
}

#[cfg(test)]
mod tests;
