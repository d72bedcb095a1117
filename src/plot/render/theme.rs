//! The colors of a picture.

use crate::plot::panel::ColorRole;

/// A color: red, green and blue.
pub type Rgb = [u8; 3];

/// The colors of a picture.
///
/// The first five of the classes are Okabe and Ito's ("Color Universal Design", 2008), but for their yellow, which nobody sees
/// on white; the others were searched for among those that are far from them, and from the red of misclassified samples, also for
/// color-blind people. Those of curves are from Paul Tol's "muted" ("Colour Schemes", 2021). From the ninth class on colors
/// are used again, with other markers.
///
/// ```
/// use training_replay::plot::{ColorRole, Theme};
///
/// let theme = Theme::light();
/// assert_eq!(theme.color(ColorRole::Class(0)), [0x00, 0x72, 0xB2]);
/// assert_eq!(theme.color(ColorRole::Class(8)), theme.color(ColorRole::Class(0)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Theme {
    /// Behind everything.
    pub background: Rgb,
    /// Text and axes.
    pub text: Rgb,
    /// The lines behind a plot.
    pub rule: Rgb,
    /// The lines of a bent grid.
    pub grid: Rgb,
    /// The boundary between classes, and the epoch that is shown.
    pub boundary: Rgb,
    /// Misclassified samples.
    pub misclassified: Rgb,
    /// The classes, by their number.
    pub classes: Vec<Rgb>,
    /// The curves, by their number.
    pub series: Vec<Rgb>,
    /// How much of a class's color is in the region where it is predicted, of 100.
    pub tint: u8,
}

/// From low to high: seven of matplotlib's viridis.
const LEVELS: [Rgb; 7] = [
    [0x44, 0x01, 0x54],
    [0x44, 0x39, 0x83],
    [0x31, 0x68, 0x8E],
    [0x21, 0x91, 0x8C],
    [0x35, 0xB7, 0x79],
    [0x90, 0xD7, 0x43],
    [0xFD, 0xE7, 0x25],
];

impl Theme {
    /// Returns the colors on white.
    ///
    /// ```
    /// use training_replay::plot::Theme;
    ///
    /// assert_eq!(Theme::light(), Theme::default());
    /// ```
    pub fn light() -> Self {
        Self {
            background: [0xFF; 3],
            text: [0x26, 0x2B, 0x33],
            rule: [0xE6, 0xE8, 0xEC],
            grid: [0x8A, 0x93, 0xA0],
            boundary: [0x11, 0x14, 0x19],
            misclassified: [0xC1, 0x12, 0x1F],
            classes: hex([0x0072B2, 0xE69F00, 0x009E73, 0xCC79A7, 0x56B4E9, 0x5A1038, 0x9B30F0, 0x2A1A8C]),
            series: hex([0x332288, 0x117733, 0xAA4499, 0x999933, 0x88CCEE]),
            tint: 22,
        }
    }

    /// Returns the colors on almost black.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Figure, Panel, Theme}};
    ///
    /// let figure = Figure::of(Panel::activation(Activation::Tanh)).size(300, 200).theme(Theme::dark());
    /// assert_eq!(figure.to_rgb()?[..3], Theme::dark().background);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn dark() -> Self {
        Self {
            background: [0x16, 0x1A, 0x20],
            text: [0xE4, 0xE7, 0xEC],
            rule: [0x2C, 0x32, 0x3B],
            grid: [0x7C, 0x86, 0x94],
            boundary: [0xF7, 0xF8, 0xFA],
            misclassified: [0xFF, 0x6B, 0x6B],
            classes: hex([0x4FA8E0, 0xE69F00, 0x2FBF94, 0xE39BC4, 0xA8DDFA, 0x8A6A10, 0x8F45FF, 0xEEF08A]),
            series: hex([0x9C8FE8, 0x5FC98A, 0xE08AD0, 0xCFCF70, 0xB8E8FF]),
            tint: 30,
        }
    }

    /// Returns the color of a role.
    ///
    /// ```
    /// use training_replay::plot::{ColorRole, Theme};
    ///
    /// let mut theme = Theme::light();
    /// theme.misclassified = [0xFF, 0x00, 0xFF];
    /// assert_eq!(theme.color(ColorRole::Misclassified), [0xFF, 0x00, 0xFF]);
    /// ```
    pub fn color(&self, color: ColorRole) -> Rgb {
        match color {
            ColorRole::Class(class) => turn(&self.classes, class, self.text),
            ColorRole::Region(class) => mix(turn(&self.classes, class, self.text), self.background, self.tint),
            ColorRole::Misclassified => self.misclassified,
            ColorRole::Boundary | ColorRole::Marker => self.boundary,
            ColorRole::Grid => self.grid,
            ColorRole::Series(series) => turn(&self.series, series, self.text),
            ColorRole::Band(series) => mix(turn(&self.series, series, self.text), self.background, self.tint),
            ColorRole::Text => self.text,
            ColorRole::Level(level) => LEVELS[level.min(LEVELS.len() - 1)],
        }
    }
}

impl Default for Theme {
    /// Returns the light theme.
    fn default() -> Self {
        Self::light()
    }
}

fn hex<const N: usize>(colors: [u32; N]) -> Vec<Rgb> {
    colors.map(|color| [(color >> 16) as u8, (color >> 8) as u8, color as u8]).to_vec()
}

/// The color whose turn it is; `otherwise` where there are none.
fn turn(colors: &[Rgb], index: usize, otherwise: Rgb) -> Rgb {
    colors.get(index % colors.len().max(1)).copied().unwrap_or(otherwise)
}

/// `share` of 100 of one color, the rest of the other.
fn mix(one: Rgb, other: Rgb, share: u8) -> Rgb {
    let share = u32::from(share.min(100));
    std::array::from_fn(|i| ((u32::from(one[i]) * share + u32::from(other[i]) * (100 - share) + 50) / 100) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What protanopes, deuteranopes and tritanopes see of linear red, green and blue, and everybody else: Machado, Oliveira and
    /// Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), severity 1.
    const VIEWS: [[[f64; 3]; 3]; 4] = [
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    ];

    fn times(matrix: &[[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
    }

    /// CIE L*a*b* for D65 of linear sRGB.
    fn lab(linear: [f64; 3]) -> [f64; 3] {
        const XYZ: [[f64; 3]; 3] = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];
        let [x, y, z] = times(&XYZ, linear.map(|channel| channel.clamp(0.0, 1.0)));
        let f = [x / 0.9505, y, z / 1.089]
            .map(|t| if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 });
        [116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])]
    }

    /// How far apart two colors are for whom they are nearest: 2.3 is just noticeable.
    fn distance(one: Rgb, other: Rgb) -> f64 {
        let linear = |color: Rgb| {
            color.map(|channel| {
                let share = f64::from(channel) / 255.0;
                if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
            })
        };
        let seen = |view: &[[f64; 3]; 3]| {
            let (one, other) = (lab(times(view, linear(one))), lab(times(view, linear(other))));
            one.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
        };
        VIEWS.iter().map(seen).fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn color_blind_people_can_distinguish_the_colors() {
        assert!((distance([255; 3], [0; 3]) - 100.0).abs() < 0.1, "white and black");
        for theme in [Theme::light(), Theme::dark()] {
            for colors in [&theme.classes, &theme.series] {
                for (i, &one) in colors.iter().enumerate() {
                    let others = colors[..i].iter().map(|&other| distance(one, other));
                    assert!(others.fold(f64::INFINITY, f64::min) > 11.0, "{one:02X?}");
                    assert!(distance(one, theme.misclassified) > 12.0, "{one:02X?} and misclassified samples");
                    assert!(distance(one, theme.background) > 20.0, "{one:02X?} and the background");
                }
            }
        }
    }

    #[test]
    fn regions_and_bands_are_pale() {
        let theme = Theme::light();
        assert_eq!(mix([0, 100, 200], [200, 100, 0], 25), [150, 100, 50]);
        let (full, pale) = (theme.color(ColorRole::Class(0)), theme.color(ColorRole::Region(0)));
        assert!(distance(pale, theme.background) < distance(full, theme.background) / 2.0);
        assert_eq!(Theme { classes: vec![], ..Theme::light() }.color(ColorRole::Class(3)), theme.text);
    }
}
