//! The weights of rows in the training loss: the number in a column, times the weight of the row's class.

use crate::data::modality::fitted::InputColumn;
use crate::data::table::loaded::LoadedTable;
use crate::diag::{Code, Problem, Problems, Span};
use crate::spec::{ClassWeights, ColumnRef, Part};
use serde::{Deserialize, Serialize};

/// What rows weigh, as fitted to the training rows: all that is needed to weigh new rows with labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FittedWeights {
    /// The column of row weights, if there is one.
    pub column: Option<InputColumn>,
    /// The weight of each class; none where all weigh 1.
    pub classes: Option<Vec<f64>>,
}

impl FittedWeights {
    /// Of a column or class weights; nothing where there is neither.
    pub(crate) fn new(column: Option<InputColumn>, classes: Option<Vec<f64>>) -> Option<Self> {
        (column.is_some() || classes.is_some()).then_some(Self { column, classes })
    }
}

/// The column of row weights in one table.
pub(crate) struct WeightColumn<'a> {
    /// The table.
    pub read: &'a LoadedTable,
    /// The column among those that were read, and its position in the table.
    pub column: (usize, usize),
    /// Its text in a pipeline.
    pub spec: Option<&'a ColumnRef>,
}

impl WeightColumn<'_> {
    /// The weight of each row.
    ///
    /// # Errors
    /// If a cell is empty or negative: the first of each kind, and how many there are.
    pub(crate) fn read(&self) -> Result<Vec<f64>, Problems> {
        let (column, position) = self.column;
        let rows = self.read.table.rows;
        let weights: Vec<f64> = (0..rows).map(|row| self.read.table.columns[column].number(row, 0)).collect();
        let name = self.read.schema.column(position);
        let faults = [
            (
                Code::MissingValue,
                format!("the weight of a row is missing in column `{name}`"),
                f64::is_nan as fn(f64) -> bool,
            ),
            (Code::BadCell, format!("the weight of a row is negative in column `{name}`"), |weight| weight < 0.0),
        ];
        let mut problems = Problems::new();
        for (code, message, is_fault) in faults {
            let mut found = weights.iter().enumerate().filter(|(_, weight)| is_fault(**weight));
            let Some((row, weight)) = found.next() else { continue };
            let more = match found.count() {
                0 => String::new(),
                more => format!(" ({} rows)", more + 1),
            };
            let shown = if weight.is_nan() { String::new() } else { format!(": {weight}") };
            let problem = Problem::error(code, format!("{message}{shown}{more}"))
                .at(self.spec.map_or_else(Span::default, |spec| spec.span), "rows are weighed by it here")
                .in_data(self.read.place(Some(row), Some(position)));
            problems.push(problem.help("a weight is a number of at least 0; a row of weight 0 is not learned from"));
        }
        if problems.has_errors() { Err(problems) } else { Ok(weights) }
    }
}

/// The weights of classes, and a sentence for the user.
pub(crate) struct FittedClassWeights {
    /// One per class.
    pub values: Vec<f64>,
    /// What they are, where the pipeline does not say it.
    pub note: Option<String>,
}

/// The weights of classes: those given, or such that all classes that have training rows weigh the same in total and the
/// mean weight of a training row stays what it is.
pub(crate) fn of_classes(
    spec: &ClassWeights,
    classes: &[String],
    train: &[u32],
    labels: &[u32],
    weights: Option<&[f64]>,
) -> FittedClassWeights {
    if let ClassWeights::Each(values) = spec {
        return FittedClassWeights { values: values.clone(), note: None };
    }
    let mut totals = vec![0.0; classes.len()];
    for row in train {
        let row = *row as usize;
        totals[labels[row] as usize] += weights.map_or(1.0, |weights| weights[row]);
    }
    let (all, occurring) = (totals.iter().sum::<f64>(), totals.iter().filter(|total| **total > 0.0).count());
    // A class without training rows decides nothing in training; 1 is what it weighs in the validation loss.
    let weight = |total: &f64| if *total > 0.0 { all / (occurring as f64 * total) } else { 1.0 };
    let values: Vec<f64> = totals.iter().map(weight).collect();
    const SHOWN: usize = 12;
    let mut shown: Vec<String> =
        classes.iter().zip(&values).take(SHOWN).map(|(class, weight)| format!("`{class}` {weight:.4}")).collect();
    if classes.len() > SHOWN {
        shown.push("...".to_owned());
    }
    FittedClassWeights { values, note: Some(format!("balanced class weights: {}", shown.join(", "))) }
}

/// The weight of each of some rows of a table, whose classes are `labels`; empty where every row weighs 1.
pub(crate) fn of_rows(rows: &[u32], labels: &[u32], column: Option<&[f64]>, classes: Option<&[f64]>) -> Vec<f64> {
    if column.is_none() && classes.is_none() {
        return vec![];
    }
    let row_weight = |row: u32| column.map_or(1.0, |column| column[row as usize]);
    let class_weight = |label: u32| classes.map_or(1.0, |classes| classes[label as usize]);
    rows.iter().zip(labels).map(|(row, label)| row_weight(*row) * class_weight(*label)).collect()
}

/// The error of weights that no mean can be taken with, if there is one. `spans` are those of the column and of the class
/// weights.
pub(crate) fn unusable(weights: &[f64], part: Part, spans: [Option<Span>; 2]) -> Option<Problem> {
    let total: f64 = weights.iter().sum();
    if weights.is_empty() || (total > 0.0 && total.is_finite()) {
        return None;
    }
    let part = part.as_str();
    let message = match total == 0.0 {
        true => format!("every row of `{part}` weighs 0, so that it has no loss"),
        false => format!("the weights of the rows of `{part}` add up to more than a number can hold"),
    };
    let [first, second] = match spans {
        [None, second] => [second, None],
        both => both,
    };
    let mut problem =
        Problem::error(Code::BadCell, message).at(first.unwrap_or_default(), "rows are weighed by it here");
    if let Some(second) = second {
        problem = problem.also(second, "and by this");
    }
    Some(problem.help("the loss is divided by the sum of the weights, which must be positive and finite in every part"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balanced_classes_weigh_the_same_in_total() {
        let names = ["a", "b", "c"].map(str::to_owned);
        let labels = [0, 0, 0, 1, 0, 2, 2];
        let train = [0, 1, 2, 3, 4];
        let found = of_classes(&ClassWeights::Balanced, &names, &train, &labels, None);
        // 5 rows, two classes that occur: 5 / (2 * 4) and 5 / (2 * 1).
        assert_eq!(found.values, [0.625, 2.5, 1.0]);
        let column = [1.0, 1.0, 0.0, 4.0, 2.0, 9.0, 9.0];
        let found = of_classes(&ClassWeights::Balanced, &names, &train, &labels, Some(&column));
        let weights = of_rows(&train, &[0, 0, 0, 1, 0], Some(&column), Some(&found.values));
        // 1 + 1 + 0 + 2 of the first class and 4 of the second, each half of 8 in the end.
        assert_eq!((weights[0] + weights[1] + weights[2] + weights[4], weights[3]), (4.0, 4.0));
    }

    #[test]
    fn weights_without_a_sum_are_refused() {
        let spans = [Some(Span::default()), None];
        assert!(unusable(&[], Part::Train, spans).is_none() && unusable(&[0.0, 0.1], Part::Train, spans).is_none());
        assert!(
            unusable(&[0.0, 0.0], Part::Valid, spans).is_some_and(|found| found.message.contains("`valid` weighs 0"))
        );
        assert!(unusable(&[f64::MAX, f64::MAX], Part::Train, spans).is_some());
    }
}
