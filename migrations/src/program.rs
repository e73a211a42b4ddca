//! The four programs.

use io_client::{
    Pubkey,
    shared::ids::{io_emissions, io_mint, io_payments, io_staking},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One of the four programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Program {
    IoMint,
    IoStaking,
    IoEmissions,
    IoPayments,
}

impl Program {
    /// In the order in which they are set up.
    pub const ALL: [Self; 4] = [
        Self::IoMint,
        Self::IoStaking,
        Self::IoEmissions,
        Self::IoPayments,
    ];

    /// Name of the crate, and of the binary without `.so`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::IoMint => "io_mint",
            Self::IoStaking => "io_staking",
            Self::IoEmissions => "io_emissions",
            Self::IoPayments => "io_payments",
        }
    }

    pub const fn id(self) -> Pubkey {
        match self {
            Self::IoMint => io_mint::ID,
            Self::IoStaking => io_staking::ID,
            Self::IoEmissions => io_emissions::ID,
            Self::IoPayments => io_payments::ID,
        }
    }

    /// The loader's account with the binary and the upgrade authority.
    pub const fn program_data(self) -> Pubkey {
        match self {
            Self::IoMint => io_mint::PROGRAM_DATA,
            Self::IoStaking => io_staking::PROGRAM_DATA,
            Self::IoEmissions => io_emissions::PROGRAM_DATA,
            Self::IoPayments => io_payments::PROGRAM_DATA,
        }
    }

    /// The program's config, which names its authority.
    pub const fn config(self) -> Pubkey {
        match self {
            Self::IoMint => io_mint::CONFIG.address,
            Self::IoStaking => io_staking::CONFIG.address,
            Self::IoEmissions => io_emissions::CONFIG.address,
            Self::IoPayments => io_payments::CONFIG.address,
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
