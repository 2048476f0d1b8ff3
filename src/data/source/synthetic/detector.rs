//! The measurement of an event by a detector: smeared jets with tags, a lepton, the missing momentum; and derived
//! quantities. Independent of the process.

use super::kinematics::{FourVector, exponential, normal};
use crate::data::random::uniform;
use rand_chacha::ChaCha8Rng;

/// Mass of the W boson in GeV, which the neutrino's momentum along the beam is computed with.
pub(super) const W_MASS: f64 = 80.4;

/// The true particles of an event.
pub(super) struct Truth {
    /// The charged lepton.
    pub lepton: FourVector,
    /// Two jets of bottom quarks.
    pub bottom: [FourVector; 2],
    /// Two jets of light quarks.
    pub light: [FourVector; 2],
    /// A jet from before the collision, which everything else recoils from.
    pub radiation: FourVector,
}

/// A jet as it is measured.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Jet {
    /// Its momentum, taken as massless.
    pub momentum: FourVector,
    /// Bottom-quark tag of the jet: 0, 1 or 2, larger for likelier.
    pub tag: f64,
}

/// The measured event.
pub(super) struct Measured {
    /// The charged lepton.
    pub lepton: FourVector,
    /// Missing momentum across the beam.
    pub missing: (f64, f64),
    /// The four jets of largest momentum across the beam, largest first.
    pub jets: [Jet; 4],
}

/// Measures an event; `None` where it does not pass: a lepton and four jets well inside the detector, one of them
/// tagged.
pub(super) fn measure(truth: &Truth, random: &mut ChaCha8Rng) -> Option<Measured> {
    let lepton = smear(truth.lepton, 0.02, 0.0, 0.002, random);
    let mut jets: Vec<Jet> = vec![];
    for (quarks, bottom) in [(&truth.bottom[..], true), (&truth.light[..], false), (&[truth.radiation][..], false)] {
        for quark in quarks {
            // Some of a jet's energy is lost outside of its cone or to neutrinos, more of a bottom quark's.
            let lost = exponential(random) * if bottom { 0.06 } else { 0.03 };
            let momentum = smear(*quark, 0.05, 0.8, 0.03, random);
            let momentum = scale(momentum, 1.0 / (1.0 + lost));
            jets.push(Jet { momentum, tag: tag(bottom, random) });
        }
    }
    let soft = (9.0 * normal(random), 9.0 * normal(random));
    let seen = jets.iter().fold(lepton, |sum, jet| sum + jet.momentum);
    let missing = (soft.0 - seen.x, soft.1 - seen.y);

    let inside = |momentum: FourVector| momentum.pt() > 20.0 && momentum.eta().abs() < 2.5;
    jets.retain(|jet| inside(jet.momentum));
    jets.sort_by(|a, b| b.momentum.pt().total_cmp(&a.momentum.pt()));
    let jets: [Jet; 4] = jets.get(..4)?.try_into().ok()?;
    let passes = inside(lepton) && jets.iter().any(|jet| jet.tag > 0.0);
    passes.then_some(Measured { lepton, missing, jets })
}

/// Changes energy by a relative resolution of `constant` and `sampling / sqrt(E)` in quadrature, and direction by
/// `angle`; the result has no mass.
fn smear(truth: FourVector, constant: f64, sampling: f64, angle: f64, random: &mut ChaCha8Rng) -> FourVector {
    let resolution = (constant * constant + sampling * sampling / truth.e.max(1.0)).sqrt();
    let factor = (1.0 + resolution * normal(random)).max(0.1);
    let (eta, phi) = (truth.eta() + angle * normal(random), truth.phi() + angle * normal(random));
    FourVector::from_pt_eta_phi_m(truth.pt() * factor, eta, phi, 0.0)
}

fn scale(v: FourVector, factor: f64) -> FourVector {
    FourVector { e: v.e * factor, x: v.x * factor, y: v.y * factor, z: v.z * factor }
}

/// Two working points of a tagger: 75% and 50% of bottom jets pass, 12% and 2% of others.
fn tag(bottom: bool, random: &mut ChaCha8Rng) -> f64 {
    let (loose, tight) = if bottom { (0.75, 0.50) } else { (0.12, 0.02) };
    let draw = uniform(random);
    if draw < tight {
        2.0
    } else if draw < loose {
        1.0
    } else {
        0.0
    }
}

impl Measured {
    /// The 21 quantities that are measured.
    pub(super) fn low(&self) -> [f64; 21] {
        let mut low = [0.0; 21];
        let (x, y) = self.missing;
        low[..3].copy_from_slice(&directions(self.lepton));
        low[3..5].copy_from_slice(&[(x * x + y * y).sqrt(), libm::atan2(y, x)]);
        for (jet, low) in self.jets.iter().zip(low[5..].chunks_exact_mut(4)) {
            low[..3].copy_from_slice(&directions(jet.momentum));
            low[3] = jet.tag;
        }
        low
    }

    /// The 7 invariant masses: `jj`, `jjj`, `lv`, `jlv`, `bb`, `wbb`, `wwbb`.
    ///
    /// The assignment of jets is a guess: the two of highest tag are taken for the bottom jets, the nearer one of them
    /// to the other two jets for the one that came with these.
    pub(super) fn high(&self) -> [f64; 7] {
        let mut jets = self.jets;
        // Stable: among equal tags the jet of larger momentum comes first.
        jets.sort_by(|a, b| b.tag.total_cmp(&a.tag));
        let [b1, b2, j1, j2] = jets.map(|jet| jet.momentum);
        let (jj, bb, lv) = (j1 + j2, b1 + b2, self.lepton + self.neutrino());
        let (with_jj, with_lv) = if b1.distance(jj) <= b2.distance(jj) { (b1, b2) } else { (b2, b1) };
        let w = if jj.distance(bb) <= lv.distance(bb) { jj } else { lv };
        [jj, jj + with_jj, lv, lv + with_lv, bb, bb + w, bb + jj + lv].map(FourVector::mass)
    }

    /// The neutrino: across the beam it is the missing momentum; along the beam it is chosen to give the mass of a W
    /// with the lepton, the smaller of two solutions, or the real part where there is none.
    fn neutrino(&self) -> FourVector {
        let (x, y) = self.missing;
        let lepton = self.lepton;
        let across = lepton.pt() * lepton.pt();
        let mu = W_MASS * W_MASS / 2.0 + lepton.x * x + lepton.y * y;
        let middle = mu * lepton.z / across;
        let square = middle * middle - (lepton.e * lepton.e * (x * x + y * y) - mu * mu) / across;
        let z = if square <= 0.0 {
            middle
        } else {
            let root = square.sqrt();
            if (middle - root).abs() < (middle + root).abs() { middle - root } else { middle + root }
        };
        FourVector::from_momentum(x, y, z, 0.0)
    }
}

/// Momentum across the beam, pseudorapidity and azimuth.
fn directions(v: FourVector) -> [f64; 3] {
    [v.pt(), v.eta(), v.phi()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_neutrino_completes_a_w() {
        let lepton = FourVector::from_pt_eta_phi_m(45.0, 0.7, 0.3, 0.0);
        let seen = Measured { lepton, missing: (-20.0, 25.0), jets: [Jet::default(); 4] };
        assert!(((lepton + seen.neutrino()).mass() - W_MASS).abs() < 1e-6);
        // Across the beam this pair is heavier than a W: the best is to add nothing along it.
        let seen = Measured { lepton, missing: (-60.0, -20.0), jets: [Jet::default(); 4] };
        let heavier = (lepton + seen.neutrino()).mass();
        let transverse =
            (2.0 * (45.0 * (60.0f64 * 60.0 + 20.0 * 20.0).sqrt() + 60.0 * lepton.x + 20.0 * lepton.y)).sqrt();
        assert!(transverse > W_MASS && heavier >= transverse - 1e-6);
    }

    #[test]
    fn masses_are_those_of_the_jets_that_are_guessed() {
        let jet = |pt, eta, phi, tag| Jet { momentum: FourVector::from_pt_eta_phi_m(pt, eta, phi, 0.0), tag };
        let lepton = FourVector::from_pt_eta_phi_m(40.0, 0.0, -1.5, 0.0);
        let jets =
            [jet(90.0, 0.0, 0.0, 0.0), jet(70.0, 0.5, 3.0, 2.0), jet(50.0, 0.4, 0.6, 1.0), jet(30.0, -0.5, 1.0, 0.0)];
        let seen = Measured { lepton, missing: (0.0, 30.0), jets };
        // The mass of two massless jets is sqrt(2 pt1 pt2 (cosh(d eta) - cos(d phi))).
        let pair = |p: f64, q: f64, eta: f64, phi: f64| (2.0 * p * q * (eta.cosh() - phi.cos())).sqrt();
        let high = seen.high();
        assert!((high[0] - pair(90.0, 30.0, 0.5, 1.0)).abs() < 1e-6);
        assert!((high[4] - pair(70.0, 50.0, 0.1, 2.4)).abs() < 1e-6);
        let near = [&jets[0], &jets[3], &jets[2]].iter().fold(FourVector::default(), |sum, jet| sum + jet.momentum);
        assert!((high[1] - near.mass()).abs() < 1e-6);
        assert_eq!(seen.low()[5..9], [jets[0].momentum.pt(), jets[0].momentum.eta(), jets[0].momentum.phi(), 0.0]);
    }
}
