//! New rows, prepared block after block in the order of the table: as many as one likes in bounded memory. The same
//! preparation as that of a whole table; problems are kept for each row, so that a row can be passed over.

use crate::data::dataset::Subset;
use crate::data::input_mapping::{InputMapping, LabelUse, MappedModality, without_text};
use crate::data::io::bytes::MemoryBudget;
use crate::data::io::stream::ByteStream;
use crate::data::label::{self, FittedLabel};
use crate::data::modality::fitted::FittedModality;
use crate::data::modality::tally::Tally;
use crate::data::modality::transform::FittedTransform;
use crate::data::preprocessing::Preprocessing;
use crate::data::presence::RequiredComponents;
use crate::data::source;
use crate::data::source::opened::{OpenTable, PassedOn};
use crate::data::source::row_block::{BlockQuery, BlockReader, ReadProgress, RowBlock};
use crate::data::source::storage::Storage;
use crate::data::table::errors::CellErrors;
use crate::data::table::schema::{ArrayType, CellType, Schema};
use crate::diag::{Code, DataPlace, Problem, Problems, nearest};
use crate::shape::Shape;
use crate::spec::{Select, Source};
use crate::thousands::grouped;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::Field;
use std::collections::BTreeMap;
use std::path::Path;

/// Rows of a block at most.
const ROWS: usize = 4096;
/// Numbers of the prepared rows of a block at most, unless one row has more.
const NUMBERS: usize = 1 << 24;

/// The new rows, and how they are to be prepared.
#[derive(Clone, Debug)]
pub struct BlockRequest<'r, 'a> {
    /// The rows, in a file or in another source.
    pub source: &'r Source,
    /// The folder that relative paths start at.
    pub base: &'r Path,
    /// Bytes that are read in place of the files of the source.
    pub stream: Option<ByteStream>,
    /// The modalities to prepare, in this order: the inputs of a plan.
    pub modalities: Vec<&'r str>,
    /// The combines that must have a component present on every row.
    pub required: Vec<RequiredComponents<'a>>,
    /// The columns that are passed on as they are.
    pub keep: KeptColumns,
    /// Number of bytes that may be in memory of a source that can only be read as a whole.
    pub memory: usize,
}

/// The columns of a table that are passed on beside what is made of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum KeptColumns {
    /// None of them.
    #[default]
    None,
    /// All of them.
    All,
    /// Those of these names.
    Named(Vec<String>),
    /// This one, unless the table lacks it or its format cannot pass columns on.
    IfThere(Select),
}

/// The rows of a table as blocks that are not prepared yet.
pub struct RowBlocks {
    reader: Box<dyn BlockReader>,
    rows: usize,
    next: u64,
}

/// Some rows that are not prepared yet.
pub struct UnpreparedBlock {
    first: u64,
    rows: RowBlock,
}

/// What turns blocks into prepared rows, on any thread.
pub struct RowPreparer<'a> {
    inputs: InputMapping<'a>,
    query: BlockQuery,
    required: Vec<RequiredComponents<'a>>,
    label: &'a FittedLabel,
    kept: Vec<Field>,
}

/// Some rows as a model reads them. Those with problems are there too, as if what is wrong were missing.
#[derive(Debug)]
pub struct PreparedBlock {
    /// The rows, with the modalities in the order of the request; labels are not among them.
    pub rows: Subset,
    /// The label of each row by the name of its class, as it stands in the table where it is no class; nothing where it
    /// is empty. `None` for a table without the column of the label.
    pub labels: Option<Vec<Option<String>>>,
    /// The columns that are passed on.
    pub kept: Vec<ArrayRef>,
    /// The first problem of each row that has one, by its place in the block.
    pub problems: BTreeMap<usize, Problem>,
    /// What is counted.
    pub tally: BlockTally,
}

/// What is counted of rows for the notes at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockTally {
    rows: u64,
    unknown_labels: u64,
    modalities: Vec<Tally>,
}

impl BlockTally {
    /// Adds the counts of other rows.
    pub fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.unknown_labels += other.unknown_labels;
        self.modalities.resize_with(self.modalities.len().max(other.modalities.len()), Tally::default);
        for (own, other) in self.modalities.iter_mut().zip(other.modalities) {
            own.merge(other);
        }
    }
}

/// Opens a table of new rows.
///
/// # Errors
/// If the source cannot be opened, a column is absent whose modality is not optional, or there is no column to keep of a
/// given name.
pub fn open_blocks<'a>(
    preprocessing: &'a Preprocessing,
    request: BlockRequest<'_, 'a>,
) -> Result<(RowPreparer<'a>, RowBlocks), Problems> {
    open(preprocessing, request).map_err(plain)
}

fn open<'a>(
    preprocessing: &'a Preprocessing,
    request: BlockRequest<'_, 'a>,
) -> Result<(RowPreparer<'a>, RowBlocks), Problems> {
    let mut open = source::open_or_stream(request.source, request.base, request.memory, request.stream.as_ref())?;
    let optional = matches!(request.keep, KeptColumns::IfThere(_));
    let keep = PassedOn { positions: kept_positions(&request.keep, &open)?, optional };
    for modality in request.modalities.iter().filter_map(|name| preprocessing.modality(name)) {
        expect_columns(modality, &mut open.schema);
    }
    let inputs = InputMapping::find(preprocessing, &request.modalities, LabelUse::IfPresent, &open)?;
    let budget = MemoryBudget::new(request.memory, None);
    let (query, reader) = open.blocks(inputs.query.clone(), keep, Storage { cache: None, budget: &budget })?;
    let width: usize = inputs.modalities.iter().map(|modality| modality.spec.shape.size()).sum();
    let rows = (NUMBERS / width.max(1)).clamp(1, ROWS);
    let (required, label, kept) = (request.required, &preprocessing.label, reader.kept_fields());
    Ok((RowPreparer { inputs, query, required, label, kept }, RowBlocks { reader, rows, next: 0 }))
}

/// Lists the columns of a modality that can do without them, where rows may have columns that are not listed: they may come
/// later.
fn expect_columns(modality: &FittedModality, schema: &mut Schema) {
    let fills = |transform: &FittedTransform| {
        matches!(
            transform,
            FittedTransform::Impute { .. } | FittedTransform::ImputeWord { .. } | FittedTransform::KeepMissing
        )
    };
    if !modality.optional && !modality.transforms.iter().any(fills) {
        return;
    }
    for column in &modality.columns {
        let array = match column.cells {
            CellType::Number(numbers) if numbers > 1 => Some(ArrayType { shape: Shape::vector(numbers), bytes: false }),
            _ => None,
        };
        column.name.iter().for_each(|name| schema.expect(name, array.clone()));
    }
}

/// Opens the rows of a table in memory, whose display name is `name`: as [`open_blocks`], with the modalities in the order of
/// `modalities`.
///
/// # Errors
/// If a column is absent whose modality is not optional.
pub fn open_batch<'a>(
    preprocessing: &'a Preprocessing,
    (batch, name): (RecordBatch, &str),
    modalities: &[&str],
    required: Vec<RequiredComponents<'a>>,
) -> Result<(RowPreparer<'a>, RowBlocks), Problems> {
    let open = source::memory::open(batch, name);
    let inputs = InputMapping::find(preprocessing, modalities, LabelUse::IfPresent, &open).map_err(plain)?;
    let budget = MemoryBudget::new(usize::MAX, None);
    let none = PassedOn { positions: vec![], optional: false };
    let (query, reader) =
        open.blocks(inputs.query.clone(), none, Storage { cache: None, budget: &budget }).map_err(plain)?;
    let (label, kept) = (&preprocessing.label, vec![]);
    Ok((RowPreparer { inputs, query, required, label, kept }, RowBlocks { reader, rows: ROWS, next: 0 }))
}

/// Problems without places in the text of a pipeline, in their order.
fn plain(problems: Problems) -> Problems {
    let mut problems: Problems = problems.into_iter().map(without_text).collect();
    problems.sort();
    problems
}

/// The positions of the columns that are kept, in the order they are named.
fn kept_positions(keep: &KeptColumns, open: &OpenTable) -> Result<Vec<usize>, Problems> {
    let names = match keep {
        KeptColumns::None => return Ok(vec![]),
        KeptColumns::All => return Ok((0..open.schema.width).collect()),
        KeptColumns::Named(names) => names,
        KeptColumns::IfThere(select) => {
            let is_it = |at: &usize| match select {
                Select::Position(position) => at == position,
                Select::Name(name) => open.schema.column(*at) == *name,
                Select::Glob(_) | Select::Except(_) => false,
            };
            let found: Vec<usize> = (0..open.schema.width).filter(is_it).collect();
            return Ok(if found.len() == 1 { found } else { vec![] });
        }
    };
    let columns: Vec<String> = (0..open.schema.width).map(|at| open.schema.column(at)).collect();
    let mut positions = vec![];
    let mut problems = Problems::new();
    for name in names {
        let found: Vec<usize> = (0..columns.len()).filter(|at| columns[*at] == *name).collect();
        match found[..] {
            [at] if positions.contains(&at) => {}
            [at] => positions.push(at),
            _ => {
                let message = match found.len() {
                    0 => format!("there is no column `{name}` in `{}` to keep", open.name),
                    many => format!("`{}` has {many} columns named `{name}`", open.name),
                };
                let place = DataPlace { file: open.name.clone(), line: None, row: None, column: Some(name.clone()) };
                let problem = Problem::error(Code::MissingColumn, message).in_data(place);
                problems.push(match nearest(name, columns.iter().map(String::as_str)).filter(|_| found.is_empty()) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem.help(format!("the columns are {}", listed(&columns))),
                });
            }
        }
    }
    if problems.has_errors() { Err(problems) } else { Ok(positions) }
}

/// The first names, in words.
fn listed(names: &[String]) -> String {
    const MOST: usize = 12;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > MOST { ", ..." } else { "" };
    format!("{}{more}", shown.join(", "))
}

impl RowBlocks {
    /// The next rows; `None` after the last.
    ///
    /// # Errors
    /// If the table cannot be read on.
    pub fn read(&mut self) -> Result<Option<UnpreparedBlock>, Problems> {
        let block = self.reader.next_block(self.rows).map_err(plain)?;
        Ok(block.map(|rows| {
            let first = self.next;
            self.next += rows.rows() as u64;
            UnpreparedBlock { first, rows }
        }))
    }

    /// Whether the last block is short because no more rows have come yet: those of a pipe that is written slowly.
    pub fn is_waiting(&self) -> bool {
        self.reader.is_waiting()
    }

    /// How much has been read.
    pub fn progress(&self) -> ReadProgress {
        self.reader.progress()
    }
}

impl RowPreparer<'_> {
    /// Prepares the rows of a block.
    ///
    /// # Errors
    /// If the block as a whole cannot be read; problems with single rows are part of the result.
    pub fn prepare(&self, block: &UnpreparedBlock) -> Result<PreparedBlock, Problems> {
        self.prepare_rows(block).map_err(plain)
    }

    fn prepare_rows(&self, block: &UnpreparedBlock) -> Result<PreparedBlock, Problems> {
        let mut errors = CellErrors::by_row();
        let (read, kept) = block.rows.load(&self.query, &mut errors)?;
        let rows = read.table.rows;
        let made = self.inputs.prepare(&read, &MemoryBudget::new(usize::MAX, None), Some(&mut errors))?;
        let mut tally = BlockTally { rows: rows as u64, ..BlockTally::default() };
        let mut subset =
            Subset { rows, row_ids: (block.first..block.first + rows as u64).collect(), ..Subset::default() };
        for made in made {
            subset.modalities.extend(made.rows);
            tally.modalities.push(made.tally);
        }
        for required in &self.required {
            for row in (0..rows).filter(|row| !required.decides(&subset.modalities, *row)) {
                errors.push_row(row, required.undecided(subset.row_ids[row], read.place(Some(row), None)));
            }
        }
        let labels = self.inputs.label.and_then(|(column, _)| read.table.words(column)).map(|words| {
            let (names, unknown) = label::class_names(self.label, &words);
            tally.unknown_labels += unknown as u64;
            names.into_iter().map(|name| name.map(str::to_owned)).collect()
        });
        let (problems, by_row) = errors.into_rows();
        if problems.has_errors() {
            return Err(problems);
        }
        let problems = by_row.into_iter().map(|(row, problem)| (row, without_text(problem))).collect();
        Ok(PreparedBlock { rows: subset, labels, kept, problems, tally })
    }

    /// The columns that are passed on, with their types.
    pub fn kept_fields(&self) -> &[Field] {
        &self.kept
    }

    /// Whether the table has the column of the label.
    pub fn has_label(&self) -> bool {
        self.inputs.label.is_some()
    }

    /// Sentences for the user on what was counted: modalities that are missing, values that no training row has.
    pub fn notes(&self, tally: &BlockTally) -> Vec<String> {
        let mut notes = self.inputs.notes.clone();
        for (MappedModality { fitted, spec, .. }, tally) in self.inputs.modalities.iter().zip(&tally.modalities) {
            if tally.missing > 0 && fitted.optional && !self.inputs.absent.contains(&fitted.name) {
                let (missing, rows) = (grouped(tally.missing as u64), grouped(tally.rows as u64));
                notes.push(format!("`{}` is missing on {missing} of {rows} rows", fitted.name));
            }
            notes.extend(tally.notes(&fitted.name, fitted.has_words(), spec.shape.size()));
        }
        if tally.unknown_labels > 0 {
            let (unknown, rows) = (grouped(tally.unknown_labels), grouped(tally.rows));
            let name = &self.label.name;
            notes.push(format!("`{name}`: {unknown} of {rows} rows have a label that is none of the classes"));
        }
        notes
    }
}
