use super::super::{NodeEmission, RewardPool, Scheduled, U128, layout};
use super::{Position, Ticket, TrancheKind};
use crate::{
    Address,
    constants::{BPS, DEPOSIT_MAX_CRANK_DELAY, DEPOSIT_MAX_LAG_EPOCHS},
    errors::StakingError,
    ids,
    math::{
        fixed::{div_q64, mul_div_floor, mul_wide},
        shares::{shares_for_deposit, shares_to_burn, value_of},
    },
};
use bytemuck::{Pod, Zeroable};

/// What an operator's node may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(u8)]
pub enum NodeStatus {
    /// Takes stake; earns once its minimum is met and it is scored.
    Open = 0,
    /// Stopped by guardian or authority: earns nothing, takes no stake, lets everyone out.
    Halted = 1,
    /// Given up by its operator: as halted, for good.
    Retired = 2,
}

/// Active stake of one kind, held in shares, and the rewards per share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct Tranche {
    /// Raw IO.
    pub stake: u64,
    pub shares: u64,
    /// Rewards per share since registration, raw IO, Q64.64.
    pub rewards_per_share: U128,
}

/// Stake of one kind that cools down, held in shares. It earns nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct Cooling {
    /// Raw IO.
    pub stake: u64,
    pub shares: u64,
}

/// `[b"node", operator, node_id]`: one supplier's node, its vaults' owner and its stake's books.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct Node {
    pub version: u8,
    pub bump: u8,
    /// A [`NodeStatus`].
    pub status: u8,
    /// 1 if others than the operator may deposit.
    pub delegation_open: u8,
    /// Class id.
    pub class: u16,
    /// Number of processors of that class.
    pub processors: u16,
    pub operator: Address,
    pub node_id: [u8; 32],
    /// Token account with the active and the cooling stake, a few raw IO that rounding left to nobody, and
    /// what was sent there unasked.
    pub stake_vault: Address,
    /// Token account with rewards that are not claimed yet.
    pub reward_vault: Address,
    /// `io_emissions`' pool of this node's class.
    pub reward_pool: Address,
    /// `io_emissions`' account of this node; may not exist yet.
    pub node_emission: Address,
    /// Paid this account's and the vaults' rent and gets it back.
    pub rent_payer: Address,
    /// Class multiplier as last synced, in thousandths; 0 while the class earns nothing.
    pub multiplier_milli: u64,
    /// Active stake below which the node earns nothing, raw IO.
    pub min_stake: Scheduled,
    /// Active stake that no deposit may exceed, raw IO.
    pub max_stake: u64,
    /// The operator's smallest part of the active stake as last synced, in basis points.
    pub min_self_stake_bps: u64,
    /// The operator's part of each reward, in basis points.
    pub commission_bps: Scheduled,
    /// Active stake by [`super::TrancheKind`].
    pub tranches: [Tranche; 3],
    /// Cooling stake by [`super::TrancheKind`].
    pub cooling: [Cooling; 3],
    /// Part of the reward vault already shared out and not claimed yet, raw IO.
    pub rewards_owed: u64,
    /// Commission the operator has not claimed yet, raw IO; part of `rewards_owed`.
    pub commission_owed: u64,
    /// Lowest earning stake since emissions last settled this node, if
    /// `drop_settlement` equals the node emission's `settlements`.
    pub drop_stake: u64,
    /// The pool's `acc_per_weight` when the stake first dropped since then.
    pub drop_acc: U128,
    /// The node emission's `settlements` when the stake dropped; `u64::MAX` for never.
    pub drop_settlement: u64,
    /// Positions that exist.
    pub positions: u64,
    /// Tickets that exist.
    pub tickets: u64,
    pub registered_at: i64,
    /// When the node was halted; 0 while it is not.
    pub halted_at: i64,
    /// When the open slash proposal lapses; 0 while there is none.
    pub slash_lapses_at: i64,
    /// The [`super::TrancheKind`] that delegators stake in, as last synced with the class.
    pub delegator_tranche: u8,
    pub padding: [u8; 7],
    pub reserved: [u8; 72],
}

layout!(Node, ids::io_staking::ID);

/// Stake that basis points can be taken of without leaving 64 bits: 18 million IO.
const NARROW: u64 = u64::MAX / BPS;

/// What [`Node::unstake`] moved from active to cooling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unstaked {
    /// Raw IO.
    pub amount: u64,
    /// Shares of the active stake that were burned.
    pub shares: u64,
    /// Shares of the cooling stake that were issued.
    pub cooling_shares: u64,
}

/// What [`Node::claim`] took out of the books, to be paid from the reward vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Raw IO, commission included.
    pub amount: u64,
    pub commission: u64,
}

/// Adds `amount` to a pool of stake; returns the shares issued for it.
#[inline(always)]
fn issue(stake: &mut u64, shares: &mut u64, amount: u64) -> Result<u64, StakingError> {
    // `None` if either sum would not fit.
    let issued = shares_for_deposit(amount, *stake, *shares).ok_or(StakingError::Overflow)?;
    *stake = stake.wrapping_add(amount);
    *shares = shares.wrapping_add(issued);
    Ok(issued)
}

/// Takes `amount` out of a pool of stake for a holder of `part`; returns the shares burned for it.
#[inline(always)]
fn redeem(stake: &mut u64, shares: &mut u64, part: u64, amount: u64) -> Result<u64, StakingError> {
    let burned =
        shares_to_burn(amount, part, *stake, *shares).ok_or(StakingError::InsufficientStake)?;
    *stake = stake.checked_sub(amount).ok_or(StakingError::Overflow)?;
    *shares = shares.checked_sub(burned).ok_or(StakingError::Overflow)?;
    Ok(burned)
}

impl Tranche {
    /// Raw IO that `part` of its shares are worth.
    #[inline(always)]
    pub fn value_of(&self, part: u64) -> Result<u64, StakingError> {
        value_of(part, self.stake, self.shares).ok_or(StakingError::Overflow)
    }

    /// Adds `per_stake` (raw IO for each raw IO of stake, Q64.64) to each share's rewards.
    #[inline(always)]
    #[allow(
        clippy::arithmetic_side_effects,
        reason = "per_stake is at most rewards × 2^64 ÷ stake, so the product fits; shares are not 0"
    )]
    fn share_out(&mut self, per_stake: u128) {
        if self.shares == 0 {
            return;
        }
        let per_share = if self.stake == self.shares {
            per_stake
        } else {
            per_stake * u128::from(self.stake) / u128::from(self.shares)
        };
        // Positions settle by the difference: see `Position::settle`.
        self.rewards_per_share = self.rewards_per_share.get().wrapping_add(per_share).into();
    }
}

impl Cooling {
    /// Raw IO that `part` of its shares are worth.
    #[inline(always)]
    pub fn value_of(&self, part: u64) -> Result<u64, StakingError> {
        value_of(part, self.stake, self.shares).ok_or(StakingError::Overflow)
    }
}

impl Node {
    /// Whether it takes stake and can earn.
    #[inline(always)]
    pub fn is_open(&self) -> bool {
        self.status == NodeStatus::Open as u8
    }

    /// Active stake of one kind.
    #[inline(always)]
    pub fn tranche(&self, kind: TrancheKind) -> &Tranche {
        &self.tranches[kind as usize]
    }

    /// The tranche that delegators who come now stake in.
    #[inline(always)]
    pub fn delegator_kind(&self) -> Result<TrancheKind, StakingError> {
        TrancheKind::from_byte(self.delegator_tranche).ok_or(StakingError::WrongTranche)
    }

    /// Active stake of all kinds, raw IO. It lies in one token account, so the sum fits.
    #[inline(always)]
    pub fn active_stake(&self) -> u64 {
        let [operator, protected, exposed] = &self.tranches;
        operator
            .stake
            .wrapping_add(protected.stake)
            .wrapping_add(exposed.stake)
    }

    /// Cooling stake of all kinds, raw IO.
    #[inline(always)]
    pub fn cooling_stake(&self) -> u64 {
        let [operator, protected, exposed] = &self.cooling;
        operator
            .stake
            .wrapping_add(protected.stake)
            .wrapping_add(exposed.stake)
    }

    /// The operator's own active stake, raw IO.
    #[inline(always)]
    pub fn operator_stake(&self) -> u64 {
        self.tranche(TrancheKind::Operator).stake
    }

    /// Active stake that earns at `now`, raw IO: all of it, or none while the node is not open, is
    /// under its minimum, or the operator's part is too small.
    #[inline]
    pub fn earning_stake(&self, now: i64) -> u64 {
        if !self.is_open() {
            return 0;
        }
        let total = self.active_stake();
        if total < self.min_stake.at(now) || !self.operator_covers(total) {
            return 0;
        }
        total
    }

    /// Whether the operator's stake, a part of `total`, is large enough a part.
    #[inline(always)]
    fn operator_covers(&self, total: u64) -> bool {
        let (own, bps) = (self.operator_stake(), self.min_self_stake_bps);
        if total <= NARROW {
            own.wrapping_mul(BPS) >= total.wrapping_mul(bps)
        } else {
            mul_wide(own, BPS) >= mul_wide(total, bps)
        }
    }

    /// The most active stake that the operator's own stake covers, raw IO.
    #[inline(always)]
    fn covered(&self) -> u64 {
        let (own, bps) = (self.operator_stake(), self.min_self_stake_bps);
        let covered = if own <= NARROW {
            own.wrapping_mul(BPS).checked_div(bps)
        } else {
            mul_div_floor(own, BPS, bps)
        };
        // Without a smallest part (division by 0) there is no such limit.
        covered.unwrap_or(u64::MAX)
    }

    /// How much more stake of this kind fits, and why no more.
    #[inline(always)]
    fn limit(&self, kind: TrancheKind) -> (u64, StakingError) {
        let total = self.active_stake();
        let (mut most, mut reason) = (self.max_stake, StakingError::NodeFull);
        if kind != TrancheKind::Operator {
            let covered = self.covered();
            if covered < most {
                (most, reason) = (covered, StakingError::OperatorStakeTooLow);
            }
        }
        (most.saturating_sub(total), reason)
    }

    /// How much more stake of this kind fits, raw IO: up to the maximum, and for delegators up to what
    /// the operator's own stake covers.
    #[inline]
    pub fn room(&self, kind: TrancheKind) -> u64 {
        self.limit(kind).0
    }

    /// Refuses new stake of delegators on terms that the class no longer has. Stake that they deposited
    /// before stays on the terms of then.
    #[inline(always)]
    pub fn check_terms(&self, kind: TrancheKind) -> Result<(), StakingError> {
        if kind != TrancheKind::Operator && kind as u8 != self.delegator_tranche {
            return Err(StakingError::WrongTranche);
        }
        Ok(())
    }

    /// How much of a deposit is accepted: `amount`, or if that does not fit what does, down to
    /// `min_accepted`.
    #[inline(always)]
    pub fn admit(
        &self,
        kind: TrancheKind,
        amount: u64,
        min_accepted: u64,
    ) -> Result<u64, StakingError> {
        if !self.is_open() {
            return Err(StakingError::NodeNotOpen);
        }
        if kind != TrancheKind::Operator && self.delegation_open == 0 {
            return Err(StakingError::DelegationClosed);
        }
        if amount == 0 {
            return Err(StakingError::ZeroAmount);
        }
        let (room, reason) = self.limit(kind);
        if amount <= room {
            return Ok(amount);
        }
        if room == 0 || room < min_accepted {
            return Err(reason);
        }
        Ok(room)
    }

    /// Refuses new stake while rewards earned by the old stake are not shared out: a latecomer would
    /// take part in them.
    ///
    /// What counts is that nothing settled waits for a harvest, and for an earning node, that it was
    /// settled at most [`DEPOSIT_MAX_LAG_EPOCHS`] epochs ago and that the pool's next crank is at most
    /// [`DEPOSIT_MAX_CRANK_DELAY`] overdue. A crank and a harvest just before satisfy all three.
    #[inline(always)]
    pub fn check_harvested(
        emission: &NodeEmission,
        pool: &RewardPool,
        now: i64,
    ) -> Result<(), StakingError> {
        let lag = pool.epochs_done.saturating_sub(emission.settled_epoch);
        let earns = emission.weight != 0;
        if emission.owed != 0 || earns && lag > DEPOSIT_MAX_LAG_EPOCHS {
            return Err(StakingError::HarvestFirst);
        }
        if earns && now.saturating_sub(pool.due_at) > DEPOSIT_MAX_CRANK_DELAY {
            return Err(StakingError::CrankFirst);
        }
        Ok(())
    }

    /// Adds `amount`, admitted before, to a position; returns the shares issued, at least one for each
    /// raw IO.
    #[inline(always)]
    pub fn deposit(&mut self, position: &mut Position, amount: u64) -> Result<u64, StakingError> {
        let kind = position.kind()?;
        position.settle(self.tranche(kind))?;
        let issued = self.add_stake(kind, amount)?;
        // A part of the tranche's shares, which fit.
        position.shares = position.shares.wrapping_add(issued);
        Ok(issued)
    }

    /// Adds `amount` to the active stake of one kind; returns the shares issued. Refuses it while a slash has
    /// left next to nothing of that kind: see [`Node::check_price`].
    #[inline(always)]
    pub(super) fn add_stake(
        &mut self,
        kind: TrancheKind,
        amount: u64,
    ) -> Result<u64, StakingError> {
        self.check_price(kind)?;
        let tranche = &mut self.tranches[kind as usize];
        issue(&mut tranche.stake, &mut tranche.shares, amount)
    }

    /// Moves `amount` of a position (`u64::MAX` for all) from active to cooling stake, for a new ticket.
    #[inline(always)]
    pub fn unstake(
        &mut self,
        position: &mut Position,
        amount: u64,
    ) -> Result<Unstaked, StakingError> {
        let kind = position.kind()?;
        let tranche = &mut self.tranches[kind as usize];
        position.settle(tranche)?;
        let amount = if amount == u64::MAX {
            tranche.value_of(position.shares)?
        } else {
            amount
        };
        if amount == 0 {
            return Err(StakingError::ZeroAmount);
        }
        let shares = redeem(
            &mut tranche.stake,
            &mut tranche.shares,
            position.shares,
            amount,
        )?;
        position.shares = position
            .shares
            .checked_sub(shares)
            .ok_or(StakingError::InsufficientStake)?;
        let cooling = &mut self.cooling[kind as usize];
        let cooling_shares = issue(&mut cooling.stake, &mut cooling.shares, amount)?;
        self.tickets = self.tickets.wrapping_add(1);
        position.next_ticket = position.next_ticket.wrapping_add(1);
        position.open_tickets = position.open_tickets.wrapping_add(1);
        Ok(Unstaked {
            amount,
            shares,
            cooling_shares,
        })
    }

    /// Takes a ticket out of the cooling stake with all its shares: what they are worth now, at most what
    /// was requested. A few raw IO that rounding added to them are left to the other tickets; what those do
    /// not take leaves the books, and goes to the operator when the node is closed.
    #[inline(always)]
    pub fn withdraw_cooling(
        &mut self,
        position: &mut Position,
        ticket: &Ticket,
    ) -> Result<u64, StakingError> {
        let kind = position.kind()?;
        let cooling = &mut self.cooling[kind as usize];
        let paid = cooling.value_of(ticket.shares)?.min(ticket.amount);
        // Not below zero: `value_of` takes no more shares than there are, and is at most the stake.
        cooling.shares = cooling.shares.wrapping_sub(ticket.shares);
        cooling.stake = cooling.stake.wrapping_sub(paid).min(cooling.shares);
        self.tickets = self.tickets.saturating_sub(1);
        position.open_tickets = position.open_tickets.saturating_sub(1);
        Ok(paid)
    }

    /// Takes a ticket back into the active stake, all of it or an error; returns the amount and the
    /// shares issued.
    pub fn restake(
        &mut self,
        position: &mut Position,
        ticket: &Ticket,
    ) -> Result<(u64, u64), StakingError> {
        let amount = self.withdraw_cooling(position, ticket)?;
        let amount = self.admit(position.kind()?, amount, amount)?;
        let shares = self.deposit(position, amount)?;
        Ok((amount, shares))
    }

    /// Shares out rewards that arrived in the reward vault: the operator's commission, the rest over
    /// the active stake. Returns the commission; `None`, and nothing changes, if there is nothing to
    /// share or no stake to share it over.
    #[inline(always)]
    pub fn share_out(&mut self, rewards: u64, now: i64) -> Result<Option<u64>, StakingError> {
        let total = self.active_stake();
        if rewards == 0 || total == 0 {
            return Ok(None);
        }
        let commission = mul_div_floor(rewards, self.commission_bps.at(now), BPS)
            .ok_or(StakingError::Overflow)?;
        let rest = rewards
            .checked_sub(commission)
            .ok_or(StakingError::Overflow)?;
        let per_stake = div_q64(rest, total).ok_or(StakingError::Overflow)?;
        for tranche in &mut self.tranches {
            tranche.share_out(per_stake);
        }
        self.rewards_owed = self
            .rewards_owed
            .checked_add(rewards)
            .ok_or(StakingError::Overflow)?;
        // Part of `rewards_owed`, so it fits.
        self.commission_owed = self.commission_owed.wrapping_add(commission);
        Ok(Some(commission))
    }

    /// Takes a position's rewards out of the books, the operator's with the commission.
    #[inline(always)]
    pub fn claim(&mut self, position: &mut Position) -> Result<Claim, StakingError> {
        let kind = position.kind()?;
        position.settle(&self.tranches[kind as usize])?;
        let commission = match kind {
            TrancheKind::Operator => core::mem::take(&mut self.commission_owed),
            TrancheKind::Protected | TrancheKind::Exposed => 0,
        };
        let amount = core::mem::take(&mut position.rewards_owed)
            .checked_add(commission)
            .ok_or(StakingError::Overflow)?;
        if amount == 0 {
            return Err(StakingError::NothingToClaim);
        }
        self.rewards_owed = self
            .rewards_owed
            .checked_sub(amount)
            .ok_or(StakingError::Overflow)?;
        Ok(Claim { amount, commission })
    }

    /// Notes that the earning stake fell to `stake`, so that emissions pay no more than that from the
    /// pool's `acc_per_weight` of now on, until they settle the node (`settlements` counts that).
    #[inline(always)]
    pub fn record_drop(&mut self, settlements: u64, acc_per_weight: U128, stake: u64) {
        if self.drop_settlement == settlements {
            self.drop_stake = self.drop_stake.min(stake);
        } else {
            self.drop_settlement = settlements;
            self.drop_stake = stake;
            self.drop_acc = acc_per_weight;
        }
    }

    /// Stops an open node: no stake in, no earning; everyone may leave.
    pub fn halt(&mut self, now: i64) -> Result<(), StakingError> {
        if !self.is_open() {
            return Err(StakingError::NodeNotOpen);
        }
        self.status = NodeStatus::Halted as u8;
        self.halted_at = now;
        Ok(())
    }

    /// Opens a halted node again, unless a slash is proposed.
    pub fn resume(&mut self) -> Result<(), StakingError> {
        if self.status != NodeStatus::Halted as u8 {
            return Err(StakingError::NodeNotHalted);
        }
        if self.slash_open() {
            return Err(StakingError::SlashOpen);
        }
        self.status = NodeStatus::Open as u8;
        self.halted_at = 0;
        Ok(())
    }

    /// Whether a slash proposal exists, lapsed or not.
    #[inline(always)]
    pub const fn slash_open(&self) -> bool {
        self.slash_lapses_at != 0
    }

    /// Whether a slash is proposed and has not lapsed: the operator's tickets wait for it.
    #[inline(always)]
    pub const fn slash_binds(&self, now: i64) -> bool {
        now < self.slash_lapses_at
    }

    /// What holds for every node between instructions, as far as its own books show.
    pub fn invariant(&self) -> bool {
        let backed = |stake: u64, shares: u64| stake <= shares;
        self.status <= NodeStatus::Retired as u8
            && self.delegation_open <= 1
            && self.min_self_stake_bps <= BPS
            && self.commission_owed <= self.rewards_owed
            && self.tranches.iter().all(|t| backed(t.stake, t.shares))
            && self.cooling.iter().all(|c| backed(c.stake, c.shares))
            && self
                .active_stake()
                .checked_add(self.cooling_stake())
                .is_some()
    }
}
