//! The keyring of the system: where one share of a recovery key lies. The only file that names `keyring_core`.
//!
//! Text under a name. A system may have no keyring, a locked one, or one that lost what was put in: each is told
//! apart, and none of them is a reason for anything else in the engine to stop. An operation may wait for a person
//! (a prompt), so none runs on the runtime's threads, and none is waited for without an end: [`within`].
//!
//! To add a system: a target dependency, and its store in [`SystemKeyring`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::shared::lock;

/// Why a keyring gives or takes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// This system has none that answers.
    #[error("no keyring answers")]
    Absent,
    /// It is locked, or asks for something that nobody answered.
    #[error("the keyring is locked")]
    Locked,
    /// It was asked, and nothing came back in time.
    #[error("the keyring does not answer")]
    NoAnswer,
    /// It answered with an error.
    #[error("the keyring failed")]
    Failed,
}

/// A keyring. Every implementation is held to the same suite below.
pub trait Keyring: Send + Sync {
    /// The text under a name; none if there is none.
    ///
    /// # Errors
    /// [`KeyringError`].
    fn read(&self, name: &str) -> Result<Option<Zeroizing<String>>, KeyringError>;

    /// Keeps a text under a name, in place of what was there.
    ///
    /// # Errors
    /// [`KeyringError`].
    fn store(&self, name: &str, text: &str) -> Result<(), KeyringError>;

    /// Removes what is under a name; nothing there is no error.
    ///
    /// # Errors
    /// [`KeyringError`].
    fn remove(&self, name: &str) -> Result<(), KeyringError>;
}

/// Asks a keyring on a thread of its own, and waits so long and no longer. The thread may outlive the answer: it is
/// none that the runtime would wait for at its end.
///
/// # Errors
/// Those of the work, and [`KeyringError::NoAnswer`].
pub async fn within<T: Send + 'static>(
    limit: Duration,
    keyring: &Arc<dyn Keyring>,
    work: impl FnOnce(&dyn Keyring) -> Result<T, KeyringError> + Send + 'static,
) -> Result<T, KeyringError> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    let keyring = keyring.clone();
    let thread = std::thread::Builder::new().name("keyring".to_owned()).spawn(move || {
        let _ = answer.send(work(keyring.as_ref()));
    });
    thread.map_err(|_| KeyringError::Failed)?;
    match tokio::time::timeout(limit, answered).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(KeyringError::Failed),
        Err(_) => Err(KeyringError::NoAnswer),
    }
}

/// The system's own keyring: on Linux the Secret Service (GNOME Keyring, KDE Wallet, KeePassXC) over D-Bus. Other
/// systems have none here yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemKeyring;

#[cfg(target_os = "linux")]
mod secret_service {
    use keyring_core::api::CredentialStoreApi as _;
    use keyring_core::{Entry, Error};

    use super::*;

    const SERVICE: &str = "Valise";
    /// What a person reads in the keyring's own window.
    const LABEL: &str = "Valise: one of three parts of a recovery key";

    /// A connection for each operation: a service that starts, ends or locks meanwhile is met as it is.
    fn entry(name: &str) -> Result<Entry, KeyringError> {
        let store = zbus_secret_service_keyring_store::Store::new().map_err(|error| {
            tracing::debug!(%error, "no Secret Service");
            KeyringError::Absent
        })?;
        store.build(SERVICE, name, Some(&HashMap::from([("label", LABEL)]))).map_err(|error| trouble(&error))
    }

    fn trouble(error: &Error) -> KeyringError {
        tracing::debug!(%error, "the Secret Service refused");
        match error {
            Error::NoStorageAccess(_) => KeyringError::Locked,
            Error::NoDefaultStore => KeyringError::Absent,
            _ => KeyringError::Failed,
        }
    }

    impl Keyring for SystemKeyring {
        fn read(&self, name: &str) -> Result<Option<Zeroizing<String>>, KeyringError> {
            match entry(name)?.get_password() {
                Ok(text) => Ok(Some(Zeroizing::new(text))),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(trouble(&error)),
            }
        }

        fn store(&self, name: &str, text: &str) -> Result<(), KeyringError> {
            entry(name)?.set_password(text).map_err(|error| trouble(&error))
        }

        fn remove(&self, name: &str) -> Result<(), KeyringError> {
            match entry(name)?.delete_credential() {
                Ok(()) | Err(Error::NoEntry) => Ok(()),
                Err(error) => Err(trouble(&error)),
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl Keyring for SystemKeyring {
    fn read(&self, _: &str) -> Result<Option<Zeroizing<String>>, KeyringError> {
        Err(KeyringError::Absent)
    }

    fn store(&self, _: &str, _: &str) -> Result<(), KeyringError> {
        Err(KeyringError::Absent)
    }

    fn remove(&self, _: &str) -> Result<(), KeyringError> {
        Err(KeyringError::Absent)
    }
}

/// A keyring in memory, which can be locked, lost and slow.
#[derive(Default)]
pub struct MemoryKeyring {
    texts: Mutex<HashMap<String, Zeroizing<String>>>,
    trouble: Mutex<Option<KeyringError>>,
}

impl MemoryKeyring {
    /// From now on every operation fails like this, or none does.
    pub fn set_trouble(&self, trouble: Option<KeyringError>) {
        *lock(&self.trouble) = trouble;
    }

    /// Forgets everything, as a keyring does whose owner set it up anew.
    pub fn wipe(&self) {
        lock(&self.texts).clear();
    }

    /// All that is in it: name and text.
    pub fn texts(&self) -> Vec<(String, String)> {
        lock(&self.texts).iter().map(|(name, text)| (name.clone(), text.to_string())).collect()
    }

    fn usable(&self) -> Result<(), KeyringError> {
        lock(&self.trouble).map_or(Ok(()), Err)
    }
}

impl Keyring for MemoryKeyring {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<String>>, KeyringError> {
        self.usable()?;
        Ok(lock(&self.texts).get(name).cloned())
    }

    fn store(&self, name: &str, text: &str) -> Result<(), KeyringError> {
        self.usable()?;
        lock(&self.texts).insert(name.to_owned(), Zeroizing::new(text.to_owned()));
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), KeyringError> {
        self.usable()?;
        lock(&self.texts).remove(name);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::*;

    /// What every keyring does.
    fn contract(keyring: &dyn Keyring) {
        let read = |name| keyring.read(name).unwrap().map(|text| text.to_string());
        assert_eq!(read("one"), None);
        keyring.remove("one").unwrap();
        keyring.store("one", "AQEB+/8").unwrap();
        keyring.store("two", "another").unwrap();
        assert_eq!(read("one").as_deref(), Some("AQEB+/8"));
        keyring.store("one", "in its place").unwrap();
        assert_eq!(read("one").as_deref(), Some("in its place"));
        assert_eq!(read("two").as_deref(), Some("another"));
        keyring.remove("one").unwrap();
        assert_eq!(read("one"), None);
        assert_eq!(read("two").as_deref(), Some("another"));
        keyring.remove("two").unwrap();
    }

    #[test]
    fn in_memory() {
        let keyring = MemoryKeyring::default();
        contract(&keyring);
        keyring.set_trouble(Some(KeyringError::Locked));
        assert_eq!(keyring.read("one"), Err(KeyringError::Locked));
    }

    #[tokio::test]
    async fn nothing_waits_without_end() {
        let keyring: Arc<dyn Keyring> = Arc::new(MemoryKeyring::default());
        let slow = within(Duration::from_millis(20), &keyring, |_| {
            std::thread::sleep(Duration::from_millis(500));
            Ok(())
        });
        assert_eq!(slow.await, Err(KeyringError::NoAnswer));
        assert_eq!(within(Duration::from_secs(20), &keyring, |_| Ok(7)).await, Ok(7));
    }

    /// A bus and a GNOME keyring of its own, and this very program once more inside.
    #[test]
    fn of_the_system() {
        let found = |program: &str| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
        };
        for program in ["dbus-run-session", "gnome-keyring-daemon"] {
            if !found(program) {
                println!("not run: the system's keyring ({program} is not installed)");
                return;
            }
        }
        let home = tempfile::tempdir().unwrap();
        let inside = "printf 'pw\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec \"$0\" \
                      --exact keyring::tests::of_the_system_inside --ignored --nocapture";
        let status = Command::new("dbus-run-session")
            .args(["--", "sh", "-c", inside])
            .arg(std::env::current_exe().unwrap())
            .envs([("HOME", home.path()), ("XDG_RUNTIME_DIR", home.path()), ("XDG_DATA_HOME", home.path())])
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .status()
            .unwrap();
        assert!(status.success());
        assert!(Path::new(&home.path().join("keyrings")).is_dir(), "the keyring was another's");
    }

    #[test]
    #[ignore = "runs inside the one above"]
    fn of_the_system_inside() {
        contract(&SystemKeyring);
    }
}
