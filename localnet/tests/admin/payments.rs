//! Assets, venues, gateways and fees.

use anyhow::Result;
use io_client::{
    Pubkey, pda,
    shared::{
        constants::USDC,
        ids::{TOKEN_PROGRAM, io_mint, io_payments},
        state::{Asset, Gateway, MintConfig, PaymentsConfig, Scheduled, Venue},
    },
    token,
    venues::padded,
};
use io_tests::amm::{AMM_PROGRAM, create_account};
use solana_keypair::Keypair;
use solana_signer::Signer;
use spl_token_interface::instruction as spl;

use crate::stage::{Stage, io};

const TWO_DAYS: i64 = 2 * 86_400;

fn next(rule: &Scheduled, now: i64) -> Option<u64> {
    rule.pending(now).map(|(next, _)| next)
}

/// A new mint of nine decimals.
async fn token(stage: &Stage) -> Result<Pubkey> {
    let (mint, authority) = (Keypair::new(), stage.authority());
    let rent = stage.chain.rent(82).await?;
    let make = create_account(&authority, &mint.pubkey(), rent, 82, &TOKEN_PROGRAM);
    let begin = spl::initialize_mint2(&TOKEN_PROGRAM, &mint.pubkey(), &authority, None, 9)?;
    stage.execute(&[make, begin], &[&mint]).await?;
    Ok(mint.pubkey())
}

#[tokio::test(flavor = "multi_thread")]
async fn assets_are_listed_and_changed() -> Result<()> {
    let stage = Stage::open("admin-assets").await?;
    let (guardian, guardian_key) = stage.wallet("guardian").await?;
    stage.admin(&["guardian", &guardian.to_string(), "--program", "payments"])?;
    let mint = token(&stage).await?;
    let name = mint.to_string();
    let asset = async || stage.state::<Asset>(&pda::asset(&mint).0).await;
    let now = stage.now().await?;

    let list = ["asset", "list", &name, "--minimum", "0.25", "--fee"];
    let high = stage.refused(&stage.authority_file(), &[&list[..], &["6"]].concat())?;
    assert_eq!(high["name"], "FeeTooHigh");
    stage.admin(&[&list[..], &["2"]].concat())?;
    let listed = asset().await?;
    assert_eq!((listed.fee_bps.at(now), listed.minimum), (200, 250_000_000));
    let again = stage.refused(&stage.authority_file(), &[&list[..], &["2"]].concat())?;
    assert!(again["message"].to_string().contains("listed already"));

    let answer = stage.admin(&["asset", "fee", &name, "1.5"])?;
    assert_eq!(answer["in_force"], 200);
    assert_eq!(next(&asset().await?.fee_bps, now), Some(150));
    let answer = stage.admin(&["asset", "fee", &name, "1"])?;
    assert_eq!(
        (&answer["dropped"], &answer["will_be"]),
        (&150.into(), &100.into())
    );
    stage.admin(&["asset", "minimum", &name, "0.5"])?;
    assert_eq!(asset().await?.minimum, 500_000_000);
    let fine = stage.refused(
        &stage.authority_file(),
        &["asset", "minimum", "usdc", "0.0000001"],
    )?;
    assert_eq!(fine["kind"], "usage");

    let (owner, id) = (Keypair::new().pubkey(), "ef".repeat(32));
    let feed = [
        "asset",
        "feed",
        &name,
        "--owner",
        &owner.to_string(),
        "--id",
        &id,
    ];
    stage.admin(&[&feed[..], &["--max-age", "2min", "--max-deviation", "3"]].concat())?;
    let waiting = asset().await?.feed.pending(now).map(|(feed, _)| *feed);
    let waiting = waiting.expect("a feed waits");
    assert_eq!(
        (waiting.owner, waiting.id, waiting.max_age),
        (owner, [0xef; 32], 120)
    );
    assert_eq!(
        (waiting.max_confidence_bps, waiting.max_deviation_bps),
        (100, 300)
    );
    stage.admin(&["asset", "feed", &name, "--none"])?;
    let waiting = asset()
        .await?
        .feed
        .pending(now)
        .map(|(feed, _)| feed.is_listed());
    assert_eq!(waiting, Some(false));

    stage.by(&guardian_key, &["asset", "disable", &name])?;
    assert_eq!(asset().await?.enabled, 0);
    stage.refused(&guardian_key, &["asset", "enable", &name])?;
    stage.admin(&["asset", "enable", &name])?;
    assert_eq!(asset().await?.enabled, 1);
    stage.local.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn venues_and_gateways_are_listed_and_changed() -> Result<()> {
    let stage = Stage::open("admin-venues").await?;
    let (guardian, guardian_key) = stage.wallet("guardian").await?;
    stage.admin(&["guardian", &guardian.to_string(), "--program", "payments"])?;
    let program = AMM_PROGRAM.to_string();
    let address = pda::venue(&AMM_PROGRAM, &padded(&[7, 8])).0;
    let venue = async || stage.state::<Venue>(&address).await;
    let now = stage.now().await?;

    stage.admin(&["venue", "list", &program, "0708"])?;
    assert_eq!(venue().await?.discriminator_len, 2);
    stage.by(&guardian_key, &["venue", "cap", &program, "0708", "1000"])?;
    assert_eq!(venue().await?.cap.at(now), io(1_000));
    let raise = ["venue", "cap", &program, "0708", "none"];
    let refused = stage.refused(&guardian_key, &raise)?;
    assert!(
        refused["message"]
            .to_string()
            .contains(&stage.authority().to_string())
    );
    stage.admin(&raise)?;
    assert_eq!(next(&venue().await?.cap, now), Some(u64::MAX));
    stage.by(&guardian_key, &["venue", "disable", &program, "0708"])?;
    assert_eq!(venue().await?.enabled, 0);
    stage.admin(&["venue", "enable", &program, "0708"])?;
    assert_eq!(venue().await?.enabled, 1);
    let unknown = stage.refused(&guardian_key, &["venue", "disable", &program, "0709"])?;
    assert!(unknown["message"].to_string().contains("not listed"));

    let (wallet, _) = stage.wallet("processor").await?;
    let name = wallet.to_string();
    let gateway = async || stage.state::<Gateway>(&pda::gateway(&wallet).0).await;
    stage.admin(&[
        "gateway",
        "list",
        &name,
        "--fee",
        "2",
        "--daily-limit",
        "100",
    ])?;
    assert_eq!(gateway().await?.daily_limit.at(now), 100 * USDC);
    stage.admin(&["gateway", "fee", &name, "2.5"])?;
    assert_eq!(next(&gateway().await?.fee_bps, now), Some(250));
    stage.admin(&["gateway", "limit", &name, "250"])?;
    assert_eq!(next(&gateway().await?.daily_limit, now), Some(250 * USDC));
    let lowered = stage.by(&guardian_key, &["gateway", "limit", &name, "50"])?;
    assert!(lowered["effective_at"].is_null());
    assert_eq!(gateway().await?.daily_limit, Scheduled::new(50 * USDC));
    stage.by(&guardian_key, &["gateway", "disable", &name])?;
    assert_eq!(gateway().await?.enabled, 0);
    stage.admin(&["gateway", "enable", &name])?;
    assert_eq!(gateway().await?.enabled, 1);
    stage.local.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn fees_are_swept_and_buy_io_back() -> Result<()> {
    let stage = Stage::open("admin-fees").await?;
    let usdc = stage.local.usdc;
    let config = async || {
        stage
            .state::<PaymentsConfig>(&io_payments::CONFIG.address)
            .await
    };
    let (treasury, _) = stage.wallet("treasury").await?;

    stage.admin(&["fees", "payout-fee", "1.25"])?;
    stage.admin(&["fees", "buy-back-limit", "40"])?;
    stage.admin(&["fees", "treasury", &treasury.to_string()])?;
    let high = stage.refused(&stage.authority_file(), &["fees", "payout-fee", "5.01"])?;
    assert_eq!(high["name"], "FeeTooHigh");
    let (waiting, now) = (config().await?, stage.now().await?);
    assert_eq!(next(&waiting.payout_fee_bps, now), Some(125));
    assert_eq!(next(&waiting.buy_back_daily, now), Some(40 * USDC));
    assert_eq!(waiting.next_treasury, treasury);
    stage.travel(TWO_DAYS + 60).await?;

    // Fees that came in.
    let authority = stage.authority();
    let from = token::associated(&authority, &usdc);
    let fees = pda::fees(&usdc).0;
    let pay = spl::transfer(&TOKEN_PROGRAM, &from, &fees, &authority, &[], 100 * USDC)?;
    stage.execute(&[pay], &[]).await?;
    let burned = async || {
        let config: MintConfig = stage.state(&io_mint::CONFIG.address).await?;
        anyhow::Ok(config.burned)
    };
    let answer = stage.admin(&["fees", "buy-back", "40", "--slippage", "1"])?;
    assert!(burned().await? >= answer["min_io_out"].as_u64().expect("a number"));
    // 0.20 USDC for an IO.
    assert!(burned().await? > io(190), "{answer:#}");
    let more = stage.refused(&stage.authority_file(), &["fees", "buy-back", "1"])?;
    assert_eq!(more["name"], "AboveDailyLimit");
    let answer = stage.admin(&["fees", "sweep", "usdc"])?;
    assert_eq!(answer["swept"], 20 * USDC);
    let account = token::associated(&treasury, &usdc);
    assert_eq!(stage.chain.token_balance(&account).await?, Some(20 * USDC));
    let nothing = stage.refused(&stage.authority_file(), &["fees", "sweep", "usdc"])?;
    assert!(
        nothing["message"].to_string().contains("buy-back"),
        "{nothing:#}"
    );
    stage.local.stop().await
}
