//! Rewards of stakers, and what is left when a position or a node is closed.

use super::{
    Account, IO, Model, NodeKey, Outcome, PositionKey, Raw, Reason, Refused, Told, Who,
    exact::{part, ratio},
    node::{Shared, Status},
};
use io_client::shared::{constants::BPS, errors::StakingError};
use num_bigint::BigInt;
use num_rational::BigRational;

impl Model {
    pub fn claim(&mut self, key: PositionKey, to: Who) -> Outcome {
        let (mut node, mut position) = self.staker(key)?;
        let commission = if key.2 == 0 { node.commission_owed } else { 0 };
        let amount = position.owed + commission;
        let mut refused = Refused::default();
        refused.unless(amount > 0, StakingError::NothingToClaim);
        refused.unless(to == position.payout, StakingError::WrongDestination);
        refused.done()?;
        position.owed = 0;
        node.commission_owed -= commission;
        node.rewards_owed -= amount;
        self.tokens
            .transfer(Account::Rewards(key.0), Account::Wallet(to, IO), amount)?;
        self.put(key, node, position);
        Ok(())
    }

    pub fn set_payout(&mut self, by: Who, key: PositionKey, payout: Who) -> Outcome {
        let Some(position) = self.staking.positions.get_mut(&key) else {
            return Err(Reason::Account.into());
        };
        if by != key.1 {
            return Err(StakingError::NotOwner.into());
        }
        position.payout = payout;
        Ok(())
    }

    /// Shares out what arrived in the reward vault: the operator's commission, the rest over the stake. What a
    /// share gets is told; it may be up to two units of 2^-64 short, as it is rounded down twice, and never
    /// above.
    pub fn distribute(&mut self, key: NodeKey, told: &dyn Told) -> Outcome {
        let now = self.now;
        let node = self.node(key)?;
        let rewards = self.tokens.of(Account::Rewards(key)) - node.rewards_owed;
        let total = node.active();
        if rewards == 0 || total == 0 {
            return Ok(());
        }
        let commission = part(rewards, node.commission.at(now), Raw::from(BPS));
        let units = BigRational::from_integer(BigInt::from(1) << 64_u8);
        let mut gains = [0; 3];
        let mut parted = Vec::new();
        for (index, tranche) in node.tranches.iter().enumerate() {
            let Shared { stake, shares } = tranche.active;
            if shares == 0 {
                continue;
            }
            let exact = ratio(rewards - commission, stake, total * shares) * &units;
            let most = u128::try_from(exact.floor().to_integer()).expect("fits the units");
            let told = told
                .per_share(key, index as u8)
                .map(|now| now - tranche.per_share);
            let gain = told.unwrap_or(most);
            if gain > most || most - gain > 2 {
                parted.push(format!(
                    "node {key:?} tranche {index}: {gain} per share, exact {exact}"
                ));
            }
            gains[index] = gain;
        }
        self.parted.extend(parted);
        let node = self.node_mut(key);
        for (tranche, gain) in node.tranches.iter_mut().zip(gains) {
            tranche.per_share += gain;
        }
        node.rewards_owed += rewards;
        node.commission_owed += commission;
        Ok(())
    }

    pub fn close_position(&mut self, by: Who, key: PositionKey) -> Outcome {
        let (mut node, mut position) = self.staker(key)?;
        let retired = node.status == Status::Retired;
        // Shares worth less than 1 raw go with the position.
        let active = &mut node.tranches[usize::from(key.2)].active;
        if active.value(position.shares) == 0 {
            active.shares -= position.shares;
            position.shares = 0;
        }
        let to_come = retired && node.active() != 0;
        let waits = key.2 == 0 && (node.commission_owed != 0 || to_come);
        let empty = position.shares == 0 && position.owed == 0 && self.open_tickets(key) == 0;
        let mut refused = Refused::default();
        refused.unless(by == key.1 || retired, StakingError::NotOwner);
        refused.unless(empty && !waits, StakingError::PositionNotEmpty);
        refused.done()?;
        self.staking.nodes.insert(key.0, node);
        self.staking.positions.remove(&key);
        Ok(())
    }

    pub fn close_node(&mut self, key: NodeKey, to: Who) -> Outcome {
        let node = self.node(key)?;
        let holders = self
            .staking
            .positions
            .keys()
            .any(|(node, _, _)| *node == key);
        let mut refused = Refused::default();
        refused.unless(node.status == Status::Retired, StakingError::NodeNotRetired);
        refused.unless(!holders, StakingError::NodeNotEmpty);
        refused.unless(node.slash.is_none(), StakingError::SlashOpen);
        let earns = self.emissions.nodes.contains_key(&key);
        refused.unless(!earns, StakingError::EmissionNotClosed);
        refused.unless(to == key.0, StakingError::WrongDestination);
        refused.done()?;
        for vault in [Account::Stake(key), Account::Rewards(key)] {
            let left = self.tokens.of(vault);
            self.tokens.transfer(vault, Account::Wallet(to, IO), left)?;
            self.tokens.0.remove(&vault);
        }
        self.staking.nodes.remove(&key);
        Ok(())
    }
}
