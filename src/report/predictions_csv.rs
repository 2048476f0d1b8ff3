//! `predictions.csv`: the decision on every row of the test split, and the outputs of each component.

use crate::exec::Decisions;
use crate::plan::LossSpec;
use std::io::{self, Write};

/// The rows that were predicted.
#[derive(Clone, Copy, Debug)]
pub struct TestPredictions<'a> {
    /// Each one's row in the table it is from, counted from 0.
    pub row_ids: &'a [u64],
    /// The class of each.
    pub labels: &'a [u32],
    /// The decisions on them.
    pub decisions: &'a Decisions,
}

/// Writes one line per row.
///
/// Columns: `row`, `label`, `prediction` (classes by name); `p_<class>`, the reported probabilities; for each component
/// `p_<component>_<class>`, its own probabilities; for each component `q_<component>`, its weight `q` for the predicted
/// class. Cells of an absent component are empty.
pub fn write_predictions(file: &mut dyn Write, loss: &LossSpec, predictions: TestPredictions<'_>) -> io::Result<()> {
    let TestPredictions { row_ids, labels, decisions } = predictions;
    let classes = decisions.classes;
    let mut csv = csv::Writer::from_writer(file);
    let mut line: Vec<String> = ["row", "label", "prediction"].map(String::from).to_vec();
    line.extend(loss.classes.iter().map(|class| format!("p_{class}")));
    for component in &loss.components {
        line.extend(loss.classes.iter().map(|class| format!("p_{}_{class}", component.name)));
    }
    line.extend(loss.components.iter().map(|component| format!("q_{}", component.name)));
    csv.write_record(&line)?;

    let name = |class: u32| loss.classes.get(class as usize).cloned().unwrap_or_else(|| class.to_string());
    let row_of = |numbers: &'_ [f64], row: usize| numbers[row * classes..(row + 1) * classes].to_vec();
    for (row, ((id, label), predicted)) in row_ids.iter().zip(labels).zip(&decisions.predicted).enumerate() {
        line.clear();
        line.extend([id.to_string(), name(*label), name(*predicted)]);
        line.extend(row_of(&decisions.probabilities, row).iter().map(f64::to_string));
        let mut weights = vec![];
        for component in &decisions.components {
            let probabilities = row_of(&component.probabilities, row);
            // A component that is absent on the row has zeros there, which no softmax has.
            if probabilities.iter().all(|p| *p == 0.0) {
                line.resize(line.len() + classes, String::new());
                weights.push(String::new());
            } else {
                line.extend(probabilities.iter().map(f64::to_string));
                weights.push(component.q[row * classes + *predicted as usize].to_string());
            }
        }
        line.append(&mut weights);
        csv.write_record(&line)?;
    }
    csv.flush()
}
