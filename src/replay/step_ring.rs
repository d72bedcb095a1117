//! A ring of the last steps, which are recorded when something goes wrong.

use std::{collections::VecDeque, fmt, mem};

use super::{Replay, copier::Copier, ring_writer::RingWriter, snapshot_copy::Copy};
use crate::{Error, Metrics, Model, Moment, Result};

/// The most snapshots that a ring may hold.
const MOST: usize = 1 << 16;

/// A spike is one beside at least so many values.
const FEWEST: usize = 4;

/// A recorder that holds the last steps in memory and records them when a NaN or a spike comes: the way into it, step by step, of
/// a run whose steps nobody could keep.
///
/// Every step is handed to [`record_at`](Self::record_at). The last so many are held as copies; one that gets older is recorded if
/// the options choose it (say by [`every_step`](crate::ReplayOptions::every_step)), and forgotten if not. When a metric or a
/// parameter is NaN or infinite that was not before, or a metric [spikes](Self::spikes_of), all that are held are recorded, and
/// the recording has a note `alarm` that says when and why.
///
/// The ends of epochs go through the ring, too, as a file holds snapshots in the order of time. So the last ones are in the file
/// only when they have grown older, after an alarm, or after [`finish`](Self::finish); a process that is killed loses them.
///
/// The loop that trains writes what is recorded, an alarm's snapshots all at once, unless that is done
/// [in the background](Self::in_background).
///
/// ```
/// use training_replay::{Dense, Metrics, Replay, Sequential, StepRing};
///
/// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
/// let replay = Replay::options().every_step(100).in_memory(); // each hundredth step, whatever happens
/// let mut ring = StepRing::new(replay, 3)?.spikes_of("loss", 10.0)?;
/// ring.record(&model, Metrics::new())?; // epoch 0
/// for step in 1..=50 {
///     let loss = if step == 50 { f64::NAN } else { 0.3 };
///     ring.record_at((1, step), &model, [("loss", loss)])?;
/// }
/// assert_eq!(ring.alarms()[0].to_string(), "step 50 of epoch 1: loss is NaN");
/// let replay = ring.into_replay()?;
/// let steps: Vec<_> = replay.steps().iter().filter_map(|moment| moment.step()).collect();
/// assert_eq!(steps, [48, 49, 50]);
/// assert_eq!(replay.metadata().get("alarm"), Some("step 50 of epoch 1: loss is NaN".into()));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Debug)]
pub struct StepRing {
    writer: RingWriter,
    copier: Copier,
    /// The last moment that was recorded before the ring.
    began_behind: Option<Moment>,
    /// In the order of time.
    held: VecDeque<Held>,
    most: usize,
    spikes: Option<Spikes>,
    alarms: Vec<Alarm>,
    /// The last alarm is not over: another one behind it is no news.
    is_alarmed: bool,
}

/// A snapshot that may be recorded.
#[derive(Debug)]
struct Held {
    copy: Copy,
    /// It is recorded whatever happens.
    is_chosen: bool,
}

/// Above how many times the median a metric is a spike.
#[derive(Debug)]
struct Spikes {
    metric: String,
    times: f64,
}

/// Why a [`StepRing`] recorded what it held, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    /// The snapshot that was one to be alarmed at.
    pub moment: Moment,
    /// What it was.
    pub cause: AlarmCause,
}

/// What a [`StepRing`] is alarmed at.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AlarmCause {
    /// A metric is NaN or infinite.
    NotFinite {
        /// Its name.
        metric: String,
        /// What it is.
        value: f64,
    },
    /// A parameter has values that are NaN or infinite.
    ParameterNotFinite {
        /// The first one, with its layer.
        parameter: String,
    },
    /// A metric is far above what it was.
    Spike {
        /// Its name.
        metric: String,
        /// What it is.
        value: f64,
        /// The median of what it was in the snapshots that are held.
        median: f64,
    },
}

impl fmt::Display for AlarmCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite { metric, value } => write!(f, "{metric} is {value}"),
            Self::ParameterNotFinite { parameter } => write!(f, "{parameter} has values that are NaN or infinite"),
            Self::Spike { metric, value, median } => {
                write!(f, "{metric} is {value}, {:.1} times the median of {median}", value / median)
            }
        }
    }
}

/// The moment and the cause: `step 50 of epoch 1: loss is NaN`.
impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.moment, self.cause)
    }
}

impl StepRing {
    /// Goes on with a recording through a ring of so many snapshots, whose copies are the memory that it takes.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for none, more than 65,536, or a replay that was opened to read.
    pub fn new(mut replay: Replay, snapshots: usize) -> Result<Self> {
        expect_number("snapshots in the ring", snapshots)?;
        let copier = Copier::of(&mut replay)?;
        if copier.options.budget.is_some() {
            let expected = "none in a ring, whose snapshots all have to be copied";
            return Err(Error::invalid("the budget of time", expected, "one"));
        }
        let (writer, began_behind) = (RingWriter::at_once(replay), copier.last);
        let (held, spikes, alarms, is_alarmed) = (VecDeque::new(), None, Vec::new(), false);
        Ok(Self { writer, copier, began_behind, held, most: snapshots, spikes, alarms, is_alarmed })
    }

    /// Leaves writing to a thread, as a [`BackgroundRecorder`](crate::BackgroundRecorder) does, with so many copies beside those
    /// that the ring holds.
    ///
    /// When there is an alarm, all that are held are handed over, and training goes on with the memory that is free: it waits for
    /// the disk when so many further snapshots were held before the first of the others is written. What is in the file,
    /// [`acknowledged`](Self::acknowledged) says. What goes wrong in the background is returned by the next call, whichever it is,
    /// as [`Error::InBackground`]; that call then did nothing itself and can be repeated. What a full disk could not take is
    /// tried again.
    ///
    /// ```
    /// use training_replay::{Dense, Metrics, Replay, Sequential, StepRing};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut ring = StepRing::new(Replay::options().every_step(100).in_memory(), 3)?.in_background(2)?;
    /// ring.record(&model, Metrics::new())?;
    /// for step in 1..=50 {
    ///     let is_alarmed = ring.record_at((1, step), &model, [("loss", if step == 40 { f64::NAN } else { 0.3 })])?;
    ///     assert_eq!(is_alarmed, step == 40);
    /// }
    /// ring.finish()?; // waits until all is in the file
    /// assert_eq!(ring.acknowledged(), Some((1, 40).into()));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for no copies or more than 65,536, [`Error::Io`] if the system gives no thread.
    pub fn in_background(mut self, copies: usize) -> Result<Self> {
        expect_number("copies in the background", copies)?;
        let all = copies + self.most - self.held.len();
        self.writer = mem::take(&mut self.writer).in_background(all)?;
        Ok(self)
    }

    /// Is alarmed, too, when a metric is more than so many times the median of the snapshots that are held.
    ///
    /// It is judged once four are held that logged it, and where their median is above 0.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] unless `times` is 1 or more and finite.
    pub fn spikes_of(mut self, metric: impl Into<String>, times: f64) -> Result<Self> {
        if !times.is_finite() || times < 1.0 {
            return Err(Error::invalid("how many times the median is a spike", "1 or more, and finite", times));
        }
        self.spikes = Some(Spikes { metric: metric.into(), times });
        Ok(self)
    }

    /// Holds the model as the end of the next epoch, and returns its number, as [`Replay::record`] does.
    ///
    /// # Errors
    ///
    /// As [`record_at`](Self::record_at).
    pub fn record<M: Model + ?Sized>(&mut self, model: &M, metrics: impl Into<Metrics>) -> Result<u64> {
        let epoch = self.copier.schedule.next();
        let is_chosen = self.copier.options.takes_epoch(epoch);
        self.hold((epoch.into(), metrics.into()), model, is_chosen)?;
        Ok(epoch)
    }

    /// Holds the model as it is at a moment, and returns whether it was one to be alarmed at: all that were held are recorded
    /// then.
    ///
    /// Where one alarm follows the other, as NaN does NaN, only the first is one.
    ///
    /// # Errors
    ///
    /// As [`Replay::record_at`]; then nothing was held, and the call can be repeated. [`Error::InBackground`] where an alarm's
    /// snapshots are held and could not be recorded: [`write`](Self::write) tries again. (A ring that records
    /// [in the background](Self::in_background) returns it for earlier ones, and holds nothing then.)
    pub fn record_at<M>(&mut self, moment: impl Into<Moment>, model: &M, metrics: impl Into<Metrics>) -> Result<bool>
    where
        M: Model + ?Sized,
    {
        let moment = moment.into();
        let is_chosen = self.copier.takes(moment)?;
        if !is_chosen && self.began_behind.is_some_and(|last| moment <= last) {
            return Ok(false); // A run that goes on within an epoch repeats what was recorded before.
        }
        self.hold((moment, metrics.into()), model, is_chosen)
    }

    /// Records all snapshots that are held: for an alarm of your own. In the background they are handed over to be.
    ///
    /// # Errors
    ///
    /// As [`Replay::record`]. Those that were recorded are, the others are still held.
    pub fn write(&mut self) -> Result<()> {
        self.writer.expect_sound()?;
        self.choose_all();
        self.pass_all()
    }

    /// Returns what was alarmed at so far, in the order of time.
    pub fn alarms(&self) -> &[Alarm] {
        &self.alarms
    }

    /// Returns the last moment that is in the file, as [`Replay::record`] leaves it.
    pub fn acknowledged(&self) -> Option<Moment> {
        self.writer.acknowledged()
    }

    /// Records what the options choose of the snapshots that are held, forgets the others, and marks the recording as complete.
    ///
    /// # Errors
    ///
    /// As [`Replay::record`] and [`Replay::finish`]; it can be repeated.
    pub fn finish(&mut self) -> Result<()> {
        self.drain()?.finish()
    }

    /// Returns the recording as [`finish`](Self::finish) leaves it, but not complete: to ask it, or to record without a ring.
    ///
    /// # Errors
    ///
    /// As [`finish`](Self::finish), and then what could not be recorded is lost with the ring.
    pub fn into_replay(mut self) -> Result<Replay> {
        self.drain()?;
        mem::take(&mut self.writer).into_replay()
    }

    /// Holds a copy of the model; whether it was one to be alarmed at.
    fn hold<M: Model + ?Sized>(
        &mut self,
        (moment, metrics): (Moment, Metrics),
        model: &M,
        is_chosen: bool,
    ) -> Result<bool> {
        self.copier.expect_later(moment)?;
        self.writer.expect_sound()?;
        if self.held.len() >= self.most {
            self.pass_oldest()?;
        }
        let mut copy = self.writer.free()?;
        if let Err(error) = self.copier.copy(&mut copy, (moment, metrics), model) {
            self.writer.put_back(copy);
            return Err(error);
        }
        self.copier.passed(moment);
        let cause = self.cause(&copy);
        let goes_on = self.is_alarmed && (cause.is_some() || !self.is_over(&copy));
        self.is_alarmed = cause.is_some() || goes_on;
        self.held.push_back(Held { copy, is_chosen });
        match cause.filter(|_| !goes_on) {
            Some(cause) => self.raise(Alarm { moment, cause }).map(|()| true),
            None => Ok(false),
        }
    }

    /// Records what is held, and behind the last of it why.
    fn raise(&mut self, alarm: Alarm) -> Result<()> {
        self.choose_all();
        if let Some(last) = self.held.back_mut() {
            last.copy.notes.push("alarm".into(), alarm.to_string().into());
        }
        let what = alarm.moment.to_string();
        self.alarms.push(alarm);
        self.pass_all().map_err(|error| Error::InBackground { what, waits: true, error: error.into() })
    }

    /// What there is to be alarmed at in a snapshot that is not held yet.
    fn cause(&self, copy: &Copy) -> Option<AlarmCause> {
        if let Some((metric, value)) = copy.metrics.iter().find(|(_, value)| !value.is_finite()) {
            return Some(AlarmCause::NotFinite { metric: metric.into(), value });
        }
        let parameter = copy.not_finite().map(|parameter| AlarmCause::ParameterNotFinite { parameter });
        parameter.or_else(|| {
            let Spikes { metric, times } = self.spikes.as_ref()?;
            let (value, median) = (copy.metrics.get(metric)?, self.median(metric)?);
            (median > 0.0 && value > times * median).then(|| AlarmCause::Spike {
                metric: metric.clone(),
                value,
                median,
            })
        })
    }

    /// Whether a snapshot without anything to be alarmed at says that the last alarm is over: it must log what that was about.
    fn is_over(&self, copy: &Copy) -> bool {
        match self.alarms.last().map(|alarm| &alarm.cause) {
            Some(AlarmCause::NotFinite { metric, .. } | AlarmCause::Spike { metric, .. }) => {
                copy.metrics.get(metric).is_some()
            }
            Some(AlarmCause::ParameterNotFinite { .. }) | None => true,
        }
    }

    /// The median of a metric over the snapshots that are held; the lower one of two.
    fn median(&self, metric: &str) -> Option<f64> {
        let mut values: Vec<f64> = self.held.iter().filter_map(|held| held.copy.metrics.get(metric)).collect();
        values.sort_by(f64::total_cmp);
        (values.len() >= FEWEST).then(|| values[(values.len() - 1) / 2])
    }

    fn choose_all(&mut self) {
        self.held.iter_mut().for_each(|held| held.is_chosen = true);
    }

    /// Records the oldest snapshot if it is chosen, and forgets it; false if none is held.
    fn pass_oldest(&mut self) -> Result<bool> {
        let Some(oldest) = self.held.front_mut() else { return Ok(false) };
        if oldest.is_chosen {
            self.writer.record(&mut oldest.copy)?;
        } else {
            self.writer.put_back(mem::take(&mut oldest.copy));
        }
        self.held.pop_front();
        Ok(true)
    }

    fn pass_all(&mut self) -> Result<()> {
        while self.pass_oldest()? {}
        Ok(())
    }

    /// The recording with what is chosen of what is held.
    fn drain(&mut self) -> Result<&mut Replay> {
        self.pass_all()?;
        let replay = self.writer.stop()?;
        replay.go_on_at(self.copier.schedule);
        Ok(replay)
    }
}

fn expect_number(of: &str, number: usize) -> Result<()> {
    if (1..=MOST).contains(&number) {
        return Ok(());
    }
    Err(Error::invalid(format!("the number of {of}"), format!("1 to {MOST}"), number))
}

/// Records what the options choose of the snapshots that are held; an error is heard by nobody then.
impl Drop for StepRing {
    fn drop(&mut self) {
        drop(self.drain());
    }
}
