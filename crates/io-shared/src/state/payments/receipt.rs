use super::super::{DISCRIMINATOR_LEN, Layout, layout};
use crate::{Address, errors::PaymentsError, ids};
use bytemuck::{Pod, Zeroable};

/// `[b"receipt", payer, order_id]`: one payment, followed by `count` [`ReceiptEntry`]s.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct Receipt {
    pub version: u8,
    pub bump: u8,
    /// Entries that follow.
    pub count: u8,
    /// 1 if an oracle bounded the swap.
    pub oracle_bounded: u8,
    pub padding: [u8; 4],
    pub payer: Address,
    pub order_id: [u8; 32],
    /// Mint that was paid in.
    pub mint: Address,
    /// Paid this account's rent and gets it back.
    pub rent_payer: Address,
    /// The fiat processor's reference; all zero for payments on chain.
    pub reference: [u8; 32],
    /// Raw units of `mint` that left the payer.
    pub gross: u64,
    /// Part of `gross` kept as fee.
    pub fee: u64,
    /// Raw IO delivered to all suppliers.
    pub delivered: u64,
    pub paid_at: i64,
    /// The payment was good until then; the receipt cannot be closed before.
    pub expires_at: i64,
}

/// One supplier's part of a payment.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct ReceiptEntry {
    /// The supplier's account.
    pub supplier: Address,
    /// Raw IO delivered.
    pub delivered: u64,
    /// Raw IO given back so far.
    pub refunded: u64,
}

layout!(Receipt, ids::io_payments::ID);

impl Receipt {
    /// Bytes of the whole account of a receipt with `count` entries.
    pub const fn space(count: usize) -> usize {
        Self::SPACE.saturating_add(count.saturating_mul(size_of::<ReceiptEntry>()))
    }

    /// The receipt and its entries, from the bytes of a whole account; `None` if it is not one.
    pub fn parts(data: &[u8]) -> Option<(Self, &[ReceiptEntry])> {
        let (discriminator, rest) = data.split_at_checked(DISCRIMINATOR_LEN)?;
        let (receipt, entries) = rest.split_at_checked(size_of::<Self>())?;
        let receipt: Self = bytemuck::try_pod_read_unaligned(receipt).ok()?;
        let entries: &[ReceiptEntry] = bytemuck::try_cast_slice(entries).ok()?;
        (discriminator == Self::DISCRIMINATOR && entries.len() == usize::from(receipt.count))
            .then_some((receipt, entries))
    }

    /// Notes in the bytes of a receipt's account that `supplier` gives back `amount` of what it got;
    /// its entry as it is now. A refusal changes nothing.
    pub fn refund(
        data: &mut [u8],
        supplier: &Address,
        amount: u64,
    ) -> Result<ReceiptEntry, PaymentsError> {
        let entry = data
            .get_mut(Self::SPACE..)
            .and_then(|entries| bytemuck::try_cast_slice_mut::<u8, ReceiptEntry>(entries).ok())
            .and_then(|entries| entries.iter_mut().find(|entry| entry.supplier == *supplier))
            .ok_or(PaymentsError::NotPaid)?;
        if amount == 0 {
            return Err(PaymentsError::ZeroAmount);
        }
        entry.refunded = entry
            .refunded
            .checked_add(amount)
            .filter(|refunded| *refunded <= entry.delivered)
            .ok_or(PaymentsError::RefundTooHigh)?;
        Ok(*entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::bytes_of;
    use std::vec::Vec;

    const SUPPLIERS: [Address; 3] = [
        Address::new_from_array([1; 32]),
        Address::new_from_array([2; 32]),
        Address::new_from_array([3; 32]),
    ];

    /// A receipt of three suppliers, who got 10, 20 and 30.
    fn receipt() -> Vec<u64> {
        let mut bytes = Receipt::DISCRIMINATOR.to_vec();
        bytes.extend_from_slice(bytes_of(&Receipt {
            count: 3,
            delivered: 60,
            ..Receipt::zeroed()
        }));
        for (supplier, delivered) in SUPPLIERS.into_iter().zip([10, 20, 30]) {
            bytes.extend_from_slice(bytes_of(&ReceiptEntry {
                supplier,
                delivered,
                refunded: 0,
            }));
        }
        assert_eq!(bytes.len(), Receipt::space(3));
        let words = bytes.chunks_exact(8).map(bytemuck::pod_read_unaligned);
        words.collect()
    }

    #[test]
    fn refunds_add_up_to_what_was_delivered() {
        let mut receipt = receipt();
        let mut refund = |supplier, amount| {
            let data = bytemuck::cast_slice_mut(&mut receipt);
            Receipt::refund(data, supplier, amount).map(|entry| entry.refunded)
        };
        let [first, second, third] = SUPPLIERS;
        assert_eq!(refund(&second, 0), Err(PaymentsError::ZeroAmount));
        assert_eq!(refund(&second, 21), Err(PaymentsError::RefundTooHigh));
        assert_eq!(refund(&second, 5), Ok(5));
        assert_eq!(refund(&second, 15), Ok(20));
        assert_eq!(refund(&second, 1), Err(PaymentsError::RefundTooHigh));
        assert_eq!(refund(&second, u64::MAX), Err(PaymentsError::RefundTooHigh));
        assert_eq!(refund(&first, 10), Ok(10));
        let nobody = Address::default();
        assert_eq!(refund(&nobody, 1), Err(PaymentsError::NotPaid));
        let data: &[u8] = bytemuck::cast_slice(&receipt);
        let (receipt, entries) = Receipt::parts(data).expect("a receipt");
        assert_eq!(receipt.delivered, 60);
        let refunded: Vec<u64> = entries.iter().map(|entry| entry.refunded).collect();
        assert_eq!(
            (refunded, entries[2].supplier),
            (std::vec![10, 20, 0], third)
        );
    }

    #[test]
    fn a_receipt_with_other_entries_than_it_counts_is_none() {
        let receipt = receipt();
        let data: &[u8] = bytemuck::cast_slice(&receipt);
        assert!(Receipt::parts(data).is_some());
        for len in 0..data.len() {
            assert!(Receipt::parts(&data[..len]).is_none(), "{len}");
        }
        let mut other = receipt.clone();
        other[0] += 1;
        assert!(Receipt::parts(bytemuck::cast_slice(&other)).is_none());
    }
}
