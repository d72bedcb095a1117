//! What is answered, as it goes over the line.

use std::io::{self, Write};

use super::request::Refusal;

/// The page is a whole of its own: nothing is fetched from elsewhere, and nobody shows it in a frame.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Writes an answer of this type.
pub fn write(to: &mut impl Write, status: &str, kind: &str, body: &[u8]) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\
         Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\n\
         Referrer-Policy: no-referrer\r\nContent-Security-Policy: {POLICY}\r\n\r\n",
        body.len()
    );
    to.write_all(head.as_bytes())?;
    to.write_all(body)?;
    to.flush()
}

/// Writes why nothing is answered.
pub fn refuse(to: &mut impl Write, refusal: Refusal) -> io::Result<()> {
    let (status, why) = match refusal {
        Refusal::Malformed => ("400 Bad Request", "this is no request that is understood"),
        Refusal::OtherHost => {
            ("421 Misdirected Request", "this server answers only by the names 127.0.0.1, localhost and [::1]")
        }
        Refusal::NotFound => ("404 Not Found", "there is only the page, at /"),
        Refusal::OtherMethod => ("405 Method Not Allowed", "the page can only be read"),
        Refusal::TooLong => ("431 Request Header Fields Too Large", "the request is too long"),
    };
    write(to, status, "text/plain", format!("{why}\n").as_bytes())
}
