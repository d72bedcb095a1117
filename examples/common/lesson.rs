//! Lessons out of a text and the facts of a run: a sentence whose fact did not happen is left out.
//!
//! The texts are the files of `lessons/`, one for each lesson and language. A line of them is
//!
//! - `title: ...` or `language: ...`, at the beginning;
//! - `# ...`, the heading of a section, which is left out where none of its sentences is there;
//! - `- ...`, a sentence that is always there;
//! - `fact: ...`, a sentence that is there if this happened, with the numbers of the fact for the names in braces;
//! - empty, or a remark behind `;`.
//!
//! A fact or a name that does not exist is an error, so that a translation cannot lose one in silence.

use std::{collections::BTreeMap, fmt::Display};

use training_replay::{
    Error, Result,
    analysis::Quantity,
    plot::{Lesson, PagePanel, Sentence},
};

/// Something that happened: numbers, and where they are seen.
#[derive(Clone, Debug, Default)]
pub struct Fact {
    pub epoch: Option<u64>,
    pub run: Option<String>,
    pub panel: Option<PagePanel>,
    pub quantity: Option<Quantity>,
    values: BTreeMap<&'static str, String>,
}

impl Fact {
    /// Without a place where it is seen.
    pub fn new() -> Self {
        Self::default()
    }

    /// Of one epoch of a run.
    pub fn at(run: &str, epoch: u64) -> Self {
        Self { epoch: Some(epoch), run: Some(run.to_owned()), ..Self::default() }.value("epoch", epoch)
    }

    pub fn panel(self, panel: PagePanel) -> Self {
        Self { panel: Some(panel), ..self }
    }

    pub fn quantity(self, quantity: Quantity) -> Self {
        Self { quantity: Some(quantity), ..self }
    }

    /// The same of a run that the page does not show.
    pub fn off_the_page(self) -> Self {
        Self { epoch: None, run: None, panel: None, quantity: None, ..self }
    }

    /// A number for a name in braces.
    pub fn value(mut self, name: &'static str, value: impl Display) -> Self {
        self.values.insert(name, value.to_string());
        self
    }

    /// The number of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    fn sentence(&self, text: &str, line: usize) -> Result<Sentence> {
        let mut sentence = Sentence::new(self.filled(text, line)?);
        (sentence.epoch, sentence.run) = (self.epoch, self.run.clone());
        (sentence.panel, sentence.quantity) = (self.panel, None);
        Ok(match self.quantity {
            Some(quantity) => sentence.quantity(quantity),
            None => sentence,
        })
    }

    /// A text with numbers in place of the names in braces.
    fn filled(&self, text: &str, line: usize) -> Result<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            let (name, after) = behind.split_once('}').ok_or_else(|| wrong(line, "a brace that is closed", text))?;
            let known: Vec<&str> = self.values.keys().copied().collect();
            let value = self.get(name);
            let value = value.ok_or_else(|| wrong(line, &format!("of the names {}", known.join(", ")), name))?;
            filled.extend([before, value]);
            rest = after;
        }
        Ok(filled + rest)
    }
}

/// What happened, by its name; none of what did not happen.
pub type Facts = BTreeMap<String, Option<Fact>>;

/// The lesson that a text makes of facts.
pub fn lesson(text: &str, facts: &Facts) -> Result<Lesson> {
    let mut lesson = Lesson::new("");
    let mut section: Option<(String, Vec<Sentence>)> = None;
    for (line, text) in (1..).zip(text.lines()).map(|(line, text)| (line, text.trim())) {
        if text.is_empty() || text.starts_with(';') {
            continue;
        }
        if let Some(heading) = text.strip_prefix("# ") {
            lesson = with(lesson, section.replace((heading.to_owned(), Vec::new())));
            continue;
        }
        let (key, words) =
            text.strip_prefix("- ").map(|words| ("-", words)).or_else(|| text.split_once(": ")).ok_or_else(|| {
                wrong(line, "a heading behind `# `, a sentence behind `- ` or a fact and `: `, or empty", text)
            })?;
        match (key, &mut section) {
            ("title", None) => lesson.title = words.into(),
            ("language", None) => lesson.language = words.into(),
            (_, None) => return Err(wrong(line, "below a heading", text)),
            ("-", Some((_, sentences))) => sentences.push(words.into()),
            (name, Some((_, sentences))) => {
                let known = || facts.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                let fact = facts.get(name).ok_or_else(|| wrong(line, &format!("of the facts {}", known()), name))?;
                sentences.extend(fact.as_ref().map(|fact| fact.sentence(words, line)).transpose()?);
            }
        }
    }
    Ok(with(lesson, section))
}

fn with(lesson: Lesson, section: Option<(String, Vec<Sentence>)>) -> Lesson {
    match section {
        Some((heading, sentences)) if !sentences.is_empty() => lesson.section(heading, sentences),
        _ => lesson,
    }
}

fn wrong(line: usize, expected: &str, found: &str) -> Error {
    let what = format!("line {line} of the lesson's text");
    Error::Invalid { what, expected: expected.to_owned(), found: format!("`{found}`") }
}
