//! The name of a metric as the value of an option.

use crate::sema::likely_name;
use crate::spec::Metric;

/// The metric called `name`.
pub(in crate::cli) fn metric(name: &str) -> Result<Metric, String> {
    let names = || Metric::ALL.into_iter().map(Metric::as_str);
    Metric::ALL.into_iter().find(|metric| metric.as_str() == name).ok_or_else(|| match likely_name(name, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_have_the_names_of_the_language() {
        assert_eq!(metric("log_loss"), Ok(Metric::LogLoss));
        assert_eq!(metric("log_los"), Err("did you mean `log_loss`?".into()));
        assert_eq!(metric("accuracy"), Err("did you mean `error`?".into()));
        assert!(metric("speed").unwrap_err().contains("there are error, loss"));
    }
}
