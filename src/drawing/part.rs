//! Which part of the pipeline a step belongs to.

use crate::ops::{InputIndex, Op};
use crate::plan::{Plan, Step};

/// A part of a pipeline; the order is that from data to decision.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PipelinePart {
    /// A modality.
    Modality(String),
    /// An encoder or a shared block.
    Encoder(String),
    /// Projections and merge of several inputs before a component's head.
    Mixture(String),
    /// The head of a component.
    Head(String),
}

impl PipelinePart {
    /// Name of the modality, encoder or component.
    pub fn name(&self) -> &str {
        match self {
            PipelinePart::Modality(name)
            | PipelinePart::Encoder(name)
            | PipelinePart::Mixture(name)
            | PipelinePart::Head(name) => name,
        }
    }

    /// Name of the kind.
    pub fn kind(&self) -> &'static str {
        match self {
            PipelinePart::Modality(_) => "modality",
            PipelinePart::Encoder(_) => "encoder",
            PipelinePart::Mixture(_) => "mixture",
            PipelinePart::Head(_) => "head",
        }
    }
}

/// The part of every step of the plan, in the order of its steps.
///
/// A layer is assigned by the path of its weights. A step without a path, such as a sum, belongs to the part of its
/// inputs if that is one part, else to the part of its readers; the merge of a strategy always belongs to its reader,
/// since its inputs can be several outputs of one encoder.
pub fn parts(plan: &Plan) -> Vec<PipelinePart> {
    let mut known: Vec<Option<PipelinePart>> = plan.steps.iter().map(|step| by_path(plan, step)).collect();
    // Forward: a step that reads only one part belongs to it.
    for at in 0..plan.steps.len() {
        if known[at].is_none() && !is_merge(plan, &plan.steps[at]) {
            let mut read = plan.steps[at].reads.iter().map(|slot| known[*slot].clone());
            let first = read.next().flatten();
            known[at] = first.filter(|part| {
                !matches!(part, PipelinePart::Modality(_)) && read.all(|other| other.as_ref() == Some(part))
            });
        }
    }
    // Backward: a merge belongs to its reader.
    for at in (0..plan.steps.len()).rev() {
        if known[at].is_none() {
            let reader =
                plan.steps.iter().position(|step| step.reads.contains(&at)).and_then(|reader| known[reader].clone());
            known[at] = Some(match reader {
                Some(PipelinePart::Head(component) | PipelinePart::Mixture(component)) => {
                    PipelinePart::Mixture(component)
                }
                Some(encoder) => encoder,
                None => PipelinePart::Mixture(component_of(plan, at)),
            });
        }
    }
    known.into_iter().flatten().collect()
}

/// Whether a step is made by the strategy itself: its span is that of the whole call, which ends with the strategy.
fn is_merge(plan: &Plan, step: &Step) -> bool {
    let (of_step, of_combine) = (step.span, plan.loss.span);
    of_step.file == of_combine.file && of_step.end == of_combine.end && of_step.start >= of_combine.start
}

fn by_path(plan: &Plan, step: &Step) -> Option<PipelinePart> {
    if let Op::Input(InputIndex(input)) = step.op {
        return plan.inputs.get(input).map(|input| PipelinePart::Modality(input.name.clone()));
    }
    // A name without a path begins with the operation: `length`, `linear + relu`.
    let (path, _) = step.name.split_once(&format!(" {}", step.op.name()))?;
    let mut pieces = path.split('.');
    let first = pieces.next()?;
    // What is done to a modality before its encoders belongs to the one that reads it.
    if path.is_empty() || plan.inputs.iter().any(|input| input.name == first) {
        return None;
    }
    if first != plan.combine {
        return Some(PipelinePart::Encoder(first.to_owned()));
    }
    let (place, of) = (pieces.next()?, pieces.next().unwrap_or_default());
    Some(match place {
        "inputs" => PipelinePart::Encoder(of.to_owned()),
        "head" => PipelinePart::Head(component_named(plan, of)),
        _ => match pieces.next() {
            // `NAME.project.MIXTURE.INPUT.0` of mulmix, `NAME.project.INPUT.0` of a single component.
            Some(_) if of.contains('+') => PipelinePart::Mixture(component_named(plan, of)),
            _ => PipelinePart::Mixture(
                plan.loss.components.first().map(|component| component.name.clone()).unwrap_or_default(),
            ),
        },
    })
}

/// The component with this name in a path, where dots are underscores.
fn component_named(plan: &Plan, in_path: &str) -> String {
    let found = plan.loss.components.iter().find(|component| component.name.replace('.', "_") == in_path);
    found.map_or(in_path, |component| component.name.as_str()).to_owned()
}

fn component_of(plan: &Plan, slot: usize) -> String {
    let found = plan.loss.components.iter().find(|component| component.logits == slot);
    found.map(|component| component.name.clone()).unwrap_or_default()
}
