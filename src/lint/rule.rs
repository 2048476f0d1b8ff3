//! The table of all lints.

use super::level::Level;
use super::rules as of;
use super::subject::Subject;
use crate::diag::{Code, Problems};
use crate::spec::DataProfile;

/// One lint.
pub struct Rule {
    /// Its name, as it reads after "allow".
    pub name: &'static str,
    /// The code it reports; no other lint reports it.
    pub code: Code,
    /// What becomes of it unless the command line says otherwise.
    pub level: Level,
    /// Looks for it in what was written.
    pub text: Option<fn(&Subject<'_>) -> Problems>,
    /// Looks for it in what is known of the data.
    pub data: Option<fn(&Subject<'_>, &DataProfile) -> Problems>,
}

impl Rule {
    /// The lint that reports a code.
    pub fn by_code(code: Code) -> Option<&'static Rule> {
        RULES.iter().find(|rule| rule.code == code)
    }

    /// The lint that goes by a name or a code.
    pub fn by_name(name: &str) -> Option<&'static Rule> {
        RULES.iter().find(|rule| rule.name == name || rule.code.as_str() == name)
    }

    const fn silent(mut self) -> Self {
        self.level = Level::Allow;
        self
    }

    const fn denied(mut self) -> Self {
        self.level = Level::Deny;
        self
    }

    const fn and_data(mut self, check: fn(&Subject<'_>, &DataProfile) -> Problems) -> Self {
        self.data = Some(check);
        self
    }
}

const fn text(name: &'static str, code: Code, check: fn(&Subject<'_>) -> Problems) -> Rule {
    Rule { name, code, level: Level::Warn, text: Some(check), data: None }
}

const fn data(name: &'static str, code: Code, check: fn(&Subject<'_>, &DataProfile) -> Problems) -> Rule {
    Rule { name, code, level: Level::Warn, text: None, data: Some(check) }
}

/// A lint of the comments that suppress lints, which `Allows` looks for.
const fn comment(name: &'static str, code: Code) -> Rule {
    Rule { name, code, level: Level::Warn, text: None, data: None }
}

/// Every lint, in the order of its code.
pub const RULES: &[Rule] = &[
    text("unused_modality", Code::UnusedModality, of::unused_modality),
    text("unused_encoder", Code::UnusedEncoder, of::unused_encoder),
    text("unused_param", Code::UnusedParam, of::unused_param),
    text("unused_function", Code::UnusedFunction, of::unused_function),
    text("beta_zero", Code::BetaZero, of::beta_zero),
    text("no_validation", Code::NoValidation, of::no_validation),
    text("long_patience", Code::LongPatience, of::long_patience),
    comment("unknown_lint", Code::UnknownLint),
    comment("unused_allow", Code::UnusedAllow),
    text("unreached_modality", Code::UnreachedModality, of::unreached_modality),
    text("large_beta", Code::LargeBeta, of::large_beta),
    text("many_mixtures", Code::ManyMixtures, of::many_mixtures),
    text("lone_component", Code::LoneComponent, of::lone_component),
    text("zero_weight", Code::ZeroWeight, of::zero_weight),
    text("large_margin", Code::LargeMargin, of::large_margin),
    text("boosted_beta", Code::BoostedBeta, of::boosted_beta),
    text("shared_late", Code::SharedLate, of::shared_late),
    // Without one it is 0, so that results repeat all the same.
    text("missing_seed", Code::MissingSeed, of::missing_seed).silent(),
    text("unreached_step", Code::UnreachedStep, of::unreached_step),
    text("late_missing", Code::LateMissing, of::late_missing),
    text("test_statistics", Code::TestStatistics, of::test_statistics),
    text("test_in_train", Code::TestInTrain, of::test_in_train).and_data(of::test_in_train_by_files),
    // A batch of one has no variance: what `batch_norm` makes of it is a constant.
    text("batch_of_one", Code::BatchOfOne, of::batch_of_one).denied(),
    data("last_batch_of_one", Code::LastBatchOfOne, of::last_batch_of_one),
    text("idle_sweep_param", Code::IdleSweepParam, of::idle_sweep_param),
    text("single_seed", Code::SingleSeed, of::single_seed),
    data("unscaled_input", Code::UnscaledInput, of::unscaled_input),
    data("absent_class", Code::AbsentClass, of::absent_class),
    data("telling_column", Code::TellingColumn, of::telling_column),
    data("imputed_modality", Code::ImputedModality, of::imputed_modality),
    text("normalized_boost", Code::NormalizedBoost, of::normalized_boost),
    text("label_in_input", Code::LabelInInput, of::label_in_input).and_data(of::label_in_columns),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_family_has_one_rule_and_every_rule_a_code_of_its_own() {
        let of_rules: Vec<Code> = RULES.iter().map(|rule| rule.code).collect();
        let mut sorted = of_rules.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(of_rules, sorted, "the table is in order, and no code is reported twice");
        let family = Code::ALL.iter().filter(|code| code.as_str().starts_with("MMC04"));
        let missing: Vec<&Code> = family.filter(|code| !of_rules.contains(code)).collect();
        assert!(missing.is_empty(), "no rule reports {missing:?}");
    }

    #[test]
    fn names_are_snake_case_and_once() {
        let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
        assert!(names.iter().all(|name| name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')));
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
