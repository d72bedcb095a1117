//! Text as outlines.

use std::sync::OnceLock;

use ab_glyph::{Font, FontRef, OutlineCurve, Point};
use plotters_backend::text_anchor::{HPos, Pos, VPos};
use tiny_skia::{Path, PathBuilder, Transform};

/// How much larger than it is plotters takes text to be, here and in its SVG.
pub(crate) const OVERSIZE: f64 = 1.24;

/// A character that XML 1.0 can hold: U+FFFD in place of what it cannot, as most control characters.
pub(crate) fn allowed(character: char) -> char {
    match character {
        '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'.. => character,
        _ => char::REPLACEMENT_CHARACTER,
    }
}

/// The outlines of a word that is anchored at the origin, y downwards; none where there is nothing to draw.
pub(crate) fn path(text: &str, size: f64, anchor: Pos) -> Option<Path> {
    let font = font()?;
    let scale = (size / OVERSIZE) as f32 / font.units_per_em()?;
    let mut word = Word { font, path: PathBuilder::new(), pen: 0.0 };
    let mut before = None;
    for character in text.chars().filter(|character| !character.is_control()) {
        let glyph = font.glyph_id(character);
        word.pen += before.map_or(0.0, |before| font.kern_unscaled(before, glyph));
        word.write(glyph);
        before = Some(glyph);
    }
    let (x, y) = shift(anchor, word.pen * scale, (size / OVERSIZE) as f32);
    word.path.finish()?.transform(Transform::from_scale(scale, -scale).post_translate(x, y))
}

fn font() -> Option<&'static FontRef<'static>> {
    static FONT: OnceLock<Option<FontRef<'static>>> = OnceLock::new();
    FONT.get_or_init(|| FontRef::try_from_slice(dejavu::sans::regular()).ok()).as_ref()
}

/// From the anchor to the place of the first character on its line.
fn shift(anchor: Pos, width: f32, em: f32) -> (f32, f32) {
    let x = match anchor.h_pos {
        HPos::Left => 0.0,
        HPos::Center => -width / 2.0,
        HPos::Right => -width,
    };
    // Digits and capitals are 0.73 em high.
    let y = match anchor.v_pos {
        VPos::Top => 0.76,
        VPos::Center => 0.365,
        VPos::Bottom => -0.27,
    };
    (x, y * em)
}

/// A word as far as it is written, in the units of its font.
struct Word {
    font: &'static FontRef<'static>,
    path: PathBuilder,
    pen: f32,
}

impl Word {
    fn write(&mut self, glyph: ab_glyph::GlyphId) {
        let mut last = None;
        for curve in self.font.outline(glyph).into_iter().flat_map(|outline| outline.curves) {
            last = Some(self.draw(curve, last));
        }
        if last.is_some() {
            self.path.close();
        }
        self.pen += self.font.h_advance_unscaled(glyph);
    }

    /// Draws one curve, and returns its end.
    fn draw(&mut self, curve: OutlineCurve, last: Option<Point>) -> Point {
        let (OutlineCurve::Line(from, to) | OutlineCurve::Quad(from, _, to) | OutlineCurve::Cubic(from, _, _, to)) =
            curve;
        if last != Some(from) {
            self.path.close();
            self.path.move_to(from.x + self.pen, from.y);
        }
        let pen = self.pen;
        match curve {
            OutlineCurve::Line(_, to) => self.path.line_to(to.x + pen, to.y),
            OutlineCurve::Quad(_, a, to) => self.path.quad_to(a.x + pen, a.y, to.x + pen, to.y),
            OutlineCurve::Cubic(_, a, b, to) => self.path.cubic_to(a.x + pen, a.y, b.x + pen, b.y, to.x + pen, to.y),
        }
        to
    }
}
