//! Early stopping on validation rows that the split does not make.

use crate::diag::{Code, Problem, Problems};
use crate::sema::Hir;
use crate::spec::{Origin, Part};

pub(in crate::lint) fn no_validation(hir: &Hir) -> Problems {
    let Some(stop) = &hir.train.stop else { return Problems::new() };
    let split = &hir.data.split;
    let of_file = matches!(&hir.data.origin, Origin::Parts { valid: Some(_), .. });
    let of_split = split.portions.iter().any(|portion| portion.part == Part::Valid);
    if of_file || of_split || split.by_column.is_some() {
        return Problems::new();
    }
    Problem::warning(Code::NoValidation, "there are no validation rows to stop on")
        .at(stop.span, format!("`valid.{}` cannot be measured", stop.metric.as_str()))
        .also(hir.data.span, "no `valid` part in this split")
        .help("add `valid: fraction(10%)` to the split")
        .into()
}
