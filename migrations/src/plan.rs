//! What is missing on a cluster, in the order in which it must be made.
//!
//! A plan is computed from what is on chain, so after a failure at any point the next plan holds the
//! rest and nothing that is done already.

use crate::cluster::{Allocation, Cluster, MintName};
use anyhow::{Context, Result};
use io_client::{
    Instruction, Pubkey, amount, emissions, mint, payments, pda,
    shared::{
        constants::{IO_DECIMALS, USDC_DECIMALS},
        ids::{io_emissions, io_mint, io_payments, io_staking},
        state::{EmissionsConfig, Layout, MintPolicy, Minter, MinterTerms},
    },
    staking, token,
};

/// What a plan needs to see of a cluster.
pub trait Chain {
    /// Bytes of an account, if it exists.
    fn account(&self, address: &Pubkey) -> Option<Vec<u8>>;
}

/// Who runs a migration, and what the cluster file cannot know.
#[derive(Clone, Copy, Debug)]
pub struct Operator {
    /// Upgrade authority of the programs; signs and pays.
    pub authority: Pubkey,
    /// The USDC mint of this cluster.
    pub usdc: Pubkey,
}

/// Instructions that go into one transaction, signed by the authority.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it does, for people.
    pub what: String,
    pub instructions: Vec<Instruction>,
}
