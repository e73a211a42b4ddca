//! What a transaction did.

use io_client::shared::events::Event;
use litesvm::types::{FailedTransactionMetadata, TransactionMetadata};
use solana_instruction_error::InstructionError;
use solana_transaction_error::TransactionError;
use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
};

/// A transaction that succeeded.
#[derive(Debug)]
pub struct Outcome {
    /// Compute units that the whole transaction consumed.
    pub cu: u64,
    pub meta: TransactionMetadata,
}

impl Outcome {
    /// The events of type `E`, in order.
    pub fn events<E: Event>(&self) -> Vec<E> {
        self.inner_data().filter_map(E::decode).collect()
    }

    /// The only event of type `E`.
    pub fn event<E: Event>(&self) -> E {
        let events = self.events::<E>();
        assert_eq!(events.len(), 1, "{} events", E::NAME);
        events[0]
    }

    /// Data of every instruction that a program called.
    pub fn inner_data(&self) -> impl Iterator<Item = &[u8]> {
        self.meta
            .inner_instructions
            .iter()
            .flatten()
            .map(|inner| inner.instruction.data.as_slice())
    }
}

/// A transaction that failed and changed nothing but its fee.
#[derive(Debug)]
pub struct Failure {
    pub error: TransactionError,
    pub meta: Box<TransactionMetadata>,
}

impl Failure {
    /// The program's own error code, if that is what stopped it.
    pub fn code(&self) -> Option<u32> {
        match self.error {
            TransactionError::InstructionError(_, InstructionError::Custom(code)) => Some(code),
            _ => None,
        }
    }

    /// The runtime's reason, if one instruction failed.
    pub fn reason(&self) -> Option<&InstructionError> {
        match &self.error {
            TransactionError::InstructionError(_, reason) => Some(reason),
            _ => None,
        }
    }
}

impl From<TransactionMetadata> for Outcome {
    fn from(meta: TransactionMetadata) -> Self {
        Self {
            cu: meta.compute_units_consumed,
            meta,
        }
    }
}

impl From<FailedTransactionMetadata> for Failure {
    fn from(failed: FailedTransactionMetadata) -> Self {
        let failure = Self {
            error: failed.err,
            meta: Box::new(failed.meta),
        };
        if let Some(code) = failure.code() {
            note(code);
        }
        failure
    }
}

/// Leaves a file named by a code that a program returned, for `cargo xtask test`, which wants every code
/// returned by some test; in it, the test's name.
fn note(code: u32) {
    static NOTED: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());
    let mut noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    if !noted.insert(code) {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/errors-seen");
    let thread = std::thread::current();
    let test = thread.name().unwrap_or_default();
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(folder.join(code.to_string()), test))
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
}

/// Asserts that a transaction failed with `error` of one of the four programs.
#[track_caller]
pub fn assert_fails<E>(result: Result<Outcome, Failure>, error: E)
where
    E: std::fmt::Debug,
    solana_program_error::ProgramError: From<E>,
{
    let text = format!("{error:?}");
    let solana_program_error::ProgramError::Custom(code) = error.into() else {
        panic!("{text} is not an error of a program");
    };
    match result {
        Ok(_) => panic!("succeeded instead of failing with {text}"),
        Err(failure) => assert_eq!(
            failure.code(),
            Some(code),
            "wanted {text}, got {:?}\n{}",
            failure.error,
            failure.meta.pretty_logs()
        ),
    }
}
