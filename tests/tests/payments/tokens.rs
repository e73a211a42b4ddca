//! Other tokens than USDC: wrapped SOL, and such with 6 and with 9 decimals.

use crate::fixture::*;
use io_client::{
    Instruction, Pubkey,
    payments::{self, Part, TokenPayment},
    shared::{
        constants::{IO, USDC},
        errors::PaymentsError,
        events::{Paid, Swept},
        ids::{SYSTEM_PROGRAM, TOKEN_PROGRAM},
        math::fee::fee_of,
        state::PayoutPreference,
    },
    token,
};
use io_tests::{
    World,
    amm::{Amm, Deposit, Trade},
    assert_fails, books,
};
use solana_instruction::AccountMeta;
use solana_keypair::Keypair;
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::{native_mint, state::Mint};

const SOL: u64 = 1_000_000_000;

/// The renter's payment of `amount` raw units of another mint, from `source`.
fn payment(market: &Market, mint: Pubkey, source: Pubkey, amount: u64) -> TokenPayment {
    TokenPayment {
        mint,
        source,
        ..market.usdc_payment(amount, false)
    }
}

/// Pays `amount` with a fee inside, and holds every balance against the pool's arithmetic.
fn pays_to_the_raw_unit(market: &mut Market, amm: &Amm, paid: &TokenPayment, fee_bps: u64) {
    let amount = paid.amount().expect("it fits");
    let fee = fee_of(amount, fee_bps).expect("a fee below 100 %");
    let Trade { spent, received } = amm.quote(&market.world, &paid.mint, amount - fee);
    let before = market.world.token_balance(&paid.source);
    let fees = market.world.token_balance(&market.fees(&paid.mint));
    let route = amm.route(&paid.mint, amount - fee);
    let outcome = market.pay_along(paid, &route).expect("paid");
    let event = outcome.event::<Paid>();
    assert_eq!(
        (event.mint, event.gross, event.fee, event.delivered),
        (paid.mint, fee + spent, fee, received)
    );
    assert_receipt(&market.world, &outcome);
    let world = &market.world;
    assert_eq!(world.token_balance(&paid.source), before - fee - spent);
    let held = world.token_balance(&market.fees(&paid.mint));
    assert_eq!(held, fees + fee);
    assert_eq!(world.token_balance(&market.supplier.io), received);
    books::check(world).expect("the books");
}

/// Sends the fees to a new account of the treasury.
fn sweep(market: &mut Market, mint: &Pubkey, destination: &Pubkey) -> u64 {
    let sweep = payments::sweep(mint, &TOKEN_PROGRAM, destination);
    let outcome = market.world.run(&[sweep], &[]);
    outcome.event::<Swept>().amount
}

#[test]
fn tokens_with_six_and_nine_decimals_are_swapped() {
    // decimals, in the pool, paid, fee in basis points
    for (decimals, reserve, amount, fee_bps) in [
        (6, 30_000 * USDC, 25 * USDC + 1, 150),
        (9, 1_000_000_000_000, 1_000_000_003, 500),
        (9, 1_000_000_000_000, 1_234_567_891, 0),
    ] {
        let mut market = Market::new();
        let mint = market.world.create_mint(decimals);
        let creator = market.world.wallet();
        let source = market
            .world
            .create_token_account(&creator.pubkey(), &mint, reserve);
        let deposit = Deposit {
            mint,
            source,
            amount: reserve,
        };
        let world = &mut market.world;
        let amm = list_with_pool(world, &creator, deposit, 200_000 * IO, fee_bps);
        let renter = market.renter.pubkey();
        let source = market
            .world
            .create_token_account(&renter, &mint, 2 * amount);
        let paid = payment(&market, mint, source, amount);
        pays_to_the_raw_unit(&mut market, &amm, &paid, fee_bps);
        assert_eq!(market.transit(&mint), 0);
    }
}

/// A wallet's associated account with `lamports` of wrapped SOL.
fn wrap(world: &mut World, wallet: &Keypair, lamports: u64) -> Pubkey {
    let (owner, mint) = (wallet.pubkey(), native_mint::ID);
    let account = token::associated(&owner, &mint);
    let mut data = vec![2, 0, 0, 0];
    data.extend_from_slice(&lamports.to_le_bytes());
    let transfer = Instruction {
        program_id: SYSTEM_PROGRAM,
        accounts: vec![
            AccountMeta::new(owner, true),
            AccountMeta::new(account, false),
        ],
        data,
    };
    let sync = spl_token_interface::instruction::sync_native(&TOKEN_PROGRAM, &account);
    world.run(
        &[
            token::create_associated(&owner, &owner, &mint),
            transfer,
            sync.expect("well formed"),
        ],
        &[wallet],
    );
    account
}

/// The mint of wrapped SOL, as every cluster has it.
fn put_native_mint(world: &mut World) {
    let mint = Mint {
        decimals: native_mint::DECIMALS,
        is_initialized: true,
        ..Mint::default()
    };
    let mut data = vec![0; Mint::LEN];
    mint.pack_into_slice(&mut data);
    world.put(native_mint::ID, TOKEN_PROGRAM, data, false);
}

#[test]
fn wrapped_sol_is_paid_kept_as_fee_and_swept() {
    let mut market = Market::new();
    put_native_mint(&mut market.world);
    let mint = native_mint::ID;
    let creator = market.world.wallet();
    let deposit = Deposit {
        mint,
        source: wrap(&mut market.world, &creator, 500 * SOL),
        amount: 500 * SOL,
    };
    let world = &mut market.world;
    let amm = list_with_pool(world, &creator, deposit, 200_000 * IO, 200);
    let renter = market.renter.insecure_clone();
    let source = wrap(&mut market.world, &renter, 5 * SOL);
    let paid = payment(&market, mint, source, SOL + 7);
    pays_to_the_raw_unit(&mut market, &amm, &paid, 200);
    let fee = fee_of(SOL + 7, 200).expect("a fee below 100 %");

    // Lamports that someone sends to the transit, wrapped or not, stop nothing.
    let stray = wrap(&mut market.world, &creator, SOL);
    let transit = io_client::pda::transit(&mint).0;
    let to_transit = io_tests::network::transfer(&stray, &transit, &creator.pubkey(), 9);
    market.world.run(&[to_transit], &[&creator]);
    let again = TokenPayment {
        order: payments::Order {
            id: [1; 32],
            ..paid.order
        },
        ..paid.clone()
    };
    let amount = again.amount().expect("it fits");
    let route = amm.route(&mint, amount - fee);
    market.pay_along(&again, &route).expect("paid");
    assert_eq!(market.transit(&mint), 0);

    let treasury = market.treasury.insecure_clone();
    let destination = wrap(&mut market.world, &treasury, 1);
    assert_eq!(sweep(&mut market, &mint, &destination), 2 * fee);
    let world = &market.world;
    assert_eq!(world.token_balance(&destination), 2 * fee + 1);
    books::check(world).expect("the books");
}

/// Where one raw IO costs 10,000 raw of the token, a part of 1 raw is worth nothing.
#[test]
fn a_part_that_rounds_to_nothing_is_refused() {
    let mut market = Market::new();
    let mint = market.world.create_mint(9);
    let creator = market.world.wallet();
    let reserve = 1_000_000_000_000_000;
    let source = market
        .world
        .create_token_account(&creator.pubkey(), &mint, reserve);
    let deposit = Deposit {
        mint,
        source,
        amount: reserve,
    };
    let amm = list_with_pool(&mut market.world, &creator, deposit, 1_000 * IO, 0);
    let usdc = market.usdc;
    let other = register(&mut market.world, &usdc, PayoutPreference::Usdc);
    let renter = market.renter.pubkey();
    let source = market.world.create_token_account(&renter, &mint, reserve);
    let first = market.part(1_000_000_000);
    let part = |amount| Part {
        supplier_owner: other.owner.pubkey(),
        destination: other.earnings(),
        amount,
    };
    for (parts, paid) in [
        (vec![market.part(1), part(999_999_999)], false),
        (vec![market.part(10_000), part(999_990_000)], false),
        (vec![market.part(20_000), part(999_980_000)], true),
        // The last one gets what rounding leaves.
        (vec![first], true),
    ] {
        let order = payments::Order {
            id: [parts.len() as u8; 32],
            ..market.order()
        };
        let payment = TokenPayment {
            parts,
            order,
            ..payment(&market, mint, source, 0)
        };
        let route = amm.route(&mint, 1_000_000_000);
        let result = market.pay_along(&payment, &route);
        if paid {
            result.expect("everyone gets something");
        } else {
            assert_fails(result, PaymentsError::ReceivedTooLittle);
        }
    }
}
