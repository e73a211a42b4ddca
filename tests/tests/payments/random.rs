//! Random payments, refunds, pay-outs, sweeps and buy-backs: after each, all books hold, and a refusal
//! has moved nothing.

use crate::fixture::*;
use io_client::{
    Instruction, Pubkey,
    payments::{self, BuyBack, Order, Part, PayOut, TokenPayment},
    shared::{
        constants::{DAY, RULE_CHANGE_DELAY, USDC},
        errors::PaymentsError,
        events::{BoughtBack, EarningsTaken, Paid, PaidOut, Refunded, Swept},
        ids::TOKEN_PROGRAM,
        math::fee::fee_of,
        state::{PayoutPreference, Supplier},
    },
};
use io_tests::{Outcome, books};
use proptest::prelude::*;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::collections::BTreeMap;

/// A supplier whose payout wallet is its owner, and raw IO that should be on its two accounts.
struct Member {
    owner: Keypair,
    io: Pubkey,
    usdc: Pubkey,
    due: u64,
}

/// An order that was paid: by whom, until when it stands, and each part with what was given back.
struct Settled {
    by_gateway: bool,
    id: [u8; 32],
    expires_at: i64,
    parts: Vec<(usize, u64, u64)>,
}

struct Play {
    market: Market,
    gateway: Keypair,
    gateway_usdc: Pubkey,
    gateway_io: Pubkey,
    members: Vec<Member>,
    settled: Vec<Settled>,
    /// Raw USDC that should be in the fee vault.
    fees: u64,
    orders: u64,
    /// How many steps were carried out.
    done: u64,
}

impl Play {
    fn new() -> Self {
        let mut market = Market::new();
        let authority = market.authority();
        let usdc = market.usdc;
        let gateway = market.world.wallet();
        let key = gateway.pubkey();
        market.world.run(
            &[
                payments::list_gateway(&authority, &key, 300, 5_000 * USDC),
                payments::schedule_buy_back(&authority, 2 * USDC),
            ],
            &[],
        );
        market.world.advance(RULE_CHANGE_DELAY);
        let members = (0..3)
            .map(|_| {
                let owner = market.world.wallet();
                let key = owner.pubkey();
                let io = io_account(&mut market.world, &key, 0);
                let usdc = market.world.create_token_account(&key, &usdc, 0);
                let preference = PayoutPreference::Usdc;
                let register = payments::register_supplier(&key, &key, preference, &key, &MINT);
                market.world.run(&[register], &[&owner]);
                Member {
                    owner,
                    io,
                    usdc,
                    due: 0,
                }
            })
            .collect();
        let world = &mut market.world;
        Self {
            gateway_usdc: world.create_token_account(&key, &usdc, 100_000 * USDC),
            gateway_io: io_account(world, &key, 0),
            gateway,
            members,
            settled: Vec::new(),
            fees: 0,
            orders: 0,
            done: 0,
            market,
        }
    }

    fn supplier(&self, index: usize) -> (Pubkey, Supplier) {
        let address = io_client::pda::supplier(&self.members[index].owner.pubkey()).0;
        (address, self.market.world.read(&address))
    }

    /// Parts for `count` members from `first` on.
    fn parts(&self, first: usize, count: usize, amount: u64) -> Vec<Part> {
        (0..count)
            .map(|n| {
                let index = (first + n) % self.members.len();
                let member = &self.members[index];
                let (_, supplier) = self.supplier(index);
                Part {
                    supplier_owner: member.owner.pubkey(),
                    destination: payments::io_destination(&supplier, &member.io),
                    amount: amount / (n as u64 + 1),
                }
            })
            .collect()
    }

    /// What every token account holds.
    fn tokens(&self) -> BTreeMap<[u8; 32], Vec<u8>> {
        let accounts = self.market.world.svm.get_program_accounts(&TOKEN_PROGRAM);
        accounts
            .into_iter()
            .map(|(address, account)| (address.to_bytes(), account.data))
            .collect()
    }

    /// Sends it, and if it fails, by an error of ours or for want of tokens, nothing has moved.
    fn attempt(&mut self, instruction: Instruction) -> Option<Outcome> {
        let before = self.tokens();
        let keys: Vec<Keypair> = self
            .members
            .iter()
            .map(|member| &member.owner)
            .chain([&self.gateway, &self.market.renter])
            .map(Keypair::insecure_clone)
            .collect();
        let keys: Vec<&Keypair> = keys.iter().collect();
        match attempt(&mut self.market.world, instruction, &keys) {
            Ok(outcome) => {
                self.done += 1;
                Some(outcome)
            }
            Err(failure) => {
                let code = failure.code().expect("an error of a program");
                let ours = PaymentsError::from_code(code);
                assert!(
                    ours.is_some() || code == INSUFFICIENT_FUNDS,
                    "{code}: {}",
                    failure.meta.pretty_logs()
                );
                assert_eq!(self.tokens(), before, "a refusal moved something");
                None
            }
        }
    }

    fn step(&mut self, what: u8, who: usize, raw: u64) {
        let amount = 20_000 + raw % (60 * USDC);
        let count = 1 + who % 3;
        match what % 10 {
            0 => self.pay(count, who, amount, false, false),
            1 | 2 => self.pay(count, who, amount, true, false),
            3 => self.pay(count, who, amount, true, true),
            4 | 5 => self.refund(who, raw),
            6 => self.pay_out(who % 3, raw),
            7 => self.take(who % 3, raw),
            8 => self.fees(who, raw),
            _ => self.change(who, raw),
        }
        self.check();
    }

    fn pay(&mut self, count: usize, first: usize, amount: u64, swap: bool, fiat: bool) {
        self.orders += 1;
        let mut id = [0; 32];
        id[..8].copy_from_slice(&self.orders.to_le_bytes());
        let order = Order {
            id,
            expires_at: self.market.world.now() + 2 * DAY,
        };
        let parts = self.parts(first, count, amount);
        let payer = if fiat {
            &self.gateway
        } else {
            &self.market.renter
        };
        let payer = payer.pubkey();
        let payment = TokenPayment {
            payer,
            parts: parts.clone(),
            order,
            source: if fiat {
                self.gateway_usdc
            } else {
                self.market.renter_usdc
            },
            ..self.market.usdc_payment(0, first.is_multiple_of(2))
        };
        let instruction = if swap {
            let total = payment.amount().expect("it fits");
            let bps = if fiat { 300 } else { FEE_BPS };
            let inside = fee_of(total, bps).expect("a fee below 100 %");
            let net = if payment.fee_on_top {
                total
            } else {
                total - inside
            };
            let route = self.market.amm.route(&self.market.usdc, net);
            if fiat {
                payments::pay_fiat(&payment, &id, &route)
            } else {
                payments::pay_token(&payment, &route)
            }
        } else {
            payments::pay_io_split(&payer, &self.market.renter_io, &parts, &order)
        };
        let Some(outcome) = self.attempt(instruction) else {
            return;
        };
        assert_receipt(&self.market.world, &outcome);
        self.fees += outcome.event::<Paid>().fee;
        let members = self.members.len();
        let parts: Vec<_> = parts_of(&outcome)
            .iter()
            .enumerate()
            .map(|(n, part)| ((first + n) % members, part.delivered, 0))
            .collect();
        for (index, delivered, _) in &parts {
            self.members[*index].due += delivered;
        }
        self.settled.push(Settled {
            by_gateway: fiat,
            id,
            expires_at: order.expires_at,
            parts,
        });
    }

    fn refund(&mut self, who: usize, raw: u64) {
        let Some(index) = who.checked_rem(self.settled.len()) else {
            return;
        };
        let settled = &self.settled[index];
        let part = raw as usize % settled.parts.len();
        let (member, delivered, refunded) = settled.parts[part];
        let (_, supplier) = self.supplier(member);
        let wallet = self.members[member].io;
        let source = if who.is_multiple_of(2) {
            supplier.earnings
        } else {
            wallet
        };
        let (payer, destination) = if settled.by_gateway {
            (self.gateway.pubkey(), self.gateway_io)
        } else {
            (self.market.renter.pubkey(), self.market.renter_io)
        };
        // Often all of it, sometimes more.
        let amount = (raw % (delivered + delivered / 8 + 1)).min(delivered - refunded + raw % 2);
        let instruction = payments::refund(
            &self.members[member].owner.pubkey(),
            &payer,
            &settled.id,
            &source,
            &destination,
            amount,
        );
        if let Some(outcome) = self.attempt(instruction) {
            let given = outcome.event::<Refunded>();
            assert!(given.refunded <= delivered && given.amount == amount);
            let (_, _, refunded) = &mut self.settled[index].parts[part];
            *refunded += amount;
            assert_eq!(given.refunded, *refunded);
            self.members[member].due -= amount;
        }
    }

    fn pay_out(&mut self, member: usize, raw: u64) {
        let owner = self.members[member].owner.pubkey();
        let (_, supplier) = self.supplier(member);
        let held = self.market.world.token_balance(&supplier.earnings);
        let amount = raw % (held + held / 10 + 1);
        let out = PayOut {
            caller: owner,
            supplier_owner: owner,
            io_mint: MINT,
            usdc_mint: self.market.usdc,
            destination: self.members[member].usdc,
            amount,
            min_usdc_out: 1,
        };
        if amount < 100_000 {
            return; // The pool refuses what brings nothing.
        }
        let route = self.market.amm.route(&MINT, amount);
        if let Some(outcome) = self.attempt(payments::pay_out(&out, &route)) {
            let paid = outcome.event::<PaidOut>();
            self.members[member].due -= paid.sold;
            self.fees += paid.fee;
        }
    }

    fn take(&mut self, member: usize, raw: u64) {
        let owner = self.members[member].owner.pubkey();
        let (_, supplier) = self.supplier(member);
        let held = self.market.world.token_balance(&supplier.earnings);
        let amount = raw % (held + held / 10 + 1);
        let take = payments::take_earnings(&owner, &self.members[member].io, amount);
        if let Some(outcome) = self.attempt(take) {
            assert_eq!(outcome.event::<EarningsTaken>().amount, amount);
        }
    }

    fn fees(&mut self, who: usize, raw: u64) {
        let usdc = self.market.usdc;
        if who.is_multiple_of(2) {
            let sweep = payments::sweep(&usdc, &TOKEN_PROGRAM, &self.market.treasury_usdc);
            if let Some(outcome) = self.attempt(sweep) {
                self.fees -= outcome.event::<Swept>().amount;
            }
            return;
        }
        let terms = BuyBack {
            caller: self.market.authority(),
            io_mint: MINT,
            usdc_mint: usdc,
            amount: 100 + raw % (2 * USDC),
            min_io_out: 1,
        };
        let route = self.market.amm.route(&usdc, terms.amount);
        if let Some(outcome) = self.attempt(payments::buy_back(&terms, &route)) {
            self.fees -= outcome.event::<BoughtBack>().spent;
        }
    }

    /// Time passes, a supplier changes its mind, or a receipt is closed.
    fn change(&mut self, who: usize, raw: u64) {
        match raw % 3 {
            0 => self
                .market
                .world
                .advance(i64::try_from(raw % 40_000).expect("small")),
            1 => {
                let owner = self.members[who % 3].owner.pubkey();
                let preference = if who.is_multiple_of(2) {
                    PayoutPreference::Io
                } else {
                    PayoutPreference::Usdc
                };
                let set = payments::set_supplier(&owner, preference, &owner, 0);
                self.attempt(set).expect("at any time");
            }
            _ => {
                let Some(index) = who.checked_rem(self.settled.len()) else {
                    return;
                };
                let settled = &self.settled[index];
                let payer = if settled.by_gateway {
                    self.gateway.pubkey()
                } else {
                    self.market.renter.pubkey()
                };
                let expired = self.market.world.now() >= settled.expires_at;
                let close = payments::close_receipt(&payer, &settled.id, &payer);
                assert_eq!(self.attempt(close).is_some(), expired);
                if expired {
                    self.settled.remove(index);
                }
            }
        }
    }

    fn check(&self) {
        books::check_untouched(&self.market.world).expect("the books");
        let world = &self.market.world;
        for (index, member) in self.members.iter().enumerate() {
            let (_, supplier) = self.supplier(index);
            let held = world.token_balance(&supplier.earnings) + world.token_balance(&member.io);
            assert_eq!(held, member.due, "supplier {index}");
        }
        let held = world.token_balance(&self.market.fees(&self.market.usdc));
        assert_eq!(held, self.fees);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn the_books_hold_after_every_step(
        steps in prop::collection::vec((any::<u8>(), 0..600_usize, any::<u64>()), 90..120),
    ) {
        let mut play = Play::new();
        for (what, who, raw) in &steps {
            play.step(*what, *who, *raw);
        }
        // Not all refused.
        prop_assert!(play.done as usize > steps.len() / 3, "{} of {}", play.done, steps.len());
    }
}

/// The shortest play in which each kind of step is carried out.
#[test]
fn every_kind_of_step_is_carried_out() {
    let mut play = Play::new();
    for (what, who, raw) in [
        (0, 2, 1_000_000_000),
        (1, 0, 50_000_000),
        (2, 1, 50_000_000),
        (3, 2, 50_000_000),
        (4, 0, 1_000),
        (6, 2, 10_000_001),
        (7, 2, 10_000_001),
        (8, 1, 1_000_000),
        (8, 0, 0),
        (9, 0, 1),
    ] {
        let before = play.done;
        play.step(what, who, raw);
        assert_eq!(play.done, before + 1, "{what}");
    }
}
