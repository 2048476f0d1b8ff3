//! A thread for each model that predicts what many requests ask at once, and another that explains.
//!
//! A request waits for others at most as long as told, and only while others are being read: alone it is predicted at
//! once. A row has the same bits in any batch, so that nothing depends on who else asks.

use super::answer::RefusedRequest;
use super::limits::ServeLimits;
use super::metrics::ModelMetrics;
use crate::experiment::{OnlineModel, OnlinePredictions, OnlinePredictor, OnlineRows, RowProblem, RowTrust};
use serde_json::json;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;
use tokio::sync::oneshot;

/// Rows that wait, and where the answer goes.
struct Job<T> {
    rows: OnlineRows,
    answer: oneshot::Sender<Result<T, RefusedRequest>>,
}

/// The jobs that wait for a thread.
struct Queue<T> {
    state: Mutex<QueueState<T>>,
    changed: Condvar,
}

struct QueueState<T> {
    jobs: VecDeque<Job<T>>,
    rows: usize,
    open: bool,
}

/// A thread that works on the jobs of a queue, one batch after the other.
pub(super) struct Worker<T> {
    queue: Arc<Queue<T>>,
    most: usize,
    thread: Option<JoinHandle<()>>,
}

/// Requests of a model that are being read.
pub(super) type Arriving = Arc<AtomicUsize>;

impl<T> Queue<T> {
    fn lock(&self) -> MutexGuard<'_, QueueState<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Send + 'static> Worker<T> {
    fn start(name: &str, most: usize, run: impl FnOnce(&Queue<T>) + Send + 'static) -> std::io::Result<Self> {
        let state = QueueState { jobs: VecDeque::new(), rows: 0, open: true };
        let queue = Arc::new(Queue { state: Mutex::new(state), changed: Condvar::new() });
        let own = Arc::clone(&queue);
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || run(&own))?;
        Ok(Self { queue, most, thread: Some(thread) })
    }

    /// Puts rows into the queue. The answer comes through what is returned.
    pub(super) fn submit(
        &self,
        rows: OnlineRows,
    ) -> Result<oneshot::Receiver<Result<T, RefusedRequest>>, RefusedRequest> {
        let (answer, answered) = oneshot::channel();
        let mut state = self.queue.lock();
        if !state.open {
            return Err(RefusedRequest::busy("the server is stopping"));
        }
        if !state.jobs.is_empty() && state.rows + rows.rows > self.most {
            return Err(RefusedRequest::busy(format!("{} rows wait already; try again", state.rows)));
        }
        state.rows += rows.rows;
        state.jobs.push_back(Job { rows, answer });
        drop(state);
        self.queue.changed.notify_one();
        Ok(answered)
    }

    /// Rows that wait.
    pub(super) fn waiting(&self) -> usize {
        self.queue.lock().rows
    }

    /// Tells the thread that a request that was being read has not come.
    pub(super) fn wake(&self) {
        self.queue.changed.notify_one();
    }

    /// Takes no more jobs, and waits for those that are there.
    pub(super) fn stop(&mut self) {
        self.queue.lock().open = false;
        self.queue.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was reported when it happened.
            let _ = thread.join();
        }
    }
}

/// The next jobs, of `limits.batch` rows or the first job alone; `None` once the queue is closed and empty.
fn gather<T>(queue: &Queue<T>, limits: &ServeLimits, arriving: &AtomicUsize) -> Option<Vec<Job<T>>> {
    let mut state = queue.lock();
    while state.jobs.is_empty() {
        if !state.open {
            return None;
        }
        state = queue.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
    let until = Instant::now() + limits.wait;
    while state.rows < limits.batch && arriving.load(Ordering::SeqCst) > 0 && state.open {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        state = queue.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
    }
    let mut jobs = vec![];
    let mut rows = 0;
    while let Some(next) = state.jobs.front() {
        if !jobs.is_empty() && rows + next.rows.rows > limits.batch {
            break;
        }
        rows += next.rows.rows;
        jobs.extend(state.jobs.pop_front());
    }
    state.rows -= rows;
    Some(jobs)
}

/// Starts the thread that predicts for a model.
pub(super) fn predicting(
    model: &Arc<OnlineModel>,
    predictor: OnlinePredictor,
    limits: &ServeLimits,
    arriving: &Arriving,
    metrics: Arc<ModelMetrics>,
) -> std::io::Result<Worker<OnlinePredictions>> {
    let (limits, arriving, model) = (limits.clone(), Arc::clone(arriving), Arc::clone(model));
    Worker::start("predict", limits.queue, move |queue| {
        while let Some(jobs) = gather(queue, &limits, &arriving) {
            // Who has gone needs no answer.
            let jobs: Vec<Job<OnlinePredictions>> = jobs.into_iter().filter(|job| !job.answer.is_closed()).collect();
            if jobs.is_empty() {
                continue;
            }
            let all: Vec<&OnlineRows> = jobs.iter().map(|job| &job.rows).collect();
            let found = predict(&predictor, &all);
            metrics.batch(all.iter().map(|rows| rows.rows).sum());
            match found {
                Ok(found) => {
                    metrics.predicted(&model, &found);
                    let mut from = 0;
                    for Job { rows, answer } in jobs {
                        let _ = answer.send(Ok(found.slice(from, rows.rows)));
                        from += rows.rows;
                    }
                }
                // One of the requests spoils the table: each is answered alone.
                Err(_) if jobs.len() > 1 => {
                    for Job { rows, answer } in jobs {
                        let found = predict(&predictor, &[&rows]);
                        if let Ok(found) = &found {
                            metrics.predicted(&model, found);
                        }
                        let _ = answer.send(found);
                    }
                }
                Err(refusal) => {
                    for Job { answer, .. } in jobs {
                        let _ = answer.send(Err(refusal.clone()));
                    }
                }
            }
        }
    })
}

fn predict(predictor: &OnlinePredictor, all: &[&OnlineRows]) -> Result<OnlinePredictions, RefusedRequest> {
    let whole;
    let rows = match all {
        [one] => *one,
        several => {
            whole = OnlineRows::concat(several);
            &whole
        }
    };
    let found = catch_unwind(AssertUnwindSafe(|| predictor.predict(rows)));
    let found =
        found.map_err(|_| RefusedRequest::internal("the prediction failed; the log of the server has the reason"))?;
    found.map_err(|error| refused(&error))
}

/// Starts the thread that explains the decisions of a model.
pub(super) fn explaining(predictor: OnlinePredictor, limits: &ServeLimits) -> std::io::Result<Worker<Explanations>> {
    let limits = ServeLimits { batch: 1, ..limits.clone() };
    Worker::start("explain", limits.queue, move |queue| {
        let alone = AtomicUsize::new(0);
        while let Some(jobs) = gather(queue, &limits, &alone) {
            for Job { rows, answer } in jobs {
                if answer.is_closed() {
                    continue;
                }
                let found = catch_unwind(AssertUnwindSafe(|| predictor.explain(&rows)));
                let found = match found {
                    Err(_) => {
                        Err(RefusedRequest::internal("the explanation failed; the log of the server has the reason"))
                    }
                    Ok(Err(error)) => Err(refused(&error)),
                    Ok(Ok(Err(problems))) => Err(rejected(&problems)),
                    Ok(Ok(Ok(rows))) => Ok(Explanations { rows, notes: predictor.notes().to_vec() }),
                };
                let _ = answer.send(found);
            }
        }
    })
}

/// How rows were decided.
pub(super) struct Explanations {
    pub(super) rows: Vec<RowTrust>,
    /// Sentences for the user.
    pub(super) notes: Vec<String>,
}

/// The refusal of rows that cannot be predicted.
pub(super) fn rejected(problems: &[RowProblem]) -> RefusedRequest {
    /// Problems that are listed.
    const SHOWN: usize = 20;
    let reason = problems.first().map_or_else(String::new, |first| {
        let place = first.column.as_ref().map_or_else(String::new, |column| format!(", column `{column}`"));
        format!("{}: row {}{place}: {}", first.code, first.row, first.message)
    });
    let listed = &problems[..problems.len().min(SHOWN)];
    RefusedRequest { problems: Some(json!(listed)), ..RefusedRequest::bad(reason) }
}

fn refused(error: &crate::experiment::Error) -> RefusedRequest {
    let problems = error.problems();
    let reason = problems.iter().next().map_or_else(
        || error.to_string(),
        |problem| {
            let help = problem.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
            format!("{}: {}{help}", problem.code.as_str(), problem.message)
        },
    );
    match error.kind() {
        crate::experiment::ErrorKind::Invalid => RefusedRequest::bad(reason),
        _ => RefusedRequest::internal(reason),
    }
}
