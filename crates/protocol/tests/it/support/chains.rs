//! Folder and workspace chains.

use serde::Serialize;
use serde_bytes::ByteBuf;
use valise_protocol::cbor;
use valise_protocol::chain::{Broken, Roster, Slice, Verdict};
use valise_protocol::folder::{self, Folder, MemberAdded, MemberSeal, Purpose, Rekey, Role};
use valise_protocol::ids::{AccountId, DeviceId, RecordHash};
use valise_protocol::record::{ChainKind, Envelope, FORMAT_VERSION, Kind, Record};
use valise_protocol::workspace::{self, Admitted, Workspace};

use super::person::signing_key;
use super::{Dev, Person, WORKSPACE, assert_applied, commitment, following, seal, wrapped};

fn envelope<T: Serialize>(chain_kind: ChainKind, author: AccountId, device: DeviceId, open: &T) -> Envelope {
    Envelope {
        version: FORMAT_VERSION,
        chain_kind,
        chain: RecordHash::ZERO,
        seq: 0,
        prev: RecordHash::ZERO,
        epoch: 0,
        author,
        device,
        counter: 1,
        kind: Kind::GENESIS,
        open: ByteBuf::from(cbor::encode(open).unwrap()),
        sealed: ByteBuf::new(),
        seen: vec![],
    }
}

/// What a person must embed so that all of the account is anchored.
fn news(roster: &Roster, person: &Person) -> Vec<Slice> {
    let slice = person.slice_from(roster.next_to_embed(&person.id()));
    if slice.records.is_empty() { vec![] } else { vec![slice] }
}

/// A folder's chain.
#[derive(Clone, Debug)]
pub struct FolderChain {
    pub state: Folder,
    pub records: Vec<Record>,
}

impl FolderChain {
    pub fn genesis(owner: &Person, purpose: Purpose) -> Envelope {
        let open = folder::Genesis { workspace: WORKSPACE, purpose, nonce: commitment(5), owner: owner.slice() };
        envelope(ChainKind::FOLDER, owner.id(), owner.device.id, &open)
    }

    pub fn of(genesis: Record) -> Self {
        Self { state: Folder::begin(&genesis).unwrap(), records: vec![genesis] }
    }

    /// A shared folder in its first epoch.
    pub fn new(owner: &Person) -> Self {
        let mut chain = Self::of(owner.device.sign(Self::genesis(owner, Purpose::SHARED)));
        chain.rekey(owner);
        chain
    }

    /// A folder with these members beside its owner.
    pub fn with(owner: &Person, members: &[(&Person, Role)]) -> Self {
        let mut chain = Self::new(owner);
        for (member, role) in members {
            let added = chain.addition(member, *role);
            assert_applied(&chain.append(owner, folder::kind::MEMBER_ADDED, &added));
        }
        chain
    }

    /// The next record, ready to be spoiled.
    pub fn draft<T: Serialize>(&self, author: &Person, device: &Dev, kind: Kind, open: &T) -> Envelope {
        let mut envelope = envelope(ChainKind::FOLDER, author.id(), device.id, open);
        following(&mut envelope, RecordHash::new(*self.state.id().as_bytes()), self.state.head());
        envelope.epoch = self.state.epoch() + u64::from(kind == folder::kind::REKEY);
        envelope.counter = self.state.roster().counter(&device.id) + 1;
        envelope.kind = kind;
        envelope
    }

    pub fn apply(&mut self, record: Record) -> Result<Verdict<folder::Op>, Broken> {
        let verdict = self.state.apply(&record)?;
        self.records.push(record);
        Ok(verdict)
    }

    #[track_caller]
    pub fn append<T: Serialize>(&mut self, author: &Person, kind: Kind, open: &T) -> Verdict<folder::Op> {
        self.append_by(author, &author.device, kind, open)
    }

    #[track_caller]
    pub fn append_by<T: Serialize>(
        &mut self,
        author: &Person,
        device: &Dev,
        kind: Kind,
        open: &T,
    ) -> Verdict<folder::Op> {
        let record = device.sign(self.draft(author, device, kind, open));
        self.apply(record).unwrap()
    }

    /// Everything a person's account chain has that is not anchored here yet.
    pub fn news(&self, person: &Person) -> Vec<Slice> {
        news(self.state.roster(), person)
    }

    pub fn addition(&self, member: &Person, role: Role) -> MemberAdded {
        let version = member.state.key().map_or(0, |key| key.version);
        MemberAdded {
            account: member.id(),
            role,
            slices: self.news(member),
            seal: MemberSeal { account: member.id(), version, seal: seal(1) },
            redemption: None,
        }
    }

    /// A rekey to the members at their keys as they are anchored.
    pub fn next_rekey(&self) -> Rekey {
        let seals = self.state.members().keys().map(|account| MemberSeal {
            account: *account,
            version: self.state.member_key(account).map_or(0, |key| key.version),
            seal: seal(2),
        });
        Rekey {
            commitment: commitment(u8::try_from(self.state.epoch() + 1).unwrap()),
            previous: (self.state.epoch() > 0).then(|| wrapped(3)),
            seals: seals.collect(),
            slices: vec![],
        }
    }

    #[track_caller]
    pub fn rekey(&mut self, author: &Person) {
        let rekey = self.next_rekey();
        assert_applied(&self.append(author, folder::kind::REKEY, &rekey));
    }
}

/// A workspace's chain, its founder and their account.
#[derive(Clone, Debug)]
pub struct WorkspaceChain {
    pub state: Workspace,
    pub records: Vec<Record>,
    pub founder: Person,
}

impl WorkspaceChain {
    pub fn genesis(founder: u8) -> Envelope {
        let open = workspace::Genesis {
            name: "Acme".to_owned(),
            nonce: commitment(6),
            founder: signing_key(founder).verify_key(),
        };
        let mut envelope = envelope(ChainKind::WORKSPACE, AccountId::ZERO, DeviceId::ZERO, &open);
        envelope.counter = 0;
        envelope
    }

    /// Only the genesis.
    pub fn unfounded(founder: u8) -> Self {
        let genesis = Record::sign(Self::genesis(founder), &signing_key(founder)).unwrap();
        let state = Workspace::begin(&genesis).unwrap();
        let founder = Person::new(founder, state.id());
        Self { state, records: vec![genesis], founder }
    }

    /// With its founder as the first officer.
    pub fn new() -> Self {
        let mut chain = Self::unfounded(1);
        let founder = chain.founder.clone();
        let admitted = chain.admission(&founder, "Alice");
        assert_applied(&chain.append(&founder, workspace::kind::ADMITTED, &admitted));
        chain
    }

    /// Somebody of this workspace, admitted.
    pub fn admit(&mut self, seed: u8, name: &str) -> Person {
        let person = Person::new(seed, self.state.id());
        let founder = self.founder.clone();
        let admitted = self.admission(&person, name);
        assert_applied(&self.append(&founder, workspace::kind::ADMITTED, &admitted));
        person
    }

    pub fn admission(&self, person: &Person, name: &str) -> Admitted {
        let slices = news(self.state.roster(), person);
        Admitted { account: person.id(), name: name.to_owned(), slices, redemption: None }
    }

    /// The next record, ready to be spoiled.
    pub fn draft<T: Serialize>(&self, author: &Person, device: &Dev, kind: Kind, open: &T) -> Envelope {
        let mut envelope = envelope(ChainKind::WORKSPACE, author.id(), device.id, open);
        following(&mut envelope, RecordHash::new(*self.state.id().as_bytes()), self.state.head());
        envelope.counter = self.state.roster().counter(&device.id) + 1;
        envelope.kind = kind;
        envelope
    }

    pub fn apply(&mut self, record: Record) -> Result<Verdict<workspace::Op>, Broken> {
        let verdict = self.state.apply(&record)?;
        self.records.push(record);
        Ok(verdict)
    }

    #[track_caller]
    pub fn append<T: Serialize>(&mut self, author: &Person, kind: Kind, open: &T) -> Verdict<workspace::Op> {
        let record = author.device.sign(self.draft(author, &author.device, kind, open));
        self.apply(record).unwrap()
    }

    pub fn news(&self, person: &Person) -> Vec<Slice> {
        news(self.state.roster(), person)
    }
}
