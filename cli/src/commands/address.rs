//! `io address`.

use crate::{
    args::node_id,
    context::Context,
    failure::Result,
    output::{Record, Report, Shown},
};
use clap::Args;
use io_client::{Pubkey, pda, shared::state::TrancheKind, token};

/// Derive the addresses of a wallet's accounts
#[derive(Args)]
pub struct Address {
    /// The wallet [default: the wallet]
    wallet: Option<Pubkey>,
    /// Also of its node with this id
    #[arg(long, value_name = "ID", value_parser = node_id)]
    node_id: Option<[u8; 32]>,
    /// Also of its positions on this node
    #[arg(long, value_name = "NODE")]
    on: Option<Pubkey>,
    /// Let the hardware wallet show the wallet's address, and confirm it there first
    #[arg(long, conflicts_with = "wallet")]
    confirm_key: bool,
}

impl Address {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let wallet = match self.confirm_key {
            true => context.confirmed_wallet()?,
            false => context.wallet_or(self.wallet)?,
        };
        let [io, usdc] = [network.io_mint().await?, network.usdc_mint().await?];
        let supplier = pda::supplier(&wallet).0;
        let mut record = Record::new()
            .with("Wallet", "wallet", Shown::Address(wallet))
            .with(
                "IO account",
                "io_account",
                Shown::Address(token::associated(&wallet, &io)),
            )
            .with(
                "USDC account",
                "usdc_account",
                Shown::Address(token::associated(&wallet, &usdc)),
            )
            .with("Supplier", "supplier", Shown::Address(supplier))
            .with(
                "Earnings vault",
                "earnings",
                Shown::Address(pda::earnings(&supplier).0),
            )
            .with(
                "Gateway",
                "gateway",
                Shown::Address(pda::gateway(&wallet).0),
            );
        if let Some(id) = self.node_id {
            let node = pda::node(&wallet, &id).0;
            record = record
                .with("Node", "node", Shown::Address(node))
                .with(
                    "Stake vault",
                    "stake_vault",
                    Shown::Address(pda::stake_vault(&node).0),
                )
                .with(
                    "Reward vault",
                    "reward_vault",
                    Shown::Address(pda::reward_vault(&node).0),
                )
                .with(
                    "Node emission",
                    "node_emission",
                    Shown::Address(pda::node_emission(&node).0),
                );
        }
        if let Some(node) = self.on {
            let position = |kind| Shown::Address(pda::position(&node, &wallet, kind).0);
            record = record
                .with(
                    "Position as operator",
                    "operator_position",
                    position(TrancheKind::Operator),
                )
                .with(
                    "As delegator",
                    "protected_position",
                    position(TrancheKind::Protected),
                )
                .with(
                    "As slashable delegator",
                    "exposed_position",
                    position(TrancheKind::Exposed),
                );
        }
        Ok(Report::new().record(record))
    }
}
