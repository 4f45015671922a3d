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
    holder: &Holder,
    place: &str,
    secret: Option<Password>,
) -> Result<SealingPair, EngineError> {
    let config = config(place)?;
    let keeper = keeper(&config, credentials(&config, secret)?)?;
    let authority = open_with(keeper.as_ref(), at, holder, &wrapped_of(holder)?).await?;
    Ok(SealingPair::of_authority(&authority)?)
}

/// The holder with its secret half under the newest version of the key that has wrapped it; none if it is so already.
pub async fn rewrap_holder(
    at: (WorkspaceId, KeyVersion),
    holder: &Holder,
    place: &str,
    secret: Option<Password>,
) -> Result<Option<Holder>, EngineError> {
    let config = config(place)?;
    let (keeper, old) = (keeper(&config, credentials(&config, secret)?)?, wrapped_of(holder)?);
    let authority = open_with(keeper.as_ref(), at, holder, &old).await?;
    let bound = bound_to(at);
    let new = keeper.wrap(&Secret::copy_of(authority.expose_to_keeper()), &bound).await?;
    if (new.provider(), new.key(), new.version()) == (old.provider(), old.key(), old.version()) {
        return Ok(None);
    }
    // What nobody can open must not take the place of what somebody can.
    open_with(keeper.as_ref(), at, holder, &new).await?;
    let words = format!("{}, {}", new.provider().words(), new.key());
    let kept = Kept { place: words, wrapped: new.to_bytes().into() };
    Ok(Some(Holder { kept: Some(kept), ..holder.clone() }))
}

const OTHER: EngineError = EngineError::NotVerified("the key of those who can help");

fn wrapped_of(holder: &Holder) -> Result<Wrapped, EngineError> {
    Wrapped::from_bytes(&holder.kept.as_ref().ok_or(OTHER)?.wrapped).map_err(|_| OTHER)
}

fn bound_to((workspace, version): (WorkspaceId, KeyVersion)) -> Vec<u8> {
    WrapPlace::AuthoritySecret { workspace, version }.associated_data()
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
