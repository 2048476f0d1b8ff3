//! What each component lost on each training row in the epochs before, for losses that compare rows by it. Part of a
//! checkpoint.

use crate::plan::{Batch, Plan};

/// The sums of the losses of every training row. Empty where no loss reads them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PastLosses {
    /// One per component: for each training row the sum of `-log p^y` over the epochs that had the component.
    pub sums: Vec<Vec<f32>>,
    /// One per component: the least and the greatest sum as the running epoch began.
    pub ranges: Vec<(f32, f32)>,
}

impl PastLosses {
    /// For a training of this plan on so many rows, before the first epoch.
    pub(super) fn new(plan: &Plan, rows: usize) -> Self {
        if plan.loss.combination.rank() == 0.0 {
            return Self::default();
        }
        let components = plan.loss.components.len();
        Self { sums: vec![vec![0.0; rows]; components], ranges: vec![(0.0, 0.0); components] }
    }

    /// Called before the first step of an epoch: the sums are scaled by their least and greatest as they are now. A row comes
    /// once in an epoch, so that its own sum is then the one of the epochs before too.
    pub(super) fn begin_epoch(&mut self) {
        for (sums, range) in self.sums.iter().zip(&mut self.ranges) {
            let least = sums.iter().copied().fold(f32::INFINITY, f32::min);
            *range = (least, sums.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        }
    }

    /// Gives a batch the past of its rows, scaled to 0 to 1.
    pub(super) fn fill(&self, rows: &[u32], batch: &mut Batch) {
        let scaled = |(sums, (least, most)): (&Vec<f32>, &(f32, f32))| {
            let width = most - least;
            let of_row = |row: &u32| if width > 0.0 { (sums[*row as usize] - least) / width } else { 0.0 };
            rows.iter().map(of_row).collect()
        };
        batch.past = self.sums.iter().zip(&self.ranges).map(scaled).collect();
    }

    /// Adds what a step lost on its rows.
    pub(super) fn add(&mut self, rows: &[u32], losses: &[Vec<f32>]) {
        for (sums, losses) in self.sums.iter_mut().zip(losses) {
            for (row, loss) in rows.iter().zip(losses) {
                sums[*row as usize] += loss;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_scaled_by_those_of_the_epochs_before() {
        let mut past = PastLosses { sums: vec![vec![0.0; 3]; 2], ranges: vec![(0.0, 0.0); 2] };
        let mut batch = Batch::default();
        past.begin_epoch();
        past.fill(&[2, 0], &mut batch);
        // Nothing is known of any row.
        assert_eq!(batch.past, [[0.0, 0.0], [0.0, 0.0]]);
        past.add(&[2, 0], &[vec![3.0, 1.0], vec![0.0, 2.0]]);
        past.fill(&[1], &mut batch);
        assert_eq!(batch.past, [[0.0], [0.0]]);
        past.add(&[1], &[vec![2.0], vec![1.0]]);
        past.begin_epoch();
        past.fill(&[0, 1, 2], &mut batch);
        assert_eq!(batch.past, [[0.0, 0.5, 1.0], [1.0, 0.5, 0.0]]);
        // Steps of the epoch do not move the scale.
        past.add(&[0], &[vec![8.0], vec![8.0]]);
        past.fill(&[1, 2], &mut batch);
        assert_eq!(batch.past, [[0.5, 1.0], [0.5, 0.0]]);
    }
}
