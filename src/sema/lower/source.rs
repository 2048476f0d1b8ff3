//! The table of sources: the name and arguments of each, and how a call of it is read.

use crate::diag::{Code, Problem, Span};
use crate::ops::{Arguments, DefaultValue, Kind, Parameter, Signature, names};
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::lower::text_format::{
    COMMENT, DECIMAL, ENCODING, HEADER, QUOTE, SEPARATOR, SKIP, THOUSANDS, text_format,
};
use crate::spec::{FileFormat, Source, SourceKind, Spanned, TextFormat};
use crate::syntax::ast::{Arg, Expr, ExprKind};

const PATH: Parameter = Parameter::new(
    "path",
    Kind::Texts,
    "a path, a glob or a list of them, from the folder of the file; together one table",
);

const CSV: Signature =
    Signature::new("csv", "a table of cells separated by commas or another character, plain, `.gz` or `.zst`")
        .params(&[PATH, HEADER, QUOTE, SEPARATOR, DECIMAL, THOUSANDS, ENCODING, COMMENT, SKIP])
        .example("data {\n  source = csv(\"rows.csv\", separator: \";\", decimal: \",\", encoding: \"latin1\")\n}");
const TSV: Signature = Signature::new("tsv", "a table of tab-separated cells, plain, `.gz` or `.zst`")
    .params(&[PATH, HEADER, QUOTE, DECIMAL, THOUSANDS, ENCODING, COMMENT, SKIP])
    .example("data {\n  train = tsv(\"train.tsv.gz\")\n  test  = tsv(\"test.tsv.gz\")\n}");
const PARQUET: Signature = Signature::new(
    "parquet",
    "the columns of Parquet files: numbers, texts, and lists of numbers of equal length in every row",
)
.params(&[PATH])
.example("data {\n  source = parquet(\"rows-*.parquet\")\n}");
const ARROW: Signature = Signature::new(
    "arrow",
    "the columns of Arrow IPC files or streams (Feather): numbers, texts, and lists of numbers of equal length in every row",
)
.params(&[PATH])
.example("data {\n  source = arrow(\"rows.arrow\")\n}");
const NPZ: Signature =
    Signature::new("npz", "the arrays of a NumPy archive as columns, each with its name; their first axis is the rows")
        .params(&[PATH])
        .example("data {\n  source = join(csv(\"rows.csv\"), npz(\"embeddings.npz\"), on: \"id\")\n}");
const NPY: Signature = Signature::new("npy", "NumPy arrays side by side, each a column with the name of its file")
    .params(&[Parameter::new("path", Kind::Texts, "a path, a glob or a list of them; each file is a column")])
    .example("data {\n  source = npy([\"features.npy\", \"process.npy\"])\n}");
const JSONL: Signature = Signature::new(
    "jsonl",
    "an object of JSON on each line, or an array of objects, their keys the columns; plain, `.gz` or `.zst`",
)
.params(&[PATH])
.example("data {\n  source = jsonl(\"rows.jsonl.gz\")\n}");
const CIFAR_BINARY: Signature = Signature::new(
    "cifar_binary",
    "the binary files of CIFAR-10 and CIFAR-100: columns `image` and `label`, and `coarse` where there are two labels",
)
.params(&[
    PATH,
    Parameter::new("labels", Kind::Integer(1), "label bytes before each image: 1 for CIFAR-10, 2 for CIFAR-100")
        .or(DefaultValue::Integer(1)),
])
.example(
    "data {\n  train = cifar_binary(\"train.bin\", labels: 1)\n  test  = cifar_binary(\"test.bin\", labels: 1)\n}",
);
const IMAGES: Signature = Signature::new(
    "images",
    "a folder of images (PNG, JPEG, WebP, GIF, BMP, TIFF), each in a sub-folder of its class: columns `image`, `label` and `path`",
)
.params(&[Parameter::new("folder", Kind::Text, "the folder, from that of the file on")])
.example("data {\n  source = images(\"photos\")\n}");
const JOIN: Signature = Signature::new(
    "join",
    "the rows of the first of several sources, and beside each what the others have for the same key, which stands there \
     once; rows of the others without a match are not used, and counted",
)
.params(&[
    Parameter::new("sources", Kind::Form("two sources or more"), "the tables, the one whose rows are kept first"),
    Parameter::new("on", Kind::Texts, "the column of the key: one name for all, or a list with one for each"),
])
.example("data {\n  source = join(csv(\"people.csv\"), npz(\"faces.npz\"), on: [\"id\", \"person\"])\n}");
/// [`JOIN`] without its sources.
const JOIN_ON: Signature = Signature::new("join", "").params(&[Parameter::new("on", Kind::Texts, "")]);
const SYNTHETIC: Signature = Signature::new("synthetic", "a synthetic data set, generated from a seed")
    .params(&[
        Parameter::new(
            "name",
            Kind::Choice(&["collider"]),
            "which: `collider` is two decay processes seen by a detector",
        ),
        Parameter::new("rows", Kind::Integer(1), "how many rows").or(DefaultValue::Integer(20_000)),
        Parameter::new("seed", Kind::Integer(0), "decides every one of them").or(DefaultValue::Integer(0)),
    ])
    .example("data {\n  source = synthetic(\"collider\", rows: 5_000, seed: 7)\n}");

/// A row of the table of sources.
pub(in crate::sema) struct SourceEntry {
    /// Its name and arguments.
    pub(in crate::sema) signature: &'static Signature,
    read: ReadSource,
}

/// Reads a call; `None` if a problem was reported.
type ReadSource = for<'a> fn(&mut Evaluator<'a>, &SourceCall<'a>) -> Option<SourceKind>;

/// A call of a source.
struct SourceCall<'a> {
    signature: &'static Signature,
    args: &'a [Arg],
    span: Span,
}

/// Every source.
pub(in crate::sema) const SOURCES: &[SourceEntry] = &[
    SourceEntry { signature: &CSV, read: |evaluator, call| evaluator.text_table(call, TextFormat::csv()) },
    SourceEntry { signature: &TSV, read: |evaluator, call| evaluator.text_table(call, TextFormat::tsv()) },
    SourceEntry {
        signature: &PARQUET,
        read: |evaluator, call| evaluator.source_files(call).map(|(paths, _)| SourceKind::Parquet { paths }),
    },
    SourceEntry {
        signature: &ARROW,
        read: |evaluator, call| evaluator.source_files(call).map(|(paths, _)| SourceKind::Arrow { paths }),
    },
    SourceEntry {
        signature: &NPZ,
        read: |evaluator, call| evaluator.source_files(call).map(|(paths, _)| SourceKind::Npz { paths }),
    },
    SourceEntry {
        signature: &NPY,
        read: |evaluator, call| evaluator.source_files(call).map(|(paths, _)| SourceKind::Npy { paths }),
    },
    SourceEntry {
        signature: &JSONL,
        read: |evaluator, call| evaluator.source_files(call).map(|(paths, _)| SourceKind::Jsonl { paths }),
    },
    SourceEntry { signature: &CIFAR_BINARY, read: |evaluator, call| evaluator.cifar_binary(call) },
    SourceEntry { signature: &IMAGES, read: |evaluator, call| evaluator.image_folder(call) },
    SourceEntry { signature: &JOIN, read: |evaluator, call| evaluator.join(call.args, call.span) },
    SourceEntry { signature: &SYNTHETIC, read: |evaluator, call| evaluator.synthetic(call) },
];

/// The signatures of all sources, for the documentation.
pub(in crate::sema) fn signatures() -> Vec<&'static Signature> {
    SOURCES.iter().map(|entry| entry.signature).collect()
}

/// Whether an expression opens a file whose cells may be lists. It looks at the text alone, so that the graph of a pipeline
/// does not depend on its data.
pub(crate) fn reads_lists(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call(callee, args) => {
            matches!(&callee.kind, ExprKind::Name(name) if FileFormat::OF_LISTS.contains(&name.as_str()))
                || args.iter().any(|arg| reads_lists(&arg.value))
        }
        ExprKind::Paren(inner) => reads_lists(inner),
        ExprKind::List(items) => items.iter().any(reads_lists),
        _ => false,
    }
}

impl<'a> Evaluator<'a> {
    /// A source.
    pub(in crate::sema) fn source(&mut self, expr: &'a Expr) -> Option<Source> {
        if let Some(problem) = bare_path(expr) {
            self.report(problem);
            return None;
        }
        let (name, name_span, args) = self.built_in(expr, "a source, such as `csv(\"rows.csv\")`")?;
        let Some(entry) = SOURCES.iter().find(|entry| entry.signature.name == name) else {
            self.unknown_built_in("source", name, name_span, &names(&signatures()));
            return None;
        };
        let kind = (entry.read)(self, &SourceCall { signature: entry.signature, args, span: expr.span })?;
        Some(Source { kind, span: expr.span })
    }

    /// The paths of a source of files, and all of its arguments.
    fn source_files(&mut self, call: &SourceCall<'a>) -> Option<(Vec<Spanned<String>>, Arguments)> {
        let arguments = self.arguments(call.signature, call.args, call.span)?;
        let paths = self.paths(arguments.texts("path"), call.args, call.span)?;
        Some((paths, arguments))
    }

    fn text_table(&mut self, call: &SourceCall<'a>, base: TextFormat) -> Option<SourceKind> {
        let (paths, arguments) = self.source_files(call)?;
        match text_format(&arguments, base, &|name| given(call.args, name, call.span)) {
            Ok(format) => Some(SourceKind::Table { paths, format: Box::new(format) }),
            Err(problem) => {
                self.report(problem);
                None
            }
        }
    }

    fn cifar_binary(&mut self, call: &SourceCall<'a>) -> Option<SourceKind> {
        let (paths, arguments) = self.source_files(call)?;
        let labels = arguments.size("labels");
        if labels > 2 {
            let message = format!("a record of `cifar_binary` has 1 or 2 labels, found {labels}");
            let span = given(call.args, "labels", call.span);
            self.report(Problem::error(Code::OutOfRange, message).at(span, "not accepted"));
            return None;
        }
        Some(SourceKind::CifarBinary { paths, labels })
    }

    fn image_folder(&mut self, call: &SourceCall<'a>) -> Option<SourceKind> {
        let arguments = self.arguments(call.signature, call.args, call.span)?;
        let folder = Spanned { value: arguments.text("folder").into(), span: given(call.args, "folder", call.span) };
        Some(SourceKind::Images { folder })
    }

    fn synthetic(&mut self, call: &SourceCall<'a>) -> Option<SourceKind> {
        let arguments = self.arguments(call.signature, call.args, call.span)?;
        Some(SourceKind::Synthetic {
            name: arguments.word("name").into(),
            rows: arguments.size("rows"),
            seed: arguments.integer("seed"),
        })
    }

    fn paths(&mut self, paths: &[String], args: &'a [Arg], span: Span) -> Option<Vec<Spanned<String>>> {
        let span = given(args, "path", span);
        if paths.is_empty() {
            self.report(Problem::error(Code::MissingArgument, "no path is given").at(span, "an empty list"));
            return None;
        }
        Some(paths.iter().map(|path| Spanned { value: path.clone(), span }).collect())
    }

    /// `join(a, b, on: key)`: sources first, then the key.
    fn join(&mut self, args: &'a [Arg], span: Span) -> Option<SourceKind> {
        let tables = args.iter().take_while(|arg| arg.name.is_none()).count();
        let (tables, settings) = args.split_at(tables);
        let on = self.arguments(&JOIN_ON, settings, span);
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
        if let Some(inner) = sources.iter().find(|source| !source.kind.joined().is_empty()) {
            let problem = Problem::error(Code::WrongType, "a join is of sources, not of joins")
                .at(inner.span, "this is a join")
                .also(span, "within this one");
            self.report(problem.help("give all sources to one `join`"));
            return None;
        }
        let keys = on?.texts("on").to_vec();
        let on_span = given(settings, "on", span);
        if keys.len() != 1 && keys.len() != sources.len() {
            let (found, wanted) = (keys.len(), sources.len());
            let message = format!("`on` names one key for all, or one for each of {wanted} sources; found {found}");
            self.report(Problem::error(Code::OutOfRange, message).at(on_span, "not as many as there are sources"));
            return None;
        }
        let on = keys.into_iter().map(|value| Spanned { value, span: on_span }).collect();
        Some(SourceKind::Join { sources, on })
    }
}

/// The report for the path of a file in place of a source.
fn bare_path(expr: &Expr) -> Option<Problem> {
    let ExprKind::Text(path) = &expr.kind else { return None };
    let format = FileFormat::of(path)?;
    let source = format!("{}({path:?})", format.source);
    let problem = Problem::error(Code::WrongType, "expected a source, found a path").at(expr.span, "a string");
    Some(problem.help(format!("write `{source}`")).edit(expr.span, source, false))
}

/// Where an argument was given, by name or as the first; the whole call if it was not.
fn given(args: &[Arg], name: &str, span: Span) -> Span {
    let named = |arg: &&Arg| arg.name.as_ref().is_some_and(|known| known.text == name);
    let first = args.first().filter(|arg| arg.name.is_none());
    args.iter().find(named).or(first).map_or(span, |arg| arg.value.span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::FILE_FORMATS;

    #[test]
    fn every_format_that_a_name_tells_is_a_source() {
        for format in FILE_FORMATS {
            let entry = SOURCES.iter().find(|entry| entry.signature.name == format.source);
            assert!(entry.is_some(), "{}", format.source);
        }
    }
}
