//! The resolved pipeline (HIR): names bound, functions expanded, every value with its shape and the text it came from.

use crate::diag::Span;
use crate::fusion::Combination;
use crate::ops::{Op, ValueKind};
use crate::shape::Shape;
use crate::spec::{DataSpec, LabelSpec, ModalitySpec, SweepSpec, TrainSpec};

/// Index into [`Hir::values`].
pub type ValueId = usize;

/// A pipeline whose names and shapes have been checked.
#[derive(Clone, Debug)]
pub struct Hir {
    /// The pipeline's name.
    pub name: String,
    /// The lines of its doc comment.
    pub doc: Vec<String>,
    /// Its params, with their values in this run.
    pub params: Vec<HirParam>,
    /// The data set.
    pub data: DataSpec,
    /// The label.
    pub label: LabelSpec,
    /// The modalities, in the order written.
    pub modalities: Vec<ModalitySpec>,
    /// The values that combines compute, each after its inputs.
    pub values: Vec<HirValue>,
    /// The combines, in the order written.
    pub combines: Vec<HirCombine>,
    /// The training.
    pub train: TrainSpec,
    /// The sweeps.
    pub sweeps: Vec<SweepSpec>,
    /// The combine to train, an index into `combines`.
    pub selected: usize,
    /// Unused declarations, for the lints.
    pub unused: Vec<UnusedDeclaration>,
}

/// A param of the pipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct HirParam {
    /// Its name.
    pub name: String,
    /// Its value in this run, as written in the language.
    pub value: String,
    /// The span of its name.
    pub span: Span,
}

/// One application of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct HirValue {
    /// The operation.
    pub op: Op,
    /// The inputs of the operation.
    pub inputs: Vec<ValueId>,
    /// The shape of one row.
    pub shape: Shape,
    /// The kind of its numbers.
    pub kind: ValueKind,
    /// For a padded sequence: the value of shape `[1]` that holds the number of steps before padding.
    pub length: Option<ValueId>,
    /// The path of its weights, `low_net.0`; two values of one path share their weights.
    pub path: String,
    /// The text that the value came from.
    pub span: Span,
    /// The calls that led there, innermost first.
    pub calls: Vec<Span>,
}

/// A combine: components that decide together.
#[derive(Clone, Debug, PartialEq)]
pub struct HirCombine {
    /// Its name.
    pub name: String,
    /// The lines of its doc comment.
    pub doc: Vec<String>,
    /// The strategy's name in the language.
    pub strategy: &'static str,
    /// The components, in order.
    pub components: Vec<HirComponent>,
    /// The combination of the components' losses.
    pub combination: Combination,
    /// The span of the declaration.
    pub span: Span,
}

/// A component of a combine.
#[derive(Clone, Debug, PartialEq)]
pub struct HirComponent {
    /// Its name: `low_net`, `low_net+high_net`.
    pub name: String,
    /// Its logits, one per class, and its score where the combination has scores.
    pub logits: ValueId,
    /// Its weight in the class losses.
    pub weight: f64,
}

/// An unused declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusedDeclaration {
    /// Its kind.
    pub kind: DeclarationKind,
    /// Its name.
    pub name: String,
    /// The span of its name.
    pub span: Span,
}

/// The kinds of named declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeclarationKind {
    /// `param`
    Param,
    /// `fn`
    Fn,
    /// `shared`
    Shared,
    /// `modality`
    Modality,
    /// `encoder`
    Encoder,
    /// `combine`
    Combine,
    /// `label`
    Label,
    /// `sweep`
    Sweep,
}

impl DeclarationKind {
    /// Every kind.
    const ALL: [DeclarationKind; 8] = [
        DeclarationKind::Param,
        DeclarationKind::Fn,
        DeclarationKind::Shared,
        DeclarationKind::Modality,
        DeclarationKind::Encoder,
        DeclarationKind::Combine,
        DeclarationKind::Label,
        DeclarationKind::Sweep,
    ];

    /// The kind that a keyword declares.
    pub fn by_keyword(keyword: &str) -> Option<DeclarationKind> {
        DeclarationKind::ALL.into_iter().find(|kind| kind.keyword() == keyword)
    }

    /// The keyword.
    pub fn keyword(self) -> &'static str {
        match self {
            DeclarationKind::Param => "param",
            DeclarationKind::Fn => "fn",
            DeclarationKind::Shared => "shared",
            DeclarationKind::Modality => "modality",
            DeclarationKind::Encoder => "encoder",
            DeclarationKind::Combine => "combine",
            DeclarationKind::Label => "label",
            DeclarationKind::Sweep => "sweep",
        }
    }
}
