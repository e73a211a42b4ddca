//! `io admin migrate`, `io admin deploy` and `io admin handover`.

use super::cluster::{ClusterArgs, carry_out, counted};
use crate::{
    args::read_keypair,
    context::Context,
    failure::{Failure, Result},
    output::{Record, Report, Shown},
    signing::Signing,
};
use clap::Args;
use io_migrations::{Action, deploy_plan, handover, plan};

/// Bring the cluster to what its file says: create what is missing, change what differs
///
/// Safe to run again whatever became of the run before: it sends what is still missing. What others have to
/// sign is named and left.
#[derive(Args)]
pub struct Migrate {
    #[command(flatten)]
    cluster: ClusterArgs,
    #[command(flatten)]
    signing: Signing,
}

impl Migrate {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let found = self
            .cluster
            .find(&context.network, || Ok(acting.wallet))
            .await?;
        let steps = found.ask(plan)?;
        let what = format!("migrate {}", found.cluster.name);
        let expected = counted("Steps of the plan", "steps", steps.len());
        carry_out(&acting, &what, expected, steps).await
    }
}

/// Deploy or upgrade the four programs to the binaries that the file names
///
/// Safe to run again: what is written into a buffer already is not written again. Where a multisig holds the
/// upgrade authority, the buffer is written and handed over to it, and the upgrade itself is left for it.
#[derive(Args)]
pub struct Deploy {
    #[command(flatten)]
    cluster: ClusterArgs,
    /// Keypair of a program's address, for its first deployment; once for each
    #[arg(long, value_name = "KEYPAIR")]
    program_keypair: Vec<String>,
    #[command(flatten)]
    signing: Signing,
}

impl Deploy {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let mut acting = self.signing.acting(context)?;
        for source in &self.program_keypair {
            acting.add(read_keypair(source, &context.devices)?);
        }
        let found = self
            .cluster
            .find(&context.network, || Ok(acting.wallet))
            .await?;
        let binaries = found
            .cluster
            .binaries()
            .map_err(|error| Failure::usage(format!("{error:#}"), "correct the cluster's file"))?;
        let deployments = found
            .ask(|cluster, operator, chain| deploy_plan(cluster, operator, &binaries, chain))?;
        let mut expected = Record::new();
        let mut steps = Vec::new();
        for deployment in deployments {
            if let Action::Impossible(obstacle) = &deployment.action {
                return Err(Failure::refused(
                    format!("{} cannot be deployed", deployment.program),
                    obstacle.to_string(),
                ));
            }
            let missing = matches!(deployment.action, Action::Deploy { .. })
                && !acting.exports()
                && !acting.has(&deployment.program.id());
            if missing {
                return Err(Failure::usage(
                    format!("nothing is deployed at {} yet", deployment.program.id()),
                    format!(
                        "name the keypair of {} with --program-keypair",
                        deployment.program
                    ),
                ));
            }
            let name = deployment.program.name();
            let text = deployment.to_string();
            let text = text.trim_start_matches(name).trim_start_matches(": ");
            expected = expected.with(name, name, Shown::text(text));
            steps.extend(deployment.steps);
        }
        if steps.is_empty() {
            return Ok(Report::new()
                .title("The programs are what the file says")
                .record(expected));
        }
        let what = format!("deploy the programs of {}", found.cluster.name);
        carry_out(&acting, &what, expected, steps).await
    }
}

/// Give all authority to whom the file names: nominations, their acceptance, then the programs
///
/// Run it, let the next authority accept (its transactions are left, see --export), and run it again: only
/// an authority that has accepted everything, and so can sign, is given the programs.
#[derive(Args)]
pub struct Handover {
    #[command(flatten)]
    cluster: ClusterArgs,
    #[command(flatten)]
    signing: Signing,
}

impl Handover {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let found = self
            .cluster
            .find(&context.network, || Ok(acting.wallet))
            .await?;
        let steps = found.ask(handover)?;
        let Some(next) = found.cluster.handover.map(|handover| handover.authority) else {
            return Err(Failure::usage(
                "the file does not say who takes over",
                "add [handover] to it",
            ));
        };
        let what = format!("hand {} over", found.cluster.name);
        let expected = Record::new().with("Next authority", "next", Shown::Address(next));
        carry_out(&acting, &what, expected, steps).await
    }
}
