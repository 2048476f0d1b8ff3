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
