//! Application of the fixes of problems to a text. Opens no files.

use super::{FileId, Problem, Problems};

/// Selection of fixes to apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fixes {
    /// Fixes that certainly keep the meaning.
    Safe,
    /// Also fixes that are likely right, such as the nearest name.
    All,
}

/// A text with fixes applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The text.
    pub text: String,
    /// Number of problems fixed.
    pub count: usize,
}

/// Applies the fixes of `problems` to `text`, the text of `file`; `None` where there is none.
///
/// The edits of a problem are applied together or not at all. Fixes with edits in another text, or that overlap an earlier
/// fix, are left for the next pass over the text.
pub fn fix(file: FileId, text: &str, problems: &Problems, fixes: Fixes) -> Option<Fixed> {
    let mut taken: Vec<(usize, usize, &str)> = vec![];
    let mut count = 0;
    for problem in problems.iter().filter(|problem| may_apply(problem, fixes)) {
        let edits: Option<Vec<(usize, usize, &str)>> = (problem.edits.iter())
            .map(|edit| {
                let range = edit.span.range();
                let inside = edit.span.file == file && text.get(range.clone()).is_some();
                inside.then_some((range.start, range.end, edit.replacement.as_str()))
            })
            .collect();
        let Some(edits) = edits else { continue };
        let changes = edits.iter().any(|(start, end, replacement)| text.get(*start..*end) != Some(*replacement));
        // Two insertions in one place touch as well: which comes first is not known.
        let touches = edits.iter().any(|(start, end, _)| taken.iter().any(|(from, to, _)| start <= to && from <= end));
        let among_themselves = edits
            .iter()
            .enumerate()
            .any(|(at, (start, end, _))| edits.iter().skip(at + 1).any(|(from, to, _)| start <= to && from <= end));
        if changes && !touches && !among_themselves {
            taken.extend(edits);
            count += 1;
        }
    }
    if count == 0 {
        return None;
    }
    taken.sort_unstable_by_key(|(start, ..)| *start);
    let mut fixed = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end, replacement) in taken {
        fixed.push_str(&text[at..start]);
        fixed.push_str(replacement);
        at = end;
    }
    fixed.push_str(&text[at..]);
    Some(Fixed { text: fixed, count })
}

fn may_apply(problem: &Problem, fixes: Fixes) -> bool {
    !problem.edits.is_empty() && (fixes == Fixes::All || problem.edits.iter().all(|edit| edit.safe))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Code, Span};

    const FILE: FileId = FileId(0);

    fn problem(edits: &[(usize, usize, &str, bool)]) -> Problem {
        edits.iter().fold(Problem::error(Code::UnknownName, "x"), |problem, (start, end, text, safe)| {
            problem.edit(Span::new(FILE, *start, *end), *text, *safe)
        })
    }

    fn fixed(text: &str, problems: &[Problem], fixes: Fixes) -> Option<(String, usize)> {
        let problems = problems.iter().cloned().collect();
        fix(FILE, text, &problems, fixes).map(|fixed| (fixed.text, fixed.count))
    }

    #[test]
    fn only_safe_changes_are_applied_unasked() {
        let problems = [problem(&[(0, 1, "A", true)]), problem(&[(2, 3, "C", false)])];
        assert_eq!(fixed("abc", &problems, Fixes::Safe), Some(("Abc".into(), 1)));
        assert_eq!(fixed("abc", &problems, Fixes::All), Some(("AbC".into(), 2)));
        assert_eq!(fixed("abc", &problems[1..], Fixes::Safe), None);
    }

    #[test]
    fn changes_that_touch_wait_for_another_turn() {
        let problems = [problem(&[(1, 1, "x", true)]), problem(&[(1, 1, "y", true)]), problem(&[(0, 2, "", true)])];
        assert_eq!(fixed("abc", &problems, Fixes::Safe), Some(("axbc".into(), 1)));
    }

    #[test]
    fn all_changes_of_a_problem_are_applied_or_none() {
        let problems = [problem(&[(0, 1, "A", true)]), problem(&[(0, 1, "B", true), (2, 3, "C", true)])];
        assert_eq!(fixed("abc", &problems, Fixes::Safe), Some(("Abc".into(), 1)));
        assert_eq!(fixed("abc", &problems[1..], Fixes::Safe), Some(("BbC".into(), 1)));
        let outside = problem(&[(0, 1, "A", true), (7, 9, "C", true)]);
        assert_eq!(fixed("abc", &[outside], Fixes::All), None);
    }

    #[test]
    fn a_change_that_changes_nothing_is_none() {
        assert_eq!(fixed("abc", &[problem(&[(0, 1, "a", true)])], Fixes::Safe), None);
    }
}
