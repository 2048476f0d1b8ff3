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
    changes: Vec<Vec<RowChange>>,
    /// The rows that lack an input they had; `None` where there are none.
    hidden: Vec<Option<Vec<bool>>>,
    /// The rows on which a missing input has its neutral content instead.
    replaced: Vec<Option<Vec<bool>>>,
}

/// A change of one input on some rows.
struct RowChange {
    /// Which rows.
    rows: Vec<bool>,
    numbers: Option<Range<usize>>,
    content: RowContent,
}

/// What a change makes of an input.
enum RowContent {
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
        let mut changes: Vec<Vec<RowChange>> = (0..inputs).map(|_| vec![]).collect();
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
                    changes[input].push(RowChange { rows, numbers: numbers.clone(), content });
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
    fn content(&self, step: &CorruptionStep, input: usize, mut rows: Vec<bool>, seed: u64) -> (RowContent, Vec<bool>) {
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
                RowContent::OfRow(from)
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
                RowContent::OfRow(from)
            }
            CorruptionKind::NextClass => RowContent::OfNextClass,
            CorruptionKind::Constant => RowContent::Neutral,
            kind => RowContent::Corrupted(kind, step.level),
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
    fn change(&self, change: &RowChange, input: usize, row: usize, numbers: &mut [f32], scratch: &mut Vec<f32>) {
        let rows = self.rows;
        let range = change.numbers.clone().unwrap_or(0..numbers.len());
        let mut take = |from: &[f32]| numbers[range.clone()].copy_from_slice(&from[range.clone()]);
        match &change.content {
            RowContent::Corrupted(kind, level) => {
                let id = rows.subset.row_ids[row];
                corrupt_numbers(&rows.inputs[input], *kind, *level, self.seed, id, numbers);
            }
            RowContent::OfRow(from) => {
                scratch.clear();
                rows.modality(input).extend(scratch, from[row], None);
                take(scratch);
            }
            RowContent::OfNextClass => {
                let classes = rows.class_examples.len().max(1);
                let next = (rows.subset.labels[row] as usize + 1) % classes;
                let example = rows.class_examples.get(next).and_then(|inputs| inputs[input].as_ref());
                if let Some(example) = example {
                    take(example);
                }
            }
            RowContent::Neutral => take(rows.neutral(input)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::AffectedModalities;
    use crate::diag::Span;
    use crate::fusion::Combination;
    use crate::plan::{Component, Cost, Input, LossSpec};
    use crate::shape::Shape;

    const ROWS: usize = 50;
    const INPUTS: usize = 4;

    /// A component for each input, of which the last may be missing.
    fn plan(components: &[&[usize]]) -> Plan {
        let input = |at: usize| Input {
            name: format!("m{at}"),
            kind: ModalityKind::Dense,
            shape: Shape::vector(2),
            optional: at + 1 == INPUTS,
        };
        let component =
            |inputs: &&[usize]| Component { name: String::new(), logits: 0, weight: 1.0, inputs: inputs.to_vec() };
        Plan {
            pipeline: String::new(),
            combine: String::new(),
            inputs: (0..INPUTS).map(input).collect(),
            steps: vec![],
            slots: 0,
            params: vec![],
            buffers: vec![],
            loss: LossSpec {
                classes: vec![],
                components: components.iter().map(component).collect(),
                combination: Combination::Average,
                combiner: None,
                order: None,
                span: Span::default(),
            },
            shardable: true,
            cost: Cost::default(),
        }
    }

    const ALONE: &[&[usize]] = &[&[0], &[1], &[2], &[3]];

    /// Rows of five classes; the numbers of a modality tell row and modality. Every tenth row lacks the last.
    fn subset() -> Subset {
        let modality = |at: usize| {
            let numbers: Vec<f32> = (0..ROWS).flat_map(|row| [(100 * at + row) as f32 + 0.5, -(row as f32)]).collect();
            let present = (at + 1 == INPUTS).then(|| (0..ROWS).map(|row| row % 10 != 0).collect());
            ModalityRows::of_numbers(2, &numbers, present)
        };
        Subset {
            rows: ROWS,
            row_ids: (0..ROWS as u64).map(|row| 7 * row).collect(),
            labels: (0..ROWS as u32).map(|row| row % 5).collect(),
            weights: vec![],
            modalities: (0..INPUTS).map(modality).collect(),
        }
    }

    fn rows<'a>(plan: &'a Plan, subset: &'a Subset) -> CorruptibleRows<'a> {
        CorruptibleRows::new(plan, subset, (0..INPUTS).collect(), &|_| false)
    }

    fn batch(rows: &CorruptedRows<'_>) -> Batch {
        let mut batch = Batch::default();
        rows.fill(&(0..ROWS as u32).collect::<Vec<_>>(), &mut batch);
        batch
    }

    fn drawn(kind: CorruptionKind, level: f64, rows: f64, modalities: AffectedModalities) -> CorruptionStep {
        CorruptionStep { kind, level, target: CorruptionTarget::Drawn(Exposure { rows, modalities }) }
    }

    fn only(kind: CorruptionKind, name: &str, rows: f64) -> CorruptionStep {
        let target = CorruptionTarget::Modality { name: name.into(), rows, numbers: None };
        CorruptionStep { kind, level: rows, target }
    }

    #[test]
    fn without_corruptions_the_bits_are_those_of_the_rows() {
        let (plan, subset) = (plan(ALONE), subset());
        let rows = rows(&plan, &subset);
        let whole = subset.batch(&(0..ROWS as u32).collect::<Vec<_>>(), &[0, 1, 2, 3]);
        assert_eq!(batch(&rows.corrupted(&[], 1)), whole);
        let nothing = CorruptionKind::ALL.map(|kind| drawn(kind, 0.0, 1.0, AffectedModalities::Share(1.0)));
        assert_eq!(batch(&rows.corrupted(&nothing, 1)), whole);
    }

    /// The protocol: noise on a tenth of the rows, on fewer modalities than there are; then two fifths of the rows with one
    /// modality from the first row of the next class.
    #[test]
    fn rows_in_conflict_are_those_of_the_protocol() {
        let (plan, subset) = (plan(ALONE), subset());
        let mut rows = rows(&plan, &subset);
        let example = |class: usize| (0..INPUTS).map(|at| Some(vec![9000.0 + class as f32, at as f32])).collect();
        rows.class_examples = (0..5).map(example).collect();
        let steps = [
            drawn(CorruptionKind::Gaussian, 0.5, 0.1, AffectedModalities::Fewer),
            drawn(CorruptionKind::NextClass, 0.4, 0.4, AffectedModalities::One),
        ];
        let (found, clean) = (batch(&rows.corrupted(&steps, 3)), batch(&rows.corrupted(&[], 3)));
        let (mut in_conflict, mut noisy) = (0, 0);
        for row in 0..ROWS {
            let of = |batch: &Batch, input: usize| batch.inputs[input][2 * row..2 * row + 2].to_vec();
            let next = 9000.0 + ((row + 1) % 5) as f32;
            let from_next = (0..INPUTS).filter(|input| of(&found, *input) == [next, *input as f32]).count();
            let changed = (0..INPUTS).filter(|input| of(&found, *input) != of(&clean, *input)).count();
            assert!(from_next <= 1 && changed - from_next < INPUTS);
            in_conflict += from_next;
            noisy += usize::from(changed > from_next);
        }
        // 20 rows, less those whose modality is missing; 5 rows, less those on which no modality is noisy.
        assert!((15..=20).contains(&in_conflict) && noisy <= 5 && noisy > 0, "{in_conflict} and {noisy}");
    }

    #[test]
    fn a_missing_input_leaves_out_its_components_or_is_replaced() {
        let subset = subset();
        let logits = || Logits { rows: ROWS, components: vec![vec![]; 4], present: vec![None; 4] };
        let alone = plan(ALONE);
        let of_alone = rows(&alone, &subset);
        let steps = [drawn(CorruptionKind::Missing, 0.6, 0.6, AffectedModalities::ShareButOne(1.0))];
        let missing = of_alone.corrupted(&steps, 1);
        let mut found = logits();
        missing.hide(&mut found);
        let batch = batch(&missing);
        for row in 0..ROWS {
            let hidden = (0..3).filter(|at| found.present[*at].as_ref().is_some_and(|present| !present[row])).count();
            let absent = batch.present[3].as_ref().is_some_and(|present| !present[row]);
            assert!(hidden + usize::from(absent) < INPUTS, "nothing is left on row {row}");
        }
        // On a row that lacks the last modality anyway, the last of the others may be taken away too: it is replaced.
        assert!(missing.replaced_rows() <= 5);
        // One component of all inputs: the mean over the rows stands in on 30 rows.
        let joint = plan(&[&[0, 1, 2, 3]]);
        let of_joint = rows(&joint, &subset);
        let missing = of_joint.corrupted(&[only(CorruptionKind::Missing, "m1", 0.6)], 1);
        assert_eq!(missing.replaced_rows(), 30);
        let found = self::batch(&missing);
        let mean = [100.0 + 24.5 + 0.5, -24.5];
        assert_eq!(found.inputs[1].chunks(2).filter(|numbers| *numbers == mean).count(), 30);
    }

    #[test]
    fn exchanged_rows_are_of_another_class_or_a_cycle() {
        let (plan, subset) = (plan(ALONE), subset());
        let rows = rows(&plan, &subset);
        let origin = |batch: &Batch, row: usize| (batch.inputs[2][2 * row] - 200.5) as usize;
        let swapped = batch(&rows.corrupted(&[only(CorruptionKind::Swap, "m2", 1.0)], 9));
        assert!((0..ROWS).all(|row| origin(&swapped, row) % 5 != row % 5));
        let shuffled = batch(&rows.corrupted(&[only(CorruptionKind::Shuffle, "m2", 1.0)], 9));
        let mut origins: Vec<usize> = (0..ROWS).map(|row| origin(&shuffled, row)).collect();
        assert!(origins.iter().enumerate().all(|(row, origin)| row != *origin));
        origins.sort_unstable();
        assert_eq!(origins, (0..ROWS).collect::<Vec<_>>());
        // Columns alone: the second number stays that of its row.
        let target = CorruptionTarget::Modality { name: "m2".into(), rows: 1.0, numbers: Some(0..1) };
        let step = CorruptionStep { kind: CorruptionKind::Shuffle, level: 1.0, target };
        let found = batch(&rows.corrupted(&[step], 9));
        assert!((0..ROWS).all(|row| found.inputs[2][2 * row + 1] == -(row as f32) && origin(&found, row) != row));
    }

    #[test]
    fn a_plan_with_fewer_inputs_sees_the_same_corruptions() {
        let (whole, subset) = (plan(ALONE), subset());
        let mut part = plan(&[&[0]]);
        part.inputs = vec![whole.inputs[2].clone()];
        let mut of_part = CorruptibleRows::new(&part, &subset, vec![2], &|_| false);
        of_part.drawn_from = (0..INPUTS).map(|at| format!("m{at}")).collect();
        for kind in [CorruptionKind::Gaussian, CorruptionKind::Swap, CorruptionKind::Dropout] {
            let steps = [drawn(kind, 0.5, 0.5, AffectedModalities::Share(0.5))];
            let of_whole = rows(&whole, &subset);
            assert_eq!(batch(&of_part.corrupted(&steps, 4)).inputs[0], batch(&of_whole.corrupted(&steps, 4)).inputs[2]);
        }
    }
}
