//! A sweep over a param that nothing it trains depends on: the same model again and again.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::{self, Subject};
use crate::spec::SweepAxis;
use crate::syntax::ast::{Block, Expr, ItemKind};
use std::collections::{BTreeMap, BTreeSet};

pub(in crate::lint) fn idle_sweep_param(subject: &Subject<'_>) -> Problems {
    if subject.ast.items.iter().any(|item| matches!(item.kind, ItemKind::Use(_))) {
        // The dependencies of functions in other files are unknown here.
        return Problems::new();
    }
    let references = references(subject);
    let mut problems = Problems::new();
    for sweep in &subject.hir.sweeps {
        let trained = |name: &str| sweep.train.is_empty() || sweep.train.iter().any(|trained| trained == name);
        let mut open: Vec<&str> = subject.hir.combines.iter().map(|combine| combine.name.as_str()).collect();
        open.retain(|name| trained(name));
        // Modalities and blocks apply to every combine.
        open.extend(subject.hir.modalities.iter().map(|modality| modality.name.as_str()));
        open.push(EVERYWHERE);
        let mut needed = BTreeSet::new();
        while let Some(name) = open.pop() {
            if needed.insert(name) {
                open.extend(references.get(name).into_iter().flatten());
            }
        }
        for SweepAxis { param, values, .. } in sweep.over.iter().filter(|axis| !needed.contains(axis.param.as_str())) {
            let Some(key) = subject.swept(&sweep.name, param) else { continue };
            let message = format!("nothing that the sweep `{}` trains depends on `{param}`", sweep.name);
            problems.push(
                Problem::warning(Code::IdleSweepParam, message)
                    .at(key, format!("{} times the same", values.len()))
                    .help(format!("use `{param}` in what is trained, or take it out of the sweep")),
            );
        }
    }
    problems
}

/// Key of the references in blocks that apply to every combine.
const EVERYWHERE: &str = "";

/// The names in each declaration.
fn references<'a>(subject: &Subject<'a>) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for item in &subject.ast.items {
        let mut exprs: Vec<&Expr> = vec![];
        let block = |exprs: &mut Vec<&'a Expr>, block: &'a Block| {
            // Which combine is trained when nothing is swept does not matter here.
            let entries = block.entries.iter().filter(|entry| entry.key.text != "combine");
            exprs.extend(entries.map(|entry| &entry.value));
        };
        let name = match &item.kind {
            ItemKind::Param(param) => {
                exprs.push(&param.value);
                &param.name.text
            }
            ItemKind::Fn(function) => {
                exprs.extend(function.args.iter().filter_map(|arg| arg.default.as_ref()));
                exprs.extend(function.lets.iter().map(|binding| &binding.value).chain([&function.body]));
                &function.name.text
            }
            ItemKind::Shared(binding) | ItemKind::Encoder(binding) => {
                exprs.push(&binding.value);
                &binding.name.text
            }
            ItemKind::Modality(typed) => {
                exprs.extend(typed.ty.args.iter().chain([&typed.value]));
                &typed.name.text
            }
            ItemKind::Combine(combine) => {
                exprs.push(&combine.strategy);
                combine.settings.iter().for_each(|settings| block(&mut exprs, settings));
                &combine.name.text
            }
            ItemKind::Label(typed) => {
                exprs.extend(typed.ty.args.iter().chain([&typed.value]));
                EVERYWHERE
            }
            ItemKind::Data(settings) | ItemKind::Train(settings) => {
                block(&mut exprs, settings);
                EVERYWHERE
            }
            ItemKind::Pipeline(_) | ItemKind::Use(_) | ItemKind::Sweep(..) => continue,
        };
        let found = all.entry(name).or_default();
        exprs.into_iter().for_each(|expr| subject::names(expr, found));
    }
    all
}
