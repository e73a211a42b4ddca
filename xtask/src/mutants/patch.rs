//! A mutant: a patch of the programs with a head that says which rule it breaks.
//!
//! ```text
//! A ticket can be withdrawn a second early.
//!
//! Programs: io_staking
//! Survives: why the fuzzer cannot find it, and the test that does; only if it cannot
//!
//! diff --git a/programs/io-staking/src/instructions/withdraw.rs …
//! ```

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{process, project::Checkout};

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The patch's file name, without its ending.
    pub name: String,
    pub patch: PathBuf,
    /// What the mutant does that the programs do not, in one sentence.
    pub rule: String,
    /// The programs to build.
    pub programs: Vec<String>,
    /// Why the fuzzer cannot find it.
    pub survives: Option<String>,
}

/// Every mutant, by name.
pub fn all(checkout: &Checkout) -> Result<Vec<Mutant>> {
    let folder = checkout.mutants();
    let entries =
        fs::read_dir(&folder).with_context(|| format!("could not list {}", folder.display()))?;
    let mut mutants = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "patch") {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("could not read {}", path.display()))?;
            let mutant = Mutant::parse(path.clone(), &text)
                .with_context(|| format!("{} has no proper head", path.display()))?;
            mutants.push(mutant);
        }
    }
    mutants.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(mutants)
}

impl Mutant {
    fn parse(patch: PathBuf, text: &str) -> Result<Self> {
        let name = patch
            .file_stem()
            .context("it has no name")?
            .to_string_lossy()
            .into_owned();
        let (head, _) = text
            .split_once("\ndiff --git ")
            .context("no line begins with `diff --git`")?;
        let mut paragraphs = head.trim().split("\n\n");
        let rule = paragraphs.next().unwrap_or_default().replace('\n', " ");
        if !rule.ends_with('.') || rule.contains('|') {
            bail!("it does not begin with a sentence that says what is broken");
        }
        let (mut programs, mut survives) = (Vec::new(), None);
        for line in paragraphs.flat_map(str::lines) {
            match line.split_once(": ") {
                Some(("Programs", names)) => {
                    programs = names.split_whitespace().map(str::to_owned).collect();
                }
                Some(("Survives", reason)) => survives = Some(reason.trim().to_owned()),
                _ => bail!("`{line}` is neither `Programs: …` nor `Survives: …`"),
            }
        }
        if programs.is_empty() {
            bail!("it does not say which `Programs:` to build");
        }
        Ok(Self {
            name,
            patch,
            rule,
            programs,
            survives,
        })
    }

    /// Refuses if the patch does not apply to the files in `folder`.
    pub fn check(&self, folder: &Path) -> Result<()> {
        self.git_apply(folder, "--check")
            .with_context(|| format!("{} must be made anew", self.patch.display()))
    }

    /// Breaks the rule in `folder`.
    pub fn apply(&self, folder: &Path) -> Result<()> {
        self.git_apply(folder, "--apply")
    }

    /// Mends what [`Mutant::apply`] broke.
    pub fn revert(&self, folder: &Path) -> Result<()> {
        self.git_apply(folder, "--reverse")
    }

    fn git_apply(&self, folder: &Path, how: &str) -> Result<()> {
        let mut command = Command::new("git");
        // Within a repository, git would leave out what is not below the current folder.
        if let Some(above) = folder.parent() {
            command.env("GIT_CEILING_DIRECTORIES", above);
        }
        command
            .args(["apply", how])
            .arg(&self.patch)
            .current_dir(folder);
        process::run(&mut command).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Mutant> {
        Mutant::parse(PathBuf::from("tests/mutants/some-rule.patch"), text)
    }

    #[test]
    fn a_head_says_what_is_broken_and_where() -> Result<()> {
        let mutant = parse(
            "A rule is\nbroken.\n\nPrograms: io_mint io_staking\nSurvives: as said: so\n\ndiff --git a/x b/x\n",
        )?;
        assert_eq!(mutant.name, "some-rule");
        assert_eq!(mutant.rule, "A rule is broken.");
        assert_eq!(mutant.programs, ["io_mint", "io_staking"]);
        assert_eq!(mutant.survives.as_deref(), Some("as said: so"));
        Ok(())
    }

    #[test]
    fn a_head_that_is_not_whole_is_refused() {
        for text in [
            "A rule is broken.\n\nPrograms: io_mint\n",
            "A rule is broken.\n\ndiff --git a/x b/x\n",
            "Programs: io_mint\n\ndiff --git a/x b/x\n",
            "A rule is broken.\n\nPrograms: io_mint\nSurvive: so\n\ndiff --git a/x b/x\n",
            "diff --git a/x b/x\n",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_patch_applies_below_a_repository_and_comes_off_again() -> Result<()> {
        let here = Checkout::current();
        let folder = here
            .root
            .join(format!("target/mutants-test-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let file = folder.join("rule.rs");
        fs::write(&file, "one\ntwo\n")?;
        let patch = folder.join("some-rule.patch");
        let text = "A rule is broken.\n\nPrograms: io_mint\n\ndiff --git a/rule.rs b/rule.rs\n\
                    --- a/rule.rs\n+++ b/rule.rs\n@@ -1,2 +1,2 @@\n-one\n+three\n two\n";
        fs::write(&patch, text)?;
        let mutant = Mutant::parse(patch, text)?;
        mutant.check(&folder)?;
        mutant.apply(&folder)?;
        let broken = fs::read_to_string(&file)?;
        let twice = mutant.check(&folder);
        mutant.revert(&folder)?;
        let mended = fs::read_to_string(&file)?;
        fs::remove_dir_all(&folder)?;
        assert_eq!(
            (broken.as_str(), mended.as_str()),
            ("three\ntwo\n", "one\ntwo\n")
        );
        assert!(twice.is_err(), "it had been applied");
        Ok(())
    }
}
