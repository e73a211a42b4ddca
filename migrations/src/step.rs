//! One transaction of a migration.

use io_client::{Instruction, Pubkey};
use serde::Serialize;

/// Instructions that go into one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does, for people.
    pub what: String,
    pub instructions: Vec<Instruction>,
    /// When the step after it may be sent.
    pub then: Then,
}

/// When the step after one may be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// Once this one is confirmed.
    #[default]
    Confirmed,
    /// At once: steps of this kind in a row may land in any order, and all must be confirmed before
    /// one of another kind.
    AnyOrder,
    /// In a later slot than the one that this one was confirmed in: until then the loader neither runs
    /// what it was given nor takes more.
    NextSlot,
}

impl Step {
    pub(crate) fn new(what: impl Into<String>, instructions: Vec<Instruction>) -> Self {
        Self {
            what: what.into(),
            instructions,
            then: Then::Confirmed,
        }
    }

    pub(crate) fn then(self, then: Then) -> Self {
        Self { then, ..self }
    }

    /// Whose signatures the instructions want, each once. Besides them signs who pays the transaction.
    pub fn signers(&self) -> Vec<Pubkey> {
        let mut signers = Vec::new();
        let metas = self.instructions.iter().flat_map(|one| &one.accounts);
        for meta in metas.filter(|meta| meta.is_signer) {
            if !signers.contains(&meta.pubkey) {
                signers.push(meta.pubkey);
            }
        }
        signers
    }
}
