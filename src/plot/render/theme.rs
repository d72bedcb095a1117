//! The colors of a picture.

use crate::plot::panel::ColorRole;

/// A color: red, green and blue.
pub type Rgb = [u8; 3];

/// The colors of a picture.
///
/// They were found by simulated annealing over sRGB, with the hues of Okabe and Ito ("Color Universal Design", 2008) as its aim
/// for the first five classes, and of Paul Tol's "muted" ("Colour Schemes", 2021) for the first five curves; levels are equal
/// steps of lightness on a way through the hues. From the eleventh class on colors are used again, with other markers, and
/// from the ninth curve on.
///
/// In both themes, and tested:
///
/// - Every mark has a contrast of at least 3 to 1 with every ground that it can lie on, and text one of 4.5 to 1, by the formula
///   of the Web Content Accessibility Guidelines 2.1. Samples, boundaries and grids lie on the background and on every region,
///   curves on the background and on every band, levels on the background.
/// - Two classes, or two curves, are at least 11 apart, two regions 8, a level and the next one 6; classes and curves are at least
///   12 apart from misclassified samples, and regions 4 from the background. That is the distance in CIE L\*a\*b\*, of which 2.3
///   is just noticeable, for whomever it is smallest: with protanopia, deuteranopia, tritanopia, or none of them.
/// - A shade and the next one are at least 4 apart, and so is the lowest one from the background; words on them have 4.5 to 1 of
///   contrast, and boundaries 4.
/// - Levels become darker one by one on white, and lighter on black, so that they differ in grey. Classes are not.
///
/// ```
/// use training_replay::plot::{ColorRole, Theme};
///
/// let theme = Theme::light();
/// assert_eq!(theme.color(ColorRole::Class(0)), [0x01, 0x6D, 0xC2]);
/// assert_eq!(theme.color(ColorRole::Class(10)), theme.color(ColorRole::Class(0)));
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
    /// The regions where a class is predicted, by its number, one for each of `classes`.
    ///
    /// A list of another length belongs to other classes. None of it is used then: a region is the color of its class, mixed
    /// with the background. So whoever changes how many classes there are need not think of regions.
    ///
    /// ```
    /// use training_replay::plot::{ColorRole, Theme};
    ///
    /// let mut theme = Theme::light();
    /// assert_eq!(theme.color(ColorRole::Region(0)), theme.regions[0]);
    /// theme.classes = vec![[0, 0, 0], [200, 100, 0]];
    /// theme.tint = 20; // of 100, on white
    /// assert_eq!(theme.color(ColorRole::Region(0)), [204, 204, 204]);
    /// ```
    pub regions: Vec<Rgb>,
    /// The curves, by their number.
    pub series: Vec<Rgb>,
    /// The levels of a number, from the lowest.
    pub levels: Vec<Rgb>,
    /// The grounds where a number has a level, from the lowest, one for each of `levels`; those of a list of another length are mixed,
    /// as regions are.
    pub shades: Vec<Rgb>,
    /// How much of a curve's color is in its band, of 100, and of a class's or level's color in its ground where `regions` or `shades`
    /// have none for it.
    pub tint: u8,
}

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
            grid: [0x6F, 0x76, 0x81],
            boundary: [0x11, 0x14, 0x19],
            misclassified: [0xC1, 0x12, 0x1F],
            classes: hex([
                0x016DC2, 0xB75F00, 0x098058, 0xC0489A, 0x0F5F79, 0x3A2811, 0x693CD3, 0x8F069F, 0x505200, 0x6C7C44,
            ]),
            regions: hex([
                0xD4E6FF, 0xFFE9C3, 0xB6DFC0, 0xFAC5E7, 0xD4FAFF, 0xF1D499, 0xDBCEFF, 0xEACDD5, 0xD8D7A8, 0xEDF1DF,
            ]),
            series: hex([0x392C94, 0x0A863C, 0xB947A3, 0x565812, 0x21637C, 0x7F265D, 0x013C34, 0x462813]),
            levels: hex([0x6D9E45, 0x2C8C5B, 0x00756C, 0x015C74, 0x004479, 0x00297A, 0x250F57]),
            shades: hex([0xE9F0E3, 0xCEE5D9, 0xB2D6D3, 0xA7C7CF, 0x9AB5CA, 0x90A2C5, 0x978DAF]),
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
            grid: [0x8D, 0x94, 0x9E],
            boundary: [0xF7, 0xF8, 0xFA],
            misclassified: [0xFF, 0x6B, 0x6B],
            classes: hex([
                0x57BDFF, 0xE49E00, 0x2CBA90, 0xF0A4D0, 0xA9DAF8, 0xB99335, 0x9785F0, 0xD3E17F, 0xE6FBD4, 0xA08AAD,
            ]),
            regions: hex([
                0x06314F, 0x4F350A, 0x054432, 0x462A3E, 0x324857, 0x302404, 0x474066, 0x2A2E1C, 0x38472A, 0x2A1B34,
            ]),
            series: hex([0x9B90EA, 0x5FC888, 0xE990DB, 0xEAEC7E, 0xB0E4FF, 0xF0B56E, 0x579FAC, 0xFCD2B4]),
            levels: hex([0x775BC3, 0x647CDB, 0x3D9DE6, 0x1EBCDC, 0x4BD8BA, 0xA9EB92, 0xF8F687]),
            shades: hex([0x212132, 0x252D44, 0x203B52, 0x184B58, 0x275953, 0x486147, 0x676945]),
            tint: 22,
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
            ColorRole::Region(class) => self.region(class),
            ColorRole::Misclassified => self.misclassified,
            ColorRole::Boundary | ColorRole::Marker => self.boundary,
            ColorRole::Grid => self.grid,
            ColorRole::Series(series) => turn(&self.series, series, self.text),
            ColorRole::Band(series) => self.paler(turn(&self.series, series, self.text)),
            ColorRole::Level(level) => at_most(&self.levels, level).unwrap_or(self.text),
            ColorRole::Shade(level) => self.shade(level),
            ColorRole::Ground => self.background,
            ColorRole::Text => self.text,
        }
    }

    /// Mixed where the list of regions is not that of these classes: it would give them the hues of others.
    fn region(&self, class: usize) -> Rgb {
        let mixed = self.paler(turn(&self.classes, class, self.text));
        if self.regions.len() == self.classes.len() { turn(&self.regions, class, mixed) } else { mixed }
    }

    /// Mixed where the list of shades is not that of these levels, as a region is.
    fn shade(&self, level: usize) -> Rgb {
        let shade = at_most(&self.shades, level).filter(|_| self.shades.len() == self.levels.len());
        shade.unwrap_or_else(|| self.paler(self.color(ColorRole::Level(level))))
    }

    fn paler(&self, color: Rgb) -> Rgb {
        mix(color, self.background, self.tint)
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

/// The color of a level, which is the last one beyond the last; nothing where there are none.
fn at_most(colors: &[Rgb], level: usize) -> Option<Rgb> {
    colors.get(level).or(colors.last()).copied()
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
pub(crate) mod tests {
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

    fn linear(color: Rgb) -> [f64; 3] {
        color.map(|channel| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// L*a*b* as each of `VIEWS` sees it.
    fn seen(color: Rgb) -> [[f64; 3]; 4] {
        VIEWS.map(|view| lab(times(&view, linear(color))))
    }

    /// How far apart two colors are for whom they are nearest: 2.3 is just noticeable.
    fn distance(one: Rgb, other: Rgb) -> f64 {
        let between = |(one, other): ([f64; 3], [f64; 3])| {
            one.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
        };
        seen(one).into_iter().zip(seen(other)).map(between).fold(f64::INFINITY, f64::min)
    }

    /// Of the two colors of a list that are nearest to each other.
    fn least_distance(colors: &[Rgb]) -> f64 {
        let pairs = colors.iter().enumerate().flat_map(|(i, &one)| colors[..i].iter().map(move |&other| (one, other)));
        pairs.map(|(one, other)| distance(one, other)).fold(f64::INFINITY, f64::min)
    }

    /// The contrast ratio of the Web Content Accessibility Guidelines 2.1, from 1 to 21.
    pub(crate) fn contrast(one: Rgb, other: Rgb) -> f64 {
        let luminance = |color| linear(color).iter().zip([0.2126, 0.7152, 0.0722]).map(|(a, b)| a * b).sum::<f64>();
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn colors<F: Fn(usize) -> ColorRole>(theme: &Theme, count: usize, role: F) -> Vec<Rgb> {
        (0..count).map(|index| theme.color(role(index))).collect()
    }

    fn assert_contrast(marks: &[Rgb], grounds: &[Rgb], least: f64) {
        for &mark in marks {
            for &ground in grounds {
                let ratio = contrast(mark, ground);
                assert!(ratio >= least, "{mark:02X?} on {ground:02X?}: {ratio:.2} to 1");
            }
        }
    }

    #[test]
    fn contrast_and_distance_are_those_of_their_definitions() {
        assert!((contrast([255; 3], [0; 3]) - 21.0).abs() < 1e-9);
        // The darkest grey on which white text is too pale, by https://webaim.org/resources/contrastchecker: 4.48.
        assert!((contrast([0x77; 3], [255; 3]) - 4.48).abs() < 0.005);
        assert!((distance([255; 3], [0; 3]) - 100.0).abs() < 0.1, "white and black");
        assert!(distance([0xC0, 0, 0], [0x60, 0x50, 0]) < 12.0, "dark red and olive, with protanopia");
    }

    #[test]
    fn every_mark_stands_out_from_every_ground_that_it_can_lie_on() {
        for theme in [Theme::light(), Theme::dark()] {
            let of = |role| theme.color(role);
            let mut marks = colors(&theme, 10, ColorRole::Class);
            marks.extend([ColorRole::Misclassified, ColorRole::Boundary, ColorRole::Grid, ColorRole::Marker].map(of));
            let under = |above: Vec<Rgb>| [above, vec![theme.background]].concat();
            let regions = under(colors(&theme, 10, ColorRole::Region));
            let bands = under(colors(&theme, 8, ColorRole::Band));
            assert_contrast(&marks, &regions, 3.0);
            assert_contrast(&colors(&theme, 8, ColorRole::Series), &bands, 3.0);
            assert_contrast(&[ColorRole::Misclassified, ColorRole::Marker].map(of), &bands, 3.0);
            assert_contrast(&colors(&theme, 7, ColorRole::Level), &[theme.background], 3.0);
            assert_contrast(&[theme.text], &[regions, bands].concat(), 4.5);
        }
    }

    #[test]
    fn color_blind_people_can_distinguish_the_colors() {
        for theme in [Theme::light(), Theme::dark()] {
            assert_eq!((theme.classes.len(), theme.regions.len(), theme.series.len()), (10, 10, 8));
            for colors in [&theme.classes, &theme.series] {
                assert!(least_distance(colors) >= 11.0, "{}", least_distance(colors));
                for &color in colors {
                    assert!(distance(color, theme.misclassified) >= 12.0, "{color:02X?} and misclassified samples");
                }
            }
            assert!(least_distance(&theme.regions) >= 8.0, "{}", least_distance(&theme.regions));
            for &region in &theme.regions {
                assert!(distance(region, theme.background) >= 4.0, "{region:02X?} and the background");
            }
            let mixed = Theme { regions: vec![], ..theme.clone() };
            assert!(least_distance(&colors(&mixed, 10, ColorRole::Region)) < 4.0, "why there is a list of regions");
        }
    }

    #[test]
    fn levels_differ_in_grey_and_for_color_blind_people() {
        for (theme, direction) in [(Theme::light(), -1.0), (Theme::dark(), 1.0)] {
            assert_eq!(theme.levels.len(), 7);
            for pair in theme.levels.windows(2) {
                assert!(distance(pair[0], pair[1]) >= 6.0, "{pair:02X?}");
                let steps: Vec<f64> =
                    seen(pair[0]).iter().zip(seen(pair[1])).map(|(low, high)| direction * (high[0] - low[0])).collect();
                assert!(steps[3] >= 6.0 && steps.iter().all(|&step| step > 0.0), "{pair:02X?}: {steps:?}");
            }
        }
    }

    #[test]
    fn shades_are_read_upon_and_differ_in_grey_and_for_color_blind_people() {
        for (theme, direction) in [(Theme::light(), -1.0), (Theme::dark(), 1.0)] {
            assert_eq!(theme.shades.len(), theme.levels.len());
            assert_contrast(&[theme.text], &theme.shades, 4.5);
            assert_contrast(&[theme.boundary], &theme.shades, 4.0);
            for pair in [&[theme.background], theme.shades.as_slice()].concat().windows(2) {
                assert!(distance(pair[0], pair[1]) >= 4.0, "{pair:02X?}");
                assert!(direction * (seen(pair[1])[3][0] - seen(pair[0])[3][0]) >= 4.0, "{pair:02X?} in grey");
            }
        }
        let other = Theme { levels: vec![[0; 3]; 2], tint: 20, ..Theme::light() };
        assert_eq!(other.color(ColorRole::Shade(1)), [204; 3], "those of other levels are mixed");
        assert_eq!(Theme::light().color(ColorRole::Shade(99)), Theme::light().shades[6]);
    }

    #[test]
    fn a_level_beyond_the_last_is_the_last() {
        let mut theme = Theme::light();
        assert_ne!(theme.color(ColorRole::Level(5)), theme.levels[6]);
        assert_eq!(theme.color(ColorRole::Level(usize::MAX)), theme.levels[6]);
        theme.levels.clear();
        assert_eq!(theme.color(ColorRole::Level(0)), theme.text);
    }

    #[test]
    fn a_region_has_the_hue_of_its_class() {
        let hue = |color| {
            let [_, a, b] = seen(color)[3];
            b.atan2(a).to_degrees()
        };
        for theme in [Theme::light(), Theme::dark()] {
            for (&class, &region) in theme.classes.iter().zip(&theme.regions) {
                let turned = (hue(class) - hue(region)).rem_euclid(360.0);
                assert!(turned.min(360.0 - turned) < 36.0, "{class:02X?} and {region:02X?}: {turned:.0} degrees");
            }
        }
    }

    #[test]
    fn regions_of_other_classes_are_mixed() {
        assert_eq!(mix([0, 100, 200], [200, 100, 0], 25), [150, 100, 50]);
        let with = |classes| Theme { classes, tint: 20, ..Theme::light() };
        assert_eq!(with(vec![[0; 3]; 3]).color(ColorRole::Region(2)), [204; 3]);
        assert_eq!(with(vec![[0; 3]; 10]).color(ColorRole::Region(2)), Theme::light().regions[2]);
        assert_eq!(with(vec![]).color(ColorRole::Class(3)), with(vec![]).text);
        let nothing = Theme { regions: vec![], text: [0; 3], ..with(vec![]) };
        assert_eq!(nothing.color(ColorRole::Region(3)), [204; 3]);
    }
}
