//! Modalities of text: tokens as ids of a vocabulary that is fitted on the training rows.
//!
//! A character is a Unicode scalar value; a word is what lies between two word boundaries of Unicode's standard annex
//! 29 and holds a letter or a digit. The most frequent tokens of the training rows have an id; ties go to the one that
//! comes first in the order of code points. Tokens beyond `max` are cut off and not counted.

use crate::data::io::bytes::MemoryBudget;
use crate::data::modality::columns::{MissingRows, ModalityColumns, columns_of};
use crate::data::modality::rows::{ModalityParts, RowsWriter};
use crate::data::modality::tally::Tally;
use crate::data::modality::transform::FittedTransform;
use crate::data::table::errors::{CellErrors, out_of_space};
use crate::diag::Problems;
use crate::spec::{ModalitySpec, TransformKind};
use std::collections::HashMap;
use unicode_segmentation::UnicodeSegmentation;

/// The id of a token outside of the vocabulary; 0 is padding.
const UNKNOWN: u32 = 1;
/// The id of the first token of the vocabulary.
const FIRST: u32 = 2;

/// How a text is cut into tokens.
#[derive(Clone, Copy)]
struct Tokenizer {
    lowercase: bool,
    words: bool,
    max: usize,
}

impl Tokenizer {
    /// Passes the first tokens of a text to `see`; returns whether there were more.
    fn tokens(&self, text: &str, see: &mut dyn FnMut(&str)) -> bool {
        let lower;
        let text = if self.lowercase {
            lower = text.to_lowercase();
            &lower
        } else {
            text
        };
        if self.words {
            let mut words = text.unicode_words();
            words.by_ref().take(self.max).for_each(see);
            return words.next().is_some();
        }
        let mut letters = text.chars();
        let mut letter = [0; 4];
        letters.by_ref().take(self.max).for_each(|char| see(char.encode_utf8(&mut letter)));
        letters.next().is_some()
    }

    /// As [`Tokenizer::tokens`], of the text that an empty one stands for.
    fn tokens_of_cell(&self, text: &str, rule: &EmptyText<'_>, see: &mut dyn FnMut(&str)) -> bool {
        let mut any = false;
        let more = self.tokens(text, &mut |token| {
            any = true;
            see(token);
        });
        match rule.stand_in {
            Some(other) if !any => self.tokens(other, see),
            _ => more,
        }
    }
}

/// What a text without tokens stands for.
#[derive(Default)]
struct EmptyText<'a> {
    /// Another text.
    stand_in: Option<&'a str>,
    /// Itself: it is not missing.
    keep: bool,
}

impl<'a> EmptyText<'a> {
    fn of(transforms: &'a [FittedTransform]) -> Self {
        let mut rule = Self::default();
        for transform in transforms {
            match transform {
                FittedTransform::ImputeWord { word } => rule.stand_in = Some(word),
                FittedTransform::KeepMissing => rule.keep = true,
                _ => {}
            }
        }
        rule
    }
}

/// The transforms of a text with the vocabulary of the training rows: the most frequent tokens, one for each id.
pub(crate) fn fit(spec: &ModalitySpec, train: &ModalityColumns<'_>) -> Vec<FittedTransform> {
    let lowercase = spec.transforms.iter().any(|transform| transform.kind == TransformKind::Lowercase);
    // All but the cut into tokens is known before.
    let cells = spec.transforms.iter().map(|transform| FittedTransform::new(&transform.kind));
    let before: Vec<FittedTransform> =
        cells.filter(|cell| !matches!(cell, FittedTransform::Words { .. } | FittedTransform::Chars { .. })).collect();
    let rule = EmptyText::of(&before);
    let (words, max, ids) = match spec.transforms.last().map(|transform| &transform.kind) {
        Some(TransformKind::Words { max, vocab }) => (true, *max, *vocab),
        Some(TransformKind::Chars { max, vocab }) => (false, *max, *vocab),
        _ => (false, spec.shape.size(), usize::MAX),
    };
    let tokenizer = Tokenizer { lowercase, words, max };
    let texts = &train.read.table.columns[train.columns[0]];
    let mut counts: HashMap<String, u64> = HashMap::new();
    for row in train.rows {
        tokenizer.tokens_of_cell(texts.text(*row as usize), &rule, &mut |token| match counts.get_mut(token) {
            Some(count) => *count += 1,
            None => {
                counts.insert(token.to_owned(), 1);
            }
        });
    }
    let mut tokens: Vec<(String, u64)> = counts.into_iter().collect();
    tokens.sort_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then_with(|| a.cmp(b)));
    tokens.truncate(ids.saturating_sub(FIRST as usize));
    let vocabulary = tokens.into_iter().map(|(token, _)| token).collect();
    let cut = match words {
        true => FittedTransform::Words { max, vocabulary },
        false => FittedTransform::Chars { max, vocabulary },
    };
    before.into_iter().chain([cut]).collect()
}

/// The ids of the tokens of every row, padded with zeros to the length of the modality.
pub(crate) fn apply(
    spec: &ModalitySpec,
    transforms: &[FittedTransform],
    parts: &[ModalityColumns<'_>],
    budget: &MemoryBudget,
    mut errors: Option<&mut CellErrors>,
) -> Result<ModalityParts, Problems> {
    let lowercase = transforms.contains(&FittedTransform::Lowercase);
    let (words, max, vocabulary) = match transforms.last() {
        Some(FittedTransform::Words { max, vocabulary }) => (true, *max, vocabulary.as_slice()),
        Some(FittedTransform::Chars { max, vocabulary }) => (false, *max, vocabulary.as_slice()),
        _ => (false, spec.shape.size(), &[][..]),
    };
    let tokenizer = Tokenizer { lowercase, words, max };
    let rule = EmptyText::of(transforms);
    let ids: HashMap<&str, u32> = vocabulary.iter().map(String::as_str).zip(FIRST..).collect();
    let mut tally = Tally::default();
    let mut missing = MissingRows::default();
    let mut made = vec![];
    for part in parts {
        let mut writer = RowsWriter::new(max, spec.optional, budget);
        let mut row_ids = vec![];
        let texts = &part.read.table.columns[part.columns[0]];
        for (at, row) in part.rows.iter().enumerate() {
            row_ids.clear();
            let more = tokenizer.tokens_of_cell(texts.text(*row as usize), &rule, &mut |token| {
                let id = ids.get(token).copied().unwrap_or(UNKNOWN);
                if id == UNKNOWN {
                    tally.unknown_token(token);
                }
                row_ids.push(id as f32);
            });
            tally.rows += 1;
            tally.text(row_ids.len(), more);
            let there = !row_ids.is_empty() || rule.keep;
            tally.missing += usize::from(!there);
            if !there && !spec.optional {
                missing.add(spec, part, at, errors.as_deref_mut());
            }
            row_ids.resize(max, 0.0);
            writer.push(there.then_some(&row_ids)).map_err(|error| out_of_space(columns_of(spec), &error))?;
        }
        made.push(writer.finish().map_err(|error| out_of_space(columns_of(spec), &error))?);
    }
    missing.finish(spec)?;
    Ok(ModalityParts::counted(made, tally, spec, words))
}
