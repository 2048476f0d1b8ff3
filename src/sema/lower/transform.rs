//! The table of transforms: the name and arguments of each, the types it goes with, and how a call of it is read.

use crate::diag::{Code, Problem, Span};
use crate::ops::{Arguments, DefaultValue, Kind, Parameter, Signature, one_of};
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::lower::date::{DATE, DATE_PARTS};
use crate::sema::lower::modality_type::MOST_IDS;
use crate::sema::lower::words::{GROUP_RARE, IMPUTE, KEEP_MISSING, ONE_HOT, impute};
use crate::shape::Shape;
use crate::spec::{SizeStep, Transform, TransformKind};
use crate::syntax::ast::{Arg, Expr, Type};
use ReadTransform::{Checked, Written};

const ANY: Kind = Kind::Number(f64::NEG_INFINITY, f64::INFINITY);
const STANDARDIZE: Signature = Signature::new(
    "standardize",
    "brings every column, or channel of an image, to mean 0 and deviation 1 by the statistics of the training rows",
)
.shapes("dense[n] -> dense[n], sequence[t, d] -> sequence[t, d], image[c, h, w] -> image[c, h, w]")
.equation("y = (x - mean) / std, with the population std")
.example("modality low: dense[21] = columns(\"low_*\") |> standardize");
const MIN_MAX: Signature =
    Signature::new("min_max", "brings every column between 0 and 1 by the extremes of the training rows")
        .shapes("dense[n] -> dense[n], sequence[t, d] -> sequence[t, d]")
        .equation("y = (x - min) / (max - min)")
        .example("modality low: dense[21] = columns(\"low_*\") |> min_max");
const LOG1P: Signature = Signature::new("log1p", "compresses large numbers, negative ones too")
    .shapes("dense[n] -> dense[n], sequence[t, d] -> sequence[t, d]")
    .equation("y = sign(x) * ln(1 + |x|)")
    .example("modality low: dense[21] = columns(\"low_*\") |> log1p |> standardize");
const CLIP: Signature = Signature::new("clip", "at least `lo` and at most `hi`")
    .shapes("dense[n] -> dense[n], sequence[t, d] -> sequence[t, d]")
    .equation("y = min(max(x, lo), hi)")
    .params(&[Parameter::new("lo", ANY, "the least"), Parameter::new("hi", ANY, "the greatest")])
    .example("modality low: dense[21] = columns(\"low_*\") |> standardize |> clip(-5, 5)");
const MISSING: Signature = Signature::new(
    "missing",
    "these numbers and words stand for an empty cell in the columns of the modality; `missing` in `data` says so of every column",
)
.shapes("dense[n] -> dense[n], sequence[t, d] -> sequence[t, d], text -> text, category -> category")
.params(&[Parameter::new(
    "values",
    Kind::NumbersAndTexts,
    "the numbers, however a cell writes them, and the words, letter by letter",
)])
.example("modality low: dense[21] = columns(\"low_*\") |> missing([\"unknown\", -999]) |> impute(mean) |> standardize");
const LOWERCASE: Signature = Signature::new("lowercase", "all letters in lower case").shapes("text -> text").example(
    "modality name: text[24] = column(\"name\") |> lowercase |> chars(max: 24)\n\ncombine one = single(low_net)",
);
const VOCAB: &str = "how many ids there are at most, padding (0) and unknown (1) among them; the most frequent of the \
                     training rows are kept";
const CHARS: Signature = Signature::new("chars", "a text as its first characters, each as an id")
    .shapes("text -> text[max]")
    .params(&[
        Parameter::new("max", Kind::Integer(1), "how many characters are kept; shorter texts are padded"),
        Parameter::new("vocab", Kind::Integer(3), VOCAB).or(DefaultValue::Integer(128)),
    ])
    .example(
        "modality name: text[24] = column(\"name\") |> lowercase |> chars(max: 24)\n\ncombine one = single(low_net)",
    );
const WORDS: Signature = Signature::new("words", "a text as its first words, each as an id")
    .shapes("text -> text[max]")
    .params(&[
        Parameter::new("max", Kind::Integer(1), "how many words are kept; shorter texts are padded"),
        Parameter::new("vocab", Kind::Integer(3), VOCAB).or(DefaultValue::Integer(20_000)),
    ])
    .example("modality review: text[60] = column(\"review\") |> lowercase |> words(max: 60)\n\ncombine one = single(low_net)");
const SUBTRACT_MEAN: Signature = Signature::new("subtract_mean", "minus the mean image of the training rows")
    .shapes("image[c, h, w] -> image[c, h, w]")
    .params(&[Parameter::new(
        "reference",
        Kind::Bool,
        "whether the mean is that of all rows, those of validation and test too, as in the authors' code",
    )
    .or(DefaultValue::Bool(false))])
    .example("modality photo: image[3, 32, 32] = column(\"image\") |> subtract_mean\n\ncombine one = single(low_net)");
const NORMALIZE_PIXELS: Signature = Signature::new("normalize_pixels", "pixels from 0 to 1 instead of 0 to 255")
    .shapes("image[c, h, w] -> image[c, h, w]")
    .equation("y = x / 255")
    .example(
        "modality photo: image[3, 32, 32] = column(\"image\") |> normalize_pixels\n\ncombine one = single(low_net)",
    );
const FLIP: Signature = Signature::new("flip", "half of the training images are flipped from left to right")
    .example("modality photo: image[3, 32, 32] = column(\"image\") |> augment(flip)\n\ncombine one = single(low_net)");
const SIZE: &[Parameter] =
    &[Parameter::new("height", Kind::Integer(1), "pixels"), Parameter::new("width", Kind::Integer(1), "pixels")];
const CROP: Signature = Signature::new(
    "crop",
    "the middle of larger images; an image that is less high or wide stays so. In `augment`, `crop(pad: n)` \
     moves training images at random, by up to n pixels in each direction; the border is filled with zeros",
)
.shapes("image of any size -> image at most h high and w wide")
.params(SIZE)
.example(
    "modality photo: image[3, 32, 32] = column(\"image\") |> resize(40, 40) |> crop(32, 32)\n\ncombine one = single(low_net)",
);
const RANDOM_CROP: Signature = Signature::new(
    "crop",
    "training images are moved by up to `pad` pixels in each direction; the border is filled with zeros",
)
.params(&[Parameter::new("pad", Kind::Integer(1), "how far")])
.example(
    "modality photo: image[3, 32, 32] = column(\"image\") |> augment(crop(pad: 2))\n\ncombine one = single(low_net)",
);
const RESIZE: Signature = Signature::new(
    "resize",
    "images of any size at one size, interpolated between the nearest pixels; a pixel of a smaller image is a mean of several",
)
.shapes("image of any size -> image[c, h, w]")
.params(SIZE)
.example(
    "modality photo: image[3, 32, 32] = column(\"image\") |> resize(32, 32) |> normalize_pixels\n\ncombine one = single(low_net)",
);
const PAD: Signature = Signature::new(
    "pad",
    "smaller images in the middle of zeros; an image that is higher or wider stays so",
)
.shapes("image of any size -> image at least h high and w wide")
.params(SIZE)
.example(
    "modality photo: image[3, 32, 32] = column(\"image\") |> crop(32, 32) |> pad(32, 32)\n\ncombine one = single(low_net)",
);
const AUGMENT: Signature = Signature::new(
    "augment",
    "random changes of the training images, drawn again in every epoch; comes last, and leaves other rows unchanged",
)
.shapes("image[c, h, w] -> image[c, h, w]")
.params(&[Parameter::new("changes", Kind::Form("`flip`, `crop(pad: n)` or both"), "the possible changes of an image")])
.example(
    "modality photo: image[3, 32, 32] = column(\"image\") |> subtract_mean |> augment(flip, crop(pad: 2))\n\ncombine one = single(low_net)",
);

/// Types whose cells are numbers.
const NUMBERS: &[&str] = &["dense", "sequence"];
const IMAGE: &[&str] = &["image"];
const TEXT: &[&str] = &["text"];

/// A row of the table of transforms.
pub(in crate::sema) struct TransformEntry {
    /// Its name and arguments.
    pub(in crate::sema) signature: &'static Signature,
    /// The types of modality it goes with.
    types: &'static [&'static str],
    read: ReadTransform,
}

/// Reads a call; `None` if a problem was reported.
enum ReadTransform {
    /// From its arguments, once they have been checked against the signature; the span is that of the call.
    Checked(fn(&mut Evaluator<'_>, &Arguments, Span) -> Option<TransformKind>),
    /// From its arguments as they are written.
    Written(for<'a> fn(&mut Evaluator<'a>, &'a [Arg], Span) -> Option<TransformKind>),
}

/// Every transform.
pub(in crate::sema) const TRANSFORMS: &[TransformEntry] = &[
    TransformEntry {
        signature: &STANDARDIZE,
        types: &["dense", "image", "sequence"],
        read: Checked(|_, _, _| Some(TransformKind::Standardize)),
    },
    TransformEntry { signature: &MIN_MAX, types: NUMBERS, read: Checked(|_, _, _| Some(TransformKind::MinMax)) },
    TransformEntry { signature: &LOG1P, types: NUMBERS, read: Checked(|_, _, _| Some(TransformKind::Log1p)) },
    TransformEntry { signature: &CLIP, types: NUMBERS, read: Checked(clip) },
    TransformEntry {
        signature: &MISSING,
        types: &["dense", "sequence", "text", "category"],
        read: Checked(|_, args, _| {
            let (values, words) = (args.numbers("values").to_vec(), args.texts("values").to_vec());
            Some(TransformKind::Missing { values, words })
        }),
    },
    TransformEntry { signature: &IMPUTE, types: &["dense", "sequence", "category", "text"], read: Checked(impute) },
    TransformEntry {
        signature: &KEEP_MISSING,
        types: &["category", "text", "dense"],
        read: Checked(|_, _, _| Some(TransformKind::KeepMissing)),
    },
    TransformEntry {
        signature: &GROUP_RARE,
        types: &["category", "dense"],
        read: Checked(|_, args, _| Some(TransformKind::GroupRare { min_count: args.size("min_count") })),
    },
    TransformEntry { signature: &LOWERCASE, types: TEXT, read: Checked(|_, _, _| Some(TransformKind::Lowercase)) },
    TransformEntry {
        signature: &CHARS,
        types: TEXT,
        read: Checked(|_, args, _| Some(TransformKind::Chars { max: args.size("max"), vocab: args.size("vocab") })),
    },
    TransformEntry {
        signature: &WORDS,
        types: TEXT,
        read: Checked(|_, args, _| Some(TransformKind::Words { max: args.size("max"), vocab: args.size("vocab") })),
    },
    TransformEntry {
        signature: &DATE,
        types: &["dense"],
        read: Written(|evaluator, args, span| evaluator.date(args, span)),
    },
    TransformEntry { signature: &ONE_HOT, types: &["dense"], read: Checked(|_, _, _| Some(TransformKind::OneHot)) },
    TransformEntry {
        signature: &SUBTRACT_MEAN,
        types: IMAGE,
        read: Checked(|_, args, _| Some(TransformKind::SubtractMean { reference: args.flag("reference") })),
    },
    TransformEntry {
        signature: &NORMALIZE_PIXELS,
        types: IMAGE,
        read: Checked(|_, _, _| Some(TransformKind::NormalizePixels)),
    },
    TransformEntry { signature: &RESIZE, types: IMAGE, read: Checked(|_, args, _| size(args, SizeStep::Resize)) },
    TransformEntry { signature: &CROP, types: IMAGE, read: Checked(|_, args, _| size(args, SizeStep::Crop)) },
    TransformEntry { signature: &PAD, types: IMAGE, read: Checked(|_, args, _| size(args, SizeStep::Pad)) },
    TransformEntry {
        signature: &AUGMENT,
        types: IMAGE,
        read: Written(|evaluator, args, span| evaluator.augment(args, span)),
    },
];

/// The signatures of all transforms, of the changes that `augment` takes and of the parts of `date`, for the documentation;
/// the two uses of `crop` are described in one place.
pub(in crate::sema) fn signatures() -> Vec<&'static Signature> {
    TRANSFORMS.iter().map(|entry| entry.signature).chain([&FLIP]).chain(DATE_PARTS.iter().copied()).collect()
}

/// `resize(h, w)`, `crop(h, w)`, `pad(h, w)`
fn size(args: &Arguments, step: fn([usize; 2]) -> SizeStep) -> Option<TransformKind> {
    Some(TransformKind::Size(step([args.size("height"), args.size("width")])))
}

/// `clip(lo, hi)`
fn clip(evaluator: &mut Evaluator<'_>, args: &Arguments, span: Span) -> Option<TransformKind> {
    let (lo, hi) = (args.number("lo"), args.number("hi"));
    if lo > hi {
        let problem = Problem::error(Code::OutOfRange, format!("`clip` from {lo} to {hi} leaves nothing"));
        evaluator.report(problem.at(span, "`lo` is larger than `hi`"));
        return None;
    }
    Some(TransformKind::Clip { lo, hi })
}

/// Numbers that mark an empty cell before `date` are compared with the cells and not with the numbers of dates.
fn mark_words_of_dates(transforms: &mut [Transform]) {
    let is_date = |transform: &Transform| matches!(transform.kind, TransformKind::Date { .. });
    let date = transforms.iter().position(is_date).unwrap_or(0);
    for transform in &mut transforms[..date] {
        if let TransformKind::Missing { values, words } = &mut transform.kind {
            words.extend(values.drain(..).map(|number| number.to_string()));
        }
    }
}

impl<'a> Evaluator<'a> {
    /// The transforms of a modality in order, and the ids of its vocabulary if it is a text.
    pub(crate) fn transforms(
        &mut self,
        stages: &[&'a Expr],
        ty: &'a Type,
        shape: &Shape,
    ) -> Option<(Vec<Transform>, Option<usize>)> {
        let mut transforms = vec![];
        let mut sound = true;
        for stage in stages {
            match self.transform(stage, ty) {
                Some(kind) => transforms.push(Transform { kind, span: stage.span }),
                None => sound = false,
            }
        }
        if !sound {
            return None;
        }
        mark_words_of_dates(&mut transforms);
        let vocabulary = if ty.name.text == "text" { Some(self.tokens(&transforms, ty, shape)?) } else { None };
        let ordered = self.words_and_numbers(&transforms, ty)
            && self.date_comes_first(&transforms)
            && self.augment_comes_last(&transforms)
            && self.sizes_fit(&transforms, ty, shape);
        ordered.then_some((transforms, vocabulary))
    }

    fn transform(&mut self, expr: &'a Expr, ty: &'a Type) -> Option<TransformKind> {
        let (name, name_span, args) = self.built_in(expr, "a transform, such as `standardize`")?;
        let Some(entry) = TRANSFORMS.iter().find(|entry| entry.signature.name == name) else {
            let known: Vec<&str> = TRANSFORMS.iter().map(|entry| entry.signature.name).collect();
            self.unknown_built_in("transform", name, name_span, &known);
            return None;
        };
        // Arguments are checked whether or not the transform goes with the type.
        let (checked, written) = match entry.read {
            Checked(read) => (self.arguments(entry.signature, args, expr.span).map(|args| (read, args)), None),
            Written(read) => (None, read(self, args, expr.span)),
        };
        let found = ty.name.text.as_str();
        if !entry.types.contains(&found) {
            let goes_with = one_of(entry.types).replace(" or ", " and ");
            self.report(
                Problem::error(Code::WrongType, format!("`{name}` goes with {goes_with}, not with `{found}`"))
                    .at(name_span, format!("does not go with `{found}`"))
                    .also(ty.span, "the type of this modality"),
            );
            return None;
        }
        match checked {
            Some((read, args)) => read(self, &args, expr.span),
            None => written,
        }
    }

    /// `augment(flip, crop(pad: 2))`
    fn augment(&mut self, args: &'a [Arg], span: Span) -> Option<TransformKind> {
        let (mut flips, mut pad) = (false, 0);
        for arg in args {
            if let Some(name) = &arg.name {
                let problem =
                    Problem::error(Code::UnknownArgument, format!("`augment` has no argument `{}`", name.text));
                self.report(problem.at(name.span, "not known here").help("write `augment(flip, crop(pad: 2))`"));
                return None;
            }
            let (name, name_span, args) = self.built_in(&arg.value, "`flip` or `crop(pad: n)`")?;
            match name {
                "flip" => {
                    self.arguments(&FLIP, args, arg.value.span)?;
                    flips = true;
                }
                "crop" => pad = self.arguments(&RANDOM_CROP, args, arg.value.span)?.size("pad"),
                _ => {
                    self.unknown_built_in("way to augment", name, name_span, &["crop", "flip"]);
                    return None;
                }
            }
        }
        if args.is_empty() {
            let problem = Problem::error(Code::MissingArgument, "`augment` needs to know how");
            self.report(problem.at(span, "changes nothing").help("write `augment(flip, crop(pad: 2))`"));
            return None;
        }
        Some(TransformKind::Augment { flip: flips, pad })
    }

    fn augment_comes_last(&mut self, transforms: &[Transform]) -> bool {
        let is_augment = |transform: &&Transform| matches!(transform.kind, TransformKind::Augment { .. });
        let before = transforms.iter().rev().skip(1).find(is_augment);
        if let (Some(before), Some(last)) = (before, transforms.last()) {
            let problem =
                Problem::error(Code::WrongType, "`augment` comes last: statistics are fitted on unchanged images")
                    .at(before.span, "this changes images at random")
                    .also(last.span, "and this comes after it");
            self.report(problem);
        }
        before.is_none()
    }

    /// How many ids a text's vocabulary has: its last transform, and no other, cuts it into tokens.
    fn tokens(&mut self, transforms: &[Transform], ty: &'a Type, shape: &Shape) -> Option<usize> {
        let cut = transforms.iter().enumerate().find_map(|(at, transform)| match transform.kind {
            TransformKind::Chars { max, vocab } | TransformKind::Words { max, vocab } => Some((at, max, vocab)),
            _ => None,
        });
        let Some((at, max, vocab)) = cut else {
            let problem = Problem::error(Code::MissingArgument, "a text needs to be cut into tokens")
                .at(ty.span, "nothing says what its steps are")
                .help(format!("end it with `|> chars(max: {0})` or `|> words(max: {0})`", shape.size()));
            self.report(problem);
            return None;
        };
        let span = transforms[at].span;
        if let Some(after) = transforms.get(at + 1) {
            let problem = Problem::error(Code::WrongType, "no transform can follow the cut into tokens")
                .at(after.span, "this takes a text")
                .also(span, "the result is tokens");
            self.report(problem.help("let this be the last transform"));
            return None;
        }
        if max != shape.size() {
            let declared = shape.size();
            let problem = Problem::error(Code::ShapeMismatch, format!("`text[{declared}]` is cut into {max} tokens"))
                .at(span, format!("{max} tokens"))
                .also(ty.span, format!("{declared} tokens"));
            self.report(problem.help("give both the same number"));
            return None;
        }
        if vocab > MOST_IDS {
            let problem = Problem::error(Code::OutOfRange, format!("a vocabulary has at most {MOST_IDS} ids"));
            self.report(problem.at(span, format!("found {vocab}")));
            return None;
        }
        Some(vocab)
    }

    /// `date` reads the cells of the table, and no numbers.
    fn date_comes_first(&mut self, transforms: &[Transform]) -> bool {
        // What marks an empty cell goes with any cells.
        let changing = |transform: &&Transform| !matches!(transform.kind, TransformKind::Missing { .. });
        let mut changes = transforms.iter().filter(changing);
        let first = changes.next();
        let later = changes.find(|transform| matches!(transform.kind, TransformKind::Date { .. }));
        if let (Some(first), Some(later)) = (first, later) {
            let problem = Problem::error(Code::WrongType, "`date` comes first: it reads dates, not numbers")
                .at(later.span, "the input here is numbers")
                .also(first.span, "this gives numbers");
            self.report(problem);
        }
        later.is_none()
    }
}
