//! A model card: what a model decides, by what, how well it was measured, and how it is used.

use crate::fusion::CombinationRule;
use crate::plan::Plan;

/// What a card says of a model.
pub(crate) struct ModelCard<'a> {
    /// The plan.
    pub(crate) plan: &'a Plan,
    /// The columns that it reads, as a sentence for each modality.
    pub(crate) modalities: Vec<String>,
    /// Measurements: what was measured, and the value on each part of the data.
    pub(crate) scores: Vec<(String, Vec<(String, String)>)>,
    /// The text of the pipeline.
    pub(crate) pipeline: String,
    /// The date of the run.
    pub(crate) date: String,
}

/// The card in Markdown, with the metadata that model hubs read.
pub(crate) fn model_card(card: &ModelCard<'_>) -> String {
    let plan = card.plan;
    let mut text = String::from("---\nlibrary_name: mmc\ntags:\n- multimodal\n- classification\n---\n\n");
    text += &format!("# {} ({})\n\n", plan.pipeline, plan.combine);
    let classes: Vec<String> = plan.loss.classes.iter().map(|class| format!("`{class}`")).collect();
    text += &format!(
        "Decides between {} classes: {}. {} parameters. Exported by `mmc` {}, from a run of {}.\n\n",
        classes.len(),
        classes.join(", "),
        plan.parameter_count(),
        env!("CARGO_PKG_VERSION"),
        card.date
    );
    text += "## Inputs\n\n";
    card.modalities.iter().for_each(|modality| text += &format!("- {modality}\n"));
    text += &format!("\n## Combination\n\n{}. The components:\n\n", sentence(&plan.loss.combination.description()));
    for component in &plan.loss.components {
        let inputs: Vec<String> = component.inputs.iter().map(|at| format!("`{}`", plan.inputs[*at].name)).collect();
        let needs = if inputs.is_empty() { String::new() } else { format!(", present with {}", inputs.join(" and ")) };
        text += &format!("- `{}`, weight {}{needs}\n", component.name, component.weight);
    }
    if let Some((_, first)) = card.scores.first() {
        text += "\n## Measurements\n\n|  |";
        first.iter().for_each(|(part, _)| text += &format!(" {part} |"));
        text += &format!("\n|---|{}\n", "---:|".repeat(first.len()));
        for (name, values) in &card.scores {
            text += &format!("| {name} |");
            values.iter().for_each(|(_, value)| text += &format!(" {value} |"));
            text += "\n";
        }
        text += "\nOf the run itself, on its own split. Rows of another origin may be decided otherwise.\n";
    }
    text += "\n## Use\n\n```python\nfrom model import Model\n\nmodel = Model()\n\
             labels, probabilities = model.predict({\"column\": [\"cell\"]})\n```\n\n";
    text += "Probabilities are calibrated as the run fitted it. A row that lacks an optional modality is decided by the others.\n";
    text += &format!("\n## Pipeline\n\n```text\n{}\n```\n", card.pipeline.trim_end());
    text
}

/// With a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
