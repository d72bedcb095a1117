//! The singular values of a matrix over the epochs.

use super::{ColorRole, Mark, Panel};
use crate::{analysis::Spectrum, notation::on_a_line};

/// How many colors there are for singular values.
const COLORS: usize = 7;

impl Panel {
    /// Creates a plot of the singular values of one matrix over the epochs, on a logarithmic axis, from the palest or darkest line of
    /// the largest; and on the right, dashed, its stable and effective rank.
    ///
    /// ```
    /// use training_replay::{Parameter, analysis::Spectrum, plot::{ColorRole, Panel}};
    ///
    /// let kernel = |scale: f32| Parameter::new("hidden", "kernel", [2, 2], vec![3.0 * scale, 0.0, 0.0, 4.0]);
    /// let spectra = [Spectrum::of(&kernel(1.0))?, Spectrum::of(&kernel(0.5))?];
    /// let panel = Panel::spectra(&[(0, &spectra[0]), (1, &spectra[1])]);
    /// let smaller = panel.in_color(ColorRole::Level(0)).next().expect("a line");
    /// assert_eq!(smaller.points(), [[0.0, 3.0], [1.0, 1.5]]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn spectra(spectra: &[(u64, &Spectrum)]) -> Self {
        let of = |number: fn(&Spectrum) -> f64| -> Vec<(u64, f64)> {
            spectra.iter().map(|(epoch, spectrum)| (*epoch, number(spectrum))).collect()
        };
        let ranks = [("stable rank", of(Spectrum::stable_rank)), ("effective rank", of(Spectrum::effective_rank))];
        let mut panel = Self::curves::<Vec<(u64, f64)>>("singular value", &[]).right_curves("rank", &ranks);
        if let (Some((first, _)), Some((last, _))) = (spectra.first(), spectra.last()) {
            panel.x = panel.x.within(*first as f64..=*last as f64);
        }
        let name = |spectrum: &Spectrum| on_a_line(&format!("{}/{}", spectrum.layer, spectrum.name));
        panel.title =
            spectra.first().map_or_else(String::new, |(_, spectrum)| format!("Spectrum of {}", name(spectrum)));
        let count = spectra.iter().map(|(_, spectrum)| spectrum.singular_values.len()).max().unwrap_or(0);
        for index in (0..count).rev() {
            let there = spectra.iter().filter_map(|(epoch, spectrum)| {
                spectrum.singular_values.get(index).map(|&value| [*epoch as f64, value])
            });
            panel.marks.push(Mark::line(there, color(index, count)).wide(1.6));
        }
        let legend = legend(count);
        panel.legend.splice(0..0, legend);
        panel.log_y()
    }
}

/// The color of a singular value: the highest for the largest.
fn color(index: usize, count: usize) -> ColorRole {
    let last = count.saturating_sub(1).max(1);
    ColorRole::Level(COLORS - 1 - (index * (COLORS - 1) + last / 2) / last)
}

/// What has which color.
fn legend(count: usize) -> Vec<(String, ColorRole)> {
    let mut entries: Vec<(usize, usize, ColorRole)> = Vec::new();
    for index in 0..count {
        match entries.last_mut().filter(|(.., last)| *last == color(index, count)) {
            Some((_, end, _)) => *end = index,
            None => entries.push((index, index, color(index, count))),
        }
    }
    let name = |from: usize, to: usize| {
        if from == to { format!("σ{}", from + 1) } else { format!("σ{} to σ{}", from + 1, to + 1) }
    };
    entries.into_iter().map(|(from, to, color)| (name(from, to), color)).collect()
}
