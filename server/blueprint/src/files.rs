//! The files of a blueprint and the limits on them.

use std::{collections::BTreeMap, sync::Arc};

use thiserror::Error;

/// Largest file, in bytes.
pub const MAX_FILE_BYTES: usize = 1024 * 1024;
/// Largest blueprint, all files together, in bytes.
pub const MAX_BLUEPRINT_BYTES: usize = 8 * 1024 * 1024;
/// Most files in one blueprint.
pub const MAX_FILES: usize = 200;
/// Longest file name, in bytes.
pub const MAX_FILE_NAME: usize = 100;

/// The files that a new blueprint consists of, in the order that people read them.
pub const CANONICAL_FILES: [&str; 4] = ["main.tf", "variables.tf", "outputs.tf", "providers.tf"];

/// Why a set of files cannot be a blueprint.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FilesError {
    #[error(
        "{0:?} is not a file name for a blueprint: use letters, digits, `-`, `_` and `.`, ending in `.tf`"
    )]
    Name(String),
    #[error("{name} is {size} bytes; a file may have at most {MAX_FILE_BYTES}")]
    FileTooLarge { name: String, size: usize },
    #[error("the files are {0} bytes together; a blueprint may have at most {MAX_BLUEPRINT_BYTES}")]
    TooLarge(usize),
    #[error("a blueprint may have at most {MAX_FILES} files")]
    TooMany,
    #[error("{0} is not UTF-8 text")]
    NotText(String),
}

/// File name to text, ordered by name. Names and sizes are within the limits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<String, Arc<str>>);

impl Files {
    /// A new blueprint: the canonical files, empty.
    pub fn canonical() -> Self {
        Files(CANONICAL_FILES.iter().map(|name| (name.to_string(), Arc::from(""))).collect())
    }

    /// Adds or replaces a file.
    ///
    /// # Errors
    /// A bad name, or a limit exceeded.
    pub fn insert(&mut self, name: &str, text: impl Into<Arc<str>>) -> Result<(), FilesError> {
        let text = text.into();
        check_name(name)?;
        if text.len() > MAX_FILE_BYTES {
            return Err(FilesError::FileTooLarge { name: name.into(), size: text.len() });
        }
        let others = self.0.iter().filter(|(n, _)| *n != name);
        let total = others.map(|(_, t)| t.len()).sum::<usize>() + text.len();
        if total > MAX_BLUEPRINT_BYTES {
            return Err(FilesError::TooLarge(total));
        }
        if !self.0.contains_key(name) && self.0.len() >= MAX_FILES {
            return Err(FilesError::TooMany);
        }
        self.0.insert(name.to_owned(), text);
        Ok(())
    }

    /// Adds a file that arrived as bytes.
    ///
    /// # Errors
    /// As [`Files::insert`], and when the bytes are not UTF-8.
    pub fn insert_bytes(&mut self, name: &str, bytes: &[u8]) -> Result<(), FilesError> {
        check_name(name)?;
        let text = std::str::from_utf8(bytes).map_err(|_| FilesError::NotText(name.into()))?;
        self.insert(name, text)
    }

    pub fn get(&self, name: &str) -> Option<&Arc<str>> {
        self.0.get(name)
    }

    pub fn remove(&mut self, name: &str) -> Option<Arc<str>> {
        self.0.remove(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<str>)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Only for files that are within the limits already.
impl FromIterator<(String, Arc<str>)> for Files {
    fn from_iter<I: IntoIterator<Item = (String, Arc<str>)>>(files: I) -> Self {
        Files(files.into_iter().collect())
    }
}

/// A name that is safe in a path, an archive and a URL, and that Terraform reads as configuration.
pub fn check_name(name: &str) -> Result<(), FilesError> {
    let stem = name.strip_suffix(".tf").unwrap_or("");
    let safe = stem.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if stem.is_empty() || stem.starts_with('.') || !safe || name.len() > MAX_FILE_NAME {
        return Err(FilesError::Name(name.chars().take(MAX_FILE_NAME).collect()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_the_blueprint() {
        for good in ["main.tf", "a-b_c.2.tf"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", ".tf", "main", "../x.tf", "a/b.tf", "a\\b.tf", ".x.tf", "a b.tf", "ä.tf", "x.tf\0"] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
        assert!(check_name(&format!("{}.tf", "a".repeat(100))).is_err());
    }

    #[test]
    fn limits_hold() {
        let mut files = Files::canonical();
        let mega = "#".repeat(MAX_FILE_BYTES);
        assert!(matches!(files.insert("x.tf", format!("{mega}#")), Err(FilesError::FileTooLarge { .. })));
        for i in 0..8 {
            files.insert(&format!("f{i}.tf"), mega.as_str()).unwrap();
        }
        assert!(matches!(files.insert("y.tf", "#"), Err(FilesError::TooLarge(_))));
        files.insert("f0.tf", "").unwrap();
        assert!(matches!(files.insert_bytes("z.tf", b"\xff"), Err(FilesError::NotText(_))));
    }
}
