//! What a keeper is shown. Apart from the configuration, so that nothing which is written to disk has room for it.

use crate::secret::SecretText;

/// Credentials for a keeper.
pub enum Credentials {
    /// None. Enough for a token with a PIN pad of its own.
    None,
    /// The PIN of a token's user.
    Pin(SecretText),
}
