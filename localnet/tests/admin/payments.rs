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

use crate::{offices::io, town::Town};

const TWO_DAYS: i64 = 2 * 86_400;

fn next(rule: &Scheduled, now: i64) -> Option<u64> {
    rule.pending(now).map(|(next, _)| next)
}

/// A new mint of nine decimals.
async fn token(town: &Town) -> Result<Pubkey> {
    let (mint, authority) = (Keypair::new(), town.authority().address());
    let rent = town.chain.rent(82).await?;
    let make = create_account(&authority, &mint.pubkey(), rent, 82, &TOKEN_PROGRAM);
    let begin = spl::initialize_mint2(&TOKEN_PROGRAM, &mint.pubkey(), &authority, None, 9)?;
    town.execute(&[make, begin], &[&mint]).await?;
    Ok(mint.pubkey())
}

#[tokio::test(flavor = "multi_thread")]
async fn assets_are_listed_and_changed() -> Result<()> {
    let town = Town::open("admin-assets").await?;
    let guardian = town.person("guardian", 0, 0).await?;
    town.admin(&["guardian", &guardian.name(), "--program", "payments"])?;
    let mint = token(&town).await?;
    let name = mint.to_string();
    let asset = async || town.state::<Asset>(&pda::asset(&mint).0).await;
    let now = town.now().await?;

    let list = ["asset", "list", &name, "--minimum", "0.25", "--fee"];
    let high = town.refused(&town.authority(), &[&list[..], &["6"]].concat())?;
    assert_eq!(high["name"], "FeeTooHigh");
    town.admin(&[&list[..], &["2"]].concat())?;
    let listed = asset().await?;
    assert_eq!((listed.fee_bps.at(now), listed.minimum), (200, 250_000_000));
    let again = town.refused(&town.authority(), &[&list[..], &["2"]].concat())?;
    assert!(again["message"].to_string().contains("listed already"));

    let answer = town.admin(&["asset", "fee", &name, "1.5"])?;
    assert_eq!(answer["in_force"], 200);
    assert_eq!(next(&asset().await?.fee_bps, now), Some(150));
    let answer = town.admin(&["asset", "fee", &name, "1"])?;
    assert_eq!(
        (&answer["dropped"], &answer["will_be"]),
        (&150.into(), &100.into())
    );
    town.admin(&["asset", "minimum", &name, "0.5"])?;
    assert_eq!(asset().await?.minimum, 500_000_000);
    let fine = town.refused(
        &town.authority(),
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
    town.admin(&[&feed[..], &["--max-age", "2min", "--max-deviation", "3"]].concat())?;
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
    town.admin(&["asset", "feed", &name, "--none"])?;
    let waiting = asset()
        .await?
        .feed
        .pending(now)
        .map(|(feed, _)| feed.is_listed());
    assert_eq!(waiting, Some(false));

    town.by(&guardian, &["asset", "disable", &name])?;
    assert_eq!(asset().await?.enabled, 0);
    town.refused(&guardian, &["asset", "enable", &name])?;
    town.admin(&["asset", "enable", &name])?;
    assert_eq!(asset().await?.enabled, 1);
    town.local.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn venues_and_gateways_are_listed_and_changed() -> Result<()> {
    let town = Town::open("admin-venues").await?;
    let guardian = town.person("guardian", 0, 0).await?;
    town.admin(&["guardian", &guardian.name(), "--program", "payments"])?;
    let program = AMM_PROGRAM.to_string();
    let address = pda::venue(&AMM_PROGRAM, &padded(&[7, 8])).0;
    let venue = async || town.state::<Venue>(&address).await;
    let now = town.now().await?;

    town.admin(&["venue", "list", &program, "0708"])?;
    assert_eq!(venue().await?.discriminator_len, 2);
    town.by(&guardian, &["venue", "cap", &program, "0708", "1000"])?;
    assert_eq!(venue().await?.cap.at(now), io(1_000));
    let raise = ["venue", "cap", &program, "0708", "none"];
    let refused = town.refused(&guardian, &raise)?;
    assert!(
        refused["message"]
            .to_string()
            .contains(&town.authority().name())
    );
    town.admin(&raise)?;
    assert_eq!(next(&venue().await?.cap, now), Some(u64::MAX));
    town.by(&guardian, &["venue", "disable", &program, "0708"])?;
    assert_eq!(venue().await?.enabled, 0);
    town.admin(&["venue", "enable", &program, "0708"])?;
    assert_eq!(venue().await?.enabled, 1);
    let unknown = town.refused(&guardian, &["venue", "disable", &program, "0709"])?;
    assert!(unknown["message"].to_string().contains("not listed"));

    let wallet = town.person("processor", 0, 0).await?;
    let name = wallet.name();
    let gateway = async || {
        town.state::<Gateway>(&pda::gateway(&wallet.address()).0)
            .await
    };
    town.admin(&[
        "gateway",
        "list",
        &name,
        "--fee",
        "2",
        "--daily-limit",
        "100",
    ])?;
    assert_eq!(gateway().await?.daily_limit.at(now), 100 * USDC);
    town.admin(&["gateway", "fee", &name, "2.5"])?;
    assert_eq!(next(&gateway().await?.fee_bps, now), Some(250));
    town.admin(&["gateway", "limit", &name, "250"])?;
    assert_eq!(next(&gateway().await?.daily_limit, now), Some(250 * USDC));
    let lowered = town.by(&guardian, &["gateway", "limit", &name, "50"])?;
    assert!(lowered["effective_at"].is_null());
    assert_eq!(gateway().await?.daily_limit, Scheduled::new(50 * USDC));
    town.by(&guardian, &["gateway", "disable", &name])?;
    assert_eq!(gateway().await?.enabled, 0);
    town.admin(&["gateway", "enable", &name])?;
    assert_eq!(gateway().await?.enabled, 1);
    town.local.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn fees_are_swept_and_buy_io_back() -> Result<()> {
    let town = Town::open("admin-fees").await?;
    let usdc = town.local.usdc;
    let config = async || {
        town.state::<PaymentsConfig>(&io_payments::CONFIG.address)
            .await
    };
    let treasury = town.person("treasury", 0, 0).await?;

    town.admin(&["fees", "payout-fee", "1.25"])?;
    town.admin(&["fees", "buy-back-limit", "40"])?;
    town.admin(&["fees", "treasury", &treasury.name()])?;
    let high = town.refused(&town.authority(), &["fees", "payout-fee", "5.01"])?;
    assert_eq!(high["name"], "FeeTooHigh");
    let (waiting, now) = (config().await?, town.now().await?);
    assert_eq!(next(&waiting.payout_fee_bps, now), Some(125));
    assert_eq!(next(&waiting.buy_back_daily, now), Some(40 * USDC));
    assert_eq!(waiting.next_treasury, treasury.address());
    town.travel(TWO_DAYS + 60).await?;

    // Fees that came in.
    let authority = town.authority().address();
    let from = token::associated(&authority, &usdc);
    let fees = pda::fees(&usdc).0;
    let pay = spl::transfer(&TOKEN_PROGRAM, &from, &fees, &authority, &[], 100 * USDC)?;
    town.execute(&[pay], &[]).await?;
    let burned = async || {
        let config: MintConfig = town.state(&io_mint::CONFIG.address).await?;
        anyhow::Ok(config.burned)
    };
    let answer = town.admin(&["fees", "buy-back", "40", "--slippage", "1"])?;
    assert!(burned().await? >= answer["min_io_out"].as_u64().expect("a number"));
    // 0.20 USDC for an IO.
    assert!(burned().await? > io(190), "{answer:#}");
    let more = town.refused(&town.authority(), &["fees", "buy-back", "1"])?;
    assert_eq!(more["name"], "AboveDailyLimit");
    let answer = town.admin(&["fees", "sweep", "usdc"])?;
    assert_eq!(answer["swept"], 20 * USDC);
    let account = token::associated(&treasury.address(), &usdc);
    assert_eq!(town.chain.token_balance(&account).await?, Some(20 * USDC));
    let nothing = town.refused(&town.authority(), &["fees", "sweep", "usdc"])?;
    assert!(
        nothing["message"].to_string().contains("buy-back"),
        "{nothing:#}"
    );
    town.local.stop().await
}
