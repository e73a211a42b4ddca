//! The hand-over of all authority to the one that the file names.

use crate::{
    Operator, Program,
    chain::{self, Chain},
    cluster::Cluster,
    loader::{self, Deployed},
    plan,
    step::Step,
};
use anyhow::{Context, Result, bail, ensure};
use io_client::{
    Instruction, Pubkey, emissions, mint, payments,
    shared::state::{EmissionsConfig, Governance, MintConfig, PaymentsConfig, StakingConfig},
    staking,
};
use solana_loader_v3_interface::instruction as loader_v3;

/// What is to be done next for the authority that the file names to be the only one; empty when it is.
/// Each step says by [`Step::signers`] whose it is: the operator's, or the next authority's, to be
/// exported.
///
/// First the operator nominates on the four configs, and the next authority accepts. Only once it has
/// accepted all four, which proves that it can sign, the steps that give it the programs appear: an
/// upgrade authority is set without its consent, and one that cannot sign is lost for good. Until then
/// the operator can upgrade, and so repair, everything.
pub fn handover(cluster: &Cluster, operator: &Operator, chain: &impl Chain) -> Result<Vec<Step>> {
    let next = cluster
        .handover
        .context("the file does not say who takes over; add [handover]")?;
    let mut nominate = Vec::new();
    let mut accept = Vec::new();
    for program in Program::ALL {
        let governance = governance(chain, program)?
            .with_context(|| format!("{program} is not set up; run the migration first"))?;
        if governance.authority == next.authority {
            continue;
        }
        if governance.pending_authority != next.authority {
            ensure!(
                governance.authority == operator.authority,
                "the authority of {program} is {}, and only that key can nominate {}",
                governance.authority,
                next.authority
            );
            nominate.push(nominate_on(program, &operator.authority, &next.authority));
        }
        accept.push(accept_on(program, &next.authority));
    }
    if accept.len() == Program::ALL.len() {
        let rest = plan(cluster, operator, chain)?.len();
        ensure!(
            rest == 0,
            "the migration has {rest} steps left; take them before the hand-over"
        );
    }
    let steps = [
        (
            format!("nominate {} as the authority", next.authority),
            nominate,
        ),
        (
            format!("accept the authority as {}", next.authority),
            accept,
        ),
    ];
    let steps: Vec<Step> = steps
        .into_iter()
        .filter(|(_, instructions)| !instructions.is_empty())
        .map(|(what, instructions)| Step::new(what, instructions))
        .collect();
    if !steps.is_empty() {
        return Ok(steps);
    }
    let mut give = Vec::new();
    for program in Program::ALL {
        let Deployed::Running(running) = loader::deployed(chain, program)? else {
            bail!("{program} does not run; plan its deployment");
        };
        let (from, to) = (operator.authority, next.upgrade_authority());
        match running.upgrade_authority {
            Some(authority) if authority == to => {}
            Some(authority) if authority == from => {
                let set = if next.upgrade_authority_signs {
                    loader_v3::set_upgrade_authority_checked(&program.id(), &from, &to)
                } else {
                    loader_v3::set_upgrade_authority(&program.id(), &from, Some(&to))
                };
                give.push(set);
            }
            Some(authority) => bail!(
                "the upgrade authority of {program} is {authority}, and only that key can hand it over"
            ),
            None => bail!("{program} has no upgrade authority, so it cannot be handed over"),
        }
    }
    if give.is_empty() {
        return Ok(Vec::new());
    }
    let what = format!(
        "make {} the upgrade authority of the programs",
        next.upgrade_authority()
    );
    Ok(vec![Step::new(what, give)])
}

fn governance(chain: &impl Chain, program: Program) -> Result<Option<Governance>> {
    let config = &program.config();
    Ok(match program {
        Program::IoMint => {
            chain::read::<MintConfig>(chain, config)?.map(|config| config.governance)
        }
        Program::IoStaking => {
            chain::read::<StakingConfig>(chain, config)?.map(|config| config.governance)
        }
        Program::IoEmissions => {
            chain::read::<EmissionsConfig>(chain, config)?.map(|config| config.governance)
        }
        Program::IoPayments => {
            chain::read::<PaymentsConfig>(chain, config)?.map(|config| config.governance)
        }
    })
}

fn nominate_on(program: Program, authority: &Pubkey, nominee: &Pubkey) -> Instruction {
    match program {
        Program::IoMint => mint::nominate_authority(authority, nominee),
        Program::IoStaking => staking::nominate_authority(authority, nominee),
        Program::IoEmissions => emissions::nominate_authority(authority, nominee),
        Program::IoPayments => payments::nominate_authority(authority, nominee),
    }
}

fn accept_on(program: Program, nominee: &Pubkey) -> Instruction {
    match program {
        Program::IoMint => mint::accept_authority(nominee),
        Program::IoStaking => staking::accept_authority(nominee),
        Program::IoEmissions => emissions::accept_authority(nominee),
        Program::IoPayments => payments::accept_authority(nominee),
    }
}
