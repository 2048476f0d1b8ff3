//! The `mixtures` setting, as it is written.

use crate::diag::{Code, Problem, Span};
use crate::fusion::Mixtures;
use crate::sema::errors::suggest::suggest;
use crate::sema::eval::evaluator::Evaluator;
use crate::signature::{Argument, Kind};
use crate::syntax::ast::{Expr, ExprKind};

impl<'a> Evaluator<'a> {
    /// `all`, `up_to(k)` or `[[a], [a, b]]`
    pub(crate) fn mixtures_setting(&mut self, expr: &'a Expr, inputs: &[String]) -> Option<Mixtures> {
        if let ExprKind::List(listed) = &expr.kind {
            return self.listed(listed, inputs, expr.span);
        }
        let (name, span, args) = self.built_in(expr, "`all`, `up_to(k)` or a list of mixtures")?;
        match (name, args) {
            ("all", []) => Some(Mixtures::UpTo(inputs.len())),
            ("up_to", [most]) => match self.argument(Kind::Integer(1), &most.value, "the size of a mixture")? {
                Argument::Integer(most) => Some(Mixtures::UpTo(usize::try_from(most).unwrap_or(usize::MAX))),
                _ => None,
            },
            ("up_to", _) => {
                let problem = Problem::error(Code::MissingArgument, "`up_to` takes the size of the largest mixture");
                self.report(problem.at(expr.span, "write `up_to(2)`"));
                None
            }
            _ => {
                self.unknown_built_in("set of mixtures", name, span, &["all", "up_to"]);
                None
            }
        }
    }

    fn listed(&mut self, listed: &'a [Expr], inputs: &[String], span: Span) -> Option<Mixtures> {
        let known: Vec<&str> = inputs.iter().map(String::as_str).collect();
        let mut mixtures: Vec<Vec<usize>> = vec![];
        let mut sound = true;
        for expr in listed {
            let ExprKind::List(members) = &expr.kind else {
                let problem = Problem::error(Code::BadMixture, "a mixture is a list of inputs");
                self.report(problem.at(expr.span, "not a list").help("write `[[a], [b], [a, b]]`"));
                sound = false;
                continue;
            };
            let mut mixture = vec![];
            for member in members {
                let name = written(member);
                match inputs.iter().position(|input| *input == name) {
                    Some(place) if !mixture.contains(&place) => mixture.push(place),
                    Some(_) => {
                        let problem = Problem::error(Code::BadMixture, format!("`{name}` is in this mixture twice"));
                        self.report(problem.at(member.span, "again"));
                        sound = false;
                    }
                    None => {
                        let problem = Problem::error(Code::BadMixture, format!("`{name}` is not an input here"))
                            .at(member.span, "not an input of this strategy");
                        self.report(suggest(problem, &name, member.span, &known, "the inputs are"));
                        sound = false;
                    }
                }
            }
            mixture.sort_unstable();
            if mixture.is_empty() || mixtures.contains(&mixture) {
                if sound {
                    let problem = Problem::error(Code::BadMixture, "a mixture that is empty or given twice");
                    self.report(problem.at(expr.span, "this one"));
                }
                sound = false;
                continue;
            }
            mixtures.push(mixture);
        }
        if mixtures.is_empty() && sound {
            self.report(Problem::error(Code::BadMixture, "no mixtures are given").at(span, "an empty list"));
            return None;
        }
        sound.then_some(Mixtures::Listed(mixtures))
    }
}

/// A name or a field as it is written.
fn written(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Name(name) => name.clone(),
        ExprKind::Field(base, field) => format!("{}.{}", written(base), field.text),
        _ => String::new(),
    }
}
