//! A lesson as the page holds it: text that is read without a program, with what its sentences lead to beside it.

use super::{
    html::escaped,
    lesson::{Lesson, LessonSection, Sentence},
    lesson_goal::{Goal, expect_words, name_of},
    run_data::RunData,
    texts::Texts,
};
use crate::Result;

/// A lesson whose sentences all lead to something that is on the page.
#[derive(Clone, Debug)]
pub(super) struct Region {
    lesson: Lesson,
    /// Of each sentence of each section.
    goals: Vec<Vec<Goal>>,
}

impl Region {
    pub(super) fn of(lesson: &Lesson, runs: &[RunData]) -> Result<Self> {
        expect_words(lesson)?;
        let goals = lesson.sections.iter().enumerate().map(|(number, section)| goals(number, section, runs));
        Ok(Self { goals: goals.collect::<Result<_>>()?, lesson: lesson.clone() })
    }

    /// The region. `web/lesson.js` makes links of the sentences that lead somewhere.
    pub(super) fn html(&self, texts: &Texts) -> Result<String> {
        let language = &self.lesson.language;
        let words = Moments { text: texts.plain("lesson.epoch")?, language: other(texts, language) };
        let sections = self.lesson.sections.iter().zip(&self.goals).enumerate();
        let sections: Vec<String> =
            sections.map(|(number, (part, goals))| section(number, part, goals, &words)).collect();
        Ok(format!(
            "<aside id=\"lesson\" class=\"lesson\" aria-labelledby=\"lesson-title\" lang=\"{}\">\n\
             <header class=\"lesson-head\"><h2 id=\"lesson-title\" dir=\"auto\">{}</h2></header>\n\
             <div class=\"lesson-text\">\n{}</div>\n</aside>\n",
            escaped(language),
            escaped(&self.lesson.title),
            sections.concat(),
        ))
    }
}

/// The words of the page within those of the lesson.
struct Moments<'a> {
    /// Of an epoch.
    text: &'a str,
    /// The attribute that says in which language, where that is another one.
    language: String,
}

fn other(texts: &Texts, language: &str) -> String {
    let is_same = texts.language().eq_ignore_ascii_case(language);
    if is_same { String::new() } else { format!(" lang=\"{}\"", texts.language()) }
}

fn goals(number: usize, section: &LessonSection, runs: &[RunData]) -> Result<Vec<Goal>> {
    let goal = |(i, one): (usize, &Sentence)| Goal::of(one, runs, &name_of(number, &section.heading, i, one));
    section.sentences.iter().enumerate().map(goal).collect()
}

fn section(number: usize, section: &LessonSection, goals: &[Goal], words: &Moments<'_>) -> String {
    let all = section.sentences.iter().zip(goals).enumerate();
    let item = |(i, (one, goal))| item(&format!("{}.{}", number + 1, i + 1), one, goal, words);
    let items: Vec<String> = all.map(item).collect();
    let heading = escaped(&section.heading);
    format!("<section>\n<h3 dir=\"auto\">{heading}</h3>\n<ol>\n{}</ol>\n</section>\n", items.concat())
}

/// A sentence at its place.
fn item(place: &str, sentence: &Sentence, goal: &Goal, words: &Moments<'_>) -> String {
    let (attributes, moment) = (attributes(goal), words.of(goal, sentence.run.as_deref()));
    // Its direction is its own, whatever marks for it the words hold.
    let words = format!("<span class=\"words\" dir=\"auto\">{}</span>", escaped(&sentence.text));
    format!("<li data-sentence=\"{place}\"{attributes}>{moment}{words}</li>\n")
}

fn attributes(goal: &Goal) -> String {
    let parts = [
        ("epoch", goal.epoch.map(|epoch| epoch.to_string())),
        ("run", goal.run.map(|run| run.to_string())),
        ("panel", goal.panel.map(|panel| panel.to_string())),
        ("quantity", goal.quantity.map(str::to_owned)),
    ];
    parts.into_iter().filter_map(|(name, value)| Some(format!(" data-{name}=\"{}\"", value?))).collect()
}

impl Moments<'_> {
    /// The epoch and the run, in words above the sentence.
    fn of(&self, goal: &Goal, run: Option<&str>) -> String {
        let epoch = goal.epoch.map(|epoch| escaped(self.text).replace("{epoch}", &epoch.to_string()));
        let run = run.map(|name| format!("<bdi>{}</bdi>", escaped(name)));
        let words: Vec<String> = epoch.into_iter().chain(run).collect();
        if words.is_empty() {
            return String::new();
        }
        format!("<span class=\"when\"{}>{}</span> ", self.language, words.join(" \u{b7} "))
    }
}
