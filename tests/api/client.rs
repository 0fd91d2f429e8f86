//! A client that sends exactly what it is told to.

use std::{
    io::{self, BufRead as _, BufReader, Read, Write},
    net::TcpStream,
    os::unix::net::UnixStream,
    path::PathBuf,
};

use serde_json::Value;

use crate::support::DEADLINE;

/// How a client gets there.
#[derive(Clone)]
pub(crate) enum Way {
    Tcp(u16),
    Socket(PathBuf),
}

/// Both kinds of a stream.
pub(crate) trait Stream: Read + Write + Send {}
impl Stream for TcpStream {}
impl Stream for UnixStream {}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Names in small letters.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// A header; empty when it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// The body, which must be JSON.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json", "{self:?}");
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The code of a denial with this status.
    pub(crate) fn denied(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        let json = self.json();
        assert!(json["reason"].as_str().is_some_and(|it| it.ends_with('.')));
        json["code"].as_str().unwrap().to_owned()
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A client with or without a token; every request has a connection of its own.
#[derive(Clone)]
pub(crate) struct Client {
    way: Way,
    token: Option<String>,
    /// Headers of every request beside the usual ones.
    pub(crate) more: Vec<String>,
}

impl Client {
    pub(crate) fn new(way: Way, token: Option<String>) -> Self {
        let more = Vec::new();
        Self { way, token, more }
    }

    /// The same client, with one more header.
    pub(crate) fn with(&self, header: &str) -> Self {
        let mut client = self.clone();
        client.more.push(header.to_owned());
        client
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, None)
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> Reply {
        self.ask("POST", path, Some(body))
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: Option<&str>) -> Reply {
        let head = self.head(method, path, body);
        self.raw(&(head + body.unwrap_or_default())).unwrap()
    }

    /// The head of a request as this client sends it.
    pub(crate) fn head(&self, method: &str, path: &str, body: Option<&str>) -> String {
        let host = match self.way {
            Way::Tcp(port) => format!("127.0.0.1:{port}"),
            Way::Socket(_) => "localhost".to_owned(),
        };
        let mut lines = vec![
            format!("{method} {path} HTTP/1.1"),
            format!("Host: {host}"),
            "Connection: close".to_owned(),
        ];
        lines.extend(
            self.token
                .iter()
                .map(|it| format!("Authorization: Bearer {it}")),
        );
        if let Some(body) = body {
            lines.push("Content-Type: application/json".to_owned());
            lines.push(format!("Content-Length: {}", body.len()));
        }
        lines.extend(self.more.iter().cloned());
        lines.join("\r\n") + "\r\n\r\n"
    }

    /// Sends these bytes on a new connection and reads the answer.
    pub(crate) fn raw(&self, bytes: &str) -> io::Result<Reply> {
        let mut stream = self.connect()?;
        // One that is turned away early may not take everything.
        let sent = stream.write_all(bytes.as_bytes());
        let reply = read_reply(&mut BufReader::new(stream), false);
        reply.map_err(|error| io::Error::other(format!("{error}; sent: {sent:?}")))
    }

    /// A new connection.
    pub(crate) fn connect(&self) -> io::Result<Box<dyn Stream>> {
        match &self.way {
            Way::Tcp(port) => {
                let stream = TcpStream::connect(("127.0.0.1", *port))?;
                stream.set_read_timeout(Some(DEADLINE))?;
                Ok(Box::new(stream))
            }
            Way::Socket(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(DEADLINE))?;
                Ok(Box::new(stream))
            }
        }
    }

    /// Opens a stream of events.
    pub(crate) fn listen(&self, path: &str) -> Listening {
        let mut stream = self.connect().unwrap();
        let head = self.head("GET", path, None);
        stream.write_all(head.as_bytes()).unwrap();
        let mut stream = BufReader::new(stream);
        let reply = read_reply(&mut stream, true).unwrap();
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.header("content-type"), "text/event-stream");
        Listening {
            stream,
            held: Vec::new(),
        }
    }
}

/// Reads an answer; of one that goes on the head alone.
fn read_reply(stream: &mut impl io::BufRead, goes_on: bool) -> io::Result<Reply> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status = status.ok_or_else(|| io::Error::other(format!("no status: {line:?}")))?;
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let mut reply = Reply {
        status,
        headers,
        body: Vec::new(),
    };
    if goes_on && status == 200 {
        return Ok(reply);
    }
    let length = reply.header("content-length").parse().unwrap_or(0);
    reply.body = vec![0; length];
    stream.read_exact(&mut reply.body)?;
    Ok(reply)
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heard {
    pub(crate) event: String,
    pub(crate) id: Option<u64>,
    pub(crate) data: String,
}

impl Heard {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap()
    }
}

/// A stream of events. Its answer comes in chunks.
pub(crate) struct Listening {
    stream: BufReader<Box<dyn Stream>>,
    held: Vec<u8>,
}

impl Listening {
    /// The next event; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<Heard> {
        loop {
            let block = self.block()?;
            let mut heard = Heard {
                event: String::new(),
                id: None,
                data: String::new(),
            };
            for line in block.lines() {
                match line.split_once(": ") {
                    Some(("event", value)) => value.clone_into(&mut heard.event),
                    Some(("id", value)) => heard.id = value.parse().ok(),
                    Some(("data", value)) => value.clone_into(&mut heard.data),
                    _ => {}
                }
            }
            if !heard.event.is_empty() {
                return Some(heard);
            }
        }
    }

    /// Lines up to an empty one.
    fn block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.held.windows(2).position(|two| two == b"\n\n") {
                let rest = self.held.split_off(end + 2);
                let block = std::mem::replace(&mut self.held, rest);
                return Some(String::from_utf8(block).unwrap());
            }
            let mut size = String::new();
            self.stream.read_line(&mut size).ok()?;
            let size = usize::from_str_radix(size.trim(), 16)
                .ok()
                .filter(|it| *it > 0)?;
            let mut chunk = vec![0; size + 2];
            self.stream.read_exact(&mut chunk).ok()?;
            self.held.extend_from_slice(&chunk[..size]);
        }
    }

    /// The next event that is as `holds` says, and all before it.
    pub(crate) fn until(&mut self, what: &str, holds: impl Fn(&Heard) -> bool) -> Vec<Heard> {
        let mut heard = Vec::new();
        loop {
            let next = self.next();
            let next = next.unwrap_or_else(|| panic!("the stream ended before {what}: {heard:?}"));
            let is_it = holds(&next);
            heard.push(next);
            if is_it {
                return heard;
            }
        }
    }
}
