//! A model as it is served: under a name, with the threads that work for it.

use super::answer::RefusedRequest;
use super::batcher::{Arriving, Explanations, Worker, explaining, predicting};
use super::limits::ServeLimits;
use super::metrics::Metrics;
use crate::experiment::{OnlineModel, OnlinePredictions, OnlineRows};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// A model and the name it is served by.
#[derive(Clone)]
pub struct ServedModel {
    /// The name.
    pub name: String,
    /// The model.
    pub model: Arc<OnlineModel>,
}

/// A served model with its threads.
pub(super) struct Served {
    pub(super) name: String,
    pub(super) model: Arc<OnlineModel>,
    arriving: Arriving,
    predict: Mutex<Worker<OnlinePredictions>>,
    explain: Mutex<Worker<Explanations>>,
}

/// A request of a model that is being read. While there is one, rows that wait may wait for its rows.
pub(super) struct Arrival<'a> {
    served: &'a Served,
}

impl Served {
    pub(super) fn start(served: ServedModel, limits: &ServeLimits, metrics: &Metrics) -> Result<Self, String> {
        let ServedModel { name, model } = served;
        let predictor = || model.predictor().map_err(|error| error.to_string());
        let failed = |error: std::io::Error| format!("a thread cannot be started: {error}");
        let arriving = Arriving::default();
        let counters = Arc::new(metrics.model(&name, &model));
        let predict = predicting(&model, predictor()?, limits, &arriving, counters).map_err(failed)?;
        let explain = explaining(predictor()?, limits).map_err(failed)?;
        Ok(Self { name, predict: Mutex::new(predict), explain: Mutex::new(explain), arriving, model })
    }

    /// Announces a request that is being read.
    pub(super) fn arrival(&self) -> Arrival<'_> {
        self.arriving.fetch_add(1, Ordering::SeqCst);
        Arrival { served: self }
    }

    pub(super) fn predict(
        &self,
        rows: OnlineRows,
    ) -> Result<oneshot::Receiver<Result<OnlinePredictions, RefusedRequest>>, RefusedRequest> {
        self.predict.lock().unwrap_or_else(PoisonError::into_inner).submit(rows)
    }

    pub(super) fn explain(
        &self,
        rows: OnlineRows,
    ) -> Result<oneshot::Receiver<Result<Explanations, RefusedRequest>>, RefusedRequest> {
        self.explain.lock().unwrap_or_else(PoisonError::into_inner).submit(rows)
    }

    /// Rows that wait to be predicted.
    pub(super) fn waiting(&self) -> usize {
        self.predict.lock().unwrap_or_else(PoisonError::into_inner).waiting()
    }

    /// Ends the threads, after the jobs that they have.
    pub(super) fn stop(&self) {
        self.predict.lock().unwrap_or_else(PoisonError::into_inner).stop();
        self.explain.lock().unwrap_or_else(PoisonError::into_inner).stop();
    }
}

impl Drop for Arrival<'_> {
    fn drop(&mut self) {
        self.served.arriving.fetch_sub(1, Ordering::SeqCst);
        self.served.predict.lock().unwrap_or_else(PoisonError::into_inner).wake();
    }
}
