//! `io admin verify`.

use super::cluster::ClusterArgs;
use crate::{
    context::Context,
    failure::{DIFFERS, Result},
    output::{Report, Shown, Table},
};
use clap::Args;
use io_migrations::{Finding, Kind, verify};

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
                .data("findings", serde_json::json!([])));
        }
        let mut table = Table::new(
            "findings",
            "none",
            [
                ("In the file", "path"),
                ("Kind", "kind"),
                ("File", "file"),
                ("Chain", "chain"),
                ("Do", "advice"),
            ],
        );
        for finding in &findings {
            table.row(row(finding));
        }
        Ok(Report::new()
            .title(format!(
                "The cluster differs from {name}'s file in {}",
                findings.len()
            ))
            .table(table)
            .exit(DIFFERS))
    }
}

fn row(finding: &Finding) -> [Shown; 5] {
    let kind = match finding.kind {
        Kind::Waits(until) => Shown::text(format!("waits until {}", Shown::Time(until).human())),
        kind => Shown::text(kind.to_string()),
    };
    [
        Shown::text(&finding.path),
        kind,
        Shown::text(&finding.file),
        Shown::text(&finding.chain),
        Shown::text(&finding.advice),
    ]
}
