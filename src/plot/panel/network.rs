//! The diagram of a network: its units, and what runs between them, with the weights that they have.

use super::{
    Anchor, Aspect, Axis, AxisKind, ColorRole, Mark, Panel, Point,
    dense_layer::{DenseLayer, written},
};
use crate::{Forward, Result, math::elementary};

/// Up to so many units on either side weights have their numbers beside them: of more, lines are too close.
const MAX_NUMBERED: usize = 3;

/// The width of the diagram's columns; its height is 1.
const COLUMN: f64 = 0.52;

/// The width of the line of the largest weight.
const WIDEST: f64 = 6.0;

const POSITIVE: ColorRole = ColorRole::Series(0);
const NEGATIVE: ColorRole = ColorRole::Series(2);

impl Panel {
    /// Creates the diagram of a dense network: inputs on the left, and for each layer its units before and behind the
    /// activation.
    ///
    /// A line is as wide as its weight is large, a unit's disc as large as its bias; what is negative is dashed, or a ring. All
    /// weights of the diagram are on one scale, and so are all biases. Layers without weights, as dropout, are left out. Small layers
    /// have their numbers beside them.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Sequential, plot::{ColorRole, Panel}};
    ///
    /// let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).name("output")];
    /// let model = Sequential::builder(2).layers(layers).build(42)?;
    /// let panel = Panel::network(&model, &["x1", "x2"])?;
    /// assert_eq!(panel.title, "2-2-1");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) for a layer with other weights than a kernel, `(inputs, units)`, and a bias, for
    /// kernels that do not fit together, for more than 16 units side by side or more than six layers;
    /// [`Error::Missing`](crate::Error::Missing) for a network without dense layers.
    pub fn network<S: AsRef<str>>(model: &dyn Forward, features: &[S]) -> Result<Self> {
        let layers = DenseLayer::all_of(model, &model.parameters()?)?;
        let inputs = layers[0].kernel.nrows();
        let mut diagram = Diagram::new(inputs, &layers);
        for (i, layer) in layers.iter().enumerate() {
            diagram.add_weights(i, layer);
        }
        for (i, layer) in layers
            .iter()
            .enumerate()
            .filter(|(_, layer)| layer.kernel.nrows().max(layer.kernel.ncols()) <= MAX_NUMBERED)
        {
            diagram.add_numbers(i, layer);
        }
        diagram.add_inputs(inputs, features);
        for (i, layer) in layers.iter().enumerate() {
            diagram.add_units(i, layer);
        }
        Ok(diagram.panel)
    }
}

/// A panel, and where everything is in it.
struct Diagram {
    panel: Panel,
    radius: f64,
    /// The largest sizes of a weight and of a bias.
    largest: [f64; 2],
}

impl Diagram {
    fn new(inputs: usize, layers: &[DenseLayer]) -> Self {
        let most = layers.iter().map(|layer| layer.kernel.ncols()).fold(inputs, usize::max);
        let radius = (0.36 / most as f64).min(0.085);
        let width = COLUMN * (1 + 2 * layers.len()) as f64;
        let axis = |limits| Axis { kind: AxisKind::Blank, ..Axis::new("", limits) };
        let mut panel = Panel::new(written(layers), axis(0.0..=width), axis(-0.14..=1.0)).aspect(Aspect::Equal);
        panel.legend = vec![("positive".into(), POSITIVE), ("negative".into(), NEGATIVE)];
        let weights = layers.iter().flat_map(|layer| layer.kernel.iter().copied());
        let biases = layers.iter().filter_map(|layer| layer.bias.as_ref()).flatten().copied();
        Self { panel, radius, largest: [largest(weights), largest(biases)] }
    }

    fn push(&mut self, mark: Mark) {
        self.panel.marks.push(mark);
    }

    /// A line from rim to rim.
    fn join(&mut self, from: Point, to: Point, color: ColorRole, width: f64) {
        let way = [to[0] - from[0], to[1] - from[1]];
        let share = self.radius / length(way);
        let at = |share: f64| [from[0] + way[0] * share, from[1] + way[1] * share];
        let line = Mark::line([at(share), at(1.0 - share)], color).wide(width);
        self.push(if color == NEGATIVE { line.dashed() } else { line });
    }

    fn circle(&mut self, center: Point, radius: f64, color: ColorRole) {
        self.push(Mark::line(around(center, radius), color).wide(1.4));
    }

    fn write(&mut self, text: impl Into<String>, at: Point, size: f64) {
        self.push(Mark::Text { text: text.into(), at, color: ColorRole::Text, size, anchor: Anchor::Center });
    }

    fn add_weights(&mut self, index: usize, layer: &DenseLayer) {
        let (inputs, units) = layer.kernel.shape();
        for unit in 0..units {
            for input in 0..inputs {
                let [from, to] = [place(2 * index, input, inputs), place(2 * index + 1, unit, units)];
                let weight = f64::from(layer.kernel[(input, unit)]);
                self.join(from, to, sign(weight), self.width(weight));
            }
        }
    }

    /// Above all lines.
    fn add_numbers(&mut self, index: usize, layer: &DenseLayer) {
        let (inputs, units) = layer.kernel.shape();
        for (unit, input) in (0..units).flat_map(|unit| (0..inputs).map(move |input| (unit, input))) {
            let [from, to] = [place(2 * index, input, inputs), place(2 * index + 1, unit, units)];
            self.write(number(layer.kernel[(input, unit)].into()), beside(from, to), 0.85);
        }
    }

    /// What is no number has a line as wide as the widest.
    fn width(&self, weight: f64) -> f64 {
        let share = weight.abs() / self.largest[0];
        if share.is_finite() { 0.4 + (WIDEST - 0.4) * share } else { WIDEST }
    }

    fn add_inputs<S: AsRef<str>>(&mut self, inputs: usize, features: &[S]) {
        for input in 0..inputs {
            let at = place(0, input, inputs);
            let name = features.get(input).map_or_else(|| format!("x{}", input + 1), |name| name.as_ref().to_owned());
            self.label(name, at);
            self.circle(at, self.radius, ColorRole::Text);
        }
        self.write("inputs", [COLUMN * 0.5, -0.08], 1.0);
    }

    /// Within a unit where there is room, above it where there is none.
    fn label(&mut self, name: String, [x, y]: Point) {
        let is_short = name.chars().count() <= 3;
        let size = (self.radius / 0.085).clamp(0.55, 1.0);
        self.write(name, if is_short { [x, y] } else { [x, y + self.radius + 0.03] }, size);
    }

    fn add_units(&mut self, index: usize, layer: &DenseLayer) {
        let units = layer.kernel.ncols();
        let column = 2 * index + 1;
        for unit in 0..units {
            let [before, behind] = [0, 1].map(|next| place(column + next, unit, units));
            self.join(before, behind, ColorRole::Text, 1.0);
            for (letter, at) in [('z', before), ('a', behind)] {
                self.label(format!("{letter}{}", unit + 1), at);
                self.circle(at, self.radius, ColorRole::Text);
            }
            if let Some(bias) = layer.bias.as_ref().map(|bias| f64::from(bias[unit])) {
                self.add_bias(bias, before, units);
            }
        }
        if let Some(function) = layer.activation.as_ref().filter(|_| units <= 4) {
            for unit in 0..units {
                let [x, y] = place(column, unit, units);
                self.write(function.clone(), [x + 0.5 * COLUMN, y + 0.035], 0.85);
            }
        }
        let x = COLUMN * (column as f64 + 1.0);
        let function = layer.activation.as_ref().map_or(String::new(), |name| format!(": {name}"));
        self.write(format!("{}{function}", layer.name), [x, -0.08], 1.0);
    }

    /// A disc below the unit, or a ring where it is negative.
    fn add_bias(&mut self, bias: f64, [x, y]: Point, units: usize) {
        let share = bias.abs() / self.largest[1];
        let radius = self.radius * 0.32 * if share.is_finite() { share.sqrt() } else { 1.0 };
        let center = [x, y - self.radius * 1.36];
        if bias < 0.0 {
            self.circle(center, radius, NEGATIVE);
        } else {
            self.push(Mark::Area { corners: around(center, radius), color: POSITIVE });
        }
        if units <= 4 {
            let (text, at) = (format!("b {}", number(bias)), [x + self.radius * 0.55, center[1]]);
            self.push(Mark::Text { text, at, color: ColorRole::Text, size: 0.85, anchor: Anchor::Left });
        }
    }
}

/// Where a unit of so many is: in a column, from the top on.
fn place(column: usize, unit: usize, of: usize) -> Point {
    [COLUMN * (column as f64 + 0.5), 1.0 - (unit as f64 + 0.5) / of as f64]
}

fn length([x, y]: Point) -> f64 {
    (x * x + y * y).sqrt()
}

/// A third along a line, above it: there the lines of a unit are apart.
fn beside(from: Point, to: Point) -> Point {
    let way = [to[0] - from[0], to[1] - from[1]];
    let away = 0.055 / length(way);
    [from[0] + 0.36 * way[0] - away * way[1], from[1] + 0.36 * way[1] + away * way[0]]
}

fn largest(values: impl Iterator<Item = f32>) -> f64 {
    values.map(|value| f64::from(value.abs())).filter(|size| size.is_finite()).fold(f64::MIN_POSITIVE, f64::max)
}

fn sign(weight: f64) -> ColorRole {
    if weight < 0.0 { NEGATIVE } else { POSITIVE }
}

/// Two digits behind the point, and a power of ten where these say nothing.
fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".into(),
        size if (0.005..1000.0).contains(&size) || !size.is_finite() => format!("{value:.2}"),
        _ => format!("{value:.0e}"),
    }
}

/// The points of a circle.
fn around(center: Point, radius: f64) -> Vec<Point> {
    let turns = (0..=48).map(|i| elementary::cos_sin_of_turn(f64::from(i) / 48.0));
    turns.map(|[cos, sin]| [center[0] + radius * cos, center[1] + radius * sin]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Activation, BatchNormalization, Dense, Dropout, Orientation, Parameter, Sequential, Weights, nn::Layer,
    };

    fn network(units: &[usize]) -> Sequential {
        let layers = units[1..].iter().map(|&units| Dense::new(units).activation(Activation::Tanh));
        Sequential::builder(units[0]).layers(layers).build(7).unwrap()
    }

    fn lines(panel: &Panel, color: ColorRole) -> Vec<f64> {
        let width =
            |mark: &Mark| if let Mark::Line { width, points, .. } = mark { Some((*width, points.len())) } else { None };
        panel.in_color(color).filter_map(width).filter(|(_, points)| *points == 2).map(|(width, _)| width).collect()
    }

    #[test]
    fn every_weight_is_a_line_as_wide_as_it_is_large() {
        let model = Sequential::builder(2).layer(Dense::new(2).name("only")).build(1).unwrap();
        let weights = Weights::from_iter([
            Parameter::new("only", "kernel", [2, 2], vec![2.0_f32, -1.0, 0.0, 1.0]),
            Parameter::new("only", "bias", [2], vec![0.5_f32, -0.25]),
        ]);
        let panel = Panel::network(&model.with_weights(&weights).unwrap(), &["x1", "x2"]).unwrap();
        let close = |found: Vec<f64>, widths: &[f64]| found.iter().zip(widths).all(|(a, b)| (a - b).abs() < 1e-9);
        assert!(close(lines(&panel, POSITIVE), &[6.0, 0.4, 3.2]), "2, 0 and 1");
        assert!(close(lines(&panel, NEGATIVE), &[3.2]), "-1");
        assert_eq!(panel.marks.iter().filter(|mark| matches!(mark, Mark::Area { .. })).count(), 1, "a positive bias");
    }

    #[test]
    fn layers_without_weights_are_left_out_and_others_refused() {
        let with = |layer: Layer| {
            let layers = [Dense::new(3).into(), layer, Activation::Relu.into(), Dense::new(1).into()];
            Sequential::builder(2).layers(layers).build(1).unwrap()
        };
        let panel = Panel::network(&with(Dropout::new(0.5).into()), &["x1", "x2"]).unwrap();
        assert_eq!(panel.title, "2-3-1");
        assert!(panel.marks.iter().any(|mark| matches!(mark, Mark::Text { text, .. } if text.ends_with(": relu"))));
        let refused = Panel::network(&with(BatchNormalization::new().into()), &["x1"]).unwrap_err().to_string();
        assert!(refused.contains("batch_normalization") && refused.contains("gamma [3]"), "{refused}");
    }

    /// As many inputs as outputs: no shape says that rows are outputs.
    #[test]
    fn a_square_kernel_that_lies_the_other_way_round_is_turned() {
        let values = |kernel: Parameter<'static>| {
            let own = [kernel, Parameter::new("dense_1", "bias", [2], vec![0.0_f32; 2])];
            let layers = DenseLayer::all_of(&network(&[2, 2]), &own).unwrap();
            layers[0].values().collect::<Vec<_>>()
        };
        let kernel = || Parameter::new("dense_1", "kernel", [2, 2], vec![1.0_f32, 2.0, 3.0, 4.0]);
        assert_eq!(values(kernel()), [1.0, 2.0, 3.0, 4.0, 0.0, 0.0]);
        assert_eq!(values(kernel().oriented(Orientation::OutputsInputs)), [1.0, 3.0, 2.0, 4.0, 0.0, 0.0]);
    }

    #[test]
    fn what_nobody_can_read_is_refused() {
        assert!(Panel::network(&network(&[16, 16, 1]), &["x"; 16]).is_ok());
        for sizes in [vec![17, 2, 1], vec![2, 17, 1], vec![2; 8]] {
            let message = Panel::network(&network(&sizes), &["x"]).unwrap_err().to_string();
            assert!(message.contains("at most 6 layers of 1 to 16 units"), "{message}");
        }
    }
}
