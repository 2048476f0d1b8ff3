//! Modalities of text: tokens as ids of a vocabulary that is fitted on the training rows.
//!
//! A character is a Unicode scalar value; a word is what lies between two word boundaries of Unicode's standard annex 29
//! and holds a letter or a digit. The most frequent tokens of the training rows have an id, of equals the one that comes
//! first in the order of code points. Tokens beyond `max` are cut off, and are not counted either.

use crate::data::io::bytes::Room;
use crate::data::modality::numeric::missing;
use crate::data::modality::prepare::{Source, columns_of};
use crate::data::modality::rows::{Prepared, RowsWriter};
use crate::data::modality::transform::Fitted;
use crate::data::table::errors::no_room;
use crate::diag::{Problem, Problems};
use crate::spec::{ModalitySpec, TransformKind};
use std::collections::{BTreeSet, HashMap};
use unicode_segmentation::UnicodeSegmentation;

/// The id of a token outside of the vocabulary; 0 is padding.
pub(crate) const UNKNOWN: u32 = 1;
/// The id of the first token of the vocabulary.
const FIRST: u32 = 2;

/// How a text is cut.
#[derive(Clone, Copy)]
struct Cut {
    lowercase: bool,
    words: bool,
    max: usize,
}

impl Cut {
    /// Shows the first tokens of a text; says whether there were more.
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
}

/// What was met in all rows that the vocabulary or the length has no place for.
#[derive(Default)]
struct Lost {
    rows: usize,
    cut: usize,
    tokens: usize,
    unknown: usize,
    kinds: BTreeSet<String>,
}

/// Fits the vocabulary on the first part, which is train, and makes the rows of every part.
pub(crate) fn build(spec: &ModalitySpec, parts: &[Source<'_>], room: &Room) -> Result<Prepared, Problems> {
    let Some(train) = parts.first() else { return Err(Problems::new()) };
    let lowercase = spec.transforms.iter().any(|transform| transform.kind == TransformKind::Lowercase);
    let (words, max, vocab) = match spec.transforms.last().map(|transform| &transform.kind) {
        Some(TransformKind::Words { max, vocab }) => (true, *max, *vocab),
        Some(TransformKind::Chars { max, vocab }) => (false, *max, *vocab),
        _ => (false, spec.shape.size(), usize::MAX),
    };
    let cut = Cut { lowercase, words, max };
    let vocabulary = fit(&cut, vocab, train);
    let ids: HashMap<&str, u32> = vocabulary.iter().map(String::as_str).zip(FIRST..).collect();

    let mut lost = Lost::default();
    let mut empty: Option<(Problem, usize)> = None;
    let mut made = vec![];
    for part in parts {
        let mut writer = RowsWriter::new(max, spec.optional, room);
        let mut row_ids = vec![];
        let texts = &part.read.table.columns[part.columns[0]];
        for (at, row) in part.rows.iter().enumerate() {
            row_ids.clear();
            let more = cut.tokens(texts.text(*row as usize), &mut |token| {
                let id = ids.get(token).copied().unwrap_or(UNKNOWN);
                if id == UNKNOWN {
                    lost.unknown += 1;
                    if lost.kinds.len() < MOST_KINDS && !lost.kinds.contains(token) {
                        lost.kinds.insert(token.to_owned());
                    }
                }
                row_ids.push(id as f32);
            });
            lost.rows += 1;
            lost.cut += usize::from(more);
            lost.tokens += row_ids.len();
            let there = !row_ids.is_empty();
            if !there && !spec.optional {
                empty.get_or_insert_with(|| (missing(spec, part, part.positions[0], at), 0)).1 += 1;
            }
            row_ids.resize(max, 0.0);
            writer.push(there.then_some(&row_ids)).map_err(|error| no_room(columns_of(spec), &error))?;
        }
        made.push(writer.finish().map_err(|error| no_room(columns_of(spec), &error))?);
    }
    if let Some((problem, count)) = empty {
        return Err(without_leave(spec, problem, count).into());
    }
    let notes = lost.notes(spec, words);
    let cut = match words {
        true => Fitted::Words { max, vocabulary },
        false => Fitted::Chars { max, vocabulary },
    };
    let transforms = lowercase.then_some(Fitted::Lowercase).into_iter().chain([cut]).collect();
    Ok(Prepared { transforms, rows: made, notes })
}

/// How many different unknown tokens are counted.
const MOST_KINDS: usize = 10_000;

/// The most frequent tokens of the training rows, so many that `vocab` ids suffice.
fn fit(cut: &Cut, vocab: usize, train: &Source<'_>) -> Vec<String> {
    let texts = &train.read.table.columns[train.columns[0]];
    let mut counts: HashMap<String, u64> = HashMap::new();
    for row in train.rows {
        cut.tokens(texts.text(*row as usize), &mut |token| match counts.get_mut(token) {
            Some(count) => *count += 1,
            None => {
                counts.insert(token.to_owned(), 1);
            }
        });
    }
    let mut tokens: Vec<(String, u64)> = counts.into_iter().collect();
    tokens.sort_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then_with(|| a.cmp(b)));
    tokens.truncate(vocab.saturating_sub(FIRST as usize));
    tokens.into_iter().map(|(token, _)| token).collect()
}

/// A modality that is missing on so many rows, and not marked so.
pub(crate) fn without_leave(spec: &ModalitySpec, mut problem: Problem, count: usize) -> Problem {
    if count > 1 {
        problem.message.push_str(&format!(", the first of {count} rows"));
    }
    problem.help(format!("write `modality {}?: ...` if it may be missing on a row", spec.name))
}

impl Lost {
    fn notes(&self, spec: &ModalitySpec, words: bool) -> Vec<String> {
        let mut notes = vec![];
        let name = &spec.name;
        if self.unknown > 0 {
            let what = if words { "words" } else { "characters" };
            let more = if self.kinds.len() == MOST_KINDS { "or more " } else { "" };
            notes.push(format!(
                "`{name}`: {} of {} {what} are unknown, {} {more}different ones",
                self.unknown,
                self.tokens,
                self.kinds.len()
            ));
        }
        if self.cut > 0 {
            notes.push(format!("`{name}`: {} of {} rows are cut to {}", self.cut, self.rows, spec.shape.size()));
        }
        notes
    }
}
