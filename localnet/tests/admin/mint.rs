//! Minters and metadata.

use anyhow::{Context, Result};
use io_client::{
    pda,
    shared::{
        constants::HARD_CAP,
        ids::{METADATA_PROGRAM, io_mint},
        state::{MintConfig, Minter},
    },
    token,
};
use io_tests::artifact;
use serde_json::json;

use crate::{
    offices::io,
    town::{IO_MINT, Town},
};

const TWO_DAYS: i64 = 2 * 86_400;

#[tokio::test(flavor = "multi_thread")]
async fn minters_are_added_raised_and_revoked() -> Result<()> {
    let town = Town::open("admin-mint").await?;
    let grants = town.person("grants", 0, 0).await?;
    let friend = town.person("friend", 0, 0).await?;
    let name = grants.name();
    let minter = async || {
        town.state::<Minter>(&pda::minter(&grants.address()).0)
            .await
    };

    let add = ["mint", "add-minter", &name, "--allowance", "1000.5"];
    // All that may ever be minted is promised here.
    let full = town.refused(&town.authority(), &add)?;
    assert_eq!(full["name"], "HardCapExceeded");
    promise_less(&town, io(10_000)).await?;
    let limits = ["--window-limit", "500", "--window", "1h"];
    let answer = town.admin(&[&add[..], &limits].concat())?;
    let added = minter().await?;
    assert_eq!(
        (added.total, added.window_limit),
        (io(1_000) + io(1) / 2, io(500))
    );
    assert_eq!(added.window_seconds, 3_600);
    assert_eq!(answer["effective_at"], added.active_at);
    assert!(added.active_at >= town.now().await? + TWO_DAYS - 60);
    let again = town.refused(&town.authority(), &add)?;
    assert!(again["message"].to_string().contains("is a minter already"));
    town.admin(&["mint", "revoke", &name])?;
    assert!(
        town.chain
            .find::<Minter>(&pda::minter(&grants.address()).0)
            .await?
            .is_none()
    );

    town.admin(&add)?;
    let raise = ["mint", "raise", &name, "2000"];
    let stranger = town.refused(&grants, &raise)?;
    assert!(
        stranger["message"]
            .to_string()
            .contains(&town.authority().name())
    );
    let answer = town.admin(&raise)?;
    let raised = minter().await?;
    assert_eq!(
        (raised.total, raised.next_total),
        (io(1_000) + io(1) / 2, io(2_000))
    );
    assert_eq!(answer["effective_at"], raised.next_total_at);
    assert_eq!(answer["in_force"], io(1_000) + io(1) / 2);
    town.admin(&["mint", "cancel-raise", &name])?;
    assert_eq!(minter().await?.next_total_at, 0);
    let nothing = town.refused(&town.authority(), &["mint", "cancel-raise", &name])?;
    assert_eq!(nothing["message"], "no raise waits");
    let lowered = town.admin(&["mint", "raise", &name, "400"])?;
    assert!(lowered["effective_at"].is_null(), "{lowered:#}");
    assert_eq!(minter().await?.total, io(400));

    let issue = ["mint", "issue", "10", "--to", &friend.name()];
    let early = town.refused(&grants, &issue)?;
    assert_eq!(
        (&early["program"], &early["name"]),
        (&json!("io_mint"), &json!("NotActive"))
    );
    town.travel(TWO_DAYS).await?;
    town.by(&grants, &issue)?;
    let held = town
        .chain
        .token_balance(&token::associated(&friend.address(), &IO_MINT))
        .await?;
    assert_eq!(held, Some(io(10)));

    // A second distributor would promise more than the hard cap leaves.
    let curve = ["--schedule", "hourly", "--start-at", "2030-01-01T00:00:00Z"];
    let friend = friend.name();
    let schedule = [&["mint", "add-minter", &friend][..], &curve].concat();
    let above = town.refused(&town.authority(), &schedule)?;
    assert_eq!(above["name"], "HardCapExceeded");
    town.local.stop().await
}

/// As on a cluster that promised `amount` less than the hard cap.
async fn promise_less(town: &Town, amount: u64) -> Result<()> {
    let config = &io_mint::CONFIG.address;
    let account = town.chain.raw_account(config).await?;
    let (_, mut data) = account.context("a config")?;
    let promised = HARD_CAP.to_le_bytes();
    let at = data.windows(8).position(|window| window == promised);
    let at = at.context("it promises all")?;
    data[at..at + 8].copy_from_slice(&(HARD_CAP - amount).to_le_bytes());
    let put = json!([config.to_string(), { "data": hex(&data) }]);
    town.cheat("surfnet_setAccount", put).await
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn wallets_learn_what_the_mint_is_called() -> Result<()> {
    let town = Town::open("admin-metadata").await?;
    let elf = std::fs::read(artifact("metadata"))?;
    for (index, chunk) in elf.chunks(1 << 18).enumerate() {
        let written = json!([METADATA_PROGRAM.to_string(), hex(chunk), index << 18]);
        town.cheat("surfnet_writeProgram", written).await?;
    }
    let name = ["--name", "io.net", "--symbol", "IO"];
    let uri = ["--uri", "https://io.net/io.json"];
    town.admin(&[&["mint", "metadata"], &name[..], &uri].concat())?;
    let config: MintConfig = town.state(&io_mint::CONFIG.address).await?;
    let metadata = town
        .chain
        .raw_account(&pda::metadata(&config.mint).0)
        .await?;
    let (owner, data) = metadata.expect("it was made");
    assert_eq!(owner, METADATA_PROGRAM);
    assert!(String::from_utf8_lossy(&data).contains("https://io.net/io.json"));
    let symbol = ["--symbol", "ELEVENBYTES"];
    let long = [&["mint", "metadata", "--name", "io.net"], &symbol[..], &uri].concat();
    let long = town.refused(&town.authority(), &long)?;
    assert_eq!(long["name"], "MetadataTooLong");
    town.local.stop().await
}
