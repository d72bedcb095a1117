//! Text: numbers with what they count, and choices as `name(key value, flag)` and back, as Keras and PyTorch write them too.

use crate::{Error, Result};

/// A number with what it counts: `1 sample`, `1,000 samples`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    let ending = match (count, noun.ends_with('s')) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{} {noun}{ending}", grouped(count))
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let is_first_of_three = |at: usize| at > 0 && (digits.len() - at).is_multiple_of(3);
    digits
        .chars()
        .enumerate()
        .flat_map(|(at, digit)| is_first_of_three(at).then_some(',').into_iter().chain([digit]))
        .collect()
}

/// Four digits behind the point, or three in all of what is tiny or huge; whole numbers in groups.
pub(crate) fn decimal(value: f64) -> String {
    let size = value.abs();
    match value {
        whole if whole.fract() == 0.0 && size < 1e9 => {
            format!("{}{}", if whole < 0.0 { "-" } else { "" }, grouped(size as u64))
        }
        extreme if !(1e-3..1e6).contains(&size) && extreme.is_finite() => format!("{extreme:.2e}"),
        other => format!("{other:.4}"),
    }
}

/// About three digits: `0.123`, `12.3`, `1,234`, `1.2e6`.
#[cfg(any(feature = "page", test))]
pub(crate) fn short(value: f64) -> String {
    let size = value.abs();
    match value {
        whole if whole.fract() == 0.0 && size < 1e5 => decimal(whole),
        large if (100.0..1e5).contains(&size) => decimal(large.round()),
        other if (1e-3..1e5).contains(&size) => {
            let digits = [10.0, 1.0, 0.1, 0.01].iter().take_while(|&&least| size < least).count();
            format!("{other:.*}", digits + 1)
        }
        other => format!("{other:.1e}"),
    }
}

/// A share as a percentage.
pub(crate) fn percent(share: f64) -> String {
    let percent = format!("{:.1}", 100.0 * share);
    format!("{} %", percent.strip_suffix(".0").unwrap_or(&percent))
}

/// A text on one line: names are anybody's, and one with a line break in it would stand there as a line of its own.
pub(crate) fn on_a_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => line.extend(c.escape_default()),
            c => line.push(c),
        }
    }
    line
}

/// A character that XML 1.0 can hold: U+FFFD in place of what it cannot, as most control characters.
#[cfg(feature = "page")]
pub(crate) fn allowed(character: char) -> char {
    match character {
        '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'.. => character,
        _ => char::REPLACEMENT_CHARACTER,
    }
}

/// Rows on lines of their own, their columns under one another: so many to the left, the others to the right.
pub(crate) fn table(rows: &[Vec<String>], left: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| on_a_line(cell)).collect()).collect();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let cell = |(column, text): (usize, &String)| match (column < left, widths[column]) {
        (true, width) => format!("{text:<width$}"),
        (false, width) => format!("{text:>width$}"),
    };
    let line = |row: &Vec<String>| row.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ") + "\n";
    rows.iter().map(line).collect()
}

/// Writes a choice with its numbers and those of its flags that hold.
pub(crate) fn write(name: &str, numbers: &[(&str, f32)], flags: &[(&str, bool)]) -> String {
    let numbers = numbers.iter().map(|(key, value)| format!("{key} {}", number(*value)));
    let flags = flags.iter().filter(|(_, holds)| *holds).map(|(flag, _)| (*flag).to_owned());
    let arguments: Vec<String> = numbers.chain(flags).collect();
    if arguments.is_empty() { name.to_owned() } else { format!("{name}({})", arguments.join(", ")) }
}

/// The shortest text that is read as this number again, without a row of zeros.
fn number(value: f32) -> String {
    let size = value.abs();
    if value == 0.0 || !size.is_finite() || (1e-3..1e7).contains(&size) {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

/// A choice as it was written, whose arguments are taken one after the other.
pub(crate) struct Notation<'a> {
    what: &'a str,
    name: &'a str,
    /// Those that were not taken yet; key and value.
    arguments: Vec<(&'a str, Option<&'a str>)>,
}

impl<'a> Notation<'a> {
    /// Takes a text apart; `what` is what messages call it.
    pub(crate) fn read(what: &'a str, text: &'a str) -> Result<Self> {
        let text = text.trim();
        let Some((name, rest)) = text.split_once('(') else {
            return Ok(Self { what, name: text, arguments: Vec::new() });
        };
        let arguments = rest.strip_suffix(')').filter(|inside| !inside.contains(['(', ')']));
        let arguments = arguments.ok_or_else(|| {
            Error::invalid(
                what,
                "a name, or a name and its arguments as in name(key value, key value)",
                format!("{text:?}"),
            )
        })?;
        let arguments = arguments.split(',').map(argument).filter(|_| !arguments.trim().is_empty()).collect();
        Ok(Self { what, name: name.trim_end(), arguments })
    }

    /// Which of these names it is, in any case and with or without underscores.
    pub(crate) fn one_of(&self, names: &[&str]) -> Result<usize> {
        self.find(names).ok_or_else(|| self.unknown(names))
    }

    /// The same, if it is one of them.
    pub(crate) fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().position(|name| same(name, self.name))
    }

    /// That the name is none of these.
    pub(crate) fn unknown(&self, names: &[&str]) -> Error {
        Error::invalid(self.what, format!("one of {}", names.join(", ")), format!("{:?}", self.name))
    }

    /// Takes the number that has one of these keys into `value`, if there is one; whether there was.
    pub(crate) fn number(&mut self, keys: &[&str], value: &mut f32) -> Result<bool> {
        let Some((key, text)) = self.take(keys) else { return Ok(false) };
        let parsed = text.and_then(|text| text.parse().ok());
        *value = parsed.ok_or_else(|| {
            Error::invalid(format!("{key} of {:?}", self.name), "a number", format!("{:?}", text.unwrap_or_default()))
        })?;
        Ok(true)
    }

    /// Takes a flag: `flag` alone, or `flag=True` or `flag=False`.
    pub(crate) fn flag(&mut self, flag: &str) -> Result<bool> {
        match self.take(&[flag]) {
            None => Ok(false),
            Some((_, None)) => Ok(true),
            Some((_, Some(text))) => text.to_ascii_lowercase().parse().map_err(|_| {
                Error::invalid(format!("{flag} of {:?}", self.name), "true or false", format!("{text:?}"))
            }),
        }
    }

    /// Fails if an argument is left.
    pub(crate) fn finish(self) -> Result<()> {
        let Some((key, value)) = self.arguments.first() else { return Ok(()) };
        let argument = value.map_or((*key).to_owned(), |value| format!("{key} {value}"));
        let expected = "one that it has, and once";
        Err(Error::invalid(format!("an argument of {:?}", self.name), expected, format!("{argument:?}")))
    }

    fn take(&mut self, keys: &[&str]) -> Option<(&'a str, Option<&'a str>)> {
        let is_meant = |(key, _): &(&str, _)| keys.iter().any(|known| same(known, key));
        let place = self.arguments.iter().position(is_meant)?;
        Some(self.arguments.remove(place))
    }
}

/// `key value`, `key=value` or `key`.
fn argument(text: &str) -> (&str, Option<&str>) {
    let text = text.trim();
    match text.split_once('=').or_else(|| text.split_once(char::is_whitespace)) {
        Some((key, value)) => (key.trim_end(), Some(value.trim_start())),
        None => (text, None),
    }
}

/// Whether two names are the same but for case and underscores: `LeakyReLU` is `leaky_relu`.
fn same(one: &str, other: &str) -> bool {
    let letters = |name: &str| name.chars().filter(|&c| c != '_').map(|c| c.to_ascii_lowercase()).collect::<String>();
    letters(one) == letters(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_with_what_they_count_and_in_groups() {
        let all = [0, 1, 2, 999, 1_000, 12_345, 1_234_567].map(|count| counted(count, "sample"));
        let expected = ["0 samples", "1 sample", "2 samples", "999 samples", "1,000 samples", "12,345 samples"];
        assert_eq!([1, 2].map(|count| counted(count, "class")), ["1 class", "2 classes"]);
        assert_eq!((&all[..6], all[6].as_str()), (expected.map(String::from).as_slice(), "1,234,567 samples"));
    }

    #[test]
    fn decimals_are_as_long_as_they_need_to_be() {
        let all = [0.0, -0.0, -3.0, 1234.0, 0.71828, 1e-5, -2.5e7, 0.00123, f64::NAN, f64::NEG_INFINITY].map(decimal);
        assert_eq!(all, ["0", "0", "-3", "1,234", "0.7183", "1.00e-5", "-25,000,000", "0.0012", "NaN", "-inf"]);
        assert_eq!([1.0, 0.125, 0.9996, f64::NAN].map(percent), ["100 %", "12.5 %", "100 %", "NaN %"]);
    }

    #[test]
    fn short_numbers_have_about_three_digits() {
        let all =
            [0.0, 12.0, 1234.5, 123.45, 12.345, 1.2345, 0.12345, 0.00123, 1.2e-9, 98765.0, 1e5, f64::NAN].map(short);
        let expected =
            ["0", "12", "1,235", "123", "12.3", "1.23", "0.123", "0.00123", "1.2e-9", "98,765", "1.0e5", "NaN"];
        assert_eq!(all, expected);
    }

    #[test]
    fn numbers_are_short_and_read_again_as_the_same() {
        let all = [0.0, -0.0, 1.0, 0.3, 1e-7, 0.001, 1e7, 16777216.0, f32::MIN_POSITIVE, 1e-45, f32::MAX, -1.0 / 3.0];
        for value in all {
            let text = number(value);
            assert!(text.len() < 16 && text.parse::<f32>().unwrap().to_bits() == value.to_bits(), "{value:e}: {text}");
        }
        assert_eq!([0.001, 1e-7, 2.0, f32::INFINITY].map(number), ["0.001", "1e-7", "2", "inf"]);
    }

    #[test]
    fn the_parts_of_a_text_are_taken_and_what_is_left_is_an_error() {
        let mut text = Notation::read("it", " Name_Of ( Key=1, other_key 2,flag )").unwrap();
        let (mut one, mut two) = (0.0, 0.0);
        assert_eq!(text.one_of(&["else", "nameof"]).unwrap(), 1);
        assert!(text.number(&["key"], &mut one).unwrap() && !text.number(&["key"], &mut one).unwrap());
        assert!(text.flag("flag").unwrap() && !text.flag("flag").unwrap());
        assert!(text.number(&["unknown", "otherkey"], &mut two).unwrap());
        assert_eq!((one, two), (1.0, 2.0));
        text.finish().unwrap();
        let left = Notation::read("it", "name(key)").unwrap().finish().unwrap_err().to_string();
        assert_eq!(left, "an argument of \"name\" is \"key\"; it must be one that it has, and once");
    }
}
