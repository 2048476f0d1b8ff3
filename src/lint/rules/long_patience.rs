//! Early stopping that cannot happen: it waits as long as the training lasts.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::Subject;
use crate::spec::TrainingLength;

pub(in crate::lint) fn long_patience(subject: &Subject<'_>) -> Problems {
    let (Some(stop), TrainingLength::Epochs(epochs)) = (&subject.hir.train.stop, subject.hir.train.length) else {
        return Problems::new();
    };
    if stop.epochs < epochs {
        return Problems::new();
    }
    Problem::warning(Code::LongPatience, format!("waiting {} of {epochs} epochs never stops early", stop.epochs))
        .at(stop.span, "longer than the training")
        .help("wait for fewer epochs than the training has")
        .into()
}
