//! A lesson: a text in sections, whose sentences lead to moments of the runs beside it.

use super::page_panel::PagePanel;
use crate::analysis::Quantity;

/// A text that stands beside the panels of a page, and whose sentences lead to what they speak of.
///
/// It is plain data: a title, and sections of sentences. A sentence may name an epoch, a run and a kind of panel; then it is a link
/// that shows this epoch and brings this panel in sight. [`Page::lesson`](super::Page::lesson) puts it on a page, and checks that
/// whatever it names is there. The text is never markup.
///
/// ```
/// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
/// # let data = datasets::parabola(50, 13);
/// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
/// # let model = Sequential::builder(2).layers(layers).build(42)?;
/// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
/// # replay.record(&model, Metrics::new())?;
/// use training_replay::plot::{Lesson, Page, PagePanel, RunPlots, Sentence};
///
/// let lesson = Lesson::new("How the plane is bent").section(
///     "Before training",
///     [
///         Sentence::new("Two hidden units make two new features of every point."),
///         Sentence::new("Before training they hardly bend the plane.").epoch(0).run("tanh").panel(PagePanel::FeatureSpace),
///     ],
/// );
/// let mut page = Page::new("A run");
/// page.run("tanh", &RunPlots::of(replay.run()?)?)?.lesson(&lesson)?;
/// assert!(page.to_html()?.contains("How the plane is bent"));
///
/// let later = Lesson::new("Later").section("The end", [Sentence::new("It is learned.").epoch(9)]);
/// let error = page.lesson(&later).unwrap_err().to_string();
/// assert!(error.contains("sentence 1") && error.ends_with("it must be an epoch that the page shows, the nearest is 0"), "{error}");
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lesson {
    /// What stands above it.
    pub title: String,
    /// The language that it is written in, by its tag in HTML, such as `en` or `pt-BR`.
    pub language: String,
    /// Its sections, in order.
    pub sections: Vec<LessonSection>,
}

/// A part of a [`Lesson`]: a heading, and sentences below it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LessonSection {
    /// What stands above it.
    pub heading: String,
    /// Its sentences, in order.
    pub sentences: Vec<Sentence>,
}

/// A sentence of a [`Lesson`], and what it speaks of.
///
/// ```
/// use training_replay::plot::{PagePanel, Sentence};
///
/// let sentence = Sentence::new("The loss stands.").epoch(30).run("sigmoid").panel(PagePanel::Curves);
/// assert_eq!((sentence.epoch, sentence.run.as_deref()), (Some(30), Some("sigmoid")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sentence {
    /// Its words.
    pub text: String,
    /// The epoch that it speaks of.
    pub epoch: Option<u64>,
    /// The name of the run that it speaks of; without it, it is of all runs.
    pub run: Option<String>,
    /// The kind of panel in which that is seen.
    pub panel: Option<PagePanel>,
    /// Of the violins, those that show it.
    pub quantity: Option<Quantity>,
}

impl Lesson {
    /// Creates a lesson in English with this title and nothing below it.
    ///
    /// ```
    /// use training_replay::plot::{Lesson, Page};
    ///
    /// let error = Page::new("Nothing yet").lesson(&Lesson::new("Nothing yet")).unwrap_err();
    /// assert_eq!(error.to_string(), "the lesson is without sections; it must be of one section or more");
    /// ```
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), language: "en".into(), sections: Vec::new() }
    }

    /// Says what language it is written in, by its tag in HTML: whoever has it read aloud hears it in that language.
    ///
    /// ```
    /// use training_replay::plot::Lesson;
    ///
    /// assert_eq!(Lesson::new("Como o plano se dobra").language("pt-BR").language, "pt-BR");
    /// ```
    #[must_use]
    pub fn language(self, tag: impl Into<String>) -> Self {
        Self { language: tag.into(), ..self }
    }

    /// Adds a section: a heading, and the sentences below it.
    ///
    /// ```
    /// use training_replay::plot::{Lesson, Sentence};
    ///
    /// let lesson = Lesson::new("Two words").section("The first", [Sentence::new("One.")]).section("The second", ["Two.".into()]);
    /// assert_eq!(lesson.sections[1].sentences[0].text, "Two.");
    /// ```
    #[must_use]
    pub fn section(mut self, heading: impl Into<String>, sentences: impl IntoIterator<Item = Sentence>) -> Self {
        self.sections.push(LessonSection { heading: heading.into(), sentences: sentences.into_iter().collect() });
        self
    }
}

impl Sentence {
    /// Creates a sentence that leads nowhere.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), epoch: None, run: None, panel: None, quantity: None }
    }

    /// Says which epoch it speaks of: one that the page shows, of the sentence's run or, without one, of any.
    #[must_use]
    pub fn epoch(self, epoch: u64) -> Self {
        Self { epoch: Some(epoch), ..self }
    }

    /// Says which run it speaks of, by its name on the page.
    #[must_use]
    pub fn run(self, name: impl Into<String>) -> Self {
        Self { run: Some(name.into()), ..self }
    }

    /// Says in which kind of panel that is seen.
    #[must_use]
    pub fn panel(self, panel: PagePanel) -> Self {
        Self { panel: Some(panel), ..self }
    }

    /// Says that the violins of this quantity show it.
    ///
    /// ```
    /// use training_replay::{analysis::Quantity, plot::{PagePanel, Sentence}};
    ///
    /// let sentence = Sentence::new("They grow.").quantity(Quantity::weights());
    /// assert_eq!(sentence.panel, Some(PagePanel::Violins));
    /// ```
    #[must_use]
    pub fn quantity(self, quantity: Quantity) -> Self {
        Self { panel: Some(PagePanel::Violins), quantity: Some(quantity), ..self }
    }

    /// Whether it leads anywhere.
    pub(super) fn leads(&self) -> bool {
        self.epoch.is_some() || self.run.is_some() || self.panel.is_some() || self.quantity.is_some()
    }
}

impl<S: Into<String>> From<S> for Sentence {
    fn from(text: S) -> Self {
        Self::new(text)
    }
}
