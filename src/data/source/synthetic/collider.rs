//! Two decay processes with the same visible particles: a lepton, missing momentum and four jets, two of them of bottom
//! quarks. Built after the process of the HIGGS data set (Baldi, Sadowski, Whiteson 2014), from kinematics alone.
//!
//! Signal: `H0 -> W H+`, `H+ -> W h`, `h -> b b`, a heavy particle decaying in steps. Background: `t t`, `t -> W b`.
//! One W decays into a lepton and a neutrino, the other into two light quarks. All decays are isotropic.

use super::detector::{Truth, W_MASS, measure};
use super::kinematics::{FourVector, breit_wigner, decay, decay_at, exponential, normal};
use crate::data::io::bytes::MemoryBudget;
use crate::data::random::{Purpose, stream, uniform};
use crate::data::table::errors::out_of_space;
use crate::data::table::schema::{CellType, Schema, TableQuery};
use crate::data::table::store::{Store, StoreWriter};
use crate::diag::{Code, Problem, Problems, Span};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::f64::consts::PI;

/// Version of the generator; changes whenever the rows of a seed do.
pub(crate) const VERSION: &str = "collider 1";

/// The names of the measured quantities, then of the masses.
const NAMES: [&str; 28] = [
    "low_lepton_pt",
    "low_lepton_eta",
    "low_lepton_phi",
    "low_missing_pt",
    "low_missing_phi",
    "low_jet1_pt",
    "low_jet1_eta",
    "low_jet1_phi",
    "low_jet1_btag",
    "low_jet2_pt",
    "low_jet2_eta",
    "low_jet2_phi",
    "low_jet2_btag",
    "low_jet3_pt",
    "low_jet3_eta",
    "low_jet3_phi",
    "low_jet3_btag",
    "low_jet4_pt",
    "low_jet4_eta",
    "low_jet4_phi",
    "low_jet4_btag",
    "high_m_jj",
    "high_m_jjj",
    "high_m_lv",
    "high_m_jlv",
    "high_m_bb",
    "high_m_wbb",
    "high_m_wwbb",
];

/// The columns: `process`, then 21 `low_*` and 7 `high_*`, in GeV and radians.
pub(crate) fn schema() -> Schema {
    Schema::named(std::iter::once("process").chain(NAMES).map(str::to_owned).collect())
}

/// The first `rows` rows of this seed. `span` is the text of the source.
///
/// # Errors
/// If the process is queried as a number, or the rows fit neither into memory nor on disk.
pub(crate) fn table(
    rows: usize,
    seed: u64,
    query: &TableQuery,
    budget: &MemoryBudget,
    span: Span,
) -> Result<Store, Problems> {
    let mut writer = StoreWriter::new(query, budget);
    for wanted in &query.columns {
        if let (CellType::Number(_), 0) = (wanted.kind, wanted.position) {
            let message = "column `process`: expected numbers, found `background` and `signal`";
            return Err(Problem::error(Code::BadCell, message).at(wanted.span, "read as numbers here").into());
        }
    }
    while writer.rows() < rows {
        let first = writer.rows();
        let count = writer.rows_left().min(rows - first);
        let events: Vec<(bool, [f64; 28])> =
            (first..first + count).into_par_iter().map(|row| event(seed, row as u64)).collect();
        for (column, wanted) in query.columns.iter().enumerate() {
            for (signal, quantities) in &events {
                match (wanted.kind, wanted.position.checked_sub(1)) {
                    (CellType::Number(_), Some(at)) => writer.number(column, quantities[at]),
                    (_, Some(at)) => writer.put_words(column, &quantities[at].to_string()),
                    (_, None) => writer.put_words(column, if *signal { "signal" } else { "background" }),
                }
            }
        }
        writer.end_rows(count, 0, first as u64).map_err(|error| out_of_space(span, &error))?;
    }
    writer.finish().map_err(|error| out_of_space(span, &error).into())
}

/// One row: whether it is signal, and its quantities in the order of [`NAMES`]. Events that the detector does not
/// accept are drawn again, from the same stream.
fn event(seed: u64, row: u64) -> (bool, [f64; 28]) {
    let mut random = stream(Purpose::Synthetic, seed, row);
    let signal = uniform(&mut random) < 0.5;
    loop {
        let truth = if signal { heavy_chain(&mut random) } else { top_pair(&mut random) };
        if let Some(seen) = measure(&truth, &mut random) {
            let mut quantities = [0.0; 28];
            quantities[..21].copy_from_slice(&seen.low());
            quantities[21..].copy_from_slice(&seen.high());
            return (signal, quantities);
        }
    }
}

/// `H0 -> W H+`, `H+ -> W h`, `h -> b b`.
fn heavy_chain(random: &mut ChaCha8Rng) -> Truth {
    let (w1, w2) = (w_mass(random), w_mass(random));
    let heavy = breit_wigner(425.0, 20.0, 385.0, 465.0, random);
    let charged = breit_wigner(325.0, 15.0, 240.0, heavy - w1 - 1.0, random);
    let light = breit_wigner(125.0, 1.0, 115.0, 135.0, random);
    let (parent, radiation) = produced(heavy, 0.6, 50.0, random);
    let [w1, charged] = decay(parent, [w1, charged], random);
    let [w2, light] = decay(charged, [w2, light], random);
    let bottom = decay(light, [4.7, 4.7], random);
    finish([w1, w2], bottom, radiation, random)
}

/// `t t`, each `t -> W b`.
fn top_pair(random: &mut ChaCha8Rng) -> Truth {
    let tops = [breit_wigner(172.5, 1.4, 155.0, 190.0, random), breit_wigner(172.5, 1.4, 155.0, 190.0, random)];
    // Pairs are made with little more energy than they need.
    let mass = tops[0] + tops[1] + 2.0 + 45.0 * (exponential(random) + exponential(random));
    let (parent, radiation) = produced(mass, 1.1, 25.0, random);
    // Tops prefer the direction of the beam.
    let cos = libm::cbrt(2.0 * uniform(random) - 1.0);
    let [top, antitop] = decay_at(parent, tops, cos, 2.0 * PI * uniform(random));
    let [w1, b1] = decay(top, [w_mass(random), 4.7], random);
    let [w2, b2] = decay(antitop, [w_mass(random), 4.7], random);
    finish([w1, w2], [b1, b2], radiation, random)
}

fn w_mass(random: &mut ChaCha8Rng) -> f64 {
    breit_wigner(W_MASS, 2.1, 60.0, 100.0, random)
}

/// A particle or pair of this mass, with its rapidity drawn around 0, and the jet that it recoils from.
fn produced(mass: f64, rapidity: f64, recoil: f64, random: &mut ChaCha8Rng) -> (FourVector, FourVector) {
    let pt = recoil * exponential(random);
    let phi = PI * (2.0 * uniform(random) - 1.0);
    let radiation = FourVector::from_pt_eta_phi_m(pt, 2.0 * normal(random), phi, 0.0);
    let across = (mass * mass + pt * pt).sqrt();
    let z = across * libm::sinh(rapidity * normal(random));
    (FourVector::from_momentum(-radiation.x, -radiation.y, z, mass), radiation)
}

/// Decays the two W, either of them into the lepton.
fn finish(w: [FourVector; 2], bottom: [FourVector; 2], radiation: FourVector, random: &mut ChaCha8Rng) -> Truth {
    let [leptonic, hadronic] = if uniform(random) < 0.5 { w } else { [w[1], w[0]] };
    let [lepton, _neutrino] = decay(leptonic, [0.1, 0.0], random);
    Truth { lepton, bottom, light: decay(hadronic, [0.5, 0.5], random), radiation }
}
