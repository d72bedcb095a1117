//! A recording that is followed: read on while it grows, and from its beginning when another one is in its place.

use std::{
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use training_replay::{Error, Replay, plot::Page};

use super::{
    file_mark::FileMark,
    look::Look,
    notice::Notice,
    pace::{distance, spread},
};
use crate::{
    out::note,
    trouble::{Answer, Trouble},
    words::{counted, grouped, path_shown, shown},
};

/// For so long nothing new came of a run from which nothing more is expected soon.
const QUIET: Duration = Duration::from_secs(5);

/// And for so many times the longest pause that it made before: some epochs take minutes.
const PAUSES: u32 = 3;

/// A recording that is followed.
pub struct Followed {
    path: PathBuf,
    name: String,
    opened: Option<Opened>,
    made: Option<Made>,
    /// Whether more was read than was made a page of.
    is_old: bool,
    /// Why it cannot be read now.
    lost: Option<String>,
    /// Why no page can be made of what was read.
    failed: Option<String>,
    /// What the terminal says of either.
    said: Option<String>,
    read_at: SystemTime,
    news: Instant,
    longest_pause: Duration,
}

/// A recording as far as it was read.
struct Opened {
    replay: Replay,
    mark: FileMark,
}

/// A page of the run alone.
struct Made {
    page: Page,
    shown: usize,
    distance: usize,
    of: usize,
    at: SystemTime,
}

impl Followed {
    /// Of the file at this path. One that holds nothing yet is waited for.
    pub fn open(path: PathBuf, name: String) -> Answer<Self> {
        let mut run = Self {
            path,
            name,
            opened: None,
            made: None,
            is_old: false,
            lost: None,
            failed: None,
            said: None,
            read_at: SystemTime::now(),
            news: Instant::now(),
            longest_pause: Duration::ZERO,
        };
        run.refresh()?;
        if let Some(opened) = &run.opened {
            opened.replay.run().map_err(Trouble::with(&run.path))?;
        }
        Ok(run)
    }

    /// Takes in what is there now. What cannot be read stays as it was, and is tried again.
    pub fn look(&mut self) {
        self.lost = self.refresh().err().map(|error| error.line().to_owned());
        if self.lost.is_none() {
            self.read_at = SystemTime::now();
        }
    }

    /// Says in the terminal what is wrong, once, and that it no longer is.
    pub fn say(&mut self) {
        let why = self.why_not().cloned();
        if why == self.said {
            return;
        }
        match &why {
            Some(line) => note(line),
            None => note(&format!("{}: it can be shown again", path_shown(&self.path))),
        }
        self.said = why;
    }

    fn why_not(&self) -> Option<&String> {
        self.lost.as_ref().or(self.failed.as_ref())
    }

    fn refresh(&mut self) -> Answer<()> {
        let Some(Opened { replay, mark }) = &mut self.opened else { return self.begin() };
        if !mark.holds(&self.path).map_err(gone(&self.path))? {
            return self.begin();
        }
        let was_finished = replay.is_finished();
        if replay.refresh().map_err(Trouble::with(&self.path))? > 0 {
            self.longest_pause = self.longest_pause.max(self.news.elapsed());
            (self.is_old, self.news) = (true, Instant::now());
        }
        self.is_old |= replay.is_finished() != was_finished;
        Ok(())
    }

    /// Reads the file from its beginning.
    fn begin(&mut self) -> Answer<()> {
        // The mark comes first: a file that is replaced in between is another one the next time.
        let mark = FileMark::of(&self.path).map_err(gone(&self.path))?;
        let replay = match Replay::open(&self.path) {
            Err(Error::NotStarted { .. }) if self.opened.is_none() => return Ok(()),
            opened => opened.map_err(Trouble::with(&self.path))?,
        };
        if self.opened.is_some() {
            note(&format!("{}: the file was replaced or rewritten, and is read anew", path_shown(&self.path)));
        }
        (self.opened, self.made, self.failed) = (Some(Opened { replay, mark }), None, None);
        (self.is_old, self.news, self.longest_pause) = (true, Instant::now(), Duration::ZERO);
        Ok(())
    }

    /// Makes a page of what was read, of at most about so many epochs; how many, if there was something to do.
    pub fn make(&mut self, look: &Look, most: usize) -> Option<usize> {
        let lacks = self.made.as_ref().is_some_and(|made| made.shown < made.of) && self.failed.is_none();
        let opened = self.opened.as_ref().filter(|_| self.lost.is_none())?;
        let is_due = self.is_old || lacks && most == usize::MAX;
        if !is_due {
            return None;
        }
        self.is_old = false;
        match opened.made(&self.name, look, most) {
            Ok(made) => (self.made, self.failed) = (made, None),
            Err(error) => self.failed = Some(Trouble::with(&self.path)(error).line().to_owned()),
        }
        Some(self.made.as_ref().map_or(0, |made| made.shown))
    }

    /// Fails with why no page can be made of it.
    pub fn expect_made(&self) -> Answer<()> {
        self.failed.as_ref().map_or(Ok(()), |line| Err(Trouble::Said(line.clone())))
    }

    /// A page of the run alone, if there is one.
    pub fn page(&self) -> Option<&Page> {
        self.made.as_ref().map(|made| &made.page)
    }

    /// Whether nothing more is expected soon: it is finished, or its recorder may have been stopped.
    pub fn is_settled(&self) -> bool {
        let pause = self.longest_pause.saturating_mul(PAUSES).max(QUIET);
        self.is_finished() || self.news.elapsed() > pause
    }

    fn is_finished(&self) -> bool {
        self.opened.as_ref().is_some_and(|opened| opened.replay.is_finished())
    }

    /// What the page does not show of it, and why.
    pub fn notice(&self) -> Option<Notice> {
        match (self.why_not(), &self.made) {
            (Some(why), Some(made)) => Some(self.as_it_was(why, made)),
            (Some(why), None) => {
                Some(Notice::new(format!("{why}. It is tried again, and shown when that can be done.")))
            }
            (None, None) => {
                let path = path_shown(&self.path);
                Some(Notice::new(format!("{path}: no epoch was recorded yet. It is shown as soon as there is one.")))
            }
            (None, Some(made)) => self.reservations(made),
        }
    }

    /// Of a page that stays, and shows nothing of what is there now.
    fn as_it_was(&self, why: &str, made: &Made) -> Notice {
        let what = if self.lost.is_some() { "read" } else { "shown" };
        let text = format!("{why}. \"{}\" is shown as it was when it could last be {what}, at", shown(&self.name));
        Notice { text, at: Some(if self.is_old || self.lost.is_none() { made.at } else { self.read_at }) }
    }

    /// What is true only of what is shown so far.
    fn reservations(&self, made: &Made) -> Option<Notice> {
        let mut text = format!("{}:", shown(&self.name));
        if made.shown < made.of {
            let (some, all) = (grouped(made.shown as u64), counted(made.of as u64, "epoch"));
            let distance = made.distance;
            text = format!("{text} {some} of {all} are shown, one in {distance} and the last,");
            text += " until nothing new comes; milestones are those of the shown epochs.";
        }
        if !self.is_finished() {
            text += " The run is not finished: what is called its last epoch is the latest so far.";
        }
        text.contains(' ').then(|| Notice::new(text))
    }
}

impl Opened {
    /// A page of at most about so many epochs, if there are any.
    fn made(&self, name: &str, look: &Look, most: usize) -> training_replay::Result<Option<Made>> {
        let epochs: Vec<u64> = self.replay.epochs().collect();
        let distance = distance(epochs.len(), most);
        let shown = spread(&epochs, distance);
        if shown.is_empty() {
            return Ok(None);
        }
        let page = look.page_of(name, &self.replay, &shown)?;
        Ok(Some(Made { page, shown: shown.len(), distance, of: epochs.len(), at: SystemTime::now() }))
    }
}

/// What the system says of a file that was there.
fn gone(path: &Path) -> impl Fn(io::Error) -> Trouble {
    move |error| match error.kind() {
        ErrorKind::NotFound => Trouble::of(path, "the file is gone"),
        _ => Trouble::io(path)(error),
    }
}
