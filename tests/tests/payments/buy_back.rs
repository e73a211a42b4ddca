//! Fees that buy IO back, which is burned.

use crate::fixture::*;
use io_client::{
    Instruction, payments,
    payments::BuyBack,
    pda,
    shared::{
        constants::{DAY, IO, RULE_CHANGE_DELAY, USDC},
        errors::PaymentsError,
        events::{BoughtBack, Burned, BuyBackScheduled},
        ids::{
            TOKEN_PROGRAM, io_mint,
            io_payments::{CONFIG, ROUTER},
        },
        state::{MintConfig, PaymentsConfig},
    },
    venues::padded,
};
use io_tests::{
    Failure, Outcome,
    amm::{AMM_PROGRAM, Trade},
    assert_fails, books,
};
use solana_instruction::AccountMeta;
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

const DAILY: u64 = 50 * USDC;

/// A market with 100 USDC of fees, of which 50 may buy IO back in a day.
fn market() -> Market {
    let mut market = Market::new();
    let authority = market.authority();
    let usdc = market.usdc;
    market
        .world
        .put_token_account(market.fees(&usdc), &CONFIG.address, &usdc, 100 * USDC);
    let schedule = payments::schedule_buy_back(&authority, DAILY);
    let effective_at = market.world.now() + RULE_CHANGE_DELAY;
    let outcome = market.world.run(&[schedule], &[]);
    assert_eq!(
        outcome.event::<BuyBackScheduled>(),
        BuyBackScheduled {
            daily: DAILY,
            effective_at,
        }
    );
    market.world.advance(RULE_CHANGE_DELAY);
    market
}

fn terms(market: &Market, amount: u64) -> BuyBack {
    BuyBack {
        caller: market.authority(),
        io_mint: MINT,
        usdc_mint: market.usdc,
        amount,
        min_io_out: 1,
    }
}

fn instruction(market: &Market, terms: &BuyBack) -> Instruction {
    payments::buy_back(terms, &market.amm.route(&terms.usdc_mint, terms.amount))
}

fn buy_back(market: &mut Market, amount: u64) -> Result<Outcome, Failure> {
    let instruction = instruction(market, &terms(market, amount));
    attempt(&mut market.world, instruction, &[])
}

#[test]
fn fees_buy_io_that_is_burned_to_the_raw_unit() {
    let mut market = market();
    let usdc = market.usdc;
    let fees = market.fees(&usdc);
    let amount = 33 * USDC + 7;
    let Trade { spent, received } = market.amm.quote(&market.world, &usdc, amount);
    let before: MintConfig = market.world.read(&io_mint::CONFIG.address);
    let supply = market.world.supply(&MINT);
    let exact = BuyBack {
        min_io_out: received,
        ..terms(&market, amount)
    };
    let instruction = instruction(&market, &exact);
    let outcome = market.world.run(&[instruction], &[]);
    assert_eq!(
        outcome.event::<BoughtBack>(),
        BoughtBack {
            by: market.authority(),
            venue: pda::venue(&AMM_PROGRAM, &padded(&[1])).0,
            spent,
            burned: received,
        }
    );
    let burned = outcome.event::<Burned>();
    assert_eq!(
        (burned.authority, burned.amount),
        (ROUTER.address, received)
    );
    let after: MintConfig = market.world.read(&io_mint::CONFIG.address);
    assert_eq!(after.burned, before.burned + received);
    assert_eq!(market.world.supply(&MINT), supply - received);
    assert_eq!(market.world.token_balance(&fees), 100 * USDC - spent);
    let config: PaymentsConfig = market.world.read(&CONFIG.address);
    let counted = (config.buy_back_used, config.buy_back_at);
    assert_eq!(counted, (amount, market.world.now()));
    market.assert_transits_empty();
    books::check(&market.world).expect("the books");
}

#[test]
fn a_day_takes_the_limit_and_no_more() {
    let mut market = market();
    let above = PaymentsError::AboveDailyLimit;
    assert_fails(buy_back(&mut market, DAILY + 1), above);
    buy_back(&mut market, 30 * USDC).expect("bought");
    assert_fails(buy_back(&mut market, 20 * USDC + 1), above);
    buy_back(&mut market, 20 * USDC).expect("up to the limit");
    assert_fails(buy_back(&mut market, 1), above);
    market.world.advance(DAY / 2);
    assert_fails(buy_back(&mut market, 25 * USDC + 1), above);
    buy_back(&mut market, 25 * USDC).expect("room again");
    // Off again, at once nothing more than the delay allows.
    let authority = market.authority();
    let off = payments::schedule_buy_back(&authority, 0);
    market.world.run(&[off], &[]);
    market.world.advance(RULE_CHANGE_DELAY - 1);
    buy_back(&mut market, USDC).expect("not off yet");
    market.world.advance(1);
    assert_fails(buy_back(&mut market, USDC), above);
}

#[test]
fn buying_back_is_off_until_it_is_scheduled() {
    let mut market = Market::new();
    let above = PaymentsError::AboveDailyLimit;
    assert_fails(buy_back(&mut market, 1), above);
    let authority = market.authority();
    let schedule = payments::schedule_buy_back(&authority, DAILY);
    market.world.run(&[schedule], &[]);
    market.world.advance(RULE_CHANGE_DELAY - 1);
    assert_fails(buy_back(&mut market, 1), above);
    let stranger = market.world.wallet();
    let schedule = payments::schedule_buy_back(&stranger.pubkey(), u64::MAX);
    assert_fails(
        market.send(schedule, &stranger),
        PaymentsError::Unauthorized,
    );
}

#[test]
fn buying_back_is_refused_for_a_reason() {
    let mut market = market();
    let usdc = market.usdc;
    let before = market.balances();
    let stranger = market.world.wallet();
    let foreign = BuyBack {
        caller: stranger.pubkey(),
        ..terms(&market, USDC)
    };
    let foreign = instruction(&market, &foreign);
    assert_fails(market.send(foreign, &stranger), PaymentsError::Unauthorized);
    let zero = payments::buy_back(&terms(&market, 0), &market.amm.route(&usdc, 1));
    let zero = attempt(&mut market.world, zero, &[]);
    assert_fails(zero, PaymentsError::ZeroAmount);
    let Trade { received, .. } = market.amm.quote(&market.world, &usdc, USDC);
    let greedy = BuyBack {
        min_io_out: received + 1,
        ..terms(&market, USDC)
    };
    let greedy = instruction(&market, &greedy);
    let greedy = attempt(&mut market.world, greedy, &[]);
    assert_fails(greedy, PaymentsError::ReceivedTooLittle);
    let guardian = market.guardian.insecure_clone();
    let pause = payments::set_paused(&guardian.pubkey(), true);
    market.world.run(&[pause], &[&guardian]);
    assert_fails(buy_back(&mut market, USDC), PaymentsError::Paused);
    let authority = market.authority();
    let resume = payments::set_paused(&authority, false);
    market.world.run(&[resume], &[]);
    assert_eq!(market.balances(), before);
    // More than there is.
    let fees = market.fees(&usdc);
    let owner = CONFIG.address;
    market
        .world
        .put_token_account(fees, &owner, &usdc, USDC - 1);
    assert_token_error(buy_back(&mut market, USDC), INSUFFICIENT_FUNDS);
}

/// Whoever sweeps just before cannot stop a buy-back.
#[test]
fn a_sweep_leaves_what_may_buy_back() {
    let mut market = market();
    let usdc = market.usdc;
    let sweep = payments::sweep(&usdc, &TOKEN_PROGRAM, &market.treasury_usdc);
    market.world.run(&[sweep.clone()], &[]);
    let held = market.world.token_balance(&market.treasury_usdc);
    assert_eq!(held, 100 * USDC - DAILY);
    let again = attempt(&mut market.world, sweep, &[]);
    assert_fails(again, PaymentsError::NothingToSweep);
    buy_back(&mut market, DAILY).expect("bought");
}

#[test]
fn what_the_venue_leaves_goes_back_to_the_fees() {
    let mut market = market();
    let usdc = market.usdc;
    let half = market.amm.route(&usdc, 10 * USDC);
    let trade = market.amm.quote(&market.world, &usdc, 10 * USDC);
    let instruction = payments::buy_back(&terms(&market, 20 * USDC), &half);
    let outcome = market.world.run(&[instruction], &[]);
    let bought = outcome.event::<BoughtBack>();
    assert_eq!((bought.spent, bought.burned), (trade.spent, trade.received));
    let fees = market.world.token_balance(&market.fees(&usdc));
    assert_eq!(fees, 100 * USDC - trade.spent);
    market.assert_transits_empty();
}

#[test]
fn buying_back_checks_its_accounts() {
    let mut market = market();
    let usdc = market.usdc;
    let thief = market.world.wallet().pubkey();
    let thief_usdc = market.world.create_token_account(&thief, &usdc, 5 * USDC);
    let router_usdc = market.world.create_token_account(&ROUTER.address, &usdc, 0);
    let good = instruction(&market, &terms(&market, USDC));
    let before = market.balances();
    let wrong = custom(PaymentsError::WrongAccount);
    let transit = custom(PaymentsError::WrongTransit);
    assert_accounts_checked(
        &mut market.world,
        &good,
        &[],
        &[
            (2, pda::asset(&usdc).0, InstructionError::InvalidAccountData),
            (3, pda::fees(&MINT).0, wrong.clone()),
            (3, thief_usdc, wrong.clone()),
            (4, router_usdc, transit.clone()),
            (5, pda::transit(&usdc).0, transit),
            (6, thief, wrong.clone()),
            (7, thief, wrong.clone()),
            (8, usdc, wrong.clone()),
            (9, thief, wrong.clone()),
            (10, thief, wrong.clone()),
            (11, TOKEN_PROGRAM, wrong.clone()),
            (12, thief, wrong.clone()),
            (13, thief, wrong.clone()),
            (14, thief, wrong),
        ],
    );
    assert_eq!(market.balances(), before);
    // A venue may read the mint, as some do; not the fees.
    let mut route = market.amm.route(&usdc, USDC);
    route
        .accounts
        .push(AccountMeta::new(market.amm.pool.fee_account, false));
    route.accounts.push(AccountMeta::new_readonly(MINT, false));
    let reading = payments::buy_back(&terms(&market, USDC), &route);
    market.world.run(&[reading], &[]);
    let fees = market.fees(&usdc);
    route.accounts.push(AccountMeta::new(fees, false));
    let aliasing = payments::buy_back(&terms(&market, USDC), &route);
    assert_token_error(attempt(&mut market.world, aliasing, &[]), DUPLICATE);
    assert!(market.world.supply(&MINT) < 100_000_000 * IO);
}
