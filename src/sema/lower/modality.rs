//! Labels and modalities: names, types, and columns.

use crate::diag::{Code, Problem, Span};
use crate::ops::{Argument, DefaultValue, InputIndex, Kind, Op, Parameter, Signature, ValueKind};
use crate::sema::eval::value::EvalValue;
use crate::sema::eval::{evaluator::Evaluator, expr::pipe_stages};
use crate::sema::hir::HirValue;
use crate::shape::Shape;
use crate::spec::{
    Classes, ColumnRef, DatePart, LabelSpec, ModalityKind, ModalitySpec, Select, Transform, TransformKind, plain_name,
};
use crate::syntax::ast::{Arg, Expr, ExprKind, Type, Typed};

/// The type of a label.
pub(crate) const CLASS: Signature = Signature::new("class", "the type of a label: one of several classes")
    .params(&[Parameter::new(
        "classes",
        Kind::Form("their number, or their names in order"),
        "a cell is a class's name, or its index where the cells are whole numbers",
    )])
    .example("label process: class[\"background\", \"signal\"] = column(\"process\")");

const ON_ERROR: &[&str] = &["fail", "skip"];
const COLUMN: Signature = Signature::new("column", "one column of the table")
    .params(&[
        Parameter::new("which", Kind::Form("a name, or a position counted from 0"), "the column"),
        Parameter::new(
            "on_error",
            Kind::Choice(ON_ERROR),
            "of a column of images: whether an image that cannot be read is an error, or its row is left out and counted, or \
             lacks the modality where that is a `?`. New rows to predict are never left out",
        )
        .or(DefaultValue::Word("fail")),
    ])
    .example("label process: class[\"background\", \"signal\"] = column(\"process\")");
const COLUMNS: Signature = Signature::new("columns", "several columns of the table, in the order given")
    .params(&[Parameter::new(
        "which",
        Kind::Form("names, patterns with `*` and `?`, positions counted from 0, ranges or lists of them"),
        "the columns; those of a pattern come in the order of the table. A name or pattern after `!` leaves out what it matches, \
         as in `columns(\"*\", \"!id\")`; `\\\\` before `*`, `?` or `!` stands for the letter itself",
    )])
    .example("modality low: dense[21] = columns(\"low_*\", \"!low_flag_*\") |> standardize");

/// Signatures of column selections, for the catalog.
pub(crate) const COLUMN_SELECTORS: &[&Signature] = &[&COLUMN, &COLUMNS];

impl<'a> Evaluator<'a> {
    /// The label that a `label` declaration describes.
    pub(crate) fn label(&mut self, typed: &'a Typed) -> Option<LabelSpec> {
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
                type_span: typed.ty.span,
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
        if self.unquoted(&ty.args, "the name of a class") || self.numbered(ty) {
            return None;
        }
        let values: Vec<(EvalValue, Span)> = ty.args.iter().map(|arg| (self.eval(arg), arg.span)).collect();
        let classes = match values.as_slice() {
            [(EvalValue::Number(count), _)] if count.fract() == 0.0 && (0.0..=1e6).contains(count) => {
                Classes::Count(*count as usize)
            }
            several => {
                let mut names = vec![];
                for (value, span) in several {
                    match value {
                        EvalValue::Text(name) if names.contains(name) => {
                            let problem =
                                Problem::error(Code::DuplicateName, format!("the class `{name}` is given twice"));
                            self.report(problem.at(*span, "given again"));
                            return None;
                        }
                        EvalValue::Text(name) => names.push(name.clone()),
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

    /// Reports classes that are named by numbers without quotes, `class[0, 1]`; whether there are.
    fn numbered(&mut self, ty: &Type) -> bool {
        let numbers: Option<Vec<(&str, Span)>> =
            (ty.args.iter())
                .map(|arg| {
                    if let ExprKind::Number(number) = &arg.kind { Some((number.raw.as_str(), arg.span)) } else { None }
                })
                .collect();
        let Some(numbers) = numbers.filter(|numbers| numbers.len() > 1) else { return false };
        let names: Vec<String> = numbers.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let mut problem = Problem::error(Code::WrongType, "the names of classes are strings, found numbers")
            .at(ty.span, "numbers without quotes")
            .help(format!("write `class[{}]`", names.join(", ")));
        for ((_, span), name) in numbers.iter().zip(names) {
            problem = problem.edit(*span, name, false);
        }
        self.report(problem);
        true
    }

    /// A modality, as a specification and as a value of the graph.
    pub(crate) fn modality(&mut self, index: usize, typed: &'a Typed, doc: &'a [String]) -> Option<ModalitySpec> {
        let Some((kind, shape)) = self.modality_type(&typed.ty) else {
            // The transforms belong to a type that has been reported.
            self.modalities.push(EvalValue::Unknown);
            return None;
        };
        let (base, stages) = pipe_stages(&typed.value);
        let columns = self.columns(base);
        let skip_unreadable = self.on_error(base, kind);
        let transforms = self.transforms(&stages, &typed.ty, &shape);
        let one_column =
            matches!(columns.as_deref(), Some([ColumnRef { select: Select::Name(_) | Select::Position(_), .. }]));
        let kind = match (kind, &transforms) {
            (ModalityKind::Sequence, _) if one_column && self.reads_lists => ModalityKind::PaddedSequence,
            (ModalityKind::Text { .. }, Some((_, Some(vocabulary)))) => ModalityKind::Text { vocabulary: *vocabulary },
            (kind, _) => kind,
        };
        let value = self.modality_value(index, kind, shape.clone(), typed);
        self.modalities.push(value);
        if let (Some(columns), Some((transforms, _))) = (&columns, &transforms) {
            self.width_of_dates(typed, &shape, columns, transforms)?;
        }
        Some(ModalitySpec {
            name: typed.name.text.clone(),
            doc: doc.to_vec(),
            kind,
            shape,
            optional: typed.optional.is_some(),
            columns: columns?,
            skip_unreadable,
            transforms: transforms?.0,
            span: typed.name.span.to(typed.value.span),
            type_span: typed.ty.span,
        })
    }

    /// Checks that a modality of dates is as wide as its dates have parts, where the number of columns is known.
    fn width_of_dates(
        &mut self,
        typed: &Typed,
        shape: &Shape,
        columns: &[ColumnRef],
        transforms: &[Transform],
    ) -> Option<()> {
        let date = transforms.iter().find(|transform| matches!(transform.kind, TransformKind::Date { .. }));
        let Some(Transform { kind: TransformKind::Date { parts, .. }, span }) = date else { return Some(()) };
        let known = |column: &ColumnRef| matches!(column.select, Select::Name(_) | Select::Position(_));
        let width = columns.len() * parts.iter().map(DatePart::width).sum::<usize>();
        if width == shape.size() || !columns.iter().all(known) {
            return Some(());
        }
        let written: Vec<String> = parts.iter().map(|part| format!("`{part}`")).collect();
        let of = if columns.len() == 1 { String::new() } else { format!(" of {} columns", columns.len()) };
        let message =
            format!("`{}` is declared as {} wide, but its dates are {width} numbers", typed.name.text, shape.size());
        let right = format!("dense[{width}]");
        let problem = Problem::error(Code::ShapeMismatch, message)
            .at(typed.ty.span, "declared here")
            .also(*span, format!("{width} numbers{of}"))
            .help(format!(
                "declare `{right}`: {} {}, and each `cycle` is two numbers",
                written.join(", "),
                if parts.len() == 1 { "is one part" } else { "are the parts" }
            ));
        self.report(problem.edit(typed.ty.span, right, false));
        None
    }

    /// The modality as a value of the graph; for a text, with the number of tokens of a row.
    fn modality_value(&mut self, index: usize, kind: ModalityKind, shape: Shape, typed: &Typed) -> EvalValue {
        let place = self.values.len();
        if kind == ModalityKind::PaddedSequence {
            return self.padded_sequence(index, shape, typed);
        }
        let is_text = matches!(kind, ModalityKind::Text { .. });
        let input = HirValue {
            op: Op::Input(InputIndex(index)),
            inputs: vec![],
            shape,
            kind: ValueKind::from(kind),
            length: is_text.then_some(place + 1),
            path: typed.name.text.clone(),
            span: typed.name.span.to(typed.ty.span),
            calls: vec![],
        };
        if is_text {
            let length = HirValue {
                op: Op::Length,
                inputs: vec![place],
                shape: Shape::vector(1),
                kind: ValueKind::Numbers,
                length: None,
                ..input.clone()
            };
            self.values.extend([input, length]);
        } else {
            self.values.push(input);
        }
        EvalValue::Tensor(place)
    }

    /// A sequence of several lengths as values of the graph: as it is read, the number of its steps, and these alone.
    fn padded_sequence(&mut self, index: usize, shape: Shape, typed: &Typed) -> EvalValue {
        let place = self.values.len();
        let input = HirValue {
            op: Op::Input(InputIndex(index)),
            inputs: vec![],
            shape: shape.clone(),
            kind: ValueKind::Numbers,
            length: None,
            path: typed.name.text.clone(),
            span: typed.name.span.to(typed.ty.span),
            calls: vec![],
        };
        let length = HirValue { op: Op::StepCount, inputs: vec![place], shape: Shape::vector(1), ..input.clone() };
        let steps = HirValue { op: Op::RealSteps, inputs: vec![place], length: Some(place + 1), ..input.clone() };
        self.values.extend([input, length, steps]);
        EvalValue::Tensor(place + 2)
    }

    /// Whether `column(.., on_error: skip)` is written, for an image.
    fn on_error(&mut self, expr: &'a Expr, kind: ModalityKind) -> bool {
        let ExprKind::Call(_, args) = &expr.kind else { return false };
        let named = |arg: &&Arg| arg.name.as_ref().is_some_and(|name| name.text == "on_error");
        let Some(arg) = args.iter().find(named) else { return false };
        let given = self.argument(Kind::Choice(ON_ERROR), &arg.value, "`on_error`");
        if kind != ModalityKind::Image {
            let problem = Problem::error(Code::UnknownArgument, "`on_error` goes with a column of images");
            self.report(problem.at(arg.name.as_ref().map_or(expr.span, |name| name.span), "this is none"));
        }
        given == Some(Argument::Word("skip"))
    }

    /// `column(..)` or `columns(..)`.
    pub(crate) fn columns(&mut self, expr: &'a Expr) -> Option<Vec<ColumnRef>> {
        let what = "columns, such as `columns(\"low_*\")` or `columns(1..=21)`";
        let selector = match &expr.kind {
            ExprKind::Text(_) => Some("column"),
            ExprKind::List(_) => Some("columns"),
            _ => None,
        };
        if let Some(selector) = selector {
            let place = |at: u32| Span { start: at, end: at, ..expr.span };
            let problem = Problem::error(Code::WrongType, format!("expected {what}"))
                .at(expr.span, "not a selection of columns")
                .help(format!("write `{selector}(..)` around it"))
                .edit(place(expr.span.start), format!("{selector}("), false)
                .edit(place(expr.span.end), ")", false);
            self.report(problem);
            return None;
        }
        let (name, name_span, args) = self.built_in(expr, what)?;
        if !matches!(name, "column" | "columns") {
            self.unknown_built_in("selection of columns", name, name_span, &["column", "columns"]);
            return None;
        }
        if args.is_empty() {
            let problem = Problem::error(Code::MissingArgument, format!("`{name}` needs the columns to select"));
            self.report(problem.at(expr.span, "by name, position, range or pattern"));
            return None;
        }
        let written = args.iter().filter(|arg| arg.name.is_none()).flat_map(|arg| match &arg.value.kind {
            ExprKind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(&arg.value),
        });
        if self.unquoted(written, "the name of a column") {
            return None;
        }
        let mut columns = vec![];
        for arg in args {
            if arg.name.as_ref().is_some_and(|wanted| name == "column" && wanted.text == "on_error") {
                continue;
            }
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
                    EvalValue::Number(at) if at.fract() == 0.0 && (0.0..1e9).contains(&at) => {
                        Select::Position(at as usize)
                    }
                    EvalValue::Text(text) if name == "columns" => match text.strip_prefix('!') {
                        Some(pattern) => Select::Except(pattern.to_owned()),
                        None => plain_name(&text).map_or(Select::Glob(text), Select::Name),
                    },
                    EvalValue::Text(column) => Select::Name(column),
                    other => {
                        self.expected("a column's name, pattern or position", &other, span);
                        return None;
                    }
                };
                columns.push(ColumnRef { select, span });
            }
        }
        if let Some(first) = columns.first()
            && columns.iter().all(|column| matches!(column.select, Select::Except(_)))
        {
            let start = first.span.range().start;
            let problem = Problem::error(
                Code::MissingArgument,
                "`columns` selects nothing: it only leaves columns out",
            )
            .at(first.span, "this only leaves out")
            .help(
                "select columns first, as in `columns(\"*\", \"!id\")`; a name that begins with `!` is `\"\\\\!name\"`",
            );
            self.report(problem.edit(Span::new(first.span.file, start, start), "\"*\", ", false));
            return None;
        }
        if name == "column" && columns.len() != 1 {
            let problem =
                Problem::error(Code::TooManyArguments, format!("`column` selects one, found {}", columns.len()));
            self.report(problem.at(expr.span, "several").help("use `columns(..)`"));
            return None;
        }
        Some(columns)
    }

    /// Whether an expression is this name alone.
    pub(crate) fn is_name(expr: &Expr, name: &str) -> bool {
        matches!(&expr.kind, ExprKind::Name(found) if found == name)
    }
}
