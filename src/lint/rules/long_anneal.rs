//! A part of the loss that grows over as many epochs as the training has, or more: it is never trained with in full, and
//! validated with in full; or a `beta` that grows from 0 to 0.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::Subject;
use crate::spec::TrainingLength;

pub(in crate::lint) fn long_anneal(subject: &Subject<'_>) -> Problems {
    let mut problems = Problems::new();
    for combine in &subject.hir.combines {
        let anneal = combine.combination.anneal();
        let Some(entry) = subject.setting(combine, "anneal").filter(|_| anneal > 0) else { continue };
        if combine.combination.beta() == Some(0.0) {
            let message = format!("`anneal` changes nothing in `{}`, whose `beta` is 0", combine.name);
            let problem = Problem::warning(Code::LongAnneal, message).at(entry.value.span, "from 0 to 0");
            problems.push(problem.help("remove it, or give `beta` the value it is to have in the end"));
            continue;
        }
        let TrainingLength::Epochs(epochs) = subject.hir.train.length else { continue };
        if anneal >= epochs {
            let message = format!("`{}` anneals over {anneal} epochs, and trains for {epochs}", combine.name);
            problems.push(
                Problem::warning(Code::LongAnneal, message)
                    .at(entry.value.span, "never reached in training, used in validation")
                    .help("anneal over fewer epochs than the training has"),
            );
        }
    }
    problems
}
