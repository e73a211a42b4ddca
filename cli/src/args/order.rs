//! Orders: what makes a payment happen once.

use super::{moment, until};
use clap::Args;
use io_client::{actions::payments::order_id, payments::Order};
use std::time::Duration;

/// Which order a payment settles, and until when it is good.
#[derive(Args)]
pub struct OrderArgs {
    /// The order: 64 hexadecimal digits, or any text, whose sha256 is the id. Random if not given. An order
    /// is paid once
    #[arg(long, value_name = "ORDER")]
    order: Option<String>,
    /// The payment is good until then: Unix seconds or RFC 3339, at most 30 days ahead. Every attempt at an
    /// order has to name the same
    #[arg(long, value_name = "TIME", value_parser = moment, conflicts_with = "expires_in")]
    expires_at: Option<i64>,
    /// The payment is good for so long
    #[arg(long, value_name = "SPAN", value_parser = humantime::parse_duration, default_value = "1h")]
    expires_in: Duration,
}

impl OrderArgs {
    /// The order, for a payment made at `now`.
    pub fn order(&self, now: i64) -> Order {
        let id = match &self.order {
            Some(text) => order_id(text),
            None => core::array::from_fn(|_| fastrand::u8(..)),
        };
        Order {
            id,
            expires_at: self
                .expires_at
                .unwrap_or_else(|| until(now, self.expires_in)),
        }
    }
}
