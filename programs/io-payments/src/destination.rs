//! Which token accounts a party may be paid on.

use anchor_lang::{address_eq, pinocchio::account::AccountView, prelude::*};
use io_cpi::token;
use io_shared::{
    errors::PaymentsError,
    ids::io_payments,
    state::{Layout, Supplier},
};

/// The supplier that an account is.
#[inline(always)]
pub fn read_supplier(account: &AccountView) -> Result<&Supplier> {
    let supplier = account
        .owned_by(&io_payments::ID)
        // SAFETY: no handler writes to a supplier's account that it reads in this way.
        .then(|| unsafe { account.borrow_unchecked() })
        .and_then(Supplier::read);
    Ok(supplier.ok_or(PaymentsError::WrongSupplier)?)
}

/// The account that a supplier is paid IO on: its earnings vault if it takes USDC, else a token
/// account of its payout wallet.
#[inline(always)]
pub fn require_supplier_io(
    supplier: &Supplier,
    destination: &AccountView,
    io_mint: &Address,
) -> Result<()> {
    if supplier.takes_usdc() {
        require!(
            address_eq(destination.address(), &supplier.earnings),
            PaymentsError::WrongDestination
        );
        return Ok(());
    }
    require_owned(
        destination,
        &supplier.payout,
        io_mint,
        PaymentsError::WrongDestination,
    )
}

/// A token account of `owner` and `mint`, which the caller then sends tokens to.
#[inline(always)]
pub fn require_owned(
    account: &AccountView,
    owner: &Address,
    mint: &Address,
    error: PaymentsError,
) -> Result<()> {
    if token::is_account_of(account, owner, mint) {
        Ok(())
    } else {
        Err(error.into())
    }
}
