//! `io_emissions`: the distributor.
//!
//! Each epoch's emission is minted through `io_mint` into one vault and split over pools; in a pool
//! it falls to the nodes by weight, through one accumulator, at the same cost for any number of nodes
//! and of missed epochs. What a node earned is harvested into its reward vault, where `io_staking`
//! shares it out over the stake.
//!
//! Layouts with the rules that move money are in `io_shared::state::emissions`, calls in `io_cpi`;
//! here stands who may do what with which accounts.
#![cfg_attr(not(test), no_std)]

extern crate alloc;
#[cfg(all(target_os = "solana", target_arch = "bpf"))]
use solana_compiler_builtins as _;

mod instructions;
mod remaining;

use alloc::vec::Vec;
use anchor_lang::prelude::*;
use instructions::*;
use io_shared::{ids::io_emissions::EVENT_AUTHORITY, state::EmissionsTerms};

declare_id!("ioEjPH9WBjFyoLAT4TDYf6H2h6tfKKF5gM3vapayWou");

const _: () = assert!(
    io_shared::ids::same(&ID, &io_shared::ids::io_emissions::ID),
    "declare_id! and io_shared::ids differ"
);

io_shared::security_txt!("io_emissions");

// The dispatcher tries handlers in this order: the hot ones come first.
#[program]
pub mod io_emissions {
    use super::*;

    /// Settles a node and moves what it earned to its reward vault.
    pub fn harvest(ctx: &mut Context<Harvest>) -> Result<()> {
        ctx.accounts.harvest()
    }

    /// Mints and shares out the emission of all epochs that are over.
    pub fn advance_epoch(ctx: &mut Context<AdvanceEpoch>) -> Result<()> {
        let pools = ctx.remaining_accounts()?;
        ctx.accounts.advance_epoch(&pools)
    }

    /// Scores nodes of one pool, a pair of accounts each.
    pub fn set_scores(ctx: &mut Context<SetScores>, scores: Vec<u16>) -> Result<()> {
        let nodes = ctx.remaining_accounts()?;
        ctx.accounts.set_scores(&nodes, &scores)
    }

    /// Settles a node and brings its weight up to date with its stake.
    pub fn sync_node(ctx: &mut Context<SyncNode>) -> Result<()> {
        ctx.accounts.sync_node()
    }

    /// Lets a node be scored.
    pub fn enroll_node(ctx: &mut Context<EnrollNode>) -> Result<()> {
        ctx.accounts.enroll_node()
    }

    /// Closes a retired node's account.
    pub fn close_node_emission(ctx: &mut Context<CloseNodeEmission>) -> Result<()> {
        ctx.accounts.close_node_emission()
    }

    /// Creates the config, the vault and the pools.
    pub fn initialize(ctx: &mut Context<Initialize>, terms: EmissionsTerms) -> Result<()> {
        let pools = ctx.remaining_accounts()?;
        ctx.accounts.initialize(&pools, &terms)
    }

    /// Schedules the change of a rule.
    pub fn schedule_rule(ctx: &mut Context<ScheduleRule>, rule: u8, next: u64) -> Result<()> {
        ctx.accounts.schedule_rule(rule, next)
    }

    /// Schedules another split over the pools.
    pub fn schedule_shares(ctx: &mut Context<ScheduleShares>, pool_shares: [u64; 4]) -> Result<()> {
        let pools = ctx.remaining_accounts()?;
        ctx.accounts.schedule_shares(&pools, &pool_shares)
    }

    /// Drops every change that waits.
    pub fn cancel_changes(ctx: &mut Context<CancelChanges>) -> Result<()> {
        let pools = ctx.remaining_accounts()?;
        ctx.accounts.cancel_changes(&pools)
    }

    /// Replaces the scorer.
    pub fn set_scorer(ctx: &mut Context<SetScorer>, scorer: Address) -> Result<()> {
        ctx.accounts.set_scorer(scorer)
    }

    /// Replaces the guardian.
    pub fn set_guardian(ctx: &mut Context<SetGuardian>, guardian: Address) -> Result<()> {
        ctx.accounts.set_guardian(guardian)
    }

    /// First step of a hand-over of the authority.
    pub fn nominate_authority(
        ctx: &mut Context<NominateAuthority>,
        nominee: Address,
    ) -> Result<()> {
        ctx.accounts.nominate_authority(nominee)
    }

    /// Second step of a hand-over of the authority.
    pub fn accept_authority(ctx: &mut Context<AcceptAuthority>) -> Result<()> {
        ctx.accounts.accept_authority()
    }
}

/// Records an event by a call of this program to itself.
#[inline(always)]
fn record<E: io_shared::events::Event>(event_authority: &UncheckedAccount, event: E) {
    io_cpi::event::emit(&ID, event_authority.account(), EVENT_AUTHORITY.bump, event);
}
