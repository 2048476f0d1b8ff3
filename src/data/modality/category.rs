//! Modalities of one word out of a fixed number, `category` and `one_hot`: the values that the training rows have, in
//! sorted order, in their canonical form (`1.0` is `1`). A value that no training row has is unknown: id 0, or no 1 among the zeros.
//! Rare values may share an id, which follows those of the others and is that of unknown values then; an empty cell may be a value.

use crate::data::io::bytes::MemoryBudget;
use crate::data::modality::columns::{MissingRows, ModalityColumns, columns_of};
use crate::data::modality::rows::{ModalityParts, RowsWriter};
use crate::data::modality::tally::Tally;
use crate::data::modality::transform::FittedTransform;
use crate::data::table::errors::{CellErrors, out_of_space};
use crate::data::table::word::canonical;
use crate::diag::{Code, Problem, Problems};
use crate::spec::{Impute, ModalityKind, ModalitySpec, TransformKind};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What becomes of the word of a cell before it is looked up.
#[derive(Default)]
struct CellRule<'a> {
    /// The word in place of an empty cell.
    stand_in: Option<&'a str>,
    /// Whether an empty cell is a value.
    keep: bool,
    /// The rare words, sorted; none where they are not grouped.
    rare: &'a [String],
}

impl<'a> CellRule<'a> {
    /// The rule of fitted transforms.
    fn of(transforms: &'a [FittedTransform]) -> Self {
        let mut rule = Self::default();
        for transform in transforms {
            match transform {
                FittedTransform::ImputeWord { word } => rule.stand_in = Some(word),
                FittedTransform::KeepMissing => rule.keep = true,
                FittedTransform::GroupRare { rare } => rule.rare = rare,
                _ => {}
            }
        }
        rule
    }

    /// The word that a cell means; `None` if it is missing.
    fn word<'w>(&self, cell: &'w str) -> Option<Cow<'w, str>>
    where
        'a: 'w,
    {
        match (canonical(cell), self.stand_in) {
            (word, _) if !word.is_empty() => Some(word),
            (_, Some(word)) => Some(Cow::Borrowed(word)),
            (empty, None) => self.keep.then_some(empty),
        }
    }
}

/// The values of the training rows.
///
/// # Errors
/// If they are more than the modality declares.
pub(crate) fn fit(spec: &ModalitySpec, train: &ModalityColumns<'_>) -> Result<Vec<FittedTransform>, Problems> {
    let words = train.read.table.words(train.columns[0]).unwrap_or_default();
    let mut rows_of = vec![0usize; words.dictionary.len()];
    train.rows.iter().for_each(|row| rows_of[words.codes[*row as usize] as usize] += 1);
    let mut counts: BTreeMap<Cow<'_, str>, usize> = BTreeMap::new();
    for (word, rows) in words.dictionary.iter().zip(rows_of).filter(|(_, rows)| *rows > 0) {
        *counts.entry(canonical(word)).or_insert(0) += rows;
    }
    let (most, one_hot) = match spec.kind {
        ModalityKind::Category { count } => (count, false),
        _ => (spec.shape.size(), true),
    };
    let mut fitted = vec![];
    for transform in &spec.transforms {
        match &transform.kind {
            TransformKind::Impute(impute) => {
                let word = match impute {
                    Impute::Word(word) => canonical(word).into_owned(),
                    _ => most_frequent(&counts),
                };
                if let (Some(empty), false) = (counts.remove(""), word.is_empty()) {
                    *counts.entry(Cow::Owned(word.clone())).or_insert(0) += empty;
                }
                fitted.push(FittedTransform::ImputeWord { word });
            }
            TransformKind::KeepMissing => fitted.push(FittedTransform::KeepMissing),
            _ => {}
        }
    }
    if !fitted.contains(&FittedTransform::KeepMissing) {
        counts.remove("");
    }
    let grouping = spec.transforms.iter().find_map(|transform| match transform.kind {
        TransformKind::GroupRare { min_count } => Some(min_count),
        _ => None,
    });
    if let Some(min_count) = grouping {
        let rare = rare_words(&counts, min_count, most);
        counts.retain(|word, _| rare.binary_search_by(|rare| rare.as_str().cmp(word)).is_err());
        fitted.push(FittedTransform::GroupRare { rare });
    }
    let values: Vec<String> = counts.into_keys().map(Cow::into_owned).collect();
    if values.len() > most {
        return Err(too_many(spec, train, &values, most).into());
    }
    fitted.push(if one_hot { FittedTransform::OneHot { values } } else { FittedTransform::Category { values } });
    Ok(fitted)
}

/// The word of most rows, empty cells aside; among equals the first in order.
fn most_frequent(counts: &BTreeMap<Cow<'_, str>, usize>) -> String {
    let words = counts.iter().filter(|(word, _)| !word.is_empty());
    words.min_by_key(|(_, count)| std::cmp::Reverse(**count)).map_or_else(String::new, |(word, _)| word.to_string())
}

/// The words on fewer than `min_count` rows, and the least frequent of the others where there are more than `most` values,
/// sorted. An empty cell that is a value is none of them.
fn rare_words(counts: &BTreeMap<Cow<'_, str>, usize>, min_count: usize, most: usize) -> Vec<String> {
    let words = || counts.iter().filter(|(word, _)| !word.is_empty());
    let mut rare: Vec<&Cow<'_, str>> = words().filter(|(_, count)| **count < min_count).map(|(word, _)| word).collect();
    let mut others: Vec<(&Cow<'_, str>, usize)> =
        words().filter(|(_, count)| **count >= min_count).map(|(word, count)| (word, *count)).collect();
    // One id is that of all rare words.
    let room = |rare: usize| most.saturating_sub(counts.len() - words().count() + usize::from(rare > 0));
    if others.len() > room(rare.len()) {
        others.sort_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then_with(|| a.cmp(b)));
        rare.extend(others.split_off(room(1).min(others.len())).into_iter().map(|(word, _)| word));
    }
    let mut rare: Vec<String> = rare.into_iter().map(|word| word.to_string()).collect();
    rare.sort_unstable();
    rare
}

/// The id of the value of every row, or a 1 at its place among zeros.
pub(crate) fn apply(
    spec: &ModalitySpec,
    transforms: &[FittedTransform],
    parts: &[ModalityColumns<'_>],
    budget: &MemoryBudget,
    mut errors: Option<&mut CellErrors>,
) -> Result<ModalityParts, Problems> {
    let rule = CellRule::of(transforms);
    let (values, one_hot) = match transforms.last() {
        Some(FittedTransform::OneHot { values }) => (values.as_slice(), true),
        Some(FittedTransform::Category { values }) => (values.as_slice(), false),
        _ => (&[][..], false),
    };
    let mut tally = Tally::default();
    let mut missing = MissingRows::default();
    let mut made = vec![];
    for part in parts {
        let words = part.read.table.words(part.columns[0]).unwrap_or_default();
        let meant: Vec<Option<Meaning>> = words.dictionary.iter().map(|cell| meaning(&rule, values, cell)).collect();
        let mut writer = RowsWriter::new(spec.shape.size(), spec.optional, budget);
        let mut cells = vec![0.0; spec.shape.size()];
        for (at, row) in part.rows.iter().enumerate() {
            let code = words.codes[*row as usize] as usize;
            tally.rows += 1;
            cells.fill(0.0);
            match meant[code] {
                None => {
                    tally.missing += 1;
                    if !spec.optional {
                        missing.add(spec, part, at, errors.as_deref_mut());
                    }
                }
                Some(Meaning { id, known }) => {
                    if !known {
                        tally.unknown_value(&words.dictionary[code]);
                    }
                    match id {
                        Some(id) if one_hot => cells[id] = 1.0,
                        Some(id) => cells[0] = (id + 1) as f32,
                        None => {}
                    }
                }
            }
            writer
                .push(meant[code].is_some().then_some(&cells))
                .map_err(|error| out_of_space(columns_of(spec), &error))?;
        }
        made.push(writer.finish().map_err(|error| out_of_space(columns_of(spec), &error))?);
    }
    missing.finish(spec)?;
    Ok(ModalityParts::counted(made, tally, spec, false))
}

/// What a cell means: the place of its value, if it has one, and whether some training row has it too.
#[derive(Clone, Copy)]
struct Meaning {
    id: Option<usize>,
    known: bool,
}

/// What a cell means; `None` if it is missing.
fn meaning(rule: &CellRule<'_>, values: &[String], cell: &str) -> Option<Meaning> {
    let word = rule.word(cell)?;
    let found = values.binary_search_by(|value| value.as_str().cmp(&word)).ok();
    let is_rare = || rule.rare.binary_search_by(|rare| rare.as_str().cmp(&word)).is_ok();
    // Unknown values are rare too, where rare ones have an id.
    let grouped = (!rule.rare.is_empty() && !word.is_empty()).then_some(values.len());
    Some(Meaning { id: found.or(grouped), known: found.is_some() || is_rare() })
}

fn too_many(spec: &ModalitySpec, train: &ModalityColumns<'_>, values: &[String], most: usize) -> Problem {
    let position = train.positions[0];
    let column = train.read.schema.column(position);
    let found = values.len();
    let empty = if values.first().is_some_and(String::is_empty) { ", an empty cell among them" } else { "" };
    let message =
        format!("column `{column}` has {found} different values in the training rows{empty}, not {most} at most");
    let declared = match spec.kind {
        ModalityKind::Category { .. } => format!("category[{found}]"),
        _ => format!("dense[{found}]"),
    };
    Problem::error(Code::TooManyValues, message)
        .at(spec.type_span, "declared here")
        .also(columns_of(spec), "read here")
        .in_data(train.read.place(None, Some(position)))
        .help(format!(
            "declare `{declared}`, or add `group_rare(min_count: 5)`, which makes one value of all rare ones"
        ))
        .edit(spec.type_span, declared, false)
}
