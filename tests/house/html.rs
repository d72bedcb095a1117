//! The rendered documentation as a reader sees it: its links, and the items that it lists.

use std::{collections::BTreeSet, ops::Range};

/// A tag's name, its attributes, and where it stands.
#[derive(Debug)]
pub struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub range: Range<usize>,
}

impl Tag {
    pub fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == attribute).map(|(_, value)| value.as_str())
    }
}

/// Reads the tags of a page, without those that close and those that scripts write.
pub fn tags(page: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(start) = page[at..].find('<').map(|found| at + found) {
        let end = start + tag_length(&page[start..]);
        let inside = page[start + 1..end].trim_end_matches(['>', '/']);
        at = end;
        if inside.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let (name, rest) = inside.split_at(inside.find(char::is_whitespace).unwrap_or(inside.len()));
            if name == "script" {
                at = page[end..].find("</script>").map_or(page.len(), |found| end + found);
            }
            tags.push(Tag { name: name.to_owned(), attributes: attributes(rest), range: start..end });
        }
    }
    tags
}

/// A tag ends at the first `>` outside quotes.
fn tag_length(rest: &str) -> usize {
    let mut quote = None;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    rest.len()
}

fn attributes(mut rest: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start();
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let name = rest[..end].to_owned();
        let Some(value) = rest[end..].strip_prefix('=') else {
            if name.is_empty() {
                return found;
            }
            found.push((name, String::new()));
            rest = &rest[end..];
            continue;
        };
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let inside = quote.map_or(value, |_| &value[1..]);
        let end = inside.find(|c: char| quote.map_or(c.is_whitespace(), |quote| c == quote)).unwrap_or(inside.len());
        found.push((name, unescaped(&inside[..end])));
        rest = inside[end..].strip_prefix(['"', '\'']).unwrap_or(&inside[end..]);
    }
}

/// What a page links to or shows.
pub fn links(page: &str) -> BTreeSet<String> {
    let link = |tag: Tag| ["href", "src"].iter().find_map(|name| tag.get(name).map(str::to_owned));
    tags(page).into_iter().filter_map(link).collect()
}

/// The places in a page that a link can lead to.
pub fn anchors(page: &str) -> BTreeSet<String> {
    let anchor = |tag: Tag| ["id", "name"].iter().find_map(|name| tag.get(name).map(str::to_owned));
    tags(page).into_iter().filter_map(anchor).collect()
}

/// A public item of a page, as its signature, and how many examples stand below it.
#[derive(Debug, PartialEq)]
pub struct Item {
    pub kind: Kind,
    pub signature: String,
    pub examples: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// What the page is about.
    Declaration,
    /// The head of a block of methods.
    Impl,
    Method,
    /// An associated constant or type.
    Associated,
    /// A trait that is implemented, without what the compiler adds to every type.
    Implements,
}

/// Where the part of a page begins that is about one trait or the other.
const TRAITS: [&str; 2] = ["trait-implementations", "foreign-impls"];

/// Where what the compiler adds begins, and what other pages say.
const REST: [&str; 4] = ["synthetic-implementations", "blanket-implementations", "implementors", "deref-methods"];

/// Lists the public items of the page of a struct, an enum, a trait, a function and so on, in the order of the page.
pub fn items(page: &str) -> Vec<Item> {
    let tags = tags(page);
    let starts_with =
        |tag: &Tag, ids: &[&str]| tag.get("id").is_some_and(|id| ids.iter().any(|known| id.starts_with(known)));
    let rest = tags.iter().position(|tag| starts_with(tag, &REST)).unwrap_or(tags.len());
    let traits = tags.iter().position(|tag| starts_with(tag, &TRAITS)).unwrap_or(rest).min(rest);
    let heads: Vec<usize> = (0..rest).filter(|&at| is_head(&tags[at])).collect();
    let ends = heads.iter().skip(1).copied().chain([traits.max(heads.last().map_or(0, |last| last + 1))]);
    heads.iter().zip(ends).filter_map(|(&at, end)| item(page, &tags, at, end, at > traits)).collect()
}

fn is_head(tag: &Tag) -> bool {
    tag.name == "section" && tag.get("id") != Some("main-content") || tag.get("class") == Some("rust item-decl")
}

fn item(page: &str, tags: &[Tag], at: usize, end: usize, of_traits: bool) -> Option<Item> {
    let kind = match (tags[at].get("class")?, of_traits) {
        ("rust item-decl", _) => Kind::Declaration,
        ("impl", false) => Kind::Impl,
        // What every derived comparison brings along.
        ("impl", true) if tags[at].get("id").is_some_and(|id| id.contains("StructuralPartialEq")) => return None,
        ("impl", true) => Kind::Implements,
        ("method", false) => Kind::Method,
        ("associatedtype" | "associatedconstant", false) => Kind::Associated,
        _ => return None,
    };
    let (head, tail) = match kind {
        Kind::Declaration => (&tags[at], "</pre>"),
        _ => (tags[at..].iter().find(|tag| tag.get("class") == Some("code-header"))?, "</section>"),
    };
    let start = head.range.end;
    let text = text(&page[start..start + page[start..].find(tail)?]);
    let signature = if text.contains("pub trait ") { head_of(&text) } else { text };
    let is_example = |tag: &&Tag| tag.get("class").is_some_and(|class| class.contains("rust-example"));
    Some(Item { kind, signature, examples: tags[at..end].iter().filter(is_example).count() })
}

/// The methods of a trait are items of their own.
fn head_of(declaration: &str) -> String {
    declaration.split(" {").next().unwrap_or(declaration).to_owned()
}

/// The text of a piece of a page as a reader sees it, in one line.
pub fn text(piece: &str) -> String {
    let mut shown = String::new();
    let mut at = 0;
    for tag in tags(piece) {
        let start = tag.range.start.max(at);
        shown.push_str(&piece[at..start]);
        at = tag.range.end.max(at);
        let is_button = tag.name == "summary" || tag.get("class") == Some("tooltip");
        if is_button && tag.range.start >= start {
            let close = format!("</{}>", tag.name);
            at = piece[at..].find(&close).map_or(piece.len(), |found| at + found + close.len());
        }
        if matches!(tag.name.as_str(), "div" | "br") {
            shown.push(' ');
        }
    }
    shown.push_str(&piece[at..]);
    for close in ["a", "span", "div", "code", "details", "h3", "h4", "summary", "pre"] {
        shown = shown.replace(&format!("</{close}>"), if close == "div" { " " } else { "" });
    }
    let words: Vec<&str> = shown.split_whitespace().collect();
    let text = unescaped(&words.join(" "));
    [("( ", "("), (", )", ")"), ("[ ", "["), (" ;", ";")]
        .iter()
        .fold(text, |text, (long, short)| text.replace(long, short))
}

fn unescaped(text: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

/// Replaces `%20` and its kind by the characters they stand for.
pub fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        let decoded = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(decoded.unwrap_or(first));
        rest = if decoded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
