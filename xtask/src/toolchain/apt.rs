//! Debian packages: on the system through apt, and from sid through a private apt state.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::lock::Package;
use crate::{digest, process};

const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// The installed version of a package, if it is installed.
pub fn installed(package: &str) -> Option<String> {
    let text = process::capture(Command::new("dpkg-query").args([
        "-W",
        "-f",
        "${db:Status-Status} ${Version}",
        package,
    ]))
    .ok()?;
    text.strip_prefix("installed ")
        .map(|version| version.trim().to_owned())
}

/// What apt's index says about one version of a package (or its newest).
pub fn indexed(package: &str, version: Option<&str>) -> Option<Package> {
    let wanted = version.map_or_else(
        || package.to_owned(),
        |version| format!("{package}={version}"),
    );
    let text =
        process::capture(Command::new("apt-cache").args(["show", "--no-all-versions", &wanted]))
            .ok()?;
    let field = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
            .map(str::to_owned)
    };
    Some(Package {
        package: field("Package")?,
        version: field("Version")?,
        sha256: field("SHA256")?,
    })
}

/// Refreshes the system's package lists.
pub fn update() -> Result<()> {
    require_root("apt-get update")?;
    process::run(Command::new("apt-get").args(["-qq", "update"]))
        .context("the package lists could not be refreshed; is the network or the mirror down?")?;
    Ok(())
}

/// Installs packages on the system, each given as `name` or `name=version`.
pub fn install(packages: &[String]) -> Result<()> {
    let line = format!(
        "apt-get install -y --no-install-recommends {}",
        packages.join(" ")
    );
    require_root(&line)?;
    process::run(
        Command::new("apt-get")
            .args(["-qq", "install", "-y", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
    .with_context(|| format!("installing failed; try it by hand: {line}"))?;
    Ok(())
}

/// Fails with the command to run as root, unless this is root.
fn require_root(line: &str) -> Result<()> {
    let user = process::capture(Command::new("id").arg("-u"))?;
    if user.trim() == "0" {
        return Ok(());
    }
    bail!(
        "packages are missing and only root can install them. Run:\n    sudo {line}\nthen try again"
    )
}

/// Debian sid seen through an apt state of its own; the system's packages stay as they are.
pub struct Sid {
    folder: PathBuf,
}

impl Sid {
    /// Prepares the state inside `folder` and reads sid's index. Needs no root.
    pub fn open(folder: &Path) -> Result<Self> {
        for name in ["state/lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(folder.join(name))
                .with_context(|| format!("could not create {}", folder.join(name).display()))?;
        }
        if !Path::new(KEYRING).exists() {
            bail!("{KEYRING} is missing; run: apt-get install -y debian-archive-keyring");
        }
        let source = format!("deb [signed-by={KEYRING}] {} sid main\n", mirror()?);
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))
        };
        write("sources.list", &source)?;
        write("status", "")?;
        let sid = Self {
            folder: folder.to_path_buf(),
        };
        process::run(sid.apt_get().args(["-qq", "update"])).context(
            "sid's package index could not be read; is the network down, or does the mirror carry \
             no sid?",
        )?;
        Ok(sid)
    }

    /// Downloads a package and all it needs; returns the files.
    pub fn download(&self, package: &str) -> Result<Vec<PathBuf>> {
        process::run(self.apt_get().args([
            "-qq",
            "install",
            "-y",
            "--download-only",
            "--no-install-recommends",
            package,
        ]))
        .with_context(|| {
            format!(
                "{package} could not be downloaded from Debian sid. If sid no longer has it, put \
                 its .deb files (toolchain/lock.json lists them) into a folder and set \
                 IO_TOOLCHAIN_DEBS to it"
            )
        })?;
        debs_in(&self.folder.join("cache/archives"))
    }

    fn apt_get(&self) -> Command {
        let folder = self.folder.display();
        let mut command = Command::new("apt-get");
        for option in [
            format!("Dir::Etc::SourceList={folder}/sources.list"),
            "Dir::Etc::SourceParts=/dev/null".to_owned(),
            "Dir::Etc::PreferencesParts=/dev/null".to_owned(),
            format!("Dir::State={folder}/state"),
            format!("Dir::State::status={folder}/status"),
            format!("Dir::Cache={folder}/cache"),
            "APT::Sandbox::User=root".to_owned(),
            "APT::Get::List-Cleanup=0".to_owned(),
            "Acquire::Retries=3".to_owned(),
            // A mirror that lags is fine: versions and checksums are compared with the lock.
            "Acquire::Check-Valid-Until=false".to_owned(),
            // By default an unreachable mirror is only a warning.
            "APT::Update::Error-Mode=any".to_owned(),
        ] {
            command.args(["-o", &option]);
        }
        command
    }
}

/// The `.deb` files in a folder, sorted.
pub fn debs_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("could not list {}", folder.display()))?
    {
        let path = entry
            .with_context(|| format!("could not list {}", folder.display()))?
            .path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Name, version and checksum of a downloaded file.
pub fn inspect(deb: &Path) -> Result<Package> {
    let field = |name: &str| -> Result<String> {
        let text = process::capture(Command::new("dpkg-deb").arg("-f").arg(deb).arg(name))?;
        Ok(text.trim().to_owned())
    };
    Ok(Package {
        package: field("Package")?,
        version: field("Version")?,
        sha256: digest::file(deb)?,
    })
}

/// Unpacks a file without installing it.
pub fn unpack(deb: &Path, into: &Path) -> Result<()> {
    process::run(Command::new("dpkg-deb").arg("-x").arg(deb).arg(into))
        .with_context(|| format!("{} could not be unpacked", deb.display()))?;
    Ok(())
}

/// The Debian mirror the system itself uses.
fn mirror() -> Result<String> {
    let find = || -> Result<Option<String>> {
        let text = process::capture(Command::new("apt-get").args([
            "indextargets",
            "--format",
            "$(LABEL)|$(REPO_URI)",
        ]))?;
        Ok(text
            .lines()
            .find_map(|line| line.strip_prefix("Debian|"))
            .map(str::to_owned))
    };
    if let Some(mirror) = find()? {
        return Ok(mirror);
    }
    update()?;
    find()?.context(
        "apt knows no Debian mirror on this machine. The registry-only toolchain needs Debian 12; \
         elsewhere use Anza's platform tools (`cargo-build-sbf` on PATH)",
    )
}
