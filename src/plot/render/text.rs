//! What text is made of: letters that are drawn, and pieces of one font, script and direction.

use std::{borrow::Cow, ops::Range};

use harfrust::{Script, unicode};
use unicode_bidi::ParagraphBidiInfo;
use unicode_segmentation::UnicodeSegmentation;

/// The text without what only begins a new line or steers a device: a picture's words stand on one line.
pub(super) fn on_one_line(text: &str) -> Cow<'_, str> {
    let breaks = |character: char| character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
    if text.contains(breaks) { Cow::Owned(text.replace(breaks, "")) } else { Cow::Borrowed(text) }
}

/// Whether a character is nothing to be seen where a font has no glyph for it: joiners, variation selectors, marks of
/// direction. These are the characters with Unicode's property `Default_Ignorable_Code_Point` but for the fillers of
/// Hangul, as [HarfBuzz](https://github.com/harfbuzz/harfbuzz/blob/14.5.1/src/hb-unicode.hh#L138) has them.
pub(super) fn is_ignorable(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{FFF0}'..='\u{FFF8}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// The script of the first letter that belongs to one.
pub(super) fn script(text: &str) -> Option<Script> {
    let scripts = text.chars().map(|character| unicode::script(character.into()));
    scripts.into_iter().find(|script| ![Script::COMMON, Script::INHERITED, Script::UNKNOWN].contains(script))
}

/// What the reader takes for one letter, or a part of it if no font has all of it: where in the text it is, and the number
/// of its font.
pub(super) struct Letter {
    pub(super) range: Range<usize>,
    pub(super) font: usize,
}

/// What is shaped at once.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    /// Its bytes in the text.
    pub(super) range: Range<usize>,
    /// The number of its font.
    pub(super) font: usize,
    pub(super) script: Script,
    pub(super) leftwards: bool,
}

/// What the reader takes for one letter each: with its accents, vowels and joiners.
pub(super) fn clusters(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.grapheme_indices(true)
}

/// The pieces of a text of these letters, from left to right as they are seen.
pub(super) fn pieces(text: &str, letters: &[Letter]) -> Vec<Piece> {
    let scripts = scripts(text, letters);
    let mut pieces = Vec::new();
    for (run, leftwards) in runs(text) {
        let [from, to] = [run.start, run.end].map(|end| letters.partition_point(|letter| letter.range.start < end));
        let start = pieces.len();
        for (letter, script) in letters[from..to].iter().zip(&scripts[from..to]) {
            let next = Piece { range: letter.range.clone(), font: letter.font, script: *script, leftwards };
            join(&mut pieces, start, next);
        }
        if leftwards {
            pieces[start..].reverse();
        }
    }
    pieces
}

/// Lengthens the last piece by the next letter, if it is of the same kind and not before the start of the run.
fn join(pieces: &mut Vec<Piece>, start: usize, next: Piece) {
    match pieces[start..].last_mut() {
        Some(last) if (last.font, last.script) == (next.font, next.script) => last.range.end = next.range.end,
        _ => pieces.push(next),
    }
}

/// Of every letter: digits, spaces and the like are of the script before them, or of the first one.
fn scripts(text: &str, letters: &[Letter]) -> Vec<Script> {
    let mut last = script(text).unwrap_or(Script::COMMON);
    let found = letters.iter().map(|letter| {
        last = script(&text[letter.range.clone()]).unwrap_or(last);
        last
    });
    found.collect()
}

/// The parts that are read in one direction, from left to right as they are seen, and whether that is leftwards. The first
/// letter with a direction is of the language that the others stand in.
fn runs(text: &str) -> Vec<(Range<usize>, bool)> {
    // Hebrew is the first script that is read leftwards.
    if text.chars().all(|character| character < '\u{590}') {
        return vec![(0..text.len(), false)];
    }
    let order = ParagraphBidiInfo::new(text, None);
    let (levels, runs) = order.visual_runs(0..text.len());
    let leftwards = |run: &Range<usize>| levels.get(run.start).is_some_and(|level| level.is_rtl());
    runs.into_iter().map(|run| (run.clone(), leftwards(&run))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces where one font has all letters: their text, and whether it is read leftwards.
    fn seen(text: &str) -> Vec<(&str, bool)> {
        let letters: Vec<Letter> =
            clusters(text).map(|(start, letter)| Letter { range: start..start + letter.len(), font: 0 }).collect();
        pieces(text, &letters).into_iter().map(|piece| (&text[piece.range], piece.leftwards)).collect()
    }

    // What is expected is the order in which Pango writes these lines: `pango-view --text="..."`.

    #[test]
    fn what_is_read_leftwards_stands_in_its_order_within_what_is_not() {
        assert_eq!(seen("abc אבג"), [("abc ", false), ("אבג", true)]);
        assert_eq!(seen("label قطة 12"), [("label ", false), ("12", false), ("قطة ", true)]);
    }

    #[test]
    fn the_first_letter_says_which_way_the_line_is_read() {
        assert_eq!(seen("אבג abc"), [("abc", false), ("אבג ", true)]);
        assert_eq!(seen("قطة 12 label (ab)").last(), Some(&("قطة ", true)));
    }

    #[test]
    fn scripts_are_shaped_apart_and_spaces_and_digits_with_what_is_before_them() {
        assert_eq!(seen("(1) cat, кот 2 Γάτα"), [("(1) cat, ", false), ("кот 2 ", false), ("Γάτα", false)]);
        assert_eq!(seen("אב قطة"), [("قطة", true), ("אב ", true)]);
        assert_eq!(seen("12.5"), [("12.5", false)]);
        assert_eq!(seen(""), [("", false); 0]);
    }

    #[test]
    fn a_line_keeps_no_breaks_and_no_control_characters() {
        assert_eq!(on_one_line("a\nb\u{85}\u{2029}c\u{7}"), "abc");
        assert!(matches!(on_one_line("a line"), Cow::Borrowed("a line")));
    }
}
