//! From a data block to a data set: find, read, label, split, transform.

use crate::data::dataset::{Dataset, Subset, TableSummary, TestIds};
use crate::data::inspect::telling::{self, LabelScore};
use crate::data::io::bytes::MemoryBudget;
use crate::data::label::{self, FittedLabel, LabelColumn};
use crate::data::marked_cells::{columns_of_words, word_notes};
use crate::data::modality::columns::ColumnPlaces;
use crate::data::modality::fitted::InputColumn;
use crate::data::modality::kinds;
use crate::data::modality::unreadable_images::UnreadableImages;
use crate::data::presence::{self, RequiredComponents};
use crate::data::row_weights::{self, FittedWeights, WeightColumn};
use crate::data::source;
use crate::data::source::opened::OpenTable;
use crate::data::source::storage::{Storage, fingerprint};
use crate::data::split;
use crate::data::split_words::SplitColumn;
use crate::data::table::cache;
use crate::data::table::columns::Words;
use crate::data::table::loaded::LoadedTable;
use crate::data::table::schema::{CellType, Schema, TableQuery};
use crate::data::table::select;
use crate::data::unlabeled::LabeledTable;
use crate::diag::{Checked, Code, Problem, Problems};
use crate::spec::{
    ClassWeights, ColumnRef, DataSpec, LabelSpec, ModalitySpec, Origin, Part, Select, Source, Spanned, TellingColumn,
    pattern_matches,
};
use rayon::prelude::*;
use std::path::Path;

/// The data to load.
#[derive(Clone, Debug)]
pub struct LoadRequest<'a> {
    /// Where rows come from and how they are split.
    pub data: &'a DataSpec,
    /// The label to predict.
    pub label: &'a LabelSpec,
    /// The weights of its classes in the loss, if they have any.
    pub class_weights: Option<&'a Spanned<ClassWeights>>,
    /// The modalities that are wanted; others are not read. The split does not depend on them.
    pub modalities: Vec<&'a ModalitySpec>,
    /// The combines of which some component must have all its modalities, on every row.
    pub required: Vec<RequiredComponents<'a>>,
    /// The folder that relative paths start at: that of the pipeline file.
    pub base: &'a Path,
    /// Where parsed tables are kept for the next time; `None` to keep none.
    pub cache: Option<&'a Path>,
    /// How many bytes of the data may be in memory; the rest is in temporary files, in the folder
    /// of the cache or where the system keeps such files.
    pub memory: usize,
}

/// Reads, labels, splits and transforms. Reports all it finds.
pub fn load(request: &LoadRequest<'_>) -> Checked<Dataset> {
    match assemble(request) {
        Ok(dataset) => Checked::new(dataset, Problems::new()),
        Err(mut problems) => {
            problems.sort();
            Checked::failed(problems)
        }
    }
}

/// Finds the files and the columns that a pipeline reads, and reads no rows: the problems of those that are not there.
pub fn find_columns(request: &LoadRequest<'_>) -> Problems {
    let found = sources(request.data)
        .and_then(|sources| all(sources.iter().map(|(_, source)| source::open(source, request.base, request.memory))))
        .and_then(|found| all(found.iter().map(|table| ResolvedQuery::of(request, table, &found[0]))));
    found.err().unwrap_or_default()
}

fn assemble(request: &LoadRequest<'_>) -> Result<Dataset, Problems> {
    request.cache.inspect(|folder| cache::sweep(folder));
    let sources = sources(request.data)?;
    let found = all(sources.iter().map(|(_, source)| source::open(source, request.base, request.memory)))?;
    let resolved = all(found.iter().map(|table| ResolvedQuery::of(request, table, &found[0])))?;
    let budget = MemoryBudget::new(request.memory, request.cache);
    let storage = Storage { cache: request.cache, budget: &budget };
    let reads = all(found.iter().zip(&resolved).map(|(table, resolved)| table.read(&resolved.query, storage)))?;
    let labeled: Vec<LabeledTable> = (reads.into_iter().zip(&resolved))
        .map(|(read, resolved)| LabeledTable::new(read, resolved.label.0, request.data.unlabeled))
        .collect();
    let reads: Vec<&LoadedTable> = labeled.iter().map(|table| &table.read).collect();

    let columns = reads.iter().zip(&resolved).map(|(read, resolved)| {
        let (column, position) = resolved.label;
        LabelColumn { read, column, position }
    });
    let labels = label::read(request.label, &columns.collect::<Vec<_>>(), Some(request.data))?;
    let (mut parts, unused) = parts(request.data, &sources, &reads, &resolved, &labels.rows)?;

    let mut skipped = vec![];
    for (at, spec) in request.modalities.iter().enumerate().filter(|(_, spec)| spec.skip_unreadable && !spec.optional) {
        let mut left_out = UnreadableImages::default();
        for part in &mut parts {
            left_out.remove(part.part, &mut part.rows, &resolved[part.table].modalities[at], reads[part.table]);
        }
        skipped.extend(left_out.finish(spec)?);
    }

    let built = all(request.modalities.iter().enumerate().map(|(at, spec)| {
        let columns = parts.iter().map(|part| resolved[part.table].modalities[at].of(reads[part.table], &part.rows));
        kinds::fit_and_apply(spec, &columns.collect::<Vec<_>>(), &budget)
    }))?;
    let (mut modalities, mut rows, mut of_modalities) = (vec![], vec![], vec![]);
    for (fitted, made) in built {
        modalities.push(fitted);
        rows.push(made.rows.into_iter());
        of_modalities.extend(made.notes);
    }
    let column_weights = all(reads.iter().zip(&resolved).map(|(read, resolved)| match resolved.weight {
        Some(column) => WeightColumn { read, column, spec: request.data.weight.as_ref() }.read().map(Some),
        None => Ok(None),
    }))?;
    let class_weights = request.class_weights.map(|spec| {
        let (rows, labels) = (&parts[0].rows, &labels);
        row_weights::of_classes(&spec.value, &labels.classes, rows, &labels.rows[0], column_weights[0].as_deref())
    });
    let (mut train, mut valid, mut calib, mut test) = (Subset::default(), None, None, None);
    let mut test_ids = None;
    for part in &parts {
        let of_part: Vec<u32> = part.rows.iter().map(|row| labels.rows[part.table][*row as usize]).collect();
        let weights = row_weights::of_rows(
            &part.rows,
            &of_part,
            column_weights[part.table].as_deref(),
            class_weights.as_ref().map(|weights| weights.values.as_slice()),
        );
        let spans = [request.data.weight.as_ref().map(|column| column.span), request.class_weights.map(|of| of.span)];
        let problem = row_weights::unusable(&weights, part.part, spans);
        if let Some(problem) = problem {
            return Err(problem.in_data(reads[part.table].place(None, None)).into());
        }
        let subset = Subset {
            rows: part.rows.len(),
            row_ids: part.rows.iter().map(|row| labeled[part.table].row_id(*row)).collect(),
            labels: of_part,
            weights,
            modalities: rows.iter_mut().filter_map(Iterator::next).collect(),
        };
        if let (Part::Test, Some((column, position))) = (part.part, resolved[part.table].id) {
            let (read, cells) = (reads[part.table], &reads[part.table].table.columns[column]);
            let ids = part.rows.iter().map(|row| cells.text(*row as usize).to_owned()).collect();
            test_ids = Some(TestIds { column: read.schema.column(position), ids });
        }
        match part.part {
            Part::Train => train = subset,
            Part::Valid => valid = Some(subset),
            Part::Calib => calib = Some(subset),
            Part::Test => test = Some(subset),
        }
    }

    let subsets = [
        (Part::Train, Some(&train)),
        (Part::Valid, valid.as_ref()),
        (Part::Calib, calib.as_ref()),
        (Part::Test, test.as_ref()),
    ];
    let rows = subsets.into_iter().filter_map(|(part, subset)| {
        let table = parts.iter().find(|rows| rows.part == part)?.table;
        Some(presence::PartTable { part, subset: subset?, read: reads[table] })
    });
    presence::check(&request.required, &rows.collect::<Vec<_>>())?;

    let mut notes: Vec<String> = reads.iter().flat_map(|read| read.notes.clone()).chain(of_modalities).collect();
    let assumption = labels.assumption(request.label);
    notes.extend(assumption.clone());
    for (read, resolved) in reads.iter().zip(&resolved) {
        notes.extend(word_notes(read, &columns_of_words(&resolved.query, resolved.label.0)));
    }
    notes.extend(labeled.iter().filter_map(|table| table.note(&request.label.name)));
    notes.extend(class_weights.as_ref().and_then(|weights| weights.note.clone()));
    notes.extend(skipped);
    if unused > 0 {
        notes.push(format!("{unused} rows are in no part"));
    }
    let tables = sources.iter().zip(&labeled).map(|((part, _), table)| TableSummary {
        part: *part,
        files: table.read.file_names(),
        row_files: table.read.row_file_names(),
        rows: table.rows_read(),
        cached: table.read.cached,
    });
    let schema = &reads[0].schema;
    let label = FittedLabel {
        name: request.label.name.clone(),
        column: InputColumn::of(schema, resolved[0].label.1, CellType::Word).with_missing(request.data.missing.clone()),
        classes: labels.classes,
        cells: labels.cells,
        weights: FittedWeights::new(
            resolved[0].weight.map(|(_, position)| InputColumn::of(schema, position, CellType::Number(1))),
            class_weights.map(|weights| weights.values),
        ),
    };
    let contents: Vec<blake3::Hash> = reads.iter().map(|read| read.content).collect();
    Ok(Dataset {
        train,
        valid,
        calib,
        test,
        test_ids,
        label,
        modalities,
        unlabeled: labeled.iter().map(|table| table.dropped).sum(),
        assumption,
        fingerprint: fingerprint(&contents).to_hex().to_string(),
        tables: tables.collect(),
        notes,
        telling: telling(request, reads[0], &resolved[0], &labels.rows[0]),
    })
}

/// The columns of modalities that tell the label, by their cells as they were read. The label's own is none of them.
fn telling(
    request: &LoadRequest<'_>,
    read: &LoadedTable,
    resolved: &ResolvedQuery,
    labels: &[u32],
) -> Vec<TellingColumn> {
    let rows = telling::rows_to_look_at(read.table.rows, resolved.query.columns.len());
    let classes: Vec<u32> = rows.iter().map(|row| labels[*row]).collect();
    let mut columns = vec![];
    for (spec, places) in request.modalities.iter().zip(&resolved.modalities) {
        let of = places.of(read, &[]);
        let own = of.columns.iter().zip(of.positions).filter(|(_, position)| **position != resolved.label.1);
        columns.extend(own.map(|(column, position)| (*spec, *column, *position)));
    }
    let told = |(spec, column, position): (&ModalitySpec, usize, usize)| {
        let cells = &read.table.columns[column];
        let score = match resolved.query.columns[column].kind {
            CellType::Number(1) => {
                let cells: Vec<f64> = rows.iter().map(|row| cells.number(*row, 0)).collect();
                telling::of_numbers(&cells, &classes)
            }
            CellType::Word | CellType::Text => {
                let cells: Vec<&str> = rows.iter().map(|row| cells.text(*row)).collect();
                telling::of_texts(&cells, &classes)
            }
            CellType::Number(_) | CellType::Steps(_) | CellType::Image(_) => None,
        };
        let LabelScore { score, values } = score?;
        Some(TellingColumn { modality: spec.name.clone(), column: read.schema.column(position), score, values })
    };
    columns.into_par_iter().filter_map(told).collect()
}

/// All results, or all problems.
fn all<T>(results: impl Iterator<Item = Result<T, Problems>>) -> Result<Vec<T>, Problems> {
    let mut values = vec![];
    let mut problems = Problems::new();
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(more) => problems.extend(more),
        }
    }
    if problems.has_errors() { Err(problems) } else { Ok(values) }
}

/// The tables in the order of parts; or the one table that is split. No part is given twice.
fn sources(data: &DataSpec) -> Result<Vec<(Option<Part>, &Source)>, Problems> {
    let (train, others) = match &data.origin {
        Origin::Whole(source) => return Ok(vec![(None, source)]),
        Origin::Parts { train, valid, calib, test } => {
            (train, [(Part::Valid, valid), (Part::Calib, calib), (Part::Test, test)])
        }
    };
    let mut sources = vec![(Some(Part::Train), train)];
    let mut problems = Problems::new();
    if let Some(column) = &data.split.by_column {
        let message = "rows are given as separate tables and split by a column";
        let problem = Problem::error(Code::DuplicateKey, message).at(column.span, "a column that splits");
        problems.push(problem.also(train.span, "a separate table"));
    }
    for (part, source) in others {
        let Some(source) = source else { continue };
        sources.push((Some(part), source));
        for portion in data.split.portions.iter().filter(|portion| portion.part == part) {
            let message = format!("`{}` is given twice: as a separate table and as a portion", part.as_str());
            let problem = Problem::error(Code::DuplicateKey, message).at(portion.span, "a portion of train");
            problems.push(problem.also(source.span, "a separate table"));
        }
    }
    if problems.has_errors() { Err(problems) } else { Ok(sources) }
}

/// The query of one table, with its columns resolved to positions, and their purposes.
struct ResolvedQuery {
    query: TableQuery,
    /// The label's column among the wanted ones, and its position in the table.
    label: (usize, usize),
    /// The column of the names of rows, as the label's.
    id: Option<(usize, usize)>,
    /// The column of row weights, as the label's.
    weight: Option<(usize, usize)>,
    by_column: Option<(usize, usize)>,
    stratify_by: Vec<(usize, usize)>,
    group: Vec<(usize, usize)>,
    /// The columns of each modality.
    modalities: Vec<ColumnPlaces>,
}

impl ResolvedQuery {
    /// The query of `table`. Globs mean the columns that they mean in the `first` table.
    fn of(request: &LoadRequest<'_>, table: &OpenTable, first: &OpenTable) -> Result<Self, Problems> {
        let columns = select::ColumnFinder { schema: &table.schema, name: &table.name };
        let mut query = TableQuery::new(request.data.missing.clone());
        let mut problems = Problems::new();
        let mut word = |column: &ColumnRef| match columns.one(column) {
            Ok(position) => Some((query.add(position, CellType::Word, column.span), position)),
            Err(problem) => {
                problems.push(problem);
                None
            }
        };
        let label = word(&request.label.column);
        if let Some(array) = label.and_then(|(_, position)| table.schema.arrays.get(&position)) {
            let message = format!(
                "`{}`: a row of the label is an array of shape {}, not one class",
                request.label.name, array.shape
            );
            let problem = Problem::error(Code::ColumnType, message).at(request.label.column.span, "selected here");
            return Err(problem.help("of one-hot rows, `labels.argmax(axis=1)` makes the indices of classes").into());
        }
        let mut named = |column: &Spanned<String>| {
            word(&ColumnRef { select: Select::Name(column.value.clone()), span: column.span })
        };
        let (mut by_column, mut stratify_by, mut group) = (None, vec![], vec![]);
        if std::ptr::eq(table, first) {
            let split = &request.data.split;
            by_column = split.by_column.as_ref().and_then(&mut named);
            stratify_by = split.stratify_by.iter().filter_map(&mut named).collect();
            group = split.group.iter().filter_map(&mut named).collect();
        }
        let id = match request.data.id.as_ref().map(|column| (columns.one(column), column.span)) {
            Some((Ok(position), span)) => Some((query.add(position, CellType::Text, span), position)),
            Some((Err(problem), _)) => {
                problems.push(problem);
                None
            }
            None => None,
        };
        let mut weight = None;
        if let Some(column) = &request.data.weight {
            match columns.one_number(column) {
                Ok(position) => {
                    weight = Some((query.add(position, CellType::Number(1), column.span), position));
                }
                Err(problem) => problems.push(problem),
            }
        }
        let mut modalities = vec![];
        for spec in &request.modalities {
            match columns.of(&pin_globs(spec, &first.schema, &table.schema)) {
                Ok(positions) => modalities.push(ColumnPlaces::add(spec, &table.schema, positions, &mut query)),
                Err(more) => problems.extend(more.into_iter().collect()),
            }
        }
        match label {
            Some(label) if !problems.has_errors() => {
                Ok(Self { query, label, id, weight, by_column, stratify_by, group, modalities })
            }
            _ => Err(problems),
        }
    }
}

/// The modality with its globs written out as the names they match in the first table, so that the columns of every
/// table come in the same order.
fn pin_globs(spec: &ModalitySpec, first: &Schema, schema: &Schema) -> ModalitySpec {
    let mut spec = spec.clone();
    if let (Some(names), true) = (&first.names, first != schema && schema.names.is_some()) {
        let written = std::mem::take(&mut spec.columns);
        let excepted = |name: &String| {
            written.iter().any(|column| match &column.select {
                Select::Except(pattern) => pattern_matches(pattern, name),
                _ => false,
            })
        };
        let pinned = written.iter().flat_map(|column| match &column.select {
            Select::Glob(pattern) => names
                .iter()
                .filter(|name| pattern_matches(pattern, name) && !excepted(name))
                .map(|name| ColumnRef { select: Select::Name(name.clone()), span: column.span })
                .collect(),
            Select::Name(name) if excepted(name) => vec![],
            Select::Position(position) if names.get(*position).is_some_and(excepted) => vec![],
            Select::Except(_) => vec![],
            Select::Name(_) | Select::Position(_) => vec![column.clone()],
        });
        spec.columns = pinned.collect();
    }
    spec
}

/// A part: its table, and its rows in that.
struct PartIndices {
    part: Part,
    table: usize,
    rows: Vec<u32>,
}

fn split_column((words, position): &(Words, usize)) -> SplitColumn<'_> {
    (words, *position)
}

/// The rows of every part, train first, and how many are in none.
fn parts(
    data: &DataSpec,
    sources: &[(Option<Part>, &Source)],
    reads: &[&LoadedTable],
    resolved: &[ResolvedQuery],
    labels: &[Vec<u32>],
) -> Result<(Vec<PartIndices>, usize), Problems> {
    let (Some(read), Some(resolved), Some(of_first)) = (reads.first(), resolved.first(), labels.first()) else {
        return Err(Problems::new());
    };
    let words = |(column, position): (usize, usize)| Some((read.table.words(column)?, position));
    let by_column = resolved.by_column.and_then(words);
    let several = |columns: &[(usize, usize)]| columns.iter().copied().filter_map(words).collect::<Vec<_>>();
    let (stratify_by, group) = (several(&resolved.stratify_by), several(&resolved.group));
    let table = split::SplitTable {
        read,
        labels: of_first,
        by_column: by_column.as_ref().map(split_column),
        stratify_by: stratify_by.iter().map(split_column).collect(),
        group: group.iter().map(split_column).collect(),
    };
    let divided = split::divide(&data.split, &table)?;
    let mut parts = vec![PartIndices { part: Part::Train, table: 0, rows: divided.train }];
    for (part, rows) in [(Part::Valid, divided.valid), (Part::Calib, divided.calib), (Part::Test, divided.test)] {
        if let Some(rows) = rows {
            parts.push(PartIndices { part, table: 0, rows });
        }
    }
    for (table, (part, _)) in sources.iter().enumerate().skip(1) {
        if let Some(part) = part {
            parts.push(PartIndices { part: *part, table, rows: (0..reads[table].table.rows as u32).collect() });
        }
    }
    Ok((parts, divided.unused))
}
