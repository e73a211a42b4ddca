//! `io admin fees`: what becomes of the fees, and the fee on earnings taken in USDC.

use super::{
    change::Change,
    named::{Mint, mint},
    office::Office,
};
use crate::{
    args::{percent, usdc},
    context::Context,
    failure::{Failure, Result},
    output::{Report, Shown},
    signing::Signing,
};
use clap::{Args, Subcommand};
use io_client::{
    Pubkey,
    payments::{self, BuyBack as Purchase},
    pda,
    rpc::Network,
    shared::{
        ids::{TOKEN_PROGRAM, io_payments},
        state::{Asset, PaymentsConfig},
    },
    token,
};

pub const PROGRAM: &str = "io_payments";

/// Fees: sweep them, buy IO back, treasury, fee on pay-outs
#[derive(Subcommand)]
pub enum Fees {
    Sweep(Sweep),
    BuyBack(BuyBack),
    BuyBackLimit(BuyBackLimit),
    PayoutFee(PayoutFee),
    Treasury(Treasury),
}

impl Fees {
    pub async fn run(self, context: &Context) -> Result<Report> {
        match self {
            Self::Sweep(command) => command.run(context).await,
            Self::BuyBack(command) => command.run(context).await,
            Self::BuyBackLimit(command) => command.run(context).await,
            Self::PayoutFee(command) => command.run(context).await,
            Self::Treasury(command) => command.run(context).await,
        }
    }
}

pub async fn config(network: &Network) -> Result<PaymentsConfig> {
    Ok(network.account(&io_payments::CONFIG.address).await?)
}

/// Send the fees taken in a token to the treasury: of USDC all but what may buy IO back in a day (anyone)
#[derive(Args)]
pub struct Sweep {
    /// `usdc` or a mint's address
    #[arg(value_parser = mint)]
    mint: Mint,
    /// A token account of the treasury [default: its associated one, made if it is missing]
    #[arg(long, value_name = "ACCOUNT")]
    to: Option<Pubkey>,
    #[command(flatten)]
    signing: Signing,
}

impl Sweep {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let config = config(network).await?;
        let mint = self.mint.address(network).await?;
        let asset: Asset = network.account(&pda::asset(&mint).0).await?;
        let now = network.clock().await?.now;
        let acting = self.signing.acting(context)?;
        let held = network
            .token_balance(&pda::fees(&mint).0)
            .await?
            .unwrap_or(0);
        let swept = config.sweepable(&mint, held, now).map_err(|error| {
            Failure::from(io_client::rpc::Error::Unusable(error.message().into()))
        })?;
        let treasury = *config.treasury_at(now);
        let mut instructions = Vec::new();
        let destination = match self.to {
            Some(account) => account,
            None if asset.token_program == TOKEN_PROGRAM => {
                let account = token::associated(&treasury, &mint);
                if network.token_balance(&account).await?.is_none() {
                    instructions.push(token::create_associated(&acting.payer, &treasury, &mint));
                }
                account
            }
            None => {
                return Err(Failure::usage(
                    "the token is not of the SPL token program",
                    "name a token account of the treasury with --to",
                ));
            }
        };
        instructions.push(payments::sweep(&mint, &asset.token_program, &destination));
        let show = |raw| Shown::Token(raw, asset.decimals, self.mint.ticker());
        Change::of("sweep fees to the treasury", now, instructions)
            .with("Held", "held", show(held))
            .with("Swept", "swept", show(swept))
            .with("Treasury", "treasury", Shown::Address(treasury))
            .with("To", "to", Shown::Address(destination))
            .carry_out(&acting)
            .await
    }
}

/// Swap fees in USDC to IO and burn it (authority; anyone where both prices are listed)
#[derive(Args)]
pub struct BuyBack {
    #[arg(value_name = "USDC", value_parser = usdc)]
    amount: u64,
    /// How much less IO than quoted it may bring
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "0.5")]
    slippage: u64,
    #[command(flatten)]
    signing: Signing,
}

impl BuyBack {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let config = config(network).await?;
        let now = network.clock().await?.now;
        let (usdc_mint, io_mint) = (config.usdc_mint, config.io_mint);
        let quote = network
            .swap_quote(&usdc_mint, &io_mint, self.amount, self.slippage)
            .await?;
        let acting = if quote.prices.is_some() {
            self.signing.acting(context)?
        } else {
            Office::authority(PROGRAM, &config.governance).acting(&self.signing, context)?
        };
        let purchase = Purchase {
            caller: acting.wallet,
            io_mint,
            usdc_mint,
            amount: self.amount,
            min_io_out: quote.min_out.max(quote.oracle_floor),
        };
        let instruction = payments::buy_back(&purchase, &quote.route());
        Change::new("buy IO back and burn it", now, instruction)
            .with("Spends", "amount", Shown::Usdc(self.amount))
            .with("Brings about", "expected", Shown::Io(quote.amount_out))
            .with(
                "Brings at least",
                "min_io_out",
                Shown::Io(purchase.min_io_out),
            )
            .with("Price impact", "impact_bps", Shown::Bps(quote.impact_bps))
            .with("Pool", "pool", Shown::Address(quote.pool.swap.swap))
            .with(
                "Daily limit",
                "daily_limit",
                Shown::Usdc(config.buy_back_daily.at(now)),
            )
            .carry_out(&acting)
            .await
    }
}

/// Change how much USDC of fees may buy IO back in a day after 48 hours; 0 for none (authority)
#[derive(Args)]
pub struct BuyBackLimit {
    #[arg(value_name = "USDC", value_parser = usdc)]
    daily: u64,
    #[command(flatten)]
    signing: Signing,
}

impl BuyBackLimit {
    async fn run(self, context: &Context) -> Result<Report> {
        let config = config(&context.network).await?;
        let now = context.network.clock().await?.now;
        let acting =
            Office::authority(PROGRAM, &config.governance).acting(&self.signing, context)?;
        let instruction = payments::schedule_buy_back(&acting.wallet, self.daily);
        Change::new("change the daily limit of buy-backs", now, instruction)
            .rule(&config.buy_back_daily, self.daily, Shown::Usdc)
            .carry_out(&acting)
            .await
    }
}

/// Change the fee on earnings taken in USDC after 48 hours (authority)
#[derive(Args)]
pub struct PayoutFee {
    /// At most 5
    #[arg(value_name = "PERCENT", value_parser = percent)]
    fee: u64,
    #[command(flatten)]
    signing: Signing,
}

impl PayoutFee {
    async fn run(self, context: &Context) -> Result<Report> {
        let config = config(&context.network).await?;
        let now = context.network.clock().await?.now;
        let acting =
            Office::authority(PROGRAM, &config.governance).acting(&self.signing, context)?;
        let instruction = payments::schedule_payout_fee(&acting.wallet, self.fee);
        Change::new("change the fee on pay-outs", now, instruction)
            .rule(&config.payout_fee_bps, self.fee, Shown::Bps)
            .carry_out(&acting)
            .await
    }
}

/// Change the owner of the accounts that fees go to after 48 hours (authority)
#[derive(Args)]
pub struct Treasury {
    treasury: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

impl Treasury {
    async fn run(self, context: &Context) -> Result<Report> {
        let config = config(&context.network).await?;
        let now = context.network.clock().await?.now;
        let acting =
            Office::authority(PROGRAM, &config.governance).acting(&self.signing, context)?;
        let waits = (config.next_treasury_at > now).then_some((
            Shown::Address(config.next_treasury),
            config.next_treasury_at,
        ));
        let instruction = payments::schedule_treasury(&acting.wallet, &self.treasury);
        Change::new("change the treasury", now, instruction)
            .with(
                "In force",
                "in_force",
                Shown::Address(*config.treasury_at(now)),
            )
            .dropped(waits)
            .with("Will be", "will_be", Shown::Address(self.treasury))
            .carry_out(&acting)
            .await
    }
}
