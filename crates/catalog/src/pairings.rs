//! Pairings: a device of an account waits for another one that is to join it. The catalog carries two sealed messages.
//!
//! In memory only: after a restart the person makes a new code.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use valise_protocol::api::{Answered, Base64, NewPairing, Offered};
use valise_protocol::ids::{AccountId, PairingId};

use crate::error::{ApiError, rule};
use crate::limits::{MAX_ACCOUNT_PAIRINGS, MAX_PAIRING_MESSAGE, MAX_PAIRINGS, PAIRING_TIME};

/// All pairings under way.
#[derive(Default)]
pub(crate) struct Pairings(Mutex<HashMap<PairingId, Pairing>>);

struct Pairing {
    account: AccountId,
    offer: Base64,
    answer: Option<Base64>,
    begun: Instant,
}

impl Pairings {
    /// Begins one. Over an account's limit, its oldest goes.
    pub(crate) fn begin(&self, account: AccountId, new: NewPairing, now: Instant) -> Result<(), ApiError> {
        check(&new.offer)?;
        let mut pairings = self.lock(now);
        if pairings.contains_key(&new.id) {
            return Err(ApiError::Conflict);
        }
        loop {
            let own = || pairings.iter().filter(|(_, pairing)| pairing.account == account);
            if own().count() < MAX_ACCOUNT_PAIRINGS {
                break;
            }
            let Some(oldest) = own().min_by_key(|(_, pairing)| pairing.begun).map(|(id, _)| *id) else { break };
            pairings.remove(&oldest);
        }
        if pairings.len() >= MAX_PAIRINGS {
            return Err(ApiError::Busy("pairings"));
        }
        pairings.insert(new.id, Pairing { account, offer: new.offer, answer: None, begun: now });
        Ok(())
    }

    /// What the waiting device tells.
    pub(crate) fn offer(&self, id: &PairingId, now: Instant) -> Result<Offered, ApiError> {
        let pairings = self.lock(now);
        let pairing = pairings.get(id).ok_or(ApiError::NotFound)?;
        Ok(Offered { offer: pairing.offer.clone() })
    }

    /// Takes the answer. The first one stands; the same once more is answered the same.
    pub(crate) fn answer(&self, id: &PairingId, answered: Answered, now: Instant) -> Result<(), ApiError> {
        let answer = answered.answer.ok_or(ApiError::BadRequest("no answer"))?;
        check(&answer)?;
        let mut pairings = self.lock(now);
        let pairing = pairings.get_mut(id).ok_or(ApiError::NotFound)?;
        match &pairing.answer {
            Some(first) if *first != answer => Err(rule("the code was used by another device")),
            _ => {
                pairing.answer = Some(answer);
                Ok(())
            }
        }
    }

    /// The answer, for the account that offered.
    pub(crate) fn answered(&self, id: &PairingId, account: &AccountId, now: Instant) -> Result<Answered, ApiError> {
        let pairings = self.lock(now);
        let pairing = pairings.get(id).filter(|pairing| pairing.account == *account).ok_or(ApiError::NotFound)?;
        Ok(Answered { answer: pairing.answer.clone() })
    }

    /// Ends one.
    pub(crate) fn end(&self, id: &PairingId, account: &AccountId) {
        let mut pairings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pairings.get(id).is_some_and(|pairing| pairing.account == *account) {
            pairings.remove(id);
        }
    }

    fn lock(&self, now: Instant) -> MutexGuard<'_, HashMap<PairingId, Pairing>> {
        let mut pairings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pairings.retain(|_, pairing| now.saturating_duration_since(pairing.begun) < PAIRING_TIME);
        pairings
    }
}

fn check(message: &Base64) -> Result<(), ApiError> {
    if message.0.len() > MAX_PAIRING_MESSAGE { Err(ApiError::TooLarge("a pairing's message")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use super::*;

    const ALICE: AccountId = AccountId::new([1; 32]);
    const BOB: AccountId = AccountId::new([2; 32]);

    fn new(id: u8) -> NewPairing {
        NewPairing { id: PairingId::new([id; 32]), offer: Base64(vec![id]) }
    }

    fn answer(byte: u8) -> Answered {
        Answered { answer: Some(Base64(vec![byte])) }
    }

    #[test]
    fn the_first_answer_stands_and_only_who_offered_reads_it() {
        let (pairings, now) = (Pairings::default(), Instant::now());
        let id = new(1).id;
        pairings.begin(ALICE, new(1), now).unwrap();
        assert!(pairings.begin(BOB, new(1), now).is_err(), "an id is one pairing's");
        assert_eq!(pairings.offer(&id, now).unwrap().offer, Base64(vec![1]));
        assert_eq!(pairings.answered(&id, &ALICE, now).unwrap().answer, None);
        pairings.answer(&id, answer(7), now).unwrap();
        pairings.answer(&id, answer(7), now).unwrap();
        assert!(pairings.answer(&id, answer(8), now).is_err());
        assert!(pairings.answered(&id, &BOB, now).is_err());
        assert_eq!(pairings.answered(&id, &ALICE, now).unwrap().answer, Some(Base64(vec![7])));
        pairings.end(&id, &BOB);
        assert!(pairings.offer(&id, now).is_ok());
        pairings.end(&id, &ALICE);
        assert!(pairings.offer(&id, now).is_err());
    }

    #[test]
    fn a_pairing_ends_after_its_time_and_the_oldest_of_many_goes() {
        let (pairings, start) = (Pairings::default(), Instant::now());
        for id in 0..=MAX_ACCOUNT_PAIRINGS as u8 {
            pairings.begin(ALICE, new(id), start + Duration::from_secs(id.into())).unwrap();
        }
        let now = start + Duration::from_secs(10);
        assert!(pairings.offer(&new(0).id, now).is_err());
        assert!(pairings.offer(&new(1).id, now).is_ok());
        assert!(pairings.offer(&new(1).id, start + PAIRING_TIME).is_ok());
        assert!(pairings.offer(&new(1).id, start + PAIRING_TIME + Duration::from_secs(1)).is_err());
        let large = NewPairing { id: PairingId::new([9; 32]), offer: Base64(vec![0; MAX_PAIRING_MESSAGE + 1]) };
        assert!(pairings.begin(ALICE, large, now).is_err());
    }
}
