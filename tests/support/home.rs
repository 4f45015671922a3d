//! A home of one person on one computer: empty, private, and gone when the test ends.
//!
//! Every directory by which a program could find the real home is replaced, so two homes are two computers as far as
//! files go. Set `VALISE_KEEP=1` to keep them and be told where they are.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

/// Temporary HOME and XDG directories.
pub struct Home {
    dir: TempDir,
}

impl Home {
    /// `name` shows in the path, for whoever reads a log. Kept short: sockets live below, and their paths end at
    /// 108 bytes.
    pub fn new(name: &str) -> Self {
        let mut dir = tempfile::Builder::new().prefix(&format!("v-{name}-")).tempdir().expect("a temporary home");
        for (_, path) in places(dir.path()) {
            fs::create_dir_all(&path).expect("a directory of the home");
        }
        let private = fs::Permissions::from_mode(0o700);
        fs::set_permissions(dir.path().join("run"), private).expect("a private runtime directory");
        if std::env::var_os("VALISE_KEEP").is_some() {
            println!("home of {name}: {}", dir.path().display());
            dir.disable_cleanup(true);
        }
        Home { dir }
    }

    /// The home directory itself.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Where Valise keeps everything when it is told `--home`.
    pub fn valise(&self) -> PathBuf {
        self.path().join("valise")
    }

    /// The environment that makes a program live here.
    pub fn environment(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        places(self.path()).into_iter()
    }

    /// Writes a file below the home, with the directories on the way, and says where.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join("documents").join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("the file's directory");
        fs::write(&path, content).expect("the file");
        path
    }
}

fn places(home: &Path) -> [(&'static str, PathBuf); 8] {
    [
        ("HOME", home.to_path_buf()),
        ("XDG_DATA_HOME", home.join("data")),
        ("XDG_CONFIG_HOME", home.join("config")),
        ("XDG_CACHE_HOME", home.join("cache")),
        ("XDG_STATE_HOME", home.join("state")),
        ("XDG_RUNTIME_DIR", home.join("run")),
        ("TMPDIR", home.join("tmp")),
        // Else opened files would lie in this computer's memory, and a killed program would leave them there.
        ("VALISE_OPENED_DIR", home.join("opened")),
    ]
}
