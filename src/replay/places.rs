//! Where a file lies, as a recording beside it says: relative to the recording's folder, so that both may be moved together,
//! and absolute, so that the recording may be moved alone.

use std::path::{Component, Path, PathBuf};

use crate::{Error, Result, storage::MAX_PLACES};

/// What a recording says of where a file is that may be at any of these paths, which are absolute.
///
/// Fails if none of them can be written as text.
pub(super) fn described(files: &[PathBuf], recording: Option<&Path>) -> Result<Vec<String>> {
    let relative = files.iter().filter_map(|file| relative(file, recording?));
    let absolute =
        files.iter().filter_map(|file| file.to_str().map(str::to_owned)).filter(|place| may_be_followed(place));
    let mut places: Vec<String> = Vec::new();
    for place in relative.chain(absolute).take(MAX_PLACES) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    if places.is_empty() {
        let paths: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        return Err(Error::invalid(
            "the path of the shared data",
            "of valid Unicode, to be noted, and of a drive",
            paths.join(", "),
        ));
    }
    Ok(places)
}

/// The paths that a recording means by its places, in their order: for a link to a recording relative to its own folder,
/// then to that of the recording.
pub(super) fn meant(places: &[String], recording: Option<&Path>) -> Vec<PathBuf> {
    let real = recording.and_then(|recording| recording.canonicalize().ok());
    let folders: Vec<&Path> = recording.into_iter().chain(real.as_deref()).filter_map(Path::parent).collect();
    let mut paths: Vec<PathBuf> = Vec::new();
    for place in places.iter().filter(|place| may_be_followed(place)).map(Path::new) {
        let absolute = place.is_absolute().then(|| place.to_path_buf());
        let relative = folders.iter().map(|folder| folder.join(place)).filter(|_| !place.is_absolute());
        for path in absolute.into_iter().chain(relative) {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    paths
}

/// Whether to look at a place does no harm, whoever wrote it. On Windows to look at a file of another machine is to log in there;
/// one that lies on the same machine as the recording is found from its folder.
fn may_be_followed(place: &str) -> bool {
    !(cfg!(windows) && names_a_machine(place))
}

/// Whether a path of Windows begins with the name of a machine, or of a device: `\\server\share\file`, and not `C:\file`.
fn names_a_machine(place: &str) -> bool {
    let place = place.replace('/', "\\");
    let is_of_a_drive = place.strip_prefix(r"\\?\").is_some_and(|rest| rest.as_bytes().get(1) == Some(&b':'));
    place.starts_with(r"\\") && !is_of_a_drive
}

/// The path of a file from the folder of a recording, if there is one: another drive has none.
fn relative(file: &Path, recording: &Path) -> Option<String> {
    // Behind all links: `..` is the parent of what a link points to.
    let (folder, place) = (recording.parent()?.canonicalize().ok()?, file.parent()?);
    let file = place.canonicalize().unwrap_or_else(|_| place.into()).join(file.file_name()?);
    let (own, other): (Vec<_>, Vec<_>) = (folder.components().collect(), file.components().collect());
    let common = own.iter().zip(&other).take_while(|(own, other)| own == other).count();
    let up = own[common..].iter().map(|_| Some(".."));
    let down = other[common..].iter().map(|component| match component {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    let names: Option<Vec<&str>> = up.chain(down).collect();
    names.map(|names| names.join("/"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_found_from_the_folder_of_the_recording_and_from_anywhere() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("runs/a")).unwrap();
        fs::create_dir_all(root.join("daten ü")).unwrap();
        let recording = root.join("runs/a/run.replay");
        let cases = [
            ("runs/a/x.dataset", "x.dataset"),
            ("runs/x.dataset", "../x.dataset"),
            ("daten ü/a b.dataset", "../../daten ü/a b.dataset"),
            ("runs/../runs/a/./x.dataset", "x.dataset"),
        ];
        for (path, expected) in cases {
            let file = root.join(path);
            let places = described(std::slice::from_ref(&file), Some(&recording)).unwrap();
            assert_eq!(places, [expected, file.to_str().unwrap()]);
            fs::write(&file, "it").unwrap();
            let meant = meant(&places, Some(&recording));
            assert!(meant.iter().all(|path| fs::read(path).unwrap() == b"it"), "{meant:?}");
        }
    }

    #[test]
    fn paths_of_other_machines_are_known_as_such_however_they_are_written() {
        for machine in
            [r"\\server\share\x", "//server/share/x", r"\/server\x", r"\\?\UNC\server\share\x", r"\\.\pipe\x"]
        {
            assert!(names_a_machine(machine), "{machine}");
        }
        for here in [r"C:\x", r"\\?\C:\x", "x.dataset", r"..\x", "../x", "/x", r"\x", "", r"a\\b"] {
            assert!(!names_a_machine(here), "{here}");
        }
        let places = ["//server/x".to_owned()];
        assert_eq!(meant(&places, None).is_empty(), cfg!(windows), "elsewhere it is a path like any other");
    }

    #[test]
    fn without_a_folder_there_is_no_relative_place() {
        let file = [std::path::absolute("x.dataset").unwrap()];
        let places = described(&file, None).unwrap();
        assert_eq!(places, [file[0].to_str().unwrap()]);
        assert_eq!(meant(&["x.dataset".into(), places[0].clone()], None), file);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_where_dots_would_lead_astray() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("far/away")).unwrap();
        symlink(root.join("far/away"), root.join("link")).unwrap();
        let file = root.join("x.dataset");
        let recording = root.join("link/run.replay");
        fs::write(&recording, "").unwrap();
        let places = described(&[file], Some(&recording)).unwrap();
        assert_eq!(places[0], "../../x.dataset");

        // A link to the recording: beside it, and beside what it points to.
        symlink(root.join("far/away/run.replay"), root.join("run.replay")).unwrap();
        let meant = meant(&["x.dataset".into()], Some(&root.join("run.replay")));
        assert_eq!(meant, [root.join("x.dataset"), root.join("far/away/x.dataset")]);
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_no_text_is_an_error() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
        let path = Path::new("/tmp").join(OsStr::from_bytes(b"\xff.dataset"));
        assert!(described(&[path], None).unwrap_err().to_string().contains("valid Unicode"));
    }
}
