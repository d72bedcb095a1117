//! An activation function and its gradient.

use super::planes::wider;
use super::{Axis, ColorRole, Mark, Panel};
use crate::Activation;

impl Panel {
    /// Creates a plot of an activation function and its gradient, from -8 to 8, where its ends are
    /// flat if it has flat ends.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{ColorRole, Panel}};
    ///
    /// let panel = Panel::activation(Activation::Sigmoid);
    /// let gradient = panel.in_color(ColorRole::Series(1)).next().unwrap().points();
    /// assert!(gradient.iter().all(|point| point[1] <= 0.25)); // at 0, where it is largest
    /// assert_eq!(panel.title, "sigmoid");
    /// ```
    pub fn activation(function: Activation) -> Self {
        let along = |of: fn(Activation, f32) -> f32| {
            (-400..=400).map(move |i| i as f32 / 50.0).map(move |z| [f64::from(z), f64::from(of(function, z))])
        };
        let (values, slopes) = (along(Activation::value), along(Activation::derivative));
        let (low, high) = wider(values.clone().chain(slopes.clone()).map(|point| point[1])).into_inner();
        let y = Axis::new("f(z), f'(z)", low.min(-0.05)..=high.clamp(1.05, 4.0));
        Self::new(function.to_string(), Axis::new("z", -8.0..=8.0), y)
            .mark(Mark::line(values, ColorRole::Series(0)))
            .mark(Mark::line(slopes, ColorRole::Series(1)))
            .legend("function", ColorRole::Series(0))
            .legend("gradient", ColorRole::Series(1))
    }
}
