//! The pipeline that compares ways to combine has a plan for each of them, of the same encoders.

use crate::support::compiled::plan_of;

const TEXT: &str = include_str!("../../pipelines/fusion/digits.mmc");

#[test]
fn every_method_has_the_same_encoders() {
    let names: Vec<&str> = TEXT.lines().filter_map(|line| line.strip_prefix("combine ")?.split(' ').next()).collect();
    assert!(names.len() > 9, "{names:?}");
    // Six views, each with a hidden layer of 64 and ten logits.
    let alone: usize = [240, 76, 216, 47, 64, 6].iter().map(|width| 64 * (width + 1) + 10 * 65).sum();
    for name in names {
        let plan = plan_of(TEXT, Some(name));
        let joint = if name == "etmc" { 10 * (6 * 64 + 1) } else { 0 };
        assert_eq!(plan.parameter_count(), alone + joint, "{name}");
        assert_eq!(plan.loss.components.len(), if name == "etmc" { 7 } else { 6 }, "{name}");
        assert!(plan.steps.iter().any(|step| step.op.call() == "unit(10)") == name.ends_with("_unit"), "{name}");
    }
}

/// The small pipelines of single methods have a plan without any problem.
#[test]
fn every_small_pipeline_has_a_plan() {
    let texts = [
        (include_str!("../../pipelines/fusion/cml.mmc"), vec![3]),
        (include_str!("../../pipelines/fusion/experts.mmc"), vec![2, 2]),
        (include_str!("../../pipelines/fusion/ogm.mmc"), vec![2]),
        (include_str!("../../pipelines/fusion/pareto.mmc"), vec![3]),
    ];
    for (text, components) in texts {
        let names = text.lines().filter_map(|line| line.strip_prefix("combine ")?.split(' ').next());
        let found: Vec<usize> = names.map(|name| plan_of(text, Some(name)).loss.components.len()).collect();
        assert_eq!(found, components);
    }
}

/// The pipelines of the tables of methods have the same combines, each with a plan.
#[test]
fn every_table_has_the_same_methods() {
    let tables = [
        (include_str!("../../pipelines/fusion/higgs_methods.mmc"), 2),
        (include_str!("../../pipelines/fusion/athletes_methods.mmc"), 3),
        (include_str!("../../pipelines/fusion/digits_methods.mmc"), 6),
        (include_str!("../../pipelines/fusion/cifar_methods.mmc"), 3),
    ];
    let combines = |text: &'static str| -> Vec<&str> {
        text.lines().filter_map(|line| line.strip_prefix("combine ")?.split(' ').next()).collect()
    };
    for (text, inputs) in tables {
        assert_eq!(combines(text), combines(tables[0].0));
        for name in combines(text) {
            let components = plan_of(text, Some(name)).loss.components.len();
            let expected = match name {
                "concat" | "attention" | "gated" | "low_rank" => 1,
                "etmc" | "both" => inputs + 1,
                // Pairs of six views beside the views, and all sets of fewer inputs.
                "mix" | "mix_unit" if inputs == 6 => 21,
                "mix" | "mix_unit" => (1 << inputs) - 1,
                _ => inputs,
            };
            assert_eq!(components, expected, "{name}");
        }
    }
}
