//! A strategy that combines, given one thing: whatever its rule, it is plain cross-entropy.

use crate::diag::{Code, Problem, Problems};
use crate::fusion::strategy;
use crate::lint::subject::{self, Subject};
use crate::syntax::ast::{Arg, ExprKind};

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
        let lone = &combine.components[0].name;
        let inputs = callee.and_then(subject::call).map_or(&[][..], |(_, args)| args);
        let call = |strategy: &str| match named(lone, inputs) {
            Some(inputs) => format!("`{strategy}({})`", inputs.join(", ")),
            None => format!("`{strategy}(..)`"),
        };
        // The fix leaves the block as it is: `single` has to know all of its settings.
        let known = strategy("single").map_or(vec![], |single| single.signature.names());
        let unknown: Vec<String> = settings()
            .filter(|entry| !known.contains(&entry.key.text.as_str()))
            .map(|entry| format!("`{}`", entry.key.text))
            .collect();
        let fits = unknown.is_empty();
        problem = problem.help(match (lone.contains('+'), fits) {
            (true, _) => format!("write {}, or more than one set in `mixtures`", call("additive")),
            (false, true) => format!("write {}, or add an input", call("single")),
            (false, false) => format!("write {} without {}, or add an input", call("single"), unknown.join(", ")),
        });
        if let (Some(strategy), true, true) = (callee, fits, one_input) {
            let mut span = strategy.span;
            span.end = span.start + combine.strategy.len() as u32;
            problem = problem.edit(span, "single", false);
        }
        problems.push(problem);
    }
    problems
}

/// The inputs of a component, `low+high`, by their names; `None` unless all inputs of the call are names.
fn named<'a>(component: &'a str, inputs: &[Arg]) -> Option<Vec<&'a str>> {
    let is_input =
        |name: &&str| inputs.iter().any(|input| matches!(&input.value.kind, ExprKind::Name(input) if input == name));
    let names: Vec<&str> = component.split('+').collect();
    names.iter().all(is_input).then_some(names)
}
