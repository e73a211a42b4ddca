//! Events of `io_staking`. Amounts are raw IO; small numbers are widened to `u64`.

use super::event;
use crate::Address;

event! {
    /// `initialize`.
    StakingInitialized {
        authority: Address,
        guardian: Address,
        slasher: Address,
        mint: Address,
        min_self_stake_bps: u64,
    }
}

event! {
    /// `create_class`.
    ClassCreated {
        class: Address,
        id: u64,
        name: [u8; 16],
        pool: u64,
        multiplier_milli: u64,
        max_stake_multiple: u64,
        delegators_slashable: u64,
        /// No node of the class can be registered before.
        usable_from: i64,
    }
}

event! {
    /// `schedule_class`.
    ClassRuleScheduled {
        class: Address,
        /// A [`crate::state::ClassRule`].
        rule: u64,
        next: u64,
        effective_at: i64,
    }
}

event! {
    /// `cancel_class_changes`.
    ClassChangesCancelled {
        class: Address,
        /// The guardian or the authority.
        by: Address,
    }
}

event! {
    /// `suspend_class`.
    ClassSuspended {
        class: Address,
        /// The guardian or the authority.
        by: Address,
        suspended: u64,
    }
}

event! {
    /// `end_class`.
    ClassEnded {
        class: Address,
        /// From then on its nodes earn nothing.
        supported_until: i64,
    }
}

event! {
    /// `register_node`.
    NodeRegistered {
        node: Address,
        operator: Address,
        node_id: [u8; 32],
        class: u64,
        processors: u64,
        min_stake: u64,
        max_stake: u64,
        min_self_stake_bps: u64,
        commission_bps: u64,
        delegation_open: u64,
    }
}

event! {
    /// `set_delegation`.
    DelegationSet {
        node: Address,
        open: u64,
    }
}

event! {
    /// `set_commission`.
    CommissionSet {
        node: Address,
        commission_bps: u64,
        /// Now, or for a raise after the cooldown.
        effective_at: i64,
    }
}

event! {
    /// `sync_class`, where it changed anything.
    NodeTermsSynced {
        node: Address,
        /// 0 while the class earns nothing.
        multiplier_milli: u64,
        min_stake: u64,
        /// What the minimum rises to, and when; both 0 if it does not.
        min_stake_next: u64,
        min_stake_rises_at: i64,
        max_stake: u64,
        min_self_stake_bps: u64,
        delegator_tranche: u64,
    }
}

event! {
    /// `halt_node`.
    NodeHalted {
        node: Address,
        /// The guardian or the authority.
        by: Address,
        at: i64,
    }
}

event! {
    /// `resume_node`.
    NodeResumed {
        node: Address,
    }
}

event! {
    /// `open_position`.
    PositionOpened {
        position: Address,
        node: Address,
        owner: Address,
        tranche: u64,
    }
}

event! {
    /// `set_payout`.
    PayoutSet {
        position: Address,
        payout: Address,
    }
}

event! {
    /// `deposit`.
    Deposited {
        node: Address,
        position: Address,
        /// What was accepted; less than asked for if the node had less room.
        amount: u64,
        /// Shares issued.
        shares: u64,
    }
}

event! {
    /// `request_unstake` and `unstake_retired`.
    UnstakeRequested {
        node: Address,
        position: Address,
        ticket: Address,
        index: u64,
        amount: u64,
        /// Shares of the active stake that were burned.
        shares: u64,
        /// Shares of the cooling stake that were issued.
        cooling_shares: u64,
        unlock_at: i64,
    }
}

event! {
    /// `cancel_unstake`.
    UnstakeCancelled {
        node: Address,
        position: Address,
        ticket: Address,
        amount: u64,
        /// Shares of the active stake that were issued.
        shares: u64,
    }
}

event! {
    /// `withdraw`.
    Withdrawn {
        node: Address,
        position: Address,
        ticket: Address,
        /// Token account that was paid.
        destination: Address,
        amount: u64,
    }
}

event! {
    /// `claim`.
    Claimed {
        node: Address,
        position: Address,
        /// Token account that was paid.
        destination: Address,
        /// Commission included.
        amount: u64,
        commission: u64,
    }
}

event! {
    /// `compound`.
    Compounded {
        node: Address,
        position: Address,
        /// What became stake, commission included; less than could be claimed if the node had less room.
        amount: u64,
        commission: u64,
        /// Shares issued.
        shares: u64,
    }
}

event! {
    /// `distribute`.
    RewardsShared {
        node: Address,
        /// Commission included.
        amount: u64,
        commission: u64,
        /// Shared out and not claimed, this included.
        rewards_owed: u64,
    }
}

event! {
    /// `schedule_min_self_stake`.
    MinSelfStakeScheduled {
        next: u64,
        effective_at: i64,
    }
}

event! {
    /// `cancel_changes`.
    StakingChangesCancelled {
        /// The guardian or the authority.
        by: Address,
    }
}

event! {
    /// `set_paused`.
    StakingPaused {
        /// The guardian or the authority.
        by: Address,
        paused: u64,
    }
}

event! {
    /// `set_guardian`.
    StakingGuardianSet {
        guardian: Address,
    }
}

event! {
    /// `set_slasher`.
    SlasherSet {
        slasher: Address,
    }
}

event! {
    /// `nominate_authority`.
    StakingAuthorityNominated {
        authority: Address,
        nominee: Address,
    }
}

event! {
    /// `accept_authority`.
    StakingAuthorityAccepted {
        authority: Address,
    }
}

event! {
    /// `propose_slash`.
    SlashProposed {
        node: Address,
        slasher: Address,
        reason_hash: [u8; 32],
        /// Part of the stake at risk, in basis points.
        bps: u64,
        executable_at: i64,
        lapses_at: i64,
    }
}

event! {
    /// `cancel_slash`.
    SlashCancelled {
        node: Address,
        /// The guardian, the authority, or anyone once it has lapsed.
        by: Address,
    }
}

event! {
    /// `execute_slash`. The amounts are what was burned.
    NodeSlashed {
        node: Address,
        bps: u64,
        operator_active: u64,
        operator_cooling: u64,
        /// Of delegators on slashing terms.
        delegators_active: u64,
        delegators_cooling: u64,
    }
}

event! {
    /// `retire_node`.
    NodeRetired {
        node: Address,
    }
}

event! {
    /// `close_position`.
    PositionClosed {
        position: Address,
        node: Address,
        owner: Address,
    }
}

event! {
    /// `close_node`. What rounding left in the vaults went to the operator.
    NodeClosed {
        node: Address,
        operator: Address,
        stake_left: u64,
        rewards_left: u64,
    }
}
