use crate::{ID, record};
use anchor_lang::{find_and_verify_program_address, pinocchio::cpi::Seed, prelude::*};
use io_cpi::{
    account,
    token::{self, Mint},
};
use io_shared::{
    errors::PaymentsError,
    events::AssetListed,
    ids::{SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, io_payments},
    seeds,
    state::{Asset, AssetTerms, PaymentsConfig},
};

/// Lets renters pay in a token, and creates the router's transit account and the fee vault of it. IO
/// and USDC are listed too: swaps need their transits.
///
/// - `authority` signs and is the config's; it pays the rent
/// - `mint` is a mint of `token_program`, the SPL token program or Token-2022, without any extension:
///   no transfer fee, hook or permanent delegate, and its accounts begin unfrozen
/// - it is not listed yet
/// - `fee_bps` is at most 500, and 0 for IO
#[derive(Accounts)]
pub struct ListAsset {
    #[account(mut, address = config.governance.authority @ PaymentsError::Unauthorized)]
    pub authority: Signer,
    #[account(mut, address = io_payments::CONFIG.address @ PaymentsError::WrongAccount)]
    pub config: Account<PaymentsConfig>,
    pub mint: UncheckedAccount,
    /// The canonical PDA of `[b"asset", mint]`.
    #[account(mut)]
    pub asset: UncheckedAccount,
    /// The canonical PDA of `[b"transit", mint]`.
    #[account(mut)]
    pub transit: UncheckedAccount,
    /// The canonical PDA of `[b"fees", mint]`.
    #[account(mut)]
    pub fees: UncheckedAccount,
    #[account(constraint = is_token_program(token_program.address()) @ PaymentsError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = SYSTEM_PROGRAM @ PaymentsError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

fn is_token_program(program: &Address) -> bool {
    *program == TOKEN_PROGRAM || *program == TOKEN_2022_PROGRAM
}

impl ListAsset {
    pub fn list_asset(&mut self, fee_bps: u64, minimum: u64) -> Result<()> {
        let mint = *self.mint.address();
        let transit = *self.transit.address();
        let program = *self.token_program.address();
        let decimals = Mint::read_of(self.mint.account(), &program)
            .ok_or(PaymentsError::UnsupportedMint)?
            .decimals;
        let bump = find_and_verify_program_address(
            &[seeds::ASSET, mint.as_ref()],
            &ID,
            self.asset.address(),
        )
        .map_err(|_| PaymentsError::WrongAccount)?;
        let transit_bump =
            find_and_verify_program_address(&[seeds::TRANSIT, mint.as_ref()], &ID, &transit)
                .map_err(|_| PaymentsError::WrongTransit)?;
        let fees = *self.fees.address();
        let fees_bump = find_and_verify_program_address(&[seeds::FEES, mint.as_ref()], &ID, &fees)
            .map_err(|_| PaymentsError::WrongAccount)?;
        require!(self.asset.is_data_empty(), PaymentsError::AlreadyListed);
        let terms = AssetTerms {
            fee_bps,
            minimum,
            is_io: mint == self.config.io_mint,
            token_program: program,
        };
        let listed = Asset::new(mint, decimals, transit, fees, terms, bump)?;
        self.config.adopt(&mint, transit, fees);
        account::create_layout::<Asset>(
            self.authority.account(),
            self.asset.account(),
            &[
                Seed::from(seeds::ASSET),
                Seed::from(mint.as_ref()),
                Seed::from(&[bump]),
            ],
            |asset| *asset = listed,
        )?;
        token::create_account_of(
            &program,
            self.authority.account(),
            self.transit.account(),
            self.mint.account(),
            &io_payments::ROUTER.address,
            &[
                Seed::from(seeds::TRANSIT),
                Seed::from(mint.as_ref()),
                Seed::from(&[transit_bump]),
            ],
        )?;
        // Not the router's: venues get the router's signature.
        token::create_account_of(
            &program,
            self.authority.account(),
            self.fees.account(),
            self.mint.account(),
            &io_payments::CONFIG.address,
            &[
                Seed::from(seeds::FEES),
                Seed::from(mint.as_ref()),
                Seed::from(&[fees_bump]),
            ],
        )?;
        record(
            &self.event_authority,
            AssetListed {
                mint,
                token_program: program,
                transit,
                fees,
                decimals: u64::from(decimals),
                fee_bps,
                minimum,
            },
        );
        Ok(())
    }
}
