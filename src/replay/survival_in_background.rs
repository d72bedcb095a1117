//! What survives when calls of the backend fail or block while another thread writes.

use std::{
    io,
    path::Path,
    sync::{Arc, Condvar, Mutex},
};

use super::{
    BackgroundRecorder, Durability, Replay,
    survival::{COMPRESSED, begin, data, metrics, moment, number, recorded, settings, state, weights},
};
use crate::{
    Error, Metrics, Result, Training,
    storage::{
        Backend,
        testing::faulty::{Call, Calls, Fault, Faulty},
    },
};

const SNAPSHOTS: u64 = 5;

/// How many values the model has: a record takes one write, or several.
const SIZES: [usize; 2] = [7, 300_000];

fn recorder(backend: &(impl Backend + Clone + 'static), compressed: bool, copies: usize) -> Result<BackgroundRecorder> {
    let options = settings(compressed).dataset(&data()).durability(Durability::Every(2));
    BackgroundRecorder::new(begin(backend, options)?, copies)
}

fn record(recorder: &mut BackgroundRecorder, size: usize, at: u64) -> Result<()> {
    let weights = weights(size, at, 0);
    let model = Training::new(&weights, state(at, 0));
    recorder.record_at(moment(at), &model, metrics(at, 0)).map(|is_taken| assert!(is_taken))
}

/// Fails unless the bytes hold at least so many snapshots, the first ones, whole and right.
fn expect_snapshots(backend: &Faulty, size: usize, acknowledged: u64) {
    let replay = match Replay::from_bytes(backend.bytes()) {
        Err(error) => return assert!(acknowledged == 0 && matches!(error, Error::NotStarted { .. }), "{error}"),
        Ok(replay) => replay,
    };
    let there = recorded(&replay);
    assert!(there.len() as u64 >= acknowledged && there == (0..there.len() as u64).collect(), "{there:?}");
    for at in there {
        assert_eq!(replay.weights(moment(at)).unwrap(), weights(size, at, 0));
        assert_eq!(replay.metrics(moment(at)).unwrap(), metrics(at, 0));
        assert_eq!(replay.training().state(moment(at)).unwrap().arrays(), &state(at, 0));
    }
}

/// Repeats a call until it succeeds; how often it failed, each time with an error of a snapshot that waits.
fn insist(mut call: impl FnMut() -> Result<()>) -> usize {
    let failed = |result: &Result<()>| match result {
        Err(error) => {
            assert!(matches!(error, Error::InBackground { waits: true, .. }), "{error}");
            true
        }
        Ok(()) => false,
    };
    (0..9).take_while(|_| failed(&call())).count()
}

#[test]
fn whichever_write_fails_it_is_an_error_of_the_next_call_and_the_snapshot_is_tried_again() {
    for (&compressed, size) in COMPRESSED.iter().flat_map(|compressed| SIZES.map(|size| (compressed, size))) {
        let undisturbed = Faulty::default();
        let mut whole = recorder(&undisturbed, compressed, 2).unwrap();
        (0..SNAPSHOTS).for_each(|at| record(&mut whole, size, at).unwrap());
        whole.finish().unwrap();
        for (n, fault) in (1..undisturbed.calls(Call::Write)).flat_map(|n| [(n, Fault::Short), (n, Fault::NoSpace)]) {
            let backend = Faulty::default().breaking(Call::Write, Calls::Nth(n), fault);
            let mut recorder = recorder(&backend, compressed, 1 + n % 3).unwrap();
            let mut failed = 0;
            for at in 0..SNAPSHOTS {
                failed += insist(|| record(&mut recorder, size, at));
                expect_snapshots(&backend, size, recorder.acknowledged().map_or(0, |last| number(last) + 1));
            }
            failed += insist(|| recorder.flush());
            assert_eq!(recorder.acknowledged(), Some(moment(SNAPSHOTS - 1)));
            let finished = recorder.finish();
            assert_eq!(failed + usize::from(finished.is_err()), 1, "write {n}, {fault:?}");
            recorder.finish().or(finished).unwrap();
            assert!(backend.bytes() == undisturbed.bytes(), "write {n}, {fault:?}: as if nothing had happened");
        }
    }
}

#[test]
fn while_the_disk_is_full_nothing_is_dropped_and_when_it_has_room_all_is_written() {
    let backend = Faulty::default().breaking(Call::Write, Calls::From(3..), Fault::NoSpace);
    let mut recorder = recorder(&backend, false, 3).unwrap();
    let taken = (0..20).take_while(|&at| record(&mut recorder, 7, at).is_ok()).count() as u64;
    for _ in 0..5 {
        let message = recorder.flush().unwrap_err().to_string();
        assert!(message.contains("was handed over and is not recorded yet: writing test: "), "{message}");
    }
    let acknowledged = recorder.acknowledged().map_or(0, |last| number(last) + 1);
    assert_eq!(recorder.pending() as u64, taken - acknowledged);
    backend.mend();
    insist(|| recorder.flush());
    for at in taken..20 {
        record(&mut recorder, 7, at).unwrap();
    }
    recorder.finish().unwrap();
    expect_snapshots(&backend, 7, 20);
}

#[test]
fn a_disk_that_does_not_confirm_is_an_error_of_every_further_call() {
    let backend = Faulty::default().breaking(Call::Sync, Calls::Nth(0), Fault::Error);
    let mut recorder = recorder(&backend, false, 2).unwrap();
    let results: Vec<_> = (0..9).map(|at| record(&mut recorder, 7, at)).collect();
    assert!(results.iter().any(Result::is_err) || recorder.flush().is_err());
    for result in [recorder.flush(), record(&mut recorder, 7, 9), recorder.finish()] {
        assert!(matches!(result, Err(Error::InBackground { waits: true, .. })), "{result:?}");
    }
    expect_snapshots(&backend, 7, 2);
}

/// Bytes whose writes wait as long as a gate is shut, or panic.
#[derive(Clone, Debug, Default)]
struct Gated {
    inner: Faulty,
    gate: Arc<(Mutex<Gate>, Condvar)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Gate {
    #[default]
    Open,
    Shut,
    Broken,
}

impl Gated {
    fn set(&self, gate: Gate) {
        *self.gate.0.lock().unwrap() = gate;
        self.gate.1.notify_all();
    }
}

impl Backend for Gated {
    fn len(&self) -> io::Result<u64> {
        Backend::len(&self.inner)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.inner.read_at(buffer, offset)
    }

    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let gate = *self.gate.1.wait_while(self.gate.0.lock().unwrap(), |gate| *gate == Gate::Shut).unwrap();
        assert!(gate == Gate::Open, "a backend that panics");
        self.inner.write_at(bytes, offset)
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        Backend::truncate(&mut self.inner, length)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.inner.sync()
    }

    fn is_lost(&self, path: Option<&Path>) -> io::Result<bool> {
        self.inner.is_lost(path)
    }
}

#[test]
fn what_is_left_out_is_listed_and_everything_else_is_written() {
    let backend = Gated::default();
    let mut recorder = recorder(&backend, false, 3).unwrap().leaving_out();
    backend.set(Gate::Shut);
    for at in 0..10 {
        let weights = weights(7, at, 0);
        let is_taken = recorder.record_at(moment(at), &weights, Metrics::new()).unwrap();
        assert_eq!(is_taken, at < 3, "three copies, and none of them is written");
    }
    assert_eq!(recorder.left_out().to_string(), "step 1 of epoch 2 to step 1 of epoch 5: 7");
    assert_eq!((recorder.pending(), recorder.acknowledged()), (3, None));
    backend.set(Gate::Open);
    recorder.flush().unwrap();
    assert_eq!((recorder.pending(), recorder.acknowledged()), (0, Some(moment(2))));
    assert_eq!(
        recorder.record(&weights(7, 11, 0), Metrics::new()).unwrap(),
        5,
        "the epoch that was left out at its step 1"
    );
    let mut replay = recorder.into_replay().unwrap();
    assert_eq!(recorded(&replay), [0, 1, 2, 10].into());
    replay.finish().unwrap();
    assert_eq!(replay.metadata().get("left_out"), Some(vec!["step 1 of epoch 2 to step 1 of epoch 5: 7"].into()));
}

#[test]
fn a_recorder_without_room_waits_and_leaves_nothing_out() {
    let backend = Gated::default();
    let mut recorder = recorder(&backend, false, 2).unwrap();
    backend.set(Gate::Shut);
    let opener = std::thread::spawn({
        let backend = backend.clone();
        move || {
            std::thread::sleep(std::time::Duration::from_millis(30));
            backend.set(Gate::Open);
        }
    });
    for at in 0..10 {
        record(&mut recorder, 7, at).unwrap();
        assert!(recorder.pending() <= 2);
    }
    opener.join().unwrap();
    recorder.flush().unwrap();
    assert!(recorder.left_out().is_empty());
    expect_snapshots(&backend.inner, 7, 10);
}

#[test]
fn a_thread_that_panics_is_an_error_and_nobody_waits_for_it() {
    let backend = Gated::default();
    let mut recorder = recorder(&backend, false, 2).unwrap();
    record(&mut recorder, 7, 0).unwrap();
    recorder.flush().unwrap();
    backend.set(Gate::Broken);
    let results: Vec<_> = (1..9).map(|at| record(&mut recorder, 7, at)).collect();
    assert!(matches!(results.last(), Some(Err(Error::Poisoned { .. }))), "{results:?}");
    assert!(matches!(recorder.flush(), Err(Error::Poisoned { .. })));
    assert!(matches!(recorder.finish(), Err(Error::Poisoned { .. })));
    expect_snapshots(&backend.inner, 7, 1);
    assert!(matches!(recorder.into_replay(), Err(Error::Poisoned { .. })));
}
