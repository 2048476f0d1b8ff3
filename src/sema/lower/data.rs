//! The `data { ... }` block: the sources of rows, and their split.

use crate::diag::{Code, Problem};
use crate::ops::{Arguments, DefaultValue, Kind, Parameter, Signature};
use crate::sema::errors::setting::rule_of_number;
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::lower::split_columns::BY_COLUMN;
use crate::spec::{ColumnRef, DataSpec, MissingMarkers, Origin, Part, Portion, PortionRule, Split, Unlabeled};
use crate::syntax::ast::{Block, Expr, ExprKind};

const SOURCE: Kind = Kind::Form("a source, such as `csv(\"rows.csv\")`");
/// The `data` block.
pub(crate) const DATA: Signature = Signature::new(
    "data",
    "where rows come from and how they are divided into training, validation and test",
)
.params(&[
    Parameter::new("source", SOURCE, "one table, divided by `split`").optional(),
    Parameter::new("train", SOURCE, "the rows to train on, in place of `source`").optional(),
    Parameter::new("valid", SOURCE, "the rows to select on, beside `train`").optional(),
    Parameter::new(
        "calib",
        SOURCE,
        "the rows to calibrate probabilities on, beside `train`; the validation rows without it",
    )
    .optional(),
    Parameter::new("test", SOURCE, "the rows to report on, beside `train`").optional(),
    Parameter::new(
        "split",
        Kind::Form("a record such as `{ test: fraction(20%) }`, or `by_column(\"split\")`"),
        "which rows are for training, validation and test; all are for training where it is left out",
    )
    .optional(),
    Parameter::new(
        "missing",
        Kind::NumbersAndTexts,
        "words and numbers that stand for an empty cell in every column, the label's and the keys of a join among them. Cells \
         of numbers that are `NA`, `N/A`, `NaN`, `null`, `None` or `?` in any case are empty without it; as words these are \
         words",
    )
    .optional(),
    Parameter::new(
        "unlabeled",
        Kind::Choice(Unlabeled::WORDS),
        "what becomes of rows whose label is empty: an error, or they are left out and counted",
    )
    .or(DefaultValue::Word("error")),
    Parameter::new(
        "weight",
        Kind::Form("a column, such as `column(\"w\")`"),
        "what each row weighs in the loss, a number of at least 0; 1 where it is left out. The loss of a step is the sum over \
         its rows of weight times loss, divided by the sum of the weights. Of all measurements only `loss` is weighted",
    )
    .optional(),
])
.example(
    "data {\n  source = synthetic(\"collider\")\n  split  = { test: last(4_000), valid: fraction(10%), seed: 3 }\n}",
);

const RULE: Kind = Kind::Form("`last(n)`, `first(n)` or `fraction(5%)`");
/// The `split` record.
pub(crate) const SPLIT: Signature =
    Signature::new("split", "which rows are for the test and for validation: portions are taken in the order written")
        .params(&[
            Parameter::new("test", RULE, "the rows that are evaluated once, at the end").optional(),
            Parameter::new("valid", RULE, "the rows that models are selected on").optional(),
            Parameter::new(
                "calib",
                RULE,
                "the rows that probabilities are calibrated on; the validation rows where it is left out",
            )
            .optional(),
            Parameter::new("train", RULE, "the rows that weights are fitted on; all that are left, unless given")
                .optional(),
            Parameter::new(
                "stratify",
                Kind::Form("the name of the label, the name of a column as a string, a list of them, or `false`"),
                "what a fraction takes the same share of: every class, every value of a column",
            )
            .or(DefaultValue::Bool(false)),
            Parameter::new("group", Kind::Texts, "a column, or several, whose equal values stay on one side of a fraction").optional(),
            Parameter::new("seed", Kind::Integer(0), "what fractions are drawn with").or(DefaultValue::Integer(0)),
        ])
        .example(
            "data {\n  source = synthetic(\"collider\")\n  split  = { test: fraction(20%), valid: fraction(10%), stratify: process, seed: 3 }\n}",
        );

const ROWS: Parameter = Parameter::new("rows", Kind::Integer(1), "how many");
const LAST: Signature = Signature::new("last", "the last of the rows that are left")
    .params(&[ROWS])
    .example("data {\n  source = synthetic(\"collider\")\n  split  = { test: last(4_000) }\n}");
const FIRST: Signature = Signature::new("first", "the first of the rows that are left")
    .params(&[ROWS])
    .example("data {\n  source = synthetic(\"collider\")\n  split  = { test: first(4_000) }\n}");
const FRACTION: Signature =
    Signature::new("fraction", "a seeded random share of all rows, taken from those that are left")
        .params(&[Parameter::new("share", Kind::Share, "how much, as `20%` or `0.2`")])
        .example("data {\n  source = synthetic(\"collider\")\n  split  = { test: fraction(20%), seed: 3 }\n}");
/// Signatures of splits, for the catalog.
pub(crate) const SPLITS: &[&Signature] = &[&SPLIT, &LAST, &FIRST, &FRACTION, &BY_COLUMN];

impl<'a> Evaluator<'a> {
    /// The data set that a `data` block describes.
    pub(crate) fn data(&mut self, block: &'a Block, label: Option<&str>) -> Option<DataSpec> {
        let settings = self.settings(&block.entries, &DATA, "`data`");
        let source = |this: &mut Self, key: &str| settings.get(key).map(|entry| this.source(&entry.value));
        let whole = source(self, "source");
        let (train, valid) = (source(self, "train"), source(self, "valid"));
        let (calib, test) = (source(self, "calib"), source(self, "test"));
        let split = match settings.get("split") {
            Some(entry) => self.split(&entry.value, label)?,
            None => Split::default(),
        };
        let origin = match (whole, train) {
            (Some(whole), None) if valid.is_none() && calib.is_none() && test.is_none() => Origin::Whole(whole?),
            (None, Some(train)) => {
                Origin::Parts { train: train?, valid: valid.flatten(), calib: calib.flatten(), test: test.flatten() }
            }
            (Some(_), _) => {
                let extra = ["train", "valid", "calib", "test"].iter().find_map(|key| settings.get(key));
                self.report(
                    Problem::error(Code::DuplicateKey, "one table or one for each part, not both")
                        .at(extra.map_or(block.span, |entry| entry.key.span), "another table")
                        .also(settings.get("source").map_or(block.span, |entry| entry.key.span), "one table")
                        .help("use `source = ..` with a `split`, or `train = ..` and `test = ..`"),
                );
                return None;
            }
            // An unknown key may be a misspelled `source` or `train`.
            (None, None) if block.entries.iter().any(|entry| !settings.contains_key(entry.key.text.as_str())) => {
                return None;
            }
            (None, None) => {
                self.report(
                    Problem::error(Code::MissingArgument, "`data` has no source of rows")
                        .at(block.span, "no `source` and no `train`")
                        .help("add `source = csv(\"rows.csv\")`, or `source = synthetic(\"collider\")` to try"),
                );
                return None;
            }
        };
        let (mut missing, mut unlabeled) = (MissingMarkers::default(), Unlabeled::default());
        if let Some(entry) = settings.get("missing") {
            let values = self.argument(Kind::NumbersAndTexts, &entry.value, "`missing` of `data`")?;
            let values = Arguments(vec![("missing", values)]);
            missing = MissingMarkers::new(values.texts("missing"), values.numbers("missing"));
        }
        if let Some(entry) = settings.get("unlabeled") {
            unlabeled = Unlabeled::of(self.choice(Unlabeled::WORDS, &entry.value, "`unlabeled` of `data`")?);
        }
        let weight = match settings.get("weight") {
            Some(entry) => Some(self.weight_column(&entry.value)?),
            None => None,
        };
        Some(DataSpec { origin, split, weight, missing, unlabeled, span: block.span })
    }

    /// The column of row weights.
    fn weight_column(&mut self, expr: &'a Expr) -> Option<ColumnRef> {
        match self.columns(expr)?.as_slice() {
            [column] => Some(column.clone()),
            more => {
                let message = format!("the weights of rows are one column, found {}", more.len());
                let problem = Problem::error(Code::WrongType, message).at(expr.span, "selects several");
                self.report(problem.help("use `column(\"name\")`"));
                None
            }
        }
    }

    fn split(&mut self, expr: &'a Expr, label: Option<&str>) -> Option<Split> {
        let mut split = Split { span: expr.span, ..Split::default() };
        let entries = match &expr.kind {
            ExprKind::Record(entries) => entries,
            _ => {
                let what = "a record such as `{ test: fraction(20%) }`, or `by_column(\"split\")`";
                let (name, span, args) = self.built_in(expr, what)?;
                if name != "by_column" {
                    self.unknown_built_in("split", name, span, &["by_column"]);
                    return None;
                }
                return self.by_column(args, expr.span);
            }
        };
        let settings = self.settings(entries, &SPLIT, "the split");
        let mut sound = true;
        for entry in entries {
            let part = match entry.key.text.as_str() {
                "test" => Part::Test,
                "valid" => Part::Valid,
                "calib" => Part::Calib,
                "train" => Part::Train,
                _ => continue,
            };
            match self.rule(&entry.value) {
                Some(rule) => split.portions.push(Portion { part, rule, span: entry.key.span.to(entry.value.span) }),
                None => sound = false,
            }
        }
        if let Some(entry) = settings.get("stratify") {
            self.stratify(entry, label, &mut split);
        }
        if let Some(entry) = settings.get("group") {
            match self.group(entry) {
                Some(columns) => split.group = columns,
                None => sound = false,
            }
        }
        if let Some(entry) = settings.get("seed")
            && let Some(seed) = self.argument(Kind::Integer(0), &entry.value, "`seed`")
        {
            split.seed = Arguments(vec![("seed", seed)]).integer("seed");
        }
        sound.then_some(split)
    }

    fn rule(&mut self, expr: &'a Expr) -> Option<PortionRule> {
        if let Some((rule, edits)) = rule_of_number(expr) {
            let problem = Problem::error(Code::WrongType, "expected a rule of a split, found a number")
                .at(expr.span, "a number")
                .help(format!("write `{rule}`"));
            self.report(edits.into_iter().fold(problem, Problem::with_edit));
            return None;
        }
        let (name, span, args) = self.built_in(expr, "`last(n)`, `first(n)` or `fraction(5%)`")?;
        match name {
            "last" => self.arguments(&LAST, args, expr.span).map(|args| PortionRule::Last(args.size("rows"))),
            "first" => self.arguments(&FIRST, args, expr.span).map(|args| PortionRule::First(args.size("rows"))),
            "fraction" => {
                self.arguments(&FRACTION, args, expr.span).map(|args| PortionRule::Fraction(args.number("share")))
            }
            _ => {
                self.unknown_built_in("rule of a split", name, span, &["last", "first", "fraction"]);
                None
            }
        }
    }
}
