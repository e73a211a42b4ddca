//! What needs no chain: the command line itself, refusals of what cannot be meant, completions.

use serde_json::Value;
use std::process::{Command, Output, Stdio};

fn io(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_io"))
        .args(arguments)
        .env("HOME", "/nonexistent")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .expect("io runs")
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

const NODE: &str = "AgYasBrp48ZgXU7VjHDpCX4zQTuuGKpDZqZi4bCJzGBD";

#[test]
fn help_is_there_for_every_command_and_lists_the_exit_codes() {
    let help = io(&["--help"]);
    assert_eq!(code(&help), Some(0));
    let help = text(&help.stdout);
    assert!(
        help.contains("Exit codes:\n  0  done\n  1  refused"),
        "{help}"
    );
    let commands = help
        .split_once("Commands:\n")
        .and_then(|(_, rest)| rest.split_once("\n\n"))
        .expect("commands")
        .0;
    let names: Vec<&str> = commands
        .lines()
        // Deeper ones go on with a description.
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !name.is_empty())
        .filter(|name| *name != "help")
        .collect();
    for wanted in [
        "pay", "quote", "receipt", "refund", "supplier", "node", "stake", "events",
    ] {
        assert!(names.contains(&wanted), "{wanted} is missing: {names:?}");
    }
    for name in names {
        let help = io(&[name, "--help"]);
        assert_eq!(code(&help), Some(0), "{name}");
        assert!(text(&help.stdout).contains("Usage: io"), "{name}");
    }
}

#[test]
fn usage_errors_exit_with_2_and_say_what_to_write() {
    for (arguments, says) in [
        (vec!["stake", NODE, "1.123456789"], "8 decimals"),
        (vec!["stake", NODE, "-1"], "unexpected argument"),
        (vec!["stake", "node", "1"], "invalid value 'node'"),
        (vec!["unstake", NODE], "<IO>"),
        (vec!["unstake", NODE, "1", "--all"], "cannot be used with"),
        (
            vec!["pay", NODE, "1", "--usdc", "--token", NODE],
            "cannot be used with",
        ),
        (vec!["pay", NODE, "1", "--slippage", "0.001"], "basis point"),
        (vec!["pay", NODE, "1", "--fiat"], "--reference <REFERENCE>"),
        (
            vec!["pay", NODE, "1", "--reference", "r"],
            "<--unreceipted|--fiat>",
        ),
        (
            vec!["pay", NODE, "1", "--unreceipted", "--fiat"],
            "cannot be used with",
        ),
        (
            vec!["pay", NODE, "1", "--unreceipted", "--order", "o"],
            "cannot be used with '--order",
        ),
        (
            vec!["pay", NODE, "1", "--unreceipted", "--usdc"],
            "cannot be used with '--usdc",
        ),
        (
            vec!["pay", NODE, "1", "--expires-at", "soon"],
            "Unix seconds",
        ),
        (vec!["stake", NODE, "1", "--authority", NODE], "--export"),
        (vec!["supplier", "set"], "required"),
        (
            vec!["supply", "--url", "mainet"],
            "neither a cluster nor a URL",
        ),
        (
            vec!["supply", "--url", "l", "--commitment", "maybe"],
            "no commitment",
        ),
        (vec!["supply", "--config", "/nowhere.yml"], "/nowhere.yml"),
        (
            vec!["stake", NODE, "1", "-u", "l", "-k", "/nowhere.json"],
            "/nowhere.json",
        ),
        (
            vec!["stake", NODE, "1", "-u", "l", "-k", "usb://ledger"],
            "hardware wallet",
        ),
    ] {
        let output = io(&arguments);
        let said = text(&output.stderr);
        assert_eq!(code(&output), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn with_json_a_usage_error_is_a_document_too() {
    for arguments in [
        ["--json", "stake", NODE, "x"].as_slice(),
        &[
            "stake",
            NODE,
            "1",
            "-u",
            "l",
            "-k",
            "/nowhere.json",
            "--json",
        ],
        &["--json", "no-such-command"],
    ] {
        let output = io(arguments);
        assert_eq!(code(&output), Some(2));
        let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let error = &document["error"];
        assert_eq!(error["code"], 2, "{document}");
        assert_eq!(error["kind"], "usage");
        for key in ["message", "advice"] {
            let said = error[key].as_str().unwrap_or_default();
            assert!(!said.is_empty(), "{key}: {document}");
        }
    }
}

#[test]
fn every_shell_gets_its_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = io(&["completions", shell]);
        assert_eq!(code(&output), Some(0), "{shell}");
        let script = text(&output.stdout);
        for word in ["cancel-unstake", "payout", "priority-fee"] {
            assert!(script.contains(word), "{shell} completes no {word}");
        }
    }
    assert_eq!(code(&io(&["completions", "cmd"])), Some(2));
}

#[test]
fn a_closed_endpoint_is_told_from_a_wrong_command() {
    let output = io(&["supply", "--json", "--url", "http://127.0.0.1:9"]);
    assert_eq!(code(&output), Some(3));
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document["error"]["kind"], "endpoint");
    let advice = document["error"]["advice"].as_str().unwrap_or_default();
    assert!(advice.contains("check the URL"), "{document}");
}
