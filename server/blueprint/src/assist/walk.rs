//! Reading tokens up to a place. What is broken in the text ends with the block that it is in.

use super::{
    frame::{Bound, ForPart, Frame, FrameKind},
    language,
};
use crate::lex::{Kind, Token};

/// Reads tokens one by one and keeps what is open.
pub(super) struct Walk<'t> {
    text: &'t str,
    tokens: &'t [Token],
    pub(super) frames: Vec<Frame<'t>>,
}

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
        opens && language::TOP_LEVEL.iter().any(|block| block.keyword == self.of(token))
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
