//! Replacing pieces of text, each named by what stands there now: what a fix is made of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Applied, EditError, EditErrorKind, files};
use crate::{diagnostic::Span, document::Document};

/// A piece of a file's text and what stands there afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    pub file: String,
    /// Where the piece begins, in bytes.
    pub at: usize,
    /// What stands there now. Empty for a file that is to be made.
    pub old: String,
    pub new: String,
}

/// Replaces all pieces, or none.
///
/// # Errors
/// A piece does not stand where it is said to, pieces overlap, or the result is not HCL.
pub(super) fn replace(document: &Document, changes: &[Change]) -> Result<Applied, EditError> {
    if changes.is_empty() {
        return Err(EditError::invalid("there is nothing to replace"));
    }
    let mut by_file: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    for change in changes {
        by_file.entry(&change.file).or_default().push(change);
    }
    let nothing =
        Applied { document: document.clone(), touched: BTreeMap::new(), address: None, dangling: Vec::new() };
    by_file.into_iter().try_fold(nothing, |mut done, (file, changes)| {
        let text = document.text(file).map_or("", |text| text);
        let (text, spans) = replaced(file, text, changes)?;
        done.document = files::set(&done.document, file, &text)?.document;
        done.touched.insert(file.to_owned(), spans);
        Ok(done)
    })
}

/// The text with the pieces replaced, and where in it they are.
fn replaced(file: &str, text: &str, mut changes: Vec<&Change>) -> Result<(String, Vec<Span>), EditError> {
    changes.sort_by_key(|change| change.at);
    let mut out = String::with_capacity(text.len() + 256);
    let mut spans = Vec::new();
    let mut at = 0;
    for change in changes {
        let end = change.at.saturating_add(change.old.len());
        if change.at < at {
            return Err(EditError::invalid("the pieces to replace overlap"));
        }
        if text.get(change.at..end) != Some(change.old.as_str()) {
            let message = format!("{file} has changed: what this replaces is not there any more");
            return Err(EditError {
                file: Some(file.to_owned()),
                ..EditError::new(EditErrorKind::Conflict, message)
            });
        }
        out.push_str(&text[at..change.at]);
        let start = out.len();
        out.push_str(&change.new);
        spans.push(Span { start, end: out.len() });
        at = end;
    }
    out.push_str(&text[at..]);
    Ok((out, spans))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Files;

    fn document() -> Document {
        let mut files = Files::default();
        files.insert("main.tf", "a = \"é\"\nb = 2\n").unwrap();
        Document::parse(&files).unwrap()
    }

    fn change(file: &str, at: usize, old: &str, new: &str) -> Change {
        Change { file: file.into(), at, old: old.into(), new: new.into() }
    }

    #[test]
    fn replaces_all_or_nothing() {
        let before = document();
        let pieces = [
            change("main.tf", 13, "2", "33"),
            change("main.tf", 4, "\"é\"", "1"),
            change("x.tf", 0, "", "c = 1\n"),
        ];
        let after = replace(&before, &pieces).unwrap();
        assert_eq!(after.document.text("main.tf").unwrap().as_ref(), "a = 1\nb = 33\n");
        assert_eq!(after.document.text("x.tf").unwrap().as_ref(), "c = 1\n");
        assert_eq!(after.touched["main.tf"], [Span { start: 4, end: 5 }, Span { start: 10, end: 12 }]);
    }

    #[test]
    fn refuses_what_does_not_stand_there() {
        let refused = |changes: &[Change]| replace(&document(), changes).map(|_| ()).unwrap_err().kind;
        let conflict = EditErrorKind::Conflict;
        assert_eq!(refused(&[change("main.tf", 12, "2", "3")]), conflict);
        // Inside of a character, past the end, in a file that is not there.
        assert_eq!(refused(&[change("main.tf", 6, "\"", "3")]), conflict);
        assert_eq!(refused(&[change("main.tf", usize::MAX, "2", "3")]), conflict);
        assert_eq!(refused(&[change("none.tf", 0, "2", "3")]), conflict);
        assert_eq!(refused(&[]), EditErrorKind::Invalid);
        let twice = [change("main.tf", 0, "a = ", "c = "), change("main.tf", 2, "= ", "=")];
        assert_eq!(refused(&twice), EditErrorKind::Invalid);
        assert_eq!(refused(&[change("main.tf", 13, "2", "]")]), EditErrorKind::Syntax);
        assert_eq!(refused(&[change("../x.tf", 0, "", "")]), EditErrorKind::Invalid);
    }
}
