//! Parameters found by their layer and name, in whatever order they come.

use std::collections::{HashMap, HashSet};

use crate::{Error, Result};

/// Layer and name of a parameter.
pub(crate) type Name<'a> = (&'a str, &'a str);

/// More names than these are counted in an error, and not listed.
const LISTED: usize = 5;

/// Returns the place of each known name among the given ones.
///
/// Fails if a name is given twice, or the names are not the known ones: `what` they are, and what is `expected` of them.
pub(crate) fn places(known: &[Name<'_>], given: &[Name<'_>], what: &str, expected: &str) -> Result<Vec<usize>> {
    let mut found = HashMap::new();
    for (place, &name) in given.iter().enumerate() {
        if found.insert(name, place).is_some() {
            let twice = format!("with {}/{} twice", name.0, name.1);
            return Err(Error::invalid(what, expected, twice));
        }
    }
    let places: Vec<usize> = known.iter().filter_map(|name| found.remove(name)).collect();
    if places.len() == known.len() && found.is_empty() {
        return Ok(places);
    }
    let all: HashSet<_> = given.iter().collect();
    let missing = known.iter().filter(|name| !all.contains(name));
    let new = given.iter().filter(|name| found.contains_key(*name));
    let parts = [listed("without", missing), listed("with the new", new)];
    Err(Error::invalid(what, expected, parts.into_iter().flatten().collect::<Vec<_>>().join(" and ")))
}

/// The first of the names behind a word, and how many more there are.
fn listed<'a>(word: &str, names: impl Iterator<Item = &'a Name<'a>>) -> Option<String> {
    let labels: Vec<String> = names.map(|(layer, name)| format!("{layer}/{name}")).collect();
    let more = labels.len().saturating_sub(LISTED);
    let shown = &labels[..labels.len() - more];
    match (labels.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(format!("{word} {shown:?}")),
        (false, more) => Some(format!("{word} {shown:?} and {more} more")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(known: &[&str], given: &[&str]) -> Result<Vec<usize>> {
        let names = |names: &[&'static str]| -> Vec<Name<'static>> { names.iter().map(|&name| ("a", name)).collect() };
        let leak = |names: &[&str]| names.iter().map(|name| &*name.to_string().leak()).collect::<Vec<&'static str>>();
        places(&names(&leak(known)), &names(&leak(given)), "the list", "the known one")
    }

    #[test]
    fn names_are_found_in_any_order() {
        assert_eq!(found(&["x", "y", "z"], &["z", "x", "y"]).unwrap(), [1, 2, 0]);
        assert_eq!(found(&[], &[]).unwrap(), [0_usize; 0]);
    }

    #[test]
    fn an_error_says_which_are_missing_which_are_new_and_which_are_twice() {
        let message = |known: &[&str], given: &[&str]| found(known, given).unwrap_err().to_string();
        let both = r#"the list is without ["a/y"] and with the new ["a/z"]; it must be the known one"#;
        assert_eq!(message(&["x", "y"], &["z", "x"]), both);
        assert_eq!(message(&["x", "y"], &["y"]), r#"the list is without ["a/x"]; it must be the known one"#);
        assert_eq!(message(&["x"], &["y", "x"]), r#"the list is with the new ["a/y"]; it must be the known one"#);
        assert_eq!(message(&["x", "y"], &["x", "x"]), "the list is with a/x twice; it must be the known one");
        let many = message(&["1", "2", "3", "4", "5", "6", "7"], &[]);
        assert!(many.contains(r#""a/5"] and 2 more"#), "{many}");
    }
}
