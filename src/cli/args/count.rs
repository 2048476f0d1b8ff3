//! Counts as values of options: whole numbers of at least 1.

use std::num::IntErrorKind;
use std::str::FromStr;

/// A count with a largest value that the computer or the program sets.
pub(in crate::cli) fn at_most<N: FromStr>(most: u64) -> impl Fn(&str) -> Result<N, String> + Clone {
    move |text| {
        let count: u64 = text.parse().map_err(|error: std::num::ParseIntError| match error.kind() {
            IntErrorKind::PosOverflow => too_large(most),
            _ => "expected a whole number of at least 1".to_owned(),
        })?;
        match count {
            0 => Err("it must be at least 1".into()),
            count if count > most => Err(too_large(most)),
            count => count.to_string().parse().map_err(|_| too_large(most)),
        }
    }
}

fn too_large(most: u64) -> String {
    format!("it must be at most {most}")
}

/// A count of any size.
pub(in crate::cli) fn at_least_one(text: &str) -> Result<u64, String> {
    at_most(u64::MAX)(text)
}

/// A number of threads.
pub(in crate::cli) fn threads(text: &str) -> Result<u16, String> {
    at_most(1024)(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_at_least_one() {
        assert_eq!(at_least_one("1"), Ok(1));
        assert_eq!(at_least_one("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(at_least_one("0"), Err("it must be at least 1".into()));
        for wrong in ["", "-1", "1.5", "ten", " 1"] {
            assert_eq!(at_least_one(wrong), Err("expected a whole number of at least 1".into()), "{wrong}");
        }
        assert!(at_least_one("18446744073709551616").unwrap_err().contains("at most"));
        assert_eq!(threads("1024"), Ok(1024));
        assert_eq!(threads("1025"), Err("it must be at most 1024".into()));
    }
}
