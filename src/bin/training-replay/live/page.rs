//! The page of runs that are being recorded, made anew when there are new epochs.

use std::{
    path::PathBuf,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use super::{
    followed::Followed,
    look::Look,
    notice::Notice,
    pace::{BUDGET, Pace},
    shown::{Shown, waiting},
};
use crate::{
    out::note,
    recording::expect_file,
    trouble::{Answer, Trouble},
};

/// How often the recordings are looked at.
const INTERVAL: Duration = Duration::from_millis(50);

/// For so long after it was last asked for, somebody is looking at the page.
const LOOKING: Duration = Duration::from_secs(5);

/// The runs, and the page of them.
pub struct Live {
    runs: Vec<Followed>,
    look: Look,
    pace: Pace,
    /// The page without what stands above it; none as long as there is no epoch of any run.
    page: Option<String>,
    notices: Vec<Notice>,
    shown: Arc<Shown>,
}

impl Live {
    /// Of recordings under these names. One that has not begun is waited for.
    pub fn new(files: Vec<PathBuf>, names: Vec<String>, look: Look) -> Answer<Self> {
        let mut runs = Vec::new();
        for (path, name) in files.into_iter().zip(names) {
            expect_file(&path)?;
            runs.push(Followed::open(path, name)?);
        }
        let (pace, page, notices, shown) = (Pace::new(), None, Vec::new(), Arc::new(Shown::new()));
        let mut live = Self { runs, look, pace, page, notices, shown };
        // Some epochs at first, so that there is soon something to look at.
        live.make(false)?;
        live.runs.iter().try_for_each(Followed::expect_made)?;
        live.publish();
        Ok(live)
    }

    pub fn shown(&self) -> Arc<Shown> {
        Arc::clone(&self.shown)
    }

    /// Follows the recordings, without an end.
    pub fn follow(mut self) {
        let mut asked = Instant::now();
        loop {
            self.runs.iter_mut().for_each(Followed::look);
            if self.shown.was_asked() {
                asked = Instant::now();
            }
            let began = Instant::now();
            let is_made = asked.elapsed() < LOOKING && self.made_anew();
            self.runs.iter_mut().for_each(Followed::say);
            if is_made || self.notices != self.current_notices() {
                self.publish();
            }
            if is_made {
                // The other half of the time is the recorder's.
                thread::sleep(began.elapsed().min(BUDGET));
            }
            thread::sleep(INTERVAL);
        }
    }

    /// Makes what is new, if there is anything; what goes wrong with the page of all is said in the terminal.
    fn made_anew(&mut self) -> bool {
        self.make(self.is_settled()).unwrap_or_else(|error| {
            note(error.line());
            true
        })
    }

    fn is_settled(&self) -> bool {
        self.runs.iter().all(Followed::is_settled)
    }

    /// Makes the page of what is new, of as many epochs as there is time for; whether there was anything.
    fn make(&mut self, is_settled: bool) -> Answer<bool> {
        let (began, most) = (Instant::now(), self.pace.most(is_settled));
        let look = &self.look;
        let Some(epochs) = self.runs.iter_mut().filter_map(|run| run.make(look, most)).max() else { return Ok(false) };
        self.page = self.joined()?;
        if epochs > 0 {
            self.pace.learn(epochs, began.elapsed());
        }
        Ok(true)
    }

    /// The page of all runs of which there are epochs.
    fn joined(&self) -> Answer<Option<String>> {
        let mut page = self.look.page();
        for one in self.runs.iter().filter_map(Followed::page) {
            page.append(one.clone());
        }
        let is_empty = self.runs.iter().all(|run| run.page().is_none());
        let html = (!is_empty).then(|| page.to_html()).transpose();
        html.map_err(|error| Trouble::Said(error.to_string()))
    }

    fn current_notices(&self) -> Vec<Notice> {
        self.runs.iter().filter_map(Followed::notice).collect()
    }

    fn publish(&mut self) {
        self.notices = self.current_notices();
        let page = self.page.clone().unwrap_or_else(|| waiting(&self.look.title));
        self.shown.replace(&page, &self.notices);
    }
}
