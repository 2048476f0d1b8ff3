//! The portable form of every combination against its exact form: the tensor operations are those of this file, in double
//! precision, one row at a time.

use mmc::fusion::{
    ClassLoss, Combination, CombinationRule, Combiner, LabelledTensors, Multiplicative, Multitask, QGradient, Tensors,
};
use std::convert::Infallible;

/// The operations on one row, whose exact log-probabilities are given.
struct OneRow<'a> {
    node: &'a ClassLoss,
    label: usize,
}

type Numbers = Result<Vec<f64>, Infallible>;

impl OneRow<'_> {
    fn of(&self, numbers: &[f64], component: usize) -> Vec<f64> {
        numbers[component * self.classes()..(component + 1) * self.classes()].to_vec()
    }

    fn count(&self) -> usize {
        self.node.row.count_present()
    }
}

impl Tensors for OneRow<'_> {
    type Tensor = Vec<f64>;
    type Row = f64;
    type Error = Infallible;

    fn components(&self) -> usize {
        self.node.row.components()
    }

    fn classes(&self) -> usize {
        self.node.row.classes
    }

    fn weight(&self, component: usize) -> f64 {
        self.node.row.weights[component]
    }

    fn neg_log_p(&mut self, component: usize) -> Numbers {
        Ok(self.of(&self.node.row.neg_log_p, component))
    }

    fn log_rest(&mut self, component: usize) -> Numbers {
        Ok(self.of(&self.node.row.log_rest, component))
    }

    fn most_probable(&mut self, component: usize) -> Numbers {
        let logits = self.of(&self.node.row.logits, component);
        let first = (1..logits.len()).fold(0, |best, class| if logits[class] > logits[best] { class } else { best });
        Ok((0..logits.len()).map(|class| if class == first { 1.0 } else { 0.0 }).collect())
    }

    fn where_present(&mut self, component: usize, factor: f64) -> Numbers {
        Ok(vec![if self.node.row.present[component] { factor } else { 0.0 }; self.classes()])
    }

    fn per_other(&mut self, component: usize, factor: f64) -> Numbers {
        let counts = self.node.row.present[component] && self.count() > 1;
        Ok(vec![if counts { factor / (self.count() - 1) as f64 } else { 0.0 }; self.classes()])
    }

    fn log_count(&mut self, more: f64) -> Result<f64, Infallible> {
        Ok(if self.count() == 0 { 0.0 } else { (self.count() as f64 + more).ln() })
    }

    fn by_class(&mut self, numbers: &[f64]) -> Numbers {
        Ok(numbers.iter().map(|number| if self.count() == 0 { 0.0 } else { *number }).collect())
    }

    fn exact_class_losses(&mut self) -> Numbers {
        Ok(self.node.row.losses.clone())
    }

    fn zeros(&mut self) -> Numbers {
        Ok(vec![0.0; self.classes()])
    }

    fn detach(&mut self, x: &Vec<f64>) -> Numbers {
        Ok(x.clone())
    }

    fn add(&mut self, x: &Vec<f64>, y: &Vec<f64>) -> Numbers {
        Ok(x.iter().zip(y).map(|(x, y)| x + y).collect())
    }

    fn mul(&mut self, x: &Vec<f64>, y: &Vec<f64>) -> Numbers {
        Ok(x.iter().zip(y).map(|(x, y)| x * y).collect())
    }

    fn exp(&mut self, x: &Vec<f64>) -> Numbers {
        Ok(x.iter().map(|x| x.exp()).collect())
    }

    fn log(&mut self, x: &Vec<f64>) -> Numbers {
        Ok(x.iter().map(|x| if self.count() == 0 { 0.0 } else { x.ln() }).collect())
    }

    fn negate(&mut self, x: &Vec<f64>) -> Numbers {
        Ok(x.iter().map(|x| -x).collect())
    }

    fn log_sum_exp(&mut self, x: &Vec<f64>) -> Result<f64, Infallible> {
        Ok(if self.count() == 0 { 0.0 } else { x.iter().map(|x| x.exp()).sum::<f64>().ln() })
    }

    fn add_row(&mut self, x: &Vec<f64>, y: &f64) -> Numbers {
        Ok(x.iter().map(|x| x + y).collect())
    }
}

impl LabelledTensors for OneRow<'_> {
    type Loss = f64;

    fn epoch(&self) -> Option<u64> {
        self.node.row.epoch
    }

    fn mean_of_label(&mut self, x: &Vec<f64>) -> Result<f64, Infallible> {
        Ok(if self.node.row_loss(self.label).counts { x[self.label] } else { 0.0 })
    }

    fn mean_of_rows(&mut self, x: &f64) -> Result<f64, Infallible> {
        Ok(if self.node.row_loss(self.label).counts { *x } else { 0.0 })
    }

    fn exact_loss(&mut self) -> Result<f64, Infallible> {
        Ok(self.node.row_loss(self.label).loss)
    }

    fn add_losses(&mut self, x: f64, y: f64) -> Result<f64, Infallible> {
        Ok(x + y)
    }
}

fn combinations() -> Vec<Combination> {
    let multiplicative = |beta, gradient, boost, normalize| {
        Combination::Multiplicative(Multiplicative {
            beta,
            gradient,
            boost,
            normalize,
            ..Multiplicative::CROSS_ENTROPY
        })
    };
    let generalized = |gradient, normalize| {
        let rule = Multiplicative { beta: 0.7, gradient, normalize, gce: Some(0.4), ..Multiplicative::CROSS_ENTROPY };
        Combination::Multiplicative(Multiplicative { anneal: 4, ..rule })
    };
    vec![
        Combination::CROSS_ENTROPY,
        multiplicative(0.7, QGradient::Detached, None, false),
        multiplicative(0.7, QGradient::Attached, None, true),
        multiplicative(1.0, QGradient::Detached, Some(0.2), false),
        generalized(QGradient::Detached, false),
        generalized(QGradient::Attached, true),
        Combination::Average,
        Combination::Vote,
        Combination::Learned(Combiner { weights: vec![0.5, 2.0, -0.3], bias: vec![0.1, -0.4, 0.2] }),
        Combination::Learned(Combiner::default()),
        Combination::Multitask(Multitask {}),
    ]
}

#[test]
fn the_portable_form_of_every_combination_is_its_exact_form() {
    let logits = [0.3, -1.2, 0.9, 2.0, 0.1, -0.7, -0.4, 1.5, 0.2];
    let patterns = [[true; 3], [true, false, true], [false, true, false], [false; 3]];
    for combination in combinations() {
        for (present, label) in patterns.into_iter().flat_map(|present| (0..3).map(move |label| (present, label))) {
            let mut node = ClassLoss::new(&combination, &[1.0, 0.5, 2.0], 3);
            node.row.logits.copy_from_slice(&logits);
            node.row.present.copy_from_slice(&present);
            // Rules that change with the epoch are half way; the class losses of an export are those after the last.
            node.forward();
            let mut tensors = OneRow { node: &node, label };
            let Ok(losses) = combination.class_losses(&mut tensors);
            for (portable, exact) in losses.iter().zip(&node.row.losses) {
                assert!((portable - exact).abs() < 1e-12, "{combination:?} {present:?}: {portable} {exact}");
            }
            let mut node = node.clone();
            node.row.epoch = Some(3);
            node.forward();
            let Ok(loss) = combination.training_loss(&mut OneRow { node: &node, label });
            let exact = node.row_loss(label).loss;
            assert!((loss - exact).abs() < 1e-12, "{combination:?} {present:?} {label}: {loss} {exact}");
        }
    }
}
