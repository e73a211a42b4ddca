//! What really happened, read over a connection that does not fail.

use std::collections::{BTreeMap, HashSet};

use anyhow::{Context, Result, ensure};
use io_client::{
    Pubkey,
    events::Event,
    pda,
    rpc::{Error, History, Network, Recorded, Signature},
    shared::{
        constants::BPS,
        ids::io_mint,
        state::{MintConfig, Receipt},
    },
};
use solana_signer::Signer;

use crate::{
    attempts::{Attempt, Prospect, may_be_done, receipt},
    people::{IO_MINT, People, WALLET_IO, WALLET_USDC, Wallet},
};

/// The renter's fee on USDC, in basis points.
const FEE_BPS: u64 = 200;

/// Sums over all payments.
#[derive(Default)]
pub struct Sums {
    /// Raw IO by the account it was delivered to.
    delivered: BTreeMap<Pubkey, u64>,
    /// Raw USDC of fees.
    fees: u64,
    pub payments: u64,
}

impl Sums {
    /// Checks that what one wallet was told of its attempts is what happened, and adds its payments.
    pub async fn check_wallet(
        &mut self,
        network: &Network,
        wallet: &Wallet,
        attempts: &[Attempt],
    ) -> Result<()> {
        let history = History::of(wallet.key.pubkey(), None).next(network).await?;
        let mut told = HashSet::new();
        for attempt in attempts {
            told.extend(check_attempt(network, attempt, &history).await?);
        }
        self.check_balances(network, wallet, &history).await?;
        // Whatever a wallet signs is an attempt of its own, but for the opening of its position.
        for recorded in &history {
            let opened = matches!(recorded.events[..], [Event::PositionOpened(_)]);
            ensure!(
                opened || told.contains(&recorded.signature),
                "{} happened and nobody was told",
                recorded.signature
            );
        }
        Ok(())
    }

    /// The wallet's tokens are what its history leaves of them.
    async fn check_balances(
        &mut self,
        network: &Network,
        wallet: &Wallet,
        history: &[Recorded],
    ) -> Result<()> {
        let (mut io, mut usdc) = (WALLET_IO, WALLET_USDC);
        let mut orders = HashSet::new();
        for event in history.iter().flat_map(|recorded| &recorded.events) {
            match event {
                Event::Paid(paid, parts) => {
                    ensure!(orders.insert(paid.order_id), "an order was paid twice");
                    if paid.mint == IO_MINT {
                        io -= paid.gross;
                        ensure!(paid.fee == 0, "a fee on IO");
                    } else {
                        usdc -= paid.gross;
                        let fee = (paid.gross * FEE_BPS).div_ceil(BPS);
                        ensure!(paid.fee == fee, "a fee of {} instead of {fee}", paid.fee);
                        self.fees += fee;
                    }
                    for part in parts {
                        *self.delivered.entry(part.destination).or_default() += part.delivered;
                    }
                    let kept: Receipt = network.account(&receipt(wallet, &paid.order_id)).await?;
                    ensure!(
                        (kept.gross, kept.fee, kept.delivered)
                            == (paid.gross, paid.fee, paid.delivered),
                        "a receipt of something else"
                    );
                    self.payments += 1;
                }
                Event::MicroPaid(paid) => {
                    io -= paid.amount;
                    *self.delivered.entry(paid.destination).or_default() += paid.amount;
                    self.payments += 1;
                }
                Event::Deposited(made) => io -= made.amount,
                _ => (),
            }
        }
        for (account, expected) in [(wallet.io, io), (wallet.usdc, usdc)] {
            let held = network.token_balance(&account).await?;
            ensure!(held == Some(expected), "{held:?} held, {expected} expected");
        }
        Ok(())
    }

    /// What the suppliers and the fee vault hold is what was delivered and taken, and no IO came or went.
    pub async fn check_receivers(
        &self,
        network: &Network,
        people: &People,
        supply: u64,
    ) -> Result<()> {
        for supplier in &people.suppliers {
            let held = network.token_balance(&supplier.destination).await?;
            let delivered = self.delivered.get(&supplier.destination).copied();
            ensure!(
                held == Some(delivered.unwrap_or(0)),
                "{held:?} held, {delivered:?} delivered"
            );
        }
        let fees = network
            .token_balance(&pda::fees(&people.usdc_mint).0)
            .await?;
        ensure!(fees == Some(self.fees), "{fees:?} of fees");
        ensure!(supply_of(network).await? == supply, "the supply changed");
        Ok(())
    }
}

/// Minted less burned.
pub async fn supply_of(network: &Network) -> Result<u64> {
    let config: MintConfig = network.account(&io_mint::CONFIG.address).await?;
    config
        .minted
        .checked_sub(config.burned)
        .context("more burned than minted")
}

/// Checks one attempt against all that its wallet did; the transaction that did it, if one did.
async fn check_attempt(
    network: &Network,
    attempt: &Attempt,
    history: &[Recorded],
) -> Result<Option<Signature>> {
    let mut landed = Vec::new();
    if !attempt.signed.is_empty() {
        let statuses = network
            .rpc()
            .get_signature_statuses_with_history(&attempt.signed)
            .await?
            .value;
        for (signature, status) in attempt.signed.iter().zip(statuses) {
            if status.is_some_and(|status| status.err.is_none()) {
                landed.push(*signature);
            }
        }
    }
    let told = || format!("{attempt:?}, landed {landed:?}");
    ensure!(landed.len() <= 1, "done twice: {}", told());
    ensure!(
        may_be_done(&attempt.outcome) || landed.is_empty(),
        "done though it failed: {}",
        told()
    );
    if let Ok(found) = &attempt.outcome {
        ensure!(landed == [found.signature], "lost: {}", told());
        ensure!(
            attempt.prospect != Prospect::None,
            "done though it cannot be: {}",
            told()
        );
    }
    if let Err(Error::Refused(_) | Error::Unusable(_)) = &attempt.outcome {
        ensure!(attempt.signed.is_empty(), "signed: {}", told());
    }
    // Events tell the same as statuses.
    let events = history.iter().filter(|recorded| {
        recorded
            .events
            .iter()
            .any(|event| attempt.deed.is_told_by(event))
    });
    let events: Vec<_> = events.map(|recorded| recorded.signature).collect();
    ensure!(events == landed, "{}, events in {events:?}", told());
    Ok(landed.pop())
}
