//! What the program itself says outside its window: in the panel, and in the system's notifications. The page says in which
//! language; until it has, the system does.

use std::sync::{Mutex, PoisonError};

use valise_engine::api::Role;

/// A dialog of the system's, for files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Which files are added.
    AddFiles,
    /// Which directories are added.
    AddDirectories,
    /// Where a copy goes.
    Save,
    /// Where the encrypted file and its key go.
    ExportWithKey,
    /// Where a file and its signatures go.
    ExportWithSignatures,
    /// Where what happened is written to.
    ExportActivity,
    /// Where a recovery kit goes.
    SaveKit,
    /// Where the copy of a server goes.
    CopyOfServer,
}

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

    /// Titles of the system's dialogs for files.
    pub fn dialog(self, dialog: Dialog) -> &'static str {
        match dialog {
            Dialog::AddFiles => self.choose("Add files", "Dateien hinzufügen"),
            Dialog::AddDirectories => self.choose("Add folders", "Ordner hinzufügen"),
            Dialog::Save => self.choose("Save as", "Speichern unter"),
            Dialog::ExportWithKey => self.choose("Export with its key", "Mit Schlüssel exportieren"),
            Dialog::ExportWithSignatures => self.choose("Export with its signatures", "Mit Signaturen exportieren"),
            Dialog::ExportActivity => self.choose("Export the activity", "Verlauf exportieren"),
            Dialog::SaveKit => self.choose("Save or print the recovery kit", "Notfallbogen speichern oder drucken"),
            Dialog::CopyOfServer => self.choose("Where the copy goes", "Wohin die Kopie kommt"),
        }
    }

    /// Asks before an invitation is made.
    pub fn invite(self, folder: &str, role: Role) -> String {
        let folder = plain(folder);
        let can = match role {
            Role::Owner => self.choose("do everything, also invite others,", "alles, auch andere einladen"),
            Role::Editor => self.choose("read and change files", "Dateien lesen und ändern"),
            Role::Viewer => self.choose("read files", "Dateien lesen"),
        };
        match self {
            Self::En => format!("Make an invitation to “{folder}”? Who has the link can {can} in it."),
            Self::De => format!("Eine Einladung zu „{folder}“ erstellen? Wer den Link hat, kann darin {can}."),
        }
    }

    /// Asks before a colleague is added.
    pub fn share(self, folder: &str, name: &str) -> String {
        let (folder, name) = (plain(folder), plain(name));
        match self {
            Self::En => format!("Share “{folder}” and all its history with {name}?"),
            Self::De => format!("„{folder}“ mit allem, was darin geschah, mit {name} teilen?"),
        }
    }

    /// Asks before everybody of a group is added.
    pub fn share_with_group(self, folder: &str, group: &str, names: &[&str]) -> String {
        let (folder, group) = (plain(folder), plain(group));
        let mut listed: Vec<String> = names.iter().take(NAMES).map(|name| plain(name)).collect();
        if names.len() > NAMES {
            let more = names.len() - NAMES;
            listed.push(self.choose(format!("{more} more"), format!("{more} weitere")));
        }
        let listed = listed.join(", ");
        match self {
            Self::En => format!("Share “{folder}” and all its history with everybody in “{group}”: {listed}?"),
            Self::De => format!("„{folder}“ mit allem, was darin geschah, mit allen in „{group}“ teilen: {listed}?"),
        }
    }

    /// The buttons of such a question.
    pub fn yes_or_no(self) -> (&'static str, &'static str) {
        self.choose(("Share", "Cancel"), ("Teilen", "Abbrechen"))
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

    fn choose<T>(self, en: T, de: T) -> T {
        match self {
            Self::En => en,
            Self::De => de,
        }
    }
}

/// Longer names are cut.
const NAME_CHARS: usize = 80;
/// More people of a group are counted.
const NAMES: usize = 12;

/// A name that others chose, in a line of ours: it cannot end the line or turn its direction, and is not endless.
pub fn plain(name: &str) -> String {
    let is_control = |c: &char| {
        c.is_control() || matches!(*c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut kept = name.chars().filter(|c| !is_control(c));
    let short: String = kept.by_ref().take(NAME_CHARS).collect();
    let more = if kept.next().is_some() { "…" } else { "" };
    format!("\u{2068}{short}{more}\u{2069}")
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
    fn a_name_can_do_nothing_to_the_line() {
        assert_eq!(plain("a\nb\u{202e}c\u{2069}"), "\u{2068}abc\u{2069}");
        assert_eq!(plain(&"x".repeat(500)).chars().count(), NAME_CHARS + 3);
        let asked = Language::En.share("Merger", "Bao\u{202e}?\n");
        assert_eq!(asked, "Share “\u{2068}Merger\u{2069}” and all its history with \u{2068}Bao?\u{2069}?");
    }

    #[test]
    fn numbers_and_languages_agree() {
        assert_eq!(Language::En.new_in(3, "Leave forms"), "3 new files in Leave forms");
        assert_eq!(Language::En.new_in(1, "Leave forms"), "1 new file in Leave forms");
        assert_eq!(Language::De.new_in(1, "Urlaub"), "1 neue Datei in „Urlaub“");
        assert_eq!(Language::De.new_in_many(7, 3), "7 neue Dateien in 3 Ordnern");
        assert_eq!((Language::of("de_AT.UTF-8"), Language::of("fr")), (Language::De, Language::En));
    }
}
