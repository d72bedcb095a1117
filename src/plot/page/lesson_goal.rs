//! Where a sentence of a lesson leads: to what is on the page, or it is an error.

use super::{
    lesson::{Lesson, LessonSection, Sentence},
    page_panel::PagePanel,
    run_data::RunData,
};
use crate::{Error, Result, analysis::Quantity};

/// How many names, and how many characters of a text, an error repeats.
const NAMES: usize = 10;
const CHARACTERS: usize = 40;

/// Where a sentence leads.
#[derive(Clone, Debug)]
pub(super) struct Goal {
    pub(super) epoch: Option<u64>,
    /// The run, by its place on the page.
    pub(super) run: Option<usize>,
    pub(super) panel: Option<PagePanel>,
    /// The quantity of the violins, by its name.
    pub(super) quantity: Option<&'static str>,
}

impl Goal {
    /// That of a sentence, which an error calls `whose`. A browser shows the runs that have an epoch.
    pub(super) fn of(sentence: &Sentence, runs: &[RunData], whose: &str) -> Result<Self> {
        let shown: Vec<&RunData> = runs.iter().filter(|run| !run.epochs.is_empty()).collect();
        if sentence.leads() && shown.is_empty() {
            return Err(Error::missing("run on the page", "add it by `Page::run` before the lesson"));
        }
        let run = sentence.run.as_deref().map(|name| place(name, &shown, whose)).transpose()?;
        let of = run.map_or(shown.as_slice(), |place| &shown[place..=place]);
        let whom = sentence.run.as_ref().map_or_else(String::new, |name| format!(" of {}", quoted(name)));
        expect_epoch(sentence.epoch, of, whose, &whom)?;
        expect_panel(sentence.panel, of, whose, &whom)?;
        let quantity = sentence.quantity.map(Quantity::name);
        expect_quantity(quantity, of, whose, &whom)?;
        Ok(Self { epoch: sentence.epoch, run, panel: sentence.panel, quantity })
    }
}

/// The place of the one run of a name.
fn place(name: &str, runs: &[&RunData], whose: &str) -> Result<usize> {
    let mut found = (0..runs.len()).filter(|&i| runs[i].name == name);
    match (found.next(), found.count()) {
        (Some(place), 0) => Ok(place),
        (Some(_), more) => {
            let expected = "the name of one run alone";
            Err(Error::invalid(run_of(whose), expected, format!("{}, the name of {} runs", quoted(name), more + 1)))
        }
        (None, _) => {
            let expected = format!("one of those on the page: {}", listed(runs.iter().map(|run| quoted(&run.name))));
            Err(Error::invalid(run_of(whose), expected, quoted(name)))
        }
    }
}

fn run_of(whose: &str) -> String {
    format!("the run of {whose}")
}

fn expect_epoch(epoch: Option<u64>, runs: &[&RunData], whose: &str, whom: &str) -> Result<()> {
    let Some(epoch) = epoch else { return Ok(()) };
    let nearest = runs.iter().flat_map(|run| &run.epochs).min_by_key(|&&other| other.abs_diff(epoch));
    match nearest {
        Some(&nearest) if nearest != epoch => {
            let expected = format!("an epoch that the page shows{whom}, the nearest is {nearest}");
            Err(Error::invalid(format!("the epoch of {whose}"), expected, epoch))
        }
        _ => Ok(()),
    }
}

fn expect_panel(panel: Option<PagePanel>, runs: &[&RunData], whose: &str, whom: &str) -> Result<()> {
    let Some(panel) = panel else { return Ok(()) };
    let shown = runs.iter().flat_map(|run| PagePanel::of(run)).map(|other| other.to_string());
    expect_shown(&panel.to_string(), shown, &format!("the panel of {whose}"), whom)
}

fn expect_quantity(quantity: Option<&str>, runs: &[&RunData], whose: &str, whom: &str) -> Result<()> {
    let Some(quantity) = quantity else { return Ok(()) };
    let shown = runs.iter().flat_map(|run| &run.panels.violins).map(|violins| violins.quantity.to_owned());
    expect_shown(quantity, shown, &format!("the quantity of {whose}"), whom)
}

fn expect_shown(wanted: &str, shown: impl Iterator<Item = String>, what: &str, whom: &str) -> Result<()> {
    let mut known: Vec<String> = Vec::new();
    for name in shown {
        if name == wanted {
            return Ok(());
        }
        if !known.contains(&name) {
            known.push(name);
        }
    }
    let expected = format!("one that the page shows{whom}: {}", listed(known.into_iter()));
    Err(Error::invalid(what, expected, wanted))
}

fn listed(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(NAMES);
    let some = names.take(NAMES).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{some} and {more} more") } else { some }
}

/// The beginning of a text, in quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut start: String = text.chars().take(CHARACTERS).collect();
    if start.len() < text.len() {
        start.push('\u{2026}');
    }
    format!("{start:?}")
}

/// What an error calls a sentence.
pub(super) fn name_of(section: usize, heading: &str, number: usize, sentence: &Sentence) -> String {
    format!("sentence {}, {}, of section {}, {}", number + 1, quoted(&sentence.text), section + 1, quoted(heading))
}

/// A lesson has words everywhere, and a language.
pub(super) fn expect_words(lesson: &Lesson) -> Result<()> {
    expect_text("the title of the lesson", &lesson.title)?;
    let is_tag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !lesson.language.split('-').all(is_tag) {
        let expected = "a tag of letters, digits and hyphens, such as `en` or `pt-BR`";
        return Err(Error::invalid("the language of the lesson", expected, quoted(&lesson.language)));
    }
    if lesson.sections.is_empty() {
        return Err(Error::invalid("the lesson", "of one section or more", "without sections"));
    }
    lesson.sections.iter().enumerate().try_for_each(|(number, section)| expect_words_of(number, section))
}

fn expect_words_of(number: usize, section: &LessonSection) -> Result<()> {
    let name = format!("section {} of the lesson", number + 1);
    expect_text(&format!("the heading of {name}"), &section.heading)?;
    if section.sentences.is_empty() {
        return Err(Error::invalid(name, "of one sentence or more", "without sentences"));
    }
    let of = |i: usize| format!("sentence {} of section {}, {}", i + 1, number + 1, quoted(&section.heading));
    section.sentences.iter().enumerate().try_for_each(|(i, sentence)| expect_text(&of(i), &sentence.text))
}

fn expect_text(what: &str, text: &str) -> Result<()> {
    if has_words(text) { Ok(()) } else { Err(Error::invalid(what, "words", quoted(text))) }
}

/// A text of spaces and marks that nobody sees is none.
pub(super) fn has_words(text: &str) -> bool {
    let is_unseen = |c: char| {
        let marks = ['\u{ad}', '\u{61c}', '\u{180e}', '\u{2800}', '\u{3164}', '\u{feff}'];
        let is_mark = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
        c.is_whitespace() || c.is_control() || is_mark || marks.contains(&c)
    };
    !text.chars().all(is_unseen)
}
