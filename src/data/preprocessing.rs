//! The fitted preprocessing as one value that is saved with the weights and loaded again.

use crate::data::label::FittedLabel;
use crate::data::modality::fitted::FittedModality;
use crate::diag::{Code, Problem, Problems};
use crate::plan::Plan;
use crate::shape::Shape;
use crate::spec::{MissingMarkers, ModalityKind};
use serde::{Deserialize, Serialize};

/// The version of the JSON form of [`Preprocessing`].
const VERSION: u32 = 1;

/// Everything that is needed to prepare new rows as the training rows were: the label with its classes, and for each
/// modality its columns, the statistics of its transforms, its vocabulary or its values.
///
/// [`Dataset::preprocessing`](crate::data::Dataset::preprocessing) makes it, [`apply`](fn@crate::data::apply) uses it.
/// It is written as JSON in which every number reads back as the same bits:
///
/// ```text
/// std::fs::write("preprocessing.json", data.preprocessing().to_json())?;
/// let text = std::fs::read_to_string("preprocessing.json")?;
/// let preprocessing = Preprocessing::from_json(&text, "preprocessing.json")?;
/// let problems = preprocessing.check(&plan);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocessing {
    version: u32,
    /// The label, its column and its classes.
    pub label: FittedLabel,
    /// The modalities in the order they were requested.
    pub modalities: Vec<FittedModality>,
}

impl Preprocessing {
    /// Of a label and modalities that were fitted.
    pub(crate) fn new(label: FittedLabel, modalities: Vec<FittedModality>) -> Self {
        Self { version: VERSION, label, modalities }
    }

    /// Names of the classes, in the order of the model's outputs.
    pub fn classes(&self) -> &[String] {
        &self.label.classes
    }

    /// Whether the columns of the training table had names: a text table of new rows then begins with them, too.
    pub fn has_header(&self) -> bool {
        let columns = self.modalities.iter().flat_map(|modality| &modality.columns);
        columns.chain([&self.label.column]).any(|column| column.name.is_some())
    }

    /// What marks an empty cell in every column: the markers of the label's column, which are the data block's alone.
    pub(crate) fn missing(&self) -> &MissingMarkers {
        &self.label.column.missing
    }

    /// A modality by name.
    pub fn modality(&self, name: &str) -> Option<&FittedModality> {
        self.modalities.iter().find(|modality| modality.name == name)
    }

    /// The value as JSON, on one line.
    pub fn to_json(&self) -> String {
        // Numbers and texts, and maps whose keys are texts: every value here has a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads the value back from JSON; `name` is that of the file, for the problem.
    ///
    /// # Errors
    /// `MMC0606` if the text is damaged, written in another version, or its parts do not fit together.
    pub fn from_json(text: &str, name: &str) -> Result<Self, Problem> {
        let bad = |message: String| Problem::error(Code::BadModel, message);
        let again = "copy the file from the folder of its run again, or train the model again";
        let value: serde_json::Value = serde_json::from_str(text)
            .map_err(|error| bad(format!("`{name}` is truncated, damaged, or no JSON: {error}")).help(again))?;
        match value.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if version == u64::from(VERSION) => {}
            Some(version) => {
                let message = format!("`{name}` is written in version {version}; this program reads version {VERSION}");
                return Err(bad(message).help("use the `mmc` that trained the model, or train the model again"));
            }
            None => {
                let message = format!("`{name}` is not the preprocessing of a run");
                return Err(bad(message).help("name the `preprocessing.json` of a run"));
            }
        }
        let read: Self =
            serde_json::from_value(value).map_err(|error| bad(format!("`{name}` is damaged: {error}")).help(again))?;
        match read.inconsistency() {
            Some(what) => Err(bad(format!("`{name}` is damaged: {what}")).help(again)),
            None => Ok(read),
        }
    }

    /// The inconsistency, if there is one.
    fn inconsistency(&self) -> Option<String> {
        let mut names: Vec<&str> = self.modalities.iter().map(|modality| modality.name.as_str()).collect();
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Some(format!("the modality `{}` is listed twice", pair[0]));
        }
        if self.label.classes.len() < 2 {
            return Some("the label has fewer than two classes".to_owned());
        }
        let class_weights = self.label.weights.as_ref().and_then(|weights| weights.classes.as_ref());
        if class_weights.is_some_and(|weights| weights.len() != self.label.classes.len()) {
            return Some("the classes of the label and their weights differ in number".to_owned());
        }
        self.modalities.iter().find_map(FittedModality::inconsistency)
    }

    /// The differences from the inputs and classes of a plan: `MMC0607` for each, none if the two match.
    ///
    /// Modalities that the plan does not read are no difference: one value may serve several combines of a pipeline.
    pub fn check(&self, plan: &Plan) -> Problems {
        let mut problems = Problems::new();
        let mut differ = |message: String| {
            let problem = Problem::error(Code::ModelMismatch, message);
            problems.push(problem.help("the pipeline, the weights and `preprocessing.json` belong to one run"));
        };
        for input in &plan.inputs {
            let name = &input.name;
            match self.modality(name) {
                None => differ(format!("`{}` reads `{name}`, and nothing was fitted to it", plan.combine)),
                Some(fitted) if (fitted.kind, &fitted.shape) != (input.kind, &input.shape) => {
                    let (found, expected) = (type_of(fitted.kind, &fitted.shape), type_of(input.kind, &input.shape));
                    differ(format!("`{name}` was fitted as `{found}`, and `{}` reads `{expected}`", plan.combine));
                }
                Some(fitted) if fitted.optional != input.optional => {
                    let presence = |optional| if optional { "may be missing" } else { "may not be missing" };
                    let (fitted, input) = (presence(fitted.optional), presence(input.optional));
                    differ(format!("`{name}` {fitted} in the data, and {input} in `{}`", plan.combine));
                }
                Some(_) => {}
            }
        }
        let (found, expected) = (self.label.classes.len(), plan.loss.classes.len());
        if found != expected {
            differ(format!("the label has {found} classes, and `{}` decides between {expected}", plan.combine));
        }
        problems
    }
}

/// The type of a modality as the language writes it, with the number of ids of a text.
fn type_of(kind: ModalityKind, shape: &Shape) -> String {
    match kind {
        ModalityKind::Dense => format!("dense{shape}"),
        ModalityKind::Image => format!("image{shape}"),
        ModalityKind::Sequence | ModalityKind::PaddedSequence => format!("sequence{shape}"),
        ModalityKind::Text { vocabulary } => format!("text{shape}, vocab: {vocabulary}"),
        ModalityKind::Category { count } => format!("category[{count}]"),
    }
}
