//! The columns that decide a split: `by_column(..)`, `stratify` and `group`.

use crate::diag::{Code, Problem, Span};
use crate::ops::{Kind, Parameter, Signature};
use crate::sema::errors::suggest::suggest;
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::eval::value::EvalValue;
use crate::sema::symbols::index::Symbol;
use crate::spec::{Part, PartWords, Spanned, Split};
use crate::syntax::ast::{Arg, Entry, Expr, ExprKind};

const WORDS: Kind = Kind::Form("a word, a number or a list of them");
pub(super) const BY_COLUMN: Signature = Signature::new("by_column", "a column says which part each row belongs to")
    .params(&[
        Parameter::new(
            "column",
            Kind::Text,
            "a column of the words `train`, `valid`, `calib` and `test`, or of those that are given",
        ),
        Parameter::new("train", WORDS, "what the column says of rows to train on").optional(),
        Parameter::new("valid", WORDS, "what it says of rows to select on").optional(),
        Parameter::new("calib", WORDS, "what it says of rows to calibrate on").optional(),
        Parameter::new("test", WORDS, "what it says of rows to report on").optional(),
    ])
    .example(
        "data {\n  source = csv(\"rows.csv\")\n  split  = by_column(\"fold\", train: [0, 1, 2], valid: 3, test: 4)\n}",
    );

impl<'a> Evaluator<'a> {
    /// `by_column("part", train: 0, valid: [1, 2], test: "x")`
    pub(super) fn by_column(&mut self, args: &'a [Arg], span: Span) -> Option<Split> {
        if self.frames.is_empty() {
            self.recorder.callable(span, &BY_COLUMN);
        }
        let mut split = Split { span, ..Split::default() };
        let mut sound = true;
        for arg in args {
            let name = arg.name.as_ref().map_or("column", |name| name.text.as_str());
            let param = BY_COLUMN.param(name);
            if let (Some(written), Some(param)) = (&arg.name, param) {
                self.recorder.reference(written.span, Symbol::Argument(&BY_COLUMN, param));
            }
            match (Part::ALL.into_iter().find(|part| part.as_str() == name), &arg.name) {
                (Some(part), _) => match self.part_words(&arg.value, part) {
                    Some(words) => split.words.push(PartWords { part, words }),
                    None => sound = false,
                },
                _ if name == "column" && split.by_column.is_none() => {
                    match self.argument(Kind::Text, &arg.value, "`column` of `by_column`") {
                        Some(crate::ops::Argument::Text(value)) => {
                            split.by_column = Some(Spanned { value, span });
                        }
                        _ => sound = false,
                    }
                }
                (None, Some(written)) if param.is_none() => {
                    let problem =
                        Problem::error(Code::UnknownArgument, format!("`by_column` has no argument `{name}`"));
                    let problem = problem.at(written.span, "not known here");
                    self.report(suggest(problem, name, written.span, &BY_COLUMN.names(), "it takes"));
                    sound = false;
                }
                _ => {
                    let problem = Problem::error(Code::TooManyArguments, "`by_column` takes one column");
                    let help = "name the part of every word: `by_column(\"fold\", train: [0, 1], test: 2)`";
                    self.report(problem.at(arg.value.span, "one too many").help(help));
                    sound = false;
                }
            }
        }
        if sound && split.by_column.is_none() {
            let problem = Problem::error(Code::MissingArgument, "`by_column` needs `column`");
            self.report(problem.at(span, "`column` is not given").help("it is a string"));
            return None;
        }
        let once = self.words_of_one_part(&split.words);
        (sound && once).then_some(split)
    }

    /// The words of a part: strings, numbers and truth values, one or a list.
    fn part_words(&mut self, expr: &'a Expr, part: Part) -> Option<Vec<Spanned<String>>> {
        let value = self.eval(expr);
        let elements = value.elements(expr.span).unwrap_or_else(|| vec![(value, expr.span)]);
        let mut words = vec![];
        for (element, span) in elements {
            let value = match element {
                EvalValue::Text(text) => text.trim().to_owned(),
                EvalValue::Number(number) => number.to_string(),
                EvalValue::Bool(flag) => flag.to_string(),
                other => {
                    self.expected(&format!("a word or a number of the rows of `{}`", part.as_str()), &other, span);
                    return None;
                }
            };
            words.push(Spanned { value, span });
        }
        if words.is_empty() {
            let problem = Problem::error(Code::OutOfRange, format!("no word is that of `{}`", part.as_str()));
            self.report(problem.at(expr.span, "an empty list").help("leave the part out, or name its words"));
            return None;
        }
        Some(words)
    }

    /// Whether every word is that of one part only.
    fn words_of_one_part(&mut self, parts: &[PartWords]) -> bool {
        let words: Vec<(&Spanned<String>, Part)> =
            parts.iter().flat_map(|of| of.words.iter().map(|word| (word, of.part))).collect();
        for (at, (word, part)) in words.iter().enumerate() {
            let first = words[..at].iter().find(|(other, of)| other.value == word.value && of != part);
            if let Some((first, of)) = first {
                let message = format!("`{}` is a word of `{}` and of `{}`", word.value, of.as_str(), part.as_str());
                let problem = Problem::error(Code::DuplicateKey, message).at(word.span, "given again");
                self.report(problem.also(first.span, "first here"));
                return false;
            }
        }
        true
    }

    /// `stratify: process`, `stratify: "country"` or `stratify: [process, "country"]`
    pub(super) fn stratify(&mut self, entry: &'a Entry, label: Option<&str>, split: &mut Split) {
        let one = std::slice::from_ref(&entry.value);
        let items = if let ExprKind::List(items) = &entry.value.kind { items.as_slice() } else { one };
        for item in items {
            match &item.kind {
                ExprKind::Name(name) if Some(name.as_str()) == label => {
                    self.names.get(name, item.span);
                    split.stratify = true;
                }
                ExprKind::Bool(flag) => split.stratify |= *flag,
                ExprKind::Text(column) => {
                    split.stratify_by.push(Spanned { value: column.clone(), span: item.span });
                }
                ExprKind::Error => {}
                // The error of the label has been reported.
                ExprKind::Name(_) if label.is_none() => {}
                _ => {
                    let problem = Problem::error(Code::WrongType, "`stratify` takes the label or columns");
                    let mut problem = problem.at(item.span, "neither the label nor a column");
                    if let Some(label) = label {
                        let help = format!("write `stratify: {label}`, or the name of a column as a string");
                        problem = problem.help(help).edit(item.span, label, false);
                    }
                    self.report(problem);
                }
            }
        }
    }

    /// `group: "who"` or `group: ["who", "day"]`
    pub(super) fn group(&mut self, entry: &'a Entry) -> Option<Vec<Spanned<String>>> {
        let crate::ops::Argument::Texts(columns) =
            self.argument(Kind::Texts, &entry.value, "`group`, the name of a column or several,")?
        else {
            return None;
        };
        Some(columns.into_iter().map(|value| Spanned { value, span: entry.value.span }).collect())
    }
}
