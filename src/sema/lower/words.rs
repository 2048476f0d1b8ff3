//! Transforms of cells that are words: what an empty one stands for, rare ones, `one_hot`.

use crate::diag::{Code, Problem, Span};
use crate::ops::{Arguments, DefaultValue, Kind, Parameter, Signature, one_of};
use crate::sema::eval::evaluator::Evaluator;
use crate::spec::{Impute, Transform, TransformKind};
use crate::syntax::ast::Type;

const IMPUTE_BY: &[&str] = &["mean", "median", "constant", "most_frequent"];
pub(super) const IMPUTE: Signature = Signature::new("impute", "fills empty cells")
    .shapes("dense[n] -> dense[n], sequence[t, d] -> sequence[t, d], category[n] -> category[n], text -> text")
    .params(&[
        Parameter::new(
            "by",
            Kind::Choice(IMPUTE_BY),
            "numbers: the column's mean or median over the training rows, or a constant; categories: the most frequent value of the \
             training rows, or a constant; texts: a constant",
        ),
        Parameter::new("value", Kind::NumberOrText, "the constant: a number, or a string for categories and texts").or_number(0.0),
    ])
    .example("modality low: dense[21] = columns(\"low_*\") |> impute(median) |> standardize");

pub(super) const KEEP_MISSING: Signature = Signature::new(
    "keep_missing",
    "an empty cell is a value: a category of its own beside the words, or a text without any tokens",
)
.shapes("category[n] -> category[n], text -> text, column of words -> column of words")
.example(
    "modality color: category[4] = column(\"color\") |> keep_missing\n\ncombine one = single(color |> embedding(4))",
);

pub(super) const GROUP_RARE: Signature = Signature::new(
    "group_rare",
    "rare values of the training rows become one value, which values that no training row has are read as too; so do the least \
     frequent ones, where there are more values than the type declares",
)
.shapes("category[n] -> category[n], column of words -> column of words")
.params(&[Parameter::new("min_count", Kind::Integer(1), "on how many training rows a value is no longer rare")
    .or(DefaultValue::Integer(2))])
.example(
    "modality city: category[50] = column(\"city\") |> group_rare(min_count: 5)\n\ncombine one = single(city |> embedding(8))",
);

pub(super) const ONE_HOT: Signature = Signature::new(
    "one_hot",
    "one column as a number for each value it has in the training rows: 1 at the cell's own; comes last",
)
.shapes("one column -> dense[n]")
.example("modality low: dense[3] = column(\"color\") |> one_hot");

/// `impute(mean)`, `impute(median)`, `impute(constant, value: 0)`, `impute(most_frequent)`, `impute(constant, value: "none")`
pub(super) fn impute(evaluator: &mut Evaluator<'_>, args: &Arguments, span: Span) -> Option<TransformKind> {
    let impute = match (args.word("by"), args.text_if("value")) {
        ("mean", _) => Impute::Mean,
        ("median", _) => Impute::Median,
        ("most_frequent", _) => Impute::MostFrequent,
        (_, None) => Impute::Constant(args.number("value")),
        (_, Some(word)) if word.trim().is_empty() => {
            let problem = Problem::error(Code::OutOfRange, "an empty string is an empty cell again");
            let problem = problem.at(span, "fills nothing").help("write `keep_missing`: an empty cell is a value then");
            evaluator.report(problem.edit(span, "keep_missing", false));
            return None;
        }
        (_, Some(word)) => Impute::Word(word.trim().to_owned()),
    };
    Some(TransformKind::Impute(impute))
}

/// What the cells of a modality are, for the transforms that go with words or with numbers alone.
fn reads_words(ty: &Type, transforms: &[Transform]) -> bool {
    let one_hot = transforms.iter().any(|transform| transform.kind == TransformKind::OneHot);
    one_hot || matches!(ty.name.text.as_str(), "category" | "text")
}

impl Evaluator<'_> {
    /// Checks that what fills or groups cells goes with what they are, words or numbers, and that nothing follows `one_hot`.
    pub(super) fn words_and_numbers(&mut self, transforms: &[Transform], ty: &Type) -> bool {
        let words = reads_words(ty, transforms);
        let mut sound = true;
        for transform in transforms {
            let problem = match &transform.kind {
                TransformKind::Impute(by @ (Impute::Mean | Impute::Median)) if words => {
                    let by = if *by == Impute::Mean { "mean" } else { "median" };
                    let message = format!("words have no {by}");
                    let ways = match ty.name.text.as_str() {
                        "text" => {
                            "write `keep_missing`, with which an empty cell is a text without words, or name a text: \
                                   `impute(constant, value: \"none\")`"
                        }
                        _ => {
                            "write `keep_missing`, with which an empty cell is a value of its own, or `impute(most_frequent)`"
                        }
                    };
                    let problem = Problem::error(Code::WrongType, message).at(transform.span, "goes with numbers");
                    problem.help(ways).edit(transform.span, "keep_missing", false)
                }
                TransformKind::Impute(Impute::MostFrequent) if words && ty.name.text == "text" => {
                    let problem =
                        Problem::error(Code::WrongType, "texts are seldom the same: none is the most frequent");
                    let problem = problem.at(transform.span, "goes with categories").help(
                        "write `keep_missing`, with which an empty cell is a text without words, or name a text: \
                         `impute(constant, value: \"none\")`",
                    );
                    problem.edit(transform.span, "keep_missing", false)
                }
                TransformKind::Impute(Impute::Constant(number)) if words => {
                    let word = format!("impute(constant, value: \"{number}\")");
                    let problem =
                        Problem::error(Code::WrongType, format!("{number} is a number, and the cells are words"));
                    let problem = problem.at(transform.span, "goes with numbers");
                    problem.help(format!("write `{word}`, or `keep_missing`")).edit(transform.span, word, false)
                }
                TransformKind::Impute(Impute::MostFrequent | Impute::Word(_)) if !words => {
                    let problem = Problem::error(Code::WrongType, "the cells are numbers: a word cannot fill them");
                    let problem = problem.at(transform.span, "goes with words");
                    problem.help("write `impute(median)`, `impute(mean)` or `impute(constant, value: 0)`").edit(
                        transform.span,
                        "impute(median)",
                        false,
                    )
                }
                TransformKind::KeepMissing if !words => {
                    let problem = Problem::error(Code::WrongType, "numbers have no value for an empty cell");
                    let problem = problem.at(transform.span, "goes with words");
                    problem.help("fill it: `impute(median)`, `impute(mean)` or `impute(constant, value: 0)`").edit(
                        transform.span,
                        "impute(median)",
                        false,
                    )
                }
                TransformKind::GroupRare { .. } if !words => {
                    let problem = Problem::error(Code::WrongType, "numbers are not grouped by how often they occur");
                    problem.at(transform.span, "goes with words").help("write `group_rare` before `one_hot`")
                }
                _ => continue,
            };
            self.report(problem);
            sound = false;
        }
        sound && self.one_hot_stands_among_words(transforms)
    }

    /// Only transforms of words come before `one_hot`, and nothing follows it.
    fn one_hot_stands_among_words(&mut self, transforms: &[Transform]) -> bool {
        let Some(at) = transforms.iter().position(|transform| transform.kind == TransformKind::OneHot) else {
            return true;
        };
        let problem = match (transforms[..at].iter().find(|before| !before.kind.is_of_words()), transforms.get(at + 1))
        {
            (Some(before), _) => Problem::error(Code::WrongType, "`one_hot` comes first: it reads words, not numbers")
                .at(transforms[at].span, "the input here is numbers")
                .also(before.span, "this takes and gives numbers"),
            (None, Some(after)) => {
                Problem::error(Code::WrongType, "nothing follows `one_hot`: its numbers are 0 and 1")
                    .at(after.span, "has no use here")
                    .also(transforms[at].span, "gives zeros and ones")
                    .help(format!(
                        "only {} go with it, before it",
                        one_of(&["missing", "impute", "keep_missing", "group_rare"]).replace(" or ", " and ")
                    ))
            }
            (None, None) => return true,
        };
        self.report(problem);
        false
    }
}
