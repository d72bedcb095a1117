//! A request, read and judged: who may ask, and what for.

use std::{
    io::{self, Read},
    time::Instant,
};

/// More bytes than these no request has.
const MOST_BYTES: usize = 8 << 10;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Page,
    Version,
    Refused(Refusal),
}

/// Why nothing is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Malformed,
    /// The request names another host: a page from elsewhere, under whose name this machine was given, asks.
    OtherHost,
    NotFound,
    OtherMethod,
    TooLong,
}

/// Reads a request up to its empty line, as far as there is time.
///
/// # Errors
///
/// If the other side is gone or slow.
pub fn read(stream: &mut impl Read, deadline: Instant) -> io::Result<Result<Vec<u8>, Refusal>> {
    let (mut request, mut part) = (Vec::new(), [0; 1024]);
    loop {
        let count = stream.read(&mut part)?;
        if count == 0 || Instant::now() > deadline {
            return Err(io::ErrorKind::TimedOut.into());
        }
        request.extend_from_slice(part.get(..count).unwrap_or_default());
        if ends(&request) {
            return Ok(Ok(request));
        }
        if request.len() > MOST_BYTES {
            return Ok(Err(Refusal::TooLong));
        }
    }
}

fn ends(request: &[u8]) -> bool {
    request.windows(4).any(|four| four == b"\r\n\r\n")
}

/// What a request asks for, of the server at this port.
pub fn judge(request: &[u8], port: u16) -> Asked {
    let Some((target, hosts)) = parsed(request) else { return Asked::Refused(Refusal::Malformed) };
    match (&hosts[..], target) {
        ([host], _) if !is_own(host, port) => Asked::Refused(Refusal::OtherHost),
        ([_], Err(refusal)) => Asked::Refused(refusal),
        ([_], Ok("/")) => Asked::Page,
        ([_], Ok("/version")) => Asked::Version,
        ([_], Ok(_)) => Asked::Refused(Refusal::NotFound),
        _ => Asked::Refused(Refusal::Malformed),
    }
}

/// The target, if it is asked for as it must be, and the hosts that are named.
fn parsed(request: &[u8]) -> Option<(Result<&str, Refusal>, Vec<&str>)> {
    let text = std::str::from_utf8(request).ok()?;
    let (head, _) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() || !matches!(version, "HTTP/1.1" | "HTTP/1.0") || !target.starts_with('/') {
        return None;
    }
    let mut hosts = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(':')?;
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return None;
        }
        if name.eq_ignore_ascii_case("host") {
            hosts.push(value.trim_matches([' ', '\t']));
        }
    }
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    Some((if method == "GET" { Ok(path) } else { Err(Refusal::OtherMethod) }, hosts))
}

/// Whether a host is this machine, as it names itself, and this server.
fn is_own(host: &str, port: u16) -> bool {
    let names = ["127.0.0.1", "localhost", "[::1]"];
    let host = host.to_ascii_lowercase();
    names.iter().any(|name| host == format!("{name}:{port}") || (port == 80 && host == *name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(request: &str) -> Asked {
        judge(request.as_bytes(), 8040)
    }

    #[test]
    fn only_those_who_name_this_machine_and_port_are_answered() {
        for host in ["127.0.0.1:8040", "localhost:8040", "LOCALHOST:8040", "[::1]:8040", "  127.0.0.1:8040 "] {
            assert_eq!(asked(&format!("GET / HTTP/1.1\r\nHost:{host}\r\n\r\n")), Asked::Page, "{host}");
        }
        let others = [
            "evil.example:8040",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.0.0.1:8040.evil.example",
            "localhost",
            "",
            "::1:8040",
        ];
        for host in others {
            let found = asked(&format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
            assert_eq!(found, Asked::Refused(Refusal::OtherHost), "{host}");
        }
        assert_eq!(judge(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 80), Asked::Page);
    }

    #[test]
    fn no_host_and_two_hosts_are_malformed() {
        for hosts in [
            "",
            "Host: localhost:8040\r\nHost: evil.example\r\n",
            "Host : localhost:8040\r\n",
            " Host: localhost:8040\r\n",
        ] {
            assert_eq!(
                asked(&format!("GET / HTTP/1.1\r\n{hosts}\r\n")),
                Asked::Refused(Refusal::Malformed),
                "{hosts:?}"
            );
        }
    }

    #[test]
    fn there_is_a_page_and_its_version_and_no_file() {
        let get = |target: &str| asked(&format!("GET {target} HTTP/1.1\r\nHost: localhost:8040\r\n\r\n"));
        assert_eq!([get("/"), get("/?a=b"), get("/version")], [Asked::Page, Asked::Page, Asked::Version]);
        for target in ["/../etc/passwd", "/%2e%2e/", "//", "/run.replay", "/version/"] {
            assert_eq!(get(target), Asked::Refused(Refusal::NotFound), "{target}");
        }
        for target in ["http://localhost:8040/", "*", "a b", ""] {
            assert_eq!(get(target), Asked::Refused(Refusal::Malformed), "{target}");
        }
        assert_eq!(asked("POST / HTTP/1.1\r\nHost: localhost:8040\r\n\r\n"), Asked::Refused(Refusal::OtherMethod));
        assert_eq!(judge(b"\xff / HTTP/1.1\r\n\r\n", 8040), Asked::Refused(Refusal::Malformed));
    }

    #[test]
    fn a_request_without_an_end_is_given_up() {
        let deadline = Instant::now() + std::time::Duration::from_secs(60);
        let long = "x".repeat(1 << 20);
        assert_eq!(read(&mut long.as_bytes(), deadline).unwrap(), Err(Refusal::TooLong));
        assert!(read(&mut "GET / HTTP/1.1\r\n".as_bytes(), deadline).is_err(), "the other side is gone");
    }
}
