//! Hardware wallets where none is plugged in: named errors, and documented exit codes.

use serde_json::Value;
use std::process::{Command, Stdio};

/// The exit code and the error that `io --keypair SOURCE` ends with.
fn failed(source: &str, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_io"))
        .args(["--json", "--keypair", source])
        .args(arguments)
        .env("HOME", "/nonexistent")
        .stdin(Stdio::null())
        .output()
        .expect("io runs");
    let document: Value = serde_json::from_slice(&output.stdout).expect("one document");
    (output.status.code(), document["error"].clone())
}

#[test]
fn a_device_that_is_not_there_is_named() {
    for (source, maker) in [
        ("usb://ledger", "Ledger"),
        ("usb://ledger?key=0/0", "Ledger"),
        ("usb://trezor", "Trezor"),
    ] {
        for arguments in [
            &["address"][..],
            &["address", "--confirm-key"],
            &["supplier", "register", "--yes"],
        ] {
            let (code, error) = failed(source, arguments);
            assert_eq!(code, Some(2), "{source} {arguments:?}: {error:#}");
            let absent = format!("no hardware wallet found: no {maker} is plugged in");
            assert_eq!(error["message"], absent);
            assert!(
                error["advice"]
                    .as_str()
                    .is_some_and(|advice| advice.contains("plug it in"))
            );
        }
    }
    // With --export its address alone is wanted, and cannot be had.
    let wallet = "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk";
    let export = ["supplier", "register", "--export", "--authority", wallet];
    let payer = [&export[..], &["--fee-payer", "usb://ledger"]].concat();
    let (code, error) = failed("/nonexistent/id.json", &payer);
    assert_eq!(code, Some(2), "{error:#}");
    assert_eq!(
        error["message"],
        "no hardware wallet found: no Ledger is plugged in"
    );
}

#[test]
fn what_names_no_device_says_what_does() {
    for source in ["usb://nano", "usb://ledger?key=x", "usb://ledger/abc"] {
        let (code, error) = failed(source, &["address"]);
        assert_eq!(code, Some(2), "{error:#}");
        let advice = error["advice"].as_str().unwrap_or_default();
        assert!(advice.contains("usb://ledger or usb://trezor"), "{error:#}");
    }
}

#[test]
fn only_a_device_confirms_an_address() {
    let (code, error) = failed("/nonexistent/id.json", &["address", "--confirm-key"]);
    assert_eq!(code, Some(2), "{error:#}");
    assert!(
        error["advice"]
            .as_str()
            .is_some_and(|advice| advice.contains("usb://ledger"))
    );
}
