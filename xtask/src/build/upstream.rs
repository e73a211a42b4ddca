//! Building with the registry-only toolchain: upstream cargo with `-Zbuild-std`, a compiler wrapper
//! that tells cargo where the standard library is, and a linker wrapper that runs `sbpf-linker` on
//! the program being built.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::Program;
use crate::{digest, process, project::Checkout, toolchain::Toolchain, ui};

/// The cargo profile of the programs, in both workspaces.
const PROFILE: &str = "sbf";

/// Compiler flags of every crate.
const COMPILE_FLAGS: [&str; 8] = [
    "-Zunstable-options",
    // A panic aborts at once, without formatting a message: smaller, and cheaper to run.
    "-Cpanic=immediate-abort",
    "-Cpasses=lower-atomic",
    "-Crelocation-model=static",
    "-Cjump-tables=no",
    "-Cdebuginfo=0",
    // Names in messages are of no use on chain, and they carry paths.
    "-Zlocation-detail=none",
    // Paths are mapped in programs, not in messages to people.
    "--remap-path-scope=object",
];

/// Linker flags of every program, beside those that rustc passes.
const LINK_FLAGS: &str = "--arch=v3 --llvm-args=--bpf-stack-size=4096 \
     --llvm-args=--disable-expand-memcpy-in-order --llvm-args=--disable-movsx \
     --llvm-args=--disable-ldsx --llvm-args=--disable-bswap \
     --llvm-args=--disable-gotol --export=entrypoint --deploy=false";

/// Environment that would change what cargo and rustc do, by its beginning: the user's own settings,
/// and what the `cargo run` that started this command says about this very package.
const FOREIGN_ENVIRONMENT: [&str; 9] = [
    "CARGO_BUILD_",
    "CARGO_MANIFEST_",
    "CARGO_PKG_",
    "CARGO_PROFILE_",
    "CARGO_TARGET_",
    "CARGO_UNSTABLE_",
    "LD_LIBRARY_PATH",
    "RUST",
    "__CARGO",
];

/// What a finished program was made from.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    /// Its sources, its dependencies' versions, and the compiler.
    inputs: String,
    /// What only linking uses.
    link: String,
    /// The finished program's checksum.
    sha256: String,
}

/// Builds programs of one checkout.
pub struct Builder<'a> {
    checkout: &'a Checkout,
    toolchain: &'a Toolchain,
    compiler: PathBuf,
    linker: PathBuf,
    compile: String,
    link: String,
    locked: bool,
    _lock: fs::File,
}

impl<'a> Builder<'a> {
    /// Prepares the target folder; a changed compiler empties it, since cargo does not notice.
    pub fn new(checkout: &'a Checkout, toolchain: &'a Toolchain) -> Result<Self> {
        let target = checkout.sbf_target();
        let lock = lock(&target.with_extension("lock"))?;
        let compiler_script = compiler_script(toolchain)?;
        let compile = digest::Parts::default()
            .add(&toolchain.compile_digest)
            .add(&compiler_script)
            .add(flags(checkout, toolchain)?.join("\n"))
            .finish();
        let stamp = target.join(".compiler");
        if fs::read_to_string(&stamp).ok().as_deref() != Some(&compile) {
            if target.exists() {
                fs::remove_dir_all(&target)
                    .with_context(|| format!("could not empty {}", target.display()))?;
            }
            fs::create_dir_all(target.join("programs"))
                .with_context(|| format!("could not create {}", target.display()))?;
            write(&stamp, &compile)?;
        }
        let deploy = checkout.deploy();
        fs::create_dir_all(&deploy)
            .with_context(|| format!("could not create {}", deploy.display()))?;
        let compiler = target.join("rustc.sh");
        write_script(&compiler, &compiler_script)?;
        let linker = target.join("link.sh");
        write_script(&linker, &linker_script(checkout, toolchain))?;
        let link = digest::Parts::default()
            .add(&toolchain.link_digest)
            .add(LINK_FLAGS)
            .add_file(&checkout.i128_ir())?
            .finish();
        Ok(Self {
            checkout,
            toolchain,
            compiler,
            linker,
            compile,
            link,
            locked: false,
            _lock: lock,
        })
    }

    /// Refuses dependencies that `Cargo.lock` does not hold.
    pub fn locked(self) -> Self {
        Self {
            locked: true,
            ..self
        }
    }

    /// Builds one program, unless nothing it is made from has changed, and puts it into
    /// `target/deploy`. Returns the finished file.
    pub fn build(&self, program: &Program, force: bool) -> Result<PathBuf> {
        let output = self
            .checkout
            .sbf_target()
            .join("programs")
            .join(program.file_name());
        let record_path = output.with_extension("json");
        let old: Option<Record> = fs::read_to_string(&record_path)
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok())
            .filter(|record: &Record| {
                digest::file(&output).is_ok_and(|sha256| sha256 == record.sha256)
            });
        let inputs = self.inputs(program)?;
        let unchanged = old
            .as_ref()
            .is_some_and(|old| old.inputs == inputs && old.link == self.link);
        if unchanged && !force {
            let deployed = self.deploy(program, &output)?;
            let size = size(&deployed)?;
            ui::ready(&program.package, &format!("{size:>8} bytes  unchanged"));
            return Ok(deployed);
        }

        let mut step = ui::Step::start(&program.package);
        let relink = force || old.is_none_or(|old| old.link != self.link);
        if relink {
            self.forget(program)?;
        }
        let _ = fs::remove_file(&record_path);
        self.cargo(program, &output, &mut step)?;
        if !output.exists() {
            bail!(
                "cargo finished without linking {}; is its library of the type cdylib?",
                program.package
            );
        }
        let sha256 = digest::file(&output)?;
        let record = Record {
            inputs,
            link: self.link.clone(),
            sha256,
        };
        write(&record_path, &serde_json::to_string(&record)?)?;
        let deployed = self.deploy(program, &output)?;
        step.done(&format!(
            "{:>8} bytes  {:.12}",
            size(&deployed)?,
            digest::executable(&deployed)?
        ));
        Ok(deployed)
    }

    fn inputs(&self, program: &Program) -> Result<String> {
        let mut parts = digest::Parts::default();
        parts.add(&self.compile);
        parts.add_file(&program.workspace.join("Cargo.toml"))?;
        parts.add_file(&program.workspace.join("Cargo.lock"))?;
        for folder in &program.sources {
            parts.add_folder(folder)?;
        }
        Ok(parts.finish())
    }

    /// Makes cargo compile and link the program again; its dependencies stay.
    fn forget(&self, program: &Program) -> Result<()> {
        let folder = self
            .checkout
            .sbf_target()
            .join(self.triple())
            .join(PROFILE)
            .join(".fingerprint");
        let prefix = format!("{}-", program.package);
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let hash = name.to_str().and_then(|name| name.strip_prefix(&prefix));
            if hash.is_some_and(|hash| !hash.contains('-')) {
                fs::remove_dir_all(entry.path())
                    .with_context(|| format!("could not remove {}", entry.path().display()))?;
            }
        }
        Ok(())
    }

    fn triple(&self) -> OsString {
        self.toolchain
            .target_spec
            .file_stem()
            .unwrap_or_default()
            .to_owned()
    }

    fn cargo(&self, program: &Program, output: &Path, step: &mut ui::Step) -> Result<()> {
        let mut command = Command::new(&self.toolchain.cargo);
        command
            .args([
                "build",
                "--lib",
                "--profile",
                PROFILE,
                "--package",
                &program.package,
            ])
            .args([
                "-Zbuild-std=std,panic_abort",
                "-Zjson-target-spec",
                "--target",
            ])
            .arg(&self.toolchain.target_spec)
            .arg("--target-dir")
            .arg(self.checkout.sbf_target())
            .current_dir(&program.workspace);
        if self.locked {
            command.arg("--locked");
        }
        for (name, _) in env::vars_os() {
            let name_text = name.to_string_lossy();
            if name_text == "CARGO"
                || FOREIGN_ENVIRONMENT
                    .iter()
                    .any(|start| name_text.starts_with(start))
            {
                command.env_remove(&name);
            }
        }
        let mut flags = flags(self.checkout, self.toolchain)?;
        flags.push(format!("-Clinker={}", self.linker.display()));
        command
            .env("RUSTC", &self.compiler)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTC_BOOTSTRAP_SYNTHETIC_TARGET", "1")
            .env("__CARGO_TESTS_ONLY_SRC_ROOT", &self.toolchain.std_source)
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
            .env("IO_SBF_LIBRARY", &program.library)
            .env("IO_SBF_OUTPUT", output);
        process::follow_cargo(&mut command, step)
            .with_context(|| format!("{} does not build", program.package))
    }

    fn deploy(&self, program: &Program, output: &Path) -> Result<PathBuf> {
        let path = self.checkout.deploy().join(program.file_name());
        let same = fs::read(&path).ok() == fs::read(output).ok();
        if !same {
            fs::copy(output, &path)
                .with_context(|| format!("could not write {}", path.display()))?;
        }
        Ok(path)
    }
}

/// The flags of every crate; the folders of this machine are mapped to fixed names, so that the
/// bytes do not depend on where things are.
fn flags(checkout: &Checkout, toolchain: &Toolchain) -> Result<Vec<String>> {
    let mut flags: Vec<String> = COMPILE_FLAGS
        .iter()
        .map(|flag| (*flag).to_owned())
        .collect();
    let cargo_home = match env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => Path::new(&env::var_os("HOME").context("HOME is not set")?).join(".cargo"),
    };
    for (folder, name) in [
        (checkout.root.as_path(), "/project"),
        (cargo_home.as_path(), "/cargo"),
        (toolchain.std_source.as_path(), "/rust/library"),
    ] {
        flags.push(format!("--remap-path-prefix={}={name}", folder.display()));
    }
    Ok(flags)
}

/// The compiler that cargo calls: rustc, but asked for its sysroot it names the folder that holds the
/// standard library's source. Cargo hashes the path of a crate into the names of its symbols, which
/// decide the program's bytes (the order of stack slots, for one). It hashes the standard library's
/// paths relative to the sysroot, so that without this they would depend on the cache's folder.
fn compiler_script(toolchain: &Toolchain) -> Result<String> {
    let sysroot = toolchain
        .std_source
        .parent()
        .context("the standard library's source is in no folder")?;
    Ok(format!(
        r#"#!/bin/sh
# Written by `cargo xtask build`.
case " $* " in
*' --print=sysroot '*) exec '{rustc}' "$@" --sysroot '{sysroot}' ;;
*) exec '{rustc}' "$@" ;;
esac
"#,
        rustc = toolchain.rustc.display(),
        sysroot = sysroot.display(),
    ))
}

/// The linker that rustc calls. Dependencies that are libraries of type cdylib themselves get linked
/// too: for those it leaves an empty file.
fn linker_script(checkout: &Checkout, toolchain: &Toolchain) -> String {
    let libraries = toolchain.linker.libraries.display();
    format!(
        r#"#!/bin/sh
# Written by `cargo xtask build`. Links $IO_SBF_LIBRARY and copies it to $IO_SBF_OUTPUT.
set -eu
output= previous=
for argument in "$@"; do
    [ "$previous" != -o ] || output=$argument
    previous=$argument
done
if [ "${{output##*/}}" != "lib$IO_SBF_LIBRARY.so" ]; then
    [ -e "$output" ] || : > "$output"
    exit 0
fi
LD_LIBRARY_PATH='{libraries}' '{libraries}/{loader}' --library-path '{libraries}' \
    '{linker}' "$@" {LINK_FLAGS} '{i128}'
cp "$output" "$IO_SBF_OUTPUT"
"#,
        loader = crate::toolchain::LOADER,
        linker = toolchain.linker.program.display(),
        i128 = checkout.i128_ir().display(),
    )
}

fn write_script(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        write(path, text)?;
        process::run(Command::new("chmod").arg("+x").arg(path))?;
    }
    Ok(())
}

/// Waits until no other build works in the same target folder.
fn lock(path: &Path) -> Result<fs::File> {
    let open = || -> std::io::Result<fs::File> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let file = fs::File::create(path)?;
        file.lock()?;
        Ok(file)
    };
    open().with_context(|| format!("could not lock {}", path.display()))
}

fn size(path: &Path) -> Result<u64> {
    Ok(fs::metadata(path)
        .with_context(|| format!("could not read {}", path.display()))?
        .len())
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("could not write {}", path.display()))
}
