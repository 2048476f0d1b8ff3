//! A few rows of a run's own data, as they were read and as they were prepared, for examples beside exported models.

use crate::data::{RawCells, raw_cells};
use crate::exec::{Decisions, decide, fitted};
use crate::experiment::error::{Error, ErrorKind};
use crate::experiment::model::Model;
use crate::experiment::options::TrainOptions;
use crate::experiment::rows::PlanRows;
use crate::plan::Batch;
use crate::spec::{Origin, Part, Source};
use crate::train::BatchSource;

/// How many rows are an example.
pub(super) const EXAMPLE_ROWS: usize = 32;

/// Rows of a run's own data, and what the model decides on them.
pub(super) struct ExampleRows {
    /// The cells of the columns of each input of the plan; none for one whose columns are not in the table.
    pub(super) cells: Vec<Option<Vec<RawCells>>>,
    /// The same rows as they are prepared.
    #[cfg_attr(not(feature = "onnx"), expect(dead_code, reason = "only graphs of prepared modalities read them"))]
    pub(super) batch: Batch,
    /// The decisions on them.
    #[cfg_attr(not(feature = "onnx"), expect(dead_code, reason = "only ONNX has files of expected results"))]
    pub(super) decisions: Decisions,
}

impl Model {
    /// The first rows of the validation part, or of another part where there is none.
    ///
    /// # Errors
    /// If the data of the run cannot be read again.
    pub(super) fn example_rows(&self, options: &TrainOptions) -> Result<ExampleRows, Error> {
        let data = self.own_data(options)?;
        let parts = [Part::Valid, Part::Calib, Part::Test, Part::Train];
        let found = parts.into_iter().find_map(|part| Some((part, data.part(part).filter(|rows| rows.rows > 0)?)));
        let none = || Error::message(ErrorKind::Invalid, "error: the data of the run has no rows");
        let (part, subset) = found.ok_or_else(none)?;
        let plan = self.plan();
        let rows = PlanRows::new(&data, subset, plan).ok_or_else(none)?;
        let places: Vec<u32> = (0..subset.rows.min(EXAMPLE_ROWS) as u32).collect();
        let mut batch = Batch::default();
        rows.fill(&places, &mut batch);
        let logits = self.engine(options)?.logits(&self.params, &batch);
        let logits = logits.map_err(|error| Error::message(ErrorKind::CannotRun, format!("error: {error}")))?;
        let loss = fitted(&plan.loss, &self.params);
        let decisions = decide(&loss, &self.params.decision, &self.params.calibration, &logits);
        let ids: Vec<u64> = places.iter().map(|place| subset.row_ids[*place as usize]).collect();
        let names: Vec<&str> = plan.inputs.iter().map(|input| input.name.as_str()).collect();
        let source = self.source_of(part);
        let cells =
            raw_cells(&self.preprocessing, &names, (source, self.pipeline.folder()), &ids, options.cache.as_deref());
        Ok(ExampleRows { cells: cells.map_err(|problems| self.error(problems))?, batch, decisions })
    }

    /// The table that a part is read from.
    fn source_of(&self, part: Part) -> &Source {
        match &self.pipeline.compiled.hir.data.origin {
            Origin::Whole(source) => source,
            Origin::Parts { train, valid, calib, test } => {
                let own = match part {
                    Part::Train => None,
                    Part::Valid => valid.as_ref(),
                    Part::Calib => calib.as_ref(),
                    Part::Test => test.as_ref(),
                };
                own.unwrap_or(train)
            }
        }
    }
}
