//! What a page calls that asks questions.

#![expect(unsafe_code, reason = "`no_mangle`: the page knows functions by their names; there is no other")]

use std::cell::RefCell;

use crate::{Session, room};

thread_local! {
    static SESSION: RefCell<Session> = RefCell::default();
}

/// Answers the request.
#[unsafe(no_mangle)]
extern "C" fn call() {
    let request = room::take();
    room::give(SESSION.with_borrow_mut(|session| session.answer(&request)));
}
