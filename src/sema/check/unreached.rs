//! Declarations that no combine reaches: encoders, shared blocks, params and the bodies of functions are checked too.

use crate::sema::eval::evaluator::Evaluator;
use crate::sema::eval::value::EvalValue;
use crate::sema::uses::UsedFile;
use crate::syntax::ast::{Ast, ItemKind};
use std::collections::BTreeMap;

impl<'a> Evaluator<'a> {
    /// Checks a library file: its params and functions.
    pub(crate) fn library(&mut self, ast: &'a Ast, used: &'a [UsedFile]) {
        self.check_unused(ast);
        for file in used {
            self.check_unused(&file.ast);
        }
        self.check_uncalled_functions();
    }

    /// Checks encoders, shared blocks and params without a use, which stay unused.
    pub(crate) fn check_unused(&mut self, ast: &'a Ast) {
        let used = self.names.used();
        for item in &ast.items {
            let name = match &item.kind {
                ItemKind::Encoder(binding) | ItemKind::Shared(binding) => &binding.name,
                ItemKind::Param(param) => &param.name,
                _ => continue,
            };
            // Of two declarations of a name only one is in the table.
            if !used.contains(&name.span) && self.names.span(&name.text, name.span) == Some(name.span) {
                self.name(&name.text, name.span);
            }
        }
        self.names.restore(&used);
    }

    /// Checks the names and arguments in the body of every function that was never expanded.
    pub(crate) fn check_uncalled_functions(&mut self) {
        let used = self.names.used();
        self.checking = true;
        for index in 0..self.names.functions.len() {
            let function = self.names.functions[index];
            if self.expanded.contains(&index) || function.name.span.file == self.prelude {
                continue;
            }
            self.frames.push(BTreeMap::new());
            function.args.iter().filter_map(|arg| arg.default.as_ref()).for_each(|default| drop(self.eval(default)));
            self.frames.pop();
            self.frames.push(function.args.iter().map(|arg| (arg.name.text.as_str(), EvalValue::Unknown)).collect());
            for binding in &function.lets {
                self.eval(&binding.value);
                if let Some(frame) = self.frames.last_mut() {
                    frame.insert(&binding.name.text, EvalValue::Unknown);
                }
            }
            self.eval(&function.body);
            self.frames.pop();
        }
        self.checking = false;
        self.names.restore(&used);
    }
}
