//! Whether everything that is opened in a text is closed in it.
//!
//! The parser goes back and reads an operand again when it meets an end that it did not expect, once per level of nesting:
//! time doubles with each. Where brackets, quotes and directives are in balance it does not, so a text in which they are not
//! is refused before the parser sees it. Terraform reads none of them.

use super::lex::{Kind, Token};

/// What is open at a place of the text.
struct Open {
    kind: Kind,
    start: usize,
    /// Directives `%{if}` and `%{for}` without their end, where this is a quote or a heredoc.
    directives: Vec<usize>,
}

/// Where the first thing is that has no counterpart, and what is wrong with it.
pub(super) fn check(text: &str, tokens: &[Token]) -> Result<(), (usize, &'static str)> {
    let mut open: Vec<Open> = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let start = token.span.start;
        if let Some(opener) = opener(token.kind) {
            match open.pop() {
                Some(last) if last.kind == opener => closed(&last)?,
                _ => return Err((start, "nothing is open that this closes")),
            }
            continue;
        }
        if token.kind == Kind::OpenTemplate && text[token.span.clone()].starts_with('%') {
            let directives = open.last_mut().map(|template| &mut template.directives);
            directive(start, keyword(text, &tokens[i + 1..]), directives)?;
        }
        if is_opener(token.kind) {
            open.push(Open { kind: token.kind, start, directives: Vec::new() });
        }
    }
    open.first().map_or(Ok(()), |first| Err((first.start, "this is not closed")))
}

fn is_opener(kind: Kind) -> bool {
    kind.bracket() > 0 || matches!(kind, Kind::OpenQuote | Kind::OpenHeredoc)
}

/// What a token closes.
fn opener(kind: Kind) -> Option<Kind> {
    Some(match kind {
        Kind::CloseBrace => Kind::OpenBrace,
        Kind::CloseBracket => Kind::OpenBracket,
        Kind::CloseParen => Kind::OpenParen,
        Kind::CloseTemplate => Kind::OpenTemplate,
        Kind::CloseQuote => Kind::OpenQuote,
        Kind::CloseHeredoc => Kind::OpenHeredoc,
        _ => return None,
    })
}

fn closed(last: &Open) -> Result<(), (usize, &'static str)> {
    last.directives.first().map_or(Ok(()), |start| Err((*start, "this directive has no end")))
}

/// The word that a directive begins with.
fn keyword<'a>(text: &'a str, tokens: &[Token]) -> &'a str {
    let blank = |token: &&Token| !matches!(token.kind, Kind::Newline | Kind::Comment);
    tokens.iter().find(blank).map_or("", |token| &text[token.span.clone()])
}

fn directive(
    start: usize,
    keyword: &str,
    directives: Option<&mut Vec<usize>>,
) -> Result<(), (usize, &'static str)> {
    let Some(directives) = directives else { return Ok(()) };
    match keyword {
        "if" | "for" => directives.push(start),
        "endif" | "endfor" if directives.pop().is_none() => {
            return Err((start, "there is no directive that this ends"));
        }
        _ => {}
    }
    Ok(())
}
