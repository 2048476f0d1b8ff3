//! Whether one component alone decides better than the whole combination.

use super::{ComponentScores, Scores};
use crate::fusion::CombinationRule;
use crate::plan::LossSpec;

/// The note where a component is better than the whole on validation rows, by more than a standard error: its errors beside
/// those of the whole, and what to try. Only components that every row has are compared.
pub fn outdone(combine: &str, loss: &LossSpec, valid: &Scores) -> Option<String> {
    if valid.components.len() < 2 {
        return None;
    }
    let complete = valid.components.iter().filter(|component| component.rows == valid.rows);
    let best: &ComponentScores = complete.min_by(|a, b| a.error.total_cmp(&b.error))?;
    // Of the difference of two shares of the same rows, at most: where no row is wrong for both.
    let standard_error = ((best.error + valid.error) / valid.rows as f64).sqrt();
    (valid.error - best.error > standard_error).then(|| {
        format!(
            "on the validation rows `{}` alone decides better than `{combine}`: {:.2} % error against {:.2} %; try {}",
            best.name,
            100.0 * best.error,
            100.0 * valid.error,
            loss.combination.alternative(),
        )
    })
}
