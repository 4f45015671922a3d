//! The first run: keys of a device, chains of an account, of a workspace, of the person's own folder.
//!
//! Everything is made and kept here before anything is sent anywhere (a server can replace nothing that its
//! maker already holds). `account.json` is written last: its presence says that all of it is complete.

use valise_crypto::{
    AccountSecret, Costs, DeviceKey, DeviceSecrets, MasterKey, Password, Ring, SealingPair, make_bytes, seal_master_key,
};
use valise_protocol::account::{self, Account, DeviceSeal, Keys};
use valise_protocol::ids::{AccountId, Commitment, DeviceId, WorkspaceId};
use valise_protocol::invitation::{self, Link};
use valise_protocol::place::{SealPlace, WrapPlace};
use valise_protocol::record::{ChainId, ChainKind, Kind, Record};
use valise_protocol::workspace::{self, Admitted, Workspace};

use super::devices::{add_name, keep_home, password_slots};
use super::keys::Growth;
use crate::compose::{Author, Slot};
use crate::devices::computer_name;
use crate::error::EngineError;
use crate::home::{CatalogAddress, Home, Public, WaitingFor};
use crate::index::marks::{self, Mark};
use crate::index::{Index, records};
use valise_protocol::api::{Base64, JoinRequest, RedemptionText};
use valise_protocol::chain::Slice;

/// What a person chose at the first run.
pub struct Person<'a> {
    /// Display name.
    pub name: &'a str,
    /// Password of this device.
    pub password: &'a str,
    /// What a guess costs.
    pub costs: Costs,
}

/// A new device with its account: secret keys in memory, records in order.
struct NewAccount {
    secrets: DeviceSecrets,
    device: DeviceId,
    chain: Account,
    records: Vec<Record>,
    ring: Vec<u8>,
}

/// Makes account and workspace, and the person's own folder.
pub fn create(home: &Home, person: &Person<'_>, workspace_name: &str) -> Result<Public, EngineError> {
    let (name, workspace_name) = (checked_name(person.name)?, checked_name(workspace_name)?);
    let secrets = DeviceSecrets::make()?;
    let genesis = workspace::Genesis {
        name: workspace_name.clone(),
        nonce: Commitment::new(make_bytes()?),
        founder: secrets.signing_key().verify_key(),
    };
    let nobody = Author { account: AccountId::ZERO, device: DeviceId::ZERO, key: &secrets.signing_key() };
    let genesis = Slot::genesis(ChainKind::WORKSPACE).write(&nobody, Kind::GENESIS, &genesis)?;
    let mut chain = Workspace::begin(&genesis)?;
    let new = new_account(chain.id(), secrets)?;
    let admitted = admit_founder(&mut chain, &new, &name)?;
    let public = Public {
        version: 1,
        workspace: chain.id(),
        account: new.chain.id(),
        device: new.device,
        earlier: Vec::new(),
        name,
        workspace_name,
        catalog: None,
        waiting: None,
    };
    let chain_id = ChainId::Workspace(chain.id());
    keep(home, person, &public, &new, |index| {
        index.write(|db| {
            records::add(db, &chain_id, &genesis)?;
            records::add(db, &chain_id, &admitted)?;
            marks::set(db, Mark::UnpublishedWorkspace, &true)
        })
    })?;
    Ok(public)
}

/// Makes an account which asks to be let in by an invitation.
pub fn join(home: &Home, person: &Person<'_>, link: &Link) -> Result<Public, EngineError> {
    let name = checked_name(person.name)?;
    let new = new_account(link.workspace, DeviceSecrets::make()?)?;
    let redemption = invitation::redeem(link.workspace, link.invitation, new.chain.id(), &link.secret);
    let request = JoinRequest {
        name: name.clone(),
        account: new.records.iter().map(|record| Base64(record.bytes().to_vec())).collect(),
        ring: Base64(new.ring.clone()),
        redemption: RedemptionText::new(&redemption),
    };
    let request = serde_json::to_string(&request).map_err(|_| EngineError::Internal("a join request"))?;
    let url = link.addresses.first().ok_or(EngineError::BadInvitation("The invitation names no catalog."))?;
    let public = Public {
        version: 1,
        workspace: link.workspace,
        account: new.chain.id(),
        device: new.device,
        earlier: Vec::new(),
        name,
        workspace_name: link.workspace_name.clone(),
        catalog: Some(CatalogAddress { url: url.clone(), key: link.catalog }),
        waiting: Some(WaitingFor { inviter: link.inviter.clone(), folder: link.folder_name.clone() }),
    };
    keep(home, person, &public, &new, |index| {
        index.write(|db| {
            link.folder.map_or(Ok(()), |folder| marks::set(db, Mark::FolderOfLink, &folder))?;
            marks::set(db, Mark::JoinRequest, &request)
        })
    })?;
    Ok(public)
}

/// Genesis and first keys. The genesis names the workspace; everything else is bound to the account id,
/// which is the hash of the genesis.
fn new_account(workspace: WorkspaceId, secrets: DeviceSecrets) -> Result<NewAccount, EngineError> {
    let keys = secrets.public();
    let device = keys.id();
    let genesis = account::Genesis { workspace, nonce: Commitment::new(make_bytes()?), device: keys.clone() };
    let signing = secrets.signing_key();
    let nobody = Author { account: AccountId::ZERO, device, key: &signing };
    let genesis = Slot::genesis(ChainKind::ACCOUNT).write(&nobody, Kind::GENESIS, &genesis)?;
    let mut chain = Account::begin(&genesis)?;
    let master = MasterKey::make()?;
    let secret = AccountSecret::make()?;
    let pair = SealingPair::of_account(&secret)?;
    let mut ring = Ring::new();
    ring.add(1, secret)?;
    let ring = ring.seal(&master, &WrapPlace::Ring { workspace, account: chain.id(), master: 1, generation: 1 })?;
    let place = SealPlace::MasterToDevice {
        workspace,
        account: chain.id(),
        version: 1,
        recipient: device,
        public: &keys.sealing,
        device,
    };
    let keys = Keys {
        account_version: 1,
        account_public: pair.public().clone(),
        master_version: 1,
        master_commitment: master.commitment(),
        master_seals: vec![DeviceSeal { device, seal: seal_master_key(&place, &master)? }],
        recovery_seal: None,
        ring_generation: 1,
        ring_hash: ring.hash(),
    };
    let author = Author { account: chain.id(), device, key: &signing };
    let keys =
        Slot::after(&ChainId::Account(chain.id()), chain.head(), 1).write(&author, account::kind::KEYS, &keys)?;
    chain.apply(&keys)?;
    let mut named = Growth::after(chain, (device, signing));
    add_name(&mut named, workspace, (1, &pair), device, &computer_name())?;
    let records = [vec![genesis, keys], named.records].concat();
    Ok(NewAccount { secrets, device, chain: named.chain, records, ring: ring.as_bytes().to_vec() })
}

fn admit_founder(chain: &mut Workspace, new: &NewAccount, name: &str) -> Result<Record, EngineError> {
    let account = new.chain.id();
    let slice = Slice {
        account,
        records: new.records.iter().map(|record| serde_bytes::ByteBuf::from(record.bytes())).collect(),
    };
    let admitted = Admitted { account, name: name.to_owned(), slices: vec![slice], redemption: None };
    let signing = new.secrets.signing_key();
    let author = Author { account, device: new.device, key: &signing };
    let slot = Slot::after(&ChainId::Workspace(chain.id()), chain.head(), 0);
    let record = slot.write(&author, workspace::kind::ADMITTED, &admitted)?;
    match chain.apply(&record)?.applied() {
        Some(_) => Ok(record),
        None => Err(EngineError::Internal("the founder's admission is void")),
    }
}

/// Writes the home of a new account.
fn keep(
    home: &Home,
    person: &Person<'_>,
    public: &Public,
    new: &NewAccount,
    fill: impl FnOnce(&mut Index) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let chain = ChainId::Account(public.account);
    let device_key = DeviceKey::make()?;
    let password = Password::new(person.password)?;
    let slots = password_slots(public.workspace, &device_key, &password, person.costs)?.to_bytes()?;
    keep_home(home, public, &new.secrets, (slots, &device_key), |index| {
        index.write(|db| {
            new.records.iter().try_for_each(|record| records::add(db, &chain, record))?;
            // They are brought with the workspace, or with the join.
            marks::set(db, Mark::AccountSent, &new.chain.head().seq)?;
            marks::set(db, Mark::Ring, serde_bytes::Bytes::new(&new.ring))
        })?;
        fill(index)
    })
}

fn checked_name(name: &str) -> Result<String, EngineError> {
    let name = name.trim();
    if workspace::is_name(name) {
        Ok(name.to_owned())
    } else {
        Err(EngineError::BadInput("A name has 1 to 200 characters, all of them visible."))
    }
}
