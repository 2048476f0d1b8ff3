//! What a model decides from subsets of the modalities of a row.
//!
//! The logits of a component depend on its own modalities alone. So every subset is arithmetic on logits that are computed once:
//! the components whose modalities are all in the subset decide. Only where `fill_missing` puts a learned vector in the place of
//! a modality do logits depend on what is absent; then the plan runs again for each subset.

use crate::exec::{Decisions, Engine, ExecError, Logits, Params, decide, fitted};
use crate::ops::Op;
use crate::plan::{Batch, LossSpec, Plan};
use crate::trust::MOST_PLAYERS;
use std::sync::Arc;

/// Subsets of some modalities.
#[derive(Clone, Debug)]
pub(super) struct Subsets {
    /// The modalities, by their places among the inputs of the plan.
    pub(super) players: Vec<usize>,
    /// The members of each subset. All subsets in the order of their bits where `complete`.
    members: Vec<Vec<usize>>,
    complete: bool,
}

impl Subsets {
    /// All subsets of these modalities; of more than [`MOST_PLAYERS`] each one alone, all but each one, and all.
    pub(super) fn of(players: Vec<usize>) -> Self {
        let complete = players.len() <= MOST_PLAYERS;
        let members = match complete {
            true => (0..1 << players.len()).map(|bits| chosen(&players, bits)).collect(),
            false => {
                let without = |left_out: &usize| players.iter().copied().filter(|one| one != left_out).collect();
                let alone = players.iter().map(|one| vec![*one]);
                alone.chain(players.iter().map(without)).chain([players.clone()]).collect()
            }
        };
        Self { players, members, complete }
    }

    /// Each of these modalities alone.
    pub(super) fn singles(players: Vec<usize>) -> Self {
        Self { members: players.iter().map(|one| vec![*one]).collect(), players, complete: false }
    }

    /// Number of subsets.
    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether all subsets are there.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// The place of a subset with these members on a row that has only the `present` modalities; `None` where there is none.
    pub(super) fn place(&self, members: &[usize], present: &[usize]) -> Option<usize> {
        if self.complete {
            let bit = |member: &usize| self.players.iter().position(|player| player == member).map(|at| 1 << at);
            return members.iter().map(bit).sum();
        }
        self.members.iter().position(|of| of.iter().filter(|member| present.contains(member)).eq(members))
    }
}

/// The modalities at the bits that are set.
fn chosen(players: &[usize], bits: usize) -> Vec<usize> {
    players.iter().enumerate().filter(|(at, _)| bits & (1 << at) != 0).map(|(_, player)| *player).collect()
}

/// What a subset decides on a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct SubsetVerdict {
    /// The class.
    pub(super) class: u32,
    /// Its probability: where one component is left, that of the component, else that of the combination as a run reports it.
    pub(super) probability: f64,
    /// The class loss of the runner-up of all modalities less that of their decision.
    pub(super) margin: f64,
}

/// The decisions of all modalities on some rows, and the verdicts of subsets.
pub(super) struct RowVerdicts {
    /// What all modalities decide.
    pub(super) decisions: Decisions,
    /// The runner-up of each row.
    pub(super) runners_up: Vec<usize>,
    /// For each subset the verdict on each row; `None` where no component decides.
    verdicts: Vec<Vec<Option<SubsetVerdict>>>,
}

impl RowVerdicts {
    /// The verdict of the subset at a place.
    pub(super) fn verdict(&self, subset: usize, row: usize) -> Option<SubsetVerdict> {
        self.verdicts.get(subset)?.get(row).copied().flatten()
    }
}

/// A model that decides from subsets.
pub(super) struct SubsetDecider<'a> {
    engine: Box<dyn Engine>,
    params: &'a Arc<Params>,
    plan: &'a Plan,
    loss: LossSpec,
    /// Whether logits depend on what is absent.
    refills: bool,
}

impl<'a> SubsetDecider<'a> {
    pub(super) fn new(engine: Box<dyn Engine>, plan: &'a Plan, params: &'a Arc<Params>) -> Self {
        let refills = plan.steps.iter().any(|step| step.op == Op::FillMissing);
        Self { engine, params, plan, loss: fitted(&plan.loss, params), refills }
    }

    fn decide(&self, logits: &Logits) -> Decisions {
        let (loss, Params { decision, calibration, .. }) = (&self.loss, self.params.as_ref());
        self.engine.pool().install(|| decide(loss, decision, calibration, logits))
    }

    /// What all modalities and every subset decide on the rows of a batch.
    pub(super) fn verdicts(&self, batch: &Batch, subsets: &Subsets) -> Result<RowVerdicts, ExecError> {
        let logits = self.engine.logits(self.params, batch)?;
        let decisions = self.decide(&logits);
        let runners_up: Vec<usize> = (0..decisions.rows).map(|row| runner_up(&decisions, row)).collect();
        let mut part = logits.clone();
        let mut verdicts = vec![];
        for members in &subsets.members {
            if self.refills {
                part = self.engine.logits(self.params, &reduced(batch, members, self.plan))?;
            } else {
                for (present, (component, all)) in
                    part.present.iter_mut().zip(self.plan.loss.components.iter().zip(&logits.present))
                {
                    *present = match component.inputs.iter().all(|input| members.contains(input)) {
                        true => all.clone(),
                        false => Some(vec![false; batch.rows]),
                    };
                }
            }
            let found = self.decide(&part);
            let verdict = |row: usize| verdict(&found, row, decisions.predicted[row] as usize, runners_up[row]);
            verdicts.push((0..batch.rows).map(verdict).collect());
        }
        Ok(RowVerdicts { decisions, runners_up, verdicts })
    }
}

/// The rows of a batch with some modalities only.
fn reduced(batch: &Batch, members: &[usize], plan: &Plan) -> Batch {
    let mut reduced = batch.clone();
    for at in (0..plan.inputs.len()).filter(|at| !members.contains(at)) {
        reduced.present[at] = Some(vec![false; batch.rows]);
        reduced.inputs[at].fill(0.0);
    }
    reduced
}

/// The class of least loss but for the decision.
fn runner_up(decisions: &Decisions, row: usize) -> usize {
    let losses = &decisions.class_losses[row * decisions.classes..(row + 1) * decisions.classes];
    let others = losses.iter().enumerate().filter(|(class, _)| *class != decisions.predicted[row] as usize);
    others.min_by(|(_, one), (_, other)| one.total_cmp(other)).map_or(0, |(class, _)| class)
}

fn verdict(found: &Decisions, row: usize, decision: usize, runner_up: usize) -> Option<SubsetVerdict> {
    let mut present = found.components.iter().filter(|component| component.is_present(row));
    let first = present.next()?;
    let at = row * found.classes;
    let class = found.predicted[row] as usize;
    // The temperature of the combination is that of many components; of one alone it makes too little.
    let probability = match present.next() {
        None => first.probabilities[at + class],
        Some(_) => found.probabilities[at + class],
    };
    let margin = found.class_losses[at + runner_up] - found.class_losses[at + decision];
    Some(SubsetVerdict { class: class as u32, probability, margin })
}
