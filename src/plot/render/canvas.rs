//! Smooth pixels for plotters to draw on.

use std::{collections::HashMap, convert::Infallible};

use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontTransform,
};
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, PremultipliedColorU8, Rect, Stroke, Transform,
};

use super::fonts::Fonts;

type Drawn<T = ()> = std::result::Result<T, DrawingErrorKind<Infallible>>;

/// So many places along a pixel of the picture: plotters knows whole numbers alone, and a line between whole pixels has
/// steps that one sees.
pub(crate) const FINER: u32 = 64;

/// A picture that plotters draws on. It is twice as wide and high as what comes out, so that edges of areas are smooth.
pub(crate) struct Canvas<'a> {
    pixels: &'a mut Pixmap,
    fonts: &'a Fonts,
    /// The pixels of one of plotters' units.
    unit: f32,
    /// The round marks drawn so far: there are thousands of the same.
    stamps: HashMap<StampKey, Stamp>,
}

/// Radius, width of the line or 0 for a disc, and the place within a pixel.
type StampKey = (u32, u32, [u8; 2]);

/// How much of every pixel a round mark covers.
struct Stamp {
    side: i32,
    /// From 0 to 255, row by row.
    cover: Vec<u8>,
}

impl<'a> Canvas<'a> {
    /// On pixels for a picture that is so many of the caller's pixels wide.
    pub(crate) fn on(pixels: &'a mut Pixmap, width: u32, fonts: &'a Fonts) -> Self {
        let unit = pixels.width() as f32 / (width * FINER) as f32;
        Self { pixels, fonts, unit, stamps: HashMap::new() }
    }

    fn point(&self, (x, y): BackendCoord) -> (f32, f32) {
        (x as f32 * self.unit, y as f32 * self.unit)
    }

    fn fill(&mut self, path: Option<Path>, color: BackendColor, smooth: bool) {
        let Some(path) = path else { return };
        self.pixels.fill_path(&path, &paint(color, smooth), FillRule::Winding, Transform::identity(), None);
    }

    fn stroke(&mut self, path: Option<Path>, style: &impl BackendStyle) {
        let Some(path) = path else { return };
        let stroke = stroke(style.stroke_width() as f32 * self.unit);
        self.pixels.stroke_path(&path, &paint(style.color(), true), &stroke, Transform::identity(), None);
    }

    /// Round marks by their covers, which are found once for each quarter of a pixel.
    fn stamp(&mut self, at: BackendCoord, radius: u32, width: u32, color: BackendColor) {
        let (x, y) = self.point(at);
        let (left, top) = (x.floor(), y.floor());
        let phase = [x - left, y - top].map(|rest| (rest * 4.0) as u8);
        let unit = self.unit;
        let make = || Stamp::new(radius as f32 * unit, width as f32 * unit, phase);
        let stamp = self.stamps.entry((radius, width, phase)).or_insert_with(make);
        stamp.put(self.pixels, (left as i32 - stamp.side / 2, top as i32 - stamp.side / 2), color);
    }

    fn outline(&self, points: impl IntoIterator<Item = BackendCoord>) -> PathBuilder {
        let mut path = PathBuilder::new();
        for point in points {
            let (x, y) = self.point(point);
            if path.is_empty() { path.move_to(x, y) } else { path.line_to(x, y) }
        }
        path
    }
}

impl DrawingBackend for Canvas<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        let units = |pixels: u32| (pixels as f32 / self.unit).round() as u32;
        (units(self.pixels.width()), units(self.pixels.height()))
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    /// plotters' own text has each letter on whole pixels, too near to one or the other neighbor.
    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let turn = match style.transform() {
            FontTransform::None => Transform::identity(),
            FontTransform::Rotate90 => Transform::from_rotate(90.0),
            FontTransform::Rotate180 => Transform::from_rotate(180.0),
            FontTransform::Rotate270 => Transform::from_rotate(270.0),
        };
        let (x, y) = self.point(at);
        let path = self.fonts.path(text, style.size() * f64::from(self.unit), style.anchor());
        let path = path.and_then(|path| path.transform(turn.post_translate(x, y)));
        self.fill(path, style.color(), true);
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(&self, text: &str, style: &S) -> Drawn<(u32, u32)> {
        Ok(self.fonts.size(text, style.size()))
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Drawn {
        let (x, y) = self.point(at);
        let path = Rect::from_xywh(x, y, self.unit, self.unit).map(PathBuilder::from_rect);
        self.fill(path, color, true);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Drawn {
        let (from, to) = (self.point(from), self.point(to));
        let path = Rect::from_ltrb(from.0, from.1, to.0, to.1).map(PathBuilder::from_rect);
        if fill {
            self.fill(path, style.color(), false);
        } else {
            self.stroke(path, style);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.stroke(self.outline(path).finish(), style);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, at: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        if radius as f32 * self.unit <= Stamp::LARGEST && style.color().alpha >= 1.0 {
            self.stamp(at, radius, if fill { 0 } else { style.stroke_width().max(1) }, style.color());
            return Ok(());
        }
        let (x, y) = self.point(at);
        let path = PathBuilder::from_circle(x, y, radius as f32 * self.unit);
        if fill {
            self.fill(path, style.color(), true);
        } else {
            self.stroke(path, style);
        }
        Ok(())
    }

    /// Without smooth edges: cells side by side would show their seams.
    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, corners: I, style: &S) -> Drawn {
        let mut path = self.outline(corners);
        path.close();
        self.fill(path.finish(), style.color(), false);
        Ok(())
    }
}

fn stroke(width: f32) -> Stroke {
    Stroke { width, line_cap: LineCap::Butt, line_join: LineJoin::Round, ..Stroke::default() }
}

fn paint(color: BackendColor, smooth: bool) -> Paint<'static> {
    let mut paint = Paint { anti_alias: smooth, ..Paint::default() };
    let (r, g, b) = color.rgb;
    paint.set_color(Color::from_rgba8(r, g, b, (color.alpha.clamp(0.0, 1.0) * 255.0).round() as u8));
    paint
}

/// So much of the color, of 255, and the rest of a pixel that is not transparent.
fn blend(pixel: PremultipliedColorU8, (r, g, b): (u8, u8, u8), share: u8) -> PremultipliedColorU8 {
    let (share, rest) = (u32::from(share), 255 - u32::from(share));
    let over = |below: u8, above: u8| ((u32::from(below) * rest + u32::from(above) * share + 127) / 255) as u8;
    let [r, g, b] = [over(pixel.red(), r), over(pixel.green(), g), over(pixel.blue(), b)];
    PremultipliedColorU8::from_rgba(r, g, b, 255).unwrap_or(pixel)
}

impl Stamp {
    /// Larger ones are not worth being kept.
    const LARGEST: f32 = 64.0;

    /// Covers pixels from the upper left one on, as far as they are on the picture.
    fn put(&self, pixels: &mut Pixmap, (left, top): (i32, i32), color: BackendColor) {
        let (width, height) = (pixels.width() as i32, pixels.height() as i32);
        let skipped = (-left).clamp(0, self.side);
        let end = (width - left).clamp(skipped, self.side);
        if skipped == end {
            return;
        }
        for row in (-top).clamp(0, self.side)..(height - top).clamp(0, self.side) {
            let (first, from) = (((top + row) * width + left + skipped) as usize, (row * self.side) as usize);
            let cover = &self.cover[from + skipped as usize..from + end as usize];
            let row = &mut pixels.pixels_mut()[first..first + cover.len()];
            for (pixel, &cover) in row.iter_mut().zip(cover).filter(|(_, cover)| **cover > 0) {
                *pixel = blend(*pixel, color.rgb, cover);
            }
        }
    }

    /// A disc, or a ring of this width, whose center is so many quarters into a pixel.
    fn new(radius: f32, width: f32, phase: [u8; 2]) -> Self {
        let side = 2 * (radius + width / 2.0).ceil() as u32 + 3;
        let white = paint(BackendColor { rgb: (255, 255, 255), alpha: 1.0 }, true);
        let [x, y] = phase.map(|quarters| (side / 2) as f32 + (f32::from(quarters) + 0.5) / 4.0);
        let cover = Pixmap::new(side, side).zip(PathBuilder::from_circle(x, y, radius));
        let cover = cover.map(|(mut pixels, circle)| {
            if width > 0.0 {
                pixels.stroke_path(&circle, &white, &stroke(width), Transform::identity(), None);
            } else {
                pixels.fill_path(&circle, &white, FillRule::Winding, Transform::identity(), None);
            }
            pixels.pixels().iter().map(|pixel| pixel.alpha()).collect()
        });
        Self { side: side as i32, cover: cover.unwrap_or_default() }
    }
}

/// Every four pixels as one: red, green and blue of half the width and height.
pub(crate) fn halved(pixels: &Pixmap) -> Vec<u8> {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let mut rgb = vec![0; width / 2 * (height / 2) * 3];
    let mut sums = vec![0_u16; 4 * width];
    let pairs = pixels.data().chunks_exact(8 * width).map(|rows| rows.split_at(4 * width));
    for (row, (upper, lower)) in rgb.chunks_exact_mut(width / 2 * 3).zip(pairs) {
        // Upper and lower pixels first, side by side: in vectors.
        let both = upper.iter().zip(lower).map(|(&upper, &lower)| u16::from(upper) + u16::from(lower));
        sums.iter_mut().zip(both).for_each(|(sum, both)| *sum = both);
        for (pixel, sums) in row.as_chunks_mut::<3>().0.iter_mut().zip(sums.as_chunks::<8>().0) {
            *pixel = [0, 1, 2].map(|i| ((sums[i] + sums[i + 4]) / 4) as u8);
        }
    }
    rgb
}
