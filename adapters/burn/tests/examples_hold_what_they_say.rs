//! The examples run, their assertions hold, and the glue that a user writes in them is short.

#[path = "../examples/characters.rs"]
mod characters;
#[path = "../examples/digits.rs"]
mod digits;
#[cfg(feature = "train")]
#[path = "../examples/learner.rs"]
mod learner;
#[path = "../examples/moons.rs"]
mod moons;

use std::sync::{Mutex, MutexGuard, PoisonError};

use training_replay::Result;

/// Seeds are of the whole process: one example at a time.
fn alone() -> MutexGuard<'static, ()> {
    static SEED: Mutex<()> = Mutex::new(());
    SEED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn a_perceptron_on_moons_is_replayed() -> Result<()> {
    let _alone = alone();
    moons::main()
}

#[test]
fn a_model_of_characters_is_replayed() -> Result<()> {
    let _alone = alone();
    characters::main()
}

#[test]
fn a_convolutional_network_on_digits_is_replayed() -> Result<()> {
    let _alone = alone();
    digits::main()
}

#[cfg(feature = "train")]
#[test]
fn the_learner_is_recorded() -> Result<()> {
    let _alone = alone();
    learner::main()
}

/// Lines of code between the two markers.
fn glue(source: &str) -> usize {
    let (_, behind) = source.split_once("// glue\n").expect("the first marker");
    let (glue, _) = behind.split_once("// end of glue\n").expect("the second marker");
    glue.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

fn lines_with(source: &str, what: &str) -> usize {
    source.lines().filter(|line| line.contains(what) && !line.trim_start().starts_with("use ")).count()
}

#[test]
fn replaying_takes_12_lines_of_a_perceptron_and_20_of_a_convolutional_network() {
    let (moons, digits) = (include_str!("../examples/moons.rs"), include_str!("../examples/digits.rs"));
    assert!((1..=12).contains(&glue(include_str!("../examples/characters.rs"))));
    assert!((1..=12).contains(&glue(moons)), "{}", glue(moons));
    assert!((1..=20).contains(&glue(digits)), "{}", glue(digits));
}

#[test]
fn recording_takes_3_lines_of_a_loop_and_one_call_of_the_learners_builder() {
    let (moons, learner) = (include_str!("../examples/moons.rs"), include_str!("../examples/learner.rs"));
    // One that creates the replay, and one in the loop.
    assert_eq!(lines_with(moons, "Replay::options()") + lines_with(moons, "replay.record("), 2);
    assert_eq!(lines_with(learner, "recording.strategy()"), 1);
    assert_eq!(lines_with(learner, "SupervisedTraining::new"), 1);
}

#[test]
fn lines_of_glue_are_counted_without_comments() {
    assert_eq!(glue("a\n// glue\n  b\n\n // c\nd\n// end of glue\ne"), 2);
}
