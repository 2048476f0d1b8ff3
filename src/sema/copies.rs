//! Copies of a pipeline and the files it uses, for one common folder.

use crate::diag::{FileId, SourceMap, Span, string_literal};
use crate::sema::uses::Uses;
use crate::syntax::ast::{Ast, Expr, ExprKind, ItemKind};
use std::collections::BTreeMap;

/// The file name of the copy of a pipeline.
const PIPELINE: &str = "pipeline.mmc";

/// The copy of a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceCopy {
    /// Its file name, unique among the copies.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Copies of the pipeline, as `pipeline.mmc`, and of every file it uses.
///
/// Only paths out of a text are changed: a `use` names the copy, and `moved` gives the new form of each of `paths`,
/// those of the data. In a param that holds such a path the choices are changed too, so that the value stays one of
/// them.
pub fn copies(
    ast: &Ast,
    uses: &Uses,
    sources: &SourceMap,
    paths: &[&str],
    moved: &dyn Fn(&str) -> String,
) -> Vec<SourceCopy> {
    let mut names = BTreeMap::from([(ast.file, PIPELINE.to_owned())]);
    for used in &uses.files {
        let source = sources.get(used.ast.file).map_or("", |source| &source.name);
        let name = free(source.rsplit(['/', '\\']).next().unwrap_or_default(), &names);
        names.insert(used.ast.file, name);
    }
    let copying = Copying { names: &names, uses, paths, moved };
    let all = [ast].into_iter().chain(uses.files.iter().map(|used| &used.ast));
    all.filter_map(|ast| {
        let text = &sources.get(ast.file)?.text;
        Some(SourceCopy { name: names.get(&ast.file)?.clone(), text: copying.copy(ast, text) })
    })
    .collect()
}

/// `wanted`, with a number before its extension if another copy has that name.
fn free(wanted: &str, names: &BTreeMap<FileId, String>) -> String {
    let taken = |name: &str| names.values().any(|other| other.eq_ignore_ascii_case(name));
    // No other file of a run's folder ends as pipelines do, so that no result is written over a copy.
    let stem = wanted.strip_suffix(".mmc").unwrap_or(wanted);
    let (wanted, ending) = (&format!("{stem}.mmc"), "mmc");
    let numbered = (2_usize..).map(|number| format!("{stem}_{number}.{ending}"));
    [wanted.to_owned()].into_iter().chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

struct Copying<'a> {
    names: &'a BTreeMap<FileId, String>,
    uses: &'a Uses,
    paths: &'a [&'a str],
    moved: &'a dyn Fn(&str) -> String,
}

impl Copying<'_> {
    fn copy(&self, ast: &Ast, text: &str) -> String {
        let mut changes: Vec<(Span, String)> = vec![];
        for item in &ast.items {
            let mut found = vec![];
            match &item.kind {
                ItemKind::Use(path) => {
                    let name = self.uses.targets.get(&path.span).and_then(|file| self.names.get(file));
                    changes.extend(name.map(|name| (path.span, string_literal(name))));
                }
                ItemKind::Param(param) => {
                    texts(&param.value, &mut found);
                    param.bounds.iter().for_each(|bounds| texts(bounds, &mut found));
                    if !found.iter().any(|(_, path)| self.paths.contains(path)) {
                        found.clear();
                    }
                }
                ItemKind::Data(block) => {
                    block.entries.iter().for_each(|entry| texts(&entry.value, &mut found));
                    found.retain(|(_, path)| self.paths.contains(path));
                }
                _ => {}
            }
            changes.extend(found.into_iter().map(|(span, path)| (span, string_literal(&(self.moved)(path)))));
        }
        changes.sort();
        let mut copy = text.to_owned();
        for (span, written) in changes.into_iter().rev() {
            copy.replace_range(span.range(), &written);
        }
        copy
    }
}

/// Adds the strings of an expression to `found`, each with its span.
fn texts<'a>(expr: &'a Expr, found: &mut Vec<(Span, &'a str)>) {
    if let ExprKind::Text(text) = &expr.kind {
        found.push((expr.span, text));
    }
    expr.parts(&mut |part| texts(part, found));
}
