//! SPL token-swap: the AMM of local networks and tests.

use super::{Route, derived, exact_in, padded};
use crate::{
    Pubkey,
    instruction::{read, write},
    pda,
};
use io_shared::ids::{TOKEN_PROGRAM, io_payments::ROUTER};

/// A pool of SPL token-swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenSwapPool {
    /// The program, which derives its addresses from whatever id it runs at.
    pub program: Pubkey,
    pub swap: Pubkey,
    pub mint_a: Pubkey,
    pub mint_b: Pubkey,
    /// Token account with the reserve of `mint_a`.
    pub reserve_a: Pubkey,
    /// Token account with the reserve of `mint_b`.
    pub reserve_b: Pubkey,
    pub pool_mint: Pubkey,
    /// Token account of `pool_mint` for the pool owner's fees.
    pub fee_account: Pubkey,
}

impl TokenSwapPool {
    /// Discriminator of `swap`.
    pub const SWAP: [u8; 1] = [1];

    /// Owner of the reserves.
    pub fn authority(&self) -> Pubkey {
        derived(&[self.swap.as_ref()], &self.program)
    }

    /// Swaps `amount_in` of `mint_in` for at least `min_out` of the pool's other mint; `None` if the
    /// pool does not hold `mint_in`.
    pub fn route(&self, mint_in: &Pubkey, amount_in: u64, min_out: u64) -> Option<Route> {
        let (mint_out, reserve_in, reserve_out) = if *mint_in == self.mint_a {
            (self.mint_b, self.reserve_a, self.reserve_b)
        } else if *mint_in == self.mint_b {
            (self.mint_a, self.reserve_b, self.reserve_a)
        } else {
            return None;
        };
        Some(Route {
            program: self.program,
            discriminator: padded(&Self::SWAP),
            data: exact_in(&Self::SWAP, amount_in, min_out),
            accounts: vec![
                read(self.swap),
                read(self.authority()),
                read(ROUTER.address),
                write(pda::transit(mint_in).0),
                write(reserve_in),
                write(reserve_out),
                write(pda::transit(&mint_out).0),
                write(self.pool_mint),
                write(self.fee_account),
                read(TOKEN_PROGRAM),
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::venues::tests::key;
    use solana_program::instruction::AccountMeta;

    /// `01 | amount_in | min_out`; swap, authority, transfer authority, source, pool source, pool
    /// destination, destination, pool mint, fee account, token program.
    #[test]
    fn a_token_swap_route_is_the_one_the_program_reads() {
        let pool = TokenSwapPool {
            program: key(1),
            swap: key(2),
            mint_a: key(3),
            mint_b: key(4),
            reserve_a: key(5),
            reserve_b: key(6),
            pool_mint: key(7),
            fee_account: key(8),
        };
        let [transit_a, transit_b] = [3, 4].map(|n| pda::transit(&key(n)).0);
        let route = pool.route(&key(3), 0x0102, 0x03).expect("the pool has it");
        assert_eq!(
            route.data,
            [1, 2, 1, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]
        );
        assert_eq!(route.discriminator, [1, 0, 0, 0, 0, 0, 0, 0]);
        let accounts = |source, reserve_in, reserve_out, destination| {
            vec![
                AccountMeta::new_readonly(key(2), false),
                AccountMeta::new_readonly(pool.authority(), false),
                AccountMeta::new_readonly(ROUTER.address, false),
                AccountMeta::new(source, false),
                AccountMeta::new(reserve_in, false),
                AccountMeta::new(reserve_out, false),
                AccountMeta::new(destination, false),
                AccountMeta::new(key(7), false),
                AccountMeta::new(key(8), false),
                AccountMeta::new_readonly(TOKEN_PROGRAM, false),
            ]
        };
        assert_eq!(
            route.accounts,
            accounts(transit_a, key(5), key(6), transit_b)
        );
        let back = pool.route(&key(4), 1, 1).expect("the pool has it");
        assert_eq!(
            back.accounts,
            accounts(transit_b, key(6), key(5), transit_a)
        );
        assert_eq!(pool.route(&key(9), 1, 1), None);
    }
}
