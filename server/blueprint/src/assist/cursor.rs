//! What a place in a text is inside of, by its tokens alone: the text may be broken, before the place and behind it.

use std::ops::Range;

use super::{
    frame::{Bound, Frame, FrameKind},
    walk::Walk,
};
use crate::lex::{Kind, Token};

/// What stands at the place itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    Code,
    /// The text of a quote or a heredoc, from its beginning.
    Text,
    /// A comment, a number, the middle of an operator: nothing can be said.
    Nothing,
}

/// A place in a text.
#[derive(Debug)]
pub(super) struct Cursor<'t> {
    pub text: &'t str,
    pub tokens: &'t [Token],
    pub offset: usize,
    /// How many tokens lie before the word.
    pub before: usize,
    /// The identifier around the place, else an empty range.
    pub word: Range<usize>,
    pub inside: Inside,
    /// From the file inwards; never empty.
    pub frames: Vec<Frame<'t>>,
}

impl<'t> Cursor<'t> {
    /// Reads a text up to `offset`, which is clamped to a character's beginning.
    pub(super) fn at(text: &'t str, tokens: &'t [Token], offset: usize) -> Cursor<'t> {
        let offset = text.floor_char_boundary(offset);
        let mut walk = Walk::new(text, tokens);
        let mut cursor = Place { before: tokens.len(), word: offset..offset, inside: Inside::Code };
        for (i, token) in tokens.iter().enumerate() {
            if let Some(place) = stop(text, token, offset, i) {
                cursor = place;
                break;
            }
            walk.step(i, token);
        }
        let Place { before, word, inside } = cursor;
        let inside = match (inside, &walk.top().kind) {
            (Inside::Code, FrameKind::Quote | FrameKind::Heredoc) => Inside::Text,
            (inside, _) => inside,
        };
        Cursor { text, tokens, offset, before, word, inside, frames: walk.frames }
    }

    /// What has been typed of the word.
    pub(super) fn prefix(&self) -> &'t str {
        &self.text[self.word.start..self.offset]
    }

    /// The whole word.
    pub(super) fn whole(&self) -> &'t str {
        &self.text[self.word.clone()]
    }

    pub(super) fn top(&self) -> &Frame<'t> {
        // There is always the file.
        &self.frames[self.frames.len() - 1]
    }

    /// The token before the word, comments aside.
    pub(super) fn previous(&self) -> Option<&'t Token> {
        self.tokens[..self.before].iter().rev().find(|t| t.kind != Kind::Comment)
    }

    /// The token behind the word, if it is in the same line.
    pub(super) fn next(&self) -> Option<&'t Token> {
        self.tokens[self.before..].iter().find(|t| t.span.start >= self.word.end.max(self.offset))
    }

    /// The index of the innermost body among the frames.
    pub(super) fn body(&self) -> usize {
        let body = |f: &Frame| matches!(f.kind, FrameKind::Body { .. });
        self.frames.iter().rposition(body).unwrap_or(0)
    }

    /// The statement around the place: where it begins.
    pub(super) fn statement(&self) -> usize {
        let frame = &self.frames[self.body()];
        if frame.key.is_some() { frame.start } else { self.word.start }
    }

    /// The names that `for` binds here, inner ones first.
    pub(super) fn bound(&self) -> impl Iterator<Item = &Bound> {
        let body = self.body();
        self.frames[body..].iter().rev().flat_map(|f| f.bound.iter().rev())
    }
}

struct Place {
    before: usize,
    word: Range<usize>,
    inside: Inside,
}

/// Whether the place is in or at this token, so that it is not before it any more.
fn stop(text: &str, token: &Token, offset: usize, i: usize) -> Option<Place> {
    let Range { start, end } = token.span;
    let here = |inside| Some(Place { before: i, word: offset..offset, inside });
    if start >= offset {
        return here(Inside::Code);
    }
    if end < offset {
        return None;
    }
    match token.kind {
        Kind::Ident => Some(Place { before: i, word: start..end, inside: Inside::Code }),
        Kind::Number => here(Inside::Nothing),
        // A comment that ends with its line is over in the next one.
        Kind::Comment if end > offset || !text[start..end].ends_with(['\n', '/']) => here(Inside::Nothing),
        Kind::Invalid if end > offset => here(Inside::Nothing),
        Kind::QuotedText | Kind::HeredocText if end > offset => here(Inside::Text),
        _ if end > offset => here(Inside::Nothing),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lex::lex;

    /// The frames at `|`, from the outside in.
    fn frames(marked: &str) -> (Vec<String>, Inside, String) {
        let offset = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let tokens = lex(&text);
        let cursor = Cursor::at(&text, &tokens, offset);
        let name = |f: &Frame| {
            let kind = match &f.kind {
                FrameKind::Body { keyword, labels } => format!("{keyword}({})", labels.join(",")),
                FrameKind::Call(name) => format!("{name}#{}", f.index),
                FrameKind::List => format!("[{}]", f.index),
                other => format!("{other:?}"),
            };
            let key = f.key.unwrap_or_default();
            format!("{kind}{}{key}", if f.valued { "=" } else { ":" })
        };
        (cursor.frames[1..].iter().map(name).collect(), cursor.inside, cursor.prefix().to_owned())
    }

    #[test]
    fn knows_what_is_open() {
        for (text, wanted, inside, prefix) in [
            ("resource \"a\" \"b\" {\n  na|me\n}", vec!["resource(a,b):"], Inside::Code, "na"),
            (
                "resource \"a\" \"b\" {\n  x = 1\n  y {\n z = va|",
                vec!["resource(a,b):y", "y()=z"],
                Inside::Code,
                "va",
            ),
            ("a {\n x = f(1, [2, {k = |", vec!["a()=x", "f#1:", "[1]:", "Object=k"], Inside::Code, ""),
            (
                "a {\n x = \"s${va|",
                vec!["a()=x", "Quote:", "Template { directive: false }:"],
                Inside::Code,
                "va",
            ),
            ("a {\n x = \"s|", vec!["a()=x", "Quote:"], Inside::Text, ""),
            ("a {\n # s|\n", vec!["a():"], Inside::Nothing, ""),
            ("a {\n x = 12|\n", vec!["a()=x"], Inside::Nothing, ""),
            (
                "a {\n x = <<-E\n  b ${c.|}\nE\n}",
                vec!["a()=x", "Heredoc:", "Template { directive: false }:"],
                Inside::Code,
                "",
            ),
            ("a {\n x = b[|", vec!["a()=x", "Index:"], Inside::Code, ""),
            ("resource \"a\" \"|\" {", vec!["Quote:"], Inside::Text, ""),
            ("a { x = provider::p::f(|) }", vec!["a()=x", "provider::p::f#0:"], Inside::Code, ""),
            // What is not closed before does not reach over the beginning of a block.
            ("a {\n x = [\"${b(\nresource \"t\" \"n\" {\n  |", vec!["resource(t,n):"], Inside::Code, ""),
            ("a {\n x = [\n}\n|", vec![], Inside::Code, ""),
        ] {
            let (found, at, typed) = frames(text);
            let found: Vec<&str> = found.iter().map(String::as_str).collect();
            let wanted: Vec<&str> = wanted;
            // The body around shows its own key; only the innermost frames are compared where that is told.
            assert!(found.len() == wanted.len(), "{text}: {found:?}");
            assert_eq!((at, typed.as_str()), (inside, prefix), "{text}");
            for (found, wanted) in found.iter().zip(&wanted) {
                assert!(found.starts_with(wanted), "{text}: {found} is not {wanted}");
            }
        }
    }

    #[test]
    fn knows_the_names_of_loops() {
        let text = "a {\n x = [for k, v in var.m : { for s in v : s => | }]\n}";
        let offset = text.find('|').unwrap();
        let tokens = lex(text);
        let cursor = Cursor::at(text, &tokens, offset);
        let names = |b: &Bound| b.names.iter().map(|n| &text[n.clone()]).collect::<Vec<_>>().join(",");
        let found: Vec<String> = cursor.bound().map(names).collect();
        assert_eq!(found, ["s", "k,v"]);
        assert_eq!(text[cursor.bound().next().unwrap().collection.clone()].trim(), "v");
        let text = "x = \"%{for s in var.l}${|}%{endfor}\"\n";
        let tokens = lex(text);
        assert_eq!(Cursor::at(text, &tokens, text.find('|').unwrap()).bound().count(), 1);
        assert_eq!(Cursor::at(text, &tokens, text.len() - 2).bound().count(), 0);
    }
}
