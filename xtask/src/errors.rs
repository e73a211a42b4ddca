//! Whether the tests saw every error that the programs can return.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::ErrorKind,
    path::PathBuf,
};

use anchor_lang_idl_spec::Idl;
use anyhow::{Context, Result, bail};

use crate::{project::Checkout, ui};

/// Where the tests on the built programs leave a file for each code that one returned: see
/// `tests/src/outcome.rs`.
fn seen_folder(checkout: &Checkout) -> PathBuf {
    checkout.root.join("target/errors-seen")
}

/// Forgets what earlier runs saw.
pub fn forget(checkout: &Checkout) -> Result<()> {
    let folder = seen_folder(checkout);
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("could not remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Refuses if an error of an IDL was returned in no test since [`forget`].
pub fn require_all_seen(checkout: &Checkout) -> Result<()> {
    ui::heading("Errors that the tests on the built programs saw");
    let declared = declared(checkout)?;
    let seen = seen(checkout)?;
    let missing: Vec<String> = declared
        .iter()
        .filter(|(code, _)| !seen.contains(code))
        .map(|(code, name)| format!("    {code} {name}"))
        .collect();
    if !missing.is_empty() {
        bail!(
            "no test has the built programs return\n{}\nwrite one for each, in tests/tests",
            missing.join("\n")
        );
    }
    ui::ready("errors", &format!("all {} were returned", declared.len()));
    Ok(())
}

/// The errors of every IDL by code.
fn declared(checkout: &Checkout) -> Result<BTreeMap<u32, String>> {
    let folder = checkout.idls();
    let mut errors = BTreeMap::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))? {
        let path = entry?.path();
        let text = fs::read(&path).with_context(|| format!("read {}", path.display()))?;
        let idl: Idl = serde_json::from_slice(&text)
            .with_context(|| format!("{} is no IDL", path.display()))?;
        let program = &idl.metadata.name;
        let named = idl.errors.iter();
        errors.extend(named.map(|error| (error.code, format!("{program}::{}", error.name))));
    }
    Ok(errors)
}

fn seen(checkout: &Checkout) -> Result<BTreeSet<u32>> {
    let folder = seen_folder(checkout);
    let entries = fs::read_dir(&folder)
        .with_context(|| format!("read {}; the tests write it", folder.display()))?;
    let mut codes = BTreeSet::new();
    for entry in entries {
        let name = entry?.file_name();
        if let Some(code) = name.to_str().and_then(|name| name.parse().ok()) {
            codes.insert(code);
        }
    }
    Ok(codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_no_test_saw_is_named() -> Result<()> {
        let root = std::env::temp_dir().join(format!("io-errors-{}", std::process::id()));
        let there = Checkout { root: root.clone() };
        fs::create_dir_all(there.idls())?;
        let idl = Checkout::current().idls().join("io_mint.json");
        fs::copy(idl, there.idls().join("io_mint.json"))?;
        fs::create_dir_all(seen_folder(&there))?;
        for code in declared(&there)?.keys() {
            fs::write(seen_folder(&there).join(code.to_string()), "")?;
        }
        assert!(require_all_seen(&there).is_ok());
        fs::remove_file(seen_folder(&there).join("6004"))?;
        let refused = require_all_seen(&there).map_err(|error| error.to_string());
        forget(&there)?;
        assert!(!seen_folder(&there).exists());
        assert!(require_all_seen(&there).is_err(), "nothing was seen");
        fs::remove_dir_all(&root)?;
        assert!(refused.is_err_and(|said| said.contains("6004 io_mint::Paused")));
        Ok(())
    }
}
