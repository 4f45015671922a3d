//! A folded chain of whichever kind, and what its records did.

use valise_protocol::account::{self, Account};
use valise_protocol::chain::{Broken, Head, Verdict};
use valise_protocol::folder::{self, Folder};
use valise_protocol::record::{ChainId, ChainKind, Record};
use valise_protocol::workspace::{self, Workspace};

use crate::error::Refusal;

/// A chain's state.
#[derive(Clone, Debug)]
pub(crate) enum Chain {
    Workspace(Box<Workspace>),
    Account(Box<Account>),
    Folder(Box<Folder>),
}

/// What a record did.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Workspace(workspace::Op),
    Account(account::Op),
    Folder(folder::Op),
}

impl Chain {
    /// Begins a chain with its genesis.
    pub(crate) fn begin(genesis: &Record) -> Result<Self, Broken> {
        Ok(match genesis.envelope().chain_kind {
            ChainKind::WORKSPACE => Self::Workspace(Box::new(Workspace::begin(genesis)?)),
            ChainKind::ACCOUNT => Self::Account(Box::new(Account::begin(genesis)?)),
            ChainKind::FOLDER => Self::Folder(Box::new(Folder::begin(genesis)?)),
            _ => return Err(Broken::Malformed),
        })
    }

    /// Folds a record that must count: here, unlike at a client, a void record is refused.
    pub(crate) fn apply(&mut self, record: &Record) -> Result<Op, Refusal> {
        match self {
            Self::Workspace(chain) => counts(chain.apply(record)?).map(Op::Workspace),
            Self::Account(chain) => counts(chain.apply(record)?).map(Op::Account),
            Self::Folder(chain) => counts(chain.apply(record)?).map(Op::Folder),
        }
    }

    /// The last record folded in.
    pub(crate) fn head(&self) -> Head {
        match self {
            Self::Workspace(chain) => chain.head(),
            Self::Account(chain) => chain.head(),
            Self::Folder(chain) => chain.head(),
        }
    }

    /// Which chain it is.
    pub(crate) fn id(&self) -> ChainId {
        match self {
            Self::Workspace(chain) => ChainId::Workspace(chain.id()),
            Self::Account(chain) => ChainId::Account(chain.id()),
            Self::Folder(chain) => ChainId::Folder(chain.id()),
        }
    }
}

fn counts<T>(verdict: Verdict<T>) -> Result<T, Refusal> {
    match verdict {
        Verdict::Applied(op) => Ok(op),
        Verdict::Void(void) => Err(Refusal::Void(void)),
    }
}
