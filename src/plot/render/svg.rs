//! An SVG for plotters to draw on: with groups, titles, and text that stays text.

use std::{cell::RefCell, convert::Infallible, fmt::Write, rc::Rc};

use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontTransform,
    text_anchor::HPos,
};

use super::{
    canvas::FINER,
    fonts::{Fonts, OVERSIZE, baseline},
    pen::Groups,
};
use crate::notation::allowed;

type Drawn<T = ()> = std::result::Result<T, DrawingErrorKind<Infallible>>;

/// More characters than that of a name no reader shows.
const MAX_TITLE: usize = 200;

/// The text of an SVG as far as it is written. Its clones write on.
#[derive(Clone)]
pub(crate) struct Svg {
    text: Rc<RefCell<String>>,
    size: (u32, u32),
    fonts: Fonts,
}

impl Svg {
    /// Of so many of the caller's pixels, shown so many times as large.
    pub(crate) fn new(width: u32, height: u32, scale: f64, title: &str, fonts: &Fonts) -> Self {
        let [wide, high] = [width, height].map(|pixels| decimal(f64::from(pixels) * scale));
        let head = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {width} {height}" role="img">"#
        );
        let (text, size) = (Rc::new(RefCell::new(head)), (width * FINER, height * FINER));
        let svg = Self { text, size, fonts: fonts.clone() };
        svg.write_title(title);
        svg.add("\n");
        svg
    }

    /// All of it.
    pub(crate) fn finish(self) -> String {
        self.add("</svg>\n");
        self.text.take()
    }

    fn add(&self, text: &str) {
        self.text.borrow_mut().push_str(text);
    }

    fn write_title(&self, title: &str) {
        if !title.is_empty() {
            let short: String = title.chars().take(MAX_TITLE).collect();
            self.add(&format!("<title>{}</title>", escaped(&short)));
        }
    }

    /// An element with these attributes, that is filled or drawn as a line.
    fn element(&self, name: &str, attributes: &str, color: BackendColor, line: Option<u32>) {
        let (r, g, b) = color.rgb;
        let paint = format!("#{r:02X}{g:02X}{b:02X}");
        let see_through = if color.alpha < 1.0 { format!(r#" opacity="{}""#, color.alpha) } else { String::new() };
        let look = match line {
            Some(width) => format!(r#"fill="none" stroke="{paint}" stroke-width="{}""#, units(f64::from(width))),
            None => format!(r#"fill="{paint}""#),
        };
        self.add(&format!("<{name} {attributes} {look}{see_through}/>\n"));
    }
}

impl Groups for Svg {
    fn open(&self, kind: &str, title: &str) {
        self.add(&format!(r#"<g class="{}">"#, escaped(kind)));
        self.write_title(title);
        self.add("\n");
    }

    fn close(&self) {
        self.add("</g>\n");
    }
}

impl DrawingBackend for Svg {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        let (x, y, side) = (unit(x), unit(y), units(1.0));
        self.element("rect", &format!(r#"x="{x}" y="{y}" width="{side}" height="{side}""#), color, None);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Drawn {
        let (x, y, width, height) = (unit(from.0), unit(from.1), unit(to.0 - from.0), unit(to.1 - from.1));
        let place = format!(r#"x="{x}" y="{y}" width="{width}" height="{height}""#);
        self.element("rect", &place, style.color(), (!fill).then(|| style.stroke_width()));
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let points = format!(r#"points="{}" stroke-linejoin="round""#, points(path));
        self.element("polyline", &points, style.color(), Some(style.stroke_width()));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, (x, y): BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        let place = format!(r#"cx="{}" cy="{}" r="{}""#, unit(x), unit(y), units(f64::from(radius)));
        self.element("circle", &place, style.color(), (!fill).then(|| style.stroke_width()));
        Ok(())
    }

    /// Cells side by side would show their seams.
    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, corners: I, style: &S) -> Drawn {
        let corners = format!(r#"points="{}" shape-rendering="crispEdges""#, points(corners));
        self.element("polygon", &corners, style.color(), None);
        Ok(())
    }

    /// As wide as the picture of pixels has it: whose reader has other letters sees nearly the same.
    fn estimate_text_size<S: BackendTextStyle>(&self, text: &str, style: &S) -> Drawn<(u32, u32)> {
        Ok(self.fonts.size(text, style.size()))
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Drawn {
        let anchor = style.anchor();
        let side = match anchor.h_pos {
            HPos::Left => "start",
            HPos::Center => "middle",
            HPos::Right => "end",
        };
        let size = style.size() / OVERSIZE;
        let down = f64::from(baseline(anchor.v_pos));
        let turn = match style.transform() {
            FontTransform::None => 0,
            FontTransform::Rotate90 => 90,
            FontTransform::Rotate180 => 180,
            FontTransform::Rotate270 => 270,
        };
        let place = match turn {
            0 => format!(r#"x="{}" y="{}""#, unit(x), units(f64::from(y) + down * size)),
            _ => format!(r#"transform="translate({} {}) rotate({turn})" y="{}""#, unit(x), unit(y), units(down * size)),
        };
        let (r, g, b) = style.color().rgb;
        let family = escaped(style.family().as_str());
        self.add(&format!(
            "<text {place} text-anchor=\"{side}\" font-family=\"{family}\" font-size=\"{}\" fill=\"#{r:02X}{g:02X}{b:02X}\">{}</text>\n",
            units(size),
            escaped(text)
        ));
        Ok(())
    }
}

/// A place in the caller's pixels.
fn unit(place: i32) -> String {
    let mut text = String::new();
    push_unit(&mut text, place);
    text
}

/// The same to the hundredth, without zeros at its end, by whole numbers alone: a picture has thousands of places.
fn push_unit(text: &mut String, place: i32) {
    let finer = i64::from(FINER);
    let hundredths = (i64::from(place) * 100 + finer / 2).div_euclid(finer);
    let (whole, rest) = (hundredths.abs() / 100, hundredths.abs() % 100);
    let sign = if hundredths < 0 { "-" } else { "" };
    // A string takes everything.
    let _ = match (rest, rest % 10) {
        (0, _) => write!(text, "{sign}{whole}"),
        (_, 0) => write!(text, "{sign}{whole}.{}", rest / 10),
        _ => write!(text, "{sign}{whole}.{rest:02}"),
    };
}

fn units(length: f64) -> String {
    decimal(length / f64::from(FINER))
}

/// At most three digits behind the point, and no zeros at the end.
fn decimal(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn points(points: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut text = String::new();
    for (x, y) in points {
        if !text.is_empty() {
            text.push(' ');
        }
        push_unit(&mut text, x);
        text.push(',');
        push_unit(&mut text, y);
    }
    text
}

/// Text as XML holds it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars().map(allowed) {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_to_the_hundredth_of_a_pixel() {
        let finer = FINER as i32;
        let places = [0, finer, -finer, finer / 2, finer / 4, 3 * finer + finer / 4, -finer / 2, 1];
        assert_eq!(places.map(unit), ["0", "1", "-1", "0.5", "0.25", "3.25", "-0.5", "0.02"]);
    }
}
