//! The command on its own: mistakes are named, and it ends by itself.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

/// A file that is gone when the test ends.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("io-keeper-{name}-{}", std::process::id()));
        fs::write(&path, text).expect("written");
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_io-keeper"))
        .args(arguments)
        .env_clear()
        .output()
        .expect("it runs")
}

/// It fails and says why.
fn refused(arguments: &[&str], why: &str) {
    let output = run(arguments);
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(!output.status.success(), "{arguments:?}");
    assert!(said.contains(why), "{said}");
}

#[test]
fn mistakes_are_named() {
    refused(&["--once"], "no keypair is named");
    refused(
        &["--once", "--keypair", "/nowhere"],
        "/nowhere is no keypair file",
    );
    refused(&["--config", "/nowhere"], "/nowhere cannot be read");
    refused(
        &["--jobs", "mine"],
        "advance, slashes, tickets, harvest, sync, pay-out, receipts",
    );
    refused(&["--once", "--dry-run"], "cannot be used with");
    let wrong = File::new("wrong.toml", "interval = 0\n");
    refused(&["--config", wrong.path()], "`interval` is 0");
    let unknown = File::new("unknown.toml", "[harvest]\nmaximum = \"1\"\n");
    refused(&["--config", unknown.path()], "unknown field `maximum`");
}

#[test]
fn an_endpoint_that_is_not_there_is_named() {
    let key = solana_keypair::Keypair::new();
    let file = File::new("key.json", "");
    solana_keypair::write_keypair_file(&key, file.path()).expect("written");
    let url = "http://127.0.0.1:1";
    let arguments = ["--dry-run", "--url", url, "--keypair", file.path()];
    refused(&arguments, "the RPC endpoint failed");
}
