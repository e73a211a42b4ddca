//! `io completions`.

use crate::output::Report;
use clap::Args;
use clap_complete::{Shell, generate};

/// Print a shell's completions: put them where it looks for them
#[derive(Args)]
pub struct Completions {
    shell: Shell,
}

impl Completions {
    pub fn run(&self, mut cli: clap::Command) -> Report {
        let mut script = Vec::new();
        generate(self.shell, &mut cli, "io", &mut script);
        Report::new().note(String::from_utf8_lossy(&script).trim_end())
    }
}
