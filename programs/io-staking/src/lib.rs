//! `io_staking`: nodes, the stake on them, positions and rewards.
//!
//! Each node keeps its own books and its own two vaults: one with exactly the active and the cooling
//! stake, one with rewards. The state transitions are in `io_shared::state`, beside the layouts;
//! here is who may ask for them, and which tokens move.
#![cfg_attr(not(test), no_std)]

extern crate alloc;

#[cfg(all(target_os = "solana", target_arch = "bpf"))]
use solana_compiler_builtins as _;

mod cooling;
mod emission;
mod instructions;

use anchor_lang::{pinocchio::cpi::Seed, prelude::*};
use instructions::*;
use io_shared::{events, ids, seeds, state::Node};

declare_id!("ioS9xinYvAVhUYneqM2BcUARumfTg5HTZgLXpCPM9ai");

const _: () = assert!(
    ids::same(&ID, &ids::io_staking::ID),
    "declare_id! and io_shared::ids differ"
);

io_shared::security_txt!("io_staking");

// The dispatcher tries handlers in this order: the hot ones come first.
#[program]
pub mod io_staking {
    use super::*;

    /// Stakes `amount`, or at least `min_accepted` if the node has no more room; owner.
    pub fn deposit(ctx: &mut Context<Deposit>, amount: u64, min_accepted: u64) -> Result<()> {
        ctx.accounts.deposit(amount, min_accepted)
    }

    /// Pays a position's rewards to its payout wallet; anyone. Never paused.
    pub fn claim(ctx: &mut Context<ClaimRewards>) -> Result<()> {
        ctx.accounts.claim()
    }

    /// Pays a cooled ticket to the position's payout wallet; anyone. Never paused.
    pub fn withdraw(ctx: &mut Context<Withdraw>) -> Result<()> {
        ctx.accounts.withdraw()
    }

    /// Starts the cooldown of `amount`, of all with `u64::MAX`; owner. Never paused.
    pub fn request_unstake(ctx: &mut Context<RequestUnstake>, amount: u64) -> Result<()> {
        ctx.accounts.request_unstake(amount)
    }

    /// Shares out what arrived in a node's reward vault; anyone.
    pub fn distribute(ctx: &mut Context<Distribute>) -> Result<()> {
        ctx.accounts.distribute()
    }

    /// Moves a position's rewards into its stake, at least `min_accepted` if not all fit; owner.
    pub fn compound(ctx: &mut Context<Compound>, min_accepted: u64) -> Result<()> {
        ctx.accounts.compound(min_accepted)
    }

    /// Opens a position of the owner who signs.
    pub fn open_position(ctx: &mut Context<OpenPosition>, tranche: u8) -> Result<()> {
        ctx.accounts.open_position(tranche)
    }

    /// Takes a ticket's stake back into the position; owner.
    pub fn cancel_unstake(ctx: &mut Context<CancelUnstake>) -> Result<()> {
        ctx.accounts.cancel_unstake()
    }

    /// Registers a node of the operator who signs, with its two vaults.
    pub fn register_node(
        ctx: &mut Context<RegisterNode>,
        node_id: [u8; 32],
        processors: u16,
        commission_bps: u64,
        delegation_open: bool,
    ) -> Result<()> {
        ctx.accounts
            .register_node(node_id, processors, commission_bps, delegation_open)
    }

    /// Opens a node to delegators or closes it; operator.
    pub fn set_delegation(ctx: &mut Context<SetDelegation>, open: bool) -> Result<()> {
        ctx.accounts.set_delegation(open)
    }

    /// Sets the operator's part of rewards, a raise after the cooldown; operator.
    pub fn set_commission(ctx: &mut Context<SetCommission>, bps: u64) -> Result<()> {
        ctx.accounts.set_commission(bps)
    }

    /// Brings a node's terms up to date with its class and the config; anyone.
    pub fn sync_class(ctx: &mut Context<SyncClass>) -> Result<()> {
        ctx.accounts.sync_class()
    }

    /// Closes an empty position; owner, or anyone on a retired node.
    pub fn close_position(ctx: &mut Context<ClosePosition>) -> Result<()> {
        ctx.accounts.close_position()
    }

    /// Gives a node up for good; operator.
    pub fn retire_node(ctx: &mut Context<RetireNode>) -> Result<()> {
        ctx.accounts.retire_node()
    }

    /// Starts the cooldown of somebody's whole position on a retired node; anyone.
    pub fn unstake_retired(ctx: &mut Context<UnstakeRetired>) -> Result<()> {
        ctx.accounts.unstake_retired()
    }

    /// Closes a retired node that nobody has anything on; anyone.
    pub fn close_node(ctx: &mut Context<CloseNode>) -> Result<()> {
        ctx.accounts.close_node()
    }

    /// Proposes to take `bps` of the stake at risk on a halted or retired node; slasher.
    pub fn propose_slash(
        ctx: &mut Context<ProposeSlash>,
        bps: u64,
        reason_hash: [u8; 32],
    ) -> Result<()> {
        ctx.accounts.propose_slash(bps, reason_hash)
    }

    /// Takes a slash proposal back; guardian or authority, anyone once it has lapsed.
    pub fn cancel_slash(ctx: &mut Context<CancelSlash>) -> Result<()> {
        ctx.accounts.cancel_slash()
    }

    /// Executes a slash after its 7 days; anyone.
    pub fn execute_slash(ctx: &mut Context<ExecuteSlash>) -> Result<()> {
        ctx.accounts.execute_slash()
    }

    /// Sets the wallet that claims and withdrawals pay; owner.
    pub fn set_payout(ctx: &mut Context<SetPayout>, payout: Address) -> Result<()> {
        ctx.accounts.set_payout(payout)
    }

    /// Stops a node; guardian or authority.
    pub fn halt_node(ctx: &mut Context<HaltNode>) -> Result<()> {
        ctx.accounts.halt_node()
    }

    /// Opens a halted node again; authority.
    pub fn resume_node(ctx: &mut Context<ResumeNode>) -> Result<()> {
        ctx.accounts.resume_node()
    }

    /// Pauses deposits and new nodes (guardian or authority), or ends that (authority).
    pub fn set_paused(ctx: &mut Context<SetPaused>, paused: bool) -> Result<()> {
        ctx.accounts.set_paused(paused)
    }

    /// Adds a kind of device; authority.
    pub fn create_class(
        ctx: &mut Context<CreateClass>,
        id: u16,
        name: [u8; 16],
        pool: u8,
        multiplier_milli: u64,
        max_stake_multiple: u64,
        delegators_slashable: bool,
    ) -> Result<()> {
        ctx.accounts.create_class(
            id,
            name,
            pool,
            multiplier_milli,
            max_stake_multiple,
            delegators_slashable,
        )
    }

    /// Schedules the change of a rule of a class; authority.
    pub fn schedule_class(ctx: &mut Context<ScheduleClass>, rule: u8, next: u64) -> Result<()> {
        ctx.accounts.schedule_class(rule, next)
    }

    /// Drops every change of a class's rules that waits; guardian or authority.
    pub fn cancel_class_changes(ctx: &mut Context<CancelClassChanges>) -> Result<()> {
        ctx.accounts.cancel_class_changes()
    }

    /// Suspends a class (guardian or authority), or ends that (authority).
    pub fn suspend_class(ctx: &mut Context<SuspendClass>, suspended: bool) -> Result<()> {
        ctx.accounts.suspend_class(suspended)
    }

    /// Ends the support of a class for good; authority.
    pub fn end_class(ctx: &mut Context<EndClass>) -> Result<()> {
        ctx.accounts.end_class()
    }

    /// Schedules a change of the operator's smallest part; authority.
    pub fn schedule_min_self_stake(
        ctx: &mut Context<ScheduleMinSelfStake>,
        bps: u64,
    ) -> Result<()> {
        ctx.accounts.schedule_min_self_stake(bps)
    }

    /// Drops the change of the operator's smallest part that waits; guardian or authority.
    pub fn cancel_changes(ctx: &mut Context<CancelChanges>) -> Result<()> {
        ctx.accounts.cancel_changes()
    }

    /// Creates the config; only the program's upgrade authority, once.
    pub fn initialize(
        ctx: &mut Context<Initialize>,
        guardian: Address,
        slasher: Address,
        min_self_stake_bps: u64,
    ) -> Result<()> {
        ctx.accounts
            .initialize(guardian, slasher, min_self_stake_bps)
    }

    /// Replaces the guardian; authority.
    pub fn set_guardian(ctx: &mut Context<SetGuardian>, guardian: Address) -> Result<()> {
        ctx.accounts.set_guardian(guardian)
    }

    /// Replaces the slasher; authority.
    pub fn set_slasher(ctx: &mut Context<SetSlasher>, slasher: Address) -> Result<()> {
        ctx.accounts.set_slasher(slasher)
    }

    /// First step of handing the config over; authority.
    pub fn nominate_authority(
        ctx: &mut Context<NominateAuthority>,
        nominee: Address,
    ) -> Result<()> {
        ctx.accounts.nominate_authority(nominee)
    }

    /// Second step of handing the config over; nominee.
    pub fn accept_authority(ctx: &mut Context<AcceptAuthority>) -> Result<()> {
        ctx.accounts.accept_authority()
    }
}

/// What a node signs for its vaults with.
#[inline(always)]
fn node_seeds(node: &Node) -> [Seed<'_>; 4] {
    [
        Seed::from(seeds::NODE),
        Seed::from(node.operator.as_ref()),
        Seed::from(&node.node_id),
        Seed::from(core::slice::from_ref(&node.bump)),
    ]
}

/// Records `event` by self-call.
#[inline(always)]
fn emit<E: events::Event>(event_authority: &UncheckedAccount, event: E) {
    io_cpi::event::emit(
        &ID,
        event_authority.account(),
        ids::io_staking::EVENT_AUTHORITY.bump,
        event,
    );
}
