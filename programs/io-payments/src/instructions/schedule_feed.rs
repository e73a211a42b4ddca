use crate::record;
use anchor_lang::{pinocchio::sysvars::Sysvar as _, prelude::*};
use io_shared::{
    errors::PaymentsError,
    events::FeedScheduled,
    ids::io_payments,
    state::{Asset, Feed, PaymentsConfig},
};

/// Schedules the price feed that bounds swaps of a token, to take over after `RULE_CHANGE_DELAY`. All
/// zero for none.
///
/// - `authority` signs and is the config's
/// - the feed has an owner and an id, and its age, confidence and deviation are within the constants
#[derive(Accounts)]
pub struct ScheduleFeed {
    #[account(address = config.governance.authority @ PaymentsError::Unauthorized)]
    pub authority: Signer,
    #[account(mut)]
    pub asset: Account<Asset>,
    #[account(mut, address = io_payments::CONFIG.address @ PaymentsError::WrongAccount)]
    pub config: Account<PaymentsConfig>,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl ScheduleFeed {
    pub fn schedule_feed(&mut self, feed: Feed) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let mint = self.asset.mint;
        let effective_at = self.asset.schedule_feed(feed, now)?;
        self.config.adopt_feed(&mint, &self.asset.feed);
        record(
            &self.event_authority,
            FeedScheduled {
                mint,
                owner: feed.owner,
                id: feed.id,
                max_age: feed.max_age,
                max_confidence_bps: feed.max_confidence_bps,
                max_deviation_bps: feed.max_deviation_bps,
                effective_at,
            },
        );
        Ok(())
    }
}
