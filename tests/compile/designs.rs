//! From text to plan: sizes, names and shapes of the paper's designs.

use crate::support::compiled::plan_of;
use mmc::plan::Plan;

/// A pipeline of two modalities, `low` of 21 and `high` of 7 columns, around `body`.
fn two_modalities(body: &str) -> String {
    format!(
        "pipeline p\n\
         data {{ source = synthetic(\"collider\")\n split = {{ test: last(10), valid: last(10) }} }}\n\
         label process: class[2] = column(\"process\")\n\
         modality low: dense[21] = columns(\"low_*\")\n\
         modality high: dense[7] = columns(\"high_*\")\n\
         {body}\n\
         train {{ epochs = 1 }}\n"
    )
}

fn names(plan: &Plan) -> Vec<&str> {
    plan.params.iter().map(|param| param.name.as_str()).collect()
}

#[test]
fn the_designs_of_the_paper_have_its_numbers_of_parameters() {
    let higgs = include_str!("../../pipelines/higgs.mmc");
    for (combine, parameters) in [
        ("low_only", 278_102),
        ("high_only", 93_302),
        ("early_all", 280_202),
        ("fuse", 371_404),
        ("mul", 371_404),
        ("add", 753_414),
        ("mulmix", 1_255_618),
        ("boosted", 1_255_618),
    ] {
        assert_eq!(plan_of(higgs, Some(combine)).parameter_count(), parameters, "{combine}");
    }
}

/// Without data, and of 100 classes as in the paper.
fn cifar100(depth: usize) -> String {
    let body = include_str!("../../pipelines/cifar.mmc");
    let body = body.split_once("encoder trunk").unwrap().1.replace("depth: depth", &format!("depth: {depth}"));
    format!(
        "pipeline p\n\
         data {{ source = synthetic(\"collider\")\n split = {{ test: last(10), valid: last(10) }} }}\n\
         param iterations = 64_000\n\
         label object: class[100] = column(\"label\")\n\
         modality photo: image[3, 32, 32] = column(\"image\")\n\
         encoder trunk{body}"
    )
}

#[test]
fn residual_networks_have_the_paper_s_numbers_of_parameters() {
    // The authors build the base model's last norm and layer for `add` and `mulmix` too, and train them by decay alone:
    // 2 x 64 and 64 x 100 + 100 numbers, which are not built here.
    const UNUSED_TAIL: usize = 128 + 6_500;
    for (depth, base, mul, add, mulmix) in
        [(32, 470_004, 490_556, 536_696, 766_160), (110, 1_733_812, 1_754_364, 1_800_504, 2_029_968)]
    {
        let text = cifar100(depth);
        let count = |combine| plan_of(&text, Some(combine)).parameter_count();
        assert_eq!(count("base"), base, "base, {depth} layers");
        assert_eq!(count("mul"), mul, "mul, {depth} layers");
        assert_eq!(count("add"), add - UNUSED_TAIL, "add, {depth} layers");
        assert_eq!(count("mulmix"), mulmix - UNUSED_TAIL, "mulmix, {depth} layers");
    }
}

#[test]
fn a_residual_network_is_built_as_the_paper_says() {
    let plan = plan_of(&cifar100(20), Some("mul"));
    let shapes: Vec<String> = plan.steps.iter().map(|step| format!("{} {}", step.name, step.shape)).collect();
    insta::assert_snapshot!(shapes.join("\n"));
    let decayed: usize = plan.params.iter().filter(|param| param.decay).map(|param| param.shape.size()).sum();
    let norms: usize = plan.params.iter().filter(|param| !param.decay).map(|param| param.shape.size()).sum();
    assert_eq!(decayed + norms, plan.parameter_count());
    assert!(plan.params.iter().all(|param| param.decay == (param.shape.0.len() > 1)), "decay is for weights alone");
}

#[test]
fn weights_are_named_as_in_a_sequential_of_pytorch() {
    let text = two_modalities(
        "encoder net = low |> mlp([30, 20], dropout: 0.1) |> batch_norm\n\
         combine mul = multiplicative(net, high) { head = linear(5) |> relu }",
    );
    let plan = plan_of(&text, None);
    assert_eq!(
        names(&plan),
        [
            "net.0.weight",
            "net.0.bias",
            "net.3.weight",
            "net.3.bias",
            "net.6.weight",
            "net.6.bias",
            "mul.head.net.0.weight",
            "mul.head.net.0.bias",
            "mul.head.net.2.weight",
            "mul.head.net.2.bias",
            "mul.head.high.0.weight",
            "mul.head.high.0.bias",
            "mul.head.high.2.weight",
            "mul.head.high.2.bias",
        ]
    );
    assert_eq!(plan.params[0].shape.0, [30, 21]);
    let buffers: Vec<&str> = plan.buffers.iter().map(|buffer| buffer.name.as_str()).collect();
    assert_eq!(buffers, ["net.6.running_mean", "net.6.running_var"]);
    assert!(!plan.shardable, "the rows of a batch depend on each other through batch_norm");
}

#[test]
fn every_mixture_has_separate_projections_and_a_head() {
    let text = two_modalities(
        "encoder a = low |> linear(4)\nencoder b = high |> linear(6)\n\
         combine mix = mulmix(a, b) { project = linear(3) |> relu\n head = linear(2) }",
    );
    let plan = plan_of(&text, None);
    let components: Vec<&str> = plan.loss.components.iter().map(|component| component.name.as_str()).collect();
    assert_eq!(components, ["a", "b", "a+b"]);
    let inputs: Vec<&[usize]> = plan.loss.components.iter().map(|component| component.inputs.as_slice()).collect();
    assert_eq!(inputs, [&[0][..], &[1], &[0, 1]]);
    assert!(names(&plan).contains(&"mix.project.a+b.a.0.weight"));
    assert!(names(&plan).contains(&"mix.head.a+b.1.bias"));
}

#[test]
fn shared_blocks_have_one_set_of_weights_and_functions_one_for_each_call() {
    let shared = two_modalities(
        "shared tower = linear(9) |> tanh\n\
         encoder a = low |> linear(8) |> tower\nencoder b = high |> linear(8) |> tower\n\
         combine mul = multiplicative(a, b)",
    );
    let tower = |plan: &Plan| plan.params.iter().filter(|param| param.shape.0 == [9, 8]).count();
    assert_eq!(tower(&plan_of(&shared, None)), 1);
    let own = shared.replace("shared tower = linear(9) |> tanh", "fn tower(x) = x |> linear(9) |> tanh");
    assert_eq!(tower(&plan_of(&own, None)), 2);
}

#[test]
fn functions_with_lets_open_a_scope_and_can_be_used_twice() {
    let text = two_modalities(
        "fn residual(x) { let inner = x |> linear(21) |> relu; x + inner }\n\
         encoder a = low |> residual |> residual\n\
         combine mul = multiplicative(a, high)",
    );
    let plan = plan_of(&text, None);
    assert_eq!(names(&plan)[..4], ["a.0.inner.0.weight", "a.0.inner.0.bias", "a.1.inner.0.weight", "a.1.inner.0.bias"]);
}

#[test]
fn the_order_of_declarations_does_not_matter() {
    let forward = two_modalities(
        "param width = 5\nencoder a = low |> linear(width)\nencoder b = a |> relu\ncombine mul = multiplicative(b, high)",
    );
    let backward = two_modalities(
        "combine mul = multiplicative(b, high)\nencoder b = a |> relu\nencoder a = low |> linear(width)\nparam width = 5",
    );
    let (forward, backward) = (plan_of(&forward, None), plan_of(&backward, None));
    assert_eq!(names(&forward), names(&backward));
    assert_eq!(forward.cost, backward.cost);
}

#[test]
fn an_activation_is_fused_only_where_nothing_else_reads_the_layer() {
    let once = plan_of(&two_modalities("encoder a = low |> linear(4) |> relu\ncombine one = single(a)"), None);
    assert!(!once.steps.iter().any(|step| step.op.name() == "relu"));
    let twice = plan_of(
        &two_modalities("encoder a = low |> linear(4)\nencoder b = a |> relu\ncombine mul = multiplicative(a, b)"),
        None,
    );
    assert!(twice.steps.iter().any(|step| step.op.name() == "relu"));
}

#[test]
fn costs_count_a_product_as_two_operations_forward_and_twice_that_backward() {
    let plan = plan_of(&two_modalities("combine one = single(high)"), None);
    let (product, loss) = (2 * 7 * 2, 12 * 2);
    assert_eq!(plan.cost.flops_per_row, 3 * product + 2 * loss);
    assert_eq!(plan.cost.parameter_bytes, 4 * (7 * 2 + 2));
}

#[test]
fn the_same_text_gives_the_same_plan() {
    let text = include_str!("../../pipelines/quickstart.mmc");
    assert_eq!(plan_of(text, None), plan_of(text, None));
}

/// The pipeline over names, bodies and nations: shapes of its encoders, and every weight counted by hand.
#[test]
fn texts_and_categories_plan_with_the_shapes_and_weights_they_should_have() {
    let plan = plan_of(include_str!("../../pipelines/athletes.mmc"), None);
    let shape = |name: &str| plan.steps.iter().find(|step| step.name == name).map(|step| step.shape.0.clone());
    assert_eq!(shape("name_net.0 embedding"), Some(vec![24, 32]));
    assert_eq!(shape("name_net.1 lstm"), Some(vec![128]));
    assert_eq!(shape("nation_net.0 embedding"), Some(vec![16]));
    assert_eq!(
        names(&plan)[..6],
        [
            "name_net.0.weight",
            "name_net.1.weight_ih_l0",
            "name_net.1.weight_hh_l0",
            "name_net.1.bias_ih_l0",
            "name_net.1.bias_hh_l0",
            "nation_net.0.weight"
        ]
    );
    let linear = |from: usize, to: usize| from * to + to;
    let encoders = 128 * 32 + (512 * (32 + 128) + 2 * 512) + (linear(2, 64) + linear(64, 64)) + (207 + 1) * 16;
    let singles = (linear(128, 128) + linear(64, 128) + linear(16, 128)) + 3 * linear(128, 2);
    // Each input is in three mixtures of several, and projected separately in each.
    let projections = 3 * (linear(128, 128) + linear(64, 128) + linear(16, 128));
    let mixtures = 4 * (linear(128, 128) + linear(128, 2));
    assert_eq!(plan.parameter_count(), encoders + singles + projections + mixtures);
    assert!(plan.shardable);
}

/// A sequence's length is read only by operations over several of its steps.
#[test]
fn lengths_go_where_they_are_needed() {
    let text = two_modalities(
        "modality word: text[9] = column(\"word\") |> chars(max: 9)\n\
         encoder net = word |> embedding(3) |> tanh |> conv1d(4, kernel: 3) |> relu |> lstm(5)\n\
         combine one = single(net)",
    );
    let plan = plan_of(&text, None);
    let steps: Vec<(&str, Vec<usize>)> = plan.steps.iter().map(|step| (step.op.name(), step.reads.clone())).collect();
    assert_eq!(
        steps,
        [
            ("input", vec![]),
            ("length", vec![0]),
            ("embedding", vec![0]),
            ("tanh", vec![2]),
            ("length", vec![1]),
            ("conv1d", vec![3, 1]),
            ("relu", vec![5]),
            ("lstm", vec![6, 4]),
            ("linear", vec![7]),
        ]
    );
}
