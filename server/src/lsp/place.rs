//! Files and places, as the protocol names them.

use std::path::{Path, PathBuf};

use lsp_types::{Position, Range, Uri};
use url::Url;

use crate::blueprint::assist::{self, TextRange};

/// None for what is no file on this machine, such as a text that was never saved.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    Url::parse(uri.as_str()).ok()?.to_file_path().ok()
}

pub(super) fn uri_of(path: &Path) -> Option<Uri> {
    Url::from_file_path(path).ok()?.as_str().parse().ok()
}

pub(super) fn position(at: Position) -> assist::Position {
    assist::Position { line: at.line, character: at.character }
}

pub(super) fn range(range: TextRange) -> Range {
    let position = |at: assist::Position| Position { line: at.line, character: at.character };
    Range { start: position(range.start), end: position(range.end) }
}
