//! The calls that change files and folders, for whoever watches them: nobody but a test, which loses the power between any two.

use std::{fs::File, path::Path};

/// A call that has changed a file or a folder.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(test), allow(dead_code, reason = "only tests look at what was done"))]
pub(crate) enum Call<'a> {
    /// The file was opened to write, or created.
    Opened(&'a File, &'a Path),
    /// The bytes were written at this place.
    Written(&'a File, u64, &'a [u8]),
    /// The file was cut, or made longer, to this length.
    Cut(&'a File, u64),
    /// The disk has what was written.
    Synced(&'a File),
    /// The first path's file has the second name, too.
    Linked(&'a Path, &'a Path),
    /// The first path's file has the second name, and no longer the first.
    Renamed(&'a Path, &'a Path),
    /// Nothing has this name any more.
    Removed(&'a Path),
    /// The disk has the names in the folder of this file.
    FolderSynced(&'a Path),
}

#[cfg(not(test))]
pub(crate) fn saw(_: Call<'_>) {}

#[cfg(test)]
#[cfg_attr(not(unix), allow(unused_imports, reason = "tests that watch know files by what Unix calls them"))]
pub(crate) use watched::{saw, watched_by};

#[cfg(test)]
mod watched {
    use std::cell::RefCell;

    use super::Call;

    type Watcher = Box<dyn FnMut(Call<'_>)>;

    thread_local! {
        static WATCHER: RefCell<Option<Watcher>> = const { RefCell::new(None) };
    }

    pub(crate) fn saw(call: Call<'_>) {
        WATCHER.with_borrow_mut(|watcher| watcher.iter_mut().for_each(|watch| watch(call)));
    }

    /// Runs `work`, every call of which on this thread is shown to the watcher.
    pub(crate) fn watched_by<T>(watcher: impl FnMut(Call<'_>) + 'static, work: impl FnOnce() -> T) -> T {
        WATCHER.set(Some(Box::new(watcher)));
        let done = work();
        WATCHER.set(None);
        done
    }
}
