//! Events of `io_payments`.

use super::event;
use crate::Address;

event! {
    /// The router's rules were set up.
    PaymentsInitialized {
        authority: Address,
        guardian: Address,
        treasury: Address,
        io_mint: Address,
        usdc_mint: Address,
        payout_fee_bps: u64,
    }
}

event! {
    /// Payments were paused (1) or resumed (0).
    PaymentsPaused {
        by: Address,
        paused: u64,
    }
}

event! {
    /// First step of a hand-over of the authority.
    PaymentsAuthorityNominated {
        authority: Address,
        nominee: Address,
    }
}

event! {
    /// Second step of a hand-over of the authority.
    PaymentsAuthorityAccepted {
        authority: Address,
    }
}

event! {
    /// The guardian was replaced.
    PaymentsGuardianSet {
        guardian: Address,
    }
}

event! {
    /// The fee on earnings taken in USDC will change.
    PayoutFeeScheduled {
        fee_bps: u64,
        effective_at: i64,
    }
}

event! {
    /// The renter's fee on payments in `mint` will change.
    AssetFeeScheduled {
        mint: Address,
        fee_bps: u64,
        effective_at: i64,
    }
}

event! {
    /// The owner of the accounts that fees go to will change.
    TreasuryScheduled {
        treasury: Address,
        effective_at: i64,
    }
}

event! {
    /// Renters may pay in `mint`.
    AssetListed {
        mint: Address,
        transit: Address,
        decimals: u64,
        fee_bps: u64,
        minimum: u64,
    }
}

event! {
    /// Payments in `mint` were enabled (1) or disabled (0).
    AssetEnabled {
        mint: Address,
        by: Address,
        enabled: u64,
    }
}

event! {
    /// The router may swap through an instruction of `program`.
    VenueListed {
        venue: Address,
        program: Address,
        /// Zero padded.
        discriminator: [u8; 8],
        discriminator_len: u64,
    }
}

event! {
    /// Swaps through `venue` were enabled (1) or disabled (0).
    VenueEnabled {
        venue: Address,
        by: Address,
        enabled: u64,
    }
}

event! {
    /// A supplier can be paid.
    SupplierRegistered {
        supplier: Address,
        owner: Address,
        payout: Address,
        earnings: Address,
        rent_payer: Address,
        /// A `PayoutPreference`.
        preference: u64,
    }
}

event! {
    /// A supplier is paid elsewhere or in something else from now on.
    SupplierChanged {
        supplier: Address,
        payout: Address,
        /// A `PayoutPreference`.
        preference: u64,
        keeper_min_price: u64,
    }
}

event! {
    /// A supplier was paid for an order; a receipt stands for it.
    Paid {
        payer: Address,
        supplier: Address,
        /// Token account that the IO went to.
        destination: Address,
        order_id: [u8; 32],
        /// Mint that was paid in.
        mint: Address,
        /// Venue of the swap; all zero for a payment in IO.
        venue: Address,
        /// Raw units of `mint` that left the payer.
        gross: u64,
        /// Part of `gross` that went to the treasury.
        fee: u64,
        /// Raw IO that the supplier got.
        delivered: u64,
        paid_at: i64,
        expires_at: i64,
    }
}

event! {
    /// A supplier was paid in IO without a receipt.
    MicroPaid {
        payer: Address,
        supplier: Address,
        /// Token account that the IO went to.
        destination: Address,
        /// Whatever the payer wants to find it by.
        reference: [u8; 32],
        /// Raw IO.
        amount: u64,
    }
}

event! {
    /// A receipt was closed.
    ReceiptClosed {
        receipt: Address,
        payer: Address,
        order_id: [u8; 32],
        rent_payer: Address,
    }
}

event! {
    /// A supplier took earnings as they were.
    EarningsTaken {
        supplier: Address,
        destination: Address,
        /// Raw IO.
        amount: u64,
    }
}

event! {
    /// Earnings were swapped and paid out.
    PaidOut {
        supplier: Address,
        /// The supplier's owner or a keeper.
        by: Address,
        destination: Address,
        venue: Address,
        /// Raw IO that left the earnings vault.
        sold: u64,
        /// Raw USDC that it brought.
        proceeds: u64,
        /// Part of `proceeds` that went to the treasury.
        fee: u64,
        /// Raw USDC that the supplier got.
        delivered: u64,
    }
}
