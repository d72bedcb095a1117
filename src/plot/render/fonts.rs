//! Text as outlines, from the first font that has its letters.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use plotters_backend::text_anchor::{HPos, Pos, VPos};
use tiny_skia::{Path, PathBuilder, Transform};

use super::{
    font::{Font, UNITS},
    text::{self, Letter},
};

/// How much larger than it is plotters takes text to be, here and in its SVG.
pub(super) const OVERSIZE: f64 = 1.24;

/// How much of what was drawn is kept, in points of outlines and bytes of text: some megabytes.
const MAX_KEPT: usize = 1 << 19;

/// The fonts that text is drawn with: those of the caller in their order, and the one that the crate ships.
///
/// A copy is cheap, and shares the words that were drawn: on all threads.
#[derive(Clone)]
pub(crate) struct Fonts(Arc<Shelf>);

struct Shelf {
    fonts: Vec<Font>,
    words: RwLock<Words>,
}

/// What was drawn already: the words of a figure stand on every frame of its animation.
#[derive(Default)]
struct Words {
    known: HashMap<String, Arc<Word>>,
    /// Their points and bytes.
    size: usize,
}

/// The outline of a word that begins at the origin, y upwards, in units of [`UNITS`].
struct Word {
    path: Option<Path>,
    width: f32,
}

/// The shipped font alone.
impl Default for Fonts {
    fn default() -> Self {
        static SHIPPED: OnceLock<Fonts> = OnceLock::new();
        SHIPPED.get_or_init(|| Self::of(Font::shipped().into_iter().collect())).clone()
    }
}

impl Fonts {
    /// These, and the shipped one behind them.
    pub(crate) fn new(fonts: Vec<Font>) -> Self {
        let shipped = Self::default();
        if fonts.is_empty() { shipped } else { Self::of(fonts.into_iter().chain(shipped.0.fonts.clone()).collect()) }
    }

    /// These, and another font behind those of the caller.
    pub(crate) fn with(&self, font: Font) -> Self {
        let own = self.0.fonts.len().saturating_sub(1);
        Self::new(self.0.fonts[..own].iter().cloned().chain([font]).collect())
    }

    fn of(fonts: Vec<Font>) -> Self {
        Self(Arc::new(Shelf { fonts, words: RwLock::default() }))
    }

    /// The outlines of a word that is anchored at the origin, y downwards; none where there is nothing to draw.
    pub(crate) fn path(&self, text: &str, size: f64, anchor: Pos) -> Option<Path> {
        let word = self.word(text);
        let em = (size / OVERSIZE) as f32;
        let scale = em / UNITS;
        let (x, y) = shift(anchor, word.width * scale, em);
        word.path.clone()?.transform(Transform::from_scale(scale, -scale).post_translate(x, y))
    }

    /// How many pixels a word takes along its line.
    pub(crate) fn width(&self, text: &str, size: f64) -> f64 {
        f64::from(self.word(text).width / UNITS) * size / OVERSIZE
    }

    /// The width and the height of a word, as plotters wants them.
    pub(crate) fn size(&self, text: &str, size: f64) -> (u32, u32) {
        let pixels = |length: f64| length.clamp(0.0, 1e9).ceil() as u32;
        (pixels(self.width(text, size)), pixels(size / OVERSIZE))
    }

    /// The letters that no font has, each once: they are drawn as boxes.
    pub(crate) fn missing(&self, text: &str) -> Vec<char> {
        if text.is_ascii() {
            return Vec::new(); // The shipped font has them.
        }
        let line = text::on_one_line(text);
        let mut missing = Vec::new();
        for (_, cluster) in text::clusters(&line).filter(|(_, cluster)| self.first_with(cluster).is_none()) {
            for character in cluster.chars() {
                if self.first_with(character.encode_utf8(&mut [0; 4])).is_none() && !missing.contains(&character) {
                    missing.push(character);
                }
            }
        }
        missing
    }

    fn word(&self, text: &str) -> Arc<Word> {
        let known = self.0.words.read().unwrap_or_else(PoisonError::into_inner).known.get(text).cloned();
        known.unwrap_or_else(|| {
            let word = Arc::new(self.drawn(&text::on_one_line(text)));
            self.0.words.write().unwrap_or_else(PoisonError::into_inner).keep(text, &word);
            word
        })
    }

    fn drawn(&self, text: &str) -> Word {
        let (mut path, mut pen) = (PathBuilder::new(), 0.0);
        for piece in text::pieces(text, &self.letters(text)) {
            if let Some(font) = self.0.fonts.get(piece.font) {
                pen = font.write(text, &piece, &mut path, pen);
            }
        }
        Word { path: path.finish(), width: pen }
    }

    /// The letters of a text, each with the first font that has all of it; where there is none, its characters one by one.
    fn letters(&self, text: &str) -> Vec<Letter> {
        let mut letters: Vec<Letter> = Vec::new();
        for (start, cluster) in text::clusters(text) {
            let before = letters.last().map_or(0, |letter| letter.font);
            match self.font(cluster, before) {
                Some(font) => letters.push(Letter { range: start..start + cluster.len(), font }),
                None => letters.extend(cluster.char_indices().map(|(i, character)| {
                    let (from, character) = (start + i, &cluster[i..i + character.len_utf8()]);
                    let font = self.font(character, before).unwrap_or(self.0.fonts.len().saturating_sub(1));
                    Letter { range: from..from + character.len(), font }
                })),
            }
        }
        letters
    }

    /// The number of a letter's font. A space is of the font before it, as wide as there.
    fn font(&self, letter: &str, before: usize) -> Option<usize> {
        let is_space = letter.chars().all(|character| character.is_whitespace() || text::is_ignorable(character));
        let same = is_space && self.0.fonts.get(before).is_some_and(|font| font.has(letter));
        if same { Some(before) } else { self.first_with(letter) }
    }

    fn first_with(&self, letter: &str) -> Option<usize> {
        self.0.fonts.iter().position(|font| font.has(letter))
    }
}

impl PartialEq for Fonts {
    fn eq(&self, other: &Self) -> bool {
        self.0.fonts == other.0.fonts
    }
}

impl fmt::Debug for Fonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0.fonts).finish()
    }
}

impl Words {
    /// Keeps a word, in place of all others if they become too many.
    fn keep(&mut self, text: &str, word: &Arc<Word>) {
        let size = text.len() + word.path.as_ref().map_or(0, |path| path.points().len());
        if self.size + size > MAX_KEPT {
            *self = Self::default();
        }
        if size <= MAX_KEPT && self.known.insert(text.to_owned(), Arc::clone(word)).is_none() {
            self.size += size;
        }
    }
}

/// From the anchor to the place of the first character on its line.
fn shift(anchor: Pos, width: f32, em: f32) -> (f32, f32) {
    let x = match anchor.h_pos {
        HPos::Left => 0.0,
        HPos::Center => -width / 2.0,
        HPos::Right => -width,
    };
    (x, baseline(anchor.v_pos) * em)
}

/// How far below an anchor the line is that letters stand on, in em: digits and capitals are 0.73 high.
pub(super) fn baseline(anchor: VPos) -> f32 {
    match anchor {
        VPos::Top => 0.76,
        VPos::Center => 0.365,
        VPos::Bottom => -0.27,
    }
}

#[cfg(test)]
mod tests {
    use tiny_skia::Point;

    use super::*;

    const LEFT: Pos = Pos { h_pos: HPos::Left, v_pos: VPos::Center };

    /// So many pixels high that a unit of the shipped font is one.
    const SIZE: f64 = 2048.0 * OVERSIZE;

    fn width(text: &str) -> f64 {
        units(&Fonts::default(), text)
    }

    fn units(fonts: &Fonts, text: &str) -> f64 {
        let width = fonts.width(text, SIZE);
        assert!((width - width.round()).abs() < 1e-6, "{width}");
        width.round()
    }

    /// The corners of the outline.
    fn points(text: &str) -> Vec<Point> {
        Fonts::default().path(text, SIZE, LEFT).map_or(vec![], |path| path.points().to_vec())
    }

    /// The same, so far to the right.
    fn moved(text: &str, x: f32) -> Vec<Point> {
        points(text).into_iter().map(|point| Point::from_xy(point.x + x, point.y)).collect()
    }

    fn lowest(points: &[Point], of: impl Fn(f32) -> f32) -> f32 {
        points.iter().map(|point| of(point.y)).fold(f32::INFINITY, f32::min)
    }

    fn mono() -> Font {
        Font::from_bytes(dejavu::sans_mono::regular()).unwrap()
    }

    /// The sum of the advances that `hb-shape` 6.0 prints for the DejaVuSans.ttf of the crate `dejavu`:
    ///
    /// ```text
    /// $ hb-shape --font-file=DejaVuSans.ttf --text=بيت
    /// [uniFE96=2+2011|uniFEF4=1+618|uniFE91=0+570]
    /// ```
    #[test]
    fn a_word_is_as_wide_as_harfbuzz_says() {
        for (text, expected) in [
            ("بيت", 2011 + 618 + 570),
            ("قطة", 1098 + 1680 + 979),
            ("abc", 1255 + 1300 + 1126),
            ("file", 1290 + 569 + 1260), // The first glyph is that of both first letters.
            ("AVATAR", 1270 + 1270 + 1242 + 1092 + 1401 + 1423),
            ("Größe", 1587 + 797 + 1253 + 1290 + 1260),
            ("שָׁלוֹם", 1359 + 558 + 1164 + 1451),
            ("مُحَمَّد", 1075 + 1184 + 1322 + 1097),
            ("x\u{323}\u{302}", 1212),
        ] {
            assert_eq!(width(text), f64::from(expected), "{text}");
        }
    }

    #[test]
    fn arabic_joins() {
        let alone: f64 = ["ب", "ي", "ت"].map(width).into_iter().sum();
        assert_eq!(alone, f64::from(1928 + 1603 + 1928)); // hb-shape --text=ب and so on
        assert!(width("بيت") < alone);
        let side_by_side = [points("ت"), moved("ي", 1928.0), moved("ب", 1928.0 + 1603.0)].concat();
        assert_ne!(points("بيت"), side_by_side);
    }

    #[test]
    fn hebrew_runs_from_right_to_left() {
        let leftwards = [points("ג"), moved("ב", 844.0), moved("א", 844.0 + 1184.0)].concat();
        assert_eq!(points("אבג"), leftwards);
        let behind = [points("abc"), moved("אבג", width("abc ") as f32)].concat();
        assert_eq!(points("abc אבג"), behind);
        assert_eq!(points("(א)")[0], points("(")[0], "the closing bracket opens to the left");
    }

    #[test]
    fn an_accent_stands_on_its_letter() {
        assert_eq!(points("e\u{301}"), points("é"));
        // [x=0+1212|dotbelowcomb=0@-90,1+0|uni0302=0@-90,0+0]: within the letter's width, one below it and one above.
        let (letter, marked) = (points("x"), points("x\u{323}\u{302}"));
        let (top, bottom) = (lowest(&letter, |y| y), -lowest(&letter, |y| -y));
        let accents = &marked[letter.len()..];
        assert!(accents.iter().all(|point| (0.0..1212.0).contains(&point.x)));
        assert!(accents.iter().all(|point| point.y < top || point.y > bottom));
        assert!(lowest(accents, |y| y) < top && -lowest(accents, |y| -y) > bottom);
    }

    #[test]
    fn letters_are_of_the_first_font_that_has_them() {
        let fonts = Fonts::new(vec![mono()]);
        // hb-shape --font-file=DejaVuSansMono.ttf --text=aאb says [a=0+1233|.notdef=1+1233|b=2+1233].
        assert_eq!(units(&fonts, "ab"), 2.0 * 1233.0);
        assert_eq!(units(&fonts, "a אב"), 2.0 * 1233.0 + 1369.0 + 1184.0);
        // é, as wide as all others.
        assert_eq!(units(&fonts, "e\u{301}"), 1233.0);
        let both = Fonts::new(vec![Font::from_bytes(dejavu::sans::bold()).unwrap(), mono()]);
        assert_ne!(both.width("ab", SIZE), fonts.width("ab", SIZE));
    }

    #[test]
    fn letters_that_no_font_has_are_named_once_in_their_order() {
        let fonts = Fonts::default();
        assert_eq!(fonts.missing("a猫b猫 हि\u{200D}\u{FE0F}\u{200C}\u{AD}\n\u{7}c"), ['猫', 'ह', 'ि']);
        assert_eq!(fonts.missing("Größe بيت שָׁלוֹם Γάτα Армения ❤\u{FE0F} 12,5\u{3000}%"), []);
        // A letter that is there under an accent that is not: the letter is drawn, and the accent is named.
        assert_eq!(fonts.missing("a\u{1ACF}"), ['\u{1ACF}']);
        assert!(fonts.width("猫", SIZE) > 0.0, "a box");
    }

    #[test]
    fn where_there_is_nothing_to_draw_there_is_no_outline() {
        for text in ["", " ", "   ", "\n", "\u{1}\u{7F}", "\u{200D}", "\u{202E}", "\u{2029}"] {
            assert_eq!(points(text), [], "{text:?}");
        }
        assert_eq!(width("  "), 2.0 * 651.0); // hb-shape --text=' '
        assert_eq!(width("\n"), 0.0);
    }

    #[test]
    fn a_name_of_5000_letters_is_drawn() {
        let name: String = ["a", "א", "ب", "猫", "e\u{301}"].into_iter().cycle().take(5_000).collect();
        let accents = format!("a{}", "\u{301}".repeat(5_000));
        assert!(width(&name) > 1_000_000.0);
        assert!(!points(&accents).is_empty());
    }

    #[test]
    fn the_anchor_moves_the_word() {
        let bounds = |anchor| Fonts::default().path("HH", SIZE, anchor).unwrap().bounds();
        let left = bounds(LEFT);
        let right = bounds(Pos { h_pos: HPos::Right, v_pos: VPos::Top });
        assert_eq!(left.left() - right.left(), width("HH") as f32);
        assert!(right.top() > 0.0 && left.top() < 0.0 && left.bottom() > 0.0);
    }

    #[test]
    fn words_are_the_same_on_every_thread_and_when_they_are_drawn_again() {
        let fonts = Fonts::new(vec![mono()]);
        let words = ["loss", "בית", "بيت", "猫", "0.25"];
        let all = || words.map(|word| fonts.path(word, 14.0, LEFT));
        let first = Fonts::new(vec![mono()]);
        let first = words.map(|word| first.path(word, 14.0, LEFT));
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(all)).collect();
            assert!(threads.into_iter().all(|thread| thread.join().unwrap() == first));
        });
        assert_eq!(fonts, Fonts::new(vec![mono()]));
        assert_ne!(fonts, Fonts::default());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let (mut words, word) = (Words::default(), Arc::new(Word { path: None, width: 0.0 }));
        for i in 0..200 {
            words.keep(&format!("{i}{}", " ".repeat(10_000)), &word);
            assert!(words.size <= MAX_KEPT);
            assert_eq!(words.size, words.known.keys().map(|text| text.len()).sum::<usize>());
        }
        words.keep(&"a".repeat(MAX_KEPT + 1), &word);
        assert_eq!(words.known.len(), 0, "a word that is too long for it");
    }
}
