//! The lints and the table of all of them. Lints that share their lookups stand in one file.

mod absent_class;
mod batch_of_one;
mod beta_zero;
mod boosted_beta;
mod boosted_gce;
mod idle_row_weight;
mod idle_sweep_param;
mod imputed_modality;
mod label_in_input;
mod large_beta;
mod large_margin;
mod late_missing;
mod lone_component;
mod long_anneal;
mod long_patience;
mod many_mixtures;
mod missing_seed;
mod no_validation;
mod normalized_boost;
mod shared_late;
mod short_logits;
mod single_seed;
mod swapped_classes;
mod telling_column;
mod test_in_train;
mod test_statistics;
mod unreached_modality;
mod unreached_step;
mod unscaled_input;
mod unused;
mod zero_weight;

use super::rule::{LintRule, comment, data, text};
use crate::diag::Code;

/// Every lint, in the order of its code.
pub const RULES: &[LintRule] = &[
    text("unused_modality", Code::UnusedModality, unused::unused_modality),
    text("unused_encoder", Code::UnusedEncoder, unused::unused_encoder),
    text("unused_param", Code::UnusedParam, unused::unused_param),
    text("unused_function", Code::UnusedFunction, unused::unused_function),
    text("beta_zero", Code::BetaZero, beta_zero::beta_zero),
    text("no_validation", Code::NoValidation, no_validation::no_validation),
    text("long_patience", Code::LongPatience, long_patience::long_patience),
    comment("unknown_lint", Code::UnknownLint),
    comment("unused_allow", Code::UnusedAllow),
    text("unreached_modality", Code::UnreachedModality, unreached_modality::unreached_modality),
    text("large_beta", Code::LargeBeta, large_beta::large_beta),
    text("many_mixtures", Code::ManyMixtures, many_mixtures::many_mixtures),
    text("lone_component", Code::LoneComponent, lone_component::lone_component),
    text("zero_weight", Code::ZeroWeight, zero_weight::zero_weight),
    text("large_margin", Code::LargeMargin, large_margin::large_margin),
    text("boosted_beta", Code::BoostedBeta, boosted_beta::boosted_beta),
    text("shared_late", Code::SharedLate, shared_late::shared_late),
    // Without one it is 0, so that results are reproducible all the same.
    text("missing_seed", Code::MissingSeed, missing_seed::missing_seed).silent(),
    text("unreached_step", Code::UnreachedStep, unreached_step::unreached_step),
    text("late_missing", Code::LateMissing, late_missing::late_missing),
    text("test_statistics", Code::TestStatistics, test_statistics::test_statistics),
    text("test_in_train", Code::TestInTrain, test_in_train::test_in_train)
        .and_data(test_in_train::test_in_train_by_files),
    // A batch of one has no variance: the result of `batch_norm` is a constant.
    text("batch_of_one", Code::BatchOfOne, batch_of_one::batch_of_one).denied(),
    data("last_batch_of_one", Code::LastBatchOfOne, batch_of_one::last_batch_of_one),
    text("idle_sweep_param", Code::IdleSweepParam, idle_sweep_param::idle_sweep_param),
    text("single_seed", Code::SingleSeed, single_seed::single_seed),
    data("unscaled_input", Code::UnscaledInput, unscaled_input::unscaled_input),
    data("absent_class", Code::AbsentClass, absent_class::absent_class),
    data("telling_column", Code::TellingColumn, telling_column::telling_column),
    data("imputed_modality", Code::ImputedModality, imputed_modality::imputed_modality),
    text("normalized_boost", Code::NormalizedBoost, normalized_boost::normalized_boost),
    data("swapped_classes", Code::SwappedClasses, swapped_classes::swapped_classes),
    text("short_logits", Code::ShortLogits, short_logits::short_logits),
    text("boosted_gce", Code::BoostedGce, boosted_gce::boosted_gce),
    text("long_anneal", Code::LongAnneal, long_anneal::long_anneal),
    text("idle_row_weight", Code::IdleRowWeight, idle_row_weight::idle_row_weight),
    text("label_in_input", Code::LabelInInput, label_in_input::label_in_input)
        .and_data(label_in_input::label_in_columns),
];

impl LintRule {
    /// The lint that reports a code.
    pub fn by_code(code: Code) -> Option<&'static LintRule> {
        RULES.iter().find(|rule| rule.code == code)
    }

    /// The lint with this name or code.
    pub fn by_name(name: &str) -> Option<&'static LintRule> {
        RULES.iter().find(|rule| rule.name == name || rule.code.as_str() == name)
    }
}

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
