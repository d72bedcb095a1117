//! The page that the command serves while runs are recorded: who is answered, and how soon.
#![cfg(feature = "cli")]

mod common;

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use common::{
    command::{Running, call, command},
    recordings::{folder, foreign, model, options},
};
use training_replay::Replay;

/// A served page.
struct Server {
    _process: Running,
    port: u16,
}

impl Server {
    fn of(folder: &Path, files: &str) -> Self {
        let line = format!("page --serve --port 0 {files}");
        let mut process = Running(command(folder, line.split(' ')).spawn().unwrap());
        let mut said = String::new();
        BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let port = said.trim().strip_prefix("http://127.0.0.1:").and_then(|rest| rest.strip_suffix('/'));
        Self { port: port.unwrap_or_else(|| panic!("{said:?}")).parse().unwrap(), _process: process }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], self.port))).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// The answer to these bytes.
    fn ask(&self, request: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        // An answer may come before all of a request was read.
        drop(stream.read_to_end(&mut answer));
        String::from_utf8(answer).unwrap()
    }

    fn get(&self, target: &str, host: &str) -> String {
        self.ask(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes())
    }

    /// A page, asked for by its own name.
    fn own(&self, target: &str) -> String {
        let answer = self.get(target, &format!("127.0.0.1:{}", self.port));
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        body.to_owned()
    }
}

#[test]
fn only_requests_that_name_this_machine_and_port_are_answered() {
    let folder = folder();
    let server = Server::of(folder.path(), "run.replay other.replay");
    let port = server.port;
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let answer = server.get("/", &format!("{host}:{port}"));
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("\"name\":\"run\""), "{host}");
    }
    for host in
        ["evil.example", &format!("evil.example:{port}"), "127.0.0.1", "127.0.0.1:1", "localhost.evil.example", ""]
    {
        let answer = server.get("/", host);
        assert!(answer.starts_with("HTTP/1.1 421 ") && !answer.contains("<html"), "{host:?}: {answer}");
        assert!(server.get("/version", host).starts_with("HTTP/1.1 421 "));
    }
    let two = format!("GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nHost: evil.example\r\n\r\n");
    for request in
        [two.as_str(), "GET / HTTP/1.1\r\n\r\n", "GET http://127.0.0.1/ HTTP/1.1\r\n\r\n", "\r\n\r\n", "GET\r\n\r\n"]
    {
        assert!(server.ask(request.as_bytes()).starts_with("HTTP/1.1 400 "), "{request:?}");
    }
}

#[test]
fn it_listens_on_this_machine_only() {
    let folder = folder();
    let server = Server::of(folder.path(), "run.replay");
    let everywhere =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| fs::read_to_string(path).unwrap_or_default()).concat();
    let port = format!(":{:04X} ", server.port);
    let listening: Vec<&str> =
        everywhere.lines().filter(|line| line.contains(" 0A ") && line.contains(&port)).collect();
    if everywhere.is_empty() {
        println!("SKIPPED: this system does not say who listens where");
    } else {
        assert!(listening.len() == 1 && listening[0].contains("0100007F"), "{listening:?}");
    }
}

#[test]
fn no_path_leads_to_a_file() {
    let folder = folder();
    let server = Server::of(folder.path(), "run.replay");
    let host = format!("localhost:{}", server.port);
    for target in
        ["/run.replay", "/../../etc/passwd", "/..%2f..%2fetc/passwd", "//etc/passwd", "/index.html", "/version/.."]
    {
        let answer = server.get(target, &host);
        assert!(answer.starts_with("HTTP/1.1 404 "), "{target}: {answer}");
    }
    let post = format!("POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n");
    assert!(server.ask(post.as_bytes()).starts_with("HTTP/1.1 405 "));
    let page = server.get("/", &host);
    let (head, body) = page.split_once("\r\n\r\n").unwrap();
    for policy in ["default-src 'none'", "frame-ancestors 'none'", "nosniff", "no-store", "same-origin"] {
        assert!(head.contains(policy), "{head}");
    }
    assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
}

#[test]
fn requests_are_bounded_and_slow_ones_stop_nobody() {
    let folder = folder();
    let server = Server::of(folder.path(), "run.replay");
    let slow: Vec<TcpStream> = (0..40)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(b"GET / HT").unwrap();
            stream
        })
        .collect();
    assert!(server.own("/").contains("\"name\":\"run\""), "others wait for nobody");
    let endless = [b"GET / HTTP/1.1\r\nX: ".as_slice(), &[b'x'; 9 << 10]].concat();
    assert!(server.ask(&endless).starts_with("HTTP/1.1 431 "));
    // Each is given up after a while, whether or not it goes on.
    for mut stream in slow {
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        assert!(answer.is_empty());
    }
    let mut gone = server.connect();
    gone.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    gone.shutdown(Shutdown::Both).unwrap();
    assert_eq!(server.own("/version"), "1");
}

#[test]
fn each_new_epoch_changes_the_version_and_is_on_the_page_then() {
    let folder = folder();
    let path = folder.path().join("live.replay");
    let mut replay = options().create(&path).unwrap();
    replay.record(&model(0), [("loss", 1.0)]).unwrap();
    let server = Server::of(folder.path(), "live.replay");
    assert!(server.own("/").contains("\"epochs\":[0]"));
    let mut took = Vec::new();
    for epoch in 1..=5 {
        let version = server.own("/version");
        replay.record(&model(epoch), [("loss", 1.0 / epoch as f64)]).unwrap();
        let recorded = Instant::now();
        // As the page does it: it asks for the version, and is loaded anew when there is another one.
        while server.own("/version") == version {
            assert!(recorded.elapsed() < Duration::from_secs(60), "epoch {epoch} never came");
            thread::sleep(Duration::from_millis(20));
        }
        let epochs: Vec<String> = (0..=epoch).map(|epoch| epoch.to_string()).collect();
        assert!(server.own("/").contains(&format!("\"epochs\":[{}]", epochs.join(","))), "{epoch}");
        took.push(recorded.elapsed());
    }
    took.sort();
    println!("from record to the page: {:?} in the middle, {:?} at most", took[2], took[4]);
}

#[test]
fn a_run_that_has_not_begun_is_waited_for_and_a_long_one_is_whole_when_it_is_finished() {
    let folder = folder();
    let path = folder.path().join("live.replay");
    fs::write(&path, "").unwrap();
    let server = Server::of(folder.path(), "live.replay");
    assert!(server.own("/").contains("live.replay: no epoch was recorded yet"));
    fs::remove_file(&path).unwrap();
    let mut replay = options().create(&path).unwrap();
    for epoch in 0..100 {
        replay.record(&model(epoch), [("loss", 1.0)]).unwrap();
    }
    replay.finish().unwrap();
    let all: Vec<String> = (0..100).map(|epoch| epoch.to_string()).collect();
    let began = Instant::now();
    while !server.own("/").contains(&format!("\"epochs\":[{}]", all.join(","))) {
        assert!(began.elapsed() < Duration::from_secs(60), "not all epochs came");
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(Replay::open(&path).unwrap().epochs().len(), 100);
}

#[test]
fn what_cannot_be_served_is_said_at_once() {
    let folder = folder();
    foreign(folder.path());
    for (line, why) in [
        ("page --serve missing.replay", "missing.replay: "),
        ("page --serve foreign.replay", "foreign.replay: the recording holds no description of its model"),
        ("page --serve --port 0 -", "-: the standard input"),
    ] {
        let ran = call(folder.path(), line);
        assert_eq!((ran.status, ran.error().starts_with(why)), (2, true), "{ran:?}");
    }
    let server = Server::of(folder.path(), "run.replay");
    let taken = call(folder.path(), &format!("page --serve --port {} run.replay", server.port));
    assert_eq!((taken.status, taken.error().starts_with(&format!("127.0.0.1:{}: ", server.port))), (2, true));
    assert_eq!(call(folder.path(), "page --serve run.replay -o a.html").status, 2);
}
