//! Recording in the background: the loop that trains copies, and a thread writes.

use std::{
    mem,
    sync::Arc,
    thread::{self, JoinHandle},
};

use super::{
    Replay, background_line::Line, budget::Budget, copier::Copier, left_out_moments::LeftOutMoments,
    recorder::Recorder, snapshot_copy::Copy,
};
use crate::{Error, Metrics, Model, Moment, Result, host};

/// The most copies that a line may have.
const MOST_COPIES: usize = 1 << 16;

/// A recording that another thread writes: [`record`](Self::record) takes the time of a copy, not that of the disk.
///
/// It copies the model, its state of training too, into one of a bounded number of copies and returns. Where all of them wait to
/// be written it waits for one, unless it [leaves out](Self::leaving_out) what it would wait for. So memory holds so many copies
/// of the parameters, and what [`Replay::record`] takes; each is made when it is first needed and used again.
///
/// What `record` has returned for is not in the file yet: what [`acknowledged`](Self::acknowledged) says is, and all of it after
/// [`flush`](Self::flush) or [`finish`](Self::finish). A process that is killed loses what is not, and nothing else: the file
/// holds the snapshots in their order, and ends with a whole one.
///
/// ```
/// use training_replay::{BackgroundRecorder, Dense, Metrics, Replay, Sequential};
///
/// # let folder = tempfile::tempdir().expect("a folder");
/// # let path = folder.path().join("run.replay");
/// let mut model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
/// let mut recorder = BackgroundRecorder::new(Replay::options().create(&path)?, 2)?;
/// recorder.record(&model, Metrics::new())?; // epoch 0: before training
/// for loss in [0.7, 0.6, 0.5] {
///     // train the model
///     recorder.record(&model, [("loss", loss)])?; // copied
/// }
/// recorder.finish()?; // written
/// assert_eq!(recorder.acknowledged(), Some(3.into()));
/// assert_eq!(Replay::open(&path)?.epochs().len(), 4);
/// # Ok::<(), training_replay::Error>(())
/// ```
///
/// # Errors
///
/// What goes wrong in the background is returned by the next call, whichever it is, as [`Error::InBackground`]; that call then
/// did nothing itself, and can be repeated. A snapshot that could not be written, as on a full disk, waits with those behind it:
/// the thread tries again as soon as the error was returned. One that the recording cannot hold, as one of other parameters, is lost and named, and those behind it are
/// written.
#[derive(Debug)]
pub struct BackgroundRecorder {
    line: Arc<Line>,
    writer: Writer,
    copier: Copier,
    budget: Budget,
    waits: bool,
    left_out: LeftOutMoments,
}

/// Who has the recording.
#[derive(Debug)]
enum Writer {
    Thread(JoinHandle<Replay>),
    /// Nobody writes in the background any more.
    Here(Box<Replay>),
    /// The thread has panicked.
    Lost,
}

impl BackgroundRecorder {
    /// Goes on with a recording in the background, with memory for so many copies of the model; with one, `record` waits until the
    /// last snapshot is written, with two or more it is written while the next is trained.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for no copies, more than 65,536, or a replay that was opened to read, [`Error::Io`] if the system gives no thread.
    pub fn new(replay: Replay, copies: usize) -> Result<Self> {
        if copies == 0 || copies > MOST_COPIES {
            return Err(Error::invalid("the number of copies", format!("1 to {MOST_COPIES}"), copies));
        }
        Self::of(replay, copies)
    }

    /// One of as many copies as there are to be.
    pub(super) fn of(mut replay: Replay, copies: usize) -> Result<Self> {
        let copier = Copier::of(&mut replay)?;
        let Recorder { budget, left_out, .. } = replay.recorder()?;
        let (budget, left_out) = (*budget, mem::take(left_out));
        let line = Arc::new(Line::new(copies, copier.last));
        let writer = Writer::Thread(start(Arc::clone(&line), replay)?);
        Ok(Self { line, writer, copier, budget, waits: true, left_out })
    }

    /// Leaves out snapshots that would have to wait for memory, and [lists](Self::left_out) them: training never waits for the disk.
    ///
    /// ```
    /// # use training_replay::{BackgroundRecorder, Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut recorder = BackgroundRecorder::new(Replay::options().in_memory(), 2)?.leaving_out();
    /// for _ in 0..100 {
    ///     recorder.record(&model, Metrics::new())?;
    /// }
    /// let left_out = recorder.left_out().len();
    /// assert_eq!(recorder.into_replay()?.epochs().len() as u64, 100 - left_out);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn leaving_out(mut self) -> Self {
        self.waits = false;
        self
    }

    /// Copies the model's parameters to be written as the next epoch, and returns its number, as [`Replay::record`] does.
    ///
    /// # Errors
    ///
    /// Whatever [`Model::visit`] and [`Model::probe_outputs`] return, and what went wrong in the background before.
    pub fn record<M: Model + ?Sized>(&mut self, model: &M, metrics: impl Into<Metrics>) -> Result<u64> {
        if let Some(replay) = self.here() {
            return replay?.record(model, metrics);
        }
        self.line.expect_sound()?;
        let (epoch, is_taken) = self.copier.schedule.epoch(&self.copier.options);
        if is_taken {
            self.hand_over_in_time((epoch.into(), metrics.into()), model)?;
        }
        Ok(epoch)
    }

    /// Copies the model's parameters as they are at a moment, and returns whether they are recorded, as
    /// [`Replay::record_at`] does.
    ///
    /// # Errors
    ///
    /// As [`record`](Self::record), and [`Error::Invalid`] for a moment that is not later than the last, for step 0 and for a step
    /// of epoch 0.
    pub fn record_at<M>(&mut self, moment: impl Into<Moment>, model: &M, metrics: impl Into<Metrics>) -> Result<bool>
    where
        M: Model + ?Sized,
    {
        if let Some(replay) = self.here() {
            return replay?.record_at(moment, model, metrics);
        }
        self.line.expect_sound()?;
        let moment = moment.into();
        if !self.copier.takes(moment)? {
            return Ok(false);
        }
        match moment.step() {
            Some(_) => self.hand_over_in_time((moment, metrics.into()), model),
            None => self.hand_over((moment, metrics.into()), model),
        }
    }

    /// Returns the last moment that is in the file, as [`Replay::record`] leaves it: whatever happens to the process, it and
    /// all before it can be read back.
    pub fn acknowledged(&self) -> Option<Moment> {
        match &self.writer {
            Writer::Here(replay) => replay.index.last(),
            Writer::Thread(_) | Writer::Lost => self.line.written(),
        }
    }

    /// Returns how many snapshots were handed over and are not in the file yet.
    pub fn pending(&self) -> usize {
        self.line.pending()
    }

    /// Returns what was left out: as there was no memory to copy it to, if [`leaving_out`](Self::leaving_out) asked for that, or no time, if
    /// [`time_budget`](crate::ReplayOptions::time_budget) did. When the recording is finished it has it as the note `left_out`.
    pub fn left_out(&self) -> &LeftOutMoments {
        &self.left_out
    }

    /// Waits until everything that was handed over is in the file.
    ///
    /// That is what [`Replay::record`] promises of each snapshot. The disk is waited for as the recording's
    /// [`Durability`](crate::Durability) says.
    ///
    /// # Errors
    ///
    /// What went wrong in the background. Call it again to wait for what is tried again.
    pub fn flush(&mut self) -> Result<()> {
        match self.here() {
            Some(replay) => replay.map(drop), // It was in the file when the thread ended, and is since.
            None => self.line.flush(),
        }
    }

    /// Waits until everything is in the file and marks the recording as complete, as [`Replay::finish`] does.
    ///
    /// # Errors
    ///
    /// As [`flush`](Self::flush) and [`Replay::finish`]; it can be repeated.
    pub fn finish(&mut self) -> Result<()> {
        self.stop()?.finish()
    }

    /// Waits until everything is in the file and returns the recording: to ask it, or to record without a thread.
    ///
    /// # Errors
    ///
    /// As [`flush`](Self::flush), and then what was not written is lost with the recorder: call that first, where it is to be tried again.
    pub fn into_replay(mut self) -> Result<Replay> {
        self.stop()?;
        match mem::replace(&mut self.writer, Writer::Lost) {
            Writer::Here(replay) => Ok(*replay),
            Writer::Thread(_) | Writer::Lost => Err(lost()),
        }
    }

    /// The recording, where nobody writes in the background any more.
    fn here(&mut self) -> Option<Result<&mut Replay>> {
        match &mut self.writer {
            Writer::Thread(_) => None,
            Writer::Here(replay) => Some(Ok(replay)),
            Writer::Lost => Some(Err(lost())),
        }
    }

    /// Fails if nothing can be recorded, or something went wrong since the last call.
    pub(super) fn expect_sound(&mut self) -> Result<()> {
        match self.here() {
            Some(replay) => replay?.recorder().map(drop),
            None => self.line.expect_sound(),
        }
    }

    /// A copy whose memory is free, which is waited for.
    pub(super) fn free(&self) -> Result<Copy> {
        self.line.free(true)?.ok_or_else(lost)
    }

    /// Takes a copy back that is not to be recorded.
    pub(super) fn put_back(&self, copy: Copy) {
        self.line.put_back(copy);
    }

    /// Takes a copy that is to be recorded; on an error it stays where it is.
    pub(super) fn hand_over_copy(&mut self, copy: &mut Copy) -> Result<()> {
        let Some(replay) = self.here() else {
            self.line.push(mem::take(copy));
            return Ok(());
        };
        replay?.append_copy(copy)?;
        self.line.put_back(mem::take(copy));
        Ok(())
    }

    /// Ends the thread when all is written.
    pub(super) fn stop(&mut self) -> Result<&mut Replay> {
        if self.here().is_none() {
            self.line.flush()?;
            self.join();
            let (schedule, budget, left_out) = (self.copier.schedule, self.budget, self.left_out.clone());
            if let Some(Ok(Replay { recorder: Some(recorder), .. })) = self.here() {
                (recorder.schedule, recorder.budget, recorder.left_out) = (schedule, budget, left_out);
            }
        }
        self.here().unwrap_or_else(|| Err(lost()))
    }

    /// Waits for the thread, which writes what was handed over unless something went wrong that nobody has heard.
    fn join(&mut self) {
        self.line.close();
        if let Writer::Thread(thread) = mem::replace(&mut self.writer, Writer::Lost) {
            self.writer = thread.join().map_or(Writer::Lost, |replay| Writer::Here(Box::new(replay)));
        }
    }

    /// Does so if there is time for it.
    fn hand_over_in_time<M: Model + ?Sized>(&mut self, snapshot: (Moment, Metrics), model: &M) -> Result<bool> {
        let began = host::now();
        if !self.budget.allows(began) {
            self.copier.expect_later(snapshot.0)?;
            self.leave_out(snapshot.0);
            return Ok(false);
        }
        let is_taken = self.hand_over(snapshot, model)?;
        if is_taken {
            self.budget.spend(began, host::now());
        }
        Ok(is_taken)
    }

    fn leave_out(&mut self, moment: Moment) {
        self.left_out.push(moment);
        self.copier.passed(moment);
    }

    /// Copies a snapshot and hands it over, unless there is no memory and it is to be left out.
    fn hand_over<M: Model + ?Sized>(&mut self, (moment, metrics): (Moment, Metrics), model: &M) -> Result<bool> {
        self.copier.expect_later(moment)?;
        let Some(mut copy) = self.line.free(self.waits)? else {
            self.leave_out(moment);
            return Ok(false);
        };
        if let Err(error) = self.copier.copy(&mut copy, (moment, metrics), model) {
            self.line.put_back(copy);
            return Err(error);
        }
        self.line.push(copy);
        self.copier.passed(moment);
        self.left_out.close();
        Ok(true)
    }
}

/// Writes what was handed over; an error is heard by nobody then.
impl Drop for BackgroundRecorder {
    fn drop(&mut self) {
        self.join();
    }
}

fn lost() -> Error {
    Error::Poisoned { reason: "the thread that writes has panicked".into() }
}

/// Starts the thread that writes.
fn start(line: Arc<Line>, replay: Replay) -> Result<JoinHandle<Replay>> {
    let started = thread::Builder::new().name("training-replay".into()).spawn(move || write(&line, replay));
    started.map_err(|source| Error::io("starting a thread that records", source))
}

/// Says to who waits that the thread has ended, also when it panics.
struct Leaving<'a>(&'a Line);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// Writes until nothing more comes.
fn write(line: &Line, mut replay: Replay) -> Replay {
    let _leaving = Leaving(line);
    while let Some(mut copy) = line.next() {
        let written = replay.append_copy(&mut copy);
        line.done(copy, written);
    }
    replay
}
