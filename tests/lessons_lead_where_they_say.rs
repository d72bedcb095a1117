//! A lesson on a page is text that is never markup, and whatever its sentences lead to is on the page, or it is an error that says
//! which sentence. What a person does with it is tested in a browser, by `tests/browser/lesson.test.mjs`.
#![cfg(feature = "plot")]

#[path = "common/page.rs"]
mod decoded;
mod house;
#[path = "common/trained.rs"]
mod trained;

use decoded::DecodedPage;
use house::html::{Tag, tags};
use training_replay::{
    Activation, Error, Replay,
    analysis::{Baseline, Quantity},
    datasets,
    plot::{Follow, Lesson, Page, PagePanel, Panel, RunPlots, Sentence},
};

fn replay() -> Replay {
    trained::article(&datasets::moons(30, 0.1, 7), Activation::Tanh, 4)
}

fn add<'p>(page: &'p mut Page, name: &str, replay: &Replay) -> &'p mut Page {
    page.run(name, &RunPlots::of(replay.run().unwrap()).unwrap()).unwrap()
}

fn page() -> Page {
    let mut page = Page::new("A page");
    add(&mut page, "tanh", &replay());
    page
}

fn lesson(sentence: Sentence) -> Lesson {
    Lesson::new("A lesson").section("The start", ["It begins.".into()]).section("The end", ["So far.".into(), sentence])
}

/// What is wrong with a sentence on the page of one run.
fn wrong(sentence: Sentence) -> String {
    page().lesson(&lesson(sentence)).unwrap_err().to_string()
}

/// The sentences of a page's lesson: their attributes.
fn sentences(html: &str) -> Vec<Tag> {
    tags(html).into_iter().filter(|tag| tag.get("data-sentence").is_some()).collect()
}

#[test]
fn a_sentence_holds_where_it_leads() {
    let mut page = page();
    add(&mut page, "other", &replay()).panel(&Panel::activation(Activation::Tanh), &Follow::Nothing).unwrap();
    let all = [
        Sentence::new("One."),
        Sentence::new("Two.").epoch(3),
        Sentence::new("Three.").epoch(0).run("other").panel(PagePanel::Picture(0)),
        Sentence::new("Four.").panel(PagePanel::Violins),
    ];
    let html = page.lesson(&Lesson::new("A lesson").section("All", all)).unwrap().to_html().unwrap();
    let found: Vec<_> = sentences(&html)
        .iter()
        .map(|tag| {
            ["data-sentence", "data-epoch", "data-run", "data-panel"].map(|name| tag.get(name).map(str::to_owned))
        })
        .collect();
    let expected = [
        [Some("1.1"), None, None, None],
        [Some("1.2"), Some("3"), None, None],
        [Some("1.3"), Some("0"), Some("1"), Some("picture-0")],
        [Some("1.4"), None, None, Some("violins")],
    ];
    assert_eq!(found, expected.map(|row| row.map(|value| value.map(str::to_owned))));
    assert!(html.contains("epoch 0 \u{b7} <bdi>other</bdi>"), "in words, too");
}

#[test]
fn a_page_without_a_lesson_has_no_region_for_one_and_a_second_lesson_replaces_the_first() {
    let mut page = page();
    let has_region = |html: &str| tags(html).iter().any(|tag| tag.get("id") == Some("lesson"));
    assert!(!has_region(&page.to_html().unwrap()));
    page.lesson(&lesson("Once.".into())).unwrap();
    let html = page.lesson(&lesson("Twice.".into())).unwrap().to_html().unwrap();
    assert!(has_region(&html) && html.contains("Twice.") && !html.contains("Once."));
    page.lesson(&lesson(Sentence::new("Never.").epoch(9))).unwrap_err();
    assert_eq!(page.to_html().unwrap(), html, "one that is refused changes nothing");
}

#[test]
fn an_epoch_that_the_page_does_not_show_is_an_error_that_names_the_nearest() {
    let message = wrong(Sentence::new("All is right.").epoch(5).run("tanh"));
    assert_eq!(
        message,
        "the epoch of sentence 2, \"All is right.\", of section 2, \"The end\" is 5; it must be an epoch that the page shows of \
         \"tanh\", the nearest is 4"
    );
    let message = wrong(Sentence::new("Late.").epoch(u64::MAX));
    assert!(message.ends_with("is 18446744073709551615; it must be an epoch that the page shows, the nearest is 4"));
    let replay = replay();
    let mut page = page();
    let some = RunPlots::of(replay.run().unwrap().epochs([0, 2, 4])).unwrap();
    page.run("some", &some).unwrap();
    page.lesson(&lesson(Sentence::new("Three.").epoch(3))).unwrap();
    let error = page.lesson(&lesson(Sentence::new("Three.").epoch(3).run("some"))).unwrap_err();
    assert!(error.to_string().contains("of \"some\""), "{error}");
}

#[test]
fn a_run_that_is_not_on_the_page_or_there_twice_is_an_error() {
    let message = wrong(Sentence::new("Elsewhere.").run("Tanh"));
    assert!(message.contains("the run of sentence 2, \"Elsewhere.\"") && message.contains("\"Tanh\""), "{message}");
    assert!(message.ends_with("it must be one of those on the page: \"tanh\""), "{message}");
    let mut page = page();
    add(&mut page, "tanh", &replay());
    let error = page.lesson(&lesson(Sentence::new("Which?").run("tanh"))).unwrap_err().to_string();
    assert!(error.ends_with("is \"tanh\", the name of 2 runs; it must be the name of one run alone"), "{error}");
    for _ in 0..11 {
        add(&mut page, "x", &replay());
    }
    let error = page.lesson(&lesson(Sentence::new("Which?").run("y"))).unwrap_err().to_string();
    assert!(error.ends_with("\"x\", \"x\" and 3 more"), "{error}");
}

#[test]
fn a_panel_that_the_page_does_not_show_is_an_error_that_lists_those_it_does() {
    let message = wrong(Sentence::new("A fit.").panel(PagePanel::Fit));
    assert!(message.contains("the panel of sentence 2, \"A fit.\"") && message.contains(" is fit; "), "{message}");
    let known = "it must be one that the page shows: hidden, input, probability, losses, curves, violins, network";
    assert!(message.ends_with(known), "{message}");
    for other in [PagePanel::Predictions, PagePanel::Residuals, PagePanel::Confusion, PagePanel::Picture(0)] {
        assert!(wrong(Sentence::new("It.").run("tanh").panel(other)).contains("of \"tanh\": hidden"), "{other}");
    }
}

#[test]
fn a_quantity_that_the_page_has_no_violins_of_is_an_error_that_lists_those_it_has() {
    let message = wrong(Sentence::new("They change.").quantity(Quantity::weights().since(Baseline::Start)));
    assert!(message.starts_with("the quantity of sentence 2, \"They change.\""), "{message}");
    assert!(
        message.ends_with("it must be one that the page shows: weights, z-values, activations, gradients"),
        "{message}"
    );
    let html = page().lesson(&lesson(Sentence::new("They are.").quantity(Quantity::activations()))).unwrap().to_html();
    assert_eq!(sentences(&html.unwrap()).last().unwrap().get("data-quantity"), Some("activations"));
}

/// A page's own panels are those that a browser makes: `tests/browser/lesson.test.mjs` compares them on the page `mixed`.
#[test]
fn every_kind_of_panel_can_be_spoken_of() {
    let mut page = page();
    add(&mut page, "numbers", &trained::sine());
    add(&mut page, "labels", &trained::labelled())
        .panel(&Panel::activation(Activation::Tanh), &Follow::Nothing)
        .unwrap();
    let of = |run: &str, panel| Sentence::new("Here.").run(run).panel(panel);
    let all = [
        of("tanh", PagePanel::FeatureSpace),
        of("tanh", PagePanel::InputSpace),
        of("numbers", PagePanel::Fit),
        of("numbers", PagePanel::Predictions),
        of("numbers", PagePanel::Residuals),
        of("labels", PagePanel::Probabilities),
        of("labels", PagePanel::Confusion),
        of("numbers", PagePanel::Losses),
        of("numbers", PagePanel::Curves),
        of("tanh", PagePanel::Violins),
        of("labels", PagePanel::Picture(0)),
    ];
    page.lesson(&Lesson::new("All").section("All", all)).unwrap();
    for (run, panel) in
        [("numbers", PagePanel::Probabilities), ("numbers", PagePanel::InputSpace), ("labels", PagePanel::Fit)]
    {
        page.lesson(&lesson(of(run, panel))).unwrap_err();
    }
}

#[test]
fn a_sentence_that_leads_somewhere_needs_a_run_on_the_page_and_others_need_none() {
    let mut page = Page::new("Nothing yet");
    for sentence in
        [Sentence::new("a").epoch(0), Sentence::new("a").run("x"), Sentence::new("a").panel(PagePanel::Losses)]
    {
        let error = page.lesson(&lesson(sentence)).unwrap_err();
        assert!(matches!(&error, Error::Missing { hint, .. } if hint.contains("`Page::run`")), "{error}");
    }
    assert!(page.lesson(&lesson("Words.".into())).unwrap().to_html().unwrap().contains("Words."));
}

#[test]
fn what_has_no_words_is_an_error_that_says_where() {
    let refused = |lesson: &Lesson| page().lesson(lesson).unwrap_err().to_string();
    for nothing in ["", " \n\t", "\u{200e}\u{202e}\u{feff}", "\0", "\u{3000}\u{200b}"] {
        let message = wrong(nothing.into());
        assert!(message.starts_with("sentence 2 of section 2, \"The end\" is "), "{message}");
        assert!(message.ends_with("it must be words"), "{message}");
        let message = refused(&Lesson::new(nothing).section("One", ["a".into()]));
        assert!(message.starts_with("the title of the lesson is "), "{message}");
        let message = refused(&Lesson::new("A lesson").section(nothing, ["a".into()]));
        assert!(message.starts_with("the heading of section 1 of the lesson is "), "{message}");
    }
    assert!(refused(&Lesson::new("A lesson")).contains("without sections"));
    let message = refused(&Lesson::new("A lesson").section("One", ["a".into()]).section("Two", []));
    assert_eq!(message, "section 2 of the lesson is without sentences; it must be of one sentence or more");
    page().lesson(&lesson("\u{200f}\u{5d0}".into())).unwrap();
}

#[test]
fn a_language_that_is_no_tag_is_an_error() {
    let in_language = |tag: &str| Lesson::new("A lesson").section("One", ["a".into()]).language(tag);
    for tag in ["", "english language", "en_US", "pt--BR", "\"><script>", "-", "abcdefghi"] {
        let error = page().lesson(&in_language(tag)).unwrap_err().to_string();
        assert!(error.starts_with("the language of the lesson is ") && error.contains("such as `en`"), "{error}");
    }
    for tag in ["de", "pt-BR", "zh-Hant-TW"] {
        let html = page().lesson(&in_language(tag)).unwrap().to_html().unwrap();
        assert!(html.contains(&format!("lang=\"{tag}\"")));
    }
}

/// Whatever it is made of, a lesson adds its own few tags, and is read as it was written.
#[test]
fn words_are_never_markup() {
    let hostile = [
        "</script><script>window.pwned=1</script>",
        "<img src=x onerror=\"window.pwned=1\"> & {{js}} {{data}}",
        "</li></ol></aside><!-- ' \" -->",
        "\u{202e}desrever \u{2066} \u{1f469}\u{200d}\u{1f680} \u{5e9}\u{5dc}\u{5d5}\u{5dd}",
    ];
    let build = |words: [&str; 4]| {
        let mut page = Page::new("A page");
        add(&mut page, words[3], &replay());
        let sentences = words.map(|word| Sentence::new(word).epoch(1).run(words[3]));
        page.lesson(&Lesson::new(words[0]).section(words[1], sentences)).unwrap().to_html().unwrap()
    };
    let (html, plain) = (build(hostile), build(["a", "b", "c", "d"]));
    let names = |html: &str| tags(html).into_iter().map(|tag| tag.name).collect::<Vec<_>>();
    assert_eq!(names(&html), names(&plain));
    assert!(html.contains("&lt;img src=x onerror=&quot;window.pwned=1&quot;&gt; &amp; {{js}} {{data}}"));
    assert!(html.contains("\u{1f469}\u{200d}\u{1f680}"));
    assert_eq!(DecodedPage::read(html).run(0)["name"], hostile[3], "and the data are where they were");
}

#[test]
fn a_sentence_of_a_megabyte_is_held_and_an_error_repeats_its_beginning_only() {
    let long = "<&\u{1f680}words ".repeat(1 << 16);
    let html = page().lesson(&lesson(Sentence::new(&long).epoch(1))).unwrap().to_html().unwrap();
    assert!(html.contains(&"&lt;&amp;\u{1f680}words ".repeat(1 << 16)));
    let message = wrong(Sentence::new(&long).epoch(9));
    assert!(message.len() < 500, "{} bytes", message.len());
}

/// U+0000 and its like are no characters of a page.
#[test]
fn control_characters_become_the_replacement_character() {
    let html = page().lesson(&lesson("a\0b\u{1b}[31m".into())).unwrap().to_html().unwrap();
    assert!(html.contains("a\u{fffd}b\u{fffd}[31m") && !html.contains('\0'));
}
