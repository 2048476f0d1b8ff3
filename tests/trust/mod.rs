//! The arithmetic of trust: against brute force, closed forms, other tools, and what is promised.

mod abstention;
mod conformal;
mod risk_coverage;
mod shapley;
