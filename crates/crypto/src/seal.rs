//! Keys sealed to a public key: HPKE base mode (RFC 9180) with X-Wing (draft-connolly-cfrg-xwing-kem, KEM id
//! 0x647a), HKDF-SHA256 and ChaCha20-Poly1305. The only file that names `hpke`.
//!
//! A seal does not authenticate who made it: the signed record that carries it does, and what opens is
//! accepted only if it matches a commitment. `info` is the purpose; the associated data is the place, with
//! a digest of the public key, which is recomputed from the secret before anything is opened.

use hpke::aead::{AeadTag, ChaCha20Poly1305};
use hpke::inout::InOutBuf;
use hpke::kdf::HkdfSha256;
use hpke::kem::{Kem as KemTrait, XWing};
use hpke::{Deserializable, OpModeR, OpModeS, Serializable};
use valise_protocol::ids::Commitment;
use valise_protocol::invitation::Secret;
use valise_protocol::keys::{ENCAPSULATION_LEN, Encapsulation, SEALING_PUBLIC_LEN, Seal, SealedKey, SealingPublic};
use valise_protocol::place::SealPlace;
use valise_protocol::sign::VerifyKey;
use zeroize::Zeroizing;

use crate::error::{DoesNotOpen, LibraryFailed, MakeError, OpenError};
use crate::key::{AccountSecret, AuthoritySecret, FolderKey, MasterKey, Purpose, RecoveryKey, Secret32};
use crate::locked::wiping_stack;
use crate::random;

type PrivateKey = <XWing as KemTrait>::PrivateKey;
type PublicKey = <XWing as KemTrait>::PublicKey;
type EncappedKey = <XWing as KemTrait>::EncappedKey;

/// Randomness of one X-Wing encapsulation, in bytes.
const ENCAPSULATION_RANDOMNESS: usize = 64;
const TAG_LEN: usize = 16;

/// A secret that opens seals, with its public half.
pub struct SealingPair {
    secret: Secret32,
    private: Box<PrivateKey>,
    public: SealingPublic,
}

impl SealingPair {
    /// A new random pair.
    ///
    /// # Errors
    /// [`MakeError::Randomness`]: the operating system gives none.
    pub fn make() -> Result<Self, MakeError> {
        Ok(Self::from_secret(Secret32::make()?)?)
    }

    /// The pair of an account key. Costs as much as sealing: keep it.
    ///
    /// # Errors
    /// [`MakeError::Library`], which the library has no reason for.
    pub fn of_account(secret: &AccountSecret) -> Result<Self, MakeError> {
        Ok(Self::from_secret(Secret32::copy_of(secret.expose_secret()))?)
    }

    /// The pair of an authority whose secret half is kept elsewhere.
    ///
    /// # Errors
    /// [`MakeError::Library`], which the library has no reason for.
    pub fn of_authority(secret: &AuthoritySecret) -> Result<Self, MakeError> {
        Ok(Self::from_secret(Secret32::copy_of(secret.expose_secret()))?)
    }

    /// The pair of a recovery key: master keys are sealed to it.
    ///
    /// # Errors
    /// [`MakeError::Library`], which the library has no reason for.
    pub fn of_recovery(key: &RecoveryKey) -> Result<Self, MakeError> {
        Ok(Self::from_secret(key.derive_subkey(Purpose::RecoverySealing))?)
    }

    /// The public half is always computed, never taken from anywhere.
    pub(crate) fn from_secret(secret: Secret32) -> Result<Self, LibraryFailed> {
        // The library's keys are moved about before they come to rest.
        wiping_stack(|| {
            let private = Box::new(PrivateKey::from_bytes(secret.expose_secret()).map_err(|_| LibraryFailed)?);
            let mut public = vec![0; SEALING_PUBLIC_LEN];
            XWing::sk_to_pk(&private).write_exact(&mut public);
            let public = SealingPublic::new(public).ok_or(LibraryFailed)?;
            Ok(Self { secret, private, public })
        })
    }

    /// What others seal to.
    pub fn public(&self) -> &SealingPublic {
        &self.public
    }

    /// For tests that look for it in memory.
    #[cfg(debug_assertions)]
    #[doc(hidden)]
    pub fn disguised(&self) -> crate::key::Disguised {
        self.secret.disguised()
    }

    /// The 32-byte secret, to be sealed.
    pub(crate) fn secret(&self) -> &Secret32 {
        &self.secret
    }
}

impl std::fmt::Debug for SealingPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingPair(..)")
    }
}

/// Seals a folder key to a member, at a [`SealPlace::FolderKey`].
///
/// # Errors
/// [`MakeError::BadPublicKey`]: the member's public key is not one.
pub fn seal_folder_key(place: &SealPlace<'_>, key: &FolderKey) -> Result<Seal, MakeError> {
    match place {
        SealPlace::FolderKey { .. } => seal_key(place, key.expose_secret()),
        _ => Err(MakeError::WrongPlace),
    }
}

/// Opens a folder key and checks it against the epoch's commitment.
///
/// # Errors
/// [`OpenError::NotMyKey`], or [`OpenError::DoesNotOpen`]: the record's author sealed something else.
pub fn open_folder_key(
    pair: &SealingPair,
    place: &SealPlace<'_>,
    seal: &Seal,
    expected: &Commitment,
) -> Result<FolderKey, OpenError> {
    if !matches!(place, SealPlace::FolderKey { .. }) {
        return Err(OpenError::DoesNotOpen);
    }
    let key = FolderKey::copy_of(&*open_key(pair, place, seal)?);
    if key.commitment() == *expected { Ok(key) } else { Err(OpenError::DoesNotOpen) }
}

/// Seals a master key to a device or a recovery set, at a [`SealPlace::MasterToDevice`] or
/// [`SealPlace::MasterToRecovery`].
///
/// # Errors
/// [`MakeError::BadPublicKey`]: the recipient's public key is not one.
pub fn seal_master_key(place: &SealPlace<'_>, key: &MasterKey) -> Result<Seal, MakeError> {
    match place {
        SealPlace::MasterToDevice { .. } | SealPlace::MasterToRecovery { .. } => seal_key(place, key.expose_secret()),
        _ => Err(MakeError::WrongPlace),
    }
}

/// Opens a master key and checks it against the commitment in the account chain.
///
/// # Errors
/// [`OpenError::NotMyKey`], or [`OpenError::DoesNotOpen`]: the record's author sealed something else.
pub fn open_master_key(
    pair: &SealingPair,
    place: &SealPlace<'_>,
    seal: &Seal,
    expected: &Commitment,
) -> Result<MasterKey, OpenError> {
    if !matches!(place, SealPlace::MasterToDevice { .. } | SealPlace::MasterToRecovery { .. }) {
        return Err(OpenError::DoesNotOpen);
    }
    let key = MasterKey::copy_of(&*open_key(pair, place, seal)?);
    if key.commitment() == *expected { Ok(key) } else { Err(OpenError::DoesNotOpen) }
}

/// Seals an invitation's secret to an officer, at a [`SealPlace::InvitationSecret`].
///
/// # Errors
/// [`MakeError::BadPublicKey`]: the officer's public key is not one.
pub fn seal_invitation_secret(place: &SealPlace<'_>, secret: &Secret) -> Result<Seal, MakeError> {
    match place {
        SealPlace::InvitationSecret { .. } => seal_key(place, secret.as_bytes()),
        _ => Err(MakeError::WrongPlace),
    }
}

/// Opens an invitation's secret and checks that it is the one whose public key stands in the chain.
///
/// # Errors
/// [`OpenError::NotMyKey`], or [`OpenError::DoesNotOpen`]: the inviter sealed something else.
pub fn open_invitation_secret(
    pair: &SealingPair,
    place: &SealPlace<'_>,
    seal: &Seal,
    expected: &VerifyKey,
) -> Result<Secret, OpenError> {
    if !matches!(place, SealPlace::InvitationSecret { .. }) {
        return Err(OpenError::DoesNotOpen);
    }
    let secret = Secret::new(*open_key(pair, place, seal)?);
    if secret.signing_key().verify_key() == *expected { Ok(secret) } else { Err(OpenError::DoesNotOpen) }
}

/// Seals 32 bytes at a place, to the place's public key.
pub(crate) fn seal_key(place: &SealPlace<'_>, key: &[u8; 32]) -> Result<Seal, MakeError> {
    let mut randomness = Zeroizing::new([0; ENCAPSULATION_RANDOMNESS]);
    random::fill(&mut *randomness)?;
    seal_key_with(randomness, place, key)
}

pub(crate) fn seal_key_with(
    randomness: Zeroizing<[u8; ENCAPSULATION_RANDOMNESS]>,
    place: &SealPlace<'_>,
    key: &[u8; 32],
) -> Result<Seal, MakeError> {
    let (enc, sealed) = hpke_seal(randomness, place.public(), place.info(), &place.associated_data(), key)?;
    let key = SealedKey::new(sealed).ok_or(MakeError::Library)?;
    Ok(Seal { enc, key })
}

/// RFC 9180, section 6.1, `SealBase`, with the encapsulation's randomness drawn beforehand.
pub(crate) fn hpke_seal(
    randomness: Zeroizing<[u8; ENCAPSULATION_RANDOMNESS]>,
    public: &SealingPublic,
    info: &[u8],
    associated_data: &[u8],
    plain: &[u8],
) -> Result<(Encapsulation, Vec<u8>), MakeError> {
    let public = PublicKey::from_bytes(public.as_bytes()).map_err(|_| MakeError::BadPublicKey)?;
    // Should the library ask for more than one encapsulation needs, what it makes is thrown away.
    let mut drawn = random::Drawn::new(randomness);
    let (enc, sealed) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeS::Base,
        &public,
        info,
        plain,
        associated_data,
        &mut drawn,
    )
    .map_err(|_| MakeError::BadPublicKey)?;
    if drawn.exhausted() {
        return Err(MakeError::Library);
    }
    let mut encapsulation = vec![0; ENCAPSULATION_LEN];
    enc.write_exact(&mut encapsulation);
    Ok((Encapsulation::new(encapsulation).ok_or(MakeError::Library)?, sealed))
}

/// Opens 32 bytes at a place.
pub(crate) fn open_key(
    pair: &SealingPair,
    place: &SealPlace<'_>,
    seal: &Seal,
) -> Result<Zeroizing<[u8; 32]>, OpenError> {
    if pair.public != *place.public() {
        return Err(OpenError::NotMyKey);
    }
    Ok(decrypt_key(pair, place, seal)?)
}

fn decrypt_key(pair: &SealingPair, place: &SealPlace<'_>, seal: &Seal) -> Result<Zeroizing<[u8; 32]>, DoesNotOpen> {
    let mut buffer = Zeroizing::new([0; 32 + TAG_LEN]);
    buffer.copy_from_slice(seal.key.as_bytes());
    wiping_stack(|| hpke_open(pair, &seal.enc, place.info(), &place.associated_data(), &mut *buffer))?;
    let key = buffer.first_chunk().ok_or(DoesNotOpen)?;
    Ok(Zeroizing::new(*key))
}

/// RFC 9180, section 6.1, `OpenBase`, in place: the plaintext takes the room before the tag.
pub(crate) fn hpke_open(
    pair: &SealingPair,
    enc: &Encapsulation,
    info: &[u8],
    associated_data: &[u8],
    sealed: &mut [u8],
) -> Result<(), DoesNotOpen> {
    let enc = EncappedKey::from_bytes(enc.as_bytes()).map_err(|_| DoesNotOpen)?;
    let (ciphertext, tag) = sealed.split_last_chunk_mut::<TAG_LEN>().ok_or(DoesNotOpen)?;
    let tag = AeadTag::<ChaCha20Poly1305>::from_bytes(tag).map_err(|_| DoesNotOpen)?;
    hpke::single_shot_open_inout_detached::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeR::Base,
        &pair.private,
        &enc,
        info,
        InOutBuf::from(ciphertext),
        associated_data,
        &tag,
    )
    .map_err(|_| DoesNotOpen)
}
