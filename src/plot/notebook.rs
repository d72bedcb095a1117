//! Figures, animations, pages and the player in a notebook of evcxr, the Rust kernel of Jupyter. Behind the feature `evcxr`.
//!
//! A cell whose last line is one of them shows it:
//!
//! ```no_run
//! # use training_replay::{Activation, Result, plot::{Figure, Panel}};
//! # fn cell() -> Figure {
//! Figure::of(Panel::activation(Activation::Tanh))
//! # }
//! ```

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use evcxr_runtime::mime_type;

use super::{Animation, Figure, Page, Panel, Player};
use crate::Result;

/// How high a page is in a notebook, in pixels: what most screens have below the notebook's own bars.
const HEIGHT: u32 = 720;

impl Figure {
    /// Prints the picture as evcxr reads it, a PNG. A notebook calls this; what fails is printed as text.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Figure, Panel}};
    ///
    /// Figure::of(Panel::activation(Activation::Tanh)).evcxr_display(); // prints "EVCXR_BEGIN_CONTENT image/png" and so on
    /// ```
    pub fn evcxr_display(&self) {
        show("image/png", self.to_png().map(|png| STANDARD.encode(png)));
    }
}

impl Panel {
    /// Prints a [figure](Figure::of) of the panel as evcxr reads it.
    ///
    /// ```
    /// use training_replay::{Activation, plot::Panel};
    ///
    /// Panel::activation(Activation::Tanh).evcxr_display();
    /// ```
    pub fn evcxr_display(&self) {
        Figure::of(self.clone()).evcxr_display();
    }
}

impl Page {
    /// Prints the page as evcxr reads it: in a frame of its own, as wide as the cell, that may run scripts and save
    /// pictures, and nothing else.
    ///
    /// ```
    /// use training_replay::plot::Page;
    ///
    /// Page::new("Nothing yet").evcxr_display();
    /// ```
    pub fn evcxr_display(&self) {
        show("text/html", self.to_html().map(|html| frame(&html)));
    }
}

impl Player {
    /// Prints the player as evcxr reads it: in a frame of its own, as wide as the cell, that may run scripts and hand out what was
    /// trained, and nothing else.
    ///
    /// ```
    /// use training_replay::plot::Player;
    ///
    /// Player::new("Nothing yet").evcxr_display();
    /// ```
    pub fn evcxr_display(&self) {
        show("text/html", self.to_html().map(|html| frame(&html)));
    }
}

/// An animation for a notebook, which shows it where it is the last line of a cell: [`Animation::gif`] makes it.
#[derive(Clone, PartialEq, Eq)]
pub struct Gif {
    bytes: Vec<u8>,
}

impl fmt::Debug for Gif {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gif").field("bytes", &self.bytes.len()).finish()
    }
}

impl Gif {
    /// Returns the bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Prints the animation as evcxr reads it.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Animation, Figure, Panel}};
    ///
    /// let figure = |_: u64| Ok(Figure::of(Panel::activation(Activation::Tanh)).size(120, 90));
    /// Animation::of(&[0, 1]).gif(figure)?.evcxr_display();
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn evcxr_display(&self) {
        show("image/gif", Ok(STANDARD.encode(&self.bytes)));
    }
}

impl Animation<'_> {
    /// Draws the animation in memory, for a notebook to show it.
    ///
    /// ```
    /// use training_replay::{Activation, plot::{Animation, Figure, Panel}};
    ///
    /// let figure = |_: u64| Ok(Figure::of(Panel::activation(Activation::Tanh)).size(120, 90));
    /// assert!(Animation::of(&[0, 1]).gif(figure)?.bytes().starts_with(b"GIF89a"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write).
    pub fn gif(self, figure: impl Fn(u64) -> Result<Figure> + Sync) -> Result<Gif> {
        let mut bytes = Vec::new();
        self.write(&mut bytes, figure)?;
        Ok(Gif { bytes })
    }
}

/// Prints what was made, or why it was not.
fn show(kind: &str, made: Result<String>) {
    match made {
        Ok(content) => mime_type(kind).text(content),
        Err(error) => mime_type("text/plain").text(format!("error: {error}")),
    }
}

/// On one line: evcxr takes a line of its own for the end.
fn frame(html: &str) -> String {
    let escaped = html.replace('&', "&amp;").replace('"', "&quot;").replace('\n', "&#10;").replace('\r', "&#13;");
    format!(
        r#"<iframe srcdoc="{escaped}" sandbox="allow-scripts allow-downloads" title="Training replay" style="width: 100%; height: {HEIGHT}px; border: 0"></iframe>"#
    )
}
