//! The token that a payment is made in.

use crate::{
    context::Context,
    failure::{Failure, Result},
    output::{Shown, short},
};
use clap::Args;
use io_client::{
    Pubkey, amount, pda,
    rpc::Network,
    shared::{
        constants::{IO_DECIMALS, USDC_DECIMALS},
        state::Asset,
    },
};

/// Which token an amount is in.
#[derive(Args)]
pub struct Token {
    /// The amount is in USDC
    #[arg(long, conflicts_with = "token")]
    usdc: bool,
    /// The amount is in the listed token with this mint
    #[arg(long, value_name = "MINT")]
    token: Option<Pubkey>,
}

/// A token that amounts are typed and shown in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub mint: Pubkey,
    pub name: String,
    pub is_io: bool,
    decimals: u8,
}

impl Token {
    /// The token: IO unless another is named.
    pub async fn listed(&self, context: &Context) -> Result<Listed> {
        let network = &context.network;
        match self.token {
            Some(mint) => Listed::of(network, &mint).await,
            None if self.usdc => Listed::of(network, &network.usdc_mint().await?).await,
            None => Listed::of(network, &network.io_mint().await?).await,
        }
    }

    /// The token: USDC unless another is named.
    pub async fn listed_or_usdc(&self, context: &Context) -> Result<Listed> {
        let usdc = self.token.is_none();
        let token = self.token;
        Self { usdc, token }.listed(context).await
    }
}

impl Listed {
    /// The token with that mint.
    pub async fn of(network: &Network, mint: &Pubkey) -> Result<Self> {
        let listed = |name: &str, is_io, decimals| Self {
            mint: *mint,
            name: name.to_owned(),
            is_io,
            decimals,
        };
        if *mint == network.io_mint().await? {
            return Ok(listed("IO", true, IO_DECIMALS));
        }
        if *mint == network.usdc_mint().await? {
            return Ok(listed("USDC", false, USDC_DECIMALS));
        }
        let asset: Option<Asset> = network.find(&pda::asset(mint).0).await?;
        let asset = asset.ok_or_else(|| {
            Failure::refused(
                format!("{mint} is not listed for payments"),
                "pay in IO, USDC or another listed token",
            )
        })?;
        Ok(listed(&short(mint), false, asset.decimals))
    }

    /// Raw units of a typed amount.
    pub fn parse(&self, text: &str) -> Result<u64> {
        amount::parse(text, self.decimals).map_err(|error| {
            let error = error.to_string();
            let (message, advice) = error.split_once("; ").unwrap_or((&error, "name another"));
            Failure::usage(
                format!("the amount `{text}`, in {}: {message}", self.name),
                advice,
            )
        })
    }

    pub fn shown(&self, raw: u64) -> Shown {
        Shown::Token(raw, self.decimals, self.name.clone())
    }
}
