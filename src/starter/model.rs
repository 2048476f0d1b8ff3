//! The encoders, the combines to compare, and the training.

use super::signal::{SignalKind, StarterSignal, WIDTH};
use super::writer::Writer;
use std::ops::Range;

/// Number of inputs from which on only pairs are mixed.
const ONLY_PAIRS: usize = 5;

/// Number of inputs from which on none are mixed.
const NO_MIXTURES: usize = 9;

/// Rows of a step, and the largest number of rows of a table for which it is so many.
const BATCHES: [(usize, usize); 3] = [(32, 5_000), (64, 50_000), (256, usize::MAX)];

/// Steps of the whole training, about.
const STEPS: usize = 4_000;

/// Epochs, at least and at most.
const EPOCHS: Range<usize> = 15..100;

/// An input of a combine.
struct EncodedInput {
    encoder: String,
    optional: bool,
}

impl Writer<'_> {
    /// Encoders, combines and training for these signals.
    pub(super) fn model(&mut self, signals: &[StarterSignal]) {
        self.text.push('\n');
        let inputs = self.encoders(signals);
        self.text.push('\n');
        let model = self.name("model");
        match inputs.as_slice() {
            [_] => self.alone(&model, &signals[0], &inputs[0], signals.len() == 1),
            several => self.together(&model, several),
        }
        self.training(&model);
    }

    /// An encoder for each signal; those of one kind that are many and small share one.
    fn encoders(&mut self, signals: &[StarterSignal]) -> Vec<EncodedInput> {
        let mut inputs = vec![];
        let shared = |kind| {
            let all: Vec<&StarterSignal> =
                signals.iter().filter(|signal| signal.kind == kind && !signal.optional).collect();
            if all.len() > 1 { all } else { vec![] }
        };
        let (categories, dates) = (shared(SignalKind::Category), shared(SignalKind::Date));
        let names = |all: &[&StarterSignal]| all.iter().map(|signal| signal.name.clone()).collect::<Vec<_>>();
        let grouped = [names(&categories), names(&dates)].concat();
        for signal in signals.iter().filter(|signal| !grouped.contains(&signal.name)) {
            let encoder = self.name(&format!("{}_net", signal.name));
            self.lines(&format!("encoder {encoder} = {} |> {}", signal.name, signal.layers));
            inputs.push(EncodedInput { encoder, optional: signal.optional });
        }
        if !categories.is_empty() {
            let encoder = self.name("categories_net");
            let each: Vec<String> =
                categories.iter().map(|signal| format!("{} |> {}", signal.name, signal.layers)).collect();
            self.lines(&format!(
                "# The categories are one input: what they say together counts.\n\
                 encoder {encoder} = concat({}) |> mlp([{WIDTH}])",
                each.join(", ")
            ));
            inputs.push(EncodedInput { encoder, optional: false });
        }
        if !dates.is_empty() {
            let encoder = self.name("dates_net");
            self.lines(&format!("encoder {encoder} = concat({}) |> mlp([32, {WIDTH}])", names(&dates).join(", ")));
            inputs.push(EncodedInput { encoder, optional: false });
        }
        inputs
    }

    /// Combines of one input; `only` if it is a single modality.
    fn alone(&mut self, model: &str, signal: &StarterSignal, input: &EncodedInput, only: bool) {
        let encoder = &input.encoder;
        self.lines(&format!("combine {model} = single({encoder}) {{ head = mlp([{WIDTH}]) }}\n"));
        if only && signal.kind == SignalKind::Numbers {
            let linear = self.name("linear_model");
            self.lines(&format!(
                "# A linear model, as a measure of what the layers are good for.\ncombine {linear} = single({})\n",
                signal.name
            ));
        }
        if only && signal.kind == SignalKind::Words {
            let (encoder, phrases) = (self.name("phrases_net"), self.name("phrases"));
            self.lines(&format!(
                "# Reads phrases of a few words, and not only which words there are.\n\
                 encoder {encoder} = {} |> char_cnn(embed: 32, channels: 32)\n\
                 combine {phrases} = single({encoder}) {{ head = mlp([{WIDTH}]) }}\n",
                signal.name
            ));
        }
    }

    /// Combines of several inputs.
    fn together(&mut self, model: &str, inputs: &[EncodedInput]) {
        let names =
            |all: Vec<&EncodedInput>| all.iter().map(|input| input.encoder.as_str()).collect::<Vec<_>>().join(", ");
        let all = names(inputs.iter().collect());
        let certain: Vec<&EncodedInput> = inputs.iter().filter(|input| !input.optional).collect();
        if inputs.len() < NO_MIXTURES {
            let mixtures = if inputs.len() >= ONLY_PAIRS { "mixtures = up_to(2)\n" } else { "" };
            self.lines(&format!(
                "# Every signal decides on its own and together with others: beta = 0 is an average, 1 the full effect.\n\
                 combine {model} = mulmix({all}) {{\n\
                 beta = 0.5\nproject = linear({WIDTH}) |> relu\n{mixtures}head = mlp([{WIDTH}])\n}}\n"
            ));
        } else {
            self.lines(&format!(
                "# Every signal decides on its own, and a confident one counts more: beta = 0 is an average.\n\
                 combine {model} = multiplicative({all}) {{\nbeta = 0.5\nhead = mlp([{WIDTH}])\n}}\n"
            ));
        }
        if certain.len() > 1 {
            let all_are = certain.len() == inputs.len();
            let joined = self.name("joined");
            let which = if all_are { "all signals" } else { "the signals that no row lacks" };
            self.lines(&format!(
                "# One representation of {which}, and one decision.\n\
                 combine {joined} = additive({}) {{\nmerge = concat\nhead = mlp([{WIDTH}])\n}}\n",
                names(certain.clone())
            ));
        }
        if certain.len() == inputs.len() {
            let apart = self.name("apart");
            self.lines(&format!(
                "# A model of each signal, trained apart, and the average of their decisions.\n\
                 combine {apart} = late({all}) {{ head = mlp([{WIDTH}]) }}\n"
            ));
        } else if inputs.len() < NO_MIXTURES {
            let alone = self.name("alone");
            self.lines(&format!(
                "# Every signal decides alone, without mixtures.\n\
                 combine {alone} = multiplicative({all}) {{\nbeta = 0.5\nhead = mlp([{WIDTH}])\n}}\n"
            ));
        }
    }

    fn training(&mut self, model: &str) {
        let rows = self.survey.all_rows.max(1);
        let (batch, _) = BATCHES.into_iter().find(|(_, most)| rows <= *most).unwrap_or(BATCHES[0]);
        let epochs = (STEPS * batch / rows).clamp(EPOCHS.start, EPOCHS.end);
        let patience = (epochs / 8).max(5);
        self.lines(&format!(
            "train {{\n\
             combine = {model}\n\
             optimizer = adamw(lr: 1e-3, weight_decay: 0.1)\n\
             batch_size = {batch}\n\
             epochs = {epochs}\n\
             stop = patience({patience}, on: valid.loss)\n\
             seed = 1\n\
             }}"
        ));
    }
}
