//! The page of runs that are being recorded, made anew when there are new epochs.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use training_replay::{
    Replay, Result,
    plot::{Page, PageSource, RunPlotOptions, Texts},
};

use crate::{
    out::complain,
    trouble::{Answer, Trouble},
    words::path_shown,
};

/// How often the recordings are looked at.
const INTERVAL: Duration = Duration::from_millis(50);

/// How long making a page may take, while epochs come.
const BUDGET: Duration = Duration::from_millis(400);

/// So many epochs of a run are shown at first, until it is known how long that takes.
const FIRST_EPOCHS: usize = 32;

/// For so long after it was last asked for, somebody is looking at the page.
const LOOKING: Duration = Duration::from_secs(5);

const SCRIPT: &str = include_str!("script.js");

/// What the page is made by.
pub struct Look {
    pub title: String,
    pub texts: Texts,
    pub max_samples: usize,
    pub options: RunPlotOptions,
    pub on: Option<String>,
    pub threshold: Option<f32>,
}

/// The page as it is now.
pub struct Shown {
    state: Mutex<State>,
    asked: AtomicBool,
}

struct State {
    html: Arc<str>,
    version: u64,
}

impl Shown {
    /// The page.
    pub fn html(&self) -> Arc<str> {
        self.asked.store(true, Ordering::Relaxed);
        Arc::clone(&self.state().html)
    }

    /// A number that no other page of this server has.
    pub fn version(&self) -> u64 {
        self.asked.store(true, Ordering::Relaxed);
        self.state().version
    }

    fn replace(&self, page: &str) {
        let mut state = self.state();
        state.version += 1;
        state.html = live_html(page, state.version).into();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A page with the script that keeps it up to date, and the version that it has.
fn live_html(page: &str, version: u64) -> String {
    let (before, behind) = page.rsplit_once("</body>").unwrap_or((page, ""));
    let script = SCRIPT.replace("VERSION", &format!("\"{version}\""));
    format!("{before}<script type=\"module\">{script}</script>\n</body>{behind}")
}

/// A recording that is followed.
struct Followed {
    path: PathBuf,
    name: String,
    /// None as long as nothing was recorded.
    replay: Option<Replay>,
    /// What was said last of why it cannot be read.
    said: String,
}

impl Followed {
    /// Takes in what was recorded since; whether there was anything.
    fn refresh(&mut self) -> Result<bool> {
        match &mut self.replay {
            Some(replay) => {
                let before = replay.is_finished();
                Ok(replay.refresh()? > 0 || replay.is_finished() != before)
            }
            None => match Replay::open(&self.path) {
                Err(training_replay::Error::NotStarted { .. }) => Ok(false),
                opened => {
                    self.replay = Some(opened?);
                    Ok(true)
                }
            },
        }
    }

    /// The same; what cannot be read now stays as it was, is said once, and is tried again.
    fn try_refresh(&mut self) -> bool {
        let error = match self.refresh() {
            Ok(is_new) => return is_new,
            Err(error) => Trouble::with(&self.path)(error),
        };
        if self.said != error.line() {
            complain(&error);
            error.line().clone_into(&mut self.said);
        }
        false
    }

    fn is_finished(&self) -> bool {
        self.replay.as_ref().is_some_and(Replay::is_finished)
    }
}

/// The runs, and the page of them.
pub struct Live {
    runs: Vec<Followed>,
    look: Look,
    shown: Arc<Shown>,
    most_epochs: usize,
}

impl Live {
    /// Of recordings under these names. One that has not begun is waited for.
    pub fn new(files: Vec<PathBuf>, names: Vec<String>, look: Look) -> Answer<Self> {
        let mut runs = Vec::new();
        for (path, name) in files.into_iter().zip(names) {
            crate::recording::expect_file(&path)?;
            let mut run = Followed { path, name, replay: None, said: String::new() };
            run.refresh().map_err(Trouble::with(&run.path))?;
            if let Some(replay) = &run.replay {
                replay.run().map_err(Trouble::with(&run.path))?;
            }
            runs.push(run);
        }
        let state = Mutex::new(State { html: "".into(), version: 0 });
        let shown = Arc::new(Shown { state, asked: AtomicBool::new(true) });
        let mut live = Self { runs, look, shown, most_epochs: FIRST_EPOCHS };
        live.show();
        Ok(live)
    }

    pub fn shown(&self) -> Arc<Shown> {
        Arc::clone(&self.shown)
    }

    /// Follows the recordings, without an end.
    pub fn follow(mut self) {
        let (mut is_old, mut asked) = (self.is_partial(), Instant::now());
        loop {
            for run in &mut self.runs {
                is_old |= run.try_refresh();
            }
            if self.shown.asked.swap(false, Ordering::Relaxed) {
                asked = Instant::now();
            }
            if is_old && asked.elapsed() < LOOKING {
                let began = Instant::now();
                self.show();
                is_old = self.is_partial();
                // The other half of the time is the recorder's.
                thread::sleep(began.elapsed().min(BUDGET));
            }
            thread::sleep(INTERVAL);
        }
    }

    /// Whether all runs are finished, and the page has not all of their epochs.
    fn is_partial(&self) -> bool {
        self.runs.iter().all(Followed::is_finished) && self.longest() > self.most_epochs
    }

    fn longest(&self) -> usize {
        self.runs.iter().filter_map(|run| run.replay.as_ref()).map(|replay| replay.epochs().len()).max().unwrap_or(0)
    }

    /// Makes the page anew, of as many epochs as there is time for; of all when nothing more comes.
    fn show(&mut self) {
        if self.is_partial() && self.shown.state().version > 0 {
            self.most_epochs = usize::MAX;
        }
        let began = Instant::now();
        let page = self.page().unwrap_or_else(|why| waiting(&self.look.title, &why));
        self.shown.replace(&page);
        let (took, shown) = (began.elapsed(), self.longest().min(self.most_epochs));
        if self.most_epochs < usize::MAX || took > BUDGET {
            self.most_epochs = affordable(shown, took);
        }
        if self.runs.iter().all(Followed::is_finished) && shown == self.longest() {
            self.most_epochs = usize::MAX;
        }
    }

    /// The page, or why there is none yet.
    fn page(&self) -> Result<String, String> {
        let page = Page::new(&self.look.title).texts(self.look.texts.clone());
        let mut page = page.max_samples(self.look.max_samples).source(PageSource::Arrays);
        for run in &self.runs {
            let named = |error: training_replay::Error| format!("{}: {error}", path_shown(&run.path));
            let Some(replay) = run.replay.as_ref().filter(|replay| replay.epochs().len() > 0) else {
                return Err(format!("{}: no epoch was recorded yet", path_shown(&run.path)));
            };
            self.add(&mut page, run, replay).map_err(named)?;
        }
        page.to_html().map_err(|error| error.to_string())
    }

    fn add(&self, page: &mut Page, followed: &Followed, replay: &Replay) -> Result<()> {
        let mut run = replay.run()?.epochs(spread(&replay.epochs().collect::<Vec<_>>(), self.most_epochs));
        if let Some(threshold) = self.look.threshold {
            run = run.threshold(threshold);
        }
        if let Some(name) = &self.look.on {
            run = run.on(name)?;
        }
        page.run(&followed.name, &self.look.options.clone().of(run)?)?;
        Ok(())
    }
}

/// For how many epochs there is time, where so many took so long.
fn affordable(epochs: usize, took: Duration) -> usize {
    let each = took.as_secs_f64() / epochs.max(1) as f64;
    ((BUDGET.as_secs_f64() / each.max(1e-9)) as usize).max(2)
}

/// At most about so many of the epochs, at equal distances, with the first and the last.
///
/// The distance is a power of two, so that the same epochs stay while others come.
fn spread(epochs: &[u64], most: usize) -> Vec<u64> {
    let mut distance = 1;
    while epochs.len().div_ceil(distance) > most.max(1) {
        distance *= 2;
    }
    let mut shown: Vec<u64> = epochs.iter().copied().step_by(distance).collect();
    shown.extend(epochs.last());
    shown.dedup();
    shown
}

/// A page that says why there is none yet.
fn waiting(title: &str, why: &str) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let (title, why) = (escaped(title), escaped(why));
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\">\
         <link rel=\"icon\" href=\"data:,\"><title>{title}</title></head>\n\
         <body style=\"font-family: sans-serif; margin: 2rem\"><h1>{title}</h1><p>{why}</p>\n</body></html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_epochs_some_at_equal_distances_are_shown_and_always_the_last() {
        let epochs: Vec<u64> = (0..100).collect();
        assert_eq!(spread(&epochs, 1000), epochs);
        let some = spread(&epochs, 30);
        assert_eq!((some.len(), some[1], some.last()), (26, 4, Some(&99)));
        assert_eq!((spread(&epochs, 0), spread(&[], 5), spread(&[7], 1)), (vec![0, 99], vec![], vec![7]));
    }

    #[test]
    fn a_page_that_waits_says_why_and_is_no_markup_of_others() {
        let page = live_html(&waiting("<b>", "a&b"), 7);
        assert!(page.contains("&lt;b&gt;") && page.contains("a&amp;b") && page.contains("!== \"7\""), "{page}");
        assert_eq!(page.matches("</body>").count(), 1);
    }
}
