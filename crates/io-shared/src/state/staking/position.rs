use super::super::{U128, layout};
use super::{Tranche, TrancheKind};
use crate::{Address, errors::StakingError, ids, math::fixed::mul_q64};
use bytemuck::{Pod, Zeroable};

/// `[b"position", node, owner, tranche]`: one staker's part of one node.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct Position {
    pub version: u8,
    pub bump: u8,
    /// A [`super::TrancheKind`].
    pub tranche: u8,
    pub padding: [u8; 5],
    pub node: Address,
    pub owner: Address,
    /// Owner of the token accounts that claims and withdrawals pay; the owner unless set otherwise.
    pub payout: Address,
    /// Paid this account's rent and gets it back.
    pub rent_payer: Address,
    /// Shares of the node's tranche.
    pub shares: u64,
    /// Rewards settled and not claimed yet, raw IO.
    pub rewards_owed: u64,
    /// The tranche's `rewards_per_share` up to which rewards are settled.
    pub rewards_paid_per_share: U128,
    /// Index of the next ticket.
    pub next_ticket: u64,
    /// Tickets that exist.
    pub open_tickets: u64,
    pub reserved: [u8; 32],
}

layout!(Position, ids::io_staking::ID);

impl Position {
    /// The tranche it holds shares of.
    #[inline(always)]
    pub fn kind(&self) -> Result<TrancheKind, StakingError> {
        TrancheKind::from_byte(self.tranche).ok_or(StakingError::WrongTranche)
    }

    /// Refuses to close a position, settled before, that anything is left on.
    pub const fn check_empty(&self) -> Result<(), StakingError> {
        if self.shares != 0 || self.rewards_owed != 0 || self.open_tickets != 0 {
            return Err(StakingError::PositionNotEmpty);
        }
        Ok(())
    }

    /// Moves the rewards that its shares earned since the last time to `rewards_owed`, rounded down.
    ///
    /// The accumulator may wrap around: the difference is right modulo 2^128, and what one position
    /// has not settled is at most what its node owes, so that never reaches 2^128 for a share.
    #[inline(always)]
    pub fn settle(&mut self, tranche: &Tranche) -> Result<(), StakingError> {
        if self.rewards_paid_per_share == tranche.rewards_per_share {
            return Ok(());
        }
        if self.shares != 0 {
            let since = tranche
                .rewards_per_share
                .get()
                .wrapping_sub(self.rewards_paid_per_share.get());
            self.rewards_owed = mul_q64(since, self.shares)
                .and_then(|earned| self.rewards_owed.checked_add(earned))
                .ok_or(StakingError::Overflow)?;
        }
        self.rewards_paid_per_share = tranche.rewards_per_share;
        Ok(())
    }
}
