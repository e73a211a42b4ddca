//! What a program's error code means.

use crate::{Pubkey, token::ASSOCIATED_TOKEN_PROGRAM};
use io_shared::{
    errors::{EmissionsError, MintError, PaymentsError, StakingError},
    ids::{
        SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, UPGRADEABLE_LOADER, io_emissions,
        io_mint, io_payments, io_staking,
    },
};

const COMPUTE_BUDGET: Pubkey =
    Pubkey::from_str_const("ComputeBudget111111111111111111111111111111");

/// An error code in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The program that the error is one of.
    pub program: &'static str,
    /// Its name there.
    pub name: String,
    /// What was wrong and what to do.
    pub message: &'static str,
}

/// The error that `code` stands for; codes of the four programs are unique among them.
pub fn explain(code: u32) -> Option<Explained> {
    let of = |program, name: String, message| Explained {
        program,
        name,
        message,
    };
    MintError::from_code(code)
        .map(|error| of("io_mint", format!("{error:?}"), error.message()))
        .or_else(|| {
            StakingError::from_code(code)
                .map(|error| of("io_staking", format!("{error:?}"), error.message()))
        })
        .or_else(|| {
            EmissionsError::from_code(code)
                .map(|error| of("io_emissions", format!("{error:?}"), error.message()))
        })
        .or_else(|| {
            PaymentsError::from_code(code)
                .map(|error| of("io_payments", format!("{error:?}"), error.message()))
        })
}

/// The error that `code` stands for where `program` failed with it: those of the four programs, and those of
/// the system and token programs that a caller can do something about.
pub fn explain_of(program: &Pubkey, code: u32) -> Option<Explained> {
    let (program, name, message) = match (program, code) {
        (&SYSTEM_PROGRAM, 0) => (
            "system",
            "AccountAlreadyInUse",
            "an account that was to be made is there already; look at it, the work may be done",
        ),
        (&SYSTEM_PROGRAM, 1) => (
            "system",
            "ResultWithNegativeLamports",
            "the payer has too few lamports for the rent; send it some SOL",
        ),
        (&TOKEN_PROGRAM | &TOKEN_2022_PROGRAM, 1) => (
            "token",
            "InsufficientFunds",
            "the token account holds less than the amount; send it tokens or name less",
        ),
        (&TOKEN_PROGRAM | &TOKEN_2022_PROGRAM, 3) => (
            "token",
            "MintMismatch",
            "the token account is of another mint; name one of the mint that moves",
        ),
        (&TOKEN_PROGRAM | &TOKEN_2022_PROGRAM, 4) => (
            "token",
            "OwnerMismatch",
            "the signer may not move this account's tokens; sign with its owner",
        ),
        (&TOKEN_PROGRAM | &TOKEN_2022_PROGRAM, 17) => (
            "token",
            "AccountFrozen",
            "the token account is frozen by its mint's authority; use another",
        ),
        // Others count their errors from 6000 too, as Anchor does.
        (&io_mint::ID | &io_staking::ID | &io_emissions::ID | &io_payments::ID, _) => {
            return explain(code);
        }
        _ => return None,
    };
    Some(Explained {
        program,
        name: name.to_owned(),
        message,
    })
}

/// Name of a program that this library knows.
pub fn program_name(program: &Pubkey) -> Option<&'static str> {
    Some(match *program {
        io_mint::ID => "io_mint",
        io_staking::ID => "io_staking",
        io_emissions::ID => "io_emissions",
        io_payments::ID => "io_payments",
        SYSTEM_PROGRAM => "the system program",
        TOKEN_PROGRAM => "the token program",
        TOKEN_2022_PROGRAM => "Token-2022",
        ASSOCIATED_TOKEN_PROGRAM => "the associated token program",
        UPGRADEABLE_LOADER => "the upgradeable loader",
        COMPUTE_BUDGET => "the compute budget",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_names_its_program() {
        let paid = explain(PaymentsError::AlreadyPaid.code()).expect("known");
        assert_eq!(
            (paid.program, paid.name.as_str()),
            ("io_payments", "AlreadyPaid")
        );
        assert_eq!(explain(1), None);
        let poor = explain_of(&TOKEN_PROGRAM, 1).expect("known");
        assert_eq!(poor.name, "InsufficientFunds");
        let code = StakingError::ALL[0].code();
        assert_eq!(explain_of(&io_staking::ID, code), explain(code));
        let whirlpool = crate::venues::WHIRLPOOL;
        assert_eq!(explain_of(&whirlpool, code), None);
    }
}
