//! The colors of an animation: a GIF has room for 256.

use std::collections::HashMap;

use color_quant::NeuQuant;

use super::{Rgb, Theme};

/// 255 colors, and one that is none: those of the theme as they are, and for every other color the one nearest to it.
pub(crate) struct Palette {
    colors: Vec<u8>,
    /// By the first five, six and five bits of red, green and blue.
    slots: Vec<Slot>,
    /// The theme's colors whose key is that of another one before them.
    others: HashMap<Rgb, u8>,
}

/// What is known of all colors with the same key.
#[derive(Clone, Copy)]
struct Slot {
    /// The place of the nearest one.
    nearest: u8,
    /// A color of the theme with its place, if it has this key.
    exact: Option<(Rgb, u8)>,
    /// Whether other colors of the theme have it, too.
    has_others: bool,
}

/// The most colors of a theme that are kept as they are; the fitted ones need room beside them.
const MAX_EXACT: usize = 160;

impl Palette {
    /// What leaves a pixel as it is.
    pub(crate) const TRANSPARENT: u8 = 255;

    /// Of a theme's colors, and of those that the edges of its lines and dots have, as pixels of red, green and blue show
    /// them.
    pub(crate) fn of(theme: &Theme, rgb: &[u8]) -> Self {
        /// One pixel in so many is looked at.
        const ONE_IN: i32 = 30;
        let kept = kept(theme);
        let rgba: Vec<u8> = rgb.as_chunks::<3>().0.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect();
        let fitted = NeuQuant::new(ONE_IN, usize::from(Self::TRANSPARENT) - kept.len(), &rgba);
        let colors: Vec<u8> = kept.iter().flatten().copied().chain(fitted.color_map_rgb()).collect();
        let mut palette = Self { slots: slots(&colors), colors, others: HashMap::new() };
        (0..).zip(kept).for_each(|(place, color)| palette.keep(color, place));
        palette
    }

    fn keep(&mut self, color: Rgb, place: u8) {
        let slot = &mut self.slots[key(color)];
        if slot.exact.is_none() {
            slot.exact = Some((color, place));
        } else {
            slot.has_others = true;
            self.others.insert(color, place);
        }
    }

    /// Red, green and blue of each.
    pub(crate) fn colors(&self) -> &[u8] {
        &self.colors
    }

    /// The places of the pixels' colors, or of the nearest ones.
    pub(crate) fn indices(&self, rgb: &[u8]) -> Vec<u8> {
        // Most pixels are as the one before.
        let mut last = ([0; 3], self.index([0; 3]));
        let index = |&pixel: &Rgb| {
            if pixel != last.0 {
                last = (pixel, self.index(pixel));
            }
            last.1
        };
        rgb.as_chunks::<3>().0.iter().map(index).collect()
    }

    fn index(&self, pixel: Rgb) -> u8 {
        let slot = &self.slots[key(pixel)];
        match slot.exact {
            Some((color, place)) if color == pixel => place,
            Some(_) if slot.has_others => self.others.get(&pixel).copied().unwrap_or(slot.nearest),
            _ => slot.nearest,
        }
    }
}

fn slots(colors: &[u8]) -> Vec<Slot> {
    let channels = [0, 1, 2].map(|channel| colors.iter().skip(channel).step_by(3).copied().collect::<Vec<u8>>());
    let slot = |key| Slot { nearest: nearest(&channels, color(key)), exact: None, has_others: false };
    (0..1 << 16).map(slot).collect()
}

/// What a theme draws with, and what the edges of its dots and lines are on its grounds. What is drawn in the middle frames
/// alone is in none of those that the other colors are fitted to.
fn kept(theme: &Theme) -> Vec<Rgb> {
    let single = [theme.background, theme.text, theme.rule, theme.grid, theme.boundary, theme.misclassified];
    let lists = theme
        .classes
        .iter()
        .chain(&theme.regions)
        .chain(&theme.series)
        .chain(&theme.levels)
        .chain(&theme.shades)
        .copied();
    let marks: Vec<Rgb> = theme.classes.iter().copied().chain([theme.misclassified]).collect();
    let edges = marks.iter().flat_map(|&mark| [(mark, 1), (mark, 2)]);
    let on_background = edges.map(|(mark, third)| between(theme.background, mark, third));
    let mut kept: Vec<Rgb> = Vec::new();
    for color in single.into_iter().chain(lists).chain(on_background) {
        if kept.len() < MAX_EXACT && !kept.contains(&color) {
            kept.push(color);
        }
    }
    kept
}

/// So many thirds of the way from one color to another.
fn between(from: Rgb, to: Rgb, thirds: u16) -> Rgb {
    std::array::from_fn(|i| ((u16::from(from[i]) * (3 - thirds) + u16::from(to[i]) * thirds + 1) / 3) as u8)
}

/// The place of the color that differs least, by the sum of squares; of channels each for itself, which is done in vectors.
fn nearest([reds, greens, blues]: &[Vec<u8>; 3], [r, g, b]: Rgb) -> u8 {
    let square = |one: u8, other: u8| u32::from(one.abs_diff(other)) * u32::from(one.abs_diff(other));
    let away = reds.iter().zip(greens).zip(blues).map(|((&red, &green), &blue)| {
        square(red, r) + square(green, g) + square(blue, b) // At most 18 bits.
    });
    (0_u32..).zip(away).fold(u32::MAX, |best, (place, away)| best.min(away << 8 | place)) as u8
}

fn key([r, g, b]: Rgb) -> usize {
    usize::from(r >> 3) << 11 | usize::from(g >> 2) << 5 | usize::from(b >> 3)
}

/// A color with this key: white for the last, black for the first.
fn color(key: usize) -> Rgb {
    let wide = |bits: usize, of: usize| (bits * 255 / ((1 << of) - 1)) as u8;
    [wide(key >> 11, 5), wide(key >> 5 & 63, 6), wide(key & 31, 5)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A color that was in none of the frames which the others are fitted to came out grey.
    #[test]
    fn the_colors_of_a_theme_stay_what_they_are_wherever_they_are_seen() {
        for theme in [Theme::light(), Theme::dark()] {
            let palette = Palette::of(&theme, &theme.background.repeat(40_000));
            for color in theme.classes.iter().chain(&theme.regions).chain([&theme.misclassified, &theme.boundary]) {
                let index = usize::from(palette.index(*color));
                assert_eq!(palette.colors()[3 * index..3 * index + 3], *color);
            }
        }
    }

    #[test]
    fn other_colors_become_the_nearest_one() {
        let theme = Theme::light();
        let few = [[255, 255, 255], [200, 30, 90], [20, 200, 60]];
        let rgb: Vec<u8> = few.iter().cycle().take(40_000).flatten().copied().collect();
        let palette = Palette::of(&theme, &rgb);
        for color in few {
            let index = usize::from(palette.index(color));
            let shown = &palette.colors()[3 * index..3 * index + 3];
            assert!(shown.iter().zip(&color).all(|(a, b)| a.abs_diff(*b) <= 8), "{color:?} becomes {shown:?}");
        }
        assert!(palette.indices(&rgb).iter().all(|&index| index != Palette::TRANSPARENT));
    }

    #[test]
    fn a_theme_of_very_many_colors_leaves_room_for_others() {
        let classes = (0..=255).map(|i| [i, 255 - i, 128]).collect();
        let palette = Palette::of(&Theme { classes, ..Theme::light() }, &[0; 3_000]);
        assert!(palette.colors().len() <= 3 * 255);
    }
}
