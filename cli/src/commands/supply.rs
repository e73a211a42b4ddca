//! `io supply`.

use crate::{
    context::Context,
    failure::Result,
    output::{Record, Report, Shown},
};
use clap::Args;
use io_client::shared::math::curve::Curve;
use io_client::shared::{
    constants::HARD_CAP,
    ids::{io_emissions, io_mint},
    state::{EmissionsConfig, MintConfig},
};

/// Show how much IO was minted and burned, and where the emission stands on its curve
#[derive(Args)]
pub struct Supply;

impl Supply {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let mint: MintConfig = network.account(&io_mint::CONFIG.address).await?;
        let emissions: Option<EmissionsConfig> =
            network.find(&io_emissions::CONFIG.address).await?;
        let now = network.clock().await?.now;
        let record = Record::new()
            .with("Mint", "mint", Shown::Address(mint.mint))
            .with(
                "Supply",
                "supply",
                Shown::Io(mint.minted.saturating_sub(mint.burned)),
            )
            .with("Minted ever", "minted", Shown::Io(mint.minted))
            .with("Burned", "burned", Shown::Io(mint.burned))
            .with("Hard cap", "hard_cap", Shown::Io(HARD_CAP))
            .with("Left under the cap", "mintable", Shown::Io(mint.mintable()))
            .with("Minting paused", "paused", Shown::Flag(mint.paused != 0));
        let Some((emissions, curve)) =
            emissions.and_then(|config| Some((config, Curve::by_id(config.curve)?)))
        else {
            return Ok(Report::new().title("Supply of IO").record(record));
        };
        let epoch = emissions.epoch(now);
        let next = curve.epoch_start(emissions.start_at, epoch.saturating_add(1));
        let of_epoch = curve
            .cumulative(epoch.saturating_add(1))
            .saturating_sub(curve.cumulative(epoch));
        let emission = Record::new()
            .with("Emitted", "emitted", Shown::Io(emissions.emitted))
            .with("Curve by now", "curve", Shown::Io(curve.cumulative(epoch)))
            .with("Curve in all", "curve_cap", Shown::Io(curve.cap))
            .with("Epoch", "epoch", Shown::Number(epoch))
            .with("Its emission", "epoch_emission", Shown::Io(of_epoch))
            .with(
                "Next epoch",
                "next_epoch_at",
                Shown::maybe(next, |at| Shown::When { at, now }),
            );
        Ok(Report::new()
            .title("Supply of IO")
            .record(record)
            .title("Emission")
            .record(emission))
    }
}
