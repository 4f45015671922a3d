//! What the system may do with this process's memory.

use std::io;

/// Asks the system to write no image of this process's memory when it crashes, and to let no other program of the same
/// person read it (`PR_SET_DUMPABLE`, Linux; `RLIMIT_CORE`, POSIX). For the programs, first of all.
///
/// # Errors
/// The system refuses.
pub fn keep_memory_to_itself() -> io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    }
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Whether [`keep_memory_to_itself`] has had its way.
#[cfg(unix)]
pub fn keeps_memory_to_itself() -> bool {
    use rustix::process::{Resource, getrlimit};
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, dumpable_behavior};
        if !matches!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable)) {
            return false;
        }
    }
    getrlimit(Resource::Core).maximum == Some(0)
}

/// Whether the system lets enough memory be locked for keys.
#[cfg(unix)]
pub fn may_lock_memory() -> bool {
    use rustix::process::{Resource, getrlimit};
    // Keys take pages by the 16 KiB; one with many folders has a few of them.
    const ENOUGH: u64 = 256 << 10;
    getrlimit(Resource::Memlock).current.is_none_or(|bytes| bytes >= ENOUGH)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    #[test]
    fn no_image_of_memory_is_written() {
        super::keep_memory_to_itself().unwrap();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        assert_eq!(getrlimit(Resource::Core).maximum, Some(0));
    }
}
