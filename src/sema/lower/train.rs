//! The `train { ... }` block.

use crate::diag::{Code, Problem, nearest};
use crate::ops::{Argument, Arguments, DefaultValue, INIT_WORDS, Kind, Parameter, Signature, init_by_word};
use crate::optim::{OPTIMIZERS, SCHEDULES, default_optimizer};
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::eval::settings::Settings;
use crate::sema::hir::DeclarationKind;
use crate::sema::names::Declaration;
use crate::spec::{
    CalibrationMethod, Classes, Curve, Init, OptimizerSpec, Schedule, Spanned, TrainSpec, TrainingLength,
};
use crate::syntax::ast::{Block, Expr, ExprKind};

/// The `train` block.
pub(crate) const TRAIN: Signature = Signature::new("train", "how models are trained, and which combine")
    .params(&[
        Parameter::new(
            "combine",
            Kind::Form("the name of a combine"),
            "which combine is trained; needed where the file has several, and `--combine` says another",
        )
        .optional(),
        Parameter::new("optimizer", Kind::Form("an optimizer, such as `sgd(lr: 0.01)`"), "the rule that updates weights by gradients")
            .or(DefaultValue::Word("sgd(lr: 0.01, momentum: 0.9)"))
            .of_paper(),
        Parameter::new("schedule", Kind::Form("a schedule, such as `exponential(0.99)`"), "how the learning rate changes")
            .or(DefaultValue::Word("constant")),
        Parameter::new(
            "clip_norm",
            Kind::Number(1e-12, f64::INFINITY),
            "the largest global norm of a gradient, larger ones are scaled down to it; none where it is left out. The \
             paper's is 10 on HIGGS and 5 on user profiles",
        )
        .optional(),
        Parameter::new("batch_size", Kind::Integer(1), "rows in a step").or(DefaultValue::Integer(128)).of_paper(),
        Parameter::new("epochs", Kind::Integer(1), "passes over the training rows, at most").or(DefaultValue::Integer(10)),
        Parameter::new("iterations", Kind::Integer(1), "steps at most, in place of `epochs`").optional(),
        Parameter::new("stop", Kind::Form("`patience(n, on: valid.error)`"), "when to stop before that").optional(),
        Parameter::new("seed", Kind::Integer(0), "decides initial weights, the order of rows and dropout")
            .or(DefaultValue::Integer(0)),
        Parameter::new("init", Kind::Choice(INIT_WORDS), "the initialization of weight matrices").or(DefaultValue::Word("scaled")).of_paper(),
        Parameter::new(
            "calibrate",
            Kind::Choice(CalibrationMethod::WORDS),
            "how reported probabilities are calibrated after training, on the `calib` part of the data or else on the \
             validation rows; no class that is predicted changes",
        )
        .or(DefaultValue::Word("temperature")),
        Parameter::new(
            "modality_dropout",
            Kind::Number(0.0, 0.999),
            "the probability of leaving a `?` modality out of a training row; at least one component keeps its inputs",
        )
        .or_number(0.0),
        Parameter::new(
            "class_weights",
            Kind::Form("`balanced`, a list such as `[1, 3]`, or a record such as `{ yes: 3 }`"),
            "what the rows of each class weigh in the loss, in the order of the classes or by name, 1 where a record names no \
             weight. `balanced` divides the rows by the number of classes times the rows of each class. The loss of a step \
             is the sum over its rows of weight times loss, divided by the sum of the weights, and a learned combiner of \
             `late` is fitted in the same way. Of all measurements only `loss` is weighted; calibration counts each row \
             once",
        )
        .optional(),
        Parameter::new(
            "balance",
            Kind::Form("`blend(every: 5)`, `ogm(alpha)`, `agm(alpha)` or `pareto`"),
            "how the progress of components is balanced; not at all where it is left out",
        )
        .optional(),
        Parameter::new(
            "cml",
            Kind::Number(0.0, 1e3),
            "the weight of the regularizer of CML (Ma et al., ICML 2023) in the loss: `max(0, conf_S - conf_T)` for every two \
             components of a row of which `T` reads all that `S` reads and more, with the greatest probability of a component \
             as its confidence",
        )
        .optional(),
    ])
    .example(
        "train {\n  optimizer  = sgd(lr: 0.05)\n  batch_size = 128\n  epochs     = 10\n  stop       = patience(3, on: valid.error)\n  seed       = 1\n}",
    );

impl<'a> Evaluator<'a> {
    pub(crate) fn train(&mut self, block: &'a Block, classes: Option<&Classes>) -> TrainSpec {
        let settings = self.settings(&block.entries, &TRAIN, "`train`");
        let combine = settings.get("combine").and_then(|entry| self.combine_name(&entry.value));
        let optimizer = settings.get("optimizer").and_then(|entry| self.optimizer(&entry.value));
        let schedule = settings.get("schedule").and_then(|entry| self.schedule(&entry.value));
        let clip_norm = match self.setting(&TRAIN, &settings, "clip_norm") {
            Some(Argument::Number(norm)) => Some(norm),
            _ => None,
        };
        let whole = |this: &mut Self, key: &'static str| {
            let value = this.setting(&TRAIN, &settings, key).filter(|value| *value != Argument::Nothing);
            value.map(|value| Arguments(vec![(key, value)]).integer(key))
        };
        let batch_size = whole(self, "batch_size").map_or(1, |size| usize::try_from(size).unwrap_or(usize::MAX));
        let seed = whole(self, "seed").unwrap_or(0);
        let epochs = whole(self, "epochs");
        let iterations = whole(self, "iterations");
        if let (Some(a), Some(b)) = (settings.get("epochs"), settings.get("iterations")) {
            self.report(
                Problem::error(Code::DuplicateKey, "`epochs` and `iterations` cannot both be set")
                    .at(b.key.span, "set again")
                    .also(a.key.span, "first set here")
                    .help("remove one of them"),
            );
        }
        let length = match (epochs, iterations) {
            (_, Some(iterations)) => TrainingLength::Iterations(iterations),
            (epochs, None) => TrainingLength::Epochs(epochs.unwrap_or(1)),
        };
        let stop = settings.get("stop").and_then(|entry| self.stop(entry, &block.entries));
        let init = match self.setting(&TRAIN, &settings, "init") {
            Some(Argument::Word(word)) => init_by_word(word).unwrap_or(Init::Scaled),
            _ => Init::Scaled,
        };
        let calibrate = match self.setting(&TRAIN, &settings, "calibrate") {
            Some(Argument::Word(word)) => CalibrationMethod::by_word(word).unwrap_or_default(),
            _ => CalibrationMethod::default(),
        };
        let modality_dropout = self.modality_dropout(&settings);
        let class_weights = match (settings.get("class_weights"), classes) {
            (Some(entry), Some(classes)) => self.class_weights(&entry.value, classes),
            _ => None,
        };
        let balance = settings.get("balance").and_then(|entry| self.balance(&entry.value));
        let cml = match (self.setting(&TRAIN, &settings, "cml"), settings.get("cml")) {
            (Some(Argument::Number(value)), Some(entry)) => Some(Spanned { value, span: entry.value.span }),
            _ => None,
        };
        TrainSpec {
            combine,
            optimizer: optimizer.unwrap_or_else(default_optimizer),
            schedule: schedule.unwrap_or(Schedule { warmup: 0, curve: Curve::Constant }),
            clip_norm,
            batch_size,
            length,
            stop,
            seed,
            init,
            calibrate,
            modality_dropout,
            class_weights,
            balance,
            cml: cml.filter(|cml| cml.value > 0.0),
            span: block.span,
        }
    }

    /// The probability of leaving a `?` modality out of a training row; reports a pipeline without such a modality.
    fn modality_dropout(&mut self, settings: &Settings<'a>) -> f64 {
        let key = "modality_dropout";
        let Some(Argument::Number(p)) = self.setting(&TRAIN, settings, key) else { return 0.0 };
        if p > 0.0 && self.names.modalities.iter().all(|(typed, _)| typed.optional.is_none()) {
            let place = settings.get(key).map_or_else(Default::default, |entry| entry.key.span);
            let problem = Problem::error(Code::CannotSkip, "`modality_dropout` has no modality to leave out")
                .at(place, "no modality is marked with `?`");
            self.report(problem.help("mark the modalities that may be left out with `?`: `modality name?: ...`"));
        }
        p
    }

    /// The name of a declared combine.
    pub(crate) fn combine_name(&mut self, expr: &'a Expr) -> Option<String> {
        let ExprKind::Name(name) = &expr.kind else {
            if !matches!(expr.kind, ExprKind::Error) && !self.hyphenated(expr) {
                let problem = Problem::error(Code::WrongType, "expected the name of a combine");
                self.report(problem.at(expr.span, "not a name"));
            }
            return None;
        };
        let known = self.names.of_kinds(&[DeclarationKind::Combine], expr.span);
        if known.contains(&name.as_str()) {
            return Some(name.clone());
        }
        if self.names.incomplete || matches!(self.names.peek(name, expr.span), Some(Declaration::Unparsed(_))) {
            return None;
        }
        let mut problem = Problem::error(Code::UnknownCombine, format!("there is no combine `{name}`"))
            .at(expr.span, "not declared in this file");
        problem = match nearest(name, known.iter().copied()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")).edit(expr.span, near.to_string(), false),
            None if known.is_empty() => problem,
            None => problem.help(format!("it declares {}", crate::ops::one_of(&known).replace(" or ", " and "))),
        };
        self.report(problem);
        None
    }

    fn optimizer(&mut self, expr: &'a Expr) -> Option<OptimizerSpec> {
        let (name, span, args) = self.built_in(expr, "an optimizer, such as `sgd(lr: 0.01)`")?;
        let Some(optimizer) = OPTIMIZERS.iter().find(|optimizer| optimizer.signature.name == name) else {
            let known: Vec<&str> = OPTIMIZERS.iter().map(|optimizer| optimizer.signature.name).collect();
            self.unknown_built_in("optimizer", name, span, &known);
            return None;
        };
        self.arguments(&optimizer.signature, args, expr.span).map(|args| (optimizer.spec)(&args))
    }

    fn schedule(&mut self, expr: &'a Expr) -> Option<Schedule> {
        let (name, span, args) = self.built_in(expr, "a schedule, such as `exponential(0.99)`")?;
        let Some(schedule) = SCHEDULES.iter().find(|schedule| schedule.signature.name == name) else {
            let known: Vec<&str> = SCHEDULES.iter().map(|schedule| schedule.signature.name).collect();
            self.unknown_built_in("schedule", name, span, &known);
            return None;
        };
        let args = self.arguments(&schedule.signature, args, expr.span)?;
        Some(Schedule { warmup: args.integer("warmup"), curve: (schedule.curve)(&args) })
    }
}
