use crate::{ID, record};
use anchor_lang::{find_and_verify_program_address, pinocchio::cpi::Seed, prelude::*};
use io_cpi::account;
use io_shared::{
    errors::PaymentsError,
    events::GatewayListed,
    ids::{SYSTEM_PROGRAM, io_payments},
    seeds,
    state::{Gateway, PaymentsConfig},
};

/// Lets a fiat gateway pay on renters' behalf.
///
/// - `authority` signs and is the config's; it pays the rent
/// - `wallet` is not the zero address, and no gateway yet
/// - `fee_bps` is at most 500
#[derive(Accounts)]
pub struct ListGateway {
    #[account(mut, address = config.governance.authority @ PaymentsError::Unauthorized)]
    pub authority: Signer,
    /// The canonical PDA of `[b"gateway", wallet]`.
    #[account(mut)]
    pub gateway: UncheckedAccount,
    #[account(address = io_payments::CONFIG.address @ PaymentsError::WrongAccount)]
    pub config: Account<PaymentsConfig>,
    #[account(address = SYSTEM_PROGRAM @ PaymentsError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl ListGateway {
    pub fn list_gateway(&mut self, wallet: Address, fee_bps: u64, daily_limit: u64) -> Result<()> {
        let address = *self.gateway.address();
        let bump =
            find_and_verify_program_address(&[seeds::GATEWAY, wallet.as_ref()], &ID, &address)
                .map_err(|_| PaymentsError::WrongAccount)?;
        require!(self.gateway.is_data_empty(), PaymentsError::AlreadyListed);
        let listed = Gateway::new(wallet, fee_bps, daily_limit, bump)?;
        account::create_layout::<Gateway>(
            self.authority.account(),
            self.gateway.account(),
            &[
                Seed::from(seeds::GATEWAY),
                Seed::from(wallet.as_ref()),
                Seed::from(&[bump]),
            ],
            |gateway| *gateway = listed,
        )?;
        record(
            &self.event_authority,
            GatewayListed {
                gateway: address,
                wallet,
                fee_bps,
                daily_limit,
            },
        );
        Ok(())
    }
}
