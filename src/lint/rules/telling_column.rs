//! A column of few values each of which occurs with one class only: it probably was made from the label.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::Subject;
use crate::spec::DataProfile;

pub(in crate::lint) fn telling_column(subject: &Subject<'_>, profile: &DataProfile) -> Problems {
    let mut problems = Problems::new();
    for modality in &subject.hir.modalities {
        let Some(known) = profile.modalities.iter().find(|known| known.name == modality.name) else { continue };
        let telling = known.columns.iter().filter(|column| !column.is_label);
        for (column, values) in telling.filter_map(|column| Some((column, column.tells?))) {
            let label = &subject.hir.label;
            let message =
                format!("column `{}` of `{}` determines the label `{}`", column.name, modality.name, label.name);
            let place = match (modality.columns.first(), modality.columns.last()) {
                (Some(first), Some(last)) => first.span.to(last.span),
                _ => modality.span,
            };
            problems.push(
                Problem::warning(Code::TellingColumn, message)
                    .at(place, format!("each of its {values} values occurs with one class only"))
                    .also(label.column.span, "the label is read here")
                    .help("leave it out if it was made from the label: it will not be known for new rows"),
            );
        }
    }
    problems
}
