//! Unused declarations.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::Subject;
use crate::sema::DeclarationKind;
use crate::syntax::ast::Item;

fn unused(subject: &Subject<'_>, kinds: &[DeclarationKind], code: Code, help: &str) -> Problems {
    subject
        .hir
        .unused
        .iter()
        .filter(|unused| kinds.contains(&unused.kind))
        .map(|unused| {
            let message = format!("the {} `{}` is never used", unused.kind.keyword(), unused.name);
            let problem = Problem::warning(code, message).at(unused.span, "nothing references it").help(help);
            let declares = |item: &&Item| item.span.start <= unused.span.start && unused.span.end <= item.span.end;
            match subject.ast.items.iter().find(declares) {
                // Its doc comment would be left.
                Some(item) if item.doc.is_empty() => problem.edit(item.span, "", false),
                _ => problem,
            }
        })
        .collect()
}

pub(in crate::lint) fn unused_modality(subject: &Subject<'_>) -> Problems {
    unused(subject, &[DeclarationKind::Modality], Code::UnusedModality, "give it to a combine, or remove it")
}

pub(in crate::lint) fn unused_encoder(subject: &Subject<'_>) -> Problems {
    unused(subject, &[DeclarationKind::Encoder], Code::UnusedEncoder, "give it to a combine, or remove it")
}

pub(in crate::lint) fn unused_param(subject: &Subject<'_>) -> Problems {
    unused(subject, &[DeclarationKind::Param], Code::UnusedParam, "use it, or remove it")
}

pub(in crate::lint) fn unused_function(subject: &Subject<'_>) -> Problems {
    unused(subject, &[DeclarationKind::Fn, DeclarationKind::Shared], Code::UnusedFunction, "call it, or remove it")
}
