//! Failures of a training: their causes, and the last model that was good.

use super::event::EpochRecord;
use crate::diag::{Code, Problem};
use crate::exec::{ExecError, Params};
use crate::plan::{ParamId, Plan};
use std::sync::Arc;

/// The failure of a training.
#[derive(Debug)]
pub struct TrainingFailure {
    /// Cause of the failure.
    pub cause: FailureCause,
    /// The epochs that were measured before.
    pub history: Vec<EpochRecord>,
    /// The last good model; `None` where no step left finite weights.
    pub kept: Option<LastModel>,
}

/// The cause of a failure.
#[derive(Debug)]
pub enum FailureCause {
    /// A number became infinite or not a number.
    NonFinite {
        /// The epoch, counted from 1.
        epoch: u64,
        /// The step of the training, counted from 1.
        step: u64,
        /// The number that is not finite.
        place: NonFinite,
    },
    /// There are no rows to train on.
    NoRows,
    /// There are no held-out rows to fit a combiner to.
    NoHeldOut,
    /// Two components that are trained separately share a parameter.
    Shared {
        /// Their names.
        components: [String; 2],
        /// The parameter.
        param: ParamId,
    },
    /// Interrupted before this component had been trained, without which there is no model.
    Interrupted {
        /// Its name.
        component: String,
    },
    /// The device could not compute.
    Exec(ExecError),
}

/// The last good model of a training that failed.
#[derive(Clone, Debug)]
pub struct LastModel {
    /// Its weights.
    pub params: Arc<Params>,
    /// The epoch it is from; `None` for the weights before the failing step, where no epoch had been measured.
    pub epoch: Option<u64>,
}

impl From<ExecError> for FailureCause {
    fn from(error: ExecError) -> Self {
        FailureCause::Exec(error)
    }
}

/// Where the number that is not finite was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonFinite {
    /// In the loss; the plan's first step that made one, or `None` where only the loss itself did.
    Loss(Option<usize>),
    /// In the gradient of this parameter; every number of the forward pass was finite.
    Gradient(Option<ParamId>),
}

impl FailureCause {
    /// The problem to report: code, line of the pipeline, and help.
    pub fn problem(&self, plan: &Plan) -> Problem {
        match self {
            FailureCause::NonFinite { epoch, step, place } => non_finite(plan, *epoch, *step, *place),
            FailureCause::NoRows => Problem::error(Code::TooFewRows, "there are no rows to train on")
                .help("the split must leave at least one row to `train`"),
            FailureCause::NoHeldOut => {
                Problem::error(Code::TooFewRows, "there are no validation rows, which `by = learned` is fitted to")
                    .at(plan.loss.span, "combined here")
                    .help("let `split` hold some out, `valid: fraction(10%)`, or use `by = average`")
            }
            FailureCause::Shared { components: [one, other], param } => {
                let user = plan.steps.iter().find(|step| step.params.contains(param));
                let message = format!("`{one}` and `{other}` share weights, and `late` trains them separately");
                let problem = Problem::error(Code::SharedLate, message).at(plan.loss.span, "trained separately");
                let problem = match user {
                    Some(step) => problem.also(step.span, format!("both learn `{}`", plan.params[*param].name)),
                    None => problem,
                };
                problem.help("give each a separate encoder, or combine them with `multiplicative`")
            }
            FailureCause::Interrupted { component } => {
                let message = format!("interrupted before `{component}` had been trained: there is nothing to keep");
                Problem::error(Code::TooFewRows, message)
            }
            FailureCause::Exec(error) => exec(plan, error),
        }
    }
}

fn non_finite(plan: &Plan, epoch: u64, step: u64, place: NonFinite) -> Problem {
    let what = match place {
        NonFinite::Loss(_) => "the training loss",
        NonFinite::Gradient(_) => "the gradient",
    };
    let message = format!("{what} became infinite or not a number at step {step} (epoch {epoch})");
    let problem = Problem::error(Code::NonFinite, message);
    let problem = match place {
        NonFinite::Loss(Some(index)) => match plan.steps.get(index) {
            Some(step) => {
                let label = format!("`{}` is the first to make a number that is not finite", step.name);
                step.calls.iter().fold(problem.at(step.span, label), |problem, call| problem.also(*call, "called here"))
            }
            None => problem,
        },
        NonFinite::Loss(None) => problem.at(plan.loss.span, "every value before the loss is finite"),
        NonFinite::Gradient(parameter) => {
            let user = parameter.and_then(|id| plan.steps.iter().find(|step| step.params.contains(&id)));
            match (parameter.and_then(|id| plan.params.get(id)), user) {
                (Some(param), Some(step)) => {
                    problem.at(step.span, format!("the gradient of `{}` is not finite", param.name))
                }
                _ => problem.at(plan.loss.span, "the loss itself is finite"),
            }
        }
    };
    problem.help(
        "a smaller `lr`, a `clip_norm` or a warm-up in `schedule` keeps the steps small; `standardize` the inputs",
    )
}

fn exec(plan: &Plan, error: &ExecError) -> Problem {
    match error {
        ExecError::NoDevice { .. } => Problem::error(Code::NoDevice, error.to_string()).help("run with `--device cpu`"),
        ExecError::OutOfMemory { index, .. } => {
            let problem = Problem::error(Code::OutOfMemory, error.to_string());
            let problem = match plan.steps.get(*index) {
                Some(step) => problem.at(step.span, "not enough memory for the value of this step"),
                None => problem,
            };
            problem.help("a smaller `batch_size` needs less memory")
        }
        ExecError::Internal(_) => Problem::error(Code::Internal, error.to_string()).help("please report this"),
    }
}
