//! `build --verify`: two builds from clean copies in different folders must give the same bytes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{Program, programs, upstream};
use crate::{digest, process, project::Checkout, toolchain::Toolchain, ui};

/// Builds the programs twice and compares them, then puts them into `target/deploy`.
pub fn run(checkout: &Checkout, toolchain: &Toolchain, wanted: &[Program]) -> Result<()> {
    if !toolchain.drift.is_empty() {
        bail!(
            "a release needs the locked toolchain, and this one differs:\n{}\nAccept it with `cargo \
             xtask toolchain --update-lock`, run the tests, commit toolchain/lock.json",
            toolchain.drift.join("\n")
        );
    }
    let work = checkout.root.join("target/verify");
    remove(&work)?;
    let mut builds = Vec::new();
    // Folder names of different length: a path that leaks into a program moves its bytes.
    for name in ["a", "second-copy"] {
        ui::heading(&format!("Build in target/verify/{name}"));
        builds.push(build(checkout, toolchain, wanted, &work.join(name))?);
    }
    let mut different = 0;
    ui::heading("SHA-256");
    for (index, program) in wanted.iter().enumerate() {
        let files: Vec<&PathBuf> = builds.iter().filter_map(|build| build.get(index)).collect();
        let sums = files
            .iter()
            .map(|file| digest::file(file))
            .collect::<Result<Vec<_>>>()?;
        let same = sums.windows(2).all(|pair| pair.first() == pair.last());
        let sum = sums.first().map_or("?", String::as_str);
        println!(
            "{sum}  {}{}",
            program.file_name(),
            if same { "" } else { "  DIFFERS" }
        );
        if !same {
            different += 1;
            continue;
        }
        if let Some(file) = files.first() {
            let deploy = checkout.deploy();
            fs::create_dir_all(&deploy)
                .and_then(|()| fs::copy(file, deploy.join(program.file_name())))
                .with_context(|| format!("could not write into {}", deploy.display()))?;
        }
    }
    if different > 0 {
        bail!(
            "{different} of {} programs are not reproducible; both builds are in {}",
            wanted.len(),
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
    for file in sources(checkout)? {
        let to = copy.root.join(&file);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)
                .with_context(|| format!("could not create {}", parent.display()))?;
        }
        fs::copy(checkout.root.join(&file), &to)
            .with_context(|| format!("could not copy {}", file.display()))?;
    }
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
