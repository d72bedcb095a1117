//! Names for the recordings at some paths: what distinguishes one from the others.

use std::path::{Component, Path};

/// Returns a name for each path: of its file without the extension, if these differ, and otherwise what differs of the
/// paths. Names are different where the paths are.
pub(super) fn names_of(paths: &[&Path]) -> Vec<String> {
    let whole = |path: &&Path| parts(path, &path.file_name().unwrap_or_default().to_string_lossy());
    let stems = |path: &&Path| parts(path, &path.file_stem().unwrap_or_default().to_string_lossy());
    let short: Vec<_> = paths.iter().map(stems).collect();
    let last = short.iter().map(|parts| parts.last().cloned().unwrap_or_default()).collect::<Vec<_>>();
    if all_differ(&last) {
        return last;
    }
    let without_extension = what_differs(&short);
    if all_differ(&without_extension) {
        return without_extension;
    }
    what_differs(&paths.iter().map(whole).collect::<Vec<_>>())
}

/// The folders that a file lies in, and then its name.
fn parts(path: &Path, name: &str) -> Vec<String> {
    let folders = path.parent().into_iter().flat_map(Path::components);
    let named = folders.filter(|part| *part != Component::CurDir);
    named.map(|part| part.as_os_str().to_string_lossy().into_owned()).chain([name.to_owned()]).collect()
}

/// The parts of each path without those that all begin or end with.
fn what_differs(paths: &[Vec<String>]) -> Vec<String> {
    let shortest = paths.iter().map(Vec::len).min().unwrap_or(0);
    let all_have = |part: &dyn Fn(&Vec<String>) -> String| paths.windows(2).all(|two| part(&two[0]) == part(&two[1]));
    // One part at least stays of each.
    let most = shortest.saturating_sub(1);
    let start = (0..most).take_while(|&at| all_have(&|parts| parts[at].clone())).count();
    let end = (start..most).take_while(|&at| all_have(&|parts| parts[parts.len() - 1 - (at - start)].clone())).count();
    paths.iter().map(|parts| parts[start..parts.len() - end].join("/")).collect()
}

fn all_differ(names: &[String]) -> bool {
    let mut sorted: Vec<_> = names.iter().collect();
    sorted.sort_unstable();
    sorted.windows(2).all(|two| two[0] != two[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(paths: &[&str]) -> Vec<String> {
        names_of(&paths.iter().map(Path::new).collect::<Vec<_>>())
    }

    #[test]
    fn files_are_named_without_folder_and_extension_where_that_is_enough() {
        assert_eq!(names(&["runs/tanh-1.replay", "old/relu-1.replay"]), ["tanh-1", "relu-1"]);
        assert_eq!(names(&["runs/run.replay"]), ["run"]);
        assert!(names(&[]).is_empty());
    }

    #[test]
    fn files_of_one_name_are_named_by_what_differs_in_their_paths() {
        let dated = [
            "logs/2026-11-01/10-30/run.replay",
            "logs/2026-11-01/11-45/run.replay",
            "logs/2026-11-02/10-30/run.replay",
        ];
        assert_eq!(names(&dated), ["2026-11-01/10-30", "2026-11-01/11-45", "2026-11-02/10-30"]);
        assert_eq!(names(&["/a/x/run.replay", "/a/y/run.replay"]), ["x", "y"]);
        assert_eq!(names(&["x/run.replay", "y/run.replay", "y/other.replay"]), ["x/run", "y/run", "y/other"]);
        assert_eq!(names(&["x/run.replay", "x/deep/run.replay", "run.replay"]), ["x/run", "x/deep/run", "run"]);
        assert_eq!(names(&["a/run.replay", "a/a/run.replay"]), ["run", "a/run"]);
        assert_eq!(names(&["./a.replay", "a.old"]), ["a.replay", "a.old"]);
        assert_eq!(names(&["a/b/c/run.r", "a/d/c/run.r"]), ["b", "d"]);
    }
}
