//! Slips in a text that is not HCL: what is not closed, a `:` or nothing in place of `=`, a comma too many or too few,
//! quotes of another kind.
//!
//! A slip is only mended where the text is HCL then, or is in order up to a later line.

use std::ops::Range;

use super::Fix;
use crate::{
    diagnostic::Diagnostic,
    edit::{Change, Edit},
    lex::{Kind, Token, lex},
    parse::parse_file,
    splice::{indent_at, line_start},
};

/// Longer texts are not tried over and over.
const MAX_TEXT: usize = 256 * 1024;
/// Most changes that are tried.
const MAX_TRIED: usize = 24;

/// A change that may be what was meant.
struct Try {
    title: &'static str,
    range: Range<usize>,
    new: String,
}

impl Try {
    fn new(title: &'static str, range: Range<usize>, new: impl Into<String>) -> Try {
        Try { title, range, new: new.into() }
    }
}

/// What mends the first fault of a text, which [`Document::parse`](crate::Document::parse) found.
pub fn syntax_fixes(file: &str, text: &str, fault: &Diagnostic) -> Vec<Fix> {
    if text.len() > MAX_TEXT {
        return Vec::new();
    }
    let at = fault.span.start.min(text.len());
    let tokens = lex(text);
    let mut tried = unclosed(text, &tokens);
    tried.extend(superfluous(text, &tokens, at));
    tried.extend(in_line(text, &tokens, at));
    let mut whole: Vec<Fix> = Vec::new();
    let mut part: Vec<Fix> = Vec::new();
    for attempt in tried.into_iter().filter(|t| text[t.range.clone()] != t.new).take(MAX_TRIED) {
        let new = format!("{}{}{}", &text[..attempt.range.start], attempt.new, &text[attempt.range.end..]);
        match parse_file(file, new.as_str().into()) {
            Ok(_) => whole.push(fix(file, text, &attempt)),
            Err(next) if next.line > fault.line && next.message != fault.message => {
                part.push(fix(file, text, &attempt))
            }
            Err(_) => {}
        }
    }
    let mut found = if whole.is_empty() { part } else { whole };
    found.dedup_by(|a, b| a.edit == b.edit);
    found.truncate(2);
    found
}

/// The change in whole lines, so that it is recognised by them.
fn fix(file: &str, text: &str, attempt: &Try) -> Fix {
    let start = line_start(text, attempt.range.start);
    let end = text[attempt.range.end..].find('\n').map_or(text.len(), |i| attempt.range.end + i + 1);
    let new =
        format!("{}{}{}", &text[start..attempt.range.start], attempt.new, &text[attempt.range.end..end]);
    let change = Change { file: file.to_owned(), at: start, old: text[start..end].to_owned(), new };
    Fix { title: attempt.title.to_owned(), sure: false, edit: Edit::Replace { changes: vec![change] } }
}

fn closer(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::OpenBrace | Kind::OpenTemplate => "}",
        Kind::OpenBracket => "]",
        Kind::OpenParen => ")",
        Kind::OpenQuote => "\"",
        _ => return None,
    })
}

/// Whether a token is the first of its line.
fn leads(text: &str, token: &Token) -> bool {
    text[line_start(text, token.span.start)..token.span.start].trim().is_empty()
}

fn depth_at(text: &str, offset: usize) -> usize {
    indent_at(text, offset).len()
}

/// What is open where the indentation says that it should not be.
fn unclosed(text: &str, tokens: &[Token]) -> Vec<Try> {
    let mut open: Vec<&Token> = Vec::new();
    let mut found = Vec::new();
    for token in tokens {
        if token.kind == Kind::Invalid
            && text[token.span.clone()].starts_with(['\n', '\r'])
            && let Some(quote) = open.pop_if(|last| last.kind == Kind::OpenQuote)
        {
            found.extend(quotes(text, quote, token.span.start));
            continue;
        }
        let closes = token.kind.bracket() < 0 || token.kind == Kind::CloseQuote;
        if leads(text, token)
            && (closes || token.kind == Kind::Ident)
            && let Some(last) = open.last()
        {
            let (own, outer) = (depth_at(text, token.span.start), depth_at(text, last.span.start));
            let early = if closes { own < outer } else { own <= outer };
            if early && line_start(text, last.span.start) < line_start(text, token.span.start) {
                found.extend(close(text, last, token.span.start));
            }
        }
        if closer(token.kind).is_some() {
            open.push(token);
        } else if closes {
            open.pop();
        }
    }
    for last in open.iter().rev() {
        found.extend(close(text, last, text.len()));
    }
    found
}

/// The closing sign of `opener`: in its line, if something follows there, or on a line of its own before `at`.
fn close(text: &str, opener: &Token, at: usize) -> Vec<Try> {
    let (Some(closer), start) = (closer(opener.kind), opener.span.end) else { return Vec::new() };
    let line = &text[start..text[start..].find('\n').map_or(text.len(), |i| start + i)];
    let content = line.trim_end_matches([' ', '\t', '\r', ',']);
    let inside = content.trim_end_matches(['"', ')', ']', '}']);
    let mut found = Vec::new();
    if !content.is_empty() && opener.kind != Kind::OpenBrace {
        let places = [content, inside].map(|part| start + part.len());
        found.extend(places.map(|place| Try::new("Close it", place..place, closer)));
    }
    found.extend(close_before(text, opener, at));
    found
}

/// A closing sign on a line of its own, behind the last line with something on it before `at`.
fn close_before(text: &str, opener: &Token, at: usize) -> Option<Try> {
    let closer = closer(opener.kind).filter(|_| opener.kind != Kind::OpenQuote)?;
    let end = if at == text.len() { at } else { line_start(text, at) };
    let kept = text[..end].trim_end().len();
    let new = format!("\n{}{closer}", indent_at(text, opener.span.start));
    (kept >= opener.span.end).then(|| Try::new("Close it", kept..kept, new))
}

/// A text in quotes that its line ends.
fn quotes(text: &str, quote: &Token, end: usize) -> [Try; 2] {
    const TITLE: &str = "Close the quotes";
    let content = quote.span.end + text[quote.span.end..end].trim_end().len();
    let inside =
        quote.span.end + text[quote.span.end..end].trim_end_matches([' ', '\t', ',', ')', ']', '}']).len();
    [Try::new(TITLE, inside..inside, "\""), Try::new(TITLE, content..content, "\"")]
}

/// A closing sign that nothing opened, or that closes another kind than is open.
fn superfluous(text: &str, tokens: &[Token], at: usize) -> Vec<Try> {
    let Some(token) = tokens.iter().find(|t| t.span.start == at && t.kind.bracket() < 0) else {
        return Vec::new();
    };
    let mut open: Vec<Kind> = Vec::new();
    for token in tokens.iter().take_while(|t| t.span.start < at) {
        match token.kind.bracket() {
            1 => open.push(token.kind),
            -1 => drop(open.pop()),
            _ => {}
        }
    }
    let right = open.last().and_then(|kind| closer(*kind));
    let mut found: Vec<Try> = right
        .map(|right| Try::new("Close it with what opened it", token.span.clone(), right))
        .into_iter()
        .collect();
    let alone = leads(text, token)
        && text[token.span.end..].split('\n').next().is_some_and(|rest| rest.trim().is_empty());
    let range = if alone {
        let end = text[token.span.end..].find('\n').map_or(text.len(), |i| token.span.end + i + 1);
        line_start(text, token.span.start)..end
    } else {
        token.span.clone()
    };
    found.push(Try::new("Remove what closes nothing", range, ""));
    found
}

/// Slips in the line of the fault and in the one before.
fn in_line(text: &str, tokens: &[Token], at: usize) -> Vec<Try> {
    let here = line_start(text, at);
    let before = line_start(text, here.saturating_sub(1));
    let mut found = Vec::new();
    for start in [here, before] {
        let end = text[start..].find('\n').map_or(text.len(), |i| start + i);
        let line: Vec<&Token> =
            tokens.iter().filter(|t| t.span.start >= start && t.span.start < end).collect();
        found.extend(assignment(text, &line));
        found.extend(foreign_quotes(text, start..end));
        found.extend(separators(text, &line));
        if before == here {
            break;
        }
    }
    found
}

/// `name: 1`, `name 1`, `name => 1`, `name == 1`, `block = {`.
fn assignment(text: &str, line: &[&Token]) -> Vec<Try> {
    const TITLE: &str = "Write =";
    let mut found = Vec::new();
    if let [name, sign, ..] = line
        && matches!(name.kind, Kind::Ident | Kind::CloseQuote)
    {
        let code = &text[sign.span.clone()];
        match sign.kind {
            Kind::Colon => found.push(Try::new(TITLE, name.span.end..sign.span.end, " =")),
            _ if matches!(code, "=>" | "==" | ":=") => found.push(Try::new(TITLE, sign.span.clone(), "=")),
            _ => found.push(Try::new(TITLE, name.span.end..name.span.end, " =")),
        }
    }
    let header = line.iter().rposition(|t| t.kind == Kind::OpenBrace);
    if let Some(sign) = header.and_then(|i| i.checked_sub(1)).and_then(|i| line.get(i))
        && sign.kind == Kind::Equal
    {
        let start = text[..sign.span.start].trim_end().len();
        found.push(Try::new("Write the block without =", start..sign.span.end, ""));
    }
    found
}

/// Quotes that are not `"`.
fn foreign_quotes(text: &str, line: Range<usize>) -> Option<Try> {
    let old = &text[line.clone()];
    let new = old.replace(['“', '”', '„', '‟', '‘', '’', '«', '»', '\''], "\"");
    (new != old).then(|| Try::new("Use straight double quotes", line, new))
}

/// A comma or semicolon at the end of an argument, and a comma that is missing between two items.
fn separators(text: &str, line: &[&Token]) -> Vec<Try> {
    let code: Vec<&&Token> =
        line.iter().filter(|t| !matches!(t.kind, Kind::Newline | Kind::Comment)).collect();
    let Some(last) = code.last() else { return Vec::new() };
    let mut found = Vec::new();
    if last.kind == Kind::Comma || &text[last.span.clone()] == ";" {
        found.push(Try::new("Remove the sign at the end", last.span.clone(), ""));
    } else {
        found.push(Try::new("Add the comma", last.span.end..last.span.end, ","));
    }
    let pairs = code.iter().zip(code.iter().skip(1));
    let value =
        |kind: Kind| matches!(kind, Kind::CloseQuote | Kind::Number | Kind::CloseBrace | Kind::CloseBracket);
    let starts =
        |kind: Kind| matches!(kind, Kind::OpenQuote | Kind::Number | Kind::OpenBrace | Kind::OpenBracket);
    let gap = pairs.filter(|(a, b)| value(a.kind) && starts(b.kind)).map(|(a, _)| a.span.end);
    found.extend(gap.map(|at| Try::new("Add the comma", at..at, ",")));
    found
}
