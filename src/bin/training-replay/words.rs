//! Text for people: names without what a terminal would obey, sizes, counts.

use std::path::Path;

/// A text in which nothing breaks a line, moves the cursor or turns the direction of writing: what was recorded is anybody's.
pub fn shown(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, c| {
        match c {
            c if c.is_control() || is_turning(c) => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
        shown
    })
}

/// The name of a file; bytes that are no text are shown as U+FFFD.
pub fn path_shown(path: &Path) -> String {
    shown(&path.display().to_string())
}

/// The marks that turn the direction of writing, and those that break lines as control characters do.
fn is_turning(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A number of bytes.
pub fn size(bytes: u64) -> String {
    let units = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1000 {
        return counted(bytes, "byte");
    }
    let mut size = bytes as f64 / 1e3;
    let mut unit = 0;
    while size >= 999.5 && unit + 1 < units.len() {
        (size, unit) = (size / 1e3, unit + 1);
    }
    let digits = usize::from(size < 9.95);
    format!("{size:.digits$} {}", units.get(unit).unwrap_or(&"EB"))
}

/// A number with its thousands apart.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number with what it counts: `1 epoch`, `1,000 epochs`.
pub fn counted(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", grouped(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped_and_other_text_stays() {
        assert_eq!(shown("a\tb\r\u{1b}]0;x\u{7}\u{202e}é字"), "a\\tb\\r\\u{1b}]0;x\\u{7}\\u{202e}é字");
    }

    #[test]
    fn sizes_have_two_digits_or_three() {
        let sizes = [0, 1, 999, 1000, 9_940, 9_960, 999_400, 999_600, 1_500_000, u64::MAX].map(size);
        let expected =
            ["0 bytes", "1 byte", "999 bytes", "1.0 kB", "9.9 kB", "10 kB", "999 kB", "1.0 MB", "1.5 MB", "18 EB"];
        assert_eq!(sizes, expected);
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!([counted(1, "epoch"), counted(1_234_567, "epoch")], ["1 epoch", "1,234,567 epochs"]);
    }
}
