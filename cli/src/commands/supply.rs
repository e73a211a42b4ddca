//! `io supply`.

use crate::{
    context::Context,
    failure::Result,
    output::{Record, Report, Shown},
};
use clap::Args;
use io_client::{
    actions::emissions::EmissionState,
    shared::{constants::HARD_CAP, ids::io_mint, state::MintConfig},
};

/// Show how much IO was minted and burned, and where the emission stands on its curve
#[derive(Args)]
pub struct Supply;

impl Supply {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let mint: MintConfig = network.account(&io_mint::CONFIG.address).await?;
        let state = EmissionState::read(network).await?;
        let now = state.now;
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
            .with("Promised", "promised", Shown::Io(mint.promised))
            .with(
                "Left to promise",
                "unpromised",
                Shown::Io(mint.unpromised()),
            )
            .with("Minting paused", "paused", Shown::Flag(mint.paused != 0));
        let emission = Record::new()
            .with("Emitted", "emitted", Shown::Io(state.config.emitted))
            .with(
                "Curve by now",
                "curve",
                Shown::Io(state.curve.cumulative(state.epoch())),
            )
            .with("Curve in all", "curve_cap", Shown::Io(state.curve.cap))
            .with("Epoch", "epoch", Shown::Number(state.epoch()))
            .with(
                "Its emission",
                "epoch_emission",
                Shown::Io(state.emission_of_epoch()),
            )
            .with(
                "Next epoch",
                "next_epoch_at",
                Shown::maybe(state.next_epoch_at(), |at| Shown::When { at, now }),
            );
        Ok(Report::new()
            .title("Supply of IO")
            .record(record)
            .title("Emission")
            .record(emission))
    }
}
