//! A line on top of the page: what it does not show, and why.

use std::time::{SystemTime, UNIX_EPOCH};

/// A line on top of the page, in English as the command's own are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    /// The moment that the text ends with.
    pub at: Option<SystemTime>,
}

impl Notice {
    pub fn new(text: String) -> Self {
        Self { text, at: None }
    }

    /// The line; the browser knows the reader's clock, and writes the moment there.
    pub fn html(&self) -> String {
        let time = |at: SystemTime| at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let time = self.at.map_or(String::new(), |at| format!(" <time data-at=\"{}\"></time>", time(at)));
        format!("<p>{}{time}</p>", escaped(&self.text))
    }
}

/// Text that is no markup.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
