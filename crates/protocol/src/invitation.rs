//! Invitations: the link, and the proof of having it.
//!
//! A link opens nothing. Its secret gives a signing pair whose public half stands in the chains; whoever
//! signs an account id with it has the link, and the catalog, which never sees the secret, cannot.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_tuple::{Deserialize_tuple, Serialize_tuple};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::cbor;
use crate::chain::Void;
use crate::hash::{Label, digest};
use crate::ids::{AccountId, FolderId, InvitationId, WorkspaceId};
use crate::record::FORMAT_VERSION;
use crate::sign::{Domain, Signature, SigningKey, VerifyKey};

/// What links begin with.
pub const SCHEME: &str = "valise://join/";
/// Most invitations that may be open at a time, in a folder or a workspace.
pub const MAX_INVITATIONS: usize = 1_000;
/// Longest link that is looked at.
pub const MAX_LINK: usize = 4096;

/// The one-time secret of an invitation.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(#[serde(with = "serde_bytes")] [u8; 32]);

impl Secret {
    /// From 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes, to be sealed.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The signing pair: the secret is the seed.
    pub fn signing_key(&self) -> SigningKey {
        SigningKey::from_seed(&Zeroizing::new(self.0))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What a link holds. The names are the inviter's words, for display before joining; nothing is decided by them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Link {
    /// [`FORMAT_VERSION`].
    pub version: u8,
    /// The workspace: pins its whole chain.
    pub workspace: WorkspaceId,
    /// The catalog's identity key.
    pub catalog: VerifyKey,
    /// Where the catalog answers.
    pub addresses: Vec<String>,
    /// Which invitation.
    pub invitation: InvitationId,
    /// Its secret.
    pub secret: Secret,
    /// The folder it is to, if any.
    pub folder: Option<FolderId>,
    /// Milliseconds since 1970.
    pub expires: u64,
    /// The workspace's name.
    pub workspace_name: String,
    /// The inviter's name.
    pub inviter: String,
    /// The folder's name.
    pub folder_name: Option<String>,
}

/// Why a link cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLink {
    /// Something else.
    #[error("this is not a Valise invitation")]
    NotALink,
    /// Cut short or changed on its way.
    #[error("the invitation is incomplete or was changed on its way")]
    Damaged,
    /// A later format.
    #[error("the invitation was made by a newer version of Valise")]
    UpdateNeeded,
}

impl Link {
    /// `valise://join/` and base64url of checksum (4 bytes) and canonical CBOR.
    pub fn to_text(&self) -> String {
        let body = Zeroizing::new(cbor::encode(self).unwrap_or_default());
        let mut bytes = Zeroizing::new(digest(Label::Link, &[&body])[..4].to_vec());
        bytes.extend_from_slice(&body);
        format!("{SCHEME}{}", BASE64_URL_SAFE_NO_PAD.encode(&*bytes))
    }

    /// Reads a link; white space around and inside (as mail programs put it) is no harm.
    pub fn parse(text: &str) -> Result<Self, BadLink> {
        if text.len() > MAX_LINK {
            return Err(BadLink::NotALink);
        }
        let text: Zeroizing<String> = Zeroizing::new(text.split_whitespace().collect());
        let payload = text.strip_prefix(SCHEME).ok_or(BadLink::NotALink)?;
        let bytes = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.decode(payload).map_err(|_| BadLink::Damaged)?);
        let (checksum, body) = bytes.split_at_checked(4).ok_or(BadLink::Damaged)?;
        if digest(Label::Link, &[body])[..4] != *checksum {
            return Err(BadLink::Damaged);
        }
        match body {
            [0x80..=0x97, FORMAT_VERSION, ..] => cbor::decode(body).map_err(|_| BadLink::Damaged),
            [0x80..=0x97, 2..=23, ..] => Err(BadLink::UpdateNeeded),
            _ => Err(BadLink::Damaged),
        }
    }
}

/// Proof of having a link, in the record that admits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Redemption {
    /// Which invitation.
    pub invitation: InvitationId,
    /// By the invitation's key, over workspace, invitation and account.
    pub proof: Signature,
}

/// Redeems an invitation for an account.
pub fn redeem(workspace: WorkspaceId, invitation: InvitationId, account: AccountId, secret: &Secret) -> Redemption {
    let proof = secret.signing_key().sign(Domain::Redeem, &redeem_bytes(workspace, invitation, account));
    Redemption { invitation, proof }
}

/// Whether a redemption is by somebody who has the link.
pub fn check_redemption(
    workspace: WorkspaceId,
    key: &VerifyKey,
    account: AccountId,
    redemption: &Redemption,
) -> Result<(), Void> {
    let bytes = redeem_bytes(workspace, redemption.invitation, account);
    key.verify(Domain::Redeem, &bytes, &redemption.proof).map_err(|_| Void::Invitation)
}

fn redeem_bytes(workspace: WorkspaceId, invitation: InvitationId, account: AccountId) -> Vec<u8> {
    cbor::encode(&(workspace, invitation, account)).unwrap_or_default()
}
