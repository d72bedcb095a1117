mod common {
    pub mod recordings;
}
#[test]
#[ignore]
fn write() {
    let f = std::path::PathBuf::from(std::env::var_os("FOLDER").unwrap());
    let t = common::recordings::folder();
    for n in ["run.replay", "other.replay"] {
        std::fs::copy(t.path().join(n), f.join(n)).unwrap();
    }
    use common::recordings as r;
    r::killed(&f);
    r::damaged(&f);
    r::steps_only(&f);
    r::with_steps(&f);
    r::foreign(&f);
}
