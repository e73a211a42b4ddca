//! What a keeper is told: a TOML file, overridden by flags and the environment.

use crate::Job;
use anyhow::{Context, Result, ensure};
use io_client::{
    amount,
    rpc::{Format, Network, Priority},
    shared::constants::IO,
};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// Everything that can be set. Amounts of IO are decimal strings, times are seconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// JSON-RPC endpoint.
    pub url: String,
    /// File with the keypair that signs and pays, as `solana-keygen` writes it.
    pub keypair: Option<PathBuf>,
    /// Where metrics and health are served; nowhere if not set.
    pub listen: Option<SocketAddr>,
    pub jobs: Vec<Job>,
    /// Seconds between two rounds, give or take a fifth.
    pub interval: u64,
    /// A keeper lets so many seconds pass at most before it does what has become due: how many depends on
    /// its key, the job and the moment, so that several keepers rarely do the same at the same time.
    pub jitter: u64,
    /// Lamports that it may spend in any hour, rent included.
    pub budget: u64,
    /// Most lamports that it offers for one transaction on top of the fee for its signature.
    pub priority: u64,
    #[serde(deserialize_with = "format")]
    pub format: Format,
    /// Transactions under way at the same time.
    pub parallel: usize,
    pub advance: AdvanceRules,
    pub harvest: HarvestRules,
    pub tickets: TicketRules,
    pub pay_out: PayOutRules,
    pub receipts: ReceiptRules,
}

/// When an epoch that is over is advanced.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdvanceRules {
    /// Least bounty that is worth the fee, raw IO.
    #[serde(deserialize_with = "io")]
    pub min_bounty: u64,
    /// So many seconds after an epoch is over it is advanced whatever the bounty.
    pub always_after: u64,
}

/// Which nodes are worth a harvest.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HarvestRules {
    /// Least raw IO to move.
    #[serde(deserialize_with = "io")]
    pub min: u64,
    /// Once in so many epochs a node is harvested however little it earned; 0 for never.
    pub every: u64,
}

/// How tickets are paid.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TicketRules {
    /// Whether the keeper pays for the token account of a wallet that has none.
    pub create_accounts: bool,
}

/// Which suppliers are paid out, and how.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PayOutRules {
    /// Least earnings to swap, raw IO.
    #[serde(deserialize_with = "io")]
    pub min: u64,
    /// How much less than quoted a swap may bring, in basis points. The supplier's lowest price holds
    /// in any case.
    pub slippage_bps: u64,
}

/// When receipts whose rent the keeper paid are closed.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReceiptRules {
    /// Seconds after a payment expired. With its receipt end its refunds.
    pub keep: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: "http://127.0.0.1:8899".to_owned(),
            keypair: None,
            listen: None,
            jobs: Job::ALL.to_vec(),
            interval: 60,
            jitter: 30,
            budget: 10_000_000,
            priority: 20_000,
            format: Format::V0,
            parallel: 8,
            advance: AdvanceRules::default(),
            harvest: HarvestRules::default(),
            tickets: TicketRules::default(),
            pay_out: PayOutRules::default(),
            receipts: ReceiptRules::default(),
        }
    }
}

impl Default for AdvanceRules {
    fn default() -> Self {
        Self {
            min_bounty: IO / 100,
            always_after: 600,
        }
    }
}

impl Default for HarvestRules {
    fn default() -> Self {
        Self { min: IO, every: 24 }
    }
}

impl Default for PayOutRules {
    fn default() -> Self {
        Self {
            min: 10_u64.saturating_mul(IO),
            slippage_bps: 50,
        }
    }
}

impl PayOutRules {
    /// Least earnings to swap, raw IO: nothing cannot be swapped.
    pub fn least(&self) -> u64 {
        self.min.max(1)
    }
}

impl Default for ReceiptRules {
    /// A week.
    fn default() -> Self {
        Self { keep: 604_800 }
    }
}

impl Config {
    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or says something that is not known or makes no sense.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is not a configuration", path.display()))
    }

    /// Refuses what makes no sense.
    ///
    /// # Errors
    ///
    /// Says what, and what to set instead.
    pub fn check(&self) -> Result<()> {
        ensure!(
            !self.jobs.is_empty(),
            "no job is on; name at least one in `jobs`"
        );
        ensure!(
            self.interval > 0,
            "`interval` is 0; set it to a second or more"
        );
        ensure!(self.parallel > 0, "`parallel` is 0; set it to 1 or more");
        ensure!(
            self.pay_out.slippage_bps <= 10_000,
            "`pay_out.slippage_bps` is above 10,000; 50 is half a percent"
        );
        Ok(())
    }

    /// The cluster that the keeper works on. A transaction is sent with one blockhash only: one that
    /// expires is found to be due again in the next round.
    pub fn network(&self) -> Network {
        Network::new(&self.url)
            .priority(match self.priority {
                0 => Priority::None,
                most_lamports => Priority::Market { most_lamports },
            })
            .format(self.format)
            .attempts(1)
    }
}

/// Raw IO of a decimal string.
fn io<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    amount::parse_io(&text).map_err(|error| D::Error::custom(format!("{text:?}: {error}")))
}

fn format<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Format, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.as_str() {
        "v0" => Ok(Format::V0),
        "v1" => Ok(Format::V1),
        _ => Err(D::Error::custom(format!(
            "{text:?} is no transaction format; use \"v0\", or \"v1\" where the cluster takes it"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example says what holds without a file.
    #[test]
    fn the_example_is_the_default() {
        let example: Config =
            toml::from_str(include_str!("../../ops/keeper.toml")).expect("it parses");
        let expected = Config {
            keypair: example.keypair.clone(),
            listen: example.listen,
            ..Config::default()
        };
        assert_eq!(format!("{example:?}"), format!("{expected:?}"));
        example.check().expect("it makes sense");
    }

    #[test]
    fn mistakes_are_named() {
        for (text, named) in [
            ("intervall = 5", "intervall"),
            ("[harvest]\nmin = \"1,5\"", "not an amount"),
            ("[harvest]\nmin = 1", "expected a string"),
            ("jobs = [\"mine\"]", "mine"),
            ("format = \"v2\"", "no transaction format"),
        ] {
            let error = toml::from_str::<Config>(text).expect_err("a mistake");
            assert!(error.to_string().contains(named), "{error}");
        }
        let idle = Config {
            jobs: vec![],
            ..Config::default()
        };
        assert!(idle.check().is_err());
    }
}
