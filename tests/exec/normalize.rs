//! Normalisation against the numbers of PyTorch; `tests/fixtures/norms.py` made them.

use super::{BOTH, KEY, close, start};
use crate::support::network::Network;
use mmc::exec::Params;
use mmc::fusion::Combination;
use mmc::plan::{Batch, Plan};
use std::sync::Arc;

const X: [f32; 12] = [0.5, -1.0, 2.0, 1.5, 0.25, -0.75, -2.0, 1.0, 0.5, 0.0, 3.0, 1.25];

fn rows() -> Batch {
    Batch {
        rows: 4,
        inputs: vec![X.to_vec()],
        present: vec![None],
        labels: vec![0, 2, 1, 0],
        weights: vec![],
        past: vec![],
    }
}

/// The identity, the norm, and cross-entropy on the output.
fn plan(batch_norm: bool) -> (Plan, Params) {
    let mut net = Network::new(3);
    let x = net.input("x", 3);
    let x = net.linear(x, 3, None);
    let y = if batch_norm { net.batch_norm(x, 1e-3, 0.1) } else { net.layer_norm(x, 1e-3) };
    net.component(y, 1.0);
    let plan = net.finish(Combination::Average);
    let mut params = Params::zeros(&plan);
    for (id, values) in
        [(0, &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0][..]), (2, &[1.5, -0.5, 2.0]), (3, &[0.1, 0.2, -0.3])]
    {
        let range = params.range(id);
        params.values[range].copy_from_slice(values);
    }
    (plan, params)
}

fn all_close(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        close(f64::from(*found), f64::from(*expected), 2e-6, what);
    }
}

/// The loss, the gradients of gamma and beta, and the gradient of the input, through the identity before it.
fn check_step(batch_norm: bool, loss: f64, gamma: &[f32], beta: &[f32], input: &[f32; 12]) {
    let (plan, params) = plan(batch_norm);
    for device in BOTH {
        let mut engine = start(&plan, device, 1);
        let result = engine.step(&Arc::new(params.clone()), &rows(), KEY).unwrap();
        close(result.loss, loss, 1e-6, "loss");
        let gradient = &result.gradients[0];
        all_close(&gradient[params.range(2)], gamma, "gradient of gamma");
        all_close(&gradient[params.range(3)], beta, "gradient of beta");
        let column = |k: usize| (0..4).map(|row| input[row * 3 + k]).sum::<f32>();
        all_close(&gradient[params.range(1)], &[column(0), column(1), column(2)], "gradient of the bias before");
        let weight: Vec<f32> =
            (0..9).map(|at| (0..4).map(|row| input[row * 3 + at / 3] * X[row * 3 + at % 3]).sum()).collect();
        all_close(&gradient[params.range(0)], &weight, "gradient of the weight before");
        if batch_norm {
            assert_eq!(result.moments.len(), 2);
            let (mean, variance) = (&result.moments[0], &result.moments[1]);
            assert_eq!((mean.0, variance.0), (0, 1));
            // PyTorch's running statistics after one step of momentum 0.1 from 0 and 1.
            let running: Vec<f32> = mean.1.iter().map(|mean| 0.1 * mean).collect();
            all_close(&running, &[0.0, 0.08125, 0.075], "running mean");
            let running: Vec<f32> = variance.1.iter().map(|variance| 0.9 + 0.1 * variance).collect();
            all_close(&running, &[1.116_666_7, 1.180_729_2, 1.0375], "running variance");
        }
    }
}

#[test]
fn batch_norm_in_training() {
    check_step(
        true,
        2.199188,
        &[0.1308158, -0.0244429, 0.6236652],
        &[-0.1683949, 0.0478453, 0.1205496],
        &[
            -0.2144441, -0.0084205, -0.1071373, 0.2422471, -0.0110765, -0.0959314, 0.128014, 0.0320683, 0.1470687,
            -0.155817, -0.0125713, 0.056,
        ],
    );
}

#[test]
fn layer_norm_in_training() {
    check_step(
        false,
        2.6240573,
        &[0.4992466, -0.0775041, 0.5856081],
        &[-0.2189315, 0.0141437, 0.2047878],
        &[
            -0.2764851, 0.1381384, 0.1383467, -0.0367309, 0.0838078, -0.0470769, -0.019618, -0.0978197, 0.1174377,
            -0.1294173, -0.0923389, 0.2217562,
        ],
    );
}

#[test]
fn evaluation_uses_running_statistics() {
    let (plan, mut params) = plan(true);
    params.buffers = vec![vec![0.0, 0.08125, 0.075], vec![1.116_666_7, 1.180_729_2, 1.0375]];
    for device in BOTH {
        let logits = start(&plan, device, 1).logits(&Arc::new(params.clone()), &rows()).unwrap();
        all_close(
            &logits.components[0],
            &[
                0.8094227, 0.6973214, 3.4779608, 2.2282681, 0.1223834, -1.9191262, -2.737_691, -0.2225794, 0.5340953,
                0.1, -1.1424803, 2.0060282,
            ],
            "evaluated",
        );
    }
}

#[test]
fn layer_norm_of_rows() {
    let (plan, params) = plan(false);
    for device in BOTH {
        let logits = start(&plan, device, 1).logits(&Arc::new(params.clone()), &rows()).unwrap();
        all_close(
            &logits.components[0],
            &[
                0.1, 0.8121684, 2.1486735, 2.0001297, 0.2452412, -2.6525412, -1.9948939, -0.2443714, 0.7157061,
                -1.6265078, -0.4432088, -0.5708247,
            ],
            "output",
        );
    }
}

/// Rows without the modality affect neither its statistics nor its gradient.
#[test]
fn rows_without_the_modality_are_not_in_the_statistics() {
    let (plan, params) = plan(true);
    let few = rows();
    let mut some = rows();
    some.rows = 6;
    some.inputs = vec![[&X[..6], &[0.0; 3], &X[6..], &[0.0; 3]].concat()];
    some.present = vec![Some(vec![true, true, false, true, true, false])];
    some.labels = vec![0, 2, 1, 1, 0, 2];
    for device in BOTH {
        let (mut one, mut other) = (start(&plan, device, 1), start(&plan, device, 1));
        let expected = one.step(&Arc::new(params.clone()), &few, KEY).unwrap();
        let found = other.step(&Arc::new(params.clone()), &some, KEY).unwrap();
        // The mean is over the whole batch, whatever modalities a row has.
        close(found.loss, expected.loss * 4.0 / 6.0, 1e-6, "loss");
        for (found, expected) in found.gradients[0].iter().zip(expected.gradients[0].iter()) {
            close(f64::from(*found), f64::from(*expected) * 4.0 / 6.0, 1e-6, "gradient");
        }
        assert_eq!(found.moments.len(), expected.moments.len());
        for (found, expected) in found.moments.iter().zip(&expected.moments) {
            all_close(&found.1, &expected.1, "statistics");
        }
        some.present = vec![Some(vec![false; 6])];
        let none = other.step(&Arc::new(params.clone()), &some, KEY).unwrap();
        assert!(none.moments.is_empty(), "statistics of no rows");
        assert!(none.loss == 0.0 && none.gradients[0].iter().all(|g| *g == 0.0));
        some.present = vec![Some(vec![true, true, false, true, true, false])];
    }
}

/// One row has no unbiased variance: what is reported stays finite.
#[test]
fn a_batch_of_one_row_is_finite() {
    let (plan, params) = plan(true);
    let one = Batch {
        rows: 1,
        inputs: vec![X[..3].to_vec()],
        present: vec![None],
        labels: vec![1],
        weights: vec![],
        past: vec![],
    };
    for device in BOTH {
        let mut engine = start(&plan, device, 1);
        let result = engine.step(&Arc::new(params.clone()), &one, KEY).unwrap();
        assert!(result.loss.is_finite());
        assert_eq!(result.moments[1].1, [0.0; 3]);
        assert!(result.gradients[0].iter().all(|g| g.is_finite()));
    }
}
