//! What a keeper is shown. Apart from the configuration, so that nothing which is written to disk has room for it.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::CustodyError;
use crate::secret::SecretText;

/// Longest token that is read from a file, in bytes. Vault's batch tokens have some hundred.
const MAX_TOKEN: u64 = 8 << 10;

/// Credentials for a keeper.
pub enum Credentials {
    /// None. Enough for a token with a PIN pad of its own.
    None,
    /// The PIN of a token's user.
    Pin(SecretText),
    /// A Vault token; or, for Google, an access token that somebody else fetched.
    Token(SecretText),
    /// Google: the key file of a service account.
    GoogleKeyFile(PathBuf),
    /// Google: Application Default Credentials, wherever they lie on this computer.
    GoogleDefault,
}

impl Credentials {
    /// A Vault token, in the order of Vault's own program after a file that was named: `VAULT_TOKEN`, then `.vault-token`
    /// in the home. The caller knows the environment and the home; this looks at neither.
    ///
    /// # Errors
    /// [`CustodyError::NoCredentials`]: nowhere, or a file that was named and cannot be read.
    pub fn vault_token(
        file: Option<&Path>,
        environment: impl Fn(&str) -> Option<String>,
        home: Option<&Path>,
    ) -> Result<Self, CustodyError> {
        if let Some(file) = file {
            return read_token(file).map(Self::Token).ok_or(MISSING);
        }
        let named = environment("VAULT_TOKEN").map(Zeroizing::new).and_then(|text| token(&text));
        let kept = || read_token(&home?.join(".vault-token"));
        named.or_else(kept).map(Self::Token).ok_or(MISSING)
    }
}

const MISSING: CustodyError = CustodyError::NoCredentials("a Vault token");

fn read_token(path: &Path) -> Option<SecretText> {
    // Room from the start: a text that grows leaves copies behind.
    let mut text = Zeroizing::new(String::with_capacity(MAX_TOKEN as usize + 1));
    let read = File::open(path).ok()?.take(MAX_TOKEN + 1).read_to_string(&mut text).ok()?;
    if read as u64 > MAX_TOKEN { None } else { token(&text) }
}

/// Without the line's end.
fn token(text: &str) -> Option<SecretText> {
    let text = text.trim();
    (!text.is_empty()).then(|| SecretText::new(text.to_owned()))
}
