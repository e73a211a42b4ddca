//! The router does not know which venue it swaps through: Saber's stable-swap, whose curve has nothing
//! in common with token-swap's, and routes as long as a transaction takes.

use crate::fixture::*;
use io_client::{
    Instruction, Pubkey,
    payments::{self, TokenPayment},
    pda,
    shared::{
        constants::{IO, USDC},
        errors::PaymentsError,
        events::Paid,
        ids::{TOKEN_PROGRAM, io_payments::ROUTER},
    },
    venues::{Route, padded},
};
use io_tests::hostile::{HOSTILE_PROGRAM, SCRIPT, Script};
use num_bigint::BigUint;
use solana_instruction::AccountMeta;
use solana_signer::Signer;
use spl_token_interface::instruction as token;

const STABLE_SWAP: Pubkey = Pubkey::from_str_const("Stab1eSwapBui1tFromTheRegistry1111111111111");
/// Discriminator of stable-swap's `Swap`.
const SWAP: u8 = 1;
const AMPLIFICATION: u64 = 85;
/// Trade fee, and the part of it that goes to the pool's owner, in basis points.
const TRADE_FEE: u64 = 4;
const OWNER_FEE: u64 = 5_000;

/// A pool of stable-swap between a token with 8 decimals and IO.
struct StablePool {
    address: Pubkey,
    authority: Pubkey,
    mint: Pubkey,
    /// Of the token, and of IO.
    reserves: [Pubkey; 2],
    fees: [Pubkey; 2],
}

impl StablePool {
    fn create(market: &mut Market, amounts: [u64; 2]) -> Self {
        let world = &mut market.world;
        world.deploy("stable_amm", STABLE_SWAP);
        let mint = world.create_mint(8);
        let owner = world.wallet().pubkey();
        let address = world.fresh_address();
        let (authority, bump) = Pubkey::find_program_address(&[address.as_ref()], &STABLE_SWAP);
        // Saber's `SwapInfo`.
        world.put(address, STABLE_SWAP, vec![0; 395], false);
        let pool_mint = world.create_mint_of(8, &authority);
        let shares = world.create_token_account(&owner, &pool_mint, 0);
        let pool = Self {
            address,
            authority,
            mint,
            reserves: [
                world.create_token_account(&authority, &mint, amounts[0]),
                io_account(world, &authority, amounts[1]),
            ],
            fees: [
                world.create_token_account(&owner, &mint, 0),
                io_account(world, &owner, 0),
            ],
        };
        let mut data = vec![0, bump];
        for number in [
            AMPLIFICATION,
            OWNER_FEE,
            10_000,
            OWNER_FEE,
            10_000,
            TRADE_FEE,
            10_000,
            TRADE_FEE,
            10_000,
        ] {
            data.extend_from_slice(&number.to_le_bytes());
        }
        let initialize = Instruction {
            program_id: STABLE_SWAP,
            accounts: vec![
                AccountMeta::new(address, false),
                AccountMeta::new_readonly(authority, false),
                AccountMeta::new_readonly(owner, false),
                AccountMeta::new_readonly(pool.fees[0], false),
                AccountMeta::new_readonly(pool.fees[1], false),
                AccountMeta::new_readonly(mint, false),
                AccountMeta::new_readonly(pool.reserves[0], false),
                AccountMeta::new_readonly(MINT, false),
                AccountMeta::new_readonly(pool.reserves[1], false),
                AccountMeta::new(pool_mint, false),
                AccountMeta::new(shares, false),
                AccountMeta::new_readonly(TOKEN_PROGRAM, false),
            ],
            data,
        };
        world.run(&[initialize], &[]);
        pool
    }

    /// Swaps `amount` of the token for IO.
    fn route(&self, amount: u64) -> Route {
        let mut data = vec![SWAP];
        data.extend_from_slice(&amount.to_le_bytes());
        data.extend_from_slice(&0_u64.to_le_bytes());
        Route {
            program: STABLE_SWAP,
            discriminator: padded(&[SWAP]),
            data,
            accounts: vec![
                AccountMeta::new_readonly(self.address, false),
                AccountMeta::new_readonly(self.authority, false),
                AccountMeta::new_readonly(ROUTER.address, false),
                AccountMeta::new(pda::transit(&self.mint).0, false),
                AccountMeta::new(self.reserves[0], false),
                AccountMeta::new(self.reserves[1], false),
                AccountMeta::new(pda::transit(&MINT).0, false),
                AccountMeta::new(self.fees[1], false),
                AccountMeta::new_readonly(TOKEN_PROGRAM, false),
            ],
        }
    }
}

/// What the pool brings for `amount`, and what its owner gets, by Curve's published algorithm.
fn stable_trade(amount: u64, reserve_in: u64, reserve_out: u64) -> (u64, u64) {
    let big = BigUint::from;
    let ann = big(AMPLIFICATION * 2);
    let close = |a: &BigUint, b: &BigUint| a.max(b) - a.min(b) <= big(1);
    // D, the amount of tokens at equal prices.
    let sum = big(reserve_in) + reserve_out;
    let mut d = sum.clone();
    loop {
        let product = &d * &d / (2_u8 * big(reserve_in)) * &d / (2_u8 * big(reserve_out));
        let next = (&ann * &sum + 2_u8 * &product) * &d / ((&ann - 1_u8) * &d + 3_u8 * &product);
        let done = close(&next, &d);
        d = next;
        if done {
            break;
        }
    }
    // y, what keeps D with the new reserve.
    let x = big(reserve_in) + amount;
    let c = &d * &d / (2_u8 * &x) * &d / (2_u8 * &ann);
    let b = &d / &ann + &x;
    let mut y = d.clone();
    loop {
        let next = (&y * &y + &c) / (2_u8 * &y + &b - &d);
        let done = close(&next, &y);
        y = next;
        if done {
            break;
        }
    }
    let out = u64::try_from(big(reserve_out) - y).expect("fits") - 1;
    let fee = (u128::from(out) * u128::from(TRADE_FEE) / 10_000) as u64;
    (out - fee, fee * OWNER_FEE / 10_000)
}

#[test]
fn another_amm_is_just_another_venue() {
    let mut market = Market::new();
    let authority = market.authority();
    let pool = StablePool::create(&mut market, [900_000 * IO, 1_100_000 * IO]);
    market.world.run(
        &[
            payments::list_asset(&authority, &pool.mint, &TOKEN_PROGRAM, 200, 1),
            payments::list_venue(&authority, &STABLE_SWAP, &[SWAP]),
        ],
        &[],
    );
    let renter = market.renter.pubkey();
    let source = market
        .world
        .create_token_account(&renter, &pool.mint, 1_000_000 * IO);
    let mut fees = 0;
    for (number, amount, fee_on_top) in [
        (1, 100 * IO, false),
        (2, 12_345 * IO + 67, true),
        (3, 300_000 * IO + 1, false),
        (4, 1_001, false),
    ] {
        let payment = TokenPayment {
            mint: pool.mint,
            source,
            order: payments::Order {
                id: [number; 32],
                ..market.order()
            },
            ..market.usdc_payment(amount, fee_on_top)
        };
        let fee = io_client::shared::math::fee::fee_of(amount, 200).expect("a small fee");
        let net = if fee_on_top { amount } else { amount - fee };
        let [reserve_in, reserve_out] = pool
            .reserves
            .map(|account| market.world.token_balance(&account));
        let (brings, owner) = stable_trade(net, reserve_in, reserve_out);
        let before = market.world.token_balance(&market.supplier.io);
        let outcome = market
            .pay_along(&payment, &pool.route(net))
            .expect("the pool is deep");
        let paid = outcome.event::<Paid>();
        assert_eq!((paid.gross, paid.fee), (net + fee, fee));
        assert_eq!(paid.delivered, brings, "{amount}");
        fees += fee;
        let world = &market.world;
        assert_eq!(world.token_balance(&market.supplier.io), before + brings);
        assert_eq!(world.token_balance(&pda::fees(&pool.mint).0), fees);
        assert_eq!(
            pool.reserves.map(|account| world.token_balance(&account)),
            [reserve_in + net, reserve_out - brings - owner]
        );
        assert_eq!((market.transit(&pool.mint), market.transit(&MINT)), (0, 0));
    }
}

#[test]
fn another_amm_is_held_to_the_same_bounds() {
    let mut market = Market::new();
    let authority = market.authority();
    let pool = StablePool::create(&mut market, [900_000 * IO, 1_100_000 * IO]);
    market.world.run(
        &[
            payments::list_asset(&authority, &pool.mint, &TOKEN_PROGRAM, 200, 1),
            payments::list_venue(&authority, &STABLE_SWAP, &[SWAP]),
        ],
        &[],
    );
    let renter = market.renter.pubkey();
    let payment = TokenPayment {
        mint: pool.mint,
        source: market
            .world
            .create_token_account(&renter, &pool.mint, 1_000 * IO),
        ..market.usdc_payment(100 * IO, false)
    };
    let (brings, _) = stable_trade(98 * IO, 900_000 * IO, 1_100_000 * IO);
    let greedy = TokenPayment {
        min_io_out: brings + 1,
        ..payment.clone()
    };
    let before = market.world.snapshot();
    for (payment, route, error) in [
        (
            &greedy,
            pool.route(98 * IO),
            PaymentsError::ReceivedTooLittle,
        ),
        // It swaps nothing for nothing, and says that all went well.
        (&payment, pool.route(0), PaymentsError::ReceivedTooLittle),
        (&payment, pool.route(97 * IO), PaymentsError::TooMuchLeft),
    ] {
        let result = market.pay_along(payment, &route);
        assert_reason(result, custom(error));
    }
    market.world.assert_unchanged(&before);
    let exact = TokenPayment {
        min_io_out: brings,
        ..payment
    };
    market
        .pay_along(&exact, &pool.route(98 * IO))
        .expect("exactly enough");
}

/// An honest swap through the scripted venue, with as many accounts as make `count` in all; every one
/// of them another token account that the venue may write to.
fn long_route(market: &mut Market, asked: u64, brings: u64, count: usize) -> Route {
    let venue = Script::default().authority();
    let usdc = market.usdc;
    let world = &mut market.world;
    let reserve = world.create_token_account(&venue, &usdc, 0);
    let stock = io_account(world, &venue, brings);
    let transfer = |from: &Pubkey, to: &Pubkey, owner: &Pubkey, amount| {
        token::transfer(&TOKEN_PROGRAM, from, to, owner, &[], amount).expect("well formed")
    };
    let [from, to] = [usdc, MINT].map(|mint| pda::transit(&mint).0);
    let mut route = Script::default()
        .call(transfer(&from, &reserve, &ROUTER.address, asked))
        .call(transfer(&stock, &to, &venue, brings))
        .route();
    while route.accounts.len() < count {
        let account = world.create_token_account(&venue, &usdc, 0);
        route.accounts.push(AccountMeta::new(account, false));
    }
    route
}

/// 64 accounts are the most that a transaction may lock.
#[test]
fn a_route_may_be_as_long_as_a_transaction_takes() {
    const LOCKS: usize = 64;
    let mut market = Market::new();
    let authority = market.authority();
    market.world.deploy("hostile_venue", HOSTILE_PROGRAM);
    market.world.run(
        &[payments::list_venue(&authority, &HOSTILE_PROGRAM, &SCRIPT)],
        &[],
    );
    let payment = market.usdc_payment(100 * USDC, false);
    let renter = market.renter.insecure_clone();
    let locks = |instruction: &Instruction| {
        let mut addresses: Vec<Pubkey> = instruction
            .accounts
            .iter()
            .map(|account| account.pubkey)
            .collect();
        // The payer of the fee.
        addresses.push(authority);
        addresses.push(instruction.program_id);
        addresses.sort_unstable();
        addresses.dedup();
        addresses
    };
    let mut longest = None;
    for count in 7.. {
        let route = long_route(&mut market, 98 * USDC, 600 * IO, count);
        let instruction = payments::pay_token(&payment, &route);
        let addresses = locks(&instruction);
        if addresses.len() > LOCKS {
            break;
        }
        longest = Some((count, instruction, addresses));
    }
    let (count, instruction, addresses) = longest.expect("some length fits");
    assert_eq!(addresses.len(), LOCKS);
    assert_eq!(count, 50);
    let outcome = send_v0(&mut market.world, &[instruction], &[&renter]).expect("paid");
    assert_eq!(outcome.event::<Paid>().delivered, 600 * IO);
}
