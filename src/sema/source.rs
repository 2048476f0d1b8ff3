//! Sources of rows: what each is called and takes.

use super::eval::Evaluator;
use crate::diag::{Code, Problem, Span};
use crate::ops::{Argument, Constant, Kind, Parameter, Signature};
use crate::spec::{Source, SourceKind, Spanned};
use crate::syntax::ast::{Arg, Expr};

const PATH: Parameter = Parameter { name: "path", kind: Kind::Texts, default: None };
const HEADER: Parameter = Parameter { name: "header", kind: Kind::Bool, default: Some(Constant::Bool(true)) };

const CSV: Signature = Signature {
    name: "csv",
    doc: "a table of comma-separated cells, plain, `.gz` or `.zst`; several paths are one table",
    params: &[PATH, HEADER],
};
const TSV: Signature = Signature {
    name: "tsv",
    doc: "a table of tab-separated cells, plain, `.gz` or `.zst`; several paths are one table",
    params: &[PATH, HEADER],
};
const CIFAR_BINARY: Signature = Signature {
    name: "cifar_binary",
    doc: "the binary files of CIFAR-10 (`labels: 1`) and CIFAR-100 (`labels: 2`): columns `image` and `label`, and `coarse`",
    params: &[PATH, Parameter { name: "labels", kind: Kind::Integer(1), default: Some(Constant::Integer(1)) }],
};
const IMAGES: Signature = Signature {
    name: "images",
    doc: "a folder of PNG and JPEG files, each in a sub-folder of its class: columns `image`, `label` and `path`",
    params: &[Parameter { name: "folder", kind: Kind::Text, default: None }],
};
const JOIN: Signature = Signature {
    name: "join",
    doc: "the rows of the first of several sources, and beside each what the others have for the same key",
    params: &[Parameter { name: "on", kind: Kind::Texts, default: None }],
};
const SYNTHETIC: Signature = Signature {
    name: "synthetic",
    doc: "a data set made here from nothing but its seed: `collider`",
    params: &[
        Parameter { name: "name", kind: Kind::Choice(&["collider"]), default: None },
        Parameter { name: "rows", kind: Kind::Integer(1), default: Some(Constant::Integer(20_000)) },
        Parameter { name: "seed", kind: Kind::Integer(0), default: Some(Constant::Integer(0)) },
    ],
};

/// Every source, for the documentation.
pub(super) const SIGNATURES: [&Signature; 6] = [&CSV, &TSV, &CIFAR_BINARY, &IMAGES, &JOIN, &SYNTHETIC];

const LATER_SOURCES: [&str; 3] = ["jsonl", "npz", "parquet"];

impl<'a> Evaluator<'a> {
    /// A source.
    pub(super) fn source(&mut self, expr: &'a Expr) -> Option<Source> {
        let (name, name_span, args) = self.built_in(expr, "a source, such as `csv(\"rows.csv\")`")?;
        let Some(signature) = SIGNATURES.into_iter().find(|signature| signature.name == name) else {
            let known: Vec<&str> = SIGNATURES.iter().map(|signature| signature.name).collect();
            self.unknown_built_in("source", name, name_span, &known, &LATER_SOURCES);
            return None;
        };
        if name == "join" {
            return self.join(args, expr.span);
        }
        let arguments = self.arguments(signature, args, expr.span)?;
        let kind = match name {
            "synthetic" => SourceKind::Synthetic {
                name: arguments.word("name").into(),
                rows: arguments.size("rows"),
                seed: arguments.integer("seed"),
            },
            "images" => SourceKind::Images {
                folder: Spanned { value: arguments.text("folder").into(), span: given(args, "folder", expr.span) },
            },
            _ => {
                let paths = self.paths(arguments.texts("path"), args, expr.span)?;
                match name {
                    "cifar_binary" => {
                        let labels = arguments.size("labels");
                        if labels > 2 {
                            let message = format!("a record of `cifar_binary` has 1 or 2 labels, found {labels}");
                            let span = given(args, "labels", expr.span);
                            self.report(Problem::error(Code::OutOfRange, message).at(span, "not accepted"));
                            return None;
                        }
                        SourceKind::CifarBinary { paths, labels }
                    }
                    _ => SourceKind::Table {
                        paths,
                        separator: if name == "tsv" { '\t' } else { ',' },
                        header: arguments.flag("header"),
                    },
                }
            }
        };
        Some(Source { kind, span: expr.span })
    }

    fn paths(&mut self, paths: &[String], args: &'a [Arg], span: Span) -> Option<Vec<Spanned<String>>> {
        let span = given(args, "path", span);
        if paths.is_empty() {
            self.report(Problem::error(Code::MissingArgument, "no path is given").at(span, "an empty list"));
            return None;
        }
        Some(paths.iter().map(|path| Spanned { value: path.clone(), span }).collect())
    }

    /// `join(a, b, on: key)`: sources first, then what they are joined on.
    fn join(&mut self, args: &'a [Arg], span: Span) -> Option<Source> {
        let tables = args.iter().take_while(|arg| arg.name.is_none()).count();
        let (tables, settings) = args.split_at(tables);
        let on = self.arguments(&JOIN, settings, span);
        let mut sources = vec![];
        for table in tables {
            sources.push(self.source(&table.value));
        }
        if tables.len() < 2 {
            let found = tables.len();
            let problem =
                Problem::error(Code::MissingArgument, format!("`join` takes two sources or more, found {found}"));
            self.report(
                problem.at(span, "nothing to join").help("write `join(csv(\"a.csv\"), csv(\"b.csv\"), on: \"id\")`"),
            );
            return None;
        }
        let sources: Vec<Source> = sources.into_iter().collect::<Option<_>>()?;
        if let Some(inner) = sources.iter().find(|source| matches!(source.kind, SourceKind::Join { .. })) {
            let problem = Problem::error(Code::WrongType, "a join is of sources, not of joins")
                .at(inner.span, "this is a join")
                .also(span, "within this one");
            self.report(problem.help("give all sources to one `join`"));
            return None;
        }
        let Some(Argument::Texts(keys)) = on.map(|on| Argument::Texts(on.texts("on").to_vec())) else { return None };
        let on_span = given(settings, "on", span);
        if keys.len() != 1 && keys.len() != sources.len() {
            let (found, wanted) = (keys.len(), sources.len());
            let message = format!("`on` names one key for all, or one for each of {wanted} sources; found {found}");
            self.report(Problem::error(Code::OutOfRange, message).at(on_span, "not as many as there are sources"));
            return None;
        }
        let on = keys.into_iter().map(|value| Spanned { value, span: on_span }).collect();
        Some(Source { kind: SourceKind::Join { sources, on }, span })
    }
}

/// Where an argument was given, by name or as the first; the whole call if it was not.
fn given(args: &[Arg], name: &str, span: Span) -> Span {
    let named = |arg: &&Arg| arg.name.as_ref().is_some_and(|known| known.text == name);
    let first = args.first().filter(|arg| arg.name.is_none());
    args.iter().find(named).or(first).map_or(span, |arg| arg.value.span)
}
