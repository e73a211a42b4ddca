//! Raydium CPMM: constant product pools.

use super::{Route, derived, exact_in, padded};
use crate::{
    Pubkey,
    instruction::{read, write},
    pda,
};
use io_shared::ids::io_payments::ROUTER;

/// The program on mainnet.
pub const CPMM: Pubkey = Pubkey::from_str_const("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C");

/// A pool of Raydium CPMM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CpmmPool {
    /// [`CPMM`] on mainnet.
    pub program: Pubkey,
    pub pool: Pubkey,
    /// Fee tier, as the pool names it.
    pub amm_config: Pubkey,
    /// Both mints, each with its token program, in any order.
    pub mints: [(Pubkey, Pubkey); 2],
}

impl CpmmPool {
    /// Discriminator of `swap_base_input`.
    pub const SWAP_BASE_INPUT: [u8; 8] = [0x8f, 0xbe, 0x5a, 0xda, 0xc4, 0x1e, 0x33, 0xde];

    /// Owner of the vaults of all pools.
    pub fn authority(&self) -> Pubkey {
        derived(&[b"vault_and_lp_mint_auth_seed"], &self.program)
    }

    /// The pool's token account of one of its mints.
    pub fn vault(&self, mint: &Pubkey) -> Pubkey {
        derived(
            &[b"pool_vault", self.pool.as_ref(), mint.as_ref()],
            &self.program,
        )
    }

    /// Where the pool keeps its past prices.
    pub fn observation(&self) -> Pubkey {
        derived(&[b"observation", self.pool.as_ref()], &self.program)
    }

    /// Swaps `amount_in` of `mint_in` for at least `min_out` of the pool's other mint; `None` if the
    /// pool does not hold `mint_in`.
    pub fn route(&self, mint_in: &Pubkey, amount_in: u64, min_out: u64) -> Option<Route> {
        let [a, b] = self.mints;
        let ((mint_in, program_in), (mint_out, program_out)) = if *mint_in == a.0 {
            (a, b)
        } else if *mint_in == b.0 {
            (b, a)
        } else {
            return None;
        };
        Some(Route {
            program: self.program,
            discriminator: padded(&Self::SWAP_BASE_INPUT),
            data: exact_in(&Self::SWAP_BASE_INPUT, amount_in, min_out),
            accounts: vec![
                read(ROUTER.address),
                read(self.authority()),
                read(self.amm_config),
                write(self.pool),
                write(pda::transit(&mint_in).0),
                write(pda::transit(&mint_out).0),
                write(self.vault(&mint_in)),
                write(self.vault(&mint_out)),
                read(program_in),
                read(program_out),
                read(mint_in),
                read(mint_out),
                write(self.observation()),
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::venues::tests::{key, listed};

    /// `8fbe5adac41e33de | amount_in | min_out`; payer, authority, config, pool, input, output, input
    /// vault, output vault, both token programs, both mints, observation.
    #[test]
    fn a_cpmm_route_is_the_one_the_program_reads() {
        let pool = CpmmPool {
            program: CPMM,
            pool: key(2),
            amm_config: key(3),
            mints: [(key(4), key(5)), (key(6), key(7))],
        };
        // The one authority that every pool on mainnet shows.
        assert_eq!(
            pool.authority(),
            Pubkey::from_str_const("GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL")
        );
        let route = pool.route(&key(6), 0x0102, 0x03).expect("the pool has it");
        assert_eq!(
            route.data,
            [
                143, 190, 90, 218, 196, 30, 51, 222, // swap_base_input
                2, 1, 0, 0, 0, 0, 0, 0, // amount in
                3, 0, 0, 0, 0, 0, 0, 0, // least amount out
            ]
        );
        assert_eq!(route.discriminator, [143, 190, 90, 218, 196, 30, 51, 222]);
        let [transit_a, transit_b] = [4, 6].map(|n| pda::transit(&key(n)).0);
        let vault = |mint| {
            let seeds: [&[u8]; 3] = [b"pool_vault", &[2; 32], &[mint; 32]];
            Pubkey::find_program_address(&seeds, &CPMM).0
        };
        let observation = Pubkey::find_program_address(&[b"observation", &[2; 32]], &CPMM).0;
        let accounts = |[input, output]: [Pubkey; 2], [a, b]: [u8; 2]| {
            listed(&[
                ('r', ROUTER.address),
                ('r', pool.authority()),
                ('r', key(3)),
                ('w', key(2)),
                ('w', input),
                ('w', output),
                ('w', vault(a)),
                ('w', vault(b)),
                ('r', key(a + 1)),
                ('r', key(b + 1)),
                ('r', key(a)),
                ('r', key(b)),
                ('w', observation),
            ])
        };
        assert_eq!(route.accounts, accounts([transit_b, transit_a], [6, 4]));
        let back = pool.route(&key(4), 1, 1).expect("the pool has it");
        assert_eq!(back.accounts, accounts([transit_a, transit_b], [4, 6]));
        assert_eq!(pool.route(&key(9), 1, 1), None);
    }
}
