//! A translation of the page's texts has all of them, names what those in English name, and takes their place in the page; what a
//! browser makes of it is tested by `tests/browser/texts.test.mjs`.
#![cfg(feature = "page")]

mod house;
#[path = "common/texts.rs"]
mod texts;

use std::fs;

use house::root;
use serde_json::{Value, json};
use texts::pseudo;
use training_replay::{
    Error,
    plot::{Lesson, Page, Sentence, Texts},
};

/// English with something else in it, as JSON.
fn english_but(change: impl FnOnce(&mut Value)) -> String {
    let mut texts: Value = serde_json::from_str(Texts::english_file()).unwrap();
    change(&mut texts);
    texts.to_string()
}

/// What is wrong with a file of texts.
fn wrong(json: &str) -> String {
    match Texts::parse(json).unwrap_err() {
        error @ Error::Invalid { .. } => error.to_string(),
        error => panic!("{error}"),
    }
}

fn put(group: &str, name: &str, value: Value) -> String {
    english_but(|texts| texts[group][name] = value)
}

#[test]
fn english_is_a_translation_of_itself_and_what_a_page_has() {
    assert_eq!(Texts::parse(Texts::english_file()).unwrap(), Texts::english());
    let bom = format!("\u{feff}{}", Texts::english_file());
    assert_eq!(Texts::parse(&bom).unwrap(), Texts::english());
    let page = Page::new("A page");
    let html = page.to_html().unwrap();
    assert!(html.contains("<html lang=\"en\">") && html.contains("title=\"Play or pause (space)\""));
    assert_eq!(Page::new("A page").texts(Texts::english()).to_html().unwrap(), html);
}

#[test]
fn every_text_of_a_page_is_that_of_its_translation() {
    let german = Texts::parse(&pseudo("de")).unwrap();
    assert_eq!(german.language(), "de");
    let html = Page::new("A page").texts(german).to_html().unwrap();
    assert!(html.contains("<html lang=\"de\">"));
    let texts: Value = serde_json::from_str(Texts::english_file()).unwrap();
    let (body, _) = html.split_once("<script type=\"module\">").unwrap();
    assert!(!body.contains("{{"), "no mark is left");
    for (name, group) in texts.as_object().unwrap().iter().filter(|(name, _)| *name != "language") {
        for (key, text) in group.as_object().unwrap() {
            let text = text.as_str().unwrap_or("another");
            assert!(text.len() < 6 || !body.contains(&format!(">{text}<")), "{name}.{key}");
        }
    }
    assert!(body.contains("\u{27e6}\u{de}\u{13c}\u{e0}\u{fd}"), "Play is in the head's HTML, without a script");
}

#[test]
fn a_language_from_right_to_left_says_so_once() {
    for (tag, head) in
        [("ar", "lang=\"ar\" dir=\"rtl\""), ("pa-Arab-PK", "lang=\"pa-Arab-PK\" dir=\"rtl\""), ("pa", "lang=\"pa\"")]
    {
        let html = Page::new("A page").texts(Texts::parse(&pseudo(tag)).unwrap()).to_html().unwrap();
        assert!(html.contains(&format!("<html {head}>")), "{tag}");
    }
}

#[test]
fn words_are_never_markup_and_marks_in_them_are_words() {
    let hostile = "</script><b>{{js}} & \" \u{0} \u{2028}";
    let escaped = "&lt;/script&gt;&lt;b&gt;{{js}} &amp; &quot;";
    let error = wrong(&put("controls", "play", hostile.into()));
    assert!(error.contains("the text `controls.play`") && error.contains("braces"), "{error}");
    let texts = Texts::parse(&put("controls", "play", hostile.replace("{{js}}", "").into())).unwrap();
    let html = Page::new("A page").texts(texts).to_html().unwrap();
    assert!(html.contains(&escaped.replace("{{js}}", "")));
    assert!(!html.contains("</script><b>") && html.contains("\\u003c/script\\u003e\\u003cb\\u003e"));
}

#[test]
fn what_is_missing_unknown_or_there_twice_is_named() {
    let without = |name: &str| english_but(|texts| drop(texts["panel"].as_object_mut().unwrap().remove(name)));
    let expected = "the text `panel.save-png` is missing; \
                    it must be there: in English `panel.save-png` is \"Save as PNG: {panel}\"";
    assert_eq!(wrong(&without("save-png")), expected);
    let none = english_but(|texts| drop(texts.as_object_mut().unwrap().remove("keys")));
    let error = wrong(&none);
    assert!(
        error.starts_with("each of the texts `keys.buttons`") && error.contains(" and 15 more is missing"),
        "{error}"
    );
    let error = wrong(&put("panel", "save-jpeg", "Save as JPEG".into()));
    assert_eq!(error, "the text `panel.save-jpeg` is unknown; it must be a text of the page, as those in English are");
    let twice = Texts::english_file().replace("\"play\": \"Play\"", "\"play\": \"Play\", \"play\": \"Go\"");
    assert_eq!(wrong(&twice), "the text `controls.play` is there twice; it must be there once");
    let error = wrong(&Texts::english_file().replacen('{', "{\"lists\": {},", 1));
    assert_eq!(error, "the text `lists` is there twice; it must be there once");
}

#[test]
fn a_text_names_what_the_one_in_english_names() {
    let refused = [
        ("Speichern", "names nothing"),
        ("Speichern: {panel} {epoch}", "names {epoch} and {panel}"),
        ("Speichern: {Panel}", "braces"),
        ("Speichern: {panel", "braces"),
        ("Speichern: panel}", "braces"),
        ("Speichern: {{panel}}", "braces"),
        ("Speichern: {}{panel}", "braces"),
        (" \u{200b}\t", "words"),
        ("", "words"),
    ];
    for (text, why) in refused {
        let error = wrong(&put("panel", "save-png", text.into()));
        assert!(error.starts_with("the text `panel.save-png` is ") && error.contains(why), "{text}: {error}");
    }
    for text in ["{panel} speichern", "{panel}, {panel}", "\u{202b}{panel}\u{202c} \u{05e9}"] {
        Texts::parse(&put("panel", "save-png", text.into())).unwrap();
    }
    let many = "{panel}".repeat(200_000);
    Texts::parse(&put("panel", "save-png", many.into())).unwrap();
}

#[test]
fn forms_are_those_of_plurals_and_one_is_other() {
    let forms = |forms: Value| put("run", "samples", forms);
    let refused = [
        (json!("{count} samples"), "the text `run.samples` is a text alone; it must be forms in braces"),
        (json!({}), "the text `run.samples` is without it; it must be one with a form `other`"),
        (json!({"one": "{count} sample"}), "the text `run.samples` is without it"),
        (
            json!({"other": "{count}", "some": "{count}"}),
            "a form of the text `run.samples` is \"some\"; it must be one of zero",
        ),
        (
            json!({"other": "samples"}),
            "the text `run.samples` is one that names nothing; it must be one that names {count}",
        ),
        (
            json!({"other": "{count}", "few": "samples"}),
            "the form `few` of the text `run.samples` is one that names nothing",
        ),
        (
            json!({"other": "{count}", "one": "{all}"}),
            "the form `one` of the text `run.samples` is one that names {all}",
        ),
        (json!({"other": {"other": "{count}"}}), "the text `run.samples.other` is texts in braces"),
        (json!({"other": 5}), "the file of texts is none: invalid type: integer `5`"),
        (json!(null), "the file of texts is none: invalid type: null"),
    ];
    for (value, why) in refused {
        let error = wrong(&forms(value));
        assert!(error.starts_with(why), "{error}");
    }
    let polish = json!({"one": "jedna", "few": "{count} b", "many": "{count} c", "other": "{count} d"});
    Texts::parse(&forms(polish)).unwrap();
    let error = wrong(&put("controls", "play", json!({"other": "Play"})));
    assert_eq!(error, "the text `controls.play` is forms in braces; it must be a text alone");
}

#[test]
fn a_file_is_json_of_groups_with_a_language() {
    for tag in ["", "de_DE", "x-own", "d", "de-", "\u{5e2}"] {
        let error = wrong(&english_but(|texts| texts["language"] = tag.into()));
        assert!(error.starts_with("the `language` is "), "{tag}: {error}");
    }
    let error = wrong(&english_but(|texts| drop(texts.as_object_mut().unwrap().remove("language"))));
    assert!(error.starts_with("the `language` is missing; it must be a tag such as `en`"), "{error}");
    for text in ["", "{", "[]", "\"en\"", "{\"language\": \"en\"", &"{\"a\":".repeat(1000), "\u{0}"] {
        assert!(wrong(text).starts_with("the file of texts is "), "{text}");
    }
    assert!(wrong("{\"language\": \"en\"}").starts_with("each of the texts "));
    let error = wrong(&english_but(|texts| texts["lists"] = "a text".into()));
    assert_eq!(error, "the text `lists` is a text alone; it must be texts in braces");
}

/// A lesson keeps its language; the page's words in it are marked where that is another one, whichever was set first.
#[test]
fn the_epochs_of_a_lesson_are_in_the_language_of_the_page() {
    let lesson = Lesson::new("A lesson").section("Words", [Sentence::new("They lead nowhere.")]);
    let mut page = Page::new("A page");
    page.lesson(&lesson).unwrap();
    let html = page.texts(Texts::parse(&pseudo("de")).unwrap()).to_html().unwrap();
    assert!(html.contains("<html lang=\"de\">") && html.contains("aria-labelledby=\"lesson-title\" lang=\"en\""));
}

/// A text that no script and no part of the page asks for is one that somebody translates for nobody.
#[test]
fn every_text_in_english_is_used() {
    let folder = root().join("src/plot/page");
    let mut sources = fs::read_to_string(folder.join("web/page.html")).unwrap();
    for file in fs::read_dir(folder.join("web")).unwrap().chain(fs::read_dir(&folder).unwrap()) {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|it| it == "js" || it == "rs") {
            sources.push_str(&fs::read_to_string(path).unwrap());
        }
    }
    let texts: Value = serde_json::from_str(Texts::english_file()).unwrap();
    let groups = texts.as_object().unwrap().iter().filter_map(|(group, texts)| Some((group, texts.as_object()?)));
    let keys: Vec<String> =
        groups.flat_map(|(group, texts)| texts.keys().map(move |it| format!("{group}.{it}"))).collect();
    let is_used = |key: &String| sources.contains(&format!("\"{key}\"")) || sources.contains(&format!("{{{{{key}}}}}"));
    assert_eq!(keys.iter().filter(|key| !is_used(key)).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(keys.len() > 150, "{}", keys.len());
}

#[test]
fn texts_take_a_few_kilobytes_of_a_page() {
    let html = Page::new("A page").to_html().unwrap();
    let (_, rest) = html.split_once("id=\"texts\">").unwrap();
    let (json, _) = rest.split_once("</script>").unwrap();
    assert!((5_000..9_000).contains(&json.len()), "{}", json.len());
}
