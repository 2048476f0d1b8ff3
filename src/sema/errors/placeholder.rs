//! Words that stand for all inputs of a combine where the inputs have to be listed: `mulmix(modalities)`, `mulmix()`.

use crate::diag::{Code, Problem, Span};
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::hir::DeclarationKind;
use crate::syntax::ast::{Arg, Expr, ExprKind};

/// What is written for all inputs, as in descriptions of a strategy.
const PLACEHOLDERS: [&str; 10] =
    ["modality", "modalities", "encoder", "encoders", "input", "inputs", "signal", "signals", "all", "everything"];

impl<'a> Evaluator<'a> {
    /// Reports an input that is a word for all of them, with the encoders that the other inputs do not name.
    pub(crate) fn placeholder(&mut self, input: &Expr, args: &'a [Arg]) -> bool {
        let ExprKind::Name(name) = &input.kind else { return false };
        let stands_for_all = PLACEHOLDERS.contains(&name.as_str()) && self.names.peek(name, input.span).is_none();
        let inputs = self.other_inputs(args, input.span);
        if !stands_for_all || inputs.is_empty() || self.names.incomplete {
            return false;
        }
        let inputs = inputs.join(", ");
        self.report(
            Problem::error(Code::UnknownName, format!("`{name}` is the name of no modality or encoder"))
                .at(input.span, "the inputs are listed by their names")
                .help(format!("list the inputs: `{inputs}`"))
                .edit(input.span, inputs, false),
        );
        true
    }

    /// The names that can be the inputs of a combine without any, and where they are written: before its closing bracket.
    pub(crate) fn listed_inputs(&self, strategy: Span) -> Option<(String, Span)> {
        let inputs = self.other_inputs(&[], strategy);
        let end = strategy.end.checked_sub(1)?;
        (!inputs.is_empty()).then(|| (inputs.join(", "), Span { start: end, end, ..strategy }))
    }

    /// The encoders, or without any the modalities, that none of these inputs is.
    fn other_inputs(&self, args: &[Arg], at: Span) -> Vec<&'a str> {
        let encoders = self.names.of_kinds(&[DeclarationKind::Encoder], at);
        let all = if encoders.is_empty() { self.names.of_kinds(&[DeclarationKind::Modality], at) } else { encoders };
        let named = |name: &str| args.iter().any(|arg| matches!(&arg.value.kind, ExprKind::Name(own) if own == name));
        all.into_iter().filter(|name| !named(name)).collect()
    }
}
