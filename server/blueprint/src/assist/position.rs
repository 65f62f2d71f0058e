//! Places in a text as editors count them.
//!
//! Source: <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#position>

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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

    /// The place of a byte offset.
    pub fn of(text: &str, offset: usize) -> Position {
        let offset = text.floor_char_boundary(offset);
        let before = &text[..offset];
        let line = memchr::memchr_iter(b'\n', before.as_bytes()).count();
        let start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |at| at + 1);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position { line: count(line), character: count(before[start..].encode_utf16().count()) }
    }
}

impl TextRange {
    /// The range of some bytes.
    pub fn of(text: &str, span: std::ops::Range<usize>) -> TextRange {
        TextRange { start: Position::of(text, span.start), end: Position::of(text, span.end) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_as_editors_do() {
        let text = "aä\u{1F600}b\r\n\nc";
        for (offset, line, character) in
            [(0, 0, 0), (1, 0, 1), (3, 0, 2), (7, 0, 4), (8, 0, 5), (10, 1, 0), (11, 2, 0), (12, 2, 1)]
        {
            let position = Position { line, character };
            assert_eq!((Position::of(text, offset), position.offset(text)), (position, offset), "{offset}");
        }
        assert_eq!(Position { line: 0, character: 99 }.offset(text), 8);
        assert_eq!(Position { line: 9, character: 0 }.offset(text), text.len());
        assert_eq!(Position { line: 0, character: 3 }.offset(text), 7, "inside of a pair: behind it");
    }
}
