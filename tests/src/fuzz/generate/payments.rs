//! Payments, refunds, pay-outs, fees.

use super::{Generator, word};
use crate::{
    fuzz::{action::Action, cast::OTHER},
    model::{
        Account, IO, Model, Order, Part, Raw, Route, TokenPayment, Trick, USDC, Who,
        swap::{POOL, SCRIPT, fee_of, most_left},
    },
};
use io_client::shared::constants::{DAY, IO as ONE_IO, USDC as ONE_USDC};
use rand::Rng;

impl Generator {
    pub(super) fn paying(&mut self, model: &Model, now: i64) -> Vec<Action> {
        if model.payments.suppliers.len() < 3 || self.chance(4) {
            return vec![self.register(model)];
        }
        if model.payments.venues.len() < 2 && self.chance(20) {
            return self.listing(model);
        }
        let action = match self.below(22) {
            0 => self.pay_io(model, now),
            1 => {
                let order = self.order(model, now);
                Action::PayIoSplit {
                    by: self.wallet(),
                    parts: self.parts(model, 1_000 * ONE_IO),
                    order,
                }
            }
            2 => Action::PayIoUnreceipted {
                by: self.wallet(),
                part: self.part(model, 100 * ONE_IO),
            },
            3..=8 => self.pay_token(model, now),
            9..=11 => self.pay_fiat(model, now),
            12..=14 => self.refund(model),
            15 => self.close_receipt(model),
            16 | 17 => self.pay_out(model),
            18 => self.take(model),
            19 => self.set_supplier(model),
            20 => Action::Sweep {
                token: self.rng.random_range(0..=OTHER),
                to: self.by(model.payments.treasury.at(now)),
            },
            _ => self.buy_back(model),
        };
        let mut actions = Vec::new();
        // Prices are fresh for a while only: whoever swaps brings them along.
        let feeds = (0..=OTHER).filter(|token| model.payments.feed(*token, now).is_listed());
        for token in feeds.collect::<Vec<_>>() {
            if self.chance(70) {
                actions.push(self.price_of(token, now));
            }
        }
        actions.push(action);
        actions
    }

    fn register(&mut self, _: &Model) -> Action {
        let by = self.wallet();
        Action::RegisterSupplier {
            by,
            usdc: self.chance(60),
            to: if self.chance(70) { by } else { self.wallet() },
        }
    }

    fn supplier(&mut self, model: &Model) -> Who {
        let all: Vec<_> = model.payments.suppliers.keys().copied().collect();
        if self.chance(2) {
            self.wallet()
        } else {
            self.one(&all).unwrap_or(5)
        }
    }

    fn set_supplier(&mut self, model: &Model) -> Action {
        let by = self.supplier(model);
        Action::SetSupplier {
            by,
            usdc: self.chance(60),
            to: match self.below(10) {
                0 => u8::MAX,
                1 | 2 => self.wallet(),
                _ => by,
            },
            // About what the pool pays for an IO.
            keeper_price: if self.chance(30) {
                0
            } else {
                self.below(150_000)
            },
        }
    }

    fn part(&mut self, model: &Model, most: u64) -> Part {
        let supplier = self.supplier(model);
        let found = model.payments.suppliers.get(&supplier);
        let mut to = found
            .filter(|found| !found.takes_usdc)
            .map(|found| found.payout);
        if self.chance(3) {
            to = if self.chance(50) {
                Some(self.wallet())
            } else {
                None
            };
        }
        let amount = match self.below(20) {
            0 => 1,
            1 if self.chance(30) => 0,
            _ => self.below(most) + 1,
        };
        Part {
            supplier,
            to,
            amount,
        }
    }

    fn parts(&mut self, model: &Model, most: u64) -> Vec<Part> {
        let count = match self.below(20) {
            0 => 0,
            1 => 17,
            2..=6 => self.rng.random_range(2..5),
            _ => 1,
        };
        let mut parts: Vec<Part> = Vec::new();
        for _ in 0..count {
            let part = self.part(model, most);
            if count == 17
                || parts.iter().all(|other| other.supplier != part.supplier)
                || self.chance(10)
            {
                parts.push(part);
            }
        }
        parts
    }

    fn order(&mut self, model: &Model, now: i64) -> Order {
        // Now and then one that was paid already.
        let known: Vec<_> = model.payments.receipts.keys().map(|(_, id)| *id).collect();
        let again = if self.chance(5) {
            self.one(&known)
        } else {
            None
        };
        let id = again.unwrap_or_else(|| {
            self.orders = self.orders.wrapping_add(1);
            self.orders
        });
        let expires_at = match self.below(20) {
            0 => now + self.rng.random_range(-5..2),
            1 => now + 30 * DAY + self.rng.random_range(-1..2),
            _ => now + self.rng.random_range(60..5 * DAY),
        };
        Order { id, expires_at }
    }

    fn pay_io(&mut self, model: &Model, now: i64) -> Action {
        let order = self.order(model, now);
        Action::PayIo {
            by: self.wallet(),
            part: self.part(model, 1_000 * ONE_IO),
            order,
        }
    }

    /// A way to swap `net` of a token: through the pool or by a script, honest or not.
    fn route(&mut self, model: &Model, [from, to]: [u8; 2], net: u64) -> Route {
        let pooled = from != OTHER && self.chance(55);
        if pooled && model.payments.venues.contains_key(&POOL) {
            let amount = match self.below(15) {
                0 => self.amount(net.into()),
                1 => net - word(most_left(net.into())).min(net),
                _ => net,
            };
            return Route::Pool { amount };
        }
        let left = word(most_left(net.into()));
        let take = match self.below(12) {
            0 => self.amount(net.into()),
            1 => net.saturating_add(1),
            2 => net.saturating_sub(left),
            3 => net.saturating_sub(left).saturating_sub(1),
            4 => net.saturating_sub(self.below(left + 1)),
            _ => net,
        };
        // What it is worth at the price that the pool began with, give or take.
        let fair = match (from, to) {
            (USDC, _) => u128::from(net) * 666,
            (IO, _) => u128::from(net) / 667,
            _ => u128::from(net) * 13,
        };
        let fair = u64::try_from(fair).unwrap_or(u64::MAX);
        let give = match self.below(10) {
            0 => 0,
            1 => self.below(10),
            2 => fair / 2,
            _ => fair - self.below(fair / 20 + 1),
        };
        let trick = match self.below(40) {
            0 => Trick::Fail,
            1 => Trick::Delegate,
            2 => Trick::Steal(self.wallet()),
            3 => Trick::Expose,
            4 => Trick::OtherData,
            _ => Trick::Honest,
        };
        debug_assert_eq!(SCRIPT, 1);
        Route::Script { take, give, trick }
    }

    fn min(&mut self, expected: Raw) -> u64 {
        match self.below(12) {
            0 => self.amount(expected),
            1 => word(expected).saturating_add(1),
            2 => word(expected),
            _ => 1,
        }
    }

    fn token_payment(&mut self, model: &Model, now: i64, token: u8, bps: Raw) -> TokenPayment {
        let most = if self.chance(15) {
            2_000 * ONE_USDC
        } else {
            100 * ONE_USDC
        };
        let mut parts = self.parts(model, most);
        if parts.is_empty() {
            parts.push(self.part(model, most));
        }
        let on_top = self.chance(50);
        let amount: Raw = parts.iter().map(|part| Raw::from(part.amount)).sum();
        let net = if on_top {
            amount
        } else {
            amount - fee_of(amount, bps)
        };
        let route = self.route(model, [token, IO], word(net));
        let expected = match route {
            Route::Script { give, .. } => Raw::from(give),
            Route::Pool { .. } => net * 600,
        };
        TokenPayment {
            token,
            parts,
            order: self.order(model, now),
            on_top,
            min: self.min(expected),
            route,
            reference: 0,
        }
    }

    fn pay_token(&mut self, model: &Model, now: i64) -> Action {
        let token = match self.below(20) {
            0 => IO,
            1..=5 => OTHER,
            _ => USDC,
        };
        let bps = model
            .payments
            .assets
            .get(&token)
            .map_or(0, |asset| asset.fee.at(now));
        Action::PayToken {
            by: self.wallet(),
            payment: self.token_payment(model, now, token, bps),
        }
    }

    fn pay_fiat(&mut self, model: &Model, now: i64) -> Action {
        let gateways: Vec<_> = model.payments.gateways.keys().copied().collect();
        let by = self.one(&gateways).unwrap_or(4);
        let bps = model
            .payments
            .gateways
            .get(&by)
            .map_or(0, |gateway| gateway.fee.at(now));
        let token = if self.chance(4) { OTHER } else { USDC };
        let mut payment = self.token_payment(model, now, token, bps);
        payment.reference = if self.chance(4) { 0 } else { 7 };
        Action::PayFiat { by, payment }
    }

    fn refund(&mut self, model: &Model) -> Action {
        let receipts: Vec<_> = model.payments.receipts.iter().collect();
        let Some((key, receipt)) = self.one(&receipts) else {
            return Action::Refund {
                by: self.supplier(model),
                payer: self.wallet(),
                order: 9,
                vault: true,
                amount: 1,
            };
        };
        let entry = self.one(&receipt.entries);
        let by = match entry {
            Some(entry) if !self.chance(5) => entry.supplier,
            _ => self.supplier(model),
        };
        let left = entry.map_or(0, |entry| entry.delivered - entry.refunded);
        Action::Refund {
            by,
            payer: key.0,
            order: key.1,
            vault: self.chance(60),
            amount: self.amount(left),
        }
    }

    fn close_receipt(&mut self, model: &Model) -> Action {
        let all: Vec<_> = model.payments.receipts.iter().collect();
        let old: Vec<_> = all
            .iter()
            .copied()
            .filter(|(_, receipt)| receipt.expires_at <= model.now)
            .collect();
        let found = if self.chance(80) && !old.is_empty() {
            self.one(&old)
        } else {
            self.one(&all)
        };
        let (payer, order) = found.map_or((5, 1), |(key, _)| *key);
        Action::CloseReceipt { payer, order }
    }

    fn pay_out(&mut self, model: &Model) -> Action {
        let supplier = self.supplier(model);
        let held = model.tokens.of(Account::Earnings(supplier));
        let amount = if self.chance(70) {
            self.amount(held)
        } else {
            word(held / 2)
        };
        let found = model.payments.suppliers.get(&supplier);
        let (payout, price) =
            found.map_or((supplier, 0), |found| (found.payout, found.keeper_price));
        let keeper = self.chance(40);
        let by = if keeper { self.wallet() } else { supplier };
        let bound = Raw::from(amount) * price / Raw::from(ONE_IO) + 1;
        let min = match keeper {
            true if self.chance(15) => word(bound - 2),
            true => self.min(bound).max(word(bound)),
            false => self.min(bound),
        };
        Action::PayOut {
            by,
            supplier,
            to: self.by(payout),
            amount,
            min,
            route: self.route(model, [IO, USDC], amount),
        }
    }

    fn take(&mut self, model: &Model) -> Action {
        let by = self.supplier(model);
        let held = model.tokens.of(Account::Earnings(by));
        let payout = model
            .payments
            .suppliers
            .get(&by)
            .map_or(by, |found| found.payout);
        Action::TakeEarnings {
            by,
            to: self.by(payout),
            amount: self.amount(held),
        }
    }

    fn buy_back(&mut self, model: &Model) -> Action {
        let daily = model.payments.buy_back_daily.at(model.now);
        let held = model.tokens.of(Account::Fees(USDC));
        let amount = self.amount(daily.min(held));
        let anyone = self.chance(30);
        let by = if anyone {
            self.wallet()
        } else {
            model.payments.governance.authority
        };
        Action::BuyBack {
            by,
            amount,
            min: 1,
            route: self.route(model, [USDC, IO], amount),
        }
    }
}
