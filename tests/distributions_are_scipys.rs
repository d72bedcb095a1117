//! Distributions of z-values, activations, gradients, weights and updates are those that numpy and scipy compute from
//! deepreplay's recordings.

mod common;

use common::{Reference, article_model};
use training_replay::{
    Activation, Dataset, Loss, Metrics, Replay,
    analysis::{Baseline, Distribution, LayerCurve, LayerDistribution, LayerFilter, Quantity},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

/// What numpy and scipy say of some values: mean, deviation, minimum, the quantiles 0.1, 0.5 and 0.9, and the density at
/// the first two of those.
struct Expected {
    quantity: Quantity,
    layer: &'static str,
    count: usize,
    numbers: [f64; 6],
    densities: [f64; 2],
}

/// Printed by
///
/// ```python
/// import numpy as np, scipy.stats as st
/// from safetensors.numpy import load_file
/// t = load_file("tests/data/part2_tanh_glorot.safetensors")
/// for what in ["z", "act", "grad"]:
///     for layer in ["h1", "h3", "o"]:
///         v = t[f"expected.{what}.{layer}"].astype(np.float64).ravel()
///         k = st.gaussian_kde(v)(np.quantile(v, [.1, .5]))
///         print(what, layer, v.size, v.mean(), v.std(), v.min(), *np.quantile(v, [.1, .5, .9]), *k)
/// ```
fn printed_by_scipy() -> Vec<Expected> {
    let (z, a, g) = (Quantity::pre_activations(), Quantity::activations(), Quantity::gradients(LOSS));
    let of = |quantity, layer, count, numbers, densities| Expected { quantity, layer, count, numbers, densities };
    vec![
        of(
            z,
            "h1",
            5000,
            [0.00615470243, 0.42256649, -1.30891263, -0.541743487, -0.00310004409, 0.553230113],
            [0.408282376, 0.895654564],
        ),
        of(
            z,
            "h3",
            5000,
            [-0.00533411176, 0.319585614, -1.32503498, -0.412305737, -0.00376462354, 0.403459626],
            [0.560273528, 1.28049554],
        ),
        of(
            z,
            "o",
            50,
            [0.0153598518, 0.49880787, -1.33905554, -0.668496758, 0.00887265243, 0.618299425],
            [0.302657008, 0.796411868],
        ),
        of(
            a,
            "h1",
            5000,
            [0.0046303152, 0.368927747, -0.864000022, -0.494306573, -0.00310003385, 0.502937162],
            [0.534736251, 0.900554794],
        ),
        of(
            a,
            "h3",
            5000,
            [-0.00494218783, 0.292289885, -0.868030488, -0.390428707, -0.00376460538, 0.382905239],
            [0.653132064, 1.28710499],
        ),
        of(
            a,
            "o",
            50,
            [0.503749418, 0.117097349, 0.207665414, 0.338842162, 0.502218157, 0.649778777],
            [1.29640293, 3.2518674],
        ),
        of(
            g,
            "h1",
            1000,
            [7.96605361e-05, 0.00673702459, -0.0345656052, -0.0070046925, 6.7434863e-05, 0.00770485755],
            [18.1353646, 107.763627],
        ),
        of(
            g,
            "h3",
            10000,
            [-7.02052808e-06, 0.00310769448, -0.0187672265, -0.00346222254, -4.5283814e-06, 0.00346027615],
            [45.5798595, 244.811513],
        ),
        of(
            g,
            "o",
            100,
            [-0.000605101204, 0.0134276522, -0.0384533741, -0.0169503674, -0.000822187139, 0.0195632596],
            [15.493119, 31.9828774],
        ),
    ]
}

/// The never trained network of Part II, its first 50 samples or all of them.
fn initial(samples: usize) -> Replay {
    let reference = Reference::deep();
    let data = reference.dataset();
    let first = |matrix: &training_replay::Matrix| matrix.rows(0, samples).into_owned();
    let some = Dataset::new(first(data.inputs()), first(data.targets().numbers().unwrap())).unwrap();
    let mut replay = Replay::options().dataset(&some).in_memory();
    replay.record(&reference.deep_model(), Metrics::new()).unwrap();
    replay
}

fn assert_near(what: &str, found: f64, expected: f64, scale: f64) {
    assert!((found - expected).abs() <= 1e-4 * scale, "{what}: {found}, expected {expected}");
}

#[test]
fn a_network_that_was_never_trained_has_the_distributions_that_scipy_computes() {
    let (fifty, all) = (initial(50), initial(1_000));
    for Expected { quantity, layer, count, numbers, densities } in printed_by_scipy() {
        let replay = if quantity == Quantity::gradients(LOSS) { &all } else { &fifty };
        let rows = replay.at(0).unwrap().distributions(quantity, &LayerFilter::default().layers([layer])).unwrap();
        let found = &rows[0].distribution; // the kernel's, before the bias's, where there are parameters
        let quantile = |share| found.quantile(share).unwrap();
        assert_eq!(found.count, count);
        let at = [found.mean, found.std, found.min, quantile(0.1), quantile(0.5), quantile(0.9)];
        for (i, (found, expected)) in at.into_iter().zip(numbers).enumerate() {
            assert_near(&format!("{quantity:?} of {layer}, number {i}"), found, expected, numbers[1]);
        }
        let density = training_replay::analysis::Density::at(found.values(), &[quantile(0.1), quantile(0.5)]);
        for (found, expected) in density.unwrap().unwrap().density.into_iter().zip(densities) {
            assert_near(&format!("density of {quantity:?} of {layer}"), found, expected, expected);
        }
    }
}

#[test]
fn layers_come_in_order_with_and_without_inputs_and_outputs() {
    let replay = initial(50);
    let names = |quantity, filter: &LayerFilter| -> Vec<String> {
        let rows = replay.at(0).unwrap().distributions(quantity, filter).unwrap();
        rows.into_iter().map(|LayerDistribution { layer, name, .. }| format!("{layer} {name}")).collect()
    };
    let all = LayerFilter::default();
    assert_eq!(names(Quantity::pre_activations(), &all)[5], "o pre_activation");
    let hidden = names(Quantity::activations(), &all.clone().inputs(true).outputs(false));
    assert_eq!((hidden[0].as_str(), hidden[5].as_str(), hidden.len()), ("input input", "h5 activation", 6));
    assert_eq!(names(Quantity::weights(), &all.clone().layers(["h2"])), ["h2 kernel", "h2 bias"]);
    assert_eq!(names(Quantity::gradients(LOSS), &all).len(), 12);
    assert!(names(Quantity::weights().since(Baseline::EpochBefore), &all).is_empty(), "nothing was before");
    assert_eq!(names(Quantity::weights().since(Baseline::Start), &all).len(), 12);
    let biases = replay.at(0).unwrap().distributions(Quantity::weights(), &all).unwrap();
    assert_eq!(biases[1].distribution.zeros, 1.0, "biases begin with zeros");
}

/// A recording of deepreplay's with the epochs 0, 1, 80 and 150.
fn article() -> Replay {
    let reference = Reference::article();
    let mut replay = Replay::options().dataset(&reference.dataset()).in_memory();
    for epoch in [0, 1, 80, 150] {
        let model = article_model(Activation::Sigmoid, &reference.article_weights(epoch));
        replay.record_at(epoch as u64, &model, Metrics::new()).unwrap();
    }
    replay
}

fn curve<'a>(curves: &'a [LayerCurve], layer: &str) -> &'a [(u64, f64)] {
    &curves.iter().find(|curve| curve.layer == layer && curve.name == "kernel").unwrap().points
}

fn assert_curve(found: &[(u64, f64)], expected: &[(u64, f64)]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.0, expected.0);
        assert_near(&format!("epoch {}", found.0), found.1, expected.1, expected.1);
    }
}

/// `w = load_file("tests/data/part1_sigmoid.safetensors")["hidden.kernel"].astype(np.float64)`, then
/// `w[e].std()`, `(w[1] - w[0]).std()`, `abs(w[e] - w[0]).max()`
#[test]
fn deviations_of_weights_and_updates_over_the_epochs_are_numpys() {
    let replay = article();
    let deviations = replay.recorded_weights().std().unwrap();
    let expected =
        [(0, 0.20864450890603992), (1, 0.21183361165777653), (80, 3.156321366113322), (150, 5.412452492216337)];
    assert_curve(curve(&deviations, "hidden"), &expected);
    let updates = |since, number: fn(&training_replay::analysis::Distribution) -> f64| {
        replay.run().unwrap().statistic(Quantity::weights().since(since), &LayerFilter::default(), number).unwrap()
    };
    let steps = updates(Baseline::EpochBefore, |steps| steps.std);
    assert_curve(&curve(&steps, "hidden")[..1], &[(1, 0.003273341641907646)]);
    assert_eq!(curve(&steps, "hidden").len(), 3, "epoch 0 has no epoch before it");
    let distances = updates(Baseline::Start, |way| way.max.max(-way.min));
    let expected = [(0, 0.0), (1, 0.005996048450469971), (80, 4.96996009349823), (150, 6.40456373244524)];
    assert_curve(curve(&distances, "hidden"), &expected);
}

/// `a = t["expected.act.hidden"].astype(np.float64)`, the first 200 samples at the epochs 0, 80 and 150:
/// `(a[1] - a[0]).std(), (a[1] - a[0]).min(), (a[2] - a[1]).std(), (a[2] - a[0]).std()`; likewise with `expected.z.output`
/// and `expected.grad.hidden`.
#[test]
fn changes_of_activations_z_values_and_gradients_are_numpys() {
    let reference = Reference::article();
    let data = reference.dataset();
    let first = |matrix: &training_replay::Matrix| matrix.rows(0, 200).into_owned();
    let some = Dataset::new(first(data.inputs()), first(data.targets().numbers().unwrap())).unwrap();
    let mut replay = Replay::options().dataset(&data).in_memory();
    for epoch in [0, 80, 150] {
        let model = article_model(Activation::Sigmoid, &reference.article_weights(epoch));
        replay.record_at(epoch as u64, &model, Metrics::new()).unwrap();
    }
    let gradients = change(&replay, 150, Quantity::gradients(LOSS).since(Baseline::Start), "hidden");
    assert_near("gradients", gradients.std, 0.002462819857769463, 0.002462819857769463);
    let replay = replay.with_dataset(&some).unwrap();
    let activations = Quantity::activations();
    let learned = change(&replay, 80, activations.since(Baseline::Start), "hidden");
    assert_near("deviation", learned.std, 0.3123831796659749, 0.3123831796659749);
    assert_near("minimum", learned.min, -0.4354909807443619, 0.3123831796659749);
    let step = change(&replay, 150, activations.since(Baseline::EpochBefore), "hidden");
    assert_near("since the epoch before", step.std, 0.12818434208102636, 0.12818434208102636);
    let way = change(&replay, 150, activations.since(Baseline::Start), "hidden");
    assert_near("since the start", way.std, 0.3714710617225371, 0.3714710617225371);
    let z = change(&replay, 150, Quantity::pre_activations().since(Baseline::EpochBefore), "output");
    assert_near("z-values", z.std, 1.8450683191427524, 1.8450683191427524);
    let at_start = replay.at(0).unwrap();
    let inputs = LayerFilter::default().inputs(true);
    assert!(at_start.distributions(activations.since(Baseline::EpochBefore), &inputs).unwrap().is_empty());
    assert_eq!(change(&replay, 0, activations.since(Baseline::Start), "hidden").zeros, 1.0);
}

/// How what training has changed in one layer is distributed.
fn change(replay: &Replay, epoch: u64, quantity: Quantity, layer: &str) -> Distribution {
    let rows = replay.at(epoch).unwrap().distributions(quantity, &LayerFilter::default().layers([layer])).unwrap();
    rows.into_iter().next().unwrap().distribution
}

/// `t["expected.grad.hidden"][i].astype(np.float64).std()` for the epochs 0, 80 and 150; also `output`
#[test]
fn deviations_of_gradients_over_the_epochs_are_numpys() {
    let replay = article();
    let deviations =
        replay.run().unwrap().statistic(Quantity::gradients(LOSS), &LayerFilter::default(), |row| row.std).unwrap();
    let kept = |layer| curve(&deviations, layer).iter().copied().filter(|(epoch, _)| *epoch != 1).collect::<Vec<_>>();
    assert_curve(
        &kept("hidden"),
        &[(0, 0.00017839785725962373), (80, 0.011421258740508424), (150, 0.002520874484272923)],
    );
    assert_curve(&kept("output"), &[(0, 0.008688521949807182), (80, 0.0161631777882576), (150, 0.005382922012358904)]);
}

#[test]
fn any_other_model_has_the_same_distributions_and_one_without_gradients_is_an_error() {
    let (replay, model) = (article(), article_model(Activation::Sigmoid, &Reference::article().article_weights(0)));
    let foreign = common::NoGradients(model);
    let activations = |epoch| {
        let built_in =
            replay.at(epoch).unwrap().distributions(Quantity::activations(), &LayerFilter::default()).unwrap();
        let other = replay.run_with(&foreign).at(epoch).unwrap();
        assert_eq!(other.distributions(Quantity::activations(), &LayerFilter::default()).unwrap(), built_in);
        other.distributions(Quantity::gradients(LOSS), &LayerFilter::default()).unwrap_err().to_string()
    };
    let message = activations(80);
    let expected =
        "the model is one without gradients; it must be one that gives them: `Forward::as_backward` returns it";
    assert_eq!(message, expected);
    let curves = replay.run_with(&foreign).statistic(Quantity::weights(), &LayerFilter::default(), |w| w.std).unwrap();
    assert_eq!(curves, replay.recorded_weights().std().unwrap());
}
