//! Meteora DAMM v2: constant product pools.

use super::{Route, derived, exact_in, padded};
use crate::{
    Pubkey,
    instruction::{read, write},
    pda,
};
use io_shared::ids::io_payments::ROUTER;

/// The program on mainnet.
pub const DAMM_V2: Pubkey = Pubkey::from_str_const("cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG");

/// A pool of Meteora DAMM v2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DammPool {
    /// [`DAMM_V2`] on mainnet.
    pub program: Pubkey,
    pub pool: Pubkey,
    /// Mint A and its token program.
    pub mint_a: (Pubkey, Pubkey),
    /// Mint B and its token program.
    pub mint_b: (Pubkey, Pubkey),
    pub vault_a: Pubkey,
    pub vault_b: Pubkey,
}

impl DammPool {
    /// Discriminator of `swap`.
    pub const SWAP: [u8; 8] = [0xf8, 0xc6, 0x9e, 0x91, 0xe1, 0x75, 0x87, 0xc8];

    /// Owner of the vaults of all pools.
    pub fn authority(&self) -> Pubkey {
        derived(&[b"pool_authority"], &self.program)
    }

    /// Swaps `amount_in` of `mint_in` for at least `min_out` of the pool's other mint, without a
    /// referral; `None` if the pool does not hold `mint_in`.
    pub fn route(&self, mint_in: &Pubkey, amount_in: u64, min_out: u64) -> Option<Route> {
        let ((mint_a, program_a), (mint_b, program_b)) = (self.mint_a, self.mint_b);
        let mint_out = if *mint_in == mint_a {
            mint_b
        } else if *mint_in == mint_b {
            mint_a
        } else {
            return None;
        };
        Some(Route {
            program: self.program,
            discriminator: padded(&Self::SWAP),
            data: exact_in(&Self::SWAP, amount_in, min_out),
            accounts: vec![
                read(self.authority()),
                write(self.pool),
                write(pda::transit(mint_in).0),
                write(pda::transit(&mint_out).0),
                write(self.vault_a),
                write(self.vault_b),
                read(mint_a),
                read(mint_b),
                read(ROUTER.address),
                read(program_a),
                read(program_b),
                // No referral.
                read(self.program),
                read(derived(&[b"__event_authority"], &self.program)),
                read(self.program),
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::venues::tests::{key, listed};

    /// `f8c69e91e17587c8 | amount_in | min_out`; pool authority, pool, input, output, both vaults, both
    /// mints, payer, both token programs, referral (none), event authority, program.
    #[test]
    fn a_damm_route_is_the_one_the_program_reads() {
        let pool = DammPool {
            program: DAMM_V2,
            pool: key(2),
            mint_a: (key(3), key(4)),
            mint_b: (key(5), key(6)),
            vault_a: key(7),
            vault_b: key(8),
        };
        // The one authority that every pool on mainnet shows.
        assert_eq!(
            pool.authority(),
            Pubkey::from_str_const("HLnpSz9h2S4hiLQ43rnSD9XkcUThA7B8hQMKmDaiTLcC")
        );
        let [transit_a, transit_b] = [3, 5].map(|n| pda::transit(&key(n)).0);
        let event_authority = Pubkey::find_program_address(&[b"__event_authority"], &DAMM_V2).0;
        let accounts = |input, output| {
            listed(&[
                ('r', pool.authority()),
                ('w', key(2)),
                ('w', input),
                ('w', output),
                ('w', key(7)),
                ('w', key(8)),
                ('r', key(3)),
                ('r', key(5)),
                ('r', ROUTER.address),
                ('r', key(4)),
                ('r', key(6)),
                ('r', DAMM_V2),
                ('r', event_authority),
                ('r', DAMM_V2),
            ])
        };
        let route = pool.route(&key(3), 0x0102, 0x03).expect("the pool has it");
        assert_eq!(
            route.data,
            [
                248, 198, 158, 145, 225, 117, 135, 200, // swap
                2, 1, 0, 0, 0, 0, 0, 0, // amount in
                3, 0, 0, 0, 0, 0, 0, 0, // least amount out
            ]
        );
        assert_eq!(
            route.discriminator,
            [248, 198, 158, 145, 225, 117, 135, 200]
        );
        assert_eq!(route.accounts, accounts(transit_a, transit_b));
        let back = pool.route(&key(5), 1, 1).expect("the pool has it");
        assert_eq!(back.accounts, accounts(transit_b, transit_a));
        assert_eq!(pool.route(&key(9), 1, 1), None);
    }
}
