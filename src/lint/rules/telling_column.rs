//! A column that alone predicts the label nearly without an error: it probably was made from the label.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::Subject;
use crate::spec::DataProfile;

pub(in crate::lint) fn telling_column(subject: &Subject<'_>, profile: &DataProfile) -> Problems {
    let mut problems = Problems::new();
    for modality in &subject.hir.modalities {
        for told in profile.telling.iter().filter(|told| told.modality == modality.name) {
            let label = &subject.hir.label;
            let message =
                format!("column `{}` of `{}` gives the label `{}` away", told.column, told.modality, label.name);
            let place = match (modality.columns.first(), modality.columns.last()) {
                (Some(first), Some(last)) => first.span.to(last.span),
                _ => modality.span,
            };
            let what = match told.values {
                Some(values) => {
                    format!("score {:.3}: each of its {values} values occurs with one class only", told.score)
                }
                None => format!("score {:.3}: alone it predicts nearly every held-out row", told.score),
            };
            problems.push(
                Problem::warning(Code::TellingColumn, message)
                    .at(place, what)
                    .also(label.column.span, "the label is read here")
                    .help(
                        "leave the column out if it was made from the label or is known only after it; keep a true signal \
                         with `# mmc: allow(telling_column)`",
                    ),
            );
        }
    }
    problems
}
