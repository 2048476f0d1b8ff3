//! The rows of pipelines: loaded from their data, and handed to training as the inputs of a plan.

use super::error::Error;
use super::options::TrainOptions;
use super::pipeline::Pipeline;
use crate::data::{Dataset, Draw, LoadRequest, RequiredComponents, Subset, load};
use crate::diag::{Checked, Problems};
use crate::plan::{Batch, Plan};
use crate::train::BatchSource;

/// Loads the modalities that the plans of these pipelines read. The pipelines are of one file and read the same rows;
/// the modalities of a single one come in the order of its plan.
pub(crate) fn load_dataset(pipelines: &[&Pipeline], options: &TrainOptions) -> Checked<Dataset> {
    let Some(first) = pipelines.first() else { return Checked::failed(Problems::new()) };
    let mut names: Vec<&str> = vec![];
    for input in pipelines.iter().flat_map(|pipeline| &pipeline.plan().inputs) {
        if !names.contains(&input.name.as_str()) {
            names.push(&input.name);
        }
    }
    let hir = &first.compiled.hir;
    let modalities = names.iter().filter_map(|name| hir.modalities.iter().find(|spec| spec.name == *name));
    load(&LoadRequest {
        data: &hir.data,
        label: &hir.label,
        class_weights: hir.train.class_weights.as_ref(),
        modalities: modalities.collect(),
        required: pipelines.iter().map(|pipeline| RequiredComponents::of(pipeline.plan(), &names)).collect(),
        base: first.folder(),
        cache: options.cache.as_deref(),
        memory: options.memory,
    })
}

/// As [`load_dataset`], with the problems as an error.
pub(crate) fn load_or_fail(pipelines: &[&Pipeline], options: &TrainOptions) -> Result<Dataset, Error> {
    let Checked { value, problems } = load_dataset(pipelines, options);
    let sources = || pipelines.first().map(|pipeline| pipeline.sources.clone()).unwrap_or_default();
    value.ok_or_else(|| Error::new(problems, sources()))
}

/// One split of a data set as a plan reads it: the modalities of the plan, in its order.
pub(crate) struct PlanRows<'a> {
    subset: &'a Subset,
    /// The place of each of the plan's inputs among the modalities of the data set.
    places: Vec<usize>,
}

impl<'a> PlanRows<'a> {
    /// The rows of `subset` for `plan`; `None` where the data set was loaded without one of its modalities.
    pub(crate) fn new(data: &Dataset, subset: &'a Subset, plan: &Plan) -> Option<Self> {
        Some(Self { subset, places: data.places(plan.inputs.iter().map(|input| input.name.as_str()))? })
    }

    /// Rows whose modalities for the inputs of a plan are at these places.
    pub(crate) fn at(subset: &'a Subset, places: Vec<usize>) -> Self {
        Self { subset, places }
    }

    /// Rows that were prepared for a plan, with the modalities in the order of its inputs.
    pub(crate) fn prepared(subset: &'a Subset) -> Self {
        Self { subset, places: (0..subset.modalities.len()).collect() }
    }
}

/// The rows of every split of a data set as a plan reads them.
pub(crate) struct SplitRows<'a> {
    /// The rows that weights are fitted to.
    pub(crate) train: PlanRows<'a>,
    valid: Option<PlanRows<'a>>,
    calib: Option<PlanRows<'a>>,
    test: Option<PlanRows<'a>>,
}

impl<'a> SplitRows<'a> {
    /// The rows of `data` for `plan`; `None` where it was loaded without one of its modalities.
    pub(crate) fn new(data: &'a Dataset, plan: &Plan) -> Option<Self> {
        let of = |subset: &'a Option<Subset>| subset.as_ref().and_then(|subset| PlanRows::new(data, subset, plan));
        let train = PlanRows::new(data, &data.train, plan)?;
        Some(Self { train, valid: of(&data.valid), calib: of(&data.calib), test: of(&data.test) })
    }

    /// The rows that the best epoch is selected by.
    pub(crate) fn valid(&self) -> Option<&dyn BatchSource> {
        self.valid.as_ref().map(|rows| rows as &dyn BatchSource)
    }

    /// The rows that its probabilities are calibrated on, where there is a `calib` part.
    pub(crate) fn calib(&self) -> Option<&dyn BatchSource> {
        self.calib.as_ref().map(|rows| rows as &dyn BatchSource)
    }

    /// The rows that the selected model is measured on.
    pub(crate) fn test(&self) -> Option<&dyn BatchSource> {
        self.test.as_ref().map(|rows| rows as &dyn BatchSource)
    }
}

impl BatchSource for PlanRows<'_> {
    fn len(&self) -> usize {
        self.subset.rows
    }

    fn labels(&self) -> &[u32] {
        &self.subset.labels
    }

    fn weights(&self) -> &[f64] {
        &self.subset.weights
    }

    fn fill(&self, rows: &[u32], batch: &mut Batch) {
        self.subset.fill(batch, rows, &self.places);
    }

    fn fill_training(&self, rows: &[u32], batch: &mut Batch, draw: Draw) {
        self.subset.fill_training(batch, rows, &self.places, draw);
    }
}
