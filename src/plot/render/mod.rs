//! Panels as pixels: themes, canvases, figures, animations.

mod animation;
mod canvas;
mod draw;
mod export;
mod figure;
mod font;
pub(crate) mod fonts;
mod frame;
mod gif_palette;
mod grid;
mod layout;
mod legend;
mod marks;
mod outline;
mod pen;
pub(crate) mod placed;
mod scale;
mod style;
mod svg;
pub(crate) mod text;
pub(crate) mod theme;
mod ticks;

pub use animation::Animation;
pub use draw::PlotArea;
pub use figure::Figure;
pub use font::Font;
pub use grid::Span;
pub use style::Style;
pub use theme::{Rgb, Theme};

/// What the error of a drawing area becomes.
fn failed<E: std::error::Error + Send + Sync>(error: plotters::drawing::DrawingAreaErrorKind<E>) -> crate::Error {
    crate::Error::Drawing { reason: error.to_string() }
}
