//! Which modules are loaded.
//!
//! An address may come from a file that others can write (that of a locked home's slots), and a module sees the PIN. So on
//! Unix the file and every folder above it, symbolic links followed, must be root's and nobody else's to write: whoever
//! can put a module there can replace this program as well. What else a module loads or reads is its own affair.

use std::path::{Path, PathBuf};

use crate::error::CustodyError;

/// For who has a driver elsewhere and trusts it: `1` loads any.
const ANY_MODULE: &str = "VALISE_PKCS11_ANY_MODULE";

/// The path to load: without symbolic links, so that it is what was looked at.
pub(super) fn checked(module: &Path) -> Result<PathBuf, CustodyError> {
    if std::env::var_os(ANY_MODULE).is_some_and(|any| any == "1") {
        return Ok(module.to_owned());
    }
    let missing = |_| CustodyError::NoSuchModule(module.to_owned());
    let found = module.canonicalize().map_err(missing)?;
    for part in found.ancestors() {
        if !is_only_roots(part).map_err(missing)? {
            return Err(CustodyError::UnsafeModule(part.to_owned()));
        }
    }
    Ok(found)
}

/// Sticky folders are not: anybody can put something new into them.
#[cfg(unix)]
fn is_only_roots(path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let found = path.symlink_metadata()?;
    Ok(found.uid() == 0 && found.mode() & 0o022 == 0)
}

/// Elsewhere owners and rights are not looked at.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "as on Unix")]
fn is_only_roots(_: &Path) -> std::io::Result<bool> {
    Ok(true)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_roots_alone_is_loaded() {
        // Whatever the system has: a program of its own.
        let own = Path::new("/bin/sh");
        assert_eq!(checked(own).unwrap(), own.canonicalize().unwrap());

        let folder = tempfile::tempdir().unwrap();
        let (copy, link) = (folder.path().join("lib.so"), folder.path().join("link.so"));
        std::fs::write(&copy, "a module").unwrap();
        std::os::unix::fs::symlink(&copy, &link).unwrap();
        assert!(matches!(checked(&copy), Err(CustodyError::UnsafeModule(_))), "below a folder that is everybody's");
        assert!(matches!(checked(&link), Err(CustodyError::UnsafeModule(_))));
        let gone = folder.path().join("gone.so");
        assert_eq!(checked(&gone), Err(CustodyError::NoSuchModule(gone.clone())));
        // A link counts as what it leads to.
        let leads_out = folder.path().join("sh.so");
        std::os::unix::fs::symlink(own, &leads_out).unwrap();
        assert_eq!(checked(&leads_out).unwrap(), own.canonicalize().unwrap());
    }

    #[test]
    fn who_may_write_decides() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lib.so");
        std::fs::write(&file, "a module").unwrap();
        let is_root = std::os::unix::fs::MetadataExt::uid(&file.metadata().unwrap()) == 0;
        for (mode, fine) in [(0o755, is_root), (0o775, false), (0o757, false), (0o1777, false), (0o644, is_root)] {
            std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
            assert_eq!(is_only_roots(&file).unwrap(), fine, "{mode:o}");
        }
    }
}
