//! What a person sees: steps with a spinner on a terminal, plain lines elsewhere.

use std::{
    io::{IsTerminal, stderr},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use owo_colors::{OwoColorize, Stream::Stderr};

/// Without a terminal, a long step says that it is still alive this often.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// One step of work. Ends with [`Step::done`]; dropped without it, the step counts as failed.
pub struct Step {
    name: String,
    started: Instant,
    spoke: Instant,
    bar: Option<ProgressBar>,
    finished: bool,
}

impl Step {
    /// Announces a step.
    pub fn start(name: impl Into<String>) -> Self {
        let name = name.into();
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) =
                ProgressStyle::with_template("  {spinner} {prefix}  {wide_msg:.dim}  {elapsed}")
            {
                bar.set_style(style);
            }
            bar.set_prefix(name.clone());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        if bar.is_none() {
            eprintln!("  .. {name}");
        }
        let now = Instant::now();
        Self {
            name,
            started: now,
            spoke: now,
            bar,
            finished: false,
        }
    }

    /// Says what the step is doing now.
    pub fn status(&mut self, message: &str) {
        match &self.bar {
            Some(bar) => bar.set_message(message.to_owned()),
            None if self.spoke.elapsed() >= HEARTBEAT => {
                self.spoke = Instant::now();
                eprintln!("     {} ({:.0} s): {message}", self.name, self.seconds());
            }
            None => {}
        }
    }

    /// Prints a line of a command's output without disturbing the spinner.
    pub fn print(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    /// Seconds since the step began.
    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// Ends the step well.
    pub fn done(mut self, detail: &str) {
        self.finished = true;
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        eprintln!(
            "  {} {:<34} {:<34} {:>7.1} s",
            "ok".if_supports_color(Stderr, |text| text.green()),
            self.name,
            detail,
            self.seconds()
        );
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        eprintln!(
            "  {} {}",
            "failed".if_supports_color(Stderr, |text| text.red()),
            self.name
        );
    }
}

/// A line that needs no work of its own: something found ready.
pub fn ready(name: &str, detail: &str) {
    eprintln!(
        "  {} {name:<34} {detail}",
        "ok".if_supports_color(Stderr, |text| text.green())
    );
}

/// A heading above the lines that follow.
pub fn heading(text: &str) {
    eprintln!("{}", text.if_supports_color(Stderr, |text| text.bold()));
}

/// A warning nobody should overlook.
pub fn warning(lines: &str) {
    let label = "warning:"
        .if_supports_color(Stderr, |text| text.yellow())
        .to_string();
    for (index, line) in lines.lines().enumerate() {
        eprintln!(
            "{} {line}",
            if index == 0 {
                label.as_str()
            } else {
                "        "
            }
        );
    }
}

/// An error with the causes below it.
pub fn error(error: &anyhow::Error) {
    eprintln!(
        "{} {error}",
        "error:".if_supports_color(Stderr, |text| text.red())
    );
    for cause in error.chain().skip(1) {
        eprintln!("  because: {cause}");
    }
}
