//! Nodes, positions and tickets: stake in, stake out, rewards.

use super::{
    Account, Class, IO, Model, NodeKey, Outcome, Raw, Reason, Refused, Scheduled, Time, Who,
    exact::{of_units, part, part_up},
};
use io_client::shared::{
    constants::{BPS, COOLDOWN, DEPOSIT_MAX_CRANK_DELAY, DEPOSIT_MAX_LAG_EPOCHS, MAX_PROCESSORS},
    errors::StakingError,
};

/// A node, an owner and a tranche: 0 the operator's, 1 protected, 2 exposed delegators'.
pub type PositionKey = (NodeKey, Who, u8);
/// A position, who made the ticket's account, and the number that its address is made of.
pub type TicketKey = (PositionKey, Who, u64);

/// Stake in shares, with one virtual raw IO and one virtual share beside them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    pub stake: Raw,
    pub shares: Raw,
}

impl Shared {
    /// Shares for new stake, rounded down.
    pub fn issue(&mut self, amount: Raw) -> Raw {
        let issued = part(amount, self.shares + 1, self.stake + 1);
        self.stake += amount;
        self.shares += issued;
        issued
    }

    /// What shares are worth, rounded down; the last holder's are worth everything.
    pub fn value(&self, shares: Raw) -> Raw {
        if shares == self.shares {
            self.stake
        } else {
            part(shares, self.stake + 1, self.shares + 1)
        }
    }

    /// Shares that an exit of `amount` costs a holder of `held`, rounded up; all of them if they are worth no
    /// more.
    pub(super) fn cost(&self, amount: Raw, held: Raw) -> Raw {
        if amount == self.value(held) {
            held
        } else {
            part_up(amount, self.shares + 1, self.stake + 1)
        }
    }
}

/// Active stake of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tranche {
    pub active: Shared,
    pub cooling: Shared,
    /// Rewards per share so far, in units of 2^-64 raw IO.
    pub per_share: u128,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Open,
    Halted,
    Retired,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub class: u16,
    pub processors: Raw,
    pub status: Status,
    pub delegation: bool,
    pub commission: Scheduled,
    pub registered_at: Time,
    pub rent_payer: Who,
    /// Terms as last synced with the class (decision 13).
    pub multiplier: Raw,
    pub minimum: Scheduled,
    pub maximum: Raw,
    pub min_self_stake: Raw,
    pub delegators: u8,
    pub tranches: [Tranche; 3],
    pub rewards_owed: Raw,
    pub commission_owed: Raw,
    /// A slash that waits.
    pub slash: Option<super::Slash>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub payout: Who,
    pub shares: Raw,
    pub owed: Raw,
    pub paid_per_share: u128,
    pub next_ticket: u64,
    pub rent_payer: Who,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub amount: Raw,
    pub shares: Raw,
    pub unlock_at: Time,
    pub rent_payer: Who,
}

/// Stands for all that there is.
pub(super) const MAX: Raw = u64::MAX as Raw;

impl Node {
    pub fn active(&self) -> Raw {
        self.tranches
            .iter()
            .map(|tranche| tranche.active.stake)
            .sum()
    }

    pub fn cooling(&self) -> Raw {
        self.tranches
            .iter()
            .map(|tranche| tranche.cooling.stake)
            .sum()
    }

    pub fn is_open(&self) -> bool {
        self.status == Status::Open
    }

    /// Stake that earns: all of it, or none.
    pub fn earning(&self, now: Time) -> Raw {
        let total = self.active();
        let covered = self.tranches[0].active.stake * Raw::from(BPS) >= total * self.min_self_stake;
        let earns = self.is_open() && total >= self.minimum.at(now) && covered;
        if earns { total } else { 0 }
    }

    /// How much more stake of a kind fits: under the maximum, and for delegators under what the operator's
    /// own stake covers.
    pub fn room(&self, tranche: u8) -> (Raw, StakingError) {
        let own = self.tranches[0].active.stake;
        let covered = if self.min_self_stake == 0 {
            MAX
        } else {
            part(own, Raw::from(BPS), self.min_self_stake)
        };
        let (most, reason) = if tranche != 0 && covered < self.maximum {
            (covered, StakingError::OperatorStakeTooLow)
        } else {
            (self.maximum, StakingError::NodeFull)
        };
        ((most - self.active()).max(0), reason)
    }

    /// How much of a deposit is taken, and why not.
    pub(super) fn admit(
        &self,
        tranche: u8,
        amount: Raw,
        min_accepted: Raw,
        refused: &mut Refused,
    ) -> Raw {
        refused.unless(self.is_open(), StakingError::NodeNotOpen);
        refused.unless(
            tranche == 0 || self.delegation,
            StakingError::DelegationClosed,
        );
        refused.unless(amount > 0, StakingError::ZeroAmount);
        let (room, reason) = self.room(tranche);
        let fits = amount <= room || (room > 0 && room >= min_accepted);
        refused.unless(fits, reason);
        amount.min(room)
    }

    /// The terms that a sync with the class brings.
    fn terms(&self, class: &Class, min_self_stake: Raw, now: Time) -> Self {
        Self {
            multiplier: class.earning(now),
            minimum: class.minimum(self.processors, self.registered_at, now),
            maximum: class.maximum(self.processors, now),
            min_self_stake,
            delegators: class.tranche(now),
            ..self.clone()
        }
    }
}

impl Position {
    /// Moves what the shares earned since the last time to what is owed, rounded down.
    pub fn settle(&mut self, tranche: &Tranche) {
        let since = tranche.per_share - self.paid_per_share;
        self.owed += of_units(since, self.shares);
        self.paid_per_share = tranche.per_share;
    }
}

/// What a node is registered with.
#[derive(Clone, Copy, Debug)]
pub struct NodeTerms {
    pub class: u16,
    pub processors: Raw,
    pub commission: Raw,
    pub delegation: bool,
}

impl Model {
    pub fn node(&self, key: NodeKey) -> Outcome<&Node> {
        self.staking
            .nodes
            .get(&key)
            .ok_or_else(|| Reason::Account.into())
    }

    /// A node that is known to be there.
    pub(super) fn node_mut(&mut self, key: NodeKey) -> &mut Node {
        self.staking.nodes.get_mut(&key).expect("it is there")
    }

    /// A node and a position on it, settled.
    pub(super) fn staker(&self, key: PositionKey) -> Outcome<(Node, Position)> {
        let node = self.node(key.0)?.clone();
        let Some(mut position) = self.staking.positions.get(&key).copied() else {
            return Err(Reason::Account.into());
        };
        position.settle(&node.tranches[usize::from(key.2)]);
        Ok((node, position))
    }

    pub(super) fn put(&mut self, key: PositionKey, node: Node, position: Position) {
        self.staking.nodes.insert(key.0, node);
        self.staking.positions.insert(key, position);
    }

    /// Tickets of a position.
    pub(super) fn open_tickets(&self, key: PositionKey) -> usize {
        let tickets = self.staking.tickets.keys();
        tickets.filter(|(position, _, _)| *position == key).count()
    }

    pub fn register_node(&mut self, by: Who, id: u8, terms: NodeTerms) -> Outcome {
        let (key, now) = ((by, id), self.now);
        let mut refused = Refused::default();
        refused.unless(!self.staking.paused, StakingError::Paused);
        refused.unless(
            terms.commission <= Raw::from(BPS),
            StakingError::CommissionTooHigh,
        );
        refused.unless(!self.staking.nodes.contains_key(&key), Reason::Account);
        refused.unless(
            (1..=Raw::from(MAX_PROCESSORS)).contains(&terms.processors),
            StakingError::ProcessorsOutOfBounds,
        );
        let Some(class) = self.staking.classes.get(&terms.class) else {
            refused.unless(false, Reason::Account);
            return refused.done();
        };
        refused.unless(class.takes_nodes(now), StakingError::ClassClosed);
        refused.done()?;
        let node = Node {
            class: terms.class,
            processors: terms.processors,
            status: Status::Open,
            delegation: terms.delegation,
            commission: Scheduled::new(terms.commission),
            registered_at: now,
            rent_payer: by,
            multiplier: class.multiplier(now),
            minimum: class.minimum(terms.processors, now, now),
            maximum: class.maximum(terms.processors, now),
            min_self_stake: self.staking.min_self_stake.at(now),
            delegators: class.tranche(now),
            tranches: [Tranche::default(); 3],
            rewards_owed: 0,
            commission_owed: 0,
            slash: None,
        };
        self.staking.nodes.insert(key, node);
        Ok(())
    }

    pub fn set_delegation(&mut self, by: Who, key: NodeKey, open: bool) -> Outcome {
        self.node(key)?;
        if by != key.0 {
            return Err(StakingError::NotOperator.into());
        }
        self.node_mut(key).delegation = open;
        Ok(())
    }

    /// Lower at once, higher after the cooldown and only on a harvested node (decision 13).
    pub fn set_commission(&mut self, by: Who, key: NodeKey, bps: Raw) -> Outcome {
        let now = self.now;
        let raises = bps > self.node(key)?.commission.at(now);
        let mut refused = Refused::default();
        refused.unless(by == key.0, StakingError::NotOperator);
        refused.unless(bps <= Raw::from(BPS), StakingError::CommissionTooHigh);
        if raises {
            self.harvested(key, &mut refused);
        }
        refused.done()?;
        let commission = &mut self.node_mut(key).commission;
        if raises {
            commission.schedule(bps, now, COOLDOWN);
        } else {
            *commission = Scheduled::new(bps);
        }
        Ok(())
    }

    pub fn sync_class(&mut self, key: NodeKey) -> Outcome {
        let now = self.now;
        let node = self.node(key)?;
        let class = &self.staking.classes[&node.class];
        let synced = node.terms(class, self.staking.min_self_stake.at(now), now);
        if synced == *node {
            return Ok(());
        }
        if self.is_unsettled(key) {
            return Err(StakingError::HarvestFirst.into());
        }
        self.staking.nodes.insert(key, synced);
        self.note_drop(key);
        Ok(())
    }

    pub fn open_position(&mut self, payer: Who, key: PositionKey) -> Outcome {
        let (node_key, owner, tranche) = key;
        let node = self.node(node_key)?;
        let expected = if owner == node_key.0 {
            0
        } else {
            node.delegators
        };
        let mut refused = Refused::default();
        refused.unless(tranche == expected, StakingError::WrongTranche);
        refused.unless(node.is_open(), StakingError::NodeNotOpen);
        refused.unless(!self.staking.positions.contains_key(&key), Reason::Account);
        refused.done()?;
        let position = Position {
            payout: owner,
            shares: 0,
            owed: 0,
            paid_per_share: node.tranches[usize::from(tranche)].per_share,
            next_ticket: 0,
            rent_payer: payer,
        };
        self.staking.positions.insert(key, position);
        Ok(())
    }

    /// Whether stake may come to a node, or a commission rise: nothing settled waits, and a node with weight
    /// was settled lately and its pool cranked (decisions 7 and 11).
    pub(super) fn harvested(&self, key: NodeKey, refused: &mut Refused) {
        let Some(emission) = self.emissions.nodes.get(&key) else {
            return;
        };
        let pool = &self.emissions.pools[usize::from(emission.pool)];
        let earns = emission.weight != 0;
        let lag = pool.epochs - emission.settled_epoch;
        let late = earns && lag > Raw::from(DEPOSIT_MAX_LAG_EPOCHS);
        refused.unless(emission.owed == 0 && !late, StakingError::HarvestFirst);
        let overdue = Raw::from(self.now) - Raw::from(pool.due_at);
        let cranked = !earns || overdue <= Raw::from(DEPOSIT_MAX_CRANK_DELAY);
        refused.unless(cranked, StakingError::CrankFirst);
    }

    /// Reasons that any new stake of a kind may be refused for.
    pub(super) fn open_to(&self, key: PositionKey, node: &Node, refused: &mut Refused) {
        refused.unless(!self.staking.paused, StakingError::Paused);
        self.harvested(key.0, refused);
        refused.unless(node.has_price(key.2), StakingError::PriceTooLow);
    }

    pub fn deposit(&mut self, by: Who, key: PositionKey, amount: Raw, min: Raw) -> Outcome {
        let (mut node, mut position) = self.staker(key)?;
        let mut refused = Refused::default();
        refused.unless(by == key.1, StakingError::NotOwner);
        self.open_to(key, &node, &mut refused);
        let current = key.2 == 0 || key.2 == node.delegators;
        refused.unless(current, StakingError::WrongTranche);
        let amount = node.admit(key.2, amount, min, &mut refused);
        let wallet = Account::Wallet(by, IO);
        refused.unless(self.tokens.of(wallet) >= amount, Reason::Funds);
        refused.done()?;
        self.tokens
            .transfer(wallet, Account::Stake(key.0), amount)?;
        position.shares += node.tranches[usize::from(key.2)].active.issue(amount);
        self.put(key, node, position);
        Ok(())
    }

    /// Rewards to stake; the operator's with the commission.
    pub fn compound(&mut self, by: Who, key: PositionKey, min: Raw) -> Outcome {
        let (mut node, mut position) = self.staker(key)?;
        let commission = if key.2 == 0 { node.commission_owed } else { 0 };
        let rewards = position.owed + commission;
        let mut refused = Refused::default();
        refused.unless(by == key.1, StakingError::NotOwner);
        self.open_to(key, &node, &mut refused);
        let current = key.2 == 0 || key.2 == node.delegators;
        refused.unless(current, StakingError::WrongTranche);
        refused.unless(rewards > 0, StakingError::NothingToClaim);
        let amount = node.admit(key.2, rewards, min, &mut refused);
        refused.done()?;
        self.tokens
            .transfer(Account::Rewards(key.0), Account::Stake(key.0), amount)?;
        let commission = commission.min(amount);
        node.commission_owed -= commission;
        position.owed -= amount - commission;
        node.rewards_owed -= amount;
        position.shares += node.tranches[usize::from(key.2)].active.issue(amount);
        self.put(key, node, position);
        Ok(())
    }
}
