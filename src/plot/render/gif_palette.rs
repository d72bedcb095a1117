//! The colors of an animation: a GIF has room for 256.

use color_quant::NeuQuant;

/// 255 colors, and one that is none; for every other color the one nearest to it.
pub(crate) struct Palette {
    colors: Vec<u8>,
    /// By the first five, six and five bits of red, green and blue.
    nearest: Vec<u8>,
}

impl Palette {
    /// What leaves a pixel as it is.
    pub(crate) const TRANSPARENT: u8 = 255;

    /// Fitted to pixels of red, green and blue.
    pub(crate) fn of(rgb: &[u8]) -> Self {
        /// One pixel in so many is looked at.
        const ONE_IN: i32 = 30;
        let rgba: Vec<u8> = rgb.as_chunks::<3>().0.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect();
        let fitted = NeuQuant::new(ONE_IN, 255, &rgba);
        let nearest = (0..1 << 16).map(|key| fitted.index_of(&color(key)) as u8).collect();
        Self { colors: fitted.color_map_rgb(), nearest }
    }

    /// Red, green and blue of each.
    pub(crate) fn colors(&self) -> &[u8] {
        &self.colors
    }

    /// The places of the nearest colors.
    pub(crate) fn indices(&self, rgb: &[u8]) -> Vec<u8> {
        rgb.as_chunks::<3>().0.iter().map(|&pixel| self.nearest[key(pixel)]).collect()
    }
}

fn key([r, g, b]: [u8; 3]) -> usize {
    usize::from(r >> 3) << 11 | usize::from(g >> 2) << 5 | usize::from(b >> 3)
}

/// A color with this key: white for the last, black for the first.
fn color(key: usize) -> [u8; 4] {
    let wide = |bits: usize, of: usize| (bits * 255 / ((1 << of) - 1)) as u8;
    [wide(key >> 11, 5), wide(key >> 5 & 63, 6), wide(key & 31, 5), 255]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_colors_stay_what_they_are() {
        let few = [[255, 255, 255], [0x00, 0x72, 0xB2], [0xE6, 0x9F, 0x00], [0xC1, 0x12, 0x1F]];
        let rgb: Vec<u8> = few.iter().cycle().take(40_000).flatten().copied().collect();
        let palette = Palette::of(&rgb);
        for color in few {
            let index = usize::from(palette.indices(&color)[0]);
            let shown = &palette.colors()[3 * index..3 * index + 3];
            assert!(shown.iter().zip(&color).all(|(a, b)| a.abs_diff(*b) <= 8), "{color:?} becomes {shown:?}");
        }
        assert!(palette.indices(&rgb).iter().all(|&index| index != Palette::TRANSPARENT));
    }
}
