//! The text of the module: constants, the layers one a line, and the support that they call.

use super::literal::{self, number, numbers, texts};
use super::operation::{TorchStep, step_expression};
use crate::exec::{Params, fitted};
use crate::fusion::{Combination, Combiner, EvidenceRule, EvidenceScale, RowWeight};
use crate::plan::Plan;

/// The class, the preparation of rows, the layers that PyTorch lacks.
const SUPPORT: &str = include_str!("python/support.py");

/// What every module imports.
const IMPORTS: &str = "import csv\nimport functools\nimport json\nimport math\nimport sys\nfrom pathlib import Path\n\n\
                       import torch\nfrom safetensors import safe_open\nfrom torch import nn\nfrom torch.nn import functional\n";

/// What a module does as a program.
const PROGRAM: &str = "\n\nif __name__ == \"__main__\":\n    with open(sys.argv[1], encoding=\"utf-8\", newline=\"\") as file:\n        \
                       table = list(csv.DictReader(file))\n    columns = {name: [row[name] for row in table] for name in (table[0] if table else {})}\n    \
                       labels, probabilities = Model().predict(columns, Path(sys.argv[1]).parent)\n    \
                       writer = csv.writer(sys.stdout)\n    writer.writerow([\"prediction\", *[f\"p_{name}\" for name in CLASSES]])\n    \
                       for label, row in zip(labels, probabilities.tolist()):\n        writer.writerow([label, *row])\n";

/// The constants and the function of weighted logarithms of probabilities.
fn learned(combiner: &Combiner) -> (String, &'static str) {
    let (weights, bias) = (numbers(&combiner.weights), numbers(&combiner.bias));
    (format!("COMBINER_WEIGHTS = {weights}\nCOMBINER_BIAS = {bias}\n"), include_str!("python/learned.py"))
}

/// The constants and the function of a combination.
fn combination(plan: &Plan, params: &Params) -> (String, &'static str) {
    let loss = fitted(&plan.loss, params);
    match loss.combination.deciding(&params.decision) {
        Combination::Multiplicative(rule) => {
            let prior = numbers(&params.decision.log_prior);
            let constants = format!("BETA = {}\nLOG_PRIOR = {prior}\n", number(rule.beta));
            (constants, include_str!("python/multiplicative.py"))
        }
        Combination::Average => (String::new(), include_str!("python/average.py")),
        Combination::Vote => (String::new(), include_str!("python/vote.py")),
        Combination::Learned(combiner) => learned(&combiner),
        Combination::Complementary(_) => {
            // The softmax of a sum of logits is that of the sum of log p.
            let (weights, bias) = (vec![1.0; loss.components.len()], vec![0.0; loss.classes.len()]);
            learned(&Combiner { weights, bias })
        }
        Combination::Multitask(_) => (String::new(), include_str!("python/multitask.py")),
        Combination::Experts(_) => (String::new(), include_str!("python/experts.py")),
        Combination::Dynamic(rule) => {
            let by = match rule.by {
                RowWeight::Energy => "energy",
                RowWeight::Entropy => "entropy",
                RowWeight::Predicted => "predicted",
            };
            (format!("ROW_WEIGHT = \"{by}\"\n"), include_str!("python/dynamic.py"))
        }
        Combination::Evidential(rule) => {
            let rule = match rule.rule {
                EvidenceRule::Dempster => "dempster",
                EvidenceRule::Mean => "mean",
                EvidenceRule::Discounted => "discounted",
            };
            (format!("RULE = \"{rule}\"\n"), include_str!("python/evidential.py"))
        }
        Combination::Fuzzy(_) => (String::new(), include_str!("python/fuzzy.py")),
    }
}

/// The numbers and names that the support reads.
fn constants(plan: &Plan, params: &Params) -> String {
    let components = &plan.loss.components;
    let inputs = |needs: &[usize]| texts(needs.iter().map(|input| plan.inputs[*input].name.as_str()));
    let needs: Vec<String> = components.iter().map(|component| inputs(&component.inputs)).collect();
    let weights: Vec<f64> = components.iter().map(|component| component.weight).collect();
    let scale = match params.calibration.scale {
        EvidenceScale::One => "one",
        EvidenceScale::Count => "count",
        EvidenceScale::Weights => "weights",
    };
    [
        format!("CLASSES = {}", texts(plan.loss.classes.iter().map(String::as_str))),
        format!("INPUTS = {}", texts(plan.inputs.iter().map(|input| input.name.as_str()))),
        format!("COMPONENTS = {}", texts(components.iter().map(|component| component.name.as_str()))),
        format!("COMPONENT_INPUTS = [{}]", needs.join(", ")),
        format!("WEIGHTS = {}", numbers(&weights)),
        "# What logits are divided by before the combination, and class losses after it.".to_owned(),
        format!("TEMPERATURES = {}", numbers(&params.decision.temperatures)),
        format!("TEMPERATURE = {}", number(params.calibration.temperature)),
        format!("SCALE = \"{scale}\""),
    ]
    .join("\n")
}

/// The layers, one a line: the method `forward`.
fn forward(plan: &Plan) -> String {
    let mut lines = String::from("\n    def forward(self, inputs, present):\n");
    lines += "        \"\"\"The logits of each component, and behind them its score where components have one.\"\"\"\n";
    let name = |slot: usize| format!("v{slot}");
    for step in &plan.steps {
        let reads: Vec<String> = step.reads.iter().map(|slot| name(*slot)).collect();
        let expression = step_expression(&TorchStep { plan, step, reads: &reads }).unwrap_or_default();
        lines += &format!("        {} = {expression}\n", name(step.makes));
    }
    let logits: Vec<String> = plan.loss.components.iter().map(|component| name(component.logits)).collect();
    lines + &format!("        return [{}]\n", logits.join(", "))
}

/// The module of a model, which reads `model.safetensors` and `preprocessing.json` in its folder.
pub(crate) fn torch_module(plan: &Plan, params: &Params) -> String {
    let (settings, losses) = combination(plan, params);
    let title = format!("The model of the pipeline `{}`, combine `{}`", plan.pipeline, plan.combine);
    let about = format!(
        "\"\"\"{}\n\nWritten by mmc {}. Beside it are `model.safetensors` and `preprocessing.json`.\n\n    \
         model = Model()\n    labels, probabilities = model.predict({{\"column\": [\"cell\", ...], ...}})\n\"\"\"\n\n",
        literal::text(&format!("{title} in PyTorch.")).trim_matches('"'),
        env!("CARGO_PKG_VERSION")
    );
    let constants = constants(plan, params);
    // `forward` follows the other methods of the class.
    let (class, rest) = SUPPORT.split_once("\n\n# From cells to numbers.").unwrap_or((SUPPORT, ""));
    let forward = forward(plan);
    format!(
        "{about}{IMPORTS}\n{constants}\n{settings}\n\n{class}{forward}\n\n# From cells to numbers.{rest}{losses}{PROGRAM}"
    )
}
