//! Late fusion: models of one modality, each trained separately, and the combination of their decisions.

use crate::support::compiled::plan_of;
use crate::support::process::{SMALL, folder, mmc, plain};
use mmc::diag::Code;
use mmc::exec::{DeviceChoice, Params, engine, initialize};
use mmc::plan::{Batch, Plan};
use mmc::spec::TrainSpec;
use mmc::train::{BatchSource, FailureCause, NonFinite, Trained, Training, TrainingFailure, evaluate, fit, train};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Rows of two modalities of two numbers each; `a` may be missing.
pub(super) struct Table {
    inputs: Vec<Vec<[f32; 2]>>,
    has_a: Option<Vec<bool>>,
    labels: Vec<u32>,
}

impl Table {
    /// `a` knows the class on every row, `b` hardly.
    pub(super) fn new(rows: u32, missing: u32, seed: u32) -> Self {
        let noise = |row: u32, by: u32| ((row * by + seed * 31) % 97) as f32 / 97.0 - 0.5;
        let label = |row: u32| (row * 7 + row / 3 + seed) % 2;
        let a = |row: u32| [label(row) as f32 + 1.6 * noise(row, 13), noise(row, 29)];
        let b = |row: u32| [0.2 * label(row) as f32 + noise(row, 41), noise(row, 17)];
        let has = |row: u32| missing == 0 || !row.is_multiple_of(missing);
        let a = |row| if has(row) { a(row) } else { [0.0; 2] };
        Self {
            inputs: vec![(0..rows).map(a).collect(), (0..rows).map(b).collect()],
            has_a: (missing > 0).then(|| (0..rows).map(has).collect()),
            labels: (0..rows).map(label).collect(),
        }
    }

    /// The modality `input` alone, on the rows that have it.
    fn alone(&self, input: usize) -> Self {
        let kept = |row: &usize| input == 1 || self.has_a.as_ref().is_none_or(|has| has[*row]);
        let kept: Vec<usize> = (0..self.labels.len()).filter(kept).collect();
        Self {
            inputs: vec![kept.iter().map(|row| self.inputs[input][*row]).collect()],
            has_a: None,
            labels: kept.iter().map(|row| self.labels[*row]).collect(),
        }
    }
}

impl BatchSource for Table {
    fn len(&self) -> usize {
        self.labels.len()
    }

    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn fill(&self, rows: &[u32], batch: &mut Batch) {
        let of = |input: &Vec<[f32; 2]>| rows.iter().flat_map(|row| input[*row as usize]).collect();
        batch.rows = rows.len();
        batch.inputs = self.inputs.iter().map(of).collect();
        batch.present = vec![None; self.inputs.len()];
        batch.present[0] = self.has_a.as_ref().map(|has| rows.iter().map(|row| has[*row as usize]).collect());
        batch.labels = rows.iter().map(|row| self.labels[*row as usize]).collect();
    }
}

/// A fusion of two networks, and how it is trained.
pub(super) fn pipeline(combine: &str) -> (Plan, TrainSpec) {
    let text = format!(
        "pipeline p\n\
         data {{ source = csv(\"rows.csv\")\n split = {{ test: last(10), valid: last(10) }} }}\n\
         label y: class[2] = column(\"y\")\n\
         modality a?: dense[2] = columns(\"a_*\")\n\
         modality b: dense[2] = columns(\"b_*\")\n\
         shared tower = linear(4) |> tanh\n\
         encoder a_net = a |> linear(6) |> batch_norm |> tanh\n\
         encoder b_net = b |> linear(6) |> tanh\n\
         combine fuse = {combine}\n\
         train {{ optimizer = adam(lr: 0.02)\n epochs = 12\n batch_size = 16\n clip_norm = 0.5\n \
         stop = patience(3, on: valid.loss)\n seed = 4 }}\n"
    );
    let mut sources = mmc::diag::SourceMap::new();
    let file = sources.add("late.mmc", text.as_str());
    let compiled = mmc::compile(&mut sources, file, &[], None).value.unwrap();
    (compiled.plan, compiled.hir.train)
}

fn fitted(plan: &Plan, spec: &TrainSpec, rows: [&Table; 2]) -> Result<Trained, FailureCause> {
    outcome(plan, spec, rows).map_err(|halted| halted.cause)
}

fn outcome(plan: &Plan, spec: &TrainSpec, rows: [&Table; 2]) -> Result<Trained, Box<TrainingFailure>> {
    let never = AtomicBool::new(false);
    let [train, valid] = rows;
    let valid = (!valid.is_empty()).then_some(valid as &dyn BatchSource);
    let training = Training {
        plan,
        spec,
        train,
        valid,
        calib: None,
        test: valid,
        interrupt: &never,
        resume: None,
        checkpoints: None,
    };
    let start = |plan| engine(plan, DeviceChoice::Cpu, Some(1));
    fit(&start, initialize(plan, spec.seed), training, &mut |_| ())
}

#[test]
fn each_model_equals_one_trained_alone() {
    let (plan, spec) = pipeline("late(a_net, b_net)");
    let (rows, valid) = (Table::new(90, 3, 1), Table::new(40, 4, 2));
    let trained = fitted(&plan, &spec, [&rows, &valid]).unwrap();
    let never = AtomicBool::new(false);
    let mut epochs = vec![];
    for component in 0..2 {
        let alone = plan.subplan(component);
        assert_eq!((alone.inputs.len(), alone.loss.components.len()), (1, 1));
        assert_eq!(alone.shardable, component == 1, "only one of them has batch_norm");
        let (rows, valid) = (rows.alone(component), valid.alone(component));
        let training = Training {
            plan: &alone,
            spec: &spec,
            train: &rows,
            valid: Some(&valid),
            calib: None,
            test: None,
            interrupt: &never,
            resume: None,
            checkpoints: None,
        };
        let mut engine = engine(Arc::new(alone.clone()), DeviceChoice::Cpu, Some(1)).unwrap();
        let own = train(engine.as_mut(), initialize(&alone, spec.seed), training, &mut |_| ()).unwrap();
        epochs.push((own.best_epoch, own.history.len()));
        for (id, param) in alone.params.iter().enumerate() {
            let place = plan.params.iter().position(|other| other.name == param.name).unwrap();
            assert_eq!(trained.params.get(place), own.params.get(id), "{}", param.name);
        }
        for (id, buffer) in alone.buffers.iter().enumerate() {
            let place = plan.buffers.iter().position(|other| other.name == buffer.name).unwrap();
            assert_eq!(trained.params.buffer(place), own.params.buffer(id), "{}", buffer.name);
        }
    }
    let of = |name: &str| trained.history.iter().filter(|record| record.component.as_deref() == Some(name)).count();
    assert_eq!((of("a_net"), of("b_net")), (epochs[0].1, epochs[1].1));
    let best = trained.history.iter().filter(|record| record.best).map(|record| record.epoch).collect::<Vec<_>>();
    assert_eq!(best, [epochs[0].0, epochs[1].0]);
    assert_eq!(trained.test.unwrap().scores, trained.valid.unwrap());
}

#[test]
fn a_learned_combiner_is_fitted_to_held_out_rows_alone() {
    let (plan, spec) = pipeline("late(a_net, b_net) { by = learned }");
    let (rows, valid) = (Table::new(90, 0, 1), Table::new(60, 0, 2));
    let trained = fitted(&plan, &spec, [&rows, &valid]).unwrap();
    let (weight, bias) = plan.loss.combiner.unwrap();
    assert_eq!(
        (plan.params[weight].name.as_str(), plan.params[bias].name.as_str()),
        ("fuse.combiner.weight", "fuse.combiner.bias")
    );
    let weights = trained.params.get(weight);
    assert!(weights[0] > weights[1].abs(), "{weights:?}: the model that knows must weigh more");
    // On the rows it was fitted to it beats its initial value, the product of the probabilities.
    let mut product: Params = (*trained.params).clone();
    let range = product.range(weight);
    product.values[range].fill(1.0);
    let range = product.range(bias);
    product.values[range].fill(0.0);
    let engine = engine(Arc::new(plan.clone()), DeviceChoice::Cpu, Some(1)).unwrap();
    let before = evaluate(engine.as_ref(), &Arc::new(product), &plan.loss, &valid).unwrap().scores;
    assert!(trained.valid.unwrap().probabilities.log_loss < before.probabilities.log_loss);

    let empty = Table::new(0, 0, 0);
    let cause = fitted(&plan, &spec, [&rows, &empty]).unwrap_err();
    let problem = cause.problem(&plan);
    assert_eq!(problem.code, Code::TooFewRows);
    assert!(problem.message.contains("`by = learned`"), "{}", problem.message);
}

/// The weights of one component are no model of the pipeline.
#[test]
fn a_component_that_fails_leaves_no_model() {
    let (plan, spec) = pipeline("late(a_net, b_net)");
    let mut rows = Table::new(30, 0, 1);
    rows.inputs[1].fill([f32::NAN; 2]);
    let failure = outcome(&plan, &spec, [&rows, &rows]).unwrap_err();
    assert!(failure.kept.is_none(), "{:?}", failure.cause);
    assert_eq!(failure.cause.problem(&plan).code, Code::NonFinite);
    // The step is one of the component that failed, by its number in the whole plan.
    let FailureCause::NonFinite { place: NonFinite::Loss(Some(step)), .. } = failure.cause else {
        panic!("{:?}", failure.cause);
    };
    assert!(plan.steps[step].name.starts_with('b'), "{}", plan.steps[step].name);
}

#[test]
fn models_that_share_weights_are_not_trained_apart() {
    let (plan, spec) = pipeline("late(a_net |> tower, b_net |> tower)");
    let rows = Table::new(30, 0, 1);
    let problem = fitted(&plan, &spec, [&rows, &rows]).unwrap_err().problem(&plan);
    assert_eq!(problem.code, Code::SharedLate);
    assert!(problem.message.contains("share weights"), "{}", problem.message);
}

#[test]
fn a_fusion_leaves_a_run_whose_epochs_name_their_model() {
    let text =
        SMALL.replace("combine low_only = single(low_net)", "combine fuse = late(low_net, high_net) { by = learned }");
    let folder = folder(&text);
    let arguments = ["run", "small.mmc", "--no-cache", "--combine", "fuse"];
    let done = mmc(folder.path()).args(arguments).assert().success();
    let reported = plain(&done.get_output().stderr);
    assert!(
        reported.contains("training `low_net` separately (1 of 2)")
            && reported.contains("training `high_net` separately (2 of 2)"),
        "{reported}"
    );
    let run = folder.path().join("runs/small-0001");
    let metrics = std::fs::read_to_string(run.join("metrics.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(metrics.as_bytes());
    assert_eq!(&reader.headers().unwrap()[0], "component");
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let models: Vec<&str> = records.iter().map(|record| &record[0]).collect();
    assert_eq!(models, ["low_net", "low_net", "low_net", "high_net", "high_net", "high_net"]);
    let summary: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(run.join("summary.json")).unwrap()).unwrap();
    // The time and the steps of a fusion are those of all its models.
    let yaml: serde_yaml::Value =
        serde_yaml::from_str(&std::fs::read_to_string(run.join("run.yaml")).unwrap()).unwrap();
    let seconds: Vec<f64> =
        yaml["seconds"]["epochs"].as_sequence().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
    assert!(seconds.len() == 6 && seconds.is_sorted(), "{seconds:?}");
    assert_eq!(yaml["seconds"]["train"].as_f64(), summary["seconds"].as_f64());
    assert!(summary["seconds"].as_f64().unwrap() >= seconds[5], "{seconds:?}: {summary}");
    assert_eq!(summary["component_epochs"], serde_json::json!({ "low_net": 3, "high_net": 3 }));
    let steps: u64 = [2, 5].iter().map(|last: &usize| records[*last][2].parse::<u64>().unwrap()).sum();
    assert_eq!((&summary["epochs"], &summary["steps"]), (&6.into(), &steps.into()));
    assert!(summary["best_epoch"].is_null() && summary["valid"]["rows"] == 100 && summary["test"]["rows"] == 200);
    let model = std::fs::read(run.join("model.safetensors")).unwrap();
    assert!(String::from_utf8_lossy(&model).contains("fuse.combiner.weight"));
    for by in ["average", "vote"] {
        let text = text.replace("by = learned", &format!("by = {by}"));
        std::fs::write(folder.path().join("small.mmc"), text).unwrap();
        mmc(folder.path()).args(arguments).assert().success();
    }
}

#[test]
fn the_parts_of_a_plan_cost_what_they_would_alone() {
    let (plan, _) = pipeline("late(b |> linear(5), b_net)");
    let parts: Vec<Plan> = (0..2).map(|component| plan.subplan(component)).collect();
    let sum: usize = parts.iter().map(Plan::parameter_count).sum();
    assert_eq!(sum, plan.parameter_count());
    let single = plan_of(
        "pipeline p\ndata { source = csv(\"rows.csv\") }\nlabel y: class[2] = column(\"y\")\n\
         modality b: dense[2] = columns(\"b_*\")\ncombine one = single(b |> linear(5))\ntrain { epochs = 1 }\n",
        None,
    );
    assert_eq!(parts[0].cost, single.cost);
}
