//! A modality that reads the label's own column: the label leaks into the input.

use crate::diag::{Code, Problem, Problems, Span};
use crate::lint::subject::Subject;
use crate::spec::{DataProfile, ModalitySpec, Select};

/// One name or position for both.
pub(in crate::lint) fn label_in_input(subject: &Subject<'_>) -> Problems {
    let label = &subject.hir.label;
    let mut problems = Problems::new();
    for modality in &subject.hir.modalities {
        let written = written(subject, modality);
        problems.extend(
            written.map(|span| reads(subject, modality, &shown(&label.column.select), span)).into_iter().collect(),
        );
    }
    problems
}

/// A pattern, or a name and a position, that select one column.
pub(in crate::lint) fn label_in_columns(subject: &Subject<'_>, profile: &DataProfile) -> Problems {
    let mut problems = Problems::new();
    for modality in subject.hir.modalities.iter().filter(|modality| written(subject, modality).is_none()) {
        let known = profile.modalities.iter().find(|known| known.name == modality.name);
        if let Some(column) = known.and_then(|known| known.columns.iter().find(|column| column.is_label)) {
            let span = modality.columns.first().map_or(modality.span, |first| {
                modality.columns.last().map_or(first.span, |last| first.span.to(last.span))
            });
            problems.push(reads(subject, modality, &column.name, span));
        }
    }
    problems
}

fn reads(subject: &Subject<'_>, modality: &ModalitySpec, column: &str, here: Span) -> Problem {
    let label = &subject.hir.label;
    let message = format!("modality `{}` reads column `{column}`, which is the label `{}`", modality.name, label.name);
    Problem::warning(Code::LabelInInput, message)
        .at(here, "the answer is among these columns")
        .also(label.column.span, "the label is read here")
        .help("select columns without the label")
}

/// Where a modality names the label's column as the label does.
fn written(subject: &Subject<'_>, modality: &ModalitySpec) -> Option<Span> {
    let label = &subject.hir.label.column.select;
    let same = modality.columns.iter().find(|column| column.select == *label)?;
    Some(same.span)
}

fn shown(select: &Select) -> String {
    match select {
        Select::Position(at) => at.to_string(),
        Select::Name(name) | Select::Glob(name) | Select::Except(name) => name.clone(),
    }
}
