//! The page as it is now, with the script that keeps it up to date.

use std::{
    process,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use super::notice::{Notice, escaped};

const SCRIPT: &str = include_str!("script.js");

/// Of lines that stand above everything else; a page that waits has no colors of its own.
const STYLE: &str = "<style>#served { flex: none; max-height: 30vh; overflow: auto; } #served p { padding: 5px 20px; border-bottom: 1px solid var(--edge, GrayText); \
                     background: var(--paper, Canvas); color: var(--text, CanvasText); font-size: 13px; }</style>";

/// The page as it is now.
pub struct Shown {
    /// What no other server has: another one at the same port may serve other runs.
    server: String,
    state: Mutex<State>,
    asked: AtomicBool,
}

struct State {
    html: Arc<str>,
    count: u64,
}

impl Shown {
    pub fn new() -> Self {
        let began = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let state = Mutex::new(State { html: "".into(), count: 0 });
        Self { server: format!("{began:x}.{}", process::id()), state, asked: AtomicBool::new(true) }
    }

    /// The page.
    pub fn html(&self) -> Arc<str> {
        self.asked.store(true, Ordering::Relaxed);
        Arc::clone(&self.state().html)
    }

    /// What no other page has, of this server or of another one.
    pub fn version(&self) -> String {
        self.asked.store(true, Ordering::Relaxed);
        self.version_of(&self.state())
    }

    /// Whether somebody has asked since this was last asked.
    pub fn was_asked(&self) -> bool {
        self.asked.swap(false, Ordering::Relaxed)
    }

    /// Takes a page that is shown from now on, below these lines.
    pub fn replace(&self, page: &str, notices: &[Notice]) {
        let mut state = self.state();
        state.count += 1;
        state.html = live_html(page, notices, &self.version_of(&state)).into();
    }

    fn version_of(&self, state: &State) -> String {
        format!("{}.{}", self.server, state.count)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A page with lines above it, and before everything else the script that keeps it up to date: it knows the address as it was asked for.
fn live_html(page: &str, notices: &[Notice], version: &str) -> String {
    let (head, rest) = page.split_once("</head>").unwrap_or(("", page));
    let (before, behind) = rest.split_once("<body>").unwrap_or(("", rest));
    let script = SCRIPT.replace("VERSION", &format!("\"{version}\""));
    let lines: String = notices.iter().map(Notice::html).collect();
    format!(
        "{head}{STYLE}</head>{before}<body>\n<div id=\"served\" role=\"status\" lang=\"en\" dir=\"ltr\">{lines}</div>\n\
         <script>{script}</script>{behind}"
    )
}

/// A page of no run; the lines above it say why.
pub fn waiting(title: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\" dir=\"ltr\"><head><meta charset=\"utf-8\">\
         <meta name=\"color-scheme\" content=\"light dark\"><link rel=\"icon\" href=\"data:,\"><title>{title}</title>\
         <style>body {{ margin: 0; font-family: sans-serif }} h1 {{ padding: 0 20px }} p {{ margin: 0 }}</style></head>\n\
         <body>\n<h1 dir=\"auto\">{title}</h1>\n</body></html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_waits_says_why_and_is_no_markup_of_others() {
        let page = live_html(&waiting("<b>"), &[Notice::new("a&b <i>".into())], "7");
        assert!(
            page.contains("<h1 dir=\"auto\">&lt;b&gt;</h1>") && page.contains("<p>a&amp;b &lt;i&gt;</p>"),
            "{page}"
        );
        assert!(page.contains("!== \"7\"") && !page.contains("VERSION"), "{page}");
        let counts = ["</head>", "<body>", "</body>", "</script>"].map(|mark| page.matches(mark).count());
        assert_eq!(counts, [1; 4]);
    }

    #[test]
    fn no_two_servers_and_no_two_pages_of_one_have_the_same_version() {
        let (one, other) = (Shown::new(), Shown::new());
        let mut versions = Vec::new();
        for shown in [&one, &other] {
            for _ in 0..2 {
                shown.replace(&waiting("run"), &[]);
                assert!(shown.html().contains(&format!("\"{}\"", shown.version())));
                versions.push(shown.version());
            }
        }
        versions.sort_unstable();
        versions.dedup();
        assert_eq!(versions.len(), 4, "{versions:?}");
    }
}
