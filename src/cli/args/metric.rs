//! The argument that names a metric.

use crate::diag::nearest;
use crate::spec::Metric;

/// The metric of this name, as the language names it.
pub(super) fn metric(name: &str) -> Result<Metric, String> {
    Metric::ALL.into_iter().find(|metric| metric.as_str() == name).ok_or_else(|| {
        let names = Metric::ALL.map(Metric::as_str);
        match nearest(name, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", names.join(", ")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_have_the_names_of_the_language() {
        assert_eq!((metric("error"), metric("log_loss")), (Ok(Metric::Error), Ok(Metric::LogLoss)));
        assert_eq!(metric("log_los"), Err("did you mean `log_loss`?".into()));
        assert!(metric("accuracy").unwrap_err().contains("error, loss, auc"));
    }
}
