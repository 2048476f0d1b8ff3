//! A step of the learning rate that comes after the training has ended.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::{self, Subject};
use crate::spec::{Curve, TrainingLength};

pub(in crate::lint) fn unreached_step(subject: &Subject<'_>) -> Problems {
    let train = &subject.hir.train;
    let TrainingLength::Iterations(last) = train.length else { return Problems::new() };
    let entry = |key| subject.train().and_then(|block| subject::entry(block, key));
    let (Some(schedule), Some(length)) = (entry("schedule"), entry("iterations")) else { return Problems::new() };
    let late = match &train.schedule.curve {
        Curve::Steps { at, .. } => at.iter().copied().find(|step| *step > last),
        _ => None,
    };
    let problem = |message: String, label: &str, help: &str| {
        Problem::warning(Code::UnreachedStep, message)
            .at(schedule.value.span, label)
            .also(length.value.span, "the training ends here")
            .help(help)
    };
    if train.schedule.warmup >= last {
        let message = format!("the learning rate rises for {} of {last} steps", train.schedule.warmup);
        problem(message, "it is never reached", "warm up for less than the training lasts").into()
    } else if let Some(step) = late {
        let message = format!("the step of the learning rate at {step} is never reached");
        problem(message, "after the last step", "train for longer, or step earlier").into()
    } else {
        Problems::new()
    }
}
