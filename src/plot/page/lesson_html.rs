//! A lesson as the page holds it: text that is read without a program, with what its sentences lead to beside it.

use super::{
    html::escaped,
    lesson::{Lesson, LessonSection, Sentence},
    lesson_goal::{Goal, expect_words, name_of},
    run_data::RunData,
};
use crate::Result;

/// The region of a lesson. `web/lesson.js` makes links of the sentences that lead somewhere.
pub(super) fn region(lesson: &Lesson, runs: &[RunData]) -> Result<String> {
    expect_words(lesson)?;
    let sections: Vec<String> =
        lesson.sections.iter().enumerate().map(|(number, part)| section(number, part, runs)).collect::<Result<_>>()?;
    Ok(format!(
        "<aside id=\"lesson\" class=\"lesson\" aria-labelledby=\"lesson-title\" lang=\"{}\">\n\
         <header class=\"lesson-head\"><h2 id=\"lesson-title\" dir=\"auto\">{}</h2></header>\n\
         <div class=\"lesson-text\">\n{}</div>\n</aside>\n",
        escaped(&lesson.language),
        escaped(&lesson.title),
        sections.concat(),
    ))
}

fn section(number: usize, section: &LessonSection, runs: &[RunData]) -> Result<String> {
    let item = |(i, one): (usize, &Sentence)| {
        let goal = Goal::of(one, runs, &name_of(number, &section.heading, i, one))?;
        Ok(item(&format!("{}.{}", number + 1, i + 1), one, &goal))
    };
    let items: Vec<String> = section.sentences.iter().enumerate().map(item).collect::<Result<_>>()?;
    let heading = escaped(&section.heading);
    Ok(format!("<section>\n<h3 dir=\"auto\">{heading}</h3>\n<ol>\n{}</ol>\n</section>\n", items.concat()))
}

/// A sentence at its place.
fn item(place: &str, sentence: &Sentence, goal: &Goal) -> String {
    let (attributes, moment) = (attributes(goal), moment(goal, sentence.run.as_deref()));
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

/// The epoch and the run, in words above the sentence.
fn moment(goal: &Goal, run: Option<&str>) -> String {
    let epoch = goal.epoch.map(|epoch| format!("epoch {epoch}"));
    let run = run.map(|name| format!("<bdi>{}</bdi>", escaped(name)));
    let words: Vec<String> = epoch.into_iter().chain(run).collect();
    if words.is_empty() { String::new() } else { format!("<span class=\"when\">{}</span> ", words.join(" \u{b7} ")) }
}
