//! The cells that may be accepted, and why.

use super::{judge::Because, substitution::Substitution};
use serde::Deserialize;
use std::{collections::BTreeSet, fs, path::Path};

/// `tests/matrix/harmless.toml`.
#[derive(Deserialize)]
pub struct Harmless {
    harmless: Vec<Entry>,
    #[serde(skip)]
    used: BTreeSet<(usize, String, String, Substitution)>,
}

/// Cells with the same reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// `program::instruction`.
    pub instructions: Vec<String>,
    pub accounts: Vec<String>,
    /// By [`Substitution::name`].
    pub substitutions: Vec<String>,
    pub because: Because,
    pub reason: String,
}

impl Harmless {
    pub fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("matrix/harmless.toml");
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Explanations of a cell, which count as used from now on.
    pub fn explain(
        &mut self,
        instruction: &str,
        account: &str,
        substitution: Substitution,
    ) -> Vec<(usize, Because)> {
        let has = |names: &[String], name| names.iter().any(|known| known == name);
        let mut found = Vec::new();
        for (index, entry) in self.harmless.iter().enumerate() {
            if has(&entry.instructions, instruction)
                && has(&entry.accounts, account)
                && has(&entry.substitutions, substitution.name())
            {
                found.push((index, entry.because));
            }
        }
        found
    }

    /// Notes that an explanation was needed.
    pub fn used(&mut self, index: usize, instruction: &str, account: &str, by: Substitution) {
        self.used
            .insert((index, instruction.into(), account.into(), by));
    }

    /// Explanations that no cell needs: what they are of.
    pub fn unused(&self) -> Vec<String> {
        let mut unused = Vec::new();
        for (index, entry) in self.harmless.iter().enumerate() {
            for instruction in &entry.instructions {
                for account in &entry.accounts {
                    for name in &entry.substitutions {
                        let used = self.used.iter().any(|(used, i, a, by)| {
                            *used == index && i == instruction && a == account && by.name() == name
                        });
                        if !used {
                            unused.push(format!("{instruction} {account}: {name}"));
                        }
                    }
                }
            }
        }
        unused
    }

    pub fn entries(&self) -> &[Entry] {
        &self.harmless
    }
}
