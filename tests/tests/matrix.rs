//! The account matrix on the built programs: see `docs/assurance.md`.

use io_tests::{
    bench,
    matrix::{Harmless, Idls, Report, render},
};
use std::{env, fs, path::Path};

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

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/assurance.md");
    let page = fs::read_to_string(&path).expect("the document");
    let (before, rest) = page.split_once(BEGIN).expect("where the tables begin");
    let (tables, after) = rest.split_once(END).expect("where the tables end");
    let measured = render(&report, &harmless);
    if env::var_os("BLESS").is_some() {
        let page = format!("{before}{BEGIN}{measured}{END}{after}");
        fs::write(&path, page).expect("the document can be written");
    } else {
        assert_eq!(tables, measured, "BLESS=1 writes what was measured");
    }
}
