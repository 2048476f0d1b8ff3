//! Repetitions in a chain of layers: `4 x (linear 300, relu)`.

/// A repeated group of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repetition {
    /// Index of the first item.
    pub start: usize,
    /// Length of the group.
    pub length: usize,
    /// Number of repetitions.
    pub times: usize,
}

/// Longest group searched for.
const LONGEST: usize = 40;

/// Cuts a chain into runs: from left to right the one that covers most, of those the one with the shortest group.
pub fn runs<T: PartialEq>(items: &[T]) -> Vec<Repetition> {
    let mut runs = vec![];
    let mut start = 0;
    while start < items.len() {
        let mut best = Repetition { start, length: 1, times: 1 };
        for length in 1..=LONGEST.min((items.len() - start) / 2) {
            let group = &items[start..start + length];
            let times = 1 + items[start + length..].chunks_exact(length).take_while(|next| *next == group).count();
            if times > 1 && times * length > best.times * best.length {
                best = Repetition { start, length, times };
            }
        }
        start += best.length * best.times;
        runs.push(best);
    }
    runs
}

/// A chain as text, each run listed once.
pub(super) fn summary(items: &[String]) -> Vec<String> {
    runs(items)
        .into_iter()
        .map(|run| {
            let group = &items[run.start..run.start + run.length];
            match (run.times, group) {
                (1, group) => group.join(", "),
                (times, [one]) => format!("{times} x {one}"),
                (times, group) => format!("{times} x ({})", group.join(", ")),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(chain: &str) -> String {
        let items: Vec<String> = chain.split_whitespace().map(str::to_owned).collect();
        summary(&items).join(", ")
    }

    #[test]
    fn what_is_repeated_is_said_once() {
        assert_eq!(text("a b a b a b c"), "3 x (a, b), c");
        assert_eq!(text("a a a a"), "4 x a");
        assert_eq!(text("a b c"), "a, b, c");
        assert_eq!(text("x a b c a b c y y"), "x, 2 x (a, b, c), 2 x y");
        assert_eq!(text(""), "");
    }

    #[test]
    fn runs_cover_every_item_once() {
        let chains = ["a b a b b b a", "a", "a a b a a b", "c a b a b"];
        for chain in chains {
            let items: Vec<&str> = chain.split_whitespace().collect();
            let found = runs(&items);
            let mut back = vec![];
            for run in &found {
                for _ in 0..run.times {
                    back.extend_from_slice(&items[run.start..run.start + run.length]);
                }
            }
            assert_eq!(back, items, "{found:?}");
        }
    }
}
