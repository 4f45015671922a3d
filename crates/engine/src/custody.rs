//! Keys that others keep, as this engine uses them: one secret, the half of a recovery authority, wrapped on an officer's
//! computer and opened on one.
//!
//! Where a key is kept is said by the person at this computer, and remembered here: an address names a library that is
//! loaded, or a server that is shown a token, so none is ever taken from a record.

use valise_crypto::{AuthoritySecret, SealingPair};
use valise_custody::{
    Credentials, CustodyError, Keeper, KeeperConfig, Secret, SecretText, Wrapped, create_key, keeper,
};
use valise_protocol::ids::{KeyVersion, WorkspaceId};
use valise_protocol::place::WrapPlace;
use valise_protocol::workspace::{Holder, Kept};

use crate::api::Password;
use crate::error::EngineError;
use crate::vault::authority::KeptHolder;

/// A holder whose secret half was just made and wrapped.
pub async fn make_holder(
    at: (WorkspaceId, KeyVersion),
    place: &str,
    secret: Option<Password>,
) -> Result<Holder, EngineError> {
    let config = config(place)?;
    let keeper = keeper(&config, credentials(&config, secret)?)?;
    let authority = AuthoritySecret::make()?;
    let place = bound_to(at);
    let wrapped = keeper.wrap(&Secret::copy_of(authority.expose_to_keeper()), &place).await?;
    // Who may only wrap would make everybody rely on what nobody here can open.
    let opened = AuthoritySecret::from_keeper(keeper.unwrap(&wrapped, &place).await?.expose_secret());
    if opened != authority {
        return Err(CustodyError::NotUnderstood.into());
    }
    // Words for people: where exactly, each officer says at their own computer.
    let words = format!("{}, {}", wrapped.provider().words(), wrapped.key());
    let kept = Kept { place: words, wrapped: wrapped.to_bytes().into() };
    Ok(Holder { public: SealingPair::of_authority(&authority)?.public().clone(), officer: None, kept: Some(kept) })
}

/// Opens a holder's secret half.
pub async fn open_holder(
    at: (WorkspaceId, KeyVersion),
    kept: &KeptHolder,
    place: &str,
    secret: Option<Password>,
) -> Result<SealingPair, EngineError> {
    let config = config(place)?;
    let keeper = keeper(&config, credentials(&config, secret)?)?;
    let (authority, _) = open_any(keeper.as_ref(), at, kept).await?;
    Ok(SealingPair::of_authority(&authority)?)
}

/// The holder with its secret half under the newest version of the key that has wrapped it; none if it is so already.
pub async fn rewrap_holder(
    at: (WorkspaceId, KeyVersion),
    kept: &KeptHolder,
    place: &str,
    secret: Option<Password>,
) -> Result<Option<Holder>, EngineError> {
    let config = config(place)?;
    let keeper = keeper(&config, credentials(&config, secret)?)?;
    let (authority, opened) = open_any(keeper.as_ref(), at, kept).await?;
    let bound = bound_to(at);
    let new = keeper.wrap(&Secret::copy_of(authority.expose_to_keeper()), &bound).await?;
    let newest = wrapped_of(kept.wraps.first().ok_or(OTHER)?).ok();
    let name = |wrapped: &Wrapped| (wrapped.provider(), wrapped.key().to_owned(), wrapped.version().to_owned());
    if newest.as_ref() == Some(&opened) && name(&new) == name(&opened) {
        return Ok(None);
    }
    // What nobody can open must not take the place of what somebody can.
    open_with(keeper.as_ref(), at, &kept.holder, &new).await?;
    let words = format!("{}, {}", new.provider().words(), new.key());
    let wrap = Kept { place: words, wrapped: new.to_bytes().into() };
    Ok(Some(Holder { kept: Some(wrap), ..kept.holder.clone() }))
}

const OTHER: EngineError = EngineError::NotVerified("the key of those who can help");

fn wrapped_of(kept: &Kept) -> Result<Wrapped, EngineError> {
    Wrapped::from_bytes(&kept.wrapped).map_err(|_| OTHER)
}

fn bound_to((workspace, version): (WorkspaceId, KeyVersion)) -> Vec<u8> {
    WrapPlace::AuthoritySecret { workspace, version }.associated_data()
}

/// What opens of the wraps, tried from the newest on: an officer may have written one that nobody, or only they, can open.
/// The newest one's trouble is what is told.
async fn open_any(
    keeper: &dyn Keeper,
    at: (WorkspaceId, KeyVersion),
    kept: &KeptHolder,
) -> Result<(AuthoritySecret, Wrapped), EngineError> {
    let mut trouble = None;
    for wrap in &kept.wraps {
        let opened = match wrapped_of(wrap) {
            Ok(wrapped) => open_with(keeper, at, &kept.holder, &wrapped).await.map(|secret| (secret, wrapped)),
            Err(error) => Err(error),
        };
        match opened {
            Ok(opened) => return Ok(opened),
            Err(error) if ends_all(&error) => return Err(error),
            Err(error) => trouble = trouble.or(Some(error)),
        }
    }
    Err(trouble.unwrap_or(OTHER))
}

/// Troubles that another wrap meets as well: above all a wrong PIN, which is never tried twice.
fn ends_all(error: &EngineError) -> bool {
    use CustodyError as E;
    let EngineError::Custody(error) = error else { return false };
    matches!(
        error,
        E::WrongPin(_)
            | E::PinLocked
            | E::NoCredentials(_)
            | E::BadCredentials
            | E::NoSuchModule(_)
            | E::UnsafeModule(_)
            | E::NoSuchToken(_)
            | E::TokenNotReady(_)
            | E::TokenAbsent
            | E::NotReachable(_)
            | E::Unavailable(_)
            | E::NotTrusted(_)
            | E::NotTls(_)
            | E::Stopped
    )
}

/// A keeper can answer with whatever it likes: it is the holder's secret half, or nothing.
async fn open_with(
    keeper: &dyn Keeper,
    at: (WorkspaceId, KeyVersion),
    holder: &Holder,
    wrapped: &Wrapped,
) -> Result<AuthoritySecret, EngineError> {
    let opened = keeper.unwrap(wrapped, &bound_to(at)).await?;
    let authority = AuthoritySecret::from_keeper(opened.expose_secret());
    if *SealingPair::of_authority(&authority)?.public() == holder.public { Ok(authority) } else { Err(OTHER) }
}

/// Makes the key that an address names.
pub async fn make_key(place: &str, secret: Option<Password>) -> Result<(), EngineError> {
    let config = config(place)?;
    create_key(&config, credentials(&config, secret)?).await?;
    Ok(())
}

/// What an address says, with what is missing from the environment.
pub fn config(place: &str) -> Result<KeeperConfig, EngineError> {
    Ok(KeeperConfig::from_text(place, |name| std::env::var(name).ok())?)
}

fn credentials(config: &KeeperConfig, secret: Option<Password>) -> Result<Credentials, CustodyError> {
    let text = secret.map(|secret| SecretText::new(secret.0.clone()));
    Ok(match (config, text) {
        (KeeperConfig::Pkcs11(_), Some(pin)) => Credentials::Pin(pin),
        (KeeperConfig::Pkcs11(_), None) => Credentials::None,
        (_, Some(token)) => Credentials::Token(token),
        (KeeperConfig::Transit(_), None) => {
            // As Vault's own program does: the environment says where its token lies.
            let home = std::env::var_os("HOME").map(std::path::PathBuf::from);
            Credentials::vault_token(None, |name| std::env::var(name).ok(), home.as_deref())?
        }
        (KeeperConfig::GoogleKms(_), None) => Credentials::GoogleDefault,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Mutex;

    use valise_custody::{Description, PinTries, Provider};

    use super::*;

    const AT: fn() -> (WorkspaceId, KeyVersion) = || (WorkspaceId::new([1; 32]), 1);

    /// Opens what is under its own key, answers with another secret to a `lie`, and counts how often it is asked.
    struct OneKey {
        secret: [u8; 32],
        wrong_pin: bool,
        asked: Mutex<Vec<String>>,
    }

    #[async_trait::async_trait]
    impl Keeper for OneKey {
        fn provider(&self) -> Provider {
            Provider::Pkcs11
        }

        async fn wrap(&self, _: &Secret, _: &[u8]) -> Result<Wrapped, CustodyError> {
            Err(CustodyError::NotAllowed)
        }

        async fn unwrap(&self, wrapped: &Wrapped, _: &[u8]) -> Result<Secret, CustodyError> {
            self.asked.lock().unwrap().push(wrapped.version().to_owned());
            match wrapped.version() {
                _ if self.wrong_pin => Err(CustodyError::WrongPin(PinTries::LastOne)),
                "right" => Ok(Secret::copy_of(&self.secret)),
                "lie" => Ok(Secret::copy_of(&[7; 32])),
                _ => Err(CustodyError::NoSuchKey("gone".to_owned())),
            }
        }

        async fn describe(&self) -> Result<Description, CustodyError> {
            Err(CustodyError::NotAllowed)
        }
    }

    fn wrap(version: &str) -> Kept {
        let wire = (1_u8, "valise", version, serde_bytes::ByteBuf::from(vec![0; 60]));
        let bytes = [vec![1], valise_protocol::cbor::encode(&wire).unwrap()].concat();
        assert_eq!(Wrapped::from_bytes(&bytes).unwrap().version(), version);
        Kept { place: "a token".into(), wrapped: bytes.into() }
    }

    fn world(wraps: Vec<Kept>, wrong_pin: bool) -> (OneKey, KeptHolder) {
        let secret = AuthoritySecret::make().unwrap();
        let public = SealingPair::of_authority(&secret).unwrap().public().clone();
        let holder = Holder { public, officer: None, kept: wraps.first().cloned() };
        let keeper = OneKey { secret: *secret.expose_to_keeper(), wrong_pin, asked: Mutex::default() };
        (keeper, KeptHolder { index: 0, holder, wraps })
    }

    #[tokio::test]
    async fn an_earlier_wrap_opens_where_newer_ones_do_not() {
        let rubbish = Kept { place: "a token".into(), wrapped: vec![9; 40].into() };
        let wraps = vec![rubbish.clone(), wrap("theirs"), wrap("lie"), wrap("right"), wrap("never asked")];
        let (keeper, kept) = world(wraps, false);
        let (opened, wrapped) = open_any(&keeper, AT(), &kept).await.unwrap();
        assert_eq!(opened.expose_to_keeper(), &keeper.secret);
        assert_eq!(wrapped.version(), "right");
        assert_eq!(*keeper.asked.lock().unwrap(), ["theirs", "lie", "right"]);

        let (keeper, kept) = world(vec![wrap("theirs"), rubbish], false);
        let none = open_any(&keeper, AT(), &kept).await;
        assert!(matches!(none, Err(EngineError::Custody(CustodyError::NoSuchKey(_)))), "the newest one's trouble");
    }

    #[tokio::test]
    async fn a_wrong_pin_is_tried_once_however_many_wraps_there_are() {
        let (keeper, kept) = world(vec![wrap("theirs"), wrap("right"), wrap("right")], true);
        let refused = open_any(&keeper, AT(), &kept).await;
        assert!(matches!(refused, Err(EngineError::Custody(CustodyError::WrongPin(PinTries::LastOne)))));
        assert_eq!(keeper.asked.lock().unwrap().len(), 1);
    }
}
