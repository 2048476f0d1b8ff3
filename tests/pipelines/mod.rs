//! The pipelines that come with the project.

mod paper;
mod quickstart;
