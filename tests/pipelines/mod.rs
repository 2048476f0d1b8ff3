//! The pipelines that come with the project.

mod fusion;
mod paper;
mod quickstart;
