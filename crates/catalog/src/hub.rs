//! Open event streams and what they are told.
//!
//! A notice is a hint to look. Whoever reads too slowly is cut off, connects again and looks at everything;
//! so is an account whose standing changes. Who is online is kept apart from the queue: only the newest
//! matters, so a slow reader skips what lies between.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, watch};
use valise_protocol::api::Notice;
use valise_protocol::ids::{AccountId, DeviceId};

use crate::catalog::Catalog;
use crate::limits::{EVENT_QUEUE, MAX_ACCOUNT_STREAMS};
use crate::state::{Asker, Standing, State};
use crate::store::Audience;

/// A notice as JSON, shared by all who get it.
pub(crate) type Text = Arc<str>;

/// All open streams.
pub(crate) struct Hub {
    streams: Mutex<Streams>,
    online: watch::Sender<Text>,
}

#[derive(Default)]
struct Streams {
    /// By the order of their opening.
    open: BTreeMap<u64, Open>,
    next: u64,
}

struct Open {
    asker: Asker,
    standing: Standing,
    queue: mpsc::Sender<Text>,
}

/// One reader's end. Dropped, its stream is closed.
pub(crate) struct Stream {
    catalog: Arc<Catalog>,
    id: u64,
    asker: Asker,
    notices: mpsc::Receiver<Text>,
    /// For people only.
    online: Option<watch::Receiver<Text>>,
}

impl Default for Hub {
    fn default() -> Self {
        let online = watch::Sender::new(text(&Notice::Online { accounts: Vec::new() }));
        Self { streams: Mutex::default(), online }
    }
}

impl Hub {
    /// Opens a stream. Over the limit, the account's oldest goes: most likely it died without a word.
    pub(crate) fn open(&self, asker: Asker, standing: Standing) -> (u64, mpsc::Receiver<Text>, watch::Receiver<Text>) {
        let (queue, notices) = mpsc::channel(EVENT_QUEUE);
        let mut streams = self.lock();
        while streams.of_account(&asker.account).count() >= MAX_ACCOUNT_STREAMS {
            let Some(oldest) = streams.of_account(&asker.account).next() else { break };
            streams.open.remove(&oldest);
        }
        let id = streams.next;
        streams.next += 1;
        streams.open.insert(id, Open { asker, standing, queue });
        self.publish_online(&streams);
        let mut online = self.online.subscribe();
        online.mark_changed();
        (id, notices, online)
    }

    /// Queues a notice for those who are connected.
    pub(crate) fn tell(&self, audience: &Audience, notice: &Notice) {
        let text = text(notice);
        let mut streams = self.lock();
        let before = streams.open.len();
        streams.open.retain(|_, open| !audience.includes(open) || open.queue.try_send(Arc::clone(&text)).is_ok());
        if streams.open.len() < before {
            self.publish_online(&streams);
        }
    }

    /// As [`Hub::tell`], of what may be missed: who has much to read is spared it, and nobody is cut off for it.
    pub(crate) fn mention(&self, audience: &Audience, notice: &Notice) {
        let text = text(notice);
        for open in self.lock().open.values().filter(|open| audience.includes(open)) {
            if open.queue.capacity() > EVENT_QUEUE / 2 {
                let _ = open.queue.try_send(Arc::clone(&text));
            }
        }
    }

    /// Cuts off whoever is not what they were when they connected. What is queued still reaches them.
    pub(crate) fn refresh(&self, state: &State) {
        let mut streams = self.lock();
        streams.open.retain(|_, open| {
            state.device_key(&open.asker).is_some() && state.standing(&open.asker.account) == Some(open.standing)
        });
        self.publish_online(&streams);
    }

    /// Devices of an account that are connected.
    pub(crate) fn devices(&self, account: &AccountId) -> BTreeSet<DeviceId> {
        let streams = self.lock();
        let own = streams.open.values().filter(|open| open.asker.account == *account);
        own.map(|open| open.asker.device).collect()
    }

    fn close(&self, id: u64) {
        let mut streams = self.lock();
        if streams.open.remove(&id).is_some() {
            self.publish_online(&streams);
        }
    }

    fn publish_online(&self, streams: &Streams) {
        let text = text(&Notice::Online { accounts: streams.people() });
        self.online.send_if_modified(|now| {
            let changed = *now != text;
            *now = text;
            changed
        });
    }

    fn lock(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Streams {
    fn of_account(&self, account: &AccountId) -> impl Iterator<Item = u64> {
        let account = *account;
        self.open.iter().filter(move |(_, open)| open.asker.account == account).map(|(id, _)| *id)
    }

    fn people(&self) -> Vec<AccountId> {
        let people = self.open.values().filter(|open| open.standing == Standing::Person);
        people.map(|open| open.asker.account).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

impl Audience {
    fn includes(&self, open: &Open) -> bool {
        match self {
            Self::People => open.standing == Standing::Person,
            Self::Accounts(accounts) => accounts.contains(&open.asker.account),
        }
    }
}

impl Stream {
    /// Opens a stream for an account.
    pub(crate) fn open(catalog: &Arc<Catalog>, asker: Asker, standing: Standing) -> Self {
        let (id, notices, online) = catalog.hub.open(asker, standing);
        let online = (standing == Standing::Person).then_some(online);
        Self { catalog: Arc::clone(catalog), id, asker, notices, online }
    }

    /// The next notice; `None` when the stream is over.
    pub(crate) async fn next(&mut self) -> Option<Text> {
        let stopping = self.catalog.stopping.clone();
        tokio::select! {
            biased;
            () = stopping.cancelled() => None,
            text = newest(&mut self.online) => text,
            text = self.notices.recv() => text,
        }
    }
}

/// Who is online, when that changes; never ends for those who are not to know.
async fn newest(online: &mut Option<watch::Receiver<Text>>) -> Option<Text> {
    let Some(online) = online else { return std::future::pending().await };
    online.changed().await.ok()?;
    Some(Arc::clone(&online.borrow_and_update()))
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.catalog.hub.close(self.id);
        self.catalog.note_seen(self.asker);
    }
}

fn text(notice: &Notice) -> Text {
    serde_json::to_string(notice).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use valise_protocol::api::Base64;
    use valise_protocol::ids::FolderId;

    use super::*;

    fn asker(account: u8) -> Asker {
        Asker { account: AccountId::new([account; 32]), device: DeviceId::new([account; 32]) }
    }

    #[tokio::test]
    async fn a_slow_reader_is_cut_off_after_what_is_queued() {
        let hub = Hub::default();
        let (_, mut slow, _) = hub.open(asker(1), Standing::Person);
        let (_, mut quick, _) = hub.open(asker(2), Standing::Person);
        for _ in 0..=EVENT_QUEUE {
            hub.tell(&Audience::People, &Notice::Join);
            quick.recv().await.unwrap();
        }
        for _ in 0..EVENT_QUEUE {
            assert!(slow.recv().await.is_some());
        }
        assert_eq!(slow.recv().await, None);
        assert!(quick.try_recv().is_err() && !quick.is_closed());
    }

    /// However much is mentioned, the queue keeps room for what must be told.
    #[tokio::test]
    async fn nobody_is_cut_off_by_what_is_mentioned() {
        let hub = Hub::default();
        let (_, mut slow, _) = hub.open(asker(1), Standing::Person);
        let signal = Notice::Signal { folder: FolderId::new([1; 32]), signal: Base64(vec![0; 8]) };
        for _ in 0..3 * EVENT_QUEUE {
            hub.mention(&Audience::People, &signal);
        }
        hub.tell(&Audience::People, &Notice::Join);
        for _ in 0..EVENT_QUEUE / 2 {
            assert!(slow.recv().await.unwrap().contains("signal"));
        }
        assert!(slow.recv().await.unwrap().contains("join"));
    }

    #[tokio::test]
    async fn who_is_online_is_told_when_it_changes_and_only_the_newest() {
        let hub = Hub::default();
        let (_, _alices, mut online) = hub.open(asker(1), Standing::Person);
        let (newcomer, _notices, _) = hub.open(asker(3), Standing::Newcomer);
        assert!(online.has_changed().unwrap());
        assert!(online.borrow_and_update().contains(&asker(1).account.to_string()));
        assert!(!online.borrow().contains(&asker(3).account.to_string()));
        hub.close(newcomer);
        hub.close(newcomer);
        assert!(!online.has_changed().unwrap());
    }
}
