//! `date(..)`: dates as numbers.

use crate::diag::{Code, Problem, Span};
use crate::ops::{Argument, Kind, Parameter, Signature};
use crate::sema::errors::suggest::suggest;
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::symbols::index::Symbol;
use crate::spec::{DateField, DateForms, DatePart, EPOCH, TransformKind};
use crate::syntax::ast::{Arg, Expr};

const PARTS: &str = "one part or several: `days`, `cycle(field)`, `year`, `quarter`, `month`, `week`, `day`, `yearday`, `weekday`, `hour`, \
                     `minute` or `second`";
pub(crate) const DATE: Signature = Signature::new(
    "date",
    "dates and times as numbers; comes first. Dates are read in ISO 8601, and in UTC where they have a time zone",
)
.shapes("columns of dates -> dense[n], n numbers of all parts of all columns")
.params(&[
    Parameter::new("parts", Kind::Form(PARTS), "what is taken from a date; `days, cycle(yearday), cycle(weekday)`, which are five numbers, where none is given")
        .optional(),
    Parameter::new(
        "format",
        Kind::Texts,
        "how dates are written where it is not in ISO 8601, as `\"%d.%m.%Y\"` or `\"%m/%d/%y %H:%M\"`; `\"seconds\"` and `\"milliseconds\"` are counted from 1970; several are tried in order",
    )
    .optional(),
])
.example("modality when: dense[4] = column(\"sold_on\") |> date(year, cycle(month), days(since: \"2000-01-01\")) |> standardize\n\nencoder when_net = when |> mlp([8])\n\ncombine one = single(when_net)");

const DAYS: Signature =
    Signature::new("days", "a part of `date`: the days since a date, with the time of day as a fraction")
        .params(&[Parameter::new("since", Kind::Text, "the date that is 0, in ISO 8601; `1970-01-01` where it is left out").optional()])
        .example("modality when: dense[1] = column(\"sold_on\") |> date(days(since: \"2000-01-01\")) |> standardize\n\ncombine one = single(when)");
const CYCLE: Signature = Signature::new(
    "cycle",
    "a part of `date`: a field as two numbers, sine and cosine, so that its last value is next to its first",
)
.params(&[Parameter::new("field", Kind::Form("a field that repeats, such as `month` or `hour`"), "the field")])
.equation("sin(2 pi k / n), cos(2 pi k / n) for value k of n, counted from 0")
.example("modality when: dense[2] = column(\"sold_on\") |> date(cycle(weekday))\n\ncombine one = single(when)");

const fn field(name: &'static str, doc: &'static str) -> Signature {
    Signature::new(name, doc).example(
        "modality when: dense[10] = column(\"sold_on\") |> date(year, quarter, month, week, day, yearday, weekday, hour, minute, second)\n\ncombine one = single(when)",
    )
}

const YEAR: Signature = field("year", "a field of `date`: the year");
const QUARTER: Signature = field("quarter", "a field of `date`: the quarter of the year, 1 to 4");
const MONTH: Signature = field("month", "a field of `date`: the month, 1 to 12");
const WEEK: Signature = field("week", "a field of `date`: the week of ISO 8601, 1 to 53");
const DAY: Signature = field("day", "a field of `date`: the day of the month, 1 to 31");
const YEARDAY: Signature = field("yearday", "a field of `date`: the day of the year, 1 to 366");
const WEEKDAY: Signature = field("weekday", "a field of `date`: 1 for Monday to 7 for Sunday");
const HOUR: Signature = field("hour", "a field of `date`: the hour, 0 to 23");
const MINUTE: Signature = field("minute", "a field of `date`: the minute, 0 to 59");
const SECOND: Signature = field("second", "a field of `date`: the second with its fraction, 0 to 60");

/// Signatures of the parts of a date, for the catalog.
pub(in crate::sema) const DATE_PARTS: &[&Signature] =
    &[&DAYS, &CYCLE, &YEAR, &QUARTER, &MONTH, &WEEK, &DAY, &YEARDAY, &WEEKDAY, &HOUR, &MINUTE, &SECOND];

/// The field of this name.
fn field_named(name: &str) -> Option<DateField> {
    DateField::ALL.into_iter().find(|field| field.as_str() == name)
}

impl<'a> Evaluator<'a> {
    /// `date(year, cycle(month), days(since: ".."), format: "..")`
    pub(in crate::sema) fn date(&mut self, args: &'a [Arg], span: Span) -> Option<TransformKind> {
        if self.frames.is_empty() {
            self.recorder.callable(span, &DATE);
        }
        let (mut parts, mut forms) = (vec![], DateForms::default());
        let mut sound = true;
        for arg in args {
            match &arg.name {
                None => match self.date_part(&arg.value) {
                    Some(part) if parts.contains(&part) => {
                        let problem = Problem::error(Code::DuplicateKey, format!("the part `{part}` is given twice"));
                        self.report(problem.at(arg.value.span, "given again"));
                        sound = false;
                    }
                    Some(part) => parts.push(part),
                    None => sound = false,
                },
                Some(name) if name.text == "format" => {
                    if let Some(param) = DATE.param("format") {
                        self.recorder.reference(name.span, Symbol::Argument(&DATE, param));
                    }
                    match self.date_forms(&arg.value) {
                        Some(found) => forms = found,
                        None => sound = false,
                    }
                }
                Some(name) => {
                    let message = format!("`date` has no argument `{}`", name.text);
                    let problem = Problem::error(Code::UnknownArgument, message).at(name.span, "not known here");
                    let problem = suggest(problem, &name.text, name.span, &["format"], "");
                    self.report(problem.help("write `date(year, cycle(month), format: \"%d.%m.%Y\")`"));
                    sound = false;
                }
            }
        }
        if parts.is_empty() {
            parts = DatePart::usual();
        }
        sound.then_some(TransformKind::Date { parts, forms })
    }

    fn date_part(&mut self, expr: &'a Expr) -> Option<DatePart> {
        let (name, span, args) = self.built_in(expr, "a part of a date, such as `year`, `cycle(month)` or `days`")?;
        if let Some(field) = field_named(name) {
            let signature = DATE_PARTS.iter().find(|signature| signature.name == name)?;
            self.arguments(signature, args, expr.span)?;
            return Some(DatePart::Field(field));
        }
        match name {
            "days" => {
                let args = self.arguments(&DAYS, args, expr.span)?;
                match args.text("since") {
                    "" => Some(DatePart::Days { since: EPOCH.to_owned() }),
                    since if DateForms::default().read(since).is_some() => {
                        Some(DatePart::Days { since: since.to_owned() })
                    }
                    since => {
                        let message = format!("`since` must be a date in ISO 8601, found `{since}`");
                        let problem = Problem::error(Code::OutOfRange, message).at(expr.span, "not a date");
                        self.report(problem.help("write `days(since: \"2000-01-01\")`"));
                        None
                    }
                }
            }
            "cycle" => self.cycle(args, expr.span),
            _ => {
                let fields = DateField::ALL.map(DateField::as_str);
                let known: Vec<&str> = ["days", "cycle"].into_iter().chain(fields).collect();
                self.unknown_built_in("part of a date", name, span, &known);
                None
            }
        }
    }

    /// `cycle(month)`
    fn cycle(&mut self, args: &'a [Arg], span: Span) -> Option<DatePart> {
        let [Arg { value, name: None, .. }] = args else {
            let problem = Problem::error(Code::MissingArgument, "`cycle` takes one field of a date");
            self.report(problem.at(span, "not one field").help("write `cycle(month)`"));
            return None;
        };
        let (name, span, rest) = self.built_in(value, "a field of a date, such as `month`")?;
        let repeating: Vec<DateField> = DateField::ALL.into_iter().filter(|field| *field != DateField::Year).collect();
        match field_named(name).filter(|field| rest.is_empty() && repeating.contains(field)) {
            Some(field) => Some(DatePart::Cycle(field)),
            None => {
                let known: Vec<&str> = repeating.iter().map(|field| field.as_str()).collect();
                self.unknown_built_in("field of a date that repeats", name, span, &known);
                None
            }
        }
    }

    fn date_forms(&mut self, expr: &'a Expr) -> Option<DateForms> {
        let Argument::Texts(declared) = self.argument(Kind::Texts, expr, "`format` of `date`")? else { return None };
        for form in &declared {
            if let Some(fault) = DateForms::fault(form) {
                let message = format!("`{form}` is no form of dates: {fault}");
                let problem = Problem::error(Code::OutOfRange, message).at(expr.span, "not accepted");
                self.report(problem.help(
                    "write `%d` for the day, `%m` for the month, `%Y` for the year, `%y` for two digits of it, `%H:%M:%S` for \
                     the time, as `\"%d.%m.%Y\"`; or `\"seconds\"` or `\"milliseconds\"` since 1970",
                ));
                return None;
            }
        }
        Some(DateForms { declared })
    }
}
