//! Statistics fitted on all rows, those of the test too, as some reference implementations do.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::{self, Subject};
use crate::syntax::ast::{Expr, ExprKind, ItemKind};

pub(in crate::lint) fn test_statistics(subject: &Subject<'_>) -> Problems {
    let mut problems = Problems::new();
    for item in &subject.ast.items {
        let ItemKind::Modality(typed) = &item.kind else { continue };
        for stage in stages(&typed.value) {
            let Some((name, args)) = subject::call(stage) else { continue };
            let reference = args.iter().find(|arg| {
                arg.name.as_ref().is_some_and(|name| name.text == "reference")
                    && matches!(arg.value.kind, ExprKind::Bool(true))
            });
            let Some(reference) = reference else { continue };
            problems.push(
                Problem::warning(Code::TestStatistics, format!("`{name}` is fitted on the test rows too"))
                    .at(reference.value.span, "sees rows that are to be predicted")
                    .help(
                        "leave `reference` away to fit on the training rows only; \
                         with it, the results are those of the reference code and not of new rows",
                    )
                    .edit(reference.value.span, "false", false),
            );
        }
    }
    problems
}

/// The stages of a pipe after its first value.
fn stages(expr: &Expr) -> Vec<&Expr> {
    let mut found = vec![];
    let mut rest = expr;
    while let ExprKind::Pipe(input, stage) = &rest.kind {
        found.push(&**stage);
        rest = input;
    }
    found.reverse();
    found
}
