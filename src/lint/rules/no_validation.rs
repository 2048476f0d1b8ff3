//! Early stopping on validation rows that the split does not make.

use crate::diag::{Code, Problem, Problems, Span};
use crate::lint::subject::{self, Subject};
use crate::spec::{Origin, Part};
use crate::syntax::ast::ExprKind;

pub(in crate::lint) fn no_validation(subject: &Subject<'_>) -> Problems {
    let Some(stop) = &subject.hir.train.stop else { return Problems::new() };
    let split = &subject.hir.data.split;
    let of_file = matches!(&subject.hir.data.origin, Origin::Parts { valid: Some(_), .. });
    let of_split = split.portions.iter().any(|portion| portion.part == Part::Valid);
    if of_file || of_split || split.by_column.is_some() {
        return Problems::new();
    }
    let problem = Problem::warning(Code::NoValidation, "there are no validation rows to stop on")
        .at(stop.span, format!("`valid.{}` cannot be measured", stop.metric.as_str()))
        .also(subject.hir.data.span, "no `valid` part in this split")
        .help("add `valid: fraction(10%)` to the split");
    let Some(block) = subject.data() else { return problem.into() };
    let problem = match subject::entry(block, "split").map(|entry| &entry.value.kind) {
        None => subject::set_in(problem, block, "split", "{ valid: fraction(10%) }", false),
        Some(ExprKind::Record(entries)) => match entries.last() {
            Some(last) => {
                let end = last.value.span.end as usize;
                problem.edit(Span::new(last.value.span.file, end, end), ", valid: fraction(10%)", false)
            }
            None => problem,
        },
        Some(_) => problem,
    };
    problem.into()
}
