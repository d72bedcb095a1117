//! Whatever is set, and whatever a caller has changed in a result, is drawn or an error: nothing panics.
#![cfg(feature = "plot")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use training_replay::{
    Activation, Dataset, Dense, Matrix, Sequential,
    analysis::{
        DecisionBoundary, Distribution, FeatureSpace, Grid, Histogram, LayerDistribution, ProbabilityHistogram,
        QuantileBand, View,
    },
    datasets,
    plot::{Axis, ColorRole, Figure, Mark, Panel, Theme},
};

const ABSURD: [f64; 15] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::MAX,
    f64::MIN,
    f64::MIN_POSITIVE,
    1e12,
    -1e12,
    5e9,
    2_147_483_648.0,
    -3.0,
    0.0,
    -0.0,
    1e-12,
    70_000.0,
];

/// Runs something and draws what it made.
fn try_panel(what: &str, make: impl Fn() -> training_replay::Result<Panel>) {
    let done = catch_unwind(AssertUnwindSafe(|| {
        if let Ok(panel) = make() {
            let figure = Figure::of(panel).size(160, 120);
            let drawn = [figure.to_png().map(|_| ()), figure.to_svg().map(|_| ())];
            drawn.into_iter().filter_map(Result::err).for_each(|error| assert!(!error.to_string().is_empty()));
        }
    }));
    assert!(done.is_ok(), "{what}");
}

fn plain() -> Panel {
    let points = || (0..6).map(|i| [f64::from(i) / 5.0, f64::from(i * i) / 25.0]);
    Panel::new("title", Axis::new("x", 0.0..=1.0), Axis::new("y", 0.0..=1.0))
        .mark(Mark::line(points(), ColorRole::Class(0)))
        .mark(Mark::dots(points(), ColorRole::Class(1)))
        .mark(Mark::Rings { points: points().collect(), color: ColorRole::Marker })
        .mark(Mark::bar([0.1, 0.1], [0.4, 0.7], ColorRole::Class(2)))
}

#[test]
fn sizes_that_nothing_on_a_picture_can_have_are_refused() {
    for size in ABSURD {
        let points = vec![[0.1, 0.1], [0.9, 0.9]];
        let color = ColorRole::Class(0);
        let marks = [
            Mark::Line { points: points.clone(), color, width: size, dashed: false, right: false },
            Mark::Dots { points, color, radius: size },
        ];
        for mark in marks {
            let figure = Figure::of(plain().mark(mark.clone())).size(160, 120);
            let allowed = (0.0..=1_000.0).contains(&size);
            assert_eq!((figure.to_png().is_ok(), figure.to_svg().is_ok()), (allowed, allowed), "{mark:?}");
        }
    }
}

#[test]
fn points_axes_and_text_may_be_anything() {
    for one in ABSURD {
        try_panel(&format!("text {one}"), || {
            Figure::of(plain()).text(one).size(80, 60).to_png()?;
            Figure::new().tall_row(one, [plain()]).row([plain(), plain()]).size(200, 100).to_png()?;
            Ok(plain())
        });
        for other in ABSURD {
            try_panel(&format!("axes {one} {other}"), || {
                let mut panel = plain().within(one..=other, other..=one).marker(one);
                panel.right = Some(Axis::new("right", one..=other));
                Ok(panel)
            });
            try_panel(&format!("points {one} {other}"), || {
                let mut panel = plain();
                for mark in &mut panel.marks {
                    match mark {
                        Mark::Area { corners: points, .. }
                        | Mark::Line { points, .. }
                        | Mark::Dots { points, .. }
                        | Mark::Rings { points, .. } => points[1] = [one, other],
                        Mark::Text { at, .. } => *at = [one, other],
                    }
                }
                Ok(panel)
            });
        }
    }
}

#[test]
fn themes_without_colors_and_figures_without_room_do_not_panic() {
    for classes in [vec![], vec![[1, 2, 3]]] {
        let mut theme = Theme::light();
        theme.classes = classes;
        let mark = Mark::dots([[0.5, 0.5]], ColorRole::Class(usize::MAX));
        let figure = Figure::of(plain().mark(mark)).theme(theme);
        assert!(figure.size(300, 200).to_png().is_ok());
    }
    for (width, height) in [(0, 0), (1, 1), (1, 900), (900, 1), (16_385, 10), (u32::MAX, u32::MAX), (30, 30)] {
        let figure = Figure::new().title("title").row([plain(), plain()]).row([]).size(width, height);
        drop((figure.to_png(), figure.to_svg()));
    }
}

fn histogram() -> Histogram {
    Histogram::of(&[0.1, 0.5, 0.9], 0.0..=1.0, 4).unwrap()
}

#[test]
fn histograms_that_were_changed_do_not_panic() {
    let changes: [fn(&mut Histogram); 6] = [
        |histogram| histogram.edges.clear(),
        |histogram| histogram.counts.clear(),
        |histogram| histogram.counts = vec![u64::MAX; 4],
        |histogram| histogram.counts = vec![1; 400],
        |histogram| histogram.edges.reverse(),
        |histogram| histogram.edges = vec![f64::NAN, f64::INFINITY, 0.0, 1.0, 2.0],
    ];
    for (i, change) in changes.into_iter().enumerate() {
        try_panel(&format!("histogram {i}"), || {
            let mut histogram = histogram();
            change(&mut histogram);
            Ok(Panel::losses(&histogram))
        });
    }
    let probabilities = || {
        let outputs = Matrix::from_column_slice(4, 1, &[0.1, 0.9, 0.4, 0.6]);
        ProbabilityHistogram::of(&outputs, &Matrix::from_column_slice(4, 1, &[0.0, 1.0, 1.0, 0.0]), 5, 0.5).unwrap()
    };
    let changes: [fn(&mut ProbabilityHistogram); 6] = [
        |histogram| histogram.edges.clear(),
        |histogram| histogram.correct.clear(),
        |histogram| histogram.misclassified.clear(),
        |histogram| histogram.correct[1] = vec![u64::MAX; 5],
        |histogram| histogram.misclassified[0].clear(),
        |histogram| histogram.misclassified = vec![vec![u64::MAX; 9]; 7],
    ];
    for (i, change) in changes.into_iter().enumerate() {
        let changed = || {
            let mut histogram = probabilities();
            change(&mut histogram);
            histogram
        };
        try_panel(&format!("probabilities {i}"), || Panel::probabilities(&changed(), 0));
        try_panel(&format!("probabilities {i}"), || Panel::probabilities(&changed(), usize::MAX));
        try_panel(&format!("confidences {i}"), || Ok(Panel::confidences(&changed(), true)));
        try_panel(&format!("confidences {i}"), || Ok(Panel::confidences(&changed(), false)));
    }
}

#[test]
fn distributions_that_were_changed_do_not_panic() {
    let changes: [fn(&mut Distribution, f64); 6] = [
        |distribution, value| distribution.min = value,
        |distribution, value| distribution.max = value,
        |distribution, value| distribution.std = value,
        |distribution, value| distribution.mean = value,
        |distribution, value| distribution.count = value as usize,
        |distribution, value| distribution.not_finite = value as usize,
    ];
    let rows = LayerDistribution::of_layers("a", Vec::new(), &training_replay::analysis::LayerFilter::default());
    assert_eq!(rows.unwrap(), []);
    for (i, change) in changes.into_iter().enumerate() {
        for value in ABSURD {
            let done = catch_unwind(|| {
                let mut distribution = Distribution::of(&[0.5, -1.0, 3.0, 0.0]);
                change(&mut distribution, value);
                for points in [0, 1, 2, 50, usize::MAX] {
                    drop((distribution.histogram(points), distribution.density(points)));
                }
                drop((distribution.median(), distribution.quantile(0.9), distribution.quantile(value)));
            });
            assert!(done.is_ok(), "change {i} to {value}");
        }
    }
}

fn model_and_data() -> (Sequential, Dataset) {
    let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(3).name("output")];
    let model = Sequential::builder(2).layers(layers).build(1).unwrap();
    let data = datasets::moons(20, 0.1, 7);
    let targets = Matrix::from_fn(data.samples(), 3, |i, j| f32::from(u8::from(i % 3 == j)));
    (model, Dataset::new(data.inputs().clone(), targets).unwrap())
}

#[test]
fn spaces_and_boundaries_that_were_changed_do_not_panic() {
    let (model, data) = model_and_data();
    let grid = Grid::default().points(8);
    let space = FeatureSpace::of(&model, "hidden", &data, &grid).unwrap();
    let map = DecisionBoundary::of(&model, View::inputs(), &grid).unwrap();
    let shapes = || {
        let sizes = [(0, 0), (0, 2), (3, 0), (1, 1), (5, 2), (2, 5), (64, 2), (64, 3), (63, 3)];
        sizes.into_iter().flat_map(|(rows, columns)| {
            [0.0, f32::NAN, f32::INFINITY, f32::MAX].map(|value| Matrix::from_element(rows, columns, value))
        })
    };
    for matrix in shapes() {
        let changes: [fn(&mut FeatureSpace, Matrix); 5] = [
            |space, matrix| space.samples = matrix,
            |space, matrix| space.lines = vec![matrix],
            |space, matrix| space.region = matrix,
            |space, matrix| space.outputs = matrix,
            |space, matrix| space.boundary = vec![matrix],
        ];
        for (i, change) in changes.into_iter().enumerate() {
            let mut changed = space.clone();
            change(&mut changed, matrix.clone());
            let what = format!("space {i} {:?}", matrix.shape());
            try_panel(&what, || Panel::feature_space(&changed, &data));
            try_panel(&what, || changed.predicted_classes().map(|_| plain()));
        }
        let mut changed = map.clone();
        changed.outputs = matrix.clone();
        let what = format!("map {:?}", matrix.shape());
        try_panel(&what, || Panel::decision_boundary(&changed, data.inputs(), &data)?.regions(&changed));
        try_panel(&what, || changed.level_lines(0, 0.5).map(|_| plain()));
        changed = map.clone();
        changed.boundary = vec![matrix.clone()];
        try_panel(&what, || Panel::decision_boundary(&changed, &matrix, &data)?.regions(&changed));
        try_panel(&what, || Ok(Panel::samples(data.inputs(), &data)?.highlight(&matrix, &[0, 3, usize::MAX])));
    }
    for length in [0, 1, 3, 9] {
        for value in [0.0, f32::NAN, f32::MAX] {
            let (mut x, mut y) = (map.clone(), map.clone());
            (x.x, y.y) = (vec![value; length], vec![value; length]);
            for changed in [x, y] {
                try_panel("axes", || Panel::decision_boundary(&changed, data.inputs(), &data)?.regions(&changed));
                try_panel("axes", || changed.level_lines(0, 0.5).map(|_| plain()));
            }
        }
    }
}

#[test]
fn curves_and_bands_that_were_changed_do_not_panic() {
    let values = |value: f64| vec![(0, 0.5), (7, value), (u64::MAX, 0.1)];
    for value in ABSURD {
        try_panel(&format!("curve {value}"), || Ok(Panel::curves("c", &[("a", values(value)), ("b", Vec::new())])));
        let band = QuantileBand::of(&[values(value), values(0.2)], 0.5).unwrap();
        try_panel(&format!("band {value}"), || Ok(Panel::bands("b", &[("a", &band)])));
    }
    let mut band = QuantileBand::of(&[values(0.3)], 0.5).unwrap();
    band.low.clear();
    band.high.truncate(1);
    try_panel("band", || Ok(Panel::bands("b", &[("a", &band)])));
}

/// `xmllint` says so of any of them: "PCDATA invalid Char value".
#[test]
fn names_with_characters_that_xml_cannot_hold_give_well_formed_pictures() {
    let odd: String = (0..32).chain([0x7f, 0x85, 0x9f, 0xfffe, 0xffff, 0x1_ffff]).filter_map(char::from_u32).collect();
    let panel = || {
        let axis = |name: &str| Axis::new(format!("{name}{odd}"), 0.0..=1.0);
        let mut panel = Panel::new(odd.clone(), axis("x"), axis("y")).legend(odd.clone(), ColorRole::Class(0));
        panel.right = Some(axis("right"));
        panel.x = Axis::of_names(odd.clone(), vec![odd.clone(), "<&>\"'".into()]);
        panel
    };
    let svg = Figure::of(panel()).title(odd.clone()).size(2_000, 900).to_svg().unwrap();
    let forbidden = |c: &char| !matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
    assert_eq!(svg.chars().find(forbidden), None);
    assert!(svg.contains('\u{FFFD}'));
    let page = training_replay::plot::Page::new(&odd).to_html().unwrap();
    assert_eq!(page.chars().find(forbidden), None);
    assert!(page.contains('\u{FFFD}'));
}
