//! The payment router: tokens, venues and gateways.

use super::{
    Survey,
    compare::{Found, Place, feed, in_io, in_usdc, plain},
};
use crate::{
    Program,
    chain::{self, Chain},
    cluster::{self, MintName},
    step::Step,
};
use anyhow::{Context, Result};
use io_client::{
    Pubkey, amount, payments, pda,
    shared::{
        constants::{IO_DECIMALS, USDC_DECIMALS},
        ids::{TOKEN_2022_PROGRAM, TOKEN_PROGRAM},
        state::{Asset, Feed, Gateway, Venue},
    },
    venues::padded,
};

impl<C: Chain> Survey<'_, C> {
    pub(super) fn payments(&mut self) -> Result<()> {
        self.router();
        for (index, asset) in self.cluster.assets.iter().enumerate() {
            self.asset(format!("assets[{index}]"), asset)?;
        }
        for (index, venue) in self.cluster.venues.iter().enumerate() {
            self.venue(format!("venues[{index}]"), venue)?;
        }
        for (index, gateway) in self.cluster.gateways.iter().enumerate() {
            self.gateway(format!("gateways[{index}]"), gateway)?;
        }
        Ok(())
    }

    fn router(&mut self) {
        let authority = self.authority(Program::IoPayments);
        let (roles, rules) = (&self.cluster.roles, &self.cluster.payments);
        let guardian = self.cluster.wallet(roles.guardian, self.operator);
        let treasury = self.cluster.wallet(roles.treasury, self.operator);
        let place = Place::new("payments", self.payments.is_some());
        let mut buy_back = Found::settled(0);
        if let Some(config) = self.payments {
            let advice = "nothing can change it; correct the file, or deploy another router";
            let mints = (self.operator.usdc, config.usdc_mint);
            self.fixed("payments.usdc", mints, plain, advice);
            let wanted = rules.payout_fee_bps;
            let change = payments::schedule_payout_fee(&authority, wanted);
            let values = (wanted, Found::rule(&config.payout_fee_bps, self.now));
            self.value(&place, "payout_fee_bps", values, plain, change);
            buy_back = Found::rule(&config.buy_back_daily, self.now);
            let change = payments::set_guardian(&authority, &guardian);
            let key = "guardian of io_payments";
            self.role(key, guardian, config.governance.guardian, change);
            let found = Found {
                value: *config.treasury_at(self.now),
                next: (self.now < config.next_treasury_at)
                    .then_some((config.next_treasury, config.next_treasury_at)),
            };
            let change = payments::schedule_treasury(&authority, &treasury);
            let roles = Place::new("roles", true);
            self.value(&roles, "treasury", (treasury, found), plain, change);
        } else {
            let create = payments::initialize(
                &authority,
                &guardian,
                &treasury,
                &self.operator.usdc,
                rules.payout_fee_bps,
            );
            let step = Step::new("create the payment router", vec![create]);
            self.missing("payments", "its rules", step);
        }
        let values = (rules.buy_back_daily, 0, buy_back);
        self.open(&place, "buy_back_daily", values, in_usdc, |daily| {
            payments::schedule_buy_back(&authority, *daily)
        });
        let paused = self.payments.is_some_and(|config| config.paused != 0);
        let values = (rules.paused, false, Found::settled(paused));
        self.open(&place, "paused", values, plain, |paused| {
            payments::set_paused(&authority, *paused)
        });
    }

    fn asset(&mut self, path: String, asset: &cluster::Asset) -> Result<()> {
        let authority = self.authority(Program::IoPayments);
        let (mint, decimals) = self.mint_of(asset.mint)?;
        let minimum = amount::parse(&asset.minimum, decimals)
            .with_context(|| format!("{path}.minimum, {:?} of {mint}", asset.minimum))?;
        let token_program = if asset.token_2022 {
            TOKEN_2022_PROGRAM
        } else {
            TOKEN_PROGRAM
        };
        let found: Option<Asset> = chain::read(self.chain, &pda::asset(&mint).0)?;
        let place = Place::new(path, found.is_some());
        if let Some(found) = found {
            let programs = (token_program, found.token_program);
            let path = format!("{}.token_2022", place.path);
            self.fixed(path, programs, plain, "correct `token_2022` in the file");
            let change = payments::schedule_asset_fee(&authority, &mint, asset.fee_bps);
            let values = (asset.fee_bps, Found::rule(&found.fee_bps, self.now));
            self.value(&place, "fee_bps", values, plain, change);
            let change = payments::set_asset_minimum(&authority, &mint, minimum);
            let show = |raw: &u64| amount::format(*raw, decimals);
            let values = (show(&minimum), Found::settled(show(&found.minimum)));
            self.value(&place, "minimum", values, plain, change);
        } else {
            let (fee, program) = (asset.fee_bps, &token_program);
            let list = payments::list_asset(&authority, &mint, program, fee, minimum);
            let step = Step::new(format!("list {mint} for payments"), vec![list]);
            self.missing(&place.path, mint, step);
        }
        let listed = found.map_or(Found::settled(Feed::NONE), |found| {
            Found::feed(&found.feed, self.now)
        });
        let values = (asset.feed, Feed::NONE, listed);
        self.open(&place, "feed", values, feed, |feed| {
            payments::schedule_feed(&authority, &mint, feed)
        });
        let enabled = found.is_none_or(|found| found.enabled != 0);
        let values = (asset.enabled, true, Found::settled(enabled));
        self.open(&place, "enabled", values, plain, |enabled| {
            payments::set_asset_enabled(&authority, &mint, *enabled)
        });
        Ok(())
    }

    fn venue(&mut self, path: String, venue: &cluster::Venue) -> Result<()> {
        let authority = self.authority(Program::IoPayments);
        let (program, discriminator) = (&venue.program, &venue.discriminator);
        let address = pda::venue(program, &padded(discriminator)).0;
        let found: Option<Venue> = chain::read(self.chain, &address)?;
        let place = Place::new(path, found.is_some());
        let cap = found.map_or(Found::settled(u64::MAX), |found| {
            Found::rule(&found.cap, self.now)
        });
        if found.is_none() {
            let list = payments::list_venue(&authority, program, discriminator);
            let step = Step::new(format!("list {program} as a venue"), vec![list]);
            self.missing(&place.path, program, step);
        }
        let values = (venue.daily_cap, u64::MAX, cap);
        self.open(&place, "daily_cap", values, in_io, |cap| {
            payments::set_venue_cap(&authority, program, discriminator, *cap)
        });
        let enabled = found.is_none_or(|found| found.enabled != 0);
        let values = (venue.enabled, true, Found::settled(enabled));
        self.open(&place, "enabled", values, plain, |enabled| {
            payments::set_venue_enabled(&authority, program, discriminator, *enabled)
        });
        Ok(())
    }

    fn gateway(&mut self, path: String, gateway: &cluster::Gateway) -> Result<()> {
        let authority = self.authority(Program::IoPayments);
        let wallet = self.cluster.wallet(gateway.wallet, self.operator);
        let (fee_bps, limit) = (gateway.fee_bps, gateway.daily_limit);
        let found: Option<Gateway> = chain::read(self.chain, &pda::gateway(&wallet).0)?;
        let place = Place::new(path, found.is_some());
        if let Some(found) = found {
            let change = payments::schedule_gateway_fee(&authority, &wallet, fee_bps);
            let values = (fee_bps, Found::rule(&found.fee_bps, self.now));
            self.value(&place, "fee_bps", values, plain, change);
            let found = Found::rule(&found.daily_limit, self.now);
            let change = if limit < found.value {
                payments::lower_gateway_limit(&authority, &wallet, limit)
            } else {
                payments::schedule_gateway_limit(&authority, &wallet, limit)
            };
            self.value(&place, "daily_limit", (limit, found), in_usdc, change);
        } else {
            let list = payments::list_gateway(&authority, &wallet, fee_bps, limit);
            let step = Step::new(
                format!("let the gateway {wallet} pay for renters"),
                vec![list],
            );
            self.missing(&place.path, wallet, step);
        }
        let enabled = found.is_none_or(|found| found.enabled != 0);
        let values = (gateway.enabled, true, Found::settled(enabled));
        self.open(&place, "enabled", values, plain, |enabled| {
            payments::set_gateway_enabled(&authority, &wallet, *enabled)
        });
        Ok(())
    }

    /// Address and decimals of a mint that the file names.
    pub(super) fn mint_of(&self, name: MintName) -> Result<(Pubkey, u8)> {
        const DECIMALS: usize = 44;
        Ok(match name {
            MintName::Io => (self.io()?, IO_DECIMALS),
            MintName::Usdc => (self.operator.usdc, USDC_DECIMALS),
            MintName::Address(mint) => {
                let account = self.chain.account(&mint)?;
                let decimals = account.and_then(|account| account.data.get(DECIMALS).copied());
                let decimals =
                    decimals.with_context(|| format!("{mint} is not a mint on this cluster"))?;
                (mint, decimals)
            }
        })
    }
}
