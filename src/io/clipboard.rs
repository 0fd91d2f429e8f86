//! Where copied text goes: a clipboard program, else the terminal, else a file.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    sync::mpsc::sync_channel,
    thread,
    time::Duration,
};

use super::platform;

/// Bytes of an encoded text from which on some terminals drop it.
const LARGE: usize = 74_994;
/// How long a clipboard program may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// A way to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// This program takes the text on its stdin.
    Program(Vec<String>),
    /// The terminal takes a sequence (OSC 52).
    Terminal {
        /// It is tmux that has to pass it on.
        tmux: bool,
    },
    /// There is no clipboard.
    File,
}

/// The ways of an environment, the best first.
pub fn ways(var: impl Fn(&str) -> bool, is_there: impl Fn(&str) -> bool, term: &str) -> Vec<Way> {
    let program = |argv: &[&str]| Way::Program(argv.iter().map(|&it| it.to_owned()).collect());
    let candidates = [
        (var("WAYLAND_DISPLAY"), &["wl-copy"][..]),
        (var("DISPLAY"), &["xclip", "-selection", "clipboard"]),
        (var("DISPLAY"), &["xsel", "--clipboard", "--input"]),
        (true, &["pbcopy"]),
        (true, &["clip.exe"]),
    ];
    let mut ways = Vec::new();
    for (fits, argv) in candidates {
        if fits && argv.first().is_some_and(|name| is_there(name)) {
            ways.push(program(argv));
        }
    }
    if !matches!(term, "" | "dumb" | "linux") {
        ways.push(Way::Terminal { tmux: var("TMUX") });
    }
    ways.push(Way::File);
    ways
}

/// The ways of this process's environment.
pub fn ways_here() -> Vec<Way> {
    let folders: Vec<PathBuf> = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default();
    ways(
        |name| std::env::var_os(name).is_some_and(|value| !value.is_empty()),
        |name| is_in(&folders, name),
        &std::env::var("TERM").unwrap_or_default(),
    )
}

fn is_in(folders: &[PathBuf], name: &str) -> bool {
    let name = OsStr::new(name);
    folders
        .iter()
        .any(|folder| Path::new(folder).join(name).is_file())
}

/// Gives a text to a clipboard program; whether it took it in time.
pub fn give(argv: &[String], text: &str) -> bool {
    let (told, ended) = sync_channel(1);
    let (argv, text) = (argv.to_vec(), text.to_owned());
    let thread = thread::Builder::new().name("clipboard".to_owned());
    let started = thread.spawn(move || {
        let taken = platform::feed(&argv, &text).unwrap_or(false);
        let _too_late = told.send(taken);
    });
    started.is_ok() && ended.recv_timeout(PATIENCE).unwrap_or(false)
}

/// The sequence that makes a terminal take a text, and why it may not.
pub fn sequence(text: &str, tmux: bool) -> (String, Option<String>) {
    let encoded = base64(text.as_bytes());
    let doubt = if encoded.len() > LARGE {
        Some(format!(
            "It is {} bytes encoded; above {LARGE} some terminals drop it.",
            encoded.len()
        ))
    } else if tmux {
        Some("In tmux it arrives only with \"set -g set-clipboard on\".".to_owned())
    } else {
        None
    };
    (format!("\u{1b}]52;c;{encoded}\u{1b}\\"), doubt)
}

/// Bytes in base 64 with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let part = |at: usize| chunk.get(at).copied().map_or(0, u32::from);
        let sum = part(0) << 16 | part(1) << 8 | part(2);
        for at in 0..4_u32 {
            let index = (sum >> (18 - 6 * at)) & 63;
            let letter = LETTERS.get(index as usize).copied().unwrap_or(b'=');
            let is_there = at as usize <= chunk.len();
            out.push(if is_there { char::from(letter) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_way_that_is_there_comes_first() {
        let of = |vars: &[&str], programs: &[&str], term: &str| {
            ways(|it| vars.contains(&it), |it| programs.contains(&it), term)
        };
        let argv = |way: &Way| match way {
            Way::Program(argv) => argv[0].clone(),
            Way::Terminal { .. } | Way::File => String::new(),
        };
        let all = ["wl-copy", "xclip", "xsel", "pbcopy", "clip.exe"];
        assert_eq!(
            argv(&of(&["WAYLAND_DISPLAY", "DISPLAY"], &all, "xterm")[0]),
            "wl-copy"
        );
        assert_eq!(argv(&of(&["DISPLAY"], &all, "xterm")[0]), "xclip");
        assert_eq!(argv(&of(&["DISPLAY"], &["xsel"], "xterm")[0]), "xsel");
        assert_eq!(argv(&of(&[], &all, "xterm")[0]), "pbcopy");
        assert_eq!(
            of(&["DISPLAY"], &[], "xterm"),
            [Way::Terminal { tmux: false }, Way::File]
        );
        assert_eq!(of(&["TMUX"], &[], "tmux")[0], Way::Terminal { tmux: true });
        assert_eq!(of(&[], &[], "dumb"), [Way::File]);
    }

    #[test]
    fn text_is_encoded_as_terminals_expect_it() {
        for (text, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("日本\n", "5pel5pysCg=="),
        ] {
            assert_eq!(
                sequence(text, false),
                (format!("\u{1b}]52;c;{encoded}\u{1b}\\"), None)
            );
        }
        let (_, doubt) = sequence(&"x".repeat(60_000), false);
        assert!(doubt.unwrap().contains("80000 bytes"));
        assert!(sequence("x", true).1.unwrap().contains("set-clipboard"));
    }

    #[test]
    fn a_program_takes_the_text_or_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("taken");
        let script = format!("cat > '{}'", file.display());
        let argv = |script: &str| ["sh", "-c", script].map(str::to_owned);
        assert!(give(&argv(&script), "one\ntwo\n"));
        assert_eq!(std::fs::read_to_string(file).unwrap(), "one\ntwo\n");
        assert!(!give(&argv("cat > /dev/null; exit 1"), "x"));
        assert!(!give(&["oats-no-such-program".to_owned()], "x"));
    }
}
