//! A strategy: how a `combine` becomes components, and the combination they decide by.

use super::combination::Combination;
use super::mixtures::Mixtures;
use crate::signature::{Arguments, Signature};

/// A strategy, as a row of the table [`super::STRATEGIES`].
pub struct Strategy {
    /// Its name, description and settings.
    pub signature: Signature,
    /// The least number of inputs.
    pub least: usize,
    /// The greatest number of inputs.
    pub most: usize,
    /// Whether several components decide, each of which is left out of a row where one of its inputs is missing.
    pub has_components: bool,
    /// The settings that change nothing where the only component has one input.
    pub idle_with_one_input: &'static [&'static str],
    /// The components over so many inputs, under the settings that [`Strategy::combination`] takes too.
    pub components: fn(usize, &Mixtures, &Arguments) -> Vec<ComponentLayout>,
    /// The combination of these settings: those of a simple kind, `boost`, which is its margin or nothing,
    /// and `decide`, which is a number or a word.
    pub combination: fn(&Arguments) -> Combination,
    /// The score of each component besides its logits, where the combination has one.
    pub score: Option<ScoreLayout>,
}

/// How the score of a component is computed: a block of layers over what the component reads, and a last linear layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreLayout {
    /// The setting with the block of layers.
    pub block: &'static str,
    /// Whether what the component reads is constant to the gradient of the score.
    pub held: bool,
}

impl ScoreLayout {
    /// Of a gate that is trained together with what it reads.
    pub(super) const GATE: ScoreLayout = ScoreLayout { block: "gate", held: false };
    /// Of a net that changes nothing that it reads.
    pub(super) const CONFIDENCE: ScoreLayout = ScoreLayout { block: "confidence", held: true };
}

/// The structure of one component, before its last linear layer.
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentLayout {
    /// The inputs it is computed from, by index.
    pub inputs: Vec<usize>,
    /// The merge of the inputs into one value.
    pub join: InputJoin,
    /// The setting with the block of layers applied to the value: `head` or `net`.
    pub head: &'static str,
}

/// The merge of the inputs of a component into one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputJoin {
    /// Raw, side by side; a single input as it is.
    Concatenated,
    /// Each projected, then merged, with weights named by the combine.
    Merged,
    /// Each projected, then merged, with weights named by the combine and the component.
    MergedByComponent,
}

/// A component for each input alone.
pub(super) fn one_per_input(inputs: usize, _mixtures: &Mixtures, _settings: &Arguments) -> Vec<ComponentLayout> {
    (0..inputs).map(alone).collect()
}

/// A component for each input and, with `joint`, one over all of them side by side.
pub(super) fn one_per_input_and_joint(
    inputs: usize,
    mixtures: &Mixtures,
    settings: &Arguments,
) -> Vec<ComponentLayout> {
    let mut components = one_per_input(inputs, mixtures, settings);
    if settings.flag("joint") && inputs > 1 {
        let all = (0..inputs).collect();
        components.push(ComponentLayout { inputs: all, join: InputJoin::Concatenated, head: "head" });
    }
    components
}

/// A component for each input and, of several, one over all of them merged.
pub(super) fn one_per_input_and_merged(
    inputs: usize,
    mixtures: &Mixtures,
    settings: &Arguments,
) -> Vec<ComponentLayout> {
    let mut components = one_per_input(inputs, mixtures, settings);
    if inputs > 1 {
        components.extend(all_merged(inputs, mixtures, settings));
    }
    components
}

/// One component over all inputs side by side, before the block `net`.
pub(super) fn all_concatenated(inputs: usize, _mixtures: &Mixtures, _settings: &Arguments) -> Vec<ComponentLayout> {
    vec![ComponentLayout { inputs: (0..inputs).collect(), join: InputJoin::Concatenated, head: "net" }]
}

/// One component over all inputs, merged.
pub(super) fn all_merged(inputs: usize, _mixtures: &Mixtures, _settings: &Arguments) -> Vec<ComponentLayout> {
    vec![ComponentLayout { inputs: (0..inputs).collect(), join: InputJoin::Merged, head: "head" }]
}

/// A component for each mixture, merged where it has several inputs.
pub(super) fn one_per_mixture(inputs: usize, mixtures: &Mixtures, _settings: &Arguments) -> Vec<ComponentLayout> {
    let component = |inputs: Vec<usize>| match inputs[..] {
        [input] => alone(input),
        _ => ComponentLayout { inputs, join: InputJoin::MergedByComponent, head: "head" },
    };
    mixtures.of(inputs).into_iter().map(component).collect()
}

fn alone(input: usize) -> ComponentLayout {
    ComponentLayout { inputs: vec![input], join: InputJoin::Concatenated, head: "head" }
}
