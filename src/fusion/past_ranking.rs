//! The term of QMF (Zhang et al., ICML 2023) that orders the weights of rows by their past losses: of two rows, the one that a
//! component lost more on is to have the smaller weight.

use super::dynamic::energy_weight;

/// One component on some rows of a batch: those that have it, in order. Each is compared with the next, and the last with
/// the first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PastRanking {
    /// `c`: the weight of the component on each row.
    weights: Vec<f64>,
    /// What the component lost on each row before, scaled to 0 to 1.
    past: Vec<f64>,
    /// The share of each row in the loss of the batch.
    shares: Vec<f64>,
}

/// The term of the rows with its derivative by the weight of each.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedLoss {
    /// `sum_i share_i max(0, g_i (c_i - c_j) + |k_i - k_j|)`, with `j` the row after `i` and `g_i` the sign of `k_i - k_j`.
    pub loss: f64,
    /// Its derivatives by each `c_i`.
    pub slopes: Vec<f64>,
}

impl PastRanking {
    /// Adds a row of these logits.
    pub fn push(&mut self, logits: impl Iterator<Item = f64> + Clone, past: f64, share: f64) {
        self.weights.push(energy_weight(logits));
        self.past.push(past);
        self.shares.push(share);
    }

    /// The term of all rows.
    pub fn ranked(&self) -> RankedLoss {
        let rows = self.weights.len();
        let mut ranked = RankedLoss { loss: 0.0, slopes: vec![0.0; rows] };
        for row in 0..rows {
            let next = (row + 1) % rows;
            let apart = self.past[row] - self.past[next];
            // Rows that lost equally much are in order whatever their weights.
            let sign = if apart == 0.0 { 0.0 } else { apart.signum() };
            let hinge = sign * (self.weights[row] - self.weights[next]) + apart.abs();
            if hinge > 0.0 {
                ranked.loss += self.shares[row] * hinge;
                ranked.slopes[row] += self.shares[row] * sign;
                ranked.slopes[next] -= self.shares[row] * sign;
            }
        }
        ranked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(numbers: &[(f64, f64, f64)]) -> PastRanking {
        let column = |of: fn(&(f64, f64, f64)) -> f64| numbers.iter().map(of).collect();
        PastRanking { weights: column(|row| row.0), past: column(|row| row.1), shares: column(|row| row.2) }
    }

    #[test]
    fn who_lost_more_is_to_weigh_less_by_as_much() {
        // The first lost more and weighs more: both orders of the pair ask for a change.
        let found = rows(&[(0.5, 0.9, 0.25), (0.2, 0.3, 0.75)]).ranked();
        assert!((found.loss - 0.9).abs() < 1e-15, "{found:?}");
        assert_eq!(found.slopes, [1.0, -1.0]);
        // In order, and further apart than the losses.
        let found = rows(&[(0.1, 0.9, 0.5), (0.8, 0.3, 0.5)]).ranked();
        assert_eq!(found, RankedLoss { loss: 0.0, slopes: vec![0.0; 2] });
        // In order, and less far apart.
        let found = rows(&[(0.1, 0.9, 0.5), (0.2, 0.3, 0.5)]).ranked();
        assert!((found.loss - 0.5).abs() < 1e-15, "{found:?}");
    }

    #[test]
    fn equal_pasts_and_single_rows_ask_for_nothing() {
        for of in [vec![(0.5, 0.4, 0.5), (0.1, 0.4, 0.5)], vec![(0.5, 0.4, 1.0)], vec![]] {
            assert_eq!(rows(&of).ranked(), RankedLoss { loss: 0.0, slopes: vec![0.0; of.len()] });
        }
    }

    #[test]
    fn slopes_are_those_of_finite_differences() {
        let given = [(0.5, 0.9, 0.1), (0.2, 0.3, 0.2), (0.7, 0.35, 0.3), (-0.4, 0.0, 0.25), (0.3, 1.0, 0.15)];
        let found = rows(&given).ranked();
        for at in 0..given.len() {
            let loss = |by: f64| {
                let mut moved = given;
                moved[at].0 += by;
                rows(&moved).ranked().loss
            };
            assert!(((loss(1e-6) - loss(-1e-6)) / 2e-6 - found.slopes[at]).abs() < 1e-9, "{at}: {found:?}");
        }
    }
}
