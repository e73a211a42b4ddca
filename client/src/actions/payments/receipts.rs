//! Receipts, and giving back what they record.

use super::supplier::supplier_of;
use crate::{
    Instruction, Pubkey,
    actions::{Actor, receiving},
    amount::format_io,
    payments, pda,
    rpc::{At, Error, Network, Result},
    token,
};
use core::mem::offset_of;
use io_shared::state::{Layout, Receipt, ReceiptEntry};

/// A payment as its receipt records it.
#[derive(Clone, Debug)]
pub struct Paid {
    /// Of the receipt.
    pub address: Pubkey,
    pub receipt: Receipt,
    /// Each supplier's part.
    pub entries: Vec<ReceiptEntry>,
}

impl Paid {
    fn read(address: Pubkey, data: &[u8]) -> Option<Self> {
        // The entries are read in place, which takes an alignment that an answer's bytes need not have.
        let mut words = vec![0_u64; data.len().div_ceil(size_of::<u64>())];
        let bytes = bytemuck::cast_slice_mut::<u64, u8>(&mut words).get_mut(..data.len())?;
        bytes.copy_from_slice(data);
        let (receipt, entries) = Receipt::parts(bytes)?;
        Some(Self {
            address,
            receipt,
            entries: entries.to_vec(),
        })
    }

    /// Raw IO given back so far.
    pub fn refunded(&self) -> u64 {
        self.entries
            .iter()
            .fold(0, |sum, entry| sum.saturating_add(entry.refunded))
    }

    /// Bytes of its account.
    pub fn space(&self) -> usize {
        Receipt::space(self.entries.len())
    }
}

/// The receipt of a payer's order.
///
/// # Errors
///
/// [`Error::Missing`] if there is none: it was not paid, or the receipt was closed.
pub async fn receipt(network: &Network, payer: &Pubkey, order_id: &[u8; 32]) -> Result<Paid> {
    let address = pda::receipt(payer, order_id).0;
    let what = "receipt";
    let account = network.raw_account(&address).await?;
    let (owner, data) = account
        .filter(|(_, data)| !data.is_empty())
        .ok_or(Error::Missing { what, address })?;
    Paid::read(address, &data)
        .filter(|_| owner == Receipt::OWNER)
        .ok_or(Error::WrongAccount { what, address })
}

/// Every receipt of a payer, the latest first.
///
/// # Errors
///
/// [`Error::Rpc`] alone.
pub async fn receipts_of(network: &Network, payer: &Pubkey) -> Result<Vec<Paid>> {
    let of = At::field(offset_of!(Receipt, payer), payer);
    let found = network
        .scan_raw(&Receipt::OWNER, &Receipt::DISCRIMINATOR, &[of])
        .await?;
    let mut receipts: Vec<_> = found
        .into_iter()
        .filter_map(|(address, data)| Paid::read(address, &data))
        .collect();
    receipts.sort_by_key(|paid| core::cmp::Reverse(paid.receipt.paid_at));
    Ok(receipts)
}

/// Gives back raw IO of what the wallet, a supplier's owner, got for a payer's order: `amount`, or all that
/// it has not given back yet. Out of the earnings vault if that holds enough, else out of the wallet's own
/// IO account.
///
/// # Errors
///
/// [`Error::Missing`] without a receipt, [`Error::Unusable`] if the supplier has no part in it, or too
/// little.
pub async fn refund(
    network: &Network,
    actor: &Actor,
    payer: &Pubkey,
    order_id: &[u8; 32],
    amount: Option<u64>,
) -> Result<Vec<Instruction>> {
    let supplier = supplier_of(network, &actor.wallet).await?;
    let paid = receipt(network, payer, order_id).await?;
    let part = paid
        .entries
        .iter()
        .find(|entry| entry.supplier == pda::supplier(&actor.wallet).0);
    let Some(part) = part else {
        return Err(Error::Unusable(
            "the receipt records no payment to this supplier; name the order that paid it".into(),
        ));
    };
    let amount = amount.unwrap_or_else(|| part.delivered.saturating_sub(part.refunded));
    let mint = network.io_mint().await?;
    let earnings = network
        .token_balance(&supplier.earnings)
        .await?
        .unwrap_or(0);
    let own = token::associated(&actor.wallet, &mint);
    let held = network.token_balance(&own).await?.unwrap_or(0);
    let source = if earnings >= amount {
        supplier.earnings
    } else if held >= amount {
        own
    } else {
        return Err(Error::Unusable(format!(
            "the earnings hold {} IO and the wallet {}, neither is the {} to give back; send the wallet \
             more, or give back less",
            format_io(earnings),
            format_io(held),
            format_io(amount)
        )));
    };
    let (destination, make) = receiving(network, &actor.payer, payer, &mint).await?;
    let mut instructions: Vec<_> = make.into_iter().collect();
    instructions.push(payments::refund(
        &actor.wallet,
        payer,
        order_id,
        &source,
        &destination,
        amount,
    ));
    Ok(instructions)
}

/// Closes the receipt of an expired payment; its rent goes back to the wallet, which paid it.
///
/// # Errors
///
/// [`Error::Missing`] without a receipt, [`Error::Unusable`] if another wallet paid its rent.
pub async fn close_receipt(
    network: &Network,
    actor: &Actor,
    payer: &Pubkey,
    order_id: &[u8; 32],
) -> Result<Vec<Instruction>> {
    let rent_payer = receipt(network, payer, order_id).await?.receipt.rent_payer;
    if rent_payer != actor.wallet {
        return Err(Error::Unusable(format!(
            "{rent_payer} paid the receipt's rent; sign with that wallet"
        )));
    }
    Ok(vec![payments::close_receipt(payer, order_id, &rent_payer)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::{Zeroable, bytes_of};

    #[test]
    fn a_receipt_is_read_as_the_program_reads_it() {
        let suppliers = [1, 2].map(|byte| Pubkey::new_from_array([byte; 32]));
        let mut data = Receipt::DISCRIMINATOR.to_vec();
        data.extend_from_slice(bytes_of(&Receipt {
            count: 2,
            delivered: 30,
            ..Receipt::zeroed()
        }));
        for (supplier, delivered) in suppliers.into_iter().zip([10, 20]) {
            data.extend_from_slice(bytes_of(&ReceiptEntry {
                supplier,
                delivered,
                refunded: delivered / 2,
            }));
        }
        let read = |data: &[u8]| Paid::read(Pubkey::default(), data);
        let paid = read(&data).expect("a receipt");
        assert_eq!((paid.receipt.delivered, paid.refunded()), (30, 15));
        assert_eq!(paid.space(), data.len());
        let owners: Vec<_> = paid.entries.iter().map(|entry| entry.supplier).collect();
        assert_eq!(owners, suppliers);

        // Wherever an answer has it in memory.
        let mut shifted = vec![0];
        shifted.extend_from_slice(&data);
        assert!(read(&shifted[1..]).is_some());

        for len in 0..data.len() {
            assert!(read(&data[..len]).is_none(), "{len} bytes");
        }
        for more in [1, 7, 8, size_of::<ReceiptEntry>()] {
            let mut trailing = data.clone();
            trailing.resize(data.len() + more, 0);
            assert!(read(&trailing).is_none(), "{more} bytes more");
        }
        data[0] ^= 1;
        assert!(read(&data).is_none(), "another account");
    }
}
