//! The size of text and the colors that a panel is drawn with.

use std::sync::Once;

use plotters::style::{
    Color, FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, ShapeStyle, TextStyle, text_anchor::Pos,
};
use plotters_backend::BackendColor;

use super::{Rgb, Theme};
use crate::plot::panel::ColorRole;

/// The size of text and the colors that a panel is drawn with.
///
/// ```
/// use training_replay::plot::{Style, Theme};
///
/// let style = Style::default().theme(Theme::dark()).text(18.0);
/// assert_eq!(style, Style::default().text(18.0).theme(Theme::dark()));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Style {
    pub(crate) theme: Theme,
    pub(crate) text: f64,
    /// How many pixels of the area are one of the picture's, in its width and in its height.
    pub(crate) finer: u32,
}

/// The font of every picture, by the name that an SVG gives to its reader.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

/// The text size at which an axis is one pixel wide.
const THIN: f64 = 14.0;

impl Default for Style {
    /// Returns the light theme with text of 14 pixels.
    fn default() -> Self {
        Self { theme: Theme::default(), text: 14.0, finer: 1 }
    }
}

impl Style {
    /// Sets the colors.
    #[must_use]
    pub fn theme(self, theme: Theme) -> Self {
        Self { theme, ..self }
    }

    /// Sets the size of text, in pixels, from 4 to 400. Lines and dots grow with it.
    ///
    /// ```
    /// use training_replay::plot::Style;
    ///
    /// assert_eq!(Style::default().text(1_000.0), Style::default().text(400.0));
    /// ```
    #[must_use]
    pub fn text(self, pixels: f64) -> Self {
        Self { text: if pixels.is_nan() { 14.0 } else { pixels.clamp(4.0, 400.0) }, ..self }
    }

    /// The size of text on an area that has so many pixels for one of the picture's, along a side.
    pub(crate) fn text_of(self, pixels: f64, scale: f64) -> Self {
        let text = self.clone().text(pixels).text;
        Self { text: text * scale, ..self }
    }

    pub(crate) fn background(&self) -> RGBColor {
        color(self.theme.background)
    }

    /// The height of so many lines of text, in pixels.
    pub(crate) fn lines(&self, count: f64) -> i32 {
        (count * self.text).round() as i32
    }

    pub(crate) fn color(&self, role: ColorRole) -> RGBColor {
        color(self.theme.color(role))
    }

    pub(crate) fn stroke(&self, color: RGBColor, width: f64) -> ShapeStyle {
        let width = (width * self.text / THIN).round().max(1.0) as u32;
        ShapeStyle { color: color.into(), filled: false, stroke_width: width }
    }

    pub(crate) fn text_style(&self, size: f64, anchor: Pos, upwards: bool) -> TextStyle<'static> {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // The bytes are a font of the crate's own: nothing else could go wrong, and drawing would say so.
            let _ = plotters::style::register_font(FAMILY, FontStyle::Normal, dejavu::sans::regular());
            let _ = plotters::style::register_font(FAMILY, FontStyle::Bold, dejavu::sans::bold());
        });
        let turn = if upwards { FontTransform::Rotate270 } else { FontTransform::None };
        let font = FontDesc::new(FontFamily::Name(FAMILY), size * self.text, FontStyle::Normal).transform(turn);
        let (r, g, b) = self.color(ColorRole::Text).rgb();
        TextStyle { font, color: BackendColor { alpha: 1.0, rgb: (r, g, b) }, pos: anchor }
    }
}

pub(crate) fn color([r, g, b]: Rgb) -> RGBColor {
    RGBColor(r, g, b)
}
