//! What a page calls that carries recordings: a run is opened, and the arrays of its epochs are computed.

#![expect(unsafe_code, reason = "`no_mangle`: the page knows functions by their names; there is no other")]

use std::cell::RefCell;

use training_replay::{
    Error, Result,
    plot::{LivePlane, LiveRun, LiveView},
};

use crate::room;

thread_local! {
    static RUNS: RefCell<Vec<LiveRun>> = RefCell::default();
}

/// Opens the run whose bytes are the request, and answers with how many epochs it has. Returns whether it could: the answer is an
/// error in words elsewhere. Runs have numbers in the order in which they are opened, from 0 on.
#[unsafe(no_mangle)]
extern "C" fn open_run() -> bool {
    let opened = LiveRun::open(&room::take()).map(|run| {
        let epochs = run.len() as u32;
        RUNS.with_borrow_mut(|runs| runs.push(run));
        epochs.to_le_bytes().to_vec()
    });
    answered(opened)
}

/// Computes the arrays of an epoch, by its place among those of the run, at a threshold if it is a number. Returns whether it could.
#[unsafe(no_mangle)]
extern "C" fn compute_epoch(run: usize, place: usize, threshold: f32) -> bool {
    let threshold = (!threshold.is_nan()).then_some(threshold);
    answered(RUNS.with_borrow(|runs| runs.get(run).ok_or_else(|| none(run))?.epoch(place, threshold)))
}

/// Answers with what is to be said of a run that looks at something else: at the layer whose name is the request, if it is not empty;
/// at these two of its units, if the first is not negative; at a threshold, if it is a number. Returns whether it could.
#[unsafe(no_mangle)]
extern "C" fn look(run: usize, threshold: f32, first: i32, second: i32) -> bool {
    let layer = String::from_utf8_lossy(&room::take()).into_owned();
    let view = LiveView {
        layer: (!layer.is_empty()).then_some(layer),
        units: (first >= 0).then_some([first as usize, second as usize]),
        threshold: (!threshold.is_nan()).then_some(threshold),
    };
    answered(RUNS.with_borrow(|runs| runs.get(run).ok_or_else(|| none(run))?.look(&view)))
}

/// Turns a run to what was looked at, of which the request is the first array; if it is empty, to what the page was made with.
/// Returns whether it could.
#[unsafe(no_mangle)]
extern "C" fn turn(run: usize) -> bool {
    let looked = room::take();
    let turned = RUNS.with_borrow_mut(|runs| runs.get_mut(run).ok_or_else(|| none(run))?.turn(&looked));
    answered(turned.map(|()| Vec::new()))
}

/// Computes a part of a plane anew: of the inputs, or of the feature space. Returns whether it could.
#[unsafe(no_mangle)]
extern "C" fn close_up(
    run: usize,
    place: usize,
    is_of_inputs: bool,
    left: f64,
    right: f64,
    bottom: f64,
    top: f64,
    threshold: f32,
) -> bool {
    let plane = if is_of_inputs { LivePlane::InputSpace } else { LivePlane::FeatureSpace };
    let threshold = (!threshold.is_nan()).then_some(threshold);
    let ends = [[left, right], [bottom, top]];
    answered(RUNS.with_borrow(|runs| runs.get(run).ok_or_else(|| none(run))?.close_up(place, plane, ends, threshold)))
}

/// Computes what a unit of the layer whose name is the request makes of a part of the plane of the inputs. Returns whether it could.
#[unsafe(no_mangle)]
extern "C" fn surface(run: usize, place: usize, unit: usize, left: f64, right: f64, bottom: f64, top: f64) -> bool {
    let layer = String::from_utf8_lossy(&room::take()).into_owned();
    let ends = [[left, right], [bottom, top]];
    answered(RUNS.with_borrow(|runs| runs.get(run).ok_or_else(|| none(run))?.surface(place, &layer, unit, ends)))
}

fn none(run: usize) -> Error {
    Error::Missing { missing: format!("there is no run {run}"), hint: "it has to be opened first".into() }
}

/// Gives the bytes as the answer, or an error in words.
fn answered(bytes: Result<Vec<u8>>) -> bool {
    let is_well = bytes.is_ok();
    room::give(bytes.unwrap_or_else(|error| error.to_string().into_bytes()));
    is_well
}
