//! Declarations that nothing uses: dead weight, or a name that was forgotten somewhere.

use crate::diag::{Code, Problem, Problems};
use crate::sema::{Declared, Hir};

fn unused(hir: &Hir, kinds: &[Declared], code: Code, way_on: &str) -> Problems {
    hir.unused
        .iter()
        .filter(|unused| kinds.contains(&unused.kind))
        .map(|unused| {
            Problem::warning(code, format!("the {} `{}` is never used", unused.kind.keyword(), unused.name))
                .at(unused.span, "nothing mentions it")
                .help(way_on)
        })
        .collect()
}

pub(in crate::lint) fn unused_modality(hir: &Hir) -> Problems {
    unused(hir, &[Declared::Modality], Code::UnusedModality, "give it to a combine, or remove it")
}

pub(in crate::lint) fn unused_encoder(hir: &Hir) -> Problems {
    unused(hir, &[Declared::Encoder], Code::UnusedEncoder, "give it to a combine, or remove it")
}

pub(in crate::lint) fn unused_param(hir: &Hir) -> Problems {
    unused(hir, &[Declared::Param], Code::UnusedParam, "use it, or remove it")
}

pub(in crate::lint) fn unused_function(hir: &Hir) -> Problems {
    unused(hir, &[Declared::Fn, Declared::Shared], Code::UnusedFunction, "call it, or remove it")
}
