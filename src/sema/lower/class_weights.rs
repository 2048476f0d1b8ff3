//! The setting `class_weights` of `train`.

use crate::diag::{Code, Problem, Span};
use crate::sema::errors::suggest::suggest;
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::eval::value::EvalValue;
use crate::spec::{ClassWeights, Classes, Spanned};
use crate::syntax::ast::{Expr, ExprKind};

impl<'a> Evaluator<'a> {
    /// `balanced`, a list in the order of the classes, or a record by their names.
    pub(crate) fn class_weights(&mut self, expr: &'a Expr, classes: &Classes) -> Option<Spanned<ClassWeights>> {
        let spanned = |value| Some(Spanned { value, span: expr.span });
        if Self::is_name(expr, "balanced") {
            return spanned(ClassWeights::Balanced);
        }
        if let ExprKind::Name(word) = &expr.kind
            && self.names.peek(word, expr.span).is_none()
            && !self.names.incomplete
        {
            let problem = Problem::error(Code::UnknownName, format!("there are no class weights `{word}`"));
            let problem = problem.at(expr.span, "not known");
            self.report(suggest(problem, word, expr.span, &["balanced"], "write"));
            return None;
        }
        let count = classes.count();
        let mut weights = vec![1.0; count];
        match self.eval(expr) {
            EvalValue::Unknown => return None,
            EvalValue::List(given) => {
                if given.len() != count {
                    let message = format!("{} class weights for {count} classes", given.len());
                    let problem = Problem::error(Code::WeightCount, message);
                    self.report(problem.at(expr.span, format!("{} weights", given.len())).help(match classes {
                        Classes::Named(names) => format!("the classes are {}", quoted(names)),
                        Classes::Count(count) => format!("the label is `class[{count}]`"),
                    }));
                    return None;
                }
                for (weight, (value, span)) in weights.iter_mut().zip(given.iter()) {
                    *weight = self.weight(value, *span)?;
                }
            }
            EvalValue::Record(fields) => {
                for (name, value) in fields.iter() {
                    let entry = match &expr.kind {
                        ExprKind::Record(entries) => entries.iter().find(|entry| entry.key.text == *name),
                        _ => None,
                    };
                    let (key, at) = entry.map_or((expr.span, expr.span), |entry| (entry.key.span, entry.value.span));
                    let place = self.class_named(name, key, classes, entry.is_some())?;
                    weights[place] = self.weight(value, at)?;
                }
            }
            other => {
                self.expected("`balanced`, a list of weights, or a record of them by class", &other, expr.span);
                return None;
            }
        }
        if weights.iter().all(|weight| *weight == 0.0) {
            let problem = Problem::error(Code::OutOfRange, "every class weighs 0, so that there is nothing to learn");
            self.report(problem.at(expr.span, "no weight above 0"));
            return None;
        }
        spanned(ClassWeights::Each(weights))
    }

    /// The place of the class of this name.
    fn class_named(&mut self, name: &str, key: Span, classes: &Classes, written: bool) -> Option<usize> {
        match classes {
            Classes::Named(names) => {
                let place = names.iter().position(|class| class == name);
                if place.is_none() {
                    let known: Vec<&str> = names.iter().map(String::as_str).collect();
                    let problem = Problem::error(Code::WeightCount, format!("there is no class `{name}`"));
                    let problem = problem.at(key, "no class of the label");
                    let mut problem = suggest(problem, name, key, &known, "the classes are");
                    problem.edits.retain(|_| written);
                    self.report(problem);
                }
                place
            }
            Classes::Count(count) => {
                let message = format!("there is no class `{name}`: the classes of the label have no names");
                let problem = Problem::error(Code::WeightCount, message).at(key, "no class of the label");
                self.report(
                    problem
                        .help(format!("write a list of {count} weights, or name the classes: `class[\"{name}\", ..]`")),
                );
                None
            }
        }
    }
}

fn quoted(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let mut list: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN {
        list.push(format!("and {} more", names.len() - SHOWN));
    }
    list.join(", ")
}
