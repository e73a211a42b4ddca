//! Quotes: what a swap or a payment brings, from the state of the pools that the router may use.
//!
//! Pools are found and quoted where a listed venue is SPL token-swap. A [`Route`] through another venue
//! comes from that venue's own tools, and [`Network::prepare`] says what it brings: it simulates it.

use super::{At, Clock, Error, Network, Result};
use crate::{
    Pubkey, pda,
    venues::{Route, TokenSwapFees, TokenSwapPool, padded},
};
use io_shared::{
    constants::{BPS, VENUE_WINDOW},
    ids::{io_mint, io_payments},
    math::{
        fixed::{mul_div_ceil, mul_div_floor},
        window,
    },
    state::{
        Asset, Feed, Gateway, MintConfig, PaymentsConfig, Price, Quote as Fee, Side, Venue,
        require_fair,
    },
};

/// Discriminator of Pyth's `PriceUpdateV2`, and where it names the feed and its time.
const PRICE_UPDATE: [u8; 8] = [34, 241, 35, 99, 157, 126, 244, 205];
const PRICE_FEED_ID: usize = 41;
const PRICE_PUBLISHED: core::ops::Range<usize> = 93..101;

/// A pool that the router may swap through, with its reserves.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    /// The venue's account of `io_payments`.
    pub venue: Pubkey,
    pub swap: TokenSwapPool,
    pub fees: TokenSwapFees,
    /// Raw units of the first and the second mint.
    pub reserves: [u64; 2],
    /// Raw IO that the venue's cap leaves for now.
    pub cap_left: u64,
}

/// What a swap brings.
#[derive(Clone, Copy, Debug)]
pub struct SwapQuote {
    pub pool: Pool,
    pub mint_in: Pubkey,
    pub mint_out: Pubkey,
    /// Raw units of `mint_in`.
    pub amount_in: u64,
    /// Raw units of `mint_out` that it brings if nobody trades before.
    pub amount_out: u64,
    /// Raw units of `mint_out` that it has to bring: `amount_out` less the slippage.
    pub min_out: u64,
    /// How far below the pool's price the swap is, its fees included, in basis points.
    pub impact_bps: u64,
    /// The accounts of both tokens' prices, if the router holds the swap to them.
    pub prices: Option<[Pubkey; 2]>,
    /// Raw units of `mint_out` that the prices ask for; 0 without prices.
    pub oracle_floor: u64,
}

impl SwapQuote {
    /// The swap as the router's instructions take it. The bound is the router's: the pool itself is asked
    /// for no more than anything.
    ///
    /// # Panics
    ///
    /// Never: the pool holds both mints.
    pub fn route(&self) -> Route {
        let route = self
            .pool
            .swap
            .route(&self.mint_in, self.amount_in, 1)
            .expect("the pool holds the mint");
        match self.prices {
            Some(prices) => route.bounded_by(prices),
            None => route,
        }
    }
}

/// What a payment in another token than IO costs and brings.
#[derive(Clone, Copy, Debug)]
pub struct PaymentQuote {
    /// Raw units of the token that leave the payer, with the fee that stays and the rest that is swapped.
    pub cost: Fee,
    /// The renter's fee.
    pub fee_bps: u64,
    /// Decimals of the token.
    pub decimals: u8,
    pub swap: SwapQuote,
}

impl Network {
    /// What paying `amount` raw units of `mint` brings the suppliers together, with the fee on top of it or
    /// inside, and at most `slippage_bps` less than now.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] if the asset is disabled or the amount too small, else those of
    /// [`Network::swap_quote`].
    pub async fn payment_quote(
        &self,
        mint: &Pubkey,
        amount: u64,
        fee_on_top: bool,
        slippage_bps: u64,
    ) -> Result<PaymentQuote> {
        let asset: Asset = self.account(&pda::asset(mint).0).await?;
        let fee_bps = asset.fee_bps.at(self.clock().await?.now);
        self.quote_of(&asset, fee_bps, amount, fee_on_top, slippage_bps)
            .await
    }

    /// [`Network::payment_quote`] for a payment in USDC that `gateway` makes on a renter's behalf: its fee is
    /// in place of the asset's.
    ///
    /// # Errors
    ///
    /// Those of [`Network::payment_quote`].
    pub async fn gateway_quote(
        &self,
        gateway: &Gateway,
        amount: u64,
        fee_on_top: bool,
        slippage_bps: u64,
    ) -> Result<PaymentQuote> {
        let usdc = self.usdc_mint().await?;
        let asset: Asset = self.account(&pda::asset(&usdc).0).await?;
        let fee_bps = gateway.fee_bps.at(self.clock().await?.now);
        self.quote_of(&asset, fee_bps, amount, fee_on_top, slippage_bps)
            .await
    }

    async fn quote_of(
        &self,
        asset: &Asset,
        fee_bps: u64,
        amount: u64,
        fee_on_top: bool,
        slippage_bps: u64,
    ) -> Result<PaymentQuote> {
        let io = self.io_mint().await?;
        if asset.enabled == 0 {
            return unusable("payments in this asset are disabled; pay in another");
        }
        let cost = Fee::new(amount, fee_bps, fee_on_top).filter(|cost| cost.net > 0);
        let Some(cost) = cost.filter(|_| amount >= asset.minimum) else {
            let minimum = crate::amount::format(asset.minimum, asset.decimals);
            return unusable(&format!(
                "the amount is too small or too large; pay at least {minimum}"
            ));
        };
        let swap = self
            .swap_quote(&asset.mint, &io, cost.net, slippage_bps)
            .await?;
        Ok(PaymentQuote {
            cost,
            fee_bps,
            decimals: asset.decimals,
            swap,
        })
    }

    /// What swapping `amount_in` raw units of `mint_in` brings at most, through the best pool that the
    /// router may use. One of the mints is IO.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] if no pool can do it, or only below what the prices ask for.
    pub async fn swap_quote(
        &self,
        mint_in: &Pubkey,
        mint_out: &Pubkey,
        amount_in: u64,
        slippage_bps: u64,
    ) -> Result<SwapQuote> {
        let clock = self.clock().await?;
        let bound = self.oracle(mint_in, mint_out, amount_in, clock).await?;
        let quote = self
            .unbounded_swap_quote(mint_in, mint_out, amount_in, slippage_bps)
            .await?;
        let Some((prices, oracle_floor)) = bound else {
            return Ok(quote);
        };
        if quote.amount_out < oracle_floor {
            return unusable(
                "the best pool brings less than the oracle's price allows; swap less or try later",
            );
        }
        Ok(SwapQuote {
            prices: Some(prices),
            oracle_floor,
            ..quote
        })
    }

    /// [`Network::swap_quote`] for a supplier who pays itself out: the router holds that swap to no prices,
    /// so that no outage of theirs can stop it.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] if no pool can do it.
    pub async fn unbounded_swap_quote(
        &self,
        mint_in: &Pubkey,
        mint_out: &Pubkey,
        amount_in: u64,
        slippage_bps: u64,
    ) -> Result<SwapQuote> {
        let Some(kept_bps) = BPS.checked_sub(slippage_bps) else {
            return unusable("a slippage is at most 10,000 basis points; name a smaller one");
        };
        let io = self.io_mint().await?;
        let quotes = self
            .pools(mint_in, mint_out)
            .await?
            .into_iter()
            .filter_map(|pool| {
                let [reserve_in, reserve_out] = reserves(&pool, mint_in);
                let trade = pool.fees.trade(amount_in, reserve_in, reserve_out)?;
                let swapped = if *mint_in == io {
                    amount_in
                } else {
                    trade.received
                };
                let min_out = mul_div_ceil(trade.received, kept_bps, BPS)?.max(1);
                (swapped <= pool.cap_left).then_some(SwapQuote {
                    pool,
                    mint_in: *mint_in,
                    mint_out: *mint_out,
                    amount_in,
                    amount_out: trade.received,
                    min_out,
                    impact_bps: impact(amount_in, trade.received, reserve_in, reserve_out),
                    prices: None,
                    oracle_floor: 0,
                })
            });
        let Some(best) = quotes.max_by_key(|quote| quote.amount_out) else {
            return unusable(
                "no listed pool can swap this amount now; swap less, or list a venue with a pool of both",
            );
        };
        Ok(best)
    }

    /// Every pool of both mints that the router may swap through now.
    ///
    /// # Errors
    ///
    /// [`Error::Rpc`] alone.
    pub async fn pools(&self, one: &Pubkey, other: &Pubkey) -> Result<Vec<Pool>> {
        let now = self.clock().await?.now;
        let swap = padded(&TokenSwapPool::SWAP);
        let len = u8::try_from(TokenSwapPool::SWAP.len()).unwrap_or(u8::MAX);
        let venues = self.scan::<Venue>(&[]).await?;
        let mut pools = Vec::new();
        for (address, venue) in venues {
            let is_ours = venue.discriminator == swap && venue.discriminator_len == len;
            if venue.enabled == 0 || !is_ours {
                continue;
            }
            let limit = venue.cap.at(now);
            let cap_left = if limit == u64::MAX {
                limit
            } else {
                let (used, at) = (venue.window_used, venue.window_at);
                window::available(limit, used, VENUE_WINDOW, at, now)
            };
            for [a, b] in [[one, other], [other, one]] {
                let found = self.pools_of(&venue.program, a, b).await?;
                pools.extend(found.into_iter().map(|(swap, fees, reserves)| Pool {
                    venue: address,
                    swap,
                    fees,
                    reserves,
                    cap_left,
                }));
            }
        }
        Ok(pools)
    }

    /// The pools that `program` has of these two mints in this order.
    async fn pools_of(
        &self,
        program: &Pubkey,
        mint_a: &Pubkey,
        mint_b: &Pubkey,
    ) -> Result<Vec<(TokenSwapPool, TokenSwapFees, [u64; 2])>> {
        let [at_a, at_b] = TokenSwapPool::MINTS;
        let filters = [At::field(at_a, mint_a), At::field(at_b, mint_b)];
        let found = self.scan_raw(program, &[], &filters).await?;
        let mut pools = Vec::new();
        for (address, data) in found {
            let Some((pool, fees)) = TokenSwapPool::read(program, &address, &data) else {
                continue;
            };
            let a = self.token_balance(&pool.reserve_a).await?.unwrap_or(0);
            let b = self.token_balance(&pool.reserve_b).await?.unwrap_or(0);
            pools.push((pool, fees, [a, b]));
        }
        Ok(pools)
    }

    /// The mint that `io_mint` governs.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] on a cluster that was not set up.
    pub async fn io_mint(&self) -> Result<Pubkey> {
        let config: MintConfig = self.account(&io_mint::CONFIG.address).await?;
        Ok(config.mint)
    }

    /// The mint that the payment router takes for USDC.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] on a cluster that was not set up.
    pub async fn usdc_mint(&self) -> Result<Pubkey> {
        let config: PaymentsConfig = self.account(&io_payments::CONFIG.address).await?;
        Ok(config.usdc_mint)
    }

    /// The price accounts that a swap is held to and the least that it has to bring by them; `None` if one
    /// of the tokens has no feed.
    async fn oracle(
        &self,
        mint_in: &Pubkey,
        mint_out: &Pubkey,
        amount_in: u64,
        clock: Clock,
    ) -> Result<Option<([Pubkey; 2], u64)>> {
        let addresses = [mint_in, mint_out].map(|mint| pda::asset(mint).0);
        let [Some(asset_in), Some(asset_out)] = self.find_all::<Asset>(&addresses).await?[..]
        else {
            return unusable("a token is not listed for payments; use one that is");
        };
        let [feed_in, feed_out] = [&asset_in, &asset_out].map(|asset| *asset.feed.at(clock.now));
        if !(feed_in.is_listed() && feed_out.is_listed()) {
            return Ok(None);
        }
        let (account_in, price_in) = self.price(&feed_in, clock.now).await?;
        let (account_out, price_out) = self.price(&feed_out, clock.now).await?;
        let spent = Side {
            amount: amount_in,
            decimals: asset_in.decimals,
            price: price_in,
        };
        let received = |amount| Side {
            amount,
            decimals: asset_out.decimals,
            price: price_out,
        };
        let deviation = feed_in.max_deviation_bps;
        let least = least(|amount| require_fair(&spent, &received(amount), deviation).is_ok());
        Ok(Some(([account_in, account_out], least)))
    }

    /// The freshest account of a feed that may bound a swap at `now`, and its price.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] if there is none.
    pub async fn price(&self, feed: &Feed, now: i64) -> Result<(Pubkey, Price)> {
        let id = At::field(PRICE_FEED_ID.saturating_sub(PRICE_UPDATE.len()), feed.id);
        let mut found = self.scan_raw(&feed.owner, &PRICE_UPDATE, &[id]).await?;
        let published = |data: &[u8]| {
            let bytes = data.get(PRICE_PUBLISHED)?.try_into().ok()?;
            Some(i64::from_le_bytes(bytes))
        };
        found.sort_by_key(|(_, data)| core::cmp::Reverse(published(data)));
        let usable = found.iter().find_map(|(address, data)| {
            let price = feed.read(&feed.owner, data, now).ok()?;
            Some((*address, price))
        });
        usable.map_or_else(
            || unusable("there is no usable price of a listed feed; post a new one or try later"),
            Ok,
        )
    }
}

fn unusable<T>(why: &str) -> Result<T> {
    Err(Error::Unusable(why.to_owned()))
}

/// The reserves of the token swapped from and of the one swapped to.
fn reserves(pool: &Pool, mint_in: &Pubkey) -> [u64; 2] {
    let [a, b] = pool.reserves;
    if *mint_in == pool.swap.mint_a {
        [a, b]
    } else {
        [b, a]
    }
}

/// How far below the reserves' price a trade is, in basis points, rounded up.
fn impact(amount_in: u64, amount_out: u64, reserve_in: u64, reserve_out: u64) -> u64 {
    let fair = mul_div_floor(amount_in, reserve_out, reserve_in);
    let kept = fair.and_then(|fair| mul_div_floor(amount_out, BPS, fair));
    BPS.saturating_sub(kept.unwrap_or(0))
}

/// The least number that `enough` holds for; it holds for all above that. `u64::MAX` if for none.
fn least(enough: impl Fn(u64) -> bool) -> u64 {
    let (mut below, mut above) = (0_u64, u64::MAX);
    while below < above {
        let middle = below.midpoint(above);
        if enough(middle) {
            above = middle;
        } else {
            below = middle.saturating_add(1);
        }
    }
    above
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_impact_is_what_the_price_loses() {
        assert_eq!(impact(1_000, 2_000, 1_000_000, 2_000_000), 0);
        assert_eq!(impact(1_000, 1_990, 1_000_000, 2_000_000), 50);
        let large = 1 << 62;
        assert_eq!(impact(large, large / 2, large, large), 5_000);
        assert_eq!(impact(large, 1, large, large), BPS);
        assert_eq!(impact(1, 1, 0, 0), BPS);
    }

    #[test]
    fn the_least_enough_is_found() {
        for wanted in [0, 1, 77, u64::MAX - 1, u64::MAX] {
            assert_eq!(least(|amount| amount >= wanted), wanted);
        }
    }
}
