//! A warm start: the first weights of a run are those of another run, where names and shapes agree.

use super::error::Error;
use super::initial_weights::{INITIAL_WEIGHTS, InitialWeights, taken_over};
use super::run::Run;
use crate::diag::{Code, Problem};
use crate::exec::initialize;
use crate::report::{RunRecord, WarmStart};
use crate::train::{read_model, read_tensors};
use std::path::Path;

impl Run {
    /// The first weights of this run if it takes over those of the run in `folder`. All others are initialized as in any
    /// training.
    ///
    /// # Errors
    /// If that run has no model, or none of its weights agrees with the plan in name and shape.
    pub fn warm_start(&self, folder: &Path) -> Result<InitialWeights, Error> {
        let (plan, seed) = (self.pipeline().plan(), self.pipeline().compiled.hir.train.seed);
        let tensors = read_tensors(&folder.join("model.safetensors"));
        let tensors = tensors.map_err(|problem| {
            let help = format!(
                "name the folder of a run that has a model; `mmc run --resume {}` finishes one",
                folder.display()
            );
            self.pipeline().error(problem.help(help))
        })?;
        let weights = taken_over(plan, initialize(plan, seed), &tensors, folder);
        if weights.record.kept.is_empty() {
            let message = format!("no weight of `{}` agrees with this pipeline in name and shape", folder.display());
            let problem = Problem::error(Code::ModelMismatch, message)
                .help("name the run of a pipeline with the same declarations, or leave out `--warm-start`");
            return Err(self.pipeline().error(problem));
        }
        Ok(weights)
    }

    /// The first weights of the run in `folder`, where they were not drawn from the seed.
    ///
    /// # Errors
    /// If the folder does not hold a run, or the weights do not fit the plan.
    pub fn initial_weights_of(&self, folder: &Path) -> Result<Option<InitialWeights>, Error> {
        let record = RunRecord::read(folder).map_err(|problem| self.pipeline().error(problem))?;
        self.recorded_initial_weights(folder, record.entry("/warm_start"))
    }

    pub(crate) fn recorded_initial_weights(
        &self,
        folder: &Path,
        record: Option<WarmStart>,
    ) -> Result<Option<InitialWeights>, Error> {
        let Some(record) = record else { return Ok(None) };
        let read = read_model(&folder.join(INITIAL_WEIGHTS), self.pipeline().plan());
        let params = read.map_err(|problems| Error::new(problems, self.pipeline().sources.clone()))?;
        Ok(Some(InitialWeights { params, record }))
    }
}
