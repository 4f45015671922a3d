//! How many connections are open, in all and from each address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::rate::network;

/// Those that are open. As many are known as there are, no more.
#[derive(Clone)]
pub(crate) struct Connections {
    most: usize,
    most_of_one: usize,
    open: Arc<Mutex<Open>>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

impl Connections {
    pub(crate) fn new(most: usize, most_of_one: usize) -> Self {
        Self { most, most_of_one, open: Arc::default() }
    }

    /// How many there are.
    pub(crate) fn open(&self) -> usize {
        lock(&self.open).all
    }

    /// A place for one more, given back when it is dropped; none when there are too many.
    pub(crate) fn take(&self, from: IpAddr) -> Option<Place> {
        let from = network(from);
        let mut open = lock(&self.open);
        let of_this = open.by_address.get(&from).copied().unwrap_or(0);
        if open.all >= self.most || of_this >= self.most_of_one {
            return None;
        }
        open.all += 1;
        open.by_address.insert(from, of_this + 1);
        Some(Place { from, open: Arc::clone(&self.open) })
    }
}

/// One connection's.
pub(crate) struct Place {
    from: IpAddr,
    open: Arc<Mutex<Open>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = lock(&self.open);
        open.all = open.all.saturating_sub(1);
        match open.by_address.get_mut(&self.from) {
            Some(many) if *many > 1 => *many -= 1,
            _ => drop(open.by_address.remove(&self.from)),
        }
    }
}

fn lock(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_of_one_and_so_many_in_all() {
        let connections = Connections::new(3, 2);
        let address = |last| IpAddr::from([10, 0, 0, last]);
        let first = connections.take(address(1)).unwrap();
        let _second = connections.take(address(1)).unwrap();
        assert!(connections.take(address(1)).is_none());
        let other = connections.take(address(2)).unwrap();
        assert!(connections.take(address(3)).is_none());
        drop(first);
        let _third = connections.take(address(1)).unwrap();
        drop(other);
        assert_eq!(lock(&connections.open).by_address.len(), 1, "who is gone is not known");
    }
}
