//! The pipeline as a whole: its declarations in order, those that are missing, and the combine to train.

use crate::diag::{Code, Problem, Span, nearest};
use crate::sema::eval::constant::show;
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::hir::{DeclarationKind, Hir, HirCombine, HirParam};
use crate::sema::lower::source::reads_lists;
use crate::sema::overrides::Overrides;
use crate::sema::uses::UsedFile;
use crate::syntax::ast::{Ast, Block, Item, ItemKind};
use crate::syntax::keyword;

/// Whether a file is a library for `use`: it declares functions or params, and nothing else.
pub(crate) fn is_library(ast: &Ast) -> bool {
    let for_use = |keyword: &str| matches!(keyword, "fn" | "param" | "use");
    let mut declared = ast.items.iter().map(|item| keyword(&item.kind)).peekable();
    let unparsed = ast.unparsed.iter().all(|unparsed| for_use(&unparsed.keyword));
    declared.peek().is_some() && declared.all(for_use) && unparsed
}

impl<'a> Evaluator<'a> {
    /// The HIR of a pipeline and of the files that it uses; `None` if anything that it needs is missing or wrong.
    pub(crate) fn pipeline_of(&mut self, ast: &'a Ast, used: &'a [UsedFile], overrides: &Overrides) -> Option<Hir> {
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
        self.reads_lists =
            data_block.is_some_and(|block: &Block| block.entries.iter().any(|entry| reads_lists(&entry.value)));
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
        // A label with errors, which have been reported, counts as two classes.
        let classes = label.as_ref().map_or(2, |label| label.classes.count());
        // A combine with a syntax error counts as declared.
        let mut declared = ast.unparsed.iter().filter(|unparsed| unparsed.keyword == "combine").count();
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
            Some(block) => Some(self.train(block, label.as_ref().map(|label| &label.classes))),
            None => self.missing(ast, "train", "train { epochs = 10 }"),
        };
        let sweeps = self.sweeps(ast);
        self.check_unused(ast);
        for file in used {
            self.check_unused(&file.ast);
        }
        let selected = self.selected(
            overrides,
            &combines,
            declared,
            train.as_ref().and_then(|train| train.combine.clone()),
            train_block,
            start,
        );
        if let (Some(train), Some(data), Some(selected)) = (&train, &data, selected) {
            self.check_balance(train, data, &combines[selected]);
        }
        let mut params = self.params(ast);
        params.extend(used.iter().flat_map(|file| self.params(&file.ast)));
        self.check_shared();
        self.check_optional();
        let unused = self.names.unused();
        self.check_uncalled_functions();
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

    /// The name and doc of the pipeline. The parser checks that it comes first and once.
    fn header(&mut self, ast: &'a Ast) -> Option<(String, Vec<String>)> {
        let header = ast.items.iter().find_map(|item| match &item.kind {
            ItemKind::Pipeline(name) => Some((name.text.clone(), item.doc.clone())),
            _ => None,
        });
        if header.is_none() && !ast.unparsed.iter().any(|unparsed| unparsed.keyword == "pipeline") {
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
        if ast.unparsed.iter().any(|unparsed| unparsed.keyword == keyword) {
            return None;
        }
        let start = Span::new(ast.file, 0, 0);
        if is_bare(ast) {
            // One report is enough for a file without content.
            if keyword == "data" {
                let message = "the pipeline has no declarations";
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

    fn params(&self, ast: &'a Ast) -> Vec<HirParam> {
        let mut params = vec![];
        for Item { kind, .. } in &ast.items {
            if let ItemKind::Param(param) = kind
                && let Some(value) = self.known(param.name.span)
            {
                params.push(HirParam { name: param.name.text.clone(), value: show(&value), span: param.name.span });
            }
        }
        params
    }

    /// The combine to train: the override, else the setting of `train`, else the only one.
    fn selected(
        &mut self,
        overrides: &Overrides,
        combines: &[HirCombine],
        declared: usize,
        of_train: Option<String>,
        train: Option<&Block>,
        start: Span,
    ) -> Option<usize> {
        let wanted = overrides.combine.clone().or(of_train);
        if wanted.is_none() && train.is_some_and(|block| block.entries.iter().any(|entry| entry.key.text == "combine"))
        {
            // The error of the setting has been reported.
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
                        .help(match combines.last().map(|last| last.name.as_str()).or(known.first().copied()) {
                            Some(name) => format!("set `combine = {name}`, or choose one when running"),
                            None => "give each a name, `combine NAME = ..`, and set `combine = NAME`".to_owned(),
                        }),
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
    !ast.items.iter().any(of_pipeline)
        && !ast.unparsed.iter().any(|unparsed| NEEDED.contains(&unparsed.keyword.as_str()))
}
