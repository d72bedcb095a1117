//! Numbers as text: short in tables, exact in CSV and JSON.

use serde_json::{Value, json};

use crate::words::grouped;

/// Four digits behind the point, or three in all of what is tiny or huge; whole numbers in groups.
pub fn decimal(value: f64) -> String {
    let size = value.abs();
    if value.fract() == 0.0 && size < 1e9 {
        let sign = if value < 0.0 { "-" } else { "" };
        format!("{sign}{}", grouped(size as u64))
    } else if value.is_finite() && !(1e-3..1e6).contains(&size) {
        format!("{value:.2e}")
    } else {
        format!("{value:.4}")
    }
}

/// The shortest text that is read as this number again.
pub fn exact(value: f64) -> String {
    match not_finite(value) {
        Some(name) => name.into(),
        None => format!("{value:?}"),
    }
}

/// A number in JSON, which has none for what is not finite: that is a text, `"NaN"`, `"Infinity"`, `"-Infinity"`.
pub fn number(value: f64) -> Value {
    not_finite(value).map_or_else(|| json!(value), |name| json!(name))
}

fn not_finite(value: f64) -> Option<&'static str> {
    match value {
        value if value.is_finite() => None,
        value if value.is_nan() => Some("NaN"),
        value if value > 0.0 => Some("Infinity"),
        _ => Some("-Infinity"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finite_is_a_name_and_never_null() {
        let all = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.1].map(|value| number(value).to_string());
        assert_eq!(all, ["\"NaN\"", "\"Infinity\"", "\"-Infinity\"", "0.1"]);
        assert_eq!(
            [f64::NAN, f64::NEG_INFINITY, 1e300, 0.1, 2.0].map(exact),
            ["NaN", "-Infinity", "1e300", "0.1", "2.0"]
        );
    }

    #[test]
    fn tables_have_four_digits() {
        let all = [0.123_456, 12.0, -1_234.0, 1e-9, f64::NAN, -0.0].map(decimal);
        assert_eq!(all, ["0.1235", "12", "-1,234", "1.00e-9", "NaN", "0"]);
    }
}
