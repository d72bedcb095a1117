//! Whatever numbers and names a panel has, it is drawn, and nothing in the picture is false.
#![cfg(feature = "plot")]

use training_replay::plot::{Axis, ColorRole, Figure, Mark, Panel, Point};

fn unit() -> Axis {
    Axis::new("", 0.0..=1.0)
}

/// The corners of the first mark of a kind, in pixels.
fn drawn(panel: Panel, kind: &str) -> Vec<Point> {
    let svg = Figure::of(panel).to_svg().unwrap();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let group = document.descendants().find(|node| node.attribute("class") == Some(kind)).unwrap();
    let points = group.descendants().find_map(|node| node.attribute("points")).unwrap();
    let numbers: Vec<f64> = points.split([' ', ',']).map(|number| number.parse().unwrap()).collect();
    numbers.as_chunks::<2>().0.to_vec()
}

/// The pixels of the lower left and the upper right corner of a plot between 0 and 1.
fn corners() -> [Point; 2] {
    let whole =
        drawn(Panel::new("", unit(), unit()).mark(Mark::line([[0.0, 0.0], [1.0, 1.0]], ColorRole::Grid)), "line");
    [whole[0], whole[1]]
}

#[test]
fn a_line_comes_from_the_side_where_its_far_point_is() {
    let [[left, bottom], [right, top]] = corners();
    for far in [1e3, 1e16, 1e20, 1e38, 1e300, f64::MAX] {
        let line = |points: [Point; 2]| {
            drawn(Panel::new("", unit(), unit()).mark(Mark::line(points, ColorRole::Grid)), "line")
        };
        let from_above = line([[0.0, far], [1.0, 0.0]]);
        assert!((from_above[0][1] - top).abs() < 1.0, "{far:e}: {from_above:?}");
        assert_eq!(from_above[1], [right, bottom], "{far:e}");
        let to_below = line([[0.0, 1.0], [1.0, -far]]);
        assert_eq!(to_below[0], [left, top], "{far:e}");
        assert!((to_below[1][1] - bottom).abs() < 1.0, "{far:e}: {to_below:?}");
        let through = line([[0.0, -far], [1.0, far]]);
        assert!(through.iter().all(|[x, _]| (x - f64::midpoint(left, right)).abs() < 2.0), "{far:e}: {through:?}");
        assert_eq!([through[0][1], through[1][1]], [bottom, top], "{far:e}");
    }
}

#[test]
fn a_bar_that_ends_far_beyond_its_axis_is_a_rectangle_still() {
    let [[left, bottom], [right, top]] = corners();
    for far in [1e3, 1e16, u64::MAX as f64, 1e300, f64::MAX] {
        let bar =
            drawn(Panel::new("", unit(), unit()).mark(Mark::bar([0.0, 0.0], [1.0, far], ColorRole::Grid)), "area");
        for corner in [[left, bottom], [right, bottom], [right, top], [left, top]] {
            assert!(bar.contains(&corner), "{far:e}: {corner:?} of {bar:?}");
        }
    }
}

#[test]
fn axes_of_the_smallest_and_of_the_largest_numbers_have_numbers_along_them() {
    let ends = [5e-324, 1e-322, f64::MIN_POSITIVE, 1e-200, 1.0, 1e300, f64::MAX, -f64::MAX, 0.0];
    for (low, high) in ends.into_iter().flat_map(|low| ends.map(|high| (low, high))) {
        let axis = || Axis::new("", low..=high);
        for panel in [Panel::new("", axis(), axis()), Panel::new("", axis().logarithmic(), axis().logarithmic())] {
            let svg = Figure::of(panel).to_svg().unwrap();
            assert!(!svg.contains("inf") && !svg.contains("NaN"), "{low:e} to {high:e}: {svg}");
        }
    }
}

#[test]
fn of_thousands_of_names_along_an_axis_those_are_written_that_have_room() {
    let names = (0..20_000).map(|i| format!("name {i}")).collect();
    let svg = Figure::of(Panel::new("", Axis::of_names("", names), unit())).to_svg().unwrap();
    let written = svg.matches("<text").count();
    assert!((20..200).contains(&written), "{written}");
}

#[test]
fn an_axis_of_whole_numbers_that_has_none_between_its_ends_has_none_beside_it() {
    for (low, high) in [(1e-15, 2e-15), (-3e-12, -2e-12), (8.4810e-19, 8.4820e-19), (0.25, 0.75), (1e-3, 0.5)] {
        let axis = || Axis::new("", low..=high).whole();
        let svg = Figure::of(Panel::new("", axis(), axis())).to_svg().unwrap();
        assert!(!svg.contains("<text"), "{low:e} to {high:e}: {svg}");
    }
    let svg = Figure::of(Panel::new("", Axis::new("", 0.0..=1e-12).whole(), unit())).to_svg().unwrap();
    assert!(svg.contains(">0</text>"), "the end is a whole number");
}

#[test]
fn long_names_along_an_upright_axis_are_cut_and_leave_room_for_the_plot() {
    let name = "a class whose name is a whole sentence, which goes on and on".to_owned();
    for (width, repeated) in [(200, 1), (400, 1), (400, 1_000), (1_440, 100)] {
        let panel = Panel::new("", unit(), Axis::of_names("true", vec![name.repeat(repeated), "short".into()]));
        let svg = Figure::of(panel).size(width, 300).to_svg().unwrap();
        assert!(svg.contains(">a class") && svg.contains("…</text>") && svg.contains(">short</text>"), "{svg}");
    }
    let panel = Panel::new("", unit(), Axis::of_names("true", vec![name.clone()]));
    assert!(Figure::of(panel).size(1_440, 300).to_svg().unwrap().contains(&name), "whole, where it has room");
}

#[test]
fn curves_that_fall_a_little_below_zero_are_on_their_axis() {
    for low in [-1e-30, -0.02, -0.5, -3.0] {
        let panel = Panel::curves("loss", &[("loss", &[(0, 1.0), (1, low)])]);
        assert!(panel.y.low <= low, "{low}: {:?}", panel.y);
    }
    assert_eq!(Panel::curves("loss", &[("loss", &[(0, 1.0), (1, 0.0), (2, f64::NEG_INFINITY)])]).y.low, 0.0);
}

#[test]
fn a_dashed_curve_that_goes_up_and_down_all_the_time_has_as_many_dashes_as_one_can_tell_apart() {
    let dashes = |turns: usize| {
        let points = (0..=turns).map(|i| [i as f64 / turns as f64, (i % 2) as f64]);
        let panel = Panel::new("", unit(), unit()).mark(Mark::line(points, ColorRole::Series(0)).dashed());
        let svg = Figure::of(panel).to_svg().unwrap();
        let (_, line) = svg.split_once(r#"<g class="line">"#).unwrap();
        line.split_once("</g>").unwrap().0.matches("<polyline").count()
    };
    assert!((40..80).contains(&dashes(1)), "{}", dashes(1));
    assert!((9_000..=10_001).contains(&dashes(100_000)), "{}", dashes(100_000));
}

#[test]
fn limits_in_the_other_order_are_the_same_and_a_narrow_range_of_large_numbers_is_kept() {
    let words = |axis: Axis| {
        let svg = Figure::of(Panel::new("", axis, unit())).to_svg().unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let texts = document.descendants().filter(|node| node.has_tag_name("text"));
        texts.filter_map(|node| node.text().map(str::to_owned)).collect::<Vec<String>>()
    };
    assert_eq!(words(Axis::new("x", 1.0..=0.0)), words(Axis::new("x", 0.0..=1.0)));
    let epochs = words(Axis::new("epoch", 1e12..=1e12 + 100.0).whole());
    assert!(epochs.contains(&"epoch (+1000000000000)".into()) && epochs.contains(&"60".into()), "{epochs:?}");
}

/// Cut, they read as other numbers: 415… twice.
#[test]
fn a_number_without_room_along_an_axis_is_left_out_and_never_cut() {
    for width in 90..180 {
        let panel = Panel::new("", Axis::new("", 415_782.0..=415_914.0), unit());
        if let Ok(svg) = Figure::of(panel).size(width, 490).to_svg() {
            assert!(!svg.contains('…'), "{width}: {svg}");
        }
    }
}

#[test]
fn a_line_between_two_equal_points_is_a_dot() {
    let line = Mark::line([[0.5, 0.5], [0.5, 0.5]], ColorRole::Series(0));
    let svg = Figure::of(Panel::new("", unit(), unit()).mark(line)).to_svg().unwrap();
    assert_eq!(svg.matches("<circle").count(), 1);
}
