//! Panels on one picture.

use plotters::{
    coord::Shift,
    drawing::DrawingArea,
    prelude::DrawingBackend,
    style::text_anchor::{HPos, VPos},
};

use super::{Font, Style, Theme, failed};
use super::{
    fonts::Fonts,
    grid::{Grid, Span},
    legend::Legend,
    pen::{Groups, Pen},
    style::color,
};
use crate::plot::panel::Panel;
use crate::{Error, Result};

/// Panels on one picture: row by row, or in the cells of a grid.
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
    pub(super) title: String,
    grid: Grid,
    panels: Vec<Panel>,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) scale: f64,
    theme: Theme,
    text: Option<f64>,
    shares_legend: bool,
    pub(super) fonts: Fonts,
}

impl Default for Figure {
    /// Returns an empty picture of 1,440 by 720 pixels.
    fn default() -> Self {
        let (title, grid, panels) = (String::new(), Grid::default(), Vec::new());
        let (theme, text, shares_legend) = (Theme::default(), None, false);
        let fonts = Fonts::default();
        Self { title, grid, panels, width: 1_440, height: 720, scale: 1.0, theme, text, shares_legend, fonts }
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

    /// Creates an empty picture with a grid of so many rows and columns, for panels to be [placed](Self::place) in.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Figure, Panel}};
    ///
    /// let [large, above, below] = [Activation::Tanh, Activation::Relu, Activation::Sigmoid].map(Panel::activation);
    /// let figure = Figure::grid(2, 3).place(0..2, 0..2, large).place(0, 2, above).place(1, 2, below);
    /// assert_eq!(figure.panels().count(), 3);
    /// # figure.to_svg()?;
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn grid(rows: usize, columns: usize) -> Self {
        Self { grid: Grid::new(rows, columns), ..Self::default() }
    }

    /// Places a panel over one or several rows and columns of the grid, which are counted from 0.
    ///
    /// A place outside the grid, or one that is taken, is an error when the picture is drawn.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Figure, Panel}};
    ///
    /// let panel = || Panel::activation(Activation::Tanh);
    /// assert!(Figure::grid(1, 2).place(0, 2, panel()).to_svg().is_err()); // there are columns 0 and 1
    /// assert!(Figure::grid(1, 2).place(0, 0..2, panel()).place(0, 1, panel()).to_svg().is_err());
    /// ```
    #[must_use]
    pub fn place(mut self, rows: impl Into<Span>, columns: impl Into<Span>, panel: Panel) -> Self {
        self.grid.place(rows.into(), columns.into());
        self.panels.push(panel);
        self
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
        let before = self.panels.len();
        self.panels.extend(panels);
        self.grid.add_row(height, self.panels.len() - before);
        self
    }

    /// Draws one legend below the title for all panels, in place of one in each: every name once.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Figure, Panel}};
    ///
    /// let functions = [Activation::Sigmoid, Activation::Tanh].map(Panel::activation);
    /// let svg = Figure::new().row(functions).shared_legend().to_svg()?;
    /// assert_eq!(svg.matches(">gradient</text>").count(), 1);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn shared_legend(self) -> Self {
        Self { shares_legend: true, ..self }
    }

    /// Sets the width and the height, in pixels of an ordinary screen.
    #[must_use]
    pub fn size(self, width: u32, height: u32) -> Self {
        Self { width, height, ..self }
    }

    /// Sets how many pixels of the file are one of the picture's, from 0.1 to 16: 2 for dense screens, 3.125 for print at
    /// 300 pixels an inch. Everything is drawn so many times as large, and the file says its resolution.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Figure, Panel}};
    ///
    /// let figure = Figure::of(Panel::activation(Activation::Tanh)).size(300, 200).scale(2.0);
    /// assert_eq!((figure.dimensions(), figure.resolution()), ((300, 200), (600, 400)));
    /// assert_eq!(figure.to_rgb()?.len(), 600 * 400 * 3);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn scale(self, scale: f64) -> Self {
        Self { scale, ..self }
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

    /// Adds a font, as for names in Chinese, Hindi or Thai. A letter is from the first of the added fonts that has it; the font
    /// that the crate brings along, DejaVu Sans, comes last. It has Latin, Greek, Cyrillic, Arabic, Hebrew, Armenian and
    /// Georgian letters, and draws all words of a figure without another font.
    ///
    /// An SVG is drawn with the fonts of its reader, and takes the widths of words from these.
    ///
    /// ```no_run
    /// use training_replay::{Activation, plot::{Figure, Font, Panel}};
    ///
    /// let chinese = Font::open("NotoSansSC-Regular.ttf")?;
    /// Figure::of(Panel::activation(Activation::Tanh).titled("双曲正切")).font(chinese).save("tanh.png")?;
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn font(self, font: Font) -> Self {
        Self { fonts: self.fonts.with(font), ..self }
    }

    /// The same with fonts that share the words they have drawn.
    pub(crate) fn with_fonts(self, fonts: Fonts) -> Self {
        Self { fonts, ..self }
    }

    /// Returns the letters of titles, labels, names and notes that none of the figure's fonts has, each once. A picture of
    /// pixels that has some is an error.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Figure, Panel}};
    ///
    /// let figure = |title: &str| Figure::of(Panel::activation(Activation::Tanh).titled(title));
    /// assert_eq!(figure("Größe, размер, حجم").missing_letters(), []);
    /// assert_eq!(figure("大小").missing_letters(), ['大', '小']);
    /// assert!(figure("大小").to_png().is_err() && figure("大小").to_svg().is_ok());
    /// ```
    pub fn missing_letters(&self) -> Vec<char> {
        let texts = self.panels.iter().flat_map(Panel::texts).chain([self.title.as_str()]);
        let mut missing: Vec<char> = Vec::new();
        for letter in texts.flat_map(|text| self.fonts.missing(text)) {
            if !missing.contains(&letter) {
                missing.push(letter);
            }
        }
        missing
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
        self.panels.iter()
    }

    /// Returns the width and the height, in pixels of an ordinary screen: what [`size`](Self::size) has set.
    pub fn dimensions(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Returns the width and the height of the file, in its pixels: those of the picture, times its scale.
    pub fn resolution(&self) -> (u32, u32) {
        let scaled = |pixels: u32| (f64::from(pixels) * self.scale).round() as u32;
        (scaled(self.width), scaled(self.height))
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
        self.draw_finer(area, 1, &())
    }

    /// The same on an area that has so many pixels for one of the picture's, along both sides.
    pub(super) fn draw_finer<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        finer: u32,
        groups: &dyn Groups,
    ) -> Result<()> {
        let scale = f64::from(area.dim_in_pixel().0) / f64::from(self.width.max(1));
        let style = Style { finer, ..Style::default().theme(self.theme.clone()).text_of(self.text_size(), scale) };
        area.fill(&color(self.theme.background)).map_err(failed)?;
        let pen = Pen { area, style: &style, groups };
        let above = self.draw_head(&pen)?;
        let (_, body) = area.split_vertically(above);
        for (cell, panel) in self.grid.cells(body.dim_in_pixel())?.into_iter().zip(&self.panels) {
            let area = body.clone().shrink(cell.corner, cell.size);
            let pen = Pen { area: &area, ..pen };
            pen.group("panel", &panel.title, || panel.draw_with(&pen, !self.shares_legend).map(drop))?;
        }
        Ok(())
    }

    /// The title, and the legend of all panels where they share one; returns where these end.
    fn draw_head<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>) -> Result<i32> {
        let style = pen.style;
        let title = if self.title.is_empty() { 0 } else { style.lines(2.2) };
        let shared: Vec<&Panel> = if self.shares_legend { self.panels.iter().collect() } else { Vec::new() };
        let legend = Legend::of(&shared, pen)?;
        let legend_top = title + if title == 0 { style.lines(0.4) } else { 0 };
        let above = if legend.height() > 0.0 { legend_top + style.lines(legend.height()) } else { title };
        if above >= pen.height() {
            let expected = "higher than its title and its legend";
            let [width, height] = [pen.width(), pen.height()].map(|pixels| pixels / style.finer as i32);
            return Err(Error::invalid("the area of a figure", expected, format!("{width} x {height} pixels")));
        }
        let middle = pen.width() / 2;
        if title > 0 {
            pen.write(&self.title, (middle, title / 2), 1.35, (HPos::Center, VPos::Center), pen.width())?;
        }
        legend.draw(pen, middle, legend_top)?;
        Ok(above)
    }

    /// As it was given, or a share of a panel's side.
    fn text_size(&self) -> f64 {
        let area = f64::from(self.width) * f64::from(self.height) / self.panels.len().max(1) as f64;
        self.text.unwrap_or((area.sqrt() / 26.0).clamp(12.0, 16.0))
    }

    /// What it is drawn in.
    pub(crate) fn colors(&self) -> &Theme {
        &self.theme
    }
}
