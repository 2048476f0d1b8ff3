//! The predictions of a model for all rows of a table, at once or block after block.

use super::error::Error;
use super::model::Model;
use super::new_row_format::TextFormatChanges;
use super::prediction_blocks::NewRows;
use super::predictions::Predictions;
use crate::data::KeptColumns;
use crate::spec::Source;

impl Model {
    /// Predicts the class of every row of a table, on the CPU. The rows are prepared as the training rows were: columns
    /// are found by their names, the label is not needed, and a modality that may be missing may lack its columns.
    ///
    /// A row has the same probabilities, to the last bit, alone and among any others, and those that `predictions.csv`
    /// has for it. For more rows than fit into memory see [`Model::predict_blocks`].
    ///
    /// # Errors
    /// If a column is absent, a cell does not fit it, or a row has none of the modalities that a component needs.
    pub fn predict(&self, source: Source) -> Result<Predictions, Error> {
        let mut all = Predictions { classes: self.classes().to_vec(), ..Predictions::default() };
        all.notes = self.predict_blocks(source, |block| {
            all.predicted.extend_from_slice(&block.predicted);
            all.probabilities.extend_from_slice(&block.probabilities);
        })?;
        Ok(all)
    }

    /// Predicts the class of every row of a table as [`Model::predict`] does, and passes the predictions to `see` block
    /// after block, in the order of the rows: any number of rows in memory for a few blocks. Returns sentences about all
    /// rows for the user.
    ///
    /// ```no_run
    /// let mut signals = 0;
    /// mmc::Model::load("runs/x")?.predict_blocks(mmc::Source::csv("new.csv"), |block| {
    ///     signals += block.iter().filter(|prediction| prediction.label == "signal").count();
    /// })?;
    /// # Ok::<(), mmc::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Model::predict`], after the rows before.
    pub fn predict_blocks(&self, source: Source, mut see: impl FnMut(&Predictions)) -> Result<Vec<String>, Error> {
        let keep = KeptColumns::None;
        let text = TextFormatChanges::default();
        let mut blocks = self.open_rows(NewRows { source, stream: None, text, keep, strict: true, threads: None })?;
        let mut predictions = Predictions { classes: self.classes().to_vec(), ..Predictions::default() };
        while let Some(block) = blocks.next_block()? {
            predictions.first += predictions.predicted.len();
            predictions.predicted = block.decisions.predicted;
            predictions.probabilities = block.decisions.probabilities;
            see(&predictions);
        }
        Ok(blocks.notes())
    }
}
