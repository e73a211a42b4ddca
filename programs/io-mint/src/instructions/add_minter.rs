use crate::{ID, record};
use anchor_lang::{
    find_and_verify_program_address,
    pinocchio::{cpi::Seed, sysvars::Sysvar as _},
    prelude::*,
};
use io_cpi::account;
use io_shared::{
    errors::MintError,
    events::MinterAdded,
    ids::{SYSTEM_PROGRAM, io_mint},
    seeds,
    state::{MintConfig, Minter, MinterTerms},
};

/// Gives `minter_authority` the right to mint: at once while nothing is minted, after
/// `RULE_CHANGE_DELAY` otherwise.
///
/// - `authority` signs and is the config's; it pays the rent and gets it back at `revoke_minter`
/// - `minter_authority` has no minter yet
/// - an allowance is not zero
/// - a schedule's curve exists, and it has no rate limit
/// - the allowance, or what is left of the curve when the minter is active, is within what the hard cap
///   leaves beside all that was promised before
/// - a rate limit has an amount and a length
#[derive(Accounts)]
pub struct AddMinter {
    #[account(mut, address = config.governance.authority @ MintError::Unauthorized)]
    pub authority: Signer,
    #[account(mut, address = io_mint::CONFIG.address @ MintError::WrongAccount)]
    pub config: Account<MintConfig>,
    /// The canonical PDA of `[b"minter", minter_authority]`.
    #[account(mut)]
    pub minter: UncheckedAccount,
    #[account(address = SYSTEM_PROGRAM @ MintError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = io_mint::EVENT_AUTHORITY.address @ MintError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_mint::ID @ MintError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl AddMinter {
    pub fn add_minter(&mut self, minter_authority: Address, terms: MinterTerms) -> Result<()> {
        let bump = find_and_verify_program_address(
            &[seeds::MINTER, minter_authority.as_ref()],
            &ID,
            self.minter.address(),
        )
        .map_err(|_| MintError::WrongAccount)?;
        let added = Minter::new(
            minter_authority,
            *self.authority.address(),
            bump,
            terms,
            &mut self.config,
            Clock::get()?.unix_timestamp,
        )?;
        account::create_layout::<Minter>(
            self.authority.account(),
            self.minter.account(),
            &[
                Seed::from(seeds::MINTER),
                Seed::from(minter_authority.as_ref()),
                Seed::from(&[bump]),
            ],
            |minter| *minter = added,
        )?;
        record(
            &self.event_authority,
            MinterAdded {
                minter: *self.minter.address(),
                authority: minter_authority,
                rent_payer: added.rent_payer,
                policy: u64::from(added.policy),
                total: added.total,
                curve: u64::from(added.curve),
                start_at: added.start_at,
                skipped: added.skipped,
                active_at: added.active_at,
                window_limit: added.window_limit,
                window_seconds: added.window_seconds,
                promised: self.config.promised,
            },
        );
        Ok(())
    }
}
