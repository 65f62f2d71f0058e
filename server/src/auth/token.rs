//! Random tokens: 256 bits, stored as their SHA-256 only.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// A session's or a script's token. Printing it shows nothing.
#[derive(Clone)]
pub struct Token(String);

/// Marks API tokens, so that secret scanners can find a leaked one.
const API_PREFIX: &str = "cloudoven_";

impl Token {
    pub fn session() -> Token {
        Token(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
    }

    pub fn api() -> Token {
        Token(format!("{API_PREFIX}{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())))
    }

    pub fn from_text(text: &str) -> Token {
        Token(text.to_owned())
    }

    /// What the database keeps.
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.0.as_bytes()))
    }

    /// The token itself: for the cookie or the one answer that shows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}
