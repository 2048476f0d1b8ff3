//! The quickstart: its combinations must beat each of its modalities trained alone.

use crate::support::process::{folder, mmc, plain};

#[test]
fn the_multiplicative_models_beat_both_modalities() {
    let alone = "combine low_only = single(low_net)\n\
                 combine high_only = single(high_net)\n\
                 combine mul = multiplicative(low_net, high_net)\n";
    let pipeline = include_str!("../../pipelines/quickstart.mmc");
    let pipeline = pipeline.replacen("combine mulmix", &format!("{alone}combine mulmix"), 1);
    let folder = folder(&pipeline);
    let error = |combine: &str| {
        let done = mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--json", "--combine", combine]).assert();
        let lines = plain(&done.success().get_output().stdout);
        let summary: serde_json::Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
        summary["test"]["error"].as_f64().unwrap()
    };
    let best_alone = error("low_only").min(error("high_only"));
    for combine in ["mul", "mulmix"] {
        let together = error(combine);
        assert!(together < best_alone - 0.01, "{combine}: {together}, alone {best_alone}");
    }
}
