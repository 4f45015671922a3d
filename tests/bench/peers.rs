//! The programs that Valise is measured beside, as what one would type into a shell.
//!
//! Each line runs in a directory of its own. `$SRC` is the input, `$NAME` its last name, `$OUT` a directory where it
//! must come out. `prepare` is not measured.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    inputs::Input,
    measure::{self, Cost, Peak},
};

/// A program that keeps files.
pub struct Peer {
    /// For people.
    pub name: &'static str,
    /// What must be there.
    needs: &'static str,
    prepare: &'static str,
    put: &'static str,
    get: &'static str,
}

/// What the ratios are relative to.
pub const AGE: &str = "age";

const AGE_PREPARE: &str = "age-keygen -o key 2>/dev/null; age-keygen -y key >pub";
const RESTIC_PREPARE: &str = "restic -q init";
const RESTIC_GET: &str = r#"restic -q restore latest --target "$OUT""#;

/// For one file. The first turn of a round is the least even: it is the copy's.
pub const FILE: &[Peer] = &[
    COPY,
    Peer {
        name: AGE,
        needs: "age",
        prepare: AGE_PREPARE,
        put: r#"age -r "$(cat pub)" -o stored "$SRC""#,
        get: r#"age -d -i key -o "$OUT/$NAME" stored"#,
    },
    GOCRYPTFS,
    RESTIC,
    RESTIC_UNCOMPRESSED,
];

/// For a tree: age knows no directories.
pub const TREE: &[Peer] = &[
    COPY,
    Peer {
        name: AGE,
        needs: "age",
        prepare: AGE_PREPARE,
        put: r#"tar -C "$(dirname "$SRC")" -cf - "$NAME" | age -r "$(cat pub)" -o stored"#,
        get: r#"age -d -i key stored | tar -C "$OUT" -xf -"#,
    },
    GOCRYPTFS,
    RESTIC,
    RESTIC_UNCOMPRESSED,
];

const GOCRYPTFS: Peer = Peer {
    name: "gocryptfs",
    needs: "gocryptfs",
    prepare: "[ -e /dev/fuse ] || { echo there is no /dev/fuse >&2; exit 1; }
        mkdir cipher mnt && gocryptfs -q -init -passfile password cipher",
    // In the foreground, so that the shell waits for it and its CPU time counts.
    put: r#"gocryptfs -q -fg -passfile password cipher mnt &
        until mountpoint -q mnt; do kill -0 $! || exit 1; sleep 0.02; done
        cp -r "$SRC" mnt/; done=$?; fusermount -u mnt && wait && exit $done"#,
    get: r#"gocryptfs -q -fg -passfile password cipher mnt &
        until mountpoint -q mnt; do kill -0 $! || exit 1; sleep 0.02; done
        cp -r "mnt/$NAME" "$OUT/"; done=$?; fusermount -u mnt && wait && exit $done"#,
};

const RESTIC: Peer = Peer {
    name: "restic",
    needs: "restic",
    prepare: RESTIC_PREPARE,
    put: r#"cd "$(dirname "$SRC")" && restic -q backup "$NAME""#,
    get: RESTIC_GET,
};

const RESTIC_UNCOMPRESSED: Peer = Peer {
    name: "restic, uncompressed",
    put: r#"cd "$(dirname "$SRC")" && restic -q backup --compression off "$NAME""#,
    ..RESTIC
};

const COPY: Peer =
    Peer { name: "cp", needs: "cp", prepare: "", put: r#"cp -r "$SRC" ."#, get: r#"cp -r "$NAME" "$OUT/""# };

impl Peer {
    /// Puts the input away and gets it back, in an empty directory. An error is why it cannot be run.
    pub async fn turn(&self, input: &Input, place: &Path) -> Result<(Cost, Cost), String> {
        if !on_path(self.needs) {
            return Err(format!("{} is not installed", self.needs));
        }
        let out = place.join("out");
        fs::create_dir(&out).expect("a place to come out");
        fs::write(place.join("password"), "nine green umbrellas\n").expect("a password");
        let script = |line: &str| script(line, input, place, &out);
        measure::run(&mut script(self.prepare), Peak::FromStart).await?;
        measure::settle();
        let put = measure::run(&mut script(self.put), Peak::FromStart).await?;
        measure::settle();
        let get = measure::run(&mut script(self.get), Peak::FromStart).await?;
        assert_same(&input.path, &out.join(input.name()));
        Ok((put, get))
    }
}

fn script(line: &str, input: &Input, place: &Path, out: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(place);
    command.env("SRC", &input.path).env("NAME", input.name()).env("OUT", out);
    command.env("RESTIC_REPOSITORY", place.join("repository")).env("RESTIC_CACHE_DIR", place.join("cache"));
    command.env("RESTIC_PASSWORD_FILE", place.join("password"));
    command
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|dir: PathBuf| dir.join(program)).any(|file| file.exists())
}

/// What came out is what went in; a fast program that loses something is no peer.
pub fn assert_same(original: &Path, copy: &Path) {
    let same = Command::new("diff").arg("-r").args([original, copy]).stdout(Stdio::null()).status().expect("diff");
    assert!(same.success(), "{} is not what went in", copy.display());
}
