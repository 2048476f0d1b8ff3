//! The formats of tables that are written.

/// The format of a table that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFormat {
    /// Cells separated by commas.
    Csv,
    /// Cells separated by tabs.
    Tsv,
    /// A JSON object on each line.
    Jsonl,
    /// Apache Parquet.
    Parquet,
    /// A file of Arrow IPC.
    Arrow,
    /// A stream of Arrow IPC.
    ArrowStream,
}

/// Every format with the endings of its files.
const FORMATS: &[(TableFormat, &[&str])] = &[
    (TableFormat::Csv, &[".csv"]),
    (TableFormat::Tsv, &[".tsv"]),
    (TableFormat::Jsonl, &[".jsonl", ".ndjson"]),
    (TableFormat::Parquet, &[".parquet"]),
    (TableFormat::Arrow, &[".arrow", ".feather", ".ipc"]),
    (TableFormat::ArrowStream, &[".arrows"]),
];

impl TableFormat {
    /// The format of a file, by the ending of its name in any case.
    pub fn of_path(path: &str) -> Option<Self> {
        let name = path.to_lowercase();
        let found = FORMATS.iter().find(|(_, endings)| endings.iter().any(|ending| name.ends_with(ending)));
        found.map(|(format, ..)| *format)
    }

    /// The endings of names that tell a format.
    pub fn endings() -> impl Iterator<Item = &'static str> {
        FORMATS.iter().flat_map(|(_, endings)| *endings).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_a_name_tells_the_format() {
        assert_eq!(TableFormat::of_path("a/B.CSV"), Some(TableFormat::Csv));
        assert_eq!(TableFormat::of_path("x.arrows"), Some(TableFormat::ArrowStream));
        assert_eq!(TableFormat::of_path("x.csv.gz"), None);
        assert!(TableFormat::endings().all(|ending| TableFormat::of_path(ending).is_some()));
    }
}
