//! `batch_norm` over a single row: its mean is the row and its variance 0, so that the result does not depend on the
//! row.

use crate::diag::{Code, Problem, Problems, Span};
use crate::lint::subject::{self, Subject};
use crate::spec::{DataProfile, Part, TrainingLength};

/// Every batch is one row.
pub(in crate::lint) fn batch_of_one(subject: &Subject<'_>) -> Problems {
    if subject.hir.train.batch_size != 1 {
        return Problems::new();
    }
    let Some(norm) = batch_norm(subject) else { return Problems::new() };
    let entry = subject.train().and_then(|block| subject::entry(block, "batch_size"));
    let place = entry.map_or(subject.hir.train.span, |entry| entry.value.span);
    let mut problem = Problem::error(Code::BatchOfOne, "`batch_norm` over batches of one row learns nothing")
        .at(place, "one row has no variance")
        .also(norm, "normalised over the batch here")
        .help("use batches of at least 2 rows, or `layer_norm`, which normalises every row on its own");
    if entry.is_some() {
        problem = problem.edit(place, "32", false);
    }
    problem.into()
}

/// The last batch of every epoch has one row.
pub(in crate::lint) fn last_batch_of_one(subject: &Subject<'_>, profile: &DataProfile) -> Problems {
    let size = subject.hir.train.batch_size;
    let train = profile.parts.iter().find(|part| part.part == Part::Train).map(|part| part.rows());
    let (Some(rows), Some(norm), TrainingLength::Epochs(_)) = (train, batch_norm(subject), subject.hir.train.length)
    else {
        return Problems::new();
    };
    if size < 2 || rows % size != 1 {
        return Problems::new();
    }
    let entry = subject.train().and_then(|block| subject::entry(block, "batch_size"));
    let place = entry.map_or(subject.hir.train.span, |entry| entry.value.span);
    Problem::warning(
        Code::LastBatchOfOne,
        format!("the last batch of every epoch is one row: {rows} = {} x {size} + 1", rows / size),
    )
    .at(place, "one row has no variance")
    .also(norm, "normalised over the batch here")
    .help("choose another batch size, or take a row more or less for the other parts")
    .into()
}

/// The first layer of any combine that makes the rows of a batch depend on each other.
fn batch_norm(subject: &Subject<'_>) -> Option<Span> {
    let logits = subject.hir.combines.iter().flat_map(|combine| &combine.components).map(|component| component.logits);
    let reached = subject.below(logits);
    let value =
        reached.into_iter().map(|value| &subject.hir.values[value]).find(|value| value.op.traits().mixes_rows)?;
    Some(value.span)
}
