//! What a run got to see: instructions that succeeded, errors that were returned.

use super::action::Action;
use io_client::shared::errors::{EmissionsError, MintError, PaymentsError, StakingError};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    mem::{Discriminant, discriminant},
    path::PathBuf,
    sync::LazyLock,
};

pub(super) const PROGRAMS: [&str; 4] = ["io_mint", "io_staking", "io_emissions", "io_payments"];

/// Instructions that set a network up, once, before its first step.
const SETUP: [&str; 2] = ["initialize", "adopt"];

/// A program, by number, and the name of one of its instructions.
type Instruction = (u8, String);

#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// By program and name.
    pub instructions: BTreeMap<Instruction, u64>,
    pub codes: BTreeMap<u32, u64>,
    /// Instructions of actions looked up before, by kind of action and the program it names.
    known: HashMap<(Discriminant<Action>, u8), Option<Instruction>>,
}

impl Coverage {
    pub fn succeeded(&mut self, action: &Action) {
        let kind = (discriminant(action), action.program());
        let instruction = self
            .known
            .entry(kind)
            .or_insert_with(|| action.instruction());
        if let Some(instruction) = instruction {
            match self.instructions.get_mut(instruction) {
                Some(count) => *count += 1,
                None => drop(self.instructions.insert(instruction.clone(), 1)),
            }
        }
    }

    pub fn refused(&mut self, code: u32) {
        *self.codes.entry(code).or_default() += 1;
    }

    pub fn add(&mut self, other: &Self) {
        for (instruction, count) in &other.instructions {
            *self.instructions.entry(instruction.clone()).or_default() += count;
        }
        for (code, count) in &other.codes {
            *self.codes.entry(*code).or_default() += count;
        }
    }

    /// Every instruction of the four programs but those of the setup, as their IDLs list them.
    pub(super) fn every_instruction() -> &'static BTreeSet<Instruction> {
        static ALL: LazyLock<BTreeSet<Instruction>> = LazyLock::new(Coverage::read_idls);
        &ALL
    }

    fn read_idls() -> BTreeSet<Instruction> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../idls");
        let mut all = BTreeSet::new();
        for (program, name) in (0..).zip(PROGRAMS) {
            let text = std::fs::read_to_string(folder.join(format!("{name}.json")))
                .expect("the IDLs are committed");
            let idl: serde_json::Value = serde_json::from_str(&text).expect("an IDL is JSON");
            let instructions = idl["instructions"].as_array().cloned().unwrap_or_default();
            for instruction in instructions {
                let name = instruction["name"].as_str().unwrap_or_default();
                if !SETUP.contains(&name) {
                    all.insert((program, name.to_owned()));
                }
            }
        }
        all
    }

    /// Instructions that never succeeded.
    pub fn never(&self) -> Vec<String> {
        let all = Self::every_instruction().iter();
        all.filter(|found| !self.instructions.contains_key(found))
            .map(|(program, name)| format!("{}.{name}", PROGRAMS[usize::from(*program)]))
            .collect()
    }

    /// The error codes of the four programs.
    pub(super) fn every_error() -> impl Iterator<Item = u32> {
        (6_000..6_400).filter(|code| named(*code).is_some())
    }

    /// Errors that were never returned.
    pub fn unseen(&self) -> Vec<String> {
        Self::every_error()
            .filter(|code| !self.codes.contains_key(code))
            .map(error_name)
            .collect()
    }
}

/// An error's name, with its program.
fn named(code: u32) -> Option<String> {
    let mint = MintError::from_code(code).map(|error| format!("mint.{error:?}"));
    mint.or_else(|| StakingError::from_code(code).map(|error| format!("staking.{error:?}")))
        .or_else(|| EmissionsError::from_code(code).map(|error| format!("emissions.{error:?}")))
        .or_else(|| PaymentsError::from_code(code).map(|error| format!("payments.{error:?}")))
}

pub(super) fn error_name(code: u32) -> String {
    named(code).unwrap_or_else(|| match code {
        0 => "of the runtime".to_owned(),
        1 => "insufficient funds".to_owned(),
        code => format!("{code}"),
    })
}
