//! The README says that the example writes the article's figures under their numbers. They show what the article's show.
#![cfg(feature = "plot")]

#[path = "../examples/common/article.rs"]
mod article;
mod common;

use article::{Article, END, HIDDEN, frame};
use common::{Reference, article_model};
use training_replay::{
    Activation, Dataset, Dense, Initializer, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets,
    plot::{ColorRole, Figure, Mark, Panel, RunPlots},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

/// The article's training, from its initial weights.
fn record(mut model: Sequential, data: &Dataset) -> Replay {
    let mut replay = Replay::options().dataset(data).loss(LOSS).in_memory();
    let mut trainer = Trainer::new(LOSS, Optimizer::sgd(0.05)).batch_size(16).seed(42);
    replay.record(&model, Metrics::new()).unwrap();
    for _ in 0..END {
        let metrics = trainer.epoch(&mut model, data).unwrap();
        replay.record(&model, metrics).unwrap();
    }
    replay
}

fn straight(data: &Dataset) -> Replay {
    let output = Dense::new(1).activation(Activation::Sigmoid).kernel_initializer(Initializer::Normal { std: 0.05 });
    record(Sequential::builder(2).layer(output).build(42).unwrap(), data)
}

fn plots(replay: &Replay) -> RunPlots<'_, Sequential> {
    RunPlots::of(replay.run().unwrap()).unwrap()
}

fn titles(figure: &Figure) -> Vec<&str> {
    figure.panels().map(|panel| panel.title.as_str()).collect()
}

/// The largest distance of a line's points from the straight way between its ends.
fn bend(panel: &Panel) -> f64 {
    let lines = panel.in_color(ColorRole::Boundary).map(Mark::points);
    let bend = |points: &[[f64; 2]]| {
        let (from, to) = (points[0], points[points.len() - 1]);
        let (way, length) = ([to[0] - from[0], to[1] - from[1]], (to[0] - from[0]).hypot(to[1] - from[1]));
        let away = |at: &[f64; 2]| ((at[0] - from[0]) * way[1] - (at[1] - from[1]) * way[0]).abs() / length;
        points.iter().map(away).fold(0.0, f64::max)
    };
    lines.map(bend).fold(0.0, f64::max)
}

fn has_samples(panel: &Panel) -> bool {
    panel.in_color(ColorRole::Class(0)).any(|mark| matches!(mark, Mark::Dots { .. }))
}

#[test]
fn file_n_is_figure_n() {
    let readme = include_str!("../README.md");
    assert!(readme.contains("the article's figures 1 to 10"), "what is asserted here");
    let data = datasets::parabola(1_000, 13).with_class_names(["negative", "positive"]).unwrap();
    let weights = Reference::article().article_weights(0);
    let replays = HIDDEN.map(|(_, activation)| record(article_model(activation, &weights), &data));
    let straight = straight(&data);
    let article = Article { data: &data, straight: plots(&straight), runs: replays.iter().map(plots).collect() };
    let figures = article.figures().unwrap();
    let names: Vec<&str> = figures.iter().map(|(name, _)| name.as_str()).collect();
    let numbered: Vec<String> = (1..=10).map(|number| format!("figure_{number:02}.png")).collect();
    assert_eq!((names[0], &names[1..]), ("title.png", &numbered.iter().map(String::as_str).collect::<Vec<_>>()[..]));
    let panels: Vec<Vec<&Panel>> = figures.iter().map(|(_, figure)| figure.panels().collect()).collect();

    let formulas = &panels[1][0].marks;
    assert!(
        matches!(&formulas[0], Mark::Text { text, color, .. } if text.ends_with("x2 = x1²") && *color == ColorRole::Class(0))
    );
    assert!(matches!(&formulas[1], Mark::Text { text, .. } if text.ends_with("x2 = x1² - 0.5")));
    assert!(has_samples(panels[1][1]) && panels[1].len() == 2);

    assert!(panels[2].len() == 1 && bend(panels[2][0]) < 0.01, "a straight boundary among the inputs");

    assert_eq!(panels[3].len(), 3, "three boundaries");
    assert!(panels[3].iter().all(|panel| bend(panel) > 0.2 && panel.x.label == "x1"), "which are curved");
    assert_eq!(titles(&figures[3].1), ["", "", ""], "the reader is asked which one is ReLU");

    assert_eq!(titles(&figures[4].1), ["2-2-1, epoch 150"], "the diagram of the network");
    for word in ["x1", "x2", "z1", "z2", "a1", "a2", "sigmoid"] {
        assert!(
            panels[4][0].marks.iter().any(|mark| matches!(mark, Mark::Text { text, .. } if text == word)),
            "{word}"
        );
    }

    assert_eq!(panels[5][0].x.label, "unit 0", "the feature space behind the sigmoid");
    assert!(bend(panels[5][0]) < 0.01, "where its boundary is straight");
    let mut same = article.runs[0].feature_space(END).unwrap();
    same.title.clone_from(&panels[5][0].title);
    assert_eq!(*panels[5][0], same, "of the model of figure 3 on the left");

    let peaks = [(0.5, 0.25), (0.0, 1.0), (0.0, f64::NAN)];
    for (panels, (at_zero, peak)) in panels[6..=8].iter().zip(peaks) {
        let value = |panel: &Panel, z: f64| {
            let line = panel.marks[0].points();
            line.iter().find(|point| (point[0] - z).abs() < 1e-9).unwrap()[1]
        };
        assert_eq!(value(panels[0], 0.0), at_zero);
        assert!(peak.is_nan() || value(panels[1], 0.0) == peak, "the gradient's peak");
        assert!(value(panels[1], -7.0) < 0.01, "flat on the left");
        assert!(panels[0].x.low <= -7.0 && panels[0].x.high >= 7.0);
    }

    assert_eq!(titles(&figures[9].1), ["sigmoid", "tanh", "ReLU", "", "", ""]);
    for (i, plots) in article.runs.iter().enumerate() {
        assert_eq!(panels[9][i].marks, plots.feature_space(END).unwrap().marks, "at the end of training");
        assert!(bend(panels[9][i]) < 0.02 && bend(panels[9][i + 3]) > 0.2, "straight above, curved below");
    }

    assert_eq!(titles(&figures[10].1), ["sigmoid", "tanh", "ReLU"], "a panel for each activation");
    assert!(panels[10].iter().all(|panel| panel.right.is_some()), "with loss and accuracy");
}

#[test]
fn frames_have_deepreplays_layout_and_curves_up_to_their_epoch() {
    let data = datasets::parabola(100, 13).with_class_names(["negative", "positive"]).unwrap();
    let weights = Reference::article().article_weights(0);
    let replay = record(article_model(Activation::Sigmoid, &weights), &data);
    let plots = plots(&replay);
    let frame = frame("sigmoid", &plots, 60).unwrap();
    assert!(frame.to_svg().unwrap().contains(">sigmoid, epoch 60</text>"), "the name of the run");
    let panels: Vec<&Panel> = frame.panels().collect();
    assert_eq!(panels.len(), 5);
    let expected = [
        "Feature space of hidden",
        "negative samples",
        "positive samples",
        "Loss and accuracy",
        "Losses of the samples",
    ];
    assert_eq!(titles(&frame), expected);
    let loss = panels[3].in_color(ColorRole::Series(0)).next().unwrap().points();
    assert_eq!((loss.len(), loss[60][0], panels[3].x.high), (61, 60.0, 150.0), "on the axes of the whole run");
}
