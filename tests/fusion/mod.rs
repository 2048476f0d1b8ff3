//! Ways of fusing modalities, trained and evaluated.

mod late;
mod missing_modalities;
mod portable_form;
