//! The regular expression that values must match.

use super::{
    subject::{Shape, Subject},
    token::{Kind, Token},
};

/// Longest pattern that is kept, in bytes.
const MAX_PATTERN: usize = 500;
/// Tokens between the cue and the pattern.
const MAX_GAP: usize = 8;

/// The pattern that the text states, as it writes it.
pub fn read(text: &str, tokens: &[Token], subject: &Subject) -> Option<String> {
    if !matches!(subject.shape, Shape::Text | Shape::Texts) {
        return None;
    }
    (0..tokens.len()).find_map(|at| {
        let token = &tokens[at];
        let expression =
            token.is_any(&["expression", "expressions"]) && at > 0 && tokens[at - 1].is("regular");
        let cue = expression || token.is_any(&["regex", "regexp", "pattern"]);
        (cue && must_match(tokens, at)).then(|| after(text, tokens, at + 1)).flatten()
    })
}

/// Whether the sentence says that the value matches, conforms, … .
fn must_match(tokens: &[Token], at: usize) -> bool {
    const MATCH: [&str; 14] = [
        "match",
        "matches",
        "matching",
        "conform",
        "conforms",
        "comply",
        "complies",
        "satisfy",
        "satisfies",
        "follow",
        "follows",
        "following",
        "constraints",
        "must",
    ];
    let before = tokens[..at].iter().rev().take(16).take_while(|t| !t.ends_sentence());
    before.clone().any(|t| t.is_any(&MATCH)) && !before.clone().any(|t| t.is_any(&["if", "when", "not"]))
}

fn after(text: &str, tokens: &[Token], at: usize) -> Option<String> {
    for token in tokens[at.min(tokens.len())..].iter().take(MAX_GAP) {
        if token.ends_sentence() && token.kind != Kind::Break {
            return None;
        }
        if matches!(token.kind, Kind::Code | Kind::Quoted) {
            return accept(token.text);
        }
        if token.is_mark("^[") {
            // Not marked as code: up to the next blank.
            let chunk = text[token.start..].split(char::is_whitespace).next()?;
            return accept(chunk.trim_end_matches(['.', ',', ';']))
                .filter(|pattern| !pattern.contains("](") && pattern.contains(']'));
        }
    }
    None
}

/// A pattern has something that is special in one.
fn accept(pattern: &str) -> Option<String> {
    let plain = pattern.strip_prefix('/').and_then(|p| p.strip_suffix('/')).unwrap_or(pattern);
    let special =
        plain.starts_with('^') || plain.ends_with('$') || (plain.contains('[') && plain.contains(']'));
    (special && plain.len() > 2 && plain.len() <= MAX_PATTERN).then(|| plain.to_owned())
}
