//! The article's pictures: figure N of "Hyper-parameters in Action! Part I — Activation Functions" (Daniel Godoy, 2018), from
//! recordings of its networks.

use training_replay::{
    Activation, Dataset, Forward, Result, Sequential,
    plot::{Aspect, Axis, AxisKind, ColorRole, Figure, Mark, Panel, RunPlots},
};

/// The last epoch: the figures show networks that are trained to the end.
pub const END: u64 = 150;

/// The epoch of the title picture, a frame of the sigmoid animation.
const TITLE: u64 = 60;

/// The article's activations, in its order.
pub const HIDDEN: [(&str, Activation); 3] =
    [("sigmoid", Activation::Sigmoid), ("tanh", Activation::Tanh), ("ReLU", Activation::Relu)];

/// What the pictures show.
pub struct Article<'a> {
    pub data: &'a Dataset,
    /// Without a hidden layer.
    pub straight: RunPlots<'a, Sequential>,
    /// With one, in the order of the activations.
    pub runs: Vec<RunPlots<'a, Sequential>>,
}

impl Article<'_> {
    /// The title picture and figures 1 to 10, each with the name of its file.
    pub fn figures(&self) -> Result<Vec<(String, Figure)>> {
        let figures = [
            self.two_lines()?,
            self.straight_cut()?,
            self.three_boundaries()?,
            Figure::of(self.runs[0].network(END)?).size(900, 480),
            Figure::of(self.runs[0].feature_space(END)?.titled("sigmoid: a straight boundary in the bent space")),
            function_and_gradient(HIDDEN[0].1),
            function_and_gradient(HIDDEN[1].1),
            function_and_gradient(HIDDEN[2].1),
            self.both_spaces()?,
            self.three_curves(),
        ];
        let named = figures.into_iter().enumerate().map(|(i, figure)| (format!("figure_{:02}.png", i + 1), figure));
        Ok([("title.png".into(), frame("sigmoid", &self.runs[0], TITLE)?)].into_iter().chain(named).collect())
    }

    /// Figure 1: the formulas, and the points that they give.
    fn two_lines(&self) -> Result<Figure> {
        let formulas = [("x2 = x1²", 0.65, 0), ("x2 = x1² - 0.5", 0.35, 1)];
        let blank = || Axis { kind: AxisKind::Blank, ..Axis::new("", 0.0..=1.0) };
        let panel =
            formulas.into_iter().fold(Panel::new("The formulas", blank(), blank()), |panel, (text, y, class)| {
                let words = format!("{}: {text}", self.data.class_name(class));
                panel.mark(Mark::text(words, [0.5, y], ColorRole::Class(class)).sized(1.8))
            });
        let lines = Panel::samples(self.data.inputs(), self.data)?.titled("The two lines").aspect(Aspect::Equal);
        Ok(Figure::new().row([panel, lines]).size(1_200, 520))
    }

    /// Figure 2: the best that a network without a hidden layer can do.
    fn straight_cut(&self) -> Result<Figure> {
        Ok(Figure::of(self.straight.decision_boundary(END)?.titled("Without a hidden layer: a straight boundary")))
    }

    /// Figure 3: the boundaries at the end, without their names.
    fn three_boundaries(&self) -> Result<Figure> {
        let panels = self.runs.iter().map(|plots| Ok(plots.decision_boundary(END)?.titled("")));
        let panels = panels.collect::<Result<Vec<_>>>()?;
        let title = "Sigmoid, tanh and ReLU, trained to the end: which one is ReLU?";
        Ok(Figure::new().title(title).row(panels).shared_legend().size(1_440, 520))
    }

    /// Figure 9: the transformed spaces above, the input spaces below, at the end.
    fn both_spaces(&self) -> Result<Figure> {
        let above = self.runs.iter().zip(HIDDEN).map(|(plots, (name, _))| Ok(plots.feature_space(END)?.titled(name)));
        let below = self.runs.iter().map(|plots| Ok(plots.decision_boundary(END)?.titled("")));
        let (above, below) = (above.collect::<Result<Vec<_>>>()?, below.collect::<Result<Vec<_>>>()?);
        Ok(Figure::new().row(above).row(below).shared_legend().size(1_440, 960))
    }

    /// Figure 10: accuracy and loss, a panel for each activation.
    fn three_curves(&self) -> Figure {
        let panels = self.runs.iter().zip(HIDDEN).map(|(plots, (name, _))| plots.curves(END).titled(name));
        Figure::new().row(panels).shared_legend().size(1_440, 480)
    }
}

/// Figures 6 to 8: a function on the left, its gradient on the right.
fn function_and_gradient(activation: Activation) -> Figure {
    let panel = Panel::activation(activation);
    let only = |color, title: &str, label: &str| {
        let mut panel = panel.clone().titled(format!("{activation}: {title}"));
        panel.marks.retain(|mark| mark.color() == color);
        panel.legend.clear();
        panel.y.label = label.into();
        panel
    };
    let [function, gradient] = [ColorRole::Series(0), ColorRole::Series(1)];
    Figure::new()
        .row([only(function, "the function", "f(z)"), only(gradient, "its gradient", "f'(z)")])
        .size(1_000, 420)
}

/// A frame of an animation, laid out as deepreplay's are.
pub fn frame<M: Forward + Sync>(name: &str, plots: &RunPlots<'_, M>, epoch: u64) -> Result<Figure> {
    let figure = Figure::grid(2, 4)
        .title(format!("{name}, epoch {epoch}"))
        .place(0..2, 0..2, plots.feature_space(epoch)?)
        .place(0, 2, plots.probabilities(epoch, 0)?)
        .place(0, 3, plots.probabilities(epoch, 1)?)
        .place(1, 2, plots.curves_until(epoch).titled("Loss and accuracy"))
        .place(1, 3, plots.losses(epoch)?)
        .shared_legend();
    Ok(figure.size(1_200, 620))
}
