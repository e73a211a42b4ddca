//! Figures that several commands find in events.

use crate::output::{Record, Shown};
use io_client::{
    Pubkey,
    events::Event,
    shared::{
        events::{Claimed, Deposited, UnstakeRequested, Withdrawn},
        state::Receipt,
    },
};

/// The sum of what `amount` finds in `events`.
pub fn sum(events: &[Event], amount: impl Fn(&Event) -> Option<u64>) -> u64 {
    events
        .iter()
        .filter_map(amount)
        .fold(0, u64::saturating_add)
}

/// Stake that was accepted.
pub fn deposited(events: &[Event]) -> Record {
    let amount = |of: fn(&Deposited) -> u64| {
        sum(events, |event| match event {
            Event::Deposited(deposited) => Some(of(deposited)),
            _ => None,
        })
    };
    Record::new()
        .with("Staked", "staked", Shown::Io(amount(|event| event.amount)))
        .with(
            "Shares issued",
            "shares",
            Shown::Number(amount(|event| event.shares)),
        )
}

/// Stake that began to cool.
pub fn unstaked(events: &[Event], now: i64) -> Record {
    let requests: Vec<&UnstakeRequested> = events
        .iter()
        .filter_map(|event| match event {
            Event::UnstakeRequested(request) => Some(request),
            _ => None,
        })
        .collect();
    let amount = requests
        .iter()
        .fold(0, |sum: u64, request| sum.saturating_add(request.amount));
    let unlock = requests.iter().map(|request| request.unlock_at).max();
    let tickets = requests.iter().map(|request| request.ticket.to_string());
    Record::new()
        .with("Starts to cool", "amount", Shown::Io(amount))
        .with(
            "Withdraw from",
            "unlock_at",
            Shown::maybe(unlock, |at| Shown::When { at, now }),
        )
        .with("Tickets", "tickets", Shown::List(tickets.collect()))
}

/// Rewards that were paid out.
pub fn claimed(events: &[Event]) -> Record {
    let amount = |of: fn(&Claimed) -> u64| {
        sum(events, |event| match event {
            Event::Claimed(claimed) => Some(of(claimed)),
            _ => None,
        })
    };
    Record::new()
        .with(
            "Rewards",
            "claimed",
            Shown::Io(amount(|event| event.amount)),
        )
        .with(
            "Commission in it",
            "commission",
            Shown::Io(amount(|event| event.commission)),
        )
        .with(
            "To",
            "destinations",
            addresses(events, |event| match event {
                Event::Claimed(claimed) => Some(claimed.destination),
                _ => None,
            }),
        )
}

/// Stake that was paid out.
pub fn withdrawn(events: &[Event]) -> Record {
    let paid: Vec<&Withdrawn> = events
        .iter()
        .filter_map(|event| match event {
            Event::Withdrawn(withdrawn) => Some(withdrawn),
            _ => None,
        })
        .collect();
    let amount = paid.iter().fold(0, |sum: u64, withdrawn| {
        sum.saturating_add(withdrawn.amount)
    });
    let tickets = paid.iter().map(|withdrawn| withdrawn.ticket.to_string());
    Record::new()
        .with("Withdrawn", "withdrawn", Shown::Io(amount))
        .with("Tickets", "tickets", Shown::List(tickets.collect()))
        .with(
            "To",
            "destinations",
            addresses(events, |event| match event {
                Event::Withdrawn(withdrawn) => Some(withdrawn.destination),
                _ => None,
            }),
        )
}

/// Each address that `address` finds in `events`, once.
fn addresses(events: &[Event], address: impl Fn(&Event) -> Option<Pubkey>) -> Shown {
    let mut found: Vec<String> = events
        .iter()
        .filter_map(address)
        .map(|address| address.to_string())
        .collect();
    found.dedup();
    Shown::List(found)
}

/// What became of a payment.
pub fn paid(events: &[Event], token: impl Fn(u64) -> Shown) -> Record {
    let paid = events.iter().find_map(|event| match event {
        Event::Paid(paid, _) => Some(paid),
        _ => None,
    });
    let Some(paid) = paid else {
        return Record::new();
    };
    Record::new()
        .with("Leaves the wallet", "gross", token(paid.gross))
        .with("Fee in it", "fee", token(paid.fee))
        .with("Suppliers get", "delivered", Shown::Io(paid.delivered))
        .with(
            "Oracle bounded",
            "oracle_bounded",
            Shown::Flag(paid.oracle_bounded != 0),
        )
}

/// What became of a payment without a receipt.
pub fn micro_paid(events: &[Event]) -> Record {
    let amount = sum(events, |event| match event {
        Event::MicroPaid(paid) => Some(paid.amount),
        _ => None,
    });
    Record::new()
        .with("Leaves the wallet", "gross", Shown::Io(amount))
        .with("Supplier gets", "delivered", Shown::Io(amount))
}

/// Bytes of a payment's receipt.
pub const fn receipt_space(suppliers: usize) -> usize {
    Receipt::space(suppliers)
}
