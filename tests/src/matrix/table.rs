//! The matrix as tables, for `docs/assurance.md`.

use super::{harmless::Harmless, judge::Because, report::Report, substitution::Substitution};
use std::fmt::Write as _;

/// The tables as Markdown.
pub fn render(report: &Report, harmless: &Harmless) -> String {
    let mut page = String::new();
    let calls: usize = report.rows.values().map(|row| row.calls).sum();
    let total = report.total();
    let _ = writeln!(
        page,
        "{} instructions in {calls} calls, {} cells: {} refused, {} harmless, 0 unexplained.\n",
        report.rows.len(),
        thousands(total.cells()),
        thousands(total.refused),
        thousands(total.harmless),
    );
    page.push_str("| substitution | what stands there | cells | refused | harmless |\n|---|---|---:|---:|---:|\n");
    for substitution in Substitution::ALL {
        let count = report.of(substitution);
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} |",
            substitution.name(),
            substitution.meaning(),
            thousands(count.cells()),
            thousands(count.refused),
            thousands(count.harmless),
        );
    }
    page.push_str("\n| refused with | cells |\n|---|---:|\n");
    let mut refusals: Vec<_> = report.refusals.iter().collect();
    refusals.sort_by_key(|(_, cells)| std::cmp::Reverse(**cells));
    for (error, cells) in refusals {
        let _ = writeln!(page, "| {error} | {} |", thousands(*cells));
    }
    page.push_str(
        "\nOf each instruction: in how many shapes it was called (which accounts exist, whose they are, how many), the\n\
         accounts of the longest call, and how many pairs of a declared account and a substitution do not apply (nothing\n\
         to leave unsigned, no mint to be wrong, …).\n\n\
         | instruction | calls | accounts | cells | refused | harmless | not applicable |\n\
         |---|---:|---:|---:|---:|---:|---:|\n",
    );
    for (instruction, row) in &report.rows {
        let tried = row.tried.len();
        let _ = writeln!(
            page,
            "| `{instruction}` | {} | {} | {} | {} | {} | {} |",
            row.calls,
            row.accounts,
            thousands(row.count.cells()),
            thousands(row.count.refused),
            thousands(row.count.harmless),
            row.declared * Substitution::SINGLE - tried,
        );
    }
    page.push_str(
        "\nThe harmless cells, from `tests/matrix/harmless.toml`. Of each it is checked that it did what its *kind* says:\n\n",
    );
    for because in Because::ALL {
        let _ = writeln!(page, "- *{}*: {}", because.name(), because.meaning());
    }
    page.push_str(
        "\n| instructions | accounts | substitutions | cells | kind | reason |\n|---|---|---|---:|---|---|\n",
    );
    for (index, entry) in harmless.entries().iter().enumerate() {
        let cells = report.explained.get(&index).copied().unwrap_or_default();
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} |",
            quoted(&entry.instructions),
            quoted(&entry.accounts),
            entry.substitutions.join(", "),
            thousands(cells),
            entry.because.name(),
            entry.reason,
        );
    }
    page
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn thousands(number: usize) -> String {
    io_client::amount::format(u64::try_from(number).expect("a count"), 0)
}
