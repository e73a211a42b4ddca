use crate::record;
use anchor_lang::{
    address_eq,
    pinocchio::{cpi::Seed, sysvars::Sysvar as _},
    prelude::*,
};
use io_cpi::{staking, token};
use io_shared::{
    errors::EmissionsError,
    events::Harvested,
    ids::{TOKEN_PROGRAM, io_emissions, io_staking},
    seeds,
    state::{EmissionsConfig, Node, NodeEmission, RewardPool},
};

/// Settles a node, moves all it is owed to its reward vault and lets `io_staking` share it out. With
/// nothing owed it only settles.
///
/// Puts a weight that waited and is due in force, if every epoch that is over was shared out; works also
/// if not.
///
/// - anyone may call; nobody need sign
/// - `node_emission` is the node's, `pool` is the one it earns from
/// - `reward_vault` is the node's
#[derive(Accounts)]
pub struct Harvest {
    #[account(address = io_emissions::CONFIG.address @ EmissionsError::WrongAccount)]
    pub config: Account<EmissionsConfig>,
    #[account(mut)]
    pub node: Account<Node>,
    #[account(mut, constraint = address_eq(&node_emission.node, node.address()) @ EmissionsError::WrongNode)]
    pub node_emission: Account<NodeEmission>,
    #[account(mut, constraint = pool.id == node_emission.pool @ EmissionsError::WrongPool)]
    pub pool: Account<RewardPool>,
    #[account(mut, address = io_emissions::VAULT.address @ EmissionsError::WrongAccount)]
    pub vault: UncheckedAccount,
    #[account(mut, address = node.reward_vault @ EmissionsError::WrongAccount)]
    pub reward_vault: UncheckedAccount,
    #[account(address = TOKEN_PROGRAM @ EmissionsError::WrongAccount)]
    pub token_program: UncheckedAccount,
    /// Checked by `io_staking`.
    pub staking_event_authority: UncheckedAccount,
    #[account(address = io_staking::ID @ EmissionsError::WrongAccount)]
    pub staking_program: UncheckedAccount,
    #[account(address = io_emissions::EVENT_AUTHORITY.address @ EmissionsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_emissions::ID @ EmissionsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl Harvest {
    #[inline(always)]
    pub fn harvest(&mut self) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let epoch = self.pool.epochs_done;
        let rules = self.config.weight_rules(now);
        let settled = self
            .node_emission
            .settle(&self.node, &mut self.pool, &rules, now)
            .ok_or(EmissionsError::Overflow)?;
        if self.node_emission.is_due(&self.pool) && self.config.epoch(now) <= epoch {
            let stake = self.node.earning_stake(now);
            self.node_emission
                .touch(&self.node, stake, &mut self.pool, &rules, now)
                .ok_or(EmissionsError::Overflow)?;
        }
        let amount = self
            .node_emission
            .harvest(&mut self.pool)
            .ok_or(EmissionsError::Overflow)?;
        if amount > 0 {
            self.pay(amount);
        }
        record(
            &self.event_authority,
            Harvested {
                node: *self.node.address(),
                epoch,
                earned: settled.earned,
                forfeited: settled.forfeited,
                amount,
                weight: self.node_emission.weight,
                pending_weight: self.node_emission.pending_weight,
            },
        );
        Ok(())
    }

    #[inline(always)]
    fn pay(&self, amount: u64) {
        token::transfer(
            self.vault.account(),
            self.reward_vault.account(),
            self.config.account(),
            amount,
            &[
                Seed::from(seeds::EMISSIONS_CONFIG),
                Seed::from(&[io_emissions::CONFIG.bump]),
            ],
        );
        staking::distribute(
            self.node.account(),
            self.reward_vault.account(),
            self.staking_event_authority.account(),
            self.staking_program.account(),
        );
    }
}
