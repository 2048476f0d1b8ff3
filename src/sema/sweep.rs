//! Sweeps: params and their values, combines, seeds, what selects.

use super::arguments::suggest;
use super::eval::Evaluator;
use super::hir::Declared;
use crate::diag::{Code, Problem};
use crate::ops::{Arguments, Constant, Kind, Parameter, Signature};
use crate::spec::{Metric, SweepSpec};
use crate::syntax::ast::{Block, Expr, ExprKind, Name};

/// The `sweep` block.
pub(super) const SWEEP: Signature =
    Signature::new("sweep", "values of params, combines and seeds to train one after the other, the best chosen on validation")
        .params(&[
            Parameter::new("over", Kind::Form("a record of params and their values"), "what varies").optional(),
            Parameter::new("train", Kind::Form("the name of a combine, or a list of them"), "which combines are trained")
                .optional(),
            Parameter::new("seeds", Kind::Integers(0), "the seeds each is trained with").optional(),
            Parameter::new("select", Kind::Form("`min(valid.error)` or `max(valid.auc)`"), "what decides which is best")
                .or(Constant::Word("min(valid.error)")),
        ])
        .example(
            "param b = 0.5 in 0.0..=1.0\ncombine mulmix = mulmix(low_net, high_net) { beta = b }\nsweep beta_curve {\n  over   = { b: [0.0, 0.5, 1.0] }\n  train  = [mulmix]\n  seeds  = 1..=5\n  select = min(valid.error)\n}",
        );

impl<'a> Evaluator<'a> {
    /// A sweep: params by their values, combines, seeds, what selects.
    pub(super) fn sweep(&mut self, name: &'a Name, block: &'a Block) -> Option<SweepSpec> {
        let settings = self.settings(&block.entries, &SWEEP.names(), "`sweep`");
        let over = settings.get("over").map(|entry| self.sweep_over(&entry.value));
        let train = settings.get("train").map(|entry| match &entry.value.kind {
            ExprKind::List(names) => names.iter().filter_map(|name| self.combine_name(name)).collect(),
            _ => self.combine_name(&entry.value).into_iter().collect(),
        });
        let seeds = match self.setting(&SWEEP, &settings, "seeds") {
            Some(seeds) => Arguments(vec![("seeds", seeds)]).integers("seeds"),
            None => vec![],
        };
        let select = settings.get("select").and_then(|entry| self.selection(&entry.value));
        Some(SweepSpec {
            name: name.text.clone(),
            over: over.unwrap_or_default(),
            train: train.unwrap_or_default(),
            seeds,
            select: select.unwrap_or(Metric::Error),
            span: name.span.to(block.span),
        })
    }

    fn sweep_over(&mut self, expr: &'a Expr) -> Vec<(String, Vec<f64>)> {
        let ExprKind::Record(entries) = &expr.kind else {
            self.report(
                Problem::error(Code::WrongType, "expected params and their values")
                    .at(expr.span, "write `{ beta: [0.1, 0.5] }`"),
            );
            return vec![];
        };
        let params = self.names.of_kinds(&[Declared::Param]);
        let mut over = vec![];
        for entry in entries {
            let key = entry.key.text.as_str();
            if !params.contains(&key) {
                let problem = Problem::error(Code::UnknownParam, format!("there is no param `{key}`"))
                    .at(entry.key.span, "not declared in this file");
                self.report(suggest(problem, key, entry.key.span, &params, "there are"));
                continue;
            }
            self.names.get(key);
            if let Some(values) = self.argument(Kind::Numbers, &entry.value, &format!("`{key}`")) {
                over.push((key.to_string(), Arguments(vec![("values", values)]).numbers("values").to_vec()));
            }
        }
        over
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
