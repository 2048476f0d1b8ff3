//! Arguments on how sure decisions are, which `mmc predict` and `mmc trust` share.

use clap::ValueEnum;

/// What abstention is to reach: `error<5%`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::cli) struct ErrorTarget(pub(in crate::cli) f64);

/// The order in which predictions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SortBy {
    /// The least sure rows first
    Uncertainty,
}

/// A share that is neither 0 nor 1: `90%` or `0.9`.
pub(in crate::cli) fn inner_share(text: &str) -> Result<f64, String> {
    let number = match text.trim().strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().map(|percent| percent / 100.0),
        None => text.trim().parse(),
    };
    let number = number.ok().filter(|number: &f64| *number > 0.0 && *number < 1.0);
    number.ok_or_else(|| "expected a share between 0 and 1, such as `90%` or `0.9`".into())
}

/// `error<5%`, or `error<0.05`.
pub(in crate::cli) fn error_target(text: &str) -> Result<ErrorTarget, String> {
    let parts = text.split_once('<').filter(|(metric, _)| metric.trim() == "error");
    let share = parts.and_then(|(_, share)| inner_share(share.trim_start_matches('=')).ok());
    share.map(ErrorTarget).ok_or_else(|| "expected a target such as `error<5%`".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_targets_are_read() {
        assert_eq!((inner_share("90%"), inner_share("0.9"), inner_share(" 2.5 %")), (Ok(0.9), Ok(0.9), Ok(0.025)));
        assert!(["0", "1", "100%", "-5%", "NaN", "much", ""].into_iter().all(|bad| inner_share(bad).is_err()));
        assert_eq!(error_target("error<5%"), Ok(ErrorTarget(0.05)));
        assert_eq!(error_target("error <= 0.1"), Ok(ErrorTarget(0.1)));
        assert!(["error", "error<0", "auc<5%", "5%", "error>5%"].into_iter().all(|bad| error_target(bad).is_err()));
    }
}
