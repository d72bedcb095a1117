//! The documentation as a browser shows it: no link or picture is broken, the public interface is the one that
//! `docs/public-api.txt` lists, and methods have examples.
//!
//! Most of it reads what `cargo doc --no-deps --all-features` wrote, and is ignored unless asked for:
//!
//! ```text
//! rm -rf target/doc && cargo doc --no-deps --all-features
//! cargo test --all-features --test rendered_documentation -- --ignored
//! UPDATE=1 cargo test --all-features --test rendered_documentation -- --ignored public   # after a change on purpose
//! ```

mod house;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

use house::{
    Files, assert_exactly, files,
    html::{Item, Kind, anchors, items, links, percent_decoded, text},
    root,
};

/// For a hundred public methods, so many examples stand on the pages of the items at least. To be raised to 60.
const MIN_EXAMPLES_PERCENT: usize = 60;

/// The most methods that a type may have: more are hard to find one's way among.
const MAX_METHODS: [(&str, usize); 2] = [("Replay", 34), ("Snapshot", 21)];

/// Links that are broken and still to be mended. An entry that nothing needs any more fails the test.
const BROKEN: [&str; 0] = [];

#[test]
#[ignore = "reads what `cargo doc --no-deps --all-features` wrote"]
fn every_link_and_every_picture_is_there() {
    let pages = files(&doc(), "html");
    assert!(pages.keys().any(|path| path.ends_with("struct.Replay.html")), "{} pages", pages.len());
    let known = BROKEN.map(str::to_owned).into();
    assert_exactly("broken links", broken(&pages, |path| doc().join(path).exists()), known);
}

#[test]
#[ignore = "reads what `cargo doc --no-deps --all-features` wrote"]
fn the_public_interface_is_the_one_that_is_written_down() {
    let file = root().join("docs/public-api.txt");
    let found = public_api(&api_pages());
    if env::var_os("UPDATE").is_some() {
        fs::write(&file, &found).unwrap();
    }
    let known = fs::read_to_string(&file).unwrap_or_default();
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_exactly("not in docs/public-api.txt, or changed (UPDATE=1 writes it anew)", lines(&found), lines(&known));
    assert_eq!(found, known, "the same lines in another order (UPDATE=1 writes them anew)");
}

#[test]
#[ignore = "reads what `cargo doc --no-deps --all-features` wrote"]
fn methods_have_examples() {
    let pages = api_pages();
    let items = || pages.values().flatten();
    let examples: usize = items().map(|item| item.examples).sum();
    let methods: Vec<&Item> = items().filter(|item| item.kind == Kind::Method).collect();
    let with = methods.iter().filter(|item| item.examples > 0).count();
    let percent = 100 * examples / methods.len();
    println!("{examples} examples for {} public methods: {percent} %; {with} have one of their own", methods.len());
    assert!(percent >= MIN_EXAMPLES_PERCENT, "{percent} %");
}

#[test]
#[ignore = "reads what `cargo doc --no-deps --all-features` wrote"]
fn the_two_largest_types_have_a_limited_number_of_methods() {
    let pages = api_pages();
    for (name, most) in MAX_METHODS {
        let methods = pages[name].iter().filter(|item| item.kind == Kind::Method).count();
        println!("{name} has {methods} methods");
        assert!(methods <= most, "{name} has {methods} methods, and {most} are many");
    }
}

/// The pictures of the crate's page and of the guide, each under its name without the ending.
#[cfg(feature = "plot")]
const EMBEDDED: [&str; 2] = ["spaces.png", "failed_run.png"];

/// A page of rustdoc holds no files, so `docs/images/embedded.md`, which `lib.rs` includes, has its pictures as data.
#[test]
#[cfg(feature = "plot")]
fn the_crates_page_embeds_the_pictures_as_they_are() {
    use base64::{Engine, engine::general_purpose::STANDARD};

    let file = root().join("docs/images/embedded.md");
    let line = |name: &str| {
        let picture = fs::read(root().join("docs/images").join(name)).unwrap();
        format!("[{}]: data:image/png;base64,{}\n", name.trim_end_matches(".png"), STANDARD.encode(picture))
    };
    let embedded: String = EMBEDDED.into_iter().map(line).collect();
    if env::var_os("UPDATE").is_some() {
        fs::write(&file, &embedded).unwrap();
    }
    let known = fs::read_to_string(file).unwrap_or_default();
    assert!(embedded == known, "docs/images/embedded.md has other pictures (UPDATE=1 writes it anew)");
}

/// Where `cargo doc` writes, also with another target folder.
fn doc() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("doc")
}

/// The items of the public interface by their path, `analysis::Grid`.
fn api_pages() -> BTreeMap<String, Vec<Item>> {
    let pages = files(&doc().join("training_replay"), "html");
    assert!(!pages.is_empty(), "nothing is in {}: run `cargo doc --no-deps --all-features` first", doc().display());
    pages.iter().filter_map(|(path, page)| Some((item_path(path)?, items(page)))).chain([re_exports(&pages)]).collect()
}

/// `analysis/struct.Grid.html` is about `analysis::Grid`.
fn item_path(file: &str) -> Option<String> {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let (_, name) = name.trim_end_matches(".html").split_once('.')?;
    Some(if folder.is_empty() { name.to_owned() } else { format!("{}::{name}", folder.replace('/', "::")) })
}

/// The crates whose types are part of the interface.
fn re_exports(pages: &Files) -> (String, Vec<Item>) {
    let lines = pages.values().flat_map(|page| page.split("id=\"reexport.").skip(1));
    let code = lines.filter_map(|line| line.split_once("<code>")?.1.split_once("</code>"));
    let item = |(code, _)| Item { kind: Kind::Declaration, signature: text(code), examples: 0 };
    ("(re-exported)".to_owned(), code.map(item).collect())
}

/// One line for each public item: what it belongs to, and its signature.
fn public_api(pages: &BTreeMap<String, Vec<Item>>) -> String {
    let line = |(path, item): (&String, &Item)| format!("{path}: {}\n", item.signature);
    pages.iter().flat_map(|(path, items)| items.iter().map(move |item| (path, item))).map(line).collect()
}

/// The local links of all pages that lead nowhere.
fn broken(pages: &Files, exists: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let places: BTreeMap<&String, BTreeSet<String>> = pages.iter().map(|(path, page)| (path, anchors(page))).collect();
    let leads_nowhere = |from: &String, link: &str| {
        let (file, place) = link.split_once('#').unwrap_or((link, ""));
        let file = joined(from, &percent_decoded(file.split('?').next().unwrap_or_default()));
        let is_there = places.get(&file).map_or_else(|| exists(&file), |known| has_place(known, place));
        !is_there
    };
    let ours = pages.iter().filter(|(path, _)| !path.contains("settings.html") && !path.contains("help.html"));
    let links = ours.flat_map(|(path, page)| links(page).into_iter().map(move |link| (path, link)));
    let local = links.filter(|(_, link)| !is_elsewhere(link));
    local.filter(|(path, link)| leads_nowhere(path, link)).map(|(path, link)| format!("{path}: {link}")).collect()
}

fn is_elsewhere(link: &str) -> bool {
    ["https:", "http:", "data:", "mailto:", "javascript:"].iter().any(|scheme| link.starts_with(scheme))
}

fn has_place(known: &BTreeSet<String>, place: &str) -> bool {
    let has = |place: &str| known.contains(place) || known.contains(&percent_decoded(place));
    // Pages of the source mark several lines, `#12-15`.
    place.is_empty() || has(place) || place.split_once('-').is_some_and(|(first, last)| has(first) && has(last))
}

/// A link in a page, from the folder that holds all of them.
fn joined(page: &str, link: &str) -> String {
    if link.is_empty() {
        return page.to_owned();
    }
    let mut names: Vec<&str> = page.split('/').collect();
    names.pop();
    for name in link.split('/') {
        match name {
            "." | "" => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    names.join("/")
}

// The reader is tested too: a rule that nothing can break holds nothing.

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let page = r#"<a href="other.html#here">x</a><a href=#12-14 id=12>y</a><img alt="a > b" src="gone.png"/><p id=14>
        <script>"<a href='no'>"</script> href="text" <a href="sub/../other.html#nowhere"></a><a href="https://a.b/c"></a>
        <a href="../up.html"></a><a href="data:image/png;base64,AA"></a><a href="other.html?x#%68ere"></a><img src="is.png">"#;
    let pages = [("a/one.html", page), ("a/other.html", "<h2 id=\"here\">"), ("a/index.html", "")];
    let pages: Files = pages.map(|(path, page)| (path.to_owned(), page.to_owned())).into();
    let found = broken(&pages, |path| path == "a/is.png");
    let expected = ["../up.html", "gone.png", "sub/../other.html#nowhere"].map(|link| format!("a/one.html: {link}"));
    assert_eq!(found, expected.into());
}

#[test]
fn signatures_are_read_in_one_line_and_examples_belong_to_what_stands_above_them() {
    let page = r##"<section id="main-content"><pre class="rust item-decl"><code><div class="code-attribute">#[must_use]</div>pub struct
        A&lt;'a&gt; { <details><summary class="hideme"><span>Show 2 fields</span></summary> <span>/* private */</span> }</details></code></pre>
        <section id="impl-A" class="impl"><a href="#">§</a><h3 class="code-header">impl A&lt;'_&gt;</h3></section>
        <section id="method.b" class="method"><a class="src">Source</a><h4 class="code-header">pub fn <a>b</a>(
            &amp;self,
            c: &amp;<a title="x">str</a>,
        ) -> u8<a class="tooltip">ⓘ</a><div class="where">where
            Self: Sized,</div></h4></section><pre class="rust rust-example-rendered"></pre>
        <section id="method.d" class="method"><h4 class="code-header">pub fn d()</h4></section>
        <h2 id="trait-implementations"><section id="impl-E" class="impl"><h3 class="code-header">impl E for A</h3></section>
        <section id="method.e" class="method"><h4 class="code-header">fn e()</h4></section><pre class="rust rust-example-rendered"></pre>
        <h2 id="synthetic-implementations"><section id="impl-Send" class="impl"><h3 class="code-header">impl Send for A</h3></section>"##;
    let item = |kind, signature: &str, examples| Item { kind, signature: signature.to_owned(), examples };
    let expected = [
        item(Kind::Declaration, "#[must_use] pub struct A<'a> { /* private */ }", 0),
        item(Kind::Impl, "impl A<'_>", 0),
        item(Kind::Method, "pub fn b(&self, c: &str) -> u8 where Self: Sized,", 1),
        item(Kind::Method, "pub fn d()", 0),
        item(Kind::Implements, "impl E for A", 0),
    ];
    assert_eq!(items(page), expected);
}
