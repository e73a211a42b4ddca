//! Epochs that are over: minted and shared out, for a bounty.

use crate::{
    AdvanceRules, Job,
    nodes::epoch_start,
    work::{Found, Work},
};
use io_client::{
    Pubkey, amount, emissions,
    events::Event,
    rpc::{Network, Result},
    shared::{
        ids::io_emissions,
        state::{EmissionsConfig, Layout},
    },
    token,
};

/// Bytes of a token account.
const TOKEN_ACCOUNT: usize = 165;

/// Where the bounty goes.
#[derive(Clone, Copy, Debug)]
pub struct Purse {
    pub keeper: Pubkey,
    /// Lamports for the keeper's IO account if there is none yet.
    pub rent: u64,
}

impl Purse {
    pub async fn look(network: &Network, keeper: &Pubkey, mint: &Pubkey) -> Result<Self> {
        let account = token::associated(keeper, mint);
        let rent = match network.raw_account(&account).await? {
            Some(_) => 0,
            None => network.rent(TOKEN_ACCOUNT).await?,
        };
        Ok(Self {
            keeper: *keeper,
            rent,
        })
    }
}

/// The crank, if an epoch is over and either the bounty is worth it or nobody came for too long.
pub fn find(config: &EmissionsConfig, purse: &Purse, rules: &AdvanceRules, now: i64) -> Found {
    let mut found = Found::default();
    let Some(advance) = { *config }.advance(now) else {
        return found;
    };
    let over = epoch_start(config, config.epochs_done.saturating_add(1));
    let without_profit = over.saturating_add_unsigned(rules.always_after);
    let since = if advance.bounty >= rules.min_bounty {
        over
    } else {
        without_profit
    };
    if now < since {
        found.skip("bounty below min_bounty");
        return found;
    }
    let account = token::associated(&purse.keeper, &config.mint);
    let mut instructions = Vec::new();
    if purse.rent > 0 {
        let create = token::create_associated(&purse.keeper, &purse.keeper, &config.mint);
        instructions.push(create);
    }
    instructions.push(emissions::advance_epoch(
        &account,
        &config.mint,
        config.pool_count,
    ));
    let done = config.epochs_done;
    found.work.push(Work {
        job: Job::Advance,
        subject: io_emissions::CONFIG.address,
        since,
        what: format!(
            "epochs up to {}: {} IO, bounty {} IO",
            advance.epoch,
            amount::format_io(advance.emission),
            amount::format_io(advance.bounty)
        ),
        instructions,
        rent: purse.rent,
        watch: io_emissions::CONFIG.address,
        still_due: Box::new(move |data| {
            EmissionsConfig::read_copy(data).is_some_and(|config| config.epochs_done == done)
        }),
        proof: |event, _| matches!(event, Event::EpochAdvanced(_)),
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use io_client::shared::{
        constants::{HOUR, IO},
        state::EmissionsTerms,
    };

    const START: i64 = 1_000_000;
    const PURSE: Purse = Purse {
        keeper: Pubkey::new_from_array([7; 32]),
        rent: 0,
    };
    const RULES: AdvanceRules = AdvanceRules {
        min_bounty: IO / 100,
        always_after: 600,
    };

    /// Epoch 0 opens at [`START`].
    fn config(bounty_bps: u64) -> EmissionsConfig {
        let terms = EmissionsTerms {
            guardian: Pubkey::default(),
            scorer: Pubkey::default(),
            curve: 0,
            start_at: START,
            bounty_bps,
            bounty_cap: 5 * IO,
            max_boost_bps: 20_000,
            max_score_age: 24,
            max_score_step_bps: 500,
            pool_shares: [7_000, 3_000, 0, 0],
        };
        EmissionsConfig::new(Pubkey::default(), Pubkey::default(), 255, &terms).expect("good")
    }

    #[test]
    fn an_epoch_is_advanced_when_it_is_over_and_not_twice() {
        let mut config = config(10);
        assert!(
            find(&config, &PURSE, &RULES, START + HOUR - 1)
                .work
                .is_empty()
        );
        let found = find(&config, &PURSE, &RULES, START + HOUR);
        let [work] = found.work.as_slice() else {
            panic!("one crank");
        };
        assert_eq!((work.since, work.rent), (START + HOUR, 0));
        assert_eq!(work.instructions.len(), 1);
        let bytes = |config: &EmissionsConfig| {
            let mut bytes = EmissionsConfig::DISCRIMINATOR.to_vec();
            bytes.extend_from_slice(bytemuck::bytes_of(config));
            bytes
        };
        assert!((work.still_due)(&bytes(&config)));
        config.advance(START + HOUR).expect("due");
        assert!(!(work.still_due)(&bytes(&config)));
        assert!(find(&config, &PURSE, &RULES, START + HOUR).work.is_empty());
        // However many were missed: one crank, due since the first of them.
        let late = find(&config, &PURSE, &RULES, START + 9 * HOUR);
        assert_eq!(late.work.len(), 1);
        assert_eq!(late.work[0].since, START + 2 * HOUR);
    }

    #[test]
    fn without_a_bounty_it_waits_for_others_but_not_for_ever() {
        let config = config(0);
        let over = START + HOUR;
        for (now, due) in [(over, 0), (over + 599, 0), (over + 600, 1)] {
            let found = find(&config, &PURSE, &RULES, now);
            assert_eq!(found.work.len(), due, "{now}");
            assert_eq!(found.skipped.len(), 1 - due);
        }
        let found = find(&config, &PURSE, &RULES, over + 700);
        assert_eq!(found.work[0].since, over + 600);
    }

    #[test]
    fn the_account_for_the_bounty_is_made_once() {
        let purse = Purse { rent: 9, ..PURSE };
        let found = find(&config(10), &purse, &RULES, START + HOUR);
        assert_eq!(found.work[0].instructions.len(), 2);
        assert_eq!(found.work[0].rent, 9);
    }
}
