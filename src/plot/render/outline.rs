//! Outlines of glyphs, moved and scaled on their way into a path.

use harfrust::{
    GlyphId,
    font::glyph::outline::{DrawMemory, DrawOptions, OutlineGlyphs, PathSink},
};
use tiny_skia::PathBuilder;

/// Draws the outline of a glyph where it stands.
pub(super) struct Outline<'a> {
    pub(super) path: &'a mut PathBuilder,
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) scale: f32,
}

impl Outline<'_> {
    /// A damaged outline is drawn as far as it is whole.
    pub(super) fn draw(&mut self, outlines: &OutlineGlyphs<'_>, glyph: GlyphId) {
        let _ = outlines.get(glyph).map(|outline| outline.draw(&DrawOptions::new(), DrawMemory::Scratch, self));
    }

    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (x * self.scale + self.x, y * self.scale + self.y)
    }
}

impl PathSink for Outline<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, ax: f32, ay: f32, x: f32, y: f32) {
        let ((ax, ay), (x, y)) = (self.at(ax, ay), self.at(x, y));
        self.path.quad_to(ax, ay, x, y);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let ((ax, ay), (bx, by), (x, y)) = (self.at(ax, ay), self.at(bx, by), self.at(x, y));
        self.path.cubic_to(ax, ay, bx, by, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
