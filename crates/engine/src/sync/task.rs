//! The task that keeps in step: a round when something happened here, there, or long ago.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use valise_protocol::api::Notice;

use super::{pull_held, round};
use crate::api::{Connection, Event};
use crate::editing;
use crate::error::EngineError;
use crate::sending;
use crate::shared::{Session, Shared, lock};
use crate::transfer::life;

/// A round even when nothing seems to have happened: a notice may be lost.
const AT_LEAST_EVERY: Duration = Duration::from_secs(300);
/// The pinning node tells of each file: its words are read together.
const HELD_AT_MOST_EVERY: Duration = Duration::from_millis(250);
/// First and longest wait after a failure.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// Runs until the session ends.
pub async fn run(shared: Arc<Shared>, session: Arc<Session>) {
    let listener = session.tasks.spawn(listen(shared.clone(), session.clone()));
    let cancel = session.cancel.clone();
    let _ = cancel.run_until_cancelled(keep_in_step(&shared, &session)).await;
    listener.abort();
}

async fn keep_in_step(shared: &Arc<Shared>, session: &Arc<Session>) {
    let mut wait = BACKOFF.0;
    loop {
        let next = match round(shared, session).await {
            Ok(()) => {
                if wait > BACKOFF.0 {
                    life::try_waiting(shared, session);
                }
                wait = BACKOFF.0;
                AT_LEAST_EVERY
            }
            Err(error) => {
                tracing::debug!(%error, "a round failed");
                wait = (wait * 2).min(BACKOFF.1);
                wait
            }
        };
        tokio::select! {
            _ = tokio::time::timeout(next, session.wake.notified()) => {}
            // Left where it stands when a round is due: the round reads the rest.
            () = read_held(shared, session) => {}
            () = sending::watch(shared, session) => {}
        }
    }
}

/// Reads what the pinning node holds as it goes on saying so, for each file, until something needs a whole round.
async fn read_held(shared: &Arc<Shared>, session: &Arc<Session>) {
    loop {
        session.more_held.notified().await;
        let folders = std::mem::take(&mut *lock(&session.held));
        for folder in folders {
            if let Err(error) = pull_held(shared, session, folder).await {
                tracing::debug!(%error, "a round will see to it");
                return;
            }
        }
        shared.tell_status();
        tokio::time::sleep(HELD_AT_MOST_EVERY).await;
    }
}

/// Hears the catalog's events; each is only a hint to look.
async fn listen(shared: Arc<Shared>, session: Arc<Session>) {
    let cancel = session.cancel.clone();
    let listening = async {
        let mut wait = BACKOFF.0;
        loop {
            if lock(&session.catalog).is_some() && listen_once(&shared, &session).await.is_ok() {
                wait = BACKOFF.0;
            }
            shared_online(&shared, std::collections::HashSet::new());
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(BACKOFF.1);
        }
    };
    let _ = cancel.run_until_cancelled(listening).await;
}

async fn listen_once(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    let mut events = Box::pin(session.link()?.client.events().await?);
    // What happened before the stream stood was not heard.
    session.wake.notify_one();
    loop {
        let notice = tokio::select! {
            biased;
            () = session.catalog_moved.notified() => break,
            notice = events.next() => notice,
        };
        let Some(notice) = notice else { break };
        match notice? {
            Notice::Online { accounts } => {
                shared_online(shared, accounts.into_iter().collect());
                life::try_waiting(shared, session);
            }
            Notice::Held { folder } => {
                lock(&session.held).insert(folder);
                session.more_held.notify_one();
            }
            Notice::Signal { folder, signal } => editing::hear(shared, folder, &signal.0),
            Notice::Chain { .. } | Notice::Join | Notice::Recovery => session.wake.notify_one(),
        }
    }
    if session.connection() == Connection::InStep {
        session.wake.notify_one();
    }
    Ok(())
}

fn shared_online(shared: &Arc<Shared>, online: std::collections::HashSet<valise_protocol::ids::AccountId>) {
    let changed = shared.open(|open| {
        let changed = open.vault.online != online;
        open.vault.online = online;
        Ok(changed)
    });
    if changed.unwrap_or(false) {
        shared.tell_status();
        shared.tell(Event::PeopleChanged);
    }
}
