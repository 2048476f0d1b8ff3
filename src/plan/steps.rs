//! A plan as data: its steps, slots, parameters, loss and cost.

use crate::diag::Span;
use crate::fusion::{ClassLoss, Combination, ConfidenceOrder};
use crate::ops::Op;
use crate::shape::Shape;
use crate::spec::{ModalityKind, ParamInit};
use serde::{Deserialize, Serialize};

/// Identifies a value of the plan: the output of a step.
pub type Slot = usize;

/// Identifies a parameter of the plan by its place in [`Plan::params`].
pub type ParamId = usize;

/// Identifies a buffer of the plan by its place in [`Plan::buffers`].
pub type BufferId = usize;

/// One combine of a pipeline, ready to run. A plan exists only if every shape is known and checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The pipeline's name.
    pub pipeline: String,
    /// The combine's name.
    pub combine: String,
    /// The modalities it reads, in the order of [`crate::plan::Batch::inputs`].
    pub inputs: Vec<Input>,
    /// The steps, each after those it reads from. The class loss is not among them.
    pub steps: Vec<Step>,
    /// Number of slots.
    pub slots: usize,
    /// The parameters.
    pub params: Vec<ParamSpec>,
    /// Values other than parameters, such as running statistics.
    pub buffers: Vec<BufferSpec>,
    /// The class loss, the last thing computed.
    pub loss: LossSpec,
    /// Whether a batch may be cut into shards; false where rows depend on each other.
    pub shardable: bool,
    /// The cost of a training step.
    pub cost: Cost,
}

impl Plan {
    /// Number of numbers in the parameters.
    pub fn parameter_count(&self) -> usize {
        self.params.iter().map(|param| param.shape.size()).sum()
    }
}

/// A modality that the plan reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// The modality's name.
    pub name: String,
    /// The kind of signal.
    pub kind: ModalityKind,
    /// The shape of one row.
    pub shape: Shape,
    /// Whether it may be missing on a row.
    pub optional: bool,
}

/// One step: an operation, its inputs and its output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its name in messages: `low_net.0 linear`.
    pub name: String,
    /// The operation. For [`Op::Input`], an index into [`Plan::inputs`].
    pub op: Op,
    /// The slots it reads.
    pub reads: Vec<Slot>,
    /// The shape of one row of its first input; of its output if it has no input.
    pub takes: Shape,
    /// The slot of its output.
    pub makes: Slot,
    /// The shape of one row of its output.
    pub shape: Shape,
    /// Its parameters, in the order its operation names them.
    pub params: Vec<ParamId>,
    /// Its buffers, in the order its operation names them.
    pub buffers: Vec<BufferId>,
    /// The inputs that may be missing and that it is computed from: on a row that lacks one, its output is not valid.
    pub needs: Vec<usize>,
    /// Floating-point operations of one row, forward.
    pub flops: u64,
    /// The expression it was made for.
    #[serde(skip)]
    pub span: Span,
    /// The calls that led there, innermost first, where it was written inside of a function.
    #[serde(skip)]
    pub calls: Vec<Span>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParamSpec {
    /// Its name, as in a PyTorch state dict: `low_net.0.weight`.
    pub name: String,
    /// Its shape: `[out, in]` for the weight of a linear layer.
    pub shape: Shape,
    /// Its offset in the parameter store, in numbers.
    pub offset: usize,
    /// Its initialisation.
    pub init: ParamInit,
    /// Whether weight decay applies: to matrices only.
    pub decay: bool,
}

/// A value that is not learned by gradients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BufferSpec {
    /// Its name, as in a PyTorch state dict: `view.1.running_mean`.
    pub name: String,
    /// Its shape.
    pub shape: Shape,
    /// Its initial value.
    pub value: f32,
    /// Share of a batch in it: `new = (1 - momentum) * old + momentum * batch`.
    pub momentum: f64,
}

/// The class loss: the components and how they decide together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LossSpec {
    /// The names of the classes, in order; as many as every component has logits.
    pub classes: Vec<String>,
    /// The components.
    pub components: Vec<Component>,
    /// The rule by which they decide together.
    pub combination: Combination,
    /// The weight of each component and the bias of each class of a learned combiner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub combiner: Option<(ParamId, ParamId)>,
    /// The regularizer of CML, where `train` sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<ConfidenceOrder>,
    /// The strategy in the file.
    #[serde(skip)]
    pub span: Span,
}

impl LossSpec {
    /// The numbers of a component on a row: its logits and, where the combination has scores, its score.
    pub fn width(&self) -> usize {
        self.classes.len() + usize::from(self.combination.has_scores())
    }

    /// The class loss of one row, under these weights of the components.
    pub fn class_loss(&self, weights: &[f64]) -> ClassLoss {
        ClassLoss::new(&self.combination, weights, self.classes.len()).with_order(self.order.as_ref())
    }
}

/// One component of the combination: a modality or a mixture of several that decides separately.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// Its name: `low_net`, `low_net+high_net`.
    pub name: String,
    /// The slot of its logits, `[K]`, or `[K + 1]` with its score where the combination has scores.
    pub logits: Slot,
    /// Its weight in the class losses.
    pub weight: f64,
    /// The inputs it depends on; it is left out on a row that lacks one of them.
    pub inputs: Vec<usize>,
}

/// The cost of a training step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Floating-point operations of one row, forward and backward.
    pub flops_per_row: u64,
    /// Bytes of values kept for the backward pass, of one row.
    pub bytes_per_row: u64,
    /// Bytes of parameters.
    pub parameter_bytes: u64,
}

impl Cost {
    /// Of these steps, a loss and so many numbers learned.
    pub(super) fn of(steps: &[Step], loss: &LossSpec, numbers: usize) -> Self {
        let forward: u64 = steps.iter().map(|step| step.flops).sum();
        let loss_flops = 12 * (loss.classes.len() * loss.components.len()) as u64;
        // Every value is kept, and has a gradient of the same size.
        let kept: u64 = steps.iter().map(|step| step.shape.size() as u64).sum();
        Self {
            // The backward pass of a product is two products of the same size.
            flops_per_row: 3 * forward + 2 * loss_flops,
            bytes_per_row: 8 * kept,
            parameter_bytes: 4 * numbers as u64,
        }
    }
}
