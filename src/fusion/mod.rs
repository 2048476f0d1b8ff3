//! Fusion of several inputs. A strategy is a row of one table: its signature, the structure of its components and
//! the combination they decide by. A combination is one file: its data, the exact class loss of a row with its gradient
//! and decision, its description and its portable form. Independent of the language and of devices.

mod average;
mod calibration;
mod class_loss;
mod combination;
mod combiner;
mod confidence_order;
mod decision;
mod dynamic;
mod evidential;
mod experts;
mod fit_combiner;
mod fit_decision;
mod formula;
mod fuzzy;
mod learned;
mod minimize;
mod mixtures;
mod multiplicative;
mod multiplicative_settings;
mod multitask;
mod past_ranking;
mod predicted;
mod row;
mod rule;
mod setting_values;
mod strategy;
mod strategy_table;
mod tape;
mod tensors;
mod vote;

pub use calibration::{Calibration, EvidenceScale, neg_log_softmin, softmin};
pub use class_loss::ClassLoss;
pub use combination::Combination;
pub use combiner::Combiner;
pub use confidence_order::ConfidenceOrder;
pub use decision::{Decision, DecisionBeta, PriorCount, log_prior};
pub use dynamic::{Dynamic, RowWeight};
pub use evidential::{EvidenceRule, Evidential};
pub use experts::Experts;
pub use fit_combiner::HeldOutRows;
pub use fit_decision::{DecisionFit, DecisionForm, DecisionRows, fit_decision};
pub use fuzzy::Fuzzy;
pub use mixtures::Mixtures;
pub use multiplicative::{Multiplicative, QGradient};
pub use multiplicative_settings::{BOOST, DECIDE};
pub use multitask::Multitask;
pub use past_ranking::{PastRanking, RankedLoss};
pub use row::{LossRow, RowLoss};
pub use rule::CombinationRule;
pub use setting_values::{ATTENTION, FIXED, GATED, LOW_RANK, MARGIN, SETTING_VALUES, UNIT, UP_TO};
pub use strategy::{ComponentLayout, InputJoin, ScoreLayout, Strategy};
pub use strategy_table::{LOGITS, STRATEGIES, strategy};
pub use tensors::{LabelledTensors, Tensors};
