//! The resolved pipeline: names bound, functions expanded, every value with its shape and the text it came from.

use crate::diag::Span;
use crate::ops::{Op, ValueKind};
use crate::shape::Shape;
use crate::spec::{Combination, DataSpec, LabelSpec, ModalitySpec, SweepSpec, TrainSpec};

/// A value of [`Hir::values`].
pub type ValueId = usize;

/// A pipeline that names and shapes have been checked in.
#[derive(Clone, Debug)]
pub struct Hir {
    /// The pipeline's name.
    pub name: String,
    /// The lines of its doc comment.
    pub doc: Vec<String>,
    /// Its constants, with the values they have in this run.
    pub params: Vec<HirParam>,
    /// Where rows come from.
    pub data: DataSpec,
    /// What is predicted.
    pub label: LabelSpec,
    /// The signals, in the order written.
    pub modalities: Vec<ModalitySpec>,
    /// Every value computed by any combine, each after those it is computed from.
    pub values: Vec<HirValue>,
    /// The combines, in the order written.
    pub combines: Vec<HirCombine>,
    /// How models are trained.
    pub train: TrainSpec,
    /// The sweeps.
    pub sweeps: Vec<SweepSpec>,
    /// The combine to train, its place in `combines`.
    pub selected: usize,
    /// Declarations nothing used, for the lints.
    pub unused: Vec<UnusedDeclaration>,
}

/// A constant of the pipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct HirParam {
    /// Its name.
    pub name: String,
    /// Its value in this run, as it would be written.
    pub value: String,
    /// Its declaration.
    pub span: Span,
}

/// One application of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct HirValue {
    /// What is computed.
    pub op: Op,
    /// What it is computed from.
    pub inputs: Vec<ValueId>,
    /// The shape of one row.
    pub shape: Shape,
    /// What its numbers are.
    pub kind: ValueKind,
    /// For a sequence whose steps are not all real: the value, `[1]`, that says how many are.
    pub length: Option<ValueId>,
    /// The path of its weights, `low_net.0`; two values of one path share their weights.
    pub path: String,
    /// The text that asked for it.
    pub span: Span,
    /// The calls that led there, innermost first.
    pub calls: Vec<Span>,
}

/// One way to combine.
#[derive(Clone, Debug, PartialEq)]
pub struct HirCombine {
    /// Its name.
    pub name: String,
    /// The lines of its doc comment.
    pub doc: Vec<String>,
    /// The strategy's name in the language.
    pub strategy: &'static str,
    /// Those that decide, in order.
    pub components: Vec<HirComponent>,
    /// How they decide together.
    pub combination: Combination,
    /// The declaration.
    pub span: Span,
}

/// One component of a combine.
#[derive(Clone, Debug, PartialEq)]
pub struct HirComponent {
    /// Its name: `low_net`, `low_net+high_net`.
    pub name: String,
    /// Its logits, one per class.
    pub logits: ValueId,
    /// Its weight in the class losses.
    pub weight: f64,
}

/// A declaration nothing used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusedDeclaration {
    /// What it is.
    pub kind: DeclarationKind,
    /// Its name.
    pub name: String,
    /// Where its name stands.
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
