//! Smooth pixels for plotters to draw on.

use std::{collections::HashMap, convert::Infallible};

use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontTransform,
};
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, PremultipliedColorU8, Rect, Stroke, Transform,
};

use super::fonts::Fonts;

type Drawn = std::result::Result<(), DrawingErrorKind<Infallible>>;

/// A picture that plotters draws on. It is twice as wide and high as what comes out, so that a line through whole pixels
/// still is a smooth one.
pub(crate) struct Canvas<'a> {
    pixels: &'a mut Pixmap,
    /// The dots drawn so far, by their radius: there are thousands of the same.
    dots: HashMap<u32, Dot>,
}

/// How much of every pixel a dot covers.
struct Dot {
    side: i32,
    /// From 0 to 1, row by row.
    cover: Vec<f32>,
}

impl<'a> Canvas<'a> {
    pub(crate) fn on(pixels: &'a mut Pixmap) -> Self {
        Self { pixels, dots: HashMap::new() }
    }

    fn fill(&mut self, path: Option<Path>, color: BackendColor, smooth: bool) {
        let Some(path) = path else { return };
        self.pixels.fill_path(&path, &paint(color, smooth), FillRule::Winding, Transform::identity(), None);
    }

    fn dot(&mut self, (x, y): BackendCoord, radius: u32, color: BackendColor) {
        let dot = self.dots.entry(radius).or_insert_with(|| Dot::new(radius));
        let (left, top) = (x - dot.side / 2, y - dot.side / 2);
        let (width, height) = (self.pixels.width() as i32, self.pixels.height() as i32);
        let pixels = self.pixels.pixels_mut();
        for (i, cover) in (0..).zip(&dot.cover) {
            let (x, y) = (left + i % dot.side, top + i / dot.side);
            if *cover > 0.0 && (0..width).contains(&x) && (0..height).contains(&y) {
                let pixel = &mut pixels[(y * width + x) as usize];
                *pixel = blend(*pixel, color, color.alpha as f32 * cover);
            }
        }
    }

    fn stroke(&mut self, path: Option<Path>, style: &impl BackendStyle) {
        let Some(path) = path else { return };
        let width = style.stroke_width() as f32;
        let stroke = Stroke { width, line_cap: LineCap::Butt, line_join: LineJoin::Round, ..Stroke::default() };
        self.pixels.stroke_path(&path, &paint(style.color(), true), &stroke, Transform::identity(), None);
    }
}

impl DrawingBackend for Canvas<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.pixels.width(), self.pixels.height())
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    /// plotters' own text has each letter on whole pixels, too near to one or the other neighbor.
    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Drawn {
        let turn = match style.transform() {
            FontTransform::None => Transform::identity(),
            FontTransform::Rotate90 => Transform::from_rotate(90.0),
            FontTransform::Rotate180 => Transform::from_rotate(180.0),
            FontTransform::Rotate270 => Transform::from_rotate(270.0),
        };
        let path = Fonts::default().path(text, style.size(), style.anchor());
        let path = path.and_then(|path| path.transform(turn.post_translate(x as f32, y as f32)));
        self.fill(path, style.color(), true);
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        let (width, height) = self.get_size();
        if let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y))
            && x < width
            && y < height
        {
            let pixel = &mut self.pixels.pixels_mut()[(y * width + x) as usize];
            *pixel = blend(*pixel, color, color.alpha as f32);
        }
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Drawn {
        // What is filled covers the pixels of its last corner too; a line runs through the middle of them.
        let (from, to) = if fill { (corner(from), corner((to.0 + 1, to.1 + 1))) } else { (center(from), center(to)) };
        let path = Rect::from_ltrb(from.0, from.1, to.0, to.1).map(PathBuilder::from_rect);
        if fill {
            self.fill(path, style.color(), false);
        } else {
            self.stroke(path, style);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.stroke(outline(path).finish(), style);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, at: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        if fill && radius <= Dot::LARGEST {
            self.dot(at, radius, style.color());
            return Ok(());
        }
        let (x, y) = center(at);
        let path = PathBuilder::from_circle(x, y, radius as f32);
        if fill {
            self.fill(path, style.color(), true);
        } else {
            self.stroke(path, style);
        }
        Ok(())
    }

    /// Without smooth edges: cells side by side would show their seams.
    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, corners: I, style: &S) -> Drawn {
        let mut path = outline(corners);
        path.close();
        self.fill(path.finish(), style.color(), false);
        Ok(())
    }
}

/// The middle of a pixel.
fn center((x, y): BackendCoord) -> (f32, f32) {
    (x as f32 + 0.5, y as f32 + 0.5)
}

/// The upper left corner of a pixel.
fn corner((x, y): BackendCoord) -> (f32, f32) {
    (x as f32, y as f32)
}

fn outline(points: impl IntoIterator<Item = BackendCoord>) -> PathBuilder {
    let mut path = PathBuilder::new();
    for point in points {
        let (x, y) = center(point);
        if path.is_empty() { path.move_to(x, y) } else { path.line_to(x, y) }
    }
    path
}

fn paint(color: BackendColor, smooth: bool) -> Paint<'static> {
    let mut paint = Paint { anti_alias: smooth, ..Paint::default() };
    let (r, g, b) = color.rgb;
    paint.set_color(Color::from_rgba8(r, g, b, (color.alpha.clamp(0.0, 1.0) * 255.0).round() as u8));
    paint
}

/// So much of the color, and the rest of a pixel that is not transparent.
fn blend(pixel: PremultipliedColorU8, color: BackendColor, share: f32) -> PremultipliedColorU8 {
    let share = share.clamp(0.0, 1.0);
    let over = |below: u8, above: u8| (f32::from(below) * (1.0 - share) + f32::from(above) * share + 0.5) as u8;
    let (r, g, b) = color.rgb;
    let [r, g, b] = [over(pixel.red(), r), over(pixel.green(), g), over(pixel.blue(), b)];
    PremultipliedColorU8::from_rgba(r, g, b, 255).unwrap_or(pixel)
}

impl Dot {
    /// Larger ones are not worth being kept.
    const LARGEST: u32 = 64;

    fn new(radius: u32) -> Self {
        let side = 2 * radius + 3;
        let middle = side as f32 / 2.0;
        let white = BackendColor { rgb: (255, 255, 255), alpha: 1.0 };
        let cover = Pixmap::new(side, side).zip(PathBuilder::from_circle(middle, middle, radius as f32 + 0.25));
        let cover = cover.map(|(mut pixels, circle)| {
            pixels.fill_path(&circle, &paint(white, true), FillRule::Winding, Transform::identity(), None);
            pixels.pixels().iter().map(|pixel| f32::from(pixel.alpha()) / 255.0).collect()
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
