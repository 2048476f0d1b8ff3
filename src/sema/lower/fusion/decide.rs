//! The `decide` setting: the `beta` of decisions.

use crate::diag::{Code, Problem};
use crate::fusion::{DECIDE, FIXED};
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::eval::settings::Settings;
use crate::signature::Argument;
use crate::syntax::ast::ExprKind;

impl<'a> Evaluator<'a> {
    /// `fixed(beta)` as its number, `trained` and `fitted` as words; `None` after a report.
    pub(crate) fn decide_setting(&mut self, settings: &Settings<'a>) -> Option<Argument> {
        let Some(entry) = settings.get(DECIDE.name) else { return Some(Argument::Word("trained")) };
        let expr = &entry.value;
        if let ExprKind::Number(beta) = &expr.kind {
            let right = format!("fixed({})", beta.raw);
            self.report(
                Problem::error(Code::WrongType, "`decide` takes a rule, not a number alone")
                    .at(expr.span, "a number alone")
                    .help(format!("write `decide = {right}`"))
                    .edit(expr.span, right, true),
            );
            return None;
        }
        let (name, span, args) = self.built_in(expr, "`trained`, `fixed(beta)` or `fitted`")?;
        match (name, args) {
            ("trained", []) => Some(Argument::Word("trained")),
            ("fitted", []) => Some(Argument::Word("fitted")),
            ("fixed", args) => Some(Argument::Number(self.arguments(&FIXED, args, expr.span)?.number("beta"))),
            _ => {
                self.unknown_built_in("way to decide", name, span, &["trained", "fitted", "fixed"]);
                None
            }
        }
    }
}
