//! What happens when a node is slashed.
//!
//! A proposal names a part, in basis points, of the *stake at risk*: the operator's and that of
//! delegators who deposited on a class's slashing terms, active and cooling alike. The operator's pays
//! first; delegators pay only what it cannot, so none of them loses a larger part than the proposal names.
//!
//! A slash lowers what a pool's shares are worth and so raises how many shares an amount is worth. If
//! that went on without bound, moving stake through the pool would leave 64 bits, and an exit would fail.
//! So a slash leaves in each pool at least [`least_stake`]: with that, everything the node may hold still
//! moves through the pool as fewer than 2^62 shares. For a node of 240,000 IO all in one pool that is about
//! 1 IO; if all IO there can ever be lay in one pool, 1 part in 57.
//!
//! New stake in a pool at that price could not be slashed at all. So while what a slash would have to leave
//! is more than 1 part in 64 of a pool, no stake of that kind comes in ([`Node::check_price`]): what is left
//! leaves first, and the next deposit finds an empty pool.

use super::super::layout;
use super::{Node, NodeStatus, Position, TrancheKind};
use crate::{
    Address,
    constants::{BPS, HARD_CAP, MAX_SLASH_BPS, SLASH_DELAY, SLASH_LAPSE, VERSION},
    errors::StakingError,
    ids,
    math::fixed::mul_div_floor,
};
use bytemuck::{Pod, Zeroable};

/// `[b"slash", node]`: a slash that waits to be executed, cancelled or to lapse.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct SlashProposal {
    pub version: u8,
    pub bump: u8,
    pub padding: [u8; 6],
    pub node: Address,
    /// Paid this account's rent and gets it back: the slasher who proposed.
    pub rent_payer: Address,
    /// Hash of the document that says why.
    pub reason_hash: [u8; 32],
    /// Part of the stake at risk, in basis points.
    pub bps: u64,
    pub proposed_at: i64,
    /// Cannot be executed before this time.
    pub executable_at: i64,
    /// Cannot be executed from this time on.
    pub lapses_at: i64,
    pub reserved: [u8; 32],
}

layout!(SlashProposal, ids::io_staking::ID);

impl SlashProposal {
    /// A proposal made at `now`.
    pub fn new(
        node: Address,
        rent_payer: Address,
        reason_hash: [u8; 32],
        bps: u64,
        now: i64,
        bump: u8,
    ) -> Result<Self, StakingError> {
        if bps == 0 || bps > MAX_SLASH_BPS {
            return Err(StakingError::SlashOutOfBounds);
        }
        let after = |delay| now.checked_add(delay).ok_or(StakingError::Overflow);
        Ok(Self {
            version: VERSION,
            bump,
            node,
            rent_payer,
            reason_hash,
            bps,
            proposed_at: now,
            executable_at: after(SLASH_DELAY)?,
            lapses_at: after(SLASH_LAPSE)?,
            ..Self::zeroed()
        })
    }

    /// Refuses an execution that comes too soon or too late.
    pub const fn check_ripe(&self, now: i64) -> Result<(), StakingError> {
        if now < self.executable_at {
            return Err(StakingError::SlashNotRipe);
        }
        if self.has_lapsed(now) {
            return Err(StakingError::SlashLapsed);
        }
        Ok(())
    }

    /// Whether it can no longer be executed.
    pub const fn has_lapsed(&self, now: i64) -> bool {
        now >= self.lapses_at
    }
}

/// What a slash took, raw IO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slashed {
    pub operator_active: u64,
    pub operator_cooling: u64,
    pub delegators_active: u64,
    pub delegators_cooling: u64,
}

impl Slashed {
    /// All of it. It lay in one token account, so the sum fits.
    pub const fn total(&self) -> u64 {
        self.operator_active
            .wrapping_add(self.operator_cooling)
            .wrapping_add(self.delegators_active)
            .wrapping_add(self.delegators_cooling)
    }
}

/// Least stake that a slash leaves in a pool with so many shares, where at most `most` raw IO may ever
/// move through the pool: ceil((most + 1) × (shares + 1) ÷ 2^62).
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "2^64 × 2^64 − 1 + 2^62 fits, and 2^66 that remain are cut to what a pool can hold"
)]
const fn least_stake(most: u64, shares: u64) -> u64 {
    const STEP: u128 = 1 << 62;
    let product = match (most as u128 + 1).checked_mul(shares as u128 + 1) {
        Some(product) => product,
        None => return u64::MAX,
    };
    let least = product.div_ceil(STEP);
    if least > u64::MAX as u128 {
        u64::MAX
    } else {
        least as u64
    }
}

/// Whether more than 1 part in 64 of a pool is what a slash leaves in it: (most + 1) × (shares + 1) ÷ 2^62
/// above (stake + 1) ÷ 64.
#[allow(clippy::arithmetic_side_effects, reason = "2^64 × 2^56 fits")]
const fn is_worn_out(most: u64, stake: u64, shares: u64) -> bool {
    // At the price of 1 nothing was slashed.
    if stake == shares {
        return false;
    }
    match (most as u128 + 1).checked_mul(shares as u128 + 1) {
        Some(product) => product > (stake as u128 + 1) << 56,
        None => true,
    }
}

/// Takes up to `amount` out of a pool; returns what it took.
fn take(stake: &mut u64, shares: u64, most: u64, amount: u64) -> u64 {
    let taken = amount.min(stake.saturating_sub(least_stake(most, shares)));
    *stake = stake.saturating_sub(taken);
    taken
}

impl Node {
    /// Notes that a slash is proposed: the operator's tickets wait until it is executed or cancelled, or
    /// lapses.
    pub fn propose_slash(&mut self, proposal: &SlashProposal) -> Result<(), StakingError> {
        if self.is_open() {
            return Err(StakingError::HaltFirst);
        }
        if self.slash_open() {
            return Err(StakingError::SlashOpen);
        }
        self.slash_lapses_at = proposal.lapses_at;
        Ok(())
    }

    /// Ends a proposal, executed or not.
    pub const fn end_slash(&mut self) {
        self.slash_lapses_at = 0;
    }

    /// The most raw IO that may move through one of the pools.
    fn most_stake(&self) -> u64 {
        self.active_stake()
            .saturating_add(self.cooling_stake())
            .max(self.max_stake.min(HARD_CAP))
    }

    /// Refuses new stake of a kind that a slash left next to nothing of, active or cooling: it could not be
    /// slashed, and if the node's maximum was raised since, it could not always leave again.
    #[inline(always)]
    pub(super) fn check_price(&self, kind: TrancheKind) -> Result<(), StakingError> {
        let (active, cooling) = (self.tranche(kind), &self.cooling[kind as usize]);
        if active.stake == active.shares && cooling.stake == cooling.shares {
            return Ok(());
        }
        let most = self.most_stake();
        if is_worn_out(most, active.stake, active.shares)
            || is_worn_out(most, cooling.stake, cooling.shares)
        {
            return Err(StakingError::PriceTooLow);
        }
        Ok(())
    }

    /// Takes `bps` of the stake at risk, the operator's first; what is taken is to be burned.
    pub fn slash(&mut self, bps: u64) -> Result<Slashed, StakingError> {
        let most = self.most_stake();
        let at_stake = |kind: TrancheKind| {
            self.tranches[kind as usize]
                .stake
                .checked_add(self.cooling[kind as usize].stake)
        };
        let (Some(own), Some(others)) = (
            at_stake(TrancheKind::Operator),
            at_stake(TrancheKind::Exposed),
        ) else {
            return Err(StakingError::Overflow);
        };
        let amount = own
            .checked_add(others)
            .and_then(|at_risk| mul_div_floor(at_risk, bps, BPS))
            .ok_or(StakingError::Overflow)?;
        let of_own = amount.min(own);
        let of_others = amount.saturating_sub(own);
        let (operator_active, operator_cooling) =
            self.slash_kind(TrancheKind::Operator, of_own, own, most)?;
        let (delegators_active, delegators_cooling) =
            self.slash_kind(TrancheKind::Exposed, of_others, others, most)?;
        Ok(Slashed {
            operator_active,
            operator_cooling,
            delegators_active,
            delegators_cooling,
        })
    }

    /// Takes `amount` of the `total` stake of one kind, of active and cooling in proportion.
    fn slash_kind(
        &mut self,
        kind: TrancheKind,
        amount: u64,
        total: u64,
        most: u64,
    ) -> Result<(u64, u64), StakingError> {
        if amount == 0 {
            return Ok((0, 0));
        }
        let active = &mut self.tranches[kind as usize];
        let from_active =
            mul_div_floor(amount, active.stake, total).ok_or(StakingError::Overflow)?;
        let from_cooling = amount.saturating_sub(from_active);
        let active = take(&mut active.stake, active.shares, most, from_active);
        let cooling = &mut self.cooling[kind as usize];
        let cooling = take(&mut cooling.stake, cooling.shares, most, from_cooling);
        Ok((active, cooling))
    }

    /// Gives the node up for good: no stake in, no earning; everyone may leave, and anyone may help them.
    pub fn retire(&mut self) -> Result<(), StakingError> {
        if self.is_retired() {
            return Err(StakingError::NodeRetired);
        }
        self.status = NodeStatus::Retired as u8;
        Ok(())
    }

    #[inline(always)]
    pub const fn is_retired(&self) -> bool {
        self.status == NodeStatus::Retired as u8
    }

    /// Settles a position and takes it off the books, if it is empty. Shares that a slash left worth less
    /// than 1 raw go with it: they cannot be unstaked. The operator's stays while there is
    /// commission to claim, and on a retired node, where it cannot be opened again, while others' stake may
    /// still bring some.
    pub fn close_position(&mut self, position: &mut Position) -> Result<(), StakingError> {
        let kind = position.kind()?;
        let tranche = &mut self.tranches[kind as usize];
        position.settle(tranche)?;
        if tranche.value_of(position.shares)? == 0 {
            // Not below zero: `value_of` takes no more shares than there are.
            tranche.shares = tranche
                .shares
                .wrapping_sub(core::mem::take(&mut position.shares));
        }
        position.check_empty()?;
        let to_come = self.is_retired() && self.active_stake() != 0;
        if kind == TrancheKind::Operator && (self.commission_owed != 0 || to_come) {
            return Err(StakingError::PositionNotEmpty);
        }
        self.positions = self.positions.saturating_sub(1);
        Ok(())
    }

    /// Refuses to close a node that anyone still has anything on.
    pub const fn check_empty(&self) -> Result<(), StakingError> {
        if !self.is_retired() {
            return Err(StakingError::NodeNotRetired);
        }
        if self.positions != 0 || self.tickets != 0 {
            return Err(StakingError::NodeNotEmpty);
        }
        if self.slash_open() {
            return Err(StakingError::SlashOpen);
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails"
)]
mod tests {
    use super::super::{Cooling, Ticket, Tranche};
    use super::*;
    use crate::constants::{DAY, IO};

    const NOW: i64 = 1_000;

    fn pools(active: [u64; 3], cooling: [u64; 3]) -> Node {
        Node {
            status: NodeStatus::Halted as u8,
            max_stake: 1_000_000 * IO,
            tranches: active.map(|stake| Tranche {
                stake,
                shares: stake,
                ..Tranche::default()
            }),
            cooling: cooling.map(|stake| Cooling {
                stake,
                shares: stake,
            }),
            ..Node::zeroed()
        }
    }

    fn proposal(bps: u64) -> Result<SlashProposal, StakingError> {
        SlashProposal::new(
            Address::default(),
            Address::default(),
            [1; 32],
            bps,
            NOW,
            255,
        )
    }

    #[test]
    fn a_proposal_has_its_bounds_and_its_time() {
        for bps in [0, MAX_SLASH_BPS + 1, u64::MAX] {
            assert_eq!(proposal(bps).err(), Some(StakingError::SlashOutOfBounds));
        }
        let slash = proposal(MAX_SLASH_BPS).expect("in bounds");
        for (now, expected) in [
            (NOW, Err(StakingError::SlashNotRipe)),
            (NOW + 7 * DAY - 1, Err(StakingError::SlashNotRipe)),
            (NOW + 7 * DAY, Ok(())),
            (NOW + 30 * DAY - 1, Ok(())),
            (NOW + 30 * DAY, Err(StakingError::SlashLapsed)),
        ] {
            assert_eq!(slash.check_ripe(now), expected, "{now}");
        }
        let late = SlashProposal::new(
            Address::default(),
            Address::default(),
            [0; 32],
            1,
            i64::MAX,
            0,
        );
        assert_eq!(late.err(), Some(StakingError::Overflow));
    }

    #[test]
    fn one_slash_at_a_time_on_a_node_that_is_not_open() {
        let slash = proposal(1).expect("in bounds");
        let mut node = Node::zeroed();
        assert_eq!(node.propose_slash(&slash), Err(StakingError::HaltFirst));
        for status in [NodeStatus::Halted, NodeStatus::Retired] {
            node.status = status as u8;
            assert_eq!(node.propose_slash(&slash), Ok(()));
            assert_eq!(node.propose_slash(&slash), Err(StakingError::SlashOpen));
            assert!(node.slash_binds(NOW + 30 * DAY - 1));
            assert!(!node.slash_binds(NOW + 30 * DAY));
            node.end_slash();
            assert!(!node.slash_open());
        }
    }

    #[test]
    fn the_operator_pays_first_active_and_cooling_in_proportion() {
        let mut node = pools([300 * IO, 500 * IO, 150 * IO], [100 * IO, 7 * IO, 50 * IO]);
        // Half of 600 at risk: all from the operator's 400, three to one.
        assert_eq!(
            node.slash(5_000),
            Ok(Slashed {
                operator_active: 225 * IO,
                operator_cooling: 75 * IO,
                ..Slashed::default()
            })
        );
        assert_eq!(node.tranches.map(|t| t.stake / IO), [75, 500, 150]);
        assert_eq!(node.cooling.map(|c| c.stake / IO), [25, 7, 50]);
        assert!(node.invariant());
    }

    #[test]
    fn delegators_on_slashing_terms_pay_what_the_operator_cannot() {
        let mut node = pools([50 * IO, 999 * IO, 300 * IO], [50 * IO, 9 * IO, 100 * IO]);
        let slashed = node.slash(5_000).expect("fits");
        // Half of 500 is 250, of which the operator has 100, but for what its pools keep.
        let kept = 2 * least_stake(node.max_stake, 50 * IO);
        assert!(kept < IO / 100);
        assert_eq!(
            slashed.operator_active + slashed.operator_cooling,
            100 * IO - kept
        );
        assert_eq!(slashed.delegators_active, 112 * IO + IO / 2);
        assert_eq!(slashed.delegators_cooling, 37 * IO + IO / 2);
        assert_eq!(slashed.total(), 250 * IO - kept);
        assert_eq!(node.tranches[1].stake, 999 * IO);
        assert_eq!(node.cooling[1].stake, 9 * IO);
    }

    #[test]
    fn nothing_at_risk_nothing_taken() {
        let mut node = pools([0, 500 * IO, 0], [0, 5 * IO, 0]);
        assert_eq!(node.slash(5_000), Ok(Slashed::default()));
        let mut node = pools([1, 0, 0], [0, 0, 0]);
        assert_eq!(node.slash(5_000), Ok(Slashed::default()));
    }

    #[test]
    fn after_any_number_of_slashes_all_stake_still_moves() {
        for max_io in [200_u64, 240_000, 20_480_000_000 / 32] {
            let max = max_io * IO;
            let mut node = pools([max / 2, 0, 0], [max / 4, 0, 0]);
            node.max_stake = max;
            let mut owner = Position {
                shares: max / 2,
                open_tickets: 1,
                ..Position::zeroed()
            };
            let old = Ticket {
                amount: max / 4,
                shares: max / 4,
                ..Ticket::zeroed()
            };
            for _ in 0..200 {
                node.slash(MAX_SLASH_BPS).expect("fits");
            }
            assert!(node.tranches[0].stake > 0);
            node.status = NodeStatus::Open as u8;
            for part in [1, node.tranches[0].stake / 3, u64::MAX] {
                node.unstake(&mut owner, part).expect("an exit fits");
            }
            assert_eq!(owner.shares, 0);
            node.withdraw_cooling(&mut owner, &old).expect("pays");
            assert!(node.invariant());
        }
    }

    /// A ticket from before a slash lies in the cooling stake, whose price is as low as it gets, and the
    /// class's maximum has grown a thousandfold since.
    #[test]
    fn stake_that_could_not_leave_again_is_not_let_in() {
        let (before, after) = (1_000 * IO, 1_000_000 * IO);
        let mut node = pools([0, 0, 0], [500 * IO, 0, 500 * IO]);
        node.max_stake = before;
        for _ in 0..60 {
            node.slash(MAX_SLASH_BPS).expect("fits");
        }
        let [operator, _, exposed] = node.cooling;
        assert!(operator.stake < 100_000 && exposed.stake < 100_000);
        node.status = NodeStatus::Open as u8;
        node.delegation_open = 1;
        node.max_stake = after;
        for kind in [TrancheKind::Operator, TrancheKind::Exposed] {
            let mut owner = Position {
                tranche: kind as u8,
                rewards_owed: after,
                ..Position::zeroed()
            };
            node.rewards_owed = after;
            for amount in [1, after] {
                let refused = { node }.deposit(&mut { owner }, amount);
                assert_eq!(refused, Err(StakingError::PriceTooLow));
            }
            let refused = { node }.compound(&mut { owner }, after);
            assert_eq!(refused, Err(StakingError::PriceTooLow));
            // Once the old ticket is paid, it may come, and go.
            let whole = node;
            let old = Ticket {
                amount: 500 * IO,
                shares: 500 * IO,
                ..Ticket::zeroed()
            };
            node.withdraw_cooling(&mut owner, &old).expect("pays");
            node.deposit(&mut owner, after).expect("fits");
            node.unstake(&mut owner, u64::MAX).expect("an exit fits");
            assert!(node.invariant());
            node = whole;
        }
    }

    #[test]
    fn shares_worth_less_than_one_raw_do_not_keep_a_position_open() {
        let mut node = pools([0, 0, 1_000], [0, 0, 0]);
        node.positions = 2;
        let exposed = |shares| Position {
            tranche: TrancheKind::Exposed as u8,
            shares,
            ..Position::zeroed()
        };
        let (mut large, mut small) = (exposed(999), exposed(1));
        node.slash(MAX_SLASH_BPS).expect("fits");
        assert_eq!(
            node.unstake(&mut small, u64::MAX),
            Err(StakingError::ZeroAmount)
        );
        assert_eq!(
            node.close_position(&mut { large }),
            Err(StakingError::PositionNotEmpty)
        );
        node.close_position(&mut small).expect("worth nothing");
        assert_eq!((small.shares, node.positions), (0, 1));
        assert_eq!(
            (node.tranches[2].stake, node.tranches[2].shares),
            (500, 999)
        );
        node.unstake(&mut large, u64::MAX).expect("leaves");
        large.open_tickets = 0;
        node.close_position(&mut large).expect("empty");
        assert_eq!((node.tranches[2].stake, node.tranches[2].shares), (0, 0));
    }

    #[test]
    fn an_operator_with_commission_to_claim_stays() {
        let mut node = Node {
            commission_owed: 1,
            rewards_owed: 1,
            positions: 2,
            ..Node::zeroed()
        };
        let mut operator = Position::zeroed();
        let mut delegator = Position {
            tranche: TrancheKind::Protected as u8,
            ..Position::zeroed()
        };
        assert_eq!(
            node.close_position(&mut operator),
            Err(StakingError::PositionNotEmpty)
        );
        node.close_position(&mut delegator).expect("empty");
        node.claim(&mut operator).expect("commission");
        node.close_position(&mut operator).expect("empty");
        assert_eq!(node.positions, 0);
    }

    #[test]
    fn a_ticket_leaves_with_all_its_shares() {
        // Rounding has brought the first ticket's shares to more than it may pay.
        let mut node = pools([0, 0, 0], [3, 0, 0]);
        node.cooling[0].shares = 5;
        node.tickets = 2;
        let mut owner = Position::zeroed();
        let ticket = |amount, shares| Ticket {
            amount,
            shares,
            ..Ticket::zeroed()
        };
        assert_eq!(node.cooling[0].value_of(4), Ok(2));
        let paid = node.withdraw_cooling(&mut owner, &ticket(1, 4));
        assert_eq!(paid, Ok(1));
        assert_eq!((node.cooling[0].stake, node.cooling[0].shares), (1, 1));
        let paid = node.withdraw_cooling(&mut owner, &ticket(7, 1));
        assert_eq!(paid, Ok(1));
        assert_eq!((node.cooling[0].stake, node.cooling[0].shares), (0, 0));
        assert!(node.invariant());
    }

    /// As much as there was, deposited where a slash has taken all it could.
    #[test]
    fn what_is_deposited_after_a_slash_can_be_slashed() {
        let mut node = pools([1_000 * IO, 0, 1_000 * IO], [10 * IO, 0, 10 * IO]);
        let mut owner = Position {
            shares: 1_000 * IO,
            ..Position::zeroed()
        };
        node.slash(MAX_SLASH_BPS).expect("fits");
        let fresh = 1_000 * IO;
        let mut deposited = node;
        if deposited.deposit(&mut { owner }, fresh).is_ok() {
            let slashed = deposited.slash(MAX_SLASH_BPS).expect("fits");
            assert!(slashed.operator_active > fresh / 2, "{slashed:?}");
        }
        // Once what is left is out of the way.
        node.unstake(&mut owner, u64::MAX).expect("an exit fits");
        assert_eq!(
            { node }.deposit(&mut { owner }, fresh),
            Err(StakingError::PriceTooLow)
        );
        for (amount, shares) in [
            (10 * IO, 10 * IO),
            (u64::MAX, node.cooling[0].shares - 10 * IO),
        ] {
            let ticket = Ticket {
                amount,
                shares,
                ..Ticket::zeroed()
            };
            node.withdraw_cooling(&mut owner, &ticket).expect("pays");
        }
        node.deposit(&mut owner, fresh).expect("an empty pool");
        let slashed = node.slash(MAX_SLASH_BPS).expect("fits");
        assert!(slashed.operator_active > fresh / 2, "{slashed:?}");
    }

    #[test]
    fn what_a_pool_keeps_is_of_no_size() {
        // 240,000 IO, the most on a node of eight B200.
        let all = 240_000 * IO;
        assert!(least_stake(all, all) < 2 * IO);
        assert!(least_stake(HARD_CAP, HARD_CAP) < HARD_CAP / 57);
        assert_eq!(least_stake(0, 0), 1);
        assert_eq!(least_stake(u64::MAX, u64::MAX), u64::MAX);
    }

    #[test]
    fn a_node_closes_when_nobody_has_anything_on_it() {
        let mut node = Node::zeroed();
        assert_eq!(node.check_empty(), Err(StakingError::NodeNotRetired));
        node.retire().expect("open");
        assert_eq!(node.retire(), Err(StakingError::NodeRetired));
        assert_eq!(node.check_empty(), Ok(()));
        node.positions = 1;
        assert_eq!(node.check_empty(), Err(StakingError::NodeNotEmpty));
        node.positions = 0;
        node.tickets = 1;
        assert_eq!(node.check_empty(), Err(StakingError::NodeNotEmpty));
        node.tickets = 0;
        node.slash_lapses_at = 1;
        assert_eq!(node.check_empty(), Err(StakingError::SlashOpen));
    }
}
