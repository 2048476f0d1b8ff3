//! How far a decision can be trusted, as arithmetic on plain numbers: what each player of a game contributes, sets of classes with a
//! guaranteed coverage, risk against coverage, and thresholds below which a model abstains.

mod abstention;
mod binomial;
mod conformal;
mod risk_coverage;
mod shapley;

pub use abstention::{AbstentionThreshold, UnreachableTarget, fit_threshold};
pub use binomial::{interval, upper_bound};
pub use conformal::{ConformalGroup, ConformalSet, MondrianConformal};
pub use risk_coverage::{RiskCoverage, RowCount};
pub use shapley::{MOST_PLAYERS, shapley_values, smallest_sufficient};
