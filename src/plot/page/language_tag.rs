//! Tags of languages: which of them browsers take, and which are of languages that are read from right to left.

use std::collections::BTreeSet;

/// Scripts that are written from right to left, of ISO 15924.
const SCRIPTS: [&str; 13] =
    ["adlm", "arab", "aran", "hebr", "mand", "mend", "nkoo", "rohg", "samr", "syrc", "thaa", "yezi", "syrj"];

/// Languages that are, where their tag names no script: by CLDR's likely subtags.
const LANGUAGES: [&str; 32] = [
    "aeb", "apc", "ar", "arc", "arq", "ary", "arz", "azb", "bal", "bgn", "ckb", "dv", "fa", "glk", "haz", "he", "iw",
    "ji", "khw", "ks", "lrc", "mzn", "nqo", "pnb", "prs", "ps", "sd", "skr", "syr", "ug", "ur", "yi",
];

/// Whether HTML takes a tag, and a browser knows how numbers are written in it: a language, and then a script, a region, variants
/// and extensions, if there are any (RFC 5646, without what Unicode's identifiers of locales leave out).
pub(super) fn is_tag(tag: &str) -> bool {
    let mut parts = tag.split('-').peekable();
    let is_language = |part: &str| is_alphabetic(part) && matches!(part.len(), 2 | 3 | 5..=8);
    let is_region = |part: &str| is_alphabetic(part) && part.len() == 2 || is_numeric(part) && part.len() == 3;
    let is_variant = |part: &str| matches!(part.len(), 5..=8) || part.len() == 4 && is_numeric(&part[..1]);
    if !tag.is_ascii() || !parts.next().is_some_and(is_language) {
        return false;
    }
    parts.next_if(|part| is_alphabetic(part) && part.len() == 4);
    parts.next_if(|part| is_region(part));
    let mut variants = BTreeSet::new();
    while let Some(variant) = parts.next_if(|part| is_alphanumeric(part) && is_variant(part)) {
        if !variants.insert(variant.to_ascii_lowercase()) {
            return false;
        }
    }
    is_extension(&parts.collect::<Vec<_>>())
}

/// Whether parts are those of one extension that says how numbers are written, or that somebody has agreed on, or none.
fn is_extension(parts: &[&str]) -> bool {
    let is_part = |least: usize| move |part: &&str| is_alphanumeric(part) && (least..=8).contains(&part.len());
    match parts {
        [] => true,
        [first, rest @ ..] if first.eq_ignore_ascii_case("u") => !rest.is_empty() && rest.iter().all(is_part(2)),
        [first, rest @ ..] if first.eq_ignore_ascii_case("x") => !rest.is_empty() && rest.iter().all(is_part(1)),
        _ => false,
    }
}

fn is_alphabetic(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_numeric(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_alphanumeric(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether the language of a tag is read from right to left.
pub(super) fn is_from_right(tag: &str) -> bool {
    let tag = tag.to_ascii_lowercase();
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    match parts.next().filter(|part| part.len() == 4 && is_alphabetic(part)) {
        Some(script) => SCRIPTS.contains(&script),
        None => LANGUAGES.contains(&language),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_those_that_html_and_browsers_take() {
        let tags = ["en", "pt-BR", "zh-Hant-TW", "es-419", "de-1996", "sl-rozaj-biske", "ar-u-nu-latn", "en-XA", "haw"];
        for tag in tags.into_iter().chain(["de-x-a", "ca-ES-valencia", "EN", "sr-latn"]) {
            assert!(is_tag(tag), "{tag}");
        }
        let others = ["", "e", "-", "en-", "-en", "en_US", "english language", "i-klingon", "x-own", "lang", "en--US"];
        for tag in others.into_iter().chain(["de-1996-1996", "en-u", "en-x", "en-US-US", "ｅｎ", "en\"", "zh-yue-HK"])
        {
            assert!(!is_tag(tag), "{tag}");
        }
    }

    #[test]
    fn a_script_says_the_direction_and_without_one_the_language() {
        for tag in ["ar", "ar-EG", "he", "fa-IR", "ur", "ckb", "pa-Arab", "AZ-ARAB-IR", "ff-adlm", "yi-Hebr"] {
            assert!(is_from_right(tag), "{tag}");
        }
        for tag in ["en", "de", "az", "ku", "ar-Latn", "he-Latn-IL", "pa", "zh-Hant", "arn", ""] {
            assert!(!is_from_right(tag), "{tag}");
        }
    }
}
