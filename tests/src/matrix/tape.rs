//! Calls that succeeded, with the chain as it was before each.

use io_client::{Instruction, Pubkey};
use litesvm::LiteSVM;
use solana_account::ReadableAccount;
use std::collections::{BTreeMap, BTreeSet};

/// One instruction that succeeds on the chain `before` it.
pub struct Call {
    pub before: LiteSVM,
    pub instruction: Instruction,
    /// The same of another party, from the same time or soon after.
    pub twin: Option<Instruction>,
}

/// The first call of each shape that a [`crate::World`] ran.
#[derive(Default)]
pub struct Tape {
    shapes: BTreeMap<Shape, usize>,
    calls: Vec<Call>,
    signers: BTreeSet<Pubkey>,
}

/// What tells calls of the same instruction apart: which accounts exist, whose they are and which
/// layout they have.
type Shape = (Pubkey, [u8; 8], Vec<Option<(Pubkey, [u8; 8], usize)>>);

impl Tape {
    /// The chain as it is, if `instructions` are one call of one of the four programs.
    pub fn before(&self, svm: &LiteSVM, instructions: &[Instruction]) -> Option<Call> {
        let [instruction] = instructions else {
            return None;
        };
        shape(svm, instruction).map(|_| Call {
            before: svm.clone(),
            instruction: instruction.clone(),
            twin: None,
        })
    }

    /// Keeps a call that succeeded, if none of its shape was kept; else the instruction, as that one's
    /// twin.
    pub fn keep(&mut self, call: Call) {
        let Some(shape) = shape(&call.before, &call.instruction) else {
            return;
        };
        let metas = call.instruction.accounts.iter();
        self.signers
            .extend(metas.filter(|meta| meta.is_signer).map(|meta| meta.pubkey));
        if let Some(index) = self.shapes.get(&shape) {
            let known = &mut self.calls[*index];
            if known.twin.is_none() && known.instruction.accounts != call.instruction.accounts {
                known.twin = Some(call.instruction);
            }
            return;
        }
        self.shapes.insert(shape, self.calls.len());
        self.calls.push(call);
    }

    /// What was kept, and everyone who signed.
    pub fn into_calls(self) -> (Vec<Call>, BTreeSet<Pubkey>) {
        (self.calls, self.signers)
    }
}

fn shape(svm: &LiteSVM, instruction: &Instruction) -> Option<Shape> {
    let ours = crate::PROGRAMS.map(|(_, id)| id);
    if !ours.contains(&instruction.program_id) {
        return None;
    }
    let discriminator = *instruction.data.first_chunk()?;
    let accounts = instruction.accounts.iter().map(|meta| {
        let account = svm.accounts_db().get_account_ref(&meta.pubkey)?;
        (account.lamports() > 0).then(|| {
            let tag = account.data().first_chunk().copied().unwrap_or_default();
            // The first bytes of others' accounts are no tag: keys of mints, for one.
            let tag = if ours.contains(account.owner()) {
                tag
            } else {
                [0; 8]
            };
            (*account.owner(), tag, account.data().len())
        })
    });
    Some((instruction.program_id, discriminator, accounts.collect()))
}
