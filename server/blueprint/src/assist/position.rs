//! Places in a text as editors count them.
//!
//! Source: <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#position>

use std::ops::Range;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::diagnostic::Lines;

/// A place between two characters, as the Language Server Protocol has it: both count from 0, characters in UTF-16 units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Position {
    pub line: u32,
    pub character: u32,
}

/// From one place up to another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TextRange {
    pub start: Position,
    pub end: Position,
}

impl Position {
    /// The byte offset; what lies behind the end of a line or of the text is that end.
    pub fn offset(self, text: &str) -> usize {
        let line = usize::try_from(self.line).unwrap_or(usize::MAX);
        let start = match line.checked_sub(1) {
            None => 0,
            Some(n) => match memchr::memchr_iter(b'\n', text.as_bytes()).nth(n) {
                Some(at) => at + 1,
                None => return text.len(),
            },
        };
        let end = memchr::memchr(b'\n', &text.as_bytes()[start..]).map_or(text.len(), |at| start + at);
        let content = text[start..end].trim_end_matches('\r');
        let mut units = 0;
        for (at, c) in content.char_indices() {
            if units >= self.character {
                return start + at;
            }
            units += if c.len_utf16() == 2 { 2 } else { 1 };
        }
        start + content.len()
    }
}

/// A text whose places are asked for, many perhaps. Offsets behind its end are its end.
#[derive(Debug)]
pub struct Placed<'t> {
    text: &'t str,
    lines: Lines,
}

impl<'t> Placed<'t> {
    pub fn new(text: &'t str) -> Self {
        Placed { text, lines: Lines::new(text) }
    }

    /// The place of a byte offset.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.lines.line(offset) - 1;
        let before = &self.text[self.lines.start(line)..offset];
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position { line: count(line), character: count(before.encode_utf16().count()) }
    }

    /// The range of some bytes.
    pub fn range(&self, span: Range<usize>) -> TextRange {
        TextRange { start: self.position(span.start), end: self.position(span.end) }
    }

    /// The line of a byte offset, without its break.
    pub fn line(&self, offset: usize) -> &'t str {
        let line = self.lines.line(self.text.floor_char_boundary(offset)) - 1;
        self.text[self.lines.start(line)..].lines().next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "aä\u{1F600}b\r\n\nc";

    #[test]
    fn counts_as_editors_do() {
        let placed = Placed::new(TEXT);
        let text = TEXT;
        for (offset, line) in [(0, "aä\u{1F600}b"), (10, ""), (12, "c"), (99, "c")] {
            assert_eq!(placed.line(offset), line);
        }
        for (offset, line, character) in
            [(0, 0, 0), (1, 0, 1), (3, 0, 2), (7, 0, 4), (8, 0, 5), (10, 1, 0), (11, 2, 0), (12, 2, 1)]
        {
            let position = Position { line, character };
            assert_eq!((placed.position(offset), position.offset(text)), (position, offset), "{offset}");
        }
        assert_eq!(Position { line: 0, character: 99 }.offset(text), 8);
        assert_eq!(Position { line: 9, character: 0 }.offset(text), text.len());
        assert_eq!(Position { line: 0, character: 3 }.offset(text), 7, "inside of a pair: behind it");
    }
}
