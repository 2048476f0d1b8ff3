//! A model that is kept in memory, with the columns it reads.

use super::column::OnlineColumn;
use crate::data::FittedTransform;
use crate::experiment::model::Model;
use crate::experiment::options::TrainOptions;
use crate::experiment::trust_reference::TrustReference;
use std::sync::OnceLock;

/// A model that is kept in memory.
pub struct OnlineModel {
    pub(super) model: Model,
    pub(super) options: TrainOptions,
    columns: Vec<OnlineColumn>,
    pub(super) abstain: Option<f64>,
    /// The frequency with which the sets of classes of explanations hold the label.
    pub(super) coverage: f64,
    pub(super) reference: OnceLock<(Option<TrustReference>, Vec<String>)>,
}

impl OnlineModel {
    /// Of a model of a run. `abstain` is the uncertainty from which it decides nothing, `coverage` the frequency with
    /// which the sets of classes of an explanation hold the label.
    pub fn new(model: Model, abstain: Option<f64>, coverage: f64, options: TrainOptions) -> Self {
        let columns = OnlineColumn::all(&model.preprocessing, model.plan());
        let mut model = model;
        // Images are brought to their size as they are decoded.
        for modality in &mut model.preprocessing.modalities {
            modality.transforms.retain(|transform| !matches!(transform, FittedTransform::Size(_)));
        }
        Self { model, options, columns, abstain, coverage, reference: OnceLock::new() }
    }

    /// The columns of a row.
    pub fn columns(&self) -> &[OnlineColumn] {
        &self.columns
    }

    /// The names of the classes, in the order of the probabilities.
    pub fn classes(&self) -> &[String] {
        self.model.classes()
    }

    /// The names of the modalities that it reads.
    pub fn modalities(&self) -> impl Iterator<Item = &str> {
        self.model.plan().inputs.iter().map(|input| input.name.as_str())
    }

    /// The names of the components.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.model.plan().loss.components.iter().map(|component| component.name.as_str())
    }

    /// The name of the pipeline.
    pub fn pipeline(&self) -> &str {
        self.model.pipeline.name()
    }

    /// The name of the combine.
    pub fn combine(&self) -> &str {
        &self.model.plan().combine
    }

    /// The column of the label.
    pub fn label_column(&self) -> String {
        self.model.preprocessing.label.column.shown()
    }

    /// Whether it may decide nothing.
    pub fn abstains(&self) -> bool {
        self.abstain.is_some()
    }
}
