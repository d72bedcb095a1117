//! A panel as SVG, and where points of its axes are on it.

use plotters::drawing::IntoDrawingArea;

use super::{Style, Theme, canvas::FINER, failed, fonts::Fonts, layout::Layout, pen::Pen, svg::Svg};
use crate::{
    Result,
    plot::panel::{Panel, Point},
};

/// A panel as SVG, and where points of its axes are on it.
pub(crate) struct Placed<'p> {
    pub(crate) svg: String,
    layout: Layout<'p>,
}

impl<'p> Placed<'p> {
    /// Draws a panel in so many pixels, with text of this size.
    pub(crate) fn of(panel: &'p Panel, (width, height): (u32, u32), text: f64, theme: Theme) -> Result<Self> {
        let svg = Svg::new(width, height, 1.0, "", &Fonts::default());
        let area = svg.clone().into_drawing_area();
        let style = Style { finer: FINER, ..Style::default().theme(theme).text_of(text, f64::from(FINER)) };
        area.fill(&style.background()).map_err(failed)?;
        let pen = Pen { area: &area, style: &style, groups: &svg };
        panel.draw_with(&pen, true)?;
        Ok(Self { svg: svg.clone().finish(), layout: Layout::of(panel, &pen, true)? })
    }

    /// Left, top, right and bottom of the plot between the axes, in pixels.
    pub(crate) fn frame(&self) -> [f64; 4] {
        let Layout { x, y, .. } = &self.layout;
        [x.from, y.to, x.to, y.from].map(pixels)
    }

    /// Where a point is, in pixels; none for what is not between the axes.
    pub(crate) fn at(&self, [x, y]: Point) -> Option<[f64; 2]> {
        let axes = [(&self.layout.x, x), (&self.layout.y, y)];
        let is_between = axes.iter().all(|(scale, value)| (scale.low..=scale.high).contains(&scale.place(*value)));
        is_between.then(|| axes.map(|(scale, value)| pixels(scale.at(value))))
    }
}

fn pixels(finer: i32) -> f64 {
    f64::from(finer) / f64::from(FINER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::panel::{Axis, ColorRole, Mark};

    const SIZE: (u32, u32) = (400, 300);

    #[test]
    fn a_point_is_where_its_mark_is_drawn() {
        let panel = Panel::new("A plot", Axis::new("x", 0.0..=10.0), Axis::new("y", 1.0..=100.0))
            .mark(Mark::line([[2.5, 10.0], [10.0, 100.0]], ColorRole::Series(0)))
            .log_y()
            .within(0.0..=10.0, 1.0..=100.0);
        let placed = Placed::of(&panel, SIZE, 12.0, Theme::light()).unwrap();
        let [left, top, right, bottom] = placed.frame();
        let [x, y] = placed.at([2.5, 10.0]).unwrap();
        assert!((x - (left + 0.25 * (right - left))).abs() < 0.02 && (y - f64::midpoint(top, bottom)).abs() < 0.02);
        let drawn = placed.svg.split(r#"<g class="line">"#).nth(1).unwrap();
        let start = drawn.split("points=\"").nth(1).unwrap().split(' ').next().unwrap();
        let start: Vec<f64> = start.split(',').map(|number| number.parse().unwrap()).collect();
        assert!((start[0] - x).abs() < 0.02 && (start[1] - y).abs() < 0.02, "{start:?}, {x}, {y}");
    }

    #[test]
    fn what_is_not_between_the_axes_has_no_place() {
        let panel = Panel::new("", Axis::new("", 0.0..=1.0), Axis::new("", 0.0..=1.0));
        let placed = Placed::of(&panel, SIZE, 12.0, Theme::light()).unwrap();
        for point in [[1.5, 0.5], [0.5, -0.1], [f64::NAN, 0.5], [0.5, f64::INFINITY]] {
            assert_eq!(placed.at(point), None, "{point:?}");
        }
        assert!(placed.at([1.0, 0.0]).is_some(), "the ends are between them");
    }
}
