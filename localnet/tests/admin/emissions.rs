//! The distributor's rules, its scorer and the scores.

use anyhow::{Context, Result};
use io_client::{
    Pubkey, emissions, pda,
    shared::{
        ids::io_emissions,
        state::{EmissionsConfig, NodeEmission, RewardPool, Scheduled},
    },
    token,
};

use crate::{
    offices::io,
    staking::node,
    town::{IO_MINT, Town},
};

fn next(rule: &Scheduled, now: i64) -> Option<u64> {
    rule.pending(now).map(|(next, _)| next)
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_and_shares_change_and_nodes_are_scored() -> Result<()> {
    let town = Town::open("admin-emissions").await?;
    let guardian = town.person("guardian", 0, 0).await?;
    let scorer = town.person("scorer", 0, 0).await?;
    town.admin(&["guardian", &guardian.name(), "--program", "emissions"])?;
    let config = async || {
        town.state::<EmissionsConfig>(&io_emissions::CONFIG.address)
            .await
    };
    let now = town.now().await?;

    for (rule, value) in [
        ("--bounty", "0.2"),
        ("--bounty-cap", "7.5"),
        ("--max-boost", "30000"),
        ("--max-score-age", "48"),
        ("--max-score-step", "12.5"),
    ] {
        let answer = town.admin(&["emissions", "rule", rule, value])?;
        assert!(
            answer["effective_at"].as_i64() > Some(now + 86_400),
            "{answer:#}"
        );
    }
    let rules = config().await?;
    assert_eq!(next(&rules.bounty_bps, now), Some(20));
    assert_eq!(next(&rules.bounty_cap, now), Some(io(7) + io(1) / 2));
    assert_eq!(next(&rules.max_boost_bps, now), Some(30_000));
    assert_eq!(next(&rules.max_score_age, now), Some(48));
    assert_eq!(next(&rules.max_score_step_bps, now), Some(1_250));
    let high = town.refused(&town.authority(), &["emissions", "rule", "--bounty", "2"])?;
    assert_eq!(high["name"], "RuleOutOfBounds");

    town.admin(&["emissions", "shares", "60", "40"])?;
    let pool = async |id| town.state::<RewardPool>(&pda::reward_pool(id).0).await;
    assert_eq!(next(&pool(0).await?.share_bps, now), Some(6_000));
    assert_eq!(next(&pool(1).await?.share_bps, now), Some(4_000));
    let sum = town.refused(&town.authority(), &["emissions", "shares", "60", "41"])?;
    assert_eq!(sum["name"], "WrongShares");
    let few = town.refused(&town.authority(), &["emissions", "shares", "100"])?;
    assert_eq!(few["kind"], "usage");
    let answer = town.by(&guardian, &["emissions", "cancel"])?;
    let dropped = answer["dropped"].as_array().map(Vec::len);
    assert_eq!(dropped, Some(7), "{answer:#}");
    assert_eq!(next(&config().await?.bounty_bps, now), None);
    assert_eq!(next(&pool(1).await?.share_bps, now), None);

    town.admin(&["emissions", "scorer", &scorer.name()])?;
    assert_eq!(config().await?.scorer, scorer.address());

    // 13 nodes take two transactions.
    let mut nodes = Vec::new();
    for id in 1..=13 {
        nodes.push(node(&town, id).await?);
    }
    advance(&town).await?;
    let path = town.path("scores.csv");
    let rows: String = nodes.iter().map(|node| format!("{node},2500\n")).collect();
    std::fs::write(&path, format!("node,score_bps\n{rows}"))?;
    let scores = ["emissions", "scores", path.to_str().context("UTF-8")?];
    let wrong = town.refused(&guardian, &scores)?;
    assert!(wrong["message"].to_string().contains(&scorer.name()));
    let answer = town.by(&scorer, &scores)?;
    assert_eq!(answer["transaction_count"], 2);
    for node in &nodes {
        let emission: NodeEmission = town.state(&pda::node_emission(node).0).await?;
        assert_eq!(emission.score_bps, 2_500);
    }
    let done = town.refused(&scorer, &scores)?;
    assert!(done["message"].to_string().contains("already"));
    // One score that moves too far keeps the others from being sent for nothing.
    advance(&town).await?;
    let far = rows.replacen("2500", "9999", 1);
    std::fs::write(&path, format!("node,score_bps\n{far}"))?;
    let far = town.refused(&scorer, &scores)?;
    assert!(
        far["message"].to_string().contains(&nodes[0].to_string()),
        "{far:#}"
    );
    let emission: NodeEmission = town.state(&pda::node_emission(&nodes[1]).0).await?;
    assert_ne!(emission.score_epoch, config().await?.epochs_done);
    town.local.stop().await
}

/// Goes to the next epoch and shares out what was emitted until then.
pub async fn advance(town: &Town) -> Result<()> {
    town.travel(3_600).await?;
    let authority: Pubkey = town.authority().address();
    let bounty = token::associated(&authority, &IO_MINT);
    town.execute(&[emissions::advance_epoch(&bounty, &IO_MINT, 2)], &[])
        .await
}
