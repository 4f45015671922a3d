//! A real catalog in a process of its own, with everything it keeps.

use std::{
    fs,
    path::{Path, PathBuf},
};

use valise_protocol::sign::SigningKey;
use zeroize::Zeroizing;

use crate::{
    home::Home,
    process::{Process, program},
};

/// A running catalog.
pub struct Catalog {
    /// The program.
    pub process: Process,
    /// Where it answers, `https://127.0.0.1:PORT`.
    pub url: String,
    home: Home,
}

impl Catalog {
    /// A new one, which serves nobody yet.
    pub async fn start() -> Self {
        Self::over(Home::new("catalog")).await
    }

    /// A second one from a copy of everything that this one keeps, keys included: what an administrator can make.
    /// This one is stopped while the copy is made.
    pub async fn fork(&mut self) -> Self {
        self.process.stop().await;
        let home = Home::new("fork");
        copy(&self.data(), &home.path().join("data"));
        self.start_again().await;
        Self::over(home).await
    }

    /// A new one at an address that is free by now.
    pub async fn start_at(url: &str) -> Self {
        let home = Home::new("another catalog");
        let (process, url) = serve(&home, url.trim_start_matches("https://")).await;
        Self { process, url, home }
    }

    async fn over(home: Home) -> Self {
        let (process, url) = serve(&home, "127.0.0.1:0").await;
        Self { process, url, home }
    }

    /// After [`Process::stop`] or [`Process::kill`]: the same data, the same address.
    pub async fn start_again(&mut self) {
        let address = self.url.trim_start_matches("https://").to_owned();
        (self.process, _) = serve(&self.home, &address).await;
    }

    /// Puts a backup of the database away; the catalog is stopped meanwhile.
    pub async fn back_up(&mut self) -> PathBuf {
        self.process.stop().await;
        let backup = self.home.path().join("backup");
        fs::create_dir_all(&backup).expect("a directory");
        databases(&self.data(), |name| fs::copy(self.data().join(name), backup.join(name)).map(|_| ()));
        self.start_again().await;
        backup
    }

    /// Puts the backup in the database's place, as somebody does who lost a disk, or wants to undo what happened.
    pub async fn restore(&mut self, backup: &Path) {
        self.process.stop().await;
        databases(&self.data(), |name| fs::remove_file(self.data().join(name)));
        databases(backup, |name| fs::copy(backup.join(name), self.data().join(name)).map(|_| ()));
        self.start_again().await;
    }

    /// The same on another server, by a backup that was made while it ran; this one is stopped.
    pub async fn moved(mut self) -> Self {
        let (copy, home) = (self.home.path().join("copy"), Home::new("moved"));
        let to = copy.to_str().expect("a path");
        self.operator(["backup", "--blocks", "--json", "--to", to]).await;
        self.process.stop().await;
        let data = home.path().join("data");
        let mut command = program("valise-catalog", &home);
        let output = command.args(["restore", "--from", to, "--data"]).arg(&data).output().await.expect("the program");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let (process, url) = serve(&home, self.url.trim_start_matches("https://")).await;
        Self { process, url, home }
    }

    /// One that is made from a copy which somebody brought, at an address.
    pub async fn restored(copy: &Path, listen: &str) -> Self {
        let home = Home::new("server");
        let mut command = program("valise-catalog", &home);
        command.args(["restore", "--from"]).arg(copy).arg("--data").arg(home.path().join("data"));
        let output = command.output().await.expect("the program");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let (process, url) = serve(&home, listen).await;
        Self { process, url, home }
    }

    /// One that is made from an export, at an address: `["--keys", DIR]`.
    pub async fn imported(
        export: &Path,
        more: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>,
        listen: &str,
    ) -> Self {
        let home = Home::new("imported");
        let mut command = program("valise-catalog", &home);
        command.args(["import", "--from"]).arg(export).arg("--data").arg(home.path().join("data")).args(more);
        let output = command.output().await.expect("the program");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let (process, url) = serve(&home, listen).await;
        Self { process, url, home }
    }

    /// One with another's keys, and nothing else of it.
    pub async fn with_keys_of(other: &Self) -> Self {
        let home = Home::new("empty");
        let data = home.path().join("data");
        fs::create_dir_all(&data).expect("a directory");
        for key in ["identity.key", "pinning.key"] {
            fs::copy(other.data().join(key), data.join(key)).expect("a key");
        }
        Self::over(home).await
    }

    /// A command of its operator, beside the running one: `["quota", "show"]`. Answered in JSON.
    pub async fn operator(&self, args: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>) -> serde_json::Value {
        let mut command = program("valise-catalog", &self.home);
        let output = command.args(args).arg("--data").arg(self.data()).output().await.expect("the program");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or(serde_json::Value::Null)
    }

    /// Where it keeps what it keeps.
    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// Its identity key: what a malicious administrator signs with.
    pub fn key(&self) -> SigningKey {
        seed_key(&self.data().join("identity.key"))
    }

    /// Its pinning node's key.
    pub fn pinning_key(&self) -> SigningKey {
        seed_key(&self.data().join("pinning.key"))
    }
}

/// An address that nobody listens on now: whoever takes it must do so soon.
pub fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").to_string()
}

fn seed_key(path: &Path) -> SigningKey {
    let seed = fs::read(path).expect("a key file").try_into().expect("32 bytes");
    SigningKey::from_seed(&Zeroizing::new(seed))
}

async fn serve(home: &Home, listen: &str) -> (Process, String) {
    let mut command = program("valise-catalog", home);
    command.args(["serve", "--listen", listen, "--node-listen", "/ip4/127.0.0.1/tcp/0", "--data"]);
    command.arg(home.path().join("data"));
    let process = Process::spawn(&mut command).not_worth_telling();
    let url = process.line("its address", |line| line.strip_prefix("listening on ").map(str::to_owned)).await;
    (process, url)
}

/// The database is a file with companions.
fn databases(directory: &Path, mut each: impl FnMut(&std::ffi::OsStr) -> std::io::Result<()>) {
    for entry in fs::read_dir(directory).expect("the directory") {
        let name = entry.expect("an entry").file_name();
        if name.to_string_lossy().starts_with("catalog.sqlite") {
            each(&name).expect("a file of the database");
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("the directory") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}
