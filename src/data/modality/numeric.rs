//! Modalities of numbers, `dense` and `sequence`: transforms fitted on the training rows and applied to all;
//! missing cells are distinguished from invalid ones. Processes rows in blocks, to stay within the memory budget.

use crate::data::io::bytes::MemoryBudget;
use crate::data::modality::columns::{ModalityColumns, columns_of, missing_cell, not_optional};
use crate::data::modality::rows::{ModalityParts, ModalityRows, RowsWriter};
use crate::data::modality::statistics::{Cells, FitError};
use crate::data::modality::tally::Tally;
use crate::data::modality::transform::FittedTransform;
use crate::data::table::errors::{CellErrors, out_of_space, shown};
use crate::diag::{Code, Problem, Problems};
use crate::spec::{DatePart, ModalityKind, ModalitySpec};
use rayon::prelude::*;
use std::ops::Range;

/// Rows whose numbers are brought from columns into rows at once: they stay in the cache closest to the processor.
const TILE: usize = 256;

/// How many columns of a modality are reported one by one for the same reason.
const SHOWN: usize = 10;

/// Number of rows of a block, for rows of `width` numbers: a block fits into the cache of the processor.
fn block(width: usize) -> usize {
    ((1 << 19) / width.max(1)).clamp(64, 1 << 14)
}

/// Number of features that are fitted separately: all of a vector; of a sequence those of one step, over all steps.
fn features(spec: &ModalitySpec) -> usize {
    match spec.kind {
        ModalityKind::Sequence | ModalityKind::PaddedSequence => spec.shape.0.last().copied().unwrap_or(1),
        _ => spec.shape.size(),
    }
}

/// What each number of a date is; none for numbers that are read as they are.
fn date_names(spec: &ModalitySpec) -> Vec<String> {
    spec.dates().map_or_else(Vec::new, |(parts, _)| parts.iter().flat_map(DatePart::names).collect())
}

/// Fits the transforms on the first part, which is train, and makes the rows of every part. Errors of the fit
/// and of the cells are reported together.
pub(crate) fn fit_and_apply(
    spec: &ModalitySpec,
    parts: &[ModalityColumns<'_>],
    budget: &MemoryBudget,
) -> Result<(Vec<FittedTransform>, ModalityParts), Problems> {
    let features = features(spec);
    let Some(train) = parts.first() else { return Err(Problems::new()) };
    let mut transforms: Vec<FittedTransform> =
        spec.transforms.iter().map(|transform| FittedTransform::new(&transform.kind)).collect();
    let mut errors = NumericErrors::new(spec);
    let mut unfit = vec![false; features];
    for at in 0..transforms.len() {
        let (before, rest) = transforms.split_at_mut(at);
        let cells = TrainingCells::new(before, features, train);
        for (feature, error) in rest[0].fit(&spec.transforms[at].kind, &cells) {
            // A feature that cannot be fitted is left out of the transforms after.
            if !std::mem::replace(&mut unfit[feature], true) {
                errors.fit_error(train, feature, at, (rest[0].participle(), error));
            }
        }
    }
    let rows = apply_all(spec, &transforms, &unfit, parts, budget, &mut errors)?;
    let tally = std::mem::take(&mut errors.tally);
    let problems = errors.finish();
    if problems.has_errors() { Err(problems) } else { Ok((transforms, with_notes(rows, tally, spec))) }
}

/// Makes the rows of every part with transforms that have been fitted.
pub(crate) fn apply(
    spec: &ModalitySpec,
    transforms: &[FittedTransform],
    parts: &[ModalityColumns<'_>],
    budget: &MemoryBudget,
    by_row: Option<&mut CellErrors>,
) -> Result<ModalityParts, Problems> {
    let mut errors = NumericErrors { by_row, ..NumericErrors::new(spec) };
    let rows = apply_all(spec, transforms, &vec![false; features(spec)], parts, budget, &mut errors)?;
    let tally = std::mem::take(&mut errors.tally);
    let problems = errors.finish();
    if problems.has_errors() { Err(problems) } else { Ok(with_notes(rows, tally, spec)) }
}

/// The rows, with a note on sequences that are cut.
fn with_notes(rows: Vec<ModalityRows>, tally: Tally, spec: &ModalitySpec) -> ModalityParts {
    let notes = tally.notes(&spec.name, false, spec.shape.0.first().copied().unwrap_or(1));
    ModalityParts { rows, notes, tally }
}

/// The rows of every part; zeros for features that are `unfit`.
fn apply_all(
    spec: &ModalitySpec,
    transforms: &[FittedTransform],
    unfit: &[bool],
    parts: &[ModalityColumns<'_>],
    budget: &MemoryBudget,
    errors: &mut NumericErrors<'_>,
) -> Result<Vec<ModalityRows>, Problems> {
    let width = spec.shape.size();
    let mut made = vec![];
    for part in parts {
        let preparer = BlockPreparer { spec, transforms, unfit, part };
        let mut writer = RowsWriter::new(width, spec.optional, budget);
        let mut first = 0;
        let mut count = |rows: &[u32], block: &TransformedRows| {
            if block.faulty {
                preparer.cells(rows, |fault, at, row| errors.fault(part, fault, at, first + row), |_, _, _| {});
            }
            errors.tally.rows += rows.len();
            if let (Some(steps), [most, _]) = (part.steps(rows), spec.shape.0.as_slice()) {
                steps.iter().for_each(|steps| errors.tally.text(*steps, steps > most));
            }
            errors.tally.missing += block.there.iter().filter(|there| !**there).count();
            first += rows.len();
        };
        let size = block(width);
        if let Some(cells) = writer.claim(part.rows.len()).filter(|cells| !cells.is_empty()) {
            // All rows at their places.
            let blocks = part.rows.par_chunks(size).zip(cells.par_chunks_mut(4 * size * width));
            let prepared: Vec<_> = blocks.map(|(rows, cells)| (rows, preparer.prepare(rows, cells))).collect();
            for (rows, block) in prepared {
                count(rows, &block);
                writer.mark_all(&block.there);
            }
        } else {
            // A few blocks at a time, as the writer may put them into a file.
            let blocks: Vec<&[u32]> = part.rows.chunks(size).collect();
            for blocks in blocks.chunks(2 * rayon::current_num_threads()) {
                let prepare = |rows: &&[u32]| {
                    let mut cells = vec![0; 4 * rows.len() * width];
                    (preparer.prepare(rows, &mut cells), cells)
                };
                let prepared: Vec<(TransformedRows, Vec<u8>)> = blocks.par_iter().map(prepare).collect();
                for (rows, (block, cells)) in blocks.iter().zip(prepared) {
                    count(rows, &block);
                    let written = writer.push_cells(&cells, &block.there);
                    written.map_err(|error| out_of_space(columns_of(spec), &error))?;
                }
            }
        }
        made.push(writer.finish().map_err(|error| out_of_space(columns_of(spec), &error))?);
    }
    Ok(made)
}

/// What prepares the rows of a part, block by block on any thread.
struct BlockPreparer<'a> {
    spec: &'a ModalitySpec,
    transforms: &'a [FittedTransform],
    unfit: &'a [bool],
    part: &'a ModalityColumns<'a>,
}

/// What is known of rows whose numbers are prepared.
struct TransformedRows {
    /// Which rows have all their numbers.
    there: Vec<bool>,
    /// Whether a cell is to be reported.
    faulty: bool,
}

/// The reason that a cell is reported.
#[derive(Clone, Copy)]
enum CellFault {
    Missing,
    TooLarge,
}

impl BlockPreparer<'_> {
    /// Writes the bytes of the numbers of rows, row by row, into `cells`, which are zeros.
    fn prepare(&self, rows: &[u32], cells: &mut [u8]) -> TransformedRows {
        let mut prepared = TransformedRows { there: vec![true; rows.len()], faulty: false };
        match self.part.steps(rows) {
            Some(_) => self.prepare_steps(rows, cells, &mut prepared),
            None => self.prepare_vectors(rows, cells, &mut prepared),
        }
        // A row that lacks one number lacks the modality.
        let width = self.spec.shape.size();
        for (row, _) in cells.chunks_mut(4 * width).zip(&prepared.there).filter(|(_, there)| !**there) {
            row.fill(0);
        }
        prepared
    }

    /// Prepares rows that all have as many numbers: as [`BlockPreparer::cells`], a few rows after the other.
    fn prepare_vectors(&self, rows: &[u32], cells: &mut [u8], prepared: &mut TransformedRows) {
        let (width, features) = (self.spec.shape.size(), self.unfit.len());
        let TransformedRows { there, faulty } = prepared;
        let tiles = cells.chunks_mut(4 * TILE * width).zip(there.chunks_mut(TILE));
        let mut column = vec![];
        for (rows, (cells, there)) in rows.chunks(TILE).zip(tiles) {
            for at in (0..width).filter(|at| !self.unfit[at % features]) {
                self.part.gather(at, rows, &mut column);
                self.transforms.iter().for_each(|transform| transform.apply_all(at % features, &mut column));
                let places = cells.as_chunks_mut::<4>().0[at..].iter_mut().step_by(width);
                for ((cell, place), there) in column.iter().zip(places).zip(&mut *there) {
                    let value = *cell as f32;
                    if value.is_finite() {
                        *place = value.to_le_bytes();
                    } else {
                        *faulty |= !cell.is_nan() || !self.spec.optional;
                        *there &= !cell.is_nan();
                    }
                }
            }
        }
    }

    /// Prepares rows of lists.
    fn prepare_steps(&self, rows: &[u32], cells: &mut [u8], prepared: &mut TransformedRows) {
        let width = self.spec.shape.size();
        let TransformedRows { there, faulty } = prepared;
        let cells = cells.as_chunks_mut::<4>().0;
        let fault = |_, _, _| {
            *faulty = true;
            true
        };
        self.cells(rows, fault, |at, row, value| match value {
            Some(value) => cells[row * width + at] = value.to_le_bytes(),
            None => there[row] = false,
        });
    }

    /// Visits the number at each place of each row, `None` where it is missing, and before it what is wrong with it. A
    /// column ends where `fault` returns false.
    fn cells(
        &self,
        rows: &[u32],
        mut fault: impl FnMut(CellFault, usize, usize) -> bool,
        mut see: impl FnMut(usize, usize, Option<f32>),
    ) {
        let features = self.unfit.len();
        let steps = self.part.steps(rows);
        let mut cells = vec![];
        for at in (0..self.spec.shape.size()).filter(|at| !self.unfit[at % features]) {
            self.part.gather(at, rows, &mut cells);
            self.transforms.iter().for_each(|transform| transform.apply_all(at % features, &mut cells));
            for (row, cell) in cells.iter().enumerate() {
                // After the last step there is padding; a list without steps is missing.
                if steps.as_ref().is_some_and(|steps| at / features >= steps[row].max(1)) {
                    see(at, row, Some(f32::NAN));
                    continue;
                }
                if steps.as_ref().is_some_and(|steps| steps[row] == 0) {
                    if at == 0 {
                        if !self.spec.optional {
                            fault(CellFault::Missing, at, row);
                        }
                        see(at, row, None);
                    }
                    continue;
                }
                let value = *cell as f32;
                let wrong = match cell.is_nan() {
                    true => (!self.spec.optional).then_some(CellFault::Missing),
                    false => (!value.is_finite()).then_some(CellFault::TooLarge),
                };
                if wrong.is_some_and(|wrong| !fault(wrong, at, row)) {
                    break;
                }
                match cell.is_nan() {
                    true => see(at, row, None),
                    false if value.is_finite() => see(at, row, Some(value)),
                    false => {}
                }
            }
        }
    }
}

/// Largest number of training cells held over all passes; beyond it each pass reads them again.
const HELD: usize = 1 << 23;

/// The training cells, with the transforms before applied.
struct TrainingCells<'a> {
    before: &'a [FittedTransform],
    features: usize,
    train: &'a ModalityColumns<'a>,
    /// All cells, a column each, if they are few.
    held: Vec<Vec<f64>>,
}

impl<'a> TrainingCells<'a> {
    fn new(before: &'a [FittedTransform], features: usize, train: &'a ModalityColumns<'a>) -> Self {
        let mut cells = Self { before, features, train, held: vec![] };
        if train.width() * train.rows.len() <= HELD {
            let column = |at| {
                let mut column = vec![];
                cells.gather(at, train.rows, &mut column);
                column
            };
            cells.held = (0..train.width()).into_par_iter().map(column).collect();
        }
        cells
    }

    /// Reads cells of one column into the buffer.
    fn gather(&self, at: usize, rows: &[u32], buffer: &mut Vec<f64>) {
        self.train.gather(at, rows, buffer);
        self.before.iter().for_each(|transform| transform.apply_all(at % self.features, buffer));
        // Nothing is fitted to padding, even if a transform has filled it.
        if let Some(steps) = self.train.steps(rows) {
            let padding = buffer.iter_mut().zip(steps).filter(|(_, steps)| at / self.features >= *steps);
            padding.for_each(|(cell, _)| *cell = f64::NAN);
        }
    }
}

impl Cells for TrainingCells<'_> {
    fn features(&self) -> usize {
        self.features
    }

    fn blocks(&self, features: Range<usize>, see: &(dyn Fn(usize, &[f64]) + Sync)) {
        let width = self.train.width();
        if !self.held.is_empty() {
            features.into_par_iter().for_each(|feature| {
                self.held.iter().skip(feature).step_by(self.features).for_each(|column| see(feature, column));
            });
            return;
        }
        // All features of a block of rows before the next: a file beyond the memory is read once.
        for rows in self.train.rows.chunks(block(width)) {
            features.clone().into_par_iter().for_each_init(Vec::new, |buffer, feature| {
                for at in (feature..width).step_by(self.features) {
                    self.gather(at, rows, buffer);
                    see(feature, buffer);
                }
            });
        }
    }
}

/// The errors of a modality.
struct NumericErrors<'a> {
    spec: &'a ModalitySpec,
    /// The first missing cell of a modality that is not optional, and the number of such cells.
    missing: Option<(Problem, usize)>,
    /// The columns that are reported as too large.
    too_large: Vec<usize>,
    problems: Vec<Problem>,
    /// The problems of each row instead, where they are kept so.
    by_row: Option<&'a mut CellErrors>,
    tally: Tally,
}

impl<'a> NumericErrors<'a> {
    fn new(spec: &'a ModalitySpec) -> Self {
        Self { spec, missing: None, too_large: vec![], problems: vec![], by_row: None, tally: Tally::default() }
    }

    /// Adds what is wrong with a cell; returns whether the cells after it in the column are still to be looked at.
    fn fault(&mut self, part: &ModalityColumns<'_>, fault: CellFault, column: usize, row: usize) -> bool {
        match fault {
            CellFault::Missing => self.missing(part, column, row),
            CellFault::TooLarge => {
                self.too_large(part, column, row);
                return self.by_row.is_some();
            }
        }
        true
    }

    fn missing(&mut self, part: &ModalityColumns<'_>, column: usize, row: usize) {
        if let Some(errors) = &mut self.by_row {
            return errors.push_row(row, missing_cell(self.spec, part, part.position(column), row));
        }
        if let Some((_, count)) = &mut self.missing {
            *count += 1;
            return;
        }
        self.missing = Some((missing_cell(self.spec, part, part.position(column), row), 1));
    }

    fn too_large(&mut self, part: &ModalityColumns<'_>, column: usize, row: usize) {
        if self.by_row.is_none() && self.too_large.contains(&column) {
            return;
        }
        let (position, at) = (part.position(column), row);
        let row = part.rows[at] as usize;
        let number = part.number(column, row);
        let name = part.read.schema.column(position);
        let message = format!("column `{name}`: {number:e} is too large to compute with");
        let problem = Problem::error(Code::BadCell, message)
            .at(columns_of(self.spec), "read as numbers here")
            .in_data(part.read.place(Some(row), Some(position)));
        let problem = problem.help("`standardize`, `log1p` or `clip(lo, hi)` bring it into range");
        match &mut self.by_row {
            Some(errors) => errors.push_row(at, problem),
            None => {
                self.too_large.push(column);
                self.problems.push(problem);
            }
        }
    }

    fn fit_error(&mut self, train: &ModalityColumns<'_>, column: usize, at: usize, (doing, error): (&str, FitError)) {
        let position = train.position(column);
        let name = shown(&train.read.schema.column(position));
        // Of a date, the part that is meant.
        let what = match date_names(self.spec) {
            names if names.is_empty() => format!("column `{name}`"),
            names => format!("the {} of column `{name}`", names[column % names.len()]),
        };
        let transform = &self.spec.transforms[at];
        let (code, message, help) = match error {
            FitError::Constant(value) => (
                Code::ConstantColumn,
                format!("{what} is {value} on all {} training rows and cannot be {doing}", train.rows.len()),
                "leave it out: what never varies tells nothing",
            ),
            FitError::Empty => (
                Code::MissingValue,
                format!("{what} is empty on all {} training rows and cannot be {doing}", train.rows.len()),
                "leave it out",
            ),
            FitError::TooLarge => (
                Code::BadCell,
                format!("{what} holds numbers too large to be {doing}"),
                "`log1p` or `clip(lo, hi)` before it bring them into range",
            ),
        };
        let problem = Problem::error(code, message)
            .at(transform.span, "fitted here")
            .also(columns_of(self.spec), "to these columns")
            .in_data(train.read.place(None, Some(position)));
        self.problems.push(problem.help(help));
    }

    fn finish(self) -> Problems {
        let more = self.problems.len().saturating_sub(SHOWN);
        let rest = self.problems.last().filter(|_| more > 0).map(|last| {
            let message = format!("and {more} more columns of `{}` like these", self.spec.name);
            let mut rest = Problem::error(last.code, message);
            rest.labels = last.labels.clone();
            rest
        });
        let width = self.spec.shape.size().max(1);
        let cell = date_names(self.spec).len().max(1);
        let missing = self.missing.map(|(mut problem, count)| {
            if problem.code == Code::UnmatchedKey {
                return not_optional(self.spec, problem, count.div_ceil(width));
            }
            // All parts of a date are missing together.
            let count = count.div_ceil(cell);
            if count > 1 {
                problem.message.push_str(&format!(", the first of {count} in the modality"));
            }
            let name = &self.spec.name;
            problem.help(format!(
                "fill it with `impute(mean)`, before `standardize`; or write `modality {name}?`, so that the others decide \
                 where it is missing"
            ))
        });
        self.problems.into_iter().take(SHOWN).chain(rest).chain(missing).collect()
    }
}
