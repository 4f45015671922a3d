//! Folders that somebody shares with this account: what may be known of one before it is taken up.
//!
//! Of such a folder nothing is fetched but the record that added one, and, if there is one, the record by which one took it
//! up: signed by an own device, so that the catalog cannot make it up. Who added one must be a person of the workspace whose
//! device signed it; whether they might, says the chain, which is read once the folder is taken up.

use valise_crypto::{SealedBody, open_body, open_folder_key};
use valise_protocol::account::Account;
use valise_protocol::api::FolderOffer;
use valise_protocol::cbor;
use valise_protocol::chain::Head;
use valise_protocol::folder::{self, MemberAdded, Role, Succeeded, Welcome, kind};
use valise_protocol::ids::{AccountId, FolderId, KeyVersion};
use valise_protocol::names;
use valise_protocol::place::{SealPlace, WrapPlace};
use valise_protocol::record::{ChainId, Kind, Record};

use super::Vault;
use crate::error::EngineError;
use crate::index::marks::{self, Mark};

/// A folder that waits for one's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// Who shares it.
    pub by: AccountId,
    /// As what one was added.
    pub role: Role,
    /// What it is called, as they sealed it; none if it does not open.
    pub name: Option<String>,
    /// Version of one's account key that they sealed the folder's key to.
    pub version: KeyVersion,
}

/// What an answer of the catalog comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// One's own, or taken up.
    TakenUp,
    /// It waits.
    Waits(Offered),
}

impl Vault {
    /// Whether a folder is there to be worked in: one is a member, and has taken it up.
    pub fn is_taken_up(&self, state: &super::folder::FolderState) -> bool {
        state.chain().members().get(&self.me.account).is_some_and(|member| member.accepted.is_some())
    }

    /// Who wrote the records of an offer: their accounts must be known to judge it.
    pub fn authors_of(&self, offer: &FolderOffer) -> Result<Vec<AccountId>, EngineError> {
        let authors = offer.records.iter().map(|bytes| Ok(decode(&bytes.0)?.envelope().author));
        let mut authors: Vec<AccountId> = authors.collect::<Result<_, EngineError>>()?;
        authors.retain(|author| *author != self.me.account && *author != AccountId::ZERO);
        authors.dedup();
        Ok(authors)
    }

    /// How one stands to a folder, by what the catalog hands out of it.
    pub fn standing(&self, id: FolderId, offer: &FolderOffer) -> Result<Standing, EngineError> {
        let [began, later @ ..] = &offer.records[..] else { return Err(no_offer()) };
        let began = self.of_folder(id, &began.0)?;
        match began.envelope().kind {
            Kind::GENESIS if began.envelope().author == self.me.account => return Ok(Standing::TakenUp),
            kind::SUCCEEDED => {
                let succeeded: Succeeded = began.open().map_err(|_| no_offer())?;
                return if succeeded.account == self.me.account { Ok(Standing::TakenUp) } else { Err(no_offer()) };
            }
            kind::MEMBER_ADDED => {}
            _ => return Err(no_offer()),
        }
        let added: MemberAdded = began.open().map_err(|_| no_offer())?;
        if added.account != self.me.account {
            return Err(no_offer());
        }
        if self.is_word(id, &began, later.first().map(|bytes| &bytes.0[..]))? {
            return Ok(Standing::TakenUp);
        }
        if !self.folders.contains_key(&id)
            && let Some(floor) = marks::find::<Head>(self.index.read(), Mark::Floor(id))?
            && began.envelope().seq <= floor.seq
        {
            return Err(no_offer());
        }
        let name = offer.commitment.and_then(|commitment| self.name_sealed_in(id, &began, &added, commitment));
        let (by, role, version) = (began.envelope().author, added.role, added.seal.version);
        Ok(Standing::Waits(Offered { by, role, name, version }))
    }

    /// Whether a folder that waits is still shared with keys which one has replaced since.
    pub fn is_behind(&self, id: &FolderId, offered: &Offered) -> bool {
        match self.folders.get(id) {
            Some(state) => self.is_outdated(state) || !self.is_known_in(state),
            None => self.account.key().is_some_and(|key| key.version > offered.version),
        }
    }

    /// The record that tells a folder which waits of one's newest keys; none if it knows them.
    pub fn compose_news_of_keys(&self, id: FolderId) -> Result<Option<Record>, EngineError> {
        let state = self.folder(&id)?;
        let behind = self.is_outdated(state) || !self.is_known_in(state);
        behind.then(|| self.compose_anchor(id)).transpose()
    }

    /// Whether a record shows that one has taken the folder up since: by one's own hand, or as its new owner.
    fn is_word(&self, id: FolderId, began: &Record, later: Option<&[u8]>) -> Result<bool, EngineError> {
        let Some(later) = later else { return Ok(false) };
        let record = self.of_folder(id, later)?;
        let envelope = record.envelope();
        let own = envelope.author == self.me.account;
        let says = match envelope.kind {
            kind::ACCEPTED | kind::CONTENT | kind::SIGNED => own,
            kind::SUCCEEDED => record.open::<Succeeded>().is_ok_and(|it| it.account == self.me.account),
            _ => false,
        };
        Ok(says && envelope.seq > began.envelope().seq)
    }

    /// A record of that folder, signed by a device of somebody of the workspace. Whether the device still counts is the
    /// chain's to say.
    fn of_folder(&self, id: FolderId, bytes: &[u8]) -> Result<Record, EngineError> {
        let record = decode(bytes)?;
        let envelope = record.envelope();
        let author: Option<&Account> = match envelope.author {
            me if me == self.me.account => Some(&self.account),
            other => self.others.get(&other).filter(|_| self.knows(&other)),
        };
        let device = author.and_then(|account| account.device(&envelope.device)).ok_or(no_offer())?;
        let signed = record.verify(&device.keys.signing).is_ok();
        (signed && record.chain() == Some(ChainId::Folder(id))).then_some(record).ok_or(no_offer())
    }

    /// Of the workspace, be their account closed since.
    fn knows(&self, account: &AccountId) -> bool {
        self.workspace.as_ref().is_some_and(|workspace| workspace.people().contains_key(account))
    }

    /// The folder's name, under the key that is sealed to this account in the same record.
    fn name_sealed_in(
        &self,
        id: FolderId,
        record: &Record,
        added: &MemberAdded,
        commitment: valise_protocol::ids::Commitment,
    ) -> Option<String> {
        let envelope = record.envelope();
        let pair = self.me.pairs.get(&added.seal.version)?;
        let place = SealPlace::FolderKey {
            workspace: self.me.workspace,
            folder: id,
            epoch: envelope.epoch,
            recipient: self.me.account,
            version: added.seal.version,
            public: pair.public(),
            author: envelope.author,
            device: envelope.device,
        };
        let key = open_folder_key(pair, &place, &added.seal.seal, &commitment).ok()?;
        let place = self.body_place(id, record);
        let body = open_body(&key, &place, &SealedBody::from_bytes(envelope.sealed.to_vec())).ok()?;
        let welcome: Welcome = cbor::decode(body.as_bytes()).ok()?;
        (names::normalize(&welcome.name).as_ref() == Some(&welcome.name)).then_some(welcome.name)
    }

    fn body_place(&self, folder: FolderId, record: &Record) -> WrapPlace {
        let envelope = record.envelope();
        WrapPlace::Body {
            workspace: self.me.workspace,
            folder,
            epoch: envelope.epoch,
            seq: envelope.seq,
            prev: envelope.prev,
            author: envelope.author,
            device: envelope.device,
            kind: envelope.kind,
        }
    }

    /// The folder that the link was to by which this account was made here: to open it was one's word.
    pub fn folder_of_link(&self) -> Result<Option<FolderId>, EngineError> {
        marks::find(self.index.read(), Mark::FolderOfLink)
    }

    /// The record that takes a folder up; none if that was done.
    pub fn compose_accepted(&self, id: FolderId) -> Result<Option<Record>, EngineError> {
        let state = self.folder(&id)?;
        state.role(&self.me.account).ok_or(EngineError::NotFound("the folder"))?;
        if self.is_taken_up(state) {
            return Ok(None);
        }
        self.write_folder(id, state.chain().epoch(), kind::ACCEPTED, &folder::Accepted {}).map(Some)
    }
}

fn decode(bytes: &[u8]) -> Result<Record, EngineError> {
    Record::decode(bytes).map_err(|_| no_offer())
}

fn no_offer() -> EngineError {
    EngineError::NotVerified("an invitation to a folder")
}
