//! What work costs: time, transactions, processor time on both sides.

use std::{
    fs,
    future::Future,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use super::Endpoint;

/// Parts of a second that Linux counts processor time in.
const TICKS: u64 = 100;

/// What some work cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    pub transactions: u64,
    /// Compute units by simulation; 0 if not known.
    pub units: u64,
    /// Fees.
    pub lamports: u64,
    pub time: Duration,
    /// Processor time of the endpoint's process.
    pub endpoint: Duration,
    /// Processor time of this process.
    pub client: Duration,
}

/// A named work on a number of nodes.
#[derive(Clone, Debug)]
pub struct Stage {
    pub name: &'static str,
    pub cost: Cost,
}

/// Does `work`, which says how many transactions it sent, and measures it.
pub async fn measured(
    endpoint: &Endpoint,
    work: impl Future<Output = Result<Cost>>,
) -> Result<Cost> {
    let (there, here) = (
        processor_time(endpoint.pid())?,
        processor_time(std::process::id())?,
    );
    let started = Instant::now();
    let done = work.await?;
    Ok(Cost {
        time: started.elapsed(),
        endpoint: processor_time(endpoint.pid())?.saturating_sub(there),
        client: processor_time(std::process::id())?.saturating_sub(here),
        ..done
    })
}

/// Processor time that a process has used, its own and the kernel's for it.
fn processor_time(pid: u32) -> Result<Duration> {
    let path = format!("/proc/{pid}/stat");
    let text = fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))?;
    // The name, in parentheses, may hold anything; 11 fields follow before the two.
    let (_, fields) = text.rsplit_once(')').context("no process")?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = 0_u64;
    for _ in 0..2 {
        let field: u64 = fields.next().context("a short line")?.parse()?;
        ticks = ticks.saturating_add(field);
    }
    Ok(Duration::from_millis(ticks.saturating_mul(1_000 / TICKS)))
}

/// The most memory that a process has held, in bytes.
pub fn memory(pid: u32) -> Result<u64> {
    let path = format!("/proc/{pid}/status");
    let text = fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: u64 = line
        .and_then(|line| line.trim().strip_suffix(" kB"))
        .context("no peak of memory")?
        .parse()?;
    Ok(kilobytes.saturating_mul(1_024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_costs_processor_time_and_memory() {
        let pid = std::process::id();
        let used = || processor_time(pid).expect("this process");
        let (before, started) = (used(), Instant::now());
        // Whatever else the machine does.
        while used() - before < Duration::from_millis(50) {
            let waited = started.elapsed();
            assert!(waited < Duration::from_secs(120), "{:?}", used() - before);
        }
        assert!(memory(pid).expect("this process") > 1_000_000);
    }
}
