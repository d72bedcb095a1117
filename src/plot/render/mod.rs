//! Panels as pixels: themes, canvases, figures, animations.

mod animation;
mod canvas;
mod draw;
mod figure;
mod font;
mod fonts;
mod gif_palette;
mod pen;
mod scale;
mod style;
pub(crate) mod text;
mod theme;

pub use animation::Animation;
pub use draw::PlotArea;
pub use figure::Figure;
pub use font::Font;
pub use style::Style;
pub use theme::{Rgb, Theme};
