//! A figure as pixels, as PNG and as SVG.

use std::path::Path;

use plotters::drawing::IntoDrawingArea;
use tiny_skia::Pixmap;

use super::{
    Figure,
    canvas::{Canvas, FINER, halved},
    svg::Svg,
};
use crate::{Error, Result, file};

/// More pixels along a side than anybody can look at: they would take 3 GB.
const MAX_PIXELS: u32 = 16_384;

/// The pixels of a screen of ordinary density, and of print at its size, in an inch: those of CSS.
const PIXELS_PER_INCH: f64 = 96.0;

impl Figure {
    /// Returns red, green and blue of every pixel, row by row.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Figure, Panel}};
    ///
    /// let pixels = Figure::of(Panel::activation(Activation::Tanh)).size(300, 200).to_rgb()?;
    /// assert_eq!(pixels.len(), 300 * 200 * 3);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a picture without pixels, or of more than 16,384 along a side.
    pub fn to_rgb(&self) -> Result<Vec<u8>> {
        self.to_rgb_with(&mut None)
    }

    /// The same in memory that a figure of the same size has left there: fresh memory comes from the system page by page.
    pub(crate) fn to_rgb_with(&self, left: &mut Option<Pixmap>) -> Result<Vec<u8>> {
        self.check()?;
        self.expect_letters()?;
        let (width, height) = self.resolution();
        let fits = |pixels: &Pixmap| (pixels.width(), pixels.height()) == (2 * width, 2 * height);
        let pixels = match left.take().filter(fits) {
            Some(pixels) => left.insert(pixels),
            None => left.insert(pixels(width, height)?),
        };
        self.draw_finer(&Canvas::on(pixels, self.width, &self.fonts).into_drawing_area(), FINER, &())?;
        Ok(halved(pixels))
    }

    fn check(&self) -> Result<()> {
        if !(0.1..=16.0).contains(&self.scale) {
            return Err(Error::invalid("the scale of a picture", "from 0.1 to 16", self.scale));
        }
        let allowed = 1..=MAX_PIXELS;
        let (width, height) = self.resolution();
        if [self.width, self.height, width, height].iter().all(|pixels| allowed.contains(pixels)) {
            Ok(())
        } else {
            let expected = format!("from 1 to {MAX_PIXELS} pixels along each side");
            let scaled = if self.scale == 1.0 { String::new() } else { format!(", {} times as large", self.scale) };
            let found = format!("{} x {} pixels{scaled}", self.width, self.height);
            Err(Error::invalid("the size of a picture", expected, found))
        }
    }

    /// Returns the bytes of a PNG.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Figure, Panel}};
    ///
    /// let png = Figure::of(Panel::activation(Activation::Tanh)).to_png()?;
    /// assert!(png.starts_with(b"\x89PNG"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`to_rgb`](Self::to_rgb).
    pub fn to_png(&self) -> Result<Vec<u8>> {
        let rgb = self.to_rgb()?;
        let mut bytes = Vec::new();
        let (width, height) = self.resolution();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let per_meter = (PIXELS_PER_INCH * self.scale / 0.0254).round() as u32;
        encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_meter, yppu: per_meter, unit: png::Unit::Meter }));
        let failed = |error: png::EncodingError| Error::Drawing { reason: error.to_string() };
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(&rgb).map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(bytes)
    }

    /// Returns the text of an SVG.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Figure, Panel}};
    ///
    /// let svg = Figure::of(Panel::activation(Activation::Tanh)).to_svg()?;
    /// assert!(svg.starts_with("<svg") && svg.contains("gradient"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`to_rgb`](Self::to_rgb).
    pub fn to_svg(&self) -> Result<String> {
        self.check()?;
        let svg = Svg::new(self.width, self.height, self.scale, &self.title, &self.fonts);
        self.draw_finer(&svg.clone().into_drawing_area(), FINER, &svg)?;
        Ok(svg.finish())
    }

    /// Writes the picture to a file: a PNG or an SVG, by the ending of its name.
    ///
    /// A file that exists is replaced when the picture is whole.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Figure, Panel}};
    ///
    /// # let folder = tempfile::tempdir().unwrap();
    /// let path = folder.path().join("tanh.svg");
    /// Figure::of(Panel::activation(Activation::Tanh)).save(&path)?;
    /// # assert!(path.exists());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for another ending, [`Error::Io`] if it cannot be written, and as [`to_rgb`](Self::to_rgb).
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let bytes = match file::expect_ending("a picture", path, &["png", "svg"])?.as_str() {
            "png" => self.to_png()?,
            _ => self.to_svg()?.into_bytes(),
        };
        let failed = |source| Error::io(format!("writing {}", path.display()), source);
        file::write_whole(path, |file| file.write_all(&bytes).map_err(failed))
    }

    fn expect_letters(&self) -> Result<()> {
        let missing = self.missing_letters();
        if missing.is_empty() {
            return Ok(());
        }
        let found: String = missing.iter().take(20).collect();
        let more = if missing.len() > 20 { format!(" and {} more", missing.len() - 20) } else { String::new() };
        let remedy = "add a font that has them, by `Figure::font` or `RunPlotOptions::font`, or save an SVG";
        Err(Error::Drawing { reason: format!("no font has the letters {found:?}{more}; {remedy}") })
    }
}

fn pixels(width: u32, height: u32) -> Result<Pixmap> {
    let pixels = width as usize * height as usize;
    // Four pixels of four bytes to one of three, which are compressed; a plain allocation would abort the process.
    let room = Vec::<u8>::new().try_reserve_exact(pixels.saturating_mul(4 * 4 + 2 * 3));
    let made = room.ok().and_then(|()| Pixmap::new(2 * width, 2 * height));
    made.ok_or_else(|| Error::Drawing { reason: format!("there is no memory for {width} x {height} pixels") })
}
