//! Secrets as the page sends them: sealed. See [`valise_engine::typed`].

use serde::Deserialize;
use tauri::State;
use valise_engine::api::{ApiError, Code, HolderChoice, Password};

use crate::state::App;

/// A password, a PIN or a code that a person typed, still sealed.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Typed(String);

/// A key to seal the next secrets to: so many of them.
#[tauri::command]
pub fn typing_key(app: State<'_, App>, uses: u32) -> Result<String, ApiError> {
    app.typing.begin(uses)
}

impl App {
    /// Opens a password or a PIN.
    pub fn password(&self, typed: &Typed) -> Result<Password, ApiError> {
        // Cloned into room of its own; the one it comes from is wiped.
        self.typing.open(&typed.0).map(|text| Password(String::clone(&text)))
    }

    /// Opens one that may be left out.
    pub fn password_if_any(&self, typed: Option<Typed>) -> Result<Option<Password>, ApiError> {
        typed.map(|typed| self.password(&typed)).transpose()
    }

    /// Opens a code, or groups of one.
    pub fn code(&self, typed: &Typed) -> Result<Code, ApiError> {
        self.typing.open(&typed.0).map(|text| Code(String::clone(&text)))
    }

    /// Opens several.
    pub fn codes(&self, typed: &[Typed]) -> Result<Vec<Code>, ApiError> {
        typed.iter().map(|typed| self.code(typed)).collect()
    }

    /// Opens what is in a choice of helpers.
    pub fn holders(&self, holders: Vec<HolderChoice>) -> Result<Vec<HolderChoice>, ApiError> {
        let open = |holder| match holder {
            HolderChoice::Kept { place, secret: Some(sealed) } => {
                let secret = Some(self.password(&Typed(sealed.0.clone()))?);
                Ok(HolderChoice::Kept { place, secret })
            }
            other => Ok(other),
        };
        holders.into_iter().map(open).collect()
    }
}
