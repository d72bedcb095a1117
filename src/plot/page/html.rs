//! The page around its data.

use crate::notation::allowed;

/// What the page is made of, in the order in which its marks stand in it.
pub(crate) fn page(title: &str, lesson: &str, meta: &str, data: &str, core: &str) -> String {
    let title = escaped(title);
    let meta: String = meta.chars().map(allowed).collect();
    let meta = meta.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let script = SCRIPTS.join("\n");
    let parts = [
        ("{{title}}", title.as_str()),
        ("{{css}}", CSS),
        ("{{lesson}}", lesson),
        ("{{meta}}", meta.as_str()),
        ("{{data}}", data),
        ("{{core}}", core),
        ("{{js}}", script.as_str()),
    ];
    let mut page = String::new();
    let mut rest = include_str!("web/page.html");
    // One after the other, so that a mark in what someone named a run is not taken for one.
    for (mark, part) in parts {
        let (before, behind) = rest.split_once(mark).unwrap_or((rest, ""));
        page.extend([before, part]);
        rest = behind;
    }
    page + rest
}

const CSS: &str =
    concat!(include_str!("web/colors.css"), "\n", include_str!("web/page.css"), "\n", include_str!("web/lesson.css"));

/// One script: what a file is made of stands before it.
const SCRIPTS: [&str; 33] = [
    include_str!("web/data.js"),
    include_str!("web/core.js"),
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
    include_str!("web/keys.js"),
    include_str!("web/arrangement.js"),
    include_str!("web/lesson.js"),
    include_str!("web/view.js"),
    include_str!("web/address.js"),
    include_str!("web/page.js"),
    include_str!("web/start.js"),
];

/// Text that is never markup, in characters that a page may have.
pub(super) fn escaped(text: &str) -> String {
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
        for line in super::SCRIPTS.iter().flat_map(|script| script.lines()) {
            let mut words = line.strip_prefix("async ").unwrap_or(line).split([' ', '(']);
            if let (Some("function" | "class" | "const" | "let"), Some(name)) = (words.next(), words.next()) {
                assert!(names.insert(name), "{name} is there twice");
            }
        }
        assert!(names.contains("inflate") && names.contains("Page"));
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
            for name in ["violin", "good", "best", "move", "still", "bad", "muted", "accent"] {
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
