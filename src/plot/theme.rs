//! Which colours a picture is drawn in.

/// Red, green and blue.
pub type Rgb = [u8; 3];

/// What something is drawn in, whatever the [`Theme`] makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ink {
    /// The samples of a class.
    Class(usize),
    /// Where a class is told: the same, paler.
    Region(usize),
    /// What is told wrong.
    Wrong,
    /// Where classes part.
    Boundary,
    /// The lines of a bent grid.
    Grid,
    /// A curve of its own, the first, the second ...
    Series(usize),
    /// The same, paler: a band around it, or what is yet to come.
    Band(usize),
    /// The epoch that is shown.
    Marker,
    /// Words and axes.
    Text,
}

/// The colours of a picture.
///
/// Those of the classes are Okabe and Ito's ("Color Universal Design", 2008), which colour-blind people can tell apart; those
/// of curves are Paul Tol's "muted" ("Colour Schemes", 2021). From the ninth class on they are used again, with other markers.
///
/// ```
/// use training_replay::plot::{Ink, Theme};
///
/// let theme = Theme::light();
/// assert_eq!(theme.colour(Ink::Class(0)), [0x00, 0x72, 0xB2]);
/// assert_eq!(theme.colour(Ink::Class(8)), theme.colour(Ink::Class(0)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Theme {
    /// Behind everything.
    pub background: Rgb,
    /// Words and axes.
    pub text: Rgb,
    /// The lines behind a plot.
    pub rule: Rgb,
    /// The lines of a bent grid.
    pub grid: Rgb,
    /// Where classes part, and the epoch that is shown.
    pub boundary: Rgb,
    /// What is told wrong.
    pub wrong: Rgb,
    /// The classes in turn.
    pub classes: Vec<Rgb>,
    /// Curves in turn.
    pub series: Vec<Rgb>,
    /// How much of a class's colour is in the regions where it is told, of 100.
    pub tint: u8,
}

impl Theme {
    /// On white.
    pub fn light() -> Self {
        Self {
            background: [0xFF; 3],
            text: [0x26, 0x2B, 0x33],
            rule: [0xE6, 0xE8, 0xEC],
            grid: [0x8A, 0x93, 0xA0],
            boundary: [0x11, 0x14, 0x19],
            wrong: [0xC1, 0x12, 0x1F],
            classes: CLASSES.to_vec(),
            series: hex([0x332288, 0x117733, 0xAA4499, 0x999933, 0x44AA99, 0x882255, 0xCC6677, 0x5A5A5A]),
            tint: 22,
        }
    }

    /// On almost black.
    pub fn dark() -> Self {
        Self {
            background: [0x16, 0x1A, 0x20],
            text: [0xE4, 0xE7, 0xEC],
            rule: [0x2C, 0x32, 0x3B],
            grid: [0x7C, 0x86, 0x94],
            boundary: [0xF7, 0xF8, 0xFA],
            wrong: [0xFF, 0x6B, 0x6B],
            classes: hex([0x4FA8E0, 0xE69F00, 0x2FBF94, 0xE39BC4, 0x8CD0F5, 0xC9963A, 0xA884D6, 0xA0A0A0]),
            series: hex([0x9C8FE8, 0x5FC98A, 0xE08AD0, 0xCFCF70, 0x7FD8CA, 0xD9709B, 0xEBA0A8, 0xB0B0B0]),
            tint: 30,
        }
    }

    /// The colour of an ink.
    pub fn colour(&self, ink: Ink) -> Rgb {
        match ink {
            Ink::Class(class) => turn(&self.classes, class, self.text),
            Ink::Region(class) => mix(turn(&self.classes, class, self.text), self.background, self.tint),
            Ink::Wrong => self.wrong,
            Ink::Boundary | Ink::Marker => self.boundary,
            Ink::Grid => self.grid,
            Ink::Series(series) => turn(&self.series, series, self.text),
            Ink::Band(series) => mix(turn(&self.series, series, self.text), self.background, self.tint),
            Ink::Text => self.text,
        }
    }
}

impl Default for Theme {
    /// The light one.
    fn default() -> Self {
        Self::light()
    }
}

/// Okabe and Ito's, but for their yellow, which nobody sees on white, and black, which is the boundary's: brown, violet
/// and grey stand in for these.
const CLASSES: [Rgb; 8] = [
    [0x00, 0x72, 0xB2],
    [0xE6, 0x9F, 0x00],
    [0x00, 0x9E, 0x73],
    [0xCC, 0x79, 0xA7],
    [0x56, 0xB4, 0xE9],
    [0xA6, 0x76, 0x1D],
    [0x6A, 0x3D, 0x9A],
    [0x5A, 0x5A, 0x5A],
];

fn hex<const N: usize>(colours: [u32; N]) -> Vec<Rgb> {
    colours.map(|colour| [(colour >> 16) as u8, (colour >> 8) as u8, colour as u8]).to_vec()
}

/// The colour whose turn it is; `otherwise` where there are none.
fn turn(colours: &[Rgb], index: usize, otherwise: Rgb) -> Rgb {
    colours.get(index % colours.len().max(1)).copied().unwrap_or(otherwise)
}

/// `share` of 100 of one colour, the rest of the other.
fn mix(one: Rgb, other: Rgb, share: u8) -> Rgb {
    let share = u32::from(share.min(100));
    std::array::from_fn(|i| ((u32::from(one[i]) * share + u32::from(other[i]) * (100 - share) + 50) / 100) as u8)
}
