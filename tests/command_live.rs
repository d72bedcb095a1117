//! The page that the command serves while runs are recorded: who is answered, and how soon.
#![cfg(feature = "cli")]

mod common;
#[path = "common/page.rs"]
mod page;

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use common::{
    command::{Running, call, command},
    recordings::{folder, foreign, model, options, train},
};
use page::DecodedPage;
use serde_json::Value;
use training_replay::Replay;

/// A served page.
struct Server {
    process: Running,
    port: u16,
}

impl Server {
    fn of(folder: &Path, files: &str) -> Self {
        let line = format!("page --serve --port 0 {files}");
        let mut process = Running(command(folder, line.split(' ')).spawn().unwrap());
        let mut said = String::new();
        BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let port = said.trim().strip_prefix("http://127.0.0.1:").and_then(|rest| rest.strip_suffix('/'));
        Self { port: port.unwrap_or_else(|| panic!("{said:?}")).parse().unwrap(), process }
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

    /// The lines above the page.
    fn lines(&self) -> String {
        let page = self.own("/");
        page.split_once("role=\"status\"").unwrap().1.split_once("</div>").unwrap().0.to_owned()
    }

    /// The runs on the page, each with its epochs; none on a page that waits.
    fn runs(&self) -> Vec<(String, Vec<u64>)> {
        runs(self.own("/"))
    }

    #[track_caller]
    fn wait(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !is_so(self) {
            assert!(began.elapsed() < Duration::from_secs(60), "{what}: {:?}, {}", self.runs(), self.lines());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it; what it wrote to the standard error.
    fn end(mut self) -> String {
        self.process.0.kill().unwrap();
        let mut said = String::new();
        self.process.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        said
    }
}

fn runs(page: String) -> Vec<(String, Vec<u64>)> {
    if !page.contains("id=\"meta\"") {
        return Vec::new();
    }
    let page = DecodedPage::read(page);
    let runs = page.meta["runs"].as_array().unwrap().iter();
    let epochs = |run: &Value| run["epochs"].as_array().unwrap().iter().map(|epoch| epoch.as_u64().unwrap()).collect();
    runs.map(|run| (run["name"].as_str().unwrap().to_owned(), epochs(run))).collect()
}

/// A run under this name with the epochs up to this one.
fn up_to(name: &str, last: u64) -> Vec<(String, Vec<u64>)> {
    vec![(name.to_owned(), (0..=last).collect())]
}

#[test]
fn only_requests_that_name_this_machine_and_port_are_answered() {
    let folder = folder();
    let server = Server::of(folder.path(), "run.replay other.replay");
    let port = server.port;
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let answer = server.get("/", &format!("{host}:{port}"));
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("id=\"meta\""), "{host}");
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
    assert_eq!(server.runs(), up_to("run", 20), "others wait for nobody");
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
    assert!(server.own("/version").ends_with(".1"));
}

#[test]
fn each_new_epoch_changes_the_version_and_is_on_the_page_then() {
    let folder = folder();
    let path = folder.path().join("live.replay");
    let mut replay = options().create(&path).unwrap();
    replay.record(&model(0), [("loss", 1.0)]).unwrap();
    let server = Server::of(folder.path(), "live.replay");
    assert_eq!(server.runs(), up_to("live", 0));
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
        assert_eq!(server.runs(), up_to("live", epoch));
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
    server.wait("not all epochs came", |server| server.runs() == up_to("live", 99));
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
        ("page --serve --port 0 --layer nosuch run.replay", "run.replay: no layer is named"),
    ] {
        let ran = call(folder.path(), line);
        assert_eq!((ran.status, ran.error().starts_with(why)), (2, true), "{ran:?}");
    }
    let server = Server::of(folder.path(), "run.replay");
    let taken = call(folder.path(), &format!("page --serve --port {} run.replay", server.port));
    assert_eq!((taken.status, taken.error().starts_with(&format!("127.0.0.1:{}: ", server.port))), (2, true));
    assert_eq!(call(folder.path(), "page --serve run.replay -o a.html").status, 2);
}

#[test]
fn a_file_that_was_replaced_or_rewritten_is_followed_from_its_beginning() {
    let folder = folder();
    let [path, new] = ["live.replay", "new.replay"].map(|name| folder.path().join(name));
    fs::copy(folder.path().join("run.replay"), &path).unwrap();
    let server = Server::of(folder.path(), "live.replay");
    assert_eq!(server.runs(), up_to("live", 20));
    train(options().create(&new).unwrap(), 3, 4).finish().unwrap();
    fs::rename(&new, &path).unwrap();
    server.wait("another file under its name", |server| server.runs() == up_to("live", 4));
    fs::write(&path, fs::read(folder.path().join("other.replay")).unwrap()).unwrap();
    server.wait("another recording in the same file", |server| server.runs() == up_to("live", 20));
    let mut replay = train(options().overwrite(true).create(&path).unwrap(), 4, 2);
    server.wait("a run that was begun again", |server| server.runs() == up_to("live", 2));
    replay.finish().unwrap();
    server.wait("it is finished", |server| !server.lines().contains("<p>"));
    assert!(server.end().matches("live.replay: the file was replaced or rewritten, and is read anew").count() >= 3);
}

#[test]
fn what_can_no_longer_be_read_is_never_shown_as_if_it_were_now() {
    let folder = folder();
    let path = folder.path().join("live.replay");
    let whole = fs::read(folder.path().join("run.replay")).unwrap();
    fs::write(&path, &whole).unwrap();
    let server = Server::of(folder.path(), "live.replay other.replay");
    assert!(!server.lines().contains("<p>"), "{}", server.lines());
    let first = server.runs();
    let says = |why: &str| {
        let line =
            format!("<p>live.replay: {why}. \"live\" is shown as it was when it could last be read, at <time data-at=");
        server.wait(why, |server| server.lines().contains(&line));
        assert_eq!(server.runs(), first, "{why}");
    };
    fs::write(&path, "").unwrap();
    says("nothing was recorded yet: its first record is not whole");
    fs::remove_file(&path).unwrap();
    says("the file is gone");
    fs::write(&path, "no recording at all, but more bytes than a preamble has: 0123456789").unwrap();
    says("not a recording");
    fs::write(&path, &whole).unwrap();
    server.wait("it is there again", |server| !server.lines().contains("<p>"));
    let said = server.end();
    for why in ["the file is gone", "not a recording", "it can be shown again"] {
        assert_eq!(said.matches(&format!("live.replay: {why}\n")).count(), 1, "{said}");
    }
}

#[test]
fn a_file_that_only_grows_is_never_taken_for_another_one() {
    let folder = folder();
    let path = folder.path().join("live.replay");
    let mut replay = train(options().create(&path).unwrap(), 1, 1);
    let server = Server::of(folder.path(), "live.replay");
    for epoch in 2..12 {
        replay.record(&model(epoch), [("loss", 1.0)]).unwrap();
        server.wait("the next epoch", |server| server.runs() == up_to("live", epoch));
    }
    replay.finish().unwrap();
    server.wait("it is finished", |server| !server.lines().contains("<p>"));
    assert_eq!(server.end(), "serving on this machine only, until Ctrl-C\n");
}

#[test]
fn epochs_that_are_left_out_are_counted_above_the_page_until_nothing_new_comes() {
    let folder = folder();
    let path = folder.path().join("live.replay");
    drop(train(options().create(&path).unwrap(), 1, 99));
    let server = Server::of(folder.path(), "live.replay");
    let (page, lines) = (server.runs(), server.lines());
    let some: Vec<u64> = (0..99).step_by(4).chain([99]).collect();
    assert_eq!(page, [("live".to_owned(), some)]);
    let line = "<p>live: 26 of 100 epochs are shown, one in 4 and the last, until nothing new comes; milestones are those of \
                the shown epochs. ";
    let goes_on = "The run is not finished: what is called its last epoch is the latest so far.</p>";
    assert!(lines.ends_with(&format!("{line}{goes_on}")), "{lines}");
    server.wait("its recorder was killed", |server| server.runs() == up_to("live", 99));
    assert!(server.lines().ends_with(&format!("<p>live: {goes_on}")), "{}", server.lines());
}

#[test]
fn a_page_that_waits_says_what_for_and_runs_that_have_begun_wait_for_no_other() {
    let folder = folder();
    let path = folder.path().join("live.replay");
    fs::write(&path, "").unwrap();
    let (alone, both) = (Server::of(folder.path(), "live.replay"), Server::of(folder.path(), "live.replay run.replay"));
    let not_yet = "<p>live.replay: no epoch was recorded yet. It is shown as soon as there is one.</p>";
    for (server, runs) in [(&alone, vec![]), (&both, up_to("run", 20))] {
        assert_eq!((server.runs(), server.lines().contains(not_yet)), (runs, true), "{}", server.lines());
    }
    assert!(alone.own("/").contains("<html lang=\"en\" dir=\"ltr\">"));
    let says = |why: &str| {
        let line = format!("<p>live.replay: {why}. It is tried again, and shown when that can be done.</p>");
        for server in [&alone, &both] {
            server.wait(why, |server| server.lines().contains(&line));
        }
    };
    fs::write(&path, "no recording at all, but more bytes than a preamble has: 0123456789").unwrap();
    says("not a recording");
    fs::remove_file(&path).unwrap();
    says("the file is gone");
    fs::copy(folder.path().join("other.replay"), &path).unwrap();
    alone.wait("it is there", |server| server.runs() == up_to("live", 20));
    both.wait("it is there", |server| server.runs() == [up_to("live", 20), up_to("run", 20)].concat());
}

#[test]
fn a_server_that_was_started_anew_has_no_version_of_the_one_before() {
    let folder = folder();
    let versions = ["run.replay", "other.replay"].map(|file| Server::of(folder.path(), file).own("/version"));
    assert_ne!(versions[0], versions[1]);
}

/// The script that a live page carries, before a page that does what its epochs need.
fn script(scenario: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/common/live_script.mjs");
    let Ok(ran) = Command::new("node").arg(folder).arg(scenario).output() else {
        println!("SKIPPED: there is no node");
        return;
    };
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn an_epoch_that_was_chosen_comes_back_when_it_is_shown_again() {
    script("chosen");
}

#[test]
fn an_address_leads_to_its_epoch_and_whoever_follows_the_run_stays_at_the_last() {
    script("address");
}

#[test]
fn a_page_whose_server_has_ended_says_so_and_takes_it_back() {
    script("lost");
}
