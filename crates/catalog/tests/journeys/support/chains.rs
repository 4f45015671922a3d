//! Chains as a client has them: signed records in order.

use serde::Serialize;
use serde_bytes::ByteBuf;
use valise_protocol::api::{Append, Base64, Wrap};
use valise_protocol::cbor;
use valise_protocol::chain::{Head, Slice};
use valise_protocol::folder::{self, Content, MemberAdded, MemberSeal, Pin, Purpose, Rekey, Role};
use valise_protocol::ids::{AccountId, Commitment, DekId, DeviceId, Epoch, RecordHash, WorkspaceId};
use valise_protocol::invitation::{Redemption, Secret};
use valise_protocol::keys::WrappedKey;
use valise_protocol::record::{ChainId, ChainKind, Envelope, FORMAT_VERSION, Kind, Record};
use valise_protocol::workspace;

use super::people::{Device, Person, bytes_of, fresh, seal};

#[derive(Clone)]
pub struct Log {
    kind: ChainKind,
    pub records: Vec<Record>,
    /// Folder chains: the epoch in force.
    pub epoch: Epoch,
}

impl Log {
    pub fn new(kind: ChainKind) -> Self {
        Self { kind, records: Vec::new(), epoch: 0 }
    }

    pub fn id(&self) -> ChainId {
        self.records[0].chain().unwrap()
    }

    pub fn head(&self) -> Head {
        Head::of(self.records.last().unwrap())
    }

    pub fn push(&mut self, record: Record) {
        if self.kind == ChainKind::FOLDER && record.envelope().kind == folder::kind::REKEY {
            self.epoch = record.envelope().epoch;
        }
        self.records.push(record);
    }

    /// The next record by somebody, which is not pushed yet.
    pub fn sign(&self, by: &Person, kind: Kind, open: &impl Serialize) -> Record {
        self.sign_as(by.account, &by.device, kind, self.epoch, open)
    }

    pub fn sign_as(&self, by: AccountId, device: &Device, kind: Kind, epoch: Epoch, open: &impl Serialize) -> Record {
        self.sign_sealed(by, device, kind, epoch, open, Vec::new())
    }

    pub fn sign_sealed(
        &self,
        by: AccountId,
        device: &Device,
        kind: Kind,
        epoch: Epoch,
        open: &impl Serialize,
        sealed: Vec<u8>,
    ) -> Record {
        let first = self.records.first();
        let counter = self.records.iter().filter(|record| record.envelope().device == device.id()).count() as u64 + 1;
        let envelope = Envelope {
            version: FORMAT_VERSION,
            chain_kind: self.kind,
            chain: first.map_or(RecordHash::ZERO, Record::hash),
            seq: self.records.len() as u64,
            prev: self.records.last().map_or(RecordHash::ZERO, Record::hash),
            epoch,
            author: by,
            device: device.id(),
            counter,
            kind,
            open: ByteBuf::from(cbor::encode(open).unwrap()),
            sealed: ByteBuf::from(sealed),
            seen: Vec::new(),
        };
        Record::sign(envelope, &device.signing()).unwrap()
    }

    /// All records from a place on, as they are sent.
    pub fn sent_from(&self, seq: usize) -> Vec<Base64> {
        self.records[seq..].iter().map(|record| Base64(record.bytes().to_vec())).collect()
    }

    /// The whole account chain, to be embedded.
    pub fn slice(&self) -> Slice {
        let ChainId::Account(account) = self.id() else { panic!("not an account chain") };
        let records = self.records.iter().map(|record| ByteBuf::from(record.bytes())).collect();
        Slice { account, records }
    }
}

pub fn append(records: &[&Record]) -> Append {
    let records = records.iter().map(|record| Base64(record.bytes().to_vec())).collect();
    Append { records, ..Append::default() }
}

pub fn append_with(records: &[&Record], wraps: Vec<Wrap>) -> Append {
    Append { wraps, ..append(records) }
}

/// A workspace of one: its chain and its founder.
pub fn found(name: &str, founder: &str, device: Device) -> (Log, Person) {
    let mut log = Log::new(ChainKind::WORKSPACE);
    let open = workspace::Genesis {
        name: name.to_owned(),
        nonce: Commitment::new(bytes_of(fresh())),
        founder: device.keys.signing,
    };
    let envelope = Envelope {
        version: FORMAT_VERSION,
        chain_kind: ChainKind::WORKSPACE,
        chain: RecordHash::ZERO,
        seq: 0,
        prev: RecordHash::ZERO,
        epoch: 0,
        author: AccountId::ZERO,
        device: DeviceId::ZERO,
        counter: 0,
        kind: Kind::GENESIS,
        open: ByteBuf::from(cbor::encode(&open).unwrap()),
        sealed: ByteBuf::new(),
        seen: Vec::new(),
    };
    log.push(Record::sign(envelope, &device.signing()).unwrap());
    let founder = Person::new(workspace_id(&log), founder, device);
    log.push(log.sign(&founder, workspace::kind::ADMITTED, &admitted(&founder)));
    (log, founder)
}

pub fn workspace_id(log: &Log) -> WorkspaceId {
    match log.id() {
        ChainId::Workspace(id) => id,
        _ => panic!("not a workspace chain"),
    }
}

pub fn admitted(person: &Person) -> workspace::Admitted {
    workspace::Admitted {
        account: person.account,
        name: person.name.clone(),
        slices: vec![person.log.slice()],
        redemption: person.redemption.clone(),
    }
}

/// An open invitation and its secret.
pub fn invitation() -> (workspace::Invited, Secret) {
    let number = fresh();
    let secret = Secret::new(bytes_of(number));
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    let id = valise_protocol::ids::InvitationId::new(id);
    let invited =
        workspace::Invited { id, key: secret.signing_key().verify_key(), expires: u64::MAX, secrets: Vec::new() };
    (invited, secret)
}

/// A folder with its first key.
pub fn folder(workspace: WorkspaceId, owner: &Person) -> Log {
    let mut log = Log::new(ChainKind::FOLDER);
    let open = folder::Genesis {
        workspace,
        purpose: Purpose::SHARED,
        nonce: Commitment::new(bytes_of(fresh())),
        owner: owner.log.slice(),
    };
    log.push(log.sign(owner, Kind::GENESIS, &open));
    let record = rekey(&log, owner, &[owner]);
    log.push(record);
    log
}

/// The next epoch, for these members.
pub fn rekey(log: &Log, by: &Person, members: &[&Person]) -> Record {
    let mut members: Vec<_> = members.iter().map(|member| member.account).collect();
    members.sort_unstable();
    let open = Rekey {
        commitment: Commitment::new(bytes_of(fresh())),
        previous: (log.epoch > 0).then(|| WrappedKey::new(vec![5; 60]).unwrap()),
        seals: members.into_iter().map(|account| MemberSeal { account, version: 1, seal: seal() }).collect(),
        slices: Vec::new(),
    };
    log.sign_as(by.account, &by.device, folder::kind::REKEY, log.epoch + 1, &open)
}

pub fn member_added(log: &Log, by: &Person, whom: &Person, role: Role, redemption: Option<Redemption>) -> Record {
    let open = MemberAdded {
        account: whom.account,
        role,
        slices: vec![whom.log.slice()],
        seal: MemberSeal { account: whom.account, version: 1, seal: seal() },
        redemption,
    };
    log.sign(by, folder::kind::MEMBER_ADDED, &open)
}

pub fn content(log: &Log, by: &Person, pins: Vec<Pin>) -> Record {
    log.sign(by, folder::kind::CONTENT, &Content { pins, drops: Vec::new() })
}

pub fn wrap(epoch: Epoch, fill: u8) -> Wrap {
    let mut dek = [0; 24];
    dek[..8].copy_from_slice(&fresh().to_be_bytes());
    Wrap { dek: DekId::new(dek), epoch, bytes: Base64(vec![fill; 60]) }
}
