//! Lines across a plane that stay where they are when one looks closer, with finer ones between them.

use super::plane::Ends;
use crate::{Error, Result, analysis::Grid};

/// Cells between the ends of the whole plane.
const WHOLE: i64 = 10;
/// No more cells than so many: far beyond the plane its lines would be a surface.
const MOST: i64 = 40;
/// How often cells are halved at most.
const FINEST: i32 = 20;
/// How far from a line it is still on the line, as a share of a cell.
const ON_A_LINE: f64 = 1e-6;
/// Points along the side of a cell, of many cells and of few.
const POINTS: [usize; 2] = [3, 6];

/// A square piece of a lattice over a plane, which holds what lies between some ends.
///
/// The lattice of the whole plane has ten cells along each axis. They are halved as often as no more than ten lie between the ends:
/// lines that were there stay.
pub(crate) struct Lattice {
    ends: Ends,
    cells: i64,
    /// Points along a side from one line to the next.
    pub(crate) every: usize,
}

impl Lattice {
    /// Fails for ends that are none, or that are far beyond the whole plane.
    pub(crate) fn around(ends: Ends, whole: Ends) -> Result<Self> {
        check(ends)?;
        let cell = |axis: usize, halved: i32| width(whole[axis]) / (WHOLE as f64 * f64::from(2_u32.pow(halved as u32)));
        let fits =
            |halved: &i32| (0..2).all(|axis| width(ends[axis]) / cell(axis, *halved) <= WHOLE as f64 + ON_A_LINE);
        let halved = (0..=FINEST).take_while(fits).last().unwrap_or(0);
        let of_axis = |axis: usize| Lines::around(ends[axis], whole[axis], cell(axis, halved));
        let lines = [of_axis(0), of_axis(1)];
        let cells = lines.iter().map(|lines| lines.last - lines.first).max().unwrap_or(1);
        if cells > MOST {
            let found = format!("{cells} of its {WHOLE}ths");
            return Err(Error::invalid(
                "the ends of a part of a plane",
                format!("at most {MOST} of its {WHOLE}ths"),
                found,
            ));
        }
        let all = WHOLE << halved;
        let every = POINTS[usize::from(cells <= 2 * WHOLE)];
        Ok(Self { ends: [0, 1].map(|axis| lines[axis].ends(cells, all, whole[axis])), cells, every })
    }

    /// With more points: its lines are bent.
    pub(crate) fn finer(self) -> Self {
        Self { every: 2 * self.every, ..self }
    }

    /// The points of it.
    pub(crate) fn grid(&self) -> Grid {
        let [x, y] = self.ends.map(|[low, high]| low as f32..=high as f32);
        Grid::new(x, y).points(self.cells as usize * self.every + 1)
    }
}

/// From the first to the last line along an axis, counted in cells from the end of the whole.
struct Lines {
    first: i64,
    last: i64,
}

impl Lines {
    fn around([low, high]: [f64; 2], [start, _]: [f64; 2], cell: f64) -> Self {
        let line = |place: f64| ((place - start) / cell).clamp(-1e6, 1e9);
        let first = (line(low) + ON_A_LINE).floor() as i64;
        Self { first, last: ((line(high) - ON_A_LINE).ceil() as i64).max(first + 1) }
    }

    /// The ends of so many cells that hold these: within the whole, whose lattice has `all` cells, if these are.
    fn ends(&self, cells: i64, all: i64, [start, end]: [f64; 2]) -> [f64; 2] {
        let is_within = self.first >= 0 && self.last <= all && cells <= all;
        let first = if is_within { self.first.min(all - cells) } else { self.first };
        [first, first + cells].map(|line| start + (end - start) * (line as f64 / all as f64))
    }
}

fn width([low, high]: [f64; 2]) -> f64 {
    high - low
}

/// Fails for ends that are none.
pub(crate) fn check(ends: Ends) -> Result<()> {
    let expected = "from a finite number to a larger one";
    let is_wrong = |[low, high]: &&[f64; 2]| !(low.is_finite() && high.is_finite() && low < high);
    match ends.iter().find(is_wrong) {
        Some([low, high]) => Err(Error::invalid("the ends of a part of a plane", expected, format!("{low}..={high}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE_PLANE: Ends = [[0.0, 10.0], [-5.0, 5.0]];

    fn found(ends: Ends) -> (Ends, i64) {
        let lattice = Lattice::around(ends, WHOLE_PLANE).unwrap();
        (lattice.ends, lattice.cells)
    }

    #[test]
    fn lines_stay_where_they_are_and_finer_ones_come_between_them() {
        assert_eq!(found(WHOLE_PLANE), (WHOLE_PLANE, 10));
        assert_eq!(found([[2.2, 6.9], [0.1, 4.6]]), ([[2.0, 7.0], [0.0, 5.0]], 10), "halves");
        assert_eq!(found([[1.0, 2.0], [0.0, 1.0]]), ([[1.0, 2.0], [0.0, 1.0]], 8), "eighths");
        let (ends, cells) = found([[3.001, 3.002], [0.0, 0.001]]);
        assert!(cells <= 11 && ends[0][0] <= 3.001 && ends[0][1] >= 3.002, "{ends:?}");
    }

    #[test]
    fn what_lies_within_the_plane_has_a_piece_within_it() {
        let (ends, cells) = found([[9.1, 10.0], [-5.0, 0.0]]);
        assert_eq!((ends, cells), ([[5.0, 10.0], [-5.0, 0.0]], 10));
        assert_eq!(
            found([[-5.0, 15.0], [-5.0, 5.0]]),
            ([[-5.0, 15.0], [-5.0, 15.0]], 20),
            "and what does not, does not"
        );
    }

    #[test]
    fn ends_that_are_none_or_far_away_are_errors() {
        let error = |ends: Ends| Lattice::around(ends, WHOLE_PLANE).err().expect("an error").to_string();
        for wrong in [[f64::NAN, 1.0], [1.0, 1.0], [2.0, 1.0], [0.0, f64::INFINITY]] {
            assert!(error([wrong, [0.0, 1.0]]).contains("from a finite number to a larger one"));
        }
        assert!(error([[-1e300, 1e300], [0.0, 1.0]]).contains("at most 40 of its 10ths"));
        assert!(error([[0.0, 41.0], [0.0, 1.0]]).contains("at most 40"));
    }
}
