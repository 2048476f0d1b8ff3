//! Sets of classes that hold the label with a guaranteed frequency (Vovk, Gammerman and Shafer, 2005), for every class and
//! every group of rows alike: Mondrian conformal prediction.
//!
//! A score says how badly a class fits a row. The p-value of a class is the share of held-out rows of its group that fit
//! no better, the row itself counted: `(#{s_i >= s} + 1) / (n + 1)`. The set holds the classes whose p-value is above `1 - coverage`.

use serde::Serialize;
use std::collections::BTreeMap;

/// Held-out rows with known labels, by class and pattern.
#[derive(Clone, Debug)]
pub struct MondrianConformal {
    coverage: f64,
    /// The scores of the labels of the rows of each class and pattern, ascending.
    groups: BTreeMap<(usize, Vec<bool>), Vec<f64>>,
    classes: Vec<Vec<f64>>,
    all: Vec<f64>,
}

/// The held-out rows that a class is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConformalGroup {
    /// Those of the class with the same pattern.
    ClassAndPattern,
    /// Those of the class, because too few have the pattern too.
    Class,
    /// All of them, because too few are of the class.
    All,
    /// None, because there are too few: every class is in the set.
    TooFew,
}

/// The classes that may be the label of a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConformalSet {
    /// The classes in the set, ascending; at least one.
    pub classes: Vec<usize>,
    /// The p-value of every class.
    pub p_values: Vec<f64>,
    /// What every class was judged by.
    pub groups: Vec<ConformalGroup>,
    /// Whether no class was left, and the decision was put in.
    pub was_empty: bool,
}

impl MondrianConformal {
    /// Of the labels, patterns and scores of held-out rows of `classes` classes, for a coverage such as 0.9.
    pub fn new(classes: usize, coverage: f64, rows: impl IntoIterator<Item = (usize, Vec<bool>, f64)>) -> Self {
        let mut fitted = Self { coverage, groups: BTreeMap::new(), classes: vec![vec![]; classes], all: vec![] };
        for (label, pattern, score) in rows.into_iter().filter(|(label, ..)| *label < classes) {
            fitted.groups.entry((label, pattern)).or_default().push(score);
            fitted.classes[label].push(score);
            fitted.all.push(score);
        }
        let sorted = fitted.groups.values_mut().chain(&mut fitted.classes).chain([&mut fitted.all]);
        sorted.for_each(|scores| scores.sort_by(f64::total_cmp));
        fitted
    }

    /// The share of rows whose set is to hold the label.
    pub fn coverage(&self) -> f64 {
        self.coverage
    }

    /// Number of rows below which a group says nothing: `n + 1 < 1 / (1 - coverage)`.
    pub fn least_rows(&self) -> usize {
        (1.0 / (1.0 - self.coverage) - ROUNDING).ceil() as usize - 1
    }

    /// Rows that a class has to be beaten by: `floor((1 - coverage) (n + 1))`.
    fn needed(&self, rows: usize) -> usize {
        ((1.0 - self.coverage) * (rows + 1) as f64 + ROUNDING).floor() as usize
    }

    /// The set of a row with a pattern, a score for every class, and the class that was decided for.
    pub fn set(&self, pattern: &[bool], scores: &[f64], decision: usize) -> ConformalSet {
        let mut found = ConformalSet { classes: vec![], p_values: vec![], groups: vec![], was_empty: false };
        for (class, score) in scores.iter().enumerate() {
            let (group, held_out) = self.group(class, pattern);
            let no_better = held_out.len() - held_out.partition_point(|other| other < score);
            found.p_values.push((no_better + 1) as f64 / (held_out.len() + 1) as f64);
            found.groups.push(group);
            if group == ConformalGroup::TooFew || no_better >= self.needed(held_out.len()) {
                found.classes.push(class);
            }
        }
        if found.classes.is_empty() {
            found.was_empty = true;
            found.classes.push(decision);
        }
        found
    }

    /// The smallest group of a class that is large enough, and its scores.
    fn group(&self, class: usize, pattern: &[bool]) -> (ConformalGroup, &[f64]) {
        let of_pattern = self.groups.get(&(class, pattern.to_vec())).map_or(&[][..], Vec::as_slice);
        let of_class = self.classes.get(class).map_or(&[][..], Vec::as_slice);
        let candidates = [
            (ConformalGroup::ClassAndPattern, of_pattern),
            (ConformalGroup::Class, of_class),
            (ConformalGroup::All, self.all.as_slice()),
        ];
        let enough = |held_out: &[f64]| self.needed(held_out.len()) >= 1;
        candidates.into_iter().find(|(_, held_out)| enough(held_out)).unwrap_or((ConformalGroup::TooFew, &[]))
    }
}

/// Beyond the rounding of `1 - coverage` times a number of rows, below what one row more changes.
const ROUNDING: f64 = 1e-9;
