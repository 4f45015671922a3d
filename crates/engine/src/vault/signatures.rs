//! Signatures on documents in the vault: own keys for them, records that carry them, and what each comes to.
//!
//! A signature is judged where its record stands in the folder's chain: by the keys that are anchored there, and by the
//! tree as it is there. What it says of the file must be what the tree says; then only the bytes remain to be compared,
//! which needs them read.

use std::collections::{BTreeMap, HashMap};

use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use valise_crypto::{
    ContentHash, DocumentSecret, DocumentSigner, Signs, openssh_fingerprint, openssh_key, verify_document,
};
use valise_protocol::account::{self, Account, MAX_SIGNING_KEYS, SigningKeyAdded, SigningKeyRevoked};
use valise_protocol::chain::Void;
use valise_protocol::document::{Body, Names, SignedBy, Statement};
use valise_protocol::folder::{self, Folder};
use valise_protocol::ids::{Cid, ContentDigest, EntryId, FolderId, KeyVersion, Seq};
use valise_protocol::keys::{DocumentKey, WrappedKey};
use valise_protocol::place::WrapPlace;
use valise_protocol::record::{Envelope, Record};
use valise_protocol::tree::{Content, Entry, Stamp, Tree};

use super::Vault;
use super::devices::Draft;
use super::folder::FolderState;
use super::keys::Growth;
use crate::api::{DocumentSignature, Signatures, SigningKey, Verdict};
use crate::error::EngineError;
use crate::index::marks::{self, Mark};

/// What the author's account says of its keys where a signed record stands.
pub struct KeysThere {
    keys: BTreeMap<KeyVersion, (DocumentKey, bool)>,
    outside: Option<Outside>,
}

/// Why a record that carries a signature is void, as far as it is to be shown beside the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outside {
    NotMember,
    DeviceRevoked,
}

impl KeysThere {
    /// Of a record that counts.
    pub fn of(chain: &Folder, envelope: &Envelope) -> Self {
        let account = chain.roster().account(&envelope.author);
        let state = |account: &Account| {
            let keys = account.signing_keys();
            keys.map(|(version, info)| (version, (info.key, account.signs(version)))).collect()
        };
        Self { keys: account.map(state).unwrap_or_default(), outside: None }
    }

    /// Of a void one, if it is void because of who signed: that is shown. Whatever else is wrong is only told.
    pub fn of_void(chain: &Folder, envelope: &Envelope, void: Void) -> Option<Self> {
        let device = chain.roster().account(&envelope.author).and_then(|account| account.device(&envelope.device));
        let outside = match void {
            Void::NotMember => Outside::NotMember,
            Void::Device if device.is_some_and(|device| !device.is_valid()) => Outside::DeviceRevoked,
            _ => return None,
        };
        Some(Self { outside: Some(outside), ..Self::of(chain, envelope) })
    }
}

/// A signature as its record brought it.
#[derive(Clone, Debug)]
pub struct Made {
    /// Who, by which device, where.
    pub stamp: Stamp,
    /// What.
    pub body: Body,
    /// The key that it says made it, if the author has it.
    pub key: Option<DocumentKey>,
    found: Found,
}

impl Made {
    /// Whether nothing spoke against it when it came, but what was signed was not read.
    pub fn stood(&self) -> bool {
        self.found == Found::Stands
    }
}

/// What could be said when it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Stands,
    NotMember,
    KeyRevoked,
    Invalid,
}

/// A folder's signatures.
#[derive(Default)]
pub struct SignaturesMade(HashMap<EntryId, Vec<Made>>);

impl SignaturesMade {
    /// Takes a body in, if what it says of the file is what the tree says; else nothing.
    pub fn take(&mut self, tree: &Tree, by: SignedBy, stamp: Stamp, there: &KeysThere, body: Body) -> Option<()> {
        let entry = tree.entry(&body.statement.entry)?;
        says_what_is(tree, entry, &body.statement).then_some(())?;
        let known = there.keys.get(&body.statement.key);
        let stands = known.is_some_and(|(key, _)| stands(key, by, &body));
        let found = match (there.outside, known) {
            (Some(Outside::NotMember), _) => Found::NotMember,
            _ if !stands => Found::Invalid,
            (Some(Outside::DeviceRevoked), _) | (None, Some((_, false))) => Found::KeyRevoked,
            _ => Found::Stands,
        };
        let made = Made { stamp, key: known.map(|(key, _)| *key), body, found };
        self.0.entry(entry.id).or_default().push(made);
        Some(())
    }

    /// Those that a record brought.
    pub fn of_record(&self, seq: Seq) -> impl Iterator<Item = &Made> {
        self.0.values().flatten().filter(move |made| made.stamp.seq == seq)
    }

    /// Of a file, in the order of the chain.
    pub fn of(&self, entry: &EntryId) -> &[Made] {
        self.0.get(entry).map_or(&[], Vec::as_slice)
    }

    /// Whether somebody signed a version.
    fn is_signed(&self, content: &Content) -> bool {
        self.0.values().flatten().any(|made| is_of(&made.body.statement, content))
    }

    /// What is purged has no signatures.
    pub fn forget_purged(&mut self, tree: &Tree) {
        self.0.retain(|entry, _| tree.entry(entry).is_some());
    }
}

fn says_what_is(tree: &Tree, entry: &Entry, statement: &Statement) -> bool {
    let names = &statement.names;
    let number = usize::try_from(names.version).ok().and_then(|number| number.checked_sub(1));
    let version = number.and_then(|number| entry.versions.get(number));
    names.file == entry.name
        && names.folder == folder_name(tree)
        && version.is_some_and(|content| is_of(statement, content) && content.size == statement.size)
}

fn is_of(statement: &Statement, content: &Content) -> bool {
    content.dek == statement.dek && content.cid == statement.cid
}

fn folder_name(tree: &Tree) -> &str {
    tree.name().unwrap_or("folder")
}

/// Both signatures, under one key.
fn stands(key: &DocumentKey, by: SignedBy, body: &Body) -> bool {
    let text = ContentHash::of(body.statement.text(by).as_bytes());
    verify_document(key, Signs::File, &body.statement.digest, &body.of_file).is_ok()
        && verify_document(key, Signs::Statement, &text, &body.of_statement).is_ok()
}

/// Own key for documents, as the index keeps it.
#[derive(Clone, Serialize_tuple, Deserialize_tuple)]
struct KeptKey {
    key: DocumentKey,
    wrap: WrappedKey,
}

/// What is to be signed, before the names are known.
pub struct ToSign<'a> {
    /// The file.
    pub entry: EntryId,
    /// Its version.
    pub content: &'a Content,
    /// What was read of it.
    pub digest: ContentDigest,
    /// The signer's words.
    pub words: &'a str,
    /// Milliseconds since 1970.
    pub at: u64,
}

impl Vault {
    /// This device's key for documents, if it has one that counts.
    pub fn document_secret(&self) -> Result<Option<(KeyVersion, DocumentSecret)>, EngineError> {
        let Some(kept) = self.kept(Mark::SigningKey)? else { return Ok(None) };
        let Some(version) = self.version_in_force(&kept.key) else { return Ok(None) };
        Ok(Some((version, self.unwrap(&kept)?)))
    }

    /// A new key for this device, kept before anything knows of it: cut short at any place, the next run goes on with
    /// this one.
    pub fn next_document_secret(&mut self) -> Result<DocumentSecret, EngineError> {
        if let Some(kept) = self.kept(Mark::NextSigningKey)?
            && let Ok(secret) = self.unwrap(&kept)
        {
            return Ok(secret);
        }
        let secret = DocumentSecret::make().map_err(valise_crypto::MakeError::from)?;
        let key = secret.key();
        let kept = KeptKey { key, wrap: secret.wrap(&self.me.secrets, &self.document_place(key))? };
        self.index.write(|db| marks::set(db, Mark::NextSigningKey, &kept))?;
        Ok(secret)
    }

    /// What [`Vault::next_document_secret`] made is the one in use.
    pub fn use_next_document_secret(&mut self) -> Result<(), EngineError> {
        let Some(kept) = self.kept(Mark::NextSigningKey)? else { return Ok(()) };
        self.index.write(|db| {
            marks::set(db, Mark::SigningKey, &kept)?;
            marks::remove(db, Mark::NextSigningKey)
        })
    }

    /// A key of this device that is on a token, and its address; none if the version is of the key in memory.
    pub fn token_key(&self, version: KeyVersion) -> Result<Option<(DocumentKey, String)>, EngineError> {
        let info = self.account.signing_key(version).ok_or(EngineError::NotFound("the key"))?;
        if info.device != self.me.device {
            return Err(EngineError::NotNow(
                "This key is another computer's of yours: sign there, or with a key of this one.",
            ));
        }
        if !self.account.signs(version) {
            return Err(EngineError::NotNow("This key has ended: it signs nothing any more."));
        }
        if self.kept(Mark::SigningKey)?.is_some_and(|kept| kept.key == info.key) {
            return Ok(None);
        }
        let found = self.token_keys()?.into_iter().find(|(key, _)| *key == info.key);
        found.map(Some).ok_or(EngineError::NotNow("This computer does not have this key."))
    }

    fn token_keys(&self) -> Result<Vec<(DocumentKey, String)>, EngineError> {
        Ok(marks::find(self.index.read(), Mark::TokenKeys)?.unwrap_or_default())
    }

    /// Whether a token's key can be this device's: it never was another's of this account, and has not ended.
    pub fn may_use_token_key(&self, key: &DocumentKey) -> Result<(), EngineError> {
        match self.account.signing_keys().find(|(_, info)| info.key == *key) {
            None => Ok(()),
            Some((version, info)) if info.device == self.me.device && self.account.signs(version) => Ok(()),
            Some((version, _)) if self.account.signs(version) => Err(EngineError::NotNow(
                "This key is another computer's of yours already. Name another one for this computer: it is made on the token.",
            )),
            Some(_) => {
                Err(EngineError::NotNow("This key has ended, and stays so. Name another one: it is made on the token."))
            }
        }
    }

    /// Remembers where a token's key is.
    pub fn keep_token_key(&mut self, key: DocumentKey, address: &str) -> Result<(), EngineError> {
        let mut kept = self.token_keys()?;
        kept.retain(|(known, _)| *known != key);
        kept.push((key, address.to_owned()));
        self.index.write(|db| marks::set(db, Mark::TokenKeys, &kept))
    }

    /// The account's chain with a token's key, beside this device's own.
    pub fn compose_token_key(&self, signer: &dyn DocumentSigner) -> Result<Draft, EngineError> {
        let mut new = Growth::of(self);
        self.add_signing_key(&mut new, signer)?;
        Ok(Draft::new(new, None))
    }

    /// Adds a key that the chain may know already.
    fn add_signing_key(&self, new: &mut Growth, signer: &dyn DocumentSigner) -> Result<(), EngineError> {
        let key = signer.key();
        if self.account.signing_keys().any(|(_, info)| info.key == key) {
            return Ok(());
        }
        let version = self.account.signing_keys().count() as u64 + 1;
        if version > MAX_SIGNING_KEYS as u64 {
            return Err(EngineError::NotNow("Your account has had too many keys for signing: it takes no more."));
        }
        let proof = signer.prove(self.me.account, self.me.device)?;
        new.add(account::kind::SIGNING_KEY, &SigningKeyAdded { version, key, proof })
    }

    fn kept(&self, mark: Mark) -> Result<Option<KeptKey>, EngineError> {
        marks::find(self.index.read(), mark)
    }

    fn unwrap(&self, kept: &KeptKey) -> Result<DocumentSecret, EngineError> {
        let opened = DocumentSecret::unwrap(&self.me.secrets, &self.document_place(kept.key), &kept.wrap);
        opened.map_err(|_| EngineError::IndexDamaged)
    }

    fn document_place(&self, key: DocumentKey) -> WrapPlace {
        let (workspace, account, device) = (self.me.workspace, self.me.account, self.me.device);
        WrapPlace::DocumentKey { workspace, account, device, key }
    }

    /// Of a key of this device that counts.
    fn version_in_force(&self, key: &DocumentKey) -> Option<KeyVersion> {
        let own = self.account.signing_keys().find(|(_, info)| info.key == *key && info.device == self.me.device);
        own.map(|(version, _)| version).filter(|version| self.account.signs(*version))
    }

    /// The account's chain with a key that it may not know yet, and without others that this device has in memory.
    pub fn compose_signing_key(&self, signer: &dyn DocumentSigner) -> Result<Draft, EngineError> {
        let mut new = Growth::of(self);
        let on_token = self.token_keys()?;
        let in_memory = |version: &KeyVersion| {
            let info = self.account.signing_key(*version);
            info.is_some_and(|info| on_token.iter().all(|(key, _)| *key != info.key))
        };
        let older: Vec<KeyVersion> = self.own_in_force().filter(in_memory).collect();
        let key = signer.key();
        self.add_signing_key(&mut new, signer)?;
        for version in older.into_iter().filter(|version| self.version_in_force(&key) != Some(*version)) {
            new.add(account::kind::SIGNING_KEY_REVOKED, &SigningKeyRevoked { version })?;
        }
        Ok(Draft::new(new, None))
    }

    fn own_in_force(&self) -> impl Iterator<Item = KeyVersion> {
        let own = self.account.signing_keys().filter(|(_, info)| info.device == self.me.device);
        own.map(|(version, _)| version).filter(|version| self.account.signs(*version))
    }

    /// The account's chain without a key.
    pub fn compose_key_revocation(&self, version: KeyVersion) -> Result<Draft, EngineError> {
        self.account.signing_key(version).ok_or(EngineError::NotFound("the key"))?;
        let mut new = Growth::of(self);
        if self.account.signs(version) {
            new.add(account::kind::SIGNING_KEY_REVOKED, &SigningKeyRevoked { version })?;
        }
        Ok(Draft::new(new, None))
    }

    /// Own keys for documents, of all devices.
    pub fn signing_key_rows(&self) -> Result<Vec<SigningKey>, EngineError> {
        let kept = self.kept(Mark::SigningKey)?.map(|kept| kept.key);
        let on_token = self.token_keys()?;
        let address = |info: &account::SigningKeyInfo| {
            let found = on_token.iter().find(|(key, _)| *key == info.key && info.device == self.me.device);
            found.map(|(_, address)| address.clone())
        };
        let row = |(version, info): (KeyVersion, &account::SigningKeyInfo)| SigningKey {
            version,
            device: info.device,
            computer: self.device_name(&info.device),
            this: info.device == self.me.device,
            here: (kept == Some(info.key) || address(info).is_some()) && info.device == self.me.device,
            in_force: self.account.signs(version),
            token: address(info),
            fingerprint: openssh_fingerprint(&info.key),
            public: openssh_key(&info.key),
        };
        Ok(self.account.signing_keys().map(row).collect())
    }

    /// Whether a folder takes a key of one's own for valid that is revoked: it is to be told.
    pub fn owes_revocation(&self, state: &FolderState) -> bool {
        let known = state.chain().roster().account(&self.me.account);
        let known = known.filter(|_| state.role(&self.me.account).is_some());
        known.is_some_and(|known| {
            known.signing_keys().any(|(version, _)| known.signs(version) && !self.account.signs(version))
        })
    }

    /// What a signature is of, for a signer that is asked apart from the vault.
    pub fn digests_to_sign(
        &self,
        folder: FolderId,
        sign: &ToSign<'_>,
        version: KeyVersion,
    ) -> Result<[(Signs, ContentDigest); 2], EngineError> {
        let statement = self.statement(self.folder(&folder)?, sign, version)?;
        let text = self.text_digest(folder, &statement);
        Ok([(Signs::File, statement.digest), (Signs::Statement, text)])
    }

    fn text_digest(&self, folder: FolderId, statement: &Statement) -> ContentDigest {
        let by = SignedBy { workspace: self.me.workspace, folder, account: self.me.account };
        ContentHash::of(statement.text(by).as_bytes())
    }

    /// The record that carries a signature, made by a key in force on what is verified now.
    pub fn compose_signed(
        &self,
        folder: FolderId,
        sign: &ToSign<'_>,
        (version, signer): (KeyVersion, &dyn DocumentSigner),
    ) -> Result<Record, EngineError> {
        let state = self.folder(&folder)?;
        if state.role(&self.me.account).is_none() {
            return Err(EngineError::NotAllowed("You are not a member of this folder any more."));
        }
        if state.chain().key_change_waiting() {
            return Err(EngineError::KeyChangeWaiting);
        }
        let statement = self.statement(state, sign, version)?;
        let text = self.text_digest(folder, &statement);
        let of_file = signer.sign(Signs::File, &statement.digest)?.into();
        let of_statement = signer.sign(Signs::Statement, &text)?.into();
        let body = Body { statement, of_file, of_statement }.encode()?;
        let own = state.chain().roster().account(&self.me.account);
        let is_known = own.is_some_and(|own| own.signing_key(version).is_some());
        let slices = if is_known { Vec::new() } else { vec![self.slice_for(state)?] };
        self.write_sealed_folder(folder, folder::kind::SIGNED, &folder::Signed { slices }, body)
    }

    fn statement(&self, state: &FolderState, sign: &ToSign<'_>, key: KeyVersion) -> Result<Statement, EngineError> {
        const UNSENT: EngineError = EngineError::NotNow("This version has not been sent yet: connect first.");
        let tree = state.confirmed();
        let entry = tree.entry(&sign.entry).ok_or(UNSENT)?;
        let content = sign.content;
        let same = |known: &Content| known.dek == content.dek && known.cid == content.cid;
        let number = entry.versions.iter().rposition(same).ok_or(UNSENT)? + 1;
        let names = Names {
            signer: self.name_of(&self.me.account),
            workspace: self.workspace()?.name().to_owned(),
            folder: folder_name(tree).to_owned(),
            file: entry.name.clone(),
            version: u32::try_from(number).unwrap_or(u32::MAX),
        };
        Ok(Statement {
            entry: sign.entry,
            dek: content.dek,
            cid: content.cid,
            size: content.size,
            digest: sign.digest,
            at: sign.at - sign.at % 1_000,
            key,
            names,
            words: sign.words.to_owned(),
        })
    }

    /// What was read of a version's bytes here.
    pub fn known_digest(&self, cid: &Cid) -> Option<ContentDigest> {
        marks::find(self.index.read(), Mark::Digest(*cid)).ok().flatten()
    }

    /// Remembers it.
    pub fn keep_digest(&mut self, cid: &Cid, digest: &ContentDigest) -> Result<(), EngineError> {
        self.index.write(|db| marks::set(db, Mark::Digest(*cid), digest))
    }

    /// Whether somebody signed a version whose bytes were not compared here.
    pub fn lacks_digest(&self, folder: &FolderId, content: &Content) -> bool {
        let signed = self.folders.get(folder).is_some_and(|state| state.signatures().is_signed(content));
        signed && self.known_digest(&content.cid).is_none()
    }

    /// What a signature comes to now.
    pub fn verdict(&self, made: &Made) -> Verdict {
        let statement = &made.body.statement;
        let named = self.workspace.as_ref().is_some_and(|workspace| {
            let person = workspace.people().get(&made.stamp.author);
            statement.names.workspace == workspace.name()
                && person.is_some_and(|person| person.name == statement.names.signer)
        });
        match (made.found, self.known_digest(&statement.cid)) {
            (Found::NotMember, _) => Verdict::NotMember,
            (Found::KeyRevoked, _) => Verdict::KeyRevoked,
            (Found::Invalid, _) => Verdict::Invalid,
            (Found::Stands, _) if !named => Verdict::Invalid,
            (Found::Stands, None) => Verdict::NotChecked,
            (Found::Stands, Some(digest)) if digest == statement.digest => Verdict::Good,
            (Found::Stands, Some(_)) => Verdict::OtherBytes,
        }
    }

    /// How many signatures of a file's newest version are not known to be bad.
    pub fn count_signatures(&self, state: &FolderState, entry: &Entry) -> usize {
        let Some(newest) = entry.newest() else { return 0 };
        let made = state.signatures().of(&entry.id).iter().filter(|made| is_of(&made.body.statement, newest));
        made.filter(|made| matches!(self.verdict(made), Verdict::Good | Verdict::NotChecked)).count()
    }

    /// Signatures of a file, newest first.
    pub fn signature_rows(&self, folder: &FolderId, entry: EntryId) -> Result<Signatures, EngineError> {
        let state = self.folder(folder)?;
        let found = state.tree().entry(&entry).ok_or(EngineError::NotFound("the entry"))?;
        let made = state.signatures().of(&entry).iter().rev();
        Ok(Signatures {
            folder: *folder,
            entry,
            name: found.name.clone(),
            newest: u32::try_from(found.versions.len()).unwrap_or(u32::MAX),
            signatures: made.map(|made| self.signature_row(state, found, made)).collect(),
        })
    }

    fn signature_row(&self, state: &FolderState, entry: &Entry, made: &Made) -> DocumentSignature {
        let statement = &made.body.statement;
        let signer = made.stamp.author;
        let numbers = (1..).zip(&entry.versions).filter(|(_, content)| is_of(statement, content));
        let owner =
            if signer == self.me.account { Some(&self.account) } else { state.chain().roster().account(&signer) };
        DocumentSignature {
            signer,
            name: self.name_of(&signer),
            me: signer == self.me.account,
            member: state.role(&signer).is_some(),
            at: statement.at,
            statement: statement.words.clone(),
            file: statement.names.file.clone(),
            versions: numbers.map(|(number, _)| number).collect(),
            dek_id: statement.dek,
            current: entry.newest().is_some_and(|newest| is_of(statement, newest)),
            verdict: self.verdict(made),
            sha512: statement.digest.to_string(),
            key: statement.key,
            fingerprint: made.key.as_ref().map(openssh_fingerprint),
            key_ended_since: made.key.is_some() && owner.is_some_and(|owner| !owner.signs(statement.key)),
            device: made.stamp.device,
            record: made.stamp.record.to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
