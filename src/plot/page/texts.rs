//! The texts of the page in a language: those in English, and translations that are held against them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use serde::Serialize;

use super::{
    language_tag::{is_from_right, is_tag},
    lesson_goal::{has_words, quoted},
    texts_entry::Entry,
};
use crate::{Error, Result};

/// The categories of plurals that languages have, of CLDR.
const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// So few samples or epochs that a form may say how many in words.
const IN_WORDS: [&str; 3] = ["zero", "one", "two"];

/// How many keys an error names.
const KEYS: usize = 5;

static ENGLISH: LazyLock<Texts> =
    LazyLock::new(|| read(Texts::english_file()).unwrap_or_else(|error| unreachable!("a test reads them: {error}")));

/// The texts of a [`Page`](crate::plot::Page): its buttons and their titles, what a screen reader says, legends, keys and errors.
///
/// A translation is a file like [`english_file`](Self::english_file) with the same keys. `{names}` in a text are filled in by the
/// page, and stand in a translation too, in any order. A text with a count has forms, by the categories that the language has for plurals in
/// [CLDR](https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html): `other`, and those of `zero`, `one`,
/// `two`, `few` and `many` that it needs. The `language` is its tag in HTML, by which the page also writes numbers; a page in a
/// language that is read from right to left is laid out so.
///
/// What comes from the recordings, and what their author named, stays as it is. So does what this crate writes in English of what it
/// has computed: the titles, axes and notes of panels, names of quantities and losses, milestones and findings, and errors of a page
/// that computes. In a page in another language these are marked as English, and are read aloud so, where they are elements of their
/// own; within a picture, or a title that also holds other words, they cannot be marked, and names of metrics, classes and pictures are
/// not, for they may be anybody's. Numbers in them are written as in English. A [`Lesson`](crate::plot::Lesson) has a language of its
/// own.
///
/// A later version of this crate may have other texts. A translation that lacks them is then an error that names them: the page's own
/// words are never of two languages.
///
/// ```
/// use training_replay::plot::{Page, Texts};
///
/// let german = Texts::english_file().replace(r#""language": "en""#, r#""language": "de""#).replace(r#""Play""#, r#""Abspielen""#); // and so on
/// let page = Page::new("Zwei Aktivierungen").texts(Texts::parse(&german)?);
/// assert!(page.to_html()?.contains(r#"<html lang="de">"#));
///
/// let error = Texts::parse(&german.replace("{panel} shown.", "{tafel} sichtbar.")).unwrap_err().to_string();
/// assert_eq!(error, "the text `arrangement.shown` is one that names {tafel}; it must be one that names {panel}");
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    language: String,
    groups: BTreeMap<String, Group>,
}

type Group = BTreeMap<String, Text>;

/// A text, or its forms by the categories of plurals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Text {
    Plain(String),
    Forms(BTreeMap<String, String>),
}

impl Texts {
    /// Returns the file of all texts in English, in JSON: what a translation begins with.
    pub fn english_file() -> &'static str {
        include_str!("web/texts/en.json")
    }

    /// Returns the texts in English, which a page has without others.
    ///
    /// ```
    /// use training_replay::plot::Texts;
    ///
    /// assert_eq!(Texts::english(), Texts::parse(Texts::english_file())?);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn english() -> Self {
        ENGLISH.clone()
    }

    /// Reads a translation.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for what is no JSON, a language that is no tag, a text that is missing, unknown or there twice, that has no
    /// words, names something else than the one in English, or has forms where that has none; and for forms without `other`. It names
    /// the key.
    pub fn parse(json: &str) -> Result<Self> {
        let texts = read(json)?;
        texts.expect_keys_of(&ENGLISH)?;
        texts.check(&ENGLISH)?;
        Ok(texts)
    }

    /// Returns the tag of the language.
    ///
    /// ```
    /// use training_replay::plot::Texts;
    ///
    /// assert_eq!(Texts::english().language(), "en");
    /// ```
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Whether it is read from right to left.
    pub(super) fn is_from_right(&self) -> bool {
        is_from_right(&self.language)
    }

    /// A text without forms.
    pub(super) fn plain(&self, key: &str) -> Result<&str> {
        match self.at(key) {
            Some(Text::Plain(text)) => Ok(text),
            _ => {
                Err(Error::missing(format!("text `{key}` of a page"), "the page's own file names it, or it has forms"))
            }
        }
    }

    /// As the page's scripts read them.
    pub(super) fn json(&self) -> Result<String> {
        serde_json::to_string(&self.groups).map_err(|error| Error::Drawing { reason: error.to_string() })
    }

    fn at(&self, key: &str) -> Option<&Text> {
        let (group, name) = key.split_once('.')?;
        self.groups.get(group)?.get(name)
    }

    fn keys(&self) -> BTreeSet<String> {
        let keys = |(group, texts): (&String, &Group)| -> Vec<String> {
            texts.keys().map(|name| format!("{group}.{name}")).collect()
        };
        self.groups.iter().flat_map(keys).collect()
    }

    fn expect_keys_of(&self, english: &Self) -> Result<()> {
        let (found, expected) = (self.keys(), english.keys());
        let unknown: Vec<&String> = found.difference(&expected).collect();
        if !unknown.is_empty() {
            return Err(Error::invalid(named(&unknown), "a text of the page, as those in English are", "unknown"));
        }
        let missing: Vec<&String> = expected.difference(&found).collect();
        let Some(first) = missing.first() else { return Ok(()) };
        let of_first = english.at(first).map(|text| text.forms()).unwrap_or_default();
        let text = of_first.last().map(|(_, text)| quoted(text)).unwrap_or_default();
        Err(Error::invalid(named(&missing), format!("there: in English `{first}` is {text}"), "missing"))
    }

    fn check(&self, english: &Self) -> Result<()> {
        for key in self.keys() {
            if let (Some(found), Some(expected)) = (self.at(&key), english.at(&key)) {
                found.check(&key, expected)?;
            }
        }
        Ok(())
    }
}

impl Text {
    /// A text is its only form. That of `other` comes last.
    fn forms(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Plain(text) => vec![("other", text)],
            Self::Forms(forms) => {
                CATEGORIES.iter().filter_map(|&name| Some((name, forms.get(name)?.as_str()))).collect()
            }
        }
    }

    fn check(&self, key: &str, english: &Self) -> Result<()> {
        let what = format!("the text `{key}`");
        match (self, english) {
            (Self::Plain(_), Self::Forms(_)) => {
                return Err(Error::invalid(what, "forms in braces, one of them `other`", "a text alone"));
            }
            (Self::Forms(_), Self::Plain(_)) => return Err(Error::invalid(what, "a text alone", "forms in braces")),
            (Self::Forms(forms), Self::Forms(_)) => expect_categories(&what, forms)?,
            (Self::Plain(_), Self::Plain(_)) => {}
        }
        let names = english.forms().last().map(|(_, text)| names(text)).unwrap_or_default();
        self.forms().into_iter().try_for_each(|(form, text)| expect_names(&what, form, text, names.as_ref()))
    }
}

fn expect_categories(what: &str, forms: &BTreeMap<String, String>) -> Result<()> {
    if let Some(other) = forms.keys().find(|name| !CATEGORIES.contains(&name.as_str())) {
        let expected = format!("one of {}", CATEGORIES.join(", "));
        return Err(Error::invalid(format!("a form of {what}"), expected, quoted(other)));
    }
    if forms.contains_key("other") {
        Ok(())
    } else {
        Err(Error::invalid(what, "one with a form `other`", "without it"))
    }
}

/// A form has words, and names what the text in English does; few may be counted in words.
fn expect_names(what: &str, form: &str, text: &str, expected: Option<&BTreeSet<&str>>) -> Result<()> {
    let what = if form == "other" { what.to_owned() } else { format!("the form `{form}` of {what}") };
    if !has_words(text) {
        return Err(Error::invalid(what, "words", quoted(text)));
    }
    let Some(found) = names(text) else {
        return Err(Error::invalid(what, "one whose braces hold names, each a pair of its own", quoted(text)));
    };
    let Some(expected) = expected else { return Ok(()) };
    let is_free = |name: &str| name == "count" && IN_WORDS.contains(&form);
    if found.is_subset(expected) && expected.iter().all(|name| found.contains(name) || is_free(name)) {
        return Ok(());
    }
    Err(Error::invalid(
        what,
        format!("one that names {}", in_braces(expected)),
        format!("one that names {}", in_braces(&found)),
    ))
}

/// What a text names in braces; nothing where braces are not closed, or hold something else.
fn names(text: &str) -> Option<BTreeSet<&str>> {
    let (mut names, mut rest) = (BTreeSet::new(), text);
    while let Some(at) = rest.find(['{', '}']) {
        let (name, behind) = rest[at..].strip_prefix('{')?.split_once('}')?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return None;
        }
        names.insert(name);
        rest = behind;
    }
    Some(names)
}

fn in_braces(names: &BTreeSet<&str>) -> String {
    let all: Vec<String> = names.iter().map(|name| format!("{{{name}}}")).collect();
    if all.is_empty() { "nothing".into() } else { all.join(" and ") }
}

/// Keys as an error names them.
fn named(keys: &[&String]) -> String {
    let some: Vec<String> = keys.iter().take(KEYS).map(|key| format!("`{key}`")).collect();
    match (keys.len(), keys.len().saturating_sub(KEYS)) {
        (1, _) => format!("the text {}", some.concat()),
        (_, 0) => format!("each of the texts {}", some.join(", ")),
        (_, more) => format!("each of the texts {} and {more} more", some.join(", ")),
    }
}

/// A file of texts, whatever keys it has.
fn read(json: &str) -> Result<Texts> {
    let invalid =
        |found: String| Error::invalid("the file of texts", "JSON with a text or braces behind each key", found);
    let entry: Entry =
        serde_json::from_str(json.trim_start_matches('\u{feff}')).map_err(|error| invalid(format!("none: {error}")))?;
    let mut entries = unique(entry.entries().ok_or_else(|| invalid("a text alone".into()))?, "")?;
    let language = match entries.remove("language") {
        Some(Entry::Text(tag)) if is_tag(&tag) => tag,
        other => {
            let found = match other {
                Some(Entry::Text(tag)) => quoted(&tag),
                Some(Entry::Entries(_)) => "texts in braces".into(),
                None => "missing".into(),
            };
            return Err(Error::invalid("the `language`", "a tag such as `en`, `pt-BR` or `zh-Hant`", found));
        }
    };
    let groups = entries.into_iter().map(|(name, entry)| Ok((name.clone(), group(&name, entry)?)));
    Ok(Texts { language, groups: groups.collect::<Result<_>>()? })
}

fn group(name: &str, entry: Entry) -> Result<Group> {
    let Entry::Entries(entries) = entry else {
        return Err(Error::invalid(format!("the text `{name}`"), "texts in braces", "a text alone"));
    };
    let entries = unique(entries, &format!("{name}."))?;
    entries.into_iter().map(|(text, entry)| Ok((text.clone(), self::text(&format!("{name}.{text}"), entry)?))).collect()
}

fn text(key: &str, entry: Entry) -> Result<Text> {
    let entries = match entry {
        Entry::Text(text) => return Ok(Text::Plain(text)),
        Entry::Entries(entries) => unique(entries, &format!("{key}."))?,
    };
    let form = |(name, entry): (String, Entry)| match entry {
        Entry::Text(text) => Ok((name, text)),
        Entry::Entries(_) => Err(Error::invalid(format!("the text `{key}.{name}`"), "a text alone", "texts in braces")),
    };
    entries.into_iter().map(form).collect::<Result<_>>().map(Text::Forms)
}

/// Entries by their names, none of which is there twice.
fn unique(entries: Vec<(String, Entry)>, before: &str) -> Result<BTreeMap<String, Entry>> {
    let mut all = BTreeMap::new();
    for (name, entry) in entries {
        if all.contains_key(&name) {
            return Err(Error::invalid(format!("the text `{before}{name}`"), "there once", "there twice"));
        }
        all.insert(name, entry);
    }
    Ok(all)
}
