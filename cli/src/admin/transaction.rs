//! `io admin decode` and `io admin sign`: transactions that others made.

use crate::{
    context::Context,
    exported::{Exported, List},
    failure::Result,
    output::{Record, Report, Shown, Table},
    signing::Keys,
};
use clap::Args;

/// Say in words what exported transactions do, and who has signed them, before you sign or approve them
#[derive(Args)]
pub struct Decode {
    /// A file with what --json and --export printed; `-` for standard input; or one transaction or its message,
    /// in base64 or base58
    transactions: String,
}

impl Decode {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let list = List::read(&self.transactions, &context.network).await?;
        let known = list.transactions.iter().all(Exported::is_known);
        let columns = [
            ("No", "number"),
            ("Does", "does"),
            ("Signed", "signed"),
            ("To sign", "missing"),
            ("Landed in slot", "slot"),
        ];
        let mut table = Table::new("transactions", "no transactions", columns);
        for (number, one) in (1_u64..).zip(&list.transactions) {
            table.row([
                Shown::Number(number),
                Shown::text(one.summary()),
                Shown::Addresses(one.signed()),
                Shown::Addresses(one.missing()),
                Shown::maybe(one.slot, Shown::Number),
            ]);
        }
        let mut report = Report::new()
            .title("The transactions, in their order")
            .table(table)
            .record(Record::new().with("All known", "all_known", Shown::Flag(known)));
        for (number, one) in (1_u64..).zip(&list.transactions) {
            report = report.note(format!(
                "\nTransaction {number}, paid by {}, blockhash {}:\n{}",
                one.payer(),
                one.message().recent_blockhash(),
                one.lines().trim_end()
            ));
        }
        if !known {
            report = report.note(
                "\nNot everything in it is known to this program: find out what the rest does before you \
                 sign.",
            );
        }
        Ok(report.data("transactions", list.json()))
    }
}

/// Sign exported transactions, and send those that nobody's signature is missing from
///
/// What they do is shown first, as by `io admin decode`. Those that want the signatures of the wallet and the fee
/// payer alone get a new blockhash and are sent, in their order; to others the signature is added, and whoever
/// signs last sends. A file is kept up to date: hand it on, and run the same again after a failure, which sends
/// nothing twice. A copy of it knows nothing of that.
#[derive(Args)]
pub struct Sign {
    /// A file with what --json and --export printed; `-` for standard input; or one transaction or its message,
    /// in base64 or base58
    transactions: String,
    #[command(flatten)]
    keys: Keys,
}

impl Sign {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let list = List::read(&self.transactions, &context.network).await?;
        self.keys.acting(context)?.sign_and_send(list).await
    }
}
