//! `io admin verify`.

use super::cluster::ClusterArgs;
use crate::{
    context::Context,
    failure::{DIFFERS, Result},
    output::{Report, Shown},
};
use clap::Args;
use io_migrations::{Finding, Kind, verify};
use serde_json::{Value, json};

/// Compare the cluster with its file: every value, who may change it, and what the file does not name
///
/// Exits with 7 if there is any difference.
#[derive(Args)]
pub struct Verify {
    #[command(flatten)]
    cluster: ClusterArgs,
}

impl Verify {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let found = self.cluster.look(context).await?;
        let findings = found.ask(verify)?;
        let name = &found.cluster.name;
        if findings.is_empty() {
            return Ok(Report::new()
                .title(format!("The cluster is what {name}'s file says"))
                .data("findings", json!([])));
        }
        let lines: String = findings.iter().map(lines).collect();
        let json: Vec<_> = findings.iter().map(as_json).collect();
        Ok(Report::new()
            .title(format!(
                "The cluster differs from {name}'s file in {}",
                findings.len()
            ))
            .note(lines.trim_end())
            .data("findings", json.into())
            .exit(DIFFERS))
    }
}

fn kind(finding: &Finding) -> (&'static str, Option<i64>) {
    match finding.kind {
        Kind::Missing => ("missing", None),
        Kind::Differs => ("differs", None),
        Kind::Waits(until) => ("waits", Some(until)),
        Kind::Extra => ("extra", None),
        Kind::Unsafe => ("unsafe", None),
    }
}

/// For people: where it is in the file, then what each side says.
fn lines(finding: &Finding) -> String {
    let Finding {
        path,
        file,
        chain,
        advice,
        ..
    } = finding;
    let kind = match kind(finding) {
        (kind, Some(until)) => format!("{kind} until {}", Shown::Time(until).human()),
        (kind, None) => kind.to_owned(),
    };
    format!("  {path}: {kind}\n    file   {file}\n    chain  {chain}\n    do     {advice}\n")
}

fn as_json(finding: &Finding) -> Value {
    let (kind, until) = kind(finding);
    json!({
        "path": finding.path,
        "kind": kind,
        "until": until,
        "file": finding.file,
        "chain": finding.chain,
        "advice": finding.advice,
    })
}
