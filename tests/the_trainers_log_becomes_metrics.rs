//! What Hugging Face's Trainer logged, `trainer_state.json` beside the weights of a checkpoint, becomes the metrics of its epoch.
#![cfg(feature = "import")]

use std::{fs, path::Path, process::Command};

use safetensors::{Dtype, serialize_to_file, tensor::TensorView};
use training_replay::{Error, Metrics, Replay, Result, import::Checkpoints};

/// Weights in `checkpoint-STEP`, with this state beside them.
fn checkpoint(folder: &Path, step: u64, state: Option<&str>) {
    let inner = folder.join(format!("checkpoint-{step}"));
    fs::create_dir_all(&inner).unwrap();
    let bytes = 0.5_f32.to_le_bytes();
    let view = TensorView::new(Dtype::F32, vec![1], &bytes).unwrap();
    serialize_to_file([("layer.bias", view)], None, &inner.join("model.safetensors")).unwrap();
    if let Some(state) = state {
        fs::write(inner.join("trainer_state.json"), state).unwrap();
    }
}

fn imported(folder: &Path) -> Result<Replay> {
    Checkpoints::in_folder(folder)?.into_replay()
}

fn pairs(metrics: &Metrics) -> Vec<(String, f64)> {
    let mut pairs: Vec<_> = metrics.iter().map(|(name, value)| (name.to_owned(), value)).collect();
    pairs.sort_by(|one, other| one.0.cmp(&other.0));
    pairs
}

/// By `TrainerState` itself where the package is there; else by what its `save_to_json` writes.
const STATES: &str = r#"
import json, os, sys
log = []
for step in range(5, 31, 5):
    log.append({"loss": float("nan") if step == 25 else 1 / step, "grad_norm": float("inf"), "learning_rate": 5e-05, "epoch": step / 10, "step": step})
    if step % 20 == 0:
        log.append({"eval_loss": 0.75, "eval_runtime": 0.01, "epoch": step / 10, "step": step})
    if step % 10 == 0:
        path = os.path.join(sys.argv[1], f"checkpoint-{step}", "trainer_state.json")
        try:
            from transformers.trainer_callback import TrainerState
            state = TrainerState(epoch=step / 10, global_step=step, max_steps=30)
            state.log_history = list(log)
            state.save_to_json(path)
        except ImportError:
            state = {"best_metric": None, "epoch": step / 10, "global_step": step, "log_history": log, "total_flos": 0}
            with open(path, "w", encoding="utf-8") as file:
                file.write(json.dumps(state, indent=2, sort_keys=True) + "\n")
"#;

#[test]
fn numbers_that_python_wrote_are_those_of_the_checkpoint_that_they_led_to() {
    let folder = tempfile::tempdir().unwrap();
    [10, 20, 30].into_iter().for_each(|step| checkpoint(folder.path(), step, None));
    let Ok(ran) = Command::new("python3").args(["-c", STATES]).arg(folder.path()).output() else {
        eprintln!("SKIPPED: no state was written by Python, because there is none here");
        return;
    };
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let replay = imported(folder.path()).unwrap();
    assert_eq!(replay.epochs().collect::<Vec<_>>(), [10, 20, 30]);
    let expected = |step: f64, evaluated: bool| {
        let all = [
            ("epoch", step / 10.0),
            ("eval_loss", 0.75),
            ("eval_runtime", 0.01),
            ("grad_norm", f64::INFINITY),
            ("learning_rate", 5e-05),
            ("loss", 1.0 / step),
            ("step", step),
        ];
        let kept = all.into_iter().filter(|(name, _)| evaluated || !name.starts_with("eval"));
        kept.map(|(name, value)| (name.to_owned(), value)).collect::<Vec<_>>()
    };
    for (step, evaluated) in [(10, false), (20, true), (30, false)] {
        assert_eq!(pairs(&replay.metrics(step).unwrap()), expected(step as f64, evaluated), "{step}");
    }
}

#[test]
fn a_loss_that_is_nan_is_recorded_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let state = r#"{"epoch": null, "global_step": 10, "log_history": [{"loss": NaN, "down": -Infinity, "step": 10}]}"#;
    checkpoint(folder.path(), 10, Some(state));
    let metrics = imported(folder.path()).unwrap().metrics(10).unwrap();
    assert!(metrics.get("loss").is_some_and(f64::is_nan));
    assert_eq!((metrics.get("down"), metrics.get("epoch")), (Some(f64::NEG_INFINITY), None));
}

#[test]
fn without_a_state_there_are_no_metrics_and_later_ones_are_those_behind_the_last_that_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let state = |step: u64| {
        let log = r#"[{"step": 5, "early": 1}, {"step": 15, "late": 2}]"#;
        format!(r#"{{"epoch": 0.5, "global_step": {step}, "log_history": {log}}}"#)
    };
    checkpoint(folder.path(), 10, Some(&state(10)));
    checkpoint(folder.path(), 20, None);
    checkpoint(folder.path(), 30, Some(&state(30)));
    let replay = imported(folder.path()).unwrap();
    assert!(replay.metrics(20).unwrap().is_empty());
    let metrics = [10, 30].map(|epoch| replay.metrics(epoch).unwrap());
    assert_eq!(metrics.each_ref().map(|metrics| metrics.get("early")), [Some(1.0), None]);
    assert_eq!(metrics.each_ref().map(|metrics| metrics.get("late")), [None, Some(2.0)]);
}

#[test]
fn a_state_that_cannot_be_read_is_an_error_that_names_it_and_nothing_is_written() {
    let whole = r#"{"epoch": 1.0, "global_step": 10, "log_history": [{"step": 10, "loss": 1}]}"#;
    let bad = ["", "none of ours", "[]", "{}", &whole[..whole.len() - 1], &whole.replace("\"step\"", "\"stop\"")];
    for state in bad {
        let folder = tempfile::tempdir().unwrap();
        checkpoint(folder.path(), 10, Some(state));
        let target = folder.path().join("run.replay");
        let error = Checkpoints::in_folder(folder.path()).unwrap().write(&target).unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
        assert!(
            error.to_string().contains("checkpoint-10") && error.to_string().contains("trainer_state.json"),
            "{error}"
        );
        assert!(!target.exists());
    }
    let folder = tempfile::tempdir().unwrap();
    checkpoint(folder.path(), 10, None);
    fs::create_dir(folder.path().join("checkpoint-10/trainer_state.json")).unwrap();
    assert!(matches!(imported(folder.path()), Err(Error::Io { .. })));
}
