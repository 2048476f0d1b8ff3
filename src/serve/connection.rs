//! Requests: read within their limits, answered, counted and logged.

use super::answer::{Answer, RefusedRequest};
use super::batcher::rejected;
use super::infer::{Inference, shown, too_many};
use super::limits::ServeLimits;
use super::metrics::Metrics;
use super::route::{Route, queried, route};
use super::served::Served;
use super::{encode, infer, invocations, metadata, openapi, page};
use crate::experiment::OnlineRows;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Request, Response, StatusCode};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot::Receiver;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Where a line of the log goes.
pub(super) type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// What all requests share.
pub(super) struct Service {
    pub(super) models: Vec<Served>,
    pub(super) limits: ServeLimits,
    pub(super) metrics: Metrics,
    /// Bytes of bodies that may still be held.
    pub(super) bodies: Semaphore,
    /// Bodies that may still be decoded at a time.
    pub(super) decoders: Arc<Semaphore>,
    pub(super) stopping: AtomicBool,
    /// Requests whose head was read.
    pub(super) accepted: AtomicU64,
    /// Requests that were answered.
    pub(super) answered: AtomicU64,
    pub(super) log: Log,
    /// Whether every request is logged.
    pub(super) log_requests: bool,
}

/// A body with what its head says of it.
struct RequestBody {
    content_type: String,
    /// The length of the JSON before binary tensors.
    header: Option<usize>,
    bytes: Vec<u8>,
}

/// What is logged of a request besides its answer.
#[derive(Default)]
struct RequestFacts {
    model: Option<String>,
    rows: Option<usize>,
    bytes: usize,
}

impl Service {
    /// Answers a request.
    pub(super) async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let began = Instant::now();
        let number = self.accepted.fetch_add(1, Ordering::SeqCst) + 1;
        let (method, path) = (request.method().clone(), shown(request.uri().path()));
        let mut facts = RequestFacts::default();
        let chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
        let found = smuggled(request.headers())
            .and_then(|()| route(&method, request.uri().path(), self.models.iter().map(|model| model.name.as_str())));
        let name = found.as_ref().map_or("other", |route| route.name());
        let answer = match found {
            Err(refusal) => Err(refusal),
            Ok(route) => {
                let answer = tokio::time::timeout(self.limits.request, self.routed(route, request, &mut facts));
                answer.await.unwrap_or_else(|_| {
                    let limit = self.limits.request.as_secs_f64();
                    let reason = format!("the request took longer than {limit} seconds");
                    Err(RefusedRequest { close: true, ..RefusedRequest::new(StatusCode::REQUEST_TIMEOUT, reason) })
                })
            }
        };
        let reason = answer.as_ref().err().map(|refusal| refusal.reason.clone());
        let mut answer: Answer = answer.unwrap_or_else(Answer::from);
        // Another length may have stood beside it; what follows is not taken for a request.
        answer.close |= chunked;
        self.metrics.answered(name, answer.status.as_u16(), began.elapsed());
        self.answered.fetch_add(1, Ordering::SeqCst);
        if self.log_requests {
            let mut line = json!({
                "event": "request",
                "request": number,
                "method": method.as_str(),
                "path": path,
                "status": answer.status.as_u16(),
                "ms": (began.elapsed().as_secs_f64() * 1e6).round() / 1e3,
                "bytes": facts.bytes,
            });
            let more = [
                ("model", facts.model.map(Value::from)),
                ("rows", facts.rows.map(Value::from)),
                ("reason", reason.map(Value::from)),
            ];
            for (name, value) in more {
                if let Some(value) = value {
                    line[name] = value;
                }
            }
            self.write_log(line);
        }
        Ok(response(answer, self.stopping.load(Ordering::SeqCst)))
    }

    /// Writes a line of the log: an object, with its time.
    pub(super) fn write_log(&self, mut line: Value) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        line["time"] = (now.as_millis() as f64 / 1000.0).into();
        (self.log)(&line.to_string());
    }

    async fn routed(
        &self,
        route: Route,
        request: Request<Incoming>,
        facts: &mut RequestFacts,
    ) -> Result<Answer, RefusedRequest> {
        match route {
            Route::Page => Ok(page::page(self.models.iter())),
            Route::Server => Ok(Answer::json(&metadata::server())),
            Route::Live => Ok(Answer::json(&json!({ "live": true }))),
            Route::Ready | Route::Ping | Route::ModelReady(_) => match self.stopping.load(Ordering::SeqCst) {
                true => Err(RefusedRequest::busy("the server is stopping")),
                false => Ok(Answer::json(&json!({ "ready": true }))),
            },
            Route::Metrics => {
                for served in &self.models {
                    self.metrics.set_waiting(&served.name, served.waiting());
                }
                let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
                Ok(Answer::of(kind, self.metrics.text().into_bytes()))
            }
            Route::OpenApi => Ok(Answer::json(&openapi::document(self.models.iter()))),
            Route::Model(place) => Ok(Answer::json(&metadata::model(&self.models[place]))),
            Route::Infer(place) => self.infer(&self.models[place], request, facts).await,
            Route::Invocations | Route::Explain => {
                let served = self.named(queried(request.uri().query()))?;
                match route {
                    Route::Explain => self.explain(served, request, facts).await,
                    _ => self.invoke(served, request, facts).await,
                }
            }
        }
    }

    /// The model of a name; the only one without a name.
    fn named(&self, name: Option<String>) -> Result<&Served, RefusedRequest> {
        let known = || self.models.iter().map(|model| model.name.as_str()).collect::<Vec<_>>().join(", ");
        match (name, self.models.as_slice()) {
            (Some(name), models) => models.iter().find(|model| model.name == name).ok_or_else(|| {
                RefusedRequest::not_found(format!("no model `{}` is served; there are {}", shown(&name), known()))
            }),
            (None, [only]) => Ok(only),
            (None, _) => {
                Err(RefusedRequest::bad(format!("several models are served: name one with `?model=`, of {}", known())))
            }
        }
    }

    async fn infer(
        &self,
        served: &Served,
        request: Request<Incoming>,
        facts: &mut RequestFacts,
    ) -> Result<Answer, RefusedRequest> {
        facts.model = Some(served.name.clone());
        let arrival = served.arrival();
        let (body, _held) = self.body(request, facts).await?;
        let (model, most) = (Arc::clone(&served.model), self.limits.rows);
        let mut inference: Inference =
            self.decoded(move || infer::decode(&model, &body.bytes, body.header, most)).await?;
        let rows = std::mem::take(&mut inference.rows);
        facts.rows = Some(rows.rows);
        let answered = served.predict(rows);
        drop(arrival);
        let found = answer_of(answered?).await?;
        if !found.rejected.is_empty() {
            return Err(rejected(&found.rejected.into_values().collect::<Vec<_>>()));
        }
        let wanted = (inference.id.as_deref(), inference.outputs.as_slice());
        Ok(encode::response(&served.name, &served.model, wanted, &found))
    }

    async fn invoke(
        &self,
        served: &Served,
        request: Request<Incoming>,
        facts: &mut RequestFacts,
    ) -> Result<Answer, RefusedRequest> {
        let arrival = served.arrival();
        let rows = self.rows(served, request, facts).await?;
        let answered = served.predict(rows);
        drop(arrival);
        let found = answer_of(answered?).await?;
        if !found.rejected.is_empty() {
            return Err(rejected(&found.rejected.into_values().collect::<Vec<_>>()));
        }
        Ok(encode::predictions(&served.model, &found))
    }

    async fn explain(
        &self,
        served: &Served,
        request: Request<Incoming>,
        facts: &mut RequestFacts,
    ) -> Result<Answer, RefusedRequest> {
        let rows = self.rows(served, request, facts).await?;
        if rows.rows > EXPLAINED {
            return Err(too_many(rows.rows as u64, EXPLAINED));
        }
        let found = answer_of(served.explain(rows)?).await?;
        Ok(Answer::json(&json!({ "model": served.name, "rows": found.rows, "notes": found.notes })))
    }

    /// The rows of a request to `/invocations` or `/explain`.
    async fn rows(
        &self,
        served: &Served,
        request: Request<Incoming>,
        facts: &mut RequestFacts,
    ) -> Result<OnlineRows, RefusedRequest> {
        facts.model = Some(served.name.clone());
        let (body, _held) = self.body(request, facts).await?;
        let (model, most) = (Arc::clone(&served.model), self.limits.rows);
        let rows = self.decoded(move || invocations::decode(&model, &body.content_type, &body.bytes, most)).await?;
        facts.rows = Some(rows.rows);
        Ok(rows)
    }

    /// Decodes on a thread of its own, few at a time.
    async fn decoded<T: Send + 'static>(
        &self,
        decode: impl FnOnce() -> Result<T, RefusedRequest> + Send + 'static,
    ) -> Result<T, RefusedRequest> {
        let stopped =
            || RefusedRequest::internal("the request could not be decoded; the log of the server has the reason");
        let permit = Arc::clone(&self.decoders).acquire_owned().await.map_err(|_| stopped())?;
        let work = move || {
            let decoded = decode();
            drop(permit);
            decoded
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| stopped())?
    }

    /// Reads the body of a request. The bytes count as held until the permits are dropped.
    async fn body(
        &self,
        request: Request<Incoming>,
        facts: &mut RequestFacts,
    ) -> Result<(RequestBody, Vec<SemaphorePermit<'_>>), RefusedRequest> {
        let (head, mut incoming) = request.into_parts();
        let most = self.limits.body;
        let too_large = || RefusedRequest::too_large(format!("the body is larger than {most} bytes"));
        if incoming.size_hint().lower() > most as u64 {
            return Err(too_large());
        }
        let (mut bytes, mut held) = (vec![], vec![]);
        while let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|error| RefusedRequest {
                close: true,
                ..RefusedRequest::bad(format!("the body breaks off: {error}"))
            })?;
            let Ok(data) = frame.into_data() else { continue };
            if bytes.len() + data.len() > most {
                return Err(too_large());
            }
            let count = u32::try_from(data.len()).unwrap_or(u32::MAX);
            let permit = self.bodies.try_acquire_many(count);
            held.push(permit.map_err(|_| RefusedRequest {
                close: true,
                ..RefusedRequest::busy("too many bodies are being read; try again")
            })?);
            bytes.extend_from_slice(&data);
        }
        facts.bytes = bytes.len();
        let header = inference_header(&head.headers)?;
        let bytes = unpacked(&head.headers, bytes, most)?;
        let content_type = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Ok((RequestBody { content_type: content_type.unwrap_or_default().to_owned(), header, bytes }, held))
    }
}

/// Refuses a head from which two programs could read bodies of different lengths.
fn smuggled(headers: &HeaderMap) -> Result<(), RefusedRequest> {
    let lengths = headers.get_all(header::CONTENT_LENGTH).iter().count();
    let encodings = headers.get_all(header::TRANSFER_ENCODING).iter().count();
    if lengths + encodings > 1 {
        let reason = "the length of the body is told more than once";
        return Err(RefusedRequest { close: true, ..RefusedRequest::bad(reason) });
    }
    Ok(())
}

/// The length of the JSON before binary tensors.
fn inference_header(headers: &HeaderMap) -> Result<Option<usize>, RefusedRequest> {
    let mut given = headers.get_all("inference-header-content-length").iter();
    let Some(value) = given.next() else { return Ok(None) };
    let length = value.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let length = length.and_then(|text| text.parse().ok()).filter(|_| given.next().is_none());
    length.map(Some).ok_or_else(|| RefusedRequest::bad("`Inference-Header-Content-Length` is not one number of bytes"))
}

/// A body without its packing.
fn unpacked(headers: &HeaderMap, bytes: Vec<u8>, most: usize) -> Result<Vec<u8>, RefusedRequest> {
    let packing =
        headers.get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap_or_default().to_ascii_lowercase());
    let mut unpacked = vec![];
    let limit = most as u64 + 1;
    let read = match packing.as_deref() {
        None | Some("identity") => return Ok(bytes),
        Some("gzip" | "x-gzip") => flate2::read::GzDecoder::new(&bytes[..]).take(limit).read_to_end(&mut unpacked),
        Some("deflate") => flate2::read::ZlibDecoder::new(&bytes[..]).take(limit).read_to_end(&mut unpacked),
        Some(other) => {
            let reason = format!("a body in `{}` is not read: gzip, deflate, or as it is", shown(other));
            return Err(RefusedRequest::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason));
        }
    };
    read.map_err(|error| RefusedRequest::bad(format!("the body cannot be unpacked: {error}")))?;
    if unpacked.len() > most {
        return Err(RefusedRequest {
            close: false,
            ..RefusedRequest::too_large(format!("the unpacked body is larger than {most} bytes"))
        });
    }
    Ok(unpacked)
}

/// What a thread answers.
async fn answer_of<T>(answered: Receiver<Result<T, RefusedRequest>>) -> Result<T, RefusedRequest> {
    answered.await.unwrap_or_else(|_| Err(RefusedRequest::busy("the server is stopping")))
}

fn response(answer: Answer, stopping: bool) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.extend(answer.headers);
    if answer.close || stopping {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Rows that are explained at a time at most.
const EXPLAINED: usize = 100;

/// The time after which a server that stops takes no more connections: for those that wait to be accepted.
pub(super) const LAST_CALL: Duration = Duration::from_millis(100);
