//! A table of a run compared with the same table written again.

use std::fmt;

/// The cells in which two tables of the same form differ.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CsvDifference {
    /// The number of lines that differ.
    lines: usize,
    /// The first of them, counted from 1: its line, the column, the cell in the file and the cell expected.
    first: Option<(usize, String, String, String)>,
    /// The greatest difference between two numbers; `None` where cells differ that are not both numbers.
    greatest: Option<f64>,
}

/// How `found` differs from `expected`; `None` where they are equal to the last byte.
pub(crate) fn compare_csv(found: &str, expected: &str) -> Option<CsvDifference> {
    if found == expected {
        return None;
    }
    let mut difference = CsvDifference { lines: 0, first: None, greatest: Some(0.0) };
    let (found, expected): (Vec<&str>, Vec<&str>) = (found.lines().collect(), expected.lines().collect());
    let header: Vec<&str> = expected.first().map(|header| header.split(',').collect()).unwrap_or_default();
    for line in 0..found.len().max(expected.len()) {
        let [ours, theirs] = [&found, &expected].map(|lines| lines.get(line).copied().unwrap_or(""));
        if ours == theirs {
            continue;
        }
        difference.lines += 1;
        let (ours, theirs): (Vec<&str>, Vec<&str>) = (ours.split(',').collect(), theirs.split(',').collect());
        for column in 0..ours.len().max(theirs.len()) {
            let [ours, theirs] = [&ours, &theirs].map(|cells| cells.get(column).copied().unwrap_or(""));
            if ours == theirs {
                continue;
            }
            let name = header.get(column).copied().unwrap_or("").to_owned();
            difference.first.get_or_insert_with(|| (line + 1, name, ours.into(), theirs.into()));
            let distance = ours.parse::<f64>().ok().zip(theirs.parse::<f64>().ok()).map(|(a, b)| (a - b).abs());
            difference.greatest = difference.greatest.zip(distance).map(|(a, b)| a.max(b));
        }
    }
    Some(difference)
}

impl fmt::Display for CsvDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.lines {
            0 => f.write_str("the ends of its lines differ")?,
            1 => f.write_str("1 line differs")?,
            lines => write!(f, "{lines} lines differ")?,
        }
        if let Some((line, column, ours, theirs)) = &self.first {
            write!(f, ", the first is line {line}: `{column}` is {ours}, computed again {theirs}")?;
        }
        match self.greatest {
            Some(greatest) if greatest > 0.0 => write!(f, "; no number differs by more than {greatest:.1e}"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_and_the_greatest_are_told() {
        let table = "row,label,p\n1,a,0.5\n2,b,0.25\n";
        assert_eq!(compare_csv(table, table), None);
        let text = |found: &str| compare_csv(found, table).unwrap().to_string();
        assert_eq!(
            text("row,label,p\n1,a,0.5\n2,b,0.375\n"),
            "1 line differs, the first is line 3: `p` is 0.375, computed again 0.25; no number differs by more than 1.2e-1"
        );
        assert_eq!(
            text("row,label,p\n1,b,0.5\n2,b,0.375\n"),
            "2 lines differ, the first is line 2: `label` is b, computed again a"
        );
        assert_eq!(text("row,label,p\n1,a,0.5\n"), "1 line differs, the first is line 3: `row` is , computed again 2");
        // The same cells, another ending of the last line.
        assert_eq!(text(table.trim_end()), "the ends of its lines differ");
    }
}
