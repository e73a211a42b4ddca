//! Receipts of payments that expired, closed for their rent.
//!
//! Only who paid a receipt's rent may close it, so a keeper closes those of its own key: of a renter's
//! backend that pays with the key that its keeper runs on.

use crate::{
    Job, ReceiptRules,
    work::{Found, Work},
};
use io_client::{
    Pubkey,
    events::Event,
    payments,
    rpc::{At, Network, Result},
    shared::state::{Layout, Receipt},
};

/// The receipts that `keeper` paid the rent of.
pub async fn look(network: &Network, keeper: &Pubkey) -> Result<Vec<(Pubkey, Receipt)>> {
    let own = At::field(core::mem::offset_of!(Receipt, rent_payer), keeper);
    network.scan(&[own]).await
}

/// A close for each receipt whose payment expired long enough ago.
pub fn find(receipts: &[(Pubkey, Receipt)], rules: &ReceiptRules, now: i64) -> Found {
    let mut found = Found::default();
    for (address, receipt) in receipts {
        let since = receipt.expires_at.saturating_add_unsigned(rules.keep);
        if now < since {
            continue;
        }
        let seen = receipt.paid_at;
        found.work.push(Work {
            job: Job::Receipts,
            subject: *address,
            since,
            what: "its rent".to_owned(),
            instructions: vec![payments::close_receipt(
                &receipt.payer,
                &receipt.order_id,
                &receipt.rent_payer,
            )],
            rent: 0,
            watch: *address,
            still_due: Box::new(move |data| {
                Receipt::read_copy(data).is_some_and(|now| now.paid_at == seen)
            }),
            proof: |event, receipt| {
                matches!(event, Event::ReceiptClosed(event) if event.receipt == *receipt)
            },
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    #[test]
    fn a_receipt_is_kept_for_refunds_and_then_closed() {
        let receipt = Receipt {
            expires_at: 1_000,
            ..Receipt::zeroed()
        };
        let receipts = [(Pubkey::new_from_array([1; 32]), receipt)];
        let rules = ReceiptRules { keep: 50 };
        for (now, due) in [(1_000, 0), (1_049, 0), (1_050, 1)] {
            assert_eq!(find(&receipts, &rules, now).work.len(), due, "{now}");
        }
    }
}
