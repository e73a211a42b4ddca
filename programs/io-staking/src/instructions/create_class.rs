use anchor_lang::{find_and_verify_program_address, pinocchio::cpi::Seed, prelude::*};
use io_shared::{
    constants::VERSION,
    errors::StakingError,
    events::ClassCreated,
    ids::{
        SYSTEM_PROGRAM,
        io_staking::{CONFIG, EVENT_AUTHORITY},
    },
    seeds,
    state::{DeviceClass, Scheduled, StakingConfig},
};

/// Adds a kind of device.
///
/// - `authority` signs and is the config's
/// - no class has this id
/// - pool, multiplier and maximum are in bounds
#[derive(Accounts)]
pub struct CreateClass {
    /// Pays the rent.
    #[account(mut, address = config.governance.authority @ StakingError::Unauthorized)]
    pub authority: Signer,
    #[account(address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(mut)]
    pub class: UncheckedAccount,
    #[account(address = SYSTEM_PROGRAM @ StakingError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl CreateClass {
    pub fn create_class(
        &mut self,
        id: u16,
        name: [u8; 16],
        pool: u8,
        multiplier_milli: u64,
        max_stake_multiple: u64,
        delegators_slashable: bool,
    ) -> Result<()> {
        require!(
            DeviceClass::in_bounds(pool, multiplier_milli, max_stake_multiple),
            StakingError::ClassOutOfBounds
        );
        let now = Clock::get()?.unix_timestamp;
        let usable_from = self
            .config
            .class_usable_from(now)
            .ok_or(StakingError::Overflow)?;
        let id_bytes = id.to_le_bytes();
        let bump = find_and_verify_program_address(
            &[seeds::DEVICE_CLASS, &id_bytes],
            &crate::ID,
            self.class.address(),
        )?;
        io_cpi::account::create_layout::<DeviceClass>(
            self.authority.account(),
            self.class.account(),
            &[
                Seed::from(seeds::DEVICE_CLASS),
                Seed::from(&id_bytes),
                Seed::from(&[bump]),
            ],
            |class| {
                class.version = VERSION;
                class.bump = bump;
                class.id = id;
                class.pool = pool;
                class.name = name;
                class.multiplier_milli = Scheduled::new(multiplier_milli);
                class.max_stake_multiple = Scheduled::new(max_stake_multiple);
                class.delegators_slashable = Scheduled::new(delegators_slashable.into());
                class.multiplier_before = multiplier_milli;
                class.usable_from = usable_from;
            },
        )?;
        crate::emit(
            &self.event_authority,
            ClassCreated {
                class: *self.class.address(),
                id: id.into(),
                name,
                pool: pool.into(),
                multiplier_milli,
                max_stake_multiple,
                delegators_slashable: delegators_slashable.into(),
                usable_from,
            },
        );
        Ok(())
    }
}
