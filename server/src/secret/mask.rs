//! Removes known secret values from text that is stored or shown.

use aho_corasick::{AhoCorasick, MatchKind};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use serde_json::Value;

/// What stands in a secret's place.
pub const MASK: &[u8] = b"***";
/// Shorter values are not looked for: they would match everywhere and give themselves away by it.
const SHORTEST: usize = 4;
/// A line of a longer secret that is a secret by itself, as of a private key.
const SHORTEST_LINE: usize = 8;

/// Finds secret values as they are, JSON-escaped, and in base64.
#[derive(Clone)]
pub struct Masker {
    patterns: Vec<Vec<u8>>,
    finder: Option<AhoCorasick>,
}

impl std::fmt::Debug for Masker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Masker({} patterns)", self.patterns.len())
    }
}

impl Masker {
    /// # Errors
    /// When the secrets are too many or too large for one automaton.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> anyhow::Result<Masker> {
        let mut patterns = Vec::new();
        for secret in secrets {
            add_forms(&mut patterns, secret);
        }
        patterns.sort();
        patterns.dedup();
        let finder = if patterns.is_empty() {
            None
        } else {
            Some(AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&patterns)?)
        };
        Ok(Masker { patterns, finder })
    }

    /// The text without the secrets.
    pub fn mask(&self, text: &str) -> String {
        let mut masked = Vec::with_capacity(text.len());
        self.scan(text.as_bytes(), true, &mut masked);
        String::from_utf8_lossy(&masked).into_owned()
    }

    /// Masks every string and key of a JSON value.
    pub fn mask_json(&self, value: &mut Value) {
        if self.finder.is_none() {
            return;
        }
        match value {
            Value::String(text) => *text = self.mask(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask_json(item)),
            Value::Object(fields) => {
                let taken = std::mem::take(fields);
                fields.extend(taken.into_iter().map(|(key, mut item)| {
                    self.mask_json(&mut item);
                    (self.mask(&key), item)
                }));
            }
            Value::Number(number) => {
                let text = number.to_string();
                let masked = self.mask(&text);
                if masked != text {
                    *value = Value::String(masked);
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Appends the masked form of as much of `bytes` as can be decided, and returns how much that was: without `end`, a
    /// tail in which a secret may begin is left for the next call.
    fn scan(&self, bytes: &[u8], end: bool, masked: &mut Vec<u8>) -> usize {
        let Some(finder) = &self.finder else {
            masked.extend_from_slice(bytes);
            return bytes.len();
        };
        let decided = if end { bytes.len() } else { self.undecided_from(bytes) };
        let mut at = 0;
        for found in finder.find_iter(bytes) {
            if found.start() >= decided {
                break;
            }
            masked.extend_from_slice(&bytes[at..found.start()]);
            masked.extend_from_slice(MASK);
            at = found.end();
        }
        if at < decided {
            masked.extend_from_slice(&bytes[at..decided]);
            at = decided;
        }
        at
    }

    /// Where the longest tail starts that is the beginning of a secret.
    fn undecided_from(&self, bytes: &[u8]) -> usize {
        let longest = self.patterns.iter().map(Vec::len).max().unwrap_or(1);
        let first = bytes.len().saturating_sub(longest - 1);
        (first..bytes.len())
            .find(|&start| {
                let tail = &bytes[start..];
                self.patterns.iter().any(|pattern| pattern.len() > tail.len() && pattern.starts_with(tail))
            })
            .unwrap_or(bytes.len())
    }
}

/// Masks a stream, whatever pieces it comes in.
#[derive(Debug)]
pub struct MaskedStream {
    masker: Masker,
    held: Vec<u8>,
}

/// A decided piece of a stream.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct MaskedPiece {
    pub bytes: Vec<u8>,
    /// Bytes of the source that it stands for.
    pub consumed: usize,
}

impl MaskedStream {
    pub fn new(masker: Masker) -> Self {
        Self { masker, held: Vec::new() }
    }

    /// Takes bytes, gives what is decided.
    pub fn push(&mut self, bytes: &[u8]) -> MaskedPiece {
        self.held.extend_from_slice(bytes);
        self.take(false)
    }

    /// Gives the rest: the stream has ended.
    pub fn finish(&mut self) -> MaskedPiece {
        self.take(true)
    }

    fn take(&mut self, end: bool) -> MaskedPiece {
        let mut piece = MaskedPiece::default();
        piece.consumed = self.masker.scan(&self.held, end, &mut piece.bytes);
        self.held.drain(..piece.consumed);
        piece
    }
}

/// The strings and numbers inside of a JSON value, as they would appear in text.
pub fn leaves(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Number(number) => found.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::Object(fields) => fields.values().for_each(|item| leaves(item, found)),
        Value::Null | Value::Bool(_) => {}
    }
}

fn add_forms(patterns: &mut Vec<Vec<u8>>, secret: &str) {
    if secret.trim().len() < SHORTEST {
        return;
    }
    patterns.push(secret.as_bytes().to_vec());
    let quoted = Value::from(secret).to_string();
    let escaped = &quoted[1..quoted.len() - 1];
    patterns.push(escaped.as_bytes().to_vec());
    for shift in 0..3 {
        patterns.extend(base64_at(secret.as_bytes(), shift));
    }
    if secret.contains('\n') {
        let lines = secret.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_LINE);
        patterns.extend(lines.map(|line| line.as_bytes().to_vec()));
    }
}

/// What base64 makes of the secret when `shift` bytes stand before it, without the characters that depend on its
/// neighbours; nothing when too little is left to be told from other text.
fn base64_at(secret: &[u8], shift: usize) -> Option<Vec<u8>> {
    let padded = [&[0; 2][..shift], secret].concat();
    let encoded = STANDARD_NO_PAD.encode(&padded);
    let first = [0, 2, 3][shift];
    let whole = padded.len() / 3 * 4;
    let core = encoded.get(first..whole)?;
    (core.len() >= SHORTEST_LINE).then(|| core.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_pieces(masker: &Masker, text: &str, size: usize) -> String {
        let mut stream = MaskedStream::new(masker.clone());
        let mut out = Vec::new();
        let mut consumed = 0;
        for piece in text.as_bytes().chunks(size) {
            let piece = stream.push(piece);
            consumed += piece.consumed;
            out.extend(piece.bytes);
        }
        let rest = stream.finish();
        assert_eq!(consumed + rest.consumed, text.len());
        out.extend(rest.bytes);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_secret_is_found_whatever_the_pieces() {
        let masker = Masker::new(["hunter2-secret", "hunt\"er\n3"]).unwrap();
        let text = "password=hunter2-secret and hunter2-secre and {\"p\":\"hunt\\\"er\\n3\"} hunter2-secret";
        let expected = "password=*** and hunter2-secre and {\"p\":\"***\"} ***";
        for size in 1..text.len() {
            assert_eq!(in_pieces(&masker, text, size), expected, "pieces of {size}");
        }
    }

    #[test]
    fn a_secret_is_found_in_base64_at_every_alignment() {
        let secret = "a-fairly-long-secret";
        let masker = Masker::new([secret]).unwrap();
        for before in ["", "x", "xy", "user:"] {
            let encoded = STANDARD_NO_PAD.encode(format!("{before}{secret}|after"));
            let masked = masker.mask(&encoded);
            assert!(masked.contains("***"), "{encoded} -> {masked}");
        }
    }

    #[test]
    fn longer_secrets_win_and_short_ones_are_left() {
        let masker = Masker::new(["abcd", "abcdefgh", "no"]).unwrap();
        assert_eq!(in_pieces(&masker, "abcdefgh abcdef no", 3), "*** ***ef no");
    }

    #[test]
    fn lines_of_a_key_are_secret_by_themselves() {
        let masker =
            Masker::new(["-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQ\n-----END KEY-----\n"]).unwrap();
        assert_eq!(masker.mask("+     kqhkiG9w0BAQ"), "+     ***");
    }

    #[test]
    fn json_is_masked_in_strings_keys_and_numbers() {
        let masker = Masker::new(["topsecret", "123456"]).unwrap();
        let mut value = serde_json::json!({"topsecret": ["x topsecret", 123456, 7]});
        masker.mask_json(&mut value);
        assert_eq!(value, serde_json::json!({"***": ["x ***", "***", 7]}));
    }
}
