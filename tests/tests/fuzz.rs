//! A short run of the fuzzer, sequences that once failed, and that the fuzzer sees what is wrong.

use io_tests::fuzz::{
    campaign::{self, Progress},
    shrink::Sequence,
};
use std::path::PathBuf;

/// Enough for each part of the protocol to be reached; `cargo xtask fuzz` goes further.
const STEPS: u64 = 6_000;

#[test]
fn programs_and_model_agree() {
    let report = campaign::run(2_026, STEPS, 2, &Progress::default());
    if let Some(failed) = report.failed {
        panic!("{}\n{}", failed.why, failed.sequence.text(&failed.why));
    }
    // Neither all refused nor all carried out: both are compared.
    assert!(
        report.succeeded > report.steps / 3,
        "{} succeeded",
        report.succeeded
    );
    assert!(
        report.succeeded < report.steps * 2 / 3,
        "{} succeeded",
        report.succeeded
    );
    let never = report.coverage.never();
    assert!(never.len() < 10, "never succeeded: {never:?}");
}

#[test]
fn sequences_that_once_failed_agree() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let mut replayed = 0;
    for entry in std::fs::read_dir(folder).expect("the folder is committed") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let sequence = Sequence::parse(&text).expect("it was written by the fuzzer");
        if let Err(why) = sequence.replay() {
            panic!("{}: {why}", path.display());
        }
        replayed += 1;
    }
    assert!(replayed > 0, "the folder holds sequences");
}

#[test]
fn a_sequence_reads_back_as_it_was_written() {
    let mut generator = io_tests::fuzz::generate::Generator::new(5);
    let genesis = generator.genesis();
    let run = io_tests::fuzz::run::Run::new(&genesis).expect("both sides begin alike");
    let model = run.rig.model;
    let steps = (0..200).map(|_| generator.step(&model)).collect();
    let sequence = Sequence { genesis, steps };
    let text = sequence.text("two lines\nof reasons");
    assert_eq!(Sequence::parse(&text).expect("just written"), sequence);
}
