//! The page of a run and of a study: one HTML file without scripts, legible on light and dark screens, on a phone and printed.
//!
//! A page is made of plain content: sections with plots, tables and texts. Every text that comes from data is made visible
//! and escaped where it enters the content.

mod components;
mod confusion;
mod content;
mod data;
mod html;
mod learning;
mod mistakes;
mod probabilities;
mod ranking;
mod robustness;
mod run_page;
mod study_page;
mod test_rows;
mod values;
mod verdict;

pub use content::{PageBlock, PageSection, PageTable, Plot, WebPage};
pub use run_page::{RunContent, run_page};
pub use study_page::{StudyContent, StudyPoint, study_page};
