//! From the columns of a table to the rows of a modality: transforms fitted on the training rows, applied to all,
//! and what is missing told from what is wrong.

use super::delimited::shown;
use super::table::Read;
use super::transform::Misfit;
use super::{Fitted, FittedModality, ModalityRows};
use crate::diag::{Code, Problem, Problems};
use crate::spec::{ModalitySpec, TransformKind};

/// How many columns of a modality are reported one by one for the same reason.
const SHOWN: usize = 10;

/// One part's rows of one table.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    /// The table.
    pub read: &'a Read,
    /// The rows of the part.
    pub rows: &'a [u32],
    /// The modality's columns among those that were read.
    pub columns: &'a [usize],
    /// Their positions in the table.
    pub positions: &'a [usize],
}

impl Source<'_> {
    /// The cells of a column of the modality.
    fn gather(&self, column: usize, cells: &mut Vec<f64>) {
        let numbers = self.read.table.numbers(self.columns[column]);
        cells.clear();
        cells.extend(self.rows.iter().map(|row| numbers.get(*row as usize).copied().unwrap_or(f64::NAN)));
    }
}

/// Fits the transforms of a modality on the first part, which is train, and makes the rows of every part.
pub(crate) fn build(
    spec: &ModalitySpec,
    parts: &[Source<'_>],
) -> Result<(FittedModality, Vec<ModalityRows>), Problems> {
    let width = spec.shape.size();
    let Some(train) = parts.first() else { return Err(Problems::new()) };
    let mut transforms: Vec<Fitted> =
        spec.transforms.iter().filter_map(|transform| Fitted::new(&transform.kind)).collect();
    let mut made: Vec<Vec<f32>> = parts.iter().map(|part| vec![0.0; part.rows.len() * width]).collect();
    let mut gaps: Vec<Vec<bool>> = parts.iter().map(|part| vec![false; part.rows.len()]).collect();
    let mut wrong = Wrong { spec, missing: None, problems: vec![] };
    let mut cells = vec![];
    for column in 0..width {
        train.gather(column, &mut cells);
        if let Err((at, misfit)) = fit(spec, &mut transforms, column, &mut cells) {
            transforms[at..].iter_mut().for_each(Fitted::skip_column);
            wrong.misfit(train, column, at, misfit);
            continue;
        }
        for ((part, made), gaps) in parts.iter().zip(&mut made).zip(&mut gaps) {
            part.gather(column, &mut cells);
            for (row, cell) in cells.iter().enumerate() {
                let cell = transforms.iter().fold(*cell, |cell, transform| transform.apply(column, cell));
                let number = cell as f32;
                if cell.is_nan() {
                    gaps[row] = true;
                    if !spec.optional {
                        wrong.missing(part, column, row);
                    }
                } else if number.is_finite() {
                    made[row * width + column] = number;
                } else {
                    wrong.too_large(part, column, row);
                    break;
                }
            }
        }
    }
    let problems = wrong.finish();
    if problems.has_errors() {
        return Err(problems);
    }
    let columns = train.positions.iter().map(|position| train.read.head.column(*position)).collect();
    let fitted = FittedModality {
        name: spec.name.clone(),
        shape: spec.shape.clone(),
        optional: spec.optional,
        columns,
        transforms,
    };
    let rows = made.into_iter().zip(gaps).map(|(mut values, gaps)| {
        // A row that lacks one number lacks the modality.
        for (row, _) in gaps.iter().enumerate().filter(|(_, gap)| **gap) {
            values[row * width..(row + 1) * width].fill(0.0);
        }
        let present = spec.optional.then(|| gaps.iter().map(|gap| !gap).collect());
        ModalityRows { width, values, present }
    });
    Ok((fitted, rows.collect()))
}

/// Fits every transform to a column, each to what the one before made of the training cells.
fn fit(
    spec: &ModalitySpec,
    transforms: &mut [Fitted],
    column: usize,
    cells: &mut [f64],
) -> Result<(), (usize, Misfit)> {
    for (at, (transform, written)) in transforms.iter_mut().zip(&spec.transforms).enumerate() {
        if let Err(misfit) = transform.fit_column(&written.kind, cells) {
            return Err((at, misfit));
        }
        cells.iter_mut().for_each(|cell| *cell = transform.apply(column, *cell));
    }
    Ok(())
}

/// What is wrong with a modality.
struct Wrong<'a> {
    spec: &'a ModalitySpec,
    /// The first cell that is missing without leave, and how many there are.
    missing: Option<(Problem, usize)>,
    problems: Vec<Problem>,
}

impl Wrong<'_> {
    fn missing(&mut self, part: &Source<'_>, column: usize, row: usize) {
        if let Some((_, count)) = &mut self.missing {
            *count += 1;
            return;
        }
        let position = part.positions[column];
        let name = part.read.head.column(position);
        let message = format!("column `{name}` of `{}` has an empty cell", self.spec.name);
        let problem = Problem::error(Code::MissingValue, message)
            .at(self.columns(), "nothing here says what an empty cell stands for")
            .in_data(part.read.place(Some(part.rows[row] as usize), Some(position)));
        self.missing = Some((problem, 1));
    }

    fn too_large(&mut self, part: &Source<'_>, column: usize, row: usize) {
        let (position, row) = (part.positions[column], part.rows[row] as usize);
        let number = part.read.table.numbers(part.columns[column])[row];
        let name = part.read.head.column(position);
        let message = format!("column `{name}`: {number:e} is too large to compute with");
        let problem = Problem::error(Code::BadCell, message)
            .at(self.columns(), "read as numbers here")
            .in_data(part.read.place(Some(row), Some(position)));
        self.problems.push(problem.help("`standardize`, `log1p` or `clip(lo, hi)` bring it into range"));
    }

    fn misfit(&mut self, train: &Source<'_>, column: usize, at: usize, misfit: Misfit) {
        let position = train.positions[column];
        let name = shown(&train.read.head.column(position));
        let transform = &self.spec.transforms[at];
        let doing = match transform.kind {
            TransformKind::MinMax => "brought to a range",
            TransformKind::Impute(_) => "imputed",
            _ => "standardized",
        };
        let (code, message, help) = match misfit {
            Misfit::Constant(value) => (
                Code::ConstantColumn,
                format!("column `{name}` is {value} on all {} training rows and cannot be {doing}", train.rows.len()),
                "leave the column out: what never varies tells nothing",
            ),
            Misfit::Empty => (
                Code::MissingValue,
                format!("column `{name}` is empty on all {} training rows and cannot be {doing}", train.rows.len()),
                "leave the column out",
            ),
            Misfit::TooLarge => (
                Code::BadCell,
                format!("column `{name}` holds numbers too large to be {doing}"),
                "`log1p` or `clip(lo, hi)` before it bring them into range",
            ),
        };
        let problem = Problem::error(code, message)
            .at(transform.span, "fitted here")
            .also(self.columns(), "to these columns")
            .in_data(train.read.place(None, Some(position)));
        self.problems.push(problem.help(help));
    }

    /// The text of all columns, or the declaration where they have none.
    fn columns(&self) -> crate::diag::Span {
        match (self.spec.columns.first(), self.spec.columns.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => self.spec.span,
        }
    }

    fn finish(self) -> Problems {
        let more = self.problems.len().saturating_sub(SHOWN);
        let rest = self.problems.last().filter(|_| more > 0).map(|last| {
            let message = format!("and {more} more columns of `{}` like these", self.spec.name);
            let mut rest = Problem::error(last.code, message);
            rest.labels = last.labels.clone();
            rest
        });
        let missing = self.missing.map(|(mut problem, count)| {
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
