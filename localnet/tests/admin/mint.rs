//! Minters and metadata.

use anyhow::Result;
use io_client::{
    pda,
    shared::{
        ids::{METADATA_PROGRAM, io_mint},
        state::{MintConfig, Minter},
    },
    token,
};
use io_tests::artifact;
use serde_json::json;

use crate::stage::{IO_MINT, Stage, io};

const TWO_DAYS: i64 = 2 * 86_400;

#[tokio::test(flavor = "multi_thread")]
async fn minters_are_added_raised_and_revoked() -> Result<()> {
    let stage = Stage::open("admin-mint").await?;
    let (grants, grants_key) = stage.wallet("grants").await?;
    let (friend, _) = stage.wallet("friend").await?;
    let name = grants.to_string();
    let minter = async || stage.state::<Minter>(&pda::minter(&grants).0).await;

    let add = ["mint", "add-minter", &name, "--allowance", "1000.5"];
    let limits = ["--window-limit", "500", "--window", "1h"];
    let answer = stage.admin(&[&add[..], &limits].concat())?;
    let added = minter().await?;
    assert_eq!(
        (added.total, added.window_limit),
        (io(1_000) + io(1) / 2, io(500))
    );
    assert_eq!(added.window_seconds, 3_600);
    assert_eq!(answer["effective_at"], added.active_at);
    assert!(added.active_at >= stage.now().await? + TWO_DAYS - 60);
    let again = stage.refused(&stage.authority_file(), &add)?;
    assert!(again["message"].to_string().contains("is a minter already"));
    stage.admin(&["mint", "revoke", &name])?;
    assert!(
        stage
            .chain
            .find::<Minter>(&pda::minter(&grants).0)
            .await?
            .is_none()
    );

    stage.admin(&add)?;
    let raise = ["mint", "raise", &name, "2000"];
    let stranger = stage.refused(&grants_key, &raise)?;
    assert!(
        stranger["message"]
            .to_string()
            .contains(&stage.authority().to_string())
    );
    let answer = stage.admin(&raise)?;
    let raised = minter().await?;
    assert_eq!(
        (raised.total, raised.next_total),
        (io(1_000) + io(1) / 2, io(2_000))
    );
    assert_eq!(answer["effective_at"], raised.next_total_at);
    assert_eq!(answer["in_force"], io(1_000) + io(1) / 2);
    stage.admin(&["mint", "cancel-raise", &name])?;
    assert_eq!(minter().await?.next_total_at, 0);
    let nothing = stage.refused(&stage.authority_file(), &["mint", "cancel-raise", &name])?;
    assert_eq!(nothing["message"], "no raise waits");
    let lowered = stage.admin(&["mint", "raise", &name, "400"])?;
    assert!(lowered["effective_at"].is_null(), "{lowered:#}");
    assert_eq!(minter().await?.total, io(400));

    let issue = ["mint", "issue", "10", "--to", &friend.to_string()];
    let early = stage.refused(&grants_key, &issue)?;
    assert_eq!(
        (&early["program"], &early["name"]),
        (&json!("io_mint"), &json!("NotActive"))
    );
    stage.travel(TWO_DAYS).await?;
    stage.by(&grants_key, &issue)?;
    let held = stage
        .chain
        .token_balance(&token::associated(&friend, &IO_MINT))
        .await?;
    assert_eq!(held, Some(io(10)));

    // A second distributor would promise more than the hard cap leaves.
    let curve = ["--schedule", "hourly", "--start-at", "2030-01-01T00:00:00Z"];
    let friend = friend.to_string();
    let schedule = [&["mint", "add-minter", &friend][..], &curve].concat();
    let above = stage.refused(&stage.authority_file(), &schedule)?;
    assert_eq!(above["name"], "HardCapExceeded");
    stage.local.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn wallets_learn_what_the_mint_is_called() -> Result<()> {
    let stage = Stage::open("admin-metadata").await?;
    let elf = std::fs::read(artifact("metadata"))?;
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    for (index, chunk) in elf.chunks(1 << 18).enumerate() {
        let written = json!([METADATA_PROGRAM.to_string(), hex(chunk), index << 18]);
        stage.cheat("surfnet_writeProgram", written).await?;
    }
    let name = ["--name", "io.net", "--symbol", "IO"];
    let uri = ["--uri", "https://io.net/io.json"];
    stage.admin(&[&["mint", "metadata"], &name[..], &uri].concat())?;
    let config: MintConfig = stage.state(&io_mint::CONFIG.address).await?;
    let metadata = stage
        .chain
        .raw_account(&pda::metadata(&config.mint).0)
        .await?;
    let (owner, data) = metadata.expect("it was made");
    assert_eq!(owner, METADATA_PROGRAM);
    assert!(String::from_utf8_lossy(&data).contains("https://io.net/io.json"));
    let symbol = ["--symbol", "ELEVENBYTES"];
    let long = [&["mint", "metadata", "--name", "io.net"], &symbol[..], &uri].concat();
    let long = stage.refused(&stage.authority_file(), &long)?;
    assert_eq!(long["name"], "MetadataTooLong");
    stage.local.stop().await
}
