//! `mmc`: a declarative language for learning from several signals at once, and its interpreter.
//!
//! ```no_run
//! use mmc::{Model, Pipeline, Source, TrainOptions};
//!
//! let pipeline = Pipeline::open("p.mmc")?.set("beta", "0.3")?;
//! let model = pipeline.train(&TrainOptions::default(), |event| ())?;
//! model.save("runs/x")?;
//!
//! let predictions = Model::load("runs/x")?.predict(Source::csv("new.csv"))?;
//! for prediction in &predictions {
//!     println!("{}: {:?} of {:?}", prediction.label, prediction.probabilities, predictions.classes());
//! }
//! # Ok::<(), mmc::Error>(())
//! ```
//!
//! This page is the whole public interface. The modules that `cargo doc --document-hidden-items` shows are those of the
//! program itself; they change without notice.
//!
//! # Stages
//!
//! ```text
//! text --parse--> Ast --analyze--> Hir --build--> Graph --optimize--> Graph --plan--> Plan
//!      --train(Dataset)--> Trained --evaluate--> Evaluation
//! ```
//!
//! `fmt` stops at the `Ast`, `lint` at the `Hir`, `plan` at the [`Plan`]; `run` goes to the end.
//! Everything up to the plan is pure: no file, clock, randomness or environment. `ARCHITECTURE.md` says which room may
//! use which, and what always holds.

#[doc(hidden)]
pub mod atomic_file;
#[doc(hidden)]
pub mod chart;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod compile;
#[doc(hidden)]
pub mod data;
#[doc(hidden)]
pub mod diag;
#[doc(hidden)]
pub mod drawing;
#[doc(hidden)]
pub mod exec;
#[doc(hidden)]
pub mod experiment;
#[doc(hidden)]
pub mod export;
pub mod fusion;
#[doc(hidden)]
pub mod graph;
#[doc(hidden)]
pub mod lint;
#[doc(hidden)]
pub mod lsp;
#[doc(hidden)]
pub mod ops;
#[doc(hidden)]
pub mod optim;
#[doc(hidden)]
pub mod page;
#[doc(hidden)]
pub mod plan;
#[doc(hidden)]
pub mod reference;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod sema;
#[cfg(feature = "serve")]
#[doc(hidden)]
pub mod serve;
#[doc(hidden)]
pub mod shape;
#[doc(hidden)]
pub mod signature;
#[doc(hidden)]
pub mod spec;
#[doc(hidden)]
pub mod starter;
#[doc(hidden)]
pub mod syntax;
#[doc(hidden)]
pub mod thousands;
#[doc(hidden)]
pub mod train;
#[doc(hidden)]
pub mod trust;
#[doc(hidden)]
pub mod world;

pub use diag::{Code, Problem, Problems, Severity, SourceMap};
pub use exec::DeviceChoice;
pub use experiment::{
    Diagnostics, Error, ErrorKind, Model, ModelEvaluation, Pipeline, PipelineOptions, Prediction, Predictions,
    TrainOptions, TrainedModel, system_cache,
};
pub use plan::Plan;
pub use spec::Source;
pub use train::{ClassScore, ClassScores, ComponentScores, EpochRecord, Event, Scores, StopReason};
pub use world::{Disk, FoundFile, MissingFile, NoFiles, World};

#[doc(hidden)]
pub use compile::{Analyzed, CompileOptions, Compiled, analyze, analyze_in, compile, compile_in};

/// The library of blocks, written in the language.
const PRELUDE: &str = include_str!("prelude/prelude.mmc");
