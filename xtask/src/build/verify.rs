//! `build --verify`: a build from a clean copy in another folder must give the same bytes as the checkout's.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{Program, programs, upstream};
use crate::{digest, process, project::Checkout, toolchain::Toolchain, ui};

/// Builds the programs from nothing in another folder and compares them with those in `target/deploy`.
pub fn run(checkout: &Checkout, toolchain: &Toolchain, wanted: &[Program]) -> Result<()> {
    // Of another length than the checkout's: a path that leaks into a program moves its bytes.
    let work = checkout.root.join("target/verify");
    remove(&work)?;
    ui::heading("Clean build in target/verify");
    let clean = build(checkout, toolchain, wanted, &work)?;
    ui::heading("Executable hashes");
    let mut different = 0;
    for (program, clean) in wanted.iter().zip(&clean) {
        let name = program.file_name();
        let built = checkout.deploy().join(&name);
        let same = digest::file(&built)? == digest::file(clean)?;
        let hash = digest::executable(&built)?;
        println!("{hash}  {name}{}", if same { "" } else { "  DIFFERS" });
        if !same {
            different += 1;
        }
    }
    if different > 0 {
        bail!(
            "{different} of {} programs are not reproducible; compare {} with {}",
            wanted.len(),
            checkout.deploy().display(),
            work.display()
        );
    }
    eprintln!("{} programs are reproducible", wanted.len());
    remove(&work)
}

/// Copies the sources (and the standard library's) into a folder, builds there from nothing, and
/// returns the programs in the order asked for.
fn build(
    checkout: &Checkout,
    toolchain: &Toolchain,
    wanted: &[Program],
    folder: &Path,
) -> Result<Vec<PathBuf>> {
    let step = ui::Step::start("copy the sources");
    let copy = Checkout {
        root: folder.join("project"),
    };
    copy_sources(checkout, &copy)?;
    let library = folder.join("rust/library");
    fs::create_dir_all(folder.join("rust"))
        .with_context(|| format!("could not create {}", folder.display()))?;
    process::run(
        Command::new("cp")
            .arg("-R")
            .arg(&toolchain.std_source)
            .arg(&library),
    )?;
    step.done("");

    let toolchain = toolchain.with_std_source(library);
    let builder = upstream::Builder::new(&copy, &toolchain)?.locked();
    let programs = programs::discover(&copy)?;
    wanted
        .iter()
        .map(|wanted| {
            let program = programs
                .iter()
                .find(|program| program.package == wanted.package && program.group == wanted.group)
                .with_context(|| {
                    format!("{} is not in the copy of the checkout", wanted.package)
                })?;
            builder.build(program, false)
        })
        .collect()
}

/// Copies the checkout's files to where another one is to be.
pub fn copy_sources(checkout: &Checkout, to: &Checkout) -> Result<()> {
    for file in sources(checkout)? {
        let to = to.root.join(&file);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)
                .with_context(|| format!("could not create {}", parent.display()))?;
        }
        fs::copy(checkout.root.join(&file), &to)
            .with_context(|| format!("could not copy {}", file.display()))?;
    }
    Ok(())
}

/// The checkout's files, without build output: what git knows or would add.
fn sources(checkout: &Checkout) -> Result<Vec<PathBuf>> {
    let git = process::capture(
        Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(&checkout.root),
    );
    let files: Vec<PathBuf> = match git {
        Ok(list) => list
            .split('\0')
            .filter(|name| !name.is_empty())
            .map(PathBuf::from)
            .collect(),
        Err(_) => digest::files_under(&checkout.root)?
            .into_iter()
            .filter_map(|file| Some(file.strip_prefix(&checkout.root).ok()?.to_path_buf()))
            .collect(),
    };
    Ok(files
        .into_iter()
        .filter(|file| !file.starts_with("target") && checkout.root.join(file).is_file())
        .collect())
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("could not remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}
