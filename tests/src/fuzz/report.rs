//! What a campaign came to so far, as a person and `docs/assurance.md` want to read it.

use super::{
    coverage::{Coverage, PROGRAMS, error_name},
    shrink::Sequence,
};
use std::{fmt::Write as _, time::Duration};

/// How chain and model parted.
#[derive(Clone, Debug)]
pub struct Failed {
    /// Number of the network in the campaign.
    pub network: u64,
    pub why: String,
    pub sequence: Sequence,
}

/// What a campaign came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub steps: u64,
    /// Of them, how many were carried out.
    pub succeeded: u64,
    pub networks: u64,
    pub coverage: Coverage,
    pub failed: Option<Box<Failed>>,
}

/// What was asked for, and how long it has been running.
#[derive(Clone, Copy, Debug)]
pub struct Campaign {
    pub seed: u64,
    pub steps: u64,
    pub jobs: usize,
    pub wall: Duration,
}

impl Campaign {
    pub fn rate(&self, steps: u64) -> f64 {
        steps as f64 / self.wall.as_secs_f64().max(0.001)
    }
}

impl Report {
    /// One line: how far it is, how fast, what it has seen, how long it takes yet.
    pub fn line(&self, campaign: &Campaign, steps: u64) -> String {
        let rate = campaign.rate(steps);
        let left = campaign.steps.saturating_sub(steps) as f64 / rate.max(1.0);
        format!(
            "{steps} of {} steps, {rate:.0} a second, {}, {:.0} min left",
            campaign.steps,
            self.coverage.summary(),
            left / 60.0
        )
    }

    /// The whole of it as Markdown, and how to go on if it was interrupted.
    pub fn markdown(&self, campaign: &Campaign) -> String {
        let Campaign {
            seed,
            steps,
            jobs,
            wall,
        } = *campaign;
        let mut text = format!(
            "| seed | threads | steps | carried out | networks | seconds | steps a second |\n\
             |---:|---:|---:|---:|---:|---:|---:|\n\
             | {seed} | {jobs} | {} | {} | {} | {} | {:.0} |\n\n",
            self.steps,
            self.succeeded,
            self.networks,
            wall.as_secs(),
            campaign.rate(self.steps)
        );
        if let Some(failed) = &self.failed {
            let _ = writeln!(text, "Network {} failed: {}\n", failed.network, failed.why);
        } else if self.steps < steps {
            let nightly = if cfg!(debug_assertions) {
                ""
            } else {
                " --nightly"
            };
            let _ = writeln!(
                text,
                "Not finished: go on with `cargo xtask fuzz{nightly} --steps {} --seed {}`.\n",
                steps - self.steps,
                seed.wrapping_add(1)
            );
        }
        let _ = writeln!(text, "Covered: {}. Succeeded:\n", self.coverage.summary());
        for (program, name) in (0..).zip(PROGRAMS) {
            let _ = writeln!(text, "- `{name}`: {}", self.coverage.successes(program));
        }
        let _ = writeln!(text, "\nRefused: {}\n", self.coverage.refusals());
        let never = [self.coverage.never(), self.coverage.unseen()];
        for (what, names) in ["Never succeeded", "Never returned"].iter().zip(never) {
            if !names.is_empty() {
                let _ = writeln!(text, "{what}: {}\n", names.join(", "));
            }
        }
        text
    }
}

impl Coverage {
    /// How many of all instructions and of all errors.
    fn summary(&self) -> String {
        let all = Self::every_instruction().len();
        let errors = Self::every_error().count();
        format!(
            "{} of {all} instructions, {} of {errors} errors",
            self.instructions.len(),
            errors - self.unseen().len()
        )
    }

    fn successes(&self, program: u8) -> String {
        let of = self
            .instructions
            .iter()
            .filter(|((of, _), _)| *of == program);
        let counted: Vec<_> = of
            .map(|((_, name), count)| format!("{name} {count}"))
            .collect();
        counted.join(", ")
    }

    fn refusals(&self) -> String {
        let codes = self.codes.iter();
        let counted: Vec<_> = codes
            .map(|(code, count)| format!("{} {count}", error_name(*code)))
            .collect();
        counted.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_campaign_says_how_to_go_on() {
        let campaign = Campaign {
            seed: 7,
            steps: 100,
            jobs: 1,
            wall: Duration::from_secs(4),
        };
        let mut report = Report {
            steps: 40,
            ..Report::default()
        };
        let text = report.markdown(&campaign);
        assert!(text.contains("| 7 | 1 | 40 | 0 | 0 | 4 | 10 |"), "{text}");
        assert!(text.contains("--steps 60 --seed 8`"), "{text}");
        assert!(report.line(&campaign, 50).starts_with("50 of 100 steps"));
        report.steps = 101;
        assert!(!report.markdown(&campaign).contains("Not finished"));
    }
}
