use super::super::layout;
use crate::{
    Address,
    constants::{IO, VERSION},
    errors::PaymentsError,
    ids,
    math::fixed::mul_div_ceil,
};
use bytemuck::{Pod, Zeroable};

/// What a supplier is paid in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(u8)]
pub enum PayoutPreference {
    /// Straight to the payout wallet's token account.
    Io = 0,
    /// To the earnings vault, from which `pay_out` swaps.
    Usdc = 1,
}

/// `[b"supplier", owner]`: who is paid, where and in what.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct Supplier {
    pub version: u8,
    pub bump: u8,
    /// A [`PayoutPreference`].
    pub preference: u8,
    pub padding: [u8; 5],
    pub owner: Address,
    /// Owner of the token accounts that this supplier is paid on.
    pub payout: Address,
    /// Token account of this account with unswapped earnings.
    pub earnings: Address,
    /// Paid this account's rent and gets it back.
    pub rent_payer: Address,
    /// A keeper's pay-out must deliver at least this many raw USDC for one IO; 0 leaves pay-outs
    /// to the supplier alone.
    pub keeper_min_price: u64,
    pub reserved: [u8; 32],
}

layout!(Supplier, ids::io_payments::ID);

impl PayoutPreference {
    /// The preference that `value` stands for.
    pub const fn from_u8(value: u8) -> Result<Self, PaymentsError> {
        match value {
            0 => Ok(Self::Io),
            1 => Ok(Self::Usdc),
            _ => Err(PaymentsError::UnknownPreference),
        }
    }
}

/// Whether `wallet` is no owner of accounts to pay anyone on: token accounts of the router's own hold
/// what is under way or kept as fee.
pub(super) fn is_nobody(wallet: &Address) -> bool {
    [
        Address::default(),
        ids::io_payments::ROUTER.address,
        ids::io_payments::CONFIG.address,
    ]
    .contains(wallet)
}

impl Supplier {
    /// A new supplier, which no keeper may pay out.
    pub fn new(
        owner: Address,
        preference: PayoutPreference,
        payout: Address,
        earnings: Address,
        rent_payer: Address,
        bump: u8,
    ) -> Result<Self, PaymentsError> {
        let mut supplier = Self {
            version: VERSION,
            bump,
            owner,
            earnings,
            rent_payer,
            ..Self::zeroed()
        };
        supplier.change(preference, payout, 0)?;
        Ok(supplier)
    }

    /// Changes how the supplier is paid from now on. What is in the vault stays there.
    pub fn change(
        &mut self,
        preference: PayoutPreference,
        payout: Address,
        keeper_min_price: u64,
    ) -> Result<(), PaymentsError> {
        if is_nobody(&payout) {
            return Err(PaymentsError::NobodyNamed);
        }
        self.preference = preference as u8;
        self.payout = payout;
        self.keeper_min_price = keeper_min_price;
        Ok(())
    }

    /// Whether earnings go to the vault rather than to the payout wallet.
    #[inline(always)]
    pub const fn takes_usdc(&self) -> bool {
        self.preference == PayoutPreference::Usdc as u8
    }

    /// Least USDC that a keeper's pay-out of `amount` raw IO must bring, rounded up; `None` if
    /// keepers may not pay out at all.
    pub fn keeper_bound(&self, amount: u64) -> Option<u64> {
        if self.keeper_min_price == 0 {
            return None;
        }
        mul_div_ceil(amount, self.keeper_min_price, IO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keeper_is_bound_by_the_suppliers_price_rounded_up() {
        let mut supplier = Supplier::zeroed();
        assert_eq!(supplier.keeper_bound(IO), None);
        supplier.keeper_min_price = 150_000; // 0.15 USDC for one IO
        assert_eq!(supplier.keeper_bound(IO), Some(150_000));
        assert_eq!(supplier.keeper_bound(1), Some(1));
        assert_eq!(supplier.keeper_bound(0), Some(0));
        assert_eq!(supplier.keeper_bound(2 * IO + 1), Some(300_001));
        supplier.keeper_min_price = u64::MAX;
        assert_eq!(
            supplier.keeper_bound(u64::MAX),
            None,
            "a bound that does not fit"
        );
    }

    #[test]
    fn preferences_round_trip() {
        for preference in [PayoutPreference::Io, PayoutPreference::Usdc] {
            assert_eq!(PayoutPreference::from_u8(preference as u8), Ok(preference));
        }
        let unknown = Err(PaymentsError::UnknownPreference);
        assert_eq!(PayoutPreference::from_u8(2), unknown);
    }

    #[test]
    fn nobody_cannot_be_paid() {
        let mut supplier = Supplier::zeroed();
        let [payout, nobody] = [1, 0].map(|n| Address::new_from_array([n; 32]));
        let usdc = PayoutPreference::Usdc;
        assert_eq!(supplier.change(usdc, payout, 7), Ok(()));
        assert!(supplier.takes_usdc());
        let refused = Err(PaymentsError::NobodyNamed);
        for wallet in [
            nobody,
            ids::io_payments::ROUTER.address,
            ids::io_payments::CONFIG.address,
        ] {
            assert_eq!(supplier.change(PayoutPreference::Io, wallet, 0), refused);
        }
        assert_eq!((supplier.payout, supplier.keeper_min_price), (payout, 7));
    }
}
