//! A page of runs that are being recorded, served on this machine.

mod answers;
mod connections;
mod file_mark;
mod followed;
mod look;
mod notice;
mod pace;
mod page;
mod request;
mod shown;

use std::{
    net::{Ipv4Addr, TcpListener},
    sync::Arc,
    thread,
};

use connections::Connections;
pub use look::Look;
pub use page::Live;

use crate::{
    out::{Out, note},
    trouble::{Answer, Status, Trouble},
};

/// Serves the page, until somebody presses Ctrl-C.
pub fn serve(live: Live, port: u16) -> Answer<Status> {
    let failed = |error| Trouble::Said(format!("127.0.0.1:{port}: {error}"));
    // Nobody from elsewhere can reach this address.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    ctrlc::set_handler(|| std::process::exit(0))
        .map_err(|error| Trouble::usage(format!("Ctrl-C cannot be waited for: {error}")))?;
    let mut out = Out::new();
    out.line(format!("http://127.0.0.1:{port}/"))?;
    out.flush()?;
    drop(out);
    note("serving on this machine only, until Ctrl-C");
    let shown = live.shown();
    thread::Builder::new().name("page".into()).spawn(move || live.follow()).map_err(failed)?;
    Connections::new(port, Arc::clone(&shown)).accept(&listener);
    Ok(Status::Held)
}
