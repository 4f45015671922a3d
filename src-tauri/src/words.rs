//! What the program itself says outside its window: in the panel, and in the system's notifications. The page says in which
//! language; until it has, the system does.

use std::sync::{Mutex, PoisonError};

/// A language of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// German.
    De,
}

/// The language that is spoken now.
pub struct Spoken(Mutex<Language>);

impl Default for Spoken {
    fn default() -> Self {
        let given = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let system = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(given);
        Self(Mutex::new(Language::of(&system.unwrap_or_default())))
    }
}

impl Spoken {
    /// What it is.
    pub fn now(&self) -> Language {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another one, by its tag.
    pub fn speak(&self, tag: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Language::of(tag);
    }
}

impl Language {
    fn of(tag: &str) -> Self {
        if tag.starts_with("de") { Self::De } else { Self::En }
    }

    /// In the panel's menu: the window.
    pub fn open(self) -> &'static str {
        self.choose("Open Valise", "Valise öffnen")
    }

    /// In the panel's menu.
    pub fn lock(self) -> &'static str {
        self.choose("Lock", "Sperren")
    }

    /// In the panel's menu.
    pub fn quit(self) -> &'static str {
        self.choose("Quit", "Beenden")
    }

    /// Of the dialog that asks where a copy of the server goes.
    pub fn copy_of_server(self) -> &'static str {
        self.choose("Where the copy goes", "Wohin die Kopie kommt")
    }

    /// What the icon's state is called.
    pub fn state(self, state: State) -> &'static str {
        match state {
            State::Locked => self.choose("Locked", "Gesperrt"),
            State::Open => self.choose("Open", "Offen"),
            State::News => self.choose("Something new is waiting", "Neues wartet"),
        }
    }

    /// So many new files in a folder.
    pub fn new_in(self, files: u32, folder: &str) -> String {
        match self {
            Self::En => format!("{} in {folder}", self.new_files(files)),
            Self::De => format!("{} in „{folder}“", self.new_files(files)),
        }
    }

    /// So many new files in so many folders.
    pub fn new_in_many(self, files: u32, folders: usize) -> String {
        match self {
            Self::En => format!("{} in {folders} folders", self.new_files(files)),
            Self::De => format!("{} in {folders} Ordnern", self.new_files(files)),
        }
    }

    /// So many new files.
    pub fn new_files(self, files: u32) -> String {
        match (self, files) {
            (Self::En, 1) => "1 new file".to_owned(),
            (Self::En, _) => format!("{files} new files"),
            (Self::De, 1) => "1 neue Datei".to_owned(),
            (Self::De, _) => format!("{files} neue Dateien"),
        }
    }

    fn choose(self, en: &'static str, de: &'static str) -> &'static str {
        match self {
            Self::En => en,
            Self::De => de,
        }
    }
}

/// What the icon in the panel shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// A password is needed, or there is no account yet.
    Locked,
    /// Nothing waits for the person.
    Open,
    /// New files, or somebody who asks for help.
    News,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_languages_agree() {
        assert_eq!(Language::En.new_in(3, "Leave forms"), "3 new files in Leave forms");
        assert_eq!(Language::En.new_in(1, "Leave forms"), "1 new file in Leave forms");
        assert_eq!(Language::De.new_in(1, "Urlaub"), "1 neue Datei in „Urlaub“");
        assert_eq!(Language::De.new_in_many(7, 3), "7 neue Dateien in 3 Ordnern");
        assert_eq!((Language::of("de_AT.UTF-8"), Language::of("fr")), (Language::De, Language::En));
    }
}
