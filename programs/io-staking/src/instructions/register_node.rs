use anchor_lang::{
    find_and_verify_program_address, find_program_address, pinocchio::cpi::Seed, prelude::*,
};
use io_shared::{
    constants::{MAX_COMMISSION_BPS, VERSION},
    errors::StakingError,
    events::NodeRegistered,
    ids::{
        SYSTEM_PROGRAM, TOKEN_PROGRAM, io_emissions,
        io_staking::{CONFIG, EVENT_AUTHORITY},
    },
    seeds,
    state::{DeviceClass, Node, Scheduled, StakingConfig},
};

/// Registers a node and creates its two vaults.
///
/// - `operator` signs
/// - new nodes are not paused, and the class takes any
/// - the operator has no node with this id
/// - the node has 1 to 1,024 processors, and a commission of at most 100 %
#[derive(Accounts)]
pub struct RegisterNode {
    /// Pays the rent and gets it back.
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub operator: Signer,
    #[account(address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    pub class: Account<DeviceClass>,
    #[account(mut)]
    pub node: UncheckedAccount,
    #[account(mut)]
    pub stake_vault: UncheckedAccount,
    #[account(mut)]
    pub reward_vault: UncheckedAccount,
    #[account(address = config.mint @ StakingError::WrongAccount)]
    pub mint: UncheckedAccount,
    #[account(address = TOKEN_PROGRAM @ StakingError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = SYSTEM_PROGRAM @ StakingError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl RegisterNode {
    pub fn register_node(
        &mut self,
        node_id: [u8; 32],
        processors: u16,
        commission_bps: u64,
        delegation_open: bool,
    ) -> Result<()> {
        require!(self.config.paused == 0, StakingError::Paused);
        require!(
            commission_bps <= MAX_COMMISSION_BPS,
            StakingError::CommissionTooHigh
        );
        let now = Clock::get()?.unix_timestamp;
        require!(self.class.takes_nodes(now), StakingError::ClassClosed);
        let (min_stake, max_stake) = self.class.stake_bounds(processors, now)?;
        let min_self_stake_bps = self.config.min_self_stake_bps.at(now);
        let multiplier_milli = self.class.multiplier_milli.at(now);
        let delegator_tranche = self.class.delegator_tranche(now) as u8;
        let class = self.class.id;

        let (operator, node) = (*self.operator.address(), *self.node.address());
        let stake_vault = self.create_vault(&self.stake_vault, seeds::STAKE_VAULT)?;
        let reward_vault = self.create_vault(&self.reward_vault, seeds::REWARD_VAULT)?;
        let (reward_pool, _) =
            find_program_address(&[seeds::REWARD_POOL, &[self.class.pool]], &io_emissions::ID);
        let (node_emission, _) =
            find_program_address(&[seeds::NODE_EMISSION, node.as_ref()], &io_emissions::ID);

        let rent_payer = *self.payer.address();
        let bump = find_and_verify_program_address(
            &[seeds::NODE, operator.as_ref(), &node_id],
            &crate::ID,
            &node,
        )?;
        io_cpi::account::create_layout::<Node>(
            self.payer.account(),
            self.node.account(),
            &[
                Seed::from(seeds::NODE),
                Seed::from(operator.as_ref()),
                Seed::from(&node_id),
                Seed::from(&[bump]),
            ],
            |node| {
                node.version = VERSION;
                node.bump = bump;
                node.delegation_open = u8::from(delegation_open);
                node.class = class;
                node.processors = processors;
                node.operator = operator;
                node.node_id = node_id;
                node.stake_vault = stake_vault;
                node.reward_vault = reward_vault;
                node.reward_pool = reward_pool;
                node.node_emission = node_emission;
                node.rent_payer = rent_payer;
                node.multiplier_milli = multiplier_milli;
                node.min_stake = Scheduled::new(min_stake);
                node.max_stake = max_stake;
                node.min_self_stake_bps = min_self_stake_bps;
                node.commission_bps = Scheduled::new(commission_bps);
                node.drop_settlement = u64::MAX;
                node.registered_at = now;
                node.delegator_tranche = delegator_tranche;
            },
        )?;
        crate::emit(
            &self.event_authority,
            NodeRegistered {
                node,
                operator,
                node_id,
                class: class.into(),
                processors: processors.into(),
                min_stake,
                max_stake,
                min_self_stake_bps,
                commission_bps,
                delegation_open: delegation_open.into(),
            },
        );
        Ok(())
    }

    /// Creates a token account of IO at `[seed, node]` that the node owns.
    fn create_vault(&self, vault: &UncheckedAccount, seed: &[u8]) -> Result<Address> {
        let node = self.node.address();
        let bump =
            find_and_verify_program_address(&[seed, node.as_ref()], &crate::ID, vault.address())?;
        io_cpi::token::create_account(
            self.payer.account(),
            vault.account(),
            self.mint.account(),
            node,
            &[
                Seed::from(seed),
                Seed::from(node.as_ref()),
                Seed::from(&[bump]),
            ],
        )?;
        Ok(*vault.address())
    }
}
