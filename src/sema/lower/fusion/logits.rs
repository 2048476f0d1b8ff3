//! The `logits` setting: whether the logits of a component are used as they are, or brought to a fixed length.

use crate::diag::{Code, Problem};
use crate::fusion::{LOGITS, UNIT};
use crate::ops::UnitLogits;
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::eval::settings::Settings;
use crate::syntax::ast::{Expr, ExprKind};

impl<'a> Evaluator<'a> {
    /// `plain` or `unit(scale)`: the operation after the last linear layer of every component, where there is one;
    /// `None` after a report.
    pub(crate) fn logits_setting(&mut self, settings: &Settings<'a>) -> Option<Option<UnitLogits>> {
        let Some(entry) = settings.get(LOGITS.name) else { return Some(None) };
        let expr = &entry.value;
        if let ExprKind::Number(scale) = &expr.kind {
            let right = format!("unit({})", scale.raw);
            self.report(
                Problem::error(Code::WrongType, "`logits` takes `unit(scale)` or `plain`, not a number alone")
                    .at(expr.span, "a number alone")
                    .help(format!("write `logits = {right}`"))
                    .edit(expr.span, right, true),
            );
            return None;
        }
        let (name, span, args) = self.built_in(expr, "`unit(scale)` or `plain`")?;
        match (name, args) {
            ("plain", []) => Some(None),
            ("unit", args) => {
                let arguments = self.arguments(&UNIT, args, expr.span)?;
                let scale = arguments.number("scale");
                if scale > 0.0 && scale.is_finite() {
                    return Some(Some(UnitLogits { scale }));
                }
                let given: Option<&Expr> = args.first().map(|arg| &arg.value);
                self.report(
                    Problem::error(Code::OutOfRange, format!("`unit({scale})` makes every logit {}", 0.0 * scale))
                        .at(given.map_or(expr.span, |given| given.span), "not a length above 0")
                        .help("`scale` is the Euclidean length of the logits: write `unit(10)`")
                        .edit(given.map_or(expr.span, |given| given.span), "10", false),
                );
                None
            }
            _ => {
                self.unknown_built_in("form of `logits`", name, span, &["unit", "plain"]);
                None
            }
        }
    }
}
