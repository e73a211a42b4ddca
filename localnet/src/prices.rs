//! Price accounts as Pyth's receiver makes them, kept fresh: what a client or a test reads as the
//! market's price. IO follows the pool; USDC is 1 USD.

use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use io_client::{
    Pubkey,
    shared::constants::{IO_DECIMALS, USDC_DECIMALS},
    venues::TokenSwapPool,
};
use surfpool_core::{solana_account::Account, surfnet::locker::SurfnetSvmLocker};
use tokio::task::JoinHandle;

/// Pyth's receiver program, which owns price accounts.
pub const RECEIVER: Pubkey = Pubkey::from_str_const("rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ");
/// Discriminator of `PriceUpdateV2`.
const DISCRIMINATOR: [u8; 8] = [34, 241, 35, 99, 157, 126, 244, 205];
/// Bytes of a `PriceUpdateV2` account.
const SPACE: usize = 134;
/// Prices are multiples of 10^-8 USD.
const EXPONENT: i32 = -8;
/// One USD.
const USD: i64 = 100_000_000;
/// How often prices are renewed.
const EVERY: Duration = Duration::from_secs(2);

/// A feed of the local network.
pub struct Feed {
    /// Where the price account is.
    pub account: Pubkey,
    /// What Pyth calls the feed.
    pub id: [u8; 32],
}

/// IO ÷ USD.
pub const IO_USD: Feed = Feed {
    account: Pubkey::new_from_array(*b"localnet price account of IO/USD"),
    id: *b"localnet price feed id of IO/USD",
};
/// USDC ÷ USD, by the id of the live feed.
pub const USDC_USD: Feed = Feed {
    account: Pubkey::new_from_array(*b"localnet price account, USDC/USD"),
    id: [
        0xea, 0xa0, 0x20, 0xc6, 0x1c, 0xc4, 0x79, 0x71, 0x28, 0x13, 0x46, 0x1c, 0xe1, 0x53, 0x89,
        0x4a, 0x96, 0xa6, 0xc0, 0x0b, 0x21, 0xed, 0x0c, 0xfc, 0x27, 0x98, 0xd1, 0xf9, 0xa9, 0xe9,
        0xc9, 0x4a,
    ],
};

/// Writes both prices, and from then on again every few seconds until the task is aborted.
pub fn keep_fresh(locker: SurfnetSvmLocker, pool: TokenSwapPool) -> Result<JoinHandle<()>> {
    refresh(&locker, &pool)?;
    Ok(tokio::spawn(async move {
        let mut tick = tokio::time::interval(EVERY);
        loop {
            tick.tick().await;
            if let Err(error) = refresh(&locker, &pool) {
                eprintln!("prices were not renewed: {error:#}");
            }
        }
    }))
}

fn refresh(locker: &SurfnetSvmLocker, pool: &TokenSwapPool) -> Result<()> {
    let balance = |account: &Pubkey| -> Result<u128> {
        let data = locker
            .with_svm_reader(|svm| svm.inner.get_account(account))
            .map_err(|error| anyhow!("{error:?}"))?
            .context("the pool has no reserve")?
            .data;
        let amount = data.get(64..72).context("a reserve is no token account")?;
        Ok(u64::from_le_bytes(amount.try_into()?).into())
    };
    // USD for an IO: USDC ÷ 10^6 over IO ÷ 10^8, in units of 10^-8.
    let units = u128::try_from(USD)?
        .checked_mul(10_u128.pow(u32::from(IO_DECIMALS.abs_diff(USDC_DECIMALS))))
        .context("no such unit")?;
    let price = balance(&pool.reserve_b)?
        .checked_mul(units)
        .and_then(|usd| usd.checked_div(balance(&pool.reserve_a).ok()?))
        .context("the pool is empty")?;
    publish(locker, &IO_USD, i64::try_from(price)?)?;
    publish(locker, &USDC_USD, USD)
}

fn publish(locker: &SurfnetSvmLocker, feed: &Feed, price: i64) -> Result<()> {
    locker.with_svm_writer(|svm| {
        let clock: solana_clock::Clock = svm.inner.get_sysvar();
        // A tenth of a percent either way.
        let confidence = price.unsigned_abs() / 1_000;
        let mut data = Vec::with_capacity(SPACE);
        data.extend(DISCRIMINATOR);
        data.extend([0; 32]); // who may write it
        data.push(1); // fully verified
        data.extend(feed.id);
        data.extend(price.to_le_bytes());
        data.extend(confidence.to_le_bytes());
        data.extend(EXPONENT.to_le_bytes());
        data.extend(clock.unix_timestamp.to_le_bytes());
        data.extend(clock.unix_timestamp.to_le_bytes()); // of the price before
        data.extend(price.to_le_bytes()); // averages
        data.extend(confidence.to_le_bytes());
        data.extend(clock.slot.to_le_bytes());
        data.resize(SPACE, 0);
        let account = Account {
            lamports: svm.inner.minimum_balance_for_rent_exemption(SPACE),
            data,
            owner: RECEIVER,
            executable: false,
            rent_epoch: u64::MAX,
        };
        svm.set_account(&feed.account, account)
            .map_err(|error| anyhow!("{error:?}"))
    })
}
