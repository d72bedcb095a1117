//! What the page and the module hand to each other: the bytes of a request, and those of the answer.

#![expect(unsafe_code, reason = "`no_mangle`: the page knows functions by their names; there is no other")]

use std::cell::RefCell;

thread_local! {
    static ROOM: RefCell<Room> = RefCell::default();
}

#[derive(Default)]
struct Room {
    request: Vec<u8>,
    answer: Vec<u8>,
}

/// Makes room for a request of so many bytes, and returns where it is to be written; null where there is no memory for it.
#[unsafe(no_mangle)]
extern "C" fn room(length: usize) -> *mut u8 {
    ROOM.with_borrow_mut(|room| {
        *room = Room::default(); // What nobody reads any more makes room.
        if room.request.try_reserve_exact(length).is_err() {
            return std::ptr::null_mut();
        }
        room.request.resize(length, 0);
        room.request.as_mut_ptr()
    })
}

/// Returns where the answer lies, until there is another.
#[unsafe(no_mangle)]
extern "C" fn answer() -> *const u8 {
    ROOM.with_borrow(|room| room.answer.as_ptr())
}

/// Returns of how many bytes the answer is.
#[unsafe(no_mangle)]
extern "C" fn length() -> usize {
    ROOM.with_borrow(|room| room.answer.len())
}

/// Takes the request.
pub(crate) fn take() -> Vec<u8> {
    ROOM.with_borrow_mut(|room| std::mem::take(&mut room.request))
}

/// Gives the answer.
pub(crate) fn give(answer: Vec<u8>) {
    ROOM.with_borrow_mut(|room| room.answer = answer);
}
