//! Stake on its way out, and back.

use super::{
    Account, IO, Model, Node, Outcome, PositionKey, Raw, Reason, Refused, Ticket, TicketKey, Who,
    node::{MAX, Status},
};
use io_client::shared::{
    constants::{COOLDOWN, SLASH_LAPSE},
    errors::StakingError,
};

impl Model {
    /// Stake to cooling stake, with a ticket.
    fn start_cooling(&mut self, ticket: TicketKey, amount: Raw, mut refused: Refused) -> Outcome {
        let key = ticket.0;
        let (mut node, mut position) = self.staker(key)?;
        let tranche = &mut node.tranches[usize::from(key.2)];
        let value = tranche.active.value(position.shares);
        let amount = if amount == MAX { value } else { amount };
        refused.unless(amount > 0, StakingError::ZeroAmount);
        refused.unless(amount <= value, StakingError::InsufficientStake);
        refused.unless(!self.staking.tickets.contains_key(&ticket), Reason::Account);
        refused.done()?;
        let shares = tranche.active.cost(amount, position.shares);
        tranche.active.stake -= amount;
        tranche.active.shares -= shares;
        position.shares -= shares;
        position.next_ticket += 1;
        let filled = Ticket {
            amount,
            shares: tranche.cooling.issue(amount),
            unlock_at: self.now + COOLDOWN,
            rent_payer: ticket.1,
        };
        self.staking.tickets.insert(ticket, filled);
        self.put(key, node, position);
        Ok(())
    }

    /// Nothing but what the position is worth can refuse an exit (invariant 8).
    pub fn request_unstake(&mut self, key: PositionKey, index: u64, amount: Raw) -> Outcome {
        self.start_cooling((key, key.1, index), amount, Refused::default())?;
        self.note_drop(key.0);
        Ok(())
    }

    /// A stranger takes a whole position out of a retired node (decision 12).
    pub fn unstake_retired(&mut self, by: Who, key: PositionKey) -> Outcome {
        let node = self.node(key.0)?;
        let mut refused = Refused::default();
        refused.unless(node.status == Status::Retired, StakingError::NodeNotRetired);
        let emission = self.emissions.nodes.get(&key.0);
        let earned = emission.is_some_and(|emission| emission.weight != 0 || emission.owed != 0);
        let shared = self.tokens.of(Account::Rewards(key.0)) == node.rewards_owed;
        refused.unless(!earned && shared, StakingError::HarvestFirst);
        self.start_cooling((key, by, u64::MAX), MAX, refused)
    }

    /// What a ticket pays now: min(value now, value when requested). It leaves with all its shares, and stake is
    /// never more than the shares that are left (decision 12).
    fn leave_cooling(node: &mut Node, tranche: u8, ticket: &Ticket) -> Raw {
        let cooling = &mut node.tranches[usize::from(tranche)].cooling;
        let paid = cooling.value(ticket.shares).min(ticket.amount);
        cooling.shares -= ticket.shares;
        cooling.stake = (cooling.stake - paid).min(cooling.shares);
        paid
    }

    fn ticket(&self, ticket: TicketKey) -> Outcome<Ticket> {
        let found = self.staking.tickets.get(&ticket).copied();
        found.ok_or_else(|| Reason::Account.into())
    }

    pub fn cancel_unstake(&mut self, by: Who, key: TicketKey) -> Outcome {
        let ticket = self.ticket(key)?;
        let (mut node, mut position) = self.staker(key.0)?;
        let tranche = key.0.2;
        let mut refused = Refused::default();
        refused.unless(by == key.0.1, StakingError::NotOwner);
        let paid = Self::leave_cooling(&mut node, tranche, &ticket);
        self.open_to(key.0, &node, &mut refused);
        node.admit(tranche, paid, paid, &mut refused);
        refused.done()?;
        position.shares += node.tranches[usize::from(tranche)].active.issue(paid);
        self.staking.tickets.remove(&key);
        self.put(key.0, node, position);
        Ok(())
    }

    pub fn withdraw(&mut self, key: TicketKey, to: Who) -> Outcome {
        let ticket = self.ticket(key)?;
        let mut node = self.node(key.0.0)?.clone();
        let payout = self.staking.positions[&key.0].payout;
        let mut refused = Refused::default();
        refused.unless(self.now >= ticket.unlock_at, StakingError::StillCooling);
        let waits = key.0.2 == 0
            && node
                .slash
                .is_some_and(|slash| self.now < slash.proposed_at + SLASH_LAPSE);
        refused.unless(!waits, StakingError::SlashOpen);
        refused.unless(to == payout, StakingError::WrongDestination);
        refused.done()?;
        let paid = Self::leave_cooling(&mut node, key.0.2, &ticket);
        self.tokens
            .transfer(Account::Stake(key.0.0), Account::Wallet(to, IO), paid)?;
        self.staking.tickets.remove(&key);
        self.staking.nodes.insert(key.0.0, node);
        Ok(())
    }
}
