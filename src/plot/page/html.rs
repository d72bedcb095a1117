//! The page around its data.

use std::{collections::HashMap, sync::OnceLock};

use super::{arrays, texts::Texts};
use crate::{Error, Result, notation::allowed};

/// A page in a language, with its other parts under the names of their marks: a mark with a point in it is that of a text.
///
/// The texts are filled in here and not by a script, so that they are there at once, and also where there are no scripts.
pub(crate) fn page(texts: &Texts, title: &str, lesson: &str, parts: [(&str, &str); 3]) -> Result<String> {
    let [title, texts_in_json] = [escaped(title), in_script(&texts.json()?)];
    let direction = if texts.is_from_right() { " dir=\"rtl\"" } else { "" };
    let language = format!("lang=\"{}\"{direction}", texts.language());
    let (head, script, unpacking) = (head(&title, &STYLES)?, packed_script()?, [PACKED, PARTS].concat());
    let own: [(&str, &str); 6] = [
        ("language", &language),
        ("head", &head),
        ("lesson", lesson),
        ("texts", &texts_in_json),
        ("script", script),
        ("parts", &unpacking),
    ];
    let parts: HashMap<&str, &str> = own.into_iter().chain(parts).collect();
    let part = |name: &str| match parts.get(name) {
        Some(part) => Ok((*part).to_owned()),
        None => texts.plain(name).map(escaped),
    };
    filled(include_str!("web/page.html"), part)
}

/// The script of a page, deflated, in base64: it would take a quarter of the page of three runs. A browser's own tools show it as it
/// is written, under the name that its last line gives it.
fn packed_script() -> Result<&'static str> {
    static PACKED_SCRIPT: OnceLock<String> = OnceLock::new(); // One for all pages: it takes as long as their data.
    if let Some(packed) = PACKED_SCRIPT.get() {
        return Ok(packed);
    }
    let script = one_script(&SCRIPTS) + "//# sourceURL=page.js\n";
    let packed = arrays::to_base64(script.as_bytes())?;
    Ok(PACKED_SCRIPT.get_or_init(|| packed))
}

/// What every page begins with, under a title that is escaped.
pub(crate) fn head(title: &str, styles: &[&str]) -> Result<String> {
    let css = styles.join("\n");
    filled(include_str!("web/head.html"), |name| match name {
        "title" => Ok(title.to_owned()),
        "css" => Ok(css.clone()),
        _ => Err(Error::missing(format!("part of a page named `{name}`"), "what every page begins with has two")),
    })
}

/// A text with something in place of each mark `{{name}}`. What takes its place is not looked through: a mark in what someone named a
/// run is none.
pub(crate) fn filled(text: &str, part: impl Fn(&str) -> Result<String>) -> Result<String> {
    let (mut page, mut rest) = (String::new(), text);
    while let Some((before, (name, behind))) = text_and_mark(rest) {
        page.extend([before, &part(name)?]);
        rest = behind;
    }
    Ok(page + rest)
}

/// What stands before the next mark, its name, and what stands behind it.
fn text_and_mark(text: &str) -> Option<(&str, (&str, &str))> {
    let (before, mark) = text.split_once("{{")?;
    Some((before, mark.split_once("}}")?))
}

/// JSON as it may stand in a script: no markup, in characters that a page may have.
pub(super) fn in_script(json: &str) -> String {
    let json: String = json.chars().map(allowed).collect();
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// Of the player, too.
pub(crate) const COLORS: &str = include_str!("web/colors.css");
pub(crate) const PACKED: &str = include_str!("web/packed.js");
const PARTS: &str = include_str!("web/parts.js");
pub(crate) const PLACE: &str = include_str!("web/place.js");
pub(crate) const INSTANCE: &str = include_str!("web/instance.js");

const STYLES: [&str; 4] =
    [COLORS, include_str!("web/timeline.css"), include_str!("web/page.css"), include_str!("web/lesson.css")];

/// One script: what a file is made of stands before it.
const SCRIPTS: [&str; 41] = [
    PACKED,
    INSTANCE,
    include_str!("web/data.js"),
    include_str!("web/counts.js"),
    include_str!("web/texts.js"),
    include_str!("web/core.js"),
    include_str!("web/thread.js"),
    include_str!("web/source.js"),
    include_str!("web/space_data.js"),
    include_str!("web/scale.js"),
    include_str!("web/svg.js"),
    include_str!("web/paint.js"),
    include_str!("web/regions.js"),
    include_str!("web/panel.js"),
    include_str!("web/shades.js"),
    include_str!("web/plane_part.js"),
    include_str!("web/closer.js"),
    include_str!("web/space.js"),
    include_str!("web/zoom.js"),
    include_str!("web/overlay.js"),
    include_str!("web/histograms.js"),
    include_str!("web/labels.js"),
    include_str!("web/numbers.js"),
    include_str!("web/curves.js"),
    include_str!("web/violins.js"),
    include_str!("web/network.js"),
    include_str!("web/picture.js"),
    include_str!("web/timeline.js"),
    include_str!("web/sample.js"),
    include_str!("web/column.js"),
    include_str!("web/stage.js"),
    include_str!("web/saved.js"),
    include_str!("web/keys.js"),
    include_str!("web/arrangement.js"),
    include_str!("web/lesson.js"),
    include_str!("web/view.js"),
    include_str!("web/address.js"),
    PLACE,
    include_str!("web/page.js"),
    include_str!("web/filling.js"),
    include_str!("web/start.js"),
];

/// One script, of which some are modules for who loads them so: what they take from another stands before them.
pub(crate) fn one_script(scripts: &[&str]) -> String {
    let lines = scripts.iter().flat_map(|script| script.lines()).filter(|line| !line.starts_with("import "));
    lines.flat_map(|line| [line.strip_prefix("export ").unwrap_or(line), "\n"]).collect()
}

/// Text that is never markup, in characters that a page may have.
pub(crate) fn escaped(text: &str) -> String {
    let text: String = text.chars().map(allowed).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(all(test, feature = "plot"))]
mod tests {
    use std::collections::HashSet;

    use crate::plot::{Rgb, Theme, render::theme::tests::contrast};

    /// Of the style sheet, each under its name there: its grid is what lies behind a plot.
    fn named(theme: &Theme) -> Vec<(String, Rgb)> {
        let lists =
            [("class", &theme.classes), ("tint", &theme.regions), ("curve", &theme.series), ("level", &theme.levels)];
        let numbered = lists.into_iter().flat_map(|(name, colors)| {
            colors.iter().enumerate().map(move |(i, &color)| (format!("{name}-{i}"), color))
        });
        let ones = [
            ("paper", theme.background),
            ("text", theme.text),
            ("grid", theme.rule),
            ("mesh", theme.grid),
            ("boundary", theme.boundary),
            ("misclassified", theme.misclassified),
        ];
        ones.into_iter().map(|(name, color)| (name.to_owned(), color)).chain(numbered).collect()
    }

    /// All files are one script: of two functions of one name the later one would be called for both.
    #[test]
    fn no_two_scripts_name_something_alike() {
        let mut names = HashSet::new();
        for line in [super::PARTS].iter().chain(&super::SCRIPTS).flat_map(|script| script.lines()) {
            let line = line.strip_prefix("export ").unwrap_or(line);
            let mut words = line.strip_prefix("async ").unwrap_or(line).split([' ', '(']);
            if let (Some("function" | "class" | "const" | "let"), Some(name)) = (words.next(), words.next()) {
                assert!(names.insert(name), "{name} is there twice");
            }
        }
        assert!(names.contains("partOf") && names.contains("Page"));
    }

    #[test]
    fn every_mark_of_the_page_is_one_of_its_parts_or_a_text_without_forms() {
        let parts = ["language", "head", "lesson", "texts", "meta", "data", "core", "script", "parts"];
        let texts = super::Texts::english();
        let found = super::filled(include_str!("web/page.html"), |name| {
            assert!(parts.contains(&name) || texts.plain(name).is_ok(), "{name}");
            Ok("here".into())
        })
        .unwrap();
        assert!(found.matches("here").count() > 30);
    }

    #[test]
    fn the_page_has_the_colors_of_the_theme() {
        let (light, dark) = include_str!("web/colors.css").split_once(r#":root[data-theme="dark"]"#).unwrap();
        for (css, theme) in [(light, Theme::light()), (dark, Theme::dark())] {
            for (name, [r, g, b]) in named(&theme) {
                let line = format!("  --{name}: #{r:02x}{g:02x}{b:02x};\n");
                assert!(css.contains(&line), "{line}");
            }
        }
    }

    /// What a variable of a theme's part of the style sheet is.
    fn color(css: &str, name: &str) -> Rgb {
        let (_, rest) = css.split_once(&format!("  --{name}: #")).unwrap();
        [0, 2, 4].map(|at| u8::from_str_radix(&rest[at..at + 2], 16).unwrap())
    }

    #[test]
    fn marks_of_the_pages_own_stand_out_from_its_grounds() {
        let (light, dark) = include_str!("web/colors.css").split_once(r#":root[data-theme="dark"]"#).unwrap();
        for css in [light, dark] {
            for name in ["violin", "good", "best", "move", "still", "bad", "muted", "accent", "control"] {
                let found = contrast(color(css, name), color(css, "paper"));
                assert!(found >= 3.0, "--{name}: {found:.2}");
            }
        }
    }

    #[test]
    fn the_page_has_as_many_colors_as_the_theme() {
        let theme = Theme::light();
        let (classes, curves, levels) = (theme.classes.len(), theme.series.len(), theme.levels.len());
        for (name, count) in [("CLASS_COLORS", classes), ("CURVE_COLORS", curves), ("LEVEL_COLORS", levels)] {
            assert!(include_str!("web/paint.js").contains(&format!("const {name} = {count};\n")), "{name} is {count}");
        }
    }
}
