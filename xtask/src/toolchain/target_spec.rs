//! The target description: the compiler's own `bpfel-unknown-none`, told that the system is Solana.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::{Cache, rust::Rust};
use crate::process;

/// The triple, as it appears in cargo's target folder.
pub const NAME: &str = "sbpf-solana-solana";

/// Writes the description for this compiler and returns its path.
pub fn ensure(cache: &Cache, rust: &Rust) -> Result<PathBuf> {
    let text = process::capture(
        Command::new(&rust.rustc)
            .args(["--print", "target-spec-json", "-Zunstable-options"])
            .args(["--target", "bpfel-unknown-none"])
            .env("RUSTC_BOOTSTRAP", "1")
            .env_remove("LD_LIBRARY_PATH"),
    )
    .context("the compiler does not describe its bpf target")?;
    let mut target: Map<String, Value> =
        serde_json::from_str(&text).context("the compiler's bpf target is not a JSON object")?;
    if target.remove("arch") != Some(json!("bpf")) {
        bail!("the compiler's target bpfel-unknown-none is no longer of the architecture bpf");
    }
    target.remove("metadata");
    let ours = json!({
        "arch": "bpf",
        "os": "solana",
        "vendor": "solana",
        // The chain runs one thread: `-Cpasses=lower-atomic` turns atomics into plain accesses.
        "atomic-cas": true,
        "min-atomic-width": 8,
        "panic-strategy": "abort",
        // Instructions up to v4, but no jump tables: SBPF v3 has no indirect jump.
        "cpu": "v4",
        "features": "+allows-misaligned-mem-access",
    });
    if let Value::Object(ours) = ours {
        target.extend(ours);
    }
    let mut text = serde_json::to_string_pretty(&target)?;
    text.push('\n');
    let path = cache.path(&format!("{NAME}.json"));
    // Left alone when unchanged: cargo looks at its time.
    if fs::read_to_string(&path).ok().as_deref() != Some(&text) {
        fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))?;
    }
    Ok(path)
}
