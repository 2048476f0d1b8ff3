//! The types of a modality: `dense[n]`, `text[n]`, `category[n]`, `sequence[t, d]`, `image[c, h, w]`.

use super::eval::Evaluator;
use crate::diag::{Code, Problem, nearest};
use crate::ops::{Argument, Kind};
use crate::shape::Shape;
use crate::spec::ModalityKind;
use crate::syntax::ast::Type;

/// A type: what it is called and the names of its sizes.
struct ModalityType {
    name: &'static str,
    sizes: &'static [&'static str],
}

const TYPES: [ModalityType; 5] = [
    ModalityType { name: "category", sizes: &["n"] },
    ModalityType { name: "dense", sizes: &["n"] },
    ModalityType { name: "image", sizes: &["c", "h", "w"] },
    ModalityType { name: "sequence", sizes: &["t", "d"] },
    ModalityType { name: "text", sizes: &["n"] },
];

/// Numbers of one row at most: more is a mistake.
const LARGEST_ROW: usize = 1 << 28;

/// Ids at most: those up to here are exact where they are kept, in numbers of 32 bits.
pub(super) const MOST_IDS: usize = 1 << 24;

impl<'a> Evaluator<'a> {
    /// What a type means; of a text, the size of its vocabulary is for its transforms to say.
    pub(super) fn modality_type(&mut self, ty: &'a Type) -> Option<(ModalityKind, Shape)> {
        let name = ty.name.text.as_str();
        let Some(known) = TYPES.iter().find(|known| known.name == name) else {
            let mut problem = Problem::error(Code::WrongType, format!("there is no type `{name}`"))
                .at(ty.name.span, "not a type of modality");
            problem = match nearest(name, TYPES.iter().map(|known| known.name)) {
                Some(near) => {
                    problem.help(format!("did you mean `{near}`?")).edit(ty.name.span, near.to_string(), false)
                }
                None => problem.help("the type of a table of numbers is `dense[n]`"),
            };
            self.report(problem);
            return None;
        };
        let usage = format!("write `{name}[{}]`", known.sizes.join(", "));
        if ty.args.len() != known.sizes.len() {
            let takes = match known.sizes.len() {
                1 => "its size".to_owned(),
                several => format!("{several} sizes"),
            };
            let found = ty.args.len();
            let problem = Problem::error(Code::WrongType, format!("`{name}` takes {takes}, found {found}"));
            self.report(problem.at(ty.span, usage));
            return None;
        }
        let mut sizes = vec![];
        for (size, arg) in known.sizes.iter().zip(&ty.args) {
            match self.argument(Kind::Integer(1), arg, &format!("`{size}` of `{name}`"))? {
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
