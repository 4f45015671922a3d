//! Signatures on documents: made, listed, exported; and the keys that make them.
//!
//! A signature is a record of the folder, so it needs the catalog, as members and roles do. What is signed is read from
//! the first byte to the last on this computer, right before. A key is this device's; see `vault/signatures.rs`.

use std::path::Path;
use std::sync::Arc;

use valise_crypto::{DocumentSecret, DocumentSigner as _, armored, namespaces, openssh_fingerprint, openssh_key};
use valise_protocol::document::{FILE_NAMESPACE, STATEMENT_NAMESPACE, SignedBy, is_words};
use valise_protocol::ids::{AccountId, DekId, EntryId, FolderId, KeyVersion};
use valise_protocol::tree::Content;

use crate::api::{ExportedSignature, ExportedSigned, Password, Signatures, SigningKey, Verdict};
use crate::certificate::Certificate;
use crate::error::EngineError;
use crate::shared::{Session, Shared};
use crate::transfer::fetch;
use crate::transfer::local::{Attributes, Pending, real_dir};
use crate::transfer::save::version_of;
use crate::vault::signatures::{Made, ToSign};
use crate::{keys as life, share, sync, token};

/// Room for what is added to a file's name.
const LONGEST_STEM: usize = 220;

/// Signs a version of a file, and answers who has signed it by now.
pub async fn sign(
    shared: &Arc<Shared>,
    folder: FolderId,
    (entry, version): (EntryId, Option<DekId>),
    words: &str,
    with: Option<(KeyVersion, Option<Password>)>,
) -> Result<Signatures, EngineError> {
    let words = words.trim().replace("\r\n", "\n");
    if !is_words(&words) {
        return Err(EngineError::BadInput("A statement has at most 1,000 bytes in 16 lines, all of them visible."));
    }
    let session = shared.session()?;
    let content = shared.vault(|vault| Ok(version_of(vault.folder(&folder)?.tree(), entry, version)?.1))?;
    let digest = fetch::digest(shared, &session, folder, &content, &session.cancel).await?;
    let with = match with {
        Some((version, pin)) => shared.vault(|vault| vault.token_key(version))?.map(|key| (version, key, pin)),
        None => None,
    };
    let sign = ToSign { entry, content: &content, digest, words: &words, at: shared.clock.now() };
    match with {
        None => {
            let (version, key) = key_in_force(shared, &session).await?;
            // A new account key, or this device itself, may be what the folder is to hear of first.
            life::rekey(shared, &session, folder).await?;
            share::append_folder(shared, &session, folder, |vault| {
                vault.compose_signed(folder, &sign, (version, &key)).map(Some)
            })
            .await?;
        }
        Some((version, (key, address), pin)) => {
            let pin = pin.ok_or(EngineError::BadInput("This key is on a token: its PIN is needed."))?;
            let signer = token::find_signer(&address, &pin, &key).await?;
            life::rekey(shared, &session, folder).await?;
            // The token is asked apart from the vault; what changes meanwhile is found out, and nothing is sent.
            let to_sign = shared.vault(|vault| vault.digests_to_sign(folder, &sign, version))?;
            let signed = signer.sign(to_sign).await?;
            share::append_folder(shared, &session, folder, |vault| {
                if vault.digests_to_sign(folder, &sign, version)? != to_sign {
                    return Err(EngineError::NotNow(
                        "The file was changed or renamed while the token signed: sign again.",
                    ));
                }
                vault.compose_signed(folder, &sign, (version, &signed)).map(Some)
            })
            .await?;
        }
    }
    tracing::info!("a document was signed");
    shared.vault(|vault| vault.signature_rows(&folder, entry))
}

/// This device's key, made if there is none that counts.
async fn key_in_force(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
) -> Result<(KeyVersion, DocumentSecret), EngineError> {
    if let Some(found) = shared.vault(|vault| vault.document_secret())? {
        return Ok(found);
    }
    begin_key(shared, session).await?;
    shared.vault(|vault| vault.document_secret())?.ok_or(EngineError::Internal("a key that was made is not there"))
}

/// A new key in the place of the one before. It is kept here before the catalog hears of it.
async fn begin_key(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    let next = shared.vault(|vault| vault.next_document_secret())?;
    sync::grow(shared, session, |vault| Ok((vault.compose_signing_key(&next)?, ()))).await?;
    tracing::info!(fingerprint = openssh_fingerprint(&next.key()), "a key for signing was made");
    shared.vault(|vault| vault.use_next_document_secret())
}

/// Who signed a file.
pub async fn list(
    shared: &Arc<Shared>,
    folder: FolderId,
    entry: EntryId,
    check: bool,
) -> Result<Signatures, EngineError> {
    if check {
        let session = shared.session()?;
        for content in
            shared.vault(|vault| unread(vault.folder(&folder)?, entry, |it| vault.lacks_digest(&folder, it)))?
        {
            match fetch::digest(shared, &session, folder, &content, &session.cancel).await {
                Err(error @ (EngineError::Cancelled | EngineError::Locked | EngineError::DiskFull)) => {
                    return Err(error);
                }
                // Then it is said that the bytes were not compared.
                Err(error) => tracing::debug!(%error, "a signed version cannot be read"),
                Ok(_) => {}
            }
        }
    }
    shared.vault(|vault| vault.signature_rows(&folder, entry))
}

/// Versions of a file whose bytes are to be compared.
fn unread(
    state: &crate::vault::folder::FolderState,
    entry: EntryId,
    lacks: impl Fn(&Content) -> bool,
) -> Result<Vec<Content>, EngineError> {
    let found = state.tree().entry(&entry).ok_or(EngineError::NotFound("the entry"))?;
    let signed = |content: &&Content| {
        let mut made = state.signatures().of(&entry).iter().map(|made| &made.body.statement);
        made.any(|statement| statement.dek == content.dek && statement.cid == content.cid)
    };
    Ok(found.versions.iter().filter(signed).filter(|content| lacks(content)).cloned().collect())
}

/// Own keys.
pub fn keys(shared: &Shared) -> Result<Vec<SigningKey>, EngineError> {
    shared.vault(|vault| vault.signing_key_rows())
}

/// Another key for this computer.
pub async fn rotate(shared: &Arc<Shared>) -> Result<Vec<SigningKey>, EngineError> {
    let session = shared.session()?;
    begin_key(shared, &session).await?;
    tell_folders(shared, &session).await?;
    keys(shared)
}

/// A key on a token, made there if there is none, signs from now on, too. The address is kept before the catalog hears of
/// the key.
pub async fn add_token(shared: &Arc<Shared>, address: &str, pin: Password) -> Result<Vec<SigningKey>, EngineError> {
    let session = shared.session()?;
    shared.vault(|_| Ok(()))?;
    let (signer, address) = token::find_or_make(address, &pin).await?;
    let key = signer.key();
    let (account, device) = shared.vault(|vault| {
        vault.may_use_token_key(&key)?;
        Ok((vault.me.account, vault.me.device))
    })?;
    let proven = signer.prove(account, device).await?;
    shared.vault(|vault| vault.keep_token_key(key, &address))?;
    sync::grow(shared, &session, |vault| Ok((vault.compose_token_key(&proven)?, ()))).await?;
    tracing::info!(fingerprint = openssh_fingerprint(&key), "a key on a token signs, too");
    keys(shared)
}

/// A key signs no more, whichever computer it is on.
pub async fn revoke(shared: &Arc<Shared>, version: KeyVersion) -> Result<Vec<SigningKey>, EngineError> {
    let session = shared.session()?;
    sync::grow(shared, &session, |vault| Ok((vault.compose_key_revocation(version)?, ()))).await?;
    tracing::info!(version, "a key for signing was revoked");
    tell_folders(shared, &session).await?;
    keys(shared)
}

/// Folders that know a key which counts no more hear of it at once: until then it would count there. One that cannot be
/// told now hears of it in a later round.
async fn tell_folders(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    let owed = shared.vault(|vault| {
        let owed = vault.folders.values().filter(|state| !state.stopped && vault.owes_revocation(state));
        Ok(owed.map(|state| state.id()).collect::<Vec<_>>())
    })?;
    for folder in owed {
        if let Err(error) = life::rekey(shared, session, folder).await {
            tracing::warn!(%error, "a folder was not told of a revoked key");
        }
    }
    session.wake.notify_one();
    Ok(())
}

/// A good signature, ready to be written.
struct Proof {
    made: Made,
    name: String,
    principal: String,
    text: String,
}

/// Writes a version of a file and what checks its signatures without Valise.
pub async fn export(
    shared: &Arc<Shared>,
    folder: FolderId,
    (entry, version): (EntryId, Option<DekId>),
    to: &Path,
) -> Result<ExportedSigned, EngineError> {
    let session = shared.session()?;
    let (name, content) = shared.vault(|vault| version_of(vault.folder(&folder)?.tree(), entry, version))?;
    fetch::digest(shared, &session, folder, &content, &session.cancel).await?;
    let (good, left_out) = shared.vault(|vault| {
        let state = vault.folder(&folder)?;
        let of_version = |made: &&Made| {
            let statement = &made.body.statement;
            statement.dek == content.dek && statement.cid == content.cid
        };
        let all: Vec<&Made> = state.signatures().of(&entry).iter().filter(of_version).collect();
        let good = all.iter().filter(|made| vault.verdict(made) == Verdict::Good);
        let proof = |made: &&Made| {
            let account = made.stamp.author;
            let name = vault.name_of(&account);
            let by = SignedBy { workspace: vault.me.workspace, folder, account };
            let (principal, text) = (principal(&name, &account), made.body.statement.text(by));
            Proof { made: (*made).clone(), name, principal, text }
        };
        let good: Vec<Proof> = good.map(proof).collect();
        let left_out = u32::try_from(all.len() - good.len()).unwrap_or(u32::MAX);
        Ok((good, left_out))
    })?;
    if good.is_empty() {
        return Err(EngineError::NotNow("Nobody has signed this version, or no signature on it is good."));
    }
    real_dir(to)?;
    let to = std::fs::canonicalize(to)?;
    let file = to.join(&name);
    let attributes = Attributes { mtime: content.mtime, executable: false, read_only: false };
    fetch::write_to(shared, &session, folder, &content, (&file, attributes), &session.cancel, &|_| {}).await?;
    crate::engine::blocking(move || {
        let stem = stem(&name);
        let allowed_signers = to.join(format!("{stem}.allowed_signers"));
        write(&allowed_signers, allowed(&good).as_bytes())?;
        let write_one = |(number, proof): (usize, &Proof)| write_proof(&to, (&name, &stem), number, proof);
        let signatures = (1..).zip(&good).map(write_one).collect::<Result<_, _>>()?;
        Ok(ExportedSigned { file, allowed_signers, signatures, left_out })
    })
    .await
}

fn write_proof(
    to: &Path,
    (file, stem): (&str, &str),
    number: usize,
    proof: &Proof,
) -> Result<ExportedSignature, EngineError> {
    // The first as `ssh-keygen -Y sign` would name it.
    let stem_of_this = if number == 1 { stem.to_owned() } else { format!("{stem}.{number}") };
    let name = |ending: &str| format!("{stem_of_this}.{ending}");
    let (body, principal) = (&proof.made.body, &proof.principal);
    let verify = |namespace: &str, signature: &str, signed: &str| {
        let allowed = quoted(&format!("{stem}.allowed_signers"));
        let (signature, signed) = (quoted(signature), quoted(signed));
        format!("ssh-keygen -Y verify -f {allowed} -I {principal} -n {namespace} -s {signature} < {signed}")
    };
    let commands = [
        verify(FILE_NAMESPACE, &name("sig"), file),
        verify(STATEMENT_NAMESPACE, &name("statement.sig"), &name("statement")),
    ];
    let fingerprint = proof.made.key.as_ref().map(openssh_fingerprint).unwrap_or_default();
    let certificate = Certificate { statement: &body.statement, fingerprint: &fingerprint, commands: &commands }.draw();
    let written = |ending: &str, bytes: &[u8]| {
        let path = to.join(name(ending));
        write(&path, bytes).map(|()| path)
    };
    Ok(ExportedSignature {
        name: proof.name.clone(),
        principal: principal.clone(),
        signature: written("sig", armored(&body.of_file)?.as_bytes())?,
        statement: written("statement", proof.text.as_bytes())?,
        statement_signature: written("statement.sig", armored(&body.of_statement)?.as_bytes())?,
        certificate: written("certificate.pdf", &certificate)?,
    })
}

/// Each key once, for these two purposes only.
fn allowed(good: &[Proof]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for Proof { made, principal, .. } in good {
        let Some(key) = &made.key else { continue };
        let line = format!("{principal} namespaces=\"{}\" {}\n", namespaces(), openssh_key(key));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.concat()
}

/// A name that `allowed_signers` takes as it is: nothing in it is a pattern, and two people never share one.
fn principal(name: &str, account: &AccountId) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => slug.push(c),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    let slug = slug.trim_end_matches('-');
    let id = account.to_string();
    let id = id.get(..16).unwrap_or(&id);
    if slug.is_empty() { id.to_owned() } else { format!("{slug}.{id}") }
}

/// A file's name, short enough to be added to.
fn stem(name: &str) -> String {
    let end = (0..=name.len().min(LONGEST_STEM)).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
    name[..end].to_owned()
}

/// For a shell.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.chars().all(plain) && !name.starts_with('-') {
        name.to_owned()
    } else {
        format!("'./{}'", name.replace('\'', "'\\''"))
    }
}

/// Whole or not at all, and nobody else's to read.
fn write(path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    let mut pending = Pending::begin(path)?;
    pending.write(bytes)?;
    pending.finish(Attributes { mtime: -1, executable: false, read_only: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_are_no_patterns() {
        let account = AccountId::new([0xab; 32]);
        assert_eq!(principal("Alice", &account), "alice.abababababababab");
        assert_eq!(principal("*, !Bob  \"x\"", &account), "bob-x.abababababababab");
        assert_eq!(principal("Łódź", &account), "d.abababababababab");
        assert_eq!(principal("李", &account), "abababababababab");
        assert_ne!(principal("Alice", &AccountId::new([1; 32])), principal("Alice", &account));
    }

    #[test]
    fn names_are_safe_in_a_shell() {
        assert_eq!(quoted("plan.txt"), "plan.txt");
        assert_eq!(quoted("-plan; rm.txt"), "'./-plan; rm.txt'");
        assert_eq!(quoted("it's"), "'./it'\\''s'");
        assert_eq!(stem(&"é".repeat(127)).len(), LONGEST_STEM);
        assert_eq!(stem("plan.txt"), "plan.txt");
    }
}
