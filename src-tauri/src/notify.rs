//! The system's notifications of new files, by `org.freedesktop.Notifications` on the session bus: `zbus` is here already
//! for the screen lock, and one call needs no library more. Where nobody listens on the bus, nothing is told.
//!
//! Invariants: nothing is told while the vault is locked, and what was told is taken back when it locks; what one looks at
//! is not told; a folder has one notification at most, whose number grows.

use std::collections::HashMap;

use valise_engine::api::{Folder, FolderId, Notifications};

use crate::words::{Language, plain};

/// More folders at once are told together.
const APART: usize = 2;

/// What is known to be told, as long as the vault is open.
#[derive(Debug, Default)]
pub struct Told {
    /// None before the first look after an unlock: what is new then is seen in the window.
    folders: Option<HashMap<FolderId, u32>>,
    /// Notifications on the screen: of a folder, or of many.
    shown: HashMap<Option<FolderId>, u32>,
}

/// What is to be done on the bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Tells, in place of an older one of the same kind.
    Show {
        /// Of one folder, or of many.
        of: Option<FolderId>,
        /// The notification it takes the place of; 0: none.
        replaces: u32,
        /// What it says.
        text: String,
    },
    /// Takes one back.
    Close(u32),
}

impl Told {
    /// What follows from what is unread now. `looked_at`: the window has the focus.
    pub fn look(&mut self, folders: &[Folder], looked_at: bool, how: Notifications, speak: Language) -> Vec<Act> {
        let first = self.folders.is_none();
        let told = self.folders.get_or_insert_default();
        let grown = |folder: &&Folder| folder.unread > told.get(&folder.id).copied().unwrap_or(0);
        let news: Vec<&Folder> = folders.iter().filter(grown).collect();
        let quiet = first || looked_at || how == Notifications::Off;
        let mut acts = if quiet { Vec::new() } else { self.show(&news, folders, how, speak) };
        acts.extend(self.take_back(folders, looked_at));
        self.folders = Some(folders.iter().map(|folder| (folder.id, folder.unread)).collect());
        acts
    }

    /// The vault is locked: nothing stays on the screen.
    pub fn forget(&mut self) -> Vec<Act> {
        self.folders = None;
        self.shown.drain().map(|(_, id)| Act::Close(id)).collect()
    }

    /// It is one of ours.
    pub fn has(&self, id: u32) -> bool {
        self.shown.values().any(|shown| *shown == id)
    }

    /// The system gave a notification this number.
    pub fn is_shown(&mut self, of: Option<FolderId>, id: u32) {
        self.shown.insert(of, id);
    }

    fn show(&self, news: &[&Folder], all: &[Folder], how: Notifications, speak: Language) -> Vec<Act> {
        let act = |of, text| Act::Show { of, replaces: self.shown.get(&of).copied().unwrap_or(0), text };
        let unread = |folders: &mut dyn Iterator<Item = &Folder>| folders.map(|folder| folder.unread).sum();
        match news {
            [] => Vec::new(),
            _ if how == Notifications::Nameless => vec![act(None, speak.new_files(unread(&mut all.iter())))],
            few if few.len() <= APART => {
                let text = |folder: &Folder| speak.new_in(folder.unread, &plain(&folder.name));
                few.iter().map(|folder| act(Some(folder.id), text(folder))).collect()
            }
            many => vec![act(None, speak.new_in_many(unread(&mut many.iter().copied()), many.len()))],
        }
    }

    /// What is not unread any more need not be told any more.
    fn take_back(&mut self, folders: &[Folder], looked_at: bool) -> Vec<Act> {
        let unread = |of: &Option<FolderId>| match of {
            Some(id) => folders.iter().any(|folder| folder.id == *id && folder.unread > 0),
            None => folders.iter().any(|folder| folder.unread > 0),
        };
        let gone: Vec<_> = self.shown.keys().filter(|of| looked_at || !unread(of)).copied().collect();
        gone.iter().filter_map(|of| self.shown.remove(of)).map(Act::Close).collect()
    }
}

#[cfg(target_os = "linux")]
pub use bus::Bus;

#[cfg(target_os = "linux")]
mod bus {
    use std::collections::HashMap;

    use futures::StreamExt as _;
    use zbus::message::Type;
    use zbus::zvariant::Value;
    use zbus::{Connection, MatchRule, MessageStream};

    const NAME: &str = "org.freedesktop.Notifications";
    const PATH: &str = "/org/freedesktop/Notifications";

    /// The session bus, and whether whoever shows notifications reads markup in them.
    pub struct Bus {
        connection: Connection,
        markup: Option<bool>,
    }

    impl Bus {
        /// None where there is no session bus.
        pub async fn connect() -> Option<Self> {
            let connection = Connection::session().await.ok()?;
            Some(Self { connection, markup: None })
        }

        /// Shows a line; answers its number.
        pub async fn show(&mut self, replaces: u32, text: &str) -> zbus::Result<u32> {
            let body = if self.reads_markup().await? { escaped(text) } else { text.to_owned() };
            let hints = HashMap::from([("desktop-entry", Value::from("valise-desktop"))]);
            let actions: &[&str] = &["default", "Valise"];
            let body = ("Valise", replaces, "valise", "Valise", body, actions, hints, -1_i32);
            let answer = self.connection.call_method(Some(NAME), PATH, Some(NAME), "Notify", &body).await?;
            answer.body().deserialize()
        }

        /// Takes one back. That it is gone already is no fault.
        pub async fn close(&self, id: u32) {
            let _ = self.connection.call_method(Some(NAME), PATH, Some(NAME), "CloseNotification", &(id)).await;
        }

        async fn reads_markup(&mut self) -> zbus::Result<bool> {
            if let Some(markup) = self.markup {
                return Ok(markup);
            }
            let answer = self.connection.call_method(Some(NAME), PATH, Some(NAME), "GetCapabilities", &()).await?;
            let markup = answer.body().deserialize::<Vec<String>>()?.iter().any(|it| it == "body-markup");
            self.markup = Some(markup);
            Ok(markup)
        }

        /// Hears which notifications are clicked, as long as the bus lives.
        pub fn clicks(&self, mut clicked: impl FnMut(u32) + Send + 'static) {
            let connection = self.connection.clone();
            tauri::async_runtime::spawn(async move {
                let rule =
                    MatchRule::builder().msg_type(Type::Signal).interface(NAME)?.member("ActionInvoked")?.build();
                let mut signals = MessageStream::for_match_rule(rule, &connection, None).await?;
                while let Some(signal) = signals.next().await {
                    if let Ok((id, _)) = signal.and_then(|it| it.body().deserialize::<(u32, String)>()) {
                        clicked(id);
                    }
                }
                Ok::<_, zbus::Error>(())
            });
        }
    }

    fn escaped(text: &str) -> String {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    }
}

#[cfg(not(target_os = "linux"))]
pub use nowhere::Bus;

/// Where there is no such bus.
#[cfg(not(target_os = "linux"))]
mod nowhere {
    pub enum Bus {}

    impl Bus {
        pub async fn connect() -> Option<Self> {
            None
        }

        pub async fn show(&mut self, _: u32, _: &str) -> Result<u32, std::fmt::Error> {
            match *self {}
        }

        pub async fn close(&self, _: u32) {
            match *self {}
        }

        pub fn clicks(&self, _: impl FnMut(u32) + Send + 'static) {
            match *self {}
        }
    }
}

#[cfg(test)]
mod tests {
    use valise_engine::api::Role;

    use super::*;

    fn folder(number: u8, name: &str, unread: u32) -> Folder {
        Folder {
            id: FolderId::new([number; 32]),
            name: name.to_owned(),
            role: Role::Viewer,
            personal: false,
            people: 2,
            files: 9,
            unread,
            key_change_waiting: false,
            keep_days: 0,
            successor: None,
            ownerless: false,
            single_way: false,
            stopped: false,
        }
    }

    fn texts(acts: &[Act]) -> Vec<(u32, String)> {
        let text = |act: &Act| match act {
            Act::Show { replaces, text, .. } => Some((*replaces, text.replace(['\u{2068}', '\u{2069}'], ""))),
            Act::Close(_) => None,
        };
        acts.iter().filter_map(text).collect()
    }

    const ALL: Notifications = Notifications::Folders;

    #[test]
    fn what_grows_is_told_once_and_in_its_place() {
        let mut told = Told::default();
        let look = |told: &mut Told, unread, looked_at| {
            told.look(&[folder(1, "Leave forms", unread)], looked_at, ALL, Language::En)
        };
        assert_eq!(look(&mut told, 2, false), [], "what was new at the unlock is seen in the window");
        let acts = look(&mut told, 3, false);
        assert_eq!(texts(&acts), [(0, "3 new files in Leave forms".to_owned())]);
        let Act::Show { of, .. } = acts[0] else { panic!("{acts:?}") };
        told.is_shown(of, 7);
        assert_eq!(look(&mut told, 3, false), [], "no news");
        assert_eq!(texts(&look(&mut told, 4, false)), [(7, "4 new files in Leave forms".to_owned())]);
        assert_eq!(look(&mut told, 0, false), [Act::Close(7)], "looked at elsewhere in the window");
        assert_eq!(look(&mut told, 5, true), [], "one sees it");
        assert_eq!(look(&mut told, 5, false), []);
    }

    #[test]
    fn many_are_told_together_and_a_lock_takes_all_back() {
        let mut told = Told::default();
        let of = |unread: u32| ["A", "B", "C"].map(|name| folder(name.as_bytes()[0], name, unread));
        told.look(&of(0), false, ALL, Language::En);
        let acts = told.look(&of(2), false, ALL, Language::En);
        assert_eq!(texts(&acts), [(0, "6 new files in 3 folders".to_owned())]);
        told.is_shown(None, 9);
        assert_eq!(told.forget(), [Act::Close(9)]);
        assert_eq!(told.look(&of(5), false, ALL, Language::En), [], "the first look after the next unlock");
    }

    #[test]
    fn names_are_left_out_and_nothing_is_told_as_was_chosen() {
        let mut told = Told::default();
        let of = |unread| [folder(1, "Dismissals", unread), folder(2, "B", 1)];
        told.look(&of(0), false, ALL, Language::En);
        let acts = told.look(&of(2), false, Notifications::Nameless, Language::En);
        assert_eq!(texts(&acts), [(0, "3 new files".to_owned())]);
        assert_eq!(told.look(&of(4), false, Notifications::Off, Language::En), []);
    }
}
