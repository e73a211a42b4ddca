//! SPL token-swap: the AMM of local networks and tests.
//!
//! Layout of a pool and arithmetic of a trade: `spl-token-swap` 3.0.0, `state.rs`, `curve/base.rs`,
//! `curve/constant_product.rs`, `curve/fees.rs`.

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

/// What a pool takes from each trade, as fractions of what is paid in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenSwapFees {
    /// Stays with the liquidity: numerator, denominator.
    pub trade: (u64, u64),
    /// Goes to the pool's owner: numerator, denominator.
    pub owner: (u64, u64),
}

/// What one trade takes and brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    /// Raw units taken, fees included; never more than was offered.
    pub spent: u64,
    /// Raw units of the other token.
    pub received: u64,
}

impl TokenSwapFees {
    /// What the program does with `amount` against these reserves; `None` if it refuses because nothing
    /// would come out, or because the reserves are too small to divide by what is offered.
    pub fn trade(&self, amount: u64, reserve_in: u64, reserve_out: u64) -> Option<Trade> {
        let fees = fee(amount, self.trade)?.checked_add(fee(amount, self.owner)?)?;
        let (reserve_in, reserve_out) = (u128::from(reserve_in), u128::from(reserve_out));
        let product = reserve_in.checked_mul(reserve_out)?;
        let offered = reserve_in.checked_add(u128::from(amount).checked_sub(fees)?)?;
        // Against so little, the program finds nothing to divide.
        if product < offered {
            return None;
        }
        // The pool keeps ceil(product / offered), and takes no more than needed for that.
        let kept = product
            .checked_add(offered.checked_sub(1)?)?
            .checked_div(offered)?;
        let taken = if kept.checked_mul(offered)? == product {
            offered
        } else {
            product
                .checked_add(kept.checked_sub(1)?)?
                .checked_div(kept)?
        };
        let received = reserve_out.checked_sub(kept).filter(|out| *out > 0)?;
        let spent = taken.checked_sub(reserve_in)?.checked_add(fees)?;
        Some(Trade {
            spent: u64::try_from(spent).ok()?,
            received: u64::try_from(received).ok()?,
        })
    }
}

/// A fraction of `amount`, at least one raw unit unless the fraction is none.
fn fee(amount: u64, (numerator, denominator): (u64, u64)) -> Option<u128> {
    if numerator == 0 {
        return Some(0);
    }
    let share = u128::from(amount).checked_mul(numerator.into())?;
    Some(share.checked_div(denominator.into())?.max(1))
}

impl TokenSwapPool {
    /// Discriminator of `swap`.
    pub const SWAP: [u8; 1] = [1];
    /// Bytes of a pool's account.
    pub const SPACE: usize = 324;
    /// Where a pool's account names the mint of its first and its second token.
    pub const MINTS: [usize; 2] = [131, 163];

    /// The pool in the account `swap` of `program`, with its fees; `None` if it is none, or not of
    /// constant product.
    ///
    /// `version = 1 | initialized = 1 | bump | token program | reserves | pool mint | mints | fee account |
    /// fees: 8 × u64 | curve = 0 | 32 bytes`.
    pub fn read(program: &Pubkey, swap: &Pubkey, data: &[u8]) -> Option<(Self, TokenSwapFees)> {
        let data: &[u8; Self::SPACE] = data.try_into().ok()?;
        let key = |at: usize| {
            let bytes = data.get(at..at.checked_add(32)?)?;
            Some(Pubkey::new_from_array(bytes.try_into().ok()?))
        };
        let number = |at: usize| {
            let bytes = data.get(at..at.checked_add(8)?)?;
            Some(u64::from_le_bytes(bytes.try_into().ok()?))
        };
        let [version, initialized] = *data.first_chunk()?;
        let curve = *data.get(291)?;
        if (version, initialized, curve) != (1, 1, 0) || key(3)? != TOKEN_PROGRAM {
            return None;
        }
        let [mint_a, mint_b] = Self::MINTS;
        Some((
            Self {
                program: *program,
                swap: *swap,
                mint_a: key(mint_a)?,
                mint_b: key(mint_b)?,
                reserve_a: key(35)?,
                reserve_b: key(67)?,
                pool_mint: key(99)?,
                fee_account: key(195)?,
            },
            TokenSwapFees {
                trade: (number(227)?, number(235)?),
                owner: (number(243)?, number(251)?),
            },
        ))
    }

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
    const FEES: TokenSwapFees = TokenSwapFees {
        trade: (25, 10_000),
        owner: (5, 10_000),
    };

    #[test]
    fn a_trade_keeps_the_product_and_never_takes_more_than_offered() {
        for (amount, reserve_in, reserve_out) in [
            (1_000, 1_000_000, 2_000_000),
            (3, 7, 1_000),
            (u64::MAX / 4, u64::MAX / 4, u64::MAX / 4),
            (5_000_000, 3, 900_000_000),
        ] {
            let Some(trade) = FEES.trade(amount, reserve_in, reserve_out) else {
                panic!("{amount} is enough");
            };
            assert!(trade.spent <= amount && trade.received < reserve_out);
            let before = u128::from(reserve_in) * u128::from(reserve_out);
            let after = (u128::from(reserve_in) + u128::from(trade.spent))
                * u128::from(reserve_out - trade.received);
            assert!(after >= before);
        }
        // The fees take all of it, or nothing comes out.
        assert_eq!(FEES.trade(1, 1_000, 1_000), None);
        assert_eq!(FEES.trade(3, 1_000_000, 10), None);
        assert_eq!(FEES.trade(1_000, 0, 0), None);
        // More is offered than the product of the reserves: 9,970 + 3 after fees, against 3 × 3,324.
        assert_eq!(FEES.trade(10_000, 3, 3_324), None);
        assert!(FEES.trade(10_000, 3, 3_325).is_some());
    }

    #[test]
    fn what_is_no_pool_is_not_read_as_one() {
        let mut data = [0; TokenSwapPool::SPACE];
        data[..2].copy_from_slice(&[1, 1]);
        data[3..35].copy_from_slice(TOKEN_PROGRAM.as_ref());
        data[227..235].copy_from_slice(&25_u64.to_le_bytes());
        let read = |data: &[u8]| TokenSwapPool::read(&key(1), &key(2), data);
        let (pool, fees) = read(&data).expect("a pool");
        assert_eq!((pool.swap, fees.trade), (key(2), (25, 0)));
        assert_eq!(read(&data[1..]), None);
        for at in [0, 1, 3, 291] {
            let mut other = data;
            other[at] = 9;
            assert_eq!(read(&other), None, "byte {at}");
        }
    }
}
