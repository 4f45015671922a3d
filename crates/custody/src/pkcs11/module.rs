//! Modules, tokens, sessions: everything before a key.
//!
//! A module is loaded and initialised once in a process and stays: `C_Initialize` and `C_Finalize` are the whole
//! process's, so that one keeper's end would be every other's. Login state belongs to the process and the token, too:
//! hence one call at a time, each with its own login, so that it is this call's PIN that counts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::object::ObjectClass;
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::AuthPin;

use super::{find, trust};
use crate::config::Pkcs11Config;
use crate::credentials::Credentials;
use crate::error::{CustodyError, PinTries};
use crate::secret::SecretText;

static MODULES: Mutex<BTreeMap<PathBuf, Arc<Module>>> = Mutex::new(BTreeMap::new());

struct Module {
    pkcs11: Pkcs11,
    turn: Mutex<()>,
}

impl Module {
    fn load(path: &Path) -> Result<Arc<Self>, CustodyError> {
        let mut modules = lock(&MODULES);
        if let Some(module) = modules.get(path) {
            return Ok(module.clone());
        }
        let pkcs11 = Pkcs11::new(trust::checked(path)?).map_err(|_| CustodyError::NoSuchModule(path.to_owned()))?;
        match pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(failure(&error)),
        }
        let module = Arc::new(Self { pkcs11, turn: Mutex::new(()) });
        modules.insert(path.to_owned(), module.clone());
        Ok(module)
    }
}

/// A token, and who logs in to it.
pub(super) struct Token {
    pub(super) config: Pkcs11Config,
    pin: Option<SecretText>,
}

impl Token {
    pub(super) fn new(config: &Pkcs11Config, credentials: Credentials) -> Result<Self, CustodyError> {
        let pin = match credentials {
            Credentials::None => None,
            Credentials::Pin(pin) => Some(pin),
            _ => return Err(CustodyError::NoCredentials("the token's PIN")),
        };
        Ok(Self { config: config.clone(), pin })
    }

    /// Logged in, on a blocking thread: a token may take seconds, and its PIN pad a person's time.
    pub(super) async fn ask<T: Send + 'static>(
        this: &Arc<Self>,
        work: impl FnOnce(&Self, &Session) -> Result<T, CustodyError> + Send + 'static,
    ) -> Result<T, CustodyError> {
        let this = this.clone();
        let asked = tokio::task::spawn_blocking(move || this.with_session(work));
        asked.await.map_err(|_| CustodyError::Stopped)?
    }

    fn with_session<T>(
        &self,
        work: impl FnOnce(&Self, &Session) -> Result<T, CustodyError>,
    ) -> Result<T, CustodyError> {
        let module = Module::load(&self.config.module)?;
        let _turn = lock(&module.turn);
        let slot = self.find(&module.pkcs11)?;
        // A key is made in a writable session only; reading and using work in it as well.
        let session = module.pkcs11.open_rw_session(slot).map_err(|error| failure(&error))?;
        self.log_in(&module.pkcs11, slot, &session)?;
        let worked = work(self, &session);
        // Closing the session, which comes next, logs out in any case.
        let _ = session.logout();
        worked
    }

    fn find(&self, pkcs11: &Pkcs11) -> Result<Slot, CustodyError> {
        let mut found = None;
        for slot in pkcs11.get_slots_with_initialized_token().map_err(|error| failure(&error))? {
            // One that is just being taken out is none of ours.
            let Ok(info) = pkcs11.get_token_info(slot) else { continue };
            if self.is_meant(&info) && found.replace(slot).is_some() {
                return Err(CustodyError::Ambiguous(self.name()));
            }
        }
        found.ok_or_else(|| CustodyError::NoSuchToken(self.name()))
    }

    fn is_meant(&self, info: &TokenInfo) -> bool {
        let fits = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        fits(&self.config.token, info.label()) && fits(&self.config.serial, info.serial_number())
    }

    fn name(&self) -> String {
        self.config.token.iter().chain(&self.config.serial).cloned().collect::<Vec<_>>().join(", ")
    }

    /// One try, never a second one: tokens count.
    fn log_in(&self, pkcs11: &Pkcs11, slot: Slot, session: &Session) -> Result<(), CustodyError> {
        let info = pkcs11.get_token_info(slot).map_err(|error| failure(&error))?;
        if info.user_pin_locked() {
            return Err(CustodyError::PinLocked);
        }
        if !info.user_pin_initialized() {
            return Err(CustodyError::TokenNotReady(self.name()));
        }
        let pin = self.pin.as_ref().map(|pin| AuthPin::from(pin.expose_secret().to_owned()));
        if pin.is_none() && !info.protected_authentication_path() {
            return Err(CustodyError::NoCredentials("the token's PIN"));
        }
        let mut tried = session.login(UserType::User, pin.as_ref());
        if matches!(tried, Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _))) {
            // Somebody else in this process: their PIN must not stand for ours.
            let _ = session.logout();
            tried = session.login(UserType::User, pin.as_ref());
        }
        match tried {
            Ok(()) => Ok(()),
            Err(Error::Pkcs11(RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange, _)) => {
                Err(wrong_pin(pkcs11.get_token_info(slot).ok().as_ref()))
            }
            Err(Error::Pkcs11(RvError::PinLocked, _)) => Err(CustodyError::PinLocked),
            Err(Error::Pkcs11(RvError::PinExpired | RvError::UserPinNotInitialized, _)) => {
                Err(CustodyError::TokenNotReady(self.name()))
            }
            Err(error) => Err(failure(&error)),
        }
    }

    /// The token in words, and whether its slot claims to be hardware.
    pub(super) fn words(&self, session: &Session) -> Result<(String, bool), CustodyError> {
        let module = Module::load(&self.config.module)?;
        let slot = session.get_session_info().map_err(|error| failure(&error))?.slot_id();
        let token = module.pkcs11.get_token_info(slot).map_err(|error| failure(&error))?;
        let in_hardware = module.pkcs11.get_slot_info(slot).is_ok_and(|slot| slot.hardware_slot());
        let words = format!(
            "{} ({} {}, serial number {})",
            token.label(),
            token.manufacturer_id(),
            token.model(),
            token.serial_number()
        );
        Ok((words, in_hardware))
    }

    /// The id for a new key: the configuration's, or a random one. No key may have its label or id yet.
    pub(super) fn new_id(&self, session: &Session, class: ObjectClass) -> Result<Vec<u8>, CustodyError> {
        if find::exists(session, &self.config, class)? {
            return Err(CustodyError::KeyExists(find::name(&self.config)));
        }
        if let Some(id) = &self.config.id {
            return Ok(id.clone());
        }
        let mut id = vec![0; 16];
        getrandom::fill(&mut id).map_err(|_| CustodyError::NoRandomness)?;
        Ok(id)
    }
}

fn wrong_pin(info: Option<&TokenInfo>) -> CustodyError {
    match info {
        Some(info) if info.user_pin_locked() => CustodyError::PinLocked,
        Some(info) if info.user_pin_final_try() => CustodyError::WrongPin(PinTries::LastOne),
        Some(info) if info.user_pin_count_low() => CustodyError::WrongPin(PinTries::Fewer),
        _ => CustodyError::WrongPin(PinTries::Unstated),
    }
}

/// Whatever no caller has words of its own for.
pub(super) fn failure(error: &Error) -> CustodyError {
    match error {
        Error::Pkcs11(RvError::TokenNotPresent | RvError::DeviceRemoved | RvError::SlotIdInvalid, _)
        | Error::Pkcs11(RvError::TokenNotRecognized, _) => CustodyError::TokenAbsent,
        Error::Pkcs11(RvError::MechanismInvalid, _) => CustodyError::NotOffered("this kind of key or encryption"),
        Error::Pkcs11(RvError::KeyFunctionNotPermitted | RvError::TokenWriteProtected, _) => CustodyError::NotAllowed,
        Error::Pkcs11(RvError::KeyTypeInconsistent | RvError::KeySizeRange, _) => CustodyError::WrongKind,
        // The name of a return value and no more: it is an enumeration's.
        Error::Pkcs11(value, function) => CustodyError::TokenFailed(format!("{value:?} from C_{function:?}")),
        _ => CustodyError::TokenFailed("its driver is not one that can be used".to_owned()),
    }
}

/// What a panic elsewhere left is whole: nothing is changed in steps under these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
