//! Labels and modalities: their types, their columns, their transforms.

use super::eval::{Evaluator, pipe_stages};
use super::hir::Value;
use super::value::Val;
use crate::diag::{Code, Problem, Span, nearest};
use crate::ops::{Argument, Constant, Kind, Op, Parameter, Signature};
use crate::shape::Shape;
use crate::spec::{Classes, ColumnRef, Impute, LabelSpec, ModalitySpec, Select, Transform, TransformKind};
use crate::syntax::ast::{Expr, ExprKind, Type, Typed};

const fn plain(name: &'static str, doc: &'static str) -> Signature {
    Signature { name, doc, params: &[] }
}

const ANY: Kind = Kind::Number(f64::NEG_INFINITY, f64::INFINITY);
const STANDARDIZE: Signature =
    plain("standardize", "`(x - mean) / std` per column, mean and population std of the training rows");
const MIN_MAX: Signature = plain("min_max", "`(x - min) / (max - min)` per column, of the training rows");
const LOG1P: Signature = plain("log1p", "`sign(x) * ln(1 + |x|)`");
const CLIP: Signature = Signature {
    name: "clip",
    doc: "at least `lo` and at most `hi`",
    params: &[Parameter { name: "lo", kind: ANY, default: None }, Parameter { name: "hi", kind: ANY, default: None }],
};
const MISSING: Signature = Signature {
    name: "missing",
    doc: "these numbers stand for an empty cell",
    params: &[Parameter { name: "values", kind: Kind::Numbers, default: None }],
};
const IMPUTE_BY: &[&str] = &["mean", "median", "constant"];
const IMPUTE: Signature = Signature {
    name: "impute",
    doc: "fills empty cells with the column's `mean` or `median` over the training rows, or with a `constant`",
    params: &[
        Parameter { name: "by", kind: Kind::Choice(IMPUTE_BY), default: None },
        Parameter { name: "value", kind: ANY, default: Some(Constant::Number(0.0)) },
    ],
};

/// Every transform, for the documentation.
pub(super) const SIGNATURES: [&Signature; 6] = [&STANDARDIZE, &MIN_MAX, &LOG1P, &CLIP, &MISSING, &IMPUTE];

const TRANSFORMS: [&str; 6] = ["standardize", "min_max", "log1p", "clip", "missing", "impute"];
const LATER_TRANSFORMS: [&str; 8] =
    ["augment", "chars", "lowercase", "normalize_pixels", "one_hot", "reference", "subtract_mean", "words"];
const LATER_TYPES: [&str; 4] = ["category", "image", "sequence", "text"];

impl<'a> Evaluator<'a> {
    /// The label.
    pub(super) fn label(&mut self, typed: &'a Typed) -> Option<LabelSpec> {
        if let Some(mark) = typed.optional {
            self.report(
                Problem::error(Code::WrongType, "a label cannot be missing")
                    .at(mark, "not allowed on a label")
                    .edit(mark, "", true),
            );
        }
        let classes = self.classes(&typed.ty);
        let columns = self.columns(&typed.value);
        let (classes, columns) = (classes?, columns?);
        match columns.as_slice() {
            [column] => Some(LabelSpec {
                name: typed.name.text.clone(),
                classes,
                column: column.clone(),
                span: typed.name.span.to(typed.value.span),
            }),
            more => {
                let found = more.len();
                self.report(
                    Problem::error(Code::WrongType, format!("a label is one column, found {found}"))
                        .at(typed.value.span, "selects several")
                        .help("use `column(\"name\")`"),
                );
                None
            }
        }
    }

    fn classes(&mut self, ty: &'a Type) -> Option<Classes> {
        if ty.name.text != "class" {
            let problem = Problem::error(Code::WrongType, format!("a label is a `class`, found `{}`", ty.name.text))
                .at(ty.name.span, "not a type of label")
                .help("write `class[2]`, or the classes by name: `class[\"no\", \"yes\"]`");
            self.report(problem);
            return None;
        }
        let values: Vec<(Val, Span)> = ty.args.iter().map(|arg| (self.eval(arg), arg.span)).collect();
        let classes = match values.as_slice() {
            [(Val::Number(count), _)] if count.fract() == 0.0 && (0.0..=1e6).contains(count) => {
                Classes::Count(*count as usize)
            }
            several => {
                let mut names = vec![];
                for (value, span) in several {
                    match value {
                        Val::Text(name) if names.contains(name) => {
                            let problem =
                                Problem::error(Code::DuplicateName, format!("the class `{name}` is given twice"));
                            self.report(problem.at(*span, "given again"));
                            return None;
                        }
                        Val::Text(name) => names.push(name.clone()),
                        other => {
                            self.expected("the name of a class, or their number", other, *span);
                            return None;
                        }
                    }
                }
                Classes::Named(names)
            }
        };
        if classes.count() < 2 {
            let found = classes.count();
            let problem = Problem::error(Code::OutOfRange, format!("a label has at least two classes, found {found}"));
            self.report(problem.at(ty.span, "too few classes"));
            return None;
        }
        Some(classes)
    }

    /// A modality, as a specification and as a value of the graph.
    pub(super) fn modality(&mut self, index: usize, typed: &'a Typed, doc: &'a [String]) -> Option<ModalitySpec> {
        let shape = self.modality_shape(&typed.ty);
        let known = shape.is_some();
        let value = match &shape {
            Some(shape) => {
                self.values.push(Value {
                    op: Op::Input(index),
                    inputs: vec![],
                    shape: shape.clone(),
                    path: typed.name.text.clone(),
                    span: typed.name.span.to(typed.ty.span),
                    calls: vec![],
                });
                Val::Tensor(self.values.len() - 1)
            }
            None => Val::Unknown,
        };
        self.modalities.push(value);
        if let Some(mark) = typed.optional
            && known
        {
            self.not_yet("a modality that may be missing", mark);
        }
        if !known {
            // What follows belongs to a type that has been reported.
            return None;
        }
        let (base, stages) = pipe_stages(&typed.value);
        let columns = self.columns(base);
        let mut transforms = vec![];
        let mut sound = true;
        for stage in stages {
            match self.transform(stage) {
                Some(kind) => transforms.push(Transform { kind, span: stage.span }),
                None => sound = false,
            }
        }
        let (shape, columns) = (shape?, columns?);
        sound.then(|| ModalitySpec {
            name: typed.name.text.clone(),
            doc: doc.to_vec(),
            kind: Default::default(),
            shape,
            optional: typed.optional.is_some(),
            columns,
            transforms,
            span: typed.name.span.to(typed.value.span),
            type_span: typed.ty.span,
        })
    }

    fn modality_shape(&mut self, ty: &'a Type) -> Option<Shape> {
        match ty.name.text.as_str() {
            "dense" => match ty.args.as_slice() {
                [width] => match self.argument(Kind::Integer(1), width, "the width of `dense`")? {
                    Argument::Integer(width) => usize::try_from(width).ok().map(Shape::vector),
                    _ => None,
                },
                other => {
                    let found = other.len();
                    self.report(
                        Problem::error(Code::WrongType, format!("`dense` takes its width, found {found} values"))
                            .at(ty.span, "write `dense[n]`"),
                    );
                    None
                }
            },
            later if LATER_TYPES.contains(&later) => {
                self.not_yet(&format!("the type `{later}`"), ty.span);
                None
            }
            other => {
                let mut problem = Problem::error(Code::WrongType, format!("there is no type `{other}`"))
                    .at(ty.name.span, "not a type of modality");
                let known = ["dense"].iter().chain(&LATER_TYPES).copied();
                problem = match nearest(other, known) {
                    Some(near) => {
                        problem.help(format!("did you mean `{near}`?")).edit(ty.name.span, near.to_string(), false)
                    }
                    None => problem.help("the type of a table of numbers is `dense[n]`"),
                };
                self.report(problem);
                None
            }
        }
    }

    /// `column(..)` or `columns(..)`.
    fn columns(&mut self, expr: &'a Expr) -> Option<Vec<ColumnRef>> {
        let what = "columns, such as `columns(\"low_*\")` or `columns(1..=21)`";
        let (name, name_span, args) = self.built_in(expr, what)?;
        if !matches!(name, "column" | "columns") {
            self.unknown_built_in("way to select columns", name, name_span, &["column", "columns"], &[]);
            return None;
        }
        if args.is_empty() {
            let problem = Problem::error(Code::MissingArgument, format!("`{name}` needs to know which"));
            self.report(problem.at(expr.span, "by name, position, range or pattern"));
            return None;
        }
        let mut columns = vec![];
        for arg in args {
            if let Some(wanted) = &arg.name {
                let problem =
                    Problem::error(Code::UnknownArgument, format!("`{name}` has no argument `{}`", wanted.text));
                self.report(problem.at(wanted.span, "not known here"));
                return None;
            }
            let value = self.eval(&arg.value);
            let elements = match value.elements(arg.value.span) {
                Some(elements) => elements,
                None => vec![(value, arg.value.span)],
            };
            for (element, span) in elements {
                let select = match element {
                    Val::Number(at) if at.fract() == 0.0 && (0.0..1e9).contains(&at) => Select::Position(at as usize),
                    Val::Text(pattern) if name == "columns" && pattern.contains(['*', '?']) => Select::Glob(pattern),
                    Val::Text(column) => Select::Name(column),
                    other => {
                        self.expected("a column's name, pattern or position", &other, span);
                        return None;
                    }
                };
                columns.push(ColumnRef { select, span });
            }
        }
        if name == "column" && columns.len() != 1 {
            let problem =
                Problem::error(Code::TooManyArguments, format!("`column` selects one, found {}", columns.len()));
            self.report(problem.at(expr.span, "several").help("use `columns(..)`"));
            return None;
        }
        Some(columns)
    }

    fn transform(&mut self, expr: &'a Expr) -> Option<TransformKind> {
        let (name, name_span, args) = self.built_in(expr, "a transform, such as `standardize`")?;
        let Some(signature) = SIGNATURES.into_iter().find(|signature| signature.name == name) else {
            self.unknown_built_in("transform", name, name_span, &TRANSFORMS, &LATER_TRANSFORMS);
            return None;
        };
        let args = self.arguments(signature, args, expr.span)?;
        Some(match name {
            "standardize" => TransformKind::Standardize,
            "min_max" => TransformKind::MinMax,
            "log1p" => TransformKind::Log1p,
            "clip" => {
                let (lo, hi) = (args.number("lo"), args.number("hi"));
                if lo > hi {
                    let problem = Problem::error(Code::OutOfRange, format!("`clip` from {lo} to {hi} leaves nothing"));
                    self.report(problem.at(expr.span, "`lo` is larger than `hi`"));
                    return None;
                }
                TransformKind::Clip { lo, hi }
            }
            "missing" => TransformKind::Missing { values: args.numbers("values").to_vec() },
            _ => TransformKind::Impute(match args.word("by") {
                "mean" => Impute::Mean,
                "median" => Impute::Median,
                _ => Impute::Constant(args.number("value")),
            }),
        })
    }

    /// Whether an expression is just this name.
    pub(super) fn is_name(expr: &Expr, name: &str) -> bool {
        matches!(&expr.kind, ExprKind::Name(found) if found == name)
    }
}
