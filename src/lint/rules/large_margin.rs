//! A margin that no row can pass: delta is a difference of class losses, which grow with the number of components and
//! their weights, and not a difference of probabilities (equation 10).

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::Subject;

/// Largest confidence of components that is considered possible.
const SURE: f64 = 0.99;

pub(in crate::lint) fn large_margin(subject: &Subject<'_>) -> Problems {
    let classes = subject.hir.label.classes.count();
    let mut problems = Problems::new();
    for combine in &subject.hir.combines {
        let rule = &combine.combination;
        let (Some(beta), Some(delta), Some(entry)) = (rule.beta(), rule.margin(), subject.setting(combine, "boost"))
        else {
            continue;
        };
        let weight: f64 = combine.components.iter().map(|component| component.weight).sum();
        let sure = subject.unit_logits(combine).map_or(SURE, |unit| SURE.min(unit.largest_probability(classes)));
        let reach = weight * lead(sure, beta, combine.components.len(), classes);
        if delta > reach {
            let count = combine.components.len();
            let message = format!("`margin({delta})` leaves no row out: none leads by that much");
            let problem = Problem::warning(Code::LargeMargin, message)
                .at(entry.value.span, "a difference of class losses, not of probabilities");
            problems.push(problem.help(format!(
                "the class losses of `{}` add up {count} components of total weight {weight}: \
                 where each gives the label {sure:.2}, the label leads by {reach:.2}",
                combine.name
            )));
        }
    }
    problems
}

/// By how much the label's class loss is below that of every other class for a total weight of 1, where all components
/// give the label the probability `p` and share the rest among the other classes (equations 8 and 9).
fn lead(p: f64, beta: f64, components: usize, classes: usize) -> f64 {
    let other = (1.0 - p) / (classes.max(2) - 1) as f64;
    // With one component there is no other to reduce its weight.
    let q = |p: f64| if components > 1 { (1.0 - p).powf(beta) } else { 1.0 };
    q(p) * p.ln() - q(other) * other.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lead_of_one_component_is_the_difference_of_its_log_probabilities() {
        assert!((lead(0.9, 1.0, 1, 2) - (0.9f64 / 0.1).ln()).abs() < 1e-12);
        assert!((lead(0.9, 1.0, 1, 11) - (0.9f64 / 0.01).ln()).abs() < 1e-12);
    }

    #[test]
    fn beta_gives_the_label_of_a_sure_component_less_to_lose() {
        // q is 0.1 for the label and 0.9 for the other class: 0.1 ln 0.9 - 0.9 ln 0.1.
        assert!((lead(0.9, 1.0, 2, 2) - (0.1 * 0.9f64.ln() - 0.9 * 0.1f64.ln())).abs() < 1e-12);
        assert_eq!(lead(0.9, 0.0, 3, 2), lead(0.9, 1.0, 1, 2));
    }
}
