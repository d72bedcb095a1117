//! The player is one file, whose recordings are whole: what it opens in a browser, `web/player/test` looks at.
#![cfg(feature = "page")]

mod common;

use std::fs;

use base64::{Engine, engine::general_purpose::STANDARD};
use common::recordings::{folder, foreign, killed, shared};
use flate2::read::ZlibDecoder;
use training_replay::{Base, Error, Metrics, Replay, SharedData, plot::Player};

/// The recordings in a player, by their names as they stand there.
fn carried(html: &str) -> Vec<(String, Replay)> {
    let parts = html.split(r#"<script type="text/plain" class="recording" data-name=""#).skip(1);
    let read = |part: &str| {
        let (name, rest) = part.split_once("\">").unwrap();
        let deflated = STANDARD.decode(rest.split_once("</script>").unwrap().0).unwrap();
        let mut bytes = Vec::new();
        std::io::copy(&mut ZlibDecoder::new(deflated.as_slice()), &mut bytes).unwrap();
        (name.to_owned(), Replay::from_bytes(bytes).unwrap())
    };
    parts.map(read).collect()
}

#[test]
fn recordings_are_in_it_as_they_are_in_their_order_under_their_names() {
    let folder = folder();
    let replay = Replay::open(killed(folder.path())).unwrap();
    let mut player = Player::new("Two");
    player.recording("one", &replay).unwrap().recording("one", &replay).unwrap();
    let found = carried(&player.to_html().unwrap());
    assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["one", "one"]);
    for (_, copy) in found {
        assert!(copy.epochs().eq(replay.epochs()));
        for epoch in replay.epochs() {
            assert_eq!(copy.weights(epoch).unwrap(), replay.weights(epoch).unwrap());
        }
        assert_eq!(copy.dataset().unwrap(), replay.dataset().unwrap());
    }
}

#[test]
fn data_that_lie_in_another_file_come_along() {
    let folder = folder();
    let replay = Replay::open(shared(folder.path())).unwrap();
    let mut player = Player::new("Shared data");
    player.recording("shared", &replay).unwrap();
    let (_, copy) = carried(&player.to_html().unwrap()).remove(0);
    assert!(SharedData::of(&replay).is_some() && SharedData::of(&copy).is_none());
    assert_eq!(copy.dataset().unwrap(), replay.dataset().unwrap());
    fs::remove_file(folder.path().join("moons.dataset")).unwrap();
    let lost = Replay::open(folder.path().join("shared.replay")).unwrap();
    let error = player.recording("lost", &lost).unwrap_err();
    assert!(error.to_string().contains("moons.dataset"), "{error}");
}

#[test]
fn a_recording_that_it_could_not_show_is_an_error_and_leaves_it_as_it_was() {
    let folder = folder();
    let mut player = Player::new("Some cannot be shown");
    let foreign = Replay::open(foreign(folder.path())).unwrap();
    assert!(player.recording("foreign", &foreign).is_err());
    assert!(player.recording("empty", &Replay::options().in_memory()).is_err());
    let replay = Replay::open(killed(folder.path())).unwrap();
    let weights = replay.weights(replay.epochs().next().unwrap()).unwrap();
    let mut without_data = Replay::options().in_memory();
    without_data.record(&weights, Metrics::new()).unwrap();
    assert!(player.recording("without data", &without_data).is_err());
    assert!(carried(&player.to_html().unwrap()).is_empty());
    for i in 0..32 {
        player.recording(i.to_string(), &replay).unwrap();
    }
    let error = player.recording("one too many", &replay).unwrap_err();
    assert!(matches!(&error, Error::Invalid { expected, .. } if expected == "at most 32"), "{error}");
    assert_eq!(carried(&player.to_html().unwrap()).len(), 32);
}

#[test]
fn weights_that_lie_in_a_base_are_missed_before_the_player_is_made() {
    let folder = folder();
    let whole = Replay::open(killed(folder.path())).unwrap();
    let snapshot = whole.at(0).unwrap();
    let first = snapshot.model();
    let mut small = common::recordings::options().without_parameters(["hidden/*"]).in_memory();
    small.record(first, Metrics::new()).unwrap();
    let completed = Base::of(first).unwrap().complete(small).unwrap();
    assert_eq!(completed.at(0).unwrap().model(), first, "here it is whole");
    let error = Player::new("A base").recording("small", &completed).unwrap_err();
    assert!(error.to_string().contains("left out"), "{error}");
}

#[test]
fn a_name_or_title_is_never_markup_and_a_mark_in_it_is_none() {
    let folder = folder();
    let replay = Replay::open(killed(folder.path())).unwrap();
    let hostile = r#"</script><b>{{module}}" onload="x"#;
    let mut player = Player::new(hostile);
    player.recording(hostile, &replay).unwrap();
    let html = player.to_html().unwrap();
    assert!(!html.contains("<b>") && !html.contains(r#"" onload="#));
    assert_eq!(html.matches("{{module}}").count(), 3, "in the title, the heading and the name");
    assert_eq!(html.matches("</script>").count(), 3, "the recording, the module, the script");
}

#[test]
fn it_is_written_whole_to_a_file_that_is_called_a_page() {
    let folder = folder();
    let path = folder.path().join("player.html");
    Player::new("Nothing yet").save(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), Player::new("Nothing yet").to_html().unwrap());
    let error = Player::new("Nothing yet").save(folder.path().join("player.replay")).unwrap_err();
    assert!(error.to_string().contains("a player"), "{error}");
    assert!(!folder.path().join("player.replay").exists());
}
