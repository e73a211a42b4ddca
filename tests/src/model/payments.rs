//! `io_payments`: the router.

use super::{
    Account, Governance, IO, Model, NOBODY, Outcome, Raw, Reason, Refused, Route, Scheduled, Time,
    USDC, Who,
    exact::{Window, part},
    swap::{fee_of, most_left},
};
use io_client::shared::{
    constants::{
        DAY, MAX_FEE_BPS, MAX_FEED_AGE, MAX_FEED_CONFIDENCE_BPS, MAX_FEED_DEVIATION_BPS,
        MAX_PAYMENT_VALIDITY, MAX_SUPPLIERS,
    },
    errors::PaymentsError,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A price feed and how far it is trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    pub age: Raw,
    pub confidence: Raw,
    pub deviation: Raw,
    /// It names the token's own feed.
    pub right_id: bool,
}

impl Feed {
    pub fn is_listed(&self) -> bool {
        self.age != 0
    }

    fn is_allowed(&self) -> bool {
        let within = |value: Raw, most: u64| (1..=Raw::from(most)).contains(&value);
        *self == Self::default()
            || within(self.age, MAX_FEED_AGE)
                && within(self.confidence, MAX_FEED_CONFIDENCE_BPS)
                && self.deviation <= MAX_FEED_DEVIATION_BPS.into()
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Asset {
    pub enabled: bool,
    pub fee: Scheduled,
    pub minimum: Raw,
    pub feed: Scheduled<Feed>,
}

#[derive(Clone, Copy, Debug)]
pub struct Venue {
    pub enabled: bool,
    pub cap: Scheduled,
    pub window: Window,
}

#[derive(Clone, Copy, Debug)]
pub struct Supplier {
    pub takes_usdc: bool,
    pub payout: Who,
    pub keeper_price: Raw,
}

#[derive(Clone, Copy, Debug)]
pub struct Gateway {
    pub enabled: bool,
    pub fee: Scheduled,
    pub limit: Scheduled,
    pub window: Window,
}

/// A supplier's part of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub supplier: Who,
    pub delivered: Raw,
    pub refunded: Raw,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub token: u8,
    pub gross: Raw,
    pub fee: Raw,
    pub paid_at: Time,
    pub expires_at: Time,
    pub bounded: bool,
    pub reference: u8,
    pub entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
pub struct Payments {
    pub governance: Governance,
    pub paused: bool,
    pub treasury: Scheduled<Who>,
    pub payout_fee: Scheduled,
    pub buy_back_daily: Scheduled,
    pub bought: Window,
    pub created_at: Time,
    pub assets: BTreeMap<u8, Asset>,
    pub venues: BTreeMap<u8, Venue>,
    pub suppliers: BTreeMap<Who, Supplier>,
    pub gateways: BTreeMap<Who, Gateway>,
    /// By payer and order.
    pub receipts: BTreeMap<(Who, u16), Receipt>,
}

impl Payments {
    /// A token's feed in force; none if the token is not listed.
    pub fn feed(&self, token: u8, now: Time) -> Feed {
        let asset = self.assets.get(&token);
        asset.map_or(Feed::default(), |asset| asset.feed.at(now))
    }
}

/// What a payment gives to one supplier, and the wallet named as destination; `None` names its vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub supplier: Who,
    pub to: Option<Who>,
    pub amount: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub id: u16,
    pub expires_at: Time,
}

/// A payment in a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenPayment {
    pub token: u8,
    pub parts: Vec<Part>,
    pub order: Order,
    pub on_top: bool,
    pub min: u64,
    pub route: Route,
    /// The processor's; 0 for none.
    pub reference: u8,
}

impl Model {
    /// Whether a payment may be made for an order now.
    fn admit(&self, by: Who, order: &Order, refused: &mut Refused) {
        refused.unless(!self.payments.paused, PaymentsError::Paused);
        refused.unless(order.expires_at > self.now, PaymentsError::Expired);
        let ahead = order.expires_at - self.now;
        refused.unless(ahead <= MAX_PAYMENT_VALIDITY, PaymentsError::ExpiresTooLate);
        let paid = self.payments.receipts.contains_key(&(by, order.id));
        refused.unless(!paid, PaymentsError::AlreadyPaid);
    }

    /// Where a supplier is paid IO, if it is what the payer named.
    fn destination(&self, part: &Part, refused: &mut Refused) -> Account {
        let Some(supplier) = self.payments.suppliers.get(&part.supplier) else {
            // Anchor's own refusal for the first one.
            refused.unless(false, PaymentsError::WrongSupplier);
            refused.unless(false, Reason::Account);
            return Account::Earnings(part.supplier);
        };
        let vault = Account::Earnings(part.supplier);
        match part.to {
            None => {
                refused.unless(supplier.takes_usdc, PaymentsError::WrongDestination);
                vault
            }
            Some(to) => {
                let right = !supplier.takes_usdc && supplier.payout == to;
                refused.unless(right, PaymentsError::WrongDestination);
                Account::Wallet(to, IO)
            }
        }
    }

    fn total(parts: &[Part], refused: &mut Refused) -> Raw {
        let counted = (1..=MAX_SUPPLIERS).contains(&parts.len());
        refused.unless(counted, PaymentsError::WrongSupplierCount);
        refused.unless(
            parts.iter().all(|part| part.amount > 0),
            PaymentsError::ZeroAmount,
        );
        let names: BTreeSet<_> = parts.iter().map(|part| part.supplier).collect();
        refused.unless(names.len() == parts.len(), PaymentsError::SupplierTwice);
        let total: Raw = parts.iter().map(|part| Raw::from(part.amount)).sum();
        refused.unless(total <= u64::MAX.into(), PaymentsError::Overflow);
        total
    }

    /// In IO: no fee. With a receipt for an order, or none.
    pub fn pay_io(&mut self, by: Who, parts: &[Part], order: Option<&Order>) -> Outcome {
        let mut refused = Refused::default();
        match order {
            Some(order) => self.admit(by, order, &mut refused),
            None => refused.unless(!self.payments.paused, PaymentsError::Paused),
        }
        let total = Self::total(parts, &mut refused);
        let to: Vec<_> = parts
            .iter()
            .map(|part| self.destination(part, &mut refused))
            .collect();
        let source = Account::Wallet(by, IO);
        refused.unless(self.tokens.of(source) >= total, Reason::Funds);
        // Anchor lets no instruction write one account in two places: nobody pays from an account to itself.
        refused.unless(!to.contains(&source), Reason::Account);
        refused.done()?;
        let mut entries = Vec::new();
        for (part, to) in parts.iter().zip(to) {
            let delivered = Raw::from(part.amount);
            self.tokens.transfer(source, to, delivered)?;
            entries.push(Entry {
                supplier: part.supplier,
                delivered,
                refunded: 0,
            });
        }
        if let Some(order) = order {
            let receipt = Receipt {
                token: IO,
                gross: total,
                fee: 0,
                paid_at: self.now,
                expires_at: order.expires_at,
                bounded: false,
                reference: 0,
                entries,
            };
            self.payments.receipts.insert((by, order.id), receipt);
        }
        Ok(())
    }

    pub fn pay_token(&mut self, by: Who, payment: &TokenPayment) -> Outcome {
        let Some(asset) = self.payments.assets.get(&payment.token) else {
            return Err(Reason::Account.into());
        };
        self.pay_swapped(by, payment, asset.fee.at(self.now), 0, Refused::default())
    }

    /// A gateway pays out of its own USDC, with its own fee and within its limit.
    pub fn pay_fiat(&mut self, by: Who, payment: &TokenPayment) -> Outcome {
        let now = self.now;
        let Some(gateway) = self.payments.gateways.get_mut(&by) else {
            return Err(Reason::Account.into());
        };
        let mut refused = Refused::default();
        refused.unless(payment.token == USDC, PaymentsError::GatewayPaysUsdc);
        refused.unless(payment.reference != 0, PaymentsError::NoReference);
        refused.unless(gateway.enabled, PaymentsError::GatewayDisabled);
        let bps = gateway.fee.at(now);
        let amount = payment
            .parts
            .iter()
            .map(|part| Raw::from(part.amount))
            .sum();
        let fee = if payment.on_top {
            fee_of(amount, bps)
        } else {
            0
        };
        let limit = gateway.limit.at(now);
        let fits = gateway.window.spend(amount + fee, limit, DAY.into(), now);
        refused.unless(fits, PaymentsError::AboveDailyLimit);
        self.pay_swapped(by, payment, bps, payment.reference, refused)
    }

    fn pay_swapped(
        &mut self,
        by: Who,
        payment: &TokenPayment,
        bps: Raw,
        reference: u8,
        mut refused: Refused,
    ) -> Outcome {
        let token = payment.token;
        self.admit(by, &payment.order, &mut refused);
        let Some(asset) = self.payments.assets.get(&token).copied() else {
            return Err(Reason::Account.into());
        };
        refused.unless(asset.enabled, PaymentsError::AssetDisabled);
        refused.unless(token != IO, PaymentsError::PayIoDirectly);
        // In IO the accounts of both sides of the swap would be the same.
        refused.unless(token != IO, Reason::Account);
        let amount = Self::total(&payment.parts, &mut refused);
        let fee = fee_of(amount, bps);
        let (gross, net) = if payment.on_top {
            (amount + fee, amount)
        } else {
            (amount, amount - fee)
        };
        let enough = amount >= asset.minimum && net > 0;
        refused.unless(enough, PaymentsError::BelowMinimum);
        let to: Vec<_> = payment
            .parts
            .iter()
            .map(|part| self.destination(part, &mut refused))
            .collect();
        let source = Account::Wallet(by, token);
        refused.unless(self.tokens.of(source) >= gross, Reason::Funds);
        let pair = [token, IO];
        let prices = self.prices(pair, &mut refused);
        let swap = self.swap(&payment.route, pair, net, &mut refused)?;
        refused.unless(
            swap.received >= payment.min.into(),
            PaymentsError::ReceivedTooLittle,
        );
        let left = net - swap.spent;
        refused.unless(left <= most_left(net), PaymentsError::TooMuchLeft);
        self.fair(swap, pair, prices, &mut refused);
        self.count(&payment.route, swap.received, &mut refused);
        // Pro rata; the last takes what rounding left.
        let mut rest = swap.received;
        let mut entries = Vec::new();
        for (index, named) in payment.parts.iter().enumerate() {
            let last = index + 1 == payment.parts.len();
            let share = part(swap.received, named.amount.into(), amount.max(1));
            let delivered = if last { rest } else { share };
            refused.unless(delivered > 0, PaymentsError::ReceivedTooLittle);
            rest -= delivered;
            entries.push(Entry {
                supplier: named.supplier,
                delivered,
                refunded: 0,
            });
        }
        refused.done()?;
        self.tokens.take(source, gross - left)?;
        self.tokens.add(Account::Fees(token), fee);
        for (entry, to) in entries.iter().zip(to) {
            self.tokens.add(to, entry.delivered);
        }
        let receipt = Receipt {
            token,
            gross: gross - left,
            fee,
            paid_at: self.now,
            expires_at: payment.order.expires_at,
            bounded: prices.is_some(),
            reference,
            entries,
        };
        self.payments
            .receipts
            .insert((by, payment.order.id), receipt);
        Ok(())
    }

    pub fn register_supplier(&mut self, by: Who, takes_usdc: bool, payout: Who) -> Outcome {
        let mut refused = Refused::default();
        let known = self.payments.suppliers.contains_key(&by);
        refused.unless(!known, PaymentsError::AlreadyRegistered);
        refused.unless(payout != NOBODY, PaymentsError::NobodyNamed);
        refused.done()?;
        let supplier = Supplier {
            takes_usdc,
            payout,
            keeper_price: 0,
        };
        self.payments.suppliers.insert(by, supplier);
        Ok(())
    }

    pub fn set_supplier(&mut self, by: Who, changed: Supplier) -> Outcome {
        let Some(supplier) = self.payments.suppliers.get_mut(&by) else {
            return Err(Reason::Account.into());
        };
        if changed.payout == NOBODY {
            return Err(PaymentsError::NobodyNamed.into());
        }
        *supplier = changed;
        Ok(())
    }
}

/// Whether a renter's fee is allowed: at most 5 %, none on IO.
pub(super) fn fee_allowed(bps: Raw, token: u8) -> bool {
    bps <= MAX_FEE_BPS.into() && (token != IO || bps == 0)
}

/// Whether a feed is allowed.
pub(super) fn feed_allowed(feed: &Feed) -> bool {
    feed.is_allowed()
}
