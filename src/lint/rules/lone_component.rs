//! A strategy that combines, given one thing: whatever its rule, it is plain cross-entropy.

use crate::diag::{Code, Problem, Problems};
use crate::fusion::strategy;
use crate::lint::subject::{self, Subject};

/// The settings that then mean nothing.
const IDLE: [&str; 6] = ["beta", "weights", "gradient", "merge", "project", "by"];

pub(in crate::lint) fn lone_component(subject: &Subject<'_>) -> Problems {
    let mut problems = Problems::new();
    for combine in &subject.hir.combines {
        let combines = strategy(combine.strategy).is_some_and(|strategy| strategy.has_components);
        if !combines || combine.components.len() != 1 {
            continue;
        }
        let name = &combine.name;
        let mut problem = Problem::warning(
            Code::LoneComponent,
            format!("`{name}` has one component, so that `{}` combines nothing", combine.strategy),
        )
        .at(combine.span, "plain cross-entropy");
        let idle = IDLE.iter().filter_map(|key| subject.setting(combine, key)).collect::<Vec<_>>();
        for entry in &idle {
            problem = problem.also(entry.key.span, "changes nothing");
        }
        problem = problem.help("write `single(..)`, or add an input");
        let callee = subject.written(combine).map(|written| &written.strategy);
        let one_input = callee.and_then(subject::call).is_some_and(|(_, args)| args.len() == 1);
        if let (Some(strategy), true, true) = (callee, idle.is_empty(), one_input) {
            let mut span = strategy.span;
            span.end = span.start + combine.strategy.len() as u32;
            problem = problem.edit(span, "single", false);
        }
        problems.push(problem);
    }
    problems
}
