//! What a run found, for `docs/assurance.md`.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use super::{Found, SEEDS, STEPS, Verdict};

const BEGIN: &str = "<!-- mutants: written by cargo xtask mutants -->\n";
const END: &str = "<!-- mutants: end -->\n";

/// How long a run took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    pub building: Duration,
    pub fuzzing: Duration,
    /// Steps of the fuzzer.
    pub steps: u64,
}

impl Times {
    pub fn built(&mut self, since: Instant) {
        self.building = self.building.saturating_add(since.elapsed());
    }

    pub fn fuzzed(&mut self, since: Instant, steps: u64) {
        self.fuzzing = self.fuzzing.saturating_add(since.elapsed());
        self.steps = self.steps.saturating_add(steps);
    }

    /// In a sentence.
    pub fn sentence(&self) -> String {
        let seconds = self.fuzzing.as_secs_f64().max(0.001);
        #[allow(clippy::cast_precision_loss, reason = "steps are counted in millions")]
        let rate = self.steps as f64 / seconds;
        format!(
            "{} steps in {seconds:.0} s, {rate:.0} a second, and {:.0} s to build the mutants",
            thousands(self.steps),
            self.building.as_secs_f64()
        )
    }
}

/// The table as Markdown.
pub fn render(verdicts: &[Verdict], times: &Times) -> String {
    let found = verdicts.iter().filter(|it| it.found.is_some()).count();
    let seeds: Vec<String> = SEEDS.iter().map(u64::to_string).collect();
    let mut page = format!(
        "{} mutants: {found} found, {} not. Seeds {}, {} steps each and the exodus of the last network, until one finds\n\
         it; without a mutant none of them finds anything. {}.\n\n\
         | program | broken rule | found with seed | after |\n|---|---|---:|---:|\n",
        verdicts.len(),
        verdicts.len().saturating_sub(found),
        seeds.join(", "),
        thousands(STEPS),
        times.sentence(),
    );
    for Verdict { mutant, found } in verdicts {
        let programs: Vec<String> = mutant
            .programs
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        let (seed, steps) = match (found, &mutant.survives) {
            (Some(Found { seed, steps }), _) => (seed.to_string(), thousands(*steps)),
            (None, Some(reason)) => (format!("not found: {reason}"), String::new()),
            (None, None) => ("not found".to_owned(), String::new()),
        };
        let rule = mutant.rule.trim_end_matches('.');
        let _ = writeln!(
            page,
            "| {} | {rule} | {seed} | {steps} |",
            programs.join(", ")
        );
    }
    page
}

/// The document with another table between its markers.
pub fn replace(document: &str, table: &str) -> Result<String> {
    let (before, rest) = document
        .split_once(BEGIN)
        .with_context(|| format!("no line is {}", BEGIN.trim()))?;
    let (_, after) = rest
        .split_once(END)
        .with_context(|| format!("no line is {}", END.trim()))?;
    Ok([before, BEGIN, table, END, after].concat())
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len().saturating_sub(index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::Mutant;

    #[test]
    fn the_table_stands_between_its_markers() -> Result<()> {
        let document = format!("before\n{BEGIN}old\n{END}after\n");
        let replaced = replace(&document, "new\n")?;
        assert_eq!(replaced, format!("before\n{BEGIN}new\n{END}after\n"));
        assert!(replace("before\n", "new\n").is_err());
        Ok(())
    }

    #[test]
    fn a_mutant_is_found_or_not() {
        let mutant = |survives: Option<&str>| Mutant {
            name: "a".to_owned(),
            patch: "a.patch".into(),
            rule: "A rule is broken.".to_owned(),
            programs: vec!["io_mint".to_owned()],
            survives: survives.map(str::to_owned),
        };
        let found = Some(Found {
            seed: 2,
            steps: 20_123,
        });
        let verdicts = [
            (mutant(None), found),
            (mutant(None), None),
            (mutant(Some("too rare")), None),
        ]
        .map(|(mutant, found)| Verdict { mutant, found });
        let page = render(&verdicts, &Times::default());
        assert!(page.starts_with("3 mutants: 1 found, 2 not."), "{page}");
        for row in [
            "| `io_mint` | A rule is broken | 2 | 20,123 |\n",
            "| `io_mint` | A rule is broken | not found |  |\n",
            "| `io_mint` | A rule is broken | not found: too rare |  |\n",
        ] {
            assert!(page.contains(row), "{page}");
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(number), text);
        }
    }
}
