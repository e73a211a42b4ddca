//! A day in the network's life, from a scenario file: what `cargo xtask demo` plays and a test
//! asserts.

mod cast;
mod play;
mod report;

pub use play::{play, play_hours};
pub use report::{
    EmissionLine, HolderLine, NodeLine, PaymentLine, RenterLine, Report, SupplierLine,
};

use anyhow::{Context, Result, ensure};
use io_client::amount;
use serde::{Deserialize, Deserializer};

/// The scenario of the demo.
pub const DAY: &str = include_str!("../../scenarios/day.toml");
/// The cluster that it plays on.
pub const CLUSTER: &str = include_str!("../../../migrations/clusters/localnet.toml");

/// What happens, hour by hour.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub hours: u64,
    pub gap: Hours,
    pub pool: Reserves,
    pub suppliers: Vec<SupplierPart>,
    pub holders: Vec<HolderPart>,
    pub renters: Vec<RenterPart>,
    pub payments: Vec<PaymentPart>,
    pub outages: Vec<Outage>,
    pub exits: Vec<Exit>,
}

impl Scenario {
    pub fn parse(text: &str) -> Result<Self> {
        let scenario: Self = toml::from_str(text).context("scenario file")?;
        scenario.check().context("scenario file")?;
        Ok(scenario)
    }

    /// What would not happen without a word: names that nobody has, hours that never come.
    fn check(&self) -> Result<()> {
        let nodes = || self.suppliers.iter().flat_map(|supplier| &supplier.nodes);
        let is_node = |name: &str| nodes().any(|node| node.name == name);
        ensure!(
            self.gap.from <= self.gap.until && self.gap.until <= self.hours,
            "the gap must end within the {} hours",
            self.hours
        );
        for payment in &self.payments {
            let PaymentPart {
                hour,
                renter,
                supplier,
                ..
            } = payment;
            ensure!(*hour <= self.hours, "nobody pays in hour {hour}");
            ensure!(
                self.renters.iter().any(|r| r.name == *renter),
                "no renter {renter:?}"
            );
            ensure!(
                self.suppliers.iter().any(|s| s.name == *supplier),
                "no supplier {supplier:?}"
            );
            ensure!(
                (payment.io == 0) != (payment.usdc == 0),
                "the payment in hour {hour} must be in one currency"
            );
        }
        for outage in &self.outages {
            ensure!(is_node(&outage.node), "no node {:?}", outage.node);
            ensure!(
                outage.from < outage.until && outage.from < self.hours,
                "the outage of {:?} never comes",
                outage.node
            );
        }
        for exit in &self.exits {
            ensure!(
                exit.hour <= self.hours,
                "nobody leaves in hour {}",
                exit.hour
            );
            ensure!(
                self.holders.iter().any(|holder| holder.name == exit.holder
                    && holder.stakes.iter().any(|stake| stake.node == exit.node)),
                "{:?} has no stake on {:?}",
                exit.holder,
                exit.node
            );
        }
        for stake in self.holders.iter().flat_map(|holder| &holder.stakes) {
            ensure!(is_node(&stake.node), "no node {:?}", stake.node);
        }
        Ok(())
    }
}

/// From an hour until before another.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    pub from: u64,
    pub until: u64,
}

impl Hours {
    pub fn contains(self, hour: u64) -> bool {
        (self.from..self.until).contains(&hour)
    }
}

/// What the AMM's pool holds at first.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reserves {
    #[serde(deserialize_with = "io")]
    pub io: u64,
    #[serde(deserialize_with = "usdc")]
    pub usdc: u64,
}

/// What a supplier is paid in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Takes {
    Io,
    Usdc,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplierPart {
    pub name: String,
    pub takes: Takes,
    pub nodes: Vec<NodePart>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodePart {
    pub name: String,
    pub class: String,
    pub processors: u16,
    pub commission_bps: u64,
    #[serde(deserialize_with = "io")]
    pub stake: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolderPart {
    pub name: String,
    pub stakes: Vec<StakePart>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StakePart {
    pub node: String,
    #[serde(deserialize_with = "io")]
    pub amount: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenterPart {
    pub name: String,
    #[serde(deserialize_with = "io")]
    pub io: u64,
    #[serde(deserialize_with = "usdc")]
    pub usdc: u64,
}

/// A payment, in either currency.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentPart {
    pub hour: u64,
    pub renter: String,
    pub supplier: String,
    #[serde(default, deserialize_with = "io")]
    pub io: u64,
    #[serde(default, deserialize_with = "usdc")]
    pub usdc: u64,
    #[serde(default)]
    pub fee_on_top: bool,
}

/// A node that is down.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outage {
    pub node: String,
    pub from: u64,
    pub until: u64,
}

/// A holder who leaves a node.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exit {
    pub hour: u64,
    pub holder: String,
    pub node: String,
    /// Raw IO, or `u64::MAX` for "all".
    #[serde(deserialize_with = "io_or_all")]
    pub amount: u64,
}

fn io<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    amount::parse_io(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

fn usdc<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    amount::parse_usdc(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

fn io_or_all<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "all" => Ok(u64::MAX),
        text => amount::parse_io(text).map_err(serde::de::Error::custom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_says_what_is_wrong_with_it() {
        Scenario::parse(DAY).expect("the committed file is sound");
        for (from, to, why) in [
            ("until = 14 }", "until = 25 }", "the gap must end"),
            ("hour = 22", "hour = 25", "nobody pays in hour 25"),
            ("renter = \"Studio\"", "renter = \"studio\"", "no renter"),
            (
                "supplier = \"Mika's rig\"",
                "supplier = \"Mika\"",
                "no supplier",
            ),
            (
                "io = \"9_000\"",
                "io = \"9_000\"\nusdc = \"1\"",
                "in one currency",
            ),
            ("io = \"9_000\"", "", "in one currency"),
            (
                "node = \"alb-3090\"\nfrom",
                "node = \"alb\"\nfrom",
                "no node \"alb\"",
            ),
            ("from = 3", "from = 6", "never comes"),
            ("hour = 20", "hour = 25", "nobody leaves in hour 25"),
            ("holder = \"Bruno\"", "holder = \"Chen\"", "has no stake on"),
            (
                "node = \"mika-4090\", amount",
                "node = \"mika\", amount",
                "no node \"mika\"",
            ),
        ] {
            assert!(DAY.contains(from), "{from}");
            let error = Scenario::parse(&DAY.replace(from, to)).expect_err(why);
            assert!(format!("{error:#}").contains(why), "{error:#}");
        }
    }
}
