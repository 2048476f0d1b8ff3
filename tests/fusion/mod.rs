//! Ways of fusing modalities, trained and evaluated.

mod decision;
mod late;
mod late_resume;
mod merges;
mod missing_modalities;
mod portable_form;
mod published_methods;
