use crate::receipt;
use anchor_lang::{
    pinocchio::{account::AccountView, sysvars::Sysvar as _},
    prelude::*,
};
use io_cpi::token;
use io_shared::{
    errors::PaymentsError,
    events::{Paid, PaidEventOfMany},
    ids::{SYSTEM_PROGRAM, TOKEN_PROGRAM, io_payments},
    state::{PaymentsConfig, total_of},
};

/// Pays several suppliers in IO for an order, without a fee. Remaining accounts are, for each of
/// `amounts`, the supplier and its destination.
///
/// - `payer` signs, may move the tokens of `source`, and pays for the receipt
/// - payments are not paused
/// - `expires_at` is ahead, by at most 30 days
/// - `amounts` are 1 to 16, and none is zero
/// - no supplier is named twice
/// - each destination is the supplier's: its earnings vault if it takes USDC, else a token account
///   of its payout wallet
/// - this payer has no receipt of this order
#[derive(Accounts)]
pub struct PayIoSplit {
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub source: UncheckedAccount,
    /// The canonical PDA of `[b"receipt", payer, order_id]`.
    #[account(mut)]
    pub receipt: UncheckedAccount,
    /// The only account of its layout.
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

impl PayIoSplit {
    #[inline(always)]
    pub fn pay_io_split(
        &mut self,
        order_id: &[u8; 32],
        expires_at: i64,
        amounts: &[u64],
        pairs: &[AccountView],
    ) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        self.config.admit(now, expires_at)?;
        let total = total_of(amounts)?;
        let (pairs, rest) = pairs.as_chunks::<2>();
        require!(
            pairs.len() == amounts.len() && rest.is_empty(),
            PaymentsError::WrongSupplierCount
        );
        let payer = self.payer.address();
        let bump = receipt::require_unpaid(self.receipt.account(), payer, order_id)?;
        let mut payment = PaidEventOfMany::new(Paid {
            payer: *payer,
            order_id: *order_id,
            mint: self.config.io_mint,
            venue: Address::default(),
            reference: [0; 32],
            gross: total,
            fee: 0,
            delivered: total,
            paid_at: now,
            expires_at,
            oracle_bounded: 0,
            count: 0,
        });
        for (pair, amount) in pairs.iter().zip(amounts) {
            let part = receipt::part_of(pair, *amount, &self.config.io_mint)?;
            receipt::add_part(&mut payment, part)?;
        }
        receipt::create(&payment, self.payer.account(), self.receipt.account(), bump)?;
        for ([_, destination], amount) in pairs.iter().zip(amounts) {
            token::transfer(
                self.source.account(),
                destination,
                self.payer.account(),
                *amount,
                &[],
            );
        }
        receipt::record_paid(&self.event_authority, &payment);
        Ok(())
    }
}
