//! One walk over the file and the chain, of which a plan takes the steps and a verification the
//! findings: so the two cannot disagree.

mod compare;
mod emissions;
mod extras;
mod mint;
mod payments;
mod powers;
mod staking;

use crate::{
    Operator, Program,
    chain::{self, Chain},
    cluster::Cluster,
    finding::{Finding, Kind},
    step::Step,
};
use anyhow::{Result, bail};
use io_client::{
    Pubkey,
    shared::{
        ids::io_mint,
        state::{EmissionsConfig, Governance, MintConfig, PaymentsConfig, StakingConfig},
    },
};

/// What is to be done on `chain` for it to be what `cluster` says, in the order in which it must be
/// done; empty when nothing is, or nothing but to wait.
///
/// What is missing is created, and what differs is changed, with the notice that the programs ask for.
/// A change that waits already is not made again, one to another value is replaced. Nothing is revoked,
/// closed, paused, resumed or ended but what the file names. Steps are signed by the operator where the
/// program is not set up yet, and by whoever is its authority from then on.
pub fn plan(cluster: &Cluster, operator: &Operator, chain: &impl Chain) -> Result<Vec<Step>> {
    let mut survey = Survey::new(cluster, operator, chain)?;
    survey.settings()?;
    let noted = survey.noted.into_iter();
    Ok(noted.filter_map(|noted| noted.step).collect())
}

/// Where `chain` is not what `cluster` says; empty when it is.
///
/// Looks at every value of the file, at who may change what, at what the programs run, and for what is
/// in use without the file naming it.
pub fn verify(cluster: &Cluster, operator: &Operator, chain: &impl Chain) -> Result<Vec<Finding>> {
    let mut survey = Survey::new(cluster, operator, chain)?;
    survey.powers()?;
    survey.settings()?;
    survey.extras()?;
    let noted = survey.noted.into_iter();
    Ok(noted.map(|noted| noted.finding).collect())
}

/// A finding, and the step that settles it if there is one.
struct Noted {
    finding: Finding,
    step: Option<Step>,
}

struct Survey<'a, C> {
    cluster: &'a Cluster,
    operator: &'a Operator,
    chain: &'a C,
    now: i64,
    mint: Option<MintConfig>,
    emissions: Option<EmissionsConfig>,
    staking: Option<StakingConfig>,
    payments: Option<PaymentsConfig>,
    noted: Vec<Noted>,
}

impl<'a, C: Chain> Survey<'a, C> {
    fn new(cluster: &'a Cluster, operator: &'a Operator, chain: &'a C) -> Result<Self> {
        if let Some(usdc) = cluster.payments.usdc
            && usdc != operator.usdc
        {
            bail!(
                "the file says that USDC is {usdc}, and not {}; name the same",
                operator.usdc
            );
        }
        Ok(Self {
            cluster,
            operator,
            chain,
            now: chain::now(chain)?,
            mint: chain::read(chain, &Program::IoMint.config())?,
            emissions: chain::read(chain, &Program::IoEmissions.config())?,
            staking: chain::read(chain, &Program::IoStaking.config())?,
            payments: chain::read(chain, &Program::IoPayments.config())?,
            noted: Vec::new(),
        })
    }

    /// Every value of the file that an instruction sets.
    fn settings(&mut self) -> Result<()> {
        self.mint()?;
        self.emissions()?;
        self.staking()?;
        self.allocations()?;
        self.payments()?;
        self.metadata()
    }

    /// The IO mint: the one that `io_mint` governs, or will.
    fn io(&self) -> Result<Pubkey> {
        let wanted = self.cluster.mint.adopt.unwrap_or(io_mint::MINT.address);
        if let Some(config) = &self.mint
            && config.mint != wanted
        {
            bail!(
                "`io_mint` governs {}, and the file says {wanted}; correct the file",
                config.mint
            );
        }
        Ok(wanted)
    }

    /// Who governs a program, if it is set up.
    fn governance(&self, program: Program) -> Option<Governance> {
        match program {
            Program::IoMint => self.mint.map(|config| config.governance),
            Program::IoStaking => self.staking.map(|config| config.governance),
            Program::IoEmissions => self.emissions.map(|config| config.governance),
            Program::IoPayments => self.payments.map(|config| config.governance),
        }
    }

    /// Who signs what changes a program's rules: its authority, or who sets it up.
    fn authority(&self, program: Program) -> Pubkey {
        self.governance(program)
            .map_or(self.operator.authority, |governance| governance.authority)
    }

    fn note(&mut self, finding: Finding, step: Option<Step>) {
        self.noted.push(Noted { finding, step });
    }

    /// Something that the file names and the chain does not have, and the step that makes it.
    fn missing(&mut self, path: impl Into<String>, file: impl ToString, step: Step) {
        let finding = Finding {
            path: path.into(),
            file: file.to_string(),
            chain: "nothing".into(),
            kind: Kind::Missing,
            advice: "run the migration".into(),
        };
        self.note(finding, Some(step));
    }
}
