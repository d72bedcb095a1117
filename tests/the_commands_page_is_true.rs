//! `docs/command.md` holds what the command has: every subcommand, option and field, and outputs that it really writes.
//!
//! ```text
//! UPDATE=1 cargo test --all-features --test the_commands_page_is_true   # writes the outputs anew
//! ```
#![cfg(feature = "cli")]

mod common;
mod house;

use std::{collections::BTreeSet, env, fs, path::Path};

use common::{
    command::{Ran, call},
    recordings::{damaged, folder, foreign, forked, killed, with_steps},
};
use house::{assert_exactly, root};
use serde_json::Value;

fn page() -> String {
    fs::read_to_string(root().join("docs/command.md")).unwrap()
}

/// The section of a subcommand.
fn section<'p>(page: &'p str, name: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("\n## `{name}`\n")).unwrap_or_else(|| panic!("{name} has no section"));
    rest.split("\n## ").next().unwrap()
}

fn subcommands() -> BTreeSet<String> {
    let help = call(Path::new("."), "--help").out;
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let (list, _) = list.split_once("\n\n").unwrap();
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// All recordings that the page speaks of.
fn workshop() -> tempfile::TempDir {
    let folder = folder();
    killed(folder.path());
    damaged(folder.path());
    foreign(folder.path());
    with_steps(folder.path());
    forked(folder.path());
    folder
}

#[test]
fn every_subcommand_has_a_section_and_no_other_has() {
    let page = page();
    let sections = page.lines().filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`')).map(str::to_owned);
    assert_exactly("sections", sections.collect(), subcommands());
}

#[test]
fn every_option_is_listed_with_its_subcommand_and_no_other_is() {
    let page = page();
    for name in subcommands() {
        let help = call(Path::new("."), &format!("{name} --help")).out;
        let (_, options) = help.split_once("\nOptions:\n").unwrap();
        let (options, _) = options.split_once("\nExamples:").unwrap();
        let begins = |line: &&str| line.trim_start().starts_with('-');
        let known = options.lines().filter(begins).filter_map(long_option).filter(|option| option != "--help");
        let listed = section(&page, &name).lines().filter(|line| line.starts_with("| `-")).filter_map(long_option);
        assert_exactly(&format!("options of {name}"), listed.collect(), known.collect());
    }
}

fn long_option(line: &str) -> Option<String> {
    let start = line.find("--")?;
    let name = line[start + 2..].chars().take_while(|c| c.is_alphanumeric() || *c == '-').collect::<String>();
    Some(format!("--{name}"))
}

#[test]
fn the_outputs_are_what_the_command_writes() {
    let folder = workshop();
    let page = page();
    let mut parts = page.split("```console\n");
    let mut found = parts.next().unwrap().to_owned();
    for part in parts {
        let (block, rest) = part.split_once("```\n").unwrap();
        let calls = block.lines().filter_map(|line| line.strip_prefix("$ training-replay "));
        let outputs = calls.map(|line| format!("$ training-replay {line}\n{}", written(&call(folder.path(), line))));
        found.extend(["```console\n".to_owned(), outputs.collect(), "```\n".to_owned(), rest.to_owned()]);
    }
    if env::var_os("UPDATE").is_some() {
        fs::write(root().join("docs/command.md"), &found).unwrap();
    }
    let known = if env::var_os("UPDATE").is_some() { self::page() } else { page };
    for (found, known) in found.lines().zip(known.lines()) {
        assert_eq!(found, known, "UPDATE=1 writes it anew");
    }
    assert!(
        found.lines().count() == known.lines().count()
            && found.contains("\n$ training-replay info run.replay\nformat ")
    );
}

fn written(ran: &Ran) -> String {
    assert!(ran.status < 2, "{ran:?}");
    format!("{}{}", ran.out, ran.err)
}

/// Calls that together have every field.
const CALLS: [(&str, &[&str]); 20] = [
    (
        "info",
        &[
            "run.replay missing.replay",
            "--parameters damaged.replay foreign.replay no_data.replay fork.replay shared.replay",
        ],
    ),
    ("story", &["run.replay damaged.replay missing.replay"]),
    ("diagnose", &["--without leakage --limit no-learning=0.4 run.replay missing.replay"]),
    ("classes", &["run.replay missing.replay"]),
    ("landscape", &["--sharpness --epochs 0,1,last run.replay missing.replay"]),
    ("samples", &["run.replay missing.replay"]),
    ("depth", &["run.replay missing.replay"]),
    ("curve", &["run.replay missing.replay"]),
    ("influence", &["run.replay missing.replay", "--sample 3 run.replay"]),
    ("runs", &["", "--group-by optimizer"]),
    ("watch", &["with_steps.replay"]),
    ("verify", &["run.replay missing.replay", "--train-again states.replay"]),
    ("check", &["damaged.replay missing.replay"]),
    ("diff", &["run.replay other.replay", "run.replay foreign.replay", "--epochs 1,2 run.replay"]),
    ("figure", &["damaged.replay -o a.png"]),
    ("gif", &["--every 10 run.replay -o a.gif"]),
    ("page", &["run.replay -o a.html"]),
    (
        "export",
        &["--to csv foreign.replay missing.replay -o tables", "--to safetensors --epochs 0,10 run.replay -o weights"],
    ),
    ("import", &["--list weights/run=run", "weights/run=run -o i.replay"]),
    ("pack", &["run.replay -o p.replay"]),
];

const COPIES: [(&str, &str); 2] =
    [("repair", "damaged.replay -o r.replay"), ("thin", "--every 2 run.replay -o t.replay")];

#[test]
fn every_field_of_the_json_is_listed_and_no_other_is() {
    let folder = workshop();
    // A recording whose data set is damaged.
    let path = folder.path().join("no_data.replay");
    let mut bytes = fs::read(folder.path().join("run.replay")).unwrap();
    let records = common::recordings::records(&bytes);
    let of_data = records.into_iter().find(|&at| bytes[at + 4] == 2).unwrap();
    let at = common::recordings::data_of(&bytes, of_data);
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
    common::recordings::shared(folder.path());
    let page = page();
    let calls =
        CALLS.iter().map(|(name, calls)| (*name, calls.to_vec())).chain(COPIES.map(|(name, call)| (name, vec![call])));
    for (name, calls) in calls {
        let mut fields = BTreeSet::new();
        for arguments in calls {
            let ran = call(folder.path(), &format!("{name} --json {arguments}"));
            let document: Value = serde_json::from_str(ran.out.lines().next().unwrap()).unwrap();
            add(&document, "", &mut fields);
        }
        fields.retain(|field| field != "schema_version" && field != "command");
        let section = section(&page, name);
        let (_, table) =
            section.split_once("| JSON | |\n|---|---|\n").unwrap_or_else(|| panic!("{name} has no fields"));
        let listed = table.lines().map_while(|line| line.strip_prefix("| `")?.split('`').next());
        assert_exactly(&format!("fields of {name}"), listed.map(str::to_owned).collect(), fields);
    }
}

/// The paths of all fields; keys that are data, as the names of metrics, are none.
fn add(value: &Value, path: &str, fields: &mut BTreeSet<String>) {
    let is_data = ["metrics", "rows", "subject"].iter().any(|name| path.ends_with(name));
    match value {
        Value::Object(object) if !is_data => {
            for (key, value) in object {
                let dot = if path.is_empty() { "" } else { "." };
                add(value, &format!("{path}{dot}{key}"), fields);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            items.iter().for_each(|item| add(item, &format!("{path}[]"), fields));
        }
        // An empty list, or null in its place, is listed by what it holds otherwise.
        Value::Null | Value::Array(_) if is_listed_by_parts(path) => {}
        _ => drop(fields.insert(path.to_owned())),
    }
}

fn is_listed_by_parts(path: &str) -> bool {
    let lists = [
        "data_sets",
        "damage",
        "layers",
        "parameters",
        "milestones",
        "probes",
        "checks",
        "first",
        "distances",
        "arrays",
        "runs",
        "groups",
        "highest",
        "samples",
        "helped",
        "harmed",
    ];
    lists.iter().any(|name| path.split(['.', ']']).next_back() == Some(name) || path == *name)
}
