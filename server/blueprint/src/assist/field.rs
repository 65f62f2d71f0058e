//! An expression that is typed outside of the text, in the field of a form: where it would stand.

use std::ops::Range;

use crate::{
    document::Document,
    locate::{body_start, place},
    path::{Path, Step},
    write,
};

/// A text in which the expression of a field stands in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub file: String,
    pub text: String,
    /// The bytes of the expression.
    pub span: Range<usize>,
}

/// The file with an element's argument set to an expression, which may be half-written. Whatever the argument is set to
/// now stays, too: [`mend`](super::mend) drops the new one, and positions behind it are not those of the file.
pub fn field(document: &Document, element: &str, path: &Path, expression: &str) -> Option<Field> {
    let place = place(document, element, path).ok()?;
    let at = body_start(place.text, place.block);
    let (open, close): (Vec<String>, Vec<&str>) = place
        .inner
        .iter()
        .map(|step| match step {
            Step::Name(name) | Step::Key(name) => (format!("{{ {} = ", write::key(name)), " }"),
            Step::Index(_) => ("[".to_owned(), "]"),
        })
        .unzip();
    let before = format!("\n{} = {}", place.name?, open.concat());
    let behind: String = close.into_iter().rev().chain(["\n"]).collect();
    let start = at + before.len();
    let text = [&place.text[..at], &before, expression, &behind, &place.text[at..]].concat();
    Some(Field { file: place.element.file.clone(), text, span: start..start + expression.len() })
}
