//! Declaration: names are bound, functions expanded, constants computed, every shape checked. Knows no files and no tensors.

mod catalog;
mod check;
mod copies;
mod errors;
mod eval;
mod hir;
mod lower;
mod names;
mod symbols;
mod uses;

pub use catalog::topic::{Topic, signatures};
pub use copies::{SourceCopy, copies};
pub use hir::{DeclarationKind, Hir, HirCombine, HirComponent, HirParam, HirValue, UnusedDeclaration, ValueId};
pub use symbols::{Definition, DefinitionKind, EvaluatedExpr, ExprValue, Symbol, SymbolIndex};
pub use uses::{UsedFile, Uses, gather, point_to_uses};

use crate::diag::{Checked, Code, Problem, Problems, Span, nearest};
use crate::syntax::ast::{Ast, Block, Expr, Item, ItemKind};
use crate::syntax::keyword;
use eval::expr::Evaluator;
use names::{Declaration, NameTable};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use symbols::SymbolRecorder;

/// A value that replaces a param's own: `--set NAME=VALUE`.
#[derive(Clone, Debug)]
pub struct ParamOverride {
    /// The param.
    pub name: String,
    /// The value.
    pub value: Expr,
    /// Where it was given.
    pub span: Span,
}

/// What is chosen beside the file.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// The combine to train, instead of the one the file names.
    pub combine: Option<String>,
    /// Values of params.
    pub overrides: Vec<ParamOverride>,
}

/// Binds names, expands functions and checks shapes over the whole file.
///
/// `uses` are the files that [`gather`] found. There is no value for a file of functions and params alone, which is made
/// to be used and not to be run; what is wrong with it is said all the same.
pub fn analyze(ast: &Ast, prelude: &Ast, uses: &Uses, choices: &Overrides) -> Checked<Hir> {
    analyzed(ast, prelude, uses, choices, false).0
}

/// As [`analyze`], with all that is known of the text's names and expressions, whatever is wrong with it.
pub fn analyze_with_symbols(ast: &Ast, prelude: &Ast, uses: &Uses, choices: &Overrides) -> (Checked<Hir>, SymbolIndex) {
    analyzed(ast, prelude, uses, choices, true)
}

fn analyzed(ast: &Ast, prelude: &Ast, uses: &Uses, choices: &Overrides, watching: bool) -> (Checked<Hir>, SymbolIndex) {
    let mut problems = Problems::new();
    let names = NameTable::collect(ast, prelude, uses, &mut problems);
    let mut overrides = BTreeMap::new();
    for given in &choices.overrides {
        match names.peek(&given.name, given.span) {
            Some(Declaration::Param(_)) => match overrides.entry(given.name.as_str()) {
                Entry::Vacant(free) => {
                    free.insert(&given.value);
                }
                Entry::Occupied(before) => problems.push(
                    Problem::error(Code::DuplicateKey, format!("`{}` is set twice", given.name))
                        .at(given.span, "set again")
                        .also(before.get().span, "first set here"),
                ),
            },
            Some(Declaration::Lost(DeclarationKind::Param)) => {}
            None if names.incomplete => {}
            _ => {
                let params = names.of_kinds(&[DeclarationKind::Param], given.span);
                let mut problem = Problem::error(Code::UnknownParam, format!("there is no param `{}`", given.name))
                    .at(given.span, "not declared in the file");
                problem = match nearest(&given.name, params.iter().copied()) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None if params.is_empty() => problem.help("the file declares no params"),
                    None => problem
                        .help(format!("the file declares {}", crate::ops::one_of(&params).replace(" or ", " and "))),
                };
                problems.push(problem);
            }
        }
    }
    let mut evaluator = Evaluator::new(names, prelude.file, overrides, problems);
    evaluator.recorder = SymbolRecorder::new(watching);
    let hir = match is_library(ast) {
        true => {
            evaluator.library(ast, &uses.files);
            None
        }
        false => evaluator.pipeline_of(ast, &uses.files, choices),
    };
    let symbols = match watching {
        true => {
            let values = hir.as_ref().map_or_else(|| std::mem::take(&mut evaluator.values), |hir| hir.values.clone());
            let asts: Vec<&Ast> = [ast, prelude].into_iter().chain(uses.files.iter().map(|used| &used.ast)).collect();
            evaluator.symbols(&asts, values)
        }
        false => SymbolIndex::default(),
    };
    let problems = errors::once::once(evaluator.problems);
    match hir {
        Some(hir) => (Checked::new(hir, problems), symbols),
        None => (Checked::failed(problems), symbols),
    }
}

/// Whether a file is made to be used by pipelines: it declares functions or params, and nothing that makes a pipeline.
fn is_library(ast: &Ast) -> bool {
    let for_use = |keyword: &str| matches!(keyword, "fn" | "param" | "use");
    let mut declared = ast.items.iter().map(|item| keyword(&item.kind)).peekable();
    let lost = ast.lost.iter().all(|lost| for_use(&lost.keyword));
    declared.peek().is_some() && declared.all(for_use) && lost
}

impl<'a> Evaluator<'a> {
    /// What can be checked of a file that is made to be used.
    fn library(&mut self, ast: &'a Ast, used: &'a [UsedFile]) {
        self.check_rest(ast);
        for file in used {
            self.check_rest(&file.ast);
        }
        self.check_uncalled();
    }

    fn pipeline_of(&mut self, ast: &'a Ast, used: &'a [UsedFile], choices: &Overrides) -> Option<Hir> {
        let start = Span::new(ast.file, 0, 0);
        let header = self.header(ast);
        let (mut data_block, mut train_block, mut label) = (None, None, None);
        for item in &ast.items {
            let (seen, keyword): (Option<Span>, &str) = match &item.kind {
                ItemKind::Data(block) => (data_block.replace(block).map(|before| before.span), "data"),
                ItemKind::Train(block) => (train_block.replace(block).map(|before| before.span), "train"),
                ItemKind::Label(typed) => (label.replace(typed).map(|before| before.name.span), "label"),
                _ => (None, ""),
            };
            if let Some(before) = seen {
                self.report(
                    Problem::error(Code::DuplicateName, format!("a pipeline has one `{keyword}`"))
                        .at(item.span, "another one")
                        .also(before, "the first"),
                );
            }
        }
        let modalities: Vec<_> = (0..self.names.modalities.len())
            .map(|index| {
                let (typed, doc) = self.names.modalities[index];
                self.modality(index, typed, doc)
            })
            .collect();
        let label_name = label.map(|typed| typed.name.text.as_str());
        let data = match data_block {
            Some(block) => {
                let data = self.data(block, label_name);
                self.recorder.data(&data);
                data
            }
            None => self.missing(ast, "data", "data { source = csv(\"rows.csv\") }"),
        };
        let label = match label {
            Some(typed) => self.label(typed),
            None => self.missing(ast, "label", "label target: class[2] = column(\"target\")"),
        };
        if modalities.is_empty() {
            self.missing::<()>(ast, "modality", "modality x: dense[2] = columns([\"a\", \"b\"])");
        }
        // Where the label could not be analyzed, two classes stand in for it: the report has been made.
        let classes = label.as_ref().map_or(2, |label| label.classes.count());
        // A combine that could not be read is declared all the same.
        let mut declared = ast.lost.iter().filter(|lost| lost.keyword == "combine").count();
        let mut combines = vec![];
        for item in &ast.items {
            if let ItemKind::Combine(combine) = &item.kind {
                declared += 1;
                let analyzed = self.combine(combine, &item.doc, classes);
                analyzed.iter().for_each(|combine| self.recorder.combine(combine));
                combines.extend(analyzed);
            }
        }
        if declared == 0 {
            self.missing::<()>(ast, "combine", "combine mul = multiplicative(a, b)");
        }
        let train = match train_block {
            Some(block) => Some(self.train(block)),
            None => self.missing(ast, "train", "train { epochs = 10 }"),
        };
        let sweeps = self.sweeps(ast);
        self.check_rest(ast);
        for file in used {
            self.check_rest(&file.ast);
        }
        let selected = self.selected(
            choices,
            &combines,
            declared,
            train.as_ref().and_then(|train| train.combine.clone()),
            train_block,
            start,
        );
        let mut params = self.params(ast);
        params.extend(used.iter().flat_map(|file| self.params(&file.ast)));
        self.check_shared();
        self.check_optional();
        let unused = self.names.unused();
        self.check_uncalled();
        let (name, doc) = header?;
        Some(Hir {
            name,
            doc,
            params,
            data: data?,
            label: label?,
            modalities: modalities.into_iter().collect::<Option<_>>()?,
            combines,
            train: train?,
            sweeps,
            selected: selected?,
            unused,
            values: std::mem::take(&mut self.values),
        })
    }

    /// The name of the pipeline. That it comes first and once is a matter of syntax.
    fn header(&mut self, ast: &'a Ast) -> Option<(String, Vec<String>)> {
        let header = ast.items.iter().find_map(|item| match &item.kind {
            ItemKind::Pipeline(name) => Some((name.text.clone(), item.doc.clone())),
            _ => None,
        });
        if header.is_none() && !ast.lost.iter().any(|lost| lost.keyword == "pipeline") {
            let start = Span::new(ast.file, 0, 0);
            self.report(
                Problem::error(Code::PipelineHeader, "the pipeline has no name")
                    .at(start, "expected `pipeline NAME` here")
                    .help("begin the file with `pipeline my_first`")
                    .edit(start, "pipeline my_first\n\n", false),
            );
        }
        header
    }

    fn missing<T>(&mut self, ast: &Ast, keyword: &str, example: &str) -> Option<T> {
        if ast.lost.iter().any(|lost| lost.keyword == keyword) {
            return None;
        }
        let start = Span::new(ast.file, 0, 0);
        if is_bare(ast) {
            // Whoever begins is told once.
            if keyword == "data" {
                let message = "there is nothing here but, at most, the name of a pipeline";
                self.report(
                    Problem::error(Code::MissingDeclaration, message)
                        .at(start, "no `data`, `label`, `modality`, `combine` and `train`")
                        .help("`mmc new TABLE` makes a pipeline for a table, `mmc new --list` shows templates"),
                );
            }
            return None;
        }
        self.report(
            Problem::error(Code::MissingDeclaration, format!("the pipeline has no `{keyword}`"))
                .at(start, "in this file")
                .help(format!("add `{example}`")),
        );
        None
    }

    fn sweeps(&mut self, ast: &'a Ast) -> Vec<crate::spec::SweepSpec> {
        let mut sweeps = vec![];
        for item in &ast.items {
            if let ItemKind::Sweep(name, block) = &item.kind {
                sweeps.extend(self.sweep(name, block));
            }
        }
        sweeps
    }

    /// Encoders, shared blocks and params that nothing used are checked all the same, and stay unused.
    fn check_rest(&mut self, ast: &'a Ast) {
        let used = self.names.used();
        for item in &ast.items {
            let name = match &item.kind {
                ItemKind::Encoder(binding) | ItemKind::Shared(binding) => &binding.name,
                ItemKind::Param(param) => &param.name,
                _ => continue,
            };
            // One of two declarations of a name is not what the name stands for.
            if !used.contains(&name.span) && self.names.span(&name.text, name.span) == Some(name.span) {
                self.name(&name.text, name.span);
            }
        }
        self.names.restore(&used);
    }

    fn params(&self, ast: &'a Ast) -> Vec<HirParam> {
        let mut params = vec![];
        for Item { kind, .. } in &ast.items {
            if let ItemKind::Param(param) = kind
                && let Some(value) = self.known(param.name.span)
            {
                params.push(HirParam {
                    name: param.name.text.clone(),
                    value: lower::param::show(&value),
                    span: param.name.span,
                });
            }
        }
        params
    }

    /// The combine to train: as chosen, else as `train` says, else the only one.
    fn selected(
        &mut self,
        choices: &Overrides,
        combines: &[HirCombine],
        declared: usize,
        of_train: Option<String>,
        train: Option<&Block>,
        start: Span,
    ) -> Option<usize> {
        let wanted = choices.combine.clone().or(of_train);
        if wanted.is_none() && train.is_some_and(|block| block.entries.iter().any(|entry| entry.key.text == "combine"))
        {
            // What it says has been reported.
            return None;
        }
        match wanted {
            Some(wanted) => {
                if let Some(place) = combines.iter().position(|combine| combine.name == wanted) {
                    return Some(place);
                }
                let known = self.names.of_kinds(&[DeclarationKind::Combine], start);
                if !known.contains(&wanted.as_str()) {
                    let mut problem = Problem::error(Code::UnknownCombine, format!("there is no combine `{wanted}`"))
                        .at(start, "in this file");
                    problem = match nearest(&wanted, known.iter().copied()) {
                        Some(near) => problem.help(format!("did you mean `{near}`?")),
                        None => {
                            problem.help(format!("it declares {}", crate::ops::one_of(&known).replace(" or ", " and ")))
                        }
                    };
                    self.report(problem);
                }
                None
            }
            None if declared == 1 => (!combines.is_empty()).then_some(0),
            None if declared == 0 => None,
            None => {
                let known = self.names.of_kinds(&[DeclarationKind::Combine], start);
                self.report(
                    Problem::error(Code::MissingArgument, "the file declares several combines and trains none of them")
                        .at(train.map_or(start, |block| block.span), "`combine` is not set here")
                        .help(format!(
                            "set `combine = {}`, or choose one when running",
                            combines.last().map_or(known[0], |last| &last.name)
                        )),
                );
                None
            }
        }
    }
}

/// Whether a file has none of the declarations that every pipeline needs.
fn is_bare(ast: &Ast) -> bool {
    const NEEDED: [&str; 5] = ["data", "label", "modality", "combine", "train"];
    let of_pipeline = |item: &Item| {
        matches!(
            item.kind,
            ItemKind::Data(_) | ItemKind::Label(_) | ItemKind::Modality(_) | ItemKind::Combine(_) | ItemKind::Train(_)
        )
    };
    !ast.items.iter().any(of_pipeline) && !ast.lost.iter().any(|lost| NEEDED.contains(&lost.keyword.as_str()))
}
