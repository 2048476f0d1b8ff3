//! The types of a modality: `dense[n]`, `text[n]`, `category[n]`, `sequence[t, d]`, `image[c, h, w]`.

use crate::diag::{Code, Problem};
use crate::ops::{Argument, Kind, Parameter, Signature, names};
use crate::sema::errors::suggest::likely;
use crate::sema::eval::evaluator::Evaluator;
use crate::shape::Shape;
use crate::spec::ModalityKind;
use crate::syntax::ast::Type;

const fn size(name: &'static str, doc: &'static str) -> Parameter {
    Parameter::new(name, Kind::Integer(1), doc)
}

const CATEGORY: Signature =
    Signature::new("category", "one of several values, as an id: 0 for those never seen in training")
        .params(&[size("n", "how many values there are")])
        .example("modality nation: category[207] = column(\"nation\")");
const DENSE: Signature = Signature::new("dense", "a row of numbers: measurements, counts, precomputed embeddings")
    .params(&[size("n", "how many numbers")])
    .example("modality low: dense[21] = columns(\"low_*\") |> standardize");
const IMAGE: Signature = Signature::new("image", "an image as numbers, channel by channel and row by row")
    .params(&[size("c", "its channels: 3 for red, green and blue"), size("h", "its height"), size("w", "its width")])
    .example("modality photo: image[3, 32, 32] = column(\"image\")");
const SEQUENCE: Signature = Signature::new(
    "sequence",
    "steps in order, each a row of numbers. One column of lists (Parquet, Arrow, JSON) gives as many steps as its list has, at \
     most t: longer ones are cut and counted, shorter ones padded, and layers ignore the padding; other columns give t steps",
)
    .params(&[size("t", "how many steps at most"), size("d", "how many numbers a step has")])
    .example("modality track: sequence[20, 3] = columns(\"track_*\") |> standardize");
const TEXT: Signature = Signature::new("text", "a text as ids of characters or words, padded at its end")
    .params(&[size("n", "how many of them are kept")])
    .example("modality name: text[24] = column(\"name\") |> lowercase |> chars(max: 24)");

/// Signatures of modality types; their arguments are sizes.
pub(crate) const TYPES: &[&Signature] = &[&CATEGORY, &DENSE, &IMAGE, &SEQUENCE, &TEXT];

/// Largest number of values in one row.
const LARGEST_ROW: usize = 1 << 28;

/// Largest number of ids: up to here they are exact as 32-bit floats.
pub(crate) const MOST_IDS: usize = 1 << 24;

impl<'a> Evaluator<'a> {
    /// Kind and shape of a modality type. The vocabulary size of a text is decided by its transforms.
    pub(crate) fn modality_type(&mut self, ty: &'a Type) -> Option<(ModalityKind, Shape)> {
        let name = ty.name.text.as_str();
        let Some(known) = TYPES.iter().find(|known| known.name == name) else {
            let mut problem = Problem::error(Code::WrongType, format!("there is no type `{name}`"))
                .at(ty.name.span, "not a type of modality");
            problem = match likely(name, names(TYPES)) {
                Some(near) => {
                    problem.help(format!("did you mean `{near}`?")).edit(ty.name.span, near.to_string(), false)
                }
                None => problem.help("the type of a table of numbers is `dense[n]`"),
            };
            self.report(problem);
            return None;
        };
        let usage = format!("write `{name}[{}]`", known.names().join(", "));
        if ty.args.len() != known.params.len() {
            let takes = match known.params.len() {
                1 => "its size".to_owned(),
                several => format!("{several} sizes"),
            };
            let found = ty.args.len();
            let problem = Problem::error(Code::WrongType, format!("`{name}` takes {takes}, found {found}"));
            self.report(problem.at(ty.span, usage));
            return None;
        }
        let mut sizes = vec![];
        for (size, arg) in known.params.iter().zip(&ty.args) {
            match self.argument(size.kind, arg, &format!("`{}` of `{name}`", size.name))? {
                Argument::Integer(size) => sizes.push(usize::try_from(size).unwrap_or(usize::MAX)),
                _ => return None,
            }
        }
        let shape = Shape(sizes);
        let most = if name == "category" { MOST_IDS - 1 } else { LARGEST_ROW };
        if shape.size() > most {
            let problem = Problem::error(Code::OutOfRange, format!("`{name}` of more than {most} is not supported"));
            self.report(problem.at(ty.span, "too large"));
            return None;
        }
        Some(match name {
            "category" => (ModalityKind::Category { count: shape.size() }, Shape::vector(1)),
            "image" => (ModalityKind::Image, shape),
            "sequence" => (ModalityKind::Sequence, shape),
            "text" => (ModalityKind::Text { vocabulary: 2 }, shape),
            _ => (ModalityKind::Dense, shape),
        })
    }
}
