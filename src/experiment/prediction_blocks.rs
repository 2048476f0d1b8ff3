//! Predictions for new rows, block after block in the order of the rows, in memory for a few blocks.

use super::error::Error;
use super::model::Model;
use super::new_row_format::TextFormatChanges;
use super::rows::PlanRows;
use crate::data::{
    BlockRequest, BlockTally, ByteStream, KeptColumns, PreparedBlock, ReadProgress, RequiredComponents, RowBlocks,
    RowPreparer, UnpreparedBlock, open_blocks,
};
use crate::diag::{Problem, Problems};
use crate::exec::{Decisions, DeviceChoice, Engine, ExecError, engine};
use crate::spec::Source;
use crate::train::{FailureCause, predict};
use rayon::ThreadPool;
use rayon::prelude::*;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

/// Bytes that may be in memory of new rows that can only be read as a whole.
const MEMORY: usize = 2 << 30;

/// Where new rows are, and what is done with them.
#[derive(Clone, Debug)]
pub struct NewRows {
    /// The rows.
    pub source: Source,
    /// Bytes that are read in place of the files of the source.
    pub stream: Option<ByteStream>,
    /// How it is written, if it is a text table, where that differs from the training rows.
    pub text: TextFormatChanges,
    /// The columns that are passed on.
    pub keep: KeptColumns,
    /// Whether a row with a problem ends the prediction.
    pub strict: bool,
    /// Number of threads, all there are for `None`; results do not depend on it.
    pub threads: Option<usize>,
}

/// The blocks of new rows that a model predicts.
pub struct PredictionBlocks<'a> {
    model: &'a Model,
    engine: Box<dyn Engine>,
    pool: Arc<ThreadPool>,
    preparer: RowPreparer<'a>,
    blocks: RowBlocks,
    /// Blocks that were read ahead, and the error that ended reading.
    ahead: BlocksRead,
    /// Whether blocks are read while those before are prepared: not from a pipe, whose rows would wait for the next.
    reads_ahead: bool,
    /// Blocks that are prepared and not predicted yet.
    prepared: VecDeque<Result<PreparedBlock, Problems>>,
    strict: bool,
    tally: BlockTally,
}

/// Blocks in their order, and the error after them.
type BlocksRead = (Vec<UnpreparedBlock>, Option<Problems>);

/// A block that was predicted.
pub struct PredictedBlock {
    /// Its rows as they were prepared.
    pub prepared: PreparedBlock,
    /// What was decided on them; without meaning on rows with problems.
    pub decisions: Decisions,
}

impl Model {
    /// Opens new rows, to predict them block after block on the CPU.
    ///
    /// # Errors
    /// If the table cannot be opened, or lacks a column that is needed.
    pub(crate) fn open_rows(&self, mut rows: NewRows) -> Result<PredictionBlocks<'_>, Error> {
        self.set_text_format(&mut rows.source);
        rows.text.apply(&mut rows.source).map_err(|problem| self.error(problem.into()))?;
        let plan = self.plan();
        let modalities: Vec<&str> = plan.inputs.iter().map(|input| input.name.as_str()).collect();
        let reads_ahead = rows.stream.is_none();
        let request = BlockRequest {
            source: &rows.source,
            base: Path::new(""),
            stream: rows.stream,
            required: vec![RequiredComponents::of(plan, &modalities)],
            modalities,
            keep: rows.keep,
            memory: MEMORY,
        };
        let (preparer, blocks) = open_blocks(&self.preprocessing, request).map_err(|problems| self.error(problems))?;
        let engine = engine(Arc::new(plan.clone()), DeviceChoice::Cpu, rows.threads);
        let engine = engine.map_err(|error| self.exec_error(error))?;
        Ok(PredictionBlocks {
            model: self,
            pool: engine.pool(),
            engine,
            preparer,
            blocks,
            ahead: (vec![], None),
            reads_ahead,
            prepared: VecDeque::new(),
            strict: rows.strict,
            tally: BlockTally::default(),
        })
    }

    fn exec_error(&self, error: ExecError) -> Error {
        self.error(Problems::from(FailureCause::Exec(error).problem(self.plan())))
    }
}

impl PredictionBlocks<'_> {
    /// The next block; `None` after the last.
    ///
    /// # Errors
    /// If the table cannot be read on, and if a row has a problem where that ends the prediction.
    pub fn next_block(&mut self) -> Result<Option<PredictedBlock>, Error> {
        if self.prepared.is_empty() {
            self.prepare();
        }
        let Some(prepared) = self.prepared.pop_front() else { return Ok(None) };
        let mut prepared = prepared.map_err(|problems| self.model.error(problems))?;
        if self.strict && !prepared.problems.is_empty() {
            return Err(self.model.error(first_problems(prepared)));
        }
        let rows = PlanRows::prepared(&prepared.rows);
        let decisions = predict(self.engine.as_ref(), &self.model.params, &self.model.plan().loss, &rows);
        let decisions = decisions.map_err(|error| self.model.exec_error(error))?;
        self.tally.merge(std::mem::take(&mut prepared.tally));
        Ok(Some(PredictedBlock { prepared, decisions }))
    }

    /// Prepares two blocks on each thread, so that no thread waits long for another, and reads the next ones meanwhile.
    fn prepare(&mut self) {
        let count = 2 * self.pool.current_num_threads();
        let (mut read, mut failed) = std::mem::take(&mut self.ahead);
        if read.is_empty() && failed.is_none() {
            (read, failed) = read_blocks(&mut self.blocks, count);
        }
        let (preparer, blocks) = (&self.preparer, &mut self.blocks);
        let more = self.reads_ahead && failed.is_none() && !read.is_empty();
        let (prepared, ahead) = self.pool.install(|| {
            rayon::join(
                || read.par_iter().map(|block| preparer.prepare(block)).collect::<Vec<_>>(),
                || if more { read_blocks(blocks, count) } else { (vec![], None) },
            )
        });
        self.prepared = prepared.into_iter().chain(failed.map(Err)).collect();
        self.ahead = ahead;
    }

    /// Whether the next block has to be waited for.
    pub(crate) fn is_waiting(&self) -> bool {
        self.prepared.is_empty() && self.blocks.is_waiting()
    }

    /// How much has been read.
    pub fn progress(&self) -> ReadProgress {
        self.blocks.progress()
    }

    /// What prepares the rows: knows the columns that are passed on, and whether there are labels.
    pub(crate) fn preparer(&self) -> &RowPreparer<'_> {
        &self.preparer
    }

    /// The threads that compute.
    pub(crate) fn pool(&self) -> &Arc<ThreadPool> {
        &self.pool
    }

    /// Sentences for the user on the rows so far.
    pub fn notes(&self) -> Vec<String> {
        self.preparer.notes(&self.tally)
    }
}

/// The next blocks, at most `count`; fewer at the end, and where more rows have to be waited for.
fn read_blocks(blocks: &mut RowBlocks, count: usize) -> BlocksRead {
    let mut read = vec![];
    while read.len() < count {
        match blocks.read() {
            Ok(Some(block)) => read.push(block),
            Ok(None) => break,
            Err(problems) => return (read, Some(problems)),
        }
        if blocks.is_waiting() {
            break;
        }
    }
    (read, None)
}

/// How many problems of rows are reported.
const SHOWN: usize = 10;

/// The first problems of a block, and how many more rows have one.
fn first_problems(block: PreparedBlock) -> Problems {
    let more = block.problems.len().saturating_sub(SHOWN);
    let mut problems: Problems = block.problems.into_values().take(SHOWN).collect();
    if let (Some(last), true) = (problems.iter().last(), more > 0) {
        problems.push(Problem::error(last.code, format!("and {more} more rows like these among the next")));
    }
    problems
}
