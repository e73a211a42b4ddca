//! What a command answers: once, in one of two forms.

use super::{
    Shown,
    paint::{BOLD, GREEN, Stream, paint, shows_colour},
};
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, presets};
use serde_json::{Map, Value};
use std::{fmt::Write as _, io::Write as _};

/// Named values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq)]
struct Field {
    label: &'static str,
    key: &'static str,
    shown: Shown,
}

impl Record {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value: `label` for people, `key` for programs.
    #[must_use]
    pub fn with(mut self, label: &'static str, key: &'static str, shown: Shown) -> Self {
        self.fields.push(Field { label, key, shown });
        self
    }

    /// Adds the fields of another record.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.fields.extend(other.fields);
        self
    }

    /// A line for each value that there is, labels in bold where `stream` has colour.
    pub fn lines(&self, stream: Stream) -> String {
        let there: Vec<_> = self
            .fields
            .iter()
            .filter(|field| field.shown != Shown::None)
            .collect();
        let widths = there.iter().map(|field| field.label.chars().count());
        let width = widths.max().unwrap_or(0);
        let mut text = String::new();
        for field in there {
            let label = format!("{:<width$}", field.label);
            let label = paint(stream, BOLD, &label);
            // Writing to a string does not fail.
            let _ = writeln!(text, "  {label}  {}", field.shown.human());
        }
        text
    }

    fn add_to(&self, object: &mut Map<String, Value>) {
        for field in &self.fields {
            object.insert(field.key.into(), field.shown.json());
        }
    }
}

/// Rows of values under headings.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What programs find it by.
    key: &'static str,
    /// What people see in its place if it has no rows.
    empty: &'static str,
    columns: Vec<(&'static str, &'static str)>,
    rows: Vec<Vec<Shown>>,
}

impl Table {
    /// A table of columns, each a heading for people and a key for programs; `empty` is what people read
    /// where there are no rows.
    pub fn new<const N: usize>(
        key: &'static str,
        empty: &'static str,
        columns: [(&'static str, &'static str); N],
    ) -> Self {
        Self {
            key,
            empty,
            columns: columns.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row: a value for each column.
    pub fn row<const N: usize>(&mut self, row: [Shown; N]) {
        debug_assert_eq!(N, self.columns.len());
        self.rows.push(row.to_vec());
    }

    fn lines(&self) -> String {
        if self.rows.is_empty() {
            return format!("  {}\n", self.empty);
        }
        let table = self.laid_out(Shown::human);
        let Some(width) = table.width().map(usize::from) else {
            return lines_of(&table);
        };
        if widest(&table) <= width {
            return lines_of(&table);
        }
        let mut table = self.laid_out(Shown::brief);
        if widest(&table) > width {
            table.set_content_arrangement(ContentArrangement::Dynamic);
        }
        lines_of(&table) + "  (Shortened to fit; a wider terminal or --json shows all of it.)\n"
    }

    /// With each value as `text` has it.
    fn laid_out(&self, text: impl Fn(&Shown) -> String) -> comfy_table::Table {
        let mut table = comfy_table::Table::new();
        table.load_preset(presets::NOTHING);
        let bold = shows_colour(Stream::Stdout);
        let first = self.rows.first().into_iter().flatten();
        table.set_header(self.columns.iter().zip(first).map(|((heading, _), shown)| {
            let cell = aligned(Cell::new(heading), shown);
            match bold {
                true => cell.add_attribute(Attribute::Bold),
                false => cell,
            }
        }));
        for row in &self.rows {
            table.add_row(
                row.iter()
                    .map(|shown| aligned(Cell::new(text(shown)), shown)),
            );
        }
        table
    }

    fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let pairs = self.columns.iter().zip(row);
            let object: Map<_, _> = pairs
                .map(|((_, key), shown)| ((*key).to_owned(), shown.json()))
                .collect();
            Value::Object(object)
        });
        rows.collect()
    }
}

fn lines_of(table: &comfy_table::Table) -> String {
    let lines = table.lines().map(|line| format!(" {}\n", line.trim_end()));
    lines.collect()
}

/// Columns of the terminal that a table takes, the indent included.
fn widest(table: &comfy_table::Table) -> usize {
    let columns = table.column_max_content_widths();
    let padded = columns
        .into_iter()
        .map(|width| usize::from(width).saturating_add(2));
    padded.fold(1, usize::saturating_add)
}

/// Numbers stand at the right of their column.
fn aligned(cell: Cell, shown: &Shown) -> Cell {
    match shown {
        Shown::Io(_)
        | Shown::WholeIo(_)
        | Shown::Usdc(_)
        | Shown::Token(..)
        | Shown::Sol(_)
        | Shown::Number(_)
        | Shown::Bps(_) => cell.set_alignment(CellAlignment::Right),
        _ => cell,
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Title(String),
    Record(Record),
    Table(Table),
    /// Values that people do not need to see.
    Data(&'static str, Value),
    /// A remark for people.
    Note(String),
}

/// What a command answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    parts: Vec<Part>,
    /// All was said already.
    said: bool,
    /// What the process exits with.
    code: u8,
}

impl Report {
    pub fn new() -> Self {
        Self::default()
    }

    /// Of a command that has written its answer itself.
    pub fn said() -> Self {
        Self {
            said: true,
            ..Self::default()
        }
    }

    /// Adds a heading, for people.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.parts.push(Part::Title(title.into()));
        self
    }

    /// Adds named values, which in JSON are the document's own.
    #[must_use]
    pub fn record(mut self, record: Record) -> Self {
        self.parts.push(Part::Record(record));
        self
    }

    #[must_use]
    pub fn table(mut self, table: Table) -> Self {
        self.parts.push(Part::Table(table));
        self
    }

    /// Adds a value, for programs.
    #[must_use]
    pub fn data(mut self, key: &'static str, value: Value) -> Self {
        self.parts.push(Part::Data(key, value));
        self
    }

    /// Adds a remark, for people.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.parts.push(Part::Note(note.into()));
        self
    }

    /// Makes the process exit with `code` in place of 0.
    #[must_use]
    pub const fn exit(mut self, code: u8) -> Self {
        self.code = code;
        self
    }

    pub const fn code(&self) -> u8 {
        self.code
    }

    /// Writes it to stdout.
    pub fn print(&self, json: bool) {
        if self.said {
            return;
        }
        let text = if json {
            format!("{:#}\n", self.json())
        } else {
            self.lines()
        };
        // Whoever closed the pipe wants no more of it.
        let _ = std::io::stdout().write_all(text.as_bytes());
    }

    fn lines(&self) -> String {
        let mut text = String::new();
        for part in &self.parts {
            let lines = match part {
                Part::Title(title) => format!(
                    "{}
",
                    paint(Stream::Stdout, GREEN, title)
                ),
                Part::Record(record) => record.lines(Stream::Stdout),
                Part::Table(table) => table.lines(),
                Part::Data(..) => continue,
                Part::Note(note) => format!("{note}\n"),
            };
            text.push_str(&lines);
        }
        text
    }

    fn json(&self) -> Value {
        let mut object = Map::new();
        for part in &self.parts {
            match part {
                Part::Record(record) => record.add_to(&mut object),
                Part::Table(table) => {
                    object.insert(table.key.into(), table.json());
                }
                Part::Data(key, value) => {
                    object.insert((*key).into(), value.clone());
                }
                Part::Title(_) | Part::Note(_) => {}
            }
        }
        Value::Object(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn report() -> Report {
        let mut table = Table::new("tickets", "none", [("No", "index"), ("Amount", "amount")]);
        table.row([Shown::Number(3), Shown::Io(50_000_000)]);
        Report::new()
            .title("Node")
            .record(Record::new().with("Stake", "stake", Shown::Io(100_000_000)))
            .table(table)
            .data("events", json!([]))
            .note("That is all.")
    }

    #[test]
    fn people_and_programs_are_told_the_same() {
        let expected = json!({
            "stake": 100_000_000,
            "tickets": [{ "index": 3, "amount": 50_000_000 }],
            "events": [],
        });
        assert_eq!(report().json(), expected);
        let lines = report().lines();
        for part in ["Node", "Stake", "1 IO", "Amount", "0.5 IO", "That is all."] {
            assert!(lines.contains(part), "{part}: {lines}");
        }
    }

    #[test]
    fn a_table_without_rows_says_so() {
        let table = Table::new("tickets", "no tickets", [("No", "index")]);
        let report = Report::new().table(table);
        assert!(report.lines().contains("no tickets"));
        assert_eq!(report.json(), json!({ "tickets": [] }));
    }
}
