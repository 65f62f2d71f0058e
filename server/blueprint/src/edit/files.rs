//! Edits of whole files.

use std::{collections::BTreeMap, sync::Arc};

use super::{Applied, EditError, EditErrorKind};
use crate::{
    diagnostic::Span,
    document::Document,
    files::{Files, FilesError, MAX_BLUEPRINT_BYTES, MAX_FILE_BYTES, MAX_FILES, check_name},
    format::format as formatted,
    json::{is_json, read_only},
    parse::parse_file,
    reparse::reparse,
};

pub(super) fn set(document: &Document, file: &str, text: &str) -> Result<Applied, EditError> {
    check_name(file)?;
    if is_json(file) {
        return Err(EditError::invalid(read_only(file)));
    }
    if text.len() > MAX_FILE_BYTES {
        return Err(FilesError::FileTooLarge { name: file.to_owned(), size: text.len() }.into());
    }
    let others: usize = document.files().filter(|(name, _)| *name != file).map(|(_, t)| t.len()).sum();
    if others + text.len() > MAX_BLUEPRINT_BYTES {
        return Err(FilesError::TooLarge(others + text.len()).into());
    }
    let mut parsed = document.parsed().clone();
    if !parsed.contains_key(file) && parsed.len() >= MAX_FILES {
        return Err(FilesError::TooMany.into());
    }
    let read = match document.file(file) {
        Some(old) => reparse(file, old, Arc::from(text))?,
        None => parse_file(file, Arc::from(text))?,
    };
    parsed.insert(file.to_owned(), Arc::new(read));
    let touched = BTreeMap::from([(file.to_owned(), vec![Span { start: 0, end: text.len() }])]);
    Ok(Applied { document: document.of(parsed), touched, address: None, dangling: Vec::new() })
}

pub(super) fn add(document: &Document, file: &str) -> Result<Applied, EditError> {
    free(document, file)?;
    set(document, file, "")
}

pub(super) fn remove(document: &Document, file: &str) -> Result<Applied, EditError> {
    let mut parsed = document.parsed().clone();
    parsed.remove(file).ok_or_else(|| gone(file))?;
    let document = document.of(parsed);
    Ok(Applied { document, touched: BTreeMap::new(), address: None, dangling: Vec::new() })
}

pub(super) fn rename(document: &Document, file: &str, name: &str) -> Result<Applied, EditError> {
    check_name(name)?;
    if is_json(file) != is_json(name) {
        let message = format!("{file} cannot be called {name}: the ending tells in which language it is");
        return Err(EditError::invalid(message));
    }
    let mut parsed = document.parsed().clone();
    let moved = parsed.remove(file).ok_or_else(|| gone(file))?;
    if name != file {
        free(document, name)?;
    }
    parsed.insert(name.to_owned(), moved);
    let document = document.of(parsed);
    Ok(Applied { document, touched: BTreeMap::new(), address: None, dangling: Vec::new() })
}

/// Formats one file or all. What is laid out already is not touched.
pub(super) fn format(document: &Document, file: Option<&str>) -> Result<Applied, EditError> {
    if let Some(file) = file.filter(|f| document.text(f).is_none()) {
        return Err(gone(file));
    }
    let chosen: Files = document
        .files()
        .filter(|(name, _)| file.is_none_or(|f| f == *name) && !is_json(name))
        .map(|(name, text)| (name.to_owned(), Arc::from(formatted(text))))
        .collect();
    let nothing =
        Applied { document: document.clone(), touched: BTreeMap::new(), address: None, dangling: Vec::new() };
    let changed = chosen.iter().filter(|(name, text)| document.text(name) != Some(*text));
    changed.into_iter().try_fold(nothing, |done, (name, text)| {
        let next = set(&done.document, name, text)?;
        Ok(done.then(next))
    })
}

fn gone(file: &str) -> EditError {
    EditError::not_found(format!("there is no file {file} in this blueprint"))
}

fn free(document: &Document, file: &str) -> Result<(), EditError> {
    match document.text(file) {
        Some(_) => Err(EditError::new(EditErrorKind::Conflict, format!("there is a file {file} already"))),
        None => Ok(()),
    }
}
