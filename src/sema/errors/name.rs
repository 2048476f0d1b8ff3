//! Name errors: unknown names, names declared in other files, and one report for all places of one name.

use crate::diag::{Code, Label, Problem, Problems, Span};
use crate::ops;
use crate::sema::errors::suggest::likely;
use crate::sema::eval::builtin::BUILTINS;
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::eval::value::EvalValue;
use crate::sema::hir::DeclarationKind;
use crate::syntax::KEYWORDS;
use std::collections::BTreeMap;

/// Number of further places shown.
const MOST_PLACES: usize = 4;

impl Evaluator<'_> {
    /// Reports an unknown name.
    pub(crate) fn unknown_name(&mut self, name: &str, span: Span) -> EvalValue {
        if self.names.incomplete {
            return EvalValue::Unknown;
        }
        if let Some(place) = self.names.declared_out_of_scope(name, span) {
            return self.out_of_scope(name, span, place);
        }
        use DeclarationKind::{Encoder, Fn, Modality, Param, Shared};
        let mut known: Vec<&str> = self.frames.last().map(|frame| frame.keys().copied().collect()).unwrap_or_default();
        if self.suggestions_left > 0 {
            known.extend(self.names.of_kinds(&[Modality, Encoder, Param, Fn, Shared], span));
            known.extend(ops::LAYERS.iter().map(|layer| layer.signature.name));
            known.extend(["true", "false"]);
        }
        let mut problem =
            Problem::error(Code::UnknownName, format!("unknown name `{name}`")).at(span, "not declared in this file");
        if KEYWORDS.contains(&name) {
            let inputs = self.names.of_kinds(&[Modality, Encoder], span);
            problem = problem.help(match inputs.is_empty() {
                true => format!("`{name}` begins a declaration; a value is the name of a modality or of an encoder"),
                false => format!("`{name}` begins a declaration; the values declared are {}", and_list(&inputs)),
            });
        } else if self.may_suggest()
            && let Some(near) = likely(name, known)
        {
            problem = problem.help(format!("did you mean `{near}`?")).edit(span, near.to_string(), false);
        }
        self.report(problem)
    }

    /// Reports a call of an unknown layer or function.
    pub(crate) fn unknown_function(&mut self, name: &str, span: Span) -> EvalValue {
        if self.names.incomplete {
            return EvalValue::Unknown;
        }
        let callee = Span { end: span.start.saturating_add(name.len() as u32), ..span };
        if let Some(place) = self.names.declared_out_of_scope(name, span) {
            return self.out_of_scope(name, callee, place);
        }
        let mut known = self.names.of_kinds(&[DeclarationKind::Fn, DeclarationKind::Shared], span);
        known.extend(ops::LAYERS.iter().map(|layer| layer.signature.name));
        known.extend(ops::names(BUILTINS));
        let mut problem = Problem::error(Code::UnknownFunction, format!("there is no layer or function `{name}`"))
            .at(span, "not known");
        if self.may_suggest()
            && let Some(near) = likely(name, known)
        {
            problem = problem.help(format!("did you mean `{near}`?")).edit(callee, near.to_string(), false);
        }
        self.report(problem)
    }

    /// Whether the likely name is looked for once more.
    fn may_suggest(&mut self) -> bool {
        let left = self.suggestions_left > 0;
        self.suggestions_left = self.suggestions_left.saturating_sub(1);
        left
    }

    /// Reports a name that is declared, but not visible in the file it is written in.
    fn out_of_scope(&mut self, name: &str, span: Span, place: Span) -> EvalValue {
        self.report(
            Problem::error(Code::UnknownName, format!("`{name}` is not visible in this file"))
                .at(span, "not declared in this file, nor in one that it uses")
                .also(place, "this declaration is not visible there")
                .help(format!("take `{name}` as an argument, or `use` the file that declares it")),
        )
    }
}

/// The first of several names: "`a`, `b` and `c`", and that there are more.
fn and_list(names: &[&str]) -> String {
    const MOST: usize = 8;
    match names.get(..MOST) {
        Some(first) if names.len() > MOST => {
            let first: Vec<String> = first.iter().map(|name| format!("`{name}`")).collect();
            format!("{} and {} more", first.join(", "), names.len() - MOST)
        }
        _ => ops::one_of(names).replace(" or ", " and "),
    }
}

/// Joins reports of one unknown name, and reports of one duplicate declaration; their fixes are applied together.
pub(crate) fn one_report_per_cause(mut problems: Problems) -> Problems {
    problems.sort();
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept: Vec<Problem> = vec![];
    for problem in problems {
        let Some(cause) = cause(&problem) else {
            kept.push(problem);
            continue;
        };
        let Some(before) = first.get(cause).and_then(|at| kept.get_mut(*at)) else {
            first.insert(cause.to_owned(), kept.len());
            kept.push(problem);
            continue;
        };
        let Some(place) = problem.place() else { continue };
        let known = before.labels.iter().any(|label| label.span == place);
        if !known && before.labels.len() <= MOST_PLACES {
            before.labels.push(Label { span: place, message: "and here".into(), primary: false });
        }
        // One fix renames all places.
        before.edits.extend(problem.edits.into_iter().filter(|edit| !known && !edit.safe));
    }
    kept.into_iter().collect()
}

/// The cause of a report: the unknown name, or for a duplicate the whole message.
fn cause(problem: &Problem) -> Option<&str> {
    match problem.code {
        _ if !problem.is_error() => None,
        Code::DuplicateName => Some(&problem.message),
        Code::UnknownName | Code::UnknownFunction | Code::UnknownParam | Code::UnknownCombine => {
            problem.message.split('`').nth(1)
        }
        _ => None,
    }
}
