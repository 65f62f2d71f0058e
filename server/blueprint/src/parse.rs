//! From bytes to a syntax tree within bounded time and stack.

use std::{ops::Range, sync::Arc};

use hcl_edit::{
    Decorate as _,
    expr::Expression,
    structure::{Body, Structure},
};

use super::{
    balance,
    diagnostic::{Code, Diagnostic, Lines, Severity},
    json,
    lex::{Kind, Token, lex},
    parsed::{Item, ParsedFile},
    pieces,
};

/// Most entries in one object: the parser compares each key with all before it.
pub const MAX_OBJECT_ENTRIES: usize = 10_000;
/// Bound on the sum of squares of the entry counts of a file's objects, which is what parsing costs.
pub(super) const MAX_OBJECT_WORK: usize = 200_000_000;

/// Reads one file.
///
/// # Errors
/// One diagnostic with the place of the first fault.
pub(super) fn parse_file(name: &str, text: Arc<str>) -> Result<ParsedFile, Diagnostic> {
    if json::is_json(name) {
        return json::parse_file(name, &text);
    }
    let (tokens, work) = check_text(name, &text)?;
    let masked = mask(&text, &tokens);
    let code = masked.as_deref().unwrap_or(&text);
    let items = match pieces::items(code, &tokens) {
        Some(items) => items,
        None => {
            let body = hcl_edit::parser::parse_body(code).map_err(|error| unread(name, &text, &error))?;
            body.into_iter().map(|structure| Arc::new(Item::new(structure))).collect()
        }
    };
    Ok(ParsedFile::new(text, items, work))
}

/// Reads a text as the body of a file; also tells what its objects cost to read.
///
/// # Errors
/// One diagnostic with the place of the first fault.
pub(super) fn parse_body(name: &str, text: &str) -> Result<(Body, usize), Diagnostic> {
    let (tokens, work) = check_text(name, text)?;
    let masked = mask(text, &tokens);
    let body = hcl_edit::parser::parse_body(masked.as_deref().unwrap_or(text));
    body.map(|body| (body, work)).map_err(|error| unread(name, text, &error))
}

/// Reads what stands alone at `at` in a text that was read before. Spans are offsets into the whole text.
pub(super) fn parse_at(text: &str, at: Range<usize>) -> Option<Structure> {
    // A heredoc ends in a line break.
    let code = format!("{}\n", text.get(at.clone())?);
    let masked = mask(&code, &lex(&code)).unwrap_or(code);
    let body = hcl_edit::parser::parse_body(&(" ".repeat(at.start) + &masked)).ok()?;
    let mut structure = body.into_iter().next()?;
    structure.decor_mut().clear();
    Some(structure)
}

/// Reads a text that is one expression. Spans in it are byte offsets into the text.
///
/// # Errors
/// One diagnostic with the place of the first fault.
pub(super) fn parse_expression(text: &str) -> Result<Expression, Diagnostic> {
    // A heredoc ends in a line break, which an expression alone need not have.
    let line = format!("{text}\n");
    let (tokens, _) = check_text("", &line)?;
    let masked = mask(&line, &tokens).unwrap_or(line);
    hcl_edit::parser::parse_expr(&masked[..text.len()]).map_err(|error| unread("", text, &error))
}

fn unread(name: &str, text: &str, error: &hcl_edit::parser::Error) -> Diagnostic {
    let message = match error.message() {
        "" => "this is not valid here",
        message => message,
    };
    fault(Code::Syntax, name, text, error.location().offset(), message.to_owned())
}

/// Checks what must hold before the parser may see a text, and cuts it into tokens. Also tells what its objects cost to read.
fn check_text(name: &str, text: &str) -> Result<(Vec<Token>, usize), Diagnostic> {
    let tokens = lex(text);
    let work = check_objects(&tokens).map_err(|at| {
        let message = format!("an object has too many entries; at most {MAX_OBJECT_ENTRIES} are read");
        fault(Code::TooLarge, name, text, at, message)
    })?;
    check_numbers(&tokens, text).map_err(|at| {
        let message = "this is no number: it goes on with another one".to_owned();
        fault(Code::Syntax, name, text, at, message)
    })?;
    check_heredocs(&tokens).map_err(|at| {
        let message = "this heredoc is not closed by its marker alone on a line".to_owned();
        fault(Code::Syntax, name, text, at, message)
    })?;
    balance::check(text, &tokens)
        .map_err(|(at, message)| fault(Code::Syntax, name, text, at, message.to_owned()))?;
    Ok((tokens, work))
}

/// An error at a byte of a text.
pub(super) fn fault(code: Code, file: &str, text: &str, offset: usize, message: String) -> Diagnostic {
    let (line, column) = Lines::new(text).position(text, offset);
    let span = (offset..text.len().min(offset + 1)).into();
    let severity = Severity::Error;
    Diagnostic {
        severity,
        code,
        message,
        file: file.to_owned(),
        line,
        column,
        span,
        address: None,
        path: None,
    }
}

/// Counts entries at each brace level. Returns the sum of their squares, or where the first oversized object opens.
fn check_objects(tokens: &[Token]) -> Result<usize, usize> {
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut work = 0usize;
    for token in tokens {
        match token.kind.bracket() {
            1 => open.push((token.span.start, 0)),
            -1 => {
                let Some((start, entries)) = open.pop() else { continue };
                work = work.saturating_add(entries * entries);
                if entries > MAX_OBJECT_ENTRIES || work > MAX_OBJECT_WORK {
                    return Err(start);
                }
            }
            // Only braces hold entries; in other brackets the count is merely an upper bound on their items.
            _ if matches!(token.kind, Kind::Equal | Kind::Colon) => {
                if let Some((_, entries)) = open.last_mut() {
                    *entries += 1;
                }
            }
            _ => {}
        }
    }
    // An object that is never closed is read to its end all the same.
    for (start, entries) in open {
        work = work.saturating_add(entries * entries);
        if entries > MAX_OBJECT_ENTRIES || work > MAX_OBJECT_WORK {
            return Err(start);
        }
    }
    Ok(work)
}

/// Terraform takes `1.5.5` for one number that is none, and `a.0.5` for an index that is no whole number; the parser alone would take
/// what follows for another index.
fn check_numbers(tokens: &[Token], text: &str) -> Result<(), usize> {
    let touch = |a: &Token, b: &Token| a.span.end == b.span.start;
    for (i, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Number) {
        let goes_on = match &tokens[i + 1..] {
            [dot, more, ..] => {
                (dot.kind, more.kind) == (Kind::Dot, Kind::Number) && touch(token, dot) && touch(dot, more)
            }
            _ => false,
        };
        let index = i > 0 && tokens[i - 1].kind == Kind::Dot && touch(&tokens[i - 1], token);
        if goes_on || index && text[token.span.clone()].contains('.') {
            return Err(token.span.start);
        }
    }
    Ok(())
}

/// Terraform wants the closing marker alone on its line; the parser alone would also take `EOT)`.
fn check_heredocs(tokens: &[Token]) -> Result<(), usize> {
    let mut open = Vec::new();
    for token in tokens {
        match token.kind {
            Kind::OpenHeredoc => open.push(token.span.start),
            Kind::CloseHeredoc => {
                open.pop();
            }
            _ => {}
        }
    }
    open.pop().map_or(Ok(()), Err)
}

/// A copy of the same length for the parser, where the text has something that the two read differently: a byte order
/// mark, a number beyond the range of a 64-bit float, a heredoc with a line that merely begins with its marker or has
/// other blanks around it. Values are always read from the text itself.
fn mask(text: &str, tokens: &[Token]) -> Option<String> {
    let mut changes: Vec<(usize, String)> = Vec::new();
    if text.starts_with('\u{feff}') {
        changes.push((0, "   ".to_owned()));
    }
    let mut markers: Vec<&str> = Vec::new();
    let mut line_start = false;
    for token in tokens {
        let code = &text[token.span.clone()];
        match (token.kind, markers.last()) {
            (Kind::Number, _) if code.parse::<f64>().is_ok_and(f64::is_infinite) => {
                // What is no digit stays, so that what follows at once is not taken for a part of the number.
                changes.push((token.span.start, code.replace(|c: char| c.is_ascii_digit(), "0")));
            }
            (Kind::OpenHeredoc, _) => markers.push(code.trim_start_matches(['<', '-']).trim_end()),
            (Kind::HeredocText, Some(marker)) if line_start && code.trim_start().starts_with(marker) => {
                let first = marker.chars().next().map_or(1, char::len_utf8);
                changes.push((token.span.start + code.len() - code.trim_start().len(), "_".repeat(first)));
            }
            (Kind::CloseHeredoc, Some(marker)) => {
                let before = code.len() - code.trim_start().len();
                let plain = " ".repeat(before) + marker + &" ".repeat(code.len() - before - marker.len());
                let spelled = code.trim_matches([' ', '\t']) != *marker;
                changes.extend(spelled.then_some((token.span.start, plain)));
                markers.pop();
            }
            _ => {}
        }
        line_start = matches!(token.kind, Kind::OpenHeredoc | Kind::HeredocText) && code.ends_with('\n');
    }
    if changes.is_empty() {
        return None;
    }
    let mut masked = String::with_capacity(text.len());
    for (at, instead) in changes {
        masked.push_str(&text[masked.len()..at]);
        masked.push_str(&instead);
    }
    masked.push_str(&text[masked.len()..]);
    Some(masked)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn parse(text: &str) -> Result<ParsedFile, Diagnostic> {
        parse_file("main.tf", text.into())
    }

    #[test]
    fn reads_what_terraform_reads() {
        for text in
            ["\u{feff}a = 1\n", "a = 1e400\n", "a = 12345678901234567890123456789012345678901234567890\r\n"]
        {
            assert!(parse(text).is_ok(), "{text:?}");
        }
        for text in
            ["<<EOT\nEOT)\n  EOT x\nEOT\n", "<<-é\n é.\n \u{a0}é\u{a0}\r\n", "<<A\n${<<B\nA\nB.\nB\n}\nA\n"]
        {
            let read = parse(&format!("a = {text}b = 1\n")).map(|file| file.items.len());
            assert_eq!(read.unwrap_or_default(), 2, "{text:?}");
        }
        for huge in ["9".repeat(400), format!("{}e5", "9".repeat(400)), "1.5E+999".to_owned()] {
            assert!(parse(&format!("a = {huge}\n")).is_ok(), "{huge}");
            for more in ["e0404", "e1", "x", "e"] {
                assert!(parse(&format!("a = {huge}e9{more}\n")).is_err(), "{huge}e9{more}");
            }
        }
        for text in
            ["1e0404e0404", "1e9.5", "1.5.5", "1.0.0", "-1e9.5", "a.0.1", "a.1.5", "1e400.5", "f(1.5.5)"]
        {
            assert!(parse(&format!("a = {text}\n")).is_err(), "{text}");
        }
        for text in ["1.5", "a.0", "a.0.b.1", "a[0].1", "a.*.1", "[1.5, .5][0]", "a[1.5]"] {
            let read = parse(&format!("a = {text}\n")).is_ok();
            assert_eq!(read, !text.contains(" ."), "{text}");
        }
    }

    #[test]
    fn places_faults() {
        let error = parse("a = 1\nb = ]\n").unwrap_err();
        assert_eq!((error.line, error.column), (2, 5));
        let error = parse("a = foo(<<EOT\nx\nEOT)\n").unwrap_err();
        assert_eq!((error.line, error.code), (1, Code::Syntax));
    }

    #[test]
    fn hostile_texts_end_soon() {
        let start = Instant::now();
        let keys: String = (0..200_000).map(|i| format!("k{i} = 1\n")).collect();
        assert_eq!(parse(&format!("a = {{\n{keys}}}\n")).unwrap_err().code, Code::TooLarge);
        let some: String = (0..9_000).map(|i| format!("k{i}=1,")).collect();
        let several: String = (0..20).map(|i| format!("a{i} = {{{some}}}\n")).collect();
        assert!(parse(&several).is_err());
        for open in ["[", "{a=", "(", "\"${", "a {\n", "!", "-", "f("] {
            assert!(parse(&format!("a = {}", open.repeat(100_000))).is_err(), "{open}");
        }
        assert!(parse(&format!("a = 1{}", "+1".repeat(100_000))).is_err());
        for (open, fault, close) in [
            ("{\nb = ", "", ""),
            ("{\nb = ", "\"", "}"),
            ("{\nb = ", "\"%{if a}\"", "\n}"),
            ("[", "<<E\n%{for x in y}\nE\n", "]"),
            ("(", "//", ")"),
            ("\"${", "#", "}\""),
        ] {
            let text = format!("a = {}{fault}{}\n", format!("1/2/{open}").repeat(40), close.repeat(40));
            assert!(parse(&text).is_err(), "{text}");
        }
        assert!(start.elapsed().as_secs() < 60);
    }
}
