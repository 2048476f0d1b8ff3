//! Pages of made content: many components, many classes, hostile names, what is missing.

use super::charts::check;
use mmc::page::{PageBlock, RunContent, StudyContent, StudyPoint, WebPage, run_page, study_page};
use mmc::plan::Plan;
use mmc::report::{OwnDecision, SavedEpoch, SavedPredictions};
use serde_json::{Value, json};

/// Bytes that a page has at most.
const LARGEST: usize = 500_000;

/// What a made run is like.
struct Made {
    plan: Plan,
    classes: Vec<String>,
    rows: usize,
    valid: bool,
    epochs: u64,
}

/// A pipeline of `inputs` optional modalities with every pair of them: with 8, 36 components.
fn plan(inputs: usize, classes: usize, prefix: &str) -> Plan {
    let mut text = "pipeline made\n\ndata {\n  source = csv(\"x.csv\")\n  split  = { test: last(10), valid: fraction(10%) }\n}\n\n"
        .to_owned();
    text += &format!("label y: class[{classes}] = column(\"y\")\n\n");
    for at in 0..inputs {
        text += &format!("modality {prefix}{at}?: dense[3] = columns(\"{prefix}{at}_*\")\n");
    }
    for at in 0..inputs {
        text += &format!("encoder {prefix}{at}_net = {prefix}{at} |> mlp([8])\n");
    }
    let names: Vec<String> = (0..inputs).map(|at| format!("{prefix}{at}_net")).collect();
    text += &format!(
        "combine all = mulmix({}) {{\n  mixtures = up_to(2)\n  head = mlp([4])\n}}\n\ntrain {{\n  epochs = 2\n}}\n",
        names.join(", ")
    );
    let mut sources = mmc::diag::SourceMap::new();
    let file = sources.add("made.mmc", text.as_str());
    let compiled = mmc::compile(&mut sources, file, &[], None);
    compiled.value.unwrap_or_else(|| panic!("{:?}", compiled.problems)).plan
}

/// A number between 0 and 1 that depends on two others alone.
fn random(a: usize, b: usize) -> f32 {
    let mixed = (a as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (b as u64 + 7).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 40) as f32 / (1u64 << 24) as f32
}

impl Made {
    fn predictions(&self) -> SavedPredictions {
        let (count, components) = (self.classes.len(), self.plan.loss.components.len());
        let mut saved = SavedPredictions { classes: count, every: 1, ..SavedPredictions::default() };
        saved.names = Some((0..self.rows).map(|row| format!("<i>{row}</i>")).collect());
        for row in 0..self.rows {
            let label = row % count;
            let mut p: Vec<f32> =
                (0..count).map(|class| random(row, class) + if class == label { 0.7 } else { 0.0 }).collect();
            let sum: f32 = p.iter().sum();
            p.iter_mut().for_each(|p| *p /= sum);
            let best = (0..count).max_by(|a, b| p[*a].total_cmp(&p[*b])).unwrap();
            saved.row_ids.push(row as u64);
            saved.labels.push(label as u32);
            saved.predicted.push(best as u32);
            saved.probabilities.extend(p);
        }
        let own = |row: usize, at: usize| {
            let there = random(row, 1000 + at) > 0.05;
            let class = if random(row, 2000 + at) > 0.4 { row % count } else { (row + 1) % count };
            there.then_some(OwnDecision { class: class as u32, probability: 0.75 })
        };
        saved.components = (0..components).map(|at| (0..self.rows).map(|row| own(row, at)).collect()).collect();
        saved
    }

    fn summary(&self) -> Value {
        let components: Vec<Value> = self
            .plan
            .loss
            .components
            .iter()
            .enumerate()
            .map(|(at, component)| {
                json!({
                    "name": component.name, "rows": self.rows, "cross_entropy": 0.5, "log_loss": 0.5, "auc": 0.75,
                    "error": 0.2 + 0.01 * at as f64, "mean_q": 0.1 + 0.02 * at as f64,
                })
            })
            .collect();
        let scores = json!({ "rows": self.rows, "error": 0.25, "loss": 0.5, "auc": 0.8, "f1": 0.7, "log_loss": 0.6, "brier": 0.2,
            "calibration_error": 0.02, "components": components });
        json!({
            "pipeline": "made", "combine": "all", "status": "completed", "epochs": self.epochs, "best_epoch": 2,
            "valid": if self.valid { scores.clone() } else { Value::Null },
            "test": if self.rows > 0 { scores } else { Value::Null },
            "notes": ["a note of <b>the run</b>"], "seconds": 12.5,
            "calibration": { "part": "valid", "scale": "count", "temperature": 2.0 },
        })
    }

    fn page(&self, robustness: Option<&Value>) -> WebPage {
        let history: Vec<SavedEpoch> = (1..=self.epochs)
            .map(|epoch| SavedEpoch {
                component: None,
                epoch,
                train_loss: 1.0 / epoch as f64,
                train_error: 0.5 / epoch as f64,
                valid_loss: if self.valid { 1.1 / epoch as f64 } else { f64::NAN },
                valid_error: if self.valid { 0.6 / epoch as f64 } else { f64::NAN },
                best: epoch == 2,
            })
            .collect();
        let predictions = (self.rows > 0).then(|| self.predictions());
        let record = json!({
            "plan": { "classes": self.classes }, "machine": { "started": "2026-01-01T00:00:00Z" },
            "data": { "label": "y", "rows": { "train": 100, "test": self.rows }, "notes": ["<script>alert(3)</script>"],
                "modalities": [{ "name": "m0", "kind": "dense", "shape": [3], "optional": true, "columns": 3 }],
                "missing": { "m0": { "train": 7, "test": 1 } },
                "classes": { "train": vec![1; self.classes.len()], "test": vec![1; self.classes.len()] } },
        });
        run_page(&RunContent {
            folder: "runs/made-0001",
            plan: &self.plan,
            classes: &self.classes,
            pipeline: "pipeline made\n</pre><script>alert(2)</script>\n",
            record: &record,
            summary: &self.summary(),
            history: &history,
            predictions: predictions.as_ref(),
            robustness,
        })
    }
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("species number {at}")).collect()
}

/// Fails unless the page is small, has no script, loads nothing, its plots are legible and its parts are named.
fn sound(page: &WebPage) -> String {
    let html = page.html().replace('\u{a0}', " ");
    assert!(html.len() < LARGEST, "{} bytes", html.len());
    for forbidden in [
        "<script",
        "<img",
        "javascript:",
        "onerror=",
        "src=\"",
        "url(",
        "@import",
        "NaN",
        "inf %",
        "\u{202e}",
        "\u{1b}",
    ] {
        let found = html.find(forbidden);
        // Escaped text may speak of anything.
        assert!(found.is_none() || forbidden == "onerror=", "{forbidden}: {}", &html[found.unwrap_or(0)..][..200]);
    }
    page.plots().for_each(|plot| check(&plot.svg));
    let ids: Vec<&str> = html.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    for (at, id) in ids.iter().enumerate() {
        assert!(!ids[at + 1..].contains(id), "two elements are named {id}");
    }
    for target in html.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(ids.contains(&target), "nothing is named {target}");
    }
    for plot in page.plots() {
        assert!(plot.reading.ends_with('.') && !plot.title.is_empty(), "{}", plot.name);
    }
    html
}

fn section_ids(page: &WebPage) -> Vec<&'static str> {
    page.sections.iter().map(|section| section.id).collect()
}

#[test]
fn a_page_has_every_section() {
    let made = Made { plan: plan(2, 2, "m"), classes: names(2), rows: 400, valid: true, epochs: 9 };
    let page = made.page(None);
    let html = sound(&page);
    assert_eq!(
        section_ids(&page),
        [
            "results",
            "learning",
            "components",
            "confusion",
            "ranking",
            "probabilities",
            "mistakes",
            "graph",
            "pipeline",
            "data",
            "environment"
        ]
    );
    assert_eq!(page.verdict.len(), 3);
    assert!(
        page.verdict[0]
            .replace('\u{a0}', " ")
            .starts_with("all is wrong about y on 25.00 % of 400 test rows (95 % interval"),
        "{}",
        page.verdict[0]
    );
    assert!(html.contains("&lt;script&gt;alert(3)") && html.contains("prefers-color-scheme: dark"));
    let plots: Vec<&str> = page.plots().map(|plot| plot.name.as_str()).collect();
    for name in [
        "learning-error",
        "learning-loss",
        "components",
        "disagreements",
        "confusion",
        "roc",
        "precision-recall",
        "reliability",
        "risk-coverage",
    ] {
        assert!(plots.contains(&name), "{name} is not among {plots:?}");
    }
}

#[test]
fn thirty_six_components_and_a_hundred_classes_fit() {
    let many = Made {
        plan: plan(8, 2, "a_modality_with_a_long_name_"),
        classes: names(2),
        rows: 500,
        valid: true,
        epochs: 3000,
    };
    assert_eq!(many.plan.loss.components.len(), 36);
    sound(&many.page(None));
    let many = Made { plan: plan(2, 100, "m"), classes: names(100), rows: 1500, valid: true, epochs: 3 };
    let html = sound(&many.page(None));
    assert!(html.contains("100 classes are too many for a matrix"));
}

#[test]
fn what_a_run_lacks_is_left_out_and_named() {
    let made = Made { plan: plan(2, 2, "m"), classes: names(2), rows: 0, valid: false, epochs: 1 };
    let page = made.page(None);
    let html = sound(&page);
    assert_eq!(section_ids(&page), ["learning", "rows", "graph", "pipeline", "data", "environment"]);
    assert!(html.contains("measured on no held-out rows") && html.contains("give the data a `test` part"));
}

#[test]
fn hostile_names_are_shown_and_do_nothing() {
    let classes =
        ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "\u{202e}evil & rtl", "line\nbreak\u{1b}[31m"];
    let mut classes: Vec<String> = classes.map(String::from).into();
    classes.push("very long ".repeat(80));
    classes.push("\u{1f600} 漢字漢字漢字漢字漢字漢字漢字".into());
    let made = Made { plan: plan(2, 6, "m"), classes, rows: 300, valid: true, epochs: 3 };
    let html = sound(&made.page(None));
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && html.contains("\\u{202e}evil"));
    assert!(html.contains("&lt;i&gt;0&lt;/i&gt;") || html.contains("&lt;i&gt;"));
}

#[test]
fn ablations_and_curves_are_there_where_they_were_measured() {
    let made = Made { plan: plan(2, 2, "m"), classes: names(2), rows: 200, valid: true, epochs: 3 };
    let difference = json!({ "mean": 0.1, "low": 0.05, "high": 0.15, "p": 0.001, "test": "mc_nemar" });
    let found = json!({
        "error": 0.25, "log_loss": 0.5, "modalities": ["m0", "m1"],
        "subsets": [
            { "modalities": ["m0"], "error": 0.35, "log_loss": 0.6, "difference": difference },
            { "modalities": ["m1"], "error": 0.30, "log_loss": 0.7, "difference": difference },
        ],
        "curves": [{ "modality": "m0", "kind": "gaussian", "points": [
            { "level": 0.0, "error": 0.25 }, { "level": 1.0, "error": 0.35, "difference": difference },
        ]}],
        "importance": [{ "modality": "m0", "column": null, "error": { "mean": 0.07, "deviation": 0.01, "values": [] } }],
    });
    let page = made.page(Some(&found));
    let html = sound(&page);
    assert!(section_ids(&page).contains(&"robustness"));
    assert!(html.contains("Taking m1 away costs most: the error rises from 25.00 % to 35.00 %"), "{html}");
    let six = Made { plan: plan(6, 2, "m"), classes: names(2), rows: 200, valid: true, epochs: 3 };
    let subsets: Vec<Value> = (1..63)
        .map(|bits: u32| {
            let members: Vec<String> = (0..6).filter(|at| bits & (1 << at) != 0).map(|at| format!("m{at}")).collect();
            json!({ "modalities": members, "error": 0.5 - 0.03 * f64::from(bits.count_ones()), "log_loss": 0.6 })
        })
        .collect();
    let found = json!({ "error": 0.25, "log_loss": 0.5, "modalities": ["m0", "m1", "m2", "m3", "m4", "m5"], "subsets": subsets });
    sound(&six.page(Some(&found)));
}

#[test]
fn a_study_has_its_bars_and_its_curve() {
    let point = |beta: f64, mean: f64| StudyPoint {
        name: format!("mulmix  beta={beta}"),
        params: vec![("beta".into(), beta.to_string())],
        valid: Some((mean, Some((mean - 0.02, mean + 0.02)))),
        test: Some((mean + 0.01, None)),
        runs: vec![format!("mulmix-beta={beta}-seed-1")],
        parameters: 1000,
        seconds: 1.5,
    };
    let content = StudyContent {
        folder: "runs/x".into(),
        pipeline: "made".into(),
        kind: "sweep".into(),
        metric: ("error".into(), false),
        share: true,
        points: vec![point(0.5, 0.2), point(0.0, 0.22), point(1.0, 0.25)],
        equal: 2,
        selected: Some(("mulmix  beta=0.5".into(), "best".into())),
        texts: vec!["pipeline made\n".into()],
        versions: "mmc 0.1.0".into(),
    };
    let page = study_page(&content);
    let html = sound(&page);
    let plots: Vec<&str> = page.plots().map(|plot| plot.name.as_str()).collect();
    assert_eq!(plots, ["configurations-validation", "configurations-test", "by-beta"]);
    assert!(html.contains("The validation rows select mulmix  beta=0.5 by error, of 3 configurations."), "{html}");
    assert!(html.contains("2 more are equal to one of these"));
    let curve = page.plots().find(|plot| plot.name == "by-beta").unwrap();
    assert_eq!(curve.numbers.rows.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["0", "0.5", "1"]);
    assert!(page.sections.iter().all(|section| !section.blocks.is_empty()));
    assert!(matches!(page.sections[0].blocks[0], PageBlock::Plot(_)));
}
