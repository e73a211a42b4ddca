//! `io admin emissions`: the distributor's rules, its scorer and the scores.

mod scores;

use super::{change::Change, named::somebody, office::Office};
use crate::{
    args::{io, percent},
    context::Context,
    failure::{Failure, Result},
    output::{Report, Shown},
    signing::Signing,
};
use clap::{Args, Subcommand};
use io_client::{
    Pubkey, emissions, pda,
    rpc::Network,
    shared::{
        ids::io_emissions,
        state::{EmissionsConfig, EmissionsRule, PoolShares, RewardPool, Scheduled},
    },
};

const PROGRAM: &str = "io_emissions";

/// Rules, shares of the pools, the scorer and the scores
#[derive(Subcommand)]
pub enum Emissions {
    Rule(Rule),
    Shares(Shares),
    Cancel(Cancel),
    Scorer(Scorer),
    Scores(scores::Scores),
}

impl Emissions {
    pub async fn run(self, context: &Context) -> Result<Report> {
        match self {
            Self::Rule(command) => command.run(context).await,
            Self::Shares(command) => command.run(context).await,
            Self::Cancel(command) => command.run(context).await,
            Self::Scorer(command) => command.run(context).await,
            Self::Scores(command) => command.run(context).await,
        }
    }
}

async fn config(network: &Network) -> Result<EmissionsConfig> {
    Ok(network.account(&io_emissions::CONFIG.address).await?)
}

/// The pools, in the order of their ids.
async fn pools(network: &Network, config: &EmissionsConfig) -> Result<Vec<RewardPool>> {
    let mut pools = Vec::new();
    for id in 0..config.pool_count {
        pools.push(network.account(&pda::reward_pool(id).0).await?);
    }
    Ok(pools)
}

/// Change a rule after 48 hours (authority)
#[derive(Args)]
pub struct Rule {
    #[command(flatten)]
    rule: Chosen,
    #[command(flatten)]
    signing: Signing,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Chosen {
    /// What a crank earns of the emission it mints, at most 1
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    bounty: Option<u64>,
    /// Most that one crank earns
    #[arg(long, value_name = "IO", value_parser = io)]
    bounty_cap: Option<u64>,
    /// Weight at the largest stake in basis points, 10000 to 50000; 10000 is no boost
    #[arg(long, value_name = "BPS")]
    max_boost: Option<u64>,
    /// Epochs that a score counts for, 1 to 168
    #[arg(long, value_name = "EPOCHS")]
    max_score_age: Option<u64>,
    /// How far a score may move in one epoch
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    max_score_step: Option<u64>,
}

/// How a rule is called and shown.
fn named(rule: EmissionsRule) -> (&'static str, fn(u64) -> Shown) {
    match rule {
        EmissionsRule::BountyBps => ("bounty", Shown::Bps),
        EmissionsRule::BountyCap => ("cap of the bounty", Shown::Io),
        EmissionsRule::MaxBoostBps => ("largest boost", Shown::Bps),
        EmissionsRule::MaxScoreAge => ("age of scores, in epochs,", Shown::Number),
        EmissionsRule::MaxScoreStepBps => ("step of scores", Shown::Bps),
    }
}

impl Chosen {
    /// The rule and its next value.
    fn rule(&self) -> Option<(EmissionsRule, u64)> {
        let of = |rule, value: Option<u64>| value.map(|value| (rule, value));
        of(EmissionsRule::BountyBps, self.bounty)
            .or(of(EmissionsRule::BountyCap, self.bounty_cap))
            .or(of(EmissionsRule::MaxBoostBps, self.max_boost))
            .or(of(EmissionsRule::MaxScoreAge, self.max_score_age))
            .or(of(EmissionsRule::MaxScoreStepBps, self.max_score_step))
    }
}

impl Rule {
    async fn run(self, context: &Context) -> Result<Report> {
        let mut config = config(&context.network).await?;
        let now = context.network.clock().await?.now;
        let acting =
            Office::authority(PROGRAM, &config.governance).acting(&self.signing, context)?;
        let Some((rule, next)) = self.rule.rule() else {
            return Err(Failure::usage("no rule is named", "name one, see --help"));
        };
        let (name, show) = named(rule);
        let instruction = emissions::schedule_rule(&acting.wallet, rule, next);
        Change::new(
            format!("change the {name} of the distributor"),
            now,
            instruction,
        )
        .rule(config.rule_mut(rule), next, show)
        .carry_out(&acting)
        .await
    }
}

/// Change the split of the emission over the pools after 48 hours (authority)
#[derive(Args)]
pub struct Shares {
    /// A part for each pool that exists, in the order of their ids; together 100
    #[arg(value_name = "PERCENT", required = true, num_args = 1..=4, value_parser = percent)]
    shares: Vec<u64>,
    #[command(flatten)]
    signing: Signing,
}

impl Shares {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let config = config(network).await?;
        let pools = pools(network, &config).await?;
        let now = network.clock().await?.now;
        let acting =
            Office::authority(PROGRAM, &config.governance).acting(&self.signing, context)?;
        if self.shares.len() != pools.len() {
            return Err(Failure::usage(
                format!("there are {} pools", pools.len()),
                "name a part for each of them",
            ));
        }
        let mut next = PoolShares::default();
        for (slot, share) in next.iter_mut().zip(&self.shares) {
            *slot = *share;
        }
        let list = |shares: &mut dyn Iterator<Item = u64>| {
            Shown::List(shares.map(|share| Shown::Bps(share).human()).collect())
        };
        let is = list(&mut pools.iter().map(|pool| pool.share_bps.at(now)));
        let waits: Option<Vec<_>> = pools
            .iter()
            .map(|pool| pool.share_bps.pending(now))
            .collect();
        let waits = waits.and_then(|waits| {
            let at = waits.first()?.1;
            Some((list(&mut waits.iter().map(|(share, _)| *share)), at))
        });
        let instruction = emissions::schedule_shares(&acting.wallet, &next);
        Change::new("change the split over the pools", now, instruction)
            .with("In force", "in_force", is)
            .dropped(waits)
            .with("Will be", "will_be", list(&mut self.shares.iter().copied()))
            .carry_out(&acting)
            .await
    }
}

/// Drop every change of rules and shares that waits, at once (guardian or authority)
#[derive(Args)]
pub struct Cancel {
    #[command(flatten)]
    signing: Signing,
}

impl Cancel {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let mut config = config(network).await?;
        let pools = pools(network, &config).await?;
        let now = network.clock().await?.now;
        let office = Office::guarding(PROGRAM, &config.governance, true);
        let acting = office.acting(&self.signing, context)?;
        let mut waiting = Vec::new();
        let mut see = |name: &str, rule: &Scheduled, show: fn(u64) -> Shown| {
            if let Some((next, at)) = rule.pending(now) {
                let [is, next] = [rule.at(now), next].map(|value| show(value).human());
                waiting.push(format!(
                    "{name}: stays {is}, not {next} from {}",
                    Shown::When { at, now }.human()
                ));
            }
        };
        for rule in EmissionsRule::ALL {
            let (name, show) = named(rule);
            see(name, config.rule_mut(rule), show);
        }
        for pool in &pools {
            see(
                &format!("share of pool {}", pool.id),
                &pool.share_bps,
                Shown::Bps,
            );
        }
        if waiting.is_empty() {
            return Err(Failure::refused("no change waits", "nothing is to be done"));
        }
        let instruction = emissions::cancel_changes(&acting.wallet, config.pool_count);
        Change::new(
            "drop the changes of the distributor that wait",
            now,
            instruction,
        )
        .with("Dropped", "dropped", Shown::List(waiting))
        .carry_out(&acting)
        .await
    }
}

/// Replace the scorer, who posts scores, at once (authority)
#[derive(Args)]
pub struct Scorer {
    /// The new scorer, or `none`
    #[arg(value_parser = somebody)]
    scorer: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

impl Scorer {
    async fn run(self, context: &Context) -> Result<Report> {
        let config = config(&context.network).await?;
        let now = context.network.clock().await?.now;
        let acting =
            Office::authority(PROGRAM, &config.governance).acting(&self.signing, context)?;
        let instruction = emissions::set_scorer(&acting.wallet, &self.scorer);
        Change::new("replace the scorer", now, instruction)
            .becomes(
                Shown::or_nobody(config.scorer),
                Shown::or_nobody(self.scorer),
            )
            .carry_out(&acting)
            .await
    }
}
