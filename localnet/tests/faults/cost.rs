//! What keepers paid for what they did, by the chain.

use std::{collections::HashMap, fmt};

use anyhow::{Result, ensure};
use io_client::{Pubkey, events::Event, rpc::Recorded, token};

use crate::stage::{IO_MINT, Stage};

/// Counts over some keepers.
#[derive(Default)]
pub struct Cost {
    /// Things done.
    pub useful: u64,
    /// Transactions that landed.
    pub transactions: u64,
    /// Those of them that failed.
    pub failed: u64,
    /// Those of them that changed nothing.
    pub idle: u64,
    /// Lamports.
    pub fees: u64,
    /// Raw IO.
    pub bounties: u64,
    /// What nodes weigh now and from the next epoch on, as it was last recorded.
    weights: HashMap<Pubkey, (u64, u64)>,
}

impl Cost {
    /// What was done and paid by `keepers`. Each bounty is where it belongs.
    pub async fn of(stage: &Stage, keepers: &[Pubkey]) -> Result<Self> {
        let (mut cost, mut landed) = (Self::default(), Vec::new());
        for keeper in keepers {
            for recorded in stage.signed_by(keeper).await? {
                landed.push(recorded);
            }
            cost.add_failed(stage, keeper).await?;
        }
        landed.sort_by_key(|recorded| recorded.slot);
        for recorded in &landed {
            cost.add(recorded);
        }
        let mut held = 0;
        for keeper in keepers {
            let account = token::associated(keeper, &IO_MINT);
            held += stage.chain.token_balance(&account).await?.unwrap_or(0);
        }
        let bounties = cost.bounties;
        ensure!(
            held == bounties,
            "{held} raw IO held of bounties of {bounties}"
        );
        Ok(cost)
    }

    async fn add_failed(&mut self, stage: &Stage, keeper: &Pubkey) -> Result<()> {
        let signatures = stage.chain.rpc().get_signatures_for_address(keeper).await?;
        for entry in signatures.iter().filter(|entry| entry.err.is_some()) {
            let fee = stage.chain.events(&entry.signature.parse()?).await?.fee;
            // The local network remembers what it did not take, too: for a blockhash that is too old.
            if fee == 0 {
                continue;
            }
            self.transactions += 1;
            self.failed += 1;
            self.fees += fee;
        }
        Ok(())
    }

    fn add(&mut self, recorded: &Recorded) {
        let mut done = 0;
        for event in &recorded.events {
            done += u64::from(self.is_useful(event));
        }
        self.useful += done;
        self.transactions += 1;
        self.idle += u64::from(done == 0);
        self.fees += recorded.fee;
    }

    fn is_useful(&mut self, event: &Event) -> bool {
        match event {
            Event::EpochAdvanced(event) => {
                self.bounties += event.bounty;
                true
            }
            Event::Harvested(event) => {
                let weights = (event.weight, event.pending_weight);
                self.weights.insert(event.node, weights);
                event.amount > 0
            }
            // One that changes nothing is recorded all the same.
            Event::NodeSynced(event) => {
                let weights = (event.weight, event.pending_weight);
                self.weights.insert(event.node, weights) != Some(weights)
            }
            Event::Withdrawn(_) | Event::PaidOut(_) => true,
            _ => false,
        }
    }

    /// Transactions that failed or changed nothing.
    pub fn lost(&self) -> u64 {
        self.failed + self.idle
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} things done in {} transactions, of which {} failed and {} changed nothing; \
             {} lamports, {} for each thing; bounties of {} raw IO",
            self.useful,
            self.transactions,
            self.failed,
            self.idle,
            self.fees,
            self.fees / self.useful.max(1),
            self.bounties
        )
    }
}
