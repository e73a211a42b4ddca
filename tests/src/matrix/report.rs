//! The whole matrix, run and summed up.

use super::{
    harmless::Harmless,
    idl::Idls,
    judge::{Because, refute},
    subject::{Kind, Subject},
    substitutes::{Surroundings, cells},
    substitution::Substitution,
    tape::Call,
};
use io_client::{
    Pubkey,
    shared::errors::{EmissionsError, MintError, PaymentsError, StakingError},
};
use solana_instruction_error::InstructionError;
use solana_transaction_error::TransactionError;
use std::collections::{BTreeMap, BTreeSet};

/// What became of some cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub refused: usize,
    pub harmless: usize,
}

impl Count {
    pub const fn cells(self) -> usize {
        self.refused + self.harmless
    }
}

/// One instruction's part.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Shapes in which it was called.
    pub calls: usize,
    /// Accounts of the longest call.
    pub accounts: usize,
    /// Of them, those that the instruction declares.
    pub declared: usize,
    pub count: Count,
    /// Pairs of an account and a substitution, declared accounts only, that were tried.
    pub tried: BTreeSet<(String, Substitution)>,
}

/// Everything that was tried.
#[derive(Default)]
pub struct Report {
    pub rows: BTreeMap<String, Row>,
    substitutions: BTreeMap<Substitution, Count>,
    /// Refused cells by error.
    pub refusals: BTreeMap<String, usize>,
    /// Cells by the entry of the list that explains them.
    pub explained: BTreeMap<usize, usize>,
    /// What no entry explains, or an entry explains wrongly.
    pub faults: Vec<String>,
    /// By layout: calls that make such an account, at an address that is not of its seeds.
    made_elsewhere: BTreeMap<String, Count>,
    /// Layouts of which a copy is said to be impossible.
    uncopied: BTreeSet<String>,
}

impl Report {
    /// Tries every cell of `calls`.
    pub fn make(
        calls: Vec<Call>,
        signers: &BTreeSet<Pubkey>,
        idls: &Idls,
        harmless: &mut Harmless,
    ) -> Self {
        let mut report = Self::default();
        for call in calls {
            let name = idls.names(&call.instruction).map(|names| names.instruction);
            match Subject::of(call, idls) {
                Ok(subject) => report.call(subject, signers, idls, harmless),
                Err(error) => {
                    let fault = format!("{name:?} does not succeed by itself: {error:?}");
                    report.faults.push(fault);
                }
            }
        }
        for instruction in idls.instructions() {
            if !report.rows.contains_key(&instruction) {
                report.faults.push(format!("{instruction} was not called"));
            }
        }
        report.check_copies();
        for unused in harmless.unused() {
            let fault = format!("{unused}: explained, but refused or never tried");
            report.faults.push(fault);
        }
        report
    }

    /// What became of all cells.
    pub fn total(&self) -> Count {
        let mut total = Count::default();
        for count in self.substitutions.values() {
            total.refused += count.refused;
            total.harmless += count.harmless;
        }
        total
    }

    /// What became of the cells of one substitution.
    pub fn of(&self, substitution: Substitution) -> Count {
        let count = self.substitutions.get(&substitution);
        count.copied().unwrap_or_default()
    }

    /// Copies are impossible only if each instruction that makes such an account was seen to refuse any
    /// other address. A ticket may be anywhere; its request fills in each once.
    fn check_copies(&mut self) {
        for layout in self.uncopied.iter().filter(|layout| *layout != "Ticket") {
            let made = self.made_elsewhere.get(layout).copied().unwrap_or_default();
            if made.refused == 0 || made.harmless > 0 {
                let fault = format!("{layout}: a copy may be possible: {made:?}");
                self.faults.push(fault);
            }
        }
    }

    fn call(
        &mut self,
        mut subject: Subject,
        signers: &BTreeSet<Pubkey>,
        idls: &Idls,
        harmless: &mut Harmless,
    ) {
        let around = Surroundings::of(&subject, signers, idls);
        let row = self.rows.entry(subject.name.clone()).or_default();
        row.calls += 1;
        row.accounts = row.accounts.max(subject.accounts.len());
        row.declared = subject.declared;
        for cell in cells(&subject, &around) {
            let (position, substitution) = (cell.position, cell.substitution);
            let single = Substitution::ALL[..Substitution::SINGLE].contains(&substitution);
            if single && position < subject.declared {
                let account = subject.accounts[position].clone();
                row.tried.insert((account, substitution));
            }
            let total = self.substitutions.entry(substitution).or_default();
            let elsewhere = match &subject.kinds[position] {
                Kind::Ours(layout)
                    if subject.made[position] && substitution == Substitution::WrongSeeds =>
                {
                    self.made_elsewhere.entry(layout.clone()).or_default()
                }
                _ => &mut Count::default(),
            };
            let changes = match subject.attempt(&cell.instruction, &cell.overlay) {
                Ok(changes) => changes,
                Err(error) => {
                    row.count.refused += 1;
                    elsewhere.refused += 1;
                    total.refused += 1;
                    *self.refusals.entry(refusal(&error)).or_default() += 1;
                    continue;
                }
            };
            row.count.harmless += 1;
            elsewhere.harmless += 1;
            total.harmless += 1;
            let account = subject.account_name(&cell);
            let explanations = harmless.explain(&subject.name, &account, substitution);
            let mut fault = "unexplained".to_string();
            let explained = explanations.into_iter().find(|(_, because)| {
                let wrong = refute(*because, &subject, &cell, &changes);
                wrong
                    .map(|wrong| fault = format!("{because:?}: {wrong}"))
                    .is_none()
            });
            match explained {
                Some((index, because)) => {
                    if let (Because::Unreachable, Substitution::WrongSeeds, Kind::Ours(layout)) =
                        (because, substitution, &subject.kinds[position])
                    {
                        self.uncopied.insert(layout.clone());
                    }
                    harmless.used(index, &subject.name, &account, substitution);
                    *self.explained.entry(index).or_default() += 1;
                }
                None => self.faults.push(format!(
                    "{} accepts {account}: {}: {fault}",
                    subject.name,
                    substitution.name()
                )),
            }
        }
    }
}

/// An error in a word or two.
fn refusal(error: &TransactionError) -> String {
    let TransactionError::InstructionError(_, error) = error else {
        return format!("{error:?}");
    };
    match error {
        InstructionError::Custom(code) if is_ours(*code) => "an error of the four programs".into(),
        InstructionError::Custom(_) => "an error of a called program".into(),
        error => format!("{error:?}"),
    }
}

fn is_ours(code: u32) -> bool {
    MintError::from_code(code).is_some()
        || StakingError::from_code(code).is_some()
        || EmissionsError::from_code(code).is_some()
        || PaymentsError::from_code(code).is_some()
}
