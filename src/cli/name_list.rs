//! A list of names as a text, cut where it is long.

use super::numbers::grouped;

/// The first names of a list, and how many more there are.
pub(super) fn listed(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let mut text: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = match names.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("{} more", grouped(more as u64)),
    };
    text.extend(Some(more.as_str()).filter(|more| !more.is_empty()));
    text.join(", ")
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<String> = (0..10).map(|number| number.to_string()).collect();
        assert_eq!(listed(&names[..2]), "0, 1");
        assert_eq!(listed(&names), "0, 1, 2, 3, 4, 5, 6, 7, 2 more");
    }
}
