//! Orca Whirlpools: concentrated liquidity.

use super::{Route, derived, padded};
use crate::{
    Pubkey,
    instruction::{read, write},
    pda,
};
use io_shared::ids::{TOKEN_PROGRAM, io_payments::ROUTER};

/// The program on mainnet.
pub const WHIRLPOOL: Pubkey = Pubkey::from_str_const("whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc");

/// The memo program, which `swap_v2` wants named.
const MEMO: Pubkey = Pubkey::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");

/// A Whirlpool, and the tick arrays that a swap crosses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whirlpool {
    /// [`WHIRLPOOL`] on mainnet.
    pub program: Pubkey,
    pub pool: Pubkey,
    pub mint_a: Pubkey,
    pub mint_b: Pubkey,
    pub vault_a: Pubkey,
    pub vault_b: Pubkey,
    /// The one with the current price and the next two in the swap's direction.
    pub tick_arrays: [Pubkey; 3],
}

impl Whirlpool {
    /// Discriminator of `swap`.
    pub const SWAP: [u8; 8] = [0xf8, 0xc6, 0x9e, 0x91, 0xe1, 0x75, 0x87, 0xc8];
    /// Discriminator of `swap_v2`.
    pub const SWAP_V2: [u8; 8] = [0x2b, 0x04, 0xed, 0x0b, 0x1a, 0xc9, 0x1e, 0x62];

    /// What the pool adapts its fee by.
    pub fn oracle(&self) -> Pubkey {
        derived(&[b"oracle", self.pool.as_ref()], &self.program)
    }

    /// Whether `mint_in` is mint A; `None` if the pool does not hold it.
    fn a_to_b(&self, mint_in: &Pubkey) -> Option<bool> {
        if *mint_in == self.mint_a {
            Some(true)
        } else if *mint_in == self.mint_b {
            Some(false)
        } else {
            None
        }
    }

    /// `discriminator | amount | threshold | sqrt price limit (none) | amount is input | a to b`.
    fn data(discriminator: &[u8; 8], amount_in: u64, min_out: u64, a_to_b: bool) -> Vec<u8> {
        let mut data = super::exact_in(discriminator, amount_in, min_out);
        data.extend_from_slice(&0_u128.to_le_bytes());
        data.extend_from_slice(&[1, u8::from(a_to_b)]);
        data
    }

    /// Swaps `amount_in` of `mint_in` for at least `min_out` of the pool's other mint by `swap`, for
    /// mints of the SPL token program; `None` if the pool does not hold `mint_in`.
    pub fn route(&self, mint_in: &Pubkey, amount_in: u64, min_out: u64) -> Option<Route> {
        let a_to_b = self.a_to_b(mint_in)?;
        let [one, two, three] = self.tick_arrays;
        Some(Route {
            program: self.program,
            discriminator: padded(&Self::SWAP),
            data: Self::data(&Self::SWAP, amount_in, min_out, a_to_b),
            accounts: vec![
                read(TOKEN_PROGRAM),
                read(ROUTER.address),
                write(self.pool),
                write(pda::transit(&self.mint_a).0),
                write(self.vault_a),
                write(pda::transit(&self.mint_b).0),
                write(self.vault_b),
                write(one),
                write(two),
                write(three),
                // Written by pools with an adaptive fee.
                write(self.oracle()),
            ],
        })
    }

    /// Like [`Whirlpool::route`] by `swap_v2`, for mints of any token program; `programs` are those
    /// of mint A and mint B.
    pub fn route_v2(
        &self,
        programs: [Pubkey; 2],
        mint_in: &Pubkey,
        amount_in: u64,
        min_out: u64,
    ) -> Option<Route> {
        let a_to_b = self.a_to_b(mint_in)?;
        let [one, two, three] = self.tick_arrays;
        let [program_a, program_b] = programs;
        let mut data = Self::data(&Self::SWAP_V2, amount_in, min_out, a_to_b);
        // No remaining accounts.
        data.push(0);
        Some(Route {
            program: self.program,
            discriminator: padded(&Self::SWAP_V2),
            data,
            accounts: vec![
                read(program_a),
                read(program_b),
                read(MEMO),
                read(ROUTER.address),
                write(self.pool),
                read(self.mint_a),
                read(self.mint_b),
                write(pda::transit(&self.mint_a).0),
                write(self.vault_a),
                write(pda::transit(&self.mint_b).0),
                write(self.vault_b),
                write(one),
                write(two),
                write(three),
                write(self.oracle()),
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::venues::tests::{key, listed};

    fn pool() -> Whirlpool {
        Whirlpool {
            program: WHIRLPOOL,
            pool: key(2),
            mint_a: key(3),
            mint_b: key(4),
            vault_a: key(5),
            vault_b: key(6),
            tick_arrays: [key(7), key(8), key(9)],
        }
    }

    fn oracle() -> Pubkey {
        Pubkey::find_program_address(&[b"oracle", &[2; 32]], &WHIRLPOOL).0
    }

    /// `f8c69e91e17587c8 | amount | threshold | sqrt limit | is input | a to b`; token program,
    /// authority, pool, owner A, vault A, owner B, vault B, three tick arrays, oracle.
    #[test]
    fn a_whirlpool_swap_is_the_one_the_program_reads() {
        let [transit_a, transit_b] = [3, 4].map(|n| pda::transit(&key(n)).0);
        let accounts = listed(&[
            ('r', TOKEN_PROGRAM),
            ('r', ROUTER.address),
            ('w', key(2)),
            ('w', transit_a),
            ('w', key(5)),
            ('w', transit_b),
            ('w', key(6)),
            ('w', key(7)),
            ('w', key(8)),
            ('w', key(9)),
            ('w', oracle()),
        ]);
        for (mint, a_to_b) in [(3, 1), (4, 0)] {
            let route = pool().route(&key(mint), 0x0102, 0x03).expect("it has it");
            assert_eq!(
                route.data,
                [
                    248, 198, 158, 145, 225, 117, 135, 200, // swap
                    2, 1, 0, 0, 0, 0, 0, 0, // amount
                    3, 0, 0, 0, 0, 0, 0, 0, // threshold
                    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // no price limit
                    1, a_to_b,
                ]
            );
            assert_eq!(
                route.discriminator,
                [248, 198, 158, 145, 225, 117, 135, 200]
            );
            assert_eq!(route.accounts, accounts, "A before B in both directions");
        }
        assert_eq!(pool().route(&key(9), 1, 1), None);
    }

    /// `2b04ed0b1ac91e62 | … | no remaining accounts`; both token programs, memo, authority, pool, both
    /// mints, owner A, vault A, owner B, vault B, three tick arrays, oracle.
    #[test]
    fn a_whirlpool_swap_v2_is_the_one_the_program_reads() {
        let [transit_a, transit_b] = [3, 4].map(|n| pda::transit(&key(n)).0);
        let route = pool()
            .route_v2([key(10), key(11)], &key(4), 0x0102, 0x03)
            .expect("it has it");
        assert_eq!(
            route.data,
            [
                43, 4, 237, 11, 26, 201, 30, 98, // swap_v2
                2, 1, 0, 0, 0, 0, 0, 0, // amount
                3, 0, 0, 0, 0, 0, 0, 0, // threshold
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // no price limit
                1, 0, // the amount is what goes in; B to A
                0, // no remaining accounts
            ]
        );
        assert_eq!(route.discriminator, [43, 4, 237, 11, 26, 201, 30, 98]);
        assert_eq!(
            route.accounts,
            listed(&[
                ('r', key(10)),
                ('r', key(11)),
                (
                    'r',
                    Pubkey::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
                ),
                ('r', ROUTER.address),
                ('w', key(2)),
                ('r', key(3)),
                ('r', key(4)),
                ('w', transit_a),
                ('w', key(5)),
                ('w', transit_b),
                ('w', key(6)),
                ('w', key(7)),
                ('w', key(8)),
                ('w', key(9)),
                ('w', oracle()),
            ])
        );
        assert_eq!(pool().route_v2([key(10), key(11)], &key(9), 1, 1), None);
    }
}
