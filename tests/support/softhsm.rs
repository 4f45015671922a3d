//! A real SoftHSM 2 with one token, for somebody's computer.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cli::Person;

/// What opens the token.
pub const PIN: &str = "correct-pin-7261";

/// A place where tokens lie, with one called `org`.
pub struct Tokens {
    conf: PathBuf,
}

impl Tokens {
    /// In a directory of its own below a person's home.
    pub fn new(person: &Person, name: &str) -> Self {
        let tokens = Self::none(person, name);
        let made = Command::new("softhsm2-util")
            .args(["--init-token", "--free", "--label", "org", "--so-pin", "so-pin-90210", "--pin", PIN])
            .env("SOFTHSM2_CONF", &tokens.conf)
            .output()
            .expect("softhsm2-util: scripts/setup.sh test installs it");
        assert!(made.status.success());
        tokens
    }

    /// The same without any token.
    pub fn none(person: &Person, name: &str) -> Self {
        let dir = person.home.path().join(name);
        let (conf, tokens) = (dir.join("softhsm2.conf"), dir.join("tokens"));
        fs::create_dir_all(&tokens).expect("a directory");
        fs::write(&conf, format!("directories.tokendir = {}\nobjectstore.backend = file\n", tokens.display()))
            .expect("a file");
        Self { conf }
    }

    /// The files of everything that is on the token.
    pub fn objects(&self) -> Vec<PathBuf> {
        let tokens = self.conf.with_file_name("tokens");
        let dirs = fs::read_dir(tokens).expect("the tokens").map(|dir| dir.expect("a token").path());
        let files = dirs.flat_map(|dir| fs::read_dir(dir).expect("a token").map(|file| file.expect("a file").path()));
        let of_object = |path: &PathBuf| path.file_name().is_some_and(|name| name != "token.object");
        files.filter(|path| path.extension().is_some_and(|ending| ending == "object")).filter(of_object).collect()
    }

    /// In that person's computer, with the PIN at hand.
    pub fn put_into(&self, person: &mut Person) {
        set(person, "SOFTHSM2_CONF", &self.conf.display().to_string());
        set(person, "VALISE_PIN", PIN);
    }
}

/// A variable of a person's environment.
pub fn set(person: &mut Person, name: &'static str, value: &str) {
    person.environment.retain(|(known, _)| *known != name);
    person.environment.push((name, value.to_owned()));
}

/// The address of a key on the token `org`.
pub fn address(object: &str) -> String {
    let module = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"];
    let module = module.iter().find(|path| Path::new(path).exists()).expect("the module");
    format!("pkcs11:token=org;object={object}?module-path={module}")
}
