//! What a cell of a notebook prints: blocks that evcxr reads, with figure, animation and page in them, or what went wrong.
#![cfg(feature = "evcxr")]

#[path = "common/trained.rs"]
mod trained;

use std::process::Command;

use base64::{Engine, engine::general_purpose::STANDARD};
use training_replay::{
    Activation, datasets,
    plot::{Animation, Figure, Page, Panel, Player, RunPlots},
};

/// What ends a block, in a title that tries to.
const TITLE: &str = "one\nEVCXR_END_CONTENT\n\"two\" & <three>";

fn figure() -> Figure {
    Figure::of(Panel::activation(Activation::Tanh)).size(200, 150)
}

fn animation() -> Vec<u8> {
    Animation::of(&[0, 1]).gif(|_| Ok(figure())).unwrap().bytes().to_vec()
}

fn page() -> Page {
    let replay = trained::article(&datasets::moons(20, 0.1, 7), Activation::Tanh, 2);
    let mut page = Page::new(TITLE);
    page.run(TITLE, &RunPlots::of(replay.run().unwrap()).unwrap()).unwrap();
    page
}

fn player() -> Player {
    let mut player = Player::new(TITLE);
    player.recording(TITLE, &trained::article(&datasets::moons(20, 0.1, 7), Activation::Tanh, 2)).unwrap();
    player
}

/// What the others read: it prints past the harness that catches what is printed.
#[test]
#[ignore = "prints what a cell does"]
fn prints() {
    match std::env::var("CELL").unwrap_or_default().as_str() {
        "figure" => figure().evcxr_display(),
        "panel" => Panel::activation(Activation::Tanh).evcxr_display(),
        "animation" => Animation::of(&[0, 1]).gif(|_| Ok(figure())).unwrap().evcxr_display(),
        "page" => page().evcxr_display(),
        "player" => player().evcxr_display(),
        "failed" => Figure::of(Panel::activation(Activation::Tanh).titled("大小")).evcxr_display(),
        other => panic!("{other}"),
    }
}

/// The kind and the content of the one block that a cell prints, as evcxr reads it: up to a line that is the end.
fn shown(cell: &str) -> (String, String) {
    let this = std::env::current_exe().unwrap();
    let ran = Command::new(this).args(["--ignored", "--exact", "prints", "--nocapture"]).env("CELL", cell).output();
    let out = String::from_utf8(ran.unwrap().stdout).unwrap();
    assert_eq!(out.matches("EVCXR_BEGIN_CONTENT ").count(), 1, "{cell}");
    let (kind, rest) = out.split_once("EVCXR_BEGIN_CONTENT ").unwrap().1.split_once('\n').unwrap();
    (kind.to_owned(), rest.split_once("\nEVCXR_END_CONTENT").unwrap().0.to_owned())
}

fn decoded(content: &str) -> Vec<u8> {
    STANDARD.decode(content).unwrap()
}

#[test]
fn figures_and_panels_are_their_pngs() {
    let (kind, content) = shown("figure");
    assert_eq!((kind.as_str(), decoded(&content)), ("image/png", figure().to_png().unwrap()));
    let panel = Figure::of(Panel::activation(Activation::Tanh)).to_png().unwrap();
    assert_eq!(decoded(&shown("panel").1), panel);
}

#[test]
fn animations_are_their_gifs() {
    let (kind, content) = shown("animation");
    assert_eq!((kind.as_str(), decoded(&content)), ("image/gif", animation()));
}

/// The page in a frame that may run scripts and hand files out.
fn framed(cell: &str) -> String {
    let (kind, content) = shown(cell);
    assert_eq!(kind, "text/html");
    assert_eq!(content.lines().count(), 1);
    let behind = "\" sandbox=\"allow-scripts allow-downloads\" title=";
    let inside = content.strip_prefix("<iframe srcdoc=\"").unwrap().split_once(behind).unwrap().0;
    assert!(!inside.contains('"'), "nothing ends the attribute");
    let html = [("&#10;", "\n"), ("&#13;", "\r"), ("&quot;", "\""), ("&amp;", "&")];
    html.iter().fold(inside.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}

#[test]
fn a_page_is_whole_in_a_frame_whatever_its_title() {
    assert_eq!(framed("page"), page().to_html().unwrap());
}

#[test]
fn a_player_is_whole_in_a_frame_that_may_hand_files_out() {
    let framed = framed("player");
    let html = player().to_html().unwrap();
    // The recording of another process has another number by which it is known.
    let parts = |html: &str| {
        let (before, rest) = html.split_once(r#"class="recording""#).unwrap();
        (before.to_owned(), rest.split_once("</script>").unwrap().1.to_owned())
    };
    assert_eq!(parts(&framed), parts(&html));
}

#[test]
fn what_cannot_be_drawn_is_said_in_words() {
    let (kind, content) = shown("failed");
    assert_eq!(kind, "text/plain");
    assert!(content.starts_with("error: ") && content.contains("no font has the letters"), "{content}");
}
