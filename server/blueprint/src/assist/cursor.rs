//! What a place in a text is inside of, by its tokens alone: the text may be broken, before the place and behind it.

use std::ops::Range;

use crate::lex::{Kind, Token};

/// Where a body, an object or a bracket is at.
#[derive(Debug, Clone)]
pub(super) struct Frame<'t> {
    pub kind: FrameKind<'t>,
    /// Where what is being read began: the statement, the entry, the item.
    pub start: usize,
    /// The name that a statement or an entry of an object begins with, without quotes.
    pub key: Option<&'t str>,
    /// The labels of a block that is not open yet.
    pub labels: Vec<&'t str>,
    /// Past the `=` of a statement or an entry.
    pub valued: bool,
    /// How many commas came before, in a list or a call.
    pub index: usize,
    /// The names of the statements or entries that are complete.
    pub seen: Vec<&'t str>,
    /// What `for` binds here.
    pub bound: Vec<Bound>,
    for_part: ForPart,
}

/// What is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FrameKind<'t> {
    /// The file itself has no keyword.
    Body {
        keyword: &'t str,
        labels: Vec<&'t str>,
    },
    Object,
    List,
    Paren,
    /// With the function's name, namespace included.
    Call(&'t str),
    Index,
    Quote,
    Heredoc,
    Template {
        directive: bool,
    },
}

/// `for k, v in collection`.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    /// One or two names, where they stand.
    pub names: Vec<Range<usize>>,
    pub collection: Range<usize>,
    /// Part of a template, up to `endfor`.
    directive: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ForPart {
    None,
    Names,
    Collection,
    /// Behind the colon.
    Body,
}

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

/// Reads tokens one by one and keeps what is open.
pub(super) struct Walk<'t> {
    text: &'t str,
    tokens: &'t [Token],
    pub(super) frames: Vec<Frame<'t>>,
}

/// The keywords of blocks that stand at the beginning of a line in a file, and nowhere else.
const TOP_LEVEL: [&str; 14] = [
    "check",
    "data",
    "ephemeral",
    "import",
    "locals",
    "module",
    "moved",
    "output",
    "provider",
    "removed",
    "resource",
    "terraform",
    "variable",
    "run",
];

impl<'t> Walk<'t> {
    pub(super) fn new(text: &'t str, tokens: &'t [Token]) -> Walk<'t> {
        let file = Frame::new(FrameKind::Body { keyword: "", labels: Vec::new() }, 0);
        Walk { text, tokens, frames: vec![file] }
    }

    pub(super) fn top(&self) -> &Frame<'t> {
        &self.frames[self.frames.len() - 1]
    }

    fn top_mut(&mut self) -> &mut Frame<'t> {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn of(&self, token: &Token) -> &'t str {
        &self.text[token.span.clone()]
    }

    fn push(&mut self, kind: FrameKind<'t>, at: usize) {
        self.frames.push(Frame::new(kind, at));
    }

    /// The file itself stays open.
    fn pop(&mut self) {
        if self.frames.len() > 1 {
            self.frames.pop();
        }
    }

    pub(super) fn step(&mut self, i: usize, token: &Token) {
        if self.starts_block(i, token) {
            self.frames.truncate(1);
            self.top_mut().end_statement(token.span.start);
        }
        let (start, end) = (token.span.start, token.span.end);
        match token.kind {
            Kind::Ident => self.ident(token),
            Kind::Equal => self.value_follows(),
            Kind::Colon => self.colon(start),
            Kind::Newline => self.line_ends(end),
            Kind::Comment if self.of(token).ends_with('\n') => self.line_ends(end),
            Kind::Comma => self.comma(end),
            Kind::OpenQuote => self.push(FrameKind::Quote, end),
            Kind::CloseQuote => self.close_quote(token),
            Kind::OpenHeredoc => self.push(FrameKind::Heredoc, end),
            Kind::CloseHeredoc => self.close(|k| *k == FrameKind::Heredoc),
            Kind::OpenTemplate => {
                let directive = self.of(token).starts_with('%');
                self.push(FrameKind::Template { directive }, end);
            }
            Kind::CloseTemplate => self.close_template(start),
            Kind::OpenBrace => self.open_brace(end),
            Kind::CloseBrace => self.close(|k| matches!(k, FrameKind::Body { .. } | FrameKind::Object)),
            Kind::OpenBracket => {
                let index = self.follows_operand(i);
                self.push(if index { FrameKind::Index } else { FrameKind::List }, end);
            }
            Kind::CloseBracket => self.close(|k| matches!(k, FrameKind::List | FrameKind::Index)),
            Kind::OpenParen => {
                let kind = self.function(i).map_or(FrameKind::Paren, FrameKind::Call);
                self.push(kind, end);
            }
            Kind::CloseParen => self.close(|k| matches!(k, FrameKind::Paren | FrameKind::Call(_))),
            // A quote that the line's end has ended.
            Kind::Invalid if self.top().kind == FrameKind::Quote => {
                self.pop();
                self.line_ends(end);
            }
            _ => {}
        }
    }

    /// A keyword that begins a line is the beginning of a block, even when something before it is not closed.
    pub(super) fn starts_block(&self, i: usize, token: &Token) -> bool {
        let line_start = token.span.start == 0 || self.text.as_bytes()[token.span.start - 1] == b'\n';
        if token.kind != Kind::Ident || !line_start || self.frames.len() == 1 {
            return false;
        }
        let opens =
            self.tokens.get(i + 1).is_some_and(|t| matches!(t.kind, Kind::OpenQuote | Kind::OpenBrace));
        opens && TOP_LEVEL.contains(&self.of(token))
    }

    fn ident(&mut self, token: &Token) {
        let (text, span) = (self.of(token), token.span.clone());
        let frame = self.top_mut();
        match (&frame.kind, frame.for_part) {
            (_, ForPart::Names) if text == "in" => {
                frame.for_part = ForPart::Collection;
                if let Some(bound) = frame.bound.last_mut() {
                    bound.collection = span.end..span.end;
                }
            }
            (_, ForPart::Names) => {
                frame.bound.last_mut().into_iter().for_each(|b| b.names.push(span.clone()))
            }
            (
                FrameKind::List | FrameKind::Object | FrameKind::Template { directive: true },
                ForPart::None,
            ) if text == "for" && frame.seen.is_empty() && frame.key.is_none() && frame.index == 0 => {
                let directive = matches!(frame.kind, FrameKind::Template { .. });
                frame.for_part = ForPart::Names;
                frame.bound.push(Bound { names: Vec::new(), collection: span.end..span.end, directive });
            }
            (FrameKind::Template { directive: true }, ForPart::None) if text == "endfor" => self.end_for(),
            (FrameKind::Body { .. } | FrameKind::Object, ForPart::None) if !frame.valued => {
                match &frame.key {
                    None => {
                        frame.start = span.start;
                        frame.key = Some(text);
                    }
                    Some(_) => frame.labels.push(text),
                }
            }
            _ => {}
        }
    }

    fn end_for(&mut self) {
        for frame in self.frames.iter_mut().rev() {
            if let Some(last) = frame.bound.iter().rposition(|b| b.directive) {
                frame.bound.truncate(last);
                break;
            }
        }
    }

    fn value_follows(&mut self) {
        let frame = self.top_mut();
        if matches!(frame.kind, FrameKind::Body { .. } | FrameKind::Object) && frame.key.is_some() {
            frame.valued = true;
        }
    }

    fn colon(&mut self, at: usize) {
        let frame = self.top_mut();
        if frame.for_part == ForPart::Collection {
            frame.end_collection(at);
        } else if frame.kind == FrameKind::Object {
            self.value_follows();
        }
    }

    fn line_ends(&mut self, end: usize) {
        let frame = self.top_mut();
        match frame.kind {
            FrameKind::Body { .. } => frame.end_statement(end),
            FrameKind::Object if frame.for_part == ForPart::None => frame.end_statement(end),
            _ => {}
        }
    }

    fn comma(&mut self, end: usize) {
        let frame = self.top_mut();
        match frame.kind {
            FrameKind::Object if frame.for_part == ForPart::None => frame.end_statement(end),
            FrameKind::List | FrameKind::Call(_) if frame.for_part == ForPart::None => {
                frame.index += 1;
                frame.start = end;
            }
            _ => {}
        }
    }

    fn close_quote(&mut self, token: &Token) {
        if self.top().kind != FrameKind::Quote {
            return;
        }
        let start = self.top().start;
        self.pop();
        let text = &self.text[start..token.span.start];
        let frame = self.top_mut();
        if frame.valued || !matches!(frame.kind, FrameKind::Body { .. } | FrameKind::Object) {
            return;
        }
        match &frame.key {
            Some(_) => frame.labels.push(text),
            None => {
                frame.start = start - 1;
                frame.key = Some(text);
            }
        }
    }

    /// The names of `%{for …}` hold behind it.
    fn close_template(&mut self, at: usize) {
        if !matches!(self.top().kind, FrameKind::Template { .. }) {
            // It was never opened but for a quote that is not closed: the brace of something else.
            return self.close(|k| matches!(k, FrameKind::Body { .. } | FrameKind::Object));
        }
        let last = self.frames.len() - 1;
        self.frames[last].end_collection(at);
        let bound = std::mem::take(&mut self.frames[last].bound);
        self.pop();
        self.top_mut().bound.extend(bound);
    }

    /// Closes the innermost of a kind, with what is not closed inside of it.
    fn close(&mut self, wanted: impl Fn(&FrameKind) -> bool) {
        let body = |k: &FrameKind| matches!(k, FrameKind::Body { .. });
        let Some(at) = self.frames.iter().rposition(|f| wanted(&f.kind)).filter(|at| *at > 0) else { return };
        // A bracket closes nothing outside of the body that it is in.
        let inner = self.frames[at + 1..].iter().any(|f| body(&f.kind));
        if !inner {
            self.frames.truncate(at);
        }
    }

    fn open_brace(&mut self, end: usize) {
        let frame = self.top_mut();
        let block = matches!(frame.kind, FrameKind::Body { .. }) && !frame.valued;
        let kind = match (&frame.key, block) {
            (Some(key), true) => FrameKind::Body { keyword: key, labels: std::mem::take(&mut frame.labels) },
            _ => FrameKind::Object,
        };
        self.push(kind, end);
    }

    /// The name of the function that is called by the parenthesis at `i`.
    fn function(&self, i: usize) -> Option<&'t str> {
        let last = self.tokens[..i].last().filter(|t| t.kind == Kind::Ident)?;
        if matches!(self.of(last), "in" | "if") {
            return None;
        }
        let mut first = i - 1;
        while let [.., name, colons] = &self.tokens[..first]
            && colons.kind == Kind::DoubleColon
            && name.kind == Kind::Ident
        {
            first -= 2;
        }
        Some(&self.text[self.tokens[first].span.start..last.span.end])
    }

    /// Whether what stands before token `i` is a value, so that a bracket there is an index.
    fn follows_operand(&self, i: usize) -> bool {
        let Some(last) = self.tokens[..i].last() else { return false };
        match last.kind {
            Kind::Ident => !matches!(self.of(last), "in" | "if"),
            Kind::CloseBracket | Kind::CloseParen | Kind::CloseQuote => true,
            Kind::CloseBrace => !matches!(self.top().kind, FrameKind::Body { .. }) || self.top().valued,
            _ => false,
        }
    }
}

impl<'t> Frame<'t> {
    fn new(kind: FrameKind<'t>, start: usize) -> Self {
        Frame {
            kind,
            start,
            key: None,
            labels: Vec::new(),
            valued: false,
            index: 0,
            seen: Vec::new(),
            bound: Vec::new(),
            for_part: ForPart::None,
        }
    }

    /// Whether this is what a `for` goes through.
    pub(super) fn collecting(&self) -> bool {
        self.for_part == ForPart::Collection
    }

    /// Whether this is where a `for` names what it binds.
    pub(super) fn naming(&self) -> bool {
        self.for_part == ForPart::Names
    }

    /// Whether this belongs to a `for`.
    pub(super) fn looping(&self) -> bool {
        self.for_part != ForPart::None
    }

    fn end_statement(&mut self, end: usize) {
        self.seen.extend(self.key.take());
        self.labels.clear();
        self.valued = false;
        self.index += 1;
        self.start = end;
    }

    fn end_collection(&mut self, at: usize) {
        if self.for_part == ForPart::Collection
            && let Some(bound) = self.bound.last_mut()
        {
            bound.collection.end = at;
            self.for_part = ForPart::Body;
            self.valued = true;
        }
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
