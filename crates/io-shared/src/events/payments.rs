//! Events of `io_payments`.

use super::{EVENT_TAG, Event, event};
use crate::{Address, constants::MAX_SUPPLIERS, state::discriminator};
use bytemuck::{Pod, Zeroable};

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
        token_program: Address,
        transit: Address,
        fees: Address,
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
    /// The smallest payment in `mint` changed.
    AssetMinimumSet {
        mint: Address,
        /// Raw units of `mint`.
        minimum: u64,
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
        /// No swap through it before.
        usable_from: i64,
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
    /// At most `cap` raw IO may be swapped through `venue` in a day; `u64::MAX` for no limit.
    VenueCapSet {
        venue: Address,
        by: Address,
        cap: u64,
        effective_at: i64,
    }
}

event! {
    /// Another price feed, or none (all zero), will bound swaps of `mint`.
    FeedScheduled {
        mint: Address,
        owner: Address,
        id: [u8; 32],
        max_age: u64,
        max_confidence_bps: u64,
        max_deviation_bps: u64,
        effective_at: i64,
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

/// Suppliers were paid for an order; a receipt stands for it. `count` [`PaidPart`]s follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct Paid {
    pub payer: Address,
    pub order_id: [u8; 32],
    /// Mint that was paid in.
    pub mint: Address,
    /// Venue of the swap; all zero for a payment in IO.
    pub venue: Address,
    /// The fiat processor's reference if the payer is a gateway; else all zero.
    pub reference: [u8; 32],
    /// Raw units of `mint` that left the payer.
    pub gross: u64,
    /// Part of `gross` that went to the fee vault.
    pub fee: u64,
    /// Raw IO that the suppliers got together.
    pub delivered: u64,
    pub paid_at: i64,
    pub expires_at: i64,
    /// 1 if an oracle bounded the swap.
    pub oracle_bounded: u64,
    /// Parts that follow.
    pub count: u64,
}

/// One supplier's part of [`Paid`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct PaidPart {
    pub supplier: Address,
    /// Token account that the IO went to.
    pub destination: Address,
    /// Raw IO.
    pub delivered: u64,
}

/// The bytes of a [`Paid`] with its parts, as they are recorded, with room for `N`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct PaidEvent<const N: usize> {
    tag: [u8; 8],
    discriminator: [u8; 8],
    pub head: Paid,
    parts: [PaidPart; N],
}

/// Room for the parts of any payment.
pub type PaidEventOfMany = PaidEvent<MAX_SUPPLIERS>;

// SAFETY: fields of bytes, words and addresses, whose sizes are multiples of 8.
unsafe impl<const N: usize> Zeroable for PaidEvent<N> {}
// SAFETY: as above, hence no padding; `repr(C)`, and any bytes are valid.
unsafe impl<const N: usize> Pod for PaidEvent<N> {}

impl PaidEvent<1> {
    /// A payment to one supplier; `head.count` is 1.
    #[inline(always)]
    pub const fn of_one(head: Paid, part: PaidPart) -> Self {
        Self {
            tag: EVENT_TAG,
            discriminator: Paid::DISCRIMINATOR,
            head,
            parts: [part],
        }
    }
}

impl<const N: usize> PaidEvent<N> {
    /// A payment to nobody yet.
    #[inline(always)]
    pub fn new(head: Paid) -> Self {
        Self {
            tag: EVENT_TAG,
            discriminator: Paid::DISCRIMINATOR,
            head: Paid { count: 0, ..head },
            parts: Zeroable::zeroed(),
        }
    }

    /// The parts so far.
    #[inline(always)]
    pub fn parts(&self) -> &[PaidPart] {
        usize::try_from(self.head.count)
            .ok()
            .and_then(|count| self.parts.get(..count))
            .unwrap_or_default()
    }

    /// Adds a part; `None` if there is no room.
    #[inline(always)]
    pub fn push(&mut self, part: PaidPart) -> Option<()> {
        let count = usize::try_from(self.head.count).ok()?;
        *self.parts.get_mut(count)? = part;
        self.head.count = self.head.count.checked_add(1)?;
        Some(())
    }

    /// What to record: everything up to the last part.
    #[inline(always)]
    pub fn bytes(&self) -> &[u8] {
        let bytes = bytemuck::bytes_of(self);
        let unused = N
            .saturating_sub(self.parts().len())
            .saturating_mul(size_of::<PaidPart>());
        bytes
            .get(..bytes.len().saturating_sub(unused))
            .unwrap_or(bytes)
    }
}

impl Paid {
    /// Decodes the data of an event instruction into the head and its parts; `None` if it is another
    /// event or none.
    pub fn decode_parts(data: &[u8]) -> Option<(Self, impl Iterator<Item = PaidPart> + '_)> {
        let data = data.strip_prefix(&EVENT_TAG)?;
        let data = data.strip_prefix(&Self::DISCRIMINATOR)?;
        let (head, parts) = data.split_at_checked(size_of::<Self>())?;
        let head: Self = bytemuck::try_pod_read_unaligned(head).ok()?;
        let parts = parts.chunks_exact(size_of::<PaidPart>());
        if !parts.remainder().is_empty() || u64::try_from(parts.len()) != Ok(head.count) {
            return None;
        }
        Some((head, parts.map(bytemuck::pod_read_unaligned)))
    }
}

#[cfg(not(target_os = "solana"))]
impl super::Fields for Paid {
    fn each_field<'a>(&'a self, see: &mut dyn FnMut(&'static str, super::Value<'a>)) {
        see("payer", (&self.payer).into());
        see("order_id", (&self.order_id).into());
        see("mint", (&self.mint).into());
        see("venue", (&self.venue).into());
        see("reference", (&self.reference).into());
        see("gross", (&self.gross).into());
        see("fee", (&self.fee).into());
        see("delivered", (&self.delivered).into());
        see("paid_at", (&self.paid_at).into());
        see("expires_at", (&self.expires_at).into());
        see("oracle_bounded", (&self.oracle_bounded).into());
        see("count", (&self.count).into());
    }
}

impl Event for Paid {
    const DISCRIMINATOR: [u8; 8] = discriminator("event:Paid");
    const NAME: &'static str = "Paid";

    fn decode(data: &[u8]) -> Option<Self> {
        Self::decode_parts(data).map(|(head, _)| head)
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
        /// Part of `proceeds` that went to the fee vault.
        fee: u64,
        /// Raw USDC that the supplier got.
        delivered: u64,
    }
}

event! {
    /// A supplier gave back IO that it was paid.
    Refunded {
        receipt: Address,
        supplier: Address,
        /// The receipt's.
        payer: Address,
        source: Address,
        destination: Address,
        /// Raw IO.
        amount: u64,
        /// Raw IO given back of this payment so far.
        refunded: u64,
    }
}

event! {
    /// The fees in `mint` went to the treasury.
    Swept {
        mint: Address,
        treasury: Address,
        destination: Address,
        /// Raw units of `mint`.
        amount: u64,
    }
}

event! {
    /// So much of the fees in USDC may buy IO back in a day from then on.
    BuyBackScheduled {
        /// Raw USDC.
        daily: u64,
        effective_at: i64,
    }
}

event! {
    /// Fees in USDC bought IO, which was burned.
    BoughtBack {
        by: Address,
        venue: Address,
        /// Raw USDC that left the fee vault.
        spent: u64,
        /// Raw IO.
        burned: u64,
    }
}

event! {
    /// A fiat gateway may pay on renters' behalf.
    GatewayListed {
        gateway: Address,
        wallet: Address,
        fee_bps: u64,
        /// Raw USDC.
        daily_limit: u64,
    }
}

event! {
    /// A gateway was enabled (1) or disabled (0).
    GatewayEnabled {
        gateway: Address,
        by: Address,
        enabled: u64,
    }
}

event! {
    /// The renter's fee on a gateway's payments will change.
    GatewayFeeScheduled {
        gateway: Address,
        fee_bps: u64,
        effective_at: i64,
    }
}

event! {
    /// A gateway's daily limit will change.
    GatewayLimitScheduled {
        gateway: Address,
        /// Raw USDC.
        daily_limit: u64,
        effective_at: i64,
    }
}

event! {
    /// A gateway's daily limit was lowered; a change that waited is dropped.
    GatewayLimitLowered {
        gateway: Address,
        by: Address,
        /// Raw USDC.
        daily_limit: u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn part(n: u8) -> PaidPart {
        PaidPart {
            supplier: Address::new_from_array([n; 32]),
            destination: Address::new_from_array([n.wrapping_add(100); 32]),
            delivered: u64::from(n),
        }
    }

    fn head() -> Paid {
        Paid {
            gross: 7,
            delivered: 3,
            ..Paid::zeroed()
        }
    }

    #[test]
    fn payments_round_trip_with_their_parts() {
        for count in 0..=16 {
            let mut event = PaidEventOfMany::new(head());
            (0..count).for_each(|n| event.push(part(n)).expect("room"));
            let (decoded, parts) = Paid::decode_parts(event.bytes()).expect("decodes");
            let count_of = |count: u8| Paid {
                count: u64::from(count),
                ..head()
            };
            assert_eq!(decoded, count_of(count));
            assert_eq!(Paid::decode(event.bytes()), Some(decoded));
            let expected: Vec<_> = (0..count).map(part).collect();
            assert_eq!(parts.collect::<Vec<_>>(), expected);
            assert_eq!(event.parts(), expected);
        }
        let mut many = PaidEventOfMany::new(head());
        many.push(part(9)).expect("room");
        let one = PaidEvent::of_one(many.head, part(9));
        assert_eq!(one.bytes(), many.bytes());
    }

    #[test]
    fn a_full_payment_takes_no_more_and_a_cut_one_is_refused() {
        let mut event = PaidEventOfMany::new(head());
        (0..16).for_each(|n| event.push(part(n)).expect("room"));
        assert_eq!(event.push(part(16)), None);
        let bytes = event.bytes();
        for cut in [1, size_of::<PaidPart>()] {
            assert!(Paid::decode(&bytes[..bytes.len().saturating_sub(cut)]).is_none());
        }
        assert!(Paid::decode(&bytes[1..]).is_none());
    }
}
