//! Escrow: a share that a workspace's recovery authority can open, and nobody of it alone if it has two holders.
//!
//! What is sealed (HPKE) is the share's value, 32 bytes, to the authority's holder; where there are two, each gets one
//! half of a 2-of-2 split of it. A holder opens their part and seals it to the device that asks, in one step: the value
//! does not leave this crate. By itself it is one share of three, and opens nothing.

use valise_protocol::keys::Seal;
use valise_protocol::place::{SealPlace, WrapPlace};
use zeroize::Zeroizing;

use crate::aead::Aead;
use crate::error::{DoesNotOpen, MakeError, OpenError, RewrapError};
use crate::key::{DeviceKey, Purpose, Secret32};
use crate::seal::{SealingPair, open_key, seal_key};
use crate::shares::{Share, ShareIndex, ShareSet, halves, join_halves};

/// Seals a set's third share to the holders of an authority, at a [`SealPlace::EscrowShare`] for each: one or two.
///
/// # Errors
/// [`MakeError::WrongPlace`]: another share, another kind of place, or no or too many holders.
/// [`MakeError::BadPublicKey`]: a holder's public key is not one.
pub fn seal_share(places: &[SealPlace<'_>], share: &Share) -> Result<Vec<Seal>, MakeError> {
    let fits = places.iter().all(|place| matches!(place, SealPlace::EscrowShare { .. }));
    if !fits || share.index() != ShareIndex::SecondKit {
        return Err(MakeError::WrongPlace);
    }
    match places {
        [one] => Ok(vec![seal_key(one, share.value().expose_secret())?]),
        [one, two] => {
            let [first, second] = halves(share.value())?;
            Ok(vec![seal_key(one, first.expose_secret())?, seal_key(two, second.expose_secret())?])
        }
        _ => Err(MakeError::WrongPlace),
    }
}

/// Opens a holder's part and seals it to the device that asks, at a [`SealPlace::ReleasedShare`].
///
/// # Errors
/// [`RewrapError::DoesNotOpen`]: the part was sealed to another key, or somebody sealed something else.
/// [`RewrapError::Make`]: the device's public key is not one.
pub fn release_share(
    pair: &SealingPair,
    (from, seal): (&SealPlace<'_>, &Seal),
    to: &SealPlace<'_>,
) -> Result<Seal, RewrapError> {
    if !matches!((from, to), (SealPlace::EscrowShare { .. }, SealPlace::ReleasedShare { .. })) {
        return Err(MakeError::WrongPlace.into());
    }
    let part = open_key(pair, from, seal).map_err(|_: OpenError| DoesNotOpen)?;
    Ok(seal_key(to, &part)?)
}

/// Opens what every holder released to this device, and puts the share together. Whether it is the right one shows when
/// it is combined with another one: a false part is then named as a share that does not fit.
///
/// # Errors
/// [`DoesNotOpen`].
pub fn open_released(
    pair: &SealingPair,
    place: &SealPlace<'_>,
    seals: &[&Seal],
    set: &ShareSet,
) -> Result<Share, DoesNotOpen> {
    if !matches!(place, SealPlace::ReleasedShare { .. }) {
        return Err(DoesNotOpen);
    }
    let open = |seal: &Seal| open_key(pair, place, seal).map_err(|_: OpenError| DoesNotOpen);
    let value = match seals {
        [one] => Secret32::copy_of(&*open(one)?),
        [one, two] => join_halves([&*open(one)?, &*open(two)?])?,
        _ => return Err(DoesNotOpen),
    };
    Ok(Share::of_escrow(set, value))
}

/// Seals a kit's share for the disk of a device that waits for the other one, at a [`WrapPlace::WaitingShare`].
///
/// # Errors
/// [`MakeError::WrongPlace`], [`MakeError::Randomness`].
pub fn seal_waiting_share(key: &DeviceKey, place: &WrapPlace, share: &Share) -> Result<Vec<u8>, MakeError> {
    let WrapPlace::WaitingShare { .. } = place else { return Err(MakeError::WrongPlace) };
    let text = share.to_keyring_text();
    Aead::new(&key.derive_subkey(Purpose::WaitingShare))?.seal(&place.associated_data(), text.as_bytes())
}

/// Opens what [`seal_waiting_share`] made.
///
/// # Errors
/// [`DoesNotOpen`].
pub fn open_waiting_share(key: &DeviceKey, place: &WrapPlace, sealed: &[u8]) -> Result<Share, DoesNotOpen> {
    let WrapPlace::WaitingShare { .. } = place else { return Err(DoesNotOpen) };
    let aead = Aead::new(&key.derive_subkey(Purpose::WaitingShare)).map_err(|_| DoesNotOpen)?;
    let text: Zeroizing<Vec<u8>> = aead.open(&place.associated_data(), sealed)?;
    let text = std::str::from_utf8(&text).map_err(|_| DoesNotOpen)?;
    Share::from_keyring_text(text).map_err(|_| DoesNotOpen)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use valise_protocol::ids::{AccountId, DeviceId, RecoverySetId, WorkspaceId};
    use valise_protocol::keys::SealingPublic;

    use super::*;
    use crate::error::ShareError;
    use crate::key::RecoveryKey;
    use crate::shares::{combine, split};

    const WORKSPACE: WorkspaceId = WorkspaceId::new([1; 32]);
    const ACCOUNT: AccountId = AccountId::new([2; 32]);
    const SET: RecoverySetId = RecoverySetId::new([3; 16]);
    const DEVICE: DeviceId = DeviceId::new([4; 32]);

    fn escrow(public: &SealingPublic) -> SealPlace<'_> {
        SealPlace::EscrowShare { workspace: WORKSPACE, account: ACCOUNT, set: SET, authority: 1, public }
    }

    fn released(public: &SealingPublic) -> SealPlace<'_> {
        SealPlace::ReleasedShare { workspace: WORKSPACE, account: ACCOUNT, set: SET, device: DEVICE, public }
    }

    #[test]
    fn one_holder_or_two_release_a_share_to_one_device() {
        let key = RecoveryKey::make().unwrap();
        let (set, [own, kit, third]) = split(&key, SET).unwrap();
        let (alice, bob, device) =
            (SealingPair::make().unwrap(), SealingPair::make().unwrap(), SealingPair::make().unwrap());
        let to = released(device.public());
        for holders in [vec![&alice], vec![&alice, &bob]] {
            let places: Vec<SealPlace<'_>> = holders.iter().map(|holder| escrow(holder.public())).collect();
            let seals = seal_share(&places, &third).unwrap();
            assert_eq!(seals.len(), holders.len());
            let parts = holders.iter().zip(&places).zip(&seals);
            let parts: Vec<Seal> =
                parts.map(|((holder, place), seal)| release_share(holder, (place, seal), &to).unwrap()).collect();
            let parts: Vec<&Seal> = parts.iter().collect();
            let share = open_released(&device, &to, &parts, &set).unwrap();
            assert!(combine(&set, &kit, &share).unwrap() == key);
            assert!(combine(&set, &share, &own).unwrap() == key);
            // To another device, at another place, or through another holder's hands: nothing.
            assert!(open_released(&alice, &released(alice.public()), &parts, &set).is_err());
            let other = SealPlace::ReleasedShare {
                workspace: WORKSPACE,
                account: AccountId::new([9; 32]),
                set: SET,
                device: DEVICE,
                public: device.public(),
            };
            assert!(open_released(&device, &other, &parts, &set).is_err());
            assert!(release_share(&device, (&places[0], &seals[0]), &to).is_err());
            assert!(release_share(&alice, (&to, &seals[0]), &to).is_err());
        }
        assert_eq!(seal_share(&[], &third).unwrap_err(), MakeError::WrongPlace);
        assert_eq!(seal_share(&[escrow(alice.public())], &kit).unwrap_err(), MakeError::WrongPlace);
        assert_eq!(seal_share(&[to], &third).unwrap_err(), MakeError::WrongPlace);
    }

    /// Attack: one of two holders alone, twice the same half, and halves of two splits.
    #[test]
    fn one_of_two_holders_has_nothing() {
        let key = RecoveryKey::make().unwrap();
        let (set, [_, kit, third]) = split(&key, SET).unwrap();
        let (alice, bob, device) =
            (SealingPair::make().unwrap(), SealingPair::make().unwrap(), SealingPair::make().unwrap());
        let places = [escrow(alice.public()), escrow(bob.public())];
        let to = released(device.public());
        let seals = seal_share(&places, &third).unwrap();
        let again = seal_share(&places, &third).unwrap();
        let one = release_share(&alice, (&places[0], &seals[0]), &to).unwrap();
        let two = release_share(&bob, (&places[1], &again[1]), &to).unwrap();
        for parts in [vec![&one], vec![&one, &one], vec![&one, &two], vec![]] {
            let share = open_released(&device, &to, &parts, &set);
            assert!(share.is_err() || combine(&set, &kit, &share.unwrap()) == Err(ShareError::DoesNotOpen));
        }
    }

    #[test]
    fn a_waiting_share_opens_at_its_place_only() {
        let (_, [_, kit, _]) = split(&RecoveryKey::make().unwrap(), SET).unwrap();
        let (key, other) = (DeviceKey::make().unwrap(), DeviceKey::make().unwrap());
        let place = WrapPlace::WaitingShare { account: ACCOUNT, set: SET, device: DEVICE };
        let sealed = seal_waiting_share(&key, &place, &kit).unwrap();
        assert!(open_waiting_share(&key, &place, &sealed).unwrap().to_code() == kit.to_code());
        assert!(open_waiting_share(&other, &place, &sealed).is_err());
        let elsewhere = WrapPlace::WaitingShare { account: ACCOUNT, set: SET, device: DeviceId::new([5; 32]) };
        assert!(open_waiting_share(&key, &elsewhere, &sealed).is_err());
        let wrong = WrapPlace::DeviceSecrets { workspace: WORKSPACE };
        assert!(seal_waiting_share(&key, &wrong, &kit).is_err() && open_waiting_share(&key, &wrong, &sealed).is_err());
    }
}
