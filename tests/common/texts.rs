//! Translations of the page's texts that nobody takes for English, and that show where one is left.
#![allow(dead_code)] // Every test binary uses a part of it.

use serde_json::Value;
use training_replay::plot::Texts;

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ACCENTED: &str = "\u{e0}\u{180}\u{e7}\u{f0}\u{e9}\u{192}\u{11d}\u{125}\u{ee}\u{135}\u{137}\u{13c}\u{271}\u{f1}\u{f6}\u{fe}\u{24b}\u{155}\u{161}\u{163}\u{fb}\u{1e7d}\u{175}\u{1e8b}\u{fd}\u{17e}\
    \u{c0}\u{181}\u{c7}\u{d0}\u{c9}\u{191}\u{11c}\u{124}\u{ce}\u{134}\u{136}\u{13b}\u{1e40}\u{d1}\u{d6}\u{de}\u{24a}\u{154}\u{160}\u{162}\u{db}\u{1e7c}\u{174}\u{1e8a}\u{dd}\u{17d}";
const ARABIC: &str = "\u{627}\u{628}\u{62a}\u{62b}\u{62c}\u{62d}\u{62e}\u{62f}\u{631}\u{632}\u{633}\u{634}\u{635}\u{636}\u{637}\u{638}\u{639}\u{63a}\u{641}\u{642}\u{643}\u{644}\u{645}\u{646}\u{647}\u{648}";

/// Every text in brackets, in letters that English has none of; what is filled in stays.
pub fn pseudo(language: &str) -> String {
    let letters = if language.starts_with("ar") { ARABIC.repeat(2) } else { ACCENTED.to_owned() };
    let mut texts: Value = serde_json::from_str(Texts::english_file()).unwrap();
    let groups = texts.as_object_mut().unwrap();
    groups.values_mut().for_each(|group| translate(group, &letters));
    groups.insert("language".into(), language.into());
    texts.to_string()
}

fn translate(value: &mut Value, letters: &str) {
    match value {
        Value::String(text) => *text = format!("\u{27e6}{}\u{27e7}", in_letters(text, letters)),
        Value::Object(entries) => entries.values_mut().for_each(|entry| translate(entry, letters)),
        other => panic!("{other} is no text"),
    }
}

fn in_letters(text: &str, letters: &str) -> String {
    let mut is_filled = false;
    let letter = |c: char| {
        is_filled = (is_filled || c == '{') && c != '}';
        let at = LETTERS.find(c).filter(|_| !is_filled);
        at.and_then(|at| letters.chars().nth(at)).unwrap_or(c)
    };
    text.chars().map(letter).collect()
}
