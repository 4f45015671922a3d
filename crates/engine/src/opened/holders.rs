//! Who holds an opened file: the one place that knows how each system tells.
//!
//! On Linux a process holds it if a descriptor or a mapping of it leads into the file's directory, if it works there, or
//! if it was started with its path: a text editor reads a document, closes it, and has it on the screen for hours.
//! Other systems do not tell without more rights than Valise has: there the answer is `None`, and what is opened stays
//! until lock or quit.

use std::path::Path;

/// What processes do with a directory's files now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holders {
    /// Some process has one of them, in one way or another.
    pub any: bool,
    /// Some process can write to one of them through a descriptor.
    pub writing: bool,
}

/// Looks. Blocks: not for the runtime's threads.
#[cfg(target_os = "linux")]
pub fn of(directory: &Path) -> Option<Holders> {
    let own = std::process::id();
    let mut found = Holders { any: false, writing: false };
    for process in std::fs::read_dir("/proc").ok()?.flatten() {
        let Some(id) = process.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        if id == own {
            continue;
        }
        // What belongs to other people cannot be read, and they cannot enter the directory.
        linux::look(&process.path(), directory, &mut found);
        if found.writing {
            break;
        }
    }
    Some(found)
}

/// Looks. Blocks: not for the runtime's threads.
#[cfg(not(target_os = "linux"))]
pub fn of(_: &Path) -> Option<Holders> {
    None
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::os::unix::ffi::OsStrExt as _;
    use std::path::Path;

    use super::Holders;

    pub(super) fn look(process: &Path, directory: &Path, found: &mut Holders) {
        for descriptor in fs::read_dir(process.join("fd")).into_iter().flatten().flatten() {
            if fs::read_link(descriptor.path()).is_ok_and(|target| target.starts_with(directory)) {
                found.any = true;
                found.writing |= may_write(&process.join("fdinfo").join(descriptor.file_name()));
            }
        }
        if !found.any {
            let works_there = fs::read_link(process.join("cwd")).is_ok_and(|place| place.starts_with(directory));
            found.any = works_there || names(process, "cmdline", directory) || names(process, "maps", directory);
        }
    }

    /// Whether one of a process's own accounts of itself names the directory.
    fn names(process: &Path, what: &str, directory: &Path) -> bool {
        let needle = directory.as_os_str().as_bytes();
        let text = fs::read(process.join(what)).unwrap_or_default();
        text.windows(needle.len()).any(|window| window == needle)
    }

    /// The access mode stands in the last two bits of the flags, which are octal.
    fn may_write(info: &Path) -> bool {
        let info = fs::read_to_string(info).unwrap_or_default();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok()).is_some_and(|flags| flags & 0b11 != 0)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    use super::*;

    /// What stands in the list while a shell that did this with the file waits.
    fn while_a_shell(does: &str) -> Holders {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("plan.txt");
        std::fs::write(&file, "plan").unwrap();
        let mut shell = Command::new("/bin/sh")
            .args(["-c", &format!("{does}; echo ready; read -r end")])
            .env("FILE", &file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(shell.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let found = of(home.path()).unwrap();
        drop(shell.stdin.take());
        shell.wait().unwrap();
        assert_eq!(of(home.path()), Some(Holders { any: false, writing: false }));
        found
    }

    #[test]
    fn readers_writers_and_nobody_are_told_apart() {
        assert_eq!(while_a_shell("true"), Holders { any: false, writing: false });
        assert_eq!(while_a_shell("exec 3<\"$FILE\""), Holders { any: true, writing: false });
        assert_eq!(while_a_shell("exec 3>>\"$FILE\""), Holders { any: true, writing: true });
        assert_eq!(while_a_shell("exec 3>\"$FILE.part\""), Holders { any: true, writing: true });
        assert_eq!(while_a_shell("cd \"${FILE%/*}\""), Holders { any: true, writing: false });
    }

    #[test]
    fn a_program_that_was_started_with_the_path_holds_it() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("plan.txt");
        let mut editor = Command::new("/bin/sh")
            .args(["-c", "echo ready; read -r end", "editor"])
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(editor.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(of(home.path()), Some(Holders { any: true, writing: false }));
        drop(editor.stdin.take());
        editor.wait().unwrap();
    }
}
