//! Types of the catalog's API: JSON over HTTP under `/v1`.
//!
//! | Request | What |
//! | --- | --- |
//! | `GET /v1/identity` | [`Identity`], open to all |
//! | `POST /v1/sessions` | a [`crate::auth::Session`], open to all |
//! | `POST /v1/workspaces` | [`NewWorkspace`]: the first records of a workspace and its founder |
//! | `POST /v1/joins` | [`JoinRequest`]: proven by the invitation's key |
//! | `GET /v1/joins` | [`Joins`] waiting: for officers and owners |
//! | `GET /v1/folders` | [`Folders`] of the asking account |
//! | `GET /v1/chains/{chain}?after=SEQ` | [`Page`] of records |
//! | `POST /v1/chains/{chain}` | [`Append`], answered with a [`crate::receipt::Receipt`] |
//! | `GET /v1/chains/{chain}/records/{seq}` | [`Placed`]: which record stands there, with receipt |
//! | `POST /v1/folders` | [`NewFolder`]: the first records of a folder |
//! | `GET /v1/folders/{folder}/wraps?after=N` | [`Wraps`] |
//! | `POST /v1/folders/{folder}/wraps` | [`Rewrap`] by compare-and-swap on the epoch |
//! | `GET /v1/folders/{folder}/held?after=N` | [`HeldPage`] |
//! | `GET /v1/ring`, `PUT /v1/ring` | the asking account's sealed ring |
//! | `POST /v1/pairings` | [`NewPairing`]: a device of the asking account waits for another |
//! | `GET /v1/pairings/{pairing}` | [`Offered`], open to whoever knows its id |
//! | `POST /v1/pairings/{pairing}` | [`Answered`], once, open to whoever knows its id |
//! | `GET /v1/pairings/{pairing}/answer` | [`Answered`], for the account that offered |
//! | `DELETE /v1/pairings/{pairing}` | ends it |
//! | `GET /v1/recoveries/{mark}` | [`RecoverySets`] that begin with these 4 bytes, open to all |
//! | `POST /v1/recoveries` | [`Recover`]: proven by the recovery key, answered with a receipt |
//! | `POST /v1/recovery-requests` | [`AskedText`]: a new device asks for the escrowed share, open to all |
//! | `GET /v1/recovery-requests` | [`AskedOf`] the asking account; for officers, of everybody |
//! | `GET /v1/recovery-requests/{device}` | [`AskedState`], open to whoever knows the device's id |
//! | `DELETE /v1/recovery-requests/{device}` | says no to it: for officers and the person concerned |
//! | `POST /v1/folders/{id}/signals` | what a member tells the others for the moment, as [`Base64`] |
//! | `GET /v1/devices` | [`Devices`] of the asking account: when each was here |
//! | `GET /v1/events` | server-sent [`Notice`]s |

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::asking::Asked;
use crate::chain::Head;
use crate::ids::{AccountId, Commitment, DekId, DeviceId, Epoch, FolderId, PairingId, RecoverySetId, Seq, WorkspaceId};
use crate::invitation::Redemption;
use crate::keys::WrappedKey;
use crate::receipt::{Held, Receipt};
use crate::record::ChainId;
use crate::sign::{Domain, Signature, SigningKey, VerifyKey};

/// Most records in a [`Page`] or [`Append`].
pub const MAX_PAGE: usize = 256;
/// Largest page or request body in bytes, before base64.
pub const MAX_BYTES: usize = 8 << 20;
/// Most wraps in one request.
pub const MAX_WRAPS: usize = 10_000;

/// Bytes as base64url text in JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base64(pub Vec<u8>);

impl Serialize for Base64 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use base64::Engine as _;
        serializer.serialize_str(&base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use base64::Engine as _;
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let bytes = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(text.as_bytes());
        bytes.map(Self).map_err(serde::de::Error::custom)
    }
}

/// What a catalog says of itself, signed by its identity key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// Identity key: receipts are signed by it.
    pub key: VerifyKey,
    /// API version, 1.
    pub api: u32,
    /// The workspace it serves, once there is one.
    pub workspace: Option<WorkspaceId>,
    /// The pinning node's key: "held" is signed by it, and it is its IPFS peer key.
    pub pinning: VerifyKey,
    /// The pinning node's addresses, multiaddrs without peer id.
    pub addresses: Vec<String>,
    /// By the identity key over all of it.
    pub signature: Signature,
}

impl Identity {
    /// Signs.
    pub fn sign(key: &SigningKey, workspace: Option<WorkspaceId>, pinning: VerifyKey, addresses: Vec<String>) -> Self {
        let bytes = identity_bytes(&key.verify_key(), 1, workspace, &pinning, &addresses);
        let signature = key.sign(Domain::Identity, &bytes);
        Self { key: key.verify_key(), api: 1, workspace, pinning, addresses, signature }
    }

    /// Checks that it is signed by its own key.
    pub fn verify(&self) -> Result<(), crate::sign::BadSignature> {
        let bytes = identity_bytes(&self.key, self.api, self.workspace, &self.pinning, &self.addresses);
        self.key.verify(Domain::Identity, &bytes, &self.signature)
    }
}

fn identity_bytes(
    key: &VerifyKey,
    api: u32,
    workspace: Option<WorkspaceId>,
    pinning: &VerifyKey,
    addresses: &[String],
) -> Vec<u8> {
    crate::cbor::encode(&(key, api, workspace, pinning, addresses)).unwrap_or_default()
}

/// The first records of a workspace and of its founder's account, each chain in order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewWorkspace {
    /// The workspace chain: genesis, founder's admission, and what follows.
    pub workspace: Vec<Base64>,
    /// The founder's account chain.
    pub account: Vec<Base64>,
    /// The founder's sealed ring.
    pub ring: Base64,
}

/// Receipts for everything that was taken in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Receipts {
    /// One for each chain's newest record.
    pub receipts: Vec<Receipt>,
}

/// A newcomer asks to be let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinRequest {
    /// The name to be known by.
    pub name: String,
    /// The account chain so far.
    pub account: Vec<Base64>,
    /// The sealed ring.
    pub ring: Base64,
    /// Proof of having the link.
    pub redemption: RedemptionText,
}

/// A [`Redemption`] as canonical CBOR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedemptionText(pub Base64);

impl RedemptionText {
    /// Encodes.
    pub fn new(redemption: &Redemption) -> Self {
        Self(Base64(crate::cbor::encode(redemption).unwrap_or_default()))
    }

    /// Decodes.
    pub fn parse(&self) -> Result<Redemption, crate::cbor::BadEncoding> {
        crate::cbor::decode(&self.0.0)
    }
}

/// Newcomers waiting.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Joins {
    /// Oldest first.
    pub joins: Vec<JoinRequest>,
}

/// Chains which an account may read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Folders {
    /// With their heads.
    pub folders: Vec<FolderHead>,
}

/// A folder and its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderHead {
    /// The folder.
    pub folder: FolderId,
    /// Its newest record.
    pub head: Head,
}

/// What a member may know of a folder before taking it up: by which record they came, and by which they took it up.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FolderOffer {
    /// One record, or two.
    pub records: Vec<Base64>,
    /// To the folder key of the first one's epoch; none where there was no key yet.
    pub commitment: Option<Commitment>,
}

/// Records of a chain.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Page {
    /// In order, without gaps.
    pub records: Vec<Base64>,
    /// For the chain's newest record, in this page or not.
    pub receipt: Receipt,
}

/// Records to append, in order. The first must follow the chain's head, or nothing is taken.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Append {
    /// Encoded records.
    pub records: Vec<Base64>,
    /// Wrapped DEKs of the content they announce.
    #[serde(default)]
    pub wraps: Vec<Wrap>,
    /// The sealed ring that the last `keys` record of an account names: kept with it, or neither is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ring: Option<Base64>,
}

/// The first records of a folder: genesis, first rekey, and what follows.
pub type NewFolder = Append;

/// Which record stands at a place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Placed {
    /// The catalog's word for it.
    pub receipt: Receipt,
}

/// A DEK under the folder key of an epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrap {
    /// Which DEK.
    pub dek: DekId,
    /// Under which epoch's key.
    pub epoch: Epoch,
    /// 60 bytes.
    pub bytes: Base64,
}

impl Wrap {
    /// From a wrapped key.
    pub fn new(dek: DekId, epoch: Epoch, key: &WrappedKey) -> Self {
        Self { dek, epoch, bytes: Base64(key.as_bytes().to_vec()) }
    }

    /// The wrapped key; `None` if its length is wrong.
    pub fn key(&self) -> Option<WrappedKey> {
        WrappedKey::new(self.bytes.0.clone())
    }
}

/// Wraps that are new or were replaced after a cursor.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Wraps {
    /// In the order of their change.
    pub wraps: Vec<Wrap>,
    /// To go on from.
    pub cursor: u64,
}

/// Wraps to replace: each only if the stored one is of an older epoch.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Rewrap {
    /// The new ones.
    pub wraps: Vec<Wrap>,
}

/// A device of an account waits for another one that is to join it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewPairing {
    /// From the code, which the catalog does not know.
    pub id: PairingId,
    /// Sealed under the code.
    pub offer: Base64,
}

/// What a waiting device tells.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Offered {
    /// Sealed under the code.
    pub offer: Base64,
}

/// What the one that is to join answers. The first answer stands.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Answered {
    /// Sealed under the code; none yet.
    pub answer: Option<Base64>,
}

/// Recovery sets in force whose ids begin alike: what is public of them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RecoverySets {
    /// Most often one.
    pub sets: Vec<RecoverySetOf>,
}

/// A recovery set in force, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoverySetOf {
    /// The account.
    pub account: AccountId,
    /// The set.
    pub set: RecoverySetId,
    /// Commitment to the recovery key.
    pub commitment: Commitment,
}

/// A new device of an account, by its recovery key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recover {
    /// The account.
    pub account: AccountId,
    /// A `recovered` record and what follows it, all by the new device.
    pub records: Vec<Base64>,
    /// The sealed ring that the last of them names.
    pub ring: Base64,
}

/// An [`Asked`] as canonical CBOR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AskedText(pub Base64);

impl AskedText {
    /// Encodes.
    pub fn new(asked: &Asked) -> Self {
        Self(Base64(crate::cbor::encode(asked).unwrap_or_default()))
    }

    /// Decodes.
    pub fn parse(&self) -> Result<Asked, crate::cbor::BadEncoding> {
        crate::cbor::decode(&self.0.0)
    }
}

/// Devices that ask for a recovery.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AskedOf {
    /// Oldest first.
    pub asked: Vec<AskedAt>,
}

/// One of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AskedAt {
    /// When, by the catalog's clock: milliseconds since 1970.
    pub at: u64,
    /// What it asks.
    pub asked: AskedText,
}

/// How a request for a recovery stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AskedState {
    /// Somebody who may say no did.
    pub refused: bool,
    /// How many officers must approve it.
    pub needed: u32,
    /// How many have.
    pub approved: u32,
    /// Nothing is released before (milliseconds since 1970), once enough have.
    pub not_before: Option<u64>,
    /// Sealed parts of the share, in the order of the authority's holders, once all are there: canonical CBOR.
    pub released: Vec<Base64>,
}

/// When devices of one's account were here, by the catalog's word and clock.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Devices {
    /// Those that ever were.
    pub devices: Vec<DeviceSeen>,
}

/// When a device was here last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceSeen {
    /// Which.
    pub device: DeviceId,
    /// Milliseconds since 1970; none: it is here now.
    pub seen: Option<u64>,
}

/// "Held" words after a cursor.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct HeldPage {
    /// In the order they came.
    pub held: Vec<Held>,
    /// To go on from.
    pub cursor: u64,
}

/// What an event stream tells. It is a hint to look, never a fact to believe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[allow(missing_docs, reason = "fields are named after their types")]
pub enum Notice {
    /// A chain grew.
    Chain { chain: ChainId, seq: Seq },
    /// The pinning node holds something more of a folder.
    Held { folder: FolderId },
    /// Somebody asks to be let in.
    Join,
    /// Somebody asks for a recovery, or was told no.
    Recovery,
    /// Accounts that are connected now, of those one shares the workspace with.
    Online { accounts: Vec<AccountId> },
    /// A member of a folder tells the others something for the moment: a [`crate::signal::SealedSignal`].
    Signal { folder: FolderId, signal: Base64 },
}

/// What went wrong, for programs. The words beside it are for logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ApiCode {
    /// The request is not understood.
    BadRequest,
    /// No valid proof: make a new session and sign again.
    Unauthorized,
    /// Not for this account. Also the answer for what does not exist.
    NotFound,
    /// Something else stands there: pull, then try again.
    Conflict,
    /// The record is broken or void by the rules of its chain.
    Refused,
    /// Over a limit.
    TooLarge,
    /// No room is left for what this announces. What makes room is taken.
    OverQuota,
    /// Too many requests.
    Busy,
    /// The catalog has a workspace already.
    Taken,
    /// A fault of the catalog.
    Internal,
}

/// An error answer's body.
#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ApiFailure {
    /// To switch on.
    pub code: ApiCode,
    /// For a log.
    pub message: String,
}

/// Bytes of many records as they are sent.
pub fn to_base64(records: &[ByteBuf]) -> Vec<Base64> {
    records.iter().map(|record| Base64(record.to_vec())).collect()
}
