//! A modality that is missing as a whole on some rows and imputed there, in a combination that can leave it out.

use crate::diag::{Code, Problem, Problems};
use crate::fusion::strategy;
use crate::lint::subject::Subject;
use crate::spec::{DataProfile, TransformKind};

/// Smallest share of rows reported.
const FROM: f64 = 0.01;

pub(in crate::lint) fn imputed_modality(subject: &Subject<'_>, profile: &DataProfile) -> Problems {
    let able = subject
        .hir
        .combines
        .iter()
        .all(|combine| strategy(combine.strategy).is_some_and(|strategy| strategy.has_components));
    let mut problems = Problems::new();
    for modality in subject.hir.modalities.iter().filter(|modality| able && !modality.optional) {
        let Some(known) = profile.modalities.iter().find(|known| known.name == modality.name) else { continue };
        let imputed = modality.transforms.iter().find(|transform| matches!(transform.kind, TransformKind::Impute(_)));
        let (Some(imputed), rows) = (imputed, profile.tables.first().map_or(0, |table| table.rows)) else { continue };
        let share = known.empty_rows as f64 / rows.max(1) as f64;
        if share < FROM {
            continue;
        }
        let message =
            format!("`{}` is missing as a whole on {:.1}% of the rows and imputed there", modality.name, 100.0 * share);
        problems.push(
            Problem::warning(Code::ImputedModality, message).at(imputed.span, "fills every column of it").help(
                format!(
                    "without `impute`, and as `modality {}?`, it leaves the decision on these rows to the others",
                    modality.name
                ),
            ),
        );
    }
    problems
}
