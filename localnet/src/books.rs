//! The books of a network, kept over RPC.

use std::collections::HashMap;

use anyhow::{Context, Result};
use io_client::{
    Pubkey,
    rpc::Network,
    shared::ids::{TOKEN_PROGRAM, io_emissions, io_mint, io_payments, io_staking},
};
use io_tests::{
    Ledger,
    books::{Books, check_untouched},
};

/// Checks every invariant that the accounts of a network show while nobody changes it, and sums its books
/// up.
pub async fn audit(network: &Network) -> Result<Books> {
    check_untouched(&Snapshot::take(network).await?)
}

/// All accounts of the four programs and of the token program.
struct Snapshot {
    /// Bytes by address, by program.
    programs: HashMap<Pubkey, HashMap<Pubkey, Vec<u8>>>,
    time: i64,
}

impl Snapshot {
    async fn take(network: &Network) -> Result<Self> {
        let mut programs = HashMap::new();
        for program in [
            io_mint::ID,
            io_staking::ID,
            io_emissions::ID,
            io_payments::ID,
            TOKEN_PROGRAM,
        ] {
            let accounts = network
                .scan_raw(&program, &[], &[])
                .await
                .with_context(|| format!("the accounts of {program} could not be read"))?;
            programs.insert(program, accounts.into_iter().collect());
        }
        let time = network.clock().await?.now;
        Ok(Self { programs, time })
    }
}

impl Ledger for Snapshot {
    fn account(&self, address: &Pubkey) -> Option<(Pubkey, Vec<u8>)> {
        self.programs
            .iter()
            .find_map(|(program, accounts)| Some((*program, accounts.get(address)?.clone())))
    }

    fn accounts_of(&self, program: &Pubkey) -> Vec<(Pubkey, Vec<u8>)> {
        let accounts = self.programs.get(program).into_iter().flatten();
        accounts
            .map(|(address, data)| (*address, data.clone()))
            .collect()
    }

    fn time(&self) -> i64 {
        self.time
    }
}
