//! `io admin class`: kinds of devices.

use super::{
    change::Change,
    office::Office,
    staking::{PROGRAM, config},
};
use crate::{
    context::Context,
    failure::{Failure, Result},
    output::{Report, Shown},
    signing::{Acting, Signing},
};
use clap::{Args, Subcommand, ValueEnum};
use io_client::{
    amount, pda,
    shared::{
        constants::MAX_POOLS,
        state::{ClassRule, DeviceClass},
    },
    staking::{self, ClassTerms},
};

/// Decimals of a multiplier.
const MILLI_DECIMALS: u8 = 3;

/// Device classes: multiplier, pool, largest stake, whether delegators can be slashed
#[derive(Subcommand)]
pub enum Class {
    Create(Create),
    Schedule(Schedule),
    Cancel(Cancel),
    Suspend(Suspend),
    Resume(Resume),
    End(End),
}

impl Class {
    pub async fn run(self, context: &Context) -> Result<Report> {
        match self {
            Self::Create(command) => command.run(context).await,
            Self::Schedule(command) => command.run(context).await,
            Self::Cancel(command) => command.run(context).await,
            Self::Suspend(command) => command.run(context).await,
            Self::Resume(command) => command.run(context).await,
            Self::End(command) => command.run(context).await,
        }
    }
}

/// Thousandths of a multiplier, as `1.75`.
fn multiplier(text: &str) -> core::result::Result<u64, String> {
    amount::parse(text, MILLI_DECIMALS)
        .map_err(|_| "not a multiplier; write it with at most three decimals, like 1.75".to_owned())
}

fn shown_multiplier(milli: u64) -> Shown {
    Shown::Token(milli, MILLI_DECIMALS, "×".into())
}

/// A class's name: at most 16 bytes, zero padded.
fn name(text: &str) -> core::result::Result<[u8; 16], String> {
    let mut name = [0; 16];
    name.get_mut(..text.len())
        .filter(|name| !name.is_empty())
        .ok_or("a class's name has 1 to 16 bytes")?
        .copy_from_slice(text.as_bytes());
    Ok(name)
}

/// A class as it is, and who changes it.
struct Found {
    class: DeviceClass,
    now: i64,
    acting: Acting,
}

/// Looks class number `id` up; the guardian may change it too if `guarding`.
async fn find(context: &Context, signing: &Signing, id: u16, guarding: bool) -> Result<Found> {
    let network = &context.network;
    let config = config(network).await?;
    let class: DeviceClass = network.account(&pda::device_class(id).0).await?;
    let now = network.clock().await?.now;
    let acting =
        Office::guarding(PROGRAM, &config.governance, guarding).acting(signing, context)?;
    Ok(Found { class, now, acting })
}

fn shown_name(class: &DeviceClass) -> Shown {
    let name = String::from_utf8_lossy(&class.name);
    Shown::text(name.trim_end_matches('\0'))
}

/// Add a class, for nodes to register in 48 hours from now (authority)
///
/// In the first 48 hours of a cluster it takes nodes at once.
#[derive(Args)]
pub struct Create {
    /// Its number
    id: u16,
    #[arg(long, value_parser = name)]
    name: [u8; 16],
    /// Emission pool that its nodes earn from
    #[arg(long, value_parser = clap::value_parser!(u8).range(..i64::from(MAX_POOLS)))]
    pool: u8,
    /// Weight and collateral of one processor, 1 for the base
    #[arg(long, value_parser = multiplier)]
    multiplier: u64,
    /// A node's largest stake, in its smallest
    #[arg(long, default_value_t = 5)]
    max_stake_multiple: u64,
    /// Delegators can be slashed too
    #[arg(long)]
    delegators_slashable: bool,
    #[command(flatten)]
    signing: Signing,
}

impl Create {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let config = config(network).await?;
        let now = network.clock().await?.now;
        let acting =
            Office::authority(PROGRAM, &config.governance).acting(&self.signing, context)?;
        let there: Option<DeviceClass> = network.find(&pda::device_class(self.id).0).await?;
        if there.is_some() {
            return Err(Failure::refused(
                format!("there is a class {} already", self.id),
                "take another number, or change it with `io admin class schedule`",
            ));
        }
        let terms = ClassTerms {
            id: self.id,
            name: self.name,
            pool: self.pool,
            multiplier_milli: self.multiplier,
            max_stake_multiple: self.max_stake_multiple,
            delegators_slashable: self.delegators_slashable,
        };
        let instruction = staking::create_class(&acting.wallet, &terms);
        let name = String::from_utf8_lossy(&self.name);
        Change::new(format!("add device class {}", self.id), now, instruction)
            .with("Name", "name", Shown::text(name.trim_end_matches('\0')))
            .with("Pool", "pool", Shown::Number(self.pool.into()))
            .with(
                "Multiplier",
                "multiplier_milli",
                shown_multiplier(self.multiplier),
            )
            .with(
                "Largest stake, in smallest",
                "max_stake_multiple",
                Shown::Number(self.max_stake_multiple),
            )
            .with(
                "Delegators slashable",
                "delegators_slashable",
                Shown::Flag(self.delegators_slashable),
            )
            .carry_out(&acting)
            .await
    }
}

/// Change a rule of a class after 48 hours (authority)
///
/// A raised multiplier binds the smallest stake of nodes that exist 30 days after that.
#[derive(Args)]
pub struct Schedule {
    /// The class's number
    id: u16,
    #[command(flatten)]
    rule: Rule,
    #[command(flatten)]
    signing: Signing,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Rule {
    /// Weight and collateral of one processor, 1 for the base
    #[arg(long, value_parser = multiplier)]
    multiplier: Option<u64>,
    /// A node's largest stake, in its smallest
    #[arg(long)]
    max_stake_multiple: Option<u64>,
    /// Whether delegators who come from then on can be slashed
    #[arg(long, value_enum)]
    delegators_slashable: Option<Answer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Answer {
    No,
    Yes,
}

impl Schedule {
    async fn run(self, context: &Context) -> Result<Report> {
        let found = find(context, &self.signing, self.id, false).await?;
        let class = &found.class;
        let (rule, next) = match &self.rule {
            Rule {
                multiplier: Some(milli),
                ..
            } => (ClassRule::Multiplier, *milli),
            Rule {
                max_stake_multiple: Some(multiple),
                ..
            } => (ClassRule::MaxStakeMultiple, *multiple),
            Rule {
                delegators_slashable,
                ..
            } => (
                ClassRule::DelegatorsSlashable,
                u64::from(*delegators_slashable == Some(Answer::Yes)),
            ),
        };
        let (what, is, show): (_, _, fn(u64) -> Shown) = match rule {
            ClassRule::Multiplier => ("multiplier", &class.multiplier_milli, shown_multiplier),
            ClassRule::MaxStakeMultiple => {
                ("largest stake", &class.max_stake_multiple, Shown::Number)
            }
            ClassRule::DelegatorsSlashable => (
                "slashing of delegators",
                &class.delegators_slashable,
                |value| Shown::Flag(value != 0),
            ),
        };
        let Found { acting, now, .. } = &found;
        let instruction = staking::schedule_class(&acting.wallet, self.id, rule, next);
        let what = format!("change the {what} of class {}", self.id);
        Change::new(what, *now, instruction)
            .with("Class", "class", shown_name(class))
            .rule(is, next, show)
            .carry_out(acting)
            .await
    }
}

/// Drop every change of a class's rules that waits, at once (guardian or authority)
#[derive(Args)]
pub struct Cancel {
    /// The class's number
    id: u16,
    #[command(flatten)]
    signing: Signing,
}

impl Cancel {
    async fn run(self, context: &Context) -> Result<Report> {
        let Found { class, now, acting } = find(context, &self.signing, self.id, true).await?;
        let waiting = [
            (
                "Multiplier stays",
                "multiplier_milli",
                &class.multiplier_milli,
            ),
            (
                "Largest stake stays",
                "max_stake_multiple",
                &class.max_stake_multiple,
            ),
            (
                "Slashing stays",
                "delegators_slashable",
                &class.delegators_slashable,
            ),
        ]
        .into_iter()
        .filter(|(_, _, rule)| rule.pending(now).is_some());
        let instruction = staking::cancel_class_changes(&acting.wallet, self.id);
        let what = format!("drop the changes of class {} that wait", self.id);
        let mut change =
            Change::new(what, now, instruction).with("Class", "class", shown_name(&class));
        let mut count = 0_usize;
        for (label, key, rule) in waiting {
            count = count.saturating_add(1);
            change = change.with(label, key, Shown::Number(rule.at(now)));
        }
        if count == 0 {
            return Err(Failure::refused("no change waits", "nothing is to be done"));
        }
        change.carry_out(&acting).await
    }
}

/// Suspend a class, at once: its nodes earn nothing, and no new one comes (guardian or authority)
#[derive(Args)]
pub struct Suspend {
    /// The class's number
    id: u16,
    #[command(flatten)]
    signing: Signing,
}

impl Suspend {
    async fn run(self, context: &Context) -> Result<Report> {
        suspend(context, &self.signing, self.id, true).await
    }
}

/// End the suspension of a class, at once (authority)
#[derive(Args)]
pub struct Resume {
    /// The class's number
    id: u16,
    #[command(flatten)]
    signing: Signing,
}

impl Resume {
    async fn run(self, context: &Context) -> Result<Report> {
        suspend(context, &self.signing, self.id, false).await
    }
}

async fn suspend(context: &Context, signing: &Signing, id: u16, suspended: bool) -> Result<Report> {
    let Found { class, now, acting } = find(context, signing, id, suspended).await?;
    if (class.suspended != 0) == suspended {
        let state = if suspended { "" } else { "not " };
        return Err(Failure::refused(
            format!("the class is {state}suspended already"),
            "nothing is to be done",
        ));
    }
    let what = match suspended {
        true => format!("suspend class {id}"),
        false => format!("end the suspension of class {id}"),
    };
    let instruction = staking::suspend_class(&acting.wallet, id, suspended);
    Change::new(what, now, instruction)
        .with("Class", "class", shown_name(&class))
        .with("Suspended", "was_suspended", Shown::Flag(!suspended))
        .with("Will be", "suspended", Shown::Flag(suspended))
        .carry_out(&acting)
        .await
}

/// End a class, for good: no new nodes from now on, and none earns after 30 days (authority)
#[derive(Args)]
pub struct End {
    /// The class's number
    id: u16,
    #[command(flatten)]
    signing: Signing,
}

impl End {
    async fn run(self, context: &Context) -> Result<Report> {
        let Found { class, now, acting } = find(context, &self.signing, self.id, false).await?;
        if class.supported_until != 0 {
            let until = Shown::Time(class.supported_until).human();
            return Err(Failure::refused(
                format!("the class ends at {until} already"),
                "nothing is to be done",
            ));
        }
        let instruction = staking::end_class(&acting.wallet, self.id);
        Change::new(format!("end class {}, for good", self.id), now, instruction)
            .with("Class", "class", shown_name(&class))
            .carry_out(&acting)
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multipliers_and_names_are_checked() {
        assert_eq!(multiplier("1.75"), Ok(1_750));
        assert_eq!(multiplier("30"), Ok(30_000));
        assert!(multiplier("0.0001").is_err());
        assert_eq!(shown_multiplier(1_750).human(), "1.75 ×");
        assert_eq!(name("B200"), Ok(*b"B200\0\0\0\0\0\0\0\0\0\0\0\0"));
        assert!(name("").is_err());
        assert!(name(&"x".repeat(17)).is_err());
    }
}
