//! The router's accounts against the model.

use super::{
    cast::feed_id,
    compare::{Compare, Differences},
};
use crate::model::{Feed, IO, Model, Receipt, Time, USDC, exact::Scheduled};
use io_client::{Pubkey, shared::state};

impl Compare<'_> {
    pub(super) fn payments(
        &self,
        out: &mut Differences,
        chain: &state::PaymentsConfig,
        model: &Model,
    ) {
        let (now, payments) = (model.now, &model.payments);
        self.governance(out, &chain.governance, &payments.governance);
        out.same("paused", chain.paused != 0, payments.paused);
        let treasury = self.cast.who(chain.treasury_at(now));
        out.same("treasury", treasury, payments.treasury.at(now));
        out.scheduled("payout_fee", chain.payout_fee_bps, payments.payout_fee, now);
        out.scheduled(
            "buy_back",
            chain.buy_back_daily,
            payments.buy_back_daily,
            now,
        );
        out.raw("bought", chain.buy_back_used, payments.bought.used);
        out.same("bought at", chain.buy_back_at, payments.bought.at);
        for (token, feed) in [(IO, &chain.io_feed), (USDC, &chain.usdc_feed)] {
            if let Some(asset) = payments.assets.get(&token) {
                Self::feed(out, token, feed, asset.feed, now);
            }
        }
    }

    pub(super) fn feed(
        out: &mut Differences,
        token: u8,
        chain: &state::ScheduledFeed,
        model: Scheduled<Feed>,
        now: Time,
    ) {
        let read = |feed: &state::Feed| Feed {
            age: feed.max_age.into(),
            confidence: feed.max_confidence_bps.into(),
            deviation: feed.max_deviation_bps.into(),
            right_id: feed.id == feed_id(token, true),
        };
        out.same("feed", read(chain.at(now)), model.at(now));
        let next = chain.pending(now).map(|(feed, at)| (read(feed), at));
        out.same("next feed", next, model.next.filter(|(_, at)| now < *at));
    }

    pub(super) fn receipt(
        &self,
        out: &mut Differences,
        chain: &state::Receipt,
        receipt: &Receipt,
        address: &Pubkey,
    ) {
        out.same("mint", chain.mint, self.cast.mint(receipt.token));
        out.raw("gross", chain.gross, receipt.gross);
        out.raw("fee", chain.fee, receipt.fee);
        let delivered = receipt.entries.iter().map(|entry| entry.delivered).sum();
        out.raw("delivered", chain.delivered, delivered);
        out.same("paid_at", chain.paid_at, receipt.paid_at);
        out.same("expires_at", chain.expires_at, receipt.expires_at);
        out.same("bounded", chain.oracle_bounded != 0, receipt.bounded);
        out.same("reference", chain.reference, [receipt.reference; 32]);
        let data = self.data(address).unwrap_or_default();
        let Some((_, entries)) = state::Receipt::parts(&data) else {
            out.0.push("no receipt".to_owned());
            return;
        };
        out.same("count", entries.len(), receipt.entries.len());
        for (entry, expected) in entries.iter().zip(&receipt.entries) {
            let supplier = self.cast.supplier(expected.supplier);
            out.same("supplier", entry.supplier, supplier);
            out.raw("delivered", entry.delivered, expected.delivered);
            out.raw("refunded", entry.refunded, expected.refunded);
        }
    }
}
