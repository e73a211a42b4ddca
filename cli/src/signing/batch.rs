//! Many transactions, confirmed once.

use super::{Acting, export};
use crate::{
    failure::Result,
    output::{Record, Report, Shown},
};
use futures::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use io_client::{
    Pubkey,
    rpc::{Format, Landed},
};
use io_migrations::{Step, Then};
use serde_json::json;
use solana_signer::Signer;
use std::time::Duration;

/// How many transactions that may land in any order are under way at once.
const AT_ONCE: usize = 16;
/// Between two looks at whether the next slot has come.
const LOOK: Duration = Duration::from_millis(200);

impl Acting {
    /// Lets another keypair sign what wants its signature.
    pub fn add(&mut self, key: Box<dyn Signer>) {
        if key.is_interactive() {
            // The only version that devices know.
            self.network = self.network.clone().format(Format::V0);
        }
        if !self.has(&key.pubkey()) {
            self.keys.push(key);
        }
    }

    /// Whether transactions are printed rather than signed.
    pub const fn exports(&self) -> bool {
        self.export
    }

    /// Whether every signature that `step` wants can be given here.
    pub fn can_sign(&self, step: &Step) -> bool {
        step.signers().iter().all(|signer| self.has(signer))
    }

    /// Whether the keypair of `address` is here.
    pub fn has(&self, address: &Pubkey) -> bool {
        self.keys.iter().any(|key| key.pubkey() == *address)
    }

    /// Shows what `steps` do together, asks once, signs and sends them one after the other, those that may
    /// land in any order side by side, and answers with what landed. With `--export` answers with all of
    /// the transactions instead, which are not simulated: one may only be possible after the one before it.
    ///
    /// # Errors
    ///
    /// That of the first step that fails, with how many landed before; what landed stays.
    pub async fn carry_out_all(
        &self,
        what: &str,
        expected: Record,
        steps: &[Step],
    ) -> Result<Report> {
        if self.export {
            return export::all(self, what, expected, steps).await;
        }
        let count = u64::try_from(steps.len()).unwrap_or(u64::MAX);
        let expected = expected.with("Transactions", "transaction_count", Shown::Number(count));
        let plan = by_run(steps, |_, step| format!("  - {}", step.what));
        self.ask(what, &plan, &expected)?;
        let landed = self.send_all(steps).await?;
        let signatures: Vec<_> = landed.iter().map(|one| one.signature.to_string()).collect();
        let done = by_run(steps, |index, step| {
            let signature = signatures.get(index).map_or("", String::as_str);
            format!("  - {}\n      {signature}", step.what)
        });
        let transactions = steps.iter().zip(&signatures);
        let transactions: Vec<_> = transactions
            .map(|(step, signature)| json!({ "what": step.what, "signature": signature }))
            .collect();
        Ok(Report::new()
            .title(format!("Done: {what}"))
            .record(expected)
            .note(done.trim_end())
            .data("transactions", transactions.into()))
    }

    /// Sends all steps, in their order.
    async fn send_all(&self, steps: &[Step]) -> Result<Vec<Landed>> {
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        let count = u64::try_from(steps.len()).unwrap_or(u64::MAX);
        let bar = ProgressBar::new(count).with_style(style);
        let mut landed = Vec::new();
        let runs = steps.chunk_by(|a, b| [a, b].map(|step| step.then) == [Then::AnyOrder; 2]);
        for run in runs {
            let sent = run.iter().map(|step| {
                bar.set_message(step.what.clone());
                self.send_step(step, &bar)
            });
            // Who is asked on a device is asked for one thing at a time, with a blockhash just taken.
            let at_once = if self.asks() { 1 } else { AT_ONCE };
            let mut sent = stream::iter(sent).buffered(at_once);
            while let Some(sent) = sent.next().await {
                match sent {
                    Ok(one) => landed.push(one),
                    Err(failure) => {
                        bar.finish_and_clear();
                        return Err(failure.after(landed.len(), steps.len()));
                    }
                }
                bar.inc(1);
            }
            if let (Some(Then::NextSlot), Some(last)) =
                (run.last().map(|step| step.then), landed.last())
            {
                self.wait_past(last.slot).await?;
            }
        }
        bar.finish_and_clear();
        Ok(landed)
    }

    async fn send_step(&self, step: &Step, progress: &ProgressBar) -> Result<Landed> {
        let prepared = self
            .network
            .prepare(&self.payer, &step.instructions)
            .await
            .map_err(|error| self.not_prepared(error))?;
        let signers = self.signers(&self.payer, &step.instructions, progress);
        let signers: Vec<_> = signers.iter().map(|key| key as &dyn Signer).collect();
        Ok(self.network.send(&prepared, &signers).await?)
    }

    pub(super) async fn wait_past(&self, slot: u64) -> Result<()> {
        loop {
            let now = self.network.rpc().get_slot().await;
            if now.map_err(io_client::rpc::Error::from)? > slot {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// What `line` says of each step, by its index; of those in a row that may land in any order, of which there
/// can be hundreds, of the first.
fn by_run(steps: &[Step], line: impl Fn(usize, &Step) -> String) -> String {
    let mut text = String::new();
    let mut index = 0_usize;
    for run in steps.chunk_by(|a, b| [a, b].map(|step| step.then) == [Then::AnyOrder; 2]) {
        if let Some(first) = run.first() {
            text.push_str(&line(index, first));
            if run.len() > 1 {
                text.push_str(&format!("\n    and so on: {} transactions", run.len()));
            }
            text.push('\n');
        }
        index = index.saturating_add(run.len());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_alike_steps_are_told_once() {
        let step = |what: &str, then| Step {
            what: what.to_owned(),
            instructions: Vec::new(),
            then,
        };
        let steps = [
            step("create", Then::Confirmed),
            step("write 0", Then::AnyOrder),
            step("write 1", Then::AnyOrder),
            step("upgrade", Then::NextSlot),
        ];
        let told = by_run(&steps, |index, step| format!("{index} {}", step.what));
        let expected = "0 create\n1 write 0\n    and so on: 2 transactions\n3 upgrade\n";
        assert_eq!(told, expected);
    }
}
