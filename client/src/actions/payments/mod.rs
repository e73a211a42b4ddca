//! Paying and being paid.

mod receipts;
mod renter;
mod supplier;

pub use receipts::{Paid, close_receipt, receipt, receipts_of, refund};
pub use renter::{gateway_of, order_id, pay_fiat, pay_io, pay_io_unreceipted, pay_token};
pub use supplier::{pay_out, register_supplier, set_supplier, take_earnings};
