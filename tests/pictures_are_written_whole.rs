//! Pictures, animations and pages take the place of an old file when they are whole, and whatever stops them before leaves
//! the old one and nothing else.
#![cfg(feature = "plot")]

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use training_replay::{
    Activation, Error, Result,
    plot::{Animation, Figure, Page, Panel},
};

#[expect(clippy::unnecessary_wraps, reason = "an animation asks for it")]
fn figure(_: u64) -> Result<Figure> {
    Ok(Figure::of(Panel::activation(Activation::Tanh)).size(120, 90))
}

fn animation(path: &Path, figure: impl Fn(u64) -> Result<Figure> + Sync) -> Result<()> {
    Animation::of(&[0, 1, 2, 3, 4]).save(path, figure)
}

/// Takes so many bytes and no more: a closed pipe, a full device.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 && !bytes.is_empty() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The encoder wrote the end of the file when it was dropped after an error, and its error there was a panic.
#[test]
fn a_writer_that_fails_at_any_byte_of_an_animation_is_an_error() {
    let mut whole = Vec::new();
    Animation::of(&[0, 1, 2, 3, 4]).write(&mut whole, figure).unwrap();
    for room in (0..whole.len()).step_by(whole.len() / 50).chain(whole.len() - 3..whole.len()) {
        let written = Animation::of(&[0, 1, 2, 3, 4]).write(Full(room), figure);
        assert!(
            matches!(written, Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::StorageFull),
            "{room}"
        );
    }
    Animation::of(&[0, 1, 2, 3, 4]).write(Full(whole.len()), figure).unwrap();
}

#[test]
fn an_animation_that_fails_at_any_frame_leaves_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.gif");
    animation(&path, figure).unwrap();
    let old = fs::read(&path).unwrap();
    for failing in 0..5 {
        let fails = |epoch| if epoch == failing { Err(Error::other("no figure")) } else { figure(epoch) };
        assert!(animation(&path, fails).is_err());
        assert_eq!(fs::read(&path).unwrap(), old, "{failing}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}

#[test]
fn a_name_whose_ending_is_of_another_kind_of_file_is_refused_before_anything_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["a.png", "a", "a.gif.bak", ".gif"] {
        let message = animation(&path(name), |_| unreachable!()).unwrap_err().to_string();
        assert!(message.ends_with("it must be one that ends in .gif"), "{message}");
        let message = Page::new("p").save(path(name)).unwrap_err().to_string();
        assert!(message.ends_with("it must be one that ends in .html or .htm"), "{message}");
    }
    let message = figure(0).unwrap().save(path("a.gif")).unwrap_err().to_string();
    assert!(message.ends_with("it must be one that ends in .png or .svg"), "{message}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    animation(&path("a.GIF"), figure).unwrap();
    Page::new("p").save(path("a.htm")).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_an_error_for_every_kind_of_file() {
    let folder = tempfile::tempdir().unwrap();
    let full = |name: &str| {
        let path = folder.path().join(name);
        std::os::unix::fs::symlink("/dev/full", &path).unwrap();
        path
    };
    let saved = [
        figure(0).unwrap().save(full("a.png")),
        figure(0).unwrap().save(full("a.svg")),
        animation(&full("a.gif"), figure),
        Page::new("p").save(full("a.html")),
    ];
    for error in saved.map(Result::unwrap_err) {
        assert!(matches!(&error, Error::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull), "{error}");
    }
}
