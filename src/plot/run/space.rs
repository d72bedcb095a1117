//! The axes that a space of two dimensions is seen between.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::axes::Ends;
use crate::{
    analysis::Grid,
    math::stats::Extent,
    plot::{Aspect, Panel, panel::planes::wider},
};

/// So many times as long as the shorter side may the longer one be, so that both have one scale.
const LONGER: f64 = 4.0;

/// The axes that a space of two dimensions is seen between.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "[RangeInclusive<f64>; 2]", into = "[RangeInclusive<f64>; 2]")]
pub(crate) struct Space {
    x: RangeInclusive<f64>,
    y: RangeInclusive<f64>,
    aspect: Aspect,
}

impl From<[RangeInclusive<f64>; 2]> for Space {
    fn from(ranges: [RangeInclusive<f64>; 2]) -> Self {
        Self::between(ranges)
    }
}

impl From<Space> for [RangeInclusive<f64>; 2] {
    fn from(space: Space) -> Self {
        space.ranges()
    }
}

impl Space {
    /// As they are.
    pub(crate) fn between([x, y]: [RangeInclusive<f64>; 2]) -> Self {
        let aspect = if are_alike(length(&x), length(&y)) { Aspect::Equal } else { Aspect::Square };
        Self { x, y, aspect }
    }

    /// A little wider than what lies there. Of sides that are nearly of one length the shorter becomes as long as the other, so
    /// that a circle is round in a square.
    pub(crate) fn around(ends: [Ends; 2]) -> Self {
        let [x, y] = ends.map(|ends| wider(ends.into_iter().flat_map(|(low, high)| [low, high])));
        let (across, up) = (length(&x), length(&y));
        if are_alike(across, up) {
            let side = across.max(up);
            Self { x: stretched(&x, side), y: stretched(&y, side), aspect: Aspect::Equal }
        } else {
            Self { x, y, aspect: Aspect::Square }
        }
    }

    /// Around a box.
    pub(crate) fn of(extent: Extent) -> Self {
        Self::around([extent.x, extent.y].map(|ends| ends.map(|(low, high)| (low.into(), high.into()))))
    }

    /// The limits of both axes.
    pub(crate) fn ranges(&self) -> [RangeInclusive<f64>; 2] {
        [self.x.clone(), self.y.clone()]
    }

    /// Gives a panel these axes.
    pub(crate) fn apply(&self, panel: Panel) -> Panel {
        panel.within(self.x.clone(), self.y.clone()).aspect(self.aspect)
    }

    /// A grid from end to end.
    pub(crate) fn grid(&self) -> Grid {
        let [x, y] = [&self.x, &self.y].map(|range| *range.start() as f32..=*range.end() as f32);
        Grid::new(x, y)
    }
}

/// Whether sides of these lengths can have one scale.
pub(crate) fn are_alike(one: f64, other: f64) -> bool {
    one.max(other) <= LONGER * one.min(other)
}

fn length(range: &RangeInclusive<f64>) -> f64 {
    range.end() - range.start()
}

/// Of this length, about the same middle.
fn stretched(range: &RangeInclusive<f64>, side: f64) -> RangeInclusive<f64> {
    let more = (side - length(range)) / 2.0;
    if more > 0.0 { range.start() - more..=range.end() + more } else { range.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(x: (f64, f64), y: (f64, f64)) -> Space {
        Space::around([Some(x), Some(y)])
    }

    #[test]
    fn sides_of_nearly_one_length_become_a_square_about_the_same_middle() {
        let space = around((0.0, 4.0), (1.0, 2.0));
        assert_eq!(space.aspect, Aspect::Equal);
        assert!((length(&space.x) - length(&space.y)).abs() < 1e-12);
        assert!((space.y.start() + space.y.end() - 3.0).abs() < 1e-12, "{space:?}");
        assert_eq!(space.x, -0.08..=4.08);
    }

    #[test]
    fn a_long_narrow_space_keeps_its_sides() {
        let space = around((0.0, 4.2), (1.0, 2.0));
        assert_eq!((space.aspect, space.y), (Aspect::Square, 0.98..=2.02));
        assert_eq!(Space::between([0.0..=2.0, 0.0..=1.0]).y, 0.0..=1.0);
    }
}
