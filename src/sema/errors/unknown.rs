//! NameTable that stand for nothing where they are written: what is said of them.

use crate::diag::{Code, Problem, Span, nearest};
use crate::ops;
use crate::sema::eval::builtin::BUILTINS;
use crate::sema::eval::expr::Evaluator;
use crate::sema::eval::value::Val;
use crate::sema::hir::DeclarationKind;

impl Evaluator<'_> {
    /// Reports a name that nothing declares.
    pub(crate) fn unknown_name(&mut self, name: &str, span: Span) -> Val {
        if self.names.incomplete {
            return Val::Unknown;
        }
        if let Some(place) = self.names.declared_out_of_scope(name, span) {
            return self.out_of_scope(name, span, place);
        }
        use DeclarationKind::{Encoder, Fn, Modality, Param, Shared};
        let mut known: Vec<&str> = self.frames.last().map(|frame| frame.keys().copied().collect()).unwrap_or_default();
        known.extend(self.names.of_kinds(&[Modality, Encoder, Param, Fn, Shared], span));
        known.extend(ops::LAYERS.iter().map(|layer| layer.signature.name));
        known.extend(["true", "false"]);
        let mut problem = Problem::error(Code::UnknownName, format!("nothing is called `{name}`"))
            .at(span, "not declared in this file");
        if let Some(near) = nearest(name, known) {
            problem = problem.help(format!("did you mean `{near}`?")).edit(span, near.to_string(), false);
        }
        self.report(problem)
    }

    /// Reports a call of what is neither a layer nor a function.
    pub(crate) fn unknown_function(&mut self, name: &str, span: Span) -> Val {
        if self.names.incomplete {
            return Val::Unknown;
        }
        let callee = Span { end: span.start.saturating_add(name.len() as u32), ..span };
        if let Some(place) = self.names.declared_out_of_scope(name, span) {
            return self.out_of_scope(name, callee, place);
        }
        let mut known = self.names.of_kinds(&[DeclarationKind::Fn, DeclarationKind::Shared], span);
        known.extend(ops::LAYERS.iter().map(|layer| layer.signature.name));
        known.extend(ops::names(BUILTINS));
        let mut problem = Problem::error(Code::UnknownFunction, format!("there is no layer or function `{name}`"))
            .at(span, "not known");
        if let Some(near) = nearest(name, known) {
            problem = problem.help(format!("did you mean `{near}`?")).edit(callee, near.to_string(), false);
        }
        self.report(problem)
    }

    /// Reports a name that is declared, but not for the file it is written in.
    fn out_of_scope(&mut self, name: &str, span: Span, place: Span) -> Val {
        self.report(
            Problem::error(Code::UnknownName, format!("nothing in this file is called `{name}`"))
                .at(span, "not declared in this file, nor in one that it uses")
                .also(place, "this one is not seen from there")
                .help(format!("take `{name}` as an argument, or `use` the file that declares it")),
        )
    }
}
