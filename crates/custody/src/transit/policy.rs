//! Policies of least privilege, to be shown and pasted. `{mount}` and `{key}` stand for a configuration's own:
//! [`TransitConfig::use_policy`] and [`TransitConfig::set_up_policy`] put them in.

use crate::config::TransitConfig;

/// For whoever wraps and opens: both, with this one key, and nothing else. `update` without `create` makes no keys.
/// Rewrapping needs no more: it is opening and wrapping.
pub const USE_POLICY: &str = r#"path "{mount}/encrypt/{key}" {
  capabilities = ["update"]
}
path "{mount}/decrypt/{key}" {
  capabilities = ["update"]
}
"#;

/// For whoever sets it up: makes this one key, looks at it, gives it a new version, says which versions still open. It
/// can wrap and open nothing. It can make the key deletable (`config`), but not delete it.
pub const SET_UP_POLICY: &str = r#"path "{mount}/keys/{key}" {
  capabilities = ["create", "read", "update"]
}
path "{mount}/keys/{key}/rotate" {
  capabilities = ["update"]
}
path "{mount}/keys/{key}/config" {
  capabilities = ["update"]
}
"#;

impl TransitConfig {
    /// [`USE_POLICY`] for this key.
    pub fn use_policy(&self) -> String {
        self.fill(USE_POLICY)
    }

    /// [`SET_UP_POLICY`] for this key.
    pub fn set_up_policy(&self) -> String {
        self.fill(SET_UP_POLICY)
    }

    fn fill(&self, policy: &str) -> String {
        policy.replace("{mount}", &self.mount).replace("{key}", &self.key)
    }
}
