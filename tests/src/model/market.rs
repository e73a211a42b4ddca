//! `io_payments`: what is listed, and what governs it.

use super::{
    Asset, Feed, Gateway, Model, NOBODY, Outcome, Raw, Reason, Refused, Scheduled, Venue, Who,
    exact::Window,
    payments::{fee_allowed, feed_allowed},
};
use io_client::shared::{
    constants::{MAX_FEE_BPS, RULE_CHANGE_DELAY},
    errors::PaymentsError,
};

const UNLIMITED: Raw = u64::MAX as Raw;

impl Model {
    /// Refuses whoever may not, and goes on with what is asked of `there`.
    fn asked(&self, allowed: bool, there: bool) -> Refused {
        let mut refused = Refused::default();
        refused.unless(allowed, PaymentsError::Unauthorized);
        refused.unless(there, Reason::Account);
        refused
    }

    fn governed(&self, by: Who) -> bool {
        self.payments.governance.is_authority(by)
    }

    pub fn list_asset(&mut self, by: Who, token: u8, fee: Raw, minimum: Raw) -> Outcome {
        let mut refused = self.asked(self.governed(by), true);
        let listed = self.payments.assets.contains_key(&token);
        refused.unless(!listed, PaymentsError::AlreadyListed);
        refused.unless(fee_allowed(fee, token), PaymentsError::FeeTooHigh);
        refused.done()?;
        let asset = Asset {
            enabled: true,
            fee: Scheduled::new(fee),
            minimum,
            feed: Scheduled::new(Feed::default()),
        };
        self.payments.assets.insert(token, asset);
        Ok(())
    }

    pub fn enable_asset(&mut self, by: Who, token: u8, enabled: bool) -> Outcome {
        let allowed = self.payments.governance.may_switch(by, !enabled);
        let there = self.payments.assets.contains_key(&token);
        self.asked(allowed, there).done()?;
        self.asset(token).enabled = enabled;
        Ok(())
    }

    /// An asset that is known to be there.
    fn asset(&mut self, token: u8) -> &mut Asset {
        self.payments.assets.get_mut(&token).expect("it is listed")
    }

    pub fn set_asset_minimum(&mut self, by: Who, token: u8, minimum: Raw) -> Outcome {
        let there = self.payments.assets.contains_key(&token);
        self.asked(self.governed(by), there).done()?;
        self.asset(token).minimum = minimum;
        Ok(())
    }

    pub fn schedule_asset_fee(&mut self, by: Who, token: u8, fee: Raw) -> Outcome {
        let now = self.now;
        let there = self.payments.assets.contains_key(&token);
        let mut refused = self.asked(self.governed(by), there);
        refused.unless(fee_allowed(fee, token), PaymentsError::FeeTooHigh);
        refused.done()?;
        self.asset(token).fee.schedule_rule(fee, now);
        Ok(())
    }

    pub fn schedule_feed(&mut self, by: Who, token: u8, feed: Feed) -> Outcome {
        let now = self.now;
        let there = self.payments.assets.contains_key(&token);
        let mut refused = self.asked(self.governed(by), there);
        refused.unless(feed_allowed(&feed), PaymentsError::BadFeed);
        refused.done()?;
        self.asset(token).feed.schedule_rule(feed, now);
        Ok(())
    }

    /// With the notice of a rule, but at once near the start.
    pub fn list_venue(&mut self, by: Who, venue: u8) -> Outcome {
        let now = self.now;
        let mut refused = self.asked(self.governed(by), true);
        let listed = self.payments.venues.contains_key(&venue);
        refused.unless(!listed, PaymentsError::AlreadyListed);
        refused.done()?;
        let early = now < self.payments.created_at + RULE_CHANGE_DELAY;
        let cap = if early {
            Scheduled::new(UNLIMITED)
        } else {
            Scheduled {
                value: 0,
                next: Some((UNLIMITED, now + RULE_CHANGE_DELAY)),
            }
        };
        let venue_listed = Venue {
            enabled: true,
            cap,
            window: Window::default(),
        };
        self.payments.venues.insert(venue, venue_listed);
        Ok(())
    }

    pub fn enable_venue(&mut self, by: Who, venue: u8, enabled: bool) -> Outcome {
        let allowed = self.payments.governance.may_switch(by, !enabled);
        let there = self.payments.venues.contains_key(&venue);
        self.asked(allowed, there).done()?;
        self.venue(venue).enabled = enabled;
        Ok(())
    }

    /// A venue that is known to be there.
    fn venue(&mut self, venue: u8) -> &mut Venue {
        self.payments.venues.get_mut(&venue).expect("it is listed")
    }

    /// Lower at once, and the guardian may; higher with notice.
    pub fn set_venue_cap(&mut self, by: Who, venue: u8, cap: Raw) -> Outcome {
        let now = self.now;
        let Some(found) = self.payments.venues.get(&venue) else {
            return Err(Reason::Account.into());
        };
        let lowers = cap <= found.cap.at(now);
        let allowed = self.payments.governance.may_switch(by, lowers);
        self.asked(allowed, true).done()?;
        let found = &mut self.venue(venue).cap;
        if lowers {
            *found = Scheduled::new(cap);
        } else {
            found.schedule_rule(cap, now);
        }
        Ok(())
    }

    pub fn pause_payments(&mut self, by: Who, paused: bool) -> Outcome {
        let allowed = self.payments.governance.may_switch(by, paused);
        self.asked(allowed, true).done()?;
        self.payments.paused = paused;
        Ok(())
    }

    pub fn schedule_payout_fee(&mut self, by: Who, fee: Raw) -> Outcome {
        let mut refused = self.asked(self.governed(by), true);
        refused.unless(fee <= MAX_FEE_BPS.into(), PaymentsError::FeeTooHigh);
        refused.done()?;
        self.payments.payout_fee.schedule_rule(fee, self.now);
        Ok(())
    }

    pub fn schedule_treasury(&mut self, by: Who, treasury: Who) -> Outcome {
        let mut refused = self.asked(self.governed(by), true);
        refused.unless(treasury != NOBODY, PaymentsError::NobodyNamed);
        refused.done()?;
        self.payments.treasury.schedule_rule(treasury, self.now);
        Ok(())
    }

    pub fn schedule_buy_back(&mut self, by: Who, daily: Raw) -> Outcome {
        self.asked(self.governed(by), true).done()?;
        self.payments.buy_back_daily.schedule_rule(daily, self.now);
        Ok(())
    }

    pub fn list_gateway(&mut self, by: Who, wallet: Who, fee: Raw, limit: Raw) -> Outcome {
        let mut refused = self.asked(self.governed(by), true);
        let listed = self.payments.gateways.contains_key(&wallet);
        refused.unless(!listed, PaymentsError::AlreadyListed);
        refused.unless(fee <= MAX_FEE_BPS.into(), PaymentsError::FeeTooHigh);
        refused.unless(wallet != NOBODY, PaymentsError::NobodyNamed);
        refused.done()?;
        let gateway = Gateway {
            enabled: true,
            fee: Scheduled::new(fee),
            limit: Scheduled::new(limit),
            window: Window::default(),
        };
        self.payments.gateways.insert(wallet, gateway);
        Ok(())
    }

    /// A gateway that is known to be there.
    fn gateway(&mut self, wallet: Who) -> &mut Gateway {
        self.payments
            .gateways
            .get_mut(&wallet)
            .expect("it is listed")
    }

    pub fn schedule_gateway_fee(&mut self, by: Who, wallet: Who, fee: Raw) -> Outcome {
        let now = self.now;
        let there = self.payments.gateways.contains_key(&wallet);
        let mut refused = self.asked(self.governed(by), there);
        refused.unless(fee <= MAX_FEE_BPS.into(), PaymentsError::FeeTooHigh);
        refused.done()?;
        self.gateway(wallet).fee.schedule_rule(fee, now);
        Ok(())
    }

    pub fn schedule_gateway_limit(&mut self, by: Who, wallet: Who, limit: Raw) -> Outcome {
        let now = self.now;
        let there = self.payments.gateways.contains_key(&wallet);
        self.asked(self.governed(by), there).done()?;
        self.gateway(wallet).limit.schedule_rule(limit, now);
        Ok(())
    }

    pub fn lower_gateway_limit(&mut self, by: Who, wallet: Who, limit: Raw) -> Outcome {
        let now = self.now;
        let Some(gateway) = self.payments.gateways.get(&wallet) else {
            return Err(Reason::Account.into());
        };
        let lowers = limit < gateway.limit.at(now);
        let mut refused = self.asked(self.payments.governance.is_either(by), true);
        refused.unless(lowers, PaymentsError::LimitNotLower);
        refused.done()?;
        self.gateway(wallet).limit = Scheduled::new(limit);
        Ok(())
    }

    pub fn enable_gateway(&mut self, by: Who, wallet: Who, enabled: bool) -> Outcome {
        let allowed = self.payments.governance.may_switch(by, !enabled);
        let there = self.payments.gateways.contains_key(&wallet);
        self.asked(allowed, there).done()?;
        self.gateway(wallet).enabled = enabled;
        Ok(())
    }
}
