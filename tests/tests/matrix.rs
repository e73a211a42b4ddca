//! The account matrix on the built programs, and what they write: see `docs/assurance.md`.

use io_tests::{
    bench,
    matrix::{Harmless, Idls, Report, render, written},
};
use std::{
    env, fs,
    path::{Path, PathBuf},
};

const BEGIN: &str = "<!-- matrix: written by BLESS=1 cargo test -p io-tests --test matrix -->\n";
const END: &str = "<!-- matrix: end -->\n";

/// Every cell is refused, or explained in `tests/matrix/harmless.toml`; the tables are those of the
/// documents.
#[test]
fn every_account_is_checked() {
    let mut harmless = Harmless::read();
    let (calls, signers) = bench::record();
    let report = Report::make(calls, &signers, &Idls::read(), &mut harmless);
    let mut faults = report.faults.clone();
    faults.sort();
    faults.dedup();
    let faults = faults.join("\n");
    assert!(faults.is_empty(), "{faults}");

    let path = checkout("docs/assurance.md");
    let page = fs::read_to_string(&path).expect("the document");
    let (before, rest) = page.split_once(BEGIN).expect("where the tables begin");
    let (tables, after) = rest.split_once(END).expect("where the tables end");
    let measured = render(&report, &harmless);
    if blessing() {
        let page = format!("{before}{BEGIN}{measured}{END}{after}");
        fs::write(&path, page).expect("the document can be written");
    } else {
        assert_eq!(tables, measured, "BLESS=1 writes what was measured");
    }
}

/// What `crates/io-shared/tests/golden` reads is what the programs write now.
#[test]
fn accounts_and_events_are_written_as_they_always_were() {
    let (calls, _) = bench::record();
    let now = written(calls, &Idls::read());
    let path = checkout("crates/io-shared/tests/golden/written.hex");
    if blessing() {
        fs::write(&path, now).expect("it can be written");
        return;
    }
    let golden = fs::read_to_string(&path).expect("what was written");
    for (golden, now) in golden.lines().zip(now.lines()) {
        assert_eq!(golden, now, "BLESS=1 writes them as they are now");
    }
    assert_eq!(golden.len(), now.len(), "more or less is written");
}

fn checkout(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn blessing() -> bool {
    env::var_os("BLESS").is_some()
}
