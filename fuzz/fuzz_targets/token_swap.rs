//! Pools of SPL token-swap, and what a trade against them brings.
#![no_main]

use arbitrary::Arbitrary;
use io_client::{
    Pubkey,
    shared::ids::TOKEN_PROGRAM,
    venues::{TokenSwapFees, TokenSwapPool, Trade},
};
use libfuzzer_sys::fuzz_target;
use num_bigint::BigUint;

#[derive(Arbitrary, Debug)]
struct Input {
    /// The account, or only what is in it beside the constants of a pool.
    whole: bool,
    account: Vec<u8>,
    /// The fees, unless they are the account's.
    fees: Option<[u64; 4]>,
    amount: u64,
    reserves: [u64; 2],
    route: bool,
}

impl Input {
    fn account(&self) -> Vec<u8> {
        let mut account = self.account.clone();
        if !self.whole {
            account.resize(TokenSwapPool::SPACE, 0);
            account[..2].copy_from_slice(&[1, 1]);
            account[3..35].copy_from_slice(TOKEN_PROGRAM.as_ref());
            account[291] = 0;
        }
        account
    }
}

/// `CheckedCeilDiv` of spl-math 0.1.0, in exact arithmetic: the quotient and the divisor adjusted to it.
fn ceil_div(dividend: &BigUint, divisor: &BigUint) -> Option<(BigUint, BigUint)> {
    if *divisor == BigUint::ZERO || dividend < divisor {
        return None;
    }
    let up = |a: &BigUint, b: &BigUint| (a + b - 1_u8) / b;
    let quotient = up(dividend, divisor);
    let exact = &quotient * divisor == *dividend;
    let divisor = if exact {
        divisor.clone()
    } else {
        up(dividend, &quotient)
    };
    Some((quotient, divisor))
}

/// What spl-token-swap 3.0.0 does, in exact arithmetic.
fn exact(fees: &TokenSwapFees, amount: u64, [source, destination]: [u64; 2]) -> Option<Trade> {
    let fee = |(numerator, denominator): (u64, u64)| {
        if numerator == 0 || amount == 0 {
            return Some(BigUint::ZERO);
        }
        let share = BigUint::from(amount) * numerator;
        let share = (denominator != 0).then(|| share / denominator)?;
        Some(share.max(1_u8.into()))
    };
    let [amount, source, destination] = [amount, source, destination].map(BigUint::from);
    let fees = fee(fees.trade)? + fee(fees.owner)?;
    let traded = (amount >= fees).then(|| &amount - &fees)?;
    let (kept, taken) = ceil_div(&(&source * &destination), &(&source + traded))?;
    let received = (destination > kept).then(|| &destination - &kept)?;
    let spent = (taken >= source).then(|| &taken - &source)? + fees;
    assert!(
        &taken * &kept >= &source * &destination,
        "the product falls"
    );
    assert!(spent <= amount, "more is taken than was offered");
    Some(Trade {
        spent: u64::try_from(spent).expect("at most the amount"),
        received: u64::try_from(received).expect("at most the reserve"),
    })
}

fuzz_target!(|input: Input| {
    let account = input.account();
    let (program, swap) = (
        Pubkey::new_from_array([1; 32]),
        Pubkey::new_from_array([2; 32]),
    );
    let read = TokenSwapPool::read(&program, &swap, &account);
    let is_pool = account.len() == TokenSwapPool::SPACE
        && account[..2] == [1, 1]
        && account[3..35] == *TOKEN_PROGRAM.as_ref()
        && account[291] == 0;
    assert_eq!(read.is_some(), is_pool);
    let Some((pool, fees)) = read else { return };

    let keys = [
        pool.reserve_a,
        pool.reserve_b,
        pool.pool_mint,
        pool.mint_a,
        pool.mint_b,
        pool.fee_account,
    ];
    assert_eq!(keys.map(|key| key.to_bytes()).concat(), account[35..227]);
    let numbers = [fees.trade.0, fees.trade.1, fees.owner.0, fees.owner.1];
    assert_eq!(numbers.map(u64::to_le_bytes).concat(), account[227..259]);

    let fees = input.fees.map_or(fees, |[a, b, c, d]| TokenSwapFees {
        trade: (a, b),
        owner: (c, d),
    });
    let [reserve_in, reserve_out] = input.reserves;
    let trade = fees.trade(input.amount, reserve_in, reserve_out);
    assert_eq!(
        trade,
        exact(&fees, input.amount, input.reserves),
        "{fees:?}"
    );

    // Deriving addresses takes longer than all the rest.
    if !input.route {
        return;
    }
    for (mint, other) in [(pool.mint_a, pool.mint_b), (pool.mint_b, pool.mint_a)] {
        if mint == other {
            continue;
        }
        let route = pool
            .route(&mint, input.amount, reserve_out)
            .expect("a mint of the pool");
        assert_eq!(route.data[..1], TokenSwapPool::SWAP);
        assert_eq!(route.data[1..9], input.amount.to_le_bytes());
        assert_eq!(route.data[9..], reserve_out.to_le_bytes());
        let ends = [3, 6].map(|at: usize| route.accounts[at].pubkey);
        assert_eq!(
            ends,
            [mint, other].map(|mint| io_client::pda::transit(&mint).0)
        );
    }
});
