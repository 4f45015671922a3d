//! A real SoftHSM 2 with tokens of its own for each test.
//!
//! SoftHSM reads `SOFTHSM2_CONF` when it is loaded, and a process cannot set that for itself safely: so a test runs itself
//! again in a second process that is started with it, and there does its work.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::World;
use valise_custody::{Credentials, KeeperConfig, Pkcs11Config, SecretText, create_key};

pub const PIN: &str = "correct-pin-7261";
pub const SO_PIN: &str = "so-pin-90210";
const INSIDE: &str = "VALISE_TEST_INSIDE_SOFTHSM";

/// The module, where Debian and others put it.
pub fn module() -> PathBuf {
    let places = [
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib64/pkcs11/libsofthsm2.so",
        "/usr/local/lib/softhsm/libsofthsm2.so",
    ];
    let found = places.iter().map(PathBuf::from).find(|path| path.exists());
    found.expect("SoftHSM 2: scripts/setup.sh test installs it")
}

/// Runs a test's work with one token `org`. `test` is the test's full name within its binary.
pub fn run<F: Future<Output = ()>>(test: &str, work: impl FnOnce() -> F) {
    if std::env::var_os(INSIDE).is_some() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        return runtime.expect("a runtime").block_on(work());
    }
    let home = tempfile::tempdir().expect("a folder");
    let conf = prepare(home.path());
    init_token(&conf, "org");
    let test = test.split_once("::").map_or(test, |(_, name)| name);
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env("SOFTHSM2_CONF", &conf)
        .env(INSIDE, "1")
        .output()
        .expect("this program again");
    let said = String::from_utf8_lossy(&output.stdout);
    print!("{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "see above");
    assert!(said.contains("1 passed"), "no test is called {test}");
}

fn prepare(home: &Path) -> PathBuf {
    let (conf, tokens) = (home.join("softhsm2.conf"), home.join("tokens"));
    std::fs::create_dir(&tokens).expect("a folder");
    let text = format!("directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n", tokens.display());
    std::fs::write(&conf, text).expect("a file");
    conf
}

/// By SoftHSM's own program, as an administrator would.
pub fn init_token(conf: &Path, label: &str) {
    let output = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", label, "--so-pin", SO_PIN, "--pin", PIN])
        .env("SOFTHSM2_CONF", conf)
        .output()
        .expect("softhsm2-util");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

pub fn pin() -> Credentials {
    Credentials::Pin(SecretText::new(PIN.to_owned()))
}

/// A key on the token `org`.
pub fn key(label: &str) -> Pkcs11Config {
    Pkcs11Config {
        module: module(),
        token: Some("org".to_owned()),
        key: Some(label.to_owned()),
        ..Pkcs11Config::default()
    }
}

/// Two keys on the token.
pub async fn world() -> World {
    let configs = ["valise", "another"].map(|label| KeeperConfig::Pkcs11(key(label)));
    for config in &configs {
        create_key(config, pin()).await.expect("a new key");
    }
    let [first, second] = configs;
    World { first, second, credentials: Box::new(pin), secrets: vec![PIN.to_owned()], guards: Vec::new() }
}
