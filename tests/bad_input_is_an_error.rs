//! Whatever a caller or a file hands over, the answer is an error that says what, where and what was expected; nothing
//! panics, and nothing that was recorded is lost.

use std::{fs, path::PathBuf};

use training_replay::{
    Activation, Architecture, Backward, BatchNormalization, Dataset, Dense, Description, Dropout, Durability, Error,
    Forward, Initializer, Loss, Matrix, Metrics, Model, Optimizer, Parameter, Replay, Result, Sequential, Trainer,
    Values, Weights,
    analysis::{
        ConfusionMatrix, DecisionBoundary, FeatureSpace, Grid, Histogram, Plane, ProbabilityHistogram, SampleHistory,
        View,
    },
    datasets,
    nn::Layer,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

fn article() -> Architecture {
    Sequential::builder(2)
        .layer(Dense::new(2).name("hidden").activation(Activation::Tanh))
        .layer(Dense::new(1).name("output").activation(Activation::Sigmoid))
}

fn recorded(model: &Sequential, data: &Dataset) -> Replay {
    let mut replay = Replay::options().dataset(data).in_memory();
    replay.record(model, Metrics::new()).unwrap();
    replay
}

fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn data_that_does_not_fit_together_is_refused() {
    let (two, three) = (Matrix::zeros(2, 2), Matrix::zeros(3, 1));
    assert_eq!(message(Dataset::new(two.clone(), three.clone())), "targets: expected shape [2, 1], found [3, 1]");
    let empty = message(Dataset::new(Matrix::zeros(0, 2), Matrix::zeros(0, 1)));
    assert_eq!(empty, "inputs is empty, 0 x 2; it must be at least one row and one column");
    assert!(Dataset::new(Matrix::zeros(2, 0), Matrix::zeros(2, 1)).is_err());
    assert!(Dataset::new(two.clone(), Matrix::zeros(2, 0)).is_err());
    let unknown = Dataset::from_labels_with_classes(two.clone(), &[0, 3], &[0, 1, 2]);
    assert!(message(unknown).contains("label of sample 1 is 3"));
    assert!(Dataset::from_rows(&[[0.0; 0]; 2], &[[1.0]; 2]).is_err());
    let beyond = "inputs, row 1, column 0, is -1e39; it must be within the range of f32, up to 3.4e38";
    assert_eq!(message(Dataset::from_rows(&[[1.0], [-1e39]], &[[1.0]; 2])), beyond);
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut inputs = two.clone();
        inputs[(1, 0)] = value;
        let message = message(Dataset::new(inputs, Matrix::zeros(2, 1)));
        assert_eq!(message, format!("inputs, row 1, column 0, is {value}; it must be a finite number"));
        assert!(Dataset::new(two.clone(), Matrix::from_column_slice(2, 1, &[0.0, value])).is_err());
    }
}

#[test]
fn networks_that_cannot_be_built_say_why() {
    let build = |architecture: Architecture| message(architecture.build(0));
    assert_eq!(build(Sequential::builder(2)), "the number of layers is 0; it must be from 1 to 4096");
    assert_eq!(build(Sequential::builder(0).layer(Dense::new(1))), "the number of inputs is 0; it must be 1 or more");
    assert!(build(article().layer(Dense::new(0).name("none"))).contains("units of layer \"none\" is 0"));
    let twice = build(article().layer(Dense::new(1).name("hidden")));
    assert_eq!(twice, "the name of layer 2 is \"hidden\" again; it must be another name than any earlier layer's");
    let clash = article().layer(Layer::Activation { name: "output".into(), activation: Activation::Relu });
    assert!(build(clash).contains("\"output\" again"));
    let slope = Activation::LeakyRelu { slope: f32::NAN };
    assert!(build(article().layer(slope)).contains("slope of layer \"activation_1\" is NaN"));
    let std = Initializer::Normal { std: f32::INFINITY };
    assert!(build(article().layer(Dense::new(1).kernel_initializer(std))).contains("std of layer \"dense_1\" is inf"));
    assert!(build(article().layer(Dense::new(1).bias_initializer(Initializer::Constant(f32::NAN)))).contains("NaN"));
    for rate in [1.0, -0.5, f32::NAN] {
        let message = build(article().layer(Dropout::new(rate)));
        assert_eq!(message, format!("rate of layer \"dropout_1\" is {rate}; it must be from 0 to below 1"));
    }
    let frozen = build(article().layer(BatchNormalization::new().momentum(1.0)));
    assert_eq!(frozen, "momentum of layer \"batch_normalization_1\" is 1; it must be from 0 to below 1");
    assert!(build(article().layer(BatchNormalization::new().epsilon(0.0))).contains("epsilon"));
    assert!(build(Sequential::builder(usize::MAX).layer(BatchNormalization::new())).contains("beyond counting"));
    assert!(build(Sequential::builder(1 << 30).layer(BatchNormalization::new())).contains("weights"));
    assert!(build(article().layer(Dense::new(usize::MAX))).contains("weights"));
    assert!(build(Sequential::builder(usize::MAX).layer(Dense::new(2))).contains("beyond counting"));
    let deep = Sequential::builder(1).layers(vec![Activation::Relu; 5_000]);
    assert!(build(deep).contains("from 1 to 4096"));
}

#[test]
fn a_generated_name_steps_aside_for_a_given_one() {
    let model = Sequential::builder(1).layer(Dense::new(1)).layer(Dense::new(1).name("dense_1")).build(0).unwrap();
    assert_eq!(model.layers(), ["dense_2", "dense_1"]);
}

#[test]
fn inputs_of_the_wrong_width_and_layers_out_of_range_are_refused() {
    let model = article().build(1).unwrap();
    assert_eq!(
        message(model.predict(&Matrix::zeros(4, 3))),
        "inputs of layers 0..2: expected shape [4, 2], found [4, 3]"
    );
    assert!(message(model.forward(&Matrix::zeros(1, 2), 0..3)).contains("within 0..2"));
    #[allow(clippy::reversed_empty_ranges)]
    let backwards = 2..1;
    assert!(model.forward(&Matrix::zeros(1, 2), backwards).is_err());
    assert!(model.pre_activation(&Matrix::zeros(1, 2), usize::MAX).is_err());
    assert!(model.gradients(&Matrix::zeros(1, 2), (&Matrix::zeros(2, 1)).into(), LOSS).is_err());
    assert!(model.gradients(&Matrix::zeros(1, 2), (&Matrix::zeros(1, 2)).into(), LOSS).is_err());
    assert!(model.gradients(&Matrix::zeros(1, 2), (&Matrix::from_element(1, 1, 2.0)).into(), LOSS).is_err());
    let unchanged = model.forward(&Matrix::zeros(3, 2), 1..1).unwrap();
    assert_eq!(unchanged.shape(), (3, 2), "an empty range passes its inputs through");
    assert_eq!(model.predict(&Matrix::zeros(0, 2)).unwrap().shape(), (0, 1), "no samples, no outputs");
}

#[test]
fn weights_of_another_network_are_refused_by_name_and_shape() {
    let model = article().build(1).unwrap();
    let with = |parameters: Vec<Parameter<'static>>| message(model.with_weights(&parameters.into_iter().collect()));
    let own = || Weights::of(&model).unwrap().into_iter();
    assert!(with(own().take(3).collect()).contains("parameter output/bias is none of the weights"));
    assert!(
        with(own().chain([Parameter::new("x", "y", [1], vec![0.0_f32])]).collect()).contains("number of parameters")
    );
    let wide = Parameter::new("hidden", "kernel", [2, 3], vec![0.0_f32; 6]);
    assert_eq!(
        with([wide].into_iter().chain(own().skip(1)).collect()),
        "hidden/kernel: expected shape [2, 2], found [2, 3]"
    );
    let short = Parameter::new("hidden", "kernel", [2, 2], vec![0.0_f32; 3]);
    assert_eq!(
        with([short].into_iter().chain(own().skip(1)).collect()),
        "the values of hidden/kernel: expected shape [2, 2], found [3]"
    );
    assert!(Parameter::new("a", "b", [1, 1, 1], vec![0.0_f32]).to_matrix().is_err());
    assert!(Parameter::new("a", "b", [usize::MAX, usize::MAX], vec![0.0_f32]).to_matrix().is_err());
}

#[test]
fn training_that_cannot_work_is_refused_before_it_changes_the_model() {
    let data = datasets::parabola(20, 1);
    let model = article().build(1).unwrap();
    let run = |trainer: Trainer, data: &Dataset| {
        let (mut trainer, mut trained) = (trainer, model.clone());
        let message = message(trainer.epoch(&mut trained, data));
        assert_eq!(trained, model);
        message
    };
    let trainer = |optimizer| Trainer::new(LOSS, optimizer);
    let sgd = Optimizer::sgd(0.1);
    assert_eq!(run(trainer(sgd).batch_size(0), &data), "the batch size is 0; it must be 1 or more");
    assert!(run(trainer(Optimizer::sgd(-1.0)), &data).contains("learning rate is -1"));
    let no_epsilon: Optimizer = "adam(epsilon 0)".parse().unwrap();
    assert!(run(trainer(no_epsilon), &data).contains("epsilon is 0"));
    assert!(run(trainer(sgd).decay(f32::NAN), &data).contains("decay is NaN"));
    let wide = Dataset::new(Matrix::zeros(4, 3), Matrix::zeros(4, 1)).unwrap();
    assert_eq!(run(trainer(sgd), &wide), "inputs: expected shape [4, 2], found [4, 3]");
    let many = Dataset::new(Matrix::zeros(4, 2), Matrix::zeros(4, 2)).unwrap();
    assert_eq!(run(trainer(sgd), &many), "targets: expected shape [4, 1], found [4, 2]");
    let signs = Dataset::new(Matrix::zeros(2, 2), Matrix::from_column_slice(2, 1, &[-1.0, 1.0])).unwrap();
    assert!(run(trainer(sgd), &signs).contains("target row 0 is -1"));
    assert!(run(Trainer::new(Loss::CategoricalCrossEntropy, sgd), &data).contains("number of outputs is 1"));
}

#[test]
fn a_trainer_does_not_go_on_with_a_model_of_another_size() {
    let data = datasets::parabola(20, 1);
    let mut trainer = Trainer::new(LOSS, Optimizer::adam(0.01));
    trainer.epoch(&mut article().build(1).unwrap(), &data).unwrap();
    let mut other = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1).unwrap();
    assert!(message(trainer.epoch(&mut other, &data)).contains("of another size"));
}

#[test]
fn batches_larger_than_the_data_and_a_short_last_one_train_on_every_sample() {
    let data = datasets::parabola(25, 1); // 50 samples
    for batch_size in [7, 50, usize::MAX] {
        let mut model = article().build(1).unwrap();
        let mut trainer = Trainer::new(LOSS, Optimizer::sgd(0.0)).batch_size(batch_size);
        let logged = trainer.epoch(&mut model, &data).unwrap();
        let replay = recorded(&model, &data);
        let replayed = replay.at(0).unwrap().evaluate(LOSS).unwrap();
        let difference = logged.get("loss").unwrap() - replayed.loss;
        assert!(difference.abs() < 1e-6, "without learning both are the mean over all samples");
        assert_eq!(logged.get("accuracy"), replayed.accuracy);
    }
}

#[test]
fn unknown_layers_and_epochs_list_what_there_is() {
    let data = datasets::parabola(20, 1);
    let replay = recorded(&article().build(1).unwrap(), &data);
    let snapshot = replay.at(0).unwrap();
    let unknown = message(snapshot.feature_space("output_layer", &Grid::default()));
    assert_eq!(unknown, r#"no layer is named "output_layer"; layers are ["hidden", "output"]"#);
    let units = message(snapshot.feature_space("output", &Grid::default()));
    let expected = r#"the number of units of layer "output" is 1; it must be 2 for a feature space, unless a plane is given to see it on"#;
    assert_eq!(units, expected);
    assert_eq!(message(replay.at(7)), "epoch 7 was not recorded; only epoch 0 was");
    assert!(matches!(replay.metrics(7), Err(Error::UnknownEpoch { epoch: 7, .. })));
    assert_eq!(replay.curve("f1"), None);
    assert_eq!(message(Replay::options().in_memory().at(0)), "epoch 0 was not recorded; nothing was");
}

#[test]
fn questions_that_make_no_sense_for_the_model_or_data_say_what_they_need() {
    let wide = Sequential::builder(3).layer(Dense::new(2).name("both")).build(1).unwrap();
    let targets = Matrix::from_row_slice(4, 2, &[0.3, 0.1, 0.2, 0.9, 1.0, 0.0, 0.5, 0.5]);
    let data = Dataset::new(Matrix::from_fn(4, 3, |i, j| (i + j) as f32), targets).unwrap();
    let replay = recorded(&wide, &data);
    let snapshot = replay.at(0).unwrap();
    let message_of_boundary = message(snapshot.decision_boundary(View::inputs(), &Grid::default()));
    assert!(message_of_boundary.starts_with("the number of inputs is 3; it must be 2"), "{message_of_boundary}");
    assert!(message_of_boundary.contains("View::on"), "{message_of_boundary}");
    let space = snapshot.feature_space("both", &Grid::default()).unwrap();
    assert_eq!((space.samples.nrows(), space.lines.len(), space.region.nrows()), (4, 0, 0), "no plane to bend");
    assert!(message(snapshot.probability_histogram(10)).contains("to name a class"));
    assert!(message(snapshot.confusion()).contains("to name a class"));
    assert_eq!(snapshot.evaluate(Loss::MeanSquaredError).unwrap().accuracy, None, "regression has none");
    assert!(message(snapshot.losses(Loss::BinaryCrossEntropy)).contains("sigmoid for binary_crossentropy"));
    assert!(Histogram::of_losses(&snapshot.losses(Loss::MeanSquaredError).unwrap(), 0).is_err());

    let replay = recorded(&article().build(1).unwrap(), &datasets::parabola(5, 1));
    let snapshot = replay.at(0).unwrap();
    assert!(message(snapshot.losses(Loss::CategoricalCrossEntropy)).contains("2 or more"));
    assert!(message(snapshot.probability_histogram(0)).contains("number of bins is 0"));
    let beyond = replay.run().unwrap().threshold(2.0).at(0).unwrap();
    assert!(message(beyond.probability_histogram(10)).contains("threshold of class 1 is 2"));
    assert!(message(snapshot.decision_boundary(View::inputs(), &Grid::new(1.0..=-1.0, 0.0..=1.0))).contains("1..=-1"));
    assert!(snapshot.feature_space("hidden", &Grid::default().points(0)).is_err());
    assert!(ConfusionMatrix::of(&Matrix::zeros(2, 1), &Matrix::zeros(3, 1), 0.5).is_err());
    let nothing = Matrix::zeros(1 << 60, 0);
    assert!(ConfusionMatrix::of(&nothing, &nothing, 0.5).is_err());
    assert!(ProbabilityHistogram::of(&nothing, &nothing, 10, 0.5).is_err());
}

struct Listed(Vec<Parameter<'static>>);

impl Model for Listed {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(self.0.clone())
    }
}

#[test]
fn another_model_is_refused_and_the_recording_goes_on_with_the_first() {
    let model = article().build(1).unwrap();
    let mut replay = recorded(&model, &datasets::parabola(5, 1));
    let wider = Sequential::builder(2)
        .layer(Dense::new(3).name("hidden"))
        .layer(Dense::new(1).name("output"))
        .build(1)
        .unwrap();
    let refused = message(replay.record(&wider, Metrics::new()));
    assert!(refused.contains("hidden/kernel [2, 3] f32") && refused.contains("hidden/kernel [2, 2] f32"), "{refused}");
    let relu = Sequential::builder(2)
        .layer(Dense::new(2).name("hidden").activation(Activation::Relu))
        .layer(Dense::new(1).name("output").activation(Activation::Sigmoid))
        .build(1)
        .unwrap();
    assert!(
        message(replay.record(&relu, Metrics::new())).contains("description of itself"),
        "same shapes, other units"
    );
    assert!(replay.record(&Listed(vec![]), Metrics::new()).is_err());
    assert_eq!(replay.record(&model, Metrics::new()).unwrap(), 1);
    assert_eq!(replay.epochs().len(), 2);
}

#[test]
fn parameters_and_metrics_that_no_file_can_hold_are_refused_before_a_byte_is_written() {
    let mut replay = Replay::options().in_memory();
    let twice = Parameter::new("a", "b", [1], vec![0.0_f32]);
    assert!(message(replay.record(&Listed(vec![twice.clone(), twice.clone()]), Metrics::new())).contains("a/b"));
    let misshapen = Parameter::new("a", "b", [3], vec![0.0_f32]);
    assert!(matches!(replay.record(&Listed(vec![misshapen]), Metrics::new()), Err(Error::Shape { .. })));
    let deep = Parameter::new("a", "b", [1; 9], vec![0.0_f32]);
    assert!(message(replay.record(&Listed(vec![deep]), Metrics::new())).contains("at most 8 dimensions"));
    let many: Vec<_> = (0..=65_536).map(|i| Parameter::new("a", i.to_string(), [0], Vec::<f32>::new())).collect();
    assert!(message(replay.record(&Listed(many), Metrics::new())).contains("65536 arrays"));
    let metrics: Metrics = (0..5_000).map(|i| (i.to_string(), 0.0)).collect();
    assert!(message(replay.record(&Listed(vec![twice.clone()]), metrics)).contains("at most 4096"));
    let long = Metrics::from([("x".repeat(17 << 20), 0.0)]);
    assert!(replay.record(&Listed(vec![twice.clone()]), long).is_err());
    assert_eq!(replay.record(&Listed(vec![twice]), Metrics::new()).unwrap(), 0);
}

#[test]
fn options_and_epoch_numbers_out_of_order_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    assert!(message(Replay::options().every(0).create(&path)).contains("`every` is 0"));
    assert!(Replay::options().durability(Durability::Every(0)).create(&path).is_err());
    assert!(!path.exists(), "refused before the file is created");
    let model = article().build(1).unwrap();
    assert!(Replay::options().every(0).in_memory().record(&model, Metrics::new()).is_err());
    let mut replay = Replay::options().in_memory();
    replay.record_at(5, &model, Metrics::new()).unwrap();
    let refused = message(replay.record_at(5, &model, Metrics::new()));
    assert_eq!(refused, "the next snapshot is epoch 5; it must be later than epoch 5, the last one recorded");
    replay.record_at(u64::MAX, &model, Metrics::new()).unwrap();
    assert!(replay.record(&model, Metrics::new()).is_err(), "there is no epoch behind the last one");
    assert!(message(Replay::options().in_memory().finish()).contains("recorded epochs is 0"));
}

fn path_in(folder: &tempfile::TempDir, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join("file");
    fs::write(&path, bytes).unwrap();
    path
}

/// Opening a pipe waits for somebody to write, and overwriting one would remove it.
#[cfg(unix)]
#[test]
fn pipes_and_folders_are_no_recordings() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [&pipe, folder.path()] {
        for opened in [Replay::open(path), Replay::append(path), Replay::options().overwrite(true).create(path)] {
            let message = message(opened);
            assert!(message.ends_with("is something else; it must be a file to hold a recording"), "{message}");
        }
    }
    assert!(pipe.exists());
}

#[test]
fn a_network_that_memory_has_no_room_to_run_is_an_error() {
    let model = Sequential::builder(1).layer(Dense::new(1 << 20)).build(1).unwrap();
    let inputs = Matrix::zeros(1 << 20, 1); // the outputs would be 4 TiB
    let refused = message(model.forward(&inputs, 0..1));
    assert!(refused.contains("1048576 x 1048576") && refused.contains("memory has room"), "{refused}");
}

#[test]
fn files_that_exist_are_not_clobbered_and_files_that_do_not_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = path_in(&folder, b"precious");
    let refused = message(Replay::options().dataset(&datasets::parabola(5, 1)).create(&path));
    assert!(refused.contains("file: there is one already") && refused.contains("overwrite(true)"), "{refused}");
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    let missing = folder.path().join("missing.replay");
    assert!(message(Replay::open(&missing)).contains("missing.replay"));
    assert!(Replay::append(&missing).is_err());
    assert!(!missing.exists());
    let folder_error = message(Replay::open(folder.path()));
    assert!(folder_error.contains(&folder.path().display().to_string()), "{folder_error}");
    assert!(Replay::options().dataset(&datasets::parabola(5, 1)).create(folder.path().join("no/such/folder")).is_err());
}

#[test]
fn files_that_are_no_recordings_and_newer_ones_are_different_errors() {
    let folder = tempfile::tempdir().unwrap();
    let text = path_in(&folder, b"epoch,loss\n0,0.7\n");
    assert_eq!(message(Replay::open(&text)), format!("{} is not a recording", text.display()));
    assert!(matches!(Replay::append(&text), Err(Error::NotARecording { .. })));
    assert!(matches!(Replay::open(path_in(&folder, b"")), Err(Error::NotStarted { .. })));
    assert!(matches!(Replay::from_bytes(vec![0; 1000]), Err(Error::NotARecording { .. })));

    let model = article().build(1).unwrap();
    let mut bytes = Vec::new();
    recorded(&model, &datasets::parabola(5, 1)).write_to(&mut bytes).unwrap();
    let version = |major: u16, minor: u16| {
        let mut bytes = bytes.clone();
        bytes[8..10].copy_from_slice(&major.to_le_bytes());
        bytes[10..12].copy_from_slice(&minor.to_le_bytes());
        let crc = crc32fast::hash(&bytes[..60]).to_le_bytes();
        bytes[60..64].copy_from_slice(&crc);
        bytes
    };
    assert_eq!(
        message(Replay::from_bytes(version(2, 0))),
        "<memory> has file format 2, newer than the newest supported, 1"
    );
    assert!(matches!(Replay::from_bytes(version(0, 0)), Err(Error::Corrupted { .. })));
    assert_eq!(Replay::from_bytes(version(1, 9)).unwrap().epochs().len(), 1, "a newer minor version is read");
    let refused = message(Replay::append(path_in(&folder, &version(1, 9))));
    assert!(refused.contains("1.9") && refused.contains("at most 1.2"), "but not appended to: {refused}");
    let mut unsealed = bytes.clone();
    unsealed[8] = 2;
    assert!(message(Replay::from_bytes(unsealed)).starts_with("the preamble of <memory> is corrupted at byte 0"));
}

#[test]
fn a_replay_that_was_opened_to_read_does_not_record() {
    let model = article().build(1).unwrap();
    let mut bytes = Vec::new();
    recorded(&model, &datasets::parabola(5, 1)).write_to(&mut bytes).unwrap();
    let mut replay = Replay::from_bytes(bytes).unwrap();
    assert!(message(replay.record(&model, Metrics::new())).contains("opened to read"));
    assert!(message(replay.finish()).contains("opened to read"));
}

#[test]
fn data_that_do_not_fit_the_model_are_refused_before_anything_is_recorded() {
    let model = article().build(1).unwrap();
    let wide = Dataset::new(Matrix::zeros(4, 3), Matrix::zeros(4, 1)).unwrap();
    let mut replay = Replay::options().dataset(&wide).in_memory();
    assert_eq!(message(replay.record(&model, Metrics::new())), "inputs: expected shape [4, 2], found [4, 3]");
    assert_eq!(replay.epochs().len(), 0);
    let early = Replay::options().in_memory().with_dataset(&datasets::parabola(5, 1));
    assert!(
        message(early).contains("as long as nothing is recorded"),
        "it would be stored in place of the training data"
    );
}

/// Where the data of the n-th record of a file begin.
fn data_of_record(bytes: &[u8], n: usize) -> usize {
    let length = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    let data = |record: usize| (record + 64 + length(record + 24)).next_multiple_of(64);
    let record = (0..n).fold(64, |record, _| (data(record) + length(record + 32)).next_multiple_of(64));
    data(record)
}

#[test]
fn appending_with_other_data_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let (data, other) = (datasets::parabola(5, 1), datasets::parabola(5, 2));
    let mut replay = Replay::options().dataset(&data).create(&path).unwrap();
    replay.record(&article().build(1).unwrap(), Metrics::new()).unwrap();
    drop(replay);
    assert!(message(Replay::options().dataset(&other).append(&path)).contains("the data set is another one"));
    assert!(Replay::options().dataset(&data).append(&path).is_ok());
    let mut damaged = fs::read(&path).unwrap();
    let targets = data_of_record(&damaged, 2);
    damaged[targets] ^= 1;
    fs::write(&path, damaged).unwrap();
    let error = message(Replay::options().dataset(&data).append(&path));
    let lost = format!("the data set's targets of {} is corrupted at byte", path.display());
    assert!(error.contains(&lost), "it cannot be read, and may be the same: {error}");
}

#[test]
fn descriptions_from_elsewhere_are_refused() {
    assert!(Sequential::from_description(&Description::new("other/1", [])).is_err());
    let absurd = [u64::MAX.to_le_bytes(), u64::MAX.to_le_bytes()].concat();
    assert!(Sequential::from_description(&Description::new("training_replay::Sequential/1", absurd)).is_err());
    let own = article().build(1).unwrap();
    let rebuilt = Sequential::from_description(&own.description().unwrap()).unwrap();
    assert_eq!(rebuilt.architecture(), own.architecture());
    assert_eq!(rebuilt.with_weights(&Weights::of(&own).unwrap()).unwrap(), own);
}

#[test]
fn losses_and_values_say_what_does_not_fit() {
    for loss in [LOSS, Loss::CategoricalCrossEntropy, Loss::MeanSquaredError] {
        assert!(matches!(loss.mean(&Matrix::zeros(2, 2), &Matrix::zeros(2, 1)), Err(Error::Shape { .. })));
        assert!(loss.gradient(&Matrix::zeros(2, 2), &Matrix::zeros(1, 2)).is_err());
        assert_eq!(loss.per_sample(&Matrix::zeros(0, 2), &Matrix::zeros(0, 2)).unwrap().len(), 0);
        assert_eq!(loss.gradient(&Matrix::zeros(0, 2), &Matrix::zeros(0, 2)).unwrap().len(), 0);
        assert!(loss.mean(&Matrix::zeros(1 << 60, 0), &Matrix::zeros(1 << 60, 0)).is_err());
    }
    assert!(LOSS.mean(&Matrix::from_element(1, 1, 0.5), &Matrix::from_element(1, 1, f32::NAN)).is_err());
    assert_eq!(Activation::Softmax.apply(&Matrix::zeros(0, 3)).shape(), (0, 3));
    assert_eq!(Activation::Softmax.apply(&Matrix::zeros(1 << 60, 0)).shape(), (1 << 60, 0));
    assert_eq!(Activation::Relu.jacobian(&[]).unwrap().shape(), (0, 0));
    assert!(Activation::Softmax.jacobian(&vec![0.0; 1 << 16]).is_err(), "16 GiB");
    let no_columns = Matrix::zeros(1 << 60, 0);
    assert!(training_replay::to_row_major(&no_columns).is_empty());
    assert_eq!(Parameter::new("a", "b", [1 << 60, 0], Vec::<f32>::new()).to_matrix().unwrap(), no_columns);
    let sure = Matrix::from_row_slice(1, 2, &[3e38, -3e38]);
    let right = Matrix::from_row_slice(1, 2, &[1.0, 0.0]);
    assert_eq!(Loss::CategoricalCrossEntropy.per_sample_from_logits(&sure, &right).unwrap(), [0.0]);
    assert!(!Values::from(vec![1.0_f32]).same_bits(&Values::from(vec![1.0_f64])));
}

/// A level was once looked up beyond the outputs: a map that could not be updated kept the old ones beside new points.
#[test]
fn a_map_that_could_not_be_updated_has_nothing_left() {
    let of_inputs = |inputs| Sequential::builder(inputs).layer(Dense::new(1)).build(1).unwrap();
    let whole = || DecisionBoundary::of(&of_inputs(2), View::inputs(), &Grid::default().points(5)).unwrap();
    let (two, few, none) = (of_inputs(2), Grid::default().points(2), Grid::default().points(0));
    let refused = |update: &dyn Fn(&mut DecisionBoundary) -> Result<()>| {
        let mut map = whole();
        assert!(update(&mut map).is_err());
        assert_eq!(map, DecisionBoundary::default());
        assert!(map.level_lines(0, 0.0).is_err());
    };
    refused(&|map| map.update(&of_inputs(1), View::inputs(), &few));
    refused(&|map| map.update(&two, "no such layer", &few));
    refused(&|map| map.update(&two, View::inputs(), &none));
    let mut map;
    map = DecisionBoundary::of(&of_inputs(2), View::inputs(), &Grid::default().points(5)).unwrap();
    map.x.clear(); // Fields are public.
    assert!(map.level_lines(0, 0.0).is_err());
}

#[test]
fn a_feature_space_that_could_not_be_updated_has_nothing_left() {
    let (model, data, grid) = (article().build(1).unwrap(), datasets::moons(4, 0.1, 7), Grid::default().points(5));
    let three = Dataset::new(Matrix::zeros(4, 3), Matrix::zeros(4, 1)).unwrap();
    let refused = |update: &dyn Fn(&mut FeatureSpace) -> Result<()>| {
        let mut space = FeatureSpace::of(&model, "hidden", &data, &grid).unwrap();
        assert!(update(&mut space).is_err());
        assert_eq!(space, FeatureSpace::default());
    };
    refused(&|space| space.update(&model, "no such layer", &data, &grid));
    refused(&|space| space.update(&model, "output", &data, &grid));
    refused(&|space| space.update(&model, "hidden", &three, &grid));
    refused(&|space| space.update(&model, "hidden", &data, &Grid::default().points(1)));
    refused(&|space| space.update_with(&model, "hidden", &data, &grid, |_| Err(Error::other("enough"))));
}

#[test]
fn a_plane_goes_through_points_that_are_somewhere() {
    let plane = Plane::of_axes(2, 0, 1).unwrap();
    for nowhere in [f32::NAN, f32::INFINITY] {
        let message = plane.through(&[1.0, nowhere]).unwrap_err().to_string();
        assert!(message.starts_with("coordinate 1 of the point"), "{message}");
    }
}

#[test]
fn a_sample_history_whose_fields_were_changed_is_refused() {
    let data = datasets::moons(4, 0.1, 7);
    let mut history = SampleHistory::new(&data);
    let push = |history: &mut SampleHistory, epoch| history.push(epoch, &Matrix::from_element(4, 1, 0.5), &[0.0; 4]);
    push(&mut history, 0).unwrap();
    history.epochs.push(1);
    assert!(history.correct().is_err() && history.learned_at(0).is_err() && history.flips(0, 1).is_err());
    assert!(push(&mut history, 2).unwrap_err().to_string().starts_with("losses of a sample history"));
    history.epochs.pop();
    history.losses = Matrix::zeros(3, 1);
    assert!(push(&mut history, 2).is_err());
}
