//! Decoding of parameters, encoding of results, and the errors of requests.

use lsp_server::ErrorCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Errors of requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RequestError {
    pub(super) code: i32,
    pub(super) message: String,
}

impl RequestError {
    pub(super) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code: code as i32, message: message.into() }
    }
}

/// Parameters of a message as `T`.
pub(super) fn decode<T: DeserializeOwned>(params: serde_json::Value) -> Result<T, RequestError> {
    serde_json::from_value(params).map_err(|error| RequestError::new(ErrorCode::InvalidParams, error.to_string()))
}

/// JSON of a result.
pub(super) fn encode(value: impl Serialize) -> Result<serde_json::Value, RequestError> {
    serde_json::to_value(value).map_err(|error| RequestError::new(ErrorCode::InternalError, error.to_string()))
}
