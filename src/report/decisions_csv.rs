//! `decisions.csv` in the folder of a trial: the class that the combination and each of its components predict for each
//! test row, by which a comparison that is resumed compares models without evaluating them again.

use crate::diag::{Code, Problem};
use std::io::{self, Write};
use std::path::Path;

/// The predicted classes of the test rows, by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestDecisions {
    /// The class predicted for each row.
    pub predicted: Vec<u32>,
    /// One for each component: the class that it alone predicts for each row; `None` where it is absent.
    pub components: Vec<Vec<Option<u32>>>,
}

/// Writes one line per row: the class of the combination in the column `prediction`, that of each component in a column of
/// its name. Classes are numbers, counted from 0; the cell of an absent component is empty.
pub fn write_decisions(file: &mut dyn Write, components: &[&str], decisions: &TestDecisions) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(file);
    csv.write_record([&["prediction"], components].concat())?;
    for (row, predicted) in decisions.predicted.iter().enumerate() {
        let own = decisions.components.iter().map(|component| component[row]);
        let cells = own.map(|class| class.map_or_else(String::new, |class| class.to_string()));
        csv.write_record(std::iter::once(predicted.to_string()).chain(cells))?;
    }
    csv.flush()
}

/// Reads what [`write_decisions`] wrote.
///
/// # Errors
/// `MMC0606`, naming the file, if it is absent or damaged.
pub fn read_decisions(path: &Path) -> Result<TestDecisions, Problem> {
    read(path).map_err(|reason| {
        let message = format!("`{}` cannot be read: {reason}", path.display());
        Problem::error(Code::BadModel, message).help("remove the folder of the trial, and it is trained again")
    })
}

fn read(path: &Path) -> Result<TestDecisions, String> {
    let mut reader = csv::Reader::from_path(path).map_err(|error| error.to_string())?;
    let components = reader.headers().map_err(|error| error.to_string())?.len().saturating_sub(1);
    let mut decisions = TestDecisions { predicted: vec![], components: vec![vec![]; components] };
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let class = |cell: &str| cell.parse::<u32>().map_err(|error| format!("`{cell}`: {error}"));
        decisions.predicted.push(class(record.get(0).unwrap_or_default())?);
        for (component, cell) in decisions.components.iter_mut().zip(record.iter().skip(1)) {
            component.push(if cell.is_empty() { None } else { Some(class(cell)?) });
        }
    }
    Ok(decisions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn decisions_are_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.csv");
        let components = vec![vec![Some(0), None, Some(2)], vec![None, Some(1), Some(1)]];
        let decisions = TestDecisions { predicted: vec![2, 1, 0], components };
        write_decisions(&mut fs::File::create(&path).unwrap(), &["low", "low, high"], &decisions).unwrap();
        assert_eq!(read_decisions(&path).unwrap(), decisions);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text, "prediction,low,\"low, high\"\n2,0,\n1,,1\n0,2,1\n");
        for damaged in [text.replace("2,0,", "2,x,"), text.replace("1,,1", "1")] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(read_decisions(&path).unwrap_err().code, Code::BadModel);
        }
        fs::remove_file(&path).unwrap();
        assert!(read_decisions(&path).unwrap_err().message.contains("decisions.csv"));
    }
}
