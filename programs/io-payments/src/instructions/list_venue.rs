use crate::{ID, record};
use anchor_lang::{find_and_verify_program_address, pinocchio::cpi::Seed, prelude::*};
use io_cpi::account;
use io_shared::{
    errors::PaymentsError,
    events::VenueListed,
    ids::{SYSTEM_PROGRAM, io_payments},
    seeds,
    state::{PaymentsConfig, Venue},
};

/// Lets the router swap through one instruction of another program: after the rule delay, at once within
/// that time of the config's creation. Until then its cap is 0.
///
/// - `authority` signs and is the config's; it pays the rent
/// - `venue_program` is a program, and neither one of ours nor one that moves tokens by itself
/// - the discriminator has 1 to 8 bytes, zero padded
/// - the pair is not listed yet
#[derive(Accounts)]
pub struct ListVenue {
    #[account(mut, address = config.governance.authority @ PaymentsError::Unauthorized)]
    pub authority: Signer,
    #[account(constraint = venue_program.executable() @ PaymentsError::ForbiddenVenue)]
    pub venue_program: UncheckedAccount,
    /// The canonical PDA of `[b"venue", venue_program, discriminator]`.
    #[account(mut)]
    pub venue: UncheckedAccount,
    #[account(address = io_payments::CONFIG.address @ PaymentsError::WrongAccount)]
    pub config: Account<PaymentsConfig>,
    #[account(address = SYSTEM_PROGRAM @ PaymentsError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl ListVenue {
    pub fn list_venue(&mut self, discriminator: [u8; 8], discriminator_len: u8) -> Result<()> {
        let program = *self.venue_program.address();
        let address = *self.venue.address();
        let bump = find_and_verify_program_address(
            &[seeds::VENUE, program.as_ref(), &discriminator],
            &ID,
            &address,
        )
        .map_err(|_| PaymentsError::WrongAccount)?;
        require!(self.venue.is_data_empty(), PaymentsError::AlreadyListed);
        let now = Clock::get()?.unix_timestamp;
        let usable_from = self
            .config
            .venue_usable_from(now)
            .ok_or(PaymentsError::Overflow)?;
        let listed = Venue::new(
            program,
            discriminator,
            discriminator_len,
            now,
            usable_from,
            bump,
        )?;
        account::create_layout::<Venue>(
            self.authority.account(),
            self.venue.account(),
            &[
                Seed::from(seeds::VENUE),
                Seed::from(program.as_ref()),
                Seed::from(&discriminator),
                Seed::from(&[bump]),
            ],
            |venue| *venue = listed,
        )?;
        record(
            &self.event_authority,
            VenueListed {
                venue: address,
                program,
                discriminator,
                discriminator_len: u64::from(discriminator_len),
                usable_from,
            },
        );
        Ok(())
    }
}
