//! `training-replay` in a browser: a recording is opened from its bytes, asked about any epoch, and trained on.
//!
//! [`Session`] takes a request and gives an answer, both as bytes, over the public interface of the crate; `exports` hands it to a
//! page, whose `core.js` makes calls of it. `README.md` lists the requests.
//!
//! ```
//! use training_replay_web::Session;
//!
//! let answer = Session::default().answer(br#"{"ask": "describe", "handle": 1}"#);
//! let length = u32::from_le_bytes(answer[..4].try_into().unwrap()) as usize;
//! let answer = std::str::from_utf8(&answer[4..4 + length]).unwrap();
//! assert!(answer.contains("there is no recording 1"), "{answer}");
//! ```

#[cfg(feature = "questions")]
mod batches;
#[cfg(feature = "questions")]
mod data;
#[cfg(feature = "questions")]
mod description;
#[cfg(feature = "questions")]
mod exports;
mod live;
#[cfg(feature = "questions")]
mod page;
#[cfg(feature = "questions")]
mod questions;
#[cfg(feature = "questions")]
mod reply;
#[cfg(feature = "questions")]
mod request;
mod room;
#[cfg(feature = "questions")]
mod session;
#[cfg(feature = "questions")]
mod size;
#[cfg(feature = "questions")]
mod training;

#[cfg(feature = "questions")]
pub use session::Session;
