//! What an editor asks about a place in a blueprint's text, unsaved and broken as it may be.

use std::{collections::BTreeMap, sync::Arc};

use cloudoven_crawler::catalog::Index;

use super::design;
use crate::{
    app::App,
    auth::Actor,
    blueprint::{
        Document, MAX_FILE_BYTES, Path, Schemas, Span,
        assist::{self, Placed, Position, Spot, TextRange, Workspace},
        check_name,
    },
    error::{Error, Result},
    store::BlueprintId,
};

/// What is open in the editor, and where the caret is.
pub struct Asked {
    /// The file, or the field of the designer's form.
    pub at: At,
    /// The file's text, or the field's expression.
    pub text: String,
    pub position: Position,
}

/// What a text is the text of.
pub enum At {
    File(String),
    /// An element's address and the argument's path.
    Field(String, Path),
}

/// Everything that an answer is made from.
pub struct Ready {
    file: String,
    text: Arc<str>,
    offset: usize,
    /// Where in `text` begins what the caller sent.
    base: usize,
    /// What the caller sent.
    sent: String,
    document: Document,
    schemas: Schemas,
    indexes: Vec<Arc<Index>>,
    used: usize,
}

/// Reads the latest revision, puts the unsaved text in and loads what the catalog says of the result.
///
/// # Errors
/// [`Error::Invalid`] for a text or a file name beyond the limits of a blueprint, [`Error::NotFound`] for an element or an
/// argument that is not there.
pub async fn prepare(app: &App, actor: &Actor, id: &BlueprintId, asked: Asked) -> Result<Ready> {
    if asked.text.len() > MAX_FILE_BYTES {
        let message = format!("a file may have at most {MAX_FILE_BYTES} bytes");
        return Err(Error::field("text", message));
    }
    let saved = design::read(app, actor, id).await?;
    let place = asked.position.offset(&asked.text);
    let (file, text, offset, base): (String, Arc<str>, usize, usize) = match asked.at {
        At::File(file) => {
            check_name(&file).map_err(|error| Error::field("file", error.to_string()))?;
            (file, asked.text.as_str().into(), place, 0)
        }
        At::Field(element, path) => {
            let field = assist::field(&saved, &element, &path, &asked.text);
            let field = field.ok_or(Error::NotFound("argument"))?;
            (field.file, field.text.into(), field.span.start + place, field.span.start)
        }
    };
    let (mended_file, mended_text) = (file.clone(), text.clone());
    let document = design::blocking(move || assist::mend(&saved, &mended_file, &mended_text, offset)).await?;
    let more = assist::needs(Spot { file: &file, text: &text, offset });
    let schemas = app.catalogs.schemas(&document, &more).await?;
    let (indexes, used) = app.catalogs.loaded().indexes(&document);
    Ok(Ready { file, text, offset, base, sent: asked.text, document, schemas, indexes, used })
}

impl Ready {
    /// Asks the engine, off the async threads.
    pub async fn ask<T: Send + 'static>(
        self,
        question: impl FnOnce(&Workspace, Spot, &mut Places) -> T + Send + 'static,
    ) -> Result<T> {
        design::blocking(move || {
            let workspace = Workspace {
                document: &self.document,
                schemas: &self.schemas,
                indexes: &self.indexes,
                used: self.used,
            };
            let spot = Spot { file: &self.file, text: &self.text, offset: self.offset };
            question(&workspace, spot, &mut Places::of(&self))
        })
        .await
    }
}

/// From bytes to places in what the caller sent, and in the other files.
pub struct Places<'a> {
    ready: &'a Ready,
    sent: Placed<'a>,
    others: BTreeMap<&'a str, Placed<'a>>,
}

impl<'a> Places<'a> {
    fn of(ready: &'a Ready) -> Self {
        Places { ready, sent: Placed::new(&ready.sent), others: BTreeMap::new() }
    }

    /// A range of what the caller sent.
    pub fn here(&self, span: Span) -> TextRange {
        self.sent.range(span.start.saturating_sub(self.ready.base)..span.end.saturating_sub(self.ready.base))
    }

    /// A range of any file, and the line that it begins in.
    pub fn in_file(&mut self, file: &str, span: Span) -> (TextRange, &'a str) {
        let placed = if file == self.ready.file {
            &self.sent
        } else {
            let found = self.ready.document.files().find(|(name, _)| *name == file);
            let (name, text) = found.map_or(("", ""), |(name, text)| (name, text.as_ref()));
            self.others.entry(name).or_insert_with(|| Placed::new(text))
        };
        (placed.range(span.start..span.end), placed.line(span.start))
    }
}
