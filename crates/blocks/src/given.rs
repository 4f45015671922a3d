//! How much of a DAG a peer was given: all that whoever sends can know of how far it is.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cid::Cid;

use crate::store::PeerId;

/// DAGs and peers that are remembered; of more, the oldest are forgotten.
const REMEMBERED: usize = 4096;

/// Counts since the node started.
#[derive(Default)]
pub(crate) struct Given(Mutex<Table>);

#[derive(Default)]
struct Table {
    bytes: HashMap<(PeerId, Cid), u64>,
    oldest: VecDeque<(PeerId, Cid)>,
}

impl Given {
    /// A peer was given so many bytes of a DAG.
    pub(crate) fn add(&self, peer: PeerId, root: Cid, bytes: usize) {
        let mut table = self.lock();
        let about = (peer, root);
        if !table.bytes.contains_key(&about) {
            table.oldest.push_back(about.clone());
        }
        *table.bytes.entry(about).or_default() += bytes as u64;
        if table.oldest.len() > REMEMBERED
            && let Some(oldest) = table.oldest.pop_front()
        {
            table.bytes.remove(&oldest);
        }
    }

    /// What a peer was given of a DAG.
    pub(crate) fn of(&self, root: &Cid, peer: &PeerId) -> u64 {
        self.lock().bytes.get(&(peer.clone(), *root)).copied().unwrap_or(0)
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_and_forgets_the_oldest() {
        let (given, peer) = (Given::default(), PeerId::from_public_key(&[1; 32]));
        let cid = |number: u64| {
            let mut bytes = vec![1, 0x55, 0x12, 32];
            bytes.extend([number.to_be_bytes(); 4].as_flattened());
            Cid::try_from(bytes.as_slice()).unwrap()
        };
        given.add(peer.clone(), cid(0), 2);
        given.add(peer.clone(), cid(0), 3);
        assert_eq!((given.of(&cid(0), &peer), given.of(&cid(1), &peer)), (5, 0));
        for number in 1..=REMEMBERED as u64 {
            given.add(peer.clone(), cid(number), 1);
        }
        assert_eq!((given.of(&cid(0), &peer), given.of(&cid(1), &peer)), (0, 1));
        assert_eq!(given.lock().bytes.len(), REMEMBERED);
    }
}
