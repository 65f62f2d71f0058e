//! The document that a half-written text stands for: what cannot be read is blanked, so that all other positions stay.

use std::{ops::Range, sync::Arc};

use super::{cursor::Cursor, frame::FrameKind, walk::Walk};
use crate::{
    document::Document,
    json::is_json,
    lex::{Kind, Token, lex},
    parse::parse_file,
    parsed::ParsedFile,
    reparse::reparse,
};

/// `document` with another text for one of its files, which may be broken, above all at `offset`. Positions in the result
/// are those of `text`.
pub fn mend(document: &Document, file: &str, text: &Arc<str>, offset: usize) -> Document {
    // What is in JSON is not typed here.
    if document.text(file) == Some(text) || is_json(file) {
        return document.clone();
    }
    let read = |text: Arc<str>| match document.file(file) {
        Some(old) => reparse(file, old, text).ok(),
        None => parse_file(file, text).ok(),
    };
    let parsed = read(text.clone()).or_else(|| mended(text, offset, read));
    let mut files = document.parsed().clone();
    match parsed {
        Some(parsed) => files.insert(file.to_owned(), Arc::new(parsed)),
        None => files.remove(file),
    };
    document.of(files)
}

fn mended(text: &str, offset: usize, read: impl Fn(Arc<str>) -> Option<ParsedFile>) -> Option<ParsedFile> {
    let tokens = lex(text);
    let chunks = chunks(text, &tokens);
    let at = chunks.iter().position(|c| c.contains(&offset)).or(chunks.len().checked_sub(1))?;
    let around = &text[chunks[at].clone()];
    let is_last = |i: usize| i + 1 == chunks.len();
    let repaired = repair(around, offset.saturating_sub(chunks[at].start), is_last(at))?;
    let whole = [&text[..chunks[at].start], &repaired, &text[chunks[at].end..]].concat();
    if let Some(parsed) = read(whole.into()) {
        return Some(parsed);
    }
    // Something else is broken, too.
    let mut whole = String::with_capacity(text.len() + 1);
    for (i, chunk) in chunks.iter().enumerate() {
        let code = &text[chunk.clone()];
        match i == at {
            true => whole.push_str(&repaired),
            false if reads(code) => whole.push_str(code),
            false => {
                let repaired = repair(code, code.len(), is_last(i));
                whole.push_str(&repaired.unwrap_or_else(|| blank(code, 0..code.len())));
            }
        }
    }
    read(whole.into())
}

/// Where each statement of a file begins and the next one does, comments included.
fn chunks(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut walk = Walk::new(text, tokens);
    let mut starts = vec![0];
    for (i, token) in tokens.iter().enumerate() {
        let blank = matches!(token.kind, Kind::Newline | Kind::Comment);
        let outside = walk.frames.len() == 1 && walk.top().key.is_none();
        if !blank && (outside || walk.starts_block(i, token)) {
            starts.push(token.span.start);
        }
        walk.step(i, token);
    }
    starts.dedup();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

fn reads(code: &str) -> bool {
    parse_file("", code.into()).is_ok()
}

/// The mildest of some cures that makes a statement of a file readable. Only at the end of the file may it be longer then: what
/// follows stays where it is.
fn repair(code: &str, offset: usize, last: bool) -> Option<String> {
    let tokens = lex(code);
    let cursor = Cursor::at(code, &tokens, offset);
    let line = line_around(code, cursor.offset);
    let cures = [
        unfinished(&cursor).map(|range| dotted(code, range)),
        statement_end(&cursor).map(|end| blank(code, cursor.statement()..end)),
        Some(blank(code, cursor.statement().min(cursor.offset)..line.end)),
        opener(&cursor).map(|start| blank(code, start..line_around(code, start).end)),
        header(code, &tokens),
        Some(blank(code, 0..code.len())),
    ];
    cures.into_iter().flatten().find(|cure| (last || cure.len() == code.len()) && reads(cure))
}

/// `var.` and the like at the place: from the first name to the place.
fn unfinished(cursor: &Cursor) -> Option<Range<usize>> {
    let dot = cursor.previous().filter(|t| t.kind == Kind::Dot)?;
    let at = cursor.tokens.iter().position(|t| t.span == dot.span)?;
    let start = super::operand::start(cursor.text, cursor.tokens, at)?;
    Some(start..cursor.word.end.max(dot.span.end))
}

/// A zero in place of an expression.
fn dotted(code: &str, range: Range<usize>) -> String {
    let mut mended = blank(code, range.clone());
    mended.replace_range(range.start..range.start + 1, "0");
    mended
}

/// Where the statement around the place is over, if everything in it is closed.
fn statement_end(cursor: &Cursor) -> Option<usize> {
    let depth = cursor.body() + 1;
    let mut walk = Walk::new(cursor.text, cursor.tokens);
    for (i, token) in cursor.tokens.iter().enumerate() {
        let level = walk.frames.len() == depth;
        let over = level && matches!(token.kind, Kind::Newline | Kind::Comment | Kind::CloseBrace);
        if over && token.span.start >= cursor.offset {
            return Some(token.span.start);
        }
        walk.step(i, token);
    }
    None
}

/// Where the block around the place, nested in another, begins.
fn opener(cursor: &Cursor) -> Option<usize> {
    let body = cursor.body();
    let parent = cursor.frames.get(body.checked_sub(1)?)?;
    (body > 1 && parent.key.is_some()).then_some(parent.start)
}

/// The block with nothing in it.
fn header(code: &str, tokens: &[Token]) -> Option<String> {
    let mut walk = Walk::new(code, tokens);
    for (i, token) in tokens.iter().enumerate() {
        walk.step(i, token);
        if token.kind == Kind::OpenBrace {
            let block = matches!(&walk.top().kind, FrameKind::Body { .. }) && walk.frames.len() == 2;
            let mut empty = block.then(|| blank(code, token.span.end..code.len()))?;
            // In place of a blank, not of a line's end.
            match code[token.span.end..].find(|c| c != '\n' && c != '\r') {
                Some(at) => {
                    let at = token.span.end + at;
                    empty.replace_range(at..at + 1, "}");
                }
                None if empty[token.span.end..].starts_with("\n\n") => {
                    empty.replace_range(token.span.end..token.span.end + 1, "}");
                }
                None => empty.insert(token.span.end, '}'),
            }
            return Some(if empty.ends_with('\n') { empty } else { empty + "\n" });
        }
    }
    None
}

/// The same text with blanks in a range; lines stay.
fn blank(code: &str, range: Range<usize>) -> String {
    let blanks =
        code[range.clone()].bytes().map(|b| if matches!(b, b'\n' | b'\r') { char::from(b) } else { ' ' });
    let blanks: String = blanks.collect();
    [&code[..range.start], &blanks, &code[range.end..]].concat()
}

fn line_around(code: &str, offset: usize) -> Range<usize> {
    let start = code[..offset].rfind('\n').map_or(0, |i| i + 1);
    let end = code[offset..].find('\n').map_or(code.len(), |i| offset + i);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Files;

    /// The addresses that are left when the text with the place marked is mended.
    fn addresses(marked: &str) -> Vec<String> {
        let offset = marked.find('|').unwrap();
        let text: Arc<str> = marked.replacen('|', "", 1).into();
        let mut files = Files::default();
        files.insert("other.tf", "variable \"v\" {}\n").unwrap();
        let document = mend(&Document::parse(&files).unwrap(), "main.tf", &text, offset);
        let main = document.elements().iter().filter(|e| e.file == "main.tf");
        main.map(|e| format!("{}@{}", e.address, text[..e.span.start].lines().count())).collect()
    }

    #[test]
    fn what_follows_stays_where_it_is() {
        for before in [
            "resource \"a\" \"b\" {\n",
            "locals {\n",
            "check \"c\" {\r\n",
            "output \"o\" {\n x {\n",
            "module \"m\" {\n\n",
        ] {
            let text: Arc<str> = format!("{before}variable \"v\" {{\n}}\nvariable \"w\" {{}}\n").into();
            for offset in 0..text.len() {
                let document = mend(&Document::default(), "main.tf", &text, offset);
                for element in document.elements() {
                    let code = text.get(element.span.start..element.span.end).unwrap_or_default();
                    assert!(code.starts_with(&element.keyword), "{text:?} {offset} {element:?}");
                }
            }
        }
    }

    #[test]
    fn keeps_what_can_be_read() {
        let rest = "\nresource \"b\" \"c\" {\n  y = 1\n}\n";
        for at in [
            "x = var.|",
            "x = |",
            "x = \"${var.|",
            "x = f(|",
            "x = [\n  a.|\n  2,\n]",
            "x = {\n a = |",
            "na|",
            "y {|",
            "y {\n  z = |",
            "x = \"abc|",
            "x = a +|",
            "x = <<E\n ${|}\nE",
        ] {
            let found = addresses(&format!("resource \"a\" \"b\" {{\n  x1 = 1\n  {at}\n}}\n{rest}"));
            assert_eq!(found.len(), 2, "{at}: {found:?}");
            assert!(found[0].starts_with("a.b@") && found[1].starts_with("b.c@"), "{at}: {found:?}");
        }
        assert_eq!(addresses("resource |\nlocals {\n a = 1\n}\n"), ["local.a@3"]);
        assert_eq!(addresses("resource \"a\" \"b\" {|"), ["a.b@0"]);
        let two = addresses("resource \"a\" \"b\" {\n x = ]\n}\nresource \"c\" \"d\" {\n y = |\n}\n");
        assert_eq!(two, ["a.b@0", "c.d@3"]);
    }
}
