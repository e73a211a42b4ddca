//! Pauses, guardians and the hand-over of the authority.

use anyhow::Result;
use io_client::{
    Pubkey,
    shared::{
        ids::{io_emissions, io_mint, io_payments, io_staking},
        state::{EmissionsConfig, Governance, MintConfig, PaymentsConfig, StakingConfig},
    },
};

use crate::town::Town;

async fn governances(town: &Town) -> Result<[Governance; 4]> {
    let mint: MintConfig = town.state(&io_mint::CONFIG.address).await?;
    let staking: StakingConfig = town.state(&io_staking::CONFIG.address).await?;
    let emissions: EmissionsConfig = town.state(&io_emissions::CONFIG.address).await?;
    let payments: PaymentsConfig = town.state(&io_payments::CONFIG.address).await?;
    Ok([
        mint.governance,
        staking.governance,
        emissions.governance,
        payments.governance,
    ])
}

async fn paused(town: &Town) -> Result<[bool; 3]> {
    let mint: MintConfig = town.state(&io_mint::CONFIG.address).await?;
    let staking: StakingConfig = town.state(&io_staking::CONFIG.address).await?;
    let payments: PaymentsConfig = town.state(&io_payments::CONFIG.address).await?;
    Ok([mint.paused, staking.paused, payments.paused].map(|paused| paused != 0))
}

#[tokio::test(flavor = "multi_thread")]
async fn pauses_guardians_and_authorities_change_hands() -> Result<()> {
    let town = Town::open("admin-governance").await?;
    let guardian = town.person("guardian", 0, 0).await?;
    let next = town.person("next", 0, 0).await?;
    let authority = town.authority().address();

    town.admin(&["guardian", &guardian.name(), "--program", "all"])?;
    let guardians = governances(&town).await?.map(|one| one.guardian);
    assert_eq!(guardians, [guardian.address(); 4]);
    let again = town.refused(
        &town.authority(),
        &["guardian", &guardian.name(), "--program", "mint"],
    )?;
    assert_eq!(again["kind"], "refused");

    // The guardian pauses, one and then what is left of all; only the authority ends it.
    town.by(&guardian, &["pause", "--program", "staking"])?;
    assert_eq!(paused(&town).await?, [false, true, false]);
    let answer = town.by(&guardian, &["pause", "--program", "all"])?;
    let events = answer["events"].as_array().expect("a list");
    assert_eq!(events.len(), 2, "{answer:#}");
    assert_eq!(paused(&town).await?, [true; 3]);
    let refused = town.refused(&guardian, &["resume", "--program", "all"])?;
    assert!(
        refused["message"]
            .to_string()
            .contains(&authority.to_string()),
        "{refused:#}"
    );
    town.admin(&["resume", "--program", "all"])?;
    assert_eq!(paused(&town).await?, [false; 3]);

    // Nominated on all, withdrawn on one, accepted on the others.
    town.admin(&["nominate", &next.name(), "--program", "all"])?;
    town.admin(&["nominate", "none", "--program", "mint"])?;
    let refused = town.refused(&town.authority(), &["accept", "--program", "staking"])?;
    assert!(
        refused["message"].to_string().contains(&next.name()),
        "{refused:#}"
    );
    town.by(&next, &["accept", "--program", "all"])?;
    let all = governances(&town).await?;
    let accepted = next.address();
    assert_eq!(
        all.map(|one| one.authority),
        [authority, accepted, accepted, accepted]
    );
    assert_eq!(all.map(|one| one.pending_authority), [Pubkey::default(); 4]);
    let refused = town.refused(&next, &["accept", "--program", "all"])?;
    assert_eq!(refused["message"], "nobody is nominated");
    town.local.stop().await
}
