//! One node's accounts, and the instructions on them.
//!
//! Each method makes the calls that the instruction of its name makes, in the same order, with the token
//! transfers replaced by sums.

use anyhow::{Context, Result, ensure};
use bytemuck::Zeroable;
use io_shared::{
    Address,
    constants::VERSION,
    errors::{EmissionsError, StakingError},
    state::{
        DeviceClass, Node, NodeEmission, NodeStatus, Position, Scheduled, Ticket, TrancheKind,
    },
};

use crate::ledger::{Ledger, count, move_in, move_out, uncount};

/// Terms that an operator registers a node on.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Index of the class in its pool.
    pub class: u8,
    pub processors: u16,
    pub commission_bps: u64,
    pub delegation_open: bool,
    pub min_self_stake_bps: u64,
}

/// A node, its emission account, its operator's position and one for all its delegators.
#[derive(Clone, Debug)]
pub struct Member {
    pub emission: NodeEmission,
    pub node: Node,
    pub operator: Position,
    pub delegators: Position,
    /// Raw IO in the node's stake vault.
    pub stake_vault: u64,
    /// Raw IO in the node's reward vault.
    pub reward_vault: u64,
    /// Index of the class in its pool.
    pub class: u8,
}

impl Member {
    /// `register_node`, `enroll_node` and `open_position`.
    pub fn register(terms: &Terms, class: &DeviceClass, ledger: &mut Ledger) -> Result<Self> {
        let (min_stake, max_stake) = class
            .stake_bounds(terms.processors, ledger.now)
            .map_err(refused)?;
        let node = Node {
            version: VERSION,
            bump: 255,
            delegation_open: u8::from(terms.delegation_open),
            class: class.id,
            processors: terms.processors,
            multiplier_milli: class.multiplier_milli.at(ledger.now),
            min_stake: Scheduled::new(min_stake),
            max_stake,
            min_self_stake_bps: terms.min_self_stake_bps,
            commission_bps: Scheduled::new(terms.commission_bps),
            drop_settlement: u64::MAX,
            positions: 2,
            ..Node::zeroed()
        };
        let position = |kind: TrancheKind| Position {
            version: VERSION,
            bump: 255,
            tranche: kind as u8,
            ..Position::zeroed()
        };
        let nobody = Address::default();
        let tally = ledger.class(terms.class)?;
        count(&mut tally.nodes, 1);
        count(&mut tally.processors, terms.processors.into());
        Ok(Self {
            emission: NodeEmission::new(nobody, nobody, 255, &ledger.pool),
            node,
            operator: position(TrancheKind::Operator),
            delegators: position(class.delegator_tranche(ledger.now)),
            stake_vault: 0,
            reward_vault: 0,
            class: terms.class,
        })
    }

    /// `set_scores`, for this node.
    pub fn score(&mut self, score_bps: u64, ledger: &mut Ledger) -> Result<()> {
        self.settle(ledger)?;
        self.emission
            .score(score_bps, &ledger.pool, &ledger.rules)
            .map_err(|error: EmissionsError| anyhow::anyhow!("a score: {}", error.message()))?;
        self.touch(ledger)
    }

    /// `sync_node`.
    pub fn sync(&mut self, ledger: &mut Ledger) -> Result<()> {
        self.settle(ledger)?;
        self.touch(ledger)
    }

    /// `harvest`, with the `distribute` that it calls.
    pub fn harvest(&mut self, ledger: &mut Ledger) -> Result<()> {
        self.settle(ledger)?;
        if self.emission.is_due(&ledger.pool) {
            self.touch(ledger)?;
        }
        let amount = self
            .emission
            .harvest(&mut ledger.pool)
            .context("a harvest takes more than is owed")?;
        move_in(&mut ledger.harvested, amount)?;
        move_in(&mut self.reward_vault, amount)?;
        let arrived = self
            .reward_vault
            .checked_sub(self.node.rewards_owed)
            .context("a reward vault holds less than is owed from it")?;
        self.node.share_out(arrived, ledger.now).map_err(refused)?;
        Ok(())
    }

    /// `claim`, by the operator and by the delegators.
    pub fn claim(&mut self, ledger: &mut Ledger) -> Result<()> {
        for position in [&mut self.operator, &mut self.delegators] {
            match self.node.claim(position) {
                Ok(claim) => {
                    move_out(&mut self.reward_vault, claim.amount)?;
                    move_in(&mut ledger.claimed, claim.amount)?;
                }
                Err(StakingError::NothingToClaim) => {}
                Err(error) => return Err(refused(error)),
            }
        }
        Ok(())
    }

    /// `deposit`: of `amount` what fits, if anything does.
    pub fn deposit(&mut self, kind: TrancheKind, amount: u64, ledger: &mut Ledger) -> Result<()> {
        Node::check_harvested(&self.emission, &ledger.pool, ledger.now).map_err(refused)?;
        if self.node.room(kind) == 0 {
            return Ok(());
        }
        let amount = self.node.admit(kind, amount, 1).map_err(refused)?;
        let position = match kind {
            TrancheKind::Operator => &mut self.operator,
            TrancheKind::Protected | TrancheKind::Exposed => &mut self.delegators,
        };
        self.node.deposit(position, amount).map_err(refused)?;
        move_in(&mut self.stake_vault, amount)?;
        move_in(&mut ledger.staked, amount)
    }

    /// `request_unstake` of `amount`, `u64::MAX` for all; the ticket it makes.
    pub fn request_unstake(
        &mut self,
        kind: TrancheKind,
        amount: u64,
        ledger: &Ledger,
    ) -> Result<Ticket> {
        let position = match kind {
            TrancheKind::Operator => &mut self.operator,
            TrancheKind::Protected | TrancheKind::Exposed => &mut self.delegators,
        };
        let unstaked = self.node.unstake(position, amount).map_err(refused)?;
        self.record_drop(ledger);
        Ok(Ticket {
            tranche: kind as u8,
            amount: unstaked.amount,
            shares: unstaked.cooling_shares,
            requested_at: ledger.now,
            ..Ticket::zeroed()
        })
    }

    /// `withdraw`.
    pub fn withdraw(&mut self, ticket: &Ticket, ledger: &mut Ledger) -> Result<()> {
        let position = if ticket.tranche == TrancheKind::Operator as u8 {
            &mut self.operator
        } else {
            &mut self.delegators
        };
        let paid = self
            .node
            .withdraw_cooling(position, ticket)
            .map_err(refused)?;
        move_out(&mut self.stake_vault, paid)?;
        move_out(&mut ledger.staked, paid)
    }

    /// `halt_node`.
    pub fn halt(&mut self, ledger: &Ledger) -> Result<()> {
        self.node.halt(ledger.now).map_err(refused)?;
        self.record_drop(ledger);
        Ok(())
    }

    /// `resume_node`.
    pub fn resume(&mut self) -> Result<()> {
        self.node.resume().map_err(refused)
    }

    /// The operator gives the node up, with everything harvested and claimed before: all stake is asked
    /// for, and the emission account closed. Returns the tickets.
    pub fn retire(&mut self, ledger: &mut Ledger) -> Result<Vec<Ticket>> {
        self.harvest(ledger)?;
        self.claim(ledger)?;
        self.node.status = NodeStatus::Retired as u8;
        self.record_drop(ledger);
        let mut tickets = Vec::new();
        for kind in [TrancheKind::Operator, self.delegators_kind()?] {
            if self.value(kind)? > 0 {
                tickets.push(self.request_unstake(kind, u64::MAX, ledger)?);
            }
        }
        self.settle(ledger)?;
        ensure!(self.emission.owed == 0, "a retired node is still owed IO");
        let before = self.emission.weight;
        self.emission
            .leave(&mut ledger.pool)
            .context("a node's weight is not in its pool")?;
        self.note_weight(before, ledger)?;
        let tally = ledger.class(self.class)?;
        uncount(&mut tally.nodes, 1);
        uncount(&mut tally.processors, self.node.processors.into());
        Ok(tickets)
    }

    /// The tranche that this node's delegators stake in.
    pub fn delegators_kind(&self) -> Result<TrancheKind> {
        self.delegators.kind().map_err(refused)
    }

    /// What the stake of one kind is worth, raw IO.
    pub fn value(&self, kind: TrancheKind) -> Result<u64> {
        let position = match kind {
            TrancheKind::Operator => &self.operator,
            TrancheKind::Protected | TrancheKind::Exposed => &self.delegators,
        };
        self.node
            .tranche(kind)
            .value_of(position.shares)
            .map_err(refused)
    }

    /// Whether the scorer has posted a score in this epoch already.
    pub const fn is_scored(&self, ledger: &Ledger) -> bool {
        self.emission.score_epoch == ledger.epoch
    }

    fn settle(&mut self, ledger: &mut Ledger) -> Result<()> {
        let before = self.emission.weight;
        let settled = self
            .emission
            .settle(&self.node, &mut ledger.pool, &ledger.rules, ledger.now)
            .context("a settlement does not add up")?;
        count(&mut ledger.settlements, 1);
        self.note_weight(before, ledger)?;
        let tally = ledger.class(self.class)?;
        count(&mut tally.earned, settled.earned);
        count(&mut tally.forfeited, settled.forfeited);
        Ok(())
    }

    fn touch(&mut self, ledger: &mut Ledger) -> Result<()> {
        let before = self.emission.weight;
        let stake = self.node.earning_stake(ledger.now);
        self.emission
            .touch(
                &self.node,
                stake,
                &mut ledger.pool,
                &ledger.rules,
                ledger.now,
            )
            .context("a weight does not add up")?;
        self.note_weight(before, ledger)
    }

    /// As `io_staking` notes that the earning stake may have fallen.
    fn record_drop(&mut self, ledger: &Ledger) {
        let stake = self.node.earning_stake(ledger.now);
        self.node
            .record_drop(self.emission.settlements, ledger.pool.acc_per_weight, stake);
    }

    /// Keeps count of the nodes that have a weight.
    fn note_weight(&self, before: u64, ledger: &mut Ledger) -> Result<()> {
        let (was, is) = (before > 0, self.emission.weight > 0);
        if was == is {
            return Ok(());
        }
        let processors = u64::from(self.node.processors);
        let tally = ledger.class(self.class)?;
        let change = if is { count } else { uncount };
        change(&mut tally.earning_nodes, 1);
        change(&mut tally.earning_processors, processors);
        Ok(())
    }
}

fn refused(error: StakingError) -> anyhow::Error {
    anyhow::anyhow!("io_staking refused: {}", error.message())
}
