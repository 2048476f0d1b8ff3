//! Functions that nothing called: their bodies are checked all the same, with arguments of which nothing is known.

use crate::sema::eval::expr::Evaluator;
use crate::sema::eval::value::Val;
use std::collections::BTreeMap;

impl Evaluator<'_> {
    /// Checks the names and arguments in the body of every function that was never expanded.
    pub(crate) fn check_uncalled(&mut self) {
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
            self.frames.push(function.args.iter().map(|arg| (arg.name.text.as_str(), Val::Unknown)).collect());
            for binding in &function.lets {
                self.eval(&binding.value);
                if let Some(frame) = self.frames.last_mut() {
                    frame.insert(&binding.name.text, Val::Unknown);
                }
            }
            self.eval(&function.body);
            self.frames.pop();
        }
        self.checking = false;
        self.names.restore(&used);
    }
}
