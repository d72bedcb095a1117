//! Patterns of names: which parameters are recorded.

use std::str::Chars;

use crate::{Error, Result};

/// A pattern of names, as [`ReplayOptions::only_parameters`](crate::ReplayOptions::only_parameters) describes them.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    text: String,
    /// What it is made of, or why it is none.
    parts: Result<Vec<Part>, &'static str>,
}

/// A part of a pattern.
#[derive(Clone, Debug)]
enum Part {
    /// `*`: any characters, or none.
    Any,
    /// `?`: one character.
    One,
    /// This character.
    Is(char),
    /// `[...]`: a character within one of these ranges, or within none of them.
    Among { ranges: Vec<(char, char)>, negated: bool },
}

impl Pattern {
    pub(super) fn new(text: String) -> Self {
        let parts = parts(&text);
        Self { text, parts }
    }

    /// Fails unless it is a pattern.
    pub(super) fn check(&self) -> Result<()> {
        match &self.parts {
            Ok(_) => Ok(()),
            Err(expected) => Err(Error::invalid("a pattern of parameters", *expected, format!("{:?}", self.text))),
        }
    }

    /// The text that it was made of.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether a parameter is meant: by `layer/name`, or by `layer.name`, as PyTorch and safetensors call it.
    pub(super) fn means(&self, layer: &str, name: &str) -> bool {
        if layer.is_empty() {
            return self.matches(name);
        }
        ["/", "."].iter().any(|between| self.matches(&[layer, *between, name].concat()))
    }

    /// Whether it matches a whole name. Takes at most as many steps as the pattern is long, times the name's length: when the rest
    /// does not fit, only the last `*` takes more, as what those before it took can be left to it.
    fn matches(&self, name: &str) -> bool {
        let Ok(parts) = &self.parts else { return false };
        let (mut at, mut rest) = (0, name.chars());
        // What comes behind the last `*`, and what it has not taken yet.
        let mut last: Option<(usize, Chars<'_>)> = None;
        loop {
            match parts.get(at) {
                Some(Part::Any) => last = Some((at + 1, rest.clone())),
                Some(part) if part.takes(rest.clone().next()) => drop(rest.next()),
                None if rest.as_str().is_empty() => return true,
                _ => {
                    let Some((behind, left)) = &mut last else { return false };
                    if left.next().is_none() {
                        return false;
                    }
                    (at, rest) = (*behind, left.clone());
                    continue;
                }
            }
            at += 1;
        }
    }
}

impl Part {
    /// Whether it is for this character, if there is one.
    fn takes(&self, next: Option<char>) -> bool {
        let Some(next) = next else { return false };
        match self {
            Self::Any | Self::One => true,
            Self::Is(only) => *only == next,
            Self::Among { ranges, negated } => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&next)) != *negated
            }
        }
    }
}

/// The parts of a pattern, or what is expected of one.
fn parts(text: &str) -> Result<Vec<Part>, &'static str> {
    let (mut parts, mut rest) = (Vec::new(), text.chars());
    while let Some(next) = rest.next() {
        match next {
            '*' if matches!(parts.last(), Some(Part::Any)) => {}
            '*' => parts.push(Part::Any),
            '?' => parts.push(Part::One),
            '[' => parts.push(among(&mut rest)?),
            only => parts.push(Part::Is(only)),
        }
    }
    if parts.is_empty() { Err("one that is not empty; `*` means all parameters") } else { Ok(parts) }
}

/// The characters in brackets, of which the first is open.
fn among(rest: &mut Chars<'_>) -> Result<Part, &'static str> {
    let negated = rest.as_str().starts_with('!');
    if negated {
        rest.next();
    }
    if rest.as_str().starts_with('^') {
        return Err("one whose brackets begin with another character than `^`; `[!` negates");
    }
    let mut ranges = Vec::new();
    loop {
        match rest.next() {
            None => return Err("one that closes its brackets; `[[]` is a bracket itself"),
            Some(']') if !ranges.is_empty() => return Ok(Part::Among { ranges, negated }),
            Some(first) => ranges.push(range(first, rest)?),
        }
    }
}

/// A character in brackets, or from one to another.
fn range(first: char, rest: &mut Chars<'_>) -> Result<(char, char), &'static str> {
    let mut ahead = rest.clone();
    let last = match (ahead.next(), ahead.next()) {
        (Some('-'), Some(last)) if last != ']' => last,
        _ => return Ok((first, first)),
    };
    *rest = ahead;
    if first <= last { Ok((first, last)) } else { Err("one whose ranges go up, as `[a-z]`") }
}

/// Patterns, of which a parameter has to match any.
#[derive(Clone, Debug)]
pub(super) struct Patterns(Vec<Pattern>);

impl Patterns {
    pub(super) fn new<P: Into<String>>(patterns: impl IntoIterator<Item = P>) -> Self {
        Self(patterns.into_iter().map(|pattern| Pattern::new(pattern.into())).collect())
    }

    /// Fails for no patterns, and for one that is none.
    pub(super) fn check(&self) -> Result<()> {
        if self.0.is_empty() {
            return Err(Error::invalid("the number of patterns of parameters", "1 or more", 0));
        }
        self.0.iter().try_for_each(Pattern::check)
    }

    pub(super) fn mean(&self, layer: &str, name: &str) -> bool {
        self.0.iter().any(|pattern| pattern.means(layer, name))
    }

    /// The first of them that means none of some parameters.
    pub(super) fn unused<'p>(&self, parameters: impl Iterator<Item = (&'p str, &'p str)> + Clone) -> Option<&Pattern> {
        self.0.iter().find(|pattern| !parameters.clone().any(|(layer, name)| pattern.means(layer, name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, name: &str) -> bool {
        let pattern = Pattern::new(pattern.into());
        pattern.check().unwrap();
        pattern.matches(name)
    }

    #[test]
    fn a_pattern_matches_whole_names_with_any_characters_in_place_of_a_star() {
        for (pattern, name) in [
            ("*", ""),
            ("*", "any/thing"),
            ("**", "any/thing"),
            ("a*", "a"),
            ("*a*", "bab"),
            ("*lora_A*", "model.layers.0.q_proj.lora_A/weight"),
            ("head/**", "head/a/b.c"),
            ("*ab", "aab"),
            ("*ab*ab", "abcab"),
            ("a*b*c", "aXbXbXc"),
            ("?", "\u{e9}"),
            ("?", "\u{1f600}"),
            ("a?c", "abc"),
            ("layer[0-3]/*", "layer2/kernel"),
            ("layer[!0-3]/*", "layer4/kernel"),
            ("[]]", "]"),
            ("[]-a]", "^"),
            ("[!]]", "x"),
            ("[a-]", "-"),
            ("[-a]", "-"),
            ("[a^]", "^"),
            ("[[]0]", "[0]"),
            ("[*]", "*"),
            ("[?]", "?"),
            ("[\u{e4}-\u{fc}]", "\u{f6}"),
            ("\\*", "\\anything"),
        ] {
            assert!(matches(pattern, name), "{pattern} is for {name}");
        }
        for (pattern, name) in [
            ("a", "ab"),
            ("b", "ab"),
            ("a*", "ba"),
            ("*ab", "aba"),
            ("?", ""),
            ("?", "ab"),
            ("A", "a"),
            ("[!a]", "a"),
            ("[!a]", ""),
            ("[*]", "x"),
            ("[0-9]", "10"),
            ("a.b", "axb"),
            ("*ab*ab", "ab"),
        ] {
            assert!(!matches(pattern, name), "{pattern} is not for {name}");
        }
    }

    #[test]
    fn a_parameter_is_meant_by_its_name_with_a_slash_or_a_point() {
        let means = |pattern: &str, layer: &str, name: &str| Pattern::new(pattern.into()).means(layer, name);
        assert!(means("head/weight", "head", "weight") && means("head.weight", "head", "weight"));
        assert!(means("head.*", "head", "weight") && means("head/*", "head", "weight"));
        assert!(!means("head*weight", "head", "weights") && !means("weight", "head", "weight"));
        assert!(means("steps", "", "steps") && !means("/steps", "", "steps"));
        assert!(means("a/b/c", "a", "b/c") && means("a/b/c", "a/b", "c") && means("a/b.c", "a/b", "c"));
    }

    #[test]
    fn what_is_no_pattern_is_refused_and_said() {
        let refused = |pattern: &str| Pattern::new(pattern.into()).check().unwrap_err().to_string();
        assert_eq!(
            refused(""),
            "a pattern of parameters is \"\"; it must be one that is not empty; `*` means all parameters"
        );
        for open in ["a[b", "[", "[!", "[]", "[!]", "kernel[0"] {
            assert!(refused(open).contains("closes its brackets"), "{open}");
        }
        assert!(refused("[z-a]").contains("ranges go up"));
        assert!(refused("[^a]").contains("`[!` negates") && refused("[!^a]").contains("`^`"));
        assert!(Patterns::new::<String>([]).check().is_err());
    }

    #[test]
    fn many_stars_take_no_more_steps_than_both_lengths_multiplied() {
        let (pattern, name) = ("a*".repeat(500) + "b", "a".repeat(20_000));
        assert!(!matches(&pattern, &name)); // by trying all ways for the stars it would never end
    }
}
