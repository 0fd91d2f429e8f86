//! The secret that a client proves with that it may read a file of this user.

use std::io;

use rustls::crypto::ring;

use crate::{
    io::files::{self, FileError},
    model::root::Root,
};

/// Bytes of chance in a token.
const BYTES: usize = 32;

/// So many bytes of chance, in hexadecimal digits.
///
/// # Errors
///
/// The system gives no chance.
pub(super) fn chance(count: usize) -> io::Result<String> {
    use std::fmt::Write as _;
    let mut bytes = vec![0; count];
    ring::default_provider()
        .secure_random
        .fill(&mut bytes)
        .map_err(|_no_reason| io::Error::other("the system gives no random bytes"))?;
    let mut text = String::with_capacity(2 * count);
    for byte in bytes {
        let _always_fits = write!(text, "{byte:02x}");
    }
    Ok(text)
}

/// A token, in hexadecimal digits. Never printed.
pub(super) struct Token(String);

impl Token {
    /// A new token.
    ///
    /// # Errors
    ///
    /// The system gives no chance.
    pub(super) fn draw() -> io::Result<Self> {
        chance(BYTES).map(Self)
    }

    /// Writes it where this user's own programs find it, mode 0600.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(super) fn write(&self, root: &Root) -> Result<(), FileError> {
        files::replace(&root.token_file(), self.0.as_bytes())
    }

    /// Whether this is what somebody presented. Takes the same time whatever differs.
    pub(super) fn is(&self, presented: &str) -> bool {
        let (own, presented) = (self.0.as_bytes(), presented.as_bytes());
        let differing = own
            .iter()
            .zip(presented)
            .fold(0, |differing, (a, b)| differing | (a ^ b));
        own.len() == presented.len() && differing == 0
    }

    /// One that is known.
    #[cfg(test)]
    pub(super) fn known(text: &str) -> Self {
        Self(text.to_owned())
    }
}
