//! Panels on one picture, as PNG or SVG.

use std::path::Path;

use plotters::{
    coord::Shift,
    drawing::{DrawingArea, IntoDrawingArea},
    prelude::{DrawingBackend, SVGBackend},
};
use tiny_skia::Pixmap;

use super::{Style, Theme};
use super::{
    canvas::{Canvas, halved},
    draw::{self, failed},
    style::color,
};
use crate::plot::panel::Panel;
use crate::{Error, Result, file};

/// More pixels along a side than anybody can look at: they would take 3 GB.
const MAX_PIXELS: u32 = 16_384;

/// Panels on one picture, row by row.
///
/// ```
/// use training_replay::{Activation, plot::{Figure, Panel, Theme}};
///
/// let functions = [Activation::Sigmoid, Activation::Tanh, Activation::Relu].map(Panel::activation);
/// let figure = Figure::new().title("Three activation functions").row(functions).size(900, 300).theme(Theme::dark());
/// let png = figure.to_png()?;
/// assert!(png.starts_with(b"\x89PNG"));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    title: String,
    rows: Vec<(f64, Vec<Panel>)>,
    width: u32,
    height: u32,
    theme: Theme,
    text: Option<f64>,
}

impl Default for Figure {
    /// Returns an empty picture of 1,440 by 720 pixels.
    fn default() -> Self {
        Self { title: String::new(), rows: Vec::new(), width: 1_440, height: 720, theme: Theme::default(), text: None }
    }
}

impl Figure {
    /// Creates an empty picture of 1,440 by 720 pixels.
    ///
    /// ```
    /// use training_replay::plot::Figure;
    ///
    /// assert_eq!(Figure::new().dimensions(), (1_440, 720));
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a picture of one panel, of 800 by 600 pixels.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Figure, Panel}};
    ///
    /// let figure = Figure::of(Panel::activation(Activation::Tanh));
    /// assert_eq!((figure.panels().count(), figure.dimensions()), (1, (800, 600)));
    /// ```
    pub fn of(panel: Panel) -> Self {
        Self::new().row([panel]).size(800, 600)
    }

    /// Sets the title above all panels.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Figure, Panel}};
    ///
    /// let figure = Figure::of(Panel::activation(Activation::Tanh)).title("Figure 7");
    /// assert!(figure.to_svg()?.contains("Figure 7"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// Adds a row of panels of equal width below the others.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Figure, Panel}};
    ///
    /// let above = [Activation::Sigmoid, Activation::Tanh].map(Panel::activation);
    /// let figure = Figure::new().row(above).row([Panel::activation(Activation::Relu)]);
    /// assert_eq!(figure.panels().count(), 3);
    /// ```
    #[must_use]
    pub fn row(self, panels: impl IntoIterator<Item = Panel>) -> Self {
        self.tall_row(1.0, panels)
    }

    /// Adds a row that is so many times as high as others.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Figure, Panel}};
    ///
    /// let panel = || [Panel::activation(Activation::Tanh)];
    /// let figure = Figure::new().tall_row(2.0, panel()).row(panel()); // two thirds of the height, and one
    /// # assert_eq!(figure.panels().count(), 2);
    /// ```
    #[must_use]
    pub fn tall_row(mut self, height: f64, panels: impl IntoIterator<Item = Panel>) -> Self {
        self.rows.push((if height > 0.0 && height.is_finite() { height } else { 1.0 }, panels.into_iter().collect()));
        self
    }

    /// Sets the width and the height, in pixels.
    #[must_use]
    pub fn size(self, width: u32, height: u32) -> Self {
        Self { width, height, ..self }
    }

    /// Sets the colors.
    #[must_use]
    pub fn theme(self, theme: Theme) -> Self {
        Self { theme, ..self }
    }

    /// Sets the size of text, in pixels. Without it the text has 12 to 16, as panels have room.
    #[must_use]
    pub fn text(self, pixels: f64) -> Self {
        Self { text: Some(pixels), ..self }
    }

    /// Returns the panels, row by row.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Figure, Panel}};
    ///
    /// let figure = Figure::new().row([Activation::Sigmoid, Activation::Tanh].map(Panel::activation));
    /// let titles: Vec<&str> = figure.panels().map(|panel| panel.title.as_str()).collect();
    /// assert_eq!(titles, ["sigmoid", "tanh"]);
    /// ```
    pub fn panels(&self) -> impl Iterator<Item = &Panel> {
        self.rows.iter().flat_map(|(_, panels)| panels)
    }

    /// Returns the width and the height, in pixels.
    pub fn dimensions(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Draws the picture all over an area of the caller's, whatever its size.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Figure, Panel, plotters::prelude::*}};
    ///
    /// let mut svg = String::new();
    /// let root = SVGBackend::with_string(&mut svg, (600, 600)).into_drawing_area();
    /// let (above, _below) = root.split_vertically(300);
    /// Figure::of(Panel::activation(Activation::Tanh)).draw(&above)?;
    /// # drop((root, above, _below));
    /// assert!(svg.contains("tanh"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Panel::draw`].
    pub fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>) -> Result<()> {
        self.draw_finer(area, 1)
    }

    /// The same on an area that has so many pixels for one of the picture's, along both sides.
    fn draw_finer<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, finer: u32) -> Result<()> {
        let scale = f64::from(area.dim_in_pixel().0) / f64::from(self.width.max(1));
        let style = Style { finer, ..Style::default().theme(self.theme.clone()).text(self.text_size() * scale) };
        area.fill(&color(self.theme.background)).map_err(failed)?;
        let (above, (width, height)) = (if self.title.is_empty() { 0 } else { style.lines(2.2) }, area.dim_in_pixel());
        if i64::from(above) >= i64::from(height) {
            let expected = "higher than its title";
            return Err(Error::invalid("the area of a figure", expected, format!("{width} x {height} pixels")));
        }
        let (head, body) = area.split_vertically(above);
        draw::title(&self.title, &head, &style)?;
        let cells = self.cells(body.dim_in_pixel());
        cells.into_iter().try_for_each(|cell| {
            cell.panel.draw(&body.clone().shrink(cell.corner, cell.size), &style)?;
            Ok(())
        })
    }

    /// As it was given, or a share of a panel's side.
    fn text_size(&self) -> f64 {
        let area = f64::from(self.width) * f64::from(self.height) / self.panels().count().max(1) as f64;
        self.text.unwrap_or((area.sqrt() / 26.0).clamp(12.0, 16.0))
    }

    /// Every panel with its place.
    fn cells(&self, (width, height): (u32, u32)) -> Vec<Cell<'_>> {
        let whole: f64 = self.rows.iter().map(|(height, _)| height).sum();
        let mut above = 0.0;
        let mut cells = Vec::new();
        for (share, panels) in &self.rows {
            let y = |above: f64| (above / whole * f64::from(height)).round() as u32;
            let x = |column: usize| (u64::from(width) * column as u64 / panels.len() as u64) as u32;
            let (top, bottom) = (y(above), y(above + share));
            above += share;
            let cell = |(i, panel)| Cell { panel, corner: (x(i), top), size: (x(i + 1) - x(i), bottom - top) };
            cells.extend(panels.iter().enumerate().map(cell));
        }
        cells
    }

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
        let fits = |pixels: &Pixmap| (pixels.width(), pixels.height()) == (2 * self.width, 2 * self.height);
        let pixels = match left.take().filter(fits) {
            Some(pixels) => left.insert(pixels),
            None => left.insert(self.pixels()?),
        };
        self.draw_finer(&Canvas::on(pixels).into_drawing_area(), 2)?;
        Ok(halved(pixels))
    }

    fn check(&self) -> Result<()> {
        let allowed = 1..=MAX_PIXELS;
        if allowed.contains(&self.width) && allowed.contains(&self.height) {
            Ok(())
        } else {
            let expected = format!("from 1 to {MAX_PIXELS} pixels along each side");
            Err(Error::invalid("the size of a picture", expected, format!("{} x {} pixels", self.width, self.height)))
        }
    }

    fn pixels(&self) -> Result<Pixmap> {
        self.check()?;
        let pixels = self.width as usize * self.height as usize;
        // Four pixels of four bytes to one of three, which are compressed; a plain allocation would abort the process.
        let room = Vec::<u8>::new().try_reserve_exact(pixels.saturating_mul(4 * 4 + 2 * 3));
        let made = room.ok().and_then(|()| Pixmap::new(2 * self.width, 2 * self.height));
        made.ok_or_else(|| Error::Drawing {
            reason: format!("there is no memory for {} x {} pixels", self.width, self.height),
        })
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
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
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
        /// plotters places everything on whole pixels: on so many for one, lines are smooth.
        const FINER: u32 = 8;
        self.check()?;
        let mut svg = String::new();
        let (width, height) = (self.width * FINER, self.height * FINER);
        self.draw_finer(&SVGBackend::with_string(&mut svg, (width, height)).into_drawing_area(), FINER)?;
        let fine = format!(r#"width="{width}" height="{height}""#);
        let size = format!(r#"width="{}" height="{}""#, self.width, self.height);
        // Cells side by side would show their seams.
        Ok(svg.replacen(&fine, &size, 1).replace("<polygon ", r#"<polygon shape-rendering="crispEdges" "#))
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
}

/// A panel with its place in a figure.
struct Cell<'a> {
    panel: &'a Panel,
    /// The upper left one.
    corner: (u32, u32),
    /// Width and height.
    size: (u32, u32),
}
