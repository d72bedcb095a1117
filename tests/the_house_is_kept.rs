//! What is promised about the code itself: short files, short functions, plain words.

mod house;

use std::collections::BTreeSet;

use house::{
    Files, assert_exactly, files,
    functions::{Function, functions},
    root,
    tokens::program,
};

const MAX_FILE_LINES: usize = 400;
const MAX_FUNCTION_LINES: usize = 40;
const MAX_MEDIAN_LINES: usize = 5;

/// Words that the field has a better one for, and the better one.
const WORDS: [(&str, &str); 6] = [
    ("told", "predicted"),
    ("tells", "says, shows, distinguishes"),
    ("sweep", "run"),
    ("ledger", "sample history"),
    ("film", "plots"),
    ("films", "plots"),
];

#[test]
fn a_file_has_at_most_400_lines() {
    let all = ["rs", "js", "css", "html"].into_iter().flat_map(|extension| files(&root().join("src"), extension));
    let web = ["rs", "js", "mjs"].into_iter().flat_map(web);
    let long = all.chain(web).filter(|(_, text)| text.lines().count() > MAX_FILE_LINES).map(|(path, _)| path);
    assert_exactly("too long", long.collect(), BTreeSet::new());
}

#[test]
fn a_function_has_at_most_40_lines() {
    let long = all_functions().into_iter().filter(|(_, function)| function.lines > MAX_FUNCTION_LINES);
    let long = long.map(|(path, function)| format!("{path}:{}: {}, {}", function.line, function.name, function.lines));
    assert_exactly("too long", long.collect(), BTreeSet::new());
}

#[test]
fn half_of_the_functions_have_at_most_5_lines() {
    let mut lines: Vec<usize> = all_functions().iter().map(|(_, function)| function.lines).collect();
    assert!(lines.len() > 500, "{} functions are too few to be all", lines.len());
    lines.sort_unstable();
    let (median, most) = (lines[lines.len() / 2], lines[lines.len() - 1]);
    println!("{} functions: half of them up to {median} lines, the longest {most}", lines.len());
    assert!(median <= MAX_MEDIAN_LINES, "the median is {median}");
}

#[test]
fn the_fields_words_are_used() {
    let texts = texts();
    let lines =
        texts.iter().flat_map(|(path, text)| text.lines().zip(1..).map(move |(line, number)| (path, number, line)));
    let found = lines.flat_map(|(path, number, line)| {
        let words = WORDS.iter().filter(move |(word, _)| has_word(line, word));
        words.map(move |(word, better)| format!("{path}:{number}: {word}, which is {better}"))
    });
    assert_exactly("words of our own", found.collect(), BTreeSet::new());
}

/// Programs and pages, but for what others wrote and for this file, which names the words.
fn texts() -> Files {
    let rooms = ["src", "tests", "benches", "examples", "docs"].map(|room| root().join(room));
    let all = rooms.iter().flat_map(|room| ["rs", "js", "md"].map(|extension| files(room, extension)));
    let all = all.chain(["rs", "js", "mjs", "md"].map(web));
    let ours = |path: &str| !path.contains("node_modules/") && !path.contains("target/");
    all.flatten().filter(|(path, _)| ours(path) && !path.ends_with("the_house_is_kept.rs")).collect()
}

/// The package for browsers, which a published crate does not hold.
fn web(extension: &str) -> Files {
    let folder = root().join("web");
    let found = if folder.is_dir() { files(&folder, extension) } else { Files::new() };
    let ours = found.into_iter().filter(|(path, _)| !path.starts_with("target/"));
    ours.map(|(path, text)| (format!("web/{path}"), text)).collect()
}

fn src() -> Files {
    files(&root().join("src"), "rs")
}

fn all_functions() -> Vec<(String, Function)> {
    let found = |(path, text): (String, String)| {
        functions(&program(&text)).into_iter().map(move |function| (path.clone(), function))
    };
    src().into_iter().chain(web("rs")).flat_map(found).collect()
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric()).any(|found| found.eq_ignore_ascii_case(word))
}

// The reader is tested too: a rule that nothing can break holds nothing.

#[test]
fn lines_of_a_body_are_counted_between_its_braces_and_those_of_tests_are_not() {
    let source = "
fn one() -> [u8; 2] { [0; 2] }
impl A {
    /// fn comment() {}
    pub fn three<F: Fn(u8) -> u8>(
        f: fn(u8) -> u8,
    ) -> u8
    where
        F: Send,
    {
        // A comment counts.
        let text = \"}\";
        '{'
    }
}
trait B { fn declared(&self); }
#[cfg(test)]
mod tests {
    fn of_tests() {}
}
";
    let found = functions(&program(source));
    let found: Vec<_> = found.iter().map(|function| (function.name.as_str(), function.line, function.lines)).collect();
    assert_eq!(found, [("one", 2, 1), ("three", 5, 3)]);
}

#[test]
fn a_word_is_found_where_it_stands_alone() {
    assert!(has_word("// It Tells: nothing.", "tells"));
    assert!(!has_word("the retelling of retells", "tells"));
}
