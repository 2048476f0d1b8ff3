//! The sources of a pipeline as tables: files of several formats, folders of images, joins, synthetic rows.
//!
//! [`open`] is the table of sources: a source is a variant of [`SourceKind`], a row here, and a file that reads it.

mod arrow_cells;
mod arrow_ipc;
pub(crate) mod arrow_messages;
mod batch_rows;
pub(crate) mod cifar;
mod common_schema;
mod csv;
pub(crate) mod excel_separator;
mod folder;
mod format;
mod image_files;
mod join;
mod json_array;
mod json_object;
pub(crate) mod jsonl;
pub(crate) mod memory;
pub(crate) mod npy;
pub(crate) mod npy_header;
pub(crate) mod opened;
mod ordered_parse;
mod parquet;
mod parquet_blocks;
mod parquet_file;
mod parquet_leaf;
pub(crate) mod parquet_pages;
mod plain_rows;
pub(crate) mod row_block;
pub(crate) mod storage;
mod synthetic;
pub(crate) mod text_blocks;
mod text_cell_errors;
mod text_cells;
mod text_file_blocks;
pub(crate) mod text_layout;

use crate::data::io::paths::{self, DataFile};
use crate::data::io::reader::BYTE_ORDER_MARK;
use crate::data::io::stream::ByteStream;
use crate::data::source::arrow_ipc::ArrowIpc;
use crate::data::source::cifar::Cifar;
use crate::data::source::csv::Delimited;
use crate::data::source::excel_separator::with_declared_separator;
use crate::data::source::format::open_files;
use crate::data::source::jsonl::Jsonl;
use crate::data::source::npy::Arrays;
use crate::data::source::opened::OpenTable;
use crate::data::source::parquet::Parquet;
use crate::diag::{Code, DataPlace, Problem, Problems, Span};
use crate::spec::{FILE_FORMATS, FileFormat, Source, SourceKind, Spanned};
use std::path::Path;

/// Opens a source and reads its schema, where so many bytes of the data may be in memory. Relative paths start at `base`.
pub(crate) fn open(source: &Source, base: &Path, memory: usize) -> Result<OpenTable, Problems> {
    open_or_stream(source, base, memory, None)
}

/// As [`open`], from a stream in place of the files of the source, if there is one.
pub(crate) fn open_or_stream(
    source: &Source,
    base: &Path,
    memory: usize,
    stream: Option<&ByteStream>,
) -> Result<OpenTable, Problems> {
    let files = |written: &[Spanned<String>]| -> Result<Vec<DataFile>, Problems> {
        let files = match stream {
            Some(stream) => vec![DataFile::of_stream(stream.clone(), "standard input")],
            None => paths::find(written, base).map_err(Problems::from_iter)?,
        };
        Ok(files.into_iter().map(|file| file.within(memory)).collect())
    };
    match &source.kind {
        SourceKind::Table { paths, format } => {
            let files = files(paths)?;
            let format = with_declared_separator(&files, format);
            open_files(Delimited::new(files, &format))
        }
        SourceKind::Arrow { paths } => open_files(ArrowIpc { files: files(paths)? }),
        SourceKind::Parquet { paths } => open_files(Parquet { files: files(paths)? }),
        SourceKind::Npz { paths } => open_files(Arrays { files: files(paths)?, single: false }),
        SourceKind::Npy { paths } => open_files(Arrays { files: files(paths)?, single: true }),
        SourceKind::Jsonl { paths } => open_files(Jsonl { files: files(paths)? }),
        SourceKind::CifarBinary { paths, labels } => open_files(Cifar { files: files(paths)?, labels: *labels }),
        SourceKind::Images { folder } => folder::open(folder, base),
        SourceKind::Synthetic { name, rows, seed } => synthetic::open(name, *rows, *seed, source.span),
        SourceKind::Join { sources, on } => join::open(sources, on, &|source| open(source, base, memory)),
    }
}

/// The format of a stream, by its first bytes: Arrow and Parquet by their marks, JSON by the first brace or bracket, cells
/// separated by tabs where the first line has a tab and no comma, else cells separated by commas.
pub fn stream_format(start: &[u8]) -> &'static FileFormat {
    let text = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start);
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let source = if start.starts_with(b"ARROW1") || start.starts_with(&[0xff; 4]) {
        "arrow"
    } else if start.starts_with(b"PAR1") {
        "parquet"
    } else if matches!(text.trim_ascii_start().first(), Some(b'{' | b'[')) {
        "jsonl"
    } else if line.contains(&b'\t') && !line.contains(&b',') {
        "tsv"
    } else {
        "csv"
    };
    FileFormat::named(source).unwrap_or(&FILE_FORMATS[0])
}

/// The source that reads a file of new rows, by the ending of its name: `.csv`, `.tsv`, `.jsonl`, `.ndjson`, `.parquet`
/// or `.npz`, text also packed as `.gz` or `.zst`. `header` says whether the first line of a text table names the
/// columns; see [`Preprocessing::has_header`](crate::data::Preprocessing::has_header).
///
/// # Errors
/// `MMC0501` for a file of another ending. The file need not exist.
pub fn source_of(path: &Path, header: bool) -> Result<Source, Problem> {
    let span = Span::default();
    let path = path.to_string_lossy().into_owned();
    match FileFormat::of(&path) {
        Some(format) => Ok(Source { kind: (format.kind)(vec![Spanned { value: path, span }], header), span }),
        None => {
            let endings: Vec<String> =
                FILE_FORMATS.iter().flat_map(|format| format.endings).map(|ending| format!("`{ending}`")).collect();
            let problem = Problem::error(Code::FileUnreadable, format!("the format of `{path}` is not known"));
            let place = DataPlace { file: path, line: None, row: None, column: None };
            Err(problem.in_data(place).help(format!("the name of a file of rows ends in {}", endings.join(", "))))
        }
    }
}
