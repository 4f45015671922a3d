//! What to do next, as a synchronous state machine without I/O.
//!
//! The driver asks [`Plan::next`], does that one step, and reports with [`Plan::done`]. All decisions about
//! order, retries and rebasing are here, where a test can play any answer.

use std::collections::{BTreeSet, VecDeque};

use valise_protocol::ids::FolderId;

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Bring the workspace that was made here to its catalog.
    PublishWorkspace,
    /// Read the workspace chain.
    PullWorkspace,
    /// Bring what this device wrote into its own account chain: a recovery set, new keys.
    SendAccount,
    /// See which folders there are, and how far they have come.
    ListFolders,
    /// Let newcomers in.
    Admit,
    /// See who asks for a recovery, and release what was approved.
    Recoveries,
    /// Bring a folder that was made here.
    PublishFolder(FolderId),
    /// Read a folder's chain and wraps.
    PullFolder(FolderId),
    /// Make a folder's successor its owner, because all its owners are gone.
    HandOver(FolderId),
    /// Change a folder's key, because somebody left or a device was revoked.
    Rekey(FolderId),
    /// Send what waits for a folder: one record.
    Send(FolderId),
    /// Read what the pinning node holds.
    PullHeld(FolderId),
    /// Move file keys under the newest folder key: some of them.
    Rewrap(FolderId),
}

/// What a step came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, nothing follows.
    Done,
    /// See [`Listed`].
    Listed(Listed),
    /// [`Step::PullFolder`], [`Step::Send`]: there is more of the same.
    More,
    /// Something else stands where the record was to stand: read first, then sign again.
    Conflict,
    /// A key change must come before the next content.
    KeyChangeFirst,
    /// This folder or the workspace cannot go on: an alarm was raised.
    Stopped,
    /// No answer: everything else would fail as well.
    Unreachable,
}

/// What [`Step::ListFolders`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Have records that are not here.
    pub behind: Vec<FolderId>,
    /// Have changes that wait.
    pub waiting: Vec<FolderId>,
    /// Were made here, and the catalog does not know them yet.
    pub unpublished: Vec<FolderId>,
    /// Their owners are all gone, and this account is to hand them over.
    pub ownerless: Vec<FolderId>,
    /// Their key is to change: somebody left, there is a newer account key, or their owner wants it by now.
    pub outdated: Vec<FolderId>,
    /// Have files whose bytes nobody else confirmed.
    pub unheld: Vec<FolderId>,
    /// Have file keys under older keys, which this account is to move.
    pub to_rewrap: Vec<FolderId>,
}

/// The rest of one round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    steps: VecDeque<Step>,
    stopped: BTreeSet<FolderId>,
    conflicts: u32,
    unreachable: bool,
}

/// Give up on a round after so many conflicts: the next round begins afresh.
const MAX_CONFLICTS: u32 = 32;

impl Plan {
    /// A whole round. `publish`: the workspace was made here and the catalog does not know it yet.
    pub fn round(publish: bool) -> Self {
        let first = publish.then_some(Step::PublishWorkspace);
        // One's own account first: workspace and folders embed it, and a catalog that lost it refuses what does.
        let rest = [Step::SendAccount, Step::PullWorkspace, Step::Admit, Step::Recoveries, Step::ListFolders];
        Self { steps: first.into_iter().chain(rest).collect(), ..Self::default() }
    }

    /// The next step; none when the round is over.
    pub fn next(&mut self) -> Option<Step> {
        if self.unreachable { None } else { self.steps.pop_front() }
    }

    /// Takes in what a step came to.
    pub fn done(&mut self, step: Step, outcome: Outcome) {
        match (step, outcome) {
            (_, Outcome::Done) => {}
            (_, Outcome::Unreachable) => self.unreachable = true,
            (Step::ListFolders | Step::PullFolder(_) | Step::HandOver(_), Outcome::Listed(listed)) => {
                self.push_back(listed.unpublished.into_iter().map(Step::PublishFolder));
                self.push_back(listed.behind.into_iter().map(Step::PullFolder));
                // Whoever takes over is who removes members then, and changes the key.
                self.push_back(listed.ownerless.into_iter().map(Step::HandOver));
                self.push_back(listed.outdated.into_iter().map(Step::Rekey));
                self.push_back(listed.waiting.into_iter().map(Step::Send));
                self.push_back(listed.unheld.into_iter().map(Step::PullHeld));
                self.push_back(listed.to_rewrap.into_iter().map(Step::Rewrap));
            }
            // Whatever else is to be done goes between.
            (Step::Rewrap(_), Outcome::More) => self.push_back([step]),
            (step, Outcome::More) => self.push_front([step]),
            (Step::Send(folder) | Step::Rekey(folder) | Step::Rewrap(folder), Outcome::Conflict) => {
                self.conflict([Step::PullFolder(folder), step]);
            }
            (step, Outcome::Conflict) => self.conflict([Step::PullWorkspace, step]),
            (Step::Send(folder), Outcome::KeyChangeFirst) => self.conflict([Step::Rekey(folder), Step::Send(folder)]),
            (step, Outcome::Stopped) => self.stop(step),
            (_, Outcome::Listed(_) | Outcome::KeyChangeFirst) => {}
        }
    }

    fn conflict(&mut self, steps: [Step; 2]) {
        self.conflicts += 1;
        if self.conflicts <= MAX_CONFLICTS {
            self.push_front(steps);
        }
    }

    /// A folder that raised an alarm is left alone for this round; without the workspace nothing goes on.
    fn stop(&mut self, step: Step) {
        match folder_of(step) {
            None => self.steps.clear(),
            Some(folder) => {
                self.stopped.insert(folder);
                self.steps.retain(|step| folder_of(*step) != Some(folder));
            }
        }
    }

    fn push_back(&mut self, steps: impl IntoIterator<Item = Step>) {
        for step in steps {
            let stopped = folder_of(step).is_some_and(|folder| self.stopped.contains(&folder));
            if !stopped && !self.steps.contains(&step) {
                self.steps.push_back(step);
            }
        }
    }

    fn push_front<const N: usize>(&mut self, steps: [Step; N]) {
        for step in steps.into_iter().rev() {
            self.steps.push_front(step);
        }
    }
}

fn folder_of(step: Step) -> Option<FolderId> {
    match step {
        Step::PublishFolder(folder)
        | Step::PullFolder(folder)
        | Step::HandOver(folder)
        | Step::Rekey(folder)
        | Step::Send(folder)
        | Step::PullHeld(folder)
        | Step::Rewrap(folder) => Some(folder),
        Step::PublishWorkspace
        | Step::PullWorkspace
        | Step::SendAccount
        | Step::ListFolders
        | Step::Admit
        | Step::Recoveries => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: FolderId = FolderId::new([1; 32]);
    const B: FolderId = FolderId::new([2; 32]);

    fn listed(plan: &mut Plan) {
        while let Some(step) = plan.next() {
            match step {
                Step::ListFolders => {
                    let listed = Listed {
                        behind: vec![B],
                        waiting: vec![A, B],
                        unpublished: vec![A],
                        ownerless: vec![B],
                        outdated: vec![B],
                        unheld: vec![],
                        to_rewrap: vec![],
                    };
                    return plan.done(step, Outcome::Listed(listed));
                }
                step => plan.done(step, Outcome::Done),
            }
        }
    }

    #[test]
    fn a_folder_is_published_before_anything_is_sent_to_it() {
        let mut plan = Plan::round(true);
        assert_eq!(plan.next(), Some(Step::PublishWorkspace));
        listed(&mut plan);
        let rest: Vec<_> = std::iter::from_fn(|| plan.next()).collect();
        let expected = [
            Step::PublishFolder(A),
            Step::PullFolder(B),
            Step::HandOver(B),
            Step::Rekey(B),
            Step::Send(A),
            Step::Send(B),
        ];
        assert_eq!(rest, expected);
    }

    #[test]
    fn a_conflict_reads_first_and_then_signs_again() {
        let mut plan = Plan::default();
        plan.push_back([Step::Send(A), Step::Send(B)]);
        let step = plan.next().unwrap();
        plan.done(step, Outcome::Conflict);
        assert_eq!(plan.next(), Some(Step::PullFolder(A)));
        plan.done(Step::PullFolder(A), Outcome::Done);
        assert_eq!(plan.next(), Some(Step::Send(A)));
        plan.done(Step::Send(A), Outcome::Done);
        assert_eq!(plan.next(), Some(Step::Send(B)));
    }

    #[test]
    fn endless_conflicts_end_the_round() {
        let mut plan = Plan::default();
        plan.push_back([Step::Send(A)]);
        let mut steps = 0;
        while let Some(step) = plan.next() {
            steps += 1;
            let outcome = if step == Step::Send(A) { Outcome::Conflict } else { Outcome::Done };
            plan.done(step, outcome);
        }
        assert_eq!(steps, 1 + 2 * MAX_CONFLICTS);
    }

    #[test]
    fn a_key_change_comes_first() {
        let mut plan = Plan::default();
        plan.push_back([Step::Send(A)]);
        let step = plan.next().unwrap();
        plan.done(step, Outcome::KeyChangeFirst);
        assert_eq!(plan.next(), Some(Step::Rekey(A)));
        plan.done(Step::Rekey(A), Outcome::Done);
        assert_eq!(plan.next(), Some(Step::Send(A)));
    }

    #[test]
    fn an_alarm_stops_one_folder_only() {
        let mut plan = Plan::default();
        plan.push_back([Step::PullFolder(A), Step::Send(A), Step::Send(B)]);
        let step = plan.next().unwrap();
        plan.done(step, Outcome::Stopped);
        assert_eq!(plan.next(), Some(Step::Send(B)));
        assert_eq!(plan.next(), None);
    }

    #[test]
    fn a_new_owner_sees_to_the_folder_in_the_same_round() {
        let mut plan = Plan::default();
        plan.push_back([Step::PullFolder(A), Step::Send(A)]);
        let listed = |ownerless: &[FolderId], outdated: &[FolderId]| {
            let (ownerless, outdated) = (ownerless.to_vec(), outdated.to_vec());
            Outcome::Listed(Listed { ownerless, outdated, ..Listed::default() })
        };
        for (expected, outcome) in [
            (Step::PullFolder(A), listed(&[A], &[])),
            (Step::Send(A), Outcome::Done),
            (Step::HandOver(A), listed(&[], &[A])),
            (Step::Rekey(A), Outcome::Done),
        ] {
            assert_eq!(plan.next(), Some(expected));
            plan.done(expected, outcome);
        }
        assert_eq!(plan.next(), None);
    }

    #[test]
    fn nobody_answering_ends_the_round() {
        let mut plan = Plan::round(false);
        let step = plan.next().unwrap();
        plan.done(step, Outcome::Unreachable);
        assert_eq!(plan.next(), None);
    }
}
