//! Modality dropout: in training, whole modalities of a row are left out at random, as if the row lacked them, so that
//! a model learns to decide without them.

use crate::data::Draws;
use crate::plan::{Batch, Component, Plan};

/// Leaves out modalities that may be missing.
#[derive(Clone, Copy, Debug)]
pub(super) struct ModalityDropout<'a> {
    plan: &'a Plan,
    p: f64,
    seed: u64,
}

impl<'a> ModalityDropout<'a> {
    pub(super) fn new(plan: &'a Plan, p: f64, seed: u64) -> Self {
        Self { plan, p, seed }
    }

    /// Leaves out each `?` modality of each row with probability `p`, by draws that the seed, the step and the row's
    /// place in the batch decide. If no component would be left, one of those with the fewest modalities is kept,
    /// chosen uniformly.
    pub(super) fn apply(&self, batch: &mut Batch, step: u64) {
        if self.p <= 0.0 {
            return;
        }
        let optional: Vec<usize> = (0..self.plan.inputs.len()).filter(|at| self.plan.inputs[*at].optional).collect();
        let mut draws = Draws::of_modalities(self.seed, step);
        let mut present = vec![true; self.plan.inputs.len()];
        for row in 0..batch.rows {
            for (at, present) in present.iter_mut().enumerate() {
                *present = batch.present[at].as_ref().is_none_or(|mask| mask[row]);
            }
            let before = present.clone();
            for at in &optional {
                // Drawn for every modality, present or not, so that a missing one does not shift the draws.
                present[*at] &= draws.uniform() >= self.p;
            }
            let spared = draws.uniform();
            if !self.plan.loss.components.iter().any(|component| decides(component, &present)) {
                self.spare(&before, &mut present, spared);
            }
            for at in optional.iter().filter(|at| before[**at] && !present[**at]) {
                let width = self.plan.inputs[*at].shape.size();
                batch.present[*at].get_or_insert_with(|| vec![true; batch.rows])[row] = false;
                batch.inputs[*at][row * width..(row + 1) * width].fill(0.0);
            }
        }
    }

    /// Restores the modalities of one of the smallest components available on the row; `draw` in [0, 1) selects it.
    fn spare(&self, before: &[bool], present: &mut [bool], draw: f64) {
        let had = || self.plan.loss.components.iter().filter(|component| decides(component, before));
        let Some(least) = had().map(|component| component.inputs.len()).min() else { return };
        let smallest: Vec<&Component> = had().filter(|component| component.inputs.len() == least).collect();
        let chosen = smallest[((draw * smallest.len() as f64) as usize).min(smallest.len() - 1)];
        for input in &chosen.inputs {
            present[*input] = true;
        }
    }
}

fn decides(component: &Component, present: &[bool]) -> bool {
    component.inputs.iter().all(|input| present[*input])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Span;
    use crate::fusion::Combination;
    use crate::plan::{Cost, Input, LossSpec};
    use crate::shape::Shape;

    /// Components over modalities of width 1, the last of which is always there where `sure`.
    fn plan(modalities: usize, sure: bool, components: &[&[usize]]) -> Plan {
        let input = |at: usize| Input {
            name: format!("m{at}"),
            kind: crate::spec::ModalityKind::Dense,
            shape: Shape::vector(1),
            optional: !(sure && at + 1 == modalities),
        };
        let component =
            |needs: &&[usize]| Component { name: String::new(), logits: 0, weight: 1.0, inputs: needs.to_vec() };
        Plan {
            pipeline: String::new(),
            combine: String::new(),
            inputs: (0..modalities).map(input).collect(),
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

    fn batch(rows: usize, modalities: usize) -> Batch {
        let inputs = vec![vec![1.0; rows]; modalities];
        Batch { rows, inputs, present: vec![None; modalities], labels: vec![0; rows], weights: vec![], past: vec![] }
    }

    fn has(batch: &Batch, modality: usize, row: usize) -> bool {
        batch.present[modality].as_ref().is_none_or(|present| present[row])
    }

    #[test]
    fn the_share_left_out_is_p_and_no_row_is_left_with_nothing() {
        let (p, rows) = (0.4, 20_000);
        let plan = plan(3, false, &[&[0], &[1], &[2], &[0, 1, 2]]);
        let mut batch = batch(rows, 3);
        ModalityDropout::new(&plan, p, 7).apply(&mut batch, 0);
        let mut left = [0; 3];
        for row in 0..rows {
            assert!((0..3).any(|modality| has(&batch, modality, row)), "row {row} has nothing left");
            for (modality, left) in left.iter_mut().enumerate() {
                *left += usize::from(has(&batch, modality, row));
                assert_eq!(batch.inputs[modality][row], f32::from(u8::from(has(&batch, modality, row))));
            }
        }
        // All three are drawn to go in p^3 of the rows, and then each of them stays in a third.
        let expected: f64 = 1.0 - p + p * p * p / 3.0;
        for left in left {
            let share = left as f64 / rows as f64;
            assert!((share - expected).abs() < 5.0 * (expected * (1.0 - expected) / rows as f64).sqrt(), "{share}");
        }
    }

    #[test]
    fn draws_repeat_and_what_is_sure_stays() {
        let plan = plan(2, true, &[&[0, 1], &[1]]);
        let drop = |seed, step| {
            let mut batch = batch(200, 2);
            ModalityDropout::new(&plan, 0.5, seed).apply(&mut batch, step);
            batch
        };
        assert_eq!(drop(1, 4), drop(1, 4));
        assert_ne!(drop(1, 4), drop(1, 5));
        assert_ne!(drop(1, 4), drop(2, 4));
        assert_eq!(drop(1, 4).present[1], None);
    }

    #[test]
    fn what_a_row_lacks_does_not_come_back() {
        let plan = plan(2, false, &[&[0], &[1]]);
        let mut batch = batch(500, 2);
        batch.present[0] = Some(vec![false; 500]);
        ModalityDropout::new(&plan, 0.9, 3).apply(&mut batch, 0);
        // The other is then the only one of the row, and is never left out.
        assert_eq!(batch.present[0], Some(vec![false; 500]));
        assert!((0..500).all(|row| has(&batch, 1, row)));
    }
}
