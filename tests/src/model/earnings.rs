//! What becomes of payments: refunds, pay-outs, fees.

use super::{
    Account, IO, Model, Outcome, Raw, Reason, Refused, Route, USDC, Who,
    exact::part_up,
    swap::{fee_of, most_left},
};
use io_client::shared::{
    constants::{DAY, IO as ONE_IO},
    errors::PaymentsError,
};

impl Model {
    /// A supplier gives back, from its vault or its owner's wallet, at most what it got.
    pub fn refund(&mut self, by: Who, payer: Who, id: u16, vault: bool, amount: Raw) -> Outcome {
        let mut refused = Refused::default();
        // From an account to itself: see `pay_io`.
        let own = !vault && by == payer;
        refused.unless(!own, Reason::Account);
        refused.unless(self.payments.suppliers.contains_key(&by), Reason::Account);
        let Some(receipt) = self.payments.receipts.get_mut(&(payer, id)) else {
            refused.unless(false, PaymentsError::WrongAccount);
            return refused.done();
        };
        let Some(entry) = receipt
            .entries
            .iter_mut()
            .find(|entry| entry.supplier == by)
        else {
            refused.unless(false, PaymentsError::NotPaid);
            return refused.done();
        };
        refused.unless(amount > 0, PaymentsError::ZeroAmount);
        let within = entry.refunded + amount <= entry.delivered;
        refused.unless(within, PaymentsError::RefundTooHigh);
        refused.unless(!own, PaymentsError::WrongSource);
        let source = if vault {
            Account::Earnings(by)
        } else {
            Account::Wallet(by, IO)
        };
        refused.unless(self.tokens.of(source) >= amount, Reason::Funds);
        refused.done()?;
        entry.refunded += amount;
        self.tokens
            .transfer(source, Account::Wallet(payer, IO), amount)
    }

    pub fn close_receipt(&mut self, payer: Who, id: u16) -> Outcome {
        let Some(receipt) = self.payments.receipts.get(&(payer, id)) else {
            return Err(Reason::Account.into());
        };
        if self.now < receipt.expires_at {
            return Err(PaymentsError::NotExpired.into());
        }
        self.payments.receipts.remove(&(payer, id));
        Ok(())
    }

    /// Earnings to USDC: by the supplier on its own bound, by a keeper on the supplier's and the oracle's.
    pub fn pay_out(
        &mut self,
        by: Who,
        supplier: Who,
        to: Who,
        amount: Raw,
        min: Raw,
        route: &Route,
    ) -> Outcome {
        let mut refused = Refused::default();
        let Some(owner) = self.payments.suppliers.get(&supplier).copied() else {
            return Err(Reason::Account.into());
        };
        refused.unless(amount > 0, PaymentsError::ZeroAmount);
        let pair = [IO, USDC];
        let mut prices = None;
        if by != supplier {
            let allowed = owner.keeper_price > 0;
            refused.unless(allowed, PaymentsError::KeeperNotAllowed);
            let bound = part_up(amount, owner.keeper_price, ONE_IO.into());
            refused.unless(!allowed || min >= bound, PaymentsError::KeeperPriceTooLow);
            prices = self.prices(pair, &mut refused);
        }
        let vault = Account::Earnings(supplier);
        refused.unless(self.tokens.of(vault) >= amount, Reason::Funds);
        let swap = self.swap(route, pair, amount, &mut refused)?;
        self.fair(swap, pair, prices, &mut refused);
        self.count(route, swap.spent, &mut refused);
        refused.unless(to == owner.payout, PaymentsError::WrongDestination);
        let fee = fee_of(swap.received, self.payments.payout_fee.at(self.now));
        let delivered = swap.received - fee;
        refused.unless(delivered >= min, PaymentsError::ReceivedTooLittle);
        refused.done()?;
        self.tokens.take(vault, swap.spent)?;
        self.tokens.add(Account::Fees(USDC), fee);
        self.tokens.add(Account::Wallet(to, USDC), delivered);
        Ok(())
    }

    pub fn take_earnings(&mut self, by: Who, to: Who, amount: Raw) -> Outcome {
        let Some(supplier) = self.payments.suppliers.get(&by) else {
            return Err(Reason::Account.into());
        };
        let mut refused = Refused::default();
        refused.unless(amount > 0, PaymentsError::ZeroAmount);
        refused.unless(to == supplier.payout, PaymentsError::WrongDestination);
        refused.unless(
            self.tokens.of(Account::Earnings(by)) >= amount,
            Reason::Funds,
        );
        refused.done()?;
        self.tokens
            .transfer(Account::Earnings(by), Account::Wallet(to, IO), amount)
    }

    /// All fees but what a day's buy-back may take of USDC (decision 15).
    pub fn sweep(&mut self, token: u8, to: Who) -> Outcome {
        let mut refused = Refused::default();
        refused.unless(self.payments.assets.contains_key(&token), Reason::Account);
        let treasury = self.payments.treasury.at(self.now);
        refused.unless(to == treasury, PaymentsError::WrongTreasury);
        let daily = self.payments.buy_back_daily.at(self.now);
        let kept = if token == USDC { daily } else { 0 };
        let swept = self.tokens.of(Account::Fees(token)) - kept;
        refused.unless(swept > 0, PaymentsError::NothingToSweep);
        refused.done()?;
        self.tokens
            .transfer(Account::Fees(token), Account::Wallet(to, token), swept)
    }

    pub fn buy_back(&mut self, by: Who, amount: Raw, min: Raw, route: &Route) -> Outcome {
        let now = self.now;
        let mut refused = Refused::default();
        refused.unless(!self.payments.paused, PaymentsError::Paused);
        refused.unless(amount > 0, PaymentsError::ZeroAmount);
        let daily = self.payments.buy_back_daily.at(now);
        let fits = self.payments.bought.spend(amount, daily, DAY.into(), now);
        refused.unless(fits, PaymentsError::AboveDailyLimit);
        let pair = [USDC, IO];
        let prices = self.prices(pair, &mut refused);
        let allowed = prices.is_some() || self.payments.governance.is_authority(by);
        refused.unless(allowed, PaymentsError::Unauthorized);
        let fees = Account::Fees(USDC);
        refused.unless(self.tokens.of(fees) >= amount, Reason::Funds);
        let swap = self.swap(route, pair, amount, &mut refused)?;
        refused.unless(swap.received >= min, PaymentsError::ReceivedTooLittle);
        let left = amount - swap.spent;
        let enough = prices.is_none() || left <= most_left(amount);
        refused.unless(enough, PaymentsError::TooMuchLeft);
        self.fair(swap, pair, prices, &mut refused);
        self.count(route, swap.received, &mut refused);
        refused.done()?;
        self.tokens.take(fees, swap.spent)?;
        self.tokens.add(Account::Transit(IO), swap.received);
        self.burn(Account::Transit(IO), swap.received)
    }
}
