//! Answers, and refusals with a reason.

use hyper::StatusCode;
use hyper::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};

/// An answer to a request.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Vec<u8>,
    /// Whether the connection ends after it.
    pub(super) close: bool,
}

impl Answer {
    pub(super) fn of(content_type: &'static str, body: Vec<u8>) -> Self {
        Self { status: StatusCode::OK, content_type, headers: vec![], body, close: false }
    }

    pub(super) fn json(value: &impl serde::Serialize) -> Self {
        // Texts, numbers and maps of texts always have a JSON form.
        Self::of("application/json", serde_json::to_vec(value).unwrap_or_default())
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((HeaderName::from_static(name), value));
        }
        self
    }

    pub(super) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

/// A request that is refused.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RefusedRequest {
    pub(super) status: StatusCode,
    /// The reason, a sentence.
    pub(super) reason: String,
    /// What is wrong, as JSON, where it is known by row.
    pub(super) problems: Option<Value>,
    /// Methods that the address takes.
    pub(super) allow: Option<&'static str>,
    /// Whether the connection ends, because the rest of the request is not read.
    pub(super) close: bool,
}

impl RefusedRequest {
    pub(super) fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self { status, reason: reason.into(), problems: None, allow: None, close: false }
    }

    /// A request that does not mean anything.
    pub(super) fn bad(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, reason)
    }

    /// An address or a model that is not there.
    pub(super) fn not_found(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, reason)
    }

    /// A request beyond a limit, the rest of which is not read.
    pub(super) fn too_large(reason: impl Into<String>) -> Self {
        Self { close: true, ..Self::new(StatusCode::PAYLOAD_TOO_LARGE, reason) }
    }

    /// More than can be done now.
    pub(super) fn busy(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, reason)
    }

    /// A failure of the server itself.
    pub(super) fn internal(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, reason)
    }
}

impl From<RefusedRequest> for Answer {
    fn from(refusal: RefusedRequest) -> Self {
        let mut body = json!({ "error": refusal.reason });
        if let Some(problems) = refusal.problems {
            body["problems"] = problems;
        }
        let mut answer = Answer::json(&body).with_status(refusal.status);
        if let Some(allow) = refusal.allow {
            answer = answer.with("allow", allow);
        }
        if refusal.status == StatusCode::SERVICE_UNAVAILABLE {
            answer = answer.with("retry-after", "1");
        }
        answer.close = refusal.close;
        answer
    }
}
