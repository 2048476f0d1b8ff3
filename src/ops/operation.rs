//! The operation trait, which every family implements in its own file, and the types of its results.

use super::value_kind::ValueKind;
use super::window::Window;
use crate::shape::Shape;
use crate::spec::{Init, ParamInit};
use std::borrow::Cow;

/// One operation on rows of numbers, as plain data. Shapes are those of one row.
///
/// No method has a default: an operation states everything, with `no_weights`, `no_statistics`, `numbers_only` and
/// [`Traits::PER_STEP`] where there is little to state.
pub trait Operation: Sized {
    /// The name in messages and plans.
    fn name(&self) -> &'static str;

    /// The operation as a pipeline would call it, with the defaults that matter.
    fn call(&self) -> String;

    /// The operation for inputs of these kinds.
    ///
    /// # Errors
    /// If it computes with numbers and is given ids.
    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError>;

    /// The shape of the result.
    ///
    /// # Errors
    /// If it does not take inputs of these shapes.
    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError>;

    /// The parameters, for a first input of this shape.
    fn weights(&self, input: &Shape) -> Vec<Weight>;

    /// The running statistics, for a first input of this shape.
    fn running(&self, input: &Shape) -> Vec<RunningStat>;

    /// Its use of the steps of a sequence, the rows of a batch, and the shape of its inputs.
    fn traits(&self) -> Traits;

    /// Floating-point operations of one row, forward: a multiplication and an addition count as two.
    fn flops(&self, inputs: &[&Shape], output: &Shape) -> u64;
}

/// The properties that other stages use. A literal names every field, so that none is forgotten.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traits {
    /// Use of the steps of a sequence.
    pub step_use: StepUse,
    /// Whether the rows of a batch depend on each other.
    pub mixes_rows: bool,
    /// The input whose shape the result keeps, where it keeps one.
    pub keeps_shape_of: Option<usize>,
    /// The initialisation of its own weights; that of the pipeline where it is `None`.
    pub init: Option<Init>,
}

impl Traits {
    /// Each step and each row separately, to a shape of the operation's choice, with the pipeline's initialisation.
    pub const PER_STEP: Self = Self { step_use: StepUse::PerStep, mixes_rows: false, keeps_shape_of: None, init: None };
    /// As [`Traits::PER_STEP`], with a result of the shape of its first input.
    pub const SAME_SHAPE: Self =
        Self { step_use: StepUse::PerStep, mixes_rows: false, keeps_shape_of: Some(0), init: None };
    /// All steps of a sequence together, each row separately.
    pub const ACROSS_STEPS: Self =
        Self { step_use: StepUse::AcrossSteps, mixes_rows: false, keeps_shape_of: None, init: None };

    /// Windows of the steps of a sequence, each row separately.
    pub const fn windows(window: Window) -> Self {
        Self { step_use: StepUse::Windows(window), mixes_rows: false, keeps_shape_of: None, init: None }
    }
}

/// Use of the steps of a sequence by an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepUse {
    /// Each step separately: it does not need to know which are real.
    PerStep,
    /// Several steps at once: it reads how many are real; a sequence that it makes has the same steps.
    AcrossSteps,
    /// Windows of steps: it reads how many steps are real and makes one step of each window.
    Windows(Window),
}

/// The error of an operation that does not take its inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeError {
    /// The message.
    pub message: String,
    /// The inputs at fault, by position; the first is the main one.
    pub inputs: Vec<usize>,
    /// A suggestion.
    pub help: Option<String>,
}

/// A parameter that an operation needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    /// The last part of its name: `weight`, `bias`.
    pub name: Cow<'static, str>,
    /// Its shape.
    pub shape: Shape,
    /// Its initialisation.
    pub init: WeightInit,
}

/// The initialisation of a [`Weight`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WeightInit {
    /// A constant.
    Fixed(ParamInit),
    /// Drawn by the operation's own scheme or the pipeline's, for a number of inputs and outputs.
    Fan {
        /// Inputs of each output.
        fan_in: usize,
        /// Outputs of each input.
        fan_out: usize,
    },
    /// Drawn as by [`WeightInit::Fan`], but for [`Init::Torch`], which draws all of a recurrent layer for as many
    /// inputs as it has states.
    Recurrent {
        /// Inputs of each output.
        fan_in: usize,
        /// The width of a state.
        hidden: usize,
    },
    /// Rows of a table, each drawn for the one input that selects it; row 0 is zeros.
    Table {
        /// The width of a row.
        width: usize,
    },
    /// A bias of such a matrix: 0, except under [`Init::Torch`].
    Bias {
        /// Inputs of each output.
        fan_in: usize,
    },
}

/// A running statistic that an operation keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct RunningStat {
    /// The last part of its name: `running_mean`.
    pub name: &'static str,
    /// Its shape.
    pub shape: Shape,
    /// Its initial value.
    pub value: f32,
    /// Share of a batch in it.
    pub momentum: f64,
}

/// The parameters of an operation that learns nothing.
pub(super) fn no_weights() -> Vec<Weight> {
    vec![]
}

/// The running statistics of an operation that keeps none.
pub(super) fn no_statistics() -> Vec<RunningStat> {
    vec![]
}

/// An operation that computes with numbers, for inputs of these kinds.
///
/// # Errors
/// If one of the inputs holds ids.
pub(super) fn numbers_only<O: Operation>(op: O, kinds: &[ValueKind]) -> Result<O, ShapeError> {
    match kinds.iter().position(|kind| *kind != ValueKind::Numbers) {
        None => Ok(op),
        Some(input) => Err(ShapeError {
            message: format!("`{}` takes numbers, found {}", op.name(), kinds[input].describe()),
            inputs: vec![input],
            help: Some("make numbers of it first: `|> embedding(width)`".into()),
        }),
    }
}
