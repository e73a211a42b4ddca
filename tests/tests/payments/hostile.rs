//! A malicious venue, listed as if it were a good one. Each attack begins with an honest swap, or
//! takes its place, and changes nothing: no account, no balance, no lamport but the fee.

use crate::fixture::*;
use io_client::{
    Instruction, Pubkey,
    payments::{self, PayOut, TokenPayment},
    pda,
    shared::{
        constants::{IO, USDC},
        errors::PaymentsError,
        ids::{
            SYSTEM_PROGRAM, TOKEN_PROGRAM,
            io_payments::{self, CONFIG, EVENT_AUTHORITY, ROUTER},
        },
    },
};
use io_tests::{
    Failure, Outcome,
    hostile::{HOSTILE_PROGRAM, HOSTILE_TWIN, SCRIPT, Script},
};
use solana_instruction::AccountMeta;
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::{
    instruction::{self as token, AuthorityType},
    state::{Account, Mint},
};

const WRAPPED_SOL: Pubkey = Pubkey::from_str_const("So11111111111111111111111111111111111111112");

/// Which payment is attacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    PayToken,
    PayOut,
}

/// A market with the venue listed and stocked, and what a swap through it moves.
struct Trap {
    market: Market,
    way: Way,
    /// Mint swapped from, and mint swapped to.
    mints: [Pubkey; 2],
    /// The router's transits, in the same order.
    from: Pubkey,
    to: Pubkey,
    /// What the router asks the venue to swap, and what an honest swap brings.
    asked: u64,
    brings: u64,
    /// The venue's own accounts of both mints.
    reserve: Pubkey,
    stock: Pubkey,
    thief: Keypair,
    /// The thief's own accounts of both mints.
    loot: [Pubkey; 2],
}

impl Trap {
    fn new(way: Way) -> Self {
        let mut market = Market::new();
        let authority = market.authority();
        market.world.deploy("hostile_venue", HOSTILE_PROGRAM);
        market.world.deploy("hostile_venue", HOSTILE_TWIN);
        market.world.run(
            &[payments::list_venue(&authority, &HOSTILE_PROGRAM, &SCRIPT)],
            &[],
        );
        if way == Way::PayOut {
            market.earn(100 * IO);
        }
        let (mints, asked, brings) = match way {
            Way::PayToken => ([market.usdc, MINT], 98 * USDC, 600 * IO),
            Way::PayOut => ([MINT, market.usdc], 50 * IO, 7 * USDC),
        };
        let venue = Script::default().authority();
        let thief = market.world.wallet();
        let mut account = |owner: &Pubkey, mint: Pubkey, amount: u64| {
            if mint == MINT {
                io_account(&mut market.world, owner, amount)
            } else {
                market.world.create_token_account(owner, &mint, amount)
            }
        };
        let reserve = account(&venue, mints[0], 5);
        let stock = account(&venue, mints[1], brings * 2);
        let loot = mints.map(|mint| account(&thief.pubkey(), mint, 0));
        Self {
            from: pda::transit(&mints[0]).0,
            to: pda::transit(&mints[1]).0,
            market,
            way,
            mints,
            asked,
            brings,
            reserve,
            stock,
            thief,
            loot,
        }
    }

    /// The payment, with no bound of its own.
    fn send(&mut self, script: &Script) -> Result<Outcome, Failure> {
        let route = script.route();
        match self.way {
            Way::PayToken => {
                let payment = TokenPayment {
                    min_io_out: 0,
                    ..self.market.usdc_payment(100 * USDC, false)
                };
                self.market.pay_along(&payment, &route)
            }
            Way::PayOut => {
                let owner = self.market.supplier.owner.insecure_clone();
                let out = PayOut {
                    min_usdc_out: 0,
                    ..self.market.out(&owner, self.asked)
                };
                self.market.send(payments::pay_out(&out, &route), &owner)
            }
        }
    }

    /// Takes what the router lends.
    fn take(&self, script: Script, to: &Pubkey, amount: u64) -> Script {
        script.call(transfer(&self.from, to, &ROUTER.address, amount))
    }

    /// Pays from the venue's stock.
    fn give(&self, script: Script, to: &Pubkey, amount: u64) -> Script {
        let venue = script.authority();
        script.call(transfer(&self.stock, to, &venue, amount))
    }

    /// What an honest venue does.
    fn honest(&self) -> Script {
        let taken = self.take(Script::default(), &self.reserve, self.asked);
        self.give(taken, &self.to, self.brings)
    }

    #[track_caller]
    fn assert_stopped(&mut self, what: &str, script: &Script, reason: &InstructionError) {
        let before = self.market.world.snapshot();
        match self.send(script) {
            Ok(_) => panic!("{:?}: {what} got through", self.way),
            Err(failure) => assert_eq!(
                failure.reason(),
                Some(reason),
                "{:?}: {what}\n{}",
                self.way,
                failure.meta.pretty_logs()
            ),
        }
        self.market.world.assert_unchanged(&before);
    }

    #[track_caller]
    fn assert_refused(&mut self, what: &str, script: &Script, error: PaymentsError) {
        self.assert_stopped(what, script, &custom(error));
    }
}

/// Runs `attack` against a payment and against a pay-out.
fn both(attack: impl Fn(&mut Trap)) {
    for way in [Way::PayToken, Way::PayOut] {
        attack(&mut Trap::new(way));
    }
}

fn transfer(from: &Pubkey, to: &Pubkey, owner: &Pubkey, amount: u64) -> Instruction {
    token::transfer(&TOKEN_PROGRAM, from, to, owner, &[], amount).expect("well formed")
}

fn approve(account: &Pubkey, delegate: &Pubkey) -> Instruction {
    token::approve(
        &TOKEN_PROGRAM,
        account,
        delegate,
        &ROUTER.address,
        &[],
        u64::MAX,
    )
    .expect("well formed")
}

fn assign(account: &Pubkey, kind: AuthorityType, to: &Pubkey) -> Instruction {
    token::set_authority(
        &TOKEN_PROGRAM,
        account,
        Some(to),
        kind,
        &ROUTER.address,
        &[],
    )
    .expect("well formed")
}

fn close(account: &Pubkey, to: &Pubkey) -> Instruction {
    token::close_account(&TOKEN_PROGRAM, account, to, &ROUTER.address, &[]).expect("well formed")
}

/// The system program's `Transfer`.
fn lamports(from: &Pubkey, to: &Pubkey, amount: u64) -> Instruction {
    let mut data = vec![2, 0, 0, 0];
    data.extend_from_slice(&amount.to_le_bytes());
    Instruction {
        program_id: SYSTEM_PROGRAM,
        accounts: vec![AccountMeta::new(*from, true), AccountMeta::new(*to, false)],
        data,
    }
}

#[test]
fn the_same_venue_may_be_honest() {
    both(|trap| {
        let script = trap.honest();
        trap.send(&script).expect("nothing is wrong with it");
        let world = &trap.market.world;
        assert_eq!(world.token_balance(&trap.reserve), trap.asked + 5);
        assert_eq!(world.token_balance(&trap.stock), trap.brings);
        trap.market.assert_transits_empty();
    });
}

#[test]
fn a_venue_that_takes_all_and_returns_nothing() {
    both(|trap| {
        let theft = trap.take(Script::default(), &trap.loot[0], trap.asked);
        trap.assert_refused("the theft of all", &theft, PaymentsError::ReceivedTooLittle);
        let burn = Script::default().call(
            token::burn(
                &TOKEN_PROGRAM,
                &trap.from,
                &trap.mints[0],
                &ROUTER.address,
                &[],
                trap.asked,
            )
            .expect("well formed"),
        );
        trap.market.world.put_supply(&trap.mints[0], u64::MAX / 2);
        trap.assert_refused("burning all", &burn, PaymentsError::ReceivedTooLittle);
    });
}

#[test]
fn a_venue_that_returns_less_than_the_signer_accepts() {
    let mut trap = Trap::new(Way::PayToken);
    let payment = TokenPayment {
        min_io_out: trap.brings + 1,
        ..trap.market.usdc_payment(100 * USDC, false)
    };
    let before = trap.market.world.snapshot();
    let route = trap.honest().route();
    let result = trap.market.pay_along(&payment, &route);
    assert_reason(result, custom(PaymentsError::ReceivedTooLittle));
    trap.market.world.assert_unchanged(&before);
}

#[test]
fn a_venue_that_returns_to_another_account() {
    both(|trap| {
        let taken = trap.take(Script::default(), &trap.reserve, trap.asked);
        let elsewhere = trap.give(taken, &trap.loot[1], trap.brings);
        trap.assert_refused(
            "paying someone else",
            &elsewhere,
            PaymentsError::ReceivedTooLittle,
        );
        // An account of the router of the right mint, which is not the transit.
        let double = match trap.mints[1] {
            MINT => io_account(&mut trap.market.world, &ROUTER.address, 0),
            mint => trap
                .market
                .world
                .create_token_account(&ROUTER.address, &mint, 0),
        };
        let taken = trap.take(Script::default(), &trap.reserve, trap.asked);
        let double = trap.give(taken, &double, trap.brings);
        trap.assert_refused(
            "paying a double of the transit",
            &double,
            PaymentsError::RouterAccountExposed,
        );
    });
}

#[test]
fn a_venue_that_reports_success_for_nothing() {
    both(|trap| {
        let nothing = PaymentsError::ReceivedTooLittle;
        trap.assert_refused("doing nothing", &Script::default(), nothing);
        let boast = Script::default().say(&trap.brings.to_le_bytes());
        trap.assert_refused("boasting", &boast, nothing);
        let naught = trap.take(Script::default(), &trap.reserve, 0);
        let naught = trap.give(naught, &trap.to, 0);
        trap.assert_refused("moving zero", &naught, nothing);
        // What lay there before is not what it brought.
        let [mint, transit] = [trap.mints[1], trap.to];
        trap.market
            .world
            .put_token_account(transit, &ROUTER.address, &mint, 900);
        trap.assert_refused("pointing at what was there", &boast, nothing);
    });
}

#[test]
fn a_venue_that_re_enters_the_router() {
    both(|trap| {
        let thief = trap.thief.pubkey();
        let event = Instruction {
            program_id: io_payments::ID,
            accounts: vec![AccountMeta::new_readonly(EVENT_AUTHORITY.address, true)],
            data: io_client::shared::events::EVENT_TAG.to_vec(),
        };
        let calls = [
            payments::take_earnings(&thief, &trap.loot[0], IO),
            payments::register_supplier(
                &ROUTER.address,
                &ROUTER.address,
                io_client::shared::state::PayoutPreference::Io,
                &thief,
                &MINT,
            ),
            payments::close_receipt(&thief, &ORDER, &thief),
            payments::set_paused(&ROUTER.address, true),
        ];
        let refused = InstructionError::ReentrancyNotAllowed;
        for call in calls {
            // Without the rights that the venue does not have, so that only the re-entrance is tried.
            let mut call = call;
            for account in &mut call.accounts {
                account.is_signer &= account.pubkey == ROUTER.address;
                account.is_writable = false;
            }
            let directly = trap.honest().call(call.clone());
            trap.assert_stopped("re-entering", &directly, &refused);
            let mut detour = Script::of(HOSTILE_TWIN).call(call).instruction();
            for account in &mut detour.accounts {
                account.is_signer = account.pubkey == ROUTER.address;
            }
            detour
                .accounts
                .push(AccountMeta::new_readonly(io_payments::ID, false));
            let by_a_twin = trap.honest().call(detour);
            trap.assert_stopped("re-entering by a detour", &by_a_twin, &refused);
        }
        // A forged event wants a signature that the venue does not have.
        let forged = trap.honest().call(event);
        trap.assert_stopped(
            "forging an event",
            &forged,
            &InstructionError::PrivilegeEscalation,
        );
    });
}

#[test]
fn a_venue_that_closes_a_transit() {
    both(|trap| {
        let thief = trap.thief.pubkey();
        let closed = trap.honest().call(close(&trap.from, &thief));
        trap.assert_refused(
            "closing the transit it emptied",
            &closed,
            PaymentsError::TransitTampered,
        );
        let taken = trap.take(Script::default(), &trap.reserve, trap.asked);
        let closed = taken.call(close(&trap.to, &thief));
        trap.assert_refused(
            "closing the transit swapped to",
            &closed,
            PaymentsError::TransitTampered,
        );
        // Closed and made anew it would have to sign for itself.
        let mut data = vec![0; 4];
        data.extend_from_slice(&2_039_280_u64.to_le_bytes());
        data.extend_from_slice(&165_u64.to_le_bytes());
        data.extend_from_slice(TOKEN_PROGRAM.as_ref());
        let create = Instruction {
            program_id: SYSTEM_PROGRAM,
            accounts: vec![
                AccountMeta::new(trap.thief.pubkey(), true),
                AccountMeta::new(trap.from, true),
            ],
            data,
        };
        let anew = trap.honest().call(close(&trap.from, &thief)).call(create);
        trap.assert_stopped(
            "making the transit anew",
            &anew,
            &InstructionError::PrivilegeEscalation,
        );
    });
}

#[test]
fn a_venue_that_delegates_a_transit() {
    both(|trap| {
        let thief = trap.thief.pubkey();
        for transit in [trap.from, trap.to] {
            let delegated = trap.honest().call(approve(&transit, &thief));
            trap.assert_refused("a delegate", &delegated, PaymentsError::TransitTampered);
            let delegated = Script::default().call(approve(&transit, &thief));
            let taken = trap.take(delegated, &trap.reserve, trap.asked);
            let swapped = trap.give(taken, &trap.to, trap.brings);
            trap.assert_refused(
                "a delegate before the swap",
                &swapped,
                PaymentsError::TransitTampered,
            );
        }
    });
}

#[test]
fn a_venue_that_reassigns_a_transit() {
    both(|trap| {
        let thief = trap.thief.pubkey();
        for transit in [trap.from, trap.to] {
            for kind in [AuthorityType::AccountOwner, AuthorityType::CloseAccount] {
                let assigned = trap.honest().call(assign(&transit, kind, &thief));
                trap.assert_refused("an authority", &assigned, PaymentsError::TransitTampered);
            }
        }
    });
}

#[test]
fn a_venue_that_freezes_a_transit() {
    both(|trap| {
        let venue = Script::default().authority();
        let usdc = trap.market.usdc;
        trap.market.world.put_freeze_authority(&usdc, &venue);
        let transit = pda::transit(&usdc).0;
        let frozen = trap.honest().call(
            token::freeze_account(&TOKEN_PROGRAM, &transit, &usdc, &venue, &[])
                .expect("well formed"),
        );
        trap.assert_refused("freezing", &frozen, PaymentsError::TransitTampered);
    });
}

#[test]
fn a_venue_that_spends_another_account_of_the_router() {
    both(|trap| {
        let world = &mut trap.market.world;
        // A stray account, and the transit of a third asset on which tokens were left.
        let stray = world.create_token_account(&ROUTER.address, &trap.mints[0], 0);
        let third = world.create_mint(9);
        let authority = world.authority.pubkey();
        world.run(
            &[payments::list_asset(
                &authority,
                &third,
                &TOKEN_PROGRAM,
                0,
                0,
            )],
            &[],
        );
        let transit = pda::transit(&third).0;
        world.put_token_account(transit, &ROUTER.address, &third, 77);
        let loot = world.create_token_account(&trap.thief.pubkey(), &third, 0);
        for (account, destination, amount) in [(stray, trap.loot[0], 0), (transit, loot, 77)] {
            let spent =
                trap.honest()
                    .call(transfer(&account, &destination, &ROUTER.address, amount));
            trap.assert_refused(
                "spending another account",
                &spent,
                PaymentsError::RouterAccountExposed,
            );
            trap.assert_stopped(
                "spending another account named read-only",
                &spent.named_readonly(&account),
                &InstructionError::PrivilegeEscalation,
            );
        }
    });
}

#[test]
fn a_venue_that_moves_more_than_asked() {
    both(|trap| {
        // Seven raw units that someone left on the transit are not the venue's.
        let (mint, from) = (trap.mints[0], trap.from);
        trap.market
            .world
            .put_token_account(from, &ROUTER.address, &mint, 7);
        for more in [1, 7] {
            let taken = trap.take(Script::default(), &trap.reserve, trap.asked + more);
            let greedy = trap.give(taken, &trap.to, trap.brings);
            trap.assert_refused("taking more", &greedy, PaymentsError::SpentTooMuch);
        }
        const INSUFFICIENT: InstructionError = InstructionError::Custom(INSUFFICIENT_FUNDS);
        let taken = trap.take(Script::default(), &trap.reserve, trap.asked + 8);
        trap.assert_stopped("taking more than there is", &taken, &INSUFFICIENT);
        // Nor what someone left on the other one.
        let (mint, to) = (trap.mints[1], trap.to);
        trap.market
            .world
            .put_token_account(to, &ROUTER.address, &mint, 9);
        let taken = trap.take(Script::default(), &trap.reserve, trap.asked);
        let backwards = taken.call(transfer(&to, &trap.loot[1], &ROUTER.address, 9));
        trap.assert_refused(
            "taking from the transit swapped to",
            &backwards,
            PaymentsError::ReceivedTooLittle,
        );
    });
}

#[test]
fn a_venue_that_swaps_the_accounts() {
    both(|trap| {
        // The transits change places: the router's own view of them is by address.
        let crossed = Script::default()
            .call(transfer(
                &trap.stock,
                &trap.to,
                &Script::default().authority(),
                trap.brings,
            ))
            .call(transfer(
                &trap.to,
                &trap.loot[1],
                &ROUTER.address,
                trap.brings,
            ));
        let taken = trap.take(crossed, &trap.loot[0], trap.asked);
        trap.assert_refused(
            "giving and taking back",
            &taken,
            PaymentsError::ReceivedTooLittle,
        );
        // The payer's and the supplier's accounts cannot be named at all.
        let market = &trap.market;
        let own = match trap.way {
            Way::PayToken => vec![market.renter.pubkey(), market.renter_usdc, market.receipt()],
            Way::PayOut => vec![
                market.supplier.earnings(),
                market.supplier.usdc,
                pda::fees(&market.usdc).0,
            ],
        };
        for account in own {
            let named = trap.honest().pay(&account, &trap.thief.pubkey(), 0);
            let duplicate = InstructionError::Custom(DUPLICATE);
            trap.assert_stopped("naming the payer's accounts", &named, &duplicate);
        }
    });
}

#[test]
fn a_venue_that_uses_signatures_that_are_not_its_own() {
    both(|trap| {
        let (usdc, authority) = (trap.market.usdc, trap.market.authority());
        let escalation = InstructionError::PrivilegeEscalation;
        // The payer of the transaction's fee has tokens too.
        let purse = trap
            .market
            .world
            .create_token_account(&authority, &usdc, USDC);
        let destination = trap
            .market
            .world
            .create_token_account(&trap.thief.pubkey(), &usdc, 0);
        let theft = trap
            .honest()
            .call(transfer(&purse, &destination, &authority, USDC));
        trap.assert_stopped("the fee payer's tokens", &theft, &escalation);
        let theft = trap
            .honest()
            .call(lamports(&authority, &trap.thief.pubkey(), 1));
        trap.assert_stopped("the fee payer's lamports", &theft, &escalation);
        // The supplier's account may be named, and is its owner's.
        let supplier = (
            trap.market.io_destination(),
            trap.market.supplier.payout.pubkey(),
        );
        let theft = trap
            .honest()
            .call(transfer(&supplier.0, &destination, &supplier.1, 0));
        let result = match trap.way {
            Way::PayToken => escalation.clone(),
            Way::PayOut => InstructionError::Custom(DUPLICATE),
        };
        trap.assert_stopped("the supplier's tokens", &theft, &result);
        // Nor does the router sign for a supplier, or the config.
        for owner in [trap.market.supplier.address(), CONFIG.address] {
            let account = io_account(&mut trap.market.world, &owner, IO);
            let loot = io_account(&mut trap.market.world, &trap.thief.pubkey(), 0);
            let theft = trap.honest().call(transfer(&account, &loot, &owner, IO));
            trap.assert_stopped("a program's signature", &theft, &escalation);
        }
    });
}

#[test]
fn a_venue_that_takes_lamports() {
    both(|trap| {
        let thief = trap.thief.pubkey();
        trap.market.world.fund(&ROUTER.address);
        let escalation = InstructionError::PrivilegeEscalation;
        let sent = trap.honest().call(lamports(&ROUTER.address, &thief, 1));
        trap.assert_stopped("the router's lamports", &sent, &escalation);
        for account in [trap.from, trap.to] {
            let spent = trap.honest().pay(&account, &thief, 1);
            let external = InstructionError::ExternalAccountLamportSpend;
            trap.assert_stopped("a transit's lamports", &spent, &external);
        }
        // Lamports that a venue gives away are a present.
        let present = trap.honest();
        trap.send(&present).expect("nothing else is wrong");
    });
}

/// A transit of wrapped SOL can be closed while tokens are on it: they go with its lamports.
#[test]
fn a_venue_that_unwraps_the_transit() {
    let mut trap = Trap::new(Way::PayToken);
    let (authority, renter) = (trap.market.authority(), trap.market.renter.pubkey());
    let world = &mut trap.market.world;
    let rent = world.rent(Account::LEN as u64);
    world.put_wrapped_sol();
    world.run(
        &[payments::list_asset(
            &authority,
            &WRAPPED_SOL,
            &TOKEN_PROGRAM,
            200,
            1,
        )],
        &[],
    );
    let source = world.wrap_sol(&renter, 10_000_000_000);
    let reserve = world.wrap_sol(&Script::default().authority(), 0);
    let transit = pda::transit(&WRAPPED_SOL).0;
    let payment = TokenPayment {
        mint: WRAPPED_SOL,
        source,
        ..trap.market.usdc_payment(1_000_000_000, false)
    };
    let honest = trap.give(
        Script::default().call(transfer(&transit, &reserve, &ROUTER.address, 980_000_000)),
        &trap.to,
        trap.brings,
    );
    let unwrapped = trap
        .give(Script::default(), &trap.to, trap.brings)
        .call(close(&transit, &trap.thief.pubkey()));
    let before = trap.market.world.snapshot();
    let result = trap.market.pay_along(&payment, &unwrapped.route());
    assert_reason(result, custom(PaymentsError::TransitTampered));
    trap.market.world.assert_unchanged(&before);
    trap.market
        .pay_along(&payment, &honest.route())
        .expect("an honest swap of wrapped SOL");
    assert_eq!(trap.market.world.lamports(&transit), rent);
    assert_eq!(trap.market.world.token_balance(&reserve), 980_000_000);
}

/// Fields of a mint that tests set as no transaction could.
trait Mints {
    fn put_supply(&mut self, mint: &Pubkey, supply: u64);
    fn put_freeze_authority(&mut self, mint: &Pubkey, authority: &Pubkey);
    fn put_wrapped_sol(&mut self);
    fn wrap_sol(&mut self, owner: &Pubkey, amount: u64) -> Pubkey;
}

impl Mints for io_tests::World {
    fn put_supply(&mut self, mint: &Pubkey, supply: u64) {
        edit(self, mint, |mint| mint.supply = supply);
    }

    fn put_freeze_authority(&mut self, mint: &Pubkey, authority: &Pubkey) {
        edit(self, mint, |mint| {
            mint.freeze_authority = Some(*authority).into();
        });
    }

    fn put_wrapped_sol(&mut self) {
        let mint = Mint {
            decimals: 9,
            is_initialized: true,
            ..Mint::default()
        };
        let mut data = vec![0; Mint::LEN];
        mint.pack_into_slice(&mut data);
        self.put(WRAPPED_SOL, TOKEN_PROGRAM, data, false);
    }

    fn wrap_sol(&mut self, owner: &Pubkey, amount: u64) -> Pubkey {
        let address = self.fresh_address();
        let rent = self.rent(Account::LEN as u64);
        let account = Account {
            mint: WRAPPED_SOL,
            owner: *owner,
            amount,
            state: spl_token_interface::state::AccountState::Initialized,
            is_native: Some(rent).into(),
            ..Account::default()
        };
        let mut data = vec![0; Account::LEN];
        account.pack_into_slice(&mut data);
        self.svm
            .set_account(
                address,
                solana_account::Account {
                    lamports: rent + amount,
                    data,
                    owner: TOKEN_PROGRAM,
                    executable: false,
                    rent_epoch: u64::MAX,
                },
            )
            .expect("a good account");
        address
    }
}

fn edit(world: &mut io_tests::World, address: &Pubkey, change: impl FnOnce(&mut Mint)) {
    let mut data = world.data(address);
    let mut mint = Mint::unpack(&data).expect("a mint");
    change(&mut mint);
    mint.pack_into_slice(&mut data);
    world.put(*address, TOKEN_PROGRAM, data, false);
}
