//! Pauses, guardians and the hand-over of the authority.

use anyhow::Result;
use io_client::{
    Pubkey,
    shared::{
        ids::{io_emissions, io_mint, io_payments, io_staking},
        state::{EmissionsConfig, Governance, MintConfig, PaymentsConfig, StakingConfig},
    },
};

use crate::stage::Stage;

async fn governances(stage: &Stage) -> Result<[Governance; 4]> {
    let mint: MintConfig = stage.state(&io_mint::CONFIG.address).await?;
    let staking: StakingConfig = stage.state(&io_staking::CONFIG.address).await?;
    let emissions: EmissionsConfig = stage.state(&io_emissions::CONFIG.address).await?;
    let payments: PaymentsConfig = stage.state(&io_payments::CONFIG.address).await?;
    Ok([
        mint.governance,
        staking.governance,
        emissions.governance,
        payments.governance,
    ])
}

async fn paused(stage: &Stage) -> Result<[bool; 3]> {
    let mint: MintConfig = stage.state(&io_mint::CONFIG.address).await?;
    let staking: StakingConfig = stage.state(&io_staking::CONFIG.address).await?;
    let payments: PaymentsConfig = stage.state(&io_payments::CONFIG.address).await?;
    Ok([mint.paused, staking.paused, payments.paused].map(|paused| paused != 0))
}

#[tokio::test(flavor = "multi_thread")]
async fn pauses_guardians_and_authorities_change_hands() -> Result<()> {
    let stage = Stage::open("admin-governance").await?;
    let (guardian, guardian_key) = stage.wallet("guardian").await?;
    let (next, next_key) = stage.wallet("next").await?;
    let authority = stage.authority();

    stage.admin(&["guardian", &guardian.to_string(), "--program", "all"])?;
    let guardians = governances(&stage).await?.map(|one| one.guardian);
    assert_eq!(guardians, [guardian; 4]);
    let again = stage.refused(
        &stage.authority_file(),
        &["guardian", &guardian.to_string(), "--program", "mint"],
    )?;
    assert_eq!(again["kind"], "refused");

    // The guardian pauses, one and then what is left of all; only the authority ends it.
    stage.by(&guardian_key, &["pause", "--program", "staking"])?;
    assert_eq!(paused(&stage).await?, [false, true, false]);
    let answer = stage.by(&guardian_key, &["pause", "--program", "all"])?;
    let events = answer["events"].as_array().expect("a list");
    assert_eq!(events.len(), 2, "{answer:#}");
    assert_eq!(paused(&stage).await?, [true; 3]);
    let refused = stage.refused(&guardian_key, &["resume", "--program", "all"])?;
    assert!(
        refused["message"]
            .to_string()
            .contains(&authority.to_string()),
        "{refused:#}"
    );
    stage.admin(&["resume", "--program", "all"])?;
    assert_eq!(paused(&stage).await?, [false; 3]);

    // Nominated on all, withdrawn on one, accepted on the others.
    stage.admin(&["nominate", &next.to_string(), "--program", "all"])?;
    stage.admin(&["nominate", "none", "--program", "mint"])?;
    let refused = stage.refused(&stage.authority_file(), &["accept", "--program", "staking"])?;
    assert!(
        refused["message"].to_string().contains(&next.to_string()),
        "{refused:#}"
    );
    stage.by(&next_key, &["accept", "--program", "all"])?;
    let all = governances(&stage).await?;
    assert_eq!(all.map(|one| one.authority), [authority, next, next, next]);
    assert_eq!(all.map(|one| one.pending_authority), [Pubkey::default(); 4]);
    let refused = stage.refused(&next_key, &["accept", "--program", "all"])?;
    assert_eq!(refused["message"], "nobody is nominated");
    stage.local.stop().await
}
