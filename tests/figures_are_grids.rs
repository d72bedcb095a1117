//! A figure places its panels where they are put, at the resolution that it is asked for, with one legend where one is enough.
#![cfg(feature = "plot")]

use training_replay::{
    Activation, Error,
    plot::{Aspect, Axis, AxisKind, ColorRole, Figure, Font, Mark, Panel, Span, Theme},
};

/// A panel that is filled with a class's color from edge to edge of its plot.
fn filled(class: usize) -> Panel {
    let blank = || Axis { kind: AxisKind::Blank, ..Axis::new("", 0.0..=1.0) };
    Panel::new("", blank(), blank()).mark(Mark::bar([0.0, 0.0], [1.0, 1.0], ColorRole::Class(class)))
}

/// Where a class's color is: left, right, top and bottom, in pixels.
fn place_of(figure: &Figure, class: usize) -> [usize; 4] {
    let (rgb, (width, _)) = (figure.to_rgb().unwrap(), figure.resolution());
    let color = Theme::light().color(ColorRole::Class(class));
    let pixels = rgb.as_chunks::<3>().0.iter().enumerate().filter(|(_, pixel)| **pixel == color);
    let places: Vec<(usize, usize)> = pixels.map(|(i, _)| (i % width as usize, i / width as usize)).collect();
    let ends = |axis: fn(&(usize, usize)) -> usize| {
        let along = || places.iter().map(axis);
        [along().min().unwrap(), along().max().unwrap()]
    };
    let ([left, right], [top, bottom]) = (ends(|at| at.0), ends(|at| at.1));
    [left, right, top, bottom]
}

#[test]
fn deepreplays_layout_is_a_grid_of_two_rows_and_four_columns() {
    let figure = Figure::grid(2, 4)
        .place(0..2, 0..2, filled(0))
        .place(0, 2, filled(1))
        .place(0, 3, filled(2))
        .place(1, 2, filled(3))
        .place(1, 3, filled(4))
        .size(800, 400);
    let cells = [(0..400, 0..400), (400..600, 0..200), (600..800, 0..200), (400..600, 200..400), (600..800, 200..400)];
    for (class, (x, y)) in cells.into_iter().enumerate() {
        let [left, right, top, bottom] = place_of(&figure, class);
        assert!(x.contains(&left) && x.contains(&right) && y.contains(&top) && y.contains(&bottom), "class {class}");
        assert!((right - left) * 10 > x.len() * 8 && (bottom - top) * 10 > y.len() * 8, "class {class} has its cell");
    }
}

#[test]
fn a_place_outside_the_grid_or_taken_is_an_error_that_says_where() {
    let message = |figure: Figure| figure.to_svg().unwrap_err().to_string();
    let outside = message(Figure::grid(2, 2).place(0, 1..3, filled(0)));
    assert_eq!(outside, "the columns of a panel in a figure is 1..3; it must be one or more of the 2 from 0 on");
    assert!(message(Figure::grid(2, 2).place(2, 0, filled(0))).contains("rows"));
    assert!(message(Figure::grid(2, 2).place(1..1, 0, filled(0))).contains("1..1"));
    assert!(message(Figure::grid(0, 0).place(0, 0, filled(0))).contains("of the 0"));
    let taken = message(Figure::grid(2, 2).place(0..2, 0, filled(0)).place(1, 0..2, filled(1)));
    assert!(taken.contains("apart from panel 0"), "{taken}");
    assert!(message(Figure::grid(1, 1).place(usize::MAX, 0, filled(0))).contains("rows"));
    assert!(Figure::grid(usize::MAX, usize::MAX).size(40, 40).place(Span::from(0), 0, filled(0)).to_rgb().is_err());
    assert!(Figure::grid(1, 2).place(0, 0, filled(0)).row([filled(1), filled(2), filled(3)]).to_svg().is_ok());
}

#[test]
fn a_scale_multiplies_the_pixels_and_is_written_into_the_file() {
    let figure = Figure::of(Panel::activation(Activation::Tanh)).size(300, 200);
    for (scale, pixels, per_meter) in [(1.0, (300, 200), 3_780), (2.0, (600, 400), 7_559), (3.125, (938, 625), 11_811)]
    {
        let scaled = figure.clone().scale(scale);
        let bytes = scaled.to_png().unwrap();
        let reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let info = reader.info();
        assert_eq!((info.width, info.height), pixels);
        let dimensions = info.pixel_dims.unwrap();
        assert_eq!(
            (dimensions.xppu, dimensions.unit),
            (per_meter, png::Unit::Meter),
            "96 pixels an inch, times {scale}"
        );
        let svg = scaled.to_svg().unwrap();
        assert!(svg.contains(r#"viewBox="0 0 300 200""#), "an SVG keeps its units");
    }
    // The same picture, finer: its pixels in fours are those of the coarse one.
    let [coarse, fine] = [1.0, 2.0].map(|scale| figure.clone().scale(scale).to_rgb().unwrap());
    let at = |x: usize, y: usize| usize::from(fine[3 * (y * 600 + x)]);
    let mean = |i: usize| {
        let (x, y) = (2 * (i % 300), 2 * (i / 300));
        (at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1)) / 4
    };
    let apart: usize = (0..300 * 200).map(|i| mean(i).abs_diff(usize::from(coarse[3 * i]))).sum();
    assert!(apart < 300 * 200, "{apart} of {} grey levels", 300 * 200 * 255);
}

#[test]
fn an_absurd_scale_is_an_error() {
    for scale in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-9, 17.0] {
        let error = Figure::of(filled(0)).scale(scale).to_png().unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error}");
    }
    let message = Figure::of(filled(0)).size(16_000, 16_000).scale(16.0).to_rgb().unwrap_err().to_string();
    assert!(message.contains("16000 x 16000 pixels, 16 times as large"), "{message}");
}

#[test]
fn a_shared_legend_has_every_name_once() {
    let panel = |title: &str| {
        Panel::curves("loss", &[("training", [(0, 1.0), (1, 0.5)]), ("validation", [(0, 2.0), (1, 1.0)])]).titled(title)
    };
    let count = |figure: Figure| figure.to_svg().unwrap().matches(">training</text>").count();
    let figure = || Figure::new().row([panel("a"), panel("b"), panel("c")]);
    assert_eq!((count(figure()), count(figure().shared_legend())), (3, 1));
}

#[test]
fn a_legend_of_thirty_classes_wraps_and_one_of_ten_thousand_says_what_it_leaves_out() {
    let legend = |classes: usize| {
        (0..classes).fold(filled(0), |panel, class| panel.legend(format!("class {class}"), ColorRole::Class(class)))
    };
    let svg = Figure::of(legend(30)).to_svg().unwrap();
    assert!((0..30).all(|class| svg.contains(&format!(">class {class}</text>"))), "all names, whole");
    let svg = Figure::of(legend(10_000)).to_svg().unwrap();
    let shown = (0..10_000).filter(|class| svg.contains(&format!(">class {class}</text>"))).count();
    assert!(shown > 20 && svg.contains(&format!(">+{}</text>", 10_000 - shown)), "{shown}");
}

#[test]
fn equal_units_are_equal_and_a_square_is_square() {
    let ends = |panel: Panel| {
        let [left, right, top, bottom] = place_of(&Figure::of(panel).size(700, 300), 0);
        (right + 1 - left, bottom + 1 - top)
    };
    let (width, height) = ends(filled(0).aspect(Aspect::Square));
    assert!(width.abs_diff(height) <= 1, "{width} x {height}");
    let wide = |aspect| {
        let mut panel = filled(0).aspect(aspect);
        panel.x.high = 2.0;
        panel.marks = vec![Mark::bar([0.0, 0.0], [2.0, 1.0], ColorRole::Class(0))];
        panel
    };
    let (width, height) = ends(wide(Aspect::Equal));
    assert!(width.abs_diff(2 * height) <= 2, "two units beside one: {width} x {height}");
    let (width, height) = ends(wide(Aspect::Free));
    assert!(width > 2 * height, "all the room there is: {width} x {height}");
}

#[test]
fn a_logarithmic_axis_places_values_by_their_logarithms() {
    let curve: Vec<(u64, f64)> = (0..=6).map(|epoch| (epoch, 10_f64.powi(3 - epoch as i32))).collect();
    let panel = Panel::curves("loss", &[("loss", &curve)]).log_y();
    let svg = Figure::of(panel).to_svg().unwrap();
    for word in ["1000", "10", "0.1", "0.001"] {
        assert!(svg.contains(&format!(">{word}</text>")), "{word}");
    }
    // From end to end in equal steps.
    let line = svg.split(r#"<g class="line"><title>loss</title>"#).nth(1).unwrap().split('"').nth(1).unwrap();
    let heights: Vec<f64> = line.split(' ').map(|at| at.split(',').nth(1).unwrap().parse().unwrap()).collect();
    let steps: Vec<f64> = heights.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(steps.len() == 6 && steps.iter().all(|step| (step - steps[0]).abs() < 0.05), "{steps:?}");
}

#[test]
fn what_is_no_number_is_marked_at_the_edge() {
    let marks = |value: f64| {
        let curve = [(0, 1.0), (1, 0.8), (2, value), (3, 0.5), (4, 0.4)];
        let svg = Figure::of(Panel::curves("loss", &[("loss", curve)])).size(400, 300).to_svg().unwrap();
        let (_, group) = svg.split_once(r#"<g class="line">"#).unwrap();
        let group = group.split_once("</g>").unwrap().0;
        (group.matches("<polyline").count(), group.matches("<polygon").count())
    };
    assert_eq!(marks(0.6), (1, 0), "a line");
    assert_eq!(marks(f64::NAN), (2 + 2, 0), "two parts, and the two strokes of a cross");
    assert_eq!(marks(f64::INFINITY), (2, 1), "two parts, and a triangle");
    assert_eq!(marks(f64::NEG_INFINITY), (2, 1));
    let once = Figure::of(Panel::curves("loss", &[("loss", [(3, 0.5)])])).size(400, 300).to_svg().unwrap();
    assert_eq!(once.matches("<circle").count(), 1, "a value without neighbors is a dot");
}

#[test]
fn letters_that_no_font_has_are_an_error_in_pixels_and_none_in_an_svg() {
    let figure = |name: &str| Figure::of(Panel::activation(Activation::Tanh).legend(name, ColorRole::Class(0)));
    assert_eq!(figure("Größe, размер, μέγεθος, حجم, גודל").missing_letters(), []);
    let message = figure("大小 and आकार").to_png().unwrap_err().to_string();
    assert!(message.contains("大小") && message.contains("Figure::font"), "{message}");
    assert!(figure("大小").to_svg().unwrap().contains(">大小</text>"));
    assert!(Font::from_bytes(vec![0; 100]).is_err() && Font::open("no such file").is_err());
}

#[test]
fn an_svg_is_well_formed_whatever_the_names_and_has_groups_and_titles() {
    let hostile = "a\u{0}b\u{1b}[31m<&\"'>\u{ffff}\u{202e}]]> --> <g";
    let panel = Panel::activation(Activation::Tanh).titled(hostile).legend(hostile, ColorRole::Class(0)).note(hostile);
    let svg = Figure::of(panel).title(hostile).to_svg().unwrap();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let named = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
    assert!(named("g") >= 3 && named("title") >= 3 && named("text") >= 10);
    let panels = document.descendants().filter(|node| node.attribute("class") == Some("panel")).count();
    assert_eq!(panels, 1);
    assert!(document.descendants().any(|node| node.text().is_some_and(|text| text.contains("function"))));
}

/// A loss of 0.6931 on the left and an accuracy of 0.5 on the right lay exactly on each other.
#[test]
fn of_two_constants_on_two_axes_both_are_seen() {
    let constant = |value: f64| (0..20).map(|epoch| (epoch, value)).collect::<Vec<_>>();
    let panel =
        Panel::curves("loss", &[("loss", constant(0.75))]).right_curves("accuracy", &[("accuracy", constant(0.25))]);
    let rgb = Figure::of(panel).size(400, 300).to_rgb().unwrap();
    for series in [0, 1] {
        let color = Theme::light().color(ColorRole::Series(series));
        let seen = rgb.as_chunks::<3>().0.iter().filter(|pixel| **pixel == color).count();
        assert!(seen > 100, "{seen} pixels of curve {series}");
    }
}

#[test]
fn names_without_room_side_by_side_are_written_upwards_and_whole() {
    let names: Vec<String> = (0..12).map(|class| format!("class number {class}")).collect();
    let axis = |label: &str, count: usize| Axis::of_names(label, names[..count].to_vec());
    let svg = |count: usize| {
        let panel = Panel::new("", axis("predicted", count), Axis::new("", 0.0..=1.0));
        Figure::of(panel).size(400, 300).to_svg().unwrap()
    };
    assert_eq!(svg(2).matches("rotate(270)").count(), 0);
    assert_eq!(svg(12).matches("rotate(270)").count(), 12);
    assert!(names.iter().all(|name| svg(12).contains(&format!(">{name}</text>"))));
    let matrix = Panel::new("", axis("", 3), axis("", 3)).aspect(Aspect::Square);
    let [r, g, b] = Theme::light().rule;
    let rule = format!(r##"stroke="#{r:02X}{g:02X}{b:02X}""##);
    assert_eq!(Figure::of(matrix).to_svg().unwrap().matches(&rule).count(), 6, "lines between the cells");
}

#[test]
fn words_stay_in_the_picture_and_lines_do_not_run_through_them() {
    let blank = || Axis { kind: AxisKind::Blank, ..Axis::new("", 0.0..=1.0) };
    let panel = |words: &str, x: f64| {
        let line = Mark::line([[0.0, 0.5], [1.0, 0.5]], ColorRole::Series(0)).wide(4.0);
        Panel::new("", blank(), blank()).mark(line).mark(Mark::text(words, [x, 0.5], ColorRole::Text))
    };
    let inks = |words: &str| {
        let rgb = Figure::of(panel(words, 0.5)).size(300, 200).to_rgb().unwrap();
        let color = Theme::light().color(ColorRole::Series(0));
        rgb.as_chunks::<3>().0.iter().filter(|pixel| **pixel == color).count()
    };
    assert!(inks("") > inks("a long name") + 100, "the line is interrupted");
    let left = |words: &str| -> f64 {
        let svg = Figure::of(panel(words, 0.0)).size(300, 200).to_svg().unwrap();
        let before = svg.split(&format!(">{words}</text>")).next().unwrap();
        before.split(r#"<text x=""#).last().unwrap().split('"').next().unwrap().parse().unwrap()
    };
    assert!(
        left("a long name of a feature") > left("a long name") && left("a long name") > 25.0,
        "half as long as they are"
    );
}

/// The line became a dot at the upper end, since it began at zero.
#[test]
fn the_line_of_an_epoch_stands_on_a_logarithmic_axis() {
    let curve = [(0, 100.0), (1, 1.0), (2, 0.1), (3, 0.01)];
    let panel = Panel::curves("loss", &[("loss", curve)]).marker(2.0).note("the axes leave out epoch 0").log_y();
    assert!(panel.notes.is_empty(), "it has room for all");
    let rgb = Figure::of(panel).size(400, 300).to_rgb().unwrap();
    let color = Theme::light().color(ColorRole::Marker);
    let dark = rgb.as_chunks::<3>().0.iter().filter(|pixel| **pixel == color).count();
    assert!(dark > 150, "{dark} pixels of an upright line");
}

#[test]
fn what_marks_at_the_edge_are_is_said() {
    let panel = Panel::curves("loss", &[("loss", [(0, 1.0), (1, f64::NAN), (2, f64::INFINITY)])]);
    assert_eq!(panel.notes, ["crosses are NaN", "triangles at the edges are infinities"]);
    assert!(Panel::curves("loss", &[("loss", [(0, 1.0)])]).notes.is_empty());
}

/// Of five notes in a low panel all but one were left out without a word.
#[test]
fn notes_without_room_are_counted() {
    let noted = |count: usize| (0..count).fold(filled(0), |panel, i| panel.note(format!("note number {i}")));
    for (height, count) in [(600, 5), (600, 40), (150, 3), (150, 5), (100, 3)] {
        let svg = Figure::of(noted(count)).size(400, height).to_svg().unwrap();
        let shown = (0..count).filter(|i| svg.contains(&format!("note number {i}</text>"))).count();
        assert!(
            shown > 0 && shown < count && svg.contains(&format!(">(+{}) note", count - shown)),
            "{height}: {shown}"
        );
    }
    let svg = Figure::of(noted(4)).size(400, 600).to_svg().unwrap();
    assert!((0..4).all(|i| svg.contains(&format!(">note number {i}</text>"))) && !svg.contains("(+"));
}
