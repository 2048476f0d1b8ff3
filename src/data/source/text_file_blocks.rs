//! Files of text, read one after the other in blocks of records that are parsed elsewhere.

use crate::data::io::paths::DataFile;
use crate::data::io::patient::PatientReader;
use crate::data::io::reader::{self, ByteCount, LineEnds};
use crate::data::source::row_block::{BlockQuery, BlockReader, ReadProgress, ReadUnit, RowBlock, UnparsedRows};
use crate::data::source::text_blocks::{TextBlock, TextBlocks};
use crate::data::source::text_layout::TextLayout;
use crate::data::table::errors::unreadable;
use crate::diag::Problems;
use arrow_schema::{DataType, Field};
use std::io::Read;

/// What makes rows of a block of the file with this index.
type MakeRows = dyn Fn(usize, TextBlock) -> Box<dyn UnparsedRows> + Send;

/// The blocks of some files of text.
pub(crate) struct TextFileBlocks {
    files: Vec<DataFile>,
    layout: TextLayout,
    /// The file that is being read, and its blocks.
    current: usize,
    blocks: Option<TextBlocks<LineEnds<Box<dyn Read + Send>>>>,
    make: Box<MakeRows>,
    kept: Vec<Field>,
    count: ByteCount,
    total: Option<u64>,
}

impl TextFileBlocks {
    /// The blocks of the files of a query.
    pub(crate) fn new(
        query: &BlockQuery,
        layout: TextLayout,
        make: impl Fn(usize, TextBlock) -> Box<dyn UnparsedRows> + Send + 'static,
    ) -> Self {
        let length = |file: &DataFile| match file.stream {
            None => std::fs::metadata(&file.path).ok().map(|data| data.len()),
            Some(_) => None,
        };
        Self {
            files: query.files.clone(),
            layout,
            current: 0,
            blocks: None,
            make: Box::new(make),
            kept: query.keep.iter().map(|at| Field::new(query.schema.column(*at), DataType::Utf8, true)).collect(),
            count: ByteCount::default(),
            total: query.files.iter().map(length).sum(),
        }
    }

    /// With other types of the columns that are passed on.
    pub(crate) fn with_kept_fields(mut self, kept: Vec<Field>) -> Self {
        self.kept = kept;
        self
    }
}

impl BlockReader for TextFileBlocks {
    fn next_block(&mut self, rows: usize) -> Result<Option<RowBlock>, Problems> {
        while let Some(file) = self.files.get(self.current) {
            let blocks = match &mut self.blocks {
                Some(blocks) => blocks,
                None => {
                    let text = reader::open_counted_text(file, self.layout.encoding, &self.count);
                    let text = text.map_err(|error| unreadable(file, &error, 0))?;
                    // Rows of a pipe are not held back until a block is full.
                    let text: Box<dyn Read + Send> = match file.stream {
                        Some(_) => Box::new(PatientReader::new(text)),
                        None => text,
                    };
                    let blocks = self.layout.blocks(LineEnds::new(text), file.longest_record());
                    let mut blocks = blocks.map_err(|error| unreadable(file, &error, 0))?;
                    if self.layout.header {
                        blocks.next(1).map_err(|error| unreadable(file, &error, 0))?;
                    }
                    self.blocks.insert(blocks)
                }
            };
            match blocks.next(rows) {
                Ok(Some(block)) => return Ok(Some(RowBlock::Unparsed((self.make)(self.current, block)))),
                Ok(None) => {
                    self.blocks = None;
                    self.current += 1;
                }
                Err(error) => return Err(unreadable(file, &error, blocks.line() - 1).into()),
            }
        }
        Ok(None)
    }

    fn kept_fields(&self) -> Vec<Field> {
        self.kept.clone()
    }

    fn is_waiting(&self) -> bool {
        self.blocks.as_ref().is_some_and(TextBlocks::is_waiting)
    }

    fn progress(&self) -> ReadProgress {
        ReadProgress { done: self.count.get(), total: self.total, unit: ReadUnit::Bytes }
    }
}
