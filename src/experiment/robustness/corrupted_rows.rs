//! The rows of a part as a plan reads them, with corruptions: batches are corrupted as they are filled.
//!
//! A missing modality is masked: the components that need it are left out of the row, as training leaves them out of rows
//! that lack a `?` modality. Where no component would be left, the modality has its neutral content instead: the mean over
//! the rows for numbers, an empty text, the unknown category.

use crate::data::{
    CorruptedModality, CorruptionKind, Draw, Exposure, ModalityRows, Subset, corrupt_numbers, exposed_modalities,
    exposed_rows, other_row, row_order,
};
use crate::exec::Logits;
use crate::plan::{Batch, Plan};
use crate::spec::ModalityKind;
use crate::train::BatchSource;
use std::ops::Range;
use std::sync::OnceLock;

/// One corruption of some rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CorruptionStep {
    pub(crate) kind: CorruptionKind,
    pub(crate) level: f64,
    /// The rows and how many modalities of each, drawn from all that the models read.
    pub(crate) target: CorruptionTarget,
}

/// What a corruption changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CorruptionTarget {
    /// Some modalities of some rows.
    Drawn(Exposure),
    /// One modality: a share of the rows, and of its numbers these, or all.
    Modality { name: String, rows: f64, numbers: Option<Range<usize>> },
}

/// The rows of a part and what a plan reads of them.
pub(crate) struct CorruptibleRows<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) subset: &'a Subset,
    /// The place of each of the plan's inputs among the modalities of the rows.
    places: Vec<usize>,
    /// Each of the plan's inputs.
    inputs: Vec<CorruptedModality>,
    /// The modalities that corruptions are drawn for, those of all models, sorted.
    pub(crate) drawn_from: Vec<String>,
    /// The numbers of the first row of each class, for each input; none where the row lacks it.
    pub(crate) class_examples: Vec<Vec<Option<Vec<f32>>>>,
    neutral: OnceLock<Vec<Vec<f32>>>,
}

/// Rows that are corrupted.
pub(crate) struct CorruptedRows<'a> {
    rows: &'a CorruptibleRows<'a>,
    seed: u64,
    /// The changes of each input, in order.
    changes: Vec<Vec<Change>>,
    /// The rows that lack an input they had; `None` where there are none.
    hidden: Vec<Option<Vec<bool>>>,
    /// The rows on which a missing input has its neutral content instead.
    replaced: Vec<Option<Vec<bool>>>,
}

/// A change of one input on some rows.
struct Change {
    /// Which rows.
    rows: Vec<bool>,
    numbers: Option<Range<usize>>,
    content: Content,
}

/// What a change makes of an input.
enum Content {
    /// Its own numbers, corrupted.
    Corrupted(CorruptionKind, f64),
    /// Those of another row; the place of each.
    OfRow(Vec<u32>),
    /// Those of the first row of the next class.
    OfNextClass,
    /// The neutral ones.
    Neutral,
}

impl<'a> CorruptibleRows<'a> {
    pub(crate) fn new(plan: &'a Plan, subset: &'a Subset, places: Vec<usize>, words: &dyn Fn(&str) -> bool) -> Self {
        let inputs = plan.inputs.iter().map(|input| CorruptedModality {
            name: input.name.clone(),
            kind: input.kind,
            shape: input.shape.0.clone(),
            words: words(&input.name),
        });
        let mut drawn_from: Vec<String> = plan.inputs.iter().map(|input| input.name.clone()).collect();
        drawn_from.sort();
        let (inputs, neutral) = (inputs.collect(), OnceLock::new());
        Self { plan, subset, places, inputs, drawn_from, class_examples: vec![], neutral }
    }

    /// The place of a modality among the inputs of the plan.
    fn input(&self, name: &str) -> Option<usize> {
        self.inputs.iter().position(|input| input.name == name)
    }

    fn modality(&self, input: usize) -> &ModalityRows {
        &self.subset.modalities[self.places[input]]
    }

    fn has(&self, input: usize, row: usize) -> bool {
        self.modality(input).present.as_ref().is_none_or(|present| present[row])
    }

    /// The numbers of each input that tell nothing.
    fn neutral(&self, input: usize) -> &[f32] {
        let all = self.neutral.get_or_init(|| (0..self.inputs.len()).map(|input| self.mean(input)).collect());
        &all[input]
    }

    fn mean(&self, input: usize) -> Vec<f32> {
        let modality = self.modality(input);
        if matches!(self.inputs[input].kind, ModalityKind::Text { .. } | ModalityKind::Category { .. }) {
            return vec![0.0; modality.width];
        }
        let mut sums = vec![(0.0, 0.0); modality.width];
        let mut numbers = vec![];
        for row in (0..self.subset.rows).filter(|row| self.has(input, *row)) {
            numbers.clear();
            modality.extend(&mut numbers, row as u32, None);
            // Padding is not-a-number.
            for ((sum, count), number) in sums.iter_mut().zip(&numbers).filter(|(_, number)| !number.is_nan()) {
                *sum += f64::from(*number);
                *count += 1.0;
            }
        }
        let padded = self.inputs[input].kind == ModalityKind::PaddedSequence;
        let mean = |(sum, count): (f64, f64)| match count > 0.0 {
            true => (sum / count) as f32,
            false if padded => f32::NAN,
            false => 0.0,
        };
        sums.into_iter().map(mean).collect()
    }

    /// The rows with these corruptions, one after the other.
    pub(crate) fn corrupted(&'a self, steps: &[CorruptionStep], seed: u64) -> CorruptedRows<'a> {
        let inputs = self.inputs.len();
        let mut changes: Vec<Vec<Change>> = (0..inputs).map(|_| vec![]).collect();
        let mut missing: Vec<Option<Vec<bool>>> = vec![None; inputs];
        for step in steps.iter().filter(|step| step.level > 0.0) {
            let (affected, numbers) = self.affected(step, seed);
            for (input, rows) in affected.into_iter().enumerate() {
                let applies = step.kind.applies_to(self.inputs[input].kind) && rows.contains(&true);
                if !applies {
                    continue;
                }
                if step.kind == CorruptionKind::Missing {
                    let missing = missing[input].get_or_insert_with(|| vec![false; rows.len()]);
                    missing.iter_mut().zip(rows).for_each(|(missing, row)| *missing |= row);
                } else {
                    let (content, rows) = self.content(step, input, rows, seed);
                    changes[input].push(Change { rows, numbers: numbers.clone(), content });
                }
            }
        }
        let (hidden, replaced) = self.resolve(missing);
        CorruptedRows { rows: self, seed, changes, hidden, replaced }
    }

    /// The rows of each input that a step changes, those that lack it left out.
    fn affected(&self, step: &CorruptionStep, seed: u64) -> (Vec<Vec<bool>>, Option<Range<usize>>) {
        let mut affected = vec![vec![false; self.subset.rows]; self.inputs.len()];
        let ids = &self.subset.row_ids;
        let purpose = step.kind.as_str();
        let mut mark = |input: Option<usize>, row: u32| {
            if let Some(input) = input.filter(|input| self.has(*input, row as usize)) {
                affected[input][row as usize] = true;
            }
        };
        match &step.target {
            CorruptionTarget::Drawn(Exposure { rows, modalities }) => {
                let places: Vec<Option<usize>> = self.drawn_from.iter().map(|name| self.input(name)).collect();
                for row in exposed_rows(ids, *rows, seed, purpose) {
                    let id = ids[row as usize];
                    let chosen = exposed_modalities(*modalities, places.len(), id, seed, purpose);
                    chosen.into_iter().for_each(|place| mark(places[place], row));
                }
                (affected, None)
            }
            CorruptionTarget::Modality { name, rows, numbers } => {
                let input = self.input(name);
                exposed_rows(ids, *rows, seed, purpose).into_iter().for_each(|row| mark(input, row));
                (affected, numbers.clone())
            }
        }
    }

    /// What a step makes of an input, and of which of these rows.
    fn content(&self, step: &CorruptionStep, input: usize, mut rows: Vec<bool>, seed: u64) -> (Content, Vec<bool>) {
        let (ids, labels) = (&self.subset.row_ids, &self.subset.labels);
        let name = &self.inputs[input].name;
        let content = match step.kind {
            CorruptionKind::Swap => {
                let mut from: Vec<u32> = (0..rows.len() as u32).collect();
                for row in 0..rows.len() {
                    let fits = |other: usize| labels[other] != labels[row] && self.has(input, other);
                    match rows[row].then(|| other_row(seed, name, ids[row], rows.len(), fits)) {
                        Some(Some(other)) => from[row] = other as u32,
                        Some(None) => rows[row] = false,
                        None => {}
                    }
                }
                Content::OfRow(from)
            }
            CorruptionKind::Shuffle => {
                // A random cycle, so that no row keeps its own content.
                let mut from: Vec<u32> = (0..rows.len() as u32).collect();
                let members: Vec<u32> = from.iter().copied().filter(|row| rows[*row as usize]).collect();
                let own: Vec<u64> = members.iter().map(|row| ids[*row as usize]).collect();
                let order = row_order(&own, seed, name);
                for (at, place) in order.iter().enumerate() {
                    let next = order[(at + 1) % order.len()];
                    from[members[*place as usize] as usize] = members[next as usize];
                }
                Content::OfRow(from)
            }
            CorruptionKind::NextClass => Content::OfNextClass,
            CorruptionKind::Constant => Content::Neutral,
            kind => Content::Corrupted(kind, step.level),
        };
        (content, rows)
    }

    /// Divides the missing inputs into those that are hidden and those that are replaced, row by row.
    #[expect(clippy::type_complexity, reason = "two lists of the same kind")]
    fn resolve(&self, missing: Vec<Option<Vec<bool>>>) -> (Vec<Option<Vec<bool>>>, Vec<Option<Vec<bool>>>) {
        let gone = |input: usize, row: usize| missing[input].as_ref().is_some_and(|missing| missing[row]);
        let remains = |row: usize| {
            let there = |input: &usize| self.has(*input, row) && !gone(*input, row);
            self.plan.loss.components.iter().any(|component| component.inputs.iter().all(there))
        };
        let undecided: Vec<usize> = (0..self.subset.rows)
            .filter(|row| (0..missing.len()).any(|input| gone(input, *row)) && !remains(*row))
            .collect();
        let mut hidden = missing.clone();
        let mut replaced: Vec<Option<Vec<bool>>> = vec![None; missing.len()];
        for (input, missing) in missing.iter().enumerate() {
            for row in undecided.iter().filter(|row| missing.as_ref().is_some_and(|missing| missing[**row])) {
                replaced[input].get_or_insert_with(|| vec![false; self.subset.rows])[*row] = true;
                if let Some(hidden) = &mut hidden[input] {
                    hidden[*row] = false;
                }
            }
        }
        (hidden, replaced)
    }
}

impl CorruptedRows<'_> {
    /// On how many rows a missing modality has its neutral content, because no component is left without it.
    pub(crate) fn replaced_rows(&self) -> usize {
        let replaced = |row: usize| self.replaced.iter().flatten().any(|replaced| replaced[row]);
        (0..self.rows.subset.rows).filter(|row| replaced(*row)).count()
    }

    /// Leaves out the components that need an input which is hidden. Batches say so of optional inputs only.
    pub(crate) fn hide(&self, logits: &mut Logits) {
        let rows = logits.rows;
        for (component, present) in self.rows.plan.loss.components.iter().zip(&mut logits.present) {
            for hidden in component.inputs.iter().filter_map(|input| self.hidden[*input].as_ref()) {
                let present = present.get_or_insert_with(|| vec![true; rows]);
                present.iter_mut().zip(hidden).for_each(|(present, hidden)| *present &= !hidden);
            }
        }
    }

    /// Makes `numbers` those of a row of an input after a change.
    fn change(&self, change: &Change, input: usize, row: usize, numbers: &mut [f32], scratch: &mut Vec<f32>) {
        let rows = self.rows;
        let range = change.numbers.clone().unwrap_or(0..numbers.len());
        let mut take = |from: &[f32]| numbers[range.clone()].copy_from_slice(&from[range.clone()]);
        match &change.content {
            Content::Corrupted(kind, level) => {
                let id = rows.subset.row_ids[row];
                corrupt_numbers(&rows.inputs[input], *kind, *level, self.seed, id, numbers);
            }
            Content::OfRow(from) => {
                scratch.clear();
                rows.modality(input).extend(scratch, from[row], None);
                take(scratch);
            }
            Content::OfNextClass => {
                let classes = rows.class_examples.len().max(1);
                let next = (rows.subset.labels[row] as usize + 1) % classes;
                let example = rows.class_examples.get(next).and_then(|inputs| inputs[input].as_ref());
                if let Some(example) = example {
                    take(example);
                }
            }
            Content::Neutral => take(rows.neutral(input)),
        }
    }
}

impl BatchSource for CorruptedRows<'_> {
    fn len(&self) -> usize {
        self.rows.subset.rows
    }

    fn labels(&self) -> &[u32] {
        &self.rows.subset.labels
    }

    fn weights(&self) -> &[f64] {
        &self.rows.subset.weights
    }

    fn fill(&self, which: &[u32], batch: &mut Batch) {
        self.rows.subset.fill(batch, which, &self.rows.places);
        let mut scratch = vec![];
        for input in 0..self.rows.inputs.len() {
            let width = self.rows.modality(input).width;
            let (hidden, replaced) = (&self.hidden[input], &self.replaced[input]);
            for (at, row) in which.iter().map(|row| *row as usize).enumerate() {
                let numbers = &mut batch.inputs[input][at * width..(at + 1) * width];
                for change in self.changes[input].iter().filter(|change| change.rows[row]) {
                    self.change(change, input, row, numbers, &mut scratch);
                }
                if replaced.as_ref().is_some_and(|replaced| replaced[row]) {
                    numbers.copy_from_slice(self.rows.neutral(input));
                }
                if hidden.as_ref().is_some_and(|hidden| hidden[row]) {
                    numbers.fill(0.0);
                    if let Some(present) = &mut batch.present[input] {
                        present[at] = false;
                    }
                }
            }
        }
    }

    fn fill_training(&self, rows: &[u32], batch: &mut Batch, _draw: Draw) {
        self.fill(rows, batch);
    }
}
