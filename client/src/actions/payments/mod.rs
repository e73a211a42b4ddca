//! Paying and being paid.

mod receipts;
mod renter;
mod supplier;

pub use receipts::{Paid, close_receipt, receipt, receipts_of, refund};
pub use renter::{order_id, pay_io, pay_token};
pub use supplier::{pay_out, register_supplier, set_supplier, take_earnings};
