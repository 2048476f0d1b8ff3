//! What is counted, in the text form of Prometheus.

use crate::experiment::{OnlineModel, OnlinePredictions};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::time::Duration;

/// Names and values.
type MetricLabels = Vec<(&'static str, String)>;

/// Makes histograms of seconds.
#[derive(Clone)]
struct SecondBuckets;

impl MetricConstructor<Histogram> for SecondBuckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])
    }
}

/// Makes histograms of numbers of rows.
#[derive(Clone)]
struct RowBuckets;

impl MetricConstructor<Histogram> for RowBuckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 4096.0])
    }
}

/// All that is counted.
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<MetricLabels, Counter>,
    seconds: Family<MetricLabels, Histogram, SecondBuckets>,
    rows: Family<MetricLabels, Counter>,
    missing: Family<MetricLabels, Counter>,
    classes: Family<MetricLabels, Counter>,
    abstained: Family<MetricLabels, Counter>,
    batches: Family<MetricLabels, Histogram, RowBuckets>,
    waiting: Family<MetricLabels, Gauge>,
    connections: Gauge,
}

/// What is counted of one model.
pub(super) struct ModelMetrics {
    rows: Counter,
    abstained: Counter,
    missing: Vec<Counter>,
    classes: Vec<Counter>,
    batches: Histogram,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let metrics = Self {
            registry: Registry::default(),
            requests: Family::default(),
            seconds: Family::new_with_constructor(SecondBuckets),
            rows: Family::default(),
            missing: Family::default(),
            classes: Family::default(),
            abstained: Family::default(),
            batches: Family::new_with_constructor(RowBuckets),
            waiting: Family::default(),
            connections: Gauge::default(),
        };
        let mut registry = Registry::with_prefix("mmc");
        registry.register("requests", "Requests by route and status", metrics.requests.clone());
        registry.register(
            "request_seconds",
            "Seconds from the head of a request to its answer",
            metrics.seconds.clone(),
        );
        registry.register("rows", "Rows that were predicted", metrics.rows.clone());
        registry.register("missing_rows", "Predicted rows that lack a modality", metrics.missing.clone());
        registry.register("predictions", "Predicted rows by class", metrics.classes.clone());
        registry.register("abstained_rows", "Rows that were too unsure to be decided", metrics.abstained.clone());
        registry.register("batch_rows", "Rows that were predicted at a time", metrics.batches.clone());
        registry.register("waiting_rows", "Rows that wait to be predicted", metrics.waiting.clone());
        registry.register("connections", "Open connections", metrics.connections.clone());
        Self { registry, ..metrics }
    }

    /// Counts a request that was answered.
    pub(super) fn answered(&self, route: &'static str, status: u16, time: Duration) {
        self.requests.get_or_create(&vec![("route", route.to_owned()), ("status", status.to_string())]).inc();
        self.seconds.get_or_create(&vec![("route", route.to_owned())]).observe(time.as_secs_f64());
    }

    pub(super) fn connected(&self, change: i64) {
        self.connections.inc_by(change);
    }

    pub(super) fn set_waiting(&self, model: &str, rows: usize) {
        self.waiting.get_or_create(&vec![("model", model.to_owned())]).set(rows as i64);
    }

    /// The counters of a model.
    pub(super) fn model(&self, name: &str, model: &OnlineModel) -> ModelMetrics {
        let own = |more: Option<(&'static str, &str)>| -> MetricLabels {
            let model = std::iter::once(("model", name.to_owned()));
            model.chain(more.map(|(label, value)| (label, value.to_owned()))).collect()
        };
        let modality = |name: &str| self.missing.get_or_create(&own(Some(("modality", name)))).clone();
        let class = |name: &String| self.classes.get_or_create(&own(Some(("class", name)))).clone();
        ModelMetrics {
            rows: self.rows.get_or_create(&own(None)).clone(),
            abstained: self.abstained.get_or_create(&own(None)).clone(),
            missing: model.modalities().map(modality).collect(),
            classes: model.classes().iter().map(class).collect(),
            batches: self.batches.get_or_create(&own(None)).clone(),
        }
    }

    /// All of it as text.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to memory does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl ModelMetrics {
    pub(super) fn batch(&self, rows: usize) {
        self.batches.observe(rows as f64);
    }

    /// Counts predicted rows. Those with problems are not predicted.
    pub(super) fn predicted(&self, model: &OnlineModel, found: &OnlinePredictions) {
        self.rows.inc_by((found.predicted.len() - found.rejected.len()) as u64);
        for (counter, missing) in self.missing.iter().zip(&found.missing) {
            counter.inc_by(*missing);
        }
        for (row, class) in found.predicted.iter().enumerate() {
            if found.rejected.contains_key(&row) {
                continue;
            }
            if model.abstains() && found.abstained[row] {
                self.abstained.inc();
            } else if let Some(counter) = self.classes.get(*class as usize) {
                counter.inc();
            }
        }
    }
}
