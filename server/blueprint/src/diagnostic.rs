//! What is wrong with a blueprint, and where.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::path::Path;

/// How bad it is. `Info` marks what the designer cannot judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    Warning,
    Info,
}

/// The rule that was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    Syntax,
    TooLarge,
    UnknownType,
    UnknownArgument,
    UnknownBlock,
    ReadOnly,
    MissingArgument,
    MissingBlock,
    TooManyBlocks,
    EmptyValue,
    WrongType,
    UnknownFunction,
    WrongArgumentCount,
    UnknownReference,
    /// Not a name, or not one that can stand there.
    InvalidReference,
    /// `each`, `count` or `self` where it has no meaning.
    OutOfScope,
    MissingInstanceKey,
    UnexpectedInstanceKey,
    Cycle,
    DuplicateAddress,
    DuplicateArgument,
    DuplicateKey,
    WrongLabels,
    InvalidName,
    /// A reference or a call where only a literal can stand.
    NotConstant,
    /// Meta-arguments that exclude each other or have no place there.
    InvalidMeta,
    InvalidCondition,
    SensitiveOutput,
    /// A variable or local that nothing refers to.
    Unused,
    UndocumentedValue,
    OutOfBounds,
    Conflict,
    Deprecated,
    NoSchema,
}

/// A range of bytes in a file's text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Self {
        Span { start: range.start, end: range.end }
    }
}

/// One finding. Lines and columns count from 1, columns in characters; the span counts bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Diagnostic {
    pub severity: Severity,
    pub code: Code,
    pub message: String,
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub span: Span,
    /// The element that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The argument or block inside that element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Path>,
}

/// Where each line of a text starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn new(text: &str) -> Self {
        let after_breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1);
        Lines(std::iter::once(0).chain(after_breaks).collect())
    }

    /// The line of a byte offset, from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset)
    }

    /// Where a line, counted from 0, starts.
    pub(super) fn start(&self, line: usize) -> usize {
        self.0.get(line).copied().unwrap_or(0)
    }

    /// Line and column, both from 1; columns count characters.
    pub(super) fn position(&self, text: &str, offset: usize) -> (usize, usize) {
        let line = self.line(offset);
        let start = self.start(line - 1);
        let column = text.get(start..offset).map_or(offset - start, |s| s.chars().count());
        (line, column + 1)
    }
}
