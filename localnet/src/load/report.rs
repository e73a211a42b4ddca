//! The measurements as a page.

use std::{fmt::Write, time::Duration};

use super::{FleetRun, PaymentRun, Report};

const HEAD: &str = "# Load

Written by `cargo xtask load`, which measures on a local network of its own: the endpoint of `cargo xtask localnet`, its
chain in memory, in one process, the client library and the keeper in another, on one machine.
";

const NODES: &str = "
## Nodes

A network of each size begins on an empty chain. Every node has one processor, of the nine device classes in turn, and the
minimum stake. *score* is 24 nodes an instruction, in transactions of version 0 (1,232 bytes) and of version 1 (4,096
bytes); no lookup tables. *stake more* doubles each node's stake, with a harvest in front. *sync*, *advance* and *harvest*
are rounds of `io-keeper` as it is, its look at the chain included; it packs its work into transactions, simulates each,
and says what became of it. Everything is followed until it is confirmed. *units* are compute units a node by simulation,
*endpoint* and *client* processor time a node in either process.
";

const GROWTH: &str = "
### How it grows

Time a node, in milliseconds, and transactions, by the number of nodes. What grows with nodes grows in proportion, so a
column that stays level is linear; `advance_epoch` is one transaction whatever their number.
";

const SCANS: &str = "
### Reading all nodes

One `getProgramAccounts` with a filter for the account's kind; *answer* is its JSON with base64.
";

const PAYMENTS: &str = "
## Payments

Wallets pay 1 IO with a receipt (`pay_io`), each one payment after the other, all at the same time. A payment is simulated,
signed, sent, and followed until it is confirmed, as `Network::execute` does it without a priority fee; *latency* is all of
that. The suppliers' balances are compared with what landed, and the books are checked in the end.
";

const REQUESTS: &str = "
### What a request costs

Each request that a payment needs, and the one that asks for the market's priority fee, 20 times in a row with nobody else
there: median time, and the endpoint's processor time.
";

/// The page; `machine` says what it was measured on and how.
pub fn page(report: &Report, machine: &str) -> String {
    let mut page = String::from(HEAD);
    let _ = writeln!(page, "{machine}");
    summary(&mut page, report);
    let _ = write!(page, "\n![Load](load.svg)\n{NODES}");
    for run in &report.fleets {
        nodes(&mut page, run);
    }
    page.push_str(GROWTH);
    growth(&mut page, &report.fleets);
    page.push_str(SCANS);
    scans(&mut page, &report.fleets);
    page.push_str(PAYMENTS);
    payments(&mut page, &report.payments);
    page.push_str(REQUESTS);
    page.push_str("\n| request | median ms | endpoint ms |\n|---|---:|---:|\n");
    for request in &report.requests {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} |",
            request.name,
            milliseconds(request.median),
            milliseconds(request.endpoint)
        );
    }
    limits(&mut page, report);
    page
}

/// What one wants to know first: of the largest network and of the most wallets.
fn summary(page: &mut String, report: &Report) {
    if let Some(run) = report.fleets.last() {
        let _ = writeln!(page, "\n{} nodes, and payments:\n", thousands(run.nodes));
        for name in ["score", "sync", "harvest"] {
            let all = run.stages.iter();
            for stage in all.filter(|stage| stage.name.starts_with(name)) {
                let _ = writeln!(
                    page,
                    "- {}: {} transactions, {:.0} s",
                    stage.name,
                    thousands(stage.cost.transactions),
                    stage.cost.time.as_secs_f64()
                );
            }
        }
    }
    if let Some(run) = report.payments.last() {
        let failed: usize = run.failures.values().sum();
        let _ = writeln!(
            page,
            "- {} payments by {} wallets: {:.0} a second, {failed} failed",
            thousands(run.payments),
            run.wallets,
            rate(run)
        );
    }
}

fn nodes(page: &mut String, run: &FleetRun) {
    let _ = write!(
        page,
        "\n### {} nodes\n\n\
         | work | seconds | transactions | nodes a transaction | units | fees, SOL | endpoint ms | client ms |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|\n",
        thousands(run.nodes)
    );
    for stage in &run.stages {
        let cost = &stage.cost;
        let per = |time| milliseconds(a_node(time, run.nodes));
        let units = match cost.units.checked_div(run.nodes as u64) {
            Some(0) | None => String::new(),
            Some(units) => thousands(units),
        };
        let _ = writeln!(
            page,
            "| {} | {:.1} | {} | {:.1} | {units} | {:.6} | {} | {} |",
            stage.name,
            cost.time.as_secs_f64(),
            thousands(cost.transactions),
            run.nodes as f64 / cost.transactions.max(1) as f64,
            cost.lamports as f64 / 1e9,
            per(cost.endpoint),
            per(cost.client),
        );
    }
    let _ = writeln!(
        page,
        "\nThe endpoint held {} MB at most.",
        thousands(run.memory / 1_000_000)
    );
}

fn growth(page: &mut String, runs: &[FleetRun]) {
    page.push_str("\n| work |");
    for run in runs {
        let _ = write!(page, " {} nodes, ms | transactions |", thousands(run.nodes));
    }
    page.push_str("\n|---|");
    page.push_str(&"---:|---:|".repeat(runs.len()));
    page.push('\n');
    let names = runs.first().into_iter().flat_map(|run| &run.stages);
    for name in names.map(|stage| stage.name) {
        let _ = write!(page, "| {name} |");
        for run in runs {
            let Some(stage) = run.stages.iter().find(|stage| stage.name == name) else {
                page.push_str(" | |");
                continue;
            };
            let _ = write!(
                page,
                " {} | {} |",
                milliseconds(a_node(stage.cost.time, run.nodes)),
                thousands(stage.cost.transactions)
            );
        }
        page.push('\n');
    }
}

fn scans(page: &mut String, runs: &[FleetRun]) {
    page.push_str(
        "\n| accounts | nodes | seconds | bytes | answer, bytes | ms an account |\n|---|---:|---:|---:|---:|---:|\n",
    );
    for run in runs {
        for scan in &run.scans {
            let _ = writeln!(
                page,
                "| {} | {} | {:.3} | {} | {} | {} |",
                scan.name,
                thousands(run.nodes),
                scan.time.as_secs_f64(),
                thousands(scan.bytes),
                thousands(scan.answer),
                milliseconds(a_node(scan.time, scan.accounts)),
            );
        }
    }
}

fn payments(page: &mut String, runs: &[PaymentRun]) {
    page.push_str(
        "\n| wallets | payments | landed | failures | seconds | payments/s | latency p50 ms | p95 | p99 | most | \
         endpoint ms | client ms |\n|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for run in runs {
        let failures: Vec<String> = run
            .failures
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        let failures = if failures.is_empty() {
            "none".to_owned()
        } else {
            failures.join(", ")
        };
        let percentile = |bound| milliseconds(percentile(&run.latencies, bound));
        let _ = writeln!(
            page,
            "| {} | {} | {} | {failures} | {:.1} | {:.1} | {} | {} | {} | {} | {} | {} |",
            run.wallets,
            thousands(run.payments),
            thousands(run.latencies.len()),
            run.cost.time.as_secs_f64(),
            rate(run),
            percentile(50),
            percentile(95),
            percentile(99),
            percentile(100),
            milliseconds(a_node(run.cost.endpoint, run.payments)),
            milliseconds(a_node(run.cost.client, run.payments)),
        );
    }
}

/// What limits the endpoint, as far as the figures say.
fn limits(page: &mut String, report: &Report) {
    page.push_str(
        "\n### What limits the local endpoint\n\n\
         Processors that each side kept busy, of those that the machine has:\n\n\
         | work | endpoint | client | both |\n|---|---:|---:|---:|\n",
    );
    let fleets = report.fleets.last().into_iter().flat_map(|run| {
        let name = move |stage: &str| format!("{stage}, {} nodes", thousands(run.nodes));
        let stages = run
            .stages
            .iter()
            .filter(|stage| stage.cost.transactions > 1);
        stages.map(move |stage| (name(stage.name), stage.cost))
    });
    let payments = report.payments.iter().map(|run| {
        let wallets = run.wallets;
        (format!("payments, {wallets} wallets"), run.cost)
    });
    for (name, cost) in fleets.chain(payments) {
        let busy = |time: Duration| time.as_secs_f64() / cost.time.as_secs_f64().max(1e-9);
        let (endpoint, client) = (busy(cost.endpoint), busy(cost.client));
        let _ = writeln!(
            page,
            "| {name} | {endpoint:.2} | {client:.2} | {:.2} |",
            endpoint + client
        );
    }
    page.push_str(
        "\nOne wallet alone waits rather than works: for the next block, every 400 ms, and for its own next look at the status,\n\
         every 400 ms as well. With many at once these limit the endpoint, and none of them a validator:\n\n\
         - One loop executes every transaction, one after the other, and makes the blocks; its processor is the one that is\n  \
           kept busy. Nodes share no account that their stakers write, so a validator executes them side by side.\n\
         - Each account that a transaction changes is taken out of the list of all accounts of its program, and a token\n  \
           account out of that of its mint, and put back. That takes time in proportion to how many there are, and is why the\n  \
           endpoint's time a node grows with the nodes while compute units stay level.\n\
         - These figures are of a chain kept in memory. `cargo xtask localnet` keeps it in a file, in which those lists are\n  \
           rewritten as a whole with each transaction.\n\
         - `getRecentPrioritizationFees` copies every transaction that is kept, so whoever asks for the market's priority fee\n  \
           waits longer with each that lands; without one (`Priority::None`) it is not asked.\n",
    );
}

/// Payments that landed in a second.
pub fn rate(run: &PaymentRun) -> f64 {
    run.latencies.len() as f64 / run.cost.time.as_secs_f64().max(1e-9)
}

/// The time that `bound` in a hundred of `times`, which are sorted, did not exceed.
fn percentile(times: &[Duration], bound: usize) -> Duration {
    let rank = times.len().saturating_mul(bound).div_ceil(100);
    times
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

/// A part of `time` for each of `count`.
pub fn a_node(time: Duration, count: usize) -> Duration {
    u32::try_from(count)
        .ok()
        .and_then(|count| time.checked_div(count))
        .unwrap_or_default()
}

fn milliseconds(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1e3;
    if milliseconds < 10.0 {
        format!("{milliseconds:.2}")
    } else if milliseconds < 100.0 {
        format!("{milliseconds:.1}")
    } else {
        format!("{milliseconds:.0}")
    }
}

/// A number with separators.
fn thousands(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or(u64::MAX).to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_readable() {
        assert_eq!(thousands(7_u64), "7");
        assert_eq!(thousands(1_234_567_u64), "1,234,567");
        assert_eq!(milliseconds(Duration::from_micros(1_234)), "1.23");
        assert_eq!(milliseconds(Duration::from_millis(1_234)), "1234");
    }

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let times: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&times, 50), Duration::from_millis(100));
        assert_eq!(percentile(&times, 99), Duration::from_millis(198));
        assert_eq!(percentile(&times, 100), Duration::from_millis(200));
        assert_eq!(percentile(&[], 50), Duration::ZERO);
    }
}
