//! A strategy that combines, given one thing: whatever its rule, it is plain cross-entropy.

use crate::diag::{Code, Problem, Problems};
use crate::fusion::strategy;
use crate::lint::subject::{self, Subject};

pub(in crate::lint) fn lone_component(subject: &Subject<'_>) -> Problems {
    let mut problems = Problems::new();
    for combine in &subject.hir.combines {
        let Some(row) = strategy(combine.strategy).filter(|row| row.has_components) else { continue };
        if combine.components.len() != 1 {
            continue;
        }
        let name = &combine.name;
        let mut problem = Problem::warning(
            Code::LoneComponent,
            format!("`{name}` has one component, so that `{}` combines nothing", combine.strategy),
        )
        .at(combine.span, "plain cross-entropy");
        let written = subject.written(combine);
        let settings = || written.and_then(|written| written.settings.as_ref()).into_iter().flat_map(|it| &it.entries);
        let callee = written.map(|written| &written.strategy);
        let one_input = callee.and_then(subject::call).is_some_and(|(_, args)| args.len() == 1);
        if one_input {
            for entry in settings().filter(|entry| row.idle_with_one_input.contains(&entry.key.text.as_str())) {
                problem = problem.also(entry.key.span, "changes nothing");
            }
        }
        problem = problem.help("write `single(..)`, or add an input");
        // The fix leaves the block as it is: `single` has to know all of its settings.
        let known = strategy("single").map_or(vec![], |single| single.signature.names());
        let fits = settings().all(|entry| known.contains(&entry.key.text.as_str()));
        if let (Some(strategy), true, true) = (callee, fits, one_input) {
            let mut span = strategy.span;
            span.end = span.start + combine.strategy.len() as u32;
            problem = problem.edit(span, "single", false);
        }
        problems.push(problem);
    }
    problems
}
