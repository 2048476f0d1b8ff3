//! The `boost` setting: which rows count in the loss.

use crate::diag::{Code, Problem};
use crate::fusion::{BOOST, MARGIN};
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::eval::settings::Settings;
use crate::signature::Argument;
use crate::syntax::ast::ExprKind;

impl<'a> Evaluator<'a> {
    /// `margin(delta)` as its number, or `none`; `None` after a report.
    pub(crate) fn boost_setting(&mut self, settings: &Settings<'a>) -> Option<Argument> {
        let Some(entry) = settings.get(BOOST.name) else { return Some(Argument::Nothing) };
        let expr = &entry.value;
        if let ExprKind::Number(delta) = &expr.kind {
            let right = if delta.value > 0.0 { format!("margin({})", delta.raw) } else { "margin(1.0)".into() };
            self.report(
                Problem::error(Code::WrongType, "`boost` takes a rule, not a number alone")
                    .at(expr.span, "a number alone")
                    .help(format!("write `boost = {right}`"))
                    .edit(expr.span, right, delta.value > 0.0),
            );
            return None;
        }
        let (name, span, args) = self.built_in(expr, "`margin(delta)` or `none`")?;
        match (name, args) {
            ("none", []) => Some(Argument::Nothing),
            ("margin", args) => {
                let delta = self.arguments(&MARGIN, args, expr.span)?.number("delta");
                if delta > 0.0 {
                    return Some(Argument::Number(delta));
                }
                let place = args.first().map_or(expr.span, |arg| arg.value.span);
                let problem = Problem::error(Code::OutOfRange, format!("`margin({delta})` cannot be trained with"))
                    .at(place, "not above 0")
                    .help(
                        "a row that is right costs nothing and one that is wrong costs less the smaller all logits \
                         are, so that without a margin training shrinks them until every answer is 1/K; \
                         1.0 is the default",
                    );
                self.report(problem.edit(place, "1.0", false));
                None
            }
            _ => {
                self.unknown_built_in("way to boost", name, span, &["margin", "none"]);
                None
            }
        }
    }
}
