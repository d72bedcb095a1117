//! Names with numbers in them: taken apart, and in the order in which people count.

/// A name in parts, such that names are in natural order when their parts are: `layer2` before `layer10`.
///
/// A number is the length of its digits without zeros in front, and these digits; a text comes behind numbers.
pub(super) fn natural(name: &str) -> Vec<(usize, String)> {
    let key = |part: Part<'_>| match part {
        Part::Digits(digits) => (digits.trim_start_matches('0').len(), digits.trim_start_matches('0').to_owned()),
        Part::Text(text) => (usize::MAX, text.to_owned()),
    };
    parts(name).map(key).collect()
}

/// A stretch of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Digits(&'a str),
    Text(&'a str),
}

/// The stretches of digits of a name, and what is between them.
pub(super) fn parts(name: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = name;
    std::iter::from_fn(move || {
        let is_digit = rest.chars().next()?.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != is_digit).unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        rest = behind;
        Some(if is_digit { Part::Digits(part) } else { Part::Text(part) })
    })
}

/// The texts between the numbers, the same for names that differ in numbers alone.
pub(super) fn stem(name: &str) -> String {
    parts(name).map(|part| if let Part::Text(text) = part { text } else { "#" }).collect()
}

/// The digits of each number of a name.
pub(super) fn numbers(name: &str) -> Vec<&str> {
    parts(name).filter_map(|part| if let Part::Digits(digits) = part { Some(digits) } else { None }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_order_in_which_people_count() {
        let mut names =
            ["layer10", "layer2", "a1b2", "a1b10", "layer02", "x", "7", "10", "é3", "99999999999999999999999"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(
            names,
            ["7", "10", "99999999999999999999999", "a1b2", "a1b10", "layer2", "layer02", "layer10", "x", "é3"]
        );
    }

    #[test]
    fn a_name_is_its_numbers_and_what_is_between_them() {
        assert_eq!(
            (stem("epoch=3-step=1200"), numbers("epoch=3-step=1200")),
            ("epoch=#-step=#".into(), vec!["3", "1200"])
        );
        assert_eq!((stem(""), numbers("007")), (String::new(), vec!["007"]));
    }
}
