//! A transaction that a program refused, in words.

use crate::{
    Instruction, Pubkey,
    errors::{Explained, explain_of, program_name},
};
use core::fmt;
use solana_program::instruction::InstructionError;
use solana_transaction_error::TransactionError;

/// Why a transaction was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What the cluster said.
    pub error: TransactionError,
    /// The program that refused, the innermost if programs called one another.
    pub program: Option<Pubkey>,
    /// Its error, if it is one that this library knows.
    pub explained: Option<Explained>,
    pub logs: Vec<String>,
}

impl Refusal {
    /// Of a transaction with `instructions` that failed with `error` after `logs`.
    pub fn new(error: TransactionError, instructions: &[Instruction], logs: Vec<String>) -> Self {
        let outer = match &error {
            TransactionError::InstructionError(index, _) => instructions
                .get(usize::from(*index))
                .map(|instruction| instruction.program_id),
            _ => None,
        };
        let program = innermost(&logs).or(outer);
        let explained = match (&error, program) {
            (TransactionError::InstructionError(_, InstructionError::Custom(code)), Some(id)) => {
                explain_of(&id, *code)
            }
            _ => None,
        };
        Self {
            error,
            program,
            explained,
            logs,
        }
    }

    /// The custom error code, if a program refused with one.
    pub const fn code(&self) -> Option<u32> {
        match self.error {
            TransactionError::InstructionError(_, InstructionError::Custom(code)) => Some(code),
            _ => None,
        }
    }
}

/// The first program that the logs say failed: calls fail from the inside out.
fn innermost(logs: &[String]) -> Option<Pubkey> {
    logs.iter().find_map(|line| {
        let (program, _) = line.strip_prefix("Program ")?.split_once(" failed: ")?;
        program.parse().ok()
    })
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Explained {
            program,
            name,
            message,
        }) = &self.explained
        {
            return write!(f, "{message} ({program}: {name})");
        }
        match &self.error {
            TransactionError::AccountNotFound | TransactionError::InsufficientFundsForFee => {
                f.write_str("the payer has too few lamports for the fee; send it some SOL")
            }
            TransactionError::InsufficientFundsForRent { .. } => f.write_str(
                "an account would be left with too few lamports for its rent; send it some SOL",
            ),
            TransactionError::InstructionError(index, error) => {
                let number = index.saturating_add(1);
                let program = self
                    .program
                    .map(|id| program_name(&id).map_or_else(|| id.to_string(), str::to_owned))
                    .unwrap_or_default();
                write!(f, "instruction {number} was refused by {program}: {error}")
            }
            error => write!(f, "the cluster refused the transaction: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use io_shared::{
        errors::PaymentsError,
        ids::{TOKEN_PROGRAM, io_payments},
    };

    fn instruction() -> Instruction {
        Instruction {
            program_id: io_payments::ID,
            accounts: vec![],
            data: vec![],
        }
    }

    fn custom(code: u32) -> TransactionError {
        TransactionError::InstructionError(0, InstructionError::Custom(code))
    }

    #[test]
    fn the_innermost_program_explains_the_code() {
        let logs = [
            format!("Program {} invoke [1]", io_payments::ID),
            format!("Program {TOKEN_PROGRAM} invoke [2]"),
            format!("Program {TOKEN_PROGRAM} failed: custom program error: 0x1"),
            format!(
                "Program {} failed: custom program error: 0x1",
                io_payments::ID
            ),
        ];
        let refusal = Refusal::new(custom(1), &[instruction()], logs.to_vec());
        assert_eq!(refusal.program, Some(TOKEN_PROGRAM));
        assert!(refusal.to_string().ends_with("(token: InsufficientFunds)"));
    }

    #[test]
    fn a_venue_that_fails_is_not_taken_for_one_of_ours() {
        let venue = Pubkey::new_from_array([7; 32]);
        let code = PaymentsError::AlreadyPaid.code();
        let logs = [
            format!("Program {venue} failed: custom program error: {code:#x}"),
            format!(
                "Program {} failed: custom program error: {code:#x}",
                io_payments::ID
            ),
        ];
        let refusal = Refusal::new(custom(code), &[instruction()], logs.to_vec());
        assert_eq!(refusal.explained, None);
        let told = refusal.to_string();
        assert!(told.contains(&venue.to_string()), "{told}");
    }

    #[test]
    fn without_logs_the_instruction_names_the_program() {
        let code = PaymentsError::AlreadyPaid.code();
        let refusal = Refusal::new(custom(code), &[instruction()], vec![]);
        assert_eq!(refusal.code(), Some(code));
        assert!(refusal.to_string().contains("use a new order id"));
        let unknown = Refusal::new(custom(77), &[instruction()], vec![]);
        assert!(
            unknown
                .to_string()
                .contains("io_payments: custom program error")
        );
    }
}
