//! Starting at log-in: one entry in the person's autostart directory, as the XDG specification has it. The entry is the
//! truth: whoever removes it by the desktop's own means has turned it off.

use std::io;
use std::path::{Path, PathBuf};

/// Whether it starts at log-in.
pub fn is_on() -> bool {
    place().is_some_and(|place| is_entry_on(&place))
}

/// From now on, or no longer.
pub fn set(on: bool) -> io::Result<()> {
    let place = place().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
    if !on {
        return match std::fs::remove_file(place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    let home = std::env::var("VALISE_HOME").ok();
    if let Some(directory) = place.parent() {
        std::fs::create_dir_all(directory)?;
    }
    std::fs::write(place, entry(&std::env::current_exe()?, home.as_deref()))
}

/// One for each home.
fn place() -> Option<PathBuf> {
    let given = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let config = given("XDG_CONFIG_HOME").or_else(|| given("HOME").map(|home| home.join(".config")))?;
    let name = match given("VALISE_HOME") {
        Some(_) => format!("{}.desktop", crate::state::instance_name()),
        None => "valise-desktop.desktop".to_owned(),
    };
    Some(config.join("autostart").join(name))
}

fn is_entry_on(place: &Path) -> bool {
    let Ok(entry) = std::fs::read_to_string(place) else { return false };
    let says = |line: &str| entry.lines().any(|it| it.trim() == line);
    !says("Hidden=true") && !says("X-GNOME-Autostart-enabled=false")
}

fn entry(program: &Path, home: Option<&str>) -> String {
    let program = quoted(&program.to_string_lossy());
    let command = match home {
        Some(home) => format!("env {} {program}", quoted(&format!("VALISE_HOME={home}"))),
        None => program,
    };
    format!(
        "[Desktop Entry]\nType=Application\nName=Valise\nIcon=valise\nExec={command} {HIDDEN}\nTerminal=false\n\
         X-GNOME-Autostart-enabled=true\n"
    )
}

/// Begins without a window.
pub const HIDDEN: &str = "--hidden";

/// An argument in an entry's command. What is special within quotation marks is escaped twice: once for the command, once
/// for the entry; and a percent sign is a field's beginning.
fn quoted(argument: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in argument.chars() {
        match letter {
            '"' | '`' | '$' => quoted.extend(['\\', '\\', letter]),
            '\\' => quoted.push_str("\\\\\\\\"),
            '%' => quoted.push_str("%%"),
            _ => quoted.push(letter),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_survives_what_paths_hold() {
        assert_eq!(quoted("/opt/a b/v"), "\"/opt/a b/v\"");
        assert_eq!(quoted(r#"a"$`%\"#), r#""a\\"\\$\\`%%\\\\""#);
        let entry = entry(Path::new("/usr/bin/valise-desktop"), Some("/home/ada/my home"));
        assert!(entry.contains("\nExec=env \"VALISE_HOME=/home/ada/my home\" \"/usr/bin/valise-desktop\" --hidden\n"));
    }

    #[test]
    fn an_entry_that_the_desktop_turned_off_is_off() {
        let scratch = tempfile::tempdir().unwrap();
        let place = scratch.path().join("valise.desktop");
        assert!(!is_entry_on(&place));
        let on = entry(Path::new("/usr/bin/valise-desktop"), None);
        std::fs::write(&place, &on).unwrap();
        assert!(is_entry_on(&place));
        std::fs::write(&place, format!("{on}Hidden=true\n")).unwrap();
        assert!(!is_entry_on(&place));
    }
}
