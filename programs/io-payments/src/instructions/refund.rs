use crate::{ID, destination::require_owned, record};
use anchor_lang::{address_eq, pinocchio::cpi::Seed, prelude::*};
use io_cpi::token;
use io_shared::{
    errors::PaymentsError,
    events::Refunded,
    ids::{TOKEN_PROGRAM, io_payments},
    seeds,
    state::{PaymentsConfig, Receipt, Supplier},
};

/// A supplier gives back `amount` raw IO of what it got for an order, once or in parts, while the
/// receipt stands. Never paused.
///
/// - `owner` signs and is the supplier's
/// - `receipt` records a payment to this supplier, of which at least `amount` is not given back yet
/// - `amount` is not zero
/// - `source` is the supplier's earnings vault, or a token account that the owner may move tokens
///   of; not the payer's
/// - `destination` is an IO account of the receipt's payer: for a fiat payment the gateway's
#[derive(Accounts)]
pub struct Refund {
    #[account(address = supplier.owner @ PaymentsError::Unauthorized)]
    pub owner: Signer,
    pub supplier: Account<Supplier>,
    #[account(mut)]
    pub receipt: UncheckedAccount,
    #[account(mut)]
    pub source: UncheckedAccount,
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// The only account of its layout.
    pub config: Account<PaymentsConfig>,
    #[account(address = TOKEN_PROGRAM @ PaymentsError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl Refund {
    pub fn refund(&mut self, amount: u64) -> Result<()> {
        let supplier = *self.supplier.address();
        require!(self.receipt.owned_by(&ID), PaymentsError::WrongAccount);
        let mut receipt = *self.receipt.account();
        // SAFETY: nothing else refers to the data of this account: the declared ones have other layouts.
        let data = unsafe { receipt.borrow_unchecked_mut() };
        let payer = Receipt::parts(data)
            .ok_or(PaymentsError::WrongAccount)?
            .0
            .payer;
        let entry = Receipt::refund(data, &supplier, amount)?;
        let source = self.source.account();
        require!(
            !token::is_held_by(source, &payer),
            PaymentsError::WrongSource
        );
        require_owned(
            self.destination.account(),
            &payer,
            &self.config.io_mint,
            PaymentsError::WrongDestination,
        )?;
        if address_eq(source.address(), &self.supplier.earnings) {
            token::transfer(
                source,
                self.destination.account(),
                self.supplier.account(),
                amount,
                &[
                    Seed::from(seeds::SUPPLIER),
                    Seed::from(self.supplier.owner.as_ref()),
                    Seed::from(&[self.supplier.bump]),
                ],
            );
        } else {
            token::transfer(
                source,
                self.destination.account(),
                self.owner.account(),
                amount,
                &[],
            );
        }
        record(
            &self.event_authority,
            Refunded {
                receipt: *self.receipt.address(),
                supplier,
                payer,
                source: *self.source.address(),
                destination: *self.destination.address(),
                amount,
                refunded: entry.refunded,
            },
        );
        Ok(())
    }
}
