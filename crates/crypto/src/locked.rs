//! Room for secrets: pages which the system is asked to keep out of swap (`mlock`, POSIX).
//!
//! Locking counts by page, not by how often it was asked for, so single secrets cannot lock and unlock what they share a
//! page with: pages are taken once, stay locked, and are lent out in rooms of 32 bytes. Where the system allows no more
//! locked pages (`RLIMIT_MEMLOCK`), secrets are kept all the same, and [`keys_are_locked`] says so.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroize;

/// Rooms taken from the system at once: four pages.
const ROOMS: usize = 512;

/// Pages, alone on them.
#[repr(align(4096))]
struct Pages([[u8; 32]; ROOMS]);

static FREE: Mutex<Vec<&'static mut [u8; 32]>> = Mutex::new(Vec::new());
static REFUSED: AtomicBool = AtomicBool::new(false);

/// Whether every page that ever held a key is locked.
pub fn keys_are_locked() -> bool {
    !REFUSED.load(Ordering::Relaxed)
}

/// 32 bytes on a locked page, zero at first; wiped before somebody else has them.
pub(crate) struct Room(Option<&'static mut [u8; 32]>);

impl Room {
    pub(crate) fn take() -> Self {
        let mut free = free();
        if free.is_empty() {
            let pages = Box::leak(Box::new(Pages([[0; 32]; ROOMS])));
            match region::lock(pages.0.as_ptr(), size_of::<Pages>()) {
                // For good: other secrets will lie there.
                Ok(guard) => _ = Box::leak(Box::new(guard)),
                Err(_) => REFUSED.store(true, Ordering::Relaxed),
            }
            free.extend(pages.0.iter_mut());
        }
        Self(free.pop())
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        // Only while it is dropped there is none.
        self.0.as_deref().unwrap_or(&[0; 32])
    }

    pub(crate) fn set(&mut self, fill: impl FnOnce(&mut [u8; 32])) {
        if let Some(bytes) = self.0.as_deref_mut() {
            fill(bytes);
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Some(bytes) = self.0.take() {
            bytes.zeroize();
            free().push(bytes);
        }
    }
}

/// Whoever panicked in between left whole rooms.
fn free() -> MutexGuard<'static, Vec<&'static mut [u8; 32]>> {
    FREE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does something whose inner workings leave secrets on the stack (moved structures, expanded keys), and wipes as much of
/// it as they reached.
#[inline(never)]
pub fn wiping_stack<T>(work: impl FnOnce() -> T) -> T {
    let _wiped = Wiped;
    apart(work)
}

/// Whatever happens: also when the work panics.
struct Wiped;

impl Drop for Wiped {
    fn drop(&mut self) {
        wipe();
    }
}

/// In a frame below, whatever the optimiser thinks of it.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
fn wipe() {
    let mut reached = [0u8; 96 << 10];
    reached.zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_empty_whoever_had_it_before() {
        let mut rooms: Vec<_> = (0..ROOMS + 1).map(|_| Room::take()).collect();
        for room in &mut rooms {
            assert_eq!(room.bytes(), &[0; 32]);
            room.set(|bytes| bytes.fill(7));
        }
        drop(rooms);
        assert!((0..2 * ROOMS).map(|_| Room::take()).all(|room| room.bytes() == &[0; 32]));
    }

    #[test]
    fn the_system_locks_them() {
        let _some = Room::take();
        assert!(keys_are_locked(), "see `ulimit -l`");
        #[cfg(target_os = "linux")]
        assert!(locked_kib() >= (size_of::<Pages>() >> 10) as u64);
    }

    #[cfg(target_os = "linux")]
    fn locked_kib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmLck:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
    }
}
