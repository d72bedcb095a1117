//! Bars of progress: on a terminal, after a moment, and without a trace in what is written.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on the standard error, if that is a terminal; else nothing. It vanishes when it is dropped.
///
/// It has no colors, whatever `NO_COLOR` says.
pub struct Bar(ProgressBar);

impl Bar {
    /// Counts something from 0 on; how much there is comes with the count.
    pub fn of(what: &'static str) -> Self {
        let bar = ProgressBar::new(0);
        // A template that cannot be read leaves the usual one, which counts as well.
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {pos} of {len}, {eta} left") {
            bar.set_style(style.progress_chars("#- "));
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// No bar at all: one of several files has none of its own.
    pub fn none() -> Self {
        Self(ProgressBar::hidden())
    }

    /// Shows how far it has come.
    pub fn show(&self, done: usize, all: usize) {
        show(&self.0, done, all);
    }

    /// Counts one more of so many.
    pub fn step(&self, all: usize) {
        self.0.set_length(all as u64);
        self.0.inc(1);
    }

    /// What to hand over as a function of progress.
    pub fn callback(&self) -> impl FnMut(usize, usize) + Send + use<> {
        let bar = self.0.clone();
        move |done, all| show(&bar, done, all)
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn show(bar: &ProgressBar, done: usize, all: usize) {
    bar.set_length(all as u64);
    bar.set_position(done as u64);
}
