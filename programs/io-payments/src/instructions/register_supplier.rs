use crate::{ID, record};
use anchor_lang::{find_and_verify_program_address, pinocchio::cpi::Seed, prelude::*};
use io_cpi::{account, token};
use io_shared::{
    errors::PaymentsError,
    events::SupplierRegistered,
    ids::{SYSTEM_PROGRAM, TOKEN_PROGRAM, io_payments},
    seeds,
    state::{PaymentsConfig, PayoutPreference, Supplier},
};

/// Registers the signer as a supplier and creates its earnings vault, which only the supplier's
/// account can move tokens out of.
///
/// - `owner` signs; `payer`, which may be the same, signs and pays the rent
/// - the owner has no supplier yet
/// - `preference` is 0 (IO) or 1 (USDC)
/// - `payout` is not the zero address
#[derive(Accounts)]
pub struct RegisterSupplier {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub owner: Signer,
    /// The canonical PDA of `[b"supplier", owner]`.
    #[account(mut)]
    pub supplier: UncheckedAccount,
    /// The canonical PDA of `[b"earnings", supplier]`.
    #[account(mut)]
    pub earnings: UncheckedAccount,
    #[account(address = config.io_mint @ PaymentsError::WrongAccount)]
    pub io_mint: UncheckedAccount,
    #[account(address = io_payments::CONFIG.address @ PaymentsError::WrongAccount)]
    pub config: Account<PaymentsConfig>,
    #[account(address = TOKEN_PROGRAM @ PaymentsError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = SYSTEM_PROGRAM @ PaymentsError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl RegisterSupplier {
    pub fn register_supplier(&mut self, preference: u8, payout: Address) -> Result<()> {
        let owner = *self.owner.address();
        let address = *self.supplier.address();
        let earnings = *self.earnings.address();
        let bump =
            find_and_verify_program_address(&[seeds::SUPPLIER, owner.as_ref()], &ID, &address)
                .map_err(|_| PaymentsError::WrongAccount)?;
        let earnings_bump =
            find_and_verify_program_address(&[seeds::EARNINGS, address.as_ref()], &ID, &earnings)
                .map_err(|_| PaymentsError::WrongAccount)?;
        require!(
            self.supplier.is_data_empty(),
            PaymentsError::AlreadyRegistered
        );
        let registered = Supplier::new(
            owner,
            PayoutPreference::from_u8(preference)?,
            payout,
            earnings,
            *self.payer.address(),
            bump,
        )?;
        account::create_layout::<Supplier>(
            self.payer.account(),
            self.supplier.account(),
            &[
                Seed::from(seeds::SUPPLIER),
                Seed::from(owner.as_ref()),
                Seed::from(&[bump]),
            ],
            |supplier| *supplier = registered,
        )?;
        token::create_account(
            self.payer.account(),
            self.earnings.account(),
            self.io_mint.account(),
            &address,
            &[
                Seed::from(seeds::EARNINGS),
                Seed::from(address.as_ref()),
                Seed::from(&[earnings_bump]),
            ],
        )?;
        record(
            &self.event_authority,
            SupplierRegistered {
                supplier: address,
                owner,
                payout,
                earnings,
                rent_payer: registered.rent_payer,
                preference: u64::from(registered.preference),
            },
        );
        Ok(())
    }
}
