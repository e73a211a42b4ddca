//! The hash of each program that is shipped, as committed: no change of a source, a dependency or the
//! toolchain alters a binary unnoticed.

use std::{collections::BTreeMap, fs, io};

use anyhow::{Context, Result, bail};

use super::{Group, Program};
use crate::{digest, project::Checkout};

/// Executable hash by the program's name.
type Hashes = BTreeMap<String, String>;

/// Writes the hashes of those of `programs` that are shipped, as they are in `target/deploy`.
pub fn write(checkout: &Checkout, programs: &[Program]) -> Result<()> {
    let path = checkout.program_hashes();
    let mut hashes = read(checkout)?;
    hashes.extend(built(checkout, programs)?);
    let text = serde_json::to_string_pretty(&hashes)?;
    fs::write(&path, format!("{text}\n"))
        .with_context(|| format!("could not write {}", path.display()))
}

/// Compares those of `programs` that are shipped with what is committed.
pub fn check(checkout: &Checkout, programs: &[Program]) -> Result<()> {
    let committed = read(checkout)?;
    let different: Vec<String> = built(checkout, programs)?
        .into_iter()
        .filter(|(name, hash)| committed.get(name) != Some(hash))
        .map(|(name, _)| name)
        .collect();
    if !different.is_empty() {
        bail!(
            "{} built from this checkout: not what toolchain/programs.json says. If the change is \
             meant, run `cargo xtask build --bless` and commit the file",
            different.join(", ")
        );
    }
    Ok(())
}

fn built(checkout: &Checkout, programs: &[Program]) -> Result<Hashes> {
    let shipped = programs
        .iter()
        .filter(|program| program.group == Group::Product);
    shipped
        .map(|program| {
            let hash = digest::executable(&checkout.deploy().join(program.file_name()))?;
            Ok((program.library.clone(), hash))
        })
        .collect()
}

fn read(checkout: &Checkout) -> Result<Hashes> {
    let path = checkout.program_hashes();
    match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text)
            .with_context(|| format!("{} has an unexpected form", path.display())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Hashes::new()),
        Err(error) => Err(error).with_context(|| format!("could not read {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_that_changed_is_noticed_and_zeros_at_its_end_do_not_count() {
        let root = std::env::temp_dir().join(format!("io-xtask-hashes-{}", std::process::id()));
        let checkout = Checkout { root };
        for folder in ["toolchain", "target/deploy"] {
            fs::create_dir_all(checkout.root.join(folder)).expect("made");
        }
        let program = |library: &str, group| Program {
            package: library.into(),
            library: library.into(),
            group,
            workspace: checkout.root.clone(),
            manifest: checkout.root.clone(),
            sources: Default::default(),
        };
        let programs = [
            program("shipped", Group::Product),
            program("other", Group::Product),
            program("probe", Group::Test),
        ];
        let put = |name: &str, bytes: &[u8]| {
            fs::write(checkout.deploy().join(format!("{name}.so")), bytes).expect("written");
        };
        put("shipped", &[1, 2, 3]);
        put("other", &[4]);
        put("probe", &[5]);
        check(&checkout, &programs).expect_err("nothing is committed");
        write(&checkout, &programs).expect("written");
        check(&checkout, &programs).expect("the same");
        put("shipped", &[1, 2, 3, 0, 0]);
        put("probe", &[6]);
        check(&checkout, &programs).expect("the same");
        put("other", &[4, 1]);
        let error = check(&checkout, &programs).expect_err("another");
        assert!(error.to_string().starts_with("other built"), "{error}");
        // Only what was built is written; the rest stays.
        write(&checkout, &programs[..1]).expect("written");
        check(&checkout, &programs).expect_err("another still");
        fs::remove_dir_all(&checkout.root).expect("removed");
    }
}
