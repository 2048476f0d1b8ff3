//! When a training stops: the rule of patience, and the metric that it watches.

use crate::diag::{Code, Problem};
use crate::ops::{Arguments, DefaultValue, Kind, Parameter, Signature};
use crate::sema::errors::setting::{metric_of, removal, rule_of_patience};
use crate::sema::errors::suggest::suggest;
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::symbols::index::Symbol;
use crate::spec::{Metric, Patience};
use crate::syntax::ast::{Entry, Expr, ExprKind};

/// The rule of early stopping.
pub(crate) const PATIENCE: Signature =
    Signature::new("patience", "stops after a number of epochs without improvement, and selects the best epoch")
        .params(&[
            Parameter::new("epochs", Kind::Integer(1), "how many; the paper's are 10 on HIGGS and 15 on user profiles"),
            Parameter::new(
                "on",
                Kind::Form("a metric of the validation rows, such as `valid.error`"),
                "what must improve",
            )
            .or(DefaultValue::Word("valid.error")),
        ])
        .example("train {\n  epochs = 40\n  stop   = patience(10, on: valid.error)\n}");

impl<'a> Evaluator<'a> {
    /// The stopping rule that the setting `stop` holds; a number or `none` in its place is reported with the edit.
    pub(crate) fn stop(&mut self, entry: &'a Entry, entries: &'a [Entry]) -> Option<Patience> {
        let value = &entry.value;
        let nothing = match &value.kind {
            ExprKind::Name(word) => matches!(word.to_lowercase().as_str(), "none" | "null" | "never" | "off" | "no"),
            ExprKind::Bool(flag) => !flag,
            _ => false,
        };
        if nothing {
            let all: Vec<&Entry> = entries.iter().collect();
            let at = all.iter().position(|other| std::ptr::eq(*other, entry))?;
            let problem = Problem::error(Code::WrongType, "`stop` takes a rule such as `patience(10)`")
                .at(value.span, "not a rule")
                .help("without `stop` every epoch is trained; remove this setting");
            self.report(removal(&all, at).into_iter().fold(problem, Problem::with_edit));
            return None;
        }
        if matches!(value.kind, ExprKind::Number(_) | ExprKind::Bool(_)) {
            let (rule, edits) = rule_of_patience(value);
            let problem = Problem::error(Code::WrongType, "`stop` takes a rule such as `patience(10)`")
                .at(value.span, "not a rule")
                .help(format!("write `stop = {rule}`, with the epochs to wait for an improvement"));
            self.report(edits.into_iter().fold(problem, Problem::with_edit));
            return None;
        }
        self.patience(value)
    }

    /// The stopping rule `patience(n, on: valid.METRIC)`.
    fn patience(&mut self, expr: &'a Expr) -> Option<Patience> {
        let (name, span, args) = self.built_in(expr, "`patience(n, on: valid.error)`")?;
        if name != "patience" {
            self.unknown_built_in("stopping rule", name, span, &["patience"]);
            return None;
        }
        let (mut epochs, mut metric) = (None, None);
        for arg in args {
            if let Some(name) = arg.name.as_ref().filter(|name| matches!(name.text.as_str(), "epochs" | "on")) {
                self.recorder.reference(name.span, Symbol::Setting);
            }
            if arg.name.is_none()
                && epochs.is_none()
                && let ExprKind::Field(part, field) = &arg.value.kind
                && Self::is_name(part, "valid")
            {
                let count = args.iter().find_map(|arg| match &arg.value.kind {
                    ExprKind::Number(number) => Some(number.raw.as_str()),
                    _ => None,
                });
                let right = format!("patience({}, on: valid.{})", count.unwrap_or("10"), field.text);
                self.report(
                    Problem::error(Code::WrongType, "`patience` takes the epochs to wait first, and then a metric")
                        .at(arg.value.span, "a metric, where a number is expected")
                        .help(format!("write `{right}`"))
                        .edit(expr.span, right, true),
                );
                return None;
            }
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
                    self.report(suggest(problem, other, span, &["epochs", "on"], "it takes"));
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

    /// The metric `valid.METRIC`.
    pub(crate) fn metric(&mut self, expr: &'a Expr) -> Option<Metric> {
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
            self.recorder.reference(part.span, Symbol::Metric);
            if let Some(found) = Metric::ALL.into_iter().find(|known| known.as_str() == metric.text) {
                self.recorder.reference(metric.span, Symbol::Metric);
                return Some(found);
            }
            let problem = Problem::error(Code::UnknownField, format!("there is no metric `{}`", metric.text))
                .at(metric.span, "not measured");
            self.report(suggest(problem, &metric.text, metric.span, &words, "there are"));
            return None;
        }
        let problem =
            Problem::error(Code::WrongType, "expected a metric such as `valid.error`").at(expr.span, "not a metric");
        self.report(match metric_of(expr) {
            Some(metric) => {
                let right = format!("valid.{}", metric.as_str());
                problem.help(format!("did you mean `{right}`?")).edit(expr.span, right, false)
            }
            None => problem,
        });
        None
    }
}
