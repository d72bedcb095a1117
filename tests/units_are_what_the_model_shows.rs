//! What a convolutional network shows of its feature maps is what is counted, seen and said: its channels, and not their pixels.

#[cfg(feature = "plot")]
#[path = "common/page.rs"]
mod page;

use std::ops::Range;

use training_replay::{
    Activation, Dataset, Error, Forward, Loss, Matrix, Metrics, Model, Parameter, Replay, Result, Weights,
    analysis::{
        Caveat, FeatureSpace, Grid, LayerFilter, MilestoneKind, MilestoneOptions, Milestones, PrincipalPlane, Quantity,
        View,
    },
    units,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

/// Channels of ReLUs over every pixel of an image, weighted by one number each, and a sigmoid of their means.
#[derive(Clone)]
struct Convolution {
    factors: Vec<f32>,
    biases: Vec<f32>,
    head: Vec<f32>,
    /// A layer without a backward pass.
    scale: Vec<f32>,
    shows: Shows,
}

#[derive(Clone, Copy, PartialEq)]
enum Shows {
    Outputs,
    Channels,
    FewerRows,
    NoUnits,
    AsManyAsRows,
}

impl Convolution {
    /// At an epoch, of which the second half of the channels is dead from `dead_from` on.
    fn at(epoch: u64, channels: usize, dead_from: u64, shows: Shows) -> Self {
        let number = |i: usize, salt: u64| ((i as u64 * 31 + epoch * 7 + salt) % 17) as f32 / 17.0 + 0.1;
        let bias = |i: usize| if i >= channels / 2 && epoch >= dead_from { -100.0 } else { 0.0 };
        Self {
            factors: (0..channels).map(|i| number(i, 1)).collect(),
            biases: (0..channels).map(bias).collect(),
            head: (0..channels).map(|i| number(i, 5) - 0.6).collect(),
            scale: vec![1.0; channels],
            shows,
        }
    }
}

impl Model for Convolution {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        let channels = self.head.len();
        Ok(vec![
            Parameter::new("conv", "kernel", [channels], &self.factors),
            Parameter::new("conv", "bias", [channels], &self.biases),
            Parameter::new("norm", "scale", [channels], &self.scale),
            Parameter::new("norm", "places", [2], vec![0_i64, 1]),
            Parameter::new("head", "kernel", [channels], &self.head),
        ])
    }
}

impl Forward for Convolution {
    fn layers(&self) -> Vec<String> {
        vec!["conv".into(), "head".into()]
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        let channels = self.head.len();
        let of =
            |layer, name| Ok::<_, Error>(weights.require(layer, name, &[channels])?.values().to_f32().into_owned());
        let (factors, biases, scale) = (of("conv", "kernel")?, of("conv", "bias")?, of("norm", "scale")?);
        Ok(Self { factors, biases, scale, head: of("head", "kernel")?, shows: self.shows })
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        let (mut values, channels) = (inputs.clone(), self.head.len());
        for layer in layers {
            let (rows, pixels) = (values.nrows(), if layer == 0 { values.ncols() } else { values.ncols() / channels });
            values = if layer == 0 {
                let unit = |i: usize, j: usize| {
                    let (channel, pixel) = (j / pixels, j % pixels);
                    (self.factors[channel] * self.scale[channel] * values[(i, pixel)] + self.biases[channel]).max(0.0)
                };
                Matrix::from_fn(rows, channels * pixels, unit)
            } else {
                if values.ncols() != channels * pixels || pixels == 0 {
                    return Err(Error::model(format!("the head takes feature maps of {channels} channels")));
                }
                let logit = |i: usize| -> f32 {
                    let weight = |j: usize| self.head[j / pixels] / pixels as f32;
                    (0..values.ncols()).map(|j| values[(i, j)] * weight(j)).sum()
                };
                Matrix::from_fn(rows, 1, |i, _| 1.0 / (1.0 + (-logit(i)).exp()))
            };
        }
        Ok(values)
    }

    fn activation(&self, layer: usize) -> Option<Activation> {
        Some([Activation::Relu, Activation::Sigmoid][layer])
    }

    fn units(&self, layer: usize, outputs: Matrix) -> Result<Matrix> {
        match self.shows {
            Shows::Outputs => Ok(outputs),
            _ if layer == 1 => Ok(outputs),
            Shows::Channels => units::channels(&outputs, self.head.len()),
            Shows::FewerRows => Ok(outputs.rows(0, outputs.nrows() - 1).into_owned()),
            Shows::NoUnits => Ok(Matrix::zeros(outputs.nrows(), 0)),
            Shows::AsManyAsRows => Ok(outputs.columns(0, outputs.nrows()).into_owned()),
        }
    }
}

fn images(count: usize, pixels: usize) -> Dataset {
    let inputs = Matrix::from_fn(count, pixels, |i, j| ((i * 13 + j * 29) % 101) as f32 / 101.0 + 0.01);
    Dataset::new(inputs, Matrix::from_fn(count, 1, |i, _| (i % 2) as f32)).unwrap()
}

fn recorded(data: &Dataset, epochs: u64, channels: usize) -> Replay {
    let mut replay = Replay::options().dataset(data).loss(LOSS).in_memory();
    for epoch in 0..epochs {
        replay.record(&Convolution::at(epoch, channels, 0, Shows::Outputs), Metrics::new()).unwrap();
    }
    replay
}

fn showing(shows: Shows, channels: usize) -> Convolution {
    Convolution::at(0, channels, 0, shows)
}

fn milestones(replay: &Replay, shows: Shows, channels: usize) -> Milestones {
    replay.run_with(&showing(shows, channels)).milestones(&MilestoneOptions::default()).unwrap()
}

/// Every pixel of a feature map was a unit: thousands of rows for one epoch.
#[test]
fn a_convolutional_network_has_a_readers_page_of_milestones() {
    let replay = recorded(&images(20, 28 * 28), 3, 8);
    let channels = milestones(&replay, Shows::Channels, 8);
    let dead: Vec<String> = channels.dead_units().map(|row| row.subject.to_string()).collect();
    assert_eq!(dead, ["conv unit 4", "conv unit 5", "conv unit 6", "conv unit 7"]);
    let said = "the 6,272 outputs of layer conv were shown as 8 units, as `Forward::units` says";
    assert!(channels.to_string().contains(said), "{channels}");
    assert!(channels.to_string().lines().count() < 30, "{channels}");
    assert_eq!(channels.units, [("conv".into(), 8)]);

    let pixels = milestones(&replay, Shows::Outputs, 8);
    assert_eq!(pixels.dead_units().count(), 3_136, "as data all are there");
    let said = "From epoch 0 on, 3,136 of 6,272 units of layer conv are dead: they are 0 on all 20 samples";
    assert!(pixels.to_string().lines().any(|line| line == said), "{pixels}");
    assert!(pixels.to_string().lines().count() < 30);
    let rows: usize = pixels.groups().iter().map(|group| group.rows.len()).sum();
    assert_eq!(rows, pixels.rows.len());
}

#[test]
fn the_plane_and_the_space_of_a_layer_are_those_of_its_units() {
    let (data, model) = (images(30, 36), showing(Shows::Channels, 6));
    let replay = recorded(&data, 4, 6);
    let run = replay.run_with(&model);
    let plane = run.principal_plane("conv").unwrap();
    assert_eq!(plane.plane.dimensions(), 6);
    let all: Vec<Matrix> = (0..4)
        .map(|epoch| {
            let outputs = run.at(epoch).unwrap().activations().unwrap().remove(0).values;
            assert_eq!(outputs.shape(), (30, 216), "layer values are the layer's own");
            units::channels(&outputs, 6).unwrap()
        })
        .collect();
    let joined = Matrix::from_fn(120, 6, |i, j| all[i / 30][(i % 30, j)]);
    let expected = PrincipalPlane::of(&joined).unwrap();
    assert!((plane.plane.axes() - expected.plane.axes()).amax() < 1e-4);

    let space = run.at(2).unwrap().feature_space(View::of("conv").on(&plane.plane), &Grid::default()).unwrap();
    assert!((plane.plane.project(&all[2]).unwrap() - &space.samples).amax() < 1e-5);
    let said: Vec<String> = space.caveats.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|said| said.contains("216 outputs of layer conv were shown as 6 units")), "{said:?}");
    // Six numbers lead back to no 216.
    assert!(space.boundary.is_empty() && said.iter().any(|said| said.starts_with("the boundary and what")), "{said:?}");
    // The layer's own space has a boundary, on a plane of its own outputs, and none on one of units.
    let own = training_replay::analysis::Plane::of_axes(216, 0, 40).unwrap();
    let snapshot = run.at(2).unwrap();
    assert_eq!(
        snapshot.decision_boundary(View::of("conv").on(&own), &Grid::default().points(5)).unwrap().outputs.nrows(),
        25
    );
    let refused =
        snapshot.decision_boundary(View::of("conv").on(&plane.plane), &Grid::default()).unwrap_err().to_string();
    assert!(
        refused.contains("216, its own outputs: nothing leads back to them from the 6 of `Forward::units`"),
        "{refused}"
    );
}

#[test]
fn two_channels_over_two_inputs_bend_the_boundary_of_the_inputs() {
    let (data, model) = (images(30, 2), showing(Shows::Channels, 2));
    let replay = recorded(&data, 1, 2);
    let snapshot = replay.run_with(&model).at(0).unwrap();
    let space = snapshot.feature_space("conv", &Grid::default()).unwrap();
    assert_eq!((space.samples.shape(), space.lines.len(), space.explained_variance_ratio), ((30, 2), 22, 1.0));
    assert!(space.caveats.iter().any(|caveat| matches!(caveat, Caveat::Units { units: 2, outputs: 4, .. })));
    assert!(FeatureSpace::of(&showing(Shows::Outputs, 2), "conv", &data, &Grid::default()).is_err(), "four outputs");
}

#[test]
fn distributions_keep_every_output() {
    let replay = recorded(&images(10, 36), 1, 6);
    let model = showing(Shows::Channels, 6);
    let snapshot = replay.run_with(&model).at(0).unwrap();
    let rows = snapshot.distributions(Quantity::activations(), &LayerFilter::default()).unwrap();
    assert_eq!((rows[0].layer.as_str(), rows[0].distribution.count), ("conv", 2_160));
}

#[test]
fn units_that_are_none_of_the_layer_are_errors_that_name_it() {
    let replay = recorded(&images(10, 36), 1, 6);
    for (shows, said) in
        [(Shows::FewerRows, "units of layer \"conv\""), (Shows::NoUnits, "the number of units of layer \"conv\"")]
    {
        let model = showing(shows, 6);
        let run = replay.run_with(&model);
        for error in [
            run.milestones(&MilestoneOptions::default()).unwrap_err(),
            run.principal_plane("conv").unwrap_err(),
            run.at(0).unwrap().feature_space("conv", &Grid::default()).unwrap_err(),
        ] {
            assert!(error.to_string().contains(said) && error.to_string().contains("Forward::units"), "{error}");
        }
    }
}

/// By default a model is given 32 rows or more at a time: here 262,144 values, and the rest.
#[test]
fn a_width_that_differs_from_call_to_call_is_an_error() {
    let data = images(130, 1 << 12);
    let replay = recorded(&data, 1, 2);
    let model = showing(Shows::AsManyAsRows, 2);
    let run = replay.run_with(&model);
    for error in [run.milestones(&MilestoneOptions::default()).unwrap_err(), run.principal_plane("conv").unwrap_err()] {
        assert!(matches!(error, Error::Shape { .. }), "{error}");
    }
}

/// A fused layer norm without a backward pass: 25 of 26 arrays of a transformer never changed, and the milestones were silent.
#[test]
fn a_parameter_that_never_changes_is_found_with_and_without_a_model_and_data() {
    let data = images(10, 4);
    let (with, mut without) = (recorded(&data, 4, 2), Replay::options().in_memory());
    for epoch in 0..4 {
        without.record(&Convolution::at(epoch, 2, 0, Shows::Outputs), Metrics::new()).unwrap();
    }
    let model = showing(Shows::Outputs, 2);
    let options = MilestoneOptions::default();
    let expected = ["conv/bias", "norm/scale"]; // Integers are places, and no weights.
    for found in [
        with.run_with(&model).milestones(&options).unwrap(),
        without.run_with(&model).milestones(&options).unwrap(),
        without.recorded_weights().milestones(&options).unwrap(),
    ] {
        let frozen: Vec<String> = found.frozen().map(|row| row.subject.to_string()).collect();
        assert_eq!((frozen, found.parameters), (expected.map(String::from).to_vec(), 4));
        assert!(found.frozen().all(|row| (row.epoch, row.until, row.evidence) == (0, None, 4.0)));
    }
    let alone = without.run_with(&model).milestones(&options).unwrap();
    assert!(
        alone.to_string().contains("milestones of the loss, the classes, the layers and their units were left out"),
        "{alone}"
    );
    assert_eq!(alone.of_kind(MilestoneKind::FinalLoss).count(), 0);
}

/// A model that lists a parameter which was never recorded, or holds one in a coarser type than was recorded.
#[test]
fn what_was_not_recorded_or_is_held_too_coarsely_is_not_called_frozen() {
    #[derive(Clone)]
    struct Coarse(Vec<f32>);
    impl Model for Coarse {
        fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
            Ok(vec![Parameter::new("a", "x", [1], &self.0), Parameter::new("a", "own", [1], vec![7.0_f32])])
        }
    }
    impl Forward for Coarse {
        fn layers(&self) -> Vec<String> {
            vec!["a".into()]
        }
        fn with_weights(&self, weights: &Weights) -> Result<Self> {
            Ok(Self(weights.require("a", "x", &[1])?.values().to_f32().into_owned()))
        }
        fn forward(&self, inputs: &Matrix, _: Range<usize>) -> Result<Matrix> {
            Ok(inputs.clone())
        }
    }
    let mut replay = Replay::options().in_memory();
    for epoch in 0..3 {
        let x = Parameter::new("a", "x", [1], vec![1.0 + f64::from(epoch) * 1e-12]);
        replay.record(&Weights::from_iter([x]), Metrics::new()).unwrap();
    }
    let found = replay.run_with(&Coarse(vec![0.0])).milestones(&MilestoneOptions::default()).unwrap();
    assert_eq!(found.rows, []);
    assert!(found.to_string().contains("whether a/x change, which the model holds in another type"), "{found}");
    assert_eq!(replay.recorded_weights().milestones(&MilestoneOptions::default()).unwrap().rows, [], "it does change");
}

#[cfg(feature = "plot")]
mod pictures {
    use super::*;
    use training_replay::plot::{Page, RunPlots};

    #[test]
    fn plots_and_pages_say_how_many_units_are_shown() {
        let (data, model) = (images(30, 36), showing(Shows::Channels, 6));
        let replay = recorded(&data, 3, 6);
        let plots = RunPlots::of(replay.run_with(&model)).unwrap();
        let notes = plots.feature_space(1).unwrap().notes;
        assert!(notes.iter().any(|note| note == "6 units shown, of 216 outputs"), "{notes:?}");
        let said = plots.caveats().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(said.contains("216 outputs of layer conv were shown as 6 units"), "{said}");
        assert!(said.contains("the boundary and what is predicted between the samples in the space of conv"), "{said}");
        let mut page = Page::new("units");
        page.run("conv", &plots).unwrap();
        let head = crate::page::DecodedPage::read(page.to_html().unwrap()).meta.to_string();
        assert!(head.contains("216 outputs of layer conv were shown as 6 units"));
        assert!(plots.figure(1).unwrap().to_svg().is_ok());
    }

    #[test]
    fn a_page_of_thousands_of_dead_pixels_has_tens_of_milestones() {
        let (data, model) = (images(6, 400), showing(Shows::Outputs, 8));
        let replay = recorded(&data, 2, 8);
        let plots = RunPlots::of(replay.run_with(&model)).unwrap();
        let mut page = Page::new("units");
        page.run("conv", &plots).unwrap();
        let page = crate::page::DecodedPage::read(page.to_html().unwrap());
        let milestones = &page.run(0)["milestones"];
        assert!(milestones.as_array().unwrap().len() < 30, "{milestones}");
        assert!(milestones.to_string().contains("1,600 of 3,200 units of layer conv are dead"), "{milestones}");
    }
}
