//! Two class names that say yes and no, over cells that are indices, in the order that makes 0 the yes.

use crate::diag::{Code, Problem, Problems, string_literal};
use crate::lint::subject::Subject;
use crate::spec::DataProfile;

/// Words that say yes and no.
const PAIRS: [(&str, &str); 12] = [
    ("yes", "no"),
    ("y", "n"),
    ("true", "false"),
    ("t", "f"),
    ("on", "off"),
    ("positive", "negative"),
    ("pos", "neg"),
    ("present", "absent"),
    ("pass", "fail"),
    ("passed", "failed"),
    ("success", "failure"),
    ("good", "bad"),
];

/// What makes a no of a word.
const NEGATIONS: [&str; 8] = ["not ", "not_", "not-", "no ", "no_", "no-", "non-", "non_"];

pub(in crate::lint) fn swapped_classes(subject: &Subject<'_>, profile: &DataProfile) -> Problems {
    let mut problems = Problems::new();
    let ([first, second], Some(_)) = (profile.classes.as_slice(), &profile.assumption) else { return problems };
    if !are_yes_and_no(&first.to_lowercase(), &second.to_lowercase()) {
        return problems;
    }
    let label = &subject.hir.label;
    let rows = |class: usize| profile.class_rows.get(class).copied().unwrap_or(0);
    let message = format!("`{}` has 0 and 1 in its cells, and 0 is read as `{first}`", label.name);
    let right = format!("class[{}, {}]", string_literal(second), string_literal(first));
    let counted = format!("0 is `{first}` ({} rows), 1 is `{second}` ({} rows)", rows(0), rows(1));
    problems.push(
        Problem::warning(Code::SwappedClasses, message)
            .at(label.type_span, counted)
            .also(label.column.span, "the cells are indices")
            .help(format!(
                "1 usually stands for `{first}`: then write `{right}`; keep the order with `# mmc: allow(swapped_classes)`"
            ))
            .edit(label.type_span, right, false),
    );
    problems
}

fn are_yes_and_no(first: &str, second: &str) -> bool {
    let negated = NEGATIONS.iter().any(|no| second.strip_prefix(no) == Some(first));
    negated || PAIRS.contains(&(first, second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yes_before_its_no_is_swapped() {
        for (first, second) in [("yes", "no"), ("true", "false"), ("spam", "not spam"), ("smoker", "non-smoker")] {
            assert!(are_yes_and_no(first, second) && !are_yes_and_no(second, first), "{first}");
        }
        assert!(!are_yes_and_no("left", "right") && !are_yes_and_no("yes", "false"));
    }
}
