//! A failing sequence made as short as it gets, and its file.

use super::{action::Step, begin::Genesis, run::Run};
use anyhow::{Context, Result, ensure};
use std::fmt::Write as _;

/// A network's beginning and what was done to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    pub genesis: Genesis,
    pub steps: Vec<Step>,
}

impl Sequence {
    /// How chain and model part, if they do.
    pub fn replay(&self) -> Result<(), String> {
        let mut run = Run::new(&self.genesis)?;
        for (index, step) in self.steps.iter().enumerate() {
            run.step(step)
                .map_err(|error| format!("step {index}: {error}"))?;
        }
        run.check_everything()
            .map_err(|error| format!("at the end: {error}"))
    }

    /// One line for the beginning and one for each step, as JSON.
    pub fn text(&self, why: &str) -> String {
        let mut text = String::new();
        for line in why.lines() {
            let _ = writeln!(text, "# {line}");
        }
        let line =
            |value: &dyn Fn() -> serde_json::Result<String>| value().expect("plain data is JSON");
        let _ = writeln!(text, "{}", line(&|| serde_json::to_string(&self.genesis)));
        for step in &self.steps {
            let _ = writeln!(text, "{}", line(&|| serde_json::to_string(step)));
        }
        text
    }

    pub fn parse(text: &str) -> Result<Self> {
        let mut lines = text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        let genesis = lines
            .next()
            .context("the first line says how the network begins")?;
        let steps: Result<Vec<Step>, _> = lines.map(serde_json::from_str).collect();
        let steps = steps.context("a line is no step")?;
        ensure!(!steps.is_empty(), "there are no steps");
        Ok(Self {
            genesis: serde_json::from_str(genesis)?,
            steps,
        })
    }

    /// What kind of failure it is: its text up to the first number.
    fn kind(&self) -> Option<String> {
        let why = self.replay().err()?;
        let why = why.split_once(": ").map_or(why.as_str(), |(_, why)| why);
        Some(why.chars().take_while(|c| !c.is_ascii_digit()).collect())
    }

    /// Without the steps from `start` to `end`; the time that they took passes all the same.
    fn without(&self, start: usize, end: usize) -> Self {
        let mut steps = self.steps.clone();
        let waited: i64 = steps.drain(start..end).map(|step| step.wait).sum();
        if let Some(next) = steps.get_mut(start) {
            next.wait += waited;
        }
        Self {
            genesis: self.genesis.clone(),
            steps,
        }
    }

    /// The shortest that still fails that is found by leaving steps out, ever fewer at a time, then single
    /// actions, then waits.
    pub fn shrink(mut self, mut progress: impl FnMut(usize)) -> Self {
        let kind = self.kind();
        let fails = |candidate: &Self| kind.is_some() && candidate.kind() == kind;
        let mut chunk = self.steps.len().div_ceil(2);
        while chunk > 0 {
            let mut start = 0;
            let mut shorter = false;
            while start < self.steps.len() {
                let end = (start + chunk).min(self.steps.len());
                let candidate = self.without(start, end);
                if !candidate.steps.is_empty() && fails(&candidate) {
                    self = candidate;
                    shorter = true;
                    progress(self.steps.len());
                } else {
                    start = end;
                }
            }
            if chunk > 1 {
                chunk = chunk.div_ceil(2);
            } else if !shorter {
                break;
            }
        }
        self.simplify(fails);
        self
    }

    fn simplify(&mut self, fails: impl Fn(&Self) -> bool) {
        for index in 0..self.steps.len() {
            let mut action = 0;
            while self.steps[index].actions.len() > 1 && action < self.steps[index].actions.len() {
                let mut candidate = self.clone();
                candidate.steps[index].actions.remove(action);
                if fails(&candidate) {
                    *self = candidate;
                } else {
                    action += 1;
                }
            }
            if self.steps[index].wait != 0 {
                let mut candidate = self.clone();
                candidate.steps[index].wait = 0;
                if fails(&candidate) {
                    *self = candidate;
                }
            }
        }
    }
}
