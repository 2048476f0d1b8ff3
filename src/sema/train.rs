//! The `train { ... }` block.

use super::eval::Evaluator;
use super::hir::Declared;
use super::settings::Settings;
use crate::diag::{Code, Problem, nearest};
use crate::ops::{Argument, Arguments, Constant, INIT_WORDS, Kind, Parameter, Signature, init_by_word};
use crate::spec::{Curve, Init, Length, Metric, Optimizer, Patience, Period, Schedule, TrainSpec};
use crate::syntax::ast::{Block, Expr, ExprKind};

const POSITIVE: Kind = Kind::Number(0.0, f64::INFINITY);
const SHARE: Kind = Kind::Number(0.0, 1.0);

const fn number(name: &'static str, kind: Kind, default: f64) -> Parameter {
    Parameter { name, kind, default: Some(Constant::Number(default)) }
}

const SGD: Signature = Signature {
    name: "sgd",
    doc: "stochastic gradient descent with momentum; the paper's optimizer for HIGGS and CIFAR",
    params: &[
        number("lr", POSITIVE, 0.01),
        number("momentum", SHARE, 0.9),
        Parameter { name: "nesterov", kind: Kind::Bool, default: Some(Constant::Bool(false)) },
        number("weight_decay", POSITIVE, 0.0),
    ],
};

const fn adam_params(weight_decay: f64) -> [Parameter; 5] {
    [
        number("lr", POSITIVE, 1e-3),
        number("beta1", SHARE, 0.9),
        number("beta2", SHARE, 0.999),
        number("eps", POSITIVE, 1e-8),
        number("weight_decay", POSITIVE, weight_decay),
    ]
}

const ADAM: Signature =
    Signature { name: "adam", doc: "Adam; decay is added to the gradient", params: &adam_params(0.0) };
const ADAMW: Signature =
    Signature { name: "adamw", doc: "Adam with decay apart from the gradient", params: &adam_params(0.01) };

const PERIODS: &[&str] = &["epoch", "iteration"];
const WARMUP: Parameter = Parameter { name: "warmup", kind: Kind::Integer(0), default: Some(Constant::Integer(0)) };
const CONSTANT: Signature = Signature { name: "constant", doc: "the learning rate stays", params: &[WARMUP] };
const EXPONENTIAL: Signature = Signature {
    name: "exponential",
    doc: "the learning rate is multiplied by `factor` every epoch, or every iteration",
    params: &[
        Parameter { name: "factor", kind: SHARE, default: None },
        Parameter { name: "every", kind: Kind::Choice(PERIODS), default: Some(Constant::Word("epoch")) },
        WARMUP,
    ],
};
const STEPS: Signature = Signature {
    name: "steps",
    doc: "the learning rate is multiplied by `factor` when these iterations are reached",
    params: &[Parameter { name: "at", kind: Kind::Integers(1), default: None }, number("factor", SHARE, 0.1), WARMUP],
};
const COSINE: Signature = Signature {
    name: "cosine",
    doc: "half a cosine from the learning rate down to `floor` times it, over the whole training",
    params: &[number("floor", SHARE, 0.0), WARMUP],
};

/// Every optimizer and schedule, for the documentation.
pub(super) const SIGNATURES: [&Signature; 7] = [&SGD, &ADAM, &ADAMW, &CONSTANT, &EXPONENTIAL, &STEPS, &COSINE];

const KEYS: [&str; 11] = [
    "combine",
    "optimizer",
    "schedule",
    "clip_norm",
    "batch_size",
    "epochs",
    "iterations",
    "stop",
    "seed",
    "init",
    "modality_dropout",
];

impl<'a> Evaluator<'a> {
    /// The training that a `train` block describes.
    pub(super) fn train(&mut self, block: &'a Block) -> TrainSpec {
        let settings = self.settings(&block.entries, &KEYS, "`train`");
        let combine = settings.get("combine").and_then(|entry| self.combine_name(&entry.value));
        let optimizer = settings.get("optimizer").and_then(|entry| self.optimizer(&entry.value));
        let schedule = settings.get("schedule").and_then(|entry| self.schedule(&entry.value));
        let clip_norm = match self.setting(&settings, "clip_norm", Kind::Number(1e-12, f64::INFINITY)) {
            Some(Argument::Number(norm)) => Some(norm),
            _ => None,
        };
        let whole = |this: &mut Self, key: &'static str, least: i64| {
            this.setting(&settings, key, Kind::Integer(least)).map(|value| Arguments(vec![(key, value)]).integer(key))
        };
        let batch_size = whole(self, "batch_size", 1).map_or(128, |size| usize::try_from(size).unwrap_or(usize::MAX));
        let seed = whole(self, "seed", 0).unwrap_or(0);
        let epochs = whole(self, "epochs", 1);
        let iterations = whole(self, "iterations", 1);
        if let (Some(a), Some(b)) = (settings.get("epochs"), settings.get("iterations")) {
            self.report(
                Problem::error(Code::DuplicateKey, "training lasts so many epochs or so many iterations, not both")
                    .at(b.key.span, "the length again")
                    .also(a.key.span, "the length")
                    .help("remove one of them"),
            );
        }
        let length = match (epochs, iterations) {
            (_, Some(iterations)) => Length::Iterations(iterations),
            (epochs, None) => Length::Epochs(epochs.unwrap_or(10)),
        };
        let stop = settings.get("stop").and_then(|entry| self.patience(&entry.value));
        let init = match self.setting(&settings, "init", Kind::Choice(INIT_WORDS)) {
            Some(Argument::Word(word)) => init_by_word(word).unwrap_or(Init::Scaled),
            _ => Init::Scaled,
        };
        let modality_dropout = self.modality_dropout(&settings);
        TrainSpec {
            combine,
            optimizer: optimizer.unwrap_or(Optimizer::Sgd {
                lr: 0.01,
                momentum: 0.9,
                nesterov: false,
                weight_decay: 0.0,
            }),
            schedule: schedule.unwrap_or(Schedule { warmup: 0, curve: Curve::Constant }),
            clip_norm,
            batch_size,
            length,
            stop,
            seed,
            init,
            modality_dropout,
            span: block.span,
        }
    }

    /// The probability that a `?` modality is left out of a row in training; there must be one to leave out.
    fn modality_dropout(&mut self, settings: &Settings<'a>) -> f64 {
        let key = "modality_dropout";
        let Some(Argument::Number(p)) = self.setting(settings, key, Kind::Number(0.0, 0.999)) else { return 0.0 };
        if p > 0.0 && self.names.modalities.iter().all(|(typed, _)| typed.optional.is_none()) {
            let place = settings.get(key).map_or_else(Default::default, |entry| entry.key.span);
            let problem = Problem::error(Code::CannotSkip, "`modality_dropout` has no modality to leave out")
                .at(place, "every modality is declared to be always there");
            self.report(problem.help("mark the modalities that may be left out with `?`: `modality name?: ...`"));
        }
        p
    }

    pub(super) fn setting(&mut self, settings: &Settings<'a>, key: &str, kind: Kind) -> Option<Argument> {
        settings.get(key).and_then(|entry| self.argument(kind, &entry.value, &format!("`{key}`")))
    }

    pub(super) fn combine_name(&mut self, expr: &'a Expr) -> Option<String> {
        let ExprKind::Name(name) = &expr.kind else {
            self.report(Problem::error(Code::WrongType, "expected the name of a combine").at(expr.span, "not a name"));
            return None;
        };
        let known = self.names.of_kinds(&[Declared::Combine]);
        if known.contains(&name.as_str()) {
            return Some(name.clone());
        }
        let mut problem = Problem::error(Code::UnknownCombine, format!("there is no combine `{name}`"))
            .at(expr.span, "not declared in this file");
        if let Some(near) = nearest(name, known) {
            problem = problem.help(format!("did you mean `{near}`?")).edit(expr.span, near.to_string(), false);
        }
        self.report(problem);
        None
    }

    fn optimizer(&mut self, expr: &'a Expr) -> Option<Optimizer> {
        let (name, span, args) = self.built_in(expr, "an optimizer, such as `sgd(lr: 0.01)`")?;
        let signature = match name {
            "sgd" => &SGD,
            "adam" => &ADAM,
            "adamw" => &ADAMW,
            _ => {
                self.unknown_built_in("optimizer", name, span, &["sgd", "adam", "adamw"], &[]);
                return None;
            }
        };
        let args = self.arguments(signature, args, expr.span)?;
        let (lr, weight_decay) = (args.number("lr"), args.number("weight_decay"));
        Some(match name {
            "sgd" => {
                Optimizer::Sgd { lr, momentum: args.number("momentum"), nesterov: args.flag("nesterov"), weight_decay }
            }
            _ => Optimizer::Adam {
                lr,
                beta1: args.number("beta1"),
                beta2: args.number("beta2"),
                eps: args.number("eps"),
                weight_decay,
                decoupled: name == "adamw",
            },
        })
    }

    fn schedule(&mut self, expr: &'a Expr) -> Option<Schedule> {
        let (name, span, args) = self.built_in(expr, "a schedule, such as `exponential(0.99)`")?;
        let signature = match name {
            "constant" => &CONSTANT,
            "exponential" => &EXPONENTIAL,
            "steps" => &STEPS,
            "cosine" => &COSINE,
            _ => {
                let known = ["constant", "exponential", "steps", "cosine"];
                self.unknown_built_in("schedule", name, span, &known, &[]);
                return None;
            }
        };
        let args = self.arguments(signature, args, expr.span)?;
        let curve = match name {
            "exponential" => Curve::Exponential {
                factor: args.number("factor"),
                every: if args.word("every") == "iteration" { Period::Iteration } else { Period::Epoch },
            },
            "steps" => Curve::Steps { at: args.integers("at"), factor: args.number("factor") },
            "cosine" => Curve::Cosine { floor: args.number("floor") },
            _ => Curve::Constant,
        };
        Some(Schedule { warmup: args.integer("warmup"), curve })
    }

    /// `patience(n, on: valid.METRIC)`
    fn patience(&mut self, expr: &'a Expr) -> Option<Patience> {
        let (name, span, args) = self.built_in(expr, "`patience(n, on: valid.error)`")?;
        if name != "patience" {
            self.unknown_built_in("way to stop", name, span, &["patience"], &[]);
            return None;
        }
        let (mut epochs, mut metric) = (None, None);
        for arg in args {
            match arg.name.as_ref().map(|name| name.text.as_str()) {
                None | Some("epochs") if epochs.is_none() => {
                    epochs = Some(self.argument(Kind::Integer(1), &arg.value, "`epochs` of `patience`")?);
                }
                None | Some("on") if metric.is_none() => metric = Some(self.metric(&arg.value)?),
                Some("epochs" | "on") | None => {
                    self.report(
                        Problem::error(Code::TooManyArguments, "`patience` takes a number of epochs and a metric")
                            .at(arg.value.span, "one too many"),
                    );
                    return None;
                }
                Some(other) => {
                    let span = arg.name.as_ref().map_or(arg.value.span, |name| name.span);
                    let problem =
                        Problem::error(Code::UnknownArgument, format!("`patience` has no argument `{other}`"))
                            .at(span, "not known here");
                    self.report(super::arguments::suggest(problem, other, span, &["epochs", "on"], "it takes"));
                    return None;
                }
            }
        }
        let Some(epochs) = epochs else {
            let problem = Problem::error(Code::MissingArgument, "`patience` needs the epochs to wait");
            self.report(problem.at(expr.span, "no number given").help("write `patience(10, on: valid.error)`"));
            return None;
        };
        Some(Patience {
            epochs: Arguments(vec![("epochs", epochs)]).integer("epochs"),
            metric: metric.unwrap_or(Metric::Error),
            span: expr.span,
        })
    }

    /// `valid.METRIC`
    pub(super) fn metric(&mut self, expr: &'a Expr) -> Option<Metric> {
        let words: Vec<&str> = Metric::ALL.iter().map(|metric| metric.as_str()).collect();
        if let ExprKind::Field(part, metric) = &expr.kind {
            if !Self::is_name(part, "valid") {
                self.report(
                    Problem::error(Code::WrongType, "models are selected on the validation split only")
                        .at(part.span, "not the validation split")
                        .help(format!("write `valid.{}`", metric.text))
                        .edit(part.span, "valid", false),
                );
                return None;
            }
            if let Some(found) = Metric::ALL.into_iter().find(|known| known.as_str() == metric.text) {
                return Some(found);
            }
            let problem = Problem::error(Code::UnknownField, format!("there is no metric `{}`", metric.text))
                .at(metric.span, "not measured");
            self.report(super::arguments::suggest(problem, &metric.text, metric.span, &words, "there are"));
            return None;
        }
        let problem = Problem::error(Code::WrongType, "expected a metric such as `valid.error`");
        self.report(problem.at(expr.span, "not a metric"));
        None
    }
}
