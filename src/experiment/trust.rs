//! Decisions explained: by which modalities each row was decided, how surely, and what that was worth on held-out rows.

use super::error::{Error, ErrorKind};
use super::held_out::part_of;
use super::model::Model;
use super::options::TrainOptions;
use super::row_trust::{
    Absence, ClassVerdict, ComponentWeight, Conflict, LabelSet, ModalityTrust, NoShapley, RowTrust,
};
use super::rows::PlanRows;
use super::subset_verdicts::{RowVerdicts, SubsetDecider, SubsetVerdict, Subsets};
use super::training_rows::atypical;
use super::trust_reference::{HeldOutTrust, TrustReference, pattern, scores};
use super::trust_summary::TrustSummary;
use crate::data::{ApplyRequest, Dataset, LabelUse, RequiredComponents, Subset, apply};
use crate::diag::Checked;
use crate::plan::Batch;
use crate::spec::{Part, Source};
use crate::train::{BatchSource, FailureCause};
use crate::trust::{ConformalGroup, shapley_values, smallest_sufficient};
use std::path::Path;

/// Numbers of verdicts that are held at a time.
const VERDICTS: usize = 1 << 20;
/// Rows that are decided at a time at most.
const ROWS: usize = 256;
/// Held-out rows that count as about as sure as a row.
const NEAREST: usize = 100;
/// Bytes of new rows that may be in memory.
const MEMORY: usize = 2 << 30;

/// What is to be explained, and compared with what.
#[derive(Clone, Debug)]
pub struct TrustRequest {
    /// The rows.
    pub rows: ExplainedRows,
    /// The only one of them that is explained, by its number in the table.
    pub row: Option<u64>,
    /// The frequency with which sets of classes hold the label.
    pub coverage: f64,
    /// The part whose rows say what sureness is worth; `calib`, or else the validation rows, unless given.
    pub held_out: Option<Part>,
}

/// Rows that are explained.
#[derive(Clone, Debug)]
pub enum ExplainedRows {
    /// Rows of a part of the run's own data; for a single row of any part for `None`.
    Own(Option<Part>),
    /// New rows, with labels or without.
    New(Source),
}

/// Rows that were explained.
#[derive(Clone, Debug, PartialEq)]
pub struct Trust {
    /// Each of them.
    pub rows: Vec<RowTrust>,
    /// All of them together.
    pub summary: TrustSummary,
    /// Sentences for the user.
    pub notes: Vec<String>,
}

/// Rows in memory, and the places of the plan's inputs among their modalities.
struct RowsInMemory<'a> {
    rows: PlanRows<'a>,
    subset: &'a Subset,
    part: Option<Part>,
}

impl Model {
    /// Explains how rows were decided.
    ///
    /// # Errors
    /// If the rows cannot be read or do not fit the model, or there is no such row. Where the data of the run cannot be read again, new rows
    /// are explained without what it would say.
    pub fn trust(&self, request: &TrustRequest, options: &TrainOptions) -> Result<Trust, Error> {
        let decider = SubsetDecider::new(self.engine(options)?, self.plan(), &self.params);
        let mut notes = vec![];
        let own = match (self.own_data(options), &request.rows) {
            (Ok(data), _) => Some(data),
            (Err(error), ExplainedRows::New(_)) if request.held_out.is_none() => {
                let reason =
                    error.problems().iter().next().map_or_else(String::new, |first| format!(": {}", first.message));
                notes.push(format!(
                    "the data of the run cannot be read, so that no held-out rows say what sureness is worth{reason}"
                ));
                None
            }
            (Err(error), _) => return Err(error),
        };
        let reference = match &own {
            Some(data) => Some(TrustReference::new(self, data, &decider, request.held_out, request.coverage)?),
            None => None,
        };
        let explainer = Explainer { model: self, decider, reference: reference.as_ref() };
        let rows = match &request.rows {
            ExplainedRows::New(source) => {
                let (subset, more) = self.unlabelled_rows(source.clone(), options)?;
                notes.extend(more);
                let rows = RowsInMemory { rows: PlanRows::prepared(&subset), subset: &subset, part: None };
                explainer.explain(&rows, request.row)?
            }
            ExplainedRows::Own(part) => {
                let Some(data) = &own else { return Err(no_row(request.row.unwrap_or_default())) };
                let part = self.explained_part(data, *part, request.row)?;
                let subset = part_of(data, part)?;
                let Some(rows) = PlanRows::new(data, subset, self.plan()) else {
                    return Err(no_row(request.row.unwrap_or_default()));
                };
                explainer.explain(&RowsInMemory { rows, subset, part: Some(part) }, request.row)?
            }
        };
        let held_out = reference.as_ref().and_then(|reference| reference.held_out.as_ref());
        if held_out.is_none() && own.is_some() {
            notes.push(
                "the run has no held-out rows: nothing says how often it was right when it was this sure".to_owned(),
            );
        }
        let summary = TrustSummary::new(self, &rows, held_out);
        Ok(Trust { rows, summary, notes })
    }

    /// The part that holds a row, or the one that is explained as a whole.
    fn explained_part(&self, data: &Dataset, named: Option<Part>, row: Option<u64>) -> Result<Part, Error> {
        let (None, Some(row)) = (named, row) else { return Ok(named.unwrap_or_else(|| self.measured_part())) };
        let order = [Part::Test, Part::Valid, Part::Calib, Part::Train];
        let holds = |part: &Part| data.part(*part).is_some_and(|subset| subset.row_ids.contains(&row));
        order.into_iter().find(holds).ok_or_else(|| no_row(row))
    }

    /// Explains rows that were prepared, numbered from 0, without their labels.
    ///
    /// # Errors
    /// If the device fails.
    pub(super) fn explain_prepared(
        &self,
        subset: &Subset,
        reference: Option<&TrustReference>,
        options: &TrainOptions,
    ) -> Result<Vec<RowTrust>, Error> {
        let decider = SubsetDecider::new(self.engine(options)?, self.plan(), &self.params);
        let rows = RowsInMemory { rows: PlanRows::prepared(subset), subset, part: None };
        Explainer { model: self, decider, reference }.explain(&rows, None)
    }

    /// New rows, prepared as the training rows were; their labels are read where there are any.
    fn unlabelled_rows(&self, mut source: Source, options: &TrainOptions) -> Result<(Subset, Vec<String>), Error> {
        self.set_text_format(&mut source);
        let plan = self.plan();
        let modalities: Vec<&str> = plan.inputs.iter().map(|input| input.name.as_str()).collect();
        let Checked { value, problems } = apply(
            &self.preprocessing,
            &ApplyRequest {
                source: &source,
                base: Path::new(""),
                required: vec![RequiredComponents::of(plan, &modalities)],
                modalities,
                labels: LabelUse::IfPresent,
                cache: options.cache.as_deref(),
                memory: options.memory.min(MEMORY),
            },
        );
        let prepared = value.ok_or_else(|| self.error(problems))?;
        Ok((prepared.rows, prepared.notes))
    }
}

fn no_row(row: u64) -> Error {
    Error::message(
        ErrorKind::Invalid,
        format!("error: there is no row {row}; rows are counted from 0 without the header"),
    )
}

/// A model and what its decisions are compared with.
struct Explainer<'a> {
    model: &'a Model,
    decider: SubsetDecider<'a>,
    reference: Option<&'a TrustReference>,
}

impl Explainer<'_> {
    /// Explains all rows, or the one of a number.
    fn explain(&self, of: &RowsInMemory<'_>, row: Option<u64>) -> Result<Vec<RowTrust>, Error> {
        let places: Vec<u32> = match row {
            None => (0..u32::try_from(of.subset.rows).unwrap_or(u32::MAX)).collect(),
            Some(row) => match of.subset.row_ids.iter().position(|id| *id == row) {
                Some(place) => vec![place as u32],
                None => return Err(no_row(row)),
            },
        };
        let plan = self.model.plan();
        let mut explained = vec![];
        let mut batch = Batch::default();
        let subsets = Subsets::of((0..plan.inputs.len()).collect()).len();
        for places in places.chunks((VERDICTS / subsets).clamp(1, ROWS)) {
            of.rows.fill(places, &mut batch);
            let present = |input: &usize| batch.present[*input].as_ref().is_none_or(|present| present.contains(&true));
            let subsets = Subsets::of((0..plan.inputs.len()).filter(present).collect());
            let found = self.decider.verdicts(&batch, &subsets);
            let found = found.map_err(|error| self.model.error(FailureCause::Exec(error).problem(plan).into()))?;
            for (place, row) in places.iter().enumerate() {
                let label = batch.labels.get(place).map(|label| self.class(*label as usize));
                let one = ExplainedRow { batch: &batch, subsets: &subsets, found: &found, place };
                explained.push(RowTrust {
                    row: of.subset.row_ids[*row as usize],
                    part: of.part,
                    label,
                    ..self.row(&one)
                });
            }
        }
        Ok(explained)
    }

    fn class(&self, class: usize) -> String {
        self.model.classes().get(class).cloned().unwrap_or_default()
    }

    fn verdict(&self, verdict: SubsetVerdict) -> ClassVerdict {
        ClassVerdict { class: self.class(verdict.class as usize), probability: verdict.probability }
    }

    fn held_out(&self) -> Option<&HeldOutTrust> {
        self.reference?.held_out.as_ref()
    }

    /// The explanation of a row, without its number and its label.
    fn row(&self, row: &ExplainedRow<'_>) -> RowTrust {
        let decisions = &row.found.decisions;
        let (place, plan) = (row.place, self.model.plan());
        let (decision, runner_up) = (decisions.predicted[place] as usize, row.found.runners_up[place]);
        let verdict = |class: usize| ClassVerdict {
            class: self.class(class),
            probability: decisions.probabilities[place * decisions.classes + class],
        };
        let losses = &decisions.class_losses[place * decisions.classes..];
        let uncertainty = decisions.uncertainty(place);
        let held_out = self.held_out();
        let at_least = held_out.map(|held_out| held_out.sureness.at_least_as_sure(uncertainty));
        let game = row.game();
        let present = row.present();
        let names = |members: &[usize]| members.iter().map(|input| plan.inputs[*input].name.clone()).collect();
        let (shapley, no_shapley) = match &game {
            Some(values) => (shapley_values(values), None),
            None if !row.subsets.is_complete() => (vec![], Some(NoShapley::TooMany)),
            None => (vec![], Some(NoShapley::Together(names(&row.undecided())))),
        };
        let enough = game.as_ref().and_then(|values| {
            let decides =
                |coalition: usize| row.coalition(coalition).is_some_and(|found| found.class as usize == decision);
            smallest_sufficient(values, decides)
        });
        let component = |(of, spec): (&crate::exec::ComponentDecisions, &crate::plan::Component)| {
            let q = of.q[place * decisions.classes + decision];
            of.is_present(place).then(|| ComponentWeight { component: spec.name.clone(), q })
        };
        let mut modalities: Vec<ModalityTrust> =
            (0..plan.inputs.len()).map(|input| self.modality(row, input, decision)).collect();
        for (input, shapley) in present.iter().zip(shapley) {
            modalities[*input].shapley = Some(shapley);
        }
        RowTrust {
            row: 0,
            part: None,
            label: None,
            decision: verdict(decision),
            runner_up: verdict(runner_up),
            margin: losses[runner_up] - losses[decision],
            uncertainty,
            at_least_as_sure: at_least,
            about_as_sure: held_out.map(|held_out| held_out.sureness.about_as_sure(uncertainty, NEAREST)),
            coverage: held_out.zip(at_least).map(|(held_out, sure)| sure.rows as f64 / held_out.sureness.rows() as f64),
            set: held_out.map(|held_out| self.set(held_out, row, decision)),
            modalities,
            weights: decisions.components.iter().zip(&plan.loss.components).filter_map(component).collect(),
            base: game.as_ref().and_then(|values| values.first().copied()).unwrap_or(0.0),
            no_shapley,
            enough: enough.map(|coalition| names(&row.members(coalition))),
            conflicts: self.conflicts(row),
        }
    }

    fn set(&self, held_out: &HeldOutTrust, row: &ExplainedRow<'_>, decision: usize) -> LabelSet {
        let scores = scores(&row.found.decisions, row.place);
        let found = held_out.conformal.set(&pattern(row.batch, row.place), &scores, decision);
        let fallbacks = found.groups.iter().enumerate().filter(|(_, group)| **group != ConformalGroup::ClassAndPattern);
        LabelSet {
            coverage: held_out.conformal.coverage(),
            classes: found.classes.iter().map(|class| self.class(*class)).collect(),
            judged_by: found.groups.iter().copied().max().unwrap_or(ConformalGroup::TooFew),
            fallbacks: fallbacks.map(|(class, _)| self.class(class)).collect(),
            was_empty: found.was_empty,
        }
    }

    fn modality(&self, row: &ExplainedRow<'_>, input: usize, decision: usize) -> ModalityTrust {
        let plan = self.model.plan();
        let name = plan.inputs[input].name.clone();
        let training = self.reference.and_then(|reference| reference.training.get(input));
        let dropout = plan.inputs[input].optional && self.model.pipeline.compiled.hir.train.modality_dropout > 0.0;
        let absence = match training.map(|training| training.missing) {
            Some(missing) if missing > 0.0 || dropout => Absence::Trained { missing, dropout },
            Some(_) => Absence::Never,
            None if !plan.inputs[input].optional => Absence::Never,
            None => Absence::Unknown,
        };
        let present = row.present();
        if !present.contains(&input) {
            return ModalityTrust {
                name,
                present: false,
                alone: None,
                q: None,
                shapley: None,
                without: None,
                absence,
                atypical: vec![],
            };
        }
        let others: Vec<usize> = present.iter().copied().filter(|other| *other != input).collect();
        let decisions = &row.found.decisions;
        let own = plan.loss.components.iter().position(|component| component.inputs == [input]);
        let q = own.map(|own| decisions.components[own].q[row.place * decisions.classes + decision]);
        let width = plan.inputs[input].shape.size();
        let numbers = &row.batch.inputs[input][row.place * width..(row.place + 1) * width];
        let fitted = self.model.preprocessing.modality(&name);
        ModalityTrust {
            present: true,
            alone: row.verdict(&[input]).map(|found| self.verdict(found)),
            q,
            shapley: None,
            without: row.verdict(&others).map(|found| self.verdict(found)),
            absence,
            atypical: fitted.map_or_else(Vec::new, |fitted| atypical(fitted, training, numbers)),
            name,
        }
    }

    fn conflicts(&self, row: &ExplainedRow<'_>) -> Vec<Conflict> {
        let inputs = &self.model.plan().inputs;
        let present = row.present();
        let mut conflicts = vec![];
        for (at, first) in present.iter().enumerate() {
            for second in &present[at + 1..] {
                let verdicts = row.verdict(&[*first]).zip(row.verdict(&[*second]));
                let Some((one, other)) = verdicts.filter(|(one, other)| one.class != other.class) else { continue };
                conflicts.push(Conflict {
                    modalities: [inputs[*first].name.clone(), inputs[*second].name.clone()],
                    classes: [one, other].map(|verdict| self.class(verdict.class as usize)),
                    before: self.held_out().map(|of| of.conflicts.get(&(*first, *second)).copied().unwrap_or_default()),
                });
            }
        }
        conflicts
    }
}

/// A row of a batch with its verdicts.
struct ExplainedRow<'a> {
    batch: &'a Batch,
    subsets: &'a Subsets,
    found: &'a RowVerdicts,
    place: usize,
}

impl ExplainedRow<'_> {
    /// The modalities that the row has: the players of its game.
    fn present(&self) -> Vec<usize> {
        let there = pattern(self.batch, self.place);
        self.subsets.players.iter().copied().filter(|input| there[*input]).collect()
    }

    fn verdict(&self, members: &[usize]) -> Option<SubsetVerdict> {
        self.found.verdict(self.subsets.place(members, &self.present())?, self.place)
    }

    /// The members of a coalition of the modalities that the row has.
    fn members(&self, coalition: usize) -> Vec<usize> {
        let present = self.present();
        present.iter().enumerate().filter(|(at, _)| coalition & (1 << at) != 0).map(|(_, input)| *input).collect()
    }

    fn coalition(&self, coalition: usize) -> Option<SubsetVerdict> {
        self.verdict(&self.members(coalition))
    }

    /// The margin of every coalition: 0 for the empty one, unless it decides. `None` where another decides nothing, or
    /// not all are known.
    fn game(&self) -> Option<Vec<f64>> {
        if !self.subsets.is_complete() {
            return None;
        }
        let value = |coalition: usize| match self.coalition(coalition) {
            Some(found) => Some(found.margin),
            None => (coalition == 0).then_some(0.0),
        };
        (0..1 << self.present().len()).map(value).collect()
    }

    /// The modalities that decide nothing alone.
    fn undecided(&self) -> Vec<usize> {
        self.present().into_iter().filter(|input| self.verdict(&[*input]).is_none()).collect()
    }
}
