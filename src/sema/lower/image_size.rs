//! The steps that bring images to one size: before all other transforms, and to the size that the type declares.

use crate::diag::{Code, Problem};
use crate::sema::eval::evaluator::Evaluator;
use crate::shape::Shape;
use crate::spec::{SizeStep, Transform, TransformKind};
use crate::syntax::ast::Type;

impl Evaluator<'_> {
    /// Whether the steps of a modality come first, and can lead to its declared size.
    pub(crate) fn sizes_fit(&mut self, transforms: &[Transform], ty: &Type, shape: &Shape) -> bool {
        let step = |transform: &Transform| match transform.kind {
            TransformKind::Size(step) => Some(step),
            _ => None,
        };
        let late = transforms.iter().skip_while(|of| step(of).is_some()).find(|of| step(of).is_some());
        if let (Some(late), Some(other)) = (late, transforms.iter().find(|of| step(of).is_none())) {
            let problem = Problem::error(Code::WrongType, "the size of images is changed before anything else")
                .at(late.span, "this changes the size")
                .also(other.span, "after this has changed the pixels");
            self.report(problem.help("let it be the first of the transforms"));
            return false;
        }
        let (Some(last), [_, height, width]) =
            (transforms.iter().rev().find_map(|of| Some((step(of)?, of.span))), shape.0.as_slice())
        else {
            return true;
        };
        // The least and the greatest size that an image can have after the steps.
        let reached = transforms
            .iter()
            .filter_map(step)
            .fold([[1; 2], [usize::MAX; 2]], |bounds, step| bounds.map(|size| step.apply(size)));
        let declared = [*height, *width];
        if (0..2).all(|axis| (reached[0][axis]..=reached[1][axis]).contains(&declared[axis])) {
            return true;
        }
        let (step, span) = last;
        let right = match step {
            SizeStep::Resize(_) => SizeStep::Resize(declared),
            SizeStep::Crop(_) => SizeStep::Crop(declared),
            SizeStep::Pad(_) => SizeStep::Pad(declared),
        };
        let message =
            format!("the images are declared {height} high and {width} wide, and `{}` makes others", step.show());
        let problem = Problem::error(Code::ShapeMismatch, message)
            .at(span, "the last change of their size")
            .also(ty.span, "declared here");
        self.report(problem.help(format!("write `{}`", right.show())).edit(span, right.show(), false));
        false
    }
}
