//! A font: its letters, how they join, and their outlines.

use std::{
    fmt,
    fs::File,
    io::Read,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use harfrust::{
    Buffer, BufferFlags, Direction, GlyphId, Script, ShapeOptions, ShapePlan, ShaperFont,
    font::{Format, Source},
};
use tiny_skia::PathBuilder;

use super::{
    outline::Outline,
    text::{self, Piece},
};
use crate::{Error, Result};

/// What is read of a file at most: room for a collection of all Chinese letters in every weight.
const MAX_BYTES: u64 = 256 << 20;

/// No word of a font that is not hostile has more lines and curves: thousands of letters of a hundred each.
const MAX_LINES: usize = 1 << 22;

/// In how many units the height of text is measured: as many as in the font that the crate ships.
pub(super) const UNITS: f32 = 2048.0;

/// A font for the text of PNG and GIF: of a file that the caller has, TrueType or OpenType.
///
/// The font that the crate ships, DejaVu Sans, has the letters of Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew, Arabic
/// and a few more scripts: names in Chinese, Hindi or Thai need another one. A letter is taken from the first font that has
/// it, and from the one that is shipped where no other has. Words are shaped as [HarfBuzz](https://harfbuzz.github.io/) does
/// it: Arabic joins, Devanagari forms its conjuncts, accents stand where they belong, and what is read from right to left is
/// written so.
///
/// Glyphs are outlines of one color: a font of colored pictures alone, as Noto Color Emoji, is refused, and one that has both
/// is drawn by its outlines. Noto Emoji and Symbola have emoji as outlines. Of a variable font its default is drawn.
///
/// A copy is cheap, and shares the bytes. Fonts are equal if their bytes are.
///
/// ```no_run
/// use training_replay::plot::Font;
///
/// let devanagari = Font::open("/usr/share/fonts/truetype/noto/NotoSansDevanagari-Regular.ttf")?;
/// let japanese = Font::open("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")?; // the first one of several
/// assert!(devanagari != japanese);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone)]
pub struct Font(Arc<Face>);

struct Face {
    font: harfrust::Font,
    /// Whether glyphs may be pictures or colored layers, without an outline.
    pictures: bool,
    /// How a script is shaped, for those that were so far.
    plans: RwLock<Vec<Arc<ShapePlan>>>,
}

impl Font {
    /// Reads a font from the bytes of a file: of a TTF, of an OTF, or the first one of a collection (TTC, OTC).
    ///
    /// ```
    /// use training_replay::{Error, plot::Font};
    ///
    /// let error = Font::from_bytes(*b"GIF89a").unwrap_err();
    /// assert!(matches!(error, Error::Invalid { .. }));
    /// assert!(error.to_string().contains(r#"6 bytes that begin with "GIF8""#));
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for other bytes, and for a font without outlines or without Unicode's numbers of its letters.
    /// What else is damaged in it is noticed when it is drawn, as letters that are not there.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self> {
        Self::new("the font", bytes.into())
    }

    /// Reads a font from a file: a TTF, an OTF, or the first one of a collection (TTC, OTC).
    ///
    /// ```
    /// use training_replay::plot::Font;
    ///
    /// let error = Font::open("no such folder/NotoSans-Regular.ttf").unwrap_err();
    /// assert!(error.to_string().starts_with("reading the font no such folder/NotoSans-Regular.ttf: "));
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read, and [`Error::Invalid`] if it has more than 256 MiB, and as
    /// [`from_bytes`](Self::from_bytes).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let what = format!("the font {}", path.as_ref().display());
        let failed = |source| Error::io(format!("reading {what}"), source);
        let file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let mut bytes = Vec::new();
        if length <= MAX_BYTES {
            // What is no file says no length.
            file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
        }
        let length = length.max(bytes.len() as u64);
        if length > MAX_BYTES {
            return Err(Error::invalid(what, format!("of at most {MAX_BYTES} bytes"), format!("of {length} bytes")));
        }
        Self::new(&what, bytes)
    }

    /// Returns another font of the same collection (TTC, OTC), counted from 0: that of another language, as Chinese beside
    /// Japanese.
    ///
    /// ```no_run
    /// use training_replay::plot::Font;
    ///
    /// let japanese = Font::open("NotoSansCJK-Regular.ttc")?;
    /// let chinese = japanese.face(2)?;
    /// # let _ = chinese;
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a font that the collection has not.
    pub fn face(&self, index: u32) -> Result<Self> {
        Self::read("the font of the collection", self.bytes().to_vec(), index)
    }

    /// The one that the crate ships; none if it were damaged.
    pub(super) fn shipped() -> Option<Self> {
        harfrust::Font::new(dejavu::sans::regular(), 0).map(Self::of)
    }

    fn new(what: &str, bytes: Vec<u8>) -> Result<Self> {
        Self::read(what, bytes, 0)
    }

    fn read(what: &str, bytes: Vec<u8>, index: u32) -> Result<Self> {
        let invalid = |found: String| {
            Err(Error::invalid(what, "a TrueType or OpenType font of outlines (TTF, OTF, TTC or OTC)", found))
        };
        let (length, begin) = (bytes.len(), bytes[..bytes.len().min(4)].escape_ascii().to_string());
        let sfnt = Format::new(&bytes).is_some_and(|format| format.is_sfnt());
        let Some(face) = sfnt.then(|| harfrust::Font::new(bytes, index)).flatten() else {
            return invalid(match begin.as_str() {
                _ if index > 0 => format!("number {index}, which is not there"),
                "wOFF" | "wOF2" => "a font that is compressed for the web (WOFF)".to_owned(),
                _ => format!("{length} bytes that begin with {begin:?}"),
            });
        };
        if face.outline_glyphs().is_empty() {
            invalid("a font without outlines".to_owned())
        } else if face.charmap().has_unicode() {
            Ok(Self::of(face))
        } else {
            invalid("a font without Unicode's numbers of its letters".to_owned())
        }
    }

    fn of(font: harfrust::Font) -> Self {
        let pictures = !font.color_glyphs().is_empty() || !font.bitmap_strikes().is_empty();
        Self(Arc::new(Face { font, pictures, plans: RwLock::default() }))
    }

    fn bytes(&self) -> &[u8] {
        match self.0.font.source() {
            Source::Blob(bytes) => bytes,
            Source::TableFunction(_) => &[],
        }
    }

    /// Whether it has a glyph for every character of this one letter, or for all of them together.
    pub(super) fn has(&self, letter: &str) -> bool {
        let charmap = self.0.font.charmap();
        let mut characters = letter.chars().filter(|&character| !text::is_ignorable(character));
        let one_by_one = |character: char| {
            let glyph = charmap.map_unicode(character);
            glyph.is_some_and(|glyph| character.is_whitespace() || self.is_drawn(glyph))
        };
        characters.all(one_by_one) || self.has_together(letter)
    }

    /// As a letter whose accent the font has only on it, or an emoji of a sequence.
    fn has_together(&self, letter: &str) -> bool {
        let script = text::script(letter).unwrap_or(Script::COMMON);
        let piece = Piece { range: 0..letter.len(), font: 0, script, leftwards: false };
        let shaped = self.shaped(letter, &piece);
        let glyphs = shaped.glyph_infos();
        !glyphs.is_empty()
            && glyphs.iter().all(|glyph| glyph.glyph_id != 0 && self.is_drawn(GlyphId::new(glyph.glyph_id)))
    }

    fn is_drawn(&self, glyph: GlyphId) -> bool {
        !self.0.pictures || {
            let mut path = PathBuilder::new();
            Outline { path: &mut path, x: 0.0, y: 0.0, scale: 1.0 }.draw(&self.0.font.outline_glyphs(), glyph);
            !path.is_empty()
        }
    }

    /// Draws a piece of the text from the pen onwards, y upwards, and returns where the next one begins.
    pub(super) fn write(&self, text: &str, piece: &Piece, path: &mut PathBuilder, pen: f32) -> f32 {
        let scale = UNITS / f32::from(self.0.font.units_per_em().max(1));
        let (shaped, outlines) = (self.shaped(text, piece), self.0.font.outline_glyphs());
        let mut at = 0.0;
        for (glyph, place) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            let (x, y) = ((at + place.x_offset as f32) * scale + pen, place.y_offset as f32 * scale);
            if path.len() < MAX_LINES {
                Outline { path, x, y, scale }.draw(&outlines, GlyphId::new(glyph.glyph_id));
            }
            at += place.x_advance as f32;
        }
        pen + at * scale
    }

    /// The glyphs of a piece of the text, from left to right. What stands around it is known: Arabic joins across.
    fn shaped(&self, text: &str, piece: &Piece) -> Buffer {
        let mut buffer = Buffer::new();
        buffer.push_str(&text[piece.range.clone()]);
        buffer.set_pre_context(&text[..piece.range.start]);
        buffer.set_post_context(&text[piece.range.end..]);
        buffer.set_script(Some(piece.script));
        buffer.set_direction(direction(piece));
        let ends = [
            (piece.range.start == 0, BufferFlags::BEGINNING_OF_TEXT),
            (piece.range.end == text.len(), BufferFlags::END_OF_TEXT),
        ];
        buffer.set_flags(ends.into_iter().filter(|(here, _)| *here).map(|(_, flag)| flag).collect());
        let plan = self.plan(piece);
        let done = harfrust::shape(&ShaperFont::new(&self.0.font), &mut buffer, ShapeOptions::new().plan(Some(&plan)));
        if done.is_err() {
            buffer.clear(); // Never: script and direction are those of the plan.
        }
        buffer
    }

    /// How its script is shaped in its direction.
    fn plan(&self, piece: &Piece) -> Arc<ShapePlan> {
        let (script, direction) = (Some(piece.script), direction(piece));
        let fits = |plan: &&Arc<ShapePlan>| (plan.script(), plan.direction()) == (script, direction);
        let known = self.0.plans.read().unwrap_or_else(PoisonError::into_inner).iter().find(fits).cloned();
        known.unwrap_or_else(|| {
            let plan = Arc::new(ShapePlan::new(&self.0.font, direction, script, None, &[]));
            self.0.plans.write().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&plan));
            plan
        })
    }
}

impl PartialEq for Font {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.bytes() == other.bytes()
    }
}

impl fmt::Debug for Font {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (glyphs, bytes) = (self.0.font.num_glyphs(), self.bytes().len());
        f.debug_struct("Font").field("glyphs", &glyphs).field("bytes", &bytes).finish()
    }
}

fn direction(piece: &Piece) -> Direction {
    if piece.leftwards { Direction::RightToLeft } else { Direction::LeftToRight }
}

#[cfg(test)]
mod tests {
    use plotters_backend::text_anchor::{HPos, Pos, VPos};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use tiny_skia::{FillRule, Paint, Pixmap, Transform};

    use super::*;
    use crate::plot::render::fonts::Fonts;

    /// The shipped font with another name for one of its tables.
    fn without(table: [u8; 4]) -> Vec<u8> {
        let mut bytes = dejavu::sans::regular().to_vec();
        let at = bytes.windows(4).position(|name| name == table).unwrap();
        bytes[at..at + 4].copy_from_slice(b"none");
        bytes
    }

    /// A collection of the shipped font alone: its head, and the font, whose tables are so many bytes further on.
    #[allow(clippy::big_endian_bytes, reason = "a font's numbers are so")]
    fn collection() -> Vec<u8> {
        let mut font = dejavu::sans::regular().to_vec();
        let tables = u16::from_be_bytes([font[4], font[5]]);
        for record in font[12..].as_chunks_mut::<16>().0.iter_mut().take(tables.into()) {
            let offset = u32::from_be_bytes([record[8], record[9], record[10], record[11]]) + 16;
            record[8..12].copy_from_slice(&offset.to_be_bytes());
        }
        [b"ttcf\0\x01\0\0\0\0\0\x01\0\0\0\x10".to_vec(), font].concat()
    }

    /// What is wrong with these bytes.
    fn refused(bytes: &[u8]) -> String {
        let error = Font::from_bytes(bytes).unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }));
        error.to_string()
    }

    #[test]
    fn another_font_of_a_collection_is_asked_for_by_its_number() {
        let font = Font::from_bytes(collection()).unwrap();
        assert_eq!(font.face(0).unwrap(), font);
        let message = font.face(1).unwrap_err().to_string();
        assert!(message.contains("number 1, which is not there"), "{message}");
    }

    #[test]
    fn the_first_font_of_a_collection_is_read() {
        let (alone, first) = (Font::from_bytes(dejavu::sans::regular()), Font::from_bytes(collection()));
        let widths = [alone, first].map(|font| Fonts::new(vec![font.unwrap()]).width("Größe بيت", 14.0));
        assert!(widths[0] > 0.0 && widths[0] == widths[1], "{widths:?}");
    }

    #[test]
    fn what_is_not_a_font_of_outlines_is_refused_with_what_it_is() {
        let expected = "it must be a TrueType or OpenType font of outlines (TTF, OTF, TTC or OTC)";
        for (bytes, found) in [
            (vec![], r#"0 bytes that begin with """#),
            (b"\x89PNG\r\n".to_vec(), r#"6 bytes that begin with "\\x89PNG""#),
            (b"wOF2 and so on".to_vec(), "a font that is compressed for the web (WOFF)"),
            (without(*b"glyf"), "a font without outlines"),
            (without(*b"cmap"), "a font without Unicode's numbers of its letters"),
        ] {
            assert_eq!(refused(&bytes), format!("the font is {found}; {expected}"));
        }
    }

    #[test]
    fn a_file_is_read_and_named_where_it_is_no_font() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ttf");
        std::fs::write(&path, dejavu::sans::regular()).unwrap();
        assert_eq!(Font::open(&path).unwrap(), Font::from_bytes(dejavu::sans::regular()).unwrap());
        std::fs::write(&path, "no font").unwrap();
        let error = Font::open(&path).unwrap_err().to_string();
        assert!(error.starts_with(&format!("the font {} is 7 bytes", path.display())), "{error}");
        assert!(matches!(Font::open(folder.path()), Err(Error::Io { .. })));
    }

    #[test]
    fn a_file_of_more_than_256_mib_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ttf");
        File::create(&path).unwrap().set_len(MAX_BYTES + 1).unwrap();
        let error = Font::open(&path).unwrap_err().to_string();
        assert!(error.ends_with("is of 268435457 bytes; it must be of at most 268435456 bytes"), "{error}");
    }

    #[test]
    fn fonts_are_equal_if_their_bytes_are() {
        let [regular, bold] = [dejavu::sans::regular(), dejavu::sans::bold()].map(|b| Font::from_bytes(b).unwrap());
        assert_eq!(regular, Font::from_bytes(dejavu::sans::regular()).unwrap());
        assert_eq!(regular, regular.clone());
        assert_ne!(regular, bold);
        assert_eq!(format!("{regular:?}"), "Font { glyphs: 6253, bytes: 757076 }");
    }

    #[test]
    fn a_damaged_font_is_an_error_or_some_text() {
        let whole = dejavu::sans::regular();
        let times = if std::env::var_os("RELEASE_TESTS").is_some() { 20_000 } else { 120 };
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let (paint, turn, mut drawn) = (Paint::default(), Transform::from_rotate(90.0), 0);
        let mut pixels = Pixmap::new(100, 100).unwrap();
        for i in 0..times {
            let mut bytes = whole.to_vec();
            if i % 4 == 0 {
                bytes.truncate(rng.random_range(0..whole.len()));
            } else {
                // In the head, or anywhere within some bytes.
                let from = if i % 4 == 1 { 0 } else { rng.random_range(0..whole.len() - 4096) };
                for _ in 0..rng.random_range(1..64) {
                    bytes[from + rng.random_range(0..if i % 4 == 1 { 400 } else { 4096 })] = rng.random();
                }
            }
            if let Ok(font) = Font::from_bytes(bytes) {
                let fonts = Fonts::new(vec![font]);
                let text = "AVATAR file ẍ̣ بيت שָׁלוֹם 猫";
                let path = fonts.path(text, 14.0, Pos::new(HPos::Left, VPos::Center));
                path.iter().for_each(|path| pixels.fill_path(path, &paint, FillRule::Winding, turn, None));
                assert!(fonts.width(text, 14.0).is_finite());
                drawn += 1;
            }
        }
        assert!((times / 8..times).contains(&drawn), "{drawn} of {times} could be read");
    }
}
