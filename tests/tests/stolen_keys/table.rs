//! The table of `SECURITY.md`.

use crate::{attacks::Key, estate::Estate};
use io_client::shared::constants::{IO, USDC};
use std::fmt::Write as _;

const MARKS: [&str; 3] = ["hour", "day", "week"];

/// Markdown: what was taken, against the same time without a theft.
pub(crate) fn render(peace: &[Estate; 3], start: &Estate, thefts: &[(Key, [Estate; 3])]) -> String {
    let mut page = String::from(
        "| stolen | within a | thief: IO | thief: USDC | together worth, USDC | stake burned, IO \
         | rewards in vaults, IO | earnings, IO | standing offers, USDC | emission to come, IO \
         | fees, USDC | dearer fees, USDC | gateway, USDC | minted past the curve, IO |\n\
         |---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for (key, marks) in thefts {
        for (within, (now, honest)) in MARKS.iter().zip(marks.iter().zip(peace)) {
            let emission = honest.rewards + honest.bounties - now.rewards - now.bounties;
            let (io_taken, usdc_taken) = (
                now.thief_io - honest.thief_io,
                now.thief_usdc - honest.thief_usdc,
            );
            let together = usdc_taken + io_taken * honest.price / i128::from(100 * IO);
            let cells = [
                io(io_taken),
                usdc(usdc_taken),
                usdc(together),
                io(honest.stake - now.stake),
                io((start.rewards - now.rewards).max(0)),
                io(start.earnings - now.earnings),
                usdc(now.worth - now.sold_for),
                io(emission),
                usdc(honest.fees - now.fees),
                usdc(now.overcharged),
                usdc(honest.gateway - now.gateway),
                io((now.minted - honest.minted).max(0)),
            ];
            let name = key.name();
            let _ = writeln!(page, "| {name} | {within} | {} |", cells.join(" | "));
        }
    }
    page
}

fn io(raw: i128) -> String {
    rounded(raw, IO)
}

fn usdc(raw: i128) -> String {
    rounded(raw, USDC)
}

/// Two decimals, nothing as 0; the thousands set apart.
fn rounded(raw: i128, one: u64) -> String {
    let cents = raw * 100 / i128::from(one);
    if cents == 0 {
        return "0".into();
    }
    let sign = if cents < 0 { "−" } else { "" };
    let whole = (cents.abs() / 100).to_string();
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}.{:02}", cents.abs() % 100)
}
