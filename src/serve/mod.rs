//! The server of models: the Open Inference Protocol, version 2, over HTTP with its binary tensors, the
//! `/invocations` of MLflow and SageMaker, explanations, metrics, and a page. `docs/serve.md` describes it.
//!
//! ```text
//! connection --read--> request --decode--> OnlineRows --queue--> Worker --predict--> OnlinePredictions
//!            <--write-- answer <--encode--
//! ```
//!
//! Whatever a request holds, no file and no address that it names is read. Bodies, rows, queues, connections and time
//! are bounded ([`ServeLimits`]), and a request beyond a bound is refused with a status of the 4xx or 503.

mod answer;
mod batcher;
mod binary;
mod connection;
mod decode;
mod encode;
mod infer;
mod invocations;
mod limits;
mod metadata;
mod metrics;
mod openapi;
mod page;
mod route;
mod served;
mod server;
mod tensor;

pub use limits::ServeLimits;
pub use served::ServedModel;
pub use server::{ServeFailure, ServeOptions, serve};
