//! What is valid and probably not meant. Reads the resolved pipeline and changes nothing.

mod rules;

use crate::diag::{Code, Problems};
use crate::sema::Hir;

/// One lint.
pub struct Rule {
    /// Its name, as it reads after "allow".
    pub name: &'static str,
    /// The code it reports.
    pub code: Code,
    /// Looks for it.
    pub check: fn(&Hir) -> Problems,
}

/// Every lint.
pub const RULES: &[Rule] = &[
    Rule { name: "unused_modality", code: Code::UnusedModality, check: rules::unused_modality },
    Rule { name: "unused_encoder", code: Code::UnusedEncoder, check: rules::unused_encoder },
    Rule { name: "unused_param", code: Code::UnusedParam, check: rules::unused_param },
    Rule { name: "unused_function", code: Code::UnusedFunction, check: rules::unused_function },
    Rule { name: "beta_zero", code: Code::BetaZero, check: rules::beta_zero },
    Rule { name: "no_validation", code: Code::NoValidation, check: rules::no_validation },
    Rule { name: "long_patience", code: Code::LongPatience, check: rules::long_patience },
];

/// Everything the lints have to say, in source order.
pub fn lint(hir: &Hir) -> Problems {
    let mut problems = Problems::new();
    for rule in RULES {
        problems.extend((rule.check)(hir));
    }
    problems.sort();
    problems
}
