//! Where mutants are built and fuzzed: a copy of the checkout, and two sets of programs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::Mutant;
use crate::{build, cargo, digest, process, project::Checkout, toolchain::Toolchain};

/// How a run of the fuzzer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Programs and model parted.
    pub parted: bool,
    pub steps: u64,
}

impl Run {
    /// What the fuzzer says of itself.
    fn parse(said: &str) -> Option<Self> {
        let line = said.lines().next()?;
        let (outcome, rest) = line.split_once(" after ")?;
        let parted = match outcome {
            "parted" => true,
            "agreed" => false,
            _ => return None,
        };
        let steps = rest.strip_suffix(" steps")?.parse().ok()?;
        Some(Self { parted, steps })
    }
}

/// The folders of a run, in `target/mutants`.
pub struct Bench {
    /// A copy of the checkout, in which rules are broken.
    pub copy: Checkout,
    programs: Vec<build::Program>,
    /// The programs as they are.
    sound: PathBuf,
    /// The same, of which some are replaced by mutants.
    broken: PathBuf,
    /// The fuzzer, out of the way of who else builds it.
    fuzzer: PathBuf,
}

impl Bench {
    /// Copies the sources, the programs that are built, and the fuzzer.
    pub fn new(checkout: &Checkout) -> Result<Self> {
        let folder = checkout.root.join("target/mutants");
        let bench = Self {
            copy: Checkout {
                root: folder.join("checkout"),
            },
            programs: build::discover(checkout)?,
            sound: folder.join("sound"),
            broken: folder.join("broken"),
            fuzzer: folder.join("fuzz"),
        };
        // What cargo built there before stays.
        empty(&bench.copy.root, "target")?;
        build::copy_sources(checkout, &bench.copy)?;
        for programs in [&bench.sound, &bench.broken] {
            empty(programs, "")?;
            for program in &bench.programs {
                let name = program.file_name();
                copy(&checkout.deploy().join(&name), &programs.join(&name))?;
            }
        }
        let host = checkout.host();
        cargo::run(
            &host,
            &["build", "--quiet", "--locked", "--bin", "fuzz"],
            "its messages are above",
        )?;
        copy(&checkout.root.join("target/debug/fuzz"), &bench.fuzzer)?;
        Ok(bench)
    }

    /// Builds what a mutant breaks and puts it among the broken programs.
    pub fn build(&self, mutant: &Mutant, builder: &build::Builder) -> Result<()> {
        let there = build::discover(&self.copy)?;
        let mut changed = false;
        for name in &mutant.programs {
            let program = there
                .iter()
                .find(|program| program.is_named(name))
                .with_context(|| format!("there is no program {name}"))?;
            let built = builder.build(program, false)?;
            let file = program.file_name();
            changed |= digest::file(&built)? != digest::file(&self.sound.join(&file))?;
            copy(&built, &self.broken.join(&file))?;
        }
        if !changed {
            bail!("the programs are the same without the patch");
        }
        Ok(())
    }

    /// Puts the sound programs back in the place of those that a mutant broke.
    pub fn mend(&self, mutant: &Mutant) -> Result<()> {
        for program in &self.programs {
            if mutant.programs.iter().any(|name| program.is_named(name)) {
                let file = program.file_name();
                copy(&self.sound.join(&file), &self.broken.join(&file))?;
            }
        }
        Ok(())
    }

    /// Runs the fuzzer on the broken programs, on one thread, so that the same seed takes the same steps.
    pub fn fuzz(&self, seed: u64, steps: u64) -> Result<Run> {
        let mut command = Command::new(&self.fuzzer);
        command
            .args(["--terse", "--jobs", "1"])
            .args(["--seed", &seed.to_string()])
            .args(["--steps", &steps.to_string()])
            .env("IO_TEST_PROGRAMS", &self.broken);
        let said = process::capture(&mut command)?;
        Run::parse(&said)
            .with_context(|| format!("the fuzzer does not say how it ended, but: {said}"))
    }
}

/// The builder of the copy's programs.
pub fn builder<'a>(copy: &'a Checkout, toolchain: &'a Toolchain) -> Result<build::Builder<'a>> {
    Ok(build::Builder::new(copy, toolchain)?.locked())
}

/// Makes a folder that holds nothing but `kept`.
fn empty(folder: &Path, kept: &str) -> Result<()> {
    let clear = || -> std::io::Result<()> {
        fs::create_dir_all(folder)?;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_name() == kept {
                continue;
            }
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    };
    clear().with_context(|| format!("could not empty {}", folder.display()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to)
        .map(drop)
        .with_context(|| format!("could not copy {} to {}", from.display(), to.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fuzzer_says_how_it_ended() {
        let run = |parted, steps| Some(Run { parted, steps });
        assert_eq!(Run::parse("agreed after 20123 steps\n"), run(false, 20_123));
        assert_eq!(
            Run::parse("parted after 7 steps\nminted: 1, model 2\n"),
            run(true, 7)
        );
        for said in ["", "parted after some steps\n", "panicked after 7 steps\n"] {
            assert_eq!(Run::parse(said), None, "{said}");
        }
    }

    #[test]
    fn a_folder_is_emptied_but_for_what_is_kept() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("io-mutants-{}", std::process::id()));
        for name in ["kept/a", "other/b"] {
            let file = folder.join(name);
            fs::create_dir_all(file.parent().context("it is in a folder")?)?;
            fs::write(file, "")?;
        }
        empty(&folder, "kept")?;
        let (kept, other) = (
            folder.join("kept/a").exists(),
            folder.join("other").exists(),
        );
        fs::remove_dir_all(&folder)?;
        assert_eq!((kept, other), (true, false));
        Ok(())
    }
}
