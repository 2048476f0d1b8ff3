//! Sweeps: values of params, combines, seeds, and the metric that selects.

use crate::diag::{Code, Problem, Span};
use crate::ops::{Arguments, DefaultValue, Kind, Parameter, Signature};
use crate::sema::errors::suggest::suggest;
use crate::sema::eval::constant::show;
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::eval::value::EvalValue;
use crate::sema::hir::DeclarationKind;
use crate::sema::names::Declaration;
use crate::sema::symbols::index::Symbol;
use crate::spec::{Metric, SweepAxis, SweepSpec};
use crate::syntax::ast::{Block, Expr, ExprKind, Name, Param};

/// The `sweep` block.
pub(crate) const SWEEP: Signature =
    Signature::new("sweep", "values of params, combines and seeds to train one after the other, the best chosen on validation")
        .params(&[
            Parameter::new("over", Kind::Form("a record of params and their values"), "what varies").optional(),
            Parameter::new("train", Kind::Form("the name of a combine, or a list of them"), "which combines are trained")
                .optional(),
            Parameter::new("seeds", Kind::Integers(0), "the seeds each is trained with").optional(),
            Parameter::new("select", Kind::Form("`min(valid.error)` or `max(valid.auc)`"), "what decides which is best")
                .or(DefaultValue::Word("min(valid.error)")),
        ])
        .example(
            "param b = 0.5 in 0.0..=1.0\ncombine mulmix = mulmix(low_net, high_net) { beta = b }\nsweep beta_curve {\n  over   = { b: [0.0, 0.5, 1.0] }\n  train  = [mulmix]\n  seeds  = 1..=5\n  select = min(valid.error)\n}",
        );

impl<'a> Evaluator<'a> {
    /// The sweep that a `sweep` block describes.
    pub(crate) fn sweep(&mut self, name: &'a Name, block: &'a Block) -> Option<SweepSpec> {
        let settings = self.settings(&block.entries, &SWEEP, "`sweep`");
        let over = settings.get("over").map(|entry| self.sweep_over(&entry.value));
        let train = settings.get("train").map(|entry| match &entry.value.kind {
            ExprKind::List(names) => self.combine_names(names),
            _ => self.combine_name(&entry.value).into_iter().collect(),
        });
        let seeds = match settings.get("seeds") {
            Some(entry) => self.seeds(&entry.value),
            None => vec![],
        };
        let select = settings.get("select").and_then(|entry| self.selection(&entry.value));
        if !settings.contains_key("over") && !settings.contains_key("seeds") {
            self.report(
                Problem::error(Code::MissingArgument, format!("the sweep `{}` varies nothing", name.text))
                    .at(name.span.to(block.span), "no `over` and no `seeds`")
                    .help("add a setting such as `over = { beta: [0.1, 0.5] }` or `seeds = 1..=5`"),
            );
        }
        Some(SweepSpec {
            name: name.text.clone(),
            over: over.unwrap_or_default(),
            train: train.unwrap_or_default(),
            seeds,
            select: select.unwrap_or(Metric::Error),
            span: name.span.to(block.span),
        })
    }

    fn combine_names(&mut self, names: &'a [Expr]) -> Vec<String> {
        let mut known: Vec<(String, Span)> = vec![];
        for expr in names {
            let Some(name) = self.combine_name(expr) else { continue };
            match known.iter().find(|(before, _)| *before == name) {
                Some((_, before)) => self.twice(&format!("`{name}`"), expr.span, *before),
                None => known.push((name, expr.span)),
            }
        }
        known.into_iter().map(|(name, _)| name).collect()
    }

    fn twice(&mut self, what: &str, span: Span, before: Span) {
        let problem = Problem::error(Code::DuplicateKey, format!("{what} is given twice")).at(span, "given again");
        self.report(if before == span { problem } else { problem.also(before, "first given here") });
    }

    fn seeds(&mut self, expr: &'a Expr) -> Vec<u64> {
        let Some(seeds) = self.argument(Kind::Integers(0), expr, "`seeds`") else { return vec![] };
        let seeds = Arguments(vec![("seeds", seeds)]).integers("seeds");
        if seeds.is_empty() {
            self.report(Problem::error(Code::MissingArgument, "`seeds` is empty").at(expr.span, "no values"));
        }
        if let Some(seed) = (1..seeds.len()).find(|at| seeds[..*at].contains(&seeds[*at])).map(|at| seeds[at]) {
            self.twice(&format!("the seed {seed}"), expr.span, expr.span);
        }
        seeds
    }

    fn sweep_over(&mut self, expr: &'a Expr) -> Vec<SweepAxis> {
        let ExprKind::Record(entries) = &expr.kind else {
            if !matches!(expr.kind, ExprKind::Error) {
                self.report(
                    Problem::error(Code::WrongType, "expected params and their values")
                        .at(expr.span, "write `{ beta: [0.1, 0.5] }`"),
                );
            }
            return vec![];
        };
        let mut over = vec![];
        for entry in entries {
            let key = entry.key.text.as_str();
            let param = match self.names.get(key, entry.key.span) {
                Some(Declaration::Param(param)) => param,
                Some(Declaration::Unparsed(_)) => continue,
                None if self.names.incomplete => continue,
                _ => {
                    let params = self.names.of_kinds(&[DeclarationKind::Param], entry.key.span);
                    let problem = Problem::error(Code::UnknownParam, format!("there is no param `{key}`"))
                        .at(entry.key.span, "not declared in this file");
                    self.report(suggest(problem, key, entry.key.span, &params, "there are"));
                    continue;
                }
            };
            if let Some(place) = self.names.span(key, entry.key.span) {
                self.recorder.reference(entry.key.span, Symbol::Declaration(place));
            }
            if let Some(values) = self.axis(param, &entry.value) {
                over.push(SweepAxis { param: key.into(), values, span: entry.key.span.to(entry.value.span) });
            }
        }
        over
    }

    /// The values of a param in a sweep: a list, a range, or one value.
    fn axis(&mut self, param: &'a Param, expr: &'a Expr) -> Option<Vec<String>> {
        let before = self.problems.len();
        let value = self.eval(expr);
        if matches!(value, EvalValue::Unknown) && self.problems.len() > before {
            return None;
        }
        let elements = value.elements(expr.span).unwrap_or_else(|| vec![(value.clone(), expr.span)]);
        if elements.is_empty() {
            let message = format!("the sweep gives `{}` no values", param.name.text);
            self.report(Problem::error(Code::MissingArgument, message).at(expr.span, "no values"));
            return None;
        }
        let mut values: Vec<(String, Span)> = vec![];
        let mut sound = true;
        for (value, span) in elements {
            if matches!(value, EvalValue::Unknown) {
                sound = false;
                continue;
            }
            if !self.fits_param(param, &value, span) {
                // One report is enough for a range, and for a list that should be a list of lists.
                return None;
            }
            let shown = show(&value);
            match values.iter().find(|(before, _)| *before == shown) {
                Some((_, before)) => {
                    let what = format!("the value {shown} of `{}`", param.name.text);
                    self.twice(&what, span, *before);
                    sound = false;
                }
                None => values.push((shown, span)),
            }
        }
        sound.then(|| values.into_iter().map(|(value, _)| value).collect())
    }

    /// `min(valid.error)` or `max(valid.auc)`
    fn selection(&mut self, expr: &'a Expr) -> Option<Metric> {
        let (name, span, args) = self.built_in(expr, "`min(valid.error)` or `max(valid.auc)`")?;
        let [arg] = args else {
            self.report(Problem::error(Code::MissingArgument, "expected one metric").at(expr.span, "not one metric"));
            return None;
        };
        let metric = self.metric(&arg.value)?;
        let right = if metric.higher_is_better() { "max" } else { "min" };
        if name != right {
            self.report(
                Problem::error(Code::WrongType, format!("`{}` is better when it is {right}imal", metric.as_str()))
                    .at(span, format!("expected `{right}`"))
                    .edit(span, right, false),
            );
            return None;
        }
        Some(metric)
    }
}
