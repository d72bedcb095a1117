//! Messages say what, where and what would be right: no number without what it counts, nothing that no sentence would say.

use training_replay::{Activation, Dense, Error, Metrics, Parameter, Replay, Sequential, Weights, analysis::Plane};

fn said<T>(result: Result<T, Error>) -> String {
    result.err().expect("an error").to_string()
}

fn model() -> Sequential {
    Sequential::builder(2).layer(Dense::new(1).name("output").activation(Activation::Sigmoid)).build(1).unwrap()
}

#[test]
fn too_many_metrics_are_counted() {
    let mut replay = Replay::options().in_memory();
    let metrics: Metrics = (0..5_000).map(|i| (format!("metric {i}"), 0.0)).collect();
    let message = said(replay.record(&model(), metrics));
    assert_eq!(message, "the number of different metrics is 5000; it must be at most 4096 in a recording");
}

#[test]
fn notes_that_are_too_long_are_measured() {
    let note = "x".repeat(17 << 20);
    let mut replay = Replay::options().metadata("note", &note).in_memory();
    let message = said(replay.record(&model(), Metrics::new()));
    let (begin, end) =
        ("the size of notes and descriptions is 178", " bytes; it must be at most 16 MiB, which are 16777216 bytes");
    assert!(message.starts_with(begin) && message.ends_with(end), "{message}");
}

#[test]
fn what_was_recorded_is_said_with_what_it_counts() {
    let mut replay = Replay::options().in_memory();
    assert_eq!(said(replay.at(3)), "epoch 3 was not recorded; nothing was");
    replay.record(&model(), Metrics::new()).unwrap();
    assert_eq!(said(replay.at(3)), "epoch 3 was not recorded; only epoch 0 was");
    replay.record(&model(), Metrics::new()).unwrap();
    assert_eq!(said(replay.at(3)), "epoch 3 was not recorded; epochs 0 to 1 were");
    replay.record_at((2, 1), &model(), Metrics::new()).unwrap();
    assert_eq!(
        said(replay.at((2, 2))),
        "step 2 of epoch 2 was not recorded; one other step of that epoch was, see `steps`"
    );
}

#[test]
fn axes_that_are_no_plane_say_how_they_stand() {
    let axes = training_replay::Matrix::from_column_slice(2, 2, &[2.0, 0.0, 0.0, 1.0]);
    let message = said(Plane::new(vec![0.0; 2], axes));
    let found = "the pair of axes of a plane is of lengths 2 and 1 at an angle of 90 degrees";
    assert_eq!(message, format!("{found}; it must be of length 1 and at right angles"));
}

#[test]
fn a_description_that_cannot_be_read_is_called_so() {
    let description = training_replay::Description::new("training_replay::Sequential/1", [1, 2, 3]);
    let message = said(Sequential::from_description(&description));
    assert!(message.starts_with("the description of the network is unreadable ("), "{message}");
}

#[test]
fn a_shape_names_the_parameter() {
    let short = Weights::from_iter([Parameter::new("output", "kernel", [2, 1], vec![0.0_f32])]);
    let message = said(Replay::options().in_memory().record(&short, Metrics::new()));
    assert_eq!(message, "the values of output/kernel: expected shape [2, 1], found [1]");
}

#[test]
#[cfg(feature = "plot")]
fn sizes_of_pictures_are_in_the_pixels_that_were_asked_for() {
    use training_replay::plot::{Figure, Panel};

    let figure = Figure::of(Panel::activation(Activation::Tanh));
    let area = "the area of a panel is 60 x 40 pixels; it must be large enough for a plot between title and axes";
    let small = figure.size(60, 40);
    assert_eq!([said(small.to_png()), said(small.to_svg()), said(small.to_rgb())], [area; 3]);
    let message = said(Figure::of(Panel::activation(Activation::Tanh)).size(0, 40).to_png());
    assert_eq!(message, "the size of a picture is 0 x 40 pixels; it must be from 1 to 16384 pixels along each side");
}

#[test]
fn what_main_returns_is_the_sentence_and_not_a_structure() {
    let error = Replay::open("no such folder/run.replay").unwrap_err();
    assert_eq!(format!("{error:?}"), error.to_string());
    assert!(error.to_string().starts_with("opening no such folder/run.replay: "), "{error}");
}
