//! A straight line is straight in the pixels: its middle in every column lies where it should, to a twentieth of a pixel.
#![cfg(feature = "plot")]

use training_replay::plot::{Axis, AxisKind, ColorRole, Figure, Mark, Panel, Point};

const WIDTH: usize = 400;
const HEIGHT: usize = 300;

/// A line through a picture that holds nothing else.
fn picture(points: Vec<Point>) -> Figure {
    let blank = || Axis { kind: AxisKind::Blank, ..Axis::new("", 0.0..=1.0) };
    let panel = Panel::new("", blank(), blank()).mark(Mark::line(points, ColorRole::Boundary));
    Figure::of(panel).size(WIDTH as u32, HEIGHT as u32)
}

/// The middle of what is dark in each column between two, in pixels.
fn middles(rgb: &[u8], columns: std::ops::Range<usize>) -> Vec<[f64; 2]> {
    let darkness = |x: usize, y: usize| 255.0 - f64::from(rgb[3 * (y * WIDTH + x)]);
    let middle = |x: usize| {
        let whole: f64 = (0..HEIGHT).map(|y| darkness(x, y)).sum();
        [x as f64, (0..HEIGHT).map(|y| y as f64 * darkness(x, y)).sum::<f64>() / whole]
    };
    columns.map(middle).collect()
}

/// How far the middles are from the line that fits them best: the root of the mean square, and the most.
fn residuals(middles: &[[f64; 2]]) -> (f64, f64) {
    let n = middles.len() as f64;
    let mean = [0, 1].map(|axis| middles.iter().map(|at| at[axis]).sum::<f64>() / n);
    let sum = |f: &dyn Fn(&[f64; 2]) -> f64| middles.iter().map(f).sum::<f64>();
    let slope = sum(&|at| (at[0] - mean[0]) * (at[1] - mean[1])) / sum(&|at| (at[0] - mean[0]).powi(2));
    let away = |at: &[f64; 2]| at[1] - mean[1] - slope * (at[0] - mean[0]);
    let most = middles.iter().map(|at| away(at).abs()).fold(0.0, f64::max);
    ((sum(&|at| away(at).powi(2)) / n).sqrt(), most)
}

/// Of many short pieces, as a boundary is, whose corners lie between pixels.
#[test]
fn a_straight_line_of_many_pieces_is_straight_to_a_twentieth_of_a_pixel() {
    for slope in [0.013, 0.11, 0.37, 0.71] {
        let points = (0..=100).map(|i| f64::from(i) / 100.0).map(|x| [x, 0.12 + slope * x]).collect();
        let (mean, most) = residuals(&middles(&picture(points).to_rgb().unwrap(), 60..340));
        assert!(mean <= 0.05 && most <= 0.15, "slope {slope}: {mean:.3} px in the mean, {most:.3} at most");
        println!("slope {slope}: {mean:.3} px in the mean, {most:.3} at most");
    }
}
