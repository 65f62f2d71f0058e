//! What a single word or span may be: a value, a number, a range.

use super::token::{Kind, Token};

/// How surely a token is a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Style {
    /// A plain word.
    Word,
    /// `ALL_CAPS`, a number, `true`.
    Constant,
    /// Code or quoted.
    Marked,
}

/// What kind of value the token may be.
pub fn style(token: &Token) -> Option<Style> {
    match token.kind {
        Kind::Code | Kind::Quoted => Some(Style::Marked),
        Kind::Word if is_constant(token.text) => Some(Style::Constant),
        // `A` may be a value, "a" is none.
        Kind::Word if token.text == "A" || !NO_VALUES.iter().any(|word| token.is(word)) => Some(Style::Word),
        _ => None,
    }
}

/// Words that stand where a value may stand and are none.
const NO_VALUES: [&str; 67] = [
    "etc",
    "used",
    "chosen",
    "applied",
    "assigned",
    "a",
    "an",
    "the",
    "this",
    "that",
    "these",
    "those",
    "it",
    "its",
    "your",
    "their",
    "any",
    "all",
    "each",
    "other",
    "following",
    "one",
    "two",
    "three",
    "both",
    "either",
    "of",
    "in",
    "on",
    "to",
    "for",
    "from",
    "with",
    "by",
    "as",
    "at",
    "be",
    "is",
    "are",
    "if",
    "when",
    "where",
    "which",
    "and",
    "or",
    "not",
    "no",
    "only",
    "some",
    "see",
    "refer",
    "defined",
    "listed",
    "found",
    "e.g",
    "i.e",
    "such",
    "like",
    "between",
    "based",
    "dependent",
    "depending",
    "specified",
    "documented",
    "described",
    "integers",
    "strings",
];

/// `ALL_CAPS`
pub fn is_shouted(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphabetic()).peekable();
    word.len() > 1 && letters.peek().is_some() && letters.all(char::is_uppercase)
}

pub fn is_constant(word: &str) -> bool {
    // `2h45m` and `t2.micro`, but no `1st`.
    let digits = word.bytes().any(|b| b.is_ascii_digit())
        && !["st", "nd", "rd", "th"].iter().any(|end| word.ends_with(end));
    is_shouted(word)
        || digits
        || word.contains('_')
        || word.eq_ignore_ascii_case("true")
        || word.eq_ignore_ascii_case("false")
}

/// Whether it is a number, as a configuration would have it or with commas between thousands.
pub fn number(text: &str) -> Option<String> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') {
        return None;
    }
    let plain: String = text.chars().filter(|&c| c != ',' && c != '_').collect();
    let digits = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
    let numeric = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && digits.bytes().filter(|&b| b == b'.').count() <= 1;
    numeric.then(|| plain.strip_prefix('+').unwrap_or(&plain).to_owned())
}

/// `1-10`, `1 to 10`, `[1, 10]`, `1..10`: a range written as one word.
pub fn range(text: &str) -> Option<(String, String)> {
    if text.len() > 80 || !text.bytes().take(2).any(|b| b.is_ascii_digit()) && !text.starts_with('[') {
        return None;
    }
    let inner = text.trim_matches(|c| matches!(c, '[' | ']' | '(' | ')' | ' '));
    let sides = |separator: &str| {
        let (low, high) = inner.split_once(separator)?;
        Some((number(low.trim())?, number(high.trim())?))
    };
    let brackets = text.starts_with('[').then(|| sides(", ").or_else(|| sides(","))).flatten();
    brackets.or_else(|| [" - ", "-", "–", "~", "..", " to "].iter().find_map(|separator| sides(separator)))
}
