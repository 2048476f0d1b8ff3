//! The server: listens, accepts connections within its limits, and ends when it is asked to, after the requests it has.

use super::connection::{LAST_CALL, Log, Service};
use super::limits::ServeLimits;
use super::metrics::Metrics;
use super::served::{Served, ServedModel};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// How a server runs.
pub struct ServeOptions {
    /// Where it listens; port 0 is any that is free.
    pub address: SocketAddr,
    /// Its limits.
    pub limits: ServeLimits,
    /// Set to `true` by another thread, this ends the server.
    pub stop: Arc<AtomicBool>,
    /// Where the lines of its log go, each an object of JSON.
    pub log: Arc<dyn Fn(&str) + Send + Sync>,
    /// Whether every request is logged.
    pub log_requests: bool,
}

/// Why a server does not run.
#[derive(Debug)]
pub enum ServeFailure {
    /// It cannot listen at the address.
    Address(io::Error),
    /// A model, a thread or the network fails.
    Failed(String),
}

/// How often the request to stop is looked at.
const GLANCE: Duration = Duration::from_millis(20);
/// Bytes of the head of a request at most.
const HEAD: usize = 64 << 10;

/// Serves models until it is asked to stop; `listening` is told the address once connections are accepted. Requests
/// that have come by then are answered, within the time that the limits allow.
///
/// # Errors
/// If it cannot listen, or a model cannot be run.
pub fn serve(
    models: Vec<ServedModel>,
    options: ServeOptions,
    listening: impl FnOnce(SocketAddr),
) -> Result<(), ServeFailure> {
    let failed = |error: io::Error| ServeFailure::Failed(error.to_string());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_io().enable_time().build();
    let runtime = runtime.map_err(failed)?;
    let ServeOptions { address, limits, stop, log, log_requests } = options;
    let listener = runtime.block_on(TcpListener::bind(address)).map_err(ServeFailure::Address)?;
    let address = listener.local_addr().map_err(failed)?;
    let metrics = Metrics::new();
    let start = |model: ServedModel| Served::start(model, &limits, &metrics).map_err(ServeFailure::Failed);
    let models = models.into_iter().map(start).collect::<Result<Vec<_>, _>>()?;
    let decoders = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    let service = Arc::new(Service {
        models,
        metrics,
        bodies: Semaphore::new(limits.bodies.min(Semaphore::MAX_PERMITS)),
        decoders: Arc::new(Semaphore::new(decoders)),
        stopping: AtomicBool::new(false),
        accepted: AtomicU64::new(0),
        answered: AtomicU64::new(0),
        log: log as Log,
        log_requests,
        limits,
    });
    let names: Vec<&str> = service.models.iter().map(|model| model.name.as_str()).collect();
    service.write_log(json!({ "event": "listening", "address": address.to_string(), "models": names }));
    listening(address);
    runtime.block_on(accept(&service, listener, &stop));
    for served in &service.models {
        served.stop();
    }
    let (accepted, answered) = (service.accepted.load(Ordering::SeqCst), service.answered.load(Ordering::SeqCst));
    service.write_log(json!({ "event": "stopped", "requests": accepted, "answered": answered }));
    runtime.shutdown_timeout(Duration::from_millis(200));
    Ok(())
}

/// Accepts connections until the server is to stop, and waits for their requests.
async fn accept(service: &Arc<Service>, listener: TcpListener, stop: &AtomicBool) {
    let limit = service.limits.connections.clamp(1, Semaphore::MAX_PERMITS);
    let connections = Arc::new(Semaphore::new(limit));
    let (drain, draining) = watch::channel(false);
    let mut glance = tokio::time::interval(GLANCE);
    while !stop.load(Ordering::SeqCst) {
        let next = async {
            let permit = Arc::clone(&connections).acquire_owned().await.ok()?;
            Some((permit, listener.accept().await))
        };
        tokio::select! {
            accepted = next => take(service, accepted, &draining).await,
            _ = stopped(&mut glance, stop) => break,
        }
    }
    service.stopping.store(true, Ordering::SeqCst);
    service.write_log(json!({ "event": "stopping" }));
    // Connections that wait in the system's queue were made before.
    let last = Instant::now() + 10 * LAST_CALL;
    while let Some(permit) = Arc::clone(&connections).try_acquire_owned().ok().filter(|_| Instant::now() < last) {
        let Ok(accepted) = tokio::time::timeout(LAST_CALL, listener.accept()).await else { break };
        take(service, Some((permit, accepted)), &draining).await;
    }
    drop(listener);
    let _ = drain.send(true);
    let all = connections.acquire_many(u32::try_from(limit).unwrap_or(u32::MAX));
    if tokio::time::timeout(service.limits.drain, all).await.is_err() {
        service.write_log(json!({ "event": "drain_timeout", "connections": limit - connections.available_permits() }));
    }
}

async fn stopped(glance: &mut tokio::time::Interval, stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        glance.tick().await;
    }
}

/// Serves a connection that was accepted on a task of its own.
async fn take(
    service: &Arc<Service>,
    accepted: Option<(OwnedSemaphorePermit, io::Result<(TcpStream, SocketAddr)>)>,
    draining: &watch::Receiver<bool>,
) {
    match accepted {
        Some((permit, Ok((stream, _)))) => {
            let (service, draining) = (Arc::clone(service), draining.clone());
            tokio::spawn(async move {
                serve_connection(service, stream, draining).await;
                drop(permit);
            });
        }
        // As when no more files can be open: others end meanwhile.
        Some((_, Err(_))) => tokio::time::sleep(Duration::from_millis(10)).await,
        None => {}
    }
}

async fn serve_connection(service: Arc<Service>, stream: TcpStream, mut draining: watch::Receiver<bool>) {
    // Without it answers are only slower.
    let _ = stream.set_nodelay(true);
    service.metrics.connected(1);
    let answering = Arc::clone(&service);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(service.limits.head).max_buf_size(HEAD);
    let connection =
        http.serve_connection(TokioIo::new(stream), service_fn(move |request| Arc::clone(&answering).answer(request)));
    let mut connection = std::pin::pin!(connection);
    let drained = async {
        // An error means that the server has ended.
        let _ = draining.wait_for(|draining| *draining).await;
    };
    // How a connection ends is no concern: a client may go at any time.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = drained => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.as_mut().await;
        }
    }
    service.metrics.connected(-1);
}
