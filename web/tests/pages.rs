//! Pages that a session writes one after the other: each is what is asked for, whatever was written before.

mod common;
#[path = "../../tests/common/page.rs"]
mod decoded;

use common::{ask, opened};
use decoded::DecodedPage;
use serde_json::{Value, json};
use training_replay_web::Session;

/// What a page computes with.
const MODULE: &[u8] = include_bytes!("../../src/plot/page/web/core.wasm.gz");

fn page(session: &mut Session, runs: &Value, module: &[u8]) -> String {
    let (answer, html) = ask(session, &json!({ "ask": "html", "title": "runs", "runs": runs }), module);
    assert!(answer["error"].is_null(), "{answer}");
    String::from_utf8(html).unwrap()
}

#[test]
fn what_was_written_before_changes_nothing() {
    let shown = [
        json!([{ "handle": 1, "name": "run" }]),
        json!([{ "handle": 1, "name": "another name" }]),
        json!([{ "handle": 1, "name": "run", "threshold": 0.25 }]),
        json!([{ "handle": 1, "name": "run", "epochs": 2 }]),
        json!([{ "handle": 1, "name": "run", "samples": 10 }]),
        json!([{ "handle": 1, "name": "run", "layer": "hidden", "log_losses": true }]),
        json!([{ "handle": 1, "name": "run", "samples": 10 }, { "handle": 1, "name": "twice" }]),
    ];
    let mut used = opened();
    for runs in shown.iter().chain(shown.iter().rev()) {
        for module in [MODULE, &[], MODULE] {
            assert_eq!(page(&mut used, runs, module), page(&mut opened(), runs, module), "{runs}");
        }
    }
}

#[test]
fn a_run_that_goes_on_is_shown_as_far_as_it_is_and_the_others_as_they_were() {
    let mut session = opened();
    ask(&mut session, &json!({ "ask": "train", "handle": 1, "epoch": 3 }), &[]);
    let runs = json!([{ "handle": 1, "name": "parent" }, { "handle": 2, "name": "fork" }]);
    for epochs in [json!([3]), json!([3, 4]), json!([3, 4, 5])] {
        let page = DecodedPage::read(page(&mut session, &runs, MODULE));
        assert_eq!((&page.run(0)["name"], &page.run(0)["epochs"]), (&json!("parent"), &json!([0, 1, 2, 3])));
        assert_eq!((&page.run(1)["name"], &page.run(1)["epochs"]), (&json!("fork"), &epochs));
        ask(&mut session, &json!({ "ask": "step", "handle": 2, "epochs": 1 }), &[]);
    }
}

#[test]
fn a_run_that_cannot_be_shown_is_an_error_and_the_next_page_is_whole() {
    let mut session = opened();
    let (answer, _) = ask(
        &mut session,
        &json!({ "ask": "html", "title": "", "runs": [{ "handle": 1, "name": "run", "layer": "none" }] }),
        MODULE,
    );
    assert!(answer["error"]["message"].as_str().unwrap().contains("none"), "{answer}");
    let runs = json!([{ "handle": 1, "name": "run" }]);
    assert_eq!(page(&mut session, &runs, MODULE), page(&mut opened(), &runs, MODULE));
}
