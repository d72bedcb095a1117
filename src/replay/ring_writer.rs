//! Who records what a ring of steps hands over: at once, or in the background.

use std::mem;

use super::{BackgroundRecorder, Replay, snapshot_copy::Copy};
use crate::{Moment, Result};

/// Who records what a ring of steps hands over.
#[derive(Debug)]
pub(super) enum RingWriter {
    /// Whoever hands it over.
    AtOnce { replay: Box<Replay>, free: Vec<Copy> },
    /// A thread, which has the memory of all copies but those that the ring holds.
    InBackground(Box<BackgroundRecorder>),
}

impl RingWriter {
    pub(super) fn at_once(replay: Replay) -> Self {
        Self::AtOnce { replay: replay.into(), free: Vec::new() }
    }

    /// The same in the background, with so many copies.
    pub(super) fn in_background(self, copies: usize) -> Result<Self> {
        Ok(Self::InBackground(BackgroundRecorder::of(self.into_replay()?, copies)?.into()))
    }

    /// Fails if nothing can be recorded, or something went wrong in the background since the last call.
    pub(super) fn expect_sound(&mut self) -> Result<()> {
        match self {
            Self::AtOnce { replay, .. } => replay.recorder().map(drop),
            Self::InBackground(recorder) => recorder.expect_sound(),
        }
    }

    /// A copy whose memory is free; in the background it is waited for.
    pub(super) fn free(&mut self) -> Result<Copy> {
        match self {
            Self::AtOnce { free, .. } => Ok(free.pop().unwrap_or_default()),
            Self::InBackground(recorder) => recorder.free(),
        }
    }

    /// Takes a copy back that is not to be recorded.
    pub(super) fn put_back(&mut self, copy: Copy) {
        match self {
            Self::AtOnce { free, .. } => free.push(copy),
            Self::InBackground(recorder) => recorder.put_back(copy),
        }
    }

    /// Records a copy, or hands it over to be recorded, and takes it; on an error it stays where it is.
    pub(super) fn record(&mut self, copy: &mut Copy) -> Result<()> {
        match self {
            Self::AtOnce { replay, free } => {
                replay.append_copy(copy)?;
                free.push(mem::take(copy));
                Ok(())
            }
            Self::InBackground(recorder) => recorder.hand_over_copy(copy),
        }
    }

    /// The last moment that is in the file.
    pub(super) fn acknowledged(&self) -> Option<Moment> {
        match self {
            Self::AtOnce { replay, .. } => replay.index.last(),
            Self::InBackground(recorder) => recorder.acknowledged(),
        }
    }

    /// The recording, when all is in the file; nothing is written in the background any more.
    pub(super) fn stop(&mut self) -> Result<&mut Replay> {
        match self {
            Self::AtOnce { replay, .. } => Ok(replay),
            Self::InBackground(recorder) => recorder.stop(),
        }
    }

    pub(super) fn into_replay(self) -> Result<Replay> {
        match self {
            Self::AtOnce { replay, .. } => Ok(*replay),
            Self::InBackground(recorder) => recorder.into_replay(),
        }
    }
}

/// That of a recording in memory.
impl Default for RingWriter {
    fn default() -> Self {
        Self::at_once(Replay::options().in_memory())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        path::Path,
        sync::{Arc, Condvar, Mutex},
    };

    use super::*;
    use crate::{
        Error, Metrics, ReplayOptions, StepRing,
        replay::survival::{COMPRESSED, begin, settings, weights},
        storage::{
            Backend,
            testing::faulty::{Call, Calls, Fault, Faulty},
        },
    };

    fn ring(backend: &(impl Backend + Clone + 'static), options: ReplayOptions, copies: usize) -> StepRing {
        let ring = StepRing::new(begin(backend, options).unwrap(), 3).unwrap();
        if copies == 0 { ring } else { ring.in_background(copies).unwrap() }
    }

    fn step(ring: &mut StepRing, step: u32, loss: f64) -> Result<bool> {
        ring.record_at((1, step), &weights(7, u64::from(step), 0), [("loss", loss)])
    }

    /// Repeats a call until it succeeds, or makes up for an alarm that could not be recorded; how often that failed.
    fn insist(ring: &mut StepRing, copies: usize, call: impl Fn(&mut StepRing) -> Result<()>) -> usize {
        match call(ring) {
            Ok(()) => 0,
            Err(Error::InBackground { waits: true, .. }) if copies == 0 => 1 + insist(ring, 1, StepRing::write),
            Err(Error::Io { .. } | Error::InBackground { waits: true, .. }) => 1 + insist(ring, copies, call),
            Err(error) => panic!("{error}"),
        }
    }

    /// Every third step is chosen, and the fifth one is alarming; how often a call failed.
    fn train(backend: &Faulty, compressed: bool, copies: usize) -> usize {
        let mut ring = ring(backend, settings(compressed).every_step(3), copies);
        let mut failed = insist(&mut ring, copies, |ring| ring.record(&weights(7, 0, 0), Metrics::new()).map(drop));
        for at in 1..=8 {
            let loss = if at == 5 { f64::NAN } else { 0.5 };
            failed += insist(&mut ring, copies, |ring| step(ring, at, loss).map(drop));
        }
        failed + insist(&mut ring, copies, StepRing::finish)
    }

    #[test]
    fn whichever_write_fails_the_file_is_in_the_end_as_if_nothing_had_happened_at_once_or_in_the_background() {
        for &compressed in COMPRESSED {
            let undisturbed = Faulty::default();
            assert_eq!(train(&undisturbed, compressed, 0), 0);
            let steps = Replay::from_bytes(undisturbed.bytes()).unwrap();
            let steps: Vec<_> = steps.steps().iter().filter_map(Moment::step).collect();
            assert_eq!(steps, [3, 4, 5, 6]);
            for copies in 0..3 {
                for (n, fault) in
                    (1..undisturbed.calls(Call::Write)).flat_map(|n| [(n, Fault::Short), (n, Fault::NoSpace)])
                {
                    let backend = Faulty::default().breaking(Call::Write, Calls::Nth(n), fault);
                    let what = format!("{copies} copies, write {n}, {fault:?}");
                    assert_eq!(train(&backend, compressed, copies), 1, "{what}");
                    assert!(backend.bytes() == undisturbed.bytes(), "{what}");
                }
            }
        }
    }

    /// Bytes whose writes wait as long as they are held up.
    #[derive(Clone, Debug, Default)]
    struct HeldUp(Faulty, Arc<(Mutex<bool>, Condvar)>);

    impl HeldUp {
        fn set(&self, is_held_up: bool) {
            *self.1.0.lock().unwrap() = is_held_up;
            self.1.1.notify_all();
        }
    }

    impl Backend for HeldUp {
        fn len(&self) -> io::Result<u64> {
            Backend::len(&self.0)
        }

        fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
            self.0.read_at(buffer, offset)
        }

        fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
            drop(self.1.1.wait_while(self.1.0.lock().unwrap(), |is_held_up| *is_held_up).unwrap());
            self.0.write_at(bytes, offset)
        }

        fn truncate(&mut self, length: u64) -> io::Result<()> {
            Backend::truncate(&mut self.0, length)
        }

        fn sync(&mut self) -> io::Result<()> {
            self.0.sync()
        }

        fn is_lost(&self, path: Option<&Path>) -> io::Result<bool> {
            self.0.is_lost(path)
        }
    }

    #[test]
    fn an_alarm_does_not_wait_for_the_disk_nor_do_as_many_steps_behind_it_as_there_are_copies() {
        let backend = HeldUp::default();
        let mut ring = ring(&backend, settings(false).every_step(1_000), 2);
        backend.set(true);
        for at in 1..=7 {
            let is_alarmed = step(&mut ring, at, if at == 5 { f64::INFINITY } else { 0.5 }).unwrap();
            assert_eq!(is_alarmed, at == 5);
        }
        assert_eq!((ring.acknowledged(), ring.alarms().len()), (None, 1));
        backend.set(false);
        ring.finish().unwrap();
        assert_eq!(ring.acknowledged(), Some((1, 5).into()));
        let replay = Replay::from_bytes(backend.0.bytes()).unwrap();
        assert_eq!(replay.steps().iter().filter_map(Moment::step).collect::<Vec<_>>(), [3, 4, 5]);
        assert_eq!(replay.metadata().get("alarm"), Some("step 5 of epoch 1: loss is inf".into()));
    }
}
