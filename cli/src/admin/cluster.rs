//! What verifying, migrating, deploying and handing over share: a cluster's file, the cluster itself, and
//! the steps between them.

use crate::{
    context::Context,
    failure::{Failure, Result},
    output::{Record, Report, Shown},
    signing::Acting,
};
use anyhow::Context as _;
use clap::Args;
use io_client::{
    Pubkey,
    rpc::{Error, Network},
};
use io_migrations::{Chain, Cluster, Operator, Step};
use serde_json::json;
use solana_account::Account;
use std::path::PathBuf;
use tokio::{runtime::Handle, task::block_in_place};

/// The file, and what it may leave open.
#[derive(Args)]
pub struct ClusterArgs {
    /// The cluster's TOML file
    file: PathBuf,
    /// The USDC mint, where the file does not name it [default: the one that the router takes]
    #[arg(long, value_name = "MINT")]
    usdc: Option<Pubkey>,
    /// Who `authority` in the file is [default: the wallet]
    #[arg(long, value_name = "ADDRESS")]
    operator: Option<Pubkey>,
}

/// A cluster as it should be, and as it is.
pub struct Found {
    pub cluster: Cluster,
    pub operator: Operator,
    pub chain: Reached,
}

impl ClusterArgs {
    /// Reads the file; `wallet` runs the migration unless somebody else is named.
    pub async fn find(
        &self,
        network: &Network,
        wallet: impl FnOnce() -> Result<Pubkey>,
    ) -> Result<Found> {
        let cluster = Cluster::load(&self.file)
            .map_err(|error| Failure::usage(format!("{error:#}"), "correct the cluster's file"))?;
        let authority = self.operator.map_or_else(wallet, Ok)?;
        let usdc = match cluster.payments.usdc.or(self.usdc) {
            Some(usdc) => usdc,
            None => network.usdc_mint().await.map_err(|error| match error {
                Error::Missing { .. } => Failure::usage(
                    "neither the file nor the chain names the USDC mint",
                    "add `usdc` to [payments], or name it with --usdc",
                ),
                error => error.into(),
            })?,
        };
        Ok(Found {
            cluster,
            operator: Operator { authority, usdc },
            chain: Reached(network.clone()),
        })
    }

    /// The same for who only looks.
    pub async fn look(&self, context: &Context) -> Result<Found> {
        let wallet = || context.wallet_or(None);
        self.find(&context.network, wallet).await
    }
}

impl Found {
    /// What `ask` finds out from the file and the chain.
    pub fn ask<T>(
        &self,
        ask: impl FnOnce(&Cluster, &Operator, &Reached) -> anyhow::Result<T>,
    ) -> Result<T> {
        block_in_place(|| ask(&self.cluster, &self.operator, &self.chain)).map_err(failure)
    }
}

/// A network, as migrations read it.
pub struct Reached(Network);

impl Reached {
    fn wait<T>(&self, asked: impl Future<Output = io_client::rpc::Result<T>>) -> anyhow::Result<T> {
        Ok(Handle::current().block_on(asked)?)
    }
}

impl Chain for Reached {
    fn account(&self, address: &Pubkey) -> anyhow::Result<Option<Account>> {
        let rpc = self.0.rpc();
        self.wait(async {
            let answer = rpc
                .get_account_with_commitment(address, rpc.commitment())
                .await?;
            Ok(answer.value)
        })
        .with_context(|| format!("{address} could not be read"))
    }

    fn accounts_of(
        &self,
        program: &Pubkey,
        prefix: &[u8],
    ) -> anyhow::Result<Vec<(Pubkey, Account)>> {
        let found = self
            .wait(self.0.scan_raw(program, prefix, &[]))
            .with_context(|| format!("the accounts of {program} could not be listed"))?;
        let account = |data| Account {
            data,
            owner: *program,
            ..Account::default()
        };
        Ok(found
            .into_iter()
            .map(|(address, data)| (address, account(data)))
            .collect())
    }
}

/// What went wrong: the endpoint, or what the chain or the file says.
fn failure(error: anyhow::Error) -> Failure {
    let sentence = format!("{error:#}");
    match error.downcast::<Error>() {
        Ok(error) => error.into(),
        Err(_) => Error::Unusable(sentence).into(),
    }
}

/// Sends those of `steps` that whoever acts can sign, in their order, and says which others are left. With
/// `--export` answers with all of them instead.
pub async fn carry_out(
    acting: &Acting,
    what: &str,
    expected: Record,
    steps: Vec<Step>,
) -> Result<Report> {
    if acting.exports() {
        return acting.carry_out_all(what, expected, &steps).await;
    }
    let (mine, others): (Vec<_>, Vec<_>) =
        steps.into_iter().partition(|step| acting.can_sign(step));
    let report = if mine.is_empty() {
        Report::new().title(format!("Nothing is to be sent: {what}"))
    } else {
        acting.carry_out_all(what, expected, &mine).await?
    };
    if others.is_empty() {
        return Ok(report.data("left", json!([])));
    }
    let left: Vec<_> = others
        .iter()
        .map(|step| {
            let signers: Vec<_> = step.signers().iter().map(ToString::to_string).collect();
            json!({ "what": step.what, "signers": signers })
        })
        .collect();
    let lines: String = others
        .iter()
        .map(|step| {
            let signers: Vec<_> = step.signers().iter().map(ToString::to_string).collect();
            format!("  {}: {}\n", step.what, signers.join(", "))
        })
        .collect();
    Ok(report
        .note(format!(
            "\nLeft for others to sign; print the transactions with --export:\n{}",
            lines.trim_end()
        ))
        .data("left", left.into()))
}

/// How many things are still to be done, for a confirmation.
pub fn counted(label: &'static str, key: &'static str, number: usize) -> Record {
    let number = u64::try_from(number).unwrap_or(u64::MAX);
    Record::new().with(label, key, Shown::Number(number))
}
