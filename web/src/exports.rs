//! What the page calls: room for a request, the answer to it, and where that lies.

#![expect(unsafe_code, reason = "`no_mangle`: the page knows functions by their names; there is no other")]

use std::cell::RefCell;

use crate::Session;

thread_local! {
    static PAGE: RefCell<Page> = RefCell::default();
}

/// The session of the page, and the bytes that it shares with it.
#[derive(Default)]
struct Page {
    session: Session,
    request: Vec<u8>,
    answer: Vec<u8>,
}

/// Makes room for a request of so many bytes, and returns where it is to be written; null where there is no memory for it.
#[unsafe(no_mangle)]
extern "C" fn room(length: usize) -> *mut u8 {
    PAGE.with_borrow_mut(|page| {
        page.answer = Vec::new(); // What nobody reads any more makes room.
        page.request = Vec::new();
        if page.request.try_reserve_exact(length).is_err() {
            return std::ptr::null_mut();
        }
        page.request.resize(length, 0);
        page.request.as_mut_ptr()
    })
}

/// Answers the request, and returns of how many bytes the answer is.
#[unsafe(no_mangle)]
extern "C" fn call() -> usize {
    PAGE.with_borrow_mut(|page| {
        let request = std::mem::take(&mut page.request);
        page.answer = page.session.answer(&request);
        page.answer.len()
    })
}

/// Returns where the answer lies, until there is room for another request.
#[unsafe(no_mangle)]
extern "C" fn answer() -> *const u8 {
    PAGE.with_borrow(|page| page.answer.as_ptr())
}
