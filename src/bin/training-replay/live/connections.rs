//! Connections: each on a thread of its own, so many at a time and none for long.

use std::{
    io,
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{
    answers::{refuse, write},
    request::{Asked, judge, read},
    shown::Shown,
};

/// How many connections are served at a time; more are closed at once.
const MOST_CONNECTIONS: usize = 64;

/// How long a request may take to come, from its first byte to its last.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long nothing at all may move while the answer is taken.
const WRITING: Duration = Duration::from_secs(10);

/// What every connection knows.
pub struct Connections {
    port: u16,
    shown: Arc<Shown>,
    open: AtomicUsize,
}

impl Connections {
    pub fn new(port: u16, shown: Arc<Shown>) -> Arc<Self> {
        Arc::new(Self { port, shown, open: AtomicUsize::new(0) })
    }

    /// Serves whoever comes, without an end.
    pub fn accept(self: &Arc<Self>, listener: &TcpListener) {
        for stream in listener.incoming() {
            match stream {
                Ok(stream) => self.begin(stream),
                // As when the system has no more to give: others may leave meanwhile.
                Err(_) => thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    fn begin(self: &Arc<Self>, stream: TcpStream) {
        if self.open.fetch_add(1, Ordering::AcqRel) >= MOST_CONNECTIONS {
            self.open.fetch_sub(1, Ordering::AcqRel);
            return;
        }
        let own = Arc::clone(self);
        let serve = move || {
            // The other side may leave at any time; then there is nobody to say it to.
            drop(own.serve(stream));
            own.open.fetch_sub(1, Ordering::AcqRel);
        };
        if thread::Builder::new().spawn(serve).is_err() {
            self.open.fetch_sub(1, Ordering::AcqRel);
        }
    }

    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(WRITING))?;
        stream.set_nodelay(true)?;
        match read(&mut stream, Instant::now() + PATIENCE)? {
            Ok(request) => self.answer(&mut stream, judge(&request, self.port)),
            Err(refusal) => refuse(&mut stream, refusal),
        }
    }

    fn answer(&self, stream: &mut TcpStream, asked: Asked) -> io::Result<()> {
        match asked {
            Asked::Page => write(stream, "200 OK", "text/html", self.shown.html().as_bytes()),
            Asked::Version => write(stream, "200 OK", "text/plain", self.shown.version().as_bytes()),
            Asked::Refused(refusal) => refuse(stream, refusal),
        }
    }
}
