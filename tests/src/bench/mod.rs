//! Measuring compute units on the built programs.

mod calls;
mod cases;
mod floor;
mod table;

pub use cases::{measure, record};
pub use table::{Comparison, Row, compare, render};

#[cfg(test)]
mod tests {
    use super::Row;
    use std::{collections::BTreeSet, fs, path::Path};

    /// The table as committed, against the handlers in the programs' sources.
    #[test]
    fn every_instruction_has_a_row() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let table = fs::read_to_string(root.join("docs/compute-units.json")).expect("the table");
        let rows: Vec<Row> = serde_json::from_str(&table).expect("rows");
        let measured: BTreeSet<(String, String)> = rows
            .into_iter()
            .map(|row| (row.program, row.instruction))
            .collect();
        let mut written = BTreeSet::new();
        for program in ["io_mint", "io_staking", "io_emissions", "io_payments"] {
            let source = format!("programs/{}/src/lib.rs", program.replace('_', "-"));
            let source = fs::read_to_string(root.join(source)).expect("the program");
            for handler in source.split("    pub fn ").skip(1) {
                let (name, arguments) = handler.split_once('(').expect("arguments");
                assert!(arguments.trim_start().starts_with("ctx:"), "{name}");
                written.insert((program.to_owned(), name.to_owned()));
            }
        }
        assert!(written.len() > 80);
        assert_eq!(measured, written);
    }
}
