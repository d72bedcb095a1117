//! The examples: what they find at their end holds, and they are as short as the documentation says.

#[allow(dead_code)]
#[path = "../examples/characters.rs"]
mod characters;
#[allow(dead_code)]
#[path = "../examples/digits.rs"]
mod digits;
#[allow(dead_code)]
#[path = "../examples/lora.rs"]
mod lora;
#[allow(dead_code)]
#[path = "../examples/moons.rs"]
mod moons;

/// The lines of an example that are no empty ones, from `// glue` to `// end of glue`.
fn glue(example: &str) -> usize {
    let inside = example.lines().skip_while(|line| line.trim() != "// glue").skip(1);
    inside.take_while(|line| line.trim() != "// end of glue").filter(|line| !line.trim().is_empty()).count()
}

#[test]
fn a_perceptron_replays_with_at_most_12_lines_and_a_convolutional_network_with_20() {
    let lines = [include_str!("../examples/moons.rs"), include_str!("../examples/digits.rs")].map(glue);
    println!("{lines:?}");
    assert!((1..=12).contains(&lines[0]) && (1..=20).contains(&lines[1]), "{lines:?}");
}

#[test]
fn three_lines_record_a_loop() {
    let lines = include_str!("../examples/moons.rs").lines().filter(|line| line.ends_with("// recorded")).count();
    assert_eq!(lines, 3);
}

#[test]
fn a_perceptron_on_moons_is_verified_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    moons::run(folder.path()).unwrap();
    assert!(folder.path().join("bend.png").exists());
}

#[test]
fn a_convolutional_network_on_digits_is_proved_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    digits::run(folder.path()).unwrap();
    assert!(folder.path().join("digits.png").exists());
}

#[test]
fn a_model_of_characters_is_proved_with_the_loss_of_each_character() {
    let folder = tempfile::tempdir().unwrap();
    characters::run(folder.path()).unwrap();
}

#[test]
fn adapters_of_low_rank_are_replayed_over_their_base_as_if_everything_had_been_recorded() {
    let folder = tempfile::tempdir().unwrap();
    lora::run(folder.path()).unwrap();
    lora::run(folder.path()).unwrap(); // over the files of the run before
}
