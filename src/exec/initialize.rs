//! The initial values of every parameter, each from its own random stream.

use super::params::Params;
use crate::plan::{ParamInit, Plan};
use crate::spec::Init;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// Draws every parameter from a ChaCha stream keyed by the seed and its name: the other parameters of the plan and
/// their order do not affect it.
pub fn initialize(plan: &Plan, seed: u64) -> Params {
    let mut params = Params::zeros(plan);
    for (id, spec) in plan.params.iter().enumerate() {
        let range = params.range(id);
        let values = &mut params.values[range];
        match spec.init {
            ParamInit::Constant(value) => values.fill(value),
            ParamInit::Normal { std } => {
                let mut rng = stream(seed, &spec.name);
                values.fill_with(|| (std * rng.sample::<f64, _>(StandardNormal)) as f32);
            }
            ParamInit::Table { init, width } => {
                let (first, others) = values.split_at_mut(width.min(values.len()));
                first.fill(0.0);
                draw(others, init, 1, width, stream(seed, &spec.name));
            }
            ParamInit::Random { init, fan_in, fan_out } => {
                draw(values, init, fan_in, fan_out, stream(seed, &spec.name))
            }
        }
    }
    params
}

fn stream(seed: u64, name: &str) -> ChaCha8Rng {
    let mut key = blake3::Hasher::new();
    key.update(&seed.to_le_bytes()).update(name.as_bytes());
    ChaCha8Rng::from_seed(*key.finalize().as_bytes())
}

fn draw(values: &mut [f32], init: Init, fan_in: usize, fan_out: usize, mut rng: ChaCha8Rng) {
    let (inputs, outputs) = (fan_in.max(1) as f64, fan_out as f64);
    let (uniform, scale) = match init {
        Init::Scaled => (true, (3.0 / inputs).sqrt()),
        Init::HeUniform => (true, (6.0 / inputs).sqrt()),
        Init::HeNormal => (false, (2.0 / inputs).sqrt()),
        Init::HeFanOut => (false, (2.0 / outputs.max(1.0)).sqrt()),
        Init::XavierUniform => (true, (6.0 / (inputs + outputs)).sqrt()),
        Init::XavierNormal => (false, (2.0 / (inputs + outputs)).sqrt()),
        Init::Torch => (true, (1.0 / inputs).sqrt()),
    };
    for value in values {
        let unit = match (uniform, init) {
            (true, _) => 2.0 * rng.random::<f64>() - 1.0,
            (false, Init::HeFanOut) => within_two(&mut rng),
            (false, _) => rng.sample(StandardNormal),
        };
        *value = (unit * scale) as f32;
    }
}

/// A normal number, drawn until it lies within two standard deviations.
fn within_two(rng: &mut ChaCha8Rng) -> f64 {
    loop {
        let number: f64 = rng.sample(StandardNormal);
        if number.abs() <= 2.0 {
            return number;
        }
    }
}
