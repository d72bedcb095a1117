//! The colors of an animation: a GIF has room for 256.

use std::collections::HashMap;

use color_quant::NeuQuant;

use super::{Rgb, Theme};

/// 255 colors, and one that is none: those of the theme as they are, and for every other color the one nearest to it.
pub(crate) struct Palette {
    colors: Vec<u8>,
    /// By the first five, six and five bits of red, green and blue.
    nearest: Vec<u8>,
    /// The theme's own colors.
    exact: HashMap<Rgb, u8>,
    /// The keys of those, for most pixels have none of them.
    has_exact: Vec<bool>,
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
        let exact: HashMap<Rgb, u8> = (0..).zip(&kept).map(|(place, &color)| (color, place)).collect();
        let mut has_exact = vec![false; 1 << 16];
        kept.iter().for_each(|&color| has_exact[key(color)] = true);
        let nearest = (0..1 << 16).map(|key| nearest(&colors, color(key))).collect();
        Self { colors, nearest, exact, has_exact }
    }

    /// Red, green and blue of each.
    pub(crate) fn colors(&self) -> &[u8] {
        &self.colors
    }

    /// The places of the pixels' colors, or of the nearest ones.
    pub(crate) fn indices(&self, rgb: &[u8]) -> Vec<u8> {
        rgb.as_chunks::<3>().0.iter().map(|&pixel| self.index(pixel)).collect()
    }

    fn index(&self, pixel: Rgb) -> u8 {
        let key = key(pixel);
        let exact = if self.has_exact[key] { self.exact.get(&pixel).copied() } else { None };
        exact.unwrap_or(self.nearest[key])
    }
}

/// What a theme draws with, and what the edges of its dots and lines are on its grounds. What is drawn in the middle frames
/// alone is in none of those that the other colors are fitted to.
fn kept(theme: &Theme) -> Vec<Rgb> {
    let single = [theme.background, theme.text, theme.rule, theme.grid, theme.boundary, theme.misclassified];
    let lists = theme.classes.iter().chain(&theme.regions).chain(&theme.series).chain(&theme.levels).copied();
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

/// The place of the color that differs least, by the sum of squares.
fn nearest(colors: &[u8], [r, g, b]: Rgb) -> u8 {
    let square = |one: u8, other: u8| u32::from(one.abs_diff(other)).pow(2);
    let away = |&[red, green, blue]: &Rgb| square(red, r) + square(green, g) + square(blue, b);
    let places = (0..).zip(colors.as_chunks::<3>().0);
    places.min_by_key(|(_, color)| away(color)).map_or(0, |(place, _)| place)
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
