//! `oats init`.

use std::path::Path;

use super::{free_ports, print, say};
use crate::{
    cli::{Exit, init},
    io::clock::Clock,
    model::{Port, clean},
};

/// Where the first service listens, or on one of the ports above.
const FIRST: u16 = 8000;
/// How many ports are looked at.
const TRIES: u16 = 100;

/// `oats init [DIR]`.
pub(super) fn run(dir: &Path, clock: Clock) -> Exit {
    match write(dir, clock) {
        Ok(files) => {
            let lines: Vec<String> = files.iter().map(|file| format!("wrote {file}\n")).collect();
            let next = if dir == Path::new(".") {
                "next: oats up\n".to_owned()
            } else {
                let dir = clean::plain(&dir.display().to_string());
                format!("next: oats up --root {dir}\n")
            };
            print((lines.concat() + &next).as_bytes());
            Exit::Done
        }
        Err(sentence) => {
            say(&format!("oats: could not {sentence}"));
            Exit::Refused
        }
    }
}

/// Writes the starting point; returns the files, or what could not be done.
pub(super) fn write(dir: &Path, clock: Clock) -> Result<Vec<String>, String> {
    let ports: Vec<u16> = (FIRST..FIRST + TRIES).collect();
    // Where nobody can tell which ports are taken, the console will.
    let free = free_ports(&ports, clock).unwrap_or(ports);
    let port = free.first().copied().and_then(Port::new);
    let port = port.or(Port::new(FIRST)).ok_or("find a port")?;
    init::write(dir, port).map_err(|error| error.to_string())
}
