//! A part of the toolchain in the cache: a folder with a stamp, made whole or not at all.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::Cache;

const STAMP: &str = ".stamp";
const LEFTOVER: &str = "tmp-";

/// What a component's stamp says, if the component is whole.
pub fn stamp(folder: &Path) -> Option<String> {
    fs::read_to_string(folder.join(STAMP)).ok()
}

/// Makes a component anew: `fill` writes it and returns its stamp, then it replaces the old one.
pub fn replace(
    cache: &Cache,
    name: &str,
    fill: impl FnOnce(&Path) -> Result<String>,
) -> Result<PathBuf> {
    let temporary = cache.path(&format!("{LEFTOVER}{name}"));
    let folder = cache.path(name);
    remove(&temporary)?;
    fs::create_dir_all(&temporary)
        .with_context(|| format!("could not create {}", temporary.display()))?;
    let stamp = fill(&temporary)?;
    fs::write(temporary.join(STAMP), stamp)
        .with_context(|| format!("could not write into {}", temporary.display()))?;
    remove(&folder)?;
    fs::rename(&temporary, &folder)
        .with_context(|| format!("could not move {} into place", folder.display()))?;
    Ok(folder)
}

/// Removes what an interrupted set-up left behind. Failing to is harmless.
pub fn remove_leftovers(cache: &Path) {
    for entry in fs::read_dir(cache).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(LEFTOVER) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("could not remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}
