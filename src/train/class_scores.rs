//! Measurements for each class: precision, recall, F1, support, and the confusion matrix.

use serde::Serialize;

/// What was predicted for the rows of each class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassScores {
    /// One for each class, in order.
    pub classes: Vec<ClassScore>,
    /// The mean recall of the classes that have rows; not a number without rows.
    pub balanced_accuracy: f64,
    /// Numbers of rows: a line for each class, a column for each predicted class.
    pub confusion: Vec<Vec<u64>>,
}

/// The measurements of one class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassScore {
    /// Its name.
    pub class: String,
    /// How many rows are of the class.
    pub support: u64,
    /// The share of its class among the rows predicted as it; `None` where there are none.
    pub precision: Option<f64>,
    /// The share of its rows that are predicted as it; `None` where it has no rows.
    pub recall: Option<f64>,
    /// `2 TP / (2 TP + FP + FN)`; `None` where the class is neither a label nor predicted.
    pub f1: Option<f64>,
}

/// Counts predictions by class. `predicted` and `labels` are below the number of names.
pub fn class_scores(names: &[String], predicted: &[u32], labels: &[u32]) -> ClassScores {
    let mut confusion = vec![vec![0u64; names.len()]; names.len()];
    for (predicted, label) in predicted.iter().zip(labels) {
        confusion[*label as usize][*predicted as usize] += 1;
    }
    let share = |part: u64, of: u64| (of > 0).then(|| part as f64 / of as f64);
    let classes: Vec<ClassScore> = names
        .iter()
        .enumerate()
        .map(|(class, name)| {
            let right = confusion[class][class];
            let support = confusion[class].iter().sum();
            let predicted = confusion.iter().map(|row| row[class]).sum();
            ClassScore {
                class: name.clone(),
                support,
                precision: share(right, predicted),
                recall: share(right, support),
                f1: share(2 * right, support + predicted),
            }
        })
        .collect();
    let recalls: Vec<f64> = classes.iter().filter_map(|class| class.recall).collect();
    let balanced_accuracy = recalls.iter().sum::<f64>() / recalls.len() as f64;
    ClassScores { classes, balanced_accuracy, confusion }
}
